//! What a kiosk reports to the desk: facts, in the past tense, never edited.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::{AppointmentId, PatientId, Seq};
use super::language::Language;
use super::reason::Reason;
use super::ticket::{CallAs, PrintOutcome, Ticket};

/// Whether what is on file is still right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StillRight {
    /// The patient confirmed it.
    Yes,
    /// The patient says it is not, or wants to talk about it: the desk asks.
    AskTheDesk,
}

/// Everything that a patient said on the way to a ticket, as one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedIn {
    /// The number they wait with.
    pub ticket: Ticket,
    /// Who.
    pub patient: PatientId,
    /// For which of today's visits; never empty.
    pub appointments: Vec<AppointmentId>,
    /// The language in which they used the kiosk.
    pub language: Language,
    /// How they want to be called.
    pub call_as: CallAs,
    /// What they said of their contact details.
    pub details: StillRight,
    /// What they said of their insurance.
    pub insurance: StillRight,
}

impl CheckedIn {
    /// What the desk has to ask this person about.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.details == StillRight::AskTheDesk {
            reasons.push(Reason::DetailsUnclear);
        }
        if self.insurance == StillRight::AskTheDesk {
            reasons.push(Reason::InsuranceUnclear);
        }
        reasons
    }
}

/// One thing that happened at a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum KioskEvent {
    /// A patient has arrived and said everything.
    CheckedIn(CheckedIn),
    /// A ticket was sent to the printer, for the first time or again.
    TicketPrinted {
        /// Which.
        ticket: Ticket,
        /// What became of it.
        outcome: PrintOutcome,
        /// For which visits.
        appointments: Vec<AppointmentId>,
    },
    /// A patient could not go on alone.
    Stopped {
        /// Why.
        reason: Reason,
        /// Where in the conversation, as the step's name.
        step: String,
        /// Who, if they had proved it.
        patient: Option<PatientId>,
        /// For which visits, if known.
        appointments: Vec<AppointmentId>,
        /// The language in which they used the kiosk.
        language: Language,
    },
    /// Somebody left in the middle of the conversation. Nobody is named.
    WalkedAway {
        /// Where in the conversation, as the step's name.
        step: String,
    },
}

/// An event with its place in the kiosk's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// Its position.
    pub seq: Seq,
    /// The kiosk's own wall clock; not trusted for order.
    pub at: Timestamp,
    /// What happened.
    pub event: KioskEvent,
}
