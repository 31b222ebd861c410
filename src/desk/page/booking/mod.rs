//! Booking at the desk or on the phone: who, what and with which provider, which free time; and moving and canceling.
//!
//! Invariants: no name, date of birth or phone number is in an address; who is looked for and found is in the audit
//! before they are shown; what cannot be done is explained in a sentence, with the free times nearest to it.

mod message;
mod one;
mod outside;
mod show;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

pub(super) use self::one::{call_off_fields, one_page, words};
use super::super::Desk;
use super::answer::{Oops, shown};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::booking::Refused;
use crate::desk::service::booking::book::NewPerson;
use crate::desk::service::booking::letters::LetterError;
use crate::desk::service::booking::messages::Way;
use crate::desk::service::privacy::Seen;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Ask, Conflict};
use crate::domain::ids::AppointmentId;

/// Free times on one page.
const TIMES_MAX: usize = 24;
/// Most characters of why something was canceled, and of what is looked for.
const TEXT_CHARS_MAX: usize = 200;

/// Everything that the forms of booking carry from one page to the next.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct BookForm {
    /// What to look for.
    find: String,
    /// An appointment of the person.
    appointment: String,
    /// The appointment that is moved.
    moves: String,
    given_name: String,
    family_name: String,
    birth_date: String,
    phone: String,
    email: String,
    language: String,
    service: String,
    /// Empty: anyone.
    practitioner: String,
    /// From which date on.
    date: String,
    /// After which time, on a page that goes on.
    after: String,
    /// The time that was chosen.
    start: String,
    /// The provider it was offered with.
    with: String,
    /// Another time than those that are offered, on the clinic's clock.
    day: String,
    time: String,
    /// It is wanted also outside the clinic's hours.
    anyway: String,
    /// What is taken back.
    step: u64,
    why: String,
    why_else: String,
    /// How a message is sent.
    kind: String,
    /// Whether the same message is wanted again.
    again: String,
    /// Sent by a page that only looks whether its session has ended.
    idle: Option<String>,
}

/// The patient to book for.
enum Whom {
    /// Someone on the list, by an appointment of theirs.
    Known(Box<Appointment>),
    /// Someone new; as an appointment that holds the person.
    New(Box<Appointment>),
}

impl Whom {
    fn appointment(&self) -> &Appointment {
        match self {
            Self::Known(appointment) | Self::New(appointment) => appointment,
        }
    }
}

/// A page of booking, or what it led to.
enum Outcome {
    Page(StatusCode, maud::Markup),
    To(String),
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Page(status, page) => (status, shown(page)).into_response(),
            Self::To(address) => Redirect::to(&address).into_response(),
        }
    }
}

/// Where booking begins: by finding the person, or for the person of an appointment.
pub(super) async fn book_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<BookForm>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let form = BookForm {
        appointment: query.appointment,
        practitioner: query.practitioner,
        date: query.date,
        ..BookForm::default()
    };
    let outcome = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        Ok(if form.appointment.is_empty() { find(desk, &who, form, None) } else { times(desk, &who, form, true) })
    });
    outcome.await?.map(IntoResponse::into_response)
}

/// What the patient should know, as a text.
pub(super) async fn message_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<BookForm>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        Ok(message::show(desk, &who, &AppointmentId::new(query.appointment), None))
    });
    Ok(shown(page.await??))
}

/// Where moving begins.
pub(super) async fn move_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<BookForm>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let form = BookForm { appointment: query.appointment.clone(), moves: query.appointment, ..BookForm::default() };
    let outcome = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        Ok(times(desk, &who, form, true))
    });
    outcome.await?.map(IntoResponse::into_response)
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<BookForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let outcome = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(match action.as_str() {
            "find" => search(desk, &who, form),
            "times" => times(desk, &who, form, false),
            "take" => take(desk, &who, form),
            "cancel" => cancel(desk, &who, &form),
            "undo" => undo(desk, &who, &form),
            "send" => send(desk, &who, &form),
            "noted" => noted(desk, &who, &form),
            _ => Err(Oops::NotFound),
        })
    });
    outcome.await?.map(IntoResponse::into_response)
}

fn find(
    desk: &Desk,
    who: &SignedIn,
    form: BookForm,
    found: Option<Result<Vec<Appointment>, String>>,
) -> Result<Outcome, Oops> {
    let status = if matches!(found, Some(Err(_))) { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Outcome::Page(status, show::find(desk, who, &form, found.as_ref())))
}

