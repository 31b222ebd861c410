//! The kiosk program: one closed `enum Event`, one loop, and the bridge to the window.
//!
//! Rules about patients are deliberately absent: they live in `flow` and `domain`.

pub mod app;
pub mod bridge;
pub mod camera;
mod card_faces;
pub mod config;
#[cfg(feature = "desk")]
pub mod demo;
pub mod details;
mod faces;
mod guessing;
pub mod headless;
mod health;
pub mod lookup;
mod orders;
pub mod parts;
pub mod printing;
pub mod program;
mod saving;
mod scan;
pub mod self_test;
pub mod stop;
mod stopwatch;
mod told;
pub mod ui;
pub mod window;
pub mod words;
