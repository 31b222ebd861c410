//! Tickets: one number per check-in, counted per clinic day; none that someone may hold since another day is given out
//! again.

mod kinds;

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, params};

pub(super) use self::kinds::Body;
pub use self::kinds::{CheckIn, KnownTicket, WalkIn};
use super::events::{append_in, event_in, next_seq_in};
use super::photos::{self};
use super::{Seal, Store, StoreError, seal};
use crate::domain::event::{CheckedIn, KioskEvent, WalkedIn};
use crate::domain::ids::{AppointmentId, Seq};
use crate::domain::ticket::{OpenTickets, Series, Ticket, TicketNumber};

pub(super) const TABLE: &str = "ticket";
/// What the desk says that this kiosk's numbers begin with.
pub(super) const SERIES: &str = "series";
/// The fact that says which tickets of other days are held, as the desk said it.
const OPEN: &str = "open_tickets";

impl Store {
    /// Saves a check-in: the next number, the ticket of each visit and the event, in one durable transaction.
    ///
    /// Visits that have a ticket already keep it. If all of them do, nothing is written and the first ticket is the
    /// answer.
    ///
    /// # Errors
    /// If it could not be made durable; then no number is used up and nothing is kept.
    pub fn check_in(&mut self, check_in: &CheckIn<'_>) -> Result<KnownTicket, StoreError> {
        let (series, ahead) = (self.series, self.ahead(check_in.date));
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let open = open_in(&transaction)?;
        let mut without_ticket = Vec::new();
        let mut first_known = None;
        for appointment in check_in.appointments {
            match ticket_in(&transaction, &self.seal, appointment)?
                .filter(|known| counts(open.as_ref(), known.ticket, check_in.date))
            {
                Some(known) => first_known = first_known.or(Some(known)),
                None => without_ticket.push(appointment.clone()),
            }
        }
        if let (true, Some(known)) = (without_ticket.is_empty(), first_known) {
            return Ok(known);
        }
        let seq = next_seq_in(&transaction)?;
        let ticket = next_ticket_in(&transaction, series, check_in.date, ahead)?;
        for appointment in &without_ticket {
            put_ticket_in(&transaction, &self.seal, appointment, ticket, check_in.place, seq)?;
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
        append_in(&transaction, &self.seal, seq, check_in.at, &event)?;
        for photo in check_in.photos {
            photos::keep_in(&transaction, &self.seal, seq, photo)?;
        }
        transaction.commit()?;
        self.beyond = Some(check_in.date);
        Ok(KnownTicket { ticket, place: check_in.place.to_owned(), seen: false, given_before: false })
    }

    /// Saves the request of someone without an appointment: the next number, its ticket and the event, in one durable
    /// transaction.
    ///
    /// Answers the ticket and the number of the request, which is made from the ticket's.
    ///
    /// # Errors
    /// If it could not be made durable; then no number is used up and nothing is kept.
    pub fn walk_in(&mut self, walk_in: &WalkIn<'_>) -> Result<(KnownTicket, AppointmentId), StoreError> {
        let (series, ahead) = (self.series, self.ahead(walk_in.date));
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let seq = next_seq_in(&transaction)?;
        let ticket = next_ticket_in(&transaction, series, walk_in.date, ahead)?;
        let appointment = AppointmentId::of_request(ticket);
        put_ticket_in(&transaction, &self.seal, &appointment, ticket, walk_in.place, seq)?;
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
        append_in(&transaction, &self.seal, seq, walk_in.at, &event)?;
        transaction.commit()?;
        self.beyond = Some(walk_in.date);
        Ok((KnownTicket { ticket, place: walk_in.place.to_owned(), seen: false, given_before: false }, appointment))
    }

    /// Until the desk is heard of, numbers begin behind a block that another copy of this file may have given out. For
    /// a program that starts.
    pub fn begin_unheard(&mut self) {
        self.is_unheard = true;
    }

    /// Whether nothing was heard of the desk since the program started.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.is_unheard
    }

    /// What the numbers of this kiosk begin with.
    #[must_use]
    pub fn series(&self) -> Series {
        self.series
    }

