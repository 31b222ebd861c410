//! What happened is told once: which facts each thing makes, and that a reader gets each of them once, whatever fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::Clock as _;
use arrivals::desk::store::{Followed, HandAction, IfLate, PhoneWish, Reader, Removal, StaffAction, Verdict, restore};
use arrivals::desk::store::{StaffWork, WalkInByHand};
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::appointment::{Appointment, AppointmentStatus};
use arrivals::domain::event::{Ended, KioskEvent, LoggedEvent, StepTimes};
use arrivals::domain::fact::{By, Effect, Fact, What};
use arrivals::domain::ids::{AppointmentId, PatientId};
use arrivals::domain::language::Language;
use arrivals::domain::proposal::{Field, Value};
use arrivals::domain::queue::QueueAction;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, PrintOutcome, Ticket};
use jiff::SignedDuration;
use jiff::civil::date;

use super::booking::{free, wanted};
use super::data_life::{asked, clean_up_whole};
use super::proposals::{change, key, says, send};
use super::queue::clinic;
use super::support::{Place, checked_in, decide_change, event, import, morning, place, stopped};

const WATCHER: Reader = Reader("watcher");

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

fn all(desk: &Desk) -> Vec<Fact> {
    let facts = desk.with_store(|store| store.facts_after(0, 100_000)).unwrap();
    assert!(!facts.more);
    facts.facts
}

/// A fact in short: what, about which visit, where it stands then, by whom.
fn short(fact: &Fact) -> String {
    let by = match &fact.by {
        By::Kiosk(kiosk, seq) => format!("{kiosk} {}", seq.0),
        By::User(user) => user.clone(),
    };
    let visit = fact.appointment.as_ref().map_or("-", AppointmentId::as_str);
    let state = fact.state.map_or("-", |state| state.code());
    format!("{} {visit} {state} by {by}", fact.what.code())
}

fn walk_in() -> WalkInByHand {
    WalkInByHand {
        given_name: "Ada".into(),
        family_name: "Walker".into(),
        birth_date: arrivals::domain::person::BirthDate(date(1980, 1, 2)),
        category: "other".into(),
        language: Language::English,
        call_as: CallAs::Number,
    }
}

