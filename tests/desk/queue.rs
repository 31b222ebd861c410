//! The queue at the desk: who is called, by whom, where to, and what can be taken back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight};
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::queue::day::{Refusal, TicketStanding};
use arrivals::domain::queue::{QueueAction, QueueRules, ServicePoint, VisitState, Wait};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, Series, Ticket, TicketNumber};
use arrivals::domain::visit::VisitRow;

use super::support::{Place, TOKEN_A, import, morning, post_of, stopped};

pub fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

/// Two queues that the clinic named, one of a service alone, and two rooms.
pub fn clinic() -> ClinicSettings {
    let point = |name: &str, queues: &[&str]| ServicePoint {
        name: name.into(),
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
    };
    ClinicSettings {
        queues: vec![
            QueueRules { name: "Blood".into(), services: vec!["Laboratory".into()], ..QueueRules::default() },
            QueueRules { name: "Dr. Mraz".into(), practitioners: vec!["Dr. Mraz".into()], ..QueueRules::default() },
        ],
        points: vec![point("Room 1", &[]), point("Room 2", &["Blood"])],
        ..ClinicSettings::default()
    }
}

/// A desk at half past eight with these appointments: number, time of day, service, clinician.
pub fn desk_with(settings: ClinicSettings, appointments: &[(&str, &str, &str, &str)]) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(morning() + Duration::from_secs(30 * 60));
    let desk = Desk::open(folder.path(), settings, Arc::new(clock.clone())).unwrap();
    desk.enrol_kiosk(&KioskId::from("lobby"), Series::FIRST, TOKEN_A).unwrap();
    let mut text =
        "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n".to_owned();
    for (id, time, service, practitioner) in appointments {
        // Of one person are those whose numbers differ in their last letter only.
        let person = &id[..id.len() - 1];
        let n = appointments.iter().position(|(id, ..)| id[..id.len() - 1] == *person).unwrap_or_default();
        text.push_str(&format!(
            "{id},2026-11-23T{time}:00-05:00,Given{n},Family{n},1950-01-01,{service},{practitioner},{person}\n"
        ));
    }
    let file = folder.path().join("list.csv");
    std::fs::write(&file, text).unwrap();
    let (taken, refused) = import(&desk, file.to_str().unwrap());
    taken.unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    Place { desk, clock, folder }
}

pub fn ticket(count: u32) -> Ticket {
    Ticket { number: TicketNumber::new(Series::FIRST, count), date: jiff::civil::date(2026, 11, 23) }
}

/// Somebody checks in now with ticket `A<n>`, which is also the event's number.
pub fn arrives(place: &Place, n: u32, visits: &[&str]) {
    let event = KioskEvent::CheckedIn(CheckedIn {
        ticket: ticket(n),
        patient: "p".into(),
        appointments: visits.iter().map(|visit| id(visit)).collect(),
        language: Language::English,
        call_as: CallAs::Number,
        details: StillRight::Yes,
        insurance: StillRight::Yes,
        companion: None,
        documents: None,
        proposals: Vec::new(),
    });
    let event = LoggedEvent { seq: Seq(u64::from(n)), at: place.clock.now(), event };
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![event])).unwrap().held, Seq(u64::from(n)));
}

pub fn minutes(place: &Place, minutes: u64) {
    place.clock.advance(Duration::from_secs(60 * minutes));
}

fn row(place: &Place, visit: &str) -> VisitRow {
    let rows = place.desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap();
    rows.into_iter().find(|row| row.id == id(visit)).unwrap()
}

fn standing(place: &Place, n: u32) -> TicketStanding {
    place.desk.ticket_standing(ticket(n)).unwrap().unwrap()
}

/// Whom the button of a queue names.
pub fn named(desk: &Desk, queue: &str) -> Option<AppointmentId> {
    let today = desk.today().unwrap();
    today.queues.named(queue).and_then(|queue| queue.next()).map(|next| next.place.waiter.visit.clone())
}

