//! The clinic's hours as they are worked with: what it set, filled up with what its list shows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::schedule::{Day, Hours, Opening, Schedule};
use super::slots::Ask;

/// What the list shows of one clinician: this many appointments of this service, at this place, of this length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub practitioner: String,
    /// What for.
    pub service: String,
    /// Where.
    pub place: String,
    /// How long, in minutes; 0 if no one said.
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
    /// The room, if the clinic says that it is taken while someone is in it.
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
    assumed: Option<BTreeMap<Day, Opening>>,
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
        let assumed = schedule.hours.is_empty().then(|| schedule.open.clone());
        let hours = if assumed.is_some() { assumed_hours(&schedule.open, seen) } else { schedule.hours.clone() };
        Self { slot_minutes: schedule.slot_minutes, closed: schedule.closed.clone(), minutes, hours, assumed, zone }
    }

    /// When the clinic is open, if that alone says who can be booked when, because no one has hours.
    #[must_use]
    pub fn assumed(&self) -> Option<&BTreeMap<Day, Opening>> {
        self.assumed.as_ref()
    }

    /// How many minutes an appointment of this service takes.
    #[must_use]
    pub fn minutes_of(&self, service: &str) -> u32 {
        self.minutes.get(service).copied().unwrap_or(self.slot_minutes)
    }

    /// How many minutes an appointment takes of which the list says this many; 0 is nothing said.
    #[must_use]
    pub fn length(&self, service: &str, said: u32) -> u32 {
        if said > 0 { said } else { self.minutes_of(service) }
    }

    /// Everyone who can be booked, by name.
    #[must_use]
    pub fn practitioners(&self) -> Vec<&str> {
        self.hours.iter().map(|hours| hours.practitioner.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Everyone who can be booked for this service, by name.
    #[must_use]
    pub fn practitioners_for(&self, service: &str) -> Vec<&str> {
        let offering = self.hours.iter().filter(|hours| offers(hours, service));
        offering.map(|hours| hours.practitioner.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether what is asked for is offered on this day of the week, be the clinic closed on the date or not.
    #[must_use]
    pub(super) fn is_offered(&self, date: Date, ask: &Ask) -> bool {
        let day = Day::of(date);
        self.hours_for(ask).any(|hours| hours.days.contains(&day))
    }

    /// The longest stretch of minutes at a time in which what is asked for is offered.
    #[must_use]
    pub(super) fn longest_minutes(&self, ask: &Ask) -> i64 {
        self.hours_for(ask).map(|hours| hours.from.duration_until(hours.to).as_secs() / 60).max().unwrap_or(0)
    }

    fn hours_for(&self, ask: &Ask) -> impl Iterator<Item = &Hours> {
        let fits = |hours: &&Hours| ask.practitioner.as_ref().is_none_or(|wanted| *wanted == hours.practitioner);
        self.hours.iter().filter(|hours| offers(hours, &ask.service)).filter(fits)
    }

    /// This provider, and everyone who ever works in one of their rooms.
    #[must_use]
    pub fn beside<'a>(&'a self, practitioner: &'a str) -> BTreeSet<&'a str> {
        let rooms: BTreeSet<&str> = self
            .hours
            .iter()
            .filter(|hours| hours.practitioner == practitioner && !hours.room.is_empty())
            .map(|hours| hours.room.as_str())
            .collect();
        let shares = self.hours.iter().filter(|hours| rooms.contains(hours.room.as_str()));
        shares.map(|hours| hours.practitioner.as_str()).chain([practitioner]).collect()
    }

    /// Whether no one is booked on this date.
    #[must_use]
    pub fn is_closed(&self, date: Date) -> bool {
        self.closed.contains(&date)
    }

    /// The clinic's date at a time.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// Everyone's hours on a date, by clinician and beginning; none on a closed one.
    #[must_use]
    pub fn stretches(&self, date: Date) -> Vec<Stretch> {
        if self.is_closed(date) {
            return Vec::new();
        }
        let day = Day::of(date);
        let mut stretches: Vec<Stretch> = self
            .hours
            .iter()
            .filter(|hours| hours.days.contains(&day))
            .filter_map(|hours| self.stretch(hours, date))
            .collect();
        stretches.sort_by(|a, b| (&a.practitioner, a.from).cmp(&(&b.practitioner, b.from)));
        stretches
    }

    /// The room in which an appointment with this clinician at this time is; empty if the clinic names none. Outside
    /// their hours it is the only room that the clinic names with them, if it is one.
    #[must_use]
    pub fn room_at(&self, practitioner: &str, at: Timestamp) -> String {
        if let Some(hours) = self.hours_at(practitioner, at) {
            return hours.room.clone();
        }
        let rooms: BTreeSet<&str> = self.hours_of(practitioner).map(|hours| hours.room.as_str()).collect();
        if rooms.len() == 1 { rooms.into_iter().map(str::to_owned).collect() } else { String::new() }
    }

    /// Where the patients of this clinician wait at this time; outside their hours, where they do on that day, or else
    /// at all. Empty if no one says.
    #[must_use]
    pub fn place_at(&self, practitioner: &str, at: Timestamp) -> String {
        let day = Day::of(self.date_of(at));
        let on_that_day =
            || self.hours_of(practitioner).find(|hours| hours.days.contains(&day) && !hours.place.is_empty());
        let at_all = || self.hours_of(practitioner).find(|hours| !hours.place.is_empty());
        self.hours_at(practitioner, at)
            .or_else(on_that_day)
            .or_else(at_all)
            .map(|hours| hours.place.clone())
            .unwrap_or_default()
    }

    /// What a time on the clinic's clock is; none if its clocks leave that time out. One that comes twice is the first
    /// of the two.
    #[must_use]
    pub fn at(&self, date: Date, time: Time) -> Option<Timestamp> {
        let zoned = date.to_datetime(time).to_zoned_datetime(self.zone.clone()).ok()?;
        (zoned.time() == time).then(|| zoned.timestamp())
    }

    fn hours_of(&self, practitioner: &str) -> impl Iterator<Item = &Hours> {
        self.hours.iter().filter(move |hours| hours.practitioner == practitioner)
    }

    fn hours_at(&self, practitioner: &str, at: Timestamp) -> Option<&Hours> {
        let zoned = at.to_zoned_datetime(self.zone.clone());
        let (day, time) = (Day::of(zoned.date()), zoned.time());
        self.hours_of(practitioner).find(|hours| hours.days.contains(&day) && hours.from <= time && time < hours.to)
    }

    fn stretch(&self, hours: &Hours, date: Date) -> Option<Stretch> {
        let at = |time: Time| {
            date.to_datetime(time).to_zoned_datetime(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
        };
        let step = SignedDuration::from_mins(i64::from(hours.slot_minutes.unwrap_or(self.slot_minutes).max(1)));
        let mut begins = Vec::new();
        let mut time = hours.from;
        while time < hours.to {
            // A time that the clocks leave out when they go forward is no time to come at.
            if let Some(begin) = self.at(date, time).filter(|begin| begins.last().is_none_or(|last| last < begin)) {
                begins.push(begin);
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
        takes(&self.services, service)
    }
}

/// Whether appointments of this service are booked in these hours.
fn offers(hours: &Hours, service: &str) -> bool {
    takes(&hours.services, service)
}

/// No services are all of them.
fn takes(services: &[String], service: &str) -> bool {
    services.is_empty() || services.iter().any(|one| one == service)
}

/// Everyone the list names, while the clinic is open, for what and where they are seen to work.
fn assumed_hours(open: &BTreeMap<Day, Opening>, seen: &[Seen]) -> Vec<Hours> {
    let mut works: BTreeMap<&str, (&str, Vec<String>)> = BTreeMap::new();
    for one in seen.iter().filter(|one| !one.practitioner.trim().is_empty()) {
        // The most frequent comes first.
        let (_, services) = works.entry(&one.practitioner).or_insert((&one.place, Vec::new()));
        if !services.contains(&one.service) {
            services.push(one.service.clone());
        }
    }
    let each = |(who, (place, services)): (&str, (&str, Vec<String>))| -> Vec<Hours> {
        let on = |(day, open): (&Day, &Opening)| Hours {
            practitioner: who.to_owned(),
            days: vec![*day],
            from: open.from,
            to: open.to,
            place: place.to_owned(),
            room: String::new(),
            services: services.clone(),
            slot_minutes: None,
        };
        open.iter().map(on).collect()
    };
    works.into_iter().flat_map(each).collect()
}
