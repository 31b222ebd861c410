//! What is open stays in sight, whatever its day, until a person closes it: on the list, the board and the phone.

use std::net::SocketAddr;

use arrivals::clock::Clock as _;
use arrivals::desk::http::serve::Serving;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::store::{AuditSearch, PhoneAnswer, PhoneWish, StaffAction, StaffWork, WalkInByHand};
use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{KioskId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::pages::TicketPages;
use arrivals::domain::person::BirthDate;
use arrivals::domain::queue::{QueueAction, VisitState};
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{CallAs, Ticket};
use arrivals::sync::api::{Attempt, DeskApi};

use super::board::{comes, key, with_boards, words};
use super::page::sign_in;
use super::queue::{call_first, desk_with, id, minutes, ticket};
use super::support::{PASSWORD, Place, TOKEN_A, form, http, post_of};

const LIST: [(&str, &str, &str, &str); 6] = [
    ("a1", "22:40", "Laboratory", "Dr. Predovic"),
    ("b1", "22:50", "Laboratory", "Dr. Predovic"),
    ("c1", "22:55", "Laboratory", "Dr. Predovic"),
    ("d1", "22:50", "X-ray", "Dr. Herzog"),
    ("e1", "23:10", "Laboratory", "Dr. Predovic"),
    ("f1", "23:20", "Laboratory", "Dr. Predovic"),
];

/// What somebody at the lobby's kiosk was stopped with, now.
fn stops(place: &Place, seq: u64, reason: Reason, visits: &[&str]) {
    let event = KioskEvent::Stopped {
        reason,
        step: "unwell".into(),
        patient: None,
        appointments: visits.iter().map(|visit| id(visit)).collect(),
        language: Language::English,
    };
    let event = arrivals::domain::event::LoggedEvent { seq: Seq(seq), at: place.clock.now(), event };
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![event])).unwrap().held, Seq(seq));
}

/// A clinic at five to midnight: A1 is called, A2 waits, A3 is over, A4 is with a clinician; `e1` and someone whom no
/// one knows feel unwell.
async fn evening() -> (Place, Serving, String) {
    let place = desk_with(with_boards(), &LIST);
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    minutes(&place, 14 * 60);
    for (n, visit) in [(1, "a1"), (2, "b1"), (3, "c1"), (4, "d1")] {
        comes(&place, n, &[visit], CallAs::Number, Language::English);
    }
    stops(&place, 5, Reason::FeelsUnwell, &["e1"]);
    stops(&place, 6, Reason::FeelsUnwell, &[]);
    minutes(&place, 85);
    assert_eq!(call_first(&place.desk, "Blood", "Room 1", "ana"), id("a1"));
    place.desk.act(&StaffWork::Visit(id("c1")), StaffAction::Done, "ana").unwrap();
    place.desk.call_this(&id("d1"), Some("Room 1"), "ana").unwrap().unwrap();
    place.desk.queue_step(&id("d1"), &QueueAction::Start, "ana").unwrap().unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    (place, serving, cookie)
}

/// The page anew, signed in again: sessions end overnight.
async fn list(addr: SocketAddr) -> String {
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    http(addr, "GET", "/", &[("cookie", &cookie)], "").await.body
}

fn path(place: &Place, n: u32) -> String {
    let pages: TicketPages = place.desk.with_store(|store| store.settings()).unwrap().pages;
    format!("/t/{}", pages.token(ticket(n)).unwrap())
}

fn ids(place: &Place) -> Vec<String> {
    place.desk.today().unwrap().list.rows().map(|row| row.id.to_string()).collect()
}

