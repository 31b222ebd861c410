//! Photos of insurance cards, sealed, until the desk has them.
//!
//! Invariants: a photo is kept in the same transaction as the check-in that it belongs to, or not at all; it outlives
//! its event until the desk has acknowledged the photo itself; once forgotten, nothing of it is left in the file or its
//! journal.

use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::seal::Seal;
use super::{Store, StoreError, schema};
use crate::domain::ids::Seq;
use crate::domain::insurance::Side;
use crate::domain::proposal::Field;

/// A photo that is to be kept with a check-in; each field and side once.
#[derive(Clone, Copy)]
pub struct Photo<'a> {
    /// Of which card: the field that it is to prove.
    pub field: Field,
    /// Which side of it.
    pub side: Side,
    /// The picture's file, as it is to be sent.
    pub picture: &'a [u8],
}

impl std::fmt::Debug for Photo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Photo")
    }
}

/// Which photo of all that a kiosk has ever taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoKey {
    /// The check-in that it belongs to.
    pub seq: Seq,
    /// Of which card.
    pub field: Field,
    /// Which side of it.
    pub side: Side,
}

impl Store {
    /// Photos that were not forgotten yet, in the order in which they were taken.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn pending_photos(&self) -> Result<Vec<PhotoKey>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT event_seq, field, side FROM photo ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut pending = Vec::new();
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let field = Field::from_code(row.get_ref(1)?.as_str().unwrap_or_default());
            let side = Side::from_code(row.get_ref(2)?.as_str().unwrap_or_default());
            // It cannot be opened either. A newer program may have written it.
            let (Some(field), Some(side)) = (field, side) else {
                tracing::error!(seq, "a photo's card is unknown; the photo stays here");
                continue;
            };
            pending.push(PhotoKey { seq: Seq(seq.cast_unsigned()), field, side });
        }
        Ok(pending)
    }

    /// A photo, opened. `None`: there is no such photo (any more).
    ///
    /// # Errors
    /// If the file cannot be read, or the photo is damaged.
    pub fn photo(&self, key: PhotoKey) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let body: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT body FROM photo WHERE event_seq = ?1 AND field = ?2 AND side = ?3")?
            .query_row(params![key.seq.0.cast_signed(), key.field.code(), key.side.code()], |row| row.get(0))
            .optional()?;
        let Some(body) = body else {
            return Ok(None);
        };
        self.seal.open(&name(key), &body).map(Some).ok_or(StoreError::Unreadable { what: "photo" })
    }

    /// Removes a photo that the desk has acknowledged. What it took of the file is overwritten and given back, and
    /// nothing of it stays in the journal. A photo that is not there is no error: acknowledgements may be repeated.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_photo(&mut self, key: PhotoKey) -> Result<(), StoreError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM photo WHERE event_seq = ?1 AND field = ?2 AND side = ?3")?
            .execute(params![key.seq.0.cast_signed(), key.field.code(), key.side.code()])?;
        if removed > 0 {
            let mut statement = self.connection.prepare_cached("PRAGMA incremental_vacuum")?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            drop(rows);
            drop(statement);
            // If someone else reads just then, it is emptied with the next photo or when the file is closed.
            let _is_empty = schema::empty_journal(&self.connection)?;
        }
        Ok(())
    }
}

/// Seals and keeps a photo; the caller's transaction makes it durable.
pub(super) fn keep_in(connection: &Connection, seal: &Seal, seq: Seq, photo: &Photo<'_>) -> Result<(), StoreError> {
    let key = PhotoKey { seq, field: photo.field, side: photo.side };
    let body = seal.seal(&name(key), photo.picture)?;
    connection
        .prepare_cached("INSERT INTO photo (event_seq, field, side, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![seq.0.cast_signed(), photo.field.code(), photo.side.code(), body])?;
    Ok(())
}

/// Gives the photos of an event their event's new position; the caller's transaction makes it durable.
pub(super) fn move_in(connection: &Connection, seal: &Seal, from: Seq, to: Seq) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT id, field, side, body FROM photo WHERE event_seq = ?1")?;
    let rows = statement
        .query_map(params![from.0.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let photos: Vec<(i64, String, String, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    for (id, field, side, body) in photos {
        let (Some(field), Some(side)) = (Field::from_code(&field), Side::from_code(&side)) else {
            return Err(StoreError::Unreadable { what: "photo" });
        };
        // One that is damaged stays damaged, and is found to be when it is sent.
        let body = match seal.open(&name(PhotoKey { seq: from, field, side }), &body) {
            Some(picture) => seal.seal(&name(PhotoKey { seq: to, field, side }), &picture)?,
            None => body,
        };
        connection.execute(
            "UPDATE photo SET event_seq = ?2, body = ?3 WHERE id = ?1",
            params![id, to.0.cast_signed(), body],
        )?;
    }
    Ok(())
}

/// What a photo is sealed as.
fn name(key: PhotoKey) -> String {
    format!("photo {} {} {}", key.seq.0, key.field.code(), key.side.code())
}
