//! What kiosks may ask, over HTTP.
//!
//! Invariant: what is done is [`crate::desk::service::kiosks::served`], as it is without HTTP; an answer to a mistake
//! never repeats what was sent, because that may be about a patient.

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

use crate::desk::Desk;
use crate::desk::base::connections::OnConnection;
use crate::desk::base::error::DeskError;
use crate::desk::service::kiosks::served::Unserved;
use crate::domain::ids::Seq;
use crate::domain::insurance::Side;
use crate::domain::proposal::Field;
use crate::sync::api::Refusal;
use crate::sync::bounds;
use crate::sync::wire::{Feed, Health, Held, Orders, PIECE_BYTES_MAX, PhotoHeld, PhotoName, Piece};

/// A post may be this long: a hundred events are far less.
const BODY_BYTES_MAX: usize = 1024 * 1024;

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

async fn take_events(
    State(desk): State<Desk>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Held>, Unserved> {
    let token = known_bearer(&desk, &headers).await?;
    let body = body.map_err(|_| {
        Unserved::NotUnderstood(format!("the request's body is broken off or larger than {BODY_BYTES_MAX} bytes"))
    })?;
    let report = bounds::read(&body).map_err(|error| {
        Unserved::NotUnderstood(format!(
            "expected events as JSON, found something else at line {} column {}",
            error.line(),
            error.column()
        ))
    })?;
    let held = tokio::task::spawn_blocking(move || desk.take_report(&token, report))
        .await
        .map_err(|_| DeskError::Stopping)??;
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
    let Query(query) =
        query.map_err(|_| Unserved::NotUnderstood("expected cursor and wait_seconds as whole numbers".to_owned()))?;
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
    let Query(query) =
        query.map_err(|_| Unserved::NotUnderstood("expected wait_seconds as a whole number".to_owned()))?;
    let body = body.map_err(|_| Unserved::NotUnderstood("the request's body is broken off or too long".to_owned()))?;
    let health: Health = serde_json::from_slice(&body).map_err(|error| {
        Unserved::NotUnderstood(format!(
            "expected a kiosk's health as JSON, found something else at column {}",
            error.column()
        ))
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
    let Query(PhotoQuery { seq, field, side, total, hash, offset }) = query
        .map_err(|_| Unserved::NotUnderstood("expected seq, field, side, total and hash of a photo".to_owned()))?;
    Ok((PhotoName { seq: Seq(seq), field, side, total, hash }, offset))
}

async fn photo_held(
    State(desk): State<Desk>,
    headers: HeaderMap,
    query: Result<Query<PhotoQuery>, QueryRejection>,
) -> Result<Json<PhotoHeld>, Unserved> {
    let token = known_bearer(&desk, &headers).await?;
    let (photo, _) = photo_of(query)?;
    let held = tokio::task::spawn_blocking(move || desk.photo_held(&token, &photo))
        .await
        .map_err(|_| DeskError::Stopping)??;
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
    let bytes = body
        .map_err(|_| {
            Unserved::NotUnderstood(format!("the piece is broken off or larger than {PIECE_BYTES_MAX} bytes"))
        })?
        .to_vec();
    let piece = Piece { photo, offset, bytes };
    let held = tokio::task::spawn_blocking(move || desk.take_piece(&token, &piece))
        .await
        .map_err(|_| DeskError::Stopping)??;
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
    let value =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or(Unserved::UnknownToken)?;
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
                tracing::error!(%error, "asked a kiosk to try again");
                (StatusCode::SERVICE_UNAVAILABLE, "the desk cannot read or save right now; try again").into_response()
            }
        }
    }
}
