//! The watch over the kiosks: what they say of themselves is kept, what staff want of them reaches them once and in
//! time, and what is wrong is said until it is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrivals::clock::ManualClock;
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::service::kiosks::watch::{Alarm, Standing};
use arrivals::desk::store::{AuditSearch, OrderRefused, OrderState};
use arrivals::domain::event::{Ended, KioskEvent, LoggedEvent, StepTime, StepTimes};
use arrivals::domain::ids::{KioskId, Seq};
use arrivals::domain::kiosk::{OrderEnd, OrderStage};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::Ticket;
use arrivals::sync::api::{Attempt, DeskApi, Refusal};
use arrivals::sync::wire::{BrakeHealth, Change, Condition, DeviceHealth, Health, ListHealth, Order, OrderKind};
use jiff::{SignedDuration, Timestamp};

use super::support::{Place, TOKEN_A, TOKEN_B, checked_in, event, morning, place, post_of, stopped};

pub fn lobby() -> KioskId {
    KioskId::from("lobby")
}

/// A kiosk at which all is well, at `now` by its own clock.
pub fn well(now: Timestamp) -> Health {
    let ready = || DeviceHealth { is: Condition::Ready, why: String::new() };
    Health {
        version: "0.1.0".into(),
        protocol: arrivals::sync::wire::PROTOCOL,
        started: now,
        now,
        waiting: 0,
        printer: ready(),
        scanner: ready(),
        camera: DeviceHealth { is: Condition::Absent, why: String::new() },
        celsius: Some(52),
        disk_free_mib: Some(9000),
        newer: 0,
        out_of_service: false,
        obeyed: 0,
        ends: Vec::new(),
        list: None,
        brake: None,
    }
}

fn now(place: &Place) -> Timestamp {
    use arrivals::clock::Clock as _;
    place.clock.now()
}

pub async fn say(place: &Place, health: Health) -> Vec<Order> {
    match InProcess::new(place.desk.clone(), TOKEN_A).report(health, Duration::ZERO).await {
        Attempt::Sent(orders) => orders.orders,
        other => panic!("{other:?}"),
    }
}

async fn obeying(place: &Place, obeyed: u64) -> Vec<u64> {
    say(place, Health { obeyed, ..well(now(place)) }).await.into_iter().map(|order| order.id).collect()
}

