//! The kiosk's file: what was saved stays saved, and numbers never repeat.

use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{OpenTickets, Series, Ticket};
use arrivals::store::feed::ListChange;
use arrivals::store::tickets::{CheckIn, KnownTicket};
use arrivals::store::{Store, StoreError};
use jiff::civil::{Date, date};

use super::people::{appointment, checked_in, seal};

fn check_in(store: &mut Store, appointments: &[&str], on: Date) -> Result<KnownTicket, StoreError> {
    let appointments: Vec<AppointmentId> = appointments.iter().map(|id| (*id).into()).collect();
    store.check_in(&CheckIn { date: on, ..checked_in(&"ada".into(), &appointments) })
}

fn number(known: &KnownTicket) -> String {
    known.ticket.number.to_string()
}

const MONDAY: Date = date(2026, 11, 23);
const TUESDAY: Date = date(2026, 11, 24);

#[test]
fn numbers_go_on_after_a_restart_and_begin_again_each_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    for (appointment, day, expected) in
        [("a", MONDAY, "B1"), ("b", MONDAY, "B2"), ("c", TUESDAY, "B1"), ("d", MONDAY, "B3"), ("e", TUESDAY, "B2")]
    {
        // Opened anew each time, as after a restart; the clock may jump back over midnight.
        let mut store = Store::open(&path, "B".parse().unwrap(), seal()).unwrap();
        assert_eq!(number(&check_in(&mut store, &[appointment], day).unwrap()), expected);
    }
    let store = Store::open(&path, "B".parse().unwrap(), seal()).unwrap();
    let positions: Vec<u64> = store.events_after(Seq(0), 100).unwrap().iter().map(|event| event.seq.0).collect();
    assert_eq!(positions, [1, 2, 3, 4, 5]);
}

#[test]
fn a_number_that_someone_may_still_hold_is_not_given_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let wednesday = date(2026, 11, 25);
    let mut store = Store::open(&path, "B".parse().unwrap(), seal()).unwrap();
    let held = |count: u32| Ticket { number: format!("B{count}").parse().unwrap(), date: MONDAY };
    store.hear_open(&OpenTickets { day: MONDAY, tickets: Vec::new() }).unwrap();
    for (appointment, expected) in [("a", "B1"), ("b", "B2"), ("c", "B3")] {
        assert_eq!(number(&check_in(&mut store, &[appointment], MONDAY).unwrap()), expected);
    }
    store.acknowledge(Seq(3)).unwrap();
    // Without the desk over night no one knows who is still here, so all may be.
    assert_eq!(number(&check_in(&mut store, &["d"], TUESDAY).unwrap()), "B4");
    let again = check_in(&mut store, &["c"], TUESDAY).unwrap();
    assert_eq!((again.ticket, again.given_before), (held(3), true));
    store.forget_visits(jiff::Timestamp::MIN, TUESDAY).unwrap();
    assert_eq!(store.visits_of(held(1)).unwrap(), ["a".into()]);
    // The desk says who is: one here and one whose ticket this card never knew.
    drop(store);
    let mut store = Store::open(&path, "B".parse().unwrap(), seal()).unwrap();
    store
        .hear_open(&OpenTickets {
            day: wednesday,
            tickets: vec![held(2), Ticket { date: date(2026, 11, 20), ..held(4) }],
        })
        .unwrap();
    for (appointment, expected) in [("e", "B1"), ("f", "B3"), ("g", "B5")] {
        assert_eq!(number(&check_in(&mut store, &[appointment], wednesday).unwrap()), expected);
    }
    assert_eq!(
        check_in(&mut store, &["b"], wednesday).unwrap().ticket,
        held(2),
        "still here with the ticket of Monday"
    );
    store.acknowledge(Seq(9)).unwrap();
    store.forget_visits(jiff::Timestamp::MIN, wednesday).unwrap();
    let known: Vec<bool> = ["a", "b", "c", "d", "e"].map(|id| store.ticket(&id.into()).unwrap().is_some()).to_vec();
    assert_eq!(known, [false, true, false, false, true]);
    assert!(store.ticket_counts(held(2), wednesday).unwrap() && !store.ticket_counts(held(1), wednesday).unwrap());
}

