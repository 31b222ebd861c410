//! What staff do by hand: checking in with the desk's own numbers, undoing that, how somebody is called, who did not
//! come, notes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::service::queue::by_hand::check_note;
use arrivals::desk::store::{
    AuditSearch, HandAction, Happening, IfLate, StaffAction, StaffDeed, StaffWork, Verified, WalkInByHand,
};
use arrivals::domain::event::KioskEvent;
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::queue::day::Refusal;
use arrivals::domain::queue::{QueueAction, VisitState};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, Series, Ticket, TicketNumber};
use arrivals::domain::visit::VisitRow;
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::wire::Change;
use jiff::civil::{Date, date};

use super::queue::{arrives, clinic, desk_with, id};
use super::support::{Place, TOKEN_A};

const TODAY: Date = date(2026, 11, 23);
const HOW: (Language, CallAs) = (Language::Spanish, CallAs::FirstName);

/// It is half past eight. `a1` and `a2` are one person's; `a3` is theirs, too, and too far away to check in for.
fn morning() -> Place {
    desk_with(
        clinic(),
        &[
            ("a1", "09:00", "Laboratory", "Dr. Predovic"),
            ("a2", "09:20", "X-ray", "Dr. Herzog"),
            ("a3", "14:00", "X-ray", "Dr. Herzog"),
            ("b1", "08:00", "Laboratory", "Dr. Mraz"),
            ("c1", "09:00", "Laboratory", "Dr. Predovic"),
        ],
    )
}

fn d(count: u32) -> Ticket {
    Ticket { number: TicketNumber::new(Series::DESK, count), date: TODAY }
}

fn row(place: &Place, visit: &str) -> VisitRow {
    place.desk.with_store(|store| store.visits_of(TODAY)).unwrap().into_iter().find(|row| row.id == id(visit)).unwrap()
}

fn stands(place: &Place, visit: &str) -> (VisitState, Option<String>) {
    let row = row(place, visit);
    (row.state, row.ticket.map(|ticket| ticket.number.to_string()))
}

fn check_in(place: &Place, visit: &str) -> Result<Ticket, Refusal> {
    place.desk.check_in_by_hand(&id(visit), HOW, IfLate::CheckIn, "ana").unwrap()
}

fn undo(place: &Place, visit: &str) -> bool {
    place.desk.act(&StaffWork::Visit(id(visit)), StaffAction::Undo, "ana").unwrap()
}

/// Everything that follows from what was recorded can be made anew.
fn rebuilt(place: &Place) {
    let all = |place: &Place| {
        let visits = [id("a1"), id("a2"), id("b1"), id("c1")];
        place.desk.with_store(|store| Ok((store.visits_of(TODAY)?, store.notes_of(&visits)?))).unwrap()
    };
    let before = all(place);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == all(place), "rebuilt from what was recorded");
}

async fn told(place: &Place, cursor: u64) -> (u64, Vec<(String, Option<String>)>) {
    let api = InProcess::new(place.desk.clone(), TOKEN_A);
    let Attempt::Sent(feed) = api.feed(cursor, Duration::ZERO).await else { panic!() };
    let visits = feed.changes.into_iter().filter_map(|change| match change {
        Change::Visit { appointment, ticket, .. } => {
            Some((appointment.to_string(), ticket.map(|ticket| ticket.number.to_string())))
        }
        _ => None,
    });
    (feed.cursor, visits.collect())
}

