//! A list that is looked at before it is taken: what it would change, line by line of what is refused, and then exactly
//! that.
//!
//! Invariants: nothing is stored before someone said so; what is taken is what was shown, or nothing; a list that no
//! one took is forgotten after a quarter of an hour.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use super::Kind;
use super::how::{How, Mapping};
use super::table::Look;
use super::{Given, ImportError, Report, Sink, Summary, look, read_as};
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{hash_token, random_token};
use crate::desk::store::{Changed, Taken, Unsaid};
use crate::domain::appointment::Appointment;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::ids::AppointmentId;
use crate::domain::proposal::Field;

/// A larger list is imported by command.
pub const UPLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// This many lists are kept at a time; the oldest makes room.
const KEPT_MAX: usize = 4;
/// A list is kept for so long.
pub const KEPT_MINUTES: i64 = 15;

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
    /// Reads a list, as a clinic of the default settings has it.
    ///
    /// # Errors
    /// One sentence, if nothing of it can be read.
    pub fn read(kind: Kind, bytes: &[u8]) -> Result<Self, ImportError> {
        Self::read_as(kind, bytes, &How::default())
    }

    /// Reads a list.
    ///
    /// # Errors
    /// One sentence, if nothing of it can be read.
    pub fn read_as(kind: Kind, bytes: &[u8], how: &How) -> Result<Self, ImportError> {
        let mut list = Self::default();
        read_as(kind, bytes, how, &mut list)?;
        Ok(list)
    }

    /// For which days its appointments are.
    #[must_use]
    pub fn days(&self, day: &ClinicDay) -> BTreeMap<Date, u64> {
        let mut days: BTreeMap<Date, u64> = BTreeMap::new();
        for appointment in &self.list {
            *days.entry(day.of(appointment.start)).or_default() += 1;
        }
        days
    }
}

/// Says what one file would change, and takes nothing of it. Of a person a line says which fields are different, and
/// not what is in them.
///
/// # Errors
/// As [`preview_as`].
pub fn preview_file(desk: &Desk, path: &Path, report: &mut dyn FnMut(Report)) -> Result<Summary, ImportError> {
    preview_as(desk, &Given::read(&[path])?, &desk.how_to_read(None)?, report)
}

/// As [`preview_file`], of files that are one list and are written so. What would change for people who are here comes
/// first.
///
/// # Errors
/// One sentence, if nothing of the file can be read or the desk's own cannot be.
pub fn preview_as(
    desk: &Desk,
    given: &Given,
    how: &How,
    report: &mut dyn FnMut(Report),
) -> Result<Summary, ImportError> {
    let mut list = ReadList::default();
    given.hand_on(how, &mut list)?;
    list.refused.iter().for_each(|(line, why)| report(Report::Refusal(given.at_line(*line, why))));
    for (line, what) in &list.notes {
        report(Report::Note(line.map_or_else(|| given.of_all(what), |line| given.at_line(line, what))));
    }
    let day = desk.settings().day().map_err(DeskError::from)?;
    let zone = day.zone();
    let preview = desk.preview(&list)?;
    preview.refused.iter().for_each(|why| report(Report::Refusal(given.of_all(why))));
    preview.notes.iter().for_each(|note| report(Report::Note(given.of_all(note))));
    let arrived = desk.arrived_today()?;
    let (here, others): (Vec<&Changed>, Vec<&Changed>) =
        preview.changed.iter().partition(|one| arrived.contains(&one.after.id));
    for one in &here {
        report(Report::Change(format!("{} (already checked in)", what_changes(one, zone))));
    }
    for one in &others {
        report(Report::Change(what_changes(one, zone)));
    }
    report(Report::Days(list.days(&day)));
    Ok(Summary {
        taken: preview.changed.len() as u64,
        unchanged: preview.unchanged,
        refused: (list.refused.len() + preview.refused.len()) as u64,
    })
}

