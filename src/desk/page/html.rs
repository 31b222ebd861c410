//! The page as HTML. Everything that people or files gave is escaped by the templates.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::session::SignedIn;
use super::super::store::{ReasonRow, Stop, VisitRow};
use super::list::{Day, Entry, open_reasons};
use crate::domain::language::Language;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::CallAs;

fn page(title: &str, script: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="/static/icon.svg";
                link rel="stylesheet" href="/static/desk.css";
                @if script { script src="/static/desk.js" defer {} }
            }
            body { (body) }
        }
    }
}

/// One message and one way on.
pub fn message(title: &str, text: &str, to: &str, action: &str) -> Markup {
    page(
        title,
        false,
        &html! {
            main.card { (mark()) h1 { (title) } p { (text) } a.button.primary href=(to) { (action) } }
        },
    )
}

/// The sign-in page.
pub fn sign_in(token: &str, note: Option<&str>, problem: Option<&str>) -> Markup {
    page(
        "Sign in - Arrivals desk",
        false,
        &html! {
            main.card {
                (mark())
                h1 { "Arrivals desk" }
                p.quiet { "Who is here, who needs you, and why." }
                @if let Some(note) = note { p.notice role="status" { (note) } }
                @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
                form method="post" action="/sign-in" {
                    input type="hidden" name="csrf" value=(token);
                    label for="name" { "Name" }
                    input #name name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus;
                    label for="password" { "Password" }
                    input #password name="password" type="password" autocomplete="current-password" maxlength="256" required;
                    button.button.primary type="submit" { "Sign in" }
                }
            }
        },
    )
}

/// The whole page with today's list.
pub fn main(day: &Day, who: &SignedIn, clinic: &str) -> Markup {
    page(
        "Arrivals desk",
        true,
        &html! {
            a.skip href="#list" { "To the list" }
            header.top {
                div.brand { (mark()) div { h1 { (clinic) } p { time datetime=(day.date) { (day.date.strftime("%A, %-d %B %Y")) } } } }
                div.find {
                    label.hidden for="filter" { "Find by name, ticket or service" }
                    input #filter type="search" placeholder="Find name, ticket or service" autocomplete="off" spellcheck="false";
                }
                div.tools {
                    p #link.link role="status" { span.dot aria-hidden="true" {} span #link-text { "Reload to update" } }
                    button #sound.button.small type="button" hidden { (icon("sound")) "Turn sound on" }
                    form method="post" action="/sign-out" {
                        input type="hidden" name="csrf" value=(who.csrf);
                        span.who { (who.user) }
                        button.button.small type="submit" { "Sign out" }
                    }
                }
            }
            p #said.hidden role="status" aria-live="polite" {}
            p #failed.failed role="alert" hidden {}
            main #list tabindex="-1" { (list(day, &who.csrf)) }
        },
    )
}

/// The part that is fetched again at every change.
pub fn list(day: &Day, csrf: &str) -> Markup {
    html! {
        div #day data-revision=(day.revision) data-now=(day.now.as_second()) data-urgent=(u8::from(day.is_urgent())) data-needs=(day.needs.len()) {
            ul.counters aria-label="Counts" {
                li.count.is-needs.zero[day.needs.is_empty()] { a href="#needs" { b { (day.needs.len()) } " need you" } }
                li.count { a href="#waiting" { b { (day.waiting.len()) } " waiting" } }
                li.count { a href="#called" { b { (day.called.len()) } " called" } }
                li.count { a href="#expected" { b { (day.expected.len()) } " expected" } }
                li.count { a href="#closed" { b { (day.closed.len()) } " closed" } }
            }
            section #needs aria-labelledby="h-needs" {
                h2 #h-needs { "Need you now" }
                @if day.needs.is_empty() { p.empty { (icon("check")) "Nobody needs help right now." } }
                ul.rows { @for entry in &day.needs { (entry_row(day, entry, csrf)) } }
            }
            (section(day, "waiting", "Waiting", "Nobody is waiting.", &day.waiting, csrf))
            (section(day, "called", "Called", "Nobody is on the way to a room.", &day.called, csrf))
            (section(day, "expected", "Expected", "Nobody else is expected today.", &day.expected, csrf))
            details #closed {
                summary { h2 { "Done, cancelled and taken care of " span.n { (day.closed.len()) } } }
                ul.rows { @for entry in &day.closed { (entry_row(day, entry, csrf)) } }
            }
        }
    }
}

