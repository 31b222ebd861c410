//! The kiosk's file when the disk below it is not sound: what is a copy comes again, what is the kiosk's own is not
//! lost in silence.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{Series, Ticket};
use arrivals::store::feed::ListChange;
use arrivals::store::{Seal, Store, StoreError};
use jiff::civil::date;

use super::people::{appointment, checked_in, seal};

#[test]
fn sqlite_has_no_known_fault_that_damages_files() {
    // Before 3.51.3 a checkpoint at a bad moment beside a second connection could damage a file in WAL mode
    // (sqlite.org/wal.html#walresetbug).
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {}", rusqlite::version());
}

fn open(path: &Path) -> Store {
    Store::open(path, Series::FIRST, seal()).unwrap()
}

fn ticket(number: &str) -> Ticket {
    Ticket { number: number.parse().unwrap(), date: date(2026, 11, 23) }
}

/// A day with `visits` appointments, everyone checked in, in a closed file: as on a card after the power was cut and
/// came again.
fn a_day(path: &Path, visits: u32) {
    let mut store = open(path);
    let ids: Vec<AppointmentId> = (1..=visits).map(|n| format!("v{n}").as_str().into()).collect();
    let list: Vec<ListChange> =
        ids.iter().map(|id| ListChange::Appointment(Box::new(appointment(id.as_str())))).collect();
    store.apply_feed(40, Some(&ClinicSettings::default()), &list).unwrap();
    for id in &ids {
        store.check_in(&checked_in(&"ada".into(), std::slice::from_ref(id))).unwrap();
    }
    store.acknowledge(Seq(1)).unwrap();
}

fn change(path: &Path, sql: &str) {
    assert!(rusqlite::Connection::open(path).unwrap().execute(sql, []).unwrap() > 0, "{sql}");
}

fn positions(store: &Store) -> Vec<u64> {
    store.events_after(Seq(0), 100).unwrap().iter().map(|logged| logged.seq.0).collect()
}

fn feed(store: &mut Store, cursor: u64, id: &str) {
    store.apply_feed(cursor, None, &[ListChange::Appointment(Box::new(appointment(id)))]).unwrap();
}

#[test]
fn what_the_desk_has_is_dropped_and_asked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&path, 3);
    change(&path, "UPDATE appointment SET body = x'00' WHERE row = (SELECT min(row) FROM appointment)");
    let mut store = open(&path);
    // Somebody had asked the desk before the damage was found, and what comes of that is not everything.
    assert_eq!(store.cursor().unwrap(), 40);
    assert_eq!(store.list().unwrap().len(), 2);
    feed(&mut store, 41, "v9");
    assert_eq!(store.cursor().unwrap(), 0, "the desk is asked for all of it");
    feed(&mut store, 42, "v1");
    assert_eq!((store.cursor().unwrap(), store.settings().unwrap().is_some()), (42, true));
    for text in ["'in pieces'", "'[]'"] {
        change(&path, &format!("UPDATE fact SET value = {text} WHERE name = 'settings_sealed'"));
        assert_eq!((store.settings().unwrap(), store.cursor().unwrap()), (None, 0), "{text}");
        store.apply_feed(43, Some(&ClinicSettings::default()), &[]).unwrap();
        assert_eq!((store.settings().unwrap(), store.cursor().unwrap()), (Some(ClinicSettings::default()), 43));
    }
}

#[test]
fn an_event_that_cannot_be_opened_is_set_aside_and_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&path, 6);
    for sql in [
        "UPDATE event SET body = x'00' WHERE seq = 2",
        "UPDATE event SET at = CAST(x'ff' AS TEXT) WHERE seq = 3",
        "UPDATE event SET body = 'text' WHERE seq = 6",
    ] {
        change(&path, sql);
    }
    let mut store = open(&path);
    assert_eq!(
        store.events_after(Seq(0), 2).unwrap().iter().map(|logged| logged.seq.0).collect::<Vec<_>>(),
        [1, 4],
        "room is filled"
    );
    assert_eq!(positions(&store), [1, 4, 5]);
    let ranges = |store: &Store| -> Vec<(u64, u64)> {
        store.aside_ranges().unwrap().iter().map(|(from, to)| (from.0, to.0)).collect()
    };
    assert_eq!(ranges(&store), [(2, 3), (6, 6)]);
    // The patient has that number, whatever became of the event; and the position is not used again.
    assert_eq!(store.ticket(&"v6".into()).unwrap().unwrap().ticket, ticket("A6"));
    let walked = KioskEvent::WalkedAway { step: "find-me".into() };
    assert_eq!(store.append("2026-11-23T15:00:00Z".parse().unwrap(), &walked).unwrap(), Seq(7));
    drop(store);
    let store = open(&path);
    assert_eq!((positions(&store), ranges(&store)), (vec![1, 4, 5, 7], vec![(2, 3), (6, 6)]));
    let kept: i64 = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM event_aside", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 3, "as they are, for support");
    // A position that is not there at all can never be told either.
    change(&path, "DELETE FROM event WHERE seq = 4");
    assert_eq!(ranges(&store), [(2, 4), (6, 6)]);
}

