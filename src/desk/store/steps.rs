//! Steps of a visit in its queue, and taking them back.
//!
//! Invariant: a step keeps where the visit stood before it, whole; taking back puts exactly that in place again.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::events;
use crate::desk::base::error::DeskError;
use crate::domain::queue::{QueueAction, VisitState};

/// Where a visit stands: all that a step in a queue may change.
#[derive(Clone, Serialize, Deserialize)]
struct Spot {
    state: VisitState,
    queue: Option<String>,
    placed_at: Option<String>,
    point: Option<String>,
    calls: u32,
    called: Option<(String, String)>,
    last_call_at: Option<String>,
    held_at: Option<String>,
    #[serde(default)]
    stepped_out: bool,
    started_at: Option<String>,
    served_in: Option<String>,
    done: Option<(String, String)>,
    /// Of a step that begins or undoes an arrival: what there was of one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrival: Option<Arrival>,
    /// Of a step that changes how someone is called: how they were called before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    call_as: Option<String>,
}

/// What a check-in leaves on a visit.
#[derive(Clone, Serialize, Deserialize)]
struct Arrival {
    kiosk: Option<String>,
    ticket: Option<(String, String)>,
    call_as: Option<String>,
    language: Option<String>,
    arrived_at: Option<String>,
    print: Option<String>,
    companion: Option<String>,
    documents: Option<String>,
    seen: Option<(String, String)>,
}

impl Arrival {
    const NONE: Self = Self {
        kiosk: None,
        ticket: None,
        call_as: None,
        language: None,
        arrived_at: None,
        print: None,
        companion: None,
        documents: None,
        seen: None,
    };

    fn read(conn: &Connection, id: &str) -> Result<Self, DeskError> {
        Ok(conn.query_row(
            "SELECT kiosk, ticket_number, ticket_date, call_as, language, arrived_at, print, companion, documents, seen_at, seen_by
             FROM visit WHERE appointment_id = ?1",
            [id],
            |row| {
                Ok(Self {
                    kiosk: row.get(0)?,
                    ticket: row.get::<_, Option<String>>(1)?.zip(row.get::<_, Option<String>>(2)?),
                    call_as: row.get(3)?,
                    language: row.get(4)?,
                    arrived_at: row.get(5)?,
                    print: row.get(6)?,
                    companion: row.get(7)?,
                    documents: row.get(8)?,
                    seen: row.get::<_, Option<String>>(9)?.zip(row.get::<_, Option<String>>(10)?),
                })
            },
        )?)
    }

    fn write(&self, conn: &Connection, id: &str) -> Result<(), DeskError> {
        let ((number, date), (seen_at, seen_by)) = (self.ticket.clone().unzip(), self.seen.clone().unzip());
        conn.execute(
            "UPDATE visit SET kiosk = ?2, ticket_number = ?3, ticket_date = ?4, call_as = ?5, language = ?6, arrived_at = ?7, print = ?8,
             companion = ?9, documents = ?10, seen_at = ?11, seen_by = ?12 WHERE appointment_id = ?1",
            params![
                id,
                self.kiosk,
                number,
                date,
                self.call_as,
                self.language,
                self.arrived_at,
                self.print,
                self.companion,
                self.documents,
                seen_at,
                seen_by
            ],
        )?;
        Ok(())
    }
}

impl Spot {
    fn read(conn: &Connection, id: &str) -> Result<Option<Self>, DeskError> {
        let found = conn
            .query_row(
                "SELECT state, queue, placed_at, point, calls, called_at, called_by, last_call_at, held_at, started_at, served_in, done_at,
                 done_by, stepped_out FROM visit WHERE appointment_id = ?1",
                [id],
                |row| {
                    let state: String = row.get(0)?;
                    Ok(VisitState::from_code(&state).map(|state| {
                        Ok::<_, rusqlite::Error>(Self {
                            state,
                            queue: row.get(1)?,
                            placed_at: row.get(2)?,
                            point: row.get(3)?,
                            calls: row.get(4)?,
                            called: row.get::<_, Option<String>>(5)?.zip(row.get::<_, Option<String>>(6)?),
                            last_call_at: row.get(7)?,
                            held_at: row.get(8)?,
                            stepped_out: row.get(13)?,
                            started_at: row.get(9)?,
                            served_in: row.get(10)?,
                            done: row.get::<_, Option<String>>(11)?.zip(row.get::<_, Option<String>>(12)?),
                            arrival: None,
                            call_as: None,
                        })
                    }))
                },
            )
            .optional()?;
        match found {
            None => Ok(None),
            Some(None) => Err(DeskError::Unreadable("a visit")),
            Some(Some(spot)) => Ok(Some(spot?)),
        }
    }

