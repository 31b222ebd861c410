//! One's own account: password, second step, other sessions.
//!
//! Invariants: recovery codes are shown once, in the answer that made them; a password or code is in no address and no
//! answer; no form of this page is ever kept.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use super::qr::square_code;
use super::users::sentence;
use crate::desk::base::error::DeskError;
use crate::desk::base::passwords::Hashing;
use crate::desk::base::passwords::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use crate::desk::base::totp;
use crate::desk::service::staff::account::Asked;
use crate::desk::service::staff::session::SignedIn;

#[derive(Deserialize)]
pub(super) struct AccountForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    code: String,
}

/// What the page says on top.
#[derive(Default)]
struct Said {
    notice: Option<String>,
    problem: Option<String>,
    codes: Option<Vec<String>>,
}

pub(super) async fn account_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        show(desk, &who, &Said::default())
    });
    Ok(shown(page.await?))
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<AccountForm>, FormRejection>,
) -> Result<Response, Oops> {
    if !["password", "begin", "confirm", "codes", "off", "elsewhere"].contains(&action.as_str()) {
        return Err(Oops::NotFound);
    }
    let Form(AccountForm { password, new_password, code }) = form.map_err(|_| Oops::Unreadable)?;
    let (password, new_password) = (Zeroizing::new(password), Zeroizing::new(new_password));
    // Hashing takes memory and a core, as when someone signs in.
    let hashing = desk.part::<Hashing>();
    let turn = hashing.turn().await?;
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let done = match action.as_str() {
            "password" => desk
                .change_own_password(&who, &password, &new_password)
                .map(|asked| asked.said("Password changed. Your other sessions were signed out.")),
            "begin" => desk.begin_second_step(&who, &password).map(|asked| asked.map(|()| None)),
            "confirm" => desk.confirm_second_step(&who, &code).map(confirmed),
            "codes" => {
                desk.renew_recovery_codes(&who, &password).map(|asked| asked.map(|codes| Some(new_codes(codes))))
            }
            "off" if who.needs_second_step => Ok(Asked::Done(Some(Said {
                problem: Some("Your role requires two-step verification.".to_owned()),
                ..Said::default()
            }))),
            "off" => desk.end_second_step(&who, &password).map(|asked| asked.said("Two-step verification is off.")),
            _ => desk
                .sign_out_elsewhere(&who)
                .map(|ended| Asked::Done(Some(Said { notice: Some(ended_elsewhere(ended)), ..Said::default() }))),
        };
        let wrong = |problem: String| Some(Said { problem: Some(problem), ..Said::default() });
        let said = match done {
            Ok(Asked::Done(said)) => said,
            Ok(Asked::WrongPassword) => wrong("Incorrect password. Nothing was changed.".to_owned()),
            Ok(Asked::Wait(seconds)) => {
                wrong(format!("Too many failed attempts. Wait {seconds} seconds, then try again."))
            }
            Err(error) => match sentence(&error) {
                Some(problem) => wrong(problem),
                None => return Err(error),
            },
        };
        let Some(said) = said else { return Ok(None) };
        let status = if said.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        Ok(Some((status, show(desk, &who, &said)?)))
    });
    let answer = answer.await;
    drop(turn);
    Ok(match answer? {
        None => Redirect::to("/account").into_response(),
        Some((status, page)) => (status, shown(page)).into_response(),
    })
}

impl<T> Asked<T> {
    fn map<S>(self, done: impl FnOnce(T) -> S) -> Asked<S> {
        match self {
            Self::Done(value) => Asked::Done(done(value)),
            Self::WrongPassword => Asked::WrongPassword,
            Self::Wait(seconds) => Asked::Wait(seconds),
        }
    }

    fn said(self, notice: &str) -> Asked<Option<Said>> {
        self.map(|_| Some(Said { notice: Some(notice.to_owned()), ..Said::default() }))
    }
}

fn confirmed(codes: Option<Vec<String>>) -> Asked<Option<Said>> {
    let wrong = "Incorrect code. Check the app again: the code changes every 30 seconds, and the phone's clock must be \
                 correct.";
    Asked::Done(Some(match codes {
        Some(codes) => new_codes(codes),
        None => Said { problem: Some(wrong.to_owned()), ..Said::default() },
    }))
}

fn new_codes(codes: Vec<String>) -> Said {
    Said { codes: Some(codes), ..Said::default() }
}

