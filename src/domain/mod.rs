//! What a clinic talks about: plain values and the rules about them.
//!
//! Invariant: nothing here does I/O, knows the time, or names another layer of this package.

pub mod appointment;
pub mod board;
pub mod booking;
pub mod born;
pub mod clinic;
pub mod clinic_day;
pub mod contact;
pub mod country;
pub mod document;
pub mod eligibility;
pub mod entities;
pub mod event;
pub mod example;
pub mod fact;
pub mod fault;
pub mod identity;
pub mod ids;
pub mod insurance;
pub mod kiosk;
pub mod language;
pub mod newer;
pub mod newer_word;
#[cfg(test)]
mod odd;
pub mod on_file;
pub mod pages;
pub mod payer;
pub mod person;
pub mod phones;
pub mod placeholder;
pub mod private;
pub mod proposal;
pub mod queue;
pub mod reason;
pub mod report;
pub mod schedule;
pub mod settings;
pub mod sorted;
pub mod spoken;
pub mod staff;
pub mod stats;
pub mod texts;
pub mod ticket;
pub mod visit;
pub mod when;
