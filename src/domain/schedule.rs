//! When clinicians see patients: what is bookable, before anyone has booked.
//!
//! Invariant: times are the clinic's own, on its wall clock; what they mean on a day is worked out with its time zone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday, time};
use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// The shortest and the longest step between two bookable times, in minutes.
const SLOT_MINUTES: std::ops::RangeInclusive<u32> = 5..=240;
/// The longest appointment that can be booked, in minutes.
const MINUTES_MAX: u32 = 12 * 60;
/// Most characters of a name here.
const NAME_CHARS_MAX: usize = 120;

/// What the clinic says of its hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// Minutes from one bookable time to the next, and how long an appointment is of which no one says it.
    pub slot_minutes: u32,
    /// Dates on which no one is booked.
    pub closed: Vec<Date>,
    /// When the clinic is open, by day of the week; a day that is not here is a day off. Counts as long as no one has
    /// `hours`.
    pub open: BTreeMap<Day, Opening>,
    /// How many minutes an appointment of a service takes, by the service's name.
    pub minutes: BTreeMap<String, u32>,
    /// Who sees patients when. Empty: everyone the list names, while the clinic is open.
    pub hours: Vec<Hours>,
}

impl Default for Schedule {
    fn default() -> Self {
        // What most clinics have; until someone says otherwise, pages that go by it say so.
        let open = Opening { from: time(8, 0, 0, 0), to: time(17, 0, 0, 0) };
        let open = Day::WEEKDAYS.into_iter().map(|day| (day, open)).collect();
        Self { slot_minutes: 15, closed: Vec::new(), open, minutes: BTreeMap::new(), hours: Vec::new() }
    }
}

/// From when to when, on a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// From this time of day.
    pub from: Time,
    /// To this time of day.
    pub to: Time,
}

/// A stretch of the week in which one clinician sees patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Who, as appointments have it.
    pub practitioner: String,
    /// On which days of the week.
    pub days: Vec<Day>,
    /// From this time of day.
    pub from: Time,
    /// To this time of day: the last visit ends then.
    pub to: Time,
    /// Where patients wait.
    #[serde(default)]
    pub place: String,
    /// The room, if only one patient at a time can be in it, with any provider.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub room: String,
    /// For these services alone; empty is all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Instead of the clinic's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot_minutes: Option<u32>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The whole week, from Monday on.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mon => "Monday",
            Self::Tue => "Tuesday",
            Self::Wed => "Wednesday",
            Self::Thu => "Thursday",
            Self::Fri => "Friday",
            Self::Sat => "Saturday",
            Self::Sun => "Sunday",
        }
    }

    /// Its name in data: `mon`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day of the week of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

impl Schedule {
    /// Whether no one said anything.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// The first that does not: which, and one sentence.
    pub fn check(&self) -> Result<(), Fault> {
        let bad = |key: &str, why: String| Err(Fault::of(key, format!("{key}: {why}")));
        if let Some(why) = odd_slot("slot_minutes", self.slot_minutes) {
            return bad("schedule.slot_minutes", why);
        }
        if let Some(date) = twice(&self.closed) {
            return bad("schedule.closed", format!("{date} is listed twice"));
        }
        for (day, open) in &self.open {
            if open.from >= open.to {
                return bad(
                    "schedule.open",
                    format!("{} ends at {}, which is not after it starts", day.name(), clock(open.to)),
                );
            }
        }
        for (service, minutes) in &self.minutes {
            if service.trim().is_empty() {
                return bad("schedule.minutes", "a service has no name; leave it out".to_owned());
            }
            if *minutes == 0 || *minutes > MINUTES_MAX {
                return bad(
                    "schedule.minutes",
                    format!("{service:?} takes from 1 to {MINUTES_MAX} minutes; found {minutes}"),
                );
            }
        }
        (0..self.hours.len()).try_for_each(|at| self.check_hours(at))
    }

