//! A card is typed or photographed, part by part.

use super::super::card::CardPart;
use super::super::conversation::Conversation;
use super::super::entry::TextEntry;
use super::super::step::{Effect, Input};
use super::as_written;
use crate::domain::insurance::{Holder, Side};
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::Source;

impl Conversation {
    /// What means something while a card is typed.
    pub(in crate::flow) fn typing_card(mut self, part: CardPart, input: Input) -> (Self, Vec<Effect>) {
        match (part, input) {
            // Back from the keys to the list.
            (CardPart::Payer, Input::Back) if !self.person.card_entry.lists_payers && self.payers_count() > 0 => {
                self.person.card_entry.lists_payers = true;
                self.stay()
            }
            (_, Input::Back) => self.before_part(part),
            // None of the list, said with a touch or by beginning to type.
            (CardPart::Payer, input @ (Input::No | Input::Key(_) | Input::Digit(_)))
                if self.person.card_entry.lists_payers =>
            {
                self.person.card_entry.lists_payers = false;
                self.typing_card(part, input)
            }
            (CardPart::Payer, Input::GoOn | Input::Erase) if self.person.card_entry.lists_payers => self.stay(),
            (CardPart::Review, input) => self.reviewing_card(input),
            (CardPart::Holder, Input::HeldBy(holder)) => {
                let before = self.person.card_entry.card.holder.take();
                self.person.card_entry.card.holder = holder.map(|is| match &before {
                    Some(before) if before.is == is => before.clone(),
                    // Someone else has another name.
                    _ => Holder { is, name: Private::default(), birth_date: None },
                });
                self.person.card_entry.holder_before = before;
                if holder.is_some() {
                    self.type_part(CardPart::HolderName)
                } else {
                    self.part_done(CardPart::HolderBirthDate)
                }
            }
            (CardPart::Holder, Input::AskTheDesk) => self.desk_asks(),
            (CardPart::Payer, Input::Payer(code)) => self.take_payer(&code),
            (CardPart::Photo(side), input) => self.photographing(side, input),
            (part, input) if part.is_date() => self.typing_card_date(part, input),
            (part, Input::GoOn) if part.is_text() => self.card_text_typed(part),
            (CardPart::MemberId, Input::Yes) if self.person.card_entry.doubt.is_some() => {
                let typed: Private = self.person.card_entry.text.text().as_str().trim().into();
                self.person.card_entry.insisted = true;
                self.person.card_entry.card.member_id = typed;
                self.part_done(part)
            }
            (CardPart::MemberId, Input::ScannedText(text)) => {
                self.person.card_entry.text = TextEntry::holding(&text);
                self.person.card_entry.doubt = None;
                self.person.card_entry.source = Source::Scanned;
                self.stay()
            }
            (part, input) if part.is_text() => {
                if self.type_card_text(part, input) {
                    self.person.card_entry.doubt = None;
                }
                self.stay()
            }
            _ => self.stay(),
        }
    }

    /// Whether the text is another one now.
    fn type_card_text(&mut self, part: CardPart, input: Input) -> bool {
        let text = &mut self.person.card_entry.text;
        match input {
            Input::Key(character) => text.insert(as_written(part, text, character)),
            Input::Digit(digit) => text.insert(char::from(b'0' + digit.min(9))),
            Input::Erase => text.erase(),
            Input::Cursor(forward) => {
                text.step(forward);
                return false;
            }
            Input::PlaceCursor(place) => {
                text.place(place);
                return false;
            }
            _ => return false,
        }
        if part == CardPart::MemberId {
            self.person.card_entry.source = Source::Typed;
        }
        true
    }

    fn take_payer(mut self, code: &str) -> (Self, Vec<Effect>) {
        let Some(payer) = self.payers().iter().find(|payer| payer.code == code).cloned() else { return self.stay() };
        let card = &mut self.person.card_entry.card;
        card.payer = payer.name.as_str().into();
        card.payer_code.clone_from(&payer.code);
        // A number that was typed for another payer may stay as it is, but not without a mark.
        self.person.card_entry.insisted =
            !card.member_id.is_blank() && payer.member_id(card.member_id.as_str()).is_err();
        self.part_done(CardPart::Payer)
    }