fn order(place: &Place, what: OrderKind) -> u64 {
    place.desk.order(&lobby(), &what, "ana").unwrap().unwrap()
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// The lobby's standing and the codes of its alarms.
fn standing(place: &Place) -> (Standing, Vec<&'static str>) {
    let watch = place.desk.kiosks().unwrap();
    let lobby = watch.kiosks.iter().find(|watched| watched.row.id == lobby()).unwrap();
    (lobby.standing, lobby.alarms.iter().map(Alarm::code).collect())
}

fn out_of_paper(now: Timestamp) -> Health {
    Health { printer: DeviceHealth { is: Condition::Failed, why: "out of paper".into() }, ..well(now) }
}

#[tokio::test]
async fn what_a_kiosk_says_of_itself_is_kept_and_wakes_pages_only_when_they_would_show_another_thing() {
    let place = place();
    let revision = || place.desk.with_store(|store| store.revision()).unwrap();
    assert_eq!(standing(&place), (Standing::Unknown, vec![]));
    let slow_clock = now(&place) - SignedDuration::from_mins(5);
    say(&place, Health { now: slow_clock, ..well(slow_clock) }).await;
    let watch = place.desk.kiosks().unwrap();
    let heard = watch.kiosks.iter().find_map(|watched| watched.row.health.clone()).unwrap();
    assert_eq!((heard.clock, heard.at, heard.online_since), (SignedDuration::from_mins(5), morning(), morning()));
    assert_eq!(standing(&place), (Standing::NeedsSomebody, vec![]), "a clock is no alarm");
    let first = revision();
    for second in 1..=8 {
        place.clock.advance(Duration::from_secs(25));
        let now = now(&place) - SignedDuration::from_mins(5);
        say(&place, Health { now, celsius: Some(50 + second), disk_free_mib: Some(8000), ..well(slow_clock) }).await;
        assert_ne!(standing(&place).0, Standing::Silent);
    }
    assert_eq!(revision(), first, "nothing that anybody would act on has changed");
    let kept = place.desk.with_store(|store| store.kiosk_rows()).unwrap().remove(1).health.unwrap();
    assert!(kept.health.celsius > Some(55) && kept.online_since == morning());
    say(&place, out_of_paper(now(&place))).await;
    assert!(revision() > first);
    assert_eq!(standing(&place), (Standing::NeedsSomebody, vec!["printer"]));
    let long = DeviceHealth { is: Condition::Failed, why: "x\u{7}".repeat(5000) };
    say(&place, Health { printer: long, ..well(now(&place)) }).await;
    let kept = place.desk.with_store(|store| store.kiosk_rows()).unwrap().remove(1).health.unwrap();
    assert_eq!(kept.health.printer.why, "x".repeat(160));
}

#[tokio::test]
async fn a_kiosk_speaks_for_itself_alone() {
    let place = place();
    let with = |token: &str| InProcess::new(place.desk.clone(), token);
    let answer = with("nobody's token at all").report(well(morning()), Duration::ZERO).await;
    assert_eq!(answer, Attempt::Refused(Refusal::UnknownToken));
    order(&place, OrderKind::InService);
    let answer = with(TOKEN_B).report(well(morning()), Duration::ZERO).await;
    assert!(matches!(answer, Attempt::Sent(orders) if orders.orders.is_empty()));
    let rows = place.desk.with_store(|store| store.kiosk_rows()).unwrap();
    assert!(rows[0].health.is_some() && rows[1].health.is_none(), "annex spoke, lobby did not");
}

#[tokio::test]
async fn an_order_is_told_until_it_is_done_and_then_never_again() {
    let place = place();
    let say_something = order(&place, OrderKind::Say { text: text("Please come to the desk") });
    assert_eq!(obeying(&place, 0).await, [say_something]);
    assert_eq!(obeying(&place, 0).await, [0; 0], "it was told a moment ago");
    place.clock.advance(Duration::from_secs(5));
    assert_eq!(obeying(&place, 0).await, [say_something], "the answer may have been lost");
    let state = || place.desk.with_store(|store| store.orders_of(&lobby(), 9, now(&place))).unwrap();
    assert_eq!(state()[0].state, OrderState::Waiting);
    assert_eq!(obeying(&place, say_something).await, [0; 0]);
    assert_eq!(state()[0].state, OrderState::Done(now(&place)));
    assert_eq!((state()[0].user.as_str(), state().len()), ("ana", 1));
    place.clock.advance(Duration::from_secs(60));
    assert_eq!(obeying(&place, say_something).await, [0; 0]);
    // Another order does not wait until the one before may be told again.
    let first = order(&place, OrderKind::Restart);
    assert_eq!(obeying(&place, say_something).await, [first]);
    let second = order(&place, OrderKind::Say { text: text("One moment") });
    assert_eq!(obeying(&place, say_something).await, [first, second]);
}

#[tokio::test]
async fn what_is_for_the_moment_is_over_after_ten_minutes_and_whether_patients_are_served_never_is() {
    let place = place();
    let out = order(&place, OrderKind::OutOfService { text: text("Closed until noon") });
    let back = order(&place, OrderKind::InService);
    let out_again = order(&place, OrderKind::OutOfService { text: String::new() });
    let late = order(&place, OrderKind::Say { text: text("Your taxi is here") });
    place.clock.advance(Duration::from_secs(599));
    assert_eq!(obeying(&place, 0).await, [out_again, late]);
    place.clock.advance(Duration::from_secs(5));
    assert_eq!(obeying(&place, 0).await, [out_again], "late by the desk's own clock");
    place.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(obeying(&place, 0).await, [out_again]);
    assert_eq!(obeying(&place, out_again).await, [0; 0]);
    let never_told = order(&place, OrderKind::Restart);
    place.clock.advance(Duration::from_secs(3600));
    let states: Vec<_> = place.desk.with_store(|store| store.orders_of(&lobby(), 9, now(&place))).unwrap();
    let states: Vec<_> = states.into_iter().map(|row| (row.id, row.state)).collect();
    assert!(matches!(states[2], (_, OrderState::Done(_))), "{states:?}");
    assert_eq!(
        [states[0], states[1], states[3], states[4]],
        [
            (never_told, OrderState::TooLate),
            (late, OrderState::TooLate),
            (back, OrderState::Replaced),
            (out, OrderState::Replaced)
        ]
    );
    // A kiosk whose file was replaced has carried out nothing. To one that knows higher numbers than a desk that was
    // put back from an older copy, what is wanted from now on is new.
    assert_eq!(obeying(&place, 0).await, [out_again]);
    place.clock.advance(Duration::from_secs(60));
    assert_eq!(obeying(&place, 9000).await, [0; 0]);
    let after_all = order(&place, OrderKind::InService);
    assert_eq!((after_all, obeying(&place, 9000).await), (9001, vec![9001]));
    let next = order(&place, OrderKind::Restart);
    assert_eq!((next, obeying(&place, 9001).await), (9002, vec![9002]));
}

#[tokio::test]
async fn a_waiting_kiosk_hears_at_once_also_what_another_program_wants() {
    let place = place();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let kiosk = InProcess::new(place.desk.clone(), TOKEN_A);
    let wait = Duration::from_secs(20);
    let desk = place.desk.clone();
    let began = Instant::now();
    let (answer, id) = tokio::join!(kiosk.report(well(morning()), wait), async move {
        tokio::task::spawn_blocking(move || {
            desk.order(&lobby(), &OrderKind::OutOfService { text: String::new() }, "ana").unwrap().unwrap()
        })
        .await
        .unwrap()
    });
    assert!(matches!(&answer, Attempt::Sent(orders) if orders.orders[0].id == id), "{answer:?}");
    let folder = place.folder.path().to_owned();
    let other = async {
        tokio::task::spawn_blocking(move || {
            let other = Desk::open_stored(&folder, Arc::new(ManualClock::at(morning()))).unwrap();
            other.order(&lobby(), &OrderKind::InService, "ben").unwrap().unwrap()
        })
        .await
        .unwrap()
    };
    let (answer, id) = tokio::join!(kiosk.report(Health { obeyed: id, ..well(morning()) }, wait), other);
    assert!(
        matches!(&answer, Attempt::Sent(orders) if orders.orders[0].id == id && orders.orders.len() == 1),
        "{answer:?}"
    );
    assert!(began.elapsed() < wait, "neither waited for the poll to end");
    serving.stop().await;
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused_in_a_sentence_and_those_that_do_are_in_the_audit_without_their_words() {
    let place = place();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let ticket = |text: &str, day: i8| Ticket { number: text.parse().unwrap(), date: jiff::civil::date(2026, 11, day) };
    for (kiosk, what, refused) in [
        ("nowhere", OrderKind::InService, OrderRefused::NoKiosk),
        ("lobby", OrderKind::Say { text: text("  ") }, OrderRefused::NoText),
        ("lobby", OrderKind::Say { text: "x".repeat(201) }, OrderRefused::LongText),
        ("lobby", OrderKind::OutOfService { text: text("two\nlines") }, OrderRefused::LongText),
        ("lobby", OrderKind::PrintAgain { ticket: ticket("A2", 23) }, OrderRefused::OtherTicket),
        ("lobby", OrderKind::PrintAgain { ticket: ticket("A1", 22) }, OrderRefused::OtherTicket),
        ("annex", OrderKind::PrintAgain { ticket: ticket("A1", 23) }, OrderRefused::OtherTicket),
    ] {
        assert_eq!(place.desk.order(&KioskId::from(kiosk), &what, "ana").unwrap(), Err(refused), "{what:?}");
        assert!(refused.sentence().ends_with('.'));
    }
    order(&place, OrderKind::PrintAgain { ticket: ticket("A1", 23) });
    order(&place, OrderKind::Say { text: text("Zoë, your taxi is here") });
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 2)).unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.user.as_str(), row.action.as_str(), row.patient.as_str(), row.about.as_str()))
        .collect();
    assert_eq!(
        rows,
        [("ana", "kiosk-say", "", "kiosk lobby"), ("ana", "kiosk-print-again", "p", "kiosk lobby ticket A1")]
    );
}

