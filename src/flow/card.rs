//! A card that is being typed: its parts, and what is known of it so far.

use super::entry::{DateEntry, TextEntry};
use super::step::NewDetail;
use crate::domain::insurance::{Coverage, Holder, Side};
use crate::domain::payer::MemberDoubt;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, Source, Value};

/// What is asked of a card at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardPart {
    /// Who pays.
    Payer,
    /// The member's number.
    MemberId,
    /// Whose insurance it is.
    Holder,
    /// The holder's name.
    HolderName,
    /// When the holder was born.
    HolderBirthDate,
    /// The group's number.
    Group,
    /// The plan's name.
    Plan,
    /// First valid day.
    Start,
    /// Last valid day.
    End,
    /// A photo of one side.
    Photo(Side),
    /// All of it, to review.
    Review,
}

impl CardPart {
    /// Every part, once.
    pub const ALL: [Self; 12] = [
        Self::Payer,
        Self::MemberId,
        Self::Holder,
        Self::HolderName,
        Self::HolderBirthDate,
        Self::Group,
        Self::Plan,
        Self::Start,
        Self::End,
        Self::Photo(Side::Front),
        Self::Photo(Side::Back),
        Self::Review,
    ];

    /// Whether it is typed as text.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Payer | Self::MemberId | Self::HolderName | Self::Group | Self::Plan)
    }

    /// Whether it is a date.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(self, Self::HolderBirthDate | Self::Start | Self::End)
    }
}

/// What is wrong with a photo, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoDoubt {
    /// There is too little light.
    TooDark,
    /// There is too much light, or a lamp is mirrored in the card.
    TooBright,
    /// It is out of focus or was moved.
    Blurred,
    /// There is no card in the frame, or only a part of one.
    NoCard,
}

/// A card being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardEntry {
    /// The first or the second card.
    pub field: Field,
    /// What is known of it so far.
    pub card: Coverage,
    /// The payer is chosen from the clinic's list; else its name is typed.
    pub lists_payers: bool,
    /// The part that is being typed.
    pub text: TextEntry,
    /// The date that is being typed.
    pub date: DateEntry,
    /// Why the member number does not look right, once they went on with it.
    pub doubt: Option<MemberDoubt>,
    /// The photo that was just taken, and what is wrong with it.
    pub shot: Option<Option<PhotoDoubt>>,
    /// Sides of which there is a photo.
    pub photos: Vec<Side>,
    /// The second card pays first.
    pub pays_first: bool,
    /// The card would end before it begins; the date that was typed last is not taken.
    pub ends_too_soon: bool,
    /// The number does not look as that payer's do, and they know it or have not seen it since.
    pub(super) insisted: bool,
    pub(super) source: Source,
    /// Everything was asked for once: each part leads back to the review.
    pub(super) whole: bool,
    /// Whose insurance it was before another answer was begun.
    pub(super) holder_before: Option<Holder>,
}

impl CardEntry {
    /// Nothing is known of it yet.
    pub(super) fn new(field: Field) -> Self {
        Self {
            field,
            card: Coverage::default(),
            lists_payers: false,
            text: TextEntry::default(),
            date: DateEntry::default(),
            doubt: None,
            shot: None,
            photos: Vec::new(),
            pays_first: false,
            ends_too_soon: false,
            insisted: false,
            source: Source::Typed,
            whole: false,
            holder_before: None,
        }
    }

    /// Whether anything was answered, typed or photographed.
    pub(super) fn is_begun(&self) -> bool {
        self.card != Coverage::default()
            || !self.text.text().is_blank()
            || self.date.is_begun()
            || !self.photos.is_empty()
    }

    /// What the desk gets.
    pub(super) fn told(&self) -> NewDetail {
        NewDetail {
            field: self.field,
            value: Value::Coverage(Box::new(self.card.clone())),
            insisted: self.insisted,
            source: self.source,
            photos: self.photos.clone(),
        }
    }

    pub(super) fn part_mut(&mut self, part: CardPart) -> Option<&mut Private> {
        match part {
            CardPart::Payer => Some(&mut self.card.payer),
            CardPart::MemberId => Some(&mut self.card.member_id),
            CardPart::HolderName => self.card.holder.as_mut().map(|holder| &mut holder.name),
            CardPart::Group => Some(&mut self.card.group_id),
            CardPart::Plan => Some(&mut self.card.plan),
            _ => None,
        }
    }
}

impl Default for CardEntry {
    fn default() -> Self {
        Self::new(Field::Insurance)
    }
}
