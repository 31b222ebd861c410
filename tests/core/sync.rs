//! Several kiosks, one desk, and a network that loses, repeats and tears. The seed is printed and replays:
//! `ARRIVALS_SEED=7 cargo test --test core sync`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::Series;
use arrivals::store::Store;
use arrivals::store::tickets::CheckIn;
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::cut::{Cut, Cuttable};
use arrivals::sync::vitals::Vitals;
use arrivals::sync::wire::{Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};
use arrivals::sync::worker::{Told, Worker};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::people::{appointment, checked_in, seal};

/// xorshift64: the same numbers for the same seed, everywhere.
pub struct Random(u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A network that loses what is asked, loses what is answered, and delivers twice.
pub struct Lossy {
    pub inner: InProcess,
    pub random: Arc<Mutex<Random>>,
    pub losses_of_ten: u64,
}

impl Lossy {
    pub fn luck(&self) -> u64 {
        self.random.lock().unwrap().below(10)
    }
}

impl DeskApi for Lossy {
    async fn post(&self, post: Post) -> Attempt<Held> {
        if self.luck() < self.losses_of_ten {
            return Attempt::Retry("lost on the way".into());
        }
        if self.luck() < self.losses_of_ten {
            let _ = self.inner.post(post.clone()).await;
        }
        let answer = self.inner.post(post).await;
        if self.luck() < self.losses_of_ten { Attempt::Retry("answer lost".into()) } else { answer }
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        if self.luck() < self.losses_of_ten {
            return Attempt::Retry("lost on the way".into());
        }
        let answer = self.inner.feed(cursor, wait).await;
        if self.luck() < self.losses_of_ten { Attempt::Retry("answer lost".into()) } else { answer }
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        if self.luck() < self.losses_of_ten {
            return Attempt::Retry("lost on the way".into());
        }
        let answer = self.inner.report(health, wait).await;
        if self.luck() < self.losses_of_ten { Attempt::Retry("answer lost".into()) } else { answer }
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        if self.luck() < self.losses_of_ten {
            return Attempt::Retry("lost on the way".into());
        }
        let answer = self.inner.photo_held(photo).await;
        if self.luck() < self.losses_of_ten { Attempt::Retry("answer lost".into()) } else { answer }
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        if self.luck() < self.losses_of_ten {
            return Attempt::Retry("lost on the way".into());
        }
        if self.luck() < self.losses_of_ten {
            let _ = self.inner.send_piece(piece.clone()).await;
        }
        let answer = self.inner.send_piece(piece).await;
        if self.luck() < self.losses_of_ten { Attempt::Retry("answer lost".into()) } else { answer }
    }
}

/// One kiosk: a file, and a worker that may be killed and started again.
pub struct TestKiosk {
    pub id: KioskId,
    pub series: Series,
    token: String,
    pub path: std::path::PathBuf,
    pub store: Arc<Mutex<Store>>,
    pub wake: Arc<Notify>,
    pub told: Arc<Mutex<Vec<Told>>>,
    pub cut: Cut,
    pub worker: JoinHandle<()>,
}

impl TestKiosk {
    pub fn start(
        desk: &Desk,
        folder: &std::path::Path,
        letters: &str,
        random: &Arc<Mutex<Random>>,
        losses_of_ten: u64,
    ) -> Self {
        let id = KioskId::new(format!("kiosk-{}", letters.to_lowercase()));
        let token = format!("token-of-kiosk-{letters}-0123456789");
        let series = letters.parse().unwrap();
        desk.enrol_kiosk(&id, series, &token).unwrap();
        let path = folder.join(format!("{id}.db"));
        let store = Arc::new(Mutex::new(Store::open(&path, series, seal()).unwrap()));
        let (wake, told, cut) = (Arc::new(Notify::new()), Arc::default(), Cut::default());
        let worker = tokio::spawn(async {});
        let mut kiosk = Self { id, series, token, path, store, wake, told, cut, worker };
        kiosk.restart(desk, random, losses_of_ten);
        kiosk
    }

    /// As after a power cut: the worker is gone, the file is opened anew.
    pub fn restart(&mut self, desk: &Desk, random: &Arc<Mutex<Random>>, losses_of_ten: u64) {
        self.restart_with_clock(desk, random, losses_of_ten, &monday());
    }

    pub fn restart_with_clock(
        &mut self,
        desk: &Desk,
        random: &Arc<Mutex<Random>>,
        losses_of_ten: u64,
        clock: &ManualClock,
    ) {
        let clock = clock.clone();
        self.worker.abort();
        self.store = Arc::new(Mutex::new(Store::open(&self.path, self.series, seal()).unwrap()));
        let inner = InProcess::new(desk.clone(), self.token.clone());
        let lossy = Lossy { inner, random: Arc::clone(random), losses_of_ten };
        let told = Arc::clone(&self.told);
        let worker = Worker {
            api: Cuttable::new(lossy, self.cut.clone()),
            store: Arc::clone(&self.store),
            kiosk: self.id.clone(),
            wake: Arc::clone(&self.wake),
            vitals: Vitals::new(move || clock.now()),
            seed: 5,
            tell: Box::new(move |word| told.lock().unwrap().push(word)),
        };
        self.worker = tokio::spawn(async move { worker.run().await });
    }

    pub fn check_in(&self, clock: &ManualClock, appointment: &str) -> String {
        self.check_in_as(clock, appointment, "ada")
    }

    pub fn check_in_as(&self, clock: &ManualClock, appointment: &str, patient: &str) -> String {
        let known = self
            .store
            .lock()
            .unwrap()
            .check_in(&CheckIn { at: clock.now(), ..checked_in(&patient.into(), &[appointment.into()]) })
            .unwrap();
        self.wake.notify_one();
        known.ticket.number.to_string()
    }

    pub fn last(&self) -> Seq {
        self.store.lock().unwrap().last_seq().unwrap()
    }

    pub fn is_in_step(&self) -> bool {
        let store = self.store.lock().unwrap();
        store.last_seq().unwrap() == store.held().unwrap()
    }

    pub fn ticket(&self, appointment: &str) -> Option<String> {
        self.store.lock().unwrap().ticket(&appointment.into()).unwrap().map(|known| known.ticket.number.to_string())
    }
}

pub fn desk(folder: &std::path::Path, clock: &ManualClock, appointments: u64) -> Desk {
    let settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
    let desk = Desk::open(&folder.join("desk"), settings, Arc::new(clock.clone())).unwrap();
    let list: Vec<Appointment> = (0..appointments).map(|n| appointment(&format!("apt-{n}"))).collect();
    desk.import_appointments(&list).unwrap();
    desk
}

pub fn monday() -> ManualClock {
    ManualClock::at("2026-11-23T14:05:00Z".parse().unwrap())
}

pub fn random(seed: u64) -> Arc<Mutex<Random>> {
    Arc::new(Mutex::new(Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)))
}

