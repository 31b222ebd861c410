//! The desk: today's list, the kiosks' server, import, and the staff's page.
//!
//! Invariants: all SQL is in [`store`]; nothing is kept in memory that another process could not
//! rebuild from the store; every live update goes through [`Desk::notify`]; the desk names neither
//! `kiosk` nor a device's driver.

pub mod account;
pub mod alarm;
pub mod api;
pub mod audit;
pub mod board;
pub mod booking;
pub mod bounds;
pub mod by_hand;
pub mod calling;
pub mod changes;
pub mod checking;
pub mod clean_up;
pub mod config;
pub mod connections;
pub mod dates;
pub mod eligibility;
pub mod error;
pub mod guessing;
pub mod import;
pub mod keeping;
pub mod kept;
pub mod kiosks;
pub mod letters;
pub mod matching;
pub mod messages;
pub mod out;
pub mod page;
pub mod passwords;
pub mod queues;
pub mod reports;
pub mod secret;
pub mod serve;
pub mod session;
pub mod settings;
mod shared;
pub mod store;
pub mod tickets;
pub mod today;
pub mod totp;
pub mod users;
pub mod words;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};

use self::eligibility::Payers;
pub use self::error::DeskError;
use self::store::{COMMAND, FileState, Heard, SameNumberVerdict, StaffAction, StaffWork, Store, Taken, Unsaid, VisitRow};
use crate::clock::Clock;
use crate::domain::appointment::Appointment;
use crate::domain::ids::{AppointmentId, KioskId, PatientId, Seq};
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::{CallAs, Series, Ticket};

/// A session ends after this many minutes without work, unless the configuration says otherwise.
pub const SESSION_IDLE_MINUTES: u32 = 15;
/// Passwords hashed at the same time: each takes 19 MiB and a core.
const HASHING_AT_ONCE: usize = 2;

/// A desk over one data folder. Clones share it.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Mutex<Store>,
    clock: Arc<dyn Clock>,
    settings: RwLock<Known>,
    session_idle: Duration,
    second_step_for: account::SecondStepFor,
    revision: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
    hashing: Semaphore,
    connections_max: Option<usize>,
    payers: Option<Arc<dyn Payers>>,
    kept: kept::KeptForms,
    previews: import::preview::Previews,
    messages: Option<messages::MessageSettings>,
    today: shared::Shared<today::Today>,
    lists: page::Lists,
    boards: board::Drawn,
    watch: shared::Shared<kiosks::Watch>,
    /// What the last look at the file found.
    file: Mutex<Arc<FileState>>,
}

/// The clinic's settings as they were read last.
struct Known {
    /// The revision of the change that made them so.
    since: u64,
    settings: Arc<ClinicSettings>,
}

/// One visit, as the desk would show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitView {
    /// Where it stands.
    pub state: VisitState,
    /// Why somebody is or was needed, most urgent first.
    pub reasons: Vec<Reason>,
    /// The ticket that counts.
    pub ticket: Option<Ticket>,
    /// Whether staff have seen the arrival.
    pub seen: bool,
    /// How they want to be called.
    pub call_as: CallAs,
    /// Where they checked in.
    pub kiosk: Option<KioskId>,
    /// What the printer said, in words.
    pub print: Option<String>,
    /// Whether somebody without an appointment asked for it.
    pub is_walk_in: bool,
}

impl From<VisitRow> for VisitView {
    fn from(row: VisitRow) -> Self {
        let mut reasons: Vec<Reason> = row.reasons.iter().map(|reason| reason.reason).collect();
        reasons.sort();
        reasons.dedup();
        Self {
            state: row.state,
            reasons,
            ticket: row.ticket,
            seen: row.seen.is_some(),
            call_as: row.call_as,
            kiosk: row.kiosk,
            print: row.print,
            is_walk_in: row.walk_in.is_some(),
        }
    }
}

impl Desk {
    /// Opens the desk of this folder and gives it these settings.
    ///
    /// # Errors
    /// If the folder cannot be used, its file is newer than this program, or the time zone is unknown.
    pub fn open(data: &Path, settings: ClinicSettings, clock: Arc<dyn Clock>) -> Result<Self, DeskError> {
        let mut store = Store::open(data)?;
        store.set_settings(&settings, clock.now())?;
        Self::with(store, clock)
    }

