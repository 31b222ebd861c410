//! Long, realistic things to show on every page.

use std::rc::Rc;

use arrivals::domain::language::Language;
use arrivals::domain::spoken;
use arrivals::domain::texts::dates::PatientTime;
use arrivals::domain::when::DateStyle;
use arrivals::kiosk::window::details as kiosk_details;
use arrivals::kiosk::window::ui::{
    CameraState, CardFace, DatePart, DateTrouble, DetailFace, DetailKind, Document, Doubt, HeldBy, Interpreter, Kiosk,
    MemberDoubt, Page, PayerName, PhotoDoubt, PrintState, Said, ScanWord, ScannerSide, SpokenName, Standing, VisitRow,
    WalkInReason, Why,
};
use slint::{Image, Model, ModelRc, Rgb8Pixel, SharedPixelBuffer, VecModel};

pub const SIZES: [(u32, u32); 3] = [(1280, 800), (800, 480), (800, 1280)];
pub const LANGUAGES: [&str; Language::COUNT] = language_tags();

const fn language_tags() -> [&'static str; Language::COUNT] {
    let mut tags = [""; Language::COUNT];
    let mut at = 0;
    while at < tags.len() {
        tags[at] = Language::ALL[at].tag();
        at += 1;
    }
    tags
}

pub const LOOKS: [Look; 3] = [Look::Plain, Look::Large, Look::Contrast];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Plain,
    Large,
    Contrast,
}

/// A page, as somebody meets it.
#[derive(Clone, Copy)]
pub struct Sample {
    pub page: Page,
    pub name: &'static str,
    /// Nothing is different from the usual.
    pub is_usual: bool,
    /// What is different from the usual.
    pub but: fn(&Kiosk<'_>),
}

const fn usual(page: Page, name: &'static str) -> Sample {
    Sample { page, name, is_usual: true, but: |_| {} }
}

const fn but(page: Page, name: &'static str, but: fn(&Kiosk<'_>)) -> Sample {
    Sample { page, name, is_usual: false, but }
}

