//! Every address of the desk, tried by people who should not be there: without a session, with the wrong role, without
//! a form's token, with numbers that are nobody's; and what answers say to browsers.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::desk::page::{Needs, ROUTES, form_bytes_max};
use arrivals::desk::store::COMMAND;
use arrivals::domain::proposal::Field;
use arrivals::domain::staff::Role;

use super::page::{ready, sign_in};
use super::proposals::{NEW_PHONE, OLD_PHONE, change, says, send, text};
use super::support::{Answer, PASSWORD, Place, TOKEN_A, TOKEN_B, form, http};

pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// An address of the table that means something: a letter, a photo, a button.
pub fn address(path: &str) -> String {
    let path = path
        .replace("{action}", if path.starts_with("/changes") { "accept" } else { "seen" })
        .replace("{place}", "all")
        .replace("{wish}", "help");
    match path.as_str() {
        "/letter" | "/visit" | "/visit/now" | "/ticket.pdf" => path + "?appointment=apt-0001",
        "/photo" | "/photo/large" => path + "?kiosk=lobby&seq=1&field=phone&side=front",
        _ => path,
    }
}

/// Everything that a form of the desk may hold, all of it right but for the token.
pub fn everything(csrf: &str) -> String {
    format!(
        "csrf={csrf}&appointment=apt-0001&changes=lobby.1.phone.0&kiosk=lobby&seq=1&why=x&person=apt-0001&queue=x&\
         point=&alarm=printer&since=2026-11-23T13:00:00Z&q=Dietrich&given=A&family=B&born=1950-03-09&category=walk-in"
    )
}

/// Somebody is here with a change, whom nobody has seen to.
pub async fn busy() -> (Place, arrivals::desk::http::serve::Serving, String) {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    (place, serving, cookie)
}

/// Cookie and form token of an admin, who may open everything.
pub async fn admin(place: &Place, addr: SocketAddr) -> (String, String) {
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let cookie = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = call(addr, "GET", "/", &cookie, "").await.csrf();
    (cookie, csrf)
}

/// What staff and admins ever changed, as one text.
fn state(place: &Place) -> String {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let sql = "SELECT (SELECT COUNT(*) FROM staff_action) || ' ' || (SELECT group_concat(decision)
                   FROM proposal) || ' '
               || (SELECT group_concat(name || role || password_hash || COALESCE(removed_at, ''))
                   FROM staff_user) || ' '
               || (SELECT group_concat(id || letter || token_hash || place)
                   FROM kiosk) || ' ' || (SELECT group_concat(value) FROM meta) || (SELECT COUNT(*) FROM session)";
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn tells_nothing(answer: &Answer) -> bool {
    ["Dietrich", "Alfonso", "Bailey", OLD_PHONE, NEW_PHONE, ">ana<"]
        .iter()
        .all(|personal| !answer.body.contains(personal))
}

pub async fn call(addr: SocketAddr, method: &str, path: &str, cookie: &str, body: &str) -> Answer {
    http(addr, method, path, &[FORM, ("cookie", cookie)], body).await
}

