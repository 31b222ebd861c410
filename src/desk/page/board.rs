//! The board: a page for a television in a waiting room, and the list of boards for staff.
//!
//! Invariants: it opens with the boards' key in its address, or to staff; of a patient it has what `desk::board` gives
//! it; without a script it asks for itself again every few seconds.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::Desk;
use super::access::opens_boards;
use super::answer::{Oops, shown, version};
use super::html::staff_page;
use super::live::UNREAD;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::queue::board::Drawn;
use crate::desk::service::queue::board::{BoardView, Call, Turning, Waiting};
use crate::desk::service::queue::words::Words;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::board::Board;
use crate::domain::language::Language;
use crate::domain::ticket::TicketNumber;

/// A live connection says that it is there at least so often.
const BEAT: Duration = Duration::from_secs(10);
/// Without a script a board is in each language for so long, and asks for itself as often.
const TURN_SECONDS: i64 = 12;

fn board_of(desk: &Desk, place: &str) -> Result<Board, Oops> {
    desk.settings().all_boards().into_iter().find(|board| board.slug() == place).ok_or(Oops::NotFound)
}

/// What the board shows now; the same text as long as it looks the same.
async fn part_of(desk: &Desk, board: &Board) -> Result<Arc<str>, DeskError> {
    let today = desk.today_shared().await?;
    let settings = desk.settings();
    Ok(desk
        .part::<Drawn>()
        .of(board, &today, || part(&BoardView::of(&today, board, &settings), board, 0).into_string()))
}

pub(super) async fn board_page(
    State(desk): State<Desk>,
    Path(place): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Oops> {
    let board = board_of(&desk, &place)?;
    let today = desk.today_shared().await?;
    let now = desk.now();
    let settings = desk.settings();
    let zone = settings.zone().map_err(|_| DeskError::Unreadable("settings"))?;
    let at = usize::try_from(now.as_second().div_euclid(TURN_SECONDS)).unwrap_or(0);
    let first = board.languages.first().copied().unwrap_or_default();
    let language = board.languages.get(at % board.languages.len().max(1)).copied().unwrap_or_default();
    // Each page in each language.
    let part = part(&BoardView::of(&today, &board, &settings), &board, at / board.languages.len().max(1));
    let clock = clock(now, &zone, language);
    let again = format!("{TURN_SECONDS}; url=/board/{}?{}", in_address(&place), query.unwrap_or_default());
    let words: Vec<_> = board.languages.iter().map(|language| (*language, Words::of(*language))).collect();
    Ok(shown(html! {
        (DOCTYPE)
        html lang=(language.tag()) dir=(if first.is_rtl() { "rtl" } else { "ltr" }) data-say=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (board.name) " - " (settings.name) }
                link rel="icon" href="/static/icon.svg";
                link rel="stylesheet" href="/static/board.css";
                script src="/static/live.js" defer {}
                script src="/static/tones.js" defer {}
                script src="/static/turns.js" defer {}
                script src="/static/board.js" defer {}
                noscript { meta http-equiv="refresh" content=(again); }
            }
            body.board data-version=(version()) data-zone=(settings.time_zone) data-now=(now.as_second())
                data-languages=(words.iter().map(|(language, _)| language.tag()).collect::<Vec<_>>().join(" "))
                data-chime=(u8::from(board.chime)) data-speech=(u8::from(board.speech)) {
                header {
                    h1 { (settings.name) }
                    p #clock { time #time dir="auto" { (clock) } " " span #date dir="auto" {} }
                }
                main #board { (part) }
                footer {
                    p #sound hidden { (each(&board, |words| words.sound_off)) }
                    p #lost role="status" hidden {
                        @for (language, words) in &words {
                            span.say lang=(language.tag()) dir=(side(*language)) data-text=(words.reconnecting) {}
                        }
                    }
                }
                p #said.hidden role="status" aria-live="polite" {}
            }
        }
    }))
}

/// The part that changes: fetched while there is no live connection.
pub(super) async fn board_part(State(desk): State<Desk>, Path(place): Path<String>) -> Result<Response, Oops> {
    let board = board_of(&desk, &place)?;
    let part = part_of(&desk, &board).await?;
    Ok(axum::response::Html(part.to_string()).into_response())
}

pub(super) async fn board_live(
    State(desk): State<Desk>,
    Path(place): Path<String>,
    headers: HeaderMap,
    address: Uri,
) -> Result<Response, Oops> {
    let board = board_of(&desk, &place)?;
    Ok(live(desk, move |desk| {
        let (board, headers, address) = (board.clone(), headers.clone(), address.clone());
        // New addresses close the old ones where they are open, too.
        async move {
            if opens_boards(&desk, &headers, &address).await? {
                part_of(&desk, &board).await.map(Some)
            } else {
                Ok(None)
            }
        }
    }))
}

