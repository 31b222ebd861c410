//! A clinic's rules, made ready: its settings with their time zone, its day and its payers.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::clinic_day::ClinicDay;
use super::payer::Payer;
use super::settings::{ClinicSettings, UnknownZone};

/// The clinic's rules with their time zone.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// The rules.
    pub settings: ClinicSettings,
    /// The zone of all times.
    pub zone: TimeZone,
    /// Which day it is, and when.
    pub day: ClinicDay,
    /// The rules' payers, for every conversation.
    pub payers: Arc<Vec<Payer>>,
}

impl Clinic {
    /// From the rules.
    ///
    /// # Errors
    /// If their time zone does not exist.
    pub fn new(settings: ClinicSettings) -> Result<Self, UnknownZone> {
        let day = settings.day()?;
        let zone = day.zone().clone();
        let payers = Arc::new(settings.insurance.payers.clone());
        Ok(Self { settings, zone, day, payers })
    }

    /// The clinic's day.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Date {
        self.day.of(now)
    }
}
