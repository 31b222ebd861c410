//! A network that can be cut with a switch: for the demo's developer panel and for tests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::api::{Attempt, DeskApi};
use super::wire::{Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};

/// The switch. Clones share it.
#[derive(Debug, Clone)]
pub struct Cut {
    is_cut: Arc<watch::Sender<bool>>,
}

impl Default for Cut {
    fn default() -> Self {
        Self { is_cut: Arc::new(watch::Sender::new(false)) }
    }
}

impl Cut {
    /// Cuts the network, or mends it. What is under way is torn off.
    pub fn set(&self, is_cut: bool) {
        self.is_cut.send_replace(is_cut);
    }

    /// Whether it is cut.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        *self.is_cut.borrow()
    }

    async fn torn(&self) {
        let mut is_cut = self.is_cut.subscribe();
        // The sender lives as long as `self`.
        let _ = is_cut.wait_for(|is_cut| *is_cut).await;
    }
}

/// A way to the desk that passes through the switch.
#[derive(Debug)]
pub struct Cuttable<A> {
    inner: A,
    cut: Cut,
}

impl<A> Cuttable<A> {
    /// Puts the switch in front of a way to the desk.
    pub fn new(inner: A, cut: Cut) -> Self {
        Self { inner, cut }
    }

    async fn through<T>(&self, call: impl Future<Output = Attempt<T>>) -> Attempt<T> {
        tokio::select! {
            biased;
            () = self.cut.torn() => Attempt::Retry("the network is cut".to_owned()),
            answer = call => answer,
        }
    }
}

impl<A: DeskApi> DeskApi for Cuttable<A> {
    async fn post(&self, post: Post) -> Attempt<Held> {
        self.through(self.inner.post(post)).await
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        self.through(self.inner.feed(cursor, wait)).await
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        self.through(self.inner.report(health, wait)).await
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        self.through(self.inner.photo_held(photo)).await
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        self.through(self.inner.send_piece(piece)).await
    }
}
