//! `desk.toml`: the settings the desk starts with.
//!
//! Invariant: an unknown key is an error that names it; a mistyped setting must not be silently the default.

mod clinic;

use std::collections::BTreeSet;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::clinic::check_clinic;
use crate::desk::base::error::DeskError;
use crate::domain::example;
use crate::domain::fault::Fault;
use crate::domain::settings::{ClinicSettings, SessionRules};
use crate::domain::staff::SecondStepFor;
use crate::domain::ticket::Series;
use crate::files;

/// A session ends after this many minutes without work, unless the configuration says otherwise.
pub const SESSION_IDLE_MINUTES: u32 = 15;
/// Fewest characters of a kiosk's token.
pub const TOKEN_CHARS_MIN: usize = 16;
/// Most characters of a kiosk's place.
const PLACE_CHARS_MAX: usize = 120;
/// A configuration is a page of text, not more.
const CONFIG_BYTES_MAX: u64 = 1024 * 1024;

/// The desk's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskConfig {
    /// The folder with the desk's file.
    pub data: PathBuf,
    /// Where to listen; an address of this machine alone.
    #[serde(default = "default_listen", deserialize_with = "listen_of")]
    pub listen: SocketAddr,
    /// A staff session ends after this many minutes without work.
    #[serde(default = "default_idle")]
    pub session_idle_minutes: u32,
    /// What signing in asks for.
    #[serde(default)]
    pub security: SecurityConfig,
    /// The clinic's own rules. Without them, those that the data folder has.
    pub clinic: Option<ClinicSettings>,
    /// How messages to patients are sent. Without it, none are.
    pub messages: Option<MessageSettings>,
    /// The kiosks that may talk to this desk.
    #[serde(default)]
    pub kiosk: Vec<KioskConfig>,
}

/// How messages are sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageSettings {
    /// The program and its arguments.
    pub command: Vec<String>,
}

impl MessageSettings {
    /// Whether there is a program.
    ///
    /// # Errors
    /// If there is none.
    pub fn check(&self) -> Result<(), BadConfig> {
        match self.command.first() {
            Some(program) if !program.trim().is_empty() => Ok(()),
            _ => Err(BadConfig("messages: command has no program; leave the part out if nothing is sent".to_owned())),
        }
    }
}

/// What signing in asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityConfig {
    /// Who must have the second step.
    pub totp_required: SecondStepFor,
}

/// One kiosk.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KioskConfig {
    /// Its name, as on the desk's list.
    pub id: String,
    /// What its tickets begin with.
    #[serde(rename = "letter")]
    pub series: Series,
    /// The secret it shows.
    pub token: String,
    /// Where it stands, for anyone who has to go there.
    #[serde(default)]
    pub place: Option<String>,
}

impl std::fmt::Debug for KioskConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KioskConfig").field("id", &self.id).field("series", &self.series).finish_non_exhaustive()
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadConfig(pub String);

impl From<Fault> for BadConfig {
    fn from(fault: Fault) -> Self {
        Self(fault.text)
    }
}

/// Where the desk listens when no one says.
#[must_use]
pub fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

/// The address of `127.0.0.1:8080` or `localhost:8080`. Of a name's addresses one of this machine is taken, IPv4 first:
/// that is where browsers look.
///
/// # Errors
/// A sentence that says how it is written.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(addr) = text.parse() {
        return Ok(addr);
    }
    let found = || {
        format!(
            "{text:?} is not an address and port of this machine; write one such as 127.0.0.1:8080 or localhost:8080"
        )
    };
    let mut all: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| found())?.collect();
    all.sort_by_key(|addr| (!addr.ip().is_loopback(), addr.is_ipv6()));
    all.first().copied().ok_or_else(found)
}

fn listen_of<'de, D: serde::Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    listen_address(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn default_idle() -> u32 {
    SESSION_IDLE_MINUTES
}

impl DeskConfig {
    /// What holds with a data folder and nothing else.
    #[must_use]
    pub fn of_folder(data: PathBuf) -> Self {
        Self {
            data,
            listen: default_listen(),
            session_idle_minutes: default_idle(),
            security: SecurityConfig::default(),
            clinic: None,
            messages: None,
            kiosk: Vec::new(),
        }
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
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadConfig(format!("{} cannot be read: {}", path.display(), error.kind())))?;
        let config = Self::parse(&text).map_err(|BadConfig(why)| BadConfig(format!("{}: {why}", path.display())))?;
        if !config.kiosk.is_empty() && std::fs::metadata(path).is_ok_and(|about| files::is_open_to_others(&about)) {
            tracing::warn!(
                file = %path.display(),
                "other users can read this file, and kiosks' tokens are in it: run `chmod 600` on it"
            );
        }
        Ok(config)
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// One sentence that names the line and what is wrong there. It never repeats the line: that may hold a token.
    pub fn parse(text: &str) -> Result<Self, BadConfig> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            BadConfig(format!("line {line}: {}", error.message().trim().replace('\n', " ")))
        })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), BadConfig> {
        if !SessionRules::IDLE_MINUTES.contains(&self.session_idle_minutes) {
            return Err(BadConfig("session_idle_minutes must be from 1 to 720".to_owned()));
        }
        if let Some(clinic) = &self.clinic {
            check_clinic(clinic)?;
        }
        if let Some(messages) = &self.messages {
            messages.check()?;
        }
        let (mut ids, mut series) = (BTreeSet::new(), BTreeSet::new());
        for kiosk in &self.kiosk {
            check_kiosk(&kiosk.id, kiosk.series, &kiosk.token).map_err(|error| BadConfig(error.to_string()))?;
            if let Some(place) = &kiosk.place {
                check_kiosk_place(&kiosk.id, place).map_err(|error| BadConfig(error.to_string()))?;
            }
            if !ids.insert(kiosk.id.as_str()) {
                return Err(BadConfig(format!("kiosk {:?} is listed twice", kiosk.id)));
            }
            if !series.insert(kiosk.series) {
                return Err(BadConfig(format!(
                    "two kiosks use the ticket prefix {}; their numbers would collide",
                    kiosk.series
                )));
            }
        }
        Ok(())
    }
}

/// Whether a kiosk may be called this, with this series and token.
///
/// # Errors
/// What is wrong with it.
pub fn check_kiosk(id: &str, series: Series, token: &str) -> Result<(), DeskError> {
    let bad = |why| Err(DeskError::BadKiosk { id: id.chars().take(64).collect(), why });
    if id.is_empty() || id.len() > 64 || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    {
        return bad("its id must be 1 to 64 letters, digits, dots, hyphens or underscores");
    }
    if series == Series::DESK {
        return bad(Series::EXPECTED);
    }
    if token.len() < TOKEN_CHARS_MIN || token.len() > 256 || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return bad("its token must be 16 to 256 characters without spaces; `arrivals-desk kiosk add` makes one");
    }
    if example::is_example_secret(token) {
        return bad(example::REFUSED);
    }
    Ok(())
}

/// Whether a kiosk may stand at a place of this name.
///
/// # Errors
/// What is wrong with it.
pub fn check_kiosk_place(id: &str, place: &str) -> Result<(), DeskError> {
    if place.chars().nth(PLACE_CHARS_MAX).is_some() || place.chars().any(char::is_control) {
        return Err(DeskError::BadKiosk {
            id: id.chars().take(64).collect(),
            why: "its place must be one line of at most 120 characters",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
