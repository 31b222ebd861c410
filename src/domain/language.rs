//! The languages that the kiosk speaks.

use serde::{Deserialize, Serialize};

/// A language with a complete translation of pages and tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English, as written in the United States.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// Arabic, written from right to left.
    #[serde(rename = "ar")]
    Arabic,
}

impl Language {
    /// Every language, in the order of the language row.
    pub const ALL: [Self; 3] = [Self::English, Self::Spanish, Self::Arabic];

    /// The BCP 47 tag, which is also the folder of the translation.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::Arabic => "ar",
        }
    }

    /// The language of a BCP 47 tag such as `es-MX`, if the kiosk speaks it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// Whether a date is written with the day before the month.
    #[must_use]
    pub fn says_day_first(self) -> bool {
        self != Self::English
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub fn is_rtl(self) -> bool {
        self == Self::Arabic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regional_tags_find_their_language() {
        for (tag, expected) in [
            ("es-MX", Some(Language::Spanish)),
            ("EN_us", Some(Language::English)),
            ("ar", Some(Language::Arabic)),
            ("zh", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expected, "{tag}");
        }
    }
}
