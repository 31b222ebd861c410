//! The pages of booking as HTML: who, and which free time.

use std::collections::BTreeSet;

use jiff::civil::Date;
use maud::{Markup, html};

use super::super::super::Desk;
use super::super::appointments::assumed;
use super::super::html::staff_page;
use super::super::icons::icon;
use super::super::row::{clock_time, language_name};
use super::{BookForm, Trouble, Whom, outside};
use crate::desk::base::error::DeskError;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Practice, Slot, WhyNone};
use crate::domain::language::Language;

/// What the page of free times shows.
pub(super) struct Choice<'a> {
    pub form: &'a BookForm,
    pub whom: &'a Whom,
    pub services: &'a [String],
    /// Who is offered.
    pub practitioners: &'a [String],
    /// Everyone the list or the hours name.
    pub clinicians: &'a BTreeSet<String>,
    pub practice: &'a Practice,
    /// How long it takes.
    pub minutes: u32,
    /// None as long as no one said for what.
    pub times: Option<&'a Vec<Slot>>,
    /// Why there are no times, if there are none, and up to which date was looked.
    pub why_none: Option<(WhyNone, Date)>,
    pub today: Date,
}

fn page(title: &str, desk: &Desk, who: &SignedIn, body: &Markup) -> Markup {
    staff_page(title, who, ("/appointments/book", desk.session_idle().as_secs()), body)
}

/// Looking for someone, what was found, and someone new.
pub(super) fn find(
    desk: &Desk,
    who: &SignedIn,
    form: &BookForm,
    found: Option<&Result<Vec<Appointment>, String>>,
) -> Markup {
    let problem = found.and_then(|found| found.as_ref().err());
    let known = found.and_then(|found| found.as_ref().ok());
    let is_new_open = known.is_some_and(Vec::is_empty) || !form.family_name.is_empty() || !form.given_name.is_empty();
    let carried = html! {
        input type="hidden" name="csrf" value=(who.csrf);
        input type="hidden" name="practitioner" value=(form.practitioner);
        input type="hidden" name="date" value=(form.date);
    };
    let body = html! {
        h2 { "Book appointment" }
        p.way { a.button href="/appointments" { "Back to appointments" } }
        @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        h3 { "Who is the appointment for?" }
        form.search method="post" action="/appointments/find" autocomplete="off" {
            (carried)
            div {
                label for="find" { "Name, date of birth or MRN" }
                input #find name="find" value=(form.find) maxlength="200" spellcheck="false" autofocus[!is_new_open]
                    required;
            }
            button.button.primary type="submit" { "Find" }
        }
        @if let Some(known) = known {
            @if known.is_empty() { p.empty role="status" { "No patient matches." } }
            @else {
                p.quiet role="status" { (known.len()) @if known.len() == 1 { " person" } @else { " people" } " found" }
                ul.changes { @for one in known { (person(one, form)) } }
            }
        }
        details #new open[is_new_open] {
            summary.button { "New patient" }
            form.fields method="post" action="/appointments/times" autocomplete="off" {
                (carried)
                (text("given_name", "First name", "text", &form.given_name, true))
                (text("family_name", "Last name", "text", &form.family_name, true))
                (text("birth_date", "Date of birth", "date", &form.birth_date, true))
                (text("phone", "Phone", "tel", &form.phone, false))
                (text("email", "Email", "email", &form.email, false))
                div { label for="language" { "Language" }
                    select #language name="language" {
                        @for language in Language::ALL {
                            option value=(language.tag()) selected[form.language == language.tag()] {
                                (language_name(language))
                            }
                        }
                    }
                }
                button.button.primary type="submit" { "Continue" }
            }
        }
    };
    page("Appointments", desk, who, &body)
}

fn text(name: &str, label: &str, kind: &str, value: &str, required: bool) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) type=(kind) value=(value) maxlength="200" required[required] spellcheck="false";
        }
    }
}

