//! Guessing passwords: what holds up whom, who hears of it, and which passwords are refused.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::desk::DeskError;
use arrivals::desk::store::{AuditSearch, COMMAND};
use arrivals::domain::staff::Role;

use super::page::ready;
use super::support::{Answer, PASSWORD, form, http};

/// A try to sign in through a proxy that says where it comes from, with further cookies.
async fn try_from(addr: SocketAddr, source: Option<&str>, cookies: &str, name: &str, password: &str) -> Answer {
    let page = http(addr, "GET", "/sign-in", &[], "").await;
    let cookie = format!("{}; {cookies}", page.cookies());
    let body = format!("csrf={}&name={name}&password={}", page.csrf(), password.replace(' ', "+"));
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
    headers.extend(source.map(|source| ("x-forwarded-for", source)));
    http(addr, "POST", "/sign-in", &headers, &body).await
}

fn browser(answer: &Answer) -> String {
    answer.cookies().split("; ").find(|cookie| cookie.starts_with("arrivals_browser=")).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_stranger_cannot_lock_a_user_out() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    let known = browser(&try_from(addr, None, "", "ana", PASSWORD).await);
    assert_eq!(known.len(), "arrivals_browser=".len() + 64);
    for n in 0..30 {
        let answer = try_from(addr, Some("203.0.113.66"), "", "ana", "a wrong one").await;
        assert_eq!(answer.status, if n < 3 { 401 } else { 429 }, "{n}");
    }
    assert_eq!(try_from(addr, Some("198.51.100.7"), "", "ana", PASSWORD).await.status, 303, "from elsewhere");
    assert_eq!(try_from(addr, Some("203.0.113.66"), "", "ana", PASSWORD).await.status, 429, "from there");
    let again = try_from(addr, Some("203.0.113.66"), &known, "ana", PASSWORD).await;
    assert_eq!(again.status, 303, "from there, in a browser of hers");
    assert_ne!(browser(&again), known, "its cookie is another one after each sign-in");
    assert_eq!(
        try_from(addr, Some("203.0.113.66"), &known, "ana", PASSWORD).await.status,
        429,
        "and the earlier one is worth nothing"
    );
    let known = browser(&again);
    // Her own browser is guessed with no faster than any other, and is nobody else's.
    for _ in 0..3 {
        assert_eq!(try_from(addr, None, &known, "ana", "a wrong one").await.status, 401);
    }
    assert_eq!(try_from(addr, None, &known, "ana", PASSWORD).await.status, 429);
    assert_eq!(try_from(addr, Some("198.51.100.8"), "", "ana", PASSWORD).await.status, 303);
    place.clock.advance(Duration::from_secs(3));
    let known = browser(&try_from(addr, None, &known, "ana", PASSWORD).await);
    place.desk.add_user("ben", PASSWORD, Role::Desk).unwrap();
    for _ in 0..3 {
        try_from(addr, Some("203.0.113.66"), &known, "ben", "a wrong one").await;
    }
    assert_eq!(
        try_from(addr, Some("203.0.113.66"), &known, "ben", PASSWORD).await.status,
        429,
        "ana's browser is not ben's"
    );
    // After a reset by an administrator no browser is known.
    place.desk.set_password("ana", PASSWORD, COMMAND).unwrap();
    for _ in 0..2 {
        try_from(addr, Some("203.0.113.66"), &known, "ana", "a wrong one").await;
    }
    assert_eq!(try_from(addr, Some("203.0.113.66"), &known, "ana", PASSWORD).await.status, 429);
    serving.stop().await;
}

