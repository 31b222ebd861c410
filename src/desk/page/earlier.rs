//! What is still open of earlier days, by day: looked at, and closed with one button once that was confirmed here; and
//! taken back.
//!
//! Invariants: the page that asks shows who it is about; what changed after it was shown is not closed; anyone who
//! feels sick never is.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::{icon, state_icon};
use super::list::open_reasons;
use super::row::{clock_time, name_of, since_words, state_word};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::Seen;
use crate::desk::service::queue::reading::EarlierDays;
use crate::desk::service::queue::{Closed, Closing, LeftDay};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::visit::VisitRow;

/// The page's address.
pub(super) const HERE: &str = "/earlier";
/// This many people of a day are shown by name.
const SHOWN_MAX: usize = 300;

/// What the page shows.
struct Earlier(EarlierDays);

impl Earlier {
    fn read(desk: &Desk, who: &SignedIn) -> Result<Self, DeskError> {
        let earlier = Self(desk.earlier_days()?);
        let rows = earlier.0.days.iter().flat_map(|(_, rows)| rows.iter().take(SHOWN_MAX));
        let mut people: Vec<_> =
            rows.filter_map(|row| row.appointment.as_ref()).map(|visit| visit.person.id.clone()).collect();
        people.sort();
        people.dedup();
        if !people.is_empty() {
            desk.note_seen(&who.user, &Seen::People(people))?;
        }
        Ok(earlier)
    }

    fn show(&self, who: &SignedIn, idle_seconds: u64, said: Option<&str>) -> Markup {
        let body = html! {
            h2 { "Open from earlier days" }
            p.way { a.button href="/" { "Back to list" } }
            @if let Some(said) = said { p.said-back #said-back role="status" { (said) } }
            @for closing in &self.0.closings { (self.closing(who, closing)) }
            @if self.0.days.is_empty() { p.empty { (icon("check")) "Nothing is open from earlier days." } }
            @else {
                p.quiet {
                    "Visits are never closed automatically. They stay on the list until someone completes them, one by \
                     one on the list, or a whole day here."
                }
            }
            @for (day, rows) in &self.0.days { (self.day(who, day, rows)) }
        };
        staff_page("Earlier days", who, (HERE, idle_seconds), &body)
    }

    fn day(&self, who: &SignedIn, day: &LeftDay, rows: &[VisitRow]) -> Markup {
        let (id, name) = (format!("day-{}", day.date), self.name(day.date));
        let sick = rows.iter().filter(|row| open_reasons(row).any(|reason| reason.reason.is_urgent())).count()
            + day.urgent_stops;
        let closes = day.count.saturating_sub(sick);
        let stops = day.count.saturating_sub(rows.len());
        html! {
            section.earlier aria-labelledby=(id) {
                h3 id=(id) { (capital(&name)) ": " (day.count) " open" }
                @if !rows.is_empty() {
                    ul.left-over {
                        @for row in rows.iter().take(SHOWN_MAX) { (left_over(row)) }
                        @if rows.len() > SHOWN_MAX { li.quiet { "and " (rows.len() - SHOWN_MAX) " more, on the list" } }
                    }
                }
                @if day.is_listed && stops > 0 {
                    p.quiet {
                        (stops)
                        @if stops == 1 {
                            " stop at a kiosk by someone whose name is unknown"
                        } @else {
                            " stops at kiosks by people whose names are unknown"
                        }
                    }
                }
                @if !day.is_listed { p.quiet { "From before this version. These are not on the list." } }
                @if sick > 0 {
                    p.reason.now {
                        (icon("alert"))
                        span {
                            (sick) @if sick == 1 { " person feels" } @else { " people feel" }
                            " unwell. They are not closed here: go to them, then resolve it on the list."
                        }
                    }
                }
                @if closes > 0 {
                    form method="post" action="/earlier/close" {
                        input type="hidden" name="csrf" value=(who.csrf);
                        input type="hidden" name="day" value=(day.date);
                        input type="hidden" name="shown" value=(self.0.revision);
                        button.button type="submit" id={ "close-" (day.date) } {
                            "Close all of " (name) " (" (closes) ")"
                        }
                    }
                }
            }
        }
    }

    fn closing(&self, who: &SignedIn, closing: &Closing) -> Markup {
        html! {
            form.undo-closing method="post" action="/earlier/undo" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="first" value=(closing.first);
                p {
                    (icon("check"))
                    span {
                        (closing.user) " closed " (closing.count) " of " (self.name(closing.day)) " at "
                        (clock_time(closing.at, &self.0.zone)) "."
                    }
                }
                button.button type="submit" id={ "undo-" (closing.first) }
                    aria-label={ "Undo closing " (self.name(closing.day)) } { "Undo" }
            }
        }
    }

