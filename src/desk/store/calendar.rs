//! What booking looks at: whose time is taken, and when clinicians work.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, params};

use super::super::error::DeskError;
use super::{Store, appointments};
use crate::domain::booking::{Busy, Practice, Seen};

/// Who works where is read off so many days before and after today.
const SEEN_DAYS: i64 = 28;

impl Store {
    /// When clinicians work, for booking.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn practice(&self, now: Timestamp) -> Result<Practice, DeskError> {
        practice(&self.conn, &self.zone, now)
    }

    /// Every service that the list or the clinic's settings name, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn services(&self, now: Timestamp) -> Result<Vec<String>, DeskError> {
        let settings = super::settings(&self.conn)?;
        let mut services: Vec<String> = seen(&self.conn, &self.zone, now)?.into_iter().map(|seen| seen.service).collect();
        services.extend(settings.schedule.minutes.into_keys());
        services.extend(settings.schedule.hours.into_iter().flat_map(|hours| hours.services));
        services.extend(settings.services.into_iter().map(|rules| rules.service));
        services.retain(|service| !service.trim().is_empty());
        services.sort();
        services.dedup();
        Ok(services)
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
    let today = now.to_zoned(zone.clone()).date();
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

/// As [`Store::busy`], also inside a transaction.
pub(super) fn busy(conn: &Connection, from: Date, to: Date) -> Result<Vec<Busy>, DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT body FROM appointment a WHERE local_date >= ?1 AND local_date <= ?2 AND NOT EXISTS
         (SELECT 1 FROM visit v WHERE v.appointment_id = a.id AND v.state IN ('cancelled', 'no-show')) ORDER BY start_at, id",
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
