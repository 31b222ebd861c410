//! The log: facts in order, kept until the desk has acknowledged them.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Seal, Store, StoreError};
use crate::domain::event::{KioskEvent, LoggedEvent};
use crate::domain::ids::{AppointmentId, Seq};
use crate::domain::ticket::Ticket;

/// The highest position that the desk ever acknowledged.
pub(super) const ACKNOWLEDGED: &str = "acknowledged_seq";
/// What the desk holds now: less than it acknowledged if an older copy of its file was put back.
const HELD: &str = "held_seq";

/// So long events are kept that the desk holds.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 35);

/// What the kiosk tells next.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The last position of the log.
    pub last: Seq,
    /// Events after what the desk holds, in order.
    pub events: Vec<LoggedEvent>,
    /// Positions between them, and up to `last` if no event follows, that are not here any more: from and to, in
    /// order.
    pub gaps: Vec<(Seq, Seq)>,
}

impl Store {
    /// Appends an event and makes it durable.
    ///
    /// # Errors
    /// If it could not be made durable; then nothing of it is kept.
    pub fn append(&mut self, at: Timestamp, event: &KioskEvent) -> Result<Seq, StoreError> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let seq = next_seq_in(&transaction)?;
        append_in(&transaction, &self.seal, seq, at, event)?;
        transaction.commit()?;
        Ok(seq)
    }

    /// The position of the last event; 0 before the first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_seq(&self) -> Result<Seq, StoreError> {
        last_seq_in(&self.connection)
    }

    /// The highest position that the desk ever acknowledged. It never goes back.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn acknowledged(&self) -> Result<Seq, StoreError> {
        self.number_fact(ACKNOWLEDGED).map(Seq)
    }

    /// The position up to which the desk holds everything, as it last said. It goes back if the desk's file did.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&self) -> Result<Seq, StoreError> {
        held_in(&self.connection)
    }

    /// Notes what the desk holds, which is never beyond the last event.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn acknowledge(&mut self, held: Seq) -> Result<(), StoreError> {
        if self.replaced()?.is_some() {
            self.connection.execute("DELETE FROM fact WHERE name = ?1", params![super::damage::REPLACED])?;
        }
        let held = held.min(self.last_seq()?);
        if held == self.held()? && held <= self.acknowledged()? {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        if held > Seq(super::number_fact_in(&transaction, ACKNOWLEDGED)?) {
            super::set_fact_in(&transaction, ACKNOWLEDGED, &held.0.to_string())?;
        }
        super::set_fact_in(&transaction, HELD, &held.0.to_string())?;
        Ok(transaction.commit()?)
    }

    /// What the desk does not hold: at most `limit` events, and what can never be told.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn outgoing(&self, limit: usize) -> Result<Outgoing, StoreError> {
        let (last, held) = (self.last_seq()?, self.held()?);
        let events = self.events_after(held, limit)?;
        let mut gaps = Vec::new();
        let mut next = held.next();
        for event in &events {
            if event.seq > next {
                gaps.push((next, Seq(event.seq.0 - 1)));
            }
            next = event.seq.next();
        }
        if events.len() < limit && next <= last {
            gaps.push((next, last));
        }
        Ok(Outgoing { last, events, gaps })
    }

    /// Lets this log go on behind what the desk holds, where that is another log: the kiosk's card was replaced, or an
    /// older copy was put back. What was never acknowledged here gets new positions there, so that the desk hears
    /// of it.
    ///
    /// # Errors
    /// If it could not be made durable; then nothing has changed.
    pub fn go_on_behind(&mut self, held: Seq) -> Result<(), StoreError> {
        // One that cannot be opened is set aside: it cannot be sealed for another place.
        self.events_after(self.acknowledged()?, usize::MAX)?;
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let from = super::number_fact_in(&transaction, ACKNOWLEDGED)?.cast_signed();
        let untold: Vec<(i64, String, Vec<u8>)> = {
            let mut statement =
                transaction.prepare("SELECT seq, at, body FROM event WHERE seq > ?1 ORDER BY seq DESC")?;
            let rows = statement.query_map(params![from], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        let count = i64::try_from(untold.len()).unwrap_or(i64::MAX);
        let first = held.0.cast_signed().max(from).saturating_add(1);
        // From the last one on, each to a place that no other has.
        for (index, (seq, at, body)) in (1..).zip(untold) {
            let body = self.seal.open(&name(seq, &at), &body).ok_or(StoreError::Unreadable { what: "event" })?;
            let to = first.saturating_add(count - index);
            transaction.execute("DELETE FROM event WHERE seq = ?1", params![seq])?;
            put_event_in(&transaction, &self.seal, to, &at, &body)?;
            transaction.execute("UPDATE ticket SET seq = ?2 WHERE seq = ?1", params![seq, to])?;
            super::photos::move_in(&transaction, &self.seal, Seq(seq.cast_unsigned()), Seq(to.cast_unsigned()))?;
        }
        super::feed::forget_desk_in(&transaction)?;
        let before = Seq(first.cast_unsigned() - 1);
        super::set_fact_in(&transaction, ACKNOWLEDGED, &before.0.to_string())?;
        super::set_fact_in(&transaction, HELD, &held.0.to_string())?;
        Ok(transaction.commit()?)
    }

    /// Events after a position, in order, `limit` at most. One that cannot be opened is set aside and left out: see
    /// [`Store::aside_ranges`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_after(&self, after: Seq, limit: usize) -> Result<Vec<LoggedEvent>, StoreError> {
        let (mut events, mut from) = (Vec::new(), after.0.cast_signed());
        loop {
            let wanted = limit.saturating_sub(events.len());
            let (mut read, mut damaged, mut count) = (Vec::new(), Vec::new(), 0);
            {
                let mut statement = self
                    .connection
                    .prepare_cached("SELECT seq, at, body FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
                let mut rows = statement.query(params![from, i64::try_from(wanted).unwrap_or(i64::MAX)])?;
                while let Some(row) = rows.next()? {
                    (from, count) = (row.get(0)?, count + 1);
                    let at = row.get_ref(1)?.as_str().unwrap_or_default();
                    match open_event(&self.seal, from, at, row.get_ref(2)?.as_blob().unwrap_or_default()) {
                        Some(event) => read.push(event),
                        None => damaged.push(from),
                    }
                }
            }
            events.extend(read);
            self.set_events_aside(&damaged);
            // What was set aside makes room for others.
            if damaged.is_empty() || count < wanted {
                return Ok(events);
            }
        }
    }

    /// The check-in or the request that a ticket was given out for; none if it was not here, or is forgotten.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn arrival_of(&self, ticket: Ticket) -> Result<Option<KioskEvent>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq FROM ticket WHERE date = ?1 AND number = ?2 AND seq IS NOT NULL LIMIT 1")?;
        let seq: Option<i64> = statement
            .query_row(params![ticket.date.to_string(), ticket.number.to_string()], |row| row.get(0))
            .optional()?;
        let Some(seq) = seq else { return Ok(None) };
        let events = self.events_after(Seq((seq - 1).cast_unsigned()), 1)?;
        Ok(events.into_iter().map(|logged| logged.event).find(|event| match event {
            KioskEvent::CheckedIn(arrival) => arrival.ticket == ticket,
            KioskEvent::WalkedIn(request) => request.ticket == ticket,
            _ => false,
        }))
    }

    /// The moment before which events that the desk holds may go, if those of visits may go before `old`: as long as a
    /// copy of the desk's file may be old that is put back.
    #[must_use]
    pub fn keeps_since(old: Timestamp) -> Timestamp {
        old.saturating_sub(KEPT).unwrap_or(Timestamp::MIN)
    }

    /// Removes events from before `before` that the desk holds. Positions are not used again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_events(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        let held = self.held()?;
        let removed = self.connection.execute(
            "DELETE FROM event WHERE seq <= ?1 AND at < ?2",
            params![held.0.cast_signed(), before.to_string()],
        )?;
        self.connection.execute(
            "DELETE FROM event_aside WHERE seq <= ?1 AND at < ?2",
            params![held.0.cast_signed(), before.to_string()],
        )?;
        Ok(removed)
    }
}

