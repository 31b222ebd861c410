//! All resources of the files that are read together, and what a reference among them points at.
//!
//! Invariants: a resource is known by its place in the graph, never by an id that others may have too; a contained
//! resource is seen from its own resource alone; a relative reference stays on the server of its own entry.

use std::collections::HashMap;

use super::names::on_file;
use super::resource::{HumanName, Meta, Patient, Reference, What};
use crate::domain::identity::fold_name;

/// Where a resource stands: which of the files, and which line.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub file: usize,
    pub line: u64,
}

/// A resource with what is known of where it came from.
pub(super) struct Node {
    pub what: What,
    pub place: Place,
    /// Its own id, or the one in its full URL.
    pub id: String,
    /// The base of its server, if its full URL says it.
    pub base: String,
    /// The resource that it is contained in.
    pub owner: Option<usize>,
    /// What could not be read of it.
    pub warnings: Vec<String>,
    meta: Meta,
    /// A later version is in the files.
    is_over: bool,
    inner: Vec<usize>,
}

/// Why a reference points at nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It is in none of the files.
    Missing,
    /// Several people of this id are in the files.
    Ambiguous,
}

#[derive(Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    /// By full URL, without the version and `http:` or `https:`.
    urls: HashMap<String, Vec<usize>>,
    /// By `Type/id`.
    ids: HashMap<String, Vec<usize>>,
    /// Patients by an identifier's system and value.
    numbers: HashMap<(String, String), Vec<usize>>,
    /// Which patient remains of one that was merged away.
    replaced: HashMap<usize, usize>,
    /// Patients who were merged into one that is in no file.
    pub replaced_by_nobody: Vec<usize>,
}

impl Node {
    /// When the server last changed it.
    pub const fn updated(&self) -> Option<jiff::Timestamp> {
        self.meta.updated
    }
}

impl Graph {
    /// Takes a resource; `newest_first` says that an earlier one of the same id counts more.
    pub fn add(
        &mut self,
        what: What,
        meta: Meta,
        warnings: Vec<String>,
        full_url: &str,
        place: Place,
        newest_first: bool,
    ) -> usize {
        let kind = what.kind();
        let full_url = full_url.trim();
        let parsed = Url::read(full_url).filter(|url| url.kind == kind && !url.base.is_empty());
        let base = parsed.as_ref().map(|url| url.base.clone()).unwrap_or_default();
        let id = if meta.id.is_empty() { parsed.map(|url| url.id).unwrap_or_default() } else { meta.id.clone() };
        let at = self.nodes.len();
        let same = self.same(kind, &id, &base, full_url, place.file);
        self.nodes.push(Node { what, place, id, base, owner: None, warnings, meta, is_over: false, inner: Vec::new() });
        for other in same {
            self.keep_newer(other, at, newest_first);
        }
        self.index(at, full_url);
        at
    }

    /// Takes a resource that is contained in another one.
    pub fn add_contained(&mut self, owner: usize, what: What, meta: Meta, warnings: Vec<String>) {
        let at = self.nodes.len();
        let Some(node) = self.nodes.get_mut(owner) else { return };
        node.inner.push(at);
        let (place, base) = (node.place, node.base.clone());
        let id = meta.id.clone();
        self.nodes.push(Node {
            what,
            place,
            id,
            base,
            owner: Some(owner),
            warnings,
            meta,
            is_over: false,
            inner: Vec::new(),
        });
    }

    /// Resources of which a later version may have come: of the same full URL, or of the same id of the same server.
    fn same(&self, kind: &str, id: &str, base: &str, full_url: &str, file: usize) -> Vec<usize> {
        let is_urn = full_url.starts_with("urn:");
        let of_url = if is_urn { self.urls.get(&url_key(full_url)) } else { None };
        let of_id = if is_urn || id.is_empty() { None } else { self.ids.get(&format!("{kind}/{id}")) };
        let candidates = of_url.into_iter().chain(of_id).flatten().copied();
        let is_same = |at: &usize| {
            self.node(*at).is_some_and(|node| {
                let is_same_server = if is_urn {
                    node.what.kind() == kind && node.id == id
                } else {
                    url_key(&node.base) == url_key(base)
                };
                !node.is_over && is_same_server && (!base.is_empty() || node.place.file == file)
            })
        };
        candidates.filter(is_same).collect()
    }

    /// Of two versions the later one counts. Two people of one id are both kept, and neither is found by it.
    fn keep_newer(&mut self, old: usize, new: usize, newest_first: bool) {
        let (Some(a), Some(b)) = (self.node(old), self.node(new)) else { return };
        let by_time = a.meta.updated.zip(b.meta.updated).map(|(a, b)| b.cmp(&a)).filter(|order| order.is_ne());
        let order = by_time
            .or_else(|| a.meta.version.zip(b.meta.version).map(|(a, b)| b.cmp(&a)).filter(|order| order.is_ne()));
        let over = match (order, &a.what, &b.what) {
            (Some(order), _, _) => {
                if order.is_gt() {
                    old
                } else {
                    new
                }
            }
            (None, _, _) if newest_first => new,
            // Each entry of an appointment is looked at.
            (None, What::Appointment(_), _) => return,
            (None, What::Patient(a), What::Patient(b)) if !agree(a, b) => return,
            (None, _, _) => old,
        };
        if let Some(node) = self.nodes.get_mut(over) {
            node.is_over = true;
        }
    }

