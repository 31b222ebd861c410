//! How long the desk keeps what it holds of people, what one patient may ask for, and a copy of everything.

use std::process::Command;
use std::time::Duration;

use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::service::privacy::keeping::Asked;
use arrivals::desk::store::{
    AuditSearch, COMMAND, Forgotten, Hindrance, Removal, StaffAction, StaffWork, Verdict, Verified,
};
use arrivals::domain::appointment::AppointmentStatus;
use arrivals::domain::event::{KioskEvent, LoggedEvent};
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::proposal::Field;
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{PrintOutcome, Ticket};
use arrivals::domain::visit::VisitRow;
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::wire::Change;
use jiff::SignedDuration;

use super::proposals::{NEW_PHONE, OLD_PHONE, change, says, send, text};
use super::support::{Place, TOKEN_A, checked_in, decide_change, event, import, morning, place, post_of, stopped};

pub const ALFONSO: &str = "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4";
pub const WHY: &str = "The patient in person, passport seen";

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

fn later(place: &Place, days: i64) {
    place.clock.set(morning() + SignedDuration::from_hours(24 * days));
}

/// What everybody sees, read from what follows and made anew.
fn everything(desk: &Desk) -> (Vec<VisitRow>, Vec<LoggedEvent>) {
    desk.with_store(|store| {
        let rows = ["apt-0001", "apt-0002", "apt-0003", "apt-0004", "apt-0005", "later"]
            .iter()
            .map(|id| store.visit(&AppointmentId::from(*id)));
        // Their revisions are new after rebuilding; where they stand is not.
        let rows = rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok((rows, store.events(&KioskId::from("lobby"))?))
    })
    .unwrap()
}

/// A day with a change that was accepted, a stop, a walk-away, and a visit that is moved to another day.
pub fn a_day() -> Place {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let ticket = Ticket { number: "A1".parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
    send(
        &place,
        "lobby",
        &[
            says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))]),
            event(
                2,
                KioskEvent::TicketPrinted {
                    ticket,
                    outcome: PrintOutcome::Printed,
                    appointments: vec![id("apt-0001")],
                },
            ),
            checked_in(3, 'A', 2, &["apt-0002", "apt-0003"]),
            stopped(4, Reason::NotFound, &[]),
            stopped(5, Reason::TooLate, &["apt-0004"]),
        ],
    );
    for visit in ["apt-0001", "apt-0002", "apt-0003"] {
        place.desk.act(&StaffWork::Visit(id(visit)), StaffAction::Done, "ana").unwrap();
    }
    place
}

/// Takes out what is too old: marked today and overwritten tomorrow, both times by somebody who says that it may go.
pub fn clean_up_whole(place: &Place) -> Forgotten {
    place.desk.clean_up_anyway(COMMAND).unwrap();
    place.clock.advance(Duration::from_secs(24 * 3600));
    place.desk.clean_up_anyway(COMMAND).unwrap().gone.map(|mark| mark.gone).unwrap_or_default()
}

/// Who asked, as the audit keeps it.
pub fn asked(desk: &Desk, patient: &str) -> Asked {
    desk.asked(patient, WHY).unwrap().unwrap()
}

fn accept(place: &Place) {
    let changes = place.desk.with_store(|store| store.open_changes()).unwrap();
    assert!(decide_change(&place.desk, &changes[0].key, &Verdict::Accept, "ana").unwrap());
}

#[test]
fn what_came_while_the_clock_was_behind_is_not_older_than_what_came_before_it() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    send(&place, "lobby", &[checked_in(1, 'A', 1, &["apt-0001"])]);
    later(&place, -402);
    send(&place, "lobby", &[stopped(2, Reason::NotFound, &[]), checked_in(3, 'A', 2, &["not-listed"])]);
    for visit in ["apt-0001", "not-listed"] {
        assert!(place.desk.act(&StaffWork::Visit(id(visit)), StaffAction::Done, "ana").unwrap());
    }
    let left = || place.desk.with_store(|store| store.events(&KioskId::from("lobby"))).unwrap().len();
    for day in 0..4 {
        later(&place, day);
        super::clean_up::works(&place.desk);
        place.desk.clean_up(COMMAND).unwrap();
        assert_eq!((left(), place.desk.visit(&id("not-listed")).unwrap().is_some()), (3, true), "{day}");
    }
    later(&place, 410);
    assert_eq!(clean_up_whole(&place).events, 3, "and goes when its day does");
}

