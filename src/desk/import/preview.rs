//! A list that is looked at before it is taken: what it would change, line by line of what is refused, and then exactly that.
//!
//! Invariants: nothing is stored before somebody said so; what is taken is what was shown, or nothing; a list that nobody took is forgotten
//! after a quarter of an hour.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::super::Desk;
use super::super::error::DeskError;
use super::super::secret::{hash_token, random_token};
use super::super::store::{Changed, Taken, Unsaid};
use super::{ImportError, Report, Sink, Summary, check_text, csv, fhir, read_bounded};
use crate::domain::appointment::Appointment;
use crate::domain::proposal::Field;

/// A larger list is imported by command.
pub const UPLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// So many lists are kept at a time; the oldest makes room.
const KEPT_MAX: usize = 4;
/// A list is kept for so long.
pub const KEPT_MINUTES: i64 = 15;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// CSV.
    Csv,
    /// FHIR R4 JSON.
    Fhir,
}

impl Kind {
    /// By the end of a file's name.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Fhir),
            _ => None,
        }
    }
}

/// A list as it was read, and nothing done with it.
#[derive(Clone, Default)]
pub struct ReadList {
    /// What is good in it.
    pub list: Vec<Appointment>,
    /// What it does not speak of.
    pub unsaid: Unsaid,
    /// What is refused: the line, and why.
    pub refused: Vec<(u64, String)>,
    /// What costs no more than itself, or is worth knowing: the line, if it is about one, and what.
    pub notes: Vec<(Option<u64>, String)>,
}

impl Sink for ReadList {
    fn leaves_unsaid(&mut self, unsaid: Unsaid) {
        self.unsaid = unsaid;
    }

    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        self.list.push(appointment);
        Ok(())
    }

    fn refuse(&mut self, line: u64, why: &str) {
        self.refused.push((line, why.to_owned()));
    }

    fn warn(&mut self, line: u64, why: &str) {
        self.notes.push((Some(line), why.to_owned()));
    }

    fn note(&mut self, text: &str) {
        self.notes.push((None, text.to_owned()));
    }
}

impl ReadList {
    /// Reads a list.
    ///
    /// # Errors
    /// One sentence, if nothing of it can be read.
    pub fn read(kind: Kind, bytes: &[u8]) -> Result<Self, ImportError> {
        check_text(bytes).map_err(ImportError::WrongFile)?;
        let mut list = Self::default();
        match kind {
            Kind::Csv => csv::read(bytes, &mut list)?,
            Kind::Fhir => fhir::read(bytes, &mut list)?,
        }
        Ok(list)
    }
}

/// Says what one file would change, and takes nothing of it. Of a person a line says which fields are different, and not what is in them.
///
/// # Errors
/// One sentence, if nothing of the file can be read or the desk's own cannot be.
pub fn preview_file(desk: &Desk, path: &Path, report: &mut dyn FnMut(Report)) -> Result<Summary, ImportError> {
    let name = path.display();
    let named = |why: String| ImportError::WrongFile(format!("{name}: {why}"));
    let kind = path.extension().and_then(|end| end.to_str()).and_then(Kind::of_extension);
    let kind = kind.ok_or_else(|| named("expected a file whose name ends in .csv or .json".to_owned()))?;
    let list = ReadList::read(kind, &read_bounded(path).map_err(named)?).map_err(|error| match error {
        ImportError::WrongFile(why) => named(why),
        other => other,
    })?;
    list.refused.iter().for_each(|(line, why)| report(Report::Refusal(format!("{name}:{line}: {why}"))));
    for (line, what) in &list.notes {
        report(Report::Note(line.map_or_else(|| format!("{name}: {what}"), |line| format!("{name}:{line}: {what}"))));
    }
    let zone = desk.settings().zone().map_err(DeskError::from)?;
    let preview = desk.preview(&list)?;
    preview.refused.iter().for_each(|why| report(Report::Refusal(format!("{name}: {why}"))));
    preview.notes.iter().for_each(|note| report(Report::Note(format!("{name}: {note}"))));
    for one in &preview.changed {
        let id = &one.after.id;
        report(Report::Change(match &one.before {
            None => format!("appointment {id}: new"),
            Some(before) => {
                let found = differences(before, &one.after, &zone);
                let found = found
                    .into_iter()
                    .map(|one| if one.is_personal { one.what.to_owned() } else { format!("{} {} -> {}", one.what, one.old, one.new) });
                format!("appointment {id}: {}", found.collect::<Vec<_>>().join(", "))
            }
        }));
    }
    let mut days: BTreeMap<Date, u64> = BTreeMap::new();
    for appointment in &list.list {
        *days.entry(appointment.local_date(&zone)).or_default() += 1;
    }
    report(Report::Days(days));
    Ok(Summary {
        taken: preview.changed.len() as u64,
        unchanged: preview.unchanged,
        refused: (list.refused.len() + preview.refused.len()) as u64,
    })
}

/// What a list would change.
#[derive(Clone)]
pub struct Preview {
    /// New, or different.
    pub changed: Vec<Changed>,
    /// As it is.
    pub unchanged: u64,
    /// What would not be taken because of what the desk has already, and why.
    pub refused: Vec<String>,
    /// What is worth knowing of what would be taken, such as two people with one number.
    pub notes: Vec<String>,
}

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub what: &'static str,
    /// As it is; empty is nothing.
    pub old: String,
    /// As it would be.
    pub new: String,
    /// Whether it says something about the person, and so is shown to staff alone.
    pub is_personal: bool,
}

