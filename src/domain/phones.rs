//! The phone numbers in a text, as lists have them: two in one field, extensions, placeholders.

use super::contact::digit_of;

/// Fewer digits are no number that someone can be called at.
const DIGITS_MIN: usize = 6;
/// No number has more (ITU-T E.164): these are two.
const DIGITS_MAX: usize = 15;
/// A whole number with its area, in most countries.
const DIGITS_WHOLE: usize = 10;
/// No extension is longer.
const EXTENSION_DIGITS_MAX: usize = 6;
/// What stands before an extension.
const EXTENSION: [&str; 13] =
    ["x", "ex", "xt", "ext", "extn", "exten", "extension", "extensión", "anexo", "int", "interno", "poste", "ramal"];

/// The digits of every real number in a text, in order: `home 555-010-1019 / cell 555-010-2019` has two, `000-000-0000`
/// none. An extension is no part of a number.
#[must_use]
pub fn numbers(text: &str) -> Vec<String> {
    let mut found = Found::default();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        if let Some(digit) = digit_of(character) {
            found
                .pieces
                .last_mut()
                .map(|piece| piece.push(digit))
                .unwrap_or_else(|| found.pieces.push(digit.to_string()));
        } else if character.is_alphabetic() {
            let mut word = character.to_lowercase().to_string();
            while let Some(letter) = rest.next_if(|next| next.is_alphabetic()) {
                word.extend(letter.to_lowercase());
            }
            let has_number = found.end();
            if has_number && EXTENSION.contains(&word.as_str()) {
                found.leave_extension(&mut rest);
            }
        } else {
            match character {
                '#' if found.is_open() => {
                    found.end();
                    found.leave_extension(&mut rest);
                }
                '(' | '+' if found.is_open() => {
                    found.end();
                }
                // Some write an area before a slash.
                '/' if !found.is_open() => {}
                '/' | '|' | ',' | ';' | '&' | '\n' | '\r' | '\t' => {
                    found.end();
                }
                character if character.is_whitespace() => found.pieces.push(String::new()),
                _ => {}
            }
        }
    }
    found.end();
    found.numbers.retain(|number| !is_placeholder(number));
    found.numbers
}

/// Whether a text that says something about a phone has no real number: `000-000-0000`, `none`, `911`.
#[must_use]
pub fn is_no_phone(text: &str) -> bool {
    !text.trim().is_empty() && numbers(text).is_empty()
}

/// The last four digits of each real number in a text.
#[must_use]
pub fn last_fours(text: &str) -> Vec<[u8; 4]> {
    numbers(text).iter().filter_map(|number| number.as_bytes().last_chunk::<4>().copied()).collect()
}

#[derive(Default)]
struct Found {
    numbers: Vec<String>,
    /// The digits of the number that is being read, as white space parts them.
    pieces: Vec<String>,
}

impl Found {
    /// Whether enough digits were read for a number.
    fn is_open(&self) -> bool {
        self.pieces.iter().map(String::len).sum::<usize>() >= DIGITS_MIN
    }

    /// Ends the number that is being read. Whether there is one, now or earlier.
    fn end(&mut self) -> bool {
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.iter().map(String::len).sum::<usize>() <= DIGITS_MAX {
            self.put(pieces.concat());
        } else {
            let mut number = String::new();
            for piece in pieces {
                if number.len() >= DIGITS_WHOLE {
                    self.put(std::mem::take(&mut number));
                }
                number.push_str(&piece);
            }
            self.put(number);
        }
        !self.numbers.is_empty()
    }

    fn put(&mut self, number: String) {
        if (DIGITS_MIN..=DIGITS_MAX).contains(&number.len()) && !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
    }

    /// Passes over the digits of an extension.
    fn leave_extension(&mut self, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        while rest.next_if(|next| next.is_whitespace() || matches!(next, '.' | ':' | '=' | '#' | '-')).is_some() {}
        let mut extension = String::new();
        while let Some(digit) = rest.next_if(|next| digit_of(*next).is_some()) {
            extension.extend(digit_of(digit));
        }
        if extension.len() > EXTENSION_DIGITS_MAX {
            self.pieces.push(extension);
        }
    }
}

