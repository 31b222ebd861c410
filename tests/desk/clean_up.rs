//! Old days go when people have worked long enough since, and never on the word of a clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::service::privacy::clean_up::{CleanUp, USUAL_DAYS_MAX};
use arrivals::desk::store::{AuditSearch, COMMAND, DESK, Removal, Seen, Slice, StaffAction, StaffWork, Verdict};
use arrivals::domain::appointment::Appointment;
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::proposal::Field;
use arrivals::domain::queue::QueueAction;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::data_life::{ALFONSO, a_day, asked, clean_up_whole};
use super::page::sign_in;
use super::proposals::send;
use super::support::{PASSWORD, PATIENCE, Place, checked_in, form, http, import, morning, place};

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

/// The clock's date, so many days after the day in `tests/data`.
fn clock_at(place: &Place, days: i64) {
    place.clock.set(morning() + SignedDuration::from_hours(24 * days));
}

/// Somebody looks at the list, and the desk sees that it is a day of work.
pub fn works(desk: &Desk) {
    desk.note_seen("ana", &Seen::List).unwrap();
    desk.clean_up_view().unwrap();
}

/// People work once a week, and on the last day.
fn works_until(place: &Place, days: std::ops::RangeInclusive<i64>) {
    for day in days.clone().step_by(7).chain([*days.end()]) {
        clock_at(place, day);
        works(&place.desk);
    }
}

fn keep(place: &Place, days: u16) {
    let mut settings = ClinicSettings::clone(&place.desk.settings());
    settings.keep.visit_days = days;
    place.desk.take_settings(&settings, "ana").unwrap();
}

/// How many rows there are of what is kept of people, and how many events still say something.
fn rows(place: &Place) -> BTreeMap<&'static str, i64> {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let mut all = BTreeMap::new();
    for table in [
        "appointment",
        "visit",
        "ticket",
        "reason",
        "proposal",
        "staff_action",
        "session",
        "removed_appointment",
        "chart",
    ] {
        all.insert(table, conn.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap());
    }
    let whole = "SELECT COUNT(*) FROM kiosk_event WHERE removed_at IS NULL";
    all.insert("events", conn.query_row(whole, [], |row| row.get(0)).unwrap());
    all
}

fn again(place: &Place) -> Desk {
    Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap()
}

/// What the audit has of clean-ups, oldest first.
fn audited(desk: &Desk) -> Vec<(String, String)> {
    let rows = desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 999)).unwrap();
    let of = rows.into_iter().rev().filter(|row| row.action.starts_with("clean-up"));
    of.map(|row| (row.user, row.action)).collect()
}

#[test]
fn a_clock_that_jumps_removes_nothing_at_the_start_and_while_running_and_neither_does_its_way_back() {
    for days in [402, 35, 36, 50, -40, 10_000] {
        for is_start in [true, false] {
            for has_worked in [false, true] {
                let place = a_day();
                keep(&place, 35);
                if is_start || days < 0 {
                    // It has run before; a new desk has not looked yet.
                    assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Nothing);
                }
                let before = rows(&place);
                clock_at(&place, days);
                let desk = if is_start { again(&place) } else { place.desk.clone() };
                for _ in 0..3 {
                    if has_worked {
                        works(&desk);
                    }
                    let cleaned = desk.clean_up(DESK).unwrap();
                    assert_eq!(cleaned.gone, None, "{days}");
                    let asks = cleaned.now == CleanUp::AsksDate { worked: date(2026, 11, 23) };
                    assert_eq!(asks, has_worked && days > 14, "{days} {cleaned:?}");
                    assert!(asks || cleaned.now == CleanUp::Nothing, "{days} {cleaned:?}");
                    assert_eq!(desk.clean_up_asks().unwrap(), asks);
                    desk.with_store(|store| store.remove_old_photos(place.clock.now())).unwrap();
                    place.clock.advance(Duration::from_secs(24 * 3600));
                }
                assert_eq!(rows(&place), before, "{days}");
                // Back, the next morning: all is as if nothing had been.
                clock_at(&place, 1);
                works(&desk);
                assert_eq!(desk.clean_up(DESK).unwrap().now, CleanUp::Nothing, "{days}");
                assert!(!desk.clean_up_asks().unwrap(), "{days}");
                assert_eq!(rows(&place), before, "{days}");
            }
        }
    }
}