/// A live connection: the version of the pages' files first, then the part whenever it looks different, and a beat in
/// between. It ends when there is no part any more.
pub(super) fn live<Part, Made>(desk: Desk, part: Part) -> Response
where
    Part: Fn(Desk) -> Made + Send + 'static,
    Made: Future<Output = Result<Option<Arc<str>>, DeskError>> + Send,
{
    let (events, stream) = mpsc::channel::<Result<Event, Infallible>>(UNREAD);
    tokio::spawn(async move {
        let (mut changes, mut stopping) = (desk.changes(), desk.stopping());
        let mut beat = tokio::time::interval(BEAT);
        if !send(&events, "version", version()).await {
            return;
        }
        let mut last: Option<Arc<str>> = None;
        while !*stopping.borrow() {
            changes.borrow_and_update();
            match part(desk.clone()).await {
                Ok(Some(new)) => {
                    if last.as_ref() != Some(&new) && !send(&events, "part", &new).await {
                        return;
                    }
                    last = Some(new);
                }
                Ok(None) => {
                    let _ = send(&events, "closed", "-").await;
                    return;
                }
                Err(error) => tracing::error!(%error, "a board or a phone is late"),
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = stopping.changed() => {}
                () = events.closed() => return,
                _ = beat.tick() => if !send(&events, "beat", &desk.now().as_second().to_string()).await { return },
            }
        }
    });
    Sse::new(ReceiverStream::new(stream)).into_response()
}

/// Answers `false` if no one listens any more.
async fn send(events: &mpsc::Sender<Result<Event, Infallible>>, kind: &str, data: &str) -> bool {
    // A carriage return ends a line of this protocol; names may hold anything.
    events.send(Ok(Event::default().event(kind).data(data.replace('\r', " ")))).await.is_ok()
}

/// A time of day as people of this language read it.
pub(super) fn clock(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let form = if language == Language::English { "%-I:%M %p" } else { "%-H:%M" };
    at.to_zoned_datetime(zone.clone()).strftime(form).to_string()
}

pub(super) fn side(language: Language) -> &'static str {
    if language.is_rtl() { "rtl" } else { "ltr" }
}

/// A sentence in each of the board's languages; one of them is shown at a time.
fn each(board: &Board, text: impl Fn(&'static Words) -> &'static str) -> Markup {
    each_with(board, |words| text(words).to_owned())
}

fn each_with(board: &Board, text: impl Fn(&'static Words) -> String) -> Markup {
    html! {
        @for language in &board.languages {
            span.say lang=(language.tag()) dir=(side(*language)) { (text(Words::of(*language))) } " "
        }
    }
}

/// `turn`: of what does not fit, which page is shown; with a script each has its time.
fn part(view: &BoardView, board: &Board, turn: usize) -> Markup {
    let n = view.now.pages.first().map_or(0, Vec::len);
    let call = |call: &Call| {
        html! {
            li.call data-call=(call.id) data-said=(who(call)) data-spoken=(spoken(call, board)) {
                (who_markup(call)) (arrow()) (where_to(call, board))
            }
        }
    };
    let before = |call: &Call| html! { li { (who_markup(call)) (arrow()) (where_to(call, board)) } };
    html! {
        section #now.now.{ "n" (n) } aria-labelledby="h-now" {
            h2 #h-now { (each(board, |words| if n == 0 { words.nobody_called } else { words.called_now })) }
            (turning(&view.now, board, turn, call))
        }
        div.beside {
            @if !view.before.pages.is_empty() {
                section #before.before aria-labelledby="h-before" {
                    h2 #h-before { (each(board, |words| words.called_before)) }
                    (turning(&view.before, board, turn, before))
                }
            }
            @if !view.queues.pages.is_empty() {
                section #waits.waits aria-labelledby="h-waits" {
                    h2 #h-waits { (each(board, |words| words.waiting)) }
                    (turning(&view.queues, board, turn, |queue| waiting(queue, board)))
                }
            }
        }
    }
}

/// Pages of which one is shown at a time, each with its number among them.
fn turning<T>(all: &Turning<T>, board: &Board, turn: usize, one: impl Fn(&T) -> Markup) -> Markup {
    let pages = all.pages.len();
    html! {
        @for (n, page) in all.pages.iter().enumerate() {
            div.page.of-many[pages > 1] hidden[n != turn % pages.max(1)] {
                ul { @for item in page { (one(item)) } }
                @if pages > 1 { p.turn { bdi dir="ltr" { (n + 1) " / " (pages) } } }
                @if n + 1 == pages { (more(all.more, board)) }
            }
        }
    }
}

