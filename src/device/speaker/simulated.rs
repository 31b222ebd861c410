//! A speaker that a test can listen to. Clones share what was heard.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Sound, Speaker};

/// Remembers every sound.
#[derive(Debug, Clone, Default)]
pub struct SimulatedSpeaker {
    heard: Arc<Mutex<Vec<Sound>>>,
}

impl SimulatedSpeaker {
    /// Everything that was played, in order.
    #[must_use]
    pub fn heard(&self) -> Vec<Sound> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Speaker for SimulatedSpeaker {
    fn play(&mut self, sound: Sound) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(sound);
    }
}
