//! What staff do with a visit or a stop, recorded and never edited, and how the list is rebuilt from what was recorded.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::decided::{self, Source};
use super::facts::About;
use super::recorded::Record;
use super::{HandAction, Store, booking, bump, changed, events, int, phone, proposals, timestamp, whole};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::LoggedEvent;
use crate::domain::fact::What;
use crate::domain::ids::{AppointmentId, KioskId, Seq};
use crate::domain::queue::QueueAction;
use crate::domain::visit::decide::{Act, StaffAction};

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
    pub fn act(
        &mut self,
        work: &StaffWork,
        action: StaffAction,
        user: &str,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
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

    /// Makes visits, tickets, reasons, proposals and how tries at kiosks ended again from the recorded events and staff
    /// actions.
    ///
    /// # Errors
    /// If the file cannot be read or written, or an event is not as its kiosk reported it; then everything is as it
    /// was.
    pub fn rebuild_visits(&mut self) -> Result<(), DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        rebuild(&tx, &day)?;
        tx.commit()
    }
}

/// As [`Store::rebuild_visits`], inside a transaction. It tells no reader anything: all of that was told when it
/// happened.
pub(super) fn rebuild(tx: &Connection, day: &ClinicDay) -> Result<(), DeskError> {
    tx.execute_batch(
        "DELETE FROM visit; DELETE FROM ticket; DELETE FROM reason; DELETE FROM refused_code; DELETE FROM proposal;
         DELETE FROM visit_step; DELETE FROM visit_note; DELETE FROM kiosk_try;",
    )?;
    let mut statement = tx.prepare(
        "SELECT revision, kiosk, received_at, body, seq, sum, happened_at FROM kiosk_event WHERE removed_at IS NULL
         ORDER BY revision",
    )?;
    type Row = (i64, String, String, String, i64, Option<String>, Option<String>);
    let events: Vec<Row> = statement
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        })?
        .collect::<Result<_, _>>()?;
    drop(statement);
    let mut actions = recorded_actions(tx)?.into_iter().peekable();
    for (n, kiosk, received, body, seq, sum, happened) in events {
        if !whole::is_as_taken(&kiosk, seq, &received, &body, sum.as_deref()) {
            return Err(DeskError::DamagedEvent { kiosk: KioskId::new(kiosk), seq: Seq(seq.unsigned_abs()) });
        }
        while let Some(action) = actions.next_if(|action| action.revision < n) {
            action.again(tx, day)?;
        }
        let mut event: LoggedEvent = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
        event.event = event.event.known();
        let at = events::happened_at(event.at, &received, happened)?;
        events::apply(tx, day, &kiosk, &event, at)?;
    }
    for action in actions {
        action.again(tx, day)?;
    }
    booking::rebuild(tx, day)?;
    changed::must_read_again(tx)
}

/// Acts and records it, inside a transaction that is kept only if there was something to do.
pub(super) fn act_in(
    conn: &Connection,
    work: &StaffWork,
    action: StaffAction,
    user: &str,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let n = int(bump(conn)?);
    let visits = match work {
        // A step is taken back with every visit that it was taken with.
        StaffWork::Visit(id) if action == StaffAction::Undo => together(conn, id.as_str())?,
        StaffWork::Visit(id) => vec![id.to_string()],
        StaffWork::Stop(..) => Vec::new(),
    };
    if !act(conn, work, action, user, now, n)? {
        return Ok(false);
    }
    let (visit, event) = match work {
        StaffWork::Visit(id) => (Some(id.as_str()), None),
        StaffWork::Stop(kiosk, seq) => (None, Some((kiosk.as_str(), int(*seq)))),
    };
    let visits: Vec<&str> = visits.iter().map(String::as_str).collect();
    let about = if visit.is_some() { About::Visits(&visits) } else { About::NoOne };
    let deed = Record { n, at: now, user, code: action.code(), visit, event, detail: None };
    deed.keep(conn, &about, &What::from(action))?;
    Ok(true)
}

/// The visits that undo would change with this one: those with which its latest step was taken, if that is the latest.
fn together(conn: &Connection, id: &str) -> Result<Vec<String>, DeskError> {
    let sql = "SELECT appointment_id FROM visit_step WHERE revision = ?1 ORDER BY appointment_id";
    let mut visits: Vec<String> = match latest(conn, id)? {
        Some(step) => conn.prepare_cached(sql)?.query_map([int(step)], |row| row.get(0))?.collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    if visits.is_empty() {
        visits.push(id.to_owned());
    }
    Ok(visits)
}

struct Recorded {
    revision: i64,
    at: Timestamp,
    user: String,
    deed: Deed,
}

/// What someone did: something with a visit or a stop, a step in a queue, something by hand, or a decision on a
/// proposal.
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
            Deed::Queue(id, action) => {
                let source = Source::desk(&self.user, action.code(), self.at, self.revision);
                source.act(conn, id.as_str(), Act::Queue(action)).map(|_| ())
            }
            Deed::Hand(id, action) => {
                action.apply(conn, day, id.as_str(), &self.user, self.at, self.revision).map(|_| ())
            }
            Deed::AskedByPhone(id) => phone::asked(conn, id.as_str(), self.at, self.revision),
            Deed::Change(decision) => decision.again(conn, &self.user, self.at, self.revision),
        }
    }
}

fn recorded_actions(conn: &Connection) -> Result<Vec<Recorded>, DeskError> {
    let mut statement = conn.prepare(
        "SELECT revision, at, user_name, action, appointment_id, kiosk, seq, detail FROM staff_action
         ORDER BY revision",
    )?;
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
                return Ok(Recorded {
                    revision,
                    at,
                    user,
                    deed: Deed::Hand(AppointmentId::new(id), Box::new(by_hand)),
                });
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

fn act(
    conn: &Connection,
    work: &StaffWork,
    action: StaffAction,
    user: &str,
    at: Timestamp,
    n: i64,
) -> Result<bool, DeskError> {
    match work {
        StaffWork::Visit(id) => Source::desk(user, action.code(), at, n).act(conn, id.as_str(), Act::Staff(action)),
        StaffWork::Stop(kiosk, seq) => act_on_stop(conn, kiosk.as_str(), int(*seq), action, user, &at.to_string(), n),
    }
}

/// The revision of what undo would take back: the latest step, or that reasons were taken after it. None without a
/// step.
pub(super) fn latest(conn: &Connection, id: &str) -> Result<Option<u64>, DeskError> {
    Ok(decided::read(conn, id)?.and_then(|facts| facts.latest()))
}

fn act_on_stop(
    conn: &Connection,
    kiosk: &str,
    seq: i64,
    action: StaffAction,
    user: &str,
    at: &str,
    n: i64,
) -> Result<bool, DeskError> {
    let rows = match action {
        StaffAction::Seen => conn.execute(
            "UPDATE reason SET taken_at = ?3, taken_by = ?4, taken_revision = ?5
             WHERE kiosk = ?1 AND seq <= ?2 AND appointment_id = ''
             AND taken_at IS NULL AND reason = (SELECT MAX(reason) FROM reason
                 WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq, at, user, n],
        )?,
        StaffAction::Undo => conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL
             WHERE kiosk = ?1 AND appointment_id = ''
             AND taken_revision = (SELECT MAX(taken_revision) FROM reason
                 WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq],
        )?,
        StaffAction::Accept | StaffAction::Decline | StaffAction::Call | StaffAction::Done => 0,
    };
    Ok(rows > 0)
}
