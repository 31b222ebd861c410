//! A kiosk that is used to guess: after so many failed tries within an hour it looks nobody up, tells the desk once,
//! and serves again when the hour is over. Whoever has typed anything right by then is not told so.

use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::flow::step::{Input, Step};
use arrivals::sync::wire::OrderKind;

use super::letters::letter;
use super::orders::order;
use super::room::{Room, appointments};

const LIMIT: u32 = 4;

fn room() -> Room {
    let settings = ClinicSettings { failed_tries_per_hour: LIMIT, ..ClinicSettings::default() };
    Room::with(
        settings,
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&appointments()).unwrap();
        },
    )
}

/// Types 18 August of a year and a family name.
fn types(room: &mut Room, year: [u8; 4], family: &str) {
    room.start_over();
    room.touch([Input::Start, Input::TypeInstead, Input::Month(8), Input::Digit(1), Input::Digit(8)]);
    room.touch(year.map(Input::Digit));
    room.touch([Input::GoOn]);
    room.touch(family.chars().map(Input::Key));
    room.touch([Input::GoOn]);
}

#[test]
fn the_brake_goes_on_is_told_once_and_goes_off_by_itself() {
    let mut room = room();
    for year in [[1, 9, 4, 1], [1, 9, 4, 2], [1, 9, 4, 3], [1, 9, 4, 4]] {
        types(&mut room, year, "nobody");
        assert_eq!(room.step(), Step::BirthDate, "one failed try is nothing to worry about");
    }
    // Right facts and wrong ones get the same answer now.
    for family in ["example", "nobody"] {
        types(&mut room, [1, 9, 3, 6], family);
        assert_eq!(room.step(), Step::Stopped(Reason::Guessing), "{family}");
    }
    // A code that anybody can make leads nowhere either: its birthday could be guessed.
    room.start_over();
    room.hold_under_scanner("ARR:A:apt-ada");
    assert_eq!(room.step(), Step::Stopped(Reason::Guessing));
    room.until("the desk to hear of it", |room| room.desk.open_stops().unwrap().contains(&Reason::Guessing));
    room.start_over();
    room.wait(60 * 60);
    // The visit is an hour away by now, and late: but this is no longer about guessing.
    types(&mut room, [1, 9, 3, 6], "example");
    assert_eq!(room.step(), Step::IsThisYou);
}

#[test]
fn three_tries_of_one_person_count_as_three() {
    let mut room = room();
    types(&mut room, [1, 9, 4, 1], "nobody");
    room.touch([Input::GoOn, Input::GoOn, Input::GoOn, Input::GoOn]);
    assert_eq!(room.step(), Step::Stopped(Reason::TooManyTries));
    types(&mut room, [1, 9, 4, 2], "nobody");
    types(&mut room, [1, 9, 3, 6], "example");
    assert_eq!(room.step(), Step::Stopped(Reason::Guessing));
}

#[test]
fn a_power_cut_does_not_lift_the_brake_a_signed_letter_passes_it_and_staff_end_it() {
    let mut room = room();
    room.until("the desk's keys", |room| {
        room.store().settings().unwrap().is_some_and(|settings| !settings.letters.is_empty())
    });
    let code = letter(&room.desk, "apt-ada");
    for year in [[1, 9, 4, 1], [1, 9, 4, 2], [1, 9, 4, 3], [1, 9, 4, 4]] {
        types(&mut room, year, "nobody");
    }
    room.power_cut();
    types(&mut room, [1, 9, 3, 6], "example");
    assert_eq!(room.step(), Step::Stopped(Reason::Guessing), "whoever pulls the plug is braked again");
    room.start_over();
    room.hold_under_scanner(&code);
    assert_eq!(room.step(), Step::Birthday, "nobody guesses a signed letter");
    room.start_over();
    assert!(room.vitals().brake.is_some_and(|brake| brake.until.is_some()));
    order(&mut room, 1, OrderKind::LookAgain);
    types(&mut room, [1, 9, 3, 6], "example");
    assert_eq!(room.step(), Step::IsThisYou);
    // Who found a letter does not try every birthday.
    for _ in 0..2 {
        room.start_over();
        room.hold_under_scanner(&code);
        for day in [1, 2, 3] {
            room.touch([Input::Month(8), Input::Digit(0), Input::Digit(day), Input::GoOn]);
        }
    }
    room.start_over();
    room.hold_under_scanner(&code);
    assert_eq!(room.step(), Step::Stopped(Reason::Guessing));
}
