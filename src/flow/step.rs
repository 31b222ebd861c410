//! The steps of the conversation, what can come in, and what goes out.

mod effect;

use jiff::civil::Date;

pub use self::effect::{Answers, Effect, NewDetail, PrintOrder, Query, Stop, WalkInRequest};
use super::card::{CardPart, PhotoDoubt};
use super::details::Part;
use super::found::Lookup;
use crate::domain::identity::Typed;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::{Relationship, Side};
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::proposal::Field;
use crate::domain::queue::Wait;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// What the patient is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// No one is here.
    Welcome,
    /// Chooses between scanning and typing.
    Find,
    /// Types the date of birth.
    BirthDate,
    /// Types the last name.
    FamilyName,
    /// Types the first name, because more than one might be meant.
    GivenName,
    /// Types the last four digits of the phone on file.
    Phone,
    /// Has scanned a code and types day and month of birth.
    Birthday,
    /// Types their own name, because they check in someone else.
    CompanionName,
    /// Has no appointment, and says why they came.
    WalkInReason,
    /// Says whether the person found is them.
    IsThisYou,
    /// Looks at today's visits.
    Visits,
    /// Says whether the documents that the visits need are here.
    Documents,
    /// Says whether the contact details are still right.
    Details,
    /// Chooses which contact details are different, and looks at what was typed.
    ChangeDetails,
    /// Types one of them.
    NewDetail(Part),
    /// Says whether the insurance is still right.
    Insurance,
    /// Says what is different about it.
    ChangeInsurance,
    /// Types a card, or looks at all of it once more.
    NewCard(CardPart),
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
    pub const ALL: [Self; 47] = [
        Self::Welcome,
        Self::Find,
        Self::BirthDate,
        Self::FamilyName,
        Self::GivenName,
        Self::Phone,
        Self::Birthday,
        Self::CompanionName,
        Self::WalkInReason,
        Self::IsThisYou,
        Self::Visits,
        Self::Documents,
        Self::Details,
        Self::ChangeDetails,
        Self::NewDetail(Part::Phone),
        Self::NewDetail(Part::Email),
        Self::NewDetail(Part::PostalCode),
        Self::NewDetail(Part::Street),
        Self::NewDetail(Part::City),
        Self::NewDetail(Part::State),
        Self::NewDetail(Part::PreferredName),
        Self::NewDetail(Part::Language),
        Self::NewDetail(Part::Interpreter),
        Self::NewDetail(Part::EmergencyName),
        Self::NewDetail(Part::EmergencyPhone),
        Self::Insurance,
        Self::ChangeInsurance,
        Self::NewCard(CardPart::Payer),
        Self::NewCard(CardPart::MemberId),
        Self::NewCard(CardPart::Holder),
        Self::NewCard(CardPart::HolderName),
        Self::NewCard(CardPart::HolderBirthDate),
        Self::NewCard(CardPart::Group),
        Self::NewCard(CardPart::Plan),
        Self::NewCard(CardPart::Start),
        Self::NewCard(CardPart::End),
        Self::NewCard(CardPart::Photo(Side::Front)),
        Self::NewCard(CardPart::Photo(Side::Back)),
        Self::NewCard(CardPart::Review),
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
            Self::GivenName => "given-name",
            Self::Phone => "phone",
            Self::CompanionName => "companion-name",
            Self::WalkInReason => "walk-in-reason",
            Self::Documents => "documents",
            Self::Birthday => "birthday",
            Self::IsThisYou => "is-this-you",
            Self::Visits => "visits",
            Self::Details => "details",
            Self::ChangeDetails => "change-details",
            Self::NewDetail(Part::Phone) => "new-phone",
            Self::NewDetail(Part::Email) => "new-email",
            Self::NewDetail(Part::PostalCode) => "new-postal-code",
            Self::NewDetail(Part::Street) => "new-street",
            Self::NewDetail(Part::City) => "new-city",
            Self::NewDetail(Part::State) => "new-state",
            Self::NewDetail(Part::PreferredName) => "new-name",
            Self::NewDetail(Part::Language) => "new-language",
            Self::NewDetail(Part::Interpreter) => "new-interpreter",
            Self::NewDetail(Part::EmergencyName) => "emergency-name",
            Self::NewDetail(Part::EmergencyPhone) => "emergency-phone",
            Self::Insurance => "insurance",
            Self::ChangeInsurance => "change-insurance",
            Self::NewCard(CardPart::Payer) => "card-payer",
            Self::NewCard(CardPart::MemberId) => "card-number",
            Self::NewCard(CardPart::Holder) => "card-holder",
            Self::NewCard(CardPart::HolderName) => "card-holder-name",
            Self::NewCard(CardPart::HolderBirthDate) => "card-holder-birth-date",
            Self::NewCard(CardPart::Group) => "card-group",
            Self::NewCard(CardPart::Plan) => "card-plan",
            Self::NewCard(CardPart::Start) => "card-start",
            Self::NewCard(CardPart::End) => "card-end",
            Self::NewCard(CardPart::Photo(Side::Front)) => "card-photo-front",
            Self::NewCard(CardPart::Photo(Side::Back)) => "card-photo-back",
            Self::NewCard(CardPart::Review) => "card-review",
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

    /// Whether no one has proved yet who they are.
    #[must_use]
    pub fn is_finding(self) -> bool {
        matches!(
            self,
            Self::Welcome
                | Self::Find
                | Self::BirthDate
                | Self::FamilyName
                | Self::GivenName
                | Self::Phone
                | Self::Birthday
                | Self::CompanionName
                | Self::WalkInReason
        )
    }

    /// How long this step waits for the patient; `None` where it waits for no one, or for a device with a limit of its
    /// own.
    #[must_use]
    pub fn patience(self) -> Option<Patience> {
        match self {
            Self::Welcome | Self::Saving | Self::Printing => None,
            // Typing and reading take long; no one is hurried.
            Self::BirthDate
            | Self::FamilyName
            | Self::GivenName
            | Self::Phone
            | Self::Birthday
            | Self::CompanionName
            | Self::WalkInReason
            | Self::Visits
            | Self::Documents
            | Self::Details
            | Self::ChangeDetails
            | Self::NewDetail(_)
            | Self::Insurance
            | Self::ChangeInsurance
            | Self::NewCard(_) => Some(Patience { ask_after_seconds: 60, end_after_seconds: 20 }),
            Self::Find | Self::IsThisYou | Self::CallAs => {
                Some(Patience { ask_after_seconds: 40, end_after_seconds: 20 })
            }
            // Other kiosks show their last page for 10 to 20 s; a number must be readable by the slowest reader.
            Self::Done => Some(Patience { ask_after_seconds: 25, end_after_seconds: 10 }),
            Self::Stopped(_) | Self::Help | Self::UnwellTold => {
                Some(Patience { ask_after_seconds: 30, end_after_seconds: 15 })
            }
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
    /// Checks in someone else: a child, a parent, someone they care for.
    SomebodyElse,
    /// Has no appointment.
    NoAppointment,
    /// The same companion checks in one more person.
    OneMorePerson,
    /// Came for this, one of the clinic's categories of visits without an appointment.
    WalkInReason(String),
    /// Answered yes: that is me, still right, I feel unwell.
    Yes,
    /// Answered no.
    No,
    /// This contact detail or card is different.
    ChangeField(Field),
    /// Prefers this language, by its tag.
    Spoken(String),
    /// Has no insurance, or none any more.
    NoInsurance,
    /// Chose this payer, by its code.
    Payer(String),
    /// Whose insurance it is; `None`: the patient's own.
    HeldBy(Option<Relationship>),
    /// Changes this part of a card.
    ChangePart(CardPart),
    /// Lets the second card pay first, or not.
    SwapOrder,
    /// Presses the button of the camera.
    Capture,
    /// A photo was taken, and this is wrong with it.
    Shot(Option<PhotoDoubt>),
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
    /// Touched "I feel sick".
    FeelUnwell,
    /// Answered that more time is needed.
    MoreTime,
    /// Would rather go on than start over.
    KeepGoing,
    /// Letters of another size.
    ToggleText,
    /// Other colors.
    ToggleContrast,

    /// The scanner read a code of ours for an appointment.
    ScannedAppointment(AppointmentId),
    /// A letter that the clinic signed: the appointment that it is for.
    ScannedLetter(AppointmentId),
    /// The scanner read a medical record number.
    ScannedPatient(PatientId),
    /// The scanner read one of our tickets.
    ScannedTicket(Ticket),
    /// The scanner read a card that says a name and a date of birth.
    ScannedCard {
        /// What it says.
        facts: Box<Typed>,
        /// What it may say instead: its name, read otherwise.
        others: Vec<Typed>,
        /// The clinic asks for nothing more after such a card.
        is_enough: bool,
    },
    /// The scanner read this while the number of a card is asked for.
    ScannedText(Private),
    /// The scanner read a code that leads to no one.
    ScannedRefused(ScanWord),
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
    /// How the ticket at hand stands in its queue: its place, 1 is next, and how long it may take.
    Waits(u32, Wait),
    /// No one touched anything for a while.
    TimeIsShort,
    /// No one answered the question either.
    TimeIsUp,
}

impl Input {
    /// Whether a code was read.
    #[must_use]
    pub fn is_scan(&self) -> bool {
        self.is_good_scan() || matches!(self, Self::ScannedRefused(_) | Self::ScannedText(_))
    }

    /// Whether a code was read that may lead to someone.
    #[must_use]
    pub fn is_good_scan(&self) -> bool {
        matches!(
            self,
            Self::ScannedAppointment(_)
                | Self::ScannedLetter(_)
                | Self::ScannedPatient(_)
                | Self::ScannedTicket(_)
                | Self::ScannedCard { .. }
        )
    }
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
    /// For which visits, or for which request.
    pub appointments: Vec<AppointmentId>,
}

/// What the scanner's last code came to, where it did not find anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScanWord {
    /// Nothing to say.
    #[default]
    None,
    /// Not one of our codes.
    Foreign,
    /// One of ours, but for no visit on the list.
    NotOnList,
    /// Another clinic's.
    OtherClinic,
    /// For a visit on this other day.
    OtherDay(Date),
    /// Too old; the visit was on this day.
    Expired(Date),
    /// Signed with a key that is no longer in use, or not yet known here.
    UnknownKey,
    /// Not signed by the clinic.
    Forged,
    /// It breaks off.
    Damaged,
    /// It is a card, or was held out before, and cannot be read: holding it out again does not help.
    Unreadable,
    /// A ticket of someone without an appointment: the desk has the request.
    AskedBefore,
}

impl ScanWord {
    /// What is reported of it, if anything.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::None | Self::Foreign | Self::NotOnList | Self::Unreadable | Self::AskedBefore => None,
            Self::OtherClinic => Some(Reason::CodeOtherClinic),
            Self::OtherDay(_) => Some(Reason::CodeOtherDay),
            Self::Expired(_) | Self::UnknownKey => Some(Reason::CodeExpired),
            Self::Forged => Some(Reason::CodeForged),
            Self::Damaged => Some(Reason::CodeTruncated),
        }
    }
}
