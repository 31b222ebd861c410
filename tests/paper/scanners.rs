//! A scanner on a pair of terminals: one end is the kiosk's, the other the scanner.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use arrivals::clock::SystemClock;
use arrivals::codes::{self, Scanned};
use arrivals::device::scanner::{Scanner, ScannerEvent, ScannerListener, ScannerStatus, SimulatedScanner, open};
use arrivals::domain::ids::AppointmentId;
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
