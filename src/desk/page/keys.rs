//! The keys, and the overlay that explains them. What they do is in `staff.js`; one key alone can be switched off there (WCAG 2.1.4).

use maud::{Markup, html};

use super::icons::icon;
use super::nav::ways;
use crate::desk::service::staff::session::SignedIn;

/// What each key does, in the order shown.
const KEYS: &[(&[&str], &str)] = &[
    (&["j", "↓"], "Next row"),
    (&["k", "↑"], "Row before"),
    (&["Enter", "o"], "Open the person"),
    (&["/"], "Search"),
    (&["n"], "Call next of my queue"),
    (&["c"], "Call"),
    (&["r"], "Call again"),
    (&["t"], "Start: with the clinician"),
    (&["s"], "Seen, or taken care of"),
    (&["h"], "Hold"),
    (&["b"], "Back in line"),
    (&["d"], "Done"),
    (&["u"], "Undo the last step"),
    (&["i"], "Check in by hand"),
    (&["y"], "Accept a walk-in"),
    (&["w"], "Take in a walk-in by hand"),
    (&["e"], "Changes to review"),
    (&["?"], "This help"),
];

/// The button that opens the overlay; only with a script.
pub fn button() -> Markup {
    html! { button #keys.button.small type="button" hidden aria-haspopup="dialog" { "Keys" } }
}

/// The overlay.
pub fn help(who: &SignedIn) -> Markup {
    html! {
        dialog #help.help aria-labelledby="h-help" {
            h2 #h-help { "Keys" }
            p.quiet { "On the row that is chosen, while no field is being typed in." }
            dl.keys {
                @for (keys, does) in KEYS { div { dt { @for (i, key) in keys.iter().enumerate() { @if i > 0 { " or " } kbd { (key) } } } dd { (does) } } }
                @for (key, word, _) in ways(who) { div { dt { kbd { "g" } " then " kbd { (key) } } dd { (word) } } }
            }
            label.check { input #keys-on type="checkbox" checked; " One key alone does something (remembered in this browser)" }
            button #help-close.button.primary type="button" { (icon("check")) "Close" }
        }
    }
}
