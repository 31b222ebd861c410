//! Whatever the printer does, the number is valid, is shown, and the desk knows.

use arrivals::device::printer::{PrintJob, Printer, PrinterStatus, SimulatedCondition, SimulatedPrinter};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{PrintOutcome, PrintTrouble};
use arrivals::flow::step::{Input, Step};

use super::room::Room;

fn check(condition: SimulatedCondition, expected: PrintOutcome) {
    let mut room = Room::new();
    room.printer.set(condition);
    let number = room.check_in("apt-ada");
    assert_eq!(number, "A1");
    assert_eq!(room.ticket().print, Some(expected));
    room.until("the desk", |room| room.ticket().desk_knows);
    let reasons = match expected {
        PrintOutcome::Failed(_) => vec![Reason::PrinterTrouble],
        PrintOutcome::Printed | PrintOutcome::Unknown => vec![],
    };
    room.until("what the printer said, at the desk", |room| {
        let visit = room.desk.visit(&"apt-ada".into()).unwrap().unwrap();
        visit.ticket.is_some_and(|ticket| ticket.number.to_string() == number)
            && visit.reasons == reasons
            && visit.print.is_some()
    });
}

#[test]
fn out_of_paper_still_checks_the_patient_in() {
    check(SimulatedCondition::NoPaper, PrintOutcome::Failed(PrintTrouble::NoPaper));
}

#[test]
fn an_open_cover_still_checks_the_patient_in() {
    check(SimulatedCondition::CoverOpen, PrintOutcome::Failed(PrintTrouble::CoverOpen));
}

#[test]
fn an_unplugged_printer_still_checks_the_patient_in() {
    check(SimulatedCondition::Unplugged, PrintOutcome::Failed(PrintTrouble::Unreachable));
}

#[test]
fn paper_that_ends_in_the_middle_is_a_failed_ticket() {
    check(SimulatedCondition::RunsOutInTheMiddle, PrintOutcome::Failed(PrintTrouble::NoPaper));
}

#[test]
fn a_printer_that_says_nothing_leaves_it_open() {
    check(SimulatedCondition::Silent, PrintOutcome::Unknown);
}

#[test]
fn new_paper_is_noticed_and_the_same_ticket_comes_out() {
    let mut room = Room::new();
    room.printer.set(SimulatedCondition::NoPaper);
    let number = room.check_in("apt-ada");
    room.until("the printer's trouble to show", |room| !room.kiosk.surroundings().printer_ready);
    room.printer.set(SimulatedCondition::Ready);
    room.until("the new paper to be noticed", |room| room.kiosk.surroundings().printer_ready);
    room.touch([Input::PrintAgain]);
    room.until("the paper", |room| room.step() == Step::Done);
    assert_eq!(room.ticket().print, Some(PrintOutcome::Printed));
    let printed = room.printer.printed();
    assert_eq!((printed.len(), printed[0].ticket.number.to_string()), (1, number));
    room.until("the desk to hear of it", |room| {
        room.desk.visit(&"apt-ada".into()).unwrap().unwrap().reasons.is_empty()
    });
}

/// A printer whose driver hangs until it is released.
struct Hanging {
    printer: SimulatedPrinter,
    release: std::sync::mpsc::Receiver<()>,
}

impl Printer for Hanging {
    fn status(&mut self) -> PrinterStatus {
        PrinterStatus::Ready
    }

    fn print(&mut self, job: &PrintJob) -> PrintOutcome {
        let _ = self.release.recv();
        self.printer.print(job)
    }
}

#[test]
fn a_printer_that_hangs_holds_nobody_up_and_its_late_answer_is_not_lost() {
    let (release, held) = std::sync::mpsc::channel();
    let held = std::cell::Cell::new(Some(held));
    let mut room =
        Room::with_printer(|printer| Box::new(Hanging { printer: printer.clone(), release: held.take().unwrap() }));
    room.up_to_call_as("apt-ada");
    room.touch([Input::CallAs(arrivals::domain::ticket::CallAs::Number)]);
    room.until("the printing page", |room| room.step() == Step::Printing && !room.kiosk.has_work());
    room.wait(21);
    assert_eq!(room.step(), Step::Done);
    assert_eq!(room.ticket().print, Some(PrintOutcome::Unknown));
    release.send(()).unwrap();
    room.until("the late answer at the desk", |room| {
        room.desk.visit(&"apt-ada".into()).unwrap().unwrap().print.is_some()
    });
    assert_eq!(room.step(), Step::Done, "the late answer changes no page");
}
