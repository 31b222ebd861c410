//! What of the kiosk's file cannot be opened any more, row by row.
//!
//! Invariants: what is only a copy of what the desk has is dropped and asked for again; an event, which no one else
//! has, is set aside as it is, keeps its position, and holds up no other; each is in the log, with no word of its
//! content.

use rusqlite::params;

use super::feed::CURSOR;
use super::{Store, StoreError, set_fact_in};
use crate::domain::ids::Seq;

impl Store {
    /// Positions in the log of which no one will ever hear any more, from and to, in order: their events could not be
    /// opened, or are not there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn aside_ranges(&self) -> Result<Vec<(Seq, Seq)>, StoreError> {
        let (last, acknowledged) = (self.last_seq()?, self.acknowledged()?);
        let mut statement = self.connection.prepare_cached("SELECT seq FROM event ORDER BY seq")?;
        let kept: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut statement = self.connection.prepare_cached("SELECT seq FROM event_aside ORDER BY seq")?;
        let aside: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        // Before the first that is kept or set aside, events were removed in order, because the desk had them.
        let first = kept.first().into_iter().chain(aside.first()).map(|seq| seq.cast_unsigned()).min();
        let mut next = first.map_or(acknowledged.next(), |first| Seq(first).min(acknowledged.next()));
        let mut ranges = Vec::new();
        for seq in kept.iter().map(|seq| Seq(seq.cast_unsigned())) {
            if seq > next {
                ranges.push((next, Seq(seq.0.saturating_sub(1))));
            }
            next = seq.next();
        }
        if next <= last {
            ranges.push((next, last));
        }
        Ok(ranges)
    }

    /// Sets events aside that cannot be opened. What cannot be written now is tried again when they are read again.
    pub(super) fn set_events_aside(&self, events: &[i64]) {
        for seq in events {
            match self.set_event_aside(*seq) {
                Ok(tickets) => tracing::error!(
                    seq,
                    %tickets,
                    "an event of the kiosk's file cannot be opened; it is set aside, and the desk will not get it. \
                     Help the patient with this ticket"
                ),
                Err(error) => {
                    tracing::error!(
                        seq, %error,
                        "an event of the kiosk's file cannot be opened, nor set aside; it is left out"
                    );
                }
            }
        }
    }

    /// Answers the numbers of the tickets that were given out with it.
    fn set_event_aside(&self, seq: i64) -> Result<String, StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        transaction.execute(
            "INSERT OR REPLACE INTO event_aside (seq, at, body) SELECT seq, at, body FROM event WHERE seq = ?1",
            params![seq],
        )?;
        transaction.execute("DELETE FROM event WHERE seq = ?1", params![seq])?;
        let tickets: Vec<String> = {
            let mut statement = transaction.prepare("SELECT DISTINCT number FROM ticket WHERE seq = ?1")?;
            statement.query_map(params![seq], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        transaction.commit()?;
        Ok(if tickets.is_empty() { "none".to_owned() } else { tickets.join(" ") })
    }

    /// Drops appointments that cannot be opened, and has the desk tell its list from the beginning.
    pub(super) fn drop_appointments(&self, rows: &[Vec<u8>]) {
        let dropped = (|| {
            let transaction = self.connection.unchecked_transaction()?;
            for row in rows {
                transaction.execute("DELETE FROM appointment WHERE row = ?1", params![row])?;
            }
            set_fact_in(&transaction, CURSOR, "0")?;
            transaction.commit()?;
            Ok::<_, StoreError>(())
        })();
        // Also if it could not be written: then the desk's next word cannot be either, and it is asked again.
        self.fetch_again.set(true);
        match dropped {
            Ok(()) => {
                tracing::error!(
                    count = rows.len(),
                    "appointments of the kiosk's file cannot be opened; requesting the desk's list again"
                );
            }
            Err(error) => {
                tracing::error!(
                    count = rows.len(), %error,
                    "appointments of the kiosk's file cannot be opened, nor dropped; they are left out"
                );
            }
        }
    }

    /// Drops settings that cannot be read, and has the desk tell them again.
    pub(super) fn drop_fact_of_desk(&self, name: &str) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        transaction.execute("DELETE FROM fact WHERE name = ?1", params![name])?;
        set_fact_in(&transaction, CURSOR, "0")?;
        transaction.commit()?;
        self.fetch_again.set(true);
        tracing::error!(name, "the desk's data in the kiosk's file cannot be read; requesting it again");
        Ok(())
    }
}
