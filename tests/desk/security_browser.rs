//! What a browser is told to refuse: pages of others, scripts of others, cookies without TLS.

use std::time::Duration;

use arrivals::desk::page::ROUTES;

use super::page::sign_in;
use super::security::{FORM, address, admin, busy, call, everything};
use super::support::{PASSWORD, TOKEN_A, http};

#[tokio::test]
async fn every_answer_tells_the_browser_to_trust_nobody_else() {
    let (place, serving, _) = busy().await;
    let addr = serving.addr;
    let (cookie, csrf) = admin(&place, addr).await;
    let mut answers = Vec::new();
    for (method, path, ..) in ROUTES.iter().filter(|(_, path, ..)| !path.ends_with("/live") && *path != "/sign-out") {
        let path = address(path);
        answers.push((path.clone(), call(addr, method, &path, "", "").await));
        answers.push((path.clone(), call(addr, method, &path, &cookie, &everything(&csrf)).await));
    }
    answers.push(("not found".to_owned(), call(addr, "GET", "/nowhere", "", "").await));
    answers.push(("one's changes".to_owned(), call(addr, "GET", "/changes?appointment=apt-0001", &cookie, "").await));
    answers.push(("another method".to_owned(), call(addr, "DELETE", "/list", &cookie, "").await));
    for path in ["/healthz", "/api/kiosk/feed", "/api/kiosk/photo"] {
        answers.push((path.to_owned(), call(addr, "GET", path, "", "").await));
    }
    let feed = http(addr, "GET", "/api/kiosk/feed", &[("authorization", &format!("Bearer {TOKEN_A}"))], "").await;
    assert!(feed.status == 200 && feed.body.contains("Dietrich"));
    answers.push(("a feed".to_owned(), feed));
    for (what, answer) in &answers {
        for header in [
            "content-security-policy: default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(answer.head.lines().any(|line| line == header), "{what}: {header}: {}", answer.head);
        }
        let is_asset = what.starts_with("/static/") || what == "/t/worker.js";
        assert!(
            answer.head.contains(if is_asset { "cache-control: no-cache" } else { "cache-control: no-store" }),
            "{what}: {}",
            answer.head
        );
        assert!(!answer.head.to_lowercase().contains("access-control-allow"), "{what}");
        if answer.head.contains("content-type: text/html") {
            loads_only_our_own(what, &answer.body);
        }
    }
    let pages = answers.iter().filter(|(_, answer)| answer.status == 200 && answer.head.contains("text/html")).count();
    assert!(pages >= 6, "{pages}");
    for path in [
        "/static/desk.js",
        "/static/staff.js",
        "/static/renew.js",
        "/static/ring.js",
        "/static/lock.js",
        "/static/session.js",
        "/static/panel.js",
        "/static/alarms.js",
        "/static/kiosks.js",
        "/static/live.js",
        "/static/times.js",
        "/static/tones.js",
        "/static/board.js",
        "/static/turns.js",
        "/static/phone.js",
        "/t/worker.js",
        "/static/desk.css",
        "/static/board.css",
        "/static/phone.css",
    ] {
        let file = call(addr, "GET", path, "", "").await.body;
        assert!(
            !file.contains("http:")
                && !file.contains("https:")
                && !file.contains("\"//")
                && !file.contains("eval(")
                && !file.contains("@import"),
            "{path}"
        );
    }
    serving.stop().await;
}

/// No inline script or style, nothing from elsewhere.
fn loads_only_our_own(what: &str, body: &str) {
    for tag in body.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or((tag, ""));
        // Values apart: what people are called may hold anything.
        let names = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
        let name = names.split_whitespace().next().unwrap_or_default();
        assert!(name != "style" && (name != "script" || tag.contains(" src=\"/static/")), "{what}: <{tag}>");
        for attribute in names.split_whitespace().skip(1) {
            assert!(!attribute.starts_with("on") && !attribute.starts_with("style"), "{what}: <{tag}>");
        }
        for (at, part) in tag.split('"').enumerate().filter(|(at, _)| at % 2 == 0) {
            if ["src=", "href=", "action=", "formaction=", "poster="].iter().any(|name| part.ends_with(name)) {
                let to = tag.split('"').nth(at + 1).unwrap_or_default();
                assert!((to.starts_with('/') && !to.starts_with("//")) || to.starts_with('#'), "{what}: {to}");
            }
        }
    }
}

#[tokio::test]
async fn cookies_are_for_the_desk_alone_and_for_tls_where_there_is_tls() {
    let (place, serving, _) = busy().await;
    let addr = serving.addr;
    let mut seen = std::collections::BTreeSet::new();
    for proto in [None, Some("https"), Some("HTTPS"), Some("https, http"), Some("http")] {
        let headers = |cookie: &str| -> Vec<(&'static str, String)> {
            let mut headers = vec![(FORM.0, FORM.1.to_owned()), ("cookie", cookie.to_owned())];
            headers.extend(proto.map(|proto| ("x-forwarded-proto", proto.to_owned())));
            headers
        };
        let call = async |method: &str, path: &str, cookie: &str, body: &str| {
            let headers = headers(cookie);
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            http(addr, method, path, &headers, body).await
        };
        let page = call("GET", "/sign-in", "", "").await;
        let body = format!("csrf={}&name=ana&password={}", page.csrf(), PASSWORD.replace(' ', "+"));
        // A session that somebody else chose is not taken over.
        let welcome = call("POST", "/sign-in", &format!("arrivals_session=chosen; {}", page.cookies()), &body).await;
        assert!(welcome.status == 303 && !welcome.head.contains("=chosen"), "{}", welcome.head);
        let cookie = welcome.cookies();
        let csrf = call("GET", "/", &cookie, "").await.csrf();
        place.clock.advance(Duration::from_secs(16 * 60));
        let late = call("POST", "/visit/seen", &cookie, &everything(&csrf)).await;
        let again = sign_in(addr, "ana", PASSWORD).await.cookies();
        let csrf = call("GET", "/", &again, "").await.csrf();
        let left = call("POST", "/kept/forget", &again, &format!("csrf={csrf}")).await;
        let out = call("POST", "/sign-out", &again, &format!("csrf={csrf}")).await;
        for answer in [&page, &welcome, &late, &left, &out] {
            let cookies: Vec<&str> = answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")).collect();
            assert!(!cookies.is_empty(), "{}", answer.head);
            for cookie in cookies {
                let mut parts = cookie.split("; ");
                seen.insert(parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default().to_owned());
                let parts: Vec<&str> = parts.collect();
                for wanted in ["Path=/", "HttpOnly", "SameSite=Strict"] {
                    assert!(parts.contains(&wanted), "{cookie}");
                }
                let is_tls = proto.is_some_and(|proto| proto.to_lowercase().starts_with("https"));
                assert_eq!(parts.contains(&"Secure"), is_tls, "{proto:?}: {cookie}");
                assert!(!parts.iter().any(|part| part.starts_with("Domain")), "{cookie}");
            }
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["arrivals_browser", "arrivals_form", "arrivals_kept", "arrivals_session"]
    );
    serving.stop().await;
}
