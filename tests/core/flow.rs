//! The conversation, as tables. What holds of it always is in `flow_always`.

use arrivals::domain::appointment::Standing;
use arrivals::domain::document::{Document, Documents};
use arrivals::domain::event::StillRight;
use arrivals::domain::identity::{Fact, Typed};
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, PrintOutcome, PrintTrouble, Ticket};
use arrivals::flow::conversation::{Conversation, TRIES_MAX};
use arrivals::flow::found::Lookup;
use arrivals::flow::step::{Answers, Effect, Input, Query, SavedTicket, Step};
use jiff::civil::date;

use super::people::{patient, visit};

pub fn ticket() -> Ticket {
    Ticket { number: "A7".parse().unwrap(), date: date(2026, 11, 23) }
}

pub fn saved() -> Input {
    let appointments = vec!["apt-1".into()];
    Input::Saved(SavedTicket { ticket: ticket(), place: "Waiting area A".into(), given_before: false, appointments })
}

pub fn found(standing: Standing) -> Input {
    Input::Found(Lookup::One(patient(vec![visit("apt-1", standing)])))
}

/// Plays inputs from the welcome page; answers where it ends and every effect on the way.
pub fn play(inputs: impl IntoIterator<Item = Input>) -> (Conversation, Vec<Effect>) {
    let mut conversation = Conversation::new(Language::English);
    let mut effects = Vec::new();
    for input in inputs {
        let (next, more) = conversation.next(input);
        conversation = next;
        effects.extend(more);
    }
    (conversation, effects)
}

