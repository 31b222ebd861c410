//! How long to wait before the next attempt.

use std::time::Duration;

/// The first wait is at most this long.
pub const FIRST_MILLISECONDS_MAX: u64 = 500;
/// No wait is longer than this.
pub const MILLISECONDS_MAX: u64 = 30_000;

/// Waits that double, with jitter, so that fifty kiosks do not come back in one instant.
#[derive(Debug)]
pub struct Backoff {
    attempts: u32,
    random: u64,
}

impl Backoff {
    /// Begins with the shortest wait. `seed` decides the jitter.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { attempts: 0, random: seed | 1 }
    }

    /// Forgets the failures.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// The next wait: between half and all of 0.5 s, 1 s, 2 s, ... 30 s.
    pub fn next_wait(&mut self) -> Duration {
        let most = FIRST_MILLISECONDS_MAX.saturating_mul(1 << self.attempts.min(16)).min(MILLISECONDS_MAX);
        self.attempts = self.attempts.saturating_add(1);
        // xorshift64: good enough to spread kiosks over a second.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        Duration::from_millis(most / 2 + self.random % (most / 2 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_start_again() {
        let mut backoff = Backoff::new(7);
        let mut most = 500;
        for _ in 0..20 {
            let wait = backoff.next_wait().as_millis();
            assert!((most / 2..=most).contains(&wait), "{wait} of {most}");
            most = (most * 2).min(30_000);
        }
        backoff.reset();
        assert!(backoff.next_wait().as_millis() <= 500);
    }
}
