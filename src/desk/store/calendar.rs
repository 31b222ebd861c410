//! What booking looks at: whose time is taken, and when clinicians work.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, params};

use super::{Store, appointments};
use crate::desk::base::error::DeskError;
use crate::domain::booking::{Busy, Practice, Seen};
use crate::domain::schedule::Schedule;

/// Who works where is read off this many days before and after today.
const SEEN_DAYS: i64 = 28;

/// Names that the list or the clinic's settings know, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Who sees patients.
    pub clinicians: BTreeSet<String>,
    /// Where patients wait.
    pub places: BTreeSet<String>,
    /// Where one patient at a time can be.
    pub rooms: BTreeSet<String>,
    /// What for.
    pub services: BTreeSet<String>,
}

impl Known {
    /// Adds what a schedule names.
    pub fn add(&mut self, schedule: &Schedule) {
        for hours in &schedule.hours {
            self.clinicians.insert(hours.practitioner.clone());
            self.places.insert(hours.place.clone());
            self.rooms.insert(hours.room.clone());
            self.services.extend(hours.services.iter().cloned());
        }
        self.services.extend(schedule.minutes.keys().cloned());
        for names in [&mut self.clinicians, &mut self.places, &mut self.rooms, &mut self.services] {
            names.retain(|name| !name.trim().is_empty());
        }
    }
}

impl Store {
    /// When clinicians work, for booking.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn practice(&self, now: Timestamp) -> Result<Practice, DeskError> {
        practice(&self.conn, &self.zone, now)
    }

    /// What the list of these weeks or the clinic's settings name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn known(&self, now: Timestamp) -> Result<Known, DeskError> {
        let settings = super::settings(&self.conn)?;
        let mut known = Known::default();
        for seen in seen(&self.conn, &self.zone, now)? {
            known.clinicians.insert(seen.practitioner);
            known.places.insert(seen.place);
            known.services.insert(seen.service);
        }
        known.services.extend(settings.services.into_iter().map(|rules| rules.service));
        known.add(&settings.schedule);
        Ok(known)
    }

    /// Appointments that stand, of these dates, both included.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn busy(&self, from: Date, to: Date) -> Result<Vec<Busy>, DeskError> {
        busy(&self.conn, from, to)
    }
}

/// As [`Store::practice`], also inside a transaction.
pub(super) fn practice(conn: &Connection, zone: &TimeZone, now: Timestamp) -> Result<Practice, DeskError> {
    let schedule = super::settings(conn)?.schedule;
    Ok(Practice::new(&schedule, &seen(conn, zone, now)?, zone.clone()))
}

fn seen(conn: &Connection, zone: &TimeZone, now: Timestamp) -> Result<Vec<Seen>, DeskError> {
    let today = now.to_zoned_datetime(zone.clone()).date();
    let (from, to) = (today.saturating_sub(SEEN_DAYS.days()), today.saturating_add(SEEN_DAYS.days()));
    let mut statement = conn.prepare_cached(
        "SELECT json_extract(body, '$.practitioner'), json_extract(body, '$.service'), json_extract(body, '$.place'),
         json_extract(body, '$.minutes'), COUNT(*) FROM appointment WHERE local_date >= ?1 AND local_date <= ?2
         GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4",
    )?;
    let rows = statement.query_map(params![from.to_string(), to.to_string()], |row| {
        Ok(Seen {
            practitioner: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
            service: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            place: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            minutes: row.get::<_, Option<u32>>(3)?.unwrap_or_default(),
            times: row.get::<_, i64>(4)?.unsigned_abs(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// As [`Store::busy`], also inside a transaction. The dates are a calendar's: an appointment in the first hours of one
/// is of the clinic's day before.
pub(super) fn busy(conn: &Connection, from: Date, to: Date) -> Result<Vec<Busy>, DeskError> {
    let from = from.saturating_sub(1.day());
    let mut statement = conn.prepare_cached(
        "SELECT body FROM appointment a WHERE local_date >= ?1 AND local_date <= ?2 AND NOT EXISTS
         (SELECT 1 FROM visit v WHERE v.appointment_id = a.id AND v.state IN ('cancelled', 'no-show'))
         ORDER BY start_at, id",
    )?;
    let bodies: Vec<String> =
        statement.query_map(params![from.to_string(), to.to_string()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    for body in bodies {
        let appointment = appointments::read(&body)?;
        if appointment.status.stands() {
            found.push(Busy {
                id: appointment.id,
                patient: appointment.person.id,
                practitioner: appointment.practitioner,
                service: appointment.service,
                start: appointment.start,
                minutes: appointment.minutes,
            });
        }
    }
    Ok(found)
}