pub(super) fn held_in(connection: &Connection) -> Result<Seq, StoreError> {
    let held = super::fact_in(connection, HELD)?.and_then(|text| text.parse().ok());
    // A file of before this was kept.
    held.map_or_else(|| super::number_fact_in(connection, ACKNOWLEDGED).map(Seq), |held| Ok(Seq(held)))
}

/// Nothing is known of what the desk holds; the caller's transaction makes it durable.
pub(super) fn forget_held_in(connection: &Connection) -> Result<(), StoreError> {
    super::set_fact_in(connection, HELD, "0")
}

/// Of what the desk holds already, leaves nothing of these appointments but that something happened; the caller's
/// transaction makes it durable.
pub(super) fn forget_about_in(
    connection: &Connection,
    seal: &Seal,
    appointments: &[&AppointmentId],
    held: Seq,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT seq, at, body FROM event WHERE seq <= ?1")?;
    let mut rows = statement.query(params![held.0.cast_signed()])?;
    let mut about = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, at): (i64, String) = (row.get(0)?, row.get(1)?);
        let Some(body) = seal.open(&name(seq, &at), row.get_ref(2)?.as_blob().unwrap_or_default()) else { continue };
        let event: Option<KioskEvent> = serde_json::from_slice(&body).ok();
        if event.is_some_and(|event| appointments.iter().any(|id| event.is_about(id))) {
            about.push((seq, at));
        }
    }
    let nothing = super::to_json("event", &KioskEvent::WalkedAway { step: "removed".to_owned() })?;
    for (seq, at) in about {
        connection.execute("DELETE FROM event WHERE seq = ?1", params![seq])?;
        put_event_in(connection, seal, seq, &at, &nothing)?;
    }
    for id in appointments {
        connection
            .execute("DELETE FROM ticket WHERE row = ?1", params![seal.row(super::tickets::TABLE, id.as_str())])?;
    }
    Ok(())
}

