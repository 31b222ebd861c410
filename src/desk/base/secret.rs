//! Random tokens and keys, and the hashes under which tokens are kept.
//!
//! Invariant: the desk stores no token, only its hash; a copy of the desk's file opens no door. (The key that letters
//! are signed with must be stored; see `docs/letters.md`.)

use blake2::{Blake2s256, Digest};
use subtle::ConstantTimeEq as _;

use crate::desk::base::error::DeskError;

/// 256 random bits, as hexadecimal digits.
///
/// # Errors
/// If the machine gives no random bytes.
pub fn random_token() -> Result<String, DeskError> {
    Ok(to_hex(&random_bytes::<32>()?))
}

/// Random bytes of the machine's best kind.
///
/// # Errors
/// If the machine gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], DeskError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| DeskError::NoRandom)?;
    Ok(bytes)
}

/// The hash of a token. Tokens are random and long, so a fast hash is enough; passwords go through argon2.
#[must_use]
pub fn hash_token(token: &str) -> String {
    to_hex(&Blake2s256::digest(token.as_bytes()))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Bytes as hexadecimal digits in lower case.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
