//! A patient as the clinic's list has them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::born::Born;
use super::ids::PatientId;
use super::phones::last_fours;
use super::placeholder::{is_no_name, real_given_name, real_name};
use super::private::Private;

/// A date of birth; its `Debug` shows nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BirthDate(pub Date);

impl std::fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BirthDate")
    }
}

/// Who a patient is and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The desk's number of this person, and of no one else: the booking system's, as long as that is theirs alone.
    pub id: PatientId,
    /// The booking system's number, where it is not [`Person::id`]: someone else had it first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// Which system the number is of, as that system says it (a FHIR base URL, an identifier's system); empty if no
    /// one said it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// All first names, as written on file.
    pub given_name: Private,
    /// Last name, as written on file.
    pub family_name: Private,
    /// Other first names that they may give: a nickname, a former one, the same in another script.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_given_names: Vec<Private>,
    /// Other last names that they may give: by birth, by marriage, the same in another script.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_family_names: Vec<Private>,
    /// Other phones on which they can be reached now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_phones: Vec<Private>,
    /// Date of birth.
    pub birth_date: Born,
    /// How to reach them; whatever is not on file is empty.
    #[serde(default)]
    pub contact: Contact,
    /// BCP 47 tag of the language they prefer, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether someone has to interpret for them, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<bool>,
    /// What they want to be called, if it is not their first first name.
    #[serde(default, skip_serializing_if = "Private::is_blank")]
    pub preferred_name: Private,
    /// Emergency contact.
    #[serde(default, skip_serializing_if = "EmergencyContact::is_nobody")]
    pub emergency_contact: EmergencyContact,
}

/// Someone to tell if something happens to a patient; empty if no one is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyContact {
    /// The whole name, as typed.
    pub name: Private,
    /// Phone.
    pub phone: Private,
}

impl EmergencyContact {
    /// Whether no one is known.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.name.is_blank() && self.phone.is_blank()
    }

    /// With everything hidden but the first name and the last four digits: `Ann •••, ••• 4821`. Empty if no one is
    /// known.
    #[must_use]
    pub fn masked(&self) -> Private {
        let name = self.name.as_str().split_whitespace().next().map(|first| format!("{first} •••"));
        let parts = [name.unwrap_or_default(), masked_phone(&self.phone)];
        Private::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    }

    /// On one line: `Ann Example, 555-629-4821`. Empty if no one is known.
    #[must_use]
    pub fn one_line(&self) -> Private {
        let parts = [self.name.as_str().trim(), self.phone.as_str().trim()];
        Private::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    }
}

/// How a patient can be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// Phone.
    pub phone: Private,
    /// Email address.
    pub email: Private,
    /// Street and number.
    pub address: Private,
    /// City.
    pub city: Private,
    /// State or region.
    pub state: Private,
    /// Postal code.
    pub postal_code: Private,
}

impl Person {
    /// The booking system's number.
    #[must_use]
    pub fn number(&self) -> &str {
        if self.number.is_empty() { self.id.as_str() } else { &self.number }
    }

    /// What they are called and the first letter of the last name: all that a kiosk ever shows of a name. The one name
    /// of anyone who has only one.
    #[must_use]
    pub fn given_name_and_initial(&self) -> Private {
        let (given, called) = (real_given_name(self.given_name.as_str()), self.called());
        let initial = real_name(self.family_name.as_str()).chars().next();
        match initial {
            // Called by the last name: it is there already.
            Some(_) if given.is_empty() && is_no_name(self.preferred_name.as_str()) => called,
            Some(initial) => Private::new(format!("{} {}.", called.as_str(), initial.to_uppercase())),
            None => called,
        }
    }

    /// What they want to be called, else the first first name, else the only name.
    #[must_use]
    pub fn called(&self) -> Private {
        let preferred = real_name(self.preferred_name.as_str());
        if preferred.is_empty() { self.first_given_name() } else { Private::new(preferred) }
    }

