//! What each event and each button does to a visit, line by line.

use super::*;
use crate::domain::event::StillRight;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::ticket::{CallAs, PrintTrouble};

const ALL: [VisitState; 9] = [
    VisitState::Expected,
    VisitState::Asks,
    VisitState::Arrived,
    VisitState::Held,
    VisitState::Called,
    VisitState::WithClinician,
    VisitState::Done,
    VisitState::NoShow,
    VisitState::Cancelled,
];

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
}

/// A visit of which nothing is known but where it stands.
fn facts(state: VisitState) -> Facts {
    Facts {
        spot: Spot::new(state),
        arrival: Arrival::default(),
        is_walk_in: false,
        accepted: None,
        open: Vec::new(),
        taken: None,
        step: None,
        has_gone_on: false,
    }
}

fn ticket(number: &str) -> Ticket {
    Ticket { number: number.parse().unwrap(), date: jiff::civil::date(2026, 11, 23) }
}

fn with_ticket(state: VisitState, number: &str) -> Facts {
    let ticket = Some((number.to_owned(), "2026-11-23".to_owned()));
    Facts { arrival: Arrival { ticket, ..Arrival::default() }, ..facts(state) }
}

fn said() -> CheckedIn {
    CheckedIn {
        ticket: ticket("A1"),
        patient: "p".into(),
        appointments: Vec::new(),
        language: Language::English,
        call_as: CallAs::Number,
        details: StillRight::AskTheDesk,
        insurance: StillRight::Yes,
        companion: Some("Max".into()),
        documents: None,
        proposals: Vec::new(),
    }
}

fn asks() -> WalkedIn {
    WalkedIn {
        ticket: ticket("A2"),
        appointment: AppointmentId::new("walk-in-1"),
        given_name: "Ada".into(),
        family_name: "Example".into(),
        birth_date: BirthDate(jiff::civil::date(1990, 2, 3)),
        category: "other".into(),
        language: Language::English,
        call_as: CallAs::Number,
        companion: None,
    }
}

