//! The card was replaced or copied: the desk holds other events under this kiosk's numbers. Nothing that is checked in
//! here could ever be told, so the kiosk stops and sends people to the desk.

use arrivals::codes::appointment_code;
use arrivals::device::scanner::{Scan, ScannerEvent};
use arrivals::domain::ids::Seq;
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::program::Event;
use arrivals::sync::api::Refusal;
use arrivals::sync::worker::Told;

use super::room::Room;

fn ways_to_say_so() -> [Told; 2] {
    [Told::Refused(Refusal::OtherHistory), Told::Disagree { desk: Seq(9), kiosk: Seq(0) }]
}

#[test]
fn nobody_can_begin() {
    for told in ways_to_say_so() {
        let mut room = Room::new();
        room.kiosk.take(Event::Desk(told));
        assert!(room.kiosk.surroundings().out_of_service);
        let scan = Scan::new(appointment_code(&"apt-ada".into()).into_bytes());
        room.kiosk.take(Event::Scanner(ScannerEvent::Scanned(scan)));
        room.touch([Input::Start]);
        assert_eq!(room.step(), Step::Welcome);
    }
}

#[test]
fn who_is_in_the_middle_is_sent_to_the_desk_and_nothing_is_saved() {
    for told in ways_to_say_so() {
        let mut room = Room::new();
        room.up_to_call_as("apt-ada");
        room.kiosk.take(Event::Desk(told));
        room.touch([Input::CallAs(CallAs::Number)]);
        room.kiosk.work();
        assert_eq!(room.step(), Step::Stopped(Reason::CannotSave));
        assert!(room.store().ticket(&"apt-ada".into()).unwrap().is_none());
    }
}
