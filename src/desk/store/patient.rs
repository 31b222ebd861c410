//! Everything that the desk holds of one patient: handed out, or taken out.
//!
//! Invariants: nobody is taken out who has a visit today; what is taken out is overwritten in the file; kiosks are told of each
//! appointment that is gone; the audit keeps the patient's number, and that it was done.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql};
use serde_json::{Map, Value};

use super::super::error::DeskError;
use super::super::secret::to_hex;
use super::forget::{EventKey, Forgotten, forget_events, forget_visits, visits_of_event};
use super::{Store, audit, bump, int};

/// What came of taking somebody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Everything is gone.
    Done(Forgotten),
    /// The desk holds nothing of this number.
    Nobody,
    /// There is a visit today, which somebody may be in the middle of.
    HereToday,
}

/// What there is of a patient.
struct Held {
    /// On the list, or said by a kiosk.
    visits: BTreeSet<String>,
    events: Vec<(EventKey, String, String)>,
    /// Whether one of the events speaks of somebody else's visit too.
    is_shared: bool,
}

impl Store {
    /// Everything that the desk holds of a patient, as JSON in the shape that docs/privacy.md describes; none if it holds nothing.
    /// `patient`: the patient's number, or that of a request without an appointment.
    ///
    /// # Errors
    /// If the file cannot be read or written: that it was handed out is in the audit.
    pub fn export_patient(&mut self, patient: &str, by: &str, now: Timestamp) -> Result<Option<Value>, DeskError> {
        let tx = self.write()?;
        let Some(held) = held(&tx, patient)? else { return Ok(None) };
        audit::add(&tx, &audit::Entry { at: now, user: by, action: "patient-exported", patient, about: "" })?;
        let ids = serde_json::to_string(&held.visits).map_err(|_| DeskError::Unreadable("a visit"))?;
        let keys: Vec<Value> = held.events.iter().map(|((kiosk, seq), ..)| serde_json::json!([kiosk, seq])).collect();
        let keys = Value::Array(keys).to_string();
        let of_visits = "appointment_id IN (SELECT value FROM json_each(?1))";
        let of_events = "(kiosk, seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";
        let events = held.events.iter().map(|((kiosk, seq), received, body)| {
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            serde_json::json!({"kiosk": kiosk, "seq": seq, "received_at": received, "event": body})
        });
        let mut all = Map::new();
        let mut put = |name: &str, rows: Vec<Value>| all.insert(name.to_owned(), Value::Array(rows));
        put("appointments", rows(&tx, "SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at, id", &[&patient])?);
        put("visits", rows(&tx, &format!("SELECT * FROM visit WHERE {of_visits} ORDER BY appointment_id"), &[&ids])?);
        put("kiosk_events", events.collect());
        put("changes", rows(&tx, &format!("SELECT * FROM proposal WHERE {of_events} ORDER BY kiosk, seq, field"), &[&keys])?);
        let actions = format!(
            "SELECT * FROM staff_action WHERE {of_visits} UNION ALL SELECT * FROM staff_action WHERE {} ORDER BY revision",
            of_events.replace("?1", "?2")
        );
        put("staff_actions", rows(&tx, &actions, &[&ids, &keys])?);
        put("notes", rows(&tx, &format!("SELECT * FROM visit_note WHERE {of_visits} ORDER BY revision"), &[&ids])?);
        put("bookings", rows(&tx, &format!("SELECT * FROM booking WHERE {of_visits} ORDER BY appointment_id"), &[&ids])?);
        put("messages", rows(&tx, &format!("SELECT * FROM message WHERE {of_visits} ORDER BY id"), &[&ids])?);
        put("accepted", rows(&tx, "SELECT field, value, base FROM chart WHERE patient_id = ?1 ORDER BY field", &[&patient])?);
        put("payers_answers", rows(&tx, "SELECT answer, date, at FROM eligibility WHERE patient_id = ?1 ORDER BY at", &[&patient])?);
        let photos =
            "SELECT p.kiosk, p.seq, p.field, p.side, q.at_byte, q.body AS hex FROM card_photo p JOIN card_photo_piece q ON q.photo = p.id
             WHERE (p.kiosk, p.seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) ORDER BY p.id, q.at_byte";
        put("photo_pieces", rows(&tx, photos, &[&keys])?);
        put("audit", rows(&tx, "SELECT n, at, user_name, action, about FROM audit WHERE patient_id = ?1 ORDER BY n", &[&patient])?);
        all.insert("patient".to_owned(), patient.into());
        all.insert("exported_at".to_owned(), now.to_string().into());
        tx.commit()?;
        Ok(Some(Value::Object(all)))
    }

