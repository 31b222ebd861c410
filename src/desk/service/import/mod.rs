//! A booking system's list, from a file onto the desk.
//!
//! Invariants: reading is pure (bytes in; appointments and refusals out) and apart from storing. A
//! refusal says where, what was expected and what kind of thing was found, never the content itself:
//! in a file with shifted columns any field may hold a name.

pub mod columns;
pub mod csv;
pub mod days;
pub mod draft;
pub mod fhir;
pub mod how;
pub mod language;
pub mod matching;
pub mod preview;
pub mod records;
pub mod sample;
pub mod sheet;
pub mod table;
pub mod take;
pub mod text;
pub mod when;
pub mod words;

pub use crate::desk::store::Changed;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use self::how::{How, Mapping};
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Heard, Taken, Unsaid};
use crate::domain::appointment::Appointment;
use crate::domain::clinic_day::ClinicDay;

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
    fn add(&mut self, taken: &Taken) {
        self.taken += taken.taken;
        self.unchanged += taken.unchanged;
        self.refused += taken.refused.len() as u64;
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

/// A line about the import, for anyone who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// `FILE:LINE: what was expected, what was found`
    Refusal(String),
    /// What would change, if a list is only looked at.
    Change(String),
    /// Worth knowing.
    Note(String),
    /// This many appointments are done.
    Progress(u64),
    /// How many appointments the list has for which days. Said at the end.
    Days(BTreeMap<Date, u64>),
}

/// Reads one file and gives the desk what is good in it, as the clinic's settings and earlier files of its source say
/// that it is written.
///
/// # Errors
/// As [`import_as`].
pub fn import_file(desk: &Desk, path: &Path, report: &mut dyn FnMut(Report)) -> Result<Summary, ImportError> {
    import_as(desk, &Given::read(&[path])?, &desk.how_to_read(None)?, report)
}

/// Files that are one list, as they were read from the disk.
pub struct Given {
    /// The file's name; empty if they are several.
    name: String,
    kind: Kind,
    files: Vec<(String, Vec<u8>)>,
    unreadable: Vec<String>,
}

impl Given {
    /// Reads one file, or several FHIR ones in which each may speak of what stands in another. Of several, one that
    /// cannot be read keeps no other one out; see [`Self::unreadable`].
    ///
    /// # Errors
    /// One sentence that names each file, if none can be read.
    pub fn read(paths: &[&Path]) -> Result<Self, ImportError> {
        let mut given = Self { name: String::new(), kind: Kind::Fhir, files: Vec::new(), unreadable: Vec::new() };
        for path in paths {
            let name = path.display().to_string();
            let read = Kind::of_path(path).and_then(|kind| Ok((kind, read_bytes(path)?)));
            let read = read.and_then(|(kind, bytes)| {
                if paths.len() > 1 { fhir::check(&bytes).map(|()| (kind, bytes)) } else { Ok((kind, bytes)) }
            });
            match read {
                Ok((kind, bytes)) => {
                    given.kind = kind;
                    given.files.push((name, bytes));
                }
                Err(why) => given.unreadable.push(format!("{name}: {why}")),
            }
        }
        match given.files.as_slice() {
            [] => Err(ImportError::WrongFile(given.unreadable.join("; "))),
            [(name, _)] => Ok(Self { name: name.clone(), ..given }),
            _ => Ok(given),
        }
    }

    /// What cannot be read of several files, one sentence each.
    #[must_use]
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Which of these belong into one list: every FHIR file of a command, and each other file alone; in the order
    /// given.
    #[must_use]
    pub fn grouped(paths: &[PathBuf]) -> Vec<Vec<&Path>> {
        let mut groups: Vec<Vec<&Path>> = Vec::new();
        let mut of_fhir: Option<usize> = None;
        for path in paths {
            // What cannot be opened keeps no one else out.
            let is_fhir = Kind::of_path(path) == Ok(Kind::Fhir) && path.is_file();
            match of_fhir.filter(|_| is_fhir).and_then(|at| groups.get_mut(at)) {
                Some(group) => group.push(path),
                None => {
                    if is_fhir {
                        of_fhir = Some(groups.len());
                    }
                    groups.push(vec![path]);
                }
            }
        }
        groups
    }