#[tokio::test]
async fn one_password_under_many_names_is_slowed_down_and_told() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let admin = try_from(addr, None, "", "abe", PASSWORD).await.cookies();
    let page = async || http(addr, "GET", "/", &[("cookie", &admin)], "").await.body;
    assert!(!page().await.contains("failed sign-ins"));
    let mut tried = 0;
    for n in 0..60 {
        let answer = try_from(addr, Some("203.0.113.66"), "", &format!("user{n}"), "a wrong one").await;
        tried += usize::from(answer.status == 401);
    }
    assert_eq!(tried, 20, "and then no more");
    assert_eq!(try_from(addr, Some("203.0.113.66"), "", "ana", PASSWORD).await.status, 429);
    assert_eq!(try_from(addr, Some("203.0.113.67"), "", "ana", PASSWORD).await.status, 303, "the neighbor signs in");
    let (list, users) = (page().await, http(addr, "GET", "/users", &[("cookie", &admin)], "").await);
    let words = "20 failed sign-ins under several names from 203.0.113.66";
    assert!(list.contains(words), "on top of every page of an administrator");
    assert!(users.body.contains(words) && users.body.contains("Unlock 203.0.113.66") && !users.body.contains("user17"));
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let row = rows.iter().find(|row| row.action == "sign-ins-slowed").unwrap();
    assert_eq!(
        (row.user.as_str(), row.about.as_str()),
        ("(desk)", "from 203.0.113.66, after 20 failed tries under any name")
    );
    let fields = [("csrf", &*users.csrf()), ("address", "203.0.113.66")];
    assert_eq!(form(addr, "/users/unlock-address", &admin, &fields).await.status, 303);
    assert!(!page().await.contains("failed sign-ins"));
    assert_eq!(try_from(addr, Some("203.0.113.66"), "", "ana", PASSWORD).await.status, 303);
    // A whole clinic behind one address mistypes now and then, and never waits.
    for n in 0..40 {
        assert_eq!(
            try_from(addr, Some("198.51.100.1"), "", &format!("user{n}"), "a wrong one").await.status,
            401,
            "{n}"
        );
        place.clock.advance(Duration::from_secs(3 * 60));
    }
    serving.stop().await;
}

#[tokio::test]
async fn many_failures_under_a_name_are_told_and_lifted() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    for _ in 0..12 {
        try_from(addr, Some("203.0.113.66"), "", "ana", "a wrong one").await;
        place.clock.advance(Duration::from_secs(301));
    }
    let tries = place.desk.failed_tries().unwrap();
    let found: Vec<_> =
        tries.iter().map(|tries| (tries.user.as_deref(), tries.count, tries.address.as_str())).collect();
    assert_eq!(found, [(Some("ana"), 12, "203.0.113.66")]);
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let failed = rows.iter().filter(|row| row.action == "sign-in-failed" && row.about == "from 203.0.113.66").count();
    assert_eq!(failed, 12);
    try_from(addr, Some("203.0.113.66"), "", "ana", "a wrong one").await;
    assert_eq!(try_from(addr, Some("203.0.113.66"), "", "ana", PASSWORD).await.status, 429);
    assert!(matches!(place.desk.unlock_user("nobody", COMMAND), Err(DeskError::NoUser(_))));
    assert_eq!(place.desk.unlock_user(" ANA ", COMMAND).unwrap(), 13);
    assert_eq!(try_from(addr, Some("203.0.113.66"), "", "ana", PASSWORD).await.status, 303);
    assert!(place.desk.failed_tries().unwrap().is_empty());
    // A password that someone typed as their name is nowhere in clear.
    for _ in 0..12 {
        try_from(addr, Some("203.0.113.9"), "", "hunter2-typed-here", "a wrong one").await;
        place.clock.advance(Duration::from_secs(301));
    }
    let tries = place.desk.failed_tries().unwrap();
    assert!(tries.iter().any(|tries| tries.user.is_none() && tries.count == 12));
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let typed: i64 = conn
        .query_row("SELECT COUNT(*) FROM sign_in_failure WHERE name LIKE '%hunter%'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(typed, 0);
    serving.stop().await;
}

#[tokio::test]
async fn passwords_that_are_guessed_first_are_refused_on_the_page_too() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let cookie = try_from(addr, None, "", "abe", PASSWORD).await.cookies();
    let page = http(addr, "GET", "/users", &[("cookie", &cookie)], "").await;
    let csrf = page.csrf();
    for (role, password, words) in [
        ("desk", "aaaaaaaa", "easy to guess"),
        ("desk", "Password1!", "easy to guess"),
        ("desk", "        ", "easy to guess"),
        ("desk", "zoe.miller1", "easy to guess"),
        ("desk", "tiny-pw", "at least 8 characters"),
        ("admin", "open sesame", "at least 12 characters"),
    ] {
        let fields = [("csrf", &*csrf), ("name", "zoe.miller"), ("role", role), ("password", password)];
        let answer = form(addr, "/users/add", &cookie, &fields).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{password}: {}", answer.status);
        assert!(!answer.body.contains(password) || password.trim().is_empty());
    }
    let fields = [("csrf", &*csrf), ("name", "zoe.miller"), ("role", "desk"), ("password", "open sesame")];
    assert_eq!(form(addr, "/users/add", &cookie, &fields).await.status, 303);
    assert!(matches!(
        place.desk.set_password("abe", "open sesame", COMMAND),
        Err(DeskError::BadPassword { min: 12, .. })
    ));
    serving.stop().await;
}
