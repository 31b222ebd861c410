//! The kiosk's file when its pages do not fit together any more.
//!
//! Invariants: nothing of a damaged file is written over or thrown away, it is set aside whole; the kiosk goes on by
//! itself only with a log that could be read from its beginning to its end. Otherwise it begins with a new file and
//! serves no one until the desk has answered: the desk knows which numbers were given out. A power cut at any moment
//! leaves either file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params, params_from_iter};

use super::events::open_event;
use super::{Seal, StoreError, fact_in, schema, set_fact_in, tickets};
use crate::domain::event::KioskEvent;
use crate::domain::ticket::{Ticket, TicketNumber};
use crate::files;

/// The fact that names the damaged file which this one replaced, until the desk has agreed to go on.
pub(super) const REPLACED: &str = "replaced";

/// Pages have this size, and a file is whole pages.
const PAGE_BYTES: u64 = 4096;

/// What stands between a damaged file and the one that takes its place.
struct Places {
    file: PathBuf,
    /// Being written.
    unfinished: PathBuf,
    /// Whole, and about to take the file's place.
    mended: PathBuf,
}

impl Places {
    fn of(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            unfinished: files::beside(file, ".mending"),
            mended: files::beside(file, ".mended"),
        }
    }
}

/// Looks at the file before anything else does, and puts one in its place that can be worked with if it is damaged.
pub(super) fn look(path: &Path, seal: &Seal) -> Result<(), StoreError> {
    let places = Places::of(path);
    if places.mended.exists() {
        // The power went before it took the file's place.
        take_place(&places)?;
    }
    let Some(why) = what_is_wrong(path)? else { return Ok(()) };
    let log = match read_log(&places, seal) {
        Err(error @ (StoreError::OtherKey { .. } | StoreError::Newer { .. } | StoreError::Full)) => return Err(error),
        Ok(()) => None,
        Err(error) => Some(error),
    };
    if let Some(error) = &log {
        begin_anew(&places, seal)?;
        tracing::error!(%error, "the log of the damaged file cannot be read");
    }
    std::fs::rename(&places.unfinished, &places.mended).map_err(|why| cannot(path, &why))?;
    let aside = take_place(&places)?;
    let aside = aside.as_deref().unwrap_or(path).display().to_string();
    if log.is_some() {
        tracing::error!(
            why,
            aside,
            "the kiosk's file is damaged and was set aside; the kiosk has a new one, \
             and serves no one until the desk accepts it. Keep the damaged file for support"
        );
    } else {
        tracing::error!(
            why,
            aside,
            "the kiosk's file was damaged and was set aside; every check-in in it was read, \
             and the kiosk requests the desk's list. Keep the damaged file for support"
        );
    }
    Ok(())
}

/// What SQLite says is wrong with the file; none if nothing is.
fn what_is_wrong(path: &Path) -> Result<Option<String>, StoreError> {
    let open = |why| StoreError::Open { path: path.to_owned(), why };
    let connection = Connection::open(path).map_err(open)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(open)?;
    match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(said) if said == "ok" => Ok(None),
        Ok(said) => Ok(Some(said)),
        Err(why) => match why.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Ok(Some(why.to_string())),
            // Its beginning is damaged, or it never was a kiosk's file: that one is not touched.
            Some(ErrorCode::NotADatabase)
                if std::fs::metadata(path).is_ok_and(|about| about.len() % PAGE_BYTES == 0) =>
            {
                Ok(Some(why.to_string()))
            }
            _ => Err(open(why)),
        },
    }
}

