//! The staff's pages, boards and phone pages.
//!
//! Invariants: no page without a session shows anything of a patient; every form carries the session's
//! token; who may open what is in `routes` alone; nothing is loaded from elsewhere; everything works without a
//! script, only not by itself.

mod access;
mod account;
mod answer;
mod appointments;
mod audit;
mod board;
mod booking;
mod calling;
mod changes;
mod coverage;
mod data_retention;
mod drawn;
mod earlier;
mod history;
mod html;
mod icons;
mod import;
mod import_columns;
mod kept;
mod keys;
mod kiosks;
mod list;
mod live;
mod locked;
mod long;
mod narrow;
mod nav;
mod papers;
mod patient_data;
mod phone;
mod plot;
mod qr;
mod queue;
pub mod reports;
mod room;
mod routes;
mod row;
mod same_number;
mod search;
mod settings;
mod sign_in;
mod today;
mod users;
mod visit;
mod walk_in;

pub use self::access::{FORM_BYTES_MAX, Needs, Sees, form_bytes_max};
pub use self::answer::Oops;
pub(in crate::desk) use self::answer::with_safe_headers;
pub use self::routes::{ROUTES, routes};
