//! The arrows of insurance: still right or not, then a card, part by part, and all of it once more before going on.
//!
//! Invariants: anyone who gives up anywhere is checked in, and the desk asks; a number that looks odd is explained and
//! never refused; what was typed of a card is lost only by the patient's own answer.

mod typing;

use std::sync::Arc;

use super::card::{CardEntry, CardPart};
use super::conversation::Conversation;
use super::entry::{DateEntry, TextEntry, in_case};
use super::found::MaskedInsurance;
use super::step::{Effect, Input, NewDetail, Step};
use crate::domain::event::StillRight;
use crate::domain::insurance::Side;
use crate::domain::payer::{self, Payer};
use crate::domain::private::Private;
use crate::domain::proposal::{Field, Source};

/// This many payers fit beside the keys.
pub const PAYERS_BESIDE_KEYS: usize = 4;
/// The list of payers ends here; any other is found by typing its name.
pub const PAYERS_LISTED_MAX: usize = 60;

impl Conversation {
    fn payers(&self) -> Arc<Vec<Payer>> {
        self.person.patient.as_ref().map(|patient| Arc::clone(&patient.payers)).unwrap_or_default()
    }

    /// Whether there is a camera for cards.
    pub(super) fn takes_photos(&self) -> bool {
        self.person.patient.as_ref().is_some_and(|patient| patient.asks.photos)
    }

    /// How many payers the clinic has.
    #[must_use]
    pub fn payers_count(&self) -> usize {
        self.payers().len()
    }

    /// The payer of the card being typed, if the clinic knows it.
    #[must_use]
    pub fn payer_of_card(&self) -> Option<Payer> {
        let code = self.person.card_entry.card.payer_code.as_str();
        self.payers().iter().find(|payer| !code.is_empty() && payer.code == code).cloned()
    }

    /// The payers to choose from, code and name: all of them, or those that the text typed so far may mean. The one on
    /// file comes first while nothing is typed.
    #[must_use]
    pub fn payers_found(&self) -> Vec<(String, String)> {
        let (payers, lists) = (self.payers(), self.person.card_entry.lists_payers);
        let typed = if lists { Private::default() } else { self.person.card_entry.text.text().clone() };
        let mut found = payer::search(&payers, typed.as_str());
        let on_file = self.on_file(self.person.card_entry.field).map(|card| card.payer.clone());
        if let Some(name) = on_file.filter(|_| typed.is_blank()) {
            found.sort_by_key(|payer| payer.name != name.as_str());
        }
        let shown = if lists { PAYERS_LISTED_MAX } else { PAYERS_BESIDE_KEYS };
        found.into_iter().take(shown).map(|payer| (payer.code.clone(), payer.name.clone())).collect()
    }

    fn on_file(&self, field: Field) -> Option<&MaskedInsurance> {
        let patient = self.person.patient.as_ref()?;
        if field == Field::SecondInsurance { patient.second_insurance.as_ref() } else { patient.insurance.as_ref() }
    }

    /// Whether there is a second card, on file or typed.
    pub(super) fn has_second_card(&self) -> bool {
        self.on_file(Field::SecondInsurance).is_some() || self.kept_card(Field::SecondInsurance).is_some()
    }

    fn kept_card(&self, field: Field) -> Option<&CardEntry> {
        self.person.new_cards.iter().find(|card| card.field == field)
    }

    /// What the desk gets about the cards.
    pub(super) fn told_of_cards(&self) -> Vec<NewDetail> {
        if self.person.uninsured {
            let on_file =
                [Field::Insurance, Field::SecondInsurance].into_iter().filter(|field| self.on_file(*field).is_some());
            return on_file
                .map(|field| NewDetail {
                    field,
                    value: field.nothing(),
                    insisted: false,
                    source: Source::Typed,
                    photos: Vec::new(),
                })
                .collect();
        }
        self.person.new_cards.iter().map(CardEntry::told).collect()
    }

    /// The second card pays first.
    pub(super) fn second_pays_first(&self) -> bool {
        self.kept_card(Field::SecondInsurance).is_some_and(|card| card.pays_first)
    }

    /// Nothing of what was said of cards before is true any more.
    fn without_cards(&mut self) {
        self.person.new_cards.clear();
        self.person.card_entry = CardEntry::default();
        self.person.uninsured = false;
    }

