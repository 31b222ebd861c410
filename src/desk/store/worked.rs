//! The days on which people worked here. Clean-ups count from the last of them, never from the clock alone.
//!
//! Invariants: a day counts if something happened on it (a kiosk's report, something that staff did or looked at, an
//! import), and if the day before it that counts is near; after a long break it counts only when a person says that the
//! date is right. What the desk does by itself makes no day. A clock that is wrong, forward or back, moves nothing that
//! was not there without it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, audit, meta, set_meta};
use crate::desk::base::error::DeskError;

/// After a longer break than this many days a date is believed only when a person confirms it.
pub const BREAK_DAYS_MAX: i64 = 14;

/// The fact that says on which day people last worked.
const WORKED: &str = "worked_until";
/// The fact that says which date a person last confirmed.
const CONFIRMED: &str = "worked_confirmed";

/// The last thing that a kiosk told in some span.
pub(super) const LAST_EVENT: &str = "SELECT received_at FROM kiosk_event WHERE received_at >= ?1 AND received_at < ?2
                                     ORDER BY received_at DESC LIMIT 1";
/// The last thing that a person did in some span. A clean-up is no work.
pub(super) const LAST_DEED: &str =
    "SELECT at FROM audit WHERE at >= ?1 AND at < ?2 AND user_name <> '(desk)' AND action NOT LIKE 'clean-up%'
     ORDER BY at DESC LIMIT 1";
/// The first things that ever happened.
pub(super) const FIRST_EVENT: &str =
    "SELECT received_at FROM kiosk_event WHERE received_at >= ?1 AND received_at < ?2 ORDER BY received_at LIMIT 1";
pub(super) const FIRST_DEED: &str =
    "SELECT at FROM audit WHERE at >= ?1 AND at < ?2 AND user_name <> '(desk)' ORDER BY at LIMIT 1";

/// The days on which people worked, as the file shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked {
    /// What the clock says.
    pub today: Date,
    /// The last day that counts; none if nothing ever happened.
    pub until: Option<Date>,
    /// Something happened after it, too long after it to be believed.
    pub is_unsure: bool,
}

impl Worked {
    /// Whether the clock is so far from the last day that counts that nothing should be removed now.
    #[must_use]
    pub fn is_far(&self) -> bool {
        self.is_unsure || self.until.is_none_or(|until| days_between(until, self.today) > BREAK_DAYS_MAX)
    }
}

/// How many days the second date is after the first.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

impl Store {
    /// The days on which people worked; notes the last one.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn worked(&mut self, now: Timestamp) -> Result<Worked, DeskError> {
        let (today, known) = (self.date_at(now), self.worked_until()?);
        // A day that is still to come was noted by a clock that ran ahead, or this one is behind.
        let mut until = match known {
            Some(day) if day <= today => Some(day),
            Some(_) => self.last_work(Timestamp::MIN, now)?,
            // From its first day on: a clock that jumped before this was ever looked at is found like any other.
            None => self.first_work(now)?,
        };
        let after = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        while let Some(day) = until {
            let (from, to) = (
                self.begin_of(day.saturating_add(1.day())),
                self.begin_of(day.saturating_add((BREAK_DAYS_MAX + 1).days())),
            );
            match self.last_work(from, to.min(after))? {
                Some(next) if next > day => until = Some(next),
                _ => break,
            }
        }
        let is_unsure = match until {
            Some(day) => {
                self.last_work(self.begin_of(day.saturating_add(1.day())), after)?.is_some_and(|last| last > day)
            }
            None => false,
        };
        // What is known of days that this clock has not reached stays: it may be behind. But not if a person said so,
        // who was wrong then.
        let is_behind = known.is_some_and(|known| known > today) && self.confirmed()? != known;
        if let Some(day) = until.filter(|day| known != Some(*day) && !is_behind) {
            let tx = self.write()?;
            set_meta(&tx, WORKED, &day.to_string())?;
            tx.commit()?;
        }
        Ok(Worked { today, until, is_unsure })
    }

    /// A person says that the clock's date is right. `by`: who.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn confirm_today(&mut self, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let (today, known) = (self.date_at(now), self.worked_until()?);
        if known == Some(today) {
            return Ok(());
        }
        let tx = self.write()?;
        set_meta(&tx, WORKED, &today.to_string())?;
        set_meta(&tx, CONFIRMED, &today.to_string())?;
        let about = known.map_or_else(|| today.to_string(), |known| format!("{today}, last work on {known}"));
        audit::add(
            &tx,
            &audit::Entry { at: now, user: by, action: "clean-up-date-confirmed", patient: "", about: &about },
        )?;
        tx.commit()
    }

    /// Whether people worked on a day between two others.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_worked_between(&self, after: Date, before: Date) -> Result<bool, DeskError> {
        let last = self.last_work(self.begin_of(after.saturating_add(1.day())), self.begin_of(before))?;
        Ok(last.is_some_and(|day| day > after && day < before))
    }

    /// The moment up to which it is sure that time has passed: now, or the end of the last day on which people worked.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn surely_past(&self, now: Timestamp) -> Result<Timestamp, DeskError> {
        Ok(self.worked_until()?.map_or(now, |day| self.begin_of(day.saturating_add(1.day())).min(now)))
    }

    fn confirmed(&self) -> Result<Option<Date>, DeskError> {
        Ok(meta(&self.conn, CONFIRMED)?.and_then(|text| text.parse().ok()))
    }

    pub(super) fn worked_until(&self) -> Result<Option<Date>, DeskError> {
        worked_until_in(&self.conn)
    }

    /// When a date begins at the clinic.
    pub(super) fn begin_of(&self, date: Date) -> Timestamp {
        self.day.begin_of(date).unwrap_or(Timestamp::MAX)
    }

    /// The first day on which anything happened.
    fn first_work(&self, now: Timestamp) -> Result<Option<Date>, DeskError> {
        let event = time_of(&self.conn, FIRST_EVENT, Timestamp::MIN, now)?;
        let first = event.into_iter().chain(time_of(&self.conn, FIRST_DEED, Timestamp::MIN, now)?).min();
        Ok(first.map(|at| self.date_at(at)))
    }

    /// The last day within a span on which something happened.
    fn last_work(&self, from: Timestamp, to: Timestamp) -> Result<Option<Date>, DeskError> {
        let last = time_of(&self.conn, LAST_EVENT, from, to)?.max(time_of(&self.conn, LAST_DEED, from, to)?);
        Ok(last.map(|at| self.date_at(at)))
    }
}

/// The last day on which people worked, as it was noted.
pub(super) fn worked_until_in(conn: &Connection) -> Result<Option<Date>, DeskError> {
    Ok(meta(conn, WORKED)?.and_then(|text| text.parse().ok()))
}

fn time_of(conn: &Connection, sql: &str, from: Timestamp, to: Timestamp) -> Result<Option<Timestamp>, DeskError> {
    let at: Option<String> =
        conn.prepare_cached(sql)?.query_row(params![from.to_string(), to.to_string()], |row| row.get(0)).optional()?;
    super::timestamp_or_none(at)
}