#[test]
fn old_days_are_marked_and_gone_after_a_day_of_work() {
    let place = a_day();
    works_until(&place, 1..=400);
    assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Nothing, "not yet");
    clock_at(&place, 401);
    assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Nothing, "nobody has worked yet today");
    works(&place.desk);
    let CleanUp::Marked(mark) = place.desk.clean_up(DESK).unwrap().now else { panic!() };
    assert_eq!((mark.before, mark.worked, mark.by.as_str()), (date(2026, 11, 24), date(2027, 12, 29), DESK));
    let marked = rows(&place);
    // The same day, the next morning, and a weekend on which nobody works.
    for day in [401, 402, 403, 404] {
        clock_at(&place, day);
        assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Marked(mark.clone()), "{day}");
        assert!(place.desk.visit(&id("apt-0001")).unwrap().is_some(), "what is marked is shown as before");
    }
    works(&place.desk);
    assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Marked(mark), "their day has only begun");
    assert_eq!(rows(&place), marked);
    clock_at(&place, 405);
    let cleaned = place.desk.clean_up(DESK).unwrap();
    let gone = cleaned.gone.unwrap();
    assert_eq!((gone.gone, gone.left()), (gone.what, Default::default()));
    assert!(gone.gone.visits >= 4, "{}", gone.gone);
    assert_eq!((rows(&place)["visit"], rows(&place)["events"]), (0, 0));
    assert_eq!(cleaned.now, CleanUp::Nothing);
    assert_eq!(
        audited(&place.desk),
        [(DESK, "clean-up-marked"), (DESK, "clean-up")].map(|(by, what)| (by.to_owned(), what.to_owned()))
    );
}

#[test]
fn a_mark_is_taken_back_and_stays_so_until_somebody_says_otherwise() {
    let place = a_day();
    works_until(&place, 1..=401);
    assert!(matches!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Marked(_)));
    let marked = rows(&place);
    assert!(place.desk.take_back_clean_up("ana").unwrap());
    assert!(!place.desk.take_back_clean_up("ana").unwrap());
    works_until(&place, 402..=420);
    for _ in 0..3 {
        assert!(matches!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Held(by, _) if by == "ana"));
        place.clock.advance(Duration::from_secs(24 * 3600));
        works(&place.desk);
    }
    assert_eq!(rows(&place)["visit"], marked["visit"]);
    assert!(place.desk.resume_clean_up("ana").unwrap());
    assert!(matches!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Marked(_)));
    place.clock.advance(Duration::from_secs(24 * 3600));
    works(&place.desk);
    place.clock.advance(Duration::from_secs(24 * 3600));
    assert!(place.desk.clean_up(DESK).unwrap().gone.is_some());
    assert_eq!(rows(&place)["visit"], 0);
}

#[test]
fn a_date_that_was_wrongly_confirmed_is_no_harm_once_the_clock_is_right() {
    let place = a_day();
    let before = rows(&place);
    clock_at(&place, 402);
    assert!(matches!(place.desk.clean_up_anyway("ana").unwrap().now, CleanUp::Marked(_)));
    assert_eq!(rows(&place), before, "marked, and all is there");
    clock_at(&place, 1);
    works(&place.desk);
    assert_eq!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Nothing);
    clock_at(&place, 2);
    works(&place.desk);
    assert_eq!((place.desk.clean_up(DESK).unwrap().gone, rows(&place)), (None, before));
    let done: Vec<String> = audited(&place.desk).into_iter().map(|(by, what)| format!("{by} {what}")).collect();
    assert_eq!(done, ["ana clean-up-date-confirmed", "ana clean-up-marked", "(desk) clean-up-taken-back"]);
}

