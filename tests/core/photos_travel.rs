//! Photos of cards on their way to the desk: in pieces, through whatever the network does, behind every event, and gone
//! from the kiosk afterwards. `ARRIVALS_SEED=7` replays one seed; `ARRIVALS_PHOTOS=1000` is the long soak.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::store::{ChangeKey, Seen, Shown, Verdict};
use arrivals::domain::event::StillRight;
use arrivals::domain::ids::{KioskId, Seq};
use arrivals::domain::insurance::{Coverage, Side};
use arrivals::domain::proposal::{Field, Proposal, Source, Value};
use arrivals::domain::ticket::Series;
use arrivals::store::Store;
use arrivals::store::photos::Photo;
use arrivals::store::tickets::CheckIn;
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::cut::{Cut, Cuttable};
use arrivals::sync::vitals::Vitals;
use arrivals::sync::wire::{Feed, Health, Held, Orders, PIECE_BYTES_MAX, PhotoHeld, PhotoName, Piece, Post};
use arrivals::sync::worker::{Told, Worker};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::people::{checked_in, seal};
use super::sync::{Lossy, Random, desk, monday, random, until};

const TOKEN: &str = "token-of-the-photographing-kiosk";

fn lobby() -> KioskId {
    KioskId::from("lobby")
}

/// A kiosk with a camera: its file, and a worker that may be killed and started again.
struct Lobby {
    path: std::path::PathBuf,
    store: Arc<Mutex<Store>>,
    wake: Arc<Notify>,
    told: Arc<Mutex<Vec<Told>>>,
    worker: JoinHandle<()>,
}

impl Drop for Lobby {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Lobby {
    fn start(desk: &Desk, folder: &Path, api: impl DeskApi + 'static) -> Self {
        desk.enrol_kiosk(&lobby(), Series::FIRST, TOKEN).unwrap();
        let path = folder.join("kiosk.db");
        let store = Arc::new(Mutex::new(Store::open(&path, Series::FIRST, seal()).unwrap()));
        let mut kiosk =
            Self { path, store, wake: Arc::default(), told: Arc::default(), worker: tokio::spawn(async {}) };
        kiosk.restart(api);
        kiosk
    }

    /// As after a power cut: the worker is gone, the file is opened anew.
    fn restart(&mut self, api: impl DeskApi + 'static) {
        self.worker.abort();
        self.store = Arc::new(Mutex::new(Store::open(&self.path, Series::FIRST, seal()).unwrap()));
        let told = Arc::clone(&self.told);
        let worker = Worker {
            api,
            store: Arc::clone(&self.store),
            kiosk: lobby(),
            wake: Arc::clone(&self.wake),
            vitals: Vitals::new(|| monday().now()),
            seed: 5,
            tell: Box::new(move |word| told.lock().unwrap().push(word)),
        };
        self.worker = tokio::spawn(async move { worker.run().await });
    }

