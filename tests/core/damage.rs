//! The kiosk's file when the disk below it is not sound: what is a copy comes again, what is the kiosk's own is not lost in silence.

#[test]
fn sqlite_has_no_known_fault_that_damages_files() {
    // Before 3.51.3 a checkpoint at a bad moment beside a second connection could damage a file in WAL mode (sqlite.org/wal.html#walresetbug).
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {}", rusqlite::version());
}
