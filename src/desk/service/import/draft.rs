//! An appointment as texts, before anyone has looked at them; and the rules that make it a real one.
//!
//! Invariants: CSV and FHIR meet here, so the same day gives the same appointments whichever way it came; what is wrong
//! with a field costs its owner that field, and the appointment only if it cannot be told which one it is, when, or
//! whose.

use jiff::civil::Date;

use super::language;
use super::text::{clean, without_entities};
use super::when::{self, Short, Style, Wrong};
use super::words;
use crate::domain::appointment::{Appointment, Confirmed};
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

/// What a row or a resource says, as texts; empty is "nothing said".
#[derive(Default, Clone)]
pub struct Draft {
    /// `appointment_id`
    pub id: String,
    /// ISO 8601 with offset; or as [`when::start`] reads it.
    pub start: String,
    /// As [`words::minutes`] reads it.
    pub minutes: String,
    /// FHIR `Appointment.status`, or another word that [`words::status`] knows.
    pub status: String,
    /// When it was first made: `YYYY-MM-DD`
    pub booked_on: String,
    /// What for.
    pub service: String,
    /// The provider.
    pub practitioner: String,
    /// Where.
    pub place: String,
    /// The booking system's number of the person.
    pub patient_id: String,
    /// Which system that number is of, as [`Person::source`].
    pub patient_source: String,
    /// All first names.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Other first names, separated by semicolons.
    pub other_given_names: String,
    /// Other last names, separated by semicolons.
    pub other_family_names: String,
    /// Other phones on which they can be reached now, separated by semicolons.
    pub other_phones: String,
    /// As [`words::born`] reads it.
    pub birth_date: String,
    /// Phone; if it holds several, they are taken apart.
    pub phone: String,
    /// Email.
    pub email: String,
    /// Street and number.
    pub address: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// BCP 47, or another code or a name.
    pub language: String,
    /// What they want to be called.
    pub preferred_name: String,
    /// Whether someone has to interpret: `yes`, `no`, or a few other words for these.
    pub interpreter: String,
    /// The whole name of the emergency contact.
    pub emergency_contact_name: String,
    /// Their phone.
    pub emergency_contact_phone: String,
    /// The insurance that pays first.
    pub card: Card,
    /// The insurance that pays the rest.
    pub second_card: Card,
    /// Codes of documents, separated by semicolons.
    pub documents: String,
}

