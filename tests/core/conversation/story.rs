//! What happens at the desk and at the kiosk of a conversation, and what both know in the end.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrivals::clock::{Clock as _, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::store::Removal;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::event::{KioskEvent, LoggedEvent};
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::Series;
use arrivals::store::Store;
use arrivals::store::photos::Photo;
use arrivals::store::tickets::{CheckIn, WalkIn};
use arrivals::sync::vitals::Vitals;
use arrivals::sync::worker::{Told, Worker};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::super::people::seal;
use super::line::{Does, Taken};
use super::way::{Answers, Way};

/// Who did what staff do.
const USER: &str = "ana";

/// The desk of a conversation.
pub struct AtDesk {
    pub desk: Desk,
    pub clock: ManualClock,
    pub kiosk: KioskId,
    pub token: String,
    _folder: TempDir,
}

impl AtDesk {
    /// With the first line of a conversation.
    pub fn open(first: &Does) -> Self {
        let Does::Opens { at, settings } = first else { panic!("a conversation begins with a desk") };
        let (folder, clock) = (tempfile::tempdir().unwrap(), ManualClock::at(*at));
        let settings: ClinicSettings = serde_json::from_value(settings.clone()).unwrap();
        let desk = Desk::open(folder.path(), settings, Arc::new(clock.clone())).unwrap();
        Self { desk, clock, kiosk: KioskId::new(""), token: String::new(), _folder: folder }
    }

    pub fn does(&mut self, does: &Does) {
        let desk = &self.desk;
        match does {
            Does::Enrolls { kiosk, letters, token } => {
                (self.kiosk, self.token) = (KioskId::new(kiosk.as_str()), token.clone());
                desk.enrol_kiosk(&self.kiosk, letters.parse().unwrap(), token).unwrap();
            }
            Does::Clock { at } => self.clock.set(*at),
            Does::Imports { appointments } => {
                let list: Vec<Appointment> =
                    appointments.iter().map(|one| serde_json::from_value(one.clone()).unwrap()).collect();
                desk.import_appointments(&list).unwrap();
            }
            Does::Settings { settings } => {
                let settings: ClinicSettings = serde_json::from_value(settings.clone()).unwrap();
                desk.with_store(|store| store.set_settings(&settings, self.clock.now())).unwrap();
                desk.notify();
            }
            Does::Orders { order } => {
                desk.order(&self.kiosk, order, USER).unwrap().unwrap();
            }
            Does::Acknowledges { appointment } => {
                assert!(desk.mark_seen(&AppointmentId::new(appointment.as_str()), USER).unwrap());
            }
            Does::Removes { patient } => {
                let asked = desk.asked(patient, "the patient, by letter").unwrap().unwrap();
                assert!(matches!(desk.remove_patient(patient, &asked, USER).unwrap(), Removal::Done(_)));
            }
            Does::AllowsToContinue => desk.adopt_kiosk(&self.kiosk, USER).unwrap(),
            Does::Opens { .. } | Does::Starts | Does::NewCard | Does::Photographs { .. } | Does::Loses { .. } => {}
        }
    }

    /// What the desk knows: each visit, each order, each photo, and up to where it heard the kiosk.
    pub fn ends(&self) -> Value {
        let date = self.clock.now().to_zoned_datetime(self.desk.settings().zone().unwrap()).date();
        let rows = self.desk.with_store(|store| store.visits_of(date)).unwrap();
        let mut visits = Map::new();
        for row in rows {
            let view = self.desk.visit(&row.id).unwrap().unwrap();
            visits.insert(
                row.id.to_string(),
                json!({
                    "state": view.state.code(), "reasons": view.reasons, "ticket": view.ticket, "seen": view.seen,
                    "call_as": view.call_as, "print": view.print, "is_walk_in": view.is_walk_in,
                }),
            );
        }
        let orders = self.desk.with_store(|store| store.orders_of(&self.kiosk, 99, self.clock.now())).unwrap();
        let orders: Vec<Value> = orders
            .iter()
            .map(|row| {
                let state = format!("{:?}", row.state);
                json!({ "what": row.what, "state": state.split('(').next(), "why": row.why })
            })
            .collect();
        let proposals = self.desk.with_store(|store| store.open_changes()).unwrap();
        let mut changes: Vec<String> = proposals.iter().map(|change| change.key.field.code().to_owned()).collect();
        changes.sort();
        let mut stops: Vec<Value> = self.desk.open_stops().unwrap().iter().map(|reason| json!(reason)).collect();
        stops.sort_by_key(Value::to_string);
        let held = self.desk.held(&self.kiosk).unwrap();
        json!({ "held": held, "visits": visits, "orders": orders, "changes": changes, "stops": stops })
    }
}

/// The kiosk of a conversation.
pub struct AtKiosk<A> {
    pub clock: ManualClock,
    pub kiosk: KioskId,
    pub store: Arc<Mutex<Store>>,
    pub wake: Arc<Notify>,
    pub vitals: Vitals,
    pub told: Arc<Mutex<Vec<Told>>>,
    pub photos: Vec<Taken>,
    answers: A,
    series: Series,
    cards: usize,
    folder: TempDir,
    worker: Option<JoinHandle<()>>,
}

