//! The audit as the desk's commands and pages have it: noting what was seen, checking the chain, handing it on as CSV.
//!
//! Invariant: what is shown to someone is noted before it is shown; see `store/audit.rs` for the rows themselves.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::service::changes::decide::no_formula;
use crate::desk::store::{AuditRow, AuditSearch, Seen, Verified};

/// What is looked for in the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditQuestion {
    /// About patients with this name, number or birth date; empty for all.
    pub person: String,
    /// The rest; `patients` is filled in from `person`.
    pub search: AuditSearch,
}

/// What a search of the audit log found.
pub struct AuditFound {
    /// The rows, the newest first.
    pub rows: Vec<AuditRow>,
    /// Patients' names by number, as the list has them now.
    pub names: BTreeMap<String, String>,
    /// There are older rows.
    pub is_more: bool,
}

/// The columns of the export, in order.
pub const COLUMNS: [&str; 7] = ["n", "at", "user", "action", "patient_id", "about", "hash"];

impl Desk {
    /// Notes that someone looks at something. Before they see it: what cannot be noted is not shown.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_seen(&self, user: &str, seen: &Seen) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.note_seen(user, seen, now))
    }

    /// Finds at most `most` rows of the audit log, and notes before that `user` looks at them.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn search_audit(&self, asked: AuditQuestion, most: usize, user: &str) -> Result<AuditFound, DeskError> {
        let now = self.now();
        let AuditQuestion { person, mut search } = asked;
        self.with_store(|store| {
            search.patients = if person.is_empty() { None } else { Some(store.patients_meant(&person)?) };
            let only = search
                .patients
                .as_ref()
                .filter(|patients| patients.len() == 1)
                .and_then(|patients| patients.first())
                .cloned();
            // Before anything is read: what cannot be noted is not shown.
            store.note_seen(user, &Seen::Audit(only), now)?;
            let mut rows = store.audit_rows(&search, most.saturating_add(1))?;
            let is_more = rows.len() > most;
            rows.truncate(most);
            let names = store.names_of(rows.iter().map(|row| row.patient.as_str()))?;
            Ok(AuditFound { rows, names, is_more })
        })
    }

    /// Looks at every row of the audit and its place in the chain. `known`: a row's number and the hash that someone
    /// noted of it elsewhere.
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
