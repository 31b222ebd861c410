//! Whether the desk's file is whole: its pages, and the sum of every event that kiosks reported.
//!
//! Invariants: looking changes nothing and holds up no one, it has a connection of its own; what is found names kiosks
//! and numbers of events, never a patient. SQLite knows when its pages do not fit together, not when a letter in them
//! is another one: that is what the sums are for.

use std::path::{Path, PathBuf};

use blake2::{Blake2s256, Digest as _};
use rusqlite::{Connection, OpenFlags, params};

use super::{BUSY, ReadOnly};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::to_hex;
use crate::domain::ids::{KioskId, Seq};
use crate::files;

/// This many faults of the pages are named; more say no more.
const FAULTS_MAX: u32 = 10;
/// Events of one slice.
const SLICE: i64 = 1000;

/// What looking at the desk's file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileState {
    /// What SQLite says of the file's pages; nothing if they are whole.
    pub pages: Vec<String>,
    /// Events that are not as the kiosk reported them.
    pub events: Vec<(KioskId, Seq)>,
}

impl FileState {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.pages.is_empty() && self.events.is_empty()
    }

    /// What is wrong and what to do, for anyone who runs the desk; none if nothing is.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let events = match self.events.as_slice() {
            [] => None,
            [(kiosk, seq)] => Some(format!("event {} of kiosk {kiosk} differs from what the kiosk reported", seq.0)),
            [(kiosk, seq), rest @ ..] => Some(format!(
                "event {} of kiosk {kiosk} and {} more differ from what the kiosks reported",
                seq.0,
                rest.len()
            )),
        };
        let pages = (!self.pages.is_empty()).then(|| "the desk's file is damaged".to_owned());
        let what = [pages, events].into_iter().flatten().collect::<Vec<_>>().join(", and ");
        (!what.is_empty()).then(|| {
            format!(
                "{}{}. {TO_DO}",
                what.get(..1).unwrap_or_default().to_uppercase(),
                what.get(1..).unwrap_or_default()
            )
        })
    }
}

/// What to do about a damaged file.
const TO_DO: &str = "Run `arrivals-desk check` on the server and see docs/files.md";

/// Answers whether an event is as it was taken in.
pub(super) fn is_as_taken(kiosk: &str, seq: i64, received_at: &str, body: &str, sum: Option<&str>) -> bool {
    sum == Some(sum_of(kiosk, seq, received_at, body).as_str())
}

/// The sum of an event, with its place and when it came: what is exchanged is found as well as what is changed.
pub(super) fn sum_of(kiosk: &str, seq: i64, received_at: &str, body: &str) -> String {
    let mut hash = Blake2s256::new();
    hash.update(format!("{kiosk}\n{seq}\n{received_at}\n"));
    hash.update(body);
    to_hex(&hash.finalize())
}

/// Gives those events their sum that were taken in before there were sums.
pub(super) fn fill_sums(conn: &Connection) -> Result<(), DeskError> {
    let mut select = conn.prepare(
        "SELECT rowid, kiosk, seq, received_at, body FROM kiosk_event
         WHERE rowid > ?1 AND sum IS NULL AND removed_at IS NULL ORDER BY rowid LIMIT ?2",
    )?;
    let mut update = conn.prepare("UPDATE kiosk_event SET sum = ?2 WHERE rowid = ?1")?;
    let mut last = i64::MIN;
    loop {
        let mut sums: Vec<(i64, String)> = Vec::new();
        let mut rows = select.query(params![last, SLICE])?;
        while let Some(row) = rows.next()? {
            let (kiosk, received_at, body) =
                (row.get_ref(1)?.as_str(), row.get_ref(3)?.as_str(), row.get_ref(4)?.as_str());
            let (Ok(kiosk), Ok(received_at), Ok(body)) = (kiosk, received_at, body) else {
                return Err(DeskError::Unreadable("an event"));
            };
            sums.push((row.get(0)?, sum_of(kiosk, row.get(2)?, received_at, body)));
        }
        let Some((rowid, _)) = sums.last() else { return Ok(()) };
        last = *rowid;
        for (rowid, sum) in &sums {
            update.execute(params![rowid, sum])?;
        }
    }
}