fn search(desk: &Desk, who: &SignedIn, form: BookForm) -> Result<Outcome, Oops> {
    let text = form.find.trim();
    if text.is_empty() || text.chars().nth(TEXT_CHARS_MAX).is_some() {
        return find(desk, who, form, Some(Err("Type a name, date of birth or MRN.".to_owned())));
    }
    let found = desk.find_people(text)?.people;
    let patients = found.iter().map(|one| one.person.id.clone()).collect();
    desk.note_seen(&who.user, &Seen::People(patients))?;
    find(desk, who, form, Some(Ok(found)))
}

/// The patient a form is about, or what is wrong with what was typed.
fn whom(desk: &Desk, form: &BookForm) -> Result<Result<Whom, String>, Oops> {
    if !form.appointment.is_empty() {
        let id = AppointmentId::new(form.appointment.as_str());
        let known = desk.appointment(&id)?.ok_or(Oops::NotFound)?;
        return Ok(Ok(Whom::Known(Box::new(known))));
    }
    let new = NewPerson {
        given_name: form.given_name.clone(),
        family_name: form.family_name.clone(),
        birth_date: form.birth_date.trim().parse().ok(),
        phone: form.phone.clone(),
        email: form.email.clone(),
        language: form.language.clone(),
    };
    Ok(new.appointment(desk.now()).map(|appointment| Whom::New(Box::new(appointment))))
}

/// What is looked for, as far as it was said.
fn ask(desk: &Desk, form: &BookForm, whom: &Whom) -> Result<Ask, DeskError> {
    let practice = desk.practice()?;
    let moved = (!form.moves.is_empty()).then(|| whom.appointment());
    let service = moved.map_or(form.service.as_str(), |one| one.service.as_str());
    Ok(Ask {
        patient: Some(whom.appointment().person.id.clone()),
        moves: (!form.moves.is_empty()).then(|| AppointmentId::new(form.moves.as_str())),
        service: service.to_owned(),
        practitioner: Some(form.practitioner.clone()).filter(|name| !name.is_empty()),
        minutes: practice.length(service, moved.map_or(0, |one| one.minutes)),
    })
}

/// The free times. `first`: what was booked before fills in what no one said yet.
fn times(desk: &Desk, who: &SignedIn, mut form: BookForm, first: bool) -> Result<Outcome, Oops> {
    let whom = match whom(desk, &form)? {
        Ok(whom) => whom,
        Err(problem) => return find(desk, who, form, Some(Err(problem))),
    };
    if let Whom::Known(one) = &whom {
        desk.note_seen(&who.user, &Seen::Appointment(one.id.clone()))?;
        if first {
            form.service.clone_from(&one.service);
            if form.practitioner.is_empty() {
                form.practitioner.clone_from(&one.practitioner);
            }
        }
    }
    page_of_times(desk, who, &form, &whom, &Trouble::None)
}

/// What is shown above the free times.
enum Trouble {
    None,
    /// Why nothing was booked.
    Refused(String),
    /// The clinic's hours alone stand in the way of this time, as these sentences say.
    Outside(Timestamp, String),
}

fn page_of_times(
    desk: &Desk,
    who: &SignedIn,
    form: &BookForm,
    whom: &Whom,
    trouble: &Trouble,
) -> Result<Outcome, Oops> {
    let now = desk.now();
    let (known, practice) = (desk.names_in_use()?, desk.practice()?);
    let services: Vec<String> = known.services.iter().cloned().collect();
    let service = if form.moves.is_empty() { form.service.as_str() } else { whom.appointment().service.as_str() };
    // Only providers who fit are offered, once the service is known.
    let fitting = if service.is_empty() { practice.practitioners() } else { practice.practitioners_for(service) };
    let practitioners: Vec<String> = fitting.into_iter().map(str::to_owned).collect();
    let from: Option<Date> = form.date.parse().ok();
    let today = practice.date_of(now);
    let mut form = form.clone();
    // Someone who left, or never worked here by the clinic's hours: anyone else then.
    if !practice.practitioners().contains(&form.practitioner.as_str()) {
        form.practitioner.clear();
    }
    let has_service = !form.moves.is_empty() || !form.service.is_empty();
    let found = if has_service {
        desk.free_times(&ask(desk, &form, whom)?, (from.unwrap_or(today), form.after.parse().ok()), TIMES_MAX)?
    } else {
        Vec::new()
    };
    let status = if matches!(trouble, Trouble::None) { StatusCode::OK } else { StatusCode::CONFLICT };
    let asked = ask(desk, &form, whom)?;
    let why_none =
        if has_service && found.is_empty() { Some(desk.why_no_time(&asked, from.unwrap_or(today))?) } else { None };
    let choice = show::Choice {
        form: &form,
        whom,
        services: &services,
        practitioners: &practitioners,
        clinicians: &known.clinicians,
        practice: &practice,
        minutes: asked.minutes,
        times: has_service.then_some(&found),
        why_none,
        today,
    };
    Ok(Outcome::Page(status, show::times(desk, who, &choice, trouble)?))
}

