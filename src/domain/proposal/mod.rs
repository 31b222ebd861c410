//! What a patient says is different from the chart: proposals, which staff accept or reject.
//!
//! Invariant: a proposal changes nothing by itself. It names the value that the patient saw a part of, so that a chart
//! which was changed meanwhile is noticed.

pub mod check;

use serde::{Deserialize, Serialize};

use crate::domain::appointment::Appointment;
use crate::domain::insurance::{Coverage, Side};
use crate::domain::person::EmergencyContact;
use crate::domain::private::Private;
use crate::domain::spoken;

/// A part of the chart that can be proposed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Phone.
    Phone,
    /// Email address.
    Email,
    /// Street, city, state and postal code, as one.
    Address,
    /// What they want to be called.
    PreferredName,
    /// BCP 47 tag of the language that they prefer.
    Language,
    /// Whether someone has to interpret for them: `yes` or `no`.
    Interpreter,
    /// Emergency contact.
    EmergencyContact,
    /// The insurance that pays first.
    Insurance,
    /// The insurance that pays what the first one does not.
    SecondInsurance,
}

impl Field {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 9] = [
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::PreferredName,
        Self::Language,
        Self::Interpreter,
        Self::EmergencyContact,
        Self::Insurance,
        Self::SecondInsurance,
    ];
    /// How to reach and to speak with someone: all but insurance, in the order in which pages show them.
    pub const DETAILS: [Self; 7] = [
        Self::Phone,
        Self::Email,
        Self::Address,
        Self::PreferredName,
        Self::Language,
        Self::Interpreter,
        Self::EmergencyContact,
    ];
    /// [`Self::Interpreter`]: needed.
    pub const YES: &'static str = "yes";
    /// [`Self::Interpreter`]: not needed.
    pub const NO: &'static str = "no";

    /// The name in data and addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::PreferredName => "preferred-name",
            Self::Language => "language",
            Self::Interpreter => "interpreter",
            Self::EmergencyContact => "emergency-contact",
            Self::Insurance => "insurance",
            Self::SecondInsurance => "second-insurance",
        }
    }

    /// The field of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// What stands in it if nothing is known.
    #[must_use]
    pub fn nothing(self) -> Value {
        match self {
            Self::Phone | Self::Email | Self::PreferredName | Self::Language | Self::Interpreter => {
                Value::Text(Private::default())
            }
            Self::EmergencyContact => Value::Contact(EmergencyContact::default()),
            Self::Address => Value::Address(PostalAddress::default()),
            Self::Insurance | Self::SecondInsurance => Value::Coverage(Box::default()),
        }
    }

    /// Whether two values of this field are the same to anyone who compares them. A language without a region says
    /// nothing against one with it; for the rest see [`Value::says_the_same`].
    #[must_use]
    pub fn says_the_same(self, one: &Value, other: &Value) -> bool {
        match (self, one, other) {
            (Self::Language, Value::Text(one), Value::Text(other)) => {
                spoken::says_the_same(one.as_str(), other.as_str())
            }
            _ => one.says_the_same(other),
        }
    }

    /// A value of this field as staff read it, on one line: a language and an answer by their words.
    #[must_use]
    pub fn words(self, value: &Value) -> Private {
        match (self, value) {
            (Self::Language, Value::Text(tag)) => Private::new(spoken::for_staff(tag.as_str())),
            (Self::Interpreter, Value::Text(text)) if text.as_str() == Self::YES => "Yes".into(),
            (Self::Interpreter, Value::Text(text)) if text.as_str() == Self::NO => "No".into(),
            _ => value.one_line(),
        }
    }

    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Phone => "Phone",
            Self::Email => "Email",
            Self::Address => "Address",
            Self::PreferredName => "Preferred name",
            Self::Language => "Language",
            Self::Interpreter => "Interpreter needed",
            Self::EmergencyContact => "Emergency contact",
            Self::Insurance => "Insurance",
            Self::SecondInsurance => "Second insurance",
        }
    }
}

/// Where someone lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// Street and number.
    pub street: Private,
    /// City.
    pub city: Private,
    /// State or region.
    pub state: Private,
    /// Postal code.
    pub postal_code: Private,
}

