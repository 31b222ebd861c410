//! What staff do with a visit or a stop, recorded and never edited, and how the list is rebuilt from what was recorded.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{HandAction, Store, booking, bump, changed, events, int, phone, proposals, steps, timestamp, to_code, whole};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::LoggedEvent;
use crate::domain::ids::{AppointmentId, KioskId, Seq};
use crate::domain::queue::{QueueAction, VisitState};
use crate::domain::reason::Reason;

/// What a member of staff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAction {
    /// Has noticed the arrival, and takes care of its reasons.
    Seen,
    /// Someone without an appointment will be seen: a visit like any other from now on.
    Accept,
    /// Calls the patient.
    Call,
    /// Someone without an appointment will not be seen. A request that was accepted meanwhile cannot be declined any more.
    Decline,
    /// Closes the visit.
    Done,
    /// Takes the last step back.
    Undo,
}

impl StaffAction {
    /// The name in data and addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Accept => "accept",
            Self::Call => "call",
            Self::Decline => "decline",
            Self::Done => "done",
            Self::Undo => "undo",
        }
    }

    /// The action of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Seen, Self::Accept, Self::Decline, Self::Call, Self::Done, Self::Undo].into_iter().find(|action| action.code() == code)
    }
}

/// What an action is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffWork {
    /// A visit.
    Visit(AppointmentId),
    /// Stops of one kind at a kiosk by people who are not known, up to this position in its log.
    Stop(KioskId, u64),
}

impl Store {
    /// Does what a member of staff asks, and records it. Answers `false` if there was nothing to do, as
    /// when two people press the same button.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn act(&mut self, work: &StaffWork, action: StaffAction, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        // Where there are rooms a call goes the way that asks for one; this one is of files from before queues.
        if action == StaffAction::Call && !super::settings(&tx)?.points.is_empty() {
            return Ok(false);
        }
        let done = act_in(&tx, work, action, user, now)?;
        if done {
            tx.commit()?;
        }
        Ok(done)
    }

    /// Everything staff did with visits and stops, oldest first: when, who, what, about what.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn staff_actions(&self) -> Result<Vec<(Timestamp, String, StaffAction, StaffWork)>, DeskError> {
        let recorded = recorded_actions(&self.conn)?.into_iter();
        Ok(recorded
            .filter_map(|a| match a.deed {
                Deed::Work(work, action) => Some((a.at, a.user, action, work)),
                Deed::Queue(..) | Deed::Hand(..) | Deed::AskedByPhone(_) | Deed::Change(_) => None,
            })
            .collect())
    }

    /// Makes visits, tickets, reasons, proposals and how tries at kiosks ended again from the recorded events and staff actions.
    ///
    /// # Errors
    /// If the file cannot be read or written, or an event is not as its kiosk reported it; then everything is as it was.
    pub fn rebuild_visits(&mut self) -> Result<(), DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        tx.execute_batch("DELETE FROM visit; DELETE FROM ticket; DELETE FROM reason; DELETE FROM refused_code; DELETE FROM proposal; DELETE FROM visit_step;
             DELETE FROM visit_note; DELETE FROM kiosk_try;")?;
        let mut statement = tx.prepare(
            "SELECT revision, kiosk, received_at, body, seq, sum, happened_at FROM kiosk_event WHERE removed_at IS NULL ORDER BY revision",
        )?;
        type Row = (i64, String, String, String, i64, Option<String>, Option<String>);
        let events: Vec<Row> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)))?
            .collect::<Result<_, _>>()?;
        drop(statement);
        let mut actions = recorded_actions(&tx)?.into_iter().peekable();
        for (n, kiosk, received, body, seq, sum, happened) in events {
            if !whole::is_as_taken(&kiosk, seq, &received, &body, sum.as_deref()) {
                return Err(DeskError::DamagedEvent { kiosk: KioskId::new(kiosk), seq: Seq(seq.unsigned_abs()) });
            }
            while let Some(action) = actions.next_if(|action| action.revision < n) {
                action.again(&tx, &day)?;
            }
            let mut event: LoggedEvent = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
            event.event = event.event.known();
            let at = events::happened_at(event.at, &received, happened)?;
            events::apply(&tx, &day, &kiosk, &event, at)?;
        }
        for action in actions {
            action.again(&tx, &day)?;
        }
        booking::rebuild(&tx, &day)?;
        changed::must_read_again(&tx)?;
        tx.commit()?;
        Ok(())
    }
}

