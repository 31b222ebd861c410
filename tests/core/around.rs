//! What a page has around its question: how it looks, which notice stands above it, what covers it.

use arrivals::domain::appointment::Standing;
use arrivals::domain::identity::Fact;
use arrivals::domain::language::Language;
use arrivals::domain::proposal::Field;
use arrivals::domain::ticket::PrintOutcome;
use arrivals::flow::around::{Look, Over, Said, WELCOME_FORGETS_AFTER_SECONDS};
use arrivals::flow::card::CardPart;
use arrivals::flow::conversation::Conversation;
use arrivals::flow::found::Lookup;
use arrivals::flow::insurance::{PAYERS_BESIDE_KEYS, PAYERS_LISTED_MAX};
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};

use super::flow::{found, play, saved, scanned, typed_date, typed_name};
use super::insurance::at_insurance;

const LARGE: Look = Look { large_text: true, high_contrast: false };
const BOTH: Look = Look { large_text: true, high_contrast: true };

fn chosen() -> Vec<Input> {
    vec![Input::Language(Language::Spanish), Input::ToggleText, Input::ToggleContrast]
}

fn then(mut inputs: Vec<Input>, more: impl IntoIterator<Item = Input>) -> Conversation {
    inputs.extend(more);
    play(inputs).0
}

#[test]
fn the_welcome_page_forgets_what_somebody_chose_and_did_not_use() {
    let chosen = then(chosen(), []);
    assert_eq!((chosen.screen().language, chosen.screen().look), (Language::Spanish, BOTH));
    let patience = chosen.patience().expect("something to forget");
    assert_eq!((patience.ask_after_seconds, patience.end_after_seconds), (WELCOME_FORGETS_AFTER_SECONDS, 0));
    let (next, effects) = chosen.next(Input::TimeIsUp);
    assert_eq!((next, effects.len()), (Conversation::new(Language::English), 0));
    // Each of them alone is enough, and a page as delivered waits for nothing.
    for input in [Input::Language(Language::Arabic), Input::ToggleText, Input::ToggleContrast] {
        assert!(then(vec![input], []).patience().is_some());
    }
    assert_eq!(Conversation::new(Language::English).patience(), None);
    assert_eq!(Conversation::new(Language::Arabic).patience(), None);
    assert_eq!(then(vec![Input::ToggleText, Input::ToggleText], []).patience(), None);
}

#[test]
fn the_way_back_to_the_welcome_page_keeps_how_it_looks_for_the_same_person() {
    let back = then(chosen(), [Input::Start, Input::Back]);
    assert_eq!((back.step, back.language, back.look), (Step::Welcome, Language::Spanish, BOTH));
    let mended =
        then(vec![Input::Start, Input::ToggleText, Input::Back, Input::Language(Language::Arabic), Input::Start], []);
    assert_eq!((mended.step, mended.language, mended.look), (Step::Find, Language::Arabic, LARGE));
}

#[test]
fn every_end_of_a_conversation_leaves_the_page_as_delivered() {
    let done = [scanned([1, 8]), vec![Input::Yes, Input::GoOn, Input::Yes, Input::AskTheDesk]].concat();
    let done = [
        done,
        vec![Input::CallAs(arrivals::domain::ticket::CallAs::Number), saved(), Input::Printed(PrintOutcome::Printed)],
    ]
    .concat();
    let ends: [(&str, Vec<Input>); 5] = [
        ("finished", [done.clone(), vec![Input::Finish]].concat()),
        ("left the last page", [done, vec![Input::TimeIsUp]].concat()),
        ("walked away", [typed_name(), vec![Input::TimeIsUp]].concat()),
        ("started over", [typed_date(), vec![Input::StartOver, Input::StartOver]].concat()),
        ("stopped", [typed_name(), vec![Input::Found(Lookup::NoList), Input::Finish]].concat()),
    ];
    for (how, inputs) in ends {
        let (end, _) = play([chosen(), inputs].concat());
        assert_eq!(end, Conversation::new(Language::English), "{how}");
    }
}