    fn index(&mut self, at: usize, full_url: &str) {
        let Some(node) = self.nodes.get(at) else { return };
        if !full_url.is_empty() {
            self.urls.entry(url_key(full_url)).or_default().push(at);
        }
        if !node.id.is_empty() {
            self.ids.entry(format!("{}/{}", node.what.kind(), node.id)).or_default().push(at);
        }
        if let What::Patient(patient) = &node.what {
            for identifier in &patient.identifiers {
                self.numbers.entry((identifier.system.clone(), identifier.value.clone())).or_default().push(at);
            }
        }
    }

    pub fn node(&self, at: usize) -> Option<&Node> {
        self.nodes.get(at)
    }

    pub fn patient(&self, at: usize) -> Option<&Patient> {
        match &self.node(at)?.what {
            What::Patient(patient) => Some(patient),
            _ => None,
        }
    }

    /// All that counts, by its place in the graph.
    pub fn alive(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| !node.is_over)
    }

    /// What `reference` points at, as the resource `from` says it.
    pub fn find(&self, reference: &Reference, from: usize) -> Result<usize, Lost> {
        let text = reference.reference.as_str();
        if let Some(local) = text.strip_prefix('#') {
            // An empty id is no one's.
            return if local.is_empty() { Err(Lost::Missing) } else { self.find_contained(local, from) };
        }
        if text.is_empty() {
            let number = reference.identifier.as_ref().ok_or(Lost::Missing)?;
            return self.one_of(self.numbers.get(number).map_or(&[], Vec::as_slice), |_| true);
        }
        // A contained resource of another one is not ours to see.
        if text.contains('#') {
            return Err(Lost::Missing);
        }
        // A conditional reference of a transaction.
        if let Some((_, query)) = text.split_once("Patient?") {
            let number = query.split('&').find_map(|part| part.strip_prefix("identifier=")).ok_or(Lost::Missing)?;
            let number = number.replace("%7C", "|").replace("%7c", "|");
            let (system, value) = number.split_once('|').unwrap_or(("", &number));
            return self
                .one_of(self.numbers.get(&(system.to_owned(), value.to_owned())).map_or(&[], Vec::as_slice), |_| true);
        }
        let file = self.node(from).map_or(0, |node| node.place.file);
        let of_url = self.urls.get(&url_key(text)).map_or(&[][..], Vec::as_slice);
        let found = self.first_of(of_url, [&|node: &Node| node.place.file == file, &|_: &Node| true]);
        if found != Err(Lost::Missing)
            && (text.contains(':') || self.node(from).is_none_or(|node| node.base.is_empty()))
        {
            return found;
        }
        self.find_by_id(reference, from, file)
    }

    fn find_by_id(&self, reference: &Reference, from: usize, file: usize) -> Result<usize, Lost> {
        let text = reference.reference.as_str();
        let url = match text.strip_prefix("urn:uuid:").or_else(|| text.strip_prefix("urn:oid:")) {
            Some(id) => Url { base: String::new(), kind: reference.kind.clone(), id: id.to_owned() },
            None if !text.contains('/') => {
                Url { base: String::new(), kind: reference.kind.clone(), id: text.to_owned() }
            }
            None => Url::read(text).ok_or(Lost::Missing)?,
        };
        let kinds: &[&str] = if url.kind.is_empty() {
            &["Patient", "Practitioner", "Location", "Organization"]
        } else {
            &[url.kind.as_str()]
        };
        let all: Vec<usize> =
            kinds.iter().filter_map(|kind| self.ids.get(&format!("{kind}/{}", url.id))).flatten().copied().collect();
        let base = if url.base.is_empty() {
            self.node(from).map(|node| node.base.clone()).unwrap_or_default()
        } else {
            url.base
        };
        let key = url_key(&base);
        let of_none = |node: &Node| node.base.is_empty();
        let near = |node: &Node| node.base.is_empty() && node.place.file == file;
        if base.is_empty() {
            self.first_of(&all, [&near as &dyn Fn(&Node) -> bool, &of_none, &|_: &Node| true])
        } else {
            self.first_of(&all, [&|node: &Node| !node.base.is_empty() && url_key(&node.base) == key, &near, &of_none])
        }
    }

    fn find_contained(&self, local: &str, from: usize) -> Result<usize, Lost> {
        let owner = self.node(from).and_then(|node| node.owner).unwrap_or(from);
        let inner = self.node(owner).map_or(&[][..], |node| node.inner.as_slice());
        let of_id = |at: &&usize| self.node(**at).is_some_and(|node| node.id.trim_start_matches('#') == local);
        let found: Vec<usize> = inner.iter().filter(of_id).copied().collect();
        self.one_of(&found, |_| true)
    }

    /// Of the first of the `tiers` that has any.
    fn first_of<const N: usize>(&self, all: &[usize], tiers: [&dyn Fn(&Node) -> bool; N]) -> Result<usize, Lost> {
        for tier in tiers {
            match self.one_of(all, tier) {
                Err(Lost::Missing) => {}
                found => return found,
            }
        }
        Err(Lost::Missing)
    }

    /// The last of those that count, if all of them may be one person.
    fn one_of(&self, all: &[usize], counts: impl Fn(&Node) -> bool) -> Result<usize, Lost> {
        let found = all.iter().copied().filter(|at| self.node(*at).is_some_and(|node| !node.is_over && counts(node)));
        let found: Vec<usize> = found.collect();
        let last = found.last().copied().ok_or(Lost::Missing)?;
        let is_one = |at: &usize| self.patient(*at).zip(self.patient(last)).is_none_or(|(a, b)| agree(a, b));
        if found.iter().all(is_one) { Ok(last) } else { Err(Lost::Ambiguous) }
    }

    /// Reads which patients were merged into which others; to be called when all resources are there.
    pub fn follow_links(&mut self) {
        let (mut replaced, mut lost) = (HashMap::new(), Vec::new());
        for (at, _) in self.alive().filter(|(_, node)| node.owner.is_none()) {
            for (kind, other) in self.patient(at).map_or(&[][..], |patient| &patient.links) {
                match (kind.as_str(), self.find(other, at)) {
                    ("replaced-by", Ok(other)) if other != at => {
                        replaced.insert(at, other);
                    }
                    ("replaced-by", Err(_)) => lost.push(at),
                    ("replaces", Ok(other)) if other != at => {
                        replaced.entry(other).or_insert(at);
                    }
                    _ => {}
                }
            }
        }
        lost.retain(|at| !replaced.contains_key(at));
        (self.replaced, self.replaced_by_nobody) = (replaced, lost);
    }

    /// The patient who remains of `at`. Of those who replace each other in a circle, the first.
    pub fn remaining(&self, at: usize) -> usize {
        let mut way = vec![at];
        let mut last = at;
        while let Some(next) = self.replaced.get(&last).copied().filter(|next| self.patient(*next).is_some()) {
            if let Some(start) = way.iter().position(|passed| *passed == next) {
                return way.into_iter().skip(start).min().unwrap_or(at);
            }
            way.push(next);
            last = next;
        }
        last
    }
}

