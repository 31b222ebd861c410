//! Signing in, staying signed in, signing out.
//!
//! Invariants: a session ends after idle time, which only a person's own doing puts off, never the page's
//! own refreshing; a session that has ended never opens again; every form carries the session's token; a cookie is
//! never readable by a script; a session that ended by itself shows nothing of any patient. It is remembered so that
//! what was posted in it can be kept, and so that its browser still hears, for some hours, where a patient feels
//! unwell.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};

use crate::desk::Desk;
use crate::desk::DeskOptions;
use crate::desk::base::config::SESSION_IDLE_MINUTES;
use crate::desk::base::error::DeskError;
use crate::desk::base::passwords::Hashing;
use crate::desk::base::passwords::password_fits;
use crate::desk::base::secret::{hash_token, random_token, same};
use crate::desk::base::totp;
use crate::desk::service::kiosks::watch::Watch;
use crate::desk::service::staff::guessing::{Origin, Place, Tried};
use crate::desk::service::staff::users::{NAME_CHARS_MAX, normal_name};
use crate::desk::store::{FailedTries, Session, UserRow};
use crate::domain::staff::Role;
use crate::domain::staff::SecondStepFor;

/// The cookie of a session.
pub const SESSION_COOKIE: &str = "arrivals_session";
/// The cookie that a sign-in form must repeat.
pub const FORM_COOKIE: &str = "arrivals_form";
/// The cookie with which a form that was posted too late is found again.
pub const KEPT_COOKIE: &str = "arrivals_kept";
/// The cookie of a browser in which someone has typed their password, and not yet the code.
pub const HALF_COOKIE: &str = "arrivals_half";
/// For so long it is known whose session it was that ended by itself: anyone who comes back finds what they had typed.
const ENDED_KNOWN_HOURS: i64 = 24;
/// For this many hours after a session ended by itself its browser learns where a patient feels unwell, without a name.
const WATCH_HOURS: i64 = 12;

/// Someone who is signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// Their name.
    pub user: String,
    /// What they may do.
    pub role: Role,
    /// Goes into every form.
    pub csrf: String,
    /// Failed sign-ins that administrators should know of; empty for everyone else.
    pub tries: Vec<FailedTries>,
    /// How the kiosks stand, for the top of a page; known once a page or a form was let pass.
    pub watch: Option<Arc<Watch>>,
    /// Whether an administrator, as they are, has to decide about the removal of old data; known as `watch` is.
    pub is_asked_about_old_data: bool,
    /// Whether their role must have the second step.
    pub needs_second_step: bool,
    /// Whether it must and they have none: then nothing opens but their own account.
    pub must_enrol: bool,
    /// How long until the session ends if no one works in it; negative once it has ended.
    pub left: SignedDuration,
    token_hash: String,
}

/// What the cookies of a request say.
pub enum Standing {
    /// No session, or one of which nothing is known any more.
    Nobody,
    /// Their session ended by itself.
    Ended(SignedIn),
    /// They are signed in.
    Here(SignedIn),
}

/// How a sign-in ended.
pub enum SignIn {
    /// Here is the session's cookie value.
    Welcome(String),
    /// The password is right, and a code is wanted, too. Here is the value of [`HALF_COOKIE`].
    Code(String),
    /// Name or password is wrong; which is not said. At the second step the code.
    Wrong,
    /// No one's password was typed in this browser, or too long ago.
    TooLate,
    /// Too many tries from there: wait.
    Wait(Duration),
}

/// What came of looking at a password.
pub(in crate::desk) enum Checked {
    /// It is this user's.
    Right(UserRow),
    /// It is not; or no one has the name.
    Wrong,
    /// Too many tries: wait.
    Wait(Duration),
}

/// How long a session lasts without work, if the clinic's settings do not say.
struct SessionIdle(Duration);

impl Default for SessionIdle {
    fn default() -> Self {
        Self(Duration::from_secs(60 * u64::from(SESSION_IDLE_MINUTES)))
    }
}

impl DeskOptions {
    /// How long a session lasts without work, if the clinic's settings do not say.
    #[must_use]
    pub fn session_idle(self, idle: Duration) -> Self {
        self.with(SessionIdle(idle))
    }

    /// Who must have the second step of signing in.
    #[must_use]
    pub fn second_step_for(self, whom: SecondStepFor) -> Self {
        self.with(whom)
    }
}

