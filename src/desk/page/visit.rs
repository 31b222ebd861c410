//! One person: who they are, where they stand today, what they said, what staff wrote, and what happened.
//!
//! Invariants: the buttons are those of the list and do the same; anyone who opens the page is seen to be on it by the
//! others; what was typed is never lost because the page refreshed itself.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::booking::call_off_fields;
use super::drawn::{for_whom, is_on_this, time_passed};
use super::history::{history, when};
use super::html::panel_page;
use super::icons::icon;
use super::kiosks::at_the_kiosk;
use super::list::Day;
use super::row::{call_name, can_check_in, clock_time, language_name, listed, name_of, visit_row};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::kiosks::OrderRow;
use crate::desk::service::queue::by_hand::NOTE_CHARS_MAX;
use crate::desk::service::queue::reading::Beside;
use crate::desk::service::queue::{Happening, Note};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::appointment::{Appointment, Standing};
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::queue::VisitState;
use crate::domain::spoken;
use crate::domain::ticket::CallAs;
use crate::domain::visit::VisitRow;

/// Later visits that are shown.
const NEXT_MAX: usize = 12;
/// Visits of one person that are read.
const VISITS_MAX: u32 = 500;

#[derive(Deserialize)]
pub(super) struct VisitQuery {
    appointment: String,
    /// The page asks for itself; no one worked.
    idle: Option<String>,
}

pub(super) async fn visit_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<VisitQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        let id = AppointmentId::new(query.appointment);
        if desk.visit_row(&id)?.is_none() {
            return Ok(None);
        }
        // Before the page is read: it is not news to itself.
        desk.be_on(&who.csrf, &who.user, &id)?;
        let Some(panel) = Panel::read(desk, &who, id)? else { return Ok(None) };
        Ok(Some(panel.page(&who, desk.session_idle().as_secs())))
    });
    Ok(shown(page.await?.ok_or(Oops::NotFound)?))
}

/// The part of the page that is fetched again at every change.
pub(super) async fn visit_now(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<VisitQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let part = desk.blocking(move |desk| {
        let panel = Panel::read(desk, &who, AppointmentId::new(query.appointment))?;
        Ok(panel.map(|panel| panel.now(&who)))
    });
    Ok(shown(part.await?.ok_or(Oops::NotFound)?))
}

#[derive(Deserialize)]
pub(super) struct HereForm {
    appointment: String,
    /// Set: the page was closed.
    gone: Option<String>,
}

