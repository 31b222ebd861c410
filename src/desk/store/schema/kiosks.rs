//! Kiosks in the desk's file: how each is, what was wanted of it, and a desk whose backup was restored.

pub(super) const KIOSKS: &str = r"
-- How each kiosk last said that it is. Not an event: only the latest counts, and the next one makes up for one that was
-- lost.
CREATE TABLE kiosk_health(
    kiosk TEXT PRIMARY KEY REFERENCES kiosk(id),
    body TEXT NOT NULL,
    heard_at TEXT NOT NULL,
    -- Since when it was never silent.
    online_since TEXT NOT NULL,
    -- This many milliseconds the desk's clock was ahead of the kiosk's.
    clock_ms BIGINT NOT NULL,
    waiting_since TEXT
);
-- What staff wanted of kiosks. Appended, never edited; `told_at` is when the kiosk was last told. `n` is the revision,
-- or more if the kiosk has carried out an order of a higher number: this file is an older copy then.
CREATE TABLE kiosk_order(
    kiosk TEXT NOT NULL REFERENCES kiosk(id),
    n BIGINT NOT NULL,
    at TEXT NOT NULL,
    user_name TEXT NOT NULL,
    body TEXT NOT NULL,
    is_service INTEGER NOT NULL,
    told_at TEXT,
    done_at TEXT,
    PRIMARY KEY (kiosk, n)
);
-- What is wrong at kiosks now, and who has seen it. Follows from health, tries and the time.
CREATE TABLE kiosk_alarm(
    kiosk TEXT NOT NULL REFERENCES kiosk(id),
    alarm TEXT NOT NULL,
    detail TEXT NOT NULL,
    since TEXT NOT NULL,
    seen_at TEXT,
    seen_by TEXT,
    PRIMARY KEY (kiosk, alarm)
);
-- How each person's try at a kiosk ended; names no one. Follows from events.
CREATE TABLE kiosk_try(
    kiosk TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TEXT NOT NULL,
    ended TEXT NOT NULL,
    step TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (kiosk, seq)
);
CREATE INDEX kiosk_try_by_time ON kiosk_try(kiosk, at);
INSERT INTO kiosk_try(kiosk, seq, at, ended, step, reason)
SELECT kiosk, seq,
    strftime('%Y-%m-%dT%H:%M:%fZ',
        CASE WHEN julianday(received_at) - julianday(json_extract(body, '$.at')) BETWEEN 0 AND 1
        THEN json_extract(body, '$.at') ELSE received_at END),
    json_extract(body, '$.event.kind'), COALESCE(json_extract(body, '$.event.step'), ''),
    COALESCE(json_extract(body, '$.event.reason'), '')
FROM kiosk_event WHERE json_extract(body, '$.event.kind') IN ('checked-in', 'walked-in', 'stopped', 'walked-away');
";

pub(super) const ORDERS_ABOUT: &str = r"
-- For whose visit an order was given, so that it goes with them; empty if it was for no one.
ALTER TABLE kiosk_order ADD COLUMN appointment_id TEXT NOT NULL DEFAULT '';
";

pub(super) const ORDER_ENDS: &str = r"
-- What the kiosk said became of an order, `done_at` being when, and why. Empty: its program does not tell, and has done
-- it.
ALTER TABLE kiosk_order ADD COLUMN ended TEXT;
ALTER TABLE kiosk_order ADD COLUMN why TEXT NOT NULL DEFAULT '';
";

pub(super) const RESTORED: &str = r"
-- Each time that an older copy of this file was put back. `kiosk`: which one noticed it, if no one said so.
CREATE TABLE life(
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    copied_at TEXT,
    kiosk TEXT,
    seen_at TEXT,
    seen_by TEXT
);
-- Positions in kiosks' logs that no one has any more.
CREATE TABLE kiosk_gap(
    kiosk TEXT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    at TEXT NOT NULL,
    seen_at TEXT,
    seen_by TEXT,
    PRIMARY KEY (kiosk, first)
);
-- When it happened, if that was told so late that it does not follow from the event and `received_at`.
ALTER TABLE kiosk_event ADD COLUMN happened_at TEXT;
CREATE INDEX kiosk_event_late ON kiosk_event(happened_at) WHERE happened_at IS NOT NULL;
-- Whether it has told everything in this life of the file; whether its log is another one than the desk holds; and
-- since when it may go on behind that.
ALTER TABLE kiosk ADD COLUMN in_step INTEGER NOT NULL DEFAULT 1;
ALTER TABLE kiosk ADD COLUMN other_log INTEGER NOT NULL DEFAULT 0;
ALTER TABLE kiosk ADD COLUMN adopt_at TEXT;
";
