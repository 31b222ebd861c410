//! `arrivals-kiosk demo`: a desk inside, simulated devices and a clinic day around the present hour, with nothing to
//! install.

#[cfg(feature = "kiosk")]
mod cards;
pub mod catalogue;
#[cfg(feature = "kiosk")]
mod changes;
pub mod day;
pub mod inside;
#[cfg(feature = "kiosk")]
pub mod panel;
#[cfg(feature = "window")]
mod places;
#[cfg(feature = "kiosk")]
pub mod player;
#[cfg(feature = "kiosk")]
pub mod plays;
#[cfg(feature = "kiosk")]
pub mod rig;
#[cfg(feature = "kiosk")]
pub mod run;
pub mod transcript;
