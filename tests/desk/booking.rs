//! Booking, moving and calling off: what is refused, who gets a time that two want, what lists and kiosks make of it,
//! and what is left on record.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use arrivals::desk::Desk;
use arrivals::desk::service::booking::book::NewPerson;
use arrivals::desk::store::{Refused, Verified};
use arrivals::domain::appointment::{Appointment, AppointmentStatus};
use arrivals::domain::booking::{Ask, Conflict, Slot};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::settings::ClinicSettings;
use arrivals::sync::wire::Change;
use jiff::civil::{Date, date};

use super::support::{Place, TOKEN_A, checked_in, import, morning, place, post_of};

const MONDAY: Date = date(2026, 11, 23);

pub fn ready() -> Place {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place
}

fn ask(service: &str) -> Ask {
    Ask { patient: None, moves: None, service: service.to_owned(), practitioner: None, minutes: 20 }
}

/// The first free time from a date on.
pub fn free(desk: &Desk, from: Date) -> Slot {
    desk.free_times(&ask("Family medicine"), (from, None), 1).unwrap().remove(0)
}

/// An appointment of somebody new at this time.
pub fn wanted(slot: &Slot, family_name: &str) -> Appointment {
    let person = NewPerson {
        given_name: "Zora".to_owned(),
        family_name: family_name.to_owned(),
        birth_date: Some(date(1980, 5, 17)),
        phone: "555-0199".to_owned(),
        language: "es".to_owned(),
        ..NewPerson::default()
    };
    let mut wanted = person.appointment(morning()).unwrap();
    wanted.start = slot.start;
    wanted.minutes = slot.minutes;
    wanted.service = "Family medicine".to_owned();
    wanted.practitioner.clone_from(&slot.practitioner);
    wanted.place.clone_from(&slot.place);
    wanted
}

fn on_list(desk: &Desk, id: &AppointmentId) -> Appointment {
    desk.with_store(|store| store.appointment(id)).unwrap().unwrap()
}

/// A list of one line that says this of an appointment.
fn says(place: &Place, appointment: &Appointment) {
    place.desk.import_appointments(std::slice::from_ref(appointment)).unwrap();
}