    fn card_text_typed(mut self, part: CardPart) -> (Self, Vec<Effect>) {
        let typed: Private = self.person.card_entry.text.text().as_str().trim().into();
        if typed.is_blank() && !matches!(part, CardPart::Group | CardPart::Plan) {
            return self.stay();
        }
        match part {
            CardPart::Payer => {
                let named = self
                    .payers()
                    .iter()
                    .find(|payer| payer.name.to_lowercase() == typed.as_str().to_lowercase())
                    .cloned();
                if let Some(payer) = named {
                    return self.take_payer(&payer.code);
                }
                // None of the clinic's: as they call it.
                self.person.card_entry.card.payer = typed;
                self.person.card_entry.card.payer_code = String::new();
            }
            CardPart::MemberId => {
                match self.payer_of_card().map_or_else(|| Ok(typed.clone()), |payer| payer.member_id(typed.as_str())) {
                    Ok(number) => {
                        self.person.card_entry.insisted = false;
                        self.person.card_entry.card.member_id = number;
                    }
                    Err(doubt) => {
                        self.person.card_entry.doubt = Some(doubt);
                        return self.stay();
                    }
                }
            }
            _ => {
                if let Some(place) = self.person.card_entry.part_mut(part) {
                    *place = typed;
                }
            }
        }
        self.part_done(part)
    }

    fn typing_card_date(mut self, part: CardPart, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::Month(month) => self.person.card_entry.date.pick_month(month),
            Input::Digit(digit) => self.person.card_entry.date.digit(digit, self.date_order()),
            Input::Erase => self.person.card_entry.date.erase(self.date_order()),
            Input::GoOn => match self.person.card_entry.date.date() {
                Some(date) => {
                    let card = &mut self.person.card_entry.card;
                    if (part == CardPart::Start && card.end.is_some_and(|end| end < date))
                        || (part == CardPart::End && card.start.is_some_and(|start| start > date))
                    {
                        self.person.card_entry.ends_too_soon = true;
                        return self.stay();
                    }
                    match (part, &mut card.holder) {
                        (CardPart::HolderBirthDate, Some(holder)) => holder.birth_date = Some(BirthDate(date)),
                        (CardPart::Start, _) => card.start = Some(date),
                        (CardPart::End, _) => card.end = Some(date),
                        _ => {}
                    }
                    return self.part_done(part);
                }
                None => self.person.card_entry.date.end_day(self.date_order()),
            },
            // They do not know it, or the card does not say.
            Input::No => {
                let card = &mut self.person.card_entry.card;
                match (part, &mut card.holder) {
                    (CardPart::HolderBirthDate, Some(holder)) => holder.birth_date = None,
                    (CardPart::Start, _) => card.start = None,
                    (CardPart::End, _) => card.end = None,
                    _ => {}
                }
                return self.part_done(part);
            }
            _ => return self.stay(),
        }
        self.person.card_entry.ends_too_soon = false;
        self.stay()
    }

    fn photographing(mut self, side: Side, input: Input) -> (Self, Vec<Effect>) {
        let part = CardPart::Photo(side);
        match (input, self.person.card_entry.shot) {
            (Input::Shot(doubt), None) => {
                self.person.card_entry.shot = Some(doubt);
                self.stay()
            }
            // Once more.
            (Input::No, Some(_)) => {
                self.person.card_entry.shot = None;
                self.stay()
            }
            (Input::GoOn, Some(_)) => {
                let field = self.person.card_entry.field;
                if !self.person.card_entry.photos.contains(&side) {
                    self.person.card_entry.photos.push(side);
                }
                let (next, mut effects) = self.part_done(part);
                effects.push(Effect::KeepPhoto { field, side });
                (next, effects)
            }
            // Without a photo: of this side, and then of those after it.
            (Input::No, None) => {
                self.person.card_entry.photos.retain(|taken| *taken < side);
                self.part_done(CardPart::Photo(Side::Back))
            }
            (Input::AskTheDesk, _) => self.desk_asks(),
            _ => self.stay(),
        }
    }
}