impl Desk {
    /// Tries to sign in.
    ///
    /// # Errors
    /// If the file cannot be used.
    pub async fn sign_in(&self, name: &str, password: String, origin: Origin) -> Result<SignIn, DeskError> {
        let Ok(name) = normal_name(&name.chars().take(NAME_CHARS_MAX + 1).collect::<String>()) else {
            return Ok(SignIn::Wrong);
        };
        // Who has to wait anyway does not keep others from having their password looked at.
        let place = {
            let name = name.clone();
            self.blocking(move |desk| desk.place_of_try(&name, &origin, Tried::Password)).await?
        };
        let wait = self.wait_for(&place)?;
        if !wait.is_zero() {
            return Ok(SignIn::Wait(wait));
        }
        let hashing = self.part::<Hashing>();
        let turn = hashing.turn().await?;
        let result = self.blocking(move |desk| desk.sign_in_blocking(&name, &password, &place)).await;
        drop(turn);
        result
    }

    fn sign_in_blocking(&self, name: &str, password: &str, place: &Place) -> Result<SignIn, DeskError> {
        match self.check_password(name, password, place)? {
            Checked::Wait(wait) => Ok(SignIn::Wait(wait)),
            Checked::Wrong => Ok(SignIn::Wrong),
            // Failures are forgotten only after the code: anyone who knows a password would have tries without a wait.
            Checked::Right(user) if user.second_step => {
                let (token, now) = (random_token()?, self.now());
                self.with_store(|store| store.begin_half_session(&hash_token(&token), &user.name, now))?;
                Ok(SignIn::Code(token))
            }
            Checked::Right(user) => self.begin_session(&user, place),
        }
    }

    /// The second step: `half` is the value of [`HALF_COOKIE`], `typed` a code of the app or a recovery code.
    ///
    /// # Errors
    /// If the file cannot be used.
    pub fn sign_in_with_code(&self, half: &str, typed: &str, origin: &Origin) -> Result<SignIn, DeskError> {
        let now = self.now();
        let Some(name) = self.with_store(|store| store.half_session(&hash_token(half), now))? else {
            return Ok(SignIn::TooLate);
        };
        let place = self.place_of_try(&name, origin, Tried::Code)?;
        let wait = self.wait_for(&place)?;
        if !wait.is_zero() {
            return Ok(SignIn::Wait(wait));
        }
        let typed = totp::as_typed(typed);
        if !self.with_store(|store| store.use_code(&name, &typed, now))? {
            self.note_failure(&name, &place, "code-failed")?;
            return Ok(SignIn::Wrong);
        }
        match self.with_store(|store| store.user(&name))? {
            Some(user) => self.begin_session(&user, &place),
            None => Ok(SignIn::TooLate),
        }
    }

    /// Looks at a password, no faster than guessing may be.
    pub(in crate::desk) fn check_password(
        &self,
        name: &str,
        password: &str,
        place: &Place,
    ) -> Result<Checked, DeskError> {
        let wait = self.wait_for(place)?;
        if !wait.is_zero() {
            return Ok(Checked::Wait(wait));
        }
        let user = self.with_store(|store| store.user(name))?;
        let fits = password_fits(password, user.as_ref().map(|user| user.password_hash.as_str()));
        let Some(user) = user.filter(|_| fits) else {
            self.note_failure(name, place, "sign-in-failed")?;
            return Ok(Checked::Wrong);
        };
        Ok(Checked::Right(user))
    }

    fn begin_session(&self, user: &UserRow, place: &Place) -> Result<SignIn, DeskError> {
        let (token, now) = (random_token()?, self.now());
        let idle_seconds = self.idle_seconds();
        let session = Session {
            user: user.name.clone(),
            role: user.role,
            second_step: user.second_step,
            csrf: random_token()?,
            used_at: now,
            idle_seconds,
        };
        let idle = SignedDuration::from_secs(idle_seconds.into());
        let known = idle.saturating_add(SignedDuration::from_hours(ENDED_KNOWN_HOURS));
        let ended = now.saturating_sub(known).unwrap_or(Timestamp::MIN);
        self.forgive(place)?;
        self.with_store(|store| store.begin_session(&hash_token(&token), &session, ended))?;
        Ok(SignIn::Welcome(token))
    }

