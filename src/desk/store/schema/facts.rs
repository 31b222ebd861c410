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

pub(super) const ANSWERS_NOTED: &str = r"
-- What a payer answers is a change of the visits of its patient that have a ticket: whether someone is needed follows
-- from it.
CREATE TRIGGER eligibility_new_noted AFTER INSERT ON eligibility BEGIN
    INSERT INTO visit_change(appointment_id, revision) SELECT v.appointment_id, n + 1 FROM revision, visit v
    WHERE v.appointment_id IN (SELECT id FROM appointment WHERE patient_id = NEW.patient_id)
    AND v.ticket_date IS NOT NULL
    ON CONFLICT(appointment_id) DO UPDATE SET revision = excluded.revision WHERE revision < excluded.revision;
END;
CREATE TRIGGER eligibility_changed_noted AFTER UPDATE ON eligibility BEGIN
    INSERT INTO visit_change(appointment_id, revision) SELECT v.appointment_id, n + 1 FROM revision, visit v
    WHERE v.appointment_id IN (SELECT id FROM appointment WHERE patient_id = NEW.patient_id)
    AND v.ticket_date IS NOT NULL
    ON CONFLICT(appointment_id) DO UPDATE SET revision = excluded.revision WHERE revision < excluded.revision;
END;
";

pub(super) const TIMES_SEEN: &str = r"
-- How often the list of a date has someone for a service at a place, and for how long: who works where is read off
-- this, and not off every appointment of many days. Kept by the triggers below alone.
CREATE TABLE times_seen(
    date TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    service TEXT NOT NULL,
    place TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (date, practitioner, service, place, minutes)
) WITHOUT ROWID;
INSERT INTO times_seen(date, practitioner, service, place, minutes, times)
SELECT local_date, COALESCE(body ->> '$.practitioner', ''), COALESCE(body ->> '$.service', ''),
    COALESCE(body ->> '$.place', ''), COALESCE(body ->> '$.minutes', 0), COUNT(*) FROM appointment
GROUP BY 1, 2, 3, 4, 5;
CREATE TRIGGER times_seen_new AFTER INSERT ON appointment BEGIN
    INSERT INTO times_seen(date, practitioner, service, place, minutes, times)
    VALUES (NEW.local_date, COALESCE(NEW.body ->> '$.practitioner', ''), COALESCE(NEW.body ->> '$.service', ''),
        COALESCE(NEW.body ->> '$.place', ''), COALESCE(NEW.body ->> '$.minutes', 0), 1)
    ON CONFLICT DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER times_seen_gone AFTER DELETE ON appointment BEGIN
    UPDATE times_seen SET times = times - 1 WHERE date = OLD.local_date
    AND practitioner = COALESCE(OLD.body ->> '$.practitioner', '') AND service = COALESCE(OLD.body ->> '$.service', '')
    AND place = COALESCE(OLD.body ->> '$.place', '') AND minutes = COALESCE(OLD.body ->> '$.minutes', 0);
    DELETE FROM times_seen WHERE times <= 0 AND date = OLD.local_date
    AND practitioner = COALESCE(OLD.body ->> '$.practitioner', '') AND service = COALESCE(OLD.body ->> '$.service', '')
    AND place = COALESCE(OLD.body ->> '$.place', '') AND minutes = COALESCE(OLD.body ->> '$.minutes', 0);
END;
CREATE TRIGGER times_seen_changed AFTER UPDATE OF local_date, body ON appointment BEGIN
    UPDATE times_seen SET times = times - 1 WHERE date = OLD.local_date
    AND practitioner = COALESCE(OLD.body ->> '$.practitioner', '') AND service = COALESCE(OLD.body ->> '$.service', '')
    AND place = COALESCE(OLD.body ->> '$.place', '') AND minutes = COALESCE(OLD.body ->> '$.minutes', 0);
    INSERT INTO times_seen(date, practitioner, service, place, minutes, times)
    VALUES (NEW.local_date, COALESCE(NEW.body ->> '$.practitioner', ''), COALESCE(NEW.body ->> '$.service', ''),
        COALESCE(NEW.body ->> '$.place', ''), COALESCE(NEW.body ->> '$.minutes', 0), 1)
    ON CONFLICT DO UPDATE SET times = times + 1;
    DELETE FROM times_seen WHERE times <= 0 AND date = OLD.local_date
    AND practitioner = COALESCE(OLD.body ->> '$.practitioner', '') AND service = COALESCE(OLD.body ->> '$.service', '')
    AND place = COALESCE(OLD.body ->> '$.place', '') AND minutes = COALESCE(OLD.body ->> '$.minutes', 0);
END;
-- Whose time is taken is looked up by whose time it is.
CREATE INDEX appointment_by_practitioner ON appointment(body ->> '$.practitioner', local_date);
";
