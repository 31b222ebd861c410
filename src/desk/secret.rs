//! Random tokens, and the hashes under which they are kept.
//!
//! Invariant: the desk stores no token, only its hash; a copy of the desk's file opens no door.

use blake2::{Blake2s256, Digest};

use super::error::DeskError;

/// 256 random bits, as hexadecimal digits.
///
/// # Errors
/// If the machine gives no random bytes.
pub fn random_token() -> Result<String, DeskError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| DeskError::NoRandom)?;
    Ok(hex(&bytes))
}

/// The hash of a token. Tokens are random and long, so a fast hash is enough; passwords go through argon2.
#[must_use]
pub fn hash_token(token: &str) -> String {
    hex(&Blake2s256::digest(token.as_bytes()))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
