//! The durable check-in beside a bare SQLite commit with fsync: `cargo bench --no-default-features --bench save`.
//!
//! What a commit costs is up to the disk and to who else writes to it, so only the ratio of the two means something:
//! they take turns, one of each, into files in the same folder. `ARRIVALS_BENCH_DIR` names that folder (a real disk:
//! on a RAM disk fsync costs nothing); without it the system's temporary folder is used.
//!
//! Besides: how long a large clinic's list takes to be opened and read when the kiosk starts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

mod measure;

use std::path::{Path, PathBuf};
use std::time::Duration;

use arrivals::domain::appointment::{Appointment, AppointmentStatus, Confirmed};
use arrivals::domain::born::Born;
use arrivals::domain::event::StillRight;
use arrivals::domain::ids::{AppointmentId, PatientId};
use arrivals::domain::insurance::Coverage;
use arrivals::domain::language::Language;
use arrivals::domain::person::{Contact, EmergencyContact, Person};
use arrivals::domain::ticket::{CallAs, Series};
use arrivals::store::Store;
use arrivals::store::feed::ListChange;
use arrivals::store::seal::{KEY_BYTES, Seal};
use arrivals::store::tickets::CheckIn;
use criterion::Criterion;
use jiff::Timestamp;
use jiff::civil::date;
use measure::Times;
use rusqlite::Connection;

/// So many ratios are taken, to see how much they differ.
const RATIOS: usize = 9;
/// A check-in may cost so many bare commits.
const RATIO_MAX: f64 = 1.5;
/// So many appointments are on a large clinic's list for eight days.
const LIST: usize = 10_000;
/// The list is read so often.
const STARTS: usize = 15;
/// A kiosk must be there at once after a power cut.
const START_MAX: Duration = Duration::from_millis(300);

/// One small row and its commit: the least that a durable check-in could cost.
struct Bare {
    connection: Connection,
}

impl Bare {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the folder can be written");
        connection.pragma_update(None, "journal_mode", "WAL").expect("WAL");
        connection.pragma_update(None, "synchronous", "FULL").expect("FULL");
        connection.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)").expect("a new file");
        Self { connection }
    }

    fn commit(&mut self) {
        let transaction = self.connection.transaction().expect("a transaction");
        transaction.prepare_cached("INSERT INTO row (body) VALUES (?1)").expect("SQL").execute(["A17"]).expect("a row");
        transaction.commit().expect("a commit");
    }
}

/// The kiosk's file, and the next person.
struct Kiosk {
    store: Store,
    next: u32,
}

impl Kiosk {
    fn open(path: &Path) -> Self {
        Self {
            store: Store::open(path, Series::FIRST, Seal::new(&[7; KEY_BYTES])).expect("the folder can be written"),
            next: 1,
        }
    }

    fn check_in(&mut self) {
        let patient = PatientId::new(format!("patient-{:05}", self.next));
        let appointments = [AppointmentId::new(format!("appointment-{:05}", self.next))];
        self.next += 1;
        let at: Timestamp = "2026-11-23T15:05:00Z".parse().expect("a timestamp");
        let known = self
            .store
            .check_in(&CheckIn {
                at,
                date: date(2026, 11, 23),
                patient: &patient,
                appointments: &appointments,
                language: Language::English,
                call_as: CallAs::Number,
                details: StillRight::Yes,
                insurance: StillRight::Yes,
                companion: None,
                documents: None,
                proposals: &[],
                photos: &[],
                place: "Main building, 1st floor, waiting area A",
            })
            .expect("saved");
        assert!(!known.given_before, "nobody is checked in twice here");
    }
}

