//! Kiosk and desk, kept in step over an unreliable network.
//!
//! Invariants: events go up in the order of their `seq`; nothing is dropped, whatever the desk answers; the feed is
//! asked by long poll only, never faster; a photo never holds up an event or the feed, and is forgotten
//! only when the desk has all of it. The conversation, devices and the toolkit are deliberately absent.

pub mod api;
pub mod backoff;
pub mod bounds;
#[cfg(feature = "kiosk")]
pub mod client;
pub mod cut;
pub mod http;
pub mod photos;
pub mod plan;
pub mod vitals;
pub mod wire;
pub mod worker;
