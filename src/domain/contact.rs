//! How phone numbers, email addresses and postal codes usually look.
//!
//! Invariant: this only says what looks odd, and why; anyone who typed it may insist. Nothing here panics, whatever is
//! typed.

mod postal_codes;

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber};

use self::postal_codes::POSTAL_CODES;
use super::private::Private;

/// No email address is longer (RFC 5321, a path without its brackets).
const EMAIL_CHARACTERS_MAX: usize = 254;
/// Fewer digits are no phone number anywhere.
const PHONE_DIGITS_MIN: usize = 4;
/// More digits are none either (ITU-T E.164).
const PHONE_DIGITS_MAX: usize = 15;

/// Why a value does not look as such a value does. The patient may insist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// Digits or characters seem to be missing.
    TooShort,
    /// There are too many.
    TooLong,
    /// As long as a phone number, but no one has such a one.
    NoSuchNumber,
    /// An email address without an @.
    NoAt,
    /// An email address that breaks off after its @.
    NoEnding,
    /// No email address for another reason.
    NotAnAddress,
    /// The country has no such postal codes.
    NoSuchPostalCode,
}

/// Whether there is a country of this ISO 3166 alpha-2 code, in capital letters, whose phone numbers are known.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2
        && code.bytes().all(|byte| byte.is_ascii_uppercase())
        && code.parse::<phonenumber::country::Id>().is_ok_and(|id| DATABASE.by_id(id.as_ref()).is_some())
}

/// A phone number as people of the country write it; one of another country with its code. `country` is ISO 3166
/// alpha-2.
///
/// Rules and forms of all countries are those of the crate `phonenumber`.
///
/// # Errors
/// If no number is so short or so long, or none begins like this.
pub fn phone(typed: &str, country: &str) -> Result<Private, Doubt> {
    let plain = digits_and_plus(typed);
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    if digits < PHONE_DIGITS_MIN {
        return Err(Doubt::TooShort);
    }
    // Two more, because some write a zero in brackets.
    if digits > PHONE_DIGITS_MAX + 2 {
        return Err(Doubt::TooLong);
    }
    let here = country.parse::<phonenumber::country::Id>().ok();
    let Ok(number) = phonenumber::parse(here, &plain) else {
        // An unknown country: what was typed is as good as anything.
        return if here.is_none() && !plain.starts_with('+') {
            Ok(typed.trim().into())
        } else {
            Err(Doubt::NoSuchNumber)
        };
    };
    let is_ours = here
        .and_then(|here| DATABASE.by_id(here.as_ref()))
        .is_some_and(|meta| meta.country_code() == number.code().value());
    if let Some(doubt) = length_doubt(&number) {
        return Err(doubt);
    }
    if !phonenumber::is_valid(&number) {
        return Err(Doubt::NoSuchNumber);
    }
    let mode = if is_ours { Mode::National } else { Mode::International };
    Ok(number.format().mode(mode).to_string().into())
}

/// Digits of any script as the usual ones; 00 at the beginning is a plus.
fn digits_and_plus(typed: &str) -> String {
    let mut plain = String::new();
    for character in typed.chars() {
        match digit_of(character) {
            Some(digit) => plain.push(digit),
            None if character == '+' && plain.is_empty() => plain.push('+'),
            None => {}
        }
    }
    match plain.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => plain,
    }
}

