//! What kiosks may ask, over HTTP and, for tests and the demo, without it.
//!
//! Invariants: both ways run the same functions; a kiosk speaks only for itself; an answer to a
//! mistake never repeats what was sent, because that may be about a patient.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::Desk;
use super::bounds::{self, Report};
use super::connections::OnConnection;
use super::error::DeskError;
use super::secret;
use super::store::Told;
use crate::domain::example::is_example_secret;
use crate::domain::ids::{KioskId, Seq};
use crate::domain::insurance::Side;
use crate::domain::kiosk::ORDER_ENDS_MAX;
use crate::domain::proposal::Field;
use crate::domain::ticket::Ticket;
use crate::sync::api::{Attempt, DeskApi, Refusal};
use crate::sync::wire::{
    EVENTS_PER_POST_MAX, Feed, Health, Held, LONG_POLL_SECONDS_MAX, Orders, PHOTO_BYTES_MAX, PIECE_BYTES_MAX, PROTOCOL, PhotoHeld,
    PhotoName, Piece, Post, TicketWait,
};

/// A post may be this long: a hundred events are far less.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// What a kiosk says of itself or of a device is a few words.
const HEALTH_CHARS_MAX: usize = 160;

/// Why a kiosk was not served.
#[derive(Debug)]
pub enum Unserved {
    /// The token is nobody's, or another kiosk's.
    UnknownToken,
    /// The request is not what this desk understands.
    NotUnderstood(String),
    /// The kiosk's log is another one than the desk has.
    OtherHistory,
    /// The desk has trouble of its own.
    Trouble(DeskError),
}

impl From<DeskError> for Unserved {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::OtherHistory(_) => Self::OtherHistory,
            trouble => Self::Trouble(trouble),
        }
    }
}