fn section(day: &Day, id: &str, title: &str, empty: &str, rows: &[VisitRow], csrf: &str) -> Markup {
    html! {
        section id=(id) aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (title) " " span.n { (rows.len()) } }
            @if rows.is_empty() { p.empty { (empty) } }
            ul.rows { @for row in rows { (visit_row(day, row, false, csrf)) } }
        }
    }
}

fn entry_row(day: &Day, entry: &Entry, csrf: &str) -> Markup {
    match entry {
        Entry::Visit(row) => visit_row(day, row, entry.is_urgent(), csrf),
        Entry::Stop(stop) => stop_row(day, stop, entry.is_urgent(), csrf),
    }
}

fn visit_row(day: &Day, row: &VisitRow, urgent: bool, csrf: &str) -> Markup {
    let id = row.id.as_str();
    let (name, has_name) = match &row.appointment {
        Some(a) => (format!("{} {}", a.person.given_name.as_str(), a.person.family_name.as_str()), true),
        None => ("Visit not on the desk's list".to_owned(), false),
    };
    let ticket = row.ticket.map(|ticket| ticket.number.to_string());
    let language = row.language.or_else(|| row.reasons.iter().find_map(|reason| reason.language));
    let since = open_reasons(row).map(|r| r.at).min().or(match row.state {
        VisitState::Called => row.called.as_ref().map(|(at, _)| *at),
        VisitState::Arrived => row.arrived_at,
        _ => None,
    });
    let service = row.appointment.as_ref().map(|a| a.service.clone()).unwrap_or_default();
    let find = format!("{name} {} {service}", ticket.as_deref().unwrap_or_default()).to_lowercase();
    let booked_off = row.ticket.is_some() && row.appointment.as_ref().is_some_and(|a| !a.status.stands());
    html! {
        li.row.urgent[urgent].(row.state.code()) id={ "row-" (id) } data-find=(find) {
            div.number { @match &ticket { Some(number) => { span.hidden { "Ticket " } b { (number) } }, None => { span.none aria-hidden="true" { "–" } } } }
            div.person {
                p.name { (name) }
                p.facts {
                    span.state.(row.state.code()) { (state_icon(row.state)) (row.state.word()) }
                    @if row.ticket.is_some() {
                        @match row.call_as {
                            CallAs::FirstName => span { "Call: " b { (row.appointment.as_ref().map_or("first name", |a| a.person.given_name.as_str())) } },
                            CallAs::Number => span { "Call: number" },
                        }
                    }
                    @if let Some(language) = language.filter(|l| *l != Language::English) { span.language { (icon("speech")) (language_name(language)) } }
                    @if !has_name { span { "Appointment " (id) } }
                }
            }
            div.visit {
                @if let Some(a) = &row.appointment {
                    p { time.at datetime=(a.start) { (clock_time(a.start, &day.zone)) } " " b { (a.service) } }
                    p.quiet { (a.practitioner) @if !a.practitioner.is_empty() && !a.place.is_empty() { " · " } (a.place) }
                }
            }
            div.why {
                @for reason in &row.reasons { (reason_line(reason)) }
                @if booked_off { p.reason.old { (icon("cross")) "Called off in the booking system since" } }
                @if !row.duplicates.is_empty() {
                    p.reason.old { (icon("ticket")) "Also holds " @for (i, t) in row.duplicates.iter().enumerate() { @if i > 0 { ", " } (t.number) } "; " (ticket.as_deref().unwrap_or_default()) " counts" }
                }
                @if !has_name && row.ticket.is_some() { p.reason { (icon("question")) "Look this visit up in the booking system" } }
                @if let Some((_, user)) = row.seen.as_ref().filter(|_| row.state != VisitState::Done) { p.by { (icon("check")) "Seen by " (user) } }
                @if let Some(print) = row.print.as_deref().filter(|print| *print == "unknown") { p.by title=(print) { (icon("printer")) "Printing not confirmed" } }
            }
            div.since {
                @if let Some(at) = since { (since_words(at, day.now)) }
                @if let Some(kiosk) = row.kiosk.as_ref().or_else(|| row.reasons.first().map(|r| &r.kiosk)) { p.quiet { "Kiosk " (kiosk) } }
            }
            div.do { (visit_buttons(row, &name, csrf)) }
        }
    }
}

