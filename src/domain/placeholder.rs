//! What a list has where it knows nothing: `FNU`, `000-000-0000`, `1900-01-01`. It is not data: no one is searched by
//! it, it is not shown, and staff are told.

use jiff::civil::Date;

use super::born::Born;
use super::entities;
use super::person::{BirthDate, Person};
use super::phones;

/// Words that are no name wherever they are, among others too.
const WORDS: &[&str] = &[
    "lnu",
    "fnu",
    "mnu",
    "nfn",
    "nln",
    "nmn",
    "nmi",
    "none",
    "unknown",
    "unkn",
    "unk",
    "unspecified",
    "undisclosed",
    "undefined",
    "unnamed",
    "unidentified",
    "anonymous",
    "onbekend",
    "desconocido",
    "desconocida",
    "inconnu",
    "inconnue",
    "unbekannt",
];

/// What says so in several words.
const PHRASES: &[&str] = &[
    "no name",
    "no name given",
    "no first name",
    "no last name",
    "no family name",
    "no given name",
    "no surname",
    "no middle name",
    "no middle initial",
    "not known",
    "not given",
    "not provided",
    "not available",
    "not applicable",
    "not on file",
    "not stated",
    "not recorded",
    "not specified",
    "not entered",
    "name unknown",
    "unknown name",
    "last name unknown",
    "first name unknown",
    "family name unknown",
    "given name unknown",
    "surname unknown",
    "unknown last name",
    "unknown first name",
    "only one name",
    "one name only",
    "single name",
    "mononym",
    "sin nombre",
    "sin apellido",
    "sin apellidos",
    "no tiene",
    "to be determined",
    "to be announced",
    "tbd",
    "tba",
    "none given",
    "none provided",
    "no lname",
    "no fname",
    "name",
    "first name",
    "last name",
    "family name",
    "given name",
    "surname",
    "mononymous",
];

/// A phrase of this many letters is one without its spaces too: `NOLASTNAME`. Noname is a name.
const SQUEEZED_LETTERS_MIN: usize = 8;

/// Names of some people, and what some lists write for none.
const PERHAPS: &[&str] = &["null", "na", "nan", "nil", "x"];

/// Dates that computers and people write for "not known": no one who lives was born on one.
const DATES: &[(i16, i8, i8)] = &[(1899, 12, 30), (1899, 12, 31), (1111, 11, 11)];
/// The first of January of an earlier year is such a date.
const NEW_YEAR_BEFORE: i16 = 1905;
/// No one was born in this year.
const YEAR_NEVER: i16 = 2100;

/// What of someone on file is a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// The first name.
    GivenName,
    /// The last name.
    FamilyName,
    /// The phone.
    Phone,
    /// The date of birth.
    BirthDate,
}

impl Placeholder {
    /// The note for staff.
    #[must_use]
    pub const fn note(self) -> &'static str {
        match self {
            Self::GivenName => "First name on file is a placeholder",
            Self::FamilyName => "Last name on file is a placeholder",
            Self::Phone => "Phone on file is a placeholder",
            Self::BirthDate => "Date of birth on file is a placeholder",
        }
    }
}

/// Whether this is no name at all: empty, only punctuation, or what lists write instead of one. `No`, `Na`, `An` and
/// `O` are names.
#[must_use]
pub fn is_no_name(text: &str) -> bool {
    let text = entities::undone(text);
    let words: Vec<String> = words(&text).collect();
    words.iter().all(|word| is_no_name_word(word) || !has_letter(word)) || is_phrase(&words) || is_not_applicable(&text)
}

fn is_phrase(words: &[String]) -> bool {
    let squeezed = words.concat();
    let is_long = squeezed.chars().count() >= SQUEEZED_LETTERS_MIN;
    // `L.N.U.`
    let is_spelt = words.iter().all(|word| word.chars().count() == 1) && WORDS.contains(&squeezed.as_str());
    is_spelt
        || PHRASES.contains(&words.join(" ").as_str())
        || (is_long && PHRASES.iter().any(|phrase| phrase.replace(' ', "") == squeezed))
}

/// Whether this is a name of some people, and no name in some lists: `NULL`, `NA`, `X`. Its bearer may have only the
/// other name.
#[must_use]
pub fn is_perhaps_no_name(text: &str) -> bool {
    let folded: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PERHAPS.contains(&folded.as_str())
}

/// The same for a first name. There it cannot be the last name Null.
#[must_use]
pub fn is_no_given_name(text: &str) -> bool {
    is_no_name(text) || text.trim().eq_ignore_ascii_case("null")
}

/// A name as it is shown: entities undone, and without the words that are none; empty if all are such.
#[must_use]
pub fn real_name(text: &str) -> String {
    if is_no_name(text) {
        return String::new();
    }
    let text = entities::undone(text);
    let is_real =
        |stretch: &&str| words(stretch).next().is_none() || !words(stretch).all(|word| is_no_name_word(&word));
    text.split_whitespace().filter(is_real).collect::<Vec<_>>().join(" ")
}

/// [`real_name`] for a first name.
#[must_use]
pub fn real_given_name(text: &str) -> String {
    if is_no_given_name(text) { String::new() } else { real_name(text) }
}

