//! What patients say is different from the chart, and what staff decide about it.
//!
//! Invariants: a proposal is decided once until that is taken back; a decision is recorded with who and when; what is
//! decided again while the list is rebuilt touches neither the list of appointments nor the chart. Two proposals for
//! one field are two.

mod change;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

pub use self::change::{ChangeKey, Decided, ProposedChange, Shown, Verdict};
use super::events::Happened;
use super::facts::About;
use super::recorded::Record;
use super::{Store, appointments, bump, chart, int, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::event::CheckedIn;
use crate::domain::fact::What;
use crate::domain::ids::{AppointmentId, KioskId, PatientId};
use crate::domain::private::Private;
use crate::domain::proposal::check::check_value;
use crate::domain::proposal::{Field, Proposal, Value};

/// What is recorded of a decision beside who and when.
#[derive(Serialize, Deserialize)]
pub(super) struct Detail {
    pub field: Field,
    pub patient: String,
    /// What was there: the chart's value, else what the kiosk had.
    pub was: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<Private>,
    /// What each visit had, for taking it back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    visits: BTreeMap<String, Value>,
    /// What had been accepted before, and the list's values then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    overlay: Option<(Value, Vec<Value>)>,
}

/// A decision as it was recorded.
pub(super) struct RecordedDecision {
    action: &'static str,
    kiosk: String,
    seq: i64,
    detail: Detail,
}

const ACCEPT: &str = "change-accept";
const EDIT: &str = "change-edit";
const REJECT: &str = "change-reject";
const UNDO: &str = "change-undo";

impl RecordedDecision {
    pub fn read(action: &str, kiosk: &str, seq: i64, detail: &str) -> Result<Self, DeskError> {
        let broken = || DeskError::Unreadable("a decision");
        let action = [ACCEPT, EDIT, REJECT, UNDO].into_iter().find(|known| *known == action).ok_or_else(broken)?;
        Ok(Self { action, kiosk: kiosk.to_owned(), seq, detail: serde_json::from_str(detail).map_err(|_| broken())? })
    }

    /// Puts the decision on the proposal; the list and the chart are as they are.
    pub fn again(&self, conn: &Connection, user: &str, at: Timestamp, revision: i64) -> Result<(), DeskError> {
        let decided = match self.action {
            ACCEPT | EDIT => Some("accepted"),
            REJECT => Some("rejected"),
            _ => None,
        };
        let value = self.detail.value.as_ref().filter(|_| decided.is_some()).map(to_json).transpose()?;
        conn.execute(
            "UPDATE proposal SET decision = ?4, decided_at = ?5, decided_by = ?6, decided_revision = ?7, value = ?8,
             why = ?9
             WHERE kiosk = ?1 AND seq = ?2 AND field = ?3",
            params![
                self.kiosk,
                self.seq,
                self.detail.field.code(),
                decided.unwrap_or("open"),
                decided.map(|_| at.to_string()),
                decided.map(|_| user),
                decided.map(|_| revision),
                value,
                self.detail.why.as_ref().map(Private::as_str),
            ],
        )?;
        Ok(())
    }
}

/// Takes in what an arrival says is different.
pub(super) fn proposed(conn: &Connection, happened: &Happened<'_>, said: &CheckedIn) -> Result<(), DeskError> {
    let appointment = said.appointments.first().map_or("", AppointmentId::as_str);
    for proposal in &said.proposals {
        conn.prepare_cached(
            "INSERT INTO proposal(kiosk, seq, field, appointment_id, patient_id, body, at, date, decision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open') ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            happened.kiosk,
            happened.seq,
            proposal.field.code(),
            appointment,
            said.patient.as_str(),
            to_json(proposal)?,
            happened.at.to_string(),
            happened.date.to_string(),
        ])?;
    }
    Ok(())
}

