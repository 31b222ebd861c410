//! Text into records of cells, as spreadsheets write CSV.
//!
//! Invariant: a quotation mark that is not closed costs its own line and no other.

/// No quoted cell of a real list is longer, or has more lines; what follows a quote for longer than this is not its
/// cell.
const QUOTED_BYTES_MAX: usize = 16 * 1024;
const QUOTED_LINES_MAX: usize = 50;
/// Cells that one line may have; more is another kind of file.
pub const CELLS_MAX: usize = 1000;

/// One record of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The line on which it begins, and its cells.
    Cells(u64, Vec<String>),
    /// A line that is none: a quotation mark is not closed. With the cells before that mark.
    Unclosed(u64, Vec<String>),
}

/// Something that gives records one after another.
pub trait Records {
    /// The next record. `width` is how many cells a record has, once that is known.
    fn next(&mut self, width: Option<usize>) -> Option<Record>;
}

/// A table that was read already.
pub struct Given(pub std::vec::IntoIter<(u64, Vec<String>)>);

impl Records for Given {
    fn next(&mut self, _: Option<usize>) -> Option<Record> {
        self.0.next().map(|(line, cells)| Record::Cells(line, cells))
    }
}

/// CSV.
pub struct CsvRecords<'a> {
    rest: &'a str,
    line: u64,
    delimiter: u8,
}

/// A record as it reads if every quotation mark is taken at its word.
struct Read<'a> {
    cells: Vec<String>,
    rest: &'a str,
    /// Line breaks inside its cells.
    breaks: u64,
    /// Whether its quotation marks are closed.
    is_closed: bool,
    /// Whether text follows a closed quotation mark of a cell with line breaks.
    is_odd: bool,
}

impl<'a> CsvRecords<'a> {
    /// Reads this text, whose first line has this number.
    #[must_use]
    pub const fn new(text: &'a str, line: u64, delimiter: u8) -> Self {
        Self { rest: text, line, delimiter }
    }

    fn read(&self, text: &'a str) -> Read<'a> {
        let mut read = Read { cells: Vec::new(), rest: text, breaks: 0, is_closed: true, is_odd: false };
        loop {
            let mut cell = String::new();
            let is_quoted = read.rest.starts_with('"');
            let mut breaks = 0;
            if is_quoted && !quoted(&mut read.rest, &mut cell, &mut breaks) {
                read.is_closed = false;
                return read;
            }
            read.breaks += breaks;
            let ends = |byte: u8| byte == self.delimiter || byte == b'\n' || byte == b'\r';
            let end = read.rest.bytes().position(ends).unwrap_or(read.rest.len());
            let (plain, rest) = read.rest.split_at(end);
            read.is_odd |= breaks > 0 && !plain.trim().is_empty();
            cell.push_str(plain);
            if read.cells.len() <= CELLS_MAX {
                read.cells.push(cell);
            }
            match rest.as_bytes().first() {
                Some(byte) if *byte == self.delimiter => read.rest = rest.get(1..).unwrap_or_default(),
                _ => {
                    read.rest = after_break(rest);
                    return read;
                }
            }
        }
    }

    /// Whether a record with line breaks in it is rather several lines of which the first has a quotation mark too
    /// many.
    fn is_several(&self, read: &Read<'a>, width: Option<usize>) -> bool {
        if read.breaks == 0 {
            return false;
        }
        let Some(width) = width else { return read.is_odd };
        if read.is_odd || fitted(read.cells.len(), &read.cells, width) != width {
            return true;
        }
        let (first, rest) = self.rest.split_at(line_end(self.rest));
        let second = after_break(rest);
        let second = second.get(..line_end(second)).unwrap_or_default();
        let plain = first.bytes().filter(|byte| *byte == self.delimiter).count() + 1;
        plain == width && self.read(second).cells.len() == width
    }
}

impl Records for CsvRecords<'_> {
    fn next(&mut self, width: Option<usize>) -> Option<Record> {
        while self.rest.starts_with(['\r', '\n']) {
            self.rest = after_break(self.rest);
            self.line += 1;
        }
        if self.rest.is_empty() {
            return None;
        }
        let line = self.line;
        let read = self.read(self.rest);
        if read.is_closed && !self.is_several(&read, width) {
            self.line += read.breaks + 1;
            self.rest = read.rest;
            return Some(Record::Cells(line, read.cells));
        }
        let (first, rest) = self.rest.split_at(line_end(self.rest));
        let before = first.split('"').next().unwrap_or_default();
        let delimiter = char::from(self.delimiter);
        let cells = before
            .rsplit_once(delimiter)
            .map(|(cells, _)| cells.split(delimiter).take(CELLS_MAX).map(str::to_owned).collect());
        self.rest = after_break(rest);
        self.line += 1;
        Some(Record::Unclosed(line, cells.unwrap_or_default()))
    }
}

