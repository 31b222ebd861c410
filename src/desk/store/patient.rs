//! Everything that the desk holds of one patient: handed out, or taken out.
//!
//! Invariants: no one is taken out who has a visit today, whose changes wait for a decision, or who is being sent a
//! message; what is taken out is overwritten in the file; kiosks are told of each appointment that is gone; the audit
//! keeps the patient's number, that it was done, and who asked.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use serde_json::{Map, Value};

use super::forget::{EventKey, Forgotten, forget_events, forget_visits};
use super::holdings::{Held, Hindrance, OF_EVENTS, OF_VISITS, held, hindrances};
use super::kiosks::forget_orders;
use super::same_number;
use super::{ReadOnly, Store, aside, audit, bump, changed, facts, int, whole};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::to_hex;
use crate::domain::private::Private;

/// What came of taking someone out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Everything is gone.
    Done(Forgotten),
    /// The desk holds nothing of this number.
    Nobody,
    /// Not now, and why; there is at least one reason.
    NotNow(Vec<Hindrance>),
}

impl Store {
    /// Notes in the audit that everything about a patient is handed out. `why`: who asked for it, and how that was
    /// checked.
    ///
    /// # Errors
    /// If the file cannot be written; then no one should get it.
    pub fn note_export(&mut self, held: &Held, why: &Private, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        audit::add(
            &tx,
            &audit::Entry {
                at: now,
                user: by,
                action: "patient-exported",
                patient: &held.patient,
                about: why.as_str(),
            },
        )?;
        tx.commit()
    }

