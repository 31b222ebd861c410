//! A day by clinician, or a week by day: who is booked when, and what is free.
//!
//! Invariant: what is shown of a day is in the audit before it is read.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::{icon, state_icon};
use super::row::clock_time;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::Seen;
use crate::desk::service::settings::diff::week_words;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Busy, Gap, Practice, gaps};
use crate::domain::staff::Role;
use crate::domain::visit::VisitRow;

/// The page's script sends it when it fetches the page again: that is no one's work.
const AGAIN: &str = "x-again";

#[derive(Deserialize)]
pub(super) struct CalendarQuery {
    #[serde(default)]
    date: String,
    #[serde(default)]
    view: String,
    #[serde(default)]
    clinician: String,
    /// Sent by a page that only looks whether its session has ended.
    idle: Option<String>,
}

/// What is looked at.
struct Look {
    date: Date,
    is_week: bool,
    clinician: Option<String>,
}

impl Look {
    fn address(&self) -> String {
        Self::to(self.date, self.is_week, self.clinician.as_deref())
    }

    fn to(date: Date, is_week: bool, clinician: Option<&str>) -> String {
        let view = if is_week { "week" } else { "day" };
        let clinician = clinician.map(|name| format!("&clinician={}", in_address(name))).unwrap_or_default();
        format!("/appointments?date={date}&view={view}{clinician}")
    }

    /// Every date that is shown.
    fn dates(&self) -> Vec<Date> {
        if !self.is_week {
            return vec![self.date];
        }
        let monday = self.date.saturating_sub(i64::from(self.date.weekday().to_monday_zero_offset()).days());
        monday.series(1.day()).take(7).collect()
    }
}

/// One day, as it is booked.
struct DayOf {
    date: Date,
    rows: Vec<VisitRow>,
}

struct Calendar {
    look: Look,
    now: Timestamp,
    today: Date,
    zone: TimeZone,
    practice: Practice,
    /// Whatever changed meanwhile has a later one, so the page asks again.
    revision: u64,
    days: Vec<DayOf>,
    contradicted: Vec<Appointment>,
}

pub(super) async fn calendar_page(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    query: Result<Query<CalendarQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() && !headers.contains_key(AGAIN) {
            desk.keep_session(&who)?;
        }
        let calendar = Calendar::read(desk, &who, &query)?;
        let address = calendar.look.address();
        Ok(staff_page("Appointments", &who, (&address, desk.session_idle().as_secs()), &calendar.show(&who)))
    });
    Ok(shown(page.await?))
}

impl Calendar {
    fn read(desk: &Desk, who: &SignedIn, query: &CalendarQuery) -> Result<Self, DeskError> {
        let revision = desk.revision()?;
        let now = desk.now();
        let day = desk.settings().day()?;
        let (zone, today) = (day.zone().clone(), day.of(now));
        // Within what the calendar knows: a typed year 9999 has no next week.
        let sane = |date: &Date| (1900..=2200).contains(&date.year());
        let look = Look {
            date: query.date.parse().ok().filter(sane).unwrap_or(today),
            is_week: query.view == "week",
            clinician: Some(query.clinician.clone()).filter(|name| !name.is_empty()),
        };
        let mut days = Vec::new();
        for date in look.dates() {
            desk.note_seen(&who.user, &Seen::Day(date))?;
            let mut rows = desk.visits_on(date)?;
            rows.retain(|row| row.appointment.as_ref().is_some_and(|appointment| day.of(appointment.start) == date));
            rows.sort_by_key(|row| row.appointment.as_ref().map(|appointment| (appointment.start, row.id.clone())));
            days.push(DayOf { date, rows });
        }
        let practice = desk.practice()?;
        let contradicted = desk.contradicted_bookings()?;
        Ok(Self { look, now, today, zone, practice, revision, days, contradicted })
    }

    /// Everyone who has a column or may be chosen, by name.
    fn clinicians(&self) -> BTreeSet<String> {
        let booked = self.days.iter().flat_map(|day| &day.rows).filter_map(|row| row.appointment.as_ref());
        let mut all: BTreeSet<String> = booked.map(|appointment| appointment.practitioner.clone()).collect();
        all.extend(self.practice.practitioners().into_iter().map(str::to_owned));
        all
    }

