//! An appointment as texts, before anybody has looked at them; and the rules that make it a real one.
//!
//! Invariants: CSV and FHIR meet here, so the same day gives the same appointments whichever way it came; nothing that is said of
//! a booking's date, a card, a preferred name, an interpreter or an emergency contact costs its owner the appointment.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::appointment::{Appointment, AppointmentStatus, Confirmed};
use crate::domain::born::Born;
use crate::domain::document::Document;
use crate::domain::identity::fold_name;
pub use crate::domain::ids::is_no_number;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::{Coverage, Holder, Relationship};
use crate::domain::person::{BirthDate, Contact, EmergencyContact, Person};
use crate::domain::private::Private;

/// No field of a real list is longer.
pub(super) const FIELD_CHARS_MAX: usize = 500;
/// No appointment id of a real list is longer.
const ID_CHARS_MAX: usize = 128;
/// No person of a real list has more other names of a kind.
pub(super) const OTHER_NAMES_MAX: usize = 20;
/// A day; a longer appointment is a mistake.
const MINUTES_MAX: u32 = 24 * 60;

/// What a row or a resource says, as texts; empty is "nothing said".
#[derive(Default, Clone)]
pub struct Draft {
    /// `appointment_id`
    pub id: String,
    /// ISO 8601 with offset.
    pub start: String,
    /// Whole minutes.
    pub minutes: String,
    /// FHIR `Appointment.status`.
    pub status: String,
    /// When it was first made: `YYYY-MM-DD`
    pub booked_on: String,
    /// What for.
    pub service: String,
    /// With whom.
    pub practitioner: String,
    /// Where.
    pub place: String,
    /// The booking system's number of the person.
    pub patient_id: String,
    /// Which system that number is of, as [`Person::source`].
    pub patient_source: String,
    /// All given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Other given names, separated by semicolons.
    pub other_given_names: String,
    /// Other family names, separated by semicolons.
    pub other_family_names: String,
    /// Other telephones on which they can be reached now, separated by semicolons.
    pub other_phones: String,
    /// `YYYY-MM-DD`
    pub birth_date: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Street and number.
    pub address: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// BCP 47.
    pub language: String,
    /// What they want to be called.
    pub preferred_name: String,
    /// Whether somebody has to interpret: `yes`, `no`, or a few other words for these.
    pub interpreter: String,
    /// The whole name of whom to tell if something happens.
    pub emergency_contact_name: String,
    /// Their telephone.
    pub emergency_contact_phone: String,
    /// The insurance that pays first.
    pub card: Card,
    /// The insurance that pays the rest.
    pub second_card: Card,
    /// Codes of documents, separated by semicolons.
    pub documents: String,
}

/// An insurance card, as texts.
#[derive(Default, Clone)]
pub struct Card {
    /// Who pays.
    pub payer: String,
    /// Which of the clinic's payers that is.
    pub payer_code: String,
    /// Member number.
    pub member_id: String,
    /// Group number.
    pub group_id: String,
    /// The plan's name.
    pub plan: String,
    /// `YYYY-MM-DD`
    pub start: String,
    /// `YYYY-MM-DD`
    pub end: String,
    /// What the holder is to the patient: a [`Relationship::code`]; `self` or nothing if it is the patient's own.
    pub relationship: String,
    /// The holder's name.
    pub holder_name: String,
    /// `YYYY-MM-DD`
    pub holder_birth_date: String,
}

impl Card {
    /// The column that fills each text, for the first card; for the second one, `second_` goes before it.
    fn texts(&mut self) -> [(&'static str, &'static str, &mut String); 10] {
        [
            ("payer", "second_payer", &mut self.payer),
            ("payer_code", "second_payer_code", &mut self.payer_code),
            ("member_id", "second_member_id", &mut self.member_id),
            ("group_id", "second_group_id", &mut self.group_id),
            ("plan", "second_plan", &mut self.plan),
            ("coverage_start", "second_coverage_start", &mut self.start),
            ("coverage_end", "second_coverage_end", &mut self.end),
            ("relationship", "second_relationship", &mut self.relationship),
            ("holder_name", "second_holder_name", &mut self.holder_name),
            ("holder_birth_date", "second_holder_birth_date", &mut self.holder_birth_date),
        ]
    }

    /// Whether a column of this name speaks of one of the cards.
    fn has_column(column: &str) -> bool {
        Self::default().texts().iter().any(|(first, second, _)| *first == column || *second == column)
    }