    /// Checks in with photos of these cards, all of them announced but those of `hidden`; answers the event's position.
    fn check_in(&self, clock: &ManualClock, appointment: &str, photos: &[Photo<'_>], hidden: bool) -> u64 {
        let mut proposals: Vec<Proposal> = Vec::new();
        for photo in photos.iter().filter(|_| !hidden) {
            match proposals.iter_mut().find(|proposal| proposal.field == photo.field) {
                Some(proposal) => proposal.photos.push(photo.side),
                None => proposals.push(card(photo.field, photo.side)),
            }
        }
        let mut store = self.store.lock().unwrap();
        store
            .check_in(&CheckIn {
                at: clock.now(),
                insurance: StillRight::Changed,
                proposals: &proposals,
                photos,
                ..checked_in(&appointment.into(), &[appointment.into()])
            })
            .unwrap();
        self.wake.notify_one();
        store.last_seq().unwrap().0
    }

    fn pending(&self) -> usize {
        self.store.lock().unwrap().pending_photos().unwrap().len()
    }

    fn is_in_step(&self) -> bool {
        let store = self.store.lock().unwrap();
        store.last_seq().unwrap() == store.acknowledged().unwrap()
    }
}

fn card(field: Field, side: Side) -> Proposal {
    let new = Value::Coverage(Box::new(Coverage {
        payer: "Example Health".into(),
        member_id: "H100".into(),
        ..Coverage::default()
    }));
    Proposal { field, old: field.nothing(), new, source: Source::Typed, insisted: false, photos: vec![side] }
}

fn key(seq: u64, field: Field) -> ChangeKey {
    ChangeKey { kiosk: lobby(), seq, field }
}

fn at_the_desk(desk: &Desk, seq: u64, field: Field, side: Side) -> Option<Vec<u8>> {
    desk.with_store(|store| store.photo(&key(seq, field), side)).unwrap().map(|picture| picture.to_vec())
}

fn front(picture: &[u8]) -> Photo<'_> {
    Photo { field: Field::Insurance, side: Side::Front, picture }
}

fn bytes(random: &Arc<Mutex<Random>>, length: u64) -> Vec<u8> {
    let mut random = random.lock().unwrap();
    (0..length).map(|_| random.below(256) as u8).collect()
}

/// A way to the desk on which each piece of a photo is handled by `piece`.
struct Way<F> {
    inner: InProcess,
    takes: Duration,
    change: F,
}

impl<F: Fn(&mut Piece) + Send + Sync> DeskApi for Way<F> {
    async fn post(&self, post: Post) -> Attempt<Held> {
        self.inner.post(post).await
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        self.inner.feed(cursor, wait).await
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        self.inner.report(health, wait).await
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        self.inner.photo_held(photo).await
    }