impl ReadOnly {
    /// A desk's file, or a copy of one, of whatever version. It is not brought up to date.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn of_file(path: &Path) -> Result<Self, DeskError> {
        let conn =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(BUSY)?;
        Ok(Self { conn })
    }

    /// What is wrong with the file's pages; nothing if they are whole. For a large file it takes seconds.
    ///
    /// # Errors
    /// If the file cannot be read for another reason than damage.
    pub fn check_pages(&self) -> Result<Vec<String>, DeskError> {
        check_pages(&self.conn)
    }

    /// Adds those of the next events that are not as they were taken in, and answers where to go on; none once all were
    /// looked at.
    fn check_events(&self, after: i64, found: &mut Vec<(KioskId, Seq)>) -> Result<Option<i64>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT revision, kiosk, seq, received_at, body, sum, removed_at IS NOT NULL FROM kiosk_event
             WHERE revision > ?1 ORDER BY revision LIMIT ?2",
        )?;
        let mut rows = statement.query(params![after, SLICE])?;
        let mut next = None;
        while let Some(row) = rows.next()? {
            next = Some(row.get(0)?);
            // What was forgotten says nothing any more.
            if row.get(6)? {
                continue;
            }
            let seq: i64 = row.get(2)?;
            let texts = [1, 3, 4].map(|at| row.get_ref(at).ok().and_then(|value| value.as_str().ok()));
            let sum = row.get_ref(5)?.as_str_or_null().unwrap_or_default();
            let [kiosk, received_at, body] = texts;
            let as_taken = kiosk
                .zip(received_at)
                .zip(body)
                .is_some_and(|((kiosk, at), body)| is_as_taken(kiosk, seq, at, body, sum));
            if !as_taken {
                found.push((KioskId::new(kiosk.unwrap_or_default()), Seq(seq.unsigned_abs())));
            }
        }
        Ok(next)
    }

    /// Looks at everything, from beginning to end.
    ///
    /// # Errors
    /// If the file cannot be read for another reason than damage.
    pub fn check(&self) -> Result<FileState, DeskError> {
        let mut state = FileState { pages: self.check_pages()?, events: Vec::new() };
        let version: i64 = match self.conn.query_row("PRAGMA user_version", [], |row| row.get(0)) {
            Ok(version) => version,
            Err(_) if !state.pages.is_empty() => return Ok(state),
            Err(error) => return Err(error.into()),
        };
        // An older file has no sums.
        if version < super::schema::version() {
            return Ok(state);
        }
        let mut after = 0;
        loop {
            match self.check_events(after, &mut state.events) {
                Ok(Some(next)) => after = next,
                Ok(None) => return Ok(state),
                // What is behind the damage cannot be looked at.
                Err(_) if !state.pages.is_empty() => return Ok(state),
                Err(error) => return Err(error),
            }
        }
    }
}

fn check_pages(conn: &Connection) -> Result<Vec<String>, DeskError> {
    let found = conn
        .prepare(&format!("PRAGMA quick_check({FAULTS_MAX})"))
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>());
    match found {
        Ok(found) if found == ["ok"] => Ok(Vec::new()),
        Ok(found) => Ok(found),
        Err(error) => match DeskError::from(error) {
            damaged @ (DeskError::Damaged(_) | DeskError::NotADeskFile) => Ok(vec![damaged.to_string()]),
            other => Err(other),
        },
    }
}

/// Makes the copy from before an update of the tables, if the file is about to have one.
pub(super) fn copy_before_update(conn: &Connection, file: &Path) -> Result<(), DeskError> {
    let (found, known): (i64, i64) =
        (conn.query_row("PRAGMA user_version", [], |row| row.get(0))?, super::schema::version());
    if found == 0 || found >= known {
        return Ok(());
    }
    let cannot = |why: String| DeskError::NoCopy { file: file.to_owned(), found, known, why };
    files::copy_before(
        file,
        known,
        |to| {
            conn.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(|error| match DeskError::from(error) {
                damaged @ DeskError::Damaged(_) => damaged,
                DeskError::DiskFull => cannot("the disk is full".to_owned()),
                other => cannot(other.to_string()),
            })?;
            match ReadOnly::of_file(to)?.check_pages()?.first() {
                None => Ok(()),
                Some(fault) => Err(DeskError::Damaged(format!("its copy is damaged: {fault}"))),
            }
        },
        |error| cannot(error.to_string()),
    )?;
    tracing::info!(from = found, to = known, "the desk's file is being upgraded; a copy from before is kept beside it");
    Ok(())
}

