//! Who comes and what they said: without an appointment, with somebody else, with or without their documents, with a
//! code that was not taken; and where the kiosk stands.

use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::document::{Document, Documents};
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, WalkedIn};
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::queue::VisitState;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::{ClinicSettings, Localized, WalkInCategory};
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{CallAs, Series, Ticket};
use arrivals::domain::visit::VisitRow;
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::wire::{Change, Feed};
use jiff::civil::date;

use super::page::sign_in;
use super::support::{
    PASSWORD, Place, TOKEN_A, TOKEN_B, checked_in, event, form, http, import, place, post_of, stopped,
};

const VACCINATION: &str = "vaccination";

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

fn asks(seq: u64, letter: char, count: u32) -> LoggedEvent {
    let ticket = Ticket { number: format!("{letter}{count}").parse().unwrap(), date: date(2026, 11, 23) };
    event(
        seq,
        KioskEvent::WalkedIn(WalkedIn {
            ticket,
            appointment: AppointmentId::new(format!("walk-in-2026-11-23-{letter}{count}")),
            given_name: "Zoë".into(),
            family_name: "Quick".into(),
            birth_date: BirthDate(date(1990, 2, 3)),
            category: VACCINATION.into(),
            language: Language::Spanish,
            call_as: CallAs::FirstName,
            companion: Some("Max Quick".into()),
        }),
    )
}

/// A desk of a clinic that takes people without an appointment.
fn clinic() -> Place {
    let mut place = place();
    let name = Localized([(Language::English, "A vaccination".to_owned())].into());
    let category = WalkInCategory { code: VACCINATION.into(), name, place: "Area B".into() };
    let settings = ClinicSettings { walk_in: vec![category], ..ClinicSettings::default() };
    place.desk = Desk::open(place.folder.path(), settings, std::sync::Arc::new(place.clock.clone())).unwrap();
    place
}

fn send(place: &Place, kiosk: &str, events: &[LoggedEvent]) {
    let token = if kiosk == "lobby" { TOKEN_A } else { TOKEN_B };
    place.desk.take_post(token, &post_of(kiosk, events.to_vec())).unwrap();
}

fn list(place: &Place) -> Vec<VisitRow> {
    place.desk.with_store(|store| store.visits_of(date(2026, 11, 23))).unwrap()
}

fn row(place: &Place, id: &str) -> VisitRow {
    list(place).into_iter().find(|row| row.id.as_str() == id).unwrap()
}

/// Everything on the list can be made anew from what was recorded.
fn rebuilt(place: &Place) {
    let before = (list(place), codes(place));
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == (list(place), codes(place)), "rebuilt from what was recorded");
}

fn codes(place: &Place) -> Vec<(String, Reason, u32)> {
    let codes = place.desk.with_store(|store| store.refused_codes_of(date(2026, 11, 23))).unwrap();
    codes.into_iter().map(|codes| (codes.kiosk.to_string(), codes.reason, codes.times)).collect()
}

async fn feed(place: &Place, token: &str, cursor: u64) -> Feed {
    let api = InProcess::new(place.desk.clone(), token);
    let Attempt::Sent(feed) = api.feed(cursor, std::time::Duration::ZERO).await else { panic!() };
    feed
}

#[test]
fn somebody_without_an_appointment_waits_for_a_decision_that_can_be_taken_back() {
    let place = clinic();
    send(&place, "lobby", &[asks(1, 'A', 4), stopped(2, Reason::AskedForHelp, &["walk-in-2026-11-23-A4"])]);
    let name = "walk-in-2026-11-23-A4";
    let found = row(&place, name);
    let asked = found.walk_in.as_ref().unwrap();
    assert_eq!((asked.given_name.as_str(), asked.category.as_str()), ("Zoë", VACCINATION));
    assert_eq!(found.companion.as_ref().map(arrivals::domain::private::Private::as_str), Some("Max Quick"));
    assert_eq!(
        (found.ticket.map(|t| t.number.to_string()), found.language),
        (Some("A4".into()), Some(Language::Spanish))
    );
    assert!(place.desk.visit(&id(name)).unwrap().unwrap().is_walk_in);
    let work = StaffWork::Visit(id(name));
    use StaffAction::{Accept, Call, Decline, Done, Seen, Undo};
    use VisitState as S;
    for (action, did, state, seen, open) in [
        (Call, false, S::Asks, false, 2),
        (Undo, false, S::Asks, false, 2),
        (Seen, true, S::Asks, true, 1),
        (Seen, false, S::Asks, true, 1),
        (Undo, true, S::Asks, false, 2),
        (Accept, true, S::Arrived, true, 0),
        (Accept, false, S::Arrived, true, 0),
        // A page that still shows the request.
        (Decline, false, S::Arrived, true, 0),
        (Undo, true, S::Asks, false, 2),
        (Seen, true, S::Asks, true, 1),
        (Accept, true, S::Arrived, true, 0),
        (Call, true, S::Called, true, 0),
        (Undo, true, S::Arrived, true, 0),
        (Undo, true, S::Asks, true, 1),
        (Done, false, S::Asks, true, 1),
        (Decline, true, S::Done, true, 0),
        (Decline, false, S::Done, true, 0),
        (Undo, true, S::Asks, true, 1),
        (Accept, true, S::Arrived, true, 0),
        (Done, true, S::Done, true, 0),
        (Accept, false, S::Done, true, 0),
        (Undo, true, S::Arrived, true, 0),
    ] {
        place.clock.advance(std::time::Duration::from_secs(5));
        assert_eq!(place.desk.act(&work, action, "ana").unwrap(), did, "{action:?}");
        let row = row(&place, name);
        let found = (row.state, row.seen.is_some(), row.reasons.iter().filter(|r| r.taken.is_none()).count());
        assert_eq!(found, (state, seen, open), "{action:?}");
    }
    // Trouble after accepting is taken back before the acceptance is.
    send(&place, "lobby", &[stopped(3, Reason::FeelsUnwell, &[name])]);
    for (action, state, open) in [(Seen, S::Arrived, 0), (Undo, S::Arrived, 1), (Seen, S::Arrived, 0)] {
        place.clock.advance(std::time::Duration::from_secs(5));
        assert!(place.desk.act(&work, action, "ana").unwrap());
        let row = row(&place, name);
        assert_eq!((row.state, row.reasons.iter().filter(|r| r.taken.is_none()).count()), (state, open), "{action:?}");
    }
    rebuilt(&place);
    assert!(!place.desk.act(&StaffWork::Visit(id("apt-0001")), Accept, "ana").unwrap(), "nobody asked for that one");
}

