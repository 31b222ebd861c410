//! What happened, told once: facts, and where their readers stand.
//!
//! Invariants: a fact is written in the transaction of what it tells, by what does it ([`super::recorded`],
//! [`super::events`], [`super::appointments`]), and never by what only makes something again; a reader's position and
//! what it does with a fact are one transaction, so it does that once; a reader that cannot go on stands before its
//! fact, in sight, until it can or someone lets it go on.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{self, Entry};
use super::feed::read_ticket;
use super::proposals::person_of;
use super::{Store, appointments, int, outbox, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::fact::{By, Effect, Fact, What};
use crate::domain::ids::{AppointmentId, KioskId, PatientId, Seq};
use crate::domain::queue::VisitState;

/// A reader goes through this many facts in one transaction.
const AT_ONCE: usize = 100;

/// Who reads facts, by name. It begins with what happens after it was first asked to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader(pub &'static str);

impl Reader {
    /// Makes messages of what happened, and drops those that are not to be sent any more.
    pub const OUTBOX: Self = Self("outbox");
}

/// Facts behind a position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// In order.
    pub facts: Vec<Fact>,
    /// Whether there are more.
    pub more: bool,
}

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderState {
    /// Its name.
    pub name: String,
    /// It has read everything up to this fact.
    pub position: u64,
    /// The fact that it reads next; 0 if it has read them all.
    pub next: u64,
    /// This many facts wait for it.
    pub waiting: u64,
    /// Since when it stands before a fact that it cannot read, and why.
    pub stopped: Option<(Timestamp, String)>,
    /// This many facts it was never given.
    pub passed_over: u64,
}

impl ReaderState {
    /// What is wrong and what to do, for anyone who runs the desk.
    #[must_use]
    pub fn sentence(&self) -> String {
        let why = self.stopped.as_ref().map_or("", |(_, why)| why);
        format!(
            "“{}” can't continue at fact {}: {why}. Run `arrivals-desk facts` on the server and see docs/files.md",
            self.name, self.next
        )
    }
}

/// How far a reader came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// It has read all there is; this many now.
    All(usize),
    /// It stands before this fact and cannot read it.
    Stopped(u64),
}

/// From where a fact comes.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// From an event of a kiosk, of when it happened. `again`: an earlier life of the file may have had it.
    Event { kiosk: &'a str, seq: i64, happened: Timestamp, again: bool },
    /// From someone at the desk; about an event of a kiosk, if there is one.
    User(&'a str, Option<(&'a str, i64)>),
}

/// Who a fact is about.
pub(super) enum About<'a> {
    /// One fact for each of these visits.
    Visits(&'a [&'a str]),
    /// A patient, and none of their visits.
    Patient(&'a str),
    /// No one who is known.
    NoOne,
}

/// Writes what happened, in the transaction in which it does.
pub(super) fn add(
    conn: &Connection,
    from: Origin<'_>,
    about: &About<'_>,
    what: &What,
    now: Timestamp,
) -> Result<(), DeskError> {
    match about {
        About::Visits(visits) => visits.iter().try_for_each(|visit| put(conn, from, (Some(visit), None), what, now)),
        About::Patient(patient) => put(conn, from, (None, Some(patient)), what, now),
        About::NoOne => put(conn, from, (None, None), what, now),
    }
}

fn put(
    conn: &Connection,
    from: Origin<'_>,
    (visit, patient): (Option<&str>, Option<&str>),
    what: &What,
    now: Timestamp,
) -> Result<(), DeskError> {
    let stands = visit.map(|visit| stands(conn, visit)).transpose()?.flatten();
    let (state, ticket) = stands.map_or((None, None), |(state, ticket)| (Some(state), ticket));
    let (number, date) = ticket.unzip();
    let whose = visit.map(|visit| person_of(conn, visit)).transpose()?.flatten();
    let (user, event, happened, again) = match from {
        Origin::Event { kiosk, seq, happened, again } => (None, Some((kiosk, seq)), Some(happened), again),
        Origin::User(user, event) => (Some(user), event, None, false),
    };
    let (kiosk, seq) = event.unzip();
    let body = serde_json::to_string(what).map_err(|_| DeskError::Unreadable("a fact"))?;
    conn.prepare_cached(
        "INSERT INTO fact(at, happened_at, kind, appointment_id, patient_id, ticket_number, ticket_date, state,
         user_name, kiosk, seq, again, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        now.to_string(),
        happened.map(|at| at.to_string()),
        what.code(),
        visit,
        whose.as_deref().or(patient),
        number,
        date,
        state,
        user,
        kiosk,
        seq,
        again,
        body
    ])?;
    Ok(())
}

