//! Seals what the kiosk's file says about people: XChaCha20-Poly1305, with a random nonce for each row.
//!
//! Invariants: a sealed value opens only as the row that it was sealed for, so rows cannot be swapped; the key is wiped
//! when the seal is dropped, and its `Debug` shows nothing. The two keys in use (for contents, and for the names of
//! rows) are made from the one that the kiosk was given; neither tells anything about the other.

use blake2::Blake2sMac256;
use blake2::digest::{KeyInit, Mac as _};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::StoreError;

/// How long a key is, in bytes.
pub const KEY_BYTES: usize = 32;

/// A nonce stands before what is sealed, and the tag after it.
const NONCE_BYTES: usize = 24;

/// The kiosk's key, ready for use.
pub struct Seal {
    contents: XChaCha20Poly1305,
    rows: Zeroizing<[u8; KEY_BYTES]>,
}

impl Seal {
    /// A seal of a key; the caller wipes its own copy.
    #[must_use]
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        let contents = Zeroizing::new(keyed(key, "arrivals kiosk: contents"));
        Self {
            contents: XChaCha20Poly1305::new((&*contents).into()),
            rows: Zeroizing::new(keyed(key, "arrivals kiosk: rows")),
        }
    }

    /// Seals something as the content of a row, such as `event 7`.
    ///
    /// # Errors
    /// If the machine gives no random bytes.
    pub fn seal(&self, row: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::NoRandom)?;
        let payload = Payload { msg: plain, aad: row.as_bytes() };
        // It fails only beyond 256 GiB.
        let body =
            self.contents.encrypt(&XNonce::from(nonce), payload).map_err(|_| StoreError::Unreadable { what: "row" })?;
        Ok([&nonce, body.as_slice()].concat())
    }

    /// Opens what was sealed for this row, and wipes it when it is dropped. `None`: sealed with another key or for
    /// another row, or damaged.
    #[must_use]
    pub fn open(&self, row: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: body, aad: row.as_bytes() };
        self.contents.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    /// What stands for a name as the key of a row of a table: always the same, and without the kiosk's key it tells
    /// nothing.
    pub(super) fn row(&self, table: &str, name: &str) -> [u8; KEY_BYTES] {
        keyed(&self.rows, &format!("{table} {name}"))
    }

    /// By what a file knows the key that it was sealed with.
    pub(super) fn mark(&self) -> String {
        hex(&self.row("fact", "key"))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// Bytes as hexadecimal digits in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Hexadecimal digits as bytes; none if they are no such digits.
pub(super) fn of_hex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// Keyed BLAKE2s, a pseudorandom function (RFC 7693): of the same key and words always the same bytes.
fn keyed(key: &[u8; KEY_BYTES], words: &str) -> [u8; KEY_BYTES] {
    let mut mac: Blake2sMac256 = KeyInit::new(key.into());
    mac.update(words.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much longer something sealed is than it was in clear: nonce and tag.
    const SEAL_BYTES: usize = NONCE_BYTES + 16;

    const ROW: &str = "event 7";

    #[test]
    fn what_is_sealed_opens_with_its_key_as_its_row_alone() {
        let (seal, other) = (Seal::new(&[7; KEY_BYTES]), Seal::new(&[8; KEY_BYTES]));
        for plain in ["", "Ada Example", &"long ".repeat(10_000)] {
            let sealed = seal.seal(ROW, plain.as_bytes()).unwrap();
            assert_eq!(sealed.len(), plain.len() + SEAL_BYTES);
            assert_eq!(seal.open(ROW, &sealed).unwrap().as_slice(), plain.as_bytes());
            assert!(seal.open("event 8", &sealed).is_none());
            assert!(other.open(ROW, &sealed).is_none());
            assert!(seal.open(ROW, &sealed[..sealed.len() - 1]).is_none());
            assert_ne!(seal.seal(ROW, plain.as_bytes()).unwrap(), sealed, "a nonce was used twice");
        }
        let sealed = seal.seal(ROW, b"Ada Example").unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(seal.open(ROW, &damaged).is_none(), "byte {at} does not matter");
        }
        for short in 0..SEAL_BYTES {
            assert!(seal.open(ROW, &vec![0; short]).is_none());
        }
    }

    #[test]
    fn a_row_has_one_name_per_key_and_table() {
        let (seal, other) = (Seal::new(&[7; KEY_BYTES]), Seal::new(&[8; KEY_BYTES]));
        assert_eq!(seal.row("ticket", "apt-1"), Seal::new(&[7; KEY_BYTES]).row("ticket", "apt-1"));
        for different in [seal.row("ticket", "apt-2"), seal.row("appointment", "apt-1"), other.row("ticket", "apt-1")] {
            assert_ne!(seal.row("ticket", "apt-1"), different);
        }
        assert_ne!(seal.mark(), other.mark());
    }

    #[test]
    fn debug_output_keeps_the_key() {
        assert_eq!(format!("{:?}", Seal::new(&[7; KEY_BYTES])), "Seal");
    }
}
