//! What staff want of a kiosk from afar, and what it tells of itself.

use std::time::Duration;

use arrivals::device::printer::SimulatedCondition;
use arrivals::domain::kiosk::{ORDER_ENDS_MAX, OrderStage};
use arrivals::domain::queue::Wait;
use arrivals::domain::ticket::Ticket;
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::program::Event;
use arrivals::sync::wire::{Condition, Order, OrderKind, TicketWait};
use arrivals::sync::worker::Told;

use super::room::Room;

pub fn order(room: &mut Room, id: u64, what: OrderKind) {
    room.kiosk.take(Event::Desk(Told::Orders(vec![Order { id, what }])));
}

fn out_of_service() -> OrderKind {
    OrderKind::OutOfService { text: "The printer is being repaired.".to_owned() }
}

#[test]
fn out_of_service_lets_the_patient_at_it_end_and_survives_a_power_cut() {
    let mut room = Room::new();
    room.touch([Input::Start]);
    order(&mut room, 4, out_of_service());
    assert_eq!(room.step(), Step::Find);
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.until("the desk", |room| room.ticket().desk_knows);
    room.touch([Input::Finish, Input::Start]);
    assert_eq!(room.step(), Step::Welcome);
    assert!(room.kiosk.surroundings().out_of_service);
    assert_eq!(room.kiosk.clinic_face().closed, "The printer is being repaired.");
    room.power_cut();
    assert_eq!(room.kiosk.clinic_face().closed, "The printer is being repaired.");
    room.touch([Input::Start]);
    assert_eq!(room.step(), Step::Welcome);
    // The same order told again changes nothing, and a later one opens the kiosk.
    order(&mut room, 5, OrderKind::InService);
    order(&mut room, 4, out_of_service());
    room.touch([Input::Start]);
    assert_eq!(room.step(), Step::Find);
    room.power_cut();
    assert!(!room.kiosk.surroundings().out_of_service);
    assert_eq!(room.vitals().obeyed, 5);
}

#[test]
fn a_message_stays_until_it_was_read_its_reader_left_or_two_minutes_passed() {
    let mut room = Room::new();
    let say = || OrderKind::Say { text: "Please come to desk 2.".to_owned() };
    room.touch([Input::Start]);
    order(&mut room, 1, say());
    assert_eq!(room.kiosk.clinic_face().message, "Please come to desk 2.");
    room.kiosk.take(Event::MessageRead);
    assert_eq!((room.kiosk.clinic_face().message, room.step()), ("", Step::Find));
    order(&mut room, 2, say());
    room.start_over();
    assert_eq!(room.kiosk.clinic_face().message, "");
    order(&mut room, 3, say());
    assert_eq!(room.kiosk.clinic_face().message, "Please come to desk 2.");
    room.clock.advance(Duration::from_secs(121));
    room.kiosk.take(Event::Tick);
    assert_eq!(room.kiosk.clinic_face().message, "");
}

#[test]
fn a_restart_waits_until_nobody_is_at_the_kiosk_and_is_ordered_once() {
    let mut room = Room::new();
    room.touch([Input::Start]);
    order(&mut room, 7, OrderKind::Restart);
    assert!(!room.kiosk.wants_restart());
    room.start_over();
    assert!(room.kiosk.wants_restart());
    room.power_cut();
    order(&mut room, 7, OrderKind::Restart);
    assert!(!room.kiosk.wants_restart());
}

#[test]
fn a_ticket_is_printed_again_from_afar_and_nobody_elses_page_changes() {
    let mut room = Room::new();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.until("the paper", |room| room.ticket().print.is_some());
    let ticket = room.ticket().ticket;
    room.touch([Input::Finish, Input::Start]);
    let before = room.printer.printed().len();
    order(&mut room, 1, OrderKind::PrintAgain { ticket });
    room.until("the copy", |room| room.printer.printed().len() > before);
    assert_eq!(room.printer.printed().last().unwrap().ticket, ticket);
    assert_eq!(room.step(), Step::Find);
    // Another kiosk's ticket is not made up here.
    order(&mut room, 2, OrderKind::PrintAgain { ticket: Ticket { number: "B9".parse().unwrap(), ..ticket } });
    order(&mut room, 3, OrderKind::PrintAgain { ticket });
    room.until("one more copy", |room| room.printer.printed().len() > before + 1);
    assert!(room.printer.printed().iter().all(|job| job.ticket == ticket));
}

#[test]
fn the_ticket_page_says_how_the_ticket_stands() {
    let mut room = Room::new();
    room.check_in("apt-ada");
    room.until("the desk's word on the queue", |room| room.ticket().wait.is_some());
    assert_eq!(room.ticket().wait, Some((1, Wait::NoBasis)));
    let ticket = room.ticket().ticket;
    let wait = Wait::Minutes { from: 10, to: 20 };
    let other = Ticket { number: "A9".parse().unwrap(), ..ticket };
    room.kiosk.take(Event::Desk(Told::Waits(vec![
        TicketWait { ticket: other, position: 7, wait: Wait::NoBasis },
        TicketWait { ticket, position: 3, wait },
    ])));
    assert_eq!(room.ticket().wait, Some((3, wait)));
}

