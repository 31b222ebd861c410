//! Cards in unusual orders: what was typed whole is never lost by going back, and nothing comes back that was taken
//! back.

use arrivals::domain::event::StillRight;
use arrivals::domain::insurance::{Relationship, Side};
use arrivals::domain::language::Language;
use arrivals::domain::proposal::Field;
use arrivals::flow::card::CardPart;
use arrivals::flow::conversation::Conversation;
use arrivals::flow::entry::DateTrouble;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};
use jiff::civil::date;

use super::insurance::{at_insurance, card_of, new_card, on, saved, typed};

/// Typed whole, up to its review.
fn reviewed(number: &str) -> Conversation {
    on(at_insurance(|patient| patient.second_insurance = None), card(number))
}

fn card(number: &str) -> Vec<Input> {
    let mut inputs = new_card();
    inputs.extend(rest(number));
    inputs
}

fn rest(number: &str) -> Vec<Input> {
    let mut inputs = vec![Input::Payer("other".into())];
    inputs.extend(typed(number));
    inputs.push(Input::HeldBy(None));
    inputs
}

#[test]
fn a_second_card_that_is_given_up_leads_back_to_the_first_one() {
    let begun = on(reviewed("100"), [Input::ChangeField(Field::SecondInsurance)]);
    assert_eq!(begun.step, Step::NewCard(CardPart::Payer));
    let back = on(begun.clone(), [Input::Back]);
    assert_eq!(back.step, Step::NewCard(CardPart::Review));
    let answers = saved(on(back, [Input::GoOn]));
    assert_eq!(card_of(&answers, Field::Insurance).member_id.as_str(), "100");
    assert_eq!(answers.changes.len(), 1);
    // So it is for whoever has nothing on file.
    let nothing = at_insurance(|patient| (patient.insurance, patient.second_insurance) = (None, None));
    let mut inputs = vec![Input::No];
    inputs.extend(rest("100"));
    inputs.extend([Input::ChangeField(Field::SecondInsurance), Input::Back]);
    assert_eq!(on(nothing, inputs).step, Step::NewCard(CardPart::Review));
}

#[test]
fn what_was_typed_whole_outlives_back_and_the_other_card() {
    let mut inputs = vec![Input::Back, Input::ChangeField(Field::SecondInsurance)];
    inputs.extend(rest("200"));
    inputs.push(Input::SwapOrder);
    let both = on(reviewed("100"), inputs);
    // Looked at again, nothing of either is lost.
    let again = on(both, [Input::Back, Input::ChangeField(Field::Insurance)]);
    assert_eq!(again.step, Step::NewCard(CardPart::Review));
    let answers = saved(on(again.clone(), [Input::GoOn]));
    assert_eq!(card_of(&answers, Field::Insurance).member_id.as_str(), "100");
    assert_eq!(card_of(&answers, Field::SecondInsurance).member_id.as_str(), "200");
    assert!(answers.second_pays_first);
    let asked = saved(on(again, [Input::Back, Input::AskTheDesk]));
    assert_eq!((asked.changes.len(), asked.insurance), (2, StillRight::AskTheDesk));
}

#[test]
fn who_is_not_sure_any_more_that_there_is_none_keeps_what_is_on_file() {
    let none = on(at_insurance(|_| {}), [Input::No, Input::NoInsurance]);
    assert!(!saved(none.clone()).changes.is_empty());
    let asked = on(none, [Input::Back, Input::AskTheDesk]);
    let answers = saved(asked);
    assert_eq!((answers.changes.len(), answers.insurance), (0, StillRight::AskTheDesk));
}

#[test]
fn no_insurance_takes_a_typed_card_back() {
    let nothing = at_insurance(|patient| (patient.insurance, patient.second_insurance) = (None, None));
    let mut inputs = vec![Input::No];
    inputs.extend(rest("100"));
    inputs.extend([Input::Back, Input::NoInsurance]);
    let none = on(nothing, inputs);
    assert!(saved(none.clone()).changes.is_empty());
    assert_eq!(on(none, [Input::Back]).step, Step::Insurance);
}

