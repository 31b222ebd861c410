//! Free times and conflicts, as tables.

use jiff::Timestamp;
use jiff::civil::{Date, Time, date, time};
use jiff::tz::TimeZone;

use arrivals::domain::booking::*;
use arrivals::domain::schedule::{Day, Hours, Opening, Schedule};

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap()
}

/// A Monday.
const MONDAY: Date = date(2026, 11, 23);

fn at(date: Date, hour: i8, minute: i8) -> Timestamp {
    date.at(hour, minute, 0, 0).to_zoned_datetime(zone()).unwrap().timestamp()
}

fn hours(who: &str, from: Time, to: Time, room: &str) -> Hours {
    Hours {
        practitioner: who.to_owned(),
        days: Day::WEEKDAYS.to_vec(),
        from,
        to,
        place: "1st floor".to_owned(),
        room: room.to_owned(),
        services: Vec::new(),
        slot_minutes: None,
    }
}

fn practice(hours: Vec<Hours>) -> Practice {
    let schedule = Schedule {
        slot_minutes: 30,
        closed: vec![date(2026, 12, 25)],
        minutes: [("Long".to_owned(), 60), ("Short".to_owned(), 10)].into(),
        hours,
        ..Schedule::default()
    };
    Practice::new(&schedule, &[], zone())
}

fn busy(id: &str, who: &str, patient: &str, start: Timestamp, minutes: u32) -> Busy {
    Busy {
        id: id.into(),
        patient: patient.into(),
        practitioner: who.to_owned(),
        service: "Long".to_owned(),
        start,
        minutes,
    }
}

fn ask(practitioner: Option<&str>, minutes: u32) -> Ask {
    Ask {
        patient: Some("pat".into()),
        moves: None,
        service: "Check".to_owned(),
        practitioner: practitioner.map(str::to_owned),
        minutes,
    }
}

