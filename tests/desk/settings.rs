//! The clinic's settings: what counts, from when on, and for whom.

use std::process::Command;
use std::sync::Arc;

use arrivals::desk::Desk;
use arrivals::desk::store::{AuditSearch, COMMAND, Store};
use arrivals::domain::queue::QueueRules;
use arrivals::domain::settings::{ClinicSettings, LetterKeys};
use jiff::civil::date;

use super::support::{import, morning, place};

#[test]
fn settings_of_another_process_count_at_once() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let before = place.desk.settings();
    let kept_day = place.desk.today().unwrap();
    assert!(!kept_day.list.is_empty() && kept_day.queues.named("Ear clinic").is_none());
    let mut other = Store::open(place.folder.path()).unwrap();
    let queues = vec![QueueRules { name: "Ear clinic".into(), ..QueueRules::default() }];
    let time_zone = "Pacific/Auckland".to_owned();
    let changed = ClinicSettings {
        name: "Mill Street Clinic".into(),
        time_zone,
        day_begins_at_hour: 0,
        queues,
        ..(*before).clone()
    };
    other.set_settings(&changed, morning()).unwrap();
    // Whoever reads the day has them without being told.
    let day = place.desk.today().unwrap();
    assert!(day.queues.named("Ear clinic").is_some());
    assert_eq!(
        place.desk.with_store(|store| Ok(store.date_at(morning()))).unwrap(),
        date(2026, 11, 24),
        "zone and hour too"
    );
    assert_eq!(place.desk.settings().name, "Mill Street Clinic");
    other.set_settings(&ClinicSettings { name: "Hill Road Clinic".into(), ..changed }, morning()).unwrap();
    place.desk.notify();
    assert_eq!(place.desk.settings().name, "Hill Road Clinic");
    assert_eq!(before.name, "Clinic", "who holds the old ones finishes with them");
    // What did not change is not read again.
    let held = place.desk.settings();
    place.desk.notify();
    assert!(Arc::ptr_eq(&held, &place.desk.settings()));
}

#[test]
fn a_configurations_settings_count_until_they_are_changed_otherwise() {
    let place = place();
    let open = |name: &str| {
        let settings = ClinicSettings { name: name.into(), ..ClinicSettings::default() };
        Desk::open(place.folder.path(), settings, Arc::new(place.clock.clone())).unwrap()
    };
    assert_eq!(open("First").settings().name, "First");
    let desk = open("Second");
    assert_eq!(desk.settings().name, "Second");
    assert!(!desk.has_own_settings().unwrap());
    let wanted = ClinicSettings { late_minutes: 20, ..(*desk.settings()).clone() };
    assert_eq!(desk.take_settings(&wanted, "abe").unwrap(), ["late_minutes"]);
    let desk = open("Third");
    assert_eq!((desk.settings().name.as_str(), desk.settings().late_minutes), ("Second", 20));
    assert!(desk.has_own_settings().unwrap());
    // The keys of letters are the desk's own, whatever is put in force, and stay.
    let keys = desk.settings().letters.clone();
    let told = ClinicSettings { letters: LetterKeys { clinic: "00000000".into(), keys: Vec::new() }, ..wanted };
    assert!(desk.take_settings(&told, "abe").unwrap().is_empty());
    assert!(!keys.is_empty() && desk.settings().letters == keys);
    let versions = desk.settings_versions().unwrap();
    let said: Vec<(u64, &str, String)> =
        versions.iter().map(|row| (row.n, row.user.as_str(), row.parts.join(" "))).collect();
    assert_eq!(
        said,
        [
            (4, "abe", "late_minutes".to_owned()),
            (3, COMMAND, "name".to_owned()),
            (2, COMMAND, "name".to_owned()),
            (1, COMMAND, String::new())
        ]
    );
    assert_eq!(desk.settings_version(2).unwrap().unwrap().name, "First");
    assert!(desk.settings_version(9).unwrap().is_none());
    let rows = desk
        .with_store(|store| store.audit_rows(&AuditSearch { user: Some("abe".into()), ..AuditSearch::default() }, 9))
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.action.as_str(), row.about.as_str())).collect::<Vec<_>>(),
        [("settings-set", "late_minutes")]
    );
}

#[test]
fn settings_go_out_and_in_by_command() {
    let place = place();
    let data = place.folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .args(["--data", data])
            .env("RUST_LOG", "warn")
            .output();
        let done = done.unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("clinic.toml");
    let file = file.to_str().unwrap();
    let example = "deploy/desk.example.toml";
    let (status, said, _) = run(&["settings", "import", example, "--dry-run"]);
    assert!(status == Some(0) && said.contains("Clinic: Clinic name: Clinic -> Mill Street Clinic\n"), "{said}");
    assert!(said.contains(
        "Queues: Queue \"Dr. Kassulke\": nothing -> Name: Dr. Kassulke; Providers whose patients wait here: \
         Dr. June Kassulke"
    ));
    assert_eq!(place.desk.settings().name, "Clinic");
    assert!(!place.desk.has_own_settings().unwrap());
    assert!(run(&["settings", "import", example]).1.ends_with("changed, published for all kiosks\n"));
    place.desk.notify();
    assert_eq!(place.desk.settings().name, "Mill Street Clinic", "a running desk has them");
    assert_eq!(run(&["settings", "export", "--out", file]).0, Some(0));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(
        text.contains("[clinic]")
            && !text.contains("token")
            && !text.contains("clinic.letters")
            && !text.contains("key ="),
        "{text}"
    );
    assert_eq!(run(&["settings", "import", file]).1, "0 changed, published for all kiosks\n");
    std::fs::write(file, "[clinic]\ncountry = \"Narnia\"").unwrap();
    let (status, _, why) = run(&["settings", "import", file]);
    assert!(status == Some(1) && why.contains("two capital letters"), "{why}");
    assert_eq!(place.desk.settings().country, "US");
}
