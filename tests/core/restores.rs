//! Older copies that were put back: the desk's file, a kiosk's card. Nobody who holds a ticket is unknown at the desk
//! in the end, nobody is there twice, and what nobody can know is said.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::watch::Alarm;
use arrivals::desk::store::{WalkInByHand, restore};
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::ticket::CallAs;
use arrivals::sync::wire::Post;
use arrivals::sync::worker::Told;
use jiff::{SignedDuration, ToSpan};

use super::people::appointment;
use super::sync::{TestKiosk, desk, monday, random, until};

/// The numbers with which the visits are at the desk.
fn numbers(desk: &Desk, visits: u64) -> Vec<Option<String>> {
    (0..visits)
        .map(|n| {
            let visit = desk.visit(&AppointmentId::new(format!("apt-{n}"))).unwrap();
            visit.and_then(|visit| visit.ticket).map(|ticket| ticket.number.to_string())
        })
        .collect()
}

fn some(numbers: &[&str]) -> Vec<Option<String>> {
    numbers.iter().map(|number| (!number.is_empty()).then(|| (*number).to_owned())).collect()
}

fn alarms(desk: &Desk) -> Vec<&'static str> {
    let watch = desk.kiosks().unwrap();
    // How long a kiosk was silent is another matter.
    watch
        .raised
        .iter()
        .filter(|raised| raised.seen.is_none())
        .map(|raised| raised.alarm.code())
        .filter(|code| *code != "silent")
        .collect()
}

