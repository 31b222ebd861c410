//! The kiosks: how each stands, what staff want of it, and a new one.
//!
//! Invariants: what is refused is explained in a sentence, and what was typed stays; a token is shown once, to anyone
//! who asked for it.

mod bar;
mod card;
mod visit;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

pub use self::bar::bar;
pub use self::visit::at_the_kiosk;
use super::super::Desk;
use super::answer::{LIVE, Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::random_token;
use crate::desk::service::kiosks::reading::KiosksNow;
use crate::desk::service::kiosks::watch::{Raised, Standing, Watched};
use crate::desk::service::kiosks::{OrderRow, Tries};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::staff::Role;
use crate::domain::ticket::{NotASeries, Series, Ticket};
use crate::sync::wire::OrderKind;

/// Orders of a kiosk that are shown.
const ORDERS_SHOWN: usize = 4;
/// Most characters of a kiosk's name and of its place.
const ID_CHARS_MAX: usize = 64;
const PLACE_CHARS_MAX: usize = 120;
/// An appointment's number is shorter.
const VISIT_CHARS_MAX: usize = 400;
const SERIES_EXPECTED: &str = "Use one or two letters from A to Z, such as A or AB. D is reserved for the desk.";

/// A kiosk as the page shows it.
pub(super) struct Shown {
    watched: Watched,
    raised: Vec<Raised>,
    today: Tries,
    orders: Vec<OrderRow>,
}

/// What the page is about.
struct Kiosks {
    all: Vec<Shown>,
    zone: TimeZone,
    now: Timestamp,
}

impl Kiosks {
    fn read(desk: &Desk) -> Result<Self, DeskError> {
        let KiosksNow { watch, today, zone, now } = desk.kiosks_now(ORDERS_SHOWN)?;
        let all = watch.kiosks.iter().zip(today).map(|(watched, (today, orders))| Shown {
            watched: watched.clone(),
            raised: watch.raised.iter().filter(|raised| raised.kiosk == watched.row.id).cloned().collect(),
            today,
            orders,
        });
        Ok(Self { all: all.collect(), zone, now })
    }
}

/// What someone wrote into a form of the page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct KioskForm {
    kiosk: String,
    text: String,
    ticket: String,
    letter: String,
    place: String,
    alarm: String,
    since: String,
    /// The visit from whose page it comes; empty from the page of the kiosks.
    appointment: String,
}

pub(super) async fn kiosks_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        show(desk, &who, None)
    });
    Ok(shown(page.await?))
}

pub(super) async fn kiosks_part(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    Ok(shown(desk.blocking(move |desk| Ok(cards(&Kiosks::read(desk)?, &who, None))).await?))
}

/// The alarms on top of the pages, for their script.
pub(super) async fn alarms_part(who: SignedIn) -> Response {
    shown(bar::lines(&who))
}

/// What staff want of a kiosk, but for what takes a higher role.
pub(super) async fn order(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    headers: HeaderMap,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let is_live = headers.contains_key(LIVE);
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    if !["out-of-service", "in-service", "say", "print-again", "look-again"].contains(&action.as_str()) {
        return Err(Oops::NotFound);
    }
    work(desk, who, (form, action, is_live), |desk, who, form, action| {
        let what = match action {
            "out-of-service" => OrderKind::OutOfService { text: form.text.trim().to_owned() },
            "in-service" => OrderKind::InService,
            "look-again" => OrderKind::LookAgain,
            "say" => OrderKind::Say { text: form.text.trim().to_owned() },
            _ => match ticket(desk, form)? {
                Some(ticket) => OrderKind::PrintAgain { ticket },
                None => return Ok(Err("Write the number on the ticket, such as A17.".to_owned())),
            },
        };
        give(desk, who, form, &what)
    })
    .await
}

pub(super) async fn restart(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    work(desk, who, (form, "restart".to_owned(), false), |desk, who, form, _| {
        give(desk, who, form, &OrderKind::Restart)
    })
    .await
}

pub(super) async fn place(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    work(desk, who, (form, "place".to_owned(), false), |desk, who, form, _| {
        said(desk.place_kiosk_by(&KioskId::new(form.kiosk.as_str()), &form.place, &who.user))
    })
    .await
}

/// A kiosk's log that goes on behind the one that the desk holds.
pub(super) async fn adopt(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    work(desk, who, (form, "adopt".to_owned(), false), |desk, who, form, _| {
        said(desk.adopt_kiosk(&KioskId::new(form.kiosk.as_str()), &who.user))
    })
    .await
}

/// An alarm that someone has seen; from whichever page.
pub(super) async fn seen(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let since: Timestamp = form.since.parse().map_err(|_| Oops::Unreadable)?;
    desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        desk.see_alarm(&KioskId::new(form.kiosk), &form.alarm, since, &who.user)
    })
    .await?;
    Ok(if headers.contains_key(LIVE) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/kiosks").into_response()
    })
}

