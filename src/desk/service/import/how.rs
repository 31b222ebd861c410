//! How a list is to be read: what the clinic's settings say, and what someone said about this file.

use std::collections::BTreeMap;

use blake2::{Blake2s256, Digest};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::columns::{FIELDS, fold_header};
use crate::domain::settings::ClinicSettings;

/// Whether a date such as `04/05/2026` begins with its month or with its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
}

impl DateOrder {
    /// As people write it.
    #[must_use]
    pub const fn for_people(self) -> &'static str {
        match self {
            Self::Mdy => "month/day/year",
            Self::Dmy => "day/month/year",
        }
    }
}

/// How the text of a file is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, the low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, the high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows-1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What someone said about the files of one source. It holds names of columns, and nothing about anyone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Which column fills a field: the field's name, and the column's as the file writes it.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Columns that are not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// How its dates are written, if with slashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// What separates its columns: `,`, `;`, `|` or `tab`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// How its text is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// The time zone of times that do not say theirs, as an IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Mapping {
    /// Reads a mapping as TOML.
    ///
    /// # Errors
    /// One sentence, if it is none, or names what does not exist.
    pub fn read(text: &str) -> Result<Self, String> {
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            format!("line {line}: {}", error.message().replace('\n', " "))
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Whether everything that it names exists.
    ///
    /// # Errors
    /// One sentence that says what does not.
    pub fn check(&self) -> Result<(), String> {
        if let Some(name) = self.columns.keys().find(|name| FIELDS.iter().all(|field| field.name != name.as_str())) {
            let known: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
            return Err(format!("there is no field named {name:?}; there are {}", known.join(", ")));
        }
        if self.delimiter.is_some() && self.delimiter_byte().is_none() {
            return Err("delimiter: expected one of \",\", \";\", \"|\" or \"tab\"".to_owned());
        }
        if let Some(zone) = &self.zone {
            TimeZone::get(zone).map_err(|_| {
                format!("there is no time zone {zone:?}; write an IANA name such as \"America/New_York\"")
            })?;
        }
        Ok(())
    }

    /// What separates columns, if it says so.
    #[must_use]
    pub fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_deref()? {
            "," => Some(b','),
            ";" => Some(b';'),
            "|" => Some(b'|'),
            "tab" | "\t" => Some(b'\t'),
            _ => None,
        }
    }
}

/// Everything that has to be known to read a list, besides the list.
#[derive(Clone)]
pub struct How {
    /// The time zone of times that do not say theirs.
    pub zone: TimeZone,
    /// Where the clinic is: ISO 3166.
    pub country: String,
    /// What someone said about this file.
    pub mapping: Option<Mapping>,
    /// What someone said about earlier files, by [`source_key`].
    pub remembered: BTreeMap<String, Mapping>,
}

impl How {
    /// As a clinic's settings have it.
    #[must_use]
    pub fn of(settings: &ClinicSettings) -> Self {
        let zone = settings.zone().unwrap_or(TimeZone::UTC);
        Self { zone, country: settings.country.clone(), mapping: None, remembered: BTreeMap::new() }
    }

    /// What is reported about a file with this header.
    #[must_use]
    pub fn mapping_of(&self, header: &[String]) -> Option<&Mapping> {
        self.mapping.as_ref().or_else(|| self.remembered.get(&source_key(header)))
    }

    /// What is reported about this file, before anything of it is read.
    pub(super) fn said(&self) -> Mapping {
        self.mapping.clone().unwrap_or_default()
    }

    /// The date order of a file with this mapping.
    #[must_use]
    pub fn order(&self, mapping: Option<&Mapping>) -> DateOrder {
        let usual = if self.country == "US" { DateOrder::Mdy } else { DateOrder::Dmy };
        mapping.and_then(|mapping| mapping.date_order).unwrap_or(usual)
    }

    /// The zone of a file with this mapping.
    #[must_use]
    pub fn zone_of(&self, mapping: Option<&Mapping>) -> TimeZone {
        let said = mapping.and_then(|mapping| mapping.zone.as_deref()).and_then(|zone| TimeZone::get(zone).ok());
        said.unwrap_or_else(|| self.zone.clone())
    }
}

impl Default for How {
    fn default() -> Self {
        Self::of(&ClinicSettings::default())
    }
}

/// By what the files of one source are known again: the names of their columns, in whatever order.
#[must_use]
pub fn source_key(header: &[String]) -> String {
    let mut names: Vec<String> = header.iter().map(|name| fold_header(name)).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    let hash = Blake2s256::digest(names.join("\n").as_bytes());
    hash.iter().take(16).fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_read_or_refused_in_a_sentence() {
        let read = Mapping::read(
            "date_order = \"dmy\"\ndelimiter = \"tab\"\nencoding = \"windows-1252\"\nzone = \"America/Chicago\"\n\
             [columns]\nstart = \"Appt Time\"\n",
        );
        let read = read.unwrap();
        assert_eq!(
            (read.date_order, read.delimiter_byte(), read.encoding),
            (Some(DateOrder::Dmy), Some(b'\t'), Some(Encoding::Windows1252))
        );
        assert_eq!(read.columns.get("start").map(String::as_str), Some("Appt Time"));
        for (text, why) in [
            ("[columns]\nbirthday = \"DOB\"", "no field named \"birthday\""),
            ("delimiter = \"x\"", "delimiter: expected"),
            ("zone = \"Mars/Base\"", "no time zone"),
            ("\ndate_order = \"ymd\"", "line 2:"),
            ("colums = 1", "line 1: unknown field"),
        ] {
            let found = Mapping::read(text).unwrap_err();
            assert!(found.contains(why) && !found.contains('\n'), "{found}");
        }
    }

    #[test]
    fn a_source_is_known_by_its_columns() {
        let key = |names: &[&str]| source_key(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(key(&["Appt ID", "DOB"]), key(&["dob", "\u{feff}appt_id", ""]));
        assert_ne!(key(&["Appt ID", "DOB"]), key(&["Appt ID"]));
    }
}