fn take(desk: &Desk, who: &SignedIn, form: BookForm) -> Result<Outcome, Oops> {
    let whom = match whom(desk, &form)? {
        Ok(whom) => whom,
        Err(problem) => return find(desk, who, form, Some(Err(problem))),
    };
    let practice = desk.practice()?;
    let is_typed = form.start.is_empty() && !(form.day.is_empty() && form.time.is_empty());
    let typed = is_typed.then(|| outside::read(&practice, desk.settings().dates(), &form.day, &form.time));
    let start: Timestamp = match typed {
        None => form.start.parse().map_err(|_| Oops::Unreadable)?,
        Some(Ok(start)) => start,
        Some(Err(problem)) => return page_of_times(desk, who, &form, &whom, &Trouble::Refused(problem)),
    };
    if form.with.is_empty()
        || form.with.chars().nth(TEXT_CHARS_MAX).is_some()
        || form.service.chars().nth(TEXT_CHARS_MAX).is_some()
    {
        return Err(Oops::Unreadable);
    }
    let (ask, anyway) = (ask(desk, &form, &whom)?, !form.anyway.is_empty());
    let done = match &ask.moves {
        Some(id) => desk
            .reschedule_anyway(id, (start, ask.minutes, &form.with), anyway, &who.user)?
            .map(|()| (id.clone(), "moved")),
        None => {
            let mut wanted = whom.appointment().clone();
            wanted.start = start;
            wanted.minutes = ask.minutes;
            wanted.service.clone_from(&ask.service);
            wanted.practitioner.clone_from(&form.with);
            wanted.place = practice.place_at(&form.with, start);
            wanted.documents.clear();
            desk.book_anyway(&wanted, anyway, &who.user)?.map(|id| (id, "booked"))
        }
    };
    match done {
        Ok((id, what)) => {
            Ok(Outcome::To(format!("/appointments/one?appointment={}&done={what}", in_address(id.as_str()))))
        }
        Err(refused) => {
            let mut problem = refusal(desk, &refused, (start, &form.with))?;
            if matches!(refused, Refused::Conflicts(_)) {
                problem += " Nothing was booked. Free times from that day on are below.";
            }
            let of_hours = matches!(&refused, Refused::Conflicts(found) if found.iter().all(Conflict::is_of_hours));
            let trouble = if of_hours { Trouble::Outside(start, problem) } else { Trouble::Refused(problem) };
            let form = BookForm { date: practice.date_of(start).to_string(), ..form };
            page_of_times(desk, who, &form, &whom, &trouble)
        }
    }
}

/// Why it was not done, in sentences.
fn refusal(desk: &Desk, refused: &Refused, time: (Timestamp, &str)) -> Result<String, DeskError> {
    Ok(match refused {
        Refused::Unknown => "That appointment is no longer on the list.".to_owned(),
        Refused::HasCome => {
            "The patient has checked in for it, or it is over. Book a new appointment instead.".to_owned()
        }
        Refused::NotAsShown => "Someone else just updated this. Nothing was changed.".to_owned(),
        Refused::Conflicts(conflicts) => sentences(desk, conflicts, time)?,
    })
}

