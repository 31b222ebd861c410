//! A kiosk that says more than the desk takes, or what it does not understand: what fits is taken, the rest is told,
//! and nothing waits behind it.

use arrivals::clock::Clock;
use arrivals::desk::service::kiosks::served::Unserved;
use arrivals::desk::service::kiosks::watch::{Alarm, Standing};
use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::queue::VisitState;
use arrivals::domain::reason::Reason;
use arrivals::sync::wire::Held;
use jiff::SignedDuration;
use jiff::civil::date;
use std::time::Duration;

use super::page::ready;
use super::support::{Place, TOKEN_A, checked_in, http, import, place, post_of, stopped};

fn day() -> Place {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place
}

fn aside(place: &Place) -> Option<(u64, String)> {
    let watch = place.desk.kiosks().unwrap();
    let lobby = watch.kiosks.iter().find(|watched| watched.row.id.as_str() == "lobby").unwrap();
    lobby.alarms.iter().find_map(|alarm| match alarm {
        Alarm::Aside(count, why) => Some((*count, why.clone())),
        _ => None,
    })
}

#[test]
fn a_check_in_that_says_too_much_is_taken_as_far_as_it_fits_and_is_told() {
    let place = day();
    let mut many: Vec<String> = vec!["apt-0001".to_owned()];
    many.extend((0..1000).map(|n| format!("made-up-{n}")));
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut first = checked_in(1, 'A', 1, &many);
    let mut long = checked_in(2, 'A', 2, &["apt-0002"]);
    let mut far = checked_in(3, 'A', 3, &["apt-0003"]);
    if let KioskEvent::CheckedIn(arrival) = &mut long.event {
        arrival.companion = Some("x".repeat(1_000_000).into());
    }
    if let KioskEvent::CheckedIn(arrival) = &mut far.event {
        arrival.ticket.date = date(9999, 12, 31);
    }
    let events = vec![first.clone(), long, far.clone(), stopped(4, Reason::AskedForHelp, &["apt-0004"])];
    assert_eq!(
        place.desk.take_post(TOKEN_A, &post_of("lobby", events.clone())).unwrap().held,
        Seq(4),
        "nothing waits behind them"
    );
    for id in ["apt-0001", "apt-0002", "apt-0003"] {
        assert_eq!(place.desk.visit(&AppointmentId::from(id)).unwrap().unwrap().state, VisitState::Arrived, "{id}");
    }
    let ticket = place.desk.visit(&"apt-0003".into()).unwrap().unwrap().ticket.unwrap();
    assert_eq!(ticket.date, date(2026, 11, 23), "the day on which the desk heard of it");
    let size = std::fs::metadata(place.folder.path().join("desk.sqlite")).unwrap().len();
    assert!(size < 3_000_000, "{size}");
    let (count, why) = aside(&place).unwrap();
    assert!(count == 3 && why.contains("400 days ago"), "{count} {why}");
    // Sent again, also on another day, it is the same; another one under its number is not.
    place.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", events)).unwrap().held, Seq(4));
    assert_eq!(aside(&place).unwrap().0, 3);
    if let KioskEvent::CheckedIn(arrival) = &mut first.event {
        arrival.appointments.pop();
    }
    assert!(matches!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![first])), Err(Unserved::OtherHistory)));
    place.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
    assert_eq!(aside(&place), None, "old news");
}

#[test]
fn what_an_honest_kiosk_says_is_never_cut() {
    let place = day();
    place.clock.advance(Duration::from_secs(300 * 24 * 60 * 60));
    // Without its desk for most of a year.
    assert_eq!(
        place
            .desk
            .take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001", "apt-0002"])]))
            .unwrap()
            .held,
        Seq(1)
    );
    assert_eq!(aside(&place), None);
    let ticket = place.desk.visit(&"apt-0001".into()).unwrap().unwrap().ticket.unwrap();
    assert_eq!(ticket.date, date(2026, 11, 23));
}

