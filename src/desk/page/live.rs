//! Live connections: what an open page of staff hears, and what a locked one still hears.
//!
//! Invariants: a locked page hears where a patient feels unwell and nothing else, never who; before each word it is
//! looked up whether its browser may still hear it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::Desk;
use super::answer::Oops;
use crate::desk::service::staff::session::{SignedIn, Standing};

/// How often a live connection looks whether its session has ended; also keeps it open.
const LOOK: Duration = Duration::from_secs(10);
/// So much waits for a browser that does not read; after that it gets what is newest by then, and not what was in
/// between.
pub(super) const UNREAD: usize = 1;
/// No one feels unwell, as a connection says it. Browsers drop an event without data.
pub(super) const NO_ONE: &str = "-";
/// An end that is put off by less than this is not told again.
const SAME_END: SignedDuration = SignedDuration::from_secs(2);

type Events = mpsc::Sender<Result<Event, Infallible>>;

/// Answers `false` if no one listens any more.
async fn send(events: &Events, kind: &str, data: &str) -> bool {
    events.send(Ok(Event::default().event(kind).data(data))).await.is_ok()
}

/// Where a patient feels unwell that no one has gone to yet; none if it cannot be read now.
pub(super) async fn urgent(desk: &Desk) -> Option<String> {
    let urgent = desk.today_shared().await.ok()?.urgent.join("; ");
    Some(if urgent.is_empty() { NO_ONE.to_owned() } else { urgent })
}

/// Seconds until the session ends without work, and how many there are in all.
fn seconds_left(desk: &Desk, who: &SignedIn) -> String {
    // Rounded up: who asks again by then finds that it has ended.
    format!("{} {}", who.left.as_secs().max(0) + 1, desk.session_idle().as_secs())
}

/// How long the session lasts. Asking is no work.
pub(super) async fn session(State(desk): State<Desk>, who: SignedIn) -> Response {
    seconds_left(&desk, &who).into_response()
}

pub(super) async fn live(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Oops> {
    let (events, stream) = mpsc::channel(UNREAD);
    tokio::spawn(async move {
        let (mut changes, mut stopping) = (desk.changes(), desk.stopping());
        let mut look = tokio::time::interval(LOOK);
        let mut alarms = None;
        let mut told: Option<String> = None;
        // When the session ends, as it was told last.
        let mut ends = None;
        while !*stopping.borrow() {
            let revision = *changes.borrow_and_update();
            // Before each word: signing out, and whatever else ends a session, ends its connections too.
            if still_here(&desk, &headers, &events).await.is_none() {
                return;
            }
            if !send(&events, "revision", &revision.to_string()).await {
                return;
            }
            // What only the number of a revision would not tell: whether the alarms on top of a page are others now.
            if let Ok(watch) = desk.kiosks_shared().await
                && alarms.as_ref() != Some(&(watch.raised.clone(), watch.file.clone()))
            {
                if !send(&events, "alarms", &watch.raised.len().to_string()).await {
                    return;
                }
                alarms = Some((watch.raised.clone(), watch.file.clone()));
            }
            // What cannot be read now is reported with the next change.
            if let Some(urgent) = urgent(&desk).await.filter(|urgent| told.as_ref() != Some(urgent)) {
                if !send(&events, "urgent", &urgent).await {
                    return;
                }
                told = Some(urgent);
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = stopping.changed() => {}
                () = events.closed() => return,
                _ = look.tick() => {
                    let Some(who) = still_here(&desk, &headers, &events).await else { return };
                    let (end, idle) = (desk.now().saturating_add(who.left).ok(), desk.session_idle());
                    let is_told = ends
                        .zip(end)
                        .is_some_and(|((told, its), end)| its == idle && end.duration_since(told).abs() < SAME_END);
                    if !is_told {
                        if !send(&events, "session", &seconds_left(&desk, &who)).await {
                            return;
                        }
                        ends = end.map(|end| (end, idle));
                    }
                    if let Err(error) = desk.blocking(Desk::end_presence).await {
                        tracing::warn!(%error, "cannot update who is viewing a patient");
                    }
                }
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(stream)).into_response())
}

/// Who is signed in; otherwise the page is notified that the session has ended, and the connection is to end. What
/// cannot be looked up ends it too, and the page connects again.
async fn still_here(desk: &Desk, headers: &HeaderMap, events: &Events) -> Option<SignedIn> {
    let asked = headers.clone();
    match desk.blocking(move |desk| desk.standing(&asked)).await {
        Ok(Standing::Here(who)) => Some(who),
        Ok(Standing::Nobody | Standing::Ended(_)) => {
            send(events, "ended", "signed out").await;
            None
        }
        Err(error) => {
            tracing::warn!(%error, "cannot see whether a session has ended; its connection is closed");
            None
        }
    }
}

/// Where a patient feels unwell, for a page that is locked and hears nothing live.
pub(super) async fn watch(State(desk): State<Desk>) -> Response {
    urgent(&desk).await.unwrap_or_else(|| NO_ONE.to_owned()).into_response()
}

/// The same, live.
pub(super) async fn watch_live(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let (events, stream) = mpsc::channel(UNREAD);
    tokio::spawn(async move {
        let (mut changes, mut stopping) = (desk.changes(), desk.stopping());
        let mut look = tokio::time::interval(LOOK);
        let mut told: Option<String> = None;
        while !*stopping.borrow() {
            changes.borrow_and_update();
            if !may_watch(&desk, &headers).await {
                send(&events, "ended", "signed out").await;
                return;
            }
            let new = urgent(&desk).await.filter(|urgent| told.as_ref() != Some(urgent));
            if let Some(urgent) = new {
                if !send(&events, "urgent", &urgent).await {
                    return;
                }
                told = Some(urgent);
            }
            tokio::select! {
                _ = changes.changed() => {}
                _ = stopping.changed() => {}
                () = events.closed() => return,
                _ = look.tick() => {
                    let kind = if may_watch(&desk, &headers).await { "still" } else { "ended" };
                    if !send(&events, kind, NO_ONE).await || kind == "ended" {
                        return;
                    }
                }
            }
        }
    });
    Sse::new(ReceiverStream::new(stream)).into_response()
}

/// What cannot be looked up is not told.
async fn may_watch(desk: &Desk, headers: &HeaderMap) -> bool {
    let headers = headers.clone();
    desk.blocking(move |desk| desk.may_watch(&headers)).await.unwrap_or(false)
}
