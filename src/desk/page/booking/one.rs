//! One appointment: what it is, what was done with it here, and what can be done.

use crate::desk::service::booking::BookingStep;
use crate::domain::appointment::Appointment;
use crate::domain::visit::VisitRow;
use crate::domain::when::StaffTime;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::Desk;
use super::super::answer::{Oops, shown};
use super::super::html::staff_page;
use super::super::icons::{icon, state_icon};
use crate::desk::base::address::in_address;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::VisitState;

/// Why appointments are canceled, as staff choose it.
const WHYS: [&str; 4] = ["Patient request", "Provider unavailable", "No longer needed", "Booked twice"];

#[derive(Deserialize)]
pub(crate) struct OneQuery {
    appointment: String,
    #[serde(default)]
    done: String,
    idle: Option<String>,
}

pub(crate) async fn one_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<OneQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        let done = match query.done.as_str() {
            "booked" => Some("Booked."),
            "moved" => Some("Rescheduled. Letters already printed still work."),
            "cancelled" => Some("Canceled."),
            "undone" => Some("Undone."),
            _ => None,
        };
        Ok(show(desk, &who, &AppointmentId::new(query.appointment), done, None))
    });
    Ok(shown(page.await??))
}

/// The page of an appointment, with what was done or why it was not.
pub(super) fn show(
    desk: &Desk,
    who: &SignedIn,
    id: &AppointmentId,
    done: Option<&str>,
    problem: Option<&str>,
) -> Result<Markup, Oops> {
    let times = desk.settings().staff_time().map_err(crate::desk::DeskError::from)?;
    let Some(row) = desk.visit_row(id)? else { return Err(Oops::NotFound) };
    let Some(one) = &row.appointment else { return Err(Oops::NotFound) };
    let state = desk.booking_state(id)?;
    let start = times.date_of(one.start);
    let address = format!("/appointments/one?appointment={}", in_address(id.as_str()));
    // Once the patient has come there is nothing to move.
    let is_open = row.ticket.is_none() && matches!(row.state, VisitState::Expected | VisitState::Cancelled);
    let stands = one.status.stands();
    let form = |action: &str, inside: &Markup| {
        html! {
            form method="post" action={ "/appointments/" (action) } {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="appointment" value=(id);
                (inside)
            }
        }
    };
    let link = |address: &str, word: &str, class: &str| {
        html! {
            a.button.(class) href={ (address) "?appointment=" (in_address(id.as_str())) } { (word) }
        }
    };
    let body = html! {
        p.way { a.button href={ "/appointments?date=" (start) } { "Back to appointments" } }
        @if let Some(done) = done { p.notice role="status" { (icon("check")) " " (done) } }
        @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        h2 { (one.person.name_for_staff().as_str()) }
        (facts(&row, one, &times, desk.clinic_date()))
        @if let Some(lost) = state.contradicted {
            div.change {
                (contradicted(lost, state.contradicted_off, &times))
                (form("noted", &html! { button.button type="submit" { "Acknowledge" } }))
            }
        }
        @if let Some(listed) = state.listed_start.filter(|_| !state.is_only_here) {
            p.quiet {
                "The scheduling system still has it at " (times.moment(listed))
                ". Update it there, too."
            }
        }
        @if state.is_only_here { p.quiet { "Booked here. Not in the scheduling system yet." } }
        div.way {
            @if is_open {
                (link("/appointments/move", if stands { "Reschedule" } else { "Rebook" }, "primary"))
            }
            @if stands {
                form method="get" action="/letter" target="_blank" {
                    input type="hidden" name="appointment" value=(id);
                    button.button type="submit" { "Letter" span.hidden { " as PDF, in a new tab" } }
                }
            }
            @if stands { (link("/appointments/message", "Patient message", "")) }
            (link("/appointments/book", "Book follow-up", ""))
            @if let Some((step, action)) = &state.undo {
                @if is_open || action == "call-off" {
                    (form("undo", &html! {
                        input type="hidden" name="step" value=(step);
                        button.button type="submit" { (undo_words(action)) }
                    }))
                }
            }
        }
        @if is_open && stands {
            details {
                summary.button { "Cancel appointment" }
                (form("cancel", &html! { div.fields { (call_off_fields(None)) } }))
            }
        }
        (activity(&state.steps, &times))
    };
    Ok(staff_page("Appointments", who, (&address, desk.session_idle().as_secs()), &body))
}

fn undo_words(action: &str) -> &'static str {
    match action {
        "book" => "Undo booking",
        "move" => "Undo reschedule",
        _ => "Undo cancellation",
    }
}

fn facts(row: &VisitRow, one: &Appointment, times: &StaffTime, today: Date) -> Markup {
    html! {
        dl.typed {
            dt { "Date and time" }
            dd {
                b { (times.style.heading(times.date_of(one.start))) ", " (times.time(one.start)) }
                @if one.minutes > 0 { ", " (one.minutes) " min" }
            }
            dt { "Service" } dd { (one.service) }
            dt { "Provider" } dd { (one.practitioner) }
            dt { "Location" } dd { (one.place) }
            dt { "Status" } dd { span.state.(row.state.code()) { (state_icon(row.state)) (row.state.word()) } }
            dt { "DOB" } dd { (times.style.born(one.person.birth_date, today)) }
            @if !one.person.contact.phone.is_blank() { dt { "Phone" } dd { (one.person.contact.phone.as_str()) } }
            dt { "Numbers" } dd { "appointment " (one.id) ", patient " (one.person.id) }
        }
    }
}

/// The list says something else than staff had decided: `lost` is the time that they had it at.
fn contradicted(lost: Timestamp, is_off: bool, times: &StaffTime) -> Markup {
    html! {
        @if is_off {
            p.reason {
                (icon("alert"))
                span {
                    "Canceled here, but the scheduling system still lists it. The scheduling system's version \
                     is used."
                }
            }
        }
        @else {
            p.reason {
                (icon("alert"))
                span {
                    "The scheduling system lists a different time. Here it was booked for "
                    (times.moment(lost))
                    ". The scheduling system's version is used."
                }
            }
        }
    }
}

fn activity(steps: &[BookingStep], times: &StaffTime) -> Markup {
    html! {
        @if !steps.is_empty() {
            h3 { "Activity" }
            ul { @for step in steps {
                li {
                    time datetime=(step.at) {
                        (times.moment(step.at))
                    }
                    ": " (words(&step.action)) @if step.outside { " outside clinic hours" } " by " (step.user)
                    @if !step.why.is_empty() { ": " (step.why) }
                }
            } }
        }
    }
}

/// What is asked of anyone who calls an appointment off. `name`: whose, where the page does not say that by itself.
pub(crate) fn call_off_fields(name: Option<&str>) -> Markup {
    let label = name.map(|name| format!("Cancel appointment: {name}"));
    html! {
        div { label for="why" { "Reason" }
            select #why name="why" { @for why in WHYS { option value=(why) { (why) } } option value="else" { "Other" } }
        }
        div { label for="why_else" { "Other reason" } input #why_else name="why_else" maxlength="200"; }
        button #do-call-off.button.danger type="submit" aria-label=[label] { "Cancel appointment" }
    }
}

pub(crate) fn words(action: &str) -> &'static str {
    match action {
        "book" => "booked",
        "move" => "rescheduled",
        "call-off" => "canceled",
        _ => "last step undone",
    }
}
