//! Everything below the window: the table of the conversation, the kiosk's file, the way to the desk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]

mod around;
mod booking;
mod cards;
mod codes;
#[cfg(feature = "desk")]
mod conversation;
mod damage;
mod details;
mod ending;
mod flow;
mod flow_always;
mod flow_codes;
mod identity;
mod insurance;
mod licences;
#[cfg(feature = "desk")]
mod lives;
mod people;
mod photos;
#[cfg(feature = "desk")]
mod photos_travel;
#[cfg(feature = "desk")]
mod removal;
#[cfg(feature = "desk")]
mod restores;
mod sealed;
mod store;
#[cfg(feature = "desk")]
mod sync;
