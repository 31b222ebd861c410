//! The rows of the list: a visit, a request without an appointment, someone at a kiosk no one knows.
//!
//! Invariants: what a patient only said is marked as said; the button that is wanted next is the one that stands out.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::changes::count_words;
use super::coverage::{coverage_pill, pill};
use super::drawn::{is_on_this, row_id, stop_id, time_passed, time_since, token};
use super::history::when;
use super::icons::{icon, reason_icon, state_icon};
use super::list::{Day, Entry, open_reasons};
use super::queue::{Step, standing, undo_word};
use crate::desk::base::address::in_address;
use crate::desk::base::dates;
use crate::desk::service::changes::BY_PAYER;
use crate::domain::document::Document;
use crate::domain::ids::KioskId;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, Ticket};
use crate::domain::visit::{BY_PHONE, ReasonRow, Stop, VisitRow};

/// A row of whatever kind.
pub fn entry_row(day: &Day, entry: &Entry) -> Markup {
    match entry {
        Entry::Visit(row) => visit_row(day, row, entry.is_urgent()),
        Entry::Stop(stop) => stop_row(day, stop, entry.is_urgent()),
    }
}

/// Who comes, as the booking system has it or as someone typed it; none if no one said.
pub fn name_of(row: &VisitRow) -> Option<String> {
    match (&row.appointment, &row.walk_in) {
        (Some(a), _) => Some(a.person.name_for_staff().as_str().to_owned()),
        (None, Some(asks)) => Some(format!("{} {}", asks.given_name.as_str(), asks.family_name.as_str())),
        (None, None) => None,
    }
}

/// The name by which they want to be called.
pub fn call_name(row: &VisitRow) -> &str {
    match (&row.appointment, &row.walk_in) {
        (Some(a), _) if !a.person.preferred_name.is_blank() => a.person.preferred_name.as_str(),
        (Some(a), _) => a.person.given_name.as_str(),
        (None, Some(asks)) => asks.given_name.as_str(),
        (None, None) => "first name",
    }
}

/// A visit, or a request without an appointment.
pub fn visit_row(day: &Day, row: &VisitRow, urgent: bool) -> Markup {
    let id = row.id.as_str();
    let known = name_of(row);
    let name = known.clone().unwrap_or_else(|| "Visit not on the list".to_owned());
    let ticket = row.ticket.map(|ticket| ticket.number.to_string());
    let language = row.language.or_else(|| row.reasons.iter().find_map(|reason| reason.language));
    let since = open_reasons(row).map(|r| r.at).min().or(match row.state {
        VisitState::Called => row.called.as_ref().map(|(at, _)| *at),
        VisitState::Held => row.in_line.held,
        VisitState::WithClinician => row.in_line.started,
        VisitState::Arrived | VisitState::Asks => row.arrived_at,
        _ => None,
    });
    let (find, find_ticket) = (find_text(day, row), find_ticket(row));
    html! {
        li.row.urgent[urgent].(row.state.code()) id=(row_id(row)) data-find=(find) data-ticket=(find_ticket)
            tabindex="-1" {
            div.number {
                @match &ticket {
                    Some(number) => { span.hidden { "Ticket " } b { (number) } },
                    None => { span.none aria-hidden="true" { "–" } }
                }
            }
            div.person {
                p.name { a id={ "open-" (id) } href={ "/visit?appointment=" (in_address(id)) } { (name) } }
                @for user in day.on_it(row).filter(|_| !day.is_panel) { (is_on_this(user)) }
                p.facts {
                    span.state.(row.state.code()) { (state_icon(row.state)) (state_word(row)) }
                    @if let Some(date) = day.left_from(row) { (left_badge(day, date)) }
                    @if let Some(since) = day.late_since(row) { (late_badge(since)) }
                    @if row.ticket.is_some() {
                        @match row.call_as {
                            CallAs::FirstName => span { "Call by: " b { (call_name(row)) } },
                            CallAs::Number => span { "Call by: ticket" },
                        }
                    }
                    @if let Some(language) = language.filter(|l| *l != Language::English) {
                        span.language { (icon("speech")) (language_name(language)) }
                    }
                    @if known.is_none() { span { "Appointment " (id) } }
                    @if day.has_note(row) { span.note-flag { (icon("pencil")) "Note" } }
                }
                @if let Some(companion) = row.companion.as_ref().filter(|name| !name.is_blank()) {
                    p.quiet.said { (icon("person")) span { "With: " (companion.as_str()) " (reported at the kiosk)" } }
                }
            }
            div.visit { (what_for(day, row)) (standing(day, row)) }
            div.why { (whys(day, row, known.is_some())) (review(day, row, &name)) }
            div.since {
                @if let Some(at) = since { (time_since(at)) }
                @let stopped_at = || row.reasons.iter().map(|r| &r.kiosk).find(|kiosk| is_kiosk(kiosk));
                @if let Some(kiosk) = row.kiosk.as_ref().or_else(stopped_at) {
                    p.quiet { "Kiosk " (kiosk) }
                }
                @else if row.ticket.is_some() { p.quiet { "At the desk" } }
            }
            div.do { (visit_buttons(day, row, &name)) }
        }
    }
}

