//! A part of the settings as a form: drawn from what stands there, and read back into it.
//!
//! Invariant: what was typed is drawn again as it was typed, also if it does not fit.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::super::settings::parts::{Input, Kind, items, name_of};
use super::super::icons::icon;
use crate::domain::language::Language;

/// What is wrong with what was typed: where, if one field alone, and one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's key.
    pub key: Option<&'static str>,
    /// The sentence.
    pub text: String,
}

/// What was typed, in order; a name may come several times.
pub type Typed = [(String, String)];

/// What a form shows in its fields.
pub enum Shown<'a> {
    /// What stands there.
    Stands(&'a dyn Fn(&str) -> Option<Value>),
    /// What somebody typed.
    Typed(&'a Typed),
}

/// Languages, as they call themselves to staff.
fn called(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Spanish => "Spanish",
        Language::Arabic => "Arabic",
    }
}

/// The name of a field in its page.
pub fn field_id(key: &str) -> String {
    format!("f-{}", key.replace('.', "-"))
}

impl Shown<'_> {
    fn text(&self, key: &str) -> String {
        match self {
            Self::Typed(typed) => typed.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default(),
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
            Self::Stands(stands) => {
                stands(key).as_ref().and_then(|words| words.get(language.tag())).and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        }
    }

    fn chosen(&self, key: &str) -> Vec<String> {
        match self {
            Self::Typed(typed) => typed.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone()).collect(),
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
}

/// What can be ticked: codes and what each is called. What is ticked stays there even if it is not among what there is.
fn options(kind: Kind, settings: &Map<String, Value>, chosen: &[String]) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = match kind {
        Kind::Ticks(options) => options.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect(),
        Kind::TicksOf(key, named_by) => {
            items(settings, key).iter().map(|item| (name_of(item, named_by).to_owned(), name_of(item, named_by).to_owned())).collect()
        }
        _ => Vec::new(),
    };
    for code in chosen {
        if !options.iter().any(|(its, _)| its == code) {
            options.push((code.clone(), format!("{code} (not there any more)")));
        }
    }
    options
}

/// The fields of a form.
pub fn fields(inputs: &[Input], shown: &Shown<'_>, settings: &Map<String, Value>, problem: Option<&Problem>) -> Markup {
    html! { @for input in inputs { (field(input, shown, settings, problem.filter(|problem| problem.key == Some(input.key)))) } }
}

fn field(input: &Input, shown: &Shown<'_>, settings: &Map<String, Value>, problem: Option<&Problem>) -> Markup {
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
    let trouble = html! { @if let Some(problem) = problem { p.problem id=(problem_id) { (icon("alert")) span { (problem.text) } } } };
    let group = |inside: &Markup| {
        html! { fieldset.field id=(id) aria-describedby=[described.as_deref()] { legend { (input.label) } (hint) (trouble) (inside) } }
    };
    match input.kind {
        Kind::Tick => html! {
            div.field {
                (trouble)
                label.tick { input id=(id) type="checkbox" name=(key) value="1" checked[shown.is_ticked(key)] aria-describedby=[described.as_deref()]; " " (input.label) }
                (hint)
            }
        },
        Kind::Ticks(_) | Kind::TicksOf(..) => {
            let chosen = shown.chosen(key);
            let options = options(input.kind, settings, &chosen);
            group(&html! {
                @if options.is_empty() { p.quiet { "There are none yet." } }
                @for (code, name) in &options {
                    label.tick { input type="checkbox" name=(key) value=(code) checked[chosen.contains(code)]; " " (name) }
                }
            })
        }
        Kind::Words => group(&html! {
            @for language in Language::ALL {
                label for={ (id) "-" (language.tag()) } { (called(language)) }
                input id={ (id) "-" (language.tag()) } name={ (key) "." (language.tag()) } value=(shown.words(key, language)) lang=(language.tag()) dir=(if language.is_rtl() { "rtl" } else { "ltr" }) autocomplete="off";
            }
        }),
        Kind::Lines => html! {
            div.field {
                label for=(id) { (input.label) }
                (hint) (trouble)
                textarea id=(id) name=(key) rows="4" aria-describedby=[described.as_deref()] aria-invalid=[invalid] spellcheck="false" { "\n" (shown.text(key)) }
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
        Kind::Text | Kind::TextOrNone | Kind::Zone | Kind::Number | Kind::NumberOrNone => {
            let is_number = matches!(input.kind, Kind::Number | Kind::NumberOrNone);
            let zones = (input.kind == Kind::Zone).then(|| format!("{id}-zones"));
            html! {
                div.field {
                    label for=(id) { (input.label) }
                    (hint) (trouble)
                    input.short[is_number] id=(id) name=(key) value=(shown.text(key)) inputmode=[is_number.then_some("numeric")] list=[zones.as_deref()]
                        aria-describedby=[described.as_deref()] aria-invalid=[invalid] autocomplete="off" spellcheck="false";
                    @if let Some(zones) = &zones {
                        datalist id=(zones) { @for zone in jiff::tz::db().available() { option value=(zone.as_str()) {} } }
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
                Kind::Text | Kind::Zone | Kind::Choice(_) => Value::String(text),
                Kind::TextOrNone if text.is_empty() => Value::Null,
                Kind::TextOrNone => Value::String(text),
                Kind::NumberOrNone if text.is_empty() => Value::Null,
                Kind::Number | Kind::NumberOrNone => match text.parse::<u32>() {
                    Ok(number) => number.into(),
                    Err(_) => return Err(Problem { key: Some(key), text: "Write a whole number.".to_owned() }),
                },
                Kind::Tick => Value::Bool(shown.is_ticked(key)),
                Kind::Ticks(_) | Kind::TicksOf(..) => same_set(before(key), shown.chosen(key)),
                Kind::Lines => text.lines().map(str::trim).filter(|line| !line.is_empty()).collect(),
                Kind::Words => {
                    let words = Language::ALL.into_iter().map(|language| (language, shown.words(key, language).trim().to_owned()));
                    Value::Object(words.filter(|(_, text)| !text.is_empty()).map(|(l, text)| (l.tag().to_owned(), text.into())).collect())
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

/// What a check found, beside the field that it names. `named_by`: the field that tells things apart.
pub fn beside(inputs: &'static [Input], named_by: Option<&'static str>, why: &str) -> Problem {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: Vec<&str> = why.split(|c| !is_word(c)).collect();
    let last = |key: &'static str| key.rsplit('.').next().unwrap_or(key);
    // What people typed may be the name of a field too; the sentence names its own field after that.
    let named = inputs.iter().filter(|input| words.contains(&last(input.key))).max_by_key(|input| last(input.key).len());
    let is_name = named_by.is_some() && (why.contains("there twice") || why.contains("the name of number"));
    let key = if is_name { named_by } else { named.map(|input| input.key) };
    let mut text = why.to_owned();
    for input in inputs {
        if last(input.key).contains('_') {
            text = text.replace(last(input.key), &format!("\"{}\"", input.label));
        }
    }
    let mut chars = text.chars();
    let text = chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default();
    Problem { key, text: if text.ends_with('.') { text } else { text + "." } }
}