/// What is done, and every fact that it makes. Nothing else makes one.
#[test]
fn each_thing_that_is_done_makes_its_facts_once() {
    let place = place();
    place.desk.with_store(|store| store.set_settings(&clinic(), place.clock.now())).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let desk = &place.desk;
    desk.notify();
    let visit = |name: &str| StaffWork::Visit(id(name));
    let mut known = all(desk).len();
    // What is booked here gets a number of its own.
    let booked = std::cell::RefCell::new(id("none yet"));
    let mut made = |what: &str, does: &dyn Fn(), expected: &[&str]| {
        does();
        let facts = all(desk);
        let own = booked.borrow().to_string();
        let new: Vec<String> = facts[known..].iter().map(|fact| short(fact).replace(&own, "own")).collect();
        assert_eq!(new, expected, "{what}");
        known = facts.len();
    };
    let told = |events: &[LoggedEvent]| send(&place, "lobby", events);
    let both = [checked_in(1, 'A', 1, &["apt-0001", "apt-0002"])];
    let arrived = ["checked-in apt-0001 arrived by lobby 1", "checked-in apt-0002 arrived by lobby 1"];
    made("a check-in with two visits", &|| told(&both), &arrived);
    made("the same report again", &|| told(&both), &[]);
    let printed = KioskEvent::TicketPrinted {
        ticket: Ticket { number: "A1".parse().unwrap(), date: date(2026, 11, 23) },
        outcome: PrintOutcome::Printed,
        appointments: vec![id("apt-0001")],
    };
    made("its paper", &|| told(&[event(2, printed.clone())]), &["ticket-printed apt-0001 arrived by lobby 2"]);
    let unwell = [stopped(3, Reason::FeelsUnwell, &["apt-0001"])];
    made("someone feels unwell", &|| told(&unwell), &["stopped apt-0001 arrived by lobby 3"]);
    made("someone unknown stops", &|| told(&[stopped(4, Reason::NotFound, &[])]), &["stopped - - by lobby 4"]);
    let left = KioskEvent::WalkedAway { step: "find-me".into() };
    made("someone walks away", &|| told(&[event(5, left.clone())]), &["walked-away - - by lobby 5"]);
    let times = StepTimes { ended: Ended::WalkedAway, ticket_after_tenths: None, steps: Vec::new() };
    let over = KioskEvent::ConversationEnded(times);
    made("a conversation ends", &|| told(&[event(6, over.clone())]), &["conversation-ended - - by lobby 6"]);
    let code = KioskEvent::CodeRefused { reason: Reason::CodeExpired, language: Language::English };
    made("a code is not taken", &|| told(&[event(7, code.clone())]), &["code-refused - - by lobby 7"]);
    let again = [checked_in(1, 'B', 1, &["apt-0001"])];
    made("a second kiosk", &|| send(&place, "annex", &again), &["checked-in apt-0001 arrived by annex 1"]);
    assert_eq!(all(desk).last().map(|fact| fact.what.clone()), Some(What::CheckedIn { counts: false }));

    let act = |name: &str, action: StaffAction| {
        desk.act(&visit(name), action, "ana").unwrap();
    };
    made("seen", &|| act("apt-0001", StaffAction::Seen), &["acknowledged apt-0001 arrived by ana"]);
    made("seen twice", &|| act("apt-0001", StaffAction::Seen), &[]);
    let stop = StaffWork::Stop("lobby".into(), 4);
    made(
        "a stop is seen",
        &|| assert!(desk.act(&stop, StaffAction::Seen, "ana").unwrap()),
        &["acknowledged - - by ana"],
    );
    let call = || drop(desk.call_this(&id("apt-0001"), Some("Room 1"), "ana").unwrap());
    made("call", &call, &["call apt-0001 called by ana"]);
    made("call someone who was called", &call, &[]);
    let step = |action: QueueAction| drop(desk.queue_step(&id("apt-0001"), &action, "ana").unwrap());
    made("start", &|| step(QueueAction::Start), &["start apt-0001 with-clinician by ana"]);
    made("complete", &|| step(QueueAction::Finish), &["done apt-0001 done by ana"]);
    made("undo", &|| act("apt-0001", StaffAction::Undo), &["undone apt-0001 with-clinician by ana"]);
    let ticket = Ticket { number: "A1".parse().unwrap(), date: date(2026, 11, 23) };
    let wishes = |wish| {
        place.clock.advance(Duration::from_secs(5));
        desk.phone_wish(ticket, wish).unwrap();
    };
    made("steps out", &|| wishes(PhoneWish::StepOut), &["step-out apt-0002 held by (phone)"]);
    made("comes back", &|| wishes(PhoneWish::ComeBack), &["come-back apt-0002 arrived by (phone)"]);
    made("asks for help", &|| wishes(PhoneWish::Help), &["help-asked apt-0001 with-clinician by (phone)"]);

    let by_hand = || {
        desk.check_in_by_hand(&id("apt-0003"), (Language::English, CallAs::Number), IfLate::CheckIn, "ana")
            .unwrap()
            .unwrap();
    };
    made("check in by hand", &by_hand, &["checked-in apt-0003 arrived by ana"]);
    let name = || drop(desk.set_call_as(&id("apt-0003"), CallAs::FirstName, "ana").unwrap());
    made("how someone is called", &name, &["call-preference-changed apt-0003 arrived by ana"]);
    let undo = || desk.undo_check_in(&id("apt-0003"), "ana").unwrap().unwrap();
    made("undo a check-in", &undo, &["check-in-undone apt-0003 expected by ana"]);
    made("it is undone already", &|| assert!(desk.undo_check_in(&id("apt-0003"), "ana").unwrap().is_err()), &[]);
    let note = HandAction::Note { text: "wheelchair".into() };
    made(
        "a note",
        &|| assert!(desk.note(&id("apt-0003"), &note, "ana").unwrap()),
        &["note-changed apt-0003 expected by ana"],
    );
    made(
        "a walk-in by hand",
        &|| drop(desk.walk_in_by_hand(&walk_in(), "ana").unwrap()),
        &["walked-in walk-in-2026-11-23-D2 arrived by ana"],
    );

    let slot = free(desk, date(2026, 12, 1));
    made(
        "book",
        &|| *booked.borrow_mut() = desk.book(&wanted(&slot, "Second"), "ana").unwrap().unwrap(),
        &["booked own - by ana"],
    );
    made("a time that is taken", &|| assert!(desk.book(&wanted(&slot, "Third"), "ana").unwrap().is_err()), &[]);
    let own = booked.borrow().clone();
    let later = free(desk, date(2026, 12, 2));
    let moves = || desk.reschedule(&own, (later.start, later.minutes, &later.practitioner), "ana").unwrap().unwrap();
    made("move", &moves, &["moved own - by ana"]);
    made("cancel", &|| desk.call_off(&own, "", "ana").unwrap().unwrap(), &["canceled own - by ana"]);
    made("cancel again", &|| assert!(desk.call_off(&own, "", "ana").unwrap().is_err()), &[]);
    let undo = || {
        let (step, _) = desk.booking_state(&own).unwrap().undo.unwrap();
        desk.undo_booking(&own, step, "ana").unwrap().unwrap();
    };
    made("undo that", &undo, &["booking-undone own - by ana"]);

    let listed = desk.with_store(|store| store.appointment(&id("apt-0005"))).unwrap().unwrap();
    let new = Appointment { id: id("new"), ..listed.clone() };
    let off = Appointment { status: AppointmentStatus::Cancelled, ..listed.clone() };
    made(
        "a list has a new one",
        &|| drop(desk.import_appointments(std::slice::from_ref(&new)).unwrap()),
        &["listed new - by (import)"],
    );
    made("it says the same", &|| drop(desk.import_appointments(std::slice::from_ref(&new)).unwrap()), &[]);
    made(
        "it cancels one",
        &|| drop(desk.import_appointments(std::slice::from_ref(&off)).unwrap()),
        &["listed apt-0005 - by (import)"],
    );
    made(
        "it is only looked at",
        &|| {
            drop(
                desk.with_store(|store| {
                    store.preview_list(std::slice::from_ref(&listed), Default::default(), morning())
                })
                .unwrap(),
            );
        },
        &[],
    );

    let phone = change(Field::Phone, Value::Text("555-0100".into()), Value::Text("555-0999".into()));
    let says = [says(8, 'A', &["apt-0007"], vec![phone])];
    made("someone has another phone", &|| send(&place, "lobby", &says), &["checked-in apt-0007 arrived by lobby 8"]);
    let decide = |verdict: &Verdict| {
        decide_change(desk, &key("lobby", 8, Field::Phone), verdict, "ana").unwrap();
    };
    made("it is accepted", &|| decide(&Verdict::Accept), &["change-decided - - by ana"]);
    made("it is accepted twice", &|| decide(&Verdict::Accept), &[]);
    let settings = ClinicSettings { name: "Other".into(), ..clinic() };
    let set = || drop(desk.with_store(|store| store.take_settings(&settings, "ana", morning())).unwrap());
    made("settings", &set, &["settings-changed - - by ana"]);
    made("the same settings", &set, &[]);
    made("everything is made again", &|| desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap(), &[]);
    made("coverage is looked at", &|| desk.settle_coverage().unwrap(), &[]);

    let facts = all(desk);
    assert!(facts.iter().map(|fact| fact.n).eq(1..=facts.len() as u64), "no number is left out");
    let first = facts.iter().find(|fact| matches!(fact.what, What::CheckedIn { .. })).unwrap();
    assert_eq!((first.ticket, first.happened, first.again), (Some(ticket), Some(morning()), false));
    assert_eq!(first.patient.as_ref().map(PatientId::as_str), Some(patient(desk, "apt-0001").as_str()));
}

