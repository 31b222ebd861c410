//! The day's queues, as they follow from the day's visits: who stands where, why, and how long it may take.
//!
//! Invariants: anyone who waits is in one queue at one place; no one who is called or with someone can be called
//! elsewhere, whatever other ticket or visit they have.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::AppointmentId;
use crate::domain::queue::list::VisitList;
use crate::domain::queue::{Ahead, Basis, Place, QueueRules, Served, VisitState, Wait, Waiter, line_up, queue_of};
use crate::domain::reason::Reason;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::domain::visit::{BY_PHONE, VisitRow};

/// A point at which no one was called from a queue for so long does not serve it any more.
const POINT_SERVES: SignedDuration = SignedDuration::from_hours(1);

/// One queue, now.
#[derive(Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its rules, with its name.
    pub rules: QueueRules,
    /// Who waits, in order.
    pub line: Vec<InQueue>,
    /// How long it may take for someone who came now, without an appointment or on time.
    pub newcomer: Wait,
    /// Who stepped out, each at the place where they would stand if they were here.
    pub out: Vec<InQueue>,
    /// How many are on hold.
    pub held: usize,
    /// How many are called or with a clinician.
    pub taken: usize,
    /// At which place of the line a visit is.
    places: HashMap<AppointmentId, usize>,
}

/// Someone in a line.
#[derive(Debug, PartialEq, Eq)]
pub struct InQueue {
    /// Where and why there.
    pub place: Place,
    /// How long it may take from now.
    pub wait: Wait,
    /// Where they are called to or being seen meanwhile, with another visit; empty if no one said where, none if
    /// nowhere.
    pub elsewhere: Option<String>,
}

/// The queues of a day, those of the settings first.
#[derive(Debug, PartialEq, Eq)]
pub struct Queues {
    /// Each with its name in its rules.
    pub all: Vec<Arc<Queue>>,
}

/// How a ticket stands, for anyone who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketStanding {
    /// Where its visit stands; of several visits the one that needs its holder first.
    pub state: VisitState,
    /// In which queue.
    pub queue: String,
    /// 1 is next; none if they are not in line.
    pub position: Option<usize>,
    /// How long it may take from now.
    pub wait: Wait,
    /// Where to come; none if they were not called or no one said where.
    pub point: Option<String>,
    /// Whether they have to ask where to come: the clinic has rooms, and the call named none.
    pub asks_where: bool,
    /// Whether they said by phone that they stepped out, and have not come back. Position and wait are then what they
    /// would be if they were here.
    pub is_out: bool,
    /// The latest step, as a number that only grows; a new call has a new one. 0 for none.
    pub step: u64,
    /// Whether they asked for help by phone.
    pub help: Help,
}

/// What became of asking for help by phone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Help {
    /// They did not ask.
    #[default]
    NotAsked,
    /// It is on the desk's list.
    Asked,
    /// Someone at the desk took it.
    Taken,
}

/// Why a step in a queue was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The visit stands elsewhere than the page showed.
    Moved,
    /// The patient is called or being seen with another visit; where, if someone said.
    Elsewhere(String),
    /// Fewer calls than the queue asks for before someone did not come.
    TooFewCalls(u32),
    /// There is no such queue.
    NoQueue,
    /// There is no such service point.
    NoPoint,
    /// The clinic has service points, and the caller has not said to which one they call.
    NoPointSaid,
    /// Someone has called them already: which ticket, who, and where to.
    Called {
        /// The ticket.
        ticket: Option<TicketNumber>,
        /// Who called.
        by: String,
        /// Where to; empty if nowhere.
        to: String,
        /// Whether it was within the last minutes.
        just_now: bool,
    },
    /// The person who was next is not to be called for now: on hold, or stepped out.
    Held(Option<TicketNumber>),
    /// The visit is of another day.
    OtherDay,
    /// The visit was canceled.
    CalledOff,
    /// Someone whose check-in should be undone was called, or has been seen.
    GoneOn,
    /// Someone whose time has not come yet cannot have missed it.
    NotDue,
    /// The visit is late, and staff have not decided that the patient can be seen.
    Late,
    /// Anyone who was checked in, seen or given up is not canceled.
    HasCome,
    /// An appointment's time is not to be had again: why, in sentences.
    NoTime(String),
}

