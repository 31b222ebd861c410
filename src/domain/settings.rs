//! What a clinic decides for all of its kiosks. The desk owns it and sends it with the feed.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::board::Board;
use super::clinic_day::{ClinicDay, DAY_BEGINS_AT};
use super::document::Document;
use super::kiosk::KioskRules;
use super::language::Language;
use super::newer::known_of;
use super::pages::TicketPages;
use super::payer::InsuranceSettings;
use super::proposal::Field;
use super::queue::{QueueRules, ServicePoint};
use super::schedule::Schedule;
use super::when::{Clock, DateOrder, DateStyle, StaffTime};

/// The clinic's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClinicSettings {
    /// The clinic's name, as on its letters.
    pub name: String,
    /// IANA name of the clinic's time zone, such as `America/New_York`. All dates are this zone's.
    pub time_zone: String,
    /// The hour at which the clinic's day begins, 0 to 12: until then tickets, lists and reports are of the day
    /// before. Kiosks are always told, since one that is not begins the day at midnight ([`Self::told`]).
    pub day_begins_at_hour: u8,
    /// ISO 3166 code of the country whose phone numbers and postal codes are written without saying so, such as `US`.
    pub country: String,
    /// Whether times of day are written with 12 or 24 hours, in every language.
    #[serde(skip_serializing_if = "is_usual")]
    pub clock: Clock,
    /// In which order dates are written. None: month, day, year in the United States, elsewhere day, month, year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Contact details and insurance that were confirmed at a kiosk within this many days are not asked for again; US
    /// Veterans Affairs uses 7.
    pub ask_again_after_days: u16,
    /// Which contact details kiosks show and take, of [`Field::DETAILS`], each once. Empty: no one is asked about any.
    #[serde(deserialize_with = "details")]
    pub details: Vec<Field>,
    /// What is asked of insurance.
    pub insurance: InsuranceSettings,
    /// Check-in opens this many minutes before the appointment (30 to 60 in other systems: 45 at US Veterans Affairs,
    /// 30 in Oracle Health).
    pub early_minutes: u32,
    /// Check-in closes this many minutes after the appointment's beginning; then the desk decides.
    pub late_minutes: u32,
    /// Beginnings of the names of places at this site, such as `Main building`. Empty: every place is here.
    pub site_places: Vec<String>,
    /// The clinic's other sites, for patients who came to the wrong one.
    pub sites: Vec<OtherSite>,
    /// What is different for some services.
    pub services: Vec<ServiceRules>,
    /// Why people come without an appointment. Empty: they are sent to the desk.
    pub walk_in: Vec<WalkInCategory>,
    /// Queues that are another than one for each service. What none of them names waits in the queue of its service.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueRules>,
    /// Where patients are called to. Empty: they are called without saying where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<ServicePoint>,
    /// How the desk watches over its kiosks.
    #[serde(skip_serializing_if = "KioskRules::is_default")]
    pub kiosks: KioskRules,
    /// How long the desk keeps what it holds of people.
    pub keep: KeepRules,
    /// When pages of staff lock.
    pub session: SessionRules,
    /// The screens in waiting rooms. Empty: one that shows everything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub boards: Vec<Board>,
    /// When clinicians see patients, for booking.
    #[serde(skip_serializing_if = "Schedule::is_default")]
    pub schedule: Schedule,
    /// The page behind a ticket's code, on the patient's own phone.
    #[serde(skip_serializing_if = "TicketPages::is_default")]
    pub pages: TicketPages,
    /// Barcodes that the clinic's own letters carry already.
    pub barcodes: Vec<BarcodePattern>,
    /// Only signed letters are taken: the plain codes `ARR:A:` that anyone can make are not.
    pub signed_letters_only: bool,
    /// A card that holds name and birth date is enough; else day and month of birth are typed after it.
    pub trust_two_identifiers: bool,
    /// After this many failed tries within an hour a kiosk stops looking people up until the hour is over.
    pub failed_tries_per_hour: u32,
    /// Who comes when someone feels unwell, as a sentence for the patient. Empty: the pages' own words.
    pub unwell_comes: Localized,
    /// A letter's code is taken until this many days after the visit, so that a visit that was moved still finds its
    /// patient.
    pub letter_valid_days: u8,
    /// What letters are printed on.
    pub letter_paper: LetterPaper,
    /// What kiosks verify letters with. The desk's own; whatever a configuration says is replaced.
    #[serde(skip_serializing_if = "LetterKeys::is_empty")]
    pub letters: LetterKeys,
}

