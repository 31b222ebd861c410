//! Calling off in one way from either page, and not having come: what the list, kiosks and the booking system's list
//! make of it, and that nobody is lost who comes all the same.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::Desk;
use arrivals::desk::service::booking::letters::LetterError;
use arrivals::desk::store::{AuditSearch, Happening, IfLate, Refused, StaffAction, StaffDeed, StaffWork, Verified};
use arrivals::domain::appointment::{Appointment, AppointmentStatus, Standing};
use arrivals::domain::language::Language;
use arrivals::domain::queue::VisitState;
use arrivals::domain::queue::day::Refusal;
use arrivals::domain::reason::Reason;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::CallAs;
use arrivals::domain::visit::VisitRow;
use arrivals::sync::wire::Change;
use jiff::civil::{Date, date};

use super::page::sign_in;
use super::queue::{arrives, clinic, desk_with, id, minutes};
use super::support::{Answer, PASSWORD, Place, form, http};

const TODAY: Date = date(2026, 11, 23);
const HOW: (Language, CallAs) = (Language::English, CallAs::Number);

/// It is half past eight.
fn ready() -> Place {
    desk_with(
        clinic(),
        &[
            ("a1", "09:00", "Laboratory", "Dr. Predovic"),
            ("b1", "09:10", "Laboratory", "Dr. Herzog"),
            ("c1", "08:20", "Laboratory", "Dr. Mraz"),
            ("d1", "11:00", "X-ray", "Dr. Herzog"),
        ],
    )
}

fn row(place: &Place, visit: &str) -> VisitRow {
    place.desk.with_store(|store| store.visits_of(TODAY)).unwrap().into_iter().find(|row| row.id == id(visit)).unwrap()
}

fn on_list(place: &Place, visit: &str) -> Appointment {
    place.desk.with_store(|store| store.appointment(&id(visit))).unwrap().unwrap()
}

/// What a kiosk that heard everything makes of somebody who comes now.
fn at_a_kiosk(place: &Place, visit: &str) -> Standing {
    let now = place.clock.now();
    let feed = place.desk.with_store(|store| store.feed(0, now)).unwrap();
    let ticket = feed.changes.iter().find_map(|change| match change {
        Change::Visit { appointment, ticket, .. } if *appointment == id(visit) => *ticket,
        _ => None,
    });
    let found = feed.changes.into_iter().find_map(|change| match change {
        Change::Appointment(one) if one.id == id(visit) => Some(one),
        _ => None,
    });
    let settings = feed.settings.unwrap();
    found.unwrap().standing(now, &settings, &settings.zone().unwrap(), ticket)
}

fn says(place: &Place, appointment: &Appointment, status: AppointmentStatus) {
    place.desk.import_appointments(&[Appointment { status, ..appointment.clone() }]).unwrap();
}

fn step(place: &Place, visit: &str) -> u64 {
    row(place, visit).called_off.unwrap().undo.unwrap().0
}

/// Whether its time can be had by somebody else.
fn is_free(place: &Place, of: &Appointment) -> bool {
    !place.desk.with_store(|store| store.busy(TODAY, TODAY)).unwrap().iter().any(|taken| taken.id == of.id)
}

/// Everything that follows from what was recorded can be made anew, and each deed is in the audit.
fn rebuilt(place: &Place) {
    let all = |place: &Place| {
        let states: Vec<_> =
            ["a1", "b1", "c1", "d1"].iter().map(|one| place.desk.booking_state(&id(one)).unwrap()).collect();
        let list = place.desk.with_store(|store| Ok((store.visits_of(TODAY)?, store.appointments()?))).unwrap();
        (list, states)
    };
    let before = all(place);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == all(place), "rebuilt from what was recorded");
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