type Stands = (String, Option<(String, String)>);

/// Where a visit stands, and with which ticket; none if no one has come for it.
fn stands(conn: &Connection, visit: &str) -> Result<Option<Stands>, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT state, ticket_number, ticket_date FROM visit WHERE appointment_id = ?1")?;
    let read = |row: &Row<'_>| {
        let ticket = row.get::<_, Option<String>>(1)?.zip(row.get::<_, Option<String>>(2)?);
        Ok((row.get(0)?, ticket))
    };
    Ok(statement.query_row([visit], read).optional()?)
}

const COLUMNS: &str = "n, at, happened_at, appointment_id, patient_id, ticket_number, ticket_date, state, user_name,
 kiosk, seq, again, body";

struct FactRow {
    n: i64,
    at: String,
    happened: Option<String>,
    appointment: Option<String>,
    patient: Option<String>,
    ticket: Option<(String, String)>,
    state: Option<String>,
    user: Option<String>,
    event: Option<(String, i64)>,
    again: bool,
    body: String,
}

impl FactRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            n: row.get(0)?,
            at: row.get(1)?,
            happened: row.get(2)?,
            appointment: row.get(3)?,
            patient: row.get(4)?,
            ticket: row.get::<_, Option<String>>(5)?.zip(row.get::<_, Option<String>>(6)?),
            state: row.get(7)?,
            user: row.get(8)?,
            event: row.get::<_, Option<String>>(9)?.zip(row.get::<_, Option<i64>>(10)?),
            again: row.get(11)?,
            body: row.get(12)?,
        })
    }

    fn into_fact(self) -> Result<Fact, DeskError> {
        let broken = || DeskError::Unreadable("a fact");
        let by = match (self.user, self.event) {
            (Some(user), _) => By::User(user),
            (None, Some((kiosk, seq))) => By::Kiosk(KioskId::new(kiosk), Seq(seq.unsigned_abs())),
            (None, None) => return Err(broken()),
        };
        let state = self.state.map(|code| VisitState::from_code(&code).ok_or_else(broken)).transpose()?;
        Ok(Fact {
            n: self.n.unsigned_abs(),
            at: timestamp(&self.at)?,
            happened: timestamp_or_none(self.happened)?,
            appointment: self.appointment.map(AppointmentId::new),
            patient: self.patient.map(PatientId::new),
            ticket: read_ticket(self.ticket)?,
            state,
            by,
            again: self.again,
            what: serde_json::from_str(&self.body).map_err(|_| broken())?,
        })
    }
}

