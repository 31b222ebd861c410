//! The kiosk program: one closed `enum Event`, one loop, and the bridge to the window.
//!
//! Rules about patients are deliberately absent: they live in `flow` and `domain`. The toolkit is named in `window`
//! alone, and where the demo draws; all else compiles and is tested without it.

pub mod camera;
pub mod config;
#[cfg(feature = "desk")]
pub mod demo;
mod guessing;
mod health;
pub mod lookup;
pub mod mailbox;
mod orders;
pub mod parts;
pub mod printing;
pub mod program;
mod saving;
mod scan;
#[cfg(feature = "kiosk")]
pub mod self_test;
mod stopwatch;
mod told;
#[cfg(feature = "kiosk")]
pub mod window;