/// What is different about an appointment.
#[must_use]
pub fn differences(before: &Appointment, after: &Appointment, zone: &TimeZone) -> Vec<Difference> {
    let time = |one: &Appointment| one.start.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let status =
        |one: &Appointment| serde_json::to_value(one.status).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
    let documents = |one: &Appointment| one.documents.iter().map(|document| document.for_staff()).collect::<Vec<_>>().join(", ");
    let names = |names: &[crate::domain::private::Private]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join("; ");
    let parts = |one: &Appointment| -> Vec<(&'static str, String, bool)> {
        let mut parts = vec![
            ("start", time(one), false),
            ("minutes", one.minutes.to_string(), false),
            ("status", status(one), false),
            ("made on", one.booked_on.map(|date| date.to_string()).unwrap_or_default(), false),
            ("service", one.service.clone(), false),
            ("clinician", one.practitioner.clone(), false),
            ("place", one.place.clone(), false),
            ("documents", documents(one), false),
            ("patient number", one.person.id.to_string(), true),
            ("given name", one.person.given_name.as_str().to_owned(), true),
            ("family name", one.person.family_name.as_str().to_owned(), true),
            ("date of birth", one.person.birth_date.written(), true),
            ("other given names", names(&one.person.other_given_names), true),
            ("other family names", names(&one.person.other_family_names), true),
        ];
        for field in Field::ALL {
            parts.push((field.for_staff(), one.value(field).one_line().as_str().to_owned(), true));
        }
        parts
    };
    let pairs = parts(before).into_iter().zip(parts(after));
    let mut found: Vec<Difference> = pairs
        .filter(|((_, old, _), (_, new, _))| old != new)
        .map(|((what, old, is_personal), (_, new, _))| Difference { what, old, new, is_personal })
        .collect();
    if found.is_empty() {
        // Such as a payer's code, which nobody reads.
        found.push(Difference { what: "details that staff do not read", old: String::new(), new: String::new(), is_personal: true });
    }
    found
}

/// A list that somebody looks at.
struct Kept {
    name: String,
    user: String,
    at: Timestamp,
    list: ReadList,
}

/// Lists that were looked at and not taken yet. A restart forgets them; nothing of them is on the desk.
#[derive(Default)]
pub struct Previews(Mutex<Vec<Kept>>);

impl Previews {
    fn with<T>(&self, now: Timestamp, work: impl FnOnce(&mut Vec<Kept>) -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| now.duration_since(one.at) <= SignedDuration::from_mins(KEPT_MINUTES));
        work(&mut kept)
    }
}

/// What came of taking a list that was looked at.
pub enum Took {
    /// It was taken.
    All(Taken, usize),
    /// The desk's list is another one than when it was looked at: look again.
    Changed,
    /// It was forgotten, or is somebody else's.
    Gone,
}

impl Desk {
    /// What a list would change; nothing is stored.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn preview(&self, list: &ReadList) -> Result<Preview, DeskError> {
        let now = self.now();
        let (changed, taken) = self.with_store(|store| store.preview_list(&list.list, list.unsaid, now))?;
        Ok(Preview { changed, unchanged: taken.unchanged, refused: taken.refused, notes: taken.notes })
    }

    /// Keeps a list that somebody looks at, and answers the token under which it is found.
    ///
    /// # Errors
    /// If the machine gives no random bytes.
    pub fn keep_list(&self, list: ReadList, user: &str) -> Result<String, DeskError> {
        let token = random_token()?;
        let (name, at) = (hash_token(&token), self.now());
        self.inner.previews.with(at, |kept| {
            // A second list of the same person takes the place of the first.
            kept.retain(|one| one.user != user);
            if kept.len() >= KEPT_MAX {
                kept.remove(0);
            }
            kept.push(Kept { name, user: user.to_owned(), at, list });
        });
        Ok(token)
    }

    /// The list of this token, if this user looks at it.
    #[must_use]
    pub fn kept_list(&self, token: &str, user: &str) -> Option<ReadList> {
        let name = hash_token(token);
        self.inner
            .previews
            .with(self.now(), |kept| kept.iter().find(|one| one.name == name && one.user == user).map(|one| one.list.clone()))
    }

    /// Takes a list over that was looked at, if it still would change what was shown: `mark` is [`Preview::mark`]'s.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is taken.
    pub fn take_kept_list(&self, token: &str, mark: &str, user: &str) -> Result<Took, DeskError> {
        let Some(list) = self.kept_list(token, user) else { return Ok(Took::Gone) };
        let now = self.now();
        let same = |changed: &[Changed]| mark_of(changed) == mark;
        let Some(taken) = self.with_store(|store| store.take_list_if(&list.list, list.unsaid, user, now, same))? else {
            return Ok(Took::Changed);
        };
        let name = hash_token(token);
        self.inner.previews.with(now, |kept| kept.retain(|one| one.name != name));
        self.notify();
        let refused = list.refused.len() + taken.refused.len();
        Ok(Took::All(taken, refused))
    }
}

impl Preview {
    /// What tells this preview from another one.
    #[must_use]
    pub fn mark(&self) -> String {
        mark_of(&self.changed)
    }
}

fn mark_of(changed: &[Changed]) -> String {
    let text: Vec<String> = changed.iter().map(|one| serde_json::to_string(&(&one.before, &one.after)).unwrap_or_default()).collect();
    hash_token(&text.join("\n"))
}
