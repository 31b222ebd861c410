//! What the window still holds of one person when the next page is shown, and what a paper promises.

use std::fs;
use std::path::Path;

use arrivals::domain::language::Language;
use arrivals::domain::queue::Wait;
use arrivals::domain::ticket::{PrintOutcome, Ticket};
use arrivals::domain::when::{Clock, DateOrder, DateStyle};
use arrivals::flow::around::{Look, Said};
use arrivals::flow::entry::DatePart;
use arrivals::flow::person::TicketAtHand;
use arrivals::flow::screen::{Content, Screen};
use arrivals::flow::step::Step;
use arrivals::kiosk::program::{ClinicFace, Surroundings};
use arrivals::kiosk::window::bridge;
use arrivals::kiosk::window::ui::{self, KioskWindow, Page};
use i_slint_backend_testing::ElementQuery;
use jiff::civil::date;
use slint::{ComponentHandle, Model, SharedString};

use super::sample::{PAGES, Sample};
use super::{settle, window};

const AROUND: Surroundings = Surroundings {
    desk_reached: true,
    scanner_ready: true,
    printer_ready: true,
    seconds_left: 0,
    out_of_service: false,
};
const CLINIC: ClinicFace<'_> = ClinicFace {
    name: "Clinic",
    walk_in: &[],
    dates: DateStyle { clock: Clock::Twelve, order: DateOrder::MonthDayYear },
    unwell_comes: None,
    closed: "",
    message: "",
};

/// What of the window's face is of no person: the clinic, the kiosk, and what every screen sets anew.
const OF_NOBODY: [&str; 30] = [
    "languages",
    "date-style",
    "page",
    "progress-at",
    "progress-of",
    "can-go-back",
    "clinic",
    "logo",
    "has-logo",
    "language",
    "service-text",
    "staff-message",
    "desk-reached",
    "scanner-ready",
    "printer-ready",
    "asking-for-time",
    "seconds-left",
    "asking-to-start-over",
    "scanner-side",
    "said",
    "for-other",
    "walk-in",
    "walk-in-offered",
    "walk-in-reasons",
    "unwell-comes",
    "camera-state",
    "frame-x",
    "frame-y",
    "frame-width",
    "frame-height",
];

/// How a language says dates; `Content::Date` sets it, and it says nothing about anybody.
const OF_THE_LANGUAGE: [&str; 2] = ["day-first", "rtl"];

fn ticket() -> Ticket {
    Ticket { number: "A127".parse().unwrap(), date: date(2026, 11, 23) }
}

fn show(window: &KioskWindow, step: Step, content: Content) {
    let screen = Screen {
        step,
        language: Language::English,
        progress: None,
        can_go_back: false,
        look: Look::default(),
        over: None,
        for_other: false,
        walk_in: false,
        said: Said::Nothing,
        content,
    };
    bridge::show(window, &screen, AROUND, CLINIC);
    settle();
}

fn show_done(window: &KioskWindow) {
    let at_hand = TicketAtHand {
        ticket: ticket(),
        place: "Waiting area B".into(),
        appointments: Vec::new(),
        given_before: true,
        print: Some(PrintOutcome::Printed),
        desk_knows: true,
        seen_by_staff: true,
        wait: Some((3, Wait::Minutes { from: 10, to: 20 })),
    };
    show(window, Step::Done, Content::Ticket(at_hand));
}

fn birthday() -> Content {
    Content::Date {
        month: None,
        day: String::new(),
        year: String::new(),
        part: DatePart::Month,
        trouble: None,
        day_first: false,
        try_again: None,
    }
}

/// Every property about a person that is not empty.
fn left(window: &KioskWindow) -> Vec<&'static str> {
    let face = window.global::<ui::Kiosk>();
    let texts: [(&str, SharedString); 18] = [
        ("day", face.get_day()),
        ("year", face.get_year()),
        ("digits", face.get_digits()),
        ("text-before", face.get_text_before()),
        ("text-after", face.get_text_after()),
        ("person", face.get_person()),
        ("first-name", face.get_first_name()),
        ("spoken-on-file", face.get_spoken_on_file()),
        ("example", face.get_example()),
        ("payer", face.get_payer()),
        ("member-id", face.get_member_id()),
        ("second-payer", face.get_second_payer()),
        ("second-member-id", face.get_second_member_id()),
        ("number", face.get_number()),
        ("place", face.get_place()),
        ("why-place", face.get_why_place()),
        ("why-address", face.get_why_address()),
        ("why-how-far", face.get_why_how_far()),
    ];
    let numbers = [
        ("line-position", face.get_line_position()),
        ("wait-from", face.get_wait_from()),
        ("wait-to", face.get_wait_to()),
        ("scan-day", face.get_scan_day()),
        ("scan-month", face.get_scan_month()),
        ("month", face.get_month()),
        ("tries-left", face.get_tries_left()),
        ("visits-open", face.get_visits_open()),
        ("card-ends-day", face.get_card_ends_day()),
        ("card-ends-month", face.get_card_ends_month()),
        ("card-ends-year", face.get_card_ends_year()),
        ("why-day", face.get_why_day()),
        ("why-month", face.get_why_month()),
        ("why-hour", face.get_why_hour()),
        ("why-minute", face.get_why_minute()),
    ];
    let answers = [
        ("try-again", face.get_try_again()),
        ("card-ended", face.get_card_ended()),
        ("was-here-before", face.get_was_here_before()),
        ("desk-knows", face.get_desk_knows()),
        ("seen-by-staff", face.get_seen_by_staff()),
        ("waits-longer", face.get_waits_longer()),
        ("scan-word", face.get_scan_word() != ui::ScanWord::None),
        ("date-part", face.get_date_part() != ui::DatePart::Month),
        ("date-trouble", face.get_date_trouble() != ui::DateTrouble::None),
        ("print-state", face.get_print_state() != ui::PrintState::None),
        ("why", face.get_why() != ui::Why::None),
        ("doubt", face.get_doubt() != ui::Doubt::None),
        ("digits-only", face.get_digits_only()),
        ("member-doubt", face.get_member_doubt() != ui::MemberDoubt::None),
        ("second-card", face.get_second_card()),
        ("pays-first", face.get_pays_first()),
        ("can-add-card", face.get_can_add_card()),
        ("can-change-payer", face.get_can_change_payer()),
        ("new-card", face.get_new_card() != ui::CardFace::default()),
        ("has-camera", face.get_has_camera()),
        ("photo-front", face.get_photo_front()),
        ("photo-back", face.get_photo_back()),
        ("has-shot", face.get_has_shot()),
        ("photo-doubt", face.get_photo_doubt() != ui::PhotoDoubt::None),
        ("camera-picture", face.get_camera_picture().size().width > 0),
        ("payers", face.get_payers().row_count() > 0),
        ("visits", face.get_visits().row_count() > 0),
        ("details", face.get_details().row_count() > 0),
        ("payers-listed", face.get_payers_listed()),
        ("spoken", face.get_spoken().row_count() > 0),
        ("any-new", face.get_any_new()),
        ("documents", face.get_documents().row_count() > 0),
    ];
    let named = texts.len() + numbers.len() + answers.len();
    assert_eq!(named, of_somebody().len(), "a property about a person is not looked at: {:?}", of_somebody());
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name);
    let numbers = numbers.into_iter().filter(|(_, number)| *number != 0).map(|(name, _)| name);
    texts.chain(numbers).chain(answers.into_iter().filter(|(_, answer)| *answer).map(|(name, _)| name)).collect()
}

