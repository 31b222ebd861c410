//! A full disk: the patient is sent to a person, and the report about it is not lost.

use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

#[test]
fn a_check_in_that_cannot_be_saved_goes_to_the_desk_and_the_report_follows() {
    let mut room = Room::new();
    room.store().limit_pages(1).unwrap();
    // What is left of the last page holds a few more rows.
    let filler = arrivals::domain::event::KioskEvent::WalkedAway { step: "find".into() };
    let at = "2026-11-23T14:00:00Z".parse().unwrap();
    let mut fillers = 0_u64;
    while room.store().append(at, &filler).is_ok() {
        fillers += 1;
    }
    room.up_to_call_as("apt-ada");
    room.touch([Input::CallAs(CallAs::Number)]);
    room.until("the page that sends to the desk", |room| matches!(room.step(), Step::Stopped(_)));
    assert_eq!(room.step(), Step::Stopped(Reason::CannotSave));
    assert_eq!(room.store().last_seq().unwrap().0, fillers);
    assert!(room.store().ticket(&"apt-ada".into()).unwrap().is_none());
    room.store().limit_pages(1_000_000).unwrap();
    room.wait(1);
    room.until("the report at the desk", |room| {
        room.desk.visit(&"apt-ada".into()).unwrap().unwrap().reasons == [Reason::CannotSave]
    });
    room.touch([Input::Finish]);
    assert_eq!(room.check_in("apt-ada"), "A1", "no number was used up");
}
