//! Data retention: what is too old and how its removal stands, for administrators.
//!
//! Invariants: what is confirmed is what the page showed; a page that is older than what it shows changes nothing.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::service::privacy::clean_up::{CleanUp, CleanUpView, Next};
use crate::desk::service::privacy::{DESK, Forgotten, Mark};
use crate::desk::service::staff::session::SignedIn;

/// The page's address.
const HERE: &str = "/data-retention";
/// This many days with open visits are listed.
const DAYS_SHOWN: usize = 10;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Answer {
    /// The date that was shown.
    day: String,
}

pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let (view, settings) = (desk.clean_up_view()?, desk.settings());
        Ok(show(&view, settings.keep.visit_days, &settings.zone()?, &who, desk.session_idle().as_secs()))
    });
    Ok(shown(page.await?))
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<Answer>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let day: Option<Date> = form.day.parse().ok();
    let known = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        match (action.as_str(), day) {
            ("cancel", _) => drop(desk.take_back_clean_up(&who.user)?),
            ("resume", _) => {
                desk.resume_clean_up(&who.user)?;
                desk.clean_up(&who.user)?;
            }
            ("remove", Some(before)) => drop(desk.mark_much(before, &who.user)?),
            ("confirm-date", Some(today)) => {
                if today == desk.clinic_date() {
                    desk.confirm_date(&who.user)?;
                    desk.clean_up(&who.user)?;
                }
            }
            ("remove" | "confirm-date", None) | (_, _) => return Ok(false),
        }
        Ok(true)
    });
    if known.await? { Ok(Redirect::to(HERE).into_response()) } else { Err(Oops::NotFound) }
}

fn day(date: Date) -> String {
    date.strftime("%m/%d/%Y").to_string()
}

fn much(what: Forgotten) -> String {
    let many = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
    [
        many(what.appointments, "appointment", "appointments"),
        many(what.visits, "visit", "visits"),
        many(what.events, "kiosk report", "kiosk reports"),
    ]
    .join(", ")
}

fn show(view: &CleanUpView, keep_days: u16, zone: &TimeZone, who: &SignedIn, idle_seconds: u64) -> Markup {
    let body = html! {
        h2 { "Data retention" }
        p.quiet {
            "Appointments and check-ins are kept for " (keep_days) " days ("
            a href="/settings/part?part=keep" { "Settings" }
            "). Days are counted from the last day that someone worked here"
            @if let Some(worked) = view.worked { ", " (day(worked)) }
            ". What is older is marked first and permanently deleted after the next day of work; \
             until then everything shows as before and you can cancel."
        }
        @match &view.now {
            CleanUp::Nothing => p.empty { (icon("check")) span { "Nothing is marked for removal." } },
            CleanUp::Marked(mark) => (marked(mark, zone, who)),
            CleanUp::Held(by, at) => {
                p.problem {
                    (icon("pause"))
                    span {
                        "On hold since " (at.to_zoned_datetime(zone.clone()).strftime("%m/%d/%Y, %-I:%M %p")) ", by "
                        (by) ". Nothing is removed."
                    }
                }
                (form(who, "resume", None, "Resume removal"))
            },
            CleanUp::AsksDate { worked } => {
                p.problem {
                    (icon("question"))
                    span {
                        b { "Is today " (day(view.today)) "?" } " The last day that someone worked here was "
                        (day(*worked))
                        ". Nothing is removed until you confirm the date. If it is wrong, correct the clock of the \
                         desk's computer."
                    }
                }
                (form(who, "confirm-date", Some(view.today), "Yes, the date is correct"))
            },
            CleanUp::AsksMuch(next) => (asks(next, who)),
        }
        @if !view.open.is_empty() {
            h3 { "Kept longer" }
            p { "A visit on these days is still open. Complete it, and the day is removed with the others: "
                @for (n, date) in view.open.iter().take(DAYS_SHOWN).enumerate() {
                    @if n > 0 { ", " }
                    a href={ "/appointments?date=" (date) } { (day(*date)) }
                }
                @if view.open.len() > DAYS_SHOWN { " and " (view.open.len() - DAYS_SHOWN) " more" } "." }
        }
    };
    staff_page("Data retention", who, (HERE, idle_seconds), &body)
}

fn marked(mark: &Mark, zone: &TimeZone, who: &SignedIn) -> Markup {
    html! {
        p.notice role="status" {
            b { "Marked for removal: " (much(mark.what)) ", all before " (day(mark.before)) "." } " Marked "
            (mark.at.to_zoned_datetime(zone.clone()).strftime("%m/%d/%Y, %-I:%M %p"))
            @if mark.by != DESK { " by " (mark.by) } ". Permanently deleted after the next day of work."
            @if mark.gone != Forgotten::default() { " Deleted so far: " (much(mark.gone)) "." }
        }
        (form(who, "cancel", None, "Cancel removal"))
    }
}

fn asks(next: &Next, who: &SignedIn) -> Markup {
    html! {
        p.problem {
            (icon("question"))
            span {
                b {
                    "More than usual: " (much(next.what)) " of " (next.days) " days, all before " (day(next.before))
                    "."
                }
                " Usually a few days are due at a time. This is normal if you now keep data for less time, \
                 or if the desk was off for a while. Nothing is removed until you decide."
            }
        }
        (form(who, "remove", Some(next.before), "Mark for removal"))
    }
}

fn form(who: &SignedIn, action: &str, day: Option<Date>, words: &str) -> Markup {
    html! {
        form.way method="post" action={ (HERE) "/" (action) } {
            input type="hidden" name="csrf" value=(who.csrf);
            @if let Some(day) = day { input type="hidden" name="day" value=(day); }
            button.button type="submit" { (words) }
        }
    }
}
