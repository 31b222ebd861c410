//! What is still open of earlier days: by day, and closing all of one at the same time.
//!
//! Invariants: nothing is closed by itself; each visit is closed as by its own button, recorded and in the audit by
//! itself; anyone who feels unwell is left for a person who goes there; what has changed since staff looked is left as
//! it is; a closing can be taken back whole, but for what has gone on since.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::open::{STATES, since};
use super::visits::rows_of;
use super::{StaffAction, StaffWork, Store, from_code, int, queue, timestamp, work};
use crate::desk::base::error::DeskError;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::queue::{QueueAction, VisitState};
use crate::domain::reason::Reason;
use crate::domain::visit::VisitRow;

/// A day of which something is open, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftDay {
    /// Which.
    pub date: Date,
    /// Visits, and stops at kiosks by people no one knows.
    pub count: usize,
    /// How many of the stops are of people who feel unwell.
    pub urgent_stops: usize,
    /// Whether it is on the list; what was open before the desk showed such things is not.
    pub is_listed: bool,
}

/// What closing a day came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Closed {
    /// This many were closed.
    pub closed: usize,
    /// This many have changed since staff looked, and were left.
    pub changed: usize,
    /// This many feel unwell, and were left.
    pub urgent: usize,
}

/// A closing that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its name: the revision of the first thing that it closed.
    pub first: u64,
    /// Of which day.
    pub day: Date,
    /// When.
    pub at: Timestamp,
    /// By which user.
    pub user: String,
    /// How many it closed.
    pub count: usize,
}

/// One thing that is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    Visit(String),
    /// Of a kiosk and a reason, the latest position in its log.
    Stop(String, String, i64),
}

