//! Reads a list as CSV: comma, quotes, UTF-8, one header line in any order.

use super::super::store::Unsaid;
use super::draft::{Draft, left_empty};
use super::{ImportError, Sink, without_bom};

/// Columns that must be there.
const REQUIRED: [&str; 5] = ["appointment_id", "start", "given_name", "family_name", "birth_date"];
/// Columns that a table may have; more is another kind of file.
const COLUMNS_MAX: usize = 1000;

/// Reads `bytes`. Every bad line is refused by its number, every good one handed on.
///
/// # Errors
/// If this is not such a list at all.
pub fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), ImportError> {
    let wrong = |why: String| ImportError::WrongFile(why);
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(true).from_reader(without_bom(bytes));
    let header = reader.byte_headers().map_err(|_| wrong("expected a header line with column names, found none".to_owned()))?.clone();
    let names: Vec<String> =
        header.iter().take(COLUMNS_MAX).map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect();
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|required| !names.iter().any(|name| name == required)).collect();
    if !missing.is_empty() {
        let hint = if names.len() == 1 { "; columns are separated by commas" } else { "" };
        return Err(wrong(format!(
            "expected a header line with the columns {}, found none named {}{hint}",
            REQUIRED.join(", "),
            missing.join(", ")
        )));
    }
    let mut ignored = Vec::new();
    for (i, name) in names.iter().enumerate() {
        if Draft::default().field(name).is_none() {
            ignored.push(if name.is_empty() || name.len() > 40 { format!("number {}", i + 1) } else { name.clone() });
        } else if names.iter().take(i).any(|other| other == name) {
            return Err(wrong(format!("expected each column once, found {name} twice")));
        }
    }
    if !ignored.is_empty() {
        ignored.truncate(20);
        sink.note(&format!("these columns are not known and are ignored: {}", ignored.join(", ")));
    }
    let lacks = |column: &str| !names.iter().any(|name| name == column);
    sink.leaves_unsaid(Unsaid {
        other_given_names: lacks("other_given_names"),
        other_family_names: lacks("other_family_names"),
        documents: lacks("documents"),
        booked_on: lacks("booked_on"),
        language: lacks("language"),
        preferred_name: lacks("preferred_name"),
        interpreter: lacks("interpreter"),
        emergency_contact: lacks("emergency_contact_name") && lacks("emergency_contact_phone"),
        second_coverage: !names.iter().any(|name| Draft::is_of_second_card(name)),
    });
    let mut record = csv::ByteRecord::new();
    let mut lines = Lines::new(without_bom(bytes));
    loop {
        let begins = lines.of(reader.position().byte());
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let mut warnings = Vec::new();
                match read_row(&names, &record, &mut warnings) {
                    Ok(appointment) => {
                        warnings.iter().for_each(|why| sink.warn(begins, why));
                        sink.good(appointment)?;
                    }
                    Err(why) => sink.refuse(begins, &why),
                }
            }
            Err(_) => sink.refuse(begins, "expected a line of CSV, found something that cannot be read as such"),
        }
    }
}

/// Counts lines by line feeds. The parser's own count is one short in files whose lines end in CR LF, because a record
/// begins for it between the two.
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Counts in this text.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line of the first character at or after `byte` that is not a line's end. Bytes are asked for in order.
    pub fn of(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let rest = self.text.get(from..).unwrap_or_default();
        let start = from + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let between = self.text.get(self.at..start).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = start;
        self.line
    }
}

fn read_row(
    names: &[String],
    record: &csv::ByteRecord,
    warnings: &mut Vec<String>,
) -> Result<crate::domain::appointment::Appointment, String> {
    if record.len() != names.len() {
        let id = names
            .iter()
            .position(|name| name == "appointment_id")
            .and_then(|i| record.get(i))
            .and_then(|id| std::str::from_utf8(id).ok())
            .filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_graphic()))
            .map(|id| format!("appointment {id}: "))
            .unwrap_or_default();
        return Err(format!("{id}expected {} columns, found {}", names.len(), record.len()));
    }
    let mut draft = Draft::default();
    for (name, value) in names.iter().zip(record.iter()) {
        if let Some(field) = draft.field(name) {
            match std::str::from_utf8(value) {
                Ok(text) => text.clone_into(field),
                Err(_) => {
                    let why = format!("{name}: expected UTF-8 text, found another encoding");
                    if !Draft::costs_only_itself(name) {
                        return Err(why);
                    }
                    warnings.push(left_empty(&why));
                }
            }
        }
    }
    draft.finish(warnings)
}
