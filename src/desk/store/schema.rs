//! The tables, and how an older file becomes a current one.
//!
//! Invariant: a step that was ever released is never edited; a change is a new step.

use rusqlite::{Connection, TransactionBehavior};

use super::whole;
use crate::desk::base::error::DeskError;

mod changed;
mod facts;
mod first;
mod kiosks;
mod limits;

/// Step `n` brings a file of version `n` to version `n + 1`.
const STEPS: &[&str] = &[
    first::TABLES,
    first::LETTERS,
    first::PROPOSALS,
    first::CONFIRMED,
    first::ELIGIBILITY,
    first::PHOTOS,
    first::CONTRADICTED,
    first::REMOVED_USERS,
    first::AUDIT,
    QUEUE,
    REPORTS,
    kiosks::KIOSKS,
    PHONE,
    SETTINGS,
    BY_HAND,
    BOOKING,
    OUTBOX,
    KEEPING,
    SECOND_STEP,
    kiosks::ORDERS_ABOUT,
    kiosks::ORDER_ENDS,
    CALLED_OFF,
    SESSION_IDLE,
    SAME_NUMBER,
    IMPORT_MAPS,
    OPEN,
    CLEAN_UP,
    kiosks::RESTORED,
    NUMBERS,
    NEWER,
    limits::SIGN_IN_SOURCES,
    limits::SET_ASIDE,
    EVENT_SUMS,
    limits::NUMBERS_OF_ALL_DAYS,
    changed::VISIT_CHANGES,
    changed::FACES,
    changed::STEPS_BY_CHANGE,
    facts::FACTS,
    facts::ANSWERS_NOTED,
    facts::TIMES_SEEN,
];