/// An insurance card, as texts.
#[derive(Default, Clone, PartialEq, Eq)]
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

    /// What is wrong is left out, with a warning each. `prefix` goes before the names of columns.
    fn finish(self, prefix: &str, visit: Date, style: &Style, warnings: &mut Vec<String>) -> Option<Coverage> {
        let mut date = |name: &str, text: &str, short: Short| {
            if text.is_empty() {
                return None;
            }
            read_date(&format!("{prefix}{name}"), text, style, short)
                .map_err(|why| warnings.push(left_empty(&why)))
                .ok()
        };
        let (start, end) =
            (date("coverage_start", &self.start, Short::Now), date("coverage_end", &self.end, Short::Now));
        let holder_birth_date =
            date("holder_birth_date", &self.holder_birth_date, Short::NotAfter(visit)).map(BirthDate);
        let is = match self.relationship.to_ascii_lowercase().as_str() {
            "" | "self" => None,
            code => Some(Relationship::ALL.into_iter().find(|is| is.code() == code).unwrap_or_else(|| {
                let words = Relationship::ALL.map(Relationship::code).join(", ");
                warnings.push(format!(
                    "{prefix}relationship: expected self, {words}, found another word; imported as other"
                ));
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

/// Fields without which an appointment is none: what is wrong with them costs it.
const NEEDED: [&str; 2] = ["appointment_id", "start"];
/// Fields that are whose it is: longer than any that is real, they are another kind of line.
const WHOSE: [&str; 5] = ["patient_id", "given_name", "family_name", "other_given_names", "other_family_names"];

/// What becomes of a field that cannot be read and costs no more than itself.
pub(super) fn left_empty(why: &str) -> String {
    format!("{why}; it is left empty")
}

impl Draft {
    /// As [`Draft::finish_by`], with dates and times as FHIR has them.
    ///
    /// # Errors
    /// As there.
    pub fn finish(self, warnings: &mut Vec<String>) -> Result<Appointment, String> {
        self.finish_by(&Style::iso(), warnings)
    }

    /// Looks at every field and makes the appointment, or says what was expected and what was found. What costs no
    /// more than itself is left out and pushed onto `warnings`.
    ///
    /// # Errors
    /// One sentence without anything about the person.
    pub fn finish_by(mut self, style: &Style, warnings: &mut Vec<String>) -> Result<Appointment, String> {
        let mut refused = None;
        for (name, text) in self.texts() {
            let plain = clean(&without_entities(text)).into_owned();
            *text = plain;
            if let Err((why, is_needed)) = check_text(name, text) {
                text.clear();
                if is_needed {
                    refused = refused.or(Some((name, why)));
                } else {
                    warnings.push(left_empty(&why));
                }
            }
        }
        match refused {
            Some((name, why)) if name == "appointment_id" || self.id.is_empty() => return Err(why),
            Some((_, why)) => return Err(format!("appointment {}: {why}", self.id)),
            None => {}
        }
        if self.id.is_empty() {
            return Err("appointment_id: expected the scheduling system's appointment ID, found nothing".to_owned());
        }
        if AppointmentId::from(self.id.as_str()).is_of_request() {
            return Err(
                "appointment_id: expected the scheduling system's appointment ID, found the ID of a walk-in request"
                    .to_owned(),
            );
        }
        if self.id.chars().count() > ID_CHARS_MAX {
            return Err(format!(
                "appointment_id: expected at most {ID_CHARS_MAX} characters, found {}",
                self.id.chars().count()
            ));
        }
        self.finish_known(style, warnings)
    }

    fn finish_known(self, style: &Style, warnings: &mut Vec<String>) -> Result<Appointment, String> {
        let id = self.id.clone();
        let at = |why: String| format!("appointment {id}: {why}");
        let (start, note) = when::start(&self.start, style).map_err(at)?;
        warnings.extend(note);
        let (minutes, note) = words::minutes(&self.minutes);
        warnings.extend(note);
        let (status, note) = words::status(&self.status);
        warnings.extend(note);
        if self.given_name.is_empty() && self.family_name.is_empty() {
            return Err(at("given_name, family_name: expected a name, found nothing".to_owned()));
        }
        let birth_date = words::born(&self.birth_date, start, style, warnings);
        let visit = start.to_zoned_datetime(style.zone.clone().unwrap_or(jiff::tz::TimeZone::UTC)).date();
        let coverage = self.card.clone().finish("", visit, style, warnings);
        let second_coverage = self.second_card.clone().finish("second_", visit, style, warnings);
        let booked_on = if self.booked_on.is_empty() {
            Ok(None)
        } else {
            read_date("booked_on", &self.booked_on, style, Short::Now).map(Some)
        };
        let booked_on = booked_on.unwrap_or_else(|why| {
            warnings.push(left_empty(&why));
            None
        });
        let interpreter = read_yes_or_no("interpreter", &self.interpreter).unwrap_or_else(|why| {
            warnings.push(left_empty(&why));
            None
        });
        let language = language::bcp47(&self.language);
        if language.is_none() && !language::says_nothing(&self.language) {
            warnings.push(left_empty("language: expected a language such as es or Spanish, found another word"));
        }
        for warning in warnings.iter_mut() {
            *warning = at(std::mem::take(warning));
        }
        let other_given_names =
            read_names("other_given_names", &self.other_given_names, &self.given_name).map_err(at)?;
        let other_family_names =
            read_names("other_family_names", &self.other_family_names, &self.family_name).map_err(at)?;
        let documents = read_documents(&self.documents).map_err(at)?;
        let has_number = !is_no_number(&self.patient_id);
        let (phone, more_phones) = words::phones(&self.phone);
        let listed = self.other_phones.split(';').map(str::trim).map(str::to_owned);
        let mut other_phones: Vec<Private> = Vec::new();
        for other in more_phones.into_iter().chain(listed).filter(|other| !other.is_empty() && *other != phone) {
            if other_phones.iter().all(|known| known.as_str() != other) {
                other_phones.push(Private::new(other));
            }
        }
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
                birth_date,
                other_given_names,
                other_family_names,
                other_phones,
                number: String::new(),
                source: if has_number { self.patient_source } else { String::new() },
                contact: Contact {
                    phone: Private::new(phone),
                    email: Private::new(self.email),
                    address: Private::new(self.address),
                    city: Private::new(self.city),
                    state: Private::new(self.state),
                    postal_code: Private::new(self.postal_code),
                },
                language,
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

    /// The names of all fields.
    #[cfg(test)]
    #[must_use]
    pub fn columns() -> Vec<&'static str> {
        Self::default().texts().into_iter().map(|(name, _)| name).collect()
    }

    /// Whether a CSV column of this name speaks of the second card.
    #[must_use]
    pub fn is_of_second_card(column: &str) -> bool {
        Card::default().texts().iter().any(|(_, name, _)| *name == column)
    }

    /// The field that a CSV column of this name fills.
    pub fn field(&mut self, column: &str) -> Option<&mut String> {
        self.texts().into_iter().find_map(|(name, text)| (name == column).then_some(text))
    }
}

/// Whether a field is text of a length that can be kept. If not: why, and whether that costs the appointment.
fn check_text(name: &str, text: &str) -> Result<(), (String, bool)> {
    let is_needed = NEEDED.contains(&name);
    let chars_max = if name.starts_with("other_") { FIELD_CHARS_MAX * OTHER_NAMES_MAX } else { FIELD_CHARS_MAX };
    if text.chars().nth(chars_max).is_some() {
        let why = format!("{name}: expected at most {chars_max} characters, found {}", text.chars().count());
        return Err((why, is_needed || WHOSE.contains(&name)));
    }
    if text.chars().any(char::is_control) {
        return Err((format!("{name}: expected plain text, found control characters"), is_needed));
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
            return Err(format!(
                "{column}: expected at most {OTHER_NAMES_MAX} names separated by semicolons, found more"
            ));
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

fn read_date(name: &str, text: &str, style: &Style, short: Short) -> Result<Date, String> {
    let expected = format!("{name}: expected a date such as 1950-03-01, found");
    when::date(text, style, short).map_err(|wrong| match wrong {
        Wrong::Nothing => format!("{expected} nothing"),
        Wrong::DoesNotExist => format!("{expected} a date that does not exist"),
        Wrong::OtherOrder => when::other_order(name, style),
        Wrong::NoDate | Wrong::NoTime | Wrong::OtherForm => format!("{expected} another form"),
    })
}
