//! The queue on the staff's page: its buttons, where one calls to, why somebody stands where they stand.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::desk::http::serve::Serving;
use arrivals::desk::store::{AuditSearch, Verified};
use arrivals::domain::queue::VisitState;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::page;
use super::queue::{arrives, clinic, desk_with, id};
use super::support::{Answer, PASSWORD, PATIENCE, Place, form, http};

const LIST: [(&str, &str, &str, &str); 5] = [
    ("a1", "10:40", "Laboratory", "Dr. Predovic"),
    ("b1", "10:20", "Laboratory", "Dr. Predovic"),
    ("c1", "09:00", "X-ray", "Dr. Herzog"),
    ("d1", "11:00", "Laboratory", "Dr. Predovic"),
    ("e1", "11:30", "Laboratory", "Dr. Predovic"),
];

struct Room {
    place: Place,
    serving: Serving,
}

impl Room {
    async fn open(settings: ClinicSettings) -> Self {
        let place = desk_with(settings, &LIST);
        for name in ["ana", "ben"] {
            place.desk.add_user(name, PASSWORD, Role::Desk).unwrap();
        }
        let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { place, serving }
    }

    fn addr(&self) -> SocketAddr {
        self.serving.addr
    }

    /// Cookie and form token of somebody who signs in.
    async fn sign_in(&self, name: &str) -> (String, String) {
        let cookie = page::sign_in(self.addr(), name, PASSWORD).await.cookies();
        let csrf = http(self.addr(), "GET", "/", &[("cookie", &cookie)], "").await.csrf();
        (cookie, csrf)
    }

    /// The same of someone who has chosen their room.
    async fn sign_in_at(&self, name: &str, point: &str) -> (String, String) {
        let who = self.sign_in(name).await;
        assert_eq!(self.post(&who, "/point", &[("point", point)]).await.status, 303);
        who
    }

    async fn page(&self, cookie: &str) -> String {
        http(self.addr(), "GET", "/", &[("cookie", cookie)], "").await.body
    }

    async fn post(&self, (cookie, csrf): &(String, String), path: &str, fields: &[(&str, &str)]) -> Answer {
        let all: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(self.addr(), path, cookie, &all).await
    }

    fn state(&self, visit: &str) -> VisitState {
        self.place.desk.visit(&id(visit)).unwrap().unwrap().state
    }
}

/// The part of the page that is this visit's row, without markup.
fn row(page: &str, visit: &str) -> String {
    let after = page.split(&format!("id=\"row-{visit}\"")).nth(1).unwrap_or_default();
    text(after.split("</li>").next().unwrap_or_default())
}

fn text(markup: &str) -> String {
    let after_tags = markup.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    after_tags.collect::<Vec<_>>().join("")
}

#[tokio::test]
async fn the_list_says_who_is_next_and_why() {
    let room = Room::open(clinic()).await;
    for (n, visit) in ["a1", "b1", "c1", "d1"].into_iter().enumerate() {
        arrives(&room.place, 1 + n as u32, &[visit]);
        room.place.clock.advance(Duration::from_secs(60));
    }
    let ana = room.sign_in("ana").await;
    let page = room.page(&ana.0).await;
    assert!(row(&page, "b1").contains("1 of 3 in Bloodbefore A1: appointment 10:20 AM"), "{}", row(&page, "b1"));
    assert!(row(&page, "a1").contains("2 of 3 in Bloodafter A2: appointment 10:40 AM"), "{}", row(&page, "a1"));
    assert!(row(&page, "c1").contains("1 of 1 in X-rayappointment 9:00 AM"), "{}", row(&page, "c1"));
    let (first, second) = (page.find("id=\"row-b1\"").unwrap(), page.find("id=\"row-a1\"").unwrap());
    assert!(first < second, "as they are called");
    assert!(page.contains("Call next: A2") && page.contains("Call next: A3"));
    assert!(!row(&page, "e1").contains("Call") && !row(&page, "e1").contains(" of "), "who is not here has no place");

    assert_eq!(room.post(&ana, "/point", &[("point", "Room 1")]).await.status, 303);
    assert_eq!(room.post(&ana, "/queue/next", &[("appointment", "b1")]).await.status, 303);
    assert_eq!((room.state("b1"), room.state("a1")), (VisitState::Called, VisitState::Arrived));
    let page = room.page(&ana.0).await;
    assert!(row(&page, "b1").contains("Called to Room 1 by ana, 8:34 AM"), "{}", row(&page, "b1"));
    assert!(row(&page, "a1").contains("1 of 2 in Bloodappointment 10:40 AM"));
    room.serving.stop().await;
}

