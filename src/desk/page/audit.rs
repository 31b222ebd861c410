//! The audit, for supervisors: who viewed or changed what about which patient, searched by person, user and day.
//!
//! Invariants: what is typed here goes into no address, since it may be a name; looking at the audit is in the audit; a
//! patient's name is shown beside the number, and never stored with it.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::audit::{AuditFound, AuditQuestion};
use crate::desk::service::privacy::{AuditSearch, COMMAND, DESK, IMPORT};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::when::StaffTime;

/// Rows on one page.
const ROWS_MAX: usize = 100;
/// A person's number or name is shorter.
const TEXT_CHARS_MAX: usize = 200;

/// What is looked for, as typed.
#[derive(Deserialize, Default)]
pub(super) struct SearchForm {
    #[serde(default)]
    person: String,
    #[serde(default)]
    user: String,
    /// Set: also who had the day's list open.
    lists: Option<String>,
    /// The first day.
    #[serde(default)]
    from: String,
    /// The last day.
    #[serde(default)]
    to: String,
    /// Rows before the one of this number; empty for the newest.
    #[serde(default)]
    before: String,
}

pub(super) async fn audit_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    search_for(desk, who, SearchForm::default()).await
}

pub(super) async fn search(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<SearchForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    search_for(desk, who, form).await
}

async fn search_for(desk: Desk, who: SignedIn, form: SearchForm) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let found = find(desk, &who, &form)?;
        let status = if found.is_err() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let times = desk.settings().staff_time()?;
        Ok((status, show(&who, &form, &found, &times, desk.session_idle().as_secs())))
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

/// The rows, or a sentence that says what is wrong with the search.
fn find(desk: &Desk, who: &SignedIn, form: &SearchForm) -> Result<Result<AuditFound, &'static str>, DeskError> {
    let zone = desk.settings().zone()?;
    let (Ok(from), Ok(to)) = (day(&form.from), day(&form.to)) else { return Ok(Err("Write a date like 2026-11-23.")) };
    let midnight = |date: Option<Date>| {
        date.and_then(|date| date.to_zoned_datetime(zone.clone()).ok()).map(|zoned| zoned.timestamp())
    };
    let (person, user) = (form.person.trim(), form.user.trim());
    if person.chars().count() > TEXT_CHARS_MAX || user.chars().count() > TEXT_CHARS_MAX {
        return Ok(Err("That is too long for a name. Shorten it."));
    }
    let before = match form.before.as_str() {
        "" => None,
        text => match text.parse() {
            Ok(n) => Some(n),
            Err(_) => return Ok(Err("Open the audit log again from the start.")),
        },
    };
    let search = AuditSearch {
        patients: None,
        with_lists: form.lists.is_some(),
        user: (!user.is_empty()).then(|| user.to_lowercase()),
        from: midnight(from),
        to: midnight(to.map(|date| date.saturating_add(1.day()))),
        before,
    };
    Ok(Ok(desk.search_audit(AuditQuestion { person: person.to_owned(), search }, ROWS_MAX, &who.user)?))
}

fn day(text: &str) -> Result<Option<Date>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| ()),
    }
}

fn show(
    who: &SignedIn,
    form: &SearchForm,
    found: &Result<AuditFound, &'static str>,
    times: &StaffTime,
    idle_seconds: u64,
) -> Markup {
    let body = html! {
        h2 { "Audit log" }
        p.way { a.button href="/" { "Back to the list" } }
        form.search method="post" action="/audit" {
            input type="hidden" name="csrf" value=(who.csrf);
            div {
                label for="person" { "Patient" }
                input #person name="person" value=(form.person) maxlength=(TEXT_CHARS_MAX) autocomplete="off"
                    spellcheck="false" aria-describedby="person-hint";
                p.quiet #person-hint { "Patient ID, appointment ID or name" }
                label.tick {
                    input type="checkbox" name="lists" value="1" checked[form.lists.is_some()];
                    " Include who had the day's list open"
                }
            }
            div {
                label for="user" { "User" }
                input #user name="user" value=(form.user) maxlength=(TEXT_CHARS_MAX) autocomplete="off"
                    autocapitalize="none" spellcheck="false";
            }
            div { label for="from" { "From" } input #from name="from" type="date" value=(form.from); }
            div { label for="to" { "To" } input #to name="to" type="date" value=(form.to); }
            button.button.primary type="submit" { "Search" }
        }
        @match found {
            Err(problem) => p.problem role="alert" { (icon("alert")) span { (problem) } },
            Ok(found) if found.rows.is_empty() => p.empty { "No results." },
            Ok(found) => (table(found, times)),
        }
        @if let Ok(AuditFound { rows, is_more: true, .. }) = found {
            form method="post" action="/audit" {
                input type="hidden" name="csrf" value=(who.csrf);
                @let again =
                    [("person", &form.person), ("user", &form.user), ("from", &form.from), ("to", &form.to)];
                @for (name, value) in again {
                    input type="hidden" name=(name) value=(value);
                }
                @if form.lists.is_some() { input type="hidden" name="lists" value="1"; }
                input type="hidden" name="before" value=(rows.last().map_or(0, |row| row.n));
                button.button type="submit" { "Older" }
            }
        }
    };
    staff_page("Audit log", who, ("/audit", idle_seconds), &body)
}

fn table(found: &AuditFound, times: &StaffTime) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Audit log entries" {
            table.audit {
                thead {
                    tr {
                        th scope="col" { "No." }
                        th scope="col" { "When" }
                        th scope="col" { "User" }
                        th scope="col" { "Action" }
                        th scope="col" { "Patient" }
                        th scope="col" { "Details" }
                    }
                }
                tbody {
                    @for row in &found.rows {
                        tr {
                            td { (row.n) }
                            td { time datetime=(row.at) { (times.to_the_second(row.at)) } }
                            td { (user(&row.user)) }
                            td { (words(&row.action)) }
                            td {
                                @if let Some(name) = found.names.get(&row.patient) { (name) " " }
                                span.quiet { (row.patient) }
                            }
                            td { (row.about) }
                        }
                    }
                }
            }
        }
    }
}