/// Acts and records it, inside a transaction that is kept only if there was something to do.
pub(super) fn act_in(conn: &Connection, work: &StaffWork, action: StaffAction, user: &str, now: Timestamp) -> Result<bool, DeskError> {
    let n = int(bump(conn)?);
    if !act(conn, work, action, user, now, n)? {
        return Ok(false);
    }
    let (appointment, kiosk, seq) = match work {
        StaffWork::Visit(id) => (Some(id.as_str()), None, None),
        StaffWork::Stop(kiosk, seq) => (None, Some(kiosk.as_str()), Some(int(*seq))),
    };
    conn.execute(
        "INSERT INTO staff_action(revision, at, user_name, action, appointment_id, kiosk, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![n, now.to_string(), user, action.code(), appointment, kiosk, seq],
    )?;
    Ok(true)
}

struct Recorded {
    revision: i64,
    at: Timestamp,
    user: String,
    deed: Deed,
}

/// What someone did: something with a visit or a stop, a step in a queue, something by hand, or a decision on a proposal.
enum Deed {
    Work(StaffWork, StaffAction),
    Queue(AppointmentId, QueueAction),
    Hand(AppointmentId, Box<HandAction>),
    AskedByPhone(AppointmentId),
    Change(Box<proposals::RecordedDecision>),
}

impl Recorded {
    /// Does it again while the list is rebuilt.
    fn again(&self, conn: &Connection, day: &ClinicDay) -> Result<(), DeskError> {
        match &self.deed {
            Deed::Work(work, action) => act(conn, work, *action, &self.user, self.at, self.revision).map(|_| ()),
            Deed::Queue(id, action) => steps::take(conn, id.as_str(), action, &self.user, &self.at.to_string(), self.revision).map(|_| ()),
            Deed::Hand(id, action) => action.apply(conn, day, id.as_str(), &self.user, self.at, self.revision).map(|_| ()),
            Deed::AskedByPhone(id) => phone::asked(conn, id.as_str(), self.at, self.revision),
            Deed::Change(decision) => decision.again(conn, &self.user, self.at, self.revision),
        }
    }
}

fn recorded_actions(conn: &Connection) -> Result<Vec<Recorded>, DeskError> {
    let mut statement =
        conn.prepare("SELECT revision, at, user_name, action, appointment_id, kiosk, seq, detail FROM staff_action ORDER BY revision")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, Option<String>>(4)?,
            row.get::<_, Option<String>>(5)?,
            row.get::<_, Option<i64>>(6)?,
            row.get::<_, Option<String>>(7)?,
        ))
    })?;
    // What was booked is not about a visit: it is rebuilt by itself.
    let rows = rows.filter(|row| row.as_ref().map_or(true, |row| !booking::CODES.contains(&row.3.as_str())));
    rows.map(|row| {
        let (revision, at, user, action, appointment, kiosk, seq, detail) = row?;
        let at = timestamp(&at)?;
        if let (Some(kiosk), Some(seq), Some(detail)) = (&kiosk, seq, &detail) {
            let decision = proposals::RecordedDecision::read(&action, kiosk, seq, detail)?;
            return Ok(Recorded { revision, at, user, deed: Deed::Change(Box::new(decision)) });
        }
        if let (Some(id), phone::ASKED) = (&appointment, action.as_str()) {
            return Ok(Recorded { revision, at, user, deed: Deed::AskedByPhone(AppointmentId::new(id)) });
        }
        if let (Some(id), Some(detail)) = (&appointment, &detail) {
            if let Some(by_hand) = HandAction::recorded(&action, detail)? {
                return Ok(Recorded { revision, at, user, deed: Deed::Hand(AppointmentId::new(id), Box::new(by_hand)) });
            }
            let action = serde_json::from_str(detail).map_err(|_| DeskError::Unreadable("a staff action"))?;
            return Ok(Recorded { revision, at, user, deed: Deed::Queue(AppointmentId::new(id), action) });
        }
        let work = match (appointment, kiosk, seq) {
            (Some(id), _, _) => StaffWork::Visit(AppointmentId::new(id)),
            (None, Some(kiosk), Some(seq)) => StaffWork::Stop(KioskId::new(kiosk), seq.unsigned_abs()),
            _ => return Err(DeskError::Unreadable("a staff action")),
        };
        let action = StaffAction::from_code(&action).ok_or(DeskError::Unreadable("a staff action"))?;
        Ok(Recorded { revision, at, user, deed: Deed::Work(work, action) })
    })
    .collect()
}

