//! What holds of the conversation whatever happens: every step with every input, and along every path.

use std::collections::{HashSet, VecDeque};

use arrivals::domain::appointment::Standing;
use arrivals::domain::document::Document;
use arrivals::domain::identity::Fact;
use arrivals::domain::insurance::Relationship;
use arrivals::domain::language::Language;
use arrivals::domain::proposal::Field;
use arrivals::domain::report::step_name;
use arrivals::domain::texts::dates::PatientTime;
use arrivals::domain::ticket::{CallAs, PrintOutcome};
use arrivals::flow::card::{CardPart, PhotoDoubt};
use arrivals::flow::conversation::Conversation;
use arrivals::flow::entry::DateOrder;
use arrivals::flow::found::{Lookup, Patient, Visit};
use arrivals::flow::person::Person;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Effect, Input, ScanWord, Step};

use super::flow::{
    companion_typed, found, play, saved, scanned, ticket, typed_date, typed_given_name, typed_name, typed_phone,
    walk_in_typed,
};
use super::flow_codes::card;
use super::people::{patient, visit};

fn needy_visit() -> Visit {
    let mut needy = visit("apt-1", Standing::Open);
    needy.documents = vec![Document::Referral];
    needy
}

/// Ada at a kiosk with a camera.
fn photographed() -> Box<Patient> {
    let mut person = patient(vec![visit("apt-1", Standing::Open)]);
    person.asks.photos = true;
    person
}

/// Every input once, with its different answers.
fn every_input() -> Vec<Input> {
    let mut inputs = vec![
        Input::Start,
        Input::TypeInstead,
        Input::SomebodyElse,
        Input::NoAppointment,
        Input::OneMorePerson,
        Input::WalkInReason("vaccination".into()),
        Input::Yes,
        Input::No,
        Input::AskTheDesk,
        Input::Spoken("vi".into()),
        Input::Spoken("nobody's".into()),
        Input::NoInsurance,
        Input::Payer("medicare".into()),
        Input::Payer("nobody's".into()),
        Input::HeldBy(None),
        Input::HeldBy(Some(Relationship::Spouse)),
        Input::SwapOrder,
        Input::ScannedText("A1234".into()),
        Input::Capture,
        Input::Shot(None),
        Input::Shot(Some(PhotoDoubt::TooDark)),
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
        Input::Digit(9),
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
        Input::KeepGoing,
        Input::ToggleText,
        Input::ToggleContrast,
        Input::ScannedAppointment("apt-1".into()),
        Input::ScannedLetter("apt-1".into()),
        Input::ScannedTicket(ticket()),
        Input::ScannedPatient("ada".into()),
        card(false),
        card(true),
        Input::ScannedRefused(ScanWord::Foreign),
        Input::ScannedRefused(ScanWord::Forged),
        Input::ScannedRefused(ScanWord::Damaged),
        Input::ScannedRefused(ScanWord::Unreadable),
        Input::Found(Lookup::Nobody),
        Input::Found(Lookup::Ambiguous),
        Input::Found(Lookup::AskMore(Fact::GivenName)),
        Input::Found(Lookup::AskMore(Fact::Phone)),
        Input::Found(Lookup::Braked),
        Input::Found(Lookup::NoList),
        Input::Found(Lookup::One(patient(Vec::new()))),
        found(Standing::Open),
        Input::Found(Lookup::One(patient(vec![needy_visit()]))),
        Input::Found(Lookup::One(photographed())),
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
    inputs.extend(CardPart::ALL.map(Input::ChangePart));
    inputs.extend(Field::ALL.map(Input::ChangeField));
    inputs
}

/// The page with all of a card.
fn card_review() -> Vec<Input> {
    let mut inputs = scanned([1, 8]);
    inputs.extend([
        Input::Yes,
        Input::GoOn,
        Input::Yes,
        Input::No,
        Input::ChangeField(Field::Insurance),
        Input::Payer("other".into()),
    ]);
    inputs.extend([Input::Key('7'), Input::GoOn, Input::HeldBy(None)]);
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
        typed_given_name()[..typed_given_name().len() - 1].to_vec(),
        typed_phone()[..typed_phone().len() - 1].to_vec(),
        companion_typed(),
        walk_in_typed(),
    ];
    let mut with_documents = typed_name();
    with_documents.extend([Input::Found(Lookup::One(patient(vec![needy_visit()]))), Input::Yes, Input::GoOn]);
    plays.push(with_documents);
    plays.extend(
        [Field::Phone, Field::Email, Field::PreferredName, Field::Language, Field::EmergencyContact]
            .map(|field| changing(field, "")),
    );
    plays.push(changing(Field::EmergencyContact, "x\n"));
    plays.push(changing(Field::Interpreter, ""));
    // Postal code, street, city, state: each with what was typed before it.
    plays.extend(["", "1\n", "1\nx\n", "1\nx\nx\n"].map(|typed| changing(Field::Address, typed)));
    let mut changes = changing(Field::Address, "");
    changes.push(Input::Back);
    plays.push(changes);
    let review = card_review();
    plays.extend((4..=review.len()).map(|length| review[..length].to_vec()));
    let mut photo: Vec<Input> = review.clone();
    photo[1] = Input::Found(Lookup::One(photographed()));
    plays.push(photo.clone());
    photo.extend([Input::Shot(None), Input::GoOn]);
    plays.push(photo);
    for part in [CardPart::Group, CardPart::Plan, CardPart::Start, CardPart::End, CardPart::Holder] {
        let mut inputs = review.clone();
        inputs.push(Input::ChangePart(part));
        if part == CardPart::Holder {
            inputs.push(Input::HeldBy(Some(Relationship::Parent)));
            plays.push(inputs.clone());
            inputs.extend([Input::Key('x'), Input::GoOn]);
        }
        plays.push(inputs);
    }
    let mut longer = scanned([1, 8]);
    for input in [
        Input::Yes,
        Input::GoOn,
        Input::Yes,
        Input::Yes,
        Input::CallAs(CallAs::Number),
        saved(),
        Input::Printed(PrintOutcome::Printed),
    ] {
        longer.push(input);
        plays.push(longer.clone());
    }
    let mut stopped = typed_name();
    stopped.push(Input::Found(Lookup::Ambiguous));
    plays.push(stopped);
    plays.into_iter().map(|inputs| play(inputs).0).collect()
}

