//! Kiosk and desk, kept in step over an unreliable network.

pub mod api;
pub mod wire;
