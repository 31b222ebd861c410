//! What patients say is different from what is on file, and what payers answer.

pub mod decide;
pub mod eligibility;
pub mod reading;

pub use crate::desk::store::{
    BY_PAYER, CardKey, ChangeKey, Decided, PhotoState, ProposedChange, SameNumber, SameNumberVerdict, Shown, Verdict,
};
