//! The kiosk's file: an append-only log of events, the tickets, and the list as last heard from the desk.
//!
//! Invariants: a check-in, its ticket number and its place in the log are one durable transaction (WAL,
//! `synchronous=FULL`); `seq` is dense and never used twice, even after old events are removed; a
//! ticket number is never given twice on one clinic date; what says anything about a person is sealed
//! (`docs/sealing.md`). The network and the devices are deliberately absent.

mod aside;
pub mod brake;
mod damage;
pub mod error;
pub mod events;
pub mod feed;
pub mod key;
pub mod list;
pub mod orders;
pub mod photos;
pub mod removal;
mod schema;
pub mod seal;
pub mod tickets;

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

pub use error::StoreError;
pub use seal::Seal;

use crate::domain::ticket::Series;
use crate::files;

/// More than there are different statements here.
const STATEMENTS: usize = 32;

/// Most events and appointments are shorter than this, in bytes.
const JSON_BYTES: usize = 4096;

/// The kiosk's file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    seal: Seal,
    series: Series,
    /// Nothing was heard of the desk since the program started, and numbers that another copy of this file gave out
    /// may be unknown here.
    is_unheard: bool,
    /// The date whose numbers go on behind the block already.
    beyond: Option<Date>,
    /// Something that the desk has was dropped since the desk was last asked: what it answers to that is not all.
    fetch_again: Cell<bool>,
}

/// As long as nothing was heard of the desk since the start, numbers begin so far behind the last one: an older copy of
/// the card may have been put back, and people may wait with those between.
pub const NUMBERS_AHEAD: u32 = 100;

impl Store {
    /// Opens the file, and makes it if it is not there. `series` begins this kiosk's ticket numbers; `seal` seals what
    /// the file says about people. A file of an older version is brought up to date.
    ///
    /// # Errors
    /// If the file cannot be opened or made, is no store, was sealed with another key or was written by a newer
    /// version; then it is left as it was. A file that is damaged is set aside, and what can be read of it goes on;
    /// see [`Store::replaced`].
    pub fn open(path: &Path, series: Series, seal: Seal) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::make_folder(folder).map_err(|why| StoreError::Folder { path: folder.to_owned(), why })?;
            files::warn_of_open_folder(folder);
        }
        // Where it cannot be made, opening it says why.
        let _ = files::make_file(path);
        files::narrow(path);
        damage::look(path, &seal)?;
        let connection = Connection::open(path).map_err(|why| StoreError::Open { path: path.to_owned(), why })?;
        let mut store =
            Self { connection, seal, series, is_unheard: false, beyond: None, fetch_again: Cell::new(false) };
        store.prepare(path).map_err(|error| match error {
            StoreError::Database(why) => StoreError::Open { path: path.to_owned(), why },
            other => other,
        })?;
        Ok(store)
    }

    /// Whether there is such a file and it holds something sealed, so that its key must not be lost.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_sealed(path: &Path) -> Result<bool, StoreError> {
        if !path.exists() {
            return Ok(false);
        }
        let version = Connection::open(path).and_then(|connection| schema::version(&connection));
        version.map(schema::is_sealed).map_err(|why| StoreError::Open { path: path.to_owned(), why })
    }

    fn prepare(&mut self, path: &Path) -> Result<(), StoreError> {
        self.connection.busy_timeout(Duration::from_secs(5))?;
        let version = schema::version(&self.connection)?;
        if version > schema::VERSION {
            return Err(StoreError::Newer { found: version, known: schema::VERSION });
        }
        // Before anything is written.
        if schema::is_sealed(version)
            && fact_in(&self.connection, schema::KEY_MARK)?.as_deref() != Some(&self.seal.mark())
        {
            return Err(StoreError::OtherKey { path: path.to_owned() });
        }
        // What is in use for sorting and the like stays in memory.
        self.connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Only a file without tables takes this to heart: room that a photo took is given back.
        self.connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "secure_delete", "ON")?;
        // Every statement of this file stays prepared; the usual sixteen would push some of them out.
        self.connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // And with every value bound to them: else SQLite makes a new plan for each.
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        schema::copy_before_update(&self.connection, path, version)?;
        schema::bring_up_to_date(&mut self.connection, &self.seal, version)?;
        if let Some(series) = self.fact(tickets::SERIES)?.and_then(|letters| letters.parse().ok()) {
            self.series = series;
        }
        Ok(())
    }

    /// The name of the damaged file which this one replaced without what that held; none once the desk has agreed to go
    /// on. Until then no number may be given out: the desk knows which ones were.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn replaced(&self) -> Result<Option<String>, StoreError> {
        self.fact(damage::REPLACED)
    }

    /// Moves what the journal holds into the file, as far as no one reads it just then: for a moment when no one is at
    /// the kiosk. Anyone who copies the file alone has nearly everything then.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn settle(&self) -> Result<(), StoreError> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        fact_in(&self.connection, name)
    }

    fn number_fact(&self, name: &str) -> Result<u64, StoreError> {
        number_fact_in(&self.connection, name)
    }

    fn set_fact(&self, name: &str, value: &str) -> Result<(), StoreError> {
        set_fact_in(&self.connection, name, value)
    }

    /// Limits the file to this many pages, as a full disk would: for tests of that fault.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        Ok(self.connection.pragma_update(None, "max_page_count", pages)?)
    }
}

fn fact_in(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT value FROM fact WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?)
}

fn set_fact_in(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute(params![name, value])?;
    Ok(())
}

fn number_fact_in(connection: &Connection, name: &str) -> Result<u64, StoreError> {
    Ok(fact_in(connection, name)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Something as JSON that is wiped when it is dropped.
fn to_json(what: &'static str, value: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    // Room for nearly everything from the start: a text that grows leaves pieces of itself in memory.
    let mut json = Zeroizing::new(Vec::with_capacity(JSON_BYTES));
    serde_json::to_writer(&mut *json, value).map_err(|_| StoreError::Unreadable { what })?;
    Ok(json)
}
