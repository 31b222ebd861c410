//! What the list's buttons do: steps of a visit, calling who is next, and where one calls to.
//!
//! Invariant: what was refused is said in a sentence, with the list as it is now; nothing is refused silently.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::queues::Refusal;
use super::super::session::SignedIn;
use super::super::store::{StaffAction, StaffWork};
use super::list::Day;
use super::{LIVE, Oops, html, shown};
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::queue::QueueAction;

/// A queue's or a service point's name is shorter.
const NAME_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
pub(super) struct VisitForm {
    appointment: String,
    /// The step that the page showed as the latest.
    step: Option<u64>,
    /// Where a transfer goes.
    queue: Option<String>,
    /// Whether a transfer keeps the turn.
    keep: Option<String>,
}

pub(super) async fn act_on_visit(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    headers: HeaderMap,
    form: Result<Form<VisitForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    let id = AppointmentId::new(form.appointment);
    let step = match action.as_str() {
        "call" => None,
        "call-again" => Some(QueueAction::CallAgain),
        "hold" => Some(QueueAction::Hold),
        "back" => Some(QueueAction::Back),
        "start" => Some(QueueAction::Start),
        "done" => Some(QueueAction::Finish),
        "no-show" => Some(QueueAction::NoShow),
        "transfer" => {
            let queue = form.queue.filter(|queue| queue.chars().nth(NAME_CHARS_MAX).is_none()).ok_or(Oops::Unreadable)?;
            Some(QueueAction::Transfer { queue, keep_place: form.keep.is_some() })
        }
        "undo" => {
            // A page that showed no step takes no step back.
            let shown = form.step.unwrap_or(0);
            return answer(desk, who, &headers, move |desk, who| desk.undo_shown(&id, shown, &who.user)).await;
        }
        _ => return act(desk, who, &action, StaffWork::Visit(id)).await,
    };
    answer(desk, who, &headers, move |desk, who| match step {
        Some(step) => desk.queue_step(&id, &step, &who.user),
        None => {
            let point = my_point(desk, who)?;
            desk.call_this(&id, point.as_deref(), &who.user)
        }
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct StopForm {
    kiosk: String,
    seq: u64,
}

pub(super) async fn act_on_stop(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<StopForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    act(desk, who, &action, StaffWork::Stop(KioskId::new(form.kiosk), form.seq)).await
}

async fn act(desk: Desk, who: SignedIn, action: &str, work: StaffWork) -> Result<Response, Oops> {
    let action = StaffAction::from_code(action).ok_or(Oops::NotFound)?;
    desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        desk.act(&work, action, &who.user)
    })
    .await?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Deserialize)]
pub(super) struct NextForm {
    queue: String,
}

pub(super) async fn call_next(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<NextForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    answer(desk, who, &headers, move |desk, who| {
        let point = my_point(desk, who)?;
        Ok(desk.call_next(&form.queue, point.as_deref(), &who.user)?.map(|_| ()))
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct PointForm {
    point: String,
}

pub(super) async fn set_point(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<PointForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    answer(desk, who, &headers, move |desk, who| {
        let is_known = desk.settings().points.iter().any(|point| point.name == form.point);
        if !is_known && !form.point.is_empty() {
            return Ok(Err(Refusal::NoPoint));
        }
        desk.with_store(|store| store.set_point_of_session(&who.csrf, Some(form.point.as_str()).filter(|_| is_known)))?;
        Ok(Ok(()))
    })
    .await
}

/// Where whoever is signed in calls to; none if they did not say, or the point is gone from the settings.
pub(super) fn my_point(desk: &Desk, who: &SignedIn) -> Result<Option<String>, super::DeskError> {
    let point = desk.with_store(|store| store.point_of_session(&who.csrf))?;
    Ok(point.filter(|point| desk.settings().points.iter().any(|known| known.name == *point)))
}

/// Works, and goes back to the list; what was refused is said.
async fn answer(
    desk: Desk,
    who: SignedIn,
    headers: &HeaderMap,
    work: impl FnOnce(&Desk, &SignedIn) -> Result<Result<(), Refusal>, super::DeskError> + Send + 'static,
) -> Result<Response, Oops> {
    let live = headers.contains_key(LIVE);
    let refused = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let Err(refusal) = work(desk, &who)? else { return Ok(None) };
        let sentence = refusal.sentence();
        if live {
            return Ok(Some(sentence.into_response()));
        }
        let day = Day::read(desk, &who)?;
        Ok(Some(shown(html::main(&day, &who, &desk.settings().name, Some(&sentence)))))
    });
    Ok(match refused.await? {
        Some(said) => (StatusCode::CONFLICT, said).into_response(),
        None => Redirect::to("/").into_response(),
    })
}
