//! Passwords: which will do, and how they are kept.
//!
//! Invariants: a password is kept as its argon2id hash and nothing else; a wrong name takes as long as a wrong
//! password; hashing uses its memory again, so that a hundred sign-ins leave the desk as large as two; that memory
//! holds nothing of a password afterwards.

mod common;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::desk::base::error::DeskError;
use crate::desk::base::secret::random_bytes;
use crate::domain::example::is_example_secret;
use crate::domain::staff::Role;

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Fewest characters of an administrator's password.
pub const ADMIN_PASSWORD_CHARS_MIN: usize = 12;
/// Most bytes of a password: hashing must not become work without a limit.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Bytes of a hash and of a salt.
const HASH_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
/// A hash of a file of ours is made with no more memory than this (KiB): a changed file must not take the machine's.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
/// Fewer different characters than this are no secret.
const DIFFERENT_MIN: usize = 5;
/// Beside common words there have to be this many letters, or this many characters.
const OWN_LETTERS_MIN: usize = 4;
const OWN_CHARS_MIN: usize = 8;
/// Shorter words of a name or a list may stand in a password.
const WORD_CHARS_MIN: usize = 4;
/// Rows of keys that lie side by side.
const ROWS: [&str; 6] = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "1234567890"];

/// Passwords hashed at the same time: each takes 19 MiB and a core.
pub const HASHING_AT_ONCE: usize = 2;
/// Whose turn it is to hash a password.
pub struct Hashing(Semaphore);

impl Default for Hashing {
    fn default() -> Self {
        Self(Semaphore::new(HASHING_AT_ONCE))
    }
}

impl Hashing {
    /// Waits for a turn, which lasts until it is dropped.
    ///
    /// # Errors
    /// If the desk stops meanwhile.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, DeskError> {
        self.0.acquire().await.map_err(|_| DeskError::Stopping)
    }
}

/// Memory for hashing, to be used again.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());
/// So much of it is kept: no more passwords are looked at at a time.
const MEMORY_KEPT: usize = HASHING_AT_ONCE;

/// Fewest characters of the password of a user with this role.
#[must_use]
pub fn password_chars_min(role: Role) -> usize {
    if role >= Role::Admin { ADMIN_PASSWORD_CHARS_MIN } else { PASSWORD_CHARS_MIN }
}

/// The hash of a new password for a user of this name and role.
///
/// # Errors
/// If the password is too short or too long, is one that is guessed first, or is written in an example configuration.
pub fn hash_password(password: &str, name: &str, role: Role) -> Result<String, DeskError> {
    let min = password_chars_min(role);
    if password.chars().count() < min || password.len() > PASSWORD_BYTES_MAX {
        return Err(DeskError::BadPassword { min, max: PASSWORD_BYTES_MAX });
    }
    if is_example_secret(password) {
        return Err(DeskError::ExamplePassword);
    }
    if is_common(password, name) {
        return Err(DeskError::CommonPassword);
    }
    let salt = random_bytes::<SALT_BYTES>()?;
    let params = Params::default();
    let mut hash = [0_u8; HASH_BYTES];
    derive(password, &salt, &params, &mut hash).ok_or(DeskError::Hashing)?;
    let whole = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: (&params).try_into().map_err(|_| DeskError::Hashing)?,
        salt: Some(Salt::new(&salt).map_err(|_| DeskError::Hashing)?),
        hash: Some(Output::new(&hash).map_err(|_| DeskError::Hashing)?),
    };
    Ok(whole.to_string())
}

/// Whether `password` is the one of `hash`. Without a hash it takes the same time and says no.
#[must_use]
pub fn password_fits(password: &str, hash: Option<&str>) -> bool {
    // The hash of a random text that no one kept.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Cqdw9Brd5zJlp6cxNiRu2gxOOvSAL3kVaUrBlVjQJ0Q";
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    is_of_hash(password, hash.unwrap_or(NOBODY)).unwrap_or(false) && hash.is_some()
}

/// None if the hash cannot be read.
fn is_of_hash(password: &str, hash: &str) -> Option<bool> {
    let parsed = PasswordHash::new(hash).ok()?;
    let is_ours = parsed.algorithm == Algorithm::Argon2id.ident() && parsed.version == Some(Version::V0x13.into());
    let params = Params::try_from(&parsed).ok().filter(|params| is_ours && params.m_cost() <= MEMORY_KIB_MAX)?;
    let (salt, expected) = (parsed.salt?, parsed.hash?);
    let mut found = vec![0_u8; expected.len()];
    derive(password, &salt, &params, &mut found)?;
    Some(bool::from(found.ct_eq(expected.as_bytes())) && !found.is_empty())
}

/// Hashes in memory that was used before, and leaves nothing in it.
fn derive(password: &str, salt: &[u8], params: &Params, out: &mut [u8]) -> Option<()> {
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, memory.as_mut_slice()).ok();
    memory.fill(Block::default());
    let mut kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    // More than the usual amount is for another time's parameters.
    if kept.len() < MEMORY_KEPT && memory.len() <= Params::default().block_count() {
        kept.push(memory);
    }
    done
}

