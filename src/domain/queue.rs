//! Where a visit stands at the desk.

use serde::{Deserialize, Serialize};

/// The state of one visit on the desk's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitState {
    /// On the list, not here yet.
    Expected,
    /// Came without an appointment and asks to be seen: staff decide.
    Asks,
    /// Has checked in and waits.
    Arrived,
    /// Was called and is on the way.
    Called,
    /// The visit took place.
    Done,
    /// Called off.
    Cancelled,
}

impl VisitState {
    /// The word on the desk's list.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Expected => "Expected",
            Self::Asks => "Asks to be seen",
            Self::Arrived => "Arrived",
            Self::Called => "Called",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Asks => "asks",
            Self::Arrived => "arrived",
            Self::Called => "called",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Expected, Self::Asks, Self::Arrived, Self::Called, Self::Done, Self::Cancelled]
            .into_iter()
            .find(|state| state.code() == code)
    }
}
