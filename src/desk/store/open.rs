//! What is open: visits that no one has closed and reasons that no one has resolved, of whatever day.
//!
//! Invariants: a date hides nothing that is open; what was closed stays beside it until the clinic's day ends, so that
//! it can be taken back. Only what was open in a file from before this rule is counted instead of shown ([`SINCE`]): no
//! one looks for those people any more.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::feed::read_ticket;
use super::visits::{OF_DATE, add_ids, rows_of};
use super::{Store, meta};
use crate::desk::base::error::DeskError;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::ticket::{OpenTickets, Ticket, TicketNumber};
use crate::domain::visit::VisitRow;

/// From this day on what is open is shown; of a file from before there was such a rule, the day before the last one on
/// which something happened. Nothing is set in a new file.
pub(super) const SINCE: &str = "open_since";
/// States in which a visit waits for someone, as SQL; the index `visit_by_state` finds them. Anyone who is only
/// expected is not here.
pub(super) const STATES: &str = "('asks', 'arrived', 'held', 'called', 'with-clinician')";

/// Kiosks hear of at most this many tickets, the newest: more belong to a clinic that closes nothing.
const TICKETS_MAX: u32 = 5000;

/// The first day of which what is open is shown.
pub(super) fn since(conn: &Connection) -> Result<Date, DeskError> {
    Ok(meta(conn, SINCE)?.and_then(|text| text.parse().ok()).unwrap_or(Date::MIN))
}

impl Store {
    /// Who is on the clinic's list at this moment: visits of its day, of any other day what is still open, and what was
    /// closed since the day began.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn list_at(&self, now: Timestamp) -> Result<Vec<VisitRow>, DeskError> {
        list_at(&self.conn, self.date_at(now), self.day_began(now))
    }

    /// The ticket that someone means who says its number: today's, or else that of someone whose visit is open since
    /// another day.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_called(&self, number: TicketNumber, now: Timestamp) -> Result<Ticket, DeskError> {
        let today = self.date_at(now);
        let given = self
            .conn
            .prepare_cached("SELECT 1 FROM ticket WHERE date = ?1 AND number = ?2")?
            .exists([today.to_string(), number.to_string()])?;
        let held = if given { None } else { holders(&self.conn, number)?.into_iter().max() };
        Ok(Ticket { number, date: held.unwrap_or(today) })
    }

    /// When the clinic's day of this moment began.
    pub(super) fn day_began(&self, now: Timestamp) -> Timestamp {
        self.day.begin_of(self.date_at(now)).unwrap_or(now)
    }
}

/// As [`Store::list_at`], also inside a transaction. `began`: when the day of this date did.
pub(super) fn list_at(conn: &Connection, date: Date, began: Timestamp) -> Result<Vec<VisitRow>, DeskError> {
    let mut ids = BTreeSet::new();
    add_ids(conn, OF_DATE, [date.to_string()], &mut ids)?;
    let since = since(conn)?.to_string();
    add_ids(
        conn,
        &format!("SELECT appointment_id FROM visit WHERE state IN {STATES} AND COALESCE(ticket_date, ?1) >= ?1"),
        [&since],
        &mut ids,
    )?;
    let reasons = "SELECT appointment_id FROM reason WHERE taken_at IS NULL AND solved_at IS NULL AND date >= ?1
                   AND appointment_id <> ''";
    add_ids(conn, reasons, [&since], &mut ids)?;
    let closed = "SELECT appointment_id FROM visit WHERE done_at >= ?1 AND COALESCE(ticket_date, ?2) >= ?2
         UNION SELECT appointment_id FROM reason WHERE taken_at >= ?1 AND date >= ?2 AND appointment_id <> ''";
    add_ids(conn, closed, params![began.to_string(), since], &mut ids)?;
    rows_of(conn, &ids)
}

/// Of these visits those that [`list_at`] has, without reading the others.
pub(super) fn list_of(
    conn: &Connection,
    ids: &BTreeSet<String>,
    date: Date,
    began: Timestamp,
) -> Result<Vec<VisitRow>, DeskError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let json = serde_json::to_string(ids).map_err(|_| DeskError::Unreadable("a visit"))?;
    let mut listed = BTreeSet::new();
    // The plus signs: these visits are looked at, and not the rows of the day.
    let sql = format!(
        "SELECT a.id FROM json_each(?1) j CROSS JOIN appointment a ON a.id = j.value WHERE +a.local_date = ?2
         UNION SELECT v.appointment_id FROM json_each(?1) j CROSS JOIN visit v ON v.appointment_id = j.value
         WHERE +v.ticket_date = ?2 OR (COALESCE(v.ticket_date, ?3) >= ?3 AND (+v.state IN {STATES} OR +v.done_at >= ?4))
         UNION SELECT r.appointment_id FROM json_each(?1) j CROSS JOIN reason r ON r.appointment_id = j.value
         WHERE r.appointment_id <> ''
         AND (+r.date = ?2 OR (+r.date >= ?3 AND ((r.taken_at IS NULL AND r.solved_at IS NULL) OR +r.taken_at >= ?4)))"
    );
    add_ids(conn, &sql, params![json, date.to_string(), since(conn)?.to_string(), began.to_string()], &mut listed)?;
    rows_of(conn, &listed)
}

