//! Coverage that needs attention: a reason on the list for patients who are here, put there and taken off by the desk
//! itself.

use std::sync::Arc;
use std::time::Instant;

use arrivals::clock::Clock as _;
use arrivals::desk::service::changes::eligibility::{SimulatedPayers, answer_in_time};
use arrivals::desk::store::{DESK, IfLate, StaffAction, StaffWork, Verdict};
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::event::StillRight;
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::insurance::Coverage;
use arrivals::domain::language::Language;
use arrivals::domain::payer::InsuranceSettings;
use arrivals::domain::proposal::Field;
use arrivals::domain::queue::VisitState;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::CallAs;
use arrivals::domain::visit::VisitRow;
use jiff::civil::date;

use super::insurance::{HEADER, get, on_file, row, said, take, value};
use super::page::sign_in;
use super::proposals::{change, key, says, send};
use super::support::{PASSWORD, PATIENCE, Place, decide_change, place};

/// Ada, whose number ends in `member`, and Ben, whose card ended the day before.
fn clinic(member: &str) -> Place {
    let place = place();
    let text = format!(
        "{HEADER},payer,member_id,coverage_end\n{},One,{member},\n{},One,M1,2026-11-22\n",
        row("a1", "2026-11-23T08:00:00", "ada"),
        row("b1", "2026-11-23T08:30:00", "ben")
    );
    take(&place, "day.csv", &text);
    place
}

/// Payers answer about every card that is due, and what follows is on the list.
async fn answers(place: &Place) {
    let due = place.desk.with_store(|store| store.due_inquiries(None, place.clock.now())).unwrap();
    for inquiry in due {
        let answer = answer_in_time(&SimulatedPayers::default(), inquiry.question).await;
        place.desk.with_store(|store| store.answer_inquiry(&inquiry.key, answer, place.clock.now())).unwrap();
    }
    place.desk.settle_coverage().unwrap();
}

fn rows(place: &Place) -> Vec<VisitRow> {
    place.desk.with_store(|store| store.visits_of(date(2026, 11, 23))).unwrap()
}

fn visit(place: &Place, id: &str) -> VisitRow {
    rows(place).into_iter().find(|row| row.id.as_str() == id).unwrap()
}

/// The reasons, and who took each of them.
fn reasons(place: &Place, id: &str) -> Vec<(Reason, Option<String>)> {
    visit(place, id).reasons.into_iter().map(|one| (one.reason, one.taken.map(|(_, user)| user))).collect()
}

fn rebuilt(place: &Place) {
    let before = rows(place);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == rows(place), "rebuilt from what was recorded");
    assert!(
        !place.desk.with_store(|store| store.settle_coverage(None, place.clock.now())).unwrap(),
        "and as it should be"
    );
}

fn act(place: &Place, id: &str, action: StaffAction) -> bool {
    place.desk.act(&StaffWork::Visit(AppointmentId::from(id)), action, "ana").unwrap()
}

#[tokio::test]
async fn a_member_whom_the_payer_does_not_know_needs_attention_until_the_number_is_right() {
    let place = clinic("M9");
    answers(&place).await;
    assert!(reasons(&place, "a1").is_empty(), "nobody is here yet");
    // A kiosk takes them, whatever their insurance is.
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    assert_eq!(visit(&place, "a1").state, VisitState::Arrived);
    answers(&place).await;
    assert_eq!(reasons(&place, "a1"), [(Reason::MemberNotFound, None)]);
    rebuilt(&place);

    // Taken, taken back, taken again: as every other reason.
    assert!(act(&place, "a1", StaffAction::Seen));
    assert_eq!(reasons(&place, "a1"), [(Reason::MemberNotFound, Some("ana".to_owned()))]);
    place.desk.settle_coverage().unwrap();
    assert_eq!(reasons(&place, "a1").len(), 1, "it does not come again by itself");
    rebuilt(&place);
    assert!(act(&place, "a1", StaffAction::Undo));
    assert_eq!(reasons(&place, "a1"), [(Reason::MemberNotFound, None)]);
    rebuilt(&place);

    // A corrected number: asked about, and good.
    let old = on_file(&place, "a1").coverage.unwrap();
    let new = Coverage { member_id: "M1".into(), ..old.clone() };
    send(&place, "annex", &[says(1, 'B', &["a1"], vec![change(Field::Insurance, value(&old), value(&new))])]);
    assert!(decide_change(&place.desk, &key("annex", 1, Field::Insurance), &Verdict::Accept, "ana").unwrap());
    answers(&place).await;
    assert!(!reasons(&place, "a1").iter().any(|(reason, _)| reason.is_coverage()), "{:?}", reasons(&place, "a1"));
    rebuilt(&place);

    let rows = place.desk.with_store(|store| store.audit_rows(&Default::default(), 100)).unwrap();
    let found: Vec<_> = rows.iter().filter(|row| row.action == "coverage").collect();
    assert!(found.len() == 2 && found.iter().all(|row| row.user == DESK && row.patient == "ada"), "{found:?}");
    assert!(rows.iter().all(|row| !row.about.contains("M9") && !row.about.contains("M1")));
}

