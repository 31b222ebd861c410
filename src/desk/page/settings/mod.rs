//! The clinic's settings, for admins: forms that change a draft, what the draft would change, and putting it in force.
//!
//! Invariants: nothing counts before it was shown as old and new, and taken; what is wrong is shown beside its field
//! and what was typed stays; the keys and secrets of the desk are on no page.

mod form;
mod show;
mod week;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::form::Problem;
use super::super::Desk;
use super::answer::{Oops, shown};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::settings::parts::{OTHER, Part, at, items, known_keys, put, whole};
use crate::desk::service::settings::{Draft, Put, file, object, read};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::fault::Fault;

/// Which part, and which thing of its table.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct PartQuery {
    #[serde(default)]
    part: String,
    /// A number from 0, or `new`.
    item: Option<String>,
    /// What a new thing is called.
    of: Option<String>,
    saved: Option<String>,
}

/// Which thing of a table is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    New,
    At(usize),
}

impl Item {
    fn read(text: &str) -> Option<Self> {
        if text == "new" { Some(Self::New) } else { text.parse().ok().map(Self::At) }
    }
}

/// What a form came to: done, or shown again.
enum Answer {
    To(String),
    Again(Markup),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::To(address) => Redirect::to(&address).into_response(),
            Self::Again(page) => (StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response(),
        }
    }
}

pub(super) async fn overview(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        show::overview(desk, &who, None)
    });
    Ok(shown(page.await?))
}

pub(super) async fn part(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<PartQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let item = query.item.as_deref().map(|text| Item::read(text).ok_or(Oops::NotFound)).transpose()?;
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let draft = desk.settings_draft(&who.user)?;
        let note = query.saved.is_some().then_some(show::KEPT);
        if query.part == OTHER {
            return Ok(Some(show::other(desk, &who, &draft, note, None)));
        }
        let Some(part) = Part::of(&query.part) else { return Ok(None) };
        let edited = whole(&draft.edited());
        let of = query.of.as_deref().filter(|_| item == Some(Item::New));
        match (item, &part.table) {
            (None, _) => show::part(desk, &who, &draft, part, note, None).map(Some),
            (Some(Item::At(n)), Some(table)) if n >= items(&edited, table.key).len() => Ok(None),
            (Some(item), Some(table)) => show::item(desk, &who, &edited, (part, table, item), of, None).map(Some),
            (Some(_), None) => Ok(None),
        }
    });
    Ok(shown(page.await?.ok_or(Oops::NotFound)?))
}

pub(super) async fn review(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(show::review(desk, &who, &desk.settings_draft(&who.user)?, None))
    });
    Ok(shown(page.await?))
}

#[derive(Deserialize)]
pub(super) struct VersionQuery {
    version: Option<u64>,
}

pub(super) async fn history(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<VersionQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let Some(n) = query.version else { return show::history(desk, &who).map(Some) };
        let Some(settings) = desk.settings_version(n)? else { return Ok(None) };
        show::version(desk, &who, n, &object(&settings)?).map(Some)
    });
    Ok(shown(page.await?.ok_or(Oops::NotFound)?))
}

/// The settings as a file.
pub(super) async fn export(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let text = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        file::write(&desk.settings()).map_err(|_| DeskError::Unreadable("settings"))
    });
    let text = text.await?;
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"clinic.toml\""),
    ];
    Ok((headers, text).into_response())
}

#[derive(Deserialize)]
pub(super) struct ImportForm {
    #[serde(default)]
    file: String,
}

