//! What the list's buttons do: steps of a visit, calling who is next, and where one calls to.
//!
//! Invariants: what was refused is explained in a sentence, with the list as it is now; nothing is refused silently; a
//! button that calls someone names them in its form; where the clinic has rooms, the first call of a session asks for
//! one.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{LIVE, Oops, shown};
use super::{booking, drawn, html, room};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::booking::Refused;
use crate::desk::service::queue::by_hand::check_note;
use crate::desk::service::queue::{HandAction, IfLate, StaffAction, StaffWork};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::language::Language;
use crate::domain::queue::QueueAction;
use crate::domain::queue::day::Refusal;
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
    /// In which language someone is spoken to who is checked in by hand.
    language: Option<String>,
    /// How someone is called.
    call_as: Option<String>,
    /// Set: staff have decided that a late patient can be seen.
    late: Option<String>,
    /// What a note says.
    text: Option<String>,
    /// Which note is archived or taken out.
    note: Option<u64>,
    /// Why a visit is canceled, chosen or typed.
    #[serde(default)]
    why: String,
    #[serde(default)]
    why_else: String,
    /// To which room they call, if the page asked.
    point: Option<String>,
    /// Where the button was pressed, if another page asked for the room in between.
    back: Option<String>,
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
    let calling = |calls: Calls, address| Calling {
        calls,
        address,
        visit: id.clone(),
        point: form.point.clone(),
        back: form.back.clone(),
    };
    let step = match action.as_str() {
        "call" => return call(desk, who, &headers, calling(Desk::call_this, "/visit/call")).await,
        "call-again" => return call(desk, who, &headers, calling(Desk::call_again, "/visit/call-again")).await,
        "hold" => QueueAction::Hold,
        "back" => QueueAction::Back,
        "start" => QueueAction::Start,
        "done" => QueueAction::Finish,
        "no-show" => QueueAction::NoShow,
        "transfer" => {
            let queue =
                form.queue.filter(|queue| queue.chars().nth(NAME_CHARS_MAX).is_none()).ok_or(Oops::Unreadable)?;
            QueueAction::Transfer { queue, keep_place: form.keep.is_some() }
        }
        "undo" => {
            // A page that showed no step takes no step back.
            let shown = form.step.unwrap_or(0);
            return answer(desk, who, &headers, move |desk, who| desk.undo_shown(&id, shown, &who.user)).await;
        }
        _ => return act(desk, who, &headers, &action, StaffWork::Visit(id)).await,
    };
    answer(desk, who, &headers, move |desk, who| desk.queue_step(&id, &step, &who.user)).await
}

/// A way to call someone: the patient, where to, and who calls.
type Calls = fn(&Desk, &AppointmentId, Option<&str>, &str) -> Result<Result<(), Refusal>, DeskError>;

/// A button that calls someone was pressed.
struct Calling {
    calls: Calls,
    /// The button's own address.
    address: &'static str,
    visit: AppointmentId,
    point: Option<String>,
    back: Option<String>,
}