    fn write(&self, conn: &Connection, id: &str) -> Result<(), DeskError> {
        let (called_at, called_by) = self.called.clone().unzip();
        let (done_at, done_by) = self.done.clone().unzip();
        conn.execute(
            "UPDATE visit SET state = ?2, queue = ?3, placed_at = ?4, point = ?5, calls = ?6, called_at = ?7, called_by = ?8,
             last_call_at = ?9, held_at = ?10, started_at = ?11, served_in = ?12, done_at = ?13, done_by = ?14,
             stepped_out = ?15 WHERE appointment_id = ?1",
            params![
                id,
                self.state.code(),
                self.queue,
                self.placed_at,
                self.point,
                self.calls,
                called_at,
                called_by,
                self.last_call_at,
                self.held_at,
                self.started_at,
                self.served_in,
                done_at,
                done_by,
                self.stepped_out
            ],
        )?;
        if let Some(arrival) = &self.arrival {
            arrival.write(conn, id)?;
        }
        if let Some(call_as) = &self.call_as {
            conn.execute("UPDATE visit SET call_as = ?2 WHERE appointment_id = ?1", params![id, call_as])?;
        }
        Ok(())
    }

    fn keep(&self, conn: &Connection, id: &str, code: &str, n: i64) -> Result<(), DeskError> {
        let kept = serde_json::to_string(self).map_err(|_| DeskError::Unreadable("a visit"))?;
        conn.execute(
            "INSERT INTO visit_step(appointment_id, revision, action, before) VALUES (?1, ?2, ?3, ?4)",
            params![id, n, code, kept],
        )?;
        Ok(())
    }

    /// Not called any more, nor held, nor with anyone.
    fn in_line_again(&mut self) {
        self.point = None;
        self.calls = 0;
        self.called = None;
        self.last_call_at = None;
        self.held_at = None;
        self.stepped_out = false;
        self.started_at = None;
        self.served_in = None;
        self.done = None;
    }

    fn after(mut self, action: &QueueAction, to: VisitState, user: &str, at: &str) -> Self {
        let now = || at.to_owned();
        match action {
            QueueAction::Call { queue, point } => {
                self.in_line_again();
                self.calls = 1;
                self.called = Some((now(), user.to_owned()));
                self.last_call_at = Some(now());
                self.point.clone_from(point);
                self.served_in = Some(queue.clone()).filter(|queue| !queue.is_empty());
            }
            QueueAction::CallAgain { point } => {
                if let Some(point) = point {
                    self.point = Some(point.clone());
                }
                self.calls = self.calls.saturating_add(1);
                self.last_call_at = Some(now());
            }
            QueueAction::Hold => {
                self.in_line_again();
                self.held_at = Some(now());
            }
            QueueAction::StepOut => {
                self.in_line_again();
                self.held_at = Some(now());
                self.stepped_out = true;
            }
            QueueAction::ComeBack => self.in_line_again(),
            QueueAction::Back => {
                if self.state != VisitState::Held {
                    self.placed_at = Some(now());
                }
                self.in_line_again();
            }
            QueueAction::Start => self.started_at = Some(now()),
            QueueAction::Finish | QueueAction::NoShow => self.done = Some((now(), user.to_owned())),
            QueueAction::Transfer { queue, keep_place } => {
                let (held, is_out) = (self.held_at.take(), self.stepped_out);
                self.in_line_again();
                self.held_at = held.filter(|_| to == VisitState::Held);
                self.stepped_out = is_out && to == VisitState::Held;
                self.queue = Some(queue.clone());
                if !keep_place {
                    self.placed_at = Some(now());
                }
            }
        }
        Self { state: to, ..self }
    }
}

/// Takes a step at revision `n`. Answers `false` if it cannot be taken from where the visit stands.
pub(super) fn take(conn: &Connection, id: &str, action: &QueueAction, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let Some(before) = Spot::read(conn, id)? else { return Ok(false) };
    let Some(to) = action.leads_to(before.state) else { return Ok(false) };
    // Someone staff put on hold does not come back by phone.
    if *action == QueueAction::ComeBack && !before.stepped_out {
        return Ok(false);
    }
    before.keep(conn, id, action.code(), n)?;
    if *action == QueueAction::Finish {
        conn.execute(
            "UPDATE reason SET taken_at = ?2, taken_by = ?3, taken_revision = ?4 WHERE appointment_id = ?1 AND taken_at IS NULL",
            params![id, at, user, n],
        )?;
    }
    if !action.is_patients_own() {
        conn.execute("UPDATE visit SET seen_at = ?2, seen_by = ?3 WHERE appointment_id = ?1 AND seen_at IS NULL", params![id, at, user])?;
    }
    before.after(action, to, user, at).write(conn, id)?;
    events::touch(conn, id)?;
    Ok(true)
}

