//! The second step of signing in, as kept: what desk and app share, recovery codes, and sign-ins that wait for their
//! code.
//!
//! Invariants: a code and a recovery code are used up in the transaction that finds them right, so two browsers never
//! use one; what was not confirmed by a code counts for nothing; recovery codes and tokens are kept as hashes. The
//! shared secret itself must be kept.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::staff::{self, note};
use super::{Store, timestamp};
use crate::desk::base::error::DeskError;
use crate::desk::base::totp;

/// Anyone who has typed the password has this many minutes for the code.
const CODE_MINUTES: i64 = 5;
/// Anyone who has seen a new secret has this many minutes to confirm it.
const CONFIRM_MINUTES: i64 = 15;

/// What a user has of the second step.
#[derive(Clone, Default)]
pub struct SecondStep {
    /// Whether a code is asked for when they sign in.
    pub is_on: bool,
    /// A new secret that waits to be confirmed.
    pub pending: Option<String>,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
}

impl Store {
    /// What this user has of the second step.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn second_step(&self, user: &str, now: Timestamp) -> Result<SecondStep, DeskError> {
        let row: Option<(bool, Option<String>, Option<String>)> = self
            .conn
            .query_row(
                "SELECT secret IS NOT NULL, pending, pending_at FROM staff_totp WHERE user_name = ?1",
                [user],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let (is_on, pending, pending_at) = row.unwrap_or_default();
        let is_fresh = pending_at
            .map(|at| timestamp(&at))
            .transpose()?
            .is_some_and(|at| at > minutes_before(now, CONFIRM_MINUTES));
        let sql = "SELECT COUNT(*) FROM staff_recovery_code WHERE user_name = ?1 AND used_at IS NULL";
        let recovery_codes: i64 = self.conn.query_row(sql, [user], |row| row.get(0))?;
        let recovery_codes = usize::try_from(recovery_codes).unwrap_or_default();
        Ok(SecondStep { is_on, pending: pending.filter(|_| is_fresh), recovery_codes })
    }