#[tokio::test]
async fn kiosks_hear_that_staff_have_seen_who_has_no_appointment() {
    let place = clinic();
    let name = id("walk-in-2026-11-23-A4");
    send(&place, "lobby", &[asks(1, 'A', 4)]);
    let first = feed(&place, TOKEN_A, 0).await;
    let [Change::Visit { appointment, ticket: Some(_), seen: false }] = &first.changes[..] else {
        panic!("{:?}", first.changes)
    };
    assert_eq!(*appointment, name);
    place.desk.act(&StaffWork::Visit(name.clone()), StaffAction::Accept, "ana").unwrap();
    let second = feed(&place, TOKEN_A, first.cursor).await;
    assert!(matches!(&second.changes[..], [Change::Visit { seen: true, .. }]), "{:?}", second.changes);
    place.desk.act(&StaffWork::Visit(name), StaffAction::Undo, "ana").unwrap();
    let third = feed(&place, TOKEN_A, second.cursor).await;
    assert!(matches!(&third.changes[..], [Change::Visit { seen: false, .. }]), "{:?}", third.changes);
    // The day after tomorrow nobody needs to know any more, once people have worked on it.
    place.clock.set("2026-11-25T13:00:00Z".parse().unwrap());
    super::clean_up::works(&place.desk);
    assert_eq!(feed(&place, TOKEN_A, 0).await.changes.len(), 0);
}

