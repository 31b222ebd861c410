//! Who stands where on the page, decided before anything is drawn.
//!
//! Invariant: whoever needs somebody comes first, the most urgent of them on top; nobody is on the list twice.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::Desk;
use super::super::error::DeskError;
use super::super::store::{ReasonRow, Stop, VisitRow};
use crate::domain::queue::VisitState;

/// The day as the page shows it.
pub struct Day {
    /// The clinic's date.
    pub date: Date,
    /// The clinic's zone.
    pub zone: TimeZone,
    /// When it was read.
    pub now: Timestamp,
    /// Which state of the store it shows.
    pub revision: u64,
    /// Who needs somebody now, most urgent first.
    pub needs: Vec<Entry>,
    /// Here and waiting, by the time of the appointment.
    pub waiting: Vec<VisitRow>,
    /// On the way to a room.
    pub called: Vec<VisitRow>,
    /// Not here yet.
    pub expected: Vec<VisitRow>,
    /// Over or called off, and stops taken care of.
    pub closed: Vec<Entry>,
}

/// A row.
pub enum Entry {
    /// A visit.
    Visit(Box<VisitRow>),
    /// Somebody whom nobody knows yet.
    Stop(Stop),
}

impl Day {
    /// Reads the clinic's today.
    pub fn read(desk: &Desk) -> Result<Self, DeskError> {
        let now = desk.now();
        desk.with_store(|store| {
            let date = store.date_at(now);
            let mut day = Self {
                date,
                zone: store.zone().clone(),
                now,
                revision: store.revision()?,
                needs: Vec::new(),
                waiting: Vec::new(),
                called: Vec::new(),
                expected: Vec::new(),
                closed: Vec::new(),
            };
            for row in store.visits_of(date)? {
                day.put(row);
            }
            for stop in store.stops_of(date)? {
                if stop.latest.taken.is_none() { &mut day.needs } else { &mut day.closed }.push(Entry::Stop(stop));
            }
            day.sort();
            Ok(day)
        })
    }

    fn put(&mut self, row: VisitRow) {
        let unknown = row.appointment.is_none() && row.seen.is_none();
        if open_reasons(&row).next().is_some() || (unknown && row.ticket.is_some()) {
            return self.needs.push(Entry::Visit(Box::new(row)));
        }
        match row.state {
            VisitState::Arrived => self.waiting.push(row),
            VisitState::Called => self.called.push(row),
            VisitState::Expected => self.expected.push(row),
            VisitState::Done | VisitState::Cancelled => self.closed.push(Entry::Visit(Box::new(row))),
        }
    }

    fn sort(&mut self) {
        let start = |row: &VisitRow| (row.appointment.as_ref().map(|a| a.start), row.id.clone());
        self.waiting.sort_by_key(start);
        self.called.sort_by_key(start);
        self.expected.sort_by_key(start);
        self.needs.sort_by_key(|entry| match entry {
            Entry::Visit(row) => {
                open_reasons(row).map(|r| (r.reason, r.at)).min().map_or((99, row.arrived_at), |(r, at)| (r as u8, Some(at)))
            }
            Entry::Stop(stop) => (stop.latest.reason as u8, Some(stop.latest.at)),
        });
    }

    /// Whether somebody feels unwell and nobody has gone to them yet.
    pub fn is_urgent(&self) -> bool {
        self.needs.iter().any(Entry::is_urgent)
    }
}

impl Entry {
    /// Whether somebody must go there before anything else.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Visit(row) => open_reasons(row).any(|reason| reason.reason.is_urgent()),
            Self::Stop(stop) => stop.latest.taken.is_none() && stop.latest.reason.is_urgent(),
        }
    }
}

/// The reasons that nobody has taken care of.
pub fn open_reasons(row: &VisitRow) -> impl Iterator<Item = &ReasonRow> {
    row.reasons.iter().filter(|reason| reason.taken.is_none())
}
