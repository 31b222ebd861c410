//! Users and their sessions.
//!
//! Invariants: the last admin is neither demoted nor removed; a removed user's name is never given again.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::audit::{self, Entry};
use super::{Store, bump, failures, second, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::staff::Role;

/// So often it is noted that a session is used.
const SESSION_NOTED_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// A user as stored.
#[derive(Clone)]
pub struct UserRow {
    /// The name, in lower case.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The argon2id hash, in PHC form.
    pub password_hash: String,
    /// Whether a code is asked for after the password.
    pub second_step: bool,
}

/// A session as stored.
#[derive(Clone)]
pub struct Session {
    /// Whose.
    pub user: String,
    /// What they may do now.
    pub role: Role,
    /// Whether a code is asked for when they sign in.
    pub second_step: bool,
    /// Goes into every form.
    pub csrf: String,
    /// When a person last did something in it.
    pub used_at: Timestamp,
    /// After this many seconds without work it ends.
    pub idle_seconds: u32,
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// If there is or was one of that name, or the file cannot be written.
    pub fn add_user(&mut self, user: &UserRow, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        let added = tx.execute(
            "INSERT INTO staff_user(name, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING",
            params![user.name, user.role.code(), user.password_hash, now.to_string()],
        )?;
        if added == 0 {
            return Err(DeskError::UserExists(user.name.clone()));
        }
        note(&tx, (by, now), "user-added", &format!("user {} as {}", user.name, user.role.code()))?;
        tx.commit()
    }

    /// Whether someone has or had this name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_user_name_taken(&self, name: &str) -> Result<bool, DeskError> {
        Ok(self
            .conn
            .query_row("SELECT COUNT(*) FROM staff_user WHERE name = ?1", [name], |row| row.get::<_, i64>(0))?
            > 0)
    }

    /// The user of this name, if they may sign in.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn user(&self, name: &str) -> Result<Option<UserRow>, DeskError> {
        user(&self.conn, name)
    }

    /// Everyone who may sign in, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn users(&self) -> Result<Vec<UserRow>, DeskError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {USER} FROM staff_user u WHERE removed_at IS NULL ORDER BY name"))?;
        let rows = statement.query_map([], columns)?;
        rows.map(|row| read_user(row?)).collect()
    }

    /// Gives a user another role.
    ///
    /// # Errors
    /// If there is no such user, it is the last admin, or the file cannot be written.
    pub fn set_role(&mut self, name: &str, role: Role, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        if role != Role::Admin {
            leave_an_admin(&tx, name)?;
        }
        let set = tx.execute(
            "UPDATE staff_user SET role = ?2 WHERE name = ?1 AND removed_at IS NULL",
            params![name, role.code()],
        )?;
        if set == 0 {
            return Err(DeskError::NoUser(name.to_owned()));
        }
        note(&tx, (by, now), "user-role-set", &format!("user {name} as {}", role.code()))?;
        tx.commit()
    }

    /// Gives a user another password, and ends their sessions.
    ///
    /// # Errors
    /// If there is no such user, or the file cannot be written.
    pub fn set_password(&mut self, name: &str, hash: &str, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        let set = tx.execute(
            "UPDATE staff_user SET password_hash = ?2 WHERE name = ?1 AND removed_at IS NULL",
            params![name, hash],
        )?;
        if set == 0 {
            return Err(DeskError::NoUser(name.to_owned()));
        }
        end_all(&tx, name)?;
        failures::forget_browsers(&tx, name)?;
        second::forget_halves(&tx, name)?;
        note(&tx, (by, now), "user-password-set", &format!("user {name}"))?;
        tx.commit()
    }

    /// Removes a user, and ends their sessions. The name stays taken.
    ///
    /// # Errors
    /// If there is no such user, it is the last admin, or the file cannot be written.
    pub fn remove_user(&mut self, name: &str, by: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        leave_an_admin(&tx, name)?;
        let removed = tx.execute(
            "UPDATE staff_user SET removed_at = ?2, password_hash = '' WHERE name = ?1 AND removed_at IS NULL",
            params![name, now.to_string()],
        )?;
        if removed == 0 {
            return Err(DeskError::NoUser(name.to_owned()));
        }
        end_all(&tx, name)?;
        failures::forget_browsers(&tx, name)?;
        second::forget(&tx, name)?;
        note(&tx, (by, now), "user-removed", &format!("user {name}"))?;
        tx.commit()
    }

    /// Gives a user the password that they chose themselves, and ends their sessions but the one of this token.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_own_password(&mut self, name: &str, hash: &str, keep: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute(
            "UPDATE staff_user SET password_hash = ?2 WHERE name = ?1 AND removed_at IS NULL",
            params![name, hash],
        )?;
        end_others(&tx, name, keep)?;
        note(&tx, (name, now), "user-password-set", &format!("user {name}"))?;
        tx.commit()
    }

    /// Ends a user's sessions but the one of this token, and answers how many there were.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_other_sessions(&mut self, name: &str, keep: &str, now: Timestamp) -> Result<usize, DeskError> {
        let tx = self.write()?;
        let ended = end_others(&tx, name, keep)?;
        if ended > 0 {
            note(&tx, (name, now), "sessions-ended", &format!("user {name}"))?;
        }
        tx.commit()?;
        Ok(ended)
    }

    /// Begins a session, and forgets those that no one used since `ended`, and sign-ins of this user that wait for
    /// their code.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn begin_session(&mut self, token_hash: &str, session: &Session, ended: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute("DELETE FROM session WHERE used_at < ?1", [ended.to_string()])?;
        tx.execute(
            "INSERT INTO session(token_hash, user_name, csrf, used_at, idle_seconds) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![token_hash, session.user, session.csrf, session.used_at.to_string(), session.idle_seconds],
        )?;
        second::forget_halves(&tx, &session.user)?;
        note(&tx, (&session.user, session.used_at), "signed-in", "")?;
        tx.commit()?;
        Ok(())
    }

    /// The session of this token.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn session(&self, token_hash: &str) -> Result<Option<Session>, DeskError> {
        let row: Option<(String, String, String, String, bool, u32)> = self
            .conn
            .prepare_cached(
                "SELECT s.user_name, u.role, s.csrf, s.used_at, t.secret IS NOT NULL, s.idle_seconds FROM session s
                 JOIN staff_user u ON u.name = s.user_name
                 LEFT JOIN staff_totp t ON t.user_name = u.name WHERE s.token_hash = ?1 AND u.removed_at IS NULL",
            )?
            .query_row([token_hash], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })
            .optional()?;
        row.map(|(user, role, csrf, used_at, second_step, idle_seconds)| {
            Ok(Session {
                user,
                role: read_role(&role)?,
                second_step,
                csrf,
                used_at: timestamp(&used_at)?,
                idle_seconds,
            })
        })
        .transpose()
    }

    /// Notes that a person did something in this session, which from here on ends after this many idle seconds. Not
    /// each time, since each waits for the disk: an idle session may end so much earlier.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn use_session(&mut self, token_hash: &str, idle_seconds: u32, now: Timestamp) -> Result<(), DeskError> {
        let lately = now.saturating_sub(SESSION_NOTED_EVERY).unwrap_or(Timestamp::MIN);
        let sql = "UPDATE session SET used_at = ?2, idle_seconds = ?4
                   WHERE token_hash = ?1 AND (used_at < ?3 OR idle_seconds <> ?4)";
        self.conn.execute(sql, params![token_hash, now.to_string(), lately.to_string(), idle_seconds])?;
        Ok(())
    }

    /// Forgets a session that ended by itself, in whose browser another one has begun; of the same user it keeps where
    /// they call to.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn follow_session(&mut self, ended: &str, begun: &str) -> Result<(), DeskError> {
        let tx = self.write()?;
        tx.execute(
            "UPDATE session AS new SET point = old.point FROM session AS old
             WHERE new.token_hash = ?2 AND old.token_hash = ?1 AND old.user_name = new.user_name",
            [ended, begun],
        )?;
        tx.execute("DELETE FROM session WHERE token_hash = ?1", [ended])?;
        tx.commit()
    }

    /// Ends a session: its user signs out.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_session(&mut self, token_hash: &str, now: Timestamp) -> Result<(), DeskError> {
        let tx = self.write()?;
        let sql = "DELETE FROM session WHERE token_hash = ?1 RETURNING user_name";
        let user: Option<String> = tx.query_row(sql, [token_hash], |row| row.get(0)).optional()?;
        if let Some(user) = user {
            bump(&tx)?;
            note(&tx, (&user, now), "signed-out", "")?;
        }
        tx.commit()
    }
}