/// Calls, to the room of this session; asks for it once if there are rooms, and remembers it.
async fn call(desk: Desk, who: SignedIn, headers: &HeaderMap, calling: Calling) -> Result<Response, Oops> {
    let live = headers.contains_key(LIVE);
    let to = calling.back.as_deref().map_or_else(|| back(headers), |back| own_page(back).to_owned());
    let (rest, visit) = (to.clone(), calling.visit);
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        if let Some(point) = &calling.point
            && !say_point(desk, &who, point)?
        {
            return refused(desk, &who, live, &Refusal::NoPoint).map(Some);
        }
        match (calling.calls)(desk, &visit, my_point(desk, &who)?.as_deref(), &who.user)? {
            Ok(()) => Ok(None),
            // Its script sends the form again as a browser does, and gets the page that asks.
            Err(refusal @ Refusal::NoPointSaid) if live => {
                Ok(Some((StatusCode::PRECONDITION_REQUIRED, refusal.sentence()).into_response()))
            }
            Err(Refusal::NoPointSaid) => Ok(Some(shown(room::ask(desk, &who, calling.address, &visit, &rest)?))),
            Err(refusal) => refused(desk, &who, live, &refusal).map(Some),
        }
    });
    Ok(answer.await?.unwrap_or_else(|| Redirect::to(&to).into_response()))
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
                let page = html::message("The note was not saved", why, &back(headers), "Back");
                return Ok((StatusCode::CONFLICT, shown(page)).into_response());
            }
        },
        "note-away" => Some(HandAction::NoteAway { note: form.note.ok_or(Oops::Unreadable)? }),
        "note-back" => Some(HandAction::NoteBack { note: form.note.ok_or(Oops::Unreadable)? }),
        _ => None,
    };
    let why = booking::why_of(&form.why, &form.why_else)?.to_owned();
    let question = Some(format!("/visit?appointment={}#check-in", in_address(id.as_str())));
    answer_or_ask(desk, who, headers, question, move |desk, who| match (action.as_str(), note) {
        (_, Some(note)) => Ok(if desk.note(&id, &note, &who.user)? { Ok(()) } else { Err(Refusal::Moved) }),
        ("check-in", _) => {
            let language = match form.language.as_deref().and_then(Language::from_tag) {
                Some(language) => language,
                // As on file, when the button on the list is pressed.
                None => desk.appointment(&id)?.map(|visit| visit.person).map_or(Language::default(), |person| {
                    person.language.as_deref().and_then(Language::from_tag).unwrap_or_default()
                }),
            };
            let if_late = if form.late.is_some() { IfLate::CheckIn } else { IfLate::Ask };
            Ok(desk.check_in_by_hand(&id, (language, call_as), if_late, &who.user)?.map(|_| ()))
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

/// Why an appointment was not canceled, or that not taken back, as the list says it.
fn refusal(desk: &Desk, id: &AppointmentId, refused: Refused) -> Result<Refusal, DeskError> {
    Ok(match refused {
        Refused::Unknown | Refused::NotAsShown => Refusal::Moved,
        Refused::HasCome => Refusal::HasCome,
        Refused::Conflicts(conflicts) => {
            let one = desk.appointment(id)?;
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

/// The page on which a button was pressed, as far as it is one that has such buttons: the list, as it was narrowed, or
/// a person's.
fn back(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok()).unwrap_or_default();
    // Only what follows the host's name: no one is sent elsewhere.
    let rest =
        from.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..))).unwrap_or_default();
    own_page(rest).to_owned()
}

/// An address, if it is that of a page with such buttons; else the list's.
fn own_page(address: &str) -> &str {
    const LONGEST: usize = 2000;
    let is_ours = address.starts_with("/?") || address.starts_with("/visit?");
    if is_ours && address.len() < LONGEST && address.bytes().all(|b| b.is_ascii_graphic()) { address } else { "/" }
}

#[derive(Deserialize)]
pub(super) struct NextForm {
    /// The patient the button named.
    appointment: String,
    point: Option<String>,
    back: Option<String>,
}

pub(super) async fn call_next(
    State(desk): State<Desk>,
    who: SignedIn,
    headers: HeaderMap,
    form: Result<Form<NextForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    let (visit, point, back) = (AppointmentId::new(form.appointment), form.point, form.back);
    call(desk, who, &headers, Calling { calls: Desk::call_next, address: "/queue/next", visit, point, back }).await
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
        if form.point.is_empty() {
            desk.set_point_of_session(&who.csrf, None)?;
            return Ok(Ok(()));
        }
        Ok(if say_point(desk, who, &form.point)? { Ok(()) } else { Err(Refusal::NoPoint) })
    })
    .await
}

/// Remembers where this session calls to; `false` if there is no such service point.
fn say_point(desk: &Desk, who: &SignedIn, point: &str) -> Result<bool, DeskError> {
    let is_known = desk.settings().points.iter().any(|known| known.name == point);
    if is_known {
        desk.set_point_of_session(&who.csrf, Some(point))?;
    }
    Ok(is_known)
}

/// Where anyone who is signed in calls to; none if they did not say, or the point is gone from the settings.
pub(super) fn my_point(desk: &Desk, who: &SignedIn) -> Result<Option<String>, DeskError> {
    let point = desk.point_of_session(&who.csrf)?;
    Ok(point.filter(|point| desk.settings().points.iter().any(|known| known.name == *point)))
}

/// Works, and goes back to the list; what was refused is shown.
async fn answer(
    desk: Desk,
    who: SignedIn,
    headers: &HeaderMap,
    work: impl FnOnce(&Desk, &SignedIn) -> Result<Result<(), Refusal>, DeskError> + Send + 'static,
) -> Result<Response, Oops> {
    answer_or_ask(desk, who, headers, None, work).await
}

/// As [`answer`]; what staff have to decide first is asked at `question`, an address of ours.
async fn answer_or_ask(
    desk: Desk,
    who: SignedIn,
    headers: &HeaderMap,
    question: Option<String>,
    work: impl FnOnce(&Desk, &SignedIn) -> Result<Result<(), Refusal>, DeskError> + Send + 'static,
) -> Result<Response, Oops> {
    let live = headers.contains_key(LIVE);
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        match work(desk, &who)? {
            Ok(()) => Ok(None),
            Err(Refusal::Late) if !live && question.is_some() => {
                Ok(question.map(|question| Redirect::to(&question).into_response()))
            }
            Err(refusal) => refused(desk, &who, live, &refusal).map(Some),
        }
    });
    Ok(answer.await?.unwrap_or_else(|| Redirect::to(&back(headers)).into_response()))
}

/// Why something was not done: the sentence alone for a page's script, else the list with it.
fn refused(desk: &Desk, who: &SignedIn, live: bool, refusal: &Refusal) -> Result<Response, DeskError> {
    let sentence = refusal.sentence();
    if live {
        return Ok((StatusCode::CONFLICT, sentence).into_response());
    }
    let (day, rows) = drawn::read(desk, who, None)?;
    let page = html::main(&day, &rows, who, &desk.settings().name, Some(&sentence));
    Ok((StatusCode::CONFLICT, shown(page)).into_response())
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
