//! Which times are free, and what stands in the way of one.
//!
//! Invariants: pure, and the same answer for the same lists; a free time never conflicts with anything, and what
//! conflicts is never offered. An appointment takes its time from its beginning up to, and not including, its end.

mod none;
mod practice;
mod slots;

pub use self::none::{WhyNone, why_none};
pub use self::practice::{Practice, Seen, Stretch};
pub use self::slots::{Ask, Busy, Conflict, Gap, Slot, Wish, conflicts, free_slots, gaps};
