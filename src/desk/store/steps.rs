//! Steps of a visit in its queue, and taking them back.
//!
//! Invariant: a step keeps where the visit stood before it, whole; taking back puts exactly that in place again.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::super::error::DeskError;
use super::events;
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
        Ok(())
    }

    /// Not called any more, nor held, nor with anybody.
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
            QueueAction::CallAgain => {
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
    // Whoever staff put on hold does not come back by phone.
    if *action == QueueAction::ComeBack && !before.stepped_out {
        return Ok(false);
    }
    let kept = serde_json::to_string(&before).map_err(|_| DeskError::Unreadable("a visit"))?;
    conn.execute(
        "INSERT INTO visit_step(appointment_id, revision, action, before) VALUES (?1, ?2, ?3, ?4)",
        params![id, n, action.code(), kept],
    )?;
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

/// Takes the latest step back, and the care that it took of reasons. Answers `false` if there is none.
pub(super) fn take_back(conn: &Connection, id: &str) -> Result<bool, DeskError> {
    let Some(step) = latest(conn, id)? else { return Ok(false) };
    let before: String =
        conn.query_row("SELECT before FROM visit_step WHERE appointment_id = ?1 AND revision = ?2", params![id, step], |row| row.get(0))?;
    let before: Spot = serde_json::from_str(&before).map_err(|_| DeskError::Unreadable("a visit"))?;
    conn.execute(
        "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1 AND taken_revision = ?2",
        params![id, step],
    )?;
    conn.execute("DELETE FROM visit_step WHERE appointment_id = ?1 AND revision = ?2", params![id, step])?;
    before.write(conn, id)?;
    events::touch(conn, id)?;
    Ok(true)
}