fn visit_buttons(row: &VisitRow, name: &str, csrf: &str) -> Markup {
    let here = row.ticket.is_some() || row.arrived_at.is_some();
    let open = open_reasons(row).next().is_some();
    let seen = open || (here && row.seen.is_none() && matches!(row.state, VisitState::Arrived | VisitState::Called));
    let undo = match row.state {
        VisitState::Done if row.done.is_some() => Some("Undo done"),
        VisitState::Called => Some("Undo call"),
        _ if row.seen.is_some() => Some("Undo seen"),
        _ => None,
    };
    let button = |action: &str, word: &str, class: &str| {
        html! {
            form method="post" action={ "/visit/" (action) } data-live {
                input type="hidden" name="csrf" value=(csrf);
                input type="hidden" name="appointment" value=(row.id);
                button type="submit" id={ (action) "-" (row.id) } class={ "button " (class) } aria-label={ (word) ": " (name) } { (word) }
            }
        }
    };
    html! {
        @if seen { (button("seen", if here { "Seen" } else { "Taken care of" }, if open { "primary" } else { "" })) }
        @if here && row.state == VisitState::Arrived { (button("call", "Call", if open { "" } else { "primary" })) }
        @if here && matches!(row.state, VisitState::Arrived | VisitState::Called) { (button("done", "Done", if row.state == VisitState::Called && !open { "primary" } else { "" })) }
        @if let Some(word) = undo { (button("undo", word, "plain")) }
    }
}

fn stop_row(day: &Day, stop: &Stop, urgent: bool, csrf: &str) -> Markup {
    let reason = &stop.latest;
    let taken = reason.taken.is_some();
    let (action, word) = if taken { ("undo", "Undo") } else { ("seen", "Taken care of") };
    let key = format!("{}-{}", reason.kiosk, reason.seq);
    html! {
        li.row.stop.urgent[urgent] id={ "row-stop-" (key) } data-find={ "somebody kiosk " (reason.kiosk) } {
            div.number { span.somebody aria-hidden="true" { (icon("person")) } }
            div.person {
                p.name { "Somebody at kiosk " (reason.kiosk) }
                p.facts {
                    span { "Not known by name" }
                    @if stop.times > 1 { span { (stop.times) " times" } }
                    @if let Some(language) = reason.language.filter(|l| *l != Language::English) { span.language { (icon("speech")) (language_name(language)) } }
                }
            }
            div.why { (reason_line(reason)) }
            div.since { (since_words(reason.at, day.now)) }
            div.do {
                form method="post" action={ "/stop/" (action) } data-live {
                    input type="hidden" name="csrf" value=(csrf);
                    input type="hidden" name="kiosk" value=(reason.kiosk);
                    input type="hidden" name="seq" value=(reason.seq);
                    button.button.primary[!taken].plain[taken] type="submit" id={ (action) "-stop-" (key) } aria-label={ (word) ": somebody at kiosk " (reason.kiosk) } { (word) }
                }
            }
        }
    }
}

fn reason_line(reason: &ReasonRow) -> Markup {
    let words = reason.reason.for_staff();
    match &reason.taken {
        Some((_, user)) => html! { p.reason.old { (icon("check")) span { (words) span.quiet { " · taken by " (user) } } } },
        None => html! { p.reason.now[reason.reason.is_urgent()] { (icon(reason_icon(reason.reason))) span { (words) } } },
    }
}

fn since_words(at: Timestamp, now: Timestamp) -> Markup {
    let minutes = (now.duration_since(at).as_secs() / 60).max(0);
    html! { p.minutes { time datetime=(at) data-since=(at.as_second()) { (minutes_words(minutes)) } } }
}

/// The page's script says the same words while time passes.
fn minutes_words(minutes: i64) -> String {
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

fn clock_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-I:%M %p").to_string()
}

fn language_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Spanish => "Spanish",
        Language::Arabic => "Arabic",
    }
}

