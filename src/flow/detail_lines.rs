//! The lines of the pages about contact details: which there are, what is on file of each, masked, and what they say it
//! is now.

use super::found::MaskedContact;
use super::step::NewDetail;
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, Value};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailLine {
    /// A contact detail.
    Of {
        /// Which; neither the language nor the interpreter.
        field: Field,
        /// What is on file, masked; empty for nothing.
        on_file: Private,
        /// What they say it is; empty if they have said nothing.
        now: Private,
    },
    /// One line for the language and whether someone has to interpret.
    Speaking {
        /// The tag of the language on file; empty if no one knows.
        on_file: String,
        /// The tag of the one that they chose; empty for none.
        now: String,
        /// What is on file of an interpreter.
        interpreter_on_file: Option<bool>,
        /// What they said of one.
        interpreter_now: Option<bool>,
    },
}

/// What is asked about, to be read at a glance: how to reach them, known or not; an emergency contact, if there is one;
/// a language, if it is not the one in which they read this or someone interprets. What they are called they have just
/// seen.
#[must_use]
pub fn to_look_at(contact: &MaskedContact, takes: &[Field], language: Language) -> Vec<DetailLine> {
    let mut lines = to_change(contact, takes, &[]);
    let reads_it = contact.language.is_empty() || Language::from_tag(&contact.language) == Some(language);
    lines.retain(|line| match line {
        DetailLine::Of { field: Field::EmergencyContact, on_file, .. } => !on_file.as_str().is_empty(),
        DetailLine::Of { field, .. } => *field != Field::PreferredName,
        DetailLine::Speaking { interpreter_on_file, .. } => !reads_it || *interpreter_on_file == Some(true),
    });
    lines
}

/// What can be changed, each with what they said of it.
#[must_use]
pub fn to_change(contact: &MaskedContact, takes: &[Field], changes: &[NewDetail]) -> Vec<DetailLine> {
    let now = |field: Field| {
        changes.iter().find(|change| change.field == field).map(|change| change.value.one_line()).unwrap_or_default()
    };
    let line = |field: Field, on_file: &Private| {
        takes.contains(&field).then(|| DetailLine::Of { field, on_file: on_file.clone(), now: now(field) })
    };
    let speaking =
        (takes.contains(&Field::Language) || takes.contains(&Field::Interpreter)).then(|| DetailLine::Speaking {
            on_file: contact.language.clone(),
            now: now(Field::Language).as_str().trim().to_owned(),
            interpreter_on_file: contact.interpreter,
            interpreter_now: changes.iter().find_map(|change| match (change.field, &change.value) {
                (Field::Interpreter, Value::Text(text)) => Some(text.as_str() == Field::YES),
                _ => None,
            }),
        });
    [
        line(Field::Phone, &contact.phone),
        line(Field::Email, &contact.email),
        line(Field::Address, &contact.address),
        line(Field::EmergencyContact, &contact.emergency_contact),
        line(Field::PreferredName, &contact.preferred_name),
        speaking,
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::proposal::Source;

    /// The fields of the lines; that of the language stands for the interpreter too.
    fn fields(lines: &[DetailLine]) -> Vec<Field> {
        let field = |line: &DetailLine| match line {
            DetailLine::Of { field, .. } => *field,
            DetailLine::Speaking { .. } => Field::Language,
        };
        lines.iter().map(field).collect()
    }

    #[test]
    fn what_is_asked_about_is_what_one_can_answer_at_a_glance() {
        let asked = |contact: &MaskedContact, language| fields(&to_look_at(contact, &Field::DETAILS, language));
        let usual = [Field::Phone, Field::Email, Field::Address];
        let mut contact =
            MaskedContact { language: "es-MX".into(), preferred_name: "Pat".into(), ..MaskedContact::default() };
        assert_eq!(asked(&contact, Language::Spanish), usual);
        assert_eq!(asked(&contact, Language::English), [&usual[..], &[Field::Language]].concat());
        contact.interpreter = Some(true);
        contact.emergency_contact = "Ann •••".into();
        assert_eq!(
            asked(&contact, Language::Spanish),
            [&usual[..], &[Field::EmergencyContact, Field::Language]].concat()
        );
        // What the clinic does not take is not asked about; what can be changed is all of the rest.
        assert_eq!(to_look_at(&contact, &[Field::Email], Language::English).len(), 1);
        assert_eq!(to_change(&contact, &Field::DETAILS, &[]).len(), 6);
        assert_eq!(fields(&to_change(&contact, &[Field::Interpreter], &[])), [Field::Language]);
    }

    #[test]
    fn each_line_says_what_they_said_of_it() {
        let said = |field: Field, text: &str| NewDetail {
            field,
            value: Value::Text(text.into()),
            insisted: false,
            source: Source::Typed,
            photos: Vec::new(),
        };
        let contact = MaskedContact { phone: "••• 4821".into(), ..MaskedContact::default() };
        let changes =
            [said(Field::Phone, "(555) 629-0000"), said(Field::Language, "vi"), said(Field::Interpreter, Field::NO)];
        let lines = to_change(&contact, &[Field::Phone, Field::Language, Field::Interpreter], &changes);
        let phone =
            DetailLine::Of { field: Field::Phone, on_file: "••• 4821".into(), now: "(555) 629-0000".into() };
        let speaking = DetailLine::Speaking {
            on_file: String::new(),
            now: "vi".into(),
            interpreter_on_file: None,
            interpreter_now: Some(false),
        };
        assert_eq!(lines, [phone, speaking]);
    }
}
