//! The page behind a ticket's code, on the patient's own phone: where they stand, how long it may take, where to come;
//! and what they can say from there.
//!
//! Invariants: anyone who has the ticket has the page's name, and nothing else opens it; there is the number and
//! nothing else of the person; with the clinic's day the page ends, but not for anyone who still waits; everything
//! works without a script, only not by itself.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown, version};
use super::board::{clock, live, side};
use crate::desk::base::error::DeskError;
use crate::desk::service::queue::words::Words;
use crate::desk::service::queue::{PhoneAnswer, PhoneWish};
use crate::domain::language::Language;
use crate::domain::queue::VisitState;
use crate::domain::queue::day::{Help, TicketStanding};
use crate::domain::ticket::Ticket;

/// Without a script the page asks for itself again after so long.
const AGAIN_SECONDS: u32 = 20;

/// The page that was asked for: its name, and the ticket that it belongs to.
#[derive(Clone)]
pub(super) struct TicketPage {
    pub token: String,
    pub ticket: Ticket,
}

impl FromRequestParts<Desk> for TicketPage {
    type Rejection = Oops;

    /// The one that `access::guard` found.
    async fn from_request_parts(parts: &mut Parts, _: &Desk) -> Result<Self, Oops> {
        parts.extensions.get::<Self>().cloned().ok_or(Oops::NotFound)
    }
}

/// The ticket whose page has this name, of today or of a visit that is still open.
pub(super) async fn ticket_of(desk: &Desk, token: &str) -> Result<Option<Ticket>, DeskError> {
    let today = desk.today_shared().await?;
    Ok(today.ticket_of(token))
}

#[derive(Deserialize, Default)]
pub(super) struct PageQuery {
    lang: Option<String>,
    /// What came of the last wish.
    said: Option<String>,
}

impl PageQuery {
    fn language(&self) -> Option<Language> {
        self.lang.as_deref().and_then(Language::from_tag)
    }
}

/// What the page shows of a ticket; none once its day and its visit are over.
async fn part_of(
    desk: &Desk,
    page: &TicketPage,
    wanted: Option<Language>,
) -> Result<Option<(Language, Markup)>, DeskError> {
    if ticket_of(desk, &page.token).await? != Some(page.ticket) {
        return Ok(None);
    }
    let today = desk.today_shared().await?;
    let settings = desk.settings();
    let Some(standing) = today.standing(page.ticket, &settings) else { return Ok(None) };
    let at_kiosk = today.visits_of(page.ticket).find_map(|row| row.language);
    let language = wanted.or(at_kiosk).unwrap_or_default();
    Ok(Some((language, part(page, &standing, language, wanted))))
}

pub(super) async fn ticket_page(
    State(desk): State<Desk>,
    page: TicketPage,
    Query(query): Query<PageQuery>,
) -> Result<Response, Oops> {
    let Some((language, part)) = part_of(&desk, &page, query.language()).await? else { return Ok(closed()) };
    let words = Words::of(language);
    let said = match query.said.as_deref() {
        Some("too-often") => Some(words.too_often),
        Some("nothing") => Some(words.not_now),
        _ => None,
    };
    let address = format!("/t/{}", page.token);
    let asked = query.language().map(|language| format!("?lang={}", language.tag())).unwrap_or_default();
    let settings = desk.settings();
    let now = desk.now();
    let zone = settings.zone().map_err(|_| DeskError::Unreadable("settings"))?;
    let body = html! {
        header { p.clinic { (settings.name) } }
        main {
            p #lost role="status" hidden data-text=(words.offline) data-zone=(settings.time_zone) {}
            @if let Some(said) = said { p.said-back role="status" { (said) } }
            div #state data-now=(now.as_second()) { (part) }
            p #heard.hidden role="status" aria-live="assertive" {}
            div.sound {
                button #sound.button type="button" hidden { (bell()) span { (words.sound_on) } }
                p #sound-on hidden { (bell()) span { (words.sound_is_on) } }
            }
            p.quiet { (words.emergency) }
        }
        nav.languages aria-label=(words.languages) {
            @for other in Language::ALL {
                a href={ (address) "?lang=" (other.tag()) } lang=(other.tag()) dir=(side(other))
                    aria-current=[(other == language).then_some("true")] { (Words::of(other).language) }
            }
        }
        footer { p.quiet { time #at datetime=(now) { (clock(now, &zone, language)) } } }
    };
    let head = html! {
        link rel="manifest" href={ (address) "/app" (asked) };
        script src="/static/live.js" defer {}
        script src="/static/tones.js" defer {}
        script src="/static/phone.js" defer {}
        noscript { meta http-equiv="refresh" content=(format!("{AGAIN_SECONDS}; url={address}{asked}")); }
    };
    Ok(shown(whole(&page.ticket.number.to_string(), language, &head, &body)))
}

fn whole(title: &str, language: Language, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) dir=(side(language)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="theme-color" content="#0b5563";
                title { (title) }
                link rel="icon" href="/static/icon.svg";
                link rel="stylesheet" href="/static/phone.css";
                (head)
            }
            body data-version=(version()) { (body) }
        }
    }
}

