//! The languages that patients speak, for anyone who chooses or reads one. [`super::language`] has those that the kiosk
//! speaks.
//!
//! Invariants: tags are BCP 47 primary subtags (RFC 5646: the shortest code of ISO 639, two letters where there are
//! two), each once; a tag that is missing here is as good as any other and is shown as it is.

/// A language by its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// The BCP 47 primary subtag, such as `es`.
    pub tag: &'static str,
    /// The name in English, as staff read it.
    pub english: &'static str,
    /// The name in the language itself, as anyone who speaks it looks for it.
    pub own: &'static str,
}

const fn spoken(tag: &'static str, english: &'static str, own: &'static str) -> Spoken {
    Spoken { tag, english, own }
}

/// Languages that many patients speak, in the order of their English names, American Sign Language among them.
pub const ALL: [Spoken; 42] = [
    spoken("sq", "Albanian", "Shqip"),
    spoken("ase", "American Sign Language", "American Sign Language"),
    spoken("am", "Amharic", "አማርኛ"),
    spoken("ar", "Arabic", "العربية"),
    spoken("hy", "Armenian", "Հայերեն"),
    spoken("bn", "Bengali", "বাংলা"),
    spoken("my", "Burmese", "မြန်မာ"),
    spoken("zh", "Chinese", "中文"),
    spoken("en", "English", "English"),
    spoken("fr", "French", "Français"),
    spoken("de", "German", "Deutsch"),
    spoken("el", "Greek", "Ελληνικά"),
    spoken("gu", "Gujarati", "ગુજરાતી"),
    spoken("ht", "Haitian Creole", "Kreyòl ayisyen"),
    spoken("he", "Hebrew", "עברית"),
    spoken("hi", "Hindi", "हिन्दी"),
    spoken("it", "Italian", "Italiano"),
    spoken("ja", "Japanese", "日本語"),
    spoken("km", "Khmer", "ខ្មែរ"),
    spoken("ko", "Korean", "한국어"),
    spoken("lo", "Lao", "ລາວ"),
    spoken("ne", "Nepali", "नेपाली"),
    spoken("ps", "Pashto", "پښتو"),
    spoken("fa", "Persian", "فارسی"),
    spoken("pl", "Polish", "Polski"),
    spoken("pt", "Portuguese", "Português"),
    spoken("pa", "Punjabi", "ਪੰਜਾਬੀ"),
    spoken("ro", "Romanian", "Română"),
    spoken("ru", "Russian", "Русский"),
    spoken("sr", "Serbian", "Српски"),
    spoken("so", "Somali", "Soomaali"),
    spoken("es", "Spanish", "Español"),
    spoken("sw", "Swahili", "Kiswahili"),
    spoken("tl", "Tagalog", "Tagalog"),
    spoken("th", "Thai", "ไทย"),
    spoken("ti", "Tigrinya", "ትግርኛ"),
    spoken("tr", "Turkish", "Türkçe"),
    spoken("uk", "Ukrainian", "Українська"),
    spoken("ur", "Urdu", "اردو"),
    spoken("vi", "Vietnamese", "Tiếng Việt"),
    spoken("yi", "Yiddish", "ייִדיש"),
    spoken("yo", "Yoruba", "Yorùbá"),
];

/// What can be chosen with one touch, by their tags: roughly in the order of their speakers in the United States, signs
/// last. The desk takes every other.
pub const OFFERED: [&str; 19] =
    ["en", "es", "zh", "tl", "vi", "ar", "fr", "ko", "ru", "ht", "pt", "hi", "pl", "it", "fa", "ur", "uk", "so", "ase"];

/// A language by the name that its speakers look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The primary subtag; the whole tag of a language that we do not know.
    pub tag: String,
    /// The name in the language itself; empty where the page has a word for it.
    pub own: String,
}

/// The languages to choose from.
pub fn offered() -> impl Iterator<Item = Named> {
    OFFERED.into_iter().map(named)
}

/// A language of a tag such as `pt-BR`. Empty: no one knows it.
#[must_use]
pub fn named(tag: &str) -> Named {
    match of(tag) {
        Some(language) => {
            let own = if can_be_written(language.own) {
                language.own
            } else if OFFERED.contains(&language.tag) {
                // The page has a word for it.
                ""
            } else {
                language.english
            };
            // Its own name says nothing to who reads no English.
            let own = if language.tag == "ase" { "" } else { own };
            Named { tag: language.tag.into(), own: own.into() }
        }
        None => Named { tag: tag.into(), own: tag.into() },
    }
}

