//! `kiosk.toml`: the settings one kiosk starts with.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::device::camera;
use crate::domain::example;
use crate::domain::ids::KioskId;
use crate::domain::language::Language;
use crate::domain::ticket::Series;
use crate::files;
use crate::paper::PaperWidth;
use crate::store::key::{self, KeyPlace};
use crate::store::{Seal, StoreError};

/// The whole file. Unknown keys are errors: a typing slip must not silently become a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KioskConfig {
    /// This kiosk's name, as the desk knows it.
    pub kiosk: KioskId,
    /// What its ticket numbers begin with.
    #[serde(rename = "letter")]
    pub series: Series,
    /// The desk's address.
    pub desk: String,
    /// The secret that the desk gave this kiosk.
    pub token: Token,
    /// The kiosk's own file.
    pub data: PathBuf,
    /// The file with the key that `data` is sealed with. Without it: the service's credential `kiosk-key`, or else a
    /// file beside `data`.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// `file:/dev/usb/lp0`, `tcp:HOST:9100`, `folder:DIR` or `none`.
    pub printer: String,
    /// `80mm` or `58mm`.
    #[serde(default)]
    pub paper: PaperWidth,
    /// `serial:/dev/ttyACM0?baud=9600` or `none`.
    pub scanner: String,
    /// What plays the sound when a code was read: `command:aplay -q -` or `none`.
    #[serde(default = "none")]
    pub speaker: String,
    /// The language of the welcome page.
    #[serde(default)]
    pub language: Language,
    /// Fills the whole screen.
    #[serde(default = "yes")]
    pub fullscreen: bool,
    /// The clinic's face.
    #[serde(default)]
    pub look: Look,
    /// What photographs insurance cards.
    #[serde(default)]
    pub camera: CameraCommand,
}

/// A secret; its `Debug` shows nothing.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// How the clinic shows itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Look {
    /// The clinic's name; the desk's if not given.
    pub name: Option<String>,
    /// A picture, PNG or SVG.
    pub logo: Option<PathBuf>,
    /// One color, `#rrggbb`, dark enough for white letters.
    pub accent: Option<String>,
    /// Where the code scanner is built in, seen from the screen: pages point there, in every language.
    pub scanner_side: ScannerSide,
}

/// A side of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScannerSide {
    /// Under it.
    #[default]
    Below,
    /// To its right.
    Right,
    /// To its left.
    Left,
}

/// How insurance cards are photographed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CameraCommand {
    /// A program that writes MJPEG to its standard output, and its arguments; empty, which is normal: no camera.
    pub command: Vec<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {path}: {why}", path = .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// Everyone on the machine can read or change the file, which holds the kiosk's token.
    #[error(
        "other users can read {path}, which contains the kiosk's token: run `chmod 600 {path}`, \
         and check that it belongs to the kiosk's user",
        path = .path.display()
    )]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// The file is not what it should be.
    #[error("{path} is not a kiosk's configuration: {why}", path = .path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// What and where, without what else the file holds.
        why: String,
    },
    /// A value makes no sense.
    #[error("{key} = {value:?}: {expected}")]
    Value {
        /// Of which key.
        key: &'static str,
        /// What was found.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

fn none() -> String {
    "none".to_owned()
}

fn yes() -> bool {
    true
}

impl KioskConfig {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, can be read by others, has an unknown or missing key, or a value makes no sense.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read = |why| ConfigError::Read { path: path.to_owned(), why };
        let text = std::fs::read_to_string(path).map_err(read)?;
        if files::is_open_to_others(&std::fs::metadata(path).map_err(read)?) {
            return Err(ConfigError::Open { path: path.to_owned() });
        }
        Self::parse(&text).map_err(|error| match error {
            ConfigError::Parse { why, .. } => ConfigError::Parse { path: path.to_owned(), why },
            other => other,
        })
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            // The whole message would quote the line, and the line may be the token's.
            // What is missing is nowhere.
            let span = error.span().filter(|_| !error.message().starts_with("missing field"));
            let line = span.map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let place = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            ConfigError::Parse { path: PathBuf::new(), why: format!("{}{place}", error.message()) }
        })?;
        if example::is_example_secret(config.token.reveal()) {
            return Err(ConfigError::Parse { path: PathBuf::new(), why: example::REFUSED.to_owned() });
        }
        if config.series == Series::DESK {
            return Err(ConfigError::Value {
                key: "letter",
                value: config.series.to_string(),
                expected: "write one or two letters from A to Z; D is reserved for the desk",
            });
        }
        if let Some(accent) = &config.look.accent {
            colour(accent)?;
        }
        camera::check(&config.camera.command).map_err(|_| ConfigError::Value {
            key: "command",
            value: config.camera.command.join(" "),
            expected: "write the camera's program and each argument as a text of its own, such as [\"rpicam-vid\", \
                       \"-o\", \"-\"], or [] for no camera",
        })?;
        Ok(config)
    }

    /// The seal of the kiosk's file, and where its key was found.
    ///
    /// # Errors
    /// If there is no key, and none may be made.
    pub fn seal(&self) -> Result<(Seal, KeyPlace), StoreError> {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        key::find(&self.data, self.key_file.as_deref(), credentials.as_deref())
    }

    /// The accent color as red, green and blue, if one is set.
    #[must_use]
    pub fn accent(&self) -> Option<(u8, u8, u8)> {
        self.look.accent.as_deref().and_then(|text| colour(text).ok())
    }
}