impl PostalAddress {
    /// On one line: `12 Mill Street, Granby, CT 06035`. Empty if nothing is known.
    #[must_use]
    pub fn one_line(&self) -> Private {
        let region = [&self.state, &self.postal_code].map(|part| part.as_str().trim()).join(" ");
        let parts = [self.street.as_str().trim(), self.city.as_str().trim(), region.trim()];
        Private::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    }
}

/// What stands in a field, or is to stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Of a field that is one text. Empty: nothing is known.
    Text(Private),
    /// Of [`Field::Insurance`] and [`Field::SecondInsurance`]. Before addresses: an address is read from any table.
    Coverage(Box<Coverage>),
    /// Of [`Field::EmergencyContact`]. Before addresses, as coverage is.
    Contact(EmergencyContact),
    /// Of [`Field::Address`].
    Address(PostalAddress),
}

impl Value {
    /// As a person reads it, on one line.
    #[must_use]
    pub fn one_line(&self) -> Private {
        match self {
            Self::Text(text) => text.clone(),
            Self::Coverage(coverage) => coverage.one_line(),
            Self::Contact(contact) => contact.one_line(),
            Self::Address(address) => address.one_line(),
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.one_line().is_blank()
    }

    /// Whether both are the same to anyone who compares them; for cards see [`Coverage::says_the_same`].
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Coverage(one), Self::Coverage(other)) => one.says_the_same(other),
            _ => self == other,
        }
    }
}

/// How the patient gave a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Typed it.
    #[default]
    Typed,
    /// A barcode on the card holds it.
    Scanned,
    /// A photo shows it.
    Photo,
}

impl Source {
    /// What staff read before the place where it was done.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Typed => "Entered at",
            Self::Scanned => "Scanned at",
            Self::Photo => "Photographed at",
        }
    }
}

/// One field, as it was and as the patient says it is. When and at which kiosk says the event that carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which.
    pub field: Field,
    /// What the kiosk had on file.
    pub old: Value,
    /// What it is now.
    pub new: Value,
    /// How it came in.
    pub source: Source,
    /// It does not look as such a value does, and the patient says that it is right anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insisted: bool,
    /// Sides of the card that were photographed; the pictures follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Side>,
}

impl Appointment {
    /// What stands in a field of the chart, as this visit has it.
    #[must_use]
    pub fn value(&self, field: Field) -> Value {
        let contact = &self.person.contact;
        let card = |coverage: &Option<Coverage>| Value::Coverage(Box::new(coverage.clone().unwrap_or_default()));
        match field {
            Field::Phone => Value::Text(contact.phone.clone()),
            Field::Email => Value::Text(contact.email.clone()),
            Field::PreferredName => Value::Text(self.person.preferred_name.clone()),
            Field::Language => Value::Text(self.person.language.clone().unwrap_or_default().into()),
            Field::Interpreter => Value::Text(match self.person.interpreter {
                Some(true) => Field::YES.into(),
                Some(false) => Field::NO.into(),
                None => Private::default(),
            }),
            Field::EmergencyContact => Value::Contact(self.person.emergency_contact.clone()),
            Field::Address => Value::Address(PostalAddress {
                street: contact.address.clone(),
                city: contact.city.clone(),
                state: contact.state.clone(),
                postal_code: contact.postal_code.clone(),
            }),
            Field::Insurance => card(&self.coverage),
            Field::SecondInsurance => card(&self.second_coverage),
        }
    }

