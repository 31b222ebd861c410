//! What a conversation has learned, and what can be read off it.
//!
//! Nothing of it outlives the return to welcome. The arrows are in `table`.

use super::entry::{DateEntry, TextEntry};
use super::step::{Patient, PrintOrder, Step, Stop, Visit};
use crate::domain::appointment::Standing;
use crate::domain::event::StillRight;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// Tries to be found before a person takes over (FACTS 2).
pub const TRIES_MAX: u8 = 3;

/// What the scanner's last code came to, where it did not find anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScanWord {
    /// Nothing to say.
    #[default]
    None,
    /// Not one of our codes.
    Foreign,
    /// One of ours, but for no visit on the list.
    NotOnList,
}

/// The ticket that the patient holds, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketAtHand {
    /// The number.
    pub ticket: Ticket,
    /// Where to go.
    pub place: String,
    /// For which visits.
    pub appointments: Vec<AppointmentId>,
    /// They had it before they came to the kiosk this time.
    pub given_before: bool,
    /// What became of the paper; `None` while the printer works or was not asked.
    pub print: Option<PrintOutcome>,
    /// The desk has acknowledged it.
    pub desk_knows: bool,
    /// Staff have seen it.
    pub seen_by_staff: bool,
}

/// Where a conversation stands, and what it has learned. Nothing of it outlives the return to welcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// What the patient is doing.
    pub step: Step,
    /// In which language.
    pub language: Language,
    /// "Do you need more time?" is on the screen.
    pub asking_for_time: bool,
    /// So many tries to be found are left.
    pub tries_left: u8,
    /// The last try found nobody.
    pub try_again: bool,
    /// What the last scan came to.
    pub scan_word: ScanWord,
    /// The date being typed.
    pub date: DateEntry,
    /// The family name being typed.
    pub name: TextEntry,
    /// Who was found.
    pub patient: Option<Box<Patient>>,
    /// The ticket.
    pub at_hand: Option<TicketAtHand>,
    pub(super) details: StillRight,
    pub(super) insurance: StillRight,
    pub(super) call_as: CallAs,
    /// Where "Get help" and "I feel unwell" go back to.
    pub(super) came_from: Step,
    /// Asked for while the printer was busy; shown as soon as it is not.
    pub(super) after_printing: Option<Step>,
    pub(super) home_language: Language,
}

impl Conversation {
    /// Nobody is here; the welcome page is in the clinic's language.
    #[must_use]
    pub fn new(home_language: Language) -> Self {
        Self {
            step: Step::Welcome,
            language: home_language,
            asking_for_time: false,
            tries_left: TRIES_MAX,
            try_again: false,
            scan_word: ScanWord::None,
            date: DateEntry::default(),
            name: TextEntry::default(),
            patient: None,
            at_hand: None,
            details: StillRight::Yes,
            insurance: StillRight::Yes,
            call_as: CallAs::Number,
            came_from: Step::Welcome,
            after_printing: None,
            home_language,
        }
    }

    /// The visits that can be checked in now.
    pub fn open_visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits().iter().filter(|visit| visit.standing == Standing::Open)
    }

    /// All visits of the person found.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        self.patient.as_ref().map_or(&[], |patient| &patient.visits)
    }

    /// The visit that explains why nothing can be checked in: today's first, else the next one.
    #[must_use]
    pub fn telling_visit(&self) -> Option<&Visit> {
        self.visits().iter().find(|visit| !matches!(visit.standing, Standing::OtherDay(_))).or_else(|| self.visits().first())
    }

    /// How the patient wants to be called.
    #[must_use]
    pub fn call_as(&self) -> CallAs {
        self.call_as
    }

    /// Where "Get help" goes back to.
    #[must_use]
    pub fn came_from(&self) -> Step {
        self.came_from
    }

    pub(super) fn print_order(&self, copy: bool) -> Option<PrintOrder> {
        let at_hand = self.at_hand.as_ref()?;
        let name = match self.call_as {
            CallAs::FirstName => self.patient.as_ref().map(|patient| patient.first_name.clone()),
            CallAs::Number => None,
        };
        Some(PrintOrder {
            ticket: at_hand.ticket,
            appointments: at_hand.appointments.clone(),
            name,
            place: at_hand.place.clone(),
            language: self.language,
            copy,
        })
    }

    pub(super) fn stop_report(&self, reason: Reason) -> Stop {
        // Who was only scanned or typed has proved nothing yet, so is not named.
        let proved = !matches!(self.came_from_or_here(), Step::Find | Step::Birthday | Step::BirthDate | Step::FamilyName | Step::Welcome);
        let patient = self.patient.as_ref().filter(|_| proved);
        Stop {
            reason,
            step: self.came_from_or_here(),
            patient: patient.map(|patient| patient.id.clone()),
            appointments: patient
                .map(|patient| {
                    patient
                        .visits
                        .iter()
                        .filter(|visit| !matches!(visit.standing, Standing::OtherDay(_)))
                        .map(|visit| visit.appointment.clone())
                        .collect()
                })
                .unwrap_or_default(),
            language: self.language,
        }
    }

    fn came_from_or_here(&self) -> Step {
        if matches!(self.step, Step::Help | Step::Unwell | Step::UnwellTold) { self.came_from } else { self.step }
    }

    pub(super) fn forget_person(&mut self) {
        self.patient = None;
        self.date = DateEntry::default();
        self.name = TextEntry::default();
    }
}
