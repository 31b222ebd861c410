//! The list of appointments, as the booking system has it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::audit::{self, IMPORT};
use super::facts::{self, About, Origin};
use super::whose::{People, Settled};
use super::{Store, booking, bump, chart, int, same_number};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::fact::What;
use crate::domain::identity::{are_one_person, fold_name};
use crate::domain::ids::AppointmentId;
use crate::domain::proposal::Field;

/// The fact that says by which clinic's day appointments are dated.
pub(super) const DATED_BY: &str = "dated_by";

/// What became of a list that was handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// New, or different from what was there.
    pub taken: u64,
    /// Exactly as it was.
    pub unchanged: u64,
    /// What was not taken, and why; nothing about the person.
    pub refused: Vec<String>,
    /// What is worth knowing of what was taken; nothing about the person.
    pub notes: Vec<String>,
}

/// What a list does not speak of at all: of that the desk keeps what it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsaid {
    /// Other first names.
    pub other_given_names: bool,
    /// Other last names.
    pub other_family_names: bool,
    /// Documents that the visit needs.
    pub documents: bool,
    /// When the appointment was first made.
    pub booked_on: bool,
    /// The language that they prefer.
    pub language: bool,
    /// What they want to be called.
    pub preferred_name: bool,
    /// Whether someone has to interpret.
    pub interpreter: bool,
    /// Emergency contact.
    pub emergency_contact: bool,
    /// The insurance that pays what the first one does not.
    pub second_coverage: bool,
}

impl Unsaid {
    /// The appointment with what its list left unsaid, as it was before.
    fn kept(self, now: &Appointment, before: Appointment) -> Appointment {
        let mut kept = now.clone();
        if self.other_given_names {
            kept.person.other_given_names = before.person.other_given_names;
        }
        if self.other_family_names {
            kept.person.other_family_names = before.person.other_family_names;
        }
        if self.documents {
            kept.documents = before.documents;
        }
        if self.booked_on {
            kept.booked_on = before.booked_on;
        }
        if self.language {
            kept.person.language = before.person.language;
        }
        if self.preferred_name {
            kept.person.preferred_name = before.person.preferred_name;
        }
        if self.interpreter {
            kept.person.interpreter = before.person.interpreter;
        }
        if self.emergency_contact {
            kept.person.emergency_contact = before.person.emergency_contact;
        }
        if self.second_coverage {
            kept.second_coverage = before.second_coverage;
        }
        kept
    }

    /// Whether the list says anything about this field.
    pub(super) fn speaks_of(self, field: Field) -> bool {
        !match field {
            Field::Language => self.language,
            Field::PreferredName => self.preferred_name,
            Field::Interpreter => self.interpreter,
            Field::EmergencyContact => self.emergency_contact,
            Field::SecondInsurance => self.second_coverage,
            Field::Phone | Field::Email | Field::Address | Field::Insurance => false,
        }
    }
}

