//! What can go wrong with the kiosk's file, in sentences that say what to do. A sentence has its cause in it, and so
//! names no source: whoever prints the whole chain would print it twice.

use std::path::PathBuf;

/// Why the kiosk's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder could not be made.
    #[error("cannot make the folder {path}: {why}; make it, or give the kiosk's user the right to", path = .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// The file could not be opened, or is something else.
    #[error("cannot open the kiosk's file {path}: {why}; if it is damaged, move it away: what the desk has acknowledged is safe there", path = .path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        why: rusqlite::Error,
    },
    /// A newer program wrote the file.
    #[error("the kiosk's file was written by a newer program (version {found}, this one knows {known}); update the kiosk")]
    Newer {
        /// What the file says.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// There is no room left.
    #[error("the disk is full; free some room on the kiosk's data partition")]
    Full,
    /// Something in the file cannot be read back.
    #[error("a record of the kiosk's file cannot be read back ({what}); call support and keep the file")]
    Unreadable {
        /// What kind of record, without its content.
        what: &'static str,
    },
    /// Anything else that the database reports.
    #[error("the kiosk's file reports: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}
