//! The queues of a day: calling who is next, steps of someone in a queue, what is usual in it, and where a session
//! calls to.
//!
//! Invariants: whether someone can be called is decided and they are called in one transaction, so two people who call
//! at the same time, at one desk or in two processes, never call the same person; a call is of the person the button
//! named, and of no one else; where the clinic has service points, there is no call without one.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::decided::{self, Source};
use super::facts::About;
use super::recorded::Record;
use super::{StaffAction, StaffWork, Store, bump, int, open, settings, timestamp_or_none, work};
use crate::desk::base::error::DeskError;
use crate::domain::fact::What;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::day::{Refusal, Taken, hour_at, queue_name, sample};
use crate::domain::queue::{Basis, QueueAction, Served, VisitState};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::TicketNumber;
use crate::domain::visit::VisitRow;
use crate::domain::visit::decide::Act;

/// A call is one of just now for this long.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(2);
/// What is usual is read off visits of the last weeks ...
const BASIS_DAYS: i64 = 28;
/// ... and of these off this many of the newest.
const BASIS_VISITS_MAX: u32 = 400;

impl Store {
    /// What is usual in a queue at this moment, if there are enough visits to say so.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn basis(&self, queue: &str, now: Timestamp) -> Result<Option<Basis>, DeskError> {
        let since = now.saturating_sub(SignedDuration::from_hours(24 * BASIS_DAYS)).unwrap_or(Timestamp::MIN);
        let mut statement = self.conn.prepare_cached(
            "SELECT v.called_at, v.started_at, v.done_at, v.arrived_at, a.start_at, v.placed_at FROM visit v
             LEFT JOIN appointment a ON a.id = v.appointment_id
             WHERE v.served_in = ?1 AND v.done_at >= ?2 AND v.state = 'done' AND v.called_at IS NOT NULL
             ORDER BY v.done_at DESC LIMIT ?3",
        )?;
        let rows = statement.query_map(params![queue, since.to_string(), BASIS_VISITS_MAX], |row| {
            let times: [Option<String>; 6] =
                [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok(times)
        })?;
        let mut samples: Vec<Served> = Vec::new();
        for row in rows {
            let [called, started, done, arrived, start, placed] = row?.map(timestamp_or_none);
            let (Some(called), Some(done)) = (called?, done?) else { continue };
            // Waiting begins with the last of them: no one waits before the appointment's time.
            let due = [arrived?, start?, placed?].into_iter().flatten().max().unwrap_or(called);
            samples.push(sample(called, started?, done, due, &self.zone));
        }
        Ok(Basis::of(&samples, hour_at(now, &self.zone)))
    }

