//! Whose turn is before whose, and why.
//!
//! The rule, in words: who feels unwell comes first. All others have a *turn*, a time of day: with an appointment its
//! beginning; without one, or late, when they came and some minutes more, as the clinic has set; sent to the end of a
//! line, that moment, but never a better turn than before. At the same turn an appointment comes before an arrival, and
//! who is late comes last.

use jiff::{SignedDuration, Timestamp};

use super::rules::QueueRules;
use crate::domain::ids::AppointmentId;
use crate::domain::ticket::TicketNumber;
use crate::domain::when::StaffTime;

/// Someone who waits, as far as the order of a line depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// The visit.
    pub visit: AppointmentId,
    /// What is called.
    pub ticket: TicketNumber,
    /// Said so today, whether or not someone has been there since.
    pub is_unwell: bool,
    /// When the appointment begins; none without one.
    pub appointment: Option<Timestamp>,
    /// When they checked in.
    pub arrived: Timestamp,
    /// When staff put them at the end of this line; none if they never did.
    pub placed: Option<Timestamp>,
}

/// What decides about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Feels unwell.
    Unwell,
    /// An appointment that begins then.
    Appointment(Timestamp),
    /// Without an appointment, here since.
    Arrival(Timestamp),
    /// Put at the end of the line then.
    Placed(Timestamp),
    /// Came this many minutes after the appointment's beginning.
    Late(i64),
}

/// Who someone stands next to, although the other one came before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Is called before this ticket, which was there earlier.
    Before(TicketNumber),
    /// Is called after this ticket, which came later.
    After(TicketNumber),
    /// Is called after this ticket, because that person feels unwell.
    AfterUnwell(TicketNumber),
}

/// A place in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who.
    pub waiter: Waiter,
    /// 1 is next.
    pub position: usize,
    /// What decides about it.
    pub why: Why,
    /// The nearest person with which provider this is another order than that of coming; none if no one.
    pub beside: Option<Beside>,
}

impl Waiter {
    /// What decides, and at what time of day it is their turn.
    fn turn(&self, rules: &QueueRules) -> (Why, Timestamp) {
        let after = |at: Timestamp, minutes: u32| {
            at.saturating_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
        };
        if self.is_unwell {
            return (Why::Unwell, self.arrived);
        }
        let own = match self.appointment {
            Some(start) if self.arrived > after(start, rules.late_after_minutes) => {
                let late = self.arrived.duration_since(start).as_mins();
                (Why::Late(late), after(self.arrived, rules.late_behind_minutes))
            }
            Some(start) => (Why::Appointment(start), start),
            None => (Why::Arrival(self.arrived), after(self.arrived, rules.walk_in_behind_minutes)),
        };
        match self.placed {
            Some(placed) if placed > own.1 => (Why::Placed(placed), placed),
            _ => own,
        }
    }
}

