//! Calling: a button calls the person whom it names, and where the clinic has rooms no one is called without one.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use arrivals::desk::http::serve::Serving;
use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::queue::day::Refusal;
use arrivals::domain::queue::{QueueAction, VisitState};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;

use super::page;
use super::queue::{arrives, clinic, desk_with, id, minutes, named, ticket};
use super::support::{Answer, PASSWORD, Place, TOKEN_A, form, http, post_of, stopped};

const LIST: [(&str, &str, &str, &str); 4] = [
    ("a1", "09:00", "Laboratory", "Dr. Predovic"),
    ("b1", "09:10", "Laboratory", "Dr. Predovic"),
    ("c1", "09:20", "Laboratory", "Dr. Predovic"),
    ("d1", "09:00", "X-ray", "Dr. Herzog"),
];

fn everyone_here(settings: ClinicSettings) -> Place {
    let place = desk_with(settings, &LIST);
    for (n, (visit, ..)) in LIST.iter().enumerate() {
        arrives(&place, 1 + n as u32, &[visit]);
    }
    place
}

fn without_rooms() -> ClinicSettings {
    ClinicSettings { points: Vec::new(), ..clinic() }
}

fn state(place: &Place, visit: &str) -> VisitState {
    place.desk.visit(&id(visit)).unwrap().unwrap().state
}

struct Browser {
    addr: SocketAddr,
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn of(addr: SocketAddr, name: &str) -> Self {
        let cookie = page::sign_in(addr, name, PASSWORD).await.cookies();
        let csrf = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
        Self { addr, cookie, csrf }
    }

