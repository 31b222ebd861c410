//! Appointments that are booked at the desk, what patients are sent about them, and their letters.

pub mod book;
pub mod letters;
pub mod messages;
pub mod reading;

pub use crate::desk::store::{BookingStep, Known, Message, Refused};
