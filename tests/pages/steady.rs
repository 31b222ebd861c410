//! What stays where it is: pages after the window had another size, pads while somebody types, things in the room.

use std::collections::BTreeMap;

use arrivals::kiosk::window::ui::{self, DatePart, Doubt, KioskWindow, MemberDoubt, Page, ScannerSide};
use i_slint_backend_testing::{AccessibleRole, ElementQuery};
use slint::{ComponentHandle, LogicalSize, Model, ModelRc, VecModel};

use super::sample::{LANGUAGES, LOOKS, Look, PAGES, SIZES, named};
use super::{Found, controls, sentences, settle, turn_to, window};

/// Sizes that a window passes through before it has its own: as it is made, turned, dragged, on a laptop.
const ON_THE_WAY: [(u32, u32); 2] = [(1, 1), (480, 800)];
/// One that runs from the left and one that runs from the right.
const BOTH_WAYS: [&str; 2] = ["en", "ar"];

fn resize(window: &KioskWindow, (width, height): (u32, u32)) {
    window.window().set_size(LogicalSize::new(width as f32, height as f32));
    settle();
    window.window().take_snapshot().unwrap();
    settle();
}

#[test]
fn no_page_remembers_the_layout_of_another_size_or_look() {
    let window = window();
    let theme = window.global::<ui::Theme>();
    // Large letters do not fit the small screen: there every page scrolls.
    let looks = SIZES.map(|size| (size, Look::Plain)).into_iter().chain([(SIZES[1], Look::Large)]);
    for (size, look) in looks {
        for language in BOTH_WAYS {
            for sample in PAGES.into_iter().filter(|sample| sample.is_usual) {
                turn_to(&window, sample, language, size, look);
                window.window().take_snapshot().unwrap();
                settle();
                let fresh = window.window().take_snapshot().unwrap();
                for other in ON_THE_WAY {
                    resize(&window, other);
                }
                theme.set_large_text(look != Look::Large);
                settle();
                window.window().take_snapshot().unwrap();
                theme.set_large_text(look == Look::Large);
                resize(&window, size);
                let after = window.window().take_snapshot().unwrap();
                let differ = fresh.as_slice().iter().zip(after.as_slice()).filter(|(one, other)| one != other).count();
                assert_eq!(
                    differ, 0,
                    "{} {language} {size:?}: {differ} pixels are others after the window had other sizes",
                    sample.name
                );
            }
        }
    }
}

#[test]
fn the_welcome_page_fits_every_common_screen_without_scrolling() {
    let window = window();
    for size in [(1280, 800), (800, 480), (800, 1280), (1366, 768), (1920, 1080), (1024, 768), (1080, 1920)] {
        for language in LANGUAGES {
            turn_to(&window, named("welcome"), language, (1, 1), Look::Plain);
            resize(&window, size);
            let names: Vec<String> = controls(&window)
                .into_iter()
                .filter(|found| found.bottom <= size.1 as f32)
                .map(|found| found.name)
                .collect();
            assert!(!names.contains(&sentences::translation(language, "More below")), "{language} {size:?}: {names:?}");
            for wanted in ["English", "Español", "العربية"] {
                assert!(
                    names.iter().any(|name| name == wanted),
                    "{language} {size:?}: {wanted} is out of sight: {names:?}"
                );
            }
            let check_in = sentences::translation(language, "Check in");
            assert!(names.iter().any(|name| name.starts_with(&check_in)), "{language} {size:?}: no way in: {names:?}");
        }
    }
}

/// Where everything is that a finger may be over while it types: fields, keys, "Next". A key that goes to sleep stays.
fn places(window: &KioskWindow) -> BTreeMap<String, (f32, f32)> {
    let fields = ElementQuery::from_root(window).match_predicate(|element| {
        element.accessible_role() == Some(AccessibleRole::Button)
            || element.type_name().is_some_and(|name| name.ends_with("Field"))
    });
    let named = |found: Found, kind: &str| {
        (format!("{kind} {}", found.name.split(':').next().unwrap_or_default()), (found.left, found.top))
    };
    let found = fields.find_all();
    found.iter().map(|element| named(Found::new(element), &element.type_name().unwrap_or_default())).collect()
}

