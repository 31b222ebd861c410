//! Answers of pages: what every one says to browsers, and what goes wrong in words for the person in front of it.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::html;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;

/// A page's script sends it: what was done needs no page in answer, and what was refused is a sentence.
pub(super) const LIVE: &str = "x-live";
/// Scripts, styles and pictures are ours alone, and no one may frame the page.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What every answer of the desk says to browsers.
pub(in crate::desk) async fn with_safe_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Tells one set of the pages' own files from another: a page that stays open for weeks loads itself again when they
/// are new.
pub(super) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let files = [
            include_str!("live.js"),
            include_str!("times.js"),
            include_str!("tones.js"),
            include_str!("board.css"),
            include_str!("board.js"),
            include_str!("turns.js"),
            include_str!("phone.css"),
            include_str!("phone.js"),
        ];
        hash_token(&files.concat()).chars().take(16).collect()
    });
    &VERSION
}

pub(super) fn shown(page: maud::Markup) -> Response {
    axum::response::Html(page.into_string()).into_response()
}

/// What goes wrong on a page, in words for the person in front of it.
pub enum Oops {
    /// No such page.
    NotFound,
    /// Not signed in, or no longer.
    Ended,
    /// A board without the key of its address.
    NoBoard,
    /// It is for another role.
    NotAllowed,
    /// Their role must have the second step first.
    SecondStep,
    /// A form longer than any of ours.
    TooLong,
    /// A form that none of our pages sent.
    Foreign,
    /// A form that cannot be read.
    Unreadable,
    /// There is no letter for it, and why.
    NoLetter(&'static str),
    /// There is no ticket for it.
    NoTicket,
    /// The desk has trouble of its own.
    Trouble(DeskError),
}

impl From<DeskError> for Oops {
    fn from(error: DeskError) -> Self {
        Self::Trouble(error)
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::Ended => {
                return (
                    StatusCode::UNAUTHORIZED,
                    shown(html::message(
                        "You are signed out",
                        "Sign in again to see today's list.",
                        "/sign-in",
                        "Sign in",
                    )),
                )
                    .into_response();
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "Page not found", "The address may be mistyped. Go to today's list.")
            }
            Self::NoBoard => (
                StatusCode::UNAUTHORIZED,
                "This display has another address",
                "The address ends with a key. Staff can find it under \"Boards\".",
            ),
            Self::NotAllowed => (
                StatusCode::FORBIDDEN,
                "You don't have access to this page",
                "Your role can't open this page. If you need it, ask an admin.",
            ),
            Self::SecondStep => {
                return (
                    StatusCode::FORBIDDEN,
                    shown(html::message(
                        "Two-step verification required",
                        "Your role requires two-step verification. Set it up in your account.",
                        "/account",
                        "Your account",
                    )),
                )
                    .into_response();
            }
            Self::TooLong => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "Nothing was changed",
                "The text is too long. Shorten it and send it again.",
            ),
            Self::Foreign => {
                (StatusCode::FORBIDDEN, "Nothing was changed", "This page is out of date. Refresh and try again.")
            }
            Self::Unreadable => (
                StatusCode::BAD_REQUEST,
                "Nothing was changed",
                "The form didn't arrive complete. Open today's list and try again.",
            ),
            Self::NoLetter(why) => (StatusCode::NOT_FOUND, "No letter", why),
            Self::NoTicket => (
                StatusCode::NOT_FOUND,
                "No ticket",
                "No one has checked in for this visit, or the check-in was undone. The list shows the number.",
            ),
            Self::Trouble(error) => {
                tracing::error!(%error, "a page could not be shown");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong",
                    "Try again in a moment. If it keeps happening, tell your IT support. What was confirmed is saved.",
                )
            }
        };
        (status, shown(html::message(title, text, "/", "Today's list"))).into_response()
    }
}
