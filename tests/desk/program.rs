//! The program itself: letters, their keys, kiosks, and what it says when something is wrong.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use super::support::Running;

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let data = self.path("data");
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .args(["--data", &data])
            .env("RUST_LOG", "warn")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }
}

#[test]
fn a_letter_is_written_and_what_is_wrong_is_said_in_one_line() {
    let room = Room::new();
    assert_eq!(room.run(&["import", "tests/data/day.csv"]).0, Some(0));
    let out = room.path("letter.pdf");
    let (status, said, _) = room.run(&["letter", "apt-0001", "--out", &out]);
    assert_eq!((status, said.trim()), (Some(0), format!("{out} is the letter of appointment apt-0001").as_str()));
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o077, 0, "for whoever made it alone");
    }
    assert_eq!(room.run(&["letter", "apt-0001", "--out", &out]).0, Some(0), "and again");
    let cancelled = std::fs::read_to_string("tests/data/day.csv").unwrap();
    let cancelled =
        cancelled.lines().find(|line| line.contains(",cancelled,")).and_then(|line| line.split(',').next()).unwrap();
    for (arguments, expected) in [
        (["letter", "nobody", "--out", &out], "there is no appointment nobody"),
        (["letter", cancelled, "--out", &out], "was canceled"),
        (["letter", "apt-0001", "--out", "/nowhere/at/all.pdf"], "/nowhere/at/all.pdf cannot be written"),
    ] {
        let (status, _, why) = room.run(&arguments);
        assert_eq!(status, Some(1), "{arguments:?}");
        assert!(why.contains(expected) && why.lines().count() == 1 && !why.contains("Dietrich"), "{why}");
    }
    assert!(
        std::fs::read_dir(room.folder.path()).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with('.'))
    );
    assert!(std::fs::read(&out).unwrap().starts_with(b"%PDF-"), "the letter from before is still there");
}