/// Presses the button of a queue, and answers whom it called.
pub fn call_first(desk: &Desk, queue: &str, point: &str, user: &str) -> AppointmentId {
    let visit = named(desk, queue).unwrap();
    desk.call_next(&visit, Some(point), user).unwrap().unwrap();
    visit
}

fn next(place: &Place, queue: &str) -> Option<String> {
    named(&place.desk, queue).map(|_| call_first(&place.desk, queue, "Room 1", "ana").to_string())
}

#[test]
fn the_next_one_is_called_by_the_rule_and_not_by_who_came_first() {
    let place = desk_with(
        clinic(),
        &[
            ("a1", "09:40", "Laboratory", "Dr. Predovic"),
            ("b1", "09:00", "Laboratory", "Dr. Predovic"),
            ("c1", "08:00", "Laboratory", "Dr. Predovic"),
            ("d1", "10:00", "Laboratory", "Dr. Predovic"),
            ("e1", "09:00", "Laboratory", "Dr. Mraz"),
            ("f1", "09:00", "X-ray", "Dr. Herzog"),
        ],
    );
    for (n, visit) in ["a1", "b1", "c1", "d1", "e1", "f1"].into_iter().enumerate() {
        arrives(&place, 1 + n as u32, &[visit]);
        minutes(&place, 1);
    }
    place
        .desk
        .take_post(TOKEN_A, &post_of("lobby", vec![stopped(7, arrivals::domain::reason::Reason::FeelsUnwell, &["d1"])]))
        .unwrap();
    let places: Vec<_> = (1..=6).map(|n| (standing(&place, n).queue, standing(&place, n).position)).collect();
    let expected = [("Blood", 4), ("Blood", 2), ("Blood", 3), ("Blood", 1), ("Dr. Mraz", 1), ("X-ray", 1)];
    assert_eq!(places, expected.map(|(queue, position)| (queue.to_owned(), Some(position))));
    // Taking care of somebody who feels unwell does not put them back.
    assert!(place.desk.act(&StaffWork::Visit(id("d1")), StaffAction::Seen, "ana").unwrap());
    for expected in [Some("d1"), Some("b1"), Some("c1"), Some("a1"), None] {
        assert_eq!(next(&place, "Blood"), expected.map(str::to_owned));
    }
    assert_eq!(next(&place, "Ears"), None);
    assert_eq!(next(&place, "Dr. Mraz"), Some("e1".to_owned()));
    assert_eq!(place.desk.call_next(&id("f1"), Some("Room 9"), "ana").unwrap(), Err(Refusal::NoPoint));
    assert_eq!(place.desk.call_next(&id("f1"), Some("Room 2"), "ana").unwrap(), Ok(()));
    assert_eq!((standing(&place, 4).state, standing(&place, 4).point.as_deref()), (VisitState::Called, Some("Room 1")));
    assert_eq!(place.desk.ticket_standing(ticket(99)).unwrap(), None);
}

/// Two desks stand for two programs on one file.
#[test]
fn people_who_call_next_at_once_never_call_the_same_ticket() {
    const PEOPLE: u32 = 60;
    const CALLERS: usize = 12;
    let names: Vec<String> = (0..PEOPLE).map(|n| format!("p{n}-1")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), "09:00", "Laboratory", "Dr. Predovic")).collect();
    let place = desk_with(clinic(), &list);
    for (n, name) in names.iter().enumerate() {
        arrives(&place, 1 + n as u32, &[name]);
    }
    let other = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    let begin = Arc::new(std::sync::Barrier::new(CALLERS));
    let callers: Vec<_> = (0..CALLERS)
        .map(|n| {
            let (desk, begin) = (if n % 2 == 0 { place.desk.clone() } else { other.clone() }, Arc::clone(&begin));
            std::thread::spawn(move || {
                begin.wait();
                let mut called = Vec::new();
                while let Some(visit) = named(&desk, "Blood") {
                    match desk.call_next(&visit, Some("Room 1"), &format!("user-{n}")).unwrap() {
                        Ok(()) => called.push(visit),
                        Err(refusal) => {
                            assert!(matches!(refusal, Refusal::Called { just_now: true, .. }), "{refusal:?}");
                        }
                    }
                }
                called
            })
        })
        .collect();
    let called: Vec<AppointmentId> = callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    assert_eq!(called.len(), PEOPLE as usize);
    assert_eq!(called.iter().collect::<BTreeSet<_>>().len(), PEOPLE as usize, "nobody is called twice");
    assert!((1..=PEOPLE).all(|n| standing(&place, n).state == VisitState::Called));
}