    fn hand_on(&self, how: &How, sink: &mut dyn Sink) -> Result<(), ImportError> {
        match self.files.as_slice() {
            [(_, bytes)] => read_as(self.kind, bytes, how, sink).map_err(|error| in_file(&self.name, error)),
            files => {
                let files: Vec<(&str, &[u8])> =
                    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
                fhir::read_many(&files, sink)
            }
        }
    }

    /// What is reported of a line: `FILE:LINE: ...`. Of several files the sentence itself begins with the name.
    fn at_line(&self, line: u64, text: &str) -> String {
        match text.split_once(": ") {
            Some((file, text)) if self.name.is_empty() && self.files.iter().any(|(name, _)| name == file) => {
                format!("{file}:{line}: {text}")
            }
            _ if self.name.is_empty() => text.to_owned(),
            _ => format!("{}:{line}: {text}", self.name),
        }
    }

    /// What is reported of all of it.
    fn of_all(&self, text: &str) -> String {
        if self.name.is_empty() { text.to_owned() } else { format!("{}: {text}", self.name) }
    }
}

/// Gives the desk what is good in a list. Where staff accepted something, it is heard to its end first: a list is
/// stored in parts, and contradicts as a whole. So it is where people have checked in whose visits it may change.
///
/// # Errors
/// One sentence, if nothing of it can be read or the desk cannot take it.
pub fn import_as(
    desk: &Desk,
    given: &Given,
    how: &How,
    report: &mut dyn FnMut(Report),
) -> Result<Summary, ImportError> {
    let mut heard = desk.listen()?;
    if !heard.is_moot() {
        // What is wrong with it is reported below.
        if given.hand_on(how, &mut heard).is_ok() {
            desk.end_contradicted(&heard)?;
        }
    }
    for text in preview::changes_of_arrived(desk, given, how)? {
        report(Report::Note(given.of_all(&text)));
    }
    let day = desk.with_store(|store| Ok(store.day().clone()))?;
    let mut sink = DeskSink {
        desk,
        given,
        report,
        batch: Vec::new(),
        unsaid: Unsaid::default(),
        summary: Summary::default(),
        done: 0,
        day,
        days: BTreeMap::new(),
    };
    given.hand_on(how, &mut sink)?;
    sink.store()?;
    let DeskSink { report, summary, days, .. } = sink;
    report(Report::Days(days));
    Ok(summary)
}

/// Reads one file, by its name and by what is in it, and passes on what is in it.
///
/// # Errors
/// One sentence that names the file, if nothing of it can be read; whatever the sink says.
pub fn read_file(path: &Path, sink: &mut dyn Sink) -> Result<(), ImportError> {
    Given::read(&[path])?.hand_on(&How::default(), sink)
}

fn in_file(name: &str, error: ImportError) -> ImportError {
    match error {
        ImportError::WrongFile(why) => ImportError::WrongFile(format!("{name}: {why}")),
        ImportError::Desk(error) => ImportError::Desk(error),
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// CSV, whatever separates its columns.
    Csv,
    /// An Excel workbook.
    Sheet,
    /// FHIR R4 JSON.
    Fhir,
}

impl Kind {
    /// How the names of files end that can be read.
    pub const ENDS: &str = ".csv, .txt, .tsv, .xlsx, .xlsm, .json, .ndjson or .jsonl";

    /// By the end of a file's name.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "csv" | "txt" | "tsv" | "tab" => Some(Self::Csv),
            // What is named so is often text; else a sentence says what to do.
            "xlsx" | "xlsm" | "xls" => Some(Self::Sheet),
            "json" | "ndjson" | "jsonl" => Some(Self::Fhir),
            _ => None,
        }
    }

    fn of_path(path: &Path) -> Result<Self, String> {
        let kind = path.extension().and_then(|end| end.to_str()).and_then(Self::of_extension);
        kind.ok_or_else(|| format!("expected a file whose name ends in {}", Self::ENDS))
    }

    /// By the end of its name and by what is in it: whether it is a table, and if so, whether it is a workbook.
    fn table(self, bytes: &[u8]) -> Option<Self> {
        match self {
            Self::Fhir => None,
            _ if sheet::is_packed(bytes) || sheet::is_old_workbook(bytes) => Some(Self::Sheet),
            Self::Csv | Self::Sheet => Some(Self::Csv),
        }
    }
}

