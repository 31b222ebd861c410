//! What the day's list shows beside the visits themselves.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::today::Today;
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{CardKey, ProposedChange};
use crate::domain::clinic_day::ClinicDay;
use crate::domain::eligibility::Eligibility;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::visit::RefusedCodes;

/// What belongs to a day and its people beside their visits.
pub struct AroundToday {
    /// The clinic's date.
    pub date: Date,
    /// The clinic's time zone.
    pub zone: TimeZone,
    /// Which day a moment is on.
    pub clinic: ClinicDay,
    /// Codes that kiosks did not take today.
    pub refused_codes: Vec<RefusedCodes>,
    /// On a day without any appointment: the nearest dates that have appointments, each with how many.
    pub days_beside: Vec<(Date, u64)>,
    /// How much was open when the desk did not show such things yet, and is to this day.
    pub left_before: usize,
    /// Pairs of people with one number of the booking system of which no one has said whether they are one.
    pub same_numbers: u64,
    /// What payers answered today.
    pub eligibility: HashMap<CardKey, (Eligibility, Timestamp)>,
    /// Where kiosks stand.
    pub places: BTreeMap<KioskId, String>,
    /// Visits with a note.
    pub notes: HashSet<AppointmentId>,
    /// Who of the staff is on which visit just now.
    pub on_it: Vec<(AppointmentId, String)>,
    /// Changes that patients proposed and no one has decided, of whatever day.
    pub changes: Vec<ProposedChange>,
}

impl Desk {
    /// What belongs to today beside its visits.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn around(&self, today: &Today) -> Result<AroundToday, DeskError> {
        let now = today.at;
        self.with_store(|store| {
            let (date, clinic) = (store.date_at(now), store.day().clone());
            let booked = today.list.rows().filter_map(|row| row.appointment.as_ref());
            let is_empty = booked.map(|appointment| clinic.of(appointment.start)).all(|of| of != date);
            Ok(AroundToday {
                date,
                zone: store.zone().clone(),
                clinic,
                refused_codes: store.refused_codes_of(date)?,
                days_beside: if is_empty { store.days_beside(date)? } else { Vec::new() },
                left_before: store.count_left_before()?,
                same_numbers: store.count_same_numbers()?,
                eligibility: store.eligibility_on(date)?,
                places: store.kiosk_places()?,
                notes: store.visits_with_notes(date)?,
                on_it: store.on_it(now)?,
                changes: store.open_changes()?,
            })
        })
    }
}
