//! Contact details as the window shows them: which lines there are, and languages by the names that their speakers look for.

use super::ui::{DetailFace, DetailKind, Interpreter, SpokenName};
use crate::domain::language::Language;
use crate::domain::proposal::{Field, Value};
use crate::domain::spoken;
use crate::flow::found::MaskedContact;
use crate::flow::step::NewDetail;

/// What can be chosen with one touch, by their tags: roughly in the order of their speakers in the United States, signs last.
/// The desk takes every other.
const OFFERED: [&str; 19] =
    ["en", "es", "zh", "tl", "vi", "ar", "fr", "ko", "ru", "ht", "pt", "hi", "pl", "it", "fa", "ur", "uk", "so", "ase"];

/// The languages to choose from.
#[must_use]
pub fn spoken() -> Vec<SpokenName> {
    OFFERED.into_iter().map(spoken_name).collect()
}

/// A language of a tag such as `pt-BR`. Empty: nobody knows it.
pub(super) fn spoken_name(tag: &str) -> SpokenName {
    match spoken::of(tag) {
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
            SpokenName { tag: language.tag.into(), own: own.into() }
        }
        None => SpokenName { tag: tag.into(), own: tag.into() },
    }
}

/// Whether the shipped fonts have these letters: Latin, Greek, Cyrillic and Arabic.
fn can_be_written(name: &str) -> bool {
    name.chars().all(|letter| matches!(letter, '\0'..='\u{52f}' | '\u{600}'..='\u{6ff}' | '\u{1e00}'..='\u{1eff}'))
}

fn interpreter(needed: Option<bool>) -> Interpreter {
    match needed {
        None => Interpreter::NobodyKnows,
        Some(true) => Interpreter::Needed,
        Some(false) => Interpreter::NotNeeded,
    }
}

/// What is asked about, to be read at a glance: how to reach them, known or not; whom to tell, if that is known; a language, if it is
/// not the one in which they read this or somebody interprets. What they are called they have just seen.
pub(super) fn to_look_at(contact: &MaskedContact, takes: &[Field], language: Language) -> Vec<DetailFace> {
    let mut faces = to_change(contact, takes, &[]);
    let reads_it = contact.language.is_empty() || Language::from_tag(&contact.language) == Some(language);
    faces.retain(|face| match face.kind {
        DetailKind::Phone | DetailKind::Email | DetailKind::Address => true,
        DetailKind::Emergency => !face.on_file.is_empty(),
        DetailKind::Language => !reads_it || face.interpreter_on_file == Interpreter::Needed,
        DetailKind::Name => false,
    });
    faces
}

/// What can be changed, each with what they said of it.
pub(super) fn to_change(contact: &MaskedContact, takes: &[Field], changes: &[NewDetail]) -> Vec<DetailFace> {
    let now = |field: Field| changes.iter().find(|change| change.field == field).map(|change| change.value.one_line()).unwrap_or_default();
    let face = |kind: DetailKind, field: Field, on_file: &str| {
        takes.contains(&field).then(|| DetailFace {
            kind,
            on_file: on_file.into(),
            now: now(field).as_str().into(),
            ..DetailFace::default()
        })
    };
    let language = (takes.contains(&Field::Language) || takes.contains(&Field::Interpreter)).then(|| DetailFace {
        kind: DetailKind::Language,
        language_on_file: if contact.language.is_empty() { SpokenName::default() } else { spoken_name(&contact.language) },
        language_now: Some(now(Field::Language)).filter(|tag| !tag.is_blank()).map(|tag| spoken_name(tag.as_str())).unwrap_or_default(),
        interpreter_on_file: interpreter(contact.interpreter),
        interpreter_now: interpreter(changes.iter().find_map(|change| match (change.field, &change.value) {
            (Field::Interpreter, Value::Text(text)) => Some(text.as_str() == Field::YES),
            _ => None,
        })),
        ..DetailFace::default()
    });
    [
        face(DetailKind::Phone, Field::Phone, contact.phone.as_str()),
        face(DetailKind::Email, Field::Email, contact.email.as_str()),
        face(DetailKind::Address, Field::Address, contact.address.as_str()),
        face(DetailKind::Emergency, Field::EmergencyContact, contact.emergency_contact.as_str()),
        face(DetailKind::Name, Field::PreferredName, contact.preferred_name.as_str()),
        language,
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(spoken_name(tag), SpokenName { tag: shown.into(), own: own.into() }, "{tag}");
        }
        assert!(OFFERED.iter().all(|tag| spoken::of(tag).is_some_and(|language| language.tag == *tag)));
    }

    #[test]
    fn what_is_asked_about_is_what_one_can_answer_at_a_glance() {
        let kinds = |contact: &MaskedContact, language| -> Vec<DetailKind> {
            to_look_at(contact, &Field::DETAILS, language).iter().map(|face| face.kind).collect()
        };
        let usual = [DetailKind::Phone, DetailKind::Email, DetailKind::Address];
        let mut contact = MaskedContact { language: "es-MX".into(), preferred_name: "Pat".into(), ..MaskedContact::default() };
        assert_eq!(kinds(&contact, Language::Spanish), usual);
        assert_eq!(kinds(&contact, Language::English), [&usual[..], &[DetailKind::Language]].concat());
        contact.interpreter = Some(true);
        contact.emergency_contact = "Ann •••".into();
        assert_eq!(kinds(&contact, Language::Spanish), [&usual[..], &[DetailKind::Emergency, DetailKind::Language]].concat());
        // What the clinic does not take is not asked about; what can be changed is all of the rest.
        assert_eq!(to_look_at(&contact, &[Field::Email], Language::English).len(), 1);
        assert_eq!(to_change(&contact, &Field::DETAILS, &[]).len(), 6);
        assert_eq!(to_change(&contact, &[Field::Interpreter], &[]).first().map(|face| face.kind), Some(DetailKind::Language));
    }
}
