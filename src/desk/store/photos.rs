//! Photos of cards: taken in piece by piece, whole only when their hash is right, removed when no one needs them any
//! more.
//!
//! Invariants: only what a check-in announced is taken; a piece is kept if it follows on what is there, so none is kept
//! twice; nothing is shown of a photo that is not whole; what was removed is not taken again, and leaves only its hash.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::proposals::{self, ChangeKey, Decided, ProposedChange};
use super::{Store, bump, int, meta, set_meta};
use crate::desk::base::error::DeskError;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::insurance::Side;
use crate::domain::proposal::{Field, Proposal};
use crate::sync::wire::{PhotoHeld, PhotoName, Piece, photo_hash};

/// A photo is removed this many days after its change was exported (or contradicted by a list), or rejected.
pub const PHOTO_DAYS: i64 = 7;

/// The fact that says on which date old photos were last looked for.
const LOOKED: &str = "photos_looked";

/// Where a photo stands that a check-in announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoState {
    /// Nothing or a part of it has come.
    OnItsWay,
    /// It can be shown.
    Here,
    /// It was shown long enough.
    Removed,
}

/// What is written down of a photo.
struct Row {
    id: i64,
    total: i64,
    hash: String,
    held: i64,
    is_whole: bool,
    is_removed: bool,
}

impl Row {
    fn find(conn: &Connection, kiosk: &str, seq: u64, field: Field, side: Side) -> Result<Option<Self>, DeskError> {
        let sql = "SELECT id, total, hash, held, whole_at IS NOT NULL, removed_at IS NOT NULL FROM card_photo
                   WHERE kiosk = ?1 AND seq = ?2 AND field = ?3 AND side = ?4";
        let row = conn.prepare_cached(sql)?.query_row(params![kiosk, int(seq), field.code(), side.code()], |row| {
            Ok(Self {
                id: row.get(0)?,
                total: row.get(1)?,
                hash: row.get(2)?,
                held: row.get(3)?,
                is_whole: row.get(4)?,
                is_removed: row.get(5)?,
            })
        });
        Ok(row.optional()?)
    }

    fn of(conn: &Connection, kiosk: &KioskId, photo: &PhotoName) -> Result<Option<Self>, DeskError> {
        Self::find(conn, kiosk.as_str(), photo.seq.0, photo.field, photo.side)
    }

    fn is_same(&self, photo: &PhotoName) -> bool {
        self.total == int(photo.total) && self.hash == photo.hash
    }

    fn is_over(&self) -> bool {
        self.is_whole || self.is_removed
    }

    fn held(&self) -> PhotoHeld {
        PhotoHeld { bytes: self.held.unsigned_abs(), whole: self.is_over() }
    }
}

const NOTHING: PhotoHeld = PhotoHeld { bytes: 0, whole: false };

