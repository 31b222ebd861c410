//! What the columns of a list are: as far as their names tell, and otherwise as someone says.
//!
//! Invariants: nothing is imported here; what was said is remembered for lists with the same columns, and holds names
//! of columns alone.

use std::collections::HashMap;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::icons::icon;
use super::import::{begin, page};
use crate::desk::service::import::columns::FIELDS;
use crate::desk::service::import::how::{DateOrder, Mapping};
use crate::desk::service::import::table::Look;
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::session::SignedIn;

/// Of a sample this many characters are shown.
const SAMPLE_CHARS_MAX: usize = 40;

#[derive(Deserialize)]
pub(super) struct ColumnsQuery {
    #[serde(default)]
    list: String,
    idle: Option<String>,
}

pub(super) async fn columns_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<ColumnsQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        let Some(looked) = desk.looked_at(&query.list, &who.user) else { return Ok(forgotten(desk, &who)) };
        let Some(look) = desk.look_at_columns(&looked.sent)? else { return Ok(forgotten(desk, &who)) };
        desk.note_seen(&who.user, &Seen::ListPreview)?;
        let chosen = (0..look.header.len())
            .map(|at| look.columns.fields.get(at).copied().flatten().unwrap_or_default())
            .collect();
        let order = look.order.unwrap_or_else(|| usual_order(desk));
        Ok(show(desk, &who, &query.list, &look, &Said { chosen, order }, None))
    });
    Ok(shown(page.await?))
}

/// Reads the file as the form says that its columns are.
pub(super) async fn match_columns(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let form: HashMap<String, String> = form.into_iter().collect();
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let token = form.get("list").cloned().unwrap_or_default();
        let Some(looked) = desk.looked_at(&token, &who.user) else {
            return Ok(Err((StatusCode::GONE, forgotten(desk, &who))));
        };
        let Some(look) = desk.look_at_columns(&looked.sent)? else {
            return Ok(Err((StatusCode::GONE, forgotten(desk, &who))));
        };
        let said = Said::of(&form, &look, usual_order(desk));
        let problem = match said.mapping(&look) {
            Ok(mapping) => match desk.match_columns(&token, mapping, &who.user)? {
                Some(Ok(())) => return Ok(Ok(token)),
                Some(Err(why)) => format!("The list can't be read this way: {why}."),
                None => return Ok(Err((StatusCode::GONE, forgotten(desk, &who)))),
            },
            Err(why) => why,
        };
        Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, show(desk, &who, &token, &look, &said, Some(&problem)))))
    });
    Ok(match answer.await? {
        Ok(token) => Redirect::to(&format!("/appointments/import?list={token}")).into_response(),
        Err((status, page)) => (status, shown(page)).into_response(),
    })
}

/// What someone says: of each column the name of a field, or nothing.
struct Said {
    chosen: Vec<&'static str>,
    order: DateOrder,
}

impl Said {
    fn of(form: &HashMap<String, String>, look: &Look, usual: DateOrder) -> Self {
        let known = |name: &String| FIELDS.iter().find(|field| field.name == name.as_str()).map(|field| field.name);
        let chosen =
            (0..look.header.len()).map(|at| form.get(&format!("c{at}")).and_then(known).unwrap_or_default()).collect();
        let order = match form.get("order").map(String::as_str) {
            Some("mdy") => DateOrder::Mdy,
            Some("dmy") => DateOrder::Dmy,
            _ => usual,
        };
        Self { chosen, order }
    }

    fn mapping(&self, look: &Look) -> Result<Mapping, String> {
        let mut mapping = Mapping { date_order: Some(self.order), ..Mapping::default() };
        for (name, field) in look.header.iter().zip(&self.chosen) {
            if field.is_empty() {
                if !name.is_empty() {
                    mapping.ignore.push(name.clone());
                }
            } else if mapping.columns.insert((*field).to_owned(), name.clone()).is_some() {
                return Err(format!("Two columns are set to \"{}\". Choose one of them.", label(field)));
            }
        }
        let has = |field: &str| mapping.columns.contains_key(field);
        let is_missing = |field: &&str| match *field {
            "start" => !has("start") && !has("date"),
            "given_name" | "family_name" => !has(field) && !has("name"),
            field => !has(field),
        };
        let missing: Vec<&str> =
            crate::desk::service::import::table::REQUIRED.into_iter().filter(is_missing).map(label).collect();
        if missing.is_empty() { Ok(mapping) } else { Err(format!("Choose a column for: {}.", missing.join(", "))) }
    }
}

fn label(field: &str) -> &'static str {
    FIELDS.iter().find(|one| one.name == field).map_or("", |one| one.label)
}

fn usual_order(desk: &Desk) -> DateOrder {
    if desk.settings().country == "US" { DateOrder::Mdy } else { DateOrder::Dmy }
}

fn forgotten(desk: &Desk, who: &SignedIn) -> Markup {
    begin(desk, who, Some("That list is no longer available. Choose the file again."))
}

fn show(desk: &Desk, who: &SignedIn, token: &str, look: &Look, said: &Said, problem: Option<&str>) -> Markup {
    let doubled = look.columns.doubled.iter().map(|(field, _)| *field);
    let sample = |text: &String| {
        let short: String = text.chars().take(SAMPLE_CHARS_MAX).collect();
        if short.len() < text.len() { format!("{short}…") } else { short }
    };
    let column = |at: usize, name: &String| {
        let chosen = said.chosen.get(at).copied().unwrap_or_default();
        let samples = look.samples.get(at).map(Vec::as_slice).unwrap_or_default();
        html! {
            tr {
                th scope="row" {
                    label for={ "c" (at) } { @if name.is_empty() { "Column " (at + 1) } @else { (name) } }
                }
                td {
                    @if samples.is_empty() {
                        span.none { "empty" }
                    } @else {
                        ul { @for text in samples { li { (sample(text)) } } }
                    }
                }
                td { select id={ "c" (at) } name={ "c" (at) } {
                    option value="" selected[chosen.is_empty()] { "Not imported" }
                    @for field in FIELDS { option value=(field.name) selected[field.name == chosen] { (field.label) } }
                } }
            }
        }
    };
    page(
        desk,
        who,
        &html! {
            h2 { "Match columns" }
            p.way { a.button href="/appointments/import" { "Choose another file" } }
            @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
            p { "Choose the field for each column. Your choice is saved for lists with the same columns." }
            p {
                "Required: appointment ID, start, name and date of birth. Start date and time, and first and last \
                 name, can be one column or two."
            }
            @for field in doubled { p.notice { "Several columns could be \"" (label(field)) "\". Choose one." } }
            form method="post" action="/appointments/import/columns" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="list" value=(token);
                table.things {
                    thead {
                        tr { th scope="col" { "Column" } th scope="col" { "Examples" } th scope="col" { "Field" } }
                    }
                    tbody { @for (at, name) in look.header.iter().enumerate() { (column(at, name)) } }
                }
                div.fields {
                    div {
                        label for="order" { "Dates such as 04/05/2026 are" }
                        select #order name="order" {
                            option value="mdy" selected[said.order == DateOrder::Mdy] { "month/day/year" }
                            option value="dmy" selected[said.order == DateOrder::Dmy] { "day/month/year" }
                        }
                    }
                    button.button.primary type="submit" { "Preview" }
                }
            }
        },
    )
}