#[test]
fn a_command_writes_nothing_over_that_it_reads() {
    let room = Room::new();
    assert_eq!(room.run(&["import", "tests/data/day.csv"]).0, Some(0));
    let desk_file = room.path("data/desk.sqlite");
    for out in [&desk_file, &room.path("data/letter.pdf"), &room.path("data")] {
        let (status, _, why) = room.run(&["letter", "apt-0001", "--out", out]);
        assert!(status == Some(1) && why.contains("not written over"), "{why}");
    }
    assert!(std::fs::read(&desk_file).unwrap().starts_with(b"SQLite"));
    let (list, tries, result) = (room.path("day.csv"), room.path("tries.csv"), room.path("result.csv"));
    std::fs::copy("tests/data/day.csv", &list).unwrap();
    std::fs::write(&tries, "try_id,given_name,family_name\n").unwrap();
    std::fs::write(&result, "the result of last week").unwrap();
    let run = |out: &str| {
        let arguments = ["match", "--appointments", &list, "--tries", &tries, "--out", out];
        let output = Command::new(env!("CARGO_BIN_EXE_arrivals-desk")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, why) = run(&result);
    assert!(status == Some(1) && why.contains("found none named birth_date"), "{why}");
    assert_eq!(std::fs::read_to_string(&result).unwrap(), "the result of last week");
    std::fs::write(&tries, "try_id,given_name,family_name,birth_date\n").unwrap();
    for out in [&list, &tries] {
        let (status, why) = run(out);
        assert!(status == Some(1) && why.contains("not written over"), "{why}");
    }
    assert_eq!(std::fs::read(&list).unwrap(), std::fs::read("tests/data/day.csv").unwrap());
    assert_eq!(run(&result).0, Some(0));
    assert_eq!(std::fs::read_to_string(&result).unwrap(), "try_id,outcome,appointment_id\n");
}

#[test]
fn a_folder_without_a_desk_is_not_made_into_one() {
    let room = Room::new();
    let out = room.path("letter.pdf");
    for arguments in
        [&["letter", "apt-0001", "--out", &out][..], &["letter-key", "list"], &["letter-key", "rotate", "--revoke"]]
    {
        let (status, said, why) = room.run(arguments);
        assert_eq!((status, said.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(why.contains("there is no desk in") && why.lines().count() == 1, "{why}");
        assert!(!std::path::Path::new(&room.path("data")).exists(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_desks_file_is_for_its_owner_alone_even_in_a_folder_that_was_there() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    std::fs::create_dir(room.path("data")).unwrap();
    assert_eq!(room.run(&["import", "tests/data/day.csv"]).0, Some(0));
    let mode = std::fs::metadata(room.path("data/desk.sqlite")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn keys_of_letters_are_rotated_and_listed() {
    let room = Room::new();
    assert_eq!(room.run(&["import", "tests/data/day.csv"]).0, Some(0));
    let out = room.path("letter.pdf");
    room.run(&["letter", "apt-0001", "--out", &out]);
    let (_, said, _) = room.run(&["letter-key", "list"]);
    assert!(said.lines().count() == 1 && said.contains("current, letters until 2026-12-07"), "{said}");
    let (status, said, _) = room.run(&["letter-key", "rotate"]);
    assert_eq!(
        (status, said.trim()),
        (Some(0), "key 2 signs letters from now on; earlier letters work until they expire")
    );
    let (_, said, _) = room.run(&["letter-key", "list"]);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].trim_start().starts_with("2 ") && lines[0].contains("current, no letters yet"), "{said}");
    let (_, said, _) = room.run(&["letter-key", "rotate", "--revoke"]);
    assert!(said.contains("no longer work"), "{said}");
    let (_, said, _) = room.run(&["letter-key", "list"]);
    assert!(said.lines().count() == 1 && said.trim_start().starts_with("3 "), "{said}");
}

#[test]
fn a_kiosk_is_added_with_its_place() {
    let room = Room::new();
    let (status, token, _) =
        room.run(&["kiosk", "add", "lobby", "--letter", "A", "--place", "Main lobby, by the entrance"]);
    assert_eq!((status, token.trim().len()), (Some(0), 64));
    let (status, _, why) = room.run(&["kiosk", "add", "annex", "--letter", "B", "--place", "two\nlines"]);
    assert!(status == Some(1) && why.contains("one line of at most 120 characters"), "{why}");
    let conn = rusqlite::Connection::open(room.path("data/desk.sqlite")).unwrap();
    let kiosks: Vec<(String, String)> = conn
        .prepare("SELECT id, place FROM kiosk ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        kiosks,
        [("lobby".to_owned(), "Main lobby, by the entrance".to_owned())],
        "nothing of the one with a bad place"
    );
}

#[test]
fn a_configuration_places_its_kiosks_and_every_command_explains_itself() {
    let room = Room::new();
    let config = room.path("desk.toml");
    let text = format!(
        "data = {:?}\n[clinic]\nname = \"Mill Street Clinic\"\n[[kiosk]]\nid = \"lobby\"\nletter = \"A\"\n\
         token = \"0123456789abcdef\"\nplace = \"Main lobby\"\n",
        room.path("data")
    );
    std::fs::write(&config, text).unwrap();
    let desk = || Command::new(env!("CARGO_BIN_EXE_arrivals-desk"));
    assert!(desk().args(["import", "tests/data/day.csv", "--config", &config]).output().unwrap().status.success());
    assert!(desk().args(["letter-key", "list", "--config", &config]).output().unwrap().status.success());
    let conn = rusqlite::Connection::open(room.path("data/desk.sqlite")).unwrap();
    assert_eq!(conn.query_row("SELECT place FROM kiosk", [], |row| row.get::<_, String>(0)).unwrap(), "Main lobby");
    for command in [
        &["letter"][..],
        &["letter-key"],
        &["letter-key", "rotate"],
        &["letter-key", "list"],
        &["match"],
        &["kiosk", "add"],
    ] {
        let output = desk().args(command).arg("--help").output().unwrap();
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Usage:"), "{command:?}");
    }
    assert_eq!(desk().args(["letter", "x", "--data", "d"]).output().unwrap().status.code(), Some(2), "--out is needed");
}

/// A desk that is served, and what it says to the person who started it, up to and with the line that begins so.
fn serve(room: &Room, listen: &str, until: &str) -> (Running, String, Vec<String>) {
    let child = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
        .args(["serve", "--listen", listen, "--data", &room.path("data")])
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut running = Running(child.unwrap());
    let (out, err) = (running.0.stdout.take().unwrap(), running.0.stderr.take().unwrap());
    let mut first = String::new();
    BufReader::new(out).read_line(&mut first).unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(err).lines().map(Result::unwrap) {
        let is_last = line.starts_with(until);
        said.push(line);
        if is_last {
            break;
        }
    }
    (running, first.trim().to_owned(), said)
}

#[test]
fn the_first_start_says_what_to_do_next() {
    let room = Room::new();
    let (running, first, said) = serve(&room, "localhost:0", "No users yet.");
    let address = first.strip_prefix("listening on ").unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{first}");
    assert_eq!(said[0], format!("Open {address}/ in a browser. Ctrl-C stops the desk."));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.0.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(
        core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(),
        ["0", "0"],
        "no core dump with patients in it"
    );
    assert!(
        said[1].ends_with(&format!("arrivals-desk user add NAME --role admin --data {}", room.path("data"))),
        "{said:?}"
    );
    drop(running);
    // With a user there is nothing of that; a second desk on the same folder says that there is a first.
    let output = Command::new("sh")
        .args([
            "-c",
            &format!(
                "echo correct horse | {} user add ana --role admin --data {}",
                env!("CARGO_BIN_EXE_arrivals-desk"),
                room.path("data")
            ),
        ])
        .output()
        .unwrap();
    assert!(output.status.success());
    let (_first, _, said) = serve(&room, "127.0.0.1:0", "Open ");
    assert_eq!(said.len(), 1, "{said:?}");
    let (_second, listening, said) = serve(&room, "127.0.0.1:0", "Note: another desk already serves");
    assert!(
        said.last().unwrap().starts_with("Note: another desk already serves") && listening.starts_with("listening on"),
        "it works anyway: {said:?}"
    );
    assert!(!said.iter().any(|line| line.starts_with("No users")), "{said:?}");
}

#[test]
fn an_address_that_is_none_is_said_in_a_sentence() {
    let room = Room::new();
    for listen in ["localhost", "8080", "nowhere at all:80"] {
        let (status, _, why) = room.run(&["serve", "--listen", listen]);
        assert!(
            status == Some(2) && why.contains("write one such as 127.0.0.1:8080 or localhost:8080"),
            "{listen}: {why}"
        );
    }
}

#[test]
fn an_import_says_for_which_days_it_was() {
    let room = Room::new();
    let (status, said, told) = room.run(&["import", "tests/data/day.csv"]);
    assert_eq!((status, said.trim()), (Some(0), "taken 232, unchanged 0, refused 0"));
    assert!(told.contains("232 appointments for Monday, Nov 23, 2026 - today is "), "{told}");
    let (_, _, told) = room.run(&["import", "tests/data/day.csv", "--preview"]);
    assert!(told.contains("232 appointments for Monday, Nov 23, 2026"), "{told}");
    // Invented people do not get among appointments of a desk's own.
    let (status, said, why) = room.run(&["import", "--sample-day"]);
    assert!(
        status == Some(1) && said.is_empty() && why.contains("this desk already has its own appointments"),
        "{why}"
    );
}

#[test]
fn a_sample_day_is_todays_and_can_come_again() {
    let room = Room::new();
    for expected in ["taken 232, unchanged 0, refused 0", "taken 0, unchanged 232, refused 0"] {
        let (status, said, told) = room.run(&["import", "--sample-day"]);
        assert!(status == Some(0), "{told}");
        // At a change of the hour between the two its times are others, and not its day.
        assert!(said.trim() == expected || said.contains("taken 232, unchanged 0"), "{said}");
        assert!(told.contains("232 appointments for today, "), "{told}");
    }
    for arguments in
        [&["import"][..], &["import", "--sample-day", "tests/data/day.csv"], &["import", "--sample-day", "--preview"]]
    {
        assert_eq!(room.run(arguments).0, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_configuration_with_the_examples_token_does_not_start() {
    let room = Room::new();
    let config = room.path("desk.toml");
    let example = std::fs::read_to_string("deploy/desk.example.toml").unwrap();
    let text = example.replace("/var/lib/arrivals-desk", &room.path("data"));
    std::fs::write(&config, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
        .args(["kiosk", "list", "--config", &config])
        .output()
        .unwrap();
    let why = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{why}");
    assert!(
        why.contains("placeholder of the example file")
            && why.contains("arrivals-desk kiosk add")
            && !why.contains("replace-this"),
        "{why}"
    );
    assert!(!std::path::Path::new(&room.path("data")).exists());
}
