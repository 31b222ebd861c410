//! Without the desk the kiosk checks people in, says so honestly, and catches up.

use arrivals::flow::step::{Input, Step};

use super::room::Room;

#[test]
fn checking_in_goes_on_and_the_page_says_no_more_than_is_true() {
    let mut room = Room::new();
    room.network.set(true);
    room.until("the kiosk to notice", |room| !room.kiosk.surroundings().desk_reached);
    assert_eq!(room.check_in("apt-ada"), "A1");
    assert!(!room.ticket().desk_knows);
    room.touch([Input::Finish]);
    assert_eq!(room.check_in("apt-ben"), "A2");
    assert_eq!(room.desk.visit(&"apt-ada".into()).unwrap().unwrap().ticket, None);
    room.network.set(false);
    room.until("the desk to know the one on the screen", |room| room.ticket().desk_knows);
    for (visit, number) in [("apt-ada", "A1"), ("apt-ben", "A2")] {
        let held = room.desk.visit(&visit.into()).unwrap().unwrap();
        assert_eq!(held.ticket.unwrap().number.to_string(), number);
    }
}

#[test]
fn who_comes_back_is_told_what_the_desk_knows_by_now() {
    let mut room = Room::new();
    room.check_in("apt-ada");
    room.until("the desk", |room| room.ticket().desk_knows);
    room.touch([Input::Finish]);
    room.desk.mark_seen(&"apt-ada".into(), "ana").unwrap();
    room.until("the kiosk to hear that they were seen", |room| {
        room.store().ticket(&"apt-ada".into()).unwrap().unwrap().seen
    });
    room.scan("apt-ada");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Done);
    let at_hand = room.ticket();
    assert!(at_hand.given_before && at_hand.desk_knows && at_hand.seen_by_staff);
}