/// Appointments of so many different days, the first of them on the day in `tests/data`.
fn list_of_days(place: &Place, days: i64) {
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let one = place.desk.with_store(|store| store.appointment(&id("apt-0003"))).unwrap().unwrap();
    let day = |n: i64| Appointment {
        id: AppointmentId::new(format!("day-{n}")),
        start: morning() + SignedDuration::from_hours(24 * n),
        ..one.clone()
    };
    place.desk.import_appointments(&(0..days).map(day).collect::<Vec<_>>()).unwrap();
}

#[test]
fn more_days_than_usual_are_marked_only_when_somebody_says_so() {
    let place = place();
    let many = i64::try_from(USUAL_DAYS_MAX).unwrap() + 1;
    list_of_days(&place, many);
    works_until(&place, 1..=400 + many);
    let before = rows(&place);
    let CleanUp::AsksMuch(next) = place.desk.clean_up(DESK).unwrap().now else { panic!() };
    assert_eq!((next.days, next.before), (USUAL_DAYS_MAX + 1, date(2026, 11, 23) + many.days()));
    assert!(place.desk.clean_up_asks().unwrap());
    assert_eq!(place.desk.clean_up_view().unwrap().now, CleanUp::AsksMuch(next));
    // What was shown is what is answered: an older page may not go on to more.
    let answered = place.desk.mark_much(date(2026, 11, 24), "ana").unwrap().now;
    assert_eq!((answered, rows(&place)), (CleanUp::AsksMuch(next), before));
    let CleanUp::Marked(mark) = place.desk.mark_much(next.before, "ana").unwrap().now else { panic!() };
    assert_eq!((mark.what, mark.by.as_str()), (next.what, "ana"));
    assert!(!place.desk.clean_up_asks().unwrap());
    // A week of days falls out of a desk that was off for a week.
    let place = super::support::place();
    list_of_days(&place, many - 1);
    works_until(&place, 1..=400 + many);
    assert!(matches!(place.desk.clean_up(DESK).unwrap().now, CleanUp::Marked(_)));
}

#[test]
fn a_mark_that_would_take_more_by_now_is_made_anew() {
    let place = a_day();
    works_until(&place, 1..=401);
    let CleanUp::Marked(mark) = place.desk.clean_up(DESK).unwrap().now else { panic!() };
    let mut late = place.desk.with_store(|store| store.appointment(&id("apt-0005"))).unwrap().unwrap();
    late.id = id("late-list");
    place.desk.import_appointments(&[late]).unwrap();
    works_until(&place, 402..=403);
    let cleaned = place.desk.clean_up(DESK).unwrap();
    let CleanUp::Marked(next) = cleaned.now else { panic!() };
    assert_eq!((cleaned.gone, next.what.appointments), (None, mark.what.appointments + 1));
}

#[test]
fn a_day_on_which_somebody_still_waits_stays_whole() {
    for (is_in_room, state) in [(false, "arrived"), (true, "with-clinician")] {
        let place = a_day();
        send(&place, "lobby", &[checked_in(6, 'A', 3, &["apt-0005"])]);
        if is_in_room {
            place.desk.act(&StaffWork::Visit(id("apt-0005")), StaffAction::Call, "ana").unwrap();
            place.desk.queue_step(&id("apt-0005"), &QueueAction::Start, "ana").unwrap().unwrap();
        }
        assert_eq!(place.desk.visit(&id("apt-0005")).unwrap().unwrap().state.code(), state);
        let before = rows(&place);
        clock_at(&place, 430);
        assert_eq!((clean_up_whole(&place), rows(&place)), (Default::default(), before));
        assert_eq!(place.desk.clean_up_view().unwrap().open.into_iter().collect::<Vec<Date>>(), [date(2026, 11, 23)]);
        place.desk.act(&StaffWork::Visit(id("apt-0005")), StaffAction::Done, "ana").unwrap();
        assert_eq!(clean_up_whole(&place).events, 6);
        assert_eq!((rows(&place)["visit"], rows(&place)["events"]), (0, 0));
    }
}

