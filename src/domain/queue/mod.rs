//! Who waits for what: where a visit stands, whose turn is when and why, and how long it may take.
//!
//! Invariants: the order of a line is total and does not depend on the order in which people were read; anyone who
//! waits is in one line at one place; a wait without a basis is not said.

pub mod day;
mod line;
pub mod list;
mod rules;
mod state;
mod wait;

pub use self::line::{Beside, Place, Waiter, Why, line_up};
pub use self::rules::{QueueRules, ServicePoint, queue_of};
pub use self::state::{QueueAction, VisitState};
pub use self::wait::{Ahead, Basis, SAMPLES_MIN, SERVICE_SECONDS, Served, Wait, WaitWords};
