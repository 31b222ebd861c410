//! Taking out what the desk holds of people: whole old days, and one patient.
//!
//! Invariants: an event that is forgotten keeps its place, its number and its time, so that its kiosk goes on as before, and says nothing
//! any more; whatever followed from it goes with it, so that what remains can be rebuilt and is the same; an event and the visits that it
//! speaks of are forgotten together or not at all. The audit stays.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};
use serde_json::Value;

use super::super::error::DeskError;
use super::audit;
use super::kiosks::forget_orders;
use super::{Store, meta, set_meta};

/// What is done in one go: some milliseconds, so that nobody waits.
const AT_ONCE: usize = 200;
/// What kiosks and staff say of a day comes within so many days after it.
const LATE_DAYS: i64 = 45;
/// Kiosks that were away for so long get everything anew anyway.
const REMOVED_DAYS: i64 = 90;

/// The fact that says on which date old days were last looked for.
const LOOKED: &str = "cleaned_up";

/// An event by its kiosk and its position in that kiosk's log.
pub(super) type EventKey = (String, i64);

/// What is too old to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Old {
    /// The first day that is kept; none if there is no such day.
    pub before: Option<Date>,
    events: Vec<EventKey>,
    visits: Vec<String>,
    appointments: Vec<String>,
}

/// How much was taken out, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Appointments of the list.
    pub appointments: usize,
    /// Visits with what was done about them.
    pub visits: usize,
    /// Events of kiosks.
    pub events: usize,
}

impl std::fmt::Display for Forgotten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "appointments {}, visits {}, events {}", self.appointments, self.visits, self.events)
    }
}

impl Old {
    /// How much it is.
    #[must_use]
    pub fn count(&self) -> Forgotten {
        Forgotten { appointments: self.appointments.len(), visits: self.visits.len(), events: self.events.len() }
    }
}