/// The facts behind a position, in order, as they are in the file.
fn rows_after(conn: &Connection, position: u64, at_most: usize) -> Result<Vec<FactRow>, DeskError> {
    let sql = format!("SELECT {COLUMNS} FROM fact WHERE n > ?1 ORDER BY n LIMIT ?2");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![int(position), int(at_most as u64)], FactRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn newest(conn: &Connection) -> Result<u64, DeskError> {
    let n: i64 = conn.prepare_cached("SELECT COALESCE(MAX(n), 0) FROM fact")?.query_row([], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

/// Up to which fact a reader has read; none if it never read.
fn position(conn: &Connection, reader: Reader) -> Result<Option<u64>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT position FROM reader WHERE name = ?1")?;
    let n: Option<i64> = statement.query_row([reader.0], |row| row.get(0)).optional()?;
    Ok(n.map(i64::unsigned_abs))
}

/// Whether there is anything that a reader has not read.
pub(super) fn is_behind(conn: &Connection, reader: Reader) -> Result<bool, DeskError> {
    Ok(position(conn, reader)?.unwrap_or_default() < newest(conn)?)
}

/// Lets a reader that never read begin with what happens from now on.
pub(super) fn begin(conn: &Connection, reader: Reader) -> Result<(), DeskError> {
    conn.prepare_cached(
        "INSERT INTO reader(name, position) SELECT ?1, COALESCE(MAX(n), 0) FROM fact WHERE true ON CONFLICT DO NOTHING",
    )?
    .execute([reader.0])?;
    Ok(())
}

/// An older copy of the file was put back: whatever its readers had not read of it by then, they had from the life that
/// was lost, or may have had. They go on behind it; how much that was is kept.
pub(super) fn pass_over_all(conn: &Connection) -> Result<(), DeskError> {
    conn.execute(
        "UPDATE reader SET passed_over = passed_over + (SELECT COUNT(*) FROM fact WHERE n > position),
         position = MAX(position, (SELECT COALESCE(MAX(n), 0) FROM fact)), stopped_at = NULL, why = ''",
        [],
    )?;
    Ok(())
}

/// Whether all that is known of an event is that it was not understood.
pub(super) fn was_not_understood(conn: &Connection, kiosk: &str, seq: i64) -> Result<bool, DeskError> {
    let sql = "SELECT COALESCE(MIN(kind = 'not-understood'), 0) FROM fact WHERE kiosk = ?1 AND seq = ?2";
    Ok(conn.prepare_cached(sql)?.query_row(params![kiosk, seq], |row| row.get(0))?)
}

/// Takes out the facts about a patient that are about none of their visits.
pub(super) const FORGET_PATIENT: &str = "DELETE FROM fact WHERE patient_id = ?1";
/// As [`FORGET_PATIENT`], of a patient who has no appointment and no change left.
pub(super) const FORGET_PATIENT_IF_GONE: &str = "DELETE FROM fact WHERE patient_id = ?1 AND appointment_id IS NULL
     AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.patient_id = ?1)
     AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.patient_id = ?1)";
/// Takes out the facts about a visit.
pub(super) const FORGET_VISIT: &str = "DELETE FROM fact WHERE appointment_id = ?1";
/// Takes out the facts that an event of a kiosk made, and those about it.
pub(super) const FORGET_EVENT: &str = "DELETE FROM fact WHERE kiosk = ?1 AND seq = ?2";
/// Takes out facts about no one from before a moment.
pub(super) const FORGET_OF_NO_ONE: &str =
    "DELETE FROM fact WHERE at < ?1 AND appointment_id IS NULL AND patient_id IS NULL";

/// What a reader does with a fact and its appointment: what to write, or why it cannot read it.
pub type Read<'a> = dyn FnMut(&Fact, Option<&Appointment>) -> Result<Vec<Effect>, &'static str> + 'a;

