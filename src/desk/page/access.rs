//! Who may open which address, and what they see there: one table, looked up before anything else is done.
//!
//! Invariants: an address that is not in the table opens to no one; a page is made, and a form is done, only after
//! session, role and token were looked at here; what is shown is in the audit before it is made; a form that came too
//! late is kept, not done.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, FromRequestParts, MatchedPath, Query, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::super::Desk;
use super::answer::Oops;
use super::kept;
use super::phone::{self, TicketPage};
use super::routes::ROUTES;
use crate::desk::base::address::in_address;
use crate::desk::base::connections::OnConnection;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::same;
use crate::desk::service::changes::ChangeKey;
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::kept::KeptForm;
use crate::desk::service::staff::session::{KEPT_COOKIE, SESSION_COOKIE, SignedIn, Standing, cookie, set_cookie_for};
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::proposal::Field;
use crate::domain::staff::Role;

/// A form of ours is far shorter.
pub const FORM_BYTES_MAX: usize = 16 * 1024;
/// A file of all settings is longer than a form.
const FILE_BYTES_MAX: usize = 3 * crate::desk::service::settings::file::FILE_BYTES_MAX;
/// A page that ends with its session sends what was typed with this header: to be kept, never to be done.
const ONLY_KEEP: &str = "x-arrivals-keep";
/// The session's token, where there is no form to hold it.
const TOKEN: &str = "x-arrivals-token";

/// What an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it shows nothing of anyone.
    Nothing,
    /// A page for anyone who has this role or a higher one. Others are led to the sign-in.
    Page(Role),
    /// A part of a page: a script or the page itself asks for it, so without a session it is refused.
    Part(Role),
    /// A form: also with the session's token.
    Form(Role),
    /// A board: with the boards' key in its address, or for anyone who is signed in.
    Board,
    /// The page of a ticket of today, by its name in the address: anyone who has the paper has that.
    Ticket,
    /// Where a patient feels unwell, without a name: for anyone who is signed in, and for a browser whose session ended
    /// by itself.
    Watch,
    /// A file that a page's script sends, with the session's token in the header `x-arrivals-token`.
    Upload(Role),
}

/// What an address shows of people, for the audit. What a form changes is noted with the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Nothing, or what its own handler notes.
    Nothing,
    /// The day's list.
    List,
    /// The changes of the person of a visit, or everyone who has some.
    Changes,
    /// The person of a visit.
    Visit,
    /// The ticket of a visit.
    Ticket,
    /// An appointment.
    Appointment,
    /// The letter of a visit.
    Letter,
    /// A photo of a card.
    Photo,
}

/// How long a form to this address may be; one with a whole file may be longer than others, since each of its bytes may
/// be written as three.
#[must_use]
pub fn form_bytes_max(path: &str) -> usize {
    if path == "/settings/import" { FILE_BYTES_MAX } else { FORM_BYTES_MAX }
}

/// What opens to someone whose role must have the second step before they have it: the way to it, and the way out.
const BEFORE_SECOND_STEP: [&str; 6] = ["/account", "/account/{action}", "/sign-out", "/active", "/live", "/session"];

/// What an address asks for and shows; none if no one may open it.
fn needs(method: &Method, path: &str) -> Option<(Needs, Sees)> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES
        .iter()
        .find(|(its, pattern, ..)| *its == method && *pattern == path)
        .map(|(_, _, needs, sees, _)| (*needs, *sees))
}

