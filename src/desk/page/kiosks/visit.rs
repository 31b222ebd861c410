//! What a kiosk can do for one person: part of that person's page.

use maud::{Markup, html};

use super::super::history::when;
use super::super::icons::icon;
use super::super::list::Day;
use super::card::with_why;
use crate::desk::base::address::in_address;
use crate::desk::service::kiosks::watch::Standing;
use crate::desk::service::kiosks::{ORDER_CHARS_MAX, OrderRow, OrderState};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::KioskId;
use crate::domain::ticket::TicketNumber;
use crate::domain::visit::VisitRow;

/// The kiosk at which someone checked in: their ticket again, and a few words while they are still there. Nothing if
/// they were at none. `again`: the latest order to print their ticket there again.
pub fn at_the_kiosk(row: &VisitRow, name: &str, again: Option<&OrderRow>, day: &Day, who: &SignedIn) -> Markup {
    let watched = row
        .kiosk
        .as_ref()
        .and_then(|kiosk| who.watch.iter().flat_map(|watch| &watch.kiosks).find(|its| its.row.id == *kiosk));
    let (Some(watched), Some(ticket), true) = (watched, row.ticket, day.is_of_today(row) && row.state.is_open()) else {
        return html! {};
    };
    let kiosk = &watched.row.id;
    let is_reached = watched.row.health.is_some() && watched.standing != Standing::Silent;
    let form = |action: &str, clears: bool, inside: &Markup| {
        html! {
            form.by-hand method="post" action={ "/kiosks/order/" (action) } data-live data-clears[clears] {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="kiosk" value=(kiosk);
                input type="hidden" name="appointment" value=(row.id);
                (inside)
            }
        }
    };
    html! {
        section.hand aria-labelledby="h-kiosk" {
            h3 #h-kiosk { "At kiosk " (kiosk) @if !watched.row.place.is_empty() { span.n { " " (watched.row.place) } } }
            @if let Some(order) = again {
                @let (shape, words) = became(order, kiosk, ticket.number, day);
                p.again.{ (if matches!(order.state, OrderState::NotDone(_)) { "problem" } else { "quiet" }) } {
                    (icon(shape)) span { (words) }
                }
            }
            @if is_reached {
                div.do {
                    (form("print-again", false, &html! {
                        input type="hidden" name="ticket" value=(ticket.number);
                        button.button #kiosk-print type="submit"
                            aria-label={ "Print " (ticket.number) " again at the kiosk: " (name) } {
                            "Print " (ticket.number) " again at the kiosk"
                        }
                    }))
                    (form("say", true, &html! {
                        div {
                            label for="kiosk-say" { "Message on its screen, while the patient is still there" }
                            input #kiosk-say name="text" maxlength=(ORDER_CHARS_MAX) required
                                aria-describedby="kiosk-say-hint" autocomplete="off";
                        }
                        button.button #kiosk-show type="submit" aria-label={ "Show at the kiosk: " (name) } {
                            "Show at the kiosk"
                        }
                    }))
                }
                p.quiet {
                    span #kiosk-say-hint { "Everyone nearby can read the message. Don't use names." }
                    " See the result at " a href={ "/kiosks#kiosk-" (in_address(kiosk.as_str())) } { "kiosk " (kiosk) }
                    "."
                }
            } @else {
                p.quiet { "The kiosk can't be reached right now." }
            }
        }
    }
}

/// What became of printing a ticket again: a shape and a sentence.
fn became(order: &OrderRow, kiosk: &KioskId, number: TicketNumber, day: &Day) -> (&'static str, String) {
    let ordered = format!("{}, {}", order.user, when(order.at, day));
    match order.state {
        OrderState::Waiting | OrderState::UnderWay | OrderState::WhenFree => {
            ("clock", format!("Kiosk {kiosk} will print {number} again ({ordered})."))
        }
        OrderState::Done(at) => ("check", format!("Kiosk {kiosk} printed {number} again ({}).", when(at, day))),
        OrderState::Unsure(at) => {
            let what = format!("Kiosk {kiosk} may not have printed {number} again ({})", when(at, day));
            ("question", with_why(&what, &order.why) + ".")
        }
        OrderState::NotDone(at) => (
            "alert",
            with_why(&format!("Kiosk {kiosk} couldn't print {number} again ({})", when(at, day)), &order.why) + ".",
        ),
        OrderState::TooLate | OrderState::Replaced => {
            ("cross", format!("Kiosk {kiosk} did not print {number} again ({ordered}): no answer in time."))
        }
    }
}