#[tokio::test]
async fn what_is_open_stays_on_the_list_the_board_and_the_phone_when_the_day_is_over() {
    let (place, serving, cookie) = evening().await;
    let addr = serving.addr;
    let before = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.body;
    assert_eq!(before.matches("Feels unwell: go to them now").count(), 2);
    // Ten minutes after midnight, in the middle of the next morning, and a week later.
    for (wait, since) in [(15, ""), (10 * 60, "Since yesterday"), (7 * 24 * 60, "Since Mon, Nov 23")] {
        minutes(&place, wait);
        let page = list(addr).await;
        let said = words(&page);
        for ticket in ["A1", "A2", "A4"] {
            assert!(said.contains(&format!("Ticket {ticket} ")), "{ticket} {since}: {said}");
        }
        assert_eq!(page.matches("Feels unwell: go to them now").count(), 2, "{since}");
        assert!(said.contains("2 need attention") && said.contains("1 waiting") && said.contains("1 called"), "{said}");
        assert_eq!(said.matches("Since ").count(), if since.is_empty() { 0 } else { 5 }, "{said}");
        assert!(said.matches(since).count() >= 5, "{since}: {said}");
        assert_eq!(place.desk.open_stops().unwrap(), [Reason::FeelsUnwell]);
        assert_eq!(place.desk.today().unwrap().urgent, ["kiosk lobby"]);
        let board =
            words(&http(addr, "GET", &format!("/board/main-lobby?key={}", key(&place.desk)), &[], "").await.body);
        // A call is on the board for half an hour, on whatever day.
        assert!(board.contains("A1 Room 1") == since.is_empty() && board.contains("1 waiting"), "{board}");
        for (n, expected) in [(1, "Please come to Room 1"), (2, "You are next")] {
            let phone = http(addr, "GET", &path(&place, n), &[], "").await;
            assert!(phone.status == 200 && words(&phone.body).contains(expected), "{n} {}", phone.body);
        }
    }
    // Whoever was not here, and what was over, is of its own day.
    assert_eq!(http(addr, "GET", &path(&place, 3), &[], "").await.status, 404);
    assert_eq!(ids(&place), ["a1", "b1", "d1", "e1"]);
    // What can be done with them is as on any day; only a person ends it.
    assert_eq!(place.desk.phone_wish(ticket(2), PhoneWish::StepOut).unwrap(), PhoneAnswer::Done);
    minutes(&place, 1);
    assert_eq!(place.desk.phone_wish(ticket(2), PhoneWish::ComeBack).unwrap(), PhoneAnswer::Done);
    assert_eq!(call_first(&place.desk, "Blood", "Room 1", "ana"), id("b1"));
    place.desk.queue_step(&id("b1"), &QueueAction::Finish, "ana").unwrap().unwrap();
    assert!(place.desk.mark_seen(&id("e1"), "ana").unwrap());
    let lobby = KioskId::from("lobby");
    assert!(place.desk.act(&StaffWork::Stop(lobby, 6), StaffAction::Seen, "ana").unwrap());
    assert!(place.desk.open_stops().unwrap().is_empty() && place.desk.today().unwrap().urgent.is_empty());
    // It stands with what was closed today, so that it can be taken back, and is gone with this day.
    let page = list(addr).await;
    assert!(page.contains("undo-b1") && page.contains("undo-e1") && page.contains("undo-stop-lobby-6"), "{page}");
    minutes(&place, 24 * 60);
    assert_eq!(ids(&place), ["a1", "d1"]);
    serving.stop().await;
}

#[test]
fn a_number_that_someone_has_since_yesterday_is_no_one_elses() {
    let place = desk_with(super::queue::clinic(), &[("a1", "22:00", "Laboratory", "Dr. Predovic")]);
    minutes(&place, 14 * 60);
    comes(&place, 1, &["a1"], CallAs::Number, Language::English);
    call_first(&place.desk, "Blood", "Room 1", "ana");
    // An older kiosk begins again at midnight, with the number of someone who is with a clinician since yesterday.
    minutes(&place, 12 * 60);
    let tomorrow = Ticket { date: jiff::civil::date(2026, 11, 24), ..ticket(1) };
    let asks = arrivals::domain::event::WalkedIn {
        ticket: tomorrow,
        appointment: arrivals::domain::ids::AppointmentId::of_request(tomorrow),
        given_name: "Wim".into(),
        family_name: "Example".into(),
        birth_date: BirthDate(jiff::civil::date(1950, 1, 1)),
        category: "x".into(),
        language: Language::English,
        call_as: CallAs::Number,
        companion: None,
    };
    let event =
        arrivals::domain::event::LoggedEvent { seq: Seq(2), at: place.clock.now(), event: KioskEvent::WalkedIn(asks) };
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![event])).unwrap();
    let new = arrivals::domain::ids::AppointmentId::of_request(tomorrow);
    place.desk.act(&StaffWork::Visit(new.clone()), StaffAction::Accept, "ana").unwrap();
    place.desk.call_this(&new, Some("Room 2"), "ana").unwrap().unwrap();
    // It waits with one of the desk's numbers: two people would come when A1 is called.
    assert_eq!(place.desk.ticket_standing(ticket(1)).unwrap().unwrap().point.as_deref(), Some("Room 1"));
    assert_eq!(place.desk.ticket_standing(tomorrow).unwrap(), None);
    let visit = place.desk.visit(&new).unwrap().unwrap();
    assert_eq!((visit.state, visit.ticket.unwrap().number.to_string().as_str()), (VisitState::Called, "D1"));
    assert_eq!(place.desk.ticket_standing(visit.ticket.unwrap()).unwrap().unwrap().point.as_deref(), Some("Room 2"));
    let watch = place.desk.kiosks().unwrap();
    assert!(watch.raised.iter().any(|raised| raised.alarm.code() == "number-twice"));
}

