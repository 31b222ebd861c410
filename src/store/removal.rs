//! What the kiosk removes, and when: by the desk's days, never by its own clock alone.
//!
//! Invariants: nothing goes that the desk has not called old; a desk whose day goes back is asked for everything again,
//! so that what was removed too early is here again; a desk that says nothing of its days removes nothing.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rusqlite::params;

use super::feed::CURSOR;
use super::{Store, StoreError, fact_in, set_fact_in};
use crate::domain::clinic_day::ClinicDay;

/// The desk's day, as last heard.
const DESK_DAY: &str = "desk_day";
/// The first day that is still needed, as last heard.
const KEPT_FROM: &str = "kept_from";
/// Days before this one were removed.
const REMOVED_BEFORE: &str = "removed_before";

/// How many appointments of the desk's day are here, and up to where the feed was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOnList {
    /// The feed's cursor.
    pub cursor: u64,
    /// The desk's day.
    pub date: Date,
    /// This many.
    pub appointments: u32,
}

impl Store {
    /// Hears which day it is at the desk, and from which day on things are still needed. `asked_from`: the cursor with
    /// which the desk was asked. Answers whether the feed is asked for from its beginning now: the desk's day went
    /// back, or no one knows by which clock this file was tidied before.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn hear_day(&mut self, today: Date, kept_from: Date, asked_from: u64) -> Result<bool, StoreError> {
        let (day, kept, removed) =
            (self.date_fact(DESK_DAY)?, self.date_fact(KEPT_FROM)?, self.date_fact(REMOVED_BEFORE)?);
        if day == Some(today) && kept == Some(kept_from) && removed.is_some_and(|removed| removed <= kept_from) {
            return Ok(false);
        }
        let is_unknown = removed.is_none() && asked_from != 0;
        let went_back = day.is_some_and(|day| day > today) || removed.is_some_and(|removed| removed > kept_from);
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        set_fact_in(&transaction, DESK_DAY, &today.to_string())?;
        set_fact_in(&transaction, KEPT_FROM, &kept_from.to_string())?;
        if removed.is_none_or(|removed| removed > kept_from) {
            // Not what is older than this: it was removed already, or will be in a moment.
            set_fact_in(&transaction, REMOVED_BEFORE, &Date::MIN.to_string())?;
        }
        if is_unknown || went_back {
            set_fact_in(&transaction, CURSOR, "0")?;
        }
        transaction.commit()?;
        Ok(is_unknown || went_back)
    }

    /// Asks for the feed from its beginning, with the next question.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn ask_for_everything(&mut self) -> Result<(), StoreError> {
        self.set_fact(CURSOR, "0")
    }

    /// Removes appointments and tickets of days that the desk has called old, and events that it has held for long
    /// enough by then. Answers whether something was due.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn remove_old(&mut self, day: &ClinicDay) -> Result<bool, StoreError> {
        let (Some(kept), removed) = (self.date_fact(KEPT_FROM)?, self.date_fact(REMOVED_BEFORE)?) else {
            return Ok(false);
        };
        if removed.is_some_and(|removed| removed >= kept) {
            return Ok(false);
        }
        let Some(before) = day.begin_of(kept) else { return Ok(false) };
        // What the desk holds is kept for longer: it is reported again to one whose file was restored.
        self.forget_events(Self::keeps_since(before))?;
        self.forget_visits(before, kept)?;
        self.set_fact(REMOVED_BEFORE, &kept.to_string())?;
        Ok(true)
    }

    /// The days of which the desk tells every appointment: its own and the next six; none if it has not said which day
    /// it is.
    pub(super) fn days_told(&self) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let (Some(date), Some(settings)) = (self.date_fact(DESK_DAY)?, self.settings()?) else { return Ok(None) };
        let Ok(day) = settings.day() else { return Ok(None) };
        Ok(day.begin_of(date).zip(day.begin_of(date.saturating_add(7.days()))))
    }

    /// How many appointments of the desk's day are here, for the desk to compare; none if it has not said which day it
    /// is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn day_on_list(&self) -> Result<Option<DayOnList>, StoreError> {
        let (Some(date), Some(settings)) = (self.date_fact(DESK_DAY)?, self.settings()?) else { return Ok(None) };
        let Ok(day) = settings.day() else { return Ok(None) };
        let (Some(from), Some(to)) = (day.begin_of(date), day.begin_of(date.saturating_add(1.day()))) else {
            return Ok(None);
        };
        let appointments = self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM appointment WHERE start >= ?1 AND start < ?2")?
            .query_row(params![from.to_string(), to.to_string()], |row| row.get(0))?;
        Ok(Some(DayOnList { cursor: self.cursor()?, date, appointments }))
    }

    fn date_fact(&self, name: &str) -> Result<Option<Date>, StoreError> {
        Ok(fact_in(&self.connection, name)?.and_then(|text| text.parse().ok()))
    }
}
