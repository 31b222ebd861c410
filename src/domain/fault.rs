//! What is wrong with a clinic's settings, and with which of them.
//!
//! Invariant: where a fault is about one setting, the setting is named as data and never has to be found in the
//! sentence.

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// Which setting, as a path: `time_zone`, `schedule.closed`, `queues`. Empty if it is about no single one.
    pub key: String,
    /// Where the setting has several things: which of them, from 0.
    pub item: Option<usize>,
    /// What of that thing: `name`. Empty if it is about the whole of it.
    pub field: String,
    /// One sentence.
    pub text: String,
}

impl Fault {
    /// About no setting alone.
    #[must_use]
    pub fn of_all(text: impl Into<String>) -> Self {
        Self::of("", text)
    }

    /// About a setting.
    #[must_use]
    pub fn of(key: &str, text: impl Into<String>) -> Self {
        Self { key: key.to_owned(), item: None, field: String::new(), text: text.into() }
    }

    /// About a field of one of the things that a setting has.
    #[must_use]
    pub fn of_item(key: &str, item: usize, field: &str, text: impl Into<String>) -> Self {
        Self { key: key.to_owned(), item: Some(item), field: field.to_owned(), text: text.into() }
    }
}