pub fn typed_date() -> Vec<Input> {
    let mut inputs = vec![Input::Start, Input::TypeInstead, Input::Month(8)];
    inputs.extend([1, 8, 1, 9, 3, 6].map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs
}

pub fn typed_name() -> Vec<Input> {
    let mut inputs = typed_date();
    inputs.extend("example".chars().map(Input::Key));
    inputs.push(Input::GoOn);
    inputs
}

pub fn scanned(birthday: [u8; 2]) -> Vec<Input> {
    let mut inputs = vec![Input::ScannedAppointment("apt-1".into()), found(Standing::Open), Input::Month(8)];
    inputs.extend(birthday.map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs
}

fn to_call_as() -> Vec<Input> {
    let mut inputs = scanned([1, 8]);
    inputs.extend([Input::Yes, Input::GoOn, Input::Yes, Input::AskTheDesk]);
    inputs
}

#[test]
fn a_scanned_code_and_a_birthday_lead_to_a_ticket() {
    let mut inputs = to_call_as();
    inputs.extend([
        Input::CallAs(CallAs::FirstName),
        saved(),
        Input::Printed(PrintOutcome::Printed),
        Input::DeskKnows,
        Input::SeenByStaff,
    ]);
    let (end, effects) = play(inputs);
    assert_eq!(end.step, Step::Done);
    let at_hand = end.person.at_hand.unwrap();
    assert_eq!(
        (at_hand.ticket, at_hand.print, at_hand.desk_knows, at_hand.seen_by_staff),
        (ticket(), Some(PrintOutcome::Printed), true, true)
    );
    let expected = Answers {
        patient: "ada".into(),
        appointments: vec!["apt-1".into()],
        language: Language::English,
        call_as: CallAs::FirstName,
        details: StillRight::Yes,
        insurance: StillRight::AskTheDesk,
        companion: None,
        documents: None,
        changes: Vec::new(),
        second_pays_first: false,
        place: "Waiting area A".into(),
    };
    assert_eq!(effects[0], Effect::LookUp(Query::Appointment("apt-1".into())));
    assert_eq!(effects[1], Effect::Save(Box::new(expected)));
    let Effect::Print(order) = &effects[2] else { panic!("{:?}", effects[2]) };
    assert!(order.name.as_ref().is_some_and(|name| name.as_str() == "Ada") && !order.copy);
    assert_eq!(effects.len(), 3);
}

#[test]
fn typed_facts_are_looked_up_as_they_were_typed() {
    let (end, effects) = play(typed_name());
    assert_eq!(end.step, Step::FamilyName);
    assert_eq!(effects, [Effect::LookUp(Query::Typed(facts(None, None)))]);
}

pub fn facts(given_name: Option<&str>, phone_last4: Option<&str>) -> Typed {
    Typed {
        birth_date: BirthDate(date(1936, 8, 18)),
        family_name: "example".into(),
        given_name: given_name.map(Into::into),
        phone_last4: phone_last4.map(Into::into),
    }
}

fn keys(text: &str) -> impl Iterator<Item = Input> {
    text.chars().map(Input::Key)
}

pub fn typed_given_name() -> Vec<Input> {
    let mut inputs = typed_name();
    inputs.push(Input::Found(Lookup::AskMore(Fact::GivenName)));
    inputs.extend(keys("ada"));
    inputs.push(Input::GoOn);
    inputs
}

pub fn typed_phone() -> Vec<Input> {
    let mut inputs = typed_given_name();
    inputs.push(Input::Found(Lookup::AskMore(Fact::Phone)));
    inputs.extend([4, 8, 2, 1].map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs
}

#[test]
fn more_is_asked_one_fact_at_a_time_and_only_when_it_is_needed() {
    let (end, effects) = play(typed_phone());
    assert_eq!(end.step, Step::Phone);
    let asked = [facts(None, None), facts(Some("ada"), None), facts(Some("ada"), Some("4821"))];
    assert_eq!(effects, asked.map(|facts| Effect::LookUp(Query::Typed(facts))));
    // Three digits are not enough, and who does not know them goes to a person.
    let (three, _) = end.clone().next(Input::Erase);
    assert_eq!(three.next(Input::GoOn).1, []);
    // Perhaps it was only asked because of a slip: one look at what was typed, then a person.
    let (again, _) = end.clone().next(Input::AskTheDesk);
    assert_eq!((again.step, again.try_again), (Step::BirthDate, true));
    let (asked_again, _) = [Input::GoOn, Input::GoOn, Input::Found(Lookup::AskMore(Fact::GivenName)), Input::GoOn]
        .into_iter()
        .chain([Input::Found(Lookup::AskMore(Fact::Phone)), Input::AskTheDesk])
        .fold((again, Vec::new()), |(conversation, _), input| conversation.next(input));
    assert_eq!(asked_again.step, Step::Stopped(Reason::Ambiguous));
    // A list that asks for what it was told already gets a person.
    assert_eq!(end.next(Input::Found(Lookup::AskMore(Fact::Phone))).0.step, Step::Stopped(Reason::Ambiguous));
}

#[test]
fn a_new_try_begins_with_the_two_facts_again() {
    let mut inputs = typed_phone();
    inputs.extend([Input::Found(Lookup::Nobody), Input::GoOn, Input::GoOn]);
    let (end, effects) = play(inputs);
    assert_eq!((end.step, end.tries_left), (Step::FamilyName, TRIES_MAX - 1));
    assert_eq!(effects.last(), Some(&Effect::LookUp(Query::Typed(facts(None, None)))));
    assert_eq!(effects.iter().filter(|effect| **effect == Effect::CountFailedTry).count(), 1);
}

pub fn companion_typed() -> Vec<Input> {
    let mut inputs = vec![Input::Start, Input::SomebodyElse];
    inputs.extend(keys("Rosa"));
    inputs
}

#[test]
fn whoever_brings_somebody_is_written_down_and_brings_the_next_one_in_one_go() {
    let mut inputs = companion_typed();
    inputs.extend([Input::GoOn, Input::Language(Language::Spanish)]);
    inputs.extend(to_call_as());
    inputs.extend([Input::CallAs(CallAs::Number), saved(), Input::Printed(PrintOutcome::Printed)]);
    let (end, effects) = play(inputs);
    let companions: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(answers) => Some(answers.companion.as_ref().map(|name| name.as_str().to_owned())),
            _ => None,
        })
        .collect();
    assert_eq!((end.step, end.for_other, companions), (Step::Done, true, vec![Some("Rosa".to_owned())]));
    let (next, _) = end.clone().next(Input::OneMorePerson);
    assert_eq!(
        (next.step, next.for_other, next.language, next.person.patient.is_none()),
        (Step::Find, true, Language::Spanish, true)
    );
    assert_eq!(next.companion.text().as_str(), "Rosa");
    // The next one in the lobby is nobody's companion.
    assert!(!end.next(Input::ScannedAppointment("apt-2".into())).0.for_other);
}

pub fn walk_in_typed() -> Vec<Input> {
    let mut inputs = vec![Input::Start, Input::NoAppointment, Input::Month(8)];
    inputs.extend([1, 8, 1, 9, 3, 6].map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs.extend(keys("example"));
    inputs.push(Input::GoOn);
    inputs.extend(keys("ada"));
    inputs.push(Input::GoOn);
    inputs
}

#[test]
fn who_has_no_appointment_asks_for_one_and_gets_a_ticket() {
    let mut inputs = walk_in_typed();
    let (end, effects) = play(inputs.clone());
    assert_eq!((end.step, effects.len()), (Step::WalkInReason, 0), "nobody is looked up on the way");
    inputs.extend([Input::WalkInReason("vaccination".into()), Input::CallAs(CallAs::FirstName), saved()]);
    let (end, effects) = play(inputs);
    assert_eq!(end.step, Step::Printing);
    let [Effect::SaveWalkIn(request), Effect::Print(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (request.family_name.as_str(), request.given_name.as_str(), request.birth_date.0, request.category.as_str()),
        ("example", "ada", date(1936, 8, 18), "vaccination")
    );
    assert_eq!(order.name.as_ref().map(arrivals::domain::private::Private::as_str), Some("ada"));
}

#[test]
fn documents_are_asked_for_only_where_a_visit_needs_them() {
    let mut needy = visit("apt-1", Standing::Open);
    needy.documents = vec![Document::Guardian, Document::Referral];
    let mut closed = visit("apt-2", Standing::TooLate);
    closed.documents = vec![Document::PhotoIdentity];
    for (answer, brought, reason) in [(Input::Yes, true, None), (Input::No, false, Some(Reason::DocumentMissing))] {
        let mut inputs = typed_name();
        inputs.extend([
            Input::Found(Lookup::One(patient(vec![needy.clone(), closed.clone()]))),
            Input::Yes,
            Input::GoOn,
        ]);
        let (at, _) = play(inputs.clone());
        assert_eq!(at.step, Step::Documents);
        inputs.extend([answer, Input::Yes, Input::Yes, Input::CallAs(CallAs::Number)]);
        let (_, effects) = play(inputs);
        let Some(Effect::Save(answers)) = effects.last() else {
            panic!("{effects:?}");
        };
        let needed = vec![Document::Referral, Document::Guardian];
        assert_eq!(answers.documents, Some(Documents { needed, brought }), "{reason:?}");
    }
}

#[test]
fn every_way_to_be_stopped_has_its_reason() {
    let other_day = Standing::OtherDay(date(2026, 11, 25));
    let opens = "2026-11-23T13:00:00Z".parse().unwrap();
    let typed = |answer: Lookup| {
        let mut inputs = typed_name();
        inputs.push(Input::Found(answer));
        inputs
    };
    let judged = |standing| {
        let mut inputs = typed(Lookup::One(patient(vec![visit("apt-1", standing)])));
        inputs.push(Input::Yes);
        inputs
    };
    let mut wrong_birthdays = scanned([1, 9]);
    for _ in 1..TRIES_MAX {
        wrong_birthdays.extend([Input::Month(8), Input::Digit(1), Input::Digit(9), Input::GoOn]);
    }
    let mut nobody = typed_name();
    for try_number in 1..=TRIES_MAX {
        nobody.push(Input::Found(Lookup::Nobody));
        if try_number < TRIES_MAX {
            nobody.extend([Input::GoOn, Input::GoOn]);
        }
    }
    let mut not_me = scanned([1, 8]);
    not_me.push(Input::No);
    let mut not_saved = to_call_as();
    not_saved.extend([Input::CallAs(CallAs::Number), Input::NotSaved]);
    for (inputs, reason, names_the_patient) in [
        (typed(Lookup::Ambiguous), Reason::Ambiguous, false),
        (typed(Lookup::Braked), Reason::Guessing, false),
        (typed(Lookup::NoList), Reason::NoList, false),
        (nobody, Reason::TooManyTries, false),
        (wrong_birthdays, Reason::TooManyTries, false),
        (not_me, Reason::NotThisPerson, false),
        (judged(Standing::TooEarly { opens }), Reason::TooEarly, true),
        (judged(Standing::TooLate), Reason::TooLate, true),
        (judged(Standing::OtherSite), Reason::OtherSite, true),
        (judged(Standing::Cancelled), Reason::Cancelled, true),
        (judged(Standing::Over), Reason::VisitOver, true),
        (judged(other_day), Reason::OtherDay, true),
        (not_saved, Reason::CannotSave, true),
    ] {
        let (end, effects) = play(inputs);
        assert_eq!(end.step, Step::Stopped(reason));
        let stop = effects.iter().find_map(|effect| match effect {
            Effect::ReportStop(stop) => Some(stop),
            _ => None,
        });
        let stop = stop.unwrap_or_else(|| panic!("{reason:?} was not reported"));
        assert_eq!((stop.reason, stop.patient.is_some()), (reason, names_the_patient), "{reason:?}");
    }
}

#[test]
fn a_failed_try_keeps_what_was_typed_and_never_says_what_was_wrong() {
    let mut inputs = typed_name();
    inputs.push(Input::Found(Lookup::Nobody));
    let (end, _) = play(inputs);
    assert_eq!((end.step, end.try_again, end.tries_left), (Step::BirthDate, true, TRIES_MAX - 1));
    assert_eq!(end.person.date.date(), Some(date(1936, 8, 18)));
    assert_eq!(end.person.name.text().as_str(), "example");
}

#[test]
fn one_open_visit_is_enough_and_the_rest_is_explained() {
    let two = Lookup::One(patient(vec![visit("apt-1", Standing::TooLate), visit("apt-2", Standing::Open)]));
    let mut inputs = typed_name();
    inputs.extend([Input::Found(two), Input::Yes, Input::GoOn, Input::Yes, Input::Yes, Input::CallAs(CallAs::Number)]);
    let (end, effects) = play(inputs);
    assert_eq!(end.step, Step::Saving);
    assert!(matches!(effects.last(), Some(Effect::Save(answers)) if answers.appointments == ["apt-2".into()]));
}

#[test]
fn checked_in_before_shows_the_same_ticket_and_prints_it_on_request() {
    let mut inputs = scanned([1, 8]);
    inputs[1] = found(Standing::AlreadyCheckedIn(ticket()));
    inputs.extend([Input::Yes, Input::PrintAgain]);
    let (end, effects) = play(inputs);
    assert_eq!(end.step, Step::Printing);
    assert!(end.person.at_hand.unwrap().given_before);
    assert!(matches!(effects.last(), Some(Effect::Print(order)) if order.ticket == ticket() && order.copy));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save(_))));
}

