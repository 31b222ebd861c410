//! What a conversation has learned, and what can be read off it.
//!
//! Nothing of it outlives the return to welcome. The arrows are in `table`.

use super::around::{Look, Over};
use super::entry::{DateOrder, TextEntry};
use super::found::Visit;
use super::person::Person;
use super::step::{PrintOrder, Query, ScanWord, Step, Stop};
use crate::domain::appointment::Standing;
use crate::domain::document::Document;
use crate::domain::identity::{Fact, Typed};
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::reason::Reason;
use crate::domain::texts::dates::PatientTime;
use crate::domain::ticket::CallAs;
use crate::domain::when::DateStyle;

/// Attempts before the front desk helps, as at the check-in kiosks of US Veterans Affairs.
pub const TRIES_MAX: u8 = 3;

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
    /// A code has broken off before: someone who held it flat again is not asked to do so again.
    pub(super) was_damaged: bool,
    pub(super) phone_is_not_known: bool,
    /// Everything that is known of the person who is checked in.
    pub person: Person,
    /// Someone other than the person who touches the screen is checked in.
    pub for_other: bool,
    /// The companion's own name being typed.
    pub companion: TextEntry,
    /// Where "Get help" and "I feel unwell" go back to.
    pub(super) came_from: Step,
    /// Asked for while the check-in was being saved; shown as soon as it is.
    pub(super) after_saving: Option<Step>,
    pub(super) home_language: Language,
    /// How the clinic writes dates and times.
    pub dates: DateStyle,
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
            was_damaged: false,
            phone_is_not_known: false,
            person: Person::default(),
            for_other: false,
            companion: TextEntry::default(),
            came_from: Step::Welcome,
            after_saving: None,
            home_language,
            dates: DateStyle::default(),
        }
    }

    pub(super) fn in_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// At a clinic that writes dates and times so.
    #[must_use]
    pub fn with_dates(mut self, dates: DateStyle) -> Self {
        self.dates = dates;
        self
    }

    /// No one is here any more.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.home_language).with_dates(self.dates)
    }

    /// In which order this language says dates here.
    pub(super) fn date_order(&self) -> DateOrder {
        DateOrder::of(PatientTime::new(self.language, self.dates))
    }

    /// The welcome page again: it keeps what the person who went back to it chose.
    pub(super) fn back_at_welcome(&self) -> Self {
        Self { look: self.look, ..self.fresh().in_language(self.language) }
    }

    /// Whether "Do you need more time?" is on the screen.
    #[must_use]
    pub fn asks_for_time(&self) -> bool {
        self.over == Some(Over::MoreTime)
    }

    /// What has to be brought for the visits that can be checked in, each document once.
    #[must_use]
    pub fn documents_needed(&self) -> Vec<Document> {
        Document::ALL
            .into_iter()
            .filter(|document| self.open_visits().any(|visit| visit.documents.contains(document)))
            .collect()
    }

    /// The companion's name, if someone else is checked in.
    pub(super) fn companion_name(&self) -> Option<Private> {
        (self.for_other && !self.companion.text().is_blank()).then(|| self.companion.text().clone())
    }

    /// What to look up: what was typed, or a card in every way in which it may be read.
    pub(super) fn query(&self) -> Option<Query> {
        let facts = self.facts()?;
        let others = self.person.card.as_ref().map(|card| card.others.as_slice()).unwrap_or_default();
        if others.is_empty() {
            return Some(Query::Typed(facts));
        }
        let others = others.iter().map(|other| Typed { phone_last4: facts.phone_last4.clone(), ..other.clone() });
        Some(Query::Card(std::iter::once(facts.clone()).chain(others).collect()))
    }

    /// What was typed, or read from a card, as far as it was asked for in this try.
    fn facts(&self) -> Option<Typed> {
        let phone_last4 = self.person.phone.whole().filter(|_| self.person.asked == Some(Fact::Phone)).cloned();
        if let Some(card) = &self.person.card {
            return Some(Typed { phone_last4, ..card.facts.clone() });
        }
        let given_name =
            Some(self.person.given_name.text()).filter(|name| self.person.asked.is_some() && !name.is_blank()).cloned();
        let birth_date = BirthDate(self.person.date.date()?);
        (!self.person.name.text().is_blank()).then(|| Typed {
            birth_date,
            family_name: self.person.name.text().clone(),
            given_name,
            phone_last4,
        })
    }

    /// The visits that can be checked in now.
    pub fn open_visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits().iter().filter(|visit| visit.standing == Standing::Open)
    }

    /// All visits of the person found.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        self.person.patient.as_ref().map_or(&[], |patient| &patient.visits)
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
        self.person.call_as
    }

    /// Where "Get help" goes back to.
    #[must_use]
    pub fn came_from(&self) -> Step {
        self.came_from
    }

    pub(super) fn print_order(&self, copy: bool) -> Option<PrintOrder> {
        let at_hand = self.person.at_hand.as_ref()?;
        let name = match self.person.call_as {
            CallAs::FirstName if self.person.walk_in => Some(self.person.given_name.text().clone()),
            CallAs::FirstName => self.person.patient.as_ref().map(|patient| patient.first_name.clone()),
            CallAs::Number => None,
        };
        Some(PrintOrder {
            ticket: at_hand.ticket,
            appointments: at_hand.appointments.clone(),
            name,
            place: at_hand.place.clone(),
            language: self.language,
            copy,
            walk_in: self.person.walk_in,
        })
    }

    pub(super) fn stop_report(&self, reason: Reason) -> Stop {
        // Who was only scanned or typed has proved nothing yet, so is not named.
        let proved = !self.came_from_or_here().is_finding();
        let patient = self.person.patient.as_ref().filter(|_| proved);
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
        self.person = Person::default();
    }
}
