//! A scanner on a pair of terminals: one end is the kiosk's, the other the scanner.

#[path = "../people/person.rs"]
mod invented;

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use arrivals::clock::SystemClock;
use arrivals::codes::{self, Reader, Scanned};
use arrivals::device::scanner::{Scanner, ScannerEvent, ScannerListener, ScannerStatus, SimulatedScanner, open};
use arrivals::domain::born::Born;
use arrivals::domain::identity::{Index, Match, Typed};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::person::Person;
use jiff::civil::{Date, date};
use serialport::{SerialPort, TTYPort};

/// Longer than anything here takes; a test that waits for it has failed.
const LIMIT: Duration = Duration::from_secs(20);

fn listener() -> (ScannerListener, Receiver<ScannerEvent>) {
    let (tell, heard) = channel();
    (Box::new(move |event| drop(tell.send(event))), heard)
}

fn start(uri: &str) -> (Scanner, Receiver<ScannerEvent>) {
    let (listener, heard) = listener();
    (open(uri, Arc::new(SystemClock::default()), listener).expect("understood"), heard)
}

#[track_caller]
fn next(heard: &Receiver<ScannerEvent>) -> ScannerEvent {
    heard.recv_timeout(LIMIT).expect("an event")
}

fn status(status: ScannerStatus) -> ScannerEvent {
    ScannerEvent::Status(status)
}

#[track_caller]
fn scanned(event: &ScannerEvent) -> &[u8] {
    match event {
        ScannerEvent::Scanned(scan) => scan.as_bytes(),
        ScannerEvent::Status(status) => panic!("a scan, not {status:?}"),
    }
}

/// Plugs a scanner in where the kiosk looks for it.
fn plug(at: &Path) -> TTYPort {
    let (far, near) = TTYPort::pair().expect("a pair of terminals");
    let name = near.name().expect("a name");
    // The kernel keeps a terminal while one end is open, and the kiosk's end is opened by the kiosk.
    std::mem::forget(near);
    let _ = std::fs::remove_file(at);
    symlink(name, at).expect("a link");
    far
}

#[test]
fn a_serial_scanner_reads_is_pulled_out_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("ttyACM0");
    let (scanner, heard) = start(&format!("serial:{}?baud=9600", at.display()));
    assert_eq!(next(&heard), status(ScannerStatus::Unreachable));

    let mut far = plug(&at);
    assert_eq!(next(&heard), status(ScannerStatus::Ready));
    far.write_all(b"ARR:A:4711\r\n").expect("sent");
    let event = next(&heard);
    assert_eq!(codes::parse(scanned(&event)), Scanned::Appointment(AppointmentId::from("4711")));

    let licence = b"@\n\x1e\rANSI 636000080002DL00410278\nDCSDOE\nDBB01311957\r";
    far.write_all(licence).expect("sent");
    assert_eq!(scanned(&next(&heard)), licence.trim_ascii_end(), "control characters and line ends within");

    std::fs::remove_file(&at).expect("unplugged");
    drop(far);
    assert_eq!(next(&heard), status(ScannerStatus::Unreachable));
    let mut far = plug(&at);
    assert_eq!(next(&heard), status(ScannerStatus::Ready));
    far.write_all(b"ARR:A:4712\r").expect("sent");
    assert_eq!(scanned(&next(&heard)), b"ARR:A:4712");

    far.write_all(&[b'x'; 6000]).expect("sent");
    assert_eq!(next(&heard), status(ScannerStatus::Garbled));
    far.write_all(b"ARR:A:4713\r").expect("sent");
    assert_eq!(next(&heard), status(ScannerStatus::Ready));
    assert_eq!(scanned(&next(&heard)), b"ARR:A:4713");
    drop(scanner);
    assert!(heard.try_recv().is_err(), "a stopped scanner is quiet");
}

#[test]
fn no_scanner_is_a_status() {
    let (_scanner, heard) = start("none");
    assert_eq!(next(&heard), status(ScannerStatus::NotSetUp));
}

#[test]
fn the_simulated_scanner_reads_only_when_plugged_in() {
    let (listener, heard) = listener();
    let scanner = SimulatedScanner::new(listener);
    scanner.scan("ARR:A:1");
    scanner.unplug();
    scanner.unplug();
    scanner.scan("ARR:A:2");
    scanner.plug();
    scanner.scan("ARR:A:3");
    let all: Vec<ScannerEvent> = heard.try_iter().collect();
    assert_eq!(all.len(), 5, "{all:?}");
    assert_eq!(all[0], status(ScannerStatus::Ready));
    assert_eq!(scanned(&all[1]), b"ARR:A:1");
    assert_eq!(all[2], status(ScannerStatus::Unreachable));
    assert_eq!(all[3], status(ScannerStatus::Ready));
    assert_eq!(scanned(&all[4]), b"ARR:A:3");
}

/// The invented people of a day's list, with the appointment of each row.
fn people_of_the_day() -> Vec<(String, Person)> {
    let day = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/day.csv");
    let mut rows = csv::Reader::from_path(day).expect("the day");
    let columns = rows.headers().expect("a first line").clone();
    let column = |name: &str| columns.iter().position(|column| column == name).expect("the column");
    let [appointment, id, given, family, born] =
        ["appointment_id", "patient_id", "given_name", "family_name", "birth_date"].map(column);
    rows.records()
        .map(|row| {
            let row = row.expect("a row");
            let born = Born::on(row[born].parse::<Date>().expect("a date"));
            let person = Person { birth_date: born, ..invented::person(&row[id], &row[given], &row[family]) };
            (row[appointment].to_owned(), person)
        })
        .collect()
}

/// The same cards become pictures and are read by another program in `tests/outside/licences.py`.
#[test]
fn licences_over_the_line_find_the_right_person() {
    let people = people_of_the_day();
    let index = Index::new(people.iter().map(|(_, person)| person));
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("ttyACM0");
    let mut far = plug(&at);
    let (_scanner, heard) = start(&format!("serial:{}", at.display()));
    assert_eq!(next(&heard), status(ScannerStatus::Ready));
    let reader = Reader::default();
    for (appointment, card) in [
        ("apt-0002", "apt-0002.v00.us.aamva"),
        ("apt-0003", "apt-0003.v01.us.aamva"),
        ("apt-0004", "apt-0004.v02.us.aamva"),
        ("apt-0005", "apt-0005.v03.ca.aamva"),
        ("apt-0128", "apt-0128.v04.us.aamva"),
        ("apt-0010", "apt-0010.v06.us.aamva"),
        ("apt-0169", "apt-0169.v08.ca.aamva"),
        ("apt-0001", "apt-0001.v09.us.aamva"),
        ("apt-0061", "apt-0061.v10.us.aamva"),
        ("apt-0070", "apt-0070.v10.ca.aamva"),
    ] {
        let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/licences").join(card))
            .expect("a card");
        far.write_all(&bytes).expect("sent");
        let event = next(&heard);
        let Scanned::Licence(licence) = reader.read(scanned(&event), date(2026, 11, 23)) else {
            panic!("{card} is no licence")
        };
        let typed = Typed {
            birth_date: licence.birth_date,
            family_name: licence.family_name.clone(),
            given_name: Some(licence.given_name.clone()),
            phone_last4: None,
        };
        let (_, meant) = people.iter().find(|(id, _)| id == appointment).expect("somebody of the day");
        assert_eq!(index.find(&typed), Match::One(meant.id.clone()), "{card}");
    }
}
