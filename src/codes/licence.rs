//! Driver licences and identity cards of the United States and Canada: the PDF417 code on their back.
//!
//! AAMVA's card design standards, header versions 00 (before the standard of 2000) to 11 (2025). Real cards keep to them
//! loosely, and scanners lose control characters: so neither offsets, lengths nor the number of subfiles are believed;
//! elements are found by lines. What is told apart by version is told apart by the elements themselves.
//!
//! Invariants: of a card are kept family name, first given name and date of birth, and the text that was read is
//! wiped; elements of a jurisdiction's own subfile are never taken; what breaks off before these facts is refused.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{CodeTrouble, Licence, Scanned};
use crate::domain::person::BirthDate;
use crate::domain::private::Private;

/// Marks may stand before the file type: `@`, line ends, a record separator or what a scanner made of it.
const FILE_TYPE_WITHIN_BYTES: usize = 16;
/// What the file type is called: the older cards say whose standard it is.
const FILE_TYPES: [&str; 3] = ["ANSI", "AAMVA", "AMVAA"];
/// Fewer digits after the file type may be anything.
const ISSUER_DIGITS: usize = 6;
/// Two letters, an offset of four digits, a length of four digits.
const DESIGNATOR_CHARACTERS: usize = 10;
/// Nobody alive was born before; the oldest person ever was born in 1875.
const BORN_YEAR_MIN: i16 = 1875;
/// What cards say where there is nothing to say.
const NOTHING: [&str; 6] = ["NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A", "UNK"];

/// Reads a card's code; `None` if it is something else. `today` is the clinic's date: nobody is born after it.
pub(super) fn read(scan: &[u8], today: Date) -> Option<Scanned> {
    let text = text_of(scan);
    let content = after_file_type(&text)?;
    let licence = Elements::of(content).licence(today);
    Some(licence.map_or(Scanned::Refused(CodeTrouble::Truncated), Scanned::Licence))
}

/// Cards are written in ISO 8859-1, some in UTF-8; plain letters are the same in both.
fn text_of(scan: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(match std::str::from_utf8(scan) {
        Ok(text) => text.to_owned(),
        Err(_) => scan.iter().copied().map(char::from).collect(),
    })
}

/// What follows the file type. Without the `@` that begins every card's code, the issuer's number must follow.
fn after_file_type(text: &str) -> Option<&str> {
    let (at, name) = FILE_TYPES.iter().filter_map(|name| Some((text.find(name)?, name))).min()?;
    let (before, after) = (text.get(..at)?, text.get(at + name.len()..)?.trim_start());
    let issued = after.bytes().take_while(u8::is_ascii_digit).count() >= ISSUER_DIGITS;
    let marked = before.contains('@') || before.chars().all(|mark| mark.is_control() || mark == ' ');
    (at <= FILE_TYPE_WITHIN_BYTES && marked && (issued || before.contains('@'))).then_some(after)
}

/// What of a card is looked at.
#[derive(Default)]
struct Elements<'a> {
    /// `DCS`, or `DAB` on the oldest.
    family: Option<&'a str>,
    /// `DAC`: the first given name.
    first: Option<&'a str>,
    /// `DCT` of versions 02 and 03: all given names.
    given: Option<&'a str>,
    /// `DAA` of versions 00 and 01: the whole name.
    whole: Option<&'a str>,
    /// `DBB`.
    born: Option<&'a str>,
}

impl<'a> Elements<'a> {
    fn of(content: &'a str) -> Self {
        let mut found = Self::default();
        let mut is_jurisdictions = false;
        // Line feeds end elements and a carriage return ends a subfile; some cards and scanners swap or double them.
        for line in after_header(content).split(|mark: char| mark.is_control()).map(str::trim) {
            let (subfile, element) = subfile_of(line);
            is_jurisdictions = match subfile {
                Some(kind) => kind.starts_with('Z'),
                None => is_jurisdictions,
            };
            if !is_jurisdictions && let (Some(name), Some(value)) = (element.get(..3), element.get(3..)) {
                found.take(name, value.trim());
            }
        }
        found
    }

