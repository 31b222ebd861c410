//! How long data is kept, what one patient may ask for, who saw what, and whether the file is whole.

pub mod audit;
pub mod checking;
pub mod clean_up;
pub mod keeping;

pub use crate::desk::store::{
    AuditRow, AuditSearch, COMMAND, DESK, Forgotten, Hindrance, Holding, HoldingKind, IMPORT, Mark, PatientData,
    Removal, RequestRow, Seen,
};
