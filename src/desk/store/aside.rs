//! What kiosks reported that is more than the desk takes, or that this version does not understand.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::events::{self, Took};
use super::facts::{self, About, Origin};
use super::{Store, bump, int, restored};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;
use crate::domain::event::LoggedEvent;
use crate::domain::fact::What;
use crate::domain::ids::{KioskId, Seq};
use crate::sync::bounds::{OTHER_DAY, Report, Reported, UNREAD_BYTES_MAX, Unread, cut};
use crate::sync::wire::Post;

/// What was set aside is an alarm of its kiosk for so long.
const SHOWN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// And is kept for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What was kept of a report as it was sent.
pub(super) struct Kept {
    pub kiosk: String,
    pub seq: i64,
    pub received_at: String,
    pub body: String,
}

/// The reports kept as they were sent that name one of these numbers, of patients or appointments. What this version
/// does not understand names people in fields that it does not know, so every text in it counts.
pub(super) fn naming(conn: &Connection, numbers: &[&str]) -> Result<Vec<Kept>, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT kiosk, seq, at, body FROM set_aside WHERE body IS NOT NULL ORDER BY kiosk, seq")?;
    let all = statement.query_map([], |row| {
        Ok(Kept { kiosk: row.get(0)?, seq: row.get(1)?, received_at: row.get(2)?, body: row.get(3)? })
    })?;
    let mut found = Vec::new();
    for kept in all {
        let kept = kept?;
        let is_named = match serde_json::from_str(&kept.body) {
            Ok(body) => says_one_of(&body, numbers),
            Err(_) => numbers.iter().any(|number| kept.body.contains(number)),
        };
        if is_named {
            found.push(kept);
        }
    }
    Ok(found)
}

/// Whether a text or a name in it is one of these numbers.
pub(super) fn says_one_of(body: &Value, numbers: &[&str]) -> bool {
    match body {
        Value::String(text) => numbers.contains(&text.as_str()),
        Value::Array(values) => values.iter().any(|value| says_one_of(value, numbers)),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| numbers.contains(&name.as_str()) || says_one_of(value, numbers))
        }
        _ => false,
    }
}

/// Empties the reports that name one of these numbers. Their place and their hash stay, so that a report sent again is
/// known.
pub(super) fn forget_naming(conn: &Connection, numbers: &[&str]) -> Result<(), DeskError> {
    for kept in naming(conn, numbers)? {
        conn.prepare_cached("UPDATE set_aside SET body = NULL WHERE kiosk = ?1 AND seq = ?2")?
            .execute(params![kept.kiosk, kept.seq])?;
    }
    Ok(())
}

impl Store {
    /// Takes what a kiosk reports, in order: what is within the limits as [`Store::take_events`] does, the rest as far
    /// as it fits.
    ///
    /// # Errors
    /// As [`Store::take_events`]; then what was taken before it stays.
    pub fn take_report(&mut self, kiosk: &KioskId, report: Report, now: Timestamp) -> Result<Took, DeskError> {
        match self.take_parts(kiosk, report, now) {
            // As of any other log: staff can allow the kiosk to continue.
            Err(DeskError::OtherHistory(_)) => self.refuse_log(kiosk),
            took => took,
        }
    }

    fn refuse_log(&mut self, kiosk: &KioskId) -> Result<Took, DeskError> {
        let held = self.held(kiosk)?;
        let tx = self.write()?;
        restored::note_log(&tx, kiosk, false, true)?;
        let adopted = restored::is_adopted(&tx, kiosk)?;
        tx.commit()?;
        Ok(Took { held, adopted, is_other_log: true, is_refused: true, series: None, numbers: Vec::new() })
    }

    fn take_parts(&mut self, kiosk: &KioskId, report: Report, now: Timestamp) -> Result<Took, DeskError> {
        let Report { mut events, said, .. } = report;
        events.sort_by_key(|reported| match reported {
            Reported::Event(event) => event.seq,
            Reported::Unread(unread) => unread.seq,
        });
        let mut ready = Vec::new();
        for reported in events {
            match reported {
                Reported::Event(event) => ready.push(self.within_limits(kiosk, *event, now)?),
                Reported::Unread(unread) => {
                    let before =
                        self.take_events(kiosk, &Post { events: std::mem::take(&mut ready), ..said.clone() }, now)?;
                    if before.is_other_log {
                        return Ok(before);
                    }
                    self.keep_unread(kiosk, &unread, now)?;
                }
            }
        }
        self.take_events(kiosk, &Post { events: ready, ..said }, now)
    }

