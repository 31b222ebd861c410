//! Appointments that are booked, moved and canceled here, laid over what the booking system's list says.
//!
//! Invariants: whether a time is free is decided in the transaction that takes it; what staff decided stays while the
//! list says what it said before, ends when the list says the same, and gives way, with a note, when the list says
//! something else.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

mod overlay;

use self::overlay::{Listed, Overlay, Time, is_underway};
use super::facts::About;
use super::recorded::Record;
use super::{Store, appointments, bump, calendar, chart, int, timestamp};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::random_token;
use crate::domain::appointment::{Appointment, AppointmentStatus};
use crate::domain::booking::{Conflict, Wish, conflicts};
use crate::domain::clinic_day::ClinicDay;
use crate::domain::fact::What;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::VisitState;
use crate::domain::visit::CalledOff;

/// Codes of what staff do here, as they are recorded.
pub(super) const CODES: [&str; 5] = ["book", "move", CALL_OFF, "booking-undo", "booking-noted"];
const CALL_OFF: &str = "call-off";
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
    /// Someone did something else with it meanwhile, or it is as it should be already.
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
    /// With what it clashed where it was: taking this back leads there again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    beside: Vec<AppointmentId>,
}

struct Row {
    listed: Listed,
    overlay: Overlay,
}

impl Store {
    /// Books an appointment, whose number is given here, if nothing stands in its way; `anyway`: also outside the
    /// clinic's hours.
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
        let day = self.day.clone();
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
        record(&tx, &day, &new.id, "book", &detail, user, now)?;
        tx.commit()?;
        Ok(Ok(new.id))
    }

    /// Moves an appointment to another time, perhaps with someone else, if nothing stands in the way; `anyway`: also
    /// outside the clinic's hours. One that was canceled is booked again.
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
        let day = self.day.clone();
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
        let place = Some(calendar::practice(&tx, day.zone(), now)?.place_at(practitioner, start))
            .filter(|place| !place.is_empty());
        let time = Time {
            start,
            minutes,
            practitioner: practitioner.to_owned(),
            place: place.unwrap_or(appointment.place.clone()),
        };
        if appointment.status.stands() && time == Time::of(&appointment) {
            return Ok(Err(Refused::NotAsShown));
        }
        let row = row_of(&tx, &appointment)?;
        let status = if row.listed.status.stands() { None } else { Some(AppointmentStatus::Booked) };
        let after = Overlay { time: (!time.is_same(&row.listed.time)).then_some(time), status };
        let beside = others(&beside(&tx, day.zone(), &appointment, now)?);
        record(&tx, &day, id, "move", &Detail { after, outside, beside, ..Detail::default() }, user, now)?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Calls an appointment off that no one has come for.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn call_off(
        &mut self,
        id: &AppointmentId,
        why: &str,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refused>, DeskError> {
        let day = self.day.clone();
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
        let beside = others(&beside(&tx, day.zone(), &appointment, now)?);
        record(
            &tx,
            &day,
            id,
            CALL_OFF,
            &Detail { after, why: why.to_owned(), beside, ..Detail::default() },
            user,
            now,
        )?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Takes the latest step back, if it is still the one that was shown and the time it leads back to is free. What
    /// was booked and is taken back never should have been on the list. That it was canceled is taken back also for
    /// someone who came anyway.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn undo_booking(
        &mut self,
        id: &AppointmentId,
        shown: u64,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refused>, DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        let Some(appointment) = appointments::of_id(&tx, id)? else { return Ok(Err(Refused::Unknown)) };
        let shown = latest(&tx, id, now)?.filter(|(step, ..)| *step == int(shown));
        if shown.as_ref().is_none_or(|(_, action, _)| action != CALL_OFF) && has_come(&tx, &appointment)? {
            return Ok(Err(Refused::HasCome));
        }
        let Some((step, action, before)) = shown else { return Ok(Err(Refused::NotAsShown)) };
        let row = row_of(&tx, &appointment)?;
        let after = if action == "book" {
            Overlay { status: Some(AppointmentStatus::EnteredInError), ..row.overlay }
        } else {
            before
        };
        let mut restored = appointment.clone();
        after.put_over(&row.listed, &mut restored);
        if restored.status.stands()
            && (restored.start, &restored.practitioner, true)
                != (appointment.start, &appointment.practitioner, appointment.status.stands())
        {
            // What stood beside it before is no reason: lists book two at the same time.
            let before = beside_before(&tx, step)?;
            let mut found = beside(&tx, day.zone(), &restored, now)?;
            found.retain(|one| !other_of(one).is_some_and(|other| before.contains(other)));
            if !found.is_empty() {
                return Ok(Err(Refused::Conflicts(found)));
            }
        }
        record(&tx, &day, id, "booking-undo", &Detail { after, step: Some(step), ..Detail::default() }, user, now)?;
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Someone has noticed that the list says something else than staff had decided. `false` if someone else had.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_contradiction(&mut self, id: &AppointmentId, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        let sql = "SELECT overlay FROM booking WHERE appointment_id = ?1 AND contradicted IS NOT NULL";
        let overlay: Option<String> = tx.query_row(sql, [id.as_str()], |row| row.get(0)).optional()?;
        let Some(overlay) = overlay else { return Ok(false) };
        let detail = Detail { after: unjson(&overlay)?, ..Detail::default() };
        record(&tx, &day, id, "booking-noted", &detail, user, now)?;
        tx.commit()?;
        Ok(true)
    }

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

/// What the list's appointment is with what was decided here, if anything was; and what of that ends by it.
pub(super) fn heard(
    conn: &Connection,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<Option<Appointment>, DeskError> {
    let id = &appointment.id;
    let Some(row) = stored(conn, id)? else { return Ok(None) };
    let said = Listed::of(appointment);
    let (left, contradicted) = row.overlay.heard(&row.listed, &said);
    // The list had it off as well, and brings back what staff had canceled: that is not to happen silently.
    let is_back = row.overlay.status.is_none()
        && !row.listed.status.stands()
        && said.status.stands()
        && called_off_by(conn, id)?.is_some();
    let had = if is_back {
        Overlay { status: Some(AppointmentStatus::Cancelled), ..row.overlay.clone() }
    } else {
        row.overlay.clone()
    };
    if left != row.overlay || is_back {
        let lost = (contradicted || is_back).then(|| json(&had)).transpose()?;
        conn.execute(
            "INSERT INTO booking_ended(revision, appointment_id, at, overlay, contradicted)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![int(bump(conn)?), id.as_str(), now.to_string(), json(&left)?, lost],
        )?;
        conn.execute("DELETE FROM booking_step WHERE appointment_id = ?1", [id.as_str()])?;
        conn.execute(
            "UPDATE booking SET overlay = ?2, contradicted = COALESCE(?3, contradicted) WHERE appointment_id = ?1",
            params![id.as_str(), json(&left)?, lost],
        )?;
    }
    conn.execute(
        "UPDATE booking SET listed = ?2, is_listed = 1 WHERE appointment_id = ?1",
        params![id.as_str(), json(&said)?],
    )?;
    let mut booked = appointment.clone();
    left.put_over(&said, &mut booked);
    Ok(Some(booked))
}

/// Makes everything that was decided here again, from what was recorded and from where lists ended it.
pub(super) fn rebuild(conn: &Connection, day: &ClinicDay) -> Result<(), DeskError> {
    conn.execute_batch("UPDATE booking SET overlay = '{}', contradicted = NULL; DELETE FROM booking_step;")?;
    let mut statement = conn.prepare(
        "SELECT revision, at, action, appointment_id, detail FROM staff_action
         WHERE action IN ('book', 'move', 'call-off', 'booking-undo', 'booking-noted')
         UNION ALL SELECT revision, at, 'ended', appointment_id,
         json_object('after', json(overlay), 'why', COALESCE(contradicted, '')) FROM booking_ended
         ORDER BY 1",
    )?;
    let rows: Vec<(i64, String, String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
        .collect::<Result<_, _>>()?;
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
            take(conn, day, &AppointmentId::new(id), &action, &detail, n, &at)?;
        }
    }
    let mut statement = conn.prepare("SELECT appointment_id FROM booking ORDER BY appointment_id")?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ids.into_iter().try_for_each(|id| settle(conn, day, &AppointmentId::new(id)))
}

/// Does and records something.
fn record(
    conn: &Connection,
    day: &ClinicDay,
    id: &AppointmentId,
    action: &str,
    detail: &Detail,
    user: &str,
    now: Timestamp,
) -> Result<(), DeskError> {
    let n = int(bump(conn)?);
    take(conn, day, id, action, detail, n, &now.to_string())?;
    settle(conn, day, id)?;
    let what = told(conn, id, action)?;
    let (visit, detail) = (Some(id.as_str()), json(detail)?);
    let deed = Record { n, at: now, user, code: action, visit, event: None, detail: Some(&detail) };
    deed.keep(conn, &About::Visits(&[id.as_str()]), &what)
}

/// What readers learn of something that was done.
fn told(conn: &Connection, id: &AppointmentId, action: &str) -> Result<What, DeskError> {
    let Appointment { start, status, .. } =
        appointments::of_id(conn, id)?.ok_or(DeskError::Unreadable("an appointment"))?;
    Ok(match action {
        "book" => What::Booked { start },
        "move" => What::Moved { start },
        CALL_OFF => What::Canceled,
        "booking-undo" => What::BookingUndone { status, start },
        _ => What::ContradictionNoted,
    })
}

/// What follows from something that was done, but for the appointment itself.
fn take(
    conn: &Connection,
    day: &ClinicDay,
    id: &AppointmentId,
    action: &str,
    detail: &Detail,
    n: i64,
    at: &str,
) -> Result<(), DeskError> {
    if let Some(new) = &detail.appointment
        && appointments::of_id(conn, id)?.is_none()
    {
        let overlaid = chart::overlaid(conn, new)?;
        appointments::put(conn, day, overlaid.as_ref().unwrap_or(new))?;
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
            conn.execute(
                "DELETE FROM booking_step WHERE appointment_id = ?1 AND revision >= ?2",
                params![id.as_str(), step],
            )?;
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
fn settle(conn: &Connection, day: &ClinicDay, id: &AppointmentId) -> Result<(), DeskError> {
    let (Some(row), Some(before)) = (stored(conn, id)?, appointments::of_id(conn, id)?) else { return Ok(()) };
    let mut after = before.clone();
    row.overlay.put_over(&row.listed, &mut after);
    if after == before { Ok(()) } else { appointments::put(conn, day, &after) }
}

fn stored(conn: &Connection, id: &AppointmentId) -> Result<Option<Row>, DeskError> {
    let row: Option<(String, String)> = conn
        .prepare_cached("SELECT listed, overlay FROM booking WHERE appointment_id = ?1")?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(listed, overlay)| Ok(Row { listed: unjson(&listed)?, overlay: unjson(&overlay)? })).transpose()
}

/// What the list says and what was decided; of an appointment that no one did anything with yet, the list's alone.
fn row_of(conn: &Connection, appointment: &Appointment) -> Result<Row, DeskError> {
    let unknown = || Row { listed: Listed::of(appointment), overlay: Overlay::default() };
    Ok(stored(conn, &appointment.id)?.unwrap_or_else(unknown))
}

/// By which user an appointment that is off was canceled here; none if it stands, or staff did not do it.
pub(super) fn called_off(conn: &Connection, appointment: &Appointment) -> Result<Option<CalledOff>, DeskError> {
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
pub(super) fn is_contradicted(conn: &Connection, id: &str) -> Result<bool, DeskError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM booking WHERE appointment_id = ?1 AND contradicted IS NOT NULL")?
        .exists([id])?)
}

/// The revision and the step by which staff called an appointment off, if they did nothing else with it since.
fn called_off_by(conn: &Connection, id: &AppointmentId) -> Result<Option<(i64, BookingStep)>, DeskError> {
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
pub(super) fn recorded(action: &str, at: &str, user: &str, detail: &str) -> Result<Option<BookingStep>, DeskError> {
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
fn latest(conn: &Connection, id: &AppointmentId, now: Timestamp) -> Result<Option<(i64, String, Overlay)>, DeskError> {
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

fn clashes(conn: &Connection, wish: &Wish, now: Timestamp) -> Result<Vec<Conflict>, DeskError> {
    let zone = super::settings(conn)?.zone()?;
    let practice = calendar::practice(conn, &zone, now)?;
    let date = practice.date_of(wish.start);
    let (from, to) = (date.yesterday().unwrap_or(date), date.tomorrow().unwrap_or(date));
    let taken = calendar::busy_beside(conn, wish, &practice, (from, to))?;
    Ok(conflicts(&practice, wish, &taken, now))
}

/// Whether a wish can be had, and if so whether it is outside the clinic's hours, which only counts if someone wants it
/// `anyway`.
fn fits(conn: &Connection, wish: &Wish, anyway: bool, now: Timestamp) -> Result<Result<bool, Refused>, DeskError> {
    let found = clashes(conn, wish, now)?;
    let is_had = found.is_empty() || (anyway && found.iter().all(Conflict::is_of_hours));
    Ok(if is_had { Ok(!found.is_empty()) } else { Err(Refused::Conflicts(found)) })
}

/// What an appointment clashes with where it stands. The clinic's hours do not matter.
fn beside(
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
fn other_of(conflict: &Conflict) -> Option<&AppointmentId> {
    match conflict {
        Conflict::Patient(id) | Conflict::Practitioner(id) | Conflict::Room(id, _) => Some(id),
        _ => None,
    }
}

fn others(conflicts: &[Conflict]) -> Vec<AppointmentId> {
    conflicts.iter().filter_map(other_of).cloned().collect()
}

/// What an appointment clashed with when a step took it away from there.
fn beside_before(conn: &Connection, step: i64) -> Result<Vec<AppointmentId>, DeskError> {
    let detail: Option<String> =
        conn.query_row("SELECT detail FROM staff_action WHERE revision = ?1", [step], |row| row.get(0)).optional()?;
    Ok(detail.map(|detail| unjson::<Detail>(&detail)).transpose()?.map_or_else(Vec::new, |detail| detail.beside))
}

/// Whether the patient has checked in, was seen, or did not come: then there is nothing left to move.
fn has_come(conn: &Connection, appointment: &Appointment) -> Result<bool, DeskError> {
    let sql = "SELECT state, ticket_number IS NOT NULL FROM visit WHERE appointment_id = ?1";
    let visit: Option<(String, bool)> =
        conn.query_row(sql, [appointment.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let is_open = visit
        .is_none_or(|(state, has_ticket)| !has_ticket && VisitState::from_code(&state) == Some(VisitState::Expected));
    Ok(!is_open || is_underway(appointment.status))
}

/// A number that nothing on the list has, nor ever had: of forty random bits.
fn own_id(conn: &Connection) -> Result<AppointmentId, DeskError> {
    loop {
        let token = random_token()?;
        let id = format!("{OWN}{}", token.get(..10).unwrap_or(&token));
        let sql =
            "SELECT 1 FROM appointment WHERE id = ?1 UNION ALL SELECT 1 FROM staff_action WHERE appointment_id = ?1";
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
