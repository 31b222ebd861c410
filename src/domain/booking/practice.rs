//! The clinic's hours as they are worked with: what it set, filled up with what its list shows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::schedule::{Day, Hours, Schedule};

/// From when to when somebody is bookable of whom the clinic says nothing.
const DEFAULT_DAY: (Time, Time) = (time(8, 0, 0, 0), time(17, 0, 0, 0));

/// What the list shows of one clinician: so many appointments of this service, at this place, of this length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub practitioner: String,
    /// What for.
    pub service: String,
    /// Where.
    pub place: String,
    /// How long, in minutes; 0 if nobody said.
    pub minutes: u32,
    /// How many.
    pub times: u64,
}

/// Some hours of a clinician on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Who.
    pub practitioner: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Where patients wait.
    pub place: String,
    /// The room, if the clinic says that it is taken while somebody is in it.
    pub room: String,
    /// Every time that an appointment may begin at.
    pub(super) begins: Vec<Timestamp>,
    services: Vec<String>,
}

/// The clinic's hours, for booking.
#[derive(Debug, Clone)]
pub struct Practice {
    slot_minutes: u32,
    closed: Vec<Date>,
    minutes: BTreeMap<String, u32>,
    hours: Vec<Hours>,
    zone: TimeZone,
}

impl Practice {
    /// What the clinic says, and what its list shows where it says nothing. `seen`: the most frequent first.
    #[must_use]
    pub fn new(schedule: &Schedule, seen: &[Seen], zone: TimeZone) -> Self {
        let mut minutes = schedule.minutes.clone();
        for one in seen.iter().filter(|one| one.minutes > 0) {
            minutes.entry(one.service.clone()).or_insert(one.minutes);
        }
        let hours = if schedule.hours.is_empty() { default_hours(seen) } else { schedule.hours.clone() };
        Self { slot_minutes: schedule.slot_minutes, closed: schedule.closed.clone(), minutes, hours, zone }
    }

    /// How many minutes an appointment of this service takes.
    #[must_use]
    pub fn minutes_of(&self, service: &str) -> u32 {
        self.minutes.get(service).copied().unwrap_or(self.slot_minutes)
    }

    /// How many minutes an appointment takes of which the list says so many; 0 is nothing said.
    #[must_use]
    pub fn length(&self, service: &str, said: u32) -> u32 {
        if said > 0 { said } else { self.minutes_of(service) }
    }

    /// Everybody who can be booked, by name.
    #[must_use]
    pub fn practitioners(&self) -> Vec<&str> {
        self.hours.iter().map(|hours| hours.practitioner.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether nobody is booked on this date.
    #[must_use]
    pub fn is_closed(&self, date: Date) -> bool {
        self.closed.contains(&date)
    }

    /// The clinic's date at a time.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Everybody's hours on a date, by clinician and beginning; none on a closed one.
    #[must_use]
    pub fn stretches(&self, date: Date) -> Vec<Stretch> {
        if self.is_closed(date) {
            return Vec::new();
        }
        let day = Day::of(date);
        let mut stretches: Vec<Stretch> =
            self.hours.iter().filter(|hours| hours.days.contains(&day)).filter_map(|hours| self.stretch(hours, date)).collect();
        stretches.sort_by(|a, b| (&a.practitioner, a.from).cmp(&(&b.practitioner, b.from)));
        stretches
    }

    /// The room in which an appointment with this clinician at this time is; empty if the clinic names none.
    #[must_use]
    pub fn room_at(&self, practitioner: &str, at: Timestamp) -> String {
        let day = Day::of(self.date_of(at));
        let time = at.to_zoned(self.zone.clone()).time();
        let is_then =
            |hours: &&Hours| hours.practitioner == practitioner && hours.days.contains(&day) && hours.from <= time && time < hours.to;
        self.hours.iter().find(is_then).map(|hours| hours.room.clone()).unwrap_or_default()
    }

    fn stretch(&self, hours: &Hours, date: Date) -> Option<Stretch> {
        let at = |time: Time| date.to_datetime(time).to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp());
        let step = SignedDuration::from_mins(i64::from(hours.slot_minutes.unwrap_or(self.slot_minutes).max(1)));
        let mut begins = Vec::new();
        let mut time = hours.from;
        while time < hours.to {
            let zoned = date.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
            // A time that the clocks leave out when they go forward is no time to come at.
            if zoned.time() == time && begins.last().is_none_or(|last| *last < zoned.timestamp()) {
                begins.push(zoned.timestamp());
            }
            let Ok(next) = time.checked_add(step) else { break };
            time = next;
        }
        Some(Stretch {
            practitioner: hours.practitioner.clone(),
            from: at(hours.from)?,
            to: at(hours.to)?,
            place: hours.place.clone(),
            room: hours.room.clone(),
            begins,
            services: hours.services.clone(),
        })
    }
}

impl Stretch {
    /// Whether appointments of this service are booked here.
    #[must_use]
    pub fn takes(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|one| one == service)
    }
}

/// Everybody whom the list names, on weekdays, for what and where they are seen to work.
fn default_hours(seen: &[Seen]) -> Vec<Hours> {
    let mut hours: BTreeMap<&str, Hours> = BTreeMap::new();
    for one in seen.iter().filter(|one| !one.practitioner.trim().is_empty()) {
        let its = hours.entry(&one.practitioner).or_insert_with(|| Hours {
            practitioner: one.practitioner.clone(),
            days: Day::WEEKDAYS.to_vec(),
            from: DEFAULT_DAY.0,
            to: DEFAULT_DAY.1,
            // The most frequent comes first.
            place: one.place.clone(),
            room: String::new(),
            services: Vec::new(),
            slot_minutes: None,
        });
        if !its.services.contains(&one.service) {
            its.services.push(one.service.clone());
        }
    }
    hours.into_values().collect()
}