    /// Takes out everything that the desk holds of a patient, but for the audit. `patient` as for [`Store::export_patient`].
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is taken out.
    pub fn remove_patient(&mut self, patient: &str, by: &str, now: Timestamp) -> Result<Removal, DeskError> {
        let today = self.date_at(now).to_string();
        let tx = self.write()?;
        let Some(held) = held(&tx, patient)? else { return Ok(Removal::Nobody) };
        let ids: Vec<String> = held.visits.iter().cloned().collect();
        let json = serde_json::to_string(&ids).map_err(|_| DeskError::Unreadable("a visit"))?;
        let is_today = "SELECT 1 FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM appointment WHERE id = j.value AND local_date = ?2)
                        OR EXISTS (SELECT 1 FROM visit WHERE appointment_id = j.value AND ticket_date = ?2)
                        OR EXISTS (SELECT 1 FROM reason WHERE appointment_id = j.value AND date = ?2)";
        if tx.prepare(is_today)?.exists([&json, &today])? {
            return Ok(Removal::HereToday);
        }
        let events: Vec<EventKey> = held.events.iter().map(|(key, ..)| key.clone()).collect();
        forget_events(&tx, &events, now)?;
        forget_visits(&tx, &ids)?;
        let mut appointments = 0;
        for id in &ids {
            if tx.execute("DELETE FROM appointment WHERE id = ?1", [id])? > 0 {
                appointments += 1;
                let n = int(bump(&tx)?);
                tx.execute(
                    "INSERT INTO removed_appointment(id, revision, at) VALUES (?1, ?2, ?3)
                     ON CONFLICT(id) DO UPDATE SET revision = excluded.revision, at = excluded.at",
                    (id, n, now.to_string()),
                )?;
            }
        }
        tx.execute("DELETE FROM chart WHERE patient_id = ?1", [patient])?;
        tx.execute("DELETE FROM eligibility WHERE patient_id = ?1", [patient])?;
        bump(&tx)?;
        let gone = Forgotten { appointments, visits: ids.len(), events: events.len() };
        audit::add(&tx, &audit::Entry { at: now, user: by, action: "patient-removed", patient, about: &gone.to_string() })?;
        tx.commit()?;
        if held.is_shared {
            // What an event said of somebody else went with it.
            self.rebuild_visits()?;
        }
        self.erase_what_was_deleted();
        Ok(Removal::Done(gone))
    }
}

fn held(conn: &Connection, patient: &str) -> Result<Option<Held>, DeskError> {
    let sql = "SELECT id FROM appointment WHERE patient_id = ?1
               UNION SELECT t.appointment_id FROM ticket t WHERE t.patient_id = ?1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = t.appointment_id)
               UNION SELECT appointment_id FROM visit WHERE appointment_id = ?1 AND walk_in IS NOT NULL";
    let mut statement = conn.prepare(sql)?;
    let visits: BTreeSet<String> = statement.query_map([patient], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let (mut events, mut is_shared) = (Vec::new(), false);
    let mut statement = conn.prepare("SELECT kiosk, seq, received_at, body FROM kiosk_event WHERE removed_at IS NULL ORDER BY revision")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(3)?;
        // Most events are of others; their numbers are not in the text at all.
        if !body.contains(patient) && !visits.iter().any(|id| body.contains(id.as_str())) {
            continue;
        }
        let about = visits_of_event(&body)?;
        let whose: Value = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
        let is_theirs = whose.get("event").and_then(|event| event.get("patient")).and_then(Value::as_str) == Some(patient);
        if is_theirs || about.iter().any(|id| visits.contains(id)) {
            is_shared |= about.iter().any(|id| !visits.contains(id));
            events.push(((row.get(0)?, row.get(1)?), row.get(2)?, body));
        }
    }
    let has_more = "SELECT 1 FROM chart WHERE patient_id = ?1 UNION ALL SELECT 1 FROM eligibility WHERE patient_id = ?1";
    let is_known = !visits.is_empty() || !events.is_empty() || conn.prepare(has_more)?.exists([patient])?;
    Ok((is_known && !patient.is_empty()).then_some(Held { visits, events, is_shared }))
}

/// Rows as objects: columns that hold JSON as what it says, bytes as hexadecimal digits.
fn rows(conn: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Value>, DeskError> {
    let mut statement = conn.prepare(sql)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = statement.query(values)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut object = Map::new();
        for (at, name) in names.iter().enumerate() {
            let value = match row.get_ref(at)? {
                ValueRef::Null => continue,
                ValueRef::Integer(n) => n.into(),
                ValueRef::Real(n) => n.into(),
                ValueRef::Blob(bytes) => to_hex(bytes).into(),
                ValueRef::Text(text) => {
                    let text = String::from_utf8_lossy(text);
                    let is_json = text.starts_with(['{', '[', '"']);
                    serde_json::from_str(&text).ok().filter(|_| is_json).unwrap_or_else(|| Value::String(text.into_owned()))
                }
            };
            object.insert(name.clone(), value);
        }
        rows.push(match (names.len(), object.remove("body")) {
            (1, Some(body)) => body,
            (_, Some(body)) => {
                object.insert("body".to_owned(), body);
                Value::Object(object)
            }
            _ => Value::Object(object),
        });
    }
    Ok(rows)
}