    /// Whether a part of the hours makes sense, also beside those before it.
    fn check_hours(&self, at: usize) -> Result<(), Fault> {
        let Some(hours) = self.hours.get(at) else { return Ok(()) };
        let who = &hours.practitioner;
        let bad = |field: &str, why: String| {
            Err(Fault::of_item("schedule.hours", at, field, format!("schedule.hours: {why}")))
        };
        if who.trim() != who
            || who.is_empty()
            || who.chars().nth(NAME_CHARS_MAX).is_some()
            || who.chars().any(char::is_control)
        {
            return bad(
                "practitioner",
                format!("number {} has no practitioner; write the name as appointments have it", at + 1),
            );
        }
        if hours.days.is_empty() {
            return bad("days", format!("those of {who:?} have no days; one of the week is needed"));
        }
        if twice(&hours.days).is_some() {
            return bad("days", format!("those of {who:?} have a day twice"));
        }
        if hours.from >= hours.to {
            return bad("to", format!("those of {who:?} end at {}, which is not after they start", clock(hours.to)));
        }
        if let Some(why) = hours.slot_minutes.and_then(|minutes| odd_slot(&format!("slot_minutes of {who:?}"), minutes))
        {
            return bad("slot_minutes", why);
        }
        let overlaps = |other: &&Hours| {
            other.practitioner == *who
                && other.from < hours.to
                && hours.from < other.to
                && other.days.iter().any(|day| hours.days.contains(day))
        };
        let Some(other) = self.hours.iter().take(at).find(overlaps) else { return Ok(()) };
        let (from, to, its_from, its_to) = (clock(hours.from), clock(hours.to), clock(other.from), clock(other.to));
        bad("from", format!("those of {who:?} from {from} to {to} overlap others from {its_from} to {its_to}"))
    }
}

/// What is wrong with this many minutes between two bookable times.
fn odd_slot(whose: &str, minutes: u32) -> Option<String> {
    let (least, most) = (SLOT_MINUTES.start(), SLOT_MINUTES.end());
    (!SLOT_MINUTES.contains(&minutes)).then(|| format!("{whose} is from {least} to {most}; found {minutes}"))
}

fn clock(time: Time) -> String {
    time.strftime("%-H:%M").to_string()
}

fn twice<T: Ord + Copy>(all: &[T]) -> Option<T> {
    let mut seen = BTreeSet::new();
    all.iter().copied().find(|one| !seen.insert(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_code_in_data() {
        for day in Day::ALL {
            assert_eq!(serde_json::to_value(day).unwrap(), day.code());
        }
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let hours = |who: &str, days: &[Day], from: i8, to: i8| Hours {
            practitioner: who.to_owned(),
            days: days.to_vec(),
            from: time(from, 0, 0, 0),
            to: time(to, 0, 0, 0),
            place: String::new(),
            room: String::new(),
            services: Vec::new(),
            slot_minutes: None,
        };
        use Day::{Mon, Tue};
        let with = |hours: &[Hours]| Schedule { hours: hours.to_vec(), ..Schedule::default() };
        let date = jiff::civil::date(2026, 12, 25);
        for (schedule, expected) in [
            (Schedule::default(), Ok(())),
            (
                with(&[hours("Dr. A", &[Mon], 8, 12), hours("Dr. A", &[Mon], 12, 17), hours("Dr. B", &[Mon], 8, 12)]),
                Ok(()),
            ),
            (Schedule { slot_minutes: 4, ..Schedule::default() }, Err("slot_minutes is from 5 to 240; found 4")),
            (
                Schedule { closed: vec![date, date], ..Schedule::default() },
                Err("schedule.closed: 2026-12-25 is listed twice"),
            ),
            (
                Schedule { minutes: [("Lab".to_owned(), 0)].into(), ..Schedule::default() },
                Err("schedule.minutes: \"Lab\" takes from 1 to 720 minutes; found 0"),
            ),
            (
                Schedule {
                    open: [(Mon, Opening { from: date.at(9, 0, 0, 0).time(), to: date.at(9, 0, 0, 0).time() })].into(),
                    ..Schedule::default()
                },
                Err("schedule.open: Monday ends at 9:00, which is not after it starts"),
            ),
            (with(&[hours(" ", &[Mon], 8, 12)]), Err("schedule.hours: number 1 has no practitioner")),
            (with(&[hours("Dr. A", &[], 8, 12)]), Err("those of \"Dr. A\" have no days")),
            (with(&[hours("Dr. A", &[Mon, Mon], 8, 12)]), Err("have a day twice")),
            (with(&[hours("Dr. A", &[Mon], 12, 12)]), Err("end at 12:00, which is not after they start")),
            (
                with(&[hours("Dr. A", &[Mon], 8, 12), hours("Dr. A", &[Tue, Mon], 11, 17)]),
                Err("from 11:00 to 17:00 overlap others from 8:00 to 12:00"),
            ),
            (
                with(&[Hours { slot_minutes: Some(300), ..hours("Dr. A", &[Mon], 8, 12) }]),
                Err("slot_minutes of \"Dr. A\" is from"),
            ),
        ] {
            match (schedule.check(), expected) {
                (Ok(()), Ok(())) => {}
                (Err(found), Err(expected)) => assert!(found.text.contains(expected), "{found}"),
                (found, expected) => panic!("{found:?} instead of {expected:?}"),
            }
        }
    }
}
