//! Preferred name, language, interpreter and emergency contact at the desk: from a list, on its pages, decided and
//! handed on.

use arrivals::desk::store::Verdict;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::person::EmergencyContact;
use arrivals::domain::proposal::{Field, Value};

use super::insurance::{HEADER, on_file, row, take};
use super::page::ready;
use super::proposals::{change, key, says, send, text};
use super::support::{Place, decide_change, form, http, import, place};

const COLUMNS: &str = "language,preferred_name,interpreter,emergency_contact_name,emergency_contact_phone";

fn ada() -> String {
    row("a1", "2026-11-23T08:00:00", "Ada")
}

fn contact(name: &str, phone: &str) -> EmergencyContact {
    EmergencyContact { name: name.into(), phone: phone.into() }
}

/// Language, preferred name, interpreter, emergency contact; each as a person reads it.
fn details(appointment: &Appointment) -> [String; 4] {
    [Field::Language, Field::PreferredName, Field::Interpreter, Field::EmergencyContact]
        .map(|field| appointment.value(field).one_line().as_str().to_owned())
}

#[test]
fn how_to_speak_with_somebody_and_whom_to_tell_come_with_a_csv_list() {
    for (cells, expected) in [
        (",,,,", ["", "", "", ""]),
        ("es-MX, Addie ,yes,Eve Example,555-0101", ["es-MX", "Addie", "yes", "Eve Example, 555-0101"]),
        ("es,,No,Eve Example,", ["es", "", "no", "Eve Example"]),
        (",,TRUE,,555-0101", ["", "", "yes", "555-0101"]),
        (",,false,,", ["", "", "no", ""]),
        (",,y,,", ["", "", "yes", ""]),
        (",,N,,", ["", "", "no", ""]),
        (",,1,,", ["", "", "yes", ""]),
        (",,0,,", ["", "", "no", ""]),
    ] {
        let place = place();
        take(&place, "day.csv", &format!("{HEADER},{COLUMNS}\n{},{cells}\n", ada()));
        assert_eq!(details(&on_file(&place, "a1")), expected, "{cells}");
    }
}

#[test]
fn what_is_wrong_about_them_is_a_note_and_costs_nobody_their_appointment() {
    let long = "x".repeat(501);
    for (cells, note, expected) in [
        ("es,Addie,perhaps,,", "interpreter: expected yes or no, found another word", ["es", "Addie", "", ""]),
        ("es,Ad\u{7}die,yes,,", "preferred_name: expected plain text", ["es", "", "yes", ""]),
        (
            &format!("es,,,{long},555-0101"),
            "emergency_contact_name: expected at most 500 characters, found 501",
            ["es", "", "", "555-0101"],
        ),
    ] {
        let place = place();
        let file = place.folder.path().join("day.csv");
        std::fs::write(&file, format!("{HEADER},{COLUMNS}\n{},{cells}\n", ada())).unwrap();
        let (result, lines) = import(&place.desk, file.to_str().unwrap());
        assert_eq!(result.map(|summary| (summary.taken, summary.refused)), Ok((1, 0)));
        assert!(lines.len() == 1 && lines[0].contains(note) && lines[0].ends_with("; it is left empty"), "{lines:?}");
        assert_eq!(details(&on_file(&place, "a1")), expected);
    }
}

fn bundle(patient: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"resource":{{"resourceType":"Patient","id":"Ada","birthDate":"1962-06-02",{patient}}}}},
        {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
            "participant":[{{"actor":{{"reference":"Patient/Ada"}}}}]}}}}]}}"#
    )
}

