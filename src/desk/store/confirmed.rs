//! When a person last said at a kiosk what is still right: kiosks hear of it with their appointments.
//!
//! Invariant: it is never written into the list; it follows from the check-ins alone.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::{appointments, timestamp_or_none, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Confirmed;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::{CheckedIn, StillRight};
use crate::domain::ids::AppointmentId;

fn says_something(said: StillRight) -> bool {
    matches!(said, StillRight::Yes | StillRight::Changed)
}

/// The latest dates on which a person confirmed or corrected what is on file. A visit that is on the list is its
/// person's, whatever the kiosk took them for.
pub(super) fn of_person(conn: &Connection, day: &ClinicDay, patient: &str) -> Result<Confirmed, DeskError> {
    let (yes, changed) = (to_code(&StillRight::Yes), to_code(&StillRight::Changed));
    let mut statement = conn.prepare_cached(
        "SELECT MAX(CASE WHEN details IN (?2, ?3) THEN at END), MAX(CASE WHEN insurance IN (?2, ?3) THEN at END) FROM (
         SELECT t.details, t.insurance, t.at FROM appointment a JOIN ticket t ON t.appointment_id = a.id
         WHERE a.patient_id = ?1
         UNION ALL
         SELECT t.details, t.insurance, t.at FROM ticket t
         WHERE t.patient_id = ?1 AND t.patient_id <> ''
         AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = t.appointment_id))",
    )?;
    let (details, insurance): (Option<String>, Option<String>) =
        statement.query_row(params![patient, yes, changed], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let date =
        |at: Option<String>| -> Result<Option<Date>, DeskError> { Ok(timestamp_or_none(at)?.map(|at| day.of(at))) };
    Ok(Confirmed { details: date(details)?, insurance: date(insurance)? })
}

/// Lets kiosks know of the other appointments, today's and later ones, of anyone who has just confirmed something.
pub(super) fn tell_kiosks(
    conn: &Connection,
    day: &ClinicDay,
    said: &CheckedIn,
    now: Timestamp,
) -> Result<(), DeskError> {
    if !says_something(said.details) && !says_something(said.insurance) {
        return Ok(());
    }
    let today = day.of(now).to_string();
    let mut statement = conn.prepare_cached(
        "SELECT id FROM appointment WHERE local_date >= ?2
         AND patient_id = COALESCE((SELECT patient_id FROM appointment WHERE id = ?1), ?3)
         ORDER BY start_at, id",
    )?;
    for appointment in &said.appointments {
        let others = statement
            .query_map(params![appointment.as_str(), today, said.patient.as_str()], |row| row.get::<_, String>(0))?;
        for id in others.collect::<Result<Vec<_>, _>>()? {
            if !said.appointments.contains(&AppointmentId::from(id.as_str())) {
                appointments::tell_again(conn, &id)?;
            }
        }
    }
    Ok(())
}
