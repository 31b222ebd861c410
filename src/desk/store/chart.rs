//! The chart: what staff accepted, laid over what the booking system's list says.
//!
//! Invariant: it changes by acceptance (and its being taken back) and by import alone. An accepted value stays while the list
//! says what it said when it was accepted; anything else on the list wins and ends it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::error::DeskError;
use super::appointments::{Unsaid, read, rewrite};
use crate::domain::appointment::Appointment;
use crate::domain::proposal::{Field, Value};

/// What staff accepted for one field of one person.
pub(super) struct Overlay {
    pub field: Field,
    pub value: Value,
    /// Everything that the list had in this field, over all visits of the person; one value as a rule.
    pub base: Vec<Value>,
}

/// Ends what the list contradicts. Looked at for a whole list before any of it is taken, so that the order of its lines means nothing.
pub(super) fn end_contradicted(conn: &Connection, list: &[Appointment], unsaid: Unsaid) -> Result<(), DeskError> {
    if is_empty(conn)? {
        return Ok(());
    }
    for appointment in list {
        let person = &appointment.person;
        for overlay in overlays(conn, person.id.as_str())? {
            if unsaid.speaks_of(overlay.field) && !overlay.base.iter().any(|base| base.says_the_same(&appointment.value(overlay.field))) {
                set(conn, person.id.as_str(), overlay.field, None)?;
            }
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
        overlaid.set_value(overlay.field, overlay.value);
    }
    Ok(Some(overlaid))
}

/// What staff accepted for one field, if it still counts.
pub(super) fn overlay(conn: &Connection, patient: &str, field: Field) -> Result<Option<Overlay>, DeskError> {
    Ok(overlays(conn, patient)?.into_iter().find(|overlay| overlay.field == field))
}

/// Sets what staff accepted for a field, or ends it.
pub(super) fn set(conn: &Connection, patient: &str, field: Field, overlay: Option<(&Value, &[Value])>) -> Result<(), DeskError> {
    match overlay {
        Some((value, base)) => conn.execute(
            "INSERT INTO chart(patient_id, field, value, base) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(patient_id, field) DO UPDATE SET value = excluded.value, base = excluded.base",
            params![patient, field.code(), json(value)?, json(&base)?],
        )?,
        None => conn.execute("DELETE FROM chart WHERE patient_id = ?1 AND field = ?2", params![patient, field.code()])?,
    };
    Ok(())
}

/// Puts a value into every visit of the person, as `choose` says from what is there; kiosks hear of each that changed. Answers what
/// was there, by visit.
pub(super) fn put(
    conn: &Connection,
    patient: &str,
    field: Field,
    choose: impl Fn(&str, &Value) -> Option<Value>,
) -> Result<BTreeMap<String, Value>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT id, body FROM appointment WHERE patient_id = ?1 ORDER BY id")?;
    let bodies: Vec<(String, String)> = statement.query_map([patient], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
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

fn is_empty(conn: &Connection) -> Result<bool, DeskError> {
    Ok(conn.query_row("SELECT 1 FROM chart LIMIT 1", [], |_| Ok(())).optional()?.is_none())
}

fn overlays(conn: &Connection, patient: &str) -> Result<Vec<Overlay>, DeskError> {
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
