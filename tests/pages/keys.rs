//! Keys: of a keypad, of a keyboard that somebody has plugged in, held down and struck twice.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use arrivals::kiosk::window::ui::{self, Action, KioskWindow};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, SharedString};

use super::sample::{LANGUAGES, Look, PAGES, SIZES, named};
use super::{press, settle, turn_to, window};

/// Longer than a second strike of the same key is ignored for.
const LATER: Duration = Duration::from_millis(600);

fn later() {
    i_slint_backend_testing::mock_elapsed_time(LATER);
}

/// Everything that the pages ask for from now on.
fn heard(window: &KioskWindow) -> Rc<RefCell<Vec<String>>> {
    let heard: Rc<RefCell<Vec<String>>> = Rc::default();
    let kiosk = window.global::<ui::Kiosk>();
    let keep = Rc::clone(&heard);
    kiosk.on_act(move |action| keep.borrow_mut().push(format!("{action:?}")));
    let keep = Rc::clone(&heard);
    kiosk.on_digit(move |digit| keep.borrow_mut().push(digit.to_string()));
    let keep = Rc::clone(&heard);
    kiosk.on_key(move |letter| keep.borrow_mut().push(letter.to_string()));
    let keep = Rc::clone(&heard);
    kiosk.on_pick_month(move |month| keep.borrow_mut().push(format!("month {month}")));
    let keep = Rc::clone(&heard);
    kiosk.on_choose_language(move |tag| keep.borrow_mut().push(tag.to_string()));
    let keep = Rc::clone(&heard);
    kiosk.on_move_focus(move |by| keep.borrow_mut().push(format!("moves {by}")));
    kiosk.on_is_letter(|text| text.chars().all(char::is_alphabetic));
    kiosk.on_is_character(|text| text.chars().all(char::is_alphabetic));
    heard
}

fn down(window: &KioskWindow, key: impl Into<SharedString>) {
    window.window().dispatch_event(WindowEvent::KeyPressed { text: key.into() });
}

fn repeats(window: &KioskWindow, key: impl Into<SharedString>, times: usize) {
    let text: SharedString = key.into();
    for _ in 0..times {
        i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(33));
        window.window().dispatch_event(WindowEvent::KeyPressRepeated { text: text.clone() });
    }
}

fn up(window: &KioskWindow, key: impl Into<SharedString>) {
    window.window().dispatch_event(WindowEvent::KeyReleased { text: key.into() });
    settle();
}

#[test]
fn a_held_key_does_one_thing_on_every_page() {
    let window = window();
    for sample in PAGES.into_iter().filter(|sample| sample.is_usual) {
        for key in [Key::Return, Key::Escape, Key::DownArrow, Key::F1, Key::Backspace] {
            turn_to(&window, sample, "en", SIZES[0], Look::Plain);
            later();
            let heard = heard(&window);
            down(&window, key);
            let once = heard.borrow().len();
            repeats(&window, key, 75);
            up(&window, key);
            assert!(once <= 1, "{}: {key:?} did {:?}", sample.name, heard.borrow());
            assert_eq!(heard.borrow().len(), once, "{}: {key:?} held for 2.5 s did {:?}", sample.name, heard.borrow());
        }
    }
}

#[test]
fn a_stuck_key_does_not_keep_a_page_open() {
    let window = window();
    turn_to(&window, named("details"), "en", SIZES[0], Look::Plain);
    let busy: Rc<RefCell<u32>> = Rc::default();
    let count = Rc::clone(&busy);
    window.global::<ui::Kiosk>().on_active(move || *count.borrow_mut() += 1);
    down(&window, Key::Tab);
    let once = *busy.borrow();
    repeats(&window, Key::Tab, 75);
    assert_eq!((once, *busy.borrow()), (1, 1));
}

#[test]
fn a_key_that_was_down_when_the_page_changed_does_nothing_on_the_next() {
    let window = window();
    turn_to(&window, named("is-this-you"), "en", SIZES[0], Look::Plain);
    later();
    let heard = heard(&window);
    down(&window, Key::Return);
    assert_eq!(*heard.borrow(), ["Yes"]);
    for next in ["visits", "details", "insurance", "call-as", "done"] {
        turn_to(&window, named(next), "en", SIZES[0], Look::Plain);
        repeats(&window, Key::Return, 20);
        assert_eq!(heard.borrow().len(), 1, "{next}: {:?}", heard.borrow());
    }
    up(&window, Key::Return);
    later();
    press(&window, Key::Return);
    assert_eq!(*heard.borrow(), ["Yes", "Finish"], "a new press counts");
}

