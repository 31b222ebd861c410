//! Photos of cards at the desk: which are taken, who sees them, how they stand beside their change, and how long they
//! stay.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::clock::Clock as _;
use arrivals::desk::store::{ChangeKey, PHOTO_DAYS, PhotoState, Verdict};
use arrivals::domain::ids::Seq;
use arrivals::domain::insurance::{Coverage, Side};
use arrivals::domain::proposal::{Field, Proposal, Value};
use arrivals::sync::wire::{PHOTO_BYTES_MAX, PIECE_BYTES_MAX, PhotoHeld, PhotoName, Piece, photo_hash};

use super::page::ready;
use super::proposals::{change, key, says, send};
use super::support::{Answer, Place, TOKEN_A, TOKEN_B, decide_change, http, place};

const PICTURE: &str = "invented picture of a card, as long as it has to be";
const CHANGES: &str = "/changes?appointment=apt-0001";
const FRONT: &str = "/photo?kiosk=lobby&seq=1&field=insurance&side=front";
const LARGE: &str = "/photo/large?kiosk=lobby&seq=1&field=insurance&side=front";

/// A new card of which both sides were photographed.
fn photographed() -> Proposal {
    let new = Value::Coverage(Box::new(Coverage {
        payer: "Example Health".into(),
        member_id: "H200".into(),
        ..Coverage::default()
    }));
    Proposal { photos: Side::ALL.to_vec(), ..change(Field::Insurance, Field::Insurance.nothing(), new) }
}

fn name(seq: u64, side: Side, picture: &[u8]) -> PhotoName {
    PhotoName { seq: Seq(seq), field: Field::Insurance, side, total: picture.len() as u64, hash: photo_hash(picture) }
}

fn piece(photo: &PhotoName, offset: usize, bytes: &[u8]) -> Piece {
    Piece { photo: photo.clone(), offset: offset as u64, bytes: bytes.to_vec() }
}

fn held(bytes: usize, whole: bool) -> PhotoHeld {
    PhotoHeld { bytes: bytes as u64, whole }
}

/// The whole photo of one side, sent in one piece.
fn send_photo(place: &Place, seq: u64, side: Side) {
    let photo = name(seq, side, PICTURE.as_bytes());
    let answer = place.desk.take_piece(TOKEN_A, &piece(&photo, 0, PICTURE.as_bytes())).unwrap();
    assert_eq!(answer, held(PICTURE.len(), true));
}

fn state(place: &Place, key: &ChangeKey) -> Vec<PhotoState> {
    let changes = place.desk.changes_of(&"apt-0001".into()).unwrap();
    let change = changes.into_iter().find(|change| change.key == *key).unwrap();
    place.desk.with_store(|store| store.photos_of(&change)).unwrap().into_iter().map(|(_, state)| state).collect()
}

async fn get(addr: SocketAddr, cookie: &str, path: &str) -> Answer {
    http(addr, "GET", path, &[("cookie", cookie)], "").await
}

