//! Long, realistic things to show, and the words of the pages as they stand in the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use arrivals::kiosk::ui::{DatePart, Kiosk, Page, PrintState, Standing, VisitRow, Why};
use slint::{ModelRc, VecModel};

pub const SIZES: [(u32, u32); 3] = [(1280, 800), (800, 480), (800, 1280)];
pub const LANGUAGES: [&str; 3] = ["en", "es", "ar"];
pub const LOOKS: [Look; 3] = [Look::Plain, Look::Large, Look::Contrast];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Plain,
    Large,
    Contrast,
}

pub const PAGES: [(Page, &str); 18] = [
    (Page::Welcome, "welcome"),
    (Page::Find, "find"),
    (Page::BirthDate, "birth-date"),
    (Page::FamilyName, "family-name"),
    (Page::Birthday, "birthday"),
    (Page::IsThisYou, "is-this-you"),
    (Page::Visits, "visits"),
    (Page::Details, "details"),
    (Page::Insurance, "insurance"),
    (Page::CallAs, "call-as"),
    (Page::Saving, "saving"),
    (Page::Printing, "printing"),
    (Page::Done, "done"),
    (Page::Stopped, "stopped"),
    (Page::Help, "help"),
    (Page::Unwell, "unwell"),
    (Page::UnwellTold, "unwell-told"),
    (Page::OutOfService, "out-of-service"),
];

const DATA: [&str; 20] = [
    "Northside Family Health Center",
    "English",
    "Español",
    "العربية",
    "Maximiliana-Guadalupe V.",
    "Maximiliana-Guadalupe",
    "••• 4821",
    "m•••@example.org",
    "••• Westminster Ave, Springfield",
    "Blue Meadow Community Health Plan",
    "••• MK73",
    "A127",
    "Waiting area B, second floor, follow the yellow line",
    "Cardiology follow-up",
    "Laboratory",
    "Dr. Alejandra Hernández-Montoya",
    "Nurse Okonkwo",
    "A 12",
    "Smith",
    "Erase",
];

pub fn is_data(text: &str) -> bool {
    DATA.iter().any(|data| text == *data || text.contains(data)) || text.chars().count() < 4
}

fn visit(hour: i32, service: &str, practitioner: &str, standing: Standing) -> VisitRow {
    VisitRow {
        hour,
        minute: 15,
        service: service.into(),
        practitioner: practitioner.into(),
        place: DATA[12].into(),
        standing,
        opens_hour: 14,
        opens_minute: 30,
        day: 3,
        month: 12,
        ticket: "A127".into(),
        site_address: "".into(),
        how_far: "".into(),
    }
}

pub fn fill(kiosk: &Kiosk<'_>, page: Page) {
    kiosk.set_clinic(DATA[0].into());
    let step = match page {
        Page::Find | Page::BirthDate | Page::FamilyName | Page::Birthday => 1,
        Page::IsThisYou => 2,
        Page::Visits => 3,
        Page::Details => 4,
        Page::Insurance => 5,
        Page::CallAs => 6,
        _ => 0,
    };
    kiosk.set_progress_at(step);
    kiosk.set_progress_of(if step > 0 { 6 } else { 0 });
    kiosk.set_can_go_back(step > 0);
    kiosk.set_month(if page == Page::Birthday { 9 } else { 0 });
    kiosk.set_day(if page == Page::Birthday { "14" } else { "" }.into());
    kiosk.set_date_part(if page == Page::Birthday { DatePart::Complete } else { DatePart::Month });
    kiosk.set_try_again(page == Page::BirthDate);
    kiosk.set_tries_left(2);
    kiosk.set_text_before("SMI".into());
    kiosk.set_text_after("TH".into());
    kiosk.set_person(DATA[4].into());
    kiosk.set_first_name(DATA[5].into());
    let visits = vec![
        visit(15, DATA[13], DATA[15], Standing::Open),
        visit(9, DATA[14], DATA[16], Standing::AlreadyCheckedIn),
        visit(17, DATA[14], "", Standing::TooEarly),
    ];
    kiosk.set_visits(ModelRc::from(Rc::new(VecModel::from(visits))));
    kiosk.set_visits_open(1);
    kiosk.set_phone(DATA[6].into());
    kiosk.set_email(DATA[7].into());
    kiosk.set_address(DATA[8].into());
    kiosk.set_payer(DATA[9].into());
    kiosk.set_member_id(DATA[10].into());
    kiosk.set_card_ends_day(31);
    kiosk.set_card_ends_month(10);
    kiosk.set_card_ends_year(2026);
    kiosk.set_card_ended(true);
    kiosk.set_number(if page == Page::CallAs { "" } else { DATA[11] }.into());
    kiosk.set_place(DATA[12].into());
    kiosk.set_print_state(PrintState::Failed);
    kiosk.set_desk_knows(false);
    kiosk.set_why(Why::TooEarly);
    kiosk.set_why_hour(14);
    kiosk.set_why_minute(30);
}

fn slint_files(folder: &Path) -> Vec<PathBuf> {
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
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("ui/lang/{language}/LC_MESSAGES/arrivals.po"));
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