impl Refusal {
    /// One sentence for staff.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Moved => "Someone else just updated this. This is the current state.".to_owned(),
            Self::Elsewhere(place) if place.is_empty() => {
                "This patient is already called for another visit.".to_owned()
            }
            Self::Elsewhere(place) => format!("This patient is already called to {place} for another visit."),
            Self::TooFewCalls(calls) => format!("Call again first: a no-show needs {calls} calls."),
            Self::NoQueue => "That queue doesn't exist.".to_owned(),
            Self::NoPoint => "That room doesn't exist.".to_owned(),
            Self::NoPointSaid => "Choose your room first.".to_owned(),
            Self::Called { ticket, by, to, just_now } => {
                let to = if to.is_empty() { String::new() } else { format!(" to {to}") };
                let adverb = if *just_now { "just" } else { "already" };
                format!("{} was {adverb} called{to} by {by}.", named(*ticket))
            }
            Self::Held(ticket) => format!("{} is on hold now. No one was called.", named(*ticket)),
            Self::OtherDay => "This visit is on another day. No one can check in for it today.".to_owned(),
            Self::CalledOff => "This appointment was canceled. Undo that first, or rebook it.".to_owned(),
            Self::GoneOn => "This patient was already called or seen. Undo that first.".to_owned(),
            Self::NotDue => "The appointment time hasn't passed yet.".to_owned(),
            Self::Late => {
                "This visit is late now. Open the patient's page and decide whether they can be seen.".to_owned()
            }
            Self::HasCome => "This patient is checked in, or the visit is over. It was not canceled.".to_owned(),
            Self::NoTime(why) => format!("{why} The appointment stays canceled."),
        }
    }
}

/// A ticket in a sentence.
fn named(ticket: Option<TicketNumber>) -> String {
    ticket.map_or_else(|| "This patient".to_owned(), |ticket| ticket.to_string())
}

/// The name of the queue in which a visit waits, or would.
#[must_use]
pub fn queue_name(row: &VisitRow, settings: &ClinicSettings) -> String {
    if let Some(queue) = &row.in_line.queue {
        return queue.clone();
    }
    let appointment = row.appointment.as_ref();
    queue_of(
        settings,
        appointment.map_or("", |a| a.service.as_str()),
        appointment.map_or("", |a| a.practitioner.as_str()),
        row.walk_in.as_ref().map(|asks| asks.category.as_str()),
    )
}

/// Anyone who waits in the row, if someone does.
fn waiter(row: &VisitRow) -> Option<Waiter> {
    if row.state == VisitState::Arrived { place_in_line(row) } else { None }
}

/// The row's place in line.
fn place_in_line(row: &VisitRow) -> Option<Waiter> {
    Some(Waiter {
        visit: row.id.clone(),
        ticket: row.ticket?.number,
        is_unwell: row.reasons.iter().any(|reason| reason.reason == Reason::FeelsUnwell),
        appointment: row.appointment.as_ref().map(|a| a.start),
        arrived: row.arrived_at?,
        placed: row.in_line.placed,
    })
}

/// What tells that two rows are one person, as far as can be known.
pub(super) fn bodies(row: &VisitRow) -> impl Iterator<Item = String> {
    let ticket = row.ticket.map(|ticket| format!("ticket {} {}", ticket.date, ticket.number));
    let person = row.appointment.as_ref().map(|appointment| format!("person {}", appointment.person.id));
    ticket.into_iter().chain(person)
}

/// Where people are who are called or with a clinician, by ticket and person.
pub struct Taken(HashMap<String, (AppointmentId, String)>);

impl Taken {
    /// Reads it off the day's visits.
    #[must_use]
    pub fn of(rows: &[VisitRow]) -> Self {
        let taken = rows.iter().filter(|row| row.state.is_taken());
        Self(
            taken
                .flat_map(|row| {
                    let at = (row.id.clone(), row.in_line.point.clone().unwrap_or_default());
                    bodies(row).map(move |body| (body, at.clone())).collect::<Vec<_>>()
                })
                .collect(),
        )
    }

    /// Where the person of this row is with another visit; empty if no one said where.
    #[must_use]
    pub fn elsewhere(&self, row: &VisitRow) -> Option<String> {
        bodies(row)
            .filter_map(|body| self.0.get(&body))
            .find(|(visit, _)| *visit != row.id)
            .map(|(_, point)| point.clone())
    }
}

impl Queues {
    /// The queues of the day. `basis` answers what is usual in a queue.
    ///
    /// # Errors
    /// Those of `basis`.
    pub fn of<E>(
        list: &VisitList,
        settings: &ClinicSettings,
        now: Timestamp,
        basis: impl FnMut(&str) -> Result<Option<Basis>, E>,
    ) -> Result<Self, E> {
        let mut names = list.queue_names();
        names.extend(settings.queues.iter().map(|queue| queue.name.clone()));
        Self { all: Vec::new() }.following(&names, list, settings, now, basis)
    }

