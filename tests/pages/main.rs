//! Every page, drawn and walked through: in every language, size and appearance.
//!
//! With `ARRIVALS_PICTURES=DIR` every page is also written there as a PNG; with `ARRIVALS_PAGES=find,phone` as well,
//! only those whose names begin so are looked at.
#![cfg(feature = "ui-tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]
#![allow(clippy::float_cmp, missing_docs)]

mod keys;
mod leftovers;
mod sample;
mod sentences;
mod steady;
mod texts;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use arrivals::domain::language::Language;
use arrivals::kiosk::window::bridge;
use arrivals::kiosk::window::ui::{self, KioskWindow, Page};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use sample::{LANGUAGES, LOOKS, Look, PAGES, SIZES, Sample, named};
use slint::platform::{Key, WindowEvent};
use slint::{ComponentHandle, LogicalSize, SharedString};

/// A window of a size, with the shipped fonts. One test thread has one platform.
#[must_use]
pub fn window() -> KioskWindow {
    let backend = i_slint_backend_testing::TestingBackend::new(i_slint_backend_testing::TestingBackendOptions {
        mock_time: true,
        threading: false,
        renderer_name: Some("software".into()),
    });
    slint::platform::set_platform(Box::new(backend)).unwrap();
    ui::install_fonts();
    let window = KioskWindow::new().unwrap();
    bridge::prepare(&window);
    window.show().unwrap();
    window
}

pub fn settle() {
    for _ in 0..3 {
        i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(20));
    }
}

pub fn turn_to(window: &KioskWindow, sample: Sample, language: &str, (width, height): (u32, u32), look: Look) {
    let page = sample.page;
    let kiosk = window.global::<ui::Kiosk>();
    let theme = window.global::<ui::Theme>();
    window.window().set_size(LogicalSize::new(width as f32, height as f32));
    // Away and back, so that the page is made anew and takes the focus as a patient would find it.
    kiosk.set_page(if page == Page::OutOfService { Page::Welcome } else { Page::OutOfService });
    settle();
    window.window().take_snapshot().unwrap();
    theme.set_large_text(look == Look::Large);
    theme.set_high_contrast(look == Look::Contrast);
    bridge::speak(window, Language::from_tag(language).unwrap());
    sample::fill(&kiosk, sample);
    kiosk.set_page(page);
    settle();
}

/// Whether a sample is looked at: all are, unless somebody works on a few.
fn is_wanted(name: &str) -> bool {
    std::env::var("ARRIVALS_PAGES")
        .map_or(true, |wanted| wanted.split(',').any(|beginning| name.starts_with(beginning)))
}

fn each_variant(look_at: impl FnMut(&KioskWindow, Page, &str, (u32, u32), Look, &str)) {
    each_variant_of(|_, _, _| true, look_at);
}