#[test]
fn one_person_with_visits_in_two_queues_is_called_to_one_place() {
    // One ticket for both, or two tickets because they checked in twice.
    for tickets in [1, 2] {
        let place = desk_with(clinic(), &[("ada-1", "09:00", "Laboratory", ""), ("ada-2", "09:05", "X-ray", "")]);
        if tickets == 1 {
            arrives(&place, 1, &["ada-1", "ada-2"]);
        } else {
            arrives(&place, 1, &["ada-1"]);
            arrives(&place, 2, &["ada-2"]);
        }
        let begin = Arc::new(std::sync::Barrier::new(2));
        let callers: Vec<_> = ["Blood", "X-ray"]
            .into_iter()
            .map(|queue| {
                let (desk, begin) = (place.desk.clone(), Arc::clone(&begin));
                let visit = named(&desk, queue).unwrap();
                std::thread::spawn(move || {
                    begin.wait();
                    desk.call_next(&visit, Some("Room 1"), queue).unwrap().map(|()| visit)
                })
            })
            .collect();
        let mut answers: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        answers.sort_by_key(Result::is_err);
        let [Ok(first), Err(Refusal::Elsewhere(place_of_first))] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(place_of_first, "Room 1");
        let second = id(if first.as_str() == "ada-1" { "ada-2" } else { "ada-1" });
        assert!(
            named(&place.desk, "Blood").is_none() && named(&place.desk, "X-ray").is_none(),
            "no button names whoever is called elsewhere"
        );
        let call = |visit: &AppointmentId| place.desk.call_this(visit, Some("Room 2"), "ben").unwrap();
        assert_eq!(call(&second), Err(Refusal::Elsewhere("Room 1".to_owned())));
        assert_eq!(
            Refusal::Elsewhere("Room 1".to_owned()).sentence(),
            "This patient is already called to Room 1 for another visit."
        );
        assert!(matches!(call(first), Err(Refusal::Called { to, .. }) if to == "Room 1"));
        place.desk.queue_step(first, &QueueAction::Finish, "ana").unwrap().unwrap();
        assert_eq!(call(&second), Ok(()));
        // Taking the first visit's end back would have them at two places.
        let step = row(&place, first.as_str()).in_line.step.unwrap().0;
        assert_eq!(place.desk.undo_shown(first, step, "ana").unwrap(), Err(Refusal::Elsewhere("Room 2".to_owned())));
        assert_eq!(Refusal::Elsewhere(String::new()).sentence(), "This patient is already called for another visit.");
        place.desk.queue_step(&second, &QueueAction::Finish, "ben").unwrap().unwrap();
        assert_eq!(place.desk.undo_shown(first, step, "ana").unwrap(), Ok(()));
        assert_eq!(row(&place, first.as_str()).state, VisitState::Called);
    }
}

#[test]
fn what_another_program_did_is_in_the_next_answer() {
    let place = desk_with(clinic(), &[("a1", "09:00", "Laboratory", ""), ("b1", "09:10", "Laboratory", "")]);
    arrives(&place, 1, &["a1"]);
    arrives(&place, 2, &["b1"]);
    assert_eq!(standing(&place, 2).position, Some(2));
    let other = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    call_first(&other, "Blood", "Room 1", "ben");
    assert_eq!((standing(&place, 1).state, standing(&place, 2).position), (VisitState::Called, Some(1)));
    let (before, again) = (place.desk.today().unwrap(), place.desk.today().unwrap());
    assert!(Arc::ptr_eq(&before, &again), "nothing changed, so nothing is read again");
    minutes(&place, 1);
    assert!(!Arc::ptr_eq(&before, &place.desk.today().unwrap()), "a minute later waits are others");
}