impl Store {
    /// Whether a check-in that the desk holds says that there is such a photo.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_announced(&self, kiosk: &KioskId, photo: &PhotoName) -> Result<bool, DeskError> {
        let sql = "SELECT body FROM proposal WHERE kiosk = ?1 AND seq = ?2 AND field = ?3";
        let body: Option<String> = self
            .conn
            .prepare_cached(sql)?
            .query_row(params![kiosk.as_str(), int(photo.seq.0), photo.field.code()], |row| row.get(0))
            .optional()?;
        let Some(body) = body else { return Ok(false) };
        let proposal: Proposal = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a proposal"))?;
        Ok(proposal.photos.contains(&photo.side))
    }

    /// How much of a photo is here.
    ///
    /// # Errors
    /// If the file cannot be read, or another picture under this name is here already.
    pub fn photo_held(&self, kiosk: &KioskId, photo: &PhotoName) -> Result<PhotoHeld, DeskError> {
        match Row::of(&self.conn, kiosk, photo)? {
            Some(row) if row.is_same(photo) => Ok(row.held()),
            Some(row) if row.is_over() => Err(DeskError::OtherHistory(photo.seq)),
            _ => Ok(NOTHING),
        }
    }

    /// Keeps a piece, durably, if it follows on what is here, and answers how much that is now. When the last piece is
    /// here and the hash is not right, everything of this photo is dropped, to be sent again.
    ///
    /// # Errors
    /// If the file cannot be written, or another picture under this name is here already.
    pub fn take_piece(&mut self, kiosk: &KioskId, piece: &Piece, now: Timestamp) -> Result<PhotoHeld, DeskError> {
        let photo = &piece.photo;
        let tx = self.write()?;
        let row = match Row::of(&tx, kiosk, photo)? {
            Some(row) if row.is_over() && row.is_same(photo) => return Ok(row.held()),
            Some(row) if row.is_over() => return Err(DeskError::OtherHistory(photo.seq)),
            Some(row) if row.is_same(photo) => Some(row),
            Some(row) => {
                drop_pieces(&tx, row.id)?;
                tx.execute("DELETE FROM card_photo WHERE id = ?1", [row.id])?;
                None
            }
            None => None,
        };
        let (id, held) = match row {
            Some(row) => (row.id, row.held.unsigned_abs()),
            None => {
                tx.execute(
                    "INSERT INTO card_photo(kiosk, seq, field, side, total, hash, held)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                    params![
                        kiosk.as_str(),
                        int(photo.seq.0),
                        photo.field.code(),
                        photo.side.code(),
                        int(photo.total),
                        photo.hash
                    ],
                )?;
                (tx.last_insert_rowid(), 0)
            }
        };
        let mut now_held = PhotoHeld { bytes: held, whole: false };
        if piece.offset == held {
            tx.prepare_cached("INSERT INTO card_photo_piece(photo, at_byte, body) VALUES (?1, ?2, ?3)")?
                .execute(params![id, int(held), piece.bytes])?;
            now_held.bytes = held.saturating_add(piece.bytes.len() as u64);
            now_held.whole = now_held.bytes == photo.total;
            if now_held.whole && photo_hash(&picture(&tx, id, photo.total)?) != photo.hash {
                tracing::warn!(
                    %kiosk, seq = photo.seq.0, field = photo.field.code(), side = photo.side.code(),
                    "a photo arrived damaged; requesting it again"
                );
                drop_pieces(&tx, id)?;
                now_held = NOTHING;
            }
            let whole_at = now_held.whole.then(|| now.to_string());
            tx.execute(
                "UPDATE card_photo SET held = ?2, whole_at = ?3 WHERE id = ?1",
                params![id, int(now_held.bytes), whole_at],
            )?;
            if now_held.whole {
                // Pages show it.
                bump(&tx)?;
            }
        }
        tx.commit()?;
        Ok(now_held)
    }

    /// A photo that is whole; none if it is not, not any more, or never was.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn photo(&self, key: &ChangeKey, side: Side) -> Result<Option<Zeroizing<Vec<u8>>>, DeskError> {
        match Row::find(&self.conn, key.kiosk.as_str(), key.seq, key.field, side)? {
            Some(row) if row.is_whole && !row.is_removed => {
                Ok(Some(picture(&self.conn, row.id, row.total.unsigned_abs())?))
            }
            _ => Ok(None),
        }
    }

    /// The photos that a change announced, in the order in which pages show them, and where each stands.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn photos_of(&self, change: &ProposedChange) -> Result<Vec<(Side, PhotoState)>, DeskError> {
        let ChangeKey { kiosk, seq, field } = &change.key;
        let announced = Side::ALL.into_iter().filter(|side| change.proposal.photos.contains(side));
        announced
            .map(|side| {
                let state = match Row::find(&self.conn, kiosk.as_str(), *seq, *field, side)? {
                    Some(row) if row.is_removed => PhotoState::Removed,
                    Some(row) if row.is_whole => PhotoState::Here,
                    _ => PhotoState::OnItsWay,
                };
                Ok((side, state))
            })
            .collect()
    }

    /// The visit of a change, so that a page leads back to it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit_of_change(&self, key: &ChangeKey) -> Result<Option<AppointmentId>, DeskError> {
        let sql = "SELECT appointment_id FROM proposal WHERE kiosk = ?1 AND seq = ?2 AND field = ?3";
        let id: Option<String> = self
            .conn
            .prepare_cached(sql)?
            .query_row(params![key.kiosk.as_str(), int(key.seq), key.field.code()], |row| row.get(0))
            .optional()?;
        Ok(id.map(AppointmentId::new))
    }

    /// Once a day: removes photos that no one needs any more, and answers how many. What they took of the file is
    /// overwritten and used again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn remove_old_photos(&mut self, now: Timestamp) -> Result<usize, DeskError> {
        let today = self.date_at(now).to_string();
        if meta(&self.conn, LOOKED)?.as_deref() == Some(today.as_str()) {
            return Ok(0);
        }
        // A clock that ran ahead takes no photo away.
        let past = self.surely_past(now)?;
        let tx = self.write()?;
        let rows: Vec<(i64, ChangeKey)> = {
            let mut statement = tx.prepare("SELECT id, kiosk, seq, field FROM card_photo WHERE removed_at IS NULL")?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, String>(3)?))
            })?;
            rows.map(|row| {
                let (id, kiosk, seq, field) = row?;
                let field = Field::from_code(&field).ok_or(DeskError::Unreadable("a photo"))?;
                Ok((id, ChangeKey { kiosk: KioskId::new(kiosk), seq: seq.unsigned_abs(), field }))
            })
            .collect::<Result<_, DeskError>>()?
        };
        let mut removed = 0;
        for (id, key) in rows {
            if proposals::find(&tx, &key)?.is_some_and(|change| is_over(&change, past)) {
                drop_pieces(&tx, id)?;
                tx.execute("UPDATE card_photo SET removed_at = ?2 WHERE id = ?1", params![id, now.to_string()])?;
                removed += 1;
            }
        }
        set_meta(&tx, LOOKED, &today)?;
        tx.commit()?;
        if removed > 0 {
            // Or pieces of them would stay in the journal until it is used again. If someone reads just then, they do.
            self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            tracing::info!(removed, "old card photos were deleted");
        }
        Ok(removed)
    }
}

