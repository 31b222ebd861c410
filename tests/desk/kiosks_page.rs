//! The page of the kiosks: who may do what there, and what it answers.

use std::time::Duration;

use arrivals::desk::store::{AuditSearch, COMMAND};
use arrivals::domain::ids::KioskId;
use arrivals::domain::kiosk::{OrderEnd, OrderStage};
use arrivals::domain::staff::Role;
use arrivals::sync::wire::{Condition, DeviceHealth, Health, Orders};

use super::kiosks::{lobby, say, well};
use super::page::{ready, sign_in};
use super::support::{PASSWORD, PATIENCE, Place, TOKEN_A, checked_in, form, http, morning, post_of};

async fn as_role(place: &Place, addr: std::net::SocketAddr, role: Role) -> (String, String) {
    place.desk.add_user(role.code(), PASSWORD, role).unwrap();
    let cookie = sign_in(addr, role.code(), PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await.csrf();
    (cookie, csrf)
}

#[tokio::test]
async fn everybody_at_the_desk_may_send_patients_on_and_who_restarts_and_lets_in_is_somebody_higher() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    let mut who = Vec::new();
    for role in Role::ALL {
        who.push((role, as_role(&place, addr, role).await));
    }
    for (path, fields, least) in [
        ("/kiosks/order/out-of-service", vec![("text", "Completed & canceled")], Role::Desk),
        ("/kiosks/order/in-service", vec![], Role::Desk),
        ("/kiosks/order/say", vec![("text", "Hello")], Role::Desk),
        ("/kiosks/restart", vec![], Role::Supervisor),
        ("/kiosks/place", vec![("place", "By the stairs")], Role::Supervisor),
        ("/kiosks/enrol/token", vec![], Role::Admin),
    ] {
        for (role, (cookie, csrf)) in &who {
            let before =
                place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1)).unwrap().remove(0).n;
            let fields: Vec<_> =
                [("csrf", csrf.as_str()), ("kiosk", "lobby")].into_iter().chain(fields.iter().copied()).collect();
            let answer = form(addr, path, cookie, &fields).await;
            let last = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1)).unwrap().remove(0);
            if role < &least {
                assert_eq!((answer.status, last.n), (403, before), "{path} {role:?}");
                continue;
            }
            assert_eq!(
                answer.status,
                if path.contains("enrol") { 200 } else { 303 },
                "{path} {role:?} {}",
                answer.body
            );
            if path.contains("enrol") || path.contains("order") || path.contains("restart") {
                assert_eq!((last.user.as_str(), last.about.as_str()), (role.code(), "kiosk lobby"), "{path}");
            }
        }
    }
    let pages = |path: &'static str| {
        let who = &who;
        async move {
            let mut pages = Vec::new();
            for (_, (cookie, _)) in who {
                pages.push(http(addr, "GET", path, &[("cookie", cookie)], "").await.body);
            }
            pages
        }
    };
    let shown = pages("/kiosks").await;
    assert_eq!(shown.iter().map(|page| page.contains("Yes, restart kiosk")).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(shown.iter().map(|page| page.contains("Enroll a kiosk")).collect::<Vec<_>>(), [false, false, true]);
    assert!(shown[0].contains("By the stairs") && shown[0].contains("“Hello”"));
    serving.stop().await;
}

