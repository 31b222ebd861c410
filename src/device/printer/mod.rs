//! What prints tickets.
//!
//! Invariants: a print is a transaction with an unreliable machine: status, ticket, status; nothing is sent
//! to a printer that says it cannot print, so that no stack of old tickets comes out when the roll is
//! changed; a printer that cannot say what became of the ticket is [`PrintOutcome::Unknown`], which is
//! neither success nor failure.

/// A receipt printer, over whatever it is connected with.
mod escpos;
/// A folder that plays the printer.
mod folder;
/// Device files and network connections with a limit on every wait.
mod link;
/// A printer that a test or a developer panel can break.
mod simulated;

use std::path::PathBuf;

pub use escpos::{EscposPrinter, Patience, StatusBytes};
pub use folder::FolderPrinter;
pub use link::{Connect, FileConnect, Link, LinkTrouble, TcpConnect};
pub use simulated::{SimulatedCondition, SimulatedPrinter};

use super::DeviceUriError;
use crate::domain::ticket::{PrintOutcome, PrintTrouble, Ticket};
use crate::paper::{Bitmap, PaperWidth};

/// A ticket to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintJob {
    /// Which ticket it is; a file is named after it.
    pub ticket: Ticket,
    /// The paper that the picture was made for.
    pub paper: PaperWidth,
    /// What is printed.
    pub picture: Bitmap,
}

/// How a printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrinterStatus {
    /// It says it can print.
    Ready,
    /// It can print, but the roll is nearly used up.
    PaperLow,
    /// The roll is used up.
    NoPaper,
    /// The cover is open.
    CoverOpen,
    /// No one answers at the other end: unplugged, switched off, another address.
    Unreachable,
    /// It reports a fault of its own.
    Fault,
    /// It is there but says nothing about itself, as many cheap ones do. It may well print.
    Unknown,
    /// There is no printer here, on purpose.
    NotSetUp,
}

impl PrinterStatus {
    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::PaperLow => "paper nearly used up: bring a new roll",
            Self::NoPaper => "out of paper: put in a new roll",
            Self::CoverOpen => "cover open: close it",
            Self::Unreachable => "not reachable: check its power and cable",
            Self::Fault => "reports a fault: open it, look for stuck paper, switch it off and on",
            Self::Unknown => "connected, but it does not report its status",
            Self::NotSetUp => "no printer set up",
        }
    }

    /// Why nothing can be printed, if so.
    #[must_use]
    pub fn trouble(self) -> Option<PrintTrouble> {
        match self {
            Self::Ready | Self::PaperLow | Self::Unknown => None,
            Self::NoPaper => Some(PrintTrouble::NoPaper),
            Self::CoverOpen => Some(PrintTrouble::CoverOpen),
            Self::Unreachable => Some(PrintTrouble::Unreachable),
            Self::Fault => Some(PrintTrouble::Fault),
            Self::NotSetUp => Some(PrintTrouble::NoPrinter),
        }
    }
}

/// A printer. Both calls end within seconds, whatever is at the other end.
pub trait Printer: Send {
    /// How it is now.
    fn status(&mut self) -> PrinterStatus;
    /// Prints a ticket and says what became of it.
    fn print(&mut self, job: &PrintJob) -> PrintOutcome;
}

/// No printer: every ticket is only shown.
#[derive(Debug, Clone, Copy)]
pub struct NoPrinter;

impl Printer for NoPrinter {
    fn status(&mut self) -> PrinterStatus {
        PrinterStatus::NotSetUp
    }

    fn print(&mut self, _: &PrintJob) -> PrintOutcome {
        PrintOutcome::Failed(PrintTrouble::NoPrinter)
    }
}

/// The printer at an address: `file:/dev/usb/lp0`, `tcp:HOST:9100`, `folder:DIR` or `none`.
///
/// Nothing is opened yet: a printer that is not there is [`PrinterStatus::Unreachable`] until it is.
///
/// # Errors
/// If the address is none of these.
pub fn open(uri: &str) -> Result<Box<dyn Printer>, DeviceUriError> {
    let refused = || DeviceUriError::Printer(uri.to_owned());
    let uri = uri.trim();
    if uri == "none" {
        return Ok(Box::new(NoPrinter));
    }
    match uri.split_once(':').filter(|(_, rest)| !rest.trim().is_empty()).ok_or_else(refused)? {
        ("file", path) => Ok(Box::new(EscposPrinter::new(FileConnect::new(PathBuf::from(path)), Patience::default()))),
        ("folder", path) => Ok(Box::new(FolderPrinter::new(PathBuf::from(path)))),
        ("tcp", address) => {
            let (host, port) = address.rsplit_once(':').ok_or_else(refused)?;
            let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(refused)?;
            if host.is_empty() || host.contains(['/', ' ']) {
                return Err(refused());
            }
            Ok(Box::new(EscposPrinter::new(TcpConnect::new(host.to_owned(), port), Patience::default())))
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused_in_words() {
        for (uri, understood) in [
            ("file:/dev/usb/lp0", true),
            ("tcp:printer.local:9100", true),
            ("tcp:192.168.1.9:9100", true),
            ("tcp:[fe80::1]:9100", true),
            ("folder:out/tickets", true),
            ("none", true),
            (" none ", true),
            ("", false),
            ("file:", false),
            ("folder: ", false),
            ("tcp:host", false),
            ("tcp::9100", false),
            ("tcp:host:port", false),
            ("tcp:host:0", false),
            ("tcp:host:70000", false),
            ("tcp://host:9100", false),
            ("usb:/dev/usb/lp0", false),
            ("/dev/usb/lp0", false),
        ] {
            match open(uri) {
                Ok(_) => assert!(understood, "{uri:?}"),
                Err(refused) => {
                    assert!(!understood, "{uri:?}");
                    assert!(refused.to_string().contains("tcp:HOST:9100"), "{refused}");
                }
            }
        }
    }
}
