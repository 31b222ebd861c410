//! What is left of people: a desk in which one word stands wherever a person can be spoken of, put there by real work;
//! then the patient is taken out, or every limit passes, and the raw file is searched for it.

use std::collections::BTreeSet;

use arrivals::desk::DeskOptions;
use arrivals::desk::base::config::MessageSettings;
use arrivals::desk::service::booking::book::NewPerson;
use arrivals::desk::service::booking::messages::Way;
use arrivals::desk::store::{
    COMMAND, Counter, HandAction, IfLate, Removal, StaffAction, StaffWork, Verdict, Verified, WalkInByHand,
};
use arrivals::domain::appointment::Appointment;
use arrivals::domain::eligibility::Eligibility;
use arrivals::domain::event::{CheckedIn, KioskEvent, StillRight, WalkedIn};
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::insurance::{Coverage, Holder, Relationship, Side};
use arrivals::domain::language::Language;
use arrivals::domain::person::{BirthDate, EmergencyContact};
use arrivals::domain::proposal::{Field, PostalAddress, Proposal, Value};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, PrintOutcome, Series, Ticket, TicketNumber};
use arrivals::sync::wire::{OrderKind, PhotoName, Piece, photo_hash};
use jiff::SignedDuration;
use jiff::civil::date;

use super::booking::{free, wanted};
use super::data_life::{asked, clean_up_whole};
use super::proposals::{change, send};
use super::support::{Place, TOKEN_A, decide_change, event, import, morning, place};

/// Stands in every name, number, address and sentence.
const WORD: &str = "quxorbit";
/// The patient's number; nothing else is called so.
const NUMBER: &str = "pnum-4711";
/// Begins the numbers of appointments.
const VISIT: &str = "qapt-";

/// The columns in which the word stands, whatever its case: every one that can hold something personal. What is kept of
/// a booking names a time, a clinician and a room; what a message says names no patient.
const PERSONAL: &[&str] = &[
    "appointment.body",
    "appointment.name_folded",
    "card_photo_piece.body",
    "chart.base",
    "chart.value",
    "face.name_folded",
    "kiosk_event.body",
    "kiosk_order.body",
    "message.recipient",
    "message.why",
    "proposal.body",
    "proposal.value",
    "proposal.why",
    "set_aside.body",
    "staff_action.detail",
    "visit.companion",
    "visit.walk_in",
    "visit_note.body",
];

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

fn said(text: &str) -> String {
    format!("{text} {WORD}")
}

fn card(payer: &str) -> Coverage {
    let holder = Holder { is: Relationship::Parent, name: said("Holder").into(), birth_date: None };
    Coverage {
        payer: said(payer).into(),
        member_id: said("M1").into(),
        group_id: said("G1").into(),
        plan: said("Plan").into(),
        holder: Some(holder),
        ..Coverage::default()
    }
}

/// An appointment of the patient of whom everything is known.
fn listed(place: &Place, number: &str, hours: i64) -> Appointment {
    let mut one = place.desk.with_store(|store| store.appointment(&id("apt-0003"))).unwrap().unwrap();
    one.id = AppointmentId::new(format!("{VISIT}{number}"));
    one.start = morning() + SignedDuration::from_hours(hours);
    let person = &mut one.person;
    person.id = NUMBER.into();
    person.given_name = "Quxorbita".into();
    person.family_name = "Quxorbitson".into();
    person.other_given_names = vec![said("Other").into()];
    person.other_family_names = vec![said("Born").into()];
    person.preferred_name = said("Q").into();
    person.emergency_contact = EmergencyContact { name: said("Aunt").into(), phone: said("555").into() };
    let contact = &mut person.contact;
    contact.phone = said("555").into();
    contact.email = format!("{WORD}@example.org").as_str().into();
    contact.address = said("1 Street").into();
    contact.city = said("City").into();
    contact.state = said("Status").into();
    contact.postal_code = said("1").into();
    one.coverage = Some(card("Old"));
    one.second_coverage = Some(card("Second"));
    one
}

fn ticket(number: u32) -> Ticket {
    Ticket { number: TicketNumber::new(Series::FIRST, number), date: date(2026, 11, 23) }
}