impl Desk {
    /// Which kiosk has this token. Every kiosk's hash is compared, in constant time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_of(&self, token: &str) -> Result<Option<KioskId>, DeskError> {
        // Also where an earlier version took it.
        if is_example_secret(token) {
            return Ok(None);
        }
        let hash = secret::hash_token(token);
        let kiosks = self.with_store(|store| store.kiosk_tokens())?;
        Ok(kiosks.into_iter().fold(None, |found, (kiosk, its)| if secret::same(&its, &hash) { Some(kiosk) } else { found }))
    }

    /// Takes what a kiosk reports.
    ///
    /// # Errors
    /// Why not; then nothing of it is kept.
    pub fn take_post(&self, token: &str, post: &Post) -> Result<Held, Unserved> {
        self.take_report(token, Report::from(post))
    }

    /// As [`Desk::take_post`], of which an event may not be understood.
    ///
    /// # Errors
    /// Why not; what comes before the event that it is about is kept.
    pub fn take_report(&self, token: &str, report: Report) -> Result<Held, Unserved> {
        let kiosk = self.kiosk_of(token)?.ok_or(Unserved::UnknownToken)?;
        if report.kiosk != kiosk {
            return Err(Unserved::UnknownToken);
        }
        if report.events.len() > EVENTS_PER_POST_MAX {
            return Err(Unserved::NotUnderstood(format!("expected at most {EVENTS_PER_POST_MAX} events, found {}", report.events.len())));
        }
        let now = self.now();
        let (tickets, catches_up) = (report.tickets_at_hand(), report.catches_up());
        let took = self.with_store(|store| store.take_report(&kiosk, report, now));
        // With each part of what a kiosk makes up for, everybody would read the day again. The server looks each second, and the last part wakes all.
        if !catches_up || took.is_err() {
            self.notify();
        }
        let took = took?;
        if took.is_refused && !took.adopted {
            return Err(Unserved::OtherHistory);
        }
        let held = took.held;
        // What was told is kept whether or not this can be answered.
        let waits = self.waits_of(&tickets).unwrap_or_default();
        let (adopted, series, numbers) = (took.adopted, took.series, took.numbers);
        Ok(Held { held, waits, takes_times: true, adopted, series, now: Some(now), numbers, protocol: PROTOCOL })
    }

    /// How these tickets stand.
    fn waits_of(&self, tickets: &[Ticket]) -> Result<Vec<TicketWait>, DeskError> {
        let mut waits = Vec::new();
        for ticket in tickets {
            if let Some(standing) = self.ticket_standing(*ticket)?
                && let Some(position) = standing.position.and_then(|position| u32::try_from(position).ok())
            {
                waits.push(TicketWait { ticket: *ticket, position, wait: standing.wait });
            }
        }
        Ok(waits)
    }

    /// Takes how a kiosk says it is, and answers what staff want of it; waits up to `wait` while they want nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn report(&self, token: &str, health: Health, wait: Duration) -> Result<Orders, Unserved> {
        let token = token.to_owned();
        let (obeyed, rules) = (health.obeyed, self.settings().kiosks);
        let (kiosk, differs) = self
            .blocking(move |desk| {
                let Some(kiosk) = desk.kiosk_of(&token)? else { return Ok(None) };
                let now = desk.now();
                let differs = desk.with_store(|store| store.take_health(&kiosk, &bounded(health), rules, now))?;
                desk.notify();
                Ok(Some((kiosk, differs)))
            })
            .await?
            .ok_or(Unserved::UnknownToken)?;
        let mut changes = self.changes();
        let mut stopping = self.stopping();
        let over = tokio::time::sleep(wait.min(Duration::from_secs(LONG_POLL_SECONDS_MAX)));
        tokio::pin!(over);
        loop {
            changes.borrow_and_update();
            // Never broken off: what is noted as told must be answered.
            let told = self.tell_now(&kiosk, obeyed).await?;
            if !told.orders.is_empty() || over.is_elapsed() || *stopping.borrow() {
                // At the end of the wait alone: asking for everything again and again mends nothing.
                return Ok(Orders { orders: told.orders, list_again: differs && over.is_elapsed() });
            }
            let again = told.again_in.and_then(|again| Duration::try_from(again).ok()).unwrap_or(wait);
            tokio::select! {
                () = &mut over => {}
                _ = changes.changed() => {}
                _ = stopping.changed() => {}
                () = tokio::time::sleep(again) => {}
            }
        }
    }

    async fn tell_now(&self, kiosk: &KioskId, obeyed: u64) -> Result<Told, DeskError> {
        let kiosk = kiosk.clone();
        self.blocking(move |desk| {
            let now = desk.now();
            desk.with_store(|store| store.tell_orders(&kiosk, obeyed, now))
        })
        .await
    }

    /// How much of a kiosk's photo is here.
    ///
    /// # Errors
    /// Why not.
    pub fn photo_held(&self, token: &str, photo: &PhotoName) -> Result<PhotoHeld, Unserved> {
        let kiosk = self.expected_photo(token, photo)?;
        Ok(self.with_store(|store| store.photo_held(&kiosk, photo))?)
    }

    /// Takes a piece of a kiosk's photo.
    ///
    /// # Errors
    /// Why not; then nothing of it is kept.
    pub fn take_piece(&self, token: &str, piece: &Piece) -> Result<PhotoHeld, Unserved> {
        let kiosk = self.expected_photo(token, &piece.photo)?;
        let length = piece.bytes.len();
        if length == 0 || length > PIECE_BYTES_MAX {
            return Err(Unserved::NotUnderstood(format!("expected a piece of 1 to {PIECE_BYTES_MAX} bytes, found {length}")));
        }
        if piece.offset.checked_add(length as u64).is_none_or(|end| end > piece.photo.total) {
            return Err(Unserved::NotUnderstood("the piece does not lie within its photo".to_owned()));
        }
        let now = self.now();
        let held = self.with_store(|store| store.take_piece(&kiosk, piece, now))?;
        if held.whole {
            self.notify();
        }
        Ok(held)
    }

    /// Whose token it is, if a photo like this can be taken.
    fn expected_photo(&self, token: &str, photo: &PhotoName) -> Result<KioskId, Unserved> {
        let kiosk = self.kiosk_of(token)?.ok_or(Unserved::UnknownToken)?;
        if photo.total == 0 || photo.total > PHOTO_BYTES_MAX {
            return Err(Unserved::NotUnderstood(format!("expected a photo of 1 to {PHOTO_BYTES_MAX} bytes, found {}", photo.total)));
        }
        if photo.hash.len() != 64 || !photo.hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(Unserved::NotUnderstood("expected a hash of 64 hexadecimal digits".to_owned()));
        }
        if !self.with_store(|store| store.is_announced(&kiosk, photo))? {
            return Err(Unserved::NotUnderstood("no check-in of this kiosk announced that photo".to_owned()));
        }
        Ok(kiosk)
    }

    /// What is new for a kiosk since `cursor`; waits up to `wait` while there is nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn wait_for_feed(&self, token: &str, cursor: u64, wait: Duration) -> Result<Feed, Unserved> {
        let token = token.to_owned();
        let known = self.blocking(move |desk| desk.kiosk_of(&token)).await?;
        let kiosk = known.ok_or(Unserved::UnknownToken)?;
        let mut changes = self.changes();
        let mut stopping = self.stopping();
        let wait = wait.min(Duration::from_secs(LONG_POLL_SECONDS_MAX));
        let news = async {
            loop {
                changes.borrow_and_update();
                let feed = self.feed_now(&kiosk, cursor).await?;
                if !feed.changes.is_empty() || feed.settings.is_some() || feed.cursor < cursor || *stopping.borrow() {
                    return Ok(feed);
                }
                tokio::select! {
                    _ = changes.changed() => {}
                    _ = stopping.changed() => {}
                }
            }
        };
        match tokio::time::timeout(wait, news).await {
            Ok(feed) => feed,
            Err(_) => Ok(self.feed_now(&kiosk, cursor).await?),
        }
    }

    async fn feed_now(&self, kiosk: &KioskId, cursor: u64) -> Result<Feed, DeskError> {
        let kiosk = kiosk.clone();
        self.blocking(move |desk| {
            let now = desk.now();
            desk.with_store(|store| {
                let mut feed = store.feed(cursor, now)?;
                if let Some(settings) = &mut feed.settings {
                    settings.pages.key = store.page_key_of(&kiosk)?;
                }
                Ok(feed)
            })
        })
        .await
    }
}

