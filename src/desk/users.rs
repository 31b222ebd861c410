//! Who may sign in at the desk, and as what.
//!
//! Invariants: a password is kept as its argon2id hash and nothing else; a wrong name takes as long as a wrong password; the
//! last admin stays one; a name that was removed is never given to somebody else. What a role opens is in `page/access.rs`.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::Desk;
use super::error::DeskError;
use super::store::{COMMAND, UserRow};
use crate::domain::example::is_example_secret;

/// Fewest characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Most bytes of a password: hashing must not become work without a limit.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Most characters of a user's name.
pub const NAME_CHARS_MAX: usize = 64;

/// What a user may do. Each may also do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    /// Works with today's list.
    Desk,
    /// Also sees how the day went, and who saw or changed what about whom.
    Supervisor,
    /// Also manages users, settings and kiosks.
    Admin,
}

impl Role {
    /// Every role, the one that may do least first.
    pub const ALL: [Self; 3] = [Self::Desk, Self::Supervisor, Self::Admin];

    /// The role of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

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
        let user = UserRow { name, role, password_hash: hash_password(password)?, second_step: false };
        let now = self.now();
        self.with_store(|store| store.add_user(&user, by, now))
    }

    /// Everybody who may sign in, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn users(&self) -> Result<Vec<UserRow>, DeskError> {
        self.with_store(|store| store.users())
    }

    /// Gives a user another role, at once, also where they are signed in. `by`: who does it, for the audit.
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
        let hash = hash_password(password)?;
        let now = self.now();
        self.with_store(|store| store.set_password(&name, &hash, by, now))
    }

    /// Removes a user, and signs them out everywhere. What they did stays under their name, which nobody gets again. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If there is no such user, or it is the last admin.
    pub fn remove_user(&self, name: &str, by: &str) -> Result<(), DeskError> {
        let name = normal_name(name)?;
        let now = self.now();
        self.with_store(|store| store.remove_user(&name, by, now))
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

/// The hash of a new password.
///
/// # Errors
/// If the password is too short or too long, or is written in an example configuration.
pub fn hash_password(password: &str) -> Result<String, DeskError> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(DeskError::BadPassword { min: PASSWORD_CHARS_MIN, max: PASSWORD_BYTES_MAX });
    }
    if is_example_secret(password) {
        return Err(DeskError::ExamplePassword);
    }
    let salt = SaltString::generate(&mut OsRng);
    argon2id().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|_| DeskError::Hashing)
}

/// Whether `password` is the one of `hash`. Without a hash it takes the same time and says no.
#[must_use]
pub fn password_fits(password: &str, hash: Option<&str>) -> bool {
    // The hash of a random text that nobody kept.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Cqdw9Brd5zJlp6cxNiRu2gxOOvSAL3kVaUrBlVjQJ0Q";
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    argon2id().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

/// OWASP's parameters for argon2id: 19 MiB, two passes.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let hash = hash_password("open sesame").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password_fits("open sesame", Some(&hash)));
        assert!(!password_fits("open sesamE", Some(&hash)));
        assert!(!password_fits("open sesame", None));
        assert!(hash_password("1234567").is_err());
        assert!(hash_password(&"x".repeat(300)).is_err());
        assert!(hash_password("replace-this-with-a-random-secret").is_err(), "everyone can read it in the example");
    }

    #[test]
    fn names_are_kept_in_one_form() {
        assert_eq!(normal_name(" Ana.Lima ").unwrap(), "ana.lima");
        for bad in ["", "  ", "a b", "<b>", &"x".repeat(65)] {
            assert!(normal_name(bad).is_err(), "{bad}");
        }
    }
}
