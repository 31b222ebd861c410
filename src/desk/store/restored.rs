//! The lives of this file: a copy that was put back begins another one, in which kiosks tell again what is missing. And
//! what no kiosk can tell.
//!
//! Invariants: positions and cursors of an earlier life are never taken for ones of this life; what is lost is
//! declared, stays in sight until someone has looked at it, and holds up nothing that comes after it.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, audit, bump, facts, int, meta, outbox, set_meta, settings_changed, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret;
use crate::domain::ids::{Epoch, KioskId, Seq};
use crate::sync::wire::Gap;

/// The name of this file, which its copies keep.
const FILE: &str = "file";
/// The name of this life.
const EPOCH: &str = "epoch";
/// In a copy alone: when it was made.
pub(super) const COPIED_AT: &str = "copied_at";
/// Revisions of a new life begin so far behind those of the copy: further than the life that was lost can have come. A
/// browser or a kiosk that does not know of lives then hears of every change.
const REVISIONS_AHEAD: i64 = 1_000_000;
/// The desk's own numbers of the day go on so far behind those of the copy: people in the waiting room may hold those
/// between.
const NUMBERS_AHEAD: i64 = 100;

/// For this many dates that the copy has no numbers of, too: the clock may be wrong just then, and the life that was
/// lost may have gone on over midnight.
const DATES_AHEAD: i64 = 2;
/// For how many such dates that is still to be done.
const DATES_LEFT: &str = "number_dates_ahead";

/// A life that began with an older copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// When it began.
    pub at: Timestamp,
    /// When the copy was made, if that is known.
    pub copied_at: Option<Timestamp>,
    /// The kiosk that noticed it, if no one said that a copy was put back.
    pub noticed_by: Option<KioskId>,
    /// Who has seen it, and when.
    pub seen: Option<(String, Timestamp)>,
}

/// What a kiosk can never tell, and no one has looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// This many reports.
    pub count: u64,
    /// Since when that is known.
    pub at: Timestamp,
}

impl Store {
    /// Gives the file a name for its life, if it has none; begins another life if it is a copy that was put back. To be
    /// done before anyone is served.
    ///
    /// # Errors
    /// If the file cannot be written, or the machine gives no random bytes.
    pub fn need_life(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let copied_at = meta(&self.conn, COPIED_AT)?;
        if copied_at.is_none() && meta(&self.conn, EPOCH)?.is_some() {
            return Ok(());
        }
        let today = self.date_at(now).to_string();
        let tx = self.write()?;
        if let Some(copied_at) = copied_at {
            tx.execute("DELETE FROM meta WHERE name = ?1", [COPIED_AT])?;
            begin_life(&tx, &today, now, Some(&copied_at), None)?;
        } else {
            name_life(&tx)?;
        }
        tx.commit()
    }

    /// The name of this life.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn epoch(&self) -> Result<Option<Epoch>, DeskError> {
        epoch(&self.conn)
    }

    /// The last time that an older copy was put back; none if there was none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn restored(&self) -> Result<Option<Restored>, DeskError> {
        let sql = "SELECT at, copied_at, kiosk, seen_by, seen_at FROM life ORDER BY n DESC LIMIT 1";
        let mut statement = self.conn.prepare_cached(sql)?;
        type Row = (String, Option<String>, Option<String>, Option<String>, Option<String>);
        let row: Option<Row> = statement
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .optional()?;
        row.map(|(at, copied_at, kiosk, by, seen_at)| {
            Ok(Restored {
                at: timestamp(&at)?,
                copied_at: timestamp_or_none(copied_at)?,
                noticed_by: kiosk.map(KioskId::new),
                seen: by.zip(timestamp_or_none(seen_at)?),
            })
        })
        .transpose()
    }

    /// Notes that someone has seen that an older copy was put back. `false` if someone had.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn see_restored(&mut self, since: Timestamp, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let seen = tx.execute(
            "UPDATE life SET seen_at = ?2, seen_by = ?3 WHERE at = ?1 AND seen_at IS NULL",
            params![since.to_string(), now.to_string(), user],
        )?;
        if seen == 0 {
            return Ok(false);
        }
        bump(&tx)?;
        audit::add(&tx, &audit::Entry { at: now, user, action: "restored-seen", patient: "", about: "" })?;
        tx.commit()?;
        Ok(true)
    }

    /// Lets a kiosk whose log is another one than the desk holds go on behind it, at its next report.
    ///
    /// # Errors
    /// If there is no such kiosk, or the file cannot be written.
    pub fn adopt_log(&mut self, kiosk: &KioskId, user: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        if tx.execute("UPDATE kiosk SET adopt_at = ?2 WHERE id = ?1", params![kiosk.as_str(), now.to_string()])? == 0 {
            return Err(DeskError::BadKiosk { id: kiosk.to_string(), why: "this desk has no kiosk with that name" });
        }
        bump(&tx)?;
        audit::add(
            &tx,
            &audit::Entry { at: now, user, action: "kiosk-adopted", patient: "", about: &format!("kiosk {kiosk}") },
        )?;
        tx.commit()
    }
}