const USER: &str = "name, role, password_hash, EXISTS (SELECT 1 FROM staff_totp t
                    WHERE t.user_name = u.name AND t.secret IS NOT NULL)";

type Columns = (String, String, String, bool);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

pub(super) fn user(conn: &Connection, name: &str) -> Result<Option<UserRow>, DeskError> {
    let sql = format!("SELECT {USER} FROM staff_user u WHERE name = ?1 AND removed_at IS NULL");
    conn.query_row(&sql, [name], columns).optional()?.map(read_user).transpose()
}

fn read_user((name, role, password_hash, second_step): Columns) -> Result<UserRow, DeskError> {
    Ok(UserRow { role: read_role(&role)?, name, password_hash, second_step })
}

fn read_role(code: &str) -> Result<Role, DeskError> {
    Role::from_code(code).ok_or(DeskError::Unreadable("a user"))
}

/// Refuses to go on if this is the only admin there is. Looked at in the transaction that changes it: two people may
/// demote each other.
fn leave_an_admin(conn: &Connection, name: &str) -> Result<(), DeskError> {
    let is_admin = user(conn, name)?.is_some_and(|user| user.role == Role::Admin);
    let sql = "SELECT COUNT(*) FROM staff_user WHERE role = 'admin' AND removed_at IS NULL AND name <> ?1";
    let others: i64 = conn.query_row(sql, [name], |row| row.get(0))?;
    if is_admin && others == 0 { Err(DeskError::LastAdmin(name.to_owned())) } else { Ok(()) }
}

