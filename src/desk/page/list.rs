//! Who stands where on the page, decided before anything is drawn.
//!
//! Invariant: anyone who needs someone comes first, the most urgent of them on top; no one is on the list twice.

mod known;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use self::known::Known;
use super::super::Desk;
use super::drawn::Lists;
use super::narrow::Narrow;
use crate::desk::base::error::DeskError;
use crate::desk::service::queue::today::Today;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::identity::fold_name;
use crate::domain::ids::{AppointmentId, KioskId, PatientId};
use crate::domain::insurance::CardMark;

use crate::domain::proposal::Field;
use crate::domain::queue::VisitState;
use crate::domain::queue::day::{Queues, queue_name};
use crate::domain::settings::{ClinicSettings, WalkInCategory};
use crate::domain::spoken;
use crate::domain::staff::Role;
use crate::domain::visit::{ReasonRow, Stop, VisitRow};
use crate::domain::when::{DateStyle, StaffTime};

/// The day as a page shows it to anyone who looks. Nearly all of it is read once for everyone, and cheap to copy.
#[derive(Clone)]
pub struct Day {
    /// The clinic's date.
    pub date: Date,
    /// The clinic's zone.
    pub zone: TimeZone,
    /// How staff read dates and times here.
    pub times: StaffTime,
    /// Which day a moment is on.
    pub clinic: ClinicDay,
    /// When it is looked at.
    pub now: Timestamp,
    /// Which state of the store it shows.
    pub revision: u64,
    /// The first second at which another patient is late; none if no one will be.
    pub next: Option<i64>,
    /// Who needs someone now, most urgent first.
    pub needs: Vec<Entry>,
    /// Here and waiting, as they stand in their queues.
    pub waiting: Vec<Arc<VisitRow>>,
    /// Here, but not to be called for now.
    pub held: Vec<Arc<VisitRow>>,
    /// On the way to a room.
    pub called: Vec<Arc<VisitRow>>,
    /// With a clinician.
    pub seen_now: Vec<Arc<VisitRow>>,
    /// Not here yet.
    pub expected: Vec<Arc<VisitRow>>,
    /// Days before this one of which something is open, each with how many rows.
    pub left: Vec<(Date, usize)>,
    /// Over or canceled, and stops resolved.
    pub closed: Vec<Entry>,
    /// What else is known of them.
    pub known: Arc<Known>,
    /// Whether insurance is asked about, and how many days before its end a card is marked.
    pub(super) insurance: Option<u16>,
    /// The clinic's rules: its queues, service points, and what it calls the reasons to come without an appointment.
    pub settings: Arc<ClinicSettings>,
    /// Who waits where, and who is next.
    pub queues: Arc<Queues>,
    /// Where anyone who looks calls to.
    pub my_point: Option<String>,
    /// Who looks; no one in what is the same for all.
    pub user: String,
    /// Whether they may import a list.
    pub can_import: bool,
    /// How it is narrowed.
    pub narrow: Narrow,
    /// How many rows that leaves out.
    pub left_out: usize,
    /// Whether rows stand on the page of one person, which has more buttons of its own.
    pub is_panel: bool,
}

/// A row.
#[derive(Clone)]
pub enum Entry {
    /// A visit.
    Visit(Arc<VisitRow>),
    /// Someone no one knows yet.
    Stop(Arc<Stop>),
}

impl Day {
    /// Reads the clinic's today.
    pub fn read(desk: &Desk, who: &SignedIn) -> Result<Self, DeskError> {
        let today = desk.today()?;
        let shared = desk.part::<Lists>().day(desk, &today)?;
        Self::of(desk, who, &shared)
    }

    /// The same day for anyone who looks.
    pub fn of(desk: &Desk, who: &SignedIn, shared: &Self) -> Result<Self, DeskError> {
        let my_point = super::calling::my_point(desk, who)?;
        let can_import = who.role >= Role::Supervisor;
        Ok(Self { now: desk.now(), my_point, user: who.user.clone(), can_import, ..shared.clone() })
    }