/// Whether no one looks at the photos of a change any more.
fn is_over(change: &ProposedChange, now: Timestamp) -> bool {
    let since = match (&change.decided, &change.by) {
        // From the later of decision and hand-over; without either, the record system still waits for it.
        (Decided::Accepted(_), Some((at, _))) => match change.handed_on.or(change.contradicted) {
            Some(over) => over.max(*at),
            None => return false,
        },
        (Decided::Rejected(_), Some((at, _))) => *at,
        (Decided::Open, _) if change.is_settled() => change.at,
        _ => return false,
    };
    now.duration_since(since) >= SignedDuration::from_hours(24 * PHOTO_DAYS)
}

fn drop_pieces(conn: &Connection, id: i64) -> Result<(), DeskError> {
    conn.execute("DELETE FROM card_photo_piece WHERE photo = ?1", [id])?;
    Ok(())
}

/// The pieces of a photo, put together.
fn picture(conn: &Connection, id: i64, total: u64) -> Result<Zeroizing<Vec<u8>>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT body FROM card_photo_piece WHERE photo = ?1 ORDER BY at_byte")?;
    let mut rows = statement.query([id])?;
    let mut picture = Zeroizing::new(Vec::with_capacity(usize::try_from(total).unwrap_or_default()));
    while let Some(row) = rows.next()? {
        picture.extend_from_slice(row.get_ref(0)?.as_blob().map_err(|_| DeskError::Unreadable("a photo"))?);
    }
    Ok(picture)
}
