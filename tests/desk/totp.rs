//! The second step of signing in, and one's own account: set up, used once, lost, required, turned off.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::DeskOptions;
use arrivals::desk::http::serve::Serving;
use arrivals::desk::page::{Needs, ROUTES};
use arrivals::desk::store::{AuditSearch, Verified};
use arrivals::domain::staff::Role;
use arrivals::domain::staff::SecondStepFor;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::page::sign_in;
use super::support::{Answer, PASSWORD, Place, form, http, place};

/// What an app shows at the clock's time, so many steps of 30 seconds from now.
fn app(place: &Place, secret: &str, steps: i64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|c| format!("{:05b}", alphabet.find(c).unwrap())).collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|eight| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap())
        .collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(place.clock.now().as_second() / 30 + steps).to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes([tag[at] & 127, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

async fn desk(whom: SecondStepFor) -> (Place, Serving) {
    let mut place = place();
    place.desk = place.opened_with(DeskOptions::default().second_step_for(whom));
    for (name, role) in [("ana", Role::Desk), ("ben", Role::Desk), ("abe", Role::Admin)] {
        place.desk.add_user(name, PASSWORD, role).unwrap();
    }
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    (place, serving)
}

/// Somebody who is signed in.
struct Browser {
    addr: SocketAddr,
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn with(addr: SocketAddr, cookie: String) -> Self {
        let csrf = http(addr, "GET", "/account", &[("cookie", &cookie)], "").await.csrf();
        Self { addr, cookie, csrf }
    }

    async fn of(addr: SocketAddr, name: &str) -> Self {
        Self::with(addr, sign_in(addr, name, PASSWORD).await.cookies()).await
    }

    async fn get(&self, path: &str) -> Answer {
        http(self.addr, "GET", path, &[("cookie", &self.cookie)], "").await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let all: Vec<_> = [("csrf", self.csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(self.addr, path, &self.cookie, &all).await
    }

    /// Sets the second step up, and answers the secret and the recovery codes.
    async fn enrol(&self, place: &Place) -> (String, Vec<String>) {
        assert_eq!(self.post("/account/begin", &[("password", PASSWORD)]).await.status, 303);
        let secret = secret_on(&self.get("/account").await);
        let on = self.post("/account/confirm", &[("code", &app(place, &secret, 0))]).await;
        assert_eq!(on.status, 200, "{}", on.body);
        let list = on.body.split("<ol").nth(1).unwrap().split("</ol>").next().unwrap();
        let codes = list.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
        place.clock.advance(Duration::from_secs(60));
        (secret, codes)
    }
}

fn secret_on(page: &Answer) -> String {
    let shown = page.body.split("class=\"secret\">").nth(1).unwrap_or_default().split('<').next().unwrap_or_default();
    shown.replace(' ', "")
}

/// The password is typed: the cookies of the browser that waits for the code, and the form's token.
async fn half(addr: SocketAddr, name: &str) -> (String, String) {
    let answer = sign_in(addr, name, PASSWORD).await;
    assert!(answer.status == 303 && answer.head.contains("location: /sign-in/code\r\n"), "{}", answer.head);
    assert!(!answer.head.contains("arrivals_session"), "no session before the code");
    let half = answer.cookies();
    let page = http(addr, "GET", "/sign-in/code", &[("cookie", &half)], "").await;
    assert!(page.status == 200 && page.body.contains("Two-step verification"));
    (format!("{half}; {}", page.cookies()), page.csrf())
}

async fn type_code(addr: SocketAddr, (cookies, csrf): &(String, String), code: &str) -> Answer {
    form(addr, "/sign-in/code", cookies, &[("csrf", csrf), ("code", code)]).await
}

#[tokio::test]
async fn a_code_is_asked_for_once_it_was_confirmed_and_is_used_once() {
    let (place, serving) = desk(SecondStepFor::Nobody).await;
    let addr = serving.addr;
    let ana = Browser::of(addr, "ana").await;
    let wrong = ana.post("/account/begin", &[("password", "wrong horse")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Incorrect password"));
    assert_eq!(ana.post("/account/begin", &[("password", PASSWORD)]).await.status, 303);
    let page = ana.get("/account").await;
    let secret = secret_on(&page);
    assert!(
        secret.len() == 32 && page.body.contains("<svg class=\"square-code\"") && !page.body.contains("otpauth"),
        "{}",
        page.body
    );
    assert_eq!(
        sign_in(addr, "ana", PASSWORD).await.cookies().matches("arrivals_session").count(),
        1,
        "not confirmed yet"
    );
    assert_eq!(ana.post("/account/confirm", &[("code", "000000")]).await.status, 422);
    let first = app(&place, &secret, 0);
    let on = ana.post("/account/confirm", &[("code", &format!("{} {}", &first[..3], &first[3..]))]).await;
    assert!(
        on.status == 200 && on.body.matches("<li>").count() >= 10 && on.body.contains("they are not shown again"),
        "{}",
        on.body
    );
    let later = ana.get("/account").await;
    assert!(later.body.contains("10 of 10 recovery codes") && secret_on(&later).is_empty(), "nothing is shown twice");

    let waiting = half(addr, "ana").await;
    let opened = http(addr, "GET", "/list", &[("cookie", &waiting.0)], "").await;
    assert_eq!(opened.status, 401, "a password alone opens nothing");
    assert_eq!(type_code(addr, &waiting, &first).await.status, 401, "the code of the confirmation is used up");
    assert_eq!(
        type_code(addr, &("arrivals_half=0".to_owned(), waiting.1.clone()), &app(&place, &secret, 1)).await.status,
        403
    );
    place.clock.advance(Duration::from_secs(60));
    let (waiting, other) = (half(addr, "ana").await, half(addr, "ana").await);
    let code = app(&place, &secret, 0);
    let welcome = type_code(addr, &waiting, &code).await;
    assert!(
        welcome.status == 303 && welcome.head.contains("arrivals_half=; ") && welcome.head.contains("location: /\r\n"),
        "{}",
        welcome.head
    );
    assert_eq!(http(addr, "GET", "/list", &[("cookie", &welcome.cookies())], "").await.status, 200);
    let again = type_code(addr, &other, &code).await;
    assert!(
        again.status == 303 && again.head.contains("/sign-in?late"),
        "signing in ends the other tries: {}",
        again.head
    );
    let other = half(addr, "ana").await;
    assert_eq!(type_code(addr, &other, &code).await.status, 401, "and the code is used up");
    assert_eq!(type_code(addr, &other, &app(&place, &secret, 1)).await.status, 303, "the next one counts already");
    serving.stop().await;
}

#[tokio::test]
async fn codes_are_guessed_no_faster_than_passwords_and_not_for_long() {
    let (place, serving) = desk(SecondStepFor::Nobody).await;
    let addr = serving.addr;
    let (secret, _) = Browser::of(addr, "ana").await.enrol(&place).await;
    let waiting = half(addr, "ana").await;
    for _ in 0..3 {
        assert_eq!(type_code(addr, &waiting, "123").await.status, 401);
    }
    assert_eq!(type_code(addr, &waiting, &app(&place, &secret, 0)).await.status, 429);
    assert_eq!(sign_in(addr, "ana", PASSWORD).await.status, 429, "the right password gives no new tries");
    place.clock.advance(Duration::from_secs(3));
    assert_eq!(type_code(addr, &waiting, "000000").await.status, 401);
    place.clock.advance(Duration::from_secs(3));
    assert_eq!(type_code(addr, &waiting, &app(&place, &secret, 0)).await.status, 429, "the wait grows");
    place.clock.advance(Duration::from_secs(2));
    assert_eq!(type_code(addr, &waiting, &app(&place, &secret, 0)).await.status, 303);
    let waiting = half(addr, "ana").await;
    place.clock.advance(Duration::from_secs(5 * 60));
    let late = type_code(addr, &waiting, &app(&place, &secret, 0)).await;
    assert!(late.status == 303 && late.head.contains("location: /sign-in?late"), "{}", late.head);
    assert!(http(addr, "GET", "/sign-in?late", &[], "").await.body.contains("within five minutes"));
    serving.stop().await;
}

#[tokio::test]
async fn a_recovery_code_signs_its_user_in_once() {
    let (place, serving) = desk(SecondStepFor::Nobody).await;
    let addr = serving.addr;
    let ana = Browser::of(addr, "ana").await;
    let (_, codes) = ana.enrol(&place).await;
    let (_, of_ben) = Browser::of(addr, "ben").await.enrol(&place).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(type_code(addr, &half(addr, "ana").await, &of_ben[0]).await.status, 401, "another user's");
    assert_eq!(type_code(addr, &half(addr, "ana").await, &codes[0].to_uppercase().replace('-', " ")).await.status, 303);
    assert_eq!(type_code(addr, &half(addr, "ana").await, &codes[0]).await.status, 401, "once");
    assert!(ana.get("/account").await.body.contains("9 of 10 recovery codes"));
    let new = ana.post("/account/codes", &[("password", PASSWORD)]).await;
    assert!(new.status == 200 && new.body.contains("10 of 10 recovery codes"));
    assert_eq!(
        type_code(addr, &half(addr, "ana").await, &codes[1]).await.status,
        401,
        "the earlier ones count no more"
    );
    let kept: Vec<u8> = ["desk.sqlite", "desk.sqlite-wal"]
        .iter()
        .flat_map(|name| std::fs::read(place.folder.path().join(name)).unwrap_or_default())
        .collect();
    for code in codes.iter().chain(&of_ben) {
        let plain = code.replace('-', "");
        assert!(
            !kept.windows(plain.len()).any(|window| window.eq_ignore_ascii_case(plain.as_bytes())),
            "a recovery code is kept as its hash alone"
        );
    }
    serving.stop().await;
}

#[tokio::test]
async fn who_must_have_the_second_step_opens_nothing_else_before() {
    let (place, serving) = desk(SecondStepFor::Admin).await;
    let addr = serving.addr;
    let abe = Browser::of(addr, "abe").await;
    let led = abe.get("/").await;
    assert!(led.status == 303 && led.head.contains("location: /account\r\n"), "{}", led.head);
    for path in ["/users", "/audit", "/changes", "/reports"] {
        assert_eq!(abe.get(path).await.status, 303, "{path}");
    }
    for path in ["/list", "/photo?kiosk=lobby&seq=1&field=insurance&side=front", "/reports.csv?figure=languages"] {
        assert_eq!(abe.get(path).await.status, 403, "{path}");
    }
    let refused = abe.post("/users/add", &[("name", "eve"), ("role", "admin"), ("password", PASSWORD)]).await;
    assert!(refused.status == 403 && refused.body.contains("Two-step verification required"));
    for (method, path, needs, ..) in ROUTES {
        let is_open = ["/account", "/account/{action}", "/sign-out", "/active", "/live", "/session"].contains(path);
        let expected = match needs {
            Needs::Page(_) => 303,
            Needs::Part(_) | Needs::Form(_) | Needs::Upload(_) => 403,
            _ => continue,
        };
        if !is_open {
            let answer = if *method == "GET" { abe.get(path).await } else { abe.post(path, &[]).await };
            assert_eq!(answer.status, expected, "{method} {path}");
        }
    }
    assert!(abe.get("/account").await.body.contains("Your role requires two-step verification"));
    let ana = Browser::of(addr, "ana").await;
    assert_eq!(ana.get("/").await.status, 200, "not hers");
    abe.enrol(&place).await;
    assert_eq!(abe.get("/users").await.status, 200, "at once");
    let off = abe.post("/account/off", &[("password", PASSWORD)]).await;
    assert!(off.status == 422 && off.body.contains("Your role requires two-step verification"));
    assert!(!off.body.contains("action=\"/account/off\""));
    half(addr, "abe").await;
    // A role that brings the duty does so at once.
    place.desk.set_role("ana", Role::Admin, "abe").unwrap();
    assert_eq!(ana.get("/list").await.status, 403);
    serving.stop().await;
}

#[tokio::test]
async fn a_lost_telephone_is_helped_by_an_admin_or_a_command() {
    let (place, serving) = desk(SecondStepFor::Nobody).await;
    let addr = serving.addr;
    let (ana, abe) = (Browser::of(addr, "ana").await, Browser::of(addr, "abe").await);
    ana.enrol(&place).await;
    let users = abe.get("/users").await;
    assert_eq!(users.body.matches("two-step verification on").count(), 1);
    assert_eq!(ana.post("/users/reset-totp", &[("name", "ana")]).await.status, 403, "not her own by this way");
    assert_eq!(abe.post("/users/reset-totp", &[("name", "nobody")]).await.status, 422);
    assert_eq!(abe.post("/users/reset-totp", &[("name", "ana")]).await.status, 303);
    assert_eq!(ana.get("/list").await.status, 401, "signed out everywhere");
    let ana = Browser::of(addr, "ana").await;
    assert_eq!(ana.get("/list").await.status, 200, "the password alone is enough again");
    ana.enrol(&place).await;
    let run = |arguments: &[&str]| {
        let desk = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .arg("--data")
            .arg(place.folder.path())
            .output()
            .unwrap();
        (desk.status.code(), String::from_utf8(desk.stdout).unwrap())
    };
    assert_eq!(run(&["user", "list"]).1, "abe  admin\nana  desk  two-step verification\nben  desk\n");
    assert_eq!(run(&["user", "reset-totp", "nobody"]).0, Some(1));
    assert_eq!(
        run(&["user", "reset-totp", "Ana"]),
        (Some(0), "two-step verification is off for user ana\n".to_owned())
    );
    assert_eq!(ana.get("/list").await.status, 401);
    let ana = Browser::of(addr, "ana").await;
    ana.enrol(&place).await;
    assert_eq!(ana.post("/account/off", &[("password", "wrong horse")]).await.status, 422);
    assert_eq!(ana.post("/account/off", &[("password", PASSWORD)]).await.status, 200);
    assert_eq!(Browser::of(addr, "ana").await.get("/list").await.status, 200);
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let noted: Vec<String> = rows
        .iter()
        .rev()
        .filter(|row| row.action.starts_with("second"))
        .map(|row| format!("{} {} {}", row.user, row.action, row.about))
        .collect();
    assert_eq!(
        noted,
        [
            "ana second-step-on user ana",
            "abe second-step-reset user ana",
            "ana second-step-on user ana",
            "(command) second-step-reset user ana",
            "ana second-step-on user ana",
            "ana second-step-off user ana",
        ]
    );
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
    serving.stop().await;
}

#[tokio::test]
async fn one_changes_ones_own_password_and_ends_other_sessions() {
    let (_place, serving) = desk(SecondStepFor::Nobody).await;
    let addr = serving.addr;
    let (ana, elsewhere, ben) =
        (Browser::of(addr, "ana").await, Browser::of(addr, "ana").await, Browser::of(addr, "ben").await);
    for (now, new, words) in [
        ("wrong horse", "battery staple", "Incorrect password"),
        (PASSWORD, "tiny-pw", "A password has at least 8 characters"),
    ] {
        let answer = ana.post("/account/password", &[("password", now), ("new_password", new)]).await;
        assert!(answer.status == 422 && answer.body.contains(words) && !answer.body.contains(new), "{}", answer.body);
    }
    assert_eq!(elsewhere.get("/list").await.status, 200);
    assert_eq!(
        ana.post("/account/password", &[("password", PASSWORD), ("new_password", "battery staple")]).await.status,
        200
    );
    assert_eq!(
        (ana.get("/list").await.status, elsewhere.get("/list").await.status, ben.get("/list").await.status),
        (200, 401, 200)
    );
    assert_eq!(sign_in(addr, "ana", PASSWORD).await.status, 401);
    let elsewhere = Browser::with(addr, sign_in(addr, "ana", "battery staple").await.cookies()).await;
    let ended = ana.post("/account/elsewhere", &[]).await;
    assert!(ended.status == 200 && ended.body.contains("signed out of one other session"));
    assert_eq!(
        (ana.get("/list").await.status, elsewhere.get("/list").await.status, ben.get("/list").await.status),
        (200, 401, 200)
    );
    // Guessing the password from an open session is as slow as at the sign-in.
    for _ in 0..3 {
        assert_eq!(ana.post("/account/begin", &[("password", "wrong horse")]).await.status, 422);
    }
    assert!(ana.post("/account/begin", &[("password", "battery staple")]).await.body.contains("Wait"));
    assert_eq!(ana.post("/account/dance", &[]).await.status, 404);
    serving.stop().await;
}
