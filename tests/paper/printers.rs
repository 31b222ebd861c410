//! What a printer says before and after, and what the kiosk makes of it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use arrivals::device::printer::{
    EscposPrinter, FileConnect, Patience, PrintJob, Printer, PrinterStatus, SimulatedCondition, SimulatedPrinter,
    TcpConnect, open,
};
use arrivals::domain::ticket::{PrintOutcome, PrintTrouble};
use arrivals::paper::{PaperWidth, Typesetter};
use serialport::SerialPort;

use crate::machine::{Behaviour, Machine};
use crate::{escpos_reader, faces};

const QUICK: Patience = Patience {
    connect: Duration::from_millis(500),
    answer: Duration::from_millis(15),
    send: Duration::from_secs(5),
    finish: Duration::from_millis(15),
    paper_mm_per_second: 100_000,
};

/// For a printer in another thread, which may have to wait for its turn on a busy machine.
const FAIR: Patience = Patience { answer: Duration::from_secs(3), finish: Duration::from_secs(5), ..QUICK };

fn job() -> PrintJob {
    let paper = PaperWidth::Mm80;
    PrintJob { ticket: faces::a17(), paper, picture: Typesetter::new().ticket(&faces::english_named(), paper) }
}

/// A printer in this state: what becomes of a ticket, how many come out, and what it says then.
fn check(row: &str, behaviour: Behaviour, outcome: PrintOutcome, tickets: usize, status: PrinterStatus) -> Machine {
    let machine = Machine::new(behaviour);
    let mut printer = EscposPrinter::new(machine.clone(), QUICK);
    assert_eq!(printer.print(&job()), outcome, "{row}");
    assert_eq!(machine.state().tickets, tickets, "{row}");
    assert_eq!(printer.status(), status, "{row}");
    machine
}

#[test]
fn what_becomes_of_a_ticket() {
    use PrintOutcome::{Failed, Printed, Unknown};
    use PrinterStatus as Status;
    let fine = Behaviour::default;
    check("all is well", fine(), Printed, 1, Status::Ready);
    check("paper low", Behaviour { paper_low: true, ..fine() }, Printed, 1, Status::PaperLow);
    check("no answer in turn", Behaviour { no_answer_in_turn: true, ..fine() }, Printed, 1, Status::Ready);
    check("silent", Behaviour { silent: true, ..fine() }, Unknown, 1, Status::Unknown);
    check("garbled answers", Behaviour { garbled: true, ..fine() }, Unknown, 1, Status::Unknown);
    check(
        "unplugged",
        Behaviour { unplugged: true, ..fine() },
        Failed(PrintTrouble::Unreachable),
        0,
        Status::Unreachable,
    );

    for (row, behaviour, trouble, status) in [
        ("no paper", Behaviour { no_paper: true, ..fine() }, PrintTrouble::NoPaper, Status::NoPaper),
        ("cover open", Behaviour { cover_open: true, ..fine() }, PrintTrouble::CoverOpen, Status::CoverOpen),
        (
            "cover open, no paper",
            Behaviour { cover_open: true, no_paper: true, ..fine() },
            PrintTrouble::CoverOpen,
            Status::CoverOpen,
        ),
        ("fault", Behaviour { fault: true, ..fine() }, PrintTrouble::Fault, Status::Fault),
    ] {
        let machine = check(row, behaviour, Failed(trouble), 0, status);
        assert!(machine.state().received.is_empty(), "{row}: nothing may come out after the repair");
    }

    let out = Behaviour { rows_left: Some(600), ..fine() };
    let machine = check("paper runs out", out.clone(), Failed(PrintTrouble::NoPaper), 0, Status::NoPaper);
    assert_eq!(machine.state().cleared, 1, "the rest is thrown away");
    let quiet = Behaviour { no_answer_in_turn: true, ..out };
    check("paper runs out, no answer in turn", quiet, Failed(PrintTrouble::NoPaper), 0, Status::NoPaper);
    let pulled = Behaviour { bytes_left: Some(30_000), ..fine() };
    check("unplugged in the middle", pulled, Failed(PrintTrouble::Unreachable), 0, Status::Unreachable);
    let stuck = Behaviour { stuck_after: Some(30_000), ..fine() };
    check("stuck in the middle", stuck, Failed(PrintTrouble::Unreachable), 0, Status::Unreachable);
}

