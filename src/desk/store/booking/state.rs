//! How an appointment that was booked here stands, and the steps that led there.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{Store, appointments, timestamp};
use super::overlay::{Listed, Overlay};
use super::{CALL_OFF, CODES, Detail, UNDO_HOURS, unjson};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::ids::AppointmentId;
use crate::domain::visit::CalledOff;

/// How an appointment stands to what was decided here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingState {
    /// It was booked here, and no list of the booking system has named it yet.
    pub is_only_here: bool,
    /// The beginning that the list says, if staff moved it to another one.
    pub listed_start: Option<Timestamp>,
    /// What the list says otherwise than staff had decided: when they had it.
    pub contradicted: Option<Timestamp>,
    /// Staff had canceled what the list now has.
    pub contradicted_off: bool,
    /// What was done last, if it can be taken back.
    pub undo: Option<(u64, String)>,
    /// Everything that was done here, oldest first.
    pub steps: Vec<BookingStep>,
}

/// Something that staff did with an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingStep {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: String,
    /// What, as a code.
    pub action: String,
    /// Why, as someone typed it; may be empty.
    pub why: String,
    /// It was booked outside the clinic's hours, on purpose.
    pub outside: bool,
}

/// By which user an appointment that is off was canceled here; none if it stands, or staff did not do it.
pub fn called_off(conn: &Connection, appointment: &Appointment) -> Result<Option<CalledOff>, DeskError> {
    if appointment.status.stands() {
        return Ok(None);
    }
    let Some((revision, step)) = called_off_by(conn, &appointment.id)? else { return Ok(None) };
    let can = conn
        .prepare_cached("SELECT 1 FROM booking_step WHERE appointment_id = ?1 AND revision = ?2")?
        .exists(params![appointment.id.as_str(), revision])?;
    let until = step.at.checked_add(SignedDuration::from_hours(UNDO_HOURS)).unwrap_or(Timestamp::MAX);
    Ok(Some(CalledOff {
        at: step.at,
        user: step.user,
        why: step.why,
        undo: can.then_some((revision.unsigned_abs(), until)),
    }))
}

/// Whether a list says something else of an appointment than staff had decided, and no one has noted that.
pub fn is_contradicted(conn: &Connection, id: &str) -> Result<bool, DeskError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM booking WHERE appointment_id = ?1 AND contradicted IS NOT NULL")?
        .exists([id])?)
}

/// The revision and the step by which staff called an appointment off, if they did nothing else with it since.
pub(super) fn called_off_by(conn: &Connection, id: &AppointmentId) -> Result<Option<(i64, BookingStep)>, DeskError> {
    let sql = "SELECT revision, at, user_name, action, detail FROM staff_action
               WHERE appointment_id = ?1 AND action IN ('book', 'move', 'call-off', 'booking-undo')
               ORDER BY revision DESC LIMIT 1";
    let row: Option<(i64, String, String, String, String)> = conn
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    let Some((revision, at, user, action, detail)) = row.filter(|(_, _, _, action, _)| action == CALL_OFF) else {
        return Ok(None);
    };
    let step = recorded(&action, &at, &user, &detail)?;
    Ok(step.map(|step| (revision, step)))
}

/// Reads what was recorded under a code; none if the code is another kind of action's.
pub fn recorded(action: &str, at: &str, user: &str, detail: &str) -> Result<Option<BookingStep>, DeskError> {
    if !CODES.contains(&action) {
        return Ok(None);
    }
    let detail: Detail = unjson(detail)?;
    Ok(Some(BookingStep {
        at: timestamp(at)?,
        user: user.to_owned(),
        action: action.to_owned(),
        why: detail.why,
        outside: detail.outside,
    }))
}

/// The latest step that can still be taken back: its revision, its code, and what held before it.
pub(super) fn latest(
    conn: &Connection,
    id: &AppointmentId,
    now: Timestamp,
) -> Result<Option<(i64, String, Overlay)>, DeskError> {
    let sql = "SELECT revision, at, action, before FROM booking_step WHERE appointment_id = ?1 ORDER BY revision DESC
               LIMIT 1";
    let row: Option<(i64, String, String, String)> = conn
        .query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((revision, at, action, before)) = row else { return Ok(None) };
    if now.duration_since(timestamp(&at)?) > SignedDuration::from_hours(UNDO_HOURS) {
        return Ok(None);
    }
    Ok(Some((revision, action, unjson(&before)?)))
}

impl Store {
    /// What was done here with an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn booking_state(&self, id: &AppointmentId, now: Timestamp) -> Result<BookingState, DeskError> {
        let sql = "SELECT is_listed, listed, overlay, contradicted FROM booking WHERE appointment_id = ?1";
        let row: Option<(bool, String, String, Option<String>)> = self
            .conn
            .query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((is_listed, listed, overlay, contradicted)) = row else { return Ok(BookingState::default()) };
        let (listed, overlay): (Listed, Overlay) = (unjson(&listed)?, unjson(&overlay)?);
        let lost: Option<Overlay> = contradicted.as_deref().map(unjson).transpose()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT at, user_name, action, detail FROM staff_action
             WHERE appointment_id = ?1 AND action IN ('book', 'move', 'call-off', 'booking-undo')
             ORDER BY revision",
        )?;
        let rows: Vec<(String, String, String, String)> = statement
            .query_map([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        let steps = rows
            .into_iter()
            .filter_map(|(at, user, action, detail)| recorded(&action, &at, &user, &detail).transpose());
        Ok(BookingState {
            contradicted_off: lost.as_ref().is_some_and(|lost| lost.status.is_some_and(|status| !status.stands())),
            is_only_here: !is_listed,
            listed_start: overlay.time.is_some().then_some(listed.time.start),
            contradicted: lost.map(|lost| lost.time.map_or(listed.time.start, |time| time.start)),
            undo: latest(&self.conn, id, now)?.map(|(step, action, _)| (step.unsigned_abs(), action)),
            steps: steps.collect::<Result<_, DeskError>>()?,
        })
    }

    /// Appointments about which the list says something else than staff had decided, that no one has noticed yet.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_bookings(&self) -> Result<Vec<Appointment>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.body FROM booking b JOIN appointment a ON a.id = b.appointment_id
             WHERE b.contradicted IS NOT NULL ORDER BY a.start_at, a.id",
        )?;
        let bodies: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        bodies.iter().map(|body| appointments::read(body)).collect()
    }
}
