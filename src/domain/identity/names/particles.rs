//! Small words of a name: those that are left out, or written together with what follows.

use super::super::fold::Spellings;
use super::{Given, is_one_of};

/// Middle names that half of all Vietnamese women and men share.
pub(super) fn is_filler(word: &Given) -> bool {
    matches!(&*word.dropped, ['t', 'h', 'i'] | ['v', 'a', 'n'])
}

/// What remains of a last name into which a particle has grown.
pub(super) fn without_glued_particle(word: &str) -> Option<&str> {
    ["delas", "delos", "dela", "vanden", "vander", "vonder"]
        .iter()
        .find_map(|particle| word.strip_prefix(particle))
        .filter(|rest| rest.len() > 3)
}

/// Articles after Abd, with the sound that the next word makes of them: Abd ar-Rahman.
const ARTICLES: &str =
    "al el ul il ol ar er ur ir as es us is an en un in at et ut ad ed ud id az ez uz iz ash esh ush adh udh ath uth";

/// Abdurrahman, Abd al-Rahman, Abdel Rahman and Abdur Rahman are one name: each becomes `abdul rahman`. `None` if there
/// is none.
pub(super) fn servant_of(words: &[&Spellings]) -> Option<Vec<Spellings>> {
    let mut of = Vec::with_capacity(words.len() + 1);
    let mut any = false;
    let mut rest = words.iter().copied().peekable();
    while let Some(word) = rest.next() {
        let Some(after) = word.dropped.strip_prefix("abd") else {
            of.push(word.clone());
            continue;
        };
        let is_bare = after.is_empty()
            || is_one_of(ARTICLES, after)
            || matches!(after, "u" | "oul" | "ool" | "our" | "ous" | "oun");
        if is_bare && rest.peek().is_some() {
            // Abd al Rahman, Abdur Rahman.
            if after.is_empty() {
                rest.next_if(|next| is_one_of(ARTICLES, &next.dropped));
            }
            any = true;
            of.push(Spellings::of("abdul"));
        } else if let Some(name) = served(after) {
            any = true;
            of.extend([Spellings::of("abdul"), Spellings::of(name)]);
        } else {
            of.push(word.clone());
        }
    }
    any.then_some(of)
}

/// What follows Abd and its article in one word: `urrahman` is `rahman`. `None` for Abdullah, which no one parts, and
/// for Abdou.
fn served(after: &str) -> Option<&str> {
    let vowels = after.find(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u'))?;
    let rest = after.get(vowels..)?;
    let name = if let Some(name) = rest.strip_prefix('l') {
        name
    } else if let Some(name) = rest.strip_prefix("sh").filter(|name| name.starts_with("sh")) {
        name
    } else {
        // The article sounds as the word begins: two of its letter, or one.
        let (first, name) = (rest.chars().next()?, rest.get(1..).unwrap_or_default());
        if name.starts_with(first) { name } else { rest }
    };
    let is_name = name.len() > 2 && vowels > 0 && !(name.starts_with("la") && name.len() < 5);
    is_name.then_some(name)
}

/// Saint is mostly written short.
pub(super) fn saint(word: Spellings) -> Spellings {
    match word.dropped.as_str() {
        "saint" => Spellings::of("st"),
        "sainte" => Spellings::of("ste"),
        _ => word,
    }
}
