//! How people's tries at kiosks ended: no one is named, and all of it follows from events.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::events::Happened;
use super::super::{Store, from_code, sortable, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::event::KioskEvent;
use crate::domain::ids::KioskId;
use crate::domain::kiosk::Tally;
use crate::domain::reason::Reason;

/// Stops that say nothing of the kiosk: someone feels unwell, or came again with a ticket in hand.
const NOT_ITS_FAULT: [Reason; 2] = [Reason::FeelsUnwell, Reason::AlreadyCheckedIn];

/// How tries at one kiosk ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tries {
    /// Check-ins.
    pub checked_in: u32,
    /// Requests without an appointment.
    pub walked_in: u32,
    /// How often someone was stopped, and why; the most frequent reason first.
    pub stopped: Vec<(Reason, u32)>,
    /// How often someone walked away, and at which step, by its name; the most frequent one first.
    pub walked_away: Vec<(String, u32)>,
}

/// Keeps how a try ended, if the event says so.
pub(in super::super) fn note(conn: &Connection, happened: &Happened<'_>, event: &KioskEvent) -> Result<(), DeskError> {
    let (ended, step, reason) = match event {
        KioskEvent::CheckedIn(_) => ("checked-in", "", String::new()),
        KioskEvent::WalkedIn(_) => ("walked-in", "", String::new()),
        KioskEvent::Stopped { reason, step, .. } => ("stopped", step.as_str(), to_code(reason)),
        KioskEvent::WalkedAway { step } => ("walked-away", step.as_str(), String::new()),
        // The one about the whole conversation comes besides the one that says how the try ended.
        KioskEvent::TicketPrinted { .. }
        | KioskEvent::CodeRefused { .. }
        | KioskEvent::ConversationEnded(_)
        | KioskEvent::Newer(_) => {
            return Ok(());
        }
    };
    conn.prepare_cached(
        "INSERT INTO kiosk_try(kiosk, seq, at, ended, step, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![happened.kiosk, happened.seq, sortable(happened.at), ended, step, reason])?;
    Ok(())
}

impl Store {
    /// How many people tried at a kiosk from one time to another, and how many of them did not get through.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn tally(&self, kiosk: &KioskId, from: Timestamp, to: Timestamp) -> Result<Tally, DeskError> {
        let [unwell, again] = NOT_ITS_FAULT.map(|reason| to_code(&reason));
        let sql = "SELECT COUNT(*), COALESCE(SUM(ended IN ('stopped', 'walked-away')), 0) FROM kiosk_try
                   WHERE kiosk = ?1 AND at >= ?2 AND at < ?3 AND reason NOT IN (?4, ?5)";
        let (attempts, failed): (u32, u32) = self
            .conn
            .prepare_cached(sql)?
            .query_row(params![kiosk.as_str(), sortable(from), sortable(to), unwell, again], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(Tally { attempts, failed })
    }

    /// How tries at a kiosk ended from one time to another.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn tries(&self, kiosk: &KioskId, from: Timestamp, to: Timestamp) -> Result<Tries, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT ended, CASE ended WHEN 'walked-away' THEN step ELSE reason END AS what, COUNT(*) AS times
             FROM kiosk_try
             WHERE kiosk = ?1 AND at >= ?2 AND at < ?3 GROUP BY ended, what ORDER BY times DESC, what",
        )?;
        let rows = statement.query_map(params![kiosk.as_str(), sortable(from), sortable(to)], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?))
        })?;
        let mut tries = Tries::default();
        for row in rows {
            let (ended, what, times) = row?;
            match ended.as_str() {
                "checked-in" => tries.checked_in = times,
                "walked-in" => tries.walked_in = times,
                "stopped" => tries.stopped.push((from_code(what, "a reason")?, times)),
                _ => tries.walked_away.push((what, times)),
            }
        }
        Ok(tries)
    }
}
