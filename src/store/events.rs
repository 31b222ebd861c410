//! The log: facts in order, kept until the desk has acknowledged them.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Seal, Store, StoreError};
use crate::domain::event::{KioskEvent, LoggedEvent};
use crate::domain::ids::Seq;
use crate::domain::ticket::Ticket;

pub(super) const ACKNOWLEDGED: &str = "acknowledged_seq";

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

    /// The position up to which the desk has everything.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn acknowledged(&self) -> Result<Seq, StoreError> {
        self.number_fact(ACKNOWLEDGED).map(Seq)
    }

    /// Notes that the desk has everything up to here. It never goes back, and never beyond the last event.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn acknowledge(&mut self, held: Seq) -> Result<(), StoreError> {
        if self.replaced()?.is_some() {
            self.connection.execute("DELETE FROM fact WHERE name = ?1", params![super::damage::REPLACED])?;
        }
        let held = held.min(self.last_seq()?);
        if held > self.acknowledged()? {
            self.set_fact(ACKNOWLEDGED, &held.0.to_string())?;
        }
        Ok(())
    }

    /// Events after a position, in order, `limit` at most. One that cannot be opened is set aside and left out: see [`Store::aside_ranges`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_after(&self, after: Seq, limit: usize) -> Result<Vec<LoggedEvent>, StoreError> {
        let (mut events, mut from) = (Vec::new(), after.0.cast_signed());
        loop {
            let wanted = limit.saturating_sub(events.len());
            let (mut read, mut damaged, mut count) = (Vec::new(), Vec::new(), 0);
            {
                let mut statement =
                    self.connection.prepare_cached("SELECT seq, at, body FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
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
        let events = self.events_after(Seq(0), usize::MAX)?;
        Ok(events.into_iter().map(|logged| logged.event).find(|event| match event {
            KioskEvent::CheckedIn(arrival) => arrival.ticket == ticket,
            KioskEvent::WalkedIn(request) => request.ticket == ticket,
            _ => false,
        }))
    }

    /// Removes acknowledged events from before `before`. Positions are not used again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_events(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        let acknowledged = self.acknowledged()?;
        let removed = self
            .connection
            .execute("DELETE FROM event WHERE seq <= ?1 AND at < ?2", params![acknowledged.0.cast_signed(), before.to_string()])?;
        self.connection
            .execute("DELETE FROM event_aside WHERE seq <= ?1 AND at < ?2", params![acknowledged.0.cast_signed(), before.to_string()])?;
        Ok(removed)
    }
}

/// The position of the event that the caller's transaction is about to write.
pub(super) fn next_seq_in(connection: &Connection) -> Result<Seq, StoreError> {
    Ok(last_seq_in(connection)?.next())
}

/// Only what is acknowledged is ever removed, so one of the three is the last position. Writing it down as well would cost
/// each check-in a page.
fn last_seq_in(connection: &Connection) -> Result<Seq, StoreError> {
    let kept: Option<i64> = connection
        .prepare_cached("SELECT max((SELECT ifnull(max(seq), 0) FROM event), (SELECT ifnull(max(seq), 0) FROM event_aside))")?
        .query_row([], |row| row.get(0))?;
    Ok(Seq(kept.unwrap_or_default().cast_unsigned().max(super::number_fact_in(connection, ACKNOWLEDGED)?)))
}

/// Writes an event; the caller's transaction makes it durable.
pub(super) fn append_in(connection: &Connection, seal: &Seal, seq: Seq, at: Timestamp, event: &KioskEvent) -> Result<(), StoreError> {
    let body = super::to_json("event", event)?;
    put_event_in(connection, seal, seq.0.cast_signed(), &at.to_string(), &body)
}

/// Seals and writes an event, as JSON.
pub(super) fn put_event_in(connection: &Connection, seal: &Seal, seq: i64, at: &str, body: &[u8]) -> Result<(), StoreError> {
    let body = seal.seal(&name(seq, at), body)?;
    connection.prepare_cached("INSERT INTO event (seq, at, body) VALUES (?1, ?2, ?3)")?.execute(params![seq, at, body])?;
    Ok(())
}

/// An event, opened; none if it is not what was sealed as this one.
pub(super) fn open_event(seal: &Seal, seq: i64, at: &str, body: &[u8]) -> Option<LoggedEvent> {
    let body = seal.open(&name(seq, at), body)?;
    Some(LoggedEvent { seq: Seq(seq.cast_unsigned()), at: at.parse().ok()?, event: serde_json::from_slice(&body).ok()? })
}

/// The event of a position, if it is there and can be opened.
pub(super) fn event_in(connection: &Connection, seal: &Seal, seq: i64) -> Result<Option<KioskEvent>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT at, body FROM event WHERE seq = ?1")?;
    let mut rows = statement.query(params![seq])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let opened = open_event(seal, seq, row.get_ref(0)?.as_str().unwrap_or_default(), row.get_ref(1)?.as_blob().unwrap_or_default());
    Ok(opened.map(|logged| logged.event))
}

/// What an event is sealed as: its place and its time cannot be exchanged.
fn name(seq: i64, at: &str) -> String {
    format!("event {seq} {at}")
}
