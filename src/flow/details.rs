//! The arrows of changing contact details: which of them, then its new value, part by part.
//!
//! Invariants: a value that looks odd is explained and never refused, because the patient may know better; nothing that is
//! typed here holds up the check-in; what is on file is never shown in full.

use super::conversation::Conversation;
use super::entry::{TextEntry, in_case};
use super::step::{Effect, Input, NewDetail, Step};
use crate::domain::contact::{self, Doubt};
use crate::domain::event::StillRight;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, PostalAddress, Source, Value};

/// What is typed at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The telephone number.
    Phone,
    /// The e-mail address.
    Email,
    /// The postal code; an address begins with it.
    PostalCode,
    /// Street and number.
    Street,
    /// City.
    City,
    /// State or region.
    State,
}

impl Part {
    /// Every part, once.
    pub const ALL: [Self; 6] = [Self::Phone, Self::Email, Self::PostalCode, Self::Street, Self::City, Self::State];

    /// The first part of a field, or the only one; none of an insurance.
    fn first_of(field: Field) -> Option<Self> {
        match field {
            Field::Phone => Some(Self::Phone),
            Field::Email => Some(Self::Email),
            Field::Address => Some(Self::PostalCode),
            Field::PreferredName | Field::Language | Field::Interpreter | Field::EmergencyContact => None,
            Field::Insurance | Field::SecondInsurance => None,
        }
    }

    fn before(self) -> Option<Self> {
        match self {
            Self::Phone | Self::Email | Self::PostalCode => None,
            Self::Street => Some(Self::PostalCode),
            Self::City => Some(Self::Street),
            Self::State => Some(Self::City),
        }
    }

    /// There are places without one.
    fn may_be_empty(self) -> bool {
        matches!(self, Self::PostalCode | Self::State)
    }
}

/// A contact detail being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailEntry {
    /// The part that is being typed.
    pub text: TextEntry,
    /// Why it does not look right, once they went on with it.
    pub doubt: Option<Doubt>,
    /// The parts of an address that are typed already.
    address: PostalAddress,
    /// The parts that do not look right, and they said that they are all the same.
    insisted: Vec<Part>,
}