fn closings(page: &str) -> usize {
    page.matches("action=\"/earlier/undo\"").count()
}

#[tokio::test]
async fn all_of_yesterday_is_closed_at_once_each_in_the_audit_and_can_be_taken_back() {
    let (place, serving, _) = evening().await;
    let addr = serving.addr;
    stops(&place, 7, Reason::NotFound, &[]);
    minutes(&place, 10 * 60);
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    let get = async |path: &str| http(addr, "GET", path, &[("cookie", &cookie)], "").await;
    let main = get("/").await.body;
    assert!(words(&main).contains("6 are still open since yesterday. Review and close"), "{}", words(&main));
    // Who had this list open may have seen them, though their visit is of another day.
    let lists_of = |patient: &str| {
        let search = AuditSearch { patients: Some(vec![patient.into()]), with_lists: true, ..AuditSearch::default() };
        let rows = place.desk.with_store(|store| store.audit_rows(&search, 50)).unwrap();
        rows.iter().any(|row| row.action == "saw-list" && row.about == "2026-11-24")
    };
    assert_eq!(["a", "e", "f"].map(lists_of), [true, true, false]);
    // The page that asks shows whom it is about.
    let asks = get("/earlier").await;
    let said = words(&asks.body);
    for expected in [
        "Yesterday, Nov 23: 6 open",
        "A1 Given0 Family0 Called",
        "A2 Given1 Family1 Arrived",
        "A4 Given3 Family3 With provider",
        "2 people feel unwell",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let field = |name: &str| {
        asks.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (csrf, revision) = (asks.csrf(), field("shown"));
    // Meanwhile A2 is called: what has changed since is left.
    call_first(&place.desk, "Blood", "Room 2", "ben");
    let close = |day: &'static str, revision: String| {
        let fields = [("csrf", csrf.clone()), ("day", day.to_owned()), ("shown", revision)];
        let cookie = cookie.clone();
        async move {
            form(addr, "/earlier/close", &cookie, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await
        }
    };
    let answer = close("2026-11-23", revision).await;
    let said = words(&answer.body);
    assert!(
        said.contains(
            "3 closed. 1 changed in the meantime and was left open. Check it again. \
             2 people feel unwell and were left open."
        ),
        "{said}"
    );
    let states = |ids: &[&str]| -> Vec<VisitState> {
        ids.iter().map(|one| place.desk.visit(&id(one)).unwrap().unwrap().state).collect()
    };
    assert_eq!(
        states(&["a1", "b1", "d1", "e1"]),
        [VisitState::Done, VisitState::Called, VisitState::Done, VisitState::Expected]
    );
    assert_eq!(place.desk.open_stops().unwrap(), [Reason::FeelsUnwell]);
    let search = AuditSearch { user: Some("ana".into()), from: Some(place.clock.now()), ..AuditSearch::default() };
    let rows = place.desk.with_store(|store| store.audit_rows(&search, 20)).unwrap();
    let done: Vec<_> = rows
        .iter()
        .rev()
        .map(|row| (row.action.as_str(), row.patient.as_str()))
        .filter(|(action, _)| ["done", "seen"].contains(action))
        .collect();
    assert_eq!(done, [("done", "a"), ("done", "d"), ("seen", "")], "each by itself");
    // Everything can be rebuilt, and is in the list's closed part for today.
    let rows: Vec<_> = place.desk.today().unwrap().list.rows().map(|row| (**row).clone()).collect();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    let again = place.desk.with_store(|store| store.list_at(place.clock.now())).unwrap();
    assert!(rows == again);
    // Taken back whole, but for what has gone on since.
    place.desk.queue_step(&id("b1"), &QueueAction::Finish, "ben").unwrap().unwrap();
    let page = get("/earlier").await.body;
    assert!(words(&page).contains("ana closed 3 of yesterday, Nov 23 at"), "{page}");
    let first = page.split("name=\"first\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    place.desk.with_store(|store| store.undo_shown(&id("d1"), 0, "ben", place.clock.now())).unwrap().unwrap_err();
    let undo =
        async || form(addr, "/earlier/undo", &cookie, &[("csrf", csrf.as_str()), ("first", first.as_str())]).await;
    assert_eq!(undo().await.status, 303);
    assert_eq!(states(&["a1", "b1", "d1"]), [VisitState::Called, VisitState::Done, VisitState::WithClinician]);
    assert_eq!(place.desk.open_stops().unwrap(), [Reason::FeelsUnwell, Reason::NotFound]);
    assert!(words(&undo().await.body).contains("That was already undone. Nothing was changed."));
    let page = get("/earlier").await.body;
    assert_eq!(closings(&page), 0);
    // Nonsense is refused, and nothing of today can be closed so.
    assert_eq!(close("yesterday", "1".into()).await.status, 400);
    assert!(words(&close("2026-11-24", "999999".into()).await.body).contains("0 closed."));
    serving.stop().await;
}

fn somebody(name: &str) -> WalkInByHand {
    WalkInByHand {
        given_name: name.into(),
        family_name: "Example".into(),
        birth_date: BirthDate(jiff::civil::date(1950, 1, 1)),
        category: "x".into(),
        language: Language::English,
        call_as: CallAs::Number,
    }
}

/// Who comes to the desk without an appointment, and with which number of which day they wait.
fn walks_in(place: &Place, name: &str) -> String {
    let (_, ticket) = place.desk.walk_in_by_hand(&somebody(name), "ana").unwrap();
    format!("{} {}", ticket.date, ticket.number)
}

#[test]
fn numbers_go_on_over_midnight_and_one_that_someone_holds_is_not_given_again() {
    let place = desk_with(super::queue::clinic(), &[]);
    minutes(&place, 15 * 60);
    assert_eq!([walks_in(&place, "Ada"), walks_in(&place, "Ben")], ["2026-11-23 D1", "2026-11-23 D2"]);
    minutes(&place, 60);
    assert_eq!(walks_in(&place, "Cleo"), "2026-11-23 D3", "half past midnight is the same night");
    assert_eq!(place.desk.clinic_date(), jiff::civil::date(2026, 11, 23));
    // Ben leaves; Ada and Cleo are still here at four.
    let ben = place
        .desk
        .today()
        .unwrap()
        .list
        .rows()
        .find(|row| row.ticket.is_some_and(|t| t.number.count() == 2))
        .unwrap()
        .id
        .clone();
    place.desk.queue_step(&ben, &QueueAction::Finish, "ana").unwrap().unwrap();
    minutes(&place, 4 * 60);
    assert_eq!([walks_in(&place, "Dora"), walks_in(&place, "Emil")], ["2026-11-24 D2", "2026-11-24 D4"]);
    assert_eq!(walks_in(&place, "Ada"), "2026-11-23 D1", "the same wish again is the same person");
}

#[test]
fn another_hour_for_the_day_gives_no_number_twice_and_loses_no_one() {
    let place = desk_with(super::queue::clinic(), &[("a1", "02:30", "Laboratory", "Dr. Predovic")]);
    let at = |text: &str| place.clock.set(text.parse().unwrap());
    let begins = |hour: u8| {
        let settings = place.desk.settings();
        place
            .desk
            .with_store(|store| {
                store.take_settings(
                    &ClinicSettings { day_begins_at_hour: hour, ..(*settings).clone() },
                    "ana",
                    place.clock.now(),
                )
            })
            .unwrap();
        place.desk.notify();
    };
    let of = |visit: &str| -> Vec<bool> {
        [22, 23]
            .map(|day| {
                place
                    .desk
                    .with_store(|store| store.visits_of(jiff::civil::date(2026, 11, day)))
                    .unwrap()
                    .iter()
                    .any(|row| row.id == id(visit))
            })
            .to_vec()
    };
    at("2026-11-23T07:00:00Z");
    assert_eq!(
        (of("a1"), place.desk.clinic_date()),
        (vec![true, false], jiff::civil::date(2026, 11, 22)),
        "2 in the morning is the day before"
    );
    let mut given = vec![walks_in(&place, "Ada")];
    begins(0);
    assert_eq!((of("a1"), place.desk.clinic_date()), (vec![false, true], jiff::civil::date(2026, 11, 23)));
    given.extend([walks_in(&place, "Ben"), walks_in(&place, "Cleo")]);
    begins(4);
    given.extend([walks_in(&place, "Dora"), walks_in(&place, "Emil")]);
    at("2026-11-23T09:00:01Z");
    given.push(walks_in(&place, "Fay"));
    let mut numbers: Vec<&str> = given.iter().map(|one| one.split(' ').nth(1).unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), given.len(), "{given:?}");
    assert_eq!(place.desk.today().unwrap().list.rows().filter(|row| row.walk_in.is_some()).count(), given.len());
}

#[tokio::test]
async fn kiosks_hear_which_tickets_of_other_days_are_held() {
    let (place, serving, _) = evening().await;
    let api = InProcess::new(place.desk.clone(), TOKEN_A);
    let feed = async |cursor: u64| match api.feed(cursor, std::time::Duration::ZERO).await {
        Attempt::Sent(feed) => feed,
        _ => panic!("the desk answers"),
    };
    let first = feed(0).await;
    assert_eq!(first.settings.as_ref().map(|settings| settings.day_begins_at_hour), Some(4));
    let open = first.open.unwrap();
    assert_eq!((open.day, open.tickets), (jiff::civil::date(2026, 11, 23), vec![]));
    assert!(feed(first.cursor).await.open.is_none(), "nothing has changed");
    // The day itself is a change.
    minutes(&place, 5 * 60);
    let second = feed(first.cursor).await;
    let open = second.open.unwrap();
    assert_eq!((open.day, open.tickets), (jiff::civil::date(2026, 11, 24), vec![ticket(1), ticket(2), ticket(4)]));
    place.desk.queue_step(&id("a1"), &QueueAction::Finish, "ana").unwrap().unwrap();
    assert_eq!(feed(second.cursor).await.open.unwrap().tickets, [ticket(2), ticket(4)]);
    serving.stop().await;
}

/// A file from before what is open stayed in sight: what no one closed then is counted, and closed by the day.
#[tokio::test]
async fn of_an_older_file_what_was_long_hidden_is_counted_and_not_on_the_list() {
    let (place, serving, _) = evening().await;
    serving.stop().await;
    let file = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    file.execute("UPDATE visit SET ticket_date = '2026-10-01' WHERE appointment_id = 'b1'", []).unwrap();
    file.execute("UPDATE ticket SET date = '2026-10-01' WHERE appointment_id = 'b1'", []).unwrap();
    // As the update of such a file says it.
    file.execute("INSERT INTO meta(name, value) VALUES ('open_since', '2026-11-22')", []).unwrap();
    drop(file);
    minutes(&place, 10 * 60);
    let desk =
        arrivals::desk::Desk::open_stored(place.folder.path(), std::sync::Arc::new(place.clock.clone())).unwrap();
    let rows: Vec<String> = desk.today().unwrap().list.rows().map(|row| row.id.to_string()).collect();
    assert_eq!(rows, ["a1", "d1", "e1"], "yesterday is shown, October is not");
    let now = place.clock.now();
    let days = desk.with_store(|store| store.days_left(now)).unwrap();
    let found: Vec<_> = days.iter().map(|day| (day.date.to_string(), day.count, day.is_listed)).collect();
    assert_eq!(found, [("2026-11-23".to_owned(), 4, true), ("2026-10-01".to_owned(), 1, false)]);
    assert_eq!(desk.with_store(|store| store.count_left_before()).unwrap(), 1);
    let revision = desk.with_store(|store| store.revision()).unwrap();
    assert_eq!(desk.close_day(jiff::civil::date(2026, 10, 1), revision, "ana").unwrap().closed, 1);
    assert_eq!(desk.with_store(|store| store.count_left_before()).unwrap(), 0);
}
