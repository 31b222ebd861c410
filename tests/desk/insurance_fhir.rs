//! Cards that come as FHIR: their dates, and which one is first.

use arrivals::domain::insurance::{Coverage, Holder, Relationship};
use jiff::civil::date;

use super::insurance::{card, full_card, on_file, take};
use super::support::{import, place};

/// FHIR takes a year or a month for a date (R4, datatype `date`), a card does not.
#[test]
fn a_fhir_date_without_its_day_is_left_out_of_the_card() {
    let of = |born: &str, start: &str, end: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"ada",
            "name":[{{"family":"Example","given":["ada"]}}],"birthDate":"1962-06-02"}}}},
            {{"resource":{{"resourceType":"Patient","id":"eve",
            "name":[{{"family":"Example","given":["Eve"]}}],"birthDate":"{born}"}}}},
            {{"resource":{{"resourceType":"Coverage","status":"active","beneficiary":{{"reference":"Patient/ada"}},
            "payor":[{{"display":"One"}}],"subscriberId":"H1","relationship":{{"coding":[{{"code":"spouse"}}]}},
            "subscriber":{{"reference":"Patient/eve"}},"period":{{"start":"{start}","end":"{end}"}}}}}},
            {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
            "participant":[{{"actor":{{"reference":"Patient/ada"}}}}]}}}}]}}"#
        )
    };
    for (born, start, end, warnings, expected) in [
        (
            "1960-05-07",
            "2026-01-01",
            "2026-12-31",
            0,
            (Some(date(1960, 5, 7)), Some(date(2026, 1, 1)), Some(date(2026, 12, 31))),
        ),
        ("1960-05", "2026", "2026-12", 3, (None, None, None)),
        ("1960", "2026-01-01T00:00:00Z", "2026-02-30", 2, (None, Some(date(2026, 1, 1)), None)),
        ("", "", "", 0, (None, None, None)),
    ] {
        let place = place();
        let file = place.folder.path().join("day.json");
        std::fs::write(&file, of(born, start, end)).unwrap();
        let (result, lines) = import(&place.desk, file.to_str().unwrap());
        assert!(result.is_ok_and(|summary| (summary.taken, summary.refused) == (1, 0)), "{born} {lines:?}");
        assert_eq!(lines.len(), warnings, "{lines:?}");
        let found = on_file(&place, "a1").coverage.unwrap();
        let holder = found.holder.unwrap();
        assert_eq!((holder.birth_date.map(|born| born.0), found.start, found.end), expected, "{lines:?}");
        assert_eq!((found.member_id.as_str(), holder.name.as_str()), ("H1", "Eve Example"));
    }
}

#[test]
fn the_order_of_fhir_coverages_says_which_card_is_first() {
    let coverage = |payer: &str, rest: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Coverage","status":"active","beneficiary":{{"reference":"Patient/ada"}},
            "payor":[{{"display":"{payer}"}}]{rest}}}}}"#
        )
    };
    let text = |coverages: &[String]| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"ada",
            "name":[{{"family":"Example","given":["ada"]}}],"birthDate":"1962-06-02"}}}},
            {{"resource":{{"resourceType":"Patient","id":"eve",
            "name":[{{"family":"Example","given":["Eve"]}}],"birthDate":"1940-02-03"}}}},
            {}
            {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
            "participant":[{{"actor":{{"reference":"Patient/ada"}}}}]}}}}]}}"#,
            coverages.iter().map(|coverage| format!("{coverage},")).collect::<String>()
        )
    };
    let full = r#","order":1,"subscriberId":"H100","relationship":{"coding":[{"code":"child"}]},
        "subscriber":{"reference":"Patient/eve"},"period":{"start":"2026-01-01","end":"2027-12-31T00:00:00Z"},
        "class":[{"type":{"coding":[{"code":"group"}]},"value":"G7"},
        {"type":{"coding":[{"code":"plan"}]},"value":"S","name":"Silver"}]"#;
    let of = |relationship: &str| {
        format!(
            r#","relationship":{{"coding":[{{"code":"{relationship}"}}]}},"subscriber":{{"display":"Sam Example"}}"#
        )
    };
    let holder = |is| Some(Holder { is, name: "Sam Example".into(), birth_date: None });
    for (coverages, first, second) in [
        (vec![], None, None),
        (vec![coverage("One", "")], Some(card("One", "")), None),
        (vec![coverage("One", ""), coverage("Two", "")], Some(card("One", "")), Some(card("Two", ""))),
        (
            vec![coverage("Two", r#","order":2"#), coverage("One", r#","order":1"#)],
            Some(card("One", "")),
            Some(card("Two", "")),
        ),
        (
            vec![coverage("Two", ""), coverage("One", r#","order":1"#), coverage("Three", "")],
            Some(card("One", "")),
            Some(card("Two", "")),
        ),
        (vec![coverage("Example Health", full)], Some(Coverage { payer_code: String::new(), ..full_card() }), None),
        (
            vec![coverage("One", &of("spouse"))],
            Some(Coverage { holder: holder(Relationship::Spouse), ..card("One", "") }),
            None,
        ),
        (
            vec![coverage("One", &of("parent"))],
            Some(Coverage { holder: holder(Relationship::Other), ..card("One", "") }),
            None,
        ),
        (vec![coverage("One", &of("self"))], Some(card("One", "")), None),
    ] {
        let place = place();
        take(&place, "day.json", &text(&coverages));
        let found = on_file(&place, "a1");
        assert!(
            found.coverage == first,
            "{coverages:?}: {:?}",
            found.coverage.map(|card| card.one_line().as_str().to_owned())
        );
        assert!(found.second_coverage == second, "{coverages:?}");
    }
}
