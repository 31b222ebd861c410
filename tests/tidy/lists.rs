//! Lists that the compiler does not complete: a value that was added to an enum and forgotten here would be missing in
//! silence.

use std::collections::BTreeSet;
use std::fs;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{ImplItem, Item, Type};

use super::{files, root, show};

/// Every name in some tokens.
fn names_in(tokens: TokenStream) -> BTreeSet<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(name) => BTreeSet::from([name.to_string()]),
            TokenTree::Group(group) => names_in(group.stream()),
            _ => BTreeSet::new(),
        })
        .collect()
}

#[test]
fn an_enum_that_lists_its_values_lists_all_of_them() {
    let mut lists = 0;
    let mut missing = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let items = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap().items;
        let enums = items.iter().filter_map(|item| match item {
            Item::Enum(found) => Some(found),
            _ => None,
        });
        for of in enums {
            let constants = items.iter().filter_map(|item| match item {
                Item::Impl(found) if matches!(&*found.self_ty, Type::Path(path) if path.path.is_ident(&of.ident)) => {
                    Some(&found.items)
                }
                _ => None,
            });
            let all = constants.flatten().find_map(|item| match item {
                ImplItem::Const(constant) if constant.ident == "ALL" => Some(constant.expr.to_token_stream()),
                _ => None,
            });
            let Some(listed) = all.map(names_in) else { continue };
            lists += 1;
            let forgotten = of.variants.iter().filter(|variant| !listed.contains(&variant.ident.to_string()));
            missing
                .extend(forgotten.map(|variant| format!("{}: {}::ALL lacks {}", show(&path), of.ident, variant.ident)));
        }
    }
    assert!(lists > 5, "only {lists} lists were found: what does this test look for?");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The values of an enum in `ui/values.slint`.
fn values_of(name: &str) -> Vec<String> {
    let values = fs::read_to_string(root().join("ui/values.slint")).unwrap();
    let (_, after) = values.split_once(&format!("export enum {name} {{")).unwrap();
    let (listed, _) = after.split_once('}').unwrap();
    let listed = listed.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    listed.filter_map(|line| line.strip_suffix(',')).map(str::to_owned).collect()
}

/// Whether a text has this name whole: `Why.other` is not in `Why.other-day`.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let next = text.as_bytes().get(at + name.len()).copied().unwrap_or_default();
        !next.is_ascii_alphanumeric() && next != b'-'
    })
}

#[test]
fn the_page_has_words_of_its_own_for_every_reason() {
    let words = fs::read_to_string(root().join("ui/words.slint")).unwrap();
    let values = values_of("Why");
    assert!(values.len() > 20, "{values:?}");
    for value in values.iter().filter(|value| *value != "none") {
        assert!(names(&words, &format!("Why.{value}")), "ui/words.slint says nothing of its own for {value}");
    }
}

#[test]
fn every_page_is_shown_and_looked_at() {
    let app = fs::read_to_string(root().join("ui/app.slint")).unwrap();
    let sample = fs::read_to_string(root().join("tests/pages/sample.rs")).unwrap();
    let values = values_of("Page");
    assert!(values.len() > 40, "{values:?}");
    for value in &values {
        let in_rust: String = value.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        assert!(names(&app, &format!("Page.{value}")), "ui/app.slint shows nothing for {value}");
        let is_looked_at = ["usual", "but"].iter().any(|row| names(&sample, &format!("{row}(Page::{in_rust}")));
        assert!(is_looked_at, "tests/pages/sample.rs looks at no {value}");
    }
}

#[test]
fn every_figure_of_the_report_is_explained() {
    let docs = fs::read_to_string(root().join("docs/reports.md")).unwrap();
    let mut figures = 0;
    for path in files(&root().join("src/domain/report"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        let codes = ["code: \"", "counted(\""].into_iter().flat_map(|begin| text.split(begin).skip(1));
        for code in codes.filter_map(|rest| rest.split('"').next()) {
            figures += 1;
            assert!(docs.contains(&format!("`{code}`")), "docs/reports.md does not say what {code} counts");
        }
    }
    assert!(figures > 10, "only {figures} figures were found: what does this test look for?");
}
