//! Tickets: one number per check-in, counted per clinic date.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::events::{append_in, next_seq_in};
use super::{Store, StoreError};
use crate::domain::document::Documents;
use crate::domain::event::{CheckedIn, KioskEvent, StillRight, WalkedIn};
use crate::domain::ids::{AppointmentId, PatientId, Seq};
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::Proposal;
use crate::domain::ticket::{CallAs, Ticket, TicketNumber};

/// A check-in that is to be made durable.
#[derive(Debug, Clone)]
pub struct CheckIn<'a> {
    /// The kiosk's wall clock.
    pub at: Timestamp,
    /// The clinic's local date, under which tickets are counted.
    pub date: Date,
    /// Who.
    pub patient: &'a PatientId,
    /// For which visits.
    pub appointments: &'a [AppointmentId],
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// What they said of their contact details.
    pub details: StillRight,
    /// What they said of their insurance.
    pub insurance: StillRight,
    /// Who checked them in, if it was somebody else.
    pub companion: Option<&'a Private>,
    /// What came of asking for documents.
    pub documents: Option<&'a Documents>,
    /// What they say is different from the chart.
    pub proposals: &'a [Proposal],
    /// Where to go.
    pub place: &'a str,
}

/// A request without an appointment that is to be made durable.
#[derive(Debug, Clone)]
pub struct WalkIn<'a> {
    /// The kiosk's wall clock.
    pub at: Timestamp,
    /// The clinic's local date, under which tickets are counted.
    pub date: Date,
    /// As typed.
    pub given_name: &'a Private,
    /// As typed.
    pub family_name: &'a Private,
    /// As typed.
    pub birth_date: BirthDate,
    /// The category's code.
    pub category: &'a str,
    /// In which language.
    pub language: Language,
    /// How to be called.
    pub call_as: CallAs,
    /// Who asks for them, if it is somebody else.
    pub companion: Option<&'a Private>,
    /// Where to wait.
    pub place: &'a str,
}

/// A ticket as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTicket {
    /// The number.
    pub ticket: Ticket,
    /// Where to go; empty if another kiosk gave it out.
    pub place: String,
    /// Staff have seen that person.
    pub seen: bool,
    /// It had been given out before.
    pub given_before: bool,
}

impl Store {
    /// Saves a check-in: the next number, the ticket of each visit and the event, in one durable transaction.
    ///
    /// Visits that have a ticket already keep it. If all of them do, nothing is written and the first ticket is the answer.
    ///
    /// # Errors
    /// If it could not be made durable; then no number is used up and nothing is kept.
    pub fn check_in(&mut self, check_in: &CheckIn<'_>) -> Result<KnownTicket, StoreError> {
        let letter = self.letter;
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut without_ticket = Vec::new();
        let mut first_known = None;
        for appointment in check_in.appointments {
            match ticket_in(&transaction, appointment)?.filter(|known| known.ticket.date == check_in.date) {
                Some(known) => first_known = first_known.or(Some(known)),
                None => without_ticket.push(appointment.clone()),
            }
        }
        if let (true, Some(known)) = (without_ticket.is_empty(), first_known) {
            return Ok(known);
        }
        let seq = next_seq_in(&transaction)?;
        let ticket = next_ticket_in(&transaction, letter, check_in.date)?;
        for appointment in &without_ticket {
            put_ticket_in(&transaction, appointment, ticket, check_in.place, seq)?;
        }
        let event = KioskEvent::CheckedIn(CheckedIn {
            ticket,
            patient: check_in.patient.clone(),
            appointments: without_ticket,
            language: check_in.language,
            call_as: check_in.call_as,
            details: check_in.details,
            insurance: check_in.insurance,
            companion: check_in.companion.cloned(),
            documents: check_in.documents.cloned(),
            proposals: check_in.proposals.to_vec(),
        });
        append_in(&transaction, seq, check_in.at, &event)?;
        transaction.commit()?;
        Ok(KnownTicket { ticket, place: check_in.place.to_owned(), seen: false, given_before: false })
    }

