//! Who names whom, by resolving every path of the source: `use` trees with their groups, re-exports, and paths inside
//! macros.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use super::{files, root};

/// A module by its path inside the crate: `["desk", "page", "list"]`.
type Module = Vec<String>;

/// What one module says.
struct Said {
    /// Everything that it names, from the root of the crate.
    names: BTreeSet<Module>,
    /// Where other paths begin: other crates, and its own types.
    elsewhere: BTreeSet<String>,
    /// What it offers under a name of its own, and where that is from.
    offers: BTreeMap<String, Module>,
    /// The modules of which it offers everything.
    offers_all_of: Vec<Module>,
    /// Names of its own types, functions and constants.
    own: BTreeSet<String>,
}

/// Every module of the crate with what it names, resolved to modules.
pub struct Graph {
    modules: BTreeMap<Module, Said>,
    /// Which modules a module names.
    pub arrows: BTreeMap<Module, BTreeSet<Module>>,
}

impl Graph {
    /// The modules that name this crate, by any path, an alias or what a macro is given.
    pub fn naming_crate(&self, name: &str) -> Vec<&Module> {
        self.modules.iter().filter(|(_, said)| said.elsewhere.contains(name)).map(|(module, _)| module).collect()
    }
}

/// A module as people write it.
pub fn shown(module: &[String]) -> String {
    module.join("/")
}

/// The folder that a module's file is in: that of `desk/page/list.rs` and of `desk/page/mod.rs` is `desk/page`.
pub fn folder(module: &[String]) -> Module {
    let as_folder = root().join("src").join(module.join("/"));
    let length = if as_folder.join("mod.rs").exists() { module.len() } else { module.len().saturating_sub(1) };
    module.iter().take(length).cloned().collect()
}