fn who(call: &Call) -> String {
    who_with(call, |number| number.to_string())
}

fn who_with(call: &Call, said: impl Fn(TicketNumber) -> String) -> String {
    let number = call.number.map(said);
    let name = call.name.as_ref().map(|name| name.as_str().replace(char::is_control, " "));
    [name, number].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Longer names are smaller, so that they fit.
fn who_markup(call: &Call) -> Markup {
    let text = who(call);
    let size = match text.chars().count() {
        ..=5 => "",
        6..=10 => "long",
        _ => "longer",
    };
    html! { b.who.(size) { bdi { (text) } } }
}

fn arrow() -> Markup {
    html! { svg.arrow viewBox="0 0 24 24" aria-hidden="true" { path d="M3 12h16M13 5l7 7-7 7" {} } }
}

fn where_to(call: &Call, board: &Board) -> Markup {
    match &call.to {
        Some(point) => {
            let size = if point.chars().count() > 12 { "long" } else { "" };
            html! { span.where.(size) { bdi { (point) } } }
        }
        None if call.asks_where => html! { span.where.long { (each(board, |words| words.ask_desk)) } },
        None => html! { span.where.long { (each(board, |words| words.come)) } },
    }
}

/// What a browser speaks: language and sentence by turns, each on a line.
fn spoken(call: &Call, board: &Board) -> String {
    let who = who_with(call, TicketNumber::spoken);
    let sentences = board.languages.iter().map(|language| {
        let words = Words::of(*language);
        let sentence = match &call.to {
            Some(point) => words.spoken.replace("{where}", point),
            None if call.asks_where => words.spoken_ask.to_owned(),
            None => words.spoken_come.to_owned(),
        };
        format!("{}\n{}", language.tag(), sentence.replace("{who}", &who))
    });
    sentences.collect::<Vec<_>>().join("\n")
}

fn more(n: usize, board: &Board) -> Markup {
    html! { @if n > 0 { p.more { (each_with(board, |words| words.more.replace("{n}", &n.to_string()))) } } }
}

fn waiting(queue: &Waiting, board: &Board) -> Markup {
    let people = queue.people.to_string();
    html! {
        li {
            b.queue { bdi { (queue.queue) } }
            span.people { (each_with(board, |words| words.people.replace("{n}", &people))) }
            @if queue.people > 0 { span.wait { (each_with(board, |words| queue.wait.said(&words.wait))) } }
        }
    }
}

/// The clinic's boards for staff: the address of each, as a television needs it.
pub(super) async fn boards_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let key = desk
        .blocking({
            let who = who.clone();
            move |desk| {
                desk.keep_session(&who)?;
                desk.board_key()
            }
        })
        .await?;
    let settings = desk.settings();
    let idle = desk.session_idle().as_secs();
    let body = html! {
        p {
            "A board is a waiting room display: who is called where, and the estimated wait. It shows ticket numbers, \
             and first names of patients who chose to be called by name."
        }
        p {
            "Open the board's link on the display. The link contains a key and opens without signing in, so don't \
             share it."
        }
        @for board in settings.all_boards() {
            @let address = format!("/board/{}?key={key}", board.slug());
            div.change {
                h2 { (board.name) }
                p.quiet {
                    @if board.queues.is_empty() { "All queues" } @else { (board.queues.join(", ")) } " · "
                    (sounds(&board))
                }
                p { a.button href=(address) target="_blank" { "Open the board " (board.name) } }
                p.quiet { "Link: " code { (settings.pages.address.trim_end_matches('/')) (address) } }
            }
        }
        @if who.role >= crate::domain::staff::Role::Admin {
            form.way method="post" action="/boards/renew" {
                input type="hidden" name="csrf" value=(who.csrf);
                p { "Shared by mistake? Create new links; the old ones stop working." }
                button.button type="submit" { "Reset display links" }
            }
        }
    };
    Ok(shown(staff_page("Boards", &who, ("/board", idle), &body)))
}

fn sounds(board: &Board) -> &'static str {
    match (board.chime, board.speech) {
        (true, true) => "sounds and speaks",
        (true, false) => "sounds",
        (false, true) => "speaks",
        (false, false) => "silent",
    }
}

pub(super) async fn renew(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        desk.renew_board_key(&who.user)
    })
    .await?;
    Ok(Redirect::to("/board").into_response())
}