#[tokio::test]
async fn everybody_calls_to_the_place_they_said_in_their_own_session() {
    let room = Room::open(clinic()).await;
    for (n, visit) in ["a1", "b1", "c1", "d1"].into_iter().enumerate() {
        arrives(&room.place, 1 + n as u32, &[visit]);
    }
    let (ana, ben) = (room.sign_in("ana").await, room.sign_in("ben").await);
    assert_eq!(room.post(&ana, "/point", &[("point", "Room 2")]).await.status, 303);
    assert_eq!(room.post(&ben, "/point", &[("point", "Room 1")]).await.status, 303);
    assert_eq!(room.post(&ben, "/point", &[("point", "Room 9")]).await.status, 409, "no such room");
    let page = room.page(&ana.0).await;
    assert!(page.contains("<option value=\"Room 2\" selected>") && page.contains("Call next to Room 2: A2"));
    // Room 2 is for blood alone: that button stands out, the other one is there all the same.
    assert!(
        page.contains("class=\"button primary\" type=\"submit\" id=\"next-Blood\"")
            && page.contains("class=\"button\" type=\"submit\" id=\"next-X-ray\"")
    );
    assert_eq!(room.post(&ana, "/queue/next", &[("appointment", "b1")]).await.status, 303);
    assert_eq!(room.post(&ben, "/visit/call", &[("appointment", "a1")]).await.status, 303);
    let page = room.page(&ana.0).await;
    assert!(
        row(&page, "b1").contains("Called to Room 2 by ana") && row(&page, "a1").contains("Called to Room 1 by ben")
    );
    // Another session of the same person says its own, and signing out forgets it.
    let elsewhere = room.sign_in("ana").await;
    assert!(room.page(&elsewhere.0).await.contains("<option value=\"\" selected>"));
    assert_eq!(room.post(&ana, "/point", &[("point", "")]).await.status, 303);
    assert!(room.page(&ana.0).await.contains("Call next: A4"));
    assert_eq!(room.state("d1"), VisitState::Arrived);
    room.serving.stop().await;

    let room = Room::open(ClinicSettings::default()).await;
    let ana = room.sign_in("ana").await;
    assert!(!room.page(&ana.0).await.contains("My room"), "a clinic without service points is not asked");
    room.serving.stop().await;
}

#[tokio::test]
async fn a_visit_is_worked_through_by_its_buttons_and_back() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    arrives(&room.place, 2, &["b1"]);
    let ana = room.sign_in_at("ana", "Room 1").await;
    use VisitState as S;
    // What is pressed for a1, where it stands then, what its row says, and which buttons it has.
    for (action, fields, state, says, buttons) in [
        ("hold", &[][..], S::Held, "On hold in Blood since 8:30 AM", &["back", "call", "done", "undo", "transfer"][..]),
        ("undo", &[], S::Arrived, "2 of 2 in Blood", &["call", "done", "hold", "transfer"]),
        ("transfer", &[("queue", "X-ray"), ("keep", "1")], S::Arrived, "1 of 1 in X-ray", &["call", "undo"]),
        (
            "call",
            &[],
            S::Called,
            "Called to Room 1 by ana",
            &["start", "call-again", "done", "hold", "back", "undo", "transfer"],
        ),
        ("call-again", &[], S::Called, "2 times, last at 8:30 AM", &["start", "call-again"]),
        ("call-again", &[], S::Called, "3 times", &["no-show"]),
        ("no-show", &[], S::NoShow, "Called 3 times, no answer", &["back", "undo"]),
        ("undo", &[], S::Called, "3 times", &["no-show"]),
        ("start", &[], S::WithClinician, "In Room 1 since 8:30 AM", &["done", "undo", "transfer"]),
        ("done", &[], S::Done, "Completed", &["undo"]),
        ("undo", &[], S::WithClinician, "In Room 1", &["done"]),
    ] {
        let page = room.page(&ana.0).await;
        let step = page.split("name=\"appointment\" value=\"a1\"><input type=\"hidden\" name=\"step\" value=\"").nth(1);
        let step = step.and_then(|after| after.split('"').next()).unwrap_or("0");
        let sent: Vec<_> = [("appointment", "a1"), ("step", step)].into_iter().chain(fields.iter().copied()).collect();
        assert_eq!(room.post(&ana, &format!("/visit/{action}"), &sent).await.status, 303, "{action}");
        let page = room.page(&ana.0).await;
        assert_eq!(room.state("a1"), state, "{action}");
        assert!(row(&page, "a1").contains(says), "{action}: {}", row(&page, "a1"));
        for button in buttons {
            assert!(page.contains(&format!("id=\"{button}-a1\"")), "after {action} there is {button}");
        }
        assert_eq!(page.contains("id=\"no-show-a1\""), buttons.contains(&"no-show"), "after {action}");
    }
    room.serving.stop().await;
}

