//! The words of a ticket, from the one catalogue that pages use too.

use slint::{ComponentHandle as _, SharedString};

use super::ui::{Kiosk, KioskWindow, Words};
use crate::codes;
use crate::flow::step::PrintOrder;
use crate::kiosk::program::TicketFacts;
use crate::paper::TicketFace;

/// Says a ticket in the patient's language, whichever the window shows.
#[must_use]
pub fn ticket_face(window: &KioskWindow, order: &PrintOrder, facts: TicketFacts<'_>) -> TicketFace {
    let shown = speak(window, &order.language.tag().into());
    let face = face(window, order, facts);
    // A copy for someone who has left this page need not be in the language of anyone who stands here now.
    speak(window, &shown);
    face
}

/// Lets the window's words be of this language, and answers of which they were.
fn speak(window: &KioskWindow, tag: &SharedString) -> SharedString {
    let kiosk = window.global::<Kiosk>();
    let shown = kiosk.get_language();
    if shown != *tag {
        if slint::select_bundled_translation(tag).is_err() {
            tracing::error!(language = %tag, "this language has no translation");
        }
        kiosk.set_language(tag.clone());
    }
    shown
}

fn face(window: &KioskWindow, order: &PrintOrder, facts: TicketFacts<'_>) -> TicketFace {
    let TicketFacts { local, desk_reached, clinic, pages } = facts;
    let words = window.global::<Words>();
    // No one is promised a call before the desk has decided.
    let next = if order.walk_in { words.invoke_ticket_walk_in() } else { words.invoke_ticket_next() };
    let qr_label = match (pages.of(order.ticket), order.walk_in) {
        (Some(_), _) => words.invoke_ticket_page_qr_label(),
        (None, true) => words.invoke_ticket_walk_in_qr_label(),
        (None, false) => words.invoke_ticket_qr_label(),
    };
    let mut lines = vec![next.to_string()];
    if !desk_reached {
        lines.push(words.invoke_ticket_desk().to_string());
    }
    TicketFace {
        rtl: order.language.is_rtl(),
        clinic: clinic.to_owned(),
        number_label: words.invoke_ticket_number_label().to_string(),
        number: order.ticket.number.to_string(),
        name: order.name.clone(),
        place_label: if order.place.is_empty() { String::new() } else { words.invoke_ticket_place_label().to_string() },
        place: order.place.clone(),
        lines,
        time_line: words
            .invoke_ticket_time(
                local.date().weekday().to_monday_one_offset().into(),
                local.day().into(),
                local.month().into(),
                local.hour().into(),
                local.minute().into(),
            )
            .to_string(),
        qr: codes::ticket_qr(pages, &order.ticket),
        qr_label: qr_label.to_string(),
        copy_label: order.copy.then(|| words.invoke_ticket_copy_label().to_string()),
    }
}
