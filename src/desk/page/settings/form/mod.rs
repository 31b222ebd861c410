//! A part of the settings as a form: drawn from what stands there, and read back into it.
//!
//! Invariant: what was typed is drawn again as it was typed, also if it does not fit.

mod cells;

use std::sync::LazyLock;

use jiff::civil::Time;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::icons::icon;
use super::super::row::language_name;
use crate::desk::service::booking::Known;
use crate::desk::service::settings::parts::{Input, Kind, Part, items, name_of};
use crate::domain::country::COUNTRIES;
use crate::domain::fault::Fault;
use crate::domain::language::Language;
use crate::domain::schedule::Day;

/// What is wrong with what was typed: where, if one field alone, and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's key.
    pub key: Option<&'static str>,
    /// The part of the field, by its name in the page, if one alone.
    pub cell: Option<String>,
    /// The sentence.
    pub text: String,
}

impl Problem {
    /// Something about a form as a whole.
    pub fn of_all(text: &str) -> Self {
        Self { key: None, cell: None, text: text.to_owned() }
    }

    fn of(key: &'static str, text: &str) -> Self {
        Self { key: Some(key), cell: None, text: text.to_owned() }
    }

    fn of_cell(key: &'static str, cell: String, text: String) -> Self {
        Self { key: Some(key), cell: Some(cell), text }
    }

    /// The name in the page of what it leads to.
    pub fn leads_to(&self) -> Option<String> {
        self.cell.clone().or_else(|| self.key.map(field_id))
    }
}

/// What can be named in a form: the settings themselves, and what is known besides.
pub struct Names<'a> {
    /// The settings as they would be.
    pub settings: &'a Map<String, Value>,
    /// What they and the list name.
    pub known: &'a Known,
}

/// What was typed, in order; a name may come several times.
pub type Typed = [(String, String)];

/// What a form shows in its fields.
pub enum Shown<'a> {
    /// What stands there.
    Stands(&'a dyn Fn(&str) -> Option<Value>),
    /// What someone typed.
    Typed(&'a Typed),
}

/// The name of a field in its page.
pub fn field_id(key: &str) -> String {
    format!("f-{}", key.replace('.', "-"))
}

impl Shown<'_> {
    fn text(&self, key: &str) -> String {
        match self {
            Self::Typed(typed) => {
                typed.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
            }
            Self::Stands(stands) => match stands(key) {
                Some(Value::String(text)) => text,
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
                _ => String::new(),
            },
        }
    }

    fn words(&self, key: &str, language: Language) -> String {
        match self {
            Self::Typed(_) => self.text(&format!("{key}.{}", language.tag())),
            Self::Stands(stands) => stands(key)
                .as_ref()
                .and_then(|words| words.get(language.tag()))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        }
    }

    fn chosen(&self, key: &str) -> Vec<String> {
        match self {
            Self::Typed(typed) => {
                typed.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect()
            }
            Self::Stands(stands) => match stands(key) {
                Some(Value::Array(codes)) => codes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            },
        }
    }

    fn is_ticked(&self, key: &str) -> bool {
        match self {
            Self::Typed(typed) => typed.iter().any(|(name, _)| name == key),
            Self::Stands(stands) => stands(key) == Some(Value::Bool(true)),
        }
    }

    fn time(&self, key: &str) -> String {
        let text = self.text(key);
        match self {
            Self::Typed(_) => text,
            Self::Stands(_) => text.parse::<Time>().map_or(text, |time| time.strftime("%H:%M").to_string()),
        }
    }
}

/// A time of day, as someone typed it or a browser sends it.
fn read_time(text: &str) -> Option<Value> {
    text.parse::<Time>().ok().and_then(|time| serde_json::to_value(time).ok())
}

const NO_TIME: &str = "Write a time of day, such as 08:30.";
const NO_NUMBER: &str = "Write a whole number.";