    async fn get(&self, path: &str) -> Answer {
        http(self.addr, "GET", path, &[("cookie", &self.cookie)], "").await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let all: Vec<_> = [("csrf", self.csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(self.addr, path, &self.cookie, &all).await
    }

    /// As a page's script sends it, from the list.
    async fn press(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String =
            [("csrf", self.csrf.as_str())].iter().chain(fields).map(|(key, value)| format!("{key}={value}&")).collect();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("cookie", self.cookie.as_str()), ("x-live", "1")];
        http(self.addr, "POST", path, &headers, &body).await
    }

    /// Whom the button of a queue calls, read off the list's own form.
    async fn next_of(&self, queue: &str) -> Option<String> {
        let page = self.get("/").await.body;
        let before = page.split(&format!("id=\"next-{queue}\"")).next().filter(|before| before.len() < page.len())?;
        let form = before.rsplit("action=\"/queue/next\"").next()?;
        Some(form.split("name=\"appointment\" value=\"").nth(1)?.split('"').next()?.to_owned())
    }
}

async fn open(settings: ClinicSettings) -> (Place, Serving) {
    let place = everyone_here(settings);
    for name in ["ana", "ben"] {
        place.desk.add_user(name, PASSWORD, Role::Desk).unwrap();
    }
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    (place, serving)
}

#[tokio::test]
async fn two_who_press_the_same_call_next_call_one_person_and_the_second_hears_who_did() {
    let (place, serving) = open(without_rooms()).await;
    let (ana, ben) = (Browser::of(serving.addr, "ana").await, Browser::of(serving.addr, "ben").await);
    let (first, second) = (ana.next_of("Blood").await.unwrap(), ben.next_of("Blood").await.unwrap());
    assert_eq!((first.as_str(), second.as_str()), ("a1", "a1"), "both buttons name A1");
    assert_eq!(ana.press("/queue/next", &[("appointment", &first)]).await.status, 303);
    let refused = ben.press("/queue/next", &[("appointment", &second)]).await;
    assert_eq!((refused.status, refused.body.as_str()), (409, "A1 was just called by ana."));
    let plain = ben.post("/queue/next", &[("appointment", &second)]).await;
    assert!(
        plain.status == 409
            && plain.body.contains("role=\"alert\">A1 was just called by ana.")
            && plain.body.contains("Call next: A2")
    );
    assert_eq!(
        (state(&place, "a1"), state(&place, "b1"), state(&place, "c1")),
        (VisitState::Called, VisitState::Arrived, VisitState::Arrived)
    );
    assert_eq!(ben.next_of("Blood").await.as_deref(), Some("b1"), "the button names the new next");
    assert_eq!(ben.press("/queue/next", &[("appointment", "b1")]).await.status, 303);
    // The row's own button says the same, and later the sentence is another.
    minutes(&place, 5);
    assert_eq!(ben.press("/visit/call", &[("appointment", "a1")]).await.body, "A1 was already called by ana.");
    // A form of a page from before this names no one, and calls no one.
    assert_eq!(ben.press("/queue/next", &[("queue", "Blood")]).await.status, 403);
    assert_eq!(state(&place, "c1"), VisitState::Arrived);
    serving.stop().await;
}

#[test]
fn the_one_whom_the_button_named_is_called_whoever_came_in_front_meanwhile() {
    let place = everyone_here(without_rooms());
    let shown = named(&place.desk, "Blood").unwrap();
    assert_eq!(shown, id("a1"));
    place
        .desk
        .take_post(TOKEN_A, &post_of("lobby", vec![stopped(5, arrivals::domain::reason::Reason::FeelsUnwell, &["c1"])]))
        .unwrap();
    assert_eq!(named(&place.desk, "Blood"), Some(id("c1")), "C feels unwell and is first now");
    assert_eq!(place.desk.call_next(&shown, None, "ana").unwrap(), Ok(()));
    assert_eq!((state(&place, "a1"), state(&place, "c1")), (VisitState::Called, VisitState::Arrived));
    // Who is not to be called for now is not called by it, and no one else is.
    let shown = named(&place.desk, "X-ray").unwrap();
    place.desk.queue_step(&shown, &QueueAction::Hold, "ben").unwrap().unwrap();
    assert_eq!(place.desk.call_next(&shown, None, "ana").unwrap(), Err(Refusal::Held(Some(ticket(4).number))));
    assert_eq!(place.desk.call_this(&shown, None, "ana").unwrap(), Ok(()), "their own button calls them on purpose");
    place.desk.queue_step(&shown, &QueueAction::Finish, "ben").unwrap().unwrap();
    assert_eq!(place.desk.call_next(&shown, None, "ana").unwrap(), Err(Refusal::Moved));
}

#[test]
fn where_there_are_rooms_the_service_calls_no_one_without_one() {
    let place = everyone_here(clinic());
    let a1 = id("a1");
    for point in [None, Some("Room 9")] {
        let expected = if point.is_none() { Refusal::NoPointSaid } else { Refusal::NoPoint };
        assert_eq!(place.desk.call_next(&a1, point, "ana").unwrap(), Err(expected.clone()));
        assert_eq!(place.desk.call_this(&a1, point, "ana").unwrap(), Err(expected));
    }
    let step = |action: QueueAction| place.desk.queue_step(&a1, &action, "ana").unwrap();
    assert_eq!(
        step(QueueAction::Call { queue: "Blood".into(), point: None }),
        Err(Refusal::Moved),
        "a call has its own way"
    );
    assert!(!place.desk.act(&StaffWork::Visit(a1.clone()), StaffAction::Call, "ana").unwrap());
    assert_eq!(state(&place, "a1"), VisitState::Arrived);
    assert_eq!(place.desk.call_next(&a1, Some("Room 1"), "ana").unwrap(), Ok(()));
    // Called again they stay where they were called to, whoever calls.
    assert_eq!(place.desk.call_again(&a1, None, "ben").unwrap(), Ok(()));
    assert_eq!(place.desk.call_again(&a1, Some("Room 2"), "ben").unwrap(), Ok(()));
    assert_eq!(place.desk.ticket_standing(ticket(1)).unwrap().unwrap().point.as_deref(), Some("Room 1"));

    let place = everyone_here(without_rooms());
    assert_eq!(place.desk.call_next(&a1, None, "ana").unwrap(), Ok(()), "without rooms nothing is asked");
    assert!(place.desk.act(&StaffWork::Visit(id("b1")), StaffAction::Call, "ana").unwrap());
}

/// A call from before there were rooms names none.
#[tokio::test]
async fn a_call_that_names_no_room_sends_to_the_desk_until_it_names_one() {
    let (place, serving) = open(without_rooms()).await;
    call_first_without_room(&place);
    let key = place.desk.with_store(|store| store.board_key()).unwrap();
    let board = async || http(serving.addr, "GET", &format!("/board/all?key={key}"), &[], "").await.body;
    assert!(board().await.contains("please come in"), "without rooms as ever");
    place.desk.take_settings(&clinic(), "abe").unwrap();
    let said = board().await;
    assert!(said.contains("Please ask at the front desk") && !said.contains("please come in"), "{said}");
    let standing = place.desk.ticket_standing(ticket(1)).unwrap().unwrap();
    assert!(standing.asks_where && standing.point.is_none());
    assert_eq!(place.desk.call_again(&id("a1"), None, "ana").unwrap(), Err(Refusal::NoPointSaid));
    assert_eq!(place.desk.call_again(&id("a1"), Some("Room 9"), "ana").unwrap(), Err(Refusal::NoPoint));
    assert_eq!(place.desk.call_again(&id("a1"), Some("Room 2"), "ana").unwrap(), Ok(()));
    let said = board().await;
    assert!(said.contains("Room 2") && !said.contains("Please ask at the front desk"), "{said}");
    let before = place.desk.with_store(|store| store.visit(&id("a1"))).unwrap();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(place.desk.with_store(|store| store.visit(&id("a1"))).unwrap() == before, "rebuilt from what was recorded");
    serving.stop().await;
}

fn call_first_without_room(place: &Place) {
    let visit = named(&place.desk, "Blood").unwrap();
    place.desk.call_next(&visit, None, "ana").unwrap().unwrap();
}

#[tokio::test]
async fn the_first_call_of_a_session_asks_for_the_room_and_every_button_does() {
    let (place, serving) = open(clinic()).await;
    for (n, (path, visit, ticket)) in
        [("/queue/next", "a1", "A1"), ("/visit/call", "b1", "A2"), ("/visit/call", "d1", "A4")].into_iter().enumerate()
    {
        // Each time a new session.
        let ana = Browser::of(serving.addr, "ana").await;
        let live = ana.press(path, &[("appointment", visit)]).await;
        assert_eq!(live.status, 428, "a script sends it again as a browser does");
        let asks = ana.post(path, &[("appointment", visit)]).await;
        assert!(
            asks.status == 200 && asks.body.contains(&format!("Call {ticket} to which room?")),
            "{path}: {}",
            asks.body
        );
        assert_eq!(state(&place, visit), VisitState::Arrived, "asked, not called");
        let (one, two) = (asks.body.find("value=\"Room 1\"").unwrap(), asks.body.find("value=\"Room 2\"").unwrap());
        assert!(one < two && !asks.body.contains("Family"), "no name of anyone");
        let wrong = ana.post(path, &[("appointment", visit), ("point", "Room 9"), ("back", "/")]).await;
        assert_eq!((wrong.status, state(&place, visit)), (409, VisitState::Arrived));
        let back = if n == 0 { "/?state=waiting" } else { "/visit?appointment=b1" };
        let called = ana.post(path, &[("appointment", visit), ("point", "Room 2"), ("back", back)]).await;
        assert!(called.status == 303 && called.head.contains(&format!("location: {back}\r\n")), "{}", called.head);
        assert_eq!(state(&place, visit), VisitState::Called);
        assert!(ana.get("/").await.body.contains("<option value=\"Room 2\" selected>"), "and it is remembered");
        if n == 0 {
            assert_eq!(ana.press("/queue/next", &[("appointment", "c1")]).await.status, 303, "asked once");
        }
        let evil = ana.post("/visit/call-again", &[("appointment", visit), ("back", "https://evil.example/")]).await;
        assert!(evil.head.contains("location: /\r\n"), "{}", evil.head);
    }
    let points: BTreeSet<Option<String>> =
        (1..=4).map(|n| place.desk.ticket_standing(ticket(n)).unwrap().unwrap().point).collect();
    assert_eq!(points, BTreeSet::from([Some("Room 2".to_owned())]));
    serving.stop().await;
}