impl<A: Answers + Clone + 'static> AtKiosk<A> {
    pub fn new(clock: ManualClock, kiosk: &str, letters: &str, answers: A) -> Self {
        let (folder, series) = (tempfile::tempdir().unwrap(), letters.parse().unwrap());
        let store = Arc::new(Mutex::new(Store::open(&folder.path().join("card-0.db"), series, seal()).unwrap()));
        let of = clock.clone();
        let vitals = Vitals::new(move || of.now());
        let worker = None;
        let (wake, told, kiosk) = (Arc::default(), Arc::default(), KioskId::new(kiosk));
        Self { clock, kiosk, store, wake, vitals, told, photos: Vec::new(), answers, series, cards: 0, folder, worker }
    }

    fn card(&self) -> PathBuf {
        self.folder.path().join(format!("card-{}.db", self.cards))
    }

    pub fn store(&self) -> std::sync::MutexGuard<'_, Store> {
        self.store.lock().unwrap()
    }

    pub async fn does(&mut self, does: &Does) {
        match does {
            Does::Clock { at } => self.clock.set(*at),
            Does::Starts => {
                self.stop().await;
                let mut store = Store::open(&self.card(), self.series, seal()).unwrap();
                store.begin_unheard();
                self.store = Arc::new(Mutex::new(store));
                self.start();
            }
            Does::NewCard => {
                self.stop().await;
                self.cards += 1;
                self.store = Arc::new(Mutex::new(Store::open(&self.card(), self.series, seal()).unwrap()));
            }
            Does::Photographs { photos } => self.photos.extend(photos.clone()),
            Does::Loses { seq } => {
                let at = self.clock.now();
                let lost = self.store().append(at, &KioskEvent::WalkedAway { step: "find".into() }).unwrap();
                assert_eq!(lost.0, *seq);
                self.store().append(at, &KioskEvent::WalkedAway { step: "visits".into() }).unwrap();
                let file = rusqlite::Connection::open(self.card()).unwrap();
                assert_eq!(file.execute("DELETE FROM event WHERE seq = ?1", [seq.cast_signed()]).unwrap(), 1);
            }
            Does::Opens { .. }
            | Does::Enrolls { .. }
            | Does::Imports { .. }
            | Does::Settings { .. }
            | Does::Orders { .. }
            | Does::Acknowledges { .. }
            | Does::Removes { .. }
            | Does::AllowsToContinue => {}
        }
    }

    pub async fn stop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.abort();
            let _ = worker.await;
        }
    }

    fn start(&mut self) {
        let told = Arc::clone(&self.told);
        let worker = Worker {
            api: Way(self.answers.clone()),
            store: Arc::clone(&self.store),
            kiosk: self.kiosk.clone(),
            wake: Arc::clone(&self.wake),
            vitals: self.vitals.clone(),
            seed: 5,
            tell: Box::new(move |word| told.lock().unwrap().push(word)),
        };
        self.worker = Some(tokio::spawn(async move { worker.run().await }));
    }

    /// It happens at the kiosk as the log says, if it has not happened yet.
    pub fn happens(&self, logged: &LoggedEvent) {
        let mut store = self.store();
        if store.last_seq().unwrap() >= logged.seq {
            return;
        }
        match &logged.event {
            KioskEvent::CheckedIn(said) if self.cards == 0 => {
                let pictures: Vec<Vec<u8>> = self.photos.iter().map(Taken::picture).collect();
                let mut photos: Vec<Photo<'_>> = Vec::new();
                for (taken, picture) in self.photos.iter().zip(&pictures) {
                    if said
                        .proposals
                        .iter()
                        .any(|proposal| proposal.field == taken.field && proposal.photos.contains(&taken.side))
                    {
                        photos.push(Photo { field: taken.field, side: taken.side, picture });
                    }
                }
                store
                    .check_in(&CheckIn {
                        at: logged.at,
                        date: said.ticket.date,
                        patient: &said.patient,
                        appointments: &said.appointments,
                        language: said.language,
                        call_as: said.call_as,
                        details: said.details,
                        insurance: said.insurance,
                        companion: said.companion.as_ref(),
                        documents: said.documents.as_ref(),
                        proposals: &said.proposals,
                        photos: &photos,
                        place: "Waiting area A",
                    })
                    .unwrap();
            }
            KioskEvent::WalkedIn(asks) if self.cards == 0 => {
                store
                    .walk_in(&WalkIn {
                        at: logged.at,
                        date: asks.ticket.date,
                        given_name: &asks.given_name,
                        family_name: &asks.family_name,
                        birth_date: asks.birth_date,
                        category: &asks.category,
                        language: asks.language,
                        call_as: asks.call_as,
                        companion: asks.companion.as_ref(),
                        place: "Waiting area A",
                    })
                    .unwrap();
            }
            // Which numbers a card gives out that has not heard of the desk is its own business.
            other => {
                store.append(logged.at, other).unwrap();
            }
        }
        assert_eq!(store.last_seq().unwrap(), logged.seq);
    }

    /// What the kiosk knows: its list with tickets, its settings, and what it has left to tell.
    pub fn ends(&self) -> Value {
        let store = self.store();
        let mut list: Vec<AppointmentId> =
            store.list().unwrap().iter().map(|appointment| appointment.id.clone()).collect();
        list.sort();
        let tickets: Map<String, Value> = list
            .iter()
            .filter_map(|id| Some((id.to_string(), store.ticket(id).unwrap()?)))
            .map(|(id, known)| (id, json!({ "ticket": known.ticket, "seen": known.seen })))
            .collect();
        let settings = store.settings().unwrap().unwrap();
        json!({
            "list": list, "tickets": tickets, "clinic": settings.name, "zone": settings.time_zone,
            "series": store.series().to_string(), "last": store.last_seq().unwrap(), "held": store.held().unwrap(),
            "photos": store.pending_photos().unwrap().len(),
        })
    }
}