    /// Saves the request of somebody without an appointment: the next number, its ticket and the event, in one durable transaction.
    ///
    /// Answers the ticket and the number of the request, which is made from the ticket's.
    ///
    /// # Errors
    /// If it could not be made durable; then no number is used up and nothing is kept.
    pub fn walk_in(&mut self, walk_in: &WalkIn<'_>) -> Result<(KnownTicket, AppointmentId), StoreError> {
        let letter = self.letter;
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let seq = next_seq_in(&transaction)?;
        let ticket = next_ticket_in(&transaction, letter, walk_in.date)?;
        let appointment = AppointmentId::of_request(ticket);
        put_ticket_in(&transaction, &appointment, ticket, walk_in.place, seq)?;
        let event = KioskEvent::WalkedIn(WalkedIn {
            ticket,
            appointment: appointment.clone(),
            given_name: walk_in.given_name.clone(),
            family_name: walk_in.family_name.clone(),
            birth_date: walk_in.birth_date,
            category: walk_in.category.to_owned(),
            language: walk_in.language,
            call_as: walk_in.call_as,
            companion: walk_in.companion.cloned(),
        });
        append_in(&transaction, seq, walk_in.at, &event)?;
        transaction.commit()?;
        Ok((KnownTicket { ticket, place: walk_in.place.to_owned(), seen: false, given_before: false }, appointment))
    }

    /// The ticket of a visit, if it has one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket(&self, appointment: &AppointmentId) -> Result<Option<KnownTicket>, StoreError> {
        ticket_in(&self.connection, appointment)
    }

    /// Whether the desk has heard of a visit's ticket: it told us, or has acknowledged our event.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn desk_knows(&self, appointment: &AppointmentId) -> Result<bool, StoreError> {
        let acknowledged = self.acknowledged()?.0.cast_signed();
        Ok(self
            .connection
            .prepare_cached("SELECT seq IS NULL OR seq <= ?2 FROM ticket WHERE appointment = ?1")?
            .query_row(params![appointment.as_str(), acknowledged], |row| row.get(0))
            .optional()?
            .unwrap_or(false))
    }

    /// The visits of a ticket.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of(&self, ticket: Ticket) -> Result<Vec<AppointmentId>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT appointment FROM ticket WHERE date = ?1 AND number = ?2 ORDER BY appointment")?;
        let ids = statement
            .query_map(params![ticket.date.to_string(), ticket.number.to_string()], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        Ok(ids.into_iter().map(AppointmentId::new).collect())
    }
}

/// Counts one ticket on; the caller's transaction makes it durable.
fn next_ticket_in(connection: &Connection, letter: char, date: Date) -> Result<Ticket, StoreError> {
    let count: u32 = connection
        .prepare_cached("INSERT INTO counter (date, last) VALUES (?1, 1) ON CONFLICT (date) DO UPDATE SET last = last + 1 RETURNING last")?
        .query_row(params![date.to_string()], |row| row.get(0))?;
    Ok(Ticket { number: TicketNumber::new(letter, count), date })
}

fn put_ticket_in(connection: &Connection, appointment: &AppointmentId, ticket: Ticket, place: &str, seq: Seq) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO ticket (appointment, date, number, place, seq, seen) VALUES (?1, ?2, ?3, ?4, ?5, 0)
             ON CONFLICT (appointment) DO UPDATE SET date = excluded.date, number = excluded.number, place = excluded.place, seq = excluded.seq, seen = 0",
        )?
        .execute(params![appointment.as_str(), ticket.date.to_string(), ticket.number.to_string(), place, seq.0.cast_signed()])?;
    Ok(())
}

pub(super) fn ticket_in(connection: &Connection, appointment: &AppointmentId) -> Result<Option<KnownTicket>, StoreError> {
    let row: Option<(String, String, String, bool)> = connection
        .prepare_cached("SELECT date, number, place, seen FROM ticket WHERE appointment = ?1")?
        .query_row(params![appointment.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((date, number, place, seen)) = row else {
        return Ok(None);
    };
    let (Ok(date), Ok(number)) = (date.parse(), number.parse()) else {
        return Err(StoreError::Unreadable { what: "ticket" });
    };
    Ok(Some(KnownTicket { ticket: Ticket { number, date }, place, seen, given_before: true }))
}