#[test]
fn fhir_says_how_somebody_is_called_who_interprets_and_whom_to_tell() {
    const OFFICIAL: &str = r#"{"use":"official","family":"Example","given":["Ada","Sol"]}"#;
    let named = |names: &str, rest: &str| format!(r#""name":[{OFFICIAL}{names}]{rest}"#);
    let needs = |value: &str| {
        format!(
            r#","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
            "valueBoolean":{value}}}]"#
        )
    };
    let tell = |system: &str, code: &str| {
        format!(
            r#","contact":[{{"relationship":[{{"coding":[
            {{"system":"http://terminology.hl7.org/CodeSystem/{system}","code":"{code}"}}]}}],
            "name":{{"family":"Example","given":["Eve","Ann"]}},
            "telecom":[{{"system":"email","value":"e@example.org"}},{{"system":"phone","value":"555-0101"}}]}}]"#
        )
    };
    for (patient, expected) in [
        (named("", ""), ["", "", "", ""]),
        (named(r#",{"use":"usual","given":["Addie"]}"#, ""), ["", "Addie", "", ""]),
        (
            named(r#",{"use":"nickname","given":["Ace"]},{"use":"usual","given":["Mary","Jo"]}"#, ""),
            ["", "Mary Jo", "", ""],
        ),
        (named(r#",{"use":"nickname","given":["Ace"]}"#, ""), ["", "Ace", "", ""]),
        // Called by all names on file is called by the first one.
        (named(r#",{"use":"usual","family":"Example","given":["Ada","Sol"]}"#, ""), ["", "Ada", "", ""]),
        (named(r#",{"use":"usual","family":"Lima"},{"use":"old","given":["Ida"]}"#, ""), ["", "", "", ""]),
        (r#""name":[{"use":"usual","family":"Example","given":["Ada"]}]"#.to_owned(), ["", "", "", ""]),
        (named("", &needs("true")), ["", "", "yes", ""]),
        (named("", &needs("false")), ["", "", "no", ""]),
        (named("", r#","extension":[{"url":"http://example.org/other","valueBoolean":true}]"#), ["", "", "", ""]),
        (named("", &tell("v2-0131", "C")), ["", "", "", "Eve Example, 555-0101"]),
        (named("", &tell("v2-0131", "N")), ["", "", "", ""]),
        (named("", &tell("v3-RoleCode", "C")), ["", "", "", ""]),
        (
            named(
                "",
                r#","communication":[{"language":{"coding":[{"code":"en"}]}},
                {"language":{"coding":[{"code":"so"}]},"preferred":true}]"#,
            ),
            ["so", "", "", ""],
        ),
        // What is odd about these costs nobody their appointment.
        (named("", r#","extension":[7,{"url":[1]}],"contact":{"name":"Eve"}"#), ["", "", "", ""]),
        (named("", &needs("\"yes\"")), ["", "", "", ""]),
    ] {
        let place = place();
        take(&place, "day.json", &bundle(&patient));
        let found = on_file(&place, "a1");
        assert_eq!(details(&found), expected, "{patient}");
        assert_eq!(found.person.family_name.as_str(), "Example");
    }
}

#[test]
fn a_list_that_does_not_speak_of_them_leaves_them_as_they_are() {
    let place = place();
    let all = ["es", "Addie", "yes", "Eve Example, 555-0101"];
    let on_file_now = |place: &Place| details(&on_file(place, "a1"));
    for (what, name, list, expected) in [
        ("all of it", "a.csv", format!("{HEADER},{COLUMNS}\n{},es,Addie,yes,Eve Example,555-0101\n", ada()), all),
        ("none of the columns", "b.csv", format!("{HEADER},phone\n{},555-0100\n", ada()), all),
        ("FHIR without them", "c.json", bundle(r#""name":[{"family":"Example","given":["Ada"]}]"#), all),
        (
            "a language alone",
            "d.csv",
            format!("{HEADER},language\n{},so\n", ada()),
            ["so", "Addie", "yes", "Eve Example, 555-0101"],
        ),
        (
            "half of a contact",
            "e.csv",
            format!("{HEADER},emergency_contact_phone\n{},555-0102\n", ada()),
            ["so", "Addie", "yes", "555-0102"],
        ),
        (
            "FHIR with one of them",
            "f.json",
            bundle(r#""name":[{"use":"official","family":"Example","given":["Ada"]},{"use":"usual","given":["Ace"]}]"#),
            ["so", "Ace", "yes", "555-0102"],
        ),
        ("empty cells", "g.csv", format!("{HEADER},{COLUMNS}\n{},,,,,\n", ada()), ["", "", "", ""]),
    ] {
        take(&place, name, &list);
        assert_eq!(on_file_now(&place), expected, "{what}");
    }
}

#[test]
fn a_list_that_does_not_speak_of_them_ends_nothing_that_staff_accepted() {
    let somebody = |name: &str, phone: &str| Value::Contact(contact(name, phone));
    for (column, field, old, new, third) in [
        ("language", Field::Language, text("es"), text("so"), "ht"),
        ("preferred_name", Field::PreferredName, text("Addie"), text("Ace"), "Ida"),
        ("interpreter", Field::Interpreter, text("no"), text("yes"), ""),
        ("emergency_contact_name", Field::EmergencyContact, somebody("Eve", ""), somebody("Sam", "555-0101"), "Ann"),
    ] {
        let place = place();
        let was = old.one_line().as_str().to_owned();
        let with = |cell: &str| format!("{HEADER},{column}\n{},{cell}\n", ada());
        let is = |value: &Value| on_file(&place, "a1").value(field) == *value;
        take(&place, "a.csv", &with(&was));
        send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(field, old.clone(), new.clone())])]);
        assert!(is(&old), "the chart changes by acceptance alone");
        assert!(decide_change(&place.desk, &key("lobby", 1, field), &Verdict::Accept, "ana").unwrap());
        assert!(is(&new), "{column}");
        take(&place, "b.csv", &format!("{HEADER},phone\n{},555-0100\n", ada()));
        assert!(is(&new), "{column}: the list does not speak of it");
        take(&place, "c.csv", &with(&was));
        assert!(is(&new), "{column}: the list says what it said before");
        take(&place, "d.csv", &with(third));
        assert!(!is(&new) && !is(&old), "{column}: the list says something else");
    }
}

#[test]
fn a_language_without_its_region_is_the_one_that_was_told() {
    for (listed, told, other, is_settled, is_conflict) in [
        ("es-MX", "es", "", true, false),
        ("es", "es-MX", "", true, false),
        ("es-ES", "es-MX", "", false, true),
        ("so", "es", "", false, true),
        ("", "es", "", false, false),
        ("es", "es", "so", false, true),
    ] {
        let place = place();
        let second = row("a2", "2026-11-23T10:00:00", "Ada");
        let other = if other.is_empty() { String::new() } else { format!("{second},{other}\n") };
        take(&place, "day.csv", &format!("{HEADER},language\n{},{listed}\n{other}", ada()));
        send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(Field::Language, text(""), text(told))])]);
        let said = place.desk.changes_of(&"a1".into()).unwrap().pop().unwrap();
        assert_eq!((said.is_settled(), said.is_conflict()), (is_settled, is_conflict), "{listed} {told} {other}");
    }
    // Nor does such a list end what was accepted.
    let place = place();
    take(&place, "a.csv", &format!("{HEADER},language\n{},so\n", ada()));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(Field::Language, text("so"), text("es"))])]);
    assert!(decide_change(&place.desk, &key("lobby", 1, Field::Language), &Verdict::Accept, "ana").unwrap());
    take(&place, "b.csv", &format!("{HEADER},language\n{},es-MX\n", ada()));
    assert_eq!(
        place.desk.with_store(|store| store.next_export_batch(super::support::morning())).unwrap(),
        Some(1),
        "still handed on"
    );
}

#[test]
fn each_is_handed_on_as_its_code_and_a_contact_in_its_parts() {
    let place = place();
    take(&place, "day.csv", &format!("{HEADER},{COLUMNS}\n{},es,,no,,\n", ada()));
    let told = vec![
        change(Field::PreferredName, text(""), text("Addie")),
        change(Field::Language, text("es"), text("so")),
        change(Field::Interpreter, text("no"), text("yes")),
        change(
            Field::EmergencyContact,
            Field::EmergencyContact.nothing(),
            Value::Contact(contact("Eve Example", "555-0101")),
        ),
    ];
    let fields: Vec<Field> = told.iter().map(|told| told.field).collect();
    send(&place, "lobby", &[says(1, 'A', &["a1"], told)]);
    for field in fields {
        assert!(decide_change(&place.desk, &key("lobby", 1, field), &Verdict::Accept, "ana").unwrap());
    }
    let batch = place.desk.next_export_batch().unwrap().unwrap();
    let file = String::from_utf8(place.desk.export_csv(batch).unwrap().unwrap().0).unwrap();
    let none = ",".repeat(16);
    let lines: Vec<&str> = file.lines().skip(1).map(|line| line.split_once(",ana,Ada,").unwrap().1).collect();
    assert_eq!(
        lines,
        [
            format!("preferred-name,,Addie{none}"),
            format!("language,es,so{none}"),
            format!("interpreter,no,yes{none}"),
            format!("emergency-contact,,\"Eve Example, 555-0101\"{},Eve Example,555-0101", ",".repeat(14)),
        ]
    );
    assert_eq!(details(&on_file(&place, "a1")), ["so", "Addie", "yes", "Eve Example, 555-0101"]);
}

#[tokio::test]
async fn the_page_of_changes_says_words_and_offers_what_can_be_chosen() {
    let (place, serving, cookie) = ready().await;
    take(&place, "day.csv", &format!("{HEADER},{COLUMNS}\n{},es-MX,Addie,no,,\n", ada()));
    let told = vec![
        change(Field::PreferredName, text("Addie"), text("Ace")),
        change(Field::Language, text("es-MX"), text("mix")),
        change(Field::Interpreter, text("no"), text("yes")),
        change(
            Field::EmergencyContact,
            Field::EmergencyContact.nothing(),
            Value::Contact(contact("Eve Example", "555-0101")),
        ),
    ];
    send(&place, "lobby", &[says(1, 'A', &["a1"], told)]);
    let page = http(serving.addr, "GET", "/changes?appointment=a1", &[("cookie", &cookie)], "").await;
    for words in [
        "Ada (Addie) Example",
        "<h3>Preferred name</h3>",
        "<h3>Interpreter needed</h3>",
        "<dd>No</dd>",
        "<dd>Yes</dd>",
        "<dd>Spanish (es-MX)</dd>",
        "<dd>mix</dd>",
        "<dd>Eve Example, 555-0101</dd>",
        "<option value=\"mix\" selected>mix</option>",
        "<option value=\"so\">Somali</option>",
        "<option value=\"yes\" selected>Yes</option>",
        "name=\"phone\" inputmode=\"tel\" value=\"555-0101\"",
        "Accept all: 4 changes",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    let mark = |field: &str| {
        let found = page.body.split("name=\"changes\" value=\"").filter_map(|rest| rest.split('"').next());
        found.into_iter().find(|mark| mark.contains(field) && !mark.contains(' ')).unwrap().to_owned()
    };
    for (field, fields, status) in [
        (".language.", &[("value", "so")][..], 303),
        (".interpreter.", &[("value", "perhaps")], 422),
        (".interpreter.", &[("value", "yes")], 303),
        (".emergency-contact.", &[("value", ""), ("phone", " ")], 422),
        (".emergency-contact.", &[("value", "Eve Sample "), ("phone", "555-0102")], 303),
    ] {
        let (csrf, marks) = (page.csrf(), mark(field));
        let mut all = vec![("csrf", csrf.as_str()), ("appointment", "a1"), ("changes", marks.as_str())];
        all.extend(fields);
        assert_eq!(form(serving.addr, "/changes/edit", &cookie, &all).await.status, status, "{field} {fields:?}");
    }
    assert_eq!(details(&on_file(&place, "a1")), ["so", "Addie", "yes", "Eve Sample, 555-0102"]);
    serving.stop().await;
}

#[tokio::test]
async fn the_list_says_into_what_to_interpret_and_by_what_name_to_call() {
    let said_no = (Field::Interpreter, "no");
    for (cells, told, words) in [
        ("es,,yes,,", vec![], "Interpreter: Spanish<"),
        (",,yes,,", vec![], "Interpreter: no language on file<"),
        ("es,,no,,", vec![], ""),
        ("es,,,,", vec![], ""),
        // Whoever says so today needs one today, whatever is decided about the chart.
        ("es,,no,,", vec![(Field::Interpreter, "yes")], "Interpreter: Spanish (reported at the kiosk)<"),
        (
            ",,,,",
            vec![(Field::Interpreter, "yes"), (Field::Language, "so")],
            "Interpreter: Somali (reported at the kiosk)<",
        ),
        ("es,,yes,,", vec![said_no], "Interpreter: Spanish (patient said not needed, at the kiosk)<"),
        ("es,,,,", vec![said_no], ""),
    ] {
        let (place, serving, cookie) = ready().await;
        take(&place, "day.csv", &format!("{HEADER},{COLUMNS}\n{},{cells}\n", ada()));
        let proposals =
            told.iter().map(|(field, new)| change(*field, on_file(&place, "a1").value(*field), text(new))).collect();
        send(&place, "lobby", &[says(1, 'A', &["a1"], proposals)]);
        let list = http(serving.addr, "GET", "/list", &[("cookie", &cookie)], "").await.body;
        assert_eq!(list.matches("by interpreter").count(), usize::from(!words.is_empty()), "{cells} {told:?}");
        assert!(list.contains(words) && list.contains("data-needs=\"0\""), "{words}: not urgent");
        serving.stop().await;
    }
    let (place, serving, cookie) = ready().await;
    take(
        &place,
        "day.csv",
        &format!("{HEADER},{COLUMNS}\n{},,Addie,,,\n{},,ben,,,\n", ada(), row("b1", "2026-11-23T09:00:00", "Ben")),
    );
    place
        .desk
        .take_post(
            super::support::TOKEN_A,
            &super::support::post_of("lobby", vec![super::support::checked_in(1, 'A', 1, &["a1"])]),
        )
        .unwrap();
    let list = http(serving.addr, "GET", "/list", &[("cookie", &cookie)], "").await.body;
    assert!(list.contains("Ada (Addie) Example") && list.contains("Call by: <b>Addie</b>"), "{list}");
    assert!(list.contains(">Ben Example<"), "nothing is said twice");
    serving.stop().await;
}
