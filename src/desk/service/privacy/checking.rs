//! Whether the desk's file is whole, looked at when the desk starts and each night.
//!
//! Invariant: looking has a connection of its own, so no one waits for it; what was found stays in sight until the file
//! was looked at again and is whole.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{FileState, ReaderState};

/// How often a running desk looks whether the hour has come.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The clinic's hour from which on the file is looked at, once a night.
const HOUR: i8 = 3;

/// What the last look at the file found.
#[derive(Default)]
struct LastLook(Mutex<Arc<FileState>>);

impl Desk {
    /// Looks at the whole file, which takes seconds if it is large, and keeps what was found for the pages.
    ///
    /// # Errors
    /// If the file cannot be read, other than for being damaged.
    pub fn check_file(&self) -> Result<Arc<FileState>, DeskError> {
        let file = self.with_store(|store| store.read_only())?;
        let state = Arc::new(file.check()?);
        match state.sentence() {
            Some(sentence) => {
                for fault in &state.pages {
                    tracing::error!(fault, "the desk's file is damaged");
                }
                for (kiosk, seq) in &state.events {
                    tracing::error!(%kiosk, seq = seq.0, "an event differs from what the kiosk reported");
                }
                tracing::error!("{sentence}");
            }
            None => tracing::debug!("the desk's file is intact"),
        }
        *self.part::<LastLook>().0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&state);
        Ok(state)
    }

    /// What the last look at the file found; nothing before the first one.
    #[must_use]
    pub fn file_state(&self) -> Arc<FileState> {
        Arc::clone(&self.part::<LastLook>().0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where everything stands that follows what happened at the desk.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn readers(&self) -> Result<Vec<ReaderState>, DeskError> {
        self.with_store(|store| store.readers())
    }

    /// Lets a reader continue after the fact at which it waits. `false` if it does not wait there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn pass_over_fact(&self, reader: &str, fact: u64, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let passed = self.with_store(|store| store.pass_over_fact(reader, fact, user, now))?;
        self.notify();
        Ok(passed)
    }

    /// The night that the file should have been looked at by now: from [`HOUR`] on that of today, before that the one
    /// before.
    fn night(&self) -> Result<Date, DeskError> {
        let now = self.now().to_zoned_datetime(self.with_store(|store| Ok(store.zone().clone()))?);
        Ok(if now.hour() >= HOUR { now.date() } else { now.date().yesterday().unwrap_or(Date::MIN) })
    }
}

/// Looks at the file right away, and then each night.
pub(in crate::desk) async fn keep_checking(desk: Desk) {
    let mut looked_for: Option<Date> = None;
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looked = desk
            .blocking(move |desk| {
                let night = desk.night()?;
                if looked_for == Some(night) {
                    return Ok(night);
                }
                desk.check_file().map(|_| night)
            })
            .await;
        match looked {
            Ok(night) => looked_for = Some(night),
            Err(error) => tracing::error!(%error, "the desk's file could not be checked; trying again in a minute"),
        }
    }
}
