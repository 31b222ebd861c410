//! The audit as the desk's commands and pages have it: noting what was seen, checking the chain, handing it on as CSV.
//!
//! Invariant: what is shown to somebody is noted before it is shown; see `store/audit.rs` for the rows themselves.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::service::changes::decide::no_formula;
use crate::desk::store::{Seen, Verified};

/// The columns of the export, in order.
pub const COLUMNS: [&str; 7] = ["n", "at", "user", "action", "patient_id", "about", "hash"];

impl Desk {
    /// Notes that somebody looks at something. Before they see it: what cannot be noted is not shown.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_seen(&self, user: &str, seen: &Seen) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.note_seen(user, seen, now))
    }

    /// Looks at every row of the audit and its place in the chain. `known`: a row's number and the hash that somebody noted
    /// of it elsewhere.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn verify_audit(&self, known: Option<(u64, &str)>) -> Result<Verified, DeskError> {
        self.with_store(|store| store.verify_audit(known))
    }

    /// The whole audit as CSV, the oldest row first, and how many rows it has.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn audit_csv(&self) -> Result<(Vec<u8>, u64), DeskError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let cannot = |_| DeskError::Unreadable("the audit");
        writer.write_record(COLUMNS).map_err(cannot)?;
        let mut rows = 0;
        self.with_store(|store| {
            store.each_audit_row(|row| {
                rows += 1;
                let texts = [&row.user, &row.action, &row.patient, &row.about].map(|text| no_formula(text));
                let [user, action, patient, about] = &texts;
                let (n, at) = (row.n.to_string(), format!("{:.3}", row.at));
                writer.write_record([&n, &at, user, action, patient, about, &row.hash]).map_err(cannot)
            })
        })?;
        Ok((writer.into_inner().map_err(|_| DeskError::Unreadable("the audit"))?, rows))
    }
}
