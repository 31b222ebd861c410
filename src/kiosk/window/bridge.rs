//! Between the plain [`Screen`] and the window: values in, callbacks out, and no decision.
//!
//! Invariant: the window holds nothing about a person but what its page shows; another page begins with an empty one.

mod callbacks;

use std::rc::Rc;

use jiff::civil::DateTime;
use slint::{ComponentHandle as _, Model as _, ModelRc, SharedString, VecModel};

pub use self::callbacks::{connect, move_focus, prepare, speak};
use super::card_faces::{card_face, fill_card_text, fill_insurance};
use super::details;
use super::faces::{document_of, doubt_of, page_of, photo_doubt, scan_word, why_of};
use super::ui;
use super::ui::KioskWindow;
use crate::domain::appointment::Standing;
use crate::domain::insurance::Side;
use crate::domain::language::Language;
use crate::domain::queue::Wait;
use crate::domain::spoken;
use crate::domain::ticket::PrintOutcome;
use crate::flow::around::{Over, Said};
use crate::flow::entry::{DatePart, DateTrouble};
use crate::flow::found::{SiteFace, Visit};
use crate::flow::person::TicketAtHand;
use crate::flow::screen::{Content, Screen, day_month_year};
use crate::flow::step::{ScanWord, Step};
use crate::kiosk::program::{ClinicFace, Surroundings};

/// Whether a text runs from the right: its first letter says so. Digits run from the left in every language.
#[must_use]
pub fn runs_leftward(text: &str) -> bool {
    text.chars().find(|letter| letter.is_alphabetic()).is_some_and(|letter| {
        // Hebrew, Arabic and their neighbours, and their presentation forms.
        matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
    })
}

/// Shows a screen. Returns whether the page, or its language, is another one than before.
#[expect(clippy::must_use_candidate, reason = "it is called for what it shows")]
pub fn show(window: &KioskWindow, screen: &Screen, around: Surroundings, clinic: ClinicFace<'_>) -> bool {
    let face = window.global::<ui::Kiosk>();
    let page = if around.out_of_service && screen.step == Step::Welcome {
        ui::Page::OutOfService
    } else {
        page_of(screen.step)
    };
    let is_spoken = face.get_language() == screen.language.tag();
    let is_new = face.get_page() != page || !is_spoken;
    if !is_spoken {
        speak(window, screen.language);
    }
    show_clinic(&face, clinic, screen.language);
    face.set_service_text(clinic.closed.into());
    face.set_staff_message(clinic.message.into());
    face.set_desk_reached(around.desk_reached);
    face.set_scanner_ready(around.scanner_ready);
    face.set_printer_ready(around.printer_ready);
    face.set_asking_for_time(screen.over == Some(Over::MoreTime));
    face.set_asking_to_start_over(screen.over == Some(Over::StartOver));
    face.set_seconds_left(number(around.seconds_left));
    let (at, of) = screen.progress.unwrap_or((0, 0));
    face.set_progress_at(at.into());
    face.set_progress_of(of.into());
    face.set_can_go_back(screen.can_go_back);
    face.set_for_other(screen.for_other);
    face.set_walk_in(screen.walk_in);
    face.set_said(match screen.said {
        Said::Nothing => ui::Said::Nothing,
        Said::CodeRead => ui::Said::CodeRead,
        Said::NoAppointment => ui::Said::NoAppointment,
    });
    let theme = window.global::<ui::Theme>();
    theme.set_large_text(screen.look.large_text);
    theme.set_high_contrast(screen.look.high_contrast);
    if face.get_page() != page {
        forget(&face);
    }
    fill(&face, &screen.content, screen.language);
    // Last, so that the page finds everything in place when it appears.
    face.set_page(page);
    is_new
}

/// Another list, though equal, would make the buttons again, and take the focus and the finger off them.
pub(super) fn keep_or_set<T: Clone + PartialEq + 'static>(
    shown: &ModelRc<T>,
    now: Vec<T>,
    set: impl FnOnce(ModelRc<T>),
) {
    if !shown.iter().eq(now.iter().cloned()) {
        set(ModelRc::from(Rc::new(VecModel::from(now))));
    }
}