#[tokio::test]
async fn the_page_offers_to_accept_or_decline_and_says_who_has_the_same_name() {
    let place = clinic();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    let file = place.folder.path().join("list.csv");
    let text = "appointment_id,start,given_name,family_name,birth_date,service\n\
                x1,2026-11-23T15:00:00-05:00,ZOE,quick,1990-02-03,Eyes\n";
    std::fs::write(&file, text).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    send(&place, "lobby", &[asks(1, 'A', 4)]);
    send(&place, "annex", &[asks(1, 'B', 2)]);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let get = async || http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let page = get().await;
    for words in [
        "Walk-in: accept or decline",
        "Zoë Quick",
        "A vaccination",
        "Area B",
        "With: Max Quick (reported at the kiosk)",
        "aria-label=\"Accept: Zoë Quick\"",
        "aria-label=\"Decline: Zoë Quick\"",
        "DOB <time datetime=\"1990-02-03\">3 Feb 1990</time>",
        "Same name and date of birth: 3:00 PM Eyes",
        "Same name and date of birth: walk-in B2",
        "Walk-in request",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    let (csrf, name) = (page.csrf(), "walk-in-2026-11-23-A4");
    for (action, words) in [
        ("accept", "Accepted by ana"),
        ("undo", "accept or decline"),
        ("decline", "Declined"),
        ("undo", "Walk-in request"),
    ] {
        let fields = [("csrf", csrf.as_str()), ("appointment", name)];
        assert_eq!(form(serving.addr, &format!("/visit/{action}"), &cookie, &fields).await.status, 303);
        assert!(get().await.body.contains(words), "{action}");
    }
    assert!(get().await.body.contains("walk-in a vaccination"), "can be found by what they came for");
    serving.stop().await;
}

fn with(event: LoggedEvent, change: impl FnOnce(&mut CheckedIn)) -> LoggedEvent {
    let KioskEvent::CheckedIn(mut said) = event.event else { panic!() };
    change(&mut said);
    LoggedEvent { event: KioskEvent::CheckedIn(said), ..event }
}

#[tokio::test]
async fn companions_and_documents_are_told_as_they_were_said() {
    let place = clinic();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let documents = |needed: &[Document], brought| Some(Documents { needed: needed.to_vec(), brought });
    send(
        &place,
        "lobby",
        &[
            with(checked_in(1, 'A', 1, &["apt-0001"]), |said| {
                said.companion = Some("Rosa Dietrich".into());
                said.documents = documents(&[Document::Referral, Document::PhotoIdentity], true);
            }),
            with(checked_in(2, 'A', 2, &["apt-0002"]), |said| {
                said.documents = documents(&[Document::PhotoIdentity], false);
            }),
            with(checked_in(3, 'A', 3, &["apt-0003"]), |said| {
                said.documents = documents(&[Document::Referral, Document::Guardian], false);
            }),
        ],
    );
    // A second ticket at another kiosk changes neither.
    send(
        &place,
        "annex",
        &[with(checked_in(1, 'B', 1, &["apt-0001"]), |said| said.companion = Some("Somebody Else".into()))],
    );
    let reasons = |id: &str| row(&place, id).reasons.iter().map(|r| r.reason).collect::<Vec<_>>();
    assert!(!reasons("apt-0001").contains(&Reason::DocumentMissing));
    assert!(
        reasons("apt-0002").contains(&Reason::DocumentMissing)
            && reasons("apt-0003").contains(&Reason::DocumentMissing)
    );
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    for words in [
        "With: Rosa Dietrich (reported at the kiosk)",
        "Brought: referral, photo ID (reported at the kiosk)",
        "Missing: photo ID",
        "Missing at least one of: referral, parent or guardian, or signed consent",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    assert!(!page.body.contains("Somebody Else"));
    serving.stop().await;
    rebuilt(&place);
}

#[tokio::test]
async fn a_code_that_is_not_taken_is_counted_and_a_forged_one_needs_somebody() {
    let place = clinic();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    let refused = |seq, reason| event(seq, KioskEvent::CodeRefused { reason, language: Language::Arabic });
    send(
        &place,
        "lobby",
        &[
            refused(1, Reason::CodeExpired),
            refused(2, Reason::CodeOtherClinic),
            refused(3, Reason::CodeExpired),
            event(4, KioskEvent::WalkedAway { step: "find-me".into() }),
        ],
    );
    assert_eq!(place.desk.open_stops().unwrap(), [], "nobody waits for help");
    assert_eq!(codes(&place), [("lobby".into(), Reason::CodeExpired, 2), ("lobby".into(), Reason::CodeOtherClinic, 1)]);
    send(&place, "annex", &[refused(1, Reason::CodeForged)]);
    assert_eq!(place.desk.open_stops().unwrap(), [Reason::CodeForged]);
    assert_eq!(codes(&place).len(), 2, "and is not counted twice");
    place.desk.place_kiosk(&KioskId::from("annex"), "Side entrance").unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    assert!(page.body.contains("data-needs=\"1\""));
    assert!(page.body.contains("check the letter — Side entrance (kiosk annex)"));
    assert!(page.body.contains("Kiosk lobby: Code on the letter has expired, twice, last at "), "{}", page.body);
    serving.stop().await;
    rebuilt(&place);
}

#[tokio::test]
async fn whoever_feels_unwell_is_told_with_the_kiosks_place() {
    let place = clinic();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let (lobby, annex) = (KioskId::from("lobby"), KioskId::from("annex"));
    let revision = || place.desk.with_store(|store| store.revision()).unwrap();
    let before = revision();
    place.desk.place_kiosk(&lobby, " Main lobby, by the entrance ").unwrap();
    let after = revision();
    assert!(after > before, "pages hear of it");
    place.desk.place_kiosk(&lobby, "Main lobby, by the entrance").unwrap();
    assert_eq!(revision(), after, "nothing new");
    for bad in ["two\nlines", &"x".repeat(121)] {
        assert!(place.desk.place_kiosk(&lobby, bad).unwrap_err().to_string().contains("one line of at most 120"));
    }
    // A new token leaves the place as it is.
    place.desk.enrol_kiosk(&lobby, Series::FIRST, TOKEN_A).unwrap();
    send(&place, "lobby", &[stopped(1, Reason::FeelsUnwell, &[]), stopped(2, Reason::NotFound, &[])]);
    send(&place, "annex", &[stopped(1, Reason::AskedForHelp, &["apt-0001"])]);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    assert!(page.body.contains("Feels unwell: go to them now — Main lobby, by the entrance (kiosk lobby)"));
    assert!(page.body.contains("Asked for help at the kiosk — kiosk annex"), "without a place its name must do");
    assert!(page.body.contains("data-urgent=\"1\""));
    assert!(!place.desk.with_store(|store| store.kiosk_places()).unwrap().contains_key(&annex));
    serving.stop().await;
}