impl Store {
    /// Every proposal of the person of a visit, oldest first, decided or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changes_of(&self, appointment: &AppointmentId) -> Result<Vec<ProposedChange>, DeskError> {
        match person_of(&self.conn, appointment.as_str())? {
            Some(person) => of_person(&self.conn, &person),
            None => Ok(Vec::new()),
        }
    }

    /// Every proposal that someone has to decide, oldest first, whatever its day.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open_changes(&self) -> Result<Vec<ProposedChange>, DeskError> {
        let mut changes = query(&self.conn, "p.decision = 'open'", &[])?;
        changes.retain(ProposedChange::is_open);
        Ok(changes)
    }

    /// Decides on proposals, in one transaction, and answers how many were decided. One that is decided already, or
    /// that stands otherwise than it was shown, is left as it is. A value that the chart has already, or that
    /// [`check_value`] refuses, is never accepted.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is decided.
    pub fn decide(
        &mut self,
        changes: &[Shown],
        verdict: &Verdict,
        user: &str,
        now: Timestamp,
    ) -> Result<usize, DeskError> {
        let tx = self.write()?;
        let mut decided = 0;
        for shown in changes {
            let Some(change) = find(&tx, &shown.key)? else { continue };
            if shown.stood.as_ref().is_some_and(|stood| *stood != change.stands()) {
                continue;
            }
            let Some((action, detail)) = decide(&tx, &change, verdict)? else { continue };
            let n = int(bump(&tx)?);
            let (text, event) = (to_json(&detail)?, (change.key.kiosk.as_str(), int(change.key.seq)));
            let deed = Record { n, at: now, user, code: action, visit: None, event: Some(event), detail: Some(&text) };
            let what = What::ChangeDecided { field: change.key.field, decision: action.to_owned() };
            deed.keep(&tx, &About::Patient(change.person.as_str()), &what)?;
            let recorded =
                RecordedDecision { action, kiosk: change.key.kiosk.to_string(), seq: int(change.key.seq), detail };
            recorded.again(&tx, user, now, n)?;
            decided += 1;
        }
        tx.commit()?;
        Ok(decided)
    }
}

/// Does what a decision does to the chart, and answers what is recorded of it; none if there is nothing to decide.
fn decide(
    conn: &Connection,
    change: &ProposedChange,
    verdict: &Verdict,
) -> Result<Option<(&'static str, Detail)>, DeskError> {
    let mut detail = Detail {
        field: change.key.field,
        patient: change.person.to_string(),
        was: change.current.clone().unwrap_or_else(|| change.proposal.old.clone()),
        value: None,
        why: None,
        visits: BTreeMap::new(),
        overlay: None,
    };
    let (action, value) = match verdict {
        Verdict::Undo if change.can_undo => {
            if matches!(change.decided, Decided::Accepted(_)) {
                take_back(conn, change.decided_revision)?;
            }
            return Ok(Some((UNDO, detail)));
        }
        _ if !change.is_open() => return Ok(None),
        Verdict::Undo => return Ok(None),
        Verdict::Reject(why) => {
            detail.why = Some(why.clone());
            return Ok(Some((REJECT, detail)));
        }
        Verdict::Accept => (ACCEPT, &change.proposal.new),
        Verdict::Edit(value) => (EDIT, value),
    };
    let Ok(value) = check_value(change.key.field, value) else { return Ok(None) };
    if change.is_on_file(&value) {
        return Ok(None);
    }
    let before =
        chart::overlay(conn, change.person.as_str(), detail.field)?.map(|overlay| (overlay.value, overlay.base));
    detail.visits = chart::put(conn, change.person.as_str(), detail.field, |_, _| Some(value.clone()))?;
    let base = match &before {
        Some((_, base)) if !base.is_empty() => base.clone(),
        _ if detail.visits.is_empty() => vec![detail.was.clone()],
        _ => {
            let mut base: Vec<Value> = Vec::new();
            for value in detail.visits.values() {
                if !base.contains(value) {
                    base.push(value.clone());
                }
            }
            base
        }
    };
    chart::set(conn, change.person.as_str(), detail.field, Some((&value, &base)))?;
    detail.overlay = before;
    detail.value = Some(value);
    Ok(Some((action, detail)))
}

