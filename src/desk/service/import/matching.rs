//! What a kiosk would answer to typed facts, try by try: so that a clinic can judge the matcher on its own list.
//!
//! Invariants: the same index answers as on a kiosk; a report never repeats what someone typed; every try that can be
//! told by its number gets its line.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use jiff::civil::Date;

use crate::desk::base::out::write_file;
use crate::desk::service::import::csv::Lines;
use crate::desk::service::import::{self, ImportError, Report, Sink};
use crate::desk::store::{Unsaid, settle_alone};
use crate::domain::appointment::Appointment;
use crate::domain::identity::{Index, Match, Typed};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::person::BirthDate;

/// Columns that must be there.
const REQUIRED: [&str; 4] = ["try_id", "given_name", "family_name", "birth_date"];
/// The one that may be.
const PHONE: &str = "phone_last4";
/// Progress is reported after this many tries.
const PROGRESS_EVERY: u64 = 10_000;

/// Why nothing was matched.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// The list cannot be read.
    #[error(transparent)]
    List(#[from] ImportError),
    /// The tries cannot be read.
    #[error("{0}")]
    Tries(String),
    /// The result cannot be written.
    #[error("{0}")]
    Result(String),
}

/// How the tries went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Found one person.
    pub one: u64,
    /// Would be asked for one more fact.
    pub ask_more: u64,
    /// Found no one, or more than one no further fact would tell apart.
    pub none: u64,
    /// Could not be read; they count as none too.
    pub wrong: u64,
}

impl std::fmt::Display for Outcomes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "one {}, ask_more {}, none {}, wrong {}", self.one, self.ask_more, self.none, self.wrong)
    }
}

/// Reads a list and tries, and writes what each would be answered.
///
/// # Errors
/// One sentence, if a file cannot be read at all or the result cannot be written.
pub fn match_files(
    list_file: &Path,
    tries: &Path,
    out: &Path,
    report: &mut dyn FnMut(Report),
) -> Result<Outcomes, MatchError> {
    let list = List::read(list_file, report)?;
    let name = tries.display().to_string();
    let bytes = import::read_bounded(tries).map_err(|why| MatchError::Tries(format!("{name}: {why}")))?;
    let mut result = Vec::new();
    let outcomes = match_tries(&list, import::without_bom(&bytes), &name, &mut result, report)?;
    write_file(out, &result, &[list_file, tries]).map_err(MatchError::Result)?;
    Ok(outcomes)
}

/// A list, ready to be asked.
struct List {
    index: Index,
    appointments: HashMap<PatientId, AppointmentId>,
}

/// Collects appointments and passes on what is reported about the rest.
struct Collected<'a> {
    appointments: Vec<Appointment>,
    name: String,
    report: &'a mut dyn FnMut(Report),
}

impl Sink for Collected<'_> {
    fn leaves_unsaid(&mut self, _: Unsaid) {}

    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        self.appointments.push(appointment);
        Ok(())
    }

    fn refuse(&mut self, line: u64, why: &str) {
        // A note: the list's own errors are not the tries'.
        (self.report)(Report::Note(format!("{}:{line}: {why}", self.name)));
    }

    // No one is looked for by a card.
    fn warn(&mut self, _: u64, _: &str) {}

    fn note(&mut self, text: &str) {
        (self.report)(Report::Note(format!("{}: {text}", self.name)));
    }
}

impl List {
    fn read(path: &Path, report: &mut dyn FnMut(Report)) -> Result<Self, ImportError> {
        let mut sink = Collected { appointments: Vec::new(), name: path.display().to_string(), report };
        import::read_file(path, &mut sink)?;
        let mut all = settle_alone(sink.appointments)?;
        // The one that stands and comes first is the one that a kiosk would speak about.
        all.sort_by_key(|appointment| (!appointment.status.stands(), appointment.start));
        let index = Index::new(all.iter().map(|appointment| &appointment.person));
        let mut appointments = HashMap::new();
        for appointment in all {
            appointments.entry(appointment.person.id.clone()).or_insert(appointment.id);
        }
        Ok(Self { index, appointments })
    }
}