/// Whether someone is who is searched for: each word, in small letters, is somewhere in what they are found by, or
/// begins their ticket's number. `B1` is not in the middle of `AB1`.
pub fn is_found(day: &Day, row: &VisitRow, words: &[String]) -> bool {
    let (find, ticket) = (find_text(day, row), find_ticket(row));
    words.iter().all(|word| find.contains(word.as_str()) || ticket.split(' ').any(|its| its.starts_with(word.as_str())))
}

/// A ticket's number as it is typed: with its letters, and without.
fn find_ticket(row: &VisitRow) -> String {
    row.ticket.map(|Ticket { number, .. }| format!("{number} {}", number.count()).to_lowercase()).unwrap_or_default()
}

/// Everything else by which someone of the day is found, in small letters.
fn find_text(day: &Day, row: &VisitRow) -> String {
    let service = match (&row.appointment, &row.walk_in) {
        (Some(a), _) => a.service.clone(),
        (None, Some(asks)) => format!("walk-in {}", day.category_name(&asks.category)),
        (None, None) => String::new(),
    };
    format!("{} {service} {}", name_of(row).unwrap_or_default(), numbers(day, row)).to_lowercase()
}

/// By what someone is found beside the name: the patient's number, and the birth date in each way of writing it.
fn numbers(day: &Day, row: &VisitRow) -> String {
    let ways = |born: BirthDate| dates::ways(born.0, day.settings.country == "US");
    match (&row.appointment, &row.walk_in) {
        (Some(a), _) => {
            format!("{} {} {}", a.person.id, a.person.number(), a.person.birth_date.day().map(ways).unwrap_or_default())
        }
        (None, Some(asks)) => ways(asks.birth_date),
        (None, None) => row.id.to_string(),
    }
}

pub fn state_word(row: &VisitRow) -> &'static str {
    match row.state {
        VisitState::Done if row.walk_in.is_some() && row.accepted.is_none() => "Declined",
        state => state.word(),
    }
}

/// When, what for, with which provider, where.
fn what_for(day: &Day, row: &VisitRow) -> Markup {
    match (&row.appointment, &row.walk_in) {
        (Some(a), _) => html! {
            p { time.at datetime=(a.start) { (clock_time(a.start, &day.zone)) } " " b { (a.service) } }
            p.quiet { (a.practitioner) @if !a.practitioner.is_empty() && !a.place.is_empty() { " · " } (a.place) }
            @if a.person.birth_date.real().day().is_none() {
                p.by { (icon("alert")) span { "Date of birth unknown: check in at the desk" } }
            }
        },
        (None, Some(asks)) => html! {
            p { span.at { "Walk-in" } " " b { (day.category_name(&asks.category)) } }
            p.quiet {
                "DOB " time datetime=(asks.birth_date.0) { (asks.birth_date.0.strftime("%-d %b %Y")) }
                " (self-reported, not verified)"
                @let place = day.category_place(&asks.category);
                @if !place.is_empty() { " · " (place) }
            }
        },
        (None, None) => html! {},
    }
}