    /// Takes out everything that the desk holds of a patient, but for the audit; the journal is to be cut then.
    /// `earlier`: what was found of them a moment ago, so that no one waits while it is looked for again. `why` as
    /// for [`Store::note_export`].
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is taken out.
    pub fn remove_patient(
        &mut self,
        earlier: &Held,
        why: &Private,
        by: &str,
        now: Timestamp,
    ) -> Result<Removal, DeskError> {
        let today = self.date_at(now);
        let patient = earlier.patient.as_str();
        let tx = self.write()?;
        let Some(held) = held(&tx, patient, Some(earlier))? else { return Ok(Removal::Nobody) };
        let (hindrances, _) = hindrances(&tx, &held, today)?;
        if !hindrances.is_empty() {
            return Ok(Removal::NotNow(hindrances));
        }
        let ids: Vec<String> = held.visits.iter().cloned().collect();
        let events: Vec<EventKey> = held.events.iter().map(|(key, ..)| key.clone()).collect();
        forget_events(&tx, &events, now)?;
        forget_visits(&tx, &ids)?;
        let mut appointments = 0;
        for id in &ids {
            forget_orders(&tx, "appointment_id = ?1", id)?;
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
        changed::forget(&tx, ids.iter())?;
        tx.execute("DELETE FROM chart WHERE patient_id = ?1", [patient])?;
        tx.execute("DELETE FROM eligibility WHERE patient_id = ?1", [patient])?;
        tx.execute(facts::FORGET_PATIENT, [patient])?;
        same_number::forget(&tx, patient)?;
        aside::forget_naming(&tx, &held.numbers())?;
        bump(&tx)?;
        let gone = Forgotten { appointments, visits: ids.len(), events: events.len() };
        let about = format!("{gone}: {}", why.as_str());
        audit::add(&tx, &audit::Entry { at: now, user: by, action: "patient-removed", patient, about: &about })?;
        tx.commit()?;
        if held.is_shared {
            // What an event said of someone else went with it.
            self.rebuild_visits()?;
        }
        Ok(Removal::Done(gone))
    }
}

impl ReadOnly {
    /// Everything that the desk holds of a patient, as JSON in the shape that docs/privacy.md describes.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn export_patient(&mut self, held: &Held, now: Timestamp) -> Result<Value, DeskError> {
        let tx = self.conn.transaction()?;
        let patient = held.patient.as_str();
        let (ids, keys) = (held.visits_json()?, held.events_json());
        let events = held.events.iter().map(|((kiosk, seq), received, body)| {
            let event: Value = serde_json::from_str(body).unwrap_or_default();
            let sum: Option<Option<String>> = tx
                .prepare_cached("SELECT sum FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2 AND removed_at IS NULL")?
                .query_row(params![kiosk, seq], |row| row.get(0))
                .optional()?;
            let mut said = serde_json::json!({"kiosk": kiosk, "seq": seq, "received_at": received, "event": event});
            if sum.is_some_and(|sum| !whole::is_as_taken(kiosk, *seq, received, body, sum.as_deref())) {
                tracing::error!(%kiosk, seq, "an event differs from what the kiosk reported; the export says so");
                if let Some(said) = said.as_object_mut() {
                    said.insert("is_damaged".to_owned(), true.into());
                }
            }
            Ok(said)
        });
        let mut all = Map::new();
        let mut put = |name: &str, rows: Vec<Value>| all.insert(name.to_owned(), Value::Array(rows));
        put(
            "appointments",
            rows(&tx, "SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at, id", &[&patient])?,
        );
        put("visits", rows(&tx, &format!("SELECT * FROM visit WHERE {OF_VISITS} ORDER BY appointment_id"), &[&ids])?);
        put("kiosk_events", events.collect::<Result<_, DeskError>>()?);
        put(
            "changes",
            rows(&tx, &format!("SELECT * FROM proposal WHERE {OF_EVENTS} ORDER BY kiosk, seq, field"), &[&keys])?,
        );
        let actions = format!(
            "SELECT * FROM staff_action WHERE {OF_VISITS} UNION ALL SELECT * FROM staff_action WHERE {}
             ORDER BY revision",
            OF_EVENTS.replace("?1", "?2")
        );
        put("staff_actions", rows(&tx, &actions, &[&ids, &keys])?);
        put("notes", rows(&tx, &format!("SELECT * FROM visit_note WHERE {OF_VISITS} ORDER BY revision"), &[&ids])?);
        put(
            "bookings",
            rows(&tx, &format!("SELECT * FROM booking WHERE {OF_VISITS} ORDER BY appointment_id"), &[&ids])?,
        );
        let told =
            format!("SELECT * FROM fact WHERE {OF_VISITS} UNION SELECT * FROM fact WHERE patient_id = ?2 ORDER BY n");
        put("facts", rows(&tx, &told, &[&ids, &patient])?);
        put("messages", rows(&tx, &format!("SELECT * FROM message WHERE {OF_VISITS} ORDER BY id"), &[&ids])?);
        put(
            "kiosk_orders",
            rows(&tx, &format!("SELECT * FROM kiosk_order WHERE {OF_VISITS} ORDER BY kiosk, n"), &[&ids])?,
        );
        put(
            "accepted",
            rows(&tx, "SELECT field, value, base FROM chart WHERE patient_id = ?1 ORDER BY field", &[&patient])?,
        );
        put(
            "payers_answers",
            rows(&tx, "SELECT answer, date, at FROM eligibility WHERE patient_id = ?1 ORDER BY at", &[&patient])?,
        );
        let photos = "SELECT p.kiosk, p.seq, p.field, p.side, q.at_byte, q.body AS hex FROM card_photo p
                      JOIN card_photo_piece q ON q.photo = p.id
                      WHERE (p.kiosk, p.seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))
                      ORDER BY p.id, q.at_byte";
        put("photo_pieces", rows(&tx, photos, &[&keys])?);
        let kept = aside::naming(&tx, &held.numbers())?.into_iter().map(|kept| {
            let event = serde_json::from_str(&kept.body).unwrap_or(Value::String(kept.body));
            serde_json::json!({"kiosk": kept.kiosk, "seq": kept.seq, "received_at": kept.received_at, "event": event})
        });
        put("not_understood", kept.collect());
        put(
            "audit",
            rows(
                &tx,
                "SELECT n, at, user_name, action, about FROM audit WHERE patient_id = ?1 ORDER BY n",
                &[&patient],
            )?,
        );
        all.insert("patient".to_owned(), patient.into());
        all.insert("exported_at".to_owned(), now.to_string().into());
        Ok(Value::Object(all))
    }
}

/// Rows as objects: columns that hold JSON as what it says, bytes as hexadecimal digits.
fn rows(conn: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Value>, DeskError> {
    let mut statement = conn.prepare(sql)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
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
                    serde_json::from_str(&text)
                        .ok()
                        .filter(|_| is_json)
                        .unwrap_or_else(|| Value::String(text.into_owned()))
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