/// Lets a request pass, or not.
pub(super) async fn guard(
    State(desk): State<Desk>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Result<Response, Oops> {
    // What is no address of ours is answered by the router.
    let Some(path) = path else { return Ok(next.run(request).await) };
    let (needs, sees) = needs(request.method(), path.as_str()).ok_or(Oops::NotFound)?;
    match needs {
        Needs::Nothing => Ok(next.run(request).await),
        Needs::Page(role) => match standing(&desk, request.headers()).await? {
            Standing::Here(who) if is_held(&who, &path) => Ok(Redirect::to("/account").into_response()),
            Standing::Here(who) => look(desk, who, (role, sees), request, next).await,
            Standing::Ended(_) | Standing::Nobody => {
                let had_session = cookie(request.headers(), SESSION_COOKIE).is_some();
                let way = if had_session {
                    format!("/sign-in?ended&back={}", in_address(&way_back_to(request.uri())))
                } else {
                    "/sign-in".to_owned()
                };
                Ok(Redirect::to(&way).into_response())
            }
        },
        Needs::Part(role) => match standing(&desk, request.headers()).await? {
            Standing::Here(who) if is_held(&who, &path) => Err(Oops::SecondStep),
            Standing::Here(who) => look(desk, who, (role, sees), request, next).await,
            Standing::Ended(_) | Standing::Nobody => Err(Oops::Ended),
        },
        Needs::Watch => {
            let headers = request.headers().clone();
            if desk.blocking(move |desk| desk.may_watch(&headers)).await? {
                Ok(next.run(request).await)
            } else {
                Err(Oops::Ended)
            }
        }
        Needs::Board => {
            if opens_boards(&desk, request.headers(), request.uri()).await? {
                Ok(next.run(request).await)
            } else {
                Err(Oops::NoBoard)
            }
        }
        Needs::Ticket => {
            let (mut parts, body) = request.into_parts();
            let params = RawPathParams::from_request_parts(&mut parts, &()).await.map_err(|_| Oops::NotFound)?;
            let token =
                params.iter().find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned()).unwrap_or_default();
            let Some(ticket) = phone::ticket_of(&desk, &token).await? else { return Ok(phone::closed()) };
            parts.extensions.insert(TicketPage { token, ticket });
            Ok(next.run(Request::from_parts(parts, body)).await)
        }
        Needs::Upload(role) => match standing(&desk, request.headers()).await? {
            Standing::Here(who) if is_held(&who, &path) => Err(Oops::SecondStep),
            Standing::Here(who) if who.role < role => Err(Oops::NotAllowed),
            Standing::Here(who) => {
                let is_ours = request
                    .headers()
                    .get(TOKEN)
                    .and_then(|token| token.to_str().ok())
                    .is_some_and(|token| who.sent(token));
                if is_ours { pass(desk, who, role, request, next).await } else { Err(Oops::Foreign) }
            }
            Standing::Ended(_) | Standing::Nobody => Err(Oops::Ended),
        },
        Needs::Form(role) => {
            let standing = standing(&desk, request.headers()).await?;
            let (who, has_ended) = match standing {
                Standing::Here(who) => (who, false),
                Standing::Ended(who) => (who, true),
                Standing::Nobody => return Err(Oops::Ended),
            };
            let (request, fields) = read_form(request).await?;
            let sent = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value);
            let is_ours = who.sent(sent);
            if has_ended {
                // A form of another site, or of another session, is not kept.
                return if is_ours && who.role >= role {
                    keep(&desk, &who, request, fields).await
                } else {
                    Err(Oops::Ended)
                };
            }
            if is_held(&who, &path) {
                return Err(Oops::SecondStep);
            }
            if who.role < role {
                return Err(Oops::NotAllowed);
            }
            if !is_ours {
                return Err(Oops::Foreign);
            }
            if request.headers().contains_key(ONLY_KEEP) {
                return Ok(StatusCode::CONFLICT.into_response());
            }
            let kept = fields.iter().any(|(name, _)| name == kept::AGAIN);
            if let Some(token) = cookie(request.headers(), KEPT_COOKIE).filter(|_| kept) {
                desk.forget_form(token);
            }
            pass(desk, who, role, request, next).await
        }
    }
}