#[test]
fn every_step_leads_on_and_can_be_taken_back() {
    let place = desk_with(
        clinic(),
        &[("a1", "09:00", "Laboratory", ""), ("b1", "09:10", "Laboratory", ""), ("c1", "09:20", "X-ray", "")],
    );
    for (n, visit) in ["a1", "b1", "c1"].into_iter().enumerate() {
        arrives(&place, 1 + n as u32, &[visit]);
    }
    let transfer = |queue: &str, keep_place| QueueAction::Transfer { queue: queue.into(), keep_place };
    use QueueAction::{Back, Finish, Hold, NoShow, Start};
    const AGAIN: QueueAction = QueueAction::CallAgain { point: None };
    use VisitState as S;
    let call = || QueueAction::Call { queue: String::new(), point: None };
    let refused = |refusal| Some(refusal);
    // What is done with a1, what comes of it, and its place.
    for (n, (action, refusal, state, position)) in [
        (Start, refused(Refusal::Moved), S::Arrived, Some(1)),
        (Back, refused(Refusal::Moved), S::Arrived, Some(1)),
        (Hold, None, S::Held, None),
        (Hold, refused(Refusal::Moved), S::Held, None),
        (Back, None, S::Arrived, Some(1)),
        (call(), None, S::Called, None),
        (NoShow, refused(Refusal::TooFewCalls(3)), S::Called, None),
        (AGAIN, None, S::Called, None),
        (AGAIN, None, S::Called, None),
        (NoShow, None, S::NoShow, None),
        // Came after all: behind whoever is here now.
        (Back, None, S::Arrived, Some(2)),
        (call(), None, S::Called, None),
        (Back, None, S::Arrived, Some(2)),
        (transfer("Ears", true), refused(Refusal::NoQueue), S::Arrived, Some(2)),
        (transfer("X-ray", true), None, S::Arrived, Some(2)),
        (call(), None, S::Called, None),
        (Start, None, S::WithClinician, None),
        (AGAIN, refused(Refusal::Moved), S::WithClinician, None),
        (transfer("Dr. Mraz", false), None, S::Arrived, Some(1)),
        (call(), None, S::Called, None),
        (Hold, None, S::Held, None),
        (transfer("Blood", false), None, S::Held, None),
        (call(), None, S::Called, None),
        (Start, None, S::WithClinician, None),
        (Finish, None, S::Done, None),
        (Finish, refused(Refusal::Moved), S::Done, None),
    ]
    .into_iter()
    .enumerate()
    {
        minutes(&place, 5);
        let before = row(&place, "a1");
        let answer = match &action {
            QueueAction::Call { .. } => place.desk.call_this(&id("a1"), Some("Room 2"), "ana").unwrap(),
            other => place.desk.queue_step(&id("a1"), other, "ana").unwrap(),
        };
        assert_eq!(
            (answer.err(), row(&place, "a1").state, standing(&place, 1).position),
            (refusal.clone(), state, position),
            "{n}: {action:?}"
        );
        if refusal.is_some() {
            assert!(row(&place, "a1") == before, "{n}: what was refused changes nothing");
            continue;
        }
        // Back and forth: taken back it is as before, but for having been seen.
        let after = row(&place, "a1");
        let shown = after.in_line.step.clone().unwrap().0;
        assert_eq!(
            place.desk.undo_shown(&id("a1"), shown + 1, "ben").unwrap(),
            Err(Refusal::Moved),
            "another step than was shown"
        );
        assert_eq!(place.desk.undo_shown(&id("a1"), shown, "ben").unwrap(), Ok(()));
        let undone = row(&place, "a1");
        assert!(VisitRow { seen: before.seen.clone(), ..undone.clone() } == before, "{n}: {action:?} taken back");
        let again = match &action {
            QueueAction::Call { .. } => place.desk.call_this(&id("a1"), Some("Room 2"), "ana").unwrap(),
            other => place.desk.queue_step(&id("a1"), other, "ana").unwrap(),
        };
        assert_eq!(again, Ok(()));
        assert_eq!(row(&place, "a1").in_line.point, after.in_line.point);
    }
    let list = || place.desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap();
    let before = list();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == list(), "rebuilt from what was recorded");
    let mut undone = 0;
    while let Some((step, _)) = row(&place, "a1").in_line.step {
        assert_eq!(place.desk.undo_shown(&id("a1"), step, "ana").unwrap(), Ok(()));
        undone += 1;
    }
    assert_eq!((undone, row(&place, "a1").state), (19, S::Arrived), "all the way back");
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(row(&place, "a1").state, S::Arrived);
}