/// What the patient says is different.
fn proposals(one: &Appointment) -> Vec<Proposal> {
    let new = |field: Field, value: Value| change(field, one.value(field), value);
    let address = PostalAddress {
        street: said("2 Street").into(),
        city: said("C").into(),
        state: said("S").into(),
        postal_code: "1".into(),
    };
    let insurance =
        Proposal { photos: Side::ALL.to_vec(), ..new(Field::Insurance, Value::Coverage(Box::new(card("New")))) };
    vec![
        new(Field::Phone, Value::Text(said("556").into())),
        new(Field::Email, Value::Text(format!("{WORD}2@example.org").as_str().into())),
        new(Field::Address, Value::Address(address)),
        insurance,
    ]
}

fn send_photos(place: &Place) {
    for side in Side::ALL {
        let picture = format!("invented picture of the {} of a card of {WORD}", side.code());
        let bytes = picture.as_bytes().to_vec();
        let photo = PhotoName {
            seq: Seq(1),
            field: Field::Insurance,
            side,
            total: bytes.len() as u64,
            hash: photo_hash(&bytes),
        };
        assert!(place.desk.take_piece(TOKEN_A, &Piece { photo, offset: 0, bytes }).unwrap().whole);
    }
}

/// Everybody of whom the word is, by number, in a desk that has worked for a day.
fn a_full_day() -> (Place, Vec<String>) {
    let place = place();
    let desk = &place.desk;
    import(desk, "tests/data/day.csv").0.unwrap();
    let list = [listed(&place, "1", 1), listed(&place, "2", 5), listed(&place, "3", 8), listed(&place, "4", 24 * 20)];
    desk.import_appointments(&list).unwrap();
    let number = || NUMBER.into();
    let checked_in = CheckedIn {
        ticket: ticket(1),
        patient: number(),
        appointments: vec![list[0].id.clone()],
        language: Language::Spanish,
        call_as: CallAs::FirstName,
        details: StillRight::Changed,
        insurance: StillRight::Changed,
        companion: Some(said("Companion").into()),
        documents: None,
        proposals: proposals(&list[0]),
    };
    let request = AppointmentId::of_request(ticket(2));
    let walked_in = WalkedIn {
        ticket: ticket(2),
        appointment: request.clone(),
        given_name: said("Walks").into(),
        family_name: said("In").into(),
        birth_date: BirthDate(date(1970, 1, 2)),
        category: "walk-in".into(),
        language: Language::English,
        call_as: CallAs::Number,
        companion: Some(said("Friend").into()),
    };
    let stopped = KioskEvent::Stopped {
        reason: Reason::TooEarly,
        step: "find-me".into(),
        patient: Some(number()),
        appointments: Vec::new(),
        language: Language::English,
    };
    send(
        &place,
        "lobby",
        &[
            event(1, KioskEvent::CheckedIn(checked_in)),
            event(
                2,
                KioskEvent::TicketPrinted {
                    ticket: ticket(1),
                    outcome: PrintOutcome::Printed,
                    appointments: vec![list[0].id.clone()],
                },
            ),
            event(3, stopped),
            event(4, KioskEvent::WalkedIn(walked_in)),
        ],
    );
    // What a newer kiosk says, and what cannot be read as an event at all.
    let newer = format!(
        r#"{{"seq":5,"at":"2026-11-23T13:05:00Z","event":{{"kind":"sang","by":["{NUMBER}"],"words":"{WORD}"}}}}"#
    );
    let unread = format!(r#"{{"seq":6,"at":"2026-11-23T13:06:00Z","event":["{VISIT}1","{WORD}"]}}"#);
    let body = format!(r#"{{"kiosk":"lobby","last":6,"events":[{newer},{unread}]}}"#);
    desk.take_report(TOKEN_A, arrivals::sync::bounds::read(body.as_bytes()).unwrap()).unwrap();
    send_photos(&place);
    // Decided in every way, and handed on.
    for change in desk.changes_of(&list[0].id).unwrap() {
        let verdict = match change.key.field {
            Field::Phone => Verdict::Reject(said("Wrong").into()),
            Field::Email => Verdict::Edit(Value::Text(format!("{WORD}3@example.org").as_str().into())),
            _ => Verdict::Accept,
        };
        assert!(decide_change(desk, &change.key, &verdict, "ana").unwrap());
    }
    desk.next_export_batch().unwrap().unwrap();
    for inquiry in desk.with_store(|store| store.due_inquiries(None, morning())).unwrap() {
        desk.with_store(|store| store.answer_inquiry(&inquiry.key, Eligibility::Active, morning())).unwrap();
    }
    // By hand.
    desk.check_in_by_hand(&list[2].id, (Language::Spanish, CallAs::Number), IfLate::CheckIn, "ana").unwrap().unwrap();
    for visit in [&list[0].id, &request] {
        assert!(desk.note(visit, &HandAction::Note { text: said("Afraid of").into() }, "ana").unwrap());
    }
    desk.set_call_as(&list[2].id, CallAs::FirstName, "ana").unwrap().unwrap();
    assert!(desk.act(&StaffWork::Visit(request.clone()), StaffAction::Accept, "ana").unwrap());
    assert!(desk.act(&StaffWork::Visit(list[0].id.clone()), StaffAction::Done, "ana").unwrap());
    let by_hand = WalkInByHand {
        given_name: said("By").into(),
        family_name: said("Hand").into(),
        birth_date: BirthDate(date(1980, 3, 4)),
        category: "walk-in".into(),
        language: Language::English,
        call_as: CallAs::FirstName,
    };
    let (by_hand, _) = desk.walk_in_by_hand(&by_hand, "ana").unwrap();
    desk.be_on("session", "ana", &list[0].id).unwrap();
    let say = |visit| {
        desk.order_for(&KioskId::from("lobby"), &OrderKind::Say { text: said("Please come,") }, visit, "ana")
            .unwrap()
            .unwrap()
    };
    say(Some(&list[0].id));
    desk.order(&KioskId::from("lobby"), &OrderKind::PrintAgain { ticket: ticket(1) }, "ana").unwrap().unwrap();
    // Booked on the telephone, moved, called off, with words of a list against it.
    let slot = free(desk, date(2026, 11, 24));
    let mut new = wanted(&slot, "Quxorbit");
    let person = NewPerson {
        given_name: said("Tele"),
        family_name: said("Phone"),
        birth_date: Some(date(1990, 5, 6)),
        phone: format!("555{WORD}"),
        email: format!("{WORD}4@example.org"),
        language: "es".into(),
    };
    new.person = person.appointment(morning()).unwrap().person;
    let booked = desk.book(&new, "ana").unwrap().unwrap();
    let later = free(desk, date(2026, 11, 25));
    desk.reschedule(&booked, (later.start, 20, &later.practitioner), "ana").unwrap().unwrap();
    let mut contradicts = desk.with_store(|store| store.appointment(&booked)).unwrap().unwrap();
    contradicts.start += SignedDuration::from_hours(1);
    desk.import_appointments(&[contradicts]).unwrap();
    desk.call_off(&booked, &said("Is"), "ana").unwrap().unwrap();
    // A program that says whom it could not reach.
    let command = ["sh", "-c", "grep -o '\"to\".*' >&2; exit 65"].map(str::to_owned).to_vec();
    let mailing = place.opened_with(DeskOptions::default().messages(Some(MessageSettings { command })));
    assert!(mailing.send_message(&list[3].id, Way::Sms, false, "ana").unwrap());
    mailing.send_due_messages().unwrap();
    assert!(mailing.send_message(&list[3].id, Way::Email, false, "ana").unwrap());
    let made = new.person.id.to_string();
    (place, vec![NUMBER.to_owned(), request.to_string(), by_hand.to_string(), made])
}

/// The columns of the desk's file in which a text stands, in whatever case.
fn columns(place: &Place, text: &str) -> BTreeSet<String> {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let mut statement = conn
        .prepare("SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'")
        .unwrap();
    let all: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
    let holds = |table: &str, column: &str| {
        let sql = format!("SELECT 1 FROM \"{table}\" WHERE instr(lower(CAST(\"{column}\" AS TEXT)), ?1) > 0");
        conn.prepare(&sql).unwrap().exists([text]).unwrap()
    };
    all.iter()
        .filter(|(table, column)| holds(table, column))
        .map(|(table, column)| format!("{table}.{column}"))
        .collect()
}

/// Whether a text stands anywhere in the raw files, in whatever case.
fn is_in_the_raw_file(place: &Place, text: &str) -> bool {
    ["desk.sqlite", "desk.sqlite-wal"].iter().any(|file| {
        let bytes = std::fs::read(place.folder.path().join(file)).unwrap_or_default().to_ascii_lowercase();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn days_later(place: &Place, days: i64) {
    place.clock.set(morning() + SignedDuration::from_hours(24 * days));
}

/// A day with an open visit stays whole.
fn close_what_is_open(place: &Place) {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let mut statement = conn
        .prepare(
            "SELECT appointment_id FROM visit WHERE state IN ('asks', 'arrived', 'held', 'called', 'with-clinician')",
        )
        .unwrap();
    let open: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(!open.is_empty());
    for one in open {
        assert!(place.desk.act(&StaffWork::Visit(id(&one)), StaffAction::Done, "ana").unwrap(), "{one}");
    }
}

/// Nothing personal is left, and the numbers stand where docs/privacy.md says.
fn nothing_is_left(place: &Place, of_visits: &[&str]) {
    for again in [false, true] {
        if again {
            place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
        }
        assert_eq!(columns(place, WORD), set(&[]), "rebuilt: {again}");
        assert!(!is_in_the_raw_file(place, WORD), "rebuilt: {again}");
        assert_eq!(columns(place, NUMBER), set(&["audit.patient_id"]), "rebuilt: {again}");
        assert_eq!(columns(place, VISIT), set(of_visits), "rebuilt: {again}");
    }
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

#[test]
fn the_day_has_something_personal_wherever_there_can_be() {
    let (place, _) = a_full_day();
    let found = columns(&place, WORD);
    let missing: Vec<_> = PERSONAL.iter().filter(|name| !found.contains(**name)).collect();
    assert!(missing.is_empty(), "not filled: {missing:?}, found {found:?}");
    let unknown: Vec<_> = found.iter().filter(|name| !PERSONAL.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn whoever_is_taken_out_is_nowhere_in_the_raw_file() {
    let (place, people) = a_full_day();
    days_later(&place, 10);
    for who in &people {
        let removal = place.desk.remove_patient(who, &asked(&place.desk, who), COMMAND).unwrap();
        assert!(matches!(removal, Removal::Done(_)), "{who}: {removal:?}");
    }
    nothing_is_left(&place, &["audit.about", "removed_appointment.id"]);
    days_later(&place, 101);
    clean_up_whole(&place);
    nothing_is_left(&place, &["audit.about"]);
}

#[test]
fn after_every_limit_nothing_personal_is_in_the_raw_file() {
    let (place, _) = a_full_day();
    let lobby = KioskId::from("lobby");
    for what in [
        OrderKind::OutOfService { text: said("Gone with") },
        OrderKind::InService,
        OrderKind::Say { text: said("Call") },
    ] {
        place.desk.order(&lobby, &what, "ana").unwrap().unwrap();
    }
    let now = morning();
    let counter = Counter { source: "203.0.113.66".to_owned(), name: Some(said("typed")), free: 3, drains: None };
    place
        .desk
        .with_store(|store| store.note_failure(&said("typed"), "203.0.113.66", "sign-in-failed", &[counter], now))
        .unwrap();
    close_what_is_open(&place);
    days_later(&place, 399);
    clean_up_whole(&place);
    assert!(columns(&place, WORD).contains("visit_note.body") && is_in_the_raw_file(&place, WORD), "not yet");
    days_later(&place, 425);
    clean_up_whole(&place);
    nothing_is_left(&place, &["audit.about"]);
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    for table in [
        "visit",
        "ticket",
        "reason",
        "proposal",
        "staff_action",
        "desk_ticket",
        "message",
        "booking",
        "on_it",
        "eligibility",
        "chart",
        "card_photo",
    ] {
        let rows: i64 = conn.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    // The last order keeps its number, which is not given again, and the last word on whether it serves still counts.
    let orders: i64 = conn.query_row("SELECT COUNT(*) FROM kiosk_order", [], |row| row.get(0)).unwrap();
    assert_eq!(orders, 2);
    assert!(matches!(
        place.desk.with_store(|store| store.service_order(&lobby)).unwrap(),
        Some((OrderKind::InService, ..))
    ));
}