#[tokio::test]
async fn silence_is_an_alarm_by_the_clock_alone_and_ends_with_a_word() {
    let place = place();
    say(&place, well(now(&place))).await;
    assert!(place.desk.reaches(&lobby()).unwrap() && !place.desk.reaches(&KioskId::from("annex")).unwrap());
    place.clock.advance(Duration::from_secs(89));
    assert_eq!(standing(&place), (Standing::Working, vec![]));
    place.clock.advance(Duration::from_secs(1));
    assert_eq!(standing(&place), (Standing::Silent, vec!["silent"]));
    assert!(!place.desk.reaches(&lobby()).unwrap());
    let before = place.desk.with_store(|store| store.revision()).unwrap();
    place.desk.watch_kiosks().unwrap();
    let raised = place.desk.kiosks().unwrap().raised.clone();
    assert!(place.desk.with_store(|store| store.revision()).unwrap() > before, "pages hear of it");
    place.desk.watch_kiosks().unwrap();
    assert_eq!(place.desk.kiosks().unwrap().raised, raised, "and once");
    let [one] = &raised[..] else { panic!("{raised:?}") };
    assert!(one.alarm == Alarm::Silent(morning()) && one.since == Some(now(&place)) && one.seen.is_none());
    // Somebody has seen it: quiet for everybody, until it is over and begins anew.
    let since = raised[0].since.unwrap();
    assert!(!place.desk.see_alarm(&lobby(), "silent", morning(), "ana").unwrap(), "as it was shown, or not at all");
    assert!(place.desk.see_alarm(&lobby(), "silent", since, "ana").unwrap());
    assert!(!place.desk.see_alarm(&lobby(), "silent", since, "ben").unwrap());
    place.clock.advance(Duration::from_secs(600));
    place.desk.watch_kiosks().unwrap();
    assert_eq!(place.desk.kiosks().unwrap().raised[0].seen.as_ref().unwrap().0, "ana");
    say(&place, well(now(&place))).await;
    assert_eq!(standing(&place), (Standing::Working, vec![]));
    place.desk.watch_kiosks().unwrap();
    let kept = place.desk.with_store(|store| store.kiosk_rows()).unwrap().remove(1).health.unwrap();
    assert_eq!(kept.online_since, now(&place));
    place.clock.advance(Duration::from_secs(90));
    place.desk.watch_kiosks().unwrap();
    assert_eq!(place.desk.kiosks().unwrap().raised[0].seen, None);
}