/// Whether this word is no name, by itself and among others.
pub(super) fn is_no_name_word(word: &str) -> bool {
    let folded = word.to_lowercase();
    let is_filled_up = folded.len() > 1 && folded.chars().all(|letter| letter == 'x');
    is_filled_up
        || !(has_letter(&folded) || is_which(&folded))
        || WORDS.contains(&folded.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn has_letter(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
}

/// Beside a name it tells twins apart: `Baby Boy 1`.
fn is_which(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte != b'0')
}

/// `N/A`, `#N/A`, `n\a`: with its stroke, for `Na` is a name.
fn is_not_applicable(text: &str) -> bool {
    let plain: String =
        text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '/' | '\\')).flat_map(char::to_lowercase).collect();
    matches!(plain.as_str(), "n/a" | "n\\a" | "n/k" | "u/k" | "s/n" | "s/a")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| {
        !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c) && c != '\'' && c != '’'
    })
    .filter(|word| word.chars().any(char::is_alphanumeric))
    .map(str::to_lowercase)
}

/// Whether no one who lives was born on this date: it stands for one that is not known.
#[must_use]
pub fn is_no_birth_date(date: Date) -> bool {
    let (year, month, day) = (date.year(), date.month(), date.day());
    DATES.contains(&(year, month, day)) || year >= YEAR_NEVER || (year < NEW_YEAR_BEFORE && (month, day) == (1, 1))
}

impl Born {
    /// What is truly known: a placeholder says nothing.
    #[must_use]
    pub fn real(self) -> Self {
        match self {
            Self::Day(BirthDate(date)) if is_no_birth_date(date) => Self::Unknown,
            Self::Year(year) | Self::Month(year, _) if !(NEW_YEAR_BEFORE..YEAR_NEVER).contains(&year) => Self::Unknown,
            born => born,
        }
    }
}

impl Person {
    /// What of them on file is a placeholder; what is empty is none.
    #[must_use]
    pub fn placeholders(&self) -> Vec<Placeholder> {
        let (given, family) = (self.given_name.as_str(), self.family_name.as_str());
        let mut all = Vec::new();
        if !given.trim().is_empty() && is_no_given_name(given) {
            all.push(Placeholder::GivenName);
        }
        if !family.trim().is_empty() && is_no_name(family) {
            all.push(Placeholder::FamilyName);
        }
        if std::iter::once(&self.contact.phone)
            .chain(&self.other_phones)
            .any(|phone| phones::is_no_phone(phone.as_str()))
        {
            all.push(Placeholder::Phone);
        }
        if self.birth_date.real() != self.birth_date {
            all.push(Placeholder::BirthDate);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_stands_for_a_name_is_none_and_short_names_are_names() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "--",
            "...",
            "?",
            "???",
            "*",
            "0",
            "000",
            "1",
            "Unknown 2",
            "LNU",
            "fnu",
            "NFN",
            "NLN",
            "NMN",
            "(NMI)",
            "NONE",
            "none",
            "[None]",
            "Unknown",
            "UNK",
            "N/A",
            "n/a",
            "#N/A",
            "XX",
            "XXX",
            "xxxxx",
            "no last name",
            "No Last Name",
            "NO-LAST-NAME",
            "No first name",
            "FNU LNU",
            "Unknown Unknown",
            "name unknown",
            "sin apellido",
            "not provided",
            "NOLASTNAME",
            "LastNameUnknown",
            "L.N.U.",
            "Unknown1",
            "None given",
            "TBA",
            "&#45;",
            "&nbsp;",
            "—",
            "_",
        ] {
            assert!(is_no_name(text), "{text:?}");
            assert_eq!(real_name(text), "", "{text:?}");
        }
        for name in [
            "No", "Na", "An", "O", "Xu", "X", "Ng", "Null", "Nan", "Nil", "Non", "Nun", "Noname", "Test", "Blank",
            "Doe", "Unka", "Le", "N", "Ann", "No Na", "Na An", "Xxena", "王", "Ян", "ة",
        ] {
            assert!(!is_no_name(name), "{name:?}");
            assert_eq!(real_name(name), name);
        }
        for (text, shown) in [
            ("John NMN", "John"),
            ("FNU John", "John"),
            ("D&#039;Andre", "D'Andre"),
            ("John (NMI)", "John"),
            ("John 000", "John"),
            ("Baby Boy 1", "Baby Boy 1"),
            (" Ana  María ", "Ana María"),
        ] {
            assert_eq!(real_name(text), shown);
        }
        assert!(is_no_given_name("NULL") && !is_no_given_name("Nullah"));
        assert!(
            is_perhaps_no_name("NULL")
                && is_perhaps_no_name("N.A.")
                && !is_perhaps_no_name("Nullah")
                && !is_perhaps_no_name("Ann")
        );
    }

    #[test]
    fn dates_on_which_nobody_was_born_are_placeholders() {
        for no_date in [
            date(1900, 1, 1),
            date(1901, 1, 1),
            date(1800, 1, 1),
            date(1, 1, 1),
            date(9999, 12, 31),
            date(1899, 12, 30),
            date(1753, 1, 1),
            date(1111, 11, 11),
        ] {
            assert!(is_no_birth_date(no_date), "{no_date}");
            assert_eq!(Born::on(no_date).real(), Born::Unknown);
        }
        for day in [
            date(1913, 2, 2),
            date(1961, 1, 1),
            date(2000, 1, 1),
            date(1970, 1, 1),
            date(2026, 11, 20),
            date(1906, 1, 1),
        ] {
            assert!(!is_no_birth_date(day), "{day}");
            assert_eq!(Born::on(day).real(), Born::on(day));
        }
        assert_eq!((Born::Year(1900).real(), Born::Year(1956).real()), (Born::Unknown, Born::Year(1956)));
    }
}
