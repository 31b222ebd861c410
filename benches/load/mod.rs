//! What `crowd` is made of: a clinic's folder, everybody who is connected, and what they saw when.

pub mod clinic;
pub mod http;
pub mod notes;
pub mod watchers;
pub mod workers;
