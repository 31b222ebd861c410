//! Characters that an export wrote as a web page does: `O&#39;Bryan`.

use std::borrow::Cow;

/// No entity that is undone here is longer, `&` and `;` included.
const ENTITY_BYTES_MAX: usize = 10;
/// Exports escape what is escaped already: `&amp;#39;`.
const TIMES_MAX: usize = 3;

/// The text with its entities undone: `&#39;`, `&#x27;`, `&apos;`, `&amp;` and the few others that a name may have.
#[must_use]
pub fn undone(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..TIMES_MAX {
        match undone_once(&text) {
            Some(plain) => text = Cow::Owned(plain),
            None => break,
        }
    }
    text
}

/// `None` if there is nothing to undo.
fn undone_once(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() + 2 <= ENTITY_BYTES_MAX);
        match entity.and_then(|(name, after)| Some((character(name)?, after))) {
            Some((character, after)) => {
                any = true;
                plain.push(character);
                rest = after;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    any.then_some(plain)
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32).filter(|character| !character.is_control());
    }
    // Names of accented letters differ by case: `&Eacute;`.
    let letter = match name {
        "apos" | "rsquo" | "lsquo" => '\'',
        "amp" => '&',
        "quot" => '"',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "ndash" | "mdash" | "shy" => '-',
        "szlig" => 'ß',
        "oslash" => 'ø',
        "Oslash" => 'Ø',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        _ => return accented(name),
    };
    Some(letter)
}

/// `eacute`, `Ntilde`: a letter and its accent.
fn accented(name: &str) -> Option<char> {
    let mut characters = name.chars();
    let letter = characters.next().filter(char::is_ascii_alphabetic)?;
    let mark = match characters.as_str() {
        "acute" => '\u{301}',
        "grave" => '\u{300}',
        "circ" => '\u{302}',
        "tilde" => '\u{303}',
        "uml" => '\u{308}',
        "ring" => '\u{30a}',
        "cedil" => '\u{327}',
        _ => return None,
    };
    unicode_normalization::char::compose(letter, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_export_escaped_is_undone_and_nothing_else() {
        for (text, plain) in [
            ("O&#39;Bryan", "O'Bryan"),
            ("O&#039;Bryan", "O'Bryan"),
            ("O&#x27;Bryan", "O'Bryan"),
            ("O&apos;Bryan", "O'Bryan"),
            ("O&amp;#39;Bryan", "O'Bryan"),
            ("D&#8217;Andre", "D’Andre"),
            ("Mu&ntilde;oz", "Muñoz"),
            ("Mill &amp; Son", "Mill & Son"),
            ("Mill & Son; Co", "Mill & Son; Co"),
            ("A&B", "A&B"),
            ("&;", "&;"),
            ("&#;&#x;&#1;&#99999999;&zcute;", "&#;&#x;&#1;&#99999999;&zcute;"),
            ("&Éacute;", "&Éacute;"),
            ("", ""),
        ] {
            assert_eq!(undone(text), plain, "{text}");
        }
        for odd in crate::domain::odd::texts("&#x39;amp'é 0", 14) {
            let _ = undone(&odd);
        }
    }
}
