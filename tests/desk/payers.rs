//! Asking payers about the cards of whoever arrives: whom, how often, and what staff see of the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arrivals::clock::Clock as _;
use arrivals::desk::service::changes::eligibility::{Answering, Payers, SimulatedPayers, answer_in_time};
use arrivals::desk::store::{CardKey, Verdict};
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::eligibility::{Eligibility, NoAnswer, Question};
use arrivals::domain::event::StillRight;
use arrivals::domain::insurance::Coverage;
use arrivals::domain::proposal::Field;
use jiff::civil::date;

use super::insurance::{HEADER, card, full_card, get, on_file, row, said, take, value};
use super::page::ready;
use super::proposals::{change, key, says, send};
use super::support::{Place, decide_change, place};

/// Payers that count how often they are asked.
#[derive(Default)]
struct Counted {
    times: AtomicUsize,
}

impl Payers for Counted {
    fn ask(&self, question: Question) -> Answering {
        self.times.fetch_add(1, Ordering::SeqCst);
        SimulatedPayers::default().ask(question)
    }
}

/// Asks about every card that is due, and answers how many that were.
async fn ask(place: &Place, payers: &dyn Payers) -> usize {
    let due = place.desk.with_store(|store| store.due_inquiries(None, place.clock.now())).unwrap();
    let count = due.len();
    for inquiry in due {
        let answer = answer_in_time(payers, inquiry.question).await;
        place.desk.with_store(|store| store.answer_inquiry(&inquiry.key, answer, place.clock.now())).unwrap();
    }
    count
}

/// The served desk asks them.
async fn serve(place: &Place, payers: Arc<dyn Payers>) -> (Desk, arrivals::desk::http::serve::Serving) {
    let desk = place.opened_with(DeskOptions::default().payers(payers));
    let serving = desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    (desk, serving)
}

#[tokio::test]
async fn a_payer_is_asked_once_a_day_about_each_card_of_whoever_arrives() {
    let payers = Counted::default();
    let place = place();
    let times = || payers.times.load(Ordering::SeqCst);
    let text = format!(
        "{HEADER},payer,member_id,second_payer,second_member_id\n{},One,M1,Two,M6\n{},One,M9,,\n{},,,,\n",
        row("a1", "2026-11-23T08:00:00", "ada"),
        row("b1", "2026-11-23T09:00:00", "ben"),
        row("c1", "2026-11-23T09:00:00", "cyd")
    );
    take(&place, "day.csv", &text);
    assert_eq!((ask(&place, &payers).await, times()), (0, 0), "nobody is here yet");
    send(
        &place,
        "lobby",
        &[said(1, "a1", StillRight::Yes, StillRight::Yes), said(2, "c1", StillRight::Yes, StillRight::Yes)],
    );
    assert_eq!((ask(&place, &payers).await, times()), (2, 2), "two cards of one, none of the other");
    send(&place, "annex", &[says(1, 'B', &["a1"], Vec::new()), says(2, 'B', &["b1"], Vec::new())]);
    assert_eq!((ask(&place, &payers).await, times()), (1, 3), "the new one alone");
    let known = |place: &Place, visit: &str| {
        let found = on_file(place, visit);
        let answers = place.desk.with_store(|store| store.eligibility_on(store.date_at(place.clock.now()))).unwrap();
        [found.coverage, found.second_coverage]
            .into_iter()
            .flatten()
            .map(|card| {
                answers.get(&CardKey::of(&found.person.id, &card)).map_or(Eligibility::Unknown, |(answer, _)| *answer)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(known(&place, "a1"), [Eligibility::Active, Eligibility::Inactive]);
    assert_eq!(known(&place, "b1"), [Eligibility::Error(NoAnswer::NotFound)]);
    // Another card is another question.
    let told = change(Field::Insurance, value(&card("One", "M9")), value(&card("One", "M2")));
    send(&place, "annex", &[says(3, 'B', &["b1"], vec![told])]);
    assert!(decide_change(&place.desk, &key("annex", 3, Field::Insurance), &Verdict::Accept, "ana").unwrap());
    assert_eq!(known(&place, "b1"), [Eligibility::Unknown]);
    assert_eq!(ask(&place, &payers).await, 1);
    assert_eq!(known(&place, "b1"), [Eligibility::Active]);
    place.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(known(&place, "b1"), [Eligibility::Unknown], "yesterday's answer is none");
}

#[test]
fn debug_output_says_neither_whose_card_it_is_nor_who_pays() {
    let place = place();
    take(
        &place,
        "day.csv",
        &format!("{HEADER},payer,payer_code,member_id\n{},One,medicaid,M1\n", row("a1", "2026-11-23T08:00:00", "ada")),
    );
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    let due = place.desk.with_store(|store| store.due_inquiries(None, place.clock.now())).unwrap();
    let shown = format!("{due:?} {:?}", CardKey::of(&"ada".into(), &full_card()));
    assert_eq!(due.len(), 1);
    for private in ["medicaid", "One", "M1", "ada", "example"] {
        assert!(!shown.contains(private), "{private}: {shown}");
    }
}

#[tokio::test]
async fn a_question_that_a_restart_cut_off_is_asked_again_and_one_on_its_way_is_not() {
    let place = place();
    take(&place, "day.csv", &format!("{HEADER},payer,member_id\n{},One,M1\n", row("a1", "2026-11-23T08:00:00", "ada")));
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    let due = || place.desk.with_store(|store| store.due_inquiries(None, place.clock.now())).unwrap().len();
    for (seconds, expected) in [(0, 1), (0, 0), (20, 0), (20, 0), (1, 1), (0, 0)] {
        place.clock.advance(Duration::from_secs(seconds));
        assert_eq!(due(), expected, "{seconds}");
    }
}

#[tokio::test]
async fn what_a_payer_answers_stands_beside_the_card_and_on_the_list_if_it_is_bad() {
    for (member, panel, row_words) in [
        ("M1", "Coverage active", "pill good"),
        ("M6", "Coverage not active", "Coverage not active"),
        ("M7", "", ""),
        ("M9", "Eligibility: member not found", "Eligibility: member not found"),
    ] {
        let (place, serving, cookie) = ready().await;
        let old = on_file(&place, "apt-0001").coverage.unwrap();
        let new = Coverage { member_id: member.into(), ..old.clone() };
        send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Insurance, value(&old), value(&new))])]);
        assert!(decide_change(&place.desk, &key("lobby", 1, Field::Insurance), &Verdict::Accept, "ana").unwrap());
        let page = async || get(&serving, &cookie, "/changes?appointment=apt-0001").await.body;
        assert!(!page().await.contains("Insurance on file"), "nobody asked");
        assert_eq!(ask(&place, &SimulatedPayers::default()).await, 1);
        let shown = page().await;
        assert_eq!(shown.contains("Insurance on file"), !panel.is_empty(), "{member}");
        assert!(shown.contains(panel), "{member}: {shown}");
        place.desk.settle_coverage().unwrap();
        let list = get(&serving, &cookie, "/list").await.body;
        let row = list.split("id=\"row-apt-0001\"").nth(1).unwrap().split("</li>").next().unwrap();
        assert_eq!(row.contains("class=\"pill"), !row_words.is_empty(), "{member}: {row}");
        let needs = usize::from(["M6", "M9"].contains(&member));
        assert!(row.contains(row_words) && list.contains(&format!("data-needs=\"{needs}\"")), "{member}: {list}");
        serving.stop().await;
    }
}