/// Words of a kiosk, no longer than a page can show.
fn bounded(mut health: Health) -> Health {
    let Health { version, printer, scanner, camera, ends, .. } = &mut health;
    for words in [version, &mut printer.why, &mut scanner.why, &mut camera.why] {
        *words = words.chars().filter(|c| !c.is_control()).take(HEALTH_CHARS_MAX).collect();
    }
    ends.drain(..ends.len().saturating_sub(ORDER_ENDS_MAX));
    for end in ends {
        end.why = end.why.chars().filter(|c| !c.is_control()).take(HEALTH_CHARS_MAX).collect();
    }
    health
}

/// The kiosks' part of the desk's addresses.
pub fn routes(desk: &Desk) -> Router<Desk> {
    Router::new()
        .route("/api/kiosk/events", post(take_events))
        .route("/api/kiosk/feed", get(feed))
        .route("/api/kiosk/health", post(report))
        .route("/api/kiosk/photo", get(photo_held).post(take_piece).layer(DefaultBodyLimit::max(PIECE_BYTES_MAX)))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(desk.clone(), trust_kiosk))
        .route("/healthz", get(async || "ok"))
}

/// A connection on which a kiosk has shown its token has room of its own.
async fn trust_kiosk(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    if let Some(connection) = request.extensions().get::<OnConnection>()
        && known_bearer(&desk, request.headers()).await.is_ok()
    {
        connection.trust();
    }
    next.run(request).await
}

