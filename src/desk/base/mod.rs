//! What stands below everything at the desk: errors, `desk.toml`, secrets, dates, one-time codes.
//!
//! Invariant: nothing here knows of the store, of a service or of a page.

pub mod address;
pub mod config;
pub mod connections;
pub mod error;
pub mod out;
pub mod passwords;
pub mod secret;
pub mod shared;
pub mod totp;
