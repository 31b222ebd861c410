//! The steps of the conversation, what can come in, and what goes out.

use jiff::civil::{Date, DateTime};

use crate::domain::appointment::Standing;
use crate::domain::event::StillRight;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// What the patient is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nobody is here.
    Welcome,
    /// Chooses between scanning and typing.
    Find,
    /// Types the date of birth.
    BirthDate,
    /// Types the family name.
    FamilyName,
    /// Has scanned a code and types day and month of birth.
    Birthday,
    /// Says whether the person found is them.
    IsThisYou,
    /// Looks at today's visits.
    Visits,
    /// Says whether the contact details are still right.
    Details,
    /// Says whether the insurance is still right.
    Insurance,
    /// Chooses how to be called.
    CallAs,
    /// Waits for the check-in to be durable.
    Saving,
    /// Waits for the paper.
    Printing,
    /// Is checked in.
    Done,
    /// Cannot go on alone.
    Stopped(Reason),
    /// Has asked for help.
    Help,
    /// Is asked whether they feel unwell.
    Unwell,
    /// Has said so.
    UnwellTold,
}

impl Step {
    /// Every step, once.
    pub const ALL: [Self; 17] = [
        Self::Welcome,
        Self::Find,
        Self::BirthDate,
        Self::FamilyName,
        Self::Birthday,
        Self::IsThisYou,
        Self::Visits,
        Self::Details,
        Self::Insurance,
        Self::CallAs,
        Self::Saving,
        Self::Printing,
        Self::Done,
        Self::Stopped(Reason::NotFound),
        Self::Help,
        Self::Unwell,
        Self::UnwellTold,
    ];

    /// The step's name in logs and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Find => "find",
            Self::BirthDate => "birth-date",
            Self::FamilyName => "family-name",
            Self::Birthday => "birthday",
            Self::IsThisYou => "is-this-you",
            Self::Visits => "visits",
            Self::Details => "details",
            Self::Insurance => "insurance",
            Self::CallAs => "call-as",
            Self::Saving => "saving",
            Self::Printing => "printing",
            Self::Done => "done",
            Self::Stopped(_) => "stopped",
            Self::Help => "help",
            Self::Unwell => "unwell",
            Self::UnwellTold => "unwell-told",
        }
    }

    /// How long this step waits for the patient; `None` where it waits for nobody, or for a device with a limit of its own.
    #[must_use]
    pub fn patience(self) -> Option<Patience> {
        match self {
            Self::Welcome | Self::Saving | Self::Printing => None,
            // Typing and reading take long; nobody is hurried.
            Self::BirthDate | Self::FamilyName | Self::Birthday | Self::Visits | Self::Details | Self::Insurance => {
                Some(Patience { ask_after_seconds: 60, end_after_seconds: 20 })
            }
            Self::Find | Self::IsThisYou | Self::CallAs => Some(Patience { ask_after_seconds: 40, end_after_seconds: 20 }),
            // Result pages in the field stay 10 to 20 s (FACTS 2); a number must be readable by the slowest reader.
            Self::Done => Some(Patience { ask_after_seconds: 25, end_after_seconds: 10 }),
            Self::Stopped(_) | Self::Help | Self::UnwellTold => Some(Patience { ask_after_seconds: 30, end_after_seconds: 15 }),
            Self::Unwell => Some(Patience { ask_after_seconds: 20, end_after_seconds: 15 }),
        }
    }
}

/// Two limits of a step that waits, in seconds without a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Then the page asks "Do you need more time?".
    pub ask_after_seconds: u32,
    /// So long after asking, the conversation ends.
    pub end_after_seconds: u32,
}

