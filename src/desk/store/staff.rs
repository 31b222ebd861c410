//! Users and their sessions.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::super::error::DeskError;
use super::{Store, timestamp};

/// A user as stored.
#[derive(Clone)]
pub struct UserRow {
    /// The name, in lower case.
    pub name: String,
    /// What they may do, as a code.
    pub role: String,
    /// The argon2id hash, in PHC form.
    pub password_hash: String,
}

/// A session as stored.
#[derive(Clone)]
pub struct Session {
    /// Whose.
    pub user: String,
    /// Goes into every form.
    pub csrf: String,
    /// When a person last did something in it.
    pub used_at: Timestamp,
}

/// How often sign-in failed under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// In a row.
    pub failures: u32,
    /// The last time.
    pub last_at: Timestamp,
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// If there is one of that name, or the file cannot be written.
    pub fn add_user(&mut self, user: &UserRow, now: Timestamp) -> Result<(), DeskError> {
        let added = self.conn.execute(
            "INSERT INTO staff_user(name, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![user.name, user.role, user.password_hash, now.to_string()],
        )?;
        if added == 0 { Err(DeskError::UserExists(user.name.clone())) } else { Ok(()) }
    }

    /// The user of this name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn user(&self, name: &str) -> Result<Option<UserRow>, DeskError> {
        Ok(self
            .conn
            .query_row("SELECT name, role, password_hash FROM staff_user WHERE name = ?1", [name], |row| {
                Ok(UserRow { name: row.get(0)?, role: row.get(1)?, password_hash: row.get(2)? })
            })
            .optional()?)
    }

    /// Begins a session, and forgets those that ended before `ended`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_session(&mut self, token_hash: &str, session: &Session, ended: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute("DELETE FROM session WHERE used_at < ?1", [ended.to_string()])?;
        tx.execute(
            "INSERT INTO session(token_hash, user_name, csrf, used_at) VALUES (?1, ?2, ?3, ?4)",
            params![token_hash, session.user, session.csrf, session.used_at.to_string()],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The session of this token.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn session(&self, token_hash: &str) -> Result<Option<Session>, DeskError> {
        let row: Option<(String, String, String)> = self
            .conn
            .query_row("SELECT user_name, csrf, used_at FROM session WHERE token_hash = ?1", [token_hash], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        row.map(|(user, csrf, used_at)| Ok(Session { user, csrf, used_at: timestamp(&used_at)? })).transpose()
    }

    /// Notes that a person did something in this session.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn use_session(&mut self, token_hash: &str, now: Timestamp) -> Result<(), DeskError> {
        self.conn.execute("UPDATE session SET used_at = ?2 WHERE token_hash = ?1", params![token_hash, now.to_string()])?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_session(&mut self, token_hash: &str) -> Result<(), DeskError> {
        self.conn.execute("DELETE FROM session WHERE token_hash = ?1", [token_hash])?;
        Ok(())
    }

    /// How often sign-in failed under this name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn throttle(&self, name: &str) -> Result<Option<Throttle>, DeskError> {
        let row: Option<(u32, String)> = self
            .conn
            .query_row("SELECT failures, last_at FROM sign_in_failure WHERE name = ?1", [name], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        row.map(|(failures, last_at)| Ok(Throttle { failures, last_at: timestamp(&last_at)? })).transpose()
    }

    /// Notes a failed sign-in; forgets names that nobody tried since `forget`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_failure(&mut self, name: &str, now: Timestamp, forget: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute("DELETE FROM sign_in_failure WHERE last_at < ?1", [forget.to_string()])?;
        tx.execute(
            "INSERT INTO sign_in_failure(name, failures, last_at) VALUES (?1, 1, ?2)
             ON CONFLICT(name) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = excluded.last_at",
            params![name, now.to_string()],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Forgets the failures of a name that has signed in.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn forget_failures(&mut self, name: &str) -> Result<(), DeskError> {
        self.conn.execute("DELETE FROM sign_in_failure WHERE name = ?1", [name])?;
        Ok(())
    }
}
