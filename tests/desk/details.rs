//! Preferred name, language, interpreter and emergency contact at the desk: from a list, on its pages, decided and handed on.

use arrivals::desk::store::Verdict;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::person::EmergencyContact;
use arrivals::domain::proposal::{Field, Value};

use super::insurance::{HEADER, on_file, row, take};
use super::proposals::{change, key, says, send, text};
use super::support::{Place, decide_change, import, place};

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
        {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z","participant":[{{"actor":{{"reference":"Patient/Ada"}}}}]}}}}]}}"#
    )
}

#[test]
fn fhir_says_how_somebody_is_called_who_interprets_and_whom_to_tell() {
    const OFFICIAL: &str = r#"{"use":"official","family":"Example","given":["Ada","Sol"]}"#;
    let named = |names: &str, rest: &str| format!(r#""name":[{OFFICIAL}{names}]{rest}"#);
    let needs = |value: &str| {
        format!(r#","extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired","valueBoolean":{value}}}]"#)
    };
    let tell = |system: &str, code: &str| {
        format!(
            r#","contact":[{{"relationship":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/{system}","code":"{code}"}}]}}],
            "name":{{"family":"Example","given":["Eve","Ann"]}},"telecom":[{{"system":"email","value":"e@example.org"}},{{"system":"phone","value":"555-0101"}}]}}]"#
        )
    };
    for (patient, expected) in [
        (named("", ""), ["", "", "", ""]),
        (named(r#",{"use":"usual","given":["Addie"]}"#, ""), ["", "Addie", "", ""]),
        (named(r#",{"use":"nickname","given":["Ace"]},{"use":"usual","given":["Mary","Jo"]}"#, ""), ["", "Mary Jo", "", ""]),
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
                r#","communication":[{"language":{"coding":[{"code":"en"}]}},{"language":{"coding":[{"code":"so"}]},"preferred":true}]"#,
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
        ("a language alone", "d.csv", format!("{HEADER},language\n{},so\n", ada()), ["so", "Addie", "yes", "Eve Example, 555-0101"]),
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
