//! From the text of a file to the resources in it, with the line of each.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use super::graph::{Graph, Node, Place};
use super::resource;
use super::value::Object;

/// Bundles in Bundles that are looked into.
const DEPTH_MAX: usize = 8;

type Fields<'a> = HashMap<String, &'a RawValue>;

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
                Err(_) => self.refused.push((place, "expected a resource on each line, found a mistake in its JSON".to_owned())),
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
            && serde_json::from_str::<Fields<'_>>(only.get()).is_ok_and(|fields| fields.get("entry").is_some_and(|raw| !is_entries(raw)))
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
            Some(kind) => self.take_resource(kind, raw, entry, place),
            None => self.refused.push((place, "expected a resource with resourceType, found something else".to_owned())),
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
            page.count(resource, entry.get("search").copied());
            match resource {
                Some(raw) if raw.get().starts_with('{') => {
                    let entry = Entry { full_url, newest_first: kind == "history", depth: depth + 1 };
                    self.take(raw, &entry, place.file, lines);
                }
                Some(_) => self.refused.push((place, "expected an entry with a resource, found something else".to_owned())),
                None => self.take_deletion(&entry, &full_url),
            }
        }
        self.pages.0.extend(page.filter());
    }

    fn take_resource(&mut self, kind: &str, raw: &RawValue, entry: &Entry, place: Place) {
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(raw.get()) else {
            return self.refused.push((place, format!("expected a {kind} as FHIR R4 describes it, found something else")));
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

    /// A history says of a resource that was deleted only that it was.
    fn take_deletion(&mut self, entry: &Fields<'_>, full_url: &str) {
        let of = |part: &str, field: &str| {
            let fields = entry.get(part).and_then(|raw| serde_json::from_str::<Fields<'_>>(raw.get()).ok());
            fields.and_then(|fields| fields.get(field).map(|raw| text_of(raw))).unwrap_or_default()
        };
        if !of("request", "method").eq_ignore_ascii_case("DELETE") {
            return;
        }
        let url = of("request", "url");
        let plain = if url.is_empty() { full_url } else { &url }.split("/_history").next().unwrap_or_default().to_owned();
        if let Some((kind, id)) = plain.rsplit_once('/')
            && kind.rsplit('/').next() == Some("Appointment")
        {
            self.deleted.insert(id.to_owned(), of("response", "lastModified").parse().ok());
        }
    }

    /// Whether an appointment was deleted after what is known of it.
    pub fn is_deleted(&self, node: &Node) -> bool {
        self.deleted.get(&node.id).is_some_and(|when| when.zip(node.updated()).is_none_or(|(deleted, updated)| deleted >= updated))
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
    let lines = text.lines().map(|line| line.trim().trim_start_matches('\u{FEFF}').trim()).filter(|line| !line.is_empty());
    lines.take(3).any(|line| line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok_and(|raw| kind_of(raw).is_some()))
}

/// What is in a list, or the one thing there is; `null` is nothing.
fn list_of(raw: &RawValue) -> Vec<&RawValue> {
    let all = if raw.get().starts_with('[') { serde_json::from_str::<Vec<&RawValue>>(raw.get()).unwrap_or_default() } else { vec![raw] };
    all.into_iter().filter(|raw| raw.get() != "null").collect()
}

fn is_entries(raw: &RawValue) -> bool {
    raw.get().starts_with(['[', '{']) || raw.get() == "null"
}

fn kind_of(raw: &RawValue) -> Option<String> {
    let fields = serde_json::from_str::<Fields<'_>>(raw.get()).ok()?;
    fields.get("resourceType").map(|raw| text_of(raw)).filter(|kind| !kind.is_empty())
}

/// A text, or a number as one.
fn text_of(raw: &RawValue) -> String {
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

/// The Bundles that may be pages of a search.
#[derive(Default)]
pub(super) struct Pages(Vec<Page>);

/// A Bundle that says how many there are in all, or that there is a next one.
struct Page {
    place: Place,
    total: Option<u64>,
    own: Vec<String>,
    next: Option<String>,
    appointments: u64,
    matches: u64,
    all: u64,
}

impl Page {
    fn of(bundle: &Fields<'_>, kind: &str, place: Place) -> Self {
        let mut page = Self { place, total: None, own: Vec::new(), next: None, appointments: 0, matches: 0, all: 0 };
        if kind == "searchset" {
            page.total = bundle.get("total").and_then(|raw| text_of(raw).parse().ok());
        }
        for raw in bundle.get("link").map(|raw| list_of(raw)).unwrap_or_default() {
            let Ok(link) = serde_json::from_str::<Fields<'_>>(raw.get()) else { continue };
            let url = link.get("url").map(|raw| text_of(raw)).unwrap_or_default();
            match link.get("relation").map(|raw| text_of(raw).to_ascii_lowercase()).as_deref() {
                Some("next") => page.next = Some(url),
                Some("self") => page.own.push(url),
                _ => {}
            }
        }
        page
    }

    fn count(&mut self, resource: Option<&RawValue>, search: Option<&RawValue>) {
        let mode = search.and_then(|raw| serde_json::from_str::<Fields<'_>>(raw.get()).ok());
        let mode = mode.and_then(|fields| fields.get("mode").map(|raw| text_of(raw))).unwrap_or_default();
        self.appointments += u64::from(resource.and_then(kind_of).as_deref() == Some("Appointment"));
        self.matches += u64::from(mode == "match");
        self.all += u64::from(resource.is_some());
    }

    fn entries(&self) -> u64 {
        match self.appointments.max(self.matches) {
            // A search for something else.
            0 => self.all,
            entries => entries,
        }
    }

    fn filter(self) -> Option<Self> {
        (self.total.is_some() || self.next.is_some()).then_some(self)
    }
}

impl Pages {
    /// Where pages are missing, and what to say of it.
    pub fn missing(&self) -> Vec<(Place, String)> {
        let mut missing: Vec<(Place, String)> = Vec::new();
        let mut said = Vec::new();
        for page in &self.0 {
            let is_next_here = page.next.as_ref().is_none_or(|next| self.0.iter().any(|other| other.own.contains(next)));
            let together: Vec<&Page> = self.0.iter().filter(|other| other.total == page.total).collect();
            let entries: u64 = if page.total.is_some() { together.iter().map(|page| page.entries()).sum() } else { page.entries() };
            let is_all = match page.total {
                // The last page names no next one.
                Some(total) => entries >= total && (is_next_here || together.len() > 1),
                None => is_next_here,
            };
            if is_all || (page.total.is_some() && said.contains(&page.total)) {
                continue;
            }
            said.push(page.total);
            let of = page.total.map(|total| format!(" of {total}")).unwrap_or_default();
            let what = if page.appointments > 0 { "appointments" } else { "entries" };
            let why = format!("this is one page of several: {entries}{of} {what}; fetch the others and import them too");
            missing.push((page.place, why));
        }
        missing
    }
}
