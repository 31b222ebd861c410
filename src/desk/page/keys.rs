//! The keys, and the overlay that explains them. What they do is in `staff.js`; one key alone can be switched off there
//! (WCAG 2.1.4).

use maud::{Markup, html};

use super::icons::icon;
use super::nav::ways;
use crate::desk::service::staff::session::SignedIn;

/// What each key does, in the order shown.
const KEYS: &[(&[&str], &str)] = &[
    (&["j", "↓"], "Next row"),
    (&["k", "↑"], "Previous row"),
    (&["Enter", "o"], "Open patient"),
    (&["/"], "Search"),
    (&["n"], "Call next in my queue"),
    (&["c"], "Call"),
    (&["r"], "Call again"),
    (&["t"], "Start visit"),
    (&["s"], "Acknowledge or resolve"),
    (&["h"], "Hold"),
    (&["b"], "Back in line"),
    (&["d"], "Complete visit"),
    (&["u"], "Undo last step"),
    (&["i"], "Check in"),
    (&["y"], "Accept walk-in"),
    (&["w"], "Add walk-in"),
    (&["e"], "Changes to review"),
    (&["?"], "Show this help"),
];

/// The button that opens the overlay; only with a script.
pub fn button() -> Markup {
    html! { button #keys.button.small type="button" hidden aria-haspopup="dialog" { "Keyboard shortcuts" } }
}

/// The overlay.
pub fn help(who: &SignedIn) -> Markup {
    html! {
        dialog #help.help aria-labelledby="h-help" {
            h2 #h-help { "Keyboard shortcuts" }
            p.quiet { "These act on the selected row while you are not typing in a field." }
            dl.keys {
                @for (keys, does) in KEYS {
                    div {
                        dt { @for (i, key) in keys.iter().enumerate() { @if i > 0 { " or " } kbd { (key) } } }
                        dd { (does) }
                    }
                }
                @for (key, word, _) in ways(who) { div { dt { kbd { "g" } " then " kbd { (key) } } dd { (word) } } }
            }
            label.check {
                input #keys-on type="checkbox" checked; " Enable single-key shortcuts (saved in this browser)"
            }
            button #help-close.button.primary type="button" { (icon("check")) "Close" }
        }
    }
}