    /// The desk was heard of: what this kiosk's numbers begin with, and the highest of them that it knows. Answers
    /// whether the letters are others than before.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn hear_of_numbers(&mut self, series: Option<Series>, last: &[Ticket]) -> Result<bool, StoreError> {
        let is_other = series.is_some_and(|series| series != self.series);
        let is_new = is_other || (series.is_some() && self.fact(SERIES)?.is_none());
        if is_new || !last.is_empty() {
            let transaction = self.connection.transaction()?;
            if let Some(series) = series {
                super::set_fact_in(&transaction, SERIES, &series.to_string())?;
            }
            for ticket in last {
                transaction.execute(
                    "INSERT INTO counter (date, last) VALUES (?1, ?2)
                     ON CONFLICT (date) DO UPDATE SET last = max(last, excluded.last)",
                    params![ticket.date.to_string(), ticket.number.count()],
                )?;
            }
            transaction.commit()?;
        }
        self.series = series.unwrap_or(self.series);
        self.is_unheard = false;
        Ok(is_other)
    }

    /// This many numbers of a date are left out.
    fn ahead(&self, date: Date) -> u32 {
        if self.is_unheard && self.beyond != Some(date) { super::NUMBERS_AHEAD } else { 0 }
    }

    /// The ticket of a visit, if it has one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket(&self, appointment: &AppointmentId) -> Result<Option<KnownTicket>, StoreError> {
        ticket_in(&self.connection, &self.seal, appointment)
    }

    /// Whether the desk has heard of a visit's ticket: it told us, or holds our event.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn desk_knows(&self, appointment: &AppointmentId) -> Result<bool, StoreError> {
        let held = self.held()?.0.cast_signed();
        Ok(self
            .connection
            .prepare_cached("SELECT seq IS NULL OR seq <= ?2 FROM ticket WHERE row = ?1")?
            .query_row(params![self.seal.row(TABLE, appointment.as_str()), held], |row| row.get(0))
            .optional()?
            .unwrap_or(false))
    }

    /// Whether a ticket counts on this day: it is of the day, or someone may still be here with it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_counts(&self, ticket: Ticket, day: Date) -> Result<bool, StoreError> {
        Ok(counts(open_in(&self.connection)?.as_ref(), ticket, day))
    }

    /// Takes the desk's word for which tickets of other days are held.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn hear_open(&mut self, open: &OpenTickets) -> Result<(), StoreError> {
        let open = serde_json::to_string(open).map_err(|_| StoreError::Unreadable { what: "tickets" })?;
        if self.fact(OPEN)?.as_deref() != Some(open.as_str()) {
            super::set_fact_in(&self.connection, OPEN, &open)?;
        }
        Ok(())
    }

    /// The visits of a ticket.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of(&self, ticket: Ticket) -> Result<Vec<AppointmentId>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT row, body, seq FROM ticket WHERE date = ?1 AND number = ?2")?;
        let mut rows = statement.query(params![ticket.date.to_string(), ticket.number.to_string()])?;
        let mut visits = Vec::new();
        while let Some(row) = rows.next()? {
            let body = open_body(
                &self.seal,
                row.get_ref(0)?.as_blob().unwrap_or_default(),
                row.get_ref(1)?.as_blob().unwrap_or_default(),
            );
            match (body, row.get_ref(2)?.as_i64_or_null().unwrap_or_default()) {
                (Some(body), _) => visits.push(body.appointment),
                // The check-in itself says it too.
                (None, Some(seq)) => visits.extend(visits_of_event(&self.connection, &self.seal, seq, ticket)?),
                (None, None) => {
                    tracing::error!(
                        number = %ticket.number,
                        "a ticket of another kiosk or of the desk cannot be opened; its visit is not known here"
                    );
                }
            }
        }
        visits.sort();
        visits.dedup();
        Ok(visits)
    }
}

