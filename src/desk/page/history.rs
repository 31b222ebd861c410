//! What happened with someone's visits, in words, with who did it and when.

use jiff::Timestamp;
use maud::{Markup, html};

use super::booking;
use super::changes::count_words;
use super::icons::icon;
use super::list::Day;
use super::row::listed;
use crate::desk::service::privacy::DESK;
use crate::desk::service::queue::{HandAction, Happening, StaffAction, StaffDeed};
use crate::domain::event::{CheckedIn, KioskEvent, StillRight};
use crate::domain::language::Language;
use crate::domain::queue::QueueAction;
use crate::domain::ticket::{CallAs, PrintOutcome};
use crate::domain::visit::BY_PHONE;

/// The history, the newest on top.
pub fn history(day: &Day, happened: &[Happening]) -> Markup {
    html! {
        ol.history reversed {
            @for one in happened.iter().rev() {
                li {
                    @let (who, words) = line(day, one);
                    time.at datetime=(one.at()) { (when(one.at(), day)) }
                    (icon(match one { Happening::Kiosk { .. } => "ticket", Happening::Staff { .. } => "person" }))
                    span { b { (who) } " " (words) }
                }
            }
        }
    }
}

/// The time, with the day if it is not today's.
pub fn when(at: Timestamp, day: &Day) -> String {
    if day.clinic.of(at) == day.date { day.times.time(at) } else { day.times.day_and_time(at) }
}

fn line(day: &Day, one: &Happening) -> (String, String) {
    match one {
        Happening::Kiosk { kiosk, event, .. } => {
            let place = day.place_of(kiosk);
            let who = if place.is_empty() { format!("Kiosk {kiosk}") } else { format!("Kiosk {kiosk}, {place}") };
            (format!("{who}:"), at_kiosk(day, event))
        }
        Happening::Staff { user, deed, .. } if user == BY_PHONE => ("By phone:".to_owned(), by_staff(day, deed)),
        Happening::Staff { user, deed, .. } if user == DESK => ("Automatic:".to_owned(), by_staff(day, deed)),
        Happening::Staff { user, deed, .. } => (user.clone(), by_staff(day, deed)),
    }
}

fn how(language: Language, call_as: CallAs) -> String {
    let called = match call_as {
        CallAs::Number => "call by ticket",
        CallAs::FirstName => "call by first name",
    };
    format!("{}, {called}", language.for_staff())
}

fn at_kiosk(day: &Day, event: &KioskEvent) -> String {
    match event {
        KioskEvent::CheckedIn(said) => checked_in(said),
        KioskEvent::WalkedIn(asks) => {
            format!(
                "walked in for {} with ticket {}, {}",
                day.category_name(&asks.category),
                asks.ticket.number,
                how(asks.language, asks.call_as)
            )
        }
        KioskEvent::TicketPrinted { ticket, outcome, .. } => match outcome {
            PrintOutcome::Printed => format!("printed ticket {}", ticket.number),
            PrintOutcome::Unknown => format!("sent ticket {} to the printer; printing not confirmed", ticket.number),
            PrintOutcome::Failed(trouble) => {
                format!("couldn't print ticket {}: {}", ticket.number, trouble.for_staff())
            }
        },
        KioskEvent::Stopped { reason, .. } => format!("needed staff: {}", reason.for_staff()),
        KioskEvent::CodeRefused { reason, .. } => reason.for_staff().to_owned(),
        KioskEvent::WalkedAway { .. } => "walked away before the end".to_owned(),
        KioskEvent::ConversationEnded(_) => "ended at the kiosk".to_owned(),
        KioskEvent::Newer(_) => "sent something this version of the desk doesn't support: update the desk".to_owned(),
    }
}

fn checked_in(said: &CheckedIn) -> String {
    let mut words =
        vec![format!("checked in with ticket {}, {}", said.ticket.number, how(said.language, said.call_as))];
    for (what, answer) in [("contact details", said.details), ("insurance", said.insurance)] {
        words.extend(match answer {
            StillRight::Yes => Some(format!("{what} correct")),
            StillRight::AskTheDesk => Some(format!("{what} not correct")),
            StillRight::Changed | StillRight::NotAsked => None,
        });
    }
    if !said.proposals.is_empty() {
        let fields: Vec<&str> = said.proposals.iter().map(|proposal| proposal.field.for_staff()).collect();
        words.push(format!("{}: {}", count_words(fields.len()), fields.join(", ")));
    }
    if let Some(documents) = &said.documents {
        words.push(format!(
            "{} {}",
            if documents.brought { "brought" } else { "did not bring" },
            listed(&documents.needed)
        ));
    }
    if said.companion.is_some() {
        words.push("someone else checked them in".to_owned());
    }
    words.join("; ")
}

