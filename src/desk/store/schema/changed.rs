//! Steps about following changes and finding people: what triggers keep.

/// One trigger that notes the visit of a row: after which kind of write, and by which column of the row as it is then
/// (or was).
macro_rules! noted {
    ($table:literal, $write:literal, $row:expr) => {
        concat!(
            "CREATE TRIGGER ",
            $table,
            "_",
            $write,
            "_noted AFTER ",
            $write,
            " ON ",
            $table,
            " BEGIN INSERT INTO visit_change(appointment_id, revision) SELECT ",
            $row,
            ", n + 1 FROM revision WHERE true ON CONFLICT(appointment_id) DO UPDATE SET revision = excluded.revision",
            " WHERE revision < excluded.revision; END;\n"
        )
    };
}

/// The triggers of one table.
macro_rules! noted_all {
    ($table:literal, $column:literal) => {
        concat!(
            noted!($table, "INSERT", concat!("NEW.", $column)),
            noted!($table, "UPDATE", concat!("NEW.", $column)),
            noted!($table, "DELETE", concat!("OLD.", $column))
        )
    };
}

pub(super) const VISIT_CHANGES: &str = concat!(
    r"
-- In which change the row of a visit on the list may have become another one. Written by the triggers below alone, so
-- that no writer forgets it, and with a number that no reader can have seen before the write was done: that of the
-- latest change, and one more. Without a name: stops of people no one knows.
CREATE TABLE visit_change(appointment_id TEXT PRIMARY KEY, revision BIGINT NOT NULL) WITHOUT ROWID;
CREATE INDEX visit_change_by_revision ON visit_change(revision);
",
    noted_all!("visit", "appointment_id"),
    noted_all!("reason", "appointment_id"),
    noted_all!("ticket", "appointment_id"),
    noted_all!("visit_step", "appointment_id"),
    noted_all!("booking", "appointment_id"),
    noted_all!("booking_step", "appointment_id"),
    noted_all!("appointment", "id"),
    r"
-- The holder of a ticket is found without reading the day; the first column serves as the index did that goes.
DROP INDEX visit_by_ticket_date;
CREATE INDEX visit_by_ticket ON visit(ticket_date, ticket_number);
CREATE INDEX visit_walk_in ON visit(state) WHERE walk_in IS NOT NULL;
CREATE INDEX stop_by_date ON reason(date) WHERE appointment_id = '';
CREATE INDEX stop_open ON reason(date) WHERE appointment_id = '' AND taken_at IS NULL AND solved_at IS NULL;
CREATE INDEX stop_by_taken ON reason(taken_at) WHERE appointment_id = '';
"
);

pub(super) const FACES: &str = r"
-- Each name and birth date under which the list ever had someone, for the search: people are fewer than their visits.
-- Kept by the triggers below alone.
CREATE TABLE face(
    patient_id TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    born TEXT NOT NULL,
    PRIMARY KEY (patient_id, name_folded, born)
) WITHOUT ROWID;
ALTER TABLE appointment ADD COLUMN born TEXT NOT NULL DEFAULT '';
UPDATE appointment SET born = COALESCE(json_extract(body, '$.person.birth_date'), '');
INSERT OR IGNORE INTO face(patient_id, name_folded, born) SELECT patient_id, name_folded, born FROM appointment;
DROP INDEX appointment_by_patient;
CREATE INDEX appointment_by_patient ON appointment(patient_id, local_date, name_folded, born);
CREATE TRIGGER face_of_new AFTER INSERT ON appointment BEGIN
    INSERT INTO face(patient_id, name_folded, born) VALUES (NEW.patient_id, NEW.name_folded, NEW.born)
        ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER face_of_changed AFTER UPDATE OF patient_id, name_folded, born ON appointment BEGIN
    INSERT INTO face(patient_id, name_folded, born) VALUES (NEW.patient_id, NEW.name_folded, NEW.born)
        ON CONFLICT DO NOTHING;
    DELETE FROM face WHERE patient_id = OLD.patient_id AND name_folded = OLD.name_folded AND born = OLD.born
        AND NOT EXISTS (SELECT 1 FROM appointment a
            WHERE a.patient_id = OLD.patient_id AND a.name_folded = OLD.name_folded AND a.born = OLD.born);
END;
CREATE TRIGGER face_of_removed AFTER DELETE ON appointment BEGIN
    DELETE FROM face WHERE patient_id = OLD.patient_id AND name_folded = OLD.name_folded AND born = OLD.born
        AND NOT EXISTS (SELECT 1 FROM appointment a
            WHERE a.patient_id = OLD.patient_id AND a.name_folded = OLD.name_folded AND a.born = OLD.born);
END;
";

pub(super) const STEPS_BY_CHANGE: &str = r"
-- The visits with which a step was taken are looked for before it is taken back.
CREATE INDEX visit_step_by_revision ON visit_step(revision);
";
