//! Signing in, in one step or two, and signing out.
//!
//! Invariants: what is typed here is in no address and no answer; a form without its own cookie does nothing; name and
//! password are told apart by no answer; anyone who has to type a code has no session before it; a sign-in leads back
//! to a page of ours alone.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Desk;
use super::access::leads_back;
use super::answer::{Oops, shown};
use super::locked::SignIn as SignInPage;
use super::{kept, live};
use crate::desk::base::address::in_address;
use crate::desk::base::secret::{random_token, same};
use crate::desk::service::staff::guessing::{BROWSER_COOKIE, BROWSER_COOKIE_SECONDS, Origin};
use crate::desk::service::staff::session::{
    FORM_COOKIE, HALF_COOKIE, KEPT_COOKIE, SESSION_COOKIE, SignIn, SignedIn, Standing, cookie, set_cookie,
    set_cookie_for,
};

/// What is shown where a form has no cookie of its own.
const FOREIGN: &str = "This page was open for too long, or cookies are off. Please try again.";
/// What is shown where a session is over and did not end by itself, or long ago.
const ENDED: &str = "You are signed out. Sign in to continue.";

/// Which of the two steps a page asks for.
#[derive(Clone, Copy)]
enum Step {
    Password,
    Code,
}

/// What an address of the sign-in may say.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignInQuery {
    ended: Option<String>,
    late: Option<String>,
    /// The page that it leads back to.
    back: String,
}

/// What the page says, and where it leads.
#[derive(Default)]
struct Says<'a> {
    note: Option<&'a str>,
    problem: Option<&'a str>,
    back: &'a str,
}

pub(super) async fn page(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<SignInQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.unwrap_or_default();
    let note = match query {
        SignInQuery { late: Some(_), .. } => Some("The code must be entered within five minutes. Start over."),
        SignInQuery { ended: Some(_), .. } => Some(ENDED),
        _ => None,
    };
    form(&desk, &headers, Step::Password, Says { note, back: &query.back, ..Says::default() }, StatusCode::OK).await
}

pub(super) async fn code_page(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<SignInQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    if cookie(&headers, HALF_COOKIE).is_none() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let Query(query) = query.unwrap_or_default();
    form(&desk, &headers, Step::Code, Says { back: &query.back, ..Says::default() }, StatusCode::OK).await
}

pub(super) fn add_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The sign-in in answer to a form that came too late and is kept.
pub(super) async fn kept_form(desk: &Desk, headers: &HeaderMap) -> Result<Response, Oops> {
    form(desk, headers, Step::Password, Says { note: Some(kept::NOTE), ..Says::default() }, StatusCode::UNAUTHORIZED)
        .await
}

async fn form(
    desk: &Desk,
    headers: &HeaderMap,
    step: Step,
    says: Says<'_>,
    status: StatusCode,
) -> Result<Response, Oops> {
    let token = match cookie(headers, FORM_COOKIE) {
        Some(token) if token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()) => token.to_owned(),
        _ => random_token()?,
    };
    let asked = headers.clone();
    let locked = match desk.blocking(move |desk| desk.standing(&asked)).await? {
        Standing::Ended(who) => Some(who),
        Standing::Nobody | Standing::Here(_) => None,
    };
    let hears = match locked.as_ref().filter(|who| who.may_watch()) {
        Some(_) => live::urgent(desk).await.map(|urgent| if urgent == live::NO_ONE { String::new() } else { urgent }),
        None => None,
    };
    // A locked page says so itself.
    let note = says.note.filter(|note| locked.is_none() || *note != ENDED);
    // Asked each time: the first user is added while the page is open.
    let is_new = matches!(step, Step::Password) && desk.blocking(Desk::users).await?.is_empty();
    let page = SignInPage {
        token: &token,
        is_new,
        is_locked: locked.is_some(),
        hears,
        note,
        problem: says.problem,
        back: says.back,
    };
    let page = match step {
        Step::Password => page.password(),
        Step::Code => page.code(),
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
    #[serde(default)]
    back: String,
}