    async fn send_piece(&self, mut piece: Piece) -> Attempt<PhotoHeld> {
        tokio::time::sleep(self.takes).await;
        (self.change)(&mut piece);
        self.inner.send_piece(piece).await
    }
}

async fn simulate(seed: u64) {
    const LOSSES_OF_TEN: u64 = 3;
    println!("seed {seed}");
    let (folder, clock, random, cut) = (tempfile::tempdir().unwrap(), monday(), random(seed), Cut::default());
    let desk = desk(folder.path(), &clock, 0);
    let way = || {
        let inner = InProcess::new(desk.clone(), TOKEN);
        Cuttable::new(Lossy { inner, random: Arc::clone(&random), losses_of_ten: LOSSES_OF_TEN }, cut.clone())
    };
    let mut kiosk = Lobby::start(&desk, folder.path(), way());
    let draw = |limit: u64| random.lock().unwrap().below(limit);
    let piece = PIECE_BYTES_MAX as u64;
    let mut taken: Vec<(u64, Field, Side, Vec<u8>)> = Vec::new();
    for n in 0..9 {
        let length = [1, piece - 1, piece, piece + 1, 3 * piece, 1 + draw(5 * piece)][draw(6) as usize];
        let (one, other) = (bytes(&random, length), bytes(&random, 1 + draw(2 * piece)));
        let back = Photo { field: Field::Insurance, side: Side::Back, picture: &other };
        let second = Photo { field: Field::SecondInsurance, side: Side::Front, picture: &other };
        let photos =
            [vec![], vec![front(&one)], vec![front(&one), back], vec![front(&one), second]][draw(4) as usize].clone();
        let seq = kiosk.check_in(&clock, &format!("apt-{n}"), &photos, false);
        taken.extend(photos.iter().map(|photo| (seq, photo.field, photo.side, photo.picture.to_vec())));
        match draw(6) {
            0 => kiosk.restart(way()),
            1 => cut.set(true),
            2 => cut.set(false),
            // Torn off wherever it is.
            3 => {
                tokio::time::sleep(Duration::from_millis(draw(3000))).await;
                kiosk.restart(way());
            }
            _ => tokio::time::sleep(Duration::from_secs(draw(5))).await,
        }
        clock.advance(Duration::from_secs(1));
    }
    cut.set(false);
    kiosk.wake.notify_one();
    until("every photo has arrived", || kiosk.is_in_step() && kiosk.pending() == 0).await;
    for (seq, field, side, picture) in &taken {
        assert!(
            at_the_desk(&desk, *seq, *field, *side).as_ref() == Some(picture),
            "seed {seed}: {seq} {field:?} {side:?}"
        );
    }
    // In the desk's file there are these bytes and no others.
    let raw = rusqlite::Connection::open(folder.path().join("desk/desk.sqlite")).unwrap();
    let (photos, held): (i64, i64) = raw
        .query_row(
            "SELECT (SELECT count(*) FROM card_photo), COALESCE((SELECT sum(length(body)) FROM card_photo_piece), 0)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(
        (photos, held),
        (taken.len() as i64, taken.iter().map(|(.., picture)| picture.len() as i64).sum()),
        "seed {seed}"
    );
    let left: i64 = rusqlite::Connection::open(&kiosk.path)
        .unwrap()
        .query_row("SELECT count(*) FROM photo", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0, "seed {seed}");
}

#[tokio::test(start_paused = true)]
async fn whatever_the_network_does_every_photo_arrives_once_and_whole() {
    let seeds = match std::env::var("ARRIVALS_SEED").ok().and_then(|text| text.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 1..5,
    };
    for seed in seeds {
        simulate(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_photo_holds_up_no_event_and_goes_on_where_it_was() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 1);
    let pieces = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&pieces);
    let way = Way {
        inner: InProcess::new(desk.clone(), TOKEN),
        takes: Duration::from_secs(2),
        change: move |piece: &mut Piece| seen.lock().unwrap().push(piece.offset),
    };
    let kiosk = Lobby::start(&desk, folder.path(), way);
    let picture = bytes(&random(1), 40 * PIECE_BYTES_MAX as u64);
    kiosk.check_in(&clock, "apt-0", &[front(&picture)], false);
    until("some of it is there", || pieces.lock().unwrap().len() == 5).await;
    kiosk.check_in(&clock, "apt-1", &[], false);
    until("the desk knows of the second check-in", || desk.held(&lobby()).unwrap() == Seq(2)).await;
    assert!(pieces.lock().unwrap().len() <= 7, "one piece, then the event");
    until("the photo is there", || kiosk.pending() == 0).await;
    assert!(at_the_desk(&desk, 1, Field::Insurance, Side::Front).unwrap() == picture);
    let offsets: Vec<u64> = (0..40).map(|n| n * PIECE_BYTES_MAX as u64).collect();
    assert_eq!(*pieces.lock().unwrap(), offsets, "each piece once");
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_was_damaged_on_the_way_is_sent_anew() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 0);
    let damages = Arc::new(Mutex::new(2));
    let way = Way {
        inner: InProcess::new(desk.clone(), TOKEN),
        takes: Duration::ZERO,
        change: move |piece: &mut Piece| {
            let mut damages = damages.lock().unwrap();
            if piece.offset > 0 && *damages > 0 {
                *damages -= 1;
                piece.bytes[0] ^= 1;
            }
        },
    };
    let kiosk = Lobby::start(&desk, folder.path(), way);
    let picture = bytes(&random(2), 2 * PIECE_BYTES_MAX as u64);
    kiosk.check_in(&clock, "apt-0", &[front(&picture)], false);
    until("the photo is there", || kiosk.pending() == 0).await;
    assert!(at_the_desk(&desk, 1, Field::Insurance, Side::Front).unwrap() == picture);
}

#[tokio::test(start_paused = true)]
async fn a_photo_that_the_desk_does_not_take_stays_and_the_others_go_past_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 0);
    let mut kiosk =
        Lobby::start(&desk, folder.path(), InProcess::new(desk.clone(), "a-token-that-the-desk-does-not-know"));
    kiosk.check_in(&clock, "apt-0", &[front(b"never announced")], true);
    kiosk.check_in(&clock, "apt-1", &[front(b"announced")], false);
    until("the refusal is told", || kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Refused(_))))
        .await;
    assert_eq!(kiosk.pending(), 2, "their events were refused");
    kiosk.told.lock().unwrap().clear();
    kiosk.restart(InProcess::new(desk.clone(), TOKEN));
    until("one is there", || kiosk.pending() == 1).await;
    assert!(at_the_desk(&desk, 2, Field::Insurance, Side::Front).unwrap() == b"announced");
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(kiosk.store.lock().unwrap().pending_photos().unwrap()[0].seq, Seq(1));
    assert!(
        !kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Refused(_) | Told::Away(_))),
        "checking in goes on"
    );
    // So does one that is damaged.
    kiosk.worker.abort();
    kiosk.check_in(&clock, "apt-2", &[front(b"damaged")], false);
    kiosk.check_in(&clock, "apt-3", &[front(b"undamaged")], false);
    let damage = "UPDATE photo SET body = zeroblob(length(body)) WHERE event_seq = 3";
    rusqlite::Connection::open(&kiosk.path).unwrap().execute(damage, []).unwrap();
    kiosk.restart(InProcess::new(desk.clone(), TOKEN));
    until("the last is there", || kiosk.pending() == 2).await;
    assert!(at_the_desk(&desk, 4, Field::Insurance, Side::Front).unwrap() == b"undamaged");
}

