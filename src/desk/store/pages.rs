//! The keys of what is open without a session: the pages behind tickets' codes, and the boards. This desk's own, made once with the folder.
//!
//! Invariants: neither is in a settings file, an export or a page; the boards' key can be made anew, and the addresses that had the old
//! one open nothing then.

use jiff::Timestamp;
use rusqlite::Connection;

use super::super::error::DeskError;
use super::super::secret::{random_bytes, random_token, to_hex};
use super::{Store, audit, bump, meta, set_meta, settings_changed};

const PAGES_KEY: &str = "pages_key";
const BOARDS_KEY: &str = "boards_key";

impl Store {
    /// Makes both keys if there are none.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn need_page_keys(&mut self) -> Result<(), DeskError> {
        if meta(&self.conn, PAGES_KEY)?.is_some() && meta(&self.conn, BOARDS_KEY)?.is_some() {
            return Ok(());
        }
        let tx = self.write()?;
        // Looked at again: two programs may open a new folder at the same moment.
        if meta(&tx, PAGES_KEY)?.is_none() {
            set_meta(&tx, PAGES_KEY, &random_token()?)?;
            settings_changed(&tx)?;
        }
        if meta(&tx, BOARDS_KEY)?.is_none() {
            set_meta(&tx, BOARDS_KEY, &new_board_key()?)?;
        }
        tx.commit()
    }

    /// What the address of a board ends with, so that not everybody can read it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn board_key(&self) -> Result<String, DeskError> {
        Ok(meta(&self.conn, BOARDS_KEY)?.unwrap_or_default())
    }

    /// Makes another one; screens with the old address show nothing any more.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn renew_board_key(&mut self, user: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        set_meta(&tx, BOARDS_KEY, &new_board_key()?)?;
        bump(&tx)?;
        audit::add(&tx, &audit::Entry { at: now, user, action: "board-addresses-made", patient: "", about: "" })?;
        tx.commit()
    }
}

/// What pages of tickets are named with.
pub(super) fn pages_key(conn: &Connection) -> Result<String, DeskError> {
    Ok(meta(conn, PAGES_KEY)?.unwrap_or_default())
}

/// 64 random bits: short enough to be typed into a television once.
fn new_board_key() -> Result<String, DeskError> {
    Ok(to_hex(&random_bytes::<8>()?))
}