fn person(one: &Appointment, form: &BookForm) -> Markup {
    let person = &one.person;
    html! {
        li.change {
            h3 { (person.name_for_staff().as_str()) }
            p {
                "DOB " (person.birth_date.for_staff())
                @if !person.contact.phone.is_blank() { ", phone " (person.contact.phone.as_str()) }
                span.quiet { ", patient " (person.id) }
            }
            form method="get" action="/appointments/book" {
                input type="hidden" name="appointment" value=(one.id);
                input type="hidden" name="practitioner" value=(form.practitioner);
                input type="hidden" name="date" value=(form.date);
                button.button.primary type="submit" id={ "for-" (one.id) } {
                    "Book for " (person.name_for_staff().as_str())
                }
            }
        }
    }
}

/// What for, with which provider, and every free time.
pub(super) fn times(desk: &Desk, who: &SignedIn, choice: &Choice<'_>, trouble: &Trouble) -> Result<Markup, DeskError> {
    let Choice { form, whom, .. } = choice;
    let zone = desk.settings().zone()?;
    let one = whom.appointment();
    let is_move = !form.moves.is_empty();
    let from = form.date.parse().unwrap_or(choice.today);
    let body = html! {
        h2 { @if is_move { "Reschedule: " } @else { "Book for " } (one.person.name_for_staff().as_str()) }
        p {
            "DOB " (one.person.birth_date.for_staff())
            @if matches!(whom, Whom::New(_)) { span.quiet { ", new patient" } }
            @if is_move {
                ". Current time: "
                b {
                    (one.start.to_zoned_datetime(zone.clone()).strftime("%A, %-d %B %Y")) ", "
                    (clock_time(one.start, &zone))
                }
                ", " (one.service) @if !one.practitioner.is_empty() { " with " (one.practitioner) }
            }
        }
        p.way {
            @if is_move {
                a.button href={ "/appointments/one?appointment=" (super::in_address(&form.moves)) } {
                    "Keep current time"
                }
            } @else {
                a.button href="/appointments/book" { "Different patient" }
            }
        }
        @match trouble {
            Trouble::None => (assumed(choice.practice, who)),
            Trouble::Refused(problem) => p.problem role="alert" { (icon("alert")) span { (problem) } },
            Trouble::Outside(start, problem) => (outside::anyway(choice, who, *start, problem, &zone)),
        }
        form.fields method="post" action="/appointments/times" {
            (carried(form, who, &["service", "practitioner", "date"]))
            @if is_move { input type="hidden" name="service" value=(one.service); }
            @else {
                div { label for="service" { "Service" }
                    select #service name="service" required {
                        option value="" { "Choose" }
                        @for service in choice.services {
                            option value=(service) selected[form.service == *service] { (service) }
                        }
                    }
                }
            }
            div { label for="practitioner" { "Provider" }
                select #practitioner name="practitioner" {
                    option value="" { "Any provider" }
                    @for name in choice.practitioners {
                        option value=(name) selected[form.practitioner == *name] { (name) }
                    }
                }
            }
            div { label for="date" { "From" } input #date type="date" name="date" value=(from) min=(choice.today); }
            button.button.primary[choice.times.is_none()] type="submit" { "Show free times" }
        }
        @match choice.times {
            None => p.quiet { "Choose the service, then a free time." },
            Some(times) if times.is_empty() => (nothing_free(choice, who, from)),
            Some(times) => (free(times, form, who, &zone)),
        }
        @if choice.times.is_some() { (outside::another(choice, who)) }
    };
    Ok(page("Appointments", desk, who, &body))
}

