//! Medians of what was timed.

use std::time::{Duration, Instant};

/// How long something takes.
#[allow(dead_code, reason = "not every bench needs it")]
pub fn timed<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let answer = act();
    (begun.elapsed(), answer)
}

/// Times of one thing, done again and again.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// All of the others too.
    #[allow(dead_code, reason = "not every bench needs it")]
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// How many there are.
    #[allow(dead_code, reason = "not every bench needs it")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that this part of them, 0 to 1, does not exceed.
    pub fn at(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let position = (part * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(position).copied().unwrap_or_default()
    }

    /// The median and how far the middle half, and nineteen of twenty, are from it.
    #[allow(dead_code, reason = "not every bench needs it")]
    pub fn say(&self) -> String {
        let ms = |part| self.at(part).as_secs_f64() * 1000.0;
        format!(
            "median {:8.3} ms, middle half {:.3} to {:.3}, 95 % under {:.3}, {} times",
            ms(0.5),
            ms(0.25),
            ms(0.75),
            ms(0.95),
            self.0.len()
        )
    }
}
