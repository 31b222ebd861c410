//! Messages about appointments: queued, sent, or failed with why.
//!
//! Invariants: a message is made by a reader of facts ([`super::facts`]) and no one else, of what someone asked for or
//! of what happened; a message is claimed before it is sent, so no one sends it twice; one of which no one knows
//! whether it arrived is not sent again by itself.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{self, Entry};
use super::facts::{self, About, Origin, Reader};
use super::proposals::person_of;
use super::{Store, bump, sortable, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::fact::{By, Effect, Fact, What};
use crate::domain::ids::AppointmentId;
use crate::domain::private::Private;

/// After this many minutes each it is tried again; after the last one it failed.
const AGAIN_AFTER_MINUTES: [i64; 4] = [1, 5, 30, 120];
/// What takes longer than this was cut off.
const SENDING_MINUTES: i64 = 5;

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: i64,
    /// About which appointment.
    pub appointment: AppointmentId,
    /// How: `sms` or `email`.
    pub kind: String,
    /// To which number or address.
    pub to: Private,
    /// What it says.
    pub text: Private,
    /// When it was asked for, and by which user.
    pub queued: (Timestamp, String),
    /// `queued`, `sending`, `sent` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it was sent or given up.
    pub ended: Option<Timestamp>,
    /// Why it was not sent, as the program said it; for staff alone.
    pub why: Private,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It is on its way.
    Sent,
    /// Not now; later perhaps.
    Later(String),
    /// Never.
    Never(String),
}

const COLUMNS: &str = "id, appointment_id, kind, recipient, body, queued_at, queued_by, state, tries, ended_at, why";

impl Store {
    /// Takes down that a message is wanted, for the reader of facts that makes it; `false` if the same one is on its
    /// way or arrived, unless it is wanted `again`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn ask_message(
        &mut self,
        id: &AppointmentId,
        (kind, to, text): (&str, &Private, &Private),
        again: bool,
        user: &str,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let tx = self.write()?;
        if is_there(&tx, id, (kind, to, text), again)? || is_asked(&tx, id, kind)? {
            return Ok(false);
        }
        facts::begin(&tx, Reader::OUTBOX)?;
        bump(&tx)?;
        let what = What::MessageAsked { way: kind.to_owned(), again };
        facts::add(&tx, Origin::User(user, None), &About::Visits(&[id.as_str()]), &what, now)?;
        let patient = person_of(&tx, id.as_str())?.unwrap_or_default();
        let about = format!("appointment {id} as {kind}");
        audit::add(&tx, &Entry { at: now, user, action: "message-queued", patient: &patient, about: &about })?;
        tx.commit()?;
        Ok(true)
    }

    /// Every message about an appointment, the newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn messages_about(&self, id: &AppointmentId) -> Result<Vec<Message>, DeskError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE appointment_id = ?1 ORDER BY id DESC"))?;
        let rows = statement.query_map([id.as_str()], columns)?;
        rows.map(|row| read(row?)).collect()
    }

    /// Takes the next message that is due, for sending it; it is no one else's then. None either as long as what
    /// happened has not been read to its end: it may say that a message is not to be sent any more.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn claim_message(&mut self, now: Timestamp) -> Result<Option<Message>, DeskError> {
        let is_due = "SELECT id FROM message WHERE state = 'queued' AND next_at <= ?1 ORDER BY next_at, id LIMIT 1";
        // Looked at first: as a rule there is none, and then no one waits for this.
        if !self.conn.prepare_cached(is_due)?.exists([sortable(now)])? {
            return Ok(None);
        }
        let tx = self.write()?;
        if facts::is_behind(&tx, Reader::OUTBOX)? {
            return Ok(None);
        }
        let id: Option<i64> = tx.query_row(is_due, [sortable(now)], |row| row.get(0)).optional()?;
        let Some(id) = id else { return Ok(None) };
        tx.execute(
            "UPDATE message SET state = 'sending', tries = tries + 1, next_at = ?2 WHERE id = ?1",
            params![id, sortable(now)],
        )?;
        let message = tx.query_row(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1"), [id], columns)?;
        tx.commit()?;
        Ok(Some(read(message)?))
    }

    /// Notes how an attempt ended; what may go later is tried again later, a few times.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_attempt(&mut self, message: &Message, attempt: &Attempt, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        let wait = usize::try_from(message.tries.saturating_sub(1)).ok().and_then(|n| AGAIN_AFTER_MINUTES.get(n));
        let (state, why, next) = match (attempt, wait) {
            (Attempt::Sent, _) => ("sent", "", None),
            (Attempt::Later(why), Some(minutes)) => {
                ("queued", why.as_str(), now.checked_add(SignedDuration::from_mins(*minutes)).ok())
            }
            (Attempt::Later(why) | Attempt::Never(why), _) => ("failed", why.as_str(), None),
        };
        bump(&tx)?;
        tx.execute(
            "UPDATE message SET state = ?2, why = ?3, next_at = ?4, ended_at = ?5 WHERE id = ?1 AND state = 'sending'",
            params![message.id, state, why, next.map(sortable), (state != "queued").then(|| now.to_string())],
        )?;
        tx.commit()
    }

    /// Gives up what was being sent when a desk was stopped: it may have arrived.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn give_up_cut_off(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let since = sortable(now.saturating_sub(SignedDuration::from_mins(SENDING_MINUTES)).unwrap_or(Timestamp::MIN));
        let sql = "SELECT 1 FROM message WHERE state = 'sending' AND next_at < ?1";
        if !self.conn.prepare_cached(sql)?.exists([&since])? {
            return Ok(());
        }
        let tx = self.write()?;
        bump(&tx)?;
        let why = "The desk stopped while sending. The message may have been sent.";
        tx.execute(
            "UPDATE message SET state = 'failed', why = ?2, ended_at = ?3 WHERE state = 'sending' AND next_at < ?1",
            params![since, why, now.to_string()],
        )?;
        tx.commit()
    }
}

