//! A letter's signed code at the kiosk: taken without the desk, refused with a word and a sound, and never without a
//! birthday.

use std::sync::Arc;

use arrivals::clock::ManualClock;
use arrivals::desk::Desk;
use arrivals::device::speaker::Sound;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, ScanWord, Step};
use jiff::civil::date;

use super::room::{Room, appointments};

/// The code of the desk's letter for an appointment.
pub fn letter(desk: &Desk, appointment: &str) -> String {
    desk.letter_face(&appointment.into()).unwrap().code
}

fn room_with_keys() -> Room {
    let mut room = Room::new();
    room.until("the desk's keys", |room| {
        room.store().settings().unwrap().is_some_and(|settings| !settings.letters.is_empty())
    });
    room
}

#[test]
fn a_letter_is_taken_without_the_desk_and_still_asks_for_the_birthday() {
    let mut room = room_with_keys();
    let code = letter(&room.desk, "apt-ada");
    assert!(!code.to_lowercase().contains("ada"), "a letter's code names nobody");
    room.network.set(true);
    room.until("the kiosk to notice", |room| !room.kiosk.surroundings().desk_reached);
    room.hold_under_scanner(format!("{code}\r\n"));
    assert_eq!((room.step(), room.speaker.heard()), (Step::Birthday, vec![Sound::Taken]));
    room.touch([Input::Month(8), Input::Digit(1), Input::Digit(9), Input::GoOn]);
    assert_eq!(room.step(), Step::Birthday, "another birthday is another person");
    room.touch([Input::Month(8), Input::Digit(1), Input::Digit(8), Input::GoOn]);
    assert_eq!(room.step(), Step::IsThisYou);
}

#[test]
fn every_code_that_is_not_taken_has_its_own_word_and_the_desk_hears_of_it() {
    let mut room = room_with_keys();
    let good = letter(&room.desk, "apt-ada");
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at("2026-11-23T14:00:00Z".parse().unwrap()));
    let other_clinic = Desk::open(folder.path(), ClinicSettings::default(), clock).unwrap();
    other_clinic.import_appointments(&appointments()).unwrap();
    // What one letter says, with the signature of another one.
    let spliced = format!("{}{}", &good[..24], &letter(&room.desk, "apt-ben")[24..]);
    let gone = {
        let mut someone = appointments().remove(0);
        someone.id = "apt-gone".into();
        someone.start = "2026-12-24T14:00:00Z".parse().unwrap();
        room.desk.import_appointments(&[someone]).unwrap();
        // A month away is not on the kiosk's list yet.
        letter(&room.desk, "apt-gone")
    };
    for (code, word) in [
        (good[..80].to_owned(), ScanWord::Damaged),
        (spliced, ScanWord::Forged),
        (letter(&other_clinic, "apt-ada"), ScanWord::OtherClinic),
        (gone, ScanWord::OtherDay(date(2026, 12, 24))),
        ("https://example.org/".to_owned(), ScanWord::Foreign),
    ] {
        let heard = room.speaker.heard().len();
        room.hold_under_scanner(&code);
        assert_eq!(room.kiosk.screen().content, Content::Find(word));
        assert_eq!(room.speaker.heard()[heard..], [Sound::NotTaken], "{word:?}");
        room.start_over();
    }
    room.until("the desk to hear of the forged one", |room| room.desk.open_stops().unwrap() == [Reason::CodeForged]);
}

#[test]
fn an_old_letter_says_when_its_visit_was() {
    let mut room = room_with_keys();
    let code = letter(&room.desk, "apt-ada");
    // Within its days it leads to the visit, which was yesterday.
    room.set_time("2026-11-24T14:00:00Z");
    room.hold_under_scanner(&code);
    assert_eq!(room.step(), Step::Birthday);
    room.start_over();
    room.set_time("2026-12-24T14:00:00Z");
    room.hold_under_scanner(&code);
    assert_eq!(room.kiosk.screen().content, Content::Find(ScanWord::Expired(date(2026, 11, 23))));
}

#[test]
fn a_rotated_key_keeps_its_letters_and_a_revoked_one_does_not() {
    for (revoke, expected) in [(false, Step::Birthday), (true, Step::Find)] {
        let mut room = room_with_keys();
        let before = letter(&room.desk, "apt-ada");
        let id = room.desk.rotate_letter_key(revoke).unwrap();
        let id_is_known = |room: &Room| {
            room.store()
                .settings()
                .unwrap()
                .is_some_and(|settings| settings.letters.keys.first().is_some_and(|key| key.id == id))
        };
        room.until("the new key", id_is_known);
        // The kiosk hears of what is in its file a moment later.
        let after = letter(&room.desk, "apt-ben");
        for _ in 0..500 {
            room.hold_under_scanner(&after);
            if room.step() == Step::Birthday {
                break;
            }
            room.start_over();
            room.take_what_comes();
        }
        assert_eq!(room.step(), Step::Birthday, "a letter of the new key");
        room.start_over();
        room.hold_under_scanner(&before);
        assert_eq!(room.step(), expected, "revoked: {revoke}");
    }
}
