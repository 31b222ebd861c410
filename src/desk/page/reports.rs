//! Reports, for supervisors: how some days went, drawn, as tables, and as CSV.
//!
//! Invariants: no one's name is in any of it; what is drawn can be read as a table; it works without a script.

use std::collections::BTreeSet;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use super::plot::plot;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::reports::Days;
use crate::desk::service::reports::csv;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::report::{Cell, Figure, Filter, Plot, Report};

/// How figures look, on the page and in a file.
pub const STYLE: &str = include_str!("plot.css");

/// Which days, visits and figure are asked for, as typed.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    queue: String,
    #[serde(default)]
    service: String,
    #[serde(default)]
    figure: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        let chosen = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Filter { queue: chosen(&self.queue), service: chosen(&self.service) }
    }
}

pub(super) async fn reports_page(
    State(desk): State<Desk>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(asked) = asked.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let read = match Days::read(&asked.from, &asked.to, desk.clinic_date()) {
            Ok(days) => Ok((days, desk.figures(days, asked.filter())?)),
            Err(problem) => Err(problem),
        };
        let status = if read.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok((status, show(&who, &asked, read, desk.session_idle().as_secs())))
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

pub(super) async fn figure_as_csv(
    State(desk): State<Desk>,
    who: SignedIn,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(asked) = asked.map_err(|_| Oops::NotFound)?;
    let made = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let Ok(days) = Days::read(&asked.from, &asked.to, desk.clinic_date()) else { return Ok(None) };
        let report = desk.figures(days, asked.filter())?;
        let found = report.figures.into_iter().find(|figure| figure.code == asked.figure);
        found
            .map(|figure| Ok::<_, DeskError>((format!("{}-{}-{}.csv", figure.code, days.from, days.to), csv(&figure)?)))
            .transpose()
    });
    let (name, csv) = made.await?.ok_or(Oops::NotFound)?;
    let file = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, file)], csv)
        .into_response())
}

fn show(who: &SignedIn, asked: &Asked, read: Result<(Days, Report), &str>, idle_seconds: u64) -> Markup {
    let none = BTreeSet::new();
    let (days, report) = match &read {
        Ok((days, report)) => (Some(*days), Some(report)),
        Err(_) => (None, None),
    };
    let date = |typed: &str, day: fn(Days) -> jiff::civil::Date| {
        days.map_or_else(|| typed.to_owned(), |days| day(days).to_string())
    };
    let (from, to) = (date(&asked.from, |days| days.from), date(&asked.to, |days| days.to));
    let query =
        format!("from={from}&to={to}&queue={}&service={}", in_address(&asked.queue), in_address(&asked.service));
    let body = html! {
        link rel="stylesheet" href="/static/plot.css";
        h2 { "Reports" @if let Some(days) = days { span.n { " " (days.for_people()) } } }
        form.search method="get" action="/reports" {
            div { label for="from" { "From" } input #from name="from" type="date" value=(from); }
            div { label for="to" { "To" } input #to name="to" type="date" value=(to); }
            (choose("queue", "Queue", "All queues", report.map_or(&none, |report| &report.queues), &asked.queue))
            (choose(
                "service",
                "Service",
                "All services",
                report.map_or(&none, |report| &report.services),
                &asked.service,
            ))
            button.button.primary type="submit" { "Show" }
        }
        @match &read {
            Err(problem) => p.problem role="alert" { (icon("alert")) span { (problem) } },
            Ok((_, report)) => (figures(report, asked.filter().is_all(), |figure| html! {
                p.way {
                    a.button.small href={ "/reports.csv?figure=" (figure.code) "&" (query) } {
                        "CSV" span.hidden { " of " (figure.title) }
                    }
                }
            })),
        }
        p.quiet { "See docs/reports.md for what each figure counts and when a wait starts and ends." }
    };
    staff_page("Reports", who, (&format!("/reports?{query}"), idle_seconds), &body)
}

fn choose(name: &str, label: &str, all: &str, names: &BTreeSet<String>, chosen: &str) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (all) }
                @for one in names { option value=(one) selected[one == chosen] { (one) } }
                // What was chosen stays chosen, also on days on which it had no visit.
                @if !chosen.is_empty() && !names.contains(chosen) { option value=(chosen) selected { (chosen) } }
            }
        }
    }
}

/// Every figure, with what `below` makes of it.
fn figures(report: &Report, is_all: bool, below: impl Fn(&Figure) -> Markup) -> Markup {
    html! {
        div.figures {
            @for figure in &report.figures {
                section.figure aria-labelledby={ "figure-" (figure.code) } {
                    h3 id={ "figure-" (figure.code) } { (figure.title) }
                    p.quiet {
                        (figure.note)
                        @if figure.is_of_all && !is_all { " The visit is not known, so this is for the whole clinic." }
                    }
                    @if figure.rows.is_empty() { p.empty { "No data for these dates." } } @else {
                        // Where everything is too few to be drawn, the numbers that there are stand open.
                        @let picture = plot(figure);
                        @let is_bare = picture.0.is_empty() && figure.plot != Plot::Nothing;
                        (picture)
                        details open[is_bare] {
                            summary { "As a table" span.hidden { ": " (figure.title) } } (table(figure))
                        }
                        (below(figure))
                    }
                }
            }
        }
    }
}

fn table(figure: &Figure) -> Markup {
    html! {
        div.more-numbers tabindex="0" role="region" aria-label={ "Table: " (figure.title) } {
            table.numbers {
                thead {
                    tr {
                        @for (at, column) in figure.columns.iter().enumerate() {
                            th.number-cell[is_number(figure, at)] scope="col" { (column.heading) }
                        }
                    }
                }
                tbody {
                    @for row in &figure.rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 {
                                    th scope="row" { (cell.for_people()) }
                                } @else {
                                    td.number-cell[is_number(figure, at)] { (cell.for_people()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_number(figure: &Figure, column: usize) -> bool {
    column > 0
        && figure
            .rows
            .first()
            .and_then(|row| row.get(column))
            .is_some_and(|cell| !matches!(cell, Cell::Text(_) | Cell::Hour(_)))
}

/// A report as one file that needs nothing else.
#[must_use]
pub fn document(clinic: &str, days: Days, filter: &Filter, report: &Report) -> String {
    let chosen: Vec<&str> = filter.queue.iter().chain(&filter.service).map(String::as_str).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (clinic) ": " (days.for_people()) }
                style { (PreEscaped(DOCUMENT_STYLE)) (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (clinic) }
                    p { (days.for_people()) @for one in chosen { ", " (one) } }
                    (figures(report, filter.is_all(), |_| html! {}))
                }
            }
        }
    };
    page.into_string()
}

const DOCUMENT_STYLE: &str = "
body { margin: 0; background: #f3f5f4; color: #17211f; font: 16px/1.4 system-ui, sans-serif; }
main {
  max-width: 860px; margin: 0 auto; padding: 24px;
  display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr);
}
h1, p { margin: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
";