#[tokio::test]
async fn other_numbers_and_ended_cards_are_judged_by_the_rule_and_by_the_setting() {
    for (member, expected) in [
        ("M1", None),
        ("M6", Some(Reason::CoverageInactive)),
        ("M7", None),
        ("M8", None),
        ("M9", Some(Reason::MemberNotFound)),
    ] {
        let place = clinic(member);
        send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
        // M8 never answers: then there is no answer, and nothing is the matter with the card.
        if member != "M8" {
            answers(&place).await;
        }
        assert_eq!(reasons(&place, "a1").first().map(|(reason, _)| *reason), expected, "{member}");
    }
    // No payer was asked: the card's own dates count.
    let place = clinic("M1");
    send(&place, "lobby", &[said(1, "b1", StillRight::Yes, StillRight::Yes)]);
    place.desk.settle_coverage().unwrap();
    assert_eq!(reasons(&place, "b1"), [(Reason::CoverageOutOfDates, None)]);
    // Gone again with the check-in; there again with the next one.
    assert!(place.desk.undo_check_in(&AppointmentId::from("b1"), "ana").unwrap().is_ok());
    place.desk.settle_coverage().unwrap();
    assert!(reasons(&place, "b1").is_empty());
    rebuilt(&place);
    // A clinic that does not ask about insurance hears nothing of it.
    let insurance = InsuranceSettings { ask: false, ..InsuranceSettings::default() };
    let settings = ClinicSettings { insurance, ..ClinicSettings::default() };
    let desk = Desk::open(place.folder.path(), settings, Arc::new(place.clock.clone())).unwrap();
    desk.check_in_by_hand(&AppointmentId::from("b1"), (Language::English, CallAs::Number), IfLate::CheckIn, "ana")
        .unwrap()
        .unwrap();
    desk.settle_coverage().unwrap();
    assert!(reasons(&place, "b1").is_empty());
}

#[tokio::test]
async fn taking_a_reason_back_leaves_the_step_before_it() {
    let place = clinic("M1");
    let id = AppointmentId::from("b1");
    place.desk.check_in_by_hand(&id, (Language::English, CallAs::Number), IfLate::CheckIn, "ana").unwrap().unwrap();
    place.desk.settle_coverage().unwrap();
    let (check_in, _) = visit(&place, "b1").in_line.step.unwrap();
    assert!(act(&place, "b1", StaffAction::Seen));
    let (taken, word) = visit(&place, "b1").in_line.step.unwrap();
    assert!(taken > check_in && word == "seen", "{word}");
    assert!(place.desk.undo_shown(&id, check_in, "ana").unwrap().is_err(), "that is not the latest any more");
    place.desk.undo_shown(&id, taken, "ana").unwrap().unwrap();
    let row = visit(&place, "b1");
    assert!(row.ticket.is_some() && row.state == VisitState::Arrived, "still checked in");
    assert_eq!(reasons(&place, "b1"), [(Reason::CoverageOutOfDates, None)]);
    assert_eq!(row.in_line.step.map(|(revision, _)| revision), Some(check_in));
    rebuilt(&place);
    place.desk.undo_shown(&id, check_in, "ana").unwrap().unwrap();
    assert_eq!(visit(&place, "b1").state, VisitState::Expected);
}

#[tokio::test]
async fn the_list_and_the_persons_page_say_it_with_a_pill_and_count_it() {
    let place = clinic("M9");
    place.desk.add_user("ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
    let desk = place.opened_with(DeskOptions::default().payers(Arc::new(SimulatedPayers::default())));
    let serving = desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let list = get(&serving, &cookie, "/list").await.body;
    // Before anybody is here it is said, and nobody is needed.
    assert!(
        list.contains("pill bad") && list.contains("Coverage expired 11/22/2026") && list.contains("data-needs=\"0\""),
        "{list}"
    );
    // The desk does the rest by itself: Ada's payer does not know her; Ben's says that he is covered, whatever the
    // card's date.
    send(
        &place,
        "lobby",
        &[said(1, "a1", StillRight::Yes, StillRight::Yes), said(2, "b1", StillRight::Yes, StillRight::Yes)],
    );
    let started = Instant::now();
    let list = loop {
        let list = get(&serving, &cookie, "/list").await.body;
        if list.contains("Coverage active") && list.contains("data-needs=\"1\"") {
            break list;
        }
        assert!(started.elapsed() < PATIENCE, "{list}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let needs =
        list.split("id=\"needs\"").nth(1).and_then(|rest| rest.split("id=\"waiting\"").next()).unwrap_or_default();
    assert!(
        needs.contains("row-a1") && needs.contains("pill bad") && needs.contains("Eligibility: member not found"),
        "{needs}"
    );
    assert!(!needs.contains("row-b1") && list.contains("pill good") && !list.contains("Coverage expired"), "{list}");
    let page = get(&serving, &cookie, "/visit?appointment=a1").await.body;
    assert!(page.contains("pill bad") && page.contains("Eligibility: member not found"), "{page}");
    serving.stop().await;
}
