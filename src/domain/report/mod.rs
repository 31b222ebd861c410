//! How some days went, as figures: arrivals, waits, no-shows, where people stopped. Without names.
//!
//! Invariants: nothing here knows who anyone is; a figure says a duration only of five visits or more; what would tell
//! of a person's language is counted in fives. What each figure counts is in `docs/reports.md`.

mod figure;
mod kiosk;
mod no_shows;
mod steps;
mod visit;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use self::figure::{Cell, Column, Figure, PEOPLE_MIN, Plot, hour_name};
use self::kiosk::Conversations;
use self::no_shows::NoShows;
pub use self::steps::step_name;
pub use self::visit::{Facts, Outcome};
use super::event::StepTimes;
use super::language::Language;
use super::proposal::Field;
use super::reason::Reason;
use super::ticket::{PrintOutcome, Series, TicketNumber};

/// The most days that a report is about: one more than a year.
pub const DAYS_MAX: i32 = 366;

/// Which visits a report is about. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this queue.
    pub queue: Option<String>,
    /// Those for this service.
    pub service: Option<String>,
}

impl Filter {
    /// Whether it is about all visits.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    fn has(&self, facts: &Facts) -> bool {
        self.queue.as_ref().is_none_or(|queue| *queue == facts.queue)
            && self.service.as_ref().is_none_or(|service| *service == facts.service)
    }
}

/// How a proposed change was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// As proposed, or with another value.
    Accepted,
    /// Not.
    Rejected,
    /// Not yet.
    Open,
}

/// A finished report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its figures, in order.
    pub figures: Vec<Figure>,
    /// Queues that had visits in these days, whatever the filter.
    pub queues: BTreeSet<String>,
    /// Services that had visits in these days, whatever the filter.
    pub services: BTreeSet<String>,
    /// How many people checked in.
    pub arrivals: u64,
}

/// Counts while visits and events are read, in any order.
pub struct Tally {
    zone: TimeZone,
    today: Date,
    filter: Filter,
    queues: BTreeSet<String>,
    services: BTreeSet<String>,
    /// Visits that the filter lets through, by number; empty if it lets all through.
    chosen: HashSet<String>,
    tickets: HashSet<(Date, TicketNumber)>,
    arrivals: BTreeMap<i8, u64>,
    waits: BTreeMap<(String, i8), Vec<i64>>,
    lengths: BTreeMap<String, Vec<i64>>,
    no_shows: NoShows,
    check_ins: BTreeMap<Where, [u64; 2]>,
    languages: BTreeMap<Language, u64>,
    stops: HashSet<(String, i64, Reason)>,
    stops_by_reason: BTreeMap<Reason, u64>,
    stops_by_step: BTreeMap<String, u64>,
    walked_away: BTreeMap<String, u64>,
    conversations: Conversations,
    changes: BTreeMap<usize, [u64; 3]>,
    printed: BTreeMap<(u8, &'static str), u64>,
}

/// Where someone checked in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Kiosk(String),
    Desk,
    Elsewhere,
}

impl Tally {
    /// An empty one. `today`: the clinic's date.
    #[must_use]
    pub fn new(zone: TimeZone, today: Date, filter: Filter) -> Self {
        Self {
            zone,
            today,
            filter,
            queues: BTreeSet::new(),
            services: BTreeSet::new(),
            chosen: HashSet::new(),
            tickets: HashSet::new(),
            arrivals: BTreeMap::new(),
            waits: BTreeMap::new(),
            lengths: BTreeMap::new(),
            no_shows: NoShows::default(),
            check_ins: BTreeMap::new(),
            languages: BTreeMap::new(),
            stops: HashSet::new(),
            stops_by_reason: BTreeMap::new(),
            stops_by_step: BTreeMap::new(),
            walked_away: BTreeMap::new(),
            conversations: Conversations::default(),
            changes: BTreeMap::new(),
            printed: BTreeMap::new(),
        }
    }

    /// Counts a visit. All visits come before everything else: what is about one of them follows the filter.
    pub fn visit(&mut self, id: &str, facts: &Facts) {
        note(&mut self.queues, &facts.queue);
        note(&mut self.services, &facts.service);
        if !self.filter.has(facts) {
            return;
        }
        if !self.filter.is_all() {
            self.chosen.insert(id.to_owned());
        }
        self.arrival(facts);
        if let Some((began, seconds)) = facts.wait() {
            let hour = self.hour(began);
            self.waits.entry((facts.queue.clone(), hour)).or_default().push(seconds);
        }
        if let Some(seconds) = facts.length() {
            self.lengths.entry(facts.queue.clone()).or_default().push(seconds);
        }
        let outcome = facts.outcome(self.today);
        self.no_shows.add(facts, outcome);
        if outcome == Outcome::Came && facts.ticket.is_none() {
            self.check_ins.entry(Where::Elsewhere).or_default()[0] += 1;
        }
    }