#[tokio::test]
async fn what_was_not_done_is_said_with_and_without_a_script() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    let ana = room.sign_in_at("ana", "Room 1").await;
    arrives(&room.place, 2, &["b1"]);
    assert_eq!(room.post(&ana, "/queue/next", &[("appointment", "a1")]).await.status, 303);
    assert_eq!(room.post(&ana, "/visit/hold", &[("appointment", "b1")]).await.status, 303);
    for (path, fields, sentence) in [
        ("/queue/next", &[("appointment", "a1")][..], "A1 was just called to Room 1 by ana."),
        ("/queue/next", &[("appointment", "b1")], "A2 is on hold now. No one was called."),
        ("/queue/next", &[("appointment", "c1")], "Someone else just updated this."),
        ("/queue/next", &[("appointment", "gone")], "Someone else just updated this."),
        ("/queue/next", &[("appointment", "a1"), ("point", "Room 9")], "That room doesn't exist."),
        ("/visit/no-show", &[("appointment", "a1")], "Call again first: a no-show needs 3 calls."),
        ("/visit/call", &[("appointment", "a1")], "A1 was just called to Room 1 by ana."),
        ("/visit/undo", &[("appointment", "a1"), ("step", "1")], "Someone else just updated this."),
        ("/visit/transfer", &[("appointment", "a1"), ("queue", "Moon")], "That queue doesn't exist."),
        ("/visit/start", &[("appointment", "gone")], "Someone else just updated this."),
    ] {
        let answer = room.post(&ana, path, fields).await;
        assert_eq!(answer.status, 409, "{path}");
        let said = format!("role=\"alert\">{sentence}");
        assert!(
            answer.body.contains(&said) && answer.body.contains("id=\"row-a1\""),
            "{path}: the sentence, and the list as it is"
        );
        let body: String =
            [("csrf", ana.1.as_str())].iter().chain(fields).map(|(key, value)| format!("{key}={value}&")).collect();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("cookie", ana.0.as_str()), ("x-live", "1")];
        let live = http(room.addr(), "POST", path, &headers, &body).await;
        assert_eq!(live.status, 409);
        assert!(live.body.starts_with(sentence) && !live.body.contains('<'), "{path}: {}", live.body);
    }
    assert_eq!(room.state("a1"), VisitState::Called);
    room.serving.stop().await;
}