/// A page says that it is still open, or was closed. It is no one's work.
pub(super) async fn here(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<HereForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    desk.blocking(move |desk| {
        let id = AppointmentId::new(form.appointment);
        if form.gone.is_some() {
            return desk.leave(&who.csrf, &id);
        }
        // No one is on the page of someone the desk never heard of.
        if desk.visit_row(&id)?.is_none() { Ok(()) } else { desk.be_on(&who.csrf, &who.user, &id) }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What the page shows.
struct Panel {
    day: Day,
    /// The visit that was opened.
    row: VisitRow,
    /// Today's visits of the person, that one among them if it is of today.
    today: Vec<VisitRow>,
    /// Those that come later.
    next: Vec<Appointment>,
    notes: Vec<Note>,
    happened: Vec<Happening>,
    /// The latest order to print the visit's ticket again at its kiosk.
    again: Option<OrderRow>,
}

impl Panel {
    /// None if neither the list nor a kiosk knows the visit.
    fn read(desk: &Desk, who: &SignedIn, id: AppointmentId) -> Result<Option<Self>, DeskError> {
        let Some(row) = desk.visit_row(&id)? else { return Ok(None) };
        let mut day = Day::read(desk, who)?;
        day.is_panel = true;
        let person = row.appointment.as_ref().map(|appointment| &appointment.person.id);
        let is_theirs = |other: &&VisitRow| {
            other.id == row.id || (person.is_some() && other.appointment.as_ref().map(|a| &a.person.id) == person)
        };
        let mut today: Vec<VisitRow> = day.rows().filter(is_theirs).cloned().collect();
        today.sort_by_key(|row| (row.appointment.as_ref().map(|a| a.start).or(row.arrived_at), row.id.clone()));
        let mut visits: Vec<AppointmentId> = today.iter().map(|row| row.id.clone()).collect();
        if !visits.contains(&row.id) {
            visits.push(row.id.clone());
        }
        let of_visit = row.appointment.as_ref().map(|a| day.clinic.of(a.start));
        let dates = [of_visit, row.ticket.map(|ticket| ticket.date), (!today.is_empty()).then_some(day.date)];
        let first = dates.iter().flatten().min().copied().unwrap_or(day.date);
        let last = dates.iter().flatten().max().copied().unwrap_or(day.date);
        let happened = desk.history(&visits, person, (first, last))?;
        let Beside { ever: mut next, notes, again } = desk.beside_visit(&row, person, &visits, VISITS_MAX)?;
        next.retain(|appointment| !visits.contains(&appointment.id) && day.clinic.of(appointment.start) >= day.date);
        next.truncate(NEXT_MAX);
        Ok(Some(Self { day, row, today, next, notes, happened, again }))
    }

    fn name(&self) -> String {
        name_of(&self.row).unwrap_or_else(|| "Visit not on the list".to_owned())
    }

    fn page(&self, who: &SignedIn, idle_seconds: u64) -> Markup {
        let address = format!("/visit?appointment={}", in_address(self.row.id.as_str()));
        let body = html! {
            p.way { a.button #back href={ "/#row-" (in_address(self.row.id.as_str())) } { "Back to list" } }
            p #said.hidden role="status" aria-live="polite" {}
            p #failed.failed role="alert" hidden {}
            div #now data-appointment=(self.row.id) { (self.now(who)) }
            section.write-note aria-labelledby="h-write" {
                h3 #h-write { "Add note" }
                form #write.write method="post" action="/visit/note" data-live data-clears {
                    input type="hidden" name="csrf" value=(who.csrf);
                    input type="hidden" name="appointment" value=(self.row.id);
                    label.hidden for="note-text" { "Note" }
                    textarea #note-text name="text" rows="3" maxlength=(NOTE_CHARS_MAX) required
                        aria-describedby="note-hint" {}
                    p.quiet #note-hint { "Visible to staff only. It stays in the record, even when archived." }
                    button.button type="submit" aria-label={ "Save note: " (self.name()) } { "Save note" }
                }
            }
        };
        panel_page(who, (&address, idle_seconds), &body)
    }

    fn now(&self, who: &SignedIn) -> Markup {
        let (day, row) = (&self.day, &self.row);
        let born = row
            .appointment
            .as_ref()
            .map(|a| a.person.birth_date)
            .or_else(|| row.walk_in.as_ref().map(|asks| asks.birth_date.into()));
        let now = html! {
            div #panel data-revision=(day.revision) data-now=(day.now.as_second()) data-next=[day.next] {
                h2 #who {
                    (self.name())
                    @if let Some(born) = born {
                        span.n { " DOB " time datetime=[born.day().map(|date| date.0)] { (born.for_staff()) } }
                    }
                }
                @for user in day.on_it(row) { (is_on_this(user)) }
                section aria-labelledby="h-today" {
                    h3 #h-today { @if self.today.is_empty() { "Not today" } @else { "Today" } }
                    @if self.today.is_empty() { p.empty { "No visit today." } }
                    ul.rows {
                        @for one in &self.today { (visit_row(day, one, false)) }
                        @if self.today.is_empty() { (visit_row(day, row, false)) }
                    }
                }
                (self.actions(who))
                (at_the_kiosk(row, &self.name(), self.again.as_ref(), day, who))
                (self.facts())
                @if !self.next.is_empty() {
                    section aria-labelledby="h-next" {
                        h3 #h-next { "Next visits" }
                        ul.next { @for visit in &self.next { (next_visit(visit, &day.zone)) } }
                    }
                }
                (self.notes(who))
                section.past aria-labelledby="h-history" {
                    h3 #h-history { "Activity" }
                    @if self.happened.is_empty() { p.empty { "No activity yet." } }
                    (history(day, &self.happened))
                }
            }
        };
        for_whom(&now, day, &who.csrf)
    }

    /// A button of this visit that is not on its row.
    fn button(&self, who: &SignedIn, action: &str, word: &str, inside: &Markup) -> Markup {
        let id = &self.row.id;
        html! {
            form.by-hand method="post" action={ "/visit/" (action) } data-live {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="appointment" value=(id);
                (inside)
                button.button.primary[action == "check-in"] type="submit" id={ "do-" (action) }
                    aria-label={ (word) ": " (self.name()) } { (word) }
            }
        }
    }

    /// What is done here and not on the list.
    fn actions(&self, who: &SignedIn) -> Markup {
        let row = &self.row;
        let nothing = html! {};
        let can_call_off = row.state == VisitState::Expected && row.ticket.is_none() && row.appointment.is_some();
        let is_expected = can_call_off && self.day.is_of_today(row);
        let is_over = row.appointment.as_ref().is_some_and(|a| a.start <= self.day.now);
        let was_by_hand = row.in_line.step.as_ref().is_some_and(|(_, step)| step == "check-in");
        let waits = matches!(row.state, VisitState::Arrived | VisitState::Held);
        html! {
            section.hand aria-labelledby="h-hand" {
                h3 #h-hand { "Actions" }
                @if can_check_in(&self.day, row) { div #check-in tabindex="-1" { (self.check_in(who)) } }
                div.do {
                    // Without a first name no one can be called by it.
                    @let has_name = name_of(row).is_some() || row.call_as == CallAs::FirstName;
                    @if row.ticket.is_some() && row.state.is_open() && has_name {
                        @let (to, word) = match row.call_as {
                            CallAs::Number => ("first-name", format!("Call by first name: {}", call_name(row))),
                            CallAs::FirstName => ("number", "Call by ticket number".to_owned()),
                        };
                        (self.button(who, "call-as", &word, &html! { input type="hidden" name="call_as" value=(to); }))
                    }
                    @if row.ticket.is_some() && row.appointment.is_some() && waits && !was_by_hand {
                        (self.button(who, "undo-check-in", "Undo check-in", &nothing))
                    }
                    @if is_expected && is_over { (self.button(who, "not-come", "No-show", &nothing)) }
                    @if row.ticket.is_some() {
                        a.button #ticket-pdf href={ "/ticket.pdf?appointment=" (in_address(row.id.as_str())) }
                            target="_blank" { "Print ticket" span.hidden { " (PDF, in a new tab)" } }
                    }
                    @if row.appointment.is_some() {
                        a.button #appointment href={ "/appointments/one?appointment=" (in_address(row.id.as_str())) } {
                            "Appointment" span.hidden { ": " (self.name()) }
                        }
                    }
                }
                @if can_call_off { (self.call_off(who)) }
            }
        }
    }

    /// Calling the visit off, as on the appointment's own page.
    fn call_off(&self, who: &SignedIn) -> Markup {
        html! {
            details #call-off {
                summary.button { "Cancel appointment" }
                form.by-hand method="post" action="/visit/call-off" data-live {
                    input type="hidden" name="csrf" value=(who.csrf);
                    input type="hidden" name="appointment" value=(self.row.id);
                    (call_off_fields(Some(&self.name())))
                }
            }
        }
    }

    /// Checking in by hand, with what is asked for it.
    fn check_in(&self, who: &SignedIn) -> Markup {
        let (day, row) = (&self.day, &self.row);
        let Some(appointment) = &row.appointment else { return html! {} };
        let on_file = appointment.person.language.as_deref().and_then(Language::from_tag).unwrap_or_default();
        let also: Vec<&Appointment> = self
            .today
            .iter()
            .filter(|other| other.id != row.id && other.ticket.is_none() && other.state == VisitState::Expected)
            .filter_map(|other| other.appointment.as_ref())
            .filter(|other| other.standing(day.now, &day.settings, &day.zone, None) == Standing::Open)
            .collect();
        let needed = appointment.documents_needed(&day.settings);
        let late = day.late_since(row);
        let word = if late.is_some() { "Check in anyway" } else { "Check in" };
        self.button(who, "check-in", word, &html! {
            @if let Some(since) = late {
                input type="hidden" name="late" value="check-in";
                p.reason { (icon("clock")) span { "Late " (time_passed(since)) ": decide whether they can be seen" } }
            } @else if let Some(words) = standing_words(appointment, day) {
                p.reason { (icon("clock")) span { (words) } }
            }
            @if !needed.is_empty() { p.by { (icon("card")) span { "Documents needed: " (listed(&needed)) } } }
            @for other in &also {
                p.by { (icon("check")) span { "Also for " (clock_time(other.start, &day.zone)) " " (other.service) } }
            }
            fieldset {
                legend { "Call preference" }
                label.check { input #as-number type="radio" name="call_as" value="number" checked; " ticket number" }
                label.check {
                    input #as-name type="radio" name="call_as" value="first-name"; " first name, " (call_name(row))
                }
            }
            div {
                label for="hand-language" { "Language" }
                select #hand-language name="language" {
                    @for language in Language::ALL {
                        option value=(language.tag()) selected[language == on_file] { (language_name(language)) }
                    }
                }
            }
        })
    }

    fn facts(&self) -> Markup {
        let (day, row) = (&self.day, &self.row);
        let person = row.appointment.as_ref().map(|appointment| &appointment.person);
        let fact = |word: &str, says: &str| html! { @if !says.trim().is_empty() { dt { (word) } dd { (says) } } };
        html! {
            section aria-labelledby="h-facts" {
                h3 #h-facts { "Patient details" }
                dl.typed {
                    @if let Some(person) = person {
                        (fact("MRN", person.number()))
                        @if !person.number.is_empty() {
                            (fact("ID here", &format!("{}: another patient has the same MRN", person.id)))
                        }
                        (fact(
                            "Phone",
                            &std::iter::once(&person.contact.phone)
                                .chain(&person.other_phones)
                                .map(crate::domain::private::Private::as_str)
                                .collect::<Vec<_>>()
                                .join(", "),
                        ))
                        @for placeholder in person.placeholders() { (fact("Ask the patient", placeholder.note())) }
                        @if person.birth_date.real().day().is_none() {
                            (fact("At the kiosk", "not possible without a date of birth: check in at the desk"))
                        }
                        @if let Some(tag) = &person.language { (fact("Language on file", &spoken::for_staff(tag))) }
                    }
                    (fact("Appointment ID", row.id.as_str()))
                    @if let Some(language) = row.language {
                        (fact(if row.kiosk.is_some() { "Kiosk language" } else { "Language" }, language_name(language)))
                    }
                    @if let Some(words) = day.interpreter_of(row) { (fact("Interpreter", &words)) }
                    @if row.ticket.is_some() {
                        (fact(
                            "Call preference",
                            &match row.call_as {
                                CallAs::Number => "ticket number".to_owned(),
                                CallAs::FirstName => format!("first name, {}", call_name(row)),
                            },
                        ))
                    }
                    @if let Some(companion) = &row.companion { (fact("Companion", companion.as_str())) }
                    @if let Some(a) = &row.appointment {
                        (fact("Documents needed", &listed(&a.documents_needed(&day.settings))))
                    }
                    @if let Some(at) = row.arrived_at {
                        @let place = match &row.kiosk {
                            Some(kiosk) => format!("kiosk {kiosk}"),
                            None => "the desk".to_owned(),
                        };
                        (fact("Checked in", &format!("{} at {place}", when(at, day))))
                    }
                    @if let Some(print) = &row.print { (fact("Printed ticket", print)) }
                }
            }
        }
    }

    fn notes(&self, who: &SignedIn) -> Markup {
        let (shown, away): (Vec<&Note>, Vec<&Note>) = self.notes.iter().partition(|note| note.away.is_none());
        let one = |note: &Note, action: &str, word: &str| {
            html! {
                li.note {
                    p.note-text { (note.text.as_str()) }
                    p.quiet {
                        (note.user) ", " time datetime=(note.at) { (when(note.at, &self.day)) }
                        @if let Some((at, user)) = &note.away {
                            "; archived by " (user) ", " time datetime=(at) { (when(*at, &self.day)) }
                        }
                    }
                    form method="post" action={ "/visit/" (action) } data-live {
                        input type="hidden" name="csrf" value=(who.csrf);
                        input type="hidden" name="appointment" value=(note.visit);
                        input type="hidden" name="note" value=(note.revision);
                        button.button.plain.small type="submit" id={ (action) "-" (note.revision) }
                            aria-label={ (word) ": note of " (note.user) ", " (when(note.at, &self.day)) } { (word) }
                    }
                }
            }
        };
        html! {
            section aria-labelledby="h-notes" {
                h3 #h-notes { "Notes" }
                @if shown.is_empty() { p.empty { "No notes." } }
                ul.notes { @for note in shown { (one(note, "note-away", "Archive")) } }
                @if !away.is_empty() {
                    details #away {
                        summary { (away.len()) " archived" }
                        ul.notes { @for note in away { (one(note, "note-back", "Restore")) } }
                    }
                }
            }
        }
    }
}

/// What a kiosk would say against checking in for this visit now; none if nothing.
fn standing_words(appointment: &Appointment, day: &Day) -> Option<String> {
    Some(match appointment.standing(day.now, &day.settings, &day.zone, None) {
        Standing::TooEarly { opens } => format!("Early: kiosks check in from {}", clock_time(opens, &day.zone)),
        Standing::OtherSite => format!("At another site: {}", appointment.place),
        _ => return None,
    })
}

fn next_visit(visit: &Appointment, zone: &TimeZone) -> Markup {
    let start = visit.start.to_zoned_datetime(zone.clone());
    html! {
        li {
            a href={ "/visit?appointment=" (in_address(visit.id.as_str())) } {
                time datetime=(visit.start) { (start.strftime("%a %-d %b %Y, %-I:%M %p")) } " " (visit.service)
            }
            span.quiet { " " (visit.practitioner) @if !visit.status.stands() { " · canceled" } }
        }
    }
}
