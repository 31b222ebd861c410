//! The settings as people see them: parts, what can be typed in each, and what it is called. Data only.
//!
//! Invariant: whatever is not described here is in the part [`OTHER`], as text, so nothing is out of reach.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The part with everything that has no form of its own.
pub const OTHER: &str = "other";

/// A part of the settings: a form, a table, or both.
pub struct Part {
    /// Its name in addresses.
    pub code: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// One sentence on what it is for.
    pub about: &'static str,
    /// What can be typed.
    pub inputs: &'static [Input],
    /// What there are several of.
    pub table: Option<Table>,
}

/// Things of one kind.
pub struct Table {
    /// Where in the settings.
    pub key: &'static str,
    /// What they are called.
    pub title: &'static str,
    /// What one is called.
    pub one: &'static str,
    /// By what they are told apart.
    pub named_by: &'static str,
    /// What can be typed of one.
    pub inputs: &'static [Input],
}

/// Something that can be typed or chosen.
pub struct Input {
    /// Where in the settings, or in the thing; parts within parts with a dot.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What people should know before they type; may be empty.
    pub hint: &'static str,
    /// What can be typed.
    pub kind: Kind,
}

/// What can be typed or chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// One line that may be left out.
    TextOrNone,
    /// The name of a time zone.
    Zone,
    /// A whole number.
    Number,
    /// A whole number, or nothing.
    NumberOrNone,
    /// Yes or no.
    Tick,
    /// One of these, by code, with what each is called.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several of these, by code, with what each is called.
    Ticks(&'static [(&'static str, &'static str)]),
    /// Several of what another table has, by the name that it is told apart by.
    TicksOf(&'static str, &'static str),
    /// One thing on each line.
    Lines,
    /// A sentence for each language.
    Words,
}

const fn input(key: &'static str, label: &'static str, hint: &'static str, kind: Kind) -> Input {
    Input { key, label, hint, kind }
}

const DETAILS: &[(&str, &str)] = &[
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("preferred-name", "Preferred name"),
    ("language", "Language"),
    ("interpreter", "Interpreter needed"),
    ("emergency-contact", "Emergency contact"),
];
const DOCUMENTS: &[(&str, &str)] =
    &[("referral", "Referral"), ("photo-identity", "Photo ID"), ("guardian", "Guardian, or what a guardian signed")];
const PAPERS: &[(&str, &str)] = &[("letter", "Letter, 8.5 by 11 inches"), ("a4", "A4")];
const CARRIES: &[(&str, &str)] = &[("patient", "The patient's"), ("appointment", "The appointment's")];

