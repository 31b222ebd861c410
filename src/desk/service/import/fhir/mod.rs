//! Reads a list as FHIR R4 JSON: Bundles of any type, resources, lists of them, and NDJSON with one on each line;
//! several files together as one.
//!
//! Invariant: one malformed entry costs that entry, not the file; one malformed field costs that field.

mod file;
mod graph;
mod names;
mod pages;
mod person;
mod resource;
mod value;
mod visit;

use std::collections::HashMap;

use super::draft::Draft;
use super::text::decode;
use super::{ImportError, Sink};
use crate::desk::store::Unsaid;
use crate::domain::appointment::Appointment;
use crate::domain::identity::fold_name;
use file::Found;
use graph::Node;
use resource::What;
use visit::{Visit, cards, created_on, visits};

/// Reads `bytes`; refusals carry the line on which the resource begins.
///
/// # Errors
/// If this is not FHIR JSON at all.
pub fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), ImportError> {
    read_many(&[("", bytes)], sink)
}

/// Whether these bytes are FHIR JSON.
///
/// # Errors
/// One sentence, if they are not.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    decode(bytes, None).and_then(|(text, _)| Found::default().read(&text, 0))
}

/// Reads several files by their names and bytes as one list: what one of them points at may be in another one. Lines
/// are counted in each file; if there are several, its name comes first.
///
/// # Errors
/// If none of them is FHIR JSON.
pub fn read_many(files: &[(&str, &[u8])], sink: &mut dyn Sink) -> Result<(), ImportError> {
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let mut found = Found::default();
    let (mut wrong, mut notes) = (Vec::new(), Vec::new());
    for (at, (_, bytes)) in files.iter().enumerate() {
        match decode(bytes, None).and_then(|(text, note)| found.read(&text, at).map(|()| note)) {
            Ok(note) => notes.extend(note.map(|note| (at, note))),
            Err(why) => wrong.push((at, why)),
        }
    }
    let say = |file: usize, why: &str| match names.get(file) {
        Some(name) if names.len() > 1 => format!("{name}: {why}"),
        _ => why.to_owned(),
    };
    if wrong.len() == files.len() {
        let why = wrong.first().map_or_else(|| "expected a file, found none".to_owned(), |(file, why)| say(*file, why));
        return Err(ImportError::WrongFile(why));
    }
    if found.graph.nodes.is_empty() && found.refused.is_empty() && wrong.is_empty() {
        return Err(ImportError::WrongFile("expected Appointment resources, found none".to_owned()));
    }
    found.graph.follow_links();
    // FHIR has no word for documents; a list without any card says nothing of second ones.
    sink.leaves_unsaid(unsaid(&found));
    notes.iter().for_each(|(file, note)| sink.note(&say(*file, note)));
    wrong.iter().for_each(|(file, why)| sink.refuse(1, &say(*file, why)));
    found.refused.iter().for_each(|(place, why)| sink.refuse(place.line, &say(place.file, why)));
    if found.others > 0 {
        sink.note(&format!("{} resources of other types are ignored", found.others));
    }
    found.pages.missing().iter().for_each(|(place, why)| sink.refuse(place.line, &say(place.file, why)));
    hand_on(&found, sink, &say)
}

fn hand_on(found: &Found, sink: &mut dyn Sink, say: &dyn Fn(usize, &str) -> String) -> Result<(), ImportError> {
    let graph = &found.graph;
    let cards = cards(graph);
    // Whose each appointment is.
    let mut taken: HashMap<String, Who> = HashMap::new();
    for (at, node) in graph.alive() {
        let What::Appointment(appointment) = &node.what else { continue };
        let is_deleted = found.is_deleted(node);
        for Visit { id: plain, draft, mut warnings } in visits(graph, &cards, at, node, appointment) {
            let place = node.place;
            let id = draft.as_ref().map(|draft| draft.id.clone()).unwrap_or_default();
            let mut of_draft = Vec::new();
            let read = draft.and_then(|mut draft| {
                if is_deleted {
                    "entered-in-error".clone_into(&mut draft.status);
                    warnings.push(format!(
                        "appointment {plain}: it was deleted; the visit is imported as entered in error"
                    ));
                }
                draft.finish(&mut of_draft)
            });
            warnings.append(&mut of_draft);
            // The mark that tells patients of one appointment apart is of a patient.
            let without_mark =
                |why: &str| if id == plain || id.is_empty() { why.to_owned() } else { why.replace(&id, &plain) };
            match read {
                Ok(good) => {
                    let who = Who::of(&good);
                    if taken.get(&id).is_some_and(|other| !other.may_be(&who)) {
                        let why = format!("appointment {plain}: the same number for two people");
                        sink.refuse(place.line, &say(place.file, &why));
                        continue;
                    }
                    taken.insert(id.clone(), who);
                    warnings.iter().for_each(|why| sink.warn(place.line, &say(place.file, &without_mark(why))));
                    sink.good(good)?;
                }
                Err(why) => sink.refuse(place.line, &say(place.file, &without_mark(&why))),
            }
        }
    }
    Ok(())
}

/// What tells whether two appointments are of one person.
struct Who {
    number: (String, String),
    name: String,
    born: String,
}

impl Who {
    fn of(appointment: &Appointment) -> Self {
        let person = &appointment.person;
        Self {
            number: (person.source.clone(), person.id.as_str().to_owned()),
            name: fold_name(&format!("{}{}", person.given_name.as_str(), person.family_name.as_str())),
            born: person.birth_date.written(),
        }
    }

    fn may_be(&self, other: &Self) -> bool {
        let (same_name, same_date) = (self.name == other.name, self.born == other.born);
        (same_name && same_date) || (self.number == other.number && (same_name || same_date))
    }
}

/// What no patient and no appointment of the files says anything of.
fn unsaid(found: &Found) -> Unsaid {
    let mut unsaid = Unsaid {
        documents: true,
        booked_on: true,
        language: true,
        preferred_name: true,
        interpreter: true,
        emergency_contact: true,
        second_coverage: true,
        ..Unsaid::default()
    };
    for (_, Node { what, .. }) in found.graph.alive() {
        match what {
            What::Appointment(appointment) => unsaid.booked_on &= created_on(appointment).is_empty(),
            What::Coverage(_) => unsaid.second_coverage = false,
            What::Patient(patient) => {
                let mut draft = Draft::default();
                person::put_details(&mut draft, patient, "", &mut Vec::new());
                unsaid.language &= draft.language.is_empty();
                unsaid.preferred_name &= draft.preferred_name.is_empty();
                unsaid.interpreter &= draft.interpreter.is_empty();
                unsaid.emergency_contact &=
                    draft.emergency_contact_name.is_empty() && draft.emergency_contact_phone.is_empty();
            }
            What::Practitioner(_) | What::Place(..) => {}
        }
    }
    unsaid
}
