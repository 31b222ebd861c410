//! A table, from wherever it came, into appointments: which of its rows names the columns, and what each row says.
//!
//! Invariants: every bad row is refused by its line, every good one passed on; one appointment's number is one person's
//! in a file; empty rows are nothing.

use std::collections::HashMap;

use super::columns::Columns;
use super::draft::{Draft, is_no_number};
use super::how::{DateOrder, How, Mapping, source_key};
use super::records::{Record, Records, fitted};
use super::text::{clean, without_entities};
use super::when::{self, Style};
use super::words::split_name;
use super::{ImportError, Sink};
use crate::desk::store::Unsaid;
use crate::domain::appointment::Appointment;
use crate::domain::identity::fold_name;

/// Columns that must be there; `start` may be a date and a time, the names may be one.
pub const REQUIRED: [&str; 5] = ["appointment_id", "start", "given_name", "family_name", "birth_date"];
/// Titles and empty lines that may stand above the names of the columns.
const ABOVE_MAX: usize = 20;
/// Samples of each column, for anyone who says what it is.
const SAMPLES: usize = 3;

/// The row that names the columns, and what they are.
struct Header {
    line: u64,
    names: Vec<String>,
    columns: Columns,
    mapping: Option<Mapping>,
}

/// A table as it is shown to someone who says what its columns are.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The names of its columns.
    pub header: Vec<String>,
    /// What is known of them.
    pub columns: Columns,
    /// What stands in each column of the first rows.
    pub samples: Vec<Vec<String>>,
    /// Its date order, as far as anything says so.
    pub order: Option<DateOrder>,
    /// By what its source is known again.
    pub key: String,
}

/// Reads a table.
///
/// # Errors
/// If it has not the columns of a list.
pub fn read(records: &mut dyn Records, how: &How, serials: bool, sink: &mut dyn Sink) -> Result<(), ImportError> {
    let (header, above) = header_of(records, how)
        .ok_or_else(|| ImportError::WrongFile("expected a header line with column names, found none".into()))?;
    check(&header)?;
    if header.line > 1 && !above.is_empty() {
        sink.note(&format!("the names of the columns are in line {}; what is above them is not read", header.line));
    }
    say_unknown(&header, sink);
    sink.leaves_unsaid(unsaid(&header.columns));
    let order = how.order(header.mapping.as_ref());
    let mut reader = Reader {
        style: Style::of(how.zone_of(header.mapping.as_ref()), order, serials),
        width: header.names.len(),
        header,
        seen: HashMap::new(),
    };
    while let Some(record) = records.next(Some(reader.width)) {
        let (line, mut warnings) = (record_line(&record), Vec::new());
        match reader.row(record, &mut warnings) {
            Ok(None) => {}
            Ok(Some(appointment)) => {
                warnings.iter().for_each(|why| sink.warn(line, why));
                sink.good(appointment)?;
            }
            Err(why) => sink.refuse(line, &why),
        }
    }
    if reader.style.ordered.get() && order == DateOrder::Dmy {
        sink.note("dates such as 04/05/2026 were read as day/month/year");
    }
    if reader.style.short_years.get() {
        sink.note("years of two digits were read as the latest that a birth or a visit can be of");
    }
    Ok(())
}

/// Looks at a table, for anyone who says what its columns are.
#[must_use]
pub fn look(records: &mut dyn Records, how: &How) -> Option<Look> {
    let (header, mut below) = match header_of(records, how)? {
        (header, _) if header.columns.is_whole() => (header, Vec::new()),
        (header, rows) => {
            let below = rows.into_iter().filter(|(line, _)| *line > header.line).map(|(_, cells)| cells).collect();
            (header, below)
        }
    };
    while below.len() < SAMPLES {
        match records.next(Some(header.names.len())) {
            Some(Record::Cells(_, cells)) if !is_empty(&cells) => below.push(cells),
            Some(_) => {}
            None => break,
        }
    }
    let samples = (0..header.names.len())
        .map(|at| {
            let cells = below.iter().filter_map(|cells| cells.get(at)).map(|cell| clean(cell).into_owned());
            cells.filter(|cell| !cell.is_empty()).take(SAMPLES).collect()
        })
        .collect();
    let order = header.mapping.as_ref().and_then(|mapping| mapping.date_order);
    Some(Look { key: source_key(&header.names), header: header.names, columns: header.columns, samples, order })
}

