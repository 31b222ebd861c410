//! The power goes at the worst moments: what was saved stays saved, and no number is given twice.

use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

fn same_patient_same_ticket_next_patient_next_number(mut room: Room) {
    room.scan("apt-ada");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Done, "they had checked in");
    assert_eq!(room.ticket().ticket.number.to_string(), "A1");
    room.touch([Input::Finish]);
    assert_eq!(room.check_in("apt-ben"), "A2");
    room.until("the desk", |room| room.ticket().desk_knows);
    let held = |id: &str| room.desk.visit(&id.into()).unwrap().unwrap().ticket.map(|ticket| ticket.number.to_string());
    assert_eq!((held("apt-ada"), held("apt-ben")), (Some("A1".into()), Some("A2".into())));
}

#[test]
fn after_saving_and_before_printing() {
    let mut room = Room::new();
    room.network.set(true);
    room.up_to_call_as("apt-ada");
    room.touch([Input::CallAs(CallAs::Number)]);
    assert_eq!(room.step(), Step::Saving);
    room.kiosk.work();
    room.network.set(false);
    room.power_cut();
    same_patient_same_ticket_next_patient_next_number(room);
}

#[test]
fn after_printing_and_before_the_desk_knows() {
    let mut room = Room::new();
    room.network.set(true);
    room.check_in("apt-ada");
    room.power_cut();
    room.network.set(false);
    same_patient_same_ticket_next_patient_next_number(room);
}

#[test]
fn before_saving_nothing_is_kept_and_the_patient_begins_again() {
    let mut room = Room::new();
    room.up_to_call_as("apt-ada");
    room.touch([Input::CallAs(CallAs::Number)]);
    assert_eq!(room.step(), Step::Saving);
    room.power_cut();
    assert_eq!(room.step(), Step::Welcome);
    assert_eq!(room.check_in("apt-ada"), "A1");
}
