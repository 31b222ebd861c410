//! What the conversation asks for, and everything that goes with it.

use super::Step;
use crate::domain::document::Documents;
use crate::domain::event::StillRight;
use crate::domain::identity::Typed;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::Side;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, Source, Value};
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, Ticket};

/// An order to the world outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask today's list.
    LookUp(Query),
    /// Make the check-in durable, then answer `Saved` or `NotSaved`.
    Save(Box<Answers>),
    /// Make the request without an appointment durable, then answer `Saved` or `NotSaved`.
    SaveWalkIn(Box<WalkInRequest>),
    /// A try to be found has failed: for the brake.
    CountFailedTry,
    /// Log that a code was not taken.
    ReportCode {
        /// Why.
        reason: Reason,
        /// In which language.
        language: Language,
    },
    /// Print the ticket at hand, then answer `Printed`.
    Print(PrintOrder),
    /// Log that someone could not go on.
    ReportStop(Stop),
    /// The photo that was just taken is to be saved with the check-in.
    KeepPhoto {
        /// Of which card.
        field: Field,
        /// Which side.
        side: Side,
    },
    /// Log that someone left, without a name.
    ReportWalkedAway {
        /// Where.
        step: Step,
    },
}

/// A question to today's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Whose appointment is this?
    Appointment(AppointmentId),
    /// The same, by a letter that the clinic signed: no one guesses those.
    Letter(AppointmentId),
    /// Whose medical record number is this?
    Patient(PatientId),
    /// Whose ticket is this?
    Ticket(Ticket),
    /// Who has these facts?
    Typed(Typed),
    /// Who has the facts of a card that may be read in several ways?
    Card(Vec<Typed>),
}

/// Everything that the patient said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Who.
    pub patient: PatientId,
    /// For which visits; never empty.
    pub appointments: Vec<AppointmentId>,
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// Of the contact details.
    pub details: StillRight,
    /// Of the insurance.
    pub insurance: StillRight,
    /// Who checks them in, if it is someone else.
    pub companion: Option<Private>,
    /// What came of asking for documents, if any were needed.
    pub documents: Option<Documents>,
    /// What they say is different from what is on file; each field once.
    pub changes: Vec<NewDetail>,
    /// The second card among them pays first; the first one on file comes after it.
    pub second_pays_first: bool,
    /// Where to go: the place of the first visit.
    pub place: String,
}

/// A contact detail or a card as the patient says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDetail {
    /// Which.
    pub field: Field,
    /// What it is now.
    pub value: Value,
    /// It does not look as such a value does, and the patient says that it is right anyway.
    pub insisted: bool,
    /// How it came in.
    pub source: Source,
    /// Sides of the card of which there is a photo.
    pub photos: Vec<Side>,
}

/// Someone without an appointment asks to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkInRequest {
    /// As typed.
    pub given_name: Private,
    /// As typed.
    pub family_name: Private,
    /// As typed.
    pub birth_date: BirthDate,
    /// The category's code.
    pub category: String,
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// Who asks for them, if it is someone else.
    pub companion: Option<Private>,
}

/// What to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintOrder {
    /// Which ticket.
    pub ticket: Ticket,
    /// For which visits.
    pub appointments: Vec<AppointmentId>,
    /// First name, if the patient wants to be called by it.
    pub name: Option<Private>,
    /// Where to go.
    pub place: String,
    /// In which language.
    pub language: Language,
    /// Not the first of its number.
    pub copy: bool,
    /// Of someone without an appointment: the desk decides what happens.
    pub walk_in: bool,
}

/// That and why someone could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: Reason,
    /// Where.
    pub step: Step,
    /// Who, if they had proved it.
    pub patient: Option<PatientId>,
    /// For which visits, if known.
    pub appointments: Vec<AppointmentId>,
    /// In which language.
    pub language: Language,
}
