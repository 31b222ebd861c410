//! What happened at the desk, as readers of it learn: one fact for each thing that was done with each visit.
//!
//! Invariants: a fact says what was done, about which person by number, and who did it; never a name, a phone number or
//! what someone typed. A reader gets facts in the order in which they became true, each once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::appointment::AppointmentStatus;
use super::event::Ended;
use super::ids::{AppointmentId, KioskId, PatientId, Seq};
use super::private::Private;
use super::proposal::Field;
use super::queue::{QueueAction, VisitState};
use super::reason::Reason;
use super::ticket::{PrintOutcome, Ticket};
use super::visit::decide::StaffAction;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its number, which is also the position of a reader that has read it. Later facts have higher numbers.
    pub n: u64,
    /// When the desk learned of it, by the desk's clock.
    pub at: Timestamp,
    /// When it happened at a kiosk, as far as the kiosk's clock can be believed.
    pub happened: Option<Timestamp>,
    /// About which visit; none if it is about no visit.
    pub appointment: Option<AppointmentId>,
    /// About which patient; none if no one knows.
    pub patient: Option<PatientId>,
    /// The ticket with which the visit waits after it.
    pub ticket: Option<Ticket>,
    /// Where the visit stands after it; none if no one has come for it yet.
    pub state: Option<VisitState>,
    /// Who did it.
    pub by: By,
    /// A kiosk told it to an earlier life of the desk's file, or may have. Readers do not get such a fact: they had it.
    pub again: bool,
    /// What.
    pub what: What,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Someone at a kiosk, as it reported at this place in its log.
    Kiosk(KioskId, Seq),
    /// A user, by name. In parentheses stands what is no user: the desk itself, an import, a command, a patient's
    /// phone.
    User(String),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// The patient checked in, at a kiosk or with staff. `counts`: with this ticket; else they had another one.
    CheckedIn {
        /// Whether it is the check-in that counts.
        counts: bool,
    },
    /// Someone without an appointment asks to be seen, or was taken in by staff.
    WalkedIn {
        /// Which of the clinic's categories, by its code.
        category: String,
    },
    /// A ticket was sent to the printer.
    TicketPrinted {
        /// What became of it.
        outcome: PrintOutcome,
    },
    /// A patient could not go on alone at a kiosk.
    Stopped {
        /// Why.
        reason: Reason,
    },
    /// A patient asks for help by phone.
    HelpAsked,
    /// A kiosk did not take a code.
    CodeRefused {
        /// Why.
        reason: Reason,
    },
    /// Someone left in the middle of a conversation.
    WalkedAway {
        /// Where in the conversation.
        step: String,
    },
    /// A conversation is over.
    ConversationEnded {
        /// How.
        ended: Ended,
    },
    /// A kiosk reported something that this version does not understand. It is a fact of its own once a later version
    /// does.
    NotUnderstood,
    /// Staff noticed the arrival, or a stop of someone no one knows.
    Acknowledged,
    /// Staff accepted a request without an appointment.
    Accepted,
    /// Staff declined it.
    Declined,
    /// A step of staff was taken back: the visit stands where the fact says.
    Undone,
    /// A step in a queue: called, held, started, completed and so on.
    Queue(QueueAction),
    /// Staff took a check-in back: the patient is expected again.
    CheckInUndone,
    /// Staff changed how the patient is called.
    CallPreferenceChanged,
    /// Someone who was expected did not come.
    DidNotCome,
    /// A visit was closed as canceled, for the desk alone. Only in files of earlier versions.
    ClosedAsCanceled,
    /// Staff wrote, archived or restored a note.
    NoteChanged,
    /// What the desk found to be the matter with the coverage of a patient who is here; nothing if that is over.
    CoverageFound {
        /// What.
        reasons: Vec<Reason>,
    },
    /// An appointment was booked here.
    Booked {
        /// For when.
        start: Timestamp,
    },
    /// An appointment was moved here.
    Moved {
        /// To when.
        start: Timestamp,
    },
    /// An appointment was canceled here.
    Canceled,
    /// The latest of these was taken back.
    BookingUndone {
        /// What the appointment is now.
        status: AppointmentStatus,
        /// When it begins now.
        start: Timestamp,
    },
    /// Staff noticed that the booking system says something else than they had decided.
    ContradictionNoted,
    /// A list of the booking system has a new appointment, or says something else of one than before.
    Listed {
        /// Whether it is new.
        is_new: bool,
        /// What it is now.
        status: AppointmentStatus,
        /// When it begins now.
        start: Timestamp,
    },
    /// Staff decided about something that the patient said is different.
    ChangeDecided {
        /// About what.
        field: Field,
        /// The decision, by its code.
        decision: String,
    },
    /// Two patients are one: everything of the other one is this one's now.
    PatientsJoined {
        /// The number that is no one's any more.
        from: PatientId,
    },
    /// Staff want a message about the appointment to be sent.
    MessageAsked {
        /// How: `sms` or `email`.
        way: String,
        /// Also if the same one was sent before.
        again: bool,
    },
    /// The clinic's settings changed.
    SettingsChanged {
        /// Which parts of them.
        parts: Vec<String>,
    },
}

