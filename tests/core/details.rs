//! Contact details in the conversation that are more than one number: what to be called, the language, an interpreter,
//! whom to tell; and mending what was typed before.

use arrivals::domain::event::StillRight;
use arrivals::domain::person::EmergencyContact;
use arrivals::domain::proposal::{Field, PostalAddress, Value};
use arrivals::flow::conversation::Conversation;
use arrivals::flow::details::Part;
use arrivals::flow::found::Patient;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Answers, Input, NewDetail, Step};

use super::insurance::{keys, on, saved, somebody, typed};

/// On the page of what has changed.
fn choosing(but: impl Fn(&mut Patient)) -> Conversation {
    on(somebody(but), [Input::No])
}

fn change(field: Field, then: Vec<Input>) -> Vec<Input> {
    let mut inputs = vec![Input::ChangeField(field)];
    inputs.extend(then);
    inputs
}

fn changes(conversation: &Conversation) -> Vec<NewDetail> {
    match conversation.screen().content {
        Content::Changes(_, changes) => changes,
        other => panic!("not on the page of changes but {other:?}"),
    }
}

fn told(conversation: Conversation) -> Answers {
    saved(on(conversation, [Input::GoOn, Input::Yes]))
}

fn text(field: Field, text: &str) -> (Field, Value) {
    (field, Value::Text(text.into()))
}

fn values(answers: &Answers) -> Vec<(Field, Value)> {
    answers.changes.iter().map(|change| (change.field, change.value.clone())).collect()
}

#[test]
fn whoever_prefers_another_language_is_asked_for_an_interpreter() {
    let asked = on(choosing(|_| {}), change(Field::Language, vec![Input::Spoken("vi".into())]));
    assert_eq!(asked.step, Step::NewDetail(Part::Interpreter));
    let answers = told(on(asked.clone(), [Input::Yes]));
    assert_eq!(values(&answers), [text(Field::Language, "vi"), text(Field::Interpreter, "yes")]);
    // Back, and another language; without an interpreter.
    let answers = told(on(asked, [Input::Back, Input::Spoken("fr".into()), Input::No]));
    assert_eq!(values(&answers), [text(Field::Language, "fr"), text(Field::Interpreter, "no")]);
}

#[test]
fn what_is_on_file_already_is_no_change() {
    let known = |patient: &mut Patient| {
        (patient.contact.language, patient.contact.interpreter) = ("es-MX".to_owned(), Some(true));
    };
    let same = on(choosing(known), change(Field::Language, vec![Input::Spoken("es".into()), Input::Yes]));
    assert!(changes(&same).is_empty());
    let without = on(choosing(known), change(Field::Language, vec![Input::Spoken("es".into()), Input::No]));
    assert_eq!(values(&told(without)), [text(Field::Interpreter, "no")]);
}

#[test]
fn a_language_that_nobody_offered_is_not_taken_and_the_desk_can_be_asked() {
    let language = on(choosing(|_| {}), [Input::ChangeField(Field::Language)]);
    assert_eq!(on(language.clone(), [Input::Spoken("<b>".into())]).step, Step::NewDetail(Part::Language));
    assert_eq!(on(language.clone(), [Input::Key('x'), Input::GoOn, Input::Yes]).step, Step::NewDetail(Part::Language));
    let asked = saved(on(language, [Input::AskTheDesk, Input::Yes]));
    assert_eq!((asked.details, asked.changes.len()), (StillRight::AskTheDesk, 0));
}

