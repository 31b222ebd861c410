//! The top of every page of staff: the ways to the other pages, who is signed in, and the way out.
//!
//! Invariants: one table says which pages have a link; a link is shown to anyone who may open its page, and to no one
//! else.

use maud::{Markup, html};

use super::icons::icon;
use super::keys;
use super::kiosks;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::staff::Role;

/// Every page with a link at the top: what it is called, its address, and the lowest role that may open it; in the
/// order shown.
const PAGES: &[(&str, &str, Role)] = &[
    ("List", "/", Role::Desk),
    ("Appointments", "/appointments", Role::Desk),
    ("Changes", "/changes", Role::Desk),
    ("Kiosks", "/kiosks", Role::Desk),
    ("Reports", "/reports", Role::Supervisor),
    ("Boards", "/board", Role::Desk),
    ("Audit log", "/audit", Role::Supervisor),
    ("Patient data", "/patient-data", Role::Supervisor),
    ("Users", "/users", Role::Admin),
    ("Settings", "/settings", Role::Admin),
    ("Data retention", "/data-retention", Role::Admin),
];

/// The top of a page. `here` is its address, `brand` what it is, `middle` what is beside that, `tools` what comes
/// before the way out.
pub fn top(who: &SignedIn, here: &str, brand: &Markup, middle: &Markup, tools: &Markup) -> Markup {
    html! {
        header.top {
            div.brand { (brand) }
            (middle)
            div.tools {
                (tools)
                button #sound.button.small type="button" hidden { (icon("sound")) "Turn sound on" }
                (keys::button())
                form method="post" action="/sign-out" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    a.who href="/account" { span.hidden { "Your account, " } (who.user) }
                    button.button.small type="submit" { "Sign out" }
                }
            }
            nav.pages aria-label="Pages" {
                ul {
                    @for (key, word, address) in ways(who) {
                        li {
                            a href=(address) data-go=(key) aria-current=[is_at(here, address).then_some("page")] {
                                (word)
                            }
                        }
                    }
                }
            }
            p #unwell.unwell role="alert" hidden {
                (icon("heart")) span { b { "A patient feels unwell: go to them now" } " " span #unwell-where {} }
                a.button.small href="/#needs" { "Show" }
            }
        }
        (locking())
        @if who.is_asked_about_old_data {
            p.notice role="status" {
                (icon("question")) span { "Old data is waiting for your decision." } " "
                a.button.small href="/data-retention" { "Data retention" }
            }
        }
        (kiosks::bar(who))
        (keys::help(who))
    }
}

/// The warning before the page locks. Its script shows it; the sentence is spoken once, and what counts down is not.
fn locking() -> Markup {
    html! {
        p #locking-said.hidden role="alert" {}
        section #locking.locking aria-label="Automatic lock" hidden {
            p aria-hidden="true" { "Locking in " b #locking-left {} " seconds" }
            button #stay.button.primary type="button" { "Stay signed in" }
        }
    }
}

/// The links that someone sees: the key after `g`, what it is called, its address.
pub fn ways(who: &SignedIn) -> Vec<(char, &'static str, &'static str)> {
    let mut taken: Vec<char> = Vec::new();
    let mut ways = Vec::new();
    for (word, address, role) in PAGES {
        // The first letter of the word that no page before has, so that a role changes no key.
        let Some(key) =
            word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).find(|c| !taken.contains(c))
        else {
            continue;
        };
        taken.push(key);
        if who.role >= *role {
            ways.push((key, *word, *address));
        }
    }
    ways
}

/// Whether a page belongs under a link: it is the link's own, or one below it.
fn is_at(here: &str, address: &str) -> bool {
    let here = here.split(['?', '#']).next().unwrap_or_default();
    here == address || (address != "/" && here.strip_prefix(address).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::super::{access::Needs, routes::ROUTES};
    use super::*;

    #[test]
    fn every_link_is_shown_to_those_who_may_open_its_page() {
        for (word, address, role) in PAGES {
            let found = ROUTES.iter().find(|(method, path, ..)| *method == "GET" && path == address);
            let needs = found.map(|(_, _, needs, ..)| *needs);
            assert_eq!(needs, Some(Needs::Page(*role)), "{word}");
        }
    }

    #[test]
    fn a_page_is_under_its_own_link() {
        assert!(
            is_at("/", "/")
                && is_at("/?state=called", "/")
                && is_at("/changes?appointment=a", "/changes")
                && is_at("/users/add", "/users")
        );
        assert!(!is_at("/changes", "/") && !is_at("/users-of-old", "/users") && !is_at("/audit", "/users"));
    }
}
