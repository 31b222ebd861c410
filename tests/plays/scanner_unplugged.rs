//! Without the scanner the pages offer typing, and scanning comes back by itself.

use arrivals::device::scanner::{ScannerEvent, SimulatedScanner};
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::program::Event;

use super::room::Room;

#[test]
fn typing_goes_on_and_the_scanner_comes_back() {
    let mut room = Room::new();
    let mailbox = room.mailbox().clone();
    let scanner = SimulatedScanner::new(Box::new(move |event: ScannerEvent| mailbox.leave(Event::Scanner(event))));
    room.until("the scanner to be ready", |room| room.kiosk.surroundings().scanner_ready);
    scanner.unplug();
    room.until("the page to know that it is gone", |room| !room.kiosk.surroundings().scanner_ready);
    room.touch([Input::Start, Input::TypeInstead, Input::Month(8)]);
    room.touch([1, 8, 1, 9, 3, 6].map(Input::Digit));
    room.touch([Input::GoOn]);
    room.touch("EXAMPLE".chars().map(Input::Key));
    room.touch([Input::GoOn]);
    assert_eq!(room.step(), Step::IsThisYou);
    room.start_over();
    scanner.plug();
    room.until("the scanner to be back", |room| room.kiosk.surroundings().scanner_ready);
    scanner.scan("ARR:A:apt-ben");
    room.until("the scan", |room| room.step() == Step::Birthday);
}