/// Everything that can happen to a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Touched the welcome page.
    Start,
    /// Would rather type than scan.
    TypeInstead,
    /// Answered yes: that is me, still right, I feel unwell.
    Yes,
    /// Answered no.
    No,
    /// Would rather talk to the desk about it.
    AskTheDesk,
    /// Goes on with what is on the page.
    GoOn,
    /// Goes back one step.
    Back,
    /// Begins again.
    StartOver,
    /// Leaves the last page.
    Finish,
    /// Wants another copy of the ticket.
    PrintAgain,
    /// Chose a language.
    Language(Language),
    /// Wants to be called like this.
    CallAs(CallAs),
    /// Chose a month, 1 to 12.
    Month(i8),
    /// Typed a digit, 0 to 9.
    Digit(u8),
    /// Typed a letter.
    Key(char),
    /// Takes back what was typed last.
    Erase,
    /// Moves the cursor: forward or not.
    Cursor(bool),
    /// Put the cursor at this part of the text, 0 to 1.
    PlaceCursor(f32),
    /// Touched "Get help".
    GetHelp,
    /// Touched "I feel unwell".
    FeelUnwell,
    /// Answered that more time is needed.
    MoreTime,

    /// The scanner read a code of ours for an appointment.
    ScannedAppointment(AppointmentId),
    /// The scanner read one of our tickets.
    ScannedTicket(Ticket),
    /// The scanner read something else.
    ScannedForeign,
    /// Today's list answered.
    Found(Lookup),
    /// The check-in is durable, with this ticket.
    Saved(SavedTicket),
    /// The check-in could not be made durable.
    NotSaved,
    /// What became of the paper.
    Printed(PrintOutcome),
    /// The desk has acknowledged the check-in.
    DeskKnows,
    /// Staff have marked the arrival as seen.
    SeenByStaff,
    /// Nobody touched anything for a while.
    TimeIsShort,
    /// Nobody answered the question either.
    TimeIsUp,
}

/// What today's list answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This one person.
    One(Box<Patient>),
    /// Nobody.
    Nobody,
    /// More than one.
    Ambiguous,
    /// There is no list for today.
    NoList,
}

/// What the conversation knows of the person found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// Who.
    pub id: PatientId,
    /// Given name and initial.
    pub shown_name: Private,
    /// First given name, for who wants to be called by it.
    pub first_name: Private,
    /// To check day and month after a scan.
    pub birth_date: BirthDate,
    /// Visits of today, then of other days, by time.
    pub visits: Vec<Visit>,
    /// Contact details, masked.
    pub contact: MaskedContact,
    /// Insurance, masked, if any is on file.
    pub insurance: Option<MaskedInsurance>,
}

/// One visit as the patient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub appointment: AppointmentId,
    /// Beginning, in the clinic's time.
    pub start: DateTime,
    /// What for.
    pub service: String,
    /// With whom.
    pub practitioner: String,
    /// Where to go.
    pub place: String,
    /// Whether one can check in now.
    pub standing: Standing,
    /// When check-in opens, in the clinic's time, if it is too early.
    pub opens: Option<DateTime>,
}

/// What is on file of how to reach somebody, masked; empty where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskedContact {
    /// `••• 4821`
    pub phone: Private,
    /// `a•••@example.org`
    pub email: Private,
    /// `12 M•••, Granby`
    pub address: Private,
}

/// What is on file of an insurance, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedInsurance {
    /// Who pays.
    pub payer: Private,
    /// `••• 8511`
    pub member_id: Private,
    /// Last valid day.
    pub end: Option<Date>,
    /// Whether that day is over.
    pub ended: bool,
}

/// The answer of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedTicket {
    /// The number.
    pub ticket: Ticket,
    /// Where to go and wait.
    pub place: String,
    /// It had been given out before.
    pub given_before: bool,
}

/// An order to the world outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask today's list.
    LookUp(Query),
    /// Make the check-in durable, then answer `Saved` or `NotSaved`.
    Save(Answers),
    /// Print the ticket at hand, then answer `Printed`.
    Print(PrintOrder),
    /// Log that somebody could not go on.
    ReportStop(Stop),
    /// Log that somebody left, without a name.
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
    /// Whose ticket is this?
    Ticket(Ticket),
    /// Who has these two facts?
    Typed {
        /// Date of birth.
        birth_date: BirthDate,
        /// Family name as typed.
        family_name: Private,
    },
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
    /// Where to go: the place of the first visit.
    pub place: String,
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
}

/// That and why somebody could not go on.
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
