//! What one patient may ask for, and a copy of everything.
//!
//! Invariant: who asked for it, and how that was checked, is in the audit before anything is handed out or taken out.

use std::path::Path;

use serde_json::Value;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{PatientData, Removal, RequestRow, Restored};
use crate::domain::ids::KioskId;
use crate::domain::private::Private;
use crate::domain::proposal::check::is_unprintable;

/// Less says neither who asked nor how that was checked.
const ASKED_CHARS_MIN: usize = 10;
/// Who asked, and how that was checked, is no longer than this.
pub const ASKED_CHARS_MAX: usize = 200;

/// Who asked for what is done with all that is held of a patient, and how that was checked. Only [`Desk::asked`] makes
/// one.
#[derive(Debug, Clone)]
pub struct Asked(Private);

impl Desk {
    /// How much the desk holds of a patient, by kind; none if it holds nothing. `patient`: the patient's number, or
    /// that of a request without an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn patient_data(&self, patient: &str) -> Result<Option<PatientData>, DeskError> {
        let now = self.now();
        let mut file = self.with_store(|store| store.read_only())?;
        let Some(held) = file.held(patient)? else { return Ok(None) };
        file.patient_data(&held, now).map(Some)
    }

    /// Why something is done with all that is held of a patient, as someone typed it: fit for the audit, which never
    /// forgets it. Or what is wrong with it, in a sentence.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn asked(&self, patient: &str, text: &str) -> Result<Result<Asked, &'static str>, DeskError> {
        let text = Private::from(text.trim());
        let chars = text.as_str().chars().count();
        if chars < ASKED_CHARS_MIN {
            return Ok(Err("Enter the requester and how you verified them."));
        }
        if chars > ASKED_CHARS_MAX || text.as_str().chars().any(is_unprintable) {
            return Ok(Err("Use plain text on one line, up to 200 characters."));
        }
        let mut file = self.with_store(|store| store.read_only())?;
        if let Some(held) = file.held(patient)?
            && file.names_them(&held, text.as_str())?
        {
            return Ok(Err("The audit log keeps this permanently. Leave out the patient's name."));
        }
        Ok(Ok(Asked(text)))
    }

    /// Everything that the desk holds of a patient, as JSON; none if it holds nothing. `patient`: the patient's number,
    /// or that of a request without an appointment. `by`: who hands it out, for the audit.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn export_patient(&self, patient: &str, why: &Asked, by: &str) -> Result<Option<Value>, DeskError> {
        let now = self.now();
        let mut file = self.with_store(|store| store.read_only())?;
        let Some(held) = file.held(patient)? else { return Ok(None) };
        self.with_store(|store| store.note_export(&held, &why.0, by, now))?;
        file.export_patient(&held, now).map(Some)
    }

    /// Takes out everything that the desk holds of a patient, but for the audit; kiosks are told. As
    /// [`Desk::export_patient`].
    ///
    /// # Errors
    /// If the file cannot be written; then nothing is taken out.
    pub fn remove_patient(&self, patient: &str, why: &Asked, by: &str) -> Result<Removal, DeskError> {
        let now = self.now();
        let Some(held) = self.with_store(|store| store.read_only())?.held(patient)? else { return Ok(Removal::Nobody) };
        let removal = self.with_store(|store| store.remove_patient(&held, &why.0, by, now))?;
        if matches!(removal, Removal::Done(_)) {
            self.overwrite_journal()?;
        }
        self.notify();
        Ok(removal)
    }

    /// Kiosks that may hold something which the desk has not got: they said so when they were last heard, or were not
    /// heard of for a while.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosks_behind(&self) -> Result<Vec<KioskId>, DeskError> {
        let watch = self.kiosks()?;
        let mut behind = Vec::new();
        for watched in &watch.kiosks {
            let waits = watched.row.health.as_ref().is_some_and(|heard| heard.health.waiting > 0);
            if watched.row.heard_at().is_some() && (waits || !self.reaches(&watched.row.id)?) {
                behind.push(watched.row.id.clone());
            }
        }
        Ok(behind)
    }

    /// Requests without an appointment, by name, number or birth date; see
    /// [`crate::desk::store::Store::find_requests`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn find_requests(&self, text: &str) -> Result<Vec<RequestRow>, DeskError> {
        let style = self.settings().dates();
        let words: Vec<&str> = text.split_whitespace().collect();
        self.with_store(|store| store.find_requests(&words, |word| style.read(word).into_iter().collect()))
    }

    /// Copies the desk's whole file, as it is at one moment, and checks the copy.
    ///
    /// # Errors
    /// If the copy cannot be written, is there already, or is not whole.
    pub fn backup(&self, to: &Path) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.backup(to, now))
    }

    /// The last time that an older copy of the file was put back; none if there was none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn restored(&self) -> Result<Option<Restored>, DeskError> {
        self.with_store(|store| store.restored())
    }
}
