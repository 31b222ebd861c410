//! Fields that are several small ones: dates, a week, how long services take, languages in their order.
//!
//! Invariant: without a script there are always empty lines to write into, and an emptied line is taken away.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{NO_NUMBER, NO_TIME, Names, Problem, Shown, field_id, read_time, same_set};
use crate::desk::service::settings::diff::clock;
use crate::desk::service::settings::parts::{Input, Kind, What};
use crate::domain::schedule::Day;

/// Empty lines below what stands there.
const MORE: usize = 3;

/// One small field.
struct Cell {
    id: String,
    name: String,
    /// Heard, and read where nothing above says it.
    label: String,
    kind: &'static str,
    value: String,
}

impl Cell {
    fn draw(&self, problem: Option<&Problem>, list: Option<&str>) -> Markup {
        let is_wrong = problem.is_some_and(|problem| problem.cell.as_ref() == Some(&self.id));
        let described = problem
            .filter(|_| is_wrong)
            .and_then(|problem| problem.key)
            .map(|key| format!("{}-problem", field_id(key)));
        let numeric = (self.kind == "number").then_some("numeric");
        let kind = if self.kind == "number" { "text" } else { self.kind };
        html! {
            span.cell {
                label.hidden for=(self.id) { (self.label) }
                input id=(self.id) type=(kind) name=(self.name) value=(self.value) list=[list] inputmode=[numeric]
                    aria-invalid=[is_wrong.then_some("true")] aria-describedby=[described] autocomplete="off"
                    spellcheck="false";
            }
        }
    }
}

/// Lines of cells under what each column is called.
fn lines(class: &str, heads: &[&str], lines: &Markup, more: Option<&str>) -> Markup {
    html! {
        div.cells.(class) {
            @if !heads.is_empty() { div.line.heads aria-hidden="true" { @for head in heads { span { (head) } } } }
            (lines)
        }
        // Its script unhides it: without one there are empty lines, and more after each keeping.
        @if let Some(more) = more { button.button.small.add-line type="button" hidden { (more) } }
    }
}

/// The small fields of an input.
pub fn draw(input: &Input, shown: &Shown<'_>, names: &Names<'_>, problem: Option<&Problem>) -> Markup {
    let (key, id) = (input.key, field_id(input.key));
    match input.kind {
        Kind::Dates => {
            let dates = (1..).zip(with_more(shown, shown.chosen(key))).map(|(n, value)| Cell {
                id: format!("{id}-{n}"),
                name: key.to_owned(),
                label: format!("Date {n}"),
                kind: "date",
                value,
            });
            let each = html! { @for cell in dates { div.line { (cell.draw(problem, None)) } } };
            lines("dates", &[], &each, Some("Add date"))
        }
        Kind::Lengths => {
            let list = format!("{id}-list");
            let each = html! { @for (n, (service, minutes)) in (1..).zip(with_more(shown, lengths(key, shown))) {
                @let cell = |what: &str, label: &str, kind, value: String| Cell {
                    id: format!("{id}-{n}-{what}"),
                    name: format!("{key}.{what}"),
                    label: format!("{label} {n}"),
                    kind,
                    value,
                };
                div.line {
                    (cell("service", "Service", "text", service).draw(problem, Some(&list)))
                    (cell("minutes", "Minutes", "number", minutes).draw(problem, None))
                }
            } };
            html! {
                (lines("lengths", &["Service", "Minutes"], &each, Some("Add service")))
                datalist id=(list) { @for name in What::Services.of(names.known) { option value=(name) {} } }
            }
        }
        Kind::Week => {
            let each = html! { @for day in Day::ALL {
                @let cell = |what: &str| Cell {
                    id: format!("{id}-{}-{what}", day.code()), name: format!("{key}.{}.{what}", day.code()),
                    label: format!("{} {what}", day.name()), kind: "time", value: time_of(key, day, what, shown),
                };
                div.line {
                    span.day aria-hidden="true" { (day.name()) } (cell("from").draw(problem, None))
                    (cell("to").draw(problem, None))
                }
            } };
            lines("week-of", &["", "From", "To"], &each, None)
        }
        Kind::Sequence(options) => {
            let chosen = shown.chosen(key);
            html! { @for n in 0..options.len() {
                @let its = chosen.get(n).map_or("", String::as_str);
                label for={ (id) "-" (n) } {
                    @if n == 0 { "First" } @else { "Then" span.hidden { ", as number " (n + 1) } }
                }
                select id={ (id) "-" (n) } name=(key) {
                    @if n > 0 { option value="" selected[its.is_empty()] { "None" } }
                    @for (code, name) in options { option value=(code) selected[its == *code] { (name) } }
                }
            } }
        }
        _ => html! {},
    }
}

