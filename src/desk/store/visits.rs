//! The desk's list of a day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row};

use super::booking::{self};
use super::feed::read_ticket;
use super::{Store, appointments, from_code, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::private::Private;
use crate::domain::queue::VisitState;
use crate::domain::ticket::Ticket;
use crate::domain::visit::{InLine, ReasonRow, VisitRow};

const VISIT_COLUMNS: &str =
    "v.appointment_id, v.state, v.kiosk, v.ticket_number, v.ticket_date, v.call_as, v.language, v.arrived_at, v.print,
     v.seen_at, v.seen_by, v.called_at, v.called_by, v.done_at, v.done_by, v.companion, v.documents, v.walk_in,
     v.accepted_at, v.accepted_by, v.queue, v.placed_at, v.point, v.calls, v.last_call_at, v.held_at, v.started_at,
     v.served_in, v.stepped_out, (SELECT MAX(s.revision) FROM visit_step s WHERE s.appointment_id = v.appointment_id),
     (SELECT s.action FROM visit_step s WHERE s.appointment_id = v.appointment_id ORDER BY s.revision DESC LIMIT 1),
     (SELECT MAX(r.taken_revision) FROM reason r WHERE r.appointment_id = v.appointment_id)";
/// The step of having taken reasons after the latest step in the queue.
const TAKEN: &str = "seen";

impl Store {
    /// Every visit of the clinic's date: those on the list, those whose ticket or trouble is of that day. Who is on the
    /// list now is another question: [`Store::list_at`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of(&self, date: Date) -> Result<Vec<VisitRow>, DeskError> {
        let mut ids = BTreeSet::new();
        add_ids(&self.conn, OF_DATE, [date.to_string()], &mut ids)?;
        rows_of(&self.conn, &ids)
    }

    /// One visit, whatever its day; none if neither the list nor a kiosk ever named it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit(&self, id: &AppointmentId) -> Result<Option<VisitRow>, DeskError> {
        let appointment = self.appointment(id)?;
        let called_off = appointment.as_ref().map(|one| booking::called_off(&self.conn, one)).transpose()?.flatten();
        let facts = self
            .conn
            .query_row(
                &format!("SELECT {VISIT_COLUMNS} FROM visit v WHERE v.appointment_id = ?1"),
                [id.as_str()],
                VisitFacts::read,
            )
            .optional()?;
        if appointment.is_none() && facts.is_none() {
            return Ok(None);
        }
        let mut row = VisitRow { called_off, ..VisitRow::new(id.as_str(), appointment) };
        row.is_contradicted = booking::is_contradicted(&self.conn, id.as_str())?;
        if let Some(facts) = facts {
            facts.put_into(&mut row)?;
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {REASON_COLUMNS} FROM reason WHERE appointment_id = ?1 AND solved_at IS NULL"
        ))?;
        let reasons: Vec<ReasonFacts> =
            statement.query_map([id.as_str()], ReasonFacts::read)?.collect::<Result<_, _>>()?;
        for facts in reasons {
            row.reasons.push(facts.into_row()?);
        }
        let only = serde_json::to_string(&[id.as_str()]).map_err(|_| DeskError::Unreadable("a visit"))?;
        row.duplicates = duplicates(&self.conn, &only)?.into_iter().map(|(_, ticket)| ticket).collect();
        Ok(Some(row.finish()))
    }
}

/// Visits of the date ?1: by appointment, by ticket, by trouble.
pub(super) const OF_DATE: &str =
    "SELECT id FROM appointment WHERE local_date = ?1 UNION SELECT appointment_id FROM visit WHERE ticket_date = ?1
     UNION SELECT appointment_id FROM reason WHERE date = ?1 AND appointment_id <> ''";

/// Adds the visits that a query names.
pub(super) fn add_ids(
    conn: &Connection,
    sql: &str,
    of: impl rusqlite::Params,
    ids: &mut BTreeSet<String>,
) -> Result<(), DeskError> {
    let mut statement = conn.prepare_cached(sql)?;
    for id in statement.query_map(of, |row| row.get(0))? {
        ids.insert(id?);
    }
    Ok(())
}

