//! Who may sign in at the desk, and as what.
//!
//! Invariants: the last admin stays one; a name that was removed is never given to someone else. What a role opens is
//! in `page/routes.rs`, what passwords have to be in `passwords`.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::passwords::hash_password;
use crate::desk::store::{COMMAND, UserRow};
use crate::domain::staff::Role;

/// Most characters of a user's name.
pub const NAME_CHARS_MAX: usize = 64;

impl Desk {
    /// Adds a user, as a command does. Takes a moment: the password is hashed slowly on purpose.
    ///
    /// # Errors
    /// If the name is or was taken, or name or password will not do.
    pub fn add_user(&self, name: &str, password: &str, role: Role) -> Result<(), DeskError> {
        self.add_user_by(name, password, role, COMMAND)
    }

    /// As [`Desk::add_user`]. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// As [`Desk::add_user`].
    pub fn add_user_by(&self, name: &str, password: &str, role: Role, by: &str) -> Result<(), DeskError> {
        let name = normal_name(name)?;
        if self.with_store(|store| store.is_user_name_taken(&name))? {
            return Err(DeskError::UserExists(name));
        }
        let password_hash = hash_password(password, &name, role)?;
        let user = UserRow { name, role, password_hash, second_step: false };
        let now = self.now();
        self.with_store(|store| store.add_user(&user, by, now))
    }

    /// Everyone who may sign in, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn users(&self) -> Result<Vec<UserRow>, DeskError> {
        self.with_store(|store| store.users())
    }

    /// Gives a user another role, right away, also where they are signed in. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If there is no such user, or it is the last admin.
    pub fn set_role(&self, name: &str, role: Role, by: &str) -> Result<(), DeskError> {
        let name = normal_name(name)?;
        let now = self.now();
        self.with_store(|store| store.set_role(&name, role, by, now))
    }

    /// Gives a user another password, and signs them out everywhere. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If there is no such user, or the password will not do.
    pub fn set_password(&self, name: &str, password: &str, by: &str) -> Result<(), DeskError> {
        let name = normal_name(name)?;
        let role = self
            .with_store(|store| store.user(&name))?
            .map(|user| user.role)
            .ok_or_else(|| DeskError::NoUser(name.clone()))?;
        let hash = hash_password(password, &name, role)?;
        let now = self.now();
        self.with_store(|store| store.set_password(&name, &hash, by, now))?;
        self.notify();
        Ok(())
    }

    /// Removes a user, and signs them out everywhere. What they did stays under their name, which no one gets again.
    /// `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If there is no such user, or it is the last admin.
    pub fn remove_user(&self, name: &str, by: &str) -> Result<(), DeskError> {
        let name = normal_name(name)?;
        let now = self.now();
        self.with_store(|store| store.remove_user(&name, by, now))?;
        self.notify();
        Ok(())
    }
}

/// A user's name as it is kept: without white space around it, in lower case.
///
/// # Errors
/// If it is empty, too long or has other characters than letters, digits and `. - _ @`.
pub fn normal_name(name: &str) -> Result<String, DeskError> {
    let name = name.trim().to_lowercase();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
    if fits { Ok(name) } else { Err(DeskError::BadUserName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_one_form() {
        assert_eq!(normal_name(" Ana.Lima ").unwrap(), "ana.lima");
        for bad in ["", "  ", "a b", "<b>", &"x".repeat(65)] {
            assert!(normal_name(bad).is_err(), "{bad}");
        }
    }
}