#[tokio::test]
async fn a_desk_that_is_served_asks_by_itself() {
    let place = place();
    take(&place, "day.csv", &format!("{HEADER},payer,member_id\n{},One,M1\n", row("a1", "2026-11-23T08:00:00", "ada")));
    let (desk, serving) = serve(&place, Arc::new(SimulatedPayers::default())).await;
    // By another process, as far as the served desk knows.
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    let answered = async {
        let is_active = || {
            let known = desk.with_store(|store| store.eligibility_on(date(2026, 11, 23))).unwrap();
            known.values().any(|(answer, _)| *answer == Eligibility::Active)
        };
        while !is_active() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), answered).await.is_ok());
    serving.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_question_that_nothing_wakes_the_desk_for_is_asked_all_the_same() {
    let place = place();
    take(&place, "day.csv", &format!("{HEADER},payer,member_id\n{},One,M1\n", row("a1", "2026-11-23T08:00:00", "ada")));
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    // Asked by a desk that was cut off, a moment ago: not due yet.
    assert_eq!(place.desk.with_store(|store| store.due_inquiries(None, place.clock.now())).unwrap().len(), 1);
    let payers = Arc::new(Counted::default());
    let (_, serving) = serve(&place, payers.clone()).await;
    let times = || payers.times.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(times(), 0);
    place.clock.advance(Duration::from_secs(50));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(times(), 1);
    serving.stop().await;
}

#[tokio::test(start_paused = true)]
async fn without_anybody_to_ask_nothing_is_asked() {
    let place = place();
    take(&place, "day.csv", &format!("{HEADER},payer,member_id\n{},One,M1\n", row("a1", "2026-11-23T08:00:00", "ada")));
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    tokio::time::sleep(Duration::from_secs(200)).await;
    assert!(place.desk.with_store(|store| store.eligibility_on(date(2026, 11, 23))).unwrap().is_empty());
    serving.stop().await;
}
