//! The chain of the audit: whatever is changed, removed or added is found.

use arrivals::desk::Desk;
use arrivals::desk::store::{Seen, Verified};

use super::audit::{NOBODY, last, raw};
use super::support::{Place, import, place};

/// Whoever writes the file without the desk is not held up by its triggers.
pub fn without_triggers(place: &Place) -> rusqlite::Connection {
    let conn = raw(place);
    conn.execute_batch("DROP TRIGGER audit_stays; DROP TRIGGER audit_is_kept;").unwrap();
    conn
}

pub fn whole(desk: &Desk) -> (u64, String) {
    match desk.verify_audit(None).unwrap() {
        Verified::Whole { rows, hash } => (rows, hash),
        broken @ Verified::Broken { .. } => panic!("{broken:?}"),
    }
}

fn broken(desk: &Desk) -> (i64, &'static str) {
    match desk.verify_audit(None).unwrap() {
        Verified::Broken { row, why } => (row, why),
        Verified::Whole { rows, .. } => panic!("all {rows} rows pass"),
    }
}

/// A desk with some rows in its audit.
pub fn with_rows() -> Place {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    for _ in 0..3 {
        place.desk.note_seen("ana", &Seen::Changes("apt-0001".into())).unwrap();
    }
    place
}

#[test]
fn a_row_that_is_changed_removed_or_added_is_found_wherever_it_is() {
    let all = last(&with_rows().desk) as i64;
    assert!(all > 200);
    let at = "'2026-11-23T12:00:00.000Z'";
    let added = |n: i64| format!("INSERT INTO audit VALUES ({n}, {at}, 'eve', 'seen', 'p', '', '{NOBODY}')");
    let mut meddled: Vec<(String, i64)> = Vec::new();
    for n in [1, 2, all / 2, all - 1, all] {
        for (column, value) in [
            ("at", at),
            ("user_name", "'eve'"),
            ("action", "'seen'"),
            ("patient_id", "'somebody else'"),
            ("about", "''"),
            ("about", "CAST(about AS BLOB)"),
            ("about", "about || ' '"),
            ("hash", "upper(hash)"),
            ("hash", "'x'"),
        ] {
            // Two parts that read the same together are not the same.
            meddled.push((format!("UPDATE audit SET {column} = {value} WHERE n = {n}"), n));
        }
        meddled.push((
            format!(
                "UPDATE audit SET action = action || substr(patient_id || about, 1, 1), patient_id = '' WHERE n = {n}"
            ),
            n,
        ));
        meddled.push((format!("DELETE FROM audit WHERE n = {n}"), n));
        meddled.push((format!("DELETE FROM audit WHERE n >= {n}"), n));
        let renumbered = format!(
            "DELETE FROM audit WHERE n = {n}; UPDATE audit SET n = -n WHERE n > {n};
             UPDATE audit SET n = -n - 1 WHERE n < 0"
        );
        meddled.push((renumbered, n));
        let squeezed =
            format!("UPDATE audit SET n = -n WHERE n >= {n}; UPDATE audit SET n = 1 - n WHERE n < 0; {}", added(n));
        meddled.push((squeezed, n));
    }
    meddled.push((added(all + 1), all + 1));
    meddled.push((added(0), 0));
    meddled.push((added(-7), -7));
    meddled.push((format!("UPDATE audit_head SET hash = '{NOBODY}'"), all));
    meddled.push(("UPDATE audit_head SET n = n + 1".to_owned(), all + 1));
    meddled.push(("UPDATE audit_head SET n = n - 1".to_owned(), all));
    meddled.push(("DELETE FROM audit_head".to_owned(), 0));
    meddled.push(("UPDATE audit SET n = n + 1000000 WHERE n = 2".to_owned(), 2));
    meddled.push(("DELETE FROM audit".to_owned(), 1));
    let (place, mut tried) = (with_rows(), 0);
    let conn = without_triggers(&place);
    for (sql, row) in &meddled {
        // Each try begins with what the desk wrote.
        conn.execute_batch(
            "CREATE TEMP TABLE kept AS SELECT * FROM audit; CREATE TEMP TABLE kept_head AS SELECT * FROM audit_head",
        )
        .unwrap();
        whole(&place.desk);
        let before: i64 = conn.query_row("SELECT total_changes()", [], |row| row.get(0)).unwrap();
        conn.execute_batch(sql).unwrap();
        let after: i64 = conn.query_row("SELECT total_changes()", [], |row| row.get(0)).unwrap();
        assert!(after > before, "{sql}");
        let is_same = conn
            .query_row("SELECT COUNT(*) FROM (SELECT * FROM audit EXCEPT SELECT * FROM kept)", [], |row| {
                row.get::<_, i64>(0)
            })
            .unwrap()
            == 0;
        let is_all = conn.query_row("SELECT COUNT(*) FROM audit", [], |row| row.get::<_, i64>(0)).unwrap() == all;
        // Some tries write what was there already, as an empty text.
        if !(is_same && is_all && sql.starts_with("UPDATE audit SET")) {
            assert_eq!(broken(&place.desk).0, *row, "{sql}");
            tried += 1;
        }
        conn.execute_batch(
            "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DELETE FROM audit_head;
             INSERT INTO audit_head SELECT * FROM kept_head;
             DROP TABLE kept; DROP TABLE kept_head",
        )
        .unwrap();
    }
    assert!(tried > 70, "{tried} of {}", meddled.len());
    whole(&place.desk);
}

#[test]
fn a_chain_that_was_written_anew_is_found_by_the_hash_that_was_noted() {
    let place = with_rows();
    let (noted, hash) = whole(&place.desk);
    place.desk.note_seen("ana", &Seen::AllChanges).unwrap();
    let known = |hash: &str| place.desk.verify_audit(Some((noted, hash))).unwrap();
    assert!(matches!(known(&hash), Verified::Whole { .. }));
    assert!(matches!(known(NOBODY), Verified::Broken { row, .. } if row == noted as i64));
    let later = place.desk.verify_audit(Some((noted + 2, &hash))).unwrap();
    assert!(matches!(later, Verified::Broken { row, why: "is missing" } if row == noted as i64 + 2));
    // Somebody who can write the whole file lets the desk make another history.
    without_triggers(&place)
        .execute_batch(&format!("DELETE FROM audit; UPDATE audit_head SET n = 0, hash = '{NOBODY}'"))
        .unwrap();
    for _ in 0..noted + 1 {
        place.desk.note_seen("ana", &Seen::AllChanges).unwrap();
    }
    whole(&place.desk);
    assert!(matches!(known(&hash), Verified::Broken { row, .. } if row == noted as i64));
}

#[test]
fn the_desks_own_file_refuses_to_change_or_remove_a_row() {
    let place = with_rows();
    for sql in ["UPDATE audit SET user_name = 'eve' WHERE n = 3", "DELETE FROM audit WHERE n = 3", "DELETE FROM audit"]
    {
        let why = raw(&place).execute_batch(sql).unwrap_err().to_string();
        assert!(why.contains("a row of the audit is never"), "{why}");
    }
    whole(&place.desk);
}