/// Lets the mocked time pass until something is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..20_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain until {what}");
}

#[tokio::test(start_paused = true)]
async fn the_desk_hears_of_a_check_in_and_the_kiosk_of_the_desks_answer() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 3);
    let kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(1), 0);
    until("the list has come", || kiosk.store.lock().unwrap().list().unwrap().len() == 3).await;
    let number = kiosk.check_in(&clock, "apt-1");
    until("the desk has acknowledged", || kiosk.is_in_step()).await;
    let visit = desk.visit(&"apt-1".into()).unwrap().unwrap();
    assert_eq!(visit.ticket.unwrap().number.to_string(), number);
    desk.mark_seen(&"apt-1".into(), "ana").unwrap();
    until("the kiosk hears that staff have seen it", || {
        kiosk.store.lock().unwrap().ticket(&"apt-1".into()).unwrap().unwrap().seen
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_the_desk_the_kiosk_goes_on_and_catches_up() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 5);
    let kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(2), 0);
    until("the list has come", || kiosk.store.lock().unwrap().list().unwrap().len() == 5).await;
    kiosk.cut.set(true);
    for n in 0..5 {
        assert_eq!(kiosk.check_in(&clock, &format!("apt-{n}")), format!("A{}", n + 1));
    }
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(desk.held(&kiosk.id).unwrap(), Seq(0));
    kiosk.cut.set(false);
    until("everything has arrived", || kiosk.is_in_step()).await;
    assert_eq!(desk.held(&kiosk.id).unwrap(), Seq(5));
}

