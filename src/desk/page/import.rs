//! A list of the booking system, looked at before it is taken.
//!
//! Invariants: an upload is bounded, only read, and shown to anyone who sent it; what is taken is what was shown.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::service::import::Changed;
use crate::desk::service::import::preview::{
    Difference, KEPT_MINUTES, Kind, Preview, ReadList, Sent, Took, UPLOAD_BYTES_MAX, differences,
};
use crate::desk::service::import::{ImportError, days};
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::when::StaffTime;

/// This many appointments of each kind are shown one by one.
const SHOWN_MAX: usize = 500;

#[derive(Deserialize)]
pub(super) struct ImportQuery {
    #[serde(default)]
    list: String,
    #[serde(default)]
    kind: String,
    idle: Option<String>,
}

pub(super) async fn import_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<ImportQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        if query.list.is_empty() {
            return Ok(begin(desk, &who, None));
        }
        let Some(list) = desk.kept_list(&query.list, &who.user) else {
            return Ok(begin(desk, &who, Some("That list is no longer available. Choose the file again.")));
        };
        show(desk, &who, &query.list, &list, None)
    });
    Ok(shown(page.await?))
}

/// Takes a file's bytes from the page's script, and answers where it is shown, or in a sentence why not.
pub(super) async fn upload(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<ImportQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let refuse = |why: String| Ok((StatusCode::UNPROCESSABLE_ENTITY, why).into_response());
    let Ok(body) = body else {
        return refuse(format!(
            "The file is larger than {} MiB. Import it from the command line: arrivals-desk import.",
            UPLOAD_BYTES_MAX / 1024 / 1024
        ));
    };
    let Some(kind) = Kind::of_extension(&query.kind) else {
        return refuse(format!("Choose a file with one of these extensions: {}.", Kind::ENDS));
    };
    let kept = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let sent = Sent { kind, bytes: body.as_ref().into() };
        match ReadList::read_as(kind, &sent.bytes, &desk.how_to_read(None)?) {
            Ok(list) => Ok(Ok(format!("/appointments/import?list={}", desk.keep_sent(sent, Some(list), &who.user)?))),
            Err(ImportError::WrongFile(why)) => {
                // A table whose columns are not all known: someone says what they are.
                let look =
                    desk.look_at_columns(&sent)?.filter(|look| look.header.len() > 1 && !look.columns.is_whole());
                if look.is_none() {
                    return Ok(Err(why));
                }
                Ok(Ok(format!("/appointments/import/columns?list={}", desk.keep_sent(sent, None, &who.user)?)))
            }
            Err(ImportError::Desk(error)) => Err(error),
        }
    });
    match kept.await? {
        Ok(address) => Ok(address.into_response()),
        Err(why) => refuse(format!("The file can't be read: {why}.")),
    }
}

#[derive(Deserialize)]
pub(super) struct TakeForm {
    list: String,
    mark: String,
}

pub(super) async fn take(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<TakeForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(match desk.take_kept_list(&form.list, &form.mark, &who.user)? {
            Took::All(taken, refused) => (StatusCode::OK, done(desk, &who, taken.taken, taken.unchanged, refused)),
            Took::Gone => (
                StatusCode::GONE,
                begin(
                    desk,
                    &who,
                    Some("That list is no longer available. Choose the file again; nothing was imported."),
                ),
            ),
            Took::Changed => match desk.kept_list(&form.list, &who.user) {
                Some(list) => {
                    let why =
                        "The appointments changed since the preview. Nothing was imported; this is the new preview.";
                    (StatusCode::CONFLICT, show(desk, &who, &form.list, &list, Some(why))?)
                }
                None => (
                    StatusCode::GONE,
                    begin(
                        desk,
                        &who,
                        Some("That list is no longer available. Choose the file again; nothing was imported."),
                    ),
                ),
            },
        })
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

pub(super) fn page(desk: &Desk, who: &SignedIn, body: &Markup) -> Markup {
    staff_page("Import", who, ("/appointments/import", desk.session_idle().as_secs()), body)
}

pub(super) fn begin(desk: &Desk, who: &SignedIn, problem: Option<&str>) -> Markup {
    page(
        desk,
        who,
        &html! {
            h2 { "Import appointments" }
            p.way { a.button href="/appointments" { "Back to appointments" } }
            p #problem.problem role="alert" hidden[problem.is_none()] {
                (icon("alert")) span { @if let Some(problem) = problem { (problem) } }
            }
            form #import.fields action="/appointments/import" method="get" data-token=(who.csrf) {
                div {
                    label for="file" {
                        "A list from the scheduling system: CSV, Excel (.xlsx), or FHIR R4 as JSON or NDJSON (.json, \
                         .ndjson, .jsonl)"
                    }
                    input #file type="file" accept=".csv,.txt,.tsv,.xlsx,.xlsm,.json,.ndjson,.jsonl" required;
                }
                button #look.button.primary type="submit" disabled { "Preview" }
            }
            p.quiet { "You see what will change before anything is imported." }
            noscript {
                p.notice {
                    "Choosing a file here needs JavaScript. From the command line: arrivals-desk import --preview FILE \
                     shows what will change, arrivals-desk import FILE imports it."
                }
            }
            script src="/static/import.js" defer {}
        },
    )
}

fn done(desk: &Desk, who: &SignedIn, taken: u64, unchanged: u64, refused: usize) -> Markup {
    page(
        desk,
        who,
        &html! {
            h2 { "Import complete" }
            p.notice role="status" {
                (icon("check")) " Imported " (taken) ", unchanged " (unchanged) ", errors " (refused) "."
            }
            p.way {
                a.button.primary href="/appointments" { "Go to appointments" }
                a.button href="/appointments/import" { "Import another file" }
            }
        },
    )
}