/// What is written, in a word each; where it stands then, if that is given.
fn words(changes: Option<Vec<Change>>) -> String {
    let Some(changes) = changes else { return "nothing".to_owned() };
    let word = |change: &Change| match change {
        Change::Stand(spot) => format!("stand {}", spot.state.code()),
        Change::KeepStep(spot) => {
            format!("keep {}{}", spot.state.code(), if spot.arrival.is_some() { " with arrival" } else { "" })
        }
        Change::TakeStepBack(step) => format!("step back {step}"),
        Change::ForgetSteps => "forget steps".to_owned(),
        Change::HasTicket(ticket, is_first) => {
            format!("{} {}", if *is_first { "first" } else { "other" }, ticket.number)
        }
        Change::Arrive(ticket, state) => format!("arrive {} {}", ticket.number, state.code()),
        Change::Companion(who) => format!("companion {}", who.is_some()),
        Change::Documents(what) => format!("documents {}", what.is_some()),
        Change::AskFor(asks) => format!("ask for {}", asks.category),
        Change::See => "see".to_owned(),
        Change::SeeNow => "see now".to_owned(),
        Change::Unsee => "unsee".to_owned(),
        Change::Accept(is_accepted) => if *is_accepted { "accept" } else { "accept no more" }.to_owned(),
        Change::Need(reason, step) => format!("need {reason:?} at {step}"),
        Change::Solve(reason) => format!("solve {reason:?}"),
        Change::Take(None) => "take".to_owned(),
        Change::Take(Some(but)) => format!("take but {but:?}"),
        Change::GiveBack(change) => format!("give back {change}"),
        Change::GiveBackTakenAt(_) => "give back of then".to_owned(),
        Change::Print(words) => format!("print {words}"),
        Change::Tell => "tell".to_owned(),
    };
    changes.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn done_by(facts: &Facts, act: Act<'_>) -> String {
    words(decide(facts, act, (at(100), "ana")))
}

#[test]
fn what_a_kiosk_says_of_a_visit() {
    use VisitState as S;
    let (said, asks, no_paper) = (said(), asks(), PrintOutcome::Failed(PrintTrouble::NoPaper));
    let checks_in = |was_off| Act::CheckedIn { said: &said, ticket: ticket("A1"), was_off };
    for (what, visit, act, expected) in [
        (
            "the first ticket counts, and what they said goes with it",
            facts(S::Expected),
            checks_in(false),
            "first A1, forget steps, arrive A1 arrived, companion true, documents false, \
             need DetailsUnclear at checked-in, tell",
        ),
        (
            "the kiosk had not heard that it was canceled",
            facts(S::Cancelled),
            checks_in(true),
            "first A1, forget steps, arrive A1 arrived, companion true, documents false, need Cancelled at checked-in, \
             need DetailsUnclear at checked-in, tell",
        ),
        (
            "the same again",
            with_ticket(S::Called, "A1"),
            checks_in(true),
            "other A1, need DetailsUnclear at checked-in, tell",
        ),
        (
            "a second kiosk gave another one",
            with_ticket(S::Arrived, "B4"),
            checks_in(false),
            "other A1, need AlreadyCheckedIn at checked-in, need DetailsUnclear at checked-in, tell",
        ),
        (
            "a request",
            facts(S::Expected),
            Act::WalkedIn { asks: &asks, ticket: ticket("A2") },
            "first A2, forget steps, arrive A2 asks, ask for other, companion false, need WalkIn at walked-in, tell",
        ),
        (
            "a request that is there already",
            with_ticket(S::Asks, "A2"),
            Act::WalkedIn { asks: &asks, ticket: ticket("A2") },
            "other A2, need WalkIn at walked-in, tell",
        ),
        ("printed", facts(S::Arrived), Act::Printed(PrintOutcome::Printed), "print printed, solve PrinterTrouble"),
        ("no one knows", facts(S::Arrived), Act::Printed(PrintOutcome::Unknown), "print unknown"),
        (
            "no paper",
            facts(S::Done),
            Act::Printed(no_paper),
            "print the paper ran out, need PrinterTrouble at printing",
        ),
        ("a stop", facts(S::Done), Act::Stopped(Reason::FeelsUnwell, "welcome"), "need FeelsUnwell at welcome"),
    ] {
        let found = done_by(&visit, act);
        let no_paper = PrintTrouble::NoPaper.for_staff();
        assert_eq!(found, expected.replace("the paper ran out", no_paper), "{what}");
    }
}

#[test]
fn what_a_button_of_staff_does() {
    use StaffAction as A;
    use VisitState as S;
    let seen =
        |facts: Facts| Facts { arrival: Arrival { seen: Some((at(5), "ben".into())), ..facts.arrival }, ..facts };
    let open = |state, reasons: &[Reason]| Facts { open: reasons.to_vec(), ..facts(state) };
    for (what, visit, action, expected) in [
        ("seen for the first time", facts(S::Arrived), A::Seen, "take, see, tell"),
        ("seen before, and nothing is open", seen(facts(S::Arrived)), A::Seen, "nothing"),
        ("seen before, and something is", seen(open(S::Done, &[Reason::AskedForHelp])), A::Seen, "take, see, tell"),
        ("a request is not decided by that", seen(open(S::Asks, &[Reason::WalkIn])), A::Seen, "nothing"),
        (
            "the rest of it is",
            seen(open(S::Asks, &[Reason::WalkIn, Reason::PrinterTrouble])),
            A::Seen,
            "take but WalkIn, see, tell",
        ),
        ("a request", facts(S::Asks), A::Accept, "take, see, stand arrived, accept, tell"),
        ("a request", facts(S::Asks), A::Decline, "take, see, stand done, tell"),
        ("a visit is called", facts(S::Arrived), A::Call, "keep arrived, see, stand called, tell"),
        ("a visit is completed", facts(S::Called), A::Done, "keep called, take, see, stand done, tell"),
        ("who is not here", facts(S::Expected), A::Done, "nothing"),
    ] {
        assert_eq!(done_by(&visit, Act::Staff(action)), expected, "{what}");
    }
    for state in ALL {
        for action in [A::Accept, A::Decline] {
            assert_eq!(
                done_by(&facts(state), Act::Staff(action)) == "nothing",
                state != S::Asks,
                "{action:?} from {state:?}"
            );
        }
    }
}

#[test]
fn what_is_taken_back() {
    use VisitState as S;
    let undo = |visit: Facts| done_by(&visit, Act::Staff(StaffAction::Undo));
    let seen = |minute, facts: Facts| Facts {
        arrival: Arrival { seen: Some((at(minute), "ben".into())), ..facts.arrival },
        ..facts
    };
    let called = Spot { called: Some((at(1), "ana".into())), ..Spot::new(S::Done) };
    let closed = Spot { done: Some((at(2), "ana".into())), ..Spot::new(S::Done) };
    for (what, visit, expected) in [
        ("the latest step", Facts { step: Some(7), ..facts(S::Called) }, "step back 7"),
        ("one of its visits has gone on", Facts { step: Some(7), has_gone_on: true, ..facts(S::Called) }, "nothing"),
        (
            "reasons taken before it",
            Facts { step: Some(7), taken: Some((6, at(1))), ..facts(S::Called) },
            "step back 7",
        ),
        (
            "reasons taken after it",
            seen(1, Facts { step: Some(7), taken: Some((8, at(2))), ..facts(S::Called) }),
            "give back 8, tell",
        ),
        (
            "reasons taken after it, and so seen",
            seen(2, Facts { step: Some(7), taken: Some((8, at(2))), ..facts(S::Called) }),
            "unsee, give back 8, tell",
        ),
        (
            "closed before steps were kept",
            Facts { spot: closed.clone(), ..facts(S::Done) },
            "give back of then, stand arrived, tell",
        ),
        ("called and closed then", Facts { spot: called, ..facts(S::Done) }, "stand called, tell"),
        (
            "declined",
            Facts { spot: closed.clone(), is_walk_in: true, ..facts(S::Done) },
            "give back of then, stand asks, tell",
        ),
        (
            "accepted and closed",
            Facts { spot: closed, is_walk_in: true, accepted: Some((at(1), 3)), ..facts(S::Done) },
            "give back of then, stand arrived, tell",
        ),
        ("called before steps were kept", facts(S::Called), "stand arrived, tell"),
        (
            "accepted, and so seen",
            seen(1, Facts { accepted: Some((at(1), 3)), taken: Some((3, at(1))), ..facts(S::Arrived) }),
            "give back 3, stand asks, accept no more, unsee, tell",
        ),
        (
            "accepted, seen before",
            seen(0, Facts { accepted: Some((at(1), 3)), ..facts(S::Arrived) }),
            "give back 3, stand asks, accept no more, tell",
        ),
        (
            "reasons taken after accepting",
            Facts { accepted: Some((at(1), 3)), taken: Some((4, at(2))), ..facts(S::Arrived) },
            "give back 4, tell",
        ),
        ("seen", seen(1, facts(S::Expected)), "unsee, tell"),
        (
            "seen with reasons",
            seen(1, Facts { taken: Some((4, at(1))), ..facts(S::NoShow) }),
            "give back 4, unsee, tell",
        ),
        ("nothing was done", facts(S::Arrived), "nothing"),
    ] {
        assert_eq!(undo(visit), expected, "{what}");
    }
}

#[test]
fn steps_in_a_queue_and_by_hand() {
    use VisitState as S;
    let out = Facts { spot: Spot { stepped_out: true, held_at: Some(at(1)), ..Spot::new(S::Held) }, ..facts(S::Held) };
    let accepted = asks();
    for (what, visit, act, expected) in [
        ("a step that is not there", facts(S::Expected), Act::Queue(&QueueAction::Start), "nothing"),
        ("started", facts(S::Called), Act::Queue(&QueueAction::Start), "keep called, see, stand with-clinician, tell"),
        ("by phone, of who stepped out", out, Act::Queue(&QueueAction::ComeBack), "keep held, stand arrived, tell"),
        ("by phone, for a patient staff put on hold", facts(S::Held), Act::Queue(&QueueAction::ComeBack), "nothing"),
        (
            "checked in by hand",
            facts(S::NoShow),
            Act::CheckInByHand(ticket("F1")),
            "first F1, forget steps, arrive F1 arrived, see now, keep no-show with arrival, tell",
        ),
        (
            "taken in by hand",
            facts(S::Expected),
            Act::WalkInByHand(&accepted),
            "first A2, forget steps, arrive A2 arrived, see now, ask for other, accept, tell",
        ),
        (
            "not here after all",
            with_ticket(S::Held, "A1"),
            Act::NotHere,
            "keep held with arrival, stand expected, tell",
        ),
        ("called otherwise", with_ticket(S::Arrived, "A1"), Act::CallAs("number"), "keep arrived, stand arrived, tell"),
        ("did not come", facts(S::Expected), Act::Close(S::NoShow), "keep expected, stand no-show, tell"),
    ] {
        assert_eq!(done_by(&visit, act), expected, "{what}");
    }
}

/// What a step keeps is put back as it was written, by whatever version.
#[test]
fn what_was_kept_is_read_as_it_was_written() {
    let kept = concat!(
        r#"{"state":"called","queue":null,"placed_at":null,"point":"Room 1","calls":1,"#,
        r#""called":["2026-11-23T13:30:00Z","ana"],"last_call_at":"2026-11-23T13:30:00.5Z","held_at":null,"#,
        r#""stepped_out":false,"started_at":null,"served_in":"Blood","done":null,"#,
        r#""arrival":{"kiosk":"lobby","ticket":["A1","2026-11-23"],"call_as":"number","language":"en","#,
        r#""arrived_at":"2026-11-23T13:00:00Z","print":null,"companion":"Max","documents":null,"seen":null}}"#,
    );
    let spot: Spot = serde_json::from_str(kept).unwrap();
    assert_eq!(serde_json::to_string(&spot).unwrap(), kept);
    // From before there were phones.
    let older: Spot = serde_json::from_str(&kept.replace(r#""stepped_out":false,"#, "")).unwrap();
    assert_eq!(older, spot);
}