/// Whether a password is one that is guessed first: very common words, the user's name, few characters, a run of keys.
fn is_common(password: &str, name: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut words: Vec<&str> = common::WORDS.split_whitespace().collect();
        // The longest first: of "administrator" nothing is left.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words
    });
    let typed: Vec<char> = password.to_lowercase().chars().collect();
    let name = name.to_lowercase();
    let own: Vec<&str> = std::iter::once(name.as_str())
        .chain(name.split(['.', '-', '_', '@']))
        .filter(|word| word.chars().count() >= WORD_CHARS_MIN - 1)
        .collect();
    let different: BTreeSet<char> = typed.iter().copied().collect();
    if different.len() < DIFFERENT_MIN || is_run(&typed) || repeats(&typed) {
        return true;
    }
    [typed.iter().collect::<String>(), typed.iter().map(|c| plain(*c)).collect()].into_iter().any(|text| {
        let mut rest = text.clone();
        for word in own.iter().chain(WORDS.iter()) {
            rest = rest.replace(word, "");
        }
        let letters = rest.chars().filter(|c| c.is_alphabetic()).count();
        rest.len() < text.len() && letters < OWN_LETTERS_MIN && rest.chars().count() < OWN_CHARS_MIN
    })
}

/// A letter for what is written instead of it.
fn plain(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether nearly every character is beside the one before it, in the alphabet, among the digits or on the keyboard.
fn is_run(typed: &[char]) -> bool {
    let beside = |a: char, b: char| {
        (u32::from(a).abs_diff(u32::from(b)) <= 1)
            || ROWS.iter().any(|row| match (row.find(a), row.find(b)) {
                (Some(a), Some(b)) => a.abs_diff(b) <= 1,
                _ => false,
            })
    };
    let pairs = typed.windows(2).filter(|pair| matches!(pair, [a, b] if beside(*a, *b))).count();
    pairs + 3 >= typed.len()
}

/// Whether it is a few characters again and again.
fn repeats(typed: &[char]) -> bool {
    (1..=DIFFERENT_MIN).any(|unit| typed.iter().zip(typed.iter().skip(unit)).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let hash = hash_password("open sesame", "ana", Role::Desk).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(password_fits("open sesame", Some(&hash)));
        assert!(!password_fits("open sesamE", Some(&hash)));
        assert!(!password_fits("open sesame", None));
        for bad in [
            "",
            "$argon2id$",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$Cqdw9Brd5zJlp6cxNiRu2gxOOvSAL3kVaUrBlVjQJ0Q",
            "plain",
        ] {
            assert!(!password_fits("open sesame", Some(bad)), "{bad}");
        }
        assert!(hash_password("1234567", "ana", Role::Desk).is_err());
        assert!(hash_password(&"x".repeat(300), "ana", Role::Desk).is_err());
        assert!(
            hash_password("replace-this-with-a-random-secret", "ana", Role::Desk).is_err(),
            "everyone can read it in the example"
        );
        assert!(matches!(
            hash_password("open sesame", "ana", Role::Admin),
            Err(DeskError::BadPassword { min: 12, .. })
        ));
    }

    /// Made by `argon2` 0.5 and by what this program did with it, up to 0.1.0.
    #[test]
    fn hashes_of_earlier_versions_still_open() {
        use argon2::password_hash::PasswordVerifier;
        for before in [
            "$argon2id$v=19$m=19456,t=2,p=1$YSBzYWx0IG9mIGJlZm9yZQ$aULIUfcRdN3+gw8Yb1UlcTET9C+ppAr5V1Ub8HefSNI",
            "$argon2id$v=19$m=19456,t=2,p=1$71akMC1qWDIOjmUpEFZXAw$mNh+XcXPagMe1LXTygs7NCSTSMZGSBU0r6/obkp5kc8",
        ] {
            assert!(
                password_fits("correct horse", Some(before)) && !password_fits("correct horsE", Some(before)),
                "{before}"
            );
        }
        let now = hash_password("correct horse", "ana", Role::Admin).unwrap();
        assert!(
            Argon2::default().verify_password(b"correct horse", now.as_str()).is_ok(),
            "and another program opens ours"
        );
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for bad in [
            "aaaaaaaa",
            "        ",
            "12345678",
            "87654321",
            "password",
            "Password1!",
            "P4ssw0rd!",
            "passwordpassword",
            "password 1234",
            "qwertyuiop",
            "asdfghjkl",
            "abcd1234",
            "abcdefgh",
            "letmein123",
            "Summer2026!",
            "Welcome-2026",
            "abcabcabc",
            "iloveyou1",
            "ana.lima99",
            "lima-ana-2026",
            "ANALIMA2026",
            "Hospital2026",
            "frontdesk1",
            "administrator",
            "1q1q1q1q",
            "trustno1!!",
        ] {
            assert!(is_common(bad, "ana.lima"), "{bad}");
        }
        for good in [
            "correct horse",
            "another password",
            "open sesame",
            "battery staple",
            "hill-road-desk",
            "grün und gestreift",
            "x9!k2#p7vq",
            "wrong horse",
            "a quiet quarter of an hour",
            "lima beans in a tin",
        ] {
            assert!(!is_common(good, "ana.lima"), "{good}");
        }
    }

    #[test]
    fn memory_is_used_again_and_wiped() {
        let hash = hash_password("open sesame", "ana", Role::Desk).unwrap();
        for _ in 0..5 {
            assert!(password_fits("open sesame", Some(&hash)));
        }
        let kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!kept.is_empty() && kept.len() <= MEMORY_KEPT);
        assert!(kept.iter().flatten().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }
}