impl Store {
    /// Earlier days of which something is open, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn days_left(&self, now: Timestamp) -> Result<Vec<LeftDay>, DeskError> {
        let since = since(&self.conn)?;
        let days = left(&self.conn, self.date_at(now))?.into_iter().rev();
        days.map(|(date, all)| {
            let mut urgent_stops = 0;
            for one in &all {
                if let Left::Stop(_, reason, _) = one
                    && is_urgent(reason)?
                {
                    urgent_stops += 1;
                }
            }
            Ok(LeftDay { date, count: all.len(), urgent_stops, is_listed: date >= since })
        })
        .collect()
    }

    /// How many are open of the days that are not listed: nearly always none, and then nothing is read.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn count_left_before(&self) -> Result<usize, DeskError> {
        let since = since(&self.conn)?;
        if since == Date::MIN {
            return Ok(0);
        }
        Ok(left(&self.conn, since)?.values().map(BTreeSet::len).sum())
    }

    /// The visits of an earlier day that are open.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn left_of(&self, day: Date, now: Timestamp) -> Result<Vec<VisitRow>, DeskError> {
        let all = left(&self.conn, self.date_at(now))?.remove(&day).unwrap_or_default();
        rows_of(&self.conn, &visits(&all))
    }

    /// Closes all that is open of an earlier day and stands as it did at revision `shown`.
    ///
    /// # Errors
    /// If the file cannot be read or written; then nothing was closed.
    pub fn close_day(&mut self, day: Date, shown: u64, user: &str, now: Timestamp) -> Result<Closed, DeskError> {
        let today = self.date_at(now);
        let tx = self.write()?;
        let all = left(&tx, today)?.remove(&day).unwrap_or_default();
        let rows: BTreeMap<String, VisitRow> =
            rows_of(&tx, &visits(&all))?.into_iter().map(|row| (row.id.to_string(), row)).collect();
        let mut result = Closed::default();
        let before = super::revision(&tx)?;
        for one in &all {
            let (is_urgent, has_changed) = match one {
                Left::Visit(id) => (rows.get(id).is_some_and(feels_unwell), visit_changed(&tx, id, shown)?),
                Left::Stop(_, reason, seq) => (is_urgent(reason)?, stop_changed(&tx, one, *seq, shown)?),
            };
            if is_urgent {
                result.urgent += 1;
            } else if has_changed || !close(&tx, one, rows_state(&rows, one), user, now)? {
                result.changed += 1;
            } else {
                result.closed += 1;
            }
        }
        if result.closed > 0 {
            tx.execute(
                "INSERT INTO day_closing(first, last, day, at, user_name) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    int(before.saturating_add(1)),
                    int(super::revision(&tx)?),
                    day.to_string(),
                    now.to_string(),
                    user
                ],
            )?;
        }
        tx.commit()?;
        Ok(result)
    }

    /// Closings since the clinic's day began that were not taken back, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn closings(&self, now: Timestamp) -> Result<Vec<Closing>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT first, day, at, user_name, (SELECT COUNT(*) FROM staff_action s
                 WHERE s.revision BETWEEN first AND last)
             FROM day_closing WHERE at >= ?1 AND undone_at IS NULL ORDER BY first DESC",
        )?;
        let rows = statement.query_map([self.day_began(now).to_string()], |row| {
            let texts: (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<_, i64>(0)?, texts, row.get::<_, i64>(4)?))
        })?;
        rows.map(|row| {
            let (first, (day, at, user), count) = row?;
            Ok(Closing {
                first: first.unsigned_abs(),
                day: day.parse().map_err(|_| DeskError::Unreadable("a date"))?,
                at: timestamp(&at)?,
                user,
                count: usize::try_from(count).unwrap_or(0),
            })
        })
        .collect()
    }

    /// Takes a closing back. Answers how many are open again, and how many have gone on since and stay; none if it was
    /// taken back already.
    ///
    /// # Errors
    /// If the file cannot be read or written; then nothing was taken back.
    pub fn undo_closing(
        &mut self,
        first: u64,
        user: &str,
        now: Timestamp,
    ) -> Result<Option<(usize, usize)>, DeskError> {
        let tx = self.write()?;
        let sql = "UPDATE day_closing SET undone_at = ?2, undone_by = ?3 WHERE first = ?1 AND undone_at IS NULL
                   RETURNING last";
        let last: Option<i64> =
            tx.query_row(sql, params![int(first), now.to_string(), user], |row| row.get(0)).optional()?;
        let Some(last) = last else { return Ok(None) };
        let mut statement = tx.prepare(
            "SELECT revision, appointment_id, kiosk, seq FROM staff_action WHERE revision BETWEEN ?1 AND ?2
             ORDER BY revision",
        )?;
        type Action = (i64, Option<String>, Option<String>, Option<i64>);
        let actions: Vec<Action> = statement
            .query_map(params![int(first), last], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        drop(statement);
        let (mut open, mut stays) = (0, 0);
        for (n, visit, kiosk, seq) in actions {
            let of = match (visit, kiosk, seq) {
                (Some(id), _, _) => StaffWork::Visit(AppointmentId::new(id)),
                (None, Some(kiosk), Some(seq)) => StaffWork::Stop(KioskId::new(kiosk), seq.unsigned_abs()),
                _ => return Err(DeskError::Unreadable("a staff action")),
            };
            if latest_deed(&tx, &of)? == Some(n) && work::act_in(&tx, &of, StaffAction::Undo, user, now)? {
                open += 1;
            } else {
                stays += 1;
            }
        }
        tx.commit()?;
        Ok(Some((open, stays)))
    }
}

/// What is open of days before this one, by day. A visit is of the day of its ticket; where only a reason is open, of
/// the first such reason.
fn left(conn: &Connection, today: Date) -> Result<BTreeMap<Date, BTreeSet<Left>>, DeskError> {
    let mut days: BTreeMap<Date, BTreeSet<Left>> = BTreeMap::new();
    let mut put = |date: String, left: Left| -> Result<(), DeskError> {
        days.entry(date.parse().map_err(|_| DeskError::Unreadable("a date"))?).or_default().insert(left);
        Ok(())
    };
    let mut statement = conn.prepare_cached(&format!(
        "SELECT ticket_date, appointment_id FROM visit WHERE state IN {STATES} AND ticket_date < ?1
         UNION ALL
         SELECT MIN(r.date), r.appointment_id FROM reason r LEFT JOIN visit v ON v.appointment_id = r.appointment_id
         WHERE r.taken_at IS NULL AND r.solved_at IS NULL AND r.date < ?1 AND r.appointment_id <> ''
         AND COALESCE(v.state, 'expected') NOT IN {STATES} GROUP BY r.appointment_id"
    ))?;
    let mut rows = statement.query([today.to_string()])?;
    while let Some(row) = rows.next()? {
        put(row.get(0)?, Left::Visit(row.get(1)?))?;
    }
    let mut statement = conn.prepare_cached(
        "SELECT date, kiosk, reason, MAX(seq) FROM reason
         WHERE taken_at IS NULL AND solved_at IS NULL AND date < ?1 AND appointment_id = ''
         GROUP BY date, kiosk, reason",
    )?;
    let mut rows = statement.query([today.to_string()])?;
    while let Some(row) = rows.next()? {
        put(row.get(0)?, Left::Stop(row.get(1)?, row.get(2)?, row.get(3)?))?;
    }
    Ok(days)
}