/// Puts back what was there before an acceptance, as far as no list has said something else since.
fn take_back(conn: &Connection, revision: Option<i64>) -> Result<(), DeskError> {
    let text: Option<String> = conn
        .query_row("SELECT detail FROM staff_action WHERE revision = ?1", [revision], |row| row.get(0))
        .optional()?
        .flatten();
    let broken = || DeskError::Unreadable("a decision");
    let detail: Detail = serde_json::from_str(&text.ok_or_else(broken)?).map_err(|_| broken())?;
    let stands = chart::overlay(conn, &detail.patient, detail.field)?;
    if stands.is_none_or(|stands| Some(&stands.value) != detail.value.as_ref() || stands.base.is_empty()) {
        return Ok(());
    }
    chart::put(conn, &detail.patient, detail.field, |id, is| {
        let is_ours = Some(is) == detail.value.as_ref();
        is_ours.then(|| detail.visits.get(id).unwrap_or(&detail.was).clone())
    })?;
    let before = detail.overlay.as_ref().map(|(value, base)| (value, base.as_slice()));
    chart::set(conn, &detail.patient, detail.field, before)
}

/// Whose visit this is: as the list has it, else as a kiosk said.
pub(super) fn person_of(conn: &Connection, appointment: &str) -> Result<Option<String>, DeskError> {
    let listed = conn
        .query_row("SELECT patient_id FROM appointment WHERE id = ?1", [appointment], |row| row.get(0))
        .optional()?;
    if listed.is_some() {
        return Ok(listed);
    }
    let said = "SELECT patient_id FROM ticket WHERE appointment_id = ?1 AND patient_id <> ''
                ORDER BY is_first DESC, kiosk, seq LIMIT 1";
    Ok(conn.query_row(said, [appointment], |row| row.get(0)).optional()?)
}

pub(super) fn of_person(conn: &Connection, person: &str) -> Result<Vec<ProposedChange>, DeskError> {
    let whose = "p.appointment_id IN (SELECT id FROM appointment WHERE patient_id = ?1)
                 OR (p.patient_id = ?1 AND a.id IS NULL)";
    let mut changes = query(conn, whose, &[&person])?;
    for field in Field::ALL {
        // Only the last acceptance of a field can be taken back: an earlier one is not what stands there.
        let of_field =
            |change: &&mut ProposedChange| change.key.field == field && matches!(change.decided, Decided::Accepted(_));
        if let Some(last) = changes.iter_mut().filter(of_field).max_by_key(|change| change.decided_revision) {
            last.can_undo = last.batch.is_none();
        }
    }
    Ok(changes)
}

pub(super) fn find(conn: &Connection, key: &ChangeKey) -> Result<Option<ProposedChange>, DeskError> {
    let sql =
        "SELECT COALESCE(a.patient_id, p.patient_id) FROM proposal p LEFT JOIN appointment a ON a.id = p.appointment_id
               WHERE p.kiosk = ?1 AND p.seq = ?2 AND p.field = ?3";
    let person: Option<String> = conn
        .query_row(sql, params![key.kiosk.as_str(), int(key.seq), key.field.code()], |row| row.get(0))
        .optional()?;
    let Some(person) = person else { return Ok(None) };
    Ok(of_person(conn, &person)?.into_iter().find(|change| change.key == *key))
}

/// What the chart has for a proposal is what the visit has with which it came; one that is not on the list has its
/// person's latest.
fn query(conn: &Connection, which: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<ProposedChange>, DeskError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT p.kiosk, p.seq, p.appointment_id, COALESCE(a.patient_id, p.patient_id), p.body, p.at, p.decision,
         p.decided_at, p.decided_by, p.decided_revision, p.value, p.why,
         (SELECT e.batch FROM exported_change e WHERE e.revision = p.decided_revision),
         COALESCE(a.body, (SELECT b.body FROM appointment b WHERE b.patient_id = p.patient_id
             ORDER BY b.start_at DESC, b.id LIMIT 1)), p.date,
         (SELECT b.at FROM exported_change e JOIN export_batch b ON b.batch = e.batch
             WHERE e.revision = p.decided_revision),
         (SELECT c.at FROM contradicted_change c WHERE c.revision = p.decided_revision)
         FROM proposal p LEFT JOIN appointment a ON a.id = p.appointment_id WHERE {which}
         ORDER BY p.at, p.kiosk, p.seq"
    ))?;
    let facts: Vec<Facts> = statement.query_map(values, Facts::read)?.collect::<Result<_, _>>()?;
    let mut changes: Vec<ProposedChange> =
        facts.into_iter().map(|facts| facts.into_change(conn)).collect::<Result<_, _>>()?;
    // Those of one event in the order in which pages show fields; the sort is stable.
    changes.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
    Ok(changes)
}

