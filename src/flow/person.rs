//! Everything that the conversation knows of the person who is checked in: what they typed, who that found, what they
//! answered, and the ticket.
//!
//! Invariant: whatever is known of a person is in here, so that forgetting them is one assignment.

use super::card::CardEntry;
use super::details::DetailEntry;
use super::entry::{DateEntry, FourDigits, TextEntry};
use super::found::Patient;
use super::step::NewDetail;
use crate::domain::event::StillRight;
use crate::domain::identity::{Fact, Typed};
use crate::domain::ids::AppointmentId;
use crate::domain::queue::Wait;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// One person, as far as this conversation knows them. The default: no one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The date being typed.
    pub date: DateEntry,
    /// The last name being typed.
    pub name: TextEntry,
    /// The first name being typed.
    pub given_name: TextEntry,
    /// The end of a phone number being typed.
    pub phone: FourDigits,
    /// The last fact that was asked for in this try beside birth date and last name.
    pub(super) asked: Option<Fact>,
    pub(super) card: Option<Card>,
    /// They were found by a code.
    pub code_read: bool,
    /// Who was found.
    pub patient: Option<Box<Patient>>,
    /// A request without an appointment is being made.
    pub walk_in: bool,
    pub(super) walk_in_reason: String,
    /// They said that they do not have what they were asked to bring.
    pub(super) documents_missing: bool,
    pub(super) details: StillRight,
    /// What is different from the contact details on file, in the order of the fields.
    pub(super) changes: Vec<NewDetail>,
    /// The contact detail being typed.
    pub detail: DetailEntry,
    pub(super) insurance: StillRight,
    /// The cards that were typed whole, in the order of the fields.
    pub(super) new_cards: Vec<CardEntry>,
    /// They have no insurance any more.
    pub(super) uninsured: bool,
    /// The card being typed.
    pub card_entry: CardEntry,
    pub(super) call_as: CallAs,
    /// The ticket.
    pub at_hand: Option<TicketAtHand>,
}

/// A card that was held out: what it says, how its name may be read otherwise, and whether the clinic asks for nothing
/// more after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub facts: Typed,
    pub others: Vec<Typed>,
    pub is_enough: bool,
}

/// The ticket that the patient holds, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketAtHand {
    /// The number.
    pub ticket: Ticket,
    /// Where to go.
    pub place: String,
    /// For which visits.
    pub appointments: Vec<AppointmentId>,
    /// They had it before they came to the kiosk this time.
    pub given_before: bool,
    /// What became of the paper; `None` while the printer works or was not asked.
    pub print: Option<PrintOutcome>,
    /// The desk has acknowledged it.
    pub desk_knows: bool,
    /// Staff have seen it.
    pub seen_by_staff: bool,
    /// The place in its queue, 1 is next, and how long it may take; none as long as the desk has not said it.
    pub wait: Option<(u32, Wait)>,
}
