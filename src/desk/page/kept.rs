//! What was posted after the session had ended, offered once more.
//!
//! Invariants: nothing is done before someone has looked at it and sent it again; another user is never shown it.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::kept::KeptForm;
use crate::desk::service::staff::session::{KEPT_COOKIE, SignedIn, cookie, set_cookie};
use crate::domain::ids::AppointmentId;
use crate::domain::proposal::Field;

/// The field that says that a form was kept, so that it is not offered again.
pub(super) const AGAIN: &str = "kept";
/// What the sign-in page says.
pub(super) const NOTE: &str = "No one used this page for a while, so it locked and nothing was saved yet. \
                               What you sent is kept for ten minutes: sign in, check it and send it again.";
/// Fields that say what is meant to the desk and nothing to people.
const HIDDEN: [&str; 8] = ["csrf", "appointment", "changes", "kiosk", "seq", "mark", "moves", "step"];

/// Whether a form is worth offering again. One with a password in it is never kept; a whole file is there to be chosen
/// again; what cannot be undone is looked at again first.
pub(super) fn is_worth_keeping(path: &str) -> bool {
    !matches!(path, "/sign-out" | "/active" | "/kept/forget" | "/settings/import" | "/search" | "/here")
        && !["/users", "/account", "/sign-in", "/patient-data", "/data-retention"]
            .iter()
            .any(|begin| path.starts_with(begin))
}

/// What a form was about, in words.
fn words(path: &str) -> String {
    let mut parts = path.trim_matches('/').split('/');
    let what = match parts.next() {
        Some("visit") => "Visit",
        Some("queue") => "Call",
        Some("stop") => "Someone at a kiosk",
        Some("changes") => "Changed details",
        Some("kiosks") => "Kiosk",
        Some("settings") => "Settings",
        Some("walk-in") => "Walk-in",
        Some("appointments") => "Appointment",
        _ => "Form",
    };
    parts.next().map_or_else(|| what.to_owned(), |action| format!("{what}: {action}"))
}

/// What a field is called: of a value that was typed, the field of the chart.
fn label(name: &str, form: &KeptForm) -> String {
    let mark = form.fields.iter().find(|(its, _)| its == "changes").map_or("", |(_, mark)| mark);
    match mark.rsplit('.').nth(1).and_then(Field::from_code).filter(|_| name == "value") {
        Some(field) => field.for_staff().to_owned(),
        None => name.replace('_', " "),
    }
}

pub(super) async fn kept_page(State(desk): State<Desk>, who: SignedIn, headers: HeaderMap) -> Result<Response, Oops> {
    let Some(form) = cookie(&headers, KEPT_COOKIE).and_then(|token| desk.kept_form(&who, token)) else {
        return Ok(Redirect::to("/").into_response());
    };
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let visit =
            form.fields.iter().find(|(name, _)| name == "appointment").map(|(_, id)| AppointmentId::new(id.as_str()));
        if let Some(visit) = &visit {
            desk.note_seen(&who.user, &Seen::Kept(visit.clone()))?;
        }
        let row = visit.map(|id| desk.visit_row(&id)).transpose()?.flatten();
        let name = row.and_then(|row| super::row::name_of(&row));
        Ok(show(&form, name.as_deref(), &who, desk.session_idle().as_secs()))
    });
    Ok(shown(page.await?))
}

fn show(form: &KeptForm, name: Option<&str>, who: &SignedIn, idle_seconds: u64) -> maud::Markup {
    let typed: Vec<&(String, String)> =
        form.fields.iter().filter(|(name, value)| !HIDDEN.contains(&name.as_str()) && !value.is_empty()).collect();
    let body = html! {
        h2 tabindex="-1" autofocus { (words(&form.path)) @if let Some(name) = name { span.n { " of " (name) } } }
        p.notice role="status" { "The page locked before this was saved. Nothing is done until you send it again." }
        @if !typed.is_empty() {
            dl.typed { @for (name, value) in typed { dt { (label(name, form)) } dd { (value) } } }
        }
        p.way {
            form method="post" action=(form.path) {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name=(AGAIN) value="1";
                @for (name, value) in &form.fields {
                    input type="hidden" name=(name) value=(value);
                }
                button.button.primary type="submit" { "Send now" }
            }
            form method="post" action="/kept/forget" {
                input type="hidden" name="csrf" value=(who.csrf);
                button.button.plain type="submit" { "Discard" }
            }
        }
    };
    staff_page("Not saved yet", who, ("/kept", idle_seconds), &body)
}

pub(super) async fn forget(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Oops> {
    if let Some(token) = cookie(&headers, KEPT_COOKIE) {
        desk.forget_form(token);
    }
    Ok(([(header::SET_COOKIE, set_cookie(&headers, KEPT_COOKIE, ""))], Redirect::to("/")).into_response())
}
