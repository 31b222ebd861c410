//! One number, one person: whatever a kiosk's configuration says.

use arrivals::domain::event::{KioskEvent, LoggedEvent, WalkedIn};
use arrivals::domain::visit::VisitRow;
use arrivals::domain::ids::{AppointmentId, PatientId};
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::ticket::{CallAs, Ticket};

use super::support::{Place, TOKEN_A, TOKEN_B, checked_in, event, import, place, post_of};

fn of(mut event: LoggedEvent, patient: &str) -> LoggedEvent {
    if let KioskEvent::CheckedIn(said) = &mut event.event {
        said.patient = PatientId::from(patient);
    }
    event
}

fn rows(place: &Place) -> Vec<VisitRow> {
    place.desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap()
}

fn number(place: &Place, id: &str) -> String {
    let rows = rows(place);
    let row = rows.iter().find(|row| row.id == AppointmentId::from(id)).unwrap();
    row.ticket.map(|ticket| ticket.number.to_string()).unwrap_or_default()
}

fn said(place: &Place) -> Vec<String> {
    place.desk.watch_kiosks().unwrap();
    let watch = place.desk.kiosks().unwrap();
    watch
        .raised
        .iter()
        .filter(|raised| raised.alarm.code() == "number-twice" && raised.seen.is_none())
        .map(|raised| raised.sentence.clone())
        .collect()
}

#[test]
fn a_number_that_somebody_has_is_nobody_elses() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![of(checked_in(1, 'A', 1, &["apt-0001"]), "one")])).unwrap();
    // The other kiosk's configuration is a copy of this one's.
    let two = of(checked_in(1, 'A', 1, &["apt-0002"]), "two");
    let three = of(checked_in(2, 'A', 2, &["apt-0003"]), "three");
    place.desk.take_post(TOKEN_B, &post_of("annex", vec![two.clone(), three])).unwrap();
    assert_eq!(["apt-0001", "apt-0002", "apt-0003"].map(|id| number(&place, id)), ["A1", "D1", "D2"]);
    let alarms = said(&place);
    let name = |id: &str| {
        let one = place.desk.appointment(&AppointmentId::from(id)).unwrap().unwrap();
        one.person.name_for_staff().as_str().to_owned()
    };
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    for words in [name("apt-0002"), name("apt-0001"), "D1".to_owned(), "A1".to_owned(), "D2".to_owned()] {
        assert!(alarms[0].contains(&words), "{words}: {alarms:?}");
    }
    // Told again, and rebuilt: the same.
    let again = place.desk.take_post(TOKEN_B, &post_of("annex", vec![two])).unwrap();
    assert!(again.waits.is_empty(), "nobody hears the other's place in line");
    place.desk.with_store(|store| store.rebuild_visits()).unwrap();
    assert_eq!(["apt-0001", "apt-0002", "apt-0003"].map(|id| number(&place, id)), ["A1", "D1", "D2"]);
    let twice = rows(&place)[0].ticket.unwrap();
    let on_two_papers = place.desk.with_store(|store| store.numbers_on_two_papers()).unwrap();
    assert!(on_two_papers.contains(&twice), "its page shows nobody");
    let watch = place.desk.kiosks().unwrap();
    let raised = watch.raised.iter().find(|raised| raised.alarm.code() == "number-twice").unwrap();
    assert!(place.desk.see_alarm(&raised.kiosk, "number-twice", raised.since.unwrap(), "ana").unwrap());
    assert!(said(&place).is_empty());
}

#[test]
fn one_persons_visits_may_share_a_number() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let events = vec![checked_in(1, 'A', 1, &["apt-0001", "apt-0002"]), checked_in(2, 'A', 1, &["apt-0001"])];
    place.desk.take_post(TOKEN_A, &post_of("lobby", events)).unwrap();
    assert_eq!(["apt-0001", "apt-0002"].map(|id| number(&place, id)), ["A1", "A1"]);
    assert!(said(&place).is_empty());
}

#[test]
fn two_requests_with_one_number_are_two_people() {
    let place = place();
    let asks = |seq: u64, name: &str| {
        let ticket = Ticket { number: "A1".parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
        let asks = WalkedIn {
            ticket,
            appointment: AppointmentId::of_request(ticket),
            given_name: name.into(),
            family_name: "Example".into(),
            birth_date: BirthDate(jiff::civil::date(1950, 1, 1)),
            category: "x".into(),
            language: Language::English,
            call_as: CallAs::Number,
            companion: None,
        };
        event(seq, KioskEvent::WalkedIn(asks))
    };
    let post = |token, kiosk: &str, event| place.desk.take_post(token, &post_of(kiosk, vec![event])).unwrap();
    post(TOKEN_A, "lobby", asks(1, "Ada"));
    // The other kiosk's configuration is a copy of this one's; and a kiosk whose card was replaced tells the same
    // request again.
    post(TOKEN_B, "annex", asks(1, "Ben"));
    post(TOKEN_A, "lobby", asks(2, "Ada"));
    let waiting = || -> Vec<(String, String)> {
        let name = |row: &VisitRow| row.walk_in.as_ref().unwrap().given_name.as_str().to_owned();
        rows(&place).iter().map(|row| (name(row), row.ticket.unwrap().number.to_string())).collect()
    };
    let expected = [("Ada", "A1"), ("Ben", "D1")].map(|(name, number)| (name.to_owned(), number.to_owned()));
    assert_eq!(waiting(), expected);
    assert_eq!(said(&place).len(), 1);
    place.desk.with_store(|store| store.rebuild_visits()).unwrap();
    assert_eq!(waiting(), expected, "rebuilt");
}