    /// What is wrong is left out, with a warning each. `prefix` goes before the names of columns.
    fn finish(self, prefix: &str, warnings: &mut Vec<String>) -> Option<Coverage> {
        let mut date = |name: &str, text: &str| {
            if text.is_empty() {
                return None;
            }
            read_date(&format!("{prefix}{name}"), text).map_err(|why| warnings.push(left_empty(&why))).ok()
        };
        let (start, end) = (date("coverage_start", &self.start), date("coverage_end", &self.end));
        let holder_birth_date = date("holder_birth_date", &self.holder_birth_date).map(BirthDate);
        let is = match self.relationship.to_ascii_lowercase().as_str() {
            "" | "self" => None,
            code => Some(Relationship::ALL.into_iter().find(|is| is.code() == code).unwrap_or_else(|| {
                let words = Relationship::ALL.map(Relationship::code).join(", ");
                warnings.push(format!("{prefix}relationship: expected self, {words}, found another word; it is taken as other"));
                Relationship::Other
            })),
        };
        let holder = is.map(|is| Holder { is, name: self.holder_name.into(), birth_date: holder_birth_date });
        let coverage = Coverage {
            payer: self.payer.into(),
            payer_code: self.payer_code,
            member_id: self.member_id.into(),
            group_id: self.group_id.into(),
            plan: self.plan.into(),
            holder,
            start,
            end,
        };
        Some(coverage).filter(|coverage| *coverage != Coverage::default())
    }
}

/// Columns besides those of cards of which nothing costs the appointment.
const DETAILS: [&str; 5] = ["booked_on", "preferred_name", "interpreter", "emergency_contact_name", "emergency_contact_phone"];

/// What becomes of a field that cannot be read and costs no more than itself.
pub(super) fn left_empty(why: &str) -> String {
    format!("{why}; it is left empty")
}

impl Draft {
    /// Looks at every field and makes the appointment, or says what was expected and what was found. What costs no
    /// more than itself ([`Draft::costs_only_itself`]) is left out and pushed onto `warnings`.
    ///
    /// # Errors
    /// One sentence without anything about the person.
    pub fn finish(mut self, warnings: &mut Vec<String>) -> Result<Appointment, String> {
        for (name, text) in self.texts() {
            if let Err(why) = check_text(name, text) {
                if !Self::costs_only_itself(name) {
                    return Err(why);
                }
                warnings.push(left_empty(&why));
                text.clear();
            }
            let trimmed = text.trim();
            if trimmed.len() != text.len() {
                *text = trimmed.to_owned();
            }
        }
        if self.id.is_empty() {
            return Err("appointment_id: expected the booking system's number, found nothing".to_owned());
        }
        if AppointmentId::from(self.id.as_str()).is_of_request() {
            return Err("appointment_id: expected the booking system's number, found one of a kiosk's requests".to_owned());
        }
        if self.id.chars().count() > ID_CHARS_MAX {
            return Err(format!("appointment_id: expected at most {ID_CHARS_MAX} characters, found {}", self.id.chars().count()));
        }
        self.finish_known(warnings)
    }

