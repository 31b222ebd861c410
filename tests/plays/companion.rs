//! Somebody brings somebody else: the companion's name goes with the arrival, and two children are checked in in one
//! go.

use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::Seq;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

#[test]
fn two_people_in_one_go_have_a_number_each_and_one_companion() {
    let mut room = Room::new();
    room.touch([Input::Start, Input::SomebodyElse]);
    room.touch("Rosa Example".chars().map(Input::Key));
    room.touch([Input::GoOn]);
    assert_eq!(room.step(), Step::Find);
    let first = room.check_in("apt-ada");
    room.touch([Input::OneMorePerson]);
    assert_eq!(room.step(), Step::Find, "the companion's name is not asked for again");
    let second = room.check_in("apt-ben");
    assert_eq!((first.as_str(), second.as_str()), ("A1", "A2"));
    room.touch([Input::Finish]);
    assert_eq!(room.check_in("apt-dora"), "A3");
    let companions: Vec<Option<String>> = room
        .store()
        .events_after(Seq(0), 100)
        .unwrap()
        .into_iter()
        .filter_map(|logged| match logged.event {
            KioskEvent::CheckedIn(said) => Some(said.companion.map(|name| name.as_str().to_owned())),
            _ => None,
        })
        .collect();
    let rosa = Some("Rosa Example".to_owned());
    assert_eq!(companions, [rosa.clone(), rosa, None], "the next one in the lobby is nobody's companion");
}

#[test]
fn going_back_forgets_the_companion() {
    let mut room = Room::new();
    room.touch([Input::Start, Input::SomebodyElse]);
    room.touch("Rosa".chars().map(Input::Key));
    room.touch([Input::Back]);
    assert!(room.step() == Step::Find && !room.kiosk.screen().for_other);
    room.up_to_call_as("apt-ada");
    room.touch([Input::CallAs(CallAs::Number)]);
    room.until("the last page", |room| room.step() == Step::Done);
    assert!(!room.kiosk.screen().for_other);
}
