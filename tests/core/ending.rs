//! Where one conversation ends and the next begins, and how each ended.

use arrivals::domain::appointment::Standing;
use arrivals::domain::event::Ended;
use arrivals::domain::language::Language;
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, PrintOutcome};
use arrivals::flow::conversation::Conversation;
use arrivals::flow::ending::Before;
use arrivals::flow::found::Lookup;
use arrivals::flow::step::{Input, Step};

use super::flow::{found, saved, scanned, ticket, typed_date};

/// How conversations ended on the way.
fn ends(inputs: impl IntoIterator<Item = Input>) -> Vec<Ended> {
    let mut conversation = Conversation::new(Language::English);
    let mut ends = Vec::new();
    for input in inputs {
        let before = Before::of(&conversation, &input);
        let (next, _) = conversation.next(input);
        ends.extend(before.ended(&next));
        conversation = next;
    }
    ends
}

fn ticketed() -> Vec<Input> {
    let mut inputs = scanned([1, 8]);
    inputs.extend([Input::Yes, Input::GoOn, Input::Yes, Input::Yes, Input::CallAs(CallAs::Number), saved()]);
    inputs.push(Input::Printed(PrintOutcome::Printed));
    inputs
}

#[test]
fn a_conversation_ends_once_and_in_one_way() {
    let again = || vec![Input::ScannedAppointment("apt-1".into()), found(Standing::AlreadyCheckedIn(ticket()))];
    let asked = |inputs: Vec<Input>| inputs.into_iter().chain([Input::TimeIsShort]).collect::<Vec<_>>();
    let nobody = || Input::Found(Lookup::NoList);
    for (what, inputs, expected) in [
        ("nobody came", vec![Input::TimeIsUp, Input::Finish, Input::StartOver], vec![]),
        ("in the middle", typed_date(), vec![]),
        (
            "over the welcome page",
            [typed_date(), vec![Input::StartOver, Input::StartOver]].concat(),
            vec![Ended::StartedOver],
        ),
        ("back to the welcome page", vec![Input::Start, Input::Back], vec![Ended::StartedOver]),
        ("left", [asked(typed_date()), vec![Input::TimeIsUp]].concat(), vec![Ended::WalkedAway]),
        ("asked, and went on", [asked(typed_date()), vec![Input::MoreTime]].concat(), vec![]),
        ("with a ticket", [ticketed(), vec![Input::Finish]].concat(), vec![Ended::Ticket]),
        ("left the ticket's page", [asked(ticketed()), vec![Input::TimeIsUp]].concat(), vec![Ended::Ticket]),
        (
            "asked for help with the ticket in hand",
            [ticketed(), vec![Input::GetHelp, Input::StartOver]].concat(),
            vec![Ended::Ticket],
        ),
        (
            "printed once more",
            [ticketed(), vec![Input::PrintAgain, Input::Printed(PrintOutcome::Printed)]].concat(),
            vec![],
        ),
        (
            "the ticket of this morning",
            [again(), vec![Input::Month(8), Input::Digit(1), Input::Digit(8), Input::GoOn, Input::Yes, Input::Finish]]
                .concat(),
            vec![Ended::TicketAgain],
        ),
        ("asked for help", vec![Input::Start, Input::GetHelp, Input::TimeIsUp], vec![Ended::Stopped]),
        (
            "asked for help, and went on",
            vec![Input::Start, Input::GetHelp, Input::GoOn, Input::StartOver],
            vec![Ended::StartedOver],
        ),
        ("unwell, and then nothing", vec![Input::Start, Input::FeelUnwell, Input::TimeIsUp], vec![]),
        ("said so", vec![Input::Start, Input::FeelUnwell, Input::TimeIsUp, Input::TimeIsUp], vec![Ended::Stopped]),
        ("the next person's code", [ticketed(), scanned([1, 8])].concat(), vec![Ended::Ticket]),
        (
            "stopped, and the next person's code, too",
            vec![
                Input::ScannedAppointment("apt-1".into()),
                nobody(),
                Input::ScannedAppointment("apt-1".into()),
                nobody(),
                Input::Finish,
            ],
            vec![Ended::Stopped, Ended::Stopped],
        ),
        (
            "a code while nobody answers",
            [
                asked(typed_date()),
                vec![Input::ScannedAppointment("apt-2".into()), found(Standing::Open), Input::StartOver],
            ]
            .concat(),
            vec![Ended::WalkedAway, Ended::StartedOver],
        ),
        (
            "a code in the middle of typing",
            [typed_date(), vec![Input::ScannedAppointment("apt-2".into()), found(Standing::Open)]].concat(),
            vec![],
        ),
    ] {
        assert_eq!(ends(inputs), expected, "{what}");
    }
}

#[test]
fn one_more_person_is_another_conversation_even_after_being_asked() {
    let mut inputs = vec![Input::Start, Input::SomebodyElse];
    inputs.extend("grace".chars().map(Input::Key));
    inputs.push(Input::GoOn);
    inputs.extend(ticketed());
    for asked in [vec![], vec![Input::TimeIsShort]] {
        let inputs = [inputs.clone(), asked.clone(), vec![Input::OneMorePerson]].concat();
        assert_eq!(ends(inputs), [Ended::Ticket], "{asked:?}");
    }
}

#[test]
fn nobody_knows_how_long_a_page_was_read_that_was_not_answered() {
    let (mut conversation, _) = super::flow::play(typed_date());
    assert_eq!(conversation.step, Step::FamilyName);
    assert!(!Before::of(&conversation, &Input::Key('a')).unanswered);
    assert!(!Before::of(&conversation, &Input::ScannedAppointment("apt-1".into())).unanswered);
    conversation = conversation.next(Input::TimeIsShort).0;
    for (input, expected) in [
        (Input::TimeIsUp, true),
        (Input::ScannedAppointment("apt-1".into()), true),
        (Input::MoreTime, false),
        (Input::StartOver, false),
    ] {
        assert_eq!(Before::of(&conversation, &input).unanswered, expected, "{input:?}");
    }
    let (stopped, _) = super::flow::play([Input::ScannedAppointment("apt-1".into()), Input::Found(Lookup::NoList)]);
    assert!(matches!(stopped.step, Step::Stopped(reason) if reason != Reason::FeelsUnwell));
    assert!(!Before::of(&stopped, &Input::ScannedAppointment("apt-2".into())).unanswered, "the next person came");
}
