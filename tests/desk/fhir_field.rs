//! FHIR as real servers write it: whose is what, and who is not lost for something small. The lists are in
//! `tests/data/field`.

use std::collections::BTreeMap;

use arrivals::domain::appointment::Appointment;
use arrivals::domain::born::Born;
use arrivals::domain::identity::{Index, Match, Typed};
use arrivals::domain::person::BirthDate;

use super::support::{Place, import, place};

/// Takes a file of `tests/data/field`; answers how many were refused, what was said, and the list.
fn take(place: &Place, file: &str) -> (u64, Vec<String>, BTreeMap<String, Appointment>) {
    let (summary, said) = import(&place.desk, &format!("tests/data/field/{file}"));
    (summary.unwrap().refused, said, all(place))
}

fn all(place: &Place) -> BTreeMap<String, Appointment> {
    place
        .desk
        .with_store(|store| store.appointments())
        .unwrap()
        .into_iter()
        .map(|one| (one.id.to_string(), one))
        .collect()
}

fn write(place: &Place, name: &str, text: &str) -> String {
    let file = place.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn name(one: &Appointment) -> String {
    format!("{}|{}", one.person.given_name.as_str(), one.person.family_name.as_str())
}

fn member(one: &Appointment) -> &str {
    one.coverage.as_ref().map(|card| card.member_id.as_str()).unwrap_or_default()
}

/// A day with one appointment whose patient is contained in it under this local id.
fn contained(visit: &str, local: &str, who: &str, born: &str) -> String {
    format!(
        r##"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"resource":{{"resourceType":"Appointment","id":"{visit}","status":"booked","start":"2026-11-23T13:00:00Z",
        "contained":[{{"resourceType":"Patient","id":"{local}","name":[{{"family":"{who}","given":["Ann"]}}],
            "birthDate":"{born}"}}],
        "participant":[{{"actor":{{"reference":"#{local}"}}}}]}}}}]}}"##
    )
}

/// A patient and their appointment of one server.
fn entries(base: &str, visit: &str, who: &str, born: &str, phone: &str) -> String {
    format!(
        r#"{{"fullUrl":"{base}/Patient/1","resource":{{"resourceType":"Patient","id":"1",
        "name":[{{"family":"{who}","given":["Ann"]}}],"birthDate":"{born}",
        "telecom":[{{"system":"phone","value":"{phone}"}}]}}}},
        {{"fullUrl":"{base}/Appointment/{visit}","resource":{{"resourceType":"Appointment","id":"{visit}",
        "status":"booked","start":"2026-11-23T13:00:00Z","participant":[{{"actor":{{"reference":"Patient/1"}}}}]}}}}"#
    )
}

#[test]
fn what_is_contained_in_a_resource_is_nobody_elses() {
    let place_ = place();
    let (refused, said, list) = take(&place_, "contained-same-id.json");
    assert_eq!((refused, said.len(), list.len()), (0, 0, 2));
    assert_ne!(list["m1"].person.id, list["m2"].person.id);
    assert_eq!([name(&list["m1"]), name(&list["m2"])], ["Nora|Whitlow", "Ugo|Prentice"]);
    // The same local id on two days.
    let place = place();
    for (n, (visit, who, born)) in [("d1", "Holm", "1971-04-02"), ("d2", "Lund", "1960-02-20")].into_iter().enumerate()
    {
        import(&place.desk, &write(&place, &format!("{n}.json"), &contained(visit, "p1", who, born))).0.unwrap();
    }
    let list = all(&place);
    assert_ne!(list["d1"].person.id, list["d2"].person.id);
}

#[test]
fn a_card_is_that_of_the_patient_whom_it_names_with_or_without_an_id() {
    let (_, _, list) = take(&place(), "no-id.json");
    assert_eq!([member(&list["n1"]), member(&list["n2"])], ["WHT-111", "PRE-222"]);
    assert!(list.values().all(|one| one.second_coverage.is_none()));
    let (_, _, list) = take(&place(), "no-id-one-card.json");
    assert_eq!([member(&list["n3"]), member(&list["n4"])], ["WHT-111", ""]);
}

#[test]
fn patient_1_of_two_servers_is_two_people() {
    let (a, b) = ("https://a.example/fhir", "https://b.example/fhir");
    let bundle = |entries: &[String]| {
        format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(","))
    };
    let one = entries(a, "v1", "Holm", "1971-04-02", "555-201-0001");
    // Even with one name and birth date: two systems know nothing of each other.
    for (who, born) in [("Lund", "1960-02-20"), ("Holm", "1971-04-02")] {
        let other = entries(b, "v2", who, born, "555-201-0002");
        let together = place();
        import(&together.desk, &write(&together, "both.json", &bundle(&[one.clone(), other.clone()]))).0.unwrap();
        let apart = place();
        for (name, entries) in [("a.json", &one), ("b.json", &other)] {
            import(&apart.desk, &write(&apart, name, &bundle(std::slice::from_ref(entries)))).0.unwrap();
        }
        for place in [together, apart] {
            let list = all(&place);
            assert_ne!(list["v1"].person.id, list["v2"].person.id, "{who}");
            assert_eq!(list["v1"].person.contact.phone.as_str(), "555-201-0001");
            assert_eq!(list["v2"].person.contact.phone.as_str(), "555-201-0002");
            assert_eq!(name(&list["v2"]), format!("Ann|{who}"));
        }
    }
}

