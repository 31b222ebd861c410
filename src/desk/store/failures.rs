//! Failed sign-ins: how many, from where, under which name; and browsers in which a user has signed in before.
//!
//! Invariants: a name that no one has is kept as its hash, because people type passwords there; of a browser the hash
//! of its cookie is kept.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::audit::{self, DESK, Entry};
use super::staff::{note, user};
use super::{Store, timestamp};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;

/// A failure counts for so long.
const COUNTED: SignedDuration = SignedDuration::from_hours(1);
/// Many failures are shown to administrators for so long.
const SHOWN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A browser that a user did not sign in with for so long is a stranger's again.
const BROWSER_KNOWN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// From one address under one name this many failures are shown to administrators.
pub(super) const SHOWN_UNDER_NAME: u32 = 10;
/// What stands for a name that no one has, before its hash.
const NOBODYS: char = '#';

/// How often something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// In a row.
    pub failures: u32,
    /// The last time.
    pub last_at: Timestamp,
}

/// What a failed try counts against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Where tries come from: an address, a known browser, a session, or the second step of anyone who knows the
    /// password.
    pub source: String,
    /// Under which name; without one it counts all names together.
    pub name: Option<String>,
    /// This many failures are no reason to wait.
    pub free: u32,
    /// After each such time one failure is forgotten, for a counter that many people share.
    pub drains: Option<SignedDuration>,
}

/// Failures that administrators should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTries {
    /// The user's name; none for many names, or for names that no one has.
    pub user: Option<String>,
    /// Whether these are tries under many names.
    pub is_spread: bool,
    /// Where the last one came from.
    pub address: String,
    /// How many there were.
    pub count: u32,
    /// When the first and the last one were.
    pub first_at: Timestamp,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Store {
    /// How often tries failed that count here, as far as it still matters.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn failures(&self, counter: &Counter, now: Timestamp) -> Result<Option<Throttle>, DeskError> {
        failures(&self.conn, counter, now)
    }

    /// Notes a failed sign-in under a name, `action`: what was wrong; `address`: where it came from.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_failure(
        &mut self,
        name: &str,
        address: &str,
        action: &str,
        counters: &[Counter],
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute(
            "DELETE FROM sign_in_failure WHERE last_at < ?1 OR (last_at < ?2 AND total < ?3)",
            params![ago(now, SHOWN), ago(now, COUNTED), SHOWN_UNDER_NAME],
        )?;
        for counter in counters {
            let before = failures(&tx, counter, now)?.map_or(0, |throttle| throttle.failures);
            let failures = before.saturating_add(1);
            tx.prepare_cached(
                "INSERT INTO sign_in_failure(source, name, address, failures, total, first_at, last_at)
                 VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5)
                 ON CONFLICT(source, name) DO UPDATE SET address = excluded.address, failures = excluded.failures,
                 total = sign_in_failure.total + 1, last_at = excluded.last_at",
            )?
            .execute(params![
                counter.source,
                kept_name(&tx, counter)?,
                address,
                failures,
                now.to_string()
            ])?;
            if counter.name.is_none() && failures == counter.free {
                let about = format!("from {address}, after {failures} failed tries under any name");
                audit::add(&tx, &Entry { at: now, user: DESK, action: "sign-ins-slowed", patient: "", about: &about })?;
            }
        }
        // Of a name that no one has nothing is noted: people type passwords there.
        if user(&tx, name)?.is_some() {
            note(&tx, (name, now), action, &format!("from {address}"))?;
        }
        tx.commit()
    }

    /// Failures count no more against who has signed in. What administrators should know of stays known.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forgive(&mut self, counters: &[Counter]) -> Result<(), DeskError> {
        let tx = self.write()?;
        for counter in counters.iter().filter(|counter| counter.name.is_some()) {
            let name = kept_name(&tx, counter)?;
            tx.execute(
                "UPDATE sign_in_failure SET failures = 0 WHERE source = ?1 AND name = ?2",
                params![counter.source, name],
            )?;
            tx.execute(
                "DELETE FROM sign_in_failure WHERE source = ?1 AND name = ?2 AND total < ?3",
                params![counter.source, name, SHOWN_UNDER_NAME],
            )?;
        }
        tx.commit()
    }

    /// Forgets every failure under a user's name, and answers how many there were.
    ///
    /// # Errors
    /// If there is no such user, or the file cannot be written.
    pub fn unlock_user(&mut self, name: &str, by: &str, now: Timestamp) -> Result<u64, DeskError> {
        let tx = self.write()?;
        if user(&tx, name)?.is_none() {
            return Err(DeskError::NoUser(name.to_owned()));
        }
        let sql = "SELECT COALESCE(SUM(total), 0) FROM sign_in_failure WHERE name = ?1";
        let count: i64 = tx.query_row(sql, [name], |row| row.get(0))?;
        tx.execute("DELETE FROM sign_in_failure WHERE name = ?1", [name])?;
        note(&tx, (by, now), "user-unlocked", &format!("user {name}"))?;
        tx.commit()?;
        Ok(count.unsigned_abs())
    }

    /// Forgets every failure from an address, and answers how many there were.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn unlock_address(&mut self, address: &str, by: &str, now: Timestamp) -> Result<u64, DeskError> {
        let tx = self.write()?;
        let sql = "SELECT COALESCE(MAX(total), 0) FROM sign_in_failure WHERE address = ?1";
        let count: i64 = tx.query_row(sql, [address], |row| row.get(0))?;
        if count > 0 {
            tx.execute("DELETE FROM sign_in_failure WHERE address = ?1", [address])?;
            note(&tx, (by, now), "address-unlocked", &format!("from {address}"))?;
        }
        tx.commit()?;
        Ok(count.unsigned_abs())
    }

    /// What administrators should know of, the latest first. `spread`: this many failures from one address under any
    /// name are.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn failed_tries(&self, spread: u32, now: Timestamp) -> Result<Vec<FailedTries>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT name, address, total, first_at, last_at FROM sign_in_failure
             WHERE last_at >= ?1 AND total >= CASE WHEN name = '' THEN ?2 ELSE ?3 END ORDER BY last_at DESC LIMIT 100",
        )?;
        let rows = statement.query_map(params![ago(now, SHOWN), spread, SHOWN_UNDER_NAME], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?, row.get::<_, String>(4)?))
        })?;
        rows.map(|row| {
            let (name, address, count, first, last) = row?;
            let user = (!name.is_empty() && !name.starts_with(NOBODYS)).then(|| name.clone());
            Ok(FailedTries {
                user,
                is_spread: name.is_empty(),
                address,
                count,
                first_at: timestamp(&first)?,
                last_at: timestamp(&last)?,
            })
        })
        .collect()
    }

    /// Whether this user has signed in with the browser of this cookie.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_known_browser(&self, token_hash: &str, name: &str, now: Timestamp) -> Result<bool, DeskError> {
        let sql = "SELECT 1 FROM known_browser WHERE token_hash = ?1 AND user_name = ?2 AND used_at >= ?3";
        Ok(self.conn.prepare_cached(sql)?.exists(params![token_hash, name, ago(now, BROWSER_KNOWN)])?)
    }

    /// Notes that a user has signed in with a browser, whose cookie is another one from now on.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn know_browser(
        &mut self,
        before: Option<&str>,
        token_hash: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute("DELETE FROM known_browser WHERE used_at < ?1", [ago(now, BROWSER_KNOWN)])?;
        if let Some(before) = before {
            tx.execute("UPDATE known_browser SET token_hash = ?2 WHERE token_hash = ?1", [before, token_hash])?;
        }
        tx.execute(
            "INSERT INTO known_browser(token_hash, user_name, used_at) VALUES (?1, ?2, ?3)
             ON CONFLICT(token_hash, user_name) DO UPDATE SET used_at = excluded.used_at",
            params![token_hash, name, now.to_string()],
        )?;
        tx.commit()
    }
}

