//! The rules of the house, read off the source: who may name whom, one place for "now", no panic on what came from
//! outside, nothing untranslated, every control named. Each check is a sentence of `docs/architecture.md` or
//! `docs/invariants.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod layers;
mod lists;
mod sizes;
mod texts;
mod words;

use self::layers::{Graph, folder, shown};

/// The layers of `src/`, and which others each may name. `*` stands for all of them.
const LAYERS: [(&str, &[&str]); 22] = [
    ("lib", &[]),
    ("clock", &[]),
    ("files", &[]),
    ("fonts", &[]),
    ("domain", &[]),
    ("codes", &["domain"]),
    ("flow", &["domain"]),
    ("paper", &["domain", "fonts", "codes"]),
    ("device", &["domain", "paper", "clock"]),
    ("store", &["domain", "files"]),
    ("sync", &["domain", "store"]),
    ("desk", &["desk/base", "desk/handle"]),
    ("desk/base", &["domain", "codes", "sync", "clock", "files"]),
    ("desk/store", &["desk/base", "domain", "codes", "sync", "files"]),
    ("desk/handle", &["desk/base", "desk/store", "domain", "clock"]),
    (
        "desk/service",
        &["desk", "desk/base", "desk/store", "desk/handle", "domain", "codes", "paper", "sync", "clock", "device"],
    ),
    ("desk/page", &["desk", "desk/base", "desk/handle", "desk/service", "domain", "sync"]),
    ("desk/http", &["desk", "desk/base", "desk/handle", "desk/service", "desk/page", "domain", "sync"]),
    ("kiosk", &["clock", "files", "fonts", "domain", "codes", "flow", "paper", "device", "store", "sync"]),
    (
        "kiosk/window",
        &["kiosk", "clock", "files", "fonts", "domain", "codes", "flow", "paper", "device", "store", "sync"],
    ),
    (
        "kiosk/demo",
        &[
            "kiosk",
            "kiosk/window",
            "kiosk/demo/inside",
            "clock",
            "files",
            "fonts",
            "domain",
            "codes",
            "flow",
            "paper",
            "device",
            "store",
            "sync",
        ],
    ),
    // The one file of the kiosk that has a desk inside.
    ("kiosk/demo/inside", &["*"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file's lines with their numbers, without comments and without the tests at its end; none of a module that is
/// nothing but tests.
fn code(path: &Path) -> Vec<(usize, String)> {
    if path.file_name().is_some_and(|name| name == "tests.rs") {
        return Vec::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default().to_owned()))
        .filter(|(_, line)| !line.trim().is_empty())
        .collect()
}

fn show(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn layer_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The layer of a module: the longest name in [`LAYERS`] that it begins with.
fn layer_of_module(module: &[String]) -> &'static str {
    let path = if module.is_empty() { "lib".to_owned() } else { shown(module) };
    let is_in = |name: &str| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    let found = LAYERS.iter().map(|(name, _)| *name).filter(|name| is_in(name)).max_by_key(|name| name.len());
    found.unwrap_or_else(|| panic!("{path} is in no layer"))
}

#[test]
fn layers_name_only_whom_they_may() {
    let mut broken = Vec::new();
    for (module, named) in &Graph::read().arrows {
        let layer = layer_of_module(module);
        let (_, allowed) = LAYERS.iter().find(|(name, _)| *name == layer).unwrap();
        for other in named {
            let its = layer_of_module(other);
            if its != layer && !allowed.contains(&its) && !allowed.contains(&"*") {
                broken.push(format!("{} ({layer}) names {} ({its})", shown(module), shown(other)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_folder_leads_back_to_itself() {
    // A folder and the folders inside of it are one thing.
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, named) in &Graph::read().arrows {
        for other in named {
            let (from, to) = (capability(module), capability(other));
            if from != to {
                arrows.entry(from).or_default().insert(to);
            }
        }
    }
    for start in arrows.keys() {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(folder) = next.pop() {
            for to in arrows.get(folder).into_iter().flatten() {
                assert!(to != start, "{start} leads back to itself by way of {folder}");
                if seen.insert(to) {
                    next.push(to);
                }
            }
        }
    }
}

/// The folder of a module as far as it is told apart: layers, and the capabilities of the desk's services.
fn capability(module: &[String]) -> String {
    let layer = layer_of_module(module);
    if layer == "desk/service" && folder(module).len() > 2 {
        return shown(module.get(..3).unwrap_or_default());
    }
    layer.to_owned()
}

/// Beside the folder `kiosk/window`: the files of the demo that draw, or press the window's keys.
const DEMO_THAT_DRAWS: [&str; 3] = ["kiosk/demo/panel", "kiosk/demo/places", "kiosk/demo/plays"];

#[test]
fn only_the_window_and_what_the_demo_draws_name_the_toolkit() {
    let graph = Graph::read();
    let mut naming: BTreeSet<String> = BTreeSet::new();
    for toolkit in ["slint", "arrivals_ui"] {
        let modules: Vec<String> = graph.naming_crate(toolkit).into_iter().map(|module| shown(module)).collect();
        assert!(!modules.is_empty(), "nothing names {toolkit} any more: what does this test look for?");
        naming.extend(modules);
    }
    naming
        .retain(|module| layer_of_module(&module.split('/').map(str::to_owned).collect::<Vec<_>>()) != "kiosk/window");
    assert_eq!(naming.into_iter().collect::<Vec<_>>(), DEMO_THAT_DRAWS);
}

#[test]
fn only_stores_know_sql() {
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let layer = layer_of(&path);
        for (at, line) in code(&path) {
            if line.contains("rusqlite") && !["store", "desk"].contains(&layer.as_str()) {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What is recorded of staff is recorded with its facts, and a message follows from a fact alone.
#[test]
fn what_happened_is_written_in_one_place() {
    for (table, place) in [("staff_action", "recorded.rs"), ("fact", "facts.rs"), ("message", "outbox.rs")] {
        let writes = |path: &PathBuf| code(path).iter().any(|(_, line)| line.contains(&format!("INTO {table}(")));
        let found: Vec<String> =
            files(&root().join("src/desk"), "rs").iter().filter(|path| writes(path)).map(|path| show(path)).collect();
        assert_eq!(found, [format!("src/desk/store/{place}")], "{table}");
    }
}

#[test]
fn rules_do_no_input_or_output() {
    let mut broken = Vec::new();
    for layer in ["domain", "flow", "codes", "paper"] {
        for path in files(&root().join("src").join(layer), "rs") {
            for (at, line) in code(&path) {
                let does = [
                    "std::fs",
                    "TcpStream",
                    "ToSocketAddrs",
                    "std::io",
                    "std::process",
                    "std::thread",
                    "tokio",
                    "async ",
                    "reqwest",
                ];
                if does.iter().any(|word| line.contains(word)) {
                    broken.push(format!("{}:{at}: {line}", show(&path)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_desk_names_drivers_only_as_printers_and_its_sql_stays_in_its_store() {
    for path in files(&root().join("src/desk"), "rs") {
        for (at, line) in code(&path) {
            assert!(!line.contains("crate::device::scanner"), "{}:{at}", show(&path));
            let is_sql = line.contains("SELECT ")
                || line.contains("INSERT INTO")
                || line.contains("UPDATE ") && line.contains(" SET ");
            assert!(!is_sql || path.starts_with(root().join("src/desk/store")), "{}:{at}: {line}", show(&path));
        }
    }
}

#[test]
fn the_kiosk_names_the_desk_in_one_file_of_its_demo() {
    let naming: Vec<String> = files(&root().join("src/kiosk"), "rs")
        .into_iter()
        .filter(|path| code(path).iter().any(|(_, line)| line.contains("crate::desk")))
        .map(|path| show(&path))
        .collect();
    assert_eq!(naming, ["src/kiosk/demo/inside.rs"]);
}

#[test]
fn only_the_clock_asks_what_time_it_is() {
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        if layer_of(&path) == "clock" {
            continue;
        }
        for (at, line) in code(&path) {
            if ["Timestamp::now", "ZonedDateTime::now", "Instant::now", "SystemTime::now", "UtcDateTime::now"]
                .iter()
                .any(|asks| line.contains(asks))
            {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A date of a calendar, not the clinic's day, is meant here: someone is born on one, a letter and a card are good
/// until one, one is booked, the audit is searched from one on, a line of a list has one; and a time is shown with its
/// date.
const CALENDAR_DATES: [&str; 18] = [
    "src/desk/page/audit.rs",
    "src/desk/page/booking/show.rs",
    "src/desk/page/changes.rs",
    "src/desk/page/kiosks/card.rs",
    "src/desk/page/walk_in.rs",
    "src/desk/service/booking/letters.rs",
    "src/desk/service/import/draft.rs",
    "src/desk/service/import/sample.rs",
    "src/desk/service/import/when.rs",
    "src/desk/service/import/words.rs",
    "src/desk/store/calendar.rs",
    "src/desk/store/forget.rs",
    "src/desk/store/reports.rs",
    "src/domain/appointment.rs",
    "src/domain/booking/practice.rs",
    "src/domain/clinic_day.rs",
    "src/kiosk/program.rs",
    "src/kiosk/self_test.rs",
];

#[test]
fn only_the_clinics_day_says_which_day_it_is() {
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        if CALENDAR_DATES.contains(&show(&path).as_str()) {
            continue;
        }
        for (at, line) in code(&path) {
            // A moment as a date, or a date as the moment of its midnight.
            let from_moment = line.contains("to_zoned_datetime(") && line.contains(".date()");
            let to_moment = (line.contains("date.to_zoned_datetime(") || line.contains("day.to_zoned_datetime("))
                && !line.contains(".at(");
            if from_moment || to_moment {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_panics_on_what_came_from_outside() {
    let mut broken = Vec::new();
    for path in files(&root().join("src"), "rs") {
        for (at, line) in code(&path) {
            let panics = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("]
                .iter()
                .any(|word| line.contains(word));
            if panics {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not begin with what it is for", show(&path));
    }
}

/// The pages that patients read; the developer panel is for developers.
fn patient_pages() -> Vec<PathBuf> {
    files(&root().join("ui"), "slint").into_iter().filter(|path| !path.ends_with("panel.slint")).collect()
}

#[test]
fn everything_that_a_patient_reads_can_be_translated() {
    // A language is named in itself, and a letter of a keyboard is itself.
    let own_words = [".com", "English", "Welcome", "Español", "Bienvenidos", "العربية"];
    let mut broken = Vec::new();
    for path in patient_pages() {
        for (at, line) in code(&path) {
            let reads = [
                "text:",
                "name:",
                "label:",
                "detail:",
                "question:",
                "hint:",
                "title:",
                "accessible-label:",
                "condition:",
            ];
            let literal = reads.iter().any(|key| line.trim_start().starts_with(key)) && line.contains('"');
            if !literal || line.contains("@tr(") || line.contains("in property") {
                continue;
            }
            let words: Vec<&str> = line
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|text| text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1))
                .collect();
            if words.iter().any(|text| !own_words.contains(text) && !text.starts_with("\\{")) {
                broken.push(format!("{}:{at}: {line}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn texts_are_not_glued_together() {
    for path in patient_pages() {
        for (at, line) in code(&path) {
            let glued = line.contains("@tr(") && (line.contains(") + ") || line.contains(" + @tr"));
            assert!(!glued, "{}:{at}: {line}", show(&path));
        }
    }
}

#[test]
fn whatever_takes_a_touch_is_a_named_control() {
    // The control itself, and what lies behind others to catch a finger that missed.
    let allowed = ["ui/components/control.slint"];
    for path in patient_pages() {
        let text = fs::read_to_string(&path).unwrap();
        let shown = show(&path);
        if allowed.contains(&shown.as_str()) {
            assert!(
                text.contains("accessible-role:")
                    && text.contains("accessible-label:")
                    && text.contains("accessible-action-default")
            );
            continue;
        }
        for (at, line) in code(&path) {
            if line.contains("TouchArea {") {
                let catches = text.lines().take(at).skip(at.saturating_sub(6)).any(|line| line.contains("// "));
                assert!(catches, "{shown}:{at}: a touch area that is no control says in a comment why");
            }
        }
    }
}

#[test]
fn no_page_wakes_a_control_that_the_time_question_covers() {
    for path in files(&root().join("ui/pages"), "slint") {
        for (at, line) in code(&path) {
            assert!(
                !line.trim_start().starts_with("enabled:"),
                "{}:{at}: a page says `usable`, the control adds the rest",
                show(&path)
            );
        }
    }
}

#[test]
fn pages_stand_alone_and_use_our_own_components() {
    for path in files(&root().join("ui/pages"), "slint") {
        for (at, line) in code(&path) {
            assert!(!line.contains("std-widgets"), "{}:{at}", show(&path));
            if let Some(from) = line.strip_prefix("import ").and_then(|line| line.split(" from ").nth(1)) {
                let allowed = ["\"../kiosk.slint\"", "\"../theme.slint\"", "\"../words.slint\"", "\"../components/"];
                assert!(
                    allowed.iter().any(|beginning| from.trim().starts_with(beginning)),
                    "{}:{at}: {line}",
                    show(&path)
                );
            }
        }
    }
}

#[test]
fn the_packaged_kiosk_carries_no_testing_port() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let default = manifest.lines().find(|line| line.starts_with("default = ")).unwrap();
    assert_eq!(default, "default = [\"window\", \"desk\"]");
    for feature in ["kiosk", "window", "desk", "kms"] {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{feature} = ["))).unwrap();
        for testing in ["mcp", "testing", "ui-tests"] {
            assert!(!line.contains(testing), "{line}");
        }
    }
}

/// What a page shows is read by a service: only then can another front door show the same.
#[test]
fn no_page_works_with_the_store() {
    let mut found = Vec::new();
    for layer in ["page", "http"] {
        for path in files(&root().join("src/desk").join(layer), "rs") {
            if fs::read_to_string(&path).unwrap().contains("with_store(") {
                found.push(path);
            }
        }
    }
    assert!(found.is_empty(), "{found:?}: read it in a service, where others find it too");
}