fn patient(desk: &Desk, visit: &str) -> String {
    desk.with_store(|store| store.appointment(&id(visit))).unwrap().unwrap().person.id.to_string()
}

/// Everyone who was called gets a message, as a reader says it that is not in this program.
fn reads(fact: &Fact, about: Option<&Appointment>) -> Result<Vec<Effect>, &'static str> {
    let (What::Queue(QueueAction::Call { .. }), Some(about)) = (&fact.what, about) else { return Ok(Vec::new()) };
    Ok(vec![Effect::QueueMessage {
        appointment: about.id.clone(),
        way: "sms".into(),
        to: "555".into(),
        text: format!("fact {}", fact.n).as_str().into(),
        again: true,
    }])
}

fn follow(desk: &Desk, place: &Place) -> Followed {
    let now = place.clock.now();
    desk.with_store(|store| store.follow_facts(WATCHER, now, &mut reads)).unwrap()
}

fn messages(desk: &Desk, visits: usize) -> usize {
    let of = |n| desk.with_store(|store| store.messages_about(&id(&format!("apt-{n:04}")))).unwrap().len();
    (1..=visits).map(of).sum()
}

fn a_day() -> Place {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place
}

fn calls(place: &Place, from: usize, to: usize) {
    for n in from..=to {
        let (seq, visit) = (n as u64, format!("apt-{n:04}"));
        send(place, "lobby", &[checked_in(seq, 'A', u32::try_from(n).unwrap(), &[&visit])]);
        place.desk.call_this(&id(&visit), None, "ana").unwrap().unwrap();
        place.desk.queue_step(&id(&visit), &QueueAction::Finish, "ana").unwrap().unwrap();
    }
}