fn show_clinic(face: &ui::Kiosk<'_>, clinic: ClinicFace<'_>, language: Language) {
    face.set_clinic(clinic.name.into());
    face.set_date_style(clinic.dates.code().into());
    face.set_walk_in_offered(!clinic.walk_in.is_empty());
    let reasons: Vec<ui::WalkInReason> = clinic
        .walk_in
        .iter()
        .map(|category| ui::WalkInReason {
            code: category.code.as_str().into(),
            name: category.name.in_language(language).into(),
        })
        .collect();
    keep_or_set(&face.get_walk_in_reasons(), reasons, |reasons| face.set_walk_in_reasons(reasons));
    face.set_unwell_comes(clinic.unwell_comes.map_or("", |words| words.in_language(language)).into());
}

fn fill(face: &ui::Kiosk<'_>, content: &Content, language: Language) {
    match content {
        Content::Words => forget(face),
        Content::Find(word) => {
            face.set_scan_word(scan_word(*word));
            let (day, month, _) = match word {
                ScanWord::OtherDay(date) | ScanWord::Expired(date) => day_month_year(*date),
                _ => (0, 0, 0),
            };
            face.set_scan_day(day);
            face.set_scan_month(month);
        }
        Content::Date { month, day, year, part, trouble, day_first, try_again } => {
            face.set_day_first(*day_first);
            face.set_month(month.map_or(0, i32::from));
            face.set_day(day.into());
            face.set_year(year.into());
            face.set_date_part(match part {
                DatePart::Month => ui::DatePart::Month,
                DatePart::Day => ui::DatePart::Day,
                DatePart::Year => ui::DatePart::Year,
                DatePart::Complete => ui::DatePart::Complete,
            });
            face.set_date_trouble(match trouble {
                None => ui::DateTrouble::None,
                Some(DateTrouble::NoSuchDay) => ui::DateTrouble::NoSuchDay,
                Some(DateTrouble::NoSuchYear) => ui::DateTrouble::NoSuchYear,
                Some(DateTrouble::EndsTooSoon) => ui::DateTrouble::EndsTooSoon,
            });
            face.set_try_again(try_again.is_some());
            face.set_tries_left(try_again.map_or(0, i32::from));
        }
        Content::Name { before, after } => {
            face.set_text_before(before.as_str().into());
            face.set_text_after(after.as_str().into());
        }
        Content::Digits(digits) => face.set_digits(digits.as_str().into()),
        Content::Documents(documents) => {
            let documents: Vec<ui::Document> = documents.iter().map(|document| document_of(*document)).collect();
            face.set_documents(ModelRc::from(Rc::new(VecModel::from(documents))));
        }
        Content::Person(name) => face.set_person(name.as_str().into()),
        Content::Visits(visits, open) => {
            let rows: Vec<ui::VisitRow> = visits.iter().map(|visit| visit_row(visit, language)).collect();
            let waits_with = rows.iter().find(|row| *open == 0 && !row.ticket.is_empty()).map(|row| row.ticket.clone());
            face.set_number(waits_with.unwrap_or_default());
            face.set_visits(ModelRc::from(Rc::new(VecModel::from(rows))));
            face.set_visits_open(i32::try_from(*open).unwrap_or(i32::MAX));
        }
        Content::Details(lines) => fill_details(face, details::faces(lines), false),
        Content::Changes(lines, changes) => fill_details(face, details::faces(lines), !changes.is_empty()),
        Content::Languages(on_file) => {
            keep_or_set(&face.get_spoken(), details::spoken(), |spoken| face.set_spoken(spoken));
            face.set_spoken_on_file(details::spoken_name(spoken::named(on_file)).tag);
        }
        Content::NewDetail { before, after, doubt, example, is_digits } => {
            face.set_text_before(before.as_str().into());
            face.set_text_after(after.as_str().into());
            face.set_doubt(doubt.map_or(ui::Doubt::None, doubt_of));
            face.set_example(unbroken(example));
            face.set_digits_only(*is_digits);
        }
        Content::Insurance([first, second]) => fill_insurance(face, first.as_ref(), second.as_ref()),
        Content::CardText(text) => fill_card_text(face, text),
        Content::CardPhoto { shot, .. } => {
            face.set_has_shot(shot.is_some());
            face.set_photo_doubt(photo_doubt(shot.flatten()));
        }
        Content::CardReview { card, second, can_add, can_change_payer, photos } => {
            let photographed = |side: Side| photos.as_ref().is_some_and(|photos| photos.contains(&side));
            face.set_has_camera(photos.is_some());
            face.set_photo_front(photographed(Side::Front));
            face.set_photo_back(photographed(Side::Back));
            face.set_new_card(card_face(card));
            face.set_second_card(second.is_some());
            face.set_pays_first(*second == Some(true));
            face.set_can_add_card(*can_add);
            face.set_can_change_payer(*can_change_payer);
        }
        Content::CallAs(name) => face.set_first_name(name.as_str().into()),
        Content::Ticket(at_hand) => fill_ticket(face, at_hand),
        Content::Why { reason, place, when, site } => {
            let (address, how_far) = site_words(site.as_ref(), language);
            face.set_why_address(address);
            face.set_why_how_far(how_far);
            face.set_why(why_of(*reason));
            face.set_why_place(place.into());
            let (day, month, _) = when.map_or((0, 0, 0), |when| day_month_year(when.date()));
            let (hour, minute) = hour_minute(*when);
            face.set_why_day(day);
            face.set_why_month(month);
            face.set_why_hour(hour);
            face.set_why_minute(minute);
        }
    }
}