/// Copies everything of the damaged file that is the kiosk's own, if all of it can be read. What the desk has is left
/// out.
fn read_log(places: &Places, seal: &Seal) -> Result<(), StoreError> {
    let damaged = Connection::open(&places.file)?;
    let version = schema::version(&damaged)?;
    if version > schema::VERSION {
        return Err(StoreError::Newer { found: version, known: schema::VERSION });
    }
    if !schema::is_sealed(version) {
        return Err(StoreError::Unreadable { what: "file" });
    }
    if fact_in(&damaged, schema::KEY_MARK)?.is_some_and(|mark| mark != seal.mark()) {
        return Err(StoreError::OtherKey { path: places.file.clone() });
    }
    let mut new = make_new(places, seal)?;
    let transaction = new.transaction()?;
    copy(&damaged, &transaction, "fact", &["name", "value"])?;
    copy(&damaged, &transaction, "counter", &["date", "last"])?;
    copy(&damaged, &transaction, "event", &["seq", "at", "body"])?;
    if schema::sets_aside(version) {
        copy(&damaged, &transaction, "event_aside", &["seq", "at", "body"])?;
    }
    // These follow from events and from what the desk knows, or no one can be helped without them: what can be read of
    // them is enough.
    for (table, columns) in [
        ("ticket", &["row", "date", "number", "seq", "seen", "body"][..]),
        ("photo", &["id", "event_seq", "field", "side", "body"][..]),
    ] {
        if let Err(error) = copy(&damaged, &transaction, table, columns) {
            tracing::error!(table, %error, "not everything in this table could be read");
        }
    }
    // A ticket whose event is not there: the log lost its end without a word.
    let (last, ticketed): (i64, i64) = transaction.query_row(
        "SELECT max((SELECT ifnull(max(seq), 0) FROM event), (SELECT ifnull(max(seq), 0) FROM event_aside)),
         (SELECT ifnull(max(seq), 0) FROM ticket)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let acknowledged = super::number_fact_in(&transaction, super::events::ACKNOWLEDGED)?.cast_signed();
    if ticketed > last.max(acknowledged) {
        return Err(StoreError::Unreadable { what: "log" });
    }
    follow_events(&transaction, seal)?;
    set_fact_in(&transaction, schema::KEY_MARK, &seal.mark())?;
    set_fact_in(&transaction, super::feed::CURSOR, "0")?;
    transaction.commit()?;
    finish(new, places)
}

/// Gives each visit the ticket that its event says, and counts no number twice.
fn follow_events(connection: &Connection, seal: &Seal) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT seq, at, body FROM event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let opened = open_event(
            seal,
            seq,
            row.get_ref(1)?.as_str().unwrap_or_default(),
            row.get_ref(2)?.as_blob().unwrap_or_default(),
        );
        let (ticket, visits) = match opened.map(|logged| logged.event) {
            Some(KioskEvent::CheckedIn(said)) => (said.ticket, said.appointments),
            Some(KioskEvent::WalkedIn(said)) => (said.ticket, vec![said.appointment]),
            _ => continue,
        };
        for appointment in visits {
            let is_known = "SELECT 1 FROM ticket WHERE row = ?1";
            if !connection.prepare_cached(is_known)?.exists(params![seal.row(tickets::TABLE, appointment.as_str())])? {
                let body = tickets::Body { appointment, place: String::new() };
                tickets::put_row_in(
                    connection,
                    seal,
                    &body,
                    &ticket.date.to_string(),
                    &ticket.number.to_string(),
                    Some(seq),
                    false,
                )?;
            }
        }
        count_in(connection, ticket)?;
    }
    let mut statement = connection.prepare("SELECT DISTINCT date, number FROM ticket WHERE seq IS NOT NULL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (date, number) = (row.get_ref(0)?.as_str().ok(), row.get_ref(1)?.as_str().ok());
        if let (Some(Ok(date)), Some(Ok(number))) = (date.map(str::parse), number.map(str::parse::<TicketNumber>)) {
            count_in(connection, Ticket { number, date })?;
        }
    }
    Ok(())
}

fn count_in(connection: &Connection, ticket: Ticket) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO counter (date, last) VALUES (?1, ?2)
             ON CONFLICT (date) DO UPDATE SET last = max(last, excluded.last)",
        )?
        .execute(params![ticket.date.to_string(), ticket.number.count()])?;
    Ok(())
}

/// A new file, of which the kiosk knows that it lacks what the damaged one held.
fn begin_anew(places: &Places, seal: &Seal) -> Result<(), StoreError> {
    let new = make_new(places, seal)?;
    let name = places.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    set_fact_in(&new, REPLACED, &name)?;
    finish(new, places)
}

fn make_new(places: &Places, seal: &Seal) -> Result<Connection, StoreError> {
    let unfinished = &places.unfinished;
    for path in [unfinished.clone(), files::beside(unfinished, "-journal")] {
        match std::fs::remove_file(&path) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(cannot(&path, &why)),
            _ => {}
        }
    }
    files::make_file(unfinished).map_err(|why| cannot(unfinished, &why))?;
    let mut new = Connection::open(unfinished)?;
    new.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    new.pragma_update(None, "synchronous", "FULL")?;
    new.pragma_update(None, "temp_store", "MEMORY")?;
    schema::bring_up_to_date(&mut new, seal, 0)?;
    Ok(new)
}

/// It has a journal that ends with each transaction, so it is one file once it is closed.
fn finish(new: Connection, places: &Places) -> Result<(), StoreError> {
    new.close().map_err(|(_, error)| StoreError::from(error))?;
    std::fs::File::open(&places.unfinished)
        .and_then(|file| file.sync_all())
        .map_err(|why| cannot(&places.unfinished, &why))
}

/// Sets the damaged file aside, if that was not done yet, and puts the other one in its place.
fn take_place(places: &Places) -> Result<Option<PathBuf>, StoreError> {
    let aside = if places.file.exists() { Some(files::set_aside(&places.file)) } else { None };
    let aside = aside.transpose().map_err(|why| cannot(&places.file, &why))?;
    std::fs::rename(&places.mended, &places.file).map_err(|why| cannot(&places.file, &why))?;
    Ok(aside)
}

/// Reads a table row by row, without its indexes. An error ends it; what was read until then is kept.
fn copy(from: &Connection, to: &Connection, table: &str, columns: &[&str]) -> Result<(), StoreError> {
    let names = columns.join(", ");
    let places = (1..=columns.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
    let mut select = from.prepare(&format!("SELECT {names} FROM {table} NOT INDEXED"))?;
    let mut insert = to.prepare(&format!("INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|at| row.get::<_, Value>(at)).collect::<Result<Vec<_>, _>>()?;
        insert.execute(params_from_iter(values))?;
    }
    Ok(())
}

fn cannot(path: &Path, why: &std::io::Error) -> StoreError {
    if why.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::NotMended { path: path.to_owned(), why: why.to_string() }
}