    /// A person with two visits and one ticket has arrived once.
    fn arrival(&mut self, facts: &Facts) {
        let (Some(ticket), Some(arrived)) = (facts.ticket, facts.arrived) else { return };
        if !self.tickets.insert((facts.date, ticket)) {
            return;
        }
        let hour = self.hour(arrived);
        *self.arrivals.entry(hour).or_default() += 1;
        let place = match &facts.kiosk {
            Some(kiosk) if ticket.series() != Series::DESK => Where::Kiosk(kiosk.clone()),
            _ => Where::Desk,
        };
        let [with, without] = self.check_ins.entry(place).or_default();
        *(if facts.is_walk_in { without } else { with }) += 1;
        if let Some(language) = facts.language {
            *self.languages.entry(language).or_default() += 1;
        }
    }

    fn hour(&self, at: Timestamp) -> i8 {
        at.to_zoned_datetime(self.zone.clone()).hour()
    }

    /// Whether something about this visit counts; empty if no one knows whose it was.
    fn counts(&self, visit: &str) -> bool {
        self.filter.is_all() || self.chosen.contains(visit)
    }

    /// Counts why staff were needed: the event `seq` of a kiosk, once for each reason, whatever the number of visits
    /// that it is about.
    pub fn stop(&mut self, (kiosk, seq): (&str, i64), visit: &str, reason: Reason, step: &str) {
        if self.counts(visit) && self.stops.insert((kiosk.to_owned(), seq, reason)) {
            *self.stops_by_reason.entry(reason).or_default() += 1;
            *self.stops_by_step.entry(step.to_owned()).or_default() += 1;
        }
    }

    /// Counts someone who left in the middle of a conversation.
    pub fn walked_away(&mut self, step: &str) {
        *self.walked_away.entry(step.to_owned()).or_default() += 1;
    }

    /// Counts how long a conversation at a kiosk took.
    pub fn conversation(&mut self, kiosk: &str, times: &StepTimes) {
        self.conversations.add(kiosk, times);
    }

    /// Counts a proposed change.
    pub fn change(&mut self, visit: &str, field: Field, decision: Decision) {
        if self.counts(visit) {
            let at = Field::ALL.iter().position(|one| *one == field).unwrap_or(Field::ALL.len());
            let [accepted, rejected, open] = self.changes.entry(at).or_default();
            *(match decision {
                Decision::Accepted => accepted,
                Decision::Rejected => rejected,
                Decision::Open => open,
            }) += 1;
        }
    }

    /// Counts a ticket that was sent to a printer.
    pub fn printed(&mut self, visit: &str, outcome: PrintOutcome) {
        if self.counts(visit) {
            let word = match outcome {
                PrintOutcome::Printed => (0, "printed"),
                PrintOutcome::Unknown => (1, "sent, not confirmed"),
                PrintOutcome::Failed(trouble) => (2, trouble.for_staff()),
            };
            *self.printed.entry(word).or_default() += 1;
        }
    }

    /// The report.
    #[must_use]
    pub fn finish(self) -> Report {
        let figures = vec![
            self.arrivals_by_hour(),
            self.waits_by_hour(),
            self.waits_by_queue(),
            self.waits_by_queue_and_hour(),
            self.lengths_by_queue(),
            self.no_shows.by_service(),
            self.no_shows.by_weekday(),
            self.no_shows.by_lead_time(),
            self.check_ins(),
            counted("stops-by-reason", "Why staff were needed", STOPS, false, REASONS, {
                self.stops_by_reason.iter().map(|(reason, n)| (what_is_the_matter(*reason), *n))
            }),
            counted("stops-by-step", "At which step staff were needed", STOPS, false, STEPS, {
                self.stops_by_step.iter().map(|(step, n)| (step_name(step), *n))
            }),
            counted("walked-away-by-step", "Where patients walked away", WALKED, true, STEPS, {
                self.walked_away.iter().map(|(step, n)| (step_name(step), *n))
            }),
            self.conversations.lengths(),
            self.conversations.time_per_step(),
            self.languages(),
            self.changes(),
            counted("tickets-printed", "Ticket printing results", PRINTED, false, OUTCOMES, {
                self.printed.iter().map(|((_, word), n)| ((*word).to_owned(), *n))
            }),
        ];
        let arrivals = self.arrivals.values().sum();
        Report { figures, queues: self.queues, services: self.services, arrivals }
    }

