//! Insurance in the conversation: same, another card, a second one, none, or the desk; and giving up at any point.

use std::sync::Arc;

use arrivals::domain::event::StillRight;
use arrivals::domain::insurance::{Coverage, Holder, Relationship, Side};
use arrivals::domain::payer::{MemberDoubt, Payer};
use arrivals::domain::person::BirthDate;
use arrivals::domain::proposal::{Field, Source, Value};
use arrivals::domain::ticket::CallAs;
use arrivals::flow::card::{CardPart, PhotoDoubt};
use arrivals::flow::conversation::Conversation;
use arrivals::flow::found::{Asks, Lookup, Patient};
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Answers, Effect, Input, Step};
use jiff::civil::date;

use super::flow::{play, scanned};
use super::people::{patient, payers, visit};
use arrivals::domain::appointment::Standing;

/// Somebody whom the kiosk knows a little differently than usual, up to the page after the visits.
pub fn somebody(but: impl Fn(&mut Patient)) -> Conversation {
    let mut person = patient(vec![visit("apt-1", Standing::Open)]);
    but(&mut person);
    let mut inputs = vec![Input::ScannedAppointment("apt-1".into()), Input::Found(Lookup::One(person))];
    inputs.extend([Input::Month(8), Input::Digit(1), Input::Digit(8), Input::GoOn, Input::Yes, Input::GoOn]);
    play(inputs).0
}

pub fn at_insurance(but: impl Fn(&mut Patient)) -> Conversation {
    on(somebody(but), [Input::Yes])
}

pub fn on(conversation: Conversation, inputs: impl IntoIterator<Item = Input>) -> Conversation {
    inputs.into_iter().fold(conversation, |conversation, input| conversation.next(input).0)
}

pub fn keys(text: &str) -> Vec<Input> {
    text.chars()
        .map(|letter| letter.to_digit(10).map_or(Input::Key(letter), |digit| Input::Digit(digit.try_into().unwrap())))
        .collect()
}

pub fn typed(text: &str) -> Vec<Input> {
    let mut inputs = keys(text);
    inputs.push(Input::GoOn);
    inputs
}

pub fn new_card() -> Vec<Input> {
    vec![Input::No, Input::ChangeField(Field::Insurance)]
}

/// What is saved when nothing else is said.
pub fn saved(conversation: Conversation) -> Answers {
    assert_eq!(conversation.step, Step::CallAs);
    let (_, effects) = conversation.next(Input::CallAs(CallAs::Number));
    match effects.into_iter().next() {
        Some(Effect::Save(answers)) => *answers,
        other => panic!("nothing is saved but {other:?}"),
    }
}

pub fn card_of(answers: &Answers, field: Field) -> Coverage {
    let change = answers.changes.iter().find(|change| change.field == field).expect("a change of this field");
    match &change.value {
        Value::Coverage(card) => (**card).clone(),
        other => panic!("no card but {other:?}"),
    }
}

#[test]
fn a_new_card_is_payer_number_and_whose_and_is_looked_at_once_more() {
    let mut inputs = new_card();
    inputs.extend([Input::Payer("medicare".into())]);
    inputs.extend(typed("1eg4te5mk73"));
    inputs.push(Input::HeldBy(None));
    let review = on(at_insurance(|_| {}), inputs);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    let answers = saved(on(review, [Input::GoOn]));
    assert_eq!(answers.insurance, StillRight::Changed);
    let expected = Coverage {
        payer: "Medicare".into(),
        payer_code: "medicare".into(),
        member_id: "1EG4TE5MK73".into(),
        ..Coverage::default()
    };
    assert_eq!(card_of(&answers, Field::Insurance), expected);
    assert!(!answers.changes[0].insisted && answers.changes[0].source == Source::Typed && !answers.second_pays_first);
}