/// What was recorded of the latest thing that staff did with an appointment, without when.
fn recorded(place: &Place, visit: &str) -> (String, String, String) {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let sql =
        "SELECT user_name, action, detail FROM staff_action WHERE appointment_id = ?1 ORDER BY revision DESC LIMIT 1";
    conn.query_row(sql, [visit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

/// A row or a page, as whoever reads it has it.
fn text(html: &str) -> String {
    html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join("")
}

#[tokio::test]
async fn both_pages_call_off_in_the_same_way_and_both_take_it_back() {
    let place = ready();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let get = async |path: &str| -> Answer { http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await };
    let page = get("/visit?appointment=a1").await;
    assert!(page.body.contains("action=\"/visit/call-off\"") && !page.body.contains("Cancel the visit"));
    let csrf = page.csrf();
    let post = async |path: &str, visit: &str, more: &[(&str, &str)]| {
        let fields: Vec<_> =
            [("csrf", csrf.as_str()), ("appointment", visit)].into_iter().chain(more.iter().copied()).collect();
        form(serving.addr, path, &cookie, &fields).await.status
    };
    let why = [("why", "else"), ("why_else", " Snow "), ("step", "0")];
    for (path, visit) in [("/visit/call-off", "a1"), ("/appointments/cancel", "b1")] {
        let before = on_list(&place, visit);
        assert!(!is_free(&place, &before));
        assert_eq!(post(path, visit, &why).await, 303, "{path}");
        assert_eq!(row(&place, visit).state, VisitState::Cancelled);
        assert!(is_free(&place, &before), "somebody else can have the time");
        assert_eq!(at_a_kiosk(&place, visit), Standing::Cancelled);
        assert!(matches!(place.desk.letter_face(&id(visit)), Err(LetterError::CalledOff(_))));
        rebuilt(&place);
    }
    assert_eq!(recorded(&place, "a1"), recorded(&place, "b1"), "the same record");
    assert_eq!(recorded(&place, "a1").1, "call-off");
    let audit = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1000)).unwrap();
    assert_eq!(
        audit.iter().filter(|row| row.action == "call-off" && row.user == "ana" && !row.patient.is_empty()).count(),
        2
    );

    let list = get("/list").await.body;
    assert_eq!(text(&list).matches("Canceled by ana, 8:30 AM: Snow").count(), 2);
    let panel = get("/visit?appointment=b1").await.body;
    assert!(panel.contains("action=\"/visit/undo-call-off\"") && !panel.contains("action=\"/visit/call-off\""));
    assert!(text(&panel).contains("ana canceled the visit: Snow"), "{}", text(&panel));
    assert!(get("/appointments/one?appointment=a1").await.body.contains("Undo cancellation"));
    // Crosswise: each page takes back what the other one did. A second press takes nothing more back.
    for (path, visit) in [("/visit/undo-call-off", "b1"), ("/appointments/undo", "a1")] {
        let shown = step(&place, visit).to_string();
        assert_eq!(post("/visit/undo-call-off", visit, &[("step", "1")]).await, 409, "another step than the one shown");
        assert_eq!(post(path, visit, &[("step", shown.as_str())]).await, 303, "{path}");
        assert_eq!(post(path, visit, &[("step", shown.as_str())]).await, 409);
        assert_eq!((row(&place, visit).state, at_a_kiosk(&place, visit)), (VisitState::Expected, Standing::Open));
        rebuilt(&place);
    }
    let undone = |visit: &str| {
        let (user, action, detail) = recorded(&place, visit);
        let mut detail: serde_json::Value = serde_json::from_str(&detail).unwrap();
        (user, action, detail["step"].take().is_number(), detail)
    };
    assert_eq!(undone("a1"), undone("b1"), "the same record, but for which step");
    assert!(text(&get("/visit?appointment=b1").await.body).contains("ana undid the last change of the appointment"));
    assert_eq!(post("/visit/call-off", "a1", &[("why", "x".repeat(201).as_str())]).await, 413);
    assert_eq!(post("/visit/call-off", "nobody", &why).await, 409);
    serving.stop().await;
}

#[test]
fn what_staff_called_off_comes_back_with_a_list_only_if_that_says_so_anew_and_then_visibly() {
    use AppointmentStatus::{Booked, Cancelled};
    let place = ready();
    let before = on_list(&place, "a1");
    place.desk.call_off(&id("a1"), "Patient request", "ana").unwrap().unwrap();
    let noted = || (row(&place, "a1").is_contradicted, place.desk.booking_state(&id("a1")).unwrap().contradicted_off);
    for _ in 0..2 {
        says(&place, &before, Booked);
        assert_eq!(
            (row(&place, "a1").state, noted()),
            (VisitState::Cancelled, (false, false)),
            "a list that is behind"
        );
        assert!(row(&place, "a1").called_off.unwrap().undo.is_some());
    }
    rebuilt(&place);
    // The booking system has heard of it. Then somebody there books it again.
    says(&place, &before, Cancelled);
    let off = row(&place, "a1").called_off.unwrap();
    assert_eq!(
        (off.user.as_str(), off.undo),
        ("ana", None),
        "the list has it so as well: nothing is left to take back"
    );
    rebuilt(&place);
    says(&place, &before, Booked);
    assert_eq!((row(&place, "a1").state, noted()), (VisitState::Expected, (true, true)));
    assert_eq!(at_a_kiosk(&place, "a1"), Standing::Open);
    assert_eq!(place.desk.with_store(|store| store.contradicted_bookings()).unwrap().len(), 1);
    rebuilt(&place);
    assert!(place.desk.note_contradiction(&id("a1"), "ben").unwrap());
    assert_eq!((row(&place, "a1").state, noted()), (VisitState::Expected, (false, false)));
    rebuilt(&place);

    // The booking system never heard of it, and gives the patient another time: that is a new decision.
    let before = on_list(&place, "d1");
    place.desk.call_off(&id("d1"), "", "ana").unwrap().unwrap();
    let later = before.start + jiff::SignedDuration::from_hours(1);
    says(&place, &Appointment { start: later, ..before }, Booked);
    let row = row(&place, "d1");
    assert_eq!((row.state, row.is_contradicted, on_list(&place, "d1").start), (VisitState::Expected, true, later));
    rebuilt(&place);
}

#[test]
fn who_checks_in_at_a_kiosk_that_had_not_heard_is_not_lost_and_staff_read_why() {
    let place = ready();
    place.desk.call_off(&id("a1"), "Snow", "ana").unwrap().unwrap();
    // The kiosk was offline.
    arrives(&place, 1, &["a1"]);
    let came = row(&place, "a1");
    assert_eq!(
        (came.state, came.ticket.map(|ticket| ticket.number.to_string())),
        (VisitState::Arrived, Some("A1".to_owned()))
    );
    assert_eq!(
        came.reasons.iter().map(|reason| (reason.reason, reason.taken.is_some())).collect::<Vec<_>>(),
        [(Reason::Cancelled, false)]
    );
    assert!(
        place.desk.ticket_standing(came.ticket.unwrap()).unwrap().unwrap().position.is_some(),
        "in line like anybody"
    );
    rebuilt(&place);
    assert_eq!(place.desk.call_off(&id("a1"), "", "ben").unwrap(), Err(Refused::HasCome));
    // They are seen after all: the appointment is one again, and the kiosk knows their ticket.
    place.desk.act(&StaffWork::Visit(id("a1")), StaffAction::Seen, "ben").unwrap();
    place.desk.undo_booking(&id("a1"), step(&place, "a1"), "ben").unwrap().unwrap();
    let seen = row(&place, "a1");
    assert_eq!((seen.state, seen.called_off, seen.ticket), (VisitState::Arrived, None, came.ticket));
    assert_eq!(at_a_kiosk(&place, "a1"), Standing::AlreadyCheckedIn(came.ticket.unwrap()));
    rebuilt(&place);
    // What was called off by the list alone is told as well; whoever comes for a visit that stands has no such reason.
    says(&place, &on_list(&place, "b1"), AppointmentStatus::Cancelled);
    arrives(&place, 2, &["b1"]);
    arrives(&place, 3, &["d1"]);
    assert_eq!(
        (row(&place, "b1").reasons.len(), row(&place, "b1").called_off, row(&place, "d1").reasons.len()),
        (1, None, 0)
    );
    rebuilt(&place);
}

#[test]
fn a_time_that_somebody_else_got_is_not_had_again() {
    let place = ready();
    let before = on_list(&place, "d1");
    place.desk.call_off(&id("d1"), "", "ana").unwrap().unwrap();
    let other = Appointment {
        start: before.start,
        service: before.service.clone(),
        practitioner: before.practitioner.clone(),
        ..on_list(&place, "c1")
    };
    place.desk.book(&other, "ben").unwrap().unwrap();
    assert!(matches!(
        place.desk.undo_booking(&id("d1"), step(&place, "d1"), "ana").unwrap(),
        Err(Refused::Conflicts(_))
    ));
    assert_eq!(row(&place, "d1").state, VisitState::Cancelled);
    rebuilt(&place);
}

#[test]
fn what_a_list_booked_twice_can_be_taken_back_all_the_same() {
    let place = ready();
    let beside = Appointment {
        start: on_list(&place, "a1").start,
        practitioner: "Dr. Predovic".to_owned(),
        ..on_list(&place, "d1")
    };
    says(&place, &beside, AppointmentStatus::Booked);
    place.desk.call_off(&id("a1"), "", "ana").unwrap().unwrap();
    place.desk.undo_booking(&id("a1"), step(&place, "a1"), "ana").unwrap().unwrap();
    assert_eq!(row(&place, "a1").state, VisitState::Expected);
    rebuilt(&place);
}

#[test]
fn of_calling_off_and_checking_in_at_once_one_is_done_and_the_other_is_told() {
    for _ in 0..5 {
        let place = ready();
        let other = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
        let both = Barrier::new(2);
        let (off, given) = std::thread::scope(|scope| {
            let off = scope.spawn(|| {
                both.wait();
                place.desk.call_off(&id("a1"), "", "ana").unwrap()
            });
            let given = scope.spawn(|| {
                both.wait();
                other.check_in_by_hand(&id("a1"), HOW, IfLate::CheckIn, "ben").unwrap()
            });
            (off.join().unwrap(), given.join().unwrap())
        });
        match (off, given) {
            (Ok(()), Err(Refusal::CalledOff)) => assert_eq!(row(&place, "a1").state, VisitState::Cancelled),
            (Err(Refused::HasCome), Ok(_)) => assert_eq!(row(&place, "a1").state, VisitState::Arrived),
            other => panic!("{other:?}"),
        }
        rebuilt(&place);
    }
}

#[test]
fn who_was_given_up_may_come_after_all_and_is_on_record_as_having_come() {
    let place = ready();
    assert_eq!(place.desk.not_come(&id("c1"), "ana").unwrap(), Ok(()));
    assert_eq!(row(&place, "c1").state, VisitState::NoShow);
    // Ten minutes late is late enough for staff and not for a kiosk; half an hour is for the desk to decide.
    assert_eq!(at_a_kiosk(&place, "c1"), Standing::Open);
    assert_eq!(
        place.desk.call_off(&id("c1"), "", "ana").unwrap(),
        Err(Refused::HasCome),
        "it is over, and no time is won"
    );
    minutes(&place, 1);
    arrives(&place, 1, &["c1"]);
    assert_eq!((row(&place, "c1").state, row(&place, "c1").done), (VisitState::Arrived, None));
    rebuilt(&place);
    let happened = place.desk.history(&[id("c1")], None, (TODAY, TODAY)).unwrap();
    let words: Vec<&str> = happened
        .iter()
        .map(|one| match one {
            Happening::Staff { deed: StaffDeed::Hand(action), .. } => action.code(),
            Happening::Kiosk { .. } => "kiosk",
            Happening::Staff { .. } => "other",
        })
        .collect();
    assert_eq!(words, ["not-come", "kiosk"]);

    // The booking system says so: kiosks go by the time alone, and the desk checks in by hand.
    let before = on_list(&place, "a1");
    minutes(&place, 35);
    says(&place, &before, AppointmentStatus::NoShow);
    assert_eq!((row(&place, "a1").state, at_a_kiosk(&place, "a1")), (VisitState::NoShow, Standing::Open));
    minutes(&place, 30);
    assert_eq!(at_a_kiosk(&place, "a1"), Standing::TooLate);
    assert!(place.desk.check_in_by_hand(&id("a1"), HOW, IfLate::CheckIn, "ben").unwrap().is_ok());
    assert_eq!((row(&place, "a1").state, row(&place, "a1").reasons.len()), (VisitState::Arrived, 0));
    rebuilt(&place);
}

/// Visits that were called off at the desk alone, before there was one way, stay so and can be taken back.
#[test]
fn what_was_closed_in_the_old_way_stays() {
    let place = ready();
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.execute("UPDATE revision SET n = n + 1", []).unwrap();
    conn.execute(
        "INSERT INTO staff_action(revision, at, user_name, action, appointment_id, detail)
         SELECT n, '2026-11-23T13:00:00Z', 'ana', 'cancel', 'a1', '{\"by_hand\":\"cancel\"}' FROM revision",
        [],
    )
    .unwrap();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(row(&place, "a1").state, VisitState::Cancelled);
    assert!(place.desk.act(&StaffWork::Visit(id("a1")), StaffAction::Undo, "ana").unwrap());
    assert_eq!(row(&place, "a1").state, VisitState::Expected);
    place.clock.advance(Duration::from_secs(60));
    rebuilt(&place);
}