#[test]
fn help_goes_back_to_where_it_was_asked() {
    let mut inputs = scanned([1, 8]);
    inputs.extend([Input::Yes, Input::GetHelp, Input::GetHelp]);
    let (at_help, effects) = play(inputs);
    assert_eq!(at_help.step, Step::Help);
    let reports: Vec<_> = effects.iter().filter(|effect| matches!(effect, Effect::ReportStop(_))).collect();
    assert_eq!(reports.len(), 1, "asked twice, told once");
    let (back, _) = at_help.next(Input::GoOn);
    assert_eq!(back.step, Step::Visits);
}

#[test]
fn feeling_unwell_takes_two_touches_and_silence_counts_as_yes() {
    for answer in [Input::Yes, Input::TimeIsUp] {
        let (end, effects) = play([Input::Start, Input::FeelUnwell, answer]);
        assert_eq!(end.step, Step::UnwellTold);
        assert!(matches!(effects.last(), Some(Effect::ReportStop(stop)) if stop.reason == Reason::FeelsUnwell));
    }
    let (end, effects) = play([Input::Start, Input::FeelUnwell, Input::No]);
    assert_eq!((end.step, effects.len()), (Step::Find, 0));
}

#[test]
fn help_asked_while_the_printer_works_comes_at_once_and_the_ticket_is_not_lost() {
    for (asks, step) in [(Input::GetHelp, Step::Help), (Input::FeelUnwell, Step::Unwell)] {
        let mut inputs = to_call_as();
        inputs.extend([Input::CallAs(CallAs::Number), saved(), asks]);
        let (aside, _) = play(inputs);
        assert_eq!(aside.step, step);
        let no_paper = PrintOutcome::Failed(PrintTrouble::NoPaper);
        let (aside, effects) = aside.next(Input::Printed(no_paper));
        assert_eq!((aside.step, effects.len()), (step, 0));
        let (done, _) = aside.next(Input::Back);
        assert_eq!((done.step, done.person.at_hand.and_then(|at_hand| at_hand.print)), (Step::Done, Some(no_paper)));
    }
}

