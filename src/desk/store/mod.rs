//! The desk's file: all of its SQL, as functions named for what the desk does.
//!
//! Invariants: nothing outside this folder writes SQL. Events and staff actions are appended and
//! never edited; visits, tickets, reasons and proposals can be rebuilt from them ([`Store::rebuild_visits`]).
//! Whatever writes begins with `Store::write`, which sees to the audit.
//! Every change takes the next number of one counter, the *revision*, which only grows: it orders
//! events and staff actions, and is the cursor of the feed.

mod appointments;
mod aside;
mod audit;
mod backup;
mod booking;
mod calendar;
mod changed;
mod chart;
mod confirmed;
mod coverage;
mod decided;
mod earlier;
mod eligibility;
mod events;
mod exports;
mod facts;
mod failures;
mod feed;
mod forget;
mod hand;
mod history;
mod holdings;
mod import_maps;
mod kiosks;
mod letters;
mod marks;
mod numbers;
mod old_days;
mod open;
mod outbox;
mod pages;
mod patient;
mod people;
mod phone;
mod photos;
mod presence;
mod preview;
mod proposals;
mod queue;
mod recorded;
mod reports;
mod restored;
mod same_number;
mod schema;
mod second;
mod settings;
mod staff;
mod stops;
mod visits;
mod whole;
mod whose;
mod work;
mod worked;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

pub use self::appointments::{Taken, Unsaid};
pub use self::audit::{AuditRow, AuditSearch, COMMAND, DESK, IMPORT, Seen, Verified};
pub use self::backup::restore;
pub use self::booking::{BookingState, BookingStep, Refused};
pub use self::calendar::Known;
pub use self::changed::ChangedVisits;
pub use self::chart::Heard;
pub use self::coverage::{BY_PAYER, CoverageFound};
pub use self::earlier::{Closed, Closing, LeftDay};
pub use self::eligibility::{CardKey, Inquiry};
pub use self::exports::ExportLine;
pub use self::facts::{Facts, Followed, Reader, ReaderState};
pub use self::failures::{Counter, FailedTries, Throttle};
pub use self::feed::DAYS_AHEAD as FEED_DAYS_AHEAD;
pub use self::forget::{Forgotten, Slice};
pub use self::hand::{HandAction, IfLate, Note, WalkInByHand};
pub use self::history::{Happening, StaffDeed};
pub use self::holdings::{Held, Hindrance, Holding, HoldingKind, PatientData, RequestRow};
pub(super) use self::kiosks::Told;
pub use self::kiosks::{
    CELSIUS_WARNS, CLOCK_WARNS, DISK_WARNS_MIB, HeardHealth, KioskRow, LOST, ListDiffers, NUMBER_TWICE,
    ORDER_CHARS_MAX, OrderRefused, OrderRow, OrderState, RaisedRow, Tries,
};
pub use self::letters::{KeyRow, RETIRED_KEYS_MAX};
pub use self::marks::Mark;
pub use self::numbers::NumberTwice;
pub use self::old_days::Old;
pub use self::outbox::{Attempt, Message};
pub use self::pages::PageKeys;
pub use self::patient::Removal;
pub use self::people::Found;
pub use self::phone::{PhoneAnswer, PhoneWish};
pub use self::photos::{PHOTO_DAYS, PhotoState};
pub use self::preview::Changed;
pub use self::proposals::{ChangeKey, Decided, ProposedChange, Shown, Verdict};
pub use self::reports::{Days, ReadOnly};
pub use self::restored::{Lost, Restored};
pub use self::same_number::{SameNumber, Verdict as SameNumberVerdict};
pub use self::second::SecondStep;
pub use self::settings::{VERSIONS_MAX, VersionRow};
pub use self::staff::{Session, UserRow};
pub use self::whole::FileState;
pub use self::whose::settle_alone;
pub use self::work::StaffWork;
pub use self::worked::{BREAK_DAYS_MAX, Worked};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::settings::ClinicSettings;
pub use crate::domain::visit::decide::StaffAction;
use crate::files;

/// The desk's file in its folder.
pub const FILE: &str = "desk.sqlite";

/// How long one process waits for another that is writing (an import beside a running desk).
const BUSY: Duration = Duration::from_secs(10);

/// Statements that stay prepared: more than this file's code has.
const STATEMENTS: usize = 400;

/// The desk's file, open.
pub struct Store {
    conn: Connection,
    zone: TimeZone,
    day: ClinicDay,
}