/// Free times of a date as `8:30 A`.
fn free(practice: &Practice, ask: &Ask, date: Date, taken: &[Busy], now: Timestamp) -> String {
    let slots = free_slots(practice, ask, date, taken, now);
    let words = slots
        .iter()
        .map(|slot| format!("{} {}", slot.start.to_zoned_datetime(zone()).strftime("%-H:%M"), slot.practitioner));
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_free_lies_within_hours_and_beside_what_is_taken() {
    let morning = at(MONDAY, 0, 0);
    let two = || {
        vec![
            hours("A", time(8, 0, 0, 0), time(10, 0, 0, 0), "Room 1"),
            hours("B", time(9, 0, 0, 0), time(10, 0, 0, 0), "Room 1"),
        ]
    };
    let a = |start| busy("x", "A", "somebody", start, 30);
    for (what, hours, ask, date, taken, now, expected) in [
        ("all of it", two(), ask(Some("A"), 30), MONDAY, vec![], morning, "8:00 A, 8:30 A, 9:00 A, 9:30 A"),
        (
            "anybody, by time",
            two(),
            ask(None, 30),
            MONDAY,
            vec![],
            morning,
            "8:00 A, 8:30 A, 9:00 A, 9:00 B, 9:30 A, 9:30 B",
        ),
        ("longer than a step", two(), ask(Some("A"), 60), MONDAY, vec![], morning, "8:00 A, 8:30 A, 9:00 A"),
        ("longer than the hours", two(), ask(Some("B"), 90), MONDAY, vec![], morning, ""),
        (
            "taken by somebody",
            two(),
            ask(Some("A"), 30),
            MONDAY,
            vec![a(at(MONDAY, 8, 30))],
            morning,
            "8:00 A, 9:00 A, 9:30 A",
        ),
        (
            "begins within a step",
            two(),
            ask(Some("A"), 30),
            MONDAY,
            vec![a(at(MONDAY, 8, 40))],
            morning,
            "8:00 A, 9:30 A",
        ),
        (
            "of unknown length, so its service's",
            two(),
            ask(Some("A"), 30),
            MONDAY,
            vec![busy("x", "A", "s", at(MONDAY, 8, 0), 0)],
            morning,
            "9:00 A, 9:30 A",
        ),
        ("the room is taken", two(), ask(Some("B"), 30), MONDAY, vec![a(at(MONDAY, 9, 0))], morning, "9:30 B"),
        (
            "the patient is elsewhere",
            two(),
            ask(Some("A"), 30),
            MONDAY,
            vec![busy("x", "C", "pat", at(MONDAY, 8, 0), 60)],
            morning,
            "9:00 A, 9:30 A",
        ),
        (
            "its own time is no hindrance, and no other one",
            two(),
            Ask { moves: Some("x".into()), ..ask(Some("A"), 60) },
            MONDAY,
            vec![a(at(MONDAY, 9, 0))],
            morning,
            "8:00 A, 8:30 A",
        ),
        ("what is over", two(), ask(Some("A"), 30), MONDAY, vec![], at(MONDAY, 8, 31), "9:00 A, 9:30 A"),
        ("now is not over", two(), ask(Some("A"), 30), MONDAY, vec![], at(MONDAY, 9, 30), "9:30 A"),
        ("a Sunday", two(), ask(None, 30), date(2026, 11, 22), vec![], at(date(2026, 11, 22), 0, 0), ""),
        ("closed", two(), ask(None, 30), date(2026, 12, 25), vec![], morning, ""),
    ] {
        assert_eq!(free(&practice(hours), &ask, date, &taken, now), expected, "{what}");
    }
}

#[test]
fn another_service_is_not_booked_where_it_is_not_done() {
    let eyes = Hours { services: vec!["Eyes".to_owned()], ..hours("A", time(8, 0, 0, 0), time(9, 0, 0, 0), "") };
    let practice = practice(vec![eyes]);
    assert_eq!(free(&practice, &ask(None, 30), MONDAY, &[], at(MONDAY, 0, 0)), "");
    assert_eq!(
        free(&practice, &Ask { service: "Eyes".to_owned(), ..ask(None, 30) }, MONDAY, &[], at(MONDAY, 0, 0)),
        "8:00 A, 8:30 A"
    );
}

/// In New York the clocks go forward on 8 March 2026 and back on 1 November, both Sundays, at two in the morning.
#[test]
fn a_night_in_which_the_clocks_change_has_neither_missing_nor_doubled_times() {
    let night = Hours { days: vec![Day::Sun], ..hours("A", time(0, 0, 0, 0), time(4, 0, 0, 0), "") };
    let practice = practice(vec![night]);
    for (date, minutes, expected) in [
        (date(2026, 3, 1), 30, "0:00 A, 0:30 A, 1:00 A, 1:30 A, 2:00 A, 2:30 A, 3:00 A, 3:30 A"),
        (date(2026, 3, 8), 30, "0:00 A, 0:30 A, 1:00 A, 1:30 A, 3:00 A, 3:30 A"),
        (date(2026, 3, 8), 120, "0:00 A, 0:30 A, 1:00 A"),
        (date(2026, 11, 1), 30, "0:00 A, 0:30 A, 1:00 A, 1:30 A, 2:00 A, 2:30 A, 3:00 A, 3:30 A"),
        // An hour more lies between one and four.
        (date(2026, 11, 1), 240, "0:00 A, 0:30 A, 1:00 A"),
    ] {
        assert_eq!(free(&practice, &ask(None, minutes), date, &[], at(date, 0, 0)), expected, "{date} {minutes}");
    }
    // An appointment of an hour at half past one ends at half past one, on the second clock.
    let date = date(2026, 11, 1);
    let taken = [busy("x", "A", "somebody", at(date, 1, 30), 60)];
    assert_eq!(free(&practice, &ask(None, 30), date, &taken, at(date, 1, 0)), "1:00 A, 2:00 A, 2:30 A, 3:00 A, 3:30 A");
}

#[test]
fn what_stands_in_the_way_is_named() {
    let practice = practice(vec![
        hours("A", time(8, 0, 0, 0), time(12, 0, 0, 0), "Room 1"),
        hours("B", time(8, 0, 0, 0), time(12, 0, 0, 0), "Room 1"),
        hours("C", time(8, 0, 0, 0), time(12, 0, 0, 0), ""),
    ]);
    let wish = |who: &str, start, minutes| Wish {
        patient: Some("pat".into()),
        moves: None,
        service: "Check".to_owned(),
        practitioner: who.to_owned(),
        start,
        minutes,
    };
    let taken = [
        busy("1", "A", "somebody", at(MONDAY, 9, 0), 30),
        busy("2", "C", "pat", at(MONDAY, 10, 0), 30),
        busy("3", "A", "pat", at(MONDAY, 11, 0), 30),
    ];
    let christmas = date(2026, 12, 25);
    let room = || Conflict::Room("1".into(), "Room 1".to_owned());
    for (what, wish, now, expected) in [
        ("nothing", wish("A", at(MONDAY, 8, 0), 60), at(MONDAY, 8, 0), vec![]),
        ("touching is not overlapping", wish("A", at(MONDAY, 9, 30), 30), at(MONDAY, 8, 0), vec![]),
        ("the clinician", wish("A", at(MONDAY, 8, 45), 30), at(MONDAY, 8, 0), vec![Conflict::Practitioner("1".into())]),
        ("the room", wish("B", at(MONDAY, 9, 0), 10), at(MONDAY, 8, 0), vec![room()]),
        ("no room, no conflict", wish("C", at(MONDAY, 9, 0), 10), at(MONDAY, 8, 0), vec![]),
        ("the patient", wish("B", at(MONDAY, 10, 15), 10), at(MONDAY, 8, 0), vec![Conflict::Patient("2".into())]),
        (
            "patient and clinician",
            wish("A", at(MONDAY, 11, 0), 10),
            at(MONDAY, 8, 0),
            vec![Conflict::Patient("3".into()), Conflict::Practitioner("3".into())],
        ),
        (
            "itself, when it is moved",
            Wish { moves: Some("3".into()), ..wish("A", at(MONDAY, 11, 15), 30) },
            at(MONDAY, 8, 0),
            vec![],
        ),
        ("over", wish("A", at(MONDAY, 8, 0), 30), at(MONDAY, 8, 1), vec![Conflict::Past]),
        ("too long for the hours", wish("C", at(MONDAY, 11, 45), 30), at(MONDAY, 8, 0), vec![Conflict::OutsideHours]),
        ("nobody of that name", wish("D", at(MONDAY, 8, 0), 30), at(MONDAY, 8, 0), vec![Conflict::OutsideHours]),
        ("closed", wish("A", at(christmas, 8, 0), 30), at(MONDAY, 8, 0), vec![Conflict::Closed(christmas)]),
    ] {
        assert_eq!(conflicts(&practice, &wish, &taken, now), expected, "{what}");
    }
}

/// Whatever is offered can be booked, and after that it is not offered again.
#[test]
fn what_is_free_does_not_conflict_and_is_free_once() {
    let practice = practice(vec![
        hours("A", time(8, 0, 0, 0), time(16, 0, 0, 0), "Room 1"),
        hours("B", time(8, 30, 0, 0), time(11, 0, 0, 0), "Room 1"),
        Hours { slot_minutes: Some(10), ..hours("C", time(8, 0, 0, 0), time(9, 0, 0, 0), "") },
    ]);
    let now = at(MONDAY, 8, 10);
    let mut taken = Vec::new();
    for n in 0..200 {
        let ask = Ask { patient: Some(format!("pat-{n}").as_str().into()), ..ask(None, [10, 20, 45][n % 3]) };
        let slots = free_slots(&practice, &ask, MONDAY, &taken, now);
        let Some(slot) = slots.get((n * 7) % slots.len().max(1)) else { continue };
        let wish = Wish {
            patient: ask.patient.clone(),
            moves: None,
            service: ask.service.clone(),
            practitioner: slot.practitioner.clone(),
            start: slot.start,
            minutes: slot.minutes,
        };
        assert_eq!(conflicts(&practice, &wish, &taken, now), []);
        taken.push(busy(&format!("{n}"), &slot.practitioner, &format!("pat-{n}"), slot.start, slot.minutes));
        assert!(!conflicts(&practice, &wish, &taken, now).is_empty());
    }
    assert!(taken.len() > 10, "{}", taken.len());
}

#[test]
fn gaps_are_what_appointments_leave_of_the_hours() {
    let practice = practice(vec![
        hours("A", time(8, 0, 0, 0), time(10, 0, 0, 0), ""),
        hours("A", time(13, 0, 0, 0), time(14, 0, 0, 0), ""),
    ]);
    for (what, taken, expected) in [
        ("nothing taken", vec![], "8:00-10:00, 13:00-14:00"),
        ("the beginning", vec![(8, 0, 30)], "8:30-10:00, 13:00-14:00"),
        (
            "the middle, and another at the same time",
            vec![(8, 30, 30), (8, 45, 30)],
            "8:00-8:30, 9:15-10:00, 13:00-14:00",
        ),
        ("the end and beyond", vec![(9, 30, 60)], "8:00-9:30, 13:00-14:00"),
        ("outside the hours", vec![(7, 0, 30), (11, 0, 30), (15, 0, 30)], "8:00-10:00, 13:00-14:00"),
        ("everything", vec![(8, 0, 120), (13, 0, 60)], ""),
    ] {
        let taken: Vec<Busy> =
            taken.iter().map(|(h, m, minutes)| busy("x", "A", "p", at(MONDAY, *h, *m), *minutes)).collect();
        let clock = |at: Timestamp| at.to_zoned_datetime(zone()).strftime("%-H:%M").to_string();
        let found = gaps(&practice, "A", MONDAY, &taken);
        let found: Vec<String> = found.iter().map(|gap| format!("{}-{}", clock(gap.from), clock(gap.to))).collect();
        assert_eq!(found.join(", "), expected, "{what}");
    }
}

#[test]
fn without_a_schedule_the_list_says_who_works_for_what_and_where() {
    let seen = |who: &str, service: &str, place: &str, minutes, times| Seen {
        practitioner: who.to_owned(),
        service: service.to_owned(),
        place: place.to_owned(),
        minutes,
        times,
    };
    let list = [
        seen("A", "Eyes", "1st floor", 20, 9),
        seen("B", "X-ray", "cellar", 0, 5),
        seen("A", "Eyes", "annex", 40, 1),
        seen("", "Eyes", "", 0, 1),
    ];
    let practice = Practice::new(&Schedule::default(), &list, zone());
    assert_eq!(practice.practitioners(), ["A", "B"]);
    assert_eq!((practice.minutes_of("Eyes"), practice.minutes_of("X-ray")), (20, 15));
    let first =
        free_slots(&practice, &Ask { service: "Eyes".to_owned(), ..ask(None, 20) }, MONDAY, &[], at(MONDAY, 0, 0));
    let first = first.first().unwrap();
    assert_eq!((first.start, first.practitioner.as_str(), first.place.as_str()), (at(MONDAY, 8, 0), "A", "1st floor"));
    assert!(
        free_slots(&practice, &Ask { service: "Eyes".to_owned(), ..ask(Some("B"), 20) }, MONDAY, &[], at(MONDAY, 0, 0))
            .is_empty()
    );
}

/// Nobody said when the clinic works, so what most do is taken, and said; nobody is offered a Sunday by it.
#[test]
fn without_hours_the_clinics_opening_counts_and_a_weekend_is_not_free() {
    let list = [Seen {
        practitioner: "A".to_owned(),
        service: "Check".to_owned(),
        place: "1st floor".to_owned(),
        minutes: 30,
        times: 3,
    }];
    let (friday, saturday, sunday) = (date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29));
    let first = |practice: &Practice, date| {
        free(practice, &ask(None, 30), date, &[], at(date, 0, 0)).split(", ").next().unwrap().to_owned()
    };
    let usual = Practice::new(&Schedule::default(), &list, zone());
    assert_eq!(usual.assumed().map(std::collections::BTreeMap::len), Some(5));
    for (date, expected) in [(friday, "8:00 A"), (saturday, ""), (sunday, ""), (MONDAY, "8:00 A")] {
        assert_eq!(first(&usual, date), expected, "{date}");
        assert_eq!(gaps(&usual, "A", date, &[]).is_empty(), expected.is_empty(), "{date}");
    }
    let open = [(Day::Sat, Opening { from: time(9, 30, 0, 0), to: time(10, 30, 0, 0) })].into();
    let saturdays =
        Practice::new(&Schedule { open, closed: vec![date(2026, 12, 5)], ..Schedule::default() }, &list, zone());
    for (date, expected) in [(friday, ""), (saturday, "9:30 A"), (date(2026, 12, 5), "")] {
        assert_eq!(first(&saturdays, date), expected, "{date}");
    }
    // Somebody's own hours count alone.
    let own = practice(vec![hours("B", time(8, 0, 0, 0), time(9, 0, 0, 0), "")]);
    assert_eq!((own.assumed(), own.practitioners()), (None, vec!["B"]));
}