#[tokio::test]
async fn nothing_of_the_queue_moves_without_a_session_and_its_token() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    let (cookie, csrf) = room.sign_in("ana").await;
    let other = room.sign_in("ben").await.1;
    for (path, field) in [
        ("/queue/next", ("appointment", "a1")),
        ("/point", ("point", "Room 1")),
        ("/visit/call", ("appointment", "a1")),
        ("/visit/hold", ("appointment", "a1")),
        ("/visit/transfer", ("appointment", "a1")),
    ] {
        assert_eq!(
            form(room.addr(), path, "arrivals_session=0123", &[("csrf", &csrf), field]).await.status,
            401,
            "{path}"
        );
        for token in ["", "wrong", &other] {
            assert_eq!(form(room.addr(), path, &cookie, &[("csrf", token), field]).await.status, 403, "{path}");
        }
        assert_eq!(form(room.addr(), path, &cookie, &[field]).await.status, 403, "{path}");
        assert_eq!(http(room.addr(), "GET", path, &[("cookie", &cookie)], "").await.status, 404, "{path}");
    }
    let sent = [("csrf", csrf.as_str()), ("appointment", "a1")];
    assert_eq!(form(room.addr(), "/visit/transfer", &cookie, &sent).await.status, 400, "a transfer says where to");
    assert_eq!(form(room.addr(), "/visit/dance", &cookie, &sent).await.status, 404);
    assert_eq!(room.state("a1"), VisitState::Arrived);
    assert!(!room.page(&cookie).await.contains("<option value=\"Room 1\" selected>"));
    room.serving.stop().await;
}