#[test]
fn another_holder_has_another_name_and_nobody_holds_it_without_one() {
    let mut inputs = card("100");
    inputs.extend([Input::ChangePart(CardPart::Holder), Input::HeldBy(Some(Relationship::Spouse))]);
    inputs.extend(typed("ana ruiz"));
    inputs.push(Input::No);
    let spouse = on(at_insurance(|_| {}), inputs);
    let parent = on(spouse.clone(), [Input::ChangePart(CardPart::Holder), Input::HeldBy(Some(Relationship::Parent))]);
    match parent.screen().content {
        Content::CardText(text) => assert_eq!((text.before.as_str(), text.after.as_str()), ("", "")),
        other => panic!("{other:?}"),
    }
    // Given up: as it was.
    let back = on(parent, [Input::Back, Input::Back, Input::GoOn]);
    let holder = card_of(&saved(back), Field::Insurance).holder.expect("a holder");
    assert_eq!((holder.is, holder.name.as_str()), (Relationship::Spouse, "Ana Ruiz"));
}

#[test]
fn a_card_cannot_end_before_it_begins() {
    let mut inputs = card("100");
    inputs.extend([Input::ChangePart(CardPart::Start), Input::Month(6)]);
    inputs.extend(typed("012026"));
    inputs.extend([Input::ChangePart(CardPart::End), Input::Month(5)]);
    inputs.extend(typed("312026"));
    let doubted = on(at_insurance(|_| {}), inputs);
    assert_eq!(doubted.step, Step::NewCard(CardPart::End));
    match doubted.screen().content {
        Content::Date { trouble, .. } => assert_eq!(trouble, Some(DateTrouble::EndsTooSoon)),
        other => panic!("{other:?}"),
    }
    let mut mended = vec![Input::Erase];
    mended.extend(typed("7"));
    let review = on(doubted, mended);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    assert_eq!(card_of(&saved(on(review, [Input::GoOn])), Field::Insurance).end, Some(date(2027, 5, 31)));
}

#[test]
fn a_number_of_another_payer_stays_with_a_mark() {
    let mut inputs = card("12");
    inputs.extend([Input::ChangePart(CardPart::Payer), Input::Payer("medicare".into()), Input::Back]);
    let review = on(at_insurance(|_| {}), inputs);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    assert!(saved(on(review, [Input::GoOn])).changes[0].insisted);
}

#[test]
fn a_photo_can_be_taken_back_and_the_missing_side_comes_first() {
    let taken = [Input::Shot(None), Input::GoOn];
    let mut inputs = card("100");
    inputs.extend(taken.clone());
    inputs.push(Input::No);
    let review = on(at_insurance(|patient| patient.asks.photos = true), inputs);
    assert_eq!(review.step, Step::NewCard(CardPart::Review));
    let back = on(review, [Input::ChangePart(CardPart::Photo(Side::Front))]);
    assert_eq!(back.step, Step::NewCard(CardPart::Photo(Side::Back)));
    let both = on(back, taken);
    assert_eq!(saved(on(both.clone(), [Input::GoOn])).changes[0].photos, Side::ALL);
    let neither = on(both, [Input::ChangePart(CardPart::Photo(Side::Front)), Input::No, Input::GoOn]);
    assert!(saved(neither).changes[0].photos.is_empty());
}

#[test]
fn a_code_read_while_time_is_asked_for_changes_no_card() {
    let mut inputs = new_card();
    inputs.extend([Input::Payer("other".into()), Input::TimeIsShort, Input::ScannedText("999".into())]);
    let asked = on(at_insurance(|_| {}), inputs);
    assert!(asked.asks_for_time(), "the question still covers the page");
    match on(asked, [Input::MoreTime]).screen().content {
        Content::CardText(text) => assert_eq!(text.before.as_str(), ""),
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_language_asks_for_the_date_on_a_card_in_its_own_order() {
    let day_first = |conversation: &Conversation| match conversation.screen().content {
        Content::Date { day_first, .. } => day_first,
        other => panic!("no date is asked for but {other:?}"),
    };
    let asked = on(reviewed("100"), [Input::ChangePart(CardPart::Start)]);
    assert!(!day_first(&asked));
    let spanish = on(asked, [Input::Language(Language::Spanish)]);
    assert!(day_first(&spanish));
    let typed = on(spanish, [Input::Digit(3), Input::Digit(1), Input::Month(3)]);
    assert!(matches!(typed.screen().content, Content::Date { month: Some(3), day, .. } if day == "31"));
}
