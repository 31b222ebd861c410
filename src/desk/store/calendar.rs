//! What booking looks at: whose time is taken, when clinicians work, and who is known.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, params};

use super::super::error::DeskError;
use super::{Store, appointments};
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Busy, Practice, Seen};
use crate::domain::identity::fold_name;

/// Who works where is read off so many days before and after today.
const SEEN_DAYS: i64 = 28;
/// People whom a search shows at most.
const PEOPLE_MAX: usize = 20;

/// Somebody whom the list knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Their latest appointment, and so what is known of them.
    pub appointment: Appointment,
}

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

    /// People of whom every word is in the name, who were born on one of the dates, or who have this number. At most twenty.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn people_known(&self, text: &str, born: &[Date]) -> Result<Vec<Known>, DeskError> {
        let number = text.trim();
        let is_date = |word: &&str| !born.is_empty() && word.chars().any(|c| c.is_ascii_digit());
        let words: Vec<String> =
            text.split_whitespace().filter(|word| !is_date(word)).map(fold_name).filter(|word| !word.is_empty()).collect();
        let born: Vec<String> = born.iter().map(Date::to_string).collect();
        if words.is_empty() && born.is_empty() && number.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT patient_id, name_folded, json_extract(body, '$.person.birth_date'), id FROM appointment ORDER BY patient_id, start_at DESC, id",
        )?;
        let mut rows = statement.query([])?;
        let mut found: Vec<(String, String)> = Vec::new();
        while let Some(row) = rows.next()? {
            let (patient, name, birth, id): (String, String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let by_facts = (!words.is_empty() || !born.is_empty())
                && words.iter().all(|word| name.contains(word))
                && (born.is_empty() || born.contains(&birth));
            if (by_facts || patient == number) && found.last().is_none_or(|(last, _)| *last != patient) && found.len() < PEOPLE_MAX {
                found.push((patient, id));
            }
        }
        let known = found.into_iter().map(|(_, id)| appointments::of_id(&self.conn, &id.as_str().into()));
        let known = known.filter_map(Result::transpose).map(|appointment| Ok(Known { appointment: appointment? }));
        let mut known: Vec<Known> = known.collect::<Result<_, DeskError>>()?;
        let name = |known: &Known| {
            fold_name(&format!("{} {}", known.appointment.person.family_name.as_str(), known.appointment.person.given_name.as_str()))
        };
        known.sort_by_key(name);
        Ok(known)
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
    let mut statement =
        conn.prepare_cached("SELECT body FROM appointment a WHERE local_date >= ?1 AND local_date <= ?2 AND NOT EXISTS
         (SELECT 1 FROM visit v WHERE v.appointment_id = a.id AND v.state IN ('cancelled', 'no-show')) ORDER BY start_at, id")?;
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
