//! The desk itself: store, clock, settings, and who hears of a change.
//!
//! Invariant: nothing of a single capability is here.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::base::error::DeskError;
use super::store::Store;
use crate::clock::Clock;
use crate::domain::settings::ClinicSettings;

/// A desk over one data folder. Clones share it.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Mutex<Store>,
    clock: Arc<dyn Clock>,
    settings: RwLock<Known>,
    revision: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
    parts: Parts,
}

/// What capabilities keep beside the store, each under its own type: a cache, or what the configuration says.
#[derive(Default)]
struct Parts(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

/// What a desk is opened with beside its folder. Each capability has a method here for what it takes from the
/// configuration.
#[derive(Default)]
pub struct DeskOptions(Parts);

impl DeskOptions {
    /// Keeps a part of a capability.
    #[must_use]
    pub(in crate::desk) fn with<T: Send + Sync + 'static>(self, part: T) -> Self {
        self.0.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>(), Arc::new(part));
        self
    }
}

/// The clinic's settings as they were read last.
struct Known {
    /// The revision of the change that made them so.
    since: u64,
    settings: Arc<ClinicSettings>,
}

impl Desk {
    /// Opens the desk of this folder and gives it these settings.
    ///
    /// # Errors
    /// If the folder cannot be used, its file is newer than this program, or the time zone is unknown.
    pub fn open(data: &Path, settings: ClinicSettings, clock: Arc<dyn Clock>) -> Result<Self, DeskError> {
        Self::open_with(data, Some(settings), DeskOptions::default(), clock)
    }

    /// Opens the desk of this folder with the settings it has.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn open_stored(data: &Path, clock: Arc<dyn Clock>) -> Result<Self, DeskError> {
        Self::open_with(data, None, DeskOptions::default(), clock)
    }

    /// Opens the desk of this folder. Without settings it keeps those that it has.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub fn open_with(
        data: &Path,
        settings: Option<ClinicSettings>,
        options: DeskOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DeskError> {
        let mut store = Store::open(data)?;
        if let Some(settings) = settings {
            store.set_settings(&settings, clock.now())?;
        }
        store.need_life(clock.now())?;
        store.understand_newer(clock.now())?;
        store.need_letter_key(clock.now())?;
        store.need_page_keys(clock.now())?;
        let (since, settings) = store.settings_after(None)?.unwrap_or_default();
        let settings = RwLock::new(Known { since, settings: Arc::new(settings) });
        let (revision, _) = watch::channel(store.revision()?);
        let (stopping, _) = watch::channel(false);
        Ok(Self {
            inner: Arc::new(Inner { store: Mutex::new(store), clock, settings, revision, stopping, parts: options.0 }),
        })
    }

    /// What a capability keeps beside the store: as the desk was opened with it, or empty at first.
    pub(in crate::desk) fn part<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let parts = &self.inner.parts.0;
        let known = parts.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).map(Arc::clone);
        let part = match known {
            Some(part) => part,
            None => {
                let mut parts = parts.write().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(parts.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())))
            }
        };
        // It is kept under the type that it has.
        part.downcast().unwrap_or_default()
    }

    /// The clinic's settings, with the keys of letters. Hold them for one answer and ask again for the next: they
    /// change while the desk runs, here or in another process.
    #[must_use]
    pub fn settings(&self) -> Arc<ClinicSettings> {
        Arc::clone(&self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).settings)
    }

    /// The settings as the file has them now, for anyone who holds the store already. From here on everyone gets these.
    pub(in crate::desk) fn settings_of(&self, store: &mut Store) -> Result<Arc<ClinicSettings>, DeskError> {
        let known = self.inner.settings.read().unwrap_or_else(PoisonError::into_inner).since;
        if let Some((since, settings)) = store.settings_after(Some(known))? {
            *self.inner.settings.write().unwrap_or_else(PoisonError::into_inner) =
                Known { since, settings: Arc::new(settings) };
        }
        Ok(self.settings())
    }

    /// Wakes every page and kiosk that waits, if anything changed: here or in another process. New settings count
    /// before anyone wakes.
    pub fn notify(&self) {
        let looked = self.with_store(|store| {
            self.settings_of(store)?;
            store.revision()
        });
        match looked {
            Ok(revision) => {
                self.inner.revision.send_if_modified(|known| std::mem::replace(known, revision) != revision);
            }
            Err(error) => tracing::error!(%error, "cannot check for changes; pages will update late"),
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

    /// How long the clock has run, for measuring.
    pub(crate) fn elapsed(&self) -> Duration {
        self.inner.clock.elapsed()
    }

    /// The revision that everyone was told last.
    pub(crate) fn told(&self) -> u64 {
        *self.inner.revision.borrow()
    }

    /// Ends what waits, or allows it again.
    pub(in crate::desk) fn stop(&self, is_stopping: bool) {
        self.inner.stopping.send_replace(is_stopping);
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.inner.stopping.subscribe()
    }
}