#[tokio::test]
async fn the_route_takes_pieces_of_announced_photos_and_answers_mistakes_in_sentences() {
    let place = place();
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![photographed()])]);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let ask = async |method: &str, token: &str, query: &str, body: &str| {
        let token = format!("Bearer {token}");
        http(serving.addr, method, &format!("/api/kiosk/photo?{query}"), &[("authorization", &token)], body).await
    };
    let (total, hash) = (PICTURE.len(), photo_hash(PICTURE.as_bytes()));
    let of = |seq: u64, field: &str, side: &str, total: u64| {
        format!("seq={seq}&field={field}&side={side}&total={total}&hash={hash}")
    };
    let good = of(1, "insurance", "front", total as u64);
    let long = "x".repeat(PIECE_BYTES_MAX + 1);
    for (method, token, query, body, status, sentence) in [
        ("GET", "not-a-token-of-this-desk", good.clone(), "", 401, "token"),
        ("POST", "not-a-token-of-this-desk", good.clone(), PICTURE, 401, "token"),
        // Another kiosk speaks for itself alone.
        ("GET", TOKEN_B, good.clone(), "", 400, "no check-in of this kiosk announced"),
        ("POST", TOKEN_B, good.clone(), PICTURE, 400, "no check-in of this kiosk announced"),
        ("POST", TOKEN_A, of(2, "insurance", "front", 51), PICTURE, 400, "no check-in of this kiosk announced"),
        ("POST", TOKEN_A, of(1, "second-insurance", "front", 51), PICTURE, 400, "no check-in of this kiosk announced"),
        ("POST", TOKEN_A, of(1, "insurance", "edge", 51), PICTURE, 400, "expected seq, field, side"),
        ("POST", TOKEN_A, of(1, "Ana%20Lima", "front", 51), PICTURE, 400, "expected seq, field, side"),
        ("GET", TOKEN_A, "seq=1".to_owned(), "", 400, "expected seq, field, side"),
        ("GET", TOKEN_A, good.replace(&hash, "Ana"), "", 400, "64 hexadecimal digits"),
        ("GET", TOKEN_A, of(1, "insurance", "front", 0), "", 400, "expected a photo of 1 to"),
        ("POST", TOKEN_A, of(1, "insurance", "front", PHOTO_BYTES_MAX + 1), PICTURE, 400, "expected a photo of 1 to"),
        ("POST", TOKEN_A, of(1, "insurance", "front", PHOTO_BYTES_MAX), long.as_str(), 400, "larger than"),
        ("POST", TOKEN_A, good.clone(), "", 400, "expected a piece"),
        ("POST", TOKEN_A, format!("{good}&offset=1"), PICTURE, 400, "is outside"),
        ("POST", TOKEN_A, format!("{good}&offset=18446744073709551615"), PICTURE, 400, "is outside"),
    ] {
        let answer = ask(method, token, &query, body).await;
        assert_eq!(answer.status, status, "{method} {query} {answer:?}");
        assert!(answer.body.contains(sentence) && !answer.body.contains("Ana"), "{query} {answer:?}");
    }
    let (one, other) = PICTURE.split_at(20);
    for (method, offset, body, expected) in [
        ("GET", 0, "", held(0, false)),
        // Not the beginning: nothing of it is kept.
        ("POST", 20, other, held(0, false)),
        ("POST", 0, one, held(20, false)),
        ("POST", 0, one, held(20, false)),
        ("GET", 0, "", held(20, false)),
        ("POST", 20, other, held(total, true)),
        ("POST", 20, other, held(total, true)),
        ("POST", 0, one, held(total, true)),
        ("GET", 0, "", held(total, true)),
    ] {
        let answer = ask(method, TOKEN_A, &format!("{good}&offset={offset}"), body).await;
        assert_eq!(serde_json::from_str::<PhotoHeld>(&answer.body).unwrap(), expected, "{method} {offset}");
    }
    // Another picture under the same name: nothing is lost on either side.
    let another = ask("GET", TOKEN_A, &good.replace(&hash, &photo_hash(b"another")), "").await;
    assert_eq!(another.status, 409);
    assert_eq!(ask("POST", TOKEN_A, &good.replace(&hash, &photo_hash(b"another")), PICTURE).await.status, 409);
    let kept =
        place.desk.with_store(|store| store.photo(&key("lobby", 1, Field::Insurance), Side::Front)).unwrap().unwrap();
    assert_eq!(kept.as_slice(), PICTURE.as_bytes());
    serving.stop().await;
}

#[test]
fn a_photo_with_the_wrong_hash_is_dropped_and_begins_anew() {
    let place = place();
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![photographed()])]);
    let (photo, bytes) = (name(1, Side::Front, PICTURE.as_bytes()), PICTURE.as_bytes());
    let take = |offset: usize, bytes: &[u8]| place.desk.take_piece(TOKEN_A, &piece(&photo, offset, bytes)).unwrap();
    assert_eq!(take(0, &bytes[..20]), held(20, false));
    let mut damaged = bytes[20..].to_vec();
    damaged[3] ^= 1;
    assert_eq!(take(20, &damaged), held(0, false));
    assert_eq!(place.desk.photo_held(TOKEN_A, &photo).unwrap(), held(0, false));
    let shown = place.desk.with_store(|store| store.photo(&key("lobby", 1, Field::Insurance), Side::Front)).unwrap();
    assert!(shown.is_none());
    assert_eq!(take(0, bytes), held(bytes.len(), true));
    // Half a photo of a kiosk that then sends another one.
    let (first, second) = (name(1, Side::Back, b"the first one"), name(1, Side::Back, b"the second"));
    assert_eq!(place.desk.take_piece(TOKEN_A, &piece(&first, 0, b"the first")).unwrap(), held(9, false));
    assert_eq!(place.desk.photo_held(TOKEN_A, &second).unwrap(), held(0, false));
    assert_eq!(place.desk.take_piece(TOKEN_A, &piece(&second, 0, b"the second")).unwrap(), held(10, true));
}