fn colour(text: &str) -> Result<(u8, u8, u8), ConfigError> {
    let wrong = || ConfigError::Value {
        key: "accent",
        value: text.to_owned(),
        expected: "write a color as #rrggbb, such as \"#005a9c\"",
    };
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .ok_or_else(wrong)?;
    let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    let [_, red, green, blue] = number.to_be_bytes();
    // White letters stand on it: 4.5:1 at least, as for any text of that size (WCAG 2.2, 1.4.3).
    if contrast_with_white(red, green, blue) < 4.5 {
        return Err(ConfigError::Value {
            key: "accent",
            value: text.to_owned(),
            expected: "choose a darker color: white letters must be readable on it (contrast 4.5:1)",
        });
    }
    Ok((red, green, blue))
}

fn contrast_with_white(red: u8, green: u8, blue: u8) -> f64 {
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    1.05 / (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "kiosk = \"lobby\"\nletter = \"A\"\ndesk = \"http://127.0.0.1:8080\"\n\
                         token = \"sesame-open\"\ndata = \"kiosk.db\"\nprinter = \"none\"\nscanner = \"none\"\n";

    #[test]
    fn the_example_is_complete_and_loads() {
        let example = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/kiosk.example.toml"));
        assert!(KioskConfig::parse(example).unwrap_err().to_string().contains("placeholder of the example file"));
        KioskConfig::parse(&example.replace("replace-this-with-the-kiosks-token", "0123456789abcdef0123")).unwrap();
        for key in [
            "kiosk",
            "letter",
            "desk",
            "token",
            "data",
            "key_file",
            "printer",
            "paper",
            "scanner",
            "speaker",
            "language",
            "fullscreen",
            "name",
            "logo",
            "accent",
            "scanner_side",
            "command",
        ] {
            assert!(
                example.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = "))),
                "{key} is not in the example"
            );
        }
    }

    #[test]
    fn mistakes_are_named_without_the_secret() {
        for (change, expected) in [
            (
                ("letter = \"A\"", "letter = \"ABC\""),
                "one or two letters from A to Z, such as A or AB; D is reserved for the desk (line 2)",
            ),
            (("letter = \"A\"", "letter = \"DA\""), "(line 2)"),
            (("letter = \"A\"", "letter = \"D\""), "D is reserved for the desk"),
            (("letter = \"A\"", "leter = \"A\""), "unknown field `leter`"),
            (("printer = ", "color = 1\nprinter = "), "(line 6)"),
            (("printer = \"none\"\n", ""), "missing field `printer`"),
            (("token = \"sesame-open\"", "token = \"sesame-open"), "line 4"),
            (
                ("scanner = \"none\"\n", "scanner = \"none\"\n[look]\nscanner_side = \"above\"\n"),
                "unknown variant `above`",
            ),
            (("data = ", "[look]\naccent = \"yellow\"\ndata = "), "unknown field `data`"),
        ] {
            let error = KioskConfig::parse(&LEAST.replace(change.0, change.1)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("sesame"), "{error}");
        }
        let missing = KioskConfig::parse(&LEAST.replace("printer = \"none\"\n", "")).unwrap_err().to_string();
        assert!(!missing.contains("line"), "{missing}");
        let config = KioskConfig::parse(LEAST).unwrap();
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_for_its_token() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.toml");
        std::fs::write(&path, LEAST).unwrap();
        for (mode, taken) in [(0o600, true), (0o640, true), (0o644, false), (0o602, false), (0o666, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match KioskConfig::load(&path) {
                Ok(_) => assert!(taken, "{mode:o}"),
                Err(error) => {
                    assert!(
                        !taken && error.to_string().contains("chmod 600") && !error.to_string().contains("sesame"),
                        "{error}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_camera_is_a_program_with_its_arguments_or_none() {
        for (part, expected) in [
            ("", Some(0)),
            ("[camera]\n", Some(0)),
            ("[camera]\ncommand = []\n", Some(0)),
            ("[camera]\ncommand = [\"rpicam-vid\", \"-o\", \"-\"]\n", Some(3)),
            ("[camera]\ncommand = [\"rpicam-vid -o -\"]\n", None),
            ("[camera]\ncommand = [\"\"]\n", None),
            ("[camera]\ncommand = \"rpicam-vid\"\n", None),
            ("[camera]\ncomand = []\n", None),
        ] {
            let found = KioskConfig::parse(&format!("{LEAST}{part}"));
            assert_eq!(found.as_ref().ok().map(|config| config.camera.command.len()), expected, "{part}");
            if let Err(error @ ConfigError::Value { .. }) = found {
                assert!(error.to_string().contains("a text of its own"), "{error}");
            }
        }
    }

    #[test]
    fn an_accent_must_carry_white_letters() {
        for (text, taken) in
            [("#005a9c", true), ("#ffff00", false), ("005a9c", false), ("#12", false), ("#gggggg", false)]
        {
            assert_eq!(colour(text).is_ok(), taken, "{text}");
        }
    }
}