/// What the desk says of an appointment, and what it made of what was decided.
fn everything(place: &Place) -> String {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let sql = "SELECT (SELECT group_concat(body, x'0a') FROM (SELECT body FROM appointment ORDER BY id)) || x'0a'
               || (SELECT group_concat(line, x'0a')
                   FROM (SELECT appointment_id || is_listed || listed || overlay || COALESCE(contradicted, '-') AS line
                   FROM booking ORDER BY 1))
               || COALESCE((SELECT group_concat(line, x'0a')
                   FROM (SELECT appointment_id || revision || at || action || before AS line FROM booking_step
                   ORDER BY 1)), '')";
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn rebuilt_is_the_same(place: &Place) {
    let before = everything(place);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(everything(place), before);
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

#[test]
fn what_was_booked_is_on_the_list_at_the_kiosks_and_on_record() {
    let place = ready();
    let slot = free(&place.desk, MONDAY);
    let kiosk = place.desk.with_store(|store| store.feed(0, morning())).unwrap();
    let id = place.desk.book(&wanted(&slot, "Quill"), "ana").unwrap().unwrap();
    assert!(id.as_str().starts_with("desk-") && id.as_str().len() == 15, "{id}");
    let booked = on_list(&place.desk, &id);
    assert_eq!((booked.status, booked.start, booked.minutes), (AppointmentStatus::Booked, slot.start, 20));
    assert!(booked.place.contains("Main building") || booked.place.contains("Riverside"), "{}", booked.place);
    let feed = place.desk.with_store(|store| store.feed(kiosk.cursor, morning())).unwrap();
    assert!(
        feed.changes.iter().any(|change| matches!(change, Change::Appointment(one) if one.id == id)),
        "kiosks hear of it"
    );
    let state = place.desk.booking_state(&id).unwrap();
    assert!(state.is_only_here && state.steps.len() == 1 && state.steps[0].user == "ana");
    // The same person, typed in again, is the same person; the same time is not to be had again.
    assert_eq!(booked.person.id, wanted(&slot, "quill").person.id);
    let again = place.desk.book(&wanted(&slot, "Quill"), "ana").unwrap().unwrap_err();
    assert_eq!(again, Refused::Conflicts(vec![Conflict::Patient(id.clone()), Conflict::Practitioner(id.clone())]));
    assert_ne!(free(&place.desk, MONDAY), slot);
    rebuilt_is_the_same(&place);
    // A list that says nothing of it leaves it; a list can take it over under its number, and then says what counts.
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    assert_eq!(on_list(&place.desk, &id), booked);
    says(&place, &Appointment { service: "Cardiology".to_owned(), ..booked.clone() });
    assert_eq!(on_list(&place.desk, &id).service, "Cardiology");
    assert!(!place.desk.booking_state(&id).unwrap().is_only_here);
    rebuilt_is_the_same(&place);
}

#[test]
fn a_time_that_two_want_at_once_goes_to_one() {
    let place = ready();
    let slot = free(&place.desk, MONDAY);
    let both = Arc::new(Barrier::new(4));
    let tries: Vec<_> = ["Quill", "Rook", "Swan", "Tern"]
        .map(|name| {
            // Each has the file open by itself, as two programs have.
            let desk = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
            let (both, wanted) = (both.clone(), wanted(&slot, name));
            std::thread::spawn(move || {
                both.wait();
                desk.book(&wanted, "ana").unwrap()
            })
        })
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 1);
    for refused in tries.iter().filter_map(|tried| tried.as_ref().err()) {
        assert!(
            matches!(refused, Refused::Conflicts(found) if matches!(found.as_slice(), [Conflict::Practitioner(_)])),
            "{refused:?}"
        );
    }
}

#[test]
fn a_moved_appointment_keeps_its_number_its_letter_and_its_place_with_kiosks() {
    let place = ready();
    let id = AppointmentId::from("apt-0003");
    let before = on_list(&place.desk, &id);
    let code = |desk: &Desk| desk.with_store(|store| store.sign_letter(&store.appointment(&id)?.unwrap(), 14)).unwrap();
    let letter = code(&place.desk);
    let kiosk = place.desk.with_store(|store| store.feed(0, morning())).unwrap();
    // Four weeks ahead: further than kiosks look.
    let later = date(2026, 12, 21).at(9, 0, 0, 0).in_tz("America/New_York").unwrap().timestamp();
    place.desk.reschedule(&id, (later, 30, &before.practitioner), "ana").unwrap().unwrap();
    let moved = on_list(&place.desk, &id);
    assert_eq!((moved.start, &moved.person, &moved.practitioner), (later, &before.person, &before.practitioner));
    let feed = place.desk.with_store(|store| store.feed(kiosk.cursor, morning())).unwrap();
    let told = feed.changes.iter().find_map(|change| match change {
        Change::Appointment(one) if one.id == id => Some(one.start),
        _ => None,
    });
    assert_eq!(told, Some(later), "a kiosk that has it today hears that it is not today");
    assert_ne!(code(&place.desk), letter, "a new letter has the new date");
    rebuilt_is_the_same(&place);

    // A list that says what it said before is behind; one that says the same has caught up; anything else counts, and
    // is told.
    says(&place, &before);
    assert_eq!(on_list(&place.desk, &id).start, later);
    assert_eq!(place.desk.booking_state(&id).unwrap().listed_start, Some(before.start));
    rebuilt_is_the_same(&place);
    says(&place, &Appointment { start: later, ..before.clone() });
    let state = place.desk.booking_state(&id).unwrap();
    assert_eq!((state.listed_start, state.contradicted, state.undo), (None, None, None));
    let third = before.start + jiff::SignedDuration::from_hours(24 * 7);
    says(&place, &Appointment { start: third, ..before.clone() });
    assert_eq!(on_list(&place.desk, &id).start, third, "nothing is decided here any more");
    assert_eq!(place.desk.booking_state(&id).unwrap().contradicted, None);
    rebuilt_is_the_same(&place);
}

#[test]
fn a_list_that_contradicts_counts_and_is_shown_until_somebody_noticed() {
    let place = ready();
    let id = AppointmentId::from("apt-0003");
    let before = on_list(&place.desk, &id);
    let later = date(2026, 12, 21).at(9, 0, 0, 0).in_tz("America/New_York").unwrap().timestamp();
    place.desk.reschedule(&id, (later, 30, &before.practitioner), "ana").unwrap().unwrap();
    let third = before.start + jiff::SignedDuration::from_hours(24 * 7);
    says(&place, &Appointment { start: third, ..before });
    assert_eq!(on_list(&place.desk, &id).start, third);
    assert_eq!(place.desk.booking_state(&id).unwrap().contradicted, Some(later));
    assert_eq!(place.desk.with_store(|store| store.contradicted_bookings()).unwrap().len(), 1);
    rebuilt_is_the_same(&place);
    assert!(place.desk.note_contradiction(&id, "ben").unwrap());
    assert!(!place.desk.note_contradiction(&id, "ana").unwrap(), "once");
    assert_eq!(place.desk.booking_state(&id).unwrap().contradicted, None);
    assert_eq!(on_list(&place.desk, &id).start, third);
    rebuilt_is_the_same(&place);
}

#[test]
fn every_step_can_be_taken_back_for_a_day_if_its_time_is_still_free() {
    let place = ready();
    let slot = free(&place.desk, MONDAY);
    let id = place.desk.book(&wanted(&slot, "Quill"), "ana").unwrap().unwrap();
    let other = free(&place.desk, date(2026, 11, 24));
    place.desk.reschedule(&id, (other.start, 20, &other.practitioner), "ana").unwrap().unwrap();
    place.desk.call_off(&id, "Patient request", "ben").unwrap().unwrap();
    assert_eq!(on_list(&place.desk, &id).status, AppointmentStatus::Cancelled);
    assert_eq!(place.desk.call_off(&id, "", "ben").unwrap(), Err(Refused::NotAsShown));
    rebuilt_is_the_same(&place);
    let step = |desk: &Desk| desk.booking_state(&id).unwrap().undo.unwrap();
    let (n, action) = step(&place.desk);
    assert_eq!(action, "call-off");
    assert_eq!(
        place.desk.undo_booking(&id, n - 1, "ana").unwrap(),
        Err(Refused::NotAsShown),
        "another step than the one shown"
    );
    // Somebody else got the time meanwhile.
    let taker = place.desk.book(&wanted(&other, "Rook"), "ana").unwrap().unwrap();
    assert_eq!(
        place.desk.undo_booking(&id, n, "ana").unwrap(),
        Err(Refused::Conflicts(vec![Conflict::Practitioner(taker.clone())]))
    );
    place.desk.call_off(&taker, "", "ana").unwrap().unwrap();
    place.desk.undo_booking(&id, n, "ana").unwrap().unwrap();
    assert_eq!(
        (on_list(&place.desk, &id).status, on_list(&place.desk, &id).start),
        (AppointmentStatus::Booked, other.start)
    );
    let (n, action) = step(&place.desk);
    assert_eq!(action, "move");
    place.desk.undo_booking(&id, n, "ana").unwrap().unwrap();
    assert_eq!(on_list(&place.desk, &id).start, slot.start);
    rebuilt_is_the_same(&place);
    let (n, action) = step(&place.desk);
    assert_eq!(action, "book");
    place.clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(place.desk.booking_state(&id).unwrap().undo, None);
    assert_eq!(place.desk.undo_booking(&id, n, "ana").unwrap(), Err(Refused::NotAsShown));
    // What was booked by mistake never should have been on the list, and its time is free again.
    let slot = free(&place.desk, date(2026, 11, 25));
    let mistake = place.desk.book(&wanted(&slot, "Swan"), "ana").unwrap().unwrap();
    let n = place.desk.booking_state(&mistake).unwrap().undo.unwrap().0;
    place.desk.undo_booking(&mistake, n, "ana").unwrap().unwrap();
    assert_eq!(on_list(&place.desk, &mistake).status, AppointmentStatus::EnteredInError);
    assert_eq!(free(&place.desk, date(2026, 11, 25)), slot);
    rebuilt_is_the_same(&place);
}

#[test]
fn whoever_has_come_is_neither_moved_nor_called_off() {
    let place = ready();
    let id = AppointmentId::from("apt-0003");
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0003"])])).unwrap();
    let slot = free(&place.desk, date(2026, 11, 24));
    assert_eq!(place.desk.reschedule(&id, (slot.start, 30, &slot.practitioner), "ana").unwrap(), Err(Refused::HasCome));
    assert_eq!(place.desk.call_off(&id, "", "ana").unwrap(), Err(Refused::HasCome));
    assert_eq!(place.desk.call_off(&"nobody".into(), "", "ana").unwrap(), Err(Refused::Unknown));
}

#[test]
fn hours_rooms_and_closed_days_of_the_clinic_count() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
        data = "d"
        [clinic.schedule]
        slot_minutes = 20
        closed = ["2026-11-24"]
        [clinic.schedule.minutes]
        "Eye clinic" = 40
        [[clinic.schedule.hours]]
        practitioner = "Dr. A"
        days = ["mon", "tue", "wed"]
        from = "08:00"
        to = "09:00"
        place = "1st floor"
        room = "Room 1"
        [[clinic.schedule.hours]]
        practitioner = "Dr. B"
        days = ["mon"]
        from = "08:00"
        to = "09:00"
        place = "1st floor"
        room = "Room 1"
        services = ["Eye clinic"]
    "#;
    let config = arrivals::desk::base::config::DeskConfig::parse(text).unwrap();
    let clock = arrivals::clock::ManualClock::at("2026-11-23T08:00:00Z".parse().unwrap());
    let desk = Desk::open(folder.path(), config.clinic.unwrap(), Arc::new(clock)).unwrap();
    let words = |service: &str, minutes: u32| {
        let times = desk.free_times(&Ask { minutes, ..ask(service) }, (MONDAY, None), 9).unwrap();
        let word = |slot: &Slot| {
            format!("{} {}", slot.start.in_tz("America/New_York").unwrap().strftime("%d %H:%M"), slot.practitioner)
        };
        times.iter().map(word).collect::<Vec<_>>().join(", ")
    };
    assert!(
        words("Eye clinic", 40)
            .starts_with("23 08:00 Dr. A, 23 08:00 Dr. B, 23 08:20 Dr. A, 23 08:20 Dr. B, 25 08:00 Dr. A"),
        "{}",
        words("Eye clinic", 40)
    );
    assert!(words("Other", 20).starts_with("23 08:00 Dr. A, 23 08:20 Dr. A, 23 08:40 Dr. A, 25 08:00 Dr. A"));
    let first = desk.free_times(&ask("Other"), (MONDAY, None), 1).unwrap().remove(0);
    let mut one = wanted(&first, "Quill");
    one.service = "Other".to_owned();
    let id = desk.book(&one, "ana").unwrap().unwrap();
    let mut two = wanted(&Slot { practitioner: "Dr. B".to_owned(), ..first }, "Rook");
    two.service = "Eye clinic".to_owned();
    assert_eq!(desk.book(&two, "ana").unwrap(), Err(Refused::Conflicts(vec![Conflict::Room(id, "Room 1".to_owned())])));
    // Other hours count at once.
    desk.with_store(|store| store.set_settings(&ClinicSettings::default(), morning())).unwrap();
    assert!(
        matches!(desk.book(&two, "ana").unwrap(), Err(Refused::Conflicts(found)) if found == [Conflict::OutsideHours])
    );
}

#[test]
fn people_are_found_by_name_birth_date_or_number() {
    let place = ready();
    let names = |text: &str| {
        let found = place.desk.find_people(text).unwrap().people;
        found.into_iter().map(|one| one.person.family_name.as_str().to_owned()).collect::<Vec<_>>()
    };
    let one = on_list(&place.desk, &"apt-0003".into()).person;
    let born = one.birth_date.day().unwrap().0;
    for text in [
        one.family_name.as_str().to_lowercase(),
        one.id.to_string(),
        born.to_string(),
        born.strftime("%-m/%-d/%Y").to_string(),
        born.strftime("%d.%m.%Y").to_string(),
        format!("{} {born}", one.given_name.as_str()),
    ] {
        assert!(names(&text).contains(&one.family_name.as_str().to_owned()), "{text:?}: {:?}", names(&text));
    }
    assert!(names("").is_empty() && names("xyzzy").is_empty() && names("1801-01-01").is_empty());
}
