//! Looking for somebody who is not on today's list: among all days, by name, birth date or the patient's number.
//!
//! Invariants: what is typed here goes into no address and no log, since it is a name; each search is in the audit.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::DeskError;
use super::super::session::SignedIn;
use super::super::store::{Found, Seen, VisitRow};
use super::html::{in_address, staff_page};
use super::icons::icon;
use super::list::Day;
use super::row::{is_found, name_of, state_word};
use super::{Oops, shown};

/// What is looked for is shorter.
pub const SEARCH_CHARS_MAX: usize = 100;

#[derive(Deserialize)]
pub(super) struct SearchForm {
    q: String,
}

pub(super) async fn search(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<SearchForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(SearchForm { q }) = form.map_err(|_| Oops::Unreadable)?;
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let q = q.trim();
        if q.is_empty() || q.chars().nth(SEARCH_CHARS_MAX).is_some() {
            let problem = "Type a name, a birth date or the patient's number, on one line.";
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, show(desk, &who, q, &Err(problem))));
        }
        let found = find(desk, &who, q)?;
        Ok((StatusCode::OK, show(desk, &who, q, &Ok(found))))
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

/// Who fits: on today's list, and of any day.
struct Both {
    day: Day,
    today: Vec<VisitRow>,
    found: Found,
}

fn find(desk: &Desk, who: &SignedIn, q: &str) -> Result<Both, DeskError> {
    let found = desk.find_people(q)?;
    let day = Day::read(desk, who)?;
    let words: Vec<String> = q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let today = day.rows().filter(|row| is_found(&day, row, &words)).cloned().collect();
    let only = match found.people.as_slice() {
        [one] => Some(one.person.id.to_string()),
        _ => None,
    };
    // Before it is shown: what cannot be noted is not shown.
    desk.note_seen(&who.user, &Seen::Search(only))?;
    Ok(Both { day, today, found })
}

fn show(desk: &Desk, who: &SignedIn, q: &str, both: &Result<Both, &'static str>) -> Markup {
    let body = html! {
        p.way { a.button href="/" { "Back to the list" } }
        form.search role="search" method="post" action="/search" {
            input type="hidden" name="csrf" value=(who.csrf);
            div { label for="q" { "Name, birth date or patient's number" } input #q name="q" value=(q) maxlength=(SEARCH_CHARS_MAX) autocomplete="off" spellcheck="false" autofocus; }
            button.button.primary type="submit" { "Search" }
        }
        @match both {
            Err(problem) => p.problem role="alert" { (icon("alert")) span { (problem) } },
            Ok(both) => (results(both)),
        }
    };
    staff_page("Search", who, ("/", desk.session_idle().as_secs()), &body)
}

fn results(both: &Both) -> Markup {
    let (day, found) = (&both.day, &both.found);
    html! {
        h2 #h-today { "Today " span.n { (both.today.len()) } }
        @if both.today.is_empty() { p.empty { "Nobody on today's list." } }
        ul.next aria-labelledby="h-today" {
            @for row in &both.today {
                li {
                    a href={ "/visit?appointment=" (in_address(row.id.as_str())) } { @if let Some(ticket) = row.ticket { b { (ticket.number) } " " } (name_of(row).unwrap_or_else(|| row.id.to_string())) }
                    span.quiet { " " (state_word(row)) @if let Some(a) = &row.appointment { ", " (a.start.to_zoned(day.zone.clone()).strftime("%-I:%M %p")) " " (a.service) } }
                }
            }
        }
        h2 #h-all { "All days " span.n { (found.people.len()) @if found.is_more { " and more" } } }
        @if found.people.is_empty() { p.empty { "Nobody who ever had an appointment here fits that." } }
        @if found.is_more { p.quiet { "More people fit. Add the birth date." } }
        ul.next aria-labelledby="h-all" {
            @for visit in &found.people {
                @let person = &visit.person;
                @let start = visit.start.to_zoned(day.zone.clone());
                li {
                    a href={ "/visit?appointment=" (in_address(visit.id.as_str())) } { (person.name_for_staff().as_str()) }
                    span.quiet {
                        " born " (person.birth_date.0.strftime("%-d %b %Y")) ", number " (person.id) ", "
                        @if start.date() < day.date { "last " } @else if start.date() == day.date { "today " } @else { "next " }
                        time datetime=(visit.start) { (start.strftime("%-d %b %Y, %-I:%M %p")) } " " (visit.service)
                    }
                }
            }
        }
    }
}
