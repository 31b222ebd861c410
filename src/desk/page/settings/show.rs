//! The settings' pages as HTML.

mod versions;

use maud::{Markup, html};
use serde_json::{Map, Value};

pub use self::versions::{history, review, version};
use super::super::super::Desk;
use super::super::html::staff_page;
use super::super::icons::icon;
use super::Item;
use super::form::{Names, Problem, Shown, Typed, fields};
use super::week;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;
use crate::desk::service::booking::Known;
use crate::desk::service::settings::Draft;
use crate::desk::service::settings::diff::words;
use crate::desk::service::settings::parts::{
    Input, Look, OTHER, PARTS, Part, Table, at, items, known_keys, name_of, style, whole,
};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::schedule::Schedule;

/// What is shown after something was taken into the draft.
pub const KEPT: &str = "Draft saved. Nothing has changed for anyone yet.";

/// A short mark of a thing of a table and its place, so that a page that is too old does nothing.
pub fn mark(list: &[Value], n: usize) -> String {
    let text = serde_json::to_string(&(n, list)).unwrap_or_default();
    hash_token(&text).chars().take(12).collect()
}

fn page(desk: &Desk, who: &SignedIn, title: &str, address: &str, body: &Markup) -> Markup {
    staff_page(title, who, (address, desk.session_idle().as_secs()), body)
}

fn back() -> Markup {
    html! { p.way { a.button href="/settings" { "All settings" } } }
}

fn trouble(problem: &str) -> Markup {
    html! { p.problem role="alert" { (icon("alert")) span { (problem) } } }
}

/// What is wrong with a form, leading to its field.
fn wrong(problem: &Problem, inputs: &[Input]) -> Markup {
    let input = inputs.iter().find(|input| Some(input.key) == problem.key);
    html! {
        p.problem role="alert" {
            (icon("alert"))
            span {
                @if let (Some(input), Some(id)) = (input, problem.leads_to()) {
                    a href={ "#" (id) } { (input.label) } ": "
                }
                (problem.text)
            }
        }
    }
}

/// What is waiting to be put in force, at the top of every page.
fn waiting(draft: &Draft, who: &SignedIn) -> Markup {
    let count = draft.differences().len();
    html! {
        @if count > 0 {
            div.notice.draft {
                p {
                    strong { @if count == 1 { "1 change is" } @else { (count) " changes are" } " in your draft" }
                    " and " @if count == 1 { "is" } @else { "are" } " not published yet."
                }
                a.button.primary href="/settings/review" { "Review and publish" }
                (discard(who))
            }
        }
    }
}

fn discard(who: &SignedIn) -> Markup {
    html! {
        form method="post" action="/settings/discard" {
            input type="hidden" name="csrf" value=(who.csrf);
            button.button.plain type="submit" { "Discard draft" }
        }
    }
}

/// Every part, the file, and the history.
pub fn overview(desk: &Desk, who: &SignedIn, refused: Option<(&str, &str)>) -> Result<Markup, DeskError> {
    let draft = desk.settings_draft(&who.user)?;
    let (now, edited) = (whole(draft.now()), whole(&draft.edited()));
    let is_changed = |part: &Part| part.paths().any(|path| at(&edited, path) != at(&now, path));
    let has_other = !others(&edited).is_empty();
    let own = desk.has_own_settings()?;
    let body = html! {
        h2 { "The clinic's settings" }
        p.quiet {
            "Changes are saved in a draft first. When you publish, they apply to all kiosks and pages right away."
        }
        (waiting(&draft, who))
        ul.parts-of {
            @for part in PARTS {
                li {
                    a href={ "/settings/part?part=" (part.code) } { (part.title) }
                    @if is_changed(part) { " " span.tag { (icon("pencil")) "in your draft" } }
                    p.quiet { (summary(part, &edited)) }
                }
            }
            @if has_other {
                li {
                    a href="/settings/part?part=other" { "Everything else" }
                    p.quiet { "Settings without a form, as text." }
                }
            }
        }
        h3 { "Export and import" }
        p.way {
            a.button href="/settings/export" { "Export settings" }
            a.button href="/settings/history" { "Earlier versions" }
        }
        form.import method="post" action="/settings/import" {
            input type="hidden" name="csrf" value=(who.csrf);
            @if let Some((_, why)) = refused { (trouble(&format!("The file was not imported: {why}."))) }
            p #choose hidden {
                label for="file" { "Choose a file" } " " input #file type="file" accept=".toml,text/plain";
            }
            div.field {
                label for="text" { "Settings file" }
                p.quiet #text-hint {
                    "The full text of a settings file. You see what it would change before you publish."
                }
                textarea #text name="file" rows="6" spellcheck="false" aria-describedby="text-hint" {
                    "\n" (refused.map_or("", |(text, _)| text))
                }
            }
            button.button type="submit" { "Preview" }
        }
        p.quiet {
            @if own { "The [clinic] part of desk.toml is no longer used, because settings were changed here." }
            @else { "Until you publish here, the [clinic] part of desk.toml applies at each start, if there is one." }
        }
        script src="/static/settings.js" defer {}
    };
    Ok(page(desk, who, "Settings", "/settings", &body))
}

