//! Which visits the latest changes were about: a reader of the list follows it without reading it again.
//!
//! Invariants: every write to what a row of the list is made of is noted by the file itself (`schema/changed.rs`),
//! whichever program writes; a reader that cannot follow learns that, and never misses a change.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Store, int, meta, open, revision, set_meta, settings_revision};
use crate::desk::base::error::DeskError;
use crate::domain::ids::AppointmentId;
use crate::domain::visit::VisitRow;

/// The latest change after which a list that was read before has to be read again.
const READ_AGAIN: &str = "read_again";

/// What changed of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedVisits {
    /// These visits; they may also be as they were, or on no list.
    pub visits: Vec<AppointmentId>,
    /// Stops of people no one knows.
    pub stops: bool,
}

impl Store {
    /// What changed since this revision; none if that cannot be followed: the settings changed, all was made again from
    /// what was recorded, days or a patient were taken out, the file is an older one than it was, or more than
    /// `at_most` visits changed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changed_since(&self, known: u64, at_most: usize) -> Result<Option<ChangedVisits>, DeskError> {
        if revision(&self.conn)? < known || settings_revision(&self.conn)? > known || read_again(&self.conn)? > known {
            return Ok(None);
        }
        let mut statement =
            self.conn.prepare_cached("SELECT appointment_id FROM visit_change WHERE revision > ?1 LIMIT ?2")?;
        let mut changed = ChangedVisits::default();
        for id in statement
            .query_map(params![int(known), int(at_most as u64).saturating_add(1)], |row| row.get::<_, String>(0))?
        {
            match id? {
                id if id.is_empty() => changed.stops = true,
                id => changed.visits.push(AppointmentId::new(id)),
            }
        }
        Ok((changed.visits.len() <= at_most).then_some(changed))
    }

    /// Of these visits those that are on the clinic's list at this moment, as [`Store::list_at`] has them.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn list_of(&self, visits: &[AppointmentId], now: Timestamp) -> Result<Vec<VisitRow>, DeskError> {
        let ids = visits.iter().map(|id| id.as_str().to_owned()).collect();
        open::list_of(&self.conn, &ids, self.date_at(now), self.day_began(now))
    }
}

fn read_again(conn: &Connection) -> Result<u64, DeskError> {
    Ok(meta(conn, READ_AGAIN)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Readers of the list have to read it again after this transaction.
pub(super) fn must_read_again(conn: &Connection) -> Result<(), DeskError> {
    // As the triggers do: no reader can have seen a higher number before.
    set_meta(conn, READ_AGAIN, &revision(conn)?.saturating_add(1).to_string())
}

/// Forgets that there was ever a change of these visits, which are taken out.
pub(super) fn forget<'a>(conn: &Connection, visits: impl Iterator<Item = &'a String>) -> Result<(), DeskError> {
    let mut statement = conn.prepare_cached(FORGET)?;
    for id in visits {
        statement.execute([id])?;
    }
    must_read_again(conn)
}

/// A name of a visit that was taken out.
pub(super) const FORGET: &str = "DELETE FROM visit_change WHERE appointment_id = ?1";