fn read_as(kind: Kind, bytes: &[u8], how: &How, sink: &mut dyn Sink) -> Result<(), ImportError> {
    match kind.table(bytes) {
        Some(Kind::Sheet) => sheet::read(bytes, how, sink),
        Some(_) if is_web_page(bytes) => Err(ImportError::WrongFile(
            "expected CSV or an Excel workbook, found a web page; export the list as CSV or .xlsx".to_owned(),
        )),
        Some(_) => csv::read(bytes, how, sink),
        None => fhir::read(bytes, sink),
    }
}

/// What the columns of a table are, for anyone who says so; nothing if it is no table.
#[must_use]
pub fn look(kind: Kind, bytes: &[u8], how: &How) -> Option<table::Look> {
    match kind.table(bytes)? {
        Kind::Sheet => sheet::look(bytes, how),
        _ if is_web_page(bytes) => None,
        _ => csv::look(bytes, how),
    }
}

/// Some systems name a web page with a table in it `.xls`.
fn is_web_page(bytes: &[u8]) -> bool {
    without_bom(bytes).trim_ascii_start().starts_with(b"<")
}

impl Desk {
    /// How lists are read here: by the clinic's settings, by what someone said about this file, else by what someone
    /// said about earlier files of its source.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn how_to_read(&self, mapping: Option<Mapping>) -> Result<How, DeskError> {
        let remembered = self.with_store(|store| store.import_maps())?;
        Ok(How { mapping, remembered, ..How::of(&self.settings()) })
    }
}

pub(in crate::desk) fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = read_bytes(path)?;
    check_text(&bytes)?;
    Ok(bytes)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be opened ({})", error.kind()))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err("expected a file, found a folder".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read ({})", error.kind()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("larger than {} MiB; split it by date and import the parts", FILE_BYTES_MAX / 1024 / 1024));
    }
    if without_bom(&bytes).iter().all(u8::is_ascii_whitespace) {
        return Err("the file is empty".to_owned());
    }
    Ok(bytes)
}

/// Whether these bytes may be a list at all.
fn check_text(bytes: &[u8]) -> Result<(), String> {
    let text = without_bom(bytes);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err("the file is empty".to_owned());
    }
    if text.iter().take(64 * 1024).any(|byte| *byte == 0) {
        return Err("expected UTF-8 text, found binary data or another encoding; \
                    export the list again as CSV (UTF-8) or FHIR JSON"
            .to_owned());
    }
    Ok(())
}

/// The bytes after a byte order mark, which spreadsheets like to write.
pub(in crate::desk) fn without_bom(bytes: &[u8]) -> &[u8] {
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
    given: &'a Given,
    report: &'a mut dyn FnMut(Report),
    batch: Vec<Appointment>,
    unsaid: Unsaid,
    summary: Summary,
    done: u64,
    day: ClinicDay,
    days: BTreeMap<Date, u64>,
}

impl DeskSink<'_> {
    fn store(&mut self) -> Result<(), DeskError> {
        let taken = self.desk.take_list(&self.batch, self.unsaid)?;
        self.summary.add(&taken);
        taken.refused.iter().for_each(|why| (self.report)(Report::Refusal(self.given.of_all(why))));
        taken.notes.iter().for_each(|note| (self.report)(Report::Note(self.given.of_all(note))));
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
        *self.days.entry(self.day.of(appointment.start)).or_default() += 1;
        self.batch.push(appointment);
        if self.batch.len() >= BATCH {
            self.store()?;
        }
        Ok(())
    }

    fn refuse(&mut self, line: u64, why: &str) {
        self.summary.refused += 1;
        (self.report)(Report::Refusal(self.given.at_line(line, why)));
    }

    fn warn(&mut self, line: u64, why: &str) {
        (self.report)(Report::Note(self.given.at_line(line, why)));
    }

    fn note(&mut self, text: &str) {
        (self.report)(Report::Note(self.given.of_all(text)));
    }
}
