//! Languages as lists write them, made into BCP 47 tags.
//!
//! Invariants: a tag that is read has the shortest code of its language (RFC 5646), whichever of ISO 639-1, 639-2 (T
//! and B), 639-3 or a name it came as; what is not known is `None`, never a guess.

mod known;

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use known::KNOWN;

/// The tag of a language by a code (`es`, `es_MX`, `spa`, `GER`) or a name (`Spanish`, `Chinese (Mandarin)`,
/// `Español`).
#[must_use]
pub fn bcp47(text: &str) -> Option<String> {
    let text = text.trim();
    // Most systems mean "not available", hardly one Nauru.
    if text.eq_ignore_ascii_case("na") {
        return None;
    }
    tag(text)
        .or_else(|| by_name(text).map(str::to_owned))
        .or_else(|| parts(text).find_map(|part| tag(part).or_else(|| named(part))))
}

/// Whether this says that no language is known (`und`, `Unknown`, `Declined`), so that there is nothing to be read.
#[must_use]
pub fn says_nothing(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "",
        "und",
        "mis",
        "mul",
        "zxx",
        "unk",
        "asku",
        "asked but unknown",
        "na",
        "n a",
        "nil",
        "none",
        "null",
        "nullflavor",
        "unknown",
        "undetermined",
        "unspecified",
        "not specified",
        "not available",
        "not applicable",
        "declined",
        "patient declined",
    ];
    WORDS.contains(&plain(text).as_str())
}

/// A name with its country, its code or a second name beside it.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(&[';', ',', '/', '(', ')', '[', ']', ':', '|'][..]).flat_map(|part| part.split(" - ")).map(str::trim)
}

fn named(part: &str) -> Option<String> {
    by_name(part).map(str::to_owned)
}

fn by_name(text: &str) -> Option<&'static str> {
    let name = plain(text);
    let short = name.strip_suffix(" language").or_else(|| name.strip_prefix("idioma ")).unwrap_or(&name);
    TABLES.names.get(name.as_str()).or_else(|| TABLES.names.get(short)).copied()
}

/// A tag whose language is known. What follows the language is kept as far as it is well formed (`es_MX.UTF-8` is
/// `es-MX`).
fn tag(text: &str) -> Option<String> {
    let text = text.split(['.', '@']).next().unwrap_or_default();
    let mut subtags = text.split(['-', '_']);
    let mut tag = (*TABLES.codes.get(subtags.next()?.to_ascii_lowercase().as_str())?).to_owned();
    for subtag in subtags {
        // An extended language is the language itself: `zh-yue`.
        if tag.len() <= 3 && subtag.len() == 3 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            if let Some(language) = TABLES.codes.get(subtag.to_ascii_lowercase().as_str()) {
                tag = (*language).to_owned();
            }
            continue;
        }
        let is_formed = (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_formed {
            return None;
        }
        let is_private = tag.contains("-x");
        let subtag = match subtag.len() {
            2 if !is_private => subtag.to_ascii_uppercase(),
            4 if !is_private => subtag
                .chars()
                .take(1)
                .map(|c| c.to_ascii_uppercase())
                .chain(subtag.chars().skip(1).map(|c| c.to_ascii_lowercase()))
                .collect(),
            _ => subtag.to_ascii_lowercase(),
        };
        tag.push('-');
        tag.push_str(&subtag);
    }
    Some(tag)
}

/// Without accents, case and signs: systems that write "Español" and "ESPANOL" mean one language.
fn plain(text: &str) -> String {
    let letters = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | 'ʼ' | 'ʻ'))
        .flat_map(char::to_lowercase);
    let spaced: String = letters.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Tables {
    codes: HashMap<&'static str, &'static str>,
    names: HashMap<String, &'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let codes = KNOWN.iter().flat_map(|(tag, codes, _)| codes.split(' ').chain([*tag]).map(|code| (code, *tag)));
    let names = KNOWN.iter().flat_map(|(tag, _, names)| names.split(';').map(|name| (plain(name), *tag)));
    Tables {
        codes: codes.filter(|(code, _)| !code.is_empty()).collect(),
        names: names.filter(|(name, _)| !name.is_empty()).collect(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_every_name_is_of_one_language() {
        for (tag, codes, names) in KNOWN {
            for code in codes.split(' ').chain([*tag]).filter(|code| !code.is_empty()) {
                assert_eq!(TABLES.codes.get(code), Some(tag), "{code}");
            }
            for name in names.split(';').map(plain).filter(|name| !name.is_empty()) {
                assert_eq!(TABLES.names.get(&name), Some(tag), "{name}");
            }
        }
        for spoken in crate::domain::spoken::ALL {
            for text in [spoken.tag, spoken.english, spoken.own] {
                assert_eq!(bcp47(text).as_deref(), Some(spoken.tag), "{text}");
            }
        }
    }

    #[test]
    fn a_language_is_known_by_its_codes_and_names() {
        for (text, tag) in [
            ("es", "es"),
            ("ES", "es"),
            ("es-MX", "es-MX"),
            ("es_mx", "es-MX"),
            ("es-419", "es-419"),
            ("es_MX.UTF-8", "es-MX"),
            ("spa", "es"),
            ("SPA-us", "es-US"),
            ("Spanish", "es"),
            (" spanish ", "es"),
            ("Español", "es"),
            ("ESPANOL", "es"),
            ("Spanish; Castilian", "es"),
            ("Spanish (Mexico)", "es"),
            ("es - Spanish", "es"),
            ("Spanish language", "es"),
            ("Other: Spanish", "es"),
            ("ger", "de"),
            ("deu", "de"),
            ("chi", "zh"),
            ("zho", "zh"),
            ("cmn-hans-cn", "zh-Hans-CN"),
            ("zh-yue", "yue"),
            ("zh-cmn-Hant", "zh-Hant"),
            ("Chinese, Mandarin", "zh"),
            ("Cantonese", "yue"),
            ("fre", "fr"),
            ("rum", "ro"),
            ("Haitian; Haitian Creole", "ht"),
            ("Tiếng Việt", "vi"),
            ("العربية", "ar"),
            ("arb", "ar"),
            ("Farsi", "fa"),
            ("ASL", "ase"),
            ("Q'anjob'al", "kjb"),
            ("hmn", "hmn"),
            ("nau", "na"),
            ("sr-Latn-x-private", "sr-Latn-x-private"),
        ] {
            assert_eq!(bcp47(text).as_deref(), Some(tag), "{text}");
        }
    }

    #[test]
    fn what_is_no_language_is_none() {
        for text in [
            "", " ", "xx", "LANG-7", "und", "zxx", "mul", "mis", "Unknown", "N/A", "NA", "Other", "7", "es-a b", "-",
            "--es", "\u{0}",
        ] {
            assert_eq!(bcp47(text), None, "{text:?}");
        }
        for (text, nothing) in
            [("und", true), ("N/A", true), ("Unknown", true), ("", true), ("Klingon", false), ("LANG-7", false)]
        {
            assert_eq!(says_nothing(text), nothing, "{text}");
        }
    }
}