    /// Keeps a new secret until a code confirms it. What was there before counts until then.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_second_step(&mut self, user: &str, secret: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO staff_totp(user_name, pending, pending_at) VALUES (?1, ?2, ?3)
             ON CONFLICT(user_name) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at",
            params![user, secret, now.to_string()],
        )?;
        tx.commit()
    }

    /// Takes the new secret and these recovery codes, if the code is one of the secret's. Answers whether it was.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn confirm_second_step(
        &mut self,
        user: &str,
        typed: &str,
        codes: &[String],
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let pending = self.second_step(user, now)?.pending;
        let tx = self.write()?;
        let Some(step) = pending.as_deref().and_then(|secret| totp::step_of(secret, typed, now, 0)) else {
            return Ok(false);
        };
        let set = tx.execute(
            "UPDATE staff_totp SET secret = pending, pending = NULL, pending_at = NULL, last_step = ?3
             WHERE user_name = ?1 AND pending = ?2",
            params![user, pending, step],
        )?;
        if set == 0 {
            return Ok(false);
        }
        keep_recovery_codes(&tx, user, codes)?;
        note(&tx, (user, now), "second-step-on", &format!("user {user}"))?;
        tx.commit()?;
        Ok(true)
    }

    /// Gives a user other recovery codes; the earlier ones count no more.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_recovery_codes(&mut self, user: &str, codes: &[String], now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        keep_recovery_codes(&tx, user, codes)?;
        note(&tx, (user, now), "recovery-codes-made", &format!("user {user}"))?;
        tx.commit()
    }

    /// Turns a user's second step off: they do it themselves, or `by` does because the phone is gone. Then they are
    /// signed out everywhere.
    ///
    /// # Errors
    /// If there is no such user, or the file cannot be written.
    pub fn end_second_step(&mut self, user: &str, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        if !tx.prepare("SELECT 1 FROM staff_user WHERE name = ?1 AND removed_at IS NULL")?.exists([user])? {
            return Err(DeskError::NoUser(user.to_owned()));
        }
        forget(&tx, user)?;
        if by != user {
            staff::end_all(&tx, user)?;
        }
        note(
            &tx,
            (by, now),
            if by == user { "second-step-off" } else { "second-step-reset" },
            &format!("user {user}"),
        )?;
        tx.commit()
    }

    /// Uses up what someone typed at the second step, if it is right: a code that is newer than the last one, or a
    /// recovery code.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn use_code(&mut self, user: &str, typed: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        if totp::is_code(typed) {
            let found: Option<(Option<String>, i64)> = tx
                .query_row("SELECT secret, last_step FROM staff_totp WHERE user_name = ?1", [user], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let step = found.and_then(|(secret, used)| totp::step_of(secret.as_deref()?, typed, now, used));
            let Some(step) = step else { return Ok(false) };
            tx.execute("UPDATE staff_totp SET last_step = ?2 WHERE user_name = ?1", params![user, step])?;
        } else {
            let used = tx.execute(
                "UPDATE staff_recovery_code SET used_at = ?3
                 WHERE user_name = ?1 AND code_hash = ?2 AND used_at IS NULL",
                params![user, totp::recovery_hash(user, typed), now.to_string()],
            )?;
            if used == 0 {
                return Ok(false);
            }
            note(&tx, (user, now), "recovery-code-used", &format!("user {user}"))?;
        }
        tx.commit()?;
        Ok(true)
    }

    /// Keeps for some minutes that this browser has typed a user's password.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_half_session(&mut self, token_hash: &str, user: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute("DELETE FROM half_session WHERE at <= ?1", [minutes_before(now, CODE_MINUTES).to_string()])?;
        tx.execute(
            "INSERT INTO half_session(token_hash, user_name, at) VALUES (?1, ?2, ?3)",
            params![token_hash, user, now.to_string()],
        )?;
        tx.commit()
    }

    /// Whose password this browser has typed, if that is not too long ago and they may still sign in.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn half_session(&self, token_hash: &str, now: Timestamp) -> Result<Option<String>, DeskError> {
        let found: Option<(String, String)> = self
            .conn
            .query_row(
                "SELECT h.user_name, h.at FROM half_session h JOIN staff_user u ON u.name = h.user_name
                 WHERE h.token_hash = ?1 AND u.removed_at IS NULL",
                [token_hash],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((user, at)) = found else { return Ok(None) };
        Ok((timestamp(&at)? > minutes_before(now, CODE_MINUTES)).then_some(user))
    }
}

/// Forgets everything of a user's second step, and sign-ins that wait for it.
pub(super) fn forget(conn: &Connection, user: &str) -> Result<(), DeskError> {
    conn.execute("DELETE FROM staff_totp WHERE user_name = ?1", [user])?;
    conn.execute("DELETE FROM staff_recovery_code WHERE user_name = ?1", [user])?;
    forget_halves(conn, user)
}

/// Forgets sign-ins of a user that wait for their code.
pub(super) fn forget_halves(conn: &Connection, user: &str) -> Result<(), DeskError> {
    conn.execute("DELETE FROM half_session WHERE user_name = ?1", [user])?;
    Ok(())
}

fn keep_recovery_codes(conn: &Connection, user: &str, codes: &[String]) -> Result<(), DeskError> {
    conn.execute("DELETE FROM staff_recovery_code WHERE user_name = ?1", [user])?;
    for code in codes {
        let hash = totp::recovery_hash(user, &totp::as_typed(code));
        conn.execute("INSERT INTO staff_recovery_code(user_name, code_hash) VALUES (?1, ?2)", params![user, hash])?;
    }
    Ok(())
}

fn minutes_before(now: Timestamp, minutes: i64) -> Timestamp {
    now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN)
}