/// What stands in the way of a time, in sentences.
pub(super) fn sentences(
    desk: &Desk,
    conflicts: &[Conflict],
    (start, with): (Timestamp, &str),
) -> Result<String, DeskError> {
    let times = desk.settings().staff_time()?;
    let time = times.time(start);
    let mut sentences: Vec<String> = Vec::new();
    for conflict in conflicts {
        let other = |id: &AppointmentId| -> Result<String, DeskError> {
            let other = desk.appointment(id)?;
            Ok(other.map_or_else(String::new, |other| {
                let name = other.person.name_for_staff();
                format!("{}, {}, {}", times.time(other.start), name.as_str(), other.service)
            }))
        };
        let sentence = match conflict {
            Conflict::Past => format!("{time} has passed."),
            Conflict::Closed(date) => format!("The clinic is closed on {}.", times.style.date(*date)),
            Conflict::OutsideHours => format!("{with} doesn't offer this at {time}, or the time is too short."),
            Conflict::Patient(id) => {
                let other = desk.appointment(id)?;
                let what = other.map_or_else(String::new, |other| {
                    format!(": {} with {} at {}", other.service, other.practitioner, times.time(other.start))
                });
                format!("The patient has another appointment at that time{what}.")
            }
            Conflict::Practitioner(id) => format!("{with} is booked at that time: {}.", other(id)?),
            Conflict::Room(id, room) => format!("{room} is in use at that time: {}.", other(id)?),
        };
        sentences.push(sentence);
    }
    Ok(sentences.join(" "))
}

/// Why an appointment is canceled, as it was chosen or typed.
pub(super) fn why_of<'a>(why: &'a str, why_else: &'a str) -> Result<&'a str, Oops> {
    let why = if why == "else" { why_else.trim() } else { why.trim() };
    if why.chars().nth(TEXT_CHARS_MAX).is_some() { Err(Oops::TooLong) } else { Ok(why) }
}

fn cancel(desk: &Desk, who: &SignedIn, form: &BookForm) -> Result<Outcome, Oops> {
    let id = AppointmentId::new(form.appointment.as_str());
    let done = desk.call_off(&id, why_of(&form.why, &form.why_else)?, &who.user)?;
    after(desk, who, &id, done, "cancelled")
}

fn undo(desk: &Desk, who: &SignedIn, form: &BookForm) -> Result<Outcome, Oops> {
    let id = AppointmentId::new(form.appointment.as_str());
    let done = desk.undo_booking(&id, form.step, &who.user)?;
    after(desk, who, &id, done, "undone")
}

fn noted(desk: &Desk, who: &SignedIn, form: &BookForm) -> Result<Outcome, Oops> {
    let id = AppointmentId::new(form.appointment.as_str());
    desk.note_contradiction(&id, &who.user)?;
    Ok(Outcome::To(format!("/appointments/one?appointment={}", in_address(id.as_str()))))
}

fn send(desk: &Desk, who: &SignedIn, form: &BookForm) -> Result<Outcome, Oops> {
    let id = AppointmentId::new(form.appointment.as_str());
    let way = Way::ALL.into_iter().find(|way| way.code() == form.kind).ok_or(Oops::Unreadable)?;
    let queued = match desk.send_message(&id, way, !form.again.is_empty(), &who.user) {
        Ok(queued) => queued,
        Err(LetterError::Desk(error)) => return Err(error.into()),
        Err(_) => return Err(Oops::NoLetter("That appointment was canceled, or is no longer on the list.")),
    };
    let (status, said) = if queued {
        (StatusCode::OK, Ok("Sending."))
    } else {
        (StatusCode::CONFLICT, Err("The same message is being sent or was already sent. Nothing was sent."))
    };
    Ok(Outcome::Page(status, message::show(desk, who, &id, Some(said))?))
}

/// Back to the appointment, with what was done or why it was not.
fn after(
    desk: &Desk,
    who: &SignedIn,
    id: &AppointmentId,
    done: Result<(), Refused>,
    what: &str,
) -> Result<Outcome, Oops> {
    let refused = match done {
        Ok(()) => {
            return Ok(Outcome::To(format!("/appointments/one?appointment={}&done={what}", in_address(id.as_str()))));
        }
        Err(Refused::Unknown) => return Err(Oops::NotFound),
        Err(refused) => refused,
    };
    let one = desk.appointment(id)?.ok_or(Oops::NotFound)?;
    let mut problem = refusal(desk, &refused, (one.start, &one.practitioner))?;
    if matches!(refused, Refused::Conflicts(_)) {
        problem += " Nothing was changed.";
    }
    desk.note_seen(&who.user, &Seen::Appointment(id.clone()))?;
    Ok(Outcome::Page(StatusCode::CONFLICT, one::show(desk, who, id, None, Some(&problem))?))
}