/// Every page that is open hears of a call.
#[tokio::test]
async fn a_call_reaches_whoever_looks() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    let (ana, ben) = (room.sign_in_at("ana", "Room 1").await, room.sign_in("ben").await);
    let mut live = tokio::net::TcpStream::connect(room.addr()).await.unwrap();
    let request = format!("GET /live HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", room.addr(), ben.0);
    live.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    // The desk takes revisions by itself as well, for its kiosks and for the day: what is waited for is the first that
    // is late enough.
    let mut revision = async |least: u64| {
        loop {
            let event = "event: revision\ndata: ";
            let found = heard
                .rsplit(event)
                .next()
                .filter(|_| heard.contains(event))
                .map(|rest| rest.lines().next().unwrap_or_default());
            let found = found.filter(|_| heard.ends_with("\n\r\n")).and_then(|found| found.parse::<u64>().ok());
            if let Some(found) = found.filter(|found| *found >= least) {
                return found;
            }
            let mut bytes = [0; 1024];
            let read = tokio::time::timeout(PATIENCE, live.read(&mut bytes)).await.unwrap().unwrap();
            assert!(read > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    };
    revision(0).await;
    let last = || room.place.desk.with_store(|store| store.revision()).unwrap();
    let before = last();
    assert_eq!(room.post(&ana, "/queue/next", &[("appointment", "a1")]).await.status, 303);
    let called = last();
    assert!(called > before, "a call is a change");
    let heard = revision(called).await;
    let list = http(room.addr(), "GET", "/list", &[("cookie", &ben.0)], "").await;
    let shown = list
        .body
        .split("data-revision=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .and_then(|n| n.parse::<u64>().ok());
    assert!(shown.is_some_and(|shown| shown >= heard), "{shown:?} is not older than {heard}");
    assert!(row(&list.body, "a1").contains("Called to Room 1 by ana"));
    room.serving.stop().await;
}

/// The rows that a part of the page has as a whole, and those of which it has the place alone.
fn rows(list: &str) -> (Vec<&str>, Vec<&str>) {
    let ids = |before: &str| {
        list.split(before).skip(1).filter_map(|rest| rest.split("id=\"row-").nth(1)?.split('"').next()).collect()
    };
    let kept = list
        .split("<li id=\"row-")
        .skip(1)
        .filter(|rest| rest.split('>').next().is_some_and(|tag| tag.ends_with("data-kept")));
    (ids("<li class=\"row"), kept.filter_map(|rest| rest.split('"').next()).collect())
}

fn drawn(list: &str) -> &str {
    list.split("data-drawn=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
}

#[tokio::test]
async fn a_browser_is_sent_what_it_does_not_show_yet() {
    let room = Room::open(clinic()).await;
    for (n, visit) in ["a1", "b1", "c1", "d1"].into_iter().enumerate() {
        arrives(&room.place, 1 + n as u32, &[visit]);
    }
    let (ana, ben) = (room.sign_in("ana").await, room.sign_in_at("ben", "Room 1").await);
    let get = async |who: &(String, String), query: &str| {
        http(room.addr(), "GET", &format!("/list{query}"), &[("cookie", &who.0)], "").await.body
    };
    let first = get(&ana, "").await;
    assert_eq!(rows(&first), (vec!["b1", "a1", "d1", "c1", "e1"], vec![]), "everything at first");
    let again = get(&ana, &format!("?since={}", drawn(&first))).await;
    assert_eq!(rows(&again), (vec![], vec!["b1", "a1", "d1", "c1", "e1"]), "and nothing of it again");
    assert!(again.len() * 2 < first.len(), "{} of {}", again.len(), first.len());

    // Ben calls: that row is another one, and the others are where they were.
    assert_eq!(room.post(&ben, "/visit/call", &[("appointment", "c1")]).await.status, 303);
    let after = get(&ana, &format!("?since={}", drawn(&first))).await;
    assert_eq!(rows(&after), (vec!["c1"], vec!["b1", "a1", "d1", "e1"]));
    let called = after.find("id=\"called\"").unwrap();
    assert!(
        after.find("id=\"row-c1\"").unwrap() > called && after.find("id=\"row-d1\"").unwrap() < called,
        "in their places"
    );
    // With who was first in a line all behind are others. Whoever missed the call before gets that too, and whoever has
    // it does not.
    assert_eq!(room.post(&ben, "/visit/call", &[("appointment", "b1")]).await.status, 303);
    assert_eq!(rows(&get(&ana, &format!("?since={}", drawn(&first))).await).0, ["a1", "d1", "c1", "b1"]);
    assert_eq!(rows(&get(&ana, &format!("?since={}", drawn(&after))).await).0, ["a1", "d1", "b1"]);
    // Of what was never sent here nothing is left out.
    for since in ["", "x", "0123456789ab.1", &format!("{}9", drawn(&after)), &drawn(&after).replace('.', "")] {
        assert_eq!(rows(&get(&ana, &format!("?since={since}")).await).0.len(), 5, "{since}");
    }
    room.serving.stop().await;
}

#[tokio::test]
async fn what_is_drawn_for_all_holds_nothing_of_anybodys_own() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    let (ana, ben) = (room.sign_in("ana").await, room.sign_in("ben").await);
    let on = room.post(&ben, "/here", &[("appointment", "a1")]).await;
    assert_eq!(on.status, 204);
    for (who, other, told) in [(&ana, &ben, true), (&ben, &ana, false)] {
        let first = room.page(&who.0).await;
        let list = http(room.addr(), "GET", "/list", &[("cookie", &who.0)], "").await.body;
        for page in [&first, &list] {
            assert!(
                page.matches(&who.1).count() >= 3 && !page.contains(&other.1),
                "each form has the token of its own session"
            );
            assert_eq!(row(page, "a1").contains("ben is on this"), told);
            assert!(
                row(page, "a1").contains("just now")
                    && !page.contains("<!token")
                    && !page.contains("<!since")
                    && !page.contains("<!on-it")
            );
        }
    }
    room.place.clock.advance(Duration::from_secs(125));
    assert!(row(&room.page(&ana.0).await, "a1").contains("2 min"));
    room.serving.stop().await;
}

#[tokio::test]
async fn each_step_in_a_queue_is_in_the_audit() {
    let room = Room::open(clinic()).await;
    arrives(&room.place, 1, &["a1"]);
    let ana = room.sign_in_at("ana", "Room 1").await;
    for path in
        ["/visit/call", "/visit/call-again", "/visit/hold", "/visit/back", "/visit/call", "/visit/start", "/visit/done"]
    {
        assert_eq!(room.post(&ana, path, &[("appointment", "a1")]).await.status, 303, "{path}");
    }
    let rows = room.place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1_000)).unwrap();
    let mut steps: Vec<&str> = rows
        .iter()
        .filter(|row| row.user == "ana" && row.about.contains("a1"))
        .map(|row| row.action.as_str())
        .collect();
    steps.reverse();
    assert!(rows.iter().all(|row| !row.about.contains("a1") || !row.patient.is_empty()), "each says about whom");
    assert_eq!(steps, ["call", "call-again", "hold", "back", "call", "start", "done"]);
    assert!(matches!(room.place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
    room.serving.stop().await;
}
