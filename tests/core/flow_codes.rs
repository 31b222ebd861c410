//! Codes and cards under the scanner: those that say who someone is, and those that do not.

use arrivals::domain::appointment::Standing;
use arrivals::domain::identity::{Fact, Typed};
use arrivals::domain::reason::Reason;
use arrivals::flow::conversation::TRIES_MAX;
use arrivals::flow::found::Lookup;
use arrivals::flow::step::{Effect, Input, Query, ScanWord, Step};
use jiff::civil::date;

use super::flow::{
    asked, companion_typed, facts, found, play, typed_date, typed_given_name, typed_name, walk_in_typed,
};

pub fn card(is_enough: bool) -> Input {
    Input::ScannedCard { facts: Box::new(facts(Some("ada"), None)), others: Vec::new(), is_enough }
}

#[test]
fn after_a_card_a_birthday_is_typed_unless_the_clinic_trusts_it() {
    for (is_enough, step) in [(false, Step::Birthday), (true, Step::IsThisYou)] {
        let (end, effects) = play([card(is_enough), found(Standing::Open)]);
        assert_eq!((end.step, end.person.code_read), (step, true));
        assert_eq!(effects, [Effect::LookUp(Query::Typed(facts(Some("ada"), None)))]);
    }
    // Two people with the card's name and birth date: the telephone tells.
    let mut inputs = vec![card(false), Input::Found(Lookup::AskMore(Fact::Phone))];
    inputs.extend([4, 8, 2, 1].map(Input::Digit));
    inputs.push(Input::GoOn);
    let (end, effects) = play(inputs);
    assert_eq!(effects.last(), Some(&Effect::LookUp(Query::Typed(facts(Some("ada"), Some("4821"))))));
    assert_eq!(end.clone().next(found(Standing::Open)).0.step, Step::IsThisYou);
    let (nobody, _) = end.next(Input::Found(Lookup::Nobody));
    assert_eq!((nobody.step, nobody.scan_word, nobody.tries_left), (Step::Find, ScanWord::NotOnList, TRIES_MAX - 1));
}

#[test]
fn a_code_is_taken_on_every_page_of_finding() {
    for before in
        [vec![], vec![Input::Start], typed_date(), typed_name(), typed_given_name(), companion_typed(), walk_in_typed()]
    {
        let (before, _) = play(before);
        let (after, effects) = before.clone().next(Input::ScannedAppointment("apt-1".into()));
        assert_eq!((after.step, after.person.name.text().is_blank()), (Step::Find, true), "{:?}", before.step);
        assert_eq!(effects, [Effect::LookUp(Query::Appointment("apt-1".into()))]);
        let (after, effects) = before.next(Input::ScannedLetter("apt-1".into()));
        assert_eq!(after.step, Step::Find);
        assert_eq!(
            effects,
            [Effect::LookUp(Query::Letter("apt-1".into()))],
            "nobody guesses a signed letter: the brake has to know"
        );
    }
}

#[test]
fn a_card_that_may_be_read_in_several_ways_is_looked_up_in_each() {
    let typed = |family: &str, phone: Option<&str>| Typed { family_name: family.into(), ..facts(Some("ada"), phone) };
    let card = Input::ScannedCard {
        facts: Box::new(typed("marsh", None)),
        others: vec![typed("del mar", None)],
        is_enough: true,
    };
    let (asked, effects) = play([card, Input::Found(Lookup::AskMore(Fact::Phone))]);
    assert_eq!(effects, [Effect::LookUp(Query::Card(vec![typed("marsh", None), typed("del mar", None)]))]);
    // The telephone goes with every reading.
    let (found_out, effects) = [4, 8, 2, 1]
        .map(Input::Digit)
        .into_iter()
        .chain([Input::GoOn])
        .fold((asked, Vec::new()), |(at, _), input| at.next(input));
    assert_eq!(
        effects,
        [Effect::LookUp(Query::Card(vec![typed("marsh", Some("4821")), typed("del mar", Some("4821"))]))]
    );
    assert_eq!(found_out.next(found(Standing::Open)).0.step, Step::IsThisYou);
}

