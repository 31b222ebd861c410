//! Who is who: which of the desk's people an appointment of a list is for.
//!
//! Invariants: a number joins two records only if it is a real one of the same system, and birth date and name agree.
//! Anyone who comes with a number that someone else has gets one of the desk's own (`1~2`), and staff are shown both,
//! to join them or to keep them apart ([`super::same_number`]). What has happened to one person's visit never becomes
//! another person's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::appointments::read;
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::identity::are_one_person;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::person::Person;

/// Someone the desk knows by a number, as each of their appointments has them.
pub(super) struct Known {
    pub id: PatientId,
    faces: Vec<(AppointmentId, Person)>,
}

/// What a list's appointment comes to.
pub(super) enum Settled {
    /// It is for a new patient, or for the one the desk knows.
    For(Appointment),
    /// It is for someone whose number someone else has: the other one.
    Apart(Appointment, PatientId),
    /// It was for someone else, who has come for it.
    Refused(String),
}

impl Known {
    pub(super) fn new(id: PatientId) -> Self {
        Self { id, faces: Vec::new() }
    }

    /// Everyone who has this number, in the order of the desk's own ones.
    pub(super) fn of_number(conn: &Connection, number: &str) -> Result<Vec<Self>, DeskError> {
        // The desk's own numbers of others with this one: `1~2`, `1~3`. A tilde is the last character but one of ASCII.
        let sql = "SELECT body FROM appointment WHERE patient_id = ?1
                   OR (patient_id > ?1 || '~' AND patient_id < ?1 || char(127))
                   ORDER BY length(patient_id), patient_id, id";
        let mut statement = conn.prepare_cached(sql)?;
        let bodies = statement.query_map([number], |row| row.get::<_, String>(0))?;
        let mut known: Vec<Self> = Vec::new();
        for body in bodies {
            let Appointment { id, person, .. } = read(&body?)?;
            if person.number() == number {
                let at = known.iter().position(|one| one.id == person.id).unwrap_or_else(|| {
                    known.push(Self::new(person.id.clone()));
                    known.len() - 1
                });
                known.get_mut(at).into_iter().for_each(|one| one.faces.push((id.clone(), person.clone())));
            }
        }
        Ok(known)
    }

    /// Someone by the desk's own number.
    pub(super) fn of_person(conn: &Connection, id: &PatientId) -> Result<Self, DeskError> {
        let mut known = Self::new(id.clone());
        let mut statement = conn.prepare_cached("SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY id")?;
        for body in statement.query_map([id.as_str()], |row| row.get::<_, String>(0))? {
            known.add(&read(&body?)?);
        }
        Ok(known)
    }

    /// The booking system's number.
    pub(super) fn number(&self) -> &str {
        self.faces.first().map_or(self.id.as_str(), |(_, person)| person.number())
    }

    /// Notes how an appointment has them.
    pub(super) fn add(&mut self, appointment: &Appointment) {
        self.faces.retain(|(id, _)| *id != appointment.id);
        self.faces.push((appointment.id.clone(), appointment.person.clone()));
    }

    /// Whether this is the person an appointment is for.
    pub(super) fn is_meant_by(&self, appointment: &Appointment) -> bool {
        let said = &appointment.person;
        self.faces.iter().any(|(id, person)| {
            is_of_one_system(person, said)
                && (are_one_person(person, said) || (*id == appointment.id && is_corrected(person, said)))
        })
    }

    fn has(&self, appointment: &AppointmentId) -> bool {
        self.faces.iter().any(|(id, _)| id == appointment)
    }

    /// Which system their number is of, if it was ever said.
    fn source(&self) -> &str {
        self.faces
            .iter()
            .map(|(_, person)| person.source.as_str())
            .find(|source| !source.is_empty())
            .unwrap_or_default()
    }
}

/// Which of these an appointment is for: the one who already has it comes first.
pub(super) fn meant<'a>(known: impl IntoIterator<Item = &'a Known>, appointment: &Appointment) -> Option<&'a Known> {
    let mut found: Vec<&Known> = known.into_iter().filter(|one| one.is_meant_by(appointment)).collect();
    found.sort_by_key(|one| !one.has(&appointment.id));
    found.first().copied()
}

/// The people of a desk's file, as far as a list speaks of their numbers.
#[derive(Default)]
pub(super) struct People {
    of_number: HashMap<String, Vec<Known>>,
    /// The desk's own numbers that this list has brought, each with the booking system's.
    given: HashMap<PatientId, String>,
}

impl People {
    /// Says who an appointment is for. `before`: what the desk has under its number.
    pub(super) fn settle(
        &mut self,
        conn: &Connection,
        listed: &Appointment,
        before: Option<&Appointment>,
    ) -> Result<Settled, DeskError> {
        let mut settled = listed.clone();
        let mut apart_from = None;
        if listed.person.id.is_made() {
            // Anyone who has another phone by now is still the same.
            let same =
                before.filter(|before| before.person.id.is_made() && are_one_person(&before.person, &listed.person));
            if let Some(same) = same {
                settled.person.id = same.person.id.clone();
            }
        } else {
            let number = listed.person.id.as_str();
            let known = match self.of_number.entry(number.to_owned()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(none) => none.insert(Known::of_number(conn, number)?),
            };
            match meant(known.iter(), listed) {
                Some(one) => {
                    if settled.person.source.is_empty() {
                        one.source().clone_into(&mut settled.person.source);
                    }
                    settled.person.id = one.id.clone();
                }
                // A booking system may use what the desk has made up for someone else.
                None if known.is_empty() && !is_used(conn, &listed.person.id, number, &self.given)? => {}
                None => {
                    let other = known.iter().find(|one| is_one_or_unsaid(one.source(), &listed.person.source));
                    apart_from = other.map(|one| one.id.clone());
                    settled.person.id = free_id(conn, number, &self.given)?;
                }
            }
            if settled.person.id != listed.person.id {
                number.clone_into(&mut settled.person.number);
            }
        }
        if let Some(before) = before.filter(|before| before.person.id != settled.person.id)
            && !are_one_person(&before.person, &settled.person)
            && has_happened(conn, &listed.id)?
        {
            let id = &listed.id;
            return Ok(Settled::Refused(format!(
                "appointment {id}: the patient on the desk's list has already checked in, \
                 and the file names another patient; use a different appointment ID"
            )));
        }
        self.know(&settled);
        Ok(match apart_from {
            Some(other) => Settled::Apart(settled, other),
            None => Settled::For(settled),
        })
    }

