//! Clinicians' hours as people read them: a week for each, with what lies between.

use std::collections::BTreeMap;

use jiff::civil::Time;
use maud::{Markup, html};

use super::form::Names;
use crate::desk::base::address::in_address;
use crate::desk::service::settings::diff::{clock, week_words};
use crate::desk::service::settings::parts::{Part, Table, at, items};
use crate::domain::schedule::{Day, Hours};

/// From when to when the strips of all days go, in minutes of the day.
struct Axis {
    from: i32,
    to: i32,
}

fn minute(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

/// A table of weeks, and who has no hours in it.
pub fn table(part: &Part, table: &Table, names: &Names<'_>) -> Markup {
    let all = items(names.settings, table.key);
    let mut weeks: BTreeMap<String, Vec<(usize, Hours)>> = BTreeMap::new();
    let mut unread = Vec::new();
    for (n, item) in all.iter().enumerate() {
        match serde_json::from_value::<Hours>(item.clone()) {
            Ok(hours) => weeks.entry(hours.practitioner.clone()).or_default().push((n, hours)),
            Err(_) => unread.push((n, table.name(item))),
        }
    }
    let hours = || weeks.values().flatten().map(|(_, hours)| hours);
    let axis = Axis {
        from: hours().map(|hours| i32::from(hours.from.hour()) * 60).min().unwrap_or_default(),
        to: hours().map(|hours| minute(hours.to)).max().map_or(1440, |last| (last + 59) / 60 * 60),
    };
    let without: Vec<&String> = names.known.clinicians.iter().filter(|name| !weeks.contains_key(*name)).collect();
    let to = |item: &str| format!("/settings/part?part={}&item={item}", part.code);
    let add = |name: &str| format!("{}&of={}", to("new"), in_address(name));
    html! {
        h3 {
            (table.title)
            @if !weeks.is_empty() { " of " (weeks.len()) @if weeks.len() == 1 { " provider" } @else { " providers" } }
        }
        @if all.is_empty() { (nobody(names)) }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Hours by provider and day" {
                table.audit.weeks {
                    thead {
                        tr { th scope="col" { "Provider" } @for day in Day::ALL { th scope="col" { (day.name()) } } }
                    }
                    tbody { @for (name, hours) in &weeks {
                        tr {
                            th scope="row" {
                                span.name { (name) }
                                a href=(add(name)) { "Add hours" span.hidden { " for " (name) } }
                            }
                            @for day in Day::ALL { td data-label=(day.name()) { (of_day(&to, day, hours, &axis)) } }
                        }
                    } }
                }
            }
        }
        @if !unread.is_empty() {
            p { "These can't be shown as a week:" }
            ul { @for (n, name) in unread { li { a href=(to(&n.to_string())) { (name) } } } }
        }
        p.way {
            a.button href=(to("new")) {
                "Add hours" @if !without.is_empty() && !all.is_empty() { " for another provider" }
            }
        }
        @if !without.is_empty() {
            h3 { "On the list, no hours here" }
            p.quiet {
                @if all.is_empty() {
                    "Once one provider has hours, the others can be booked only when they have hours, too."
                } @else {
                    "No times are offered with them."
                }
            }
            ul.without { @for name in without { li { a.button.small href=(add(name)) { "Add hours for " (name) } } } }
        }
    }
}

/// What is assumed as long as no one has hours.
fn nobody(names: &Names<'_>) -> Markup {
    let open = at(names.settings, "schedule.open").and_then(|open| serde_json::from_value(open.clone()).ok());
    let open = open.map(|open| week_words(&open)).filter(|words| !words.is_empty());
    html! {
        p.notice {
            "No provider has hours yet. "
            @if let Some(open) = &open {
                "Until you set hours, every listed provider is offered during opening hours: " strong { (open) } ". "
            }
            @else { "The clinic has no opening hours, so no free times are offered. " }
            a href="/settings/part?part=opening" { "Opening hours" }
        }
    }
}

/// The hours of a clinician on a day, in order, with the gaps between them.
fn of_day(to: &dyn Fn(&str) -> String, day: Day, hours: &[(usize, Hours)], axis: &Axis) -> Markup {
    let mut hours: Vec<&(usize, Hours)> = hours.iter().filter(|(_, hours)| hours.days.contains(&day)).collect();
    hours.sort_by_key(|(_, hours)| hours.from);
    let befores = std::iter::once(None).chain(hours.iter().map(|(_, hours)| Some(hours.to)));
    html! {
        @if hours.is_empty() { span.quiet { span aria-hidden="true" { "–" } span.hidden { "no hours" } } }
        @else {
            (strip(&hours, axis))
            ul { @for ((n, hours), before) in hours.iter().zip(befores) {
                @if let Some(before) = before.filter(|before| *before < hours.from) {
                    li.gap { "gap " (clock(before)) " – " (clock(hours.from)) }
                }
                li {
                    a href=(to(&n.to_string())) {
                        (clock(hours.from)) " – " (clock(hours.to))
                        span.hidden { ", " (hours.practitioner) " on " (day.name()) }
                    }
                    @let also = also(hours);
                    @if !also.is_empty() { span.quiet { (also) } }
                }
            } }
        }
    }
}

/// Where, and for what alone.
fn also(hours: &Hours) -> String {
    let room = if hours.room.is_empty() { hours.place.as_str() } else { hours.room.as_str() };
    let services = hours.services.join(", ");
    [room, services.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The day as a strip: the same minute is at the same place on every strip.
fn strip(hours: &[&(usize, Hours)], axis: &Axis) -> Markup {
    html! {
        svg.strip viewBox={ "0 0 " ((axis.to - axis.from).max(1)) " 8" } preserveAspectRatio="none" aria-hidden="true"
            focusable="false" {
            rect.off x="0" y="0" width=((axis.to - axis.from).max(1)) height="8" {}
            @for (_, hours) in hours {
                rect.on x=(minute(hours.from) - axis.from) y="0" width=((minute(hours.to) - minute(hours.from)).max(1))
                    height="8" {}
            }
        }
    }
}
