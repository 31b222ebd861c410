//! Invented people: a test says what matters to it, the rest is as little as a list can say.

use arrivals::domain::born::Born;
use arrivals::domain::person::{Contact, EmergencyContact, Person};
use jiff::civil::date;

/// A person of this name, born on 18 August 1936, of whom nothing else is known.
pub fn person(id: &str, given_name: &str, family_name: &str) -> Person {
    Person {
        id: id.into(),
        given_name: given_name.into(),
        family_name: family_name.into(),
        birth_date: Born::on(date(1936, 8, 18)),
        other_given_names: Vec::new(),
        other_family_names: Vec::new(),
        other_phones: Vec::new(),
        number: String::new(),
        source: String::new(),
        contact: Contact::default(),
        language: None,
        interpreter: None,
        preferred_name: "".into(),
        emergency_contact: EmergencyContact::default(),
    }
}