#[test]
fn a_reader_in_two_programs_does_what_follows_from_a_fact_once_though_one_of_them_ends_in_the_middle() {
    let place = a_day();
    let other = place.opened_with(DeskOptions::default());
    assert_eq!(follow(&place.desk, &place), Followed::All(0), "it begins with what happens from now on");
    calls(&place, 1, 20);
    // A program ends while it reads: what it has done of this part is not done, and what it did before is.
    for ends_at in [3, 17, 31] {
        let now = place.clock.now();
        let mut count = 0;
        let mut read = |fact: &Fact, about: Option<&Appointment>| {
            count += 1;
            assert!(count < ends_at, "the power goes, for the test");
            reads(fact, about)
        };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            other.with_store(|store| store.follow_facts(WATCHER, now, &mut read)).unwrap()
        }));
        assert!(ended.is_err());
        assert_eq!(messages(&place.desk, 20), 0);
    }
    assert_eq!(follow(&other, &place), Followed::All(60));
    assert_eq!(messages(&place.desk, 20), 20);
    assert_eq!(follow(&place.desk, &place), Followed::All(0), "the other program has read them");
    // Both at the same time, while there is always more.
    let (desk, clock) = (place.desk.clone(), place.clock.clone());
    let readers: Vec<_> = [desk, other.clone()]
        .into_iter()
        .map(|desk| {
            let clock = clock.clone();
            std::thread::spawn(move || {
                for _ in 0..40 {
                    desk.with_store(|store| store.follow_facts(WATCHER, clock.now(), &mut reads)).unwrap();
                }
            })
        })
        .collect();
    calls(&place, 21, 60);
    readers.into_iter().for_each(|reader| reader.join().unwrap());
    follow(&other, &place);
    assert_eq!(messages(&place.desk, 60), 60);
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert_eq!((follow(&place.desk, &place), messages(&place.desk, 60)), (Followed::All(0), 60));
}

