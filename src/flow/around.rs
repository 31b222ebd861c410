//! What a page has around its own question: how it looks, which notice stands above it, and what lies over it.
//!
//! Invariants: how a page looks belongs to the person at the kiosk and ends with them; a notice belongs to the page it
//! is about and to no other.

use super::conversation::Conversation;
use super::step::{Input, Patience, Step};

/// How pages look, as the person at the kiosk chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Letters of twice the size.
    pub large_text: bool,
    /// White on black.
    pub high_contrast: bool,
}

/// A question that covers the page until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// "Do you need more time?"
    MoreTime,
    /// "Start over and delete what you entered?"
    StartOver,
}

/// The notice above a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said {
    /// Nothing.
    #[default]
    Nothing,
    /// A code was read and found someone; one more fact is needed.
    CodeRead,
    /// This is a request without an appointment.
    NoAppointment,
}

/// The welcome page keeps a language, a size or a contrast that was chosen there for this long without a touch. The
/// next person finds it as delivered.
pub const WELCOME_FORGETS_AFTER_SECONDS: u32 = 30;

impl Conversation {
    /// How long this waits for the patient. Welcome waits for no one, but it does not keep one person's choices for the
    /// next.
    #[must_use]
    pub fn patience(&self) -> Option<Patience> {
        if self.step == Step::Welcome {
            let forgets = Patience { ask_after_seconds: WELCOME_FORGETS_AFTER_SECONDS, end_after_seconds: 0 };
            return (self.language != self.home_language || self.look != Look::default()).then_some(forgets);
        }
        self.step.patience()
    }

    /// The notice above the question of this page: only pages that look for a person have one.
    pub(super) fn said(&self) -> Said {
        match self.step {
            Step::Birthday | Step::GivenName | Step::Phone if self.person.code_read => Said::CodeRead,
            Step::BirthDate if self.person.walk_in => Said::NoAppointment,
            _ => Said::Nothing,
        }
    }

    /// Whether "Start over" is a question first: a person who has entered something is asked once.
    pub(super) fn asks_before_starting_over(&self, input: &Input, covered_by: Option<Over>) -> bool {
        *input == Input::StartOver && covered_by.is_none() && self.would_lose_something()
    }

    /// Whether starting over deletes what a person has entered and would have to enter again.
    fn would_lose_something(&self) -> bool {
        // With a number in the hand everything is saved.
        let is_over =
            self.person.at_hand.is_some() || matches!(self.step, Step::Welcome | Step::Stopped(_) | Step::UnwellTold);
        let names =
            [self.person.name.text(), self.person.given_name.text(), self.companion.text(), self.person.phone.text()];
        let found = self.person.date.is_begun() || names.into_iter().any(|text| !text.is_blank());
        let changed = self.person.detail.is_begun()
            || self.person.card_entry.is_begun()
            || !self.person.changes.is_empty()
            || !self.person.new_cards.is_empty();
        !is_over && (found || changed)
    }
}
