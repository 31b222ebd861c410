//! Letting kiosks in, and where they stand.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::{config, secret};
use crate::desk::store::COMMAND;
use crate::domain::ids::{KioskId, Seq};
use crate::domain::ticket::Series;

impl Desk {
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

    /// Says where a kiosk stands: "Main lobby, by the entrance". Staff read it when someone there needs them.
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

    /// Up to where nothing of this kiosk's events is missing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&self, kiosk: &KioskId) -> Result<Seq, DeskError> {
        self.with_store(|store| store.held(kiosk))
    }
}