fn bell() -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" {
            path d="M6 17V11a6 6 0 0 1 12 0v6l1.500 2h-15zM10 21.500h4" {}
        }
    }
}

/// The part that changes: number, where they stand, what they can do.
fn part(page: &TicketPage, standing: &TicketStanding, language: Language, wanted: Option<Language>) -> Markup {
    use VisitState as S;
    let words = Words::of(language);
    let number = page.ticket.number.to_string();
    let is_next = standing.position == Some(1);
    let is_called = standing.state == S::Called;
    let main = match standing.state {
        S::Arrived if is_next => words.next.to_owned(),
        S::Arrived => standing.position.map(|n| words.position.replace("{n}", &n.to_string())).unwrap_or_default(),
        S::Held if standing.is_out => words.stepped_out.to_owned(),
        S::Held => words.on_hold.to_owned(),
        S::Called => match &standing.point {
            Some(point) => words.come_to.replace("{where}", point),
            None if standing.asks_where => words.turn_ask.to_owned(),
            None => words.come_now.to_owned(),
        },
        S::WithClinician => words.seen_now.to_owned(),
        S::Asks => words.asks.to_owned(),
        S::Done => words.over.to_owned(),
        S::NoShow => words.missed.to_owned(),
        S::Expected | S::Cancelled => words.ask_desk.to_owned(),
    };
    let wait = standing.wait.said(&words.wait);
    let kind = if is_called {
        "called"
    } else if standing.is_out {
        "out"
    } else {
        standing.state.code()
    };
    // What is to be noticed even with the phone in the pocket: a call, and that those who stepped out should come back.
    let alert = match (is_called, standing.is_out && is_next) {
        (true, _) => format!("call-{}", standing.step),
        (false, true) => "come-back".to_owned(),
        (false, false) => String::new(),
    };
    let notice = if is_called { main.as_str() } else { words.would_be_next };
    html! {
        div.card.(kind) data-alert=(alert) data-notice=(notice) data-title={ @if is_called { "● " } (number) } {
            p.label { (words.your_number) }
            h1.number { (number) }
            p.main { (main) }
            @if standing.is_out {
                p.wait {
                    @if is_next {
                        b { (words.would_be_next) }
                    } @else if let Some(n) = standing.position {
                        (words.would_be.replace("{n}", &n.to_string()))
                    }
                }
            }
            @if !wait.is_empty() { p.wait { b { (wait) } } }
        }
        @match standing.help {
            Help::Asked => p.help role="status" { (words.help_asked) },
            Help::Taken => p.help role="status" { (words.help_taken) },
            Help::NotAsked => {},
        }
        @if standing.state.is_open() {
            div.wishes {
                @if standing.state == S::Arrived { (button(page, PhoneWish::StepOut, words.step_out, wanted)) }
                @if standing.is_out { (button(page, PhoneWish::ComeBack, words.come_back, wanted)) }
                @if standing.help != Help::Asked { (button(page, PhoneWish::Help, words.help, wanted)) }
            }
        }
    }
}

