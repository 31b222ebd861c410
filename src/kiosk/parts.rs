//! Puts a kiosk together: store, devices and the way to the desk, each with its thread.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::mailbox::Mailbox;
use super::printing::PrinterThread;
use super::program::Event;
use crate::clock::Clock;
use crate::device::printer::Printer;
use crate::domain::ids::KioskId;
use crate::paper::PaperWidth;
use crate::store::Store;
use crate::sync::api::DeskApi;
use crate::sync::vitals::Vitals;
use crate::sync::worker::Worker;

/// What runs beside the window; it stops when this is dropped.
#[derive(Debug)]
pub struct Beside {
    /// The kiosk's file.
    pub store: Arc<Mutex<Store>>,
    /// Rings when the worker should send.
    pub wake: Arc<Notify>,
    /// The way to the printer.
    pub printer: PrinterThread,
    /// What the worker tells of the kiosk.
    pub vitals: Vitals,
    worker: tokio::task::JoinHandle<()>,
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Starts the printer's thread and the worker that talks to the desk. Must be called within a tokio runtime.
///
/// # Errors
/// If the system gives no thread.
pub fn start(
    kiosk: KioskId,
    store: Store,
    printer: Box<dyn Printer>,
    paper: PaperWidth,
    api: impl DeskApi + 'static,
    mailbox: &Mailbox,
    clock: &Arc<dyn Clock>,
) -> std::io::Result<Beside> {
    let store = Arc::new(Mutex::new(store));
    let wake = Arc::new(Notify::new());
    let printed = mailbox.clone();
    let printer = PrinterThread::start(printer, paper, move |word| printed.leave(Event::Printer(word)))?;
    let told = mailbox.clone();
    let wall_clock = Arc::clone(clock);
    let vitals = Vitals::new(move || wall_clock.now());
    let worker = Worker {
        api,
        store: Arc::clone(&store),
        kiosk,
        wake: Arc::clone(&wake),
        vitals: vitals.clone(),
        seed: jitter_seed(),
        tell: Box::new(move |word| told.leave(Event::Desk(word))),
    };
    let worker = tokio::spawn(async move { worker.run().await });
    Ok(Beside { store, wake, printer, vitals, worker })
}

fn jitter_seed() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness every kiosk waits alike, which is only less polite.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