    fn show(&self, who: &SignedIn) -> Markup {
        let Look { date, is_week, clinician } = &self.look;
        let step = if *is_week { 7.days() } else { 1.day() };
        let to = |date: Date| Look::to(date, *is_week, clinician.as_deref());
        let title = match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) if *is_week => {
                format!("{} – {}", first.date.strftime("%-d %B"), last.date.strftime("%-d %B %Y"))
            }
            _ => date.strftime("%A, %-d %B %Y").to_string(),
        };
        html! {
            div.calendar #calendar data-revision=(self.revision) {
                div.calendar-head {
                    h2 { (title) }
                    p.way {
                        a #before.button.small href=(to(date.saturating_sub(step))) {
                            "Previous" span.hidden { @if *is_week { " week" } @else { " day" } }
                        }
                        a #today.button.small href=(to(self.today)) { "Today" }
                        a #after.button.small href=(to(date.saturating_add(step))) {
                            "Next" span.hidden { @if *is_week { " week" } @else { " day" } }
                        }
                        a.button.small href=(Look::to(*date, false, clinician.as_deref()))
                            aria-current=[(!is_week).then_some("true")] { "Day" }
                        a.button.small href=(Look::to(*date, true, clinician.as_deref()))
                            aria-current=[is_week.then_some("true")] { "Week" }
                        @if who.role >= Role::Supervisor { a.button.small href="/appointments/import" { "Import" } }
                        a.button.small.primary
                            href={
                                "/appointments/book?date=" (date)
                                @if let Some(name) = clinician { "&practitioner=" (in_address(name)) }
                            } { "Book appointment" }
                    }
                }
                form.search method="get" action="/appointments" {
                    input type="hidden" name="view" value=(if *is_week { "week" } else { "day" });
                    div { label for="date" { "Date" } input #date type="date" name="date" value=(date); }
                    div { label for="clinician" { "Provider" }
                        select #clinician name="clinician" {
                            option value="" { "All" }
                            @for name in self.clinicians().iter().filter(|name| !name.is_empty()) {
                                option value=(name) selected[clinician.as_ref() == Some(name)] { (name) }
                            }
                        }
                    }
                    button.button type="submit" { "Show" }
                }
                (assumed(&self.practice, who))
                @if !self.contradicted.is_empty() {
                    section aria-labelledby="h-contradicted" {
                        h3 #h-contradicted { "Different in scheduling system" }
                        ul { @for one in &self.contradicted {
                            li.reason {
                                (icon("alert"))
                                a href={ "/appointments/one?appointment=" (in_address(one.id.as_str())) } {
                                    (one.person.name_for_staff().as_str()) ", now " (self.at(one.start))
                                }
                            }
                        } }
                    }
                }
                div.columns {
                    @if *is_week {
                        @for day in &self.days { (self.day_column(day)) }
                    } @else {
                        @for day in &self.days { (self.clinician_columns(day)) }
                    }
                }
            }
            script src="/static/appointments.js" defer {}
        }
    }

    fn at(&self, at: Timestamp) -> String {
        format!("{} {}", at.to_zoned_datetime(self.zone.clone()).strftime("%-d %b %Y"), clock_time(at, &self.zone))
    }

    /// Each clinician's day.
    fn clinician_columns(&self, day: &DayOf) -> Markup {
        let mut columns: BTreeMap<&str, Vec<&VisitRow>> = BTreeMap::new();
        let stretches = self.practice.stretches(day.date);
        for stretch in &stretches {
            columns.entry(&stretch.practitioner).or_default();
        }
        for row in &day.rows {
            columns.entry(row.appointment.as_ref().map_or("", |one| one.practitioner.as_str())).or_default().push(row);
        }
        columns.retain(|name, _| self.look.clinician.as_ref().is_none_or(|wanted| wanted == name));
        html! {
            @if self.practice.is_closed(day.date) { p.notice { "The clinic is closed on this day." } }
            @if columns.is_empty() { p.empty { "No appointments and no provider hours on this day." } }
            @for (at, (name, rows)) in columns.iter().enumerate() {
                section.column aria-labelledby={ "column-" (at) } {
                    h3 id={ "column-" (at) } {
                        @if name.is_empty() { "No provider" } @else { (name) } " " span.n { (rows.len()) }
                    }
                    (self.items(day.date, Some(name), rows))
                }
            }
        }
    }

    /// One day of the week.
    fn day_column(&self, day: &DayOf) -> Markup {
        let wanted = self.look.clinician.as_deref();
        let is_wanted = |row: &&VisitRow| {
            wanted.is_none_or(|name| row.appointment.as_ref().is_some_and(|one| one.practitioner == name))
        };
        let rows: Vec<&VisitRow> = day.rows.iter().filter(is_wanted).collect();
        html! {
            section.column.is-today[day.date == self.today] aria-labelledby={ "column-" (day.date) } {
                h3 id={ "column-" (day.date) } {
                    a href=(Look::to(day.date, false, wanted)) { (day.date.strftime("%a %-d %b")) } " "
                    span.n { (rows.len()) @if day.date == self.today { ", today" } }
                }
                @if self.practice.is_closed(day.date) { p.quiet { "Closed" } }
                (self.items(day.date, wanted, &rows))
            }
        }
    }

    /// Appointments, and between them what is free, if it is about one clinician.
    fn items(&self, date: Date, clinician: Option<&str>, rows: &[&VisitRow]) -> Markup {
        let taken: Vec<Busy> = rows
            .iter()
            .filter_map(|row| row.appointment.as_ref())
            .filter(|one| one.status.stands())
            .map(|one| Busy {
                id: one.id.clone(),
                patient: one.person.id.clone(),
                practitioner: one.practitioner.clone(),
                service: one.service.clone(),
                start: one.start,
                minutes: one.minutes,
            })
            .collect();
        let mut free = clinician.map(|name| gaps(&self.practice, name, date, &taken)).unwrap_or_default();
        free.retain_mut(|gap| {
            // What is over is not free.
            gap.from = gap.from.max(self.now);
            gap.from < gap.to
        });
        let mut free = free.into_iter().peekable();
        html! {
            ol.booked {
                @for row in rows {
                    @if let Some(one) = &row.appointment {
                        @while let Some(gap) = free.next_if(|gap| gap.from < one.start) {
                            (self.free(date, clinician.unwrap_or_default(), gap))
                        }
                        (self.booked(row, one, clinician.is_none()))
                    }
                }
                @for gap in free { (self.free(date, clinician.unwrap_or_default(), gap)) }
            }
        }
    }

    fn booked(&self, row: &VisitRow, one: &Appointment, names_clinician: bool) -> Markup {
        let minutes = self.practice.length(&one.service, one.minutes);
        html! {
            li.slot.(row.state.code()) {
                p {
                    time.at datetime=(one.start) { (clock_time(one.start, &self.zone)) }
                    span.quiet { " " (minutes) " min" }
                }
                p.name {
                    a id={ "one-" (one.id) } href={ "/appointments/one?appointment=" (in_address(one.id.as_str())) } {
                        (one.person.name_for_staff().as_str())
                    }
                }
                p.quiet {
                    (one.service) @if names_clinician && !one.practitioner.is_empty() { ", " (one.practitioner) }
                    @if !one.place.is_empty() { ", " (one.place) }
                }
                p { span.state.(row.state.code()) { (state_icon(row.state)) (row.state.word()) } }
            }
        }
    }

    fn free(&self, date: Date, clinician: &str, gap: Gap) -> Markup {
        let (from, to) = (clock_time(gap.from, &self.zone), clock_time(gap.to, &self.zone));
        html! {
            li.slot.free {
                a href={ "/appointments/book?date=" (date) "&practitioner=" (in_address(clinician)) } {
                    "Free " (from) "–" (to) span.hidden { ", book with " (clinician) }
                }
            }
        }
    }
}

/// What the clinic's hours are taken to be, as long as no one has said any.
pub(super) fn assumed(practice: &Practice, who: &SignedIn) -> Markup {
    let words = practice.assumed().map(week_words);
    html! {
        @if let Some(words) = words {
            p.quiet.assumed {
                "No provider has hours yet. Free times are offered with every provider on the list "
                @if words.is_empty() {
                    "on no day, because the clinic has no opening hours. "
                } @else {
                    "during opening hours: " (words) ". "
                }
                @if who.role >= Role::Admin {
                    a href="/settings/part?part=hours" { "Set provider hours" }
                } @else {
                    "An admin can set hours."
                }
            }
        }
    }
}