fn button(page: &TicketPage, wish: PhoneWish, words: &str, wanted: Option<Language>) -> Markup {
    let asked = wanted.map(|language| format!("?lang={}", language.tag())).unwrap_or_default();
    html! {
        form method="post" action={ "/t/" (page.token) "/" (wish.code()) (asked) } {
            button id={ "wish-" (wish.code()) } class={ "button " (wish.code()) } type="submit" { (words) }
        }
    }
}

pub(super) async fn ticket_part(
    State(desk): State<Desk>,
    page: TicketPage,
    Query(query): Query<PageQuery>,
) -> Result<Response, Oops> {
    let Some((_, part)) = part_of(&desk, &page, query.language()).await? else { return Ok(closed()) };
    Ok(shown(part))
}

pub(super) async fn ticket_live(
    State(desk): State<Desk>,
    page: TicketPage,
    Query(query): Query<PageQuery>,
) -> Result<Response, Oops> {
    let wanted = query.language();
    Ok(live(desk, move |desk| {
        let page = page.clone();
        async move { Ok(part_of(&desk, &page, wanted).await?.map(|(_, part)| Arc::from(part.into_string()))) }
    }))
}

/// Does what the patient wants, and shows the page again.
pub(super) async fn wish(
    State(desk): State<Desk>,
    page: TicketPage,
    Path((_, wish)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Oops> {
    let wish = PhoneWish::ALL.into_iter().find(|known| known.code() == wish).ok_or(Oops::NotFound)?;
    let ticket = page.ticket;
    let said = match desk.blocking(move |desk| desk.phone_wish(ticket, wish)).await? {
        PhoneAnswer::Done => None,
        PhoneAnswer::Nothing => Some("said=nothing".to_owned()),
        PhoneAnswer::TooOften => Some("said=too-often".to_owned()),
    };
    let asked = query.language().map(|language| format!("lang={}", language.tag()));
    let query: Vec<String> = [asked, said].into_iter().flatten().collect();
    let sign = if query.is_empty() { "" } else { "?" };
    Ok(Redirect::to(&format!("/t/{}{sign}{}", page.token, query.join("&"))).into_response())
}

/// Lets the page be put beside the phone's apps.
pub(super) async fn manifest(
    State(desk): State<Desk>,
    page: TicketPage,
    Query(query): Query<PageQuery>,
) -> Result<Response, Oops> {
    let asked = query.language().map(|language| format!("?lang={}", language.tag())).unwrap_or_default();
    let about = serde_json::json!({
        "name": format!("{} - {}", page.ticket.number, desk.settings().name),
        "short_name": page.ticket.number.to_string(),
        "start_url": format!("/t/{}{asked}", page.token),
        "scope": "/t/",
        "display": "standalone",
        "background_color": "#f3f5f4",
        "theme_color": "#0b5563",
        "icons": [{ "src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml" }],
    });
    Ok(([(header::CONTENT_TYPE, "application/manifest+json")], about.to_string()).into_response())
}

/// What anyone who comes too late, or with a name that is no page's, reads: in every language, since nothing is known
/// of them.
pub(super) fn closed() -> Response {
    let body = html! {
        main.closed {
            @for language in Language::ALL {
                @let words = Words::of(language);
                section lang=(language.tag()) dir=(side(language)) {
                    @if language == Language::English { h1 { (words.closed) } } @else { h2 { (words.closed) } }
                    p { (words.closed_text) }
                }
            }
        }
    };
    (StatusCode::NOT_FOUND, shown(whole(Words::of(Language::English).closed, Language::English, &html! {}, &body)))
        .into_response()
}
