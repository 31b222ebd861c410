//! Changed contact details: proposed at kiosks, decided by staff, kept through imports, handed on once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::store::{ChangeKey, Decided, ProposedChange, Shown, Verdict};
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::language::Language;
use arrivals::domain::proposal::{Field, PostalAddress, Proposal, Source, Value};
use arrivals::domain::ticket::{CallAs, Ticket};
use arrivals::sync::api::{Attempt, DeskApi};
use arrivals::sync::wire::Change;

use super::proposals_export::export;
use super::support::{Place, TOKEN_A, TOKEN_B, decide_change, event, import, place, post_of};

pub const OLD_PHONE: &str = "555-267-1659";
pub const NEW_PHONE: &str = "555-629-4821";

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

pub fn text(value: &str) -> Value {
    Value::Text(value.into())
}

pub fn address(street: &str, city: &str) -> Value {
    Value::Address(PostalAddress {
        street: street.into(),
        city: city.into(),
        state: "Massachusetts".into(),
        postal_code: "02649".into(),
    })
}

pub fn change(field: Field, old: Value, new: Value) -> Proposal {
    Proposal { field, old, new, source: Source::Typed, insisted: false, photos: Vec::new() }
}

pub fn says(seq: u64, letter: char, appointments: &[&str], proposals: Vec<Proposal>) -> LoggedEvent {
    let ticket = Ticket { number: format!("{letter}{seq}").parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
    event(
        seq,
        KioskEvent::CheckedIn(CheckedIn {
            ticket,
            patient: "p".into(),
            appointments: appointments.iter().map(|text| id(text)).collect(),
            language: Language::English,
            call_as: CallAs::Number,
            details: StillRight::Changed,
            insurance: StillRight::Yes,
            companion: None,
            documents: None,
            proposals,
        }),
    )
}

pub fn send(place: &Place, kiosk: &str, events: &[LoggedEvent]) {
    let token = if kiosk == "lobby" { TOKEN_A } else { TOKEN_B };
    place.desk.take_post(token, &post_of(kiosk, events.to_vec())).unwrap();
}

pub fn key(kiosk: &str, seq: u64, field: Field) -> ChangeKey {
    ChangeKey { kiosk: kiosk.into(), seq, field }
}

/// The day's list, with two visits of one person on it.
pub const LIST: [(&str, &str, &str, &str); 3] =
    [("a1", "08:00", "ada", OLD_PHONE), ("a2", "10:00", "ada", OLD_PHONE), ("b1", "09:00", "ben", "555-0300")];

pub fn import_list(place: &Place, rows: &[(&str, &str, &str, &str)]) -> (u64, u64) {
    let file = place.folder.path().join("list.csv");
    let header =
        "appointment_id,start,patient_id,phone,given_name,family_name,birth_date,email,address,city,state,postal_code";
    let line = |(id, at, who, phone): &(&str, &str, &str, &str)| {
        format!(
            "{id},2026-11-23T{at}:00-05:00,{who},{phone},{who},Example,1962-06-02,{who}@example.org,1 Main Street,\
             Mashpee,Massachusetts,02649"
        )
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    std::fs::write(&file, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
    let summary = import(&place.desk, file.to_str().unwrap()).0.unwrap();
    assert_eq!(summary.refused, 0);
    (summary.taken, summary.unchanged)
}

/// A desk with [`LIST`], and Ada's new telephone told by the lobby as its first event.
pub fn told() -> Place {
    let place = place();
    import_list(&place, &LIST);
    send(&place, "lobby", &[says(1, 'A', &["a1", "a2"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    place
}

pub fn phone(place: &Place, appointment: &str) -> String {
    let found = place.desk.with_store(|store| store.appointment(&id(appointment))).unwrap().unwrap();
    found.person.contact.phone.as_str().to_owned()
}

pub fn of(place: &Place, appointment: &str) -> Vec<ProposedChange> {
    place.desk.changes_of(&id(appointment)).unwrap()
}

pub fn open(place: &Place) -> usize {
    place.desk.with_store(|store| store.open_changes()).unwrap().len()
}

fn reject() -> Verdict {
    Verdict::Reject("Entered by mistake".into())
}

/// Proposals and decisions can be made anew from what was recorded, and that touches neither the list nor the chart.
pub fn rebuilt(place: &Place) {
    let all = || (of(place, "a1"), of(place, "b1"), place.desk.with_store(|store| store.appointments()).unwrap());
    let before = all();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == all(), "rebuilt from what was recorded");
}

#[test]
fn a_proposal_changes_nothing_until_it_is_accepted() {
    let place = told();
    assert_eq!((phone(&place, "a1").as_str(), open(&place)), (OLD_PHONE, 1));
    let phone_change = key("lobby", 1, Field::Phone);
    let said = &of(&place, "a2")[0];
    assert!(said.is_open() && !said.is_conflict() && !said.is_settled(), "both visits show it");
    assert_eq!((said.person.as_str(), said.current.as_ref()), ("ada", Some(&text(OLD_PHONE))));
    for (verdict, did, phone_now, open_now) in [
        (Verdict::Undo, false, OLD_PHONE, 1),
        (Verdict::Accept, true, NEW_PHONE, 0),
        // A page that is too old decides nothing twice.
        (Verdict::Accept, false, NEW_PHONE, 0),
        (reject(), false, NEW_PHONE, 0),
        (Verdict::Edit(text("555-0199")), false, NEW_PHONE, 0),
        (Verdict::Undo, true, OLD_PHONE, 1),
        (Verdict::Undo, false, OLD_PHONE, 1),
        (reject(), true, OLD_PHONE, 0),
        (Verdict::Accept, false, OLD_PHONE, 0),
        (Verdict::Undo, true, OLD_PHONE, 1),
        (Verdict::Edit(text(" 555-0199 ")), true, "555-0199", 0),
        (Verdict::Undo, true, OLD_PHONE, 1),
        // What the chart has already, and what cannot be kept.
        (Verdict::Edit(text(OLD_PHONE)), false, OLD_PHONE, 1),
        (Verdict::Edit(text("555\u{7}0199")), false, OLD_PHONE, 1),
        (Verdict::Edit(text(&"5".repeat(501))), false, OLD_PHONE, 1),
        (Verdict::Edit(address("1 Elm", "Granby")), false, OLD_PHONE, 1),
        (Verdict::Accept, true, NEW_PHONE, 0),
    ] {
        place.clock.advance(std::time::Duration::from_secs(5));
        assert_eq!(decide_change(&place.desk, &phone_change, &verdict, "ana").unwrap(), did, "{verdict:?}");
        for visit in ["a1", "a2"] {
            assert_eq!(phone(&place, visit), phone_now, "{verdict:?} {visit}");
        }
        assert_eq!(open(&place), open_now, "{verdict:?}");
        rebuilt(&place);
    }
    assert_eq!(phone(&place, "b1"), "555-0300", "somebody else's");
    let raw = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let mut statement =
        raw.prepare("SELECT action, user_name, kiosk, seq FROM staff_action ORDER BY revision").unwrap();
    let decisions = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    let decisions: Vec<(String, String, String, i64)> = decisions.collect::<Result<_, _>>().unwrap();
    let codes: Vec<&str> = decisions.iter().map(|(code, ..)| code.as_str()).collect();
    let expected =
        ["change-accept", "change-undo", "change-reject", "change-undo", "change-edit", "change-undo", "change-accept"];
    assert_eq!(codes, expected, "what decided nothing is not recorded");
    assert!(decisions.iter().all(|(_, user, kiosk, seq)| (user.as_str(), kiosk.as_str(), *seq) == ("ana", "lobby", 1)));
    assert_eq!(place.desk.with_store(|store| store.staff_actions()).unwrap(), [], "visits and stops were left alone");
    assert!(
        !decide_change(&place.desk, &key("lobby", 9, Field::Phone), &Verdict::Accept, "ana").unwrap(),
        "there is none"
    );
}

#[test]
fn who_decided_what_and_why_stays_with_the_proposal() {
    let place = told();
    decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Reject("Asked, it was a slip".into()), "ben")
        .unwrap();
    let rejected = &of(&place, "a1")[0];
    assert_eq!(rejected.decided, Decided::Rejected("Asked, it was a slip".into()));
    assert_eq!(rejected.by.as_ref().map(|(_, user)| user.as_str()), Some("ben"));
    assert!(rejected.can_undo && !rejected.is_open());
    decide_change(&place.desk, &rejected.key, &Verdict::Undo, "ana").unwrap();
    decide_change(&place.desk, &rejected.key, &Verdict::Edit(text("555-0199")), "ana").unwrap();
    assert_eq!(of(&place, "a1")[0].decided, Decided::Accepted(text("555-0199")));
    assert_eq!(of(&place, "a1")[0].proposal.new, text(NEW_PHONE), "what was said stays as it was said");
}

#[tokio::test]
async fn kiosks_hear_of_an_accepted_change_and_of_its_being_taken_back() {
    let place = told();
    let api = InProcess::new(place.desk.clone(), TOKEN_B);
    let wait = std::time::Duration::ZERO;
    let Attempt::Sent(mut feed) = api.feed(0, wait).await else { panic!() };
    for (verdict, expected) in [(Verdict::Accept, NEW_PHONE), (Verdict::Undo, OLD_PHONE)] {
        decide_change(&place.desk, &key("lobby", 1, Field::Phone), &verdict, "ana").unwrap();
        let Attempt::Sent(next) = api.feed(feed.cursor, wait).await else { panic!() };
        let told = |change: &Change| match change {
            Change::Appointment(a) => Some((a.id.to_string(), a.person.contact.phone.as_str().to_owned())),
            _ => None,
        };
        let appointments: Vec<_> = next.changes.iter().filter_map(told).collect();
        assert_eq!(
            appointments,
            [("a1".to_owned(), expected.to_owned()), ("a2".to_owned(), expected.to_owned())],
            "{verdict:?}"
        );
        let tickets =
            next.changes.iter().filter(|change| matches!(change, Change::Visit { ticket: Some(_), .. })).count();
        assert_eq!(tickets, 2, "and of the tickets after them");
        feed = next;
    }
}

#[test]
fn two_proposals_for_one_field_are_both_kept() {
    let place = told();
    let again = |seq, new: &str| says(seq, 'B', &["a2"], vec![change(Field::Phone, text(OLD_PHONE), text(new))]);
    send(&place, "annex", &[again(1, "555-0777"), again(2, NEW_PHONE)]);
    assert_eq!((of(&place, "a1").len(), open(&place)), (3, 3));
    let [lobby, annex, same] =
        [key("lobby", 1, Field::Phone), key("annex", 1, Field::Phone), key("annex", 2, Field::Phone)];
    assert!(decide_change(&place.desk, &lobby, &Verdict::Accept, "ana").unwrap());
    let found = |wanted: &ChangeKey| of(&place, "a1").into_iter().find(|change| change.key == *wanted).unwrap();
    assert!(found(&same).is_settled(), "the chart has it now");
    assert!(!decide_change(&place.desk, &same, &Verdict::Accept, "ana").unwrap());
    let other = found(&annex);
    assert!(other.is_open() && other.is_conflict(), "three values");
    assert_eq!(
        [&other.proposal.old, other.current.as_ref().unwrap(), &other.proposal.new],
        [&text(OLD_PHONE), &text(NEW_PHONE), &text("555-0777")]
    );
    assert!(decide_change(&place.desk, &annex, &Verdict::Accept, "ana").unwrap());
    assert!(!decide_change(&place.desk, &lobby, &Verdict::Undo, "ana").unwrap(), "a later decision stands");
    rebuilt(&place);
    for (undone, expected) in [(&annex, NEW_PHONE), (&lobby, OLD_PHONE)] {
        assert!(decide_change(&place.desk, undone, &Verdict::Undo, "ana").unwrap());
        assert_eq!(phone(&place, "a1"), expected);
    }
    assert_eq!(open(&place), 3);
    assert_eq!(import_list(&place, &LIST), (0, 3), "nothing is left over of it");
    rebuilt(&place);
}

#[test]
fn what_is_on_file_is_what_the_visit_has_and_nothing_is_settled_while_another_visit_has_something_else() {
    const THIRD: &str = "555-0444";
    for (a1, a2, current, settled, conflict, accepts) in [
        (OLD_PHONE, OLD_PHONE, OLD_PHONE, false, false, true),
        // The furthest visit has it already, the one that was checked in does not.
        (OLD_PHONE, NEW_PHONE, OLD_PHONE, false, false, true),
        (NEW_PHONE, OLD_PHONE, NEW_PHONE, false, false, true),
        (NEW_PHONE, NEW_PHONE, NEW_PHONE, true, false, false),
        (OLD_PHONE, THIRD, OLD_PHONE, false, true, true),
        (NEW_PHONE, THIRD, NEW_PHONE, false, true, true),
        (THIRD, NEW_PHONE, THIRD, false, true, true),
    ] {
        let place = place();
        // Whatever a visit had that is over says nothing.
        import_list(&place, &[("a1", "08:00", "ada", a1), ("a2", "10:00", "ada", a2)]);
        let file = place.folder.path().join("over.csv");
        let over = "appointment_id,start,patient_id,phone,given_name,family_name,birth_date\n\
                    a0,2026-11-20T08:00:00-05:00,ada,555-0111,ada,Example,1962-06-02\n";
        std::fs::write(&file, over).unwrap();
        import(&place.desk, file.to_str().unwrap()).0.unwrap();
        send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
        let said = of(&place, "a2").pop().unwrap();
        assert_eq!(said.current, Some(text(current)), "{a1} {a2}");
        assert_eq!((said.is_settled(), said.is_conflict(), said.is_open()), (settled, conflict, !settled), "{a1} {a2}");
        assert_eq!(decide_change(&place.desk, &said.key, &Verdict::Accept, "ana").unwrap(), accepts, "{a1} {a2}");
        assert_eq!((phone(&place, "a1").as_str(), phone(&place, "a2").as_str()), (NEW_PHONE, NEW_PHONE));
    }
}

#[test]
fn what_was_shown_is_what_is_decided() {
    let place = told();
    let phone_change = key("lobby", 1, Field::Phone);
    let shown = Shown { key: phone_change.clone(), stood: Some(of(&place, "a1")[0].stands()) };
    import_list(&place, &[("a1", "08:00", "ada", "555-0444"), ("a2", "10:00", "ada", "555-0444")]);
    let change = &of(&place, "a1")[0];
    assert!(change.is_conflict() && change.stands() != *shown.stood.as_ref().unwrap());
    assert_eq!(
        place.desk.decide_changes(std::slice::from_ref(&shown), &Verdict::Accept, "ana").unwrap(),
        0,
        "the chart was changed since"
    );
    let now = Shown { stood: Some(change.stands()), ..shown };
    assert_eq!(
        place.desk.decide_changes(&[now.clone(), now], &Verdict::Accept, "ana").unwrap(),
        1,
        "once, even if it is named twice"
    );
    assert_eq!(phone(&place, "a1"), NEW_PHONE);
}

#[test]
fn two_members_of_staff_at_the_same_moment_decide_once() {
    let place = told();
    for round in 1..=10_u64 {
        let other = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
        let start = std::sync::Barrier::new(2);
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for (desk, user) in [(&place.desk, "ana"), (&other, "ben")] {
                let (start, done) = (&start, &done);
                scope.spawn(move || {
                    start.wait();
                    if decide_change(desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, user).unwrap() {
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.load(Ordering::SeqCst), 1, "round {round}");
        assert!(decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Undo, "ana").unwrap());
    }
}

#[test]
fn a_list_that_says_what_it_said_keeps_what_was_accepted_and_any_other_wins() {
    for (what, rows, result, expected, kept) in [
        ("the same list", &LIST[..], (0, 3), NEW_PHONE, true),
        ("part of it", &LIST[..1], (0, 1), NEW_PHONE, true),
        ("a further visit", &[("a3", "11:00", "ada", OLD_PHONE)], (1, 0), NEW_PHONE, true),
        (
            "corrected",
            &[("a1", "08:00", "ada", "555-0444"), ("a2", "10:00", "ada", "555-0444")],
            (2, 0),
            "555-0444",
            false,
        ),
        (
            "the record system has it",
            &[("a1", "08:00", "ada", NEW_PHONE), ("a2", "10:00", "ada", NEW_PHONE)],
            (0, 2),
            NEW_PHONE,
            false,
        ),
        ("taken away", &[("a1", "08:00", "ada", ""), ("a2", "10:00", "ada", "")], (2, 0), "", false),
        // The order of lines means nothing: the list as a whole speaks of something else.
        (
            "two minds",
            &[("a2", "10:00", "ada", OLD_PHONE), ("a1", "08:00", "ada", "555-0444")],
            (2, 0),
            "555-0444",
            false,
        ),
    ] {
        let place = told();
        decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, "ana").unwrap();
        assert_eq!(import_list(&place, rows), result, "{what}");
        assert_eq!(phone(&place, "a1"), expected, "{what}");
        assert_eq!(import_list(&place, rows), (0, rows.len() as u64), "{what}, again");
        if rows.iter().any(|row| row.0 == "a3") {
            assert_eq!(phone(&place, "a3"), NEW_PHONE, "{what}");
        }
        // A list that goes back to the old value is taken at its word once another one has spoken.
        import_list(&place, &LIST);
        assert_eq!(phone(&place, "a1"), if kept { NEW_PHONE } else { OLD_PHONE }, "{what}, then the old list");
        rebuilt(&place);
    }
}

#[test]
fn taking_back_leaves_what_a_list_said_meanwhile() {
    let place = told();
    let phone_change = key("lobby", 1, Field::Phone);
    decide_change(&place.desk, &phone_change, &Verdict::Accept, "ana").unwrap();
    import_list(&place, &[("a1", "08:00", "ada", "555-0444"), ("a2", "10:00", "ada", NEW_PHONE)]);
    assert!(decide_change(&place.desk, &phone_change, &Verdict::Undo, "ana").unwrap());
    assert_eq!((phone(&place, "a1").as_str(), phone(&place, "a2").as_str()), ("555-0444", NEW_PHONE));
}

#[test]
fn a_value_that_cannot_be_kept_is_edited_first() {
    let place = place();
    import_list(&place, &LIST);
    let odd = [("\u{1b}[31m555", false), (&"5".repeat(501), false), ("", true)];
    for (seq, (new, fits)) in (1..).zip(odd) {
        send(&place, "lobby", &[says(seq, 'A', &["a1"], vec![change(Field::Phone, text(OLD_PHONE), text(new))])]);
        let about = key("lobby", seq, Field::Phone);
        let found = of(&place, "a1").into_iter().find(|change| change.key == about).unwrap();
        assert_eq!(found.fits(), fits);
        assert_eq!(decide_change(&place.desk, &about, &Verdict::Accept, "ana").unwrap(), fits, "event {seq}");
        assert_eq!(phone(&place, "a1"), if fits { "" } else { OLD_PHONE });
    }
    assert!(
        decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Edit(text("555-0199")), "ana").unwrap()
    );
    assert_eq!(phone(&place, "a1"), "555-0199");
}

#[test]
fn whoever_is_not_on_the_list_can_be_decided_too() {
    let place = place();
    send(&place, "lobby", &[says(1, 'A', &["x1"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    let about = key("lobby", 1, Field::Phone);
    assert_eq!(of(&place, "x1")[0].current, None);
    assert!(decide_change(&place.desk, &about, &Verdict::Accept, "ana").unwrap());
    assert_eq!(of(&place, "x1")[0].current, Some(text(NEW_PHONE)));
    assert_eq!(import_list(&place, &[("x1", "08:00", "p", OLD_PHONE)]), (1, 0));
    assert_eq!(phone(&place, "x1"), NEW_PHONE, "the list comes later and says what the kiosk had");
}

#[test]
fn a_long_list_is_heard_to_its_end_before_any_of_it_is_taken() {
    let others: Vec<String> = (0..1200).map(|n| format!("p{n}")).collect();
    for (last, expected) in [(OLD_PHONE, NEW_PHONE), ("555-0444", OLD_PHONE)] {
        let place = told();
        decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, "ana").unwrap();
        let mut rows = vec![("a1", "08:00", "ada", OLD_PHONE)];
        rows.extend(others.iter().map(|id| (id.as_str(), "09:00", id.as_str(), "555-0100")));
        rows.push(("a2", "10:00", "ada", last));
        import_list(&place, &rows);
        assert_eq!(phone(&place, "a1"), expected, "{last}");
        assert_eq!(phone(&place, "a2"), if last == OLD_PHONE { NEW_PHONE } else { last });
        assert_eq!(import_list(&place, &rows), (0, 1202), "again");
    }
}

/// What the program writes into its log while a test runs.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_of_it_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let place = told();
        let other = says(1, 'A', &["a1"], vec![change(Field::Phone, text(OLD_PHONE), text("555-0777"))]);
        assert!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![other])).is_err(), "something that is logged");
        for verdict in [Verdict::Edit(text("555-0199")), Verdict::Undo, reject(), Verdict::Undo, Verdict::Accept] {
            assert!(decide_change(&place.desk, &key("lobby", 1, Field::Phone), &verdict, "ana").unwrap());
        }
        export(&place).unwrap();
        import_list(&place, &LIST);
        let seen = format!("{:?}", of(&place, "a1"));
        assert!(!seen.contains("555"), "{seen}");
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("refused"), "the log was looked at: {text}");
    for private in [NEW_PHONE, OLD_PHONE, "555-0199", "Example", "Entered by mistake"] {
        assert!(!text.contains(private), "{text}");
    }
}
