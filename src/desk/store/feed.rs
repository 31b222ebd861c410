//! What kiosks hear: appointments around today, and how visits stand, also those of people without an appointment.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Store, appointments, confirmed, int, meta, open, restored, revision};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::AppointmentStatus;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::ids::AppointmentId;
use crate::domain::ticket::Ticket;
use crate::sync::wire::{CHANGES_PER_FEED_MAX, Change, FEED_BYTES, Feed, FeedDay};

/// Kiosks know this many days ahead.
pub const DAYS_AHEAD: i64 = 7;

/// What an answer has of a change beside its appointment, and of what was confirmed lately, is shorter than this.
const ROW_BYTES: usize = 512;

impl Store {
    /// What is new since `cursor`, at most [`CHANGES_PER_FEED_MAX`] changes and about [`FEED_BYTES`] bytes.
    ///
    /// A cursor from the future is one of another life of this file: then everything is reported again.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn feed(&mut self, cursor: u64, now: Timestamp) -> Result<Feed, DeskError> {
        self.open_feed_window(now, DAYS_AHEAD)?;
        let day = self.feed_day(now)?;
        let tx = self.conn.transaction()?;
        // In the same transaction as the cursor: a change in between would never be told.
        let settings = super::settings(&tx)?;
        let newest = revision(&tx)?;
        let since = if cursor > newest { 0 } else { cursor };
        let until = meta(&tx, "feed_until")?.unwrap_or_default();
        let settings_revision = super::settings_revision(&tx)?;
        let mut statement = tx.prepare_cached(
            "SELECT a.revision AS n, a.id, a.body, NULL, NULL, 0 FROM appointment a
             WHERE a.revision > ?1 AND ((a.local_date >= ?2 AND a.local_date <= ?3)
                 OR (a.left_date >= ?2 AND a.left_date <= ?3))
             UNION ALL
             SELECT v.revision AS n, v.appointment_id, NULL, v.ticket_number, v.ticket_date,
             CASE WHEN v.seen_at IS NULL THEN 0 ELSE 1 END
             FROM visit v LEFT JOIN appointment a ON a.id = v.appointment_id
             WHERE v.revision > ?1 AND ((a.local_date >= ?2 AND a.local_date <= ?3)
                 OR (a.id IS NULL AND v.ticket_date >= ?2))
             UNION ALL
             SELECT r.revision AS n, r.id, NULL, NULL, NULL, 2 FROM removed_appointment r WHERE r.revision > ?1
             ORDER BY n LIMIT ?4",
        )?;
        let limit = i64::try_from(CHANGES_PER_FEED_MAX + 1).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![int(since), day.kept_from.to_string(), until, limit], |row| {
            Ok(FeedRow {
                n: row.get::<_, i64>(0)?.unsigned_abs(),
                id: row.get(1)?,
                body: row.get(2)?,
                ticket: row.get::<_, Option<String>>(3)?.zip(row.get::<_, Option<String>>(4)?),
                seen: row.get::<_, i64>(5)? == 1,
                is_removed: row.get::<_, i64>(5)? == 2,
            })
        })?;
        let mut rows: Vec<FeedRow> = rows.collect::<Result<_, _>>()?;
        let fit = fitting(&rows);
        let more = rows.len() > fit;
        rows.truncate(fit);
        let cursor = if more { rows.last().map_or(newest, |row| row.n) } else { newest };
        let changes = rows.into_iter().map(|row| row.change(&tx, &self.day)).collect::<Result<_, _>>()?;
        let settings = (since == 0 || settings_revision > since).then_some(settings);
        let open = if since == 0 || newest > since { Some(open::open_tickets(&tx, self.day.of(now))?) } else { None };
        Ok(Feed { epoch: restored::epoch(&tx)?, cursor, more, settings, changes, day: Some(day), open })
    }
}

impl Store {
    /// The desk's days for kiosks: they keep what is of the day before the last one on which people worked.
    pub(super) fn feed_day(&mut self, now: Timestamp) -> Result<FeedDay, DeskError> {
        let today = self.date_at(now);
        let sure = match self.worked_until()? {
            None => self.worked(now)?.until,
            known => known,
        };
        let kept_from = sure.unwrap_or(today).min(today).yesterday().unwrap_or(jiff::civil::Date::MIN);
        Ok(FeedDay { today, kept_from })
    }
}

/// How many of these go into one answer: as many as may, and as have room in it; one at least, so that it goes on.
fn fitting(rows: &[FeedRow]) -> usize {
    let mut bytes = 0;
    let full = rows.iter().take(CHANGES_PER_FEED_MAX).position(|row| {
        bytes += row.body.as_ref().map_or(0, String::len) + ROW_BYTES;
        bytes > FEED_BYTES
    });
    full.map_or(rows.len().min(CHANGES_PER_FEED_MAX), |full| full.max(1))
}

struct FeedRow {
    n: u64,
    id: String,
    body: Option<String>,
    ticket: Option<(String, String)>,
    seen: bool,
    is_removed: bool,
}

impl FeedRow {
    fn change(self, conn: &Connection, day: &ClinicDay) -> Result<Change, DeskError> {
        Ok(match self.body {
            Some(body) => {
                let mut appointment = appointments::read(&body)?;
                if appointment.person.birth_date.day().is_none() {
                    // No one proves who they are without it; kiosks of older versions could not even read it.
                    return Ok(Change::Removed { appointment: appointment.id, forget: false });
                }
                appointment.booked_on = None;
                // Who comes after all is judged by the time alone, as if no one had given them up.
                if appointment.status == AppointmentStatus::NoShow {
                    appointment.status = AppointmentStatus::Booked;
                }
                appointment.confirmed = confirmed::of_person(conn, day, appointment.person.id.as_str())?;
                Change::Appointment(Box::new(appointment))
            }
            None if self.is_removed => Change::Removed { appointment: AppointmentId::new(self.id), forget: true },
            None => Change::Visit {
                appointment: AppointmentId::new(self.id),
                ticket: read_ticket(self.ticket)?,
                seen: self.seen,
            },
        })
    }
}

pub(super) fn read_ticket(columns: Option<(String, String)>) -> Result<Option<Ticket>, DeskError> {
    columns
        .map(|(number, date)| {
            Ok(Ticket {
                number: number.parse().map_err(|_| DeskError::Unreadable("a ticket"))?,
                date: date.parse().map_err(|_| DeskError::Unreadable("a ticket"))?,
            })
        })
        .transpose()
}
