//! How long each page was in front of somebody: exactly as long as the clock says, told after the conversation, and
//! nobody is named.

use std::time::Duration;

use arrivals::domain::event::{KioskEvent, StepTimes};
use arrivals::domain::ids::{KioskId, Seq};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::program::Event;
use arrivals::sync::worker::Told;

use super::room::Room;

impl Room {
    /// So many milliseconds later somebody touches.
    fn after(&mut self, milliseconds: u64, input: Input) {
        self.clock.advance(Duration::from_millis(milliseconds));
        self.touch([input]);
    }

    /// What was told of conversations, as `ended (tenths until the ticket): step shown×tenths, ...`.
    fn times(&self) -> Vec<String> {
        let events = self.store().events_after(Seq(0), 1000).unwrap();
        let told = events.into_iter().filter_map(|logged| match logged.event {
            KioskEvent::ConversationEnded(StepTimes { ended, ticket_after_tenths, steps }) => {
                let steps = steps
                    .iter()
                    .map(|time| format!("{} {}x{}", time.step, time.shown, time.tenths))
                    .collect::<Vec<_>>();
                Some(format!(
                    "{ended:?} ({}): {}",
                    ticket_after_tenths.map_or("-".to_owned(), |n| n.to_string()),
                    steps.join(", ")
                ))
            }
            _ => None,
        });
        told.collect()
    }

    /// Ada types 18 August after six seconds, and goes on after so many milliseconds a page.
    fn ada_up_to_call_as(&mut self, milliseconds: u64) {
        self.hold_under_scanner(arrivals::codes::appointment_code(&"apt-ada".into()));
        self.after(2_000, Input::Month(8));
        self.after(2_000, Input::Digit(1));
        self.after(1_000, Input::Digit(8));
        self.after(1_000, Input::GoOn);
        for input in [Input::Yes, Input::GoOn, Input::Yes, Input::Yes] {
            self.after(milliseconds, input);
        }
        assert_eq!(self.step(), Step::CallAs);
    }

    /// To the page with the number, on which the clock stands as long as the printer works.
    fn takes_the_ticket(&mut self) {
        self.touch([Input::CallAs(CallAs::Number)]);
        self.until("the last page", |room| room.step() == Step::Done);
    }
}

#[test]
fn a_check_in_of_known_durations_is_told_as_exactly_these() {
    let mut room = Room::new();
    room.ada_up_to_call_as(3_300);
    assert_eq!(room.times(), Vec::<String>::new(), "only when it is over");
    room.clock.advance(Duration::from_millis(2_240));
    room.takes_the_ticket();
    room.after(7_000, Input::Finish);
    let steps = "birthday 1x60, is-this-you 1x33, visits 1x33, details 1x33, insurance 1x33, call-as 1x22, saving 1x0, \
                 printing 1x0, done 1x70";
    assert_eq!(room.times(), [format!("Ticket (214): {steps}")]);
    // The desk has it after everything else, and nothing about anybody in it.
    let last = room.store().last_seq().unwrap();
    room.until("the desk to have it", |room| room.desk.held(&KioskId::from("lobby")).unwrap() == last);
    let events = room.desk.with_store(|store| store.events(&KioskId::from("lobby"))).unwrap();
    let kinds: Vec<_> =
        events.iter().map(|logged| serde_json::to_value(&logged.event).unwrap()["kind"].clone()).collect();
    assert_eq!(kinds, ["checked-in", "ticket-printed", "conversation-ended"]);
    let text = serde_json::to_string(&events[2].event).unwrap();
    for personal in ["ada", "A1", "apt-", "en\"", "1936"] {
        assert!(!text.contains(personal), "{text}");
    }
}

#[test]
fn pages_that_are_shown_twice_are_one_step() {
    let mut room = Room::new();
    room.touch([Input::Start]);
    room.after(1_000, Input::TypeInstead);
    room.after(4_000, Input::Back);
    room.after(2_500, Input::TypeInstead);
    // "Do you need more time?" belongs to the page below it, if somebody answers.
    room.wait(65);
    assert!(room.asks_for_time());
    room.kiosk.take(Event::Active);
    room.after(1_000, Input::StartOver);
    assert_eq!(room.times(), ["StartedOver (-): find 2x35, birth-date 2x700"]);
}

