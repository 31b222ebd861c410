//! The page of a patient's data: who is found, what is shown, and what is handed out or taken out, and when not.

use std::net::SocketAddr;

use arrivals::desk::store::{AuditRow, AuditSearch, COMMAND, Verdict};
use arrivals::domain::proposal::Field;
use arrivals::domain::staff::Role;
use jiff::SignedDuration;

use super::data_life::{ALFONSO, WHY, asked};
use super::page::{ready, sign_in};
use super::proposals::{NEW_PHONE, OLD_PHONE, change, says, send, text};
use super::support::{Answer, PASSWORD, Place, decide_change, form, http, morning};

/// A day on which Alfonso checks in with a new telephone; a supervisor is signed in.
async fn supervised() -> (Place, arrivals::desk::http::serve::Serving, String, String) {
    let (place, serving, _) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    place.desk.add_user("sue", PASSWORD, Role::Supervisor).unwrap();
    let (cookie, csrf) = again(serving.addr).await;
    (place, serving, cookie, csrf)
}

async fn again(addr: SocketAddr) -> (String, String) {
    let cookie = sign_in(addr, "sue", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/patient-data", &[("cookie", &cookie)], "").await.csrf();
    (cookie, csrf)
}

fn rows(place: &Place) -> Vec<AuditRow> {
    let search =
        AuditSearch { patients: Some(vec![ALFONSO.into()]), user: Some("sue".into()), ..AuditSearch::default() };
    place.desk.with_store(|store| store.audit_rows(&search, 99)).unwrap()
}

fn shows_nothing_of_the_values(answer: &Answer) -> bool {
    [NEW_PHONE, OLD_PHONE, "W524018511", "381 Mitchell"].iter().all(|value| !answer.body.contains(value))
}

#[tokio::test]
async fn a_patient_is_found_and_counted_and_the_audit_has_who_looked() {
    let (place, serving, cookie, csrf) = supervised().await;
    let ask = async |action: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(serving.addr, &format!("/patient-data/{action}"), &cookie, &fields).await
    };
    assert_eq!(ask("find", &[("q", " ")]).await.status, 422);
    let nobody = ask("find", &[("q", "zzz zzz")]).await;
    assert!(nobody.status == 200 && nobody.body.contains("No patient with stored data matches"), "{}", nobody.body);
    for q in ["alfonso dietrich", "dietrich 6/2/1962", ALFONSO] {
        let found = ask("find", &[("q", q)]).await;
        assert!(
            found.body.contains("Dietrich")
                && found.body.contains("DOB 06/02/1962 (64 y)")
                && found.body.contains(ALFONSO),
            "{q}"
        );
        assert!(!found.body.contains("Bailey") && shows_nothing_of_the_values(&found));
    }
    let shown = ask("show", &[("patient", ALFONSO)]).await;
    assert_eq!(shown.status, 200);
    for words in [
        "Dietrich",
        "06/02/1962 (64 y)",
        "Appointments",
        "Kiosk reports",
        "Proposed changes",
        "Nov 23, 2026",
        "Audit log",
    ] {
        assert!(shown.body.contains(words), "{words}");
    }
    assert!(shows_nothing_of_the_values(&shown), "counts, not values");
    assert!(
        shown.body.contains("has a visit today") && shown.body.contains("/changes?appointment=apt-0001"),
        "what is in the way, and what to do"
    );
    let none = ask("show", &[("patient", "nobody-at-all")]).await;
    assert!(none.status == 404 && !none.body.contains("nobody-at-all"));
    assert_eq!(ask("nonsense", &[("patient", ALFONSO)]).await.status, 404);
    let noted: Vec<String> = rows(&place).into_iter().map(|row| row.action).collect();
    assert_eq!(noted, ["saw-patient-data", "searched", "searched", "searched"]);
    // Whoever came without an appointment is found, too.
    let by_hand = arrivals::desk::store::WalkInByHand {
        given_name: "Zoë".into(),
        family_name: "Quick".into(),
        birth_date: arrivals::domain::person::BirthDate(jiff::civil::date(1990, 2, 3)),
        category: "walk-in".into(),
        language: arrivals::domain::language::Language::English,
        call_as: arrivals::domain::ticket::CallAs::Number,
    };
    let (request, _) = place.desk.walk_in_by_hand(&by_hand, "ana").unwrap();
    for q in ["zoe", "quick 2/3/1990", request.as_str()] {
        assert!(ask("find", &[("q", q)]).await.body.contains("walked in on Nov 23, 2026"), "{q}");
    }
    assert!(ask("show", &[("patient", request.as_str())]).await.body.contains("self-reported, not verified"));
    serving.stop().await;
}

