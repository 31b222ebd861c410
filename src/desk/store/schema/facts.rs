//! The step with what happened, and who reads it.

pub(super) const FACTS: &str = r"
-- What happened, one row for each thing done with each visit, in the order in which it became true: written in the
-- transaction that does it, and by nothing that only makes something again. `n` is never used twice. `again`: told by
-- a kiosk to an earlier life of this file as well. `body` says what, as JSON, and names no one.
CREATE TABLE fact(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    happened_at TEXT,
    kind TEXT NOT NULL,
    appointment_id TEXT,
    patient_id TEXT,
    ticket_number TEXT,
    ticket_date TEXT,
    state TEXT,
    user_name TEXT,
    kiosk TEXT,
    seq BIGINT,
    again INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
);
CREATE INDEX fact_by_appointment ON fact(appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX fact_by_patient ON fact(patient_id) WHERE patient_id IS NOT NULL;
CREATE INDEX fact_by_event ON fact(kiosk, seq) WHERE kiosk IS NOT NULL;
CREATE INDEX fact_of_no_one ON fact(at) WHERE appointment_id IS NULL AND patient_id IS NULL;
-- Up to which fact each reader has read. One that could not go on stands before its fact since `stopped_at`, and `why`
-- says what is wrong with it. `passed_over`: how many facts it was never given, since an older copy of this file was
-- put back before it had read them, or since someone let it go on behind one.
CREATE TABLE reader(
    name TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    stopped_at TEXT,
    why TEXT NOT NULL DEFAULT '',
    passed_over BIGINT NOT NULL DEFAULT 0
);
";
