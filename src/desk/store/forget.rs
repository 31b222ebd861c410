//! Taking out what the desk holds of people: whole old days, and one patient.
//!
//! Invariants: an event that is forgotten keeps its place, its number and its time, so that its kiosk goes on as
//! before, and says nothing any more; whatever followed from it goes with it, so that what remains can be rebuilt and
//! is the same; an event and the visits that it speaks of are forgotten together or not at all, also if the desk is
//! ended in the middle. No statement of a clean-up reads a table from its first row to its last. The audit stays.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::kiosks::forget_orders;
use super::marks::{Mark, mark_in};
use super::old_days::{Group, Old};
use super::{BUSY, Store, audit, changed, facts, int};
use crate::desk::base::error::DeskError;

/// What is done in one go: some milliseconds, so that no one waits.
const AT_ONCE: usize = 100;
/// Kiosks that were away for so long get everything again anyway.
const REMOVED_DAYS: i64 = 90;
/// So long the whole desk waits for someone who reads the file, at most, when its journal is cut.
const CUT_WAITS: Duration = Duration::from_millis(100);

/// An event by its kiosk and its position in that kiosk's log.
pub(super) type EventKey = (String, i64);

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

/// What came of taking out a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// There is more.
    More,
    /// That was the last.
    Last,
    /// The mark was taken back: nothing of this slice was taken out.
    TakenBack,
}

/// What follows from an event, each by the event's kiosk and number.
const OF_EVENT: [&str; 12] = [
    facts::FORGET_EVENT,
    "DELETE FROM exported_change WHERE revision IN (SELECT revision FROM staff_action WHERE kiosk = ?1 AND seq = ?2)",
    "DELETE FROM contradicted_change WHERE revision IN (SELECT revision FROM staff_action
     WHERE kiosk = ?1 AND seq = ?2)",
    "DELETE FROM staff_action WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM card_photo_piece WHERE photo IN (SELECT id FROM card_photo WHERE kiosk = ?1 AND seq = ?2)",
    "DELETE FROM card_photo WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM ticket WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM reason WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM kiosk_try WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM refused_code WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM proposal WHERE kiosk = ?1 AND seq = ?2",
    "DELETE FROM called_off_arrival WHERE kiosk = ?1 AND seq = ?2",
];
const EMPTY_EVENT: &str = "UPDATE kiosk_event SET removed_at = ?3, sum = NULL,
                           body = json_object('at', json_extract(body, '$.at')) WHERE kiosk = ?1 AND seq = ?2";

/// What there is of a visit, each by the visit's number.
const OF_VISIT: [&str; 12] = [
    facts::FORGET_VISIT,
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
];
const LISTED: &str = "DELETE FROM appointment WHERE id = ?1";
const IS_NEWER: &str = "SELECT 1 FROM visit WHERE appointment_id = ?1 AND revision > ?2";
/// Whose data it is, of an event and of an appointment.
const WHOSE_EVENT: &str = "SELECT DISTINCT patient_id FROM proposal WHERE kiosk = ?1 AND seq = ?2";
const WHOSE_VISIT: &str = "SELECT patient_id FROM appointment WHERE id = ?1";

/// What no one needs of a patient who has no appointment and no change left.
const OF_PATIENT: [&str; 4] = [
    facts::FORGET_PATIENT_IF_GONE,
    "DELETE FROM chart WHERE patient_id = ?1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.patient_id = ?1)
     AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.patient_id = ?1)",
    "DELETE FROM same_number WHERE first = ?1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.patient_id = ?1)",
    "DELETE FROM same_number WHERE second = ?1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.patient_id = ?1)",
];

/// What goes with the days before a date.
const OF_DAYS: [&str; 2] = ["DELETE FROM eligibility WHERE date < ?1", "DELETE FROM desk_ticket WHERE date < ?1"];

/// Reports that were too long, or that this version did not understand, of the days before a moment.
const OLD_REPORTS: &str = "DELETE FROM set_aside WHERE at < ?1";