#[test]
fn whoever_is_on_hold_is_not_next_and_keeps_the_place() {
    let place = desk_with(
        clinic(),
        &[("a1", "09:00", "Laboratory", ""), ("b1", "09:10", "Laboratory", ""), ("c1", "09:20", "Laboratory", "")],
    );
    for (n, visit) in ["a1", "b1", "c1"].into_iter().enumerate() {
        arrives(&place, 1 + n as u32, &[visit]);
    }
    place.desk.queue_step(&id("a1"), &QueueAction::Hold, "ana").unwrap().unwrap();
    assert_eq!((standing(&place, 1).position, standing(&place, 2).position), (None, Some(1)));
    assert_eq!(next(&place, "Blood"), Some("b1".to_owned()));
    place.desk.queue_step(&id("a1"), &QueueAction::Back, "ana").unwrap().unwrap();
    assert_eq!((standing(&place, 1).position, standing(&place, 3).position), (Some(1), Some(2)));
    // Nobody waits who only asks, is expected, or is gone.
    place.desk.act(&StaffWork::Visit(id("c1")), StaffAction::Done, "ana").unwrap();
    assert_eq!((next(&place, "Blood"), next(&place, "Blood")), (Some("a1".to_owned()), None));
}

#[test]
fn a_wait_is_said_once_the_queue_has_a_history() {
    let names: Vec<String> = (0..9).map(|n| format!("p{n}-1")).collect();
    let mut list: Vec<_> = names.iter().map(|name| (name.as_str(), "08:30", "Laboratory", "")).collect();
    list.push(("soon-1", "10:00", "Laboratory", ""));
    let place = desk_with(clinic(), &list);
    for (n, name) in names.iter().enumerate() {
        arrives(&place, 1 + n as u32, &[name]);
    }
    // Five visits of ten minutes each, one after the other at one room.
    for seen in 0..5 {
        assert_eq!(standing(&place, 9).wait, Wait::NoBasis, "after {seen} visits");
        let visit = call_first(&place.desk, "Blood", "Room 1", "ana");
        place.desk.queue_step(&visit, &QueueAction::Start, "ana").unwrap().unwrap();
        minutes(&place, 10);
        place.desk.queue_step(&visit, &QueueAction::Finish, "ana").unwrap().unwrap();
    }
    // It is 9:20. The five had waited 0 to 40 minutes, and these have waited 50.
    assert_eq!((standing(&place, 6).position, standing(&place, 6).wait), (Some(1), Wait::LongerThanUsual));
    arrives(&place, 10, &["soon-1"]);
    assert_eq!(
        (standing(&place, 10).position, standing(&place, 10).wait),
        (Some(5), Wait::Minutes { from: 30, to: 50 })
    );
    let visit = call_first(&place.desk, "Blood", "Room 2", "ben");
    assert_eq!(
        standing(&place, 10).wait,
        Wait::Minutes { from: 10, to: 45 },
        "a second room is open; the appointment is in 40 minutes"
    );
    // Taken back, the visit is no sample and the room is not open.
    let step = row(&place, visit.as_str()).in_line.step.unwrap().0;
    assert_eq!(place.desk.undo_shown(&visit, step, "ben").unwrap(), Ok(()));
    assert_eq!(standing(&place, 10).wait, Wait::Minutes { from: 30, to: 50 });
    assert_eq!(standing(&place, 1).wait, Wait::NoBasis, "who was seen does not wait");
}