/// Types into a contact detail; a new line goes on, insisting where the value looks odd.
fn changing(field: Field, typed: &str) -> Vec<Input> {
    let mut inputs = scanned([1, 8]);
    inputs.extend([Input::Yes, Input::GoOn, Input::No, Input::ChangeField(field)]);
    for character in typed.chars() {
        match character {
            '\n' => inputs.extend([Input::GoOn, Input::Yes]),
            letter => inputs.push(Input::Key(letter)),
        }
    }
    inputs
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
            let saves =
                effects.iter().filter(|effect| matches!(effect, Effect::Save(_) | Effect::SaveWalkIn(_))).count();
            let prints = effects.iter().filter(|effect| matches!(effect, Effect::Print(_))).count();
            assert!(saves == 0 || conversation.step == Step::CallAs, "saved elsewhere: {what}");
            assert!(
                prints == 0 || matches!(conversation.step, Step::Saving | Step::Done),
                "printed before it was saved: {what}"
            );
            let counts = effects.contains(&Effect::CountFailedTry);
            assert!(saves <= 1 && prints <= 1 && effects.len() <= 1 + usize::from(counts), "{what}");
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
        assert!(asked.asks_for_time(), "{step:?} does not ask");
        let (mut after, mut effects) = asked.next(Input::TimeIsUp);
        if step == Step::Unwell {
            // Told the desk first; then the page about it runs out too.
            assert_eq!(after.step, Step::UnwellTold);
            (after, effects) = after.next(Input::TimeIsUp);
        }
        assert_eq!(after, Conversation::new(Language::English), "{step:?} leaves something behind");
        let walked =
            effects.iter().any(|effect| matches!(effect, Effect::ReportWalkedAway { step: at } if *at == step));
        let finished = matches!(step, Step::Done | Step::Stopped(_) | Step::Help | Step::Unwell | Step::UnwellTold);
        assert_eq!(walked, !finished, "{step:?}");
    }
}

/// The person is one value: whatever a step added to it, leaving empties it.
#[test]
fn anyone_who_leaves_is_forgotten_from_every_step() {
    let leave: [&[Input]; 5] = [
        &[Input::TimeIsShort, Input::TimeIsUp, Input::TimeIsUp],
        &[Input::StartOver, Input::StartOver],
        &[Input::Finish],
        &[Input::GetHelp, Input::Finish],
        &[Input::FeelUnwell, Input::TimeIsUp, Input::TimeIsUp],
    ];
    let mut left: HashSet<&str> = HashSet::new();
    let mut was_known: HashSet<&str> = HashSet::new();
    for there in every_step() {
        for language in Language::ALL {
            let there = there.clone().next(Input::Language(language)).0;
            // No one can leave while it saves or prints; what was begun then ends by itself.
            let there = match there.step {
                Step::Saving => after(there, &[saved(), Input::Printed(PrintOutcome::Printed)]),
                Step::Printing => after(there, &[Input::Printed(PrintOutcome::Printed)]),
                _ => there,
            };
            if there.person != Person::default() {
                was_known.insert(there.step.name());
            }
            for inputs in leave {
                let home = after(there.clone(), inputs);
                assert_eq!(
                    (home.step, &home.person),
                    (Step::Welcome, &Person::default()),
                    "{:?} by {inputs:?}",
                    there.step
                );
                assert!(home.companion.text().is_blank() && !home.for_other, "{:?} by {inputs:?}", there.step);
            }
            left.insert(there.step.name());
        }
    }
    let ends_by_itself = [Step::Saving, Step::Printing].map(Step::name);
    let all: HashSet<&str> =
        Step::ALL.into_iter().map(Step::name).filter(|name| !ends_by_itself.contains(name)).collect();
    assert_eq!(left, all);
    // Pages on which nothing was said yet, and those beside the way, which begin at them here.
    let begins =
        [Step::Welcome, Step::Find, Step::CompanionName, Step::BirthDate, Step::Help, Step::Unwell, Step::UnwellTold]
            .map(Step::name);
    let unknown: Vec<_> = all.difference(&was_known).filter(|name| !begins.contains(name)).collect();
    assert!(unknown.is_empty(), "nothing was known of the person at {unknown:?}, so this proves nothing there");
}

