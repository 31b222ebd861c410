//! Which of someone's names is the one on file, and which others they may give.
//!
//! Invariants: a name that is over, or was theirs by birth alone, is on file only if there is no other; an anonymous
//! one never is.

use super::super::draft::{Draft, FIELD_CHARS_MAX, OTHER_NAMES_MAX};
use super::resource::HumanName;
use crate::domain::identity::fold_name;

/// What stands before or after a whole name and is none of it.
const TITLES: [&str; 24] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "fr", "sir", "jr", "sr", "ii", "iii", "iv", "md", "do",
    "phd", "rn", "np", "pa", "dds", "esq", "dpm",
];

/// A name in its two parts; either may be missing.
#[derive(Default, PartialEq, Eq)]
struct Parts {
    given: String,
    family: String,
}

/// Puts the name on file and the others into `draft`, as they count on `day`.
pub(super) fn put_names(draft: &mut Draft, names: &[HumanName], day: &str) {
    let Some(at) = on_file(names, day) else { return };
    let (mut given, mut family) = (Vec::new(), Vec::new());
    for (i, name) in names.iter().enumerate().filter(|(_, name)| name.usage != "anonymous") {
        let parts = parts(name);
        let is_text_alone = name.family.trim().is_empty() && name.given.is_empty();
        if i == at {
            if is_text_alone {
                // No one said which word is which: the whole of it may be given too.
                let whole = untitled(&name.text, &name.prefix, &name.suffix).join(" ");
                given.push(whole.clone());
                family.push(whole);
            }
            draft.given_name = parts.given;
            draft.family_name = parts.family;
        // An initial is no last name that anyone gives.
        } else if !is_text_alone || parts.family.trim_end_matches('.').chars().nth(1).is_some() {
            given.push(parts.given);
            family.push(parts.family);
        }
    }
    draft.other_given_names = joined(given.into_iter());
    draft.other_family_names = joined(family.into_iter());
}

/// The name that someone has on `day`, in full.
pub(super) fn shown_name(names: &[HumanName], day: &str) -> String {
    on_file(names, day).and_then(|at| names.get(at)).map(full_name).unwrap_or_default()
}

/// Which of someone's names is the one on file on `day`: the official one, else the usual one, else one without a use,
/// else another; of those that are over the last, if there is no other.
pub(super) fn on_file(names: &[HumanName], day: &str) -> Option<usize> {
    let usable =
        || names.iter().enumerate().filter(|(_, name)| name.usage != "anonymous" && parts(name) != Parts::default());
    let rank = |name: &HumanName| match name.usage.as_str() {
        "official" => 0,
        "usual" => 1,
        "" => 2,
        "nickname" | "temp" => 4,
        "old" | "maiden" => 5,
        _ => 3,
    };
    let is_now = |name: &HumanName| !matches!(name.usage.as_str(), "old" | "maiden") && name.period.has(day);
    let now = usable().filter(|(_, name)| is_now(name)).min_by_key(|(_, name)| rank(name));
    let best =
        now.or_else(|| usable().min_by_key(|(_, name)| (rank(name), std::cmp::Reverse(name.period.end.clone()))));
    best.map(|(at, _)| at)
}

/// What someone is called on `day`, if a name beside the one on file says so.
pub(super) fn called(names: &[HumanName], day: &str) -> String {
    let at = on_file(names, day);
    let called = |usage: &str| {
        let mut others =
            names.iter().enumerate().filter(|(i, name)| Some(*i) != at && name.usage == usage && name.period.has(day));
        others.find(|(_, name)| !name.given.is_empty()).map(|(_, name)| &name.given)
    };
    let Some(given) = called("usual").or_else(|| called("nickname")) else { return String::new() };
    // Anyone who is called by all names on file is called by the first: so would they be without saying it.
    let is_on_file = at.and_then(|at| names.get(at)).is_some_and(|name| name.given == *given);
    if is_on_file { given.first().cloned().unwrap_or_default() } else { given.join(" ") }
}