    /// "yesterday, Nov 29", or the day of the week.
    fn name(&self, date: Date) -> String {
        if self.0.today.yesterday().is_ok_and(|yesterday| yesterday == date) {
            date.strftime("yesterday, %b %-d").to_string()
        } else {
            date.strftime("%a, %b %-d, %Y").to_string()
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn left_over(row: &VisitRow) -> Markup {
    html! {
        li {
            b { @if let Some(ticket) = row.ticket { (ticket.number) } @else { "–" } } " "
            a href={ "/visit?appointment=" (in_address(row.id.as_str())) } {
                (name_of(row).unwrap_or_else(|| "Visit not on the list".to_owned()))
            }
            " "
            span.state.(row.state.code()) { (state_icon(row.state)) (state_word(row)) }
            @for reason in open_reasons(row) { " " span.quiet { (reason.reason.for_staff()) } }
        }
    }
}

pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(Earlier::read(desk, &who)?.show(&who, desk.session_idle().as_secs(), None))
    });
    Ok(shown(page.await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct EarlierForm {
    day: String,
    shown: u64,
    first: u64,
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<EarlierForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let day: Option<Date> = match action.as_str() {
        "close" => Some(form.day.parse().map_err(|_| Oops::Unreadable)?),
        "undo" => None,
        _ => return Err(Oops::NotFound),
    };
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let said = match day {
            Some(day) => desk.close_day(day, form.shown, &who.user).map(closed_words)?,
            None => match desk.undo_closing(form.first, &who.user)? {
                None => Some("That was already undone. Nothing was changed.".to_owned()),
                Some((_, 0)) => None,
                Some((open, stays)) => {
                    Some(format!("{open} are open again. {stays} had changed since and were not reopened."))
                }
            },
        };
        let Some(said) = said else { return Ok(Redirect::to(HERE).into_response()) };
        let page = Earlier::read(desk, &who)?.show(&who, desk.session_idle().as_secs(), Some(&said));
        Ok((StatusCode::CONFLICT, shown(page)).into_response())
    });
    Ok(answer.await?)
}

/// What was not closed, and why; none if all was.
fn closed_words(closed: Closed) -> Option<String> {
    let mut words = vec![format!("{} closed.", closed.closed)];
    match closed.changed {
        0 => {}
        1 => words.push("1 changed in the meantime and was left open. Check it again.".to_owned()),
        n => words.push(format!("{n} changed in the meantime and were left open. Check them again.")),
    }
    match closed.urgent {
        0 => {}
        1 => words.push("1 person feels unwell and was left open.".to_owned()),
        n => words.push(format!("{n} people feel unwell and were left open.")),
    }
    (words.len() > 1 || closed.closed == 0).then(|| words.join(" "))
}

/// Above the list: how many are on it from other days, and the way to close them.
pub(super) fn notice(days: &[(Date, usize)], older: usize, today: Date) -> Markup {
    let count: usize = days.iter().map(|(_, count)| count).sum();
    let first = days.iter().map(|(date, _)| *date).min();
    html! {
        @if count + older > 0 {
            p #earlier.notice {
                @if let Some(first) = first {
                    b {
                        (count) @if count == 1 { " is" } @else { " are" } " still open since "
                        (since_words(first, today)) "."
                    }
                    " "
                }
                @if older > 0 {
                    (older) " more from before this version " @if older == 1 { "was" } @else { "were" }
                    " never closed. "
                }
                a.button.small href=(HERE) { "Review and close" }
            }
        }
    }
}
