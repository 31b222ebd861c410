//! Accepted changes, exported to the record system: numbered first, written then.
//!
//! Invariants: an accepted change gets the number of one batch, in a transaction, before any file is written; a batch
//! is always the same, however often it is written; what has a number is not taken back; what a later list contradicted
//! before it had a number gets none.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::audit::{self, COMMAND};
use super::proposals::Detail;
use super::{Store, bump, int, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::ids::PatientId;
use crate::domain::proposal::{Field, Value};

/// One accepted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// Its batch.
    pub batch: u64,
    /// When it was accepted.
    pub at: Timestamp,
    /// By which user.
    pub by: String,
    /// Whose.
    pub patient: PatientId,
    /// Which field.
    pub field: Field,
    /// What the chart had before.
    pub old: Value,
    /// What was accepted.
    pub new: Value,
}

impl Store {
    /// Puts every accepted change that is in no batch into the next one and answers its number; none if there is none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn next_export_batch(&mut self, now: Timestamp) -> Result<Option<u64>, DeskError> {
        let tx = self.write()?;
        let waiting: i64 = tx.query_row(&format!("SELECT COUNT(*) {WAITING}"), [], |row| row.get(0))?;
        if waiting == 0 {
            return Ok(None);
        }
        let batch: i64 = tx.query_row(
            "INSERT INTO export_batch(batch, at) SELECT COALESCE(MAX(batch), 0) + 1, ?1 FROM export_batch
             RETURNING batch",
            [now.to_string()],
            |row| row.get(0),
        )?;
        tx.execute(
            &format!("INSERT INTO exported_change(revision, batch) SELECT p.decided_revision, ?1 {WAITING}"),
            [batch],
        )?;
        for line in lines(&tx, batch.unsigned_abs())? {
            let (patient, about) = (line.patient.as_str(), format!("{}, batch {batch}", line.field.code()));
            audit::add(
                &tx,
                &audit::Entry { at: now, user: COMMAND, action: "change-handed-on", patient, about: &about },
            )?;
        }
        // Pages that offer to take one of them back are too old now.
        bump(&tx)?;
        tx.commit()?;
        Ok(Some(batch.unsigned_abs()))
    }

    /// How many accepted changes will not be exported because a list contradicted them since the last batch.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_since_last_batch(&self) -> Result<usize, DeskError> {
        let sql = "SELECT COUNT(*) FROM proposal p JOIN contradicted_change c ON c.revision = p.decided_revision
                   WHERE p.decision = 'accepted' AND c.at >= COALESCE((SELECT MAX(at) FROM export_batch), '')";
        let count: i64 = self.conn.query_row(sql, [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The changes of a batch, in the order in which they were accepted; none if there is no such batch.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn export_batch(&self, batch: u64) -> Result<Option<Vec<ExportLine>>, DeskError> {
        let known: Option<i64> = self
            .conn
            .query_row("SELECT 1 FROM export_batch WHERE batch = ?1", [int(batch)], |row| row.get(0))
            .optional()?;
        known.map(|_| lines(&self.conn, batch)).transpose()
    }
}

/// Accepted, in no batch, and not contradicted.
const WAITING: &str = "FROM proposal p WHERE p.decision = 'accepted' AND p.decided_revision NOT IN
    (SELECT revision FROM exported_change UNION ALL SELECT revision FROM contradicted_change)";

fn lines(conn: &Connection, batch: u64) -> Result<Vec<ExportLine>, DeskError> {
    let mut statement = conn.prepare(
        "SELECT s.at, s.user_name, s.detail FROM exported_change e JOIN staff_action s ON s.revision = e.revision
         WHERE e.batch = ?1 ORDER BY e.revision",
    )?;
    let rows = statement.query_map(params![int(batch)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    let broken = || DeskError::Unreadable("a decision");
    rows.map(|row| {
        let (at, by, detail) = row?;
        let detail: Detail = serde_json::from_str(&detail.ok_or_else(broken)?).map_err(|_| broken())?;
        let new = detail.value.ok_or_else(broken)?;
        Ok(ExportLine {
            batch,
            at: timestamp(&at)?,
            by,
            patient: PatientId::new(detail.patient),
            field: detail.field,
            old: detail.was,
            new,
        })
    })
    .collect()
}