/// A file's settings become the draft; nothing counts yet.
pub(super) async fn import(
    State(desk): State<Desk>,
    who: SignedIn,
    form: Result<Form<ImportForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        match file::read(&form.file) {
            Ok(settings) => {
                let mut draft = desk.settings_draft(&who.user)?;
                draft.set(&object(&settings)?);
                desk.keep_settings_draft(&who.user, &draft)?;
                Ok(Answer::To("/settings/review".to_owned()))
            }
            Err(why) => Ok(Answer::Again(show::overview(desk, &who, Some((&form.file, &why.to_string())))?)),
        }
    });
    Ok(answer.await?.into_response())
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Oops> {
    if !["save", "remove", "up", "down", "take", "discard", "back"].contains(&action.as_str()) {
        return Err(Oops::NotFound);
    }
    let Form(typed) = form.map_err(|_| Oops::Unreadable)?;
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let value = |name: &str| typed.iter().find(|(its, _)| its == name).map_or("", |(_, value)| value.as_str());
        match action.as_str() {
            "save" => save(desk, &who, value("part"), value("item"), &typed),
            "take" => take(desk, &who, value("mark")),
            "discard" => {
                desk.drop_settings_draft(&who.user)?;
                Ok(Some(Answer::To("/settings".to_owned())))
            }
            "back" => {
                let version = value("version").parse().ok().map(|n| desk.settings_version(n)).transpose()?.flatten();
                let Some(settings) = version else { return Ok(None) };
                let mut draft = desk.settings_draft(&who.user)?;
                draft.set(&object(&settings)?);
                desk.keep_settings_draft(&who.user, &draft)?;
                Ok(Some(Answer::To("/settings/review".to_owned())))
            }
            action => arrange(desk, &who, action, (value("part"), value("item"), value("mark"))),
        }
    });
    Ok(answer.await?.ok_or(Oops::NotFound)?.into_response())
}

fn to_part(part: &Part) -> Answer {
    Answer::To(format!("/settings/part?part={}&saved=1", in_address(part.code)))
}

/// Takes what was typed into the draft, or shows it again with what is wrong.
fn save(desk: &Desk, who: &SignedIn, code: &str, item: &str, typed: &form::Typed) -> Result<Option<Answer>, DeskError> {
    let mut draft = desk.settings_draft(&who.user)?;
    if code == OTHER {
        let text = typed.iter().find(|(name, _)| name == "text").map_or("", |(_, value)| value.as_str());
        return Ok(Some(match read_other(&draft, text) {
            Ok(wanted) => {
                draft.set(&wanted);
                desk.keep_settings_draft(&who.user, &draft)?;
                Answer::To("/settings/part?part=other&saved=1".to_owned())
            }
            Err(why) => Answer::Again(show::other(desk, who, &draft, None, Some((text, &why)))),
        }));
    }
    let Some(part) = Part::of(code) else { return Ok(None) };
    let edited = whole(&draft.edited());
    let mut wanted = edited.clone();
    if item.is_empty() {
        let before = |key: &str| at(&edited, key).cloned();
        let problem = match form::read(part.inputs, typed, &before) {
            Ok(values) => {
                values.into_iter().for_each(|(key, value)| put(&mut wanted, key, value));
                wrong_here(part, &wanted).map(|fault| form::beside(part, part.inputs, &fault))
            }
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            return Ok(Some(Answer::Again(show::part(desk, who, &draft, part, None, Some((typed, &problem)))?)));
        }
    } else {
        let (Some(table), Some(item)) = (&part.table, Item::read(item)) else { return Ok(None) };
        let mut list = items(&edited, table.key).to_vec();
        // What no one sees of a thing stays with it.
        let mut thing = match item {
            Item::New => Map::new(),
            Item::At(n) => match list.get(n).and_then(Value::as_object) {
                Some(thing) => thing.clone(),
                None => return Ok(None),
            },
        };
        let again = |problem: &Problem| {
            Ok(Some(Answer::Again(show::item(desk, who, &edited, (part, table, item), None, Some((typed, problem)))?)))
        };
        if let Item::At(n) = item
            && typed.iter().find(|(name, _)| name == "mark").map(|(_, mark)| mark.as_str())
                != Some(show::mark(&list, n).as_str())
        {
            return again(&Problem::of_all("This was changed in another window. Open it again."));
        }
        let before = |key: &str| thing.get(key).cloned();
        let values = match form::read(table.inputs, typed, &before) {
            Ok(values) => values,
            Err(problem) => return again(&problem),
        };
        values.into_iter().for_each(|(key, value)| put(&mut thing, key, value));
        match item {
            Item::New => list.push(Value::Object(thing)),
            Item::At(n) => {
                if let Some(place) = list.get_mut(n) {
                    *place = Value::Object(thing);
                }
            }
        }
        put(&mut wanted, table.key, Value::Array(list));
        if let Some(fault) = wrong_here(part, &wanted) {
            return again(&form::beside(part, table.inputs, &fault));
        }
    }
    keep(desk, who, draft, &wanted)?;
    Ok(Some(to_part(part)))
}

