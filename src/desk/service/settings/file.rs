//! All settings as one file: TOML, exactly what the part `[clinic]` of a configuration takes.
//!
//! Invariant: what was exported and is imported gives the same settings; no key or secret is in it.

use serde::{Deserialize, Serialize};

use crate::desk::base::config::{BadConfig, check_clinic};
use crate::domain::settings::ClinicSettings;

/// Longer files are no settings.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

#[derive(Serialize)]
struct Written<'a> {
    clinic: &'a ClinicSettings,
}

#[derive(Deserialize)]
struct Read {
    clinic: ClinicSettings,
}

/// The settings as a file.
///
/// # Errors
/// If they cannot be written as TOML.
pub fn write(settings: &ClinicSettings) -> Result<String, BadConfig> {
    let text = toml::to_string(&Written { clinic: &settings.without_keys() });
    let text = text.map_err(|_| BadConfig("the settings cannot be written as a file".to_owned()))?;
    Ok(format!(
        "# The clinic's settings, for `arrivals-desk settings import` or as the part [clinic] of desk.toml.\n{text}"
    ))
}

/// Settings out of a file: an export, or a whole configuration, of which the part `[clinic]` alone is taken.
///
/// # Errors
/// One sentence that names the line, or the setting, and what is wrong there.
pub fn read(text: &str) -> Result<ClinicSettings, BadConfig> {
    if text.len() > FILE_BYTES_MAX {
        return Err(BadConfig("the text is too long for a clinic's settings".to_owned()));
    }
    let read: Read = toml::from_str(text).map_err(|error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
        BadConfig(format!("line {line}: {}", error.message().trim().replace('\n', " ")))
    })?;
    let settings = read.clinic.without_keys();
    check_clinic(&settings)?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exported_is_imported_as_the_same() {
        let example = read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/desk.example.toml"))).unwrap();
        assert!(!example.queues.is_empty() && !example.insurance.payers.is_empty());
        let mut odd = example.clone();
        odd.name = "Zoë's \"clinic\" \\ = [x]\n# 1".into();
        odd.barcodes.clear();
        odd.services.clear();
        for settings in [ClinicSettings::default(), example, odd] {
            let text = write(&settings).unwrap();
            assert_eq!(read(&text).unwrap(), settings, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named_and_a_configuration_is_not_repeated() {
        for (text, expected) in [
            ("name = \"x\"", "missing field `clinic`"),
            ("[clinic]\nnam = \"x\"", "line 2: unknown field `nam`"),
            ("[clinic]\ncountry = \"us\"", "two capital letters"),
            ("[clinic", "line 1"),
        ] {
            assert!(read(text).unwrap_err().to_string().contains(expected), "{text}");
        }
        let config = "data = \"d\"\n[clinic]\nname = \"X\"\n[[kiosk]]\nid = \"a\"\ntoken = \"very-secret\"\nletter = 3";
        let read = read(config).unwrap();
        assert_eq!(read.name, "X");
        assert!(!write(&read).unwrap().contains("secret"));
    }
}