/// How many cells a record has, without empty ones at its end that its header does not have.
#[must_use]
pub fn fitted(count: usize, cells: &[String], width: usize) -> usize {
    if count > width && cells.iter().skip(width).all(|cell| cell.trim().is_empty()) { width } else { count }
}

/// Takes a quoted cell off the text. Answers whether it is closed.
fn quoted(text: &mut &str, cell: &mut String, breaks: &mut u64) -> bool {
    let mut rest = text.get(1..).unwrap_or_default();
    loop {
        let window = rest.as_bytes().get(..rest.len().min(QUOTED_BYTES_MAX)).unwrap_or_default();
        let Some(at) = window.iter().position(|byte| *byte == b'"') else { return false };
        let (part, after) = rest.split_at(at);
        *breaks += line_breaks(part);
        cell.push_str(part);
        if cell.len() > QUOTED_BYTES_MAX || *breaks > QUOTED_LINES_MAX as u64 {
            return false;
        }
        let after = after.get(1..).unwrap_or_default();
        if let Some(more) = after.strip_prefix('"') {
            cell.push('"');
            rest = more;
        } else {
            *text = after;
            return true;
        }
    }
}

fn line_breaks(text: &str) -> u64 {
    let lone = |pair: &[u8]| matches!(pair, [b'\r', next] if *next != b'\n');
    let bytes = text.as_bytes();
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = if bytes.contains(&b'\r') {
        bytes.windows(2).filter(|pair| lone(pair)).count() + usize::from(bytes.ends_with(b"\r"))
    } else {
        0
    };
    (feeds + returns) as u64
}

fn line_end(text: &str) -> usize {
    text.bytes().position(|byte| byte == b'\n' || byte == b'\r').unwrap_or(text.len())
}

/// The text after one line break, if it begins with one.
fn after_break(text: &str) -> &str {
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix(['\n', '\r'])).unwrap_or(text)
}

/// What separates the columns of a text: what its first lines have most of, outside quotation marks.
#[must_use]
pub fn delimiter_of(text: &str) -> u8 {
    let mut best = (0, b',');
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(20) {
        for delimiter in [b',', b';', b'\t', b'|'] {
            let mut is_quoted = false;
            let mut count = 0;
            for byte in line.bytes().take(64 * 1024) {
                match byte {
                    b'"' => is_quoted = !is_quoted,
                    _ if byte == delimiter && !is_quoted => count += 1,
                    _ => {}
                }
            }
            if count > best.0 {
                best = (count, delimiter);
            }
        }
        // The header is the first line that has columns at all.
        if best.0 >= 2 {
            break;
        }
    }
    best.1
}