#[test]
fn after_not_me_and_for_the_next_person_no_one_is_known() {
    let (asked, _) = play(scanned([1, 8]));
    assert_eq!(asked.step, Step::IsThisYou);
    assert_eq!(asked.next(Input::No).0.person, Person::default());
    for there in every_step().into_iter().filter(|there| matches!(there.step, Step::Done | Step::Stopped(_))) {
        let (next, _) = there.next(Input::ScannedAppointment("apt-2".into()));
        assert_eq!((next.step, next.person), (Step::Find, Person::default()));
    }
}

fn after(conversation: Conversation, inputs: &[Input]) -> Conversation {
    inputs.iter().fold(conversation, |conversation, input| conversation.next(input.clone()).0)
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
        let photos = conversation.person.patient.as_ref().is_some_and(|patient| patient.asks.photos);
        let aside = matches!(conversation.step, Step::Help | Step::Unwell | Step::UnwellTold);
        // However they were found: what is typed is the same, and whoever says yes goes on from every way of being
        // found.
        if matches!(conversation.step, Step::NewCard(_) | Step::NewDetail(_)) {
            return format!("{} {was_saved} {photos} {}", conversation.step.name(), changes(conversation));
        }
        // The way back leads to a conversation that was walked already.
        if aside {
            let (from, at_hand) = (conversation.came_from().name(), conversation.person.at_hand.is_some());
            return format!(
                "{} {was_saved} {from} {at_hand} {}",
                conversation.step.name(),
                conversation.person.walk_in
            );
        }
        let standings: Vec<Standing> = conversation.visits().iter().map(|visit| visit.standing).collect();
        let names = [&conversation.person.name, &conversation.person.given_name, &conversation.companion];
        format!(
            "{} {:?} {:?} {} {standings:?} {} {was_saved} {photos} {} {} {}",
            conversation.step.name(),
            (
                conversation
                    .person
                    .date
                    .part(DateOrder::of(PatientTime::new(conversation.language, conversation.dates))),
                conversation.person.date.typed().2.len(),
                conversation.person.date.trouble()
            ),
            names.map(|name| name.text().is_blank()),
            conversation.tries_left,
            conversation.person.at_hand.is_some(),
            conversation.person.walk_in,
            if conversation.step == Step::Phone { conversation.person.phone.text().as_str().len() } else { 0 },
            conversation.documents_needed().len(),
        ) + &changes(conversation)
    };
    fn changes(conversation: &Conversation) -> String {
        let entry = &conversation.person.detail;
        match conversation.screen().content {
            Content::Changes(_, changes) => changes.len().to_string(),
            Content::CardPhoto { shot, .. } => format!("{shot:?}"),
            Content::CardReview { second, can_add, .. } => format!("{second:?} {can_add}"),
            Content::CardText(text) => {
                format!("{} {} {}", text.before.as_str().len().min(1), text.doubt.is_some(), text.is_second)
            }
            Content::Date { month, day, year, .. } if conversation.step.name().starts_with("card") => {
                format!("{month:?} {} {} {:?}", day.len(), year.len(), conversation.person.card_entry.field)
            }
            _ => format!("{} {}", entry.text.text().as_str().len().min(2), entry.doubt.is_some()),
        }
    }
    while let Some((conversation, was_saved)) = waiting.pop_front() {
        for input in every_input() {
            // The world answers only what it was asked.
            if matches!(input, Input::Saved(_)) && conversation.step != Step::Saving {
                continue;
            }
            // A code held out at the last page is the next person's.
            let next_person = (input.is_good_scan() || input == Input::OneMorePerson)
                && matches!(conversation.step, Step::Done | Step::Stopped(_));
            let (after, effects) = conversation.clone().next(input);
            let mut now_saved = was_saved && !next_person && after.step != Step::Welcome;
            for effect in &effects {
                match effect {
                    Effect::Save(_) | Effect::SaveWalkIn(_) => {
                        assert!(!was_saved, "saved twice from {:?}", conversation.step);
                        now_saved = true;
                    }
                    Effect::Print(_) => {
                        assert!(conversation.person.at_hand.is_some() || after.person.at_hand.is_some());
                    }
                    _ => {}
                }
            }
            // Years of other digits lead nowhere new.
            if [&after.person.date, &after.person.card_entry.date]
                .iter()
                .any(|date| !"1999".starts_with(date.typed().2))
            {
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

/// Reports would show the bare name of a step that was added and forgotten there.
#[test]
fn staff_read_every_step_in_words() {
    for step in Step::ALL {
        assert_ne!(step_name(step.name()), step.name(), "domain/report/steps.rs has no words for {step:?}");
    }
}