#[test]
fn a_second_person_of_the_same_companion_keeps_how_it_looks_and_a_stranger_does_not() {
    let mut inputs = chosen();
    inputs.extend([Input::Start, Input::SomebodyElse, Input::Key('r'), Input::GoOn]);
    inputs.extend(scanned([1, 8]));
    inputs.extend([Input::Yes, Input::GoOn, Input::Yes, Input::AskTheDesk]);
    inputs.extend([
        Input::CallAs(arrivals::domain::ticket::CallAs::Number),
        saved(),
        Input::Printed(PrintOutcome::Printed),
    ]);
    let (done, _) = play(inputs);
    assert_eq!(done.step, Step::Done);
    let (same, _) = done.clone().next(Input::OneMorePerson);
    assert_eq!((same.language, same.look), (Language::Spanish, BOTH));
    let (stranger, _) = done.next(Input::ScannedAppointment("apt-2".into()));
    assert_eq!((stranger.language, stranger.look), (Language::English, Look::default()));
}

#[test]
fn a_notice_is_on_the_page_that_it_is_about_and_on_no_other() {
    let code_read = vec![Input::ScannedAppointment("apt-1".into()), found(Standing::Open)];
    assert_eq!(then(code_read.clone(), []).screen().said, Said::CodeRead);
    let (asked, _) = play([Input::ScannedAppointment("apt-1".into()), Input::Found(Lookup::AskMore(Fact::Phone))]);
    assert_eq!((asked.step, asked.screen().said), (Step::Phone, Said::CodeRead));
    let (walk_in, _) = play([Input::Start, Input::NoAppointment]);
    assert_eq!((walk_in.step, walk_in.screen().said), (Step::BirthDate, Said::NoAppointment));
    // From there on, on every page of the whole conversation, no page shows it any more.
    let mut inputs = scanned([1, 8]);
    let rest = [
        vec![
            Input::Yes,
            Input::GoOn,
            Input::Yes,
            Input::No,
            Input::ChangeField(Field::Insurance),
            Input::Payer("other".into()),
        ],
        vec![
            Input::Key('1'),
            Input::Key('2'),
            Input::GoOn,
            Input::HeldBy(Some(arrivals::domain::insurance::Relationship::Spouse)),
        ],
        vec![Input::Key('a'), Input::GoOn, Input::No],
        vec![Input::ChangePart(CardPart::Start)],
    ];
    let mut seen = Vec::new();
    for input in rest.concat() {
        inputs.push(input);
        let (conversation, _) = play(inputs.clone());
        assert_eq!(conversation.screen().said, Said::Nothing, "{:?}", conversation.step);
        seen.push(conversation.step);
    }
    for date in [Step::NewCard(CardPart::HolderBirthDate), Step::NewCard(CardPart::Start)] {
        assert!(seen.contains(&date), "{date:?} was not among {seen:?}");
    }
}

#[test]
fn start_over_asks_once_where_something_was_entered() {
    let entered: [(&str, Vec<Input>); 7] = [
        ("a month", vec![Input::Start, Input::TypeInstead, Input::Month(8)]),
        ("a date", typed_date()),
        ("a name", typed_name()),
        ("a companion's name", vec![Input::Start, Input::SomebodyElse, Input::Key('r')]),
        (
            "digits of a phone number",
            vec![
                Input::ScannedAppointment("apt-1".into()),
                Input::Found(Lookup::AskMore(Fact::Phone)),
                Input::Digit(4),
            ],
        ),
        (
            "a new phone number",
            [
                scanned([1, 8]),
                vec![Input::Yes, Input::GoOn, Input::No, Input::ChangeField(Field::Phone), Input::Digit(2)],
            ]
            .concat(),
        ),
        (
            "a payer",
            [
                scanned([1, 8]),
                vec![
                    Input::Yes,
                    Input::GoOn,
                    Input::Yes,
                    Input::No,
                    Input::ChangeField(Field::Insurance),
                    Input::Payer("other".into()),
                ],
            ]
            .concat(),
        ),
    ];
    for (what, inputs) in entered {
        let (before, _) = play(inputs);
        let (asked, effects) = before.clone().next(Input::StartOver);
        assert_eq!((asked.screen().over, effects.len()), (Some(Over::StartOver), 0), "{what}");
        let mut uncovered = asked.clone();
        uncovered.over = None;
        assert_eq!(uncovered, before, "{what}: asking loses something");
        let (kept, _) = asked.clone().next(Input::KeepGoing);
        assert_eq!(kept, before, "{what}");
        let (begun, _) = asked.clone().next(Input::StartOver);
        assert_eq!(begun, Conversation::new(Language::English), "{what}: asked twice");
        // Nobody answers: the question about time takes its place, and its own "No, start over" asks nothing more.
        let (timed, _) = asked.next(Input::TimeIsShort);
        assert_eq!(timed.over, Some(Over::MoreTime), "{what}");
        assert_eq!(timed.next(Input::StartOver).0, Conversation::new(Language::English), "{what}");
    }
}

