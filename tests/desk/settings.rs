//! The clinic's settings: what counts, from when on, and for whom.

use std::sync::Arc;

use arrivals::desk::store::Store;
use arrivals::domain::queue::QueueRules;
use arrivals::domain::settings::ClinicSettings;
use jiff::civil::date;

use super::support::{import, morning, place};

#[test]
fn settings_of_another_process_count_at_once() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let before = place.desk.settings();
    let kept_day = place.desk.today().unwrap();
    assert!(!kept_day.rows.is_empty() && kept_day.queues.named("Ear clinic").is_none());
    let mut other = Store::open(place.folder.path()).unwrap();
    let queues = vec![QueueRules { name: "Ear clinic".into(), ..QueueRules::default() }];
    let changed = ClinicSettings { name: "Mill Street Clinic".into(), time_zone: "Pacific/Auckland".into(), queues, ..(*before).clone() };
    other.set_settings(&changed, morning()).unwrap();
    // Whoever reads the day has them without being told.
    let day = place.desk.today().unwrap();
    assert!(day.queues.named("Ear clinic").is_some());
    assert_eq!(place.desk.with_store(|store| Ok(store.date_at(morning()))).unwrap(), date(2026, 11, 24), "the zone too");
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