    /// Calls the one who was shown as next, from the queue in which they wait. No one else is called in their place.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_next(
        &mut self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.call(id, point, user, now, |row| {
            if row.state == VisitState::Held { Err(Refusal::Held(number(row))) } else { Ok(()) }
        })
    }

    /// Calls this one, no matter who else is before, from the queue in which they wait.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_this(
        &mut self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.call(id, point, user, now, |_| Ok(()))
    }

    fn call(
        &mut self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
        now: Timestamp,
        may_be_called: impl FnOnce(&VisitRow) -> Result<(), Refusal>,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.step(id, user, now, |settings, row, taken| {
            match row.state {
                VisitState::Arrived | VisitState::Held => may_be_called(row)?,
                VisitState::Called | VisitState::WithClinician => return Err(called(row, now)),
                _ => return Err(Refusal::Moved),
            }
            if let Some(place) = taken.elsewhere(row) {
                return Err(Refusal::Elsewhere(place));
            }
            let point = place_to_call(settings, point)?;
            Ok(QueueAction::Call { queue: queue_name(row, settings), point })
        })
    }

    /// Takes a step of someone in a queue other than a call. A transfer goes to a queue of the settings or of the day:
    /// `is_known` says which there are.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn queue_step(
        &mut self,
        id: &AppointmentId,
        action: &QueueAction,
        is_known: impl FnOnce(&str) -> bool,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.step(id, user, now, |settings, row, _| match action {
            QueueAction::Transfer { queue, .. } if !is_known(queue) => Err(Refusal::NoQueue),
            QueueAction::NoShow => {
                let wanted = settings.queue_rules(&queue_name(row, settings)).no_show_after_calls;
                if row.in_line.calls < wanted { Err(Refusal::TooFewCalls(wanted)) } else { Ok(action.clone()) }
            }
            // Only from a call from before there were rooms is there none.
            QueueAction::CallAgain { point } if row.state == VisitState::Called && row.in_line.point.is_none() => {
                Ok(QueueAction::CallAgain { point: place_to_call(settings, point.as_deref())? })
            }
            QueueAction::CallAgain { .. } => Ok(QueueAction::CallAgain { point: None }),
            // A call goes the way that asks for a room.
            QueueAction::Call { .. } => Err(Refusal::Moved),
            _ => Ok(action.clone()),
        })
    }

    fn step(
        &mut self,
        id: &AppointmentId,
        user: &str,
        now: Timestamp,
        decide: impl FnOnce(&ClinicSettings, &VisitRow, &Taken) -> Result<QueueAction, Refusal>,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let (date, began) = (self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        let settings = settings(&tx)?;
        let Some(row) = open::one(&tx, id, date, began)? else { return Ok(Err(Refusal::Moved)) };
        let action = match decide(&settings, &row, &Taken::of(&open::beside(&tx, &row, date, began)?)) {
            Ok(action) => action,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !record(&tx, id, &action, user, now)? {
            return Ok(Err(Refusal::Moved));
        }
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Takes back what was done last with a visit, if that is still what was shown: the revision of its latest step, or
    /// of when reasons were taken after it; 0 for none. No one is called again by it who is called elsewhere
    /// meanwhile.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_shown(
        &mut self,
        id: &AppointmentId,
        shown: u64,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let (date, began) = (self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        let latest = work::latest(&tx, id.as_str())?.unwrap_or(0);
        if latest != shown {
            return Ok(Err(Refusal::Moved));
        }
        if decided::state_before(&tx, id.as_str(), latest)?.is_some_and(VisitState::is_taken) {
            let elsewhere = match open::one(&tx, id, date, began)? {
                Some(row) => Taken::of(&open::beside(&tx, &row, date, began)?).elsewhere(&row),
                None => None,
            };
            if let Some(place) = elsewhere {
                return Ok(Err(Refusal::Elsewhere(place)));
            }
        }
        if !work::act_in(&tx, &StaffWork::Visit(id.clone()), StaffAction::Undo, user, now)? {
            return Ok(Err(Refusal::Moved));
        }
        tx.commit()?;
        Ok(Ok(()))
    }

    /// To which service point the session with this form token calls.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn point_of_session(&self, csrf: &str) -> Result<Option<String>, DeskError> {
        let found =
            self.conn.query_row("SELECT point FROM session WHERE csrf = ?1", [csrf], |row| row.get(0)).optional()?;
        Ok(found.flatten())
    }

    /// Sets to which service point the session with this form token calls; none if it says none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_point_of_session(&mut self, csrf: &str, point: Option<&str>) -> Result<(), DeskError> {
        self.conn.execute("UPDATE session SET point = ?2 WHERE csrf = ?1", params![csrf, point])?;
        Ok(())
    }
}

/// Where a call leads. Where the clinic has service points there is no call without one.
fn place_to_call(settings: &ClinicSettings, point: Option<&str>) -> Result<Option<String>, Refusal> {
    match point {
        None if settings.points.is_empty() => Ok(None),
        None => Err(Refusal::NoPointSaid),
        Some(point) if settings.points.iter().any(|known| known.name == point) => Ok(Some(point.to_owned())),
        Some(_) => Err(Refusal::NoPoint),
    }
}

fn number(row: &VisitRow) -> Option<TicketNumber> {
    row.ticket.map(|ticket| ticket.number)
}

/// That someone has called them already, as far as it is known who did.
fn called(row: &VisitRow, now: Timestamp) -> Refusal {
    let Some((first, by)) = row.called.clone() else { return Refusal::Moved };
    let just_now = now.duration_since(row.in_line.last_call.unwrap_or(first)) < JUST_NOW;
    Refusal::Called { ticket: number(row), by, to: row.in_line.point.clone().unwrap_or_default(), just_now }
}

/// Takes a step and records it.
pub(super) fn record(
    conn: &Connection,
    id: &AppointmentId,
    action: &QueueAction,
    user: &str,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let n = int(bump(conn)?);
    if !Source::desk(user, action.code(), now, n).act(conn, id.as_str(), Act::Queue(action))? {
        return Ok(false);
    }
    let detail = serde_json::to_string(action).map_err(|_| DeskError::Unreadable("a staff action"))?;
    let (visit, detail) = (Some(id.as_str()), Some(detail.as_str()));
    let deed = Record { n, at: now, user, code: action.code(), visit, event: None, detail };
    deed.keep(conn, &About::Visits(&[id.as_str()]), &What::Queue(action.clone()))?;
    Ok(true)
}