fn is_usual(clock: &Clock) -> bool {
    *clock == Clock::default()
}

/// Insurance is no contact detail, and a word that is none is answered with those that are.
fn details<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Field>, D::Error> {
    let mut details = Vec::new();
    for word in Vec::<String>::deserialize(from)? {
        let field = Field::from_code(&word)
            .filter(|field| Field::DETAILS.contains(field))
            .filter(|field| !details.contains(field));
        details.push(field.ok_or_else(|| {
            let words = Field::DETAILS.map(Field::code).join(", ");
            serde::de::Error::custom(format!("details: expected words of {words}, each once; found {word:?}"))
        })?);
    }
    Ok(details)
}

impl Default for ClinicSettings {
    fn default() -> Self {
        Self {
            name: "Clinic".to_owned(),
            time_zone: "America/New_York".to_owned(),
            day_begins_at_hour: DAY_BEGINS_AT,
            country: "US".to_owned(),
            clock: Clock::default(),
            date_order: None,
            ask_again_after_days: 7,
            details: Field::DETAILS.to_vec(),
            insurance: InsuranceSettings::default(),
            early_minutes: 60,
            late_minutes: 15,
            site_places: Vec::new(),
            sites: Vec::new(),
            services: Vec::new(),
            walk_in: Vec::new(),
            queues: Vec::new(),
            points: Vec::new(),
            kiosks: KioskRules::default(),
            keep: KeepRules::default(),
            session: SessionRules::default(),
            boards: Vec::new(),
            schedule: Schedule::default(),
            pages: TicketPages::default(),
            barcodes: Vec::new(),
            signed_letters_only: false,
            trust_two_identifiers: false,
            failed_tries_per_hour: 20,
            unwell_comes: Localized::default(),
            letter_valid_days: 14,
            letter_paper: LetterPaper::default(),
            letters: LetterKeys::default(),
        }
    }
}

/// How long the desk keeps what it holds of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeepRules {
    /// Appointments, check-ins, changes and what staff did about them are taken out this many days after their day.
    pub visit_days: u16,
}

impl Default for KeepRules {
    fn default() -> Self {
        // A year and a month: reports compare a month with the same one of the year before.
        Self { visit_days: 400 }
    }
}

/// When pages of staff lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionRules {
    /// A page locks after this many minutes without work. None: as the desk's own configuration says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_minutes: Option<u32>,
}

impl SessionRules {
    /// Minutes that make sense: not while someone reads a page, and not longer than a working day.
    pub const IDLE_MINUTES: RangeInclusive<u32> = 1..=720;

    /// Whether the rules make sense.
    ///
    /// # Errors
    /// One sentence on what does not.
    pub fn check(&self) -> Result<(), String> {
        match self.idle_minutes.filter(|minutes| !Self::IDLE_MINUTES.contains(minutes)) {
            Some(minutes) => Err(format!(
                "session: idle_minutes is {} to {}; found {minutes}",
                Self::IDLE_MINUTES.start(),
                Self::IDLE_MINUTES.end()
            )),
            None => Ok(()),
        }
    }
}

/// The sheet that a letter is printed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterPaper {
    /// 8.5 by 11 inches, as in North America.
    #[default]
    Letter,
    /// 210 by 297 millimetres, as nearly everywhere else.
    A4,
}

/// The clinic's own words, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(pub BTreeMap<Language, String>);

impl Localized {
    /// As staff read it.
    #[must_use]
    pub fn for_staff(&self) -> &str {
        self.in_language(Language::STAFF)
    }

    /// The words in this language, else in English, else in any; empty if there are none.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        let words = self.0.get(&language).or_else(|| self.0.get(&Language::STAFF)).or_else(|| self.0.values().next());
        words.map_or("", String::as_str)
    }
}

/// Another site of the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherSite {
    /// The beginning of its places' names, such as `Riverside annex`.
    pub place: String,
    /// Street, number and city, as one would tell a taxi driver.
    pub address: String,
    /// How far it is from here, such as "10 minutes on foot".
    #[serde(default)]
    pub how_far: Localized,
}

/// What is different for one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceRules {
    /// The service's name, as appointments have it.
    pub service: String,
    /// Instead of the clinic's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_minutes: Option<u32>,
    /// Instead of the clinic's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_minutes: Option<u32>,
    /// What every visit of this service needs.
    pub documents: Vec<Document>,
}