/// A name on one line, with what stands before it.
pub(super) fn full_name(name: &HumanName) -> String {
    if (name.family.is_empty() || name.given.is_empty()) && !name.text.is_empty() {
        return name.text.clone();
    }
    let parts = name.prefix.iter().chain(name.given.first()).chain(std::iter::once(&name.family));
    parts.map(String::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The parts of a name; of a text alone, what stands before a comma or else the last word is the last name.
fn parts(name: &HumanName) -> Parts {
    let (given, family) = (name.given.join(" ").trim().to_owned(), name.family.trim().to_owned());
    match (given.is_empty(), family.is_empty()) {
        (true, true) => {}
        // One part alone: the whole text may say the other one.
        (true, false) => return Parts { given: rest_of(name, &family), family },
        (false, true) => return Parts { family: rest_of(name, &given), given },
        (false, false) => return Parts { given, family },
    }
    let is_title = |part: &str| untitled(part, &name.prefix, &name.suffix).is_empty();
    let mut commas = name.text.split([',', '、', '،']).map(str::trim).filter(|part| !is_title(part));
    let (first, rest) = (commas.next().unwrap_or_default(), commas.collect::<Vec<_>>().join(" "));
    let words = untitled(first, &name.prefix, &name.suffix);
    if !rest.is_empty() {
        return Parts { given: untitled(&rest, &name.prefix, &name.suffix).join(" "), family: words.join(" ") };
    }
    match words.split_last() {
        Some((last, before)) => Parts { given: before.join(" "), family: (*last).to_owned() },
        None => Parts::default(),
    }
}

/// What the whole text of a name says besides `known`, if that begins or ends it.
fn rest_of(name: &HumanName, known: &str) -> String {
    let words = untitled(&name.text, &name.prefix, &name.suffix);
    let folded: Vec<String> = words.iter().map(|word| fold_name(word)).collect();
    let known: Vec<String> = known.split_whitespace().map(fold_name).collect();
    let count = words.len().saturating_sub(known.len());
    let rest = if folded.ends_with(&known) {
        words.get(..count)
    } else {
        words.get(known.len()..).filter(|_| folded.starts_with(&known))
    };
    rest.unwrap_or_default().join(" ").trim_matches(|c: char| c == ',' || c.is_whitespace()).to_owned()
}

/// The words of a whole name without titles.
fn untitled<'n>(text: &'n str, prefix: &[String], suffix: &[String]) -> Vec<&'n str> {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let own: Vec<String> = prefix.iter().chain(suffix).flat_map(|part| part.split_whitespace()).map(plain).collect();
    let is_title = |word: &&str| {
        let word = word.replace('.', "");
        let word = plain(&word);
        word.is_empty() || TITLES.contains(&word.as_str()) || own.contains(&word)
    };
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    // Titles stand at the ends: "Do" in the middle is a name.
    let start = words.iter().position(|word| !is_title(word)).unwrap_or(words.len());
    let end = words.iter().rposition(|word| !is_title(word)).map_or(start, |at| at + 1);
    words.get(start..end).unwrap_or_default().to_vec()
}

/// Names as a CSV column has them. A semicolon or a control character within a name is none of its letters. The first
/// of each spelling count, as many as one may have: an old name never costs someone their appointment.
fn joined(names: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut spellings = Vec::new();
    for name in names.map(|name| name.replace(|c: char| c == ';' || c.is_control(), " ").trim().to_owned()) {
        let folded = fold_name(&name);
        let spelling = if folded.is_empty() { name.clone() } else { folded };
        let is_name = !name.is_empty() && name.chars().count() <= FIELD_CHARS_MAX;
        if is_name && kept.len() < OTHER_NAMES_MAX && !spellings.contains(&spelling) {
            kept.push(name);
            spellings.push(spelling);
        }
    }
    kept.join(";")
}