/// With empty lines to write into. What someone typed has them already.
fn with_more<T: Default + Clone>(shown: &Shown<'_>, mut lines: Vec<T>) -> Vec<T> {
    if matches!(shown, Shown::Stands(_)) {
        lines.extend(std::iter::repeat_n(T::default(), MORE));
    }
    lines
}

fn lengths(key: &str, shown: &Shown<'_>) -> Vec<(String, String)> {
    match shown {
        Shown::Typed(_) => {
            let mut minutes = shown.chosen(&format!("{key}.minutes")).into_iter();
            shown
                .chosen(&format!("{key}.service"))
                .into_iter()
                .map(|service| (service, minutes.next().unwrap_or_default()))
                .collect()
        }
        Shown::Stands(stands) => match stands(key) {
            Some(Value::Object(all)) => {
                all.into_iter().map(|(service, minutes)| (service, minutes.to_string())).collect()
            }
            _ => Vec::new(),
        },
    }
}

fn time_of(key: &str, day: Day, what: &str, shown: &Shown<'_>) -> String {
    match shown {
        Shown::Typed(_) => shown.text(&format!("{key}.{}.{what}", day.code())),
        Shown::Stands(stands) => {
            let day = |_: &str| {
                stands(key).as_ref().and_then(|week| week.get(day.code())).and_then(|day| day.get(what)).cloned()
            };
            Shown::Stands(&day).time(what)
        }
    }
}

/// Dates that were typed, by time, each once.
pub(super) fn read_dates(key: &'static str, shown: &Shown<'_>, before: Option<Value>) -> Result<Value, Problem> {
    let mut dates = BTreeSet::new();
    for (n, text) in (1..).zip(shown.chosen(key)).filter(|(_, text)| !text.trim().is_empty()) {
        let wrong = |text: String| Problem::of_cell(key, format!("{}-{n}", field_id(key)), text);
        let date: Date = text.trim().parse().map_err(|_| wrong("Write a date, such as 2026-12-25.".to_owned()))?;
        if !dates.insert(date) {
            return Err(wrong(format!("{} is listed twice.", date.strftime("%-d %B %Y"))));
        }
    }
    Ok(same_set(before, dates.into_iter().map(|date| date.to_string()).collect()))
}

/// A week that was typed; days without times are not in it.
pub(super) fn read_week(key: &'static str, shown: &Shown<'_>) -> Result<Value, Problem> {
    let mut week = Map::new();
    for day in Day::ALL {
        let typed = |what: &str| shown.text(&format!("{key}.{}.{what}", day.code())).trim().to_owned();
        let wrong =
            |what: &str, text: String| Problem::of_cell(key, format!("{}-{}-{what}", field_id(key), day.code()), text);
        let (from, to) = (typed("from"), typed("to"));
        if from.is_empty() && to.is_empty() {
            continue;
        }
        let mut open = Map::new();
        for (what, text) in [("from", &from), ("to", &to)] {
            if text.is_empty() {
                return Err(wrong(what, format!("{} has only one time. Enter both, or none.", day.name())));
            }
            open.insert(
                what.to_owned(),
                read_time(text).ok_or_else(|| wrong(what, format!("{}: {NO_TIME}", day.name())))?,
            );
        }
        if let (Ok(from), Ok(to)) = (from.parse::<Time>(), to.parse::<Time>())
            && from >= to
        {
            return Err(wrong("to", format!("{} ends at {}, which is not after it starts.", day.name(), clock(to))));
        }
        week.insert(day.code().to_owned(), Value::Object(open));
    }
    Ok(Value::Object(week))
}

/// Services with their minutes, each once.
pub(super) fn read_lengths(key: &'static str, shown: &Shown<'_>) -> Result<Value, Problem> {
    let mut all = Map::new();
    for (n, (service, minutes)) in (1..).zip(lengths(key, shown)) {
        let (service, minutes) = (service.trim(), minutes.trim());
        let wrong = |what: &str, text: String| Problem::of_cell(key, format!("{}-{n}-{what}", field_id(key)), text);
        match (service.is_empty(), minutes.is_empty(), minutes.parse::<u32>()) {
            (true, true, _) => {}
            (true, false, _) => {
                return Err(wrong("service", format!("Enter the service that takes {minutes} minutes.")));
            }
            (false, _, Err(_)) => return Err(wrong("minutes", format!("{service}: {NO_NUMBER}"))),
            (false, _, Ok(minutes)) => {
                if all.insert(service.to_owned(), minutes.into()).is_some() {
                    return Err(wrong("service", format!("{service} is listed twice.")));
                }
            }
        }
    }
    Ok(Value::Object(all))
}