#[test]
fn nothing_moves_while_somebody_types() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    let mut moved = Vec::new();
    let texts: [fn(&ui::Kiosk<'_>); 4] = [
        |kiosk| {
            kiosk.set_text_before("".into());
            kiosk.set_text_after("".into());
            kiosk.set_digits("".into());
        },
        |kiosk| {
            kiosk.set_text_before("a".into());
            kiosk.set_digits("4".into());
        },
        |kiosk| {
            kiosk.set_text_before("abcd efgh ijkl mnop qrst uvwx yzab cdef ghij klmn opqr".into());
            kiosk.set_digits("4821".into());
            kiosk.set_payers(ModelRc::from(std::rc::Rc::new(VecModel::from(
                kiosk.get_payers().iter().take(1).collect::<Vec<_>>(),
            ))));
        },
        |kiosk| kiosk.set_payers(ModelRc::default()),
    ];
    for size in SIZES {
        for language in BOTH_WAYS {
            for look in LOOKS.into_iter().filter(|look| *look != Look::Contrast) {
                for sample in PAGES {
                    let types = matches!(
                        sample.page,
                        Page::FamilyName
                            | Page::GivenName
                            | Page::CompanionName
                            | Page::Phone
                            | Page::NewPhone
                            | Page::NewEmail
                            | Page::NewPostalCode
                            | Page::NewStreet
                            | Page::NewCity
                            | Page::NewState
                            | Page::NewName
                            | Page::EmergencyName
                            | Page::EmergencyPhone
                            | Page::CardPayer
                            | Page::CardNumber
                            | Page::CardHolderName
                            | Page::CardGroup
                            | Page::CardPlan
                    );
                    let doubted = sample.name.contains("doubted") || sample.name.contains("with-letters");
                    if !types || doubted || sample.name.contains("listed") {
                        continue;
                    }
                    turn_to(&window, sample, language, size, look);
                    kiosk.set_doubt(Doubt::None);
                    kiosk.set_member_doubt(MemberDoubt::None);
                    let mut before: Option<BTreeMap<String, (f32, f32)>> = None;
                    for text in texts {
                        text(&kiosk);
                        settle();
                        window.window().take_snapshot().unwrap();
                        settle();
                        let now = places(&window);
                        if let Some(before) = &before {
                            for (name, at) in before {
                                // A suggestion comes and goes; nothing else does.
                                if let Some(new) =
                                    now.get(name).filter(|new| (new.0 - at.0).abs() > 1.0 || (new.1 - at.1).abs() > 1.0)
                                {
                                    moved.push(format!(
                                        "{} {language} {size:?} {look:?}: {name} from {at:?} to {new:?}",
                                        sample.name
                                    ));
                                }
                            }
                        }
                        before = Some(now);
                    }
                }
            }
        }
    }
    assert!(moved.is_empty(), "{} moved:\n{}", moved.len(), moved.join("\n"));
}

#[test]
fn digits_stay_where_they_are_from_the_day_to_the_year() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for language in LANGUAGES {
        turn_to(&window, named("birth-date-second-part"), language, SIZES[0], Look::Plain);
        kiosk.set_try_again(false);
        kiosk.set_date_trouble(ui::DateTrouble::None);
        let mut before: Option<BTreeMap<String, (f32, f32)>> = None;
        for (day, year, part) in [
            ("", "", DatePart::Day),
            ("1", "", DatePart::Day),
            ("14", "", DatePart::Year),
            ("14", "1950", DatePart::Complete),
        ] {
            kiosk.set_month(3);
            kiosk.set_day(day.into());
            kiosk.set_year(year.into());
            kiosk.set_date_part(part);
            settle();
            window.window().take_snapshot().unwrap();
            settle();
            let now = places(&window);
            if let Some(before) = &before {
                assert_eq!(before, &now, "{language}: {day:?} {year:?}");
            }
            before = Some(now);
        }
    }
}

#[test]
fn what_is_in_the_room_is_at_the_same_side_in_every_language() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for side in [ScannerSide::Below, ScannerSide::Right, ScannerSide::Left] {
        for page in ["welcome", "find"] {
            for size in SIZES {
                let mut sides = Vec::new();
                let mut order = Vec::new();
                for language in LANGUAGES {
                    turn_to(&window, named(page), language, size, Look::Plain);
                    kiosk.set_scanner_side(side);
                    settle();
                    window.window().take_snapshot().unwrap();
                    settle();
                    let elements = ElementQuery::from_root(&window).match_inherits("ScannerArrow").find_all();
                    let arrow = elements.first().map(Found::new).expect("the arrow to the scanner");
                    let around: Vec<Found> = ElementQuery::from_root(&window)
                        .match_inherits("Icon")
                        .find_all()
                        .iter()
                        .map(Found::new)
                        .collect();
                    let row = around.iter().filter(|icon| {
                        (icon.top + icon.bottom - arrow.top - arrow.bottom).abs() < 8.0 && icon.left != arrow.left
                    });
                    sides.push(row.map(|icon| icon.left < arrow.left).collect::<Vec<_>>());
                    let place = |name: &str| {
                        controls(&window)
                            .into_iter()
                            .find(|control| control.name == name)
                            .map(|control| control.left as i32)
                    };
                    order.push(["English", "Español", "العربية"].map(place));
                }
                assert!(sides.iter().flatten().count() > 0, "{page} {size:?}: no icon beside the arrow");
                assert!(
                    sides.iter().flatten().all(|arrow_is_right| *arrow_is_right != (side == ScannerSide::Left)),
                    "{page} {size:?} {side:?}: {sides:?}"
                );
                assert!(
                    order.windows(2).all(|pair| pair[0] == pair[1]),
                    "{page} {size:?}: languages change places: {order:?}"
                );
            }
        }
    }
}