fn match_tries(
    list: &List,
    bytes: &[u8],
    name: &str,
    out: impl Write,
    report: &mut dyn FnMut(Report),
) -> Result<Outcomes, MatchError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|_| MatchError::Tries(format!("{name}: expected a header line with column names")))?
        .clone();
    let columns: Vec<String> = header.iter().map(|column| column.trim().to_ascii_lowercase()).collect();
    let missing: Vec<&str> =
        REQUIRED.into_iter().filter(|required| !columns.iter().any(|column| column == required)).collect();
    if !missing.is_empty() {
        return Err(MatchError::Tries(format!(
            "{name}: expected a header line with the columns {}, found none named {}",
            REQUIRED.join(", "),
            missing.join(", ")
        )));
    }
    let unwritable = |error: csv::Error| MatchError::Result(format!("the result cannot be written: {error}"));
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["try_id", "outcome", "appointment_id"]).map_err(unwritable)?;
    let mut outcomes = Outcomes::default();
    let mut record = csv::StringRecord::new();
    let mut done = 0;
    let mut lines = Lines::new(bytes);
    loop {
        let line = lines.of(reader.position().byte());
        let read = reader.read_record(&mut record);
        let field = |column: &str| {
            let at = columns.iter().position(|known| known == column)?;
            record.get(at).map(str::trim)
        };
        let (id, answer) = match read {
            Ok(false) => break,
            Ok(true) => (field("try_id").unwrap_or_default(), typed(&field).map(|typed| list.index.find(&typed))),
            Err(_) => ("", Err("expected a line of UTF-8 CSV, found something else".to_owned())),
        };
        if let Err(why) = &answer {
            outcomes.wrong += 1;
            report(Report::Refusal(format!("{name}:{line}: {why}")));
        }
        let (outcome, appointment) = match answer {
            Ok(Match::One(patient)) => {
                outcomes.one += 1;
                ("one", list.appointments.get(&patient).map_or("", AppointmentId::as_str))
            }
            Ok(Match::AskMore(_)) => {
                outcomes.ask_more += 1;
                ("ask_more", "")
            }
            Ok(Match::Nobody | Match::Ambiguous) | Err(_) => {
                outcomes.none += 1;
                ("none", "")
            }
        };
        if !id.is_empty() {
            writer.write_record([id, outcome, appointment]).map_err(unwritable)?;
        }
        done += 1;
        if done % PROGRESS_EVERY == 0 {
            report(Report::Progress(done));
        }
    }
    writer.flush().map_err(|error| MatchError::Result(format!("the result cannot be written: {}", error.kind())))?;
    Ok(outcomes)
}

/// What one line says, or what is wrong with it.
fn typed<'a>(field: &impl Fn(&str) -> Option<&'a str>) -> Result<Typed, String> {
    let id = field("try_id").unwrap_or_default();
    if id.is_empty() {
        return Err("try_id: expected the number of the try, found nothing".to_owned());
    }
    let birth_date: Date = field("birth_date")
        .filter(|text| {
            text.len() == 10
                && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
        })
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| "birth_date: expected a date as YYYY-MM-DD that exists, found something else".to_owned())?;
    let given_name = field("given_name").filter(|name| !name.is_empty());
    let phone_last4 = field(PHONE).filter(|digits| !digits.is_empty());
    if phone_last4.is_some_and(|digits| digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(format!("{PHONE}: expected four digits or nothing, found something else"));
    }
    Ok(Typed {
        birth_date: BirthDate(birth_date),
        family_name: field("family_name").unwrap_or_default().into(),
        given_name: given_name.map(Into::into),
        phone_last4: phone_last4.map(Into::into),
    })
}