/// Whether the same message is on its way, or arrived and is not wanted `again`.
fn is_there(
    conn: &Connection,
    id: &AppointmentId,
    (kind, to, text): (&str, &Private, &Private),
    again: bool,
) -> Result<bool, DeskError> {
    let sql = "SELECT 1 FROM message WHERE appointment_id = ?1 AND kind = ?2 AND recipient = ?3 AND body = ?4
               AND (state IN ('queued', 'sending') OR (state = 'sent' AND NOT ?5))";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.exists(params![id.as_str(), kind, to.as_str(), text.as_str(), again])?)
}

/// Whether someone wants such a message already, of which none was made so far.
fn is_asked(conn: &Connection, id: &AppointmentId, kind: &str) -> Result<bool, DeskError> {
    let sql = "SELECT 1 FROM fact WHERE appointment_id = ?1 AND kind = 'message-asked' AND body ->> '$.way' = ?2
               AND n > (SELECT position FROM reader WHERE name = ?3)";
    Ok(conn.prepare_cached(sql)?.exists(params![id.as_str(), kind, Reader::OUTBOX.0])?)
}

/// Writes what a reader does with a fact, in the transaction that says that it has read it.
pub(super) fn write(conn: &Connection, fact: &Fact, effect: &Effect, now: Timestamp) -> Result<(), DeskError> {
    let changed = match effect {
        Effect::QueueMessage { appointment, way, to, text, again } => {
            if is_there(conn, appointment, (way, to, text), *again)? {
                return Ok(());
            }
            let by = match &fact.by {
                By::User(user) => user.clone(),
                By::Kiosk(kiosk, _) => format!("kiosk {kiosk}"),
            };
            conn.prepare_cached(
                "INSERT INTO message(appointment_id, kind, recipient, body, queued_at, queued_by, state, next_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7)",
            )?
            .execute(params![
                appointment.as_str(),
                way,
                to.as_str(),
                text.as_str(),
                fact.at.to_string(),
                by,
                sortable(now)
            ])?
        }
        Effect::DropMessages { appointment, why } => conn
            .prepare_cached(
                "UPDATE message SET state = 'failed', why = ?2, next_at = NULL, ended_at = ?3
                 WHERE appointment_id = ?1 AND state = 'queued'",
            )?
            .execute(params![appointment.as_str(), why, now.to_string()])?,
    };
    if changed > 0 {
        bump(conn)?;
    }
    Ok(())
}

/// Gives up what waited, or was being sent, when the copy was made that was put back: the life that was lost may have
/// sent it.
pub(super) fn give_up_of_earlier_life(conn: &Connection, now: Timestamp) -> Result<(), DeskError> {
    conn.execute(
        "UPDATE message SET state = 'failed', why = ?1, next_at = NULL, ended_at = ?2
         WHERE state IN ('queued', 'sending')",
        params!["A backup was restored. The message may have been sent before that.", now.to_string()],
    )?;
    Ok(())
}

type Columns = (i64, String, String, String, String, String, String, String, u32, Option<String>, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
        row.get(8)?,
        row.get(9)?,
        row.get(10)?,
    ))
}

fn read((id, appointment, kind, to, text, at, by, state, tries, ended, why): Columns) -> Result<Message, DeskError> {
    Ok(Message {
        id,
        appointment: AppointmentId::new(appointment),
        kind,
        to: to.into(),
        text: text.into(),
        queued: (timestamp(&at)?, by),
        state,
        tries,
        ended: timestamp_or_none(ended)?,
        why: why.into(),
    })
}
