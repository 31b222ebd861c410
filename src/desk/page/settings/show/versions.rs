//! What a draft changes, and the versions that were published, as HTML.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::super::super::Desk;
use super::super::super::icons::icon;
use super::{back, discard, page, trouble};
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::COMMAND;
use crate::desk::service::settings::Draft;
use crate::desk::service::settings::diff::{Difference, differences};
use crate::desk::service::settings::parts::PARTS;
use crate::desk::service::staff::session::SignedIn;

fn table_of(found: &[Difference], old: &str, new: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Changes" {
            table.audit.difference {
                thead {
                    tr {
                        th scope="col" { "Section" }
                        th scope="col" { "Setting" }
                        th scope="col" { (old) }
                        th scope="col" { (new) }
                    }
                }
                tbody { @for one in found {
                    tr {
                        td data-label="Section" { (one.part) }
                        th scope="row" { (one.what) }
                        td.was data-label=(old) {
                            @if one.old.is_empty() { span.quiet { "nothing" } } @else { (one.old) }
                        }
                        td.becomes data-label=(new) {
                            @if one.new.is_empty() { span.quiet { "nothing" } } @else { (one.new) }
                        }
                    }
                } }
            }
        }
    }
}

/// What the draft would change, and the button that does it.
pub fn review(desk: &Desk, who: &SignedIn, draft: &Draft, refused: Option<&str>) -> Markup {
    let found = draft.differences();
    let meanwhile = draft.changed_meanwhile();
    let wrong = draft.settings().err();
    let body = html! {
        h2 { "Changes in your draft" }
        (back())
        @if let Some(why) = refused { (trouble(why)) }
        @if found.is_empty() { p.empty { "Your draft changes nothing." } }
        @else {
            @if !meanwhile.is_empty() {
                p.problem {
                    (icon("alert"))
                    span { "Someone else changed this after you: " (meanwhile.join(", ")) ". \"Now\" is their value." }
                }
            }
            (table_of(&found, "Now", "New"))
            @if let Some(fault) = &wrong {
                @if refused != Some(fault.text.as_str()) {
                    (trouble(&format!("These settings don't fit together yet: {}.", fault.text)))
                }
                @if let Some(part) = PARTS.iter().find(|part| part.has(&fault.key)) {
                    p.way { a.button href={ "/settings/part?part=" (part.code) } { "Change it under " (part.title) } }
                }
            } @else {
                p {
                    strong { "This changes all kiosks and pages right away." }
                    " You can restore an earlier version later."
                }
                form method="post" action="/settings/take" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    input type="hidden" name="mark" value=(draft.mark());
                    p.way { button.button.primary type="submit" { "Publish" } }
                }
            }
            (discard(who))
        }
    };
    page(desk, who, "Settings", "/settings/review", &body)
}

/// Every version that is kept.
pub fn history(desk: &Desk, who: &SignedIn) -> Result<Markup, DeskError> {
    let times = desk.settings().staff_time()?;
    let versions = desk.settings_versions()?;
    let body = html! {
        h2 { "Settings versions" }
        (back())
        @if versions.is_empty() { p.empty { "No earlier versions." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Versions" {
                table.audit {
                    thead {
                        tr {
                            th scope="col" { "Version" }
                            th scope="col" { "Published" }
                            th scope="col" { "By" }
                            th scope="col" { "Sections changed" }
                        }
                    }
                    tbody { @for (place, version) in versions.iter().enumerate() {
                        tr {
                            th scope="row" {
                                @if place == 0 { (version.n) " " span.tag { (icon("check")) "current" } }
                                @else { a href={ "/settings/history?version=" (version.n) } { "Version " (version.n) } }
                            }
                            td {
                                time datetime=(version.at) {
                                    (times.moment(version.at))
                                }
                            }
                            td {
                                (if version.user == COMMAND { "command on the server" } else { version.user.as_str() })
                            }
                            td { (version.parts.iter().map(|key| part_named(key)).collect::<Vec<_>>().join(", ")) }
                        }
                    } }
                }
            }
        }
    };
    Ok(page(desk, who, "Settings", "/settings/history", &body))
}

fn part_named(key: &str) -> String {
    let named = PARTS.iter().flat_map(|part| part.inputs).find(|input| input.key == key).map(|input| input.label);
    let parts: Vec<&str> = PARTS.iter().filter(|part| part.shows(key)).map(|part| part.title).collect();
    match named {
        Some(label) => label.to_owned(),
        None if parts.is_empty() => key.replace('_', " "),
        None => parts.join(" / "),
    }
}

/// How an earlier version differs from what counts now.
pub fn version(desk: &Desk, who: &SignedIn, n: u64, then: &Map<String, Value>) -> Result<Markup, DeskError> {
    let now = super::super::object(&desk.settings())?;
    let found = differences(&now, then);
    let body = html! {
        h2 { "Version " (n) }
        p.way { a.button href="/settings/history" { "All versions" } }
        @if found.is_empty() { p.empty { "Same as the current settings." } }
        @else {
            (table_of(&found, "Now", &format!("Version {n}")))
            form method="post" action="/settings/back" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="version" value=(n);
                p.way { button.button type="submit" { "Restore this version" } }
                p.quiet { "It becomes your draft; publish it to apply." }
            }
        }
    };
    Ok(page(desk, who, "Settings", &format!("/settings/history?version={n}"), &body))
}
