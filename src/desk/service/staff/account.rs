//! One's own account: another password, the second step of signing in, and ending sessions elsewhere.
//!
//! Invariants: whatever makes signing in easier or harder asks for the password again, guessed no faster than at the
//! sign-in; what a user needs the second step for cannot be turned off by them; what another user's account needs is in
//! `users`.

use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::passwords::hash_password;
use crate::desk::base::totp;
use crate::desk::service::staff::session::{Checked, SignedIn};
use crate::desk::service::staff::users::normal_name;
use crate::desk::store::SecondStep;

/// How something that a user asked for with their password ended.
pub enum Asked<T> {
    /// It is done.
    Done(T),
    /// The password is wrong.
    WrongPassword,
    /// Too many tries: wait for this many seconds.
    Wait(u64),
}

impl Desk {
    /// What this user has of the second step.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn second_step(&self, user: &str) -> Result<SecondStep, DeskError> {
        let now = self.now();
        self.with_store(|store| store.second_step(user, now))
    }

    /// Makes a secret for an app, to be confirmed by a code.
    ///
    /// # Errors
    /// If the file cannot be written, or the machine gives no random bytes.
    pub fn begin_second_step(&self, who: &SignedIn, password: &str) -> Result<Asked<()>, DeskError> {
        self.with_password(who, password, || {
            let (secret, now) = (totp::new_secret()?, self.now());
            self.with_store(|store| store.begin_second_step(&who.user, &secret, now))
        })
    }

    /// Turns the second step on with a code of the new secret, and answers the recovery codes; none if the code is not
    /// one.
    ///
    /// # Errors
    /// If the file cannot be written, or the machine gives no random bytes.
    pub fn confirm_second_step(&self, who: &SignedIn, typed: &str) -> Result<Option<Vec<String>>, DeskError> {
        let (codes, now) = (totp::new_recovery_codes()?, self.now());
        let typed = totp::as_typed(typed);
        let is_on = self.with_store(|store| store.confirm_second_step(&who.user, &typed, &codes, now))?;
        Ok(is_on.then_some(codes))
    }

    /// Makes other recovery codes; the earlier ones count no more.
    ///
    /// # Errors
    /// As [`Desk::confirm_second_step`].
    pub fn renew_recovery_codes(&self, who: &SignedIn, password: &str) -> Result<Asked<Vec<String>>, DeskError> {
        self.with_password(who, password, || {
            let (codes, now) = (totp::new_recovery_codes()?, self.now());
            self.with_store(|store| store.set_recovery_codes(&who.user, &codes, now))?;
            Ok(codes)
        })
    }

    /// Turns one's own second step off.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_second_step(&self, who: &SignedIn, password: &str) -> Result<Asked<()>, DeskError> {
        self.with_password(who, password, || {
            let now = self.now();
            self.with_store(|store| store.end_second_step(&who.user, &who.user, now))
        })
    }

    /// Turns another user's second step off, whose phone is gone, and signs them out everywhere. `by`: who does it, for
    /// the audit.
    ///
    /// # Errors
    /// If there is no such user, or the file cannot be written.
    pub fn reset_second_step(&self, name: &str, by: &str) -> Result<(), DeskError> {
        let (name, now) = (normal_name(name)?, self.now());
        self.with_store(|store| store.end_second_step(&name, by, now))?;
        self.notify();
        Ok(())
    }

    /// Gives oneself another password. Every other session of this user ends.
    ///
    /// # Errors
    /// If the new password will not do, or the file cannot be written.
    pub fn change_own_password(&self, who: &SignedIn, password: &str, new: &str) -> Result<Asked<()>, DeskError> {
        self.with_password(who, password, || {
            let (hash, now) = (Zeroizing::new(hash_password(new, &who.user, who.role)?), self.now());
            self.with_store(|store| store.set_own_password(&who.user, &hash, who.token_hash(), now))?;
            self.notify();
            Ok(())
        })
    }

    /// Ends every other session of this user, and answers how many there were.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sign_out_elsewhere(&self, who: &SignedIn) -> Result<usize, DeskError> {
        let now = self.now();
        let ended = self.with_store(|store| store.end_other_sessions(&who.user, who.token_hash(), now))?;
        self.notify();
        Ok(ended)
    }

    fn with_password<T>(
        &self,
        who: &SignedIn,
        password: &str,
        then: impl FnOnce() -> Result<T, DeskError>,
    ) -> Result<Asked<T>, DeskError> {
        let place = self.place_of_session(&who.user);
        Ok(match self.check_password(&who.user, password, &place)? {
            Checked::Right(_) => {
                self.forgive(&place)?;
                Asked::Done(then()?)
            }
            Checked::Wrong => Asked::WrongPassword,
            Checked::Wait(wait) => Asked::Wait(wait.as_secs().max(1)),
        })
    }
}
