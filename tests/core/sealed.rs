//! Nothing that says anything about a person is in the kiosk's file in clear; without the key it stays shut.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use arrivals::domain::appointment::Appointment;
use arrivals::domain::event::StillRight;
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::insurance::{Coverage, Side};
use arrivals::domain::language::Language;
use arrivals::domain::proposal::{Field, PostalAddress, Proposal, Source, Value};
use arrivals::domain::ticket::{CallAs, Series, Ticket};
use arrivals::store::feed::ListChange;
use arrivals::store::key::{self, KeyPlace};
use arrivals::store::photos::Photo;
use arrivals::store::seal::{KEY_BYTES, Seal};
use arrivals::store::tickets::{CheckIn, WalkIn};
use arrivals::store::{Store, StoreError};
use jiff::civil::{Date, date};

use super::people::{appointment, seal};

const MONDAY: Date = date(2026, 11, 23);

/// What nobody may find: of the list, of a check-in and of a request.
const SECRETS: [&str; 23] = [
    "Zebulonia",
    "Quxworthy",
    "1936-08-18",
    "pat-zq-77001",
    "apt-zq-77002",
    "+1 555 629 4821",
    "zq.old@example.org",
    "77 Oldzq Street",
    "Ophthalmozq",
    "Dr. Zqsample",
    "Waiting area Zq",
    "ZQ-MEMBER-OLD",
    "+1 555 777 1234",
    "zq.new@example.org",
    "78 Newzq Street",
    "Zqcity",
    "ZQ-MEMBER-NEW",
    "Companionzq",
    "Walkinzq",
    "1951-07-06",
    "Zqcorridor",
    "apt-zq-77003",
    "Photozq of a card",
];

fn visit(id: &str) -> Appointment {
    let mut visit = appointment(id);
    visit.service = "Ophthalmozq".into();
    visit.practitioner = "Dr. Zqsample".into();
    visit.place = "Waiting area Zq".into();
    visit.person.id = "pat-zq-77001".into();
    visit.person.given_name = "Zebulonia".into();
    visit.person.family_name = "Quxworthy".into();
    for (field, value) in [
        (Field::Phone, Value::Text("+1 555 629 4821".into())),
        (Field::Email, Value::Text("zq.old@example.org".into())),
        (
            Field::Address,
            Value::Address(PostalAddress { street: "77 Oldzq Street".into(), ..PostalAddress::default() }),
        ),
        (Field::Insurance, Value::Coverage(Box::new(card("ZQ-MEMBER-OLD")))),
    ] {
        assert!(visit.set_value(field, value));
    }
    visit
}

fn card(member: &str) -> Coverage {
    Coverage { payer: "Example Health".into(), member_id: member.into(), ..Coverage::default() }
}

fn proposals() -> Vec<Proposal> {
    let visit = visit("apt-zq-77002");
    [
        (Field::Phone, Value::Text("+1 555 777 1234".into())),
        (Field::Email, Value::Text("zq.new@example.org".into())),
        (
            Field::Address,
            Value::Address(PostalAddress {
                street: "78 Newzq Street".into(),
                city: "Zqcity".into(),
                ..PostalAddress::default()
            }),
        ),
        (Field::Insurance, Value::Coverage(Box::new(card("ZQ-MEMBER-NEW")))),
    ]
    .map(|(field, new)| Proposal {
        field,
        old: visit.value(field),
        new,
        source: Source::Typed,
        insisted: false,
        photos: Vec::new(),
    })
    .into()
}

