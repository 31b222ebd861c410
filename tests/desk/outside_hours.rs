//! Booking outside the clinic's hours on purpose: what is asked, what is refused all the same, and what is left on
//! record.

use arrivals::desk::store::{Refused, Verified};
use arrivals::domain::booking::Conflict;
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::staff::Role;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::booking::{free, ready as desk_ready, wanted};
use super::page::{ready, sign_in};
use super::support::{PASSWORD, form, http};

/// A Saturday, on which nobody of a list works as long as nobody says so.
const SATURDAY: Date = date(2026, 11, 28);

fn at(date: Date, hour: i8, minute: i8) -> Timestamp {
    date.at(hour, minute, 0, 0).in_tz("America/New_York").unwrap().timestamp()
}

#[test]
fn only_the_hours_are_passed_over_and_it_is_on_record() {
    let place = desk_ready();
    let slot = free(&place.desk, SATURDAY);
    assert_eq!(slot.start.in_tz("America/New_York").unwrap().date(), date(2026, 11, 30), "a weekend is not free");
    let mut one = wanted(&slot, "Quill");
    one.start = at(SATURDAY, 10, 0);
    assert_eq!(place.desk.book(&one, "ana").unwrap(), Err(Refused::Conflicts(vec![Conflict::OutsideHours])));
    let id = place.desk.book_anyway(&one, true, "ana").unwrap().unwrap();
    let state = place.desk.booking_state(&id).unwrap();
    assert!(state.steps.len() == 1 && state.steps[0].outside);
    // Nobody is in two places at once, whatever somebody wants.
    let mut other = wanted(&slot, "Rook");
    other.start = at(SATURDAY, 10, 5);
    let both = vec![Conflict::OutsideHours, Conflict::Practitioner(id.clone())];
    assert_eq!(place.desk.book_anyway(&other, true, "ana").unwrap(), Err(Refused::Conflicts(both)));
    let mut over = wanted(&slot, "Rook");
    over.start = at(date(2026, 11, 22), 10, 0);
    assert_eq!(
        place.desk.book_anyway(&over, true, "ana").unwrap(),
        Err(Refused::Conflicts(vec![Conflict::Past, Conflict::OutsideHours]))
    );
    // Moved into the hours, it is a move like any other; moved out of them, that is on record too.
    let to = |start| (start, 20, slot.practitioner.as_str());
    let sunday = at(date(2026, 11, 29), 9, 0);
    assert_eq!(
        place.desk.reschedule(&id, to(sunday), "ben").unwrap(),
        Err(Refused::Conflicts(vec![Conflict::OutsideHours]))
    );
    place.desk.reschedule_anyway(&id, to(sunday), true, "ben").unwrap().unwrap();
    place.desk.reschedule_anyway(&id, to(slot.start), true, "ben").unwrap().unwrap();
    let steps = place.desk.booking_state(&id).unwrap().steps;
    assert_eq!(steps.iter().map(|step| step.outside).collect::<Vec<_>>(), [true, true, false]);
    let on_list = |desk: &arrivals::desk::Desk| desk.with_store(|store| store.appointment(&id)).unwrap().unwrap();
    let before = on_list(&place.desk);
    assert_eq!((before.start, before.place.is_empty()), (slot.start, false));
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(on_list(&place.desk), before);
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

#[tokio::test]
async fn another_time_is_asked_about_before_it_is_booked_outside_the_hours() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let page = http(addr, "GET", "/appointments/book?appointment=apt-0003", &[("cookie", &cookie)], "").await;
    let csrf = page.csrf();
    for words in
        ["No provider has hours yet.", "Monday to Friday 8:00 AM – 5:00 PM", "An admin can set hours.", "Another time"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let with = place
        .desk
        .with_store(|store| store.appointment(&AppointmentId::from("apt-0003")))
        .unwrap()
        .unwrap()
        .practitioner;
    let fields = |day: &'static str, time: &'static str| {
        vec![
            ("csrf", csrf.as_str()),
            ("appointment", "apt-0003"),
            ("service", "Family medicine"),
            ("day", day),
            ("time", time),
            ("with", with.as_str()),
        ]
    };
    // The clocks go forward on 14 March 2027.
    for (day, time, problem) in [
        ("2027-03-14", "02:30", "Clocks change that day: 2:30 AM doesn't exist on 2027-03-14."),
        ("Saturday", "10:00", "Write the date"),
        ("2026-11-28", "ten", "Write the time"),
        ("2026-11-22", "10:00", "10:00 AM has passed."),
    ] {
        let answer = form(addr, "/appointments/take", &cookie, &fields(day, time)).await;
        assert!(answer.status == 409 && answer.body.contains(problem), "{day} {time}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("name=\"time\" value=\"{time}\""))
                && !answer.body.contains("name=\"anyway\""),
            "{day} {time}"
        );
        assert!(answer.body.contains("class=\"another\" open"), "{day} {time}");
    }
    let asked = form(addr, "/appointments/take", &cookie, &fields("2026-11-28", "10:00")).await;
    assert_eq!(asked.status, 409);
    for words in ["doesn't offer this at 10:00 AM", "Outside hours: book anyway, Saturday, 28 November, 10:00 AM"] {
        assert!(asked.body.contains(words), "{words}\n{}", asked.body);
    }
    let start = at(SATURDAY, 10, 0).to_string();
    let mut anyway = fields("", "");
    anyway.extend([("start", start.as_str()), ("anyway", "1")]);
    let booked = form(addr, "/appointments/take", &cookie, &anyway).await;
    assert_eq!(booked.status, 303, "{}", booked.body);
    let to = booked.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let one = http(addr, "GET", &to, &[("cookie", &cookie)], "").await;
    assert!(
        one.body.contains("Saturday, 28 November 2026") && one.body.contains("booked outside clinic hours by ana"),
        "{}",
        one.body
    );
    // The same again has somebody in its way, so it is not asked whether to book it anyway.
    let again = form(addr, "/appointments/take", &cookie, &anyway).await;
    assert!(
        again.status == 409 && again.body.contains("The patient has another appointment at that time"),
        "{}",
        again.body
    );
    assert!(!again.body.contains("name=\"anyway\""));
    // Within the hours another time is booked like one that was offered.
    let within = form(addr, "/appointments/take", &cookie, &fields("2026-12-08", "10:07")).await;
    assert_eq!(within.status, 303, "{}", within.body);
    let to = within.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(http(addr, "GET", &to, &[("cookie", &cookie)], "").await.body.contains(": booked by ana"));
    // Whoever may set the hours is led there.
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let admin = sign_in(addr, "abe", PASSWORD).await.cookies();
    let day = http(addr, "GET", "/appointments?date=2026-11-28", &[("cookie", &admin)], "").await;
    assert!(day.body.contains("href=\"/settings/part?part=hours\">Set provider hours"), "{}", day.body);
    serving.stop().await;
}