pub(super) fn epoch(conn: &Connection) -> Result<Option<Epoch>, DeskError> {
    Ok(meta(conn, EPOCH)?.map(Epoch::new))
}

fn name_life(conn: &Connection) -> Result<(), DeskError> {
    let file = match meta(conn, FILE)? {
        Some(file) => file,
        None => {
            let file = secret::to_hex(&secret::random_bytes::<8>()?);
            set_meta(conn, FILE, &file)?;
            file
        }
    };
    let life = secret::to_hex(&secret::random_bytes::<8>()?);
    set_meta(conn, EPOCH, Epoch::of(&file, &life).as_str())
}

/// Begins another life of the file. `kiosk`: which one noticed that the file is older than it was.
pub(super) fn begin_life(
    conn: &Connection,
    today: &str,
    now: Timestamp,
    copied_at: Option<&str>,
    kiosk: Option<&KioskId>,
) -> Result<(), DeskError> {
    name_life(conn)?;
    conn.execute("UPDATE revision SET n = n + ?1", [REVISIONS_AHEAD])?;
    // Kiosks that wait for news hear of it right away.
    settings_changed(conn)?;
    conn.execute("INSERT INTO desk_ticket(date, last) VALUES (?1, 0) ON CONFLICT DO NOTHING", params![today])?;
    conn.execute("UPDATE desk_ticket SET last = last + ?1", [NUMBERS_AHEAD])?;
    set_meta(conn, DATES_LEFT, &DATES_AHEAD.to_string())?;
    conn.execute(
        "INSERT INTO life(at, copied_at, kiosk) VALUES (?1, ?2, ?3)",
        params![now.to_string(), copied_at, kiosk.map(KioskId::as_str)],
    )?;
    // What was to be told or sent was told or sent in the life that was lost, or may have been.
    facts::pass_over_all(conn)?;
    outbox::give_up_of_earlier_life(conn, now)?;
    // Anyone who has told nothing since counts as behind.
    conn.execute("UPDATE kiosk SET in_step = 0 WHERE heard_at IS NOT NULL", [])?;
    tracing::warn!(
        noticed_by = kiosk.map_or("", KioskId::as_str),
        "a backup of the desk was restored: kiosks send missing reports again; \
         work done at the desk since then is missing"
    );
    Ok(())
}

/// When this life began, if it began with an older copy: what happened before may have been told to the one before.
pub(super) fn life_began(conn: &Connection) -> Result<Option<Timestamp>, DeskError> {
    let at: Option<String> = conn.prepare_cached("SELECT MAX(at) FROM life")?.query_row([], |row| row.get(0))?;
    timestamp_or_none(at)
}

/// With which of its own numbers the desk begins a date, if it has none of that date yet.
pub(super) fn first_number(conn: &Connection, date: Date) -> Result<i64, DeskError> {
    let left: i64 = meta(conn, DATES_LEFT)?.and_then(|left| left.parse().ok()).unwrap_or_default();
    if left == 0 || conn.prepare_cached("SELECT 1 FROM desk_ticket WHERE date = ?1")?.exists([date.to_string()])? {
        return Ok(1);
    }
    set_meta(conn, DATES_LEFT, &(left - 1).to_string())?;
    Ok(NUMBERS_AHEAD + 1)
}

