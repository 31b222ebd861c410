//! What to do next about the log, as pure data.

use crate::domain::ids::Seq;

/// The next thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Send what comes after this position.
    Upload {
        /// The last position that the desk holds.
        after: Seq,
    },
    /// Both have the same.
    Nothing,
    /// The desk holds more from this kiosk than the kiosk itself: its card was replaced or copied.
    /// Going on would give positions to new events that the desk has already, so they would be lost.
    Disagree {
        /// What the desk holds.
        desk: Seq,
        /// What the kiosk holds.
        kiosk: Seq,
    },
}

/// Compares the kiosk's last position with what the desk holds.
#[must_use]
pub fn plan(kiosk: Seq, desk: Seq) -> Plan {
    match kiosk.cmp(&desk) {
        std::cmp::Ordering::Greater => Plan::Upload { after: desk },
        std::cmp::Ordering::Equal => Plan::Nothing,
        std::cmp::Ordering::Less => Plan::Disagree { desk, kiosk },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_compares_two_numbers() {
        for (kiosk, desk, expected) in [
            (0, 0, Plan::Nothing),
            (3, 3, Plan::Nothing),
            (3, 1, Plan::Upload { after: Seq(1) }),
            (1, 3, Plan::Disagree { desk: Seq(3), kiosk: Seq(1) }),
        ] {
            assert_eq!(plan(Seq(kiosk), Seq(desk)), expected);
        }
    }
}