impl Graph {
    /// Reads the whole source.
    pub fn read() -> Self {
        let src = root().join("src");
        let bin = src.join("bin");
        let paths: Vec<_> = files(&src, "rs").into_iter().filter(|path| !path.starts_with(&bin)).collect();
        let known: BTreeSet<Module> = paths.iter().map(|path| module_of(path.strip_prefix(&src).unwrap())).collect();
        let mut modules = BTreeMap::new();
        for path in &paths {
            let module = module_of(path.strip_prefix(&src).unwrap());
            if module.last().is_some_and(|name| name == "tests") {
                continue;
            }
            let file = syn::parse_file(&fs::read_to_string(path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let said = Said::of(&module, file.items, &known);
            modules.insert(module, said);
        }
        let mut graph = Self { modules, arrows: BTreeMap::new() };
        for (module, said) in &graph.modules {
            let named =
                said.names.iter().filter_map(|name| graph.home_of(name, 0)).filter(|home| home != module).collect();
            graph.arrows.insert(module.clone(), named);
        }
        graph
    }

    /// The module in which a name is at home, behind whatever offers it under another one.
    fn home_of(&self, name: &[String], depth: usize) -> Option<Module> {
        if depth > 8 {
            return None;
        }
        let length =
            (0..=name.len()).rev().find(|length| self.modules.contains_key(name.get(..*length).unwrap_or_default()))?;
        let (module, rest) = name.split_at(length);
        let said = self.modules.get(module)?;
        if let Some(first) = rest.first() {
            if let Some(from) = said.offers.get(first) {
                // The rows that a capability reads are part of what it offers.
                let is_capability = module.len() == 3 && module.starts_with(&["desk".to_owned(), "service".to_owned()]);
                return if is_capability { Some(module.to_vec()) } else { self.home_of(from, depth + 1) };
            }
            if !said.own.contains(first)
                && let Some(from) = said
                    .offers_all_of
                    .iter()
                    .find(|from| self.modules.get(*from).is_some_and(|of| of.own.contains(first)))
            {
                return Some(from.clone());
            }
        }
        Some(module.to_vec())
    }
}

fn module_of(inside: &Path) -> Module {
    let mut module: Module =
        inside.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

/// Whether a part of a file is compiled for tests alone.
fn is_for_tests(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        _ => return false,
    };
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") && attribute.to_token_stream().to_string().contains("test"))
}

impl Said {
    fn of(module: &[String], items: Vec<Item>, known: &BTreeSet<Module>) -> Self {
        let mut said = Self {
            names: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
            offers: BTreeMap::new(),
            offers_all_of: Vec::new(),
            own: BTreeSet::new(),
        };
        let mut aliases: BTreeMap<String, Module> = BTreeMap::new();
        let mut rest = TokenStream::new();
        for item in items.into_iter().filter(|item| !is_for_tests(item)) {
            if let Item::Use(uses) = &item {
                let is_offered = !matches!(uses.vis, Visibility::Inherited);
                for (path, alias) in leaves(&uses.tree, &[]) {
                    let Some(name) = from_root(module, &path, known) else {
                        said.elsewhere.extend(path.into_iter().next());
                        continue;
                    };
                    said.names.insert(name.clone());
                    if alias == "*" {
                        said.offers_all_of.push(name);
                        continue;
                    }
                    if is_offered {
                        said.offers.insert(alias.clone(), name.clone());
                    }
                    aliases.insert(alias, name);
                }
                continue;
            }
            said.own.extend(name_of(&item));
            item.to_tokens(&mut rest);
        }
        for path in paths_in(rest) {
            let aliased = path
                .split_first()
                .and_then(|(first, more)| aliases.get(first).map(|of| [of.as_slice(), more].concat()));
            match aliased.or_else(|| from_root(module, &path, known)) {
                Some(name) => {
                    said.names.insert(name);
                }
                None => said.elsewhere.extend(path.into_iter().next()),
            }
        }
        said
    }
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

/// The paths of a `use`, each with the name under which it is known from there on.
fn leaves(tree: &UseTree, before: &[String]) -> Vec<(Vec<String>, String)> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &[before, &[path.ident.to_string()]].concat()),
        UseTree::Name(name) if name.ident == "self" => {
            vec![(before.to_vec(), before.last().cloned().unwrap_or_default())]
        }
        UseTree::Name(name) => vec![([before, &[name.ident.to_string()]].concat(), name.ident.to_string())],
        UseTree::Rename(rename) => vec![([before, &[rename.ident.to_string()]].concat(), rename.rename.to_string())],
        UseTree::Glob(_) => vec![(before.to_vec(), "*".to_owned())],
        UseTree::Group(group) => group.items.iter().flat_map(|item| leaves(item, before)).collect(),
    }
}

/// A path from the root of the crate; none if it leads out of it.
fn from_root(module: &[String], path: &[String], known: &BTreeSet<Module>) -> Option<Module> {
    let (first, mut rest) = path.split_first()?;
    let mut base = match first.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module.split_last()?.1.to_vec(),
        child => {
            let inside = [module, &[child.to_owned()]].concat();
            return known.contains(&inside).then(|| [inside.as_slice(), rest].concat());
        }
    };
    while let Some((next, more)) = rest.split_first()
        && next == "super"
    {
        base.pop()?;
        rest = more;
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

/// Every path of at least two names, also inside macros. Where something may be seen from (`pub(in crate::desk)`) names
/// nobody.
fn paths_in(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    let mut is_in = false;
    let mut end = |path: &mut Vec<String>, colons: &mut usize| {
        if path.len() > 1 {
            found.push(std::mem::take(path));
        }
        path.clear();
        *colons = 0;
    };
    let mut inside = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    end(&mut path, &mut colons);
                }
                colons = 0;
                if name == "in" && path.is_empty() {
                    is_in = true;
                    continue;
                }
                path.push(name.to_string());
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => colons += 1,
            TokenTree::Group(group) => {
                end(&mut path, &mut colons);
                inside.push(group.stream());
            }
            _ => end(&mut path, &mut colons),
        }
    }
    if !is_in {
        end(&mut path, &mut colons);
    }
    found.extend(inside.into_iter().flat_map(paths_in));
    found
}