/// What goes by itself, and after how many days.
const BY_TIME: [(&str, i64); 4] = [
    ("DELETE FROM removed_appointment WHERE at < ?1", REMOVED_DAYS),
    ("DELETE FROM sign_in_failure WHERE last_at < ?1", 7),
    ("DELETE FROM session WHERE used_at < ?1", 1),
    ("DELETE FROM on_it WHERE until < ?1", 1),
];

impl Store {
    /// Takes a slice of what is marked out, whole groups only; what someone has touched since it was looked for stays.
    /// It is overwritten in the file when the journal is cut.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_slice(&mut self, old: &mut Old, now: Timestamp) -> Result<Slice, DeskError> {
        let tx = self.write()?;
        // In the same transaction: who takes the mark back meanwhile is not overtaken.
        if mark_in(&tx)?.is_none_or(|mark| mark.before != old.before) {
            return Ok(Slice::TakenBack);
        }
        let (mut size, mut gone) = (0, Forgotten::default());
        while size < AT_ONCE
            && let Some(group) = old.groups.pop()
        {
            size += group.len();
            if is_newer(&tx, &group, old.revision)? {
                continue;
            }
            let patients = patients_of(&tx, &group)?;
            forget_events(&tx, &group.events, now)?;
            forget_visits(&tx, &group.visits)?;
            forget_visits(&tx, &group.appointments)?;
            for id in &group.appointments {
                tx.prepare_cached(LISTED)?.execute([id])?;
            }
            changed::forget(&tx, group.visits.iter().chain(&group.appointments))?;
            for patient in &patients {
                for sql in OF_PATIENT {
                    tx.prepare_cached(sql)?.execute([patient])?;
                }
            }
            gone.appointments += group.appointments.len();
            gone.visits += group.visits.len();
            gone.events += group.events.len();
        }
        let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        tx.execute(
            "UPDATE clean_up SET gone_appointments = gone_appointments + ?1, gone_visits = gone_visits + ?2,
             gone_events = gone_events + ?3",
            params![n(gone.appointments), n(gone.visits), n(gone.events)],
        )?;
        tx.commit()?;
        Ok(if old.groups.is_empty() { Slice::Last } else { Slice::More })
    }

    /// The end of a clean-up: what no one needs without those days, and its row in the audit. Answers how much was
    /// taken out in all, or nothing if the mark was taken back.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_clean_up(&mut self, by: &str, now: Timestamp) -> Result<Option<Mark>, DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        let Some(mark) = mark_in(&tx)? else { return Ok(None) };
        for sql in OF_DAYS {
            tx.execute(sql, [mark.before.to_string()])?;
        }
        if let Some(begin) = day.begin_of(mark.before) {
            forget_orders(&tx, "at < ?1", &begin.to_string())?;
            tx.execute(OLD_REPORTS, [begin.to_string()])?;
            tx.execute(facts::FORGET_OF_NO_ONE, [begin.to_string()])?;
        }
        tx.execute("DELETE FROM clean_up", [])?;
        let about = format!("{}, before {}", mark.gone, mark.before);
        audit::add(&tx, &audit::Entry { at: now, user: by, action: "clean-up", patient: "", about: &about })?;
        tx.commit()?;
        Ok(Some(mark))
    }

    /// Takes out what goes by itself after some days: ended sessions, wrong passwords and the like. Answers whether
    /// there was something.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_by_time(&mut self, now: Timestamp) -> Result<bool, DeskError> {
        let past = self.surely_past(now)?;
        let tx = self.write()?;
        let mut gone = 0;
        for (sql, days) in BY_TIME {
            let before = past.saturating_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
            gone += tx.execute(sql, [before.to_string()])?;
        }
        tx.commit()?;
        Ok(gone > 0)
    }

    /// Deleted pages are overwritten in the file only when the journal is written back, and old journal pages stay
    /// until it is cut. `false` if someone reads the file just then: try again in a moment.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn cut_journal(&self) -> Result<bool, DeskError> {
        // Anyone who reads may do so for long, and everyone at the desk would wait for them.
        self.conn.busy_timeout(CUT_WAITS)?;
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        self.conn.busy_timeout(BUSY)?;
        match busy {
            Ok(busy) => Ok(busy == 0),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Store::cut_journal`], once, with a line in the log if it could not be done.
    pub(super) fn erase_what_was_deleted(&self) {
        if !self.cut_journal().unwrap_or(false) {
            tracing::warn!("deleted data stays in the database's journal for now: another program is reading the file");
        }
    }
}

/// Whether someone has touched a group since it was found to be old.
fn is_newer(conn: &Connection, group: &Group, revision: u64) -> Result<bool, DeskError> {
    let mut statement = conn.prepare_cached(IS_NEWER)?;
    for id in group.visits.iter().chain(&group.appointments) {
        if statement.exists(params![id, int(revision)])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose data a group holds, by number.
fn patients_of(conn: &Connection, group: &Group) -> Result<BTreeSet<String>, DeskError> {
    let mut patients = BTreeSet::new();
    let mut of_event = conn.prepare_cached(WHOSE_EVENT)?;
    for (kiosk, seq) in &group.events {
        for patient in of_event.query_map(params![kiosk, seq], |row| row.get(0))? {
            patients.insert(patient?);
        }
    }
    let mut of_visit = conn.prepare_cached(WHOSE_VISIT)?;
    for id in &group.appointments {
        for patient in of_visit.query_map([id], |row| row.get(0))? {
            patients.insert(patient?);
        }
    }
    Ok(patients)
}

/// Empties events, and takes out whatever followed from them and what staff decided about them.
pub(super) fn forget_events(conn: &Connection, events: &[EventKey], now: Timestamp) -> Result<(), DeskError> {
    for (kiosk, seq) in events {
        for sql in OF_EVENT {
            conn.prepare_cached(sql)?.execute(params![kiosk, seq])?;
        }
        conn.prepare_cached(EMPTY_EVENT)?.execute(params![kiosk, seq, now.to_string()])?;
    }
    Ok(())
}

/// Takes out visits with what staff did about them; the events that speak of them go with [`forget_events`].
pub(super) fn forget_visits(conn: &Connection, visits: &[String]) -> Result<(), DeskError> {
    for id in visits {
        for sql in OF_VISIT {
            conn.prepare_cached(sql)?.execute([id])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::old_days::sql as old;
    use super::super::worked::{FIRST_DEED, FIRST_EVENT, LAST_DEED, LAST_EVENT};
    use super::*;

    /// What `EXPLAIN QUERY PLAN` says of a statement.
    fn plan(conn: &Connection, sql: &str) -> Vec<String> {
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        for n in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(n, "1").unwrap();
        }
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get(3).unwrap());
        }
        steps
    }

    #[test]
    fn no_statement_of_a_clean_up_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let orders = super::super::kiosks::FORGET_ORDERS.map(|sql| sql.replace("{which}", "at < ?1"));
        let mut all: Vec<&str> = vec![
            EMPTY_EVENT,
            OLD_REPORTS,
            facts::FORGET_OF_NO_ONE,
            facts::FORGET_PATIENT,
            LISTED,
            IS_NEWER,
            WHOSE_EVENT,
            WHOSE_VISIT,
            FIRST_EVENT,
            FIRST_DEED,
            LAST_EVENT,
            LAST_DEED,
        ];
        all.extend([
            old::EVENTS,
            old::REASONS,
            old::BY_HAND,
            old::IS_NEAR,
            old::LISTED,
            old::OPEN,
            old::TICKETS_OF_DAY,
            old::LISTED_OF_DAY,
        ]);
        all.extend([
            old::FIRST_EVENT,
            old::FIRST_DEED,
            old::SAID_LATER,
            old::DONE_LATER,
            old::REASON_LATER,
            old::WAITING,
            old::SPOKEN_OF,
        ]);
        all.push(changed::FORGET);
        all.extend(OF_EVENT.iter().chain(&OF_VISIT).chain(&OF_PATIENT).chain(&OF_DAYS));
        all.extend(BY_TIME.iter().map(|(sql, _)| *sql));
        all.extend(orders.iter().map(String::as_str));
        for sql in all {
            let steps = plan(&store.conn, sql);
            // The index of open visits holds these alone.
            let whole =
                steps.iter().filter(|step| step.contains("SCAN") && !step.contains("visit_open")).collect::<Vec<_>>();
            assert!(!steps.is_empty() && whole.is_empty(), "{sql}: {whole:?}");
        }
    }
}