#[test]
fn a_clinic_takes_what_it_chose_and_nothing_else() {
    let interpreter_alone = choosing(|patient| patient.takes = vec![Field::Phone, Field::Interpreter]);
    for field in [Field::Email, Field::Address, Field::PreferredName, Field::EmergencyContact] {
        assert_eq!(on(interpreter_alone.clone(), [Input::ChangeField(field)]).step, Step::ChangeDetails, "{field:?}");
    }
    // The line of the language leads to what is taken of it.
    let asked = on(interpreter_alone, [Input::ChangeField(Field::Language)]);
    assert_eq!(asked.step, Step::NewDetail(Part::Interpreter));
    assert_eq!(on(asked.clone(), [Input::Back]).step, Step::ChangeDetails);
    assert_eq!(values(&told(on(asked, [Input::Yes]))), [text(Field::Interpreter, "yes")]);
    let language_alone = choosing(|patient| patient.takes = vec![Field::Language]);
    let chosen = on(language_alone, change(Field::Language, vec![Input::Spoken("ko".into())]));
    assert_eq!(values(&told(chosen)), [text(Field::Language, "ko")]);
}

#[test]
fn whom_to_tell_is_a_name_and_a_number_that_need_not_be_known() {
    let number = on(choosing(|_| {}), change(Field::EmergencyContact, typed("ann example")));
    assert_eq!(number.step, Step::NewDetail(Part::EmergencyPhone));
    let contact = |phone: &str| {
        vec![(
            Field::EmergencyContact,
            Value::Contact(EmergencyContact { name: "Ann Example".into(), phone: phone.into() }),
        )]
    };
    assert_eq!(values(&told(on(number.clone(), typed("2015550142")))), contact("(201) 555-0142"));
    assert_eq!(values(&told(on(number.clone(), [Input::GoOn]))), contact(""));
    // One digit short is explained and can be insisted on.
    let odd = on(number.clone(), typed("201555"));
    assert_eq!(odd.step, Step::NewDetail(Part::EmergencyPhone));
    assert!(told(on(odd, [Input::Yes])).changes[0].insisted);
    let back = on(number, [Input::Back]);
    assert_eq!(back.step, Step::NewDetail(Part::EmergencyName));
    assert_eq!(back.person.detail.text.text().as_str(), "Ann Example");
    assert!(changes(&on(choosing(|_| {}), change(Field::EmergencyContact, vec![Input::GoOn]))).is_empty());
}

#[test]
fn what_to_be_called_is_typed_like_a_name() {
    let named = on(choosing(|_| {}), change(Field::PreferredName, typed("anne-marie")));
    assert_eq!(values(&told(named)), [text(Field::PreferredName, "Anne-Marie")]);
}

#[test]
fn what_was_typed_before_is_mended_and_not_typed_anew() {
    let phone = on(choosing(|_| {}), change(Field::Phone, typed("2015550123")));
    let again = on(phone, [Input::ChangeField(Field::Phone), Input::GoOn]);
    assert_eq!(values(&told(again)), [text(Field::Phone, "(201) 555-0123")]);
    let mut address = typed("06035");
    address.extend(typed("12 mill street"));
    address.extend(typed("granby"));
    address.extend(typed("ct"));
    let address = on(choosing(|_| {}), change(Field::Address, address));
    // Only the house number was wrong.
    let mut mended = vec![Input::GoOn];
    mended.extend(std::iter::repeat_n(Input::Cursor(false), 12));
    mended.push(Input::Erase);
    mended.extend(keys("4"));
    mended.extend([Input::GoOn, Input::GoOn, Input::GoOn]);
    let mended = on(address, change(Field::Address, mended));
    let expected = PostalAddress {
        street: "14 Mill Street".into(),
        city: "Granby".into(),
        state: "CT".into(),
        postal_code: "06035".into(),
    };
    assert_eq!(values(&told(mended)), [(Field::Address, Value::Address(expected))]);
}

#[test]
fn whoever_mends_what_looked_odd_does_not_insist_any_more() {
    let mut odd = typed("1");
    odd.extend([Input::Yes, Input::Back, Input::Erase]);
    odd.extend(typed("06035"));
    for part in ["x", "y", "z"] {
        odd.extend(typed(part));
    }
    let address = on(choosing(|_| {}), change(Field::Address, odd));
    assert!(!told(address).changes[0].insisted);
}