/// Stops the desk, puts a copy back and starts it again.
fn put_back(desk: Desk, folder: &Path, copy: &Path, clock: &ManualClock) -> Desk {
    drop(desk);
    let aside = restore(&folder.join("desk"), copy, clock.now()).unwrap();
    assert!(aside.is_some_and(|aside| aside.exists()), "what was there is kept");
    Desk::open_stored(&folder.join("desk"), Arc::new(clock.clone())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_restored_desk_hears_again_what_it_had_acknowledged_though_nobody_comes() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let old = desk(folder.path(), &clock, 6);
    let mut kiosk = TestKiosk::start(&old, folder.path(), "B", &random(1), 0);
    for n in 0..2 {
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    until("both have arrived", || kiosk.is_in_step()).await;
    let copy = folder.path().join("copy.sqlite");
    old.backup(&copy).unwrap();
    clock.advance(Duration::from_secs(600));
    for n in 2..4 {
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    until("all four have arrived", || kiosk.is_in_step() && old.held(&kiosk.id).unwrap() == Seq(4)).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    clock.advance(Duration::from_secs(600));
    let new = put_back(old, folder.path(), &copy, &clock);
    assert_eq!(numbers(&new, 6), some(&["B1", "B2", "", "", "", ""]));
    assert_eq!(alarms(&new), ["restored", "behind"]);
    kiosk.restart(&new, &random(1), 0);
    until("what is missing has come again", || new.held(&kiosk.id).unwrap() == Seq(4)).await;
    for n in 4..6 {
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    until("all have arrived", || kiosk.is_in_step() && new.held(&kiosk.id).unwrap() == Seq(6)).await;
    assert_eq!(numbers(&new, 6), some(&["B1", "B2", "B3", "B4", "B5", "B6"]));
    assert_eq!(alarms(&new), ["restored"], "that stays until somebody has seen it");
    let since = new.restored().unwrap().unwrap().at;
    assert!(new.see_alarm(&"".into(), "restored", since, "ana").unwrap());
    assert!(alarms(&new).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_desk_whose_file_went_back_without_a_word_notices_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let old = desk(folder.path(), &clock, 6);
    let mut kiosk = TestKiosk::start(&old, folder.path(), "B", &random(2), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived, and the list is here", || {
        kiosk.is_in_step() && kiosk.store.lock().unwrap().epoch().unwrap().is_some()
    })
    .await;
    // The file alone, as somebody copies it, or as it is left when its journal is lost.
    let (file, kept) = (folder.path().join("desk/desk.sqlite"), folder.path().join("kept.sqlite"));
    old.backup(&kept).unwrap();
    rusqlite::Connection::open(&kept).unwrap().execute("DELETE FROM meta WHERE name = 'copied_at'", []).unwrap();
    kiosk.check_in(&clock, "apt-1");
    kiosk.check_in(&clock, "apt-2");
    until("all three have arrived", || kiosk.is_in_step() && old.held(&kiosk.id).unwrap() == Seq(3)).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    drop(old);
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.path().join(format!("desk/desk.sqlite{end}")));
    }
    std::fs::copy(&kept, &file).unwrap();
    let new = Desk::open_stored(&folder.path().join("desk"), Arc::new(clock.clone())).unwrap();
    assert!(alarms(&new).is_empty(), "nothing shows it yet");
    kiosk.restart(&new, &random(2), 0);
    until("what is missing has come again", || new.held(&kiosk.id).unwrap() == Seq(3) && kiosk.is_in_step()).await;
    assert_eq!(numbers(&new, 3), some(&["B1", "B2", "B3"]));
    assert_eq!(new.restored().unwrap().unwrap().noticed_by, Some(kiosk.id.clone()));
    assert_eq!(alarms(&new), ["restored"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_restore_a_kiosk_hears_of_appointments_that_got_the_numbers_of_others() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let old = desk(folder.path(), &clock, 25);
    let mut kiosk = TestKiosk::start(&old, folder.path(), "B", &random(3), 0);
    let copy = folder.path().join("copy.sqlite");
    old.backup(&copy).unwrap();
    old.import_appointments(&[appointment("gone-1"), appointment("gone-2")]).unwrap();
    for n in 0..20 {
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    let has = |kiosk: &TestKiosk, count: usize| kiosk.store.lock().unwrap().list().unwrap().len() == count;
    until("the list has come", || kiosk.is_in_step() && has(&kiosk, 27)).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    let new = put_back(old, folder.path(), &copy, &clock);
    let more: Vec<_> = (0..60).map(|n| appointment(&format!("new-{n}"))).collect();
    new.import_appointments(&more).unwrap();
    kiosk.restart(&new, &random(3), 0);
    until("all new ones are known, and those of which the desk does not know are not", || has(&kiosk, 85)).await;
    assert!(kiosk.told.lock().unwrap().contains(&Told::ListAnew));
    until("all have arrived", || kiosk.is_in_step() && new.held(&kiosk.id).unwrap() == Seq(20)).await;
    assert!(numbers(&new, 20).iter().all(Option::is_some));
}

#[test]
fn a_backup_that_is_restored_twice_and_with_a_wrong_clock_gives_no_number_again() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let mut desk = desk(folder.path(), &clock, 3);
    let copy = folder.path().join("copy.sqlite");
    desk.backup(&copy).unwrap();
    let mut given = BTreeSet::new();
    for round in 0..3 {
        for name in ["Ada", "Ben"] {
            let who = WalkInByHand {
                given_name: format!("{name} {round}").as_str().into(),
                family_name: "Example".into(),
                birth_date: BirthDate(jiff::civil::date(1950, 1, 1)),
                category: "x".into(),
                language: Language::English,
                call_as: CallAs::Number,
            };
            let (_, ticket) = desk.walk_in_by_hand(&who, "ana").unwrap();
            assert!(given.insert(ticket), "{ticket:?} was given before");
        }
        let right = clock.now();
        clock.set(right - SignedDuration::from_hours(24 * 400));
        desk = put_back(desk, folder.path(), &copy, &clock);
        clock.set(right + SignedDuration::from_secs(60));
    }
}

#[tokio::test(start_paused = true)]
async fn a_desk_whose_clock_is_ahead_tells_a_kiosk_its_numbers_of_today() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 3);
    let kiosk = TestKiosk::start(&desk, folder.path(), "B", &random(9), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step()).await;
    clock.set(clock.now() + SignedDuration::from_hours(24 * 400));
    let begins = Post {
        kiosk: kiosk.id.clone(),
        last: kiosk.last(),
        events: Vec::new(),
        gaps: Vec::new(),
        epoch: None,
        acknowledged: None,
        only_asks: false,
        begins: true,
        now: None,
    };
    let held = desk.take_post("token-of-kiosk-B-0123456789", &begins).unwrap();
    assert_eq!(held.numbers.iter().map(|ticket| ticket.number.to_string()).collect::<Vec<_>>(), ["B1"]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_has_any_more_is_declared_and_holds_up_nothing() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let old = desk(folder.path(), &clock, 8);
    let mut kiosk = TestKiosk::start(&old, folder.path(), "B", &random(4), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step()).await;
    let copy = folder.path().join("copy.sqlite");
    old.backup(&copy).unwrap();
    for n in 1..4 {
        clock.advance(Duration::from_secs(60));
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    until("all four have arrived", || kiosk.is_in_step() && old.held(&kiosk.id).unwrap() == Seq(4)).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    // The copy is older than what the kiosk keeps.
    let before = clock.now().saturating_add(30.seconds()).unwrap();
    assert_eq!(kiosk.store.lock().unwrap().forget_events(before).unwrap(), 4);
    let new = put_back(old, folder.path(), &copy, &clock);
    kiosk.restart(&new, &random(4), 0);
    until("the loss is declared", || new.held(&kiosk.id).unwrap() == Seq(4)).await;
    kiosk.check_in(&clock, "apt-4");
    until("the next one has arrived", || new.held(&kiosk.id).unwrap() == Seq(5) && kiosk.is_in_step()).await;
    assert_eq!(numbers(&new, 5), some(&["B1", "", "", "", "B5"]));
    let watch = new.kiosks().unwrap();
    let lost =
        watch.raised.iter().find(|raised| raised.alarm == Alarm::Lost(3)).expect("it is said that three are lost");
    new.watch_kiosks().unwrap();
    let watch = new.kiosks().unwrap();
    let since = watch.raised.iter().find(|raised| raised.alarm == lost.alarm).unwrap().since.unwrap();
    assert!(new.see_alarm(&kiosk.id, "lost", since, "ana").unwrap());
    assert_eq!(alarms(&new), ["restored"]);
}

#[tokio::test(start_paused = true)]
async fn days_that_are_told_again_stay_the_days_they_were() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let old = desk(folder.path(), &clock, 3);
    let copy = folder.path().join("copy.sqlite");
    let mut kiosk = TestKiosk::start(&old, folder.path(), "B", &random(5), 0);
    old.backup(&copy).unwrap();
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step() && old.held(&kiosk.id).unwrap() == Seq(1)).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    // Three days later. The kiosk's own clock is the same.
    clock.advance(Duration::from_secs(3 * 24 * 3600));
    let new = put_back(old, folder.path(), &copy, &clock);
    kiosk.restart_with_clock(&new, &random(5), 0, &clock);
    until("it has arrived again", || new.held(&kiosk.id).unwrap() == Seq(1)).await;
    let arrived = |desk: &Desk| {
        let rows = desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap();
        rows.iter().find(|row| row.id.as_str() == "apt-0").unwrap().arrived_at
    };
    assert_eq!(arrived(&new), Some(monday().now()));
    new.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(arrived(&new), Some(monday().now()), "rebuilt");
}

#[tokio::test(start_paused = true)]
async fn an_old_card_goes_on_once_somebody_lets_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 8);
    let mut kiosk = TestKiosk::start(&desk, folder.path(), "B", &random(6), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step() && kiosk.store.lock().unwrap().list().unwrap().len() == 8).await;
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    let old_card = folder.path().join("old-card.db");
    let path = kiosk.path.to_str().unwrap().to_owned();
    rusqlite::Connection::open(path).unwrap().execute("VACUUM INTO ?1", [old_card.to_str().unwrap()]).unwrap();
    kiosk.restart(&desk, &random(6), 0);
    for n in 1..4 {
        clock.advance(Duration::from_secs(60));
        kiosk.check_in(&clock, &format!("apt-{n}"));
    }
    until("all four have arrived", || kiosk.is_in_step() && desk.held(&kiosk.id).unwrap() == Seq(4)).await;
    // The old card, while the desk is away.
    kiosk.worker.abort();
    let _ = (&mut kiosk.worker).await;
    kiosk.path = old_card;
    kiosk.cut.set(true);
    kiosk.restart(&desk, &random(6), 0);
    kiosk.store.lock().unwrap().begin_unheard();
    clock.advance(Duration::from_secs(60));
    let numbers_alone = [kiosk.check_in(&clock, "apt-5"), kiosk.check_in(&clock, "apt-6")];
    assert_eq!(numbers_alone, ["B102", "B103"], "behind all that the other card can have given out");
    kiosk.cut.set(false);
    until("it says that it disagrees", || {
        kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Disagree { .. } | Told::Refused(_)))
    })
    .await;
    assert_eq!(alarms(&desk), ["other-log"]);
    assert_eq!(numbers(&desk, 8)[5..7], [None, None]);
    desk.adopt_kiosk(&kiosk.id, "ana").unwrap();
    until("what it has not told has come", || kiosk.is_in_step() && desk.held(&kiosk.id).unwrap() == Seq(6)).await;
    assert_eq!(numbers(&desk, 8)[5..7], some(&["B102", "B103"]), "whoever holds a paper is known");
    assert!(alarms(&desk).is_empty());
    kiosk.check_in(&clock, "apt-7");
    until("it goes on", || kiosk.is_in_step() && desk.held(&kiosk.id).unwrap() == Seq(7)).await;
}

