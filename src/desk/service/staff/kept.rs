//! Forms that were posted after their session had ended: kept for some minutes, and offered again after signing in.
//!
//! Invariants: a form is sealed with a key that only the browser has (its cookie), for its user alone, so neither this
//! process's memory nor the cookie tells anything by itself; nothing of it is on the disk, or done by itself; the
//! number of kept forms and their life are limited.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use blake2::{Blake2s256, Digest};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{hash_token, random_bytes, random_token};
use crate::desk::service::staff::session::SignedIn;

/// A form is kept for this many minutes.
pub const KEPT_MINUTES: u32 = 10;
/// At most this many forms are kept; the oldest goes first. A form has 16 KiB at most.
const FORMS_MAX: usize = 64;
const NONCE_BYTES: usize = 24;

/// A form as it was posted.
#[derive(Serialize, Deserialize)]
pub struct KeptForm {
    /// The address that it was sent to.
    pub path: String,
    /// Names and values, in order, but for the token of the session that ended.
    pub fields: Vec<(String, String)>,
}

impl Drop for KeptForm {
    fn drop(&mut self) {
        self.fields.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

struct Sealed {
    name: String,
    until: Timestamp,
    body: Vec<u8>,
}

/// The forms that are kept, in the order in which they came.
#[derive(Default)]
pub(in crate::desk) struct KeptForms {
    forms: Mutex<VecDeque<Sealed>>,
}

impl KeptForms {
    fn with<T>(&self, now: Timestamp, work: impl FnOnce(&mut VecDeque<Sealed>) -> T) -> T {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|form| form.until > now);
        work(&mut forms)
    }
}

impl Desk {
    /// Keeps a form for the user whose session ended, and answers what the browser gets it back with.
    ///
    /// # Errors
    /// If the machine gives no random bytes.
    pub fn keep_form(&self, who: &SignedIn, form: &KeptForm) -> Result<String, DeskError> {
        let token = random_token()?;
        let now = self.now();
        let plain = Zeroizing::new(serde_json::to_vec(form).map_err(|_| DeskError::Unreadable("a form"))?);
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let payload = Payload { msg: &plain, aad: who.user.as_bytes() };
        // It fails only beyond 256 GiB.
        let sealed =
            seal(&token).encrypt(&XNonce::from(nonce), payload).map_err(|_| DeskError::Unreadable("a form"))?;
        let until = now.saturating_add(SignedDuration::from_mins(KEPT_MINUTES.into())).unwrap_or(Timestamp::MAX);
        let kept = Sealed { name: hash_token(&token), until, body: [&nonce, sealed.as_slice()].concat() };
        self.part::<KeptForms>().with(now, |forms| {
            while forms.len() >= FORMS_MAX {
                forms.pop_front();
            }
            forms.push_back(kept);
        });
        Ok(token)
    }

    /// The form that was kept under this token; none if there is none any more, or it is another user's.
    #[must_use]
    pub fn kept_form(&self, who: &SignedIn, token: &str) -> Option<KeptForm> {
        self.kept_form_of(&who.user, token)
    }

    /// As [`Desk::kept_form`], by the user's name.
    pub(in crate::desk) fn kept_form_of(&self, user: &str, token: &str) -> Option<KeptForm> {
        let name = hash_token(token);
        let body = self
            .part::<KeptForms>()
            .with(self.now(), |forms| forms.iter().find(|form| form.name == name).map(|form| form.body.clone()))?;
        let (nonce, body) = body.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: body, aad: user.as_bytes() };
        let plain = Zeroizing::new(seal(token).decrypt(&XNonce::from(*nonce), payload).ok()?);
        serde_json::from_slice(&plain).ok()
    }

    /// Forgets the form of this token: it was sent again, or no one wants it.
    pub fn forget_form(&self, token: &str) {
        let name = hash_token(token);
        self.part::<KeptForms>().with(self.now(), |forms| forms.retain(|form| form.name != name));
    }
}

/// The token names a form by its hash, and seals it by another one.
fn seal(token: &str) -> XChaCha20Poly1305 {
    let mut key: [u8; 32] =
        Blake2s256::new().chain_update(b"arrivals desk: kept form\0").chain_update(token.as_bytes()).finalize().into();
    let seal = XChaCha20Poly1305::new((&key).into());
    key.zeroize();
    seal
}
