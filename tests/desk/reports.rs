//! Reports: a day is played through and counted by hand; who may see it; and nobody waits for it.

use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::Desk;
use arrivals::desk::service::reports::csv;
use arrivals::desk::store::Days;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::booking::Slot;
use arrivals::domain::event::{Ended, KioskEvent, LoggedEvent, StepTime, StepTimes};
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::queue::QueueAction;
use arrivals::domain::reason::Reason;
use arrivals::domain::report::{Filter, Report};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{PrintOutcome, PrintTrouble};
use arrivals::sync::wire::Change;

use super::booking::{free, wanted};
use super::page::sign_in;
use super::queue::{arrives, call_first, clinic, desk_with, id, ticket};
use super::support::{PASSWORD, Place, TOKEN_A, http, post_of};

/// Seven people in the laboratory, one of them also at the X-ray; two who never come; one whose clinician has a queue
/// of her own.
const LIST: [(&str, &str, &str, &str); 10] = [
    ("a1", "09:00", "Laboratory", "Dr. Predovic"),
    ("a2", "10:00", "X-ray", "Dr. Herzog"),
    ("b1", "09:10", "Laboratory", "Dr. Predovic"),
    ("c1", "09:20", "Laboratory", "Dr. Predovic"),
    ("d1", "09:30", "Laboratory", "Dr. Predovic"),
    ("e1", "09:40", "Laboratory", "Dr. Predovic"),
    ("f1", "09:50", "Laboratory", "Dr. Predovic"),
    ("g1", "09:50", "Laboratory", "Dr. Predovic"),
    ("h1", "10:10", "X-ray", "Dr. Herzog"),
    ("i1", "11:00", "Family medicine", "Dr. Mraz"),
];

fn minutes(place: &Place, minutes: u64) {
    place.clock.advance(Duration::from_secs(60 * minutes));
}

fn step(place: &Place, visit: &str, action: &QueueAction) {
    place.desk.queue_step(&id(visit), action, "ana").unwrap().unwrap();
}

/// A conversation: how it ended, tenths until the ticket, and tenths of a step each; the second of a kind was shown
/// twice.
fn conversation(ended: Ended, ticket_after_tenths: Option<u32>, steps: &[(&str, u32)]) -> KioskEvent {
    let steps =
        steps.iter().zip(1..).map(|((step, tenths), shown)| StepTime { step: (*step).into(), shown, tenths: *tenths });
    KioskEvent::ConversationEnded(StepTimes { ended, ticket_after_tenths, steps: steps.collect() })
}

