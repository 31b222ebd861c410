//! What the desk tells: the list, tickets given out elsewhere, settings.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::list::List;
use super::{Seal, Store, StoreError, events, seal, tickets};
use crate::domain::appointment::Appointment;
use crate::domain::ids::{AppointmentId, Epoch};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Ticket;

pub(super) const CURSOR: &str = "feed_cursor";
/// Which life of the desk's file the cursor is of.
const EPOCH: &str = "feed_epoch";
/// The list is being told from its beginning.
const ANEW: &str = "feed_anew";
/// The version of the program that took the feed, and of what it keeps of it.
const PROGRAM: &str = "feed_program";
/// The second one keeps when the clinic's day begins and which tickets are held.
const KEEPS: &str = concat!(env!("CARGO_PKG_VERSION"), " 2");
/// The clinic's rules. They name no one, but hold the key by which the pages of this kiosk's tickets are named.
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
    /// An appointment that was taken out with its patient: what was told of it goes too.
    Forgotten(AppointmentId),
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

/// What a word of the desk is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Of the life of its file that was heard of last.
    Same,
    /// Of another life of that file: a copy was put back. What is reported goes on from the beginning.
    Another,
    /// Of another desk's file.
    OtherDesk,
}

/// The desk of this kiosk may be another one from now on; the caller's transaction makes it durable.
pub(super) fn forget_desk_in(connection: &Connection) -> Result<(), StoreError> {
    connection.execute("DELETE FROM fact WHERE name = ?1", params![EPOCH])?;
    super::set_fact_in(connection, CURSOR, "0")
}

impl Store {
    /// Where the feed goes on from: at the beginning, if another version of the program took it until now. That one may
    /// have left out what it did not know.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn cursor(&self) -> Result<u64, StoreError> {
        self.fetch_again.set(false);
        if self.fact(PROGRAM)?.as_deref() == Some(KEEPS) { self.number_fact(CURSOR) } else { Ok(0) }
    }

    /// Whether what the desk tells now goes on from what it told before. If an older copy of its file was put back,
    /// nothing is known any more of what it holds of this kiosk, and the list is to be told from its beginning. Of
    /// another desk nothing is taken.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn hear_of_life(&mut self, epoch: Option<&Epoch>) -> Result<Life, StoreError> {
        // A desk of before this was told.
        let Some(epoch) = epoch else { return Ok(Life::Same) };
        let known = self.epoch()?;
        if known.as_ref() == Some(epoch) {
            return Ok(Life::Same);
        }
        if known.as_ref().is_some_and(|known| !known.is_of_same_file(epoch)) {
            return Ok(Life::OtherDesk);
        }
        let transaction = self.connection.transaction()?;
        super::set_fact_in(&transaction, EPOCH, epoch.as_str())?;
        super::set_fact_in(&transaction, CURSOR, "0")?;
        if known.is_some() {
            events::forget_held_in(&transaction)?;
        }
        transaction.commit()?;
        Ok(Life::Another)
    }

    /// Which life of the desk's file was heard of last.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn epoch(&self) -> Result<Option<Epoch>, StoreError> {
        Ok(self.fact(EPOCH)?.map(Epoch::new))
    }

    /// The list is reported from its beginning. What is here stays until it has been told whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_list(&mut self) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.execute("UPDATE appointment SET told = 0", [])?;
        // Numbers by hand of a desk that does not know them any more: anyone who holds one can check in.
        transaction.execute(
            "DELETE FROM ticket WHERE seq IS NULL AND number GLOB ?1",
            params![format!("{}[0-9]*", crate::domain::ticket::Series::DESK)],
        )?;
        super::set_fact_in(&transaction, ANEW, "1")?;
        Ok(transaction.commit()?)
    }

    /// The list has been told to its end: what was not in it is gone, of the days that the desk tells. Answers whether
    /// it was told from its beginning.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_list(&mut self) -> Result<bool, StoreError> {
        if self.fact(ANEW)?.is_none() {
            return Ok(false);
        }
        // A desk whose clock is wrong tells other days; what is here of the right ones stays.
        let told = self.days_told()?;
        let transaction = self.connection.transaction()?;
        if let Some((from, to)) = told {
            transaction.execute(
                "DELETE FROM appointment WHERE told = 0 AND start >= ?1 AND start < ?2",
                params![from.to_string(), to.to_string()],
            )?;
        }
        transaction.execute("DELETE FROM fact WHERE name = ?1", params![ANEW])?;
        transaction.commit()?;
        Ok(true)
    }

    /// The clinic's rules, as last heard.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn settings(&self) -> Result<Option<ClinicSettings>, StoreError> {
        let Some(sealed) = self.fact(SETTINGS_SEALED)? else { return Ok(None) };
        let text = seal::of_hex(&sealed).and_then(|sealed| self.seal.open(SETTINGS_SEALED, &sealed));
        // A newer program may have kept them.
        match text.and_then(|text| serde_json::from_slice(&text).and_then(ClinicSettings::told).ok()) {
            Some(settings) => Ok(Some(settings)),
            None => self.drop_fact_of_desk(SETTINGS_SEALED).map(|()| None),
        }
    }

    /// Takes a part of the feed over, whole or not at all.
    ///
    /// # Errors
    /// If it could not be written; then the cursor stays, and the desk sends it again.
    pub fn apply_feed(
        &mut self,
        cursor: u64,
        settings: Option<&ClinicSettings>,
        changes: &[ListChange],
    ) -> Result<(), StoreError> {
        let held = self.held()?;
        let transaction = self.connection.transaction()?;
        for change in changes {
            match change {
                ListChange::Appointment(appointment) => {
                    let body = super::to_json("appointment", appointment)?;
                    put_appointment_in(
                        &transaction,
                        &self.seal,
                        &appointment.id,
                        &appointment.start.to_string(),
                        &body,
                    )?;
                }
                ListChange::Removed(id) | ListChange::Forgotten(id) => {
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
                        .execute(params![self.seal.row(tickets::TABLE, appointment.as_str()), held.0.cast_signed()])?;
                }
            }
        }
        let forgotten: Vec<&AppointmentId> = changes
            .iter()
            .filter_map(|change| if let ListChange::Forgotten(id) = change { Some(id) } else { None })
            .collect();
        if !forgotten.is_empty() {
            events::forget_about_in(&transaction, &self.seal, &forgotten, held)?;
        }
        // Something was dropped after this was asked for.
        let cursor = if self.fetch_again.get() { 0 } else { cursor };
        super::set_fact_in(&transaction, CURSOR, &cursor.to_string())?;
        super::set_fact_in(&transaction, PROGRAM, KEEPS)?;
        if let Some(settings) = settings {
            let settings = super::to_json("settings", settings)?;
            put_settings_in(&transaction, &self.seal, &settings)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Reads the whole list into memory, for looking people up. What cannot be opened is dropped, and the desk is asked
    /// for its list again.
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

    /// Removes appointments that began before `before` and tickets of dates before `date`, but not those of people who
    /// may still be here.
    ///
    /// The counters stay: they name no one, and a clock that jumps back must not give a number twice.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_visits(&mut self, before: Timestamp, date: jiff::civil::Date) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM appointment WHERE start < ?1", params![before.to_string()])?;
        tickets::forget_in(&self.connection, date, self.held()?)
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
            "INSERT INTO appointment (row, start, body, told) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (row) DO UPDATE SET start = excluded.start, body = excluded.body, told = 1",
        )?
        .execute(params![row, start, body])?;
    Ok(())
}

/// What an appointment is sealed as.
fn name(row: &[u8]) -> String {
    format!("{TABLE} {}", seal::hex(row))
}
