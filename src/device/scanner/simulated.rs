//! A scanner that a test or a developer panel can point at a code.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{Scan, ScannerEvent, ScannerListener, ScannerStatus};

struct State {
    listener: ScannerListener,
    plugged: bool,
}

/// A handle: every clone is the same scanner.
#[derive(Clone)]
pub struct SimulatedScanner {
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for SimulatedScanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SimulatedScanner").field(&self.status()).finish()
    }
}

impl SimulatedScanner {
    /// A scanner that is plugged in and tells this listener, from the thread of anyone who calls the handle.
    #[must_use]
    pub fn new(listener: ScannerListener) -> Self {
        listener(ScannerEvent::Status(ScannerStatus::Ready));
        Self { state: Arc::new(Mutex::new(State { listener, plugged: true })) }
    }

    /// How it is.
    #[must_use]
    pub fn status(&self) -> ScannerStatus {
        if self.state().plugged { ScannerStatus::Ready } else { ScannerStatus::Unreachable }
    }

    /// Holds a code under it. Unplugged, it reads nothing. Every call is a scan: a person pressed a button.
    pub fn scan(&self, code: &str) {
        let state = self.state();
        if state.plugged {
            (state.listener)(ScannerEvent::Scanned(Scan::new(code.as_bytes().to_vec())));
        }
    }

    /// Pulls its cable out.
    pub fn unplug(&self) {
        self.set_plugged(false);
    }

    /// Puts its cable in.
    pub fn plug(&self) {
        self.set_plugged(true);
    }

    fn set_plugged(&self, plugged: bool) {
        let mut state = self.state();
        if state.plugged != plugged {
            state.plugged = plugged;
            let status = if plugged { ScannerStatus::Ready } else { ScannerStatus::Unreachable };
            (state.listener)(ScannerEvent::Status(status));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
