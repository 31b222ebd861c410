//! The brakes on guessing, as the program uses them: when tries count, what is still looked up, and what the desk hears
//! of it.

use std::time::Duration;

use jiff::Timestamp;

use super::program::{Kiosk, lock};
use crate::domain::event::KioskEvent;
use crate::domain::reason::Reason;
use crate::flow::step::Query;
use crate::store::brake::{Brake, Tries};
use crate::store::{Store, StoreError};

/// The brake on what can be guessed, and the one on what is typed after a signed letter, which the first one does not
/// stop.
#[derive(Debug)]
pub(super) struct Brakes {
    guessed: Brake,
    letters: Brake,
    /// Anyone who was looked for last held out a signed letter.
    after_letter: bool,
}

impl Brakes {
    /// As the file has them. `elapsed` and `now` are the same moment by both clocks.
    pub fn kept(store: &Store, elapsed: Duration, now: Timestamp) -> Result<Self, StoreError> {
        let of =
            |tries: Tries| -> Result<Brake, StoreError> { Ok(Brake::kept(&store.failed_tries(tries)?, elapsed, now)) };
        Ok(Self { guessed: of(Tries::Guessed)?, letters: of(Tries::AfterLetter)?, after_letter: false })
    }

    /// Whether no one is looked up for this question.
    pub fn stop(&mut self, query: &Query, elapsed: Duration, limit: u32) -> bool {
        self.after_letter = matches!(query, Query::Letter(_));
        if self.after_letter { self.letters.is_on(elapsed, limit) } else { self.guessed.is_on(elapsed, limit) }
    }
}

impl Kiosk {
    pub(super) fn count_failed_try(&mut self) {
        let Some(clinic) = &self.clinic else {
            return;
        };
        let (elapsed, limit) = (self.parts.clock.elapsed(), clinic.settings.failed_tries_per_hour);
        let is_on_now = self.brakes.guessed.count(elapsed, limit);
        if self.brakes.after_letter {
            self.brakes.letters.count(elapsed, limit);
        }
        self.keep_failed_tries();
        self.tell_health();
        if is_on_now {
            tracing::warn!(
                "too many failed look-ups within an hour; until the hour ends this kiosk accepts signed letters only"
            );
            self.log(KioskEvent::Stopped {
                reason: Reason::Guessing,
                step: self.conversation.step.name().to_owned(),
                patient: None,
                appointments: Vec::new(),
                language: self.conversation.language,
            });
            self.parts.wake.notify_one();
        }
    }

    /// In the file, so that a power cut does not lift the brake.
    fn keep_failed_tries(&self) {
        let (elapsed, now) = (self.parts.clock.elapsed(), self.parts.clock.now());
        let (guessed, letters) = (self.brakes.guessed.tries(elapsed, now), self.brakes.letters.tries(elapsed, now));
        let mut store = lock(&self.parts.store);
        let kept = store
            .keep_failed_tries(Tries::Guessed, &guessed)
            .and_then(|()| store.keep_failed_tries(Tries::AfterLetter, &letters));
        if let Err(error) = kept {
            tracing::error!(%error, "failed attempts could not be saved; a restart forgets them");
        }
    }

    /// Staff have looked who is at the kiosk.
    pub(super) fn lift_brake(&mut self) {
        self.brakes.guessed.lift();
        self.brakes.letters.lift();
        self.keep_failed_tries();
    }

    /// For how long no one is looked up who has no signed letter; none if the brake is off.
    pub(super) fn braked_for(&mut self) -> Option<Duration> {
        let limit = self.clinic.as_ref()?.settings.failed_tries_per_hour;
        self.brakes.guessed.left(self.parts.clock.elapsed(), limit)
    }
}
