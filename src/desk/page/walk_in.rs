//! Taking in someone without an appointment by hand.
//!
//! Invariant: what was typed wrong is shown beside the field, with everything that was typed still there.

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
use crate::desk::service::queue::WalkInByHand;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::check::is_unprintable;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::CallAs;

/// A name is no longer than this.
const NAME_CHARS_MAX: usize = 60;
/// The category where the clinic named none.
const ANY: &str = "walk-in";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct WalkInForm {
    given: String,
    family: String,
    born: String,
    category: String,
    language: String,
    call_as: String,
}

pub(super) async fn walk_in_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(show(desk, &who, &WalkInForm::default(), None))
    });
    Ok(shown(page.await?))
}

pub(super) async fn take_in(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<WalkInForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let done = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        match read(desk, &form) {
            Ok(typed) => Ok(Ok(desk.walk_in_by_hand(&typed, &who.user)?.0)),
            Err(problem) => Ok(Err(show(desk, &who, &form, Some(problem)))),
        }
    });
    Ok(match done.await? {
        Ok(id) => Redirect::to(&format!("/visit?appointment={}", in_address(id.as_str()))).into_response(),
        Err(page) => (StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response(),
    })
}

/// What is wrong with a field: its name, and a sentence.
type Problem = (&'static str, &'static str);

fn read(desk: &Desk, form: &WalkInForm) -> Result<WalkInByHand, Problem> {
    let settings = desk.settings();
    let name = |field: &'static str, text: &str| {
        let text = text.trim();
        if text.is_empty() {
            Err((field, "Enter the name."))
        } else if text.chars().nth(NAME_CHARS_MAX).is_some() || text.chars().any(is_unprintable) {
            Err((field, "Use plain text, up to 60 letters."))
        } else {
            Ok(Private::from(text))
        }
    };
    let today = desk
        .now()
        .to_zoned_datetime(settings.zone().map_err(|_| ("born", "The clinic's time zone is unknown."))?)
        .date();
    let born = settings.dates().read(&form.born).filter(|born| *born <= today && born.year() >= today.year() - 130);
    let is_category = categories(&settings).iter().any(|(code, _)| *code == form.category);
    Ok(WalkInByHand {
        given_name: name("given", &form.given)?,
        family_name: name("family", &form.family)?,
        birth_date: BirthDate(born.ok_or(("born", "Enter a date of birth like the example."))?),
        category: if is_category {
            form.category.clone()
        } else {
            return Err(("category", "Choose a reason for visit."));
        },
        language: Language::from_tag(&form.language).unwrap_or_default(),
        call_as: if form.call_as == "first-name" { CallAs::FirstName } else { CallAs::Number },
    })
}

/// Codes and names of what people come for.
fn categories(settings: &ClinicSettings) -> Vec<(&str, &str)> {
    if settings.walk_in.is_empty() {
        return vec![(ANY, "Without an appointment")];
    }
    settings.walk_in.iter().map(|category| (category.code.as_str(), category.name.for_staff())).collect()
}

fn call_preference(form: &WalkInForm) -> Markup {
    html! {
        fieldset {
            legend { "Call preference" }
            label.check {
                input #as-number type="radio" name="call_as" value="number" checked[form.call_as != "first-name"];
                " ticket number"
            }
            label.check {
                input #as-name type="radio" name="call_as" value="first-name" checked[form.call_as == "first-name"];
                " first name"
            }
        }
    }
}

fn show(desk: &Desk, who: &SignedIn, form: &WalkInForm, problem: Option<Problem>) -> Markup {
    let settings = desk.settings();
    let categories = categories(&settings);
    let example = settings.dates().example();
    let wrong = |field: &str| problem.filter(|(its, _)| *its == field).map(|(_, words)| words);
    let said = |field: &str| {
        html! {
            @if let Some(words) = wrong(field) {
                p.problem role="alert" id={ "wrong-" (field) } { (icon("alert")) span { (words) } }
            }
        }
    };
    let described = |field: &str| wrong(field).map(|_| format!("wrong-{field}"));
    let text = |field: &'static str, label: &str, value: &str, is_first: bool| {
        html! {
            div {
                label for=(field) { (label) }
                input id=(field) name=(field) value=(value) maxlength=(NAME_CHARS_MAX) autocomplete="off"
                    spellcheck="false" required
                    aria-invalid=[wrong(field).map(|_| "true")] aria-describedby=[described(field)]
                    autofocus[is_first || wrong(field).is_some()];
                (said(field))
            }
        }
    };
    let body = html! {
        h2 { "New walk-in" }
        p.way { a.button href="/" { "Back to list" } }
        p.quiet { "Adds the patient to the queue with a desk ticket (D1). You can undo this." }
        form.fill method="post" action="/walk-in" {
            input type="hidden" name="csrf" value=(who.csrf);
            (text("given", "First name", &form.given, problem.is_none()))
            (text("family", "Last name", &form.family, false))
            div {
                label for="born" { "Date of birth" }
                input #born name="born" value=(form.born) maxlength="10" inputmode="numeric" autocomplete="off" required
                    aria-invalid=[wrong("born").map(|_| "true")]
                    aria-describedby={ "born-hint" @if wrong("born").is_some() { " wrong-born" } }
                    autofocus[wrong("born").is_some()];
                p.quiet #born-hint { "Such as " (example) ", 9.3.1950 or 1950-03-09" }
                (said("born"))
            }
            div {
                label for="category" { "Reason for visit" }
                select #category name="category" aria-invalid=[wrong("category").map(|_| "true")]
                    aria-describedby=[described("category")] {
                    @if categories.len() > 1 { option value="" { "Choose" } }
                    @for (code, name) in &categories {
                        option value=(code) selected[form.category == *code] {
                            (if name.is_empty() { *code } else { *name })
                        }
                    }
                }
                (said("category"))
            }
            div {
                label for="language" { "Language" }
                select #language name="language" {
                    @for language in Language::ALL {
                        option value=(language.tag()) selected[form.language == language.tag()] {
                            (language.for_staff())
                        }
                    }
                }
            }
            (call_preference(form))
            button.button.primary type="submit" { "Add to queue" }
        }
    };
    staff_page("Walk-in", who, ("/walk-in", desk.session_idle().as_secs()), &body)
}