#[test]
fn a_ticket_of_today_is_one_also_for_a_desk_whose_clock_is_behind_and_stays_what_it_was() {
    let place = day();
    super::clean_up::works(&place.desk);
    let now = place.clock.now();
    let ticket = |visit: &str| place.desk.visit(&AppointmentId::from(visit)).unwrap().unwrap().ticket.unwrap().date;
    let of = |seq: u64, visit: &str, day| {
        let mut event = checked_in(seq, 'A', 1, &[visit]);
        if let KioskEvent::CheckedIn(arrival) = &mut event.event {
            arrival.ticket.date = day;
        }
        event
    };
    let events = vec![of(1, "apt-0001", date(2026, 11, 23)), of(2, "apt-0002", date(2026, 12, 20))];
    place.clock.set(now - SignedDuration::from_hours(24 * 40));
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", events.clone())).unwrap().held, Seq(2));
    assert_eq!(["apt-0001", "apt-0002"].map(ticket), [date(2026, 11, 23), date(2026, 10, 14)]);
    // By a right clock the second one's day may be one; it was taken as another.
    place.clock.set(now + SignedDuration::from_hours(24 * 27));
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", events)).unwrap().held, Seq(2), "sent again");
    assert_eq!(["apt-0001", "apt-0002"].map(ticket), [date(2026, 11, 23), date(2026, 10, 14)]);
}

#[test]
fn another_log_that_says_too_much_can_be_allowed_to_continue() {
    let place = day();
    let far = |seq: u64, visit: &str| {
        let mut event = checked_in(seq, 'A', 1, &[visit]);
        if let KioskEvent::CheckedIn(arrival) = &mut event.event {
            arrival.ticket.date = date(9999, 12, 31);
        }
        event
    };
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![far(1, "apt-0001")])).unwrap();
    let other = || place.desk.take_post(TOKEN_A, &post_of("lobby", vec![far(1, "apt-0002")]));
    assert!(matches!(other(), Err(Unserved::OtherHistory)));
    assert!(place.desk.kiosks().unwrap().raised.iter().any(|raised| raised.alarm.code() == "other-log"));
    place.desk.adopt_kiosk(&"lobby".into(), "ana").unwrap();
    let held = other().unwrap();
    assert_eq!((held.held, held.adopted), (Seq(1), true));
}

#[tokio::test]
async fn an_event_of_a_newer_kiosk_holds_up_nothing_and_is_kept() {
    let (place, serving, cookie) = ready().await;
    let bearer = format!("Bearer {TOKEN_A}");
    let post = async |body: String| {
        http(serving.addr, "POST", "/api/kiosk/events", &[("authorization", &bearer)], &body).await
    };
    let before = serde_json::to_string(&checked_in(1, 'A', 1, &["apt-0001"])).unwrap();
    let after = serde_json::to_string(&checked_in(3, 'A', 2, &["apt-0002"])).unwrap();
    let newer = r#"{"seq":2,"at":"2026-11-23T13:00:00Z","event":{"kind":"sang-a-song","who":"Zebedee"}}"#;
    let whole = format!(r#"{{"kiosk":"lobby","last":3,"events":[{before},{newer},{after}]}}"#);
    for _ in 0..2 {
        let answer = post(whole.clone()).await;
        assert_eq!(serde_json::from_str::<Held>(&answer.body).unwrap().held, Seq(3), "{answer:?}");
    }
    assert_eq!(place.desk.visit(&"apt-0002".into()).unwrap().unwrap().state, VisitState::Arrived);
    let watch = place.desk.kiosks().unwrap();
    assert!(watch.raised.iter().any(|raised| raised.alarm.code() == "newer"));
    assert_ne!(watch.kiosks[0].standing, Standing::Working);
    let page = http(serving.addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await.body;
    assert!(
        page.contains("1 report contains something this version doesn't support: update the desk")
            && !page.contains("Zebedee"),
        "{page}"
    );
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let kept: String = conn.query_row("SELECT body FROM kiosk_event WHERE seq = 2", [], |row| row.get(0)).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(json(&kept), json(newer), "for a version that understands it");
    // Everything can still be built anew.
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(place.desk.visit(&"apt-0002".into()).unwrap().unwrap().state, VisitState::Arrived);
    // Another one under its number is another history; what has no place is no event.
    let other = newer.replace("a-song", "another");
    assert_eq!(post(format!(r#"{{"kiosk":"lobby","last":3,"events":[{other}]}}"#)).await.status, 409);
    assert_eq!(post(r#"{"kiosk":"lobby","last":3,"events":[{"event":{"kind":"x"}}]}"#.to_owned()).await.status, 400);
    serving.stop().await;
}
