//! A copy of the whole file while the desk runs.
//!
//! Invariants: the copy is of one moment, for whoever made it alone, and was opened and checked before it has its name.

use std::path::Path;

use rusqlite::Connection;

use super::super::error::DeskError;
use super::Store;
use crate::files::make_file;

impl Store {
    /// Copies everything into a new file, which must not be there yet. Nobody has to wait for it.
    ///
    /// # Errors
    /// If the copy cannot be written, or is not whole.
    pub fn backup(&self, to: &Path) -> Result<(), DeskError> {
        let folder = |error: std::io::Error| DeskError::Folder(to.to_owned(), error.kind());
        if to.exists() {
            return Err(folder(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut name = to.file_name().ok_or_else(|| folder(std::io::ErrorKind::InvalidFilename.into()))?.to_owned();
        name.push(".unfinished");
        let unfinished = to.with_file_name(name);
        let _ = std::fs::remove_file(&unfinished);
        make_file(&unfinished).map_err(folder)?;
        let copied = self.copy(&unfinished).and_then(|()| std::fs::rename(&unfinished, to).map_err(folder));
        if copied.is_err() {
            let _ = std::fs::remove_file(&unfinished);
        }
        copied
    }

    fn copy(&self, to: &Path) -> Result<(), DeskError> {
        self.conn.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
        let copy = Connection::open(to)?;
        let whole: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        let versions: (i64, i64) = (version(&self.conn)?, version(&copy)?);
        if whole != "ok" || versions.0 != versions.1 {
            return Err(DeskError::Unreadable("the copy"));
        }
        Ok(())
    }
}

fn version(conn: &Connection) -> Result<i64, DeskError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}
