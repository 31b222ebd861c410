//! A day from files: both ways, twice, with mistakes, and files that are something else.

use std::io::Write;

use arrivals::desk::import::{Summary, csv};
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
    assert_eq!(result, Ok(summary(5, 1, 8)));
    let expected = [
        "4: appointment bad-1: start: expected a time with its offset, such as 2026-11-23T08:00:00-05:00, found a date or time that does not exist",
        "5: appointment bad-2: family_name: expected a name, found nothing",
        "6: appointment bad-3: birth_date: expected a date such as 1950-03-01, found another form",
        "9: appointment bad-4: status: expected a FHIR appointment status such as booked or cancelled, found another word",
        "10: appointment_id: expected the booking system's number, found nothing",
        "11: appointment bad-6: minutes: expected a whole number from 0 to 1440, found a negative one",
        "12: appointment bad-7: birth_date: expected a date before the appointment, found a later one",
        "13: appointment apt-0013: expected 22 columns, found 7",
    ];
    let expected: Vec<String> = expected.iter().map(|line| format!("tests/data/day-with-errors.csv:{line}")).collect();
    assert_eq!(lines, expected);
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
    check(header.replace(',', ";"), Err("columns are separated by commas"), "");
    check("name,when\nx,y\n".into(), Err("none named appointment_id, start, given_name, family_name, birth_date"), "");
    check(format!("{header},start\n"), Err("found start twice"), "");
    check(format!("{header}\n1950-03-01,Ana,\"Li\nma\",2026-11-23T08:00:00-05:00,a1\n{row}\n"), Ok(summary(1, 0, 1)), ":2: family_name");
    check(format!("{header}\n1950-03-01,Ana,Lima,2026-11-23T08:00:00,a1\n"), Ok(summary(0, 0, 1)), "found none");
    check_file(
        "list.csv",
        b"appointment_id,start,given_name,family_name,birth_date\na,2026-11-23T08:00:00Z,\xff\xfe,b,1950-01-01\n",
        Ok(summary(0, 0, 1)),
        ":2: given_name: expected UTF-8",
    );
}

#[test]
fn files_that_are_something_else_get_one_sentence() {
    for (name, bytes, expected) in [
        ("list.csv", &b""[..], "the file is empty"),
        ("list.json", b" \n", "the file is empty"),
        ("list.csv", b"PK\x03\x04\0\0\0\0", "binary data"),
        ("list.json", b"\xff\xfe{\0", "binary data"),
        ("list.txt", b"hello", "ends in .csv or .json"),
        ("list.json", b"{\"resourceType\":", "found a mistake at line 1"),
        ("list.json", b"[1,2]", "found other JSON"),
        ("list.json", b"{\"a\":1}", "found other JSON"),
        ("list.json", b"{\"resourceType\":\"Observation\"}", "expected Appointment resources, found none"),
        ("list.json", b"{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[]}", "another type"),
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
    let patient = r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Lima","given":["Ana","Sol"]}],"birthDate":"1950-03-01"}"#;
    let appointment = |actor: &str| {
        format!(
            r#"{{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-23T13:00:00Z","participant":[{{"actor":{actor}}}]}}"#
        )
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
        let text =
            bundle("searchset", &[entry("urn:a", &appointment(&actor)), entry(url, patient), entry("x", "{\"resourceType\":\"Slot\"}")]);
        check(text, Ok(summary(1, 0, 0)), "1 resources of other types are ignored");
    }
    let missing = bundle("transaction", &[entry("Patient/p1", patient), entry("a", &appointment("{\"reference\":\"Patient/nobody\"}"))]);
    check(missing, Ok(summary(0, 0, 1)), ":3: appointment a1: participant: expected a reference to a Patient");
    let broken = bundle(
        "collection",
        &["{\"resource\":7}".into(), entry("b", "{\"resourceType\":\"Appointment\",\"start\":[1]}"), entry("Patient/p1", patient)],
    );
    check(broken, Ok(summary(0, 0, 2)), ":3: expected a Appointment");
    let contained = appointment("{\"reference\":\"#p1\"}").replace("\"status\"", &format!("\"contained\":[{patient}],\"status\""));
    check(contained, Ok(summary(1, 0, 0)), "");
    check(patient.to_owned(), Ok(summary(0, 0, 0)), "");
}

/// A hundred megabytes, most of it wrong: read to the end, every line answered for.
#[test]
fn a_hundred_megabytes_are_read_to_the_end() {
    struct Count(u64, u64);
    impl arrivals::desk::import::Sink for Count {
        fn good(&mut self, _: arrivals::domain::appointment::Appointment) -> Result<(), arrivals::desk::import::ImportError> {
            self.0 += 1;
            Ok(())
        }
        fn refuse(&mut self, _: u64, _: &str) {
            self.1 += 1;
        }
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
    csv::read(&bytes, &mut count).unwrap();
    assert_eq!((count.0, count.1), (lines, lines));
    // As JSON it is one long mistake, in one sentence.
    bytes.insert(0, b'{');
    check_file("list.json", &bytes, Err("found a mistake at line 1"), "");
}
