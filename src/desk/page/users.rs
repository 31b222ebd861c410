//! Who may sign in and as what, for admins.
//!
//! Invariants: what a form asks is done by the same functions as the commands, so the last admin stays one here too; a
//! password is in no page and no answer; a form with one is never kept.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::base::error::DeskError;
use crate::desk::base::passwords::Hashing;
use crate::desk::base::passwords::{ADMIN_PASSWORD_CHARS_MIN, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use crate::desk::service::staff::session::SignedIn;
use crate::desk::service::staff::users::NAME_CHARS_MAX;
use crate::desk::service::staff::{FailedTries, UserRow};
use crate::domain::staff::Role;

#[derive(Deserialize)]
pub(super) struct UserForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn users_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        show(desk, &who, None)
    });
    Ok(shown(page.await?))
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<UserForm>, FormRejection>,
) -> Result<Response, Oops> {
    if !["add", "role", "password", "reset-totp", "unlock", "unlock-address", "remove"].contains(&action.as_str()) {
        return Err(Oops::NotFound);
    }
    let Form(UserForm { name, address, role, password }) = form.map_err(|_| Oops::Unreadable)?;
    let password = Zeroizing::new(password);
    let role = Role::from_code(&role);
    // Hashing takes memory and a core, as when someone signs in.
    let hashing = desk.part::<Hashing>();
    let turn = hashing.turn().await?;
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let done = match (action.as_str(), role) {
            ("add", Some(role)) => desk.add_user_by(&name, &password, role, &who.user),
            ("role", Some(role)) => desk.set_role(&name, role, &who.user),
            ("password", _) => desk.set_password(&name, &password, &who.user),
            ("reset-totp", _) => desk.reset_second_step(&name, &who.user),
            ("unlock", _) => desk.unlock_user(&name, &who.user).map(|_| ()),
            ("unlock-address", _) => desk.unlock_address(&address, &who.user).map(|_| ()),
            ("remove", _) => desk.remove_user(&name, &who.user),
            _ => return Ok(None),
        };
        match done {
            Ok(()) => Ok(Some(None)),
            Err(error) => match sentence(&error) {
                Some(problem) => Ok(Some(Some(show(desk, &who, Some(&problem))?))),
                None => Err(error),
            },
        }
    });
    let answer = answer.await;
    drop(turn);
    Ok(match answer?.ok_or(Oops::Unreadable)? {
        None => Redirect::to("/users").into_response(),
        Some(page) => (StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response(),
    })
}

/// What an admin did wrong, in words; none if it is the desk's own trouble.
pub(super) fn sentence(error: &DeskError) -> Option<String> {
    let words = match error {
        DeskError::NoUser(_) => "That user no longer exists.".to_owned(),
        DeskError::UserExists(_)
        | DeskError::BadUserName
        | DeskError::BadPassword { .. }
        | DeskError::ExamplePassword
        | DeskError::CommonPassword
        | DeskError::LastAdmin(_) => {
            let text = error.to_string();
            let mut chars = text.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).chain(['.']).collect())?
        }
        _ => return None,
    };
    Some(words)
}

fn show(desk: &Desk, who: &SignedIn, problem: Option<&str>) -> Result<Markup, DeskError> {
    let (users, tries) = (desk.users()?, desk.failed_tries()?);
    let settings = desk.settings();
    let zone = settings.zone()?;
    let body = html! {
        h2 { "Users" }
        p.way { a.button href="/" { "Back to list" } }
        @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        @if !tries.is_empty() { (failed(&tries, &zone, who)) }
        ul.changes { @for user in &users { (one(user, who)) } }
        h3 { "New user" }
        form.search method="post" action="/users/add" autocomplete="off" {
            input type="hidden" name="csrf" value=(who.csrf);
            div {
                label for="name" { "Username" }
                input #name name="name" maxlength=(NAME_CHARS_MAX) autocapitalize="none" spellcheck="false" required;
            }
            div { label for="role" { "Role" } (roles("role", None)) }
            div { label for="password" { "Password" } (password("password")) }
            button.button.primary type="submit" { "Add user" }
        }
        p.quiet {
            "Passwords have at least " (PASSWORD_CHARS_MIN) " characters, those of admins " (ADMIN_PASSWORD_CHARS_MIN)
            ". Common ones are refused."
        }
        p.quiet { "Supervisors can also search the audit log; admins can also manage users." }
    };
    Ok(staff_page("Users", who, ("/users", desk.session_idle().as_secs()), &body))
}

