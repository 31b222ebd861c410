//! The desk's file when it is damaged: it is noticed, and said to those who can do something about it.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrivals::desk::Desk;
use arrivals::desk::store::FileState;
use arrivals::domain::ids::Seq;
use arrivals::domain::staff::Role;
use rusqlite::Connection;

use super::page::{ready, sign_in};
use super::support::{PASSWORD, Place, TOKEN_A, checked_in, http, import, place, post_of};

#[test]
fn sqlite_has_no_known_fault_that_damages_files() {
    // Before 3.51.3 a checkpoint at a bad moment beside a second connection could damage a file in WAL mode
    // (sqlite.org/wal.html#walresetbug).
    assert!(rusqlite::version_number() >= 3_051_003, "SQLite {}", rusqlite::version());
}

fn check(file: &[&str]) -> (Option<i32>, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_arrivals-desk")).arg("check").args(file).output().unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

/// Some arrivals, one of them by somebody who says their name is another one.
fn arrivals(place: &Place) {
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let events = (1..=4).map(|n| checked_in(n, 'A', n as u32, &[format!("apt-000{n}").as_str()])).collect();
    place.desk.take_post(TOKEN_A, &post_of("lobby", events)).unwrap();
}

/// Changes letters of an event without a word to SQLite's own order, as a flipped bit on the disk does.
fn flip(folder: &Path) {
    let conn = Connection::open(folder.join("desk.sqlite")).unwrap();
    let changed =
        conn.execute("UPDATE kiosk_event SET body = replace(body, 'apt-0003', 'apt-0004') WHERE seq = 3", []).unwrap();
    assert_eq!(changed, 1);
}

#[test]
fn a_changed_letter_in_an_event_is_noticed_and_named_by_kiosk_and_number() {
    let place = place();
    arrivals(&place);
    let data = place.folder.path().to_str().unwrap();
    assert!(place.desk.check_file().unwrap().is_whole() && place.desk.file_state().is_whole());
    let (status, said, _) = check(&["--data", data]);
    assert!(status == Some(0) && said.trim().ends_with("desk.sqlite passed the check"), "{said}");
    flip(place.folder.path());
    let found = FileState { pages: Vec::new(), events: vec![("lobby".into(), Seq(3))] };
    assert_eq!(*place.desk.check_file().unwrap(), found);
    let sentence = found.sentence().unwrap();
    assert!(
        sentence.starts_with("Event 3 of kiosk lobby differs from what the kiosk reported. Run `arrivals-desk check`"),
        "{sentence}"
    );
    let (status, said, why) = check(&["--data", data]);
    assert_eq!(
        (status, said.as_str()),
        (Some(2), "changed: event 3 of kiosk lobby differs from what the kiosk reported\n")
    );
    assert!(why.contains("docs/files.md") && why.lines().count() == 1, "{why}");
    // What follows from events is not made anew of a changed one; the list stays as it is.
    let before = place.desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap();
    let error = place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap_err().to_string();
    assert!(error.starts_with("event 3 of kiosk lobby differs from what the kiosk reported"), "{error}");
    assert_eq!(place.desk.with_store(|store| store.visits_of(jiff::civil::date(2026, 11, 23))).unwrap(), before);
    // Two that were exchanged are noticed too, and one that says nothing any more is not taken for damaged.
    let conn = Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.execute_batch(
        "UPDATE kiosk_event SET received_at = '2026-11-23T14:00:00Z' WHERE seq = 1;
         UPDATE kiosk_event SET body = x'00' WHERE seq = 2",
    )
    .unwrap();
    assert_eq!(place.desk.check_file().unwrap().events.iter().map(|(_, seq)| seq.0).collect::<Vec<_>>(), [1, 2, 3]);
    conn.execute("UPDATE kiosk_event SET removed_at = received_at, sum = NULL, body = '{}'", []).unwrap();
    assert!(place.desk.check_file().unwrap().is_whole(), "what was forgotten has nothing to check");
}

#[test]
fn what_is_handed_out_of_a_patient_says_which_event_is_damaged() {
    let place = place();
    arrivals(&place);
    let conn = Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let patient: String =
        conn.query_row("SELECT patient_id FROM appointment WHERE id = 'apt-0002'", [], |row| row.get(0)).unwrap();
    let asked = place.desk.asked(&patient, "the privacy officer, by letter of today").unwrap().unwrap();
    let export = || place.desk.export_patient(&patient, &asked, "ana").unwrap().unwrap()["kiosk_events"].clone();
    assert!(export()[0]["seq"] == 2 && export()[0].get("is_damaged").is_none(), "{}", export());
    conn.execute("UPDATE kiosk_event SET body = replace(body, '\"A2\"', '\"A7\"') WHERE seq = 2", []).unwrap();
    assert_eq!(export()[0]["is_damaged"], true, "{}", export());
}

#[tokio::test]
async fn every_page_says_it_to_admins_and_a_running_desk_finds_it_by_itself() {
    let (place, serving, _) = ready().await;
    arrivals(&place);
    flip(place.folder.path());
    serving.stop().await;
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = serving.addr;
    let waited = tokio::time::timeout(super::support::PATIENCE, async {
        while place.desk.file_state().is_whole() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    waited.await.expect("the desk looks at its file when it starts");
    place.clock.advance(std::time::Duration::from_secs(1));
    for role in Role::ALL {
        place.desk.add_user(role.code(), PASSWORD, role).unwrap();
        let cookie = sign_in(addr, role.code(), PASSWORD).await.cookies();
        for path in ["/", "/kiosks", "/changes", "/alarms"] {
            let page = http(addr, "GET", path, &[("cookie", &cookie)], "").await.body;
            assert_eq!(page.contains("Event 3 of kiosk lobby"), role == Role::Admin, "{path} {role:?}");
        }
    }
    serving.stop().await;
}

fn zero(file: &Path, page: u64) {
    let mut file = std::fs::File::options().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(page * 4096)).unwrap();
    file.write_all(&[0; 4096]).unwrap();
}

/// Everything that is in the file, by table.
fn everything(file: &Path) -> Option<Vec<String>> {
    let conn = Connection::open(file).ok()?;
    let names =
        |sql: &str| -> rusqlite::Result<Vec<String>> { conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect() };
    let mut all = Vec::new();
    for table in
        names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name").ok()?
    {
        let columns = names(&format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"))
            .ok()?
            .join(" || ',' || ");
        all.extend(names(&format!("SELECT '{table} ' || {columns} FROM \"{table}\" NOT INDEXED ORDER BY 1")).ok()?);
    }
    Some(all)
}

/// Each page in turn is lost. A desk that starts says that something is wrong, or nothing is.
#[test]
fn no_lost_page_of_the_file_goes_unnoticed() {
    let place = place();
    arrivals(&place);
    let (whole, clock) = (place.folder.path().join("desk.sqlite"), place.clock.clone());
    drop(place.desk);
    Connection::open(&whole).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let before = everything(&whole).unwrap();
    let pages = std::fs::metadata(&whole).unwrap().len() / 4096;
    let (mut refused, mut said, mut harmless) = (0, 0, 0);
    // Every third one, or the test takes a minute.
    for page in (0..pages).step_by(3) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.sqlite");
        std::fs::copy(&whole, &file).unwrap();
        zero(&file, page);
        let data = folder.path().to_str().unwrap();
        match Desk::open_stored(folder.path(), Arc::new(clock.clone())).and_then(|desk| desk.check_file()) {
            Err(error) => {
                let error = error.to_string();
                assert!(error.contains("docs/files.md"), "page {page}: {error}");
                refused += 1;
            }
            Ok(state) if !state.is_whole() => {
                assert!(state.sentence().unwrap().contains("docs/files.md"));
                said += 1;
                if said == 1 {
                    let (status, damage, _) = check(&["--data", data]);
                    assert!(status == Some(2) && damage.starts_with("damaged: "), "page {page}: {damage}");
                }
            }
            Ok(_) => {
                assert_eq!(everything(&file).unwrap(), before, "page {page}: something is missing and nobody says so");
                harmless += 1;
            }
        }
    }
    assert!(
        refused > 0 && said > 0 && harmless < pages / 10,
        "{refused} refused, {said} said, {harmless} harmless of {pages}"
    );
}

#[test]
fn a_check_reads_what_it_is_given_and_changes_nothing() {
    let place = place();
    arrivals(&place);
    let outside = tempfile::tempdir().unwrap();
    let path = |name: &str| outside.path().join(name).to_str().unwrap().to_owned();
    place.desk.backup(Path::new(&path("copy"))).unwrap();
    assert_eq!(check(&[&path("copy")]).0, Some(0), "a backup can be checked");
    std::fs::write(path("noise"), [7; 9000]).unwrap();
    let (status, said, _) = check(&[&path("noise")]);
    assert!(status == Some(2) && said.contains("is not a desk's file, or its first part is damaged"), "{said}");
    let (status, _, why) = check(&["--data", &path("nowhere")]);
    assert!(status == Some(1) && why.contains("there is no file") && !Path::new(&path("nowhere")).exists(), "{why}");
    assert_eq!(check(&[]).0, Some(2), "a question of usage");
}

#[test]
fn a_file_that_others_could_read_is_narrowed() {
    let place = place();
    let file = place.folder.path().join("desk.sqlite");
    drop(place.desk);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let _desk = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}