const OUTBOX: &str = r"
-- Messages about appointments. `state` is queued, sending, sent or failed; `next_at` is when it is due, or since when
-- it is being sent.
CREATE TABLE message(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    queued_by TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    next_at TEXT,
    ended_at TEXT,
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_by_state ON message(state, next_at);
CREATE INDEX message_by_appointment ON message(appointment_id);
";

const BOOKING: &str = r"
-- Appointments that were booked, moved or canceled here. `listed` is what the booking system's list says of it, or what
-- was booked as long as no list named it; `overlay` is what staff decided instead; `contradicted` is what they had
-- decided before a list said something else.
CREATE TABLE booking(
    appointment_id TEXT PRIMARY KEY,
    is_listed INTEGER NOT NULL,
    listed TEXT NOT NULL,
    overlay TEXT NOT NULL,
    contradicted TEXT
);
-- What can be taken back, each with the overlay before it.
CREATE TABLE booking_step(
    appointment_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    PRIMARY KEY (appointment_id, revision)
);
-- Where a list ended what staff had decided, and what is left of it. Never edited.
CREATE TABLE booking_ended(
    revision BIGINT PRIMARY KEY,
    appointment_id TEXT NOT NULL,
    at TEXT NOT NULL,
    overlay TEXT NOT NULL,
    contradicted TEXT
);
-- The date that an appointment was moved away from: kiosks that know it there hear of it.
ALTER TABLE appointment ADD COLUMN left_date TEXT;
CREATE INDEX appointment_by_left_date ON appointment(left_date);
";

const QUEUE: &str = r"
-- Where a visit stands in its queue; follows from events and staff actions. `queue` and `placed_at` are empty until
-- staff decide about them.
ALTER TABLE visit ADD COLUMN queue TEXT;
ALTER TABLE visit ADD COLUMN placed_at TEXT;
ALTER TABLE visit ADD COLUMN point TEXT;
ALTER TABLE visit ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN last_call_at TEXT;
ALTER TABLE visit ADD COLUMN held_at TEXT;
ALTER TABLE visit ADD COLUMN started_at TEXT;
ALTER TABLE visit ADD COLUMN served_in TEXT;
-- How long visits of a queue took lately.
CREATE INDEX visit_by_served ON visit(served_in, done_at);
-- Steps in a queue, each with where the visit stood before it, so that they can be taken back.
CREATE TABLE visit_step(
    appointment_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    PRIMARY KEY (appointment_id, revision)
);
-- To which service point anyone who is signed in calls.
ALTER TABLE session ADD COLUMN point TEXT;
";

const REPORTS: &str = r"
-- Reports read what happened in some days: visits and reasons have their indexes, and of the events two kinds are
-- wanted.
CREATE INDEX kiosk_event_by_kind ON kiosk_event(body ->> '$.event.kind', received_at);
CREATE INDEX proposal_by_date ON proposal(date);
";

const PHONE: &str = r"
-- Whether the patient put a visit on hold by phone; follows from what was recorded, as the rest of a visit does.
ALTER TABLE visit ADD COLUMN stepped_out BIGINT NOT NULL DEFAULT 0;
-- How often someone used their phone is looked up before they use it again.
CREATE INDEX staff_action_by_appointment ON staff_action(appointment_id);
";

const SETTINGS: &str = r"
-- Every version of the clinic's settings that counted, as JSON without keys and secrets, and the names of the parts
-- that it changed.
CREATE TABLE settings_version(
    n BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    parts TEXT NOT NULL,
    body TEXT NOT NULL
);
-- What an admin is about to change, by part: what it was when they began, and what it becomes. JSON.
CREATE TABLE settings_draft(
    user_name TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    body TEXT NOT NULL
);
";

const BY_HAND: &str = r"
-- How many tickets the desk has given out on a date. Not among what can be rebuilt: a number is never given again.
CREATE TABLE desk_ticket(date TEXT PRIMARY KEY, last BIGINT NOT NULL);
-- What staff wrote about a visit; follows from staff actions. One that was archived stays.
CREATE TABLE visit_note(
    revision BIGINT PRIMARY KEY,
    appointment_id TEXT NOT NULL,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    body TEXT NOT NULL,
    away_at TEXT,
    away_by TEXT
);
CREATE INDEX visit_note_by_appointment ON visit_note(appointment_id);
-- Who has the page of a person open, by the session; over by itself.
CREATE TABLE on_it(
    session TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (session, appointment_id)
);
-- The history of a visit is looked for by when kiosks reported.
CREATE INDEX kiosk_event_by_time ON kiosk_event(received_at);
";

const KEEPING: &str = r"
-- An event that was forgotten keeps its place, its number and its time, and nothing else.
ALTER TABLE kiosk_event ADD COLUMN removed_at TEXT;
CREATE INDEX kiosk_event_whole ON kiosk_event(received_at) WHERE removed_at IS NULL;
-- Appointments of patients who were taken out, for kiosks that still have them.
CREATE TABLE removed_appointment(
    id TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX removed_appointment_by_revision ON removed_appointment(revision);
CREATE INDEX staff_action_by_event ON staff_action(kiosk, seq);
";

const SECOND_STEP: &str = r"
-- The second step of signing in. `secret` counts, `pending` waits to be confirmed by a code; both as base32. A code is
-- used once: those of `last_step` and before count no more.
CREATE TABLE staff_totp(
    user_name TEXT PRIMARY KEY REFERENCES staff_user(name),
    secret TEXT,
    pending TEXT,
    pending_at TEXT,
    last_step BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE staff_recovery_code(
    user_name TEXT NOT NULL REFERENCES staff_user(name),
    code_hash TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (user_name, code_hash)
);
-- Browsers in which someone has typed their password, and not yet the code.
CREATE TABLE half_session(
    token_hash TEXT PRIMARY KEY,
    user_name TEXT NOT NULL REFERENCES staff_user(name),
    at TEXT NOT NULL
);
";

const CALLED_OFF: &str = r"
-- Check-ins at kiosks that had not heard that the visit was off by then. What a list said cannot be made again, so
-- neither can this.
CREATE TABLE called_off_arrival(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    appointment_id TEXT NOT NULL,
    PRIMARY KEY (kiosk, seq, appointment_id)
);
";

const SESSION_IDLE: &str = r"
-- After this many seconds without work the session ends. Each keeps its own, so that a longer time that is set later
-- opens none again that has ended.
ALTER TABLE session ADD COLUMN idle_seconds BIGINT NOT NULL DEFAULT 900;
";

const SAME_NUMBER: &str = r"
-- Two people who came with one number of the booking system, by the desk's own; `decided` is `one`, `two`, or nothing
-- as long as no one said which.
CREATE TABLE same_number(
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    at TEXT NOT NULL,
    decided TEXT,
    decided_at TEXT,
    decided_by TEXT,
    PRIMARY KEY (first, second)
);
CREATE INDEX same_number_by_second ON same_number(second);
";

const IMPORT_MAPS: &str = r"
-- What the columns of a source's lists are. `source` is made of the names of its columns.
CREATE TABLE import_map(
    source TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL
);
";

const OPEN: &str = r"
-- What is open is looked for whatever its day, and what was closed lately.
CREATE INDEX visit_by_state ON visit(state);
CREATE INDEX visit_by_done ON visit(done_at);
CREATE INDEX reason_open ON reason(date) WHERE taken_at IS NULL AND solved_at IS NULL;
CREATE INDEX reason_by_taken ON reason(taken_at);
-- Until now what was open was hidden when its day was over, so no one had a reason to close it. Of an older file it is
-- shown from yesterday on, wherever the clinic is: that is known from the last thing that happened, and not from a
-- clock.
INSERT INTO meta(name, value) SELECT 'open_since', date(MAX(at), '-2 days')
FROM (SELECT MAX(received_at) AS at FROM kiosk_event UNION ALL SELECT MAX(at) FROM staff_action)
HAVING date(MAX(at), '-2 days') IS NOT NULL;
-- All that was open of a day was closed at the same time, from the first to the last of these revisions.
CREATE TABLE day_closing(
    first BIGINT PRIMARY KEY,
    last BIGINT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    undone_at TEXT,
    undone_by TEXT
);
";

const CLEAN_UP: &str = r"
-- What was marked to be taken out, at most one row: whatever is of days before `before`. It is overwritten once people
-- have worked on a later day than `worked`. The numbers are what was marked, and what of it has been taken out so far.
CREATE TABLE clean_up(
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    before TEXT NOT NULL,
    worked TEXT NOT NULL,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    appointments BIGINT NOT NULL,
    visits BIGINT NOT NULL,
    events BIGINT NOT NULL,
    gone_appointments BIGINT NOT NULL DEFAULT 0,
    gone_visits BIGINT NOT NULL DEFAULT 0,
    gone_events BIGINT NOT NULL DEFAULT 0
);
-- A clean-up reads no table from its first row to its last: the desk works meanwhile.
CREATE INDEX ticket_by_event ON ticket(kiosk, seq);
CREATE INDEX on_it_by_appointment ON on_it(appointment_id);
CREATE INDEX on_it_by_time ON on_it(until);
CREATE INDEX booking_ended_by_appointment ON booking_ended(appointment_id);
CREATE INDEX staff_action_by_time ON staff_action(at);
CREATE INDEX kiosk_order_by_time ON kiosk_order(at);
CREATE INDEX removed_appointment_by_time ON removed_appointment(at);
CREATE INDEX session_by_time ON session(used_at);
CREATE INDEX sign_in_failure_by_time ON sign_in_failure(last_at);
CREATE INDEX visit_open ON visit(ticket_date) WHERE state IN ('asks', 'arrived', 'held', 'called', 'with-clinician');
-- How many appointments of the day a kiosk should have, and since when it has another number of them.
ALTER TABLE kiosk_health ADD COLUMN list_desk BIGINT NOT NULL DEFAULT 0;
ALTER TABLE kiosk_health ADD COLUMN list_since TEXT;
-- The last day on which something happened here, as far as this file knows.
INSERT INTO meta(name, value)
SELECT 'worked_until', substr(MAX(at), 1, 10)
FROM (SELECT MAX(received_at) AS at FROM kiosk_event UNION ALL SELECT MAX(at) FROM audit) HAVING MAX(at) IS NOT NULL;
";

const NUMBERS: &str = r"
-- Check-ins at kiosks that wait with another number than their paper says, since that was not the kiosk's to give, or
-- `other` had it. Decided once.
CREATE TABLE number_twice(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    said TEXT NOT NULL,
    date TEXT NOT NULL,
    given TEXT NOT NULL,
    visit TEXT NOT NULL,
    other TEXT NOT NULL,
    at TEXT NOT NULL,
    seen_at TEXT,
    seen_by TEXT,
    PRIMARY KEY (kiosk, seq)
);
CREATE INDEX number_twice_by_date ON number_twice(date, said);
CREATE INDEX ticket_by_number ON ticket(date, number);
";

const NEWER: &str = r"
-- Whether a kiosk said it with a word that this program does not know.
ALTER TABLE kiosk_event ADD COLUMN newer INTEGER NOT NULL DEFAULT 0;
CREATE INDEX kiosk_event_newer ON kiosk_event(kiosk) WHERE newer = 1;
";
const EVENT_SUMS: &str = r"
-- Of what the kiosk reported, with its place and when it came: a letter that changed in the file is noticed. None once
-- the event was forgotten.
ALTER TABLE kiosk_event ADD COLUMN sum TEXT;
";

/// The version of the tables that this program knows.
pub(super) fn version() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Brings the file up to date, or says that it is newer than this program.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), DeskError> {
    let known = version();
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
        whole::fill_sums(&tx)?;
        tx.pragma_update(None, "user_version", known)?;
    }
    tx.commit()?;
    Ok(())
}

/// Makes a file as it was before the step that has these words; answers its version.
#[cfg(test)]
pub(super) fn old_file(path: &std::path::Path, before: &str) -> i64 {
    let version = STEPS.iter().position(|step| step.contains(before)).unwrap();
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    STEPS[..version].iter().for_each(|step| conn.execute_batch(step).unwrap());
    conn.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
    i64::try_from(version).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is open of an older file is shown from the day before the last one on which something happened, wherever
    /// the clinic is.
    #[test]
    fn an_older_file_knows_from_when_on_what_is_open_is_shown() {
        let before = STEPS.iter().position(|step| *step == OPEN).unwrap();
        for (happened, expected) in
            [(&[][..], None), (&["2026-10-01T10:00:00Z", "2026-11-23T23:00:00.5Z"], Some("2026-11-21"))]
        {
            let mut old = Connection::open_in_memory().unwrap();
            for step in &STEPS[..before] {
                old.execute_batch(step).unwrap();
            }
            old.pragma_update(None, "user_version", before as i64).unwrap();
            for (n, at) in happened.iter().enumerate() {
                old.execute(
                    "INSERT INTO staff_action(revision, at, user_name, action) VALUES (?1, ?2, 'ana', 'done')",
                    (n as i64, at),
                )
                .unwrap();
            }
            migrate(&mut old).unwrap();
            let since: Option<String> =
                old.query_row("SELECT MAX(value) FROM meta WHERE name = 'open_since'", [], |row| row.get(0)).unwrap();
            assert_eq!(since.as_deref(), expected);
        }
    }

    /// A file of every earlier version opens, keeps what is in it, and ends up like a new one.
    #[test]
    fn older_files_become_current_ones() {
        let tables = |conn: &Connection| -> Vec<String> {
            let mut statement = conn
                .prepare(
                    "SELECT name || ' ' || group_concat(c, ',')
                     FROM (SELECT m.name, p.name AS c FROM sqlite_schema m, pragma_table_info(m.name) p
                         WHERE m.type = 'table' ORDER BY m.name, p.cid) GROUP BY name ORDER BY name",
                )
                .unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new).unwrap();
        for version in 1..STEPS.len() {
            let mut old = Connection::open_in_memory().unwrap();
            for step in &STEPS[..version] {
                old.execute_batch(step).unwrap();
            }
            old.pragma_update(None, "user_version", version as i64).unwrap();
            old.execute_batch(
                "INSERT INTO visit(appointment_id, state, revision) VALUES ('a', 'arrived', 3);
                 INSERT INTO kiosk(id, letter, token_hash) VALUES ('lobby', 'A', 'x')",
            )
            .unwrap();
            migrate(&mut old).unwrap();
            migrate(&mut old).unwrap();
            assert_eq!(tables(&old), tables(&new), "from version {version}");
            let kept: (String, String) = old
                .query_row("SELECT state, place FROM visit, kiosk", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            assert_eq!(kept, ("arrived".to_owned(), String::new()));
        }
    }
}