    fn know(&mut self, settled: &Appointment) {
        self.given.insert(settled.person.id.clone(), settled.person.number().to_owned());
        let Some(known) = self.of_number.get_mut(settled.person.number()) else { return };
        for one in known.iter_mut().filter(|one| one.id != settled.person.id) {
            one.faces.retain(|(id, _)| *id != settled.id);
        }
        match known.iter_mut().find(|one| one.id == settled.person.id) {
            Some(one) => one.add(settled),
            None => {
                let mut one = Known::new(settled.person.id.clone());
                one.add(settled);
                known.push(one);
            }
        }
    }
}

/// Gives everyone of a list a number that is theirs alone, as a desk without anyone would.
///
/// # Errors
/// If no file can be held in memory.
pub fn settle_alone(list: Vec<Appointment>) -> Result<Vec<Appointment>, DeskError> {
    let conn = Connection::open_in_memory()?;
    conn.execute_batch("CREATE TABLE appointment(id TEXT PRIMARY KEY, patient_id TEXT NOT NULL, body TEXT NOT NULL)")?;
    let mut people = People::default();
    list.iter()
        .map(|listed| {
            Ok(match people.settle(&conn, listed, None)? {
                Settled::For(one) | Settled::Apart(one, _) => one,
                // Nothing has happened here.
                Settled::Refused(_) => listed.clone(),
            })
        })
        .collect()
}

/// Two systems number their patients without knowing of each other. Of a number whose system was never said, name and
/// birth date decide.
fn is_of_one_system(one: &Person, other: &Person) -> bool {
    is_one_or_unsaid(&one.source, &other.source)
}

fn is_one_or_unsaid(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

/// Whether the same appointment says something else of the same person, such as a name by marriage, a newborn's first
/// name, or a digit of the birth date.
fn is_corrected(before: &Person, now: &Person) -> bool {
    let with = |change: &dyn Fn(&mut Person)| {
        let mut changed = now.clone();
        change(&mut changed);
        are_one_person(before, &changed)
    };
    let is_same_but_for_family = with(&|person| {
        person.family_name = before.family_name.clone();
        person.other_family_names = before.other_family_names.clone();
    });
    let is_same_but_for_given = with(&|person| {
        person.given_name = before.given_name.clone();
        person.other_given_names = before.other_given_names.clone();
        person.preferred_name = before.preferred_name.clone();
    });
    let is_date_corrected = match (before.birth_date.day(), now.birth_date.day()) {
        (Some(before), Some(now)) => is_slip_of(before.0, now.0),
        _ => true,
    };
    let is_same_but_for_date = is_date_corrected && with(&|person| person.birth_date = before.birth_date);
    is_same_but_for_family || is_same_but_for_given || is_same_but_for_date
}

/// Whether two of year, month and day agree, or day and month are exchanged.
fn is_slip_of(one: Date, other: Date) -> bool {
    let agree = [one.year() == other.year(), one.month() == other.month(), one.day() == other.day()];
    let is_exchanged = one.year() == other.year() && one.month() == other.day() && one.day() == other.month();
    is_exchanged || agree.into_iter().filter(|agrees| *agrees).count() == 2
}

/// A number of the desk's own for someone whose number someone else has.
fn free_id(conn: &Connection, number: &str, given: &HashMap<PatientId, String>) -> Result<PatientId, DeskError> {
    let mut n = 2;
    loop {
        let id = PatientId::new(format!("{number}~{n}"));
        if !is_used(conn, &id, "", given)? {
            return Ok(id);
        }
        n += 1;
    }
}

/// Whether the desk has this number for someone whose own is another one than `number`.
fn is_used(
    conn: &Connection,
    id: &PatientId,
    number: &str,
    given: &HashMap<PatientId, String>,
) -> Result<bool, DeskError> {
    if let Some(listed) = given.get(id) {
        return Ok(listed != number);
    }
    let mut statement = conn.prepare_cached("SELECT body FROM appointment WHERE patient_id = ?1 LIMIT 1")?;
    let body: Option<String> = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
    Ok(body.map(|body| read(&body)).transpose()?.is_some_and(|one| one.person.number() != number))
}

/// Whether anyone has done anything with this appointment that speaks of the person.
fn has_happened(conn: &Connection, id: &AppointmentId) -> Result<bool, DeskError> {
    let tables = ["visit", "ticket", "visit_note", "proposal", "message", "called_off_arrival"];
    let any = tables.map(|table| format!("EXISTS (SELECT 1 FROM {table} WHERE appointment_id = ?1)")).join(" OR ");
    Ok(conn.query_row(&format!("SELECT {any}"), params![id.as_str()], |row| row.get(0))?)
}
