//! The chart: what staff accepted, laid over what the booking system's list says.
//!
//! Invariants: it changes by acceptance (and its being taken back) and by import alone. An accepted value stays while
//! the list says what it said when it was accepted; anything else on the list wins and ends it, and what it ends is not
//! exported.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::appointments::{Unsaid, read, rewrite};
use super::whose::{Known, meant};
use super::{Store, bump};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::ids::PatientId;
use crate::domain::proposal::{Field, Value};

/// What staff accepted for one field of one person.
pub(super) struct Overlay {
    pub field: Field,
    pub value: Value,
    /// Everything that the list had in this field, over all visits of the person; one value as a rule. Empty once the
    /// list says the accepted value itself.
    pub base: Vec<Value>,
}

/// What a list does to an accepted value.
#[derive(Debug, PartialEq, Eq)]
enum Effect {
    /// It says what it said, or speaks of something else.
    None,
    /// It says the accepted value itself, and nothing else.
    Agrees,
    /// It says something else.
    Contradicts,
}

impl Overlay {
    fn effect(&self, said: &[Value]) -> Effect {
        let is_accepted = |value: &Value| self.field.says_the_same(&self.value, value);
        let is_old = |value: &Value| self.base.iter().any(|base| self.field.says_the_same(base, value));
        if said.iter().any(|value| !is_old(value) && !is_accepted(value)) {
            Effect::Contradicts
        } else if !said.is_empty()
            && !self.base.is_empty()
            && said.iter().all(|value| is_accepted(value) && !is_old(value))
        {
            Effect::Agrees
        } else {
            Effect::None
        }
    }
}

/// What a list says where staff accepted something. The whole list is heard before any of it is taken, so that the
/// order of its lines means nothing.
pub struct Heard {
    /// What the list does not speak of, so that it contradicts nothing there.
    pub unsaid: Unsaid,
    /// By the booking system's number: who has it, and what was said of each field.
    people: HashMap<String, Vec<HeardOf>>,
}

/// Someone staff accepted a change for, and what a list says there.
struct HeardOf {
    who: Known,
    fields: Vec<(Field, Vec<Value>)>,
}

impl Heard {
    /// Whether nothing was accepted that a list could contradict.
    #[must_use]
    pub fn is_moot(&self) -> bool {
        self.people.is_empty()
    }

    /// Whether the list speaks of nothing that was accepted.
    fn says_nothing(&self) -> bool {
        self.people.values().flatten().flat_map(|one| &one.fields).all(|(_, said)| said.is_empty())
    }

    /// Hears one appointment of the list.
    pub fn hear(&mut self, appointment: &Appointment) {
        let Some(people) = self.people.get_mut(appointment.person.id.as_str()) else { return };
        // The same number is not the same person.
        let Some(id) = meant(people.iter().map(|one| &one.who), appointment).map(|one| one.id.clone()) else { return };
        let Some(one) = people.iter_mut().find(|one| one.who.id == id) else { return };
        for (field, said) in &mut one.fields {
            let value = appointment.value(*field);
            if self.unsaid.speaks_of(*field) && !said.contains(&value) {
                said.push(value);
            }
        }
    }
}

impl Store {
    /// What staff accepted, ready to hear a list.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn listen(&self) -> Result<Heard, DeskError> {
        listen(&self.conn)
    }

    /// Ends what a list contradicts, and notes it for what was not exported yet.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is ended.
    pub fn end_contradicted(&mut self, heard: &Heard, now: Timestamp) -> Result<(), DeskError> {
        if heard.says_nothing() {
            return Ok(());
        }
        let tx = self.write()?;
        end_contradicted(&tx, heard, now)?;
        tx.commit()
    }
}

/// As [`Store::listen`], also inside a transaction.
pub(super) fn listen(conn: &Connection) -> Result<Heard, DeskError> {
    let mut statement = conn.prepare("SELECT DISTINCT patient_id FROM chart")?;
    let mut people = HashMap::new();
    for patient in statement.query_map([], |row| row.get::<_, String>(0))? {
        let patient = patient?;
        let fields = overlays(conn, &patient)?.into_iter().map(|overlay| (overlay.field, Vec::new())).collect();
        let who = Known::of_person(conn, &PatientId::new(patient))?;
        people.entry(who.number().to_owned()).or_insert_with(Vec::new).push(HeardOf { who, fields });
    }
    Ok(Heard { unsaid: Unsaid::default(), people })
}

