//! The words of a ticket, from the one catalogue that pages use too.

use jiff::civil::DateTime;
use slint::ComponentHandle as _;

use super::ui::{KioskWindow, Words};
use crate::codes;
use crate::flow::step::PrintOrder;
use crate::paper::TicketFace;

/// Says a ticket in the language that the window shows, which is the patient's.
///
/// `local` is the clinic's time; without the desk the ticket says to tell it.
#[must_use]
pub fn ticket_face(window: &KioskWindow, order: &PrintOrder, local: DateTime, desk_reached: bool, clinic: &str) -> TicketFace {
    let words = window.global::<Words>();
    // Nobody is promised a call before the desk has decided.
    let (next, qr_label) = if order.walk_in {
        (words.invoke_ticket_walk_in(), words.invoke_ticket_walk_in_qr_label())
    } else {
        (words.invoke_ticket_next(), words.invoke_ticket_qr_label())
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
        qr: codes::ticket_code(&order.ticket),
        qr_label: qr_label.to_string(),
        copy_label: order.copy.then(|| words.invoke_ticket_copy_label().to_string()),
    }
}
