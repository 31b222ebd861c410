//! Photos of cards stay sealed until the desk has them, and then are gone without a trace.

use std::path::Path;

use arrivals::domain::event::StillRight;
use arrivals::domain::ids::Seq;
use arrivals::domain::insurance::Side;
use arrivals::domain::proposal::Field;
use arrivals::domain::ticket::Series;
use arrivals::store::photos::{Photo, PhotoKey};
use arrivals::store::tickets::{CheckIn, KnownTicket};
use arrivals::store::{Store, StoreError};

use super::people::{checked_in, seal};

fn check_in(store: &mut Store, appointment: &str, photos: &[Photo<'_>]) -> Result<KnownTicket, StoreError> {
    store.check_in(&CheckIn {
        insurance: StillRight::Changed,
        photos,
        ..checked_in(&"ada".into(), &[appointment.into()])
    })
}

/// A picture's bytes, the same each time, and like a compressed picture's.
fn picture(begin: u64, length: usize) -> Vec<u8> {
    let mut state = begin | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

fn front(picture: &[u8]) -> Photo<'_> {
    Photo { field: Field::Insurance, side: Side::Front, picture }
}

fn key(seq: u64, field: Field, side: Side) -> PhotoKey {
    PhotoKey { seq: Seq(seq), field, side }
}

/// The bytes of the kiosk's file and its journal.
fn raw(folder: &Path) -> Vec<u8> {
    ["kiosk.db", "kiosk.db-wal"].map(|name| std::fs::read(folder.join(name)).unwrap_or_default()).concat()
}

#[test]
fn a_photo_is_kept_with_its_check_in_and_read_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let (first, second) = (picture(1, 200_001), picture(2, 70_000));
    {
        let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
        check_in(&mut store, "before", &[]).unwrap();
        let back = Photo { field: Field::Insurance, side: Side::Back, picture: &second };
        let other = Photo { field: Field::SecondInsurance, side: Side::Front, picture: b"small" };
        check_in(&mut store, "a", &[front(&first), back, other]).unwrap();
        // Checked in already: there is no event that more photos could belong to.
        check_in(&mut store, "a", &[front(b"again")]).unwrap();
    }
    let store = Store::open(&path, Series::FIRST, seal()).unwrap();
    let keys = [
        key(2, Field::Insurance, Side::Front),
        key(2, Field::Insurance, Side::Back),
        key(2, Field::SecondInsurance, Side::Front),
    ];
    assert_eq!(store.pending_photos().unwrap(), keys);
    for (key, picture) in keys.into_iter().zip([&first[..], &second, b"small"]) {
        assert!(store.photo(key).unwrap().unwrap().as_slice() == picture, "{key:?}");
    }
    assert!(store.photo(key(1, Field::Insurance, Side::Front)).unwrap().is_none());
}

#[test]
fn a_check_in_that_fails_keeps_no_photo() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    check_in(&mut store, "a", &[]).unwrap();
    store.limit_pages(1).unwrap();
    let large = picture(3, 300_000);
    assert!(matches!(check_in(&mut store, "b", &[front(&large)]), Err(StoreError::Full)));
    // One side twice is a mistake of ours, and keeps nothing either.
    store.limit_pages(1_000_000).unwrap();
    assert!(check_in(&mut store, "b", &[front(b"one"), front(b"two")]).is_err());
    assert_eq!((store.pending_photos().unwrap(), store.last_seq().unwrap()), (Vec::new(), Seq(1)));
    assert_eq!(check_in(&mut store, "b", &[front(&large)]).unwrap().ticket.number.to_string(), "A2");
}

#[test]
fn a_photo_outlives_its_event_until_the_desk_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, seal()).unwrap();
    check_in(&mut store, "a", &[front(b"a card")]).unwrap();
    store.acknowledge(Seq(1)).unwrap();
    assert_eq!(store.forget_events("2026-11-24T14:00:00Z".parse().unwrap()).unwrap(), 1);
    let photo = key(1, Field::Insurance, Side::Front);
    assert_eq!(store.photo(photo).unwrap().unwrap().as_slice(), b"a card");
    for _ in 0..2 {
        store.forget_photo(photo).unwrap();
        assert!(store.pending_photos().unwrap().is_empty());
        assert!(store.photo(photo).unwrap().is_none());
    }
}

#[test]
fn a_thousand_photos_that_were_sent_leave_nothing_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
    check_in(&mut store, "first", &[]).unwrap();
    let mut sizes = Vec::new();
    for n in 1..=1000_u64 {
        check_in(&mut store, &format!("apt-{n}"), &[front(&picture(n, 20_000))]).unwrap();
        let key = store.pending_photos().unwrap()[0];
        if n % 100 == 0 {
            let connection = rusqlite::Connection::open(&path).unwrap();
            let sealed: Vec<u8> = connection.query_row("SELECT body FROM photo", [], |row| row.get(0)).unwrap();
            drop(connection);
            let (begin, end) = (&sealed[..64], &sealed[sealed.len() - 64..]);
            let is_in_file = |part: &[u8]| raw(folder.path()).windows(64).any(|window| window == part);
            assert!(is_in_file(begin) && is_in_file(end));
            store.forget_photo(key).unwrap();
            assert!(!is_in_file(begin) && !is_in_file(end), "a sealed piece of photo {n} is left");
            sizes.push(raw(folder.path()).len());
        } else {
            store.forget_photo(key).unwrap();
        }
    }
    // What stays are the events themselves, less than a page each.
    assert!(sizes.windows(2).all(|pair| pair[1] - pair[0] < 100 * 4096), "{sizes:?}");
}

#[test]
fn a_photo_that_was_damaged_or_exchanged_is_noticed() {
    for change in [
        "UPDATE photo SET body = (SELECT body FROM photo WHERE side = 'back') WHERE side = 'front'",
        "UPDATE photo SET body = zeroblob(length(body))",
        "UPDATE photo SET body = x''",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kiosk.db");
        let mut store = Store::open(&path, Series::FIRST, seal()).unwrap();
        let back = Photo { field: Field::Insurance, side: Side::Back, picture: b"the other side" };
        check_in(&mut store, "a", &[front(b"one side"), back]).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute(change, []).unwrap();
        let read = store.photo(key(1, Field::Insurance, Side::Front));
        assert!(matches!(read, Err(StoreError::Unreadable { what: "photo" })), "{change}");
    }
}

#[test]
fn debug_output_shows_no_picture() {
    assert_eq!(format!("{:?}", front(b"a card")), "Photo");
}
