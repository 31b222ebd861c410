//! The log: facts in order, kept until the desk has acknowledged them.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::domain::event::{KioskEvent, LoggedEvent};
use crate::domain::ids::Seq;

const LAST: &str = "last_seq";
const ACKNOWLEDGED: &str = "acknowledged_seq";

impl Store {
    /// Appends an event and makes it durable.
    ///
    /// # Errors
    /// If it could not be made durable; then nothing of it is kept.
    pub fn append(&mut self, at: Timestamp, event: &KioskEvent) -> Result<Seq, StoreError> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let seq = next_seq_in(&transaction)?;
        append_in(&transaction, seq, at, event)?;
        transaction.commit()?;
        Ok(seq)
    }

    /// The position of the last event; 0 before the first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_seq(&self) -> Result<Seq, StoreError> {
        self.number_fact(LAST).map(Seq)
    }

    /// The position up to which the desk has everything.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn acknowledged(&self) -> Result<Seq, StoreError> {
        self.number_fact(ACKNOWLEDGED).map(Seq)
    }

    /// Notes that the desk has everything up to here. It never goes back.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn acknowledge(&mut self, held: Seq) -> Result<(), StoreError> {
        if held > self.acknowledged()? {
            self.set_fact(ACKNOWLEDGED, &held.0.to_string())?;
        }
        Ok(())
    }

    /// Events after a position, in order, `limit` at most.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events_after(&self, after: Seq, limit: usize) -> Result<Vec<LoggedEvent>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT seq, at, body FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = statement.query(params![after.0.cast_signed(), i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let (seq, at, body): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let unreadable = StoreError::Unreadable { what: "event" };
            let (Ok(at), Ok(event)) = (at.parse(), serde_json::from_str(&body)) else {
                return Err(unreadable);
            };
            events.push(LoggedEvent { seq: Seq(seq.cast_unsigned()), at, event });
        }
        Ok(events)
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
        Ok(removed)
    }
}

/// The position of the event that the caller's transaction is about to write.
pub(super) fn next_seq_in(connection: &Connection) -> Result<Seq, StoreError> {
    Ok(Seq(super::number_fact_in(connection, LAST)?).next())
}

/// Writes an event and the new last position; the caller's transaction makes both durable.
pub(super) fn append_in(connection: &Connection, seq: Seq, at: Timestamp, event: &KioskEvent) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|_| StoreError::Unreadable { what: "event" })?;
    connection.prepare_cached("INSERT INTO event (seq, at, body) VALUES (?1, ?2, ?3)")?.execute(params![
        seq.0.cast_signed(),
        at.to_string(),
        body
    ])?;
    connection
        .prepare_cached("INSERT INTO fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")?
        .execute(params![LAST, seq.0.to_string()])?;
    Ok(())
}
