//! Appointments that are booked, moved and called off here, laid over what the booking system's list says.
//!
//! Invariants: whether a time is free is decided in the transaction that takes it; what staff decided stays while the list says
//! what it said before, ends when the list says the same, and gives way, with a note, when the list says something else.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::super::error::DeskError;
use super::super::secret::random_token;
use super::{Store, appointments, bump, calendar, chart, int, timestamp};
use crate::domain::appointment::{Appointment, AppointmentStatus};
use crate::domain::booking::{Conflict, Wish, conflicts};
use crate::domain::ids::AppointmentId;
use crate::domain::queue::VisitState;

/// Codes of what staff do here, as they are recorded.
pub(super) const CODES: [&str; 5] = ["book", "move", "call-off", "booking-undo", "booking-noted"];
/// What was done can be taken back for so long.
const UNDO_HOURS: i64 = 24;
/// What the numbers of appointments begin with that are booked here.
const OWN: &str = "desk-";

/// Why something was not booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The time is not free.
    Conflicts(Vec<Conflict>),
    /// There is no such appointment.
    Unknown,
    /// The patient has come for it, or it is over.
    HasCome,
    /// Somebody did something else with it meanwhile, or it is as it should be already.
    NotAsShown,
}

/// How an appointment stands to what was decided here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingState {
    /// It was booked here, and no list of the booking system has named it yet.
    pub is_only_here: bool,
    /// The beginning that the list says, if staff moved it to another one.
    pub listed_start: Option<Timestamp>,
    /// What the list says otherwise than staff had decided: when they had it.
    pub contradicted: Option<Timestamp>,
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
    /// Why, as somebody typed it; may be empty.
    pub why: String,
    /// It was booked outside the clinic's hours, on purpose.
    pub outside: bool,
}

/// When, with whom and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Time {
    start: Timestamp,
    minutes: u32,
    practitioner: String,
    place: String,
}

impl Time {
    fn of(appointment: &Appointment) -> Self {
        Self {
            start: appointment.start,
            minutes: appointment.minutes,
            practitioner: appointment.practitioner.clone(),
            place: appointment.place.clone(),
        }
    }

    /// Lists word places in their own way, and lengths too.
    fn is_same(&self, other: &Self) -> bool {
        self.start == other.start && self.practitioner == other.practitioner
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    time: Time,
    status: AppointmentStatus,
}

impl Listed {
    fn of(appointment: &Appointment) -> Self {
        Self { time: Time::of(appointment), status: appointment.status }
    }
}

/// What staff decided instead of what the list says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Overlay {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<AppointmentStatus>,
}

impl Overlay {
    fn put_over(&self, listed: &Listed, appointment: &mut Appointment) {
        let time = self.time.as_ref().unwrap_or(&listed.time).clone();
        appointment.start = time.start;
        appointment.minutes = time.minutes;
        appointment.practitioner = time.practitioner;
        appointment.place = time.place;
        appointment.status = self.status.unwrap_or(listed.status);
    }

    /// What is left of it once the list says this, and whether that contradicts it.
    fn heard(&self, before: &Listed, said: &Listed) -> (Self, bool) {
        let (mut left, mut contradicted) = (self.clone(), false);
        if let Some(time) = &self.time
            && !said.time.is_same(&before.time)
        {
            contradicted |= !said.time.is_same(time);
            left.time = None;
        }
        if let Some(status) = self.status
            && said.status != before.status
            && (said.status.stands() != before.status.stands() || is_underway(said.status))
        {
            contradicted |= said.status.stands() != status.stands() || is_underway(said.status);
            left.status = None;
        }
        (left, contradicted)
    }
}

/// Whether the patient has come for it, as the list has it.
fn is_underway(status: AppointmentStatus) -> bool {
    use AppointmentStatus as S;
    matches!(status, S::Arrived | S::CheckedIn | S::Fulfilled)
}