/// One appointment that a list changes, without what it says of the person.
fn what_changes(one: &Changed, zone: &TimeZone) -> String {
    let id = &one.after.id;
    let Some(before) = &one.before else { return format!("appointment {id}: new") };
    let found = differences(before, &one.after, zone).into_iter();
    let found = found.map(|one| {
        if one.is_personal { one.what.to_owned() } else { format!("{} {} -> {}", one.what, one.old, one.new) }
    });
    format!("appointment {id}: {}", found.collect::<Vec<_>>().join(", "))
}

/// What a list would change for people who have checked in today, one sentence each. A list that cannot be read changes
/// nothing.
pub(super) fn changes_of_arrived(desk: &Desk, given: &Given, how: &How) -> Result<Vec<String>, ImportError> {
    let arrived = desk.arrived_today()?;
    if arrived.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_arrived = OfArrived { arrived: &arrived, list: ReadList::default() };
    match given.hand_on(how, &mut of_arrived) {
        Ok(()) => {}
        Err(ImportError::WrongFile(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    let zone = desk.settings().zone().map_err(DeskError::from)?;
    let preview = desk.preview(&of_arrived.list)?;
    Ok(preview
        .changed
        .iter()
        .map(|one| format!("already checked in, and changed by this list: {}", what_changes(one, &zone)))
        .collect())
}

/// Keeps of a list what is about people who are here.
struct OfArrived<'a> {
    arrived: &'a HashSet<AppointmentId>,
    list: ReadList,
}

impl Sink for OfArrived<'_> {
    fn leaves_unsaid(&mut self, unsaid: Unsaid) {
        self.list.unsaid = unsaid;
    }

    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        if self.arrived.contains(&appointment.id) {
            self.list.list.push(appointment);
        }
        Ok(())
    }

    fn refuse(&mut self, _: u64, _: &str) {}
    fn warn(&mut self, _: u64, _: &str) {}
    fn note(&mut self, _: &str) {}
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
    let time = |one: &Appointment| one.start.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let status = |one: &Appointment| {
        serde_json::to_value(one.status).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let documents =
        |one: &Appointment| one.documents.iter().map(|document| document.for_staff()).collect::<Vec<_>>().join(", ");
    let names = |names: &[crate::domain::private::Private]| {
        names.iter().map(crate::domain::private::Private::as_str).collect::<Vec<_>>().join("; ")
    };
    let parts = |one: &Appointment| -> Vec<(&'static str, String, bool)> {
        let mut parts = vec![
            ("start", time(one), false),
            ("minutes", one.minutes.to_string(), false),
            ("status", status(one), false),
            ("booked on", one.booked_on.map(|date| date.to_string()).unwrap_or_default(), false),
            ("service", one.service.clone(), false),
            ("provider", one.practitioner.clone(), false),
            ("place", one.place.clone(), false),
            ("documents", documents(one), false),
            ("patient ID", one.person.id.to_string(), true),
            ("first name", one.person.given_name.as_str().to_owned(), true),
            ("last name", one.person.family_name.as_str().to_owned(), true),
            ("date of birth", one.person.birth_date.written(), true),
            ("other first names", names(&one.person.other_given_names), true),
            ("other last names", names(&one.person.other_family_names), true),
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
        // Such as a payer's code, which no one reads.
        found.push(Difference { what: "other details", old: String::new(), new: String::new(), is_personal: true });
    }
    found
}

/// A file as it was sent, to be read again once its columns are matched.
#[derive(Clone)]
pub struct Sent {
    /// What it is.
    pub kind: Kind,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

/// A list that someone looks at.
struct Kept {
    name: String,
    user: String,
    at: Timestamp,
    sent: Sent,
    list: Option<Arc<ReadList>>,
}

/// What is kept under a token.
#[derive(Clone)]
pub struct Looked {
    /// The file.
    pub sent: Sent,
    /// What was read from it; nothing as long as its columns are not matched.
    pub list: Option<Arc<ReadList>>,
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
    /// It was forgotten, or is someone else's.
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

    /// The appointments whose patients have checked in today, or are here since another day.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn arrived_today(&self) -> Result<HashSet<AppointmentId>, DeskError> {
        let now = self.now();
        let rows = self.with_store(|store| store.list_at(now))?;
        Ok(rows
            .into_iter()
            .filter(|row| row.arrived_at.is_some() && row.appointment.is_some())
            .map(|row| row.id)
            .collect())
    }

    /// Keeps a list that someone looks at, and answers the token under which it is found.
    ///
    /// # Errors
    /// If the machine gives no random bytes.
    pub fn keep_list(&self, list: ReadList, user: &str) -> Result<String, DeskError> {
        self.keep_sent(Sent { kind: Kind::Csv, bytes: Arc::default() }, Some(list), user)
    }

    /// Keeps a file that someone sent, and what was read from it, if anything could be.
    ///
    /// # Errors
    /// If the machine gives no random bytes.
    pub fn keep_sent(&self, sent: Sent, list: Option<ReadList>, user: &str) -> Result<String, DeskError> {
        let token = random_token()?;
        let (name, at) = (hash_token(&token), self.now());
        self.part::<Previews>().with(at, |kept| {
            // A second list of the same person takes the place of the first.
            kept.retain(|one| one.user != user);
            if kept.len() >= KEPT_MAX {
                kept.remove(0);
            }
            kept.push(Kept { name, user: user.to_owned(), at, sent, list: list.map(Arc::new) });
        });
        Ok(token)
    }

    /// The list of this token, if this user looks at it.
    #[must_use]
    pub fn kept_list(&self, token: &str, user: &str) -> Option<Arc<ReadList>> {
        self.looked_at(token, user).and_then(|looked| looked.list)
    }

    /// The file of this token, if this user looks at it.
    #[must_use]
    pub fn looked_at(&self, token: &str, user: &str) -> Option<Looked> {
        let name = hash_token(token);
        self.part::<Previews>().with(self.now(), |kept| {
            let found = kept.iter().find(|one| one.name == name && one.user == user);
            found.map(|one| Looked { sent: one.sent.clone(), list: one.list.clone() })
        })
    }

    /// What the columns of a file that is looked at are, and samples of them.
    ///
    /// # Errors
    /// If the desk's file cannot be read.
    pub fn look_at_columns(&self, sent: &Sent) -> Result<Option<Look>, DeskError> {
        Ok(look(sent.kind, &sent.bytes, &self.how_to_read(None)?))
    }

    /// Reads a file that is looked at as someone says that it is written, and remembers that for its source. Why not,
    /// in a sentence, if it cannot be read so; then nothing is remembered.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn match_columns(
        &self,
        token: &str,
        mapping: Mapping,
        user: &str,
    ) -> Result<Option<Result<(), String>>, DeskError> {
        let Some(Looked { sent, .. }) = self.looked_at(token, user) else { return Ok(None) };
        let Some(look) = self.look_at_columns(&sent)? else { return Ok(None) };
        let how = self.how_to_read(Some(mapping.clone()))?;
        let list = match ReadList::read_as(sent.kind, &sent.bytes, &how) {
            Ok(list) => list,
            Err(ImportError::WrongFile(why)) => return Ok(Some(Err(why))),
            Err(ImportError::Desk(error)) => return Err(error),
        };
        let now = self.now();
        self.with_store(|store| store.remember_import_map(&look.key, &mapping, user, now))?;
        let name = hash_token(token);
        self.part::<Previews>().with(now, |kept| {
            if let Some(one) = kept.iter_mut().find(|one| one.name == name && one.user == user) {
                one.list = Some(Arc::new(list));
            }
        });
        Ok(Some(Ok(())))
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
        self.part::<Previews>().with(now, |kept| kept.retain(|one| one.name != name));
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
    let text: Vec<String> =
        changed.iter().map(|one| serde_json::to_string(&(&one.before, &one.after)).unwrap_or_default()).collect();
    hash_token(&text.join("\n"))
}
