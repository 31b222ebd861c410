//! The Bundles that are pages of a search, and which of them are missing.
//!
//! Invariant: who is on a page that is not in the files is missing in no list without a word.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::value::RawValue;

use super::file::{Fields, fields_of, kind_of, list_of, text_of};
use super::graph::Place;

/// All pages of the files.
#[derive(Default)]
pub(super) struct Pages(Vec<Page>);

/// A Bundle that says how many there are in all, where it is from, or that there is a next one.
pub(super) struct Page {
    place: Place,
    total: Option<u64>,
    own: Vec<String>,
    next: Option<String>,
    appointments: BTreeSet<String>,
    matches: BTreeSet<String>,
    all: BTreeSet<String>,
}

impl Page {
    /// What a Bundle of this type says of itself.
    pub fn of(bundle: &Fields<'_>, kind: &str, place: Place) -> Self {
        let empty = BTreeSet::new;
        let mut page = Self {
            place,
            total: None,
            own: Vec::new(),
            next: None,
            appointments: empty(),
            matches: empty(),
            all: empty(),
        };
        if matches!(kind, "" | "searchset") {
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

    /// Counts an entry, each once however often it stands there.
    pub fn count(&mut self, entry: &Fields<'_>, resource: Option<&RawValue>, full_url: &str, line: u64) {
        let Some(kind) = resource.and_then(kind_of) else { return };
        let id = resource.and_then(|raw| serde_json::from_str::<Fields<'_>>(raw.get()).ok());
        let id = id.and_then(|fields| fields.get("id").map(|raw| text_of(raw))).unwrap_or_default();
        let key = match (full_url, id.as_str()) {
            ("", "") => format!("{}:{line}:{}", self.place.file, self.all.len()),
            ("", id) => format!("{kind}/{id}"),
            (url, _) => url.to_owned(),
        };
        let mode = fields_of(entry, "search").and_then(|fields| fields.get("mode").map(|raw| text_of(raw)));
        if kind == "Appointment" {
            self.appointments.insert(key.clone());
        }
        if mode.as_deref() == Some("match") {
            self.matches.insert(key.clone());
        }
        self.all.insert(key);
    }

    /// What the search was for, as far as it is there.
    fn entries(&self) -> &BTreeSet<String> {
        match (self.matches.is_empty(), self.appointments.is_empty()) {
            (false, _) => &self.matches,
            (true, false) => &self.appointments,
            // A search for something else.
            (true, true) => &self.all,
        }
    }

    fn is_of_appointments(&self) -> bool {
        !self.entries().is_empty() && self.entries().is_subset(&self.appointments)
    }
}

/// Pages that belong together.
#[derive(Default)]
struct Together<'p> {
    pages: Vec<&'p Page>,
    /// Pages that point at one that is in no file.
    loose: usize,
}

impl<'p> Together<'p> {
    fn entries(&self) -> u64 {
        self.pages.iter().flat_map(|page| page.entries()).collect::<BTreeSet<_>>().len() as u64
    }

    fn total(&self) -> Option<u64> {
        self.pages.iter().find_map(|page| page.total)
    }

    fn is_whole(&self) -> bool {
        self.loose == 0 && self.total().is_none_or(|total| self.entries() >= total)
    }

    /// As [`Self::is_whole`], where a server does not call a page as the one before it does: then the last one names no
    /// next one.
    fn is_whole_without_links(&self) -> bool {
        let has_last = self.pages.len() > 1 && self.pages.iter().any(|page| page.next.is_none());
        has_last && self.total().is_some_and(|total| self.entries() >= total)
    }

    fn add(&mut self, page: &'p Page, is_loose: bool) {
        self.pages.push(page);
        self.loose += usize::from(is_loose);
    }
}

impl Pages {
    /// Keeps a Bundle that may be a page.
    pub fn add(&mut self, page: Page) {
        if page.total.is_some() || page.next.is_some() || !page.own.is_empty() {
            self.0.push(page);
        }
    }

    /// Where pages are missing, and what to say of it.
    pub fn missing(&self) -> Vec<(Place, String)> {
        let own: HashMap<&str, usize> = self
            .0
            .iter()
            .enumerate()
            .flat_map(|(at, page)| page.own.iter().map(move |url| (url.as_str(), at)))
            .collect();
        let next = |page: &Page| page.next.as_deref().map(|url| own.get(url).copied());
        // The first page of each, by which resource points at which.
        let mut before: HashMap<usize, usize> = HashMap::new();
        for (at, page) in self.0.iter().enumerate() {
            if let Some(Some(next)) = next(page).filter(|next| *next != Some(at)) {
                before.entry(next).or_insert(at);
            }
        }
        let mut first_of: HashMap<usize, usize> = HashMap::new();
        for at in 0..self.0.len() {
            let mut way = vec![at];
            let mut first = at;
            while let Some(previous) = before.get(&first).copied() {
                if let Some(known) = first_of.get(&previous).copied() {
                    first = known;
                    break;
                }
                // Those that point at each other in a circle.
                if way.len() > self.0.len() {
                    break;
                }
                way.push(previous);
                first = previous;
            }
            way.into_iter().for_each(|at| {
                first_of.insert(at, first);
            });
        }
        let mut chains: BTreeMap<usize, Together<'_>> = BTreeMap::new();
        for (at, page) in self.0.iter().enumerate() {
            let first = first_of.get(&at).copied().unwrap_or(at);
            chains.entry(first).or_default().add(page, next(page) == Some(None));
        }
        let mut missing = Vec::new();
        let mut parts: BTreeMap<(u64, bool), Together<'_>> = BTreeMap::new();
        for chain in chains.into_values().filter(|chain| !chain.is_whole()) {
            match chain.total() {
                None => missing.extend(said(&chain)),
                Some(total) => {
                    let is_of_appointments = chain.pages.iter().any(|page| page.is_of_appointments());
                    let part = parts.entry((total, is_of_appointments)).or_default();
                    part.loose += chain.loose;
                    part.pages.extend(chain.pages);
                }
            }
        }
        missing.extend(parts.values().filter(|part| !part.is_whole_without_links()).filter_map(said));
        missing.sort_by_key(|(place, _)| (place.file, place.line));
        missing
    }
}

fn said(part: &Together<'_>) -> Option<(Place, String)> {
    let place = part.pages.first()?.place;
    let of = part.total().map(|total| format!(" of {total}")).unwrap_or_default();
    let what = if part.pages.iter().any(|page| page.is_of_appointments()) { "appointments" } else { "entries" };
    Some((
        place,
        format!("this is one page of several: {}{of} {what}; fetch the others and import them too", part.entries()),
    ))
}
