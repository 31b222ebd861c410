//! What booking looks at: whose time is taken, and when clinicians work.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, params};

use super::{Store, appointments};
use crate::desk::base::error::DeskError;
use crate::domain::booking::{Busy, Practice, Seen, Wish};
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
        "SELECT practitioner, service, place, minutes, SUM(times) FROM times_seen WHERE date >= ?1 AND date <= ?2
         GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4",
    )?;
    let rows = statement.query_map(params![from.to_string(), to.to_string()], |row| {
        Ok(Seen {
            practitioner: row.get(0)?,
            service: row.get(1)?,
            place: row.get(2)?,
            minutes: row.get(3)?,
            times: row.get::<_, i64>(4)?.unsigned_abs(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// As [`Store::busy`], also inside a transaction. The dates are a calendar's: an appointment in the first hours of one
/// is of the clinic's day before.
pub(super) fn busy(conn: &Connection, from: Date, to: Date) -> Result<Vec<Busy>, DeskError> {
    let from = from.saturating_sub(1.day());
    let sql = format!("{STAND} AND local_date >= ?1 AND local_date <= ?2 ORDER BY start_at, id");
    let mut statement = conn.prepare_cached(&sql)?;
    let bodies: Vec<String> =
        statement.query_map(params![from.to_string(), to.to_string()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    stand(&bodies)
}

/// Of the appointments that [`busy`] has those that can stand in the way of a wish: the patient's, the provider's, and
/// those of anyone who works in the provider's room.
pub(super) fn busy_beside(
    conn: &Connection,
    wish: &Wish,
    practice: &Practice,
    (from, to): (Date, Date),
) -> Result<Vec<Busy>, DeskError> {
    let (from, to) = (from.saturating_sub(1.day()).to_string(), to.to_string());
    let mut bodies: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut find = |whose: &str, is: &str| -> Result<(), DeskError> {
        let sql = format!("{STAND} AND {whose} = ?3 AND local_date >= ?1 AND local_date <= ?2");
        let mut statement = conn.prepare_cached(&sql)?;
        for row in
            statement.query_map([from.as_str(), to.as_str(), is], |row| Ok((row.get(1)?, row.get(2)?, row.get(0)?)))?
        {
            bodies.insert(row?);
        }
        Ok(())
    };
    if let Some(patient) = &wish.patient {
        find("patient_id", patient.as_str())?;
    }
    for practitioner in practice.beside(&wish.practitioner) {
        find("body ->> '$.practitioner'", practitioner)?;
    }
    stand(&bodies.into_iter().map(|(_, _, body)| body).collect::<Vec<_>>())
}

/// Appointments whose visit neither was canceled at the desk nor ended without the patient.
const STAND: &str = "SELECT body, start_at, id FROM appointment a WHERE NOT EXISTS
     (SELECT 1 FROM visit v WHERE v.appointment_id = a.id AND v.state IN ('cancelled', 'no-show'))";

fn stand(bodies: &[String]) -> Result<Vec<Busy>, DeskError> {
    let mut found = Vec::new();
    for body in bodies {
        let appointment = appointments::read(body)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    const RECOUNTED: &str = "SELECT local_date, body ->> '$.practitioner', body ->> '$.service', body ->> '$.place',
        body ->> '$.minutes', COUNT(*) FROM appointment GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5";

    /// What is kept by the file itself is what counting all appointments gives, whatever happens with them.
    #[test]
    fn who_was_seen_where_is_kept_as_appointments_come_change_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let counted = |sql: &str| -> Vec<(String, String, String, String, i64, i64)> {
            let mut statement = store.conn.prepare(sql).unwrap();
            let read = |row: &rusqlite::Row<'_>| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            };
            statement.query_map([], read).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let body = |practitioner: &str, minutes: u32| {
            let (service, place) = ("Eyes", "A");
            serde_json::json!({"practitioner": practitioner, "service": service, "place": place, "minutes": minutes})
        };
        let run = |sql: &str, id: &str, date: &str, body: &serde_json::Value| {
            store.conn.execute(sql, [id, date, body.to_string().as_str()]).unwrap();
            assert_eq!(counted("SELECT * FROM times_seen ORDER BY 1, 2, 3, 4, 5"), counted(RECOUNTED), "{sql}, {id}");
        };
        let new = "INSERT INTO appointment(id, start_at, local_date, patient_id, name_folded, body, revision)
                   VALUES (?1, '', ?2, 'p', '', ?3, 1)";
        let changed = "UPDATE appointment SET local_date = ?2, body = ?3 WHERE id = ?1";
        let gone = "DELETE FROM appointment WHERE id = ?1 AND ?2 <> ?3";
        for (sql, id, date, practitioner, minutes) in [
            (new, "a", "2026-11-23", "Dr. Moen", 20),
            (new, "b", "2026-11-23", "Dr. Moen", 20),
            (new, "c", "2026-11-24", "", 0),
            (changed, "a", "2026-11-23", "Dr. Moen", 20),
            (changed, "b", "2026-11-24", "Dr. Mraz", 30),
            (gone, "a", "x", "", 0),
            (gone, "c", "x", "", 0),
            (gone, "b", "x", "", 0),
        ] {
            run(sql, id, date, &body(practitioner, minutes));
        }
        assert!(counted("SELECT * FROM times_seen").is_empty());
    }
}