#[test]
fn events_that_the_desk_has_leave_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&path, 4);
    let mut store = open(&path);
    store.acknowledge(Seq(3)).unwrap();
    store.forget_events("2026-11-23T14:00:01Z".parse().unwrap()).unwrap();
    assert_eq!((positions(&store), store.aside_ranges().unwrap()), (vec![4], vec![]));
    change(&path, "UPDATE event SET body = x'00'");
    assert_eq!((positions(&store), store.aside_ranges().unwrap()), (vec![], vec![(Seq(4), Seq(4))]));
    store.acknowledge(Seq(4)).unwrap();
    store.forget_events("2026-11-23T14:00:01Z".parse().unwrap()).unwrap();
    assert_eq!((store.aside_ranges().unwrap(), store.last_seq().unwrap()), (vec![], Seq(4)));
}

#[test]
fn a_ticket_that_cannot_be_read_follows_from_its_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&path, 2);
    change(&path, "UPDATE ticket SET body = x'00', number = 'nothing' WHERE number = 'A1'");
    change(&path, "UPDATE ticket SET body = x'00' WHERE number = 'A2'");
    let mut store = open(&path);
    for (id, number) in [("v1", "A1"), ("v2", "A2")] {
        let again = store.check_in(&checked_in(&"ada".into(), &[id.into()])).unwrap();
        assert_eq!((again.ticket, again.given_before), (ticket(number), true), "{id} keeps their number");
    }
    assert_eq!(store.visits_of(ticket("A2")).unwrap(), ["v2".into()]);
    assert_eq!(store.visits_of(ticket("A1")).unwrap(), [], "of a number that nobody reads any more");
    // With the event gone too, nobody knows the number: the next one is given.
    change(&path, "UPDATE event SET body = x'00' WHERE seq = 1");
    assert_eq!(store.check_in(&checked_in(&"ada".into(), &["v1".into()])).unwrap().ticket, ticket("A3"));
}

fn zero(path: &Path, page: u64) {
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(page * 4096)).unwrap();
    file.write_all(&[0; 4096]).unwrap();
}

fn beside(path: &Path, begins: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(begins));
    found.sort();
    found
}

/// Each page in turn is lost, as flash memory does it. The kiosk starts each time; either it has every check-in, or it
/// says that it is a new one.
#[test]
fn a_kiosk_starts_whichever_page_is_lost_and_gives_no_number_twice() {
    let source = tempfile::tempdir().unwrap();
    let whole = source.path().join("kiosk.db");
    a_day(&whole, 40);
    let pages = std::fs::metadata(&whole).unwrap().len() / 4096;
    let (mut went_on, mut began_anew) = (0, 0);
    for page in 0..pages {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        std::fs::copy(&whole, &path).unwrap();
        zero(&path, page);
        let mut store = open(&path);
        let replaced = store.replaced().unwrap();
        if replaced.is_some() {
            assert_eq!((replaced.as_deref(), store.last_seq().unwrap()), (Some("kiosk.db"), Seq(0)), "page {page}");
            began_anew += 1;
        } else {
            let told = positions(&store).len() as u64
                + store.aside_ranges().unwrap().iter().map(|(from, to)| to.0 - from.0 + 1).sum::<u64>();
            assert_eq!(told, 40, "page {page}: every check-in is there, or known to be lost");
            let next = store.check_in(&checked_in(&"ada".into(), &["v41".into()])).unwrap();
            assert_eq!((next.ticket, store.last_seq().unwrap()), (ticket("A41"), Seq(41)), "page {page}");
            let listed = store.list().unwrap().len();
            assert!(listed == 40 || store.cursor().unwrap() == 0, "page {page}: {listed} appointments");
            went_on += 1;
        }
        drop(store);
        let again = open(&path);
        assert_eq!(again.replaced().unwrap(), replaced, "page {page}: it is whole now");
        if replaced.is_some() {
            let aside = beside(&path, "kiosk.db.damaged-");
            assert_eq!(aside.len(), 1, "page {page}");
            assert_eq!(std::fs::metadata(&aside[0]).unwrap().len(), pages * 4096, "the damaged file is kept as it is");
        }
    }
    assert!(went_on > 10 && began_anew > 2, "{went_on} went on, {began_anew} began anew of {pages}");
}

