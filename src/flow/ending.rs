//! Where one conversation ends and how, told from what it was before an input and what it is after.
//!
//! The next person can begin on the last page of the one before, so the welcome page alone does not tell conversations
//! apart.

use super::conversation::Conversation;
use super::step::{Input, Step};
use crate::domain::event::Ended;

/// What has to be known of a conversation before an input, to say afterwards what that input did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// What the patient was doing.
    pub step: Step,
    /// No one answered as long as the page was shown: how long it was read is not known.
    pub unanswered: bool,
    is_next: bool,
    given_before: Option<bool>,
}

impl Before {
    /// Of this conversation and what comes in.
    #[must_use]
    pub fn of(conversation: &Conversation, input: &Input) -> Self {
        let is_next = conversation.is_for_next_person(input);
        Self {
            step: conversation.step,
            unanswered: *input == Input::TimeIsUp || (input.is_scan() && is_next && conversation.asks_for_time()),
            is_next,
            given_before: conversation.person.at_hand.as_ref().map(|at_hand| at_hand.given_before),
        }
    }

    /// How the conversation ended, if the one that is there `after` the input is another one, or none.
    #[must_use]
    pub fn ended(self, after: &Conversation) -> Option<Ended> {
        if self.step == Step::Welcome || !(self.is_next || after.step == Step::Welcome) {
            return None;
        }
        Some(match (self.given_before, self.step) {
            (Some(false), _) => Ended::Ticket,
            (Some(true), _) => Ended::TicketAgain,
            (None, Step::Stopped(_) | Step::Help | Step::UnwellTold) => Ended::Stopped,
            (None, _) if self.unanswered => Ended::WalkedAway,
            (None, _) => Ended::StartedOver,
        })
    }
}

impl Conversation {
    /// Whether this comes from someone who is not the person of this conversation.
    pub(super) fn is_for_next_person(&self, input: &Input) -> bool {
        let is_over = matches!(self.step, Step::Done | Step::Stopped(_));
        match input {
            Input::OneMorePerson => self.step == Step::Done && self.for_other,
            input => input.is_good_scan() && (is_over || (self.asks_for_time() && self.step.is_finding())),
        }
    }
}