    fn finish_known(self, warnings: &mut Vec<String>) -> Result<Appointment, String> {
        let id = self.id.clone();
        let at = |why: String| format!("appointment {id}: {why}");
        let start = read_start(&self.start).map_err(at)?;
        let minutes = read_minutes(&self.minutes).map_err(at)?;
        let status = match self.status.as_str() {
            "" => AppointmentStatus::Booked,
            code => AppointmentStatus::from_code(code).ok_or_else(|| {
                at("status: expected a FHIR appointment status such as booked or cancelled, found another word".to_owned())
            })?,
        };
        if self.given_name.is_empty() {
            return Err(at("given_name: expected a name, found nothing".to_owned()));
        }
        if self.family_name.is_empty() {
            return Err(at("family_name: expected a name, found nothing".to_owned()));
        }
        let birth_date = read_birth_date(&self.birth_date, start, warnings);
        let coverage = self.card.clone().finish("", warnings);
        let second_coverage = self.second_card.clone().finish("second_", warnings);
        let booked_on = if self.booked_on.is_empty() { Ok(None) } else { read_date("booked_on", &self.booked_on).map(Some) };
        let booked_on = booked_on.unwrap_or_else(|why| {
            warnings.push(left_empty(&why));
            None
        });
        let interpreter = read_yes_or_no("interpreter", &self.interpreter).unwrap_or_else(|why| {
            warnings.push(left_empty(&why));
            None
        });
        for warning in warnings.iter_mut() {
            *warning = at(std::mem::take(warning));
        }
        let other_given_names = read_names("other_given_names", &self.other_given_names, &self.given_name).map_err(at)?;
        let other_family_names = read_names("other_family_names", &self.other_family_names, &self.family_name).map_err(at)?;
        let documents = read_documents(&self.documents).map_err(at)?;
        let has_number = !is_no_number(&self.patient_id);
        let other_phones = self.other_phones.split(';').map(str::trim).filter(|phone| !phone.is_empty()).map(Private::from).collect();
        let mut appointment = Appointment {
            id: AppointmentId::new(self.id),
            start,
            minutes,
            status,
            service: self.service,
            practitioner: self.practitioner,
            place: self.place,
            person: Person {
                id: PatientId::new(self.patient_id),
                given_name: self.given_name.into(),
                family_name: self.family_name.into(),
                birth_date: birth_date,
                other_given_names,
                other_family_names,
                other_phones,
                number: String::new(),
                source: if has_number { self.patient_source } else { String::new() },
                contact: Contact {
                    phone: Private::new(self.phone),
                    email: Private::new(self.email),
                    address: Private::new(self.address),
                    city: Private::new(self.city),
                    state: Private::new(self.state),
                    postal_code: Private::new(self.postal_code),
                },
                language: (!self.language.is_empty()).then_some(self.language),
                interpreter,
                preferred_name: self.preferred_name.into(),
                emergency_contact: EmergencyContact {
                    name: self.emergency_contact_name.into(),
                    phone: self.emergency_contact_phone.into(),
                },
            },
            coverage,
            second_coverage,
            confirmed: Confirmed::default(),
            booked_on,
            documents,
        };
        if !has_number {
            appointment.person.id = PatientId::made_of(&appointment.person, &appointment.id);
        }
        Ok(appointment)
    }

    fn texts(&mut self) -> Vec<(&'static str, &mut String)> {
        let first = self.card.texts().map(|(name, _, text)| (name, text));
        let second = self.second_card.texts().map(|(_, name, text)| (name, text));
        let texts = [
            ("appointment_id", &mut self.id),
            ("start", &mut self.start),
            ("minutes", &mut self.minutes),
            ("status", &mut self.status),
            ("booked_on", &mut self.booked_on),
            ("service", &mut self.service),
            ("practitioner", &mut self.practitioner),
            ("place", &mut self.place),
            ("patient_id", &mut self.patient_id),
            ("patient_source", &mut self.patient_source),
            ("given_name", &mut self.given_name),
            ("family_name", &mut self.family_name),
            ("birth_date", &mut self.birth_date),
            ("phone", &mut self.phone),
            ("email", &mut self.email),
            ("address", &mut self.address),
            ("city", &mut self.city),
            ("state", &mut self.state),
            ("postal_code", &mut self.postal_code),
            ("language", &mut self.language),
            ("preferred_name", &mut self.preferred_name),
            ("interpreter", &mut self.interpreter),
            ("emergency_contact_name", &mut self.emergency_contact_name),
            ("emergency_contact_phone", &mut self.emergency_contact_phone),
            ("other_given_names", &mut self.other_given_names),
            ("other_family_names", &mut self.other_family_names),
            ("other_phones", &mut self.other_phones),
            ("documents", &mut self.documents),
        ];
        texts.into_iter().chain(first).chain(second).collect()
    }

    /// Whether what is wrong in a CSV column of this name costs that field and no more.
    pub fn costs_only_itself(column: &str) -> bool {
        Card::has_column(column) || DETAILS.contains(&column)
    }

    /// Whether a CSV column of this name speaks of the second card.
    pub fn is_of_second_card(column: &str) -> bool {
        Card::default().texts().iter().any(|(_, name, _)| *name == column)
    }

    /// The field that a CSV column of this name fills.
    pub fn field(&mut self, column: &str) -> Option<&mut String> {
        self.texts().into_iter().find_map(|(name, text)| (name == column).then_some(text))
    }
}