    /// Opens the desk of this folder with the settings it has.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn open_stored(data: &Path, clock: Arc<dyn Clock>) -> Result<Self, DeskError> {
        Self::with(Store::open(data)?, clock)
    }

    fn with(mut store: Store, clock: Arc<dyn Clock>) -> Result<Self, DeskError> {
        store.need_life(clock.now())?;
        store.understand_newer()?;
        store.need_letter_key(clock.now())?;
        store.need_page_keys(clock.now())?;
        let (since, settings) = store.settings_after(None)?.unwrap_or_default();
        let settings = RwLock::new(Known { since, settings: Arc::new(settings) });
        let (revision, _) = watch::channel(store.revision()?);
        let (stopping, _) = watch::channel(false);
        let session_idle = Duration::from_secs(60 * u64::from(SESSION_IDLE_MINUTES));
        let hashing = Semaphore::new(HASHING_AT_ONCE);
        let (payers, kept, previews) = (None, kept::KeptForms::default(), import::preview::Previews::default());
        let (today, watch) = (shared::Shared::default(), shared::Shared::default());
        let (lists, boards) = (page::Lists::default(), board::Drawn::default());
        let store = Mutex::new(store);
        let messages = None;
        let second_step_for = account::SecondStepFor::default();
        let inner = Inner {
            store,
            clock,
            settings,
            session_idle,
            second_step_for,
            revision,
            stopping,
            hashing,
            connections_max: None,
            payers,
            kept,
            previews,
            messages,
            today,
            lists,
            boards,
            watch,
            file: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same desk with another time until an idle session ends. Only before it is shared.
    #[must_use]
    pub fn with_session_idle(mut self, idle: Duration) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.session_idle = idle;
        }
        self
    }

    /// The same desk, where these must have the second step of signing in. Only before it is shared.
    #[must_use]
    pub fn with_second_step_for(mut self, whom: account::SecondStepFor) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.second_step_for = whom;
        }
        self
    }

    /// The same desk with another number of connections at once than the system allows. Only before it is shared.
    #[must_use]
    pub fn with_connections_max(mut self, max: usize) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.connections_max = Some(max);
        }
        self
    }

    /// The clinic's settings, with the keys of letters. Hold them for one answer and ask again for the next: they change while the
    /// desk runs, here or in another process.
    #[must_use]
    pub fn settings(&self) -> Arc<ClinicSettings> {
        Arc::clone(&self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).settings)
    }

    /// The settings as the file has them now, for whoever holds the store already. From here on everybody gets these.
    fn settings_of(&self, store: &mut Store) -> Result<Arc<ClinicSettings>, DeskError> {
        let known = self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).since;
        if let Some((since, settings)) = store.settings_after(Some(known))? {
            *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) = Known { since, settings: Arc::new(settings) };
        }
        Ok(self.settings())
    }

    /// Lets a kiosk in, or gives a known one another token.
    ///
    /// # Errors
    /// If the id, the series or the token will not do, or another kiosk has the series.
    pub fn enrol_kiosk(&self, id: &KioskId, series: Series, token: &str) -> Result<(), DeskError> {
        self.enrol_kiosk_by(id, series, token, COMMAND)
    }

    /// As [`Desk::enrol_kiosk`]. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// As [`Desk::enrol_kiosk`].
    pub fn enrol_kiosk_by(&self, id: &KioskId, series: Series, token: &str, by: &str) -> Result<(), DeskError> {
        config::check_kiosk(id.as_str(), series, token)?;
        let now = self.now();
        self.with_store(|store| store.enrol_kiosk(id, series, &secret::hash_token(token), by, now))?;
        self.notify();
        Ok(())
    }

    /// Says where a kiosk stands: "Main lobby, by the entrance". Staff read it when somebody there needs them.
    ///
    /// # Errors
    /// If the text will not do or the file cannot be written.
    pub fn place_kiosk(&self, id: &KioskId, place: &str) -> Result<(), DeskError> {
        self.place_kiosk_by(id, place, COMMAND)
    }

    /// As [`Desk::place_kiosk`]. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// As [`Desk::place_kiosk`].
    pub fn place_kiosk_by(&self, id: &KioskId, place: &str, by: &str) -> Result<(), DeskError> {
        config::check_kiosk_place(id.as_str(), place)?;
        let now = self.now();
        self.with_store(|store| store.place_kiosk(id, place.trim(), by, now))?;
        self.notify();
        Ok(())
    }

    /// Joins two people with one number of the booking system, or notes that they are two. Answers whether that was still to decide.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn decide_same_number(&self, pair: (&PatientId, &PatientId), verdict: SameNumberVerdict, by: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let decided = self.with_store(|store| store.decide_same_number(pair, verdict, by, now))?;
        if decided {
            self.notify();
        }
        Ok(decided)
    }

    /// Takes appointments over; what is as it was stays untouched.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn import_appointments(&self, list: &[Appointment]) -> Result<Taken, DeskError> {
        let mut heard = self.listen()?;
        list.iter().for_each(|appointment| heard.hear(appointment));
        self.end_contradicted(&heard)?;
        self.take_list(list, Unsaid::default())
    }

    /// What staff accepted, ready to hear a whole list before any of it is taken.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn listen(&self) -> Result<Heard, DeskError> {
        self.with_store(|store| store.listen())
    }

    /// Ends what staff accepted where a list says something else. Once for a list, before any of it is taken.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_contradicted(&self, heard: &Heard) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.end_contradicted(heard, now))
    }

    /// Takes over appointments of a list, or of a part of it, that leaves something unsaid: of that the desk keeps what it has.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take_list(&self, list: &[Appointment], unsaid: Unsaid) -> Result<Taken, DeskError> {
        let now = self.now();
        let taken = self.with_store(|store| store.take_appointments(list, unsaid, now))?;
        self.notify();
        Ok(taken)
    }

    /// How a visit stands; none if the desk never heard of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit(&self, id: &AppointmentId) -> Result<Option<VisitView>, DeskError> {
        Ok(self.with_store(|store| store.visit(id))?.map(VisitView::from))
    }

    /// Reasons of open stops by people whom nobody knows yet, of whatever day, most urgent first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open_stops(&self) -> Result<Vec<Reason>, DeskError> {
        let now = self.now();
        let stops = self.with_store(|store| store.stops_at(now))?;
        let mut reasons: Vec<Reason> = stops.into_iter().filter(|s| s.latest.taken.is_none()).map(|s| s.latest.reason).collect();
        reasons.sort();
        Ok(reasons)
    }

    /// Notes that `user` has seen an arrival; the kiosk hears of it. `false` if it was seen already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn mark_seen(&self, id: &AppointmentId, user: &str) -> Result<bool, DeskError> {
        self.act(&StaffWork::Visit(id.clone()), StaffAction::Seen, user)
    }

    /// Does what a member of staff asks; `false` if there was nothing to do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn act(&self, work: &StaffWork, action: StaffAction, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.act(work, action, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Up to where nothing of this kiosk's events is missing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&self, kiosk: &KioskId) -> Result<Seq, DeskError> {
        self.with_store(|store| store.held(kiosk))
    }

    /// Wakes every page and kiosk that waits, if anything changed: here or in another process. New settings count before anybody wakes.
    pub fn notify(&self) {
        let looked = self.with_store(|store| {
            self.settings_of(store)?;
            store.revision()
        });
        match looked {
            Ok(revision) => {
                self.inner.revision.send_if_modified(|known| std::mem::replace(known, revision) != revision);
            }
            Err(error) => tracing::error!(%error, "cannot see whether anything changed; pages will be late"),
        }
    }

    /// Works with the store; for what takes no longer than a few milliseconds.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn with_store<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, DeskError>) -> Result<T, DeskError> {
        let mut store = self.inner.store.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut store)
    }

    /// Works on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, DeskError> + Send + 'static,
    ) -> Result<T, DeskError> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk)).await.map_err(|_| DeskError::Stopping)?
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.revision.subscribe()
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.inner.stopping.subscribe()
    }
}
