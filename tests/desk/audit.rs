//! Who saw or changed what about whom: what is noted, what is found when somebody meddles, and who may look.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::ManualClock;
use arrivals::desk::Desk;
use arrivals::desk::store::{AuditRow, AuditSearch, COMMAND, IMPORT, Seen, StaffAction, StaffWork, Verdict};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::proposal::Field;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::Series;

use super::audit_chain::{whole, with_rows, without_triggers};
use super::page::{ready, sign_in};
use super::proposals::{NEW_PHONE, OLD_PHONE, change, key, says, send, text};
use super::support::{
    Answer, PASSWORD, Place, Running, checked_in, decide_change, form, http, import, morning, place, try_http,
};

/// The patient of `apt-0001`.
const PATIENT: &str = "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4";
pub const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub fn rows(desk: &Desk) -> Vec<AuditRow> {
    let mut rows = desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100_000)).unwrap();
    rows.reverse();
    rows
}

/// User, what, about whom, about what; of everything after the row of this number.
pub fn after(desk: &Desk, n: u64) -> Vec<[String; 4]> {
    let rows = rows(desk).into_iter().filter(|row| row.n > n);
    rows.map(|row| [row.user, row.action, row.patient, row.about]).collect()
}

pub fn last(desk: &Desk) -> u64 {
    rows(desk).last().map_or(0, |row| row.n)
}

pub fn raw(place: &Place) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.busy_timeout(Duration::from_secs(10)).unwrap();
    conn
}

#[tokio::test]
async fn every_view_and_every_change_has_one_row() {
    let (place, serving, cookie) = ready().await;
    let (desk, addr) = (&place.desk, serving.addr);
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    let mut at = last(desk);
    let mut check = async |method: &str, path: &str, fields: &[(&str, &str)], status: u16, expected: &[[&str; 4]]| {
        let answer = match method {
            "GET" => http(addr, "GET", path, &[("cookie", &cookie)], "").await,
            _ => form(addr, path, &cookie, fields).await,
        };
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(after(desk, at), expected.iter().map(|row| row.map(str::to_owned)).collect::<Vec<_>>(), "{path}");
        at = last(desk);
        answer
    };
    let list = [["ana", "saw-list", "", "2026-11-23"]];
    let csrf = check("GET", "/", &[], 200, &list).await.csrf();
    check("GET", "/list", &[], 200, &[]).await;
    place.clock.advance(Duration::from_secs(10 * 60));
    check("GET", "/", &[], 200, &[]).await;
    place.clock.advance(Duration::from_secs(6 * 60));
    check("GET", "/list", &[], 200, &list).await;
    check("GET", "/changes", &[], 200, &[["ana", "saw-all-changes", "", ""]]).await;
    let changes = "/changes?appointment=apt-0001";
    let page = check("GET", changes, &[], 200, &[["ana", "saw-changes", PATIENT, "appointment apt-0001"]]).await;
    check("GET", &format!("{changes}&idle=1"), &[], 200, &[["ana", "saw-changes", PATIENT, "appointment apt-0001"]])
        .await;
    check("GET", "/letter?appointment=apt-0001", &[], 200, &[["ana", "saw-letter", PATIENT, "appointment apt-0001"]])
        .await;
    let photo = ["ana", "saw-photo", PATIENT, "phone, kiosk lobby event 1"];
    check("GET", "/photo?kiosk=lobby&seq=1&field=phone&side=front", &[], 404, &[photo]).await;
    // Of what is not there nothing is seen.
    check("GET", "/changes?appointment=Alfonso", &[], 404, &[]).await;
    check("GET", "/letter?appointment=Alfonso", &[], 404, &[]).await;
    check("GET", "/photo?kiosk=Alfonso&seq=1&field=phone&side=front", &[], 404, &[]).await;

    let marks = page.body.split("name=\"changes\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let visit = [("csrf", csrf.as_str()), ("appointment", "apt-0001")];
    let decided = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("changes", marks.as_str())];
    let accepted = ["ana", "change-accept", PATIENT, "phone, kiosk lobby event 1"];
    check("POST", "/visit/seen", &visit, 303, &[["ana", "seen", PATIENT, "appointment apt-0001"]]).await;
    check("POST", "/visit/seen", &visit, 303, &[]).await;
    check("POST", "/visit/seen", &[("csrf", "wrong"), ("appointment", "apt-0001")], 403, &[]).await;
    check("POST", "/changes/accept", &decided, 303, &[accepted]).await;
    check("POST", "/changes/accept", &decided, 303, &[]).await;
    check("POST", "/sign-out", &[("csrf", &csrf)], 303, &[["ana", "signed-out", "", ""]]).await;
    assert_eq!(sign_in(addr, "ana", "wrong password").await.status, 401);
    assert_eq!(sign_in(addr, "hunter2-typed-here", "wrong password").await.status, 401);
    assert_eq!(sign_in(addr, "ana", PASSWORD).await.status, 303);
    assert_eq!(
        after(desk, at),
        [["ana", "sign-in-failed", "", "from 127.0.0.1"], ["ana", "signed-in", "", ""]]
            .map(|row| row.map(str::to_owned))
    );
    assert_eq!(whole(desk).0, last(desk));
    serving.stop().await;
}