/// Why someone is or was needed, and what else staff should know before they act.
fn whys(day: &Day, row: &VisitRow, has_name: bool) -> Markup {
    let ticket = row.ticket.map(|ticket| ticket.number.to_string()).unwrap_or_default();
    let is_off = row.appointment.as_ref().is_some_and(|a| a.status.is_called_off());
    html! {
        @for reason in &row.reasons { (reason_line(day, reason, Some(row))) }
        @if let Some(documents) = row.documents.as_ref().filter(|documents| documents.brought) {
            p.by { (icon("card")) span { "Brought: " (listed(&documents.needed)) " (reported at the kiosk)" } }
        }
        @if let Some(words) = day.interpreter_of(row) { p.by.interpreter { (icon("speech")) span { (words) } } }
        (coverage_pill(day, row))
        @for words in day.insurance_of(row) { p.by.insurance { (icon("card")) span { (words) } } }
        @for like in day.alike(row) { p.reason { (icon("question")) span { "Same name and date of birth: " (like) } } }
        @if let Some(off) = &row.called_off {
            p.reason.old {
                (icon("cross"))
                span { "Canceled by " (off.user) ", " (when(off.at, day)) @if !off.why.is_empty() { ": " (off.why) } }
            }
        } @else if is_off { p.reason.old { (icon("cross")) "Canceled in scheduling system" } }
        @if row.is_contradicted {
            p.reason {
                (icon("alert"))
                a href={ "/appointments/one?appointment=" (in_address(row.id.as_str())) } {
                    "Different in scheduling system" span.hidden { ": " (name_of(row).unwrap_or_default()) }
                }
            }
        }
        @if !row.duplicates.is_empty() {
            p.reason.old {
                (icon("ticket")) "Also has tickets "
                @for (i, t) in row.duplicates.iter().enumerate() { @if i > 0 { ", " } (t.number) } "; " (ticket)
                " counts"
            }
        }
        @if !has_name && row.ticket.is_some() {
            p.reason { (icon("question")) "Look up this visit in the scheduling system" }
        }
        @if let Some((_, user)) = &row.accepted { p.by { (icon("check")) "Accepted by " (user) } }
        @else if let Some((_, user)) = row.seen.as_ref().filter(|_| row.state != VisitState::Done) {
            p.by { (icon("check")) "Acknowledged by " (user) }
        }
        @if let Some(print) = row.print.as_deref().filter(|print| *print == "unknown") {
            p.by title=(print) { (icon("printer")) "Printing not confirmed" }
        }
    }
}

/// By how much a patient is late; the page's script keeps it right.
pub fn late_badge(since: Timestamp) -> Markup {
    html! { span.state.late { (icon("clock")) span { "Late " (time_passed(since)) } } }
}

/// That someone is on the list from another day, and from which. A date that is still to come is that of a clock that
/// was wrong.
fn left_badge(day: &Day, date: Date) -> Markup {
    html! {
        span.state.left {
            (icon("clock"))
            time datetime=(date) {
                @if date > day.date {
                    (date.strftime("Dated %b %-d, %Y"))
                } @else {
                    "Since " (since_words(date, day.date))
                }
            }
        }
    }
}

/// "yesterday", or which day.
pub fn since_words(date: Date, today: Date) -> String {
    match today.yesterday() {
        Ok(yesterday) if yesterday == date => "yesterday".to_owned(),
        _ => date.strftime("%a, %b %-d").to_string(),
    }
}

/// Whether a reason came from a kiosk: others come from a phone or from what a payer answered.
fn is_kiosk(kiosk: &KioskId) -> bool {
    ![BY_PHONE, BY_PAYER].contains(&kiosk.as_str())
}

/// The way to what this person says is different.
fn review(day: &Day, row: &VisitRow, name: &str) -> Markup {
    let count = day.changes_of(row);
    html! {
        @if count > 0 {
            p { a.review id={ "changes-" (row.id) } href={ "/changes?appointment=" (in_address(row.id.as_str())) } {
                (icon("pencil")) span { (count_words(count)) " to review" span.hidden { ": " (name) } }
            } }
        }
    }
}

pub fn listed(documents: &[Document]) -> String {
    documents.iter().map(|document| document.for_staff()).collect::<Vec<_>>().join(", ")
}

