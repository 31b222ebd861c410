//! The languages that the kiosk speaks: one list.
//!
//! Invariant: nothing else in the program asks which language one is; what depends on a language is in its line here or
//! in its catalogue. `docs/contributing.md` says how to add one.

use serde::{Deserialize, Serialize};

use super::texts::plurals::Plurals;

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    LeftToRight,
    RightToLeft,
}

/// Makes the type from the list. The first line is the language in which the texts are written in the code; each other
/// one has a catalogue in the folder of its tag.
macro_rules! languages {
    (
        $source:ident, $source_tag:literal, $source_english:literal, $source_own:literal,
            $source_direction:ident, $source_plurals:ident;
        $($variant:ident, $tag:literal, $english:literal, $own:literal, $direction:ident, $plurals:ident;)+
    ) => {
        /// A language with a complete translation of pages, tickets, letters, boards and phone pages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        pub enum Language {
            #[doc = $source_english]
            #[default]
            #[serde(rename = $source_tag)]
            $source,
            $(
                #[doc = $english]
                #[serde(rename = $tag)]
                $variant,
            )+
        }

        impl Language {
            /// How many there are.
            pub const COUNT: usize = Self::NAMES.len();
            /// Every language, in the order of the language row.
            pub const ALL: [Self; Self::COUNT] = [Self::$source, $(Self::$variant),+];
            /// Their tags, and their names for staff.
            pub const NAMES: &'static [(&'static str, &'static str)] =
                &[($source_tag, $source_english), $(($tag, $english)),+];

            /// The BCP 47 tag, which is also the folder of the translation.
            #[must_use]
            pub const fn tag(self) -> &'static str {
                match self {
                    Self::$source => $source_tag,
                    $(Self::$variant => $tag,)+
                }
            }

            /// The name that staff read.
            #[must_use]
            pub const fn for_staff(self) -> &'static str {
                match self {
                    Self::$source => $source_english,
                    $(Self::$variant => $english,)+
                }
            }

            /// The name in the language itself, as anyone who speaks it looks for it.
            #[must_use]
            pub const fn own_name(self) -> &'static str {
                match self {
                    Self::$source => $source_own,
                    $(Self::$variant => $own,)+
                }
            }

            const fn direction(self) -> Direction {
                match self {
                    Self::$source => Direction::$source_direction,
                    $(Self::$variant => Direction::$direction,)+
                }
            }

            /// How it counts.
            #[must_use]
            pub const fn plurals(self) -> Plurals {
                match self {
                    Self::$source => Plurals::$source_plurals,
                    $(Self::$variant => Plurals::$plurals,)+
                }
            }

            /// Its catalogue as it is in the file, compiled in; none of the language in which the texts are written.
            #[must_use]
            pub const fn catalogue(self) -> Option<&'static str> {
                match self {
                    Self::$source => None,
                    $(Self::$variant => Some(include_str!(concat!(
                        env!("CARGO_MANIFEST_DIR"),
                        "/ui/lang/",
                        $tag,
                        "/LC_MESSAGES/arrivals-ui.po"
                    ))),)+
                }
            }
        }
    };
}

languages! {
    English, "en", "English", "English", LeftToRight, OneOther;
    Spanish, "es", "Spanish", "Español", LeftToRight, OneOther;
    Arabic, "ar", "Arabic", "العربية", RightToLeft, Arabic;
}

impl Language {
    /// The one that staff read.
    pub const STAFF: Self = Self::English;

    /// The language of a BCP 47 tag such as `es-MX`, if the kiosk speaks it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub fn is_rtl(self) -> bool {
        self.direction() == Direction::RightToLeft
    }

    /// The same as pages say it: `rtl` or `ltr`.
    #[must_use]
    pub fn side(self) -> &'static str {
        if self.is_rtl() { "rtl" } else { "ltr" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::spoken;

    #[test]
    fn regional_tags_find_their_language() {
        for (tag, expected) in [
            ("es-MX", Some(Language::Spanish)),
            ("EN_us", Some(Language::English)),
            ("ar", Some(Language::Arabic)),
            ("tlh", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expected, "{tag}");
        }
    }

    #[test]
    fn languages_are_called_as_in_the_list_of_those_that_patients_speak() {
        for language in Language::ALL {
            let named = spoken::of(language.tag()).unwrap();
            assert_eq!((language.for_staff(), language.own_name()), (named.english, named.own));
            assert_eq!(serde_json::to_value(language).unwrap(), language.tag());
        }
    }
}
