//! What patients say is different from what is on file, and what payers answer.

pub mod decide;
pub mod eligibility;