#[tokio::test]
async fn another_fault_of_the_printer_is_another_alarm_and_a_kiosk_that_staff_closed_has_none() {
    let place = place();
    say(&place, out_of_paper(now(&place))).await;
    place.desk.watch_kiosks().unwrap();
    let since = place.desk.kiosks().unwrap().raised[0].since.unwrap();
    assert!(place.desk.see_alarm(&lobby(), "printer", since, "ana").unwrap());
    place.clock.advance(Duration::from_secs(1));
    let jammed = DeviceHealth { is: Condition::Failed, why: "the cutter is jammed".into() };
    say(&place, Health { printer: jammed, ..well(now(&place)) }).await;
    place.desk.watch_kiosks().unwrap();
    assert_eq!(place.desk.kiosks().unwrap().raised[0].seen, None);
    order(&place, OrderKind::OutOfService { text: text("Being repaired") });
    assert_eq!(standing(&place), (Standing::OutOfService, vec![]));
    place.clock.advance(Duration::from_secs(3600));
    assert_eq!(standing(&place), (Standing::OutOfService, vec![]), "switched off for the repair");
    order(&place, OrderKind::InService);
    assert_eq!(standing(&place), (Standing::Silent, vec!["silent"]));
}

#[tokio::test]
async fn events_that_wait_although_the_kiosk_answers_are_an_alarm_after_two_minutes() {
    let place = place();
    for (minutes, waiting, expected) in [(0, 3, 0), (1, 2, 0), (1, 2, 1), (1, 0, 0), (1, 4, 0)] {
        place.clock.advance(Duration::from_secs(60 * minutes));
        say(&place, Health { waiting, ..well(now(&place)) }).await;
        assert_eq!(standing(&place).1.len(), expected, "{waiting}");
    }
}

