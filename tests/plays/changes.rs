//! Contact details that changed: told by the patient, kept through a broken network and a power cut, decided at the
//! desk, and shown by the kiosk to whoever comes next.

use arrivals::desk::store::{ProposedChange, Verdict};
use arrivals::domain::appointment::Appointment;
use arrivals::domain::proposal::{Field, Value};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::detail_lines::DetailLine;
use arrivals::flow::details::Part;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};

use super::room::{Room, appointments};

/// Up to the page on which the change is typed.
fn says_it_changed(room: &mut Room, field: Field) {
    room.scan("apt-ada");
    room.touch([Input::Yes, Input::GoOn, Input::No, Input::ChangeField(field)]);
}

fn types_new_phone(room: &mut Room) {
    says_it_changed(room, Field::Phone);
    assert_eq!(room.step(), Step::NewDetail(Part::Phone));
    room.touch([2, 0, 1, 5, 5, 5, 0, 1, 2, 3].map(Input::Digit));
    room.touch([Input::GoOn]);
    assert_eq!(room.step(), Step::ChangeDetails);
}

fn gets_ticket(room: &mut Room) {
    room.touch([Input::GoOn, Input::Yes, Input::CallAs(CallAs::Number)]);
    room.until("the last page", |room| room.step() == Step::Done);
}

fn changes(room: &Room) -> Vec<ProposedChange> {
    room.desk.changes_of(&"apt-ada".into()).unwrap()
}

/// The end of a telephone number, as the page of contact details shows it to who comes after.
fn phone_shown(room: &mut Room) -> String {
    room.scan("apt-ada-again");
    room.touch([Input::Yes, Input::GoOn]);
    let shown = match room.kiosk.screen().content {
        Content::Details(lines) => match lines.first() {
            Some(DetailLine::Of { field: Field::Phone, on_file, .. }) => on_file.as_str().to_owned(),
            other => panic!("the first line is not the telephone but {other:?}"),
        },
        other => panic!("no contact details on the screen but {other:?}"),
    };
    room.start_over();
    shown
}

#[test]
fn a_change_outlives_a_broken_network_and_a_power_cut_and_is_told_once() {
    let mut room = Room::new();
    room.network.set(true);
    types_new_phone(&mut room);
    gets_ticket(&mut room);
    assert!(changes(&room).is_empty());
    room.power_cut();
    room.network.set(false);
    room.until("the desk to have it", |room| !changes(room).is_empty());
    let [change] = changes(&room).try_into().unwrap();
    assert_eq!(change.proposal.new, Value::Text("(201) 555-0123".into()));
    assert!(change.is_open() && !change.proposal.insisted);
}

#[test]
fn the_kiosk_shows_what_staff_accepted_and_never_what_was_only_said() {
    let mut again = appointments().remove(0);
    (again.id, again.start) = ("apt-ada-again".into(), "2026-11-24T19:00:00Z".parse().unwrap());
    let mut room = Room::with(
        ClinicSettings::default(),
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&[appointments().remove(0), again.clone()]).unwrap();
        },
    );
    types_new_phone(&mut room);
    gets_ticket(&mut room);
    room.until("the desk to have it", |room| !changes(room).is_empty());
    room.touch([Input::Finish]);
    // The day after: on one day nobody is asked twice.
    room.set_time("2026-11-24T18:50:00Z");
    assert_eq!(phone_shown(&mut room), "");
    let [change] = changes(&room).try_into().unwrap();
    assert_eq!(room.desk.decide_changes(&[change.key.into()], &Verdict::Accept, "ana").unwrap(), 1);
    for _ in 0..200 {
        // Looking is a conversation: the desk answers what is told of it, in more than one word.
        for _ in 0..5 {
            room.take_what_comes();
        }
        if phone_shown(&mut room).ends_with("0123") {
            return;
        }
    }
    panic!("the kiosk never heard of what was accepted");
}

#[test]
fn who_said_so_this_morning_is_not_asked_again_in_the_afternoon() {
    let mut first = appointments().remove(0);
    (first.person.contact.phone, first.person.contact.address) = ("(201) 555-0123".into(), "12 Mill Street".into());
    let again =
        Appointment { id: "apt-ada-again".into(), start: "2026-11-23T19:00:00Z".parse().unwrap(), ..first.clone() };
    let mut room = Room::with(
        ClinicSettings::default(),
        |printer| Box::new(printer.clone()),
        |desk| {
            desk.import_appointments(&[first.clone(), again.clone()]).unwrap();
        },
    );
    room.check_in("apt-ada");
    room.until("the desk", |room| room.ticket().desk_knows);
    room.touch([Input::Finish]);
    room.set_time("2026-11-23T18:50:00Z");
    for _ in 0..200 {
        // Looking is a conversation: the desk answers what is told of it, in more than one word.
        for _ in 0..5 {
            room.take_what_comes();
        }
        room.scan("apt-ada-again");
        // Three touches from "Is this you?" to the ticket.
        room.touch([Input::Yes, Input::GoOn]);
        if room.step() == Step::CallAs {
            room.touch([Input::CallAs(CallAs::Number)]);
            assert_eq!(room.step(), Step::Saving);
            return;
        }
        assert_eq!(room.step(), Step::Details, "the kiosk has not heard of it yet");
        room.start_over();
    }
    panic!("the kiosk asks again what was said this morning");
}

#[test]
fn what_looks_odd_is_taken_if_they_insist_and_the_desk_sees_that() {
    let mut room = Room::new();
    says_it_changed(&mut room, Field::Phone);
    room.touch([5, 5, 5].map(Input::Digit));
    room.touch([Input::GoOn]);
    assert_eq!(room.step(), Step::NewDetail(Part::Phone), "explained first");
    room.touch([Input::Yes]);
    gets_ticket(&mut room);
    room.until("the desk to have it", |room| !changes(room).is_empty());
    let [change] = changes(&room).try_into().unwrap();
    assert!(change.proposal.insisted);
}

#[test]
fn who_gives_up_in_the_middle_is_checked_in_all_the_same() {
    let mut room = Room::new();
    says_it_changed(&mut room, Field::Address);
    room.touch([0, 6, 0, 3, 5].map(Input::Digit));
    room.touch([Input::GoOn, Input::Back, Input::Back, Input::AskTheDesk, Input::Yes, Input::CallAs(CallAs::Number)]);
    room.until("the last page", |room| room.step() == Step::Done);
    room.until("the desk", |room| room.ticket().desk_knows);
    assert!(changes(&room).is_empty());
    let visit = room.desk.visit(&"apt-ada".into()).unwrap().unwrap();
    assert_eq!(visit.reasons, [arrivals::domain::reason::Reason::DetailsUnclear]);
}