/// Notes positions that a kiosk will never tell, if they are the next ones; answers up to where nothing is expected any
/// more.
pub(super) fn declare(
    conn: &Connection,
    kiosk: &KioskId,
    held: u64,
    gap: Gap,
    now: Timestamp,
) -> Result<u64, DeskError> {
    let Some(next) = held.checked_add(1) else { return Ok(held) };
    if gap.first.0 > next || gap.last.0 < next {
        return Ok(held);
    }
    conn.execute(
        "INSERT INTO kiosk_gap(kiosk, first, last, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![kiosk.as_str(), int(next), int(gap.last.0), now.to_string()],
    )?;
    bump(conn)?;
    tracing::warn!(%kiosk, first = next, last = gap.last.0, "reports of this kiosk are lost: it no longer has them");
    Ok(gap.last.0)
}

/// The end of what is declared to be lost.
pub(super) fn declared(conn: &Connection, kiosk: &KioskId) -> Result<u64, DeskError> {
    let last: Option<i64> = conn
        .prepare_cached("SELECT MAX(last) FROM kiosk_gap WHERE kiosk = ?1")?
        .query_row([kiosk.as_str()], |row| row.get(0))?;
    Ok(last.unwrap_or_default().unsigned_abs())
}

/// Whether a position was declared to be lost.
pub(super) fn is_declared(conn: &Connection, kiosk: &KioskId, seq: Seq) -> Result<bool, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT 1 FROM kiosk_gap WHERE kiosk = ?1 AND ?2 BETWEEN first AND last")?;
    Ok(statement.exists(params![kiosk.as_str(), int(seq.0)])?)
}

/// What no one has looked at yet of what a kiosk can never tell.
pub(super) fn lost(conn: &Connection, kiosk: &KioskId) -> Result<Option<Lost>, DeskError> {
    let sql = "SELECT SUM(last - first + 1), MIN(at) FROM kiosk_gap WHERE kiosk = ?1 AND seen_at IS NULL";
    let (count, at): (Option<i64>, Option<String>) =
        conn.prepare_cached(sql)?.query_row([kiosk.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((count, at)) = count.zip(at) else { return Ok(None) };
    Ok(Some(Lost { count: count.unsigned_abs(), at: timestamp(&at)? }))
}

/// Someone has looked at what a kiosk can never tell.
pub(super) fn see_lost(conn: &Connection, kiosk: &KioskId, user: &str, now: Timestamp) -> Result<(), DeskError> {
    conn.execute(
        "UPDATE kiosk_gap SET seen_at = ?2, seen_by = ?3 WHERE kiosk = ?1 AND seen_at IS NULL",
        params![kiosk.as_str(), now.to_string(), user],
    )?;
    Ok(())
}

/// Notes how a kiosk's log fits to what the desk holds, and wakes pages if that is another thing than before.
pub(super) fn note_log(
    conn: &Connection,
    kiosk: &KioskId,
    is_in_step: bool,
    is_other_log: bool,
) -> Result<(), DeskError> {
    let changed = conn.execute(
        "UPDATE kiosk SET in_step = MAX(in_step, ?2), other_log = ?3,
         adopt_at = CASE WHEN ?3 THEN adopt_at ELSE NULL END
         WHERE id = ?1 AND (in_step < ?2 OR other_log <> ?3 OR (adopt_at IS NOT NULL AND NOT ?3))",
        params![kiosk.as_str(), is_in_step, is_other_log],
    )?;
    if changed > 0 {
        bump(conn)?;
    }
    Ok(())
}

/// Whether staff let this kiosk's log go on behind the one that the desk holds.
pub(super) fn is_adopted(conn: &Connection, kiosk: &KioskId) -> Result<bool, DeskError> {
    Ok(conn.prepare_cached("SELECT 1 FROM kiosk WHERE id = ?1 AND adopt_at IS NOT NULL")?.exists([kiosk.as_str()])?)
}