/// As [`Store::end_contradicted`], inside a transaction.
pub(super) fn end_contradicted(tx: &Connection, heard: &Heard, now: Timestamp) -> Result<(), DeskError> {
    let people = heard.people.values().flatten();
    let fields = people.flat_map(|one| one.fields.iter().map(|(field, said)| (one.who.id.as_str(), *field, said)));
    for (patient, field, said) in fields.filter(|(.., said)| !said.is_empty()) {
        // As it is by now: staff may have decided something while the list was read.
        let Some(overlay) = overlay(tx, patient, field)? else { continue };
        match overlay.effect(said) {
            Effect::None => continue,
            Effect::Agrees => {
                set(tx, patient, overlay.field, Some((&overlay.value, &[])))?;
                continue;
            }
            Effect::Contradicts => {}
        }
        set(tx, patient, overlay.field, None)?;
        let noted = tx.execute(
            "INSERT INTO contradicted_change(revision, at)
             SELECT p.decided_revision, ?3 FROM proposal p JOIN staff_action s ON s.revision = p.decided_revision
             WHERE p.decision = 'accepted' AND p.field = ?2 AND json_extract(s.detail, '$.patient') = ?1
             AND p.decided_revision NOT IN (SELECT revision FROM exported_change) ON CONFLICT DO NOTHING",
            params![patient, overlay.field.code(), now.to_string()],
        )?;
        if noted > 0 {
            // Pages show it.
            bump(tx)?;
        }
    }
    Ok(())
}

/// The appointment of a list with what staff accepted for this person, if there is anything.
pub(super) fn overlaid(conn: &Connection, appointment: &Appointment) -> Result<Option<Appointment>, DeskError> {
    let overlays = overlays(conn, appointment.person.id.as_str())?;
    if overlays.is_empty() {
        return Ok(None);
    }
    let mut overlaid = appointment.clone();
    for overlay in overlays {
        // A list that says it itself may say more, such as a payer's code.
        let is_said =
            overlay.base.is_empty() && overlay.field.says_the_same(&overlay.value, &appointment.value(overlay.field));
        if !is_said {
            overlaid.set_value(overlay.field, overlay.value);
        }
    }
    Ok(Some(overlaid))
}

/// What staff accepted for one field, if it still counts.
pub(super) fn overlay(conn: &Connection, patient: &str, field: Field) -> Result<Option<Overlay>, DeskError> {
    Ok(overlays(conn, patient)?.into_iter().find(|overlay| overlay.field == field))
}

/// Sets what staff accepted for a field, or ends it.
pub(super) fn set(
    conn: &Connection,
    patient: &str,
    field: Field,
    overlay: Option<(&Value, &[Value])>,
) -> Result<(), DeskError> {
    match overlay {
        Some((value, base)) => conn.execute(
            "INSERT INTO chart(patient_id, field, value, base) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(patient_id, field) DO UPDATE SET value = excluded.value, base = excluded.base",
            params![patient, field.code(), json(value)?, json(&base)?],
        )?,
        None => {
            conn.execute("DELETE FROM chart WHERE patient_id = ?1 AND field = ?2", params![patient, field.code()])?
        }
    };
    Ok(())
}

/// Puts a value into every visit of the person, as `choose` says from what is there; kiosks hear of each that changed.
/// Answers what was there, by visit.
pub(super) fn put(
    conn: &Connection,
    patient: &str,
    field: Field,
    choose: impl Fn(&str, &Value) -> Option<Value>,
) -> Result<BTreeMap<String, Value>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT id, body FROM appointment WHERE patient_id = ?1 ORDER BY id")?;
    let bodies: Vec<(String, String)> =
        statement.query_map([patient], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut before = BTreeMap::new();
    for (id, body) in bodies {
        let mut appointment = read(&body)?;
        let was = appointment.value(field);
        if let Some(value) = choose(&id, &was)
            && value != was
            && appointment.set_value(field, value)
        {
            rewrite(conn, &appointment)?;
        }
        before.insert(id, was);
    }
    Ok(before)
}

pub(super) fn overlays(conn: &Connection, patient: &str) -> Result<Vec<Overlay>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT field, value, base FROM chart WHERE patient_id = ?1")?;
    let rows: Vec<(String, String, String)> =
        statement.query_map([patient], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let broken = || DeskError::Unreadable("an accepted value");
    rows.into_iter()
        .map(|(field, value, base)| {
            Ok(Overlay {
                field: Field::from_code(&field).ok_or_else(broken)?,
                value: serde_json::from_str(&value).map_err(|_| broken())?,
                base: serde_json::from_str(&base).map_err(|_| broken())?,
            })
        })
        .collect()
}

fn json(value: &impl serde::Serialize) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|_| DeskError::Unreadable("an accepted value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_contradicts_what_it_neither_said_before_nor_says_as_it_was_accepted() {
        let value = |text: &&str| Value::Text((*text).into());
        for (base, said, effect) in [
            (&["old"][..], &[][..], Effect::None),
            (&["old"], &["old"], Effect::None),
            (&["old", "older"], &["older"], Effect::None),
            (&["old"], &["new"], Effect::Agrees),
            // On its way into the record system.
            (&["old"], &["new", "old"], Effect::None),
            (&["old"], &["third"], Effect::Contradicts),
            (&["old"], &["old", "new", "third"], Effect::Contradicts),
            // It said the value itself before.
            (&[], &["new"], Effect::None),
            (&[], &["old"], Effect::Contradicts),
            // Accepted, changed by another acceptance, and accepted again.
            (&["new"], &["new"], Effect::None),
        ] {
            let overlay = Overlay { field: Field::Phone, value: value(&"new"), base: base.iter().map(value).collect() };
            assert_eq!(overlay.effect(&said.iter().map(value).collect::<Vec<_>>()), effect, "{base:?} {said:?}");
        }
    }
}
