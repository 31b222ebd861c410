//! Whether a time is free, and what stands beside a visit that was booked anyway.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension as _};

use super::super::calendar;
use super::{Detail, Refused, unjson};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Conflict, Wish, conflicts};
use crate::domain::ids::AppointmentId;

fn clashes(conn: &Connection, wish: &Wish, now: Timestamp) -> Result<Vec<Conflict>, DeskError> {
    let zone = super::super::settings(conn)?.zone()?;
    let practice = calendar::practice(conn, &zone, now)?;
    let date = practice.date_of(wish.start);
    let (from, to) = (date.yesterday().unwrap_or(date), date.tomorrow().unwrap_or(date));
    let taken = calendar::busy_beside(conn, wish, &practice, (from, to))?;
    Ok(conflicts(&practice, wish, &taken, now))
}

/// Whether a wish can be had, and if so whether it is outside the clinic's hours, which only counts if someone wants it
/// `anyway`.
pub(super) fn fits(
    conn: &Connection,
    wish: &Wish,
    anyway: bool,
    now: Timestamp,
) -> Result<Result<bool, Refused>, DeskError> {
    let found = clashes(conn, wish, now)?;
    let is_had = found.is_empty() || (anyway && found.iter().all(Conflict::is_of_hours));
    Ok(if is_had { Ok(!found.is_empty()) } else { Err(Refused::Conflicts(found)) })
}

/// What an appointment clashes with where it stands. The clinic's hours do not matter.
pub(super) fn beside(
    conn: &Connection,
    zone: &TimeZone,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<Vec<Conflict>, DeskError> {
    let wish = Wish {
        patient: Some(appointment.person.id.clone()),
        moves: Some(appointment.id.clone()),
        service: appointment.service.clone(),
        practitioner: appointment.practitioner.clone(),
        start: appointment.start,
        minutes: calendar::practice(conn, zone, now)?.length(&appointment.service, appointment.minutes),
    };
    Ok(clashes(conn, &wish, now)?.into_iter().filter(|one| other_of(one).is_some()).collect())
}

/// The other appointment of a conflict, if it is one with another.
pub(super) fn other_of(conflict: &Conflict) -> Option<&AppointmentId> {
    match conflict {
        Conflict::Patient(id) | Conflict::Practitioner(id) | Conflict::Room(id, _) => Some(id),
        _ => None,
    }
}

pub(super) fn others(conflicts: &[Conflict]) -> Vec<AppointmentId> {
    conflicts.iter().filter_map(other_of).cloned().collect()
}

/// What an appointment clashed with when a step took it away from there.
pub(super) fn beside_before(conn: &Connection, step: i64) -> Result<Vec<AppointmentId>, DeskError> {
    let detail: Option<String> =
        conn.query_row("SELECT detail FROM staff_action WHERE revision = ?1", [step], |row| row.get(0)).optional()?;
    Ok(detail.map(|detail| unjson::<Detail>(&detail)).transpose()?.map_or_else(Vec::new, |detail| detail.beside))
}