fn user(name: &str) -> &str {
    match name {
        COMMAND => "command on the server",
        DESK => "the desk",
        IMPORT => "scheduling system's list",
        name => name,
    }
}

/// What was done, in words; its code if there are none for it.
fn words(action: &str) -> &str {
    match action {
        "saw-list" => "opened the day's list",
        "saw-appointments" => "viewed a day's appointments",
        "saw-appointment" => "viewed an appointment",
        "saw-import-preview" => "previewed an import",
        "saw-people" => "searched for a patient to book",
        "saw-all-changes" => "viewed the list of changes",
        "saw-changes" => "viewed changes",
        "saw-visit" => "viewed the patient",
        "saw-ticket" => "printed the ticket",
        "searched" => "searched for patients",
        "saw-kept-form" => "viewed a saved form",
        "saw-letter" => "opened the letter",
        "saw-photo" => "viewed a photo of a card",
        "saw-audit" => "viewed the audit log",
        "saw-patient-data" => "viewed what is stored about a patient",
        "saw-batch" => "exported a batch of changes",
        "change-accept" => "accepted a change",
        "change-edit" => "accepted a change with edits",
        "change-reject" => "rejected a change",
        "change-undo" => "undid a decision",
        "change-handed-on" => "exported a change",
        "patients-joined" => "merged two patients with the same number",
        "patients-kept-apart" => "kept two patients with the same number apart",
        "import-columns-set" => "matched the columns of a list",
        "appointment-taken" => "imported an appointment",
        "book" => "booked",
        "move" => "rescheduled an appointment",
        "call-off" => "canceled an appointment",
        "booking-undo" => "undid a booking, reschedule or cancellation",
        "booking-noted" => "acknowledged a difference with the scheduling system",
        "message-queued" => "sent a message",
        "seen" => "acknowledged an arrival",
        "accept" => "accepted a walk-in",
        "decline" => "declined a walk-in",
        "call" => "called",
        "call-again" => "called again",
        "hold" => "put the patient on hold",
        "back" => "put back in line",
        "start" => "started the visit",
        "no-show" => "marked as no-show",
        "transfer" => "transferred to another queue",
        "step-out" => "stepped out",
        "come-back" => "came back",
        "coverage" => "checked coverage",
        "ask-help" => "asked for help",
        "done" => "completed the visit",
        "undo" => "undid a step",
        "check-in" => "checked in at the desk",
        "walk-in" => "added a walk-in",
        "undo-check-in" => "undid a check-in",
        "call-as" => "changed the call preference",
        "not-come" => "marked as no-show",
        "cancel" => "canceled a visit",
        "note" => "wrote a note",
        "note-away" => "archived a note",
        "note-back" => "restored a note",
        "signed-in" => "signed in",
        "signed-out" => "signed out",
        "sign-in-failed" => "failed sign-in: wrong password",
        "code-failed" => "failed sign-in: wrong verification code",
        "sign-ins-slowed" => "too many failed sign-ins from one address",
        "user-unlocked" => "unlocked a user",
        "address-unlocked" => "unlocked an address",
        "second-step-on" => "turned on two-step verification",
        "second-step-off" => "turned off two-step verification",
        "second-step-reset" => "turned off a user's two-step verification",
        "recovery-codes-made" => "made new recovery codes",
        "recovery-code-used" => "used a recovery code",
        "sessions-ended" => "signed out of other sessions",
        "user-added" => "added a user",
        "user-role-set" => "set a user's role",
        "user-password-set" => "set a user's password",
        "user-removed" => "removed a user",
        "settings-set" => "changed the clinic's settings",
        "clean-up" => "deleted old days",
        "patient-exported" => "exported everything about a patient",
        "patient-removed" => "permanently deleted everything about a patient",
        "kiosk-enrolled" => "enrolled a kiosk",
        "kiosk-placed" => "set a kiosk's location",
        "kiosk-alarm-seen" => "acknowledged a kiosk alert",
        "kiosk-adopted" => "allowed a kiosk with a replaced log to continue",
        "fact-passed-over" => "let messages continue after one that could not be read",
        "restored-seen" => "acknowledged a restored backup",
        "kiosk-out-of-service" => "took a kiosk out of service",
        "kiosk-in-service" => "put a kiosk back in service",
        "kiosk-say" => "showed a message on a kiosk",
        "kiosk-print-again" => "reprinted a ticket at a kiosk",
        "kiosk-look-again" => "allowed a kiosk's look-ups again",
        "kiosk-restart" => "restarted a kiosk",
        "page-keys-made" => "reset ticket links",
        "board-addresses-made" => "reset display links",
        "letter-key-made" => "created a new letter key",
        "letter-keys-revoked" => "revoked the letter keys",
        code => code,
    }
}