#[test]
fn who_hears_no_hour_begins_the_day_at_midnight() {
    let mut settings = serde_json::to_value(ClinicSettings::default()).unwrap();
    assert_eq!(settings["day_begins_at_hour"], 4);
    let told = |settings: &serde_json::Value| {
        let feed = serde_json::json!({ "cursor": 1, "more": false, "changes": [], "settings": settings });
        let feed: arrivals::sync::wire::Feed = serde_json::from_value(feed).unwrap();
        assert!(feed.open.is_none(), "a desk of before says nothing of who is still here");
        feed.settings.unwrap()
    };
    assert_eq!(told(&settings).day_begins_at_hour, 4);
    settings.as_object_mut().unwrap().remove("day_begins_at_hour");
    assert_eq!(told(&settings).day_begins_at_hour, 0);
    // As kept by a kiosk of before, too.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    Store::open(&path, Series::FIRST, seal()).unwrap().apply_feed(1, Some(&ClinicSettings::default()), &[]).unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("INSERT INTO fact(name, value) VALUES ('settings', ?1)", [settings.to_string()]).unwrap();
    file.execute_batch(
        "DELETE FROM fact WHERE name = 'settings_sealed'; DROP TABLE event_aside;
         ALTER TABLE appointment DROP COLUMN told; PRAGMA user_version = 2",
    )
    .unwrap();
    drop(file);
    assert_eq!(Store::open(&path, Series::FIRST, seal()).unwrap().settings().unwrap().unwrap().day_begins_at_hour, 0);
}

#[test]
fn checking_in_twice_gives_the_same_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    let first = check_in(&mut store, &["a", "b"], MONDAY).unwrap();
    assert!(!first.given_before);
    let again = check_in(&mut store, &["b"], MONDAY).unwrap();
    assert_eq!((again.ticket, again.given_before), (first.ticket, true));
    assert_eq!(store.last_seq().unwrap(), Seq(1));
    // A visit that opened meanwhile gets a ticket of its own, the others keep theirs.
    let later = check_in(&mut store, &["a", "c"], MONDAY).unwrap();
    assert_eq!(number(&later), "A2");
    let events = store.events_after(Seq(1), 10).unwrap();
    assert!(matches!(&events[0].event, KioskEvent::CheckedIn(said) if said.appointments == ["c".into()]));
    assert_eq!(store.visits_of(first.ticket).unwrap(), ["a".into(), "b".into()]);
}

#[test]
fn a_full_disk_keeps_the_number_for_the_next_try() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    check_in(&mut store, &["a"], MONDAY).unwrap();
    store.limit_pages(1).unwrap();
    let mut refused = 0;
    for n in 0..2000 {
        match check_in(&mut store, &[&format!("filler-{n}")], MONDAY) {
            Ok(_) => {}
            Err(StoreError::Full) => {
                refused += 1;
                break;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(refused, 1, "the disk never filled up");
    let last = store.last_seq().unwrap();
    store.limit_pages(1_000_000).unwrap();
    let next = check_in(&mut store, &["z"], MONDAY).unwrap();
    assert_eq!(u64::from(next.ticket.number.count()), last.0 + 1, "a number was used up by a check-in that failed");
}

#[test]
fn positions_are_not_used_again_after_old_events_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    let event = KioskEvent::WalkedAway { step: "find".into() };
    let early = "2026-11-23T14:00:00Z".parse().unwrap();
    let late = "2026-11-24T14:00:00Z".parse().unwrap();
    for _ in 0..3 {
        store.append(early, &event).unwrap();
    }
    store.acknowledge(Seq(2)).unwrap();
    // The third is not acknowledged, so it stays however old it is.
    assert_eq!(store.forget_events(late).unwrap(), 2);
    store.acknowledge(Seq(3)).unwrap();
    assert_eq!(store.forget_events(late).unwrap(), 1);
    assert_eq!(store.append(late, &event).unwrap(), Seq(4));
    store.acknowledge(Seq(1)).unwrap();
    assert_eq!(store.acknowledged().unwrap(), Seq(3), "an acknowledgement never goes back");
}

#[test]
fn the_feed_is_taken_whole_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
    let elsewhere = Ticket { number: "C4".parse().unwrap(), date: MONDAY };
    {
        let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
        let changes = [
            ListChange::Appointment(Box::new(appointment("a"))),
            ListChange::Appointment(Box::new(appointment("b"))),
            ListChange::Visit { appointment: "b".into(), ticket: Some(elsewhere), seen: true },
            ListChange::Removed("a".into()),
        ];
        store.apply_feed(17, Some(&settings), &changes).unwrap();
    }
    let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
    assert_eq!((store.cursor().unwrap(), store.settings().unwrap()), (17, Some(settings)));
    let list = store.list().unwrap();
    assert_eq!((list.len(), list.get(&"b".into()).is_some()), (1, true));
    // Checked in at another kiosk: the same ticket here.
    let known = check_in(&mut store, &["b"], MONDAY).unwrap();
    assert_eq!((known.ticket, known.seen, known.given_before), (elsewhere, true, true));
    assert!(store.desk_knows(&"b".into()).unwrap());
}

