//! `desk.toml`: what the desk is told from outside.
//!
//! Invariant: an unknown key is an error that names it; a mistyped setting must not be silently the default.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::SESSION_IDLE_MINUTES;
use super::error::DeskError;
use crate::domain::settings::ClinicSettings;

/// Fewest characters of a kiosk's token.
pub const TOKEN_CHARS_MIN: usize = 16;
/// A configuration is a page of text, not more.
const CONFIG_BYTES_MAX: u64 = 1024 * 1024;

/// The desk's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskConfig {
    /// The folder with the desk's file.
    pub data: PathBuf,
    /// Where to listen; an address of this machine alone.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// A staff session ends after this many minutes without work.
    #[serde(default = "default_idle")]
    pub session_idle_minutes: u32,
    /// The clinic's own rules. Without them, those that the data folder has.
    pub clinic: Option<ClinicSettings>,
    /// The kiosks that may talk to this desk.
    #[serde(default)]
    pub kiosk: Vec<KioskConfig>,
}

/// One kiosk.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KioskConfig {
    /// Its name, as on the desk's list.
    pub id: String,
    /// The letter of its tickets.
    pub letter: char,
    /// The secret it shows.
    pub token: String,
}

impl std::fmt::Debug for KioskConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KioskConfig").field("id", &self.id).field("letter", &self.letter).finish_non_exhaustive()
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadConfig(pub String);

/// Where the desk listens when nobody says.
#[must_use]
pub fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn default_idle() -> u32 {
    SESSION_IDLE_MINUTES
}

impl DeskConfig {
    /// What holds with a data folder and nothing else.
    #[must_use]
    pub fn of_folder(data: PathBuf) -> Self {
        Self { data, listen: default_listen(), session_idle_minutes: default_idle(), clinic: None, kiosk: Vec::new() }
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// One sentence that names the file, the line and what is wrong there.
    pub fn load(path: &Path) -> Result<Self, BadConfig> {
        let size = std::fs::metadata(path).map(|about| about.len());
        if size.as_ref().is_ok_and(|size| *size > CONFIG_BYTES_MAX) {
            return Err(BadConfig(format!("{} is too large to be a configuration", path.display())));
        }
        let text =
            std::fs::read_to_string(path).map_err(|error| BadConfig(format!("{} cannot be read: {}", path.display(), error.kind())))?;
        Self::parse(&text).map_err(|BadConfig(why)| BadConfig(format!("{}: {why}", path.display())))
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// One sentence that names the line and what is wrong there. It never repeats the line: that may hold a token.
    pub fn parse(text: &str) -> Result<Self, BadConfig> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
            BadConfig(format!("line {line}: {}", error.message().trim().replace('\n', " ")))
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), BadConfig> {
        if self.session_idle_minutes == 0 || self.session_idle_minutes > 12 * 60 {
            return Err(BadConfig("session_idle_minutes must be from 1 to 720".to_owned()));
        }
        if let Some(clinic) = &self.clinic {
            clinic.zone().map_err(|error| BadConfig(error.to_string()))?;
        }
        let (mut ids, mut letters) = (BTreeSet::new(), BTreeSet::new());
        for kiosk in &self.kiosk {
            check_kiosk(&kiosk.id, kiosk.letter, &kiosk.token).map_err(|error| BadConfig(error.to_string()))?;
            if !ids.insert(kiosk.id.as_str()) {
                return Err(BadConfig(format!("kiosk {:?} is there twice", kiosk.id)));
            }
            if !letters.insert(kiosk.letter.to_ascii_uppercase()) {
                return Err(BadConfig(format!("two kiosks have the letter {}; ticket numbers would collide", kiosk.letter)));
            }
        }
        Ok(())
    }
}

/// Whether a kiosk may be called this, with this letter and token.
///
/// # Errors
/// What is wrong with it.
pub fn check_kiosk(id: &str, letter: char, token: &str) -> Result<(), DeskError> {
    let bad = |why| Err(DeskError::BadKiosk { id: id.chars().take(64).collect(), why });
    if id.is_empty() || id.len() > 64 || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return bad("its id must be 1 to 64 letters, digits, dots, hyphens or underscores");
    }
    if !letter.is_ascii_alphabetic() {
        return bad("its letter must be one of A to Z");
    }
    if letter.eq_ignore_ascii_case(&'D') {
        return bad("the letter D is the desk's own; choose another");
    }
    if token.len() < TOKEN_CHARS_MIN || token.len() > 256 || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return bad("its token must be 16 to 256 characters without spaces; `arrivals-desk kiosk add` makes one");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_and_secrets_are_not_repeated() {
        let kiosk = |id: &str, letter: &str, token: &str| format!("[[kiosk]]\nid = \"{id}\"\nletter = \"{letter}\"\ntoken = \"{token}\"\n");
        let good = "0123456789abcdef0123";
        for (text, expected) in [
            ("listen = \"127.0.0.1:1\"".to_owned(), "missing field `data`"),
            ("data = \"d\"\nlisten = \"nowhere\"".to_owned(), "line 2"),
            ("data = \"d\"\nsesion_idle_minutes = 3".to_owned(), "unknown field `sesion_idle_minutes`"),
            ("data = \"d\"\n[clinic]\nlate_minuts = 3".to_owned(), "unknown field `late_minuts`"),
            ("data = \"d\"\n[clinic]\ntime_zone = \"Mars/Base\"".to_owned(), "no time zone \"Mars/Base\""),
            ("data = \"d\"\nsession_idle_minutes = 0".to_owned(), "1 to 720"),
            (format!("data = \"d\"\n{}", kiosk("lobby", "D", good)), "the desk's own"),
            (format!("data = \"d\"\n{}", kiosk("lobby", "A", "short-secret")), "16 to 256"),
            (format!("data = \"d\"\n{}{}", kiosk("a", "A", good), kiosk("b", "a", good)), "two kiosks have the letter"),
            (format!("data = \"d\"\n{}{}", kiosk("a", "A", good), kiosk("a", "B", good)), "there twice"),
        ] {
            let error = DeskConfig::parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}\n{error}");
            assert!(!error.contains("short-secret") && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_example_is_complete_and_loads() {
        let config = DeskConfig::parse(include_str!("../../deploy/desk.example.toml")).unwrap();
        assert_eq!(config.kiosk.len(), 1);
        assert!(config.clinic.is_some());
    }
}