impl DetailEntry {
    /// What was typed of this field before, to be mended; else nothing.
    fn of(change: Option<&NewDetail>) -> Self {
        match change.map(|change| (&change.value, change.insisted)) {
            Some((Value::Text(text), _)) => Self { text: TextEntry::holding(text), ..Self::default() },
            Some((Value::Address(address), insisted)) => Self {
                text: TextEntry::holding(&address.postal_code),
                address: address.clone(),
                insisted: if insisted { vec![Part::PostalCode] } else { Vec::new() },
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    fn part_mut(&mut self, part: Part) -> Option<&mut Private> {
        match part {
            Part::Phone | Part::Email => None,
            Part::PostalCode => Some(&mut self.address.postal_code),
            Part::Street => Some(&mut self.address.street),
            Part::City => Some(&mut self.address.city),
            Part::State => Some(&mut self.address.state),
        }
    }
}

impl Conversation {
    /// What means something on the page that lists the contact details to be changed.
    pub(super) fn choosing_change(mut self, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::ChangeField(field) => match Part::first_of(field) {
                Some(part) => {
                    self.detail = DetailEntry::of(self.changes.iter().find(|change| change.field == field));
                    self.to(Step::NewDetail(part))
                }
                None => self.stay(),
            },
            Input::GoOn if !self.changes.is_empty() => {
                self.details = StillRight::Changed;
                self.after_details()
            }
            Input::AskTheDesk => {
                self.details = StillRight::AskTheDesk;
                self.after_details()
            }
            Input::Back => self.to(Step::Details),
            _ => self.stay(),
        }
    }

    /// What means something while a part of a contact detail is typed.
    pub(super) fn typing_detail(mut self, part: Part, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::Key(character) => self.detail.text.insert(as_written(part, &self.detail.text, character)),
            Input::Digit(digit) => self.detail.text.insert(char::from(b'0' + digit.min(9))),
            Input::Erase => self.detail.text.erase(),
            Input::Cursor(forward) => {
                self.detail.text.step(forward);
                return self.stay();
            }
            Input::PlaceCursor(place) => {
                self.detail.text.place(place);
                return self.stay();
            }
            Input::GoOn => return self.detail_typed(part),
            Input::Yes if self.detail.doubt.is_some() => {
                let typed = self.detail.text.text().as_str().trim().into();
                return self.take_detail(part, typed, true);
            }
            Input::Back => {
                return match part.before() {
                    Some(before) => {
                        let typed = self.detail.part_mut(before).map(|typed| typed.clone()).unwrap_or_default();
                        self.type_detail(before, &typed)
                    }
                    None => self.to(Step::ChangeDetails),
                };
            }
            _ => return self.stay(),
        }
        self.detail.doubt = None;
        self.stay()
    }

    fn type_detail(mut self, part: Part, typed: &Private) -> (Self, Vec<Effect>) {
        self.detail.text = TextEntry::holding(typed);
        self.detail.doubt = None;
        self.to(Step::NewDetail(part))
    }

    fn detail_typed(mut self, part: Part) -> (Self, Vec<Effect>) {
        let typed = self.detail.text.text().clone();
        if typed.is_blank() {
            return match part {
                // Nothing new after all.
                Part::Phone => self.without_change(Field::Phone),
                Part::Email => self.without_change(Field::Email),
                part if part.may_be_empty() => self.take_detail(part, Private::default(), false),
                _ => self.stay(),
            };
        }
        let country = self.patient.as_ref().map_or("", |patient| patient.country.as_str());
        let read = match part {
            Part::Phone => contact::phone(typed.as_str(), country),
            Part::Email => contact::email(typed.as_str()),
            Part::PostalCode => contact::postal_code(typed.as_str(), country),
            Part::Street | Part::City | Part::State => Ok(typed.as_str().trim().into()),
        };
        match read {
            Ok(value) => self.take_detail(part, value, false),
            Err(doubt) => {
                self.detail.doubt = Some(doubt);
                self.stay()
            }
        }
    }

    fn take_detail(mut self, part: Part, typed: Private, insisted: bool) -> (Self, Vec<Effect>) {
        // Who comes back and mends it does not insist any more.
        self.detail.insisted.retain(|before| *before != part);
        if insisted {
            self.detail.insisted.push(part);
        }
        if let Some(place) = self.detail.part_mut(part) {
            *place = typed.clone();
        }
        let next = match part {
            Part::Phone => return self.with_change(Field::Phone, Value::Text(typed)),
            Part::Email => return self.with_change(Field::Email, Value::Text(typed)),
            Part::State => {
                let address = std::mem::take(&mut self.detail.address);
                return self.with_change(Field::Address, Value::Address(address));
            }
            Part::PostalCode => Part::Street,
            Part::Street => Part::City,
            Part::City => Part::State,
        };
        let typed = self.detail.part_mut(next).map(|typed| typed.clone()).unwrap_or_default();
        self.type_detail(next, &typed)
    }

    fn with_change(mut self, field: Field, value: Value) -> (Self, Vec<Effect>) {
        let insisted = !self.detail.insisted.is_empty();
        self.changes.retain(|change| change.field != field);
        self.changes.push(NewDetail { field, value, insisted, source: Source::Typed, photos: Vec::new() });
        self.changes.sort_by_key(|change| change.field);
        self.detail = DetailEntry::default();
        self.to(Step::ChangeDetails)
    }

    fn without_change(mut self, field: Field) -> (Self, Vec<Effect>) {
        self.changes.retain(|change| change.field != field);
        self.detail = DetailEntry::default();
        self.to(Step::ChangeDetails)
    }
}

/// Keys have no upper and lower case of their own: an address is written as people write one.
fn as_written(part: Part, text: &TextEntry, typed: char) -> char {
    let folded = |upper| in_case(typed, upper);
    let (before, _) = text.around_cursor();
    let follows_letter = before.chars().next_back().is_some_and(char::is_alphabetic);
    match part {
        Part::Email => folded(false),
        Part::PostalCode => folded(true),
        Part::Street | Part::City => folded(!follows_letter),
        // Short ones are abbreviations.
        Part::State if before.chars().count() < 2 => folded(true),
        Part::State => folded(!follows_letter),
        Part::Phone => typed,
    }
}
