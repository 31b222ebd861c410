//! What can go wrong at the desk, each as one sentence for the person who runs it.
//!
//! Invariant: no sentence holds anything about a patient; appointment ids at most.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the desk could not do something.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A kiosk reports something else under a number that the desk holds: its card was replaced or copied.
    #[error("event {} of this kiosk differs from the one the desk has", .0.0)]
    OtherHistory(crate::domain::ids::Seq),
    /// The data folder cannot be made or used.
    #[error("the data folder {0} cannot be used ({1}); choose another with --data or correct its permissions")]
    Folder(PathBuf, std::io::ErrorKind),
    /// Written by a later version.
    #[error(
        "the desk's file has version {found}, but this program supports versions up to {known}; \
         install a newer arrivals-desk"
    )]
    NewerFile {
        /// The file's version.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// No space left.
    #[error("the disk with the desk's data is full; free some space. Nothing that was confirmed is lost")]
    DiskFull,
    /// The file is something else.
    #[error(
        "desk.sqlite in the data folder is not a desk's file, or its first part is damaged: \
         if a desk wrote it, keep it and restore the last backup (see docs/files.md); \
         otherwise move it away or choose another folder with --data"
    )]
    NotADeskFile,
    /// Pages of the file do not fit together.
    #[error("the desk's file is damaged ({0}); run `arrivals-desk check` and see docs/files.md")]
    Damaged(String),
    /// The same, and the desk cannot start with it.
    #[error(
        "{file} is damaged and cannot be used ({why}): keep it, and restore the last backup \
         (see docs/files.md){copies}",
        file = .file.display()
    )]
    DamagedFile {
        /// Which.
        file: PathBuf,
        /// What SQLite says.
        why: String,
        /// Where copies from before updates are, as the end of a sentence.
        copies: String,
    },
    /// An event is not what the kiosk reported.
    #[error(
        "event {} of kiosk {kiosk} differs from what the kiosk reported: \
         the desk's file was changed or is damaged; see docs/files.md",
        .seq.0
    )]
    DamagedEvent {
        /// Which kiosk's.
        kiosk: crate::domain::ids::KioskId,
        /// Its position in that kiosk's log.
        seq: crate::domain::ids::Seq,
    },
    /// No update of the file without a copy of how it was.
    #[error(
        "{file} has version {found} and must become version {known}, and the copy that is made first could not be \
         written ({why}); the file is unchanged. Correct that, then start again",
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
    #[error("the desk's file has a row that cannot be read ({0}); run `arrivals-desk check` and see docs/files.md")]
    Unreadable(&'static str),
    /// No one listens elsewhere without TLS.
    #[error(
        "{0} is not an address of this machine alone, and patients' data must not travel unencrypted; \
         listen on 127.0.0.1 and put a TLS proxy (such as nginx or Caddy) on this machine in front of it"
    )]
    NotLoopback(SocketAddr),
    /// Someone else has the port.
    #[error(
        "{0} is in use by another program, perhaps a second desk; stop that one or choose another port with --listen"
    )]
    PortInUse(SocketAddr),
    /// Another reason not to listen.
    #[error("cannot listen on {0} ({1}); choose another address with --listen")]
    Listen(SocketAddr, std::io::ErrorKind),
    /// A clinic without a clock.
    #[error(transparent)]
    Zone(#[from] crate::domain::settings::UnknownZone),
    /// The name is taken.
    #[error("a user {0:?} exists or existed; choose another name")]
    UserExists(String),
    /// No one has the name.
    #[error("there is no user {0:?}; `arrivals-desk user list` lists the users")]
    NoUser(String),
    /// Someone must be able to manage users.
    #[error("{0:?} is the last admin; make someone else an admin first")]
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
    #[error(
        "that password is easy to guess: it is very common, contains the user's name, \
         or is a run of characters; choose another"
    )]
    CommonPassword,
    /// The password is no secret.
    #[error("that password is in an example configuration that everyone can read; choose another")]
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