    /// The first of each that says something counts.
    fn take(&mut self, name: &str, value: &'a str) {
        let place = match name {
            "DCS" | "DAB" => &mut self.family,
            "DAC" => &mut self.first,
            "DCT" => &mut self.given,
            "DAA" => &mut self.whole,
            "DBB" => &mut self.born,
            _ => return,
        };
        if place.is_none_or(says_nothing) {
            *place = Some(value);
        }
    }

    fn licence(&self, today: Date) -> Option<Licence> {
        let birth_date = birth_date(self.born?, today)?;
        let (family, given) = match self.family {
            Some(family) => (family, first_given(self.first, self.given)),
            None => taken_apart(self.whole?),
        };
        let (mut family, mut given) = (bare(family), bare(given));
        if is_nothing(given) {
            given = "";
        }
        // Whoever has one name has it in either place.
        if is_nothing(family) {
            (family, given) = (given, "");
        }
        (!is_nothing(family)).then(|| Licence { family_name: Private::from(family), given_name: Private::from(given), birth_date })
    }
}

/// What follows the header: the issuer, versions, number of subfiles, and where each begins.
fn after_header(content: &str) -> &str {
    let mut rest = content.trim_start_matches(|digit: char| digit.is_ascii_digit());
    while let Some((designator, after)) = rest.split_at_checked(DESIGNATOR_CHARACTERS) {
        let (kind, numbers) = designator.split_at_checked(2).unwrap_or_default();
        if !(kind.bytes().all(|letter| letter.is_ascii_uppercase()) && numbers.bytes().all(|digit| digit.is_ascii_digit())) {
            break;
        }
        rest = after;
    }
    rest
}

/// The subfile that begins with this line, if one does, and the element on it.
fn subfile_of(line: &str) -> (Option<&str>, &str) {
    let Some((kind, element)) = line.split_at_checked(2) else { return (None, line) };
    let begins = match kind {
        "DL" | "ID" | "EN" => element.is_empty() || is_element(element),
        // A jurisdiction's elements begin with its subfile's two letters.
        _ => kind.starts_with('Z') && (element.is_empty() || element.starts_with(kind)),
    };
    if begins { (Some(kind), element) } else { (None, line) }
}

fn is_element(text: &str) -> bool {
    let mut letters = text.bytes();
    letters.next() == Some(b'D')
        && matches!(letters.next(), Some(b'A'..=b'D'))
        && letters.next().is_some_and(|letter| letter.is_ascii_uppercase())
}

fn says_nothing(value: &str) -> bool {
    value.is_empty() || NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word))
}

fn is_nothing(name: &str) -> bool {
    says_nothing(name) || !name.contains(char::is_alphabetic)
}

/// The first given name: as it stands in an element of its own, else the first of all of them.
fn first_given<'a>(first: Option<&'a str>, all: Option<&'a str>) -> &'a str {
    first
        .filter(|name| !is_nothing(name))
        .or_else(|| all?.split(is_between_names).map(bare).find(|name| !name.is_empty()))
        .unwrap_or_default()
}

/// Versions 02 and 03 want a comma between given names, and cards have spaces; magnetic stripes have `$`.
fn is_between_names(mark: char) -> bool {
    matches!(mark, ',' | '$' | '@' | ' ')
}

/// A name without the marks that some cards leave at its ends.
fn bare(name: &str) -> &str {
    name.trim_matches(|mark: char| is_between_names(mark) || mark.is_whitespace())
}

/// Family name and first given name of a whole name: `LAST,FIRST,MIDDLE`, `LAST, FIRST MIDDLE` or `LAST FIRST`.
fn taken_apart(whole: &str) -> (&str, &str) {
    let (family, rest) = whole.split_once([',', '$', '@']).or_else(|| whole.split_once(' ')).unwrap_or((whole, ""));
    (family, first_given(None, Some(rest)))
}

