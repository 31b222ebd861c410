//! Different people who have one number of the booking system: kept apart until staff say that they are one person.
//!
//! Invariants: no one is joined by themselves; what was joined is recorded in the audit; a file of an earlier version,
//! in which a number alone made a person, is taken apart once, when it is opened for the first time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::appointments::read;
use super::facts::{self, About, Origin};
use super::whose::{Known, meant};
use super::{Store, appointments, audit, bump, chart, int};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::fact::What;
use crate::domain::ids::{AppointmentId, PatientId, is_no_number};
use crate::domain::person::Person;
use crate::domain::proposal::{Field, Value};

/// Two people with one number.
#[derive(Clone)]
pub struct SameNumber {
    /// Who had it first.
    pub first: Person,
    /// Who came with it later.
    pub second: Person,
    /// A visit of the second one, where staff look at them.
    pub visit: AppointmentId,
}

/// What staff say of two people with one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are one person: what is known of the second one is the first one's.
    OnePerson,
    /// They are two.
    TwoPeople,
}

impl Store {
    /// The pairs of which no one has said anything yet, the newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn same_numbers(&self) -> Result<Vec<SameNumber>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT first, second FROM same_number WHERE decided IS NULL ORDER BY at DESC, first, second",
        )?;
        let pairs: Vec<(String, String)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut found = Vec::new();
        for (first, second) in pairs {
            if let Some((first, second)) = latest(&self.conn, &first)?.zip(latest(&self.conn, &second)?) {
                found.push(SameNumber { first: first.person, second: second.person, visit: second.id });
            }
        }
        Ok(found)
    }

    /// How many pairs no one has said anything of.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn count_same_numbers(&self) -> Result<u64, DeskError> {
        let sql = "SELECT COUNT(*) FROM same_number s WHERE decided IS NULL
                   AND EXISTS (SELECT 1 FROM appointment WHERE patient_id = s.first)
                   AND EXISTS (SELECT 1 FROM appointment WHERE patient_id = s.second)";
        Ok(self.conn.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    /// Joins two people, or notes that they are two. Answers whether there was such a pair to decide.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is decided.
    pub fn decide_same_number(
        &mut self,
        (first, second): (&PatientId, &PatientId),
        verdict: Verdict,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let word = match verdict {
            Verdict::OnePerson => "one",
            Verdict::TwoPeople => "two",
        };
        let changed = tx.execute(
            "UPDATE same_number SET decided = ?3, decided_at = ?4, decided_by = ?5
             WHERE first = ?1 AND second = ?2 AND decided IS NULL",
            params![first.as_str(), second.as_str(), word, now.to_string(), by],
        )?;
        if changed == 0 {
            return Ok(false);
        }
        if verdict == Verdict::OnePerson {
            follow(&tx, second, first, (by, now))?;
        }
        let action = if verdict == Verdict::OnePerson { "patients-joined" } else { "patients-kept-apart" };
        for (patient, about) in [(first, format!("with {second}")), (second, format!("with {first}"))] {
            audit::add(&tx, &audit::Entry { at: now, user: by, action, patient: patient.as_str(), about: &about })?;
        }
        bump(&tx)?;
        tx.commit()?;
        Ok(true)
    }
}

/// Notes that two people have one number.
pub(super) fn note(conn: &Connection, first: &PatientId, second: &PatientId, now: Timestamp) -> Result<(), DeskError> {
    conn.execute(
        "INSERT INTO same_number(first, second, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![first.as_str(), second.as_str(), now.to_string()],
    )?;
    Ok(())
}