/// What is recorded of something that was done, and done again while the list is rebuilt.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Detail {
    /// What was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    appointment: Option<Box<Appointment>>,
    /// What holds after it.
    after: Overlay,
    /// Which step it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<i64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    /// It was booked outside the clinic's hours, on purpose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
}

struct Row {
    listed: Listed,
    overlay: Overlay,
}

impl Store {
    /// Books an appointment, whose number is given here, if nothing stands in its way; `anyway`: also outside the clinic's hours.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn book(
        &mut self,
        wanted: &Appointment,
        anyway: bool,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<AppointmentId, Refused>, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let mut new = wanted.clone();
        new.status = AppointmentStatus::Booked;
        let wish = Wish {
            patient: Some(new.person.id.clone()),
            moves: None,
            service: new.service.clone(),
            practitioner: new.practitioner.clone(),
            start: new.start,
            minutes: new.minutes,
        };
        let outside = match fits(&tx, &wish, anyway, now)? {
            Ok(outside) => outside,
            Err(refused) => return Ok(Err(refused)),
        };
        new.id = own_id(&tx)?;
        let detail = Detail { appointment: Some(Box::new(new.clone())), outside, ..Detail::default() };
        record(&tx, &zone, &new.id, "book", &detail, user, now)?;
        tx.commit()?;
        Ok(Ok(new.id))
    }

    /// Moves an appointment to another time, perhaps with somebody else, if nothing stands in the way; `anyway`: also outside the clinic's
    /// hours. One that was called off is booked again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn reschedule(
        &mut self,
        id: &AppointmentId,
        (start, minutes, practitioner): (Timestamp, u32, &str),
        anyway: bool,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refused>, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let Some(appointment) = appointments::of_id(&tx, id)? else { return Ok(Err(Refused::Unknown)) };
        if has_come(&tx, &appointment)? {
            return Ok(Err(Refused::HasCome));
        }
        let wish = Wish {
            patient: Some(appointment.person.id.clone()),
            moves: Some(id.clone()),
            service: appointment.service.clone(),
            practitioner: practitioner.to_owned(),
            start,
            minutes,
        };
        let outside = match fits(&tx, &wish, anyway, now)? {
            Ok(outside) => outside,
            Err(refused) => return Ok(Err(refused)),
        };
        let place = Some(calendar::practice(&tx, &zone, now)?.place_at(practitioner, start)).filter(|place| !place.is_empty());
        let time = Time { start, minutes, practitioner: practitioner.to_owned(), place: place.unwrap_or(appointment.place.clone()) };
        if appointment.status.stands() && time == Time::of(&appointment) {
            return Ok(Err(Refused::NotAsShown));
        }
        let row = row_of(&tx, &appointment)?;
        let status = if row.listed.status.stands() { None } else { Some(AppointmentStatus::Booked) };
        let after = Overlay { time: (!time.is_same(&row.listed.time)).then_some(time), status };
        record(&tx, &zone, id, "move", &Detail { after, outside, ..Detail::default() }, user, now)?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Calls an appointment off.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn call_off(&mut self, id: &AppointmentId, why: &str, user: &str, now: Timestamp) -> Result<Result<(), Refused>, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let Some(appointment) = appointments::of_id(&tx, id)? else { return Ok(Err(Refused::Unknown)) };
        if has_come(&tx, &appointment)? {
            return Ok(Err(Refused::HasCome));
        }
        if !appointment.status.stands() {
            return Ok(Err(Refused::NotAsShown));
        }
        let row = row_of(&tx, &appointment)?;
        let status = if row.listed.status.stands() { Some(AppointmentStatus::Cancelled) } else { None };
        let after = Overlay { status, ..row.overlay };
        record(&tx, &zone, id, "call-off", &Detail { after, why: why.to_owned(), ..Detail::default() }, user, now)?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Takes the latest step back, if it is still the one that was shown and the time it leads back to is free. What was booked and
    /// is taken back never should have been on the list.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn undo_booking(&mut self, id: &AppointmentId, shown: u64, user: &str, now: Timestamp) -> Result<Result<(), Refused>, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let Some(appointment) = appointments::of_id(&tx, id)? else { return Ok(Err(Refused::Unknown)) };
        if has_come(&tx, &appointment)? {
            return Ok(Err(Refused::HasCome));
        }
        let Some((step, action, before)) = latest(&tx, id, now)?.filter(|(step, ..)| *step == int(shown)) else {
            return Ok(Err(Refused::NotAsShown));
        };
        let row = row_of(&tx, &appointment)?;
        let after = if action == "book" { Overlay { status: Some(AppointmentStatus::EnteredInError), ..row.overlay } } else { before };
        let mut restored = appointment.clone();
        after.put_over(&row.listed, &mut restored);
        if restored.status.stands()
            && (restored.start, &restored.practitioner, true) != (appointment.start, &appointment.practitioner, appointment.status.stands())
        {
            let wish = Wish {
                patient: Some(restored.person.id.clone()),
                moves: Some(id.clone()),
                service: restored.service.clone(),
                practitioner: restored.practitioner.clone(),
                start: restored.start,
                minutes: calendar::practice(&tx, &zone, now)?.length(&restored.service, restored.minutes),
            };
            // The clinic's hours do not matter: it stood there before.
            let others = |one: &Conflict| matches!(one, Conflict::Patient(_) | Conflict::Practitioner(_) | Conflict::Room(..));
            let found: Vec<Conflict> = clashes(&tx, &wish, now)?.into_iter().filter(others).collect();
            if !found.is_empty() {
                return Ok(Err(Refused::Conflicts(found)));
            }
        }
        record(&tx, &zone, id, "booking-undo", &Detail { after, step: Some(step), ..Detail::default() }, user, now)?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Somebody has noticed that the list says something else than staff had decided. `false` if somebody else had.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_contradiction(&mut self, id: &AppointmentId, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let sql = "SELECT overlay FROM booking WHERE appointment_id = ?1 AND contradicted IS NOT NULL";
        let overlay: Option<String> = tx.query_row(sql, [id.as_str()], |row| row.get(0)).optional()?;
        let Some(overlay) = overlay else { return Ok(false) };
        let detail = Detail { after: unjson(&overlay)?, ..Detail::default() };
        record(&tx, &zone, id, "booking-noted", &detail, user, now)?;
        tx.commit()?;
        Ok(true)
    }

    /// What was done here with an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn booking_state(&self, id: &AppointmentId, now: Timestamp) -> Result<BookingState, DeskError> {
        let sql = "SELECT is_listed, listed, overlay, contradicted FROM booking WHERE appointment_id = ?1";
        let row: Option<(bool, String, String, Option<String>)> =
            self.conn.query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
        let Some((is_listed, listed, overlay, contradicted)) = row else { return Ok(BookingState::default()) };
        let (listed, overlay): (Listed, Overlay) = (unjson(&listed)?, unjson(&overlay)?);
        let lost: Option<Overlay> = contradicted.as_deref().map(unjson).transpose()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT at, user_name, action, detail FROM staff_action WHERE appointment_id = ?1 AND action IN ('book', 'move', 'call-off', 'booking-undo')
             ORDER BY revision",
        )?;
        let rows: Vec<(String, String, String, String)> = statement
            .query_map([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        let steps = rows.into_iter().map(|(at, user, action, detail)| {
            let detail: Detail = unjson(&detail)?;
            Ok(BookingStep { at: timestamp(&at)?, user, action, why: detail.why, outside: detail.outside })
        });
        Ok(BookingState {
            is_only_here: !is_listed,
            listed_start: overlay.time.is_some().then_some(listed.time.start),
            contradicted: lost.map(|lost| lost.time.map_or(listed.time.start, |time| time.start)),
            undo: latest(&self.conn, id, now)?.map(|(step, action, _)| (step.unsigned_abs(), action)),
            steps: steps.collect::<Result<_, DeskError>>()?,
        })
    }

    /// Appointments about which the list says something else than staff had decided, that nobody has noticed yet.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_bookings(&self) -> Result<Vec<Appointment>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.body FROM booking b JOIN appointment a ON a.id = b.appointment_id WHERE b.contradicted IS NOT NULL ORDER BY a.start_at, a.id",
        )?;
        let bodies: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        bodies.iter().map(|body| appointments::read(body)).collect()
    }
}