struct Facts {
    kiosk: String,
    seq: i64,
    appointment: String,
    person: String,
    body: String,
    at: String,
    decision: String,
    decided_at: Option<String>,
    decided_by: Option<String>,
    decided_revision: Option<i64>,
    value: Option<String>,
    why: Option<String>,
    batch: Option<i64>,
    listed: Option<String>,
    date: String,
    handed_on: Option<String>,
    contradicted: Option<String>,
}

impl Facts {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            kiosk: row.get(0)?,
            seq: row.get(1)?,
            appointment: row.get(2)?,
            person: row.get(3)?,
            body: row.get(4)?,
            at: row.get(5)?,
            decision: row.get(6)?,
            decided_at: row.get(7)?,
            decided_by: row.get(8)?,
            decided_revision: row.get(9)?,
            value: row.get(10)?,
            why: row.get(11)?,
            batch: row.get(12)?,
            listed: row.get(13)?,
            date: row.get(14)?,
            handed_on: row.get(15)?,
            contradicted: row.get(16)?,
        })
    }

    fn into_change(self, conn: &Connection) -> Result<ProposedChange, DeskError> {
        let broken = || DeskError::Unreadable("a proposal");
        let proposal: Proposal = serde_json::from_str(&self.body).map_err(|_| broken())?;
        let current = match &self.listed {
            Some(body) => Some(appointments::read(body)?.value(proposal.field)),
            None => chart::overlay(conn, &self.person, proposal.field)?.map(|overlay| overlay.value),
        };
        let elsewhere = elsewhere(conn, &self.person, (&self.appointment, &self.date), proposal.field)?;
        let value = self.value.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| broken())?;
        let decided = match (self.decision.as_str(), value) {
            ("open", _) => Decided::Open,
            ("accepted", Some(value)) => Decided::Accepted(value),
            ("rejected", _) => Decided::Rejected(Private::new(self.why.unwrap_or_default())),
            _ => return Err(broken()),
        };
        Ok(ProposedChange {
            key: ChangeKey { kiosk: KioskId::new(self.kiosk), seq: self.seq.unsigned_abs(), field: proposal.field },
            appointment: AppointmentId::new(self.appointment),
            person: PatientId::new(self.person),
            at: timestamp(&self.at)?,
            current,
            elsewhere,
            can_undo: matches!(decided, Decided::Rejected(_)),
            decided,
            by: timestamp_or_none(self.decided_at)?.zip(self.decided_by),
            batch: self.batch.map(i64::unsigned_abs),
            handed_on: timestamp_or_none(self.handed_on)?,
            contradicted: timestamp_or_none(self.contradicted)?,
            decided_revision: self.decided_revision,
            proposal,
        })
    }
}

/// What a person's visits have in a field from this date on, but for this one; what is over is no one's to change.
fn elsewhere(
    conn: &Connection,
    person: &str,
    (visit, date): (&str, &str),
    field: Field,
) -> Result<Vec<Value>, DeskError> {
    let sql =
        "SELECT body FROM appointment WHERE patient_id = ?1 AND local_date >= ?2 AND id <> ?3 ORDER BY start_at, id";
    let mut statement = conn.prepare_cached(sql)?;
    let bodies = statement.query_map([person, date, visit], |row| row.get::<_, String>(0))?;
    let mut values = Vec::new();
    for body in bodies {
        let value = appointments::read(&body?)?.value(field);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

fn to_json(value: &impl Serialize) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|_| DeskError::Unreadable("a proposal"))
}