#[tokio::test]
async fn somebody_is_checked_in_for_all_that_a_kiosk_would_take_and_undone_whole() {
    let place = morning();
    let (cursor, _) = told(&place, 0).await;
    assert_eq!(check_in(&place, "a1"), Ok(d(1)));
    assert_eq!(check_in(&place, "a2"), Ok(d(1)), "the number again, not a second");
    assert_eq!(
        [stands(&place, "a1"), stands(&place, "a2")],
        [(VisitState::Arrived, Some("D1".into())), (VisitState::Arrived, Some("D1".into()))]
    );
    assert_eq!(stands(&place, "a3"), (VisitState::Expected, None), "check-in for it is not open");
    let first = row(&place, "a1");
    assert_eq!(
        (first.call_as, first.language, first.kiosk.clone()),
        (CallAs::FirstName, Some(Language::Spanish), None)
    );
    assert_eq!(first.seen.as_ref().map(|(_, user)| user.as_str()), Some("ana"));
    assert!(first.reasons.is_empty());
    let (cursor, heard) = told(&place, cursor).await;
    assert_eq!(heard, [("a1".to_owned(), Some("D1".to_owned())), ("a2".to_owned(), Some("D1".to_owned()))]);
    rebuilt(&place);

    // Somebody who is checked in by hand stands in line like anybody.
    assert!(place.desk.ticket_standing(d(1)).unwrap().unwrap().position.is_some());
    assert_eq!(place.desk.undo_check_in(&id("a2"), "ben").unwrap(), Ok(()));
    for visit in ["a1", "a2"] {
        assert_eq!(stands(&place, visit), (VisitState::Expected, None));
    }
    let (cursor, heard) = told(&place, cursor).await;
    assert_eq!(heard, [("a1".to_owned(), None), ("a2".to_owned(), None)]);
    rebuilt(&place);
    // Undone is not forgotten: it can be put back as it was, with both visits.
    assert!(undo(&place, "a1"));
    assert_eq!(stands(&place, "a2"), (VisitState::Arrived, Some("D1".into())));
    assert_eq!(row(&place, "a1").arrived_at, first.arrived_at);
    rebuilt(&place);
    assert!(undo(&place, "a2"), "the check-in itself");
    assert_eq!([stands(&place, "a1").0, stands(&place, "a2").0], [VisitState::Expected; 2]);
    assert!(!undo(&place, "a2"));
    assert_eq!(check_in(&place, "a2"), Ok(d(2)), "a number is not given again");
    let (_, heard) = told(&place, cursor).await;
    assert_eq!(heard.iter().filter(|(_, ticket)| ticket.as_deref() == Some("D2")).count(), 2);
    rebuilt(&place);
}

#[test]
fn what_goes_on_is_not_undone_under_somebody() {
    let place = morning();
    arrives(&place, 1, &["a1", "a2"]);
    place.desk.call_this(&id("a1"), Some("Room 1"), "ana").unwrap().unwrap();
    assert_eq!(place.desk.undo_check_in(&id("a2"), "ana").unwrap(), Err(Refusal::GoneOn));
    assert!(undo(&place, "a1"));
    assert_eq!(place.desk.undo_check_in(&id("a2"), "ana").unwrap(), Ok(()));
    assert_eq!(stands(&place, "a1"), (VisitState::Expected, None), "also of a kiosk's ticket");
    // Checked in anew at the kiosk: there is nothing to put back any more.
    arrives(&place, 2, &["a1", "a2"]);
    assert_eq!(stands(&place, "a1"), (VisitState::Arrived, Some("A2".into())));
    assert!(!undo(&place, "a1"));
    assert!(row(&place, "a1").duplicates.is_empty());
    rebuilt(&place);
    // Of two visits of one check-in by hand one has gone on: the check-in stays.
    assert_eq!(place.desk.undo_check_in(&id("a1"), "ana").unwrap(), Ok(()));
    assert_eq!(check_in(&place, "a1"), Ok(d(1)));
    assert_eq!(place.desk.queue_step(&id("a2"), &QueueAction::Hold, "ana").unwrap(), Ok(()));
    assert!(!undo(&place, "a1"));
    assert_eq!(stands(&place, "a1").1.as_deref(), Some("D1"));
    rebuilt(&place);
}

#[test]
fn a_kiosk_that_was_offline_is_told_which_ticket_counts() {
    let place = morning();
    assert_eq!(check_in(&place, "c1"), Ok(d(1)));
    arrives(&place, 1, &["c1"]);
    let row = row(&place, "c1");
    assert_eq!(row.ticket, Some(d(1)));
    assert_eq!(row.duplicates.len(), 1);
    assert_eq!(row.reasons.first().map(|reason| reason.reason), Some(Reason::AlreadyCheckedIn));
    rebuilt(&place);
}