async fn take_events(State(desk): State<Desk>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Json<Held>, Unserved> {
    let token = known_bearer(&desk, &headers).await?;
    let body =
        body.map_err(|_| Unserved::NotUnderstood(format!("the request's body is broken off or larger than {BODY_BYTES_MAX} bytes")))?;
    let report = bounds::read(&body).map_err(|error| {
        Unserved::NotUnderstood(format!("expected events as JSON, found something else at line {} column {}", error.line(), error.column()))
    })?;
    let held = tokio::task::spawn_blocking(move || desk.take_report(&token, report)).await.map_err(|_| DeskError::Stopping)??;
    Ok(Json(held))
}

#[derive(Deserialize)]
struct FeedQuery {
    #[serde(default)]
    cursor: u64,
    #[serde(default)]
    wait_seconds: u64,
}

async fn feed(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<FeedQuery>, QueryRejection>,
) -> Result<Json<Feed>, Unserved> {
    let token = bearer(&headers)?;
    let Query(query) = query.map_err(|_| Unserved::NotUnderstood("expected cursor and wait_seconds as whole numbers".to_owned()))?;
    Ok(Json(desk.wait_for_feed(token, query.cursor, Duration::from_secs(query.wait_seconds)).await?))
}

#[derive(Deserialize)]
struct HealthQuery {
    #[serde(default)]
    wait_seconds: u64,
}

async fn report(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<HealthQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Orders>, Unserved> {
    let token = bearer(&headers)?;
    let Query(query) = query.map_err(|_| Unserved::NotUnderstood("expected wait_seconds as a whole number".to_owned()))?;
    let body = body.map_err(|_| Unserved::NotUnderstood("the request's body is broken off or too long".to_owned()))?;
    let health: Health = serde_json::from_slice(&body).map_err(|error| {
        Unserved::NotUnderstood(format!("expected a kiosk's health as JSON, found something else at column {}", error.column()))
    })?;
    Ok(Json(desk.report(token, health, Duration::from_secs(query.wait_seconds)).await?))
}

#[derive(Deserialize)]
struct PhotoQuery {
    seq: u64,
    field: Field,
    side: Side,
    total: u64,
    hash: String,
    #[serde(default)]
    offset: u64,
}

/// Which photo, and where in it.
fn photo_of(query: Result<Query<PhotoQuery>, QueryRejection>) -> Result<(PhotoName, u64), Unserved> {
    let Query(PhotoQuery { seq, field, side, total, hash, offset }) =
        query.map_err(|_| Unserved::NotUnderstood("expected seq, field, side, total and hash of a photo".to_owned()))?;
    Ok((PhotoName { seq: Seq(seq), field, side, total, hash }, offset))
}

async fn photo_held(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<PhotoQuery>, QueryRejection>,
) -> Result<Json<PhotoHeld>, Unserved> {
    let token = known_bearer(&desk, &headers).await?;
    let (photo, _) = photo_of(query)?;
    let held = tokio::task::spawn_blocking(move || desk.photo_held(&token, &photo)).await.map_err(|_| DeskError::Stopping)??;
    Ok(Json(held))
}

async fn take_piece(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<PhotoQuery>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<PhotoHeld>, Unserved> {
    let token = known_bearer(&desk, &headers).await?;
    let (photo, offset) = photo_of(query)?;
    let bytes =
        body.map_err(|_| Unserved::NotUnderstood(format!("the piece is broken off or larger than {PIECE_BYTES_MAX} bytes")))?.to_vec();
    let piece = Piece { photo, offset, bytes };
    let held = tokio::task::spawn_blocking(move || desk.take_piece(&token, &piece)).await.map_err(|_| DeskError::Stopping)??;
    Ok(Json(held))
}

/// The token of a request, if it is a kiosk's.
async fn known_bearer(desk: &Desk, headers: &HeaderMap) -> Result<String, Unserved> {
    let token = bearer(headers)?.to_owned();
    let asked = token.clone();
    desk.blocking(move |desk| desk.kiosk_of(&asked)).await?.ok_or(Unserved::UnknownToken)?;
    Ok(token)
}

fn bearer(headers: &HeaderMap) -> Result<&str, Unserved> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Unserved::UnknownToken)?;
    let (scheme, token) = value.split_once(' ').ok_or(Unserved::UnknownToken)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Unserved::UnknownToken) }
}

impl IntoResponse for Unserved {
    fn into_response(self) -> Response {
        match self {
            Self::UnknownToken => (StatusCode::UNAUTHORIZED, Refusal::UnknownToken.to_string()).into_response(),
            Self::NotUnderstood(why) => (StatusCode::BAD_REQUEST, why).into_response(),
            Self::OtherHistory => (StatusCode::CONFLICT, Refusal::OtherHistory.to_string()).into_response(),
            Self::Trouble(error) => {
                tracing::error!(%error, "a kiosk was told to try again");
                (StatusCode::SERVICE_UNAVAILABLE, "the desk cannot save or read just now; try again").into_response()
            }
        }
    }
}

/// A kiosk's way to a desk in the same process.
#[derive(Clone)]
pub struct InProcess {
    desk: Desk,
    token: String,
}

impl InProcess {
    /// Talks to `desk` with a kiosk's token.
    #[must_use]
    pub fn new(desk: Desk, token: impl Into<String>) -> Self {
        Self { desk, token: token.into() }
    }
}

fn attempt<T>(result: Result<T, Unserved>) -> Attempt<T> {
    match result {
        Ok(answer) => Attempt::Sent(answer),
        Err(Unserved::UnknownToken) => Attempt::Refused(Refusal::UnknownToken),
        Err(Unserved::NotUnderstood(why)) => Attempt::Refused(Refusal::NotUnderstood(why)),
        Err(Unserved::OtherHistory) => Attempt::Refused(Refusal::OtherHistory),
        Err(Unserved::Trouble(error)) => Attempt::Retry(error.to_string()),
    }
}

impl DeskApi for InProcess {
    async fn post(&self, post: Post) -> Attempt<Held> {
        attempt(self.desk.take_post(&self.token, &post))
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        attempt(self.desk.wait_for_feed(&self.token, cursor, wait).await)
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        attempt(self.desk.report(&self.token, health, wait).await)
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        attempt(self.desk.photo_held(&self.token, photo))
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        attempt(self.desk.take_piece(&self.token, &piece))
    }
}
