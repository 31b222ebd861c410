//! Kiosks: letting them in, serving them, and the watch over them with its alarms.

pub mod alarm;
pub mod enroll;
pub mod served;
pub mod watch;
