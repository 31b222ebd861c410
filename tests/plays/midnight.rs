//! The clinic's midnight, not the machine's: numbers begin again, and yesterday's list is gone.

use arrivals::domain::reason::Reason;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

#[test]
fn numbers_begin_again_at_the_clinics_midnight() {
    let mut room = Room::new();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.touch([Input::Finish]);
    // 23:50 in New York is already the next day in UTC: still Monday's numbers, and Cleo's visit is tomorrow.
    room.set_time("2026-11-24T04:50:00Z");
    room.scan("apt-cleo");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Stopped(Reason::OtherDay));
    room.touch([Input::Finish]);
    room.set_time("2026-11-24T05:01:00Z");
    room.wait(1);
    assert_eq!(room.check_in("apt-cleo"), "A1");
    assert_eq!(room.ticket().ticket.date.to_string(), "2026-11-24");
}

#[test]
fn yesterdays_ticket_is_not_todays() {
    let mut room = Room::new();
    room.check_in("apt-ada");
    room.until("the desk", |room| room.ticket().desk_knows);
    room.touch([Input::Finish]);
    room.set_time("2026-11-24T14:00:00Z");
    room.scan("apt-ada");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Stopped(Reason::OtherDay));
}
