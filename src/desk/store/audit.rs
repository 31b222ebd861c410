//! Who viewed or changed what about which patient, and when: rows that are only ever added, each chained to the one
//! before it.
//!
//! Invariants: a change and its row are one transaction, so there is never one without the other; what is recorded as a
//! staff action gets its row when its transaction ends, no matter who wrote it ([`catch_up`]); a row holds the
//! patient's number and nothing else of a person; rows are numbered from 1 without a gap, and each row's hash covers
//! the hash of the row before it.

use std::collections::{BTreeMap, BTreeSet};

use blake2::{Blake2s256, Digest};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::open::STATES;
use super::proposals::{ChangeKey, person_of};
use super::{Store, appointments, int, sortable, timestamp};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::to_hex;
use crate::domain::identity::fold_name;
use crate::domain::ids::{AppointmentId, PatientId};

/// Who did it, if it was a command at the desk's machine. No user can have such a name.
pub const COMMAND: &str = "(command)";
/// Who did it, if it was the desk itself, as each day's clean-up is.
pub const DESK: &str = "(desk)";
/// Who did it, if it came with a list of the booking system.
pub const IMPORT: &str = "(import)";
/// Someone who has the day's list or a person's page open is noted again after this many minutes, not at every refresh.
const NOTED_AGAIN_MINUTES: i64 = 15;
/// People a search by name may mean at the same time.
const PEOPLE_MAX: usize = 50;

/// What is about to be noted.
pub(super) struct Entry<'a> {
    pub at: Timestamp,
    pub user: &'a str,
    /// What was done, as a code: `saw-changes`, `change-accept`.
    pub action: &'a str,
    /// The patient's number; empty if it is about no one, or about someone no one knows.
    pub patient: &'a str,
    /// What it was about, as numbers: `appointment apt-1`. Never what a person said or typed.
    pub about: &'a str,
}

/// What someone looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The day's list.
    List,
    /// The appointments of a date.
    Day(Date),
    /// One appointment, and what was done with it.
    Appointment(AppointmentId),
    /// What a list would change.
    ListPreview,
    /// People someone looked for, to book for one of them.
    People(Vec<PatientId>),
    /// Everyone who has changes that no one decided.
    AllChanges,
    /// One person's changes.
    Changes(AppointmentId),
    /// A person, by one of their visits: who they are, all of today, the history.
    Visit(AppointmentId),
    /// A ticket, to print it.
    Ticket(AppointmentId),
    /// People of any day who fit what was typed; the patient's number if it is one alone.
    Search(Option<String>),
    /// A form about a visit that was kept for them.
    Kept(AppointmentId),
    /// A letter.
    Letter(AppointmentId),
    /// A photo of a card.
    Photo(ChangeKey),
    /// The audit itself; of one person, if it was searched for one.
    Audit(Option<String>),
    /// A batch of accepted changes, as a file.
    Batch(u64),
    /// How much the desk holds of a patient, by number.
    PatientData(String),
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a user's name, [`COMMAND`] or [`IMPORT`].
    pub user: String,
    /// What was done, as a code.
    pub action: String,
    /// The patient's number; may be empty.
    pub patient: String,
    /// What it was about, as numbers; may be empty.
    pub about: String,
    /// 64 hexadecimal digits.
    pub hash: String,
}

/// Which rows are looked for. The default is all.
#[derive(Debug, Clone, Default)]
pub struct AuditSearch {
    /// About one of these patients, by number.
    pub patients: Option<Vec<String>>,
    /// With `patients`: also who had the list of a day open on which one of them has a visit.
    pub with_lists: bool,
    /// By this user.
    pub user: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Older than the row of this number.
    pub before: Option<u64>,
}

/// What a check of the whole chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every row is as it was written.
    Whole {
        /// How many there are.
        rows: u64,
        /// The hash of the last one.
        hash: String,
    },
    /// Not every row is; this is the first one of which that shows.
    Broken {
        /// Its number.
        row: i64,
        /// What is wrong with it.
        why: &'static str,
    },
}

