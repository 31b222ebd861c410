//! Signing in, in one step or two, and signing out.
//!
//! Invariants: what is typed here is in no address and no answer; a form without its own cookie does nothing; name and password are told
//! apart by no answer; whoever has to type a code has no session before it.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Desk;
use super::super::secret::{random_token, same};
use super::super::session::{FORM_COOKIE, HALF_COOKIE, KEPT_COOKIE, SESSION_COOKIE, SignIn, SignedIn, cookie, set_cookie};
use super::{Oops, html, shown};

/// What is said where a form has no cookie of its own.
const FOREIGN: &str = "This page was open for too long, or cookies are off. Please try again.";

/// Which of the two steps a page asks for.
#[derive(Clone, Copy)]
enum Step {
    Password,
    Code,
}

pub(super) async fn page(headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, Oops> {
    let query = query.unwrap_or_default();
    let note = match query.as_str() {
        query if query.starts_with("ended") => Some("You were signed out because nobody used this page for a while."),
        query if query.starts_with("late") => Some("The code has to follow within five minutes. Please begin again."),
        _ => None,
    };
    password_form(&headers, note, None, StatusCode::OK)
}

pub(super) async fn code_page(headers: HeaderMap) -> Result<Response, Oops> {
    if cookie(&headers, HALF_COOKIE).is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    form(&headers, Step::Code, None, None, StatusCode::OK)
}

pub(super) fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

pub(super) fn password_form(headers: &HeaderMap, note: Option<&str>, problem: Option<&str>, status: StatusCode) -> Result<Response, Oops> {
    form(headers, Step::Password, note, problem, status)
}

fn form(headers: &HeaderMap, step: Step, note: Option<&str>, problem: Option<&str>, status: StatusCode) -> Result<Response, Oops> {
    let token = match cookie(headers, FORM_COOKIE) {
        Some(token) if token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()) => token.to_owned(),
        _ => random_token()?,
    };
    let page = match step {
        Step::Password => html::sign_in(&token, note, problem),
        Step::Code => html::sign_in_code(&token, problem),
    };
    Ok((status, [(header::SET_COOKIE, set_cookie(headers, FORM_COOKIE, &token))], shown(page)).into_response())
}

/// Whether a form came from a page of ours in this browser.
fn is_ours(headers: &HeaderMap, csrf: &str) -> bool {
    cookie(headers, FORM_COOKIE).is_some_and(|token| !token.is_empty() && same(token, csrf))
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    csrf: String,
    name: String,
    password: String,
}

pub(super) async fn password(
    State(desk): State<Desk>,
    headers: HeaderMap,
    sent: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(sent) = sent.map_err(|_| Oops::Unreadable)?;
    if !is_ours(&headers, &sent.csrf) {
        return form(&headers, Step::Password, None, Some(FOREIGN), StatusCode::FORBIDDEN);
    }
    let answer = desk.sign_in(&sent.name, sent.password).await?;
    answered(&desk, &headers, Step::Password, answer).await
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    csrf: String,
    code: String,
}

pub(super) async fn code(
    State(desk): State<Desk>,
    headers: HeaderMap,
    sent: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(CodeForm { csrf, code }) = sent.map_err(|_| Oops::Unreadable)?;
    if !is_ours(&headers, &csrf) {
        return form(&headers, Step::Code, None, Some(FOREIGN), StatusCode::FORBIDDEN);
    }
    let (half, code) = (cookie(&headers, HALF_COOKIE).unwrap_or_default().to_owned(), Zeroizing::new(code));
    let answer = desk.blocking(move |desk| desk.sign_in_with_code(&half, &code)).await?;
    answered(&desk, &headers, Step::Code, answer).await
}

async fn answered(desk: &Desk, headers: &HeaderMap, step: Step, answer: SignIn) -> Result<Response, Oops> {
    match answer {
        SignIn::Welcome(token) => welcome(desk, headers, &token).await,
        SignIn::Code(half) => {
            let mut response = Redirect::to("/sign-in/code").into_response();
            add_cookie(&mut response, &set_cookie(headers, HALF_COOKIE, &half));
            Ok(response)
        }
        SignIn::TooLate => Ok(Redirect::to("/sign-in?late").into_response()),
        SignIn::Wrong => {
            let problem = match step {
                Step::Password => "Name and password do not go together. Please try again.",
                Step::Code => "That code is not right, or was used already. Please type the one that the app shows now.",
            };
            form(headers, step, None, Some(problem), StatusCode::UNAUTHORIZED)
        }
        SignIn::Wait(wait) => {
            let problem = format!("There were several wrong tries. Please wait {} seconds, then try again.", wait.as_secs().max(1));
            form(headers, step, None, Some(&problem), StatusCode::TOO_MANY_REQUESTS)
        }
    }
}

async fn welcome(desk: &Desk, headers: &HeaderMap, token: &str) -> Result<Response, Oops> {
    let (looked, kept) = (token.to_owned(), cookie(headers, KEPT_COOKIE).map(str::to_owned));
    let has_kept = desk
        .blocking(move |desk| {
            let Some(kept) = kept else { return Ok(false) };
            Ok(desk.user_of_session(&looked)?.is_some_and(|user| desk.kept_form_of(&user, &kept).is_some()))
        })
        .await?;
    let mut response = Redirect::to(if has_kept { "/kept" } else { "/" }).into_response();
    add_cookie(&mut response, &set_cookie(headers, SESSION_COOKIE, token));
    if cookie(headers, HALF_COOKIE).is_some() {
        add_cookie(&mut response, &set_cookie(headers, HALF_COOKIE, ""));
    }
    Ok(response)
}

pub(super) async fn out(State(desk): State<Desk>, who: SignedIn, headers: HeaderMap) -> Result<Response, Oops> {
    desk.blocking(move |desk| desk.sign_out(&who)).await?;
    Ok(([(header::SET_COOKIE, set_cookie(&headers, SESSION_COOKIE, ""))], Redirect::to("/sign-in")).into_response())
}