/// What the list's appointment is with what was decided here, if anything was; and what of that ends by it.
pub(super) fn heard(conn: &Connection, appointment: &Appointment, now: Timestamp) -> Result<Option<Appointment>, DeskError> {
    let id = &appointment.id;
    let Some(row) = stored(conn, id)? else { return Ok(None) };
    let said = Listed::of(appointment);
    let (left, contradicted) = row.overlay.heard(&row.listed, &said);
    if left != row.overlay {
        let lost = contradicted.then(|| json(&row.overlay)).transpose()?;
        conn.execute(
            "INSERT INTO booking_ended(revision, appointment_id, at, overlay, contradicted) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![int(bump(conn)?), id.as_str(), now.to_string(), json(&left)?, lost],
        )?;
        conn.execute("DELETE FROM booking_step WHERE appointment_id = ?1", [id.as_str()])?;
        conn.execute(
            "UPDATE booking SET overlay = ?2, contradicted = COALESCE(?3, contradicted) WHERE appointment_id = ?1",
            params![id.as_str(), json(&left)?, lost],
        )?;
    }
    conn.execute("UPDATE booking SET listed = ?2, is_listed = 1 WHERE appointment_id = ?1", params![id.as_str(), json(&said)?])?;
    let mut booked = appointment.clone();
    left.put_over(&said, &mut booked);
    Ok(Some(booked))
}

