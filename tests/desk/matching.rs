//! The matcher on a clinic's own list: what is read, what is answered, what is said of a bad try.

use std::path::Path;
use std::process::Command;

use arrivals::desk::service::import::Report;
use arrivals::desk::service::import::matching::{Outcomes, match_files};

const LIST: &str = "appointment_id,start,given_name,family_name,birth_date,patient_id,phone,status,other_given_names\n\
a1,2026-11-23T08:00:00-05:00,José Luis,Ávila,1950-03-01,p1,555-111-2222,booked,Pepe\n\
a2,2026-11-23T09:00:00-05:00,Anna,Müller,1961-07-19,p2,555-111-3333,booked,\n\
a3,2026-11-23T09:30:00-05:00,Tom,Twin,2001-05-05,p3,555-111-4444,booked,\n\
a4,2026-11-23T09:40:00-05:00,Tim,Twin,2001-05-05,p4,555-111-5555,booked,\n\
a5,2026-11-23T07:00:00-05:00,Anna,Müller,1961-07-19,p2,555-111-3333,cancelled,\n";

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().unwrap() };
        room.put("day.csv", LIST.as_bytes());
        room
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn run(&self, tries: &[u8]) -> (Result<Outcomes, String>, Vec<String>, String) {
        self.put("tries.csv", tries);
        let mut said = Vec::new();
        let mut tell = |report: Report| match report {
            Report::Refusal(text) | Report::Note(text) | Report::Change(text) => said.push(text),
            Report::Progress(_) | Report::Days(_) => {}
        };
        let result = match_files(&self.path("day.csv"), &self.path("tries.csv"), &self.path("out.csv"), &mut tell);
        let written = std::fs::read_to_string(self.path("out.csv")).unwrap_or_default();
        (result.map_err(|error| error.to_string()), said, written)
    }
}

fn outcomes(one: u64, ask_more: u64, none: u64, wrong: u64) -> Outcomes {
    Outcomes { one, ask_more, none, wrong }
}

#[test]
fn every_try_is_answered_as_a_kiosk_would() {
    let tries = "try_id,given_name,family_name,birth_date,phone_last4\n\
        t1,,avila,1950-03-01,\n\
        t2,jose,AVILA,1950-03-01,\n\
        t3,Pepe,Ávila,1950-03-01,\n\
        t4,,Mueller,1961-07-19,\n\
        t5,,Twin,2001-05-05,\n\
        t6,Tim,Twin,2001-05-05,\n\
        t9,Tim,Twin,2001-05-05,5555\n\
        t7,,Nobody,1950-03-01,\n\
        t8,,Avila,1950-03-02,\n";
    let (result, said, written) = Room::new().run(tries.as_bytes());
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.first(), Some(&"try_id,outcome,appointment_id"));
    let answer = |id: &str| lines.iter().find_map(|line| line.strip_prefix(&format!("{id},"))).unwrap();
    for (id, expected) in [
        ("t1", "one,a1"),
        ("t2", "one,a1"),
        ("t3", "one,a1"),
        ("t4", "one,a2"),
        ("t5", "ask_more,"),
        ("t6", "ask_more,"),
        ("t9", "one,a4"),
        ("t7", "none,"),
    ] {
        assert_eq!(answer(id), expected, "{id}");
    }
    assert_ne!(answer("t8"), "one,a1", "a wrong day is never enough");
    assert_eq!(lines.len(), 10);
    assert_eq!(said, Vec::<String>::new());
    let counted = result.unwrap();
    assert_eq!(counted.one + counted.ask_more + counted.none, 9);
}

#[test]
fn tries_come_in_many_shapes() {
    let room = Room::new();
    for (name, tries) in [
        ("as it should be", "try_id,given_name,family_name,birth_date\nt1,,Avila,1950-03-01\n"),
        ("a byte order mark and CR LF", "\u{feff}try_id,given_name,family_name,birth_date\r\nt1,,Avila,1950-03-01\r\n"),
        (
            "another order, other case, more columns",
            "Birth_Date,note, FAMILY_NAME ,try_id,given_name\n1950-03-01,x,Avila,t1,\n",
        ),
        ("no line end at the end", "try_id,given_name,family_name,birth_date\nt1,,Avila,1950-03-01"),
        ("white space and quotes", "try_id,given_name,family_name,birth_date\n t1 ,\"\",\" Avila\", 1950-03-01 \n"),
        ("empty lines", "try_id,given_name,family_name,birth_date\n\nt1,,Avila,1950-03-01\n\n"),
    ] {
        let (result, said, written) = room.run(tries.as_bytes());
        assert_eq!(result, Ok(outcomes(1, 0, 0, 0)), "{name}: {said:?}");
        assert_eq!(written.lines().nth(1), Some("t1,one,a1"), "{name}");
    }
    let (result, _, written) = room.run(b"try_id,given_name,family_name,birth_date\n");
    assert_eq!((result, written.as_str()), (Ok(outcomes(0, 0, 0, 0)), "try_id,outcome,appointment_id\n"));
}

