//! Reads a list as CSV, as practices export it: whatever separates its columns, however its text is written down.

use super::how::How;
use super::records::{CsvRecords, delimiter_of, without_sep_line};
use super::table::{self, Look};
use super::{ImportError, Sink, text};

/// Reads `bytes`. Every bad line is refused by its number, every good one passed on.
///
/// # Errors
/// If this is not such a list at all.
pub fn read(bytes: &[u8], how: &How, sink: &mut dyn Sink) -> Result<(), ImportError> {
    let (text, note) = text::decode(bytes, how.said().encoding).map_err(ImportError::WrongFile)?;
    if let Some(note) = note {
        sink.note(note);
    }
    table::read(&mut records(&text, how), how, false, sink)
}

/// Looks at `bytes`, for anyone who says what the columns are.
#[must_use]
pub fn look(bytes: &[u8], how: &How) -> Option<Look> {
    let (text, _) = text::decode(bytes, how.said().encoding).ok()?;
    table::look(&mut records(&text, how), how)
}

fn records<'a>(text: &'a str, how: &How) -> CsvRecords<'a> {
    let said = how.said().delimiter_byte();
    match without_sep_line(text) {
        Some((delimiter, rest)) => CsvRecords::new(rest, 2, said.unwrap_or(delimiter)),
        None => CsvRecords::new(text, 1, said.unwrap_or_else(|| delimiter_of(text))),
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