pub const PAGES: [Sample; 107] = [
    usual(Page::Welcome, "welcome"),
    but(Page::Welcome, "welcome-no-walk-in", |kiosk| kiosk.set_walk_in_offered(false)),
    usual(Page::Find, "find"),
    but(Page::Find, "find-no-scanner", |kiosk| kiosk.set_scanner_ready(false)),
    but(Page::Find, "find-no-walk-in", |kiosk| kiosk.set_walk_in_offered(false)),
    but(Page::Find, "find-for-other", |kiosk| kiosk.set_for_other(true)),
    but(Page::Find, "find-other-day", |kiosk| kiosk.set_scan_word(ScanWord::OtherDay)),
    but(Page::Find, "find-damaged", |kiosk| kiosk.set_scan_word(ScanWord::Damaged)),
    but(Page::Find, "find-asked-before", |kiosk| kiosk.set_scan_word(ScanWord::AskedBefore)),
    usual(Page::BirthDate, "birth-date"),
    but(Page::BirthDate, "birth-date-second-part", second_part),
    but(Page::BirthDate, "birth-date-no-such-day", no_such_day),
    but(Page::BirthDate, "birth-date-no-such-year", no_such_year),
    but(Page::BirthDate, "birth-date-walk-in", |kiosk| {
        kiosk.set_walk_in(true);
        kiosk.set_said(Said::NoAppointment);
        kiosk.set_try_again(false);
    }),
    but(Page::BirthDate, "birth-date-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::Birthday, "birthday"),
    but(Page::Birthday, "birthday-typed", |kiosk| {
        kiosk.set_month(9);
        kiosk.set_day("14".into());
        kiosk.set_date_part(DatePart::Complete);
    }),
    usual(Page::FamilyName, "family-name"),
    but(Page::FamilyName, "family-name-again", |kiosk| kiosk.set_try_again(true)),
    usual(Page::GivenName, "given-name"),
    usual(Page::CompanionName, "companion-name"),
    usual(Page::Phone, "phone"),
    but(Page::Phone, "phone-code-read", |kiosk| kiosk.set_said(Said::CodeRead)),
    usual(Page::WalkInReason, "walk-in-reason"),
    but(Page::WalkInReason, "walk-in-reason-many", |kiosk| kiosk.set_walk_in_reasons(reasons(9))),
    usual(Page::IsThisYou, "is-this-you"),
    but(Page::IsThisYou, "is-this-you-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::Visits, "visits"),
    but(Page::Visits, "visits-closed", visits_closed),
    but(Page::Visits, "visits-number", visits_number),
    usual(Page::Documents, "documents"),
    but(Page::Documents, "documents-one", |kiosk| kiosk.set_documents(model(vec![Document::Referral]))),
    usual(Page::Details, "details"),
    usual(Page::ChangeDetails, "change-details"),
    but(Page::ChangeDetails, "change-details-none-yet", |kiosk| {
        kiosk.set_details(model(details(false)));
        kiosk.set_any_new(false);
    }),
    usual(Page::NewPhone, "new-phone"),
    but(Page::NewPhone, "new-phone-doubted", |kiosk| kiosk.set_doubt(Doubt::TooShort)),
    usual(Page::NewEmail, "new-email"),
    but(Page::NewEmail, "new-email-doubted", |kiosk| kiosk.set_doubt(Doubt::NoEnding)),
    usual(Page::NewPostalCode, "new-postal-code"),
    but(Page::NewPostalCode, "new-postal-code-with-letters", |kiosk| {
        kiosk.set_digits_only(false);
        kiosk.set_doubt(Doubt::NoSuchPostalCode);
    }),
    usual(Page::NewStreet, "new-street"),
    but(Page::NewStreet, "new-street-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::NewCity, "new-city"),
    usual(Page::NewState, "new-state"),
    usual(Page::NewName, "new-name"),
    usual(Page::NewLanguage, "new-language"),
    but(Page::NewLanguage, "new-language-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::NewInterpreter, "new-interpreter"),
    but(Page::NewInterpreter, "new-interpreter-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::EmergencyName, "emergency-name"),
    but(Page::EmergencyName, "emergency-name-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::EmergencyPhone, "emergency-phone"),
    but(Page::EmergencyPhone, "emergency-phone-doubted", |kiosk| kiosk.set_doubt(Doubt::TooLong)),
    but(Page::NewState, "new-state-empty", |kiosk| {
        kiosk.set_text_before("".into());
        kiosk.set_text_after("".into());
    }),
    usual(Page::Insurance, "insurance"),
    but(Page::Insurance, "insurance-two-cards", |kiosk| {
        kiosk.set_card_ended(false);
        kiosk.set_second_payer(DATA[30].into());
        kiosk.set_second_member_id(DATA[6].into());
    }),
    but(Page::Insurance, "insurance-none", |kiosk| {
        kiosk.set_payer("".into());
        kiosk.set_member_id("".into());
    }),
    usual(Page::ChangeInsurance, "change-insurance"),
    but(Page::ChangeInsurance, "change-insurance-two-cards", |kiosk| kiosk.set_second_payer(DATA[30].into())),
    usual(Page::CardPayer, "card-payer"),
    but(Page::CardPayer, "card-payer-listed", |kiosk| kiosk.set_payers_listed(true)),
    but(Page::CardPayer, "card-payer-listed-many", |kiosk| {
        kiosk.set_payers_listed(true);
        let few: Vec<PayerName> = kiosk.get_payers().iter().collect();
        let many = (0..25)
            .map(|at| PayerName { code: "code".into(), name: format!("{} {at}", few[at % few.len()].name).into() });
        kiosk.set_payers(model(many.collect()));
    }),
    but(Page::CardPayer, "card-payer-one-found", |kiosk| kiosk.set_payers(payers(1))),
    but(Page::CardPayer, "card-payer-none-found", |kiosk| {
        kiosk.set_payers(payers(0));
        kiosk.set_second_card(true);
    }),
    usual(Page::CardNumber, "card-number"),
    but(Page::CardNumber, "card-number-doubted", |kiosk| kiosk.set_member_doubt(MemberDoubt::Letter)),
    usual(Page::CardHolder, "card-holder"),
    but(Page::CardHolder, "card-holder-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::CardHolderName, "card-holder-name"),
    usual(Page::CardHolderBirthDate, "card-holder-birth-date"),
    usual(Page::CardGroup, "card-group"),
    usual(Page::CardPlan, "card-plan"),
    usual(Page::CardStart, "card-start"),
    usual(Page::CardEnd, "card-end"),
    usual(Page::CardPhotoFront, "card-photo-front"),
    but(Page::CardPhotoFront, "card-photo-no-card", |kiosk| kiosk.set_photo_doubt(PhotoDoubt::NoCard)),
    but(Page::CardPhotoBack, "card-photo-camera-gone", |kiosk| kiosk.set_camera_state(CameraState::Gone)),
    usual(Page::CardPhotoBack, "card-photo-back"),
    but(Page::CardPhotoBack, "card-photo-taken", |kiosk| kiosk.set_has_shot(true)),
    but(Page::CardPhotoFront, "card-photo-taken-blurred", |kiosk| {
        kiosk.set_has_shot(true);
        kiosk.set_photo_doubt(PhotoDoubt::Blurred);
    }),
    usual(Page::CardReview, "card-review"),
    but(Page::CardReview, "card-review-no-camera", |kiosk| kiosk.set_has_camera(false)),
    but(Page::CardReview, "card-review-second", |kiosk| {
        kiosk.set_second_card(true);
        kiosk.set_can_add_card(false);
    }),
    usual(Page::CallAs, "call-as"),
    but(Page::CallAs, "call-as-for-other", |kiosk| kiosk.set_for_other(true)),
    usual(Page::Saving, "saving"),
    usual(Page::Printing, "printing"),
    usual(Page::Done, "done"),
    but(Page::Done, "done-for-other", |kiosk| kiosk.set_for_other(true)),
    but(Page::Done, "done-for-other-seen", |kiosk| {
        kiosk.set_for_other(true);
        kiosk.set_seen_by_staff(true);
    }),
    but(Page::Done, "done-next", |kiosk| {
        kiosk.set_line_position(1);
        kiosk.set_waits_longer(true);
    }),
    but(Page::Done, "done-for-other-next", |kiosk| {
        kiosk.set_for_other(true);
        kiosk.set_line_position(1);
        kiosk.set_wait_from(0);
    }),
    but(Page::Done, "done-wait-unknown", |kiosk| kiosk.set_line_position(0)),
    but(Page::Done, "done-walk-in", |kiosk| kiosk.set_walk_in(true)),
    but(Page::Done, "done-walk-in-no-place", |kiosk| {
        kiosk.set_walk_in(true);
        kiosk.set_for_other(true);
        kiosk.set_place("".into());
    }),
    usual(Page::Stopped, "stopped"),
    but(Page::Stopped, "stopped-other-site", |kiosk| kiosk.set_why(Why::OtherSite)),
    but(Page::Stopped, "stopped-too-late-for-other", |kiosk| {
        kiosk.set_for_other(true);
        kiosk.set_why(Why::TooLate);
    }),
    but(Page::Stopped, "stopped-no-list-for-other", |kiosk| {
        kiosk.set_for_other(true);
        kiosk.set_why(Why::NoList);
    }),
    usual(Page::Help, "help"),
    usual(Page::Unwell, "unwell"),
    usual(Page::UnwellTold, "unwell-told"),
    usual(Page::OutOfService, "out-of-service"),
    but(Page::OutOfService, "out-of-service-why", |kiosk| kiosk.set_service_text(DATA[39].into())),
    but(Page::Welcome, "welcome-message", |kiosk| kiosk.set_staff_message(DATA[38].into())),
    but(Page::Details, "details-message", |kiosk| kiosk.set_staff_message(DATA[40].into())),
];

/// The sample of this name.
pub fn named(name: &str) -> Sample {
    *PAGES.iter().find(|sample| sample.name == name).expect("a sample of this name")
}

fn second_part(kiosk: &Kiosk<'_>) {
    kiosk.set_try_again(false);
    if kiosk.get_day_first() {
        kiosk.set_day("14".into());
        kiosk.set_date_part(DatePart::Month);
    } else {
        kiosk.set_month(9);
        kiosk.set_date_part(DatePart::Day);
    }
}

fn no_such_day(kiosk: &Kiosk<'_>) {
    kiosk.set_month(2);
    kiosk.set_day("31".into());
    kiosk.set_date_part(DatePart::Year);
    kiosk.set_date_trouble(DateTrouble::NoSuchDay);
}

fn no_such_year(kiosk: &Kiosk<'_>) {
    kiosk.set_try_again(false);
    kiosk.set_month(2);
    kiosk.set_day("14".into());
    kiosk.set_year("2190".into());
    kiosk.set_date_part(DatePart::Complete);
    kiosk.set_date_trouble(DateTrouble::NoSuchYear);
}

fn visits_number(kiosk: &Kiosk<'_>) {
    let rows = [Standing::AlreadyCheckedIn, Standing::TooEarly];
    kiosk.set_visits(model(rows.map(|standing| visit(9, DATA[13], DATA[15], standing)).to_vec()));
    kiosk.set_visits_open(0);
}

fn visits_closed(kiosk: &Kiosk<'_>) {
    kiosk.set_number("".into());
    let rows = [Standing::TooLate, Standing::OtherSite, Standing::Cancelled, Standing::OtherDay, Standing::Over];
    kiosk.set_visits(model(rows.map(|standing| visit(9, DATA[13], DATA[15], standing)).to_vec()));
    kiosk.set_visits_open(0);
    kiosk.set_for_other(true);
}

fn reasons(count: usize) -> ModelRc<WalkInReason> {
    let names = [
        "A cough or a fever",
        "A wound or an injury",
        "A prescription",
        "A vaccination without an appointment",
        "Something else",
    ];
    model(
        (0..count)
            .map(|at| WalkInReason { code: format!("reason-{at}").into(), name: names[at % names.len()].into() })
            .collect(),
    )
}

/// What a camera sees: something grey.
fn seen() -> Image {
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(96, 54);
    buffer.make_mut_slice().fill(Rgb8Pixel { r: 128, g: 140, b: 132 });
    Image::from_rgb8(buffer)
}

fn payers(count: usize) -> ModelRc<PayerName> {
    let names = [DATA[9], DATA[34], DATA[30], DATA[33]];
    model(names.iter().take(count).map(|name| PayerName { code: "code".into(), name: (*name).into() }).collect())
}

fn model<T: Clone + 'static>(rows: Vec<T>) -> ModelRc<T> {
    ModelRc::from(Rc::new(VecModel::from(rows)))
}

const DATA: [&str; 41] = [
    "Northside Family Health Center",
    "English",
    "Español",
    "العربية",
    "Maximiliana-Guadalupe V.",
    "Maximiliana-Guadalupe",
    "••• 4821",
    "m•••@example.org",
    "••• Westminster Ave, Springfield",
    "Blue Meadow Community Health Plan",
    "••• MK73",
    "AB127",
    "Waiting area B, second floor, follow the yellow line",
    "Cardiology follow-up",
    "Laboratory",
    "Dr. Alejandra Hernández-Montoya",
    "Nurse Okonkwo",
    "A 12",
    "Smith",
    "Delete",
    "Riverside annex, 40 Mill Street, Springfield",
    "About ten minutes on foot",
    "A nurse is coming to you.",
    "A cough or a fever",
    "A wound or an injury",
    "A prescription",
    "A vaccination without an appointment",
    "Something else",
    "(201) 555-0123",
    ".com",
    "Second Harbor Mutual",
    "1EG4-TE5-MK73",
    "Silver Choice",
    "Riverside Health Cooperative",
    "Blue Cross Blue Shield",
    "Bartholomew •••, ••• 8142",
    "Bartholomew Featherstone, (201) 555-0142",
    "Hindi",
    "Please come to desk 2: we have found your letter.",
    "The printer is being repaired until noon.",
    "Please do not leave yet: one of your papers is missing. A colleague comes to you with it in a few minutes. \
     Take a seat beside the kiosk if you like, and we will find you there. Thank you for waiting.",
];

pub fn is_data(text: &str) -> bool {
    spoken::ALL.iter().any(|language| text.starts_with(language.own))
        || DATA.iter().any(|data| text == *data || text.contains(data))
        || text.chars().count() < 4
}

fn named_in(own: &str, tag: &str) -> SpokenName {
    SpokenName { tag: tag.into(), own: own.into() }
}

/// All that can be on file of how to reach and to speak with somebody, and what they say is different.
fn details(has_new: bool) -> Vec<DetailFace> {
    let face = |kind, on_file: &str, now: &str| DetailFace {
        kind,
        on_file: on_file.into(),
        now: if has_new { now.into() } else { "".into() },
        ..DetailFace::default()
    };
    vec![
        face(DetailKind::Phone, DATA[6], DATA[28]),
        face(DetailKind::Email, DATA[7], ""),
        face(DetailKind::Address, DATA[8], DATA[20]),
        face(DetailKind::Emergency, DATA[35], DATA[36]),
        face(DetailKind::Name, DATA[5], ""),
        DetailFace {
            kind: DetailKind::Language,
            language_on_file: named_in("Français", "fr"),
            language_now: if has_new { named_in("", "zh") } else { SpokenName::default() },
            interpreter_on_file: Interpreter::Needed,
            ..DetailFace::default()
        },
    ]
}

fn visit(hour: i32, service: &str, practitioner: &str, standing: Standing) -> VisitRow {
    VisitRow {
        hour,
        minute: 15,
        service: service.into(),
        practitioner: practitioner.into(),
        place: DATA[12].into(),
        standing,
        opens_hour: 14,
        opens_minute: 30,
        day: 3,
        month: 12,
        ticket: "AB127".into(),
        site_address: DATA[20].into(),
        how_far: DATA[21].into(),
    }
}

/// Fills in the usual, then what is different in this sample.
pub fn fill(kiosk: &Kiosk<'_>, sample: Sample) {
    let page = sample.page;
    kiosk.set_clinic(DATA[0].into());
    let step = match page {
        Page::Find
        | Page::BirthDate
        | Page::FamilyName
        | Page::GivenName
        | Page::CompanionName
        | Page::Phone
        | Page::WalkInReason
        | Page::Birthday => 1,
        Page::IsThisYou => 2,
        Page::Visits | Page::Documents => 3,
        Page::Details
        | Page::ChangeDetails
        | Page::NewPhone
        | Page::NewEmail
        | Page::NewPostalCode
        | Page::NewStreet
        | Page::NewCity
        | Page::NewState => 4,
        Page::Insurance
        | Page::ChangeInsurance
        | Page::CardPayer
        | Page::CardNumber
        | Page::CardHolder
        | Page::CardHolderName
        | Page::CardHolderBirthDate
        | Page::CardGroup
        | Page::CardPlan
        | Page::CardStart
        | Page::CardEnd
        | Page::CardPhotoFront
        | Page::CardPhotoBack
        | Page::CardReview => 5,
        Page::CallAs => 6,
        _ => 0,
    };
    kiosk.set_progress_at(step);
    kiosk.set_progress_of(if step > 0 { 6 } else { 0 });
    kiosk.set_can_go_back(step > 0);
    kiosk.set_scanner_ready(true);
    kiosk.set_walk_in_offered(true);
    kiosk.set_walk_in_reasons(reasons(5));
    kiosk.set_for_other(false);
    kiosk.set_walk_in(false);
    kiosk.set_said(if page == Page::Birthday { Said::CodeRead } else { Said::Nothing });
    kiosk.set_scan_word(ScanWord::None);
    kiosk.set_scan_day(3);
    kiosk.set_scan_month(12);
    kiosk.set_documents(model(vec![Document::Referral, Document::PhotoIdentity, Document::Guardian]));
    kiosk.set_digits("48".into());
    kiosk.set_unwell_comes(DATA[22].into());
    let language = Language::from_tag(&kiosk.get_language()).unwrap();
    kiosk.set_date_style("12h mdy".into());
    kiosk.set_day_first(PatientTime::new(language, DateStyle::default()).says_day_first());
    kiosk.set_month(0);
    kiosk.set_day("".into());
    kiosk.set_year("".into());
    kiosk.set_date_part(if kiosk.get_day_first() { DatePart::Day } else { DatePart::Month });
    kiosk.set_date_trouble(DateTrouble::None);
    kiosk.set_try_again(page == Page::BirthDate);
    kiosk.set_tries_left(2);
    kiosk.set_text_before("SMI".into());
    kiosk.set_text_after("TH".into());
    kiosk.set_person(DATA[4].into());
    kiosk.set_first_name(DATA[5].into());
    let visits = vec![
        visit(15, DATA[13], DATA[15], Standing::Open),
        visit(9, DATA[14], DATA[16], Standing::AlreadyCheckedIn),
        visit(17, DATA[14], "", Standing::TooEarly),
    ];
    kiosk.set_visits(model(visits));
    kiosk.set_visits_open(1);
    let mut shown = details(page == Page::ChangeDetails);
    shown.retain(|face| page == Page::ChangeDetails || face.kind != DetailKind::Name);
    kiosk.set_details(model(shown));
    kiosk.set_any_new(page == Page::ChangeDetails);
    kiosk.set_spoken(model(kiosk_details::spoken()));
    kiosk.set_spoken_on_file("es".into());
    kiosk.set_doubt(Doubt::None);
    kiosk.set_example(DATA[28].into());
    kiosk.set_digits_only(true);
    kiosk.set_payer(DATA[9].into());
    kiosk.set_member_id(DATA[10].into());
    kiosk.set_card_ends_day(31);
    kiosk.set_card_ends_month(10);
    kiosk.set_card_ends_year(2026);
    kiosk.set_card_ended(true);
    kiosk.set_second_payer("".into());
    kiosk.set_second_member_id("".into());
    kiosk.set_member_doubt(MemberDoubt::None);
    kiosk.set_payers(payers(4));
    kiosk.set_payers_listed(false);
    kiosk.set_scanner_side(ScannerSide::Below);
    kiosk.set_second_card(false);
    kiosk.set_pays_first(false);
    kiosk.set_can_add_card(true);
    kiosk.set_can_change_payer(true);
    kiosk.set_has_camera(true);
    kiosk.set_photo_front(true);
    kiosk.set_photo_back(true);
    kiosk.set_has_shot(false);
    kiosk.set_photo_doubt(PhotoDoubt::None);
    kiosk.set_camera_state(CameraState::Live);
    kiosk.set_camera_picture(seen());
    kiosk.set_frame_x(0.15);
    kiosk.set_frame_y(0.1);
    kiosk.set_frame_width(0.7);
    kiosk.set_frame_height(0.8);
    kiosk.set_new_card(CardFace {
        payer: DATA[9].into(),
        number: DATA[31].into(),
        group: "".into(),
        plan: DATA[32].into(),
        held_by: HeldBy::Spouse,
        holder: DATA[5].into(),
        end_day: 31,
        end_month: 12,
        end_year: 2026,
        ..CardFace::default()
    });
    kiosk.set_number(if page == Page::CallAs { "" } else { DATA[11] }.into());
    kiosk.set_place(DATA[12].into());
    kiosk.set_line_position(if page == Page::Done { 3 } else { 0 });
    kiosk.set_wait_from(15);
    kiosk.set_wait_to(35);
    kiosk.set_waits_longer(false);
    kiosk.set_service_text("".into());
    kiosk.set_staff_message("".into());
    kiosk.set_print_state(PrintState::Failed);
    kiosk.set_desk_knows(false);
    kiosk.set_seen_by_staff(false);
    kiosk.set_why(Why::TooEarly);
    kiosk.set_why_hour(14);
    kiosk.set_why_minute(30);
    kiosk.set_why_day(3);
    kiosk.set_why_month(12);
    kiosk.set_why_place(DATA[12].into());
    kiosk.set_why_address(DATA[20].into());
    kiosk.set_why_how_far(DATA[21].into());
    (sample.but)(kiosk);
}