#[test]
fn a_new_file_waits_for_the_desk_and_a_power_cut_on_the_way_loses_neither() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&path, 3);
    zero(&path, 0);
    drop(open(&path));
    let mut store = open(&path);
    assert!(store.replaced().unwrap().is_some(), "a restart does not open it again");
    store.acknowledge(Seq(0)).unwrap();
    assert_eq!(store.replaced().unwrap(), None, "the desk agrees");
    drop(store);
    // The power went after the new file was whole and the old one was away.
    let named = |ending: &str| folder.path().join(format!("kiosk.db{ending}"));
    a_day(&path, 2);
    std::fs::rename(&path, named(".mended")).unwrap();
    std::fs::write(named(".mending"), "of an earlier try").unwrap();
    assert_eq!(open(&path).last_seq().unwrap(), Seq(2));
    assert!(!named(".mended").exists());
    // Nothing is done to a file that is sealed with another key, nor to what never was a kiosk's.
    zero(&path, 5);
    let before = std::fs::read(&path).unwrap();
    let other = Store::open(&path, Series::FIRST, Seal::new(&[8; 32])).unwrap_err();
    assert!(matches!(other, StoreError::OtherKey { .. }), "{other}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn the_kiosks_files_are_for_its_own_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, path) = (folder.path().join("data"), folder.path().join("data/kiosk.db"));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut store = open(&path);
    store.check_in(&checked_in(&"ada".into(), &["v1".into()])).unwrap();
    assert_eq!(mode(&inner), 0o700);
    for path in beside(&path, "kiosk.db") {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(beside(&path, "kiosk.db").len(), 3, "the file, its journal and what goes with it");
    drop(store);
    // One of before, which everybody could read.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let _store = open(&path);
    for path in beside(&path, "kiosk.db") {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// The file alone, as somebody copies it who does not know of the journal.
#[test]
fn a_copy_of_the_file_alone_has_what_was_there_when_it_settled() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("kiosk.db"), folder.path().join("copy.db"));
    let mut store = open(&path);
    store.check_in(&checked_in(&"ada".into(), &["v1".into()])).unwrap();
    store.settle().unwrap();
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(open(&copy).last_seq().unwrap(), Seq(1));
}

/// As a program of before wrote it.
fn of_version_2(path: &Path) {
    a_day(path, 3);
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch("DROP TABLE event_aside; ALTER TABLE appointment DROP COLUMN told; PRAGMA user_version = 2")
        .unwrap();
}

#[test]
fn an_update_keeps_a_copy_of_the_file_from_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    drop(open(&path));
    assert_eq!(beside(&path, "kiosk.db.before-").len(), 0, "a new file has no before");
    std::fs::remove_file(&path).unwrap();
    of_version_2(&path);
    let store = open(&path);
    assert_eq!((positions(&store), store.aside_ranges().unwrap()), (vec![1, 2, 3], vec![]));
    let copies = beside(&path, "kiosk.db.before-");
    let [copy] = copies.as_slice() else { panic!("{copies:?}") };
    assert_eq!(std::fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
    let version: i64 =
        rusqlite::Connection::open(copy).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
    assert_eq!(positions(&open(copy)), [1, 2, 3], "it opens with the same key");
}

#[test]
fn without_room_for_the_copy_nothing_is_updated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    of_version_2(&path);
    // Whatever the disk says: here the copy's name is taken by a folder.
    for version in 3..10 {
        std::fs::create_dir(folder.path().join(format!("kiosk.db.before-{version}"))).unwrap();
    }
    let error = Store::open(&path, Series::FIRST, seal()).unwrap_err();
    assert!(matches!(error, StoreError::NoCopy { found: 2, .. }), "{error}");
    let version: i64 =
        rusqlite::Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
    assert!(beside(&path, "kiosk.db.before-").iter().all(|path| path.is_dir()), "nothing unfinished is left");
}
