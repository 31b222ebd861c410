//! The keys of what is open without a session: the pages behind tickets' codes, and the boards. This desk's own, made
//! once with the folder.
//!
//! Invariants: none is in a settings file, an export or a page; a kiosk has a key of its own, which is another one with
//! each token; all can be made again, and the addresses that had the old ones open nothing then.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::{Store, audit, bump, meta, set_meta, settings_changed};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{random_bytes, random_token, to_hex};
use crate::domain::ids::KioskId;
use crate::domain::pages::TicketPages;
use crate::domain::ticket::Ticket;

/// What the keys of desk and kiosks are made from. It never leaves this file.
const PAGES_ROOT: &str = "pages_root";
/// The one key that earlier versions shared with every kiosk, and the last day on which it opens pages.
const PAGES_KEY: &str = "pages_key";
const PAGES_KEY_UNTIL: &str = "pages_key_until";
const BOARDS_KEY: &str = "boards_key";
/// Whose key it is that the desk prints with. No kiosk is called so.
const OF_DESK: &str = "(desk)";

/// What the pages of tickets are named with.
#[derive(Debug, Default)]
pub struct PageKeys {
    desk: TicketPages,
    before: Option<TicketPages>,
    /// By the kiosk's name, and by what its tickets begin with.
    of_kiosk: BTreeMap<String, TicketPages>,
    of_series: BTreeMap<String, TicketPages>,
}

impl PageKeys {
    /// Every name that opens the page of a ticket: as its kiosk prints it, as the desk does, and as earlier versions
    /// did.
    #[must_use]
    pub fn names(&self, ticket: Ticket, kiosk: Option<&KioskId>) -> Vec<String> {
        let of_series = self.of_series.get(&ticket.number.series().to_string());
        let of_kiosk = of_series.or_else(|| self.of_kiosk.get(kiosk?.as_str()));
        [Some(&self.desk), of_kiosk, self.before.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|pages| pages.token(ticket))
            .collect()
    }
}

impl Store {
    /// Makes the keys if there are none.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn need_page_keys(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let today = self.date_at(now);
        let is_over = |conn: &Connection| -> Result<bool, DeskError> {
            Ok(meta(conn, PAGES_KEY)?.is_some()
                && meta(conn, PAGES_KEY_UNTIL)?.is_some_and(|until| until < today.to_string()))
        };
        if meta(&self.conn, PAGES_ROOT)?.is_some() && meta(&self.conn, BOARDS_KEY)?.is_some() && !is_over(&self.conn)? {
            return Ok(());
        }
        let tx = self.write()?;
        // Looked at again: two programs may open a new folder at the same moment.
        if meta(&tx, PAGES_ROOT)?.is_none() {
            set_meta(&tx, PAGES_ROOT, &random_token()?)?;
            // Tickets of today, and what a kiosk prints before it hears of its own key.
            let until = today.tomorrow().unwrap_or(Date::MAX);
            set_meta(&tx, PAGES_KEY_UNTIL, &until.to_string())?;
            settings_changed(&tx)?;
        }
        if is_over(&tx)? {
            tx.execute("DELETE FROM meta WHERE name = ?1", [PAGES_KEY])?;
        }
        if meta(&tx, BOARDS_KEY)?.is_none() {
            set_meta(&tx, BOARDS_KEY, &new_board_key()?)?;
        }
        tx.commit()
    }

    /// What the pages of today's tickets are named with.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn page_keys(&self, now: Timestamp) -> Result<PageKeys, DeskError> {
        let root = root(&self.conn)?;
        let with = |key: String| TicketPages { key, ..TicketPages::default() };
        let mut keys = PageKeys { desk: with(root.key_for(OF_DESK).unwrap_or_default()), ..PageKeys::default() };
        let until = meta(&self.conn, PAGES_KEY_UNTIL)?.unwrap_or_default();
        keys.before = meta(&self.conn, PAGES_KEY)?.filter(|_| self.date_at(now).to_string() <= until).map(with);
        let mut statement = self.conn.prepare_cached("SELECT id, letter, token_hash FROM kiosk")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
        for row in rows {
            let (id, letter, token_hash) = row?;
            let its = with(root.key_for(&whose(&id, &token_hash)).unwrap_or_default());
            keys.of_kiosk.insert(id, its.clone());
            keys.of_series.insert(letter, its);
        }
        Ok(keys)
    }

    /// The key that a kiosk prints with.
    ///
    /// # Errors
    /// If the file cannot be read or there is no such kiosk.
    pub fn page_key_of(&self, kiosk: &KioskId) -> Result<String, DeskError> {
        let sql = "SELECT token_hash FROM kiosk WHERE id = ?1";
        let token_hash: String = self.conn.query_row(sql, params![kiosk.as_str()], |row| row.get(0))?;
        Ok(root(&self.conn)?.key_for(&whose(kiosk.as_str(), &token_hash)).unwrap_or_default())
    }

    /// Makes other keys for every kiosk; tickets that were printed until now lead to no page any more.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn renew_page_keys(&mut self, user: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        set_meta(&tx, PAGES_ROOT, &random_token()?)?;
        tx.execute("DELETE FROM meta WHERE name = ?1", [PAGES_KEY])?;
        settings_changed(&tx)?;
        audit::add(&tx, &audit::Entry { at: now, user, action: "page-keys-made", patient: "", about: "" })?;
        tx.commit()
    }

    /// What the address of a board ends with, so that not everyone can read it.
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

/// A kiosk with another token has another key: anyone who took the card of the one before cannot name its pages.
fn whose(kiosk: &str, token_hash: &str) -> String {
    format!("kiosk {kiosk} {token_hash}")
}

fn root(conn: &Connection) -> Result<TicketPages, DeskError> {
    Ok(TicketPages { key: meta(conn, PAGES_ROOT)?.unwrap_or_default(), ..TicketPages::default() })
}

/// What the desk itself names pages of tickets with.
pub(super) fn pages_key(conn: &Connection) -> Result<String, DeskError> {
    Ok(root(conn)?.key_for(OF_DESK).unwrap_or_default())
}

/// 64 random bits: short enough to be typed into a television once.
fn new_board_key() -> Result<String, DeskError> {
    Ok(to_hex(&random_bytes::<8>()?))
}