/// What a part says, in short.
fn summary(part: &Part, settings: &Map<String, Value>) -> String {
    let mut said: Vec<String> = Vec::new();
    for input in part.inputs.iter().take(3) {
        let value = words(Some(input), at(settings, input.key).unwrap_or(&Value::Null), style(settings));
        if !value.is_empty() && value != "no" {
            said.push(if value == "yes" { input.label.to_owned() } else { format!("{}: {value}", input.label) });
        }
    }
    if let Some(table) = &part.table {
        let mut names: Vec<&str> =
            items(settings, table.key).iter().map(|item| name_of(item, table.named_by)).collect();
        if table.look == Look::Week {
            names.sort_unstable();
            names.dedup();
        }
        said.push(if names.is_empty() {
            format!("{}: none", table.title)
        } else {
            format!("{}: {}", table.title, names.join(", "))
        });
    }
    let text = said.join(". ");
    if text.is_empty() { part.about.to_owned() } else { text }
}

/// What the list and the settings as they would be name.
fn known(desk: &Desk, settings: &Map<String, Value>) -> Result<Known, DeskError> {
    let mut known = desk.names_in_use()?;
    if let Some(Ok(schedule)) = settings.get("schedule").map(|value| serde_json::from_value::<Schedule>(value.clone()))
    {
        known.add(&schedule);
    }
    Ok(known)
}

/// A part: its form, and its table.
pub fn part(
    desk: &Desk,
    who: &SignedIn,
    draft: &Draft,
    part: &Part,
    note: Option<&str>,
    again: Option<(&Typed, &Problem)>,
) -> Result<Markup, DeskError> {
    let edited = whole(&draft.edited());
    let known = known(desk, &edited)?;
    let names = Names { settings: &edited, known: &known };
    let stands = |key: &str| at(&edited, key).cloned();
    let shown = again.map_or(Shown::Stands(&stands), |(typed, _)| Shown::Typed(typed));
    let problem = again.map(|(_, problem)| problem);
    let body = html! {
        h2 { (part.title) }
        (back())
        @if let Some(note) = note { p.notice role="status" { (note) } }
        (waiting(draft, who))
        p.quiet { (part.about) }
        @if let Some(problem) = problem { (wrong(problem, part.inputs)) }
        @if !part.inputs.is_empty() {
            form.settings method="post" action="/settings/save" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="part" value=(part.code);
                (fields(part.inputs, &shown, &names, problem))
                button.button.primary type="submit" { "Save draft" }
            }
            script src="/static/settings.js" defer {}
        }
        @if let Some(table) = &part.table {
            @match table.look {
                Look::List => (list(part, table, &edited, who)),
                Look::Week => (week::table(part, table, &names)),
            }
        }
    };
    Ok(page(desk, who, "Settings", &format!("/settings/part?part={}", in_address(part.code)), &body))
}

/// A button that does something with a thing of a table.
fn button(who: &SignedIn, (part, list, n): (&Part, &[Value], usize), action: &str, words: &str, name: &str) -> Markup {
    html! {
        form method="post" action={ "/settings/" (action) } {
            input type="hidden" name="csrf" value=(who.csrf);
            input type="hidden" name="part" value=(part.code);
            input type="hidden" name="item" value=(n);
            input type="hidden" name="mark" value=(mark(list, n));
            button.button.small type="submit" { (words) span.hidden { " " (name) } }
        }
    }
}