/// Only the variants that matter: turning to a page costs more than most looks at it.
fn each_variant_of(
    matters: impl Fn((u32, u32), &str, Look) -> bool,
    mut look_at: impl FnMut(&KioskWindow, Page, &str, (u32, u32), Look, &str),
) {
    let window = window();
    for size in SIZES {
        for language in LANGUAGES {
            for look in LOOKS.into_iter().filter(|look| matters(size, language, *look)) {
                for sample in PAGES {
                    // A page with other words on it is looked at in the languages with the longest ones.
                    if !is_wanted(sample.name) || (!sample.is_usual && (language == "en" || look == Look::Contrast)) {
                        continue;
                    }
                    turn_to(&window, sample, language, size, look);
                    let what = format!("{}-{language}-{}x{}-{look:?}", sample.name, size.0, size.1).to_lowercase();
                    look_at(&window, sample.page, language, size, look, &what);
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Found {
    name: String,
    enabled: bool,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Found {
    fn new(element: &ElementHandle) -> Self {
        let position = element.absolute_position();
        let size = element.size();
        Self {
            name: element.accessible_label().unwrap_or_default().to_string(),
            enabled: element.accessible_enabled().unwrap_or(true),
            left: position.x,
            top: position.y,
            right: position.x + size.width,
            bottom: position.y + size.height,
        }
    }

    /// Whether both have a pixel in common, within what is shown between header and help bar or within the help bar.
    fn overlaps(&self, other: &Self, (top, bottom): (f32, f32)) -> bool {
        let clip = |found: &Self| {
            if found.top >= bottom { (found.top, found.bottom) } else { (found.top.max(top), found.bottom.min(bottom)) }
        };
        let ((a_top, a_bottom), (b_top, b_bottom)) = (clip(self), clip(other));
        self.left + 1.0 < other.right
            && other.left + 1.0 < self.right
            && a_top + 1.0 < b_bottom
            && b_top + 1.0 < a_bottom
    }
}

fn controls(window: &KioskWindow) -> Vec<Found> {
    ElementQuery::from_root(window)
        .match_accessible_role(AccessibleRole::Button)
        .find_all()
        .iter()
        .map(Found::new)
        .collect()
}

/// Where the page ends: at the "More" strip if it scrolls, else at the help bar.
fn body(window: &KioskWindow, found: &[Found], height: f32) -> (f32, f32, bool) {
    let more = more_below(window);
    let bar =
        found.iter().filter(|control| control.bottom > height - 30.0).map(|control| control.top).fold(height, f32::min);
    let strip = found.iter().find(|control| control.name == more).map(|control| control.top);
    (0.0, strip.unwrap_or(bar), strip.is_some())
}

fn more_below(window: &KioskWindow) -> String {
    let language = window.global::<ui::Kiosk>().get_language();
    sentences::translation(&language, "More below")
}

#[test]
fn every_page_draws_in_every_language_size_and_appearance() {
    let pictures = std::env::var_os("ARRIVALS_PICTURES");
    // All of them are drawn on request; the plain ones always.
    let matters = |_, _: &str, look| pictures.is_some() || look == Look::Plain;
    each_variant_of(matters, |window, _, _, (width, height), look, what| {
        if look == Look::Large {
            // The first frame lays the page out; what does not fit is settled before the second.
            window.window().take_snapshot().unwrap();
            settle();
        }
        let picture = window.window().take_snapshot().unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height), "{what}");
        assert!(has_colours(&picture, 9), "{what} is empty");
        if let Some(folder) = &pictures {
            write_png(&Path::new(folder).join(format!("{what}.png")), &picture);
        }
    });
}

/// Whether a picture has so many colours. It stops at the last of them: there are a million pixels and hundreds of
/// pages.
fn has_colours(picture: &slint::SharedPixelBuffer<slint::Rgba8Pixel>, wanted: usize) -> bool {
    let mut colours = Vec::with_capacity(wanted);
    let mut last = None;
    for pixel in picture.as_slice() {
        if last == Some(pixel) {
            continue;
        }
        last = Some(pixel);
        if !colours.contains(pixel) {
            colours.push(*pixel);
            if colours.len() == wanted {
                return true;
            }
        }
    }
    false
}

fn write_png(path: &Path, picture: &slint::SharedPixelBuffer<slint::Rgba8Pixel>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().unwrap().write_image_data(picture.as_bytes()).unwrap();
}

#[test]
fn every_control_has_a_name_lies_in_the_window_and_covers_no_other() {
    let mut wrong = Vec::new();
    each_variant(|window, page, _, (width, height), look, what| {
        // What lies over a page covers all of it, on purpose: its controls rest.
        let covered = window.global::<ui::Kiosk>().get_covered();
        let found: Vec<_> = controls(window).into_iter().filter(|control| control.enabled || !covered).collect();
        assert!(found.len() >= if covered { 2 } else { 6 }, "{what}: the help bar is missing");
        let (top, bottom, scrolls) = body(window, &found, height as f32);
        assert!(
            scrolls || found.iter().all(|control| control.top >= bottom || control.bottom <= bottom + 1.0),
            "{what}: cut by the help bar: {found:?}"
        );
        for (index, control) in found.iter().enumerate() {
            if control.name.is_empty() {
                wrong.push(format!("{what}: a control without a name at {},{}", control.left, control.top));
            }
            if control.left < -1.0
                || control.right > width as f32 + 1.0
                || (!scrolls && (control.top < -1.0 || control.bottom > height as f32 + 1.0))
            {
                wrong.push(format!("{what}: outside: {control:?}"));
            }
            for other in &found[index + 1..] {
                if control.overlaps(other, (top, bottom)) {
                    wrong.push(format!("{what}: {:?} covers {:?}", control.name, other.name));
                }
            }
            // Keys of the alphabet are smaller than 64 px across in portrait: twelve Arabic ones share 768 px.
            let has_letters = matches!(
                page,
                Page::FamilyName
                    | Page::GivenName
                    | Page::CompanionName
                    | Page::NewEmail
                    | Page::NewPostalCode
                    | Page::NewStreet
                    | Page::NewCity
                    | Page::NewState
                    | Page::NewName
                    | Page::EmergencyName
                    | Page::CardPayer
                    | Page::CardNumber
                    | Page::CardHolderName
                    | Page::CardGroup
                    | Page::CardPlan
            );
            let (least_width, least_height) = match height {
                480 if has_letters => (48.0, 44.0),
                480 => (64.0, 44.0),
                1280 if has_letters => (50.0, 64.0),
                _ => (64.0, 64.0),
            };
            if look != Look::Large
                && (control.right - control.left < least_width || control.bottom - control.top < least_height)
            {
                wrong.push(format!("{what}: too small for a finger: {control:?}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_text_runs_out_of_the_window() {
    let mut wrong = Vec::new();
    each_variant(|window, _, _, (width, height), _, what| {
        let found = controls(window);
        let (_, bottom, scrolls) = body(window, &found, height as f32);
        for text in ElementQuery::from_root(window).match_inherits("Text").find_all() {
            let text = Found::new(&text);
            let below = !scrolls && text.top < bottom && text.bottom > bottom + 1.0;
            if text.left < -1.0 || text.right > width as f32 + 1.0 || below {
                wrong.push(format!("{what}: {text:?} (page ends at {bottom})"));
            }
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_tab_key_reaches_every_control() {
    let mut wrong = Vec::new();
    // The order does not depend on colour or size; two looks and two sizes show it.
    let matters = |size, language: &str, look| look != Look::Contrast && size != SIZES[2] && language != "es";
    each_variant_of(matters, |window, _, _, _, _, what| {
        let speech = window.global::<ui::Speech>();
        let wanted: BTreeSet<String> =
            controls(window).into_iter().filter(|control| control.enabled).map(|control| control.name).collect();
        let mut reached = BTreeSet::from([speech.get_control().to_string()]);
        // Two rounds: a button that scrolls rests at the end of the page, and wakes when the focus has moved the page.
        // A round is longer than what is wanted, because it also stops at what is scrolled out of sight.
        press(window, Key::Tab);
        let first = speech.get_control();
        let mut rounds = 0;
        for _ in 0..LONGEST_ROUNDS {
            reached.insert(speech.get_control().to_string());
            press(window, Key::Tab);
            rounds += usize::from(speech.get_control() == first);
            if rounds == 2 {
                break;
            }
        }
        for name in wanted {
            if !reached.iter().any(|control| control.starts_with(&name)) {
                wrong.push(format!("{what}: never at {name:?}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// So many strikes of Tab go twice around the page with the most controls, and some more.
const LONGEST_ROUNDS: usize = 200;

fn press(window: &KioskWindow, key: Key) {
    let text: SharedString = key.into();
    window.window().dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
    window.window().dispatch_event(WindowEvent::KeyReleased { text });
    settle();
}

#[test]
fn every_page_begins_at_its_first_answer_and_says_what_it_asks() {
    let window = window();
    for sample in PAGES {
        let Sample { page, name, .. } = sample;
        window.global::<ui::Speech>().set_control("".into());
        turn_to(&window, sample, "en", SIZES[0], Look::Plain);
        window.window().take_snapshot().unwrap();
        settle();
        let speech = window.global::<ui::Speech>();
        assert!(speech.get_page().len() > 10, "{name} says {:?}", speech.get_page());
        if !matches!(page, Page::Saving | Page::Printing | Page::OutOfService) {
            let at = speech.get_control();
            assert!(
                !at.is_empty() && !at.starts_with("Back") && !at.starts_with("Get help"),
                "{name} begins at {at:?}"
            );
            let (acted, focus) = (std::rc::Rc::new(std::cell::Cell::new(0)), at);
            let count = acted.clone();
            let kiosk = window.global::<ui::Kiosk>();
            kiosk.on_active(move || count.set(count.get() + 1));
            press(&window, Key::Return);
            assert!(acted.get() > 0, "{name}: {focus:?} does nothing");
        }
    }
}

#[test]
fn a_page_that_does_not_fit_begins_at_its_question() {
    let window = window();
    for name in ["unwell", "is-this-you", "call-as", "details", "documents", "walk-in-reason"] {
        turn_to(&window, named(name), "es", SIZES[0], Look::Large);
        window.window().take_snapshot().unwrap();
        settle();
        let first = ElementQuery::from_root(&window).match_inherits("Question").find_first().expect("a question");
        assert!(first.absolute_position().y >= 80.0, "{name} begins at {:?}", first.absolute_position());
    }
}

#[test]
fn time_question_takes_the_focus_and_nothing_under_it_can_be_touched() {
    let window = window();
    turn_to(&window, named("details"), "en", SIZES[0], Look::Plain);
    let kiosk = window.global::<ui::Kiosk>();
    kiosk.set_seconds_left(20);
    kiosk.set_asking_for_time(true);
    settle();
    window.window().take_snapshot().unwrap();
    assert_eq!(window.global::<ui::Speech>().get_control(), "Yes, more time");
    for _ in 0..6 {
        press(&window, Key::Tab);
        let at = window.global::<ui::Speech>().get_control();
        assert!(["Yes, more time", "No, start over", "I feel sick"].contains(&at.as_str()), "{at}");
    }
}

#[test]
fn where_the_visit_to_the_kiosk_has_its_result_the_time_question_offers_to_finish() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for sample in PAGES.into_iter().filter(|sample| sample.is_usual && sample.page != Page::OutOfService) {
        turn_to(&window, sample, "en", SIZES[0], Look::Plain);
        kiosk.set_asking_for_time(true);
        settle();
        window.window().take_snapshot().unwrap();
        let answers: BTreeSet<String> =
            controls(&window).into_iter().filter(|control| control.enabled).map(|control| control.name).collect();
        let ended = matches!(sample.page, Page::Done | Page::Stopped | Page::UnwellTold);
        let leaves = if ended { "Finish" } else { "No, start over" };
        assert_eq!(
            answers,
            BTreeSet::from(["Yes, more time", leaves, "I feel sick"].map(str::to_owned)),
            "{}",
            sample.name
        );
        kiosk.set_asking_for_time(false);
    }
}

#[test]
fn a_question_over_the_page_has_all_its_answers_in_sight_and_the_first_one_keeps_everything() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for size in SIZES {
        for language in LANGUAGES {
            for look in LOOKS {
                turn_to(&window, named("family-name"), language, size, look);
                for (is_about_time, first) in [(true, "Yes, more time"), (false, "No, keep going")] {
                    let ask = |on| {
                        if is_about_time { kiosk.set_asking_for_time(on) } else { kiosk.set_asking_to_start_over(on) }
                    };
                    ask(true);
                    settle();
                    window.window().take_snapshot().unwrap();
                    let answers: Vec<_> = controls(&window).into_iter().filter(|control| control.enabled).collect();
                    assert_eq!(answers.len(), 3, "{answers:?}");
                    assert_eq!(window.global::<ui::Speech>().get_control(), sentences::translation(language, first));
                    for answer in answers {
                        assert!(
                            answer.top >= 0.0 && answer.bottom <= size.1 as f32 + 1.0,
                            "{language} {size:?} {look:?}: {answer:?} is cut"
                        );
                    }
                    ask(false);
                    settle();
                }
            }
        }
    }
}

#[test]
fn after_more_time_the_keypad_goes_on_and_no_page_answers_under_the_question() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for name in ["card-review", "card-photo-front", "details"] {
        turn_to(&window, named(name), "en", SIZES[0], Look::Plain);
        window.window().take_snapshot().unwrap();
        kiosk.set_asking_for_time(true);
        settle();
        window.window().take_snapshot().unwrap();
        let on_top: BTreeSet<String> =
            controls(&window).into_iter().filter(|control| control.enabled).map(|control| control.name).collect();
        assert_eq!(on_top.len(), 3, "{name}: {on_top:?}");
        kiosk.set_asking_for_time(false);
        settle();
        window.window().take_snapshot().unwrap();
        window.global::<ui::Speech>().set_control("".into());
        let moved = std::rc::Rc::new(std::cell::Cell::new(0));
        let count = std::rc::Rc::clone(&moved);
        kiosk.on_move_focus(move |by| count.set(count.get() + by));
        press(&window, Key::DownArrow);
        assert!(moved.get() > 0, "{name}: the keypad is not heard");
        press(&window, Key::Tab);
        assert_ne!(window.global::<ui::Speech>().get_control(), "", "{name}");
    }
}

#[test]
fn who_photographs_with_the_keypad_is_never_left_without_a_control() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    let speech = window.global::<ui::Speech>();
    turn_to(&window, named("card-photo-front"), "en", SIZES[0], Look::Plain);
    kiosk.set_page(Page::CardPhotoBack);
    kiosk.set_camera_state(ui::CameraState::Starting);
    settle();
    window.window().take_snapshot().unwrap();
    turn_to(&window, named("card-photo-front"), "en", SIZES[0], Look::Plain);
    window.window().take_snapshot().unwrap();
    assert_eq!(speech.get_control(), "Take the photo");
    kiosk.set_camera_state(ui::CameraState::Gone);
    settle();
    window.window().take_snapshot().unwrap();
    settle();
    assert_eq!(speech.get_control(), "Skip photo");
}

#[test]
fn unwell_is_two_touches_away_from_every_page() {
    let window = window();
    let kiosk = window.global::<ui::Kiosk>();
    for sample in PAGES {
        for asking in [false, true] {
            turn_to(&window, sample, "en", SIZES[0], Look::Plain);
            kiosk.set_asking_for_time(asking);
            settle();
            window.window().take_snapshot().unwrap();
            let usable = controls(&window)
                .into_iter()
                .filter(|control| control.enabled && control.name == "I feel sick")
                .count();
            assert_eq!(usable, 1, "{}, asking for time: {asking}", sample.name);
            kiosk.set_asking_for_time(false);
        }
    }
}