/// A number that breaks over two lines is hard to read, from right to left most of all.
pub(super) fn unbroken(example: &str) -> SharedString {
    example.replace(' ', "\u{a0}").into()
}

fn fill_details(face: &ui::Kiosk<'_>, details: Vec<ui::DetailFace>, any_new: bool) {
    face.set_any_new(any_new);
    keep_or_set(&face.get_details(), details, |details| face.set_details(details));
}

fn site_words(site: Option<&SiteFace>, language: Language) -> (SharedString, SharedString) {
    site.map_or_else(Default::default, |site| (site.address.as_str().into(), site.how_far.in_language(language).into()))
}

/// Takes everything about a person off the window. What [`show`] sets for every screen is not repeated here.
fn forget(face: &ui::Kiosk<'_>) {
    face.set_scan_word(ui::ScanWord::None);
    face.set_date_part(ui::DatePart::Month);
    face.set_date_trouble(ui::DateTrouble::None);
    face.set_print_state(ui::PrintState::None);
    face.set_why(ui::Why::None);
    face.set_doubt(ui::Doubt::None);
    face.set_visits(ModelRc::default());
    face.set_documents(ModelRc::default());
    face.set_details(ModelRc::default());
    face.set_spoken(ModelRc::default());
    face.set_member_doubt(ui::MemberDoubt::None);
    face.set_payers(ModelRc::default());
    face.set_new_card(ui::CardFace::default());
    face.set_camera_state(ui::CameraState::Starting);
    face.set_camera_picture(slint::Image::default());
    face.set_photo_doubt(ui::PhotoDoubt::None);
    for set in [
        ui::Kiosk::set_try_again,
        ui::Kiosk::set_card_ended,
        ui::Kiosk::set_second_card,
        ui::Kiosk::set_pays_first,
        ui::Kiosk::set_can_add_card,
        ui::Kiosk::set_can_change_payer,
        ui::Kiosk::set_has_camera,
        ui::Kiosk::set_photo_front,
        ui::Kiosk::set_photo_back,
        ui::Kiosk::set_has_shot,
        ui::Kiosk::set_was_here_before,
        ui::Kiosk::set_desk_knows,
        ui::Kiosk::set_seen_by_staff,
        ui::Kiosk::set_waits_longer,
        ui::Kiosk::set_digits_only,
        ui::Kiosk::set_payers_listed,
        ui::Kiosk::set_any_new,
    ] {
        set(face, false);
    }
    for set in [
        ui::Kiosk::set_scan_day,
        ui::Kiosk::set_scan_month,
        ui::Kiosk::set_month,
        ui::Kiosk::set_tries_left,
        ui::Kiosk::set_line_position,
        ui::Kiosk::set_wait_from,
        ui::Kiosk::set_wait_to,
        ui::Kiosk::set_visits_open,
        ui::Kiosk::set_card_ends_day,
        ui::Kiosk::set_card_ends_month,
        ui::Kiosk::set_card_ends_year,
        ui::Kiosk::set_why_day,
        ui::Kiosk::set_why_month,
        ui::Kiosk::set_why_hour,
        ui::Kiosk::set_why_minute,
    ] {
        set(face, 0);
    }
    for set in [
        ui::Kiosk::set_day,
        ui::Kiosk::set_year,
        ui::Kiosk::set_digits,
        ui::Kiosk::set_text_before,
        ui::Kiosk::set_text_after,
        ui::Kiosk::set_person,
        ui::Kiosk::set_first_name,
        ui::Kiosk::set_spoken_on_file,
        ui::Kiosk::set_example,
        ui::Kiosk::set_payer,
        ui::Kiosk::set_member_id,
        ui::Kiosk::set_second_payer,
        ui::Kiosk::set_second_member_id,
        ui::Kiosk::set_number,
        ui::Kiosk::set_place,
        ui::Kiosk::set_why_place,
        ui::Kiosk::set_why_address,
        ui::Kiosk::set_why_how_far,
    ] {
        set(face, SharedString::new());
    }
}