#[test]
fn start_over_acts_at_once_where_nothing_would_be_lost() {
    let nothing: [(&str, Vec<Input>); 5] = [
        ("only went on", vec![Input::Start]),
        ("only looked at the keys", vec![Input::Start, Input::TypeInstead]),
        ("erased everything", vec![Input::Start, Input::TypeInstead, Input::Month(8), Input::Erase]),
        ("stopped", [typed_name(), vec![Input::Found(Lookup::NoList)]].concat()),
        (
            "asked for help with the ticket in hand",
            [
                scanned([1, 8]),
                vec![
                    Input::Yes,
                    Input::GoOn,
                    Input::Yes,
                    Input::AskTheDesk,
                    Input::CallAs(arrivals::domain::ticket::CallAs::Number),
                ],
                vec![saved(), Input::Printed(PrintOutcome::Printed), Input::GetHelp],
            ]
            .concat(),
        ),
    ];
    for (what, inputs) in nothing {
        let (end, _) = play([inputs, vec![Input::StartOver]].concat());
        assert_eq!(end, Conversation::new(Language::English), "{what}");
    }
}

fn payers_of(conversation: &Conversation) -> (bool, Vec<String>) {
    match conversation.screen().content {
        Content::CardText(text) => (text.lists_payers, text.payers.into_iter().map(|(_, name)| name).collect()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payer_can_be_touched_and_one_that_is_not_in_the_list_is_typed() {
    use arrivals::domain::payer::Payer;
    let many = |count: usize| {
        let payer = |at: usize| Payer { code: format!("p{at}"), name: format!("Payer {at:02}"), ..Payer::default() };
        at_insurance(|patient| patient.payers = std::sync::Arc::new((0..count).map(payer).collect()))
    };
    let to_payer = [Input::No, Input::ChangeField(Field::Insurance)];
    for count in [2, 5, 40] {
        let listed = to_payer.iter().cloned().fold(many(count), |conversation, input| conversation.next(input).0);
        let (lists, names) = payers_of(&listed);
        assert!(lists && names.len() == count.min(PAYERS_LISTED_MAX), "{count}: {names:?}");
        // Not among them: the keys, and what is typed may still mean one.
        let typing = listed.clone().next(Input::No).0;
        assert!(!payers_of(&typing).0);
        assert!(payers_of(&typing).1.len() <= PAYERS_BESIDE_KEYS);
        assert_eq!(payers_of(&typing.next(Input::Back).0), (true, names));
        // A keyboard needs no touch before it types.
        let typed = listed.clone().next(Input::Key('z')).0;
        assert!(!payers_of(&typed).0);
        assert_eq!(typed.person.card_entry.text.text().as_str().to_lowercase(), "z");
        assert_eq!(listed.clone().next(Input::GoOn).0, listed, "nothing was chosen");
        assert_eq!(listed.next(Input::Payer("p1".into())).0.step, Step::NewCard(CardPart::MemberId));
    }
    let none = to_payer.iter().cloned().fold(many(0), |conversation, input| conversation.next(input).0);
    assert_eq!(payers_of(&none), (false, Vec::new()), "without a list there is nothing to choose");
}
