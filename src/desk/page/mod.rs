//! The staff's page: today's list, live; sign-in; and friendly words for whatever goes wrong.
//!
//! Invariants: no page without a session shows anything of a patient; every form carries the session's
//! token; who may open what is said in `access` alone; nothing is loaded from elsewhere; everything works without a
//! script, only not by itself.

mod access;
mod account;
mod appointments;
mod audit;
mod board;
mod booking;
mod calling;
mod changes;
mod coverage;
mod data_retention;
mod drawn;
mod earlier;
mod history;
mod html;
mod icons;
mod import;
mod import_columns;
mod kept;
mod keys;
mod kiosks;
mod list;
mod live;
mod locked;
mod long;
mod narrow;
mod nav;
mod patient_data;
mod phone;
mod plot;
mod qr;
mod queue;
pub mod reports;
mod room;
mod row;
mod same_number;
mod search;
mod settings;
mod sign_in;
mod users;
mod visit;
mod walk_in;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub use self::access::{ACCESS, FORM_BYTES_MAX, Needs, Sees, form_bytes_max};
pub(super) use self::drawn::Lists;
pub(super) use self::html::in_address;
use super::Desk;
use super::error::DeskError;
use super::letters::{self, LetterError};
use super::secret::hash_token;
use super::session::SignedIn;
use super::tickets::TicketError;
use crate::domain::ids::AppointmentId;