#[tokio::test]
async fn a_new_kiosk_gets_its_token_once_and_what_will_not_do_is_said() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    let (cookie, csrf) = as_role(&place, addr, Role::Admin).await;
    for (kiosk, letter, at, said) in [
        ("lobby", "E", "", "Kiosk lobby already exists."),
        ("stairs", "B", "", "already uses this ticket prefix"),
        ("stairs", "DA", "", "two letters beginning with D are refused too"),
        ("stairs", "D", "", "D is reserved for the desk"),
        ("stairs", "7", "", "one or two letters from A to Z"),
        ("stairs", "EFG", "", "one or two letters from A to Z"),
        ("stairs", "", "", "one or two letters from A to Z"),
        ("two words", "E", "", "letters, digits, dots"),
        ("<b>", "E", "", "letters, digits, dots"),
        ("stairs", "E", &"x".repeat(121), "one line of at most 120"),
    ] {
        let answer = form(
            addr,
            "/kiosks/enrol/new",
            &cookie,
            &[("csrf", &csrf), ("kiosk", kiosk), ("letter", letter), ("place", at)],
        )
        .await;
        assert!(
            answer.status == 422 && answer.body.contains(said) && !answer.body.contains("<b>\""),
            "{kiosk} {letter}: {}",
            answer.body
        );
        assert!(
            answer.body.contains(&format!("value=\"{}\"", kiosk.replace('<', "&lt;").replace('>', "&gt;"))),
            "what was typed stays"
        );
        assert_eq!(place.desk.with_store(|store| store.kiosk_rows()).unwrap().len(), 2);
    }
    let fields = [("csrf", csrf.as_str()), ("kiosk", "stairs"), ("letter", "e"), ("place", "By the stairs")];
    let answer = form(addr, "/kiosks/enrol/new", &cookie, &fields).await;
    let token = answer.body.split("token = &quot;").nth(1).unwrap().split("&quot;").next().unwrap().to_owned();
    assert!(answer.status == 200 && answer.body.contains("letter = &quot;E&quot;") && answer.head.contains("no-store"));
    assert_eq!(place.desk.kiosk_of(&token).unwrap(), Some(KioskId::from("stairs")));
    let page = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await.body;
    assert!(page.contains("By the stairs") && !page.contains(&token));
    let fields = [("csrf", csrf.as_str()), ("kiosk", "stairs")];
    let again = form(addr, "/kiosks/enrol/token", &cookie, &fields).await;
    assert!(again.status == 200 && again.body.contains("no longer works"));
    assert_eq!(place.desk.kiosk_of(&token).unwrap(), None);
    let gone = form(addr, "/kiosks/enrol/token", &cookie, &[("csrf", &csrf), ("kiosk", "nowhere")]).await;
    assert_eq!(gone.status, 422);
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 3)).unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.user.as_str(), row.action.as_str(), row.about.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("admin", "kiosk-enrolled", "kiosk stairs"),
            ("admin", "kiosk-placed", "kiosk stairs"),
            ("admin", "kiosk-enrolled", "kiosk stairs")
        ]
    );
    serving.stop().await;
}

#[tokio::test]
async fn an_alarm_is_on_every_page_until_somebody_has_seen_it() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.desk.place_kiosk(&lobby(), "Main lobby").unwrap();
    place.desk.set_role("ana", Role::Admin, COMMAND).unwrap();
    let broken = DeviceHealth { is: Condition::Failed, why: "<i>out</i> of paper".into() };
    say(&place, Health { printer: broken, ..well(morning()) }).await;
    place.desk.watch_kiosks().unwrap();
    let get = async |path: &str| http(addr, "GET", path, &[("cookie", &cookie)], "").await.body;
    let sentence = "<b>Kiosk lobby</b> (Main lobby): printer: &lt;i&gt;out&lt;/i&gt; of paper";
    for path in ["/", "/changes", "/kiosks", "/audit", "/users", "/alarms"] {
        assert!(get(path).await.contains(sentence), "{path}");
    }
    let page = get("/alarms").await;
    let since = page.split("name=\"since\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let csrf = get("/").await.split("name=\"csrf\" value=\"").nth(1).unwrap()[..64].to_owned();
    let fields = |since: &'static str| [("kiosk", "lobby"), ("alarm", "printer"), ("since", since)];
    let send = async |more: &[(&str, &str)]| {
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(more.iter().copied()).collect();
        form(addr, "/kiosks/seen", &cookie, &fields).await.status
    };
    assert_eq!(send(&fields("yesterday")).await, 400);
    assert_eq!(send(&fields("2026-11-23T12:00:00Z")).await, 303, "an alarm of before");
    assert!(get("/").await.contains(sentence));
    assert_eq!(send(&[("kiosk", "lobby"), ("alarm", "printer"), ("since", &since)]).await, 303);
    for path in ["/", "/changes", "/audit", "/users", "/alarms"] {
        assert!(!get(path).await.contains("of paper"), "{path}");
    }
    assert!(get("/kiosks").await.contains("Acknowledged by ana at 8:00 AM"));
    serving.stop().await;
}

