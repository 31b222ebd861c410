//! Photos of cards stay sealed until the desk has them, and then are gone without a trace.

use std::path::Path;

use arrivals::domain::event::StillRight;
use arrivals::domain::ids::Seq;
use arrivals::domain::insurance::Side;
use arrivals::domain::proposal::Field;
use arrivals::store::photos::{PendingPhoto, Photo, PhotoKey};
use arrivals::store::tickets::{CheckIn, KnownTicket};
use arrivals::store::{Store, StoreError};

use super::people::{checked_in, seal};

fn check_in(store: &mut Store, appointment: &str, photos: &[Photo<'_>]) -> Result<KnownTicket, StoreError> {
    store.check_in(&CheckIn { insurance: StillRight::Changed, photos, ..checked_in(&"ada".into(), &[appointment.into()]) })
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
fn a_photo_is_kept_with_its_check_in_and_read_in_pieces_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let (first, second) = (picture(1, 200_001), picture(2, 70_000));
    {
        let mut store = Store::open(&path, 'A', seal()).unwrap();
        check_in(&mut store, "before", &[]).unwrap();
        let back = Photo { field: Field::Insurance, side: Side::Back, picture: &second };
        let other = Photo { field: Field::SecondInsurance, side: Side::Front, picture: b"small" };
        check_in(&mut store, "a", &[front(&first), back, other]).unwrap();
        // Checked in already: there is no event that more photos could belong to.
        check_in(&mut store, "a", &[front(b"again")]).unwrap();
    }
    let store = Store::open(&path, 'A', seal()).unwrap();
    let keys = [key(2, Field::Insurance, Side::Front), key(2, Field::Insurance, Side::Back), key(2, Field::SecondInsurance, Side::Front)];
    let expected: Vec<PendingPhoto> =
        keys.into_iter().zip([200_001, 70_000, 5]).map(|(key, length)| PendingPhoto { key, length }).collect();
    assert_eq!(store.pending_photos().unwrap(), expected);
    let mut whole = Vec::new();
    while let Some(piece) = store.photo_piece(keys[0], whole.len(), 65_536).unwrap().filter(|piece| !piece.is_empty()) {
        whole.extend_from_slice(&piece);
    }
    assert!(whole == first);
    for (offset, length, expected) in
        [(0, 70_000, 70_000), (69_999, 10, 1), (70_000, 10, 0), (usize::MAX, 1, 0), (5, 0, 0), (5, usize::MAX, 69_995)]
    {
        assert_eq!(store.photo_piece(keys[1], offset, length).unwrap().unwrap().len(), expected, "{offset} {length}");
    }
    assert!(store.photo_piece(key(1, Field::Insurance, Side::Front), 0, 1).unwrap().is_none());
}

#[test]
fn a_check_in_that_fails_keeps_no_photo() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("kiosk.db"), 'A', seal()).unwrap();
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
    let mut store = Store::open(&folder.path().join("kiosk.db"), 'A', seal()).unwrap();
    check_in(&mut store, "a", &[front(b"a card")]).unwrap();
    store.acknowledge(Seq(1)).unwrap();
    assert_eq!(store.forget_events("2026-11-24T14:00:00Z".parse().unwrap()).unwrap(), 1);
    let photo = key(1, Field::Insurance, Side::Front);
    assert_eq!(store.photo_piece(photo, 2, 4).unwrap().unwrap().as_slice(), b"card");
    for _ in 0..2 {
        store.forget_photo(photo).unwrap();
        assert!(store.pending_photos().unwrap().is_empty());
        assert!(store.photo_piece(photo, 0, 1).unwrap().is_none());
    }
}

#[test]
fn a_thousand_photos_that_were_sent_leave_nothing_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.db");
    let mut store = Store::open(&path, 'A', seal()).unwrap();
    check_in(&mut store, "first", &[]).unwrap();
    let mut sizes = Vec::new();
    for n in 1..=1000_u64 {
        check_in(&mut store, &format!("apt-{n}"), &[front(&picture(n, 20_000))]).unwrap();
        let PendingPhoto { key, .. } = store.pending_photos().unwrap()[0];
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
        let mut store = Store::open(&path, 'A', seal()).unwrap();
        let back = Photo { field: Field::Insurance, side: Side::Back, picture: b"the other side" };
        check_in(&mut store, "a", &[front(b"one side"), back]).unwrap();
        rusqlite::Connection::open(&path).unwrap().execute(change, []).unwrap();
        let read = store.photo_piece(key(1, Field::Insurance, Side::Front), 0, 10);
        assert!(matches!(read, Err(StoreError::Unreadable { what: "photo" })), "{change}");
    }
}

#[test]
fn debug_output_shows_no_picture() {
    assert_eq!(format!("{:?}", front(b"a card")), "Photo");
}
