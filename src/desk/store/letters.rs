//! The keys that letters are signed with: this desk's own, apart from the clinic's settings.
//!
//! Invariants: the newest key alone has its secret, which is erased when the next one is made and never leaves this
//! folder; kiosks get public keys only, the current one first; a new key is a change of the settings, so kiosks hear of
//! it right away.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::audit::{self, COMMAND};
use super::{Store, meta, set_meta, settings_changed, timestamp, timestamp_or_none};
use crate::codes::letter::Signer;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{random_bytes, to_hex};
use crate::domain::appointment::Appointment;
use crate::domain::settings::{LetterKey, LetterKeys};

/// Kiosks get at most this many public keys beside the current one; a clinic that makes more within one letter's life
/// gives up the oldest.
pub const RETIRED_KEYS_MAX: usize = 7;

/// One key as staff may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its number, which letters name.
    pub id: u8,
    /// The public key, 64 hexadecimal digits.
    pub public: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the next one took its place.
    pub retired_at: Option<Timestamp>,
    /// Up to this date a letter of it may still be shown; none if no letter was made with it.
    pub letters_until: Option<Date>,
}

impl Store {
    /// Makes the clinic's tag and the first key if there are none.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn need_letter_key(&mut self, now: Timestamp) -> Result<(), DeskError> {
        if meta(&self.conn, "letter_clinic")?.is_some() && !public_keys(&self.conn)?.is_empty() {
            return Ok(());
        }
        let tx = self.write()?;
        // Looked at again: two programs may open a new folder at the same moment.
        if meta(&tx, "letter_clinic")?.is_none() {
            set_meta(&tx, "letter_clinic", &to_hex(&random_bytes::<4>()?))?;
        }
        if public_keys(&tx)?.is_empty() {
            make_key(&tx, now)?;
            settings_changed(&tx)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Makes a new key; letters are signed with it from now on. Letters of earlier keys stay good until they expire,
    /// unless `revoke` says that no kiosk shall take them any more. Answers the new key's number.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn rotate_letter_key(&mut self, now: Timestamp, revoke: bool) -> Result<u8, DeskError> {
        let today = self.date_at(now);
        let tx = self.write()?;
        if meta(&tx, "letter_clinic")?.is_none() {
            set_meta(&tx, "letter_clinic", &to_hex(&random_bytes::<4>()?))?;
        }
        tx.execute("UPDATE letter_key SET secret = NULL, retired_at = ?1 WHERE secret IS NOT NULL", [now.to_string()])?;
        if revoke {
            tx.execute("DELETE FROM letter_key", [])?;
        } else {
            // Dates of four digits sort as texts.
            tx.execute(
                "DELETE FROM letter_key WHERE letters_until IS NULL OR letters_until < ?1",
                [today.to_string()],
            )?;
        }
        let id = make_key(&tx, now)?;
        let kept = i64::try_from(RETIRED_KEYS_MAX + 1).unwrap_or(i64::MAX);
        tx.execute(
            "DELETE FROM letter_key WHERE n NOT IN (SELECT n FROM letter_key ORDER BY n DESC LIMIT ?1)",
            [kept],
        )?;
        settings_changed(&tx)?;
        let (action, about) =
            (if revoke { "letter-keys-revoked" } else { "letter-key-made" }, format!("letter key {id}"));
        audit::add(&tx, &audit::Entry { at: now, user: COMMAND, action, patient: "", about: &about })?;
        tx.commit()?;
        self.erase_what_was_deleted();
        Ok(id)
    }

    /// The keys that kiosks know, the current one first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn letter_keys(&self) -> Result<Vec<KeyRow>, DeskError> {
        rows(&self.conn)
    }

    /// The code of a letter for an appointment as it is now, taken until `valid_days` after its date.
    ///
    /// # Errors
    /// If there is no usable key or the file cannot be written.
    pub fn sign_letter(&mut self, appointment: &Appointment, valid_days: u8) -> Result<String, DeskError> {
        let date = appointment.local_date(&self.zone);
        let until = date.saturating_add(jiff::SignedDuration::from_hours(24 * i64::from(valid_days)));
        let tx = self.write()?;
        let clinic = meta(&tx, "letter_clinic")?.ok_or(DeskError::NoLetterKey)?;
        let (n, id, secret): (i64, i64, String) = tx
            .query_row(
                "SELECT n, id, secret FROM letter_key WHERE secret IS NOT NULL ORDER BY n DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?
            .ok_or(DeskError::NoLetterKey)?;
        let secret = Zeroizing::new(secret);
        let seed = Zeroizing::new(read_seed(&secret).ok_or(DeskError::NoLetterKey)?);
        let signer = Signer::new(&clinic, key_id(id)?, &seed).map_err(|_| DeskError::NoLetterKey)?;
        let code = signer.sign(date, valid_days, &appointment.id, &appointment.person.id);
        tx.execute(
            "UPDATE letter_key SET letters_until = ?2 WHERE n = ?1 AND (letters_until IS NULL OR letters_until < ?2)",
            params![n, until.to_string()],
        )?;
        tx.commit()?;
        Ok(code)
    }
}

/// What kiosks verify with: nothing until there is a key.
pub(super) fn public_keys(conn: &Connection) -> Result<LetterKeys, DeskError> {
    let clinic = meta(conn, "letter_clinic")?.unwrap_or_default();
    let keys = rows(conn)?.into_iter().map(|row| LetterKey { id: row.id, public: row.public }).collect();
    Ok(LetterKeys { clinic, keys })
}

fn rows(conn: &Connection) -> Result<Vec<KeyRow>, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT id, public, made_at, retired_at, letters_until FROM letter_key ORDER BY n DESC")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, Option<String>>(3)?,
            row.get::<_, Option<String>>(4)?,
        ))
    })?;
    rows.map(|row| {
        let (id, public, made_at, retired_at, until) = row?;
        Ok(KeyRow {
            id: key_id(id)?,
            public,
            made_at: timestamp(&made_at)?,
            retired_at: timestamp_or_none(retired_at)?,
            letters_until: until
                .map(|text| text.parse())
                .transpose()
                .map_err(|_| DeskError::Unreadable("a letter key"))?,
        })
    })
    .collect()
}

/// Makes the next key. Numbers go from 1 to 255 and begin again; by then the first has long been dropped.
fn make_key(conn: &Connection, now: Timestamp) -> Result<u8, DeskError> {
    let made: i64 = meta(conn, "letter_keys_made")?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let id = u8::try_from(made % 255 + 1).map_err(|_| DeskError::Unreadable("a letter key"))?;
    let clinic = meta(conn, "letter_clinic")?.ok_or(DeskError::NoLetterKey)?;
    let seed = Zeroizing::new(random_bytes::<32>()?);
    let public = Signer::new(&clinic, id, &seed).map_err(|_| DeskError::NoLetterKey)?.public();
    let secret = Zeroizing::new(to_hex(seed.as_slice()));
    conn.execute(
        "INSERT INTO letter_key(n, id, secret, public, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![made + 1, i64::from(id), secret.as_str(), public, now.to_string()],
    )?;
    set_meta(conn, "letter_keys_made", &(made + 1).to_string())?;
    Ok(id)
}

fn key_id(id: i64) -> Result<u8, DeskError> {
    u8::try_from(id).map_err(|_| DeskError::Unreadable("a letter key"))
}

fn read_seed(hex: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(seed)
}