fn no_hash() -> String {
    "0".repeat(64)
}

/// Each part with its length before it, so that nothing can move from one into the next.
fn hash_of(before: &str, n: i64, parts: [&str; 5]) -> String {
    let mut hash = Blake2s256::new().chain_update(before.as_bytes()).chain_update(n.to_be_bytes());
    for part in parts {
        hash = hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part.as_bytes());
    }
    to_hex(&hash.finalize())
}

/// Adds a row, in the transaction of what it is about.
pub(super) fn add(conn: &Connection, entry: &Entry<'_>) -> Result<(), DeskError> {
    let (last, before): (i64, String) =
        conn.prepare_cached("SELECT n, hash FROM audit_head")?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (n, at) = (last + 1, sortable(entry.at));
    let hash = hash_of(&before, n, [&at, entry.user, entry.action, entry.patient, entry.about]);
    conn.prepare_cached(
        "INSERT INTO audit(n, at, user_name, action, patient_id, about, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![n, at, entry.user, entry.action, entry.patient, entry.about, hash])?;
    conn.prepare_cached("UPDATE audit_head SET n = ?1, hash = ?2")?.execute(params![n, hash])?;
    Ok(())
}

/// Gives every staff action of this transaction its row.
pub(super) fn catch_up(conn: &Connection) -> Result<(), DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT revision, at, user_name, action, appointment_id, kiosk, seq, detail FROM staff_action
         WHERE revision > (SELECT staff_action FROM audit_head) ORDER BY revision",
    )?;
    let actions: Vec<Action> = statement.query_map([], Action::read)?.collect::<Result<_, _>>()?;
    for action in &actions {
        let (code, patient, about) = action.words(conn)?;
        add(
            conn,
            &Entry { at: timestamp(&action.at)?, user: &action.user, action: code, patient: &patient, about: &about },
        )?;
    }
    if let Some(last) = actions.last() {
        conn.execute("UPDATE audit_head SET staff_action = ?1", [last.revision])?;
    }
    Ok(())
}

/// A staff action as it was recorded.
struct Action {
    revision: i64,
    at: String,
    user: String,
    action: String,
    appointment: Option<String>,
    kiosk: Option<String>,
    seq: Option<i64>,
    detail: Option<String>,
}

impl Action {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: row.get(0)?,
            at: row.get(1)?,
            user: row.get(2)?,
            action: row.get(3)?,
            appointment: row.get(4)?,
            kiosk: row.get(5)?,
            seq: row.get(6)?,
            detail: row.get(7)?,
        })
    }

    /// What was done, about which patient, about what.
    fn words(&self, conn: &Connection) -> Result<(&str, String, String), DeskError> {
        let event = self.kiosk.as_ref().zip(self.seq).map(|(kiosk, seq)| format!("kiosk {kiosk} event {seq}"));
        if let Some(id) = &self.appointment {
            return Ok((&self.action, person_of(conn, id)?.unwrap_or_default(), format!("appointment {id}")));
        }
        let detail: Option<serde_json::Value> = self.detail.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let text = |name: &str| detail.as_ref().and_then(|detail| detail.get(name)).and_then(|value| value.as_str());
        let event = event.unwrap_or_default();
        Ok(match (text("patient"), text("field")) {
            // Of a decision the field and whose it is, and never the value.
            (Some(patient), Some(field)) => (&self.action, patient.to_owned(), format!("{field}, {event}")),
            _ => (&self.action, String::new(), event),
        })
    }
}

