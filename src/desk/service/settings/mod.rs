//! Changing the clinic's settings while the desk runs: a draft of each admin's own, what it would change, and putting
//! it in force.
//!
//! Invariants: a draft is what becomes of some parts, laid over the settings that count now, so whatever no one touched
//! stays as it is, also parts that no page knows; nothing is put in force that [`check_clinic`] refuses, or that is not
//! what was shown.

pub mod diff;
pub mod file;
pub mod parts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use self::diff::Difference;
use crate::desk::Desk;
use crate::desk::base::config::check_clinic;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;
use crate::desk::store::{Store, VersionRow};
use crate::domain::fault::Fault;
use crate::domain::settings::ClinicSettings;

/// What becomes of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    /// What it was when the change was made; null if it was not there.
    was: Value,
    /// What it becomes; null takes it away.
    becomes: Value,
}

/// The settings as they count now, and as someone wants them.
#[derive(Debug, Clone)]
pub struct Draft {
    now: Map<String, Value>,
    changes: BTreeMap<String, Change>,
}

/// What came of putting a draft in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It counts; these parts are others now.
    InForce(Vec<String>),
    /// Something does not fit; one sentence.
    Wrong(String),
    /// It is not what was shown: someone changed the settings or the draft meanwhile.
    NotAsShown,
}

impl Draft {
    /// A draft that changes nothing yet.
    ///
    /// # Errors
    /// If the settings cannot be written as data.
    pub fn of(now: &ClinicSettings) -> Result<Self, DeskError> {
        Ok(Self { now: object(now)?, changes: BTreeMap::new() })
    }

    /// The settings as they count now, without keys and secrets.
    #[must_use]
    pub fn now(&self) -> &Map<String, Value> {
        &self.now
    }

    /// The settings as they would be.
    #[must_use]
    pub fn edited(&self) -> Map<String, Value> {
        let mut edited = self.now.clone();
        for (key, change) in &self.changes {
            match &change.becomes {
                Value::Null => edited.remove(key),
                value => edited.insert(key.clone(), value.clone()),
            };
        }
        edited
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Wants all parts to be as in `wanted`.
    pub fn set(&mut self, wanted: &Map<String, Value>) {
        let edited = self.edited();
        let keys: std::collections::BTreeSet<&String> = edited.keys().chain(wanted.keys()).collect();
        for key in keys {
            let value = wanted.get(key).cloned().unwrap_or(Value::Null);
            if edited.get(key).unwrap_or(&Value::Null) != &value {
                self.set_part(key, value);
            }
        }
    }

    fn set_part(&mut self, key: &str, value: Value) {
        let now = self.now.get(key).cloned().unwrap_or(Value::Null);
        if now == value {
            self.changes.remove(key);
        } else {
            self.changes.insert(key.to_owned(), Change { was: now, becomes: value });
        }
    }

    /// The settings as they would be, if they make sense.
    ///
    /// # Errors
    /// The first that does not: which it is, and one sentence.
    pub fn settings(&self) -> Result<ClinicSettings, Fault> {
        read(&self.edited())
    }

    /// What it would change, in words.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        diff::differences(&self.now, &self.edited())
    }

    /// Names of the parts that it changes and that someone else has changed since.
    #[must_use]
    pub fn changed_meanwhile(&self) -> Vec<&str> {
        let is_other = |key: &str, change: &Change| self.now.get(key).unwrap_or(&Value::Null) != &change.was;
        self.changes.iter().filter(|(key, change)| is_other(key, change)).map(|(key, _)| key.as_str()).collect()
    }

    /// A short mark of what is shown of it: what counts now, and what would.
    #[must_use]
    pub fn mark(&self) -> String {
        let text = serde_json::to_string(&(&self.now, &self.edited())).unwrap_or_default();
        hash_token(&text).chars().take(16).collect()
    }
}

/// Settings as data, without keys and secrets.
///
/// # Errors
/// If they cannot be written as data.
pub fn object(settings: &ClinicSettings) -> Result<Map<String, Value>, DeskError> {
    match serde_json::to_value(settings.without_keys()) {
        Ok(Value::Object(parts)) => Ok(parts),
        _ => Err(DeskError::Unreadable("settings")),
    }
}