/// The properties of the window's face that can hold something about a person, as the source lists them.
fn of_somebody() -> Vec<String> {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/kiosk.slint")).unwrap();
    let face = source.split("export global Kiosk {").nth(1).unwrap().split("export global").next().unwrap().to_owned();
    let names = face.lines().filter_map(|line| line.trim().strip_prefix("in property <")?.split_once("> "));
    let names = names.map(|(_, name)| name.split([';', ':']).next().unwrap().to_owned());
    names.filter(|name| !OF_NOBODY.contains(&name.as_str()) && !OF_THE_LANGUAGE.contains(&name.as_str())).collect()
}

#[test]
fn nothing_of_one_patient_is_left_when_the_next_page_appears() {
    let window = window();
    show_done(&window);
    assert_eq!(window.global::<ui::Kiosk>().get_number(), "A127");
    assert!(!left(&window).is_empty());
    show(&window, Step::Birthday, birthday());
    assert_eq!(left(&window), Vec::<&str>::new());
    // However the window was filled, and whatever it showed: the sample fills every property there is.
    for sample in PAGES {
        let Sample { page, name, .. } = sample;
        if page == Page::Birthday {
            continue;
        }
        let face = window.global::<ui::Kiosk>();
        super::sample::fill(&face, sample);
        face.set_page(page);
        assert!(left(&window).len() > 20, "{name} fills {:?}", left(&window));
        show(&window, Step::Birthday, birthday());
        assert_eq!(left(&window), Vec::<&str>::new(), "{name}");
    }
}

/// Whether a word looks like a ticket's number: A1, A 12, AB127.
fn is_like_a_number(text: &str) -> bool {
    let letters = text.chars().take_while(char::is_ascii_uppercase).count();
    let digits = text.chars().skip(letters).skip_while(|character| *character == ' ').collect::<String>();
    (1..=2).contains(&letters) && !digits.is_empty() && digits.chars().all(|character| character.is_ascii_digit())
}

fn texts(window: &KioskWindow) -> Vec<String> {
    // Some are drawn for the eye alone and have no label: their own text is looked at.
    let found = ElementQuery::from_root(window).match_inherits("Text").find_all();
    found
        .iter()
        .flat_map(|text| [text.accessible_label(), text.accessible_value()])
        .flatten()
        .map(|text| text.to_string())
        .collect()
}

#[test]
fn no_page_shows_a_number_that_is_not_that_persons() {
    for (text, is_like) in
        [("A1", true), ("A 12", true), ("AB127", true), ("A", false), ("12", false), ("OK", false), ("A12B", false)]
    {
        assert_eq!(is_like_a_number(text), is_like, "{text}");
    }
    // What is not on any page cannot be taken for theirs: neither in the source of the pages nor in a translation.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    for file in super::sentences::slint_files(&root.join("pages"))
        .into_iter()
        .chain(super::sentences::slint_files(&root.join("components")))
    {
        let source = fs::read_to_string(&file).unwrap();
        let shown = source.split('"').skip(1).step_by(2).find(|text| is_like_a_number(text));
        assert_eq!(shown, None, "{}", file.display());
    }
    for language in ["es", "ar"] {
        let words = super::sentences::catalogue(language);
        assert_eq!(words.values().flatten().find(|text| is_like_a_number(text)), None, "{language}");
    }
    let window = window();
    show_done(&window);
    show(&window, Step::CallAs, Content::CallAs("Ana".to_owned().into()));
    window.window().take_snapshot().unwrap();
    assert_eq!(texts(&window).iter().find(|text| is_like_a_number(text)), None);
    assert_eq!(window.global::<ui::Kiosk>().get_number(), "");
}