/// Takes so many turns for each ratio, resting before each, and says what came of it.
fn compare(folder: &Path, how: &str, turns: usize, rest: Duration) {
    let folder = folder.join(how.replace(' ', "-"));
    std::fs::create_dir(&folder).expect("a folder");
    let (mut bare, mut kiosk) = (Bare::open(&folder.join("bare.db")), Kiosk::open(&folder.join("kiosk.db")));
    let timed = |act: &mut dyn FnMut()| {
        std::thread::sleep(rest);
        measure::timed(act).0
    };
    let (mut all_bares, mut all_saves, mut ratios) = (Times::default(), Times::default(), Vec::new());
    for _ in 0..RATIOS {
        let (mut bares, mut saves) = (Times::default(), Times::default());
        for turn in 0..turns {
            // Who goes first changes, so that neither always pays for the other's traffic.
            if turn % 2 == 0 {
                bares.push(timed(&mut || bare.commit()));
                saves.push(timed(&mut || kiosk.check_in()));
            } else {
                saves.push(timed(&mut || kiosk.check_in()));
                bares.push(timed(&mut || bare.commit()));
            }
        }
        ratios.push(saves.at(0.5).as_secs_f64() / bares.at(0.5).as_secs_f64());
        all_bares.extend(bares);
        all_saves.extend(saves);
    }
    println!("{how}:");
    println!("bare commit  {}", all_bares.say());
    println!("check-in     {}", all_saves.say());
    ratios.sort_by(f64::total_cmp);
    let (least, ratio, most) = (ratios[0], ratios[RATIOS / 2], ratios[RATIOS - 1]);
    println!(
        "a check-in costs {ratio:.2} bare commits ({least:.2} to {most:.2} in {RATIOS} runs \
         of {turns}); budget {RATIO_MAX}\n"
    );
}

/// Sealing costs something for each appointment at each start.
fn start_with_a_list(folder: &Path) {
    let path = folder.join("list.db");
    let open = || Store::open(&path, Series::FIRST, Seal::new(&[7; KEY_BYTES])).expect("the folder can be written");
    let changes: Vec<ListChange> = (0..LIST).map(|n| ListChange::Appointment(Box::new(appointment(n)))).collect();
    let (taken, ()) = measure::timed(|| open().apply_feed(1, None, &changes).expect("the list"));
    let mut starts = Times::default();
    for _ in 0..STARTS {
        let (start, list) = measure::timed(|| open().list().expect("the list"));
        assert_eq!(list.len(), LIST);
        starts.push(start);
    }
    println!("a list of {LIST}:");
    println!("taken from the desk in {taken:.1?}");
    println!("open and read {}; budget {START_MAX:?}\n", starts.say());
}

fn appointment(n: usize) -> Appointment {
    Appointment {
        id: AppointmentId::new(format!("appointment-{n:05}")),
        start: "2026-11-23T15:00:00Z".parse().expect("a timestamp"),
        minutes: 20,
        status: AppointmentStatus::Booked,
        service: "Eye clinic".to_owned(),
        practitioner: "Dr. Ida Sample".to_owned(),
        place: "Main building, 1st floor, waiting area A".to_owned(),
        person: Person {
            id: PatientId::new(format!("patient-{n:05}")),
            given_name: "Ada".into(),
            family_name: "Example".into(),
            birth_date: Born::on(date(1936, 8, 18)),
            other_given_names: Vec::new(),
            other_family_names: vec!["Beispiel".into()],
            other_phones: Vec::new(),
            number: String::new(),
            source: String::new(),
            contact: Contact {
                phone: "+1 555 629 4821".into(),
                email: "ada@example.org".into(),
                address: "12 Mill Street".into(),
                city: "Granby".into(),
                state: "CT".into(),
                postal_code: "06035".into(),
            },
            language: None,
            interpreter: None,
            preferred_name: "".into(),
            emergency_contact: EmergencyContact::default(),
        },
        coverage: Some(Coverage {
            payer: "Example Health".into(),
            member_id: "H100-200-300".into(),
            ..Coverage::default()
        }),
        second_coverage: None,
        confirmed: Confirmed::default(),
        booked_on: None,
        documents: Vec::new(),
    }
}

fn main() {
    let folder = std::env::var_os("ARRIVALS_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).expect("ARRIVALS_BENCH_DIR is a folder that can be written");
    compare(folder.path(), "one after the other", 400, Duration::ZERO);
    // At a kiosk there are seconds between two of them, in which disk and processor go to rest.
    compare(folder.path(), "after a rest", 40, Duration::from_millis(10));
    start_with_a_list(folder.path());
    let mut criterion = Criterion::default().configure_from_args();
    let mut bare = Bare::open(&folder.path().join("bare-again.db"));
    criterion.bench_function("bare SQLite commit with fsync", |bench| bench.iter(|| bare.commit()));
    let mut kiosk = Kiosk::open(&folder.path().join("kiosk-again.db"));
    criterion.bench_function("durable check-in", |bench| bench.iter(|| kiosk.check_in()));
    criterion.final_summary();
}
