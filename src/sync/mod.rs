//! Kiosk and desk, kept in step over an unreliable network.
//!
//! Invariants: events go up in the order of their `seq`; nothing is dropped, whatever the desk answers; the feed is
//! asked by long poll only, never faster. The conversation, devices and the toolkit are deliberately absent.

pub mod api;
pub mod backoff;
#[cfg(feature = "kiosk")]
pub mod client;
pub mod cut;
pub mod plan;
pub mod wire;
pub mod worker;