#[test]
fn a_wrong_letter_is_explained_by_example_and_can_be_overruled_with_a_mark() {
    let mut inputs = new_card();
    inputs.push(Input::Payer("medicare".into()));
    inputs.extend(typed("1SG4TE5MK73"));
    let doubted = on(at_insurance(|_| {}), inputs);
    match doubted.screen().content {
        Content::CardText(text) => assert!(text.doubt == Some(MemberDoubt::Letter) && !text.example.is_empty()),
        other => panic!("{other:?}"),
    }
    let insisted = on(doubted.clone(), [Input::Yes, Input::HeldBy(None), Input::GoOn]);
    let answers = saved(insisted);
    assert!(answers.changes[0].insisted);
    assert_eq!(card_of(&answers, Field::Insurance).member_id.as_str(), "1SG4TE5MK73");
    // Mended instead: no mark.
    let mut mended: Vec<Input> = std::iter::repeat_n(Input::Cursor(false), 9).collect();
    mended.extend([Input::Erase, Input::Key('e'), Input::GoOn, Input::HeldBy(None), Input::GoOn]);
    let answers = saved(on(doubted, mended));
    assert!(!answers.changes[0].insisted);
    assert_eq!(card_of(&answers, Field::Insurance).member_id.as_str(), "1EG4TE5MK73");
}

#[test]
fn somebody_elses_insurance_asks_for_the_holder() {
    let mut inputs = new_card();
    inputs.push(Input::Payer("other".into()));
    inputs.extend(typed("12"));
    inputs.push(Input::HeldBy(Some(Relationship::Spouse)));
    inputs.extend(typed("ana ruiz"));
    inputs.push(Input::Month(2));
    inputs.extend(typed("031960"));
    let review = on(at_insurance(|_| {}), inputs);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    let holder =
        Holder { is: Relationship::Spouse, name: "Ana Ruiz".into(), birth_date: Some(BirthDate(date(1960, 2, 3))) };
    assert_eq!(card_of(&saved(on(review.clone(), [Input::GoOn])), Field::Insurance).holder, Some(holder));
    // On second thoughts it is their own.
    let own = on(review, [Input::ChangePart(CardPart::Holder), Input::HeldBy(None)]);
    assert_eq!(own.step, Step::NewCard(CardPart::Review));
    assert_eq!(card_of(&saved(on(own, [Input::GoOn])), Field::Insurance).holder, None);
}

#[test]
fn each_line_of_the_review_changes_that_line_alone() {
    let mut inputs = new_card();
    inputs.push(Input::Payer("example".into()));
    inputs.extend(typed("a1004"));
    inputs.push(Input::HeldBy(None));
    inputs.push(Input::ChangePart(CardPart::Group));
    inputs.extend(typed("g-7"));
    inputs.push(Input::ChangePart(CardPart::Plan));
    inputs.extend(typed("silver"));
    inputs.extend([Input::ChangePart(CardPart::End), Input::Month(12)]);
    inputs.extend(typed("312026"));
    inputs.extend([Input::ChangePart(CardPart::Start), Input::No]);
    let review = on(at_insurance(|_| {}), inputs);
    let card = card_of(&saved(on(review.clone(), [Input::GoOn])), Field::Insurance);
    assert_eq!(
        (card.member_id.as_str(), card.group_id.as_str(), card.plan.as_str(), card.start, card.end),
        ("A1004", "G-7", "Silver", None, Some(date(2026, 12, 31)))
    );
    let mut other = vec![Input::ChangePart(CardPart::MemberId)];
    other.extend(std::iter::repeat_n(Input::Erase, 5));
    other.extend(typed("b2005"));
    let changed = card_of(&saved(on(on(review, other), [Input::GoOn])), Field::Insurance);
    assert_eq!(changed, Coverage { member_id: "B2005".into(), ..card });
}

#[test]
fn a_second_card_comes_after_the_first_or_before_it() {
    for (swaps, first) in [(0, false), (1, true), (2, false)] {
        let mut inputs = vec![Input::No, Input::ChangeField(Field::SecondInsurance), Input::Payer("other".into())];
        inputs.extend(typed("55"));
        inputs.push(Input::HeldBy(None));
        inputs.extend(std::iter::repeat_n(Input::SwapOrder, swaps));
        inputs.push(Input::GoOn);
        let answers = saved(on(at_insurance(|_| {}), inputs));
        assert_eq!(answers.second_pays_first, first);
        assert_eq!(card_of(&answers, Field::SecondInsurance).payer.as_str(), "Other Mutual");
        assert_eq!(answers.changes.len(), 1);
    }
    // Both in one go.
    let mut inputs = new_card();
    inputs.push(Input::Payer("example".into()));
    inputs.extend(typed("a1005"));
    inputs.extend([Input::HeldBy(None), Input::ChangeField(Field::SecondInsurance), Input::Payer("other".into())]);
    inputs.extend(typed("55"));
    inputs.extend([Input::HeldBy(None), Input::GoOn]);
    let answers = saved(on(at_insurance(|_| {}), inputs));
    assert_eq!(
        answers.changes.iter().map(|change| change.field).collect::<Vec<_>>(),
        [Field::Insurance, Field::SecondInsurance]
    );
}