/// An URL that ends in `Type/id`.
struct Url {
    base: String,
    kind: String,
    id: String,
}

impl Url {
    fn read(text: &str) -> Option<Self> {
        let plain = text
            .split("/_history")
            .next()
            .unwrap_or(text)
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .trim_end_matches('/');
        let (rest, id) = plain.rsplit_once('/')?;
        let (base, kind) = rest.rsplit_once('/').unwrap_or(("", rest));
        let lower = base.to_ascii_lowercase();
        let is_http = lower.starts_with("http://") || lower.starts_with("https://");
        Some(Self {
            base: if is_http { base.trim_end_matches('/').to_owned() } else { String::new() },
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
    }
}

/// What two spellings of one URL have in common: `http:` is `https:`, the name of a server has no case, a version is
/// not another thing.
fn url_key(url: &str) -> String {
    let plain = url.split("/_history").next().unwrap_or(url).trim_end_matches('/');
    let Some((scheme, rest)) = plain.split_once("://") else {
        return if plain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) {
            plain.to_ascii_lowercase()
        } else {
            plain.to_owned()
        };
    };
    let (server, path) = rest.split_once('/').unwrap_or((rest, ""));
    let scheme = if scheme.eq_ignore_ascii_case("https") { "http".to_owned() } else { scheme.to_ascii_lowercase() };
    format!("{scheme}://{}/{path}", server.to_ascii_lowercase())
}

/// Whether two records of one id may be one person: they have the birth date in common, or a name.
fn agree(a: &Patient, b: &Patient) -> bool {
    let name = |names: &[HumanName]| {
        let name = on_file(names, "").and_then(|at| names.get(at)).cloned().unwrap_or_default();
        fold_name(&format!(
            "{}{}{}",
            name.given.join(""),
            name.family,
            if name.family.is_empty() { name.text.as_str() } else { "" }
        ))
    };
    let (a_name, b_name) = (name(&a.names), name(&b.names));
    // What neither says is nothing that they have in common.
    (!a.birth_date.is_empty() && a.birth_date == b.birth_date) || (!a_name.is_empty() && a_name == b_name)
}