#[test]
fn who_feels_unwell_while_it_is_saved_is_asked_even_if_it_cannot_be() {
    for (answer, back) in [(saved(), Step::Printing), (Input::NotSaved, Step::Stopped(Reason::CannotSave))] {
        let mut inputs = to_call_as();
        inputs.extend([Input::CallAs(CallAs::Number), Input::FeelUnwell, answer]);
        let (end, effects) = play(inputs);
        assert_eq!((end.step, end.came_from()), (Step::Unwell, back));
        // What follows from the answer is not lost for it: the ticket is printed, the stop is reported.
        assert!(matches!(effects.last(), Some(Effect::Print(_) | Effect::ReportStop(_))), "{effects:?}");
    }
}

/// "Do you need more time?" lies over the page, and nobody answers.
pub fn asked(inputs: Vec<Input>) -> Conversation {
    let (conversation, _) = play(inputs);
    conversation.next(Input::TimeIsShort).0
}

#[test]
fn a_number_for_the_morning_is_none_for_the_afternoon() {
    let visits = vec![visit("apt-1", Standing::AlreadyCheckedIn(ticket())), visit("apt-2", Standing::TooLate)];
    let mut inputs = typed_name();
    inputs.extend([Input::Found(Lookup::One(patient(visits))), Input::Yes]);
    let (end, _) = play(inputs.clone());
    assert_eq!(end.step, Step::Visits);
    inputs.push(Input::GoOn);
    let (end, _) = play(inputs);
    assert_eq!((end.step, end.person.at_hand.map(|at_hand| at_hand.given_before)), (Step::Done, Some(true)));
}