#[test]
fn who_did_not_come_goes_with_the_day() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.clock.set(morning() + SignedDuration::from_hours(9));
    place.desk.not_come(&id("apt-0004"), "ana").unwrap().unwrap();
    clock_at(&place, 401);
    assert!(clean_up_whole(&place).appointments > 0);
    assert!(place.desk.with_store(|store| store.appointment(&id("apt-0004"))).unwrap().is_none());
    assert_eq!((rows(&place)["visit"], rows(&place)["appointment"], rows(&place)["staff_action"]), (0, 0, 0));
}

#[test]
fn a_patient_who_asks_is_taken_out_at_once_whatever_the_clock_says() {
    let place = a_day();
    let changes = place.desk.with_store(|store| store.open_changes()).unwrap();
    super::support::decide_change(&place.desk, &changes[0].key, &Verdict::Accept, "ana").unwrap();
    assert_eq!(changes[0].key.field, Field::Phone);
    clock_at(&place, 402);
    works(&place.desk);
    assert!(matches!(place.desk.clean_up(DESK).unwrap().now, CleanUp::AsksDate { .. }));
    let removal = place.desk.remove_patient(ALFONSO, &asked(&place.desk, ALFONSO), COMMAND).unwrap();
    assert!(matches!(removal, Removal::Done(_)), "{removal:?}");
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_none());
}

#[test]
fn what_was_begun_is_ended_after_a_stop_and_nothing_is_left_in_between() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let visits = |n: u64| [format!("many-{}", 2 * n), format!("many-{}", 2 * n + 1)];
    for part in (1..=300).collect::<Vec<u64>>().chunks(100) {
        let events: Vec<_> = part
            .iter()
            .map(|n| {
                let ids = visits(*n);
                checked_in(*n, 'A', u32::try_from(*n).unwrap(), &[&ids[0], &ids[1]])
            })
            .collect();
        send(&place, "lobby", &events);
    }
    for n in 1..=300 {
        for one in visits(n) {
            place.desk.act(&StaffWork::Visit(id(&one)), StaffAction::Done, "ana").unwrap();
        }
    }
    clock_at(&place, 401);
    let CleanUp::Marked(mark) = place.desk.clean_up_anyway(COMMAND).unwrap().now else { panic!() };
    let mut old = place.desk.with_store(|store| store.read_only()).unwrap().old_days(mark.before).unwrap();
    let now = place.clock.now();
    for _ in 0..5 {
        assert_eq!(place.desk.with_store(|store| store.forget_slice(&mut old, now)).unwrap(), Slice::More);
    }
    // The power fails. An event and its visits are there together, or gone together.
    let desk = again(&place);
    let left = desk.with_store(|store| store.events(&"lobby".into())).unwrap();
    assert!(!left.is_empty() && left.len() < 300, "{}", left.len());
    for n in 1..=300 {
        let is_left = left.iter().any(|event| event.seq.0 == n);
        for one in visits(n) {
            assert_eq!(desk.visit(&id(&one)).unwrap().is_some(), is_left, "{one}");
        }
    }
    assert!(desk.with_store(|store| store.mark()).unwrap().unwrap().gone.events > 0);
    clock_at(&place, 402);
    let gone = desk.clean_up_anyway(COMMAND).unwrap().gone.unwrap();
    assert_eq!((gone.gone.events, gone.what.events, rows(&place)["visit"]), (300, 300, 0));
}

