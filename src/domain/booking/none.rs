//! Why there is no free time: which of what was asked for leaves nothing.

use jiff::ToSpan;
use jiff::civil::Date;

use super::practice::Practice;
use super::slots::Ask;

/// What leaves nothing, the first of these that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNone {
    /// No provider has hours.
    NoHours,
    /// No provider offers this service.
    Service,
    /// This provider does not offer it; these do.
    Clinician {
        /// By name; at least one.
        others: Vec<String>,
    },
    /// The date to look from is later than is looked.
    Date,
    /// Every day on which it is offered is closed.
    Closed,
    /// It takes longer than the hours in which it is offered.
    Length,
    /// All times are taken, by others or by the patient's own appointments.
    Taken,
}

/// Why nothing is free from a date to the last one that is looked at. Asked only where nothing is free.
#[must_use]
pub fn why_none(practice: &Practice, ask: &Ask, from: Date, last: Date) -> WhyNone {
    if practice.practitioners().is_empty() {
        return WhyNone::NoHours;
    }
    let offering = practice.practitioners_for(&ask.service);
    if offering.is_empty() {
        return WhyNone::Service;
    }
    if ask.practitioner.as_deref().is_some_and(|wanted| !offering.contains(&wanted)) {
        return WhyNone::Clinician { others: offering.into_iter().map(str::to_owned).collect() };
    }
    if from > last {
        return WhyNone::Date;
    }
    let mut days =
        from.series(1.day()).take_while(|date| *date <= last).filter(|date| practice.is_offered(*date, ask)).peekable();
    if days.peek().is_some() && days.all(|date| practice.is_closed(date)) {
        return WhyNone::Closed;
    }
    if practice.longest_minutes(ask) < i64::from(ask.minutes) { WhyNone::Length } else { WhyNone::Taken }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use jiff::tz::TimeZone;

    use super::super::super::schedule::{Day, Hours, Schedule};
    use super::*;

    #[test]
    fn what_leaves_nothing_is_named() {
        let hours = |who: &str, days: &[Day], services: &[&str]| Hours {
            practitioner: who.to_owned(),
            days: days.to_vec(),
            from: time(8, 0, 0, 0),
            to: time(9, 0, 0, 0),
            place: String::new(),
            room: String::new(),
            services: services.iter().map(|service| (*service).to_owned()).collect(),
            slot_minutes: None,
        };
        let (from, last) = (date(2026, 11, 23), date(2026, 12, 6));
        let mondays = vec![date(2026, 11, 23), date(2026, 11, 30)];
        let schedule = Schedule {
            hours: vec![
                hours("Dr. A", &[Day::Mon], &["Eyes"]),
                hours("Dr. B", &[Day::Mon, Day::Tue], &["Eyes", "Ears"]),
                hours("Dr. C", &[Day::Mon], &["Ears"]),
            ],
            closed: mondays,
            ..Schedule::default()
        };
        let practice = Practice::new(&schedule, &[], TimeZone::UTC);
        let why = |service: &str, who: Option<&str>, minutes: u32, from| {
            let ask = Ask {
                patient: None,
                moves: None,
                service: service.to_owned(),
                practitioner: who.map(str::to_owned),
                minutes,
            };
            why_none(&practice, &ask, from, last)
        };
        let others =
            |names: &[&str]| WhyNone::Clinician { others: names.iter().map(|name| (*name).to_owned()).collect() };
        for (found, expected) in [
            (why("Nose", None, 20, from), WhyNone::Service),
            (why("Nose", Some("Dr. A"), 20, from), WhyNone::Service),
            (why("Ears", Some("Dr. A"), 20, from), others(&["Dr. B", "Dr. C"])),
            (why("Ears", Some("Someone else"), 20, from), others(&["Dr. B", "Dr. C"])),
            (why("Eyes", Some("Dr. A"), 20, date(2026, 12, 7)), WhyNone::Date),
            (why("Eyes", Some("Dr. A"), 20, from), WhyNone::Closed),
            (why("Eyes", None, 20, from), WhyNone::Taken),
            (why("Eyes", Some("Dr. B"), 61, from), WhyNone::Length),
            (why("Eyes", Some("Dr. B"), 60, from), WhyNone::Taken),
        ] {
            assert_eq!(found, expected);
        }
        assert_eq!(practice.practitioners_for("Eyes"), ["Dr. A", "Dr. B"]);
        let nobody = Practice::new(&Schedule::default(), &[], TimeZone::UTC);
        let ask = Ask { patient: None, moves: None, service: "Eyes".to_owned(), practitioner: None, minutes: 20 };
        assert_eq!(why_none(&nobody, &ask, from, last), WhyNone::NoHours);
    }
}