/// Whether the shipped fonts have these letters: Latin, Greek, Cyrillic and Arabic.
fn can_be_written(name: &str) -> bool {
    name.chars().all(|letter| matches!(letter, '\0'..='\u{52f}' | '\u{600}'..='\u{6ff}' | '\u{1e00}'..='\u{1eff}'))
}

/// The language of a tag such as `es` or `es-MX`, if it is one of [`ALL`].
#[must_use]
pub fn of(tag: &str) -> Option<Spoken> {
    let primary = subtags(tag).next().unwrap_or_default();
    ALL.into_iter().find(|spoken| spoken.tag.eq_ignore_ascii_case(primary))
}

/// A tag as staff read it: `Spanish`, `Spanish (es-MX)`, and the tag itself if we do not know it.
#[must_use]
pub fn for_staff(tag: &str) -> String {
    let tag = tag.trim();
    match of(tag) {
        Some(spoken) if spoken.tag.eq_ignore_ascii_case(tag) => spoken.english.to_owned(),
        Some(spoken) => format!("{} ({tag})", spoken.english),
        None => tag.to_owned(),
    }
}

/// Whether two tags say the same: one that names no region or script says nothing against the other's.
#[must_use]
pub fn says_the_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (subtags(one), subtags(other));
    let (first, second) = (one.next().unwrap_or_default(), other.next().unwrap_or_default());
    let is_same_language = first.eq_ignore_ascii_case(second);
    let (one, other): (Vec<_>, Vec<_>) = (one.collect(), other.collect());
    let is_same_rest =
        one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one.eq_ignore_ascii_case(other));
    is_same_language && (one.is_empty() || other.is_empty() || is_same_rest)
}

/// Some systems write `es_MX`.
fn subtags(tag: &str) -> impl Iterator<Item = &str> {
    tag.trim().split(['-', '_'])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::language::Language;

    #[test]
    fn every_language_is_there_once_in_the_order_of_its_name() {
        let tags: BTreeSet<&str> = ALL.iter().map(|spoken| spoken.tag).collect();
        assert_eq!(tags.len(), ALL.len());
        assert!(ALL.is_sorted_by_key(|spoken| spoken.english));
        assert!(ALL.iter().all(|spoken| matches!(spoken.tag.len(), 2 | 3) && !spoken.own.is_empty()));
        assert!(Language::ALL.iter().all(|language| of(language.tag()).is_some()));
    }

    #[test]
    fn a_tag_is_read_as_a_word_and_stays_itself_if_it_is_unknown() {
        for (tag, words) in [
            ("es", "Spanish"),
            ("ES", "Spanish"),
            ("es-MX", "Spanish (es-MX)"),
            ("pt_BR", "Portuguese (pt_BR)"),
            ("mix", "mix"),
            ("", ""),
        ] {
            assert_eq!(for_staff(tag), words);
        }
    }

    #[test]
    fn a_language_without_a_region_is_the_one_with_it_and_two_regions_are_two() {
        for (one, other, same) in [
            ("es", "es", true),
            ("es", "es-MX", true),
            ("ES", "es_mx", true),
            ("es-MX", "es_mx", true),
            ("es-MX", "es-ES", false),
            ("zh-Hans", "zh-Hant", false),
            ("zh-Hans", "zh-Hans-CN", false),
            ("es", "pt", false),
            ("", "es", false),
            ("", "", true),
        ] {
            assert_eq!((says_the_same(one, other), says_the_same(other, one)), (same, same), "{one} {other}");
        }
    }

    #[test]
    fn languages_are_named_so_that_their_speakers_find_them() {
        for (tag, shown, own) in [
            ("es-MX", "es", "Español"),
            ("vi", "vi", "Tiếng Việt"),
            ("uk", "uk", "Українська"),
            ("fa", "fa", "فارسی"),
            // The page has its own word where no letters of ours can write it.
            ("zh-Hant", "zh", ""),
            ("hi", "hi", ""),
            ("ase", "ase", ""),
            ("am", "am", "Amharic"),
            ("qaa", "qaa", "qaa"),
        ] {
            assert_eq!(named(tag), Named { tag: shown.into(), own: own.into() }, "{tag}");
        }
        assert!(OFFERED.iter().all(|tag| of(tag).is_some_and(|language| language.tag == *tag)));
    }
}