/// How much memory this program has, in bytes.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}

fn size(folder: &Path, names: &[&str]) -> u64 {
    names.iter().filter_map(|name| std::fs::metadata(folder.join(name)).ok()).map(|file| file.len()).sum()
}

fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
}

/// In the long soak memory stays as it was, too.
#[tokio::test(start_paused = true)]
async fn many_photos_through_kiosk_and_desk_leave_only_their_events_in_the_files() {
    const ROUNDS: u64 = 10;
    let asked = std::env::var("ARRIVALS_PHOTOS").ok().and_then(|text| text.parse::<u64>().ok());
    let (count, length) = (asked.unwrap_or(100) / ROUNDS, if asked.is_some() { 150_000 } else { 70_000 });
    let (folder, clock, random) = (tempfile::tempdir().unwrap(), monday(), random(3));
    let desk = desk(folder.path(), &clock, 0);
    let kiosk = Lobby::start(&desk, folder.path(), InProcess::new(desk.clone(), TOKEN));
    let mut measured = Vec::new();
    for round in 0..ROUNDS {
        let mut changes = Vec::new();
        for n in 0..count {
            let picture = bytes(&random, length + 1000 * (n % 10));
            let seq = kiosk.check_in(&clock, &format!("apt-{round}-{n}"), &[front(&picture)], false);
            until("it has arrived", || kiosk.pending() == 0).await;
            assert!(at_the_desk(&desk, seq, Field::Insurance, Side::Front).unwrap() == picture);
            changes.push(Shown::from(key(seq, Field::Insurance)));
        }
        desk.decide_changes(&changes, &Verdict::Reject("The chart is right".into()), "ana").unwrap();
        let removed = |days: u64| {
            clock.advance(Duration::from_secs(days * 24 * 3600));
            // A day counts when people work on it.
            desk.note_seen("ana", &Seen::List).unwrap();
            desk.clean_up_view().unwrap();
            let now = clock.now();
            desk.with_store(|store| store.remove_old_photos(now)).unwrap()
        };
        assert_eq!(removed(6), 0, "not that soon");
        assert_eq!(removed(1), count as usize);
        assert_eq!(at_the_desk(&desk, changes[0].key.seq, Field::Insurance, Side::Front), None);
        let desk_file = size(&folder.path().join("desk"), &["desk.sqlite", "desk.sqlite-wal"]);
        measured.push((size(folder.path(), &["kiosk.db", "kiosk.db-wal"]), desk_file, memory()));
    }
    println!(
        "{} photos; bytes of the kiosk's file, the desk's file, memory after each tenth: {measured:?}",
        count * ROUNDS
    );
    let ((kiosk_before, desk_before, memory_before), (kiosk_after, desk_after, memory_after)) =
        (measured[1], measured[9]);
    // What stays are events and decisions, a few pages each.
    let rows = 8 * count;
    assert!(kiosk_after < kiosk_before + rows * 4096, "{measured:?}");
    assert!(desk_after < desk_before + 4 * rows * 4096, "{measured:?}");
    // Only alone: other tests share this program's memory.
    if asked.is_some() {
        assert!(memory_after < memory_before + 8 * 1024 * 1024, "{measured:?}");
    }
    let mut found = Vec::new();
    files(folder.path(), &mut found);
    found.sort();
    found.retain(|name| !["-wal", "-shm"].iter().any(|end| name.ends_with(end)));
    assert_eq!(found, ["desk.sqlite", "kiosk.db"]);
}