#[tokio::test]
async fn health_travels_over_http_and_nonsense_is_answered_in_a_sentence() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let token = format!("Bearer {TOKEN_A}");
    let post = async |token: &str, body: &str| {
        http(addr, "POST", "/api/kiosk/health?wait_seconds=0", &[("authorization", token)], body).await
    };
    let body = serde_json::to_string(&well(morning())).unwrap();
    assert_eq!(serde_json::from_str::<Orders>(&post(&token, &body).await.body).unwrap(), Orders::default());
    for (token, body, status) in
        [("Bearer x", body.as_str(), 401), (&token, "{}", 400), (&token, "", 400), (&token, "{\"now\":\"Zoë\"}", 400)]
    {
        let answer = post(token, body).await;
        assert!(answer.status == status && !answer.body.contains("Zoë"), "{answer:?}");
    }
    let page = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await;
    assert!(
        page.body.contains("Working") && page.body.contains("52 °C") && page.body.contains("8.7 GiB free"),
        "{}",
        page.body
    );
    // Silent by the clock, and every open page hears of it.
    let before = place.desk.with_store(|store| store.revision()).unwrap();
    place.clock.advance(Duration::from_secs(90));
    let began = std::time::Instant::now();
    while place.desk.with_store(|store| store.revision()).unwrap() == before {
        assert!(began.elapsed() < PATIENCE, "nobody looks");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(http(addr, "GET", "/alarms", &[("cookie", &cookie)], "").await.body.contains("offline since 8:00 AM"));
    serving.stop().await;
}

#[tokio::test]
async fn the_page_of_a_person_has_their_kiosk_print_and_say_something_as_long_as_it_is_reached() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let get = async |path: &str| http(addr, "GET", path, &[("cookie", &cookie)], "").await;
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let visit = "/visit?appointment=apt-0001";
    assert!(
        get(visit).await.body.contains("The kiosk can't be reached right now."),
        "it posts, and does not tell how it is"
    );
    say(&place, well(morning())).await;
    let page = get(visit).await;
    assert!(page.body.contains("At kiosk lobby") && page.body.contains("Print A1 again at the kiosk"), "{}", page.body);
    assert!(!get("/visit?appointment=apt-0002").await.body.contains("At kiosk"), "nobody checked in there");
    let csrf = page.csrf();
    for (path, name, value) in
        [("/kiosks/order/say", "text", "Your card is still here"), ("/kiosks/order/print-again", "ticket", "A1")]
    {
        let fields = [("csrf", csrf.as_str()), ("kiosk", "lobby"), ("appointment", "apt-0001"), (name, value)];
        let answer = form(addr, path, &cookie, &fields).await;
        assert!(
            answer.status == 303 && answer.head.contains("location: /visit?appointment=apt-0001"),
            "{}",
            answer.head
        );
        let row = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 1)).unwrap().remove(0);
        assert!(row.action.starts_with("kiosk-") && !row.patient.is_empty(), "whom it was for: {row:?}");
    }
    let body = format!("csrf={csrf}&kiosk=lobby&appointment=apt-0001&ticket=A9");
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded"), ("x-live", "1")];
    let refused = http(addr, "POST", "/kiosks/order/print-again", &headers, &body).await;
    assert_eq!((refused.status, refused.body.as_str()), (409, "This kiosk did not give out that ticket today."));
    let told = say(&place, well(morning())).await;
    assert_eq!(told.len(), 2);
    let page = get(visit).await.body;
    assert!(page.contains("Kiosk lobby will print A1 again (ana, 8:00 AM)."), "{page}");
    // What became of it stands where it was ordered.
    let obeyed = told[1].id;
    for (is, why, at_the_visit, at_the_kiosk) in [
        (OrderStage::UnderWay, "", "Kiosk lobby will print A1 again (ana, 8:00 AM).", "in progress"),
        (
            OrderStage::NotDone,
            "<i>out</i> of paper",
            "Kiosk lobby couldn't print A1 again (8:00 AM): &lt;i&gt;out&lt;/i&gt; of paper.",
            "failed, 8:00 AM: &lt;i&gt;out",
        ),
    ] {
        let ends = vec![OrderEnd { order: obeyed, is, why: why.into() }];
        say(&place, Health { obeyed, ends, ..well(morning()) }).await;
        let (page, kiosks) = (get(visit).await.body, get("/kiosks").await.body);
        assert!(page.contains(at_the_visit), "{at_the_visit}: {page}");
        assert!(kiosks.contains(at_the_kiosk) && kiosks.contains("Print A1 again"), "{at_the_kiosk}: {kiosks}");
    }
    assert!(!get("/visit?appointment=apt-0002").await.body.contains("couldn't print"));
    serving.stop().await;
}