/// A day at the kiosk: the list comes, somebody checks in with changes, somebody walks in, a ticket comes from
/// elsewhere.
fn a_day(store: &mut Store) {
    let elsewhere = Ticket { number: "C4".parse().unwrap(), date: MONDAY };
    let changes = [
        ListChange::Appointment(Box::new(visit("apt-zq-77002"))),
        ListChange::Appointment(Box::new(visit("apt-zq-77003"))),
        ListChange::Visit { appointment: "apt-zq-77003".into(), ticket: Some(elsewhere), seen: false },
    ];
    store.apply_feed(1, None, &changes).unwrap();
    store
        .check_in(&CheckIn {
            at: "2026-11-23T14:00:00Z".parse().unwrap(),
            date: MONDAY,
            patient: &"pat-zq-77001".into(),
            appointments: &["apt-zq-77002".into()],
            language: Language::English,
            call_as: CallAs::Number,
            details: StillRight::Changed,
            insurance: StillRight::Changed,
            companion: Some(&"Companionzq".into()),
            documents: None,
            proposals: &proposals(),
            photos: &[Photo { field: Field::Insurance, side: Side::Front, picture: b"Photozq of a card" }],
            place: "Waiting area Zq",
        })
        .unwrap();
    store
        .walk_in(&WalkIn {
            at: "2026-11-23T14:05:00Z".parse().unwrap(),
            date: MONDAY,
            given_name: &"Walkinzq".into(),
            family_name: &"Quxworthy".into(),
            birth_date: arrivals::domain::person::BirthDate(date(1951, 7, 6)),
            category: "general",
            language: Language::English,
            call_as: CallAs::Number,
            companion: None,
            place: "Zqcorridor",
        })
        .unwrap();
}

/// Every file of a folder, as it lies on the disk.
fn raw(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.clone(), std::fs::read(path).unwrap()));
    }
    files.sort();
    files
}

/// Which secrets are in the folder's files, as text of one byte or of two bytes a letter.
fn found(folder: &Path) -> Vec<&'static str> {
    let files = raw(folder);
    let is_in = |bytes: &[u8]| files.iter().any(|(_, file)| file.windows(bytes.len()).any(|window| window == bytes));
    let is_there = |secret: &&str| {
        let wide: Vec<u16> = secret.encode_utf16().collect();
        is_in(secret.as_bytes())
            || is_in(&wide.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>())
            || is_in(&wide.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>())
    };
    SECRETS.into_iter().filter(is_there).collect()
}