    /// What means something on the page that shows the cards on file.
    pub(super) fn insurance_still_right(mut self, input: Input) -> (Self, Vec<Effect>) {
        let has_card = self.on_file(Field::Insurance).is_some();
        match input {
            Input::Yes if has_card => {
                self.person.insurance = StillRight::Yes;
                self.without_cards();
                self.to(Step::CallAs)
            }
            Input::No if has_card => self.to(Step::ChangeInsurance),
            Input::No => self.begin_card(Field::Insurance),
            Input::NoInsurance if !has_card => {
                self.person.insurance = StillRight::Yes;
                self.without_cards();
                self.to(Step::CallAs)
            }
            Input::AskTheDesk => self.desk_asks(),
            Input::Back => self.before_insurance(),
            _ => self.stay(),
        }
    }

    /// What means something on the page that asks what has changed.
    pub(super) fn choosing_card(mut self, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::ChangeField(field @ (Field::Insurance | Field::SecondInsurance)) => self.begin_card(field),
            Input::NoInsurance => {
                self.without_cards();
                self.person.uninsured = true;
                self.person.insurance = StillRight::Changed;
                self.to(Step::CallAs)
            }
            Input::AskTheDesk => self.desk_asks(),
            Input::Back => self.to(Step::Insurance),
            _ => self.stay(),
        }
    }

    /// What was entered completely is reported anyway; "none any more" is not, if they are no longer sure.
    fn desk_asks(mut self) -> (Self, Vec<Effect>) {
        self.person.uninsured = false;
        self.keep_card();
        self.person.insurance = StillRight::AskTheDesk;
        self.to(Step::CallAs)
    }

    fn begin_card(mut self, field: Field) -> (Self, Vec<Effect>) {
        self.keep_card();
        if let Some(kept) = self.kept_card(field).cloned() {
            return self.review(kept);
        }
        self.person.card_entry = CardEntry::new(field);
        match self.payers().as_slice() {
            [only] => {
                self.person.card_entry.card.payer = only.name.as_str().into();
                self.person.card_entry.card.payer_code.clone_from(&only.code);
                self.type_part(CardPart::MemberId)
            }
            _ => self.type_part(CardPart::Payer),
        }
    }

    fn type_part(mut self, part: CardPart) -> (Self, Vec<Effect>) {
        let lists_payers = part == CardPart::Payer && self.payers_count() > 0;
        let entry = &mut self.person.card_entry;
        let typed = match part {
            // One of the list is found again by what people call it, so the field begins empty.
            CardPart::Payer => Private::default(),
            _ => entry.part_mut(part).map(|typed| typed.clone()).unwrap_or_default(),
        };
        entry.text = TextEntry::holding(&typed);
        entry.lists_payers = lists_payers;
        entry.doubt = None;
        entry.shot = None;
        entry.ends_too_soon = false;
        entry.date = DateEntry::default();
        self.to(Step::NewCard(part))
    }

    /// What comes after a part.
    fn part_done(mut self, part: CardPart) -> (Self, Vec<Effect>) {
        let next = match part {
            // Another payer has other numbers.
            CardPart::Payer => CardPart::MemberId,
            CardPart::HolderName => CardPart::HolderBirthDate,
            CardPart::MemberId if !self.person.card_entry.whole => CardPart::Holder,
            CardPart::Photo(Side::Front) => CardPart::Photo(Side::Back),
            CardPart::Photo(Side::Back) => CardPart::Review,
            _ if !self.person.card_entry.whole && self.takes_photos() => CardPart::Photo(Side::Front),
            _ => CardPart::Review,
        };
        if next == CardPart::Review {
            self.person.card_entry.whole = true;
            return self.to(Step::NewCard(CardPart::Review));
        }
        self.type_part(next)
    }

    /// A card that was typed whole, to review.
    fn review(mut self, card: CardEntry) -> (Self, Vec<Effect>) {
        self.person.card_entry = card;
        self.to(Step::NewCard(CardPart::Review))
    }

    fn before_part(mut self, part: CardPart) -> (Self, Vec<Effect>) {
        let one_payer = self.payers_count() == 1;
        let before = match part {
            CardPart::HolderName => {
                // No one holds it who has no name.
                if self.person.card_entry.card.holder.as_ref().is_some_and(|holder| holder.name.is_blank()) {
                    self.person.card_entry.card.holder = self.person.card_entry.holder_before.take();
                }
                CardPart::Holder
            }
            CardPart::HolderBirthDate => CardPart::HolderName,
            CardPart::Photo(Side::Back) if self.person.card_entry.photos.contains(&Side::Front) => {
                CardPart::Photo(Side::Front)
            }
            CardPart::Review => return self.before_cards(),
            _ if self.person.card_entry.whole => CardPart::Review,
            CardPart::Holder => CardPart::MemberId,
            CardPart::Photo(_) => CardPart::Holder,
            CardPart::MemberId if !one_payer => CardPart::Payer,
            _ => return self.before_cards(),
        };
        if before == CardPart::Review { self.to(Step::NewCard(before)) } else { self.type_part(before) }
    }

    /// What was typed whole is kept, whichever way they go on; what was not is begun again.
    fn before_cards(mut self) -> (Self, Vec<Effect>) {
        if self.person.card_entry.whole {
            self.keep_card();
            self.person.insurance = StillRight::Changed;
        } else if self.person.card_entry.field == Field::SecondInsurance
            && let Some(first) = self.kept_card(Field::Insurance).cloned()
        {
            return self.review(first);
        }
        let has_card = self.on_file(Field::Insurance).is_some();
        self.to(if has_card { Step::ChangeInsurance } else { Step::Insurance })
    }

    fn reviewing_card(mut self, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::ChangePart(CardPart::Payer) if self.payers_count() == 1 => self.stay(),
            Input::ChangePart(CardPart::Holder) => self.to(Step::NewCard(CardPart::Holder)),
            Input::ChangePart(CardPart::Photo(_)) if !self.takes_photos() => self.stay(),
            // The side of which there is none yet.
            Input::ChangePart(CardPart::Photo(_)) => {
                let taken = &self.person.card_entry.photos;
                let missing = Side::ALL.into_iter().find(|side| !taken.contains(side)).unwrap_or(Side::Front);
                self.type_part(CardPart::Photo(missing))
            }
            Input::ChangePart(part) if part != CardPart::Review => self.type_part(part),
            Input::SwapOrder if self.person.card_entry.field == Field::SecondInsurance => {
                self.person.card_entry.pays_first = !self.person.card_entry.pays_first;
                self.stay()
            }
            Input::GoOn => {
                self.keep_card();
                self.person.insurance = StillRight::Changed;
                self.to(Step::CallAs)
            }
            Input::ChangeField(Field::SecondInsurance) if !self.has_second_card() => {
                self.person.insurance = StillRight::Changed;
                self.begin_card(Field::SecondInsurance)
            }
            Input::AskTheDesk => self.desk_asks(),
            _ => self.stay(),
        }
    }

    /// Keeps the card if everything of it was asked for; "I have none" of before is over then.
    fn keep_card(&mut self) {
        if self.person.card_entry.whole {
            let card = self.person.card_entry.clone();
            self.person.uninsured = false;
            self.person.new_cards.retain(|kept| kept.field != card.field);
            self.person.new_cards.push(card);
            self.person.new_cards.sort_by_key(|kept| kept.field);
        }
    }

    /// Where "How may we call you?" goes back to.
    pub(super) fn before_call_as(self) -> (Self, Vec<Effect>) {
        if self.person.card_entry.whole {
            return self.to(Step::NewCard(CardPart::Review));
        }
        if let Some(last) = self.person.new_cards.last().cloned() {
            return self.review(last);
        }
        if self.person.uninsured {
            return self.to(Step::ChangeInsurance);
        }
        if self.asks_insurance() {
            return self.to(Step::Insurance);
        }
        self.before_insurance()
    }
}

/// Names are written as people write them, numbers in capitals.
fn as_written(part: CardPart, text: &TextEntry, typed: char) -> char {
    let (before, _) = text.around_cursor();
    let follows_letter = before.chars().next_back().is_some_and(char::is_alphabetic);
    in_case(typed, matches!(part, CardPart::MemberId | CardPart::Group) || !follows_letter)
}