impl Store {
    /// Takes appointments over, in one transaction. What is as it was stays untouched; tickets always stay, and so does
    /// what staff accepted for a person; what the list contradicts of that was ended before
    /// ([`Store::end_contradicted`]).
    ///
    /// # Errors
    /// If the file cannot be written; then nothing of this list is taken.
    pub fn take_appointments(
        &mut self,
        list: &[Appointment],
        unsaid: Unsaid,
        now: Timestamp,
    ) -> Result<Taken, DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        let result = take_in(&tx, &day, list, unsaid, (IMPORT, now), &mut |_, _| {})?;
        tx.commit()?;
        Ok(result)
    }

    /// Whether there is any appointment whose number does not begin so.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_appointment_beside(&self, prefix: &str) -> Result<bool, DeskError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM appointment WHERE substr(id, 1, length(?1)) <> ?1)";
        Ok(self.conn.query_row(sql, [prefix], |row| row.get(0))?)
    }

    /// Dates beside `date` that have appointments, each with how many: the next one, and the last one before.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn days_beside(&self, date: Date) -> Result<Vec<(Date, u64)>, DeskError> {
        let mut found = Vec::new();
        for nearest in [
            "MIN(local_date) FROM appointment WHERE local_date > ?1",
            "MAX(local_date) FROM appointment WHERE local_date < ?1",
        ] {
            let sql = format!(
                "SELECT local_date, COUNT(*) FROM appointment WHERE local_date = (SELECT {nearest}) GROUP BY local_date"
            );
            let day: Option<(String, i64)> =
                self.conn.query_row(&sql, [date.to_string()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if let Some((day, count)) = day {
                found.push((day.parse().map_err(|_| DeskError::Unreadable("a date"))?, count.unsigned_abs()));
            }
        }
        Ok(found)
    }

    /// One appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn appointment(&self, id: &AppointmentId) -> Result<Option<Appointment>, DeskError> {
        of_id(&self.conn, id)
    }

    /// Every appointment, by id.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn appointments(&self) -> Result<Vec<Appointment>, DeskError> {
        let mut statement = self.conn.prepare("SELECT body FROM appointment ORDER BY id")?;
        let bodies: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        bodies.iter().map(|body| read(body)).collect()
    }

    /// Lets kiosks know of appointments that a new day has brought near. Answers whether there were any.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn open_feed_window(&mut self, now: Timestamp, days_ahead: i64) -> Result<bool, DeskError> {
        let until = self.date_at(now).saturating_add(jiff::SignedDuration::from_hours(24 * days_ahead));
        let before = super::meta(&self.conn, "feed_until")?.and_then(|text| text.parse::<Date>().ok());
        if before == Some(until) {
            return Ok(false);
        }
        let tx = self.write()?;
        // After a clock that ran ahead the window closes again: kiosks were told of more, and the next days come as
        // usual.
        if let Some(before) = before.filter(|before| *before < until) {
            let mut statement = tx.prepare(
                "SELECT id FROM appointment WHERE local_date > ?1 AND local_date <= ?2 ORDER BY start_at, id",
            )?;
            let ids: Vec<String> = statement
                .query_map([before.to_string(), until.to_string()], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            drop(statement);
            for id in ids {
                tell_again(&tx, &id)?;
            }
        }
        // The day itself is a change: yesterday's list is no longer today's.
        bump(&tx)?;
        super::set_meta(&tx, "feed_until", &until.to_string())?;
        tx.commit()?;
        Ok(true)
    }
}

/// As [`Store::take_appointments`], inside a transaction and by this user; `changed` gets what was there before, if
/// anything, and what is there now, for each that is new or different.
pub(super) fn take_in(
    tx: &Connection,
    day: &ClinicDay,
    list: &[Appointment],
    unsaid: Unsaid,
    (user, now): (&str, Timestamp),
    changed: &mut dyn FnMut(Option<&Appointment>, &Appointment),
) -> Result<Taken, DeskError> {
    let mut result = Taken::default();
    let mut people = People::default();
    let mut renumbered = BTreeSet::new();
    for listed in list {
        let id = listed.id.as_str();
        let before: Option<String> =
            tx.query_row("SELECT body FROM appointment WHERE id = ?1", [id], |row| row.get(0)).optional()?;
        let was = before.as_deref().map(read).transpose()?;
        let (listed, apart_from) = match people.settle(tx, listed, was.as_ref())? {
            Settled::For(listed) => (listed, None),
            Settled::Apart(listed, other) => (listed, Some(other)),
            Settled::Refused(why) => {
                result.refused.push(why);
                continue;
            }
        };
        if let Some(other) = &apart_from {
            same_number::note(tx, other, &listed.person.id, now)?;
            result.notes.push(format!(
                "appointment {id}: patient ID {}: another patient with a different name or date of birth has it; \
                 they are kept apart as {other} and {}",
                listed.person.number(),
                listed.person.id
            ));
        }
        let same =
            was.as_ref().filter(|was| was.person.id == listed.person.id || are_one_person(&was.person, &listed.person));
        if let Some(same) = same.filter(|same| same.person.id != listed.person.id) {
            renumbered.insert((same.person.id.clone(), listed.person.id.clone()));
        } else if was.is_some() && same.is_none() {
            result.notes.push(format!(
                "appointment {id}: it belonged to another patient; now it belongs to {}",
                listed.person.id
            ));
        }
        let appointment = match same {
            Some(same) if unsaid != Unsaid::default() => &unsaid.kept(&listed, same.clone()),
            _ => &listed,
        };
        let overlaid = chart::overlaid(tx, appointment)?;
        let appointment = overlaid.as_ref().unwrap_or(appointment);
        let booked = booking::heard(tx, appointment, now)?;
        let appointment = booked.as_ref().unwrap_or(appointment);
        let body = serde_json::to_string(appointment).map_err(|_| DeskError::Unreadable("an appointment"))?;
        if before.as_deref() == Some(body.as_str()) {
            result.unchanged += 1;
            continue;
        }
        put(tx, day, appointment)?;
        let (patient, about) = (appointment.person.id.as_str(), format!("appointment {id}"));
        audit::add(tx, &audit::Entry { at: now, user, action: "appointment-taken", patient, about: &about })?;
        let what = What::Listed { is_new: before.is_none(), status: appointment.status, start: appointment.start };
        facts::add(tx, Origin::User(user, None), &About::Visits(&[id]), &what, now)?;
        changed(was.as_ref(), appointment);
        result.taken += 1;
    }
    for (old, new) in renumbered {
        same_number::follow(tx, &old, &new, (user, now))?;
    }
    Ok(result)
}