/// The position of the event that the caller's transaction is about to write.
pub(super) fn next_seq_in(connection: &Connection) -> Result<Seq, StoreError> {
    Ok(last_seq_in(connection)?.next())
}

/// Only what is acknowledged is ever removed, so one of the three is the last position. Writing it down as well would
/// cost each check-in a page.
fn last_seq_in(connection: &Connection) -> Result<Seq, StoreError> {
    let kept: Option<i64> = connection
        .prepare_cached(
            "SELECT max((SELECT ifnull(max(seq), 0) FROM event), (SELECT ifnull(max(seq), 0) FROM event_aside))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(Seq(kept.unwrap_or_default().cast_unsigned().max(super::number_fact_in(connection, ACKNOWLEDGED)?)))
}

/// Writes an event; the caller's transaction makes it durable.
pub(super) fn append_in(
    connection: &Connection,
    seal: &Seal,
    seq: Seq,
    at: Timestamp,
    event: &KioskEvent,
) -> Result<(), StoreError> {
    let body = super::to_json("event", event)?;
    put_event_in(connection, seal, seq.0.cast_signed(), &at.to_string(), &body)
}

/// Seals and writes an event, as JSON.
pub(super) fn put_event_in(
    connection: &Connection,
    seal: &Seal,
    seq: i64,
    at: &str,
    body: &[u8],
) -> Result<(), StoreError> {
    let body = seal.seal(&name(seq, at), body)?;
    connection
        .prepare_cached("INSERT INTO event (seq, at, body) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, at, body])?;
    Ok(())
}

/// An event, opened; none if it is not what was sealed as this one.
pub(super) fn open_event(seal: &Seal, seq: i64, at: &str, body: &[u8]) -> Option<LoggedEvent> {
    let body = seal.open(&name(seq, at), body)?;
    Some(LoggedEvent {
        seq: Seq(seq.cast_unsigned()),
        at: at.parse().ok()?,
        event: serde_json::from_slice(&body).ok()?,
    })
}

/// The event of a position, if it is there and can be opened.
pub(super) fn event_in(connection: &Connection, seal: &Seal, seq: i64) -> Result<Option<KioskEvent>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT at, body FROM event WHERE seq = ?1")?;
    let mut rows = statement.query(params![seq])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let opened = open_event(
        seal,
        seq,
        row.get_ref(0)?.as_str().unwrap_or_default(),
        row.get_ref(1)?.as_blob().unwrap_or_default(),
    );
    Ok(opened.map(|logged| logged.event))
}

/// What an event is sealed as: its place and its time cannot be exchanged.
fn name(seq: i64, at: &str) -> String {
    format!("event {seq} {at}")
}
