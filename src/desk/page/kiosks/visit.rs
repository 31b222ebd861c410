//! What a kiosk can do for one person: part of that person's page.

use maud::{Markup, html};

use super::super::super::kiosks::Standing;
use super::super::super::session::SignedIn;
use super::super::super::store::{ORDER_CHARS_MAX, VisitRow};
use super::super::html::in_address;

/// The kiosk at which somebody checked in: their ticket again, and a few words while they are still there. Nothing if they were at none.
pub fn at_the_kiosk(row: &VisitRow, name: &str, is_of_today: bool, who: &SignedIn) -> Markup {
    let watched = row.kiosk.as_ref().and_then(|kiosk| who.watch.iter().flat_map(|watch| &watch.kiosks).find(|its| its.row.id == *kiosk));
    let (Some(watched), Some(ticket), true) = (watched, row.ticket, is_of_today && row.state.is_open()) else { return html! {} };
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
            @if is_reached {
                div.do {
                    (form("print-again", false, &html! {
                        input type="hidden" name="ticket" value=(ticket.number);
                        button.button #kiosk-print type="submit" aria-label={ "Print " (ticket.number) " again at the kiosk: " (name) } { "Print " (ticket.number) " again at the kiosk" }
                    }))
                    (form("say", true, &html! {
                        div {
                            label for="kiosk-say" { "Message on its screen, while they are still there" }
                            input #kiosk-say name="text" maxlength=(ORDER_CHARS_MAX) required aria-describedby="kiosk-say-hint" autocomplete="off";
                        }
                        button.button #kiosk-show type="submit" aria-label={ "Show it at the kiosk: " (name) } { "Show it at the kiosk" }
                    }))
                }
                p.quiet { span #kiosk-say-hint { "Everybody there reads the message: no names." } " When it was done stands at " a href={ "/kiosks#kiosk-" (in_address(kiosk.as_str())) } { "kiosk " (kiosk) } "." }
            } @else {
                p.quiet { "The kiosk cannot be reached just now." }
            }
        }
    }
}
