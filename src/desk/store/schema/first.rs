//! The first steps, in the order in which they came.

pub(super) const TABLES: &str = r"
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
-- Why someone is needed. Without an appointment it is a row of its own on the list.
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
";

pub(super) const LETTERS: &str = r"
-- What a kiosk's place is called, for anyone who has to go there.
ALTER TABLE kiosk ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- Keys of letters, numbered in the order in which they were made. Only the newest has its secret.
CREATE TABLE letter_key(
    n BIGINT PRIMARY KEY,
    id BIGINT NOT NULL,
    secret TEXT,
    public TEXT NOT NULL,
    made_at TEXT NOT NULL,
    retired_at TEXT,
    -- Up to this date a letter of this key may still be shown; none was made while this is empty.
    letters_until TEXT
);

-- Follows from events and staff actions, as the rest of these tables does.
ALTER TABLE visit ADD COLUMN companion TEXT;
ALTER TABLE visit ADD COLUMN documents TEXT;
ALTER TABLE visit ADD COLUMN walk_in TEXT;
ALTER TABLE visit ADD COLUMN accepted_at TEXT;
ALTER TABLE visit ADD COLUMN accepted_by TEXT;
ALTER TABLE visit ADD COLUMN accepted_revision BIGINT;
CREATE TABLE refused_code(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    date TEXT NOT NULL,
    PRIMARY KEY (kiosk, seq)
);
CREATE INDEX refused_code_by_date ON refused_code(date);
";

pub(super) const PROPOSALS: &str = r"
-- What a decision needs beyond its names: the value accepted, what was there before. JSON.
ALTER TABLE staff_action ADD COLUMN detail TEXT;

-- Follows from events and staff actions. What a patient says is different from the chart, and what staff decided.
CREATE TABLE proposal(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    field TEXT NOT NULL,
    -- The first of the visits that were checked in.
    appointment_id TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    date TEXT NOT NULL,
    -- open, accepted or rejected
    decision TEXT NOT NULL,
    decided_at TEXT,
    decided_by TEXT,
    decided_revision BIGINT,
    value TEXT,
    why TEXT,
    PRIMARY KEY (kiosk, seq, field)
);
CREATE INDEX proposal_by_decision ON proposal(decision);
CREATE INDEX proposal_by_appointment ON proposal(appointment_id);
CREATE INDEX proposal_by_patient ON proposal(patient_id);

-- What staff accepted, while the booking system's list still says what it said then. Changed by acceptance and import
-- alone.
CREATE TABLE chart(
    patient_id TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    -- What the list had: one value for all visits of the person as a rule, so an array of one.
    base TEXT NOT NULL,
    PRIMARY KEY (patient_id, field)
);

-- Accepted changes that were exported, by the revision of the acceptance: each once.
CREATE TABLE export_batch(batch INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE exported_change(
    revision BIGINT PRIMARY KEY REFERENCES staff_action(revision),
    batch BIGINT NOT NULL REFERENCES export_batch(batch)
);
CREATE INDEX exported_change_by_batch ON exported_change(batch);
";

pub(super) const CONFIRMED: &str = r"
-- When a person last confirmed something is looked up for every appointment that a kiosk hears of.
CREATE INDEX ticket_by_patient ON ticket(patient_id);
";

pub(super) const ELIGIBILITY: &str = r"
-- What payers answered about a card, by a hash of the card; JSON. Nothing of it can be rebuilt, and nothing is lost
-- with it.
CREATE TABLE eligibility(
    patient_id TEXT NOT NULL,
    card TEXT NOT NULL,
    answer TEXT NOT NULL,
    date TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (patient_id, card)
);
CREATE INDEX eligibility_by_date ON eligibility(date);
";

pub(super) const PHOTOS: &str = r"
-- Photos of cards, as kiosks send them. Not among what can be rebuilt: no one has them but the desk.
CREATE TABLE card_photo(
    id INTEGER PRIMARY KEY,
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    field TEXT NOT NULL,
    side TEXT NOT NULL,
    total BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- This many bytes from its beginning are here.
    held BIGINT NOT NULL,
    -- All of it, and its hash is right.
    whole_at TEXT,
    removed_at TEXT,
    UNIQUE (kiosk, seq, field, side)
);
CREATE TABLE card_photo_piece(
    photo BIGINT NOT NULL REFERENCES card_photo(id),
    at_byte BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (photo, at_byte)
);
";

pub(super) const CONTRADICTED: &str = r"
-- Accepted changes that a later list contradicted before they were exported, by the revision of the acceptance: the
-- list is right, so they are no longer exported. What a list said cannot be made again, so neither can this.
CREATE TABLE contradicted_change(
    revision BIGINT PRIMARY KEY REFERENCES staff_action(revision),
    at TEXT NOT NULL
);
";

pub(super) const REMOVED_USERS: &str = r"
-- Removed users keep their row: what they did stands under their name, which no one gets again.
ALTER TABLE staff_user ADD COLUMN removed_at TEXT;
";

pub(super) const AUDIT: &str = r"
-- Who viewed or changed what about which patient. Each row's hash covers the hash of the row before it. Appended, never
-- edited.
CREATE TABLE audit(
    n BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    about TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_patient ON audit(patient_id, n);
CREATE INDEX audit_by_user ON audit(user_name, n);
CREATE INDEX audit_by_action ON audit(user_name, action, at);
CREATE INDEX audit_by_time ON audit(at);
-- The last row, and the last staff action that has its row. What staff did before there was an audit is in staff_action
-- alone.
CREATE TABLE audit_head(
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    staff_action BIGINT NOT NULL
);
INSERT INTO audit_head(only_row, n, hash, staff_action)
SELECT 1, 0, '0000000000000000000000000000000000000000000000000000000000000000', COALESCE(MAX(revision), 0)
FROM staff_action;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'a row of the audit is never changed'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'a row of the audit is never removed'); END;
";
