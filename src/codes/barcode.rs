//! The barcodes that a clinic's own letters carry already, distinguished by patterns in the clinic's settings.
//!
//! Invariants: a pattern is for the whole text and has one group, the number; matching takes a time that grows with the
//! text alone, whatever the pattern; a bad pattern is refused when the settings come, not when someone scans.

use regex::bytes::{Regex, RegexBuilder};

use super::Scanned;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::settings::{BarcodePattern, Carries};

/// A longer text is no clinic's barcode.
const TEXT_BYTES_MAX: usize = 512;
/// A longer number is no one's.
const NUMBER_BYTES_MAX: usize = 64;
/// A pattern that needs more memory than this is no pattern for a barcode.
const PATTERN_BYTES_MAX: usize = 1 << 16;
/// More would slow every scan down.
const PATTERNS_MAX: usize = 32;

/// A pattern that cannot be used; the sentence names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(pub String);

/// A clinic's patterns, ready for use.
#[derive(Debug, Clone, Default)]
pub(super) struct Barcodes {
    patterns: Vec<(Regex, Carries)>,
}

impl Barcodes {
    pub(super) fn new(patterns: &[BarcodePattern]) -> Result<Self, BadPattern> {
        if patterns.len() > PATTERNS_MAX {
            return Err(BadPattern(format!(
                "there are {} barcode patterns; {PATTERNS_MAX} are enough",
                patterns.len()
            )));
        }
        let ready = patterns.iter().enumerate().map(|(at, listed)| {
            let named = |why| BadPattern(format!("barcode pattern {}, {:?}, {why}", at + 1, shown(&listed.pattern)));
            whole(&listed.pattern).map(|regex| (regex, listed.carries)).map_err(named)
        });
        Ok(Self { patterns: ready.collect::<Result<_, _>>()? })
    }

    /// What the first pattern that fits says; white space around the text does not matter.
    pub(super) fn read(&self, text: &[u8]) -> Scanned {
        if text.len() > TEXT_BYTES_MAX {
            return Scanned::Foreign;
        }
        let number = |regex: &Regex| {
            let number = std::str::from_utf8(regex.captures(text)?.get(1)?.as_bytes()).ok()?.trim();
            let fits = (1..=NUMBER_BYTES_MAX).contains(&number.len()) && !number.contains(char::is_control);
            fits.then(|| number.to_owned())
        };
        let found = self.patterns.iter().find_map(|(regex, carries)| Some((number(regex)?, *carries)));
        match found {
            Some((number, Carries::Appointment)) => Scanned::Appointment(AppointmentId::new(number)),
            Some((number, Carries::Patient)) => Scanned::Patient(PatientId::new(number)),
            None => Scanned::Foreign,
        }
    }
}

/// As much of a pattern as a sentence can hold.
fn shown(pattern: &str) -> String {
    pattern.chars().take(80).collect()
}

/// The pattern, made to fit a whole text only, or what is wrong with it.
fn whole(pattern: &str) -> Result<Regex, &'static str> {
    // On its own first: a pattern with a bracket too many must not become one together with ours.
    let alone = compiled(pattern)?;
    if alone.captures_len() != 2 {
        return Err("must have exactly one group in round brackets: the number, such as MRN(\\d{7})");
    }
    compiled(&format!(r"\A(?:{pattern})\z"))
}

fn compiled(pattern: &str) -> Result<Regex, &'static str> {
    // Barcodes are ASCII: without Unicode `\d` is a digit that a keyboard has, and the tables stay small.
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(PATTERN_BYTES_MAX).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "is too large: repeat less in it",
        _ => "is not a regular expression: write one for the whole text with one group, such as MRN(\\d{7})",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(listed: &[(Carries, &str)]) -> Vec<BarcodePattern> {
        listed
            .iter()
            .map(|(carries, pattern)| BarcodePattern { carries: *carries, pattern: (*pattern).to_owned() })
            .collect()
    }

    #[test]
    fn a_number_is_taken_by_the_first_pattern_that_fits_the_whole_text() {
        let listed = patterns(&[
            (Carries::Patient, r"MRN(\d{7})"),
            (Carries::Appointment, r"(?i)appt[-:]([a-z0-9]{1,80})"),
            (Carries::Appointment, r"https://example\.org/visit/([^/]*)"),
            (Carries::Patient, r"A(\d+)|B\d+"),
        ]);
        let barcodes = Barcodes::new(&listed).unwrap();
        let patient = |id: &str| Scanned::Patient(PatientId::from(id));
        let appointment = |id: &str| Scanned::Appointment(AppointmentId::from(id));
        for (text, expected) in [
            ("MRN0001234", patient("0001234")),
            ("MRN00012345", Scanned::Foreign),
            ("XMRN0001234", Scanned::Foreign),
            ("MRN0001234\nMRN0001235", Scanned::Foreign),
            ("MRN٠٠٠١٢٣٤", Scanned::Foreign),
            ("appt-4711", appointment("4711")),
            ("APPT:4711", appointment("4711")),
            (&format!("appt-{}", "9".repeat(64)), appointment(&"9".repeat(64))),
            (&format!("appt-{}", "9".repeat(65)), Scanned::Foreign),
            ("https://example.org/visit/4711", appointment("4711")),
            ("https://example.org/visit/ 4711 ", appointment("4711")),
            ("https://example.org/visit/", Scanned::Foreign),
            ("https://example.org/visit/47\t11", Scanned::Foreign),
            ("A17", patient("17")),
            ("B17", Scanned::Foreign),
            ("", Scanned::Foreign),
        ] {
            assert_eq!(barcodes.read(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(barcodes.read(b"https://example.org/visit/\xff\xfe"), Scanned::Foreign);
        assert_eq!(barcodes.read(&[b'9'; TEXT_BYTES_MAX + 1]), Scanned::Foreign);
        assert_eq!(Barcodes::default().read(b"MRN0001234"), Scanned::Foreign);
    }

    #[test]
    fn a_bad_pattern_is_refused_by_name() {
        for (pattern, why) in [
            (r"MRN\d{7}", "exactly one group"),
            (r"(MRN)(\d{7})", "exactly one group"),
            ("", "exactly one group"),
            (r"MRN(\d{7}", "not a regular expression"),
            (r"MRN\d{7})|(x", "not a regular expression"),
            (r"(?<name>MRN)\k<name>", "not a regular expression"),
            (r"(\p{Lu}+)", "not a regular expression"),
            (r"(?x)MRN(\d{7}) # seven digits", "not a regular expression"),
            (r"((?:[a-z]{1,100}){1,100})", "too large"),
            (r"(((((a{9}){9}){9}){9}){9})", "too large"),
        ] {
            let error = Barcodes::new(&patterns(&[(Carries::Patient, "(ok)"), (Carries::Patient, pattern)]))
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("barcode pattern 2, ") && error.contains(why), "{pattern:?}: {error}");
        }
        let many = vec![(Carries::Patient, "(a)"); PATTERNS_MAX + 1];
        assert!(Barcodes::new(&patterns(&many)).is_err());
    }
}