/// A reason to come without an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkInCategory {
    /// Its name in data.
    pub code: String,
    /// What the patient reads.
    pub name: Localized,
    /// Where to wait.
    #[serde(default)]
    pub place: String,
}

/// A barcode that is not ours, distinguished by its shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarcodePattern {
    /// What its number is.
    pub carries: Carries,
    /// A regular expression for the whole text, with one group: the number, such as `MRN(\d{7})`.
    pub pattern: String,
}

/// What a barcode's number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carries {
    /// An appointment's.
    Appointment,
    /// A patient's: the medical record number.
    Patient,
}

/// What is needed to verify a letter's code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LetterKeys {
    /// Eight hexadecimal digits that tell this clinic's letters from another's.
    pub clinic: String,
    /// The current key and those before it whose letters are still out there.
    pub keys: Vec<LetterKey>,
}

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterKey {
    /// Its number, which letters name.
    pub id: u8,
    /// The Ed25519 public key, 64 hexadecimal digits.
    pub public: String,
}

impl LetterKeys {
    /// Whether there is nothing to verify with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl ClinicSettings {
    /// The same without the desk's own keys: what may be written into a file or shown.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        let pages = TicketPages { key: String::new(), ..self.pages.clone() };
        Self { letters: LetterKeys::default(), pages, ..self.clone() }
    }

    /// The clinic's boards; one that shows everything if it described none.
    #[must_use]
    pub fn all_boards(&self) -> Vec<Board> {
        if self.boards.is_empty() { vec![Board::of_everything()] } else { self.boards.clone() }
    }

    /// Whether a place is at this site.
    #[must_use]
    pub fn is_here(&self, place: &str) -> bool {
        self.site_places.is_empty() || self.site_places.iter().any(|beginning| place.starts_with(beginning.as_str()))
    }

    /// The other site that a place is at, if the clinic described it.
    #[must_use]
    pub fn site_of(&self, place: &str) -> Option<&OtherSite> {
        self.sites.iter().find(|site| place.starts_with(site.place.as_str()))
    }

    /// What is different for a service.
    #[must_use]
    pub fn rules_of(&self, service: &str) -> Option<&ServiceRules> {
        self.services.iter().find(|rules| rules.service == service)
    }

    /// Minutes before and after the beginning between which one can check in for a service.
    #[must_use]
    pub fn window_of(&self, service: &str) -> (u32, u32) {
        let rules = self.rules_of(service);
        let early = rules.and_then(|rules| rules.early_minutes).unwrap_or(self.early_minutes);
        let late = rules.and_then(|rules| rules.late_minutes).unwrap_or(self.late_minutes);
        (early, late)
    }

    /// The settings as another program told them, as far as they are known here. One that says no hour is of before
    /// there was one, and begins the day at midnight; anyone who hears of it does so too.
    ///
    /// # Errors
    /// If what is known is not what it should be.
    pub fn told(mut settings: Value) -> Result<Self, serde_json::Error> {
        if let Value::Object(fields) = &mut settings {
            fields.entry("day_begins_at_hour").or_insert(0.into());
        }
        known_of(settings)
    }

    /// Which day it is for the clinic, and when.
    ///
    /// # Errors
    /// If the time zone does not exist.
    pub fn day(&self) -> Result<ClinicDay, UnknownZone> {
        Ok(ClinicDay::new(self.zone()?, self.day_begins_at_hour))
    }

    /// How dates and times are written here.
    #[must_use]
    pub fn dates(&self) -> DateStyle {
        let usual = if self.country == "US" { DateOrder::MonthDayYear } else { DateOrder::DayMonthYear };
        DateStyle { clock: self.clock, order: self.date_order.unwrap_or(usual) }
    }

    /// How staff read moments here.
    ///
    /// # Errors
    /// If the time zone does not exist.
    pub fn staff_time(&self) -> Result<StaffTime, UnknownZone> {
        Ok(StaffTime { zone: self.zone()?, style: self.dates() })
    }

    /// The clinic's time zone.
    ///
    /// # Errors
    /// A sentence that names the zone, if no such zone exists.
    pub fn zone(&self) -> Result<TimeZone, UnknownZone> {
        TimeZone::get(&self.time_zone).map_err(|_| UnknownZone(self.time_zone.clone()))
    }
}

/// A time zone that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone {0:?}; write an IANA name such as \"America/New_York\"")]
pub struct UnknownZone(pub String);
