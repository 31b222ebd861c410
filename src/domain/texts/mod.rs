//! Everything that a patient reads besides the pages of the kiosk: letters, messages, tickets, boards and phone pages.
//!
//! The English is here, in one table for each of them; every other language has it in its catalogue,
//! `ui/lang/LANGUAGE/LC_MESSAGES/arrivals-ui.po`, which the pages of the kiosk use, too. The context of a sentence says
//! where it is read; a ticket's are those of the pages, so that screen and paper say the same.
//!
//! Invariants, kept by `tests/tidy/texts.rs`: every sentence is in every catalogue, with the same things to put in, and
//! nothing else is; only catalogues have words of other languages.

pub mod board;
pub mod dates;
pub mod demo;
pub mod letter;
pub mod plurals;
pub mod po;
pub mod ticket;

use std::collections::HashMap;
use std::sync::LazyLock;

use self::po::Po;
use super::language::Language;

/// A sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Message {
    /// Where it is read, or what it is about; may be empty.
    pub context: &'static str,
    /// In English.
    pub english: &'static str,
}

impl Message {
    /// A sentence, with where it is read.
    #[must_use]
    pub const fn new(context: &'static str, english: &'static str) -> Self {
        Self { context, english }
    }

    /// The sentence in a language; in English if its catalogue does not have it.
    #[must_use]
    pub fn said(self, language: Language) -> &'static str {
        catalogue(language)
            .and_then(|texts| texts.get(&(self.context, self.english)))
            .and_then(|forms| forms.first())
            .map_or(self.english, String::as_str)
    }
}

/// A sentence that depends on a number. It stands in it as `{n}` or under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counted {
    /// Where it is read.
    pub context: &'static str,
    /// In English, for one.
    pub one: &'static str,
    /// In English, for all other numbers.
    pub other: &'static str,
}

impl Counted {
    /// A sentence that depends on a number, with where it is read.
    #[must_use]
    pub const fn new(context: &'static str, one: &'static str, other: &'static str) -> Self {
        Self { context, one, other }
    }

    /// The sentence for a number, in a language; the number is still to be put in.
    #[must_use]
    pub fn said(self, language: Language, n: u64) -> &'static str {
        let forms = catalogue(language).and_then(|texts| texts.get(&(self.context, self.one)));
        let translated = forms.and_then(|forms| forms.get(language.plurals().form(n)));
        translated.map_or(if n == 1 { self.one } else { self.other }, String::as_str)
    }
}

/// Makes a table of sentences: a field for each, and the table in every language.
macro_rules! sentences {
    (
        $(#[$about:meta])*
        pub struct $table:ident;
        $($context:literal { $($(#[$of:meta])* $field:ident: $english:literal,)+ })+
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $table {
            /// In which language.
            pub language: $crate::domain::language::Language,
            $($($(#[$of])* pub $field: &'static str,)+)+
        }

        impl $table {
            /// Every sentence of the table.
            pub const MESSAGES: &'static [$crate::domain::texts::Message] =
                &[$($($crate::domain::texts::Message::new($context, $english),)+)+];

            /// The sentences in a language.
            #[must_use]
            pub fn of(language: $crate::domain::language::Language) -> &'static Self {
                static ALL: std::sync::LazyLock<$crate::domain::texts::InEach<$table>> =
                    std::sync::LazyLock::new(|| {
                        $crate::domain::texts::InEach::new(|language| $table {
                            language,
                            $($($field: $crate::domain::texts::Message::new($context, $english).said(language),)+)+
                        })
                    });
                ALL.of(language)
            }
        }
    };
}
use sentences;

/// Something in every language.
#[derive(Debug)]
pub struct InEach<T>([T; Language::COUNT]);

impl<T> InEach<T> {
    /// Made for each.
    pub fn new(make: impl Fn(Language) -> T) -> Self {
        Self(Language::ALL.map(make))
    }

    /// That of a language.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is one for each of the enum's values, in their order")]
    pub fn of(&self, language: Language) -> &T {
        &self.0[language as usize]
    }
}

/// Every sentence of the program that does not count.
pub fn messages() -> impl Iterator<Item = Message> {
    [
        board::Words::MESSAGES,
        board::MESSAGES,
        dates::MESSAGES,
        dates::Names::MESSAGES,
        demo::Words::MESSAGES,
        letter::Words::MESSAGES,
        ticket::Words::MESSAGES,
        &[WELCOME],
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Every sentence of the program that does.
pub fn counted() -> impl Iterator<Item = Counted> {
    board::COUNTED.iter().copied()
}

/// What the button of a language says on the first page, above the language's own name.
pub const WELCOME: Message = Message::new("Button of a language", "Welcome");

/// A catalogue by context and English; each sentence in its forms.
type Texts = HashMap<(&'static str, &'static str), Vec<String>>;

fn catalogue(language: Language) -> Option<&'static Texts> {
    // Only what the program says is kept: the pages have the rest inside already.
    static ALL: LazyLock<InEach<Option<Texts>>> = LazyLock::new(|| {
        InEach::new(|language| {
            // A file that cannot be read is never built: a test reads each. English is better than nothing.
            let po = Po::read(language.catalogue()?).ok()?;
            let mut theirs: HashMap<(String, String), Vec<String>> =
                po.entries.into_iter().map(|entry| ((entry.context, entry.id), entry.texts)).collect();
            let known = messages()
                .map(|message| (message.context, message.english))
                .chain(counted().map(|counted| (counted.context, counted.one)));
            let texts = known.filter_map(|(context, english)| {
                let forms = theirs.remove(&(context.to_owned(), english.to_owned()))?;
                Some(((context, english), forms))
            });
            Some(texts.collect())
        })
    });
    ALL.of(language).as_ref()
}

/// Puts things into a sentence, each by its name or place: `{where}`, `{0}`.
#[must_use]
pub fn put_in(sentence: &str, things: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        // What is put in is not looked at again: a name may hold anything.
        let found = after
            .split_once('}')
            .and_then(|(name, behind)| things.iter().find(|(its, _)| *its == name).map(|(_, thing)| (*thing, behind)));
        rest = match found {
            Some((thing, behind)) => {
                out.push_str(thing);
                behind
            }
            None => {
                out.push('{');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        for (sentence, expected) in [
            ("{who}, please come to {where}.", "{where}, please come to Room {3}."),
            ("nothing", "nothing"),
            ("{what} {", "{what} {"),
        ] {
            assert_eq!(put_in(sentence, &[("who", "{where}"), ("where", "Room {3}")]), expected);
        }
    }

    #[test]
    fn a_sentence_is_said_in_every_language() {
        let number = Message::new("", "Your number");
        for (language, said) in
            [(Language::English, "Your number"), (Language::Spanish, "Su número"), (Language::Arabic, "رقمك")]
        {
            assert_eq!(number.said(language), said);
        }
        let unknown = Message::new("", "This is in no catalogue");
        assert_eq!(unknown.said(Language::Arabic), unknown.english);
        let minutes = board::WAIT.up_to;
        for (language, n, said) in [
            (Language::English, 1, "up to {to} minute"),
            (Language::English, 5, "up to {to} minutes"),
            (Language::Spanish, 1, "hasta {to} minuto"),
            (Language::Arabic, 2, "حتى دقيقتين"),
            (Language::Arabic, 5, "حتى {to} دقائق"),
            (Language::Arabic, 15, "حتى {to} دقيقة"),
        ] {
            assert_eq!(minutes.said(language, n), said);
        }
    }
}