/// Whether an address has the boards' key, or its browser is signed in.
pub(super) async fn opens_boards(desk: &Desk, headers: &HeaderMap, address: &Uri) -> Result<bool, DeskError> {
    let key = query_of(address).into_iter().find(|(name, _)| name == "key").map(|(_, value)| value).unwrap_or_default();
    let headers = headers.clone();
    desk.blocking(move |desk| {
        let its = desk.board_key()?;
        Ok((!its.is_empty() && same(&its, &key)) || matches!(desk.standing(&headers)?, Standing::Here(_)))
    })
    .await
}

/// Whether someone must set up the second step before this address opens.
fn is_held(who: &SignedIn, path: &MatchedPath) -> bool {
    who.must_enrol && !BEFORE_SECOND_STEP.contains(&path.as_str())
}

/// The address of a page as a sign-in may lead back to it: without the mark that no one worked.
fn way_back_to(address: &Uri) -> String {
    let query: Vec<&str> =
        address.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && *part != "idle=1").collect();
    if query.is_empty() { address.path().to_owned() } else { format!("{}?{}", address.path(), query.join("&")) }
}

/// Whether a sign-in of this role may lead to this address: a page of ours that it opens, and nothing else.
pub(super) fn leads_back(address: &str, role: Role) -> bool {
    const LONGEST: usize = 2000;
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let is_plain = address.len() < LONGEST && address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let page = ROUTES.iter().find(|(method, its, ..)| *method == "GET" && *its == path);
    is_plain && matches!(page, Some((_, _, Needs::Page(least), ..)) if role >= *least)
}

async fn standing(desk: &Desk, headers: &HeaderMap) -> Result<Standing, Oops> {
    let headers = headers.clone();
    Ok(desk.blocking(move |desk| desk.standing(&headers)).await?)
}

/// Shows something to someone who may see it, once it is noted that they do.
async fn look(
    desk: Desk,
    who: SignedIn,
    (role, sees): (Role, Sees),
    request: Request,
    next: Next,
) -> Result<Response, Oops> {
    if who.role < role {
        return Err(Oops::NotAllowed);
    }
    if let Some(seen) = seen(sees, request.uri()) {
        let user = who.user.clone();
        desk.blocking(move |desk| desk.note_seen(&user, &seen)).await?;
    }
    pass(desk, who, role, request, next).await
}

fn query_of(address: &Uri) -> Vec<(String, String)> {
    Query::<Vec<(String, String)>>::try_from_uri(address).map(|Query(query)| query).unwrap_or_default()
}

/// What is seen under this address; none if there is nothing of anyone.
fn seen(sees: Sees, address: &Uri) -> Option<Seen> {
    let query = query_of(address);
    let value = |name: &str| query.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str());
    let visit = value("appointment").map(AppointmentId::new);
    match sees {
        Sees::Nothing => None,
        Sees::List => Some(Seen::List),
        Sees::Changes => Some(visit.map_or(Seen::AllChanges, Seen::Changes)),
        Sees::Visit => visit.map(Seen::Visit),
        Sees::Ticket => visit.map(Seen::Ticket),
        Sees::Appointment => visit.map(Seen::Appointment),
        Sees::Letter => visit.map(Seen::Letter),
        Sees::Photo => {
            let key = (value("kiosk")?, value("seq")?.parse().ok()?, Field::from_code(value("field")?)?);
            Some(Seen::Photo(ChangeKey { kiosk: KioskId::new(key.0), seq: key.1, field: key.2 }))
        }
    }
}

async fn pass(desk: Desk, mut who: SignedIn, role: Role, mut request: Request, next: Next) -> Result<Response, Oops> {
    if who.role < role {
        return Err(Oops::NotAllowed);
    }
    match desk.kiosks_shared().await {
        Ok(watch) => who.watch = Some(watch),
        Err(error) => tracing::error!(%error, "cannot read the state of the kiosks; the page is shown without it"),
    }
    if let Some(connection) = request.extensions().get::<OnConnection>() {
        connection.trust();
    }
    if who.role >= Role::Admin {
        who.tries = desk.blocking(Desk::failed_tries).await?;
        who.is_asked_about_old_data = desk.blocking(Desk::clean_up_asks).await?;
    }
    request.extensions_mut().insert(who);
    Ok(next.run(request).await)
}

