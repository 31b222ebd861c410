//! A folder that plays the printer: each ticket as a picture, as printer bytes and as a page.
//!
//! Invariants: a file is there whole or not at all; its name says the date and number of the ticket and
//! nothing about a person; a reprint of a ticket takes the place of the first print.

use std::path::{Path, PathBuf};

use super::{PrintJob, Printer, PrinterStatus};
use crate::domain::ticket::{PrintOutcome, PrintTrouble};
use crate::paper::{escpos, pdf};

/// Prints into a folder, which is made if it is not there.
#[derive(Debug)]
pub struct FolderPrinter {
    folder: PathBuf,
}

impl FolderPrinter {
    /// Prints into this folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn write(&self, job: &PrintJob) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let name = format!("ticket-{}-{}", job.ticket.date, job.ticket.number);
        let put = |extension: &str, bytes: &[u8]| put(&self.folder, &format!("{name}.{extension}"), bytes);
        put("escpos", &escpos::ticket_bytes(&job.picture))?;
        let page =
            pdf::ticket_pdf(&job.picture, job.paper, &job.ticket.number.to_string()).map_err(std::io::Error::other)?;
        put("pdf", &page)?;
        // Last, so that who waits for the picture finds the others too.
        put("png", &job.picture.to_png().map_err(std::io::Error::other)?)
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!(".{name}.unfinished"));
    let written = std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, folder.join(name)));
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

impl Printer for FolderPrinter {
    fn status(&mut self) -> PrinterStatus {
        let usable = std::fs::create_dir_all(&self.folder).is_ok()
            && rustix::fs::access(&self.folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok();
        if usable { PrinterStatus::Ready } else { PrinterStatus::Unreachable }
    }

    fn print(&mut self, job: &PrintJob) -> PrintOutcome {
        match self.write(job) {
            Ok(()) => PrintOutcome::Printed,
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "the ticket can't be written to the folder");
                PrintOutcome::Failed(PrintTrouble::Unreachable)
            }
        }
    }
}