/// The revision of the latest step that was not taken back.
pub(super) fn latest(conn: &Connection, id: &str) -> Result<Option<i64>, DeskError> {
    Ok(conn.query_row("SELECT MAX(revision) FROM visit_step WHERE appointment_id = ?1", [id], |row| row.get(0))?)
}

/// Where a visit would stand if this step were taken back.
pub(super) fn state_before(conn: &Connection, id: &str, step: i64) -> Result<Option<VisitState>, DeskError> {
    let before: Option<String> = conn
        .query_row("SELECT before FROM visit_step WHERE appointment_id = ?1 AND revision = ?2", params![id, step], |row| row.get(0))
        .optional()?;
    let read = |text: String| serde_json::from_str::<Spot>(&text).map_err(|_| DeskError::Unreadable("a visit"));
    Ok(before.map(read).transpose()?.map(|spot| spot.state))
}

/// What staff do by hand with someone's arrival, to be taken back like a step in a queue.
pub(super) enum ByHand<'a> {
    /// Not here after all: no ticket, expected again.
    NotHere,
    /// Is called so from now on.
    CallAs(&'a str),
    /// Did not come, or was canceled.
    Closed(VisitState),
}

/// Takes such a step at revision `n`. Whether it may be taken was looked at before.
pub(super) fn by_hand(conn: &Connection, id: &str, code: &str, what: &ByHand<'_>, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let Some(mut spot) = Spot::read(conn, id)? else { return Ok(false) };
    let arrival = Arrival::read(conn, id)?;
    match what {
        ByHand::NotHere => Spot { arrival: Some(arrival), ..spot.clone() }.keep(conn, id, code, n)?,
        ByHand::CallAs(_) => Spot { call_as: arrival.call_as, ..spot.clone() }.keep(conn, id, code, n)?,
        ByHand::Closed(_) => spot.keep(conn, id, code, n)?,
    }
    match what {
        ByHand::NotHere => {
            spot.in_line_again();
            (spot.state, spot.queue, spot.placed_at, spot.arrival) = (VisitState::Expected, None, None, Some(Arrival::NONE));
        }
        ByHand::CallAs(call_as) => spot.call_as = Some((*call_as).to_owned()),
        ByHand::Closed(state) => (spot.state, spot.done) = (*state, Some((at.to_owned(), user.to_owned()))),
    }
    spot.write(conn, id)?;
    events::touch(conn, id)?;
    Ok(true)
}

/// Takes in an arrival at revision `n`, so that it can be taken back: `arrive` gives the ticket.
pub(super) fn arrival(
    conn: &Connection,
    id: &str,
    code: &str,
    n: i64,
    arrive: impl FnOnce() -> Result<(), DeskError>,
) -> Result<(), DeskError> {
    let before = Spot::read(conn, id)?;
    let kept = before.map(|spot| Ok::<_, DeskError>(Spot { arrival: Some(Arrival::read(conn, id)?), ..spot })).transpose()?;
    arrive()?;
    match kept {
        Some(before) => before.keep(conn, id, code, n)?,
        None => return Err(DeskError::Unreadable("a visit")),
    }
    events::touch(conn, id)
}

/// Takes the latest step back, of every visit with which it was taken, and the care that it took of reasons. Answers `false` if
/// there is none, or one of these visits has gone on since.
pub(super) fn take_back(conn: &Connection, id: &str) -> Result<bool, DeskError> {
    let Some(step) = latest(conn, id)? else { return Ok(false) };
    let mut statement = conn.prepare_cached("SELECT appointment_id, before FROM visit_step WHERE revision = ?1 ORDER BY appointment_id")?;
    let together: Vec<(String, String)> = statement.query_map([step], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (id, _) in &together {
        if latest(conn, id)? != Some(step) {
            return Ok(false);
        }
    }
    for (id, before) in &together {
        let before: Spot = serde_json::from_str(before).map_err(|_| DeskError::Unreadable("a visit"))?;
        conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1 AND taken_revision = ?2",
            params![id, step],
        )?;
        conn.execute("DELETE FROM visit_step WHERE appointment_id = ?1 AND revision = ?2", params![id, step])?;
        before.write(conn, id)?;
        events::touch(conn, id)?;
    }
    Ok(true)
}

/// Forgets the steps of a visit: they belong to a time before this arrival, and none of them can be taken back any more.
pub(super) fn forget(conn: &Connection, id: &str) -> Result<(), DeskError> {
    conn.execute("DELETE FROM visit_step WHERE appointment_id = ?1", [id])?;
    Ok(())
}