pub(super) async fn password(
    State(desk): State<Desk>,
    origin: Origin,
    headers: HeaderMap,
    sent: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(sent) = sent.map_err(|_| Oops::Unreadable)?;
    let asked = Asked { step: Step::Password, back: &sent.back };
    if !is_ours(&headers, &sent.csrf) {
        return asked.again(&desk, &headers, FOREIGN, StatusCode::FORBIDDEN).await;
    }
    let answer = desk.sign_in(&sent.name, sent.password, origin).await?;
    asked.answered(&desk, &headers, answer).await
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    csrf: String,
    code: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn code(
    State(desk): State<Desk>,
    origin: Origin,
    headers: HeaderMap,
    sent: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(CodeForm { csrf, code, back }) = sent.map_err(|_| Oops::Unreadable)?;
    let asked = Asked { step: Step::Code, back: &back };
    if !is_ours(&headers, &csrf) {
        return asked.again(&desk, &headers, FOREIGN, StatusCode::FORBIDDEN).await;
    }
    let (half, code) = (cookie(&headers, HALF_COOKIE).unwrap_or_default().to_owned(), Zeroizing::new(code));
    let answer = desk.blocking(move |desk| desk.sign_in_with_code(&half, &code, &origin)).await?;
    asked.answered(&desk, &headers, answer).await
}

/// A step that was sent, and the page that it should lead back to.
struct Asked<'a> {
    step: Step,
    back: &'a str,
}

impl Asked<'_> {
    /// The same step once more, and what was wrong.
    async fn again(
        &self,
        desk: &Desk,
        headers: &HeaderMap,
        problem: &str,
        status: StatusCode,
    ) -> Result<Response, Oops> {
        form(desk, headers, self.step, Says { problem: Some(problem), back: self.back, note: None }, status).await
    }

    /// An address of the sign-in that still knows the way back.
    fn way(&self, address: &str) -> String {
        let mark = if address.contains('?') { '&' } else { '?' };
        if self.back.is_empty() { address.to_owned() } else { format!("{address}{mark}back={}", in_address(self.back)) }
    }

    async fn answered(&self, desk: &Desk, headers: &HeaderMap, answer: SignIn) -> Result<Response, Oops> {
        match answer {
            SignIn::Welcome(token) => welcome(desk, headers, &token, self.back).await,
            SignIn::Code(half) => {
                let mut response = Redirect::to(&self.way("/sign-in/code")).into_response();
                add_cookie(&mut response, &set_cookie(headers, HALF_COOKIE, &half));
                Ok(response)
            }
            SignIn::TooLate => Ok(Redirect::to(&self.way("/sign-in?late")).into_response()),
            SignIn::Wrong => {
                let problem = match self.step {
                    Step::Password => "Incorrect username or password. Try again.",
                    Step::Code => "Incorrect code, or it was already used. Type the code the app shows now.",
                };
                self.again(desk, headers, problem, StatusCode::UNAUTHORIZED).await
            }
            SignIn::Wait(wait) => {
                let problem =
                    format!("Too many failed attempts. Wait {} seconds, then try again.", wait.as_secs().max(1));
                self.again(desk, headers, &problem, StatusCode::TOO_MANY_REQUESTS).await
            }
        }
    }
}

async fn welcome(desk: &Desk, headers: &HeaderMap, token: &str, back: &str) -> Result<Response, Oops> {
    let (looked, kept, before) = (token.to_owned(), cookie(headers, KEPT_COOKIE).map(str::to_owned), headers.clone());
    let back = back.to_owned();
    let (to, browser) = desk
        .blocking(move |desk| {
            // From here on the new session counts; what the one before could still hear ends with it.
            desk.forget_ended(&before, &looked)?;
            let Some((user, role)) = desk.user_of_session(&looked)? else { return Ok(("/".to_owned(), None)) };
            let browser = Some(desk.know_browser(&before, &user)?);
            if kept.is_some_and(|kept| desk.kept_form_of(&user, &kept).is_some()) {
                return Ok(("/kept".to_owned(), browser));
            }
            Ok((if leads_back(&back, role) { back } else { "/".to_owned() }, browser))
        })
        .await?;
    let mut response = Redirect::to(&to).into_response();
    add_cookie(&mut response, &set_cookie(headers, SESSION_COOKIE, token));
    if let Some(browser) = browser {
        add_cookie(&mut response, &set_cookie_for(headers, BROWSER_COOKIE, &browser, BROWSER_COOKIE_SECONDS));
    }
    if cookie(headers, HALF_COOKIE).is_some() {
        add_cookie(&mut response, &set_cookie(headers, HALF_COOKIE, ""));
    }
    Ok(response)
}

pub(super) async fn out(State(desk): State<Desk>, who: SignedIn, headers: HeaderMap) -> Result<Response, Oops> {
    desk.blocking(move |desk| desk.sign_out(&who)).await?;
    Ok(([(header::SET_COOKIE, set_cookie(&headers, SESSION_COOKIE, ""))], Redirect::to("/sign-in")).into_response())
}
