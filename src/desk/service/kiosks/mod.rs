//! Kiosks: letting them in, serving them, and the watch over them with its alarms.

pub mod alarm;
pub mod enroll;
pub mod reading;
pub mod served;
pub mod watch;

pub use crate::desk::store::{CLOCK_WARNS, HeardHealth, ORDER_CHARS_MAX, OrderRow, OrderState, Tries};