impl What {
    /// The name in data, by which a kind of fact can be looked for.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CheckedIn { .. } => "checked-in",
            Self::WalkedIn { .. } => "walked-in",
            Self::TicketPrinted { .. } => "ticket-printed",
            Self::Stopped { .. } => "stopped",
            Self::HelpAsked => "help-asked",
            Self::CodeRefused { .. } => "code-refused",
            Self::WalkedAway { .. } => "walked-away",
            Self::ConversationEnded { .. } => "conversation-ended",
            Self::NotUnderstood => "not-understood",
            Self::Acknowledged => "acknowledged",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Undone => "undone",
            Self::Queue(action) => action.code(),
            Self::CheckInUndone => "check-in-undone",
            Self::CallPreferenceChanged => "call-preference-changed",
            Self::DidNotCome => "did-not-come",
            Self::ClosedAsCanceled => "closed-as-canceled",
            Self::NoteChanged => "note-changed",
            Self::CoverageFound { .. } => "coverage-found",
            Self::Booked { .. } => "booked",
            Self::Moved { .. } => "moved",
            Self::Canceled => "canceled",
            Self::BookingUndone { .. } => "booking-undone",
            Self::ContradictionNoted => "contradiction-noted",
            Self::Listed { .. } => "listed",
            Self::ChangeDecided { .. } => "change-decided",
            Self::PatientsJoined { .. } => "patients-joined",
            Self::MessageAsked { .. } => "message-asked",
            Self::SettingsChanged { .. } => "settings-changed",
        }
    }
}

impl From<StaffAction> for What {
    fn from(action: StaffAction) -> Self {
        match action {
            StaffAction::Seen => Self::Acknowledged,
            StaffAction::Accept => Self::Accepted,
            StaffAction::Decline => Self::Declined,
            StaffAction::Undo => Self::Undone,
            // As the queue has them: there is one word for one thing.
            StaffAction::Call => Self::Queue(QueueAction::Call { queue: String::new(), point: None }),
            StaffAction::Done => Self::Queue(QueueAction::Finish),
        }
    }
}

/// What a reader does with a fact: written in the transaction that says that it has read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A message waits to be sent, unless the same one is on its way or arrived.
    QueueMessage {
        /// About which appointment.
        appointment: AppointmentId,
        /// How: `sms` or `email`.
        way: String,
        /// To which number or address.
        to: Private,
        /// What it says.
        text: Private,
        /// Also if the same one was sent before.
        again: bool,
    },
    /// What waits to be sent about an appointment is not sent.
    DropMessages {
        /// Which.
        appointment: AppointmentId,
        /// Why, for staff.
        why: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written of a fact is read as it was, and begins with the kind under which it is found.
    #[test]
    fn every_kind_of_fact_is_read_as_it_was_written() {
        let start = Timestamp::UNIX_EPOCH;
        let status = AppointmentStatus::Booked;
        let all = [
            What::CheckedIn { counts: true },
            What::WalkedIn { category: "other".into() },
            What::TicketPrinted { outcome: PrintOutcome::Printed },
            What::Stopped { reason: Reason::FeelsUnwell },
            What::HelpAsked,
            What::CodeRefused { reason: Reason::CodeForged },
            What::WalkedAway { step: "find-me".into() },
            What::ConversationEnded { ended: Ended::Ticket },
            What::NotUnderstood,
            What::Acknowledged,
            What::Accepted,
            What::Declined,
            What::Undone,
            What::Queue(QueueAction::Call { queue: "Blood".into(), point: Some("Room 1".into()) }),
            What::Queue(QueueAction::Transfer { queue: "Blood".into(), keep_place: true }),
            What::Queue(QueueAction::Finish),
            What::CheckInUndone,
            What::CallPreferenceChanged,
            What::DidNotCome,
            What::ClosedAsCanceled,
            What::NoteChanged,
            What::CoverageFound { reasons: vec![Reason::InsuranceUnclear] },
            What::Booked { start },
            What::Moved { start },
            What::Canceled,
            What::BookingUndone { status, start },
            What::ContradictionNoted,
            What::Listed { is_new: true, status, start },
            What::ChangeDecided { field: Field::Phone, decision: "change-accept".into() },
            What::PatientsJoined { from: "p-2".into() },
            What::MessageAsked { way: "sms".into(), again: false },
            What::SettingsChanged { parts: vec!["queues".into()] },
        ];
        for what in all {
            let written = serde_json::to_value(&what).unwrap();
            let kind = written.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
            assert!(kind == what.code() || kind == "queue", "{kind}");
            assert_eq!(serde_json::from_value::<What>(written).unwrap(), what);
        }
    }
}