    /// The whole name as staff read it, with what they want to be called in between: `Patricia (Pat) Example`.
    /// Placeholders are left out, unless nothing else is on file.
    #[must_use]
    pub fn name_for_staff(&self) -> Private {
        let (given, family) = (real_given_name(self.given_name.as_str()), real_name(self.family_name.as_str()));
        let called = self.called();
        let is_on_file = [given.as_str(), self.first_given_name().as_str()]
            .iter()
            .any(|name| name.to_lowercase() == called.as_str().to_lowercase());
        let called = if is_on_file { String::new() } else { format!("({})", called.as_str()) };
        let parts = if given.is_empty() && family.is_empty() {
            [self.given_name.as_str().trim().to_owned(), called, self.family_name.as_str().trim().to_owned()]
        } else {
            [given, called, family]
        };
        Private::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }

    /// The first first name. Anyone who has only one name has that; anyone who has none on file, what is there instead.
    #[must_use]
    pub fn first_given_name(&self) -> Private {
        let (given, family) = (real_given_name(self.given_name.as_str()), real_name(self.family_name.as_str()));
        // A number before it tells twins apart, for staff.
        match given.split_whitespace().find(|word| word.chars().any(char::is_alphabetic)) {
            Some(first) => Private::from(first),
            None if !family.is_empty() => Private::new(family),
            None => {
                let on_file = [self.given_name.as_str(), self.family_name.as_str()];
                Private::from(on_file.into_iter().flat_map(str::split_whitespace).next().unwrap_or_default())
            }
        }
    }
}

impl Contact {
    /// The phone with everything but its last four digits hidden: `••• 4821`. Empty if there is none.
    #[must_use]
    pub fn masked_phone(&self) -> Private {
        Private::new(masked_phone(&self.phone))
    }

    /// The street with its words cut to a number and a letter, and the city: `12 M•••, Granby`. Empty if there is none.
    #[must_use]
    pub fn masked_address(&self) -> Private {
        if self.address.is_blank() {
            return Private::default();
        }
        let mut words = self.address.as_str().split_whitespace();
        let first = words.next().unwrap_or_default();
        let mut shown = if first.chars().all(|c| c.is_ascii_digit()) {
            match words.next().and_then(|word| word.chars().next()) {
                Some(letter) => format!("{first} {letter}•••"),
                None => "•••".to_owned(),
            }
        } else {
            format!("{}•••", first.chars().next().unwrap_or('•'))
        };
        if !self.city.is_blank() {
            shown.push_str(", ");
            shown.push_str(self.city.as_str());
        }
        Private::new(shown)
    }

    /// The email address with its middle hidden: `a•••@example.org`. Empty if there is none.
    #[must_use]
    pub fn masked_email(&self) -> Private {
        match self.email.as_str().split_once('@') {
            Some((name, domain)) => {
                Private::new(format!("{}•••@{domain}", name.chars().next().map(String::from).unwrap_or_default()))
            }
            None => Private::default(),
        }
    }
}

