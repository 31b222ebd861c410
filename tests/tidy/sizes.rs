//! What fits in the head and on a screen: files, functions, lines.

use std::fs;

use super::{files, root, show};

/// No file of the program is longer: it would be two things.
const LINES_MAX: usize = 500;
/// Tests and the pages' own values are lists more often, so they may be a little longer.
const OTHER_LINES_MAX: usize = 560;

#[test]
fn files_fit_in_the_head() {
    let mut broken = Vec::new();
    for (folder, ending, most) in [
        ("src", "rs", LINES_MAX),
        ("ui", "slint", OTHER_LINES_MAX),
        ("benches", "rs", OTHER_LINES_MAX),
        ("tests", "rs", OTHER_LINES_MAX),
    ] {
        for path in files(&root().join(folder), ending) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > most {
                broken.push(format!("{} has {lines} lines, at most {most}", show(&path)));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// No function is longer: it would be two things.
const FUNCTION_LINES_MAX: usize = 80;
/// Those that are: tables, which are one match or one list with a row for each case, and pages and readings that wait
/// to be taken apart. None is added.
const LONG_FUNCTIONS: [&str; 16] = [
    "src/desk/page/access.rs: guard",
    "src/desk/page/audit.rs: words",
    "src/desk/page/kiosks/card.rs: actions",
    "src/desk/page/patient_data/show.rs: question",
    "src/desk/page/settings/form/mod.rs: field",
    "src/desk/service/import/draft.rs: finish_known",
    "src/desk/service/import/fhir/visit.rs: visits",
    "src/desk/store/decided.rs: write",
    "src/desk/store/events.rs: take_events",
    "src/desk/store/holdings.rs: patient_data",
    "src/domain/identity/fold.rs: push_plain",
    "src/flow/finding.rs: finding",
    "src/flow/table.rs: here",
    "src/kiosk/told.rs: told",
    "src/kiosk/window/bridge/callbacks.rs: connect",
    "src/kiosk/window/bridge.rs: fill",
];

/// Functions with a body: their names, and how many lines they have. Rustfmt puts the closing brace below their
/// beginning.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let inside = line.trim_start();
        let words: Vec<&str> = inside.split(' ').take_while(|word| !word.contains('=') && *word != "//").collect();
        let Some(fn_at) = words.iter().position(|word| *word == "fn") else { continue };
        let is_one =
            words[..fn_at].iter().all(|word| word.starts_with("pub") || ["const", "async", "unsafe"].contains(word));
        let Some(name) = words.get(fn_at + 1).filter(|_| is_one) else { continue };
        let indent = &line[..line.len() - inside.len()];
        let (close, declared) = (format!("{indent}}}"), format!("{indent})"));
        let ends = |line: &str| line == close || line.starts_with(&declared) && line.ends_with(';');
        let is_short = line.ends_with([';', '}']);
        let Some(length) = lines[at..].iter().position(|line| is_short || ends(line)) else { continue };
        found.push((name.split(['(', '<']).next().unwrap_or_default(), length + 1));
    }
    found
}

#[test]
fn functions_fit_on_a_page() {
    let mut long = Vec::new();
    for path in files(&root().join("src"), "rs").into_iter().filter(|path| !path.ends_with("tests.rs")) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (name, lines) in functions(code) {
            if lines > FUNCTION_LINES_MAX {
                long.push(format!("{}: {name}", show(&path)));
            }
        }
    }
    assert_eq!(long, LONG_FUNCTIONS, "longer than {FUNCTION_LINES_MAX} lines, or in the list and no longer that long");
}

/// Rustfmt keeps it for code, and for nothing inside strings and macros: a string goes on with a backslash, SQL and
/// JSON at their clauses and fields, and a list of words is cut wherever a line is full.
const CHARACTERS_MAX: usize = 120;
/// Tables that read better in long lines: what fontconfig declares, a line each.
const LONG_TABLES: [&str; 1] = ["ui/no-system-fonts/lib.rs"];

#[test]
fn lines_fit_beside_each_other() {
    let mut broken = Vec::new();
    for path in ["src", "tests", "benches", "ui"].into_iter().flat_map(|folder| files(&root().join(folder), "rs")) {
        if LONG_TABLES.contains(&show(&path).as_str()) {
            continue;
        }
        for (at, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let characters = line.chars().count();
            if characters > CHARACTERS_MAX {
                broken.push(format!("{}:{}: {characters} characters", show(&path), at + 1));
            }
        }
    }
    assert!(broken.is_empty(), "longer than {CHARACTERS_MAX} characters:\n{}", broken.join("\n"));
}
