//! What a conversation has learned, and what can be read off it.
//!
//! Nothing of it outlives the return to welcome. The arrows are in `table`.

use super::around::{Look, Over};
use super::card::CardEntry;
use super::details::DetailEntry;
use super::entry::{DateEntry, FourDigits, TextEntry};
use super::found::{Patient, Visit};
use super::step::{NewDetail, PrintOrder, Query, ScanWord, Step, Stop};
use crate::domain::appointment::Standing;
use crate::domain::document::Document;
use crate::domain::event::StillRight;
use crate::domain::identity::{Fact, Typed};
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::queue::Wait;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// Attempts before the front desk helps, as at the check-in kiosks of US Veterans Affairs.
pub const TRIES_MAX: u8 = 3;

/// A card that was held out: what it says, how its name may be read otherwise, and whether the clinic asks for nothing more after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub facts: Typed,
    pub others: Vec<Typed>,
    pub is_enough: bool,
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
    /// The place in its queue, 1 is next, and how long it may take; none as long as the desk has not said it.
    pub wait: Option<(u32, Wait)>,
}

/// Where a conversation stands, and what it has learned. Nothing of it outlives the return to welcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// What the patient is doing.
    pub step: Step,
    /// In which language.
    pub language: Language,
    /// How the pages look.
    pub look: Look,
    /// A question that covers the page.
    pub over: Option<Over>,
    /// This many tries to be found are left.
    pub tries_left: u8,
    /// The last try found no one.
    pub try_again: bool,
    /// What the last scan came to.
    pub scan_word: ScanWord,
    /// The date being typed.
    pub date: DateEntry,
    /// The last name being typed.
    pub name: TextEntry,
    /// The first name being typed.
    pub given_name: TextEntry,
    /// The end of a phone number being typed.
    pub phone: FourDigits,
    /// The companion's own name being typed.
    pub companion: TextEntry,
    /// Someone else is checked in than anyone who touches the screen.
    pub for_other: bool,
    /// A request without an appointment is being made.
    pub walk_in: bool,
    /// The person was found by a code.
    pub code_read: bool,
    /// Who was found.
    pub patient: Option<Box<Patient>>,
    /// The ticket.
    pub at_hand: Option<TicketAtHand>,
    /// The last fact that was asked for in this try beside birth date and last name.
    pub(super) asked: Option<Fact>,
    pub(super) card: Option<Card>,
    /// A code has broken off before: anyone who held it flat once more is not asked to do so again.
    pub(super) was_damaged: bool,
    pub(super) phone_is_not_known: bool,
    pub(super) documents_brought: bool,
    pub(super) walk_in_reason: String,
    pub(super) details: StillRight,
    /// What is different from the contact details on file, in the order of the fields.
    pub(super) changes: Vec<NewDetail>,
    /// The contact detail being typed.
    pub detail: DetailEntry,
    pub(super) insurance: StillRight,
    /// The cards that were typed whole, in the order of the fields.
    pub(super) new_cards: Vec<CardEntry>,
    /// They have no insurance any more.
    pub(super) uninsured: bool,
    /// The card being typed.
    pub card_entry: CardEntry,
    pub(super) call_as: CallAs,
    /// Where "Get help" and "I feel sick" go back to.
    pub(super) came_from: Step,
    /// Asked for while the check-in was being saved; shown as soon as it is.
    pub(super) after_saving: Option<Step>,
    pub(super) home_language: Language,
}

impl Conversation {
    /// No one is here; the welcome page is in the clinic's language.
    #[must_use]
    pub fn new(home_language: Language) -> Self {
        Self {
            step: Step::Welcome,
            language: home_language,
            look: Look::default(),
            over: None,
            tries_left: TRIES_MAX,
            try_again: false,
            scan_word: ScanWord::None,
            date: DateEntry::default(),
            name: TextEntry::default(),
            given_name: TextEntry::default(),
            phone: FourDigits::default(),
            companion: TextEntry::default(),
            for_other: false,
            walk_in: false,
            code_read: false,
            asked: None,
            card: None,
            was_damaged: false,
            phone_is_not_known: false,
            documents_brought: true,
            walk_in_reason: String::new(),
            patient: None,
            at_hand: None,
            details: StillRight::NotAsked,
            changes: Vec::new(),
            detail: DetailEntry::default(),
            insurance: StillRight::NotAsked,
            new_cards: Vec::new(),
            uninsured: false,
            card_entry: CardEntry::default(),
            call_as: CallAs::Number,
            came_from: Step::Welcome,
            after_saving: None,
            home_language,
        }
        .in_language(home_language)
    }

