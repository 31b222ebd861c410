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

const CURSOR: &str = "feed_cursor";
/// The version of the program that took the feed.
const PROGRAM: &str = "feed_program";
/// The clinic's rules. They name nobody, but hold the key by which the pages of this kiosk's tickets are named.
const SETTINGS_SEALED: &str = "settings_sealed";
/// Where earlier versions kept them in clear.
pub(super) const SETTINGS_IN_CLEAR: &str = "settings";
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
        if self.fact(PROGRAM)?.as_deref() == Some(env!("CARGO_PKG_VERSION")) { self.number_fact(CURSOR) } else { Ok(0) }
    }

    /// The clinic's rules, as last heard.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings(&self) -> Result<Option<ClinicSettings>, StoreError> {
        let unreadable = || StoreError::Unreadable { what: "settings" };
        match self.fact(SETTINGS_SEALED)? {
            Some(sealed) => {
                let sealed = seal::of_hex(&sealed).ok_or_else(unreadable)?;
                let text = self.seal.open(SETTINGS_SEALED, &sealed).ok_or_else(unreadable)?;
                // A newer program may have kept them.
                serde_json::from_slice(&text).and_then(known_of).map(Some).map_err(|_| unreadable())
            }
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
        super::set_fact_in(&transaction, CURSOR, &cursor.to_string())?;
        super::set_fact_in(&transaction, PROGRAM, env!("CARGO_PKG_VERSION"))?;
        if let Some(settings) = settings {
            let settings = super::to_json("settings", settings)?;
            put_settings_in(&transaction, &self.seal, &settings)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Reads the whole list into memory, for looking people up.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn list(&self) -> Result<List, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT row, body FROM appointment")?;
        let mut rows = statement.query([])?;
        let mut list = List::default();
        while let Some(row) = rows.next()? {
            let body = self.seal.open(&name(row.get_ref(0)?.as_blob().unwrap_or_default()), row.get_ref(1)?.as_blob().unwrap_or_default());
            let appointment: Option<Appointment> = body.and_then(|body| serde_json::from_slice(&body).ok());
            list.put(appointment.ok_or(StoreError::Unreadable { what: "appointment" })?);
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

/// Seals and writes the clinic's rules, as JSON.
pub(super) fn put_settings_in(connection: &Connection, seal: &Seal, settings: &[u8]) -> Result<(), StoreError> {
    let sealed = seal.seal(SETTINGS_SEALED, settings)?;
    super::set_fact_in(connection, SETTINGS_SEALED, &seal::hex(&sealed))
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
