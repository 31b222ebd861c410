//! The tables, and how an older file becomes a current one.
//!
//! Invariant: a step that was ever released is never edited; a change is a new step.

use rusqlite::{Connection, TransactionBehavior};

use super::super::error::DeskError;

/// Step `n` brings a file of version `n` to version `n + 1`.
const STEPS: &[&str] = &[r"
CREATE TABLE revision(only_row INTEGER PRIMARY KEY CHECK (only_row = 1), n BIGINT NOT NULL);
INSERT INTO revision(only_row, n) VALUES (1, 0);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE appointment(
    id TEXT PRIMARY KEY,
    start_at TEXT NOT NULL,
    local_date TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    body TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX appointment_by_date ON appointment(local_date);
CREATE INDEX appointment_by_patient ON appointment(patient_id, local_date);
CREATE INDEX appointment_by_revision ON appointment(revision);

CREATE TABLE kiosk(
    id TEXT PRIMARY KEY,
    letter TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL,
    heard_at TEXT
);

-- What kiosks reported, as they said it. Appended, never edited.
CREATE TABLE kiosk_event(
    kiosk TEXT NOT NULL REFERENCES kiosk(id),
    seq BIGINT NOT NULL,
    revision BIGINT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kiosk, seq)
);
-- What staff did. Appended, never edited.
CREATE TABLE staff_action(
    revision BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    appointment_id TEXT,
    kiosk TEXT,
    seq BIGINT
);

-- The rest follows from the two tables above and can be rebuilt.
-- No reference to appointment: a kiosk may know of a visit that this list does not.
CREATE TABLE visit(
    appointment_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    kiosk TEXT,
    ticket_number TEXT,
    ticket_date TEXT,
    call_as TEXT,
    language TEXT,
    arrived_at TEXT,
    print TEXT,
    seen_at TEXT,
    seen_by TEXT,
    called_at TEXT,
    called_by TEXT,
    done_at TEXT,
    done_by TEXT,
    revision BIGINT NOT NULL
);
CREATE INDEX visit_by_ticket_date ON visit(ticket_date);
CREATE INDEX visit_by_revision ON visit(revision);
CREATE TABLE ticket(
    appointment_id TEXT NOT NULL,
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    number TEXT NOT NULL,
    date TEXT NOT NULL,
    is_first INTEGER NOT NULL,
    patient_id TEXT NOT NULL,
    call_as TEXT NOT NULL,
    language TEXT NOT NULL,
    details TEXT NOT NULL,
    insurance TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (appointment_id, kiosk, seq)
);
-- Why somebody is needed. Without an appointment it is a row of its own on the list.
CREATE TABLE reason(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    appointment_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    step TEXT NOT NULL,
    language TEXT,
    at TEXT NOT NULL,
    date TEXT NOT NULL,
    taken_at TEXT,
    taken_by TEXT,
    taken_revision BIGINT,
    solved_at TEXT,
    PRIMARY KEY (kiosk, seq, appointment_id, reason)
);
CREATE INDEX reason_by_date ON reason(date);
CREATE INDEX reason_by_appointment ON reason(appointment_id);

CREATE TABLE staff_user(
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE session(
    token_hash TEXT PRIMARY KEY,
    user_name TEXT NOT NULL REFERENCES staff_user(name),
    csrf TEXT NOT NULL,
    used_at TEXT NOT NULL
);
CREATE TABLE sign_in_failure(
    name TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TEXT NOT NULL
);
"];

/// Brings the file up to date, or says that it is newer than this program.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), DeskError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // Looked at inside the transaction: two programs may open a new folder at the same moment.
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(DeskError::NewerFile { found, known });
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    if found < known {
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}
