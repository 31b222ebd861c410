//! The sentences of the pages, and their translations.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub fn slint_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(slint_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "slint") {
            found.push(path);
        }
    }
    found
}

/// A quoted string at the beginning of `text`, as it stands there, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some((inside[..at].to_owned(), &inside[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// Every sentence of the pages, with its context.
pub fn sentences() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in slint_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")) {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("@tr(").skip(1) {
            let (first, rest) = quoted(part).expect("a sentence");
            match rest.trim_start().strip_prefix("=>").and_then(quoted) {
                Some((sentence, _)) => found.push((first, sentence)),
                None => found.push((String::new(), first)),
            }
        }
    }
    assert!(found.len() > 150, "the pages say more than {} sentences", found.len());
    found
}

/// A translation: context and English to its words.
pub fn catalogue(language: &str) -> BTreeMap<(String, String), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("ui/lang/{language}/LC_MESSAGES/arrivals-ui.po"));
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains("Machine translation, not yet reviewed by a person"));
    let mut entries = BTreeMap::new();
    let (mut context, mut english) = (String::new(), String::new());
    for line in text.lines() {
        let after = |key: &str| line.strip_prefix(key).and_then(quoted).map(|(words, _)| words);
        if let Some(words) = after("msgctxt ") {
            context = words;
        } else if let Some(words) = after("msgid ") {
            english = words;
        } else if let Some(words) = after("msgstr ") {
            entries.insert((std::mem::take(&mut context), std::mem::take(&mut english)), words);
        }
    }
    entries.remove(&(String::new(), String::new()));
    entries
}

pub fn translation(language: &str, english: &str) -> String {
    if language == "en" {
        return english.to_owned();
    }
    catalogue(language)[&(String::new(), english.to_owned())].clone()
}