/// Puts everyone who waits in order. Anyone who was put in comes out once, whatever the order in which they were read.
#[must_use]
pub fn line_up(waiters: Vec<Waiter>, rules: &QueueRules) -> Vec<Place> {
    let mut keyed: Vec<_> = waiters
        .into_iter()
        .map(|waiter| {
            let (why, turn) = waiter.turn(rules);
            let kind = match why {
                Why::Unwell | Why::Appointment(_) => 0,
                Why::Arrival(_) => 1,
                Why::Placed(_) => 2,
                Why::Late(_) => 3,
            };
            ((why != Why::Unwell, turn, kind, waiter.arrived, waiter.ticket, waiter.visit.clone()), why, waiter)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    let order: Vec<(TicketNumber, Timestamp, Why)> =
        keyed.iter().map(|(_, why, waiter)| (waiter.ticket, waiter.arrived, *why)).collect();
    // In a long line nearly everyone stands as they came, and then no one is looked for beside them.
    let mut first_behind: Vec<Timestamp> = order
        .iter()
        .rev()
        .scan(Timestamp::MAX, |first, one| Some(std::mem::replace(first, one.1.min(*first))))
        .collect();
    first_behind.reverse();
    let mut last_ahead = Timestamp::MIN;
    keyed
        .into_iter()
        .zip(first_behind)
        .enumerate()
        .map(|(at, ((_, why, waiter), first_behind))| {
            let is_as_they_came = first_behind >= waiter.arrived && last_ahead <= waiter.arrived;
            last_ahead = last_ahead.max(waiter.arrived);
            let beside = if is_as_they_came { None } else { beside(&order, at, &waiter) };
            Place { waiter, position: at + 1, why, beside }
        })
        .collect()
}

fn beside(order: &[(TicketNumber, Timestamp, Why)], at: usize, waiter: &Waiter) -> Option<Beside> {
    // One ticket may wait for several visits: no one is before or after themselves.
    let other = |(ticket, _, _): &&(TicketNumber, Timestamp, Why)| *ticket != waiter.ticket;
    let behind = order.iter().skip(at + 1).filter(other).find(|(_, arrived, _)| *arrived < waiter.arrived);
    let ahead = order.iter().take(at).rev().filter(other).find(|(_, arrived, _)| *arrived > waiter.arrived);
    match (behind, ahead) {
        (Some((ticket, ..)), _) => Some(Beside::Before(*ticket)),
        (None, Some((ticket, _, Why::Unwell))) => Some(Beside::AfterUnwell(*ticket)),
        (None, Some((ticket, ..))) => Some(Beside::After(*ticket)),
        (None, None) => None,
    }
}

impl Place {
    /// Why someone stands where they stand, in one sentence for staff: `before A14: appointment 10:20 AM`.
    #[must_use]
    pub fn sentence(&self, times: &StaffTime) -> String {
        let why = match self.why {
            Why::Unwell => "feels unwell".to_owned(),
            Why::Appointment(start) => format!("appointment {}", times.time(start)),
            Why::Late(minutes @ ..100) => format!("arrived {minutes} min late"),
            Why::Late(minutes) => format!("arrived {} h {} min late", minutes / 60, minutes % 60),
            Why::Arrival(at) => format!("walk-in, here since {}", times.time(at)),
            Why::Placed(at) => format!("in this line since {}", times.time(at)),
        };
        match self.beside {
            Some(Beside::Before(ticket)) => format!("before {ticket}: {why}"),
            Some(Beside::After(ticket)) => format!("after {ticket}: {why}"),
            Some(Beside::AfterUnwell(ticket)) => format!("after {ticket}, who feels unwell: {why}"),
            None => why,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::when::DateStyle;

    fn utc() -> StaffTime {
        StaffTime { zone: TimeZone::UTC, style: DateStyle::default() }
    }

    fn at(clock: &str) -> Timestamp {
        format!("2026-11-23T{clock}:00Z").parse().unwrap()
    }

    /// `ticket arrived appointment placed unwell`; a dash is none.
    fn waiter(line: &str) -> Waiter {
        let words: Vec<&str> = line.split(' ').collect();
        let time = |n: usize| words.get(n).filter(|word| **word != "-").map(|word| at(word));
        Waiter {
            visit: AppointmentId::new(format!("visit-{}", words[0])),
            ticket: words[0].parse().unwrap(),
            arrived: time(1).unwrap(),
            appointment: time(2),
            placed: time(3),
            is_unwell: words.get(4) == Some(&"unwell"),
        }
    }

    #[test]
    fn the_order_of_a_line_and_its_reasons() {
        let usual = QueueRules::default();
        let strict = QueueRules { late_behind_minutes: 600, walk_in_behind_minutes: 600, ..QueueRules::default() };
        for (what, rules, people, expected) in [
            ("no one", &usual, &[][..], &[][..]),
            ("one person", &usual, &["A1 09:00 09:30"], &["A1 appointment 9:30 AM"]),
            (
                "appointments by their time, not by who came first",
                &usual,
                &["A14 09:40 10:40", "A15 10:05 10:20", "A16 10:06 10:50"],
                &[
                    "A15 before A14: appointment 10:20 AM",
                    "A14 after A15: appointment 10:40 AM",
                    "A16 appointment 10:50 AM",
                ],
            ),
            (
                "without an appointment one's turn is by when one came",
                &usual,
                &["A2 09:30", "A1 09:05 10:00", "A3 10:10"],
                &[
                    "A2 before A1: walk-in, here since 9:30 AM",
                    "A1 after A2: appointment 10:00 AM",
                    "A3 walk-in, here since 10:10 AM",
                ],
            ),
            (
                "at the same turn the appointment comes first",
                &usual,
                &["A1 10:00", "A2 10:00 10:00", "A3 09:58 10:00"],
                &["A3 appointment 10:00 AM", "A2 appointment 10:00 AM", "A1 walk-in, here since 10:00 AM"],
            ),
            (
                "ten minutes late is not late, eleven is",
                &usual,
                &["A1 09:10 09:00", "A2 09:11 09:00", "A3 09:05 09:20", "A4 09:00 09:45"],
                &[
                    "A1 before A3: appointment 9:00 AM",
                    "A3 before A4: appointment 9:20 AM",
                    "A2 before A4: arrived 11 min late",
                    "A4 after A2: appointment 9:45 AM",
                ],
            ),
            (
                "a clinic may put the late ones, and those without an appointment, behind all others",
                &strict,
                &["A1 10:45 09:00", "A2 08:50", "A3 09:00 12:00"],
                &[
                    "A3 before A2: appointment 12:00 PM",
                    "A2 after A3: walk-in, here since 8:50 AM",
                    "A1 arrived 1 h 45 min late",
                ],
            ),
            (
                "who feels unwell is next, whatever else",
                &usual,
                &["A1 08:50 09:00", "A2 09:30 09:00 09:40 unwell", "A3 09:10 - - unwell"],
                &[
                    "A3 before A1: feels unwell",
                    "A2 before A1: feels unwell",
                    "A1 after A2, who feels unwell: appointment 9:00 AM",
                ],
            ),
            (
                "put at the end of the line, which is never better than before",
                &usual,
                &["A1 08:50 09:00 09:25", "A2 08:55 09:20", "A3 09:00 09:40 09:25"],
                &[
                    "A2 before A1: appointment 9:20 AM",
                    "A1 after A2: in this line since 9:25 AM",
                    "A3 appointment 9:40 AM",
                ],
            ),
            (
                "one ticket for two visits",
                &usual,
                &["A1 09:00 10:00", "A1 09:01 09:30"],
                &["A1 appointment 9:30 AM", "A1 appointment 10:00 AM"],
            ),
        ] {
            let mut people: Vec<Waiter> = people.iter().map(|line| waiter(line)).collect();
            people.reverse();
            let line = line_up(people, rules);
            let found: Vec<String> =
                line.iter().map(|place| format!("{} {}", place.waiter.ticket, place.sentence(&utc()))).collect();
            assert_eq!(found, expected, "{what}");
            assert!(line.iter().enumerate().all(|(at, place)| place.position == at + 1));
        }
    }

    /// The order is total, does not depend on how people were read, loses no one, and stays when one leaves.
    #[test]
    fn every_line_is_in_one_order() {
        let seed: u64 = std::env::var("ARRIVALS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_123);
        println!("ARRIVALS_SEED={seed}");
        let mut state = seed | 1;
        let mut below = |sides: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % sides
        };
        for round in 0..300 {
            let rules = QueueRules {
                late_after_minutes: below(20) as u32,
                late_behind_minutes: below(90) as u32,
                walk_in_behind_minutes: below(30) as u32,
                ..QueueRules::default()
            };
            let minute = |minutes: u64| at("08:00").saturating_add(SignedDuration::from_mins(minutes as i64)).unwrap();
            let people: Vec<Waiter> = (0..below(40))
                .map(|n| Waiter {
                    visit: AppointmentId::new(format!("visit-{n}")),
                    // Often the same ticket, the same minute and the same appointment.
                    ticket: TicketNumber::new(crate::domain::ticket::Series::FIRST, 1 + below(30) as u32),
                    arrived: minute(below(60)),
                    appointment: (below(4) > 0).then(|| minute(10 * below(12))),
                    placed: (below(5) == 0).then(|| minute(below(120))),
                    is_unwell: below(12) == 0,
                })
                .collect();
            let line = line_up(people.clone(), &rules);
            let names = |line: &[Place]| line.iter().map(|place| place.waiter.visit.clone()).collect::<Vec<_>>();
            let mut shuffled = people.clone();
            for last in (1..shuffled.len()).rev() {
                shuffled.swap(last, below(last as u64 + 1) as usize);
            }
            assert_eq!(names(&line_up(shuffled, &rules)), names(&line), "round {round}: read in another order");
            let (mut came, mut stand) = (people.iter().map(|w| w.visit.clone()).collect::<Vec<_>>(), names(&line));
            came.sort();
            stand.sort();
            assert_eq!(came, stand, "round {round}: no one is lost, no one is there twice");
            assert!(line.windows(2).all(|pair| pair[0].waiter.is_unwell || !pair[1].waiter.is_unwell), "round {round}");
            if !people.is_empty() {
                let gone = below(people.len() as u64) as usize;
                let fewer: Vec<Waiter> =
                    people.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, w)| w.clone()).collect();
                let mut rest = names(&line);
                rest.retain(|visit| *visit != people[gone].visit);
                assert_eq!(names(&line_up(fewer, &rules)), rest, "round {round}: one who leaves changes no order");
            }
        }
    }
}
