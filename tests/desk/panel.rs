//! The page of one person: what it shows, its buttons, who is on it, and that all of it is escaped and noted.

use std::time::Duration;

use arrivals::desk::store::AuditSearch;
use arrivals::domain::queue::VisitState;
use arrivals::domain::staff::Role;

use super::page::{ready, sign_in};
use super::queue::id;
use super::support::{Answer, PASSWORD, Place, TOKEN_A, checked_in, form, http, post_of};

async fn get(addr: std::net::SocketAddr, path: &str, cookie: &str) -> Answer {
    http(addr, "GET", path, &[("cookie", cookie)], "").await
}

fn noted(place: &Place, action: &str) -> Vec<String> {
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1000)).unwrap();
    rows.into_iter().filter(|row| row.action == action).map(|row| format!("{} {}", row.user, row.about)).collect()
}

#[tokio::test]
async fn a_person_is_shown_whole_and_it_is_noted_once() {
    let (place, serving, cookie) = ready().await;
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let page = get(serving.addr, "/visit?appointment=apt-0001", &cookie).await;
    assert_eq!(page.status, 200);
    for shown in [
        "Alfonso Dietrich",
        "06/02/1962 (64 y)",
        "Insurance needs review",
        "555-267-1659",
        "checked in with ticket A1, Spanish, call by first name",
        "Undo check-in",
        "Print ticket",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    assert!(
        !page.head.contains("Dietrich") && page.body.contains("<title>Patient - Arrivals desk</title>"),
        "a title stays in the browser's history"
    );
    let now = get(serving.addr, "/visit/now?appointment=apt-0001", &cookie).await;
    assert!(now.status == 200 && now.body.contains("Alfonso Dietrich") && !now.body.contains("<html"));
    assert_eq!(noted(&place, "saw-visit"), ["ana appointment apt-0001"], "not again at each refresh");
    place.clock.advance(Duration::from_secs(14 * 60));
    get(serving.addr, "/list", &cookie).await;
    place.clock.advance(Duration::from_secs(60));
    assert_eq!(get(serving.addr, "/visit?appointment=apt-0001", &cookie).await.status, 200);
    assert_eq!(noted(&place, "saw-visit").len(), 2);
    for nobody in
        ["/visit", "/visit?appointment=nobody", "/visit/now?appointment=nobody", "/ticket.pdf?appointment=apt-0002"]
    {
        assert!([404, 400].contains(&get(serving.addr, nobody, &cookie).await.status), "{nobody}");
    }
    let list = get(serving.addr, "/list", &cookie).await.body;
    assert!(list.contains("href=\"/visit?appointment=apt-0001\""));
    serving.stop().await;
}

#[tokio::test]
async fn the_buttons_of_the_page_lead_back_to_it() {
    let (place, serving, cookie) = ready().await;
    let page = get(serving.addr, "/visit?appointment=apt-0001", &cookie).await;
    let csrf = page.csrf();
    assert!(page.body.contains("action=\"/visit/check-in\"") && !page.body.contains("Print ticket"));
    let referer = format!("http://{}/visit?appointment=apt-0001", serving.addr);
    let post = async |action: &str, more: &str, live: bool| {
        let mut headers = vec![
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", cookie.as_str()),
            ("referer", &referer),
        ];
        if live {
            headers.push(("x-live", "1"));
        }
        http(
            serving.addr,
            "POST",
            &format!("/visit/{action}"),
            &headers,
            &format!("csrf={csrf}&appointment=apt-0001{more}"),
        )
        .await
    };
    let done = post("check-in", "&call_as=first-name&language=ar", false).await;
    assert!(done.status == 303 && done.head.contains("location: /visit?appointment=apt-0001"), "{}", done.head);
    let visit = || place.desk.visit(&id("apt-0001")).unwrap().unwrap();
    assert_eq!((visit().state, visit().ticket.unwrap().number.to_string()), (VisitState::Arrived, "D1".to_owned()));
    let body = get(serving.addr, "/visit?appointment=apt-0001", &cookie).await.body;
    assert!(body.contains("checked in at the desk with ticket D1, Arabic, call by first name"));
    assert!(
        body.contains("Call by ticket number") && !body.contains("id=\"do-undo-check-in\""),
        "the row's own undo does it"
    );

    let pdf = get(serving.addr, "/ticket.pdf?appointment=apt-0001", &cookie).await;
    assert!(
        pdf.status == 200
            && pdf.head.contains("application/pdf")
            && pdf.head.contains("ticket-D1.pdf")
            && pdf.body.starts_with("%PDF-")
    );
    assert_eq!(noted(&place, "saw-ticket"), ["ana appointment apt-0001"]);

    for (action, more, status) in [
        ("call-as", "&call_as=number", 303),
        ("call-as", "&call_as=number", 409),
        ("call-as", "&call_as=loud", 400),
        ("note-away", "", 400),
        ("not-come", "", 409),
        ("call-off", "", 409),
        ("undo-call-off", "", 409),
        ("cancel", "", 404),
        ("note", "&text=", 409),
        ("note", "&text=a%07b", 409),
        ("note", "&text=%3Cscript%3Ealert(1)%3C%2Fscript%3E%0D%0Atwo", 303),
        ("no-such-thing", "", 404),
        ("undo-check-in", "", 303),
    ] {
        assert_eq!(post(action, more, true).await.status, status, "{action}{more}");
    }
    let body = get(serving.addr, "/visit?appointment=apt-0001", &cookie).await.body;
    assert!(body.contains("&lt;script&gt;alert(1)&lt;/script&gt;\ntwo") && !body.contains("<script>alert"));
    assert!(get(serving.addr, "/list", &cookie).await.body.contains("note-flag"));
    assert_eq!(visit().ticket, None);
    serving.stop().await;
}

#[tokio::test]
async fn the_others_see_who_is_on_somebody() {
    let (place, serving, ana) = ready().await;
    place.desk.add_user("ben", PASSWORD, Role::Desk).unwrap();
    let ben = sign_in(serving.addr, "ben", PASSWORD).await.cookies();
    assert_eq!(get(serving.addr, "/visit?appointment=apt-0001", &ana).await.status, 200);
    let is_on = async |cookie: &str, who: &str| {
        get(serving.addr, "/list", cookie).await.body.contains(&format!("{who} is on this"))
    };
    assert!(is_on(&ben, "ana").await && !is_on(&ana, "ana").await);
    let page = get(serving.addr, "/visit?appointment=apt-0001", &ben).await;
    assert!(page.body.contains("ana is on this"));
    assert!(is_on(&ana, "ben").await);
    // The page says that it is closed, or nothing any more.
    let csrf = page.csrf();
    assert_eq!(
        form(serving.addr, "/here", &ben, &[("csrf", &csrf), ("appointment", "apt-0001"), ("gone", "1")]).await.status,
        204
    );
    assert!(!is_on(&ana, "ben").await);
    place.clock.advance(Duration::from_secs(50));
    assert!(is_on(&ben, "ana").await);
    place.clock.advance(Duration::from_secs(20));
    assert!(!is_on(&ben, "ana").await, "over by itself");
    // Somebody who stays is no news each time; who comes and goes is.
    let revision = || place.desk.with_store(|store| store.revision()).unwrap();
    let here = async || form(serving.addr, "/here", &ben, &[("csrf", &csrf), ("appointment", "apt-0001")]).await.status;
    assert_eq!(here().await, 204);
    let came = revision();
    place.clock.advance(Duration::from_secs(30));
    assert_eq!(here().await, 204);
    assert_eq!(revision(), came);
    place.clock.advance(Duration::from_secs(61));
    place.desk.end_presence().unwrap();
    assert!(revision() > came);
    assert_eq!(form(serving.addr, "/here", &ben, &[("csrf", &csrf), ("appointment", "nobody")]).await.status, 204);
    assert!(place.desk.with_store(|store| store.on_it(place_now(&place))).unwrap().is_empty());
    // It keeps no session: nobody works.
    place.clock.advance(Duration::from_secs(16 * 60));
    assert_eq!(here().await, 401);
    serving.stop().await;
}

fn place_now(place: &Place) -> jiff::Timestamp {
    arrivals::clock::Clock::now(&place.clock)
}

#[tokio::test]
async fn a_walk_in_is_typed_and_what_is_wrong_stays_typed() {
    let (place, serving, cookie) = ready().await;
    let page = get(serving.addr, "/walk-in", &cookie).await;
    let csrf = page.csrf();
    let send = async |born: &str, given: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("given", given),
            ("family", "Quick"),
            ("born", born),
            ("category", "walk-in"),
            ("language", "es"),
            ("call_as", "number"),
        ];
        form(serving.addr, "/walk-in", &cookie, &fields).await
    };
    for (born, given) in
        [("31/12/1990", "Zoë"), ("1/2/2990", "Zoë"), ("", "Zoë"), ("2/3/1990", " "), ("2/3/1990", "a\u{202e}b")]
    {
        let answer = send(born, given).await;
        assert_eq!(answer.status, 422, "{born} {given}");
        assert!(answer.body.contains("value=\"Quick\"") && answer.body.contains("role=\"alert\""));
    }
    let answer = send("2/3/1990", "Zoë").await;
    assert!(
        answer.status == 303 && answer.head.contains("location: /visit?appointment=walk-in-2026-11-23-D1"),
        "{}",
        answer.head
    );
    let page = get(serving.addr, "/visit?appointment=walk-in-2026-11-23-D1", &cookie).await.body;
    assert!(page.contains("Zoë Quick") && page.contains("02/03/1990") && page.contains("added a walk-in"));
    assert_eq!(place.desk.visit(&id("walk-in-2026-11-23-D1")).unwrap().unwrap().state, VisitState::Arrived);
    serving.stop().await;
}