/// What a first line such as `sep=;` says, and the text after it.
#[must_use]
pub fn without_sep_line(text: &str) -> Option<(u8, &str)> {
    let (first, rest) = text.split_at(line_end(text));
    let said = first.trim_matches(|c: char| c == '"' || c == ' ');
    let word = said.get(..4).filter(|word| word.eq_ignore_ascii_case("sep="))?;
    let delimiter = said.get(word.len()..)?;
    let delimiter = if delimiter.is_empty() && first.trim_end_matches('"').ends_with('\t') { "\t" } else { delimiter };
    match delimiter.as_bytes() {
        [byte] if byte.is_ascii() => Some((*byte, after_break(rest))),
        // As a spreadsheet writes it that does not know the word itself: `sep=,,,,`
        [byte, more @ ..] if byte.is_ascii() && more.iter().all(|other| other == byte) => {
            Some((*byte, after_break(rest)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, width: usize) -> Vec<(u64, Vec<String>, bool)> {
        let mut records = CsvRecords::new(text, 1, b',');
        let mut found = Vec::new();
        while let Some(record) = records.next(Some(width)) {
            found.push(match record {
                Record::Cells(line, cells) => (line, cells, true),
                Record::Unclosed(line, cells) => (line, cells, false),
            });
        }
        found
    }

    fn lines(text: &str, width: usize) -> Vec<(u64, bool)> {
        all(text, width).into_iter().map(|(line, _, is_good)| (line, is_good)).collect()
    }

    #[test]
    fn cells_are_read_as_spreadsheets_write_them() {
        for (text, cells) in [
            ("a,b,c", ["a", "b", "c"]),
            ("\"a\",\"b\"\"c\",", ["a", "b\"c", ""]),
            ("\"Bobby\" Robert,x,y", ["Bobby Robert", "x", "y"]),
            ("\"12\"\" Mill Rd, Unit 5\" B\",x,y", ["12\" Mill Rd, Unit 5 B\"", "x", "y"]),
            ("a\"b,\"c\nd\",e", ["a\"b", "c\nd", "e"]),
            ("\"c\r\nd\",b,e\r\n", ["c\r\nd", "b", "e"]),
        ] {
            let found = all(text, 3);
            assert_eq!(found, vec![(1, cells.map(str::to_owned).to_vec(), true)], "{text}");
        }
        assert_eq!(lines("a,b\r\n\r\n\"c\r\nd\",e\rf,g\n\n", 2), [(1, true), (3, true), (5, true)]);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_line() {
        // To the end; up to the next quote; where the columns come out even; where the next cell begins with a comma.
        for rest in ["c,d\ne,f\n", "c,\"d\"\ne,f\n", "\"c\",d\ne,f\n", "\"c, x\",d\ne,f\n", "\", c\",d\ne,f\n"] {
            assert_eq!(
                lines(&format!("a,b\nx,\"y\n{rest}"), 2),
                [(1, true), (2, false), (3, true), (4, true)],
                "{rest}"
            );
        }
        for rest in ["c,d,e\n", "\"c\",d,e\n", "c,\"d\",e\n", "c,d,\"e\"\n", "c,\",d\",e\n"] {
            assert_eq!(lines(&format!("a,\"b,x\n{rest}f,g,h"), 3), [(1, false), (2, true), (3, true)], "{rest}");
        }
        assert_eq!(lines("a,\"b", 2), [(1, false)]);
        assert_eq!(all("a2,p,\"B,T\nc,d,e,f", 4).first(), Some(&(1, vec!["a2".to_owned(), "p".to_owned()], false)));
    }

    #[test]
    fn what_separates_is_found() {
        for (text, delimiter) in [
            ("a,b,c", b','),
            ("a;b;c\n1,5;2;3", b';'),
            ("a\tb\tc", b'\t'),
            ("a|b|c", b'|'),
            ("\"a,b,c\";d;e", b';'),
            ("one", b','),
            ("Appointments of a day\n\na;b;c", b';'),
        ] {
            assert_eq!(delimiter_of(text), delimiter, "{text}");
        }
        assert_eq!(without_sep_line("sep=,\r\na,b"), Some((b',', "a,b")));
        assert_eq!(without_sep_line("\"SEP=;\"\na;b"), Some((b';', "a;b")));
        assert_eq!(without_sep_line("sep=\t\na\tb"), Some((b'\t', "a\tb")));
        assert_eq!(without_sep_line("separate,b"), None);
    }
}
