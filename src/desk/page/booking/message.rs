//! What the patient should know of an appointment, as a text: to copy, or to send if the clinic set that up.

use maud::{Markup, html};

use super::super::super::Desk;
use super::super::answer::Oops;
use super::super::html::staff_page;
use super::super::icons::icon;
use super::super::row::clock_time;
use crate::desk::base::address::in_address;
use crate::desk::service::booking::Message;
use crate::desk::service::booking::letters::LetterError;
use crate::desk::service::booking::messages::Way;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::AppointmentId;

/// The page of a message, with what was done or why it was not.
pub(super) fn show(
    desk: &Desk,
    who: &SignedIn,
    id: &AppointmentId,
    said: Option<Result<&str, &str>>,
) -> Result<Markup, Oops> {
    let text = desk.message_text(id).map_err(|error| oops(&error))?;
    let one = desk.appointment(id)?.ok_or(Oops::NotFound)?;
    let messages = desk.messages_about(id)?;
    let zone = desk.settings().zone().map_err(crate::desk::DeskError::from)?;
    let address = format!("/appointments/message?appointment={}", in_address(id.as_str()));
    let body = html! {
        h2 { "Message for " (one.person.name_for_staff().as_str()) }
        p.way { a.button href={ "/appointments/one?appointment=" (in_address(id.as_str())) } { "Back to appointment" } }
        @match said {
            Some(Ok(done)) => p.notice role="status" { (icon("check")) " " (done) },
            Some(Err(problem)) => p.problem role="alert" { (icon("alert")) span { (problem) } },
            None => {},
        }
        div.fields {
            div { label for="text" { "Message" } textarea #text readonly rows="10" dir="auto" { (text.as_str()) } }
            button #copy.button type="button" hidden { "Copy" }
            p #copied.quiet role="status" {}
        }
        @if desk.sends_messages() {
            div.way {
                @for way in Way::ALL { (send(who, id, way, Way::of(way, &one).as_str(), &messages, text.as_str())) }
            }
        } @else {
            p.quiet { "Texting isn't set up. Copy this message." }
        }
        @if !messages.is_empty() {
            h3 { "Messages for this appointment" }
            ul { @for message in &messages { li { (line(message, &zone)) } } }
        }
        script src="/static/message.js" defer {}
    };
    Ok(staff_page("Appointments", who, (&address, desk.session_idle().as_secs()), &body))
}

fn oops(error: &LetterError) -> Oops {
    match error {
        LetterError::Unknown(_) => Oops::NotFound,
        LetterError::CalledOff(_) => Oops::NoLetter("This appointment was canceled, so no message is needed."),
        _ => Oops::NoLetter("The message couldn't be created. Tell your IT support."),
    }
}

fn send(who: &SignedIn, id: &AppointmentId, way: Way, to: &str, messages: &[Message], text: &str) -> Markup {
    let before = messages.iter().find(|one| {
        one.kind == way.code() && one.to.as_str() == to && one.text.as_str() == text && one.state == "sent"
    });
    let word = match way {
        Way::Sms => "SMS",
        Way::Email => "email",
    };
    html! {
        @if to.trim().is_empty() {
            p.quiet { "No " @if way == Way::Sms { "phone number" } @else { "email address" } " is on file." }
        }
        @else {
            form method="post" action="/appointments/send" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="appointment" value=(id);
                input type="hidden" name="kind" value=(way.code());
                @if before.is_some() { input type="hidden" name="again" value="1"; }
                button.button.primary[before.is_none()] type="submit" {
                    @if before.is_some() { "Send again" } @else { "Send" } " as " (word) " to " (to)
                }
            }
        }
    }
}

fn line(message: &Message, zone: &jiff::tz::TimeZone) -> Markup {
    let at = |at: jiff::Timestamp| {
        format!("{} {}", at.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y"), clock_time(at, zone))
    };
    let (queued, user) = &message.queued;
    html! {
        (at(*queued)) ", by " (user) ", as " (message.kind) " to " (message.to.as_str()) ": "
        @match (message.state.as_str(), message.ended) {
            ("sent", Some(ended)) => { (icon("check")) " sent " (at(ended)) },
            ("failed", _) => { (icon("cross")) " not sent. " (message.why.as_str()) },
            _ if message.tries > 0 => {
                (icon("clock")) " not sent yet, tried " (message.tries) " times. " (message.why.as_str())
            },
            _ => { (icon("clock")) " sending" },
        }
    }
}
