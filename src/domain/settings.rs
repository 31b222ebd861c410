//! What a clinic decides for all of its kiosks. The desk owns it and sends it with the feed.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The clinic's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClinicSettings {
    /// The clinic's name, as on its letters.
    pub name: String,
    /// IANA name of the clinic's time zone, such as `America/New_York`. All dates are this zone's.
    pub time_zone: String,
    /// Check-in opens this many minutes before the appointment (FACTS 3: 30 to 60 in the field).
    pub early_minutes: u32,
    /// Check-in closes this many minutes after the appointment's beginning; then the desk decides.
    pub late_minutes: u32,
    /// Beginnings of the names of places at this site, such as `Main building`. Empty: every place is here.
    pub site_places: Vec<String>,
}

impl Default for ClinicSettings {
    fn default() -> Self {
        Self {
            name: "Clinic".to_owned(),
            time_zone: "America/New_York".to_owned(),
            early_minutes: 60,
            late_minutes: 15,
            site_places: Vec::new(),
        }
    }
}

impl ClinicSettings {
    /// Whether a place is at this site.
    #[must_use]
    pub fn is_here(&self, place: &str) -> bool {
        self.site_places.is_empty() || self.site_places.iter().any(|beginning| place.starts_with(beginning.as_str()))
    }

    /// The clinic's time zone.
    ///
    /// # Errors
    /// A sentence that names the zone, if no such zone exists.
    pub fn zone(&self) -> Result<TimeZone, UnknownZone> {
        TimeZone::get(&self.time_zone).map_err(|_| UnknownZone(self.time_zone.clone()))
    }
}

/// A time zone that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone {0:?}; write an IANA name such as \"America/New_York\"")]
pub struct UnknownZone(pub String);
