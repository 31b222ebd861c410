//! Somebody without an appointment asks to be seen: they get a number and wait; the desk accepts, and the page says
//! that it was seen.

use std::collections::BTreeMap;

use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::language::Language;
use arrivals::domain::queue::VisitState;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::{ClinicSettings, Localized, WalkInCategory};
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};

use super::room::{Room, appointments};

fn room() -> Room {
    let vaccination = WalkInCategory {
        code: "vaccination".into(),
        name: Localized(BTreeMap::from([(Language::English, "Vaccination".into())])),
        place: "Waiting area B".into(),
    };
    let settings = ClinicSettings { walk_in: vec![vaccination], ..ClinicSettings::default() };
    Room::with(
        settings,
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&appointments()).unwrap();
        },
    )
}

fn asks(room: &mut Room) {
    room.touch([Input::Start, Input::NoAppointment, Input::Month(3), Input::Digit(0), Input::Digit(9)]);
    room.touch([1, 9, 8, 8].map(Input::Digit));
    room.touch([Input::GoOn]);
    room.touch("Newman".chars().map(Input::Key));
    room.touch([Input::GoOn]);
    room.touch("Nora".chars().map(Input::Key));
    room.touch([Input::GoOn, Input::WalkInReason("vaccination".into()), Input::CallAs(CallAs::FirstName)]);
    room.until("the last page", |room| room.step() == Step::Done);
}

#[test]
fn a_request_has_a_number_and_a_place_and_waits_for_the_desk() {
    let mut room = room();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.touch([Input::Finish]);
    asks(&mut room);
    let at_hand = room.ticket();
    assert_eq!((at_hand.ticket.number.to_string().as_str(), at_hand.place.as_str()), ("A2", "Waiting area B"));
    room.until("the desk", |room| room.ticket().desk_knows);
    let [request] = at_hand.appointments.as_slice() else { panic!("{:?}", at_hand.appointments) };
    let visit = room.desk.visit(request).unwrap().unwrap();
    assert_eq!((visit.state, visit.reasons.as_slice()), (VisitState::Asks, [Reason::WalkIn].as_slice()));
    assert!(visit.is_walk_in && !visit.seen);
    assert!(room.desk.act(&StaffWork::Visit(request.clone()), StaffAction::Accept, "ana").unwrap());
    assert_eq!(room.desk.visit(request).unwrap().unwrap().state, VisitState::Arrived);
    room.until("the page to say that it was seen", |room| room.ticket().seen_by_staff);
}

#[test]
fn without_the_desk_the_request_is_kept_and_told_later() {
    let mut room = room();
    room.network.set(true);
    room.until("the kiosk to notice", |room| !room.kiosk.surroundings().desk_reached);
    asks(&mut room);
    let request = room.ticket().appointments[0].clone();
    assert!(!room.ticket().desk_knows && room.desk.visit(&request).unwrap().is_none());
    room.power_cut();
    room.network.set(false);
    let last = room.store().last_seq().unwrap();
    room.until("the desk to hear of it", |room| room.store().acknowledged().unwrap() == last);
    assert_eq!(room.desk.visit(&request).unwrap().unwrap().state, VisitState::Asks);
}