/// Settings out of data, if they make sense.
///
/// # Errors
/// The first that does not: which it is, and one sentence.
pub fn read(parts: &Map<String, Value>) -> Result<ClinicSettings, Fault> {
    let settings: ClinicSettings = serde_path_to_error::deserialize(Value::Object(parts.clone()))
        .map_err(|error| unreadable(error.path(), &error.inner().to_string()))?;
    check_clinic(&settings)?;
    Ok(settings)
}

/// A value that is not of the kind that its setting takes, such as a number that is too large.
fn unreadable(path: &serde_path_to_error::Path, why: &str) -> Fault {
    let (mut key, mut item, mut field) = (String::new(), None, String::new());
    for part in path {
        match part {
            Segment::Seq { index } if item.is_none() && field.is_empty() => item = Some(*index),
            Segment::Map { key: name } if item.is_some() && field.is_empty() => field.clone_from(name),
            Segment::Map { key: name } if item.is_none() => {
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(name);
            }
            _ => {}
        }
    }
    // What a program says of its own types helps no one who typed a number.
    let is_number = |word: &str| {
        word.strip_prefix("invalid value: integer `").and_then(|rest| rest.split('`').next()).map(str::to_owned)
    };
    let text = is_number(why).map_or_else(|| why.to_owned(), |number| format!("{number} is out of range here"));
    Fault { key, item, field, text }
}

impl Desk {
    /// What this user is about to change.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_draft(&self, user: &str) -> Result<Draft, DeskError> {
        self.with_store(|store| draft(store, user))
    }

    /// Keeps what this user is about to change; nothing of it counts yet.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep_settings_draft(&self, user: &str, draft: &Draft) -> Result<(), DeskError> {
        let body =
            serde_json::to_string(&draft.changes).map_err(|_| DeskError::Unreadable("a draft of the settings"))?;
        let now = self.now();
        self.with_store(|store| store.keep_settings_draft(user, (!draft.is_empty()).then_some(body.as_str()), now))
    }

    /// Forgets what this user was about to change.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn drop_settings_draft(&self, user: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.keep_settings_draft(user, None, now))
    }

    /// Puts this user's draft in force, for all kiosks and pages right away, if it is still what was shown under this
    /// [`Draft::mark`].
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn put_settings_draft(&self, user: &str, mark: &str) -> Result<Put, DeskError> {
        let now = self.now();
        let put = self.with_store(|store| {
            let draft = draft(store, user)?;
            if draft.mark() != mark {
                return Ok(Put::NotAsShown);
            }
            let settings = match draft.settings() {
                Ok(settings) => settings,
                Err(fault) => return Ok(Put::Wrong(fault.text)),
            };
            let parts = store.take_settings(&settings, user, now)?;
            store.keep_settings_draft(user, None, now)?;
            Ok(Put::InForce(parts))
        })?;
        self.notify();
        Ok(put)
    }

    /// Puts settings in force, as a command does. Answers which parts are others now. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If the time zone is unknown or the file cannot be written.
    pub fn take_settings(&self, settings: &ClinicSettings, by: &str) -> Result<Vec<String>, DeskError> {
        let now = self.now();
        let parts = self.with_store(|store| store.take_settings(settings, by, now))?;
        self.notify();
        Ok(parts)
    }

    /// Whether settings were changed at the desk, so that those of the configuration do not count any more.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_own_settings(&self) -> Result<bool, DeskError> {
        self.with_store(|store| store.has_own_settings())
    }

    /// Every version of the settings that is kept, the newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_versions(&self) -> Result<Vec<VersionRow>, DeskError> {
        self.with_store(|store| store.settings_versions())
    }

    /// The settings of a version; none if it is not kept.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings_version(&self, n: u64) -> Result<Option<ClinicSettings>, DeskError> {
        self.with_store(|store| store.settings_version(n))
    }
}

/// A draft over the settings as the file has them now.
fn draft(store: &Store, user: &str) -> Result<Draft, DeskError> {
    let mut draft = Draft::of(&store.settings()?)?;
    if let Some(body) = store.settings_draft(user)? {
        draft.changes = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a draft of the settings"))?;
    }
    // What someone else has put in force meanwhile is no change any more.
    let now = &draft.now;
    draft.changes.retain(|key, change| now.get(key).unwrap_or(&Value::Null) != &change.becomes);
    Ok(draft)
}