fn by_staff(day: &Day, deed: &StaffDeed) -> String {
    match deed {
        StaffDeed::Visit(action) => match action {
            StaffAction::Seen => "acknowledged".to_owned(),
            StaffAction::Accept => "accepted the walk-in".to_owned(),
            StaffAction::Decline => "declined the walk-in".to_owned(),
            StaffAction::Call => "called".to_owned(),
            StaffAction::Done => "completed the visit".to_owned(),
            StaffAction::Undo => "undid the last step".to_owned(),
        },
        StaffDeed::Queue(action) => match action {
            QueueAction::Call { point: Some(point), .. } => format!("called to {point}"),
            QueueAction::Call { point: None, .. } => "called".to_owned(),
            QueueAction::CallAgain { .. } => "called again".to_owned(),
            QueueAction::Hold => "put on hold".to_owned(),
            QueueAction::Back => "put back in line".to_owned(),
            QueueAction::StepOut => "the patient stepped out".to_owned(),
            QueueAction::ComeBack => "the patient is back".to_owned(),
            QueueAction::Start => "started the visit".to_owned(),
            QueueAction::Finish => "completed the visit".to_owned(),
            QueueAction::NoShow => "marked as no-show".to_owned(),
            QueueAction::Transfer { queue, keep_place: true } => format!("transferred to {queue}, keeping the turn"),
            QueueAction::Transfer { queue, keep_place: false } => {
                format!("transferred to {queue}, at the end of the line")
            }
        },
        StaffDeed::Hand(action) => by_hand(day, action),
        StaffDeed::Booking(step) => {
            let what = match step.action.as_str() {
                "booking-noted" => "acknowledged the difference with the scheduling system",
                "booking-undo" => "undid the last change of the appointment",
                "call-off" => "canceled the visit",
                other => booking::words(other),
            };
            if step.why.is_empty() { what.to_owned() } else { format!("{what}: {}", step.why) }
        }
        StaffDeed::AskedByPhone => "the patient asked for help".to_owned(),
        StaffDeed::Change(action, field) => {
            let what = field.for_staff();
            match action.as_str() {
                "change-accept" => format!("accepted the change: {what}"),
                "change-edit" => format!("accepted the change with edits: {what}"),
                "change-reject" => format!("rejected the change: {what}"),
                _ => format!("undid a decision: {what}"),
            }
        }
    }
}

fn by_hand(day: &Day, action: &HandAction) -> String {
    match action {
        HandAction::CheckIn { ticket, visits, language, call_as, .. } => {
            let visits = if visits.len() > 1 { format!(" for {} visits", visits.len()) } else { String::new() };
            format!("checked in at the desk{visits} with ticket {}, {}", ticket.number, how(*language, *call_as))
        }
        HandAction::WalkIn { asks } => {
            format!(
                "added a walk-in for {} with ticket {}, {}",
                day.category_name(&asks.category),
                asks.ticket.number,
                how(asks.language, asks.call_as)
            )
        }
        HandAction::UndoCheckIn { .. } => "undid the check-in".to_owned(),
        HandAction::CallAs { call_as: CallAs::FirstName, .. } => "changed the call preference to first name".to_owned(),
        HandAction::CallAs { call_as: CallAs::Number, .. } => "changed the call preference to ticket number".to_owned(),
        HandAction::NotCome => "marked as no-show".to_owned(),
        HandAction::Cancel => "canceled the visit, at the desk only".to_owned(),
        HandAction::Note { .. } => "wrote a note".to_owned(),
        HandAction::NoteAway { .. } => "archived a note".to_owned(),
        HandAction::NoteBack { .. } => "restored a note".to_owned(),
        HandAction::Coverage { found } if found.is_empty() => "coverage no longer needs attention".to_owned(),
        HandAction::Coverage { found } => {
            let mut words: Vec<&str> = found.iter().map(|one| one.reason.for_staff()).collect();
            words.dedup();
            words.join("; ")
        }
    }
}
