//! The pages' own translations, so that a play can name a control in English and touch it in Arabic.

use std::collections::HashMap;

use anyhow::Context as _;

use crate::domain::language::Language;
use crate::domain::texts::po::Po;

/// English texts and what they are in one language.
#[derive(Debug, Default)]
pub struct Catalogue {
    texts: HashMap<String, String>,
}

impl Catalogue {
    /// The translations of a language; empty for English, in which the pages are written.
    ///
    /// # Errors
    /// If its file is no catalogue.
    pub fn of(language: Language) -> anyhow::Result<Self> {
        let Some(file) = language.catalogue() else { return Ok(Self::default()) };
        let po = Po::read(file).with_context(|| format!("the catalogue {}", language.tag()))?;
        let texts = po.entries.into_iter().filter_map(|entry| Some((entry.id, entry.texts.into_iter().next()?)));
        Ok(Self { texts: texts.collect() })
    }

    /// What a text is in this language; itself, if there is no translation.
    #[must_use]
    pub fn say<'a>(&'a self, english: &'a str) -> &'a str {
        self.texts.get(english).map_or(english, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_named_in_english_and_found_in_each_language() {
        let said = |language| Catalogue::of(language).unwrap().say("Check in").to_owned();
        assert_eq!(
            (said(Language::English), said(Language::Spanish)),
            ("Check in".into(), "Registrar mi llegada".into())
        );
        assert_eq!(
            Catalogue::of(Language::Spanish).unwrap().say("Something else than we say"),
            "Something else than we say"
        );
    }
}