impl Store {
    /// Notes that someone looks at something, before they see it. Nothing is noted of what is not there, and the day's
    /// list and a person's page once in a while, not at each refresh.
    ///
    /// # Errors
    /// If the file cannot be written; then no one should see it.
    pub fn note_seen(&mut self, user: &str, seen: &Seen, now: Timestamp) -> Result<(), DeskError> {
        let today = self.date_at(now).to_string();
        let is_noted = match seen {
            Seen::List => self.is_noted_lately(user, "saw-list", &today, now)?,
            Seen::Day(date) => self.is_noted_lately(user, "saw-appointments", &date.to_string(), now)?,
            Seen::Visit(id) => self.is_noted_lately(user, "saw-visit", &format!("appointment {id}"), now)?,
            _ => false,
        };
        if is_noted {
            return Ok(());
        }
        let tx = self.write()?;
        let note =
            |action: &str, patient: &str, about: &str| add(&tx, &Entry { at: now, user, action, patient, about });
        match seen {
            Seen::List => note("saw-list", "", &today)?,
            Seen::Day(date) => note("saw-appointments", "", &date.to_string())?,
            Seen::Appointment(id) => note_visit(&tx, id, |patient, about| note("saw-appointment", patient, about))?,
            Seen::ListPreview => note("saw-import-preview", "", "")?,
            Seen::People(patients) if patients.is_empty() => note("saw-people", "", "")?,
            Seen::People(patients) => {
                patients.iter().try_for_each(|patient| note("saw-people", patient.as_str(), ""))?;
            }
            Seen::AllChanges => note("saw-all-changes", "", "")?,
            Seen::Changes(id) => note_visit(&tx, id, |patient, about| note("saw-changes", patient, about))?,
            Seen::Visit(id) => note_visit(&tx, id, |patient, about| note("saw-visit", patient, about))?,
            Seen::Ticket(id) => note_visit(&tx, id, |patient, about| note("saw-ticket", patient, about))?,
            Seen::Search(patient) => note("searched", patient.as_deref().unwrap_or_default(), "")?,
            Seen::Kept(id) => note_visit(&tx, id, |patient, about| note("saw-kept-form", patient, about))?,
            Seen::Letter(id) => note_visit(&tx, id, |patient, about| note("saw-letter", patient, about))?,
            Seen::Photo(key) => {
                let sql = "SELECT COALESCE(a.patient_id, p.patient_id) FROM proposal p
                           LEFT JOIN appointment a ON a.id = p.appointment_id
                           WHERE p.kiosk = ?1 AND p.seq = ?2 AND p.field = ?3";
                let whose: Option<String> = tx
                    .query_row(sql, params![key.kiosk.as_str(), int(key.seq), key.field.code()], |row| row.get(0))
                    .optional()?;
                let Some(patient) = whose else { return Ok(()) };
                note("saw-photo", &patient, &format!("{}, kiosk {} event {}", key.field.code(), key.kiosk, key.seq))?;
            }
            Seen::Audit(patient) => note("saw-audit", patient.as_deref().unwrap_or_default(), "")?,
            Seen::PatientData(patient) => note("saw-patient-data", patient, "")?,
            Seen::Batch(batch) => note("saw-batch", "", &format!("batch {batch}"))?,
        }
        tx.commit()
    }

    /// Whether it is in the audit already that someone has this open. Only read: a refresh waits for no one who writes.
    fn is_noted_lately(&self, user: &str, action: &str, about: &str, now: Timestamp) -> Result<bool, DeskError> {
        let since = now.saturating_sub(SignedDuration::from_mins(NOTED_AGAIN_MINUTES)).unwrap_or(Timestamp::MIN);
        let sql =
            "SELECT 1 FROM audit WHERE user_name = ?1 AND action = ?2 AND about = ?3 AND at > ?4 AND at <= ?5 LIMIT 1";
        // Not by a row of a clock that ran ahead: it would hide what is seen until then.
        Ok(self.conn.prepare_cached(sql)?.exists(params![user, action, about, sortable(since), sortable(now)])?)
    }

