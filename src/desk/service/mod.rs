//! What the desk does, a folder for each capability.
//!
//! Invariants: no HTML, no HTTP and no SQL; what is done is heard by everyone who looks.

pub mod booking;
pub mod changes;
pub mod import;
pub mod kiosks;
pub mod privacy;
pub mod queue;
pub mod reports;
pub mod settings;
pub mod staff;
pub mod workers;