/// A page's script sends it: what was done needs no page in answer, and what was refused is a sentence.
const LIVE: &str = "x-live";
/// Scripts, styles and pictures are ours alone, and nobody may frame the page.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The staff's part of the desk's addresses. Each has its line in [`ACCESS`] too, or nobody may open it.
pub fn routes(desk: &Desk) -> Router<Desk> {
    Router::new()
        .route("/", get(main_page))
        .route("/list", get(list_part))
        .route("/live", get(live::live))
        .route("/session", get(live::session))
        .route("/watch", get(live::watch))
        .route("/watch/live", get(live::watch_live))
        .route("/sign-in", get(sign_in::page).post(sign_in::password))
        .route("/sign-in/code", get(sign_in::code_page).post(sign_in::code))
        .route("/sign-out", post(sign_in::out))
        .route("/account", get(account::account_page))
        .route("/account/{action}", post(account::act))
        .route("/active", post(active))
        .route("/kept", get(kept::kept_page))
        .route("/kept/forget", post(kept::forget))
        .route("/audit", get(audit::audit_page).post(audit::search))
        .route("/reports", get(reports::reports_page))
        .route("/reports.csv", get(reports::figure_as_csv))
        .route("/patient-data", get(patient_data::data_page))
        .route("/patient-data/{action}", post(patient_data::act))
        .route("/data-retention", get(data_retention::page))
        .route("/data-retention/{action}", post(data_retention::act))
        .route("/users", get(users::users_page))
        .route("/users/{action}", post(users::act))
        .route("/kiosks", get(kiosks::kiosks_page))
        .route("/kiosks/list", get(kiosks::kiosks_part))
        .route("/kiosks/seen", post(kiosks::seen))
        .route("/kiosks/order/{action}", post(kiosks::order))
        .route("/kiosks/restart", post(kiosks::restart))
        .route("/kiosks/place", post(kiosks::place))
        .route("/kiosks/adopt", post(kiosks::adopt))
        .route("/kiosks/enrol/{action}", post(kiosks::enrol))
        .route("/alarms", get(kiosks::alarms_part))
        .route("/settings", get(settings::overview))
        .route("/settings/part", get(settings::part))
        .route("/settings/review", get(settings::review))
        .route("/settings/history", get(settings::history))
        .route("/settings/export", get(settings::export))
        .route("/settings/import", post(settings::import).layer(DefaultBodyLimit::max(form_bytes_max("/settings/import"))))
        .route("/settings/{action}", post(settings::act))
        .route("/appointments", get(appointments::calendar_page))
        .route("/appointments/one", get(booking::one_page))
        .route("/appointments/book", get(booking::book_page))
        .route("/appointments/message", get(booking::message_page))
        .route("/appointments/move", get(booking::move_page))
        .route(
            "/appointments/import",
            get(import::import_page).post(import::upload).layer(DefaultBodyLimit::max(super::import::preview::UPLOAD_BYTES_MAX)),
        )
        .route("/appointments/import/columns", get(import_columns::columns_page).post(import_columns::match_columns))
        .route("/appointments/import/take", post(import::take))
        .route("/appointments/{action}", post(booking::act))
        .route("/letter", get(letter))
        .route("/changes", get(changes::changes_page))
        .route("/earlier", get(earlier::page))
        .route("/earlier/{action}", post(earlier::act))
        .route("/same-number", get(same_number::page))
        .route("/same-number/decide", post(same_number::decide))
        .route("/photo", get(changes::picture))
        .route("/photo/large", get(changes::large))
        .route("/changes/{action}", post(changes::decide))
        .route("/visit", get(visit::visit_page))
        .route("/visit/now", get(visit::visit_now))
        .route("/ticket.pdf", get(ticket))
        .route("/walk-in", get(walk_in::walk_in_page).post(walk_in::take_in))
        .route("/search", post(search::search))
        .route("/search/others", post(search::others))
        .route("/here", post(visit::here))
        .route("/visit/{action}", post(calling::act_on_visit))
        .route("/stop/{action}", post(calling::act_on_stop))
        .route("/queue/next", post(calling::call_next))
        .route("/point", post(calling::set_point))
        .route("/board", get(board::boards_page))
        .route("/boards/renew", post(board::renew))
        .route("/board/{place}", get(board::board_page))
        .route("/board/{place}/part", get(board::board_part))
        .route("/board/{place}/live", get(board::board_live))
        .route("/t/{token}", get(phone::ticket_page))
        .route("/t/{token}/part", get(phone::ticket_part))
        .route("/t/{token}/live", get(phone::ticket_live))
        .route("/t/{token}/app", get(phone::manifest))
        .route("/t/{token}/{wish}", post(phone::wish))
        .route("/t/worker.js", get(async || asset("text/javascript; charset=utf-8", include_str!("worker.js"))))
        .route("/static/live.js", get(async || asset("text/javascript; charset=utf-8", include_str!("live.js"))))
        .route("/static/tones.js", get(async || asset("text/javascript; charset=utf-8", include_str!("tones.js"))))
        .route("/static/board.css", get(async || asset("text/css; charset=utf-8", include_str!("board.css"))))
        .route("/static/board.js", get(async || asset("text/javascript; charset=utf-8", include_str!("board.js"))))
        .route("/static/turns.js", get(async || asset("text/javascript; charset=utf-8", include_str!("turns.js"))))
        .route("/static/phone.css", get(async || asset("text/css; charset=utf-8", include_str!("phone.css"))))
        .route("/static/phone.js", get(async || asset("text/javascript; charset=utf-8", include_str!("phone.js"))))
        .route("/static/desk.css", get(async || asset("text/css; charset=utf-8", include_str!("desk.css"))))
        .route("/static/plot.css", get(async || asset("text/css; charset=utf-8", reports::STYLE)))
        .route("/static/desk.js", get(async || asset("text/javascript; charset=utf-8", include_str!("desk.js"))))
        .route("/static/staff.js", get(async || asset("text/javascript; charset=utf-8", include_str!("staff.js"))))
        .route("/static/ring.js", get(async || asset("text/javascript; charset=utf-8", include_str!("ring.js"))))
        .route("/static/lock.js", get(async || asset("text/javascript; charset=utf-8", include_str!("lock.js"))))
        .route("/static/session.js", get(async || asset("text/javascript; charset=utf-8", include_str!("session.js"))))
        .route("/static/renew.js", get(async || asset("text/javascript; charset=utf-8", include_str!("renew.js"))))
        .route("/static/panel.js", get(async || asset("text/javascript; charset=utf-8", include_str!("panel.js"))))
        .route("/static/alarms.js", get(async || asset("text/javascript; charset=utf-8", include_str!("alarms.js"))))
        .route("/static/kiosks.js", get(async || asset("text/javascript; charset=utf-8", include_str!("kiosks.js"))))
        .route("/static/settings.js", get(async || asset("text/javascript; charset=utf-8", include_str!("settings.js"))))
        .route("/static/appointments.js", get(async || asset("text/javascript; charset=utf-8", include_str!("appointments.js"))))
        .route("/static/import.js", get(async || asset("text/javascript; charset=utf-8", include_str!("import.js"))))
        .route("/static/message.js", get(async || asset("text/javascript; charset=utf-8", include_str!("message.js"))))
        .route("/static/icon.svg", get(async || asset("image/svg+xml", include_str!("icon.svg"))))
        .fallback(async || Oops::NotFound)
        .layer(from_fn_with_state(desk.clone(), access::guard))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

/// What every answer of the desk says to browsers.
pub(super) async fn with_safe_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

/// Tells one set of the pages' own files from another: a page that stays open for weeks loads itself again when they are new.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let files = [
            include_str!("live.js"),
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

fn shown(page: maud::Markup) -> Response {
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
                    shown(html::message("You are signed out", "Sign in again to see today's list.", "/sign-in", "Sign in")),
                )
                    .into_response();
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "There is no such page", "The address may be mistyped. Today's list is one click away.")
            }
            Self::NoBoard => (
                StatusCode::UNAUTHORIZED,
                "This board has another address",
                "Its address has a key at its end. Staff find it under \"Boards\".",
            ),
            Self::NotAllowed => (
                StatusCode::FORBIDDEN,
                "That is for somebody else",
                "Your role does not open this page. Ask whoever manages the desk's users if it should.",
            ),
            Self::SecondStep => {
                return (
                    StatusCode::FORBIDDEN,
                    shown(html::message(
                        "A second step first",
                        "Your role needs a second step when signing in. Set it up on the page of your account.",
                        "/account",
                        "Your account",
                    )),
                )
                    .into_response();
            }
            Self::TooLong => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Nothing was changed", "That was longer than the desk takes. Shorten it and send it again.")
            }
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "That button belonged to an older page. Open today's list and press it again.",
            ),
            Self::Unreadable => {
                (StatusCode::BAD_REQUEST, "Nothing was changed", "The form did not arrive whole. Open today's list and try again.")
            }
            Self::NoLetter(why) => (StatusCode::NOT_FOUND, "There is no letter", why),
            Self::NoTicket => (
                StatusCode::NOT_FOUND,
                "There is no ticket",
                "Nobody has checked in for this visit, or the check-in was undone. The number stands on the list.",
            ),
            Self::Trouble(error) => {
                tracing::error!(%error, "a page could not be shown");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The desk has trouble just now",
                    "Try again in a moment. If it stays like this, tell whoever looks after the desk's computer. What was confirmed is saved.",
                )
            }
        };
        (status, shown(html::message(title, text, "/", "Today's list"))).into_response()
    }
}

