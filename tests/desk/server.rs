//! The kiosks' server over real HTTP on loopback.

use std::sync::Arc;

use arrivals::clock::ManualClock;
use arrivals::desk::{Desk, DeskError};
use arrivals::domain::ids::AppointmentId;
use arrivals::sync::wire::{Change, Feed, Held};

use super::support::{TOKEN_A, checked_in, http, import, morning, place, post_of};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn requests_are_answered_in_sentences() {
    let place = place();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = serving.addr;
    let (good, wrong) = (bearer(TOKEN_A), bearer("not-a-token-of-this-desk"));
    let post = serde_json::to_string(&post_of("lobby", vec![checked_in(1, 'A', 1, &["x"])])).unwrap();
    let many =
        serde_json::to_string(&post_of("lobby", (1..=101).map(|n| checked_in(n, 'A', 1, &["x"])).collect())).unwrap();
    let long = format!("{{\"kiosk\":\"{}\"", "x".repeat(2 * 1024 * 1024));
    for (method, path, token, body, status, text) in [
        ("GET", "/healthz", "", "", 200, "ok"),
        ("POST", "/api/kiosk/events", wrong.as_str(), post.as_str(), 401, "token"),
        ("POST", "/api/kiosk/events", "", post.as_str(), 401, "token"),
        ("POST", "/api/kiosk/events", good.as_str(), "{\"kiosk\":", 400, "expected events as JSON"),
        ("POST", "/api/kiosk/events", good.as_str(), "{\"kiosk\":\"Ana Lima\",\"last\":\"x\"}", 400, "line 1"),
        ("POST", "/api/kiosk/events", good.as_str(), many.as_str(), 400, "at most 100 events"),
        ("POST", "/api/kiosk/events", good.as_str(), long.as_str(), 400, "larger than"),
        ("GET", "/api/kiosk/feed?cursor=x", good.as_str(), "", 400, "whole numbers"),
        ("GET", "/api/kiosk/feed", wrong.as_str(), "", 401, "token"),
        ("GET", "/nowhere", "", "", 404, "Page not found"),
    ] {
        let answer = http(addr, method, path, &[("authorization", token)], body).await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
        assert!(answer.body.contains(text) && !answer.body.contains("Ana Lima"), "{path} {answer:?}");
    }
    for _ in 0..2 {
        let answer = http(addr, "POST", "/api/kiosk/events", &[("authorization", &good)], &post).await;
        assert_eq!(serde_json::from_str::<Held>(&answer.body).unwrap().held.0, 1);
    }
    serving.stop().await;
}

#[tokio::test]
async fn a_waiting_kiosk_wakes_on_an_import_by_another_program_and_on_seen() {
    let place = place();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = serving.addr;
    let token = bearer(TOKEN_A);
    let feed = async |cursor: u64| -> Feed {
        let path = format!("/api/kiosk/feed?cursor={cursor}&wait_seconds=20");
        serde_json::from_str(&http(addr, "GET", &path, &[("authorization", &token)], "").await.body).unwrap()
    };
    let first = feed(0).await;
    let folder = place.folder.path().to_owned();
    let other = async {
        tokio::task::spawn_blocking(move || {
            let other = Desk::open_stored(&folder, Arc::new(ManualClock::at(morning()))).unwrap();
            import(&other, "tests/data/day.csv").0.unwrap();
        })
        .await
        .unwrap();
    };
    let (second, ()) = tokio::join!(feed(first.cursor), other);
    assert_eq!(second.changes.len(), 232);
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let third = feed(second.cursor).await;
    let desk = place.desk.clone();
    let (fourth, seen) =
        tokio::join!(
            feed(third.cursor),
            async move { desk.mark_seen(&AppointmentId::from("apt-0001"), "ana").unwrap() }
        );
    assert!(seen && matches!(&fourth.changes[..], [Change::Visit { seen: true, .. }]));
    serving.stop().await;
}

#[tokio::test]
async fn where_it_listens_and_why_not() {
    let place = place();
    let error = |result: Result<_, DeskError>| result.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error(place.desk.serve(([0, 0, 0, 0], 0).into()).await.map(|_| ())).contains("TLS proxy"));
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let sentence = error(place.desk.serve(serving.addr).await.map(|_| ()));
    assert!(
        sentence.contains("in use by another program") && sentence.contains(&serving.addr.to_string()),
        "{sentence}"
    );
    serving.stop().await;
}

#[test]
fn a_newer_file_and_a_foreign_file_are_refused_in_words() {
    let place = place();
    let file = place.folder.path().join("desk.sqlite");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let open =
        || Desk::open_stored(place.folder.path(), Arc::new(ManualClock::at(morning()))).err().unwrap().to_string();
    assert!(open().contains("install a newer arrivals-desk"));
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("desk.sqlite"), "this is a text and not a database at all".repeat(100)).unwrap();
    let error = Desk::open_stored(other.path(), Arc::new(ManualClock::at(morning()))).err().unwrap().to_string();
    assert!(error.contains("is not a desk's file"), "{error}");
}

/// An earlier version took the example's token. What it left in the file opens nothing any more.
#[test]
fn the_examples_token_opens_nothing_even_where_it_was_taken_before() {
    use arrivals::desk::base::secret::hash_token;
    use arrivals::domain::ids::KioskId;
    let place = place();
    let example = "replace-this-with-a-random-secret";
    let id = KioskId::from("old");
    assert!(
        place
            .desk
            .enrol_kiosk(&id, "C".parse().unwrap(), example)
            .unwrap_err()
            .to_string()
            .contains("placeholder of the example file")
    );
    place
        .desk
        .with_store(|store| store.enrol_kiosk(&id, "C".parse().unwrap(), &hash_token(example), "ana", morning()))
        .unwrap();
    assert!(place.desk.kiosk_of(example).unwrap().is_none());
    assert_eq!(place.desk.kiosk_of(TOKEN_A).unwrap(), Some(KioskId::from("lobby")));
}