#[test]
fn a_page_that_nobody_answers_is_left_out() {
    let mut room = Room::new();
    room.touch([Input::Start]);
    room.after(1_000, Input::TypeInstead);
    room.wait(80);
    assert_eq!((room.step(), room.times()), (Step::Welcome, vec!["WalkedAway (-): find 1x10".to_owned()]));
    // Nothing was measured: nothing is told.
    room.touch([Input::Start]);
    room.wait(80);
    assert_eq!((room.step(), room.times().len()), (Step::Welcome, 1));
    // A ticket whose page stays until the kiosk goes back is a ticket all the same.
    room.ada_up_to_call_as(1_000);
    room.takes_the_ticket();
    room.wait(40);
    let steps = "birthday 1x60, is-this-you 1x10, visits 1x10, details 1x10, insurance 1x10, call-as 1x0, \
                 saving 1x0, printing 1x0";
    assert_eq!(room.times()[1..], [format!("Ticket (100): {steps}")]);
    // Who comes again with it has no new one.
    room.scan("apt-ada");
    room.after(1_500, Input::Yes);
    room.after(3_000, Input::Finish);
    assert_eq!(room.times()[2..], ["TicketAgain (-): birthday 1x0, is-this-you 1x15, done 1x30"]);
}

#[test]
fn the_next_person_begins_anew_on_the_last_page_of_the_one_before() {
    let mut room = Room::new();
    room.touch([Input::Start]);
    room.after(2_000, Input::GetHelp);
    room.after(3_000, Input::Finish);
    room.touch([Input::Start]);
    room.ada_up_to_call_as(1_000);
    room.takes_the_ticket();
    room.clock.advance(Duration::from_secs(5));
    room.scan("apt-ben");
    room.after(2_000, Input::No);
    assert_eq!(room.step(), Step::Stopped(Reason::NotThisPerson));
    room.after(4_000, Input::Finish);
    let ada = "find 1x0, birthday 1x60, is-this-you 1x10, visits 1x10, details 1x10, insurance 1x10, call-as 1x0, \
               saving 1x0, printing 1x0, done 1x50";
    assert_eq!(
        room.times(),
        [
            "Stopped (-): find 1x20, help 1x30".to_owned(),
            format!("Ticket (100): {ada}"),
            "Stopped (-): birthday 1x0, is-this-you 1x20, stopped 1x40".to_owned()
        ]
    );
}

#[test]
fn a_desk_that_does_not_know_it_is_not_told() {
    let mut room = Room::new();
    room.network.set(true);
    room.kiosk.take(Event::Desk(Told::TakesTimes(false)));
    room.touch([Input::Start]);
    room.after(1_000, Input::TypeInstead);
    room.after(1_000, Input::StartOver);
    assert_eq!(room.store().last_seq().unwrap(), Seq(0));
    room.kiosk.take(Event::Desk(Told::TakesTimes(true)));
    room.touch([Input::Start]);
    room.after(1_000, Input::StartOver);
    assert_eq!(room.times(), ["StartedOver (-): find 1x10"]);
}

#[test]
fn where_there_is_no_room_left_it_takes_none_from_what_people_did() {
    let mut room = Room::new();
    room.store().limit_pages(1).unwrap();
    let filler = KioskEvent::WalkedAway { step: "find".into() };
    let at = "2026-11-23T14:00:00Z".parse().unwrap();
    while room.store().append(at, &filler).is_ok() {}
    for _ in 0..200 {
        room.touch([Input::Start]);
        room.after(1_000, Input::StartOver);
    }
    room.touch([Input::Start, Input::GetHelp, Input::Finish]);
    room.store().limit_pages(1_000_000).unwrap();
    room.wait(1);
    let last = room.store().last_seq().unwrap();
    let events = room.store().events_after(Seq(last.0 - 1), 10).unwrap();
    assert!(matches!(events[0].event, KioskEvent::Stopped { reason: Reason::AskedForHelp, .. }), "{events:?}");
    assert_eq!(room.times(), Vec::<String>::new());
}
