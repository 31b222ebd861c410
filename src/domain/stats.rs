//! Medians and percentiles of whole numbers, for waits on the list and for reports alike.

/// With fewer values than this nothing is reported: one long visit would be "usual".
pub const SAMPLES_MIN: usize = 5;

/// The smallest value that this many of a hundred do not exceed; 0 if there is none.
#[must_use]
pub fn percentile(mut values: Vec<i64>, percent: usize) -> i64 {
    values.sort_unstable();
    at_percent(&values, percent)
}

fn at_percent(sorted: &[i64], percent: usize) -> i64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(0)
}

/// What is usual and what is slow among some durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Half of them are no longer than this.
    pub median: i64,
    /// Nine of ten are no longer than this.
    pub ninety: i64,
}

impl Spread {
    /// Of these values; none if they are fewer than [`SAMPLES_MIN`].
    #[must_use]
    pub fn of(values: &[i64]) -> Option<Self> {
        if values.len() < SAMPLES_MIN {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        Some(Self { median: at_percent(&sorted, 50), ninety: at_percent(&sorted, 90) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        for (values, percent, expected) in [
            (vec![], 50, 0),
            (vec![7], 90, 7),
            (vec![3, 1, 2], 50, 2),
            (vec![4, 3, 2, 1], 50, 2),
            ((1..=10).collect(), 90, 9),
            ((1..=11).collect(), 90, 10),
            ((1..=100).collect(), 50, 50),
        ] {
            assert_eq!(percentile(values.clone(), percent), expected, "{values:?} {percent}");
        }
    }

    #[test]
    fn few_values_say_nothing() {
        assert_eq!(Spread::of(&[1, 2, 3, 4]), None);
        assert_eq!(Spread::of(&[5, 1, 4, 2, 3]), Some(Spread { median: 3, ninety: 5 }));
    }
}
