//! What the desk tells: the list, tickets given out elsewhere, settings.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::list::List;
use super::{Seal, Store, StoreError, seal, tickets};
use crate::domain::appointment::Appointment;
use crate::domain::ids::AppointmentId;
use crate::domain::newer::known_of;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Ticket;

pub(super) const CURSOR: &str = "feed_cursor";
/// The version of the program that took the feed.
const PROGRAM: &str = "feed_program";
const SETTINGS: &str = "settings";
const TABLE: &str = "appointment";

/// One change to what the kiosk knows; `sync` translates the desk's words into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// An appointment, new or changed.
    Appointment(Box<Appointment>),
    /// An appointment that is gone.
    Removed(AppointmentId),
    /// Where a visit's check-in stands.
    Visit {
        /// Which.
        appointment: AppointmentId,
        /// Its ticket; none if it was undone.
        ticket: Option<Ticket>,
        /// Staff have seen that person.
        seen: bool,
    },
}

impl Store {
    /// Where the feed goes on from: at the beginning, if another version of the program took it until now. That one may have left out what it
    /// did not know.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn cursor(&self) -> Result<u64, StoreError> {
        self.fetch_again.set(false);
        if self.fact(PROGRAM)?.as_deref() == Some(env!("CARGO_PKG_VERSION")) { self.number_fact(CURSOR) } else { Ok(0) }
    }

    /// The clinic's rules, as last heard.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings(&self) -> Result<Option<ClinicSettings>, StoreError> {
        match self.fact(SETTINGS)? {
            // A newer program may have kept them.
            Some(text) => match serde_json::from_str(&text).and_then(known_of) {
                Ok(settings) => Ok(Some(settings)),
                Err(_) => self.drop_fact_of_desk(SETTINGS).map(|()| None),
            },
            None => Ok(None),
        }
    }

    /// Takes a part of the feed over, whole or not at all.
    ///
    /// # Errors
    /// If it could not be written; then the cursor stays, and the desk sends it again.
    pub fn apply_feed(&mut self, cursor: u64, settings: Option<&ClinicSettings>, changes: &[ListChange]) -> Result<(), StoreError> {
        let acknowledged = self.acknowledged()?;
        let transaction = self.connection.transaction()?;
        for change in changes {
            match change {
                ListChange::Appointment(appointment) => {
                    let body = super::to_json("appointment", appointment)?;
                    put_appointment_in(&transaction, &self.seal, &appointment.id, &appointment.start.to_string(), &body)?;
                }
                ListChange::Removed(id) => {
                    transaction
                        .prepare_cached("DELETE FROM appointment WHERE row = ?1")?
                        .execute(params![self.seal.row(TABLE, id.as_str())])?;
                }
                ListChange::Visit { appointment, ticket: Some(ticket), seen } => {
                    tickets::hear_of_in(&transaction, &self.seal, appointment, *ticket, *seen)?;
                }
                // A ticket that the desk has not heard of yet cannot have been undone there.
                ListChange::Visit { appointment, ticket: None, .. } => {
                    transaction
                        .prepare_cached("DELETE FROM ticket WHERE row = ?1 AND (seq IS NULL OR seq <= ?2)")?
                        .execute(params![self.seal.row(tickets::TABLE, appointment.as_str()), acknowledged.0.cast_signed()])?;
                }
            }
        }
        // Something was dropped after this was asked for.
        let cursor = if self.fetch_again.get() { 0 } else { cursor };
        super::set_fact_in(&transaction, CURSOR, &cursor.to_string())?;
        super::set_fact_in(&transaction, PROGRAM, env!("CARGO_PKG_VERSION"))?;
        if let Some(settings) = settings {
            let settings = serde_json::to_string(settings).map_err(|_| StoreError::Unreadable { what: "settings" })?;
            super::set_fact_in(&transaction, SETTINGS, &settings)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Reads the whole list into memory, for looking people up. What cannot be opened is dropped, and the desk is asked for its list again.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn list(&self) -> Result<List, StoreError> {
        let (mut list, mut damaged) = (List::default(), Vec::new());
        {
            let mut statement = self.connection.prepare_cached("SELECT row, body FROM appointment")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = row.get_ref(0)?.as_blob().unwrap_or_default();
                let body = self.seal.open(&name(key), row.get_ref(1)?.as_blob().unwrap_or_default());
                let appointment: Option<Appointment> = body.and_then(|body| serde_json::from_slice(&body).ok());
                match appointment {
                    Some(appointment) => list.put(appointment),
                    None => damaged.push(key.to_owned()),
                }
            }
        }
        if !damaged.is_empty() {
            self.drop_appointments(&damaged);
        }
        Ok(list)
    }

    /// Removes appointments that began before `before` and tickets of dates before `date`.
    ///
    /// The counters stay: they name nobody, and a clock that jumps back must not give a number twice.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_visits(&mut self, before: Timestamp, date: jiff::civil::Date) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM appointment WHERE start < ?1", params![before.to_string()])?;
        let acknowledged = self.acknowledged()?.0.cast_signed();
        self.connection
            .execute("DELETE FROM ticket WHERE date < ?1 AND (seq IS NULL OR seq <= ?2)", params![date.to_string(), acknowledged])?;
        Ok(())
    }
}

/// Seals and writes an appointment, as JSON; replaces an older word about it.
pub(super) fn put_appointment_in(
    connection: &Connection,
    seal: &Seal,
    id: &AppointmentId,
    start: &str,
    body: &[u8],
) -> Result<(), StoreError> {
    let row = seal.row(TABLE, id.as_str());
    let body = seal.seal(&name(&row), body)?;
    connection
        .prepare_cached(
            "INSERT INTO appointment (row, start, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (row) DO UPDATE SET start = excluded.start, body = excluded.body",
        )?
        .execute(params![row, start, body])?;
    Ok(())
}

/// What an appointment is sealed as.
fn name(row: &[u8]) -> String {
    format!("{TABLE} {}", seal::hex(row))
}