#[test]
fn the_kiosk_tells_how_it_is() {
    let mut room = Room::new();
    room.until("the printer's first word", |room| room.vitals().printer.is == Condition::Ready);
    let health = room.vitals();
    assert_eq!((health.camera.is, health.out_of_service, health.obeyed), (Condition::Ready, false, 0));
    assert!(health.disk_free_mib.is_some());
    room.printer.set(SimulatedCondition::NoPaper);
    room.check_in("apt-ada");
    room.until("the printer's trouble", |room| room.vitals().printer.is == Condition::Failed);
    assert_eq!(room.vitals().printer.why, "out of paper: put in a new roll");
    order(&mut room, 1, out_of_service());
    assert!(room.vitals().out_of_service);
}

#[test]
fn what_staff_order_at_the_desk_reaches_the_kiosk_and_is_known_as_done() {
    let mut room = Room::new();
    let lobby = arrivals::domain::ids::KioskId::from("lobby");
    let ordered = |room: &Room, what: OrderKind| room.desk.order(&lobby, &what, "ana").unwrap().unwrap();
    let closed = ordered(&room, out_of_service());
    room.until("the order", |room| room.kiosk.surroundings().out_of_service);
    assert_eq!(room.vitals().obeyed, closed);
    ordered(&room, OrderKind::InService);
    room.until("the kiosk to serve again", |room| !room.kiosk.surroundings().out_of_service);
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.until("the paper", |room| room.ticket().print.is_some());
    // The desk orders no copy of a ticket of which it has not heard.
    room.until("the desk", |room| room.ticket().desk_knows);
    let (ticket, before) = (room.ticket().ticket, room.printer.printed().len());
    let copy = ordered(&room, OrderKind::PrintAgain { ticket });
    room.until("the copy", |room| room.printer.printed().len() > before);
    // What was carried out is told with the next report, and then never again, not even after a power cut.
    let obeyed = |room: &Room| {
        let watch = room.desk.kiosks().unwrap();
        watch
            .kiosks
            .iter()
            .find(|kiosk| kiosk.row.id == lobby)
            .and_then(|kiosk| kiosk.row.health.as_ref())
            .map(|heard| heard.health.obeyed)
    };
    room.until("the desk to know", |room| obeyed(room) == Some(copy));
    room.power_cut();
    let printed = room.printer.printed().len();
    room.until("the kiosk's first word", |room| room.kiosk.surroundings().desk_reached);
    room.wait(3);
    assert_eq!(room.printer.printed().len(), printed);
}

/// How far the kiosk says that an order is, and why.
fn end_of(room: &Room, order: u64) -> (OrderStage, String) {
    room.vitals().ends.into_iter().find(|end| end.order == order).map(|end| (end.is, end.why)).unwrap()
}

#[test]
fn what_became_of_an_order_is_said_and_why() {
    let mut room = Room::new();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.until("the paper", |room| room.ticket().print.is_some());
    let ticket = room.ticket().ticket;
    order(&mut room, 1, OrderKind::PrintAgain { ticket });
    assert_eq!(end_of(&room, 1).0, OrderStage::UnderWay);
    room.until("the copy", |room| end_of(room, 1).0 != OrderStage::UnderWay);
    assert_eq!(end_of(&room, 1), (OrderStage::Done, String::new()));
    order(&mut room, 2, OrderKind::PrintAgain { ticket: Ticket { number: "AA1".parse().unwrap(), ..ticket } });
    assert_eq!(end_of(&room, 2), (OrderStage::NotDone, "unknown ticket".to_owned()));
    room.printer.set(SimulatedCondition::NoPaper);
    order(&mut room, 3, OrderKind::PrintAgain { ticket });
    room.until("the printer's answer", |room| end_of(room, 3).0 != OrderStage::UnderWay);
    assert_eq!(end_of(&room, 3), (OrderStage::NotDone, "out of paper".to_owned()));
    // It is known after a power cut, and nothing is printed because somebody put in paper.
    let printed = room.printer.printed().len();
    room.power_cut();
    room.printer.set(SimulatedCondition::Ready);
    order(&mut room, 3, OrderKind::PrintAgain { ticket });
    assert_eq!(end_of(&room, 3), (OrderStage::NotDone, "out of paper".to_owned()));
    order(&mut room, 4, OrderKind::Say { text: "One moment.".to_owned() });
    order(&mut room, 5, out_of_service());
    assert_eq!([end_of(&room, 4).0, end_of(&room, 5).0], [OrderStage::Done; 2]);
    room.wait(3);
    assert_eq!(room.printer.printed().len(), printed);
}

#[test]
fn what_a_power_cut_came_between_is_not_said_to_be_done_and_a_restart_is() {
    let mut room = Room::new();
    assert_eq!(room.check_in("apt-ada"), "A1");
    room.until("the paper", |room| room.ticket().print.is_some());
    let ticket = room.ticket().ticket;
    order(&mut room, 1, OrderKind::PrintAgain { ticket });
    order(&mut room, 2, OrderKind::Restart);
    assert_eq!([end_of(&room, 1).0, end_of(&room, 2).0], [OrderStage::UnderWay, OrderStage::Waiting]);
    room.power_cut();
    assert_eq!(end_of(&room, 1), (OrderStage::Unsure, "the kiosk was restarted in the meantime".to_owned()));
    assert_eq!(end_of(&room, 2).0, OrderStage::Done);
    order(&mut room, 1, OrderKind::PrintAgain { ticket });
    assert_eq!(end_of(&room, 1).0, OrderStage::Unsure, "told again, it is not printed again");
    for id in 3..20 {
        order(&mut room, id, OrderKind::Say { text: "One moment.".to_owned() });
    }
    assert_eq!(room.vitals().ends.len(), ORDER_ENDS_MAX);
}