#[test]
fn two_desks_never_give_the_same_number() {
    let place = morning();
    let other = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    let taken: Vec<Ticket> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let desk = if n % 2 == 0 { &place.desk } else { &other };
                scope.spawn(move || {
                    let who = WalkInByHand { given_name: format!("Given{n}").as_str().into(), ..somebody() };
                    desk.walk_in_by_hand(&who, "ana").unwrap().1
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 8);
    assert_eq!(taken.iter().map(|ticket| ticket.number.count()).max(), Some(8), "and none is left out");
    // The next day they begin again, but for those whom someone holds who is still here.
    let (first, last) = (taken.iter().min().unwrap(), taken.iter().max().unwrap());
    let gone = arrivals::domain::ids::AppointmentId::of_request(*first);
    assert!(place.desk.act(&StaffWork::Visit(gone), StaffAction::Done, "ana").unwrap());
    place.clock.advance(Duration::from_secs(24 * 3600));
    for number in ["D1", "D9"] {
        let who = WalkInByHand { given_name: number.into(), ..somebody() };
        let (_, ticket) = place.desk.walk_in_by_hand(&who, "ana").unwrap();
        assert_eq!((ticket.number, ticket.date), (number.parse().unwrap(), date(2026, 11, 24)));
    }
    assert_eq!(last.number, "D8".parse().unwrap());
}

fn somebody() -> WalkInByHand {
    WalkInByHand {
        given_name: "Zoë".into(),
        family_name: "Quick".into(),
        birth_date: BirthDate(date(1990, 2, 3)),
        category: "vaccination".into(),
        language: Language::Arabic,
        call_as: CallAs::FirstName,
    }
}

#[test]
fn a_walk_in_by_hand_is_accepted_at_once_and_given_one_number() {
    let place = morning();
    let (name, ticket) = place.desk.walk_in_by_hand(&somebody(), "ana").unwrap();
    assert_eq!((name.as_str(), ticket), ("walk-in-2026-11-23-D1", d(1)));
    assert_eq!(
        place.desk.walk_in_by_hand(&somebody(), "ben").unwrap(),
        (name.clone(), ticket),
        "a second press gives no second number"
    );
    let found = row(&place, name.as_str());
    assert_eq!(
        (found.state, found.accepted.as_ref().map(|(_, user)| user.as_str())),
        (VisitState::Arrived, Some("ana"))
    );
    assert_eq!(found.walk_in.as_ref().unwrap().birth_date, somebody().birth_date);
    assert!(place.desk.ticket_standing(ticket).unwrap().unwrap().position.is_some());
    rebuilt(&place);
    assert!(undo(&place, name.as_str()));
    assert_eq!(row(&place, name.as_str()).state, VisitState::Asks);
    assert!(place.desk.act(&StaffWork::Visit(name.clone()), StaffAction::Decline, "ana").unwrap());
    rebuilt(&place);
    assert_eq!(place.desk.walk_in_by_hand(&somebody(), "ana").unwrap().1, d(2), "who was declined may come again");
}

#[test]
fn how_somebody_is_called_changes_with_all_their_visits_and_back() {
    let place = morning();
    arrives(&place, 1, &["a1", "a2"]);
    assert_eq!(place.desk.set_call_as(&id("a2"), CallAs::FirstName, "ana").unwrap(), Ok(()));
    assert_eq!([row(&place, "a1").call_as, row(&place, "a2").call_as], [CallAs::FirstName; 2]);
    assert_eq!(
        place.desk.set_call_as(&id("a2"), CallAs::FirstName, "ben").unwrap(),
        Err(Refusal::Moved),
        "as it is already"
    );
    rebuilt(&place);
    assert!(undo(&place, "a1"));
    assert_eq!([row(&place, "a1").call_as, row(&place, "a2").call_as], [CallAs::Number; 2]);
    assert_eq!(
        place.desk.set_call_as(&id("b1"), CallAs::FirstName, "ana").unwrap(),
        Err(Refusal::Moved),
        "who is not here is not called"
    );
    rebuilt(&place);
}

#[test]
fn who_does_not_come_is_given_up_after_their_time_and_may_come_after_all() {
    let place = morning();
    assert_eq!(place.desk.not_come(&id("c1"), "ana").unwrap(), Err(Refusal::NotDue));
    assert_eq!(place.desk.not_come(&id("b1"), "ana").unwrap(), Ok(()));
    assert_eq!(stands(&place, "b1"), (VisitState::NoShow, None));
    assert_eq!(place.desk.not_come(&id("b1"), "ana").unwrap(), Err(Refusal::Moved));
    rebuilt(&place);
    assert!(undo(&place, "b1"));
    assert_eq!(stands(&place, "b1"), (VisitState::Expected, None));
    assert_eq!(place.desk.not_come(&id("b1"), "ana").unwrap(), Ok(()));
    // Late: staff decide, here and at the kiosk.
    assert_eq!(check_in(&place, "b1"), Ok(d(1)));
    assert_eq!(stands(&place, "b1"), (VisitState::Arrived, Some("D1".into())));
    assert_eq!(row(&place, "b1").done, None);
    rebuilt(&place);
}

#[test]
fn nobody_is_checked_in_for_what_is_not_today_or_not_known() {
    let place = morning();
    assert_eq!(check_in(&place, "nobody"), Err(Refusal::Moved));
    arrives(&place, 1, &["a1"]);
    assert_eq!(
        check_in(&place, "a1").map(|ticket| ticket.number.to_string()),
        Ok("A1".to_owned()),
        "the kiosk's number"
    );
    place.desk.act(&StaffWork::Visit(id("c1")), StaffAction::Done, "ana").unwrap();
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.execute("UPDATE appointment SET body = replace(body, '\"booked\"', '\"cancelled\"') WHERE id = 'b1'", [])
        .unwrap();
    assert_eq!(check_in(&place, "b1"), Err(Refusal::CalledOff));
    place.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(check_in(&place, "c1"), Err(Refusal::Moved), "yesterday's");
    let given: i64 = conn.query_row("SELECT COUNT(*) FROM desk_ticket", [], |row| row.get(0)).unwrap();
    assert_eq!(given, 0, "what is refused uses up no number");
}

#[test]
fn notes_are_put_away_and_never_lost() {
    let place = morning();
    let write =
        |text: &str| place.desk.note(&id("a1"), &HandAction::Note { text: check_note(text).unwrap() }, "ana").unwrap();
    assert!(write("Needs a chair\nwith arms") && write("Second"));
    assert!(!place.desk.note(&id("nobody"), &HandAction::Note { text: "x".into() }, "ana").unwrap());
    let notes = || place.desk.with_store(|store| store.notes_of(&[id("a1")])).unwrap();
    assert_eq!(
        notes().iter().map(|note| note.text.as_str().to_owned()).collect::<Vec<_>>(),
        ["Second", "Needs a chair\nwith arms"]
    );
    let first = notes()[1].revision;
    assert!(place.desk.note(&id("a1"), &HandAction::NoteAway { note: first }, "ben").unwrap());
    assert!(!place.desk.note(&id("a1"), &HandAction::NoteAway { note: first }, "ben").unwrap(), "once");
    assert!(!place.desk.note(&id("b1"), &HandAction::NoteBack { note: first }, "ben").unwrap(), "of another visit");
    assert_eq!(notes()[1].away.as_ref().map(|(_, user)| user.as_str()), Some("ben"));
    rebuilt(&place);
    assert!(place.desk.note(&id("a1"), &HandAction::NoteBack { note: first }, "ana").unwrap());
    assert_eq!(notes()[1].away, None);
    rebuilt(&place);
}

#[test]
fn what_happened_is_told_in_order_and_audited_without_what_was_typed() {
    let place = morning();
    arrives(&place, 1, &["a1", "a2"]);
    place.clock.advance(Duration::from_secs(60));
    let text = "Afraid of needles";
    place.desk.note(&id("a1"), &HandAction::Note { text: text.into() }, "ana").unwrap();
    place.clock.advance(Duration::from_secs(60));
    place.desk.call_this(&id("a2"), Some("Room 1"), "ben").unwrap().unwrap();
    place.clock.advance(Duration::from_secs(60));
    place
        .desk
        .undo_shown(
            &id("a2"),
            place.desk.with_store(|s| s.visit(&id("a2"))).unwrap().unwrap().in_line.step.unwrap().0,
            "ben",
        )
        .unwrap()
        .unwrap();
    place.desk.check_in_by_hand(&id("b1"), HOW, IfLate::CheckIn, "ana").unwrap().unwrap();
    let happened = place.desk.history(&[id("a1"), id("a2")], None, (TODAY, TODAY)).unwrap();
    let words: Vec<String> = happened
        .iter()
        .map(|one| match one {
            Happening::Kiosk { kiosk, event, .. } => format!("{kiosk} {}", matches!(**event, KioskEvent::CheckedIn(_))),
            Happening::Staff { user, deed: StaffDeed::Hand(action), .. } => format!("{user} {}", action.code()),
            Happening::Staff { user, deed: StaffDeed::Queue(action), .. } => format!("{user} {}", action.code()),
            Happening::Staff { user, deed: StaffDeed::Visit(action), .. } => format!("{user} {}", action.code()),
            Happening::Staff { user, deed: StaffDeed::Booking(step), .. } => format!("{user} {}", step.action),
            Happening::Staff { user, deed: StaffDeed::AskedByPhone, .. } => format!("{user} asked"),
            Happening::Staff { user, deed: StaffDeed::Change(action, _), .. } => format!("{user} {action}"),
        })
        .collect();
    assert_eq!(words, ["lobby true", "ana note", "ben call", "ben undo"]);
    assert!(happened.windows(2).all(|two| two[0].at() <= two[1].at()));
    assert!(place.clock.now() >= happened.last().unwrap().at());
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    for action in ["note", "check-in", "call", "undo"] {
        assert_eq!(actions.iter().filter(|its| **its == action).count(), 1, "{action}");
    }
    assert!(rows.iter().all(|row| !row.about.contains(text)));
    assert!(rows.iter().any(|row| row.action == "check-in" && row.patient == "b" && row.about == "appointment b1"));
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}
