//! The brake on a kiosk that is being used to guess: this many failed tries within an hour, and it looks no one up.
//!
//! Invariants: failed tries are in the kiosk's file, so a power cut does not lift the brake; a wall clock that was set
//! back does not hold it for longer than an hour. Letters that the clinic signed are not guessed and have a brake of
//! their own, for what is typed after one that was found.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Store, StoreError, set_fact_in};

/// For so long a failed try counts.
const COUNTED: Duration = Duration::from_secs(60 * 60);
/// More than any limit: the file grows no further.
const KEPT_MAX: usize = 1000;

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// A code that can be made up, or typed facts.
    Guessed,
    /// What is asked for after a signed letter.
    AfterLetter,
}

impl Tries {
    fn fact(self) -> &'static str {
        match self {
            Self::Guessed => "failed_tries",
            Self::AfterLetter => "failed_after_letter",
        }
    }
}

/// The failed attempts of the last hour, no matter who made them, by a clock that only runs while the program does.
#[derive(Debug, Default)]
pub struct Brake {
    /// When each counts no more.
    until: VecDeque<Duration>,
}

impl Brake {
    /// As failed tries were kept. `elapsed` and `now` are the same moment by both clocks.
    #[must_use]
    pub fn kept(tries: &[Timestamp], elapsed: Duration, now: Timestamp) -> Self {
        let left = |at: &Timestamp| {
            // One that is still to come was noted before the clock was set back: as if it were just now.
            let age = Duration::try_from(now.duration_since(*at)).unwrap_or(Duration::ZERO);
            COUNTED.checked_sub(age).filter(|left| !left.is_zero())
        };
        let mut until: Vec<Duration> = tries.iter().filter_map(left).map(|left| elapsed.saturating_add(left)).collect();
        until.sort_unstable();
        Self { until: until.into() }
    }

    /// Counts a failed try. Answers whether this one puts the brake on.
    pub fn count(&mut self, elapsed: Duration, limit: u32) -> bool {
        let before = self.is_on(elapsed, limit);
        self.until.push_back(elapsed.saturating_add(COUNTED));
        if self.until.len() > KEPT_MAX {
            self.until.pop_front();
        }
        !before && self.is_on(elapsed, limit)
    }

    /// Whether no one is looked up.
    pub fn is_on(&mut self, elapsed: Duration, limit: u32) -> bool {
        self.left(elapsed, limit).is_some()
    }

    /// How long no one is looked up; none if the brake is off.
    pub fn left(&mut self, elapsed: Duration, limit: u32) -> Option<Duration> {
        while self.until.front().is_some_and(|until| *until <= elapsed) {
            self.until.pop_front();
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // It is off once fewer than the limit are left.
        let last = self.until.len().checked_sub(limit)?;
        self.until.get(last).map_or(Some(COUNTED), |until| Some(until.saturating_sub(elapsed)))
    }

    /// When each try was, by the wall clock.
    #[must_use]
    pub fn tries(&self, elapsed: Duration, now: Timestamp) -> Vec<Timestamp> {
        let at = |until: &Duration| {
            let age = COUNTED.saturating_sub(until.saturating_sub(elapsed));
            now.saturating_sub(SignedDuration::try_from(age).unwrap_or(SignedDuration::ZERO)).unwrap_or(now)
        };
        self.until.iter().map(at).collect()
    }

    /// Forgets every failed try.
    pub fn lift(&mut self) {
        self.until.clear();
    }
}

impl Store {
    /// When failed tries were, as far as they are kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn failed_tries(&self, tries: Tries) -> Result<Vec<Timestamp>, StoreError> {
        let kept = self.fact(tries.fact())?.unwrap_or_default();
        Ok(kept.split(' ').filter_map(|at| at.parse().ok()).collect())
    }

    /// Keeps when failed tries were.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn keep_failed_tries(&mut self, tries: Tries, at: &[Timestamp]) -> Result<(), StoreError> {
        let kept: Vec<String> = at.iter().map(ToString::to_string).collect();
        set_fact_in(&self.connection, tries.fact(), &kept.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: u64) -> Duration {
        Duration::from_secs(60 * n)
    }

    #[test]
    fn the_brake_is_on_until_the_hour_is_over() {
        let mut brake = Brake::default();
        assert_eq!([0, 10, 20].map(|n| brake.count(minute(n), 3)), [false, false, true]);
        assert!(brake.is_on(minute(59), 3));
        assert_eq!(brake.left(minute(59), 3), Some(minute(1)));
        assert!(!brake.is_on(minute(60), 3));
        assert!(brake.count(minute(61), 3));
        assert!(!brake.count(minute(62), 3), "told once");
        assert!(!brake.is_on(minute(150), 3));
        brake.count(minute(151), 1);
        assert!(brake.is_on(minute(152), 1));
        brake.lift();
        assert!(!brake.is_on(minute(152), 1));
        assert!(Brake::default().is_on(minute(0), 0), "a clinic that allows none");
    }

    #[test]
    fn a_power_cut_does_not_lift_it() {
        let at: Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
        let mut brake = Brake::default();
        for n in [0, 10, 20] {
            brake.count(minute(n), 3);
        }
        let kept = brake.tries(minute(20), at);
        // The program's own clock begins again.
        let later = |minutes: i64| at + SignedDuration::from_mins(minutes);
        let mut again = Brake::kept(&kept, minute(0), later(5));
        assert_eq!(again.left(minute(0), 3), Some(minute(35)), "25 minutes ago the first one was");
        assert!(!again.is_on(minute(35), 3));
        assert!(!Brake::kept(&kept, minute(0), later(41)).is_on(minute(0), 3));
        // A clock that was set back by days holds it for an hour and no longer.
        let mut back = Brake::kept(&kept, minute(7), later(-4000));
        assert!(back.is_on(minute(7), 3) && !back.is_on(minute(67), 3));
        // And one that was set ahead lifts it.
        assert!(!Brake::kept(&kept, minute(0), later(4000)).is_on(minute(0), 3));
    }
}
