//! The second step of signing in: codes of an authenticator app (RFC 6238), and recovery codes for anyone who lost the
//! phone.
//!
//! Invariants: nothing here does I/O or knows the time; a code counts from one step before to one after its own, and
//! only if it is newer than the last one that was used. What is kept of all this, and how, is in `store/second.rs`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{hash_token, random_bytes, same};

/// A code is another one after this many seconds.
const STEP_SECONDS: i64 = 30;
/// How many digits a code has.
pub const DIGITS: usize = 6;
/// Codes of this many steps before and after are taken: clocks differ, and people type slowly.
const STEPS_BESIDE: i64 = 1;
/// Bytes of a secret: those of SHA-1, as the standard asks (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;
/// How many recovery codes someone gets.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of a recovery code: enough that a fast hash keeps it.
const RECOVERY_BYTES: usize = 10;
/// Characters between two hyphens of a recovery code.
const GROUP: usize = 4;

/// What desk and app share; base32, 32 characters.
///
/// # Errors
/// If the machine gives no random bytes.
pub fn new_secret() -> Result<String, DeskError> {
    Ok(base32(&random_bytes::<SECRET_BYTES>()?))
}

/// Recovery codes, such as `abcd-efgh-ijkl-2345`.
///
/// # Errors
/// If the machine gives no random bytes.
pub fn new_recovery_codes() -> Result<Vec<String>, DeskError> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let text = base32(&random_bytes::<RECOVERY_BYTES>()?).to_ascii_lowercase();
            Ok(grouped(&text, '-'))
        })
        .collect()
}

/// A text in groups of four characters.
#[must_use]
pub fn grouped(text: &str, between: char) -> String {
    let mut grouped = String::with_capacity(text.len() + text.len() / GROUP);
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            grouped.push(between);
        }
        grouped.push(character);
    }
    grouped
}

/// What someone typed, without what they may have put between: digits of a code, or letters of a recovery code.
#[must_use]
pub fn as_typed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(64).collect::<String>().to_ascii_lowercase()
}

/// Whether what was typed looks like a code of an app and not like a recovery code.
#[must_use]
pub fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|b| b.is_ascii_digit())
}

/// Under which a recovery code is kept.
#[must_use]
pub fn recovery_hash(user: &str, typed: &str) -> String {
    hash_token(&format!("recovery code of {user}: {typed}"))
}

/// The step to which a code belongs that is typed at `now`, if it is right and newer than the step `used` last.
#[must_use]
pub fn step_of(secret: &str, typed: &str, now: Timestamp, used: i64) -> Option<i64> {
    let key = from_base32(secret)?;
    let now = now.as_second().div_euclid(STEP_SECONDS);
    (now - STEPS_BESIDE..=now + STEPS_BESIDE)
        .filter(|step| *step > used)
        .find(|step| code(&key, *step).is_some_and(|right| same(&right, typed)))
}

/// RFC 4226, section 5.3.
fn code(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let offset = usize::from(tag.last()? & 0xf);
    let four: [u8; 4] = tag.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:0DIGITS$}"))
}

/// The address that an app reads from the square code.
#[must_use]
pub fn address(secret: &str, user: &str, clinic: &str) -> String {
    use crate::desk::base::address::in_address;
    let (user, clinic) = (in_address(user), in_address(clinic));
    format!("otpauth://totp/{clinic}:{user}?secret={secret}&issuer={clinic}")
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648, without what would fill the last group: ours have whole ones.
fn base32(bytes: &[u8]) -> String {
    let (mut bits, mut held, mut text) = (0_u32, 0_u32, String::new());
    for byte in bytes {
        (bits, held) = (bits << 8 | u32::from(*byte), held + 8);
        while held >= 5 {
            held -= 5;
            let at = usize::try_from(bits >> held & 31).unwrap_or(0);
            text.extend(ALPHABET.get(at).map(|byte| char::from(*byte)));
        }
        bits &= (1 << held) - 1;
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|one| *one == byte)?;
        (bits, held) = (bits << 5 | u32::try_from(value).ok()?, held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1; the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000_i64, "353130"),
        ] {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(step_of(&secret, expected, now, -1), Some(second / 30), "{second}");
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn counters_are_those_of_the_standard() {
        let expected =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, expected) in (0..).zip(expected) {
            assert_eq!(code(b"12345678901234567890", step).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_code_counts_a_step_before_and_after_and_once() {
        let secret = new_secret().unwrap();
        let key = from_base32(&secret).unwrap();
        let now: Timestamp = "2026-11-23T14:00:10Z".parse().unwrap();
        let step = now.as_second() / 30;
        for (beside, used, expected) in [
            (0, 0, true),
            (-1, 0, true),
            (1, 0, true),
            (-2, 0, false),
            (2, 0, false),
            (0, step, false),
            (0, step - 1, true),
            (-1, step, false),
            (1, step, true),
        ] {
            let typed = code(&key, step + beside).unwrap();
            assert_eq!(step_of(&secret, &typed, now, used).is_some(), expected, "{beside} {used}");
        }
        assert_eq!(step_of("not base 32", "000000", now, 0), None);
    }

    #[test]
    fn base32_is_that_of_the_standard_and_goes_both_ways() {
        for (bytes, text) in
            [(&b"fooba"[..], "MZXW6YTB"), (b"\0\0\0\0\0", "AAAAAAAA"), (b"\xff\xff\xff\xff\xff", "77777777")]
        {
            assert_eq!(base32(bytes), text);
            assert_eq!(from_base32(text).as_deref(), Some(bytes));
        }
        assert_eq!(from_base32("mzxw"), None);
    }

    #[test]
    fn recovery_codes_are_typed_in_any_way() {
        let codes = new_recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for one in codes {
            assert_eq!(one.len(), 19);
            let typed = as_typed(&format!(" {} ", one.to_uppercase().replace('-', " ")));
            assert_eq!(typed, one.replace('-', ""));
            assert!(!is_code(&typed));
        }
        assert!(is_code(&as_typed("123 456")) && !is_code("12345") && !is_code("12345a"));
    }

    #[test]
    fn an_app_reads_clinic_and_user_from_the_address() {
        let address = address("ABC", "ana", "Mill Street & Sons");
        assert_eq!(
            address,
            "otpauth://totp/Mill%20Street%20%26%20Sons:ana?secret=ABC&issuer=Mill%20Street%20%26%20Sons"
        );
    }
}
