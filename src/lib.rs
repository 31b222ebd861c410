//! Arrivals: a self-service check-in kiosk for clinics and hospitals, and the desk behind it.
//!
//! Where to start:
//!
//! * What a patient is asked, and in which order: [`flow::conversation`], a table without clock, files or toolkit.
//! * What happens to a visit: `domain::visit::decide`, a table too; [`domain`] holds every rule about patients.
//! * What a kiosk does with it: [`kiosk`], one loop over a closed enum of events. Its file is [`store`].
//! * The desk, in layers from its file to its pages: `desk`, beginning at `desk::Desk`.
//! * What the two say to each other: `sync::wire`.
//!
//! Which module may use which is written in `docs/architecture.md` and kept by `tests/tidy`.

/// Where time comes from.
pub mod clock;
/// What a scanner may read, as pure parsers.
pub mod codes;
/// The desk: list, staff page, kiosk API, import.
#[cfg(feature = "desk")]
pub mod desk;
/// Anything with a plug: printer, scanner, speaker and camera.
pub mod device;
/// What a clinic talks about.
pub mod domain;
/// The files that both programs keep.
pub mod files;
/// The conversation with a patient.
pub mod flow;
/// The fonts that pages and tickets share.
pub mod fonts;
/// The kiosk program.
pub mod kiosk;
/// Tickets, as layout, raster and PDF.
pub mod paper;
/// The kiosk's file.
pub mod store;
/// Kiosk and desk, kept in step.
pub mod sync;