#[test]
fn a_hand_that_trembles_and_strikes_twice_gives_one_answer() {
    let window = window();
    for (page, key, answer) in
        [("is-this-you", Key::Return, "Yes"), ("details", Key::Return, "Yes"), ("family-name", Key::Escape, "Back")]
    {
        turn_to(&window, named(page), "en", SIZES[0], Look::Plain);
        later();
        let heard = heard(&window);
        for _ in 0..4 {
            press(&window, key);
        }
        assert_eq!(*heard.borrow(), [answer], "{page}");
        later();
        press(&window, key);
        assert_eq!(*heard.borrow(), [answer, answer], "{page}: half a second later it is meant");
    }
}

#[test]
fn the_same_key_of_a_pad_can_be_struck_twice_at_once() {
    let window = window();
    turn_to(&window, named("phone"), "en", SIZES[0], Look::Plain);
    window.global::<ui::Theme>().set_keypad_used(true);
    let heard = heard(&window);
    press(&window, Key::Return);
    press(&window, Key::Return);
    assert_eq!(*heard.borrow(), ["1", "1"]);
}

#[test]
fn enter_on_a_keyboard_means_next_and_after_the_arrows_it_selects() {
    let window = window();
    let pages = [
        "birth-date-second-part",
        "phone",
        "family-name",
        "given-name",
        "companion-name",
        "new-email",
        "new-phone",
        "card-number",
    ];
    for page in pages {
        for language in LANGUAGES {
            turn_to(&window, named(page), language, SIZES[0], Look::Plain);
            later();
            let heard = heard(&window);
            press(&window, Key::Return);
            assert_eq!(*heard.borrow(), ["GoOn"], "{page} {language}");
            // Arrows show where the focus is; from then on the key selects that.
            later();
            press(&window, Key::RightArrow);
            press(&window, Key::Return);
            let after = heard.borrow().clone();
            assert!(after.len() > 1 && after.iter().skip(1).all(|what| what != "GoOn"), "{page} {language}: {after:?}");
            // Who types again has gone back to the keyboard.
            turn_to(&window, named(page), language, SIZES[0], Look::Plain);
            window.global::<ui::Theme>().set_keypad_used(true);
            let typed = if ["birth-date-second-part", "phone", "new-phone"].contains(&page) { "7" } else { "q" };
            down(&window, typed);
            up(&window, typed);
            later();
            press(&window, Key::Return);
            assert_eq!(
                heard.borrow().last().map(String::as_str),
                Some("GoOn"),
                "{page} {language}: {:?}",
                heard.borrow()
            );
        }
    }
}

#[test]
fn who_is_asked_before_starting_over_keeps_everything_with_the_key_that_goes_back() {
    let window = window();
    turn_to(&window, named("family-name"), "en", SIZES[0], Look::Plain);
    window.global::<ui::Kiosk>().set_asking_to_start_over(true);
    settle();
    let heard = heard(&window);
    press(&window, Key::Escape);
    assert_eq!(*heard.borrow(), [format!("{:?}", Action::KeepGoing)]);
}

#[test]
fn keys_of_a_real_keyboard_reach_every_page_that_types() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    let typed: Rc<RefCell<Vec<String>>> = Rc::default();
    for name in
        ["birth-date-second-part", "birthday", "phone", "family-name", "given-name", "companion-name", "details"]
    {
        turn_to(&window, named(name), "en", SIZES[0], Look::Plain);
        typed.borrow_mut().clear();
        let keep = Rc::clone(&typed);
        kiosk.on_digit(move |digit| keep.borrow_mut().push(digit.to_string()));
        let keep = Rc::clone(&typed);
        kiosk.on_key(move |letter| keep.borrow_mut().push(letter.to_string()));
        kiosk.on_is_letter(|text| text.chars().all(char::is_alphabetic));
        let keep = Rc::clone(&typed);
        kiosk.on_act(move |action| keep.borrow_mut().push(format!("{action:?}")));
        for key in ["7", "q"] {
            window.window().dispatch_event(WindowEvent::KeyPressed { text: key.into() });
            window.window().dispatch_event(WindowEvent::KeyReleased { text: key.into() });
        }
        press(&window, Key::Backspace);
        let expected: &[&str] = match name {
            "details" => &[],
            "birth-date-second-part" | "birthday" | "phone" => &["7", "Erase"],
            _ => &["q", "Erase"],
        };
        assert_eq!(*typed.borrow(), expected, "{name}");
    }
}
