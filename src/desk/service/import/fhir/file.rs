//! From the text of a file to the resources in it, with the line of each.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use super::graph::{Graph, Node, Place};
use super::pages::{Page, Pages};
use super::resource;
use super::value::Object;

/// Bundles in Bundles that are looked into.
const DEPTH_MAX: usize = 8;

pub(super) type Fields<'a> = HashMap<String, &'a RawValue>;

/// What was found in the files.
#[derive(Default)]
pub(super) struct Found {
    pub graph: Graph,
    pub refused: Vec<(Place, String)>,
    pub pages: Pages,
    /// Resources of types that are not read.
    pub others: u64,
    /// Appointments that a history says were deleted, by id, and when.
    deleted: HashMap<String, Option<Timestamp>>,
}

/// The entry that a resource is in.
#[derive(Default)]
struct Entry {
    full_url: String,
    newest_first: bool,
    depth: usize,
}

impl Found {
    /// Reads the text of one file, the `file`th of all.
    ///
    /// # Errors
    /// One sentence, if it is not FHIR JSON.
    pub fn read(&mut self, text: &str, file: usize) -> Result<(), String> {
        let mut lines = Lines { text, at: 0, line: 1 };
        let error = match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => return self.read_whole(raw, file, &mut lines),
            Err(error) => error,
        };
        if !is_by_lines(text) {
            return Err(format!("expected JSON, found a mistake at line {} column {}", error.line(), error.column()));
        }
        for (at, line) in text.lines().enumerate() {
            let line = line.trim().trim_start_matches('\u{FEFF}').trim();
            let place = Place { file, line: at as u64 + 1 };
            if line.is_empty() {
                continue;
            }
            let mut lines = Lines { text: line, at: 0, line: place.line };
            match serde_json::from_str::<&RawValue>(line) {
                Ok(raw) => self.take(raw, &Entry::default(), file, &mut lines),
                Err(_) => self
                    .refused
                    .push((place, "expected a resource on each line, found a mistake in its JSON".to_owned())),
            }
        }
        Ok(())
    }

    fn read_whole<'a>(&mut self, raw: &'a RawValue, file: usize, lines: &mut Lines<'a>) -> Result<(), String> {
        let wrong = || Err("expected a FHIR Bundle or resource, found other JSON".to_owned());
        let all = list_of(raw);
        let is_list = raw.get().starts_with('[');
        if !all.iter().any(|raw| kind_of(raw).is_some()) {
            return wrong();
        }
        if let (false, [only]) = (is_list, all.as_slice())
            && kind_of(only).as_deref() == Some("Bundle")
            && serde_json::from_str::<Fields<'_>>(only.get())
                .is_ok_and(|fields| fields.get("entry").is_some_and(|raw| !is_entries(raw)))
        {
            return Err("expected a Bundle whose entry is a list, found something else".to_owned());
        }
        for raw in all {
            self.take(raw, &Entry::default(), file, lines);
        }
        Ok(())
    }

    fn take<'a>(&mut self, raw: &'a RawValue, entry: &Entry, file: usize, lines: &mut Lines<'a>) {
        let place = Place { file, line: lines.of(raw.get()) };
        match kind_of(raw).as_deref() {
            Some("Bundle") if entry.depth < DEPTH_MAX => self.take_bundle(raw, entry.depth, place, lines),
            Some("OperationOutcome") => self.take_outcome(raw, place),
            Some(kind) => self.take_resource(kind, raw, entry, place),
            None => {
                self.refused.push((place, "expected a resource with resourceType, found something else".to_owned()));
            }
        }
    }

    fn take_bundle<'a>(&mut self, raw: &'a RawValue, depth: usize, place: Place, lines: &mut Lines<'a>) {
        let Ok(bundle) = serde_json::from_str::<Fields<'a>>(raw.get()) else { return };
        let kind = bundle.get("type").map(|raw| text_of(raw)).unwrap_or_default();
        let mut page = Page::of(&bundle, &kind, place);
        for raw in bundle.get("entry").map(|raw| list_of(raw)).unwrap_or_default() {
            let line = lines.of(raw.get());
            let place = Place { line, ..place };
            let Ok(entry) = serde_json::from_str::<Fields<'a>>(raw.get()) else {
                self.refused.push((place, "expected an entry with a resource, found something else".to_owned()));
                continue;
            };
            let full_url = entry.get("fullUrl").map(|raw| text_of(raw)).unwrap_or_default();
            let resource = entry.get("resource").copied().filter(|raw| raw.get() != "null");
            page.count(&entry, resource, &full_url, line);
            match resource {
                _ if self.is_failed(&entry, place) => {}
                Some(raw) if raw.get().starts_with('{') => {
                    let entry = Entry { full_url, newest_first: kind == "history", depth: depth + 1 };
                    self.take(raw, &entry, place.file, lines);
                }
                Some(_) => {
                    self.refused.push((place, "expected an entry with a resource, found something else".to_owned()));
                }
                None => self.take_deletion(&entry, &full_url),
            }
        }
        self.pages.add(page);
    }

    fn take_resource(&mut self, kind: &str, raw: &RawValue, entry: &Entry, place: Place) {
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(raw.get()) else {
            return self
                .refused
                .push((place, format!("expected a {kind} as FHIR R4 describes it, found something else")));
        };
        let Some((what, meta, warnings)) = resource::read(kind, &object) else {
            self.others += 1;
            return;
        };
        let at = self.graph.add(what, meta, warnings, &entry.full_url, place, entry.newest_first);
        for contained in contained(&object) {
            let kind = contained.get("resourceType").and_then(Value::as_str).unwrap_or_default();
            if let Some((what, meta, warnings)) = resource::read(kind, contained) {
                self.graph.add_contained(at, what, meta, warnings);
            }
        }
    }

    /// Whether a server could not answer what this entry asked for; it is reported, because who is missing is not seen
    /// otherwise.
    fn is_failed(&mut self, entry: &Fields<'_>, place: Place) -> bool {
        let status = fields_of(entry, "response")
            .and_then(|fields| fields.get("status").map(|raw| text_of(raw)))
            .unwrap_or_default();
        let code: String = status.chars().take_while(char::is_ascii_digit).collect();
        let is_failed = code.len() == 3 && code.starts_with(['4', '5']);
        if is_failed {
            let why =
                format!("the server answered this request with error {code}; what it asked for is not in this list");
            self.refused.push((place, why));
        }
        is_failed
    }

    /// A server says in a list that something went wrong with it.
    fn take_outcome(&mut self, raw: &RawValue, place: Place) {
        const PARTS: [&str; 6] = ["incomplete", "timeout", "throttled", "too-costly", "transient", "exception"];
        let outcome = serde_json::from_str::<Fields<'_>>(raw.get()).unwrap_or_default();
        let is_wrong = outcome.get("issue").map(|raw| list_of(raw)).unwrap_or_default().into_iter().any(|issue| {
            let Ok(issue) = serde_json::from_str::<Fields<'_>>(issue.get()) else { return false };
            let word = |field: &str| issue.get(field).map(|raw| text_of(raw).to_ascii_lowercase()).unwrap_or_default();
            matches!(word("severity").as_str(), "error" | "fatal") || PARTS.contains(&word("code").as_str())
        });
        if is_wrong {
            self.refused.push((place, "the server reported an error; this list may be incomplete".to_owned()));
        }
    }

    /// A history says of a resource that was deleted only that it was.
    fn take_deletion(&mut self, entry: &Fields<'_>, full_url: &str) {
        let of = |part: &str, field: &str| {
            fields_of(entry, part).and_then(|fields| fields.get(field).map(|raw| text_of(raw))).unwrap_or_default()
        };
        if !of("request", "method").eq_ignore_ascii_case("DELETE") {
            return;
        }
        let url = of("request", "url");
        let plain =
            if url.is_empty() { full_url } else { &url }.split("/_history").next().unwrap_or_default().to_owned();
        if let Some((kind, id)) = plain.rsplit_once('/')
            && kind.rsplit('/').next() == Some("Appointment")
        {
            self.deleted.insert(id.to_owned(), of("response", "lastModified").parse().ok());
        }
    }

    /// Whether an appointment was deleted after what is known of it.
    pub fn is_deleted(&self, node: &Node) -> bool {
        self.deleted
            .get(&node.id)
            .is_some_and(|when| when.zip(node.updated()).is_none_or(|(deleted, updated)| deleted >= updated))
    }
}