async fn main_page(
    State(desk): State<Desk>,
    who: SignedIn,
    wanted: Result<Query<narrow::Narrow>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(wanted) = wanted.unwrap_or_default();
    let page = desk
        .blocking(move |desk| {
            desk.keep_session(&who)?;
            let (mut day, rows) = drawn::read(desk, &who, None)?;
            day.narrow(wanted);
            Ok(html::main(&day, &rows, &who, &desk.settings().name, None))
        })
        .await?;
    Ok(shown(page))
}

async fn list_part(
    State(desk): State<Desk>,
    who: SignedIn,
    wanted: Result<Query<narrow::Narrow>, QueryRejection>,
    since: Result<Query<drawn::Since>, QueryRejection>,
) -> Result<Response, Oops> {
    let (Query(wanted), Query(since)) = (wanted.unwrap_or_default(), since.unwrap_or_default());
    let part = desk.blocking(move |desk| {
        let (mut day, rows) = drawn::read(desk, &who, Some(&since))?;
        day.narrow(wanted);
        Ok(html::list(&day, &rows, &who.csrf))
    });
    Ok(shown(part.await?))
}

async fn active(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    desk.blocking(move |desk| desk.keep_session(&who)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct LetterQuery {
    appointment: String,
}

/// The letter of a visit, made anew: for printing it, or once more.
async fn letter(State(desk): State<Desk>, who: SignedIn, query: Result<Query<LetterQuery>, QueryRejection>) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let id = AppointmentId::new(query.appointment);
    let name = letters::file_name(&id);
    let made = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(desk.letter(&id))
    });
    match made.await? {
        Ok(pdf) => {
            let file = format!("inline; filename=\"{name}\"");
            Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, file)], pdf).into_response())
        }
        Err(LetterError::Unknown(_)) => Err(Oops::NoLetter("That appointment is not on the desk's list any more.")),
        Err(LetterError::CalledOff(_)) => Err(Oops::NoLetter("That appointment was called off, so nobody should come for it.")),
        Err(LetterError::Desk(error)) => Err(Oops::Trouble(error)),
        Err(error @ (LetterError::Page(_) | LetterError::Zone(_))) => {
            tracing::error!(%error, "a letter could not be made");
            Err(Oops::NoLetter("The letter could not be made. Tell whoever looks after the desk's computer."))
        }
    }
}

/// The ticket of a visit as a page, for the desk's own printer.
async fn ticket(State(desk): State<Desk>, who: SignedIn, query: Result<Query<LetterQuery>, QueryRejection>) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let made = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(desk.ticket_pdf(&AppointmentId::new(query.appointment)))
    });
    match made.await? {
        Ok((number, pdf)) => {
            let file = format!("inline; filename=\"ticket-{number}.pdf\"");
            Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, file)], pdf).into_response())
        }
        Err(TicketError::None) => Err(Oops::NoTicket),
        Err(TicketError::Desk(error)) => Err(Oops::Trouble(error)),
        Err(error @ TicketError::Page(_)) => {
            tracing::error!(%error, "a ticket could not be made");
            Err(Oops::NoTicket)
        }
    }
}
