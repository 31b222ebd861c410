//! A booking system's list, from a file onto the desk.
//!
//! Invariants: reading is pure (bytes in; appointments and refusals out) and apart from storing. A
//! refusal says where, what was expected and what kind of thing was found, never the content itself:
//! in a file with shifted columns any field may hold a name.

pub mod csv;
pub mod days;
pub mod draft;
pub mod fhir;
pub mod language;
pub mod preview;
pub mod sample;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Desk;
use super::error::DeskError;
use super::store::{Heard, Taken, Unsaid};
use crate::domain::appointment::Appointment;

/// A larger file is refused: a clinic's year is far smaller.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Appointments that are stored in one transaction.
const BATCH: usize = 500;

/// What a reader finds in a file, in order.
pub trait Sink {
    /// What the list does not speak of at all. Said before anything else, if there is anything.
    fn leaves_unsaid(&mut self, unsaid: Unsaid);
    /// A good appointment.
    ///
    /// # Errors
    /// If it cannot be stored; reading ends then.
    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError>;
    /// Something wrong in this line; the rest is still read.
    fn refuse(&mut self, line: u64, why: &str);
    /// Something wrong in this line that costs that field and no more. Said before the appointment itself.
    fn warn(&mut self, line: u64, why: &str);
    /// Worth knowing, but nothing is lost.
    fn note(&mut self, text: &str);
}

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not what it should be.
    #[error("{0}")]
    WrongFile(String),
    /// The desk cannot take it.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// What came of a file, or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// New or different.
    pub taken: u64,
    /// As it was.
    pub unchanged: u64,
    /// Wrong, and not taken.
    pub refused: u64,
}

impl Summary {
    fn add(&mut self, taken: Taken) {
        self.taken += taken.taken;
        self.unchanged += taken.unchanged;
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.taken += other.taken;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "taken {}, unchanged {}, refused {}", self.taken, self.unchanged, self.refused)
    }
}

/// A line about the import, for whoever runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// `FILE:LINE: what was expected, what was found`
    Refusal(String),
    /// What would change, if a list is only looked at.
    Change(String),
    /// Worth knowing.
    Note(String),
    /// So many appointments are done.
    Progress(u64),
    /// How many appointments the list has for which days. Said at the end.
    Days(BTreeMap<Date, u64>),
}

/// Reads one file and gives the desk what is good in it. Where staff accepted something, it is heard to its end first: a list is
/// stored in parts, and contradicts as a whole.
///
/// # Errors
/// One sentence, if nothing of the file can be read or the desk cannot take it.
pub fn import_file(desk: &Desk, path: &Path, report: &mut dyn FnMut(Report)) -> Result<Summary, ImportError> {
    let name = path.display().to_string();
    let bytes = read_bounded(path).map_err(|why| ImportError::WrongFile(format!("{name}: {why}")))?;
    let mut heard = desk.listen()?;
    if !heard.is_moot() {
        // What is wrong with the file is said below.
        if read(path, &bytes, &mut heard).is_ok() {
            desk.end_contradicted(&heard)?;
        }
    }
    let zone = desk.with_store(|store| Ok(store.zone().clone()))?;
    let mut sink = DeskSink {
        desk,
        name: &name,
        report,
        batch: Vec::new(),
        unsaid: Unsaid::default(),
        summary: Summary::default(),
        done: 0,
        zone,
        days: BTreeMap::new(),
    };
    read(path, &bytes, &mut sink)?;
    sink.store()?;
    let DeskSink { report, summary, days, .. } = sink;
    report(Report::Days(days));
    Ok(summary)
}

/// Reads one file, CSV or FHIR by its name, and hands on what is in it.
///
/// # Errors
/// One sentence that names the file, if nothing of it can be read; whatever the sink says.
pub fn read_file(path: &Path, sink: &mut dyn Sink) -> Result<(), ImportError> {
    let name = path.display().to_string();
    let bytes = read_bounded(path).map_err(|why| ImportError::WrongFile(format!("{name}: {why}")))?;
    read(path, &bytes, sink)
}

fn read(path: &Path, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), ImportError> {
    let name = path.display();
    let result = match path.extension().and_then(|ext| ext.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => csv::read(bytes, sink),
        Some("json") => fhir::read(bytes, sink),
        _ => Err(ImportError::WrongFile("expected a file whose name ends in .csv or .json".to_owned())),
    };
    result.map_err(|error| match error {
        ImportError::WrongFile(why) => ImportError::WrongFile(format!("{name}: {why}")),
        other => other,
    })
}

pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be opened ({})", error.kind()))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err("expected a file, found a folder".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read ({})", error.kind()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("larger than {} MiB; split it by date and import the parts", FILE_BYTES_MAX / 1024 / 1024));
    }
    check_text(&bytes)?;
    Ok(bytes)
}

/// Whether these bytes may be a list at all.
fn check_text(bytes: &[u8]) -> Result<(), String> {
    let text = without_bom(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err("the file is empty".to_owned());
    }
    if text.iter().take(64 * 1024).any(|byte| *byte == 0) {
        return Err(
            "expected UTF-8 text, found binary data or another encoding; export the list again as CSV (UTF-8) or FHIR JSON".to_owned()
        );
    }
    Ok(())
}

/// The bytes after a byte order mark, which spreadsheets like to write.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// It neither stores nor reports any of a list.
impl Sink for Heard {
    fn leaves_unsaid(&mut self, unsaid: Unsaid) {
        self.unsaid = unsaid;
    }

    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        self.hear(&appointment);
        Ok(())
    }

    fn refuse(&mut self, _: u64, _: &str) {}
    fn warn(&mut self, _: u64, _: &str) {}
    fn note(&mut self, _: &str) {}
}

struct DeskSink<'a> {
    desk: &'a Desk,
    name: &'a str,
    report: &'a mut dyn FnMut(Report),
    batch: Vec<Appointment>,
    unsaid: Unsaid,
    summary: Summary,
    done: u64,
    zone: TimeZone,
    days: BTreeMap<Date, u64>,
}

impl DeskSink<'_> {
    fn store(&mut self) -> Result<(), DeskError> {
        self.summary.add(self.desk.take_list(&self.batch, self.unsaid)?);
        self.done += self.batch.len() as u64;
        self.batch.clear();
        if self.done > 0 && self.done.is_multiple_of(20 * BATCH as u64) {
            (self.report)(Report::Progress(self.done));
        }
        Ok(())
    }
}

impl Sink for DeskSink<'_> {
    fn leaves_unsaid(&mut self, unsaid: Unsaid) {
        self.unsaid = unsaid;
    }

    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        *self.days.entry(appointment.local_date(&self.zone)).or_default() += 1;
        self.batch.push(appointment);
        if self.batch.len() >= BATCH {
            self.store()?;
        }
        Ok(())
    }

    fn refuse(&mut self, line: u64, why: &str) {
        self.summary.refused += 1;
        (self.report)(Report::Refusal(format!("{}:{line}: {why}", self.name)));
    }

    fn warn(&mut self, line: u64, why: &str) {
        (self.report)(Report::Note(format!("{}:{line}: {why}", self.name)));
    }

    fn note(&mut self, text: &str) {
        (self.report)(Report::Note(format!("{}: {text}", self.name)));
    }
}
