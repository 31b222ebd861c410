//! Bytes into text, and text into what people mean: encodings, invisible characters, line breaks, HTML entities.
//!
//! Invariant: what cannot be read becomes U+FFFD and is never dropped without a note.

use std::borrow::Cow;

use super::how::Encoding;

/// What is looked at to see whether every second byte is zero.
const LOOKED_AT: usize = 400;

/// The text of a file, and what is worth knowing about it.
///
/// # Errors
/// One sentence, if it is no text.
pub fn decode(bytes: &[u8], said: Option<Encoding>) -> Result<(Cow<'_, str>, Option<&'static str>), String> {
    let encoding = said.or_else(|| utf16_of(bytes)).unwrap_or(Encoding::Utf8);
    let (text, note) = match encoding {
        Encoding::Utf16Le => (Cow::Owned(utf16(bytes, u16::from_le_bytes)), None),
        Encoding::Utf16Be => (Cow::Owned(utf16(bytes, u16::from_be_bytes)), None),
        Encoding::Windows1252 => (Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()), None),
        Encoding::Utf8 => utf8(super::without_bom(bytes)),
    };
    if text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)).is_empty() {
        return Err("the file is empty".to_owned());
    }
    if text.as_bytes().iter().take(64 * 1024).any(|byte| *byte == 0) {
        return Err("expected text, found binary data or another encoding; \
                    export the list again as CSV (UTF-8), Excel (.xlsx) or FHIR JSON"
            .to_owned());
    }
    Ok((text, note))
}

/// Whether this is UTF-16, by its mark or by zeros in every second byte.
fn utf16_of(bytes: &[u8]) -> Option<Encoding> {
    if bytes.starts_with(b"\xFF\xFE") {
        return Some(Encoding::Utf16Le);
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Some(Encoding::Utf16Be);
    }
    let (pairs, _) = bytes.get(..bytes.len().min(LOOKED_AT)).unwrap_or_default().as_chunks::<2>();
    // Other scripts than Latin have no zeros, but delimiters and digits have.
    let count = |is: fn(&[u8; 2]) -> bool| pairs.iter().filter(|pair| is(pair)).count() * 2 > pairs.len();
    if pairs.len() < 4 {
        None
    } else if count(|[low, high]| *low != 0 && *high == 0) {
        Some(Encoding::Utf16Le)
    } else if count(|[high, low]| *low != 0 && *high == 0) {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    let mut text: String = text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    text
}

/// UTF-8; what is not is taken for Windows-1252, byte by byte, so that a file of both loses nothing.
fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| windows_1252(*byte)));
    }
    (Cow::Owned(text), Some("this is not UTF-8; letters with accents are read as Windows-1252: look at a few names"))
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
        '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::from(byte),
    }
}

/// Characters that no one sees and that make two equal texts different.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    let is_joiner = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}');
    let is_direction = matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    is_joiner || is_direction || matches!(c, '\u{ad}' | '\u{feff}')
}

/// A cell or a field as it is meant: without invisible characters, with plain spaces in place of line breaks, tabs and
/// spaces that do not break, without spaces at its ends. Other control characters stay, and cost their field later.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_plain {
        return Cow::Borrowed(text.trim());
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            c if c.is_whitespace() => cleaned.push(' '),
            c if is_invisible(c) => {}
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned.trim().to_owned())
}