/// A file of version 1 with the same day, as that version wrote it.
fn a_day_in_clear(path: &Path) -> rusqlite::Connection {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    a_day(&mut store);
    let old = rusqlite::Connection::open(path).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    old.pragma_update(None, "secure_delete", "ON").unwrap();
    old.execute_batch(
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
         CREATE TABLE event (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL);
         CREATE TABLE counter (date TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
         CREATE TABLE ticket (
             appointment TEXT PRIMARY KEY, date TEXT NOT NULL, number TEXT NOT NULL, place TEXT NOT NULL, seq INTEGER,
             seen INTEGER NOT NULL DEFAULT 0
         ) WITHOUT ROWID;
         CREATE TABLE appointment (id TEXT PRIMARY KEY, start TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
         INSERT INTO fact VALUES ('last_seq', '7'), ('acknowledged_seq', '6'), ('feed_cursor', '42');
         INSERT INTO counter VALUES ('2026-11-23', 2);
         INSERT INTO ticket VALUES ('apt-zq-77002', '2026-11-23', 'A1', 'Waiting area Zq', 6, 1);
         INSERT INTO ticket VALUES ('walk-in-2026-11-23-A2', '2026-11-23', 'A2', 'Zqcorridor', 7, 0);
         INSERT INTO ticket VALUES ('apt-zq-77003', '2026-11-23', 'C4', '', NULL, 0);
         PRAGMA user_version = 1;",
    )
    .unwrap();
    // Positions that do not begin with 1, as after some days.
    for (seq, event) in (6..).zip(store.events_after(Seq(0), 10).unwrap()) {
        let body = serde_json::to_string(&event.event).unwrap();
        old.execute("INSERT INTO event VALUES (?1, ?2, ?3)", rusqlite::params![seq, event.at.to_string(), body])
            .unwrap();
    }
    for visit in store.list().unwrap().iter() {
        let body = serde_json::to_string(visit).unwrap();
        let row = rusqlite::params![visit.id.as_str(), visit.start.to_string(), body];
        old.execute("INSERT INTO appointment VALUES (?1, ?2, ?3)", row).unwrap();
    }
    old
}

#[test]
fn nothing_about_a_person_is_in_the_raw_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
    a_day(&mut store);
    assert!(folder.path().join("kiosk.db-wal").metadata().unwrap().len() > 0, "there is a journal to look into");
    assert_eq!(found(folder.path()), [""; 0], "while it is open");
    drop(store);
    assert_eq!(found(folder.path()), [""; 0], "after it was closed");
    // And all of it is there for whoever has the key.
    let store = Store::open(&path, Series::FIRST, seal()).unwrap();
    let said = serde_json::to_string(&store.events_after(Seq(0), 10).unwrap()).unwrap();
    let list = serde_json::to_string(&store.list().unwrap().iter().collect::<Vec<_>>()).unwrap();
    let places: String =
        ["apt-zq-77002", "walk-in-2026-11-23-A2"].map(|id| store.ticket(&id.into()).unwrap().unwrap().place).concat();
    let photo = store.photo(store.pending_photos().unwrap()[0]).unwrap().unwrap();
    let all = said + &list + &places + std::str::from_utf8(&photo).unwrap();
    let missing: Vec<&str> = SECRETS.into_iter().filter(|secret| !all.contains(secret)).collect();
    assert_eq!(missing, [""; 0]);
    assert_eq!(store.list().unwrap().get(&"apt-zq-77002".into()), Some(&visit("apt-zq-77002")));
}

#[test]
fn a_file_in_clear_is_sealed_and_no_trace_stays() {
    for is_open_elsewhere in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        let old = a_day_in_clear(&path);
        if !is_open_elsewhere {
            old.close().unwrap();
        }
        let in_clear: Vec<&str> = SECRETS.into_iter().filter(|secret| !secret.contains("Photo")).collect();
        assert_eq!(found(folder.path()), in_clear, "this search finds what is in clear");
        let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
        assert_eq!(found(folder.path()), [""; 0]);
        assert_eq!((store.last_seq().unwrap(), store.acknowledged().unwrap()), (Seq(7), Seq(6)));
        assert_eq!(store.cursor().unwrap(), 0, "another version of the program took the list");
        let events = store.events_after(Seq(0), 10).unwrap();
        assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [6, 7]);
        assert_eq!(events[0].at, "2026-11-23T14:00:00Z".parse().unwrap());
        assert_eq!(store.list().unwrap().get(&"apt-zq-77003".into()), Some(&visit("apt-zq-77003")));
        let known = store.ticket(&"apt-zq-77002".into()).unwrap().unwrap();
        assert_eq!(
            (known.ticket.number.to_string(), known.place.as_str(), known.seen),
            ("A1".into(), "Waiting area Zq", true)
        );
        assert!(store.desk_knows(&"apt-zq-77002".into()).unwrap() && store.desk_knows(&"apt-zq-77003".into()).unwrap());
        assert!(!store.desk_knows(&"walk-in-2026-11-23-A2".into()).unwrap());
        let gives_room_back: i64 =
            rusqlite::Connection::open(&path).unwrap().query_row("PRAGMA auto_vacuum", [], |row| row.get(0)).unwrap();
        assert_eq!(gives_room_back, 2, "incrementally, as a new file does");
        // The next number and position go on from there.
        a_day(&mut store);
        assert_eq!(store.last_seq().unwrap(), Seq(8));
        assert_eq!(found(folder.path()), [""; 0]);
        drop(store);
        let store = Store::open(&path, Series::FIRST, seal()).unwrap();
        assert_eq!(store.list().unwrap().len(), 2);
    }
}

#[test]
fn traces_that_a_power_cut_left_are_removed_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    drop(a_day_in_clear(&path));
    drop(Store::open(&path, Series::FIRST, seal()).unwrap());
    // As if the power had gone after everything was sealed and before the file was written anew.
    let cut = rusqlite::Connection::open(&path).unwrap();
    cut.pragma_update(None, "secure_delete", "OFF").unwrap();
    cut.execute_batch(
        "CREATE TABLE clear (body TEXT); INSERT INTO clear VALUES ('Zebulonia'); DROP TABLE clear;
         INSERT INTO fact VALUES ('traces', '1');",
    )
    .unwrap();
    assert_eq!(found(folder.path()), ["Zebulonia"]);
    let store = Store::open(&path, Series::FIRST, seal()).unwrap();
    assert_eq!(found(folder.path()), [""; 0]);
    assert_eq!(store.list().unwrap().len(), 2);
    drop((cut, store));
    let again = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(
        again.query_row("SELECT count(*) FROM fact WHERE name = 'traces'", [], |row| row.get::<_, i64>(0)).unwrap(),
        0
    );
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    a_day(&mut Store::open(&path, Series::FIRST, seal()).unwrap());
    let before = raw(folder.path());
    let error = Store::open(&path, Series::FIRST, Seal::new(&[8; KEY_BYTES])).unwrap_err();
    assert!(matches!(error, StoreError::OtherKey { .. }));
    let error = error.to_string();
    assert!(
        error.contains("another key") && error.contains("give the kiosk that key") && error.contains("kiosk.db"),
        "{error}"
    );
    assert_eq!(raw(folder.path()), before);
    assert_eq!(Store::open(&path, Series::FIRST, seal()).unwrap().list().unwrap().len(), 2);
}