fn show(
    desk: &Desk,
    who: &SignedIn,
    token: &str,
    list: &ReadList,
    problem: Option<&str>,
) -> Result<Markup, super::super::DeskError> {
    let day = desk.settings().day()?;
    let times = desk.settings().staff_time()?;
    let preview = desk.preview(list)?;
    desk.note_seen(&who.user, &Seen::ListPreview)?;
    let arrived = desk.arrived_today()?;
    let (here, others): (Vec<&Changed>, Vec<&Changed>) =
        preview.changed.iter().partition(|one| arrived.contains(&one.after.id));
    let (new, different): (Vec<&Changed>, Vec<&Changed>) = others.into_iter().partition(|one| one.before.is_none());
    let (days, today) = (list.days(&day), desk.clinic_date());
    let past = days::past(&days, today, times.style);
    let has_columns = desk
        .looked_at(token, &who.user)
        .is_some_and(|looked| looked.sent.kind != Kind::Fhir && !looked.sent.bytes.is_empty());
    let body = html! {
        h2 { "Preview" }
        @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        ul aria-label="Dates" { @for line in days::sentences(&days, today, times.style) { li { (line) } } }
        ul.counters aria-label="Counts" {
            @if !here.is_empty() { li.count { a href="#here" { b { (here.len()) } " already checked in" } } }
            li.count { a href="#new" { b { (new.len()) } " new" } }
            li.count { a href="#different" { b { (different.len()) } " different" } }
            li.count { a href="#same" { b { (preview.unchanged) } " unchanged" } }
            li.count { a href="#refused" { b { (list.refused.len() + preview.refused.len()) } " refused" } }
        }
        @if preview.changed.is_empty() { p.notice role="status" { "No changes." } }
        @else if let Some(past) = &past {
            p.problem role="alert" { (icon("alert")) span { (past) " Import it anyway?" } }
        }
        div.way {
            @if !preview.changed.is_empty() {
                form method="post" action="/appointments/import/take" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    input type="hidden" name="list" value=(token);
                    input type="hidden" name="mark" value=(preview.mark());
                    @if past.is_some() {
                        button.button type="submit" { "Yes, import it" }
                    } @else {
                        button.button.primary type="submit" { "Import" }
                    }
                }
            }
            a.button href="/appointments/import" { "Cancel" }
            @if has_columns { a.button href={ "/appointments/import/columns?list=" (token) } { "Match columns" } }
        }
        p.quiet { "Nothing is imported yet. The list is kept for " (KEPT_MINUTES) " minutes." }
        @if !here.is_empty() {
            section #here aria-labelledby="h-here" {
                h3 #h-here { "Already checked in" }
                p { "These patients are here. The list changes their appointments." }
                ul.changes { @for one in here.iter().take(SHOWN_MAX) { (changed(one, &times)) } }
                (more(here.len()))
            }
        }
        section #different aria-labelledby="h-different" {
            h3 #h-different { "Updated" }
            @if different.is_empty() { p.empty { "None." } }
            ul.changes { @for one in different.iter().take(SHOWN_MAX) { (changed(one, &times)) } }
            (more(different.len()))
        }
        section #new aria-labelledby="h-new" {
            h3 #h-new { "New" }
            @if new.is_empty() { p.empty { "None." } }
            ul { @for one in new.iter().take(SHOWN_MAX) { (new_one(one, &times)) } }
            (more(new.len()))
        }
        (refused(list, &preview))
        p #same.quiet { (preview.unchanged) " appointments are unchanged." }
    };
    Ok(page(desk, who, &body))
}

fn new_one(one: &Changed, times: &StaffTime) -> Markup {
    html! {
        li {
            (times.moment(one.after.start)) ", "
            b { (one.after.person.name_for_staff().as_str()) } ", " (one.after.service)
            @if !one.after.practitioner.is_empty() { " with " (one.after.practitioner) }
            span.quiet { ", " (one.after.id) }
        }
    }
}

fn refused(list: &ReadList, preview: &Preview) -> Markup {
    html! {
        section #refused aria-labelledby="h-refused" {
            h3 #h-refused { "Errors" }
            @if list.refused.is_empty() && preview.refused.is_empty() { p.empty { "None." } }
            ul { @for why in preview.refused.iter().take(SHOWN_MAX) { li { (why) } } }
            ul { @for (line, why) in list.refused.iter().take(SHOWN_MAX) { li { "Line " (line) ": " (why) } } }
            (more(list.refused.len()))
            @if !list.notes.is_empty() || !preview.notes.is_empty() {
                h3 { "Notes" }
                ul { @for note in preview.notes.iter().take(SHOWN_MAX) { li { (note) } } }
                ul {
                    @for (line, what) in list.notes.iter().take(SHOWN_MAX) {
                        li { @if let Some(line) = line { "Line " (line) ": " } (what) }
                    }
                }
                (more(list.notes.len()))
            }
        }
    }
}

fn more(count: usize) -> Markup {
    html! { @if count > SHOWN_MAX { p.quiet { "And " (count - SHOWN_MAX) " more." } } }
}

fn changed(one: &Changed, times: &StaffTime) -> Markup {
    let found = one.before.as_ref().map(|before| differences(before, &one.after, times)).unwrap_or_default();
    let value = |text: &str| html! { @if text.is_empty() { span.none { "nothing" } } @else { (text) } };
    html! {
        li.change {
            h4 { (one.after.person.name_for_staff().as_str()) span.quiet { ", " (one.after.id) } }
            dl.typed { @for Difference { what, old, new, .. } in &found {
                dt { (what) }
                dd { (value(old)) span aria-hidden="true" { " → " } span.hidden { " becomes " } b { (value(new)) } }
            } }
        }
    }
}
