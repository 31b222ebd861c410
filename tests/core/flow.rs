//! The conversation, as tables. The last test tries every step with every input.

use std::collections::{HashSet, VecDeque};

use arrivals::domain::appointment::Standing;
use arrivals::domain::event::StillRight;
use arrivals::domain::language::Language;
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, PrintOutcome, PrintTrouble, Ticket, TicketNumber};
use arrivals::flow::conversation::{Conversation, TRIES_MAX};
use arrivals::flow::step::{Answers, Effect, Input, Lookup, Query, SavedTicket, Step};
use jiff::civil::date;

use super::people::{patient, visit};

fn ticket() -> Ticket {
    Ticket { number: TicketNumber::new('A', 7), date: date(2026, 11, 23) }
}

fn saved() -> Input {
    Input::Saved(SavedTicket { ticket: ticket(), place: "Waiting area A".into(), given_before: false })
}

fn found(standing: Standing) -> Input {
    Input::Found(Lookup::One(patient(vec![visit("apt-1", standing)])))
}

/// Plays inputs from the welcome page; answers where it ends and every effect on the way.
fn play(inputs: impl IntoIterator<Item = Input>) -> (Conversation, Vec<Effect>) {
    let mut conversation = Conversation::new(Language::English);
    let mut effects = Vec::new();
    for input in inputs {
        let (next, more) = conversation.next(input);
        conversation = next;
        effects.extend(more);
    }
    (conversation, effects)
}

fn typed_date() -> Vec<Input> {
    let mut inputs = vec![Input::Start, Input::TypeInstead, Input::Month(8)];
    inputs.extend([1, 8, 1, 9, 3, 6].map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs
}

fn typed_name() -> Vec<Input> {
    let mut inputs = typed_date();
    inputs.extend("example".chars().map(Input::Key));
    inputs.push(Input::GoOn);
    inputs
}

fn scanned(birthday: [u8; 2]) -> Vec<Input> {
    let mut inputs = vec![Input::ScannedAppointment("apt-1".into()), found(Standing::Open), Input::Month(8)];
    inputs.extend(birthday.map(Input::Digit));
    inputs.push(Input::GoOn);
    inputs
}

fn to_call_as() -> Vec<Input> {
    let mut inputs = scanned([1, 8]);
    inputs.extend([Input::Yes, Input::GoOn, Input::Yes, Input::No]);
    inputs
}

#[test]
fn a_scanned_code_and_a_birthday_lead_to_a_ticket() {
    let mut inputs = to_call_as();
    inputs.extend([Input::CallAs(CallAs::FirstName), saved(), Input::Printed(PrintOutcome::Printed), Input::DeskKnows, Input::SeenByStaff]);
    let (end, effects) = play(inputs);
    assert_eq!(end.step, Step::Done);
    let at_hand = end.at_hand.unwrap();
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
        place: "Waiting area A".into(),
    };
    assert_eq!(effects[0], Effect::LookUp(Query::Appointment("apt-1".into())));
    assert_eq!(effects[1], Effect::Save(expected));
    assert!(matches!(&effects[2], Effect::Print(order) if order.name.as_ref().is_some_and(|name| name.as_str() == "Ada") && !order.copy));
    assert_eq!(effects.len(), 3);
}

#[test]
fn typed_facts_are_looked_up_as_they_were_typed() {
    let (end, effects) = play(typed_name());
    assert_eq!(end.step, Step::FamilyName);
    let [Effect::LookUp(Query::Typed { birth_date, family_name })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!((birth_date.0, family_name.as_str()), (date(1936, 8, 18), "example"));
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
        let Some(Effect::ReportStop(stop)) = effects.last() else {
            panic!("{reason:?} was not reported");
        };
        assert_eq!((stop.reason, stop.patient.is_some()), (reason, names_the_patient), "{reason:?}");
    }
}