/// Gives everything of one person to another, under whose number they are known from now on. What staff accepted for
/// that one stays.
pub(super) fn follow(
    conn: &Connection,
    from: &PatientId,
    to: &PatientId,
    (user, now): (&str, Timestamp),
) -> Result<(), DeskError> {
    let what = What::PatientsJoined { from: from.clone() };
    facts::add(conn, Origin::User(user, None), &About::Patient(to.as_str()), &what, now)?;
    let mut statement = conn.prepare("SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY id")?;
    let bodies: Vec<String> = statement.query_map([from.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for body in bodies {
        let mut appointment = read(&body)?;
        renumber(&mut appointment.person, to);
        move_to(conn, &appointment)?;
    }
    for sql in [
        "UPDATE OR IGNORE chart SET patient_id = ?2 WHERE patient_id = ?1",
        "UPDATE OR IGNORE eligibility SET patient_id = ?2 WHERE patient_id = ?1",
        "UPDATE proposal SET patient_id = ?2 WHERE patient_id = ?1",
        "UPDATE ticket SET patient_id = ?2 WHERE patient_id = ?1",
        "UPDATE fact SET patient_id = ?2 WHERE patient_id = ?1",
        "UPDATE staff_action SET detail = json_set(detail, '$.patient', ?2)
         WHERE json_valid(detail) AND json_extract(detail, '$.patient') = ?1",
    ] {
        conn.execute(sql, [from.as_str(), to.as_str()])?;
    }
    conn.execute("DELETE FROM chart WHERE patient_id = ?1", [from.as_str()])?;
    conn.execute("DELETE FROM eligibility WHERE patient_id = ?1", [from.as_str()])?;
    // What staff accepted is there for the visits that came along, too.
    let mut statement = conn.prepare("SELECT field, value FROM chart WHERE patient_id = ?1")?;
    let accepted: Vec<(String, String)> =
        statement.query_map([to.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (field, value) in accepted {
        if let (Some(field), Ok(value)) = (Field::from_code(&field), serde_json::from_str::<Value>(&value)) {
            chart::put(conn, to.as_str(), field, |_, _| Some(value.clone()))?;
        }
    }
    Ok(())
}

fn renumber(person: &mut Person, to: &PatientId) {
    let number = person.number().to_owned();
    let is_same = to.as_str() == number || person.id.is_made() || is_no_number(&number);
    person.number = if is_same { String::new() } else { number };
    person.id = to.clone();
}

/// Writes an appointment under its person's new number; kiosks hear of it.
fn move_to(conn: &Connection, appointment: &Appointment) -> Result<(), DeskError> {
    let (id, patient) = (appointment.id.as_str(), appointment.person.id.as_str());
    conn.execute("UPDATE appointment SET patient_id = ?2 WHERE id = ?1", [id, patient])?;
    conn.execute("UPDATE ticket SET patient_id = ?2 WHERE appointment_id = ?1 AND patient_id <> ''", [id, patient])?;
    conn.execute("UPDATE proposal SET patient_id = ?2 WHERE appointment_id = ?1", [id, patient])?;
    appointments::rewrite(conn, appointment)
}

/// The visit that says best who someone is.
fn latest(conn: &Connection, patient: &str) -> Result<Option<Appointment>, DeskError> {
    let sql = "SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at DESC, id LIMIT 1";
    let body: Option<String> = conn.query_row(sql, [patient], |row| row.get(0)).optional()?;
    body.map(|body| read(&body)).transpose()
}

/// Separates people an earlier version took for one person because their numbers were the same. Answers how many people
/// were found behind how many numbers.
pub(super) fn take_apart(conn: &Connection, now: Timestamp) -> Result<(u64, u64), DeskError> {
    let mut statement =
        conn.prepare("SELECT patient_id FROM appointment GROUP BY patient_id HAVING COUNT(*) > 1 ORDER BY patient_id")?;
    let mut numbers: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare("SELECT DISTINCT patient_id FROM appointment")?;
    let all: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    numbers.extend(all.into_iter().filter(|number| is_no_number(number)));
    numbers.sort();
    numbers.dedup();
    let (mut people, mut shared) = (0, 0);
    for number in numbers {
        let found = take_apart_one(conn, &PatientId::new(number), now)?;
        if found > 1 {
            people += found;
            shared += 1;
        }
    }
    Ok((people, shared))
}

fn take_apart_one(conn: &Connection, number: &PatientId, now: Timestamp) -> Result<u64, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at, id")?;
    let bodies: Vec<String> = statement.query_map([number.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut known: Vec<Known> = Vec::new();
    let mut visits: BTreeMap<PatientId, Vec<Appointment>> = BTreeMap::new();
    for body in bodies {
        let appointment = read(&body)?;
        let id = match meant(&known, &appointment) {
            Some(one) => one.id.clone(),
            None if is_no_number(number.as_str()) => PatientId::made_of(&appointment.person, &appointment.id),
            None if known.is_empty() => number.clone(),
            None => PatientId::new(format!("{number}~{}", known.len() + 1)),
        };
        match known.iter_mut().find(|one| one.id == id) {
            Some(one) => one.add(&appointment),
            None => {
                let mut one = Known::new(id.clone());
                one.add(&appointment);
                known.push(one);
            }
        }
        visits.entry(id).or_default().push(appointment);
    }
    if known.iter().all(|one| one.id == *number) {
        return Ok(known.len() as u64);
    }
    let owners = owners_of_accepted(conn, number, &visits)?;
    for (id, theirs) in visits {
        for mut appointment in theirs {
            if id != *number {
                renumber(&mut appointment.person, &id);
            }
            for accepted in owners.iter().filter(|accepted| accepted.owner != id) {
                // What was accepted for someone else stands here as well: what was there before comes back.
                if appointment.value(accepted.field) == accepted.value
                    && let Some(before) = accepted.before.get(appointment.id.as_str()).or(accepted.base.first())
                {
                    appointment.set_value(accepted.field, before.clone());
                }
            }
            move_to(conn, &appointment)?;
        }
        if id != *number && !is_no_number(number.as_str()) {
            note(conn, number, &id, now)?;
        }
    }
    conn.execute("DELETE FROM chart WHERE patient_id = ?1", [number.as_str()])?;
    conn.execute("DELETE FROM eligibility WHERE patient_id = ?1", [number.as_str()])?;
    for accepted in owners {
        chart::set(conn, accepted.owner.as_str(), accepted.field, Some((&accepted.value, &accepted.base)))?;
        if let Some(revision) = accepted.revision {
            let sql = "UPDATE staff_action SET detail = json_set(detail, '$.patient', ?2) WHERE revision = ?1";
            conn.execute(sql, params![revision, accepted.owner.as_str()])?;
        }
    }
    Ok(known.len() as u64)
}

/// What staff accepted under a number, and whose it is.
struct Accepted {
    field: Field,
    value: Value,
    base: Vec<Value>,
    owner: PatientId,
    /// The decision, and what each visit had before it.
    revision: Option<i64>,
    before: BTreeMap<String, Value>,
}

fn owners_of_accepted(
    conn: &Connection,
    number: &PatientId,
    visits: &BTreeMap<PatientId, Vec<Appointment>>,
) -> Result<Vec<Accepted>, DeskError> {
    let mut accepted = Vec::new();
    for overlay in chart::overlays(conn, number.as_str())? {
        let sql = "SELECT p.appointment_id, p.decided_revision, json_extract(s.detail, '$.visits') FROM proposal p
                   JOIN staff_action s ON s.revision = p.decided_revision
                   WHERE p.decision = 'accepted' AND p.field = ?2 AND json_extract(s.detail, '$.patient') = ?1
                   ORDER BY p.decided_revision DESC LIMIT 1";
        let decision: Option<(String, i64, Option<String>)> = conn
            .query_row(sql, [number.as_str(), overlay.field.code()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let of_visit = |id: &str| {
            visits.iter().find(|(_, theirs)| theirs.iter().any(|one| one.id.as_str() == id)).map(|(owner, _)| owner)
        };
        let owner = decision.as_ref().and_then(|(id, ..)| of_visit(id)).or(visits.keys().next());
        let Some(owner) = owner.cloned() else { continue };
        let before = decision
            .as_ref()
            .and_then(|(.., before)| serde_json::from_str(before.as_deref()?).ok())
            .unwrap_or_default();
        let revision = decision.map(|(_, revision, _)| revision);
        accepted.push(Accepted {
            field: overlay.field,
            value: overlay.value,
            base: overlay.base,
            owner,
            revision,
            before,
        });
    }
    Ok(accepted)
}

/// Takes everything of someone who is taken out off the pairs.
pub(super) fn forget(conn: &Connection, patient: &str) -> Result<(), DeskError> {
    conn.execute("DELETE FROM same_number WHERE first = ?1 OR second = ?1", [patient])?;
    Ok(())
}

/// Takes a file apart that was written before numbers were looked at. What is found so is older than all that a list
/// brings later.
pub(super) fn check_once(conn: &mut Connection) -> Result<(), DeskError> {
    const DONE: &str = "numbers_checked";
    if super::meta(conn, DONE)?.is_some() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if super::meta(&tx, DONE)?.is_none() {
        let (people, shared) = take_apart(&tx, Timestamp::UNIX_EPOCH)?;
        super::set_meta(&tx, DONE, &int(people).to_string())?;
        if shared > 0 {
            bump(&tx)?;
            tracing::warn!(
                people,
                numbers = shared,
                "some patient IDs were used for more than one person; they are kept apart from now on"
            );
        }
    }
    tx.commit()?;
    Ok(())
}