fn act(conn: &Connection, work: &StaffWork, action: StaffAction, user: &str, at: Timestamp, n: i64) -> Result<bool, DeskError> {
    match work {
        StaffWork::Visit(id) => act_on_visit(conn, id.as_str(), action, user, &at.to_string(), n),
        StaffWork::Stop(kiosk, seq) => act_on_stop(conn, kiosk.as_str(), int(*seq), action, user, &at.to_string(), n),
    }
}

fn act_on_visit(conn: &Connection, id: &str, action: StaffAction, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let found = conn
        .query_row(
            "SELECT state, seen_at IS NOT NULL, called_at IS NOT NULL, walk_in IS NOT NULL, accepted_revision,
             (SELECT MAX(taken_revision) FROM reason r WHERE r.appointment_id = v.appointment_id)
             FROM visit v WHERE appointment_id = ?1",
            [id],
            |row| {
                Ok(Standing {
                    state: row.get(0)?,
                    seen: row.get(1)?,
                    called: row.get(2)?,
                    walk_in: row.get(3)?,
                    accepted: row.get(4)?,
                    taken: row.get(5)?,
                })
            },
        )
        .optional()?;
    let Some(before) = found else { return Ok(false) };
    let state = VisitState::from_code(&before.state).ok_or(DeskError::Unreadable("a visit"))?;
    // Whether someone without an appointment is seen is decided by accepting or declining, not by having noticed them.
    let kept = if (action, state) == (StaffAction::Seen, VisitState::Asks) { to_code(&Reason::WalkIn) } else { String::new() };
    let take_reasons = || {
        conn.execute(
            "UPDATE reason SET taken_at = ?2, taken_by = ?3, taken_revision = ?4 WHERE appointment_id = ?1 AND taken_at IS NULL AND reason <> ?5",
            params![id, at, user, n, kept],
        )
    };
    let give_back_reasons = |taken: Option<i64>| {
        conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1 AND taken_revision = ?2",
            params![id, taken],
        )
    };
    let see =
        || conn.execute("UPDATE visit SET seen_at = ?2, seen_by = ?3 WHERE appointment_id = ?1 AND seen_at IS NULL", params![id, at, user]);
    match (action, state) {
        (StaffAction::Seen, _) => {
            if take_reasons()? + see()? == 0 {
                return Ok(false);
            }
        }
        (StaffAction::Accept, VisitState::Asks) => {
            take_reasons()?;
            see()?;
            conn.execute(
                "UPDATE visit SET state = 'arrived', accepted_at = ?2, accepted_by = ?3, accepted_revision = ?4 WHERE appointment_id = ?1",
                params![id, at, user, n],
            )?;
        }
        (StaffAction::Call, _) => return steps::take(conn, id, &QueueAction::Call { queue: String::new(), point: None }, user, at, n),
        (StaffAction::Done, _) => return steps::take(conn, id, &QueueAction::Finish, user, at, n),
        // What was taken after the latest step is the later one: the step stays.
        (StaffAction::Undo, _) if latest_is_taken(conn, id)?.is_some() => {
            let taken = latest_is_taken(conn, id)?;
            conn.execute(
                "UPDATE visit SET seen_at = NULL, seen_by = NULL WHERE appointment_id = ?1
                 AND seen_at = (SELECT MAX(taken_at) FROM reason r WHERE r.appointment_id = ?1 AND r.taken_revision = ?2)",
                params![id, taken],
            )?;
            give_back_reasons(taken)?;
        }
        // Nothing else is undone in place of a step that cannot be taken back any more.
        (StaffAction::Undo, _) if steps::latest(conn, id)?.is_some() => return steps::take_back(conn, id),
        (StaffAction::Decline, VisitState::Asks) => {
            take_reasons()?;
            see()?;
            conn.execute("UPDATE visit SET state = 'done', done_at = ?2, done_by = ?3 WHERE appointment_id = ?1", params![id, at, user])?;
        }
        // A visit that was declined, or closed or called before steps were kept.
        (StaffAction::Undo, VisitState::Done) => {
            conn.execute(
                "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1
                 AND taken_at = (SELECT done_at FROM visit WHERE appointment_id = ?1)",
                [id],
            )?;
            let earlier = match before {
                Standing { called: true, .. } => VisitState::Called,
                Standing { walk_in: true, accepted: None, .. } => VisitState::Asks,
                _ => VisitState::Arrived,
            };
            conn.execute(
                "UPDATE visit SET state = ?2, done_at = NULL, done_by = NULL WHERE appointment_id = ?1",
                params![id, earlier.code()],
            )?;
        }
        (StaffAction::Undo, VisitState::Called) => {
            conn.execute("UPDATE visit SET state = 'arrived', called_at = NULL, called_by = NULL WHERE appointment_id = ?1", [id])?;
        }
        // Reasons that were taken after accepting are the later step.
        (StaffAction::Undo, VisitState::Arrived) if before.accepted.is_some() && before.taken <= before.accepted => {
            give_back_reasons(before.accepted)?;
            conn.execute(
                "UPDATE visit SET state = 'asks', accepted_at = NULL, accepted_by = NULL, accepted_revision = NULL,
                 seen_by = CASE WHEN seen_at = accepted_at THEN NULL ELSE seen_by END,
                 seen_at = CASE WHEN seen_at = accepted_at THEN NULL ELSE seen_at END WHERE appointment_id = ?1",
                [id],
            )?;
        }
        (StaffAction::Undo, VisitState::Arrived) if before.accepted.is_some() => {
            give_back_reasons(before.taken)?;
        }
        (StaffAction::Undo, _) if before.seen => {
            give_back_reasons(before.taken)?;
            conn.execute("UPDATE visit SET seen_at = NULL, seen_by = NULL WHERE appointment_id = ?1", [id])?;
        }
        _ => return Ok(false),
    }
    events::touch(conn, id)?;
    Ok(true)
}