#[test]
fn a_mark_that_is_taken_back_in_the_middle_stops_it_there() {
    let place = place();
    list_of_days(&place, 3);
    clock_at(&place, 410);
    let CleanUp::Marked(mark) = place.desk.clean_up_anyway(COMMAND).unwrap().now else { panic!() };
    let mut old = place.desk.with_store(|store| store.read_only()).unwrap().old_days(mark.before).unwrap();
    assert!(place.desk.take_back_clean_up("ana").unwrap());
    let before = rows(&place);
    let now = place.clock.now();
    assert_eq!(place.desk.with_store(|store| store.forget_slice(&mut old, now)).unwrap(), Slice::TakenBack);
    assert_eq!(rows(&place), before);
}

#[test]
fn what_somebody_touches_meanwhile_stays() {
    let place = a_day();
    clock_at(&place, 401);
    let CleanUp::Marked(mark) = place.desk.clean_up_anyway(COMMAND).unwrap().now else { panic!() };
    let mut old = place.desk.with_store(|store| store.read_only()).unwrap().old_days(mark.before).unwrap();
    place.desk.act(&StaffWork::Visit(id("apt-0001")), StaffAction::Undo, "ana").unwrap();
    let now = place.clock.now();
    while place.desk.with_store(|store| store.forget_slice(&mut old, now)).unwrap() == Slice::More {}
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_some());
    assert!(place.desk.with_store(|store| store.appointment(&id("apt-0001"))).unwrap().is_some());
    assert!(place.desk.visit(&id("apt-0004")).unwrap().is_none());
}

/// A clock whose date is set and whose time passes: how long something took is measured with it.
#[derive(Debug)]
struct Passing(ManualClock, Instant);

impl Clock for Passing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        self.1.elapsed()
    }
}

fn with_time_that_passes() -> Place {
    let Place { clock, folder, desk } = place();
    drop(desk);
    let desk = Desk::open_stored(folder.path(), Arc::new(Passing(clock.clone(), Instant::now()))).unwrap();
    Place { desk, clock, folder }
}

#[test]
fn others_work_while_it_is_taken_out_here_and_in_another_program() {
    let place = with_time_that_passes();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let one = place.desk.with_store(|store| store.appointment(&id("apt-0003"))).unwrap().unwrap();
    let many: Vec<Appointment> =
        (0..900).map(|n| Appointment { id: AppointmentId::new(format!("many-{n}")), ..one.clone() }).collect();
    place.desk.import_appointments(&many).unwrap();
    clock_at(&place, 401);
    place.desk.clean_up_anyway(COMMAND).unwrap();
    clock_at(&place, 402);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let busy = |desk: Desk, user: &'static str| {
            let is_over = &is_over;
            move || {
                let (mut times, mut slowest) = (0, Duration::ZERO);
                while !is_over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    desk.note_seen(user, &Seen::AllChanges).unwrap();
                    slowest = slowest.max(began.elapsed());
                    times += 1;
                    std::thread::sleep(Duration::from_millis(2));
                }
                (times, slowest)
            }
        };
        let workers = [scope.spawn(busy(place.desk.clone(), "ana")), scope.spawn(busy(again(&place), "ben"))];
        let gone = place.desk.clean_up_anyway(COMMAND).unwrap().gone.unwrap();
        is_over.store(true, Ordering::Relaxed);
        assert!(gone.gone.appointments > 900);
        for worker in workers {
            let (times, slowest) = worker.join().unwrap();
            // As many turns as there were slices; how long one takes is the machine's affair, but ten seconds would be
            // an error on a page.
            assert!(times >= 8 && slowest < Duration::from_secs(5), "{times} {slowest:?}");
        }
    });
}

#[tokio::test]
async fn a_running_desk_marks_and_takes_out_by_itself() {
    let place = a_day();
    works_until(&place, 1..=401);
    let until = async |is_so: &dyn Fn() -> bool| {
        let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let end = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < end, "{:?}", place.desk.clean_up_view());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        serving.stop().await;
    };
    until(&|| place.desk.with_store(|store| store.mark()).unwrap().is_some()).await;
    works_until(&place, 402..=402);
    clock_at(&place, 403);
    until(&|| place.desk.visit(&id("apt-0002")).unwrap().is_none()).await;
}

