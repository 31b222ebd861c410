//! The desk's server: listening, and what kiosks may ask.

pub mod kiosk_api;
pub mod serve;