#[test]
fn what_cannot_be_read_says_so_and_nobody_holds_it_flat_twice() {
    let (refused, effects) = play([Input::ScannedRefused(ScanWord::Unreadable)]);
    assert_eq!(
        (refused.step, refused.scan_word, refused.tries_left, effects),
        (Step::Find, ScanWord::Unreadable, TRIES_MAX, vec![])
    );
    let damaged = || Input::ScannedRefused(ScanWord::Damaged);
    let (first, _) = play([damaged()]);
    assert_eq!(first.scan_word, ScanWord::Damaged);
    let (second, _) = first.clone().next(damaged());
    assert_eq!((second.step, second.scan_word, second.tries_left), (Step::Find, ScanWord::Unreadable, TRIES_MAX));
    assert_eq!(second.next(damaged()).0.scan_word, ScanWord::Unreadable);
    // Whoever types by now keeps what they typed.
    let (typing, _) = first.next(Input::TypeInstead);
    for word in [ScanWord::Damaged, ScanWord::Unreadable] {
        assert_eq!(typing.clone().next(Input::ScannedRefused(word)).0, typing, "{word:?}");
    }
}

#[test]
fn every_refused_code_has_its_own_word_and_reason() {
    let day = date(2026, 11, 25);
    for (word, reason) in [
        (ScanWord::Foreign, None),
        (ScanWord::NotOnList, None),
        (ScanWord::OtherClinic, Some(Reason::CodeOtherClinic)),
        (ScanWord::OtherDay(day), Some(Reason::CodeOtherDay)),
        (ScanWord::Expired(day), Some(Reason::CodeExpired)),
        (ScanWord::UnknownKey, Some(Reason::CodeExpired)),
        (ScanWord::Forged, Some(Reason::CodeForged)),
        (ScanWord::Damaged, Some(Reason::CodeTruncated)),
        (ScanWord::Unreadable, None),
    ] {
        let (end, effects) = play([Input::ScannedRefused(word)]);
        assert_eq!((end.step, end.scan_word), (Step::Find, word));
        let reported: Vec<Reason> = effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::ReportCode { reason, .. } => Some(*reason),
                _ => None,
            })
            .collect();
        assert_eq!(reported, Vec::from_iter(reason), "{word:?}");
        assert_eq!(end.next(Input::TypeInstead).0.scan_word, ScanWord::None);
    }
}

#[test]
fn a_code_held_out_while_nobody_answers_uncovers_nobodys_page() {
    let mut at_visits = typed_name();
    at_visits.extend([found(Standing::Open), Input::Yes]);
    for scan in [Input::ScannedAppointment("apt-2".into()), card(false), Input::ScannedRefused(ScanWord::Foreign)] {
        let before = asked(at_visits.clone());
        assert_eq!(before.clone().next(scan), (before, Vec::new()));
    }
    // While somebody is being found, the next one begins anew: nobody's companion, with all tries.
    let mut at_name = companion_typed();
    at_name.extend([Input::GoOn, Input::TypeInstead]);
    let (after, effects) = asked(at_name).next(Input::ScannedAppointment("apt-2".into()));
    assert_eq!((after.step, after.for_other, after.over, effects.len()), (Step::Find, false, None, 1));
}

#[test]
fn codes_that_anybody_can_make_up_count_for_the_brake_and_cards_as_tries() {
    let (end, effects) = play([Input::ScannedAppointment("apt-9".into()), Input::Found(Lookup::Nobody)]);
    assert_eq!((end.tries_left, effects.last()), (TRIES_MAX, Some(&Effect::CountFailedTry)));
    let (end, effects) = play([card(false), Input::Found(Lookup::Nobody)]);
    assert_eq!((end.step, end.tries_left, end.scan_word), (Step::Find, TRIES_MAX - 1, ScanWord::NotOnList));
    assert!(effects.contains(&Effect::CountFailedTry));
}

#[test]
fn a_foreign_code_takes_nothing_away_from_what_is_being_typed() {
    for inputs in [typed_name(), typed_given_name(), walk_in_typed()[..5].to_vec()] {
        let (before, _) = play(inputs[..inputs.len() - 1].to_vec());
        let (after, effects) = before.clone().next(Input::ScannedRefused(ScanWord::Foreign));
        assert_eq!((after, effects.len()), (before, 0));
    }
}