#[tokio::test(start_paused = true)]
async fn a_replaced_card_stops_and_says_so_instead_of_losing_events() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 3);
    let mut kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(3), 0);
    kiosk.check_in(&clock, "apt-0");
    kiosk.check_in(&clock, "apt-1");
    until("both have arrived", || kiosk.is_in_step()).await;
    // Somebody puts an empty card in.
    kiosk.worker.abort();
    kiosk.path = folder.path().join("new-card.db");
    kiosk.restart(&desk, &random(3), 0);
    until("the kiosk says that it disagrees", || {
        kiosk.told.lock().unwrap().iter().any(|word| *word == Told::Disagree { desk: Seq(2), kiosk: Seq(0) })
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_replaced_card_that_has_gone_on_by_itself_is_refused_and_loses_nothing() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 4);
    let mut kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(6), 0);
    kiosk.check_in(&clock, "apt-0");
    until("it has arrived", || kiosk.is_in_step()).await;
    // An empty card, and no network: by now its log is the longer one, with other events under the same numbers.
    kiosk.worker.abort();
    kiosk.path = folder.path().join("new-card.db");
    kiosk.cut.set(true);
    kiosk.restart(&desk, &random(6), 0);
    clock.advance(Duration::from_secs(60));
    kiosk.check_in(&clock, "apt-2");
    kiosk.check_in(&clock, "apt-3");
    kiosk.cut.set(false);
    until("the refusal is told", || {
        kiosk.told.lock().unwrap().iter().any(|word| *word == Told::Refused(arrivals::sync::api::Refusal::OtherHistory))
    })
    .await;
    assert_eq!(desk.held(&kiosk.id).unwrap(), Seq(1), "nothing of the other log was mixed in");
    let store = kiosk.store.lock().unwrap();
    assert_eq!(
        (store.acknowledged().unwrap(), store.events_after(Seq(0), 10).unwrap().len()),
        (Seq(0), 2),
        "nothing was given up"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_token_is_refused_and_nothing_is_dropped() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let desk = desk(folder.path(), &clock, 1);
    let mut kiosk = TestKiosk::start(&desk, folder.path(), "A", &random(4), 0);
    kiosk.token = "not-the-token-of-this-kiosk".into();
    kiosk.restart(&desk, &random(4), 0);
    kiosk.check_in(&clock, "apt-0");
    until("the refusal is told", || kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Refused(_))))
        .await;
    assert!(!kiosk.is_in_step());
    kiosk.token = "token-of-kiosk-A-0123456789".into();
    kiosk.restart(&desk, &random(4), 0);
    until("it has arrived with the right token", || kiosk.is_in_step()).await;
}

async fn simulate(seed: u64) {
    const APPOINTMENTS: u64 = 30;
    const LOSSES_OF_TEN: u64 = 3;
    println!("seed {seed}");
    let (folder, clock) = (tempfile::tempdir().unwrap(), monday());
    let random = random(seed);
    let desk = desk(folder.path(), &clock, APPOINTMENTS);
    let mut kiosks: Vec<TestKiosk> =
        ["A", "B", "AB"].map(|letters| TestKiosk::start(&desk, folder.path(), letters, &random, LOSSES_OF_TEN)).into();
    let draw = |limit: u64| random.lock().unwrap().below(limit);
    for _ in 0..120 {
        let one = draw(3) as usize;
        match draw(10) {
            0 => kiosks[one].restart(&desk, &random, LOSSES_OF_TEN),
            1 => kiosks[one].cut.set(true),
            2 => kiosks[one].cut.set(false),
            3 => {
                let at = clock.now();
                kiosks[one].store.lock().unwrap().append(at, &KioskEvent::WalkedAway { step: "find".into() }).unwrap();
                kiosks[one].wake.notify_one();
            }
            // A kiosk's wall clock jumps about; order is `seq`.
            4 => clock.set("2026-11-23T14:00:00Z".parse().unwrap()),
            5 => tokio::time::sleep(Duration::from_secs(draw(20))).await,
            _ => {
                kiosks[one].check_in(&clock, &format!("apt-{}", draw(APPOINTMENTS)));
            }
        }
        clock.advance(Duration::from_secs(1));
    }
    for kiosk in &kiosks {
        kiosk.cut.set(false);
        kiosk.wake.notify_one();
    }
    until("all are in step", || kiosks.iter().all(TestKiosk::is_in_step)).await;
    // Every event is at the desk once, in order, as it was logged.
    for kiosk in &kiosks {
        let ours = kiosk.store.lock().unwrap().events_after(Seq(0), 1000).unwrap();
        let theirs = desk.with_store(|store| store.events(&kiosk.id)).unwrap();
        assert_eq!(ours, theirs, "seed {seed}, {}", kiosk.id);
        assert!(theirs.iter().zip(1..).all(|(event, seq)| event.seq == Seq(seq)));
    }
    // One visit, one ticket: the first that the desk heard of, and in the end every kiosk knows it.
    for n in 0..APPOINTMENTS {
        let id = AppointmentId::new(format!("apt-{n}"));
        let Some(ticket) = desk.visit(&id).unwrap().unwrap().ticket else {
            assert!(
                kiosks.iter().all(|kiosk| kiosk.ticket(id.as_str()).is_none()),
                "seed {seed}: {id} has a ticket that the desk does not know"
            );
            continue;
        };
        let number = ticket.number.to_string();
        until("every kiosk knows the ticket", || {
            kiosks.iter().all(|kiosk| kiosk.ticket(id.as_str()).as_ref() == Some(&number))
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_the_network_does_everything_arrives_once() {
    let seeds = match std::env::var("ARRIVALS_SEED").ok().and_then(|text| text.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 1..13,
    };
    for seed in seeds {
        simulate(seed).await;
    }
}
