//! The desk: today's list, the kiosks' server, import, and the staff's page.
//!
//! From the ground up, each layer names only those below it: `base`, `store`, `handle`, `service`, `page`, `http`.
//! A capability has the same name in each. Start with [`Desk`](crate::desk::Desk).
//!
//! Invariants: all SQL is in `store`; nothing is kept in memory that another process could not rebuild from the
//! store; every live update goes through `Desk::notify`; the desk names neither `kiosk` nor a device's driver.

pub mod base;
pub mod handle;
pub mod http;
pub mod page;
pub mod service;
pub mod store;

pub use self::base::error::DeskError;
pub use self::handle::{Desk, DeskOptions};