/// These visits as the desk sees them, by id; also inside a transaction.
pub(super) fn rows_of(conn: &Connection, ids: &BTreeSet<String>) -> Result<Vec<VisitRow>, DeskError> {
    let ids = serde_json::to_string(ids).map_err(|_| DeskError::Unreadable("a visit"))?;
    let mut rows: BTreeMap<String, VisitRow> = BTreeMap::new();
    let mut statement =
        conn.prepare_cached("SELECT id, body FROM appointment WHERE id IN (SELECT value FROM json_each(?1))")?;
    let listed: Vec<(String, String)> =
        statement.query_map([&ids], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (id, body) in listed {
        let appointment = appointments::read(&body)?;
        let (called_off, is_contradicted) =
            (booking::called_off(conn, &appointment)?, booking::is_contradicted(conn, &id)?);
        rows.insert(id.clone(), VisitRow { called_off, is_contradicted, ..VisitRow::new(&id, Some(appointment)) });
    }
    let sql =
        format!("SELECT {VISIT_COLUMNS} FROM visit v WHERE v.appointment_id IN (SELECT value FROM json_each(?1))");
    let mut statement = conn.prepare_cached(&sql)?;
    let facts: Vec<VisitFacts> = statement.query_map([&ids], VisitFacts::read)?.collect::<Result<_, _>>()?;
    for fact in facts {
        let row = rows.entry(fact.id.clone()).or_insert_with_key(|id| VisitRow::new(id, None));
        fact.put_into(row)?;
    }
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {REASON_COLUMNS} FROM reason WHERE appointment_id IN (SELECT value FROM json_each(?1))
         AND solved_at IS NULL"
    ))?;
    let reasons: Vec<ReasonFacts> = statement.query_map([&ids], ReasonFacts::read)?.collect::<Result<_, _>>()?;
    for facts in reasons {
        if let Some(row) = rows.get_mut(&facts.appointment) {
            row.reasons.push(facts.into_row()?);
        }
    }
    for (id, ticket) in duplicates(conn, &ids)? {
        if let Some(row) = rows.get_mut(&id) {
            row.duplicates.push(ticket);
        }
    }
    Ok(rows.into_values().map(VisitRow::finish).collect())
}

/// Tickets of these visits that do not count, of whatever day. `ids` is a JSON list.
fn duplicates(conn: &Connection, ids: &str) -> Result<Vec<(String, Ticket)>, DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT t.appointment_id, t.number, t.date FROM ticket t JOIN visit v ON v.appointment_id = t.appointment_id
         WHERE t.appointment_id IN (SELECT value FROM json_each(?1)) AND t.is_first = 0
         AND (t.number <> v.ticket_number OR t.date <> v.ticket_date) ORDER BY t.kiosk, t.seq",
    )?;
    let rows: Vec<(String, String, String)> =
        statement.query_map([ids], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let mut found: Vec<(String, Ticket)> = Vec::new();
    for (id, number, date) in rows {
        if let Some(ticket) = read_ticket(Some((number, date)))?
            && !found.iter().any(|(other, had)| *other == id && *had == ticket)
        {
            found.push((id, ticket));
        }
    }
    Ok(found)
}

struct VisitFacts {
    id: String,
    state: String,
    kiosk: Option<String>,
    ticket: Option<(String, String)>,
    call_as: Option<String>,
    language: Option<String>,
    arrived_at: Option<String>,
    print: Option<String>,
    seen: Option<(String, String)>,
    called: Option<(String, String)>,
    done: Option<(String, String)>,
    companion: Option<String>,
    documents: Option<String>,
    walk_in: Option<String>,
    accepted: Option<(String, String)>,
    in_line: LineFacts,
}

struct LineFacts {
    queue: Option<String>,
    placed_at: Option<String>,
    point: Option<String>,
    calls: u32,
    last_call_at: Option<String>,
    held_at: Option<String>,
    started_at: Option<String>,
    served_in: Option<String>,
    stepped_out: bool,
    step: Option<(i64, String)>,
    taken: Option<i64>,
}