#[tokio::test]
async fn what_is_handed_out_is_what_the_command_writes_and_needs_a_reason() {
    let (place, serving, cookie, csrf) = supervised().await;
    let export = async |why: &str| {
        form(serving.addr, "/patient-data/export", &cookie, &[("csrf", &csrf), ("patient", ALFONSO), ("asked", why)])
            .await
    };
    for (why, problem) in [
        ("", "Enter the requester"),
        ("letter", "Enter the requester"),
        ("Mr. DIETRICH in person", "Leave out the patient"),
        (&"x".repeat(201), "up to 200"),
    ] {
        let answer = export(why).await;
        assert!(
            answer.status == 422 && answer.body.contains(problem) && shows_nothing_of_the_values(&answer),
            "{why}: {}",
            answer.body
        );
    }
    assert!(rows(&place).iter().all(|row| row.action != "patient-exported"), "nothing was handed out");
    let answer = export(WHY).await;
    assert_eq!(answer.status, 200);
    for header in [
        "content-type: application/json",
        "content-disposition: attachment; filename=\"patient-data.json\"",
        "cache-control: no-store",
    ] {
        assert!(answer.head.to_lowercase().contains(header), "{header}: {}", answer.head);
    }
    let mut page: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let mut command = place.desk.export_patient(ALFONSO, &asked(&place.desk, ALFONSO), COMMAND).unwrap().unwrap();
    for one in [&mut page, &mut command] {
        one.as_object_mut().unwrap().remove("audit");
    }
    assert_eq!(page, command);
    let noted = rows(&place).into_iter().find(|row| row.action == "patient-exported").unwrap();
    assert_eq!((noted.user.as_str(), noted.about.as_str()), ("sue", WHY));
    serving.stop().await;
}

#[tokio::test]
async fn a_patient_is_taken_out_only_when_nothing_is_in_the_way_and_the_number_was_typed() {
    let (place, serving, cookie, csrf) = supervised().await;
    let addr = serving.addr;
    let remove = async |cookie: &str, csrf: &str, number: &str, why: &str| {
        let fields = [("csrf", csrf), ("patient", ALFONSO), ("number", number), ("asked", why)];
        form(addr, "/patient-data/remove", cookie, &fields).await
    };
    let is_here = || place.desk.patient_data(ALFONSO).unwrap().is_some_and(|data| data.holdings.len() > 3);
    let today = remove(&cookie, &csrf, ALFONSO, WHY).await;
    assert!(
        today.status == 409 && today.body.contains("has a visit today") && !today.body.contains("danger"),
        "{}",
        today.body
    );
    place.clock.set(morning() + SignedDuration::from_hours(24));
    let (cookie, csrf) = again(addr).await;
    let open = remove(&cookie, &csrf, ALFONSO, WHY).await;
    assert!(
        open.status == 409 && open.body.contains("is waiting for review") && !open.body.contains("visit today"),
        "{}",
        open.body
    );
    let changes = place.desk.with_store(|store| store.open_changes()).unwrap();
    assert!(decide_change(&place.desk, &changes[0].key, &Verdict::Accept, "ana").unwrap());
    let question = form(addr, "/patient-data/confirm", &cookie, &[("csrf", &csrf), ("patient", ALFONSO)]).await;
    for words in ["Permanently deleted", "Stays", "can't be undone", "not exported yet", "lobby", "Cancel"] {
        assert!(question.body.contains(words), "{words}: {}", question.body);
    }
    for (number, why, problem) in [
        ("", WHY, "isn't this patient's number"),
        ("2b729cb8", WHY, "isn't this patient's number"),
        (ALFONSO, "letter", "Enter the requester"),
        (ALFONSO, "Alfonso asked by letter", "Leave out the patient"),
    ] {
        let answer = remove(&cookie, &csrf, number, why).await;
        assert!(answer.status == 422 && answer.body.contains(problem) && is_here(), "{number} {why}: {}", answer.body);
    }
    let done = remove(&cookie, &csrf, ALFONSO, WHY).await;
    assert!(
        done.status == 200 && done.body.contains("Data deleted") && !done.body.contains("Dietrich"),
        "{}",
        done.body
    );
    assert!(place.desk.patient_data(ALFONSO).unwrap().is_none());
    let noted = rows(&place).remove(0);
    assert_eq!(
        (noted.action.as_str(), noted.about),
        ("patient-removed", format!("appointments 1, visits 1, events 1: {WHY}"))
    );
    assert_eq!(remove(&cookie, &csrf, ALFONSO, WHY).await.status, 404, "a second press does nothing");
    serving.stop().await;
}

#[tokio::test]
async fn what_was_typed_here_is_not_kept_when_the_session_has_ended() {
    let (place, serving, cookie, csrf) = supervised().await;
    place.clock.advance(std::time::Duration::from_secs(16 * 60));
    let fields = [("csrf", csrf.as_str()), ("patient", ALFONSO), ("number", ALFONSO), ("asked", WHY)];
    for action in ["export", "remove"] {
        let answer = form(serving.addr, &format!("/patient-data/{action}"), &cookie, &fields).await;
        assert!(answer.status == 401 && !answer.head.contains("arrivals_kept"), "{action}: {}", answer.head);
    }
    assert!(rows(&place).iter().all(|row| !row.action.starts_with("patient-")));
    serving.stop().await;
}