#[test]
fn none_any_more_takes_every_card_away_and_none_at_all_changes_nothing() {
    let second = |patient: &mut Patient| patient.second_insurance.clone_from(&patient.insurance);
    let answers = saved(on(at_insurance(second), [Input::No, Input::NoInsurance]));
    assert_eq!(answers.insurance, StillRight::Changed);
    assert!(answers.changes.len() == 2 && answers.changes.iter().all(|change| change.value.is_empty()));
    let nothing = |patient: &mut Patient| patient.insurance = None;
    let answers = saved(on(at_insurance(nothing), [Input::Yes, Input::NoInsurance]));
    assert_eq!((answers.insurance, answers.changes.len()), (StillRight::Yes, 0));
}

#[test]
fn giving_up_anywhere_checks_in_and_the_desk_asks() {
    let mut inputs = new_card();
    inputs.push(Input::Payer("medicare".into()));
    inputs.extend(keys("1EG"));
    let half = on(at_insurance(|_| {}), inputs);
    let back = on(half, [Input::Back, Input::Back]);
    assert_eq!(back.step, Step::ChangeInsurance);
    let answers = saved(on(back.clone(), [Input::AskTheDesk]));
    assert_eq!((answers.insurance, answers.changes.len()), (StillRight::AskTheDesk, 0));
    let answers = saved(on(back, [Input::Back, Input::Yes]));
    assert_eq!((answers.insurance, answers.changes.len()), (StillRight::Yes, 0));
    // What was typed whole is told all the same.
    let mut whole = new_card();
    whole.push(Input::Payer("other".into()));
    whole.extend(typed("12"));
    whole.extend([Input::HeldBy(None), Input::AskTheDesk]);
    let answers = saved(on(at_insurance(|_| {}), whole));
    assert_eq!((answers.insurance, answers.changes.len()), (StillRight::AskTheDesk, 1));
}

#[test]
fn back_from_the_next_question_leads_to_the_card_again() {
    let mut inputs = new_card();
    inputs.push(Input::Payer("other".into()));
    inputs.extend(typed("12"));
    inputs.extend([Input::HeldBy(None), Input::GoOn, Input::Back]);
    let review = on(at_insurance(|_| {}), inputs);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    assert_eq!(on(at_insurance(|_| {}), [Input::Yes, Input::Back]).step, Step::Insurance);
}

#[test]
fn with_a_camera_both_sides_are_photographed_and_a_bad_photo_is_said_at_once() {
    let with_camera = |patient: &mut Patient| patient.asks.photos = true;
    let mut inputs = new_card();
    inputs.push(Input::Payer("other".into()));
    inputs.extend(typed("12"));
    inputs.push(Input::HeldBy(None));
    let front = on(at_insurance(with_camera), inputs);
    assert_eq!(front.step, Step::NewCard(CardPart::Photo(Side::Front)));
    let blurred = on(front.clone(), [Input::Shot(Some(PhotoDoubt::Blurred))]);
    assert_eq!(
        blurred.screen().content,
        Content::CardPhoto { side: Side::Front, shot: Some(Some(PhotoDoubt::Blurred)) }
    );
    let (back, effects) = on(blurred, [Input::No, Input::Shot(None)]).next(Input::GoOn);
    assert_eq!(back.step, Step::NewCard(CardPart::Photo(Side::Back)));
    assert_eq!(effects, [Effect::KeepPhoto { field: Field::Insurance, side: Side::Front }]);
    assert_eq!(on(back.clone(), [Input::Back]).step, Step::NewCard(CardPart::Photo(Side::Front)));
    let both = on(back.clone(), [Input::Shot(None), Input::GoOn]);
    assert_eq!(both.step, Step::NewCard(CardPart::Review));
    let photos = |end: Conversation| saved(on(end, [Input::GoOn])).changes.remove(0).photos;
    assert_eq!(photos(both), [Side::Front, Side::Back]);
    assert_eq!(photos(on(back, [Input::No])), [Side::Front]);
    assert_eq!(photos(on(front, [Input::No])), []);
}

