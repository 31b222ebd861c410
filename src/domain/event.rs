//! What a kiosk reports to the desk: facts, in the past tense, never edited.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::document::Documents;
use super::ids::{AppointmentId, PatientId, Seq};
use super::language::Language;
use super::newer_word::NewerWord;
use super::person::BirthDate;
use super::private::Private;
use super::proposal::Proposal;
use super::reason::Reason;
use super::ticket::{CallAs, PrintOutcome, Ticket};

/// Whether what is on file is still right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StillRight {
    /// The patient confirmed it.
    Yes,
    /// The patient says what it is now.
    Changed,
    /// The patient says it is not, or wants to talk about it: the desk asks.
    AskTheDesk,
    /// No one asked: it was confirmed a few days ago, or the clinic does not ask.
    #[default]
    NotAsked,
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
    /// The name of anyone who checked them in, if it was someone else: as typed, proved by nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companion: Option<Private>,
    /// What came of asking for documents, if any were needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents: Option<Documents>,
    /// What they say is different from the chart; each field once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposal>,
}

/// Someone without an appointment asks to be seen; the desk decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkedIn {
    /// The number they wait with.
    pub ticket: Ticket,
    /// The number of the request, made at the kiosk: no one has booked anything yet.
    pub appointment: AppointmentId,
    /// As typed, proved by nothing.
    pub given_name: Private,
    /// As typed.
    pub family_name: Private,
    /// As typed.
    pub birth_date: BirthDate,
    /// Which of the clinic's categories, by its code.
    pub category: String,
    /// The language in which they used the kiosk.
    pub language: Language,
    /// How they want to be called.
    pub call_as: CallAs,
    /// The name of anyone who asked for them, if it was someone else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companion: Option<Private>,
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
        if self.documents.as_ref().is_some_and(|documents| !documents.brought) {
            reasons.push(Reason::DocumentMissing);
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
    /// Someone without an appointment asks to be seen.
    WalkedIn(WalkedIn),
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
    /// A letter's code was not taken. Anyone who held it out can still type.
    CodeRefused {
        /// Why.
        reason: Reason,
        /// The language in which they used the kiosk.
        language: Language,
    },
    /// Someone left in the middle of the conversation. No one is named.
    WalkedAway {
        /// Where in the conversation, as the step's name.
        step: String,
    },
    /// A conversation is over, however it ended. No one is named.
    ConversationEnded(StepTimes),
    /// Something that only a newer program says, or that it says with a word that this one does not know.
    #[serde(untagged)]
    Newer(NewerWord),
}

impl KioskEvent {
    /// Whether it speaks of an appointment.
    #[must_use]
    pub fn is_about(&self, id: &AppointmentId) -> bool {
        match self {
            Self::CheckedIn(said) => said.appointments.contains(id),
            Self::WalkedIn(asks) => asks.appointment == *id,
            Self::TicketPrinted { appointments, .. } | Self::Stopped { appointments, .. } => appointments.contains(id),
            Self::CodeRefused { .. } | Self::WalkedAway { .. } | Self::ConversationEnded(_) => false,
            Self::Newer(word) => word.known_event().is_some_and(|known| known.is_about(id)),
        }
    }

    /// What is known of it: itself, or of a newer program's word what this one understands.
    #[must_use]
    pub fn known(self) -> Self {
        match self {
            Self::Newer(word) => word.known_event().unwrap_or(Self::Newer(word)),
            known => known,
        }
    }
}

/// How long one conversation took, for reports. It says nothing of who it was with, nor which ticket came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTimes {
    /// How it ended.
    pub ended: Ended,
    /// Tenths of a second from the first page after the welcome page until the page with a new number; none if there
    /// was no such page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_after_tenths: Option<u32>,
    /// Its steps in the order in which they were first shown, each once.
    pub steps: Vec<StepTime>,
}

/// How long one step of a conversation was on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTime {
    /// Which, as the step's name.
    pub step: String,
    /// How often it was shown; a time at which no one answered any more is not counted.
    pub shown: u32,
    /// Tenths of a second, of all these times together.
    pub tenths: u32,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// With a ticket.
    Ticket,
    /// With the ticket that they had already.
    TicketAgain,
    /// Where a person has to help.
    Stopped,
    /// They went back to the welcome page.
    StartedOver,
    /// They left in the middle.
    WalkedAway,
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
