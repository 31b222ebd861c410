//! The arrows of changing contact details: which of them, then its new value, part by part.
//!
//! Invariants: a value that looks odd is explained and never refused, because the patient may know better; nothing that
//! is typed here holds up the check-in; what is on file is never shown in full.

use super::conversation::Conversation;
use super::entry::{TextEntry, in_case};
use super::step::{Effect, Input, NewDetail, Step};
use crate::domain::contact::{self, Doubt};
use crate::domain::event::StillRight;
use crate::domain::person::EmergencyContact;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, PostalAddress, Source, Value};
use crate::domain::spoken;

/// What is typed at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The phone number.
    Phone,
    /// The email address.
    Email,
    /// The postal code; an address begins with it.
    PostalCode,
    /// Street and number.
    Street,
    /// City.
    City,
    /// State or region.
    State,
    /// What they want to be called.
    PreferredName,
    /// The language that they prefer.
    Language,
    /// Whether someone has to interpret for them.
    Interpreter,
    /// The name of someone to tell if something happens to them.
    EmergencyName,
    /// And how to reach that person.
    EmergencyPhone,
}

impl Part {
    /// Every part, once.
    pub const ALL: [Self; 11] = [
        Self::Phone,
        Self::Email,
        Self::PostalCode,
        Self::Street,
        Self::City,
        Self::State,
        Self::PreferredName,
        Self::Language,
        Self::Interpreter,
        Self::EmergencyName,
        Self::EmergencyPhone,
    ];

    /// The first part of a field, or the only one; none of an insurance.
    fn first_of(field: Field) -> Option<Self> {
        match field {
            Field::Phone => Some(Self::Phone),
            Field::Email => Some(Self::Email),
            Field::Address => Some(Self::PostalCode),
            Field::PreferredName => Some(Self::PreferredName),
            Field::Language => Some(Self::Language),
            Field::Interpreter => Some(Self::Interpreter),
            Field::EmergencyContact => Some(Self::EmergencyName),
            Field::Insurance | Field::SecondInsurance => None,
        }
    }

    fn before(self) -> Option<Self> {
        match self {
            Self::Phone
            | Self::Email
            | Self::PostalCode
            | Self::PreferredName
            | Self::Language
            | Self::EmergencyName => None,
            Self::Interpreter => Some(Self::Language),
            Self::EmergencyPhone => Some(Self::EmergencyName),
            Self::Street => Some(Self::PostalCode),
            Self::City => Some(Self::Street),
            Self::State => Some(Self::City),
        }
    }

    /// There are places without one, and people who do not know a phone number by heart.
    fn may_be_empty(self) -> bool {
        matches!(self, Self::PostalCode | Self::State | Self::EmergencyPhone)
    }

    /// Nothing typed means that nothing is new after all.
    fn field_if_empty(self) -> Option<Field> {
        match self {
            Self::Phone => Some(Field::Phone),
            Self::Email => Some(Field::Email),
            Self::PreferredName => Some(Field::PreferredName),
            Self::EmergencyName => Some(Field::EmergencyContact),
            _ => None,
        }
    }