/// The fields of a form, and the request as it was.
async fn read_form(request: Request) -> Result<(Request, Vec<(String, String)>), Oops> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, form_bytes_max(parts.uri.path())).await.map_err(|_| Oops::TooLong)?;
    let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let Form(fields) = Form::<Vec<(String, String)>>::from_request(copy, &()).await.map_err(|_| Oops::Foreign)?;
    Ok((Request::from_parts(parts, Body::from(bytes)), fields))
}

/// Keeps what was posted too late, and asks to sign in again. The status says to a script that nothing was done.
async fn keep(desk: &Desk, who: &SignedIn, request: Request, fields: Vec<(String, String)>) -> Result<Response, Oops> {
    let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
    // A body is not to be held while others work.
    drop(request);
    if !kept::is_worth_keeping(&path) {
        return Err(Oops::Ended);
    }
    let fields = fields.into_iter().filter(|(name, _)| name != "csrf" && name != kept::AGAIN).collect();
    let token = desk.keep_form(who, &KeptForm { path, fields })?;
    let mut response = super::sign_in::kept_form(desk, &headers).await?;
    super::sign_in::add_cookie(
        &mut response,
        &set_cookie_for(&headers, KEPT_COOKIE, &token, 60 * crate::desk::service::staff::kept::KEPT_MINUTES),
    );
    Ok(response)
}

impl FromRequestParts<Desk> for SignedIn {
    type Rejection = Oops;

    /// The user `guard` let pass.
    async fn from_request_parts(parts: &mut Parts, _: &Desk) -> Result<Self, Oops> {
        parts.extensions.get::<Self>().cloned().ok_or(Oops::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_opens_to_nobody() {
        for (method, path, expected) in [
            (Method::GET, "/list", Some((Needs::Part(Role::Desk), Sees::List))),
            (Method::HEAD, "/list", Some((Needs::Part(Role::Desk), Sees::List))),
            (Method::POST, "/list", None),
            (Method::PUT, "/visit/{action}", None),
            (Method::GET, "/nowhere", None),
        ] {
            assert_eq!(needs(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_sign_in_leads_back_to_pages_that_the_role_opens() {
        for address in ["/", "/?state=called", "/visit?appointment=apt-1", "/changes", "/appointments?date=2026-11-23"]
        {
            assert!(leads_back(address, Role::Desk), "{address}");
        }
        for address in [
            "",
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "/users",
            "/list",
            "/sign-out",
            "/nowhere",
            "/visit?a=\r\nx",
            "/ü",
            " /",
            "visit",
        ] {
            assert!(!leads_back(address, Role::Desk), "{address}");
        }
        assert!(leads_back("/users", Role::Admin) && !leads_back(&format!("/?{}", "x".repeat(2000)), Role::Admin));
    }

    #[test]
    fn the_way_back_is_the_page_itself() {
        for (address, expected) in [
            ("/", "/"),
            ("/changes?idle=1", "/changes"),
            ("/visit?appointment=a&idle=1", "/visit?appointment=a"),
            ("/visit?appointment=idle=1", "/visit?appointment=idle=1"),
        ] {
            assert_eq!(way_back_to(&address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn whatever_changes_something_is_a_form_with_a_token() {
        for (method, path, needs, sees, _) in ROUTES {
            let is_form =
                matches!(needs, Needs::Form(_) | Needs::Ticket | Needs::Upload(_)) || path.starts_with("/sign-in");
            assert!(*method == "GET" || is_form, "{method} {path}");
            assert!(*method == "GET" || *sees == Sees::Nothing, "{method} {path}");
        }
    }
}