#[test]
fn a_failed_try_keeps_what_was_typed_and_never_says_what_was_wrong() {
    let mut inputs = typed_name();
    inputs.push(Input::Found(Lookup::Nobody));
    let (end, _) = play(inputs);
    assert_eq!((end.step, end.try_again, end.tries_left), (Step::BirthDate, true, TRIES_MAX - 1));
    assert_eq!(end.date.date(), Some(date(1936, 8, 18)));
    assert_eq!(end.name.text().as_str(), "example");
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
    assert!(end.at_hand.unwrap().given_before);
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
fn help_asked_while_the_printer_works_comes_after_it() {
    let mut inputs = to_call_as();
    inputs.extend([Input::CallAs(CallAs::Number), saved(), Input::GetHelp]);
    let (printing, _) = play(inputs);
    assert_eq!(printing.step, Step::Printing);
    let (help, effects) = printing.next(Input::Printed(PrintOutcome::Failed(PrintTrouble::NoPaper)));
    assert_eq!(help.step, Step::Help);
    assert_eq!(effects.len(), 1);
    assert_eq!(help.next(Input::GoOn).0.step, Step::Done);
}

#[test]
fn the_language_goes_back_to_the_clinics_own() {
    let (end, _) = play([Input::Language(Language::Arabic), Input::Start, Input::StartOver]);
    assert_eq!((end.step, end.language), (Step::Welcome, Language::English));
}

/// Every input once, with its different answers.
fn every_input() -> Vec<Input> {
    let mut inputs = vec![
        Input::Start,
        Input::TypeInstead,
        Input::Yes,
        Input::No,
        Input::AskTheDesk,
        Input::GoOn,
        Input::Back,
        Input::StartOver,
        Input::Finish,
        Input::PrintAgain,
        Input::CallAs(CallAs::Number),
        Input::CallAs(CallAs::FirstName),
        Input::Month(8),
        Input::Month(13),
        Input::Digit(1),
        Input::Digit(8),
        Input::Digit(10),
        Input::Key('e'),
        Input::Key('\u{7}'),
        Input::Erase,
        Input::Cursor(true),
        Input::Cursor(false),
        Input::PlaceCursor(f32::NAN),
        Input::GetHelp,
        Input::FeelUnwell,
        Input::MoreTime,
        Input::ScannedAppointment("apt-1".into()),
        Input::ScannedTicket(ticket()),
        Input::ScannedForeign,
        Input::Found(Lookup::Nobody),
        Input::Found(Lookup::Ambiguous),
        Input::Found(Lookup::NoList),
        Input::Found(Lookup::One(patient(Vec::new()))),
        found(Standing::Open),
        found(Standing::AlreadyCheckedIn(ticket())),
        found(Standing::TooLate),
        saved(),
        Input::NotSaved,
        Input::Printed(PrintOutcome::Printed),
        Input::Printed(PrintOutcome::Unknown),
        Input::DeskKnows,
        Input::SeenByStaff,
        Input::TimeIsShort,
        Input::TimeIsUp,
    ];
    inputs.extend(Language::ALL.map(Input::Language));
    inputs
}

/// One conversation that stands at each step.
fn every_step() -> Vec<Conversation> {
    let mut plays: Vec<Vec<Input>> = vec![
        vec![],
        vec![Input::Start],
        vec![Input::Start, Input::TypeInstead],
        typed_date(),
        vec![Input::ScannedAppointment("apt-1".into()), found(Standing::Open)],
        scanned([1, 8]),
        vec![Input::Start, Input::GetHelp],
        vec![Input::Start, Input::FeelUnwell],
        vec![Input::Start, Input::FeelUnwell, Input::Yes],
    ];
    let mut longer = scanned([1, 8]);
    for input in
        [Input::Yes, Input::GoOn, Input::Yes, Input::Yes, Input::CallAs(CallAs::Number), saved(), Input::Printed(PrintOutcome::Printed)]
    {
        longer.push(input);
        plays.push(longer.clone());
    }
    let mut stopped = typed_name();
    stopped.push(Input::Found(Lookup::Ambiguous));
    plays.push(stopped);
    plays.into_iter().map(|inputs| play(inputs).0).collect()
}

#[test]
fn every_step_takes_every_input() {
    let steps = every_step();
    let names: HashSet<&str> = steps.iter().map(|conversation| conversation.step.name()).collect();
    assert_eq!(names.len(), Step::ALL.len(), "a step is missing: {names:?}");
    for conversation in steps {
        for input in every_input() {
            let (after, effects) = conversation.clone().next(input.clone());
            let what = format!("{:?} with {input:?}", conversation.step);
            let saves = effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).count();
            let prints = effects.iter().filter(|effect| matches!(effect, Effect::Print(_))).count();
            assert!(saves == 0 || conversation.step == Step::CallAs, "saved elsewhere: {what}");
            assert!(prints == 0 || matches!(conversation.step, Step::Saving | Step::Done), "printed before it was saved: {what}");
            assert!(saves <= 1 && prints <= 1 && effects.len() <= 1, "{what}");
            // A page never needs what it has not got.
            let _ = after.screen();
        }
    }
}