/// From 8:30: six come at once and are called at 9:30, 9:32 and so on, each seen for ten minutes.
fn played() -> Place {
    let place = desk_with(clinic(), &LIST);
    arrives(&place, 1, &["a1", "a2"]);
    for (n, visit) in (2..).zip(["b1", "c1", "d1", "e1", "f1"]) {
        arrives(&place, n, &[visit]);
    }
    let told = [
        KioskEvent::TicketPrinted {
            ticket: ticket(1),
            outcome: PrintOutcome::Printed,
            appointments: vec![id("a1"), id("a2")],
        },
        KioskEvent::TicketPrinted {
            ticket: ticket(2),
            outcome: PrintOutcome::Failed(PrintTrouble::NoPaper),
            appointments: vec![id("b1")],
        },
        KioskEvent::WalkedAway { step: "insurance".into() },
        KioskEvent::WalkedAway { step: "insurance".into() },
        KioskEvent::WalkedAway { step: "a-step-of-tomorrow".into() },
        conversation(Ended::Ticket, Some(301), &[("find", 20), ("insurance", 101), ("done", 99)]),
        conversation(Ended::Ticket, Some(402), &[("find", 40), ("insurance", 202)]),
        conversation(Ended::Ticket, Some(503), &[("find", 60), ("insurance", 303)]),
        conversation(Ended::Ticket, Some(604), &[("find", 80), ("insurance", 404)]),
        conversation(Ended::Ticket, Some(1205), &[("find", 100), ("a-step-of-tomorrow", 5)]),
        conversation(Ended::TicketAgain, None, &[("birth-date", 11), ("birthday", 22)]),
        conversation(Ended::WalkedAway, None, &[("find", 990)]),
        KioskEvent::Stopped {
            reason: Reason::AskedForHelp,
            step: "insurance".into(),
            patient: None,
            appointments: vec![id("a1"), id("a2")],
            language: Language::English,
        },
        KioskEvent::Stopped {
            reason: Reason::NotFound,
            step: "find".into(),
            patient: None,
            appointments: Vec::new(),
            language: Language::English,
        },
    ];
    let events = (7..).zip(told).map(|(n, event)| LoggedEvent { seq: Seq(n), at: place.clock.now(), event });
    place.desk.take_post(TOKEN_A, &post_of("lobby", events.collect())).unwrap();
    minutes(&place, 60);
    for visit in ["a1", "b1", "c1", "d1", "e1"] {
        assert_eq!(call_first(&place.desk, "Blood", "Room 1", "ana"), id(visit));
        minutes(&place, 2);
    }
    for visit in ["a1", "b1", "c1", "d1", "e1"] {
        step(&place, visit, &QueueAction::Start);
        minutes(&place, 10);
        step(&place, visit, &QueueAction::Finish);
    }
    place.desk.call_this(&id("f1"), Some("Room 1"), "ana").unwrap().unwrap();
    for _ in 0..2 {
        step(&place, "f1", &QueueAction::CallAgain { point: None });
    }
    step(&place, "f1", &QueueAction::NoShow);
    place
}

fn report(desk: &Desk, filter: Filter) -> Report {
    let day = jiff::civil::date(2026, 11, 23);
    desk.figures(Days { from: day, to: day }, filter).unwrap()
}

