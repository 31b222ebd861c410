//! A copy of the whole file while the desk runs, and such a copy put back.
//!
//! Invariants: the copy is of one moment, readable only by the user who made it, and was opened and checked before it
//! has its name; at every moment of putting one back there is a desk's file in the folder, and what was there before is
//! kept beside it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};

use super::{FILE, Store, meta, restored, set_meta};
use crate::desk::base::error::DeskError;
use crate::files::make_file;

impl Store {
    /// Copies everything into a new file, which must not be there yet. No one has to wait for it. The copy knows that
    /// it is one: a desk that is started with it begins another life.
    ///
    /// # Errors
    /// If the copy cannot be written, or is not whole.
    pub fn backup(&self, to: &Path, now: Timestamp) -> Result<(), DeskError> {
        let folder = |error: std::io::Error| DeskError::Folder(to.to_owned(), error.kind());
        if to.exists() {
            return Err(folder(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = to.file_name().ok_or_else(|| folder(std::io::ErrorKind::InvalidFilename.into()))?.to_owned();
        name.push(".unfinished");
        let unfinished = to.with_file_name(name);
        let _ = std::fs::remove_file(&unfinished);
        make_file(&unfinished).map_err(folder)?;
        let copied = self.copy(&unfinished, now).and_then(|()| std::fs::rename(&unfinished, to).map_err(folder));
        if copied.is_err() {
            let _ = std::fs::remove_file(&unfinished);
        }
        copied
    }

    fn copy(&self, to: &Path, now: Timestamp) -> Result<(), DeskError> {
        self.conn.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        let copy = Connection::open(to)?;
        copy.pragma_update(None, "synchronous", "FULL")?;
        set_meta(&copy, restored::COPIED_AT, &now.to_string())?;
        let whole: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        let versions: (i64, i64) = (version(&self.conn)?, version(&copy)?);
        if whole != "ok" || versions.0 != versions.1 {
            return Err(DeskError::Unreadable("the copy"));
        }
        Ok(())
    }
}

/// Puts a copy in the place of the desk's file, which no one may have open; answers where that is now, if there was
/// one. Other copies than those of [`Store::backup`] are taken too. The desk that is started with it begins another
/// life.
///
/// # Errors
/// If the copy is none, is damaged or newer than this program, or the folder cannot be written; then the desk's file is
/// where it was.
pub fn restore(folder: &Path, copy: &Path, now: Timestamp) -> Result<Option<PathBuf>, DeskError> {
    let trouble = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| DeskError::Folder(path, error.kind())
    };
    std::fs::metadata(copy).map_err(trouble(copy))?;
    crate::files::make_folder(folder).map_err(trouble(folder))?;
    let unfinished = folder.join("desk.sqlite.unfinished");
    let _ = std::fs::remove_file(&unfinished);
    let made = make_file(&unfinished).and_then(|()| std::fs::copy(copy, &unfinished)).map_err(trouble(&unfinished));
    let taken = made
        .map(|_| ())
        .and_then(|()| check_and_mark(&unfinished, now))
        .and_then(|()| keep_numbers(&unfinished, &folder.join(FILE)))
        .and_then(|()| take_the_place(folder, &unfinished, now));
    if taken.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    taken
}

/// The copy is whole, is a desk's, and knows that it is a copy.
fn check_and_mark(file: &Path, now: Timestamp) -> Result<(), DeskError> {
    let mut copy = Connection::open(file)?;
    // It came without a journal.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.pragma_update(None, "synchronous", "FULL")?;
    let whole: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err(DeskError::Unreadable("the copy"));
    }
    let is_a_desks: bool = copy.query_row(
        "SELECT COUNT(*) = 3 FROM sqlite_schema WHERE name IN ('meta', 'revision', 'kiosk_event')",
        [],
        |row| row.get(0),
    )?;
    if !is_a_desks {
        return Err(DeskError::NotADeskFile);
    }
    super::schema::migrate(&mut copy)?;
    if meta(&copy, restored::COPIED_AT)?.is_none() {
        // No one wrote down when it was made. What it holds was done before this.
        let last: Option<String> = copy.query_row("SELECT MAX(at) FROM audit", [], |row| row.get(0))?;
        set_meta(&copy, restored::COPIED_AT, &last.unwrap_or_else(|| now.to_string()))?;
    }
    Ok(())
}

/// People may wait with numbers that the desk gave out by hand since the copy was made: the copy goes on after them. Of
/// a file that cannot be read nothing is known.
fn keep_numbers(copy: &Path, file: &Path) -> Result<(), DeskError> {
    let numbers = || -> rusqlite::Result<Vec<(String, i64)>> {
        let old =
            Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let mut statement = old.prepare("SELECT date, last FROM desk_ticket")?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let copy = Connection::open(copy)?;
    for (date, last) in numbers().unwrap_or_default() {
        copy.execute(
            "INSERT INTO desk_ticket(date, last) VALUES (?1, ?2)
             ON CONFLICT(date) DO UPDATE SET last = max(last, excluded.last)",
            params![date, last],
        )?;
    }
    Ok(())
}

/// Renames the desk's file, its journal first, and puts the other one there.
fn take_the_place(folder: &Path, with: &Path, now: Timestamp) -> Result<Option<PathBuf>, DeskError> {
    let here = |error: std::io::Error| DeskError::Folder(folder.to_owned(), error.kind());
    let file = folder.join(FILE);
    let mut aside = None;
    if file.exists() {
        // What its journal holds goes into it, if it can be read at all.
        if let Ok(old) = Connection::open(&file) {
            let _ = old.pragma_update(None, "journal_mode", "DELETE");
        }
        let name = format!("{FILE}.before-{}", now.strftime("%Y%m%dT%H%M%SZ"));
        for end in ["-wal", "-shm"] {
            let journal = folder.join(format!("{FILE}{end}"));
            if journal.exists() {
                std::fs::rename(&journal, folder.join(format!("{name}{end}"))).map_err(here)?;
            }
        }
        let old = folder.join(name);
        std::fs::hard_link(&file, &old).map_err(here)?;
        aside = Some(old);
    }
    std::fs::File::open(with).and_then(|file| file.sync_all()).map_err(here)?;
    std::fs::rename(with, &file).map_err(here)?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(here)?;
    Ok(aside)
}

fn version(conn: &Connection) -> Result<i64, DeskError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}