    /// Whether it is a phone number.
    #[must_use]
    pub fn is_phone(self) -> bool {
        matches!(self, Self::Phone | Self::EmergencyPhone)
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
    /// Emergency contact, as far as that is typed.
    contact: EmergencyContact,
    /// The parts that do not look right, and they said that they are right anyway.
    insisted: Vec<Part>,
}

impl DetailEntry {
    /// Whether anything was typed.
    pub(super) fn is_begun(&self) -> bool {
        *self != Self::default()
    }

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
            Some((Value::Contact(contact), insisted)) => Self {
                text: TextEntry::holding(&contact.name),
                contact: contact.clone(),
                insisted: if insisted { vec![Part::EmergencyPhone] } else { Vec::new() },
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    fn part_mut(&mut self, part: Part) -> Option<&mut Private> {
        match part {
            Part::Phone | Part::Email | Part::PreferredName | Part::Language | Part::Interpreter => None,
            Part::EmergencyName => Some(&mut self.contact.name),
            Part::EmergencyPhone => Some(&mut self.contact.phone),
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
            // One line for both.
            Input::ChangeField(Field::Language) if !self.takes(Field::Language) && self.takes(Field::Interpreter) => {
                self.to(Step::NewDetail(Part::Interpreter))
            }
            Input::ChangeField(field) => match Part::first_of(field).filter(|_| self.takes(field)) {
                Some(part) => {
                    self.person.detail =
                        DetailEntry::of(self.person.changes.iter().find(|change| change.field == field));
                    self.to(Step::NewDetail(part))
                }
                None => self.stay(),
            },
            Input::GoOn if !self.person.changes.is_empty() => {
                self.person.details = StillRight::Changed;
                self.after_details()
            }
            Input::AskTheDesk => {
                self.person.details = StillRight::AskTheDesk;
                self.after_details()
            }
            Input::Back => self.to(Step::Details),
            _ => self.stay(),
        }
    }

    /// Whether the clinic's kiosks take this.
    pub(super) fn takes(&self, field: Field) -> bool {
        self.person.patient.as_ref().is_some_and(|patient| patient.takes.contains(&field))
    }

    /// What means something while a part of a contact detail is typed.
    pub(super) fn typing_detail(mut self, part: Part, input: Input) -> (Self, Vec<Effect>) {
        match (part, &input) {
            (Part::Language, Input::Spoken(tag)) => return self.take_language(tag),
            (Part::Interpreter, Input::Yes) => {
                return self.with_change(Field::Interpreter, Value::Text(Field::YES.into()));
            }
            (Part::Interpreter, Input::No) => {
                return self.with_change(Field::Interpreter, Value::Text(Field::NO.into()));
            }
            (Part::Language | Part::Interpreter, Input::AskTheDesk) => {
                self.person.details = StillRight::AskTheDesk;
                return self.after_details();
            }
            (Part::Interpreter, Input::Back) if !self.takes(Field::Language) => return self.to(Step::ChangeDetails),
            (Part::Language | Part::Interpreter, input) if *input != Input::Back => return self.stay(),
            _ => {}
        }
        match input {
            Input::Key(character) => {
                self.person.detail.text.insert(as_written(part, &self.person.detail.text, character));
            }
            Input::Digit(digit) => self.person.detail.text.insert(char::from(b'0' + digit.min(9))),
            Input::Erase => self.person.detail.text.erase(),
            Input::Cursor(forward) => {
                self.person.detail.text.step(forward);
                return self.stay();
            }
            Input::PlaceCursor(place) => {
                self.person.detail.text.place(place);
                return self.stay();
            }
            Input::GoOn => return self.detail_typed(part),
            Input::Yes if self.person.detail.doubt.is_some() => {
                let typed = self.person.detail.text.text().as_str().trim().into();
                return self.take_detail(part, typed, true);
            }
            Input::Back => {
                return match part.before() {
                    Some(before) => {
                        let typed = self.person.detail.part_mut(before).map(|typed| typed.clone()).unwrap_or_default();
                        self.type_detail(before, &typed)
                    }
                    None => self.to(Step::ChangeDetails),
                };
            }
            _ => return self.stay(),
        }
        self.person.detail.doubt = None;
        self.stay()
    }

    fn type_detail(mut self, part: Part, typed: &Private) -> (Self, Vec<Effect>) {
        self.person.detail.text = TextEntry::holding(typed);
        self.person.detail.doubt = None;
        self.to(Step::NewDetail(part))
    }

    fn detail_typed(mut self, part: Part) -> (Self, Vec<Effect>) {
        let typed = self.person.detail.text.text().clone();
        if typed.is_blank() {
            return match part.field_if_empty() {
                Some(field) => self.without_change(field),
                None if part.may_be_empty() => self.take_detail(part, Private::default(), false),
                None => self.stay(),
            };
        }
        let country = self.person.patient.as_ref().map_or("", |patient| patient.country.as_str());
        let read = match part {
            Part::Phone | Part::EmergencyPhone => contact::phone(typed.as_str(), country),
            Part::Email => contact::email(typed.as_str()),
            Part::PostalCode => contact::postal_code(typed.as_str(), country),
            _ => Ok(typed.as_str().trim().into()),
        };
        match read {
            Ok(value) => self.take_detail(part, value, false),
            Err(doubt) => {
                self.person.detail.doubt = Some(doubt);
                self.stay()
            }
        }
    }

    fn take_detail(mut self, part: Part, typed: Private, insisted: bool) -> (Self, Vec<Effect>) {
        // Who comes back and mends it does not insist any more.
        self.person.detail.insisted.retain(|before| *before != part);
        if insisted {
            self.person.detail.insisted.push(part);
        }
        if let Some(place) = self.person.detail.part_mut(part) {
            *place = typed.clone();
        }
        let next = match part {
            Part::Phone => return self.with_change(Field::Phone, Value::Text(typed)),
            Part::Email => return self.with_change(Field::Email, Value::Text(typed)),
            Part::State => {
                let address = std::mem::take(&mut self.person.detail.address);
                return self.with_change(Field::Address, Value::Address(address));
            }
            Part::PreferredName => return self.with_change(Field::PreferredName, Value::Text(typed)),
            Part::EmergencyPhone => {
                let contact = std::mem::take(&mut self.person.detail.contact);
                return self.with_change(Field::EmergencyContact, Value::Contact(contact));
            }
            // They are chosen and not typed.
            Part::Language | Part::Interpreter => return self.stay(),
            Part::EmergencyName => Part::EmergencyPhone,
            Part::PostalCode => Part::Street,
            Part::Street => Part::City,
            Part::City => Part::State,
        };
        let typed = self.person.detail.part_mut(next).map(|typed| typed.clone()).unwrap_or_default();
        self.type_detail(next, &typed)
    }

    /// One of those on the page; anyone who prefers another language is asked whether someone has to interpret.
    fn take_language(mut self, tag: &str) -> (Self, Vec<Effect>) {
        if !spoken::ALL.iter().any(|spoken| spoken.tag == tag) {
            return self.stay();
        }
        let on_file = self.person.patient.as_ref().map(|patient| patient.contact.language.clone()).unwrap_or_default();
        if spoken::says_the_same(&on_file, tag) {
            self.person.changes.retain(|change| change.field != Field::Language);
        } else {
            self.change(Field::Language, Value::Text(tag.into()));
        }
        let next =
            if self.takes(Field::Interpreter) { Step::NewDetail(Part::Interpreter) } else { Step::ChangeDetails };
        self.to(next)
    }

    fn change(&mut self, field: Field, value: Value) {
        let insisted = !self.person.detail.insisted.is_empty();
        self.person.changes.retain(|change| change.field != field);
        self.person.changes.push(NewDetail { field, value, insisted, source: Source::Typed, photos: Vec::new() });
        self.person.changes.sort_by_key(|change| change.field);
    }

    fn with_change(mut self, field: Field, value: Value) -> (Self, Vec<Effect>) {
        // "No interpreter", as it was.
        let interpreter = self.person.patient.as_ref().and_then(|patient| patient.contact.interpreter);
        if field == Field::Interpreter && interpreter.is_some_and(|needed| value == Value::Text(answer(needed).into()))
        {
            return self.without_change(field);
        }
        self.change(field, value);
        self.person.detail = DetailEntry::default();
        self.to(Step::ChangeDetails)
    }

    fn without_change(mut self, field: Field) -> (Self, Vec<Effect>) {
        self.person.changes.retain(|change| change.field != field);
        self.person.detail = DetailEntry::default();
        self.to(Step::ChangeDetails)
    }
}

fn answer(yes: bool) -> &'static str {
    if yes { Field::YES } else { Field::NO }
}

/// Keys have no upper and lower case of their own: an address is written as people write one.
fn as_written(part: Part, text: &TextEntry, typed: char) -> char {
    let folded = |upper| in_case(typed, upper);
    let (before, _) = text.around_cursor();
    let follows_letter = before.chars().next_back().is_some_and(char::is_alphabetic);
    match part {
        Part::Email => folded(false),
        Part::PostalCode => folded(true),
        Part::Street | Part::City | Part::PreferredName | Part::EmergencyName => folded(!follows_letter),
        // Short ones are abbreviations.
        Part::State if before.chars().count() < 2 => folded(true),
        Part::State => folded(!follows_letter),
        Part::Phone | Part::EmergencyPhone | Part::Language | Part::Interpreter => typed,
    }
}