impl Store {
    /// Opens the desk's file in `folder`, makes it if there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// If the folder or the file cannot be used, or was written by a later version.
    pub fn open(folder: &Path) -> Result<Self, DeskError> {
        files::make_folder(folder).map_err(|error| DeskError::Folder(folder.to_owned(), error.kind()))?;
        files::warn_of_open_folder(folder);
        let file = folder.join(FILE);
        files::make_file(&file).map_err(|error| DeskError::Folder(folder.to_owned(), error.kind()))?;
        files::narrow(&file);
        let conn = Connection::open(&file).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied) => {
                DeskError::Folder(folder.to_owned(), std::io::ErrorKind::PermissionDenied)
            }
            _ => error.into(),
        })?;
        Self::prepare(conn, &file).map_err(|error| whole::why_not_opened(error, &file))
    }

    fn prepare(conn: Connection, file: &Path) -> Result<Self, DeskError> {
        conn.busy_timeout(BUSY)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // What the desk acknowledged, a kiosk may forget: so it must be on the disk.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", "ON")?;
        // What is deleted (a retired key's secret) is overwritten, not only unlinked.
        conn.pragma_update(None, "secure_delete", "ON")?;
        // The usual sixteen would push each other out at every check-in.
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // And with every value bound to them: else SQLite makes a new plan for each.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let mut store = Self { conn, zone: TimeZone::UTC, day: ClinicDay::new(TimeZone::UTC, 0) };
        whole::copy_before_update(&store.conn, file)?;
        schema::migrate(&mut store.conn)?;
        same_number::check_once(&mut store.conn)?;
        let day = store.settings()?.day()?;
        store.keep_day(day);
        store.date_appointments()?;
        Ok(store)
    }

    /// The clinic's time zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Which day it is for the clinic, and when.
    #[must_use]
    pub fn day(&self) -> &ClinicDay {
        &self.day
    }

    /// The number of the latest change.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revision(&self) -> Result<u64, DeskError> {
        revision(&self.conn)
    }

    /// The clinic's settings as last set; the defaults if never. Its keys are always this desk's own.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings(&self) -> Result<ClinicSettings, DeskError> {
        settings(&self.conn)
    }

    /// The settings and the revision of the change that made them so, if that is another one than `known`. The time
    /// zone of this store is then theirs.
    ///
    /// # Errors
    /// If the file cannot be read or its time zone is unknown.
    pub fn settings_after(&mut self, known: Option<u64>) -> Result<Option<(u64, ClinicSettings)>, DeskError> {
        let since = settings_revision(&self.conn)?;
        if known == Some(since) {
            return Ok(None);
        }
        let settings = self.settings()?;
        self.keep_day(settings.day()?);
        Ok(Some((since, settings)))
    }

    /// The clinic's day at `now`.
    #[must_use]
    pub fn date_at(&self, now: Timestamp) -> Date {
        self.day.of(now)
    }

    /// From here on dates are this clinic's.
    fn keep_day(&mut self, day: ClinicDay) {
        self.zone = day.zone().clone();
        self.day = day;
    }

    /// Dates appointments again, and tells kiosks, if an earlier version dated them: its days began at midnight.
    fn date_appointments(&mut self) -> Result<(), DeskError> {
        let day = self.day.clone();
        if meta(&self.conn, appointments::DATED_BY)?.is_some_and(|by| by == day.to_string()) {
            return Ok(());
        }
        let tx = self.write()?;
        appointments::redate(&tx, &day)?;
        if meta(&tx, "settings")?.is_some() {
            settings_changed(&tx)?;
        }
        tx.commit()
    }

    /// Counts from now on how often the file's engine goes on to a next row or goes back in a loop: what something
    /// costs, however busy the machine is. For tests and measurements.
    ///
    /// # Errors
    /// If the engine does not count.
    pub fn count_steps(&mut self) -> Result<Arc<AtomicU64>, DeskError> {
        let steps = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&steps);
        let count = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        self.conn.progress_handler(1, Some(count))?;
        Ok(steps)
    }

    fn write(&mut self) -> Result<Write<'_>, DeskError> {
        Ok(Write { tx: self.conn.transaction_with_behavior(TransactionBehavior::Immediate)? })
    }
}

/// A transaction that writes. What staff did in it is in the audit when it ends, or nothing of it is done.
struct Write<'a> {
    tx: Transaction<'a>,
}

impl Write<'_> {
    fn commit(self) -> Result<(), DeskError> {
        audit::catch_up(&self.tx)?;
        Ok(self.tx.commit()?)
    }
}

impl std::ops::Deref for Write<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.tx
    }
}

/// The clinic's settings with this desk's own keys.
fn settings(conn: &Connection) -> Result<ClinicSettings, DeskError> {
    let mut settings = match meta(conn, "settings")? {
        Some(json) => serde_json::from_str(&json).map_err(|_| DeskError::Unreadable("settings"))?,
        None => ClinicSettings::default(),
    };
    settings.letters = letters::public_keys(conn)?;
    settings.pages.key = pages::pages_key(conn)?;
    Ok(settings)
}

/// The change that made the settings what they are; 0 if they never changed.
fn settings_revision(conn: &Connection) -> Result<u64, DeskError> {
    Ok(meta(conn, "settings_revision")?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Lets kiosks know that the settings are others now.
fn settings_changed(conn: &Connection) -> Result<(), DeskError> {
    let n = bump(conn)?;
    set_meta(conn, "settings_revision", &n.to_string())
}

/// Takes the next number of the counter.
fn bump(conn: &Connection) -> Result<u64, DeskError> {
    let n: i64 = conn.query_row("UPDATE revision SET n = n + 1 RETURNING n", [], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

fn revision(conn: &Connection) -> Result<u64, DeskError> {
    let n: i64 = conn.prepare_cached("SELECT n FROM revision")?.query_row([], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

fn meta(conn: &Connection, name: &str) -> Result<Option<String>, DeskError> {
    Ok(conn.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([name], |row| row.get(0)).optional()?)
}

fn set_meta(conn: &Connection, name: &str, value: &str) -> Result<(), DeskError> {
    conn.prepare_cached(
        "INSERT INTO meta(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![name, value])?;
    Ok(())
}

/// A time as a text that sorts as times do.
fn sortable(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A number for a column: SQLite has no unsigned ones.
fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn timestamp(text: &str) -> Result<Timestamp, DeskError> {
    text.parse().map_err(|_| DeskError::Unreadable("a time"))
}

fn timestamp_or_none(text: Option<String>) -> Result<Option<Timestamp>, DeskError> {
    text.map(|text| timestamp(&text)).transpose()
}

fn from_code<T: serde::de::DeserializeOwned>(code: String, what: &'static str) -> Result<T, DeskError> {
    serde_json::from_value(serde_json::Value::String(code)).map_err(|_| DeskError::Unreadable(what))
}

fn to_code(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}