/// The revision at which reasons were taken after the latest step that can be taken back, if they were.
fn latest_is_taken(conn: &Connection, id: &str) -> Result<Option<i64>, DeskError> {
    let Some(step) = steps::latest(conn, id)? else { return Ok(None) };
    let sql = "SELECT MAX(taken_revision) FROM reason WHERE appointment_id = ?1";
    let taken: Option<i64> = conn.query_row(sql, [id], |row| row.get(0))?;
    Ok(taken.filter(|taken| *taken > step))
}

/// The revision of what undo would take back: the latest step, or that reasons were taken after it. None without a step.
pub(super) fn latest(conn: &Connection, id: &str) -> Result<Option<i64>, DeskError> {
    Ok(latest_is_taken(conn, id)?.or(steps::latest(conn, id)?))
}

/// Where a visit stands before someone acts.
struct Standing {
    state: String,
    seen: bool,
    called: bool,
    walk_in: bool,
    /// The revision at which a request was accepted.
    accepted: Option<i64>,
    /// The revision at which reasons were last resolved.
    taken: Option<i64>,
}

fn act_on_stop(conn: &Connection, kiosk: &str, seq: i64, action: StaffAction, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let rows = match action {
        StaffAction::Seen => conn.execute(
            "UPDATE reason SET taken_at = ?3, taken_by = ?4, taken_revision = ?5 WHERE kiosk = ?1 AND seq <= ?2 AND appointment_id = ''
             AND taken_at IS NULL AND reason = (SELECT MAX(reason) FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq, at, user, n],
        )?,
        StaffAction::Undo => conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE kiosk = ?1 AND appointment_id = ''
             AND taken_revision = (SELECT MAX(taken_revision) FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq],
        )?,
        StaffAction::Accept | StaffAction::Decline | StaffAction::Call | StaffAction::Done => 0,
    };
    Ok(rows > 0)
}
