//! What can go wrong with the kiosk's file, in sentences that say what to do. A sentence has its cause in it, and so
//! names no source: anyone who prints the whole chain would print it twice.

use std::path::PathBuf;

/// Why the kiosk's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder could not be made.
    #[error(
        "cannot create the folder {path}: {why}; create it, or let the kiosk's user create it",
        path = .path.display()
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// The file could not be opened, or is something else.
    #[error(
        "cannot open the kiosk's file {path}: {why}; if a kiosk wrote it, it is damaged: \
         move it away with the files whose names begin with its name, keep them, and start again. \
         What the desk has acknowledged is safe there",
        path = .path.display()
    )]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        why: rusqlite::Error,
    },
    /// The file is damaged, and nothing could be put in its place.
    #[error(
        "the kiosk's file is damaged, and {path} cannot be written to put another in its place ({why}); \
         free some space in that folder, or give the kiosk's user the right to write into it",
        path = .path.display()
    )]
    NotMended {
        /// What could not be written.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// No update of the file without a copy of how it was.
    #[error(
        "the kiosk's file {path} has version {found} and must become version {known}, \
         and the copy that is made first could not be written ({why}); the file is unchanged. \
         Correct that, then start again",
        path = .path.display()
    )]
    NoCopy {
        /// Which.
        path: PathBuf,
        /// The file's version.
        found: i64,
        /// What it becomes.
        known: i64,
        /// Why not.
        why: String,
    },
    /// A newer program wrote the file.
    #[error(
        "the kiosk's file was written by a newer program (version {found}, this one supports {known}); update the kiosk"
    )]
    Newer {
        /// What the file says.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// The key is missing, and something was sealed with it.
    #[error(
        "the key file {path} is missing, and {data} was sealed with it: put the key back; \
         if it is lost, see docs/sealing.md to start over",
        path = .path.display(), data = .data.display()
    )]
    KeyMissing {
        /// Where the key should be.
        path: PathBuf,
        /// What it seals.
        data: PathBuf,
    },
    /// The key could not be read or made.
    #[error(
        "cannot use the key file {path}: {why}; let the kiosk's user read it, \
         and write into its folder if the key is to be made",
        path = .path.display()
    )]
    Key {
        /// Where.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// What stands there is no key.
    #[error(
        "{path} holds no key: write 64 hexadecimal digits into it, \
         or remove it if nothing was sealed yet, and one is made",
        path = .path.display()
    )]
    NoKey {
        /// Where.
        path: PathBuf,
    },
    /// Everyone can read the key.
    #[error("everyone on this machine can read the key file {path}: run `chmod 600` on it", path = .path.display())]
    KeyOpen {
        /// Where.
        path: PathBuf,
    },
    /// The file is sealed with another key. Nothing of it was changed.
    #[error(
        "the kiosk's file {path} was sealed with another key: give the kiosk that key; \
         if it is lost, see docs/sealing.md to start over",
        path = .path.display()
    )]
    OtherKey {
        /// Which.
        path: PathBuf,
    },
    /// The machine gives no random bytes.
    #[error("this machine gives no random bytes; restart it, and call support if that does not help")]
    NoRandom,
    /// There is no room left.
    #[error("the disk is full; free some space on the kiosk's data partition")]
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