    /// The event as it is taken. That it says too much is noted before that, so that the same one is known when it is
    /// sent again.
    fn within_limits(&mut self, kiosk: &KioskId, event: LoggedEvent, now: Timestamp) -> Result<LoggedEvent, DeskError> {
        let today = self.date_at(now);
        // This clock may be wrong, and the kiosk's right.
        let around = [Some(today), self.worked_until()?].into_iter().flatten().collect::<Vec<Date>>();
        let hash = || {
            Ok::<_, DeskError>(hash_token(
                &serde_json::to_string(&event).map_err(|_| DeskError::Unreadable("an event"))?,
            ))
        };
        let sql = "SELECT hash, date, why FROM set_aside WHERE kiosk = ?1 AND seq = ?2";
        let before: Option<(String, String, String)> = self
            .conn
            .prepare_cached(sql)?
            .query_row(params![kiosk.as_str(), int(event.seq.0)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        if let Some((its, date, why)) = &before
            && *its == hash()?
        {
            // What was made of it then, also on another day, on which its own may be one that can be.
            let date: Date = date.parse().map_err(|_| DeskError::Unreadable("a date"))?;
            let around: &[Date] = if why.contains(OTHER_DAY) { &[] } else { &around };
            return Ok(cut(&event, around, date).map_or(event, |cut| cut.event));
        }
        let Some(found) = cut(&event, &around, today) else { return Ok(event) };
        // Where nothing was taken, it was of a log that the kiosk does not have any more.
        if before.is_some() && event.seq <= self.held(kiosk)? {
            return Err(DeskError::OtherHistory(event.seq));
        }
        tracing::warn!(
            %kiosk, seq = event.seq.0, why = %found.why,
            "a kiosk reports more than the desk accepts; the rest is accepted"
        );
        self.set_aside(kiosk, (event.seq, now, today), &found.why, &hash()?, None)?;
        Ok(found.event)
    }

    /// Keeps an event that is not understood in its place, if that is the next one.
    fn keep_unread(&mut self, kiosk: &KioskId, unread: &Unread, now: Timestamp) -> Result<(), DeskError> {
        let (held, today) = (self.held(kiosk)?, self.date_at(now));
        let hash = hash_token(&unread.body);
        if unread.seq <= held {
            let sql = "SELECT hash FROM set_aside WHERE kiosk = ?1 AND seq = ?2";
            let before: Option<String> =
                self.conn.query_row(sql, params![kiosk.as_str(), int(unread.seq.0)], |row| row.get(0)).optional()?;
            // An event that was understood by another version of this program, or forgotten since, is known by its
            // place alone.
            return if before.is_none_or(|before| before == hash) {
                Ok(())
            } else {
                Err(DeskError::OtherHistory(unread.seq))
            };
        }
        if Some(unread.seq.0) != held.0.checked_add(1) {
            return Ok(());
        }
        tracing::warn!(
            %kiosk, seq = unread.seq.0,
            "a kiosk reports something this version does not support; it is kept, and the rest is accepted"
        );
        let why = "this version of the desk does not support it";
        let body = (unread.body.len() <= UNREAD_BYTES_MAX).then_some(unread.body.as_str());
        self.set_aside(kiosk, (unread.seq, now, today), why, &hash, body)?;
        let tx = self.write()?;
        // As an event that was forgotten: its place, its number and its time.
        tx.execute(
            "INSERT INTO kiosk_event(kiosk, seq, revision, received_at, body, removed_at)
             VALUES (?1, ?2, ?3, ?4, json_object('at', ?5), ?4)",
            params![kiosk.as_str(), int(unread.seq.0), int(bump(&tx)?), now.to_string(), unread.at.to_string()],
        )?;
        let (seq, happened) = (int(unread.seq.0), events::believed(unread.at, now, events::BELIEVED_PAST));
        let again = restored::life_began(&tx)?.is_some_and(|began| happened < began);
        let from = Origin::Event { kiosk: kiosk.as_str(), seq, happened, again };
        facts::add(&tx, from, &About::NoOne, &What::NotUnderstood, now)?;
        tx.commit()
    }

    fn set_aside(
        &mut self,
        kiosk: &KioskId,
        (seq, now, today): (Seq, Timestamp, Date),
        why: &str,
        hash: &str,
        body: Option<&str>,
    ) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute(
            "DELETE FROM set_aside WHERE at < ?1",
            [now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN).to_string()],
        )?;
        tx.execute(
            "INSERT INTO set_aside(kiosk, seq, at, why, hash, date, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET at = excluded.at, why = excluded.why, hash = excluded.hash,
             date = excluded.date, body = excluded.body",
            params![kiosk.as_str(), int(seq.0), now.to_string(), why, hash, today.to_string(), body],
        )?;
        bump(&tx)?;
        tx.commit()
    }

    /// How many reports of a kiosk were set aside lately, and why the last one was.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn set_aside_lately(&self, kiosk: &KioskId, now: Timestamp) -> Result<Option<(u64, String)>, DeskError> {
        let from = now.saturating_sub(SHOWN).unwrap_or(Timestamp::MIN).to_string();
        let sql = "SELECT why, COUNT(*) OVER () FROM set_aside WHERE kiosk = ?1 AND at >= ?2 ORDER BY at DESC, seq DESC
                   LIMIT 1";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .query_row(params![kiosk.as_str(), from], |row| Ok((row.get::<_, i64>(1)?.unsigned_abs(), row.get(0)?)))
            .optional()?)
    }
}