fn reason_icon(reason: Reason) -> &'static str {
    match reason {
        Reason::FeelsUnwell => "heart",
        Reason::AskedForHelp => "hand",
        Reason::TooEarly | Reason::TooLate | Reason::OtherDay => "clock",
        Reason::OtherSite => "pin",
        Reason::Cancelled | Reason::VisitOver | Reason::ConsentDeclined => "cross",
        Reason::AlreadyCheckedIn => "ticket",
        Reason::InsuranceUnclear | Reason::DocumentMissing | Reason::DetailsUnclear => "card",
        Reason::NeedsInterpreter => "speech",
        Reason::PrinterTrouble => "printer",
        Reason::NoList | Reason::CannotSave => "alert",
        Reason::CodeForged
        | Reason::CodeTruncated
        | Reason::CodeOtherClinic
        | Reason::CodeOtherDay
        | Reason::CodeExpired
        | Reason::Guessing
        | Reason::NotFound
        | Reason::Ambiguous
        | Reason::TooManyTries
        | Reason::NotThisPerson
        | Reason::WalkIn => "question",
    }
}

fn state_icon(state: VisitState) -> Markup {
    icon(match state {
        VisitState::Expected => "ring",
        VisitState::Arrived => "dot",
        VisitState::Called => "sound",
        VisitState::Done => "check",
        VisitState::Cancelled => "cross",
    })
}

/// Our own pictograms, 20 by 20, drawn with lines.
fn icon(name: &str) -> Markup {
    let shape = match name {
        "alert" => r#"<path d="M10 3l8 14H2zM10 8v4M10 14.6v.2"/>"#,
        "heart" => {
            r#"<path d="M10 17S2.5 12.500 2.500 7.500A4 4 0 0 1 10 5.500a4 4 0 0 1 7.500 2c0 5-7.500 9.500-7.500 9.500zM10 8v4M8 10h4"/>"#
        }
        "hand" => {
            r#"<path d="M6 10V5.500a1.200 1.200 0 0 1 2.400 0V9 4a1.200 1.200 0 0 1 2.400 0v5-4a1.200 1.200 0 0 1 2.400 0v5-2.500a1.200 1.200 0 0 1 2.400 0V12c0 4-2.200 6-5 6-2.600 0-3.800-1.500-5-3.500L3.400 11.500a1.200 1.200 0 0 1 2-1.300z"/>"#
        }
        "clock" => r#"<circle cx="10" cy="10" r="7.500"/><path d="M10 5.500V10l3 2"/>"#,
        "pin" => {
            r#"<path d="M10 18s5.500-5.500 5.500-10a5.500 5.500 0 0 0-11 0c0 4.500 5.500 10 5.500 10z"/><circle cx="10" cy="8" r="1.800"/>"#
        }
        "cross" => r#"<path d="M5 5l10 10M15 5L5 15"/>"#,
        "ticket" => r#"<path d="M2.500 6h15v2.500a1.500 1.500 0 0 0 0 3V14h-15v-2.500a1.500 1.500 0 0 0 0-3z"/>"#,
        "card" => r#"<rect x="2" y="4.500" width="16" height="11" rx="1.500"/><path d="M2 8.500h16M5 12.500h4"/>"#,
        "speech" => r#"<path d="M3 4h14v9H9l-4 3.500V13H3z"/>"#,
        "printer" => r#"<path d="M5.500 7V3h9v4M5.500 14H3V7h14v7h-2.500M5.500 11.500h9V17h-9z"/>"#,
        "question" => {
            r#"<circle cx="10" cy="10" r="7.500"/><path d="M7.700 7.800a2.300 2.300 0 1 1 3.300 2.100c-.8.4-1 .8-1 1.600M10 14v.2"/>"#
        }
        "check" => r#"<path d="M4 10.500l4 4 8-9"/>"#,
        "sound" => r#"<path d="M3 8v4h3l4 3.500v-11L6 8zM13 7.500a3.500 3.500 0 0 1 0 5M15.200 5a7 7 0 0 1 0 10"/>"#,
        "person" => r#"<circle cx="10" cy="6.500" r="3.200"/><path d="M3.500 17.500c.5-4 3-6 6.500-6s6 2 6.500 6"/>"#,
        "dot" => r#"<circle cx="10" cy="10" r="4.500" fill="currentColor"/>"#,
        _ => r#"<circle cx="10" cy="10" r="4.500"/>"#,
    };
    PreEscaped(format!(r#"<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{shape}</svg>"#))
}

fn mark() -> Markup {
    html! { img.mark src="/static/icon.svg" alt="" width="36" height="36"; }
}