#[test]
fn who_came_first_of_all_while_the_clock_was_behind_is_not_removed() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    super::clean_up::works(&place.desk);
    later(&place, -402);
    // No one knows who it was; by its kiosk's clock it was today.
    let nameless = LoggedEvent { at: morning(), ..stopped(3, Reason::NotFound, &[]) };
    send(&place, "lobby", &[checked_in(1, 'A', 1, &["waits"]), checked_in(2, 'A', 2, &["was-here"]), nameless]);
    assert!(place.desk.act(&StaffWork::Visit(id("was-here")), StaffAction::Done, "ana").unwrap());
    for day in 0..4 {
        later(&place, day);
        super::clean_up::works(&place.desk);
        place.desk.clean_up(COMMAND).unwrap();
        for visit in ["waits", "was-here"] {
            assert!(place.desk.visit(&id(visit)).unwrap().is_some(), "{visit} {day}");
        }
        assert_eq!(place.desk.open_stops().unwrap(), [Reason::NotFound], "{day}");
    }
}

#[test]
fn old_days_go_whole_and_what_remains_can_be_rebuilt() {
    let place = a_day();
    // A list moves one visit to the far end of what is kept.
    let mut moved = place.desk.with_store(|store| store.appointment(&id("apt-0003"))).unwrap().unwrap();
    moved.start = morning() + SignedDuration::from_hours(24 * 200);
    place.desk.import_appointments(&[moved]).unwrap();
    later(&place, 399);
    assert_eq!(clean_up_whole(&place).visits, 0, "not yet");
    later(&place, 401);
    send(&place, "lobby", &[checked_in(6, 'A', 9, &["later"])]);
    place.desk.act(&StaffWork::Visit(id("later")), StaffAction::Done, "ana").unwrap();
    place.desk.confirm_date("ana").unwrap();
    let next = place.desk.clean_up_view().unwrap().next.unwrap();
    assert_eq!(next.before.to_string(), "2026-11-24");
    let done = clean_up_whole(&place);
    assert_eq!(done, next.what);
    // apt-0002 and apt-0003 came with one ticket, and one of them is still to come.
    assert_eq!((done.visits, done.events), (2, 4), "{done}");
    assert_eq!(done.appointments, 232 - 2);
    let (rows, events) = everything(&place.desk);
    let states: Vec<(&str, &str)> = rows.iter().map(|row| (row.id.as_str(), row.state.code())).collect();
    assert_eq!(states, [("apt-0002", "done"), ("apt-0003", "done"), ("later", "done")]);
    assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [3, 6]);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    let (again, _) = everything(&place.desk);
    let plain = |rows: &[VisitRow]| {
        rows.iter()
            .map(|row| (row.id.clone(), row.state, row.ticket, row.arrived_at, row.reasons.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(&again), plain(&rows));
    assert_eq!(clean_up_whole(&place).visits, 0, "once");
    let search = AuditSearch {
        user: Some(COMMAND.into()),
        from: Some(morning() + SignedDuration::from_hours(24)),
        ..AuditSearch::default()
    };
    let rows = place.desk.with_store(|store| store.audit_rows(&search, 99)).unwrap();
    let said: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row.action.as_str(), row.about.as_str()))
        .filter(|(action, _)| action.starts_with("clean-up"))
        .collect();
    for expected in [
        ("clean-up-marked", "appointments 230, visits 2, events 4, before 2026-11-24"),
        ("clean-up", "appointments 230, visits 2, events 4, before 2026-11-24"),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

#[test]
fn a_kiosk_goes_on_where_it_was_and_another_history_is_still_noticed() {
    let place = a_day();
    later(&place, 401);
    assert!(clean_up_whole(&place).events > 0);
    assert_eq!(place.desk.held(&KioskId::from("lobby")).unwrap(), Seq(5));
    // An acknowledgement was lost: the same event once more is harmless.
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![stopped(5, Reason::TooLate, &["apt-0004"])])).unwrap();
    let mut other = stopped(5, Reason::NotFound, &[]);
    other.at += SignedDuration::from_secs(1);
    assert!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![other])).is_err(), "the card was replaced");
}