#[test]
fn walking_away_ends_at_welcome_from_every_step_that_waits() {
    for conversation in every_step() {
        let step = conversation.step;
        if step.patience().is_none() {
            continue;
        }
        let (asked, _) = conversation.next(Input::TimeIsShort);
        assert!(asked.asking_for_time, "{step:?} does not ask");
        let (mut after, mut effects) = asked.next(Input::TimeIsUp);
        if step == Step::Unwell {
            // Told the desk first; then the page about it runs out too.
            assert_eq!(after.step, Step::UnwellTold);
            (after, effects) = after.next(Input::TimeIsUp);
        }
        assert_eq!(after, Conversation::new(Language::English), "{step:?} leaves something behind");
        let walked = effects.iter().any(|effect| matches!(effect, Effect::ReportWalkedAway { step: at } if *at == step));
        let finished = matches!(step, Step::Done | Step::Stopped(_) | Step::Help | Step::Unwell | Step::UnwellTold);
        assert_eq!(walked, !finished, "{step:?}");
    }
}

#[test]
fn asking_for_more_time_goes_on_where_it_was() {
    for conversation in every_step() {
        if conversation.step.patience().is_none() {
            continue;
        }
        let before = conversation.clone();
        let (asked, _) = conversation.next(Input::TimeIsShort);
        assert_eq!(asked.next(Input::MoreTime).0, before);
    }
}

/// Walks the whole graph: along no path is anybody saved twice, and nothing is printed that was not saved.
#[test]
fn no_path_saves_twice_or_prints_before_saving() {
    let mut seen: HashSet<String> = HashSet::new();
    let mut waiting: VecDeque<(Conversation, bool)> = VecDeque::from([(Conversation::new(Language::English), false)]);
    let key = |conversation: &Conversation, was_saved: bool| {
        let standings: Vec<Standing> = conversation.visits().iter().map(|visit| visit.standing).collect();
        format!(
            "{} {:?} {} {} {standings:?} {} {:?} {was_saved}",
            conversation.step.name(),
            conversation.date.typed(),
            conversation.name.text().is_blank(),
            conversation.tries_left,
            conversation.at_hand.is_some(),
            conversation.came_from(),
        )
    };
    while let Some((conversation, was_saved)) = waiting.pop_front() {
        for input in every_input() {
            // The world answers only what it was asked.
            if matches!(input, Input::Saved(_)) && conversation.step != Step::Saving {
                continue;
            }
            // A code held out at the last page is the next person's.
            let next_person = matches!(input, Input::ScannedAppointment(_)) && matches!(conversation.step, Step::Done | Step::Stopped(_));
            let (after, effects) = conversation.clone().next(input);
            let mut now_saved = was_saved && !next_person && after.step != Step::Welcome;
            for effect in &effects {
                match effect {
                    Effect::Save(_) => {
                        assert!(!was_saved, "saved twice from {:?}", conversation.step);
                        now_saved = true;
                    }
                    Effect::Print(_) => assert!(conversation.at_hand.is_some() || after.at_hand.is_some()),
                    _ => {}
                }
            }
            // Years of other digits lead nowhere new.
            let year = after.date.typed().2;
            if !"1888".starts_with(year) {
                continue;
            }
            if seen.insert(key(&after, now_saved)) {
                waiting.push_back((after, now_saved));
            }
        }
    }
    let reached: HashSet<&str> = seen.iter().filter_map(|key| key.split(' ').next()).collect();
    assert_eq!(reached.len(), Step::ALL.len(), "the walk reached only {reached:?}");
}
