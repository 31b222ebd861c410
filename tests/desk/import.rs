//! A day from files: both ways, twice, with mistakes, and files that are something else.

use std::io::Write;

use arrivals::desk::service::import::how::How;
use arrivals::desk::service::import::{Summary, csv};
use arrivals::domain::ids::{AppointmentId, KioskId};

use super::support::{TOKEN_A, checked_in, import, place, post_of};

fn summary(taken: u64, unchanged: u64, refused: u64) -> Summary {
    Summary { taken, unchanged, refused }
}

#[test]
fn the_real_day_is_the_same_by_csv_and_by_fhir() {
    let (by_csv, by_fhir) = (place(), place());
    assert_eq!(import(&by_csv.desk, "tests/data/day.csv"), (Ok(summary(232, 0, 0)), vec![]));
    assert_eq!(import(&by_fhir.desk, "tests/data/day.fhir.json"), (Ok(summary(232, 0, 0)), vec![]));
    let list = |place: &super::support::Place| place.desk.with_store(|store| store.appointments()).unwrap();
    let (a, b) = (list(&by_csv), list(&by_fhir));
    assert_eq!(a.len(), 232);
    for (a, b) in a.iter().zip(&b) {
        assert!(a == b, "{} differs", a.id);
    }
    assert_eq!(a.first().map(|a| a.practitioner.as_str()), Some("Dr. Leanne Moen"));
    assert!(a.iter().filter(|a| !a.person.other_family_names.is_empty()).count() > 40, "names by birth are known");
    // And each of the two lists is nothing new to the other's desk.
    assert_eq!(import(&by_csv.desk, "tests/data/day.fhir.json").0, Ok(summary(0, 232, 0)));
}

#[test]
fn importing_twice_changes_nothing() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let revision = place.desk.with_store(|store| store.revision()).unwrap();
    assert_eq!(import(&place.desk, "tests/data/day.csv").0, Ok(summary(0, 232, 0)));
    assert_eq!(place.desk.with_store(|store| store.revision()).unwrap(), revision);
}

#[test]
fn a_changed_appointment_keeps_its_ticket() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let text = std::fs::read_to_string("tests/data/day.csv").unwrap().replacen("08:00:00", "08:10:00", 1);
    let file = place.folder.path().join("later.csv");
    std::fs::write(&file, text).unwrap();
    assert_eq!(import(&place.desk, file.to_str().unwrap()).0, Ok(summary(1, 231, 0)));
    let visit = place.desk.visit(&AppointmentId::from("apt-0001")).unwrap().unwrap();
    assert_eq!(visit.ticket.map(|ticket| ticket.number.to_string()).as_deref(), Some("A1"));
    assert_eq!(visit.kiosk, Some(KioskId::from("lobby")));
}

#[test]
fn every_mistake_is_named_by_its_line_and_the_rest_is_taken() {
    let place = place();
    let (result, lines) = import(&place.desk, "tests/data/day-with-errors.csv");
    assert_eq!(result, Ok(summary(10, 1, 3)));
    let expected = [
        ":4: appointment bad-1: start: expected a date and time such as 11/23/2026 8:00 AM or \
         2026-11-23T08:00:00-05:00, found a date or time that does not exist",
        ":6: appointment bad-3: birth_date: expected a date such as 1950-03-01, found one that does not exist; \
         staff check this person in",
        ":9: appointment bad-4: status: expected a status such as booked, confirmed or canceled, \
         found the word maybe; imported as booked",
        ":10: appointment_id: expected the scheduling system's appointment ID, found nothing",
        ":11: appointment bad-6: minutes: expected a whole number from 0 to 1440, \
         found a negative one; it is left empty",
        ":12: appointment bad-7: birth_date: expected a date before the appointment, found a later one; \
         staff check this person in",
        ":13: appointment apt-0013: expected 22 columns, found 7",
    ];
    let expected: Vec<String> = expected.iter().map(|line| format!("tests/data/day-with-errors.csv{line}")).collect();
    let (apart, named): (Vec<String>, Vec<String>) =
        lines.into_iter().partition(|line| line.contains("they are kept apart as"));
    assert_eq!(named, expected);
    // Whose birth date cannot be read is not taken for whom their number names.
    assert_eq!(apart.len(), 2);
}