#[test]
fn a_reader_that_cannot_read_a_fact_stays_before_it_in_sight_until_it_can_or_someone_lets_it_go_on() {
    let place = a_day();
    follow(&place.desk, &place);
    calls(&place, 1, 3);
    let stops_at = all(&place.desk).iter().filter(|fact| fact.what.code() == "call").nth(1).unwrap().n;
    let mut read = |fact: &Fact, about: Option<&Appointment>| {
        if fact.n == stops_at { Err("no words for it") } else { reads(fact, about) }
    };
    let state = || place.desk.with_store(|store| store.readers()).unwrap().remove(0);
    for _ in 0..2 {
        let now = place.clock.now();
        let followed = place.desk.with_store(|store| store.follow_facts(WATCHER, now, &mut read)).unwrap();
        assert_eq!(followed, Followed::Stopped(stops_at));
        assert_eq!(messages(&place.desk, 3), 1, "what came before is done, and nothing behind");
        assert_eq!(state().stopped, Some((morning(), "no words for it".to_owned())), "since then");
        place.clock.advance(Duration::from_secs(60));
    }
    // The front page says so to anyone who can do something about it.
    let watch = place.desk.kiosks().unwrap();
    assert!(watch.readers.iter().any(|sentence| sentence.contains("watcher")), "{:?}", watch.readers);
    let pass = |n| place.desk.with_store(|store| store.pass_over_fact("watcher", n, "ana", place.clock.now())).unwrap();
    assert!(!pass(stops_at + 1) && !pass(stops_at - 1), "it stands elsewhere");
    assert!(pass(stops_at) && !pass(stops_at));
    assert_eq!((state().stopped, state().passed_over), (None, 1));
    follow(&place.desk, &place);
    assert_eq!((messages(&place.desk, 3), state().waiting), (2, 0));
    let rows = place.desk.with_store(|store| store.audit_rows(&Default::default(), 9)).unwrap();
    assert!(rows.iter().any(|row| row.action == "fact-passed-over" && row.user == "ana"));
}

#[test]
fn a_message_goes_out_only_once_all_that_happened_was_read() {
    let place = a_day();
    let ask = |visit: &str| {
        let text = "text".into();
        let now = place.clock.now();
        place
            .desk
            .with_store(|store| store.ask_message(&id(visit), ("sms", &"555".into(), &text), false, "ana", now))
            .unwrap()
    };
    assert!(ask("apt-0001") && !ask("apt-0001"), "asked once, though no message was made of it so far");
    let claim = || place.desk.with_store(|store| store.claim_message(place.clock.now())).unwrap();
    assert!(claim().is_none());
    let mut queue = |fact: &Fact, about: Option<&Appointment>| {
        let What::MessageAsked { .. } = fact.what else { return Ok(Vec::new()) };
        let appointment = about.unwrap().id.clone();
        let (way, to, text) = ("sms".to_owned(), "555".into(), "text".into());
        Ok(vec![Effect::QueueMessage { appointment, way, to, text, again: false }])
    };
    place.desk.with_store(|store| store.follow_facts(Reader::OUTBOX, morning(), &mut queue)).unwrap();
    place.desk.call_off(&id("apt-0001"), "", "ana").unwrap().unwrap();
    assert!(claim().is_none(), "it was canceled, and the reader of messages has not heard of that");
    place.desk.with_store(|store| store.follow_facts(Reader::OUTBOX, morning(), &mut |_, _| Ok(Vec::new()))).unwrap();
    assert!(claim().is_some());
}