    /// Puts a value into a field. A value of another shape changes nothing and answers `false`.
    pub fn set_value(&mut self, field: Field, value: Value) -> bool {
        let contact = &mut self.person.contact;
        let card = |coverage: Box<Coverage>| Some(*coverage).filter(|coverage| !coverage.is_none());
        match (field, value) {
            (Field::Phone, Value::Text(text)) => contact.phone = text,
            (Field::Email, Value::Text(text)) => contact.email = text,
            (Field::PreferredName, Value::Text(text)) => self.person.preferred_name = text,
            (Field::Language, Value::Text(text)) => {
                self.person.language = (!text.is_blank()).then(|| text.as_str().to_owned());
            }
            (Field::Interpreter, Value::Text(text)) => {
                self.person.interpreter = match text.as_str() {
                    Field::YES => Some(true),
                    Field::NO => Some(false),
                    "" => None,
                    _ => return false,
                };
            }
            (Field::EmergencyContact, Value::Contact(somebody)) => self.person.emergency_contact = somebody,
            (Field::Address, Value::Address(address)) => {
                contact.address = address.street;
                contact.city = address.city;
                contact.state = address.state;
                contact.postal_code = address.postal_code;
            }
            (Field::Insurance, Value::Coverage(coverage)) => self.coverage = card(coverage),
            (Field::SecondInsurance, Value::Coverage(coverage)) => self.second_coverage = card(coverage),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::appointment::tests::booked;

    #[test]
    fn what_is_put_into_a_field_is_read_from_it() {
        let address =
            PostalAddress { street: "12 Mill Street".into(), city: "Granby".into(), ..PostalAddress::default() };
        let card = Coverage { payer: "Example Health".into(), member_id: "H100".into(), ..Coverage::default() };
        let mut appointment = booked();
        for (field, value) in [
            (Field::Phone, Value::Text("555-629-4821".into())),
            (Field::Email, Value::Text("pat@example.org".into())),
            (Field::Address, Value::Address(address)),
            (Field::PreferredName, Value::Text("Pat".into())),
            (Field::Language, Value::Text("pt-BR".into())),
            (Field::Interpreter, Value::Text(Field::YES.into())),
            (
                Field::EmergencyContact,
                Value::Contact(EmergencyContact { name: "Ann Example".into(), phone: "555-629-4821".into() }),
            ),
            (Field::Insurance, Value::Coverage(Box::new(card.clone()))),
            (Field::SecondInsurance, Value::Coverage(Box::new(Coverage { payer: "Second Health".into(), ..card }))),
        ] {
            assert_eq!(appointment.value(field), field.nothing());
            assert!(field.nothing().is_empty() && !value.is_empty());
            assert!(appointment.set_value(field, value.clone()));
            assert_eq!(appointment.value(field), value);
            for value in [value, field.nothing()] {
                let json = serde_json::to_string(&value).unwrap();
                assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value, "{field:?}");
            }
            assert_eq!(Field::from_code(field.code()), Some(field));
        }
        assert!(!appointment.set_value(Field::Address, Value::Text("elsewhere".into())));
        assert!(!appointment.set_value(Field::Interpreter, Value::Text("perhaps".into())));
        assert_eq!(appointment.person.contact.address.as_str(), "12 Mill Street");
        assert!(appointment.set_value(Field::Insurance, Field::Insurance.nothing()));
        assert_eq!(appointment.coverage, None, "no card is no coverage");
    }

    #[test]
    fn staff_read_words_and_a_language_without_its_region_is_the_same() {
        let text = |text: &str| Value::Text(text.into());
        for (field, value, words) in [
            (Field::Language, "es", "Spanish"),
            (Field::Language, "", ""),
            (Field::Interpreter, "yes", "Yes"),
            (Field::Interpreter, "no", "No"),
            (Field::Interpreter, "", ""),
            (Field::PreferredName, "es", "es"),
        ] {
            assert_eq!(field.words(&text(value)).as_str(), words);
        }
        assert!(Field::Language.says_the_same(&text("es"), &text("es-MX")));
        assert!(!Field::Language.says_the_same(&text("es-ES"), &text("es-MX")));
        assert!(!Field::PreferredName.says_the_same(&text("es"), &text("es-MX")));
    }

    #[test]
    fn an_address_is_one_line_of_what_is_known() {
        for (street, city, state, postal_code, line) in [
            ("12 Mill Street", "Granby", "CT", "06035", "12 Mill Street, Granby, CT 06035"),
            ("12 Mill Street", "Granby", "", "", "12 Mill Street, Granby"),
            ("", "Granby", "", "06035", "Granby, 06035"),
            ("", "", "", "", ""),
        ] {
            let address = PostalAddress {
                street: street.into(),
                city: city.into(),
                state: state.into(),
                postal_code: postal_code.into(),
            };
            assert_eq!(address.one_line().as_str(), line);
        }
    }

    #[test]
    fn nothing_of_it_is_in_debug() {
        let proposal = Proposal {
            field: Field::Phone,
            old: Value::Text("555-629-4821".into()),
            new: Value::Text("555-0100".into()),
            source: Source::Typed,
            insisted: true,
            photos: Vec::new(),
        };
        assert!(!format!("{proposal:?}").contains("555"));
    }
}
