//! The page with today's list, and the part of it that is fetched again at every change.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer::{Oops, shown};
use super::{drawn, html, narrow};
use crate::desk::Desk;
use crate::desk::service::staff::session::SignedIn;

pub(super) async fn main_page(
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

pub(super) async fn list_part(
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

pub(super) async fn active(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    desk.blocking(move |desk| desk.keep_session(&who)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
