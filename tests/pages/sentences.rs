//! The sentences of the pages, and their translations.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use arrivals::domain::language::Language;
use arrivals::domain::texts::po::Po;

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

/// A translation: context and English to its words, in each form.
pub fn catalogue(language: &str) -> BTreeMap<(String, String), Vec<String>> {
    let file = Language::from_tag(language).unwrap().catalogue().expect("a catalogue");
    assert!(file.contains("Machine translation, not yet reviewed by a person"));
    Po::read(file).unwrap().entries.into_iter().map(|entry| ((entry.context, entry.id), entry.texts)).collect()
}

pub fn translation(language: &str, english: &str) -> String {
    if language == "en" {
        return english.to_owned();
    }
    catalogue(language)[&(String::new(), english.to_owned())][0].clone()
}