#[test]
fn what_may_still_take_place_is_explained_before_what_will_not() {
    let early = Standing::TooEarly { opens: "2026-11-23T18:00:00Z".parse().unwrap() };
    let mut inputs = typed_name();
    let visits = vec![visit("apt-1", Standing::Cancelled), visit("apt-2", early)];
    inputs.extend([Input::Found(Lookup::One(patient(visits))), Input::Yes]);
    assert_eq!(play(inputs).0.step, Step::Stopped(Reason::TooEarly));
}

#[test]
fn back_from_the_telephone_mends_the_given_name() {
    let mut inputs = typed_phone();
    inputs.push(Input::Back);
    let (end, _) = play(inputs);
    assert_eq!(
        (end.step, end.person.given_name.text().is_blank(), end.person.phone.text().is_blank()),
        (Step::GivenName, false, true)
    );
}

#[test]
fn who_brings_somebody_may_mend_their_name_or_hold_out_the_others_letter() {
    let mut inputs = companion_typed();
    inputs.extend([Input::GoOn, Input::Back]);
    let (end, _) = play(inputs);
    assert_eq!((end.step, end.companion.text().as_str()), (Step::CompanionName, "Rosa"));
    let mut inputs = companion_typed();
    inputs.push(Input::ScannedAppointment("apt-1".into()));
    let (end, _) = play(inputs);
    assert!(end.step == Step::Find && end.for_other);
}

#[test]
fn the_language_goes_back_to_the_clinics_own() {
    let (end, _) = play([Input::Language(Language::Arabic), Input::Start, Input::StartOver]);
    assert_eq!((end.step, end.language), (Step::Welcome, Language::English));
}
