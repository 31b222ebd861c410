//! One kiosk: its card, its clock, its program, its way to the desk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use arrivals::clock::{Clock, ManualClock};
use arrivals::domain::clinic_day::ClinicDay;
use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::ticket::{CallAs, Series, Ticket};
use arrivals::store::Store;
use arrivals::store::tickets::{CheckIn, WalkIn};
use arrivals::sync::api::Refusal;
use arrivals::sync::cut::{Cut, Cuttable};
use arrivals::sync::vitals::Vitals;
use arrivals::sync::worker::{Told, Worker};
use jiff::SignedDuration;
use jiff::civil::date;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::super::people::{checked_in, seal};
use super::checks::Kind;
use super::network::{Age, Net, Way};

pub struct Kiosk {
    pub id: KioskId,
    /// What the desk says that its numbers begin with.
    pub letters: Series,
    /// What its configuration says.
    pub configured: Series,
    pub path: PathBuf,
    /// How many cards it has had.
    pub cards: u64,
    pub clock: ManualClock,
    /// How far its clock is ahead of the true time.
    pub ahead: SignedDuration,
    pub age: Arc<Mutex<Age>>,
    pub cut: Cut,
    pub store: Arc<Mutex<Store>>,
    /// It sends patients to the desk.
    pub is_faulty: bool,
    /// Since its start it has talked to a program that does not say which numbers it knows.
    pub heard_older: bool,
    token: String,
    wake: Arc<Notify>,
    told: Arc<Mutex<Vec<Told>>>,
    worker: Option<JoinHandle<()>>,
}

/// Which number someone got, and whether two may have it: this kiosk could not know better.
pub struct Given {
    pub ticket: Ticket,
    pub kind: Kind,
    pub visit: AppointmentId,
}

impl Kiosk {
    pub fn new(folder: &Path, letters: &str, configured: Series, clock: ManualClock) -> Self {
        let id = KioskId::new(format!("kiosk-{}", letters.to_lowercase()));
        let path = folder.join(format!("{id}.db"));
        Self {
            token: Self::token_of(letters),
            store: Arc::new(Mutex::new(Store::open(&path, configured, seal()).unwrap())),
            letters: letters.parse().unwrap(),
            age: Arc::new(Mutex::new(Age::Same)),
            ahead: SignedDuration::ZERO,
            id,
            configured,
            path,
            cards: 0,
            clock,
            cut: Cut::default(),
            is_faulty: false,
            heard_older: false,
            wake: Arc::default(),
            told: Arc::default(),
            worker: None,
        }
    }

    pub fn token_of(letters: &str) -> String {
        format!("token-of-kiosk-{letters}-0123456789")
    }

    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap()
    }

    pub fn age(&self) -> Age {
        *self.age.lock().unwrap()
    }

    pub fn set_age(&mut self, age: Age) {
        *self.age.lock().unwrap() = age;
        self.heard_older |= age.is_older();
    }

    pub async fn stop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.abort();
            let _ = worker.await;
        }
    }

    /// As after a power cut: the worker is gone, the file is opened again.
    pub async fn start(&mut self, net: &Arc<Net>, losses_of_ten: u64) {
        self.stop().await;
        self.told.lock().unwrap().clear();
        self.is_faulty = false;
        self.heard_older = self.age().is_older();
        let mut store = Store::open(&self.path, self.configured, seal()).unwrap();
        store.begin_unheard();
        self.store = Arc::new(Mutex::new(store));
        let (net, token, kiosk, age) = (Arc::clone(net), self.token.clone(), self.id.clone(), Arc::clone(&self.age));
        let seed = net.below(1000);
        let (told, clock) = (Arc::clone(&self.told), self.clock.clone());
        let worker = Worker {
            api: Cuttable::new(Way { net, token, kiosk, age, losses_of_ten }, self.cut.clone()),
            store: Arc::clone(&self.store),
            kiosk: self.id.clone(),
            wake: Arc::clone(&self.wake),
            vitals: Vitals::new(move || clock.now()),
            seed,
            tell: Box::new(move |word| told.lock().unwrap().push(word)),
        };
        self.worker = Some(tokio::spawn(async move { worker.run().await }));
    }

    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// What the program does between patients.
    pub fn tidy(&mut self, day: &ClinicDay) {
        for word in std::mem::take(&mut *self.told.lock().unwrap()) {
            match word {
                Told::Disagree { .. } | Told::Refused(Refusal::OtherHistory) => self.is_faulty = true,
                Told::Adopted { .. } | Told::Acknowledged(_) => self.is_faulty = false,
                Told::Refused(why) => panic!("{} is refused: {why}", self.id),
                Told::StoreFailed(why) => panic!("{}: {why}", self.id),
                _ => {}
            }
        }
        self.store().remove_old(day).unwrap();
    }

    /// Someone wants to check in. None if the kiosk finds no visit of today, or sends everyone to the desk.
    pub fn check_in(&self, day: &ClinicDay, visit: &AppointmentId) -> Option<Given> {
        let now = self.clock.now();
        let date = day.of(now);
        let mut store = self.store();
        let list = store.list().unwrap();
        let found = list.get(visit).filter(|found| day.of(found.start) == date && !self.is_faulty)?;
        let kind = self.kind(&store);
        let check_in = CheckIn { at: now, date, ..checked_in(&found.person.id, std::slice::from_ref(visit)) };
        let known = store.check_in(&check_in).unwrap();
        drop(store);
        self.wake();
        Some(Given { ticket: known.ticket, kind, visit: visit.clone() })
    }

    /// Someone without an appointment asks to be seen.
    pub fn walk_in(&self, day: &ClinicDay, name: &str) -> Option<Given> {
        if self.is_faulty {
            return None;
        }
        let now = self.clock.now();
        let mut store = self.store();
        let kind = self.kind(&store);
        let asks = WalkIn {
            at: now,
            date: day.of(now),
            given_name: &name.into(),
            family_name: &"Example".into(),
            birth_date: BirthDate(date(1950, 1, 1)),
            category: "x",
            language: Language::English,
            call_as: CallAs::Number,
            companion: None,
            place: "",
        };
        let (known, visit) = store.walk_in(&asks).unwrap();
        drop(store);
        self.wake();
        Some(Given { ticket: known.ticket, kind, visit })
    }

    /// How sure the next number is.
    fn kind(&self, store: &Store) -> Kind {
        if store.series() != self.letters {
            Kind::Foreign
        } else if self.heard_older {
            Kind::Older
        } else if store.is_unheard() {
            Kind::Unsure
        } else {
            Kind::Sure
        }
    }

    pub fn append(&self, event: &KioskEvent) {
        self.store().append(self.clock.now(), event).unwrap();
        self.wake();
    }

    pub fn last(&self) -> Seq {
        self.store().last_seq().unwrap()
    }

    pub fn is_in_step(&self) -> bool {
        let store = self.store();
        store.last_seq().unwrap() == store.held().unwrap()
    }
}