/// Lets a new kiosk in, or gives a known one another token; shows that once.
pub(super) async fn enrol(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<KioskForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    if action == "pages" {
        desk.blocking(move |desk| {
            desk.keep_session(&who)?;
            desk.renew_page_keys(&who.user)
        })
        .await?;
        return Ok(Redirect::to("/kiosks").into_response());
    }
    if !["new", "token"].contains(&action.as_str()) {
        return Err(Oops::NotFound);
    }
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let id = KioskId::new(form.kiosk.trim());
        let known = desk.kiosk_row(&id)?;
        let series: Result<Series, String> = match (&known, action.as_str()) {
            (Some(row), "token") => Ok(row.series),
            (None, "token") => Err("That kiosk no longer exists.".to_owned()),
            (Some(_), _) => Err(format!("Kiosk {id} already exists. Replace its token in its section above.")),
            (None, _) => form.letter.trim().parse().map_err(|NotASeries| SERIES_EXPECTED.to_owned()),
        };
        let done = match series {
            Ok(series) => {
                let token = random_token()?;
                let placed = said(crate::desk::base::config::check_kiosk_place(id.as_str(), &form.place))?;
                let enrolled = match placed {
                    Ok(()) => said(desk.enrol_kiosk_by(&id, series, &token, &who.user))?,
                    Err(problem) => Err(problem),
                };
                enrolled.map(|()| (series, token))
            }
            Err(problem) => Err(problem),
        };
        match done {
            Ok((series, token)) => {
                if action == "new" && !form.place.trim().is_empty() {
                    desk.place_kiosk_by(&id, &form.place, &who.user)?;
                }
                Ok((StatusCode::OK, enrolled(desk, &who, &id, series, &token, known.is_some())))
            }
            Err(problem) => Ok((StatusCode::UNPROCESSABLE_ENTITY, show(desk, &who, Some((&problem, &action, &form)))?)),
        }
    });
    let (status, page) = page.await?;
    Ok((status, shown(page)).into_response())
}

/// The ticket that someone typed, with or without the kiosk's letters: of today, or of someone who is here since
/// another day.
fn ticket(desk: &Desk, form: &KioskForm) -> Result<Option<Ticket>, DeskError> {
    desk.ticket_typed(&KioskId::new(form.kiosk.as_str()), &form.ticket)
}

fn give(desk: &Desk, who: &SignedIn, form: &KioskForm, what: &OrderKind) -> Result<Result<(), String>, DeskError> {
    let visit = (!form.appointment.is_empty()).then(|| AppointmentId::new(form.appointment.as_str()));
    let given = desk.order_for(&KioskId::new(form.kiosk.as_str()), what, visit.as_ref(), &who.user)?;
    Ok(given.map(|_| ()).map_err(|refused| refused.sentence().to_owned()))
}

/// What someone can mend is a sentence for them, everything else the desk's own trouble.
fn said(done: Result<(), DeskError>) -> Result<Result<(), String>, DeskError> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(DeskError::BadKiosk { why, .. }) => Ok(Err(format!("That can't be used: {why}."))),
        Err(error) => Err(error),
    }
}

/// Works, and goes back to the kiosk or the visit; what was refused is shown, with what was typed. `asked`: the form,
/// what it is for, and whether a script sent it, which shows a sentence by itself.
async fn work(
    desk: Desk,
    who: SignedIn,
    asked: (KioskForm, String, bool),
    does: impl FnOnce(&Desk, &SignedIn, &KioskForm, &str) -> Result<Result<(), String>, DeskError> + Send + 'static,
) -> Result<Response, Oops> {
    let (form, action, is_live) = asked;
    let short = |id: &str| in_address(&id.chars().take(VISIT_CHARS_MAX).collect::<String>());
    let back = match form.appointment.as_str() {
        "" => format!("/kiosks#kiosk-{}", short(&form.kiosk)),
        visit => format!("/visit?appointment={}", short(visit)),
    };
    let refused = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        match does(desk, &who, &form, &action)? {
            Ok(()) => Ok(None),
            Err(problem) if is_live => Ok(Some((StatusCode::CONFLICT, problem.into_response()))),
            Err(problem) => {
                let page = show(desk, &who, Some((&problem, &action, &form)))?;
                Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, shown(page))))
            }
        }
    });
    Ok(match refused.await? {
        Some(said) => said.into_response(),
        None => Redirect::to(&back).into_response(),
    })
}

/// What was refused: why, which form it was, and what was typed there.
type Refused<'a> = Option<(&'a str, &'a str, &'a KioskForm)>;