/// Puts an appointment on the list, new or in place of what was there; kiosks hear of it, also those that know it on
/// another day.
pub(super) fn put(conn: &Connection, day: &ClinicDay, appointment: &Appointment) -> Result<(), DeskError> {
    let body = serde_json::to_string(appointment).map_err(|_| DeskError::Unreadable("an appointment"))?;
    let (id, person) = (appointment.id.as_str(), &appointment.person);
    let name = format!("{} {}", fold_name(person.given_name.as_str()), fold_name(person.family_name.as_str()));
    conn.prepare_cached(
        "INSERT INTO appointment(id, start_at, local_date, patient_id, name_folded, body, revision, born)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT(id) DO UPDATE SET start_at = excluded.start_at, local_date = excluded.local_date,
         patient_id = excluded.patient_id, name_folded = excluded.name_folded, born = excluded.born,
         body = excluded.body, revision = excluded.revision,
         left_date = CASE WHEN appointment.local_date = excluded.local_date THEN appointment.left_date
         ELSE appointment.local_date END",
    )?
    .execute(params![
        id,
        appointment.start.to_string(),
        day.of(appointment.start).to_string(),
        person.id.as_str(),
        name,
        body,
        int(bump(conn)?),
        person.birth_date.written()
    ])?;
    follow_with_visit(conn, id)
}

/// Writes an appointment again that is on the list, with the same beginning, name and person; kiosks hear of it.
pub(super) fn rewrite(conn: &Connection, appointment: &Appointment) -> Result<(), DeskError> {
    let body = serde_json::to_string(appointment).map_err(|_| DeskError::Unreadable("an appointment"))?;
    let id = appointment.id.as_str();
    let born = appointment.person.birth_date.written();
    conn.execute(
        "UPDATE appointment SET body = ?2, revision = ?3, born = ?4 WHERE id = ?1",
        params![id, body, int(bump(conn)?), born],
    )?;
    follow_with_visit(conn, id)
}

/// Lets kiosks hear of an appointment again, as it is.
pub(super) fn tell_again(conn: &Connection, id: &str) -> Result<(), DeskError> {
    conn.execute("UPDATE appointment SET revision = ?2 WHERE id = ?1", params![id, int(bump(conn)?)])?;
    follow_with_visit(conn, id)
}

/// A kiosk that hears of an appointment again hears of its ticket after it.
fn follow_with_visit(conn: &Connection, id: &str) -> Result<(), DeskError> {
    let has_facts: Option<i64> = conn
        .query_row("SELECT 1 FROM visit WHERE appointment_id = ?1 AND revision > 0", [id], |row| row.get(0))
        .optional()?;
    if has_facts.is_some() {
        conn.execute("UPDATE visit SET revision = ?2 WHERE appointment_id = ?1", params![id, int(bump(conn)?)])?;
    }
    Ok(())
}

/// Gives every appointment the clinic's day on which it begins.
pub(super) fn redate(conn: &Connection, day: &ClinicDay) -> Result<(), DeskError> {
    let mut statement = conn.prepare("SELECT id, start_at, local_date FROM appointment")?;
    let rows: Vec<(String, String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    for (id, start, before) in rows {
        let date = day.of(super::timestamp(&start)?).to_string();
        if date != before {
            conn.execute(
                "UPDATE appointment SET local_date = ?2, revision = ?3 WHERE id = ?1",
                params![id, date, int(bump(conn)?)],
            )?;
        }
    }
    super::set_meta(conn, DATED_BY, &day.to_string())
}

/// As [`Store::appointment`], also inside a transaction.
pub(super) fn of_id(conn: &Connection, id: &AppointmentId) -> Result<Option<Appointment>, DeskError> {
    let body: Option<String> =
        conn.query_row("SELECT body FROM appointment WHERE id = ?1", [id.as_str()], |row| row.get(0)).optional()?;
    body.map(|body| read(&body)).transpose()
}

pub(super) fn read(body: &str) -> Result<Appointment, DeskError> {
    serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an appointment"))
}
