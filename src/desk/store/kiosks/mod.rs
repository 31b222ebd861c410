//! The kiosks that may talk to this desk: here their names, the letters of their tickets, their tokens and places; how
//! they are, what staff want of them, and how tries at them ended each in a file.

mod health;
mod orders;
pub(super) mod tries;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

pub use self::health::{
    CELSIUS_WARNS, CLOCK_WARNS, DISK_WARNS_MIB, HeardHealth, KioskRow, LOST, ListDiffers, NUMBER_TWICE, RaisedRow,
};
#[cfg(test)]
pub(super) use self::orders::FORGET_ORDERS;
pub(in super::super) use self::orders::Told;
pub(super) use self::orders::forget_orders;
pub use self::orders::{ORDER_CHARS_MAX, OrderRefused, OrderRow, OrderState};
pub use self::tries::Tries;
use super::{Store, audit, bump, settings_changed};
use crate::desk::base::error::DeskError;
use crate::domain::ids::KioskId;
use crate::domain::ticket::Series;

impl Store {
    /// Lets a kiosk in, or gives a known one a new token. Its series belongs to it alone. `by`: who does it, for the
    /// audit.
    ///
    /// # Errors
    /// If another kiosk has the series, or the file cannot be written.
    pub fn enrol_kiosk(
        &mut self,
        id: &KioskId,
        series: Series,
        token_hash: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let tx = self.write()?;
        let letter = series.to_string();
        let owner: Option<String> =
            tx.query_row("SELECT id FROM kiosk WHERE letter = ?1", [&letter], |row| row.get(0)).optional()?;
        if owner.is_some_and(|owner| owner != id.as_str()) {
            return Err(DeskError::BadKiosk {
                id: id.to_string(),
                why: "another kiosk already uses this ticket prefix",
            });
        }
        let enrolled = tx.execute(
            "INSERT INTO kiosk(id, letter, token_hash) VALUES (?1, ?2, ?3)
             ON CONFLICT(id) DO UPDATE SET letter = excluded.letter, token_hash = excluded.token_hash
             WHERE kiosk.letter <> excluded.letter OR kiosk.token_hash <> excluded.token_hash",
            params![id.as_str(), letter, token_hash],
        )?;
        if enrolled > 0 {
            // With another token its pages have other names, and it has to hear of that.
            settings_changed(&tx)?;
            let about = format!("kiosk {id}");
            audit::add(&tx, &audit::Entry { at: now, user: by, action: "kiosk-enrolled", patient: "", about: &about })?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Says where a kiosk stands, in the clinic's words. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn place_kiosk(&mut self, id: &KioskId, place: &str, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        if tx.execute("UPDATE kiosk SET place = ?2 WHERE id = ?1 AND place <> ?2", params![id.as_str(), place])? > 0 {
            bump(&tx)?;
            let about = format!("kiosk {id}");
            audit::add(&tx, &audit::Entry { at: now, user: by, action: "kiosk-placed", patient: "", about: &about })?;
        }
        tx.commit()?;
        Ok(())
    }

    /// The locations of kiosks; those without one are not in it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_places(&self) -> Result<BTreeMap<KioskId, String>, DeskError> {
        let mut statement = self.conn.prepare_cached("SELECT id, place FROM kiosk WHERE place <> ''")?;
        let rows = statement.query_map([], |row| Ok((KioskId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every kiosk with the hash of its token.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_tokens(&self) -> Result<Vec<(KioskId, String)>, DeskError> {
        let mut statement = self.conn.prepare_cached("SELECT id, token_hash FROM kiosk ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((KioskId::new(row.get::<_, String>(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
