//! Contact details as the window shows them.

use super::ui::{DetailFace, DetailKind, Interpreter, SpokenName};
use crate::domain::proposal::Field;
use crate::domain::spoken::{self, Named};
use crate::flow::detail_lines::DetailLine;

/// The languages to choose from.
#[must_use]
pub fn spoken() -> Vec<SpokenName> {
    spoken::offered().map(spoken_name).collect()
}

pub(super) fn spoken_name(named: Named) -> SpokenName {
    SpokenName { tag: named.tag.into(), own: named.own.into() }
}

/// The lines of a page.
pub(super) fn faces(lines: &[DetailLine]) -> Vec<DetailFace> {
    lines.iter().filter_map(face).collect()
}

fn face(line: &DetailLine) -> Option<DetailFace> {
    Some(match line {
        DetailLine::Of { field, on_file, now } => DetailFace {
            kind: kind_of(*field)?,
            on_file: on_file.as_str().into(),
            now: now.as_str().into(),
            ..DetailFace::default()
        },
        DetailLine::Speaking { on_file, now, interpreter_on_file, interpreter_now } => DetailFace {
            kind: DetailKind::Language,
            language_on_file: known(on_file),
            language_now: known(now),
            interpreter_on_file: interpreter(*interpreter_on_file),
            interpreter_now: interpreter(*interpreter_now),
            ..DetailFace::default()
        },
    })
}

/// The line of a field; none for a card.
fn kind_of(field: Field) -> Option<DetailKind> {
    Some(match field {
        Field::Phone => DetailKind::Phone,
        Field::Email => DetailKind::Email,
        Field::Address => DetailKind::Address,
        Field::PreferredName => DetailKind::Name,
        Field::EmergencyContact => DetailKind::Emergency,
        Field::Language | Field::Interpreter => DetailKind::Language,
        Field::Insurance | Field::SecondInsurance => return None,
    })
}

fn known(tag: &str) -> SpokenName {
    if tag.is_empty() { SpokenName::default() } else { spoken_name(spoken::named(tag)) }
}

fn interpreter(needed: Option<bool>) -> Interpreter {
    match needed {
        None => Interpreter::NobodyKnows,
        Some(true) => Interpreter::Needed,
        Some(false) => Interpreter::NotNeeded,
    }
}