    fn arrivals_by_hour(&self) -> Figure {
        let rows = all_hours(&self.arrivals)
            .map(|hour| vec![Cell::Hour(hour), Cell::Count(self.arrivals.get(&hour).copied().unwrap_or(0))]);
        Figure {
            code: "arrivals-by-hour",
            title: "Arrivals by hour",
            note: "Patients who checked in, by hour. A patient with two visits counts once.",
            is_of_all: false,
            columns: &[HOUR, Column { name: "arrivals", heading: "Arrivals" }],
            rows: rows.collect(),
            plot: Plot::Columns(&[1]),
        }
    }

    fn waits_by_hour(&self) -> Figure {
        let mut by_hour: BTreeMap<i8, Vec<i64>> = BTreeMap::new();
        for ((_, hour), waits) in &self.waits {
            by_hour.entry(*hour).or_default().extend(waits);
        }
        let none = Vec::new();
        let rows =
            all_hours(&by_hour).map(|hour| spread_row(vec![Cell::Hour(hour)], by_hour.get(&hour).unwrap_or(&none)));
        Figure {
            code: "waits-by-hour",
            title: "Waits by hour",
            note: "How long patients waited until they were called, by the hour in which the wait began.",
            is_of_all: false,
            columns: &[HOUR, VISITS, MEDIAN, NINETY],
            rows: rows.collect(),
            plot: Plot::SpreadColumns(2, 3),
        }
    }

    fn waits_by_queue(&self) -> Figure {
        let mut by_queue: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for ((queue, _), waits) in &self.waits {
            by_queue.entry(queue).or_default().extend(waits);
        }
        Figure {
            code: "waits-by-queue",
            title: "Waits by queue",
            note: "How long patients waited until they were called, by the queue they were called from.",
            is_of_all: false,
            columns: &[QUEUE, VISITS, MEDIAN, NINETY],
            rows: by_queue.into_iter().map(|(queue, waits)| spread_row(vec![text(queue)], &waits)).collect(),
            plot: Plot::SpreadBars(2, 3),
        }
    }

    fn waits_by_queue_and_hour(&self) -> Figure {
        let rows =
            self.waits.iter().map(|((queue, hour), waits)| spread_row(vec![text(queue), Cell::Hour(*hour)], waits));
        Figure {
            code: "waits-by-queue-and-hour",
            title: "Waits by queue and hour",
            note: "By queue and hour. Choose a queue above to see its chart.",
            is_of_all: false,
            columns: &[QUEUE, HOUR, VISITS, MEDIAN, NINETY],
            rows: rows.collect(),
            plot: Plot::Nothing,
        }
    }

    fn lengths_by_queue(&self) -> Figure {
        let rows = self.lengths.iter().map(|(queue, lengths)| spread_row(vec![text(queue)], lengths));
        Figure {
            code: "length-by-queue",
            title: "Length of visits by queue",
            note: "From \"Start visit\", or else from the call, until the visit was completed. \
                   Visits shorter than half a minute or longer than three hours are left out as misclicks.",
            is_of_all: false,
            columns: &[QUEUE, VISITS, MEDIAN, NINETY],
            rows: rows.collect(),
            plot: Plot::SpreadBars(2, 3),
        }
    }

    fn check_ins(&self) -> Figure {
        let rows = self.check_ins.iter().map(|(place, [with, without])| {
            let place = match place {
                Where::Kiosk(kiosk) => format!("Kiosk {kiosk}"),
                Where::Desk => "Desk".to_owned(),
                Where::Elsewhere => "No ticket".to_owned(),
            };
            vec![Cell::Text(place), Cell::Count(*with), Cell::Count(*without)]
        });
        Figure {
            code: "check-ins",
            title: "Check-ins at kiosks and at the desk",
            note: "Counted by ticket prefix; D is the desk. \"No ticket\" means that only the \
                   scheduling system reports the arrival.",
            is_of_all: false,
            columns: &[
                Column { name: "where", heading: "Where" },
                Column { name: "with_appointment", heading: "With an appointment" },
                Column { name: "without_appointment", heading: "Walk-ins" },
            ],
            rows: rows.collect(),
            plot: Plot::Bars(&[1, 2]),
        }
    }

