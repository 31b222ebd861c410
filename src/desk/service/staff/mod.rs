//! Who may sign in, as what, and how passwords are guarded against guessing.

pub mod account;
pub mod guessing;
pub mod kept;
pub mod session;
pub mod users;

pub use crate::desk::store::{FailedTries, UserRow};