/// What can be ticked: codes and what each is called. What is ticked stays there even if it is not among what there is.
fn options(kind: Kind, names: &Names<'_>, chosen: &[String]) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = match kind {
        Kind::Ticks(options) => options.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect(),
        Kind::Days => Day::ALL.iter().map(|day| (day.code().to_owned(), day.name().to_owned())).collect(),
        Kind::TicksKnown(what) => {
            let mut names: Vec<&String> = what.of(names.known).iter().chain(chosen).collect();
            names.sort();
            names.dedup();
            names.into_iter().map(|name| (name.clone(), name.clone())).collect()
        }
        Kind::TicksOf(key, named_by) => items(names.settings, key)
            .iter()
            .map(|item| (name_of(item, named_by).to_owned(), name_of(item, named_by).to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    for code in chosen {
        if !options.iter().any(|(its, _)| its == code) {
            options.push((code.clone(), format!("{code} (deleted)")));
        }
    }
    options
}

/// Zones that most clinics of the United States are in; the others are below them.
const ZONES_US: [&str; 7] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
];

/// Every time zone that has a place in its name, and UTC, by region.
fn zones() -> Vec<(&'static str, Vec<(String, String)>)> {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut all: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_owned()).collect();
        all.sort();
        all
    });
    let option = |zone: &str| (zone.to_owned(), zone.replace('_', " "));
    let mut groups = vec![("United States", ZONES_US.iter().map(|zone| option(zone)).collect())];
    for region in
        ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
    {
        let is_here = |zone: &&String| zone.strip_prefix(region).is_some_and(|rest| rest.starts_with('/'));
        let others = ALL.iter().filter(is_here).filter(|zone| !ZONES_US.contains(&zone.as_str()));
        groups.push((region, others.map(|zone| option(zone)).collect()));
    }
    groups.push(("Other", vec![option("UTC")]));
    groups
}

fn countries() -> Vec<(String, String)> {
    COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect()
}

/// The fields of a form.
pub fn fields(inputs: &[Input], shown: &Shown<'_>, names: &Names<'_>, problem: Option<&Problem>) -> Markup {
    html! {
        @for input in inputs { (field(input, shown, names, problem.filter(|problem| problem.key == Some(input.key)))) }
    }
}

