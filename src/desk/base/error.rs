//! What can go wrong at the desk, each as one sentence for the person who runs it.
//!
//! Invariant: no sentence holds anything about a patient; appointment ids at most.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the desk could not do something.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A kiosk reports something else under a number that the desk holds: its card was replaced or copied.
    #[error("event {} of this kiosk is another one than the desk holds", .0.0)]
    OtherHistory(crate::domain::ids::Seq),
    /// The data folder cannot be made or used.
    #[error("the data folder {0} cannot be used ({1}); choose another with --data or correct its permissions")]
    Folder(PathBuf, std::io::ErrorKind),
    /// Written by a later version.
    #[error("the desk's file has version {found}, this program knows versions up to {known}; install the newer arrivals-desk")]
    NewerFile {
        /// The file's version.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// No space left.
    #[error("the disk with the desk's data is full; free some space, nothing that was confirmed is lost")]
    DiskFull,
    /// The file is something else.
    #[error(
        "desk.sqlite in the data folder is not a desk's file, or its beginning is damaged: if a desk wrote it, keep it and restore the last backup, as docs/files.md says; else move it away or choose another folder with --data"
    )]
    NotADeskFile,
    /// Pages of the file do not fit together.
    #[error("the desk's file is damaged ({0}); run `arrivals-desk check`, docs/files.md says what to do then")]
    Damaged(String),
    /// The same, and the desk cannot start with it.
    #[error("{file} is damaged and cannot be used ({why}): keep it, and restore the last backup as docs/files.md says{copies}", file = .file.display())]
    DamagedFile {
        /// Which.
        file: PathBuf,
        /// What SQLite says.
        why: String,
        /// Where copies from before updates are, as the end of a sentence.
        copies: String,
    },
    /// An event is not what the kiosk reported.
    #[error("event {} of kiosk {kiosk} is not as the kiosk reported it: the desk's file was changed or is damaged; docs/files.md says what to do", .seq.0)]
    DamagedEvent {
        /// Which kiosk's.
        kiosk: crate::domain::ids::KioskId,
        /// Its position in that kiosk's log.
        seq: crate::domain::ids::Seq,
    },
    /// No update of the file without a copy of how it was.
    #[error(
        "{file} has version {found} and must become version {known}, and the copy that is made first could not be written ({why}); the file is unchanged. Correct that, then start again",
        file = .file.display()
    )]
    NoCopy {
        /// Which.
        file: PathBuf,
        /// The file's version.
        found: i64,
        /// What it becomes.
        known: i64,
        /// Why not.
        why: String,
    },
    /// SQLite's own word.
    #[error("the desk's file could not be read or written: {0}")]
    Store(rusqlite::Error),
    /// A row that no version of this program can have written.
    #[error("the desk's file holds a row that cannot be read ({0}); run `arrivals-desk check`, docs/files.md says what to do then")]
    Unreadable(&'static str),
    /// Nobody listens elsewhere without TLS.
    #[error(
        "{0} is not an address of this machine alone, and patients' data must not travel unencrypted; listen on 127.0.0.1 and put a TLS proxy (such as nginx or Caddy) on this machine in front of it"
    )]
    NotLoopback(SocketAddr),
    /// Somebody else has the port.
    #[error("{0} is in use by another program, perhaps a second desk; stop that one or choose another port with --listen")]
    PortInUse(SocketAddr),
    /// Another reason not to listen.
    #[error("cannot listen on {0} ({1}); choose another address with --listen")]
    Listen(SocketAddr, std::io::ErrorKind),
    /// A clinic without a clock.
    #[error(transparent)]
    Zone(#[from] crate::domain::settings::UnknownZone),
    /// The name is taken.
    #[error("there is or was a user {0:?} already; choose another name")]
    UserExists(String),
    /// Nobody has the name.
    #[error("there is no user {0:?}; `arrivals-desk user list` shows who there is")]
    NoUser(String),
    /// Somebody must be able to manage users.
    #[error("{0:?} is the last admin; make somebody else one first")]
    LastAdmin(String),
    /// The name will not do.
    #[error("a user name is 1 to 64 letters, digits, dots, hyphens or underscores")]
    BadUserName,
    /// The password will not do.
    #[error("a password has at least {min} characters and at most {max}")]
    BadPassword {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// The password is one of those that are tried first.
    #[error("that password is one that is guessed first: a very common one, a name of the user, or a run of characters; choose another")]
    CommonPassword,
    /// The password is no secret.
    #[error("that password is written in an example configuration, which everyone can read; choose another")]
    ExamplePassword,
    /// The kiosk's description will not do.
    #[error("kiosk {id:?}: {why}")]
    BadKiosk {
        /// Its name.
        id: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Nothing to sign letters with, or something that is no key.
    #[error("the desk has no usable key for letters; make one with `arrivals-desk letter-key rotate`")]
    NoLetterKey,
    /// The machine cannot give random bytes.
    #[error("this machine gives no random numbers, so no secret can be made")]
    NoRandom,
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing,
    /// A task was ended from outside.
    #[error("the desk is stopping")]
    Stopping,
}

impl From<rusqlite::Error> for DeskError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotADeskFile,
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            _ => Self::Store(error),
        }
    }
}
