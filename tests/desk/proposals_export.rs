//! Accepted changes on their way into the chart: each exported once, and not after a list has contradicted it.

use std::sync::Arc;

use arrivals::desk::Desk;
use arrivals::desk::store::{ChangeKey, Verdict};
use arrivals::domain::proposal::Field;

use super::proposals::{
    LIST, NEW_PHONE, OLD_PHONE, address, change, import_list, key, of, open, phone, rebuilt, says, send, text, told,
};
use super::support::{Place, decide_change};

pub fn export(place: &Place) -> Option<String> {
    let batch = place.desk.next_export_batch().unwrap()?;
    Some(String::from_utf8(place.desk.export_csv(batch).unwrap().unwrap().0).unwrap())
}

#[test]
fn an_accepted_change_is_exported_exactly_once_and_its_batch_as_often_as_it_is_lost() {
    let place = told();
    assert_eq!(export(&place), None, "nothing is accepted yet");
    let moved = change(Field::Address, address("1 Main Street", "Mashpee"), address("=12 \"Mill\", Street", "Granby"));
    send(
        &place,
        "annex",
        &[says(1, 'B', &["a1"], vec![moved, change(Field::Email, text("ada@example.org"), text("+ada@example.org"))])],
    );
    let accept = |about: &ChangeKey| assert!(decide_change(&place.desk, about, &Verdict::Accept, "ana").unwrap());
    accept(&key("lobby", 1, Field::Phone));
    let first = export(&place).unwrap();
    let header = format!("{}\n", arrivals::desk::service::changes::decide::COLUMNS.join(","));
    assert_eq!(
        first,
        format!("{header}1,2026-11-23T13:00:00Z,ana,ada,phone,{OLD_PHONE},{NEW_PHONE}{}\n", ",".repeat(16))
    );
    assert_eq!(export(&place), None);
    assert!(
        !decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Undo, "ana").unwrap(),
        "it was handed on"
    );
    assert!(
        of(&place, "a1").iter().any(|change| change.key == key("lobby", 1, Field::Phone) && change.batch == Some(1))
    );
    accept(&key("annex", 1, Field::Address));
    accept(&key("annex", 1, Field::Email));
    // Taken back and accepted again before the export: once.
    assert!(decide_change(&place.desk, &key("annex", 1, Field::Email), &Verdict::Undo, "ana").unwrap());
    accept(&key("annex", 1, Field::Email));
    rebuilt(&place);
    let second = export(&place).unwrap();
    let moved = "\"1 Main Street, Mashpee, Massachusetts 02649\",\"'=12 \"\"Mill\"\", Street, Granby, \
                 Massachusetts 02649\",\"'=12 \"\"Mill\"\", Street\",Granby,Massachusetts,02649,,,,,,,,,,,,";
    assert_eq!(
        second,
        format!(
            "{header}2,2026-11-23T13:00:00Z,ana,ada,address,{moved}\n\
             2,2026-11-23T13:00:00Z,ana,ada,email,ada@example.org,'+ada@example.org{}\n",
            ",".repeat(16)
        )
    );
    rebuilt(&place);
    import_list(&place, &LIST);
    for (batch, text) in [(1, &first), (2, &second)] {
        let (csv, _) = place.desk.export_csv(batch).unwrap().unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), *text, "batch {batch} again");
    }
    assert!(place.desk.export_csv(3).unwrap().is_none());
    assert_eq!(export(&place), None);
}

#[test]
fn what_a_later_list_contradicts_is_not_handed_on_and_its_page_says_so() {
    for (what, lists, contradicted, exported) in [
        ("the same list", &[&LIST[..]][..], false, true),
        (
            "the record system has it",
            &[&[("a1", "08:00", "ada", NEW_PHONE), ("a2", "10:00", "ada", NEW_PHONE)]],
            false,
            true,
        ),
        (
            "it has one of the two",
            &[&[("a1", "08:00", "ada", NEW_PHONE), ("a2", "10:00", "ada", OLD_PHONE)]],
            false,
            true,
        ),
        ("corrected", &[&[("a1", "08:00", "ada", "555-0444")]], true, false),
        ("corrected, then the old list", &[&[("a1", "08:00", "ada", "555-0444")], &LIST], true, false),
        (
            "it had it, then corrected",
            &[&[("a1", "08:00", "ada", NEW_PHONE)], &[("a1", "08:00", "ada", "555-0444")]],
            true,
            false,
        ),
        ("taken away", &[&[("a2", "10:00", "ada", "")]], true, false),
        ("somebody else's", &[&[("b1", "09:00", "ben", "555-0444")]], false, true),
    ] {
        let place = told();
        let about = key("lobby", 1, Field::Phone);
        assert!(decide_change(&place.desk, &about, &Verdict::Accept, "ana").unwrap());
        for rows in lists {
            place.clock.advance(std::time::Duration::from_secs(60));
            import_list(&place, rows);
        }
        rebuilt(&place);
        // As after a restart.
        let place =
            Place { desk: Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap(), ..place };
        let said = of(&place, "a1").pop().unwrap();
        assert_eq!(said.contradicted.is_some(), contradicted, "{what}");
        assert_eq!(place.desk.contradicted_since_last_batch().unwrap(), usize::from(contradicted), "{what}");
        assert_eq!(export(&place).is_some(), exported, "{what}");
        assert_eq!(export(&place), None, "{what}");
        import_list(&place, &[("a1", "08:00", "ada", "555-0999"), ("a2", "10:00", "ada", "555-0999")]);
        assert_eq!(
            of(&place, "a1").pop().unwrap().contradicted.is_some(),
            contradicted,
            "{what}: what was handed on stays handed on"
        );
        // It can be decided anew, and is handed on then.
        assert_eq!(decide_change(&place.desk, &about, &Verdict::Undo, "ben").unwrap(), contradicted, "{what}");
        if contradicted {
            assert!(of(&place, "a1")[0].is_conflict(), "{what}");
            assert_eq!((phone(&place, "a1").as_str(), open(&place)), ("555-0999", 1), "{what}: the list stays on file");
            assert!(decide_change(&place.desk, &about, &Verdict::Accept, "ben").unwrap());
            assert!(export(&place).unwrap().contains(&format!("phone,555-0999,{NEW_PHONE}")), "{what}");
        }
    }
}