#[test]
fn commands_and_lists_have_their_rows() {
    let place = place();
    let desk = &place.desk;
    import(desk, "tests/data/day.csv").0.unwrap();
    let taken = rows(desk).into_iter().filter(|row| row.user == IMPORT && row.action == "appointment-taken").count();
    assert_eq!(taken, desk.with_store(|store| store.appointments()).unwrap().len());
    let at = last(desk);
    import(desk, "tests/data/day.csv").0.unwrap();
    desk.enrol_kiosk(&"lobby".into(), Series::FIRST, super::support::TOKEN_A).unwrap();
    assert_eq!(last(desk), at, "nothing changed");

    desk.add_user("ben", PASSWORD, Role::Admin).unwrap();
    desk.add_user("cem", PASSWORD, Role::Desk).unwrap();
    desk.set_role("cem", Role::Supervisor, COMMAND).unwrap();
    desk.set_password("cem", "another password", COMMAND).unwrap();
    desk.remove_user("cem", COMMAND).unwrap();
    assert!(
        desk.remove_user("ben", COMMAND).is_err()
            && desk.set_role("ben", Role::Desk, COMMAND).is_err()
            && desk.add_user("cem", PASSWORD, Role::Desk).is_err()
    );
    desk.place_kiosk(&"lobby".into(), "Main lobby").unwrap();
    desk.rotate_letter_key(true).unwrap();
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    assert!(decide_change(desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, "ana").unwrap());
    let batch = desk.next_export_batch().unwrap().unwrap();
    desk.export_csv(batch).unwrap().unwrap();
    let expected = [
        [COMMAND, "user-added", "", "user ben as admin"],
        [COMMAND, "user-added", "", "user cem as desk"],
        [COMMAND, "user-role-set", "", "user cem as supervisor"],
        [COMMAND, "user-password-set", "", "user cem"],
        [COMMAND, "user-removed", "", "user cem"],
        [COMMAND, "kiosk-placed", "", "kiosk lobby"],
        [COMMAND, "letter-keys-revoked", "", "letter key 2"],
        ["ana", "change-accept", PATIENT, "phone, kiosk lobby event 1"],
        [COMMAND, "change-handed-on", PATIENT, "phone, batch 1"],
        [COMMAND, "saw-batch", "", "batch 1"],
    ];
    assert_eq!(after(desk, at), expected.map(|row| row.map(str::to_owned)));
    let all = rows(desk)
        .into_iter()
        .flat_map(|row| [row.user, row.action, row.patient, row.about])
        .collect::<Vec<_>>()
        .join("\n");
    for personal in ["Alfonso", "Dietrich", "1962", OLD_PHONE, NEW_PHONE, "Mashpee", "Harvard Pilgrim", "W524018511"] {
        assert!(!all.contains(personal), "{personal}");
    }
}

