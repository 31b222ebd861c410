//! Who is in front of the kiosk: typed facts against today's list.
//!
//! Invariant: the answer is one person or none. It is never a list, and never says which fact was wrong.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ids::PatientId;
use super::person::{BirthDate, Person};
use super::private::Private;

/// What somebody said of themselves, by typing it or with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Date of birth.
    pub birth_date: BirthDate,
    /// Family name, as typed.
    pub family_name: Private,
    /// Given name, once it was asked for.
    pub given_name: Option<Private>,
    /// The last four digits of the telephone on file, once they were asked for.
    pub phone_last4: Option<Private>,
}

/// A fact that would tell people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The given name.
    GivenName,
    /// The last four digits of the telephone on file.
    Phone,
}

/// What a search for a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Exactly this one.
    One(PatientId),
    /// Perhaps somebody; this fact would tell.
    AskMore(Fact),
    /// Nobody.
    Nobody,
    /// More than one: only staff may tell them apart.
    Ambiguous,
}

/// A name without what people write differently: case, accents, spaces, hyphens and apostrophes.
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

/// Looks for the one person with this date of birth and family name.
///
/// Every person is compared, so that the time taken does not tell whether somebody is on the list.
#[must_use]
pub fn find<'a>(people: impl IntoIterator<Item = &'a Person>, birth_date: Date, family_name: &str) -> Match {
    let wanted = fold_name(family_name);
    let mut found = Match::Nobody;
    for person in people {
        let same_name = fold_name(person.family_name.as_str()) == wanted;
        let same_date = person.birth_date.0 == birth_date;
        if !(same_name & same_date) || wanted.is_empty() {
            continue;
        }
        found = match found {
            Match::Nobody => Match::One(person.id.clone()),
            Match::One(ref id) if *id == person.id => continue,
            Match::One(_) | Match::AskMore(_) | Match::Ambiguous => Match::Ambiguous,
        };
    }
    found
}

/// Everybody on a list, made ready for being looked for.
#[derive(Debug, Clone, Default)]
pub struct Index {
    people: Vec<Person>,
}

impl Index {
    /// Makes people ready. Somebody with several visits is one person.
    pub fn new<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        Self { people: people.into_iter().cloned().collect() }
    }

    /// Looks for the one person who said this.
    #[must_use]
    pub fn find(&self, typed: &Typed) -> Match {
        find(&self.people, typed.birth_date.0, typed.family_name.as_str())
    }
}

/// Whether a birthday is this day and month: the second identifier after a scanned code.
#[must_use]
pub fn born_on_date(birth_date: BirthDate, month: i8, day: i8) -> bool {
    birth_date.0.month() == month && birth_date.0.day() == day
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::person::Contact;

    fn person(id: &str, given: &str, family: &str, born: Date) -> Person {
        Person {
            id: id.into(),
            given_name: given.into(),
            family_name: family.into(),
            birth_date: BirthDate(born),
            other_given_names: Vec::new(),
            other_family_names: Vec::new(),
            contact: Contact::default(),
            language: None,
        }
    }

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        let born = date(1950, 3, 1);
        for (on_file, typed, same) in [
            ("Muñoz", "munoz", true),
            ("O'Neil", "ONEIL", true),
            ("Smith-Jones", "smith jones", true),
            ("Nguyễn", "nguyen", true),
            ("Müller", "Muller", true),
            ("Haley", "Halley", false),
            ("Haley", "", false),
            ("Haley", " - ", false),
            ("مرحبا", "مرحبا", true),
        ] {
            let people = [person("p", "Ada", on_file, born)];
            let expected = if same { Match::One("p".into()) } else { Match::Nobody };
            assert_eq!(find(&people, born, typed), expected, "{on_file} / {typed}");
        }
    }

    #[test]
    fn twins_and_namesakes_are_never_listed() {
        let born = date(1936, 8, 18);
        let people = [person("a", "Benito", "Lucio", born), person("b", "Robin", "Lucio", born)];
        assert_eq!(find(&people, born, "Lucio"), Match::Ambiguous);
    }

    #[test]
    fn two_visits_of_one_person_are_one_person() {
        let born = date(1936, 8, 18);
        let people = [person("a", "Benito", "Lucio", born), person("a", "Benito", "Lucio", born)];
        assert_eq!(find(&people, born, "Lucio"), Match::One("a".into()));
    }

    #[test]
    fn another_birth_date_finds_nobody() {
        let people = [person("a", "Benito", "Lucio", date(1936, 8, 18))];
        assert_eq!(find(&people, date(1936, 8, 19), "Lucio"), Match::Nobody);
        assert!(born_on_date(people[0].birth_date, 8, 18) && !born_on_date(people[0].birth_date, 8, 19));
    }
}