/// Which of what was asked for leaves nothing, with a button that leaves that out.
fn nothing_free(choice: &Choice<'_>, who: &SignedIn, from: Date) -> Markup {
    let Choice { form, whom, today, minutes, .. } = choice;
    let Some((why, last)) = &choice.why_none else { return html! {} };
    let service = if form.moves.is_empty() { form.service.as_str() } else { whom.appointment().service.as_str() };
    let provider = form.practitioner.as_str();
    let day = |date: Date| date.strftime("%b %-d, %Y").to_string();
    let with = if provider.is_empty() { "No provider".to_owned() } else { provider.to_owned() };
    let sentence = match why {
        WhyNone::NoHours => "No provider has hours yet. An admin can set them in Settings.".to_owned(),
        WhyNone::Service => format!("No provider offers {service}. An admin can change that in Settings, under hours."),
        WhyNone::Clinician { .. } => {
            format!("{provider} does not offer {service}. Choose another provider or any provider.")
        }
        WhyNone::Date => format!("{} is too far ahead. Appointments can be booked until {}.", day(from), day(*last)),
        WhyNone::Closed => {
            format!(
                "The clinic is closed on every day from {} to {} on which {service} is offered.",
                day(from),
                day(*last)
            )
        }
        WhyNone::Length => {
            format!("{service} takes {minutes} minutes, which is longer than the hours in which it is offered.")
        }
        WhyNone::Taken if provider.is_empty() => {
            format!("{with} has a free time for {service} from {} to {}.", day(from), day(*last))
        }
        WhyNone::Taken => format!("{with} has no free time for {service} from {} to {}.", day(from), day(*last)),
    };
    // A provider is in the way only if others offer it; a date only if it is not today.
    let drops_provider = !provider.is_empty()
        && matches!(why, WhyNone::Clinician { .. } | WhyNone::Taken | WhyNone::Closed | WhyNone::Length);
    let drops_date = from > *today && matches!(why, WhyNone::Date | WhyNone::Closed | WhyNone::Taken);
    let without = |field: &'static str, id: &str, word: &str| {
        html! {
            form method="post" action="/appointments/times" {
                (carried(form, who, &[field])) button.button id=(id) type="submit" { (word) }
            }
        }
    };
    html! {
        div.nothing role="status" {
            p.empty { (sentence) }
            @if let WhyNone::Clinician { others } = why {
                p { "Offered by: " (others.join(", ")) "." }
            }
            div.do {
                @if drops_provider { (without("practitioner", "any-provider", "Show times with any provider")) }
                @if drops_date { (without("date", "from-today", "Show times from today")) }
            }
        }
    }
}

/// Free times by day, each a button.
fn free(times: &[Slot], form: &BookForm, who: &SignedIn, zone: &jiff::tz::TimeZone) -> Markup {
    let date_of = |slot: &Slot| slot.start.to_zoned_datetime(zone.clone()).date();
    let verb = if form.moves.is_empty() { "Book" } else { "Reschedule to" };
    html! {
        @for day in times.chunk_by(|a, b| date_of(a) == date_of(b)) {
            @if let Some(first) = day.first() {
                section aria-labelledby={ "day-" (date_of(first)) } {
                    h3 id={ "day-" (date_of(first)) } { (date_of(first).strftime("%A, %-d %B %Y")) }
                    ul.times {
                        @for slot in day {
                            li { form method="post" action="/appointments/take" {
                                (carried(form, who, &[]))
                                input type="hidden" name="start" value=(slot.start);
                                input type="hidden" name="with" value=(slot.practitioner);
                                button.button type="submit" {
                                    span.hidden { (verb) " " (date_of(slot).strftime("%-d %B")) ", " }
                                    b { (clock_time(slot.start, zone)) } " " span { (slot.practitioner) } " "
                                    span.quiet { (slot.minutes) " min" @if !slot.room.is_empty() { ", " (slot.room) } }
                                }
                            } }
                        }
                    }
                }
            }
        }
        @if let Some(last) = times.last() {
            form method="post" action="/appointments/times" {
                (carried(form, who, &["date"]))
                input type="hidden" name="date" value=(date_of(last));
                input type="hidden" name="after" value=(last.start);
                button.button.plain type="submit" { "Later" }
            }
        }
    }
}

/// What a form carries on, but for the fields that it has itself.
pub(super) fn carried(form: &BookForm, who: &SignedIn, but: &[&str]) -> Markup {
    let fields = [
        ("appointment", &form.appointment),
        ("moves", &form.moves),
        ("given_name", &form.given_name),
        ("family_name", &form.family_name),
        ("birth_date", &form.birth_date),
        ("phone", &form.phone),
        ("email", &form.email),
        ("language", &form.language),
        ("service", &form.service),
        ("practitioner", &form.practitioner),
        ("date", &form.date),
    ];
    html! {
        input type="hidden" name="csrf" value=(who.csrf);
        @for (name, value) in fields.into_iter().filter(|(name, value)| !value.is_empty() && !but.contains(name)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}