fn figure(report: &Report, code: &str) -> String {
    let figure = report.figures.iter().find(|figure| figure.code == code).unwrap_or_else(|| panic!("no figure {code}"));
    String::from_utf8(csv(figure).unwrap()).unwrap().lines().skip(1).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_day_that_was_played_is_counted_as_one_would_by_hand() {
    let place = played();
    let today = report(&place.desk, Filter::default());
    assert_eq!(
        figure(&today, "no-shows-by-service"),
        "Laboratory,6,1,0,16.7; X-ray,1,0,0,0.0",
        "who has not come yet may still come"
    );
    // The next day nobody can come any more.
    minutes(&place, 24 * 60);
    let all = report(&place.desk, Filter::default());
    // Waits from the appointment's time: 9:00, 9:10, 9:20, 9:30 and 9:40, until 9:30, 9:32, 9:34, 9:36 and 9:38.
    for (code, expected) in [
        ("arrivals-by-hour", "8,6"),
        ("waits-by-hour", "9,5,14.0,30.0"),
        ("waits-by-queue", "Blood,5,14.0,30.0"),
        ("waits-by-queue-and-hour", "Blood,9,5,14.0,30.0"),
        ("length-by-queue", "Blood,5,10.0,10.0"),
        ("no-shows-by-service", "Family medicine,1,0,1,100.0; Laboratory,7,1,1,28.6; X-ray,2,0,1,50.0"),
        ("no-shows-by-weekday", "Monday,10,1,3,40.0"),
        ("check-ins", "Kiosk lobby,6,0"),
        ("stops-by-reason", "Asked for help at the kiosk,1; Not found on today's list,1; Ticket did not print,1"),
        ("stops-by-step", "Finding the appointment,1; Insurance,1; Printing the ticket,1"),
        ("walked-away-by-step", "Insurance,2; a-step-of-tomorrow,1"),
        ("no-shows-by-lead-time", "Unknown,10,1,3,40.0"),
        ("conversation-length", "Kiosk lobby,5,50.3,120.5"),
        (
            "time-per-step",
            "Finding the appointment,6,6,6.0,99.0; After the ticket,1,3,,; Date of birth,1,3,,; \
             Insurance,4,8,,; a-step-of-tomorrow,1,2,,",
        ),
        ("languages", "English,5; Spanish,0; Arabic,0"),
        ("changes", ""),
        ("tickets-printed", "out of paper,1; printed,1"),
    ] {
        assert_eq!(figure(&all, code), expected, "{code}");
    }
    assert_eq!(all.figures.len(), 17);
    assert_eq!(all.arrivals, 6);
    assert!(all.queues.contains("Dr. Mraz") && all.services.contains("Family medicine"));
    // What staff did is done again the same way, so the figures are the same.
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(report(&place.desk, Filter::default()), all);
}

#[test]
fn a_chosen_queue_or_service_counts_what_is_about_it() {
    let place = played();
    minutes(&place, 24 * 60);
    let x_ray = report(&place.desk, Filter { service: Some("X-ray".into()), queue: None });
    for (code, expected) in [
        ("arrivals-by-hour", "8,1"),
        ("waits-by-queue", ""),
        ("no-shows-by-service", "X-ray,2,0,1,50.0"),
        ("stops-by-reason", "Asked for help at the kiosk,1"),
        ("tickets-printed", ""),
        ("walked-away-by-step", "Insurance,2; a-step-of-tomorrow,1"),
        ("conversation-length", "Kiosk lobby,5,50.3,120.5"),
        ("no-shows-by-lead-time", "Unknown,2,0,1,50.0"),
        ("languages", "English,<5; Spanish,0; Arabic,0"),
    ] {
        assert_eq!(figure(&x_ray, code), expected, "{code}");
    }
    assert!(x_ray.services.contains("Laboratory"), "another one can still be chosen");
    let mraz = report(&place.desk, Filter { queue: Some("Dr. Mraz".into()), service: None });
    assert_eq!(figure(&mraz, "no-shows-by-service"), "Family medicine,1,0,1,100.0");
    let nothing = report(&place.desk, Filter { queue: Some("Dr. Mraz".into()), service: Some("X-ray".into()) });
    assert_eq!(figure(&nothing, "no-shows-by-service"), "");
}

#[test]
fn no_shows_are_told_apart_by_when_the_appointment_was_made() {
    let place = desk_with(clinic(), &LIST);
    let listed = |id: &str, booked_on: &str| {
        let appointment = place.desk.with_store(|store| store.appointment(&AppointmentId::from(id))).unwrap().unwrap();
        Appointment { booked_on: Some(booked_on.parse().unwrap()), ..appointment }
    };
    let list = [
        ("a1", "2026-11-23"),
        ("a2", "2026-11-22"),
        ("b1", "2026-11-16"),
        ("c1", "2026-10-26"),
        ("d1", "2026-10-25"),
        ("e1", "2026-11-24"),
    ];
    place.desk.import_appointments(&list.map(|(id, booked_on)| listed(id, booked_on))).unwrap();
    let feed = place.desk.with_store(|store| store.feed(0, place.clock.now())).unwrap();
    assert!(!feed.changes.is_empty());
    for change in feed.changes {
        assert!(!matches!(change, Change::Appointment(one) if one.booked_on.is_some()), "kiosks have no use for it");
    }
    arrives(&place, 1, &["a1", "a2"]);
    // One is made at the desk, for the same afternoon.
    let slot =
        Slot { start: "2026-11-23T20:00:00Z".parse().unwrap(), ..free(&place.desk, jiff::civil::date(2026, 11, 23)) };
    let booked = place.desk.book(&wanted(&slot, "Quill"), "ana").unwrap().unwrap();
    minutes(&place, 24 * 60);
    let all = report(&place.desk, Filter::default());
    let expected = "The same day,2,0,1,50.0; 1 to 6 days,1,0,0,0.0; 1 to 4 weeks,2,0,2,100.0; \
                    More than 4 weeks,1,0,1,100.0; Unknown,5,0,5,100.0";
    assert_eq!(figure(&all, "no-shows-by-lead-time"), expected);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(report(&place.desk, Filter::default()), all);
    // A list that takes it over and says otherwise does not know better.
    place.desk.import_appointments(&[listed(booked.as_str(), "2026-01-01")]).unwrap();
    assert_eq!(figure(&report(&place.desk, Filter::default()), "no-shows-by-lead-time"), expected);
}

#[test]
fn a_report_waits_for_nobody_and_holds_nobody_up() {
    let place = played();
    let before = report(&place.desk, Filter::default());
    let mut other = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let writing = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    writing.execute("DELETE FROM visit", []).unwrap();
    assert_eq!(report(&place.desk, Filter::default()), before, "somebody is writing");
    drop(writing);
    let read = place.desk.with_store(|store| store.read_only()).unwrap();
    arrives(&place, 21, &["g1"]);
    drop(read);
    assert_eq!(report(&place.desk, Filter::default()).arrivals, before.arrivals + 1);
}

#[tokio::test]
async fn supervisors_see_reports_without_a_name_in_them() {
    let place = played();
    for (name, role) in [("dee", Role::Desk), ("sue", Role::Supervisor)] {
        place.desk.add_user(name, PASSWORD, role).unwrap();
    }
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = serving.addr;
    let (dee, sue) = (sign_in(addr, "dee", PASSWORD).await.cookies(), sign_in(addr, "sue", PASSWORD).await.cookies());
    let get = async |cookie: &str, path: &str| http(addr, "GET", path, &[("cookie", cookie)], "").await;
    assert_eq!(get(&dee, "/reports").await.status, 403);
    assert!(!get(&dee, "/").await.body.contains("href=\"/reports\""));
    assert!(get(&sue, "/").await.body.contains("href=\"/reports\""));
    let page = get(&sue, "/reports").await;
    assert_eq!(page.status, 200);
    for words in [
        "Waits by queue",
        "role=\"img\"",
        "The same numbers are in the table below",
        "17 Nov 2026 to 23 Nov 2026",
        "<option value=\"Blood\">",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    for personal in ["Given", "Family0", "1950", ">a1<", "style=", "<script>"] {
        assert!(!page.body.contains(personal), "{personal}");
    }
    let of_a_queue = get(&sue, "/reports?queue=Blood&service=&from=2026-11-23&to=2026-11-23").await;
    assert!(
        of_a_queue.body.contains("<option value=\"Blood\" selected>")
            && of_a_queue.body.contains("so this is for the whole clinic")
    );
    for (query, status, words) in [
        ("from=2026-11-23&to=2026-11-22", 422, "The end date is before the start date."),
        ("from=2024-11-23&to=2026-11-22", 422, "at most 366 days"),
        ("from=soon", 422, "Write a date like"),
        ("from=2031-01-01", 200, "No data for these dates."),
    ] {
        let answer = get(&sue, &format!("/reports?{query}")).await;
        assert!(answer.status == status && answer.body.contains(words), "{query}: {}", answer.status);
    }
    let file = get(&sue, "/reports.csv?figure=waits-by-queue&from=2026-11-23&to=2026-11-23").await;
    assert!(
        file.head.contains("content-type: text/csv") && file.head.contains("waits-by-queue-2026-11-23-2026-11-23.csv"),
        "{}",
        file.head
    );
    assert_eq!(file.body, "queue,visits,median_minutes,percentile_90_minutes\nBlood,5,14.0,30.0\n");
    for query in ["figure=nonsense", "figure=", "", "figure=languages&from=soon"] {
        assert_eq!(get(&sue, &format!("/reports.csv?{query}")).await.status, 404, "{query}");
    }
    serving.stop().await;
}

#[test]
fn a_name_that_looks_like_a_formula_is_none_in_a_file() {
    let place = desk_with(ClinicSettings::default(), &[("a1", "09:00", "=HYPERLINK(1)", "Dr. Mraz")]);
    arrives(&place, 1, &["a1"]);
    assert_eq!(figure(&report(&place.desk, Filter::default()), "no-shows-by-service"), "'=HYPERLINK(1),1,0,0,0.0");
}