fn visit_buttons(day: &Day, row: &VisitRow, name: &str) -> Markup {
    use VisitState as S;
    let here = row.ticket.is_some() || row.arrived_at.is_some();
    let asks = row.state == S::Asks;
    // What is decided by accepting or declining is not resolved by having noticed it.
    let open = open_reasons(row).any(|reason| !(asks && reason.reason == Reason::WalkIn));
    let unseen = here && row.seen.is_none() && matches!(row.state, S::Asks | S::Arrived | S::Called);
    let undo = match (row.state, &row.in_line.step) {
        (_, Some((_, step))) => Some(undo_word(step)),
        (S::Done, None) if row.done.is_some() => {
            Some(if state_word(row) == "Declined" { "Undo decline" } else { "Undo complete" })
        }
        (S::Called, None) => Some("Undo call"),
        (S::Arrived, None) if row.accepted.is_some() => Some("Undo"),
        _ if row.seen.is_some() => Some("Undo acknowledge"),
        _ => None,
    };
    let step = Step { row, name };
    let is_elsewhere = day.queues.place_of(&row.id).is_some_and(|(_, one)| one.elsewhere.is_some());
    let strong = |wanted: bool| if wanted { "primary" } else { "" };
    html! {
        @if open || unseen { (step.button("seen", if here { "Acknowledge" } else { "Resolve" }, strong(open))) }
        @if asks { (step.button("accept", "Accept", strong(!open))) (step.button("decline", "Decline", "")) }
        @if here && row.state == S::Arrived {
            @if !is_elsewhere { (step.button("call", "Call", strong(!open))) }
            (step.button("done", "Complete visit", ""))
        }
        (step.of_state(day, !open))
        @if let Some(word) = undo { (step.button("undo", word, "plain")) }
        @let undo = row.called_off.as_ref().and_then(|off| off.undo);
        @if let Some((revision, _)) = undo.filter(|(_, until)| day.now <= *until) {
            (step.undo_call_off(revision))
        }
        @if here && matches!(row.state, S::Arrived | S::Held | S::Called | S::WithClinician) { (step.more(day)) }
        @if !day.is_panel && can_check_in(day, row) {
            // Whether a late patient can be seen is asked on their page, beside what matters for it.
            @if day.late_since(row).is_some() {
                a.button id={ "check-in-" (row.id) } data-step="check-in"
                    href={ "/visit?appointment=" (in_address(row.id.as_str())) "#check-in" }
                    aria-label={ "Check in: " (name) " (late, asks first)" } { "Check in" }
            } @else { (step.button("check-in", "Check in", "")) }
        }
        @if matches!(row.state, S::WithClinician | S::Done) && row.appointment.is_some() {
            a.button.plain id={ "follow-up-" (row.id) }
                href={ "/appointments/book?appointment=" (in_address(row.id.as_str())) } {
                "Book follow-up" span.hidden { ": " (name) }
            }
        }
        @if row.state == S::Expected && row.appointment.is_some() {
            form method="get" action="/letter" target="_blank" {
                input type="hidden" name="appointment" value=(row.id);
                button.button.plain type="submit" id={ "letter-" (row.id) }
                    aria-label={ "Letter as PDF, in a new tab: " (name) } { "Letter" }
            }
        }
    }
}

/// Whether staff can check someone in for this visit by hand, also who was given up.
pub fn can_check_in(day: &Day, row: &VisitRow) -> bool {
    let stands = row.appointment.as_ref().is_some_and(|appointment| !appointment.status.is_called_off());
    let is_out = matches!(row.state, VisitState::Expected | VisitState::NoShow | VisitState::Cancelled);
    stands && is_out && row.ticket.is_none() && day.is_of_today(row)
}

