//! When clinicians see patients: what is bookable, before anybody has booked.
//!
//! Invariant: times are the clinic's own, on its wall clock; what they mean on a day is worked out with its time zone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

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
    /// Minutes from one bookable time to the next, and how long an appointment is of which nobody says it.
    pub slot_minutes: u32,
    /// Dates on which nobody is booked.
    pub closed: Vec<Date>,
    /// How many minutes an appointment of a service takes, by the service's name.
    pub minutes: BTreeMap<String, u32>,
    /// Who sees patients when. Empty: everybody whom the list names, on weekdays from 8 to 17.
    pub hours: Vec<Hours>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { slot_minutes: 15, closed: Vec::new(), minutes: BTreeMap::new(), hours: Vec::new() }
    }
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
    /// The room, if only one patient at a time can be in it, whoever sees them.
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
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];

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
    /// Whether nobody said anything.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// One sentence on the first that does not.
    pub fn check(&self) -> Result<(), String> {
        let slot = |whose: &str, minutes: u32| {
            let (least, most) = (SLOT_MINUTES.start(), SLOT_MINUTES.end());
            if SLOT_MINUTES.contains(&minutes) {
                Ok(())
            } else {
                Err(format!("schedule: {whose}slot_minutes is from {least} to {most}; found {minutes}"))
            }
        };
        slot("", self.slot_minutes)?;
        if let Some(date) = twice(&self.closed) {
            return Err(format!("schedule: closed has {date} twice"));
        }
        for (service, minutes) in &self.minutes {
            if service.trim().is_empty() {
                return Err("schedule: minutes has a service without a name; leave it out".to_owned());
            }
            if *minutes == 0 || *minutes > MINUTES_MAX {
                return Err(format!("schedule: minutes of {service:?} is from 1 to {MINUTES_MAX}; found {minutes}"));
            }
        }
        for (at, hours) in self.hours.iter().enumerate() {
            let who = &hours.practitioner;
            if who.trim() != who || who.is_empty() || who.chars().nth(NAME_CHARS_MAX).is_some() || who.chars().any(char::is_control) {
                return Err(format!("schedule: hours number {} has no practitioner; write the name as appointments have it", at + 1));
            }
            if hours.days.is_empty() {
                return Err(format!("schedule: hours of {who:?} have no days; write some of mon, tue, wed, thu, fri, sat, sun"));
            }
            if twice(&hours.days).is_some() {
                return Err(format!("schedule: hours of {who:?} have a day twice"));
            }
            if hours.from >= hours.to {
                return Err(format!("schedule: hours of {who:?} end at {}, not after they begin", clock(hours.to)));
            }
            if let Some(minutes) = hours.slot_minutes {
                slot(&format!("hours of {who:?}: "), minutes)?;
            }
            let overlaps = |other: &Hours| {
                other.practitioner == *who
                    && other.from < hours.to
                    && hours.from < other.to
                    && other.days.iter().any(|day| hours.days.contains(day))
            };
            if self.hours.iter().take(at).any(overlaps) {
                return Err(format!("schedule: hours of {who:?} overlap; nobody is in two places at once"));
            }
        }
        Ok(())
    }
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn twice<T: Ord + Copy>(all: &[T]) -> Option<T> {
    let mut seen = BTreeSet::new();
    all.iter().copied().find(|one| !seen.insert(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_said() {
        let hours = |who: &str, days: &[Day], from: i8, to: i8| Hours {
            practitioner: who.to_owned(),
            days: days.to_vec(),
            from: jiff::civil::time(from, 0, 0, 0),
            to: jiff::civil::time(to, 0, 0, 0),
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
            (with(&[hours("Dr. A", &[Mon], 8, 12), hours("Dr. A", &[Mon], 12, 17), hours("Dr. B", &[Mon], 8, 12)]), Ok(())),
            (Schedule { slot_minutes: 4, ..Schedule::default() }, Err("slot_minutes is from 5 to 240; found 4")),
            (Schedule { closed: vec![date, date], ..Schedule::default() }, Err("closed has 2026-12-25 twice")),
            (
                Schedule { minutes: [("Lab".to_owned(), 0)].into(), ..Schedule::default() },
                Err("minutes of \"Lab\" is from 1 to 720; found 0"),
            ),
            (with(&[hours(" ", &[Mon], 8, 12)]), Err("hours number 1 has no practitioner")),
            (with(&[hours("Dr. A", &[], 8, 12)]), Err("hours of \"Dr. A\" have no days")),
            (with(&[hours("Dr. A", &[Mon, Mon], 8, 12)]), Err("have a day twice")),
            (with(&[hours("Dr. A", &[Mon], 12, 12)]), Err("end at 12:00, not after they begin")),
            (with(&[hours("Dr. A", &[Mon], 8, 12), hours("Dr. A", &[Tue, Mon], 11, 17)]), Err("overlap")),
            (with(&[Hours { slot_minutes: Some(300), ..hours("Dr. A", &[Mon], 8, 12) }]), Err("hours of \"Dr. A\": slot_minutes is from")),
        ] {
            match (schedule.check(), expected) {
                (Ok(()), Ok(())) => {}
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                (found, expected) => panic!("{found:?} instead of {expected:?}"),
            }
        }
    }
}