/// Failed sign-ins in words: under which name, how many, from where.
pub(super) fn tries_words(tries: &FailedTries) -> String {
    let under = match (&tries.user, tries.is_spread) {
        (Some(user), _) => format!("as {user}"),
        (None, true) => "under several names".to_owned(),
        (None, false) => "under a name that no one has".to_owned(),
    };
    format!("{} failed sign-ins {under} from {}", tries.count, tries.address)
}

fn failed(tries: &[FailedTries], zone: &TimeZone, who: &SignedIn) -> Markup {
    let time = |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%b %-d, %-I:%M %p").to_string();
    html! {
        section #tries.change aria-labelledby="h-tries" {
            h3 #h-tries { "Failed sign-ins" }
            p.quiet { "Browsers where a user signed in before are not affected. Each attempt is in the audit log." }
            ul { @for tries in tries {
                li {
                    p { (tries_words(tries)) ", " (time(tries.first_at)) " to " (time(tries.last_at)) }
                    @let (action, field, value, words) = match &tries.user {
                        Some(user) => ("unlock", "name", user.as_str(), format!("Unlock {user}")),
                        None => {
                            let address = tries.address.as_str();
                            ("unlock-address", "address", address, format!("Unlock {address}"))
                        }
                    };
                    form method="post" action={ "/users/" (action) } {
                        input type="hidden" name="csrf" value=(who.csrf);
                        input type="hidden" name=(field) value=(value);
                        button.button.small type="submit" { (words) }
                    }
                }
            } }
        }
    }
}

fn one(user: &UserRow, who: &SignedIn) -> Markup {
    let form = |action: &str, class: &str, inside: &Markup| {
        html! {
            form class=(class) method="post" action={ "/users/" (action) } autocomplete="off" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="name" value=(user.name);
                (inside)
            }
        }
    };
    let of = html! { span.hidden { " of " (user.name) } };
    let (role, new) = (format!("role-{}", user.name), format!("password-{}", user.name));
    html! {
        li.change {
            h3 { (user.name) " " span.n { (user.role.code()) @if user.second_step { ", two-step verification on" } } }
            details {
                summary { "Change" (of) }
                (form("role", "search", &html! {
                    div { label for=(role) { "Role" (of) } (roles(&role, Some(user.role))) }
                    button.button type="submit" { "Set role" (of) }
                }))
                (form("password", "search", &html! {
                    div { label for=(new) { "New password" (of) } (password(&new)) }
                    button.button type="submit" { "Set password" (of) }
                }))
                @if user.second_step && user.name != who.user {
                    (form("reset-totp", "search", &html! {
                        button.button type="submit" { "Turn off two-step verification" (of) }
                    }))
                }
                (form("remove", "search", &html! {
                    button.button type="submit" { "Remove " (user.name) }
                }))
            }
        }
    }
}

fn roles(id: &str, now: Option<Role>) -> Markup {
    html! {
        select id=(id) name="role" required {
            @for role in Role::ALL { option value=(role.code()) selected[now == Some(role)] { (role.code()) } }
        }
    }
}

fn password(id: &str) -> Markup {
    html! {
        input id=(id) name="password" type="password" autocomplete="new-password" minlength=(PASSWORD_CHARS_MIN)
            maxlength=(PASSWORD_BYTES_MAX) required;
    }
}
