//! A printer that a test or a developer panel can break.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{PrintJob, Printer, PrinterStatus};
use crate::domain::ticket::{PrintOutcome, PrintTrouble};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SimulatedCondition {
    /// Nothing.
    #[default]
    Ready,
    /// The roll is nearly used up.
    PaperLow,
    /// The roll is used up.
    NoPaper,
    /// The roll ends within the next ticket; then it is used up.
    RunsOutInTheMiddle,
    /// The cover is open.
    CoverOpen,
    /// The cable is out.
    Unplugged,
    /// The cutter is jammed.
    Fault,
    /// It prints, but says nothing about itself.
    Silent,
}

/// How many printed tickets are remembered.
const PRINTED_MAX: usize = 500;

#[derive(Default)]
struct State {
    condition: SimulatedCondition,
    printed: Vec<PrintJob>,
}

/// A handle: every clone is the same printer, one for the kiosk and one for who breaks it.
#[derive(Clone, Default)]
pub struct SimulatedPrinter {
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for SimulatedPrinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SimulatedPrinter").field(&self.condition()).finish()
    }
}

impl SimulatedPrinter {
    /// A printer with a new roll.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is wrong with it now.
    #[must_use]
    pub fn condition(&self) -> SimulatedCondition {
        self.state().condition
    }

    /// Breaks or repairs it.
    pub fn set(&self, condition: SimulatedCondition) {
        self.state().condition = condition;
    }

    /// The tickets that came out whole, oldest first; the last 500.
    #[must_use]
    pub fn printed(&self) -> Vec<PrintJob> {
        self.state().printed.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Printer for SimulatedPrinter {
    fn status(&mut self) -> PrinterStatus {
        match self.condition() {
            SimulatedCondition::Ready | SimulatedCondition::RunsOutInTheMiddle => PrinterStatus::Ready,
            SimulatedCondition::PaperLow => PrinterStatus::PaperLow,
            SimulatedCondition::NoPaper => PrinterStatus::NoPaper,
            SimulatedCondition::CoverOpen => PrinterStatus::CoverOpen,
            SimulatedCondition::Unplugged => PrinterStatus::Unreachable,
            SimulatedCondition::Fault => PrinterStatus::Fault,
            SimulatedCondition::Silent => PrinterStatus::Unknown,
        }
    }

    fn print(&mut self, job: &PrintJob) -> PrintOutcome {
        if let Some(trouble) = self.status().trouble() {
            return PrintOutcome::Failed(trouble);
        }
        let mut state = self.state();
        if state.condition == SimulatedCondition::RunsOutInTheMiddle {
            state.condition = SimulatedCondition::NoPaper;
            return PrintOutcome::Failed(PrintTrouble::NoPaper);
        }
        if state.printed.len() >= PRINTED_MAX {
            state.printed.remove(0);
        }
        state.printed.push(job.clone());
        if state.condition == SimulatedCondition::Silent { PrintOutcome::Unknown } else { PrintOutcome::Printed }
    }
}