    fn languages(&self) -> Figure {
        let rows = Language::ALL.iter().map(|language| {
            vec![
                Cell::Text(super::spoken::for_staff(language.tag())),
                Cell::people(self.languages.get(language).copied().unwrap_or(0)),
            ]
        });
        Figure {
            code: "languages",
            title: "Languages at check-in",
            note: "The language used at check-in, rounded to fives so that no row identifies a person.",
            is_of_all: false,
            columns: &[
                Column { name: "language", heading: "Language" },
                Column { name: "people_in_fives", heading: "People" },
            ],
            rows: rows.collect(),
            plot: Plot::Bars(&[1]),
        }
    }

    fn changes(&self) -> Figure {
        let rows = self.changes.iter().map(|(at, [accepted, rejected, open])| {
            let field = Field::ALL.get(*at).map_or("Other", |field| field.for_staff());
            vec![text(field), Cell::Count(*accepted), Cell::Count(*rejected), Cell::Count(*open)]
        });
        Figure {
            code: "changes",
            title: "Changes that patients proposed",
            note: "By the day they were proposed, with their current status. Accepted with edits counts as accepted.",
            is_of_all: false,
            columns: &[
                Column { name: "field", heading: "Field" },
                Column { name: "accepted", heading: "Accepted" },
                Column { name: "rejected", heading: "Rejected" },
                Column { name: "open", heading: "Not reviewed" },
            ],
            rows: rows.collect(),
            plot: Plot::Bars(&[1, 2, 3]),
        }
    }
}

const HOUR: Column = Column { name: "hour", heading: "Hour" };
const QUEUE: Column = Column { name: "queue", heading: "Queue" };
const VISITS: Column = Column { name: "visits", heading: "Visits" };
const MEDIAN: Column = Column { name: "median_minutes", heading: "Median" };
const NINETY: Column = Column { name: "percentile_90_minutes", heading: "90th percentile" };
const TIMES: Column = Column { name: "times", heading: "Times" };
const REASONS: &[Column] = &[Column { name: "reason", heading: "Reason" }, TIMES];
const STEPS: &[Column] = &[Column { name: "step", heading: "Step" }, TIMES];
const OUTCOMES: &[Column] = &[Column { name: "outcome", heading: "Outcome" }, TIMES];
const STOPS: &str = "Each time a kiosk asked for staff, once per reason.";
const WALKED: &str = "Conversations left without an answer until the kiosk returned to the welcome page.";
const PRINTED: &str = "Each time a kiosk sent a ticket to its printer, including copies.";

/// What staff read of a reason, without what is to be done about it.
fn what_is_the_matter(reason: Reason) -> String {
    reason.for_staff().split(':').next().unwrap_or_default().to_owned()
}

fn text(text: &str) -> Cell {
    Cell::Text(if text.is_empty() { "Not recorded".to_owned() } else { text.to_owned() })
}

fn note(set: &mut BTreeSet<String>, name: &str) {
    if !name.is_empty() && !set.contains(name) {
        set.insert(name.to_owned());
    }
}

/// Every hour from the first to the last of which something is known: an empty one between them is news, too.
fn all_hours<T>(by_hour: &BTreeMap<i8, T>) -> impl Iterator<Item = i8> {
    let ends = by_hour.first_key_value().zip(by_hour.last_key_value()).map(|((first, _), (last, _))| *first..=*last);
    ends.into_iter().flatten()
}

fn spread_row(mut row: Vec<Cell>, seconds: &[i64]) -> Vec<Cell> {
    row.push(Cell::Count(u64::try_from(seconds.len()).unwrap_or(u64::MAX)));
    row.extend(Cell::spread(seconds));
    row
}

/// Names and how often, the most frequent first.
fn counted(
    code: &'static str,
    title: &'static str,
    note: &'static str,
    is_of_all: bool,
    columns: &'static [Column],
    counts: impl Iterator<Item = (String, u64)>,
) -> Figure {
    let mut merged: BTreeMap<String, u64> = BTreeMap::new();
    counts.for_each(|(name, n)| *merged.entry(name).or_default() += n);
    let mut sorted: Vec<(String, u64)> = merged.into_iter().collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let rows = sorted.into_iter().map(|(name, n)| vec![Cell::Text(name), Cell::Count(n)]).collect();
    Figure { code, title, note, is_of_all, columns, rows, plot: Plot::Bars(&[1]) }
}
