//! The brake on a kiosk that is being used to guess: so many failed tries within an hour, and it looks nobody up.

use std::collections::VecDeque;
use std::time::Duration;

/// For so long a failed try counts.
const COUNTED: Duration = Duration::from_secs(60 * 60);

/// The failed tries of the last hour, whoever made them.
#[derive(Debug, Default)]
pub struct Brake {
    failed: VecDeque<Duration>,
}

impl Brake {
    /// Counts a failed try. Answers whether this one puts the brake on.
    pub fn count(&mut self, now: Duration, limit: u32) -> bool {
        let before = self.is_on(now, limit);
        self.failed.push_back(now);
        !before && self.is_on(now, limit)
    }

    /// Whether nobody is looked up.
    pub fn is_on(&mut self, now: Duration, limit: u32) -> bool {
        while self.failed.front().is_some_and(|at| now.saturating_sub(*at) >= COUNTED) {
            self.failed.pop_front();
        }
        self.failed.len() >= usize::try_from(limit).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brake_is_on_until_the_hour_is_over() {
        let mut brake = Brake::default();
        let minute = |n: u64| Duration::from_secs(60 * n);
        assert_eq!([0, 10, 20].map(|n| brake.count(minute(n), 3)), [false, false, true]);
        assert!(brake.is_on(minute(59), 3));
        assert!(!brake.is_on(minute(60), 3));
        assert!(brake.count(minute(61), 3));
        assert!(!brake.count(minute(62), 3), "told once");
        assert!(!brake.is_on(minute(150), 3));
    }
}