fn check_file(name: &str, bytes: &[u8], expected: Result<Summary, &str>, line: &str) {
    let place = place();
    let file = place.folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    let (result, lines) = import(&place.desk, file.to_str().unwrap());
    match (&result, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(*found, expected, "{lines:?}"),
        (Err(found), Err(expected)) => assert!(found.contains(expected) && !found.contains('\n'), "{found}"),
        _ => panic!("{name}: {result:?} {lines:?}"),
    }
    assert!(line.is_empty() || lines.iter().any(|found| found.contains(line)), "{lines:?}");
}

#[test]
fn csv_in_many_shapes() {
    let header = "birth_date,Given_Name,family_name,start,appointment_id";
    let row = "1950-03-01,Ana,\"Lima, \"\"Ana\"\"\",2026-11-23T08:00:00-05:00,a1";
    let check = |text: String, expected, line| check_file("list.csv", text.as_bytes(), expected, line);
    check(format!("\u{feff}{header}\r\n{row}\r\n"), Ok(summary(1, 0, 0)), "");
    check(format!("{header},colour\n{row},red\n"), Ok(summary(1, 0, 0)), "ignored: colour");
    check(format!("{header}\n{row}"), Ok(summary(1, 0, 0)), "");
    check(format!("{header}\n"), Ok(summary(0, 0, 0)), "");
    check(format!("{header}\n{row}\n").replace(',', ";").replace("Lima; ", "Lima, "), Ok(summary(1, 0, 0)), "");
    check("name,when\nx,y\n".into(), Err("none named appointment_id, start, birth_date"), "");
    check(format!("{header},start\n"), Err("found start twice"), "");
    check(
        format!("{header}\n1950-03-01,Ana,\"Li\nma\",2026-11-23T08:00:00-05:00,a1\n{row}\n"),
        Ok(summary(1, 0, 1)),
        "line 2 has the same number for another person",
    );
    check(format!("{header}\n1950-03-01,Ana,Lima,2026-11-23T08:00:00,a1\n"), Ok(summary(1, 0, 0)), "");
    check_file(
        "list.csv",
        b"appointment_id,start,given_name,family_name,birth_date\na,2026-11-23T08:00:00Z,\xff\xfe,b,1950-01-01\n",
        Ok(summary(1, 0, 0)),
        "this is not UTF-8",
    );
}

