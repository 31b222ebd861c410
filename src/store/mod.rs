//! The kiosk's file: an append-only log of events, the tickets, and the list as last heard from the desk.
//!
//! Invariants: a check-in, its ticket number and its place in the log are one durable transaction (WAL,
//! `synchronous=FULL`); `seq` is dense and never used twice, even after old events are removed; a
//! ticket number is never given twice on one clinic date. The network and the devices are deliberately absent.

pub mod error;
pub mod events;
pub mod feed;
pub mod list;
pub mod tickets;

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

pub use error::StoreError;

/// The version of the tables below.
const SCHEMA_VERSION: i64 = 1;

/// More than there are different statements here.
const STATEMENTS: usize = 32;

const SCHEMA: &str = "
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE counter (date TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket (
    appointment TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    number TEXT NOT NULL,
    place TEXT NOT NULL,
    seq INTEGER,
    seen INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE appointment (id TEXT PRIMARY KEY, start TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
";

/// The kiosk's file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    letter: char,
}

impl Store {
    /// Opens the file, and makes it if it is not there. `letter` begins this kiosk's ticket numbers.
    ///
    /// # Errors
    /// If the file cannot be opened or made, is no store, or was written by a newer version.
    pub fn open(path: &Path, letter: char) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|why| StoreError::Folder { path: folder.to_owned(), why })?;
        }
        let connection = Connection::open(path).map_err(|why| StoreError::Open { path: path.to_owned(), why })?;
        let store = Self { connection, letter };
        store.prepare().map_err(|error| match error {
            StoreError::Database(why) => StoreError::Open { path: path.to_owned(), why },
            other => other,
        })?;
        Ok(store)
    }

    fn prepare(&self) -> Result<(), StoreError> {
        self.connection.busy_timeout(Duration::from_secs(5))?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "secure_delete", "ON")?;
        // Every statement of this file stays prepared; the usual sixteen would push some of them out.
        self.connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        match version {
            0 => {
                let transaction = self.connection.unchecked_transaction()?;
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
                transaction.commit()?;
                Ok(())
            }
            SCHEMA_VERSION => Ok(()),
            found => Err(StoreError::Newer { found, known: SCHEMA_VERSION }),
        }
    }

    fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        fact_in(&self.connection, name)
    }

    fn number_fact(&self, name: &str) -> Result<u64, StoreError> {
        number_fact_in(&self.connection, name)
    }

    fn set_fact(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO fact (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")?
            .execute(params![name, value])?;
        Ok(())
    }

    /// Limits the file to so many pages, as a full disk would: for tests of that fault.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        Ok(self.connection.pragma_update(None, "max_page_count", pages)?)
    }
}

fn fact_in(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection.prepare_cached("SELECT value FROM fact WHERE name = ?1")?.query_row(params![name], |row| row.get(0)).optional()?)
}

fn number_fact_in(connection: &Connection, name: &str) -> Result<u64, StoreError> {
    Ok(fact_in(connection, name)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}