fn list(part: &Part, table: &Table, settings: &Map<String, Value>, who: &SignedIn) -> Markup {
    let list = items(settings, table.key);
    let columns: Vec<_> = table.inputs.iter().filter(|input| input.key != table.named_by).take(3).collect();
    html! {
        h3 { (table.title) " " span.n { (list.len()) } }
        @if list.is_empty() { p.empty { "None." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label=(table.title) {
                table.audit.things {
                    thead { tr {
                        th scope="col" { (first_up(table.one)) }
                        @for input in &columns { th scope="col" { (input.label) } }
                        th scope="col" { span.hidden { "Actions" } }
                    } }
                    tbody { @for (n, item) in list.iter().enumerate() {
                        @let name = name_of(item, table.named_by);
                        tr {
                            th scope="row" {
                                a href={ "/settings/part?part=" (part.code) "&item=" (n) } {
                                    (if name.is_empty() { "(no name)" } else { name })
                                }
                            }
                            @for input in &columns {
                                td data-label=(input.label) {
                                    (words(Some(input), item.get(input.key).unwrap_or(&Value::Null), style(settings)))
                                }
                            }
                            td { div.do-these {
                                @if n > 0 { (button(who, (part, list, n), "up", "Up", name)) }
                                @if n + 1 < list.len() { (button(who, (part, list, n), "down", "Down", name)) }
                                (button(who, (part, list, n), "remove", "Remove", name))
                            } }
                        }
                    } }
                }
            }
        }
        p.way { a.button href={ "/settings/part?part=" (part.code) "&item=new" } { "Add a " (table.one) } }
    }
}

fn first_up(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// One thing of a table. `of`: what a new one is called already, if that is known.
pub fn item(
    desk: &Desk,
    who: &SignedIn,
    edited: &Map<String, Value>,
    which: (&Part, &Table, Item),
    of: Option<&str>,
    again: Option<(&Typed, &Problem)>,
) -> Result<Markup, DeskError> {
    let (part, table, item) = which;
    let known = known(desk, edited)?;
    let names = Names { settings: edited, known: &known };
    let list = items(edited, table.key);
    let mut thing = match item {
        Item::At(n) => list.get(n).cloned().unwrap_or_default(),
        Item::New => table.new_one(),
    };
    if let (Some(of), Some(thing)) = (of, thing.as_object_mut()) {
        thing.insert(table.named_by.to_owned(), of.into());
    }
    let stands = |key: &str| thing.get(key).cloned();
    let shown = again.map_or(Shown::Stands(&stands), |(typed, _)| Shown::Typed(typed));
    let problem = again.map(|(_, problem)| problem);
    let code = match item {
        Item::At(n) => n.to_string(),
        Item::New => "new".to_owned(),
    };
    let name = table.name(&thing, style(edited));
    let body = html! {
        h2 {
            @match item {
                Item::New => { "New " (table.one) },
                Item::At(_) => { (first_up(table.one)) @if table.look == Look::Week { ":" } " " (name) }
            }
        }
        p.way { a.button href={ "/settings/part?part=" (part.code) } { "Back to " (table.title) } }
        @if let Some(problem) = problem { (wrong(problem, table.inputs)) }
        form.settings method="post" action="/settings/save" {
            input type="hidden" name="csrf" value=(who.csrf);
            input type="hidden" name="part" value=(part.code);
            input type="hidden" name="item" value=(code);
            @if let Item::At(n) = item { input type="hidden" name="mark" value=(mark(list, n)); }
            (fields(table.inputs, &shown, &names, problem))
            button.button.primary type="submit" { "Save draft" }
        }
        @if let Item::At(n) = item { div.take-away { (button(who, (part, list, n), "remove", "Remove", &name)) } }
        script src="/static/settings.js" defer {}
    };
    Ok(page(desk, who, "Settings", &format!("/settings/part?part={}&item={code}", in_address(part.code)), &body))
}

/// What has no form.
fn others(settings: &Map<String, Value>) -> Map<String, Value> {
    let known = known_keys();
    settings
        .iter()
        .filter(|(key, _)| !known.contains(key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Parts that have no form, as text.
pub fn other(desk: &Desk, who: &SignedIn, draft: &Draft, note: Option<&str>, again: Option<(&str, &str)>) -> Markup {
    let stands = toml::to_string(&others(&draft.edited())).unwrap_or_default();
    let text = again.map_or(stands.as_str(), |(text, _)| text);
    let body = html! {
        h2 { "Everything else" }
        (back())
        @if let Some(note) = note { p.notice role="status" { (note) } }
        (waiting(draft, who))
        form.settings method="post" action="/settings/save" {
            input type="hidden" name="csrf" value=(who.csrf);
            input type="hidden" name="part" value=(OTHER);
            div.field {
                label for="text" { "Settings without a form" }
                p.quiet #text-hint {
                    "As in the [clinic] part of desk.toml, without that line. See deploy/desk.example.toml for all \
                     settings."
                }
                @if let Some((_, why)) = again {
                    p.problem #text-problem role="alert" { (icon("alert")) span { (why) } }
                }
                textarea #text name="text" rows="16" spellcheck="false" aria-describedby="text-hint"
                    aria-invalid=[again.map(|_| "true")] { "\n" (text) }
            }
            button.button.primary type="submit" { "Save draft" }
        }
    };
    page(desk, who, "Settings", "/settings/part?part=other", &body)
}
