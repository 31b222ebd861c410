//! How long someone may have to wait, from how long visits of that queue took lately.
//!
//! People believe a range more than a single number (Munich shows one on its public waiting lists); a time that has
//! passed is never shown as one still to come; without a basis nothing is shown.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::language::Language;
use crate::domain::stats::percentile;
use crate::domain::texts::{Counted, Message, put_in};

pub use crate::domain::stats::SAMPLES_MIN;

/// A visit recorded as shorter or longer than this was clicked, not seen; in seconds.
pub const SERVICE_SECONDS: std::ops::RangeInclusive<i64> = 30..=3 * 60 * 60;
/// Hours of the day that count as the same one, before and after.
const HOURS_BESIDE: i8 = 1;

/// A visit of the queue that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// The hour of the clinic's day in which they were called, 0 to 23.
    pub hour: i8,
    /// From being with the clinician, or else from the call, until the visit was closed.
    pub service: SignedDuration,
    /// From the appointment's beginning or the arrival, whichever came later, until the call.
    pub waited: SignedDuration,
}

/// What is usual in a queue at an hour of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// How long half of the visits took at most, in seconds.
    service_median: i64,
    /// How long four of five visits took at most, in seconds.
    service_slow: i64,
    /// How long nine of ten people waited at most, in seconds.
    waited_usual: i64,
}

/// A wait, as it can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wait {
    /// No one knows.
    NoBasis,
    /// Between these many minutes from now.
    Minutes {
        /// At least.
        from: u32,
        /// At most, if it goes as it usually does; always more than `from`.
        to: u32,
    },
    /// Has waited longer than nearly everyone does; a number would not be believed any more.
    LongerThanUsual,
}

/// What a wait depends on besides what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// How many people in the line are called before.
    pub here: usize,
    /// How many more would be, if they came now.
    pub coming: usize,
    /// At how many places people of the queue are being called; 0 counts as 1.
    pub points: usize,
    /// How long it is until the appointment's time; zero or less if that has passed, or there is none.
    pub until_due: SignedDuration,
}

impl Basis {
    /// What is usual at `hour`: of that hour and those beside it if there are enough visits, else of the whole day.
    /// `samples` are the newest ones, in any order.
    #[must_use]
    pub fn of(samples: &[Served], hour: i8) -> Option<Self> {
        let sound = || samples.iter().filter(|served| SERVICE_SECONDS.contains(&served.service.as_secs()));
        let near: Vec<&Served> = sound().filter(|served| (served.hour - hour).abs() <= HOURS_BESIDE).collect();
        let chosen = if near.len() >= SAMPLES_MIN { near } else { sound().collect() };
        if chosen.len() < SAMPLES_MIN {
            return None;
        }
        let service: Vec<i64> = chosen.iter().map(|served| served.service.as_secs()).collect();
        let waited: Vec<i64> = chosen.iter().map(|served| served.waited.as_secs().max(0)).collect();
        Some(Self {
            service_median: percentile(service.clone(), 50),
            service_slow: percentile(service, 80),
            waited_usual: percentile(waited, 90),
        })
    }

    /// The wait of someone who has waited `so_far`, since their arrival or the appointment's beginning, whichever came
    /// later.
    #[must_use]
    pub fn wait(&self, ahead: Ahead, so_far: SignedDuration) -> Wait {
        // A few minutes more are nothing to worry about where people hardly ever wait.
        let usual = self.waited_usual.max(5 * 60);
        if so_far.as_secs() > usual {
            return Wait::LongerThanUsual;
        }
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let points = count(ahead.points.max(1));
        // 0.8 of what is likely, and the pessimistic end, as Munich's ZMS has it.
        let from = count(ahead.here).saturating_mul(self.service_median).saturating_mul(8) / (10 * points);
        let to =
            count(ahead.here.saturating_add(ahead.coming).saturating_add(1)).saturating_mul(self.service_slow) / points;
        // Who is early may be called right away, but need not be before their time.
        let on_time = ahead.until_due.as_secs().max(0).saturating_add(self.service_slow / points);
        let to = to.max(if ahead.until_due.is_positive() { on_time } else { 0 });
        let from = minutes(from / 60);
        let to = minutes(to.saturating_add(59) / 60).max(1);
        let from = if from < 10 { from } else { from - from % 5 };
        let to = if to < 10 { to } else { to.div_ceil(5).saturating_mul(5) };
        Wait::Minutes { from, to: to.max(from + 1) }
    }
}

fn minutes(n: i64) -> u32 {
    u32::try_from(n.clamp(0, 24 * 60)).unwrap_or(0)
}

/// How a wait is worded in one place: `{from}` and `{to}` stand for minutes, and `{to}` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitWords {
    /// If it may be over right away.
    pub up_to: Counted,
    /// Else.
    pub between: Counted,
    /// If a number would not be believed any more.
    pub longer: Message,
}

