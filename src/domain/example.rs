//! Secrets that the example configurations ship: everyone can read them, so they are no secrets.
//!
//! Invariant: the list is the example files themselves; a test looks that every file is among them.

/// Every example configuration.
const FILES: [&str; 2] = [
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/desk.example.toml")),
    include_str!("../../deploy/kiosk.example.toml"),
];

/// What a key is called, in part, whose value is a secret.
const SECRET_KEYS: [&str; 3] = ["token", "password", "secret"];

/// What to do about a token out of an example.
pub const REFUSED: &str = "its token is the placeholder of the example file, which everyone can read; \
                           put the token there that `arrivals-desk kiosk add` prints";

/// Whether a secret is one that an example configuration ships.
#[must_use]
pub fn is_example_secret(secret: &str) -> bool {
    FILES.iter().flat_map(|file| secrets_in(file)).any(|known| known.eq_ignore_ascii_case(secret.trim()))
}

/// The secrets in the text of an example, also those in lines that are commented out.
fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, value) = line.trim_start_matches(['#', ' ', '\t']).split_once('=')?;
        let key = key.trim();
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let value = value.trim().strip_prefix('"')?.split('"').next()?;
        (is_key && !value.is_empty() && SECRET_KEYS.iter().any(|word| key.to_ascii_lowercase().contains(word)))
            .then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Security settings that hold no secret, by the whole key.
    const NO_SECRET: [&str; 1] = ["totp_required"];

    #[test]
    fn every_placeholder_of_every_example_is_refused() {
        let mut found = 0;
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy")).unwrap() {
            let path = entry.unwrap().path();
            if !path.to_string_lossy().ends_with(".example.toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(FILES.contains(&text.as_str()), "{} is not among the examples", path.display());
            // Read by the TOML parser, so not by the reader that is tried here.
            let mut tables = vec![toml::from_str::<toml::Table>(&text).unwrap()];
            while let Some(table) = tables.pop() {
                for (key, value) in table {
                    match value {
                        toml::Value::Table(inner) => tables.push(inner),
                        toml::Value::Array(all) => {
                            tables.extend(all.into_iter().filter_map(|one| one.as_table().cloned()));
                        }
                        toml::Value::String(text) if !NO_SECRET.contains(&key.as_str()) => {
                            let is_secret = SECRET_KEYS.iter().any(|word| key.contains(word));
                            assert_eq!(is_example_secret(&text), is_secret, "{}: {key}", path.display());
                            found += usize::from(is_secret);
                        }
                        _ => {}
                    }
                }
            }
        }
        assert_eq!(found, 2, "one for each example");
    }

    #[test]
    fn a_placeholder_is_known_however_it_is_written_and_a_token_of_ones_own_is_not_one() {
        let text = "token = \"one\"\n#   kiosk_Token = \"two\" # why\n# a token is a secret of 16 = characters\n\
                    name = \"three\"\npassword = \"\"\nsecret = 'x'\n";
        assert_eq!(secrets_in(text).collect::<Vec<_>>(), ["one", "two"]);
        assert!(is_example_secret(" Replace-this-with-a-random-SECRET "));
        assert!(!is_example_secret("0123456789abcdef") && !is_example_secret(""));
    }
}