#[tokio::test]
async fn no_address_opens_without_a_session() {
    let (place, serving, cookie) = busy().await;
    let csrf = call(serving.addr, "GET", "/", &cookie, "").await.csrf();
    let before = state(&place);
    let ended = {
        let other = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
        let csrf = call(serving.addr, "GET", "/", &other, "").await.csrf();
        call(serving.addr, "POST", "/sign-out", &other, &format!("csrf={csrf}")).await;
        other
    };
    let mut tried = 0;
    for (method, path, needs, ..) in ROUTES {
        for cookie in [
            "",
            "arrivals_session=",
            "arrivals_session=0123",
            "arrivals_session=' OR 1=1 --",
            &ended,
            &cookie.replace('a', "b"),
            "arrivals_form=x",
        ] {
            let path = address(path);
            let answer = call(serving.addr, method, &path, cookie, &everything(&csrf)).await;
            let expected = match needs {
                Needs::Nothing => continue,
                Needs::Page(_) => 303,
                Needs::Part(_) | Needs::Form(_) | Needs::Upload(_) | Needs::Board | Needs::Watch => 401,
                Needs::Ticket => 404,
            };
            assert_eq!(answer.status, expected, "{method} {path} with {cookie:?}");
            assert!(answer.status != 303 || answer.head.contains("location: /sign-in"), "{}", answer.head);
            assert!(tells_nothing(&answer), "{method} {path}: {}", answer.body);
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(state(&place), before);
    // The same once the session has ended by itself.
    place.clock.advance(Duration::from_secs(16 * 60));
    for (method, path, needs, ..) in ROUTES {
        // What a locked browser still hears: see the tests of locking.
        if *path == "/watch/live" {
            continue;
        }
        let path = address(path);
        let answer = call(serving.addr, method, &path, &cookie, &everything(&csrf)).await;
        if *needs == Needs::Watch {
            assert_eq!((answer.status, answer.body.as_str()), (200, "-"));
            continue;
        }
        let is_shut = matches!(answer.status, 303 | 401) || *needs == Needs::Ticket && answer.status == 404;
        assert!(*needs == Needs::Nothing || is_shut && tells_nothing(&answer), "{method} {path}");
    }
    assert_eq!(state(&place), before);
    serving.stop().await;
}

#[tokio::test]
async fn no_address_opens_to_a_lower_role() {
    let (place, serving, _) = busy().await;
    let mut cookies = Vec::new();
    for (name, role) in [("dee", Role::Desk), ("sue", Role::Supervisor), ("abe", Role::Admin)] {
        place.desk.add_user(name, PASSWORD, role).unwrap();
        cookies.push((role, sign_in(serving.addr, name, PASSWORD).await.cookies()));
    }
    let mut refused = 0;
    for (role, cookie) in &cookies {
        let csrf = call(serving.addr, "GET", "/", cookie, "").await.csrf();
        for (method, path, needs, ..) in
            ROUTES.iter().filter(|(_, path, ..)| !path.ends_with("/live") && *path != "/sign-out")
        {
            let (Needs::Page(least) | Needs::Part(least) | Needs::Form(least) | Needs::Upload(least)) = needs else {
                continue;
            };
            let before = state(&place);
            let path = address(path);
            let headers = [FORM, ("cookie", cookie), ("x-arrivals-token", &csrf)];
            let answer = http(serving.addr, method, &path, &headers, &everything(&csrf)).await;
            if role < least {
                assert!(answer.status == 403 && tells_nothing(&answer), "{role:?} {method} {path}");
                assert_eq!(state(&place), before, "{role:?} {method} {path}");
                refused += 1;
            } else {
                assert!(![401, 403].contains(&answer.status), "{role:?} {method} {path}: {}", answer.status);
            }
        }
    }
    assert!(refused > 0);
    // A role that is taken away counts at once.
    let (_, sue) = &cookies[1];
    assert_eq!(call(serving.addr, "GET", "/audit", sue, "").await.status, 200);
    place.desk.set_role("sue", Role::Desk, COMMAND).unwrap();
    assert_eq!(call(serving.addr, "GET", "/audit", sue, "").await.status, 403);
    serving.stop().await;
}

#[tokio::test]
async fn no_form_is_done_without_its_own_sessions_token() {
    let (place, serving, _) = busy().await;
    let addr = serving.addr;
    for name in ["abe", "eve"] {
        place.desk.add_user(name, PASSWORD, Role::Admin).unwrap();
    }
    let cookie = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = call(addr, "GET", "/", &cookie, "").await.csrf();
    let twice = sign_in(addr, "abe", PASSWORD).await.cookies();
    let of_another_session = call(addr, "GET", "/", &twice, "").await.csrf();
    let eve = sign_in(addr, "eve", PASSWORD).await.cookies();
    let of_another_user = call(addr, "GET", "/", &eve, "").await.csrf();
    assert!(csrf.len() == 64 && csrf != of_another_session && csrf != of_another_user);
    let before = state(&place);
    for (method, path, ..) in ROUTES.iter().filter(|(_, _, needs, ..)| matches!(needs, Needs::Form(_))) {
        let path = address(path);
        let whole = everything(&csrf);
        let in_parts = "multipart/form-data; boundary=x";
        let part = format!("--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x--\r\n");
        for (why, kind, query, body) in [
            ("none", FORM.1, String::new(), everything("").replace("csrf=&", "")),
            ("empty", FORM.1, String::new(), everything("")),
            ("short", FORM.1, String::new(), everything(&csrf[..63])),
            ("upper case", FORM.1, String::new(), everything(&csrf.to_uppercase())),
            ("another session's", FORM.1, String::new(), everything(&of_another_session)),
            ("another user's", FORM.1, String::new(), everything(&of_another_user)),
            ("a wrong one first", FORM.1, String::new(), format!("csrf=x&{whole}")),
            ("in the address", FORM.1, format!("?csrf={csrf}"), everything("")),
            ("nothing at all", FORM.1, String::new(), String::new()),
            ("as text", "text/plain", String::new(), whole.clone()),
            ("as JSON", "application/json", String::new(), format!("{{\"csrf\":\"{csrf}\"}}")),
            ("in parts", in_parts, String::new(), part),
        ] {
            let answer =
                http(addr, method, &format!("{path}{query}"), &[("content-type", kind), ("cookie", &cookie)], &body)
                    .await;
            assert!(answer.status == 403 && tells_nothing(&answer), "{path}: {why}: {}", answer.status);
        }
        // A link is no form, and where the form's page has the same address it shows the page alone.
        let status = call(addr, "GET", &format!("{path}?{whole}"), &cookie, "").await.status;
        let has_page = ROUTES.iter().any(|(method, its, ..)| *method == "GET" && *its == path);
        assert_eq!(status, if has_page { 200 } else { 404 }, "{path}");
    }
    for (method, path, ..) in ROUTES.iter().filter(|(_, _, needs, ..)| matches!(needs, Needs::Upload(_))) {
        for token in ["", "x", &csrf[..63], &of_another_session, &of_another_user] {
            let headers = [("cookie", cookie.as_str()), ("x-arrivals-token", token)];
            assert_eq!(
                http(addr, method, &format!("{path}?kind=csv&csrf={csrf}"), &headers, &csrf).await.status,
                403,
                "{path}: {token}"
            );
        }
    }
    assert_eq!(state(&place), before);
    serving.stop().await;
}

#[tokio::test]
async fn numbers_that_are_nobodys_open_nothing_and_are_not_repeated() {
    let (place, serving, _) = busy().await;
    let addr = serving.addr;
    let (cookie, csrf) = admin(&place, addr).await;
    let before = state(&place);
    let long = "9".repeat(4000);
    for odd in [
        "apt-9999",
        "nonsense-nonsense",
        "..%2F..%2Fdesk.sqlite",
        "%27%20OR%201%3D1%20--",
        "%00",
        "%FF%FE",
        "%0D%0Aset-cookie%3A%20a%3Db",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "-1",
        "18446744073709551616",
        "9223372036854775808",
        "%F0%9F%92%A9",
        "",
        &long,
    ] {
        for (method, path, body) in [
            ("GET", format!("/letter?appointment={odd}"), String::new()),
            ("GET", format!("/changes?appointment={odd}"), String::new()),
            ("GET", format!("/photo?kiosk={odd}&seq=1&field=phone&side=front"), String::new()),
            ("GET", format!("/photo?kiosk=lobby&seq={odd}&field=phone&side=front"), String::new()),
            ("GET", format!("/photo?kiosk=lobby&seq=1&field={odd}&side={odd}"), String::new()),
            ("GET", format!("/photo/large?kiosk={odd}&seq=1&field=phone&side=front&size={odd}"), String::new()),
            ("POST", "/visit/seen".to_owned(), format!("csrf={csrf}&appointment={odd}")),
            ("POST", format!("/visit/x{odd}"), format!("csrf={csrf}&appointment=apt-0001")),
            ("POST", "/stop/seen".to_owned(), format!("csrf={csrf}&kiosk={odd}&seq=1")),
            ("POST", "/stop/seen".to_owned(), format!("csrf={csrf}&kiosk=lobby&seq={odd}")),
            ("POST", "/changes/accept".to_owned(), format!("csrf={csrf}&appointment=apt-0001&changes={odd}")),
            ("POST", "/changes/accept".to_owned(), format!("csrf={csrf}&appointment={odd}&changes=annex.1.phone.0")),
            (
                "POST",
                "/changes/accept".to_owned(),
                format!("csrf={csrf}&appointment=apt-0001&changes=lobby.{odd}.phone.0"),
            ),
            ("POST", "/patient-data/show".to_owned(), format!("csrf={csrf}&patient={odd}")),
            ("POST", "/patient-data/confirm".to_owned(), format!("csrf={csrf}&patient={odd}")),
            (
                "POST",
                "/patient-data/export".to_owned(),
                format!("csrf={csrf}&patient={odd}&asked=in+person,+passport+seen"),
            ),
            (
                "POST",
                "/patient-data/remove".to_owned(),
                format!("csrf={csrf}&patient={odd}&number={odd}&asked=in+person,+passport+seen"),
            ),
            ("POST", "/kiosks/order/say".to_owned(), format!("csrf={csrf}&kiosk={odd}&text=x")),
            (
                "POST",
                "/kiosks/seen".to_owned(),
                format!("csrf={csrf}&kiosk={odd}&alarm={odd}&since=2026-11-23T13:00:00Z"),
            ),
            ("POST", "/kiosks/enrol/token".to_owned(), format!("csrf={csrf}&kiosk={odd}")),
            (
                "POST",
                "/changes/edit".to_owned(),
                format!("csrf={csrf}&appointment={odd}&changes={odd}.1.phone.0&value={odd}"),
            ),
        ] {
            let answer = call(addr, method, &path, &cookie, &body).await;
            assert!(matches!(answer.status, 303 | 400 | 403 | 404 | 422), "{method} {path} {body}: {}", answer.status);
            assert!(!answer.head.to_lowercase().contains("\r\nset-cookie: a=b"), "{}", answer.head);
            assert!(
                !["nonsense", "<script>alert", "desk.sqlite"].iter().any(|odd| answer.body.contains(odd)),
                "{method} {path}: {}",
                answer.body
            );
        }
        for path in [format!("/{odd}"), format!("/list/{odd}"), format!("/static/{odd}"), format!("/static/..%2F{odd}")]
        {
            let answer = call(addr, "GET", &path, "", "").await;
            assert!(matches!(answer.status, 303 | 400 | 404), "{path}: {}", answer.status);
            assert!(tells_nothing(&answer));
        }
    }
    assert_eq!(state(&place), before);
    serving.stop().await;
}

#[tokio::test]
async fn other_ways_to_write_an_address_or_to_ask_open_nothing() {
    let (place, serving, _) = busy().await;
    let before = state(&place);
    for path in [
        "//list",
        "/list/",
        "/LIST",
        "/./list",
        "/static/../list",
        "/%6cist",
        "/list%00",
        "/list;x",
        "/list?",
        "/list#x",
        "*",
    ] {
        let answer = call(serving.addr, "GET", path, "", "").await;
        assert!(matches!(answer.status, 400 | 401 | 404) && tells_nothing(&answer), "{path}: {}", answer.status);
    }
    for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POST", "get"] {
        for (_, path, needs, ..) in ROUTES {
            let answer = call(serving.addr, method, &address(path), "", "").await;
            let is_open = *needs == Needs::Nothing || *path == "/sign-in";
            assert!(
                is_open || matches!(answer.status, 303 | 400 | 401 | 404 | 405),
                "{method} {path}: {}",
                answer.status
            );
            assert!(tells_nothing(&answer), "{method} {path}");
        }
    }
    assert_eq!(state(&place), before);
    serving.stop().await;
}

#[tokio::test]
async fn whatever_is_uploaded_is_bounded() {
    let (place, serving, _) = busy().await;
    let addr = serving.addr;
    let (cookie, csrf) = admin(&place, addr).await;
    let before = state(&place);
    // A list has a limit of its own: see the tests of looking at one.
    for (method, path, needs, ..) in
        ROUTES.iter().filter(|(method, _, needs, ..)| *method == "POST" && !matches!(needs, Needs::Upload(_)))
    {
        let long = format!("{}&more={}", everything(&csrf), "x".repeat(form_bytes_max(path)));
        let answer = call(addr, method, &address(path), &cookie, &long).await;
        assert_eq!(
            answer.status,
            match needs {
                Needs::Nothing => 400,
                Needs::Ticket => 404,
                _ => 413,
            },
            "{path}"
        );
    }
    let token = format!("Bearer {TOKEN_A}");
    for (path, bytes, status) in [
        ("/api/kiosk/events", 1024 * 1024 + 1, 400),
        ("/api/kiosk/photo?seq=1&field=phone&side=front&total=9&hash=0", 64 * 1024 + 1, 400),
    ] {
        let answer = http(addr, "POST", path, &[("authorization", &token)], &"x".repeat(bytes)).await;
        assert!(answer.status == status && answer.body.contains("larger than"), "{path}: {answer:?}");
    }
    assert_eq!(state(&place), before);
    serving.stop().await;
}

#[tokio::test]
async fn kiosks_and_staff_cannot_use_each_others_doors() {
    let (place, serving, cookie) = busy().await;
    let addr = serving.addr;
    let before = state(&place);
    let routes = [
        ("GET", "/api/kiosk/feed"),
        ("POST", "/api/kiosk/events"),
        ("GET", "/api/kiosk/photo"),
        ("POST", "/api/kiosk/photo"),
    ];
    let upper = TOKEN_A.to_uppercase();
    for (method, path) in routes {
        for token in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic x",
            TOKEN_A,
            &format!("Bearer {upper}"),
            &format!("Bearer {TOKEN_A} {TOKEN_B}"),
            "Bearer ' OR 1=1 --",
        ] {
            let answer = http(addr, method, path, &[("authorization", token), ("cookie", &cookie)], "{}").await;
            assert!(answer.status == 401 && tells_nothing(&answer), "{method} {path} {token:?}: {answer:?}");
        }
    }
    let as_another = serde_json::to_string(&super::support::post_of("lobby", Vec::new())).unwrap();
    let answer =
        http(addr, "POST", "/api/kiosk/events", &[("authorization", &format!("Bearer {TOKEN_B}"))], &as_another).await;
    assert_eq!(answer.status, 401);
    for (method, path, needs, ..) in ROUTES.iter().filter(|(_, _, needs, ..)| *needs != Needs::Nothing) {
        let path = address(path);
        let token = format!("Bearer {TOKEN_A}");
        let answer = http(
            addr,
            method,
            &path,
            &[("authorization", &token), FORM, ("cookie", &format!("arrivals_session={TOKEN_A}"))],
            "",
        )
        .await;
        let is_shut = matches!(answer.status, 303 | 401) || *needs == Needs::Ticket && answer.status == 404;
        assert!(is_shut && tells_nothing(&answer), "{needs:?} {path}");
    }
    assert_eq!(state(&place), before);
    let foreign =
        form(addr, "/sign-in", "arrivals_form=", &[("csrf", ""), ("name", "ana"), ("password", PASSWORD)]).await;
    assert_eq!(foreign.status, 403);
    serving.stop().await;
}