#[test]
fn nothing_that_happened_with_a_patient_is_left_when_they_are_taken_out() {
    let place = a_day();
    calls(&place, 1, 3);
    let (gone, stays) = (patient(&place.desk, "apt-0001"), patient(&place.desk, "apt-0002"));
    let of = |whose: &str| {
        let is = |fact: &&Fact| fact.patient.as_ref().is_some_and(|patient| patient.as_str() == whose);
        all(&place.desk).iter().filter(is).count()
    };
    let phone = change(Field::Phone, Value::Text("555-0100".into()), Value::Text("555-0999".into()));
    send(&place, "lobby", &[says(4, 'A', &["apt-0001"], vec![phone])]);
    assert!(decide_change(&place.desk, &key("lobby", 4, Field::Phone), &Verdict::Reject("x".into()), "ana").unwrap());
    let held = place.desk.export_patient(&gone, &asked(&place.desk, &gone), "ana").unwrap().unwrap();
    assert_eq!(held["facts"].as_array().map(Vec::len), Some(of(&gone)), "what is held is handed out");
    assert!(of(&gone) > 3 && of(&stays) > 2);
    place.clock.advance(Duration::from_secs(24 * 3600));
    let before = of(&stays);
    assert!(matches!(place.desk.remove_patient(&gone, &asked(&place.desk, &gone), "ana").unwrap(), Removal::Done(_)));
    assert_eq!((of(&gone), of(&stays)), (0, before));
    assert!(all(&place.desk).iter().all(|fact| fact.appointment != Some(id("apt-0001"))));
}

#[test]
fn what_happened_on_old_days_goes_with_them() {
    let place = a_day();
    send(&place, "lobby", &[stopped(1, Reason::NotFound, &[]), checked_in(2, 'A', 1, &["apt-0001"])]);
    place.desk.act(&StaffWork::Visit(id("apt-0001")), StaffAction::Done, "ana").unwrap();
    let newest = all(&place.desk).last().unwrap().n;
    place.clock.advance(Duration::from_secs(24 * 3600 * 800));
    send(&place, "lobby", &[stopped(3, Reason::NotFound, &[])]);
    clean_up_whole(&place);
    let left = all(&place.desk);
    assert!(left.iter().all(|fact| fact.n > newest), "{left:?}");
    assert!(!left.is_empty());
}

/// A desk that was put back from a copy tells no reader what the desk that was lost had told, and sends nothing twice.
#[test]
fn what_an_earlier_life_told_is_not_told_again() {
    let place = a_day();
    follow(&place.desk, &place);
    calls(&place, 1, 2);
    // Of these nothing was read when the copy was made.
    let copy = place.folder.path().join("copy.sqlite");
    place.desk.backup(&copy).unwrap();
    follow(&place.desk, &place);
    calls(&place, 3, 4);
    follow(&place.desk, &place);
    assert_eq!(messages(&place.desk, 4), 4);
    let (clock, folder) = (place.clock.clone(), place.folder);
    clock.advance(Duration::from_secs(600));
    drop(place.desk);
    restore(folder.path(), &copy, clock.now()).unwrap();
    let desk = Desk::open_stored(folder.path(), Arc::new(clock.clone())).unwrap();
    let place = Place { desk, clock, folder };
    let state = place.desk.with_store(|store| store.readers()).unwrap().remove(0);
    assert_eq!((state.waiting, state.passed_over), (0, 6), "what the copy had and no one had read is counted");
    // The kiosk tells again what the copy has not got.
    let again = [checked_in(3, 'A', 3, &["apt-0003"]), checked_in(4, 'A', 4, &["apt-0004"])];
    send(&place, "lobby", &again);
    assert!(all(&place.desk).iter().rev().take(2).all(|fact| fact.again));
    let mut given = 0;
    let mut count = |_: &Fact, _: Option<&Appointment>| {
        given += 1;
        Ok(Vec::new())
    };
    place.desk.with_store(|store| store.follow_facts(WATCHER, place.clock.now(), &mut count)).unwrap();
    assert_eq!(given, 0);
    // What happens from now on is told.
    let now = place.clock.now() + SignedDuration::from_secs(1);
    send(&place, "lobby", &[LoggedEvent { at: now, ..checked_in(5, 'A', 5, &["apt-0005"]) }]);
    place.clock.advance(Duration::from_secs(1));
    place.desk.call_this(&id("apt-0005"), None, "ana").unwrap().unwrap();
    follow(&place.desk, &place);
    assert_eq!(messages(&place.desk, 5), 1);
}