#[test]
fn a_change_and_its_row_are_there_together_or_not_at_all() {
    let place = place();
    let desk = &place.desk;
    import(desk, "tests/data/day.csv").0.unwrap();
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    desk.add_user("ben", PASSWORD, Role::Desk).unwrap();
    let at = last(desk);
    let conn = raw(&place);
    let visit = StaffWork::Visit("apt-0001".into());
    let role = |desk: &Desk| desk.users().unwrap().first().map(|user| user.role);
    for (table, when) in [("audit", "INSERT"), ("audit_head", "UPDATE")] {
        conn.execute_batch(&format!(
            "CREATE TRIGGER full BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        ))
        .unwrap();
        assert!(desk.act(&visit, StaffAction::Seen, "ana").is_err());
        assert!(decide_change(desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, "ana").is_err());
        assert!(desk.set_role("ben", Role::Admin, COMMAND).is_err() && desk.remove_user("ben", COMMAND).is_err());
        assert!(desk.note_seen("ana", &Seen::AllChanges).is_err(), "and then it is not shown");
        conn.execute_batch("DROP TRIGGER full").unwrap();
        assert!(!desk.visit(&"apt-0001".into()).unwrap().unwrap().seen);
        assert!(
            desk.changes_of(&"apt-0001".into()).unwrap().iter().all(arrivals::desk::store::ProposedChange::is_open)
        );
        assert_eq!(role(desk), Some(Role::Desk));
        assert_eq!(last(desk), at);
    }
    for (when, table) in [("INSERT", "staff_action"), ("UPDATE", "staff_user")] {
        conn.execute_batch(&format!(
            "CREATE TRIGGER full_{table} BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        ))
        .unwrap();
    }
    assert!(desk.act(&visit, StaffAction::Seen, "ana").is_err() && desk.set_role("ben", Role::Admin, COMMAND).is_err());
    assert_eq!(last(desk), at);
    whole(desk);
}

#[test]
fn two_who_write_at_once_make_one_chain() {
    const EACH: usize = 60;
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    send(&place, "lobby", &[checked_in(1, 'A', 1, &["apt-0001"]), checked_in(2, 'A', 2, &["apt-0002"])]);
    let at = last(&place.desk);
    let folder: &Path = place.folder.path();
    std::thread::scope(|scope| {
        for (user, id) in [("ana", "apt-0001"), ("ben", "apt-0002")] {
            scope.spawn(move || {
                // A desk of its own on the same file, as another process has.
                let desk = Desk::open_stored(folder, Arc::new(ManualClock::at(morning()))).unwrap();
                let work = StaffWork::Visit(AppointmentId::from(id));
                for n in 0..EACH {
                    let action = if n % 2 == 0 { StaffAction::Seen } else { StaffAction::Undo };
                    assert!(desk.act(&work, action, user).unwrap(), "{n}");
                    desk.note_seen(user, &Seen::Changes(AppointmentId::from(id))).unwrap();
                }
            });
        }
    });
    let rows = after(&place.desk, at);
    for user in ["ana", "ben"] {
        for (action, times) in [("seen", EACH / 2), ("undo", EACH / 2), ("saw-changes", EACH)] {
            assert_eq!(rows.iter().filter(|row| row[0] == user && row[1] == action).count(), times, "{user} {action}");
        }
    }
    assert_eq!(whole(&place.desk).0, at + 4 * EACH as u64);
}

/// A desk is killed again and again in the midst of what two members of staff do.
#[tokio::test]
async fn a_crash_leaves_no_change_without_its_row() {
    const ANSWERS: usize = 25;
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    send(&place, "lobby", &[checked_in(1, 'A', 1, &["apt-0001"]), checked_in(2, 'A', 2, &["apt-0002"])]);
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    let mut answered = 0;
    for _ in 0..3 {
        let child = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data", place.folder.path().to_str().unwrap()])
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn();
        let mut child = Running(child.unwrap());
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addr: SocketAddr = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
        let csrf = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        for id in ["apt-0001", "apt-0002"] {
            let (cookie, csrf, told) = (cookie.clone(), csrf.clone(), told.clone());
            tokio::spawn(async move {
                // Whatever was saved of the round before: whoever is seen can be unseen, so everything that is answered
                // was done.
                for n in 0.. {
                    let path = if n % 2 == 0 { "/visit/seen" } else { "/visit/undo" };
                    let body = format!("csrf={csrf}&appointment={id}");
                    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
                    // Killed in the middle of an answer, the desk has said nothing.
                    let Some(answer) =
                        try_http(addr, "POST", path, &headers, &body).await.filter(|answer| answer.status != 0)
                    else {
                        return;
                    };
                    if told.send((path, answer.status)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(told);
        for _ in 0..ANSWERS {
            let (path, status) = hears.recv().await.expect("the desk answers until it is killed");
            assert_eq!(status, 303, "{path}");
        }
        // Both are in the middle of something now.
        drop(child);
        answered += ANSWERS;
        while let Some((path, status)) = hears.recv().await {
            assert_eq!(status, 303, "{path}");
            answered += 1;
        }
    }
    let conn = raw(&place);
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    let done = count("SELECT COUNT(*) FROM staff_action");
    assert_eq!(done, count("SELECT COUNT(*) FROM audit WHERE action IN ('seen', 'undo')"));
    assert!(done >= 3 * ANSWERS / 2 && done <= answered + 6, "{done} done, {answered} answered");
    whole(&place.desk);
}

#[test]
fn the_command_verifies_and_exports_and_says_what_is_wrong() {
    let place = with_rows();
    let run = |arguments: &[&str]| {
        let data = place.folder.path().to_str().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .args(["--data", data])
            .env("RUST_LOG", "error")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, said, _) = run(&["audit", "verify"]);
    let (n, hash) = whole(&place.desk);
    assert_eq!((status, said), (Some(0), format!("{n} rows, none changed; the last is {n}:{hash}\n")));
    assert_eq!(run(&["audit", "verify", "--known", &format!("{n}:{hash}")]).0, Some(0));
    for known in
        [format!("{n}:{NOBODY}"), format!("{}:{hash}", n + 1), hash.clone(), format!("0:{hash}"), format!("{n}:abc")]
    {
        let (status, _, why) = run(&["audit", "verify", "--known", &known]);
        assert!(status == Some(1) && why.lines().count() == 1, "{known}: {why}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("audit.csv");
    let (status, said, _) = run(&["audit", "export", "--out", out.to_str().unwrap()]);
    assert!(status == Some(0) && said.ends_with(&format!(": {n} rows\n")), "{said}");
    let text = std::fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len() as u64, lines[0]), (n + 1, "n,at,user,action,patient_id,about,hash"));
    assert_eq!(
        lines[lines.len() - 1],
        format!("{n},2026-11-23T13:00:00.000Z,ana,saw-changes,{PATIENT},appointment apt-0001,{hash}")
    );
    let inside = place.folder.path().join("audit.csv");
    assert_eq!(run(&["audit", "export", "--out", inside.to_str().unwrap()]).0, Some(1));
    without_triggers(&place).execute("UPDATE audit SET user_name = 'eve' WHERE n = 17", []).unwrap();
    let (status, said, why) = run(&["audit", "verify"]);
    assert_eq!((status, said.as_str()), (Some(1), ""));
    assert!(
        why.contains("row 17 of the audit log was changed after it was written") && why.lines().count() == 1,
        "{why}"
    );
}

async fn post(addr: SocketAddr, cookie: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("csrf", csrf)];
    all.extend(fields);
    form(addr, "/audit", cookie, &all).await
}

#[tokio::test]
async fn supervisors_search_by_person_user_and_day() {
    let (place, serving, desk_cookie) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("sue", PASSWORD, Role::Supervisor).unwrap();
    let cookie = sign_in(addr, "sue", PASSWORD).await.cookies();
    http(addr, "GET", "/changes?appointment=apt-0001", &[("cookie", &desk_cookie)], "").await;
    http(addr, "GET", "/letter?appointment=apt-0002", &[("cookie", &desk_cookie)], "").await;
    http(addr, "GET", "/", &[("cookie", &desk_cookie)], "").await;
    assert_eq!(http(addr, "GET", "/audit", &[("cookie", &desk_cookie)], "").await.status, 403);
    let page = http(addr, "GET", "/audit", &[("cookie", &cookie)], "").await;
    assert!(
        page.status == 200 && page.body.contains("viewed changes") && page.body.contains("name=\"before\""),
        "{}",
        page.body
    );
    let csrf = page.csrf();
    let (changes, letter, list) = ("viewed changes", "opened the letter", "opened the day&#39;s list");
    for (fields, there, not_there) in [
        (
            &[("person", PATIENT), ("lists", "1")][..],
            &[changes, list, "Alfonso Dietrich"][..],
            &[letter, "signed in"][..],
        ),
        (&[("person", PATIENT)], &[changes], &[letter, list]),
        (&[("person", "apt-0001")], &[changes], &[letter, list]),
        (&[("person", "dietrich ALF")], &[changes], &[letter, list]),
        (&[("person", "nobody of that name")], &["No results."], &[changes]),
        (&[("user", "Ana")], &[changes, letter, "signed in"], &["booking system"]),
        (&[("user", "ana"), ("person", PATIENT)], &[changes], &[letter, "booking system"]),
        (&[("from", "2026-11-23"), ("to", "2026-11-23"), ("user", "ana")], &[changes, letter], &[]),
        (&[("from", "2026-11-24")], &["No results."], &[changes]),
        (&[("to", "2026-11-22")], &["No results."], &[changes]),
        (&[("before", "2")], &["changed the clinic&#39;s settings"], &[changes]),
    ] {
        let answer = post(addr, &cookie, &csrf, fields).await;
        assert_eq!(answer.status, 200);
        let body = answer.body.replace('\'', "&#39;");
        let rows = body.split("<tbody>").nth(1).unwrap_or(&body);
        for words in there {
            assert!(rows.contains(words), "{fields:?}: {words}: {rows}");
        }
        for words in not_there {
            assert!(!rows.contains(words), "{fields:?}: {words}");
        }
    }
    for (fields, sentence) in [
        (&[("from", "yesterday")][..], "Write a date like 2026-11-23."),
        (&[("before", "x")], "from the start"),
        (&[("user", "<script>")], "No results."),
    ] {
        let answer = post(addr, &cookie, &csrf, fields).await;
        assert!(answer.body.contains(sentence) && !answer.body.contains("<script>\""), "{fields:?}");
    }
    // Looking is noted too, and of whom if that is clear.
    let looks =
        rows(&place.desk).into_iter().filter(|row| row.action == "saw-audit" && row.user == "sue").collect::<Vec<_>>();
    assert_eq!(looks.iter().filter(|row| row.patient == PATIENT).count(), 5);
    assert!(looks.iter().all(|row| row.about.is_empty()));
    whole(&place.desk);
    serving.stop().await;
}

#[test]
fn what_staff_saw_under_a_clock_that_ran_ahead_is_noted_again_once_it_is_right() {
    let place = place();
    let see = || place.desk.note_seen("ana", &Seen::List).unwrap();
    place.clock.set(morning() + jiff::SignedDuration::from_hours(24 * 402));
    see();
    place.clock.set(morning());
    let before = last(&place.desk);
    see();
    see();
    assert_eq!(after(&place.desk, before).len(), 1);
}
