//! Photos of a card: taken at the kiosk, saved with the check-in, at the desk byte for byte, and then gone from the
//! kiosk.

use std::fs;

use arrivals::desk::store::{PhotoState, ProposedChange};
use arrivals::device::camera::{CameraState, SimulatedCard};
use arrivals::domain::insurance::Side;
use arrivals::domain::payer::{InsuranceSettings, Payer};
use arrivals::domain::proposal::Field;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::card::{CardPart, PhotoDoubt};
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};

use super::room::{Room, appointments};

fn room() -> Room {
    let payer = Payer { code: "example".into(), name: "Example Health".into(), ..Payer::default() };
    let insurance = InsuranceSettings { payers: vec![payer], ..InsuranceSettings::default() };
    Room::with(
        ClinicSettings { insurance, ..ClinicSettings::default() },
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&appointments()).unwrap();
        },
    )
}

/// Up to the page with the camera.
fn types_card(room: &mut Room) {
    room.scan("apt-ada");
    room.touch([Input::Yes, Input::GoOn, Input::Yes, Input::No, Input::ChangeField(Field::Insurance)]);
    room.touch(
        "b2005".chars().map(|letter| {
            letter.to_digit(10).map_or(Input::Key(letter), |digit| Input::Digit(digit.try_into().unwrap()))
        }),
    );
    room.touch([Input::GoOn, Input::HeldBy(None)]);
    assert_eq!(room.step(), Step::NewCard(CardPart::Photo(Side::Front)));
}

fn sees(room: &Room) -> Option<Option<PhotoDoubt>> {
    room.kiosk.camera_face().filter(|face| face.picture.is_some()).map(|face| face.doubt)
}

fn photographs(room: &mut Room, card: SimulatedCard) {
    room.camera.hold(card);
    room.until("a good picture", |room| sees(room) == Some(None));
    room.touch([Input::Capture, Input::GoOn]);
}

fn gets_ticket(room: &mut Room) {
    assert_eq!(room.step(), Step::NewCard(CardPart::Review));
    room.touch([Input::GoOn, Input::CallAs(CallAs::Number)]);
    room.until("the last page", |room| room.step() == Step::Done);
}

fn card_change(room: &Room) -> Option<ProposedChange> {
    room.desk.changes_of(&"apt-ada".into()).unwrap().into_iter().find(|change| change.key.field == Field::Insurance)
}

fn at_desk(room: &Room) -> Vec<(Side, PhotoState)> {
    card_change(room).map(|change| room.desk.with_store(|store| store.photos_of(&change)).unwrap()).unwrap_or_default()
}

fn are_here(room: &Room, sides: &[Side]) -> bool {
    let here: Vec<Side> =
        at_desk(room).into_iter().filter(|(_, state)| *state == PhotoState::Here).map(|(side, _)| side).collect();
    here == sides
}

fn are_the_cards(room: &Room) {
    let key = card_change(room).unwrap().key;
    for (side, card) in [(Side::Front, SimulatedCard::Front), (Side::Back, SimulatedCard::Back)] {
        let photo = room.desk.with_store(|store| store.photo(&key, side)).unwrap().unwrap();
        assert!(photo.as_slice() == card.photo().as_bytes(), "another picture than was taken");
    }
}

#[test]
fn both_sides_reach_the_desk_as_they_were_taken_and_leave_the_kiosk() {
    let mut room = room();
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    photographs(&mut room, SimulatedCard::Back);
    assert_eq!(room.camera.views(), 0, "the camera is off");
    gets_ticket(&mut room);
    room.until("both photos at the desk", |room| are_here(room, &[Side::Front, Side::Back]));
    are_the_cards(&room);
    room.until("the kiosk to forget them", |room| room.store().pending_photos().unwrap().is_empty());
}

#[test]
fn what_is_wrong_with_a_photo_is_said_at_once_and_it_is_taken_once_more() {
    let mut room = room();
    types_card(&mut room);
    for (card, doubt) in [
        (SimulatedCard::Dark, PhotoDoubt::TooDark),
        (SimulatedCard::Glare, PhotoDoubt::TooBright),
        (SimulatedCard::Blurred, PhotoDoubt::Blurred),
        (SimulatedCard::Nothing, PhotoDoubt::NoCard),
    ] {
        room.camera.hold(card);
        room.until("the word for it", |room| sees(room) == Some(Some(doubt)));
        room.touch([Input::Capture]);
        assert_eq!(room.kiosk.screen().content, Content::CardPhoto { side: Side::Front, shot: Some(Some(doubt)) });
        room.touch([Input::No]);
    }
    photographs(&mut room, SimulatedCard::Front);
    assert_eq!(room.step(), Step::NewCard(CardPart::Photo(Side::Back)));
}

#[test]
fn a_camera_that_is_unplugged_in_the_middle_holds_nobody_up() {
    let mut room = room();
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    room.camera.unplug();
    room.until("the camera to be gone", |room| {
        room.kiosk.camera_face().is_some_and(|face| matches!(face.state, CameraState::Gone(_)))
    });
    // No picture of the other side is there to be taken.
    room.touch([Input::No]);
    gets_ticket(&mut room);
    room.until("the one photo at the desk", |room| are_here(room, &[Side::Front]));
}

#[test]
fn after_a_power_cut_between_photo_and_ticket_everything_that_was_confirmed_is_there() {
    let mut room = room();
    room.network.set(true);
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    photographs(&mut room, SimulatedCard::Back);
    room.touch([Input::GoOn, Input::CallAs(CallAs::Number)]);
    assert_eq!(room.step(), Step::Saving);
    room.kiosk.work();
    room.power_cut();
    room.network.set(false);
    room.until("both photos at the desk", |room| are_here(room, &[Side::Front, Side::Back]));
    are_the_cards(&room);
    // And before anything was confirmed, nothing is.
    let mut room = self::room();
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    room.power_cut();
    assert!(room.store().pending_photos().unwrap().is_empty());
    assert_eq!(room.step(), Step::Welcome);
}

#[test]
fn whoever_walks_away_leaves_no_photo_in_memory_or_in_the_file() {
    let mut room = room();
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    room.start_over();
    assert_eq!((room.camera.views(), room.store().pending_photos().unwrap().len()), (0, 0));
    // The next person's check-in takes none of it along.
    types_card(&mut room);
    room.touch([Input::No]);
    gets_ticket(&mut room);
    room.until("the desk", |room| room.ticket().desk_knows);
    assert!(at_desk(&room).is_empty());
}

#[test]
fn while_a_photo_waits_for_the_network_nothing_of_it_is_in_the_file_in_clear() {
    let mut room = room();
    room.network.set(true);
    types_card(&mut room);
    photographs(&mut room, SimulatedCard::Front);
    photographs(&mut room, SimulatedCard::Back);
    gets_ticket(&mut room);
    assert_eq!(room.store().pending_photos().unwrap().len(), 2);
    let photo = SimulatedCard::Front.photo();
    let piece = photo.as_bytes().get(1000..1032).unwrap();
    let mut looked = 0;
    for entry in fs::read_dir(room.folder()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        looked += bytes.len();
        assert!(
            !bytes.windows(piece.len()).any(|window| window == piece),
            "a part of the photo in {:?}",
            entry.file_name()
        );
        for words in ["B2005", "Dr. Ida Sample", "1936-08-18"] {
            assert!(
                !bytes.windows(words.len()).any(|window| window == words.as_bytes()),
                "{words} in {:?}",
                entry.file_name()
            );
        }
    }
    assert!(looked > 2 * photo.as_bytes().len(), "the files that hold the photos were looked at");
}