    /// What is the same for everyone who looks. Whatever changes meanwhile has a later revision than `today`, so pages
    /// ask again.
    pub fn shared(desk: &Desk, today: &Today) -> Result<Self, DeskError> {
        let (now, settings) = (today.at, desk.settings());
        let insurance = settings.insurance.ask.then_some(settings.insurance.ends_soon_days);
        let around = desk.around(today)?;
        let (date, zone, clinic) = (around.date, around.zone.clone(), around.clinic.clone());
        let known = Known::of(around, today, &settings);
        let mut day = Self {
            date,
            times: StaffTime { zone: zone.clone(), style: settings.dates() },
            zone,
            clinic,
            now,
            revision: today.revision,
            next: today.until.map(|until| until.as_second() + 1),
            needs: Vec::new(),
            waiting: Vec::new(),
            held: Vec::new(),
            called: Vec::new(),
            seen_now: Vec::new(),
            expected: Vec::new(),
            left: Vec::new(),
            closed: Vec::new(),
            known: Arc::new(known),
            insurance,
            queues: Arc::clone(&today.queues),
            settings,
            my_point: None,
            user: String::new(),
            can_import: false,
            narrow: Narrow::default(),
            left_out: 0,
            is_panel: false,
        };
        for row in today.list.rows() {
            day.put(Arc::clone(row));
        }
        for stop in today.stops.iter() {
            let part = if stop.latest.taken.is_none() { &mut day.needs } else { &mut day.closed };
            part.push(Entry::Stop(Arc::new(stop.clone())));
        }
        day.sort();
        day.left = day.left_days();
        Ok(day)
    }

    fn put(&mut self, row: Arc<VisitRow>) {
        let unknown = row.appointment.is_none() && row.walk_in.is_none() && row.seen.is_none();
        if open_reasons(&row).next().is_some() || (unknown && row.ticket.is_some()) {
            return self.needs.push(Entry::Visit(row));
        }
        match row.state {
            // Always someone's decision, whatever else was resolved.
            VisitState::Asks => self.needs.push(Entry::Visit(row)),
            VisitState::Arrived => self.waiting.push(row),
            VisitState::Held => self.held.push(row),
            VisitState::Called => self.called.push(row),
            VisitState::WithClinician => self.seen_now.push(row),
            VisitState::Expected => self.expected.push(row),
            VisitState::Done | VisitState::NoShow | VisitState::Cancelled => self.closed.push(Entry::Visit(row)),
        }
    }

    fn sort(&mut self) {
        // Without an appointment, one's turn is by when one came.
        let start =
            |row: &Arc<VisitRow>| (row.appointment.as_ref().map(|a| a.start).or(row.arrived_at), row.id.clone());
        let places: HashMap<&AppointmentId, (usize, usize)> = self
            .queues
            .all
            .iter()
            .enumerate()
            .flat_map(|(queue, of)| {
                of.line.iter().map(move |one| (&one.place.waiter.visit, (queue, one.place.position)))
            })
            .collect();
        self.waiting.sort_by_key(|row| (places.get(&row.id).copied().unwrap_or((usize::MAX, 0)), start(row)));
        self.held.sort_by_key(start);
        self.seen_now.sort_by_key(|row| (row.in_line.started, row.id.clone()));
        self.called.sort_by_key(start);
        self.expected.sort_by_key(start);
        self.needs.sort_by_key(|entry| match entry {
            Entry::Visit(row) => open_reasons(row)
                .map(|r| (r.reason, r.at))
                .min()
                .map_or((99, row.arrived_at), |(r, at)| (r as u8, Some(at))),
            Entry::Stop(stop) => (stop.latest.reason as u8, Some(stop.latest.at)),
        });
    }

    /// In which queue a visit waits, or would.
    pub fn queue_of(&self, row: &VisitRow) -> String {
        queue_name(row, &self.settings)
    }

    /// After how many calls someone of this visit's queue did not come.
    pub fn no_show_after(&self, row: &VisitRow) -> u32 {
        self.settings.queue_rules(&self.queue_of(row)).no_show_after_calls
    }

    /// Where a kiosk stands; empty if no one said.
    pub fn place_of(&self, kiosk: &KioskId) -> &str {
        self.known.places.get(kiosk).map_or("", String::as_str)
    }

    /// What the clinic calls a reason to come without an appointment; its code if it is not in the settings any more.
    pub fn category_name<'a>(&'a self, code: &'a str) -> &'a str {
        let name = self.category(code).map_or("", |category| category.name.for_staff());
        if name.is_empty() { code } else { name }
    }

    /// Where people with such a request wait; empty if no one said.
    pub fn category_place(&self, code: &str) -> &str {
        self.category(code).map_or("", |category| category.place.as_str())
    }

    fn category(&self, code: &str) -> Option<&WalkInCategory> {
        self.settings.walk_in.iter().find(|category| category.code == code)
    }

    /// How many proposed changes of this person no one decided.
    pub fn changes_of(&self, row: &VisitRow) -> usize {
        self.known.changes_by.get(&key_of(row)).copied().unwrap_or(0)
    }