    pub(super) fn in_language(mut self, language: Language) -> Self {
        self.language = language;
        self.date.ask_day_first(language.says_day_first());
        self
    }

    /// The welcome page again: it keeps what the person who went back to it chose.
    pub(super) fn back_at_welcome(&self) -> Self {
        Self { look: self.look, ..Self::new(self.home_language).in_language(self.language) }
    }

    /// Whether "Do you need more time?" is on the screen.
    #[must_use]
    pub fn asks_for_time(&self) -> bool {
        self.over == Some(Over::MoreTime)
    }

    /// What has to be brought for the visits that can be checked in, each document once.
    #[must_use]
    pub fn documents_needed(&self) -> Vec<Document> {
        Document::ALL.into_iter().filter(|document| self.open_visits().any(|visit| visit.documents.contains(document))).collect()
    }

    /// The companion's name, if someone else is checked in.
    pub(super) fn companion_name(&self) -> Option<Private> {
        (self.for_other && !self.companion.text().is_blank()).then(|| self.companion.text().clone())
    }

    /// What to look up: what was typed, or a card in every way in which it may be read.
    pub(super) fn query(&self) -> Option<Query> {
        let facts = self.facts()?;
        let others = self.card.as_ref().map(|card| card.others.as_slice()).unwrap_or_default();
        if others.is_empty() {
            return Some(Query::Typed(facts));
        }
        let others = others.iter().map(|other| Typed { phone_last4: facts.phone_last4.clone(), ..other.clone() });
        Some(Query::Card(std::iter::once(facts.clone()).chain(others).collect()))
    }

    /// What was typed, or read from a card, as far as it was asked for in this try.
    fn facts(&self) -> Option<Typed> {
        let phone_last4 = self.phone.whole().filter(|_| self.asked == Some(Fact::Phone)).cloned();
        if let Some(card) = &self.card {
            return Some(Typed { phone_last4, ..card.facts.clone() });
        }
        let given_name = Some(self.given_name.text()).filter(|name| self.asked.is_some() && !name.is_blank()).cloned();
        let birth_date = BirthDate(self.date.date()?);
        (!self.name.text().is_blank()).then(|| Typed { birth_date, family_name: self.name.text().clone(), given_name, phone_last4 })
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

    /// The visit that explains why nothing can be checked in: one that may still take place before one that will not.
    #[must_use]
    pub fn telling_visit(&self) -> Option<&Visit> {
        self.visits().iter().min_by_key(|visit| match visit.standing {
            Standing::Open | Standing::AlreadyCheckedIn(_) => 0,
            Standing::TooEarly { .. } => 1,
            Standing::TooLate => 2,
            Standing::OtherSite => 3,
            Standing::OtherDay(_) => 4,
            Standing::Over => 5,
            Standing::Cancelled => 6,
        })
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
            CallAs::FirstName if self.walk_in => Some(self.given_name.text().clone()),
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
            walk_in: self.walk_in,
        })
    }

    pub(super) fn stop_report(&self, reason: Reason) -> Stop {
        // Who was only scanned or typed has proved nothing yet, so is not named.
        let proved = !self.came_from_or_here().is_finding();
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

    /// Anyone who was being looked for; a companion stays.
    pub(super) fn forget_person(&mut self) {
        self.patient = None;
        self.card = None;
        self.asked = None;
        self.code_read = false;
        self.walk_in = false;
        self.date = self.new_date();
        self.name = TextEntry::default();
        self.given_name = TextEntry::default();
        self.phone = FourDigits::default();
        self.details = StillRight::NotAsked;
        self.changes.clear();
        self.detail = DetailEntry::default();
        self.insurance = StillRight::NotAsked;
        self.new_cards.clear();
        self.uninsured = false;
        self.card_entry = CardEntry::default();
    }

    fn new_date(&self) -> DateEntry {
        let mut date = DateEntry::default();
        date.ask_day_first(self.language.says_day_first());
        date
    }

    /// An empty date without a year.
    pub(super) fn new_birthday(&self) -> DateEntry {
        let mut date = DateEntry::birthday();
        date.ask_day_first(self.language.says_day_first());
        date
    }
}