/// As far as it can be read; what cannot costs nobody their visit, but is said.
fn read_birth_date(text: &str, start: Timestamp, warnings: &mut Vec<String>) -> Born {
    let born = Born::read(text).unwrap_or_else(|_| {
        warnings.push("birth_date: expected a date such as 1950-03-01, found another form; staff check this person in".to_owned());
        Born::Unknown
    });
    // A day more than the date in UTC: somewhere it is tomorrow already.
    let latest = start.to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::SignedDuration::from_hours(24));
    if born.day().is_some_and(|date| date.0 > latest) {
        warnings.push("birth_date: expected a date before the appointment, found a later one; staff check this person in".to_owned());
        return Born::Unknown;
    }
    born
}

/// Whether a field is text of a length that can be kept.
fn check_text(name: &str, text: &str) -> Result<(), String> {
    let chars_max = if name.starts_with("other_") { FIELD_CHARS_MAX * OTHER_NAMES_MAX } else { FIELD_CHARS_MAX };
    if text.chars().nth(chars_max).is_some() {
        return Err(format!("{name}: expected at most {chars_max} characters, found {}", text.chars().count()));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{name}: expected plain text, found control characters or a line break"));
    }
    Ok(())
}

/// Names that a person may give besides the one on file: each once, in the order of the list.
fn read_names(column: &str, text: &str, on_file: &str) -> Result<Vec<Private>, String> {
    let mut seen = vec![fold_name(on_file)];
    let mut names = Vec::new();
    for name in text.split(';').map(str::trim).filter(|name| !name.is_empty()) {
        // Names in two scripts may fold to nothing that tells them apart, so the text itself counts then.
        let folded = fold_name(name);
        let key = if folded.is_empty() { name.to_owned() } else { folded };
        if seen.contains(&key) {
            continue;
        }
        if names.len() == OTHER_NAMES_MAX {
            return Err(format!("{column}: expected at most {OTHER_NAMES_MAX} names separated by semicolons, found more"));
        }
        seen.push(key);
        names.push(Private::from(name));
    }
    Ok(names)
}

/// Each document once, in the order in which they are asked for.
fn read_documents(text: &str) -> Result<Vec<Document>, String> {
    let mut found = Vec::new();
    for code in text.split(';').map(str::trim).filter(|code| !code.is_empty()) {
        let document = Document::from_code(&code.to_ascii_lowercase()).ok_or_else(|| {
            let words = Document::ALL.map(Document::code).join(", ");
            format!("documents: expected words of {words} separated by semicolons, found another word")
        })?;
        found.push(document);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn read_yes_or_no(column: &str, text: &str) -> Result<Option<bool>, String> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "y" | "true" | "1" => Ok(Some(true)),
        "no" | "n" | "false" | "0" => Ok(Some(false)),
        _ => Err(format!("{column}: expected yes or no, found another word")),
    }
}

fn read_start(text: &str) -> Result<Timestamp, String> {
    const EXPECTED: &str = "start: expected a time with its offset, such as 2026-11-23T08:00:00-05:00, found";
    if text.is_empty() {
        return Err(format!("{EXPECTED} nothing"));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if text.parse::<jiff::civil::DateTime>().is_ok() {
        return Err(format!("{EXPECTED} none"));
    }
    let shape = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    if shape(4, b'-') && shape(7, b'-') && shape(10, b'T') {
        return Err(format!("{EXPECTED} a date or time that does not exist"));
    }
    Err(format!("{EXPECTED} another form"))
}

fn read_minutes(text: &str) -> Result<u32, String> {
    const EXPECTED: &str = "minutes: expected a whole number from 0 to 1440, found";
    if text.is_empty() {
        return Ok(0);
    }
    match text.parse::<i64>() {
        Ok(n) if n < 0 => Err(format!("{EXPECTED} a negative one")),
        Ok(n) => u32::try_from(n).ok().filter(|n| *n <= MINUTES_MAX).ok_or_else(|| format!("{EXPECTED} a larger one")),
        Err(_) => Err(format!("{EXPECTED} something else")),
    }
}

fn read_date(name: &str, text: &str) -> Result<Date, String> {
    let expected = format!("{name}: expected a date such as 1950-03-01, found");
    if text.is_empty() {
        return Err(format!("{expected} nothing"));
    }
    let bytes = text.as_bytes();
    let iso = bytes.len() == 10 && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !iso {
        return Err(format!("{expected} another form"));
    }
    text.parse().map_err(|_| format!("{expected} a date that does not exist"))
}
