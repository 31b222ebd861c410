//! What the list's buttons do: steps of a visit, calling who is next, and where one calls to.
//!
//! Invariant: what was refused is said in a sentence, with the list as it is now; nothing is refused silently.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::by_hand::check_note;
use super::super::queues::Refusal;
use super::super::session::SignedIn;
use super::super::store::{HandAction, Refused, StaffAction, StaffWork};
use super::{LIVE, Oops, booking, drawn, html, shown};
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::language::Language;
use crate::domain::queue::QueueAction;
use crate::domain::ticket::CallAs;

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
    /// In which language somebody is spoken to who is checked in by hand.
    language: Option<String>,
    /// How somebody is called.
    call_as: Option<String>,
    /// What a note says.
    text: Option<String>,
    /// Which note is put away or taken out.
    note: Option<u64>,
    /// Why a visit is called off, chosen or typed.
    #[serde(default)]
    why: String,
    #[serde(default)]
    why_else: String,
}

pub(super) async fn act_on_visit(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    headers: HeaderMap,
    form: Result<Form<VisitForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    let id = AppointmentId::new(form.appointment.as_str());
    if BY_HAND.contains(&action.as_str()) {
        return by_hand(desk, who, &headers, action, id, form).await;
    }
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
        _ => return act(desk, who, &headers, &action, StaffWork::Visit(id)).await,
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

/// What staff do by hand, as addresses have it.
const BY_HAND: [&str; 9] =
    ["check-in", "undo-check-in", "call-as", "not-come", "call-off", "undo-call-off", "note", "note-away", "note-back"];

async fn by_hand(
    desk: Desk,
    who: SignedIn,
    headers: &HeaderMap,
    action: String,
    id: AppointmentId,
    form: VisitForm,
) -> Result<Response, Oops> {
    let call_as = match form.call_as.as_deref() {
        Some("first-name") => CallAs::FirstName,
        Some("number") | None => CallAs::Number,
        Some(_) => return Err(Oops::Unreadable),
    };
    let note = match action.as_str() {
        "note" => match check_note(form.text.as_deref().unwrap_or_default()) {
            Ok(text) => Some(HandAction::Note { text }),
            Err(why) if headers.contains_key(LIVE) => return Ok((StatusCode::CONFLICT, why).into_response()),
            Err(why) => {
                let page = html::message("The note was not written", why, &back(headers), "Back");
                return Ok((StatusCode::CONFLICT, shown(page)).into_response());
            }
        },
        "note-away" => Some(HandAction::NoteAway { note: form.note.ok_or(Oops::Unreadable)? }),
        "note-back" => Some(HandAction::NoteBack { note: form.note.ok_or(Oops::Unreadable)? }),
        _ => None,
    };
    let why = booking::why_of(&form.why, &form.why_else)?.to_owned();
    answer(desk, who, headers, move |desk, who| match (action.as_str(), note) {
        (_, Some(note)) => Ok(if desk.note(&id, &note, &who.user)? { Ok(()) } else { Err(Refusal::Moved) }),
        ("check-in", _) => {
            let language = match form.language.as_deref().and_then(Language::from_tag) {
                Some(language) => language,
                // As on file, when the button on the list is pressed.
                None => desk
                    .with_store(|store| store.appointment(&id))?
                    .map(|visit| visit.person)
                    .map_or(Language::English, |person| person.language.as_deref().and_then(Language::from_tag).unwrap_or_default()),
            };
            Ok(desk.check_in_by_hand(&id, (language, call_as), &who.user)?.map(|_| ()))
        }
        ("undo-check-in", _) => desk.undo_check_in(&id, &who.user),
        ("call-as", _) => desk.set_call_as(&id, call_as, &who.user),
        ("not-come", _) => desk.not_come(&id, &who.user),
        ("undo-call-off", _) => {
            let done = desk.undo_booking(&id, form.step.unwrap_or(0), &who.user)?;
            done.map_or_else(|refused| Ok(Err(refusal(desk, &id, refused)?)), |()| Ok(Ok(())))
        }
        _ => {
            let done = desk.call_off(&id, &why, &who.user)?;
            done.map_or_else(|refused| Ok(Err(refusal(desk, &id, refused)?)), |()| Ok(Ok(())))
        }
    })
    .await
}

/// Why an appointment was not called off, or that not taken back, as the list says it.
fn refusal(desk: &Desk, id: &AppointmentId, refused: Refused) -> Result<Refusal, super::DeskError> {
    Ok(match refused {
        Refused::Unknown | Refused::NotAsShown => Refusal::Moved,
        Refused::HasCome => Refusal::HasCome,
        Refused::Conflicts(conflicts) => {
            let one = desk.with_store(|store| store.appointment(id))?;
            let time = one.as_ref().map_or((desk.now(), ""), |one| (one.start, one.practitioner.as_str()));
            Refusal::NoTime(booking::sentences(desk, &conflicts, time)?)
        }
    })
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
    headers: HeaderMap,
    form: Result<Form<StopForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    act(desk, who, &headers, &action, StaffWork::Stop(KioskId::new(form.kiosk), form.seq)).await
}

async fn act(desk: Desk, who: SignedIn, headers: &HeaderMap, action: &str, work: StaffWork) -> Result<Response, Oops> {
    let action = StaffAction::from_code(action).ok_or(Oops::NotFound)?;
    desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        desk.act(&work, action, &who.user)
    })
    .await?;
    Ok(Redirect::to(&back(headers)).into_response())
}

/// The page on which a button was pressed, as far as it is one that has such buttons: the list, as it was narrowed, or a person's.
fn back(headers: &HeaderMap) -> String {
    const LONGEST: usize = 2000;
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok()).unwrap_or_default();
    // Only what follows the host's name: nobody is sent elsewhere.
    let rest = from.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or_default();
    let is_ours = rest.starts_with("/?") || rest.starts_with("/visit?");
    if is_ours && rest.len() < LONGEST { rest.to_owned() } else { "/".to_owned() }
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
        let (day, rows) = drawn::read(desk, &who, None)?;
        Ok(Some(shown(html::main(&day, &rows, &who, &desk.settings().name, Some(&sentence)))))
    });
    Ok(match refused.await? {
        Some(said) => (StatusCode::CONFLICT, said).into_response(),
        None => Redirect::to(&back(headers)).into_response(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_leads_back_to_its_own_page_and_never_elsewhere() {
        for (from, expected) in [
            ("http://127.0.0.1:8080/?state=called", "/?state=called"),
            ("https://desk.example/visit?appointment=apt-1", "/visit?appointment=apt-1"),
            ("https://desk.example/", "/"),
            ("https://desk.example/users", "/"),
            ("https://desk.example//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/visit?appointment=apt-1", "/"),
            ("", "/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, from.parse().unwrap());
            assert_eq!(back(&headers), expected, "{from}");
        }
    }
}