/// Whether these digits are what people type where they have no number.
fn is_placeholder(digits: &str) -> bool {
    // The country of North America in front changes nothing.
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == DIGITS_WHOLE).unwrap_or(digits);
    let local = national.len().checked_sub(7).and_then(|at| national.get(at..)).unwrap_or_default();
    let is_north_american = national.len() == DIGITS_WHOLE;
    [digits, national].into_iter().any(|digits| is_one_digit(digits) || counts_on(digits, 1) || counts_on(digits, 9))
        // An area alone, filled up; and the number of directory assistance.
        || (is_north_american && matches!(local, "0000000" | "1111111" | "9999999" | "5551212"))
}

fn is_one_digit(digits: &str) -> bool {
    counts_on(digits, 0)
}

/// Whether each digit is the one before it and `by` more: 1 counts up, 9 counts down.
fn counts_on(digits: &str, by: u8) -> bool {
    digits.as_bytes().windows(2).all(|pair| match pair {
        [one, next] => (one.wrapping_sub(b'0') + by) % 10 == next.wrapping_sub(b'0'),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_real_number_is_found_and_no_extension() {
        for (text, expected) in [
            ("555-010-1001", &["5550101001"][..]),
            ("+1 (555) 010-1001", &["15550101001"]),
            ("555.010.1001", &["5550101001"]),
            ("(555) 010-1017 ext. 22", &["5550101017"]),
            ("555-010-1017 x22", &["5550101017"]),
            ("555-010-1017x22", &["5550101017"]),
            ("555-010-1017 X 2204", &["5550101017"]),
            ("555-010-1017 Ext 22", &["5550101017"]),
            ("555-010-1017 extension: 22", &["5550101017"]),
            ("555-010-1017;ext=22", &["5550101017"]),
            ("tel:+1-555-010-1017;ext=2204", &["15550101017"]),
            ("555-010-1017 #22", &["5550101017"]),
            ("555-010-1017, 22", &["5550101017"]),
            ("555-010-1017 (ext 2204)", &["5550101017"]),
            ("home 555-010-1019 / cell 555-010-2019", &["5550101019", "5550102019"]),
            ("555-010-1019/555-010-2019", &["5550101019", "5550102019"]),
            ("555-010-1019 or 555-010-2019", &["5550101019", "5550102019"]),
            ("555-010-1019; 555-010-2019", &["5550101019", "5550102019"]),
            ("(555) 010-1019 (555) 010-2019", &["5550101019", "5550102019"]),
            ("555-010-1019 555-010-2019", &["5550101019", "5550102019"]),
            ("H: 555-010-1019 x22, C: 555-010-2019 ext 3", &["5550101019", "5550102019"]),
            ("555-010-1019 ext 22 555-010-2019", &["5550101019", "5550102019"]),
            ("555-010-1019 (h) 555-010-1019 (c)", &["5550101019"]),
            ("000-000-0000 / 555-010-2019", &["5550102019"]),
            ("+49 30 1234 5678 91", &["49301234567891"]),
            ("030/901820", &["030901820"]),
            ("٥٥٥-٠١٠-١٠٠١", &["5550101001"]),
            ("555-4821", &["5554821"]),
            ("#555-010-1001", &["5550101001"]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }

    #[test]
    fn what_people_type_for_no_number_is_none() {
        for text in [
            "000-000-0000",
            "999-999-9999",
            "111-111-1111",
            "(555) 555-5555",
            "123-456-7890",
            "1234567890",
            "0123456789",
            "987-654-3210",
            "1-999-999-9999",
            "+1 000 000 0000",
            "617-000-0000",
            "617-999-9999",
            "617-555-1212",
            "0",
            "00",
            "911",
            "1234",
            "none",
            "N/A",
            "unknown",
            "-",
            "x",
            "ext 22",
            "123-4567",
            "9999999",
            "12345",
        ] {
            assert!(numbers(text).is_empty() && is_no_phone(text), "{text}");
        }
        assert!(!is_no_phone("") && !is_no_phone("  ") && !is_no_phone("555-010-1000"));
        for odd in crate::domain::odd::texts("0123456789 x#/;,+(-extE", 40) {
            let _ = numbers(&odd);
        }
    }
}
