//! The end of the clinic's day, at four in the morning on its own clock: numbers begin again, but for those of people
//! who are still here.

use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::reason::Reason;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

#[test]
fn numbers_go_on_over_midnight_and_past_those_that_are_held() {
    let mut room = Room::new();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.touch([Input::Finish]);
    // 23:50 in New York is already the next day in UTC: still Monday's numbers, and Cleo's visit is tomorrow.
    room.set_time("2026-11-24T04:50:00Z");
    room.scan("apt-cleo");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Stopped(Reason::OtherDay));
    room.touch([Input::Finish]);
    // Past midnight it is still the same night; at four another day begins, and Ada is still here with A1.
    room.set_time("2026-11-24T05:01:00Z");
    room.wait(1);
    room.scan("apt-cleo");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Stopped(Reason::OtherDay));
    room.touch([Input::Finish]);
    room.set_time("2026-11-24T13:30:00Z");
    room.wait(1);
    assert_eq!(room.check_in("apt-cleo"), "A2");
    assert_eq!(room.ticket().ticket.date.to_string(), "2026-11-24");
}

#[test]
fn yesterdays_ticket_counts_as_long_as_someone_is_here_with_it() {
    let mut room = Room::new();
    room.check_in("apt-ada");
    room.until("the desk", |room| room.ticket().desk_knows);
    room.touch([Input::Finish]);
    room.set_time("2026-11-24T14:00:00Z");
    room.wait(1);
    room.scan("apt-ada");
    room.touch([Input::Yes]);
    assert_eq!((room.step(), room.ticket().ticket.number.to_string()), (Step::Done, "A1".to_owned()));
    let ticket = room.ticket().ticket;
    room.touch([Input::Finish]);
    // Staff complete the visit, and the kiosk hears of it.
    assert!(room.desk.act(&StaffWork::Visit("apt-ada".into()), StaffAction::Done, "ana").unwrap());
    room.until("the kiosk hears of it", |room| {
        !room.store().ticket_counts(ticket, jiff::civil::date(2026, 11, 24)).unwrap()
    });
    room.scan("apt-ada");
    room.touch([Input::Yes]);
    assert_eq!(room.step(), Step::Stopped(Reason::OtherDay));
}
