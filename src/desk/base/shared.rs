//! What follows from the store and is read once for everyone who asks at the same time.
//!
//! Invariants: one reads while the others wait for it; anyone who waits for it holds up no thread; what is kept can be
//! read again at any time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::desk::base::error::DeskError;

/// What was read last, and whose turn it is to read.
pub struct Shared<T> {
    latest: Mutex<Option<Arc<T>>>,
    reading: Mutex<()>,
    turn: tokio::sync::Mutex<()>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { latest: Mutex::default(), reading: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }
}

impl<T> Shared<T> {
    /// What was read last, if it still serves.
    pub fn latest(&self, serves: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().filter(|latest| serves(latest)).map(Arc::clone)
    }

    /// Keeps what was read for those who come later.
    pub fn keep(&self, read: &Arc<T>) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(read));
    }

    /// The turn to read, for anyone who may block. Anyone who gets it looks again whether someone has read meanwhile.
    pub fn my_turn(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read last if it still serves, else what `read` reads. Anyone who comes while someone reads waits for
    /// that reading.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn latest_or(
        &self,
        serves: impl Fn(&T) -> bool,
        read: impl Future<Output = Result<Arc<T>, DeskError>>,
    ) -> Result<Arc<T>, DeskError> {
        if let Some(latest) = self.latest(&serves) {
            return Ok(latest);
        }
        let turn = self.turn.lock().await;
        let read = match self.latest(&serves) {
            Some(latest) => Ok(latest),
            None => read.await,
        };
        drop(turn);
        read
    }
}
