//! The printer's own thread: a slow or silent printer never holds up the screen.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::program::TicketFacts;
use crate::codes::ticket_qr;
use crate::device::printer::{PrintJob, Printer, PrinterStatus};
use crate::domain::texts::dates::PatientTime;
use crate::domain::texts::ticket::Words;
use crate::domain::ticket::{PrintOutcome, PrintTrouble, Ticket};
use crate::flow::step::PrintOrder;
use crate::paper::{PaperWidth, TicketFace, Typesetter};

/// A printer in trouble is asked this often whether someone has helped it.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What the thread tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrinterWord {
    /// What became of a ticket.
    Printed(Ticket, PrintOutcome),
    /// How the printer is, when that changes.
    Status(PrinterStatus),
}

/// One ticket to print.
#[derive(Debug)]
pub struct PrintRequest {
    /// Which.
    pub ticket: Ticket,
    /// What it says.
    pub face: TicketFace,
}

/// The way to the printer's thread.
#[derive(Debug, Clone)]
pub struct PrinterThread {
    requests: mpsc::Sender<PrintRequest>,
}

impl PrinterThread {
    /// Starts the thread. `tell` hears what became of each ticket, in order, and how the printer is.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        mut printer: Box<dyn Printer>,
        paper: PaperWidth,
        tell: impl Fn(PrinterWord) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, inbox) = mpsc::channel::<PrintRequest>();
        thread::Builder::new().name("printer".to_owned()).spawn(move || {
            let mut typesetter = Typesetter::new();
            let mut status = printer.status();
            tell(PrinterWord::Status(status));
            loop {
                // While it is well no one bothers it; while it is not, it is asked until someone has put paper in.
                let request = match status.trouble() {
                    None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(_) => inbox.recv_timeout(ASK_AGAIN),
                };
                let before = status;
                match request {
                    Ok(request) => {
                        let picture = typesetter.ticket(&request.face, paper);
                        let outcome = printer.print(&PrintJob { ticket: request.ticket, picture, paper });
                        tell(PrinterWord::Printed(request.ticket, outcome));
                        status = printer.status();
                    }
                    Err(RecvTimeoutError::Timeout) => status = printer.status(),
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                if status != before {
                    tell(PrinterWord::Status(status));
                }
            }
        })?;
        Ok(Self { requests })
    }

    /// Hands a ticket over. If the thread is gone, that is a trouble like any other.
    ///
    /// # Errors
    /// The outcome to report, if no one takes the ticket.
    pub fn print(&self, request: PrintRequest) -> Result<(), PrintOutcome> {
        self.requests.send(request).map_err(|_| PrintOutcome::Failed(PrintTrouble::Fault))
    }
}

/// Says a ticket in the patient's language, whichever the pages are in: a copy for someone who has left need not be in
/// that of anyone who stands here now.
#[must_use]
pub fn ticket_face(order: &PrintOrder, facts: TicketFacts<'_>) -> TicketFace {
    let TicketFacts { local, dates, desk_reached, clinic, pages } = facts;
    let words = Words::of(order.language);
    // No one is promised a call before the desk has decided.
    let next = if order.walk_in { words.walk_in } else { words.next };
    let qr_label = match (pages.of(order.ticket), order.walk_in) {
        (Some(_), _) => words.page,
        (None, true) => words.walk_in_code,
        (None, false) => words.code,
    };
    let mut lines = vec![next.to_owned()];
    if !desk_reached {
        lines.push(words.desk.to_owned());
    }
    TicketFace {
        rtl: order.language.is_rtl(),
        clinic: clinic.to_owned(),
        number_label: words.number.to_owned(),
        number: order.ticket.number.to_string(),
        name: order.name.clone(),
        place_label: if order.place.is_empty() { String::new() } else { words.place.to_owned() },
        place: order.place.clone(),
        lines,
        time_line: PatientTime::new(order.language, dates).day_and_time(local),
        qr: ticket_qr(pages, &order.ticket),
        qr_label: qr_label.to_owned(),
        copy_label: order.copy.then(|| words.copy.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::language::Language;
    use crate::domain::pages::TicketPages;
    use crate::domain::ticket::TicketNumber;
    use crate::domain::when::{Clock, DateOrder, DateStyle};

    fn face(language: Language, walk_in: bool, copy: bool, pages: &TicketPages, dates: DateStyle) -> TicketFace {
        let ticket =
            Ticket { date: date(2026, 11, 23), number: TicketNumber::new(crate::domain::ticket::Series::FIRST, 17) };
        let order =
            PrintOrder { ticket, appointments: Vec::new(), name: None, place: String::new(), language, copy, walk_in };
        let local = date(2026, 11, 23).at(15, 5, 0, 0);
        ticket_face(&order, TicketFacts { local, dates, desk_reached: true, clinic: "Clinic", pages })
    }

    #[test]
    fn a_ticket_without_an_appointment_promises_no_call_and_no_place_to_wait() {
        for language in Language::ALL {
            let (none, pages) =
                (TicketPages::default(), TicketPages { address: "https://a.example".to_owned(), key: "5f".repeat(32) });
            let face = |walk_in, pages| face(language, walk_in, false, pages, DateStyle::default());
            let (with, without) = (face(false, &none), face(true, &none));
            for led in [face(false, &pages), face(true, &pages)] {
                assert!(led.qr.starts_with("https://a.example/t/"), "{}", led.qr);
                assert!(led.qr_label != with.qr_label && led.qr_label != without.qr_label, "{language:?}");
            }
            assert_eq!(without.lines.len(), 1, "{language:?}");
            assert!(!without.lines.contains(&with.lines[0]), "{language:?}: {:?}", without.lines);
            assert_ne!(with.qr_label, without.qr_label, "{language:?}");
            if language == Language::English {
                assert_eq!(without.lines, ["The front desk will call you. Keep this number."]);
                assert_eq!(without.qr_label, "Show this at the front desk");
            }
        }
    }

    #[test]
    fn a_ticket_is_in_its_owners_language_with_the_clinics_time() {
        let none = TicketPages::default();
        let face = |language, dates| face(language, false, true, &none, dates);
        let european = DateStyle { clock: Clock::TwentyFour, order: DateOrder::DayMonthYear };
        for (language, dates, copy, time) in [
            (Language::English, DateStyle::default(), "Copy", "Monday, November 23, 3:05 PM"),
            (Language::Spanish, DateStyle::default(), "Copia", "lunes, 23 de noviembre, 3:05 p. m."),
            (Language::English, european, "Copy", "Monday, 23 November, 15:05"),
            (Language::Spanish, european, "Copia", "lunes, 23 de noviembre, 15:05"),
        ] {
            let face = face(language, dates);
            assert_eq!((face.copy_label.as_deref(), face.time_line.as_str()), (Some(copy), time));
        }
    }
}
