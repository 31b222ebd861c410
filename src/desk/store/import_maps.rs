//! What the columns of each source's lists are, as someone said once.
//!
//! Invariant: a row holds names of columns, and nothing from a list's rows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, audit};
use crate::desk::base::error::DeskError;

/// This many sources are remembered; the one that was said longest ago makes room.
const SOURCES_MAX: u32 = 100;

impl Store {
    /// What was said, by the key of the source. What cannot be read any more is left out: it can be said again.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn import_maps<M: DeserializeOwned>(&self) -> Result<BTreeMap<String, M>, DeskError> {
        let mut statement = self.conn.prepare_cached("SELECT source, body FROM import_map")?;
        let rows: Vec<(String, String)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(source, body)| serde_json::from_str(&body).ok().map(|map| (source, map)))
            .collect())
    }

    /// Remembers what the columns of a source are.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn remember_import_map(
        &mut self,
        source: &str,
        map: &impl Serialize,
        user: &str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let body = serde_json::to_string(map).map_err(|_| DeskError::Unreadable("the columns of a list"))?;
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO import_map(source, body, at, user_name) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(source) DO UPDATE SET body = excluded.body, at = excluded.at, user_name = excluded.user_name",
            params![source, body, now.to_string(), user],
        )?;
        tx.execute(
            "DELETE FROM import_map WHERE source NOT IN (SELECT source FROM import_map ORDER BY at DESC, source
             LIMIT ?1)",
            [SOURCES_MAX],
        )?;
        audit::add(&tx, &audit::Entry { at: now, user, action: "import-columns-set", patient: "", about: "" })?;
        tx.commit()
    }
}