/// Every part that has a form.
pub const PARTS: &[Part] = &[
    Part {
        code: "clinic",
        title: "Clinic",
        about: "Name, time, country and letters.",
        inputs: &[
            input("name", "Name of the clinic", "As on its letters.", Kind::Text),
            input("time_zone", "Time zone", "Such as America/New_York. All dates are of this zone.", Kind::Zone),
            input("country", "Country", "Two capital letters such as US. Telephone numbers and postal codes are read so.", Kind::Text),
            input("letter_paper", "Paper of letters", "", Kind::Choice(PAPERS)),
            input("letter_valid_days", "Days that a letter's code is taken after the visit", "0 to 255.", Kind::Number),
        ],
        table: None,
    },
    Part {
        code: "check-in",
        title: "Check-in",
        about: "When people can check in, and what they are asked.",
        inputs: &[
            input("early_minutes", "Opens so many minutes before an appointment", "At most 1440, a day.", Kind::Number),
            input("late_minutes", "Closes so many minutes after its beginning", "Then the desk decides. At most 1440.", Kind::Number),
            input("details", "Contact details that kiosks show and take", "Without any, nobody is asked.", Kind::Ticks(DETAILS)),
            input("ask_again_after_days", "Days until what was confirmed is asked again", "0 to 366.", Kind::Number),
            input(
                "trust_two_identifiers",
                "A card with name and birth date is enough",
                "Else day and month of birth are typed after it.",
                Kind::Tick,
            ),
            input("signed_letters_only", "Take only letters that this desk signed", "", Kind::Tick),
            input(
                "failed_tries_per_hour",
                "Failed tries within an hour",
                "After so many a kiosk looks nobody up until the hour is over.",
                Kind::Number,
            ),
            input(
                "unwell_comes",
                "Who comes when somebody feels unwell",
                "A sentence for the patient. Empty: the kiosk's own words.",
                Kind::Words,
            ),
        ],
        table: None,
    },
    Part {
        code: "places",
        title: "Places and sites",
        about: "Which places are here, and where the clinic is besides.",
        inputs: &[input(
            "site_places",
            "Places at this site",
            "One on each line: the beginning of the places' names. Empty: every place is here.",
            Kind::Lines,
        )],
        table: Some(Table {
            key: "sites",
            title: "Other sites",
            one: "site",
            named_by: "place",
            inputs: &[
                input("place", "Beginning of its places' names", "Such as Riverside annex.", Kind::Text),
                input("address", "Address", "As one would tell a taxi driver.", Kind::Text),
                input("how_far", "How far it is", "Such as: 10 minutes on foot.", Kind::Words),
            ],
        }),
    },
    Part {
        code: "services",
        title: "Services",
        about: "What is different for some services.",
        inputs: &[],
        table: Some(Table {
            key: "services",
            title: "Services with rules of their own",
            one: "service",
            named_by: "service",
            inputs: &[
                input("service", "Service", "Its name as appointments have it.", Kind::Text),
                input("early_minutes", "Check-in opens so many minutes before", "Empty: as for all.", Kind::NumberOrNone),
                input("late_minutes", "Check-in closes so many minutes after", "Empty: as for all.", Kind::NumberOrNone),
                input("documents", "What every visit needs", "", Kind::Ticks(DOCUMENTS)),
            ],
        }),
    },
    Part {
        code: "walk-in",
        title: "Without an appointment",
        about: "Why people come without an appointment. Without any reason here they are sent to the desk.",
        inputs: &[],
        table: Some(Table {
            key: "walk_in",
            title: "Reasons",
            one: "reason",
            named_by: "code",
            inputs: &[
                input("code", "Name in data", "Short, and each once.", Kind::Text),
                input("name", "What the patient reads", "", Kind::Words),
                input("place", "Where to wait", "May be empty.", Kind::Text),
            ],
        }),
    },
    Part {
        code: "queues",
        title: "Queues",
        about: "Every service that is in no queue here has one of its own.",
        inputs: &[],
        table: Some(Table {
            key: "queues",
            title: "Queues",
            one: "queue",
            named_by: "name",
            inputs: &[
                input("name", "Name", "Staff and board show it. At most 60 characters.", Kind::Text),
                input("services", "Services that wait here", "One on each line, as appointments have them.", Kind::Lines),
                input("practitioners", "Clinicians whose patients wait here", "One on each line, whatever the service.", Kind::Lines),
                input("walk_in", "Without an appointment", "", Kind::TicksOf("walk_in", "code")),
                input("late_after_minutes", "Late after so many minutes", "After the appointment's beginning.", Kind::Number),
                input("late_behind_minutes", "Who is late has their turn so many minutes after they came", "", Kind::Number),
                input("walk_in_behind_minutes", "Who has no appointment has their turn so many minutes after they came", "", Kind::Number),
                input("no_show_after_calls", "Calls until somebody has not come", "1 to 20.", Kind::Number),
            ],
        }),
    },
    Part {
        code: "points",
        title: "Service points",
        about: "Where patients are called to. Without any, they are called without saying where.",
        inputs: &[],
        table: Some(Table {
            key: "points",
            title: "Service points",
            one: "service point",
            named_by: "name",
            inputs: &[
                input("name", "Name", "Such as Room 3. Staff, board and ticket page show it.", Kind::Text),
                input("queues", "Queues that are served there", "None: all of them.", Kind::TicksOf("queues", "name")),
            ],
        }),
    },
    Part {
        code: "insurance",
        title: "Insurance",
        about: "Whether it is asked about, and the payers that the clinic deals with.",
        inputs: &[
            input("insurance.ask", "Ask about insurance", "", Kind::Tick),
            input("insurance.ends_soon_days", "Days within which a card ends soon", "After the visit. 0 to 366.", Kind::Number),
        ],
        table: Some(Table {
            key: "insurance.payers",
            title: "Payers",
            one: "payer",
            named_by: "code",
            inputs: &[
                input("code", "Name in data", "At most 32 letters, digits, dots, hyphens or underscores.", Kind::Text),
                input("name", "Name", "What is printed on its cards.", Kind::Text),
                input("also", "What people call it besides", "One on each line.", Kind::Lines),
                input(
                    "member_id",
                    "Member numbers",
                    "mbi, nhs-number, ontario-health-card, or a pattern: 9 is a digit, A a letter, * either. Empty: anything.",
                    Kind::TextOrNone,
                ),
                input("example", "A number that looks right", "Empty: the pattern's own.", Kind::TextOrNone),
            ],
        }),
    },
    Part {
        code: "barcodes",
        title: "Barcodes",
        about: "Barcodes that the clinic's letters carry already.",
        inputs: &[],
        table: Some(Table {
            key: "barcodes",
            title: "Barcodes",
            one: "barcode",
            named_by: "pattern",
            inputs: &[
                input("carries", "Whose number it is", "", Kind::Choice(CARRIES)),
                input(
                    "pattern",
                    "Pattern",
                    "A regular expression for the whole text, with one group: the number. Such as MRN(\\d{7}).",
                    Kind::Text,
                ),
            ],
        }),
    },
    Part {
        code: "keep",
        title: "What is kept",
        about: "How long the desk keeps what it holds of people.",
        inputs: &[input(
            "keep.visit_days",
            "Days that visits are kept",
            "35 to 3660. Older ones are taken out each night, and reports end there.",
            Kind::Number,
        )],
        table: None,
    },
    Part {
        code: "pages",
        title: "Patients' phones",
        about: "The page behind a ticket's code.",
        inputs: &[input(
            "pages.address",
            "Address of this desk as phones reach it",
            "Such as https://arrivals.example.org. Empty: tickets lead to no page.",
            Kind::Text,
        )],
        table: None,
    },
];

