//! The desk's file when it is damaged: it is noticed, and said to those who can do something about it.

#[test]
fn sqlite_has_no_known_fault_that_damages_files() {
    // Before 3.51.3 a checkpoint at a bad moment beside a second connection could damage a file in WAL mode (sqlite.org/wal.html#walresetbug).
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {}", rusqlite::version());
}