    /// Since when a patient who is expected is late: the time of the appointment, once it is past the check-in window.
    pub fn late_since(&self, row: &VisitRow) -> Option<Timestamp> {
        let visit = row.appointment.as_ref().filter(|_| row.is_expected())?;
        visit.late_since(self.now, &self.settings, &self.zone)
    }

    /// How many expected patients are late.
    pub fn late(&self) -> usize {
        self.rows().filter(|row| self.late_since(row).is_some()).count()
    }

    /// What staff should know of the insurance of someone who is here or expected, quietly: no one is called because of
    /// it.
    pub fn insurance_of(&self, row: &VisitRow) -> Vec<String> {
        let Some(ends_soon_days) = self.insurance.filter(|_| is_coming(row)) else { return Vec::new() };
        let told = self.known.cards_by.get(&key_of(row)).map_or(&[][..], Vec::as_slice);
        let mut words: Vec<String> = [
            (Field::Insurance, false, "New insurance card"),
            (Field::Insurance, true, "Reported uninsured (self-pay)"),
            (Field::SecondInsurance, false, "New second insurance card"),
            (Field::SecondInsurance, true, "Reported no second insurance"),
        ]
        .into_iter()
        .filter(|(field, is_none, _)| told.contains(&(*field, *is_none)))
        .map(|(_, _, words)| words.to_owned())
        .collect();
        let Some(appointment) = &row.appointment else { return words };
        let date = appointment.local_date(&self.zone);
        let mark = CardMark::of(appointment.coverage.as_ref(), date, ends_soon_days);
        // Anyone who gives a card has one.
        let gives_one = told.contains(&(Field::Insurance, false));
        // What the pill says is not repeated.
        let is_in_pill = |mark: &CardMark| matches!(mark, CardMark::Ended(_) | CardMark::NotYet(_));
        let mark = mark.filter(|mark| !is_in_pill(mark) && (!gives_one || *mark != CardMark::Missing));
        words.extend(mark.map(|mark| card_words("Insurance", mark, self.times.style)));
        if let Some(second) = &appointment.second_coverage {
            words.extend(
                CardMark::of(Some(second), date, ends_soon_days)
                    .filter(|mark| !is_in_pill(mark) || !is_here(row))
                    .map(|mark| card_words("Second insurance", mark, self.times.style)),
            );
        }
        words
    }

    /// Into which language someone has to interpret for the person who is here or expected: as on file, or as they said
    /// at the kiosk.
    pub fn interpreter_of(&self, row: &VisitRow) -> Option<String> {
        let person = row.appointment.as_ref().filter(|_| is_coming(row)).map(|appointment| &appointment.person)?;
        let said = self.known.spoken_by.get(&key_of(row));
        let said_needed = said.and_then(|said| said.interpreter);
        if person.interpreter != Some(true) && said_needed != Some(true) {
            return None;
        }
        let said_language = said.and_then(|said| said.language.as_deref());
        let language = said_language.or(person.language.as_deref()).unwrap_or_default();
        let language = if language.is_empty() { "no language on file".to_owned() } else { spoken::for_staff(language) };
        let how = match (said_needed, said_language) {
            (Some(false), _) => " (patient said not needed, at the kiosk)",
            (None, None) => "",
            _ => " (reported at the kiosk)",
        };
        Some(format!("Interpreter: {language}{how}"))
    }

    /// Who else of the day has the name and birth date of a request without an appointment.
    pub fn alike(&self, row: &VisitRow) -> &[String] {
        self.known.alike.get(&row.id).map_or(&[], Vec::as_slice)
    }

    /// Who of the staff is on this person just now, but for anyone who looks.
    pub fn on_it(&self, row: &VisitRow) -> impl Iterator<Item = &String> {
        self.known.on_it.get(&key_of(row)).into_iter().flatten().filter(|user| **user != self.user)
    }

    /// Whether someone wrote a note about this visit.
    pub fn has_note(&self, row: &VisitRow) -> bool {
        self.known.notes.contains(&row.id)
    }

    /// Whether the visit is of this day; a request without an appointment always is.
    pub fn is_of_today(&self, row: &VisitRow) -> bool {
        row.appointment.as_ref().is_none_or(|appointment| self.clinic.of(appointment.start) == self.date)
    }

    /// The other day that someone is on the list from: that of their ticket, else of the first reason that no one has
    /// resolved. None if they are of today.
    pub fn left_from(&self, row: &VisitRow) -> Option<Date> {
        let of_reason = || open_reasons(row).map(|reason| self.clinic.of(reason.at)).min();
        row.ticket.map(|ticket| ticket.date).or_else(of_reason).filter(|date| *date != self.date)
    }