/// One visit of the list; none if it is not on it.
pub(super) fn one(
    conn: &Connection,
    id: &AppointmentId,
    date: Date,
    began: Timestamp,
) -> Result<Option<VisitRow>, DeskError> {
    Ok(list_of(conn, &BTreeSet::from([id.as_str().to_owned()]), date, began)?.pop())
}

/// All visits of the list that a ticket is for.
pub(super) fn of_ticket(
    conn: &Connection,
    ticket: Ticket,
    date: Date,
    began: Timestamp,
) -> Result<Vec<VisitRow>, DeskError> {
    let mut ids = BTreeSet::new();
    let sql = "SELECT appointment_id FROM visit WHERE ticket_date = ?1 AND ticket_number = ?2";
    add_ids(conn, sql, [ticket.date.to_string(), ticket.number.to_string()], &mut ids)?;
    list_of(conn, &ids, date, began)
}

/// All visits of the list of one person.
pub(super) fn of_person(
    conn: &Connection,
    person: &PatientId,
    date: Date,
    began: Timestamp,
) -> Result<Vec<VisitRow>, DeskError> {
    let mut ids = BTreeSet::new();
    add_ids(conn, "SELECT id FROM appointment WHERE patient_id = ?1", [person.as_str()], &mut ids)?;
    list_of(conn, &ids, date, began)
}

/// All visits on the list of the person of this one, as far as ticket and number tell.
pub(super) fn beside(
    conn: &Connection,
    row: &VisitRow,
    date: Date,
    began: Timestamp,
) -> Result<Vec<VisitRow>, DeskError> {
    let mut rows = row.ticket.map_or(Ok(Vec::new()), |ticket| of_ticket(conn, ticket, date, began))?;
    if let Some(appointment) = &row.appointment {
        let theirs = of_person(conn, &appointment.person.id, date, began)?;
        rows.extend(theirs.into_iter().filter(|one| one.ticket.is_none() || one.ticket != row.ticket));
    }
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rows)
}

/// Visits of the list that no one booked and that are open.
pub(super) fn walk_ins(conn: &Connection, date: Date, began: Timestamp) -> Result<Vec<VisitRow>, DeskError> {
    let mut ids = BTreeSet::new();
    let sql = format!(
        "SELECT appointment_id FROM visit INDEXED BY visit_walk_in WHERE state IN {STATES} AND walk_in IS NOT NULL"
    );
    add_ids(conn, &sql, [], &mut ids)?;
    list_of(conn, &ids, date, began)
}

/// Which tickets of other days than this one are held, for kiosks.
pub(super) fn open_tickets(conn: &Connection, day: Date) -> Result<OpenTickets, DeskError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT DISTINCT t.number, t.date FROM visit v JOIN ticket t ON t.appointment_id = v.appointment_id
         WHERE v.state IN {STATES} AND v.ticket_date >= ?1 AND t.date <> ?2 ORDER BY t.date DESC, t.number
         LIMIT {TICKETS_MAX}"
    ))?;
    let rows: Vec<(String, String)> = statement
        .query_map([since(conn)?.to_string(), day.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let tickets =
        rows.into_iter().filter_map(|columns| read_ticket(Some(columns)).transpose()).collect::<Result<_, _>>()?;
    Ok(OpenTickets { day, tickets })
}

/// Whether someone whose visit is open holds this number of that date.
pub(super) fn is_held(conn: &Connection, number: TicketNumber, date: Date) -> Result<bool, DeskError> {
    Ok(holders(conn, number)?.contains(&date))
}

/// Of which dates there are tickets with this number whose visits are open, also such as do not count.
pub(super) fn holders(conn: &Connection, number: TicketNumber) -> Result<Vec<Date>, DeskError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT DISTINCT t.date FROM visit v JOIN ticket t ON t.appointment_id = v.appointment_id
         WHERE v.state IN {STATES} AND v.ticket_date >= ?1 AND t.number = ?2"
    ))?;
    let dates: Vec<String> = statement
        .query_map([since(conn)?.to_string(), number.to_string()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    dates.iter().map(|date| date.parse().map_err(|_| DeskError::Unreadable("a ticket"))).collect()
}