#[test]
fn when_an_appointment_was_made_comes_along_and_costs_nobody_theirs() {
    let place = place();
    let booked_on = |name: &str, text: &str| {
        let file = place.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let (result, lines) = import(&place.desk, file.to_str().unwrap());
        let appointment =
            place.desk.with_store(|store| store.appointment(&AppointmentId::from("a1"))).unwrap().unwrap();
        (result.unwrap().refused, appointment.booked_on.map(|date| date.to_string()).unwrap_or_default(), lines.len())
    };
    let csv = |column: &str, cell: &str| {
        format!(
            "appointment_id,start,given_name,family_name,birth_date{column}\n\
             a1,2026-11-23T08:00:00-05:00,Ana,Lima,1950-03-01{cell}\n"
        )
    };
    let fhir = |created: &str| {
        let patient = r#"{"resource":{"resourceType":"Patient","id":"p1",
            "name":[{"family":"Lima","given":["Ana"]}],"birthDate":"1950-03-01"}}"#;
        let appointment = format!(
            r#"{{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked",{created}
            "start":"2026-11-23T13:00:00Z","participant":[{{"actor":{{"reference":"Patient/p1"}}}}]}}}}"#
        );
        format!("{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{patient},{appointment}]}}")
    };
    for (what, (name, text), expected) in [
        ("said", ("1.csv", csv(",booked_on", ",2026-11-02")), (0, "2026-11-02", 0)),
        ("a list without the column", ("2.csv", csv("", "")), (0, "2026-11-02", 0)),
        ("FHIR without it", ("3.json", fhir("")), (0, "2026-11-02", 0)),
        ("FHIR", ("4.json", fhir(r#""created":"2026-10-01T23:30:00-04:00","#)), (0, "2026-10-01", 0)),
        ("no date", ("5.csv", csv(",booked_on", ",long ago")), (0, "", 1)),
        ("a date alone", ("6.json", fhir(r#""created":"2026-10-03","#)), (0, "2026-10-03", 0)),
        ("a month alone", ("7.json", fhir(r#""created":"2026-10","#)), (0, "2026-10-03", 0)),
        ("an empty cell", ("8.csv", csv(",booked_on", ",")), (0, "", 0)),
    ] {
        let (refused, date, lines) = booked_on(name, &text);
        assert_eq!((refused, date.as_str(), lines), expected, "{what}");
    }
}

#[test]
fn files_that_are_something_else_get_one_sentence() {
    for (name, bytes, expected) in [
        ("list.csv", &b""[..], "the file is empty"),
        ("list.json", b" \n", "the file is empty"),
        ("list.csv", b"PK\x03\x04\0\0\0\0", "binary data"),
        ("list.json", b"\xff\xfe{\0", "expected JSON"),
        ("list.json", b"{\0\0\0\x01\x02", "binary data"),
        ("list.doc", b"hello", "ends in .csv, .txt, .tsv, .xlsx"),
        ("list.txt", b"hello", "none named appointment_id"),
        ("list.xls", b"<html><table>", "found a web page"),
        ("list.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "save it as .xlsx"),
        ("list.json", b"{\"resourceType\":", "found a mistake at line 1"),
        ("list.json", b"[1,2]", "found other JSON"),
        ("list.json", b"{\"a\":1}", "found other JSON"),
        ("list.json", b"{\"resourceType\":\"Observation\"}", "expected Appointment resources, found none"),
        (
            "list.json",
            b"{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[]}",
            "expected Appointment resources, found none",
        ),
        ("list.json", b"{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":7}", "whose entry is a list"),
    ] {
        check_file(name, bytes, Err(expected), "");
    }
    let place = place();
    assert!(import(&place.desk, "tests/data/nowhere.csv").0.unwrap_err().contains("cannot be opened"));
    let folder = format!("{}/folder.csv", place.folder.path().display());
    std::fs::create_dir(&folder).unwrap();
    assert!(import(&place.desk, &folder).0.unwrap_err().contains("found a folder"));
}

#[test]
fn fhir_in_many_shapes() {
    let patient = concat!(
        r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Lima","given":["Ana","Sol"]}],"#,
        r#""birthDate":"1950-03-01"}"#,
    );
    let appointment = |actor: &str| {
        let when = r#""status":"booked","start":"2026-11-23T13:00:00Z""#;
        format!(r#"{{"resourceType":"Appointment","id":"a1",{when},"participant":[{{"actor":{actor}}}]}}"#)
    };
    let bundle = |kind: &str, entries: &[String]| {
        format!("{{\"resourceType\":\"Bundle\",\"type\":\"{kind}\",\n\"entry\":[{}]}}", entries.join(",\n"))
    };
    let entry = |url: &str, resource: &str| format!("{{\"fullUrl\":\"{url}\",\"resource\":{resource}}}");
    let check = |text: String, expected, line| check_file("list.json", text.as_bytes(), expected, line);
    for (url, reference) in [
        ("Patient/p1", "Patient/p1"),
        ("urn:uuid:77", "urn:uuid:77"),
        ("http://x/fhir/Patient/p1", "Patient/p1"),
        ("urn:uuid:77", "https://other/fhir/Patient/p1/_history/2"),
    ] {
        let actor = format!("{{\"reference\":\"{reference}\"}}");
        let text = bundle(
            "searchset",
            &[entry("urn:a", &appointment(&actor)), entry(url, patient), entry("x", "{\"resourceType\":\"Slot\"}")],
        );
        check(text, Ok(summary(1, 0, 0)), "1 resources of other types are ignored");
    }
    let missing = bundle(
        "transaction",
        &[entry("Patient/p1", patient), entry("a", &appointment("{\"reference\":\"Patient/nobody\"}"))],
    );
    check(missing, Ok(summary(0, 0, 1)), ":3: appointment a1: participant: expected a reference to a Patient");
    let broken = bundle(
        "collection",
        &[
            "{\"resource\":7}".into(),
            entry("b", "{\"resourceType\":\"Appointment\",\"start\":[1]}"),
            entry("Patient/p1", patient),
        ],
    );
    check(broken, Ok(summary(0, 0, 2)), ":3: appointment_id: expected the scheduling system's appointment ID");
    let contained =
        appointment("{\"reference\":\"#p1\"}").replace("\"status\"", &format!("\"contained\":[{patient}],\"status\""));
    check(contained, Ok(summary(1, 0, 0)), "");
    check(patient.to_owned(), Ok(summary(0, 0, 0)), "");
}

fn person_of(name: &str, text: &str) -> arrivals::domain::appointment::Appointment {
    let place = place();
    let file = place.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    assert_eq!(import(&place.desk, file.to_str().unwrap()), (Ok(summary(1, 0, 0)), vec![]), "{text}");
    assert_eq!(import(&place.desk, file.to_str().unwrap()).0, Ok(summary(0, 1, 0)), "and again");
    place.desk.with_store(|store| store.appointments()).unwrap().pop().unwrap()
}

#[test]
fn other_names_and_documents_come_with_the_list() {
    use arrivals::domain::document::Document;
    let names = |list: &[arrivals::domain::private::Private]| {
        list.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
    };
    let header =
        "appointment_id,start,given_name,family_name,birth_date,other_given_names,other_family_names,documents";
    let row = |rest: &str| format!("{header}\na1,2026-11-23T08:00:00-05:00,José Luis,Ávila,1950-03-01,{rest}\n");
    for (rest, given, family, documents) in [
        (",,", &[][..], &[][..], &[][..]),
        ("Pepe,Example,referral", &["Pepe"], &["Example"], &[Document::Referral]),
        (
            " Pepe ; ;Chepe;PEPE;jose luis,;Пример;, guardian ;Referral;referral;",
            &["Pepe", "Chepe"],
            &["Пример"],
            &[Document::Referral, Document::Guardian],
        ),
    ] {
        let found = person_of("list.csv", &row(rest));
        assert_eq!(
            (names(&found.person.other_given_names), names(&found.person.other_family_names)),
            (
                given.iter().map(|name| (*name).to_owned()).collect(),
                family.iter().map(|name| (*name).to_owned()).collect()
            )
        );
        assert_eq!(found.documents, documents, "{rest}");
    }
    for (rest, line) in [
        (
            ",,passport",
            ":2: appointment a1: documents: expected words of referral, photo-identity, \
             guardian separated by semicolons, found another word",
        ),
        (",,referral guardian", "documents: expected words of"),
        (
            &format!("{},,", (0..21).map(|n| format!("N{}", "a".repeat(n))).collect::<Vec<_>>().join(";")),
            "other_given_names: expected at most 20 names",
        ),
    ] {
        check_file("list.csv", row(rest).as_bytes(), Ok(summary(0, 0, 1)), line);
    }
}

#[test]
fn a_list_that_does_not_speak_of_names_and_documents_leaves_them_as_they_are() {
    let place = place();
    let folder = tempfile::tempdir().unwrap();
    let start = "a1,2026-11-23T08:00:00-05:00,Ana,Lima,1950-03-01";
    let columns = "appointment_id,start,given_name,family_name,birth_date";
    let resource = |names: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"p1",
            "name":[{{"use":"official","family":"Lima","given":["Ana"]}}{names}],"birthDate":"1950-03-01"}}}},
            {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
            "participant":[{{"actor":{{"reference":"Patient/p1"}}}}]}}}}]}}"#
        )
    };
    for (what, name, text, family, documents) in [
        ("all of it", "a.csv", format!("{columns},documents,other_family_names\n{start},guardian,Prado\n"), 1, 1),
        ("neither column", "b.csv", format!("{columns},phone\n{start},555-0100\n"), 1, 1),
        ("FHIR with another name", "c.json", resource(r#",{"use":"maiden","family":"Cruz"}"#), 1, 1),
        ("FHIR without another name", "d.json", resource(""), 0, 1),
        ("documents, and none", "e.csv", format!("{columns},documents\n{start},\n"), 0, 0),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        assert_eq!(import(&place.desk, file.to_str().unwrap()), (Ok(summary(1, 0, 0)), vec![]), "{what}");
        assert_eq!(import(&place.desk, file.to_str().unwrap()).0, Ok(summary(0, 1, 0)), "{what}, again");
        let found = place.desk.with_store(|store| store.appointment(&"a1".into())).unwrap().unwrap();
        assert_eq!((found.person.other_family_names.len(), found.documents.len()), (family, documents), "{what}");
    }
}

#[test]
fn an_old_name_costs_nobody_their_appointment() {
    let old = |n: usize| format!(r#"{{"use":"old","family":"Maria Fernanda de los Angeles number {n}\t"}}"#);
    let many = (0..40).map(old).chain((0..40).map(|_| old(0))).collect::<Vec<_>>().join(",");
    let long = format!(r#"{{"use":"old","family":"{}"}}"#, "a".repeat(501));
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[
        {{"resource":{{"resourceType":"Patient","id":"p1",
        "name":[{{"use":"official","family":"Lima","given":["Ana"]}},{long},{many}],"birthDate":"1950-03-01"}}}},
        {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
        "participant":[{{"actor":{{"reference":"Patient/p1"}}}}]}}}}]}}"#
    );
    let found = person_of("list.json", &text);
    assert_eq!(found.person.other_family_names.len(), 20);
    assert!(
        found
            .person
            .other_family_names
            .iter()
            .all(|name| name.as_str().starts_with("Maria") && !name.as_str().ends_with('\t'))
    );
}

