//! Alarms on top of every page: of kiosks, until someone has seen them; for administrators of failed sign-ins, and of
//! the desk's own file as long as it is not whole, and of work that stands still before something it cannot read.

use maud::{Markup, html};

use super::super::icons::icon;
use super::super::users::tries_words;
use crate::desk::base::address::in_address;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::staff::Role;

/// The place of the alarms on a page, with those that no one has seen.
pub fn bar(who: &SignedIn) -> Markup {
    html! {
        section #alarms.alarms aria-label="Alerts" aria-live="polite" { (lines(who)) }
        script src="/static/alarms.js" defer {}
    }
}

/// The alarms that no one has seen.
pub fn lines(who: &SignedIn) -> Markup {
    let raised = who.watch.iter().flat_map(|watch| &watch.raised).filter(|raised| raised.seen.is_none());
    let file = who.watch.iter().filter_map(|watch| watch.file.as_ref()).find(|_| who.role >= Role::Admin);
    let readers = who.watch.iter().flat_map(|watch| &watch.readers).filter(|_| who.role >= Role::Admin);
    html! {
        @if let Some(first) = who.tries.first() {
            div.alarm {
                p {
                    (icon("alert"))
                    span {
                        b { "Sign-in" } ": " (tries_words(first))
                        @if who.tries.len() > 1 { ", and " (who.tries.len() - 1) " more" } "."
                    }
                }
                div.do { a.button.small href="/users#tries" { "View" span.hidden { " failed sign-ins" } } }
            }
        }
        @if let Some(sentence) = file {
            div.alarm { p { (icon("alert")) span { b { "Database: " } (sentence) } } }
        }
        @for sentence in readers {
            div.alarm { p { (icon("alert")) span { b { "This desk: " } (sentence) } } }
        }
        @for raised in raised {
            div.alarm {
                p {
                    (icon("alert"))
                    span {
                        b { @if raised.kiosk.as_str().is_empty() { "This desk" } @else { "Kiosk " (raised.kiosk) } }
                        @if !raised.place.is_empty() { " (" (raised.place) ")" } ": " (raised.sentence)
                    }
                }
                div.do {
                    a.button.small href={ "/kiosks#kiosk-" (in_address(raised.kiosk.as_str())) } {
                        "View" span.hidden { " kiosk " (raised.kiosk) }
                    }
                    @if let Some(since) = raised.since {
                        form method="post" action="/kiosks/seen" {
                            input type="hidden" name="csrf" value=(who.csrf);
                            input type="hidden" name="kiosk" value=(raised.kiosk);
                            input type="hidden" name="alarm" value=(raised.alarm.code());
                            input type="hidden" name="since" value=(since);
                            button.button.small type="submit" {
                                "Acknowledge" span.hidden { ": kiosk " (raised.kiosk) " " (raised.sentence) }
                            }
                        }
                    }
                }
            }
        }
    }
}
