//! The printer's own thread: a slow or silent printer never holds up the screen.

use std::sync::mpsc;
use std::thread;

use crate::device::printer::{PrintJob, Printer};
use crate::domain::ticket::{PrintOutcome, PrintTrouble, Ticket};
use crate::paper::{PaperWidth, TicketFace, Typesetter};

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
    /// Starts the thread. `tell` hears what became of each ticket, in order.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        mut printer: Box<dyn Printer>,
        paper: PaperWidth,
        tell: impl Fn(Ticket, PrintOutcome) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, inbox) = mpsc::channel::<PrintRequest>();
        thread::Builder::new().name("printer".to_owned()).spawn(move || {
            let mut typesetter = Typesetter::new();
            for request in inbox {
                let picture = typesetter.ticket(&request.face, paper);
                let outcome = printer.print(&PrintJob { ticket: request.ticket, picture, paper });
                tell(request.ticket, outcome);
            }
        })?;
        Ok(Self { requests })
    }

    /// Hands a ticket over. If the thread is gone, that is a trouble like any other.
    ///
    /// # Errors
    /// The outcome to report, if nobody takes the ticket.
    pub fn print(&self, request: PrintRequest) -> Result<(), PrintOutcome> {
        self.requests.send(request).map_err(|_| PrintOutcome::Failed(PrintTrouble::Fault))
    }
}
