//! Whether a kiosk fails more people than it usually does, how long it may say nothing, and what became of what staff
//! want of it.
//!
//! Invariant: a few unlucky people are no alarm, and one that was raised does not come and go with each person.

use serde::{Deserialize, Serialize};

/// Fewer people than this in an hour tell nothing.
const ATTEMPTS_MIN: u32 = 5;
/// Fewer people than this who gave up or were stopped are no pattern.
const FAILED_MIN: u32 = 4;
/// With fewer people than this no one knows what is usual.
const USUAL_ATTEMPTS_MIN: u32 = 20;
/// What is taken as usual as long as no one knows.
const UNKNOWN_USUAL: f64 = 0.3;
/// An alarm is raised if chance alone would bring such an hour less often than this.
const CHANCE_TO_RAISE: f64 = 0.01;
/// An alarm that was raised stays until chance alone would bring such an hour more often than this.
const CHANCE_TO_STAY: f64 = 0.05;
/// However many people there are, fewer than half again as many as usual are no alarm.
const RISE_MIN: f64 = 1.5;

/// What a clinic decides about the watch over its kiosks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KioskRules {
    /// A kiosk of which nothing is heard for this many seconds is silent.
    pub silent_after_seconds: u32,
}

impl Default for KioskRules {
    fn default() -> Self {
        Self { silent_after_seconds: 90 }
    }
}

impl KioskRules {
    /// Whether no one said anything.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// This many of its last orders a kiosk remembers.
pub const ORDER_ENDS_MAX: usize = 10;

/// What became of an order, as the kiosk says. Says nothing of anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderEnd {
    /// The order's number.
    pub order: u64,
    /// How far it is.
    pub is: OrderStage,
    /// Why, in words for staff; empty if there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderStage {
    /// It is being carried out.
    UnderWay,
    /// It is carried out as soon as no one is at the kiosk.
    Waiting,
    /// Carried out.
    Done,
    /// No one can say whether it was.
    Unsure,
    /// It could not be carried out.
    NotDone,
}

impl OrderStage {
    /// Its name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnderWay => "under-way",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Unsure => "unsure",
            Self::NotDone => "not-done",
        }
    }

    /// The one with this name in data.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::UnderWay, Self::Waiting, Self::Done, Self::Unsure, Self::NotDone]
            .into_iter()
            .find(|ended| ended.code() == code)
    }
}

/// How many people tried, and how many of them did not get through alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Check-ins, requests without an appointment, stops, and people who walked away.
    pub attempts: u32,
    /// Stops and people who walked away.
    pub failed: u32,
}

/// More people than usual do not get through at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoreThanUsual {
    /// Within the last hour.
    pub lately: Tally,
    /// How many of ten it is usually at this time of day, rounded; none if no one knows yet.
    pub usual_of_ten: Option<u32>,
}

/// Whether `lately` is more than `usual`. `is_raised`: whether it was so a moment ago.
#[must_use]
pub fn failing(lately: Tally, usual: Tally, is_raised: bool) -> Option<MoreThanUsual> {
    if lately.attempts < ATTEMPTS_MIN || lately.failed < FAILED_MIN {
        return None;
    }
    let known = usual.attempts >= USUAL_ATTEMPTS_MIN;
    // One more of each kind than there were: "never so far" is not "never".
    let share = if known { f64::from(usual.failed + 1) / f64::from(usual.attempts + 2) } else { UNKNOWN_USUAL };
    let rise = f64::from(lately.failed) / f64::from(lately.attempts) / share;
    let limit = if is_raised { CHANCE_TO_STAY } else { CHANCE_TO_RAISE };
    if rise < RISE_MIN || chance_of_so_many(lately, share) >= limit {
        return None;
    }
    let of_ten = f64::from(usual.failed) * 10.0 / f64::from(usual.attempts.max(1));
    Some(MoreThanUsual {
        lately,
        usual_of_ten: known.then(|| (0..10).rev().find(|n| of_ten >= f64::from(*n) - 0.5).unwrap_or(0)),
    })
}

/// The chance that of this many people at least this many fail if each does with this chance: the binomial
/// distribution's tail.
fn chance_of_so_many(lately: Tally, share: f64) -> f64 {
    let (n, failed) = (lately.attempts, lately.failed.min(lately.attempts));
    let (yes, no) = (share.ln(), (1.0 - share).ln());
    // As logarithms: the chance of one exact number among hundreds is too small to be written otherwise.
    let mut ways = 0.0_f64;
    let mut chance = 0.0_f64;
    for k in 0..=n {
        if k > 0 {
            ways += f64::from(n - k + 1).ln() - f64::from(k).ln();
        }
        if k >= failed {
            chance += (ways + f64::from(k) * yes + f64::from(n - k) * no).exp();
        }
    }
    chance.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_usual_is_neither_bad_luck_nor_a_habit() {
        let tally = |(attempts, failed)| Tally { attempts, failed };
        for (lately, usual, is_raised, expected) in [
            ((10, 6), (200, 20), false, Some(Some(1))),
            ((10, 6), (200, 100), false, None),
            ((4, 4), (200, 2), false, None),
            ((5, 4), (200, 20), false, Some(Some(1))),
            ((20, 3), (2000, 2), false, None),
            ((10, 4), (200, 20), false, None),
            ((10, 4), (200, 20), true, Some(Some(1))),
            ((10, 3), (200, 20), true, None),
            // No one knows what is usual: only what would be odd anywhere.
            ((10, 7), (0, 0), false, None),
            ((10, 8), (0, 0), false, Some(None)),
            ((10, 8), (19, 0), false, Some(None)),
            ((10, 8), (20, 0), false, Some(Some(0))),
            // Many people: a small difference is none to go there for.
            ((400, 56), (4000, 400), false, None),
            ((400, 100), (4000, 400), false, Some(Some(1))),
            // What is always so is known already.
            ((30, 29), (100, 95), false, None),
            ((1_000_000, 1_000_000), (20, 20), false, None),
            ((0, 0), (0, 0), true, None),
        ] {
            let found = failing(tally(lately), tally(usual), is_raised);
            assert_eq!(found.map(|more| more.usual_of_ten), expected, "{lately:?} against {usual:?}");
        }
    }

    #[test]
    fn the_tail_is_what_tables_of_the_distribution_say() {
        for ((attempts, failed), share, expected) in [
            ((10, 6), 0.1, 0.000_146_9),
            ((20, 0), 0.3, 1.0),
            ((20, 10), 0.5, 0.588_099),
            ((10, 10), 0.5, 0.000_976_56),
        ] {
            let found = chance_of_so_many(Tally { attempts, failed }, share);
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}
