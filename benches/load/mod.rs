//! What `crowd` is made of: a clinic's folder, everyone who is connected, and what they saw when.

pub mod clinic;
pub mod http;
pub mod notes;
pub mod watchers;
pub mod workers;
