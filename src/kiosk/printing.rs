//! The printer's own thread: a slow or silent printer never holds up the screen.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::program::TicketFacts;
use crate::codes::ticket_qr;
use crate::device::printer::{PrintJob, Printer, PrinterStatus};
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

/// The window is gone while a ticket is being worded: the number alone.
#[must_use]
pub fn unworded(order: &PrintOrder, facts: TicketFacts<'_>) -> TicketFace {
    TicketFace {
        rtl: order.language.is_rtl(),
        clinic: facts.clinic.to_owned(),
        number_label: String::new(),
        number: order.ticket.number.to_string(),
        name: order.name.clone(),
        place_label: String::new(),
        place: order.place.clone(),
        lines: Vec::new(),
        time_line: String::new(),
        qr: ticket_qr(facts.pages, &order.ticket),
        qr_label: String::new(),
        copy_label: None,
    }
}