fn ended_elsewhere(ended: usize) -> String {
    match ended {
        0 => "You had no other sessions.".to_owned(),
        1 => "You were signed out of one other session.".to_owned(),
        ended => format!("You were signed out of {ended} other sessions."),
    }
}

fn show(desk: &Desk, who: &SignedIn, said: &Said) -> Result<Markup, DeskError> {
    let second = desk.second_step(&who.user)?;
    let clinic = desk.settings().name.clone();
    let body = html! {
        h2 { "Your account" span.n { " " (who.user) ", " (who.role.code()) } }
        @if let Some(problem) = &said.problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        @if let Some(notice) = &said.notice { p.notice role="status" { (notice) } }
        @if who.must_enrol && !second.is_on {
            p.notice role="status" {
                "Your role requires two-step verification. Set it up here; then every page opens as before."
            }
        }
        @if let Some(codes) = &said.codes { (recovery_codes(codes)) }
        section.change.account aria-labelledby="second" {
            h3 #second { "Two-step verification" }
            p {
                @if second.is_on {
                    "On: you enter a code after your password."
                } @else {
                    "Off. With it, someone who learns your password still can't sign in: they also need a code from \
                     your phone."
                }
            }
            @match &second.pending {
                Some(secret) => (to_confirm(who, secret, &clinic)),
                None => (with_password(who, "begin", if second.is_on { "Use another phone" } else { "Set up" })),
            }
            @if second.is_on {
                p.quiet { (second.recovery_codes) " of " (totp::RECOVERY_CODES) " recovery codes left." }
                (with_password(who, "codes", "Make new recovery codes"))
                @if !who.needs_second_step { (with_password(who, "off", "Turn off")) }
            }
        }
        section.change.account aria-labelledby="password-title" {
            h3 #password-title { "Password" }
            details {
                summary.button { "Change password" }
                form method="post" action="/account/password" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    (password("password-now", "password", "Current password", "current-password"))
                    (password("password-new", "new_password", "New password", "new-password"))
                    button.button.primary type="submit" { "Change password" }
                }
            }
        }
        section.change.account aria-labelledby="elsewhere" {
            h3 #elsewhere { "Other sessions" }
            form method="post" action="/account/elsewhere" {
                input type="hidden" name="csrf" value=(who.csrf);
                button.button type="submit" { "Sign out of all other sessions" }
            }
        }
    };
    Ok(staff_page("Account", who, ("/account", desk.session_idle().as_secs()), &body))
}

fn recovery_codes(codes: &[String]) -> Markup {
    html! {
        section.change.account.codes-once aria-labelledby="codes" {
            h3 #codes { "Your recovery codes" }
            p {
                "Write them down or print them now: they are not shown again. If you don't have your phone, use one \
                 instead of a code. Each works once."
            }
            ol.recovery { @for code in codes { li { (code) } } }
            p.way { a.button.primary href="/" { "I saved them" } }
        }
    }
}

fn to_confirm(who: &SignedIn, secret: &str, clinic: &str) -> Markup {
    html! {
        p { "1. Open an authenticator app on your phone and scan this, or type the key." }
        div.enrol {
            (square_code(&totp::address(secret, &who.user, clinic), "QR code of the key"))
            p.secret { (totp::grouped(secret, ' ')) }
        }
        form method="post" action="/account/confirm" autocomplete="off" {
            input type="hidden" name="csrf" value=(who.csrf);
            label for="code" { "2. Type the code from the app" }
            input #code name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus;
            button.button.primary type="submit" { "Turn on" }
        }
    }
}

/// A form that asks for the password and nothing else.
fn with_password(who: &SignedIn, action: &str, words: &str) -> Markup {
    let id = format!("password-{action}");
    html! {
        details {
            summary.button { (words) }
            form method="post" action={ "/account/" (action) } {
                input type="hidden" name="csrf" value=(who.csrf);
                (password(&id, "password", "Your password", "current-password"))
                button.button.primary type="submit" { (words) }
            }
        }
    }
}

fn password(id: &str, name: &str, label: &str, kind: &str) -> Markup {
    html! {
        label for=(id) { (label) }
        input id=(id) name=(name) type="password" autocomplete=(kind)
            minlength=[(kind == "new-password").then_some(PASSWORD_CHARS_MIN)] maxlength=(PASSWORD_BYTES_MAX) required;
    }
}
