//! Each number of a day for one person: a kiosk's check-in whose number is not its own to give, or that someone else
//! has, gets one of the desk's.
//!
//! Invariants: that is decided once, when the check-in is heard of, and kept, so that the list can be rebuilt; it stays
//! in sight until someone has seen it; no one acts for another with a paper that bears the other's number.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{Store, appointments, hand, int, open};
use crate::desk::base::error::DeskError;
use crate::domain::event::{KioskEvent, LoggedEvent, WalkedIn};
use crate::domain::ids::{AppointmentId, KioskId, PatientId};
use crate::domain::ticket::{Series, Ticket};

/// A number that stands on two papers, or on one of a kiosk that may not give it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTwice {
    /// What the paper says.
    pub said: Ticket,
    /// With which number this person waits.
    pub given: Ticket,
    /// Who that is, for staff.
    pub who: String,
    /// Who has the number that the paper says, for staff; empty if no one has.
    pub other: String,
}

/// Decides with which number the check-in waits that a kiosk tells now.
pub(super) fn settle(conn: &Connection, kiosk: &KioskId, event: &LoggedEvent, now: Timestamp) -> Result<(), DeskError> {
    let (said, visits, patient) = match &event.event {
        KioskEvent::CheckedIn(said) => (said.ticket, said.appointments.as_slice(), Some(&said.patient)),
        KioskEvent::WalkedIn(asks) => (asks.ticket, std::slice::from_ref(&asks.appointment), None),
        _ => return Ok(()),
    };
    let letters: Option<String> = conn
        .prepare_cached("SELECT letter FROM kiosk WHERE id = ?1")?
        .query_row([kiosk.as_str()], |row| row.get(0))
        .optional()?;
    let is_foreign = letters.is_some_and(|letters| letters != said.number.series().to_string());
    let mut other = holder(conn, said, visits, patient)?;
    if other.is_none() {
        other = holder_since_another_day(conn, said, visits, patient)?;
    }
    // A request is named after its number: that of someone else may have the name.
    let is_named_twice = match &event.event {
        KioskEvent::WalkedIn(asks) => is_of_someone_else(conn, asks)?,
        _ => false,
    };
    if is_named_twice {
        other = other.or(visits.first().map(|visit| visit.as_str().to_owned()));
    }
    if !is_foreign && other.is_none() {
        return Ok(());
    }
    let given = hand::next_ticket(conn, said.date)?;
    let visit = if is_named_twice {
        AppointmentId::of_request(given)
    } else {
        visits.first().cloned().unwrap_or_else(|| AppointmentId::new(""))
    };
    conn.execute(
        "INSERT INTO number_twice(kiosk, seq, said, date, given, visit, other, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        params![
            kiosk.as_str(),
            int(event.seq.0),
            said.number.to_string(),
            said.date.to_string(),
            given.number.to_string(),
            visit.as_str(),
            other.unwrap_or_default(),
            now.to_string()
        ],
    )?;
    tracing::warn!(
        %kiosk, said = %said.number, given = %given.number,
        "a kiosk gave out a number it can't use or that another patient has"
    );
    Ok(())
}

/// Whether the visit that has the name of this request is another person's.
fn is_of_someone_else(conn: &Connection, asks: &WalkedIn) -> Result<bool, DeskError> {
    let sql = "SELECT walk_in FROM visit WHERE appointment_id = ?1 AND walk_in IS NOT NULL";
    let there: Option<String> =
        conn.prepare_cached(sql)?.query_row([asks.appointment.as_str()], |row| row.get(0)).optional()?;
    let there: Option<WalkedIn> = there.and_then(|body| serde_json::from_str(&body).ok());
    let who =
        |asks: &WalkedIn| (asks.given_name.clone(), asks.family_name.clone(), asks.birth_date, asks.category.clone());
    Ok(there.is_some_and(|there| who(&there) != who(asks)))
}

/// The visit of a request, which is named after its number unless that was decided otherwise.
pub(super) fn request(conn: &Connection, kiosk: &str, seq: i64, asks: &WalkedIn) -> Result<AppointmentId, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT visit FROM number_twice WHERE kiosk = ?1 AND seq = ?2 AND visit <> ''")?;
    let visit: Option<String> = statement.query_row(params![kiosk, seq], |row| row.get(0)).optional()?;
    Ok(visit.map_or_else(|| asks.appointment.clone(), AppointmentId::new))
}

/// The visit of someone else who has this number.
fn holder(
    conn: &Connection,
    ticket: Ticket,
    own: &[AppointmentId],
    patient: Option<&PatientId>,
) -> Result<Option<String>, DeskError> {
    let statement =
        conn.prepare_cached("SELECT appointment_id, patient_id FROM ticket WHERE date = ?1 AND number = ?2")?;
    someone_else(statement, params![ticket.date.to_string(), ticket.number.to_string()], own, patient)
}

/// The open visit of someone else who has waited with this number since another day. A kiosk knows of them, but not an
/// older one, nor one whose clock is wrong.
fn holder_since_another_day(
    conn: &Connection,
    ticket: Ticket,
    own: &[AppointmentId],
    patient: Option<&PatientId>,
) -> Result<Option<String>, DeskError> {
    let statement = conn.prepare_cached(&format!(
        "SELECT t.appointment_id, t.patient_id FROM ticket t CROSS JOIN visit v ON v.appointment_id = t.appointment_id
         WHERE v.state IN {} AND v.ticket_date >= ?1 AND t.number = ?2 AND t.date <> ?3",
        open::STATES
    ))?;
    let of = params![open::since(conn)?.to_string(), ticket.number.to_string(), ticket.date.to_string()];
    someone_else(statement, of, own, patient)
}