#[test]
fn payers_are_found_by_what_people_call_them_and_one_that_is_not_listed_is_taken_as_typed() {
    let typing = on(at_insurance(|_| {}), new_card());
    let shown = |conversation: &Conversation| match conversation.screen().content {
        Content::CardText(text) => text.payers.into_iter().map(|(code, _)| code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(&typing), ["example", "medicare", "other"], "the one on file is first");
    assert_eq!(shown(&on(typing.clone(), keys("medic"))), ["medicare"]);
    assert!(shown(&on(typing.clone(), keys("zzz"))).is_empty());
    let mut inputs = typed("small village fund");
    inputs.extend(typed("77"));
    inputs.extend([Input::HeldBy(None), Input::GoOn]);
    let card = card_of(&saved(on(typing, inputs)), Field::Insurance);
    assert_eq!(
        (card.payer.as_str(), card.payer_code.as_str(), card.member_id.as_str()),
        ("Small Village Fund", "", "77")
    );
}

#[test]
fn where_there_is_one_payer_nobody_is_asked_for_it() {
    let one = |patient: &mut Patient| {
        patient.payers = Arc::new(vec![Payer {
            code: "nhs".into(),
            name: "NHS".into(),
            member_id: "nhs-number".into(),
            ..Payer::default()
        }]);
    };
    let typing = on(at_insurance(one), new_card());
    assert_eq!(typing.step, Step::NewCard(CardPart::MemberId));
    let review = on(typing.clone(), typed("9434765919").into_iter().chain([Input::HeldBy(None)]));
    assert!(matches!(review.screen().content, Content::CardReview { can_change_payer: false, .. }));
    assert_eq!(card_of(&saved(on(review, [Input::GoOn])), Field::Insurance).payer.as_str(), "NHS");
    assert_eq!(on(typing, [Input::Back]).step, Step::ChangeInsurance);
}

#[test]
fn a_barcode_on_the_card_fills_in_the_number() {
    let mut inputs = new_card();
    inputs.extend([
        Input::Payer("example".into()),
        Input::ScannedText("A1006".into()),
        Input::GoOn,
        Input::HeldBy(None),
        Input::GoOn,
    ]);
    let answers = saved(on(at_insurance(|_| {}), inputs));
    assert_eq!(
        (card_of(&answers, Field::Insurance).member_id.as_str(), answers.changes[0].source),
        ("A1006", Source::Scanned)
    );
}

#[test]
fn what_was_confirmed_lately_is_not_asked_again() {
    for (details, insurance, step, parts) in [
        (true, true, Step::Details, 6),
        (false, true, Step::Insurance, 5),
        (true, false, Step::Details, 5),
        (false, false, Step::CallAs, 4),
    ] {
        let begun = somebody(|patient| patient.asks = Asks { details, insurance, photos: false });
        assert_eq!(begun.step, step);
        assert_eq!(begun.screen().progress.map(|(_, of)| of), Some(parts));
        assert_eq!(on(begun.clone(), [Input::Back]).step, Step::Visits);
        let end = match (details, insurance) {
            (true, true) => on(begun, [Input::Yes, Input::Yes]),
            (false, false) => begun,
            _ => on(begun, [Input::Yes]),
        };
        assert_eq!(end.screen().progress, Some((parts, parts)));
        let answers = saved(end);
        let said = |asked: bool| if asked { StillRight::Yes } else { StillRight::NotAsked };
        assert_eq!((answers.details, answers.insurance), (said(details), said(insurance)));
    }
}

#[test]
fn three_touches_lead_from_is_this_you_to_the_ticket_if_nothing_is_asked() {
    let mut person = patient(vec![visit("apt-1", Standing::Open)]);
    person.asks = Asks { details: false, insurance: false, photos: false };
    let mut inputs = scanned([1, 8]);
    inputs[1] = Input::Found(Lookup::One(person));
    let (is_this_you, _) = play(inputs);
    assert_eq!(is_this_you.step, Step::IsThisYou);
    assert_eq!(on(is_this_you, [Input::Yes, Input::GoOn, Input::CallAs(CallAs::Number)]).step, Step::Saving);
    assert!(payers().len() > 1);
}
