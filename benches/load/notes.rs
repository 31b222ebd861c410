//! What everyone noted: when something was done, and when who saw it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::measure::Times;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Eye {
    Board,
    Phone,
    List,
}

/// What is to be seen of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum News {
    Arrived,
    Called,
}

struct Sight {
    eye: Eye,
    news: News,
    visit: usize,
    at: Instant,
}

/// Everything that was noted.
#[derive(Default)]
pub struct Notes {
    done: Mutex<HashMap<(usize, News), Instant>>,
    sights: Mutex<Vec<Sight>>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    errors: Mutex<BTreeMap<String, u64>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notes {
    /// This was done with the visit of this number.
    pub fn done(&self, visit: usize, news: News, at: Instant) {
        locked(&self.done).insert((visit, news), at);
    }

    /// One who looks saw it, for the first time.
    pub fn saw(&self, eye: Eye, news: News, visit: usize, at: Instant) {
        locked(&self.sights).push(Sight { eye, news, visit, at });
    }

    pub fn count(&self, what: &'static str, many: u64) {
        *locked(&self.counts).entry(what).or_default() += many;
    }

    pub fn error(&self, what: impl Into<String>) {
        *locked(&self.errors).entry(what.into()).or_default() += 1;
    }

    pub fn counted(&self, what: &str) -> u64 {
        locked(&self.counts).get(what).copied().unwrap_or_default()
    }

    pub fn errors(&self) -> BTreeMap<String, u64> {
        locked(&self.errors).clone()
    }

    /// How long news took to reach those who look. News that was there before the story began is not in it.
    pub fn times(&self, eye: Eye, news: News) -> Times {
        let done = locked(&self.done);
        let mut times = Times::default();
        for sight in locked(&self.sights).iter().filter(|sight| sight.eye == eye && sight.news == news) {
            if let Some(began) = done.get(&(sight.visit, news)) {
                times.push(sight.at.saturating_duration_since(*began));
            }
        }
        times
    }

    /// How often this was done.
    pub fn times_done(&self, news: News) -> usize {
        locked(&self.done).keys().filter(|(_, its)| *its == news).count()
    }

    /// Of how many visits that were called this could be seen by a phone.
    pub fn called_below(&self, visits: usize) -> usize {
        locked(&self.done).keys().filter(|(visit, news)| *news == News::Called && *visit < visits).count()
    }
}
