//! The one place that asks what time it is.
//!
//! Invariant: nothing else in this package reads a wall clock (`tests/tidy` looks). Time reaches
//! the rest as an argument, so that a test can stand on either side of midnight.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Where time comes from.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// The wall clock: for the record and for people. It can jump, so it never orders anything.
    fn now(&self) -> Timestamp;
    /// Time since some fixed moment; it only grows. Idle time and back-off are measured with it.
    fn elapsed(&self) -> Duration;
}

/// This moment, for the time limits of the network; where a test makes its own time, this is that time.
#[must_use]
pub fn moment() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that is set and moved by hand: for tests and for the scripted demo.
#[derive(Debug, Clone)]
pub struct ManualClock {
    state: Arc<Mutex<(Timestamp, Duration)>>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { state: Arc::new(Mutex::new((now, Duration::ZERO))) }
    }

    /// Moves wall clock and elapsed time forward together.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.0 = state
            .0
            .saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX))
            .unwrap_or(Timestamp::MAX);
        state.1 = state.1.saturating_add(by);
    }

    /// Sets the wall clock alone, as a time server or a person would.
    pub fn set(&self, now: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.0 = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0
    }

    fn elapsed(&self) -> Duration {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).1
    }
}