fn visits(all: &BTreeSet<Left>) -> BTreeSet<String> {
    all.iter()
        .filter_map(|one| match one {
            Left::Visit(id) => Some(id.clone()),
            Left::Stop(..) => None,
        })
        .collect()
}

fn feels_unwell(row: &VisitRow) -> bool {
    row.reasons.iter().any(|reason| reason.taken.is_none() && reason.reason.is_urgent())
}

fn is_urgent(reason: &str) -> Result<bool, DeskError> {
    Ok(from_code::<Reason>(reason.to_owned(), "a reason")?.is_urgent())
}

fn rows_state(rows: &BTreeMap<String, VisitRow>, one: &Left) -> Option<VisitState> {
    match one {
        Left::Visit(id) => rows.get(id).map(|row| row.state),
        Left::Stop(..) => None,
    }
}

/// Whether anything happened with a visit since.
fn visit_changed(conn: &Connection, id: &str, shown: u64) -> Result<bool, DeskError> {
    let sql = "SELECT revision > ?2 FROM visit WHERE appointment_id = ?1";
    let changed: Option<bool> =
        conn.prepare_cached(sql)?.query_row(params![id, int(shown)], |row| row.get(0)).optional()?;
    Ok(changed.unwrap_or(false)
        || said_since(conn, "SELECT kiosk, seq FROM reason WHERE appointment_id = ?1 AND taken_at IS NULL", id, shown)?)
}

/// Whether someone stopped at a kiosk since, for the same reason and on the same day.
fn stop_changed(conn: &Connection, one: &Left, seq: i64, shown: u64) -> Result<bool, DeskError> {
    let Left::Stop(kiosk, ..) = one else { return Ok(false) };
    let sql = "SELECT revision > ?3 FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2";
    let since: Option<bool> =
        conn.prepare_cached(sql)?.query_row(params![kiosk, seq, int(shown)], |row| row.get(0)).optional()?;
    Ok(since.unwrap_or(false))
}

/// Whether a kiosk said one of these reasons since.
fn said_since(conn: &Connection, reasons: &str, of: &str, shown: u64) -> Result<bool, DeskError> {
    let sql = format!(
        "SELECT 1 FROM ({reasons}) r JOIN kiosk_event e ON e.kiosk = r.kiosk AND e.seq = r.seq WHERE e.revision > ?2"
    );
    Ok(conn.prepare_cached(&sql)?.exists(params![of, int(shown)])?)
}

/// Closes one, as its own button does. Answers `false` if there was nothing to close.
fn close(
    conn: &Connection,
    one: &Left,
    state: Option<VisitState>,
    user: &str,
    now: Timestamp,
) -> Result<bool, DeskError> {
    match one {
        Left::Stop(kiosk, _, seq) => {
            let of = StaffWork::Stop(KioskId::new(kiosk.as_str()), seq.unsigned_abs());
            work::act_in(conn, &of, StaffAction::Seen, user, now)
        }
        Left::Visit(id) => {
            let id = AppointmentId::new(id.as_str());
            match state {
                Some(VisitState::Asks) => work::act_in(conn, &StaffWork::Visit(id), StaffAction::Decline, user, now),
                Some(state) if QueueAction::Finish.leads_to(state).is_some() => {
                    queue::record(conn, &id, &QueueAction::Finish, user, now)
                }
                _ => work::act_in(conn, &StaffWork::Visit(id), StaffAction::Seen, user, now),
            }
        }
    }
}

/// The revision of the last thing that someone did with it.
fn latest_deed(conn: &Connection, of: &StaffWork) -> Result<Option<i64>, DeskError> {
    Ok(match of {
        StaffWork::Visit(id) => {
            let sql = "SELECT MAX(revision) FROM staff_action WHERE appointment_id = ?1";
            conn.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0))?
        }
        StaffWork::Stop(kiosk, seq) => {
            let sql = "SELECT MAX(revision) FROM staff_action WHERE kiosk = ?1 AND seq = ?2 AND appointment_id IS NULL";
            conn.prepare_cached(sql)?.query_row(params![kiosk.as_str(), int(*seq)], |row| row.get(0))?
        }
    })
}
