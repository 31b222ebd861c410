//! Whole check-ins, and what goes wrong in the room meanwhile: one file for each fault.
#![cfg(feature = "desk")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]

mod changes;
mod companion;
#[cfg(feature = "kiosk")]
mod demo;
mod desk_unreachable;
mod disk_full;
mod guessing;
mod letters;
mod midnight;
mod orders;
mod photos;
mod power_cut;
mod printer;
mod real_day;
mod replaced_card;
mod room;
mod scanner_unplugged;
mod time_per_step;
mod walk_in;
mod walking_away;
mod windows;