fn stop_row(day: &Day, stop: &Stop, urgent: bool) -> Markup {
    let reason = &stop.latest;
    let taken = reason.taken.is_some();
    let (action, word) = if taken { ("undo", "Undo") } else { ("seen", "Resolve") };
    let key = format!("{}-{}", reason.kiosk, reason.seq);
    let find = format!("someone kiosk {} {}", reason.kiosk, day.place_of(&reason.kiosk)).to_lowercase();
    html! {
        li.row.stop.urgent[urgent] id=(stop_id(stop)) data-find=(find) tabindex="-1" {
            div.number { span.somebody aria-hidden="true" { (icon("person")) } }
            div.person {
                p.name { "Someone at kiosk " (reason.kiosk) }
                p.facts {
                    span { "Name unknown" }
                    @if !names_place(reason.reason) && !day.place_of(&reason.kiosk).is_empty() {
                        span { (day.place_of(&reason.kiosk)) }
                    }
                    @let date = day.clinic.of(reason.at);
                    @if date != day.date { (left_badge(day, date)) }
                    @if stop.times > 1 { span { (stop.times) " times" } }
                    @if let Some(language) = reason.language.filter(|l| *l != Language::English) {
                        span.language { (icon("speech")) (language_name(language)) }
                    }
                }
            }
            div.why { (reason_line(day, reason, None)) }
            div.since { (time_since(reason.at)) }
            div.do {
                form method="post" action={ "/stop/" (action) } data-live {
                    (token())
                    input type="hidden" name="kiosk" value=(reason.kiosk);
                    input type="hidden" name="seq" value=(reason.seq);
                    button.button.primary[!taken].plain[taken] type="submit" id={ (action) "-stop-" (key) }
                        aria-label={ (word) ": someone at kiosk " (reason.kiosk) } { (word) }
                }
            }
        }
    }
}

/// Whether staff have to go to the kiosk for it: then the line says where that is.
fn names_place(reason: Reason) -> bool {
    matches!(reason, Reason::FeelsUnwell | Reason::AskedForHelp | Reason::Guessing | Reason::CodeForged)
}

fn where_is(day: &Day, kiosk: &KioskId) -> String {
    match day.place_of(kiosk) {
        "" => format!("kiosk {kiosk}"),
        place => format!("{place} (kiosk {kiosk})"),
    }
}

fn reason_line(day: &Day, reason: &ReasonRow, row: Option<&VisitRow>) -> Markup {
    let documents = row.and_then(|row| row.documents.as_ref());
    let words = match (reason.reason, documents.map(|documents| documents.needed.as_slice())) {
        (Reason::Cancelled, _) if row.is_some_and(|row| row.ticket.is_some()) => {
            "Arrived for a canceled visit: decide whether they can be seen".to_owned()
        }
        (Reason::DocumentMissing, Some([one])) => format!("Missing: {}", one.for_staff()),
        (Reason::DocumentMissing, Some(several)) if !several.is_empty() => {
            format!("Missing at least one of: {}", listed(several))
        }
        (Reason::AskedForHelp, _) if reason.kiosk.as_str() == BY_PHONE => "Asked for help by phone".to_owned(),
        (one, _) if one.is_coverage() => {
            row.map_or_else(|| one.for_staff().to_owned(), |row| day.coverage_words(row, one))
        }
        (one, _) if names_place(one) => format!("{} — {}", one.for_staff(), where_is(day, &reason.kiosk)),
        (one, _) => one.for_staff().to_owned(),
    };
    match &reason.taken {
        Some((_, user)) => {
            html! { p.reason.old { (icon("check")) span { (words) span.quiet { " · resolved by " (user) } } } }
        }
        None if reason.reason.is_coverage() => pill("bad", "alert", &words),
        None => {
            html! { p.reason.now[reason.reason.is_urgent()] { (icon(reason_icon(reason.reason))) span { (words) } } }
        }
    }
}

/// Codes that kiosks did not take today: no one waits for help because of them, but many of one kind mean something.
pub fn refused_codes(day: &Day) -> Markup {
    html! {
        @if !day.known.refused_codes.is_empty() {
            h3 #h-codes { "Codes not accepted today" }
            ul.codes aria-labelledby="h-codes" {
                @for codes in &day.known.refused_codes {
                    li.quiet {
                        "Kiosk " (codes.kiosk) ": " (codes.reason.for_staff()) ", " (times_words(codes.times))
                        ", last at "
                        time datetime=(codes.at) { (clock_time(codes.at, &day.zone)) }
                    }
                }
            }
        }
    }
}

fn times_words(times: u32) -> String {
    match times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{times} times"),
    }
}

/// A time of day in the clinic's zone.
pub fn clock_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-I:%M %p").to_string()
}

pub fn language_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Spanish => "Spanish",
        Language::Arabic => "Arabic",
    }
}