fn fill_ticket(face: &ui::Kiosk<'_>, at_hand: &TicketAtHand) {
    face.set_number(at_hand.ticket.number.to_string().into());
    face.set_place(at_hand.place.as_str().into());
    face.set_was_here_before(at_hand.given_before);
    face.set_desk_knows(at_hand.desk_knows);
    face.set_seen_by_staff(at_hand.seen_by_staff);
    let (position, wait) = at_hand.wait.map_or((0, None), |(position, wait)| (number(position), Some(wait)));
    face.set_line_position(position);
    let (from, to) = match wait {
        Some(Wait::Minutes { from, to }) => (number(from), number(to)),
        _ => (0, 0),
    };
    face.set_wait_from(from);
    face.set_wait_to(to);
    face.set_waits_longer(wait == Some(Wait::LongerThanUsual));
    face.set_print_state(match at_hand.print {
        None if at_hand.given_before => ui::PrintState::None,
        None => ui::PrintState::Waiting,
        Some(PrintOutcome::Printed) => ui::PrintState::Printed,
        Some(PrintOutcome::Failed(_)) => ui::PrintState::Failed,
        Some(PrintOutcome::Unknown) => ui::PrintState::Unknown,
    });
}

fn visit_row(visit: &Visit, language: Language) -> ui::VisitRow {
    let (site_address, how_far) = site_words(visit.site.as_ref(), language);
    let (hour, minute) = hour_minute(Some(visit.start));
    let (opens_hour, opens_minute) = hour_minute(visit.opens);
    let (day, month, _) = day_month_year(visit.start.date());
    let (standing, ticket) = match visit.standing {
        Standing::Open => (ui::Standing::Open, None),
        Standing::AlreadyCheckedIn(ticket) => (ui::Standing::AlreadyCheckedIn, Some(ticket)),
        Standing::TooEarly { .. } => (ui::Standing::TooEarly, None),
        Standing::TooLate => (ui::Standing::TooLate, None),
        Standing::OtherSite => (ui::Standing::OtherSite, None),
        Standing::Cancelled => (ui::Standing::Cancelled, None),
        Standing::OtherDay(_) => (ui::Standing::OtherDay, None),
        Standing::Over => (ui::Standing::Over, None),
    };
    ui::VisitRow {
        hour,
        minute,
        service: visit.service.as_str().into(),
        practitioner: visit.practitioner.as_str().into(),
        place: visit.place.as_str().into(),
        standing,
        opens_hour,
        opens_minute,
        day,
        month,
        ticket: ticket.map(|ticket| ticket.number.to_string()).unwrap_or_default().into(),
        site_address,
        how_far,
    }
}

fn hour_minute(when: Option<DateTime>) -> (i32, i32) {
    when.map_or((0, 0), |when| (i32::from(when.hour()), i32::from(when.minute())))
}

fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Everything that someone has typed and the window still holds.
#[must_use]
pub fn typed_text(window: &KioskWindow) -> String {
    let face = window.global::<ui::Kiosk>();
    format!(
        "{}{}{}{}{}",
        face.get_text_before(),
        face.get_text_after(),
        face.get_day(),
        face.get_year(),
        face.get_digits()
    )
}
