//! The texts of patients: one catalogue for each language, whole, with nothing in it that no one reads; and dates and
//! times written in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use arrivals::domain::language::Language;
use arrivals::domain::texts::{self, po::Po};

use super::{code, files, patient_pages, root, show};

/// A quoted string at the beginning of `text`, as it stands there, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            '"' if !escaped => return Some((inside[..at].replace("\\\"", "\""), &inside[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// A sentence by its context and its English, for one; and the English for several, if it counts.
type Sentences = BTreeMap<(String, String), Option<String>>;

/// Every sentence of the pages.
fn of_the_pages() -> Sentences {
    let mut found = Sentences::new();
    for file in patient_pages() {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("@tr(").skip(1) {
            let (first, rest) = quoted(part).expect("a sentence");
            let (context, sentence, rest) = match rest.trim_start().strip_prefix("=>").and_then(quoted) {
                Some((sentence, rest)) => (first, sentence, rest),
                None => (String::new(), first, rest),
            };
            let several = rest.trim_start().strip_prefix('|').and_then(quoted).map(|(several, _)| several);
            found.insert((context, sentence), several);
        }
    }
    assert!(found.len() > 150, "the pages say more than {} sentences", found.len());
    found
}

/// Everything that a patient reads.
fn everything() -> Sentences {
    let mut all = of_the_pages();
    all.extend(texts::messages().map(|one| ((one.context.to_owned(), one.english.to_owned()), None)));
    all.extend(texts::counted().map(|one| ((one.context.to_owned(), one.one.to_owned()), Some(one.other.to_owned()))));
    all
}

/// What is put into a sentence, by name.
fn holes(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_language_says_everything_with_the_same_things_put_in_and_nothing_else() {
    let everything = everything();
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let Some(file) = language.catalogue() else { continue };
        let tag = language.tag();
        let po = Po::read(file).unwrap_or_else(|error| panic!("{tag}: {error}"));
        assert_eq!(po.says("Language"), Some(tag));
        assert_eq!(po.says("Plural-Forms"), Some(language.plurals().header()), "{tag}: the toolkit counts otherwise");
        let mut said = BTreeSet::new();
        for entry in &po.entries {
            let mut bad = |why: &str| wrong.push(format!("{tag}:{}: {:?}: {why}", entry.line, entry.id));
            let key = (entry.context.clone(), entry.id.clone());
            match everything.get(&key) {
                None => bad("no one says this"),
                Some(several) if *several != entry.plural => bad("its msgid_plural is not that of the program"),
                Some(_) => {}
            }
            if !said.insert(key) {
                bad("this is there twice");
            }
            let forms = if entry.plural.is_some() { language.plurals().forms() } else { 1 };
            if entry.texts.len() != forms || entry.texts.iter().any(|text| text.trim().is_empty()) {
                bad("it is not translated in each form");
            }
            let wanted = holes(&entry.id);
            for (form, text) in entry.texts.iter().enumerate() {
                let has = holes(text);
                let missing: Vec<_> = wanted.difference(&has).collect();
                // "two minutes" is one word in some languages, and the number is not said.
                let numbers: Vec<u64> = (0..1000).filter(|n| language.plurals().form(*n) == form).collect();
                let says_its_number = entry.plural.is_some() && numbers.len() == 1;
                if has.difference(&wanted).next().is_some() || missing.len() > usize::from(says_its_number) {
                    bad("other things are put in");
                }
            }
            // A word may be the same in both ("plan"); a sentence is not.
            let words = entry.id.split(['{', '}']).step_by(2).flat_map(str::split_whitespace);
            if words.filter(|word| word.contains(char::is_alphabetic)).count() > 1 && entry.texts.contains(&entry.id) {
                bad("it is not translated");
            }
        }
        wrong.extend(
            everything.keys().filter(|key| !said.contains(*key)).map(|key| format!("{tag}: {key:?} is missing")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_catalogue_is_in_the_list_of_languages() {
    let mut folders: Vec<String> = fs::read_dir(root().join("ui/lang"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut tags: Vec<&str> =
        Language::ALL.iter().filter(|language| language.catalogue().is_some()).map(|language| language.tag()).collect();
    tags.sort_unstable();
    assert_eq!(folders, tags);
}

/// A language by its name is in these alone; everything else asks for what depends on it.
const NAMES_A_LANGUAGE: [&str; 3] = [
    "src/domain/language.rs",
    // Which language a play is in is the play.
    "src/kiosk/demo/plays.rs",
    "src/kiosk/demo/rig.rs",
];

#[test]
fn only_the_list_of_languages_knows_which_there_are() {
    let names: Vec<String> = Language::ALL.iter().map(|language| format!("Language::{language:?}")).collect();
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        if NAMES_A_LANGUAGE.contains(&show(&path).as_str()) {
            continue;
        }
        for (at, line) in code(&path) {
            if names.iter().any(|name| line.contains(name.as_str())) {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "ask what depends on the language, or Language::STAFF:\n{}", broken.join("\n"));
}

/// Who writes a date or a time otherwise than `domain/when.rs`, and for which machine.
const WRITES_FOR_MACHINES: [(&str, &str); 8] = [
    ("src/domain/when.rs", "for staff: the one place"),
    ("src/files.rs", "the name of a file"),
    ("src/desk/store/backup.rs", "the name of a file"),
    ("src/desk/store/schema.rs", "SQL"),
    ("src/desk/store/schema/kiosks.rs", "SQL"),
    ("src/desk/service/import/when.rs", "the name of a time zone"),
    ("src/desk/page/settings/form/mod.rs", "the value of a field of a form"),
    ("src/kiosk/demo/day.rs", "an invented driver's license, and a number"),
];

#[test]
fn dates_and_times_are_written_in_one_place_for_each_audience() {
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        if WRITES_FOR_MACHINES.iter().any(|(its, _)| show(&path) == *its) {
            continue;
        }
        for (at, line) in code(&path) {
            if line.contains("strftime") {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "use domain::when or domain::texts::dates:\n{}", broken.join("\n"));
}