    /// The queues after a change for which these are looked at again ([`VisitList::set`]); the others are as they were.
    ///
    /// # Errors
    /// Those of `basis`.
    pub fn following<E>(
        &self,
        changed: &BTreeSet<String>,
        list: &VisitList,
        settings: &ClinicSettings,
        now: Timestamp,
        mut basis: impl FnMut(&str) -> Result<Option<Basis>, E>,
    ) -> Result<Self, E> {
        let mut all: Vec<_> =
            self.all.iter().filter(|queue| !changed.contains(&queue.rules.name)).map(Arc::clone).collect();
        let rank =
            |name: &str| settings.queues.iter().position(|queue| queue.name == name).unwrap_or(settings.queues.len());
        for name in changed {
            let members: Vec<&VisitRow> = list.of_queue(name).collect();
            if !members.is_empty() || rank(name) < settings.queues.len() {
                all.push(Arc::new(Queue::of(name, &members, list, settings, now, &mut basis)?));
            }
        }
        all.sort_by(|a, b| (rank(&a.rules.name), &a.rules.name).cmp(&(rank(&b.rules.name), &b.rules.name)));
        Ok(Self { all })
    }

    /// The queue of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Queue> {
        self.all.iter().map(|queue| &**queue).find(|queue| queue.rules.name == name)
    }

    /// Where a visit stands in line, and in which queue.
    #[must_use]
    pub fn place_of(&self, visit: &AppointmentId) -> Option<(&Queue, &InQueue)> {
        self.all.iter().find_map(|queue| Some((&**queue, queue.line.get(*queue.places.get(visit)?)?)))
    }

    /// How a ticket stands; none if no one has it.
    #[must_use]
    pub fn standing(&self, list: &VisitList, ticket: Ticket, settings: &ClinicSettings) -> Option<TicketStanding> {
        let held = list.of_ticket(ticket);
        // Called now, with someone, next in line, then whatever else.
        let urgency = |row: &VisitRow| match row.state {
            VisitState::Called => (0, 0),
            VisitState::WithClinician => (1, 0),
            VisitState::Arrived => (2, self.place_of(&row.id).map_or(usize::MAX, |(_, one)| one.place.position)),
            VisitState::Held => (3, 0),
            VisitState::Asks => (4, 0),
            VisitState::Expected => (5, 0),
            VisitState::Done => (6, 0),
            VisitState::NoShow => (7, 0),
            VisitState::Cancelled => (8, 0),
        };
        let row = held.min_by_key(|row| urgency(row))?;
        let is_out = row.is_out();
        let outside = || self.all.iter().flat_map(|queue| &queue.out).find(|one| one.place.waiter.visit == row.id);
        let place = self.place_of(&row.id).map(|(_, one)| one).or_else(outside);
        Some(TicketStanding {
            state: row.state,
            queue: queue_name(row, settings),
            position: place.map(|one| one.place.position),
            wait: place.map_or(Wait::NoBasis, |one| one.wait),
            point: row.in_line.point.clone().filter(|_| row.state.is_taken()),
            asks_where: row.state.is_taken() && asks_where(row, settings),
            is_out,
            step: row.in_line.step.as_ref().map_or(0, |(revision, _)| *revision),
            help: help_of(list.of_ticket(ticket)),
        })
    }
}

/// Whether the call of this visit says too little to find the way: rooms were set up after it.
#[must_use]
pub fn asks_where(row: &VisitRow, settings: &ClinicSettings) -> bool {
    row.in_line.point.is_none() && !settings.points.is_empty()
}

impl Queue {
    /// A queue of the day, `members` wait in it, or would.
    fn of<E>(
        name: &str,
        members: &[&VisitRow],
        list: &VisitList,
        settings: &ClinicSettings,
        now: Timestamp,
        mut basis: impl FnMut(&str) -> Result<Option<Basis>, E>,
    ) -> Result<Self, E> {
        let rules = settings.queue_rules(name);
        let here: Vec<Waiter> = members.iter().filter_map(|row| waiter(row)).collect();
        let outside: Vec<Waiter> =
            members.iter().filter(|row| row.is_out()).filter_map(|row| place_in_line(row)).collect();
        let basis = if here.is_empty() && outside.is_empty() { None } else { basis(name)? };
        let points = serving(list, name, now);
        let coming = Coming::of(members, &rules, now);
        let in_queue = |place: Place| {
            let ahead = Ahead {
                here: place.position - 1,
                coming: if place.waiter.is_unwell { 0 } else { coming.before(turn(&place.waiter)) },
                points,
                until_due: place.waiter.appointment.map_or(SignedDuration::ZERO, |start| start.duration_since(now)),
            };
            let wait = basis.map_or(Wait::NoBasis, |basis| basis.wait(ahead, now.duration_since(since(&place.waiter))));
            let elsewhere = list.get(&place.waiter.visit).and_then(|row| list.elsewhere(row));
            InQueue { place, wait, elsewhere }
        };
        let out = outside
            .into_iter()
            .filter_map(|one| {
                let visit = one.visit.clone();
                let with_them = line_up(here.iter().cloned().chain([one]).collect(), &rules);
                with_them.into_iter().find(|place| place.waiter.visit == visit).map(in_queue)
            })
            .collect();
        let line: Vec<InQueue> = line_up(here, &rules).into_iter().map(in_queue).collect();
        let newcomer = if line.iter().any(|one| one.wait == Wait::LongerThanUsual) {
            Wait::LongerThanUsual
        } else {
            let ahead = Ahead { here: line.len(), coming: coming.before(now), points, until_due: SignedDuration::ZERO };
            basis.map_or(Wait::NoBasis, |basis| basis.wait(ahead, SignedDuration::ZERO))
        };
        let count = |of: fn(VisitState) -> bool| members.iter().filter(|row| of(row.state)).count();
        let (held, taken) = (count(|state| state == VisitState::Held), count(VisitState::is_taken));
        let places = line.iter().enumerate().map(|(at, one)| (one.place.waiter.visit.clone(), at)).collect();
        Ok(Self { rules, line, newcomer, out, held, taken, places })
    }

