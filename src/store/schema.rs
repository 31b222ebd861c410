//! The tables, and the way from older ones.
//!
//! What is sealed: the bodies, and the keys of rows that would be numbers of the booking system (they are keyed
//! hashes). In clear: positions and times, ticket numbers and their dates, counters and the feed's cursor. The clinic's
//! settings are sealed, too. None of these names a person or says why someone comes.

use std::path::Path;

use rusqlite::{Connection, params};
use zeroize::Zeroizing;

use super::seal::Seal;
use super::{StoreError, events, feed, tickets};
use crate::domain::ids::AppointmentId;
use crate::files;

/// The version of the tables below.
pub(super) const VERSION: i64 = 3;

/// The first version that seals.
const SEALED_SINCE: i64 = 2;

/// The first version that sets events aside.
const ASIDE_SINCE: i64 = 3;

/// The fact by which a file knows its key.
pub(super) const KEY_MARK: &str = "key";

/// The fact that says: something in clear was just sealed, and traces of it may be left in the file.
const TRACES: &str = "traces";

const FACTS: &str = "
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (date TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
";

const SEALED: &str = "
CREATE TABLE event (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE ticket (
    row BLOB PRIMARY KEY,
    date TEXT NOT NULL,
    number TEXT NOT NULL,
    seq INTEGER,
    seen INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE appointment (row BLOB PRIMARY KEY, start TEXT NOT NULL, body BLOB NOT NULL,
    told INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    event_seq INTEGER NOT NULL,
    field TEXT NOT NULL,
    side TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (event_seq, field, side)
);
";

/// Events that cannot be opened any more, as they are.
const ASIDE: &str = "
CREATE TABLE event_aside (seq INTEGER PRIMARY KEY, at, body);
";

/// Tables of version 1 that are sealed since.
const IN_CLEAR: [&str; 3] = ["event", "ticket", "appointment"];

/// The version of a file's tables; 0 if it has none.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether tables of this version are sealed.
pub(super) fn is_sealed(version: i64) -> bool {
    version >= SEALED_SINCE
}

/// Whether a file of this version has a place for events that cannot be opened.
pub(super) fn sets_aside(version: i64) -> bool {
    version >= ASIDE_SINCE
}

/// Makes the copy from before an update, if the file is about to have one. Not of a file in clear: the copy would stay
/// so.
pub(super) fn copy_before_update(connection: &Connection, path: &Path, version: i64) -> Result<(), StoreError> {
    if !is_sealed(version) || version >= VERSION {
        return Ok(());
    }
    let cannot = |why: String| StoreError::NoCopy { path: path.to_owned(), found: version, known: VERSION, why };
    files::copy_before(
        path,
        VERSION,
        |to| {
            connection.execute("VACUUM INTO ?1", params![to.to_string_lossy()]).map_err(
                |error| match StoreError::from(error) {
                    StoreError::Full => cannot("the disk is full".to_owned()),
                    other => cannot(other.to_string()),
                },
            )?;
            let copy = Connection::open(to)?;
            let said: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if said == "ok" { Ok(()) } else { Err(cannot(format!("the copy is damaged: {said}"))) }
        },
        |error| cannot(error.to_string()),
    )?;
    tracing::info!(
        from = version,
        to = VERSION,
        "the kiosk's file is being upgraded; a copy from before is kept beside it"
    );
    Ok(())
}

/// Makes the tables, or brings those of an older version up to date: whole or not at all.
pub(super) fn bring_up_to_date(connection: &mut Connection, seal: &Seal, version: i64) -> Result<(), StoreError> {
    if version < VERSION {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another program may have done it since the version was read.
        if self::version(&transaction)? == version {
            if version == 0 {
                transaction.execute_batch(FACTS)?;
                transaction.execute_batch(SEALED)?;
            } else {
                if is_sealed(version) {
                    // What was not told again while the list is reported again.
                    transaction.execute_batch("ALTER TABLE appointment ADD COLUMN told INTEGER NOT NULL DEFAULT 1")?;
                } else {
                    seal_what_is_in_clear(&transaction, seal)?;
                }
                seal_settings(&transaction, seal)?;
                super::set_fact_in(&transaction, TRACES, "1")?;
            }
            if !sets_aside(version) {
                transaction.execute_batch(ASIDE)?;
            }
            super::set_fact_in(&transaction, KEY_MARK, &seal.mark())?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            transaction.commit()?;
        }
    }
    // Outside the transaction, and so a power cut may come between: then it is done at the next start.
    if super::fact_in(connection, TRACES)?.is_some() && remove_traces(connection)? {
        connection.execute("DELETE FROM fact WHERE name = ?1", params![TRACES])?;
    }
    Ok(())
}

/// Writes the file again, and empties the journal beside it: what was deleted is in neither. Answers whether it could
/// be done.
fn remove_traces(connection: &Connection) -> Result<bool, StoreError> {
    connection.execute_batch("VACUUM")?;
    empty_journal(connection)
}

/// Moves everything from the journal into the file, and cuts the journal to nothing. Answers `false` if another program
/// reads the file just then.
pub(super) fn empty_journal(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? == 0)
}

/// Until version 3 the clinic's settings were in clear, and with them the key of the tickets' pages.
fn seal_settings(connection: &Connection, seal: &Seal) -> Result<(), StoreError> {
    if let Some(settings) = super::fact_in(connection, feed::SETTINGS_IN_CLEAR)? {
        feed::put_settings_in(connection, seal, Zeroizing::new(settings).as_bytes())?;
        connection.execute("DELETE FROM fact WHERE name = ?1", params![feed::SETTINGS_IN_CLEAR])?;
    }
    Ok(())
}

fn seal_what_is_in_clear(connection: &Connection, seal: &Seal) -> Result<(), StoreError> {
    for table in IN_CLEAR {
        connection.execute_batch(&format!("ALTER TABLE {table} RENAME TO clear_{table}"))?;
    }
    connection.execute_batch(SEALED)?;
    let mut rows = connection.prepare("SELECT seq, at, body FROM clear_event")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, at, body): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        events::put_event_in(connection, seal, seq, &at, Zeroizing::new(body).as_bytes())?;
    }
    let mut rows = connection.prepare("SELECT appointment, date, number, place, seq, seen FROM clear_ticket")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (appointment, place): (String, String) = (row.get(0)?, row.get(3)?);
        let (date, number): (String, String) = (row.get(1)?, row.get(2)?);
        let body = tickets::Body { appointment: AppointmentId::new(appointment), place };
        tickets::put_row_in(connection, seal, &body, &date, &number, row.get(4)?, row.get(5)?)?;
    }
    let mut rows = connection.prepare("SELECT id, start, body FROM clear_appointment")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (id, start, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        feed::put_appointment_in(connection, seal, &AppointmentId::new(id), &start, Zeroizing::new(body).as_bytes())?;
    }
    for table in IN_CLEAR {
        connection.execute_batch(&format!("DROP TABLE clear_{table}"))?;
    }
    // It follows from the events that are kept and what is acknowledged.
    connection.execute("DELETE FROM fact WHERE name = 'last_seq'", [])?;
    Ok(())
}
