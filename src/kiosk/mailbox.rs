//! Where devices, printer and worker leave what happened, for the one loop.

use std::sync::{Arc, mpsc};

use super::program::Event;

/// Where devices, printer and worker leave their events, from any thread.
#[derive(Clone)]
pub struct Mailbox {
    events: mpsc::Sender<Event>,
    ring: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailbox")
    }
}

impl Mailbox {
    /// A mailbox and its other end. `ring` wakes the one that empties it.
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> (Self, mpsc::Receiver<Event>) {
        let (events, inbox) = mpsc::channel();
        (Self { events, ring: Arc::new(ring) }, inbox)
    }

    /// Leaves an event. Once the program has ended no one needs it any more.
    pub fn leave(&self, event: Event) {
        if self.events.send(event).is_ok() {
            (self.ring)();
        }
    }
}