    /// Who is called next; none if no one can be.
    #[must_use]
    pub fn next(&self) -> Option<&InQueue> {
        self.line.iter().find(|one| one.elsewhere.is_none())
    }
}

/// Since when someone waits: no one waits before the appointment's time.
fn since(waiter: &Waiter) -> Timestamp {
    waiter
        .appointment
        .map_or(waiter.arrived, |start| start.max(waiter.arrived))
        .max(waiter.placed.unwrap_or(Timestamp::MIN))
}

/// By when others have to be due to be called before.
fn turn(waiter: &Waiter) -> Timestamp {
    waiter.appointment.unwrap_or(waiter.arrived).max(waiter.placed.unwrap_or(Timestamp::MIN))
}

/// What became of asking for help by phone, of all visits of a ticket.
fn help_of<'a>(rows: impl Iterator<Item = &'a VisitRow>) -> Help {
    let asked: Vec<_> = rows.flat_map(|row| &row.reasons).filter(|reason| reason.kiosk.as_str() == BY_PHONE).collect();
    match (asked.is_empty(), asked.iter().any(|reason| reason.taken.is_none())) {
        (true, _) => Help::NotAsked,
        (false, true) => Help::Asked,
        (false, false) => Help::Taken,
    }
}

/// When those are due who are not here yet, if they may still come on time.
struct Coming(Vec<Timestamp>);

impl Coming {
    fn of(members: &[&VisitRow], rules: &QueueRules, now: Timestamp) -> Self {
        let late = SignedDuration::from_mins(i64::from(rules.late_after_minutes));
        let still = now.saturating_sub(late).unwrap_or(Timestamp::MIN);
        let expected =
            members.iter().filter(|row| row.state == VisitState::Expected).filter_map(|row| row.appointment.as_ref());
        let mut starts: Vec<Timestamp> =
            expected.map(|appointment| appointment.start).filter(|start| *start >= still).collect();
        starts.sort_unstable();
        Self(starts)
    }

    /// How many of them would be called before `turn`, if they came on time.
    fn before(&self, turn: Timestamp) -> usize {
        self.0.partition_point(|start| *start < turn)
    }
}

/// At how many places people of a queue are being called: points, or people who said none.
fn serving(list: &VisitList, queue: &str, now: Timestamp) -> usize {
    let lately = now.saturating_sub(POINT_SERVES).unwrap_or(Timestamp::MIN);
    let places: BTreeSet<&str> = list
        .served_in(queue)
        .filter_map(|row| {
            let (at, user) = row.called.as_ref()?;
            let goes_on =
                row.state.is_taken() || row.done.as_ref().is_some_and(|(done, _)| *done >= lately) || *at >= lately;
            goes_on.then_some(row.in_line.point.as_deref().unwrap_or(user))
        })
        .collect();
    places.len()
}

/// The hour of the clinic's day, 0 to 23.
#[must_use]
pub fn hour_at(at: Timestamp, zone: &TimeZone) -> i8 {
    at.to_zoned_datetime(zone.clone()).hour()
}

/// A visit that was seen, as a sample of its queue.
#[must_use]
pub fn sample(
    called: Timestamp,
    started: Option<Timestamp>,
    done: Timestamp,
    due: Timestamp,
    zone: &TimeZone,
) -> Served {
    Served {
        hour: hour_at(called, zone),
        service: done.duration_since(started.unwrap_or(called)),
        waited: called.duration_since(due),
    }
}