impl Store {
    /// Facts behind a position, in order, at most this many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn facts_after(&self, position: u64, at_most: usize) -> Result<Facts, DeskError> {
        let mut rows = rows_after(&self.conn, position, at_most.saturating_add(1))?;
        let more = rows.len() > at_most;
        rows.truncate(at_most);
        Ok(Facts { facts: rows.into_iter().map(FactRow::into_fact).collect::<Result<_, _>>()?, more })
    }

    /// Gives a reader every fact that it has not read, in order, each with its appointment as it is now, and writes
    /// what `read` says together with the reader's position. What was told to an earlier life of the file is not given.
    /// Says `read` why it cannot read a fact, the reader stays before it; what came before is done.
    ///
    /// # Errors
    /// If the file cannot be read or written; then the reader stands where it stood.
    pub fn follow_facts(&mut self, reader: Reader, now: Timestamp, read: &mut Read<'_>) -> Result<Followed, DeskError> {
        let mut count = 0;
        loop {
            // Looked at first: as a rule there is nothing new, and then no one waits for this.
            if position(&self.conn, reader)?.is_some() && !is_behind(&self.conn, reader)? {
                return Ok(Followed::All(count));
            }
            let tx = self.write()?;
            begin(&tx, reader)?;
            let mut at = position(&tx, reader)?.unwrap_or_default();
            let mut stopped = None;
            for row in rows_after(&tx, at, AT_ONCE)? {
                let n = row.n.unsigned_abs();
                match given(&tx, row, read)? {
                    Ok((fact, effects)) => {
                        for effect in &effects {
                            outbox::write(&tx, &fact, effect, now)?;
                        }
                        (at, count) = (n, count + 1);
                    }
                    Err(why) => {
                        stopped = Some((n, why));
                        break;
                    }
                }
            }
            let (stopped_at, why) = stopped.as_ref().map(|(_, why)| (now.to_string(), why.as_str())).unzip();
            tx.prepare_cached(
                "UPDATE reader SET stopped_at = CASE WHEN ?3 IS NOT NULL AND position = ?2 THEN COALESCE(stopped_at, ?3)
                 ELSE ?3 END, position = ?2, why = COALESCE(?4, '') WHERE name = ?1",
            )?
            .execute(params![reader.0, int(at), stopped_at, why])?;
            tx.commit()?;
            if let Some((n, why)) = stopped {
                tracing::error!(reader = reader.0, fact = n, why, "a reader cannot read a fact; it waits there");
                return Ok(Followed::Stopped(n));
            }
        }
    }

    /// Where every reader stands.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn readers(&self) -> Result<Vec<ReaderState>, DeskError> {
        self.readers_that("true")
    }

    /// As [`Store::readers`], those alone that stand before a fact that they cannot read.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stopped_readers(&self) -> Result<Vec<ReaderState>, DeskError> {
        self.readers_that("stopped_at IS NOT NULL")
    }

    fn readers_that(&self, which: &str) -> Result<Vec<ReaderState>, DeskError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT name, position, (SELECT COALESCE(MIN(n), 0) FROM fact WHERE n > position),
             (SELECT COUNT(*) FROM fact WHERE n > position), stopped_at, why, passed_over
             FROM reader WHERE {which} ORDER BY name"
        ))?;
        type Columns = (String, i64, i64, i64, Option<String>, String, i64);
        let rows: Vec<Columns> = statement
            .query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            })?
            .collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|(name, position, next, waiting, stopped_at, why, passed_over)| {
                Ok(ReaderState {
                    name,
                    position: position.unsigned_abs(),
                    next: next.unsigned_abs(),
                    waiting: waiting.unsigned_abs(),
                    stopped: timestamp_or_none(stopped_at)?.map(|at| (at, why)),
                    passed_over: passed_over.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Lets a reader that stands before this fact go on behind it. `false` if it does not stand there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn pass_over_fact(&mut self, reader: &str, n: u64, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let passed = tx.execute(
            "UPDATE reader SET position = ?2, stopped_at = NULL, why = '', passed_over = passed_over + 1
             WHERE name = ?1 AND stopped_at IS NOT NULL AND (SELECT MIN(n) FROM fact WHERE n > position) = ?2",
            params![reader, int(n)],
        )?;
        if passed == 0 {
            return Ok(false);
        }
        let about = format!("reader {reader}, fact {n}");
        audit::add(&tx, &Entry { at: now, user, action: "fact-passed-over", patient: "", about: &about })?;
        tx.commit()?;
        Ok(true)
    }
}

/// A fact as its reader gets it, and what the reader does with it; or why it cannot read it.
#[allow(clippy::type_complexity)]
fn given(
    conn: &Connection,
    row: FactRow,
    read: &mut Read<'_>,
) -> Result<Result<(Fact, Vec<Effect>), String>, DeskError> {
    // What cannot be read is no fault of the file's engine: it is the same the next time.
    let whole = row.into_fact().and_then(|fact| {
        let appointment = fact.appointment.as_ref().map(|id| appointments::of_id(conn, id)).transpose()?.flatten();
        Ok((fact, appointment))
    });
    let (fact, appointment) = match whole {
        Ok(whole) => whole,
        Err(DeskError::Unreadable(what)) => return Ok(Err(format!("{what} cannot be read"))),
        Err(error) => return Err(error),
    };
    if fact.again {
        return Ok(Ok((fact, Vec::new())));
    }
    Ok(read(&fact, appointment.as_ref()).map(|effects| (fact, effects)).map_err(str::to_owned))
}