/// Makes everything that was decided here anew, from what was recorded and from where lists ended it.
pub(super) fn rebuild(conn: &Connection, zone: &TimeZone) -> Result<(), DeskError> {
    conn.execute_batch("UPDATE booking SET overlay = '{}', contradicted = NULL; DELETE FROM booking_step;")?;
    let mut statement = conn.prepare(
        "SELECT revision, at, action, appointment_id, detail FROM staff_action WHERE action IN ('book', 'move', 'call-off', 'booking-undo', 'booking-noted')
         UNION ALL SELECT revision, at, 'ended', appointment_id, json_object('after', json(overlay), 'why', COALESCE(contradicted, '')) FROM booking_ended
         ORDER BY 1",
    )?;
    let rows: Vec<(i64, String, String, String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?.collect::<Result<_, _>>()?;
    for (n, at, action, id, detail) in rows {
        let detail: Detail = unjson(&detail)?;
        if action == "ended" {
            conn.execute("DELETE FROM booking_step WHERE appointment_id = ?1", [&id])?;
            let lost = (!detail.why.is_empty()).then_some(detail.why.as_str());
            conn.execute(
                "UPDATE booking SET overlay = ?2, contradicted = COALESCE(?3, contradicted) WHERE appointment_id = ?1",
                params![id, json(&detail.after)?, lost],
            )?;
        } else {
            take(conn, zone, &AppointmentId::new(id), &action, &detail, n, &at)?;
        }
    }
    let mut statement = conn.prepare("SELECT appointment_id FROM booking ORDER BY appointment_id")?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ids.into_iter().try_for_each(|id| settle(conn, zone, &AppointmentId::new(id)))
}

/// Does and records something.
fn record(
    conn: &Connection,
    zone: &TimeZone,
    id: &AppointmentId,
    action: &str,
    detail: &Detail,
    user: &str,
    now: Timestamp,
) -> Result<(), DeskError> {
    let n = int(bump(conn)?);
    take(conn, zone, id, action, detail, n, &now.to_string())?;
    settle(conn, zone, id)?;
    conn.execute(
        "INSERT INTO staff_action(revision, at, user_name, action, appointment_id, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![n, now.to_string(), user, action, id.as_str(), json(detail)?],
    )?;
    Ok(())
}

/// What follows from something that was done, but for the appointment itself.
fn take(conn: &Connection, zone: &TimeZone, id: &AppointmentId, action: &str, detail: &Detail, n: i64, at: &str) -> Result<(), DeskError> {
    if let Some(new) = &detail.appointment
        && appointments::of_id(conn, id)?.is_none()
    {
        let overlaid = chart::overlaid(conn, new)?;
        appointments::put(conn, zone, overlaid.as_ref().unwrap_or(new))?;
    }
    let Some(appointment) = appointments::of_id(conn, id)? else { return Ok(()) };
    let row = row_of(conn, &appointment)?;
    let is_new = detail.appointment.is_some();
    conn.execute(
        "INSERT INTO booking(appointment_id, is_listed, listed, overlay) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT(appointment_id) DO UPDATE SET overlay = excluded.overlay",
        params![id.as_str(), !is_new, json(&row.listed)?, json(&detail.after)?],
    )?;
    conn.execute("UPDATE booking SET contradicted = NULL WHERE appointment_id = ?1", [id.as_str()])?;
    match (action, detail.step) {
        ("booking-noted", _) => {}
        (_, Some(step)) => {
            conn.execute("DELETE FROM booking_step WHERE appointment_id = ?1 AND revision >= ?2", params![id.as_str(), step])?;
        }
        _ => {
            conn.execute(
                "INSERT INTO booking_step(appointment_id, revision, at, action, before) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id.as_str(), n, at, action, json(&row.overlay)?],
            )?;
        }
    }
    Ok(())
}

/// Gives the appointment the time and the status that hold.
fn settle(conn: &Connection, zone: &TimeZone, id: &AppointmentId) -> Result<(), DeskError> {
    let (Some(row), Some(before)) = (stored(conn, id)?, appointments::of_id(conn, id)?) else { return Ok(()) };
    let mut after = before.clone();
    row.overlay.put_over(&row.listed, &mut after);
    if after == before { Ok(()) } else { appointments::put(conn, zone, &after) }
}

fn stored(conn: &Connection, id: &AppointmentId) -> Result<Option<Row>, DeskError> {
    let row: Option<(String, String)> = conn
        .prepare_cached("SELECT listed, overlay FROM booking WHERE appointment_id = ?1")?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(listed, overlay)| Ok(Row { listed: unjson(&listed)?, overlay: unjson(&overlay)? })).transpose()
}

