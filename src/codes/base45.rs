//! Bytes as text in the alphabet of square codes (RFC 9285): two bytes are three characters, a last single byte is two.
//!
//! Own code, because each byte must have one text only: a value too large for its bytes is refused, as the RFC asks.

/// The characters of a square code's alphanumeric mode, by value.
const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The text of some bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for pair in bytes.chunks(2) {
        let (mut value, characters) = match *pair {
            [high, low] => (u32::from(high) * 256 + u32::from(low), 3),
            [single] => (u32::from(single), 2),
            _ => continue,
        };
        for _ in 0..characters {
            text.push(ALPHABET.get((value % 45) as usize).copied().map_or(' ', char::from));
            value /= 45;
        }
    }
    text
}

/// The bytes of a text; `None` if it is not the text of any.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len().div_ceil(3) * 2);
    for group in text.chunks(3) {
        let mut value = 0;
        for character in group.iter().rev() {
            value = value * 45 + ALPHABET.iter().position(|known| known == character)?;
        }
        match group.len() {
            3 => bytes.extend(u16::try_from(value).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 9285, sections 4.3 and 4.4.
    #[test]
    fn the_examples_of_the_standard_hold_both_ways() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"), ("", "")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_no_bytes_encode_to_is_refused() {
        for text in ["GGX", ":::", "::", "A", "BB8A", "bb8", "BB8é", "B\0"] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(decode(b"FGW").as_deref(), Some([0xFF, 0xFF].as_slice()), "the largest pair");
        assert_eq!(decode(b"U5").as_deref(), Some([0xFF].as_slice()), "the largest single byte");
        assert_eq!(decode(b"V5"), None, "one more");
    }

    #[test]
    fn every_pair_and_every_single_byte_has_one_text() {
        for value in 0..=u16::MAX {
            let bytes = value.to_be_bytes();
            assert_eq!(decode(encode(&bytes).as_bytes()).as_deref(), Some(bytes.as_slice()));
        }
        for value in 0..=u8::MAX {
            assert_eq!(decode(encode(&[value]).as_bytes()), Some(vec![value]));
        }
    }
}