fn ago(now: Timestamp, time: SignedDuration) -> String {
    now.saturating_sub(time).unwrap_or(Timestamp::MIN).to_string()
}

/// The name of a counter as it is kept.
fn kept_name(conn: &Connection, counter: &Counter) -> Result<String, DeskError> {
    Ok(match &counter.name {
        None => String::new(),
        Some(name) if user(conn, name)?.is_some() => name.clone(),
        Some(name) => format!("{NOBODYS}{}", hash_token(name)),
    })
}

fn failures(conn: &Connection, counter: &Counter, now: Timestamp) -> Result<Option<Throttle>, DeskError> {
    let name = kept_name(conn, counter)?;
    let row: Option<(u32, String)> = conn
        .prepare_cached(
            "SELECT failures, last_at FROM sign_in_failure WHERE source = ?1 AND name = ?2 AND last_at >= ?3",
        )?
        .query_row(params![counter.source, name, ago(now, COUNTED)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((failures, last_at)) = row else { return Ok(None) };
    let last_at = timestamp(&last_at)?;
    let drained = counter.drains.map_or(0, |each| now.duration_since(last_at).as_secs().max(0) / each.as_secs().max(1));
    Ok(Some(Throttle { failures: failures.saturating_sub(u32::try_from(drained).unwrap_or(u32::MAX)), last_at }))
}

/// A user's browsers are strangers' from now on.
pub(super) fn forget_browsers(conn: &Connection, name: &str) -> Result<(), DeskError> {
    conn.execute("DELETE FROM known_browser WHERE user_name = ?1", [name])?;
    Ok(())
}
