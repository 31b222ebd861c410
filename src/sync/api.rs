//! The one protocol between kiosk and desk. The kiosk's client and the desk itself both implement it.

use std::future::Future;
use std::time::Duration;

use super::wire::{Feed, Health, Held, Orders, PhotoHeld, PhotoName, Piece, Post};

/// How one attempt to talk to the desk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt<T> {
    /// The desk has it and answered.
    Sent(T),
    /// It did not work out this time: the network, a busy desk. Try again later.
    Retry(String),
    /// It will never work out like this; a person must act. Nothing is dropped.
    Refused(Refusal),
}

/// Why the desk will not talk to this kiosk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The token is not one of the desk's.
    #[error("the desk does not accept this kiosk's token; compare `token` in kiosk.toml with the desk's configuration")]
    UnknownToken,
    /// The desk holds other events under this kiosk's numbers: its card was replaced or copied.
    #[error(
        "the desk has different events of this kiosk than the kiosk's own file; \
         a supervisor can allow it to continue, on the Kiosks page of the desk"
    )]
    OtherHistory,
    /// The desk speaks another version, or the request was malformed.
    #[error("the desk did not understand this kiosk ({0}); update both to the same version")]
    NotUnderstood(String),
}

/// What a kiosk asks of its desk.
pub trait DeskApi: Send + Sync {
    /// Hands over events; what the desk has already is harmless.
    fn post(&self, post: Post) -> impl Future<Output = Attempt<Held>> + Send;

    /// What is new since `cursor`; waits up to `wait` while there is nothing.
    fn feed(&self, cursor: u64, wait: Duration) -> impl Future<Output = Attempt<Feed>> + Send;

    /// Tells how the kiosk is, and hears what staff want of it; waits up to `wait` while they want nothing.
    fn report(&self, health: Health, wait: Duration) -> impl Future<Output = Attempt<Orders>> + Send;

    /// Asks how much of a photo the desk holds.
    fn photo_held(&self, photo: &PhotoName) -> impl Future<Output = Attempt<PhotoHeld>> + Send;

    /// Hands over a piece of a photo; what the desk has already is harmless, and what does not follow on it is not
    /// kept.
    fn send_piece(&self, piece: Piece) -> impl Future<Output = Attempt<PhotoHeld>> + Send;
}
