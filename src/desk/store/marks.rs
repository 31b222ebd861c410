//! What is marked to be taken out, and whether someone holds the clean-up.
//!
//! Invariants: at most one mark; nothing is hidden by it; it can be taken back until what it names is overwritten, and
//! each step has its row in the audit.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::forget::Forgotten;
use super::old_days::Old;
use super::{Store, audit, meta, set_meta, timestamp};
use crate::desk::base::error::DeskError;

/// Who holds the clean-up, and since when.
const HELD: &str = "clean_up_held";
/// For when old days were last looked for: the clock's date, the last day of work, and whether it is sure.
const LOOKED: &str = "cleaned_up";
/// Whether an administrator is asked something about the clean-up.
const ASKS: &str = "clean_up_asks";

/// What is marked to be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The first day that is kept.
    pub before: Date,
    /// The last day on which people had worked when it was marked.
    pub worked: Date,
    /// When it was marked.
    pub at: Timestamp,
    /// By which user.
    pub by: String,
    /// How much it was.
    pub what: Forgotten,
    /// How much of it is taken out already.
    pub gone: Forgotten,
}

impl Mark {
    /// How much of it is still to be taken out.
    #[must_use]
    pub fn left(&self) -> Forgotten {
        Forgotten {
            appointments: self.what.appointments.saturating_sub(self.gone.appointments),
            visits: self.what.visits.saturating_sub(self.gone.visits),
            events: self.what.events.saturating_sub(self.gone.events),
        }
    }
}

impl Store {
    /// What is marked, if anything is.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn mark(&self) -> Result<Option<Mark>, DeskError> {
        mark_in(&self.conn)
    }

    /// Marks old days. `false` if something is marked already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn mark_old(&mut self, old: &Old, worked: Date, by: &str, now: Timestamp) -> Result<bool, DeskError> {
        let what = old.count();
        let tx = self.write()?;
        let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let marked = tx.execute(
            "INSERT INTO clean_up(only_row, before, worked, at, user_name, appointments, visits, events)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO NOTHING",
            params![
                old.before.to_string(),
                worked.to_string(),
                now.to_string(),
                by,
                n(what.appointments),
                n(what.visits),
                n(what.events)
            ],
        )?;
        if marked > 0 {
            let about = format!("{what}, before {}", old.before);
            audit::add(
                &tx,
                &audit::Entry { at: now, user: by, action: "clean-up-marked", patient: "", about: &about },
            )?;
        }
        tx.commit()?;
        Ok(marked > 0)
    }

    /// Takes a mark away; nothing more is taken out by it. `is_held`: and nothing is marked again before someone says
    /// so. `false` if nothing is marked.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn unmark(&mut self, is_held: bool, by: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let Some(mark) = mark_in(&tx)? else { return Ok(false) };
        tx.execute("DELETE FROM clean_up", [])?;
        if is_held {
            set_meta(&tx, HELD, &format!("{now} {by}"))?;
        }
        let out = if mark.gone == Forgotten::default() {
            String::new()
        } else {
            format!(", taken out before that: {}", mark.gone)
        };
        let about = format!("{}, before {}{out}", mark.what, mark.before);
        audit::add(
            &tx,
            &audit::Entry { at: now, user: by, action: "clean-up-taken-back", patient: "", about: &about },
        )?;
        tx.commit()?;
        Ok(true)
    }

    /// Who holds the clean-up, and since when; none if no one does.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn clean_up_held(&self) -> Result<Option<(String, Timestamp)>, DeskError> {
        let held = meta(&self.conn, HELD)?;
        held.as_deref()
            .and_then(|text| text.split_once(' '))
            .map(|(at, by)| Ok((by.to_owned(), timestamp(at)?)))
            .transpose()
    }

    /// No one holds the clean-up any more. `false` if no one did.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn release_clean_up(&mut self, by: &str, now: Timestamp) -> Result<bool, DeskError> {
        if self.clean_up_held()?.is_none() {
            return Ok(false);
        }
        let tx = self.write()?;
        tx.execute("DELETE FROM meta WHERE name = ?1", [HELD])?;
        audit::add(&tx, &audit::Entry { at: now, user: by, action: "clean-up-resumed", patient: "", about: "" })?;
        tx.commit()?;
        Ok(true)
    }

    /// How things stood when old days were last looked for, as [`Store::note_look_at_old_days`] had it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn looked_at_old_days(&self) -> Result<Option<String>, DeskError> {
        meta(&self.conn, LOOKED)
    }

    /// Notes that old days were looked for, and how things stood.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_look_at_old_days(&mut self, how: &str) -> Result<(), DeskError> {
        let tx = self.write()?;
        set_meta(&tx, LOOKED, how)?;
        tx.commit()
    }

    /// Whether an administrator is asked something about the clean-up.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn clean_up_asks(&self) -> Result<bool, DeskError> {
        Ok(meta(&self.conn, ASKS)?.is_some_and(|asks| asks == "1"))
    }

    /// Notes whether an administrator is asked something about the clean-up.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_clean_up_asks(&mut self, asks: bool) -> Result<(), DeskError> {
        if self.clean_up_asks()? != asks {
            let tx = self.write()?;
            set_meta(&tx, ASKS, if asks { "1" } else { "0" })?;
            super::bump(&tx)?;
            tx.commit()?;
        }
        Ok(())
    }
}

pub(super) fn mark_in(conn: &Connection) -> Result<Option<Mark>, DeskError> {
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let sql = "SELECT before, worked, at, user_name, appointments, visits, events, gone_appointments, gone_visits,
               gone_events FROM clean_up";
    let row: Option<([String; 4], [i64; 6])> = conn
        .prepare_cached(sql)?
        .query_row([], |row| {
            Ok((
                [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?],
                [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?],
            ))
        })
        .optional()?;
    row.map(
        |([before, worked, at, by], [appointments, visits, events, gone_appointments, gone_visits, gone_events])| {
            let date = |text: &str| text.parse::<Date>().map_err(|_| DeskError::Unreadable("a date"));
            Ok(Mark {
                before: date(&before)?,
                worked: date(&worked)?,
                at: timestamp(&at)?,
                by,
                what: Forgotten { appointments: count(appointments), visits: count(visits), events: count(events) },
                gone: Forgotten {
                    appointments: count(gone_appointments),
                    visits: count(gone_visits),
                    events: count(gone_events),
                },
            })
        },
    )
    .transpose()
}