    /// Rows that are looked for, the newest first, at most this many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn audit_rows(&self, search: &AuditSearch, rows_max: usize) -> Result<Vec<AuditRow>, DeskError> {
        let mut wanted: Vec<String> = Vec::new();
        let mut values: Vec<String> = Vec::new();
        let mut ask = |sql: &str, value: String| {
            values.push(value);
            wanted.push(sql.replace('?', &format!("?{}", values.len())));
        };
        if let Some(patients) = &search.patients {
            let json = serde_json::to_string(patients).map_err(|_| DeskError::Unreadable("a search"))?;
            let about_them = "patient_id IN (SELECT value FROM json_each(?))";
            let or_lists = "(patient_id IN (SELECT value FROM json_each(?))
                 OR (action IN ('saw-list', 'saw-appointments') AND about IN
                     (SELECT a.local_date FROM appointment a
                      WHERE a.patient_id IN (SELECT value FROM json_each(?))))";
            // Anyone who is still here from another day is on later lists too. A day too many is noted rather than one
            // too few.
            let or_left = format!(
                " OR (action = 'saw-list' AND EXISTS (SELECT 1 FROM appointment a
                 LEFT JOIN visit v ON v.appointment_id = a.id
                 LEFT JOIN reason r ON r.appointment_id = a.id WHERE a.patient_id IN (SELECT value FROM json_each(?))
                 AND ((v.ticket_date < about AND (v.state IN {STATES} OR about <= date(v.done_at, '+1 day')))
                 OR (r.date < about AND r.solved_at IS NULL
                 AND (r.taken_at IS NULL OR about <= date(r.taken_at, '+1 day')))))))"
            );
            ask(&if search.with_lists { format!("{or_lists}{or_left}") } else { about_them.to_owned() }, json);
        }
        if let Some(user) = &search.user {
            ask("user_name = ?", user.clone());
        }
        if let Some(from) = search.from {
            ask("at >= ?", sortable(from));
        }
        if let Some(to) = search.to {
            ask("at < ?", sortable(to));
        }
        if let Some(before) = search.before {
            ask("n < CAST(? AS BIGINT)", int(before).to_string());
        }
        let wanted = if wanted.is_empty() { String::new() } else { format!("WHERE {}", wanted.join(" AND ")) };
        let sql = format!(
            "SELECT n, at, user_name, action, patient_id, about, hash FROM audit {wanted} ORDER BY n DESC
             LIMIT {rows_max}"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let mut found = statement.query(params_from_iter(values))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(read(row)?);
        }
        Ok(rows)
    }

    /// Exports every row, the oldest first.
    ///
    /// # Errors
    /// If the file cannot be read, or those of `each`.
    pub fn each_audit_row(&self, mut each: impl FnMut(&AuditRow) -> Result<(), DeskError>) -> Result<(), DeskError> {
        let mut statement =
            self.conn.prepare("SELECT n, at, user_name, action, patient_id, about, hash FROM audit ORDER BY n")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(&read(row)?)?;
        }
        Ok(())
    }

    /// The numbers of the patients that someone may mean by a patient's number, an appointment's, or a name. At most
    /// fifty.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn patients_meant(&self, text: &str) -> Result<Vec<String>, DeskError> {
        let text = text.trim();
        let known = "SELECT 1 FROM audit WHERE patient_id = ?1 UNION ALL SELECT 1 FROM appointment
                     WHERE patient_id = ?1 LIMIT 1";
        if self.conn.prepare_cached(known)?.exists([text])? {
            return Ok(vec![text.to_owned()]);
        }
        if let Some(patient) = person_of(&self.conn, text)? {
            return Ok(vec![patient]);
        }
        let words: Vec<String> = text.split_whitespace().map(fold_name).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement =
            self.conn.prepare_cached("SELECT DISTINCT patient_id, name_folded FROM appointment ORDER BY patient_id")?;
        let mut rows = statement.query([])?;
        let mut found: Vec<String> = Vec::new();
        while let Some(row) = rows.next()? {
            let (patient, name): (String, String) = (row.get(0)?, row.get(1)?);
            if words.iter().all(|word| name.contains(word))
                && found.last() != Some(&patient)
                && found.len() < PEOPLE_MAX
            {
                found.push(patient);
            }
        }
        Ok(found)
    }

    /// What patients of these numbers are called by staff, by number; those the list does not know are left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn names_of<'a>(&self, patients: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, String>, DeskError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at DESC, id LIMIT 1")?;
        let mut names = BTreeMap::new();
        for patient in patients.collect::<BTreeSet<_>>() {
            let body: Option<String> = statement.query_row([patient], |row| row.get(0)).optional()?;
            if let Some(body) = body {
                names
                    .insert(patient.to_owned(), appointments::read(&body)?.person.name_for_staff().as_str().to_owned());
            }
        }
        Ok(names)
    }

    /// Looks at every row and its place in the chain. `known`: a row's number and the hash that someone noted of it
    /// elsewhere.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn verify_audit(&self, known: Option<(u64, &str)>) -> Result<Verified, DeskError> {
        // One view of the file: a desk may be writing.
        let tx = self.conn.unchecked_transaction()?;
        let head: Option<(i64, String)> = tx
            .query_row("SELECT n, hash FROM audit_head", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
            .unwrap_or_default();
        let Some((last, last_hash)) = head else {
            return Ok(Verified::Broken { row: 0, why: "the record of the last row is missing" });
        };
        let mut statement =
            tx.prepare("SELECT n, at, user_name, action, patient_id, about, hash FROM audit ORDER BY n")?;
        let mut rows = statement.query([])?;
        let (mut n, mut before) = (0, no_hash());
        while let Some(row) = rows.next()? {
            let Ok(found) = row.get::<_, i64>(0) else {
                return Ok(Verified::Broken { row: n + 1, why: "has no number" });
            };
            n += 1;
            if found > n {
                return Ok(Verified::Broken { row: n, why: "is missing" });
            }
            if found < n || found > last {
                return Ok(Verified::Broken { row: found, why: "was not added by the desk" });
            }
            let changed = Verified::Broken { row: n, why: "was changed after it was written" };
            let Some([at, user, action, patient, about, hash]) = texts(row) else { return Ok(changed) };
            if hash_of(&before, n, [&at, &user, &action, &patient, &about]) != hash {
                return Ok(changed);
            }
            if known.is_some_and(|(number, its)| int(number) == n && its != hash) {
                return Ok(Verified::Broken {
                    row: n,
                    why: "has a different hash than the one noted: this row or one before it was changed",
                });
            }
            before = hash;
        }
        if n < last || known.is_some_and(|(number, _)| int(number) > n) {
            return Ok(Verified::Broken { row: n + 1, why: "is missing" });
        }
        if before != last_hash {
            return Ok(Verified::Broken { row: n, why: "is not the last row the desk wrote" });
        }
        Ok(Verified::Whole { rows: n.unsigned_abs(), hash: before })
    }
}