/// Text with its HTML entities undone, once.
#[must_use]
pub fn without_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let (before, mut rest) = text.split_at(first);
    let mut plain = before.to_owned();
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let name =
            from.get(1..).and_then(|after| after.split_once(';')).map(|(name, _)| name).filter(|name| name.len() <= 8);
        match name.and_then(|name| entity(name).map(|c| (c, name.len() + 2))) {
            Some((c, length)) => {
                plain.push(c);
                rest = from.get(length..).unwrap_or_default();
            }
            None => {
                plain.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        // Pages that say Latin-1 mean Windows-1252.
        let c =
            if (0x80..0xa0).contains(&code) { windows_1252(u8::try_from(code).ok()?) } else { char::from_u32(code)? };
        return (!c.is_control() || c == '\n' || c == '\t' || c == '\r').then_some(c);
    }
    const NAMED: &str = "amp& lt< gt> quot\" apos' nbsp\u{a0} iexcl¡ iquest¿ ordf\u{aa} ordm\u{ba} middot· \
                         Agrave\u{c0} Aacute\u{c1} Acirc\u{c2} Atilde\u{c3} Auml\u{c4} Aring\u{c5} AElig\u{c6} \
                         Ccedil\u{c7} Egrave\u{c8} Eacute\u{c9} Ecirc\u{ca} Euml\u{cb} Igrave\u{cc} Iacute\u{cd} \
                         Icirc\u{ce} Iuml\u{cf} ETH\u{d0} Ntilde\u{d1} Ograve\u{d2} Oacute\u{d3} Ocirc\u{d4} \
                         Otilde\u{d5} Ouml\u{d6} Oslash\u{d8} Ugrave\u{d9} Uacute\u{da} Ucirc\u{db} Uuml\u{dc} \
                         Yacute\u{dd} THORN\u{de} szlig\u{df} agrave\u{e0} aacute\u{e1} acirc\u{e2} atilde\u{e3} \
                         auml\u{e4} aring\u{e5} aelig\u{e6} ccedil\u{e7} egrave\u{e8} eacute\u{e9} ecirc\u{ea} \
                         euml\u{eb} igrave\u{ec} iacute\u{ed} icirc\u{ee} iuml\u{ef} eth\u{f0} ntilde\u{f1} \
                         ograve\u{f2} oacute\u{f3} ocirc\u{f4} otilde\u{f5} ouml\u{f6} oslash\u{f8} ugrave\u{f9} \
                         uacute\u{fa} ucirc\u{fb} uuml\u{fc} yacute\u{fd} thorn\u{fe} yuml\u{ff} Scaron\u{160} \
                         scaron\u{161} Zcaron\u{17d} zcaron\u{17e} OElig\u{152} oelig\u{153} Yuml\u{178} ndash– mdash— \
                         lsquo‘ rsquo’ ldquo“ rdquo” hellip…";
    NAMED.split_ascii_whitespace().find_map(|pair| {
        pair.strip_prefix(name).and_then(|rest| {
            let mut chars = rest.chars();
            chars.next().filter(|c| chars.next().is_none() && !c.is_ascii_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8]) -> (String, bool) {
        let (text, note) = decode(bytes, None).unwrap();
        (text.into_owned(), note.is_some())
    }

    #[test]
    fn text_is_read_however_it_is_written_down() {
        let text = "id;name\n1;Zoé Núñez – Øst\n";
        let utf16 = |unit: fn(u16) -> [u8; 2], mark: &[u16]| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16()).flat_map(unit).collect()
        };
        for (what, bytes) in [
            ("plain", text.as_bytes().to_vec()),
            ("marked", format!("\u{feff}{text}").into_bytes()),
            ("little", utf16(u16::to_le_bytes, &[0xfeff])),
            ("big", utf16(u16::to_be_bytes, &[0xfeff])),
            ("little, no mark", utf16(u16::to_le_bytes, &[])),
            ("big, no mark", utf16(u16::to_be_bytes, &[])),
        ] {
            assert_eq!(text_of(&bytes), (text.to_owned(), false), "{what}");
        }
        assert_eq!(text_of(b"id\n1;Zo\xe9 \x96 \x81\n"), ("id\n1;Zoé – \u{fffd}\n".to_owned(), true));
        assert_eq!(text_of(b"Jos\xc3\xa9,Zo\xe9"), ("José,Zoé".to_owned(), true), "a file of both");
        for (bytes, why) in
            [(&b""[..], "empty"), (b"\xef\xbb\xbf \r\n", "empty"), (b"a\0b\0\0c", "binary"), (b"\xff\xfe", "empty")]
        {
            assert!(decode(bytes, None).unwrap_err().contains(why), "{bytes:?}");
        }
    }

    #[test]
    fn what_nobody_sees_makes_no_difference() {
        for (text, cleaned) in [
            ("  Nora ", "Nora"),
            ("\u{a0}Nora\u{200b}\u{a0}", "Nora"),
            ("\u{200e}1971-04-02", "1971-04-02"),
            ("12 Mill Lane\r\nApt 4", "12 Mill Lane Apt 4"),
            ("9 Elm St\r\n", "9 Elm St"),
            ("Ana\tMaria", "Ana Maria"),
            ("Ana\u{3000}Mar\u{ad}ia\u{2060}", "Ana Maria"),
            ("Zoé", "Zoé"),
            ("a\u{1}b", "a\u{1}b"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn entities_are_undone_once() {
        for (text, plain) in [
            ("O&#39;Bryan", "O'Bryan"),
            ("O&#039;Bryan", "O'Bryan"),
            ("D&#x27;Andre", "D'Andre"),
            ("&quot;Bo&quot; &amp; Co", "\"Bo\" & Co"),
            ("Nu&ntilde;ez &Ntilde;", "Nuñez Ñ"),
            ("&amp;#39;", "&#39;"),
            ("&#146;", "’"),
            ("A & B; C &x; &#0; &#1; &#xd800; &amp", "A & B; C &x; &#0; &#1; &#xd800; &amp"),
            ("&;&&amp;", "&;&&"),
            ("&a;&am;&e;", "&a;&am;&e;"),
        ] {
            assert_eq!(without_entities(text), plain, "{text}");
        }
    }
}
