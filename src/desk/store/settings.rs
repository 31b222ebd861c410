//! The clinic's settings: those that count, what an admin is about to change, and every version that ever counted.
//!
//! Invariants: keys and secrets are in none of it; settings of the configuration count until someone changes them
//! otherwise, and not again after that; new settings, their version and their row in the audit are one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::audit::{self, COMMAND};
use super::facts::{self, About, Origin};
use super::{Store, appointments, int, meta, set_meta, settings, settings_changed, staff, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::fact::What;
use crate::domain::settings::ClinicSettings;

/// This many versions are kept, the newest.
pub const VERSIONS_MAX: u32 = 200;

/// The fact that says since when the configuration's settings do not count any more.
const OWN: &str = "settings_own";

/// A version of the settings that counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number; later ones have higher numbers.
    pub n: u64,
    /// Since when it counted.
    pub at: Timestamp,
    /// Who put it in force: a user's name or [`COMMAND`].
    pub user: String,
    /// Which parts were other than before.
    pub parts: Vec<String>,
}

impl Store {
    /// Sets the settings of the configuration, unless someone has changed them otherwise before. Keys of letters and of
    /// ticket pages stay the desk's own. Kiosks are told; a new time zone, or another hour at which the day begins,
    /// moves every appointment to its day. Answers whether they count.
    ///
    /// # Errors
    /// If the time zone is unknown or the file cannot be written.
    pub fn set_settings(&mut self, settings: &ClinicSettings, now: Timestamp) -> Result<bool, DeskError> {
        if self.has_own_settings()? {
            return Ok(false);
        }
        self.put_settings(settings, (COMMAND, now), false)?;
        Ok(true)
    }

    /// Puts settings in force in place of those that count, whatever the configuration says from now on. Answers which
    /// parts are others now.
    ///
    /// # Errors
    /// If the time zone is unknown or the file cannot be written.
    pub fn take_settings(
        &mut self,
        settings: &ClinicSettings,
        user: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, DeskError> {
        self.put_settings(settings, (user, now), true)
    }

    /// Whether settings were changed at the desk, so that those of the configuration do not count any more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_own_settings(&self) -> Result<bool, DeskError> {
        Ok(meta(&self.conn, OWN)?.is_some())
    }

    fn put_settings(
        &mut self,
        new: &ClinicSettings,
        by: (&str, Timestamp),
        own: bool,
    ) -> Result<Vec<String>, DeskError> {
        let (user, now) = by;
        let day = new.day()?;
        let new = new.without_keys();
        let json = to_json(&new)?;
        let tx = self.write()?;
        let before = settings(&tx)?.without_keys();
        let is_first = meta(&tx, "settings")?.is_none();
        let parts = changed_parts(&before, &new)?;
        if is_first || !parts.is_empty() {
            if !is_first && latest_version(&tx)?.is_none() {
                // A file from before versions were kept.
                add_version(&tx, &before, (COMMAND, now), &[])?;
            }
            set_meta(&tx, "settings", &json)?;
            settings_changed(&tx)?;
            if let Some(minutes) = new.session.idle_minutes.filter(|_| before.session != new.session) {
                staff::idle_from_now(&tx, minutes.saturating_mul(60), now)?;
            }
            appointments::redate(&tx, &day)?;
            add_version(&tx, &new, by, &parts)?;
            audit::add(
                &tx,
                &audit::Entry { at: now, user, action: "settings-set", patient: "", about: &parts.join(", ") },
            )?;
            let what = What::SettingsChanged { parts: parts.clone() };
            facts::add(&tx, Origin::User(user, None), &About::NoOne, &what, now)?;
        }
        if own && meta(&tx, OWN)?.is_none() {
            set_meta(&tx, OWN, &now.to_string())?;
        }
        tx.commit()?;
        self.keep_day(day);
        Ok(parts)
    }

    /// Every version that is kept, the newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_versions(&self) -> Result<Vec<VersionRow>, DeskError> {
        let mut statement =
            self.conn.prepare_cached("SELECT n, at, user_name, parts FROM settings_version ORDER BY n DESC")?;
        let rows: Vec<(i64, String, String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|(n, at, user, parts)| {
                let parts = parts.split(' ').filter(|part| !part.is_empty()).map(str::to_owned).collect();
                Ok(VersionRow { n: n.unsigned_abs(), at: timestamp(&at)?, user, parts })
            })
            .collect()
    }

    /// The settings of a version; none if it is not kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_version(&self, n: u64) -> Result<Option<ClinicSettings>, DeskError> {
        let sql = "SELECT body FROM settings_version WHERE n = ?1";
        let body: Option<String> = self.conn.query_row(sql, [int(n)], |row| row.get(0)).optional()?;
        body.map(|body| serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a version of the settings")))
            .transpose()
    }

    /// What this user is about to change, as they left it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_draft(&self, user: &str) -> Result<Option<String>, DeskError> {
        let sql = "SELECT body FROM settings_draft WHERE user_name = ?1";
        Ok(self.conn.query_row(sql, [user], |row| row.get(0)).optional()?)
    }

    /// Keeps what this user is about to change; without a body, forgets it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep_settings_draft(&mut self, user: &str, body: Option<&str>, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        match body {
            Some(body) => tx.execute(
                "INSERT INTO settings_draft(user_name, at, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT(user_name) DO UPDATE SET at = excluded.at, body = excluded.body",
                params![user, now.to_string(), body],
            )?,
            None => tx.execute("DELETE FROM settings_draft WHERE user_name = ?1", [user])?,
        };
        tx.commit()
    }
}

fn to_json(settings: &ClinicSettings) -> Result<String, DeskError> {
    serde_json::to_string(settings).map_err(|_| DeskError::Unreadable("settings"))
}

/// The names of the parts in which two settings differ.
fn changed_parts(old: &ClinicSettings, new: &ClinicSettings) -> Result<Vec<String>, DeskError> {
    let object = |settings: &ClinicSettings| match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(parts)) => Ok(parts),
        _ => Err(DeskError::Unreadable("settings")),
    };
    let (old, new) = (object(old)?, object(new)?);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    Ok(keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).cloned().collect())
}

fn latest_version(conn: &Connection) -> Result<Option<i64>, DeskError> {
    Ok(conn.query_row("SELECT MAX(n) FROM settings_version", [], |row| row.get(0))?)
}

fn add_version(
    conn: &Connection,
    settings: &ClinicSettings,
    (user, now): (&str, Timestamp),
    parts: &[String],
) -> Result<(), DeskError> {
    let n = latest_version(conn)?.unwrap_or(0) + 1;
    conn.execute(
        "INSERT INTO settings_version(n, at, user_name, parts, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![n, now.to_string(), user, parts.join(" "), to_json(settings)?],
    )?;
    conn.execute("DELETE FROM settings_version WHERE n <= ?1", [n - i64::from(VERSIONS_MAX)])?;
    Ok(())
}