impl WaitWords {
    /// As the staff's list says it.
    pub const STAFF: Self = Self {
        up_to: Counted::new("", "up to {to} min", "up to {to} min"),
        between: Counted::new("", "{from} to {to} min", "{from} to {to} min"),
        longer: Message::new("", "longer than usual"),
    };
}

impl Wait {
    /// The wait in these words, in a language; empty if no one knows. List, board, phone and whatever else says a wait
    /// says the same numbers.
    #[must_use]
    pub fn said(self, words: &WaitWords, language: Language) -> String {
        match self {
            Self::NoBasis => String::new(),
            Self::Minutes { from, to } => {
                let counted = if from == 0 { words.up_to } else { words.between };
                put_in(counted.said(language, to.into()), &[("from", &from.to_string()), ("to", &to.to_string())])
            }
            Self::LongerThanUsual => words.longer.said(language).to_owned(),
        }
    }

    /// What staff read; empty if no one knows.
    #[must_use]
    pub fn for_staff(self) -> String {
        self.said(&WaitWords::STAFF, Language::STAFF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(hour: i8, service: i64, waited: i64) -> Served {
        Served { hour, service: SignedDuration::from_mins(service), waited: SignedDuration::from_mins(waited) }
    }

    #[test]
    fn a_wait_is_a_range_of_that_queue_and_hour_or_nothing() {
        let ten: Vec<Served> = (0..10).map(|n| served(9, 10 + n % 3, 20)).collect();
        let slow_afternoon: Vec<Served> = (0..10).flat_map(|_| [served(9, 10, 20), served(15, 30, 60)]).collect();
        let few: Vec<Served> = (0..4).map(|_| served(9, 10, 20)).collect();
        let clicked: Vec<Served> =
            (0..10).map(|_| served(9, 0, 20)).chain([served(9, 10, 20), served(9, 900, 20)]).collect();
        let at_night: Vec<Served> = (0..6).map(|_| served(9, 10, 20)).collect();
        for (what, samples, hour, here, coming, points, so_far, expected) in [
            ("no visits yet", &Vec::new(), 9, 0, 0, 1, 0, ""),
            ("too few", &few, 9, 0, 0, 1, 0, ""),
            ("what was only clicked is no basis", &clicked, 9, 0, 0, 1, 0, ""),
            ("next", &ten, 9, 0, 0, 1, 0, "up to 15 min"),
            ("two ahead", &ten, 9, 2, 0, 1, 0, "15 to 40 min"),
            ("two ahead, two rooms", &ten, 9, 2, 0, 2, 0, "8 to 20 min"),
            ("no one has called yet today", &ten, 9, 2, 0, 0, 0, "15 to 40 min"),
            ("someone may come between", &ten, 9, 2, 1, 1, 0, "15 to 50 min"),
            ("the hour of the day counts", &slow_afternoon, 15, 1, 0, 1, 0, "20 to 60 min"),
            ("and the hours beside it", &slow_afternoon, 10, 1, 0, 1, 0, "8 to 20 min"),
            ("an hour without visits takes the day's", &at_night, 20, 1, 0, 1, 0, "8 to 20 min"),
            ("as long as usual", &ten, 9, 0, 0, 1, 20, "up to 15 min"),
            ("longer", &ten, 9, 0, 0, 1, 21, "longer than usual"),
            ("longer with others ahead", &ten, 9, 3, 0, 1, 500, "longer than usual"),
            ("before the appointment's time, which may be kept", &ten, 9, 1, 0, 1, -40, "8 to 55 min"),
            ("a minute before it", &ten, 9, 1, 0, 1, -1, "8 to 25 min"),
            ("a crowd", &ten, 9, usize::MAX, usize::MAX, 1, 0, "1440 to 1441 min"),
        ] {
            let basis = Basis::of(samples, hour);
            let ahead = Ahead { here, coming, points, until_due: SignedDuration::from_mins(-so_far) };
            let wait = basis.map_or(Wait::NoBasis, |basis| basis.wait(ahead, SignedDuration::from_mins(so_far)));
            assert_eq!(wait.for_staff(), expected, "{what}");
        }
    }

    #[test]
    fn where_nobody_waits_a_few_minutes_are_not_long() {
        let samples: Vec<Served> = (0..10).map(|_| served(9, 10, 0)).collect();
        let basis = Basis::of(&samples, 9).unwrap();
        let ahead = Ahead { here: 0, coming: 0, points: 1, until_due: SignedDuration::ZERO };
        for (so_far, expected) in [(5, "up to 10 min"), (6, "longer than usual")] {
            assert_eq!(basis.wait(ahead, SignedDuration::from_mins(so_far)).for_staff(), expected, "{so_far}");
        }
    }
}