#[test]
fn the_number_of_a_kiosks_request_is_no_appointments() {
    let row = |id: &str| {
        format!(
            "appointment_id,start,given_name,family_name,birth_date\n\
             {id},2026-11-23T08:00:00-05:00,Ana,Lima,1950-03-01\n"
        )
    };
    check_file(
        "list.csv",
        row("walk-in-2026-11-23-A4").as_bytes(),
        Ok(summary(0, 0, 1)),
        "found the ID of a walk-in request",
    );
    person_of("list.csv", &row("walk-in-clinic-4"));
}

#[test]
fn fhir_knows_people_by_all_their_names() {
    let names = |list: &[arrivals::domain::private::Private]| {
        list.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
    };
    let bundle = |human_names: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[
            {{"resource":{{"resourceType":"Patient","id":"p1","name":[{human_names}],"birthDate":"1950-03-01"}}}},
            {{"resource":{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z",
            "participant":[{{"actor":{{"reference":"Patient/p1"}}}}]}}}}]}}"#
        )
    };
    let official = r#"{"use":"official","family":"Lima","given":["Ana","Sol"]}"#;
    for (others, given, family) in [
        ("", &[][..], &[][..]),
        (r#"{"use":"maiden","family":"Prado","given":["Ana","Sol"]},"#, &[], &["Prado"]),
        (
            r#"{"use":"nickname","given":["Anita"]},{"use":"old","family":"Cruz","given":["Ana"]},"#,
            &["Anita", "Ana"],
            &["Cruz"],
        ),
        (r#"{"use":"anonymous","family":"Doe","given":["Jane"]},"#, &[], &[]),
        (r#"{"family":"Лима","given":["Анна"]},{"use":"temp","family":"A;B"},"#, &["Анна"], &["Лима", "A B"]),
        (r#"{"text":"Ana L."},"#, &[], &[]),
    ] {
        let found = person_of("list.json", &bundle(&format!("{others}{official}")));
        assert_eq!(
            (found.person.given_name.as_str(), found.person.family_name.as_str()),
            ("Ana Sol", "Lima"),
            "{others}"
        );
        assert_eq!(
            (names(&found.person.other_given_names), names(&found.person.other_family_names)),
            (
                given.iter().map(|name| (*name).to_owned()).collect(),
                family.iter().map(|name| (*name).to_owned()).collect()
            ),
            "{others}"
        );
    }
}

/// A hundred megabytes, most of it wrong: read to the end, every line answered for.
#[test]
fn a_hundred_megabytes_are_read_to_the_end() {
    struct Count(u64, u64);
    impl arrivals::desk::service::import::Sink for Count {
        fn leaves_unsaid(&mut self, _: arrivals::desk::store::Unsaid) {}
        fn good(
            &mut self,
            _: arrivals::domain::appointment::Appointment,
        ) -> Result<(), arrivals::desk::service::import::ImportError> {
            self.0 += 1;
            Ok(())
        }
        fn refuse(&mut self, _: u64, _: &str) {
            self.1 += 1;
        }
        fn warn(&mut self, _: u64, _: &str) {}
        fn note(&mut self, _: &str) {}
    }
    let mut bytes = b"appointment_id,start,given_name,family_name,birth_date\n".to_vec();
    let wrong = format!("x,{}\n", "y".repeat(10_000));
    let mut lines = 0;
    while bytes.len() < 100 * 1024 * 1024 {
        bytes.extend_from_slice(wrong.as_bytes());
        writeln!(bytes, "a{lines},2026-11-23T13:00:00Z,Ana,Lima,1950-03-01").unwrap();
        lines += 1;
    }
    let mut count = Count(0, 0);
    csv::read(&bytes, &How::default(), &mut count).unwrap();
    assert_eq!((count.0, count.1), (lines, lines));
    // As JSON it is one long mistake, in one sentence.
    bytes.insert(0, b'{');
    check_file("list.json", &bytes, Err("found a mistake at line 1"), "");
}