fn end_others(conn: &Connection, name: &str, keep: &str) -> Result<usize, DeskError> {
    second::forget_halves(conn, name)?;
    let ended = conn.execute("DELETE FROM session WHERE user_name = ?1 AND token_hash <> ?2", params![name, keep])?;
    if ended > 0 {
        bump(conn)?;
    }
    Ok(ended)
}

/// Ends every session of a user. It counts as a change, so that connections of theirs hear of it right away, also in
/// another process.
pub(super) fn end_all(conn: &Connection, name: &str) -> Result<(), DeskError> {
    if conn.execute("DELETE FROM session WHERE user_name = ?1", [name])? > 0 {
        bump(conn)?;
    }
    Ok(())
}

/// Gives every session that has not ended by then another idle time.
pub(super) fn idle_from_now(conn: &Connection, idle_seconds: u32, now: Timestamp) -> Result<(), DeskError> {
    let sql = "UPDATE session SET idle_seconds = ?1 WHERE unixepoch(used_at) + idle_seconds >= ?2";
    conn.execute(sql, params![idle_seconds, now.as_second()])?;
    Ok(())
}

/// Notes something that is about no patient.
pub(super) fn note(conn: &Connection, (by, at): (&str, Timestamp), action: &str, about: &str) -> Result<(), DeskError> {
    audit::add(conn, &Entry { at, user: by, action, patient: "", about })
}
