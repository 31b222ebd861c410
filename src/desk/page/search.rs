//! Looking for someone among all days, by name, birth date or the patient's number: those of today first.
//!
//! Invariants: what is typed here goes into no address and no log, since it is a name; each search is in the audit.

use std::collections::{BTreeSet, HashSet};

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use super::list::Day;
use super::row::{is_found, name_of, state_word};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::Seen;
use crate::desk::service::queue::Found;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::PatientId;
use crate::domain::visit::VisitRow;

/// What is looked for is shorter.
pub const SEARCH_CHARS_MAX: usize = 100;
/// Patients of today that a search shows at most.
const TODAY_MAX: usize = 30;

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
            let problem = "Type a name, date of birth or MRN on one line.";
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, show(desk, &who, q, &Err(problem))));
        }
        let found = find(desk, &who, q)?;
        Ok((StatusCode::OK, show(desk, &who, q, &Ok(found))))
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

/// The people of other days who match, and those of today who are not on the page of a long list: it has found the
/// others of today itself.
pub(super) async fn others(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<SearchForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(SearchForm { q }) = form.map_err(|_| Oops::Unreadable)?;
    let part = desk.blocking(move |desk| {
        let q = q.trim();
        if q.is_empty() || q.chars().nth(SEARCH_CHARS_MAX).is_some() {
            return Ok(html! {});
        }
        let both = find(desk, &who, q)?;
        Ok(html! { (not_on_the_page(&both)) (other_days(&both)) })
    });
    Ok(shown(part.await?))
}

/// Who fits: on today's list, and of other days.
struct Both {
    day: Day,
    today: Vec<VisitRow>,
    found: Found,
}

/// Each person is found once: on today's list, or else by the visit that is nearest to today.
fn find(desk: &Desk, who: &SignedIn, q: &str) -> Result<Both, DeskError> {
    let day = Day::read(desk, who)?;
    let words: Vec<String> = q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let today: Vec<VisitRow> = day.rows().filter(|row| is_found(&day, row, &words)).cloned().collect();
    let of_today: HashSet<PatientId> =
        today.iter().filter_map(|row| row.appointment.as_ref()).map(|one| one.person.id.clone()).collect();
    let found = desk.find_people_beside(q, &of_today)?;
    let everybody: BTreeSet<&str> =
        of_today.iter().map(PatientId::as_str).chain(found.people.iter().map(|one| one.person.id.as_str())).collect();
    let only = (everybody.len() == 1).then(|| everybody.iter().map(|one| (*one).to_owned()).next()).flatten();
    // Before it is shown: what cannot be noted is not shown.
    desk.note_seen(&who.user, &Seen::Search(only))?;
    Ok(Both { day, today, found })
}

fn show(desk: &Desk, who: &SignedIn, q: &str, both: &Result<Both, &'static str>) -> Markup {
    let body = html! {
        p.way { a.button href="/" { "Back to list" } }
        form.search role="search" method="post" action="/search" {
            input type="hidden" name="csrf" value=(who.csrf);
            div {
                label for="q" { "Name, date of birth or MRN" }
                input #q name="q" value=(q) maxlength=(SEARCH_CHARS_MAX) autocomplete="off" spellcheck="false"
                    autofocus;
            }
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
    let day = &both.day;
    html! {
        h2 #h-today { "Today " span.n { (both.today.len()) } }
        @if both.today.is_empty() { p.empty { "No one on today's list matches." } }
        (of_today(day, &both.today.iter().collect::<Vec<_>>()))
        (other_days(both))
    }
}

/// Those of today who match and are not on the page of the list.
fn not_on_the_page(both: &Both) -> Markup {
    let rows: Vec<&VisitRow> = both.today.iter().filter(|row| !both.day.is_shown(row)).collect();
    html! {
        @if !rows.is_empty() {
            h2 #h-today { "Also today " span.n { (rows.len()) } }
            (of_today(&both.day, &rows))
        }
    }
}

fn of_today(day: &Day, rows: &[&VisitRow]) -> Markup {
    let hidden = rows.len().saturating_sub(TODAY_MAX);
    html! {
        ul.next aria-labelledby="h-today" {
            @for row in rows.iter().take(TODAY_MAX) {
                li {
                    a href={ "/visit?appointment=" (in_address(row.id.as_str())) } {
                        @if let Some(ticket) = row.ticket { b { (ticket.number) } " " }
                        (name_of(row).unwrap_or_else(|| row.id.to_string()))
                    }
                    span.quiet {
                        " " (state_word(row))
                        @if let Some(a) = &row.appointment {
                            ", " (a.start.to_zoned_datetime(day.zone.clone()).strftime("%-I:%M %p")) " " (a.service)
                        }
                    }
                }
            }
        }
        @if hidden > 0 { p.quiet { (hidden) " more. Add the date of birth." } }
    }
}

/// People of other days; the search limits how many.
fn other_days(both: &Both) -> Markup {
    let Both { day, found, .. } = both;
    html! {
        h2 #h-others { "Other days " span.n { (found.people.len()) @if found.is_more { " and more" } } }
        @if found.people.is_empty() { p.empty { "No other patient matches." } }
        ul.next aria-labelledby="h-others" {
            @for visit in &found.people {
                @let person = &visit.person;
                @let start = visit.start.to_zoned_datetime(day.zone.clone());
                li {
                    a href={ "/visit?appointment=" (in_address(visit.id.as_str())) } {
                        (person.name_for_staff().as_str())
                    }
                    span.quiet {
                        " DOB " (person.birth_date.for_staff()) ", number " (person.id) ", "
                        @if start.date() < day.date {
                            "last "
                        } @else if start.date() == day.date {
                            "today "
                        } @else {
                            "next "
                        }
                        time datetime=(visit.start) { (start.strftime("%-d %b %Y, %-I:%M %p")) } " " (visit.service)
                    }
                }
            }
        }
        @if found.is_more { p.quiet { "More patients match. Add the date of birth." } }
    }
}