/// Keeps what is wanted, written as the settings themselves write it, so that what says the same is no change.
fn keep(desk: &Desk, who: &SignedIn, mut draft: Draft, wanted: &Map<String, Value>) -> Result<(), DeskError> {
    match serde_json::from_value(Value::Object(wanted.clone())) {
        Ok(settings) => draft.set(&object(&settings)?),
        Err(_) => draft.set(wanted),
    }
    desk.keep_settings_draft(&who.user, &draft)
}

/// What does not fit in this part; what does not fit in another one is shown when the whole draft is looked at.
fn wrong_here(part: &Part, wanted: &Map<String, Value>) -> Option<Fault> {
    let fault = read(wanted).err()?;
    let is_elsewhere = !fault.key.is_empty() && !part.has(&fault.key);
    (!is_elsewhere).then_some(fault)
}

/// Removes or moves a thing of a table.
fn arrange(desk: &Desk, who: &SignedIn, action: &str, which: (&str, &str, &str)) -> Result<Option<Answer>, DeskError> {
    let (code, item, mark) = which;
    let Some(part) = Part::of(code) else { return Ok(None) };
    let (Some(table), Some(Item::At(n))) = (&part.table, Item::read(item)) else { return Ok(None) };
    let draft = desk.settings_draft(&who.user)?;
    let mut wanted = whole(&draft.edited());
    let mut list = items(&wanted, table.key).to_vec();
    // A page that is too old would remove another thing than it shows.
    if n < list.len() && mark == show::mark(&list, n) {
        match action {
            "remove" => {
                list.remove(n);
            }
            "up" if n > 0 => list.swap(n, n - 1),
            "down" if n + 1 < list.len() => list.swap(n, n + 1),
            _ => {}
        }
        put(&mut wanted, table.key, Value::Array(list));
        keep(desk, who, draft, &wanted)?;
    }
    Ok(Some(to_part(part)))
}

fn take(desk: &Desk, who: &SignedIn, mark: &str) -> Result<Option<Answer>, DeskError> {
    Ok(Some(match desk.put_settings_draft(&who.user, mark)? {
        Put::InForce(_) => Answer::To("/settings/history?put".to_owned()),
        Put::Wrong(why) => Answer::Again(show::review(desk, who, &desk.settings_draft(&who.user)?, Some(&why))),
        Put::NotAsShown => {
            let why = "Settings changed in the meantime, so nothing was published. This is the current state.";
            Answer::Again(show::review(desk, who, &desk.settings_draft(&who.user)?, Some(why)))
        }
    }))
}

/// Everything that has no form, as typed.
fn read_other(draft: &Draft, text: &str) -> Result<Map<String, Value>, String> {
    let known = known_keys();
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
        format!("Line {line}: {}.", error.message().trim().replace('\n', " "))
    })?;
    if let Some(key) = table.keys().find(|key| known.contains(key.as_str())) {
        return Err(format!("\"{key}\" has its own form; leave it out here."));
    }
    if table.contains_key("letters") {
        return Err("Letter keys are managed by the desk and can't be typed.".to_owned());
    }
    let mut wanted = draft.edited();
    wanted.retain(|key, _| known.contains(key.as_str()));
    for (key, value) in table {
        wanted.insert(key, serde_json::to_value(value).map_err(|_| "That can't be read.".to_owned())?);
    }
    let settings = read(&wanted).map_err(|fault| fault.text)?;
    object(&settings).map_err(|error| error.to_string())
}
