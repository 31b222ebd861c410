//! A visit as the desk's list has it: where it stands, who is needed and why, and what is at a kiosk beside it.

pub mod decide;
pub mod spot;

use jiff::Timestamp;

use super::appointment::{Appointment, AppointmentStatus};
use super::document::Documents;
use super::event::WalkedIn;
use super::ids::{AppointmentId, KioskId};
use super::language::Language;
use super::private::Private;
use super::queue::VisitState;
use super::reason::Reason;
use super::ticket::{CallAs, Ticket};

/// Who did it, if a patient did it by phone; and where, instead of a kiosk. No user and no kiosk can have such a name.
pub const BY_PHONE: &str = "(phone)";

/// One visit as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// Which.
    pub id: AppointmentId,
    /// As the booking system has it; none if a kiosk named a visit that is not on the desk's list.
    pub appointment: Option<Appointment>,
    /// Where it stands.
    pub state: VisitState,
    /// The ticket that counts.
    pub ticket: Option<Ticket>,
    /// Further tickets that other kiosks gave out for it.
    pub duplicates: Vec<Ticket>,
    /// Where they checked in.
    pub kiosk: Option<KioskId>,
    /// How they want to be called.
    pub call_as: CallAs,
    /// The language in which they used the kiosk.
    pub language: Option<Language>,
    /// When they checked in.
    pub arrived_at: Option<Timestamp>,
    /// Who came with them, as that person typed it.
    pub companion: Option<Private>,
    /// What came of asking for documents.
    pub documents: Option<Documents>,
    /// What someone without an appointment asked for; then there is no appointment.
    pub walk_in: Option<Box<WalkedIn>>,
    /// When and by which user a request without an appointment was accepted.
    pub accepted: Option<(Timestamp, String)>,
    /// What the printer said, in words.
    pub print: Option<String>,
    /// When and by which user the arrival was seen.
    pub seen: Option<(Timestamp, String)>,
    /// When and by which user they were called.
    pub called: Option<(Timestamp, String)>,
    /// When and by which user the visit was closed.
    pub done: Option<(Timestamp, String)>,
    /// Where it stands in its queue.
    pub in_line: InLine,
    /// Why someone is or was needed; most urgent first.
    pub reasons: Vec<ReasonRow>,
    /// That staff called it off; none if it stands, or the booking system did.
    pub called_off: Option<CalledOff>,
    /// The booking system says otherwise than staff had decided, and no one has noted it.
    pub is_contradicted: bool,
}

/// Where a visit stands in its queue, as far as staff have done something about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InLine {
    /// The queue to which staff moved it; none as long as the clinic's rules say.
    pub queue: Option<String>,
    /// When it was put at the end of the line.
    pub placed: Option<Timestamp>,
    /// Where the patient was called to.
    pub point: Option<String>,
    /// How often they were called.
    pub calls: u32,
    /// The latest call.
    pub last_call: Option<Timestamp>,
    /// Since when it is on hold.
    pub held: Option<Timestamp>,
    /// Whether the patient said so, by phone, and not staff.
    pub stepped_out: bool,
    /// Since when the patient is with the clinician.
    pub started: Option<Timestamp>,
    /// From which queue they were called.
    pub served_in: Option<String>,
    /// The latest step that can be taken back, or that reasons were taken after it: the revision and the code.
    pub step: Option<(u64, String)>,
}

/// Why someone is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonRow {
    /// Why.
    pub reason: Reason,
    /// Which kiosk said so.
    pub kiosk: KioskId,
    /// Its position in that kiosk's log.
    pub seq: u64,
    /// Since when.
    pub at: Timestamp,
    /// The language in which they used the kiosk.
    pub language: Option<Language>,
    /// When and by which user it was resolved.
    pub taken: Option<(Timestamp, String)>,
}

/// That staff called an appointment off which is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledOff {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// Why, as someone typed it; may be empty.
    pub why: String,
    /// By which step and until when it can be taken back; none if the list has it so as well by now.
    pub undo: Option<(u64, Timestamp)>,
}

/// Codes of one kind that a kiosk did not take on a day. Anyone who held them out could go on by typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCodes {
    /// Which kiosk.
    pub kiosk: KioskId,
    /// Why.
    pub reason: Reason,
    /// How many.
    pub times: u32,
    /// The latest.
    pub at: Timestamp,
}

/// Someone at a kiosk no one knows yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The latest reason of this kind at this kiosk.
    pub latest: ReasonRow,
    /// How many times it came.
    pub times: u32,
}

impl VisitRow {
    /// A visit of which nothing is known beside its appointment.
    #[must_use]
    pub fn new(id: &str, appointment: Option<Appointment>) -> Self {
        Self {
            id: id.into(),
            appointment,
            state: VisitState::Expected,
            ticket: None,
            duplicates: Vec::new(),
            kiosk: None,
            call_as: CallAs::Number,
            language: None,
            arrived_at: None,
            companion: None,
            documents: None,
            walk_in: None,
            accepted: None,
            print: None,
            seen: None,
            called: None,
            done: None,
            in_line: InLine::default(),
            reasons: Vec::new(),
            called_off: None,
            is_contradicted: false,
        }
    }

    /// Whether the patient said by phone that they stepped out, and is not back.
    #[must_use]
    pub fn is_out(&self) -> bool {
        self.state == VisitState::Held && self.in_line.stepped_out
    }

    /// Whether no one has come for it yet, and someone may.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.state == VisitState::Expected && self.ticket.is_none()
    }

    /// The same once all is read: each reason once, and what the booking system says counts as long as nothing happened
    /// here.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.reasons.sort_by_key(|reason| (reason.taken.is_some(), reason.reason, reason.at));
        let mut seen_before: Vec<(Reason, bool, bool)> = Vec::new();
        self.reasons.retain(|reason| {
            // Who asks by phone sits somewhere else than who stood at a kiosk.
            let key = (reason.reason, reason.taken.is_some(), reason.kiosk.as_str() == BY_PHONE);
            let new = !seen_before.contains(&key);
            seen_before.push(key);
            new
        });
        if self.state == VisitState::Expected && self.ticket.is_none() {
            self.state = match self.appointment.as_ref().map(|appointment| appointment.status) {
                Some(AppointmentStatus::Arrived | AppointmentStatus::CheckedIn) => VisitState::Arrived,
                Some(AppointmentStatus::Fulfilled) => VisitState::Done,
                Some(AppointmentStatus::NoShow) => VisitState::NoShow,
                Some(status) if !status.stands() => VisitState::Cancelled,
                _ => VisitState::Expected,
            };
        }
        self
    }
}