#[tokio::test(start_paused = true)]
async fn a_kiosk_that_starts_again_goes_on_where_the_desk_knows_it_to_be() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 8);
    let mut kiosk = TestKiosk::start(&desk, folder.path(), "B", &random(8), 0);
    until("the desk is heard of", || kiosk.store.lock().unwrap().list().unwrap().len() == 8).await;
    assert_eq!(kiosk.check_in(&clock, "apt-0"), "B1");
    until("it has arrived", || kiosk.is_in_step()).await;
    kiosk.restart(&desk, &random(8), 0);
    kiosk.store.lock().unwrap().begin_unheard();
    kiosk.wake.notify_one();
    until("the desk is heard of", || !kiosk.store.lock().unwrap().is_unheard()).await;
    assert_eq!(kiosk.check_in(&clock, "apt-1"), "B2", "no number is left out");
    // Its configuration was copied from another kiosk.
    kiosk.series = "C".parse().unwrap();
    kiosk.restart(&desk, &random(8), 0);
    assert_eq!(kiosk.check_in(&clock, "apt-2"), "B3", "the desk's letters count");
}

#[tokio::test(start_paused = true)]
async fn a_kiosk_of_another_desk_tells_this_one_nothing_of_its_patients() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let first = desk(folder.path(), &clock, 3);
    let mut kiosk = TestKiosk::start(&first, folder.path(), "B", &random(7), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step() && kiosk.store.lock().unwrap().epoch().unwrap().is_some()).await;
    kiosk.worker.abort();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = desk(elsewhere.path(), &clock, 3);
    other.enrol_kiosk(&kiosk.id, kiosk.series, "token-of-kiosk-B-0123456789").unwrap();
    kiosk.restart(&other, &random(7), 0);
    until("it is refused", || kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Refused(_)))).await;
    assert_eq!(other.held(&kiosk.id).unwrap(), Seq(0));
    assert_eq!(numbers(&other, 3), some(&["", "", ""]));
    assert_eq!(alarms(&other), ["other-log"]);
}