fn field(input: &Input, shown: &Shown<'_>, names: &Names<'_>, problem: Option<&Problem>) -> Markup {
    let (key, id) = (input.key, field_id(input.key));
    let (hint_id, problem_id) = (format!("{id}-hint"), format!("{id}-problem"));
    let mut described = Vec::new();
    if !input.hint.is_empty() {
        described.push(hint_id.as_str());
    }
    if problem.is_some() {
        described.push(problem_id.as_str());
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = problem.map(|_| "true");
    let hint = html! { @if !input.hint.is_empty() { p.quiet id=(hint_id) { (input.hint) } } };
    let trouble = html! {
        @if let Some(problem) = problem { p.problem id=(problem_id) { (icon("alert")) span { (problem.text) } } }
    };
    let group = |inside: &Markup| {
        html! {
            fieldset.field id=(id) aria-describedby=[described.as_deref()] {
                legend { (input.label) } (hint) (trouble) (inside)
            }
        }
    };
    match input.kind {
        Kind::Tick => html! {
            div.field {
                (trouble)
                label.tick {
                    input id=(id) type="checkbox" name=(key) value="1" checked[shown.is_ticked(key)]
                        aria-describedby=[described.as_deref()];
                    " " (input.label)
                }
                (hint)
            }
        },
        Kind::Ticks(_) | Kind::TicksOf(..) | Kind::TicksKnown(_) | Kind::Days => {
            let mut chosen = shown.chosen(key);
            // The field for another one was empty.
            chosen.retain(|one| !one.trim().is_empty());
            let options = options(input.kind, names, &chosen);
            let takes_more = matches!(input.kind, Kind::TicksKnown(_));
            group(&html! {
                @if options.is_empty() && !takes_more { p.quiet { "None yet." } }
                @for (code, name) in &options {
                    label.tick {
                        input type="checkbox" name=(key) value=(code) checked[chosen.contains(code)]; " " (name)
                    }
                }
                @if takes_more {
                    label for={ (id) "-more" } { "Add another" }
                    input id={ (id) "-more" } name=(key) value="" autocomplete="off" spellcheck="false";
                }
            })
        }
        Kind::Sequence(_) | Kind::Dates | Kind::Week | Kind::Lengths => {
            group(&cells::draw(input, shown, names, problem))
        }
        Kind::Words => group(&html! {
            @for language in Language::ALL {
                label for={ (id) "-" (language.tag()) } { (language_name(language)) }
                input id={ (id) "-" (language.tag()) } name={ (key) "." (language.tag()) }
                    value=(shown.words(key, language)) lang=(language.tag())
                    dir=(if language.is_rtl() { "rtl" } else { "ltr" }) autocomplete="off";
            }
        }),
        Kind::Lines => html! {
            div.field {
                label for=(id) { (input.label) }
                (hint) (trouble)
                textarea id=(id) name=(key) rows="4" aria-describedby=[described.as_deref()] aria-invalid=[invalid]
                    spellcheck="false" { "\n" (shown.text(key)) }
            }
        },
        Kind::Choice(options) => {
            let chosen = shown.text(key);
            html! {
                div.field {
                    label for=(id) { (input.label) }
                    (hint) (trouble)
                    select id=(id) name=(key) aria-describedby=[described.as_deref()] aria-invalid=[invalid] {
                        @for (code, name) in options { option value=(code) selected[chosen == *code] { (name) } }
                    }
                }
            }
        }
        Kind::Time => html! {
            div.field {
                label for=(id) { (input.label) }
                (hint) (trouble)
                input.short id=(id) type="time" name=(key) value=(shown.time(key))
                    aria-describedby=[described.as_deref()] aria-invalid=[invalid];
            }
        },
        Kind::Zone | Kind::Country => {
            let chosen = shown.text(key);
            let groups = if input.kind == Kind::Zone { zones() } else { vec![("", countries())] };
            let is_known = groups.iter().any(|(_, options)| options.iter().any(|(code, _)| *code == chosen));
            html! {
                div.field {
                    label for=(id) { (input.label) }
                    (hint) (trouble)
                    select id=(id) name=(key) aria-describedby=[described.as_deref()] aria-invalid=[invalid] {
                        @if !is_known { option value=(chosen) selected { (chosen) } }
                        @for (group, options) in &groups {
                            @let inside = html! {
                                @for (code, name) in options {
                                    option value=(code) selected[*code == chosen] { (name) }
                                }
                            };
                            @if group.is_empty() { (inside) } @else { optgroup label=(group) { (inside) } }
                        }
                    }
                }
            }
        }
        Kind::Text | Kind::TextOrNone | Kind::Suggest(_) | Kind::Number | Kind::NumberOrNone => {
            let is_number = matches!(input.kind, Kind::Number | Kind::NumberOrNone);
            let list = matches!(input.kind, Kind::Suggest(_)).then(|| format!("{id}-list"));
            html! {
                div.field {
                    label for=(id) { (input.label) }
                    (hint) (trouble)
                    input.short[is_number] id=(id) name=(key) value=(shown.text(key))
                        inputmode=[is_number.then_some("numeric")] list=[list.as_deref()]
                        aria-describedby=[described.as_deref()] aria-invalid=[invalid] autocomplete="off"
                        spellcheck="false";
                    @if let Some(list) = &list {
                        datalist id=(list) {
                            @if let Kind::Suggest(what) = input.kind {
                                @for name in what.of(names.known) { option value=(name) {} }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was typed, as values by key; null takes away what stands there.
///
/// # Errors
/// The first field that cannot be read.
pub fn read(
    inputs: &'static [Input],
    typed: &Typed,
    before: &dyn Fn(&str) -> Option<Value>,
) -> Result<Vec<(&'static str, Value)>, Problem> {
    let shown = Shown::Typed(typed);
    inputs
        .iter()
        .map(|input| {
            let key = input.key;
            let text = shown.text(key).trim().to_owned();
            let value = match input.kind {
                Kind::Text | Kind::Zone | Kind::Country | Kind::Choice(_) | Kind::Suggest(_) => Value::String(text),
                Kind::TextOrNone if text.is_empty() => Value::Null,
                Kind::TextOrNone => Value::String(text),
                Kind::NumberOrNone if text.is_empty() => Value::Null,
                Kind::Number | Kind::NumberOrNone => match text.parse::<u32>() {
                    Ok(number) => number.into(),
                    Err(_) => return Err(Problem::of(key, NO_NUMBER)),
                },
                Kind::Time => read_time(&text).ok_or_else(|| Problem::of(key, NO_TIME))?,
                Kind::Tick => Value::Bool(shown.is_ticked(key)),
                Kind::Ticks(_) | Kind::TicksOf(..) | Kind::Days => same_set(before(key), shown.chosen(key)),
                Kind::TicksKnown(_) => {
                    let mut chosen: Vec<String> = Vec::new();
                    for one in shown.chosen(key).iter().map(|one| one.trim()).filter(|one| !one.is_empty()) {
                        if !chosen.iter().any(|other| other == one) {
                            chosen.push(one.to_owned());
                        }
                    }
                    same_set(before(key), chosen)
                }
                Kind::Sequence(_) => shown.chosen(key).into_iter().filter(|code| !code.is_empty()).collect(),
                Kind::Dates => cells::read_dates(key, &shown, before(key))?,
                Kind::Week => cells::read_week(key, &shown)?,
                Kind::Lengths => cells::read_lengths(key, &shown)?,
                Kind::Lines => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
                Kind::Words => {
                    let words = Language::ALL
                        .into_iter()
                        .map(|language| (language, shown.words(key, language).trim().to_owned()));
                    Value::Object(
                        words
                            .filter(|(_, text)| !text.is_empty())
                            .map(|(l, text)| (l.tag().to_owned(), text.into()))
                            .collect(),
                    )
                }
            };
            Ok((key, value))
        })
        .collect()
}

/// What is ticked has no order; where one stands that says the same, it stays.
fn same_set(before: Option<Value>, chosen: Vec<String>) -> Value {
    if let Some(Value::Array(codes)) = &before
        && codes.len() == chosen.len()
        && codes.iter().all(|code| code.as_str().is_some_and(|code| chosen.iter().any(|one| one == code)))
    {
        return before.unwrap_or_default();
    }
    chosen.into_iter().map(Value::String).collect()
}

/// What a check found, beside the field that it is about: that of the form, or of the thing whose form it is.
pub fn beside(part: &Part, inputs: &'static [Input], fault: &Fault) -> Problem {
    let wanted = if fault.field.is_empty() { fault.key.as_str() } else { fault.field.as_str() };
    let is_it = |key: &str| wanted == key || wanted.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    let key = inputs.iter().map(|input| input.key).find(|key| is_it(key));
    let last = |key: &'static str| key.rsplit('.').next().unwrap_or(key);
    // The page says which field it is; the sentence need not name the part of a file.
    let mut text = fault
        .text
        .split_once(": ")
        .filter(|(about, _)| part.shows(about))
        .map_or(fault.text.as_str(), |(_, said)| said)
        .to_owned();
    for input in inputs {
        if last(input.key).contains('_') {
            text = text.replace(last(input.key), &format!("\"{}\"", input.label));
        }
    }
    let mut chars = text.chars();
    let text = chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default();
    Problem { key, cell: None, text: if text.ends_with('.') { text } else { text + "." } }
}