/// The visits that an event speaks of.
pub(super) fn visits_of_event(body: &str) -> Result<Vec<String>, DeskError> {
    let body: Value = serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an event"))?;
    let event = body.get("event");
    let many = event.and_then(|event| event.get("appointments")).and_then(Value::as_array).into_iter().flatten();
    let one = event.and_then(|event| event.get("appointment"));
    Ok(many.chain(one).filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The visits for which an event gave a reason, whether it names them or their person.
fn visits_by_person(conn: &Connection, (kiosk, seq): &EventKey) -> Result<Vec<String>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT appointment_id FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id <> ''")?;
    Ok(statement.query_map(params![kiosk, seq], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The visits that something done by hand speaks of.
fn visits_by_hand(id: &str, detail: &str) -> Vec<String> {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let more = detail.get("visits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    more.chain([id]).map(str::to_owned).collect()
}

impl Store {
    /// Whether old days were looked for on this clinic date already; notes that they are now.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn is_clean_up_due(&mut self, now: Timestamp) -> Result<bool, DeskError> {
        let today = self.date_at(now).to_string();
        if meta(&self.conn, LOOKED)?.as_deref() == Some(today.as_str()) {
            return Ok(false);
        }
        let tx = self.write()?;
        set_meta(&tx, LOOKED, &today)?;
        tx.commit()?;
        Ok(true)
    }

    /// What is older than the settings keep, except what the record system still waits for.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn old_days(&self, now: Timestamp) -> Result<Old, DeskError> {
        let days = i64::from(self.settings()?.keep.visit_days);
        let date = self.date_at(now).saturating_sub(SignedDuration::from_hours(24 * days));
        let Ok(midnight) = date.to_zoned(self.zone.clone()) else { return Ok(Old::default()) };
        let (from, day) = (midnight.timestamp(), date.to_string());
        let tx = self.conn.unchecked_transaction()?;
        let mut kept = said_later(&tx, from)?;
        let waiting = waiting_events(&tx)?;
        let mut events: BTreeMap<EventKey, Vec<String>> = BTreeMap::new();
        let mut statement = tx.prepare("SELECT kiosk, seq, body FROM kiosk_event WHERE removed_at IS NULL AND received_at < ?1")?;
        let mut rows = statement.query([from.to_string()])?;
        while let Some(row) = rows.next()? {
            let key: EventKey = (row.get(0)?, row.get(1)?);
            let mut visits = visits_of_event(&row.get::<_, String>(2)?)?;
            // A stop may name the person alone: it is about their visits of that day.
            visits.extend(visits_by_person(&tx, &key)?);
            events.insert(key, visits);
        }
        // What staff did by hand says more than one visit too.
        let mut by_hand: Vec<Vec<String>> = Vec::new();
        let sql =
            "SELECT appointment_id, detail FROM staff_action WHERE at < ?1 AND appointment_id IS NOT NULL AND detail LIKE '%\"by_hand\"%'";
        let mut statement = tx.prepare(sql)?;
        let mut rows = statement.query([from.to_string()])?;
        while let Some(row) = rows.next()? {
            by_hand.push(visits_by_hand(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?));
        }
        let mut is_near = tx.prepare("SELECT 1 FROM appointment WHERE id = ?1 AND local_date >= ?2")?;
        for id in events.values().chain(&by_hand).flatten() {
            if !kept.contains(id) && is_near.exists([id, &day])? {
                kept.insert(id.clone());
            }
        }
        for (_, visits) in events.iter().filter(|(key, _)| waiting.contains(*key)) {
            kept.extend(visits.iter().cloned());
        }
        // Whoever shares an event or a deed with somebody who stays, stays.
        loop {
            let before = kept.len();
            for visits in events.values().chain(&by_hand) {
                if visits.iter().any(|id| kept.contains(id)) {
                    kept.extend(visits.iter().cloned());
                }
            }
            if kept.len() == before {
                break;
            }
        }
        events.retain(|key, visits| !waiting.contains(key) && !visits.iter().any(|id| kept.contains(id)));
        by_hand.retain(|visits| !visits.iter().any(|id| kept.contains(id)));
        let visits: BTreeSet<String> = events.values().chain(&by_hand).flatten().cloned().collect();
        let mut statement = tx.prepare("SELECT id FROM appointment WHERE local_date < ?1 ORDER BY local_date, id")?;
        let listed: Vec<String> = statement.query_map([&day], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut has_visit = tx.prepare("SELECT 1 FROM visit WHERE appointment_id = ?1")?;
        let mut appointments = Vec::new();
        for id in listed {
            if visits.contains(&id) || (!kept.contains(&id) && !has_visit.exists([&id])?) {
                appointments.push(id);
            }
        }
        Ok(Old { before: Some(date), events: events.into_keys().collect(), visits: visits.into_iter().collect(), appointments })
    }

    /// Takes a slice of it out. Answers whether there is more. What was taken out is overwritten in the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_slice(&mut self, old: &mut Old, now: Timestamp) -> Result<bool, DeskError> {
        let slice = |list: &mut Vec<String>| list.split_off(list.len().saturating_sub(AT_ONCE));
        let events = old.events.split_off(old.events.len().saturating_sub(AT_ONCE));
        let (visits, appointments) = (slice(&mut old.visits), slice(&mut old.appointments));
        let tx = self.write()?;
        forget_events(&tx, &events, now)?;
        forget_visits(&tx, &visits)?;
        forget_visits(&tx, &appointments)?;
        for id in &appointments {
            tx.prepare_cached("DELETE FROM appointment WHERE id = ?1")?.execute([id])?;
        }
        tx.commit()?;
        Ok(!(old.events.is_empty() && old.visits.is_empty() && old.appointments.is_empty()))
    }

    /// The end of a clean-up: what nobody needs without those days, and its row in the audit.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_clean_up(&mut self, what: Forgotten, before: Option<Date>, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let ago = |days: i64| now.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN).to_string();
        let zone = self.zone.clone();
        let tx = self.write()?;
        let mut gone = tx.execute(
            "DELETE FROM chart WHERE patient_id NOT IN (SELECT patient_id FROM appointment) AND patient_id NOT IN (SELECT patient_id FROM proposal)",
            [],
        )?;
        gone += tx.execute(
            "DELETE FROM same_number WHERE first NOT IN (SELECT patient_id FROM appointment) OR second NOT IN (SELECT patient_id FROM appointment)",
            [],
        )?;
        if let Some(before) = before {
            gone += tx.execute("DELETE FROM eligibility WHERE date < ?1", [before.to_string()])?;
            gone += tx.execute("DELETE FROM desk_ticket WHERE date < ?1", [before.to_string()])?;
            if let Ok(midnight) = before.to_zoned(zone) {
                gone += forget_orders(&tx, "at < ?1", &midnight.timestamp().to_string())?;
            }
        }
        gone += tx.execute("DELETE FROM removed_appointment WHERE at < ?1", [ago(REMOVED_DAYS)])?;
        gone += tx.execute("DELETE FROM sign_in_failure WHERE last_at < ?1", [ago(1)])?;
        gone += tx.execute("DELETE FROM session WHERE used_at < ?1", [ago(1)])?;
        gone += tx.execute("DELETE FROM on_it WHERE until < ?1", [ago(1)])?;
        if what != Forgotten::default() {
            let about = format!("{what}, before {}", before.map(|date| date.to_string()).unwrap_or_default());
            audit::add(&tx, &audit::Entry { at: now, user: by, action: "clean-up", patient: "", about: &about })?;
        }
        tx.commit()?;
        if gone > 0 || what != Forgotten::default() {
            self.erase_what_was_deleted();
        }
        Ok(())
    }

    /// Deleted pages are overwritten in the file only when the journal is written back, and old journal pages stay until it is cut.
    pub(super) fn erase_what_was_deleted(&self) {
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        if busy.as_ref().map_or(true, |busy| *busy != 0) {
            tracing::warn!("what was taken out stays in the desk's journal until the desk is stopped: somebody is reading the file");
        }
    }
}

/// Visits that kiosks or staff spoke of after the days that go.
fn said_later(conn: &Connection, from: Timestamp) -> Result<BTreeSet<String>, DeskError> {
    let until = from.saturating_add(SignedDuration::from_hours(24 * LATE_DAYS)).unwrap_or(Timestamp::MAX);
    let span = (from.to_string(), until.to_string());
    let mut kept = BTreeSet::new();
    let mut statement = conn.prepare("SELECT body FROM kiosk_event WHERE removed_at IS NULL AND received_at >= ?1 AND received_at < ?2")?;
    let mut rows = statement.query(params![span.0, span.1])?;
    while let Some(row) = rows.next()? {
        kept.extend(visits_of_event(&row.get::<_, String>(0)?)?);
    }
    let of_staff = "SELECT DISTINCT appointment_id FROM staff_action WHERE at >= ?1 AND at < ?2 AND appointment_id IS NOT NULL";
    let by_person = "SELECT DISTINCT r.appointment_id FROM kiosk_event e JOIN reason r ON r.kiosk = e.kiosk AND r.seq = e.seq
                     WHERE e.received_at >= ?1 AND e.received_at < ?2 AND r.appointment_id <> ''";
    for sql in [of_staff, by_person] {
        let mut statement = conn.prepare(sql)?;
        for id in statement.query_map(params![span.0, span.1], |row| row.get::<_, String>(0))? {
            kept.insert(id?);
        }
    }
    Ok(kept)
}

/// Events with a change that was accepted and that the record system still waits for.
fn waiting_events(conn: &Connection) -> Result<BTreeSet<EventKey>, DeskError> {
    let sql = "SELECT kiosk, seq FROM proposal WHERE decision = 'accepted' AND decided_revision NOT IN
               (SELECT revision FROM exported_change UNION ALL SELECT revision FROM contradicted_change)";
    let mut statement = conn.prepare(sql)?;
    let keys = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(keys)
}

/// Empties events, and takes out whatever followed from them and what staff decided about them.
pub(super) fn forget_events(conn: &Connection, events: &[EventKey], now: Timestamp) -> Result<(), DeskError> {
    for (kiosk, seq) in events {
        let which = params![kiosk, seq];
        let actions = "SELECT revision FROM staff_action WHERE kiosk = ?1 AND seq = ?2";
        for sql in [
            format!("DELETE FROM exported_change WHERE revision IN ({actions})"),
            format!("DELETE FROM contradicted_change WHERE revision IN ({actions})"),
            "DELETE FROM staff_action WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM card_photo_piece WHERE photo IN (SELECT id FROM card_photo WHERE kiosk = ?1 AND seq = ?2)".to_owned(),
            "DELETE FROM card_photo WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM ticket WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM reason WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM kiosk_try WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM refused_code WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM proposal WHERE kiosk = ?1 AND seq = ?2".to_owned(),
            "DELETE FROM called_off_arrival WHERE kiosk = ?1 AND seq = ?2".to_owned(),
        ] {
            conn.prepare_cached(&sql)?.execute(which)?;
        }
        conn.prepare_cached(
            "UPDATE kiosk_event SET removed_at = ?3, sum = NULL, body = json_object('at', json_extract(body, '$.at')) WHERE kiosk = ?1 AND seq = ?2",
        )?
        .execute(params![kiosk, seq, now.to_string()])?;
    }
    Ok(())
}

/// Takes out visits with what staff did about them; the events that speak of them go with [`forget_events`].
pub(super) fn forget_visits(conn: &Connection, visits: &[String]) -> Result<(), DeskError> {
    for id in visits {
        for sql in [
            "DELETE FROM staff_action WHERE appointment_id = ?1",
            "DELETE FROM visit_step WHERE appointment_id = ?1",
            "DELETE FROM visit_note WHERE appointment_id = ?1",
            "DELETE FROM on_it WHERE appointment_id = ?1",
            "DELETE FROM booking_step WHERE appointment_id = ?1",
            "DELETE FROM booking_ended WHERE appointment_id = ?1",
            "DELETE FROM booking WHERE appointment_id = ?1",
            "DELETE FROM message WHERE appointment_id = ?1",
            "DELETE FROM reason WHERE appointment_id = ?1",
            "DELETE FROM ticket WHERE appointment_id = ?1",
            "DELETE FROM visit WHERE appointment_id = ?1",
        ] {
            conn.prepare_cached(sql)?.execute([id])?;
        }
    }
    Ok(())
}