/// Counts one ticket on, past those of other days that someone may hold; the caller's transaction makes it durable.
fn next_ticket_in(connection: &Connection, series: Series, date: Date, ahead: u32) -> Result<Ticket, StoreError> {
    let held = held_in(connection, date)?;
    let mut count_on = connection.prepare_cached(
        "INSERT INTO counter (date, last) VALUES (?1, ?2) ON CONFLICT (date) DO UPDATE SET last = last + ?2
         RETURNING last",
    )?;
    let mut step = ahead.saturating_add(1);
    loop {
        let count: u32 =
            count_on.query_row(params![date.to_string(), std::mem::replace(&mut step, 1)], |row| row.get(0))?;
        let number = TicketNumber::new(series, count);
        if !held.contains(&number) {
            return Ok(Ticket { number, date });
        }
    }
}

/// Numbers that someone may hold since another day than this one: as the desk says, and as was given out here since it
/// last spoke.
fn held_in(connection: &Connection, date: Date) -> Result<BTreeSet<TicketNumber>, StoreError> {
    let Some(open) = open_in(connection)? else { return Ok(BTreeSet::new()) };
    let told = open.tickets.iter().filter(|ticket| ticket.date != date).map(|ticket| ticket.number);
    let mut held: BTreeSet<TicketNumber> = told.collect();
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT number FROM ticket WHERE date >= ?1 AND date <> ?2")?;
    for number in statement.query_map(params![open.day.to_string(), date.to_string()], |row| row.get::<_, String>(0))? {
        held.insert(number?.parse().map_err(|_| StoreError::Unreadable { what: "ticket" })?);
    }
    Ok(held)
}

/// What the desk said last of tickets of other days; none if it is of before it said so.
pub(super) fn open_in(connection: &Connection) -> Result<Option<OpenTickets>, StoreError> {
    let open = super::fact_in(connection, OPEN)?.map(|text| serde_json::from_str(&text));
    open.transpose().map_err(|_| StoreError::Unreadable { what: "tickets" })
}

fn counts(open: Option<&OpenTickets>, ticket: Ticket, day: Date) -> bool {
    ticket.date == day || open.is_some_and(|open| open.may_hold(ticket))
}

