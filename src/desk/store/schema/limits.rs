//! Steps about limits: who may try how often, and what is too much.

pub(super) const SIGN_IN_SOURCES: &str = r"
-- Failed sign-ins, by where they came from and under which name; without a name: under all of them together. `failures`
-- count for the wait, `total` is for staff. What the earlier table held was forgotten after an hour.
DROP TABLE sign_in_failure;
CREATE TABLE sign_in_failure(
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    failures BIGINT NOT NULL,
    total BIGINT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY (source, name)
);
CREATE INDEX sign_in_failure_by_time ON sign_in_failure(last_at);
-- Browsers in which a user has signed in before, by the hash of a cookie: failures of strangers do not hold them up.
CREATE TABLE known_browser(
    token_hash TEXT NOT NULL,
    user_name TEXT NOT NULL REFERENCES staff_user(name),
    used_at TEXT NOT NULL,
    PRIMARY KEY (token_hash, user_name)
);
";

pub(super) const SET_ASIDE: &str = r"
-- What a kiosk reported that is more than the desk takes, or that this version does not understand. `why` says which
-- limit; `hash` is of what was sent, so that the same is known when it is sent again; `date` is the day that stands for
-- one that cannot be; `body` is what could not be read, as it was sent, for a later version.
CREATE TABLE set_aside(
    kiosk TEXT NOT NULL REFERENCES kiosk(id),
    seq BIGINT NOT NULL,
    at TEXT NOT NULL,
    why TEXT NOT NULL,
    hash TEXT NOT NULL,
    date TEXT NOT NULL,
    body TEXT,
    PRIMARY KEY (kiosk, seq)
);
CREATE INDEX set_aside_by_time ON set_aside(at);
";

pub(super) const NUMBERS_OF_ALL_DAYS: &str = r"
-- Who has a number, on whatever day: looked up for each check-in, however many people are here.
CREATE INDEX ticket_of_all_days ON ticket(number);
";