#[test]
fn what_the_record_system_waits_for_stays_until_it_was_handed_on() {
    let place = a_day();
    accept(&place);
    later(&place, 401);
    clean_up_whole(&place);
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_some());
    let batch = place.desk.next_export_batch().unwrap().unwrap();
    clean_up_whole(&place);
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_none());
    assert_eq!(place.desk.with_store(|store| store.export_batch(batch)).unwrap().unwrap(), []);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_none());
}

fn raw(place: &Place, needle: &str) -> Vec<String> {
    let holds = |file: &&str| {
        let bytes = std::fs::read(place.folder.path().join(file)).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    };
    ["desk.sqlite", "desk.sqlite-wal"].into_iter().filter(holds).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_patient_is_taken_out_of_the_raw_file_and_kiosks_are_told() {
    let place = a_day();
    let remove = |patient: &str| place.desk.remove_patient(patient, &asked(&place.desk, patient), COMMAND).unwrap();
    let api = InProcess::new(place.desk.clone(), TOKEN_A);
    assert_eq!(remove(ALFONSO), Removal::NotNow(vec![Hindrance::HereToday, Hindrance::Undecided(1)]));
    accept(&place);
    assert_eq!(remove(ALFONSO), Removal::NotNow(vec![Hindrance::HereToday]));
    assert_eq!([remove("nobody"), remove("")], [Removal::Nobody, Removal::Nobody]);
    assert!(!raw(&place, "\"Dietrich").is_empty() && !raw(&place, NEW_PHONE).is_empty());
    later(&place, 1);
    let Attempt::Sent(first) = api.feed(0, Duration::ZERO).await else { panic!() };
    let Removal::Done(gone) = remove(ALFONSO) else { panic!() };
    assert_eq!((gone.appointments, gone.visits, gone.events), (1, 1, 2));
    for needle in [
        "\"Dietrich",
        "dietrich",
        "Alfonso",
        "alfonso",
        NEW_PHONE,
        OLD_PHONE,
        "W524018511",
        "1962-06-02",
        "381 Mitchell",
    ] {
        assert_eq!(raw(&place, needle), Vec::<String>::new(), "{needle}");
    }
    let Attempt::Sent(next) = api.feed(first.cursor, Duration::ZERO).await else { panic!() };
    assert!(
        next.changes.contains(&Change::Removed { appointment: id("apt-0001"), forget: true }),
        "{:?}",
        next.changes.len()
    );
    assert!(place.desk.visit(&id("apt-0001")).unwrap().is_none());
    let before = everything(&place.desk).0;
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!(everything(&place.desk).0.len(), before.len());
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
    let search = AuditSearch { patients: Some(vec![ALFONSO.into()]), ..AuditSearch::default() };
    let rows = place.desk.with_store(|store| store.audit_rows(&search, 99)).unwrap();
    assert_eq!(rows[0].action, "patient-removed");
    assert_eq!(rows[0].about, format!("appointments 1, visits 1, events 2: {WHY}"));
    assert!(rows.len() > 3, "what was done stays on record");
    // Whoever is on a later list is there again, and kiosks hear of it after the removal.
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let Attempt::Sent(last) = api.feed(next.cursor, Duration::ZERO).await else { panic!() };
    let is_back = |change: &Change| match change {
        Change::Appointment(one) => one.id == id("apt-0001") && one.status == AppointmentStatus::Booked,
        _ => false,
    };
    assert!(
        last.changes.iter().any(is_back) && !last.changes.iter().any(|change| matches!(change, Change::Removed { .. }))
    );
}

#[test]
fn everything_about_a_patient_is_handed_out_and_nothing_about_others() {
    let place = a_day();
    accept(&place);
    assert!(place.desk.export_patient("nobody", &asked(&place.desk, "nobody"), COMMAND).unwrap().is_none());
    let all = place.desk.export_patient(ALFONSO, &asked(&place.desk, ALFONSO), COMMAND).unwrap().unwrap();
    let text = all.to_string();
    for theirs in ["Dietrich", NEW_PHONE, "W524018511", "apt-0001", "change-accept"] {
        assert!(text.contains(theirs), "{theirs}");
    }
    for foreign in ["Bailey", "apt-0002", "Gutmann"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    for (part, many) in
        [("appointments", 1), ("visits", 1), ("kiosk_events", 2), ("changes", 1), ("staff_actions", 2), ("accepted", 1)]
    {
        assert_eq!(all[part].as_array().unwrap().len(), many, "{part}: {}", all[part]);
    }
    assert_eq!(all["appointments"][0]["person"]["family_name"], "Dietrich");
    assert!(all["audit"].as_array().unwrap().iter().any(|row| row["action"] == "patient-exported"));
}

#[test]
fn the_same_by_command_and_a_copy_of_everything() {
    let place = a_day();
    later(&place, 2);
    let data = place.folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .args(["--data", data])
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let outside = tempfile::tempdir().unwrap();
    let path = |name: &str| outside.path().join(name).to_str().unwrap().to_owned();
    assert_eq!(run(&["backup", &path("copy")]).0, Some(0));
    assert_eq!(run(&["backup", &path("copy")]).0, Some(1), "it is not written over");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path("copy")).unwrap().permissions()) & 0o777,
        0o600
    );
    let folder = outside.path().join("restored");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(path("copy"), folder.join("desk.sqlite")).unwrap();
    let restored = Desk::open_stored(&folder, std::sync::Arc::new(place.clock.clone())).unwrap();
    assert_eq!(everything(&restored), everything(&place.desk));
    assert!(matches!(restored.verify_audit(None).unwrap(), Verified::Whole { .. }));
    for (reason, problem) in [
        ("", "Enter the requester"),
        ("letter", "Enter the requester"),
        ("the wife of Alfonso D., passport seen", "Leave out the patient's name"),
        ("a\nb c d e f g", "one line"),
    ] {
        let (status, said, why) = run(&["patient", "export", ALFONSO, "--reason", reason, "--out", &path("all.json")]);
        assert!(
            status == Some(1) && why.contains(problem) && !why.contains("passport") && said.is_empty(),
            "{reason}: {why}"
        );
    }
    let (status, said, log) = run(&["patient", "export", ALFONSO, "--reason", WHY, "--out", &path("all.json")]);
    assert!(status == Some(0) && !said.contains("passport") && !log.contains("passport"), "{said} {log}");
    assert!(std::fs::read_to_string(path("all.json")).unwrap().contains("Dietrich"));
    // The machine's clock is another one than the test's.
    let (status, said, _) = run(&["clean-up", "--dry-run"]);
    assert!(matches!(status, Some(0 | 2)) && !said.is_empty(), "{said}");
    let (status, _, why) = run(&["patient", "remove", ALFONSO, "--reason", WHY]);
    assert!(status == Some(1) && why.contains("is waiting for review") && !why.contains("passport"), "{why}");
    accept(&place);
    let (status, said, log) = run(&["patient", "remove", ALFONSO, "--reason", WHY]);
    assert!(status == Some(0) && said.contains("deleted: appointments 1") && !log.contains("passport"), "{said} {log}");
    let (status, _, why) = run(&["patient", "remove", "nobody", "--reason", WHY]);
    assert!(status == Some(1) && why.contains("has no data"), "{why}");
}