/// Resources that are contained in one; they contain no others.
fn contained(object: &Object) -> impl Iterator<Item = &Object> {
    let list = match object.get("contained") {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_object)
}

/// Whether each line is a resource of its own, by the first lines that are not empty.
fn is_by_lines(text: &str) -> bool {
    let lines =
        text.lines().map(|line| line.trim().trim_start_matches('\u{FEFF}').trim()).filter(|line| !line.is_empty());
    lines.take(3).any(|line| {
        line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok_and(|raw| kind_of(raw).is_some())
    })
}

/// What is in a list, or the one thing there is; `null` is nothing.
pub(super) fn list_of(raw: &RawValue) -> Vec<&RawValue> {
    let all = if raw.get().starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(raw.get()).unwrap_or_default()
    } else {
        vec![raw]
    };
    all.into_iter().filter(|raw| raw.get() != "null").collect()
}

fn is_entries(raw: &RawValue) -> bool {
    raw.get().starts_with(['[', '{']) || raw.get() == "null"
}

pub(super) fn kind_of(raw: &RawValue) -> Option<String> {
    let fields = serde_json::from_str::<Fields<'_>>(raw.get()).ok()?;
    fields.get("resourceType").map(|raw| text_of(raw)).filter(|kind| !kind.is_empty())
}

/// The object in a field.
pub(super) fn fields_of<'a>(of: &Fields<'a>, field: &str) -> Option<Fields<'a>> {
    of.get(field).and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// A text, or a number as one.
pub(super) fn text_of(raw: &RawValue) -> String {
    match serde_json::from_str::<Value>(raw.get()) {
        Ok(Value::String(text)) => text.trim().to_owned(),
        Ok(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Which line a part of the text begins on; parts are asked for in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u64 {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.as_bytes().get(self.at..start) {
            self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.at = start;
        }
        self.line
    }
}