#[tokio::test]
async fn photos_stand_beside_their_change_and_open_large_for_whoever_is_signed_in() {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![photographed()])]);
    let front = name(1, Side::Front, PICTURE.as_bytes());
    place.desk.take_piece(TOKEN_A, &piece(&front, 0, &PICTURE.as_bytes()[..10])).unwrap();
    let page = get(serving.addr, &cookie, CHANGES).await.body;
    assert!(
        page.contains("Front of card: photo is uploading") && page.contains("Back of card: photo is uploading"),
        "{page}"
    );
    for path in [FRONT, LARGE] {
        assert_eq!(get(serving.addr, &cookie, path).await.status, 404, "not whole");
    }
    place.desk.take_piece(TOKEN_A, &piece(&front, 10, &PICTURE.as_bytes()[10..])).unwrap();
    let page = get(serving.addr, &cookie, CHANGES).await.body;
    let escaped = |path: &str| path.replace('&', "&amp;");
    assert!(page.contains(&format!("<a href=\"{}\"><img src=\"{}\"", escaped(LARGE), escaped(FRONT))), "{page}");
    assert!(!page.contains("Front of card: photo is uploading") && page.contains("Back of card: photo is uploading"));

    let picture = get(serving.addr, &cookie, FRONT).await;
    assert!(picture.status == 200 && picture.body == PICTURE);
    for header in [
        "content-type: image/jpeg",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "content-security-policy: ",
    ] {
        assert!(picture.head.contains(header), "{header}: {}", picture.head);
    }
    for size in 1..=4 {
        let large = get(serving.addr, &cookie, &format!("{LARGE}&size={size}")).await.body;
        assert!(
            large.contains(&format!("class=\"size-{size}\"")) && large.contains("tabindex=\"0\" autofocus"),
            "{large}"
        );
        assert!(large.contains("href=\"/changes?appointment=apt-0001#change-lobby-1-insurance\""));
        assert!(!large.contains("style=") && !large.contains("Dietrich"));
    }
    assert!(get(serving.addr, &cookie, &format!("{LARGE}&size=9")).await.body.contains("class=\"size-1\""));
    for path in [
        "/photo?kiosk=annex&seq=1&field=insurance&side=front",
        "/photo?kiosk=lobby&seq=2&field=insurance&side=front",
        "/photo?kiosk=lobby&seq=1&field=phone&side=front",
        "/photo?kiosk=lobby&seq=1&field=insurance&side=edge",
        "/photo/large?kiosk=lobby&seq=1&field=insurance&side=back",
        "/photo",
        "/photo/large",
    ] {
        assert_eq!(get(serving.addr, &cookie, path).await.status, 404, "{path}");
    }
    for cookie in ["", "arrivals_session=0123"] {
        let (picture, large) = (get(serving.addr, cookie, FRONT).await, get(serving.addr, cookie, LARGE).await);
        assert!(
            picture.status == 401 && !picture.body.contains(PICTURE) && large.status == 303,
            "{picture:?} {large:?}"
        );
    }
    // A page that shows a photo by itself is nobody's work.
    place.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(get(serving.addr, &cookie, FRONT).await.status, 200);
    place.clock.advance(Duration::from_secs(2 * 60));
    assert_eq!(get(serving.addr, &cookie, FRONT).await.status, 401);
    serving.stop().await;
}

#[test]
fn a_photo_stays_as_long_as_somebody_may_need_it_and_is_not_taken_again() {
    let place = place();
    super::support::import(&place.desk, "tests/data/day.csv").0.unwrap();
    let day = |days: i64| place.clock.advance(Duration::from_secs(days.unsigned_abs() * 24 * 3600));
    let clean = || {
        let now = place.clock.now();
        place.desk.with_store(|store| store.remove_old_photos(now)).unwrap()
    };
    let events = (1..=3).map(|seq| says(seq, 'A', &["apt-0001"], vec![photographed()])).collect::<Vec<_>>();
    send(&place, "lobby", &events);
    let keys = [1, 2, 3].map(|seq| key("lobby", seq, Field::Insurance));
    for seq in 1..=3 {
        send_photo(&place, seq, Side::Front);
    }
    assert_eq!(state(&place, &keys[0]), [PhotoState::Here, PhotoState::OnItsWay]);
    assert!(decide_change(&place.desk, &keys[0], &Verdict::Reject("Couldn't be confirmed".into()), "ana").unwrap());
    day(PHOTO_DAYS - 1);
    assert_eq!(clean(), 0, "not that soon");
    assert!(decide_change(&place.desk, &keys[1], &Verdict::Accept, "ana").unwrap());
    day(1);
    // The third says what was accepted, so nothing is left to decide about it; the second was not handed on yet.
    assert_eq!(clean(), 2);
    assert_eq!(clean(), 0, "once a day");
    assert_eq!(
        keys.clone().map(|key| state(&place, &key)[0]),
        [PhotoState::Removed, PhotoState::Here, PhotoState::Removed]
    );
    day(2 * PHOTO_DAYS);
    assert_eq!(clean(), 0, "the record system does not have it");
    assert!(place.desk.next_export_batch().unwrap().is_some());
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    day(PHOTO_DAYS - 1);
    assert_eq!(clean(), 0, "handed on long after it was accepted, and not that long ago");
    day(1);
    assert_eq!(clean(), 1);
    let raw = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let pieces: i64 = raw.query_row("SELECT count(*) FROM card_photo_piece", [], |row| row.get(0)).unwrap();
    assert_eq!(pieces, 0);
    for name in ["desk.sqlite", "desk.sqlite-wal"] {
        let bytes = std::fs::read(place.folder.path().join(name)).unwrap_or_default();
        assert!(!bytes.windows(PICTURE.len()).any(|window| window == PICTURE.as_bytes()), "{name}");
    }
    // A kiosk that did not hear the answer is told to forget it.
    let photo = name(1, Side::Front, PICTURE.as_bytes());
    assert!(place.desk.photo_held(TOKEN_A, &photo).unwrap().whole);
    assert!(place.desk.take_piece(TOKEN_A, &piece(&photo, 0, PICTURE.as_bytes())).unwrap().whole);
    assert_eq!(raw.query_row::<i64, _, _>("SELECT count(*) FROM card_photo_piece", [], |row| row.get(0)).unwrap(), 0);
}