#[test]
fn rows_that_were_exchanged_or_damaged_are_noticed() {
    for (change, what) in [
        ("UPDATE event SET body = (SELECT body FROM event WHERE seq = 2) WHERE seq = 1", "event"),
        ("UPDATE event SET at = '2026-11-23T15:00:00Z' WHERE seq = 1", "event"),
        ("UPDATE event SET body = 'in clear' WHERE seq = 1", "event"),
        ("UPDATE event SET body = NULLIF(body, x'') || x'00' WHERE seq = 1", "event"),
        ("UPDATE appointment SET body = (SELECT max(body) FROM appointment)", "appointment"),
        ("UPDATE appointment SET body = (SELECT body FROM event WHERE seq = 1)", "appointment"),
        ("UPDATE ticket SET body = (SELECT body FROM ticket WHERE number = 'C4')", "ticket"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        a_day(&mut Store::open(&path, Series::FIRST, seal()).unwrap());
        rusqlite::Connection::open(&path).unwrap().execute(change, []).unwrap();
        let store = Store::open(&path, Series::FIRST, seal()).unwrap();
        let numbers = ["apt-zq-77002", "apt-zq-77003"].map(|id| store.ticket(&id.into()).unwrap().unwrap());
        let (events, listed) = (store.events_after(Seq(0), 10).unwrap().len(), store.list().unwrap().len());
        let found = match (events, listed, numbers.iter().filter(|known| known.place.is_empty()).count()) {
            (1, 2, 1) => "event",
            (2, 0 | 1, 1) => "appointment",
            (2, 2, 2) => "ticket",
            _ => "something else",
        };
        assert_eq!(found, what, "{change}");
    }
}

#[test]
fn a_key_is_made_once_and_only_for_a_file_that_is_not_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, named) = (folder.path().join("kiosk.db"), folder.path().join("keys/kiosk.key"));
    let (seal, place) = key::find(&data, Some(&named), None).unwrap();
    assert_eq!(place, KeyPlace::Named);
    assert_eq!(named.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(raw(named.parent().unwrap()).len(), 1, "nothing unfinished stays");
    a_day(&mut Store::open(&data, Series::FIRST, seal).unwrap());
    let (seal, _) = key::find(&data, Some(&named), None).unwrap();
    assert_eq!(Store::open(&data, Series::FIRST, seal).unwrap().list().unwrap().len(), 2);
    // Lost: no other is made in its place.
    let kept = std::fs::read(&named).unwrap();
    std::fs::remove_file(&named).unwrap();
    let error = key::find(&data, Some(&named), None).unwrap_err();
    assert!(matches!(error, StoreError::KeyMissing { .. }));
    assert!(error.to_string().contains("put the key back"), "{error}");
    assert!(!named.exists() && !key::beside(&data).exists());
    // Back again, but for everybody to read.
    std::fs::write(&named, &kept).unwrap();
    std::fs::set_permissions(&named, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = key::find(&data, Some(&named), None).unwrap_err().to_string();
    assert!(error.contains("chmod 600"), "{error}");
    std::fs::set_permissions(&named, std::fs::Permissions::from_mode(0o400)).unwrap();
    key::find(&data, Some(&named), None).unwrap();
}

#[test]
fn a_key_is_looked_for_where_the_configuration_says_then_with_the_service_then_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (data, named, credentials) =
        (folder.path().join("kiosk.db"), folder.path().join("named"), folder.path().join("credentials"));
    std::fs::create_dir(&credentials).unwrap();
    let place = |named, credentials| key::find(&data, named, credentials).unwrap().1;
    assert_eq!(place(None, Some(&*credentials)), KeyPlace::Beside);
    std::fs::write(credentials.join("kiosk-key"), "0F".repeat(32)).unwrap();
    assert_eq!(place(None, Some(&*credentials)), KeyPlace::Credential);
    assert_eq!(place(Some(&*named), Some(&*credentials)), KeyPlace::Named);
    assert_eq!(place(None, None), KeyPlace::Beside);
    assert_eq!(key::beside(&data), folder.path().join("kiosk.db.key"));
    // A credential is the key that it says.
    let (seal, _) = key::find(&data, None, Some(&credentials)).unwrap();
    drop(Store::open(&data, Series::FIRST, Seal::new(&[0x0f; KEY_BYTES])).unwrap());
    Store::open(&data, Series::FIRST, seal).unwrap();
}

