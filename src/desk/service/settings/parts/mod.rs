//! The settings as people see them: parts, what can be typed in each, and what it is called.
//!
//! Invariant: whatever is not described in [`PARTS`] is in the part [`OTHER`], as text, so nothing is out of reach.

mod all;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

pub use self::all::PARTS;
use super::diff::words;
use crate::desk::store::Known;
use crate::domain::board::Board;
use crate::domain::kiosk::KioskRules;
use crate::domain::queue::QueueRules;
use crate::domain::schedule::Schedule;
use crate::domain::settings::ClinicSettings;
use crate::domain::when::{Clock, DateStyle};

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
    /// By what they are distinguished.
    pub named_by: &'static str,
    /// By what besides, if several may have the same name.
    pub and_by: &'static [&'static str],
    /// How they are shown.
    pub look: Look,
    /// What can be typed of one.
    pub inputs: &'static [Input],
}

/// How the things of a table are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// One under the other, in an order that counts.
    List,
    /// As a week of each name; they have no order.
    Week,
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
    /// One of the time zones that there are.
    Zone,
    /// One of the countries that there are, by code.
    Country,
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
    /// Some days of the week.
    Days,
    /// Several of what another table has, by the name that it is distinguished by.
    TicksOf(&'static str, &'static str),
    /// Some of these, each once, by code, in an order that counts.
    Sequence(&'static [(&'static str, &'static str)]),
    /// One line, with what the list or other settings know as suggestions.
    Suggest(What),
    /// Several of what the list or other settings know, and whatever else is typed.
    TicksKnown(What),
    /// A time of day.
    Time,
    /// Dates, by time.
    Dates,
    /// From when to when on each day of the week.
    Week,
    /// How many minutes each service takes.
    Lengths,
    /// One thing on each line.
    Lines,
    /// A sentence for each language.
    Words,
}

/// What the list of appointments and the settings know names of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum What {
    Clinicians,
    Places,
    Rooms,
    Services,
}

impl What {
    /// Those that are known.
    #[must_use]
    pub fn of(self, known: &Known) -> &BTreeSet<String> {
        match self {
            Self::Clinicians => &known.clinicians,
            Self::Places => &known.places,
            Self::Rooms => &known.rooms,
            Self::Services => &known.services,
        }
    }
}

impl Part {
    /// The part of this [`Part::code`].
    #[must_use]
    pub fn of(code: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.code == code)
    }

    /// What it shows of the settings; parts within parts with a dot.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.inputs.iter().map(|input| input.key).chain(self.table.iter().map(|table| table.key))
    }

    /// The settings' own parts that it shows something of.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.paths().map(|key| key.split('.').next().unwrap_or(key))
    }

    /// Whether a setting with this path, or the thing that it is a part of, is shown here.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.shows(key) || self.paths().any(|path| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Whether something under this name, which may have dots, is shown here.
    #[must_use]
    pub fn shows(&self, name: &str) -> bool {
        self.paths().any(|path| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }
}

impl Table {
    /// What a thing of it is called; several may be called the same if [`Table::and_by`] says nothing else.
    #[must_use]
    pub fn name(&self, item: &Value, style: DateStyle) -> String {
        let also = self.inputs.iter().filter(|input| self.and_by.contains(&input.key));
        let also = also
            .map(|input| words(Some(input), item.get(input.key).unwrap_or(&Value::Null), style))
            .filter(|words| !words.is_empty());
        std::iter::once(name_of(item, self.named_by).to_owned()).chain(also).collect::<Vec<_>>().join(", ")
    }

    /// What a new thing begins with, where that is not nothing.
    #[must_use]
    pub fn new_one(&self) -> Value {
        let value = match self.key {
            "queues" => serde_json::to_value(QueueRules::default()),
            "boards" => serde_json::to_value(Board::default()),
            "schedule.hours" => {
                Ok(serde_json::json!({"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "17:00"}))
            }
            _ => Ok(Value::Object(Map::new())),
        };
        value.unwrap_or_default()
    }
}

/// The settings with those parts that are left out while they are as by default.
#[must_use]
pub fn whole(settings: &Map<String, Value>) -> Map<String, Value> {
    let mut whole = settings.clone();
    let left_out = [
        ("clock", serde_json::to_value(Clock::default())),
        ("kiosks", serde_json::to_value(KioskRules::default())),
        ("schedule", serde_json::to_value(Schedule::default())),
    ];
    for (key, value) in left_out {
        whole.entry(key).or_insert_with(|| value.unwrap_or_default());
    }
    whole
}

/// How these settings write dates and times.
#[must_use]
pub fn style(settings: &Map<String, Value>) -> DateStyle {
    let said = |key| settings.get(key).cloned().unwrap_or_default();
    let usual = ClinicSettings::default();
    let country = said("country").as_str().map_or_else(|| usual.country.clone(), str::to_owned);
    let clock = serde_json::from_value(said("clock")).unwrap_or_default();
    let date_order = serde_json::from_value(said("date_order")).ok().flatten();
    ClinicSettings { country, clock, date_order, ..usual }.dates()
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
    use crate::desk::service::settings::object;
    use crate::domain::document::Document;
    use crate::domain::proposal::Field;

    /// A key that is spelled wrong here would be a setting that no one can change.
    #[test]
    fn every_key_is_one_of_the_settings() {
        let settings = crate::desk::service::settings::file::read(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/deploy/desk.example.toml"
        )))
        .unwrap();
        let settings = whole(&object(&settings).unwrap());
        for part in PARTS {
            for input in part.inputs.iter().filter(|input| input.key != "pages.address") {
                assert!(at(&settings, input.key).is_some(), "{}", input.key);
            }
            let Some(table) = &part.table else { continue };
            assert!(!items(&settings, table.key).is_empty(), "{}", table.key);
            for input in table.inputs {
                assert!(
                    items(&settings, table.key).iter().any(|item| item.get(input.key).is_some()),
                    "{} {}",
                    table.key,
                    input.key
                );
            }
            let described: Vec<&str> = table.inputs.iter().map(|input| input.key).collect();
            for key in items(&settings, table.key).iter().filter_map(Value::as_object).flat_map(Map::keys) {
                assert!(described.contains(&key.as_str()), "{} {key}", table.key);
            }
        }
        let defaults = object(&ClinicSettings::default()).unwrap();
        let unknown: Vec<&String> = defaults.keys().filter(|key| !known_keys().contains(key.as_str())).collect();
        assert!(unknown.len() <= 3, "{unknown:?}");
        for part in PARTS {
            assert!(
                part.paths().all(|path| part.shows(path)) && !part.shows("schedule.open.mon") && !part.shows("open"),
                "{}",
                part.code
            );
        }
    }

    #[test]
    fn what_can_be_chosen_is_what_there_is() {
        assert_eq!(all::DETAILS.iter().map(|(code, _)| *code).collect::<Vec<_>>(), Field::DETAILS.map(Field::code));
        let documents = Document::ALL.map(|document| serde_json::to_value(document).unwrap());
        assert_eq!(all::DOCUMENTS.iter().map(|(code, _)| Value::from(*code)).collect::<Vec<_>>(), documents);
    }
}