/// A digit, also of an Arabic or Persian keyboard.
pub(super) fn digit_of(character: char) -> Option<char> {
    let value = match character {
        '0'..='9' => return Some(character),
        '\u{660}'..='\u{669}' => u32::from(character) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(character) - 0x6f0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn length_doubt(number: &PhoneNumber) -> Option<Doubt> {
    let length = u16::try_from(number.national().to_string().len()).ok()?;
    let regions = DATABASE.by_code(&number.code().value())?;
    // The crate keeps lengths by kind of number alone.
    let of = |meta: &phonenumber::Metadata| {
        let kinds = meta.descriptors();
        let lengths = |kind: Option<&phonenumber::metadata::Descriptor>| {
            kind.map(|kind| kind.possible_length().to_vec()).unwrap_or_default()
        };
        [kinds.fixed_line(), kinds.mobile(), kinds.toll_free(), kinds.voip()].map(lengths).concat()
    };
    let lengths: Vec<u16> = regions.iter().flat_map(|meta| of(meta)).collect();
    let possible = || lengths.iter().copied();
    if possible().any(|possible| possible == length) {
        return None;
    }
    let (shortest, longest) = (possible().min()?, possible().max()?);
    if length < shortest {
        Some(Doubt::TooShort)
    } else if length > longest {
        Some(Doubt::TooLong)
    } else {
        Some(Doubt::NoSuchNumber)
    }
}

/// A phone number of the country that belongs to no one, to show how one is written. Empty if none is known.
#[must_use]
pub fn phone_example(country: &str) -> String {
    let example = || {
        let here = country.parse::<phonenumber::country::Id>().ok()?;
        let number = DATABASE.by_id(here.as_ref())?.descriptors().mobile()?.example()?;
        let number = phonenumber::parse(Some(here), number).ok()?;
        let written = number.format().mode(Mode::National).to_string();
        // Kazakhstan's loses a digit on the way: no example is better than one that is taken for too short.
        phone(&written, country).is_ok().then_some(written)
    };
    example().unwrap_or_default()
}

/// An email address, without white space around it and with its domain in small letters.
///
/// Only what is obvious is looked at: whether it arrives, the mail servers know.
///
/// # Errors
/// If there is no @, nothing around it, no dot with letters after it, or white space within.
pub fn email(typed: &str) -> Result<Private, Doubt> {
    let typed = typed.trim();
    if typed.chars().nth(EMAIL_CHARACTERS_MAX).is_some() {
        return Err(Doubt::TooLong);
    }
    let Some((name, domain)) = typed.split_once('@') else {
        return Err(Doubt::NoAt);
    };
    let is_odd = |text: &str| {
        text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>'))
    };
    if name.is_empty()
        || is_odd(name)
        || is_odd(domain)
        || name.starts_with('.')
        || name.ends_with('.')
        || typed.contains("..")
    {
        return Err(Doubt::NotAnAddress);
    }
    match domain.rsplit_once('.') {
        Some((before, ending))
            if !before.is_empty() && ending.chars().count() >= 2 && ending.chars().all(char::is_alphabetic) =>
        {
            Ok(format!("{name}@{}", domain.to_lowercase()).into())
        }
        _ => Err(Doubt::NoEnding),
    }
}

fn postal_forms(country: &str) -> Option<(&'static str, &'static str)> {
    POSTAL_CODES
        .iter()
        .find(|(code, ..)| code.eq_ignore_ascii_case(country))
        .map(|(_, forms, example)| (*forms, *example))
}

/// A postal code in the country's own form, with its space or hyphen; in capital letters. Of a country whose forms are
/// not known, what was typed.
///
/// # Errors
/// If the country has no such codes.
pub fn postal_code(typed: &str, country: &str) -> Result<Private, Doubt> {
    let Some((forms, _)) = postal_forms(country) else {
        return Ok(typed.trim().to_uppercase().into());
    };
    let characters =
        typed.chars().filter_map(|c| digit_of(c).or_else(|| c.is_alphanumeric().then(|| c.to_ascii_uppercase())));
    let plain: Vec<char> = characters.take(20).collect();
    forms.split('|').find_map(|form| written_as(form, &plain)).map(Private::new).ok_or(Doubt::NoSuchPostalCode)
}

/// The characters in this form, if they fit it.
fn written_as(form: &str, plain: &[char]) -> Option<String> {
    let mut rest = plain.iter();
    let mut written = String::new();
    for place in form.chars() {
        let fits = |c: &char| match place {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            _ => c.is_ascii_digit() || c.is_ascii_uppercase(),
        };
        match place {
            '9' | 'A' | '*' => written.push(*rest.next().filter(|c| fits(c))?),
            letter if letter.is_ascii_lowercase() => {
                let letter = letter.to_ascii_uppercase();
                if rest.clone().next() == Some(&letter) {
                    rest.next();
                }
                written.push(letter);
            }
            between => written.push(between),
        }
    }
    rest.next().is_none().then_some(written)
}

/// Whether the country's postal codes are typed with digits alone.
#[must_use]
pub fn postal_code_is_digits(country: &str) -> bool {
    postal_forms(country).is_some_and(|(forms, _)| !forms.contains(['A', '*']))
}

/// A postal code of the country, to show how one is written. Empty if its forms are not known.
#[must_use]
pub fn postal_code_example(country: &str) -> &'static str {
    postal_forms(country).map_or("", |(_, example)| example)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(result: Result<Private, Doubt>) -> Result<String, Doubt> {
        result.map(|value| value.as_str().to_owned())
    }

    #[test]
    fn telephones_are_written_as_the_country_writes_them() {
        for (typed, country, expected) in [
            ("2015550123", "US", Ok("(201) 555-0123")),
            ("1 201 555 0123", "US", Ok("(201) 555-0123")),
            ("+1 (201) 555-0123", "US", Ok("(201) 555-0123")),
            ("٢٠١٥٥٥٠١٢٣", "US", Ok("(201) 555-0123")),
            ("+44 20 7946 0958", "US", Ok("+44 20 7946 0958")),
            ("00442079460958", "US", Ok("+44 20 7946 0958")),
            ("020 7946 0958", "GB", Ok("020 7946 0958")),
            ("030 23125 123", "DE", Ok("030 23125123")),
            // As long as one, but no such area.
            ("555-629-4821", "US", Err(Doubt::NoSuchNumber)),
            ("201555012", "US", Err(Doubt::TooShort)),
            ("20155501234", "US", Err(Doubt::TooLong)),
            ("12", "US", Err(Doubt::TooShort)),
            ("", "US", Err(Doubt::TooShort)),
            ("+", "US", Err(Doubt::TooShort)),
            ("call me", "US", Err(Doubt::TooShort)),
            ("+999 12345678", "US", Err(Doubt::NoSuchNumber)),
            ("0000000000", "US", Err(Doubt::NoSuchNumber)),
            ("20 1234 5678", "Atlantis", Ok("20 1234 5678")),
            ("+44 20 7946 0958", "", Ok("+44 20 7946 0958")),
        ] {
            assert_eq!(shown(phone(typed, country)), expected.map(str::to_owned), "{typed} in {country}");
        }
        assert_eq!(shown(phone(&"7".repeat(10_000), "US")), Err(Doubt::TooLong));
        assert_eq!(phone_example("US"), "(201) 555-0123");
        assert_eq!(phone_example("Atlantis"), "");
        let mut examples = 0;
        for (country, ..) in POSTAL_CODES {
            let example = phone_example(country);
            if !example.is_empty() {
                examples += 1;
                assert_eq!(shown(phone(&example, country)), Ok(example.clone()), "{country}");
            }
        }
        assert!(examples > 160, "{examples}");
    }

    #[test]
    fn of_an_e_mail_address_only_the_obvious_is_looked_at() {
        for (typed, expected) in [
            ("pat@example.org", Ok("pat@example.org")),
            ("  Pat.O'Neil+clinic@Example.ORG ", Ok("Pat.O'Neil+clinic@example.org")),
            ("josé@correo.example.com.mx", Ok("josé@correo.example.com.mx")),
            ("pat", Err(Doubt::NoAt)),
            ("", Err(Doubt::NoAt)),
            ("pat.example.org", Err(Doubt::NoAt)),
            ("pat@", Err(Doubt::NoEnding)),
            ("pat@example", Err(Doubt::NoEnding)),
            ("pat@example.", Err(Doubt::NoEnding)),
            ("pat@.org", Err(Doubt::NoEnding)),
            ("pat@example.c", Err(Doubt::NoEnding)),
            ("pat@10.0.0.1", Err(Doubt::NoEnding)),
            ("@example.org", Err(Doubt::NotAnAddress)),
            ("pat@x@example.org", Err(Doubt::NotAnAddress)),
            ("pat smith@example.org", Err(Doubt::NotAnAddress)),
            ("pat@exam ple.org", Err(Doubt::NotAnAddress)),
            ("pat@example..org", Err(Doubt::NotAnAddress)),
            (".pat@example.org", Err(Doubt::NotAnAddress)),
            ("a@example.org,b@example.org", Err(Doubt::NotAnAddress)),
        ] {
            assert_eq!(shown(email(typed)), expected.map(str::to_owned), "{typed}");
        }
        assert_eq!(shown(email(&format!("{}@example.org", "x".repeat(300)))), Err(Doubt::TooLong));
    }

    #[test]
    fn postal_codes_have_the_form_of_their_country() {
        for (typed, country, expected) in [
            ("06035", "US", Ok("06035")),
            ("060351234", "US", Ok("06035-1234")),
            ("06035-1234", "us", Ok("06035-1234")),
            ("0603", "US", Err(Doubt::NoSuchPostalCode)),
            ("٠٦٠٣٥", "US", Ok("06035")),
            ("k1a0b1", "CA", Ok("K1A 0B1")),
            ("sw1a1aa", "GB", Ok("SW1A 1AA")),
            ("m11ae", "GB", Ok("M1 1AE")),
            ("10115", "DE", Ok("10115")),
            ("1011", "DE", Err(Doubt::NoSuchPostalCode)),
            ("1012js", "NL", Ok("1012 JS")),
            ("d02x285", "IE", Ok("D02 X285")),
            ("1073", "LV", Ok("LV-1073")),
            ("lv1073", "LV", Ok("LV-1073")),
            ("03051", "KR", Ok("03051")),
            ("742cu001", "MU", Ok("742CU001")),
            (" any thing ", "ZZ", Ok("ANY THING")),
            ("", "US", Err(Doubt::NoSuchPostalCode)),
        ] {
            assert_eq!(shown(postal_code(typed, country)), expected.map(str::to_owned), "{typed} in {country}");
        }
        for (country, forms, example) in POSTAL_CODES {
            assert_eq!(shown(postal_code(example, country)), Ok(example.to_owned()), "{country}");
            assert_eq!(postal_code_is_digits(country), !forms.contains(['A', '*']), "{country}");
        }
    }

    #[test]
    fn a_country_is_two_capital_letters_that_mean_one() {
        for (code, is) in [
            ("US", true),
            ("GB", true),
            ("DE", true),
            ("us", false),
            ("UK", false),
            ("USA", false),
            ("", false),
            ("ZZ", false),
        ] {
            assert_eq!(is_country(code), is, "{code}");
        }
    }

    /// Whatever is typed, there is an answer.
    #[test]
    fn nothing_that_can_be_typed_is_too_odd() {
        for typed in super::super::odd::texts("0123456789+()-. @;,xXaß٠٩ي💊\u{200f}\n", 30) {
            for country in ["US", "DE", "IT", ""] {
                let _ = (phone(&typed, country), postal_code(&typed, country));
            }
            let _ = email(&typed);
        }
    }
}