/// Forgets the tickets of days before this one that no one holds any more and that the desk has.
pub(super) fn forget_in(connection: &Connection, date: Date, acknowledged: Seq) -> Result<(), StoreError> {
    let open = open_in(connection)?;
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT date, number FROM ticket WHERE date < ?1 AND (seq IS NULL OR seq <= ?2)")?;
    let acknowledged = acknowledged.0.cast_signed();
    let rows: Vec<(String, String)> = statement
        .query_map(params![date.to_string(), acknowledged], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (of, number) in rows {
        let ticket = of.parse().ok().zip(number.parse().ok()).map(|(date, number)| Ticket { number, date });
        if ticket.is_some_and(|ticket| counts(open.as_ref(), ticket, date)) {
            continue;
        }
        connection
            .prepare_cached("DELETE FROM ticket WHERE date = ?1 AND number = ?2 AND (seq IS NULL OR seq <= ?3)")?
            .execute(params![of, number, acknowledged])?;
    }
    Ok(())
}

fn put_ticket_in(
    connection: &Connection,
    seal: &Seal,
    appointment: &AppointmentId,
    ticket: Ticket,
    place: &str,
    seq: Seq,
) -> Result<(), StoreError> {
    let body = Body { appointment: appointment.clone(), place: place.to_owned() };
    put_row_in(
        connection,
        seal,
        &body,
        &ticket.date.to_string(),
        &ticket.number.to_string(),
        Some(seq.0.cast_signed()),
        false,
    )
}

/// Seals and writes a ticket in place of the visit's older one, if there is any.
pub(super) fn put_row_in(
    connection: &Connection,
    seal: &Seal,
    body: &Body,
    date: &str,
    number: &str,
    seq: Option<i64>,
    seen: bool,
) -> Result<(), StoreError> {
    let row = seal.row(TABLE, body.appointment.as_str());
    let body = seal.seal(&name(&row), &super::to_json("ticket", body)?)?;
    connection
        .prepare_cached(
            "INSERT INTO ticket (row, date, number, seq, seen, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (row) DO UPDATE
             SET date = excluded.date, number = excluded.number, seq = excluded.seq, seen = excluded.seen,
             body = excluded.body",
        )?
        .execute(params![row, date, number, seq, seen, body])?;
    Ok(())
}

/// Takes the desk's word for a visit's ticket. Where to go stays as it was told here.
pub(super) fn hear_of_in(
    connection: &Connection,
    seal: &Seal,
    appointment: &AppointmentId,
    ticket: Ticket,
    seen: bool,
) -> Result<(), StoreError> {
    let row = seal.row(TABLE, appointment.as_str());
    let body = Body { appointment: appointment.clone(), place: String::new() };
    let body = seal.seal(&name(&row), &super::to_json("ticket", &body)?)?;
    connection
        .prepare_cached(
            "INSERT INTO ticket (row, date, number, seq, seen, body) VALUES (?1, ?2, ?3, NULL, ?4, ?5)
             ON CONFLICT (row) DO UPDATE SET date = excluded.date, number = excluded.number, seen = excluded.seen",
        )?
        .execute(params![row, ticket.date.to_string(), ticket.number.to_string(), seen, body])?;
    Ok(())
}

fn ticket_in(
    connection: &Connection,
    seal: &Seal,
    appointment: &AppointmentId,
) -> Result<Option<KnownTicket>, StoreError> {
    let row = seal.row(TABLE, appointment.as_str());
    let mut statement = connection.prepare_cached("SELECT date, number, seen, body, seq FROM ticket WHERE row = ?1")?;
    let mut rows = statement.query(params![row])?;
    let Some(found) = rows.next()? else {
        return Ok(None);
    };
    let date = found.get_ref(0)?.as_str().ok().and_then(|date| date.parse().ok());
    let number = found.get_ref(1)?.as_str().ok().and_then(|number| number.parse().ok());
    let seen = found.get_ref(2)?.as_i64().is_ok_and(|seen| seen != 0);
    // The number counts without it too; where to go follows from the visit.
    let place = open_body(seal, &row, found.get_ref(3)?.as_blob().unwrap_or_default())
        .map(|body| body.place)
        .unwrap_or_default();
    let seq = found.get_ref(4)?.as_i64_or_null().unwrap_or_default();
    let ticket = match (date.zip(number), seq) {
        (Some((date, number)), _) => Some(Ticket { number, date }),
        (None, Some(seq)) => ticket_of_event(connection, seal, seq, appointment)?,
        (None, None) => None,
    };
    if ticket.is_none() {
        tracing::error!(seq, "a ticket of the kiosk's file cannot be read; its visit counts as one without a ticket");
    }
    Ok(ticket.map(|ticket| KnownTicket { ticket, place, seen, given_before: true }))
}

/// The ticket that an event gave a visit.
fn ticket_of_event(
    connection: &Connection,
    seal: &Seal,
    seq: i64,
    appointment: &AppointmentId,
) -> Result<Option<Ticket>, StoreError> {
    Ok(match event_in(connection, seal, seq)? {
        Some(KioskEvent::CheckedIn(said)) if said.appointments.contains(appointment) => Some(said.ticket),
        Some(KioskEvent::WalkedIn(said)) if said.appointment == *appointment => Some(said.ticket),
        _ => None,
    })
}

/// The visits that an event gave a ticket.
fn visits_of_event(
    connection: &Connection,
    seal: &Seal,
    seq: i64,
    ticket: Ticket,
) -> Result<Vec<AppointmentId>, StoreError> {
    let visits = match event_in(connection, seal, seq)? {
        Some(KioskEvent::CheckedIn(said)) if said.ticket == ticket => said.appointments,
        Some(KioskEvent::WalkedIn(said)) if said.ticket == ticket => vec![said.appointment],
        _ => Vec::new(),
    };
    if visits.is_empty() {
        tracing::error!(
            seq, number = %ticket.number,
            "a ticket of the kiosk's file cannot be opened; its visit is not known here"
        );
    }
    Ok(visits)
}

fn open_body(seal: &Seal, row: &[u8], body: &[u8]) -> Option<Body> {
    seal.open(&name(row), body).and_then(|body| serde_json::from_slice(&body).ok())
}

/// What a ticket is sealed as.
fn name(row: &[u8]) -> String {
    format!("{TABLE} {}", seal::hex(row))
}
