//! What is read on the pages, in every language.

use std::collections::BTreeSet;

use arrivals::domain::language::Language;
use arrivals::kiosk::window::{bridge, ui};
use i_slint_backend_testing::{ElementHandle, ElementQuery};
use slint::ComponentHandle as _;

use super::sample::{self, LANGUAGES, Look, PAGES, SIZES, named};
use super::{settle, turn_to, window};

#[test]
fn every_visible_text_is_translated() {
    let window = window();
    for sample in PAGES {
        let name = sample.name;
        let mut said = Vec::new();
        for language in LANGUAGES {
            turn_to(&window, sample, language, SIZES[0], Look::Plain);
            let texts: BTreeSet<String> = ElementQuery::from_root(&window)
                .match_predicate(|element| element.accessible_role().is_some())
                .find_all()
                .iter()
                .filter_map(ElementHandle::accessible_label)
                .map(|label| label.to_string())
                .collect();
            said.push(texts);
        }
        for other in &said[1..] {
            for same in other.intersection(&said[0]) {
                let words = same.chars().filter(|c| c.is_alphabetic()).count();
                assert!(words < 2 || sample::is_data(same), "{name}: not translated: {same:?}");
            }
        }
    }
}

#[test]
fn times_and_dates_are_written_on_the_clinics_clock_in_each_language() {
    let window = window();
    let words = window.global::<ui::Words>();
    assert_eq!((words.invoke_time(0, 5), words.invoke_time(15, 30)), ("12:05 AM".into(), "3:30 PM".into()));
    assert_eq!(words.invoke_day_month(22, 11), "November 22");
    bridge::speak(&window, Language::Spanish);
    assert_eq!(words.invoke_time(15, 30), "3:30 p. m.");
    assert_eq!(words.invoke_day_month_year(22, 11, 2026), "22 de noviembre de 2026");
    window.global::<ui::Kiosk>().set_date_style("24h dmy".into());
    assert_eq!(words.invoke_time(15, 30), "15:30");
    bridge::speak(&window, Language::English);
    assert_eq!(words.invoke_day_month_year(22, 11, 2026), "22 November 2026");
}

#[test]
fn every_word_of_the_scanner_has_its_own_notice() {
    use ui::ScanWord as W;
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    let mut notices = BTreeSet::new();
    for word in
        [W::Foreign, W::NotToday, W::OtherClinic, W::OtherDay, W::Expired, W::Forged, W::Damaged, W::AskedBefore]
    {
        turn_to(&window, named("find"), "en", SIZES[0], Look::Plain);
        kiosk.set_scan_word(word);
        settle();
        let notice = window.global::<ui::Words>().invoke_scan_word(word).to_string();
        let spoken = window.global::<ui::Speech>().get_page();
        assert!(spoken.starts_with(&notice), "{word:?} is not spoken first: {spoken:?}");
        let dated = matches!(word, W::OtherDay | W::Expired);
        assert_eq!(notice.contains("December 3"), dated, "{word:?}: {notice}");
        assert!(notices.insert(notice), "{word:?} has the notice of another one");
    }
}

#[test]
fn a_date_is_asked_for_in_the_order_of_the_language() {
    let window = window();
    for (language, first, second) in [("en", "Month", "Day"), ("es", "Día", "Mes"), ("ar", "اليوم", "الشهر")]
    {
        turn_to(&window, named("birth-date"), language, SIZES[0], Look::Plain);
        let at = |label: &str| {
            let boxes = ElementQuery::from_root(&window).match_inherits("DateBox").find_all();
            let found =
                boxes.iter().find(|element| element.accessible_label().is_some_and(|name| name.starts_with(label)));
            found.expect("a box of the date").absolute_position().x
        };
        let (first_at, second_at) = (at(first), at(second));
        // Arabic runs from the right.
        assert_eq!(first_at < second_at, language != "ar", "{language}: {first_at} {second_at}");
    }
}

#[test]
fn a_number_stands_where_it_was_typed_in_every_language() {
    for (text, leftward) in [
        ("", false),
        ("12345", false),
        ("12 Mill", false),
        ("شارع 12", true),
        ("12 شارع", true),
        ("999-012", false),
        ("לוי", true),
    ] {
        assert_eq!(bridge::runs_leftward(text), leftward, "{text}");
    }
    let window = window();
    for language in LANGUAGES {
        turn_to(&window, named("card-number"), language, SIZES[0], Look::Plain);
        let kiosk = window.global::<ui::Kiosk>();
        kiosk.set_text_before("12".into());
        kiosk.set_text_after("34".into());
        settle();
        window.window().take_snapshot().unwrap();
        let at = |id| {
            ElementQuery::from_root(&window).match_id(id).find_first().map(|element| element.absolute_position().x)
        };
        let (before, after) = (at("NameField::before"), at("NameField::after"));
        assert!(before.is_some() && before < after, "{language}: {before:?} {after:?}");
    }
}
