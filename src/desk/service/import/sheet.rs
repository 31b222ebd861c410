//! Reads a list from an Excel workbook: the first of its sheets that has the columns.
//!
//! Invariants: cells are read one after another, so a sheet with one cell far down takes no memory for what is above
//! it; a date is a date, however its cell shows it.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Reader, Xlsx};
use jiff::civil::{Date, Time};

use super::columns::Columns;
use super::how::How;
use super::records::{CELLS_MAX, Given};
use super::table::{self, Look};
use super::{ImportError, Sink};

/// Sheets that are looked at.
const SHEETS_MAX: usize = 30;
/// Rows of one sheet; a clinic's year is far smaller.
const ROWS_MAX: usize = 500_000;
/// What all parts of a workbook may be together, unpacked.
const UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;

type Rows = Vec<(u64, Vec<String>)>;

/// Whether these bytes are a workbook, or another file that is packed in the same way.
#[must_use]
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether these bytes are a workbook of before 2007.
#[must_use]
pub fn is_old_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

/// Reads `bytes`. Every bad row is refused by its number, every good one passed on.
///
/// # Errors
/// If this is no workbook, or none of its sheets is such a list.
pub fn read(bytes: &[u8], how: &How, sink: &mut dyn Sink) -> Result<(), ImportError> {
    let (name, rows, sheets) = chosen(bytes, how).map_err(ImportError::WrongFile)?;
    if sheets > 1 && name.len() <= 40 {
        sink.note(&format!("the workbook has {sheets} sheets; only {name:?} is read"));
    }
    table::read(&mut Given(rows.into_iter()), how, true, sink)
}

/// Looks at `bytes`, for anyone who says what the columns are.
#[must_use]
pub fn look(bytes: &[u8], how: &How) -> Option<Look> {
    let (_, rows, _) = chosen(bytes, how).ok()?;
    table::look(&mut Given(rows.into_iter()), how)
}

/// The first sheet that has the columns, else the first that has anything; and how many sheets there are.
fn chosen(bytes: &[u8], how: &How) -> Result<(String, Rows, usize), String> {
    const NOT_ONE: &str = "expected an Excel workbook (.xlsx), found other binary data";
    if is_old_workbook(bytes) {
        return Err("expected a workbook as .xlsx, found one as .xls; save it as .xlsx or CSV".to_owned());
    }
    if !is_packed(bytes) {
        return Err(NOT_ONE.to_owned());
    }
    if unpacked_bytes(bytes) > UNPACKED_BYTES_MAX {
        return Err(format!(
            "larger than {} MiB when unpacked; split it by date and import the parts",
            UNPACKED_BYTES_MAX / 1024 / 1024
        ));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| NOT_ONE.to_owned())?;
    let names = book.sheet_names();
    let mut first = None;
    for name in names.iter().take(SHEETS_MAX) {
        // Such as a chart.
        let Ok(rows) = rows_of(&mut book, name) else { continue };
        let has_columns =
            |(_, cells): &(u64, Vec<String>)| Columns::of(cells, how.mapping_of(cells)).missing.is_empty();
        if rows.iter().take(20).any(has_columns) {
            return Ok((name.clone(), rows, names.len()));
        }
        if first.is_none() && !rows.is_empty() {
            first = Some((name.clone(), rows, names.len()));
        }
    }
    first.ok_or_else(|| "expected a sheet with rows, found none".to_owned())
}

fn rows_of(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Rows, String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| String::new())?;
    let mut rows: Rows = Vec::new();
    // A sheet that breaks off is not read at all: half a day would look like a day.
    while let Some(cell) = cells.next_cell().map_err(|_| String::new())? {
        let (row, column) = cell.get_position();
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let text = text_of(cell.get_value());
        if text.is_empty() || column >= CELLS_MAX {
            continue;
        }
        let line = u64::from(row) + 1;
        if rows.last().is_none_or(|(last, _)| *last != line) {
            if rows.len() >= ROWS_MAX {
                return Err(String::new());
            }
            rows.push((line, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
    }
    // Cells at the end of a row that were never filled are not in the file.
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    rows.iter_mut().for_each(|(_, cells)| cells.resize(width, String::new()));
    Ok(rows)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        // Numbers of people and phones are whole; a large one is not written as 1e15.
        DataRef::Float(n) => format!("{n}"),
        // As Excel keeps a carriage return.
        DataRef::String(text) => text.replace("_x000D_", " "),
        DataRef::SharedString(text) => text.replace("_x000D_", " "),
        DataRef::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(time) => date_text(time),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// `2026-11-30 08:00:00`; a date alone or a time alone as itself.
fn date_text(time: &ExcelDateTime) -> String {
    // A length shown as `[h]:mm` is a time of day to this end.
    let days = time.as_f64();
    // Half a second more: a time of day is a fraction, and seldom an exact one.
    let rounded = ExcelDateTime::new(days + 0.5 / 86_400.0, ExcelDateTimeType::DateTime, is_1904(time));
    let (year, month, day, hour, minute, second, _) = rounded.to_ymd_hms_milli();
    let of = |n: u8| i8::try_from(n).unwrap_or(-1);
    let clock = Time::new(of(hour), of(minute), of(second), 0).map(|time| time.to_string()).unwrap_or_default();
    if (0.0..1.0).contains(&days) && !is_1904(time) {
        return clock;
    }
    let Ok(date) = Date::new(i16::try_from(year).unwrap_or(-1), of(month), of(day)) else { return String::new() };
    if clock == "00:00:00" { date.to_string() } else { format!("{date} {clock}") }
}

/// Whether days are counted from 1904: then day zero is not in 1899.
fn is_1904(time: &ExcelDateTime) -> bool {
    time.to_ymd_hms_milli().0
        != ExcelDateTime::new(time.as_f64(), ExcelDateTimeType::DateTime, false).to_ymd_hms_milli().0
}

/// What a packed file says of its parts' lengths, in its directory at the end.
fn unpacked_bytes(bytes: &[u8]) -> u64 {
    const ENTRY: &[u8] = b"PK\x01\x02";
    let mut all = 0;
    let mut rest = bytes;
    while let Some(at) = rest.windows(ENTRY.len()).position(|part| part == ENTRY) {
        let entry = rest.get(at..).unwrap_or_default();
        let length = entry.get(24..28).and_then(|length| length.try_into().ok()).map_or(0, u32::from_le_bytes);
        all += u64::from(length);
        rest = entry.get(ENTRY.len()..).unwrap_or_default();
    }
    all
}
