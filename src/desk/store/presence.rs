//! Who has someone's page open just now, so that two of the staff do not do the same without knowing.
//!
//! Invariants: it locks nothing and ends by itself; it is not in the audit, which has who looked already; the counter
//! moves only when someone comes or goes, not while they stay.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::{Store, bump};
use crate::desk::base::error::DeskError;
use crate::domain::ids::AppointmentId;

/// Over after so long, if the page does not say that it is still open.
const STAYS: SignedDuration = SignedDuration::from_secs(60);

fn sortable(at: Timestamp) -> String {
    format!("{at:.3}")
}

impl Store {
    /// Notes that a session has someone's page open, by one of their visits. Answers whether that is news.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn be_on(&mut self, session: &str, user: &str, id: &AppointmentId, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let there = "SELECT 1 FROM on_it WHERE session = ?1 AND appointment_id = ?2 AND until > ?3";
        let is_news = !tx.prepare_cached(there)?.exists(params![session, id.as_str(), sortable(now)])?;
        tx.execute(
            "INSERT INTO on_it(session, appointment_id, user_name, until) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(session, appointment_id) DO UPDATE SET user_name = excluded.user_name, until = excluded.until",
            params![session, id.as_str(), user, sortable(now.saturating_add(STAYS).unwrap_or(Timestamp::MAX))],
        )?;
        if is_news {
            bump(&tx)?;
        }
        tx.commit()?;
        Ok(is_news)
    }

    /// Notes that a session has closed someone's page. Answers whether that is news.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn leave(&mut self, session: &str, id: &AppointmentId) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let gone =
            tx.execute("DELETE FROM on_it WHERE session = ?1 AND appointment_id = ?2", params![session, id.as_str()])?;
        if gone > 0 {
            bump(&tx)?;
        }
        tx.commit()?;
        Ok(gone > 0)
    }

    /// Forgets who has not said for a while that they are still there. Answers whether there were any.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn end_presence(&mut self, now: Timestamp) -> Result<bool, DeskError> {
        // Nearly always there is no one, and then no one waits for anyone who writes.
        if !self.conn.prepare_cached("SELECT 1 FROM on_it WHERE until <= ?1")?.exists([sortable(now)])? {
            return Ok(false);
        }
        let tx = self.write()?;
        let gone = tx.execute("DELETE FROM on_it WHERE until <= ?1", [sortable(now)])?;
        if gone > 0 {
            bump(&tx)?;
        }
        tx.commit()?;
        Ok(gone > 0)
    }

    /// Who is on which visit now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn on_it(&self, now: Timestamp) -> Result<Vec<(AppointmentId, String)>, DeskError> {
        let sql =
            "SELECT DISTINCT appointment_id, user_name FROM on_it WHERE until > ?1 ORDER BY user_name, appointment_id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement
            .query_map([sortable(now)], |row| Ok((AppointmentId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
