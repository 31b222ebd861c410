//! What a kiosk removes goes by the desk's days, and a wrong clock on either side costs it nothing for good.

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::store::Seen;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::clinic_day::ClinicDay;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::Series;
use arrivals::store::Store;
use arrivals::store::feed::ListChange;
use arrivals::store::removal::DayOnList;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};

use super::people::{appointment, seal};
use super::sync::{TestKiosk, desk, monday, random, until};

const MONDAY: Date = date(2026, 11, 23);

fn day() -> ClinicDay {
    ClinicSettings::default().day().unwrap()
}

fn on(id: &str, days: i64) -> Appointment {
    let one = appointment(id);
    Appointment { start: one.start + SignedDuration::from_hours(24 * days), ..one }
}

fn store(folder: &std::path::Path) -> Store {
    Store::open(&folder.join("kiosk.db"), Series::FIRST, seal()).unwrap()
}

/// What the desk told of three days, up to here.
fn told(store: &mut Store, cursor: u64) {
    let list = [0, 1, 2].map(|days| ListChange::Appointment(Box::new(on(&format!("day-{days}"), days))));
    store.apply_feed(cursor, Some(&ClinicSettings::default()), &list).unwrap();
}

fn hear(store: &mut Store, today: Date) -> bool {
    let asked_from = store.cursor().unwrap();
    store.hear_day(today, today.yesterday().unwrap(), asked_from).unwrap()
}

#[test]
fn old_days_go_when_the_desk_calls_them_old_and_never_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path());
    told(&mut store, 17);
    assert!(!store.remove_old(&day()).unwrap(), "a desk that says nothing of its days removes nothing");
    assert_eq!((store.list().unwrap().len(), store.day_on_list().unwrap()), (3, None));
    // Nobody knows how this file was tidied before: once everything is asked for.
    assert!(hear(&mut store, MONDAY));
    assert_eq!(store.cursor().unwrap(), 0);
    told(&mut store, 17);
    for (days, left) in [(0, 3), (1, 3), (2, 2), (2, 2), (3, 1), (4, 0)] {
        let today = MONDAY + days.days();
        assert!(!hear(&mut store, today), "{today}");
        store.remove_old(&day()).unwrap();
        assert!(!store.remove_old(&day()).unwrap(), "once");
        assert_eq!((store.list().unwrap().len(), store.cursor().unwrap()), (left, 17), "{today}");
        let here = u32::from(days <= 2);
        assert_eq!(
            store.day_on_list().unwrap(),
            Some(DayOnList { cursor: 17, date: today, appointments: here }),
            "{today}"
        );
    }
}

#[test]
fn a_desk_whose_day_goes_back_is_asked_for_everything_once() {
    for days in [402, 35, 3, 1] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        assert!(!hear(&mut store, MONDAY), "a new file has nothing that could be missing");
        told(&mut store, 17);
        assert!(!hear(&mut store, MONDAY + days.days()));
        store.remove_old(&day()).unwrap();
        assert!(store.list().unwrap().len() < 3 || days == 1);
        assert!(hear(&mut store, MONDAY), "{days}");
        assert_eq!(store.cursor().unwrap(), 0, "{days}");
        told(&mut store, 18);
        assert!(!hear(&mut store, MONDAY), "{days}");
        store.remove_old(&day()).unwrap();
        assert_eq!((store.list().unwrap().len(), store.cursor().unwrap()), (3, 18), "{days}");
    }
}

fn works(desk: &Desk, clock: &ManualClock) {
    desk.note_seen("ana", &Seen::List).unwrap();
    desk.with_store(|store| store.worked(clock.now())).unwrap();
}

fn list(kiosk: &TestKiosk) -> usize {
    let mut store = kiosk.store.lock().unwrap();
    store.remove_old(&day()).unwrap();
    store.list().unwrap().len()
}

/// The desk's clock jumps, before the kiosk starts or while it runs, with people who work on or without, and comes
/// back.
#[tokio::test(start_paused = true)]
async fn whatever_the_desks_clock_does_the_kiosk_has_todays_list_afterwards_and_meanwhile() {
    for days in [402, 35, -40, 3] {
        for is_start in [true, false] {
            for is_believed in [false, true] {
                let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
                let desk = desk(folder.path(), &clock, 12);
                works(&desk, &clock);
                let mut kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(1), 0);
                until("the list has come", || list(&kiosk) == 12).await;
                clock.set(monday().now() + SignedDuration::from_hours(24 * days));
                if is_believed {
                    desk.confirm_date("ana").unwrap();
                }
                if is_start {
                    kiosk.restart(&desk, &random(1), 0);
                }
                let heard = |kiosk: &TestKiosk| kiosk.store.lock().unwrap().day_on_list().unwrap().map(|day| day.date);
                works(&desk, &clock);
                until("the kiosk has heard", || heard(&kiosk) == Some(MONDAY + days.days())).await;
                // A day is believed if it is near, or if somebody says so: then the list of a day long past is not
                // needed.
                let is_gone = days > 0 && (is_believed || days == 3);
                until("the list is as it should be", || (list(&kiosk) == 0) == is_gone).await;
                desk.import_appointments(&[appointment("apt-new")]).unwrap();
                clock.set(monday().now());
                works(&desk, &clock);
                until("all of it is here again", || list(&kiosk) == 13 && heard(&kiosk) == Some(MONDAY)).await;
                tokio::time::sleep(std::time::Duration::from_secs(120)).await;
                assert_eq!(list(&kiosk), 13, "{days} {is_start} {is_believed}");
            }
        }
    }
}

/// The kiosk's own clock has no say: it is not even asked.
#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_the_desks_is_asked_for_again_and_alarms_if_that_does_not_help() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 12);
    let kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(1), 0);
    until("the list has come", || list(&kiosk) == 12).await;
    let alarms = || desk.kiosks().unwrap().raised.iter().map(|raised| raised.sentence.clone()).collect::<Vec<_>>();
    assert_eq!(alarms(), Vec::<String>::new());
    // As an older program emptied it whose clock was wrong.
    kiosk.store.lock().unwrap().forget_visits("2027-01-01T00:00:00Z".parse().unwrap(), date(2027, 1, 1)).unwrap();
    until("it has come again", || list(&kiosk) == 12).await;
    assert_eq!(alarms(), Vec::<String>::new());
}