#[test]
fn a_bad_try_is_named_by_its_line_and_never_repeated() {
    let room = Room::new();
    let good = "t9,,Avila,1950-03-01,";
    for (bad, expected, answered) in [
        ("t1,,Secretname,1950-02-30,", ":2: birth_date: expected a date as YYYY-MM-DD", true),
        ("t1,,Secretname,,", ":2: birth_date", true),
        ("t1,,Secretname,03/01/1950,", ":2: birth_date", true),
        ("t1,,Secretname,1950-3-1,", ":2: birth_date", true),
        ("t1,,Secretname,19500301,", ":2: birth_date", true),
        ("t1,,Secretname,1950-03-01T00:00,", ":2: birth_date", true),
        ("t1,,Secretname,1950-03-01,123", ":2: phone_last4: expected four digits", true),
        ("t1,,Secretname,1950-03-01,12a4", ":2: phone_last4", true),
        (",,Secretname,1950-03-01,", ":2: try_id: expected the number of the try", false),
        ("t1", ":2: birth_date", true),
    ] {
        for end in ["\n", "\r\n"] {
            let tries = ["try_id,given_name,family_name,birth_date,phone_last4", bad, good, ""].join(end);
            let (result, said, written) = room.run(tries.as_bytes());
            assert_eq!(result, Ok(outcomes(1, 0, 1, 1)), "{bad}");
            assert!(
                said.len() == 1 && said[0].contains(expected) && !said[0].contains("Secretname"),
                "{bad}: {said:?}"
            );
            assert_eq!(written.contains("t1,none,"), answered, "{bad}");
            assert!(written.contains("t9,one,a1") && !written.contains("Secretname"), "{bad}");
        }
    }
    let (result, said, _) =
        room.run(b"try_id,given_name,family_name,birth_date\nt1,,\xff\xfe,1950-03-01\nt9,,Avila,1950-03-01\n");
    assert_eq!(result, Ok(outcomes(1, 0, 1, 1)));
    assert!(said[0].contains(":2: expected a line of UTF-8 CSV"), "{said:?}");
}

#[test]
fn files_that_are_something_else_get_one_sentence() {
    let room = Room::new();
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (b"PK\x03\x04\0\0\0", "binary data"),
        (b"try_id,given_name\nt1,x\n", "found none named family_name, birth_date"),
        (b"try_id;given_name;family_name;birth_date\n", "expected a header line with the columns"),
    ] {
        let (result, _, _) = room.run(bytes);
        let error = result.unwrap_err();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
    let mut tell = |_: Report| {};
    let mut run = |day: &str, tries: &str, out: &Path| {
        match_files(&room.path(day), &room.path(tries), out, &mut tell).unwrap_err().to_string()
    };
    room.put("tries.csv", b"try_id,given_name,family_name,birth_date\n");
    assert!(run("nowhere.csv", "tries.csv", &room.path("o.csv")).contains("cannot be opened"));
    assert!(run("day.csv", "nowhere.csv", &room.path("o.csv")).contains("cannot be opened"));
    assert!(run("tries.csv", "tries.csv", &room.path("o.csv")).contains("none named appointment_id"));
    assert!(run("day.csv", "tries.csv", Path::new("/nowhere/at/all/o.csv")).contains("cannot be written"));
}

#[test]
fn what_is_wrong_with_the_list_is_a_note_and_costs_its_line_only() {
    let room = Room::new();
    room.put("day.csv", format!("{LIST}a6,yesterday,Secretname,Other,1950-01-01,p6,,booked,\n").as_bytes());
    let (result, said, _) = room.run(b"try_id,given_name,family_name,birth_date\nt1,,Avila,1950-03-01\n");
    assert_eq!(result, Ok(outcomes(1, 0, 0, 0)));
    assert!(
        said.len() == 1 && said[0].contains(":7: appointment a6: start") && !said[0].contains("Secretname"),
        "{said:?}"
    );
}

#[test]
fn the_program_answers_with_its_exit_status() {
    let room = Room::new();
    room.put("good.csv", b"try_id,given_name,family_name,birth_date\nt1,,Avila,1950-03-01\n");
    room.put("bad.csv", b"try_id,given_name,family_name,birth_date\nt1,,Avila,1950-03-01\nt2,,Secretname,soon\n");
    for (tries, status, last) in [
        ("good.csv", 0, "one 1, ask_more 0, none 0, wrong 0"),
        ("bad.csv", 2, "one 1, ask_more 0, none 1, wrong 1"),
        ("nowhere.csv", 1, ""),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .arg("match")
            .args(["--appointments".as_ref(), room.path("day.csv").as_os_str()])
            .args(["--tries".as_ref(), room.path(tries).as_os_str()])
            .args(["--out".as_ref(), room.path("result.csv").as_os_str()])
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{tries}: {said}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default(), last, "{said}");
        assert!(!said.contains("Secretname") && !said.contains("panicked"), "{said}");
    }
}