    /// Who is signed in with these headers, if the session has not ended.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, DeskError> {
        Ok(match self.standing(headers)? {
            Standing::Here(who) => Some(who),
            Standing::Nobody | Standing::Ended(_) => None,
        })
    }

    /// Whose session this cookie value is, and what they may do.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(in crate::desk) fn user_of_session(&self, token: &str) -> Result<Option<(String, Role)>, DeskError> {
        Ok(self.with_store(|store| store.session(&hash_token(token)))?.map(|session| (session.user, session.role)))
    }

    /// Whose session these headers name, and whether it has ended.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn standing(&self, headers: &HeaderMap) -> Result<Standing, DeskError> {
        let Some(token) = cookie(headers, SESSION_COOKIE) else { return Ok(Standing::Nobody) };
        let token_hash = hash_token(token);
        let Some(session) = self.with_store(|store| store.session(&token_hash))? else { return Ok(Standing::Nobody) };
        let idle = SignedDuration::from_secs(session.idle_seconds.min(self.idle_seconds()).into());
        let left = idle.saturating_sub(self.now().duration_since(session.used_at).max(SignedDuration::ZERO));
        let needs_second_step = self.part::<SecondStepFor>().needs(session.role);
        let must_enrol = needs_second_step && !session.second_step;
        let (user, role, csrf) = (session.user, session.role, session.csrf);
        let who = SignedIn {
            user,
            role,
            csrf,
            needs_second_step,
            must_enrol,
            tries: Vec::new(),
            watch: None,
            is_asked_about_old_data: false,
            left,
            token_hash,
        };
        Ok(if left.is_negative() { Standing::Ended(who) } else { Standing::Here(who) })
    }

    /// Whether the browser of these headers may hear where a patient feels unwell: someone is signed in there, or was
    /// some hours ago and neither signed out nor lost their access since.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn may_watch(&self, headers: &HeaderMap) -> Result<bool, DeskError> {
        Ok(match self.standing(headers)? {
            Standing::Here(who) | Standing::Ended(who) => who.may_watch(),
            Standing::Nobody => false,
        })
    }

    /// How long a session lasts without work: as the clinic has set it, else as the desk's configuration says.
    #[must_use]
    pub fn session_idle(&self) -> Duration {
        self.settings()
            .session
            .idle_minutes
            .map_or(self.part::<SessionIdle>().0, |minutes| Duration::from_secs(60 * u64::from(minutes)))
    }

    fn idle_seconds(&self) -> u32 {
        u32::try_from(self.session_idle().as_secs()).unwrap_or(u32::MAX)
    }

    /// Forgets the session of these headers if it has ended by itself: someone has signed in again there, with this
    /// cookie value. The same user still calls to the room that they had chosen.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn forget_ended(&self, headers: &HeaderMap, token: &str) -> Result<(), DeskError> {
        match self.standing(headers)? {
            Standing::Ended(who) => self.with_store(|store| store.follow_session(&who.token_hash, &hash_token(token))),
            Standing::Here(_) | Standing::Nobody => Ok(()),
        }
    }

    /// Puts the session's end off: a person did something.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep_session(&self, who: &SignedIn) -> Result<(), DeskError> {
        let (now, idle_seconds) = (self.now(), self.idle_seconds());
        self.with_store(|store| store.use_session(&who.token_hash, idle_seconds, now))
    }

    /// Signs out.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sign_out(&self, who: &SignedIn) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.end_session(&who.token_hash, now))?;
        self.notify();
        Ok(())
    }
}

impl SignedIn {
    /// Under which the session is kept.
    pub(in crate::desk) fn token_hash(&self) -> &str {
        &self.token_hash
    }

    /// Whether their browser still hears where a patient feels unwell.
    #[must_use]
    pub fn may_watch(&self) -> bool {
        self.left >= -SignedDuration::from_hours(WATCH_HOURS)
    }

    /// Whether a form came from one of this session's own pages.
    #[must_use]
    pub fn sent(&self, csrf: &str) -> bool {
        same(&self.csrf, csrf)
    }
}

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A `Set-Cookie` value. `Secure` behind a TLS proxy; without one the desk listens on this machine alone.
#[must_use]
pub fn set_cookie(headers: &HeaderMap, name: &str, value: &str) -> String {
    // Of several proxies the first one is the browser's.
    let proto = headers
        .get("x-forwarded-proto")
        .and_then(|proto| proto.to_str().ok())
        .and_then(|proto| proto.split(',').next());
    let secure = proto.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"));
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{}{end}", if secure { "; Secure" } else { "" })
}

/// As [`set_cookie`], for a cookie that the browser forgets after this many seconds.
#[must_use]
pub fn set_cookie_for(headers: &HeaderMap, name: &str, value: &str, seconds: u32) -> String {
    format!("{}; Max-Age={seconds}", set_cookie(headers, name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; arrivals_session=xyz; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("xyz"));
        assert_eq!(cookie(&headers, "c"), None);
        assert!(!set_cookie(&headers, "a", "b").contains("Secure"));
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert!(set_cookie(&headers, "a", "b").contains("; Secure"));
    }
}