fn someone_else(
    mut statement: CachedStatement<'_>,
    of: impl rusqlite::Params,
    own: &[AppointmentId],
    patient: Option<&PatientId>,
) -> Result<Option<String>, DeskError> {
    let rows = statement.query_map(of, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (visit, theirs): (String, String) = row?;
        let is_own =
            own.iter().any(|id| id.as_str() == visit) || patient.is_some_and(|patient| patient.as_str() == theirs);
        if !is_own {
            return Ok(Some(visit));
        }
    }
    Ok(None)
}

/// The number with which a check-in waits: what its paper says, unless it was decided otherwise.
pub(super) fn given(conn: &Connection, kiosk: &str, seq: i64, said: Ticket) -> Result<Ticket, DeskError> {
    let mut statement = conn.prepare_cached("SELECT given FROM number_twice WHERE kiosk = ?1 AND seq = ?2")?;
    let number: Option<String> = statement.query_row(params![kiosk, seq], |row| row.get(0)).optional()?;
    number.map_or(Ok(said), |number| {
        let number = number.parse().map_err(|_| DeskError::Unreadable("a ticket"))?;
        Ok(Ticket { number, date: said.date })
    })
}

impl Store {
    /// The numbers that stand on two papers: such a paper does not tell who holds it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn numbers_on_two_papers(&self) -> Result<HashSet<Ticket>, DeskError> {
        let mut statement = self.conn.prepare_cached("SELECT said, date FROM number_twice")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (number, date) = row?;
            let ticket = number.parse().ok().zip(date.parse().ok()).map(|(number, date)| Ticket { number, date });
            ticket.ok_or(DeskError::Unreadable("a ticket"))
        })
        .collect()
    }
}

/// What no one has seen yet of a kiosk's numbers, the latest first.
pub(super) fn unseen(conn: &Connection, kiosk: &KioskId) -> Result<Vec<NumberTwice>, DeskError> {
    let sql = "SELECT said, date, given, visit, other FROM number_twice WHERE kiosk = ?1 AND seen_at IS NULL
               ORDER BY seq DESC";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement
        .query_map([kiosk.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let broken = || DeskError::Unreadable("a ticket");
    rows.map(|row| {
        let (said, date, given, visit, other): (String, String, String, String, String) = row?;
        let date: Date = date.parse().map_err(|_| broken())?;
        let ticket =
            |number: String| Ok::<_, DeskError>(Ticket { number: number.parse().map_err(|_| broken())?, date });
        Ok(NumberTwice {
            said: ticket(said)?,
            given: ticket(given)?,
            who: name_of(conn, &visit)?,
            other: name_of(conn, &other)?,
        })
    })
    .collect()
}

/// Someone has seen what is the matter with a kiosk's numbers.
pub(super) fn see(conn: &Connection, kiosk: &KioskId, user: &str, now: Timestamp) -> Result<(), DeskError> {
    conn.execute(
        "UPDATE number_twice SET seen_at = ?2, seen_by = ?3 WHERE kiosk = ?1 AND seen_at IS NULL",
        params![kiosk.as_str(), now.to_string(), user],
    )?;
    Ok(())
}

/// The highest numbers of a kiosk's own series that the desk knows, by date, from `from` on.
pub(super) fn last_of(conn: &Connection, series: Series, from: Date) -> Result<Vec<Ticket>, DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT date, number FROM ticket WHERE date >= ?1 AND number GLOB ?2
         UNION SELECT date, said FROM number_twice WHERE date >= ?1 AND said GLOB ?2",
    )?;
    let rows = statement
        .query_map(params![from.to_string(), format!("{series}[0-9]*")], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut last = std::collections::BTreeMap::<Date, Ticket>::new();
    for row in rows {
        let (date, number): (String, String) = row?;
        let (Ok(date), Ok(number)) = (date.parse(), number.parse()) else {
            return Err(DeskError::Unreadable("a ticket"));
        };
        let ticket = Ticket { number, date };
        let known = last.entry(date).or_insert(ticket);
        if known.number.count() < ticket.number.count() {
            *known = ticket;
        }
    }
    Ok(last.into_values().collect())
}

/// Whose visit this is, for staff; empty if the desk does not know.
fn name_of(conn: &Connection, visit: &str) -> Result<String, DeskError> {
    if let Some(appointment) = appointments::of_id(conn, &AppointmentId::new(visit))? {
        return Ok(appointment.person.name_for_staff().as_str().to_owned());
    }
    let asks: Option<Option<String>> = conn
        .prepare_cached("SELECT walk_in FROM visit WHERE appointment_id = ?1")?
        .query_row([visit], |row| row.get(0))
        .optional()?;
    let asks: Option<WalkedIn> = asks.flatten().and_then(|body| serde_json::from_str(&body).ok());
    Ok(asks
        .map(|asks| format!("{} {}", asks.given_name.as_str(), asks.family_name.as_str()).trim().to_owned())
        .unwrap_or_default())
}
