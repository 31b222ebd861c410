//! Early, late, elsewhere, another day: each visit has its own window, and what cannot be checked in is explained.

use std::collections::BTreeMap;

use arrivals::domain::appointment::{Appointment, Standing};
use arrivals::domain::language::Language;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::{ClinicSettings, Localized, OtherSite, ServiceRules};
use arrivals::domain::ticket::CallAs;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};

use super::room::{Room, appointments};

fn settings() -> ClinicSettings {
    ClinicSettings {
        early_minutes: 45,
        late_minutes: 10,
        site_places: vec!["Waiting area".into()],
        sites: vec![OtherSite {
            place: "Riverside".into(),
            address: "40 Mill Street".into(),
            how_far: Localized(BTreeMap::from([(Language::English, "10 minutes on foot".into())])),
        }],
        services: vec![ServiceRules {
            service: "MRI".into(),
            early_minutes: Some(90),
            late_minutes: Some(0),
            ..ServiceRules::default()
        }],
        ..ClinicSettings::default()
    }
}

/// A room in which Ada has these visits: number, beginning in UTC (nine in the morning is 14:00), service, place.
fn room(visits: &[(&str, &str, &str, &str)]) -> Room {
    let ada = appointments().remove(0);
    let list: Vec<Appointment> = visits
        .iter()
        .map(|(id, start, service, place)| Appointment {
            id: (*id).into(),
            start: start.parse().unwrap(),
            service: (*service).into(),
            place: (*place).into(),
            ..ada.clone()
        })
        .collect();
    Room::with(
        settings(),
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&list).unwrap();
        },
    )
}

const HERE: &str = "Waiting area A";

#[test]
fn each_service_has_its_own_window() {
    for (start, service, expected) in [
        ("2026-11-23T14:45:00Z", "Eye clinic", Step::Visits),
        ("2026-11-23T14:46:00Z", "Eye clinic", Step::Stopped(Reason::TooEarly)),
        ("2026-11-23T15:30:00Z", "MRI", Step::Visits),
        ("2026-11-23T15:31:00Z", "MRI", Step::Stopped(Reason::TooEarly)),
        ("2026-11-23T13:50:00Z", "Eye clinic", Step::Visits),
        ("2026-11-23T13:49:00Z", "Eye clinic", Step::Stopped(Reason::TooLate)),
        ("2026-11-23T13:59:00Z", "MRI", Step::Stopped(Reason::TooLate)),
    ] {
        let mut room = room(&[("apt-1", start, service, HERE)]);
        room.scan("apt-1");
        room.touch([Input::Yes]);
        assert_eq!(room.step(), expected, "{service} at {start}");
    }
}

#[test]
fn who_is_early_reads_when_to_come() {
    let mut room = room(&[("apt-1", "2026-11-23T16:00:00Z", "Eye clinic", HERE)]);
    room.scan("apt-1");
    room.touch([Input::Yes]);
    let Content::Why { when, .. } = room.kiosk.screen().content else { panic!("no reason is given") };
    assert_eq!(when.unwrap().to_string(), "2026-11-23T10:15:00");
}

#[test]
fn who_is_at_the_wrong_site_reads_the_address_and_how_far_it_is() {
    let mut room = room(&[("apt-1", "2026-11-23T14:10:00Z", "Eye clinic", "Riverside annex, room 4")]);
    room.scan("apt-1");
    room.touch([Input::Yes]);
    let Content::Why { reason, place, site, .. } = room.kiosk.screen().content else { panic!("no reason is given") };
    let site = site.unwrap();
    assert_eq!(
        (reason, place.as_str(), site.address.as_str()),
        (Reason::OtherSite, "Riverside annex, room 4", "40 Mill Street")
    );
    assert_eq!(
        site.how_far.in_language(Language::Spanish),
        "10 minutes on foot",
        "English, where the clinic wrote nothing else"
    );
}

#[test]
fn tomorrow_says_which_day_it_is() {
    let mut room = room(&[("apt-1", "2026-11-24T14:00:00Z", "Eye clinic", HERE)]);
    room.scan("apt-1");
    room.touch([Input::Yes]);
    let Content::Why { reason, when, .. } = room.kiosk.screen().content else { panic!("no reason is given") };
    assert_eq!((reason, when.unwrap().date().to_string().as_str()), (Reason::OtherDay, "2026-11-24"));
}

#[test]
fn what_can_be_checked_in_is_and_the_rest_is_explained() {
    let mut room = room(&[
        ("apt-1", "2026-11-23T14:00:00Z", "Eye clinic", HERE),
        ("apt-2", "2026-11-23T14:30:00Z", "X-ray", "Riverside annex, room 4"),
        ("apt-3", "2026-11-23T19:00:00Z", "Eye clinic", HERE),
        ("apt-4", "2026-11-24T19:00:00Z", "Eye clinic", HERE),
    ]);
    room.scan("apt-2");
    room.touch([Input::Yes]);
    let Content::Visits(visits, open) = room.kiosk.screen().content else { panic!("no list of visits") };
    let standings: Vec<&str> = visits
        .iter()
        .map(|visit| match visit.standing {
            Standing::Open => "open",
            Standing::OtherSite => "other site",
            Standing::TooEarly { .. } => "too early",
            _ => "another",
        })
        .collect();
    assert_eq!((standings.as_slice(), open), (["open", "other site", "too early"].as_slice(), 1));
    room.touch([Input::GoOn, Input::Yes, Input::Yes, Input::CallAs(CallAs::Number)]);
    room.until("the last page", |room| room.step() == Step::Done);
    assert_eq!(room.ticket().appointments, ["apt-1".into()]);
}