#[test]
fn what_is_no_key_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let (data, named) = (folder.path().join("kiosk.db"), folder.path().join("key"));
    for (text, taken) in [
        ("ab".repeat(32), true),
        (format!("\n {}\r\n", "AB".repeat(32)), true),
        (String::new(), false),
        ("ab".repeat(31), false),
        ("ab".repeat(33), false),
        (format!("{}a", "ab".repeat(32)), false),
        ("ag".repeat(32), false),
        (format!("{} {}", "ab".repeat(16), "ab".repeat(16)), false),
        ("sesame-open".into(), false),
        ("ab".repeat(100_000), false),
    ] {
        std::fs::write(&named, &text).unwrap();
        std::fs::set_permissions(&named, std::fs::Permissions::from_mode(0o600)).unwrap();
        match key::find(&data, Some(&named), None) {
            Ok(_) => assert!(taken, "{text}"),
            Err(error) => {
                let error = error.to_string();
                assert!(!taken && error.contains("64 hexadecimal digits"), "{error}");
                assert!(!error.contains("abab") && !error.contains("sesame"), "{error}");
            }
        }
    }
    let error = key::find(&data, Some(folder.path()), None).unwrap_err().to_string();
    assert!(error.contains("cannot use the key file") || error.contains("chmod"), "{error}");
}

#[test]
fn the_visits_of_a_ticket_are_found_without_their_numbers_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    a_day(&mut store);
    let ids = |letter, count| {
        store.visits_of(Ticket { number: format!("{letter}{count}").parse().unwrap(), date: MONDAY }).unwrap()
    };
    assert_eq!(ids('A', 1), [AppointmentId::from("apt-zq-77002")]);
    assert_eq!(ids('C', 4), [AppointmentId::from("apt-zq-77003")]);
    assert_eq!(ids('A', 2).len(), 1);
    assert!(ids('A', 3).is_empty());
}

#[test]
fn the_key_of_ticket_pages_is_not_in_clear_and_a_file_where_it_was_is_sealed() {
    use arrivals::domain::pages::TicketPages;
    use arrivals::domain::settings::ClinicSettings;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let key = "c0ffee5a".repeat(8);
    let settings = ClinicSettings {
        name: "Zq clinic".into(),
        pages: TicketPages { address: "https://arrivals.example.org".into(), key: key.clone() },
        ..ClinicSettings::default()
    };
    let is_in_clear = || {
        let files =
            ["kiosk.db", "kiosk.db-wal"].map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default());
        files.iter().any(|bytes| bytes.windows(key.len()).any(|part| part == key.as_bytes()))
    };
    let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
    store.apply_feed(7, Some(&settings), &[]).unwrap();
    assert_eq!(store.settings().unwrap().unwrap().pages.key, key);
    assert!(!is_in_clear(), "while it is open");
    drop(store);
    assert!(!is_in_clear());
    // As the version before left it.
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute("DELETE FROM fact WHERE name = 'settings_sealed'", []).unwrap();
    conn.execute("INSERT INTO fact(name, value) VALUES ('settings', ?1)", [serde_json::to_string(&settings).unwrap()])
        .unwrap();
    conn.execute_batch("DROP TABLE event_aside; ALTER TABLE appointment DROP COLUMN told; PRAGMA user_version = 2")
        .unwrap();
    drop(conn);
    assert!(is_in_clear(), "this search finds what is in clear");
    let store = Store::open(&path, Series::FIRST, seal()).unwrap();
    assert_eq!(store.settings().unwrap().unwrap().pages, settings.pages);
    assert_eq!(store.cursor().unwrap(), 7);
    assert!(!is_in_clear(), "and no trace of it stays");
}
