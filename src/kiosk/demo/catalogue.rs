//! The pages' own translations, so that a play can name a control in English and touch it in Arabic.

use std::collections::HashMap;

use crate::domain::language::Language;

/// English texts and what they are in one language.
#[derive(Debug, Default)]
pub struct Catalogue {
    texts: HashMap<String, String>,
}

impl Catalogue {
    /// The translations of a language; empty for English, in which the pages are written.
    #[must_use]
    pub fn of(language: Language) -> Self {
        match language {
            Language::English => Self::default(),
            Language::Spanish => {
                Self::parse(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/lang/es/LC_MESSAGES/arrivals-ui.po")))
            }
            Language::Arabic => {
                Self::parse(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/lang/ar/LC_MESSAGES/arrivals-ui.po")))
            }
        }
    }

    /// What a text is in this language; itself, if there is no translation.
    #[must_use]
    pub fn say<'a>(&'a self, english: &'a str) -> &'a str {
        self.texts.get(english).map_or(english, String::as_str)
    }

    /// Reads the part of the gettext format that our files use: one `msgid` and one `msgstr`, each perhaps over several
    /// lines.
    fn parse(text: &str) -> Self {
        let mut texts = HashMap::new();
        let (mut id, mut translated) = (String::new(), String::new());
        let mut into_translated = false;
        for line in text.lines().chain(["msgid \"\""]) {
            let line = line.trim();
            if let Some(rest) = line.strip_prefix("msgid ") {
                if !id.is_empty() && !translated.is_empty() {
                    texts.insert(std::mem::take(&mut id), std::mem::take(&mut translated));
                }
                (id, translated, into_translated) = (unquoted(rest), String::new(), false);
            } else if let Some(rest) = line.strip_prefix("msgstr ").or_else(|| line.strip_prefix("msgstr[0] ")) {
                (translated, into_translated) = (unquoted(rest), true);
            } else if line.starts_with('"') {
                if into_translated { &mut translated } else { &mut id }.push_str(&unquoted(line));
            }
        }
        Self { texts }
    }
}

fn unquoted(text: &str) -> String {
    let inner = text.trim().trim_start_matches('"').strip_suffix('"').unwrap_or_default();
    inner.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_may_go_over_several_lines() {
        let catalogue = Catalogue::parse(
            "msgid \"\"\nmsgstr \"Header\"\n\nmsgctxt \"x\"\nmsgid \"Say \"\n\"\\\"hi\\\"\"\nmsgstr \"Di \"\n\
             \"hola\"\n",
        );
        assert_eq!(catalogue.say("Say \"hi\""), "Di hola");
        assert_eq!(catalogue.say("Something else"), "Something else");
    }
}