fn tries(from: u64, at: Timestamp, good: u64, away: u64) -> Vec<LoggedEvent> {
    (0..good + away)
        .map(|n| {
            let seq = from + n;
            let what = match n {
                n if n < good => checked_in(seq, 'A', u32::try_from(seq).unwrap(), &[&format!("apt-{seq}")]).event,
                n if n % 2 == 0 => KioskEvent::WalkedAway { step: "birth-date".into() },
                _ => stopped(seq, Reason::NotFound, &[]).event,
            };
            LoggedEvent { seq: Seq(seq), at: at + SignedDuration::from_secs(i64::try_from(n).unwrap()), event: what }
        })
        .collect()
}

#[tokio::test]
async fn failing_more_people_than_usual_is_measured_against_the_kiosks_own_weeks() {
    let place = place();
    let mut seq = 1;
    let mut post = |desk: &Desk, at: Timestamp, good, away| {
        desk.take_post(TOKEN_A, &post_of("lobby", tries(seq, at, good, away))).unwrap();
        seq += good + away;
    };
    // Ten days on which one of ten gave up at this time of day, and eight of ten in the evening.
    for _ in 0..10 {
        post(&place.desk, now(&place), 9, 1);
        place.clock.advance(Duration::from_secs(10 * 3600));
        post(&place.desk, now(&place), 2, 8);
        place.clock.advance(Duration::from_secs(14 * 3600));
    }
    say(&place, well(now(&place))).await;
    assert_eq!(standing(&place).1, Vec::<&str>::new());
    let six_of_ten = now(&place);
    post(&place.desk, six_of_ten, 4, 6);
    place.clock.advance(Duration::from_secs(60));
    say(&place, well(now(&place))).await;
    let watch = place.desk.kiosks().unwrap();
    let sentence = watch.raised[0].alarm.sentence(&jiff::tz::TimeZone::UTC);
    assert_eq!(sentence, "more than usual: 6 of 10 gave up or were stopped in the last hour, usually 1 of 10");
    place.desk.watch_kiosks().unwrap();
    // It does not come and go with each person, and is over with the hour.
    post(&place.desk, now(&place), 3, 0);
    assert_eq!(standing(&place).1, ["failing"]);
    place.clock.advance(Duration::from_secs(3600));
    say(&place, well(now(&place))).await;
    assert_eq!(standing(&place).1, Vec::<&str>::new());
    // In the evening the same is nothing new.
    place.clock.advance(Duration::from_secs(9 * 3600 - 60));
    post(&place.desk, now(&place), 4, 6);
    say(&place, well(now(&place))).await;
    assert_eq!(standing(&place).1, Vec::<&str>::new());
    // All of it follows from events.
    let day = |place: &Place| place.desk.with_store(|store| store.tries(&lobby(), morning(), Timestamp::MAX)).unwrap();
    let before = day(&place);
    assert_eq!((before.checked_in, before.walked_in), (9 * 10 + 2 * 10 + 4 + 3 + 4, 0));
    assert_eq!(before.stopped.len(), 1);
    assert_eq!(before.walked_away[0].0, "birth-date");
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(day(&place), before);
    let unwell = event(seq, stopped(seq, Reason::FeelsUnwell, &[]).event);
    let tally = || place.desk.with_store(|store| store.tally(&lobby(), morning(), Timestamp::MAX)).unwrap();
    let known = tally();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![unwell])).unwrap();
    assert_eq!(tally(), known, "whoever feels unwell is no fault of the kiosk");
    let steps = vec![StepTime { step: "find".into(), shown: 1, tenths: 31 }];
    let times = StepTimes { ended: Ended::WalkedAway, ticket_after_tenths: None, steps };
    place
        .desk
        .take_post(TOKEN_A, &post_of("lobby", vec![event(seq + 1, KioskEvent::ConversationEnded(times))]))
        .unwrap();
    assert_eq!(
        (tally(), day(&place).walked_away),
        (known, before.walked_away),
        "how long somebody took is no further try"
    );
}