/// What the list says and what was decided; of an appointment that nobody did anything with yet, the list's alone.
fn row_of(conn: &Connection, appointment: &Appointment) -> Result<Row, DeskError> {
    let unknown = || Row { listed: Listed::of(appointment), overlay: Overlay::default() };
    Ok(stored(conn, &appointment.id)?.unwrap_or_else(unknown))
}

/// The latest step that can still be taken back: its revision, its code, and what held before it.
fn latest(conn: &Connection, id: &AppointmentId, now: Timestamp) -> Result<Option<(i64, String, Overlay)>, DeskError> {
    let sql = "SELECT revision, at, action, before FROM booking_step WHERE appointment_id = ?1 ORDER BY revision DESC LIMIT 1";
    let row: Option<(i64, String, String, String)> =
        conn.query_row(sql, [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional()?;
    let Some((revision, at, action, before)) = row else { return Ok(None) };
    if now.duration_since(timestamp(&at)?) > SignedDuration::from_hours(UNDO_HOURS) {
        return Ok(None);
    }
    Ok(Some((revision, action, unjson(&before)?)))
}

fn clashes(conn: &Connection, wish: &Wish, now: Timestamp) -> Result<Vec<Conflict>, DeskError> {
    let zone = super::settings(conn)?.zone()?;
    let practice = calendar::practice(conn, &zone, now)?;
    let date = practice.date_of(wish.start);
    let (from, to) = (date.yesterday().unwrap_or(date), date.tomorrow().unwrap_or(date));
    Ok(conflicts(&practice, wish, &calendar::busy(conn, from, to)?, now))
}

/// Whether a wish can be had, and if so whether it is outside the clinic's hours, which only counts if somebody wants it `anyway`.
fn fits(conn: &Connection, wish: &Wish, anyway: bool, now: Timestamp) -> Result<Result<bool, Refused>, DeskError> {
    let found = clashes(conn, wish, now)?;
    let is_had = found.is_empty() || (anyway && found.iter().all(Conflict::is_of_hours));
    Ok(if is_had { Ok(!found.is_empty()) } else { Err(Refused::Conflicts(found)) })
}

/// Whether the patient has checked in, was seen, or did not come: then there is nothing left to move.
fn has_come(conn: &Connection, appointment: &Appointment) -> Result<bool, DeskError> {
    let sql = "SELECT state, ticket_number IS NOT NULL FROM visit WHERE appointment_id = ?1";
    let visit: Option<(String, bool)> = conn.query_row(sql, [appointment.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let is_open = visit.is_none_or(|(state, has_ticket)| !has_ticket && VisitState::from_code(&state) == Some(VisitState::Expected));
    Ok(!is_open || is_underway(appointment.status))
}

/// A number that nothing on the list has, nor ever had: of forty random bits.
fn own_id(conn: &Connection) -> Result<AppointmentId, DeskError> {
    loop {
        let token = random_token()?;
        let id = format!("{OWN}{}", token.get(..10).unwrap_or(&token));
        let sql = "SELECT 1 FROM appointment WHERE id = ?1 UNION ALL SELECT 1 FROM staff_action WHERE appointment_id = ?1";
        if !conn.prepare_cached(sql)?.exists([&id])? {
            return Ok(AppointmentId::new(id));
        }
    }
}

fn json(value: &impl Serialize) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|_| DeskError::Unreadable("a booking"))
}

fn unjson<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, DeskError> {
    serde_json::from_str(text).map_err(|_| DeskError::Unreadable("a booking"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_ends_or_contradicts_what_was_decided_here() {
        use AppointmentStatus as S;
        let time = |hour: i64| Time {
            start: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour),
            minutes: 20,
            practitioner: "Dr. A".to_owned(),
            place: String::new(),
        };
        let listed = |hour, status| Listed { time: time(hour), status };
        let moved = Overlay { time: Some(time(11)), status: None };
        let off = Overlay { time: None, status: Some(S::Cancelled) };
        let both = Overlay { time: Some(time(11)), status: Some(S::Cancelled) };
        let nothing = Overlay::default();
        let before = listed(9, S::Booked);
        for (what, overlay, said, left, contradicted) in [
            ("says what it said", &moved, listed(9, S::Booked), &moved, false),
            (
                "another place alone",
                &moved,
                Listed { time: Time { place: "2nd floor".into(), ..time(9) }, ..before.clone() },
                &moved,
                false,
            ),
            ("has caught up", &moved, listed(11, S::Booked), &nothing, false),
            ("says a third time", &moved, listed(10, S::Booked), &nothing, true),
            ("calls off what was moved", &moved, listed(9, S::Cancelled), &moved, false),
            ("still booked", &off, listed(9, S::Pending), &off, false),
            ("called off there, too", &off, listed(9, S::Cancelled), &nothing, false),
            ("they came all the same", &off, listed(9, S::Arrived), &nothing, true),
            ("moves what was called off", &off, listed(10, S::Booked), &off, false),
            ("has caught up with the time alone", &both, listed(11, S::Booked), &off, false),
        ] {
            assert_eq!(overlay.heard(&before, &said), (left.clone(), contradicted), "{what}");
        }
    }
}
