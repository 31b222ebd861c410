//! What the invented clinic of the demo says in its own words; a real clinic writes them into its settings.

use std::collections::BTreeMap;

use crate::domain::language::Language;
use crate::domain::settings::Localized;

super::sentences! {
    /// The demo clinic's own words.
    pub struct Words;
    "Demo" {
        /// The way to the other site.
        how_far: "About 10 minutes on foot.",
        /// Why someone comes.
        fever: "A cough, a cold or a fever",
        /// Why someone comes.
        injury: "A wound or an injury",
        /// Why someone comes.
        prescription: "A prescription",
        /// Why someone comes.
        other: "Something else",
        /// Who comes when someone feels sick.
        unwell_comes: "A nurse is coming to you.",
    }
}

/// One of them in every language, as a clinic's settings have it.
#[must_use]
pub fn in_all(words: impl Fn(&Words) -> &'static str) -> Localized {
    let each: BTreeMap<Language, String> =
        Language::ALL.into_iter().map(|language| (language, words(Words::of(language)).to_owned())).collect();
    Localized(each)
}
