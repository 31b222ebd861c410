//! The conversation with a patient, as a pure table: `(conversation, input) -> (conversation, effects)`.
//!
//! Invariants, each a test in `tests/core`: a step cannot fail; nothing here knows the time, a device or the
//! toolkit; no one is saved twice; nothing is printed before it is saved; walking away ends at welcome
//! from every step that waits, and leaves nothing behind.

pub mod around;
pub mod card;
pub mod conversation;
pub mod describe;
pub mod detail_lines;
pub mod details;
pub mod ending;
pub mod entry;
mod finding;
pub mod found;
pub mod insurance;
pub mod person;
pub mod propose;
pub mod screen;
pub mod step;
pub mod table;