#[test]
fn nobody_vanishes_without_a_word() {
    let (refused, said, list) = take(&place(), "first-page.json");
    assert_eq!((refused, list.len()), (1, 1));
    assert!(said[0].contains("this is one page of several: 1 of 57 appointments"), "{said:?}");
    let (refused, said, list) = take(&place(), "patient-not-in-file.json");
    assert!(
        refused == 2
            && list.is_empty()
            && said[0].contains("appointment ac1: participant: expected a reference to a Patient"),
        "{said:?}"
    );
    let (refused, said, list) = take(&place(), "two-patients.json");
    assert_eq!((refused, said.len(), list.len()), (0, 0, 2));
    let index = Index::new(list.values().map(|one| &one.person));
    for (born, given) in [("1990-05-05", "Grace"), ("2026-10-01", "Finn")] {
        let birth_date = BirthDate(born.parse().unwrap());
        let typed = Typed { birth_date, family_name: "Delaney".into(), given_name: None, phone_last4: None };
        let Match::One(found) = index.find(&typed) else { panic!("{given}") };
        assert!(list.values().any(|one| one.person.id == found && one.person.given_name.as_str() == given));
    }
    let (_, said, list) = take(&place(), "patient-declined.json");
    assert!(!list["pd1"].status.stands() && said[0].contains("the patient declined"), "{said:?}");
}

#[test]
fn something_small_costs_nobody_their_visit() {
    for (file, visits) in [
        ("nulls.json", 6),
        ("family-as-list.json", 1),
        ("bulk.ndjson", 1),
        ("late-evening.json", 1),
        ("older-version-later.json", 1),
    ] {
        let (refused, said, list) = take(&place(), file);
        assert_eq!((refused, list.len()), (0, visits), "{file}: {said:?}");
    }
    let (_, _, list) = take(&place(), "names-as-text.json");
    assert_eq!([name(&list["r1"]), name(&list["r4"]), name(&list["r5"])], ["Nora|Whitlow", "|Suharyanto", "Kadiatou|"]);
    let (_, said, list) = take(&place(), "birth-dates.json");
    assert_eq!(
        [list["u1"].person.birth_date, list["u2"].person.birth_date, list["u4"].person.birth_date],
        [Born::Year(1971), Born::Month(1960, 2), Born::Unknown]
    );
    assert!(said.len() == 3 && said.iter().all(|line| line.contains("staff check this person in")), "{said:?}");
    let (_, said, list) = take(&place(), "languages.json");
    assert!(said.is_empty() && list.values().all(|one| one.person.language.as_deref() == Some("es")), "{said:?}");
}

#[test]
fn what_is_on_file_is_what_counts_now() {
    let (_, _, list) = take(&place(), "names-that-are-over.json");
    assert_eq!([name(&list["s1"]), name(&list["s2"])], ["Rachel|Marlow", "Vera|Newbury"]);
    assert_eq!(list["s1"].person.other_given_names[0].as_str(), "Robert");
    assert_eq!(list["s2"].person.other_family_names[0].as_str(), "Oldham");
    let (_, _, list) = take(&place(), "telephones.json");
    assert_eq!(
        [list["w1"].person.contact.phone.as_str(), list["w2"].person.contact.phone.as_str()],
        ["555-010-7777", "555-010-8888"]
    );
    assert!(list.values().all(|one| one.person.other_phones.is_empty()));
    // Both visits are of the record that remains.
    let (_, _, list) = take(&place(), "replaced-patient.json");
    assert_eq!(list["z1"].person, list["z2"].person);
    assert_eq!(name(&list["z1"]), "Nora|Whitlow-Sayer");
}

/// Servers export each type into a file of its own.
#[test]
fn files_of_one_command_are_one_list() {
    let place = place();
    let patient =
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Holm","given":["Ivy"]}],"birthDate":"1982-07-07"}"#;
    let visit = |id: &str, who: &str| {
        let when = r#""status":"booked","start":"2026-11-23T13:00:00Z""#;
        let who = format!(r#"{{"actor":{{"reference":"Patient/{who}"}}}}"#);
        format!(r#"{{"resourceType":"Appointment","id":"{id}",{when},"participant":[{who}]}}"#)
    };
    let patients = write(&place, "Patient.ndjson", &format!("{patient}\n"));
    let visits = write(&place, "Appointment.ndjson", &format!("{}\n{}\n", visit("a1", "p1"), visit("a2", "p2")));
    let data = place.folder.path().join("other");
    for (dry, counts) in [
        (true, "taken 1, unchanged 0, refused 1"),
        (false, "taken 1, unchanged 0, refused 1"),
        (false, "taken 0, unchanged 1, refused 1"),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_arrivals-desk"));
        command.arg("import").args([&visits, &patients]).arg("--data").arg(&data).env("TZ", "UTC");
        if dry {
            command.arg("--dry-run");
        }
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(counts) && said.contains(&format!("{visits}:2: appointment a2: participant")), "{said}");
    }
}

#[test]
fn a_file_of_several_that_cannot_be_read_costs_itself() {
    let place = place();
    let day = write(&place, "day.json", &contained("d1", "p1", "Holm", "1971-04-02"));
    let (empty, cut) = (write(&place, "empty.ndjson", ""), write(&place, "cut.json", "{\"resourceType\":"));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_arrivals-desk"));
    command.arg("import").args([&empty, &day, &cut]).arg("--data").arg(place.folder.path().join("other"));
    let output = command.output().unwrap();
    let (said, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.code() == Some(1) && said.contains("taken 1, unchanged 0, refused 0"), "{said}{errors}");
    assert!(
        errors.contains(&format!("{empty}: the file is empty")) && errors.contains(&format!("{cut}: expected JSON")),
        "{errors}"
    );
}