/// The columns after the number, if each is a text.
fn texts(row: &Row<'_>) -> Option<[String; 6]> {
    let text = |at: usize| match row.get_ref(at) {
        Ok(ValueRef::Text(bytes)) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        _ => None,
    };
    Some([text(1)?, text(2)?, text(3)?, text(4)?, text(5)?, text(6)?])
}

fn read(row: &Row<'_>) -> Result<AuditRow, DeskError> {
    let n: i64 = row.get(0)?;
    let [at, user, action, patient, about, hash] = texts(row).ok_or(DeskError::Unreadable("a row of the audit"))?;
    Ok(AuditRow { n: n.unsigned_abs(), at: timestamp(&at)?, user, action, patient, about, hash })
}

/// Notes something about a visit that is on the desk's list or that a kiosk spoke of.
fn note_visit(
    conn: &Connection,
    id: &AppointmentId,
    note: impl FnOnce(&str, &str) -> Result<(), DeskError>,
) -> Result<(), DeskError> {
    let patient = person_of(conn, id.as_str())?;
    let is_known = patient.is_some()
        || conn.prepare_cached("SELECT 1 FROM visit WHERE appointment_id = ?1")?.exists([id.as_str()])?;
    if is_known { note(&patient.unwrap_or_default(), &format!("appointment {id}")) } else { Ok(()) }
}