    /// Before the list is narrowed: of which earlier days something is open.
    fn left_days(&self) -> Vec<(Date, usize)> {
        let parts = [&self.waiting, &self.held, &self.called, &self.seen_now];
        let rows = parts.into_iter().flatten().filter_map(|row| self.left_from(row));
        let needs = self.needs.iter().filter_map(|entry| match entry {
            Entry::Visit(row) => self.left_from(row),
            Entry::Stop(stop) => Some(self.clinic.of(stop.latest.at)),
        });
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        for date in rows.chain(needs).filter(|date| *date < self.date) {
            *days.entry(date).or_default() += 1;
        }
        days.into_iter().collect()
    }

    /// Whether there is no appointment today at all.
    pub fn is_without_appointments(&self) -> bool {
        self.narrow.is_all() && !self.rows().any(|row| row.appointment.is_some() && self.is_of_today(row))
    }

    /// Every visit of the day.
    pub fn rows(&self) -> impl Iterator<Item = &VisitRow> {
        let entries = self.needs.iter().chain(&self.closed).filter_map(|entry| match entry {
            Entry::Visit(row) => Some(&**row),
            Entry::Stop(_) => None,
        });
        let parts = [&self.waiting, &self.held, &self.called, &self.seen_now, &self.expected];
        entries.chain(parts.into_iter().flatten().map(|row| &**row))
    }

    /// Whether someone feels unwell and no one has gone to them yet.
    pub fn is_urgent(&self) -> bool {
        self.needs.iter().any(Entry::is_urgent)
    }
}

impl Entry {
    /// Whether someone must go there before anything else.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Visit(row) => open_reasons(row).any(|reason| reason.reason.is_urgent()),
            Self::Stop(stop) => stop.latest.taken.is_none() && stop.latest.reason.is_urgent(),
        }
    }
}

/// Whether staff still have to do with this visit.
pub(super) fn is_coming(row: &VisitRow) -> bool {
    row.state.is_open()
}

/// Whether the patient is here: then what is the matter with a card is a reason on the row.
fn is_here(row: &VisitRow) -> bool {
    row.ticket.is_some() && row.state.is_open()
}

fn card_words(card: &str, mark: CardMark, style: DateStyle) -> String {
    match mark {
        CardMark::Missing => format!("{card}: none on file"),
        CardMark::NotYet(start) => format!("{card} starts {}", style.digits(start)),
        CardMark::Ended(end) => format!("{card} expired {}", style.digits(end)),
        CardMark::EndsSoon(0) => format!("{card} expires on the day of the visit"),
        CardMark::EndsSoon(1) => format!("{card} expires the day after the visit"),
        CardMark::EndsSoon(days) => format!("{card} expires in {days} days"),
    }
}

fn key_of(row: &VisitRow) -> String {
    row.appointment.as_ref().map_or_else(|| of_visit(&row.id), |appointment| of_person(&appointment.person.id))
}

fn of_person(id: &PatientId) -> String {
    format!("person {id}")
}

fn of_visit(id: &AppointmentId) -> String {
    format!("visit {id}")
}

/// The reasons that no one has resolved.
pub fn open_reasons(row: &VisitRow) -> impl Iterator<Item = &ReasonRow> {
    row.reasons.iter().filter(|reason| reason.taken.is_none())
}

/// Someone who asks to be seen may be on the list already, or have asked at another kiosk before.
fn alike(rows: &[&VisitRow], times: &StaffTime) -> HashMap<AppointmentId, Vec<String>> {
    let key = |row: &VisitRow| {
        let (given, family, born) = match (&row.appointment, &row.walk_in) {
            (Some(a), _) => (&a.person.given_name, &a.person.family_name, a.person.birth_date),
            (None, Some(asks)) => (&asks.given_name, &asks.family_name, asks.birth_date.into()),
            (None, None) => return None,
        };
        Some((born, fold_name(family.as_str()), fold_name(given.as_str())))
    };
    let mut found = HashMap::new();
    // Nearly always there is none, and then no one's name is looked at.
    for row in rows.iter().filter(|row| row.walk_in.is_some()) {
        let wanted = key(row);
        let same = rows.iter().filter(|other| other.id != row.id && key(other) == wanted);
        let words = same.map(|other| match (&other.appointment, other.ticket) {
            (Some(a), _) => format!("{} {}", times.time(a.start), a.service),
            (None, Some(ticket)) => format!("walk-in {}", ticket.number),
            (None, None) => other.id.to_string(),
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            found.insert(row.id.clone(), words);
        }
    }
    found
}