impl LineFacts {
    fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            queue: row.get(first)?,
            placed_at: row.get(first + 1)?,
            point: row.get(first + 2)?,
            calls: row.get(first + 3)?,
            last_call_at: row.get(first + 4)?,
            held_at: row.get(first + 5)?,
            started_at: row.get(first + 6)?,
            served_in: row.get(first + 7)?,
            stepped_out: row.get(first + 8)?,
            step: row.get::<_, Option<i64>>(first + 9)?.zip(row.get::<_, Option<String>>(first + 10)?),
            taken: row.get(first + 11)?,
        })
    }

    fn in_line(self) -> Result<InLine, DeskError> {
        Ok(InLine {
            queue: self.queue,
            placed: timestamp_or_none(self.placed_at)?,
            point: self.point,
            calls: self.calls,
            last_call: timestamp_or_none(self.last_call_at)?,
            held: timestamp_or_none(self.held_at)?,
            stepped_out: self.stepped_out,
            started: timestamp_or_none(self.started_at)?,
            served_in: self.served_in,
            step: self.step.map(|(revision, action)| match self.taken.filter(|taken| *taken > revision) {
                Some(taken) => (taken.unsigned_abs(), TAKEN.to_owned()),
                None => (revision.unsigned_abs(), action),
            }),
        })
    }
}

impl VisitFacts {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let pair = |first: usize| -> rusqlite::Result<Option<(String, String)>> {
            Ok(row.get::<_, Option<String>>(first)?.zip(row.get::<_, Option<String>>(first + 1)?))
        };
        Ok(Self {
            id: row.get(0)?,
            state: row.get(1)?,
            kiosk: row.get(2)?,
            ticket: pair(3)?,
            call_as: row.get(5)?,
            language: row.get(6)?,
            arrived_at: row.get(7)?,
            print: row.get(8)?,
            seen: pair(9)?,
            called: pair(11)?,
            done: pair(13)?,
            companion: row.get(15)?,
            documents: row.get(16)?,
            walk_in: row.get(17)?,
            accepted: pair(18)?,
            in_line: LineFacts::read(row, 20)?,
        })
    }

    fn put_into(self, row: &mut VisitRow) -> Result<(), DeskError> {
        row.state = VisitState::from_code(&self.state).ok_or(DeskError::Unreadable("a visit"))?;
        row.kiosk = self.kiosk.map(KioskId::new);
        row.ticket = read_ticket(self.ticket)?;
        row.call_as = self.call_as.map(|code| from_code(code, "a visit")).transpose()?.unwrap_or_default();
        row.language = self.language.map(|code| from_code(code, "a visit")).transpose()?;
        row.arrived_at = timestamp_or_none(self.arrived_at)?;
        row.print = self.print;
        row.seen = who(self.seen)?;
        row.called = who(self.called)?;
        row.done = who(self.done)?;
        row.companion = self.companion.map(Private::from);
        row.documents = from_json(self.documents)?;
        row.walk_in = from_json(self.walk_in)?.map(Box::new);
        row.accepted = who(self.accepted)?;
        row.in_line = self.in_line.in_line()?;
        Ok(())
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: Option<String>) -> Result<Option<T>, DeskError> {
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| DeskError::Unreadable("a visit"))
}

fn who(columns: Option<(String, String)>) -> Result<Option<(Timestamp, String)>, DeskError> {
    columns.map(|(at, user)| Ok((timestamp(&at)?, user))).transpose()
}

pub(super) const REASON_COLUMNS: &str =
    "appointment_id, reason, kiosk, seq, at, language, taken_at, taken_by, taken_revision";

pub(super) struct ReasonFacts {
    appointment: String,
    reason: String,
    kiosk: String,
    seq: i64,
    at: String,
    language: Option<String>,
    taken: Option<(String, String)>,
    pub taken_revision: Option<i64>,
}

impl ReasonFacts {
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            appointment: row.get(0)?,
            reason: row.get(1)?,
            kiosk: row.get(2)?,
            seq: row.get(3)?,
            at: row.get(4)?,
            language: row.get(5)?,
            taken: row.get::<_, Option<String>>(6)?.zip(row.get::<_, Option<String>>(7)?),
            taken_revision: row.get(8)?,
        })
    }

    pub fn into_row(self) -> Result<ReasonRow, DeskError> {
        Ok(ReasonRow {
            reason: from_code(self.reason, "a reason")?,
            kiosk: KioskId::new(self.kiosk),
            seq: self.seq.unsigned_abs(),
            at: timestamp(&self.at)?,
            language: self.language.map(|code| from_code(code, "a reason")).transpose()?,
            taken: who(self.taken)?,
        })
    }
}