#[tokio::test]
async fn what_the_kiosk_says_became_of_an_order_is_kept_and_one_that_says_nothing_has_done_it() {
    let place = place();
    let state = |id: u64| {
        let rows = place.desk.with_store(|store| store.orders_of(&lobby(), 9, now(&place))).unwrap();
        rows.into_iter().find(|row| row.id == id).map(|row| (row.state, row.why)).unwrap()
    };
    let says = async |obeyed: u64, ends: &[(u64, OrderStage, &str)]| {
        let ends = ends.iter().map(|(order, is, why)| OrderEnd { order: *order, is: *is, why: text(why) }).collect();
        say(&place, Health { obeyed, ends, ..well(now(&place)) }).await
    };
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let ticket = Ticket { number: "A1".parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
    let print = order(&place, OrderKind::PrintAgain { ticket });
    // Not told yet: what the kiosk says of it is about something else.
    says(0, &[(print, OrderStage::Done, "")]).await;
    assert_eq!(state(print), (OrderState::Waiting, text("")));
    says(print, &[(print, OrderStage::UnderWay, "")]).await;
    assert_eq!(state(print), (OrderState::UnderWay, text("")));
    place.clock.advance(Duration::from_secs(20));
    says(print, &[(print, OrderStage::Unsure, "the printer does not answer")]).await;
    assert_eq!(state(print), (OrderState::Unsure(now(&place)), text("the printer does not answer")));
    place.clock.advance(Duration::from_secs(20));
    let before = place.desk.with_store(|store| store.revision()).unwrap();
    let long = "out of paper\u{7}".repeat(99);
    says(print, &[(print, OrderStage::NotDone, &long)]).await;
    assert!(place.desk.with_store(|store| store.revision()).unwrap() > before, "pages hear of it");
    let (is, why) = state(print);
    assert!(
        is == OrderState::NotDone(now(&place)) && why.len() == 160 && why.starts_with("out of paperout"),
        "{is:?} {why}"
    );
    // What has ended stays so, whatever comes late or twice.
    let failed = now(&place);
    place.clock.advance(Duration::from_secs(5));
    says(print, &[(print, OrderStage::UnderWay, ""), (print + 1, OrderStage::NotDone, "nobody's")]).await;
    assert_eq!(state(print).0, OrderState::NotDone(failed));
    assert_eq!(
        place.desk.with_store(|store| store.printed_again(&lobby(), ticket, now(&place))).unwrap().unwrap().id,
        print
    );
    // A restart waits for its moment; a message is shown; and an older program only counts.
    let (restart, message) =
        (order(&place, OrderKind::Restart), order(&place, OrderKind::Say { text: text("One moment") }));
    says(print, &[]).await;
    says(message, &[(restart, OrderStage::Waiting, "")]).await;
    assert_eq!((state(restart).0, state(message).0), (OrderState::WhenFree, OrderState::Done(now(&place))));
    says(message, &[(restart, OrderStage::Done, "")]).await;
    assert_eq!(state(restart).0, OrderState::Done(now(&place)));
}

#[tokio::test]
async fn a_list_of_today_that_is_not_the_desks_is_asked_again_and_alarms_and_one_on_its_way_does_not() {
    let place = place();
    super::support::import(&place.desk, "tests/data/day.csv").0.unwrap();
    let api = InProcess::new(place.desk.clone(), TOKEN_A);
    let mut told = Vec::new();
    let mut cursor = 0;
    loop {
        let Attempt::Sent(feed) = api.feed(cursor, Duration::ZERO).await else { panic!() };
        told.extend(feed.changes);
        cursor = feed.cursor;
        if !feed.more {
            break;
        }
    }
    let today = jiff::civil::date(2026, 11, 23);
    let whole = told.iter().filter(|change| matches!(change, Change::Appointment(_))).count();
    let whole = u32::try_from(whole).unwrap();
    let reports = async |list: Option<ListHealth>| {
        let Attempt::Sent(orders) = api.report(Health { list, ..well(now(&place)) }, Duration::ZERO).await else {
            panic!()
        };
        orders.list_again
    };
    let has = |appointments: u32, cursor: u64| Some(ListHealth { cursor, date: today, appointments });
    let alarms = || standing(&place).1;
    // As it should be; an older program; another day by now.
    assert!(!reports(has(whole, cursor)).await);
    assert!(!reports(None).await);
    assert!(!reports(Some(ListHealth { date: today.yesterday().unwrap(), ..has(0, cursor).unwrap() })).await);
    // A new appointment is on its way there.
    let mut new = place.desk.with_store(|store| store.appointment(&"apt-0003".into())).unwrap().unwrap();
    new.id = "apt-new".into();
    place.desk.import_appointments(&[new]).unwrap();
    assert!(!reports(has(whole, cursor)).await);
    place.clock.advance(Duration::from_secs(300));
    assert!(!reports(has(whole, cursor)).await);
    assert_eq!(alarms(), Vec::<&str>::new());
    let Attempt::Sent(feed) = api.feed(cursor, Duration::ZERO).await else { panic!() };
    let cursor = feed.cursor;
    assert!(!reports(has(whole + 1, cursor)).await);
    // It has heard everything, and its list is empty.
    assert!(reports(has(0, cursor)).await, "it is to ask for everything");
    assert_eq!(alarms(), Vec::<&str>::new(), "which may mend it");
    for _ in 0..5 {
        place.clock.advance(Duration::from_secs(25));
        assert!(reports(has(0, cursor)).await);
    }
    assert_eq!(alarms(), ["list"]);
    let sentence = place.desk.kiosks().unwrap().raised[0].sentence.clone();
    assert_eq!(sentence, format!("its list for today is wrong: it has 0 appointments, the desk has {}", whole + 1));
    // A change in between says nothing of it either way.
    assert!(reports(has(0, 0)).await);
    assert_eq!(alarms(), ["list"]);
    assert!(!reports(has(whole + 1, cursor)).await);
    assert_eq!(alarms(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_kiosk_that_was_used_to_guess_is_shown_and_staff_let_it_look_again() {
    let place = place();
    let of_order = |place: &Place| place.desk.order(&lobby(), &OrderKind::LookAgain, "ana").unwrap();
    // An older program would not understand the order, nor any other one beside it.
    say(&place, well(now(&place))).await;
    assert_eq!(of_order(&place), Err(OrderRefused::OlderProgram));
    assert_eq!(standing(&place), (Standing::Working, vec![]));
    let at = now(&place);
    let braked = Health { brake: Some(BrakeHealth { until: Some(at + SignedDuration::from_mins(40)) }), ..well(at) };
    say(&place, braked.clone()).await;
    assert_eq!(standing(&place), (Standing::NeedsSomebody, vec!["guessing"]));
    let raised = &place.desk.kiosks().unwrap().raised[0];
    assert!(
        raised.sentence.contains("look-ups stopped until 8:40 AM") && raised.sentence.contains("Signed letters"),
        "{}",
        raised.sentence
    );
    let n = of_order(&place).unwrap();
    let told = say(&place, braked).await;
    assert!(matches!(&told[..], [one] if one.id == n && one.what == OrderKind::LookAgain), "{told:?}");
    let free = Health { brake: Some(BrakeHealth::default()), obeyed: n, ..well(now(&place)) };
    assert!(say(&place, free.clone()).await.is_empty());
    assert_eq!(standing(&place), (Standing::Working, vec![]));
    // What a silent kiosk said last is over by itself.
    let at = now(&place);
    say(&place, Health { brake: Some(BrakeHealth { until: Some(at - SignedDuration::from_secs(1)) }), ..free }).await;
    assert_eq!(standing(&place), (Standing::Working, vec![]));
}