#[test]
fn outside_hours_a_clinician_is_in_their_only_room_and_their_patients_wait_where_they_mostly_do() {
    let mornings = |who: &str, room: &str| hours(who, time(8, 0, 0, 0), time(12, 0, 0, 0), room);
    let two_rooms = [
        Hours { days: vec![Day::Mon], ..mornings("C", "Room 2") },
        Hours { days: vec![Day::Tue], ..mornings("C", "Room 3") },
    ];
    let annex = Hours { days: vec![Day::Sat], place: "annex".to_owned(), ..mornings("A", "Room 1") };
    let practice =
        practice([vec![mornings("A", "Room 1"), annex, mornings("B", "Room 1")], two_rooms.to_vec()].concat());
    let evening = at(MONDAY, 18, 0);
    for (who, when, room, place) in [
        ("A", at(MONDAY, 8, 0), "Room 1", "1st floor"),
        ("A", evening, "Room 1", "1st floor"),
        ("A", at(date(2026, 11, 28), 18, 0), "Room 1", "annex"),
        ("A", at(date(2026, 11, 29), 18, 0), "Room 1", "1st floor"),
        ("C", at(MONDAY, 8, 0), "Room 2", "1st floor"),
        ("C", evening, "", "1st floor"),
        ("D", evening, "", ""),
    ] {
        assert_eq!(
            (practice.room_at(who, when).as_str(), practice.place_at(who, when).as_str()),
            (room, place),
            "{who} {when}"
        );
    }
    let wish = |who: &str| Wish {
        patient: Some("pat".into()),
        moves: None,
        service: "Check".to_owned(),
        practitioner: who.to_owned(),
        start: evening,
        minutes: 30,
    };
    let taken = [busy("1", "A", "somebody", evening, 30)];
    let now = at(MONDAY, 8, 0);
    let room = Conflict::Room("1".into(), "Room 1".to_owned());
    assert_eq!(conflicts(&practice, &wish("B"), &taken, now), [Conflict::OutsideHours, room]);
    assert_eq!(conflicts(&practice, &wish("C"), &taken, now), [Conflict::OutsideHours]);
    assert!(conflicts(&practice, &wish("C"), &taken, now).iter().all(Conflict::is_of_hours));
    assert!(!conflicts(&practice, &wish("A"), &taken, now).iter().all(Conflict::is_of_hours));
}

#[test]
fn a_time_that_the_clocks_leave_out_is_none_and_one_that_comes_twice_is_the_first() {
    let practice = practice(Vec::new());
    let clock = |date, hour, minute| practice.at(date, time(hour, minute, 0, 0)).map(|at| at.to_string());
    let (forward, back) = (date(2026, 3, 8), date(2026, 11, 1));
    assert_eq!(clock(forward, 2, 30), None);
    assert_eq!(clock(forward, 3, 0).as_deref(), Some("2026-03-08T07:00:00Z"));
    assert_eq!(clock(back, 1, 30).as_deref(), Some("2026-11-01T05:30:00Z"));
    assert_eq!(clock(back, 2, 0).as_deref(), Some("2026-11-01T07:00:00Z"));
}