const fn record_line(record: &Record) -> u64 {
    match record {
        Record::Cells(line, _) | Record::Unclosed(line, _) => *line,
    }
}

fn is_empty(cells: &[String]) -> bool {
    cells.iter().all(|cell| clean(cell).is_empty())
}

/// A row: its line, and its cells.
type Row = (u64, Vec<String>);

/// The first row that names everything that has to be there, or else the one that names most; and the other rows that
/// were looked at.
fn header_of(records: &mut dyn Records, how: &How) -> Option<(Header, Vec<Row>)> {
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    let mut best: Option<(usize, Header)> = None;
    while rows.len() <= ABOVE_MAX {
        let (line, cells) = match records.next(None) {
            Some(Record::Cells(line, cells)) => (line, cells),
            Some(Record::Unclosed(..)) => continue,
            None => break,
        };
        if is_empty(&cells) {
            continue;
        }
        let names: Vec<String> = cells.iter().map(|name| clean(name).into_owned()).collect();
        let mapping = how.mapping_of(&names).cloned();
        let columns = Columns::of(&names, mapping.as_ref());
        let known = columns.fields.iter().flatten().count() + columns.doubled.len();
        let header = Header { line, names, columns, mapping };
        if header.columns.missing.is_empty() && header.columns.absent.is_empty() {
            return Some((header, rows));
        }
        // Below the names there may be a row of data whose words are names of columns, too, but not more of them.
        if best.as_ref().is_none_or(|(most, _)| known > *most) {
            best = Some((known, header));
        }
        rows.push((line, cells));
    }
    best.map(|(_, header)| (header, rows))
}

fn check(header: &Header) -> Result<(), ImportError> {
    let wrong = |why: String| Err(ImportError::WrongFile(why));
    let columns = &header.columns;
    if let Some(absent) = columns.absent.first() {
        return wrong(format!("the mapping names a column that the file does not have: {absent}"));
    }
    if !columns.missing.is_empty() {
        return wrong(format!(
            "expected a header line with the columns {}, found none named {}; \
             other names of columns can be matched on the Import page, or with --map",
            REQUIRED.join(", "),
            columns.missing.join(", ")
        ));
    }
    if let Some((field, at)) = columns.doubled.first() {
        let names: Vec<&str> = at.iter().filter_map(|at| header.names.get(*at)).map(String::as_str).collect();
        let is_one_name = names.iter().all(|name| names.first().is_some_and(|first| name.eq_ignore_ascii_case(first)));
        if is_one_name {
            return wrong(format!("expected each column once, found {field} twice"));
        }
        return wrong(format!(
            "{} would all be {field}: say which one is, on the Import page or with --map",
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ")
        ));
    }
    Ok(())
}

fn say_unknown(header: &Header, sink: &mut dyn Sink) {
    let name = |at: &usize| {
        let name = header.names.get(*at).map(|name| name.to_lowercase()).unwrap_or_default();
        if name.is_empty() || name.len() > 40 { format!("number {}", at + 1) } else { name }
    };
    let ignored: Vec<String> = header.columns.unknown.iter().map(name).take(20).collect();
    if !ignored.is_empty() {
        sink.note(&format!("these columns are not known and are ignored: {}", ignored.join(", ")));
    }
}

fn unsaid(columns: &Columns) -> Unsaid {
    let lacks = |column: &str| !columns.has(column);
    Unsaid {
        other_given_names: lacks("other_given_names"),
        other_family_names: lacks("other_family_names"),
        documents: lacks("documents"),
        booked_on: lacks("booked_on"),
        language: lacks("language"),
        preferred_name: lacks("preferred_name"),
        interpreter: lacks("interpreter"),
        emergency_contact: lacks("emergency_contact_name") && lacks("emergency_contact_phone"),
        second_coverage: !columns.fields.iter().flatten().any(|name| Draft::is_of_second_card(name)),
    }
}

/// Who an appointment's number was first met with.
struct Met {
    line: u64,
    patient_id: Option<String>,
    name: String,
    birth_date: String,
}

struct Reader {
    header: Header,
    width: usize,
    style: Style,
    seen: HashMap<String, Met>,
}

