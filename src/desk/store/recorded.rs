//! What people do at the desk, recorded: the one place that adds to it, and to what its readers learn.
//!
//! Invariant: what someone did is recorded with its facts, in the transaction in which it is done; what is made again
//! from the record goes another way.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::facts::{self, About, Origin};
use crate::desk::base::error::DeskError;
use crate::domain::fact::What;

/// Something that someone did, at revision `n`.
pub(super) struct Record<'a> {
    pub n: i64,
    pub at: Timestamp,
    pub user: &'a str,
    /// What, as a code.
    pub code: &'a str,
    /// With which visit.
    pub visit: Option<&'a str>,
    /// About what a kiosk reported at this place.
    pub event: Option<(&'a str, i64)>,
    /// Everything else that was decided.
    pub detail: Option<&'a str>,
}

impl Record<'_> {
    /// Records it, after it was done: a fact says where its visit stands after it.
    pub fn keep(&self, conn: &Connection, about: &About<'_>, what: &What) -> Result<(), DeskError> {
        let (kiosk, seq) = self.event.unzip();
        conn.prepare_cached(
            "INSERT INTO staff_action(revision, at, user_name, action, appointment_id, kiosk, seq, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            self.n,
            self.at.to_string(),
            self.user,
            self.code,
            self.visit,
            kiosk,
            seq,
            self.detail
        ])?;
        facts::add(conn, Origin::User(self.user, self.event), about, what, self.at)
    }
}