impl Part {
    /// The part of this [`Part::code`].
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.code == code)
    }

    /// The settings' own parts that it shows.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.inputs.iter().map(|input| input.key).chain(self.table.iter().map(|table| table.key));
        keys.map(|key| key.split('.').next().unwrap_or(key))
    }
}

/// The settings' own parts that have a form.
#[must_use]
pub fn known_keys() -> BTreeSet<&'static str> {
    PARTS.iter().flat_map(Part::keys).collect()
}

/// What stands at a key; parts within parts with a dot.
#[must_use]
pub fn at<'a>(settings: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let mut names = key.split('.');
    let first = settings.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

/// Puts a value at a key; null takes away what is there.
pub fn put(settings: &mut Map<String, Value>, key: &str, value: Value) {
    match key.split_once('.') {
        Some((first, rest)) => {
            if let Value::Object(inner) = settings.entry(first).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
        None if value.is_null() => {
            settings.remove(key);
        }
        None => {
            settings.insert(key.to_owned(), value);
        }
    }
}

/// The things of a table.
#[must_use]
pub fn items<'a>(settings: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    at(settings, key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What a thing is called by one of its keys; empty if it has none.
#[must_use]
pub fn name_of<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::settings::object;
    use crate::domain::document::Document;
    use crate::domain::proposal::Field;
    use crate::domain::settings::ClinicSettings;

    /// A key that is spelled wrong here would be a setting that nobody can change.
    #[test]
    fn every_key_is_one_of_the_settings() {
        let settings = crate::desk::settings::file::read(include_str!("../../../deploy/desk.example.toml")).unwrap();
        let settings = object(&settings).unwrap();
        for part in PARTS {
            for input in part.inputs.iter().filter(|input| input.key != "pages.address") {
                assert!(at(&settings, input.key).is_some(), "{}", input.key);
            }
            let Some(table) = &part.table else { continue };
            assert!(!items(&settings, table.key).is_empty(), "{}", table.key);
            for input in table.inputs {
                assert!(items(&settings, table.key).iter().any(|item| item.get(input.key).is_some()), "{} {}", table.key, input.key);
            }
            let described: Vec<&str> = table.inputs.iter().map(|input| input.key).collect();
            for key in items(&settings, table.key).iter().filter_map(Value::as_object).flat_map(Map::keys) {
                assert!(described.contains(&key.as_str()), "{} {key}", table.key);
            }
        }
        let defaults = object(&ClinicSettings::default()).unwrap();
        let unknown: Vec<&String> = defaults.keys().filter(|key| !known_keys().contains(key.as_str())).collect();
        assert!(unknown.len() <= 3, "{unknown:?}");
    }

    #[test]
    fn what_can_be_chosen_is_what_there_is() {
        assert_eq!(DETAILS.iter().map(|(code, _)| *code).collect::<Vec<_>>(), Field::DETAILS.map(Field::code));
        let documents = Document::ALL.map(|document| serde_json::to_value(document).unwrap());
        assert_eq!(DOCUMENTS.iter().map(|(code, _)| Value::from(*code)).collect::<Vec<_>>(), documents);
    }
}