#[test]
fn another_version_of_the_program_reads_what_is_there_and_hears_everything_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
    let feed = serde_json::json!({ "cursor": 17, "more": false, "changes": [], "settings": settings });
    let mut newer = feed.clone();
    newer["settings"]["tomorrow"] = serde_json::json!({ "much": 1 });
    newer["settings"]["insurance"]["tomorrow"] = serde_json::json!(true);
    for feed in [feed, newer.clone()] {
        let feed: arrivals::sync::wire::Feed = serde_json::from_value(feed).unwrap();
        assert_eq!(feed.settings.as_ref(), Some(&settings));
        Store::open(&path, Series::FIRST, seal())
            .unwrap()
            .apply_feed(feed.cursor, feed.settings.as_ref(), &[])
            .unwrap();
    }
    let sealed = seal().seal("settings_sealed", newer["settings"].to_string().as_bytes()).unwrap();
    let kept: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = rusqlite::Connection::open(&path).unwrap();
    assert_eq!(file.execute("UPDATE fact SET value = ?1 WHERE name = 'settings_sealed'", [&kept]).unwrap(), 1);
    assert_eq!(file.execute("UPDATE fact SET value = '0.0.1' WHERE name = 'feed_program'", []).unwrap(), 1);
    let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
    assert_eq!((store.cursor().unwrap(), store.settings().unwrap()), (0, Some(settings)));
    store.apply_feed(18, None, &[]).unwrap();
    assert_eq!(store.cursor().unwrap(), 18);
}

#[test]
fn an_undone_check_in_frees_the_visit_but_not_one_the_desk_has_not_heard_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    check_in(&mut store, &["a"], MONDAY).unwrap();
    let undone = [ListChange::Visit { appointment: "a".into(), ticket: None, seen: false }];
    store.apply_feed(1, None, &undone).unwrap();
    assert!(store.ticket(&"a".into()).unwrap().is_some());
    assert!(!store.desk_knows(&"a".into()).unwrap());
    store.acknowledge(Seq(1)).unwrap();
    assert!(store.desk_knows(&"a".into()).unwrap());
    store.apply_feed(2, None, &undone).unwrap();
    assert!(store.ticket(&"a".into()).unwrap().is_none());
}

#[test]
fn a_file_that_is_no_store_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    std::fs::write(&path, "this is not a database, but it is long enough to look like a file of some kind").unwrap();
    let error = Store::open(&path, Series::FIRST, seal()).unwrap_err().to_string();
    assert!(error.contains("kiosk.db") && error.contains("move it away"), "{error}");
    let newer = folder.path().join("newer.db");
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(&newer, Series::FIRST, seal()), Err(StoreError::Newer { found: 99, .. })));
}

#[test]
fn failed_tries_are_kept_over_a_restart() {
    use arrivals::store::brake::{Brake, Tries};
    use std::time::Duration;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let now: jiff::Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
    let (mut brake, elapsed) = (Brake::default(), Duration::from_secs(7000));
    {
        let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
        for _ in 0..20 {
            brake.count(elapsed, 20);
        }
        store.keep_failed_tries(Tries::Guessed, &brake.tries(elapsed, now)).unwrap();
    }
    let store = Store::open(&path, Series::FIRST, seal()).unwrap();
    let mut again =
        Brake::kept(&store.failed_tries(Tries::Guessed).unwrap(), Duration::ZERO, now + Duration::from_secs(60));
    assert!(again.is_on(Duration::ZERO, 20), "whoever pulls the plug is braked again");
    assert!(store.failed_tries(Tries::AfterLetter).unwrap().is_empty());
}