#[test]
fn the_command_says_what_it_did_and_asks_with_its_exit_status() {
    let place = a_day();
    keep(&place, 35);
    // The machine's clock is years from the day in the test's data, and nobody has worked since.
    let data = place.folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .arg("clean-up")
            .args(arguments)
            .args(["--data", data])
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let before = rows(&place);
    let (status, said) = run(&[]);
    assert_eq!((status, said.as_str(), rows(&place)), (Some(0), "nothing is marked\n", before.clone()));
    let (status, said) = run(&["--yes"]);
    // On the machine on which this runs the day may be less than five weeks ago.
    let is_old = Timestamp::now() > morning() + SignedDuration::from_hours(24 * 37);
    assert_eq!((status, said.starts_with("marked everything before ")), (Some(0), is_old), "{said}");
    let (status, said) = run(&["--take-back"]);
    assert_eq!((status, said.starts_with("canceled")), (Some(0), is_old), "{said}");
    assert_eq!(rows(&place), before);
}

#[tokio::test]
async fn an_administrator_reads_how_it_stands_is_asked_and_takes_it_back() {
    let place = a_day();
    for role in Role::ALL {
        place.desk.add_user(role.code(), PASSWORD, role).unwrap();
    }
    works_until(&place, 1..=401);
    place.desk.clean_up(DESK).unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = serving.addr;
    let cookie_of = async |role: Role| sign_in(addr, role.code(), PASSWORD).await.cookies();
    let (desk, admin) = (cookie_of(Role::Desk).await, cookie_of(Role::Admin).await);
    assert_eq!(http(addr, "GET", "/data-retention", &[("cookie", &desk)], "").await.status, 403);
    let read = async || http(addr, "GET", "/data-retention", &[("cookie", &admin)], "").await;
    let page = read().await;
    assert!(
        page.status == 200 && page.body.contains("before 11/24/2026") && page.body.contains("Cancel removal"),
        "{}",
        page.body
    );
    let csrf = page.csrf();
    let act = async |action: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(addr, &format!("/data-retention/{action}"), &admin, &fields).await.status
    };
    assert_eq!(act("nothing", &[]).await, 404);
    assert_eq!(act("cancel", &[]).await, 303);
    assert!(place.desk.with_store(|store| store.mark()).unwrap().is_none());
    assert!(read().await.body.contains("On hold since"));
    assert_eq!(act("resume", &[]).await, 303);
    assert!(place.desk.with_store(|store| store.mark()).unwrap().is_some());
    assert_eq!(act("cancel", &[]).await, 303);
    assert_eq!(act("resume", &[]).await, 303);
    // After a long break somebody has to say that the date is right; only an administrator is asked, on each page.
    clock_at(&place, 500);
    let (desk, admin) = (cookie_of(Role::Desk).await, cookie_of(Role::Admin).await);
    place.desk.clean_up(DESK).unwrap();
    let list = async |cookie: &str| http(addr, "GET", "/", &[("cookie", cookie)], "").await.body;
    assert!(list(&admin).await.contains("Old data is waiting for your decision"));
    assert!(!list(&desk).await.contains("Old data is waiting for your decision"));
    let page = http(addr, "GET", "/data-retention", &[("cookie", &admin)], "").await;
    assert!(page.body.contains("Is today 04/06/2028?") && page.body.contains("12/29/2027"), "{}", page.body);
    let csrf = page.csrf();
    let confirm = async |day: &str| {
        form(addr, "/data-retention/confirm-date", &admin, &[("csrf", &csrf), ("day", day)]).await.status
    };
    assert_eq!(confirm("2028-04-07").await, 303, "another day by now: nothing is confirmed");
    assert!(place.desk.clean_up_asks().unwrap());
    assert_eq!(confirm("2028-04-06").await, 303);
    assert!(!place.desk.clean_up_asks().unwrap());
    assert!(!list(&admin).await.contains("Old data is waiting for your decision"));
    serving.stop().await;
}
