//! Different people who have one number of the booking system: looked at side by side, joined or kept apart.
//!
//! Invariant: no one is joined by a single unlabelled click; what the button does is written on it.

use std::collections::HashSet;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::base::address::in_address;
use crate::desk::service::changes::{SameNumber, SameNumberVerdict};
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::PatientId;
use crate::domain::person::Person;
use crate::domain::staff::Role;

/// The page's address.
pub(super) const HERE: &str = "/same-number";

pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let pairs = desk.same_numbers()?;
        let people: HashSet<PatientId> =
            pairs.iter().flat_map(|pair| [pair.first.id.clone(), pair.second.id.clone()]).collect();
        desk.note_seen(&who.user, &Seen::People(people.into_iter().collect()))?;
        Ok(show(desk, &who, &pairs, None))
    });
    Ok(shown(page.await?))
}

#[derive(Deserialize)]
pub(super) struct Decision {
    first: String,
    second: String,
    verdict: String,
}

pub(super) async fn decide(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<Decision>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let verdict = match form.verdict.as_str() {
        "one" => SameNumberVerdict::OnePerson,
        "two" => SameNumberVerdict::TwoPeople,
        _ => return Err(Oops::Unreadable),
    };
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let pair = (PatientId::new(form.first), PatientId::new(form.second));
        if desk.decide_same_number((&pair.0, &pair.1), verdict, &who.user)? {
            return Ok(Redirect::to(HERE).into_response());
        }
        let pairs = desk.same_numbers()?;
        let why = "Someone else already decided this. Nothing was changed.";
        Ok((StatusCode::CONFLICT, shown(show(desk, &who, &pairs, Some(why)))).into_response())
    });
    Ok(answer.await?)
}

fn show(desk: &Desk, who: &SignedIn, pairs: &[SameNumber], problem: Option<&str>) -> Markup {
    let body = html! {
        main {
            h2 { "Shared numbers" }
            @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
            @if pairs.is_empty() { p.empty { (icon("check")) "No shared numbers." } }
            @else {
                p.quiet {
                    "The scheduling system used one number for two people whose names or dates of birth differ. Their \
                     records stay separate: nothing is shared between them. If they are one patient, merge them here \
                     and correct the scheduling system."
                }
            }
            @for pair in pairs {
                section.same-number aria-label={ "Number " (pair.second.number()) } {
                    h3 { "Number " (pair.second.number()) }
                    div.two { (side(&pair.first, None)) (side(&pair.second, Some(pair.visit.as_str()))) }
                    @if who.role >= Role::Supervisor {
                        (buttons(who, pair))
                    } @else {
                        p.quiet { "A supervisor decides whether they are one patient." }
                    }
                }
            }
        }
    };
    staff_page("Shared numbers", who, (HERE, desk.session_idle().as_secs()), &body)
}

fn side(person: &Person, visit: Option<&str>) -> Markup {
    html! {
        dl.typed {
            dt { "Name" } dd { b { (person.name_for_staff().as_str()) } }
            dt { "DOB" } dd { (person.birth_date.for_staff()) }
            @if !person.contact.phone.is_blank() { dt { "Phone" } dd { (person.contact.phone.as_str()) } }
            @if !person.contact.address.is_blank() {
                dt { "Address" }
                dd { (person.contact.address.as_str()) ", " (person.contact.city.as_str()) }
            }
            dt { "ID here" }
            dd {
                (person.id)
                @if let Some(visit) = visit { ", " a href={ "/visit?appointment=" (in_address(visit)) } { "visit" } }
            }
        }
    }
}

fn buttons(who: &SignedIn, pair: &SameNumber) -> Markup {
    let form = |verdict: &str, words: &str| {
        html! {
            form method="post" action="/same-number/decide" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="first" value=(pair.first.id);
                input type="hidden" name="second" value=(pair.second.id);
                input type="hidden" name="verdict" value=(verdict);
                button.button type="submit" { (words) }
            }
        }
    };
    html! { div.way { (form("two", "Two patients")) (form("one", "One patient: merge permanently")) } }
}