#[test]
fn after_half_a_ticket_the_next_one_is_whole() {
    let machine = Machine::new(Behaviour { stuck_after: Some(30_000), ..Behaviour::default() });
    let mut printer = EscposPrinter::new(machine.clone(), QUICK);
    assert_eq!(printer.print(&job()), PrintOutcome::Failed(PrintTrouble::Unreachable));
    machine.state().behaviour.stuck_after = None;
    assert_eq!(printer.print(&job()), PrintOutcome::Printed);
    assert_eq!(machine.state().tickets, 1, "its start was not taken for the rest of the first picture");
    machine.state().received.clear();
    assert_eq!(printer.print(&job()), PrintOutcome::Printed);
    let printout = escpos_reader::read(&machine.state().received).expect("plain commands");
    assert_eq!(printout.picture, job().picture, "and the third is sent as ever");
}

#[test]
fn a_printer_that_comes_back_is_found() {
    let machine = Machine::new(Behaviour { unplugged: true, ..Behaviour::default() });
    let mut printer = EscposPrinter::new(machine.clone(), QUICK);
    assert_eq!(printer.status(), PrinterStatus::Unreachable);
    machine.state().behaviour.unplugged = false;
    assert_eq!(printer.status(), PrinterStatus::Ready);
    assert_eq!(printer.print(&job()), PrintOutcome::Printed);
}

/// Serves this many connections with the machine's answers, one after the other, as network printers do.
fn serve(machine: &Machine, connections: usize) -> (u16, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let machine = machine.clone();
    let thread = std::thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().expect("a kiosk");
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = stream.read(&mut bytes) {
                let answers = machine.feed(&bytes[..count]);
                let _ = stream.write_all(&answers);
            }
        }
    });
    (port, thread)
}

#[test]
fn a_network_printer_prints_and_tells() {
    let machine = Machine::default();
    let (port, thread) = serve(&machine, 3);
    let mut printer = EscposPrinter::new(TcpConnect::new("127.0.0.1".into(), port), FAIR);
    assert_eq!(printer.print(&job()), PrintOutcome::Printed);
    assert_eq!(escpos_reader::read(&machine.state().received).expect("plain commands").picture, job().picture);
    machine.state().behaviour.no_paper = true;
    assert_eq!(printer.print(&job()), PrintOutcome::Failed(PrintTrouble::NoPaper));
    assert_eq!(printer.status(), PrinterStatus::NoPaper);
    thread.join().expect("the printer");
    assert_eq!(printer.status(), PrinterStatus::Unreachable, "nobody listens any more");
}

#[test]
fn a_network_printer_that_only_listens_is_unknown() {
    let machine = Machine::new(Behaviour { silent: true, ..Behaviour::default() });
    let (port, thread) = serve(&machine, 1);
    let patience = Patience { answer: Duration::from_millis(100), ..FAIR };
    let mut printer = EscposPrinter::new(TcpConnect::new("localhost".into(), port), patience);
    assert_eq!(printer.print(&job()), PrintOutcome::Unknown);
    drop(printer);
    thread.join().expect("the printer");
    assert_eq!(machine.state().tickets, 1, "all of it arrived");
}