fn show(desk: &Desk, who: &SignedIn, refused: Refused<'_>) -> Result<Markup, DeskError> {
    let kiosks = Kiosks::read(desk)?;
    let typed = refused.filter(|(_, action, _)| *action == "new").map(|(_, _, form)| form);
    let value = |of: fn(&KioskForm) -> &str| typed.map_or("", of);
    let is_free = |series: &Series| kiosks.all.iter().all(|shown| shown.watched.row.series != *series);
    let letters = match typed {
        Some(form) => form.letter.clone(),
        None => Series::proposed().find(is_free).map(String::from).unwrap_or_default(),
    };
    let body = html! {
        script src="/static/kiosks.js" defer {}
        h2 { "Kiosks" }
        @if let Some((problem, ..)) = refused { p.problem role="alert" { (icon("alert")) span { (problem) } } }
        (cards(&kiosks, who, refused))
        @if who.role >= Role::Admin {
            section aria-labelledby="h-new" {
                h3 #h-new { "Enroll a kiosk" }
                form.search method="post" action="/kiosks/enrol/new" autocomplete="off" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    div {
                        label for="new-kiosk" { "Name (for example, lobby)" }
                        input #new-kiosk name="kiosk" value=(value(|form| &form.kiosk)) maxlength=(ID_CHARS_MAX)
                            autocapitalize="none" spellcheck="false" required;
                    }
                    div {
                        label for="new-letter" { "Ticket prefix" }
                        input #new-letter name="letter" value=(letters) maxlength="2" size="4"
                            autocapitalize="characters" spellcheck="false" required aria-describedby="new-letter-hint";
                    }
                    div {
                        label for="new-place" { "Location" }
                        input #new-place name="place" value=(value(|form| &form.place)) maxlength=(PLACE_CHARS_MAX)
                            size="30";
                    }
                    button.button type="submit" { "Enroll kiosk" }
                }
                p.quiet #new-letter-hint {
                    "One or two letters that no other kiosk uses. A makes tickets A1, A2, ... D is reserved for the \
                     desk."
                }
                p.quiet { "You get a secret token. It is shown once." }
            }
            section aria-labelledby="h-pages" {
                h3 #h-pages { "Ticket pages on phones" }
                details {
                    summary.button { "Reset ticket links" }
                    p {
                        "Use this if a kiosk's SD card or a copy of the database was lost. Tickets already printed no \
                         longer open their page; their numbers still work."
                    }
                    form method="post" action="/kiosks/enrol/pages" {
                        input type="hidden" name="csrf" value=(who.csrf);
                        button.button type="submit" { "Reset ticket links now" }
                    }
                }
            }
        }
    };
    Ok(staff_page("Kiosks", who, ("/kiosks", desk.session_idle().as_secs()), &body))
}

/// The part that follows what happens.
fn cards(kiosks: &Kiosks, who: &SignedIn, refused: Refused<'_>) -> Markup {
    use Standing::{NeedsSomebody, OutOfService, Silent, Unknown, Working};
    let count = |standing: Standing| kiosks.all.iter().filter(|shown| shown.watched.standing == standing).count();
    html! {
        div #kiosks data-now=(kiosks.now.as_second()) {
            div #kiosk-counts data-part {
                @if kiosks.all.is_empty() { p.empty { "No kiosks yet." } }
                ul.standings aria-label="Counts" {
                    @for standing in [NeedsSomebody, Silent, OutOfService, Working, Unknown] {
                        @if count(standing) > 0 { li { (card::standing(standing)) " " b { (count(standing)) } } }
                    }
                }
            }
            ul.kiosks { @for shown in &kiosks.all { (card::card(shown, kiosks, who, refused)) } }
        }
    }
}

/// The one time that a token is shown.
fn enrolled(desk: &Desk, who: &SignedIn, id: &KioskId, series: Series, token: &str, was_known: bool) -> Markup {
    let lines = format!("kiosk = \"{id}\"\nletter = \"{series}\"\ntoken = \"{token}\"");
    let body = html! {
        h2 { "Kiosk " (id) @if was_known { ": token replaced" } @else { " is enrolled" } }
        p.notice role="status" {
            "The token is shown only once. Write these lines into the kiosk's kiosk.toml, run chmod 600 on it, and \
             restart the kiosk."
            @if was_known { " Until then it can't reach the desk: the old token no longer works." }
        }
        label for="lines" { "Lines for kiosk.toml" }
        textarea #lines.token readonly rows="3" spellcheck="false" autocomplete="off" { (lines) }
        p.way { a.button.primary href={ "/kiosks#kiosk-" (in_address(id.as_str())) } { "I saved it" } }
    };
    staff_page("Kiosks", who, ("/kiosks", desk.session_idle().as_secs()), &body)
}
