//! How long the desk keeps what it holds of people, and what one patient may ask for.
//!
//! Invariant: old days go in slices, each its own transaction, so that nobody at the desk waits for them.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::Desk;
use super::error::DeskError;
use super::store::{DESK, Forgotten, Removal};

/// How often a running desk looks whether a new day has begun.
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Desk {
    /// Takes out what is older than the settings keep, and says how much. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If the file cannot be written; what was taken out until then stays so.
    pub fn clean_up(&self, by: &str) -> Result<Forgotten, DeskError> {
        let now = self.now();
        let mut old = self.with_store(|store| store.old_days(now))?;
        let (what, before) = (old.count(), old.before);
        while self.with_store(|store| store.forget_slice(&mut old, now))? {}
        self.with_store(|store| store.end_clean_up(what, before, by, now))?;
        self.notify();
        Ok(what)
    }

    /// How much [`Desk::clean_up`] would take out now, and the first day that it would keep.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn would_clean_up(&self) -> Result<(Forgotten, Option<jiff::civil::Date>), DeskError> {
        let now = self.now();
        let old = self.with_store(|store| store.old_days(now))?;
        Ok((old.count(), old.before))
    }

    /// Everything that the desk holds of a patient, as JSON; none if it holds nothing. `patient`: the patient's number, or that of a
    /// request without an appointment. `by`: who asks, for the audit.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn export_patient(&self, patient: &str, by: &str) -> Result<Option<Value>, DeskError> {
        let now = self.now();
        self.with_store(|store| store.export_patient(patient, by, now))
    }

    /// Takes out everything that the desk holds of a patient, but for the audit; kiosks are told. As [`Desk::export_patient`].
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is taken out.
    pub fn remove_patient(&self, patient: &str, by: &str) -> Result<Removal, DeskError> {
        let now = self.now();
        let removal = self.with_store(|store| store.remove_patient(patient, by, now))?;
        self.notify();
        Ok(removal)
    }

    /// Copies the desk's whole file, as it is at one moment, and checks the copy.
    ///
    /// # Errors
    /// If the copy cannot be written, is there already, or is not whole.
    pub fn backup(&self, to: &Path) -> Result<(), DeskError> {
        self.with_store(|store| store.backup(to))
    }
}

/// Takes out old days, once on each clinic date.
pub(super) async fn keep_clean(desk: Desk) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let cleaned = desk.blocking(|desk| {
            let now = desk.now();
            let is_due = desk.with_store(|store| store.is_clean_up_due(now))?;
            if is_due { desk.clean_up(DESK).map(Some) } else { Ok(None) }
        });
        match cleaned.await {
            Ok(Some(what)) if what != Forgotten::default() => tracing::info!(%what, "old days were taken out"),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "old days could not be taken out; trying again tomorrow"),
        }
    }
}