/// What opening the file ran into, with what can be done about it if that is damage.
pub(super) fn why_not_opened(error: DeskError, file: &Path) -> DeskError {
    match error {
        DeskError::Damaged(why) => DeskError::DamagedFile { file: file.to_owned(), why, copies: copies_in_words(file) },
        other => other,
    }
}

fn copies_in_words(file: &Path) -> String {
    let copies: Vec<PathBuf> = files::copies(file);
    if copies.is_empty() {
        return String::new();
    }
    let names: Vec<String> = copies.iter().map(|path| path.display().to_string()).collect();
    format!("; copies from before upgrades: {} {}", if names.len() == 1 { "is" } else { "are" }, names.join(" and "))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Instant;

    use super::*;
    use crate::desk::store::{FILE, Store, schema};

    /// This many events an old file has here; `ARRIVALS_EVENTS=200000 cargo test ... whole -- --nocapture` says how
    /// long an update takes.
    fn how_many() -> u64 {
        std::env::var("ARRIVALS_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2500)
    }

    /// A desk of before there were sums, with events of some length and one that was forgotten.
    fn old_desk(folder: &Path, events: u64) -> i64 {
        let version = schema::old_file(&folder.join(FILE), "sum TEXT");
        let mut conn = Connection::open(folder.join(FILE)).unwrap();
        let tx = conn.transaction().unwrap();
        tx.execute("INSERT INTO kiosk(id, letter, token_hash) VALUES ('lobby', 'A', 'x')", []).unwrap();
        for n in 1..=events {
            let body = format!(
                r#"{{"seq":{n},"at":"2026-11-23T13:00:00Z","event":{{"kind":"walked-away","step":"{}"}}}}"#,
                "x".repeat(700)
            );
            let insert = "INSERT INTO kiosk_event(kiosk, seq, revision, received_at, body)
                          VALUES ('lobby', ?1, ?1, '2026-11-23T13:00:01Z', ?2)";
            tx.prepare_cached(insert).unwrap().execute(params![n.cast_signed(), body]).unwrap();
        }
        tx.execute("UPDATE kiosk_event SET removed_at = '2026-11-24T00:00:00Z', body = '{}' WHERE seq = 2", [])
            .unwrap();
        tx.commit().unwrap();
        version
    }

    fn version_of(path: &Path) -> i64 {
        Connection::open(path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_update_gives_every_event_its_sum_and_keeps_a_copy_of_the_file_from_before() {
        let folder = tempfile::tempdir().unwrap();
        let before = old_desk(folder.path(), how_many());
        let began = Instant::now();
        let store = Store::open(folder.path()).unwrap();
        let took = began.elapsed();
        let file = store.read_only().unwrap();
        let began = Instant::now();
        assert_eq!(file.check_pages().unwrap(), [""; 0]);
        let pages = began.elapsed();
        let began = Instant::now();
        assert_eq!(file.check().unwrap(), FileState::default());
        let size = std::fs::metadata(folder.path().join(FILE)).unwrap().len() / (1024 * 1024);
        println!(
            "{} events, {size} MiB: update {took:?}, pages {pages:?}, pages and sums {:?}",
            how_many(),
            began.elapsed()
        );
        let copy = files::beside(&folder.path().join(FILE), &format!(".before-{}", schema::version()));
        assert_eq!(version_of(&copy), before);
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(
            ReadOnly::of_file(&copy).unwrap().check().unwrap().is_whole(),
            "an older file has no sums, and is whole"
        );
        // An event without a sum is none that was taken in.
        store.conn.execute("UPDATE kiosk_event SET sum = NULL WHERE seq = 5", []).unwrap();
        assert_eq!(file.check().unwrap().events, [("lobby".into(), Seq(5))]);
    }

    #[test]
    fn a_new_file_and_a_current_one_have_no_copy() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            drop(Store::open(folder.path()).unwrap());
            assert!(files::copies(&folder.path().join(FILE)).is_empty());
        }
    }

    #[test]
    fn without_room_for_the_copy_nothing_is_updated() {
        let folder = tempfile::tempdir().unwrap();
        let before = old_desk(folder.path(), 3);
        // Whatever the disk says: here the copy's name is taken by a folder.
        std::fs::create_dir(folder.path().join(format!("{FILE}.before-{}", schema::version()))).unwrap();
        let error = Store::open(folder.path()).err().unwrap();
        assert!(
            matches!(error, DeskError::NoCopy { .. }) && error.to_string().contains("the file is unchanged"),
            "{error}"
        );
        assert_eq!(version_of(&folder.path().join(FILE)), before);
    }
}