impl Reader {
    /// What a row says; nothing if it is empty.
    fn row(&mut self, record: Record, warnings: &mut Vec<String>) -> Result<Option<Appointment>, String> {
        let (line, cells) = match record {
            Record::Unclosed(_, cells) => {
                return Err(format!(
                    "{}expected a quotation mark at the end of a cell, found none; the line is left out",
                    self.id_of(&cells)
                ));
            }
            Record::Cells(line, cells) => (line, cells),
        };
        if is_empty(&cells) {
            return Ok(None);
        }
        let count = fitted(cells.len(), &cells, self.width);
        if count != self.width {
            return Err(format!("{}expected {} columns, found {count}", self.id_of(&cells), self.width));
        }
        let draft = self.draft(&cells, warnings);
        let patient_id = Some(draft.patient_id.clone()).filter(|number| !is_no_number(number));
        let appointment = draft.finish_by(&self.style, warnings)?;
        self.check_person(line, patient_id, &appointment)?;
        Ok(Some(appointment))
    }

    fn draft(&self, cells: &[String], warnings: &mut Vec<String>) -> Draft {
        let mut draft = Draft::default();
        // What fills no field by itself.
        let mut parts: HashMap<&str, String> = HashMap::new();
        for (field, cell) in self.header.columns.fields.iter().zip(cells) {
            let Some(field) = field else { continue };
            match draft.field(field) {
                Some(text) => clean(cell).as_ref().clone_into(text),
                None => {
                    parts.insert(field, clean(&without_entities(cell)).into_owned());
                }
            }
        }
        let mut part = |name: &str| parts.remove(name).unwrap_or_default();
        draft.start = when::joined(&draft.start, &part("date"), &part("time"), &self.style);
        let (name, middle) = (part("name"), part("middle_name"));
        if !name.is_empty() && draft.given_name.is_empty() && draft.family_name.is_empty() {
            let (given, family, is_said) = split_name(&name);
            (draft.given_name, draft.family_name) = (given, family);
            if !is_said {
                warnings.push(
                    "name: expected the last name, a comma and the first name, found no comma; \
                     the last word is taken as the last name"
                        .to_owned(),
                );
            }
        }
        if !middle.is_empty() && !draft.given_name.is_empty() {
            draft.given_name = format!("{} {middle}", draft.given_name);
        }
        let second = part("address_2");
        if !second.is_empty() {
            draft.address = format!("{} {second}", draft.address).trim().to_owned();
        }
        let phones = [part("cell_phone"), std::mem::take(&mut draft.phone), part("home_phone"), part("work_phone")];
        let mut phones = phones.into_iter().filter(|phone| !phone.is_empty());
        draft.phone = phones.next().unwrap_or_default();
        let others: Vec<String> =
            phones.chain(Some(std::mem::take(&mut draft.other_phones))).filter(|phones| !phones.is_empty()).collect();
        draft.other_phones = others.join(";");
        draft
    }

    /// One appointment's number is one person's: the first one's.
    fn check_person(&mut self, line: u64, patient_id: Option<String>, appointment: &Appointment) -> Result<(), String> {
        let person = &appointment.person;
        let name = format!("{} {}", fold_name(person.given_name.as_str()), fold_name(person.family_name.as_str()));
        let met = Met { line, patient_id, name, birth_date: person.birth_date.written() };
        let Some(first) = self.seen.get(appointment.id.as_str()) else {
            self.seen.insert(appointment.id.to_string(), met);
            return Ok(());
        };
        let (other_name, other_date) = (first.name != met.name, first.birth_date != met.birth_date);
        let is_another = match (&first.patient_id, &met.patient_id) {
            (Some(first), Some(second)) if first != second => true,
            (Some(_), Some(_)) => other_name && other_date,
            _ => other_name || other_date,
        };
        if is_another {
            return Err(format!(
                "appointment {}: line {} has the same number for another person",
                appointment.id, first.line
            ));
        }
        Ok(())
    }

    /// The appointment's number, to be said first, if it can be told.
    fn id_of(&self, cells: &[String]) -> String {
        let id = self.header.columns.at("appointment_id").and_then(|at| cells.get(at)).map(|id| clean(id));
        let id = id.filter(|id| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_graphic()));
        id.map(|id| format!("appointment {id}: ")).unwrap_or_default()
    }
}