/// The first real number on file, without its extension.
fn masked_phone(phone: &Private) -> String {
    match last_fours(phone.as_str()).first().map(|digits| std::str::from_utf8(digits)) {
        Some(Ok(tail)) => format!("••• {tail}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_masked() {
        let contact = Contact {
            phone: "555-629-4821".into(),
            email: "pat@example.org".into(),
            address: "12 Mill Street".into(),
            city: "Granby".into(),
            ..Contact::default()
        };
        assert_eq!(contact.masked_phone().as_str(), "••• 4821");
        assert_eq!(contact.masked_address().as_str(), "12 M•••, Granby");
        assert_eq!(contact.masked_email().as_str(), "p•••@example.org");
        assert_eq!(Contact::default().masked_address().as_str(), "");
    }

    #[test]
    fn somebody_written_before_there_were_more_details_is_read_and_written_as_they_were() {
        let before = concat!(
            r#"{"id":"p1","given_name":"Pat","family_name":"Example","birth_date":"1950-03-01","#,
            r#""contact":{"phone":"555-629-4821","email":"","address":"","city":"","state":"","postal_code":""},"#,
            r#""language":"es"}"#,
        );
        let person: Person = serde_json::from_str(before).unwrap();
        assert_eq!((person.interpreter, person.preferred_name.as_str()), (None, ""));
        assert!(person.emergency_contact.is_nobody());
        assert_eq!(serde_json::to_string(&person).unwrap(), before);
        let settings: super::super::settings::ClinicSettings =
            serde_json::from_str(r#"{"name":"Mill Street Clinic"}"#).unwrap();
        assert_eq!(settings.details, super::super::proposal::Field::DETAILS);
    }

    #[test]
    fn a_name_on_a_screen_is_given_name_and_initial() {
        let person = Person {
            id: "p1".into(),
            given_name: "José Luis".into(),
            family_name: "ávila".into(),
            number: String::new(),
            source: String::new(),
            birth_date: Born::on(jiff::civil::date(1950, 3, 1)),
            other_given_names: Vec::new(),
            other_family_names: Vec::new(),
            other_phones: Vec::new(),
            contact: Contact::default(),
            language: None,
            interpreter: None,
            preferred_name: Private::default(),
            emergency_contact: EmergencyContact::default(),
        };
        assert_eq!(person.given_name_and_initial().as_str(), "José Á.");
        for (preferred, screen, staff) in [
            ("", "José Á.", "José Luis ávila"),
            (" Pepe ", "Pepe Á.", "José Luis (Pepe) ávila"),
            ("josé", "josé Á.", "José Luis ávila"),
            ("José Luis", "José Luis Á.", "José Luis ávila"),
        ] {
            let called = Person { preferred_name: preferred.into(), ..person.clone() };
            assert_eq!((called.given_name_and_initial().as_str(), called.name_for_staff().as_str()), (screen, staff));
        }
    }

    #[test]
    fn placeholders_are_not_shown_and_the_one_name_is() {
        let on_file = r#"{"id":"p1","given_name":"","family_name":"","birth_date":"1900-01-01",
            "contact":{"phone":"000-000-0000"}}"#;
        let nobody: Person = serde_json::from_str(on_file).unwrap();
        for (given, family, screen, called, staff) in [
            ("Amadou", ".", "Amadou", "Amadou", "Amadou"),
            ("Thandar", "-", "Thandar", "Thandar", "Thandar"),
            ("Suharyanto", "", "Suharyanto", "Suharyanto", "Suharyanto"),
            ("", "Kadiatou", "Kadiatou", "Kadiatou", "Kadiatou"),
            ("FNU", "Asadi", "Asadi", "Asadi", "Asadi"),
            ("Nilufar", "LNU", "Nilufar", "Nilufar", "Nilufar"),
            ("John NMN", "Ford", "John F.", "John", "John Ford"),
            ("FNU John", "Ford", "John F.", "John", "John Ford"),
            ("Na", "No", "Na N.", "Na", "Na No"),
            ("Baby Boy 2", "Hollis", "Baby H.", "Baby", "Baby Boy 2 Hollis"),
            ("2 Judysgirl", "Hollis", "Judysgirl H.", "Judysgirl", "2 Judysgirl Hollis"),
            ("D&#039;Andre", "O&#39;Bryan", "D'Andre O.", "D'Andre", "D'Andre O'Bryan"),
            // Nothing else is on file: staff have to call them something.
            ("FNU", "LNU", "FNU", "FNU", "FNU LNU"),
            ("", "", "", "", ""),
        ] {
            let person = Person { given_name: given.into(), family_name: family.into(), ..nobody.clone() };
            let shown = [person.given_name_and_initial(), person.called(), person.name_for_staff()];
            assert_eq!(shown.each_ref().map(Private::as_str), [screen, called, staff], "{given} {family}");
        }
        let called = Person { family_name: "Kadiatou".into(), preferred_name: "Kadi".into(), ..nobody.clone() };
        assert_eq!(
            (called.given_name_and_initial().as_str(), called.name_for_staff().as_str()),
            ("Kadi K.", "(Kadi) Kadiatou")
        );
        use super::super::placeholder::Placeholder;
        assert_eq!(nobody.placeholders(), [Placeholder::Phone, Placeholder::BirthDate]);
        let both = Person { given_name: "FNU".into(), family_name: ".".into(), ..nobody };
        assert_eq!(
            both.placeholders(),
            [Placeholder::GivenName, Placeholder::FamilyName, Placeholder::Phone, Placeholder::BirthDate]
        );
        assert_eq!(both.contact.masked_phone().as_str(), "");
        let two = Contact { phone: "home 555-010-1019 ext. 22 / cell 555-010-2019".into(), ..Contact::default() };
        assert_eq!(two.masked_phone().as_str(), "••• 1019");
    }
}
