//! Walking away at step n, for every n: the page asks, then forgets, and the log names nobody.

use arrivals::domain::event::{Ended, KioskEvent};
use arrivals::domain::ids::Seq;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};

use super::room::Room;

fn typed() -> Vec<Input> {
    let mut inputs = vec![Input::Start, Input::TypeInstead, Input::Month(8)];
    inputs.extend([1, 8, 1, 9, 3, 6].map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs.extend("example".chars().map(Input::Key));
    inputs.extend([Input::GoOn, Input::Yes, Input::GoOn, Input::Yes, Input::Yes]);
    inputs
}

#[test]
fn at_every_step_the_page_asks_then_forgets() {
    let mut room = Room::new();
    let script = typed();
    for n in 1..=script.len() {
        // Always nine in the morning: the test takes longer than the visit's grace.
        room.set_time("2026-11-23T14:00:00Z");
        room.touch(script.iter().take(n).cloned());
        let step = room.step();
        let patience = step.patience().unwrap();
        let before = room.store().last_seq().unwrap();
        room.wait(u64::from(patience.ask_after_seconds) - 1);
        assert!(!room.asks_for_time(), "{step:?} asks too early");
        room.wait(1);
        assert!(room.asks_for_time(), "{step:?} does not ask");
        room.wait(u64::from(patience.end_after_seconds));
        assert_eq!(room.step(), Step::Welcome, "after {n} touches at {step:?}");
        assert_eq!(room.kiosk.screen().content, Content::Words);
        let events = room.store().events_after(before, 10).unwrap();
        assert_eq!(events[0].event, KioskEvent::WalkedAway { step: step.name().into() });
        // What was done before is measured; the page that nobody answered is not.
        match events.get(1).map(|logged| &logged.event) {
            None => assert_eq!(step, Step::Find),
            Some(KioskEvent::ConversationEnded(times)) => {
                assert_eq!((events.len(), times.ended, times.ticket_after_tenths), (2, Ended::WalkedAway, None));
                assert!(
                    !times.steps.is_empty() && times.steps.iter().all(|time| time.step != step.name()),
                    "{times:?}"
                );
            }
            other => panic!("{other:?}"),
        }
        let text = serde_json::to_string(&events).unwrap();
        assert!(!text.to_lowercase().contains("ada") && !text.contains("1936"), "{text}");
    }
    assert!(room.store().last_seq().unwrap() > Seq(0));
}

#[test]
fn a_touch_while_being_asked_goes_on_where_it_was() {
    let mut room = Room::new();
    room.touch(typed().into_iter().take(4));
    room.wait(61);
    assert!(room.asks_for_time());
    room.kiosk.take(arrivals::kiosk::program::Event::Active);
    assert!(!room.asks_for_time());
    room.wait(59);
    assert_eq!(room.step(), Step::BirthDate);
}
