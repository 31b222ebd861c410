//! What is saved with a ticket, and what is known of one.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::super::photos::Photo;
use crate::domain::document::Documents;
use crate::domain::event::StillRight;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::Proposal;
use crate::domain::ticket::{CallAs, Ticket};

/// A check-in that is to be made durable.
#[derive(Debug, Clone)]
pub struct CheckIn<'a> {
    /// The kiosk's wall clock.
    pub at: Timestamp,
    /// The clinic's day, under which tickets are counted.
    pub date: Date,
    /// Who.
    pub patient: &'a PatientId,
    /// For which visits.
    pub appointments: &'a [AppointmentId],
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// What they said of their contact details.
    pub details: StillRight,
    /// What they said of their insurance.
    pub insurance: StillRight,
    /// Who checked them in, if it was someone else.
    pub companion: Option<&'a Private>,
    /// What came of asking for documents.
    pub documents: Option<&'a Documents>,
    /// What they say is different from the chart.
    pub proposals: &'a [Proposal],
    /// Photos of cards, each field and side once. Anyone who has a ticket already is not checked in, and their photos
    /// are not kept.
    pub photos: &'a [Photo<'a>],
    /// Where to go.
    pub place: &'a str,
}

/// A request without an appointment that is to be made durable.
#[derive(Debug, Clone)]
pub struct WalkIn<'a> {
    /// The kiosk's wall clock.
    pub at: Timestamp,
    /// The clinic's day, under which tickets are counted.
    pub date: Date,
    /// As typed.
    pub given_name: &'a Private,
    /// As typed.
    pub family_name: &'a Private,
    /// As typed.
    pub birth_date: BirthDate,
    /// The category's code.
    pub category: &'a str,
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// Who asks for them, if it is someone else.
    pub companion: Option<&'a Private>,
    /// Where to wait.
    pub place: &'a str,
}

/// A ticket as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTicket {
    /// The number.
    pub ticket: Ticket,
    /// Where to go; empty if another kiosk gave it out.
    pub place: String,
    /// Staff have seen that person.
    pub seen: bool,
    /// It had been given out before.
    pub given_before: bool,
}

/// What of a ticket is sealed: for which visit it is, and where to go, which says why someone comes.
#[derive(Serialize, Deserialize)]
pub struct Body {
    pub appointment: AppointmentId,
    pub place: String,
}