#[test]
fn a_device_file_prints_and_tells() {
    let (mut far, near) = serialport::TTYPort::pair().expect("a pair of terminals");
    let path = near.name().expect("a name");
    far.set_timeout(Duration::from_millis(20)).expect("a limit");
    let machine = Machine::default();
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let thread = std::thread::spawn({
        let (machine, stop) = (machine.clone(), stop.clone());
        move || {
            let mut bytes = [0; 4096];
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                if let Ok(count @ 1..) = far.read(&mut bytes) {
                    far.write_all(&machine.feed(&bytes[..count])).expect("the kiosk reads");
                }
            }
        }
    });
    let mut printer = EscposPrinter::new(FileConnect::new(path.into()), FAIR);
    assert_eq!(printer.print(&job()), PrintOutcome::Printed);
    assert_eq!(escpos_reader::read(&machine.state().received).expect("plain commands").picture, job().picture);
    machine.state().behaviour.cover_open = true;
    assert_eq!(printer.status(), PrinterStatus::CoverOpen);
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    thread.join().expect("the printer");
}

#[test]
fn a_device_file_that_is_not_there_is_a_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lp0");
    let mut printer = open(&format!("file:{}", path.display())).expect("understood");
    assert_eq!(printer.status(), PrinterStatus::Unreachable);
    assert_eq!(printer.print(&job()), PrintOutcome::Failed(PrintTrouble::Unreachable));
    std::fs::write(&path, b"").expect("written");
    assert_eq!(printer.print(&job()), PrintOutcome::Unknown, "there, and silent");
    let printout = escpos_reader::read(&std::fs::read(&path).expect("read")).expect("plain commands");
    assert_eq!(printout.picture, job().picture);
}

#[test]
fn a_folder_gets_three_files_without_a_name_in_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let tickets = folder.path().join("new/tickets");
    let mut printer = open(&format!("folder:{}", tickets.display())).expect("understood");
    assert_eq!(printer.status(), PrinterStatus::Ready);
    for _ in 0..2 {
        assert_eq!(printer.print(&job()), PrintOutcome::Printed);
    }
    let mut names: Vec<String> = std::fs::read_dir(&tickets)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    assert_eq!(names, ["ticket-2026-11-23-A17.escpos", "ticket-2026-11-23-A17.pdf", "ticket-2026-11-23-A17.png"]);
    let bytes = std::fs::read(tickets.join("ticket-2026-11-23-A17.escpos")).expect("read");
    assert_eq!(escpos_reader::read(&bytes).expect("plain commands").picture, job().picture);

    std::fs::write(folder.path().join("file"), b"").expect("written");
    let mut printer = open(&format!("folder:{}/file/tickets", folder.path().display())).expect("understood");
    assert_eq!(printer.status(), PrinterStatus::Unreachable);
    assert_eq!(printer.print(&job()), PrintOutcome::Failed(PrintTrouble::Unreachable));
}

#[test]
fn the_simulated_printer_fails_as_the_real_one_does() {
    use PrintOutcome::{Failed, Printed, Unknown};
    let handle = SimulatedPrinter::new();
    let mut printer: Box<dyn Printer> = Box::new(handle.clone());
    for (condition, outcome, status) in [
        (SimulatedCondition::Ready, Printed, PrinterStatus::Ready),
        (SimulatedCondition::PaperLow, Printed, PrinterStatus::PaperLow),
        (SimulatedCondition::NoPaper, Failed(PrintTrouble::NoPaper), PrinterStatus::NoPaper),
        (SimulatedCondition::RunsOutInTheMiddle, Failed(PrintTrouble::NoPaper), PrinterStatus::NoPaper),
        (SimulatedCondition::CoverOpen, Failed(PrintTrouble::CoverOpen), PrinterStatus::CoverOpen),
        (SimulatedCondition::Unplugged, Failed(PrintTrouble::Unreachable), PrinterStatus::Unreachable),
        (SimulatedCondition::Fault, Failed(PrintTrouble::Fault), PrinterStatus::Fault),
        (SimulatedCondition::Silent, Unknown, PrinterStatus::Unknown),
    ] {
        handle.set(condition);
        assert_eq!(printer.print(&job()), outcome, "{condition:?}");
        assert_eq!(printer.status(), status, "{condition:?}");
    }
    assert_eq!(handle.printed(), [job(), job(), job()], "what came out, came out whole");
}
