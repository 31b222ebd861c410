//! A whole clinic day of published synthetic people, imported both ways: everybody comes, types two facts or what
//! else is asked for, and gets what their visit allows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrivals::desk::service::import::import_file;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};
use jiff::ToSpan;
use serde_json::Value;

use super::room::Room;

/// What a person should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ends {
    Ticket,
    Stopped(Reason),
}

/// Everybody who is special, by the first of their appointments.
fn special() -> BTreeMap<String, Ends> {
    let file = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/special.json")).unwrap();
    let kinds: Value = serde_json::from_slice(&file).unwrap();
    let mut ends = BTreeMap::new();
    for (kind, end) in
        [("cancelled", Ends::Stopped(Reason::Cancelled)), ("other_site", Ends::Stopped(Reason::OtherSite))]
    {
        for entry in kinds[kind].as_array().unwrap() {
            ends.insert(entry["patient"].as_str().unwrap().to_owned(), end);
        }
    }
    ends
}

/// Two facts, and whatever else is asked for: twins type their given name, namesakes their telephone too.
fn types_facts(room: &mut Room, appointment: &Appointment) {
    let born = appointment.person.birth_date.day().expect("a day").0;
    room.touch([Input::Start, Input::TypeInstead, Input::Month(born.month())]);
    let digits = format!("{:02}{:04}", born.day(), born.year());
    room.touch(digits.bytes().map(|digit| Input::Digit(digit - b'0')));
    room.touch([Input::GoOn]);
    room.touch(appointment.person.family_name.as_str().to_uppercase().chars().map(Input::Key));
    room.touch([Input::GoOn]);
    if room.step() == Step::GivenName {
        room.touch(appointment.person.given_name.as_str().chars().map(Input::Key));
        room.touch([Input::GoOn]);
    }
    if room.step() == Step::Phone {
        let digits: Vec<u8> = appointment.person.contact.phone.as_str().bytes().filter(u8::is_ascii_digit).collect();
        room.touch(digits[digits.len() - 4..].iter().map(|digit| Input::Digit(digit - b'0')));
        room.touch([Input::GoOn]);
    }
}

fn everybody_comes(file: &str) -> (BTreeMap<Ends, usize>, BTreeSet<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let settings = ClinicSettings { site_places: vec!["Main building".into()], ..ClinicSettings::default() };
    let mut room = Room::with(
        settings,
        |printer| Box::new(printer.clone()),
        |desk| {
            let summary = import_file(desk, &path, &mut |_| {}).unwrap();
            assert_eq!((summary.taken, summary.refused), (232, 0));
        },
    );
    room.until("the whole list", |room| room.store().list().unwrap().len() == 232);
    let list = room.store().list().unwrap();
    let mut first_visits: BTreeMap<String, Appointment> = BTreeMap::new();
    for appointment in list.iter() {
        let first = first_visits.entry(appointment.person.id.to_string()).or_insert_with(|| appointment.clone());
        if appointment.start < first.start {
            *first = appointment.clone();
        }
    }
    assert_eq!(first_visits.len(), 222);
    let special = special();
    let (mut ends, mut numbers) = (BTreeMap::new(), BTreeSet::new());
    for (person, appointment) in &first_visits {
        // Ten minutes early, in the order of the list and not of the clock: a kiosk does not care.
        room.set_time(&appointment.start.checked_sub(10.minutes()).unwrap().to_string());
        types_facts(&mut room, appointment);
        let expected = special.get(person).copied().unwrap_or(Ends::Ticket);
        if room.step() == Step::IsThisYou {
            room.touch([Input::Yes]);
        }
        let end = match room.step() {
            Step::Stopped(reason) => Ends::Stopped(reason),
            _ => {
                // Whoever has a card says that it is right, whoever has none that there is none.
                room.touch([Input::GoOn, Input::Yes, Input::Yes, Input::NoInsurance, Input::CallAs(CallAs::Number)]);
                room.until("the last page", |room| room.step() == Step::Done);
                numbers.insert(room.ticket().ticket.number.to_string());
                Ends::Ticket
            }
        };
        assert_eq!(end, expected, "{}", appointment.id);
        *ends.entry(end).or_insert(0) += 1;
        room.touch([Input::Finish]);
    }
    let last = room.store().last_seq().unwrap();
    room.until("the desk to have everything", |room| room.store().acknowledged().unwrap() == last);
    // Two visits within the hour wait with one number; both are arrived at the desk.
    let with_ticket = list.iter().filter(|a| room.desk.visit(&a.id).unwrap().unwrap().ticket.is_some()).count();
    assert!(with_ticket > numbers.len(), "{with_ticket} visits, {} numbers", numbers.len());
    (ends, numbers)
}

#[test]
fn everybody_of_the_day_gets_what_their_visit_allows_whichever_way_it_was_imported() {
    let (by_csv, numbers) = everybody_comes("day.csv");
    assert_eq!(by_csv[&Ends::Ticket], numbers.len(), "a number was given twice");
    let expected = [(Ends::Ticket, 209), (Ends::Stopped(Reason::OtherSite), 7), (Ends::Stopped(Reason::Cancelled), 6)];
    assert_eq!(by_csv, BTreeMap::from(expected));
    assert_eq!(everybody_comes("day.fhir.json"), (by_csv, numbers));
}