/// A date of birth, month first as in the United States or year first as in Canada and on the oldest cards, perhaps with
/// marks between. The two can never be taken for each other: no month is 18, 19 or 20, and every year begins with one of these.
fn birth_date(text: &str, today: Date) -> Option<BirthDate> {
    let mut digits = [0_i16; 8];
    let mut places = digits.iter_mut();
    for character in text.chars() {
        match character.to_digit(10) {
            Some(digit) => *places.next()? = i16::try_from(digit).ok()?,
            None if matches!(character, '-' | '/' | '.' | ' ') => {}
            None => return None,
        }
    }
    if places.next().is_some() {
        return None;
    }
    let [a, b, c, d, e, f, g, h] = digits;
    let possible = |year: i16, month: i16, day: i16| {
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        (date.year() >= BORN_YEAR_MIN && date <= today).then_some(BirthDate(date))
    };
    let month_first = possible(e * 1000 + f * 100 + g * 10 + h, a * 10 + b, c * 10 + d);
    month_first.or_else(|| possible(a * 1000 + b * 100 + c * 10 + d, e * 10 + f, g * 10 + h))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 23);

    /// Family name, first given name, date of birth; or how it was refused.
    fn said(scan: &[u8]) -> Result<(String, String, Date), Option<Scanned>> {
        match read(scan, TODAY) {
            Some(Scanned::Licence(licence)) => {
                Ok((licence.family_name.as_str().to_owned(), licence.given_name.as_str().to_owned(), licence.birth_date.0))
            }
            other => Err(other),
        }
    }

    #[track_caller]
    fn check(what: &str, scan: impl AsRef<[u8]>, family: &str, given: &str, born: Date) {
        assert_eq!(said(scan.as_ref()), Ok((family.to_owned(), given.to_owned(), born)), "{what}");
    }

    #[track_caller]
    fn check_truncated(what: &str, scan: impl AsRef<[u8]>) {
        assert_eq!(said(scan.as_ref()), Err(Some(Scanned::Refused(CodeTrouble::Truncated))), "{what}");
    }

    /// One row for each header version: the mandatory elements of its standard, in its order.
    #[test]
    fn every_header_version_is_read() {
        let born = date(1980, 2, 3);
        for (version, card) in [
            ("00, before the standard", "@\n\x1e\rAAMVA6360100001DL00270120DLDAASAMPLE QUINN\nDAQS1\nDAG1 MAIN ST\nDBB02-03-1980\nDBC2\r"),
            (
                "01, one name",
                "@\n\x1e\rANSI 6360300101DL00290179DLDAQS1\nDAASAMPLE,QUINN,ANN\nDAG1 MAIN ST\nDBA20300203\nDBB19800203\nDBC2\r",
            ),
            ("01, three names", "@\n\x1e\rANSI 6360180101DL00290192DLDABSAMPLE\nDACQUINN\nDADANN\nDAQS1\nDBA20300203\nDBB19800203\nDBCF\r"),
            (
                "02",
                "@\n\x1e\rANSI 636055020002DL00410180ZG02210012DLDCAC\nDCBNONE\nDCDNONE\nDBA02032030\nDCSSAMPLE\nDCTQUINN,ANN\nDCU\nDBD01012020\nDBB02031980\nDBC2\nDCGUSA\rZGZGAX\r",
            ),
            (
                "03",
                "@\n\x1e\rANSI 636026030102DL00410180ZA02210012DLDCAD\nDCBB\nDCDNONE\nDBA02032030\nDCSSAMPLE\nDCTQUINN ANN\nDBD01012020\nDBB02031980\nDBC2\nDAYBRO\nDCGUSA\rZAZAAX\r",
            ),
            (
                "04",
                "@\n\x1e\rANSI 636000040002DL00410278ZV03190008DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\nDCAC\nDBB02031980\nDCGUSA\rZVZVA01\r",
            ),
            (
                "05",
                "@\n\x1e\rANSI 636049050001ID00310278IDDCANONE\nDCBNONE\nDCDNONE\nDBA02032030\nDCSSAMPLE\nDACQUINN\nDADANN\nDBB02031980\nDCGUSA\r",
            ),
            (
                "06",
                "@\n\x1e\rANSI 636032060002DL00410278ZM03190008DLDCAO\nDCSSAMPLE\nDACQUINN\nDADNONE\nDBD01012020\nDBB02031980\nDCGUSA\nDDEN\r",
            ),
            ("07", "@\n\x1e\rANSI 636009070001DL00310278DLDACQUINN\nDADANN\nDCSSAMPLE\nDCAC\nDBB02031980\nDCGUSA\nDDEN\nDDFN\nDDGN\r"),
            (
                "08",
                "@\n\x1e\rANSI 636025080002DL00410278ZP03190008DLDAQS1\nDCSSAMPLE\nDDEU\nDACQUINN\nDDFU\nDADANN\nDDGU\nDBB02031980\nDCGUSA\rZPZPA00\r",
            ),
            (
                "09",
                "@\n\x1e\rANSI 636005090102DL00410278ZN03190008DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADNONE\nDDGN\nDCAD\nDBB02031980\nDCGUSA\rZNZNAX\r",
            ),
            (
                "10",
                "@\n\x1e\rANSI 636035100001DL00310226DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\nDBD01152024\nDBB02031980\nDCGUSA\nDDAF\r",
            ),
            (
                "11",
                "@\n\x1e\rANSI 636001110001DL00310226DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\nDBB02031980\nDCGUSA\nDDAF\nDDM1\r",
            ),
        ] {
            check(version, card, "SAMPLE", "QUINN", born);
        }
    }

    #[test]
    fn canadian_cards_are_read() {
        let born = date(1980, 2, 3);
        for (issuer, card) in [
            (
                "Ontario",
                "@\n\x1e\rANSI 636012030001DL00310278DLDCAG\nDCBX\nDBA20300203\nDCSSAMPLE\nDCTQUINN,ANN\nDBD20200101\nDBB19800203\nDBC2\nDAJON\nDCGCAN\r",
            ),
            (
                "British Columbia",
                "@\n\x1e\rANSI 636028080001DL00310278DLDAQ1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDBB19800203\nDAJBC\nDCGCAN\r",
            ),
            ("Nova Scotia", "@\n\x1e\rANSI 636013090001DL00310278DLDAQ1\nDCSSAMPLE\nDACQUINN\nDBB19800203\nDAJNS\nDCGCAN\r"),
            ("Alberta", "@\n\x1e\rANSI 604432100001ID00310278IDDAQ1\nDCSSAMPLE\nDACQUINN\nDBB19800203\nDAJAB\nDCGCAN\r"),
        ] {
            check(issuer, card, "SAMPLE", "QUINN", born);
        }
        let quebec = "@\n\x1e\rANSI 604428090001DL00310278DLDAQ1\nDCSBÉLANGER\nDACZOÉ\nDBB19800203\nDCGCAN\r";
        check("Quebec in UTF-8", quebec, "BÉLANGER", "ZOÉ", born);
        let latin: Vec<u8> = quebec.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
        check("Quebec in ISO 8859-1", latin, "BÉLANGER", "ZOÉ", born);
    }

    #[test]
    fn what_cards_and_scanners_do_to_the_form_does_not_matter() {
        let born = date(1980, 2, 3);
        let elements = "DLDAQS1\nDCSSAMPLE\nDACQUINN\nDBB02031980\nDCGUSA\nDDAF";
        let header = "636035100001DL00310226";
        for (what, card) in [
            ("line feed and record separator swapped", format!("@\r\x1e\nANSI {header}{elements}\r")),
            ("without the record separator", format!("@\n\rANSI {header}{elements}\r")),
            ("a letter for the record separator", format!("@\nN\rANSI {header}{elements}\r")),
            ("one line end for all three", format!("@\nANSI {header}{elements}")),
            ("nothing before the file type", format!("ANSI {header}{elements}")),
            ("the symbology before it", format!("]L0@\n\x1e\rANSI {header}{elements}")),
            ("no space in the file type", format!("@\n\x1e\rANSI{header}{elements}")),
            ("another file type", format!("@\n\x1e\rAAMVA{header}{elements}")),
            ("a misspelt file type", format!("@\n\x1e\rAMVAA{header}{elements}")),
            ("carriage returns for line feeds", format!("@\r\x1e\rANSI {header}{}\r", elements.replace('\n', "\r"))),
            ("both", format!("@\r\n\x1e\r\nANSI {header}{}\r\n", elements.replace('\n', "\r\n"))),
            ("unit separators", format!("@\n\x1e\rANSI {header}{}", elements.replace('\n', "\x1f"))),
            ("spaces at the ends", format!("@\n\x1e\rANSI {header}{}   \r", elements.replace('\n', "    \n "))),
            ("a line end after the header", format!("@\n\x1e\rANSI {header}\n{elements}")),
            ("the subfile's name on a line of its own", format!("@\n\x1e\rANSI {header}{}", elements.replace("DLDAQ", "DL\nDAQ"))),
            ("no subfile's name", format!("@\n\x1e\rANSI {header}{}", elements.replace("DLDAQ", "DAQ"))),
            ("two digits of the header missing", format!("@\n\x1e\rANSI 6360350201DL00290226{elements}")),
            ("the issuer one digit short", format!("@\n\nAAMVA36003501DL00290226{elements}")),
            ("offsets that point nowhere", format!("@\n\x1e\rANSI 636035100001DL99999999{elements}")),
            ("more subfiles than it says", format!("@\n\x1e\rANSI {header}ZI02570020{elements}\rZIZIAX\nZIBDAC\r")),
            ("a jurisdiction's subfile first", format!("@\n\x1e\rANSI {header}\nZIZIAX\nDCSOTHER\nDACOTHER\nDBB01011990\r{elements}")),
            ("a jurisdiction's subfile last", format!("@\n\x1e\rANSI {header}{elements}\rZIZIAX\nDCSOTHER\nDACOTHER\nDBB01011990\r")),
            ("a jurisdiction's element in between", format!("@\n\x1e\rANSI {header}{}", elements.replace("\nDBB", "\nZCA1\nDBB"))),
            ("dashes in the date", format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "02-03-1980"))),
            ("slashes in the date", format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "1980/02/03"))),
            ("year first, although of the United States", format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "19800203"))),
            ("an element said twice", format!("@\n\x1e\rANSI {header}{elements}\nDCSOTHER\nDBB01011990")),
            ("an element empty at first", format!("@\n\x1e\rANSI {header}DLDCS\n{elements}")),
        ] {
            check(what, card, "SAMPLE", "QUINN", born);
        }
    }

    #[test]
    fn names_are_taken_apart_as_the_versions_write_them() {
        let born = date(1980, 2, 3);
        for (elements, family, given) in [
            ("DAASAMPLE,QUINN,ANN,JR", "SAMPLE", "QUINN"),
            ("DAASAMPLE,QUINN,,", "SAMPLE", "QUINN"),
            ("DAASAMPLE, QUINN ANN", "SAMPLE", "QUINN"),
            ("DAADE LA CRUZ,QUINN", "DE LA CRUZ", "QUINN"),
            ("DAASAMPLE$QUINN$ANN", "SAMPLE", "QUINN"),
            ("DAASAMPLE@QUINN@ANN", "SAMPLE", "QUINN"),
            ("DAASAMPLE QUINN ANN", "SAMPLE", "QUINN"),
            ("DAASAMPLE", "SAMPLE", ""),
            ("DABSAMPLE\nDACQUINN\nDADANN", "SAMPLE", "QUINN"),
            ("DCSSAMPLE\nDACMARY ANN", "SAMPLE", "MARY ANN"),
            ("DCSSAMPLE\nDCTMARY,ANN", "SAMPLE", "MARY"),
            ("DCSSAMPLE\nDCTMARY ANN", "SAMPLE", "MARY"),
            ("DCSSAMPLE\nDCT,MARY", "SAMPLE", "MARY"),
            ("DAASAMPLE,QUINN\u{a0},ANN", "SAMPLE", "QUINN"),
            ("DCSSAMPLE,\nDCTQUINN, ANN", "SAMPLE", "QUINN"),
            ("DCSSAMPLE, \nDACQUINN,", "SAMPLE", "QUINN"),
            ("DCSO'NEIL-SMITH\nDACQUINN", "O'NEIL-SMITH", "QUINN"),
            ("DCSSAMPLE\nDACNONE", "SAMPLE", ""),
            ("DCSSAMPLE\nDACunavl", "SAMPLE", ""),
            ("DCSSAMPLE\nDAC", "SAMPLE", ""),
            ("DCSSAMPLE", "SAMPLE", ""),
            ("DCSNONE\nDACQUINN", "QUINN", ""),
            ("DCSSAMPLE\nDACNONE\nDCTQUINN", "SAMPLE", "QUINN"),
            ("DAAOTHER,NAME\nDCSSAMPLE\nDACQUINN", "SAMPLE", "QUINN"),
        ] {
            check(elements, format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\nDBB02031980\r"), family, given, born);
        }
    }

    #[test]
    fn a_card_that_breaks_off_before_its_facts_is_refused() {
        let card = "@\n\x1e\rANSI 636035100001DL00310226DLDAQS1\nDCSSAMPLE\nDACQUINN\nDBB02031980\nDCGUSA\nDDAF\r";
        let facts_end = card.find("\nDCG").unwrap_or_default();
        for at in 8..card.len() {
            if at < facts_end {
                check_truncated("broken off", &card[..at]);
            } else {
                check("broken off later", &card[..at], "SAMPLE", "QUINN", date(1980, 2, 3));
            }
        }
        for (what, elements) in [
            ("no name", "DBB02031980"),
            ("no date", "DCSSAMPLE\nDACQUINN"),
            ("names that are none", "DCSNONE\nDACUNAVL\nDBB02031980"),
            ("a name without letters", "DCS***\nDBB02031980"),
            ("a given name, but the family name not yet", "DACQUINN\nDBB02031980"),
            ("a date in the future", "DCSSAMPLE\nDBB11242026"),
            ("a date that is none", "DCSSAMPLE\nDBB02301980"),
            ("a date nobody alive has", "DCSSAMPLE\nDBB02031874"),
            ("a date with letters", "DCSSAMPLE\nDBB0203198O"),
            ("a date of nine digits", "DCSSAMPLE\nDBB020319801"),
            ("the facts in a jurisdiction's subfile only", "DAQ1\rZIZIAX\nDCSSAMPLE\nDBB02031980"),
        ] {
            check_truncated(what, format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\r"));
        }
    }

    #[test]
    fn other_texts_are_no_cards() {
        for scan in [
            "",
            "@",
            "ANSI",
            "ANSI Z39.50",
            "ANSI 63603",
            "AAMVA",
            "MRN ANSI 636035100001",
            "someone@example.org",
            "%MASPRINGFIELD^SAMPLE$QUINN^1 MAIN ST^?",
            "@ and a long text before ANSI 636035100001",
        ] {
            assert_eq!(read(scan.as_bytes(), TODAY), None, "{scan:?}");
        }
    }

    #[test]
    fn the_two_orders_of_a_date_are_never_taken_for_each_other() {
        let mut day = date(BORN_YEAR_MIN, 1, 1);
        while day <= TODAY {
            let (year, month, date) = (day.year(), day.month(), day.day());
            assert_eq!(birth_date(&format!("{month:02}{date:02}{year:04}"), TODAY), Some(BirthDate(day)));
            assert_eq!(birth_date(&format!("{year:04}{month:02}{date:02}"), TODAY), Some(BirthDate(day)));
            day = day.tomorrow().unwrap_or(Date::MAX);
        }
    }
}
