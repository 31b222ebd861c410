//! Names as cards write them: with commas, with spaces alone, in either order, with words where there is no name.

/// What cards say where there is nothing to say.
const NOTHING: [&str; 7] = ["NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A", "UNK", "UNKNOWN"];
/// What is written for a name that someone does not have: first, last or middle name unknown, or none.
const NO_NAME: [&str; 12] =
    ["FNU", "LNU", "NFN", "NLN", "NMN", "NMI", "XXX", "XXXX", "XXXXX", "NO NAME", "NO FIRST NAME", "NO LAST NAME"];
/// What stands after a name and is none.
const SUFFIXES: [&str; 17] = [
    "JR", "SR", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "1ST", "2ND", "3RD", "4TH", "5TH", "JUNIOR", "SENIOR",
];
/// Small words that belong to the last name after them.
const PARTICLES: &str = "DE LA DEL DELA DA DO DOS DAS DI DU DES LE LOS LAS VAN VON VANDER DER DEN TER TEN ZU AL EL BIN \
                         IBN ABU ST SAN SANTA MC MAC";

/// Last name and first first name, as one way to read a card has them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading<'a> {
    pub(super) family: &'a str,
    pub(super) given: &'a str,
}

impl<'a> Reading<'a> {
    /// Without what is no name; `None` if nothing is left. Anyone with one name has it as last name, in whichever place
    /// it stood.
    pub(super) fn settled(&self) -> Option<Self> {
        let name_in = |text: &'a str| Some(bare(text)).filter(|name| !is_nothing(name));
        match (name_in(self.family), name_in(self.given)) {
            (Some(family), given) => Some(Self { family, given: given.unwrap_or_default() }),
            (None, Some(family)) => Some(Self { family, given: "" }),
            (None, None) => None,
        }
    }
}

/// Whether this is a word for "nothing".
pub(super) fn says_nothing(value: &str) -> bool {
    value.is_empty() || NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Whether this is no name: a word for "nothing" or for a name that is not known, perhaps said twice, or no word at
/// all.
fn is_nothing(name: &str) -> bool {
    let is_no_name = |name: &str| says_nothing(name) || NO_NAME.iter().any(|word| name.eq_ignore_ascii_case(word));
    is_no_name(name) || !name.contains(char::is_alphabetic) || name.split(is_between_names).map(bare).all(is_no_name)
}

/// The first first name: as it stands in an element of its own, else the first of all of them.
pub(super) fn first_given<'a>(first: Option<&'a str>, all: Option<&'a str>) -> &'a str {
    first
        .map(bare)
        .filter(|name| !is_nothing(name))
        .or_else(|| all?.split(is_between_names).map(bare).find(|name| !name.is_empty()))
        .unwrap_or_default()
}

/// Versions 02 and 03 want a comma between first names, and cards have spaces; magnetic stripes have `$`.
fn is_between_names(mark: char) -> bool {
    matches!(mark, ',' | '$' | '@' | ' ')
}

/// A name or date without the marks that some cards leave at its ends, and what scanners write for a line end.
pub(super) fn bare(name: &str) -> &str {
    const MARKS: &str = "|~^#;:\\_*+=<>{}[]\"";
    name.trim_matches(|mark: char| is_between_names(mark) || mark.is_whitespace() || MARKS.contains(mark))
}

/// The readings of a whole name, the likeliest first: `LAST,FIRST,MIDDLE` or `LAST, FIRST MIDDLE`; with spaces alone,
/// in which order depends on the issuer, and how many words the last name has is not said.
pub(super) fn readings(whole: &str, is_first_name_first: bool) -> Vec<Reading<'_>> {
    let whole = without_suffix(bare(whole));
    if let Some((family, rest)) = whole.split_once([',', '$', '@']) {
        return vec![Reading { family, given: first_given(None, Some(rest)) }];
    }
    let mut all = Vec::new();
    if !is_first_name_first {
        all.extend(last_name_first(whole));
    }
    all.extend(first_name_first(whole));
    if all.is_empty() {
        all.push(Reading { family: whole, given: "" });
    }
    all
}

/// `LAST FIRST MIDDLE`: the last name has one word or two, and small words before it.
fn last_name_first(whole: &str) -> Vec<Reading<'_>> {
    let gaps = gaps(whole);
    let particles = whole.split_whitespace().take_while(|word| is_particle(word)).count();
    let cut = |at: usize| {
        let (family, rest) = whole.split_at_checked(*gaps.get(at)?)?;
        Some(Reading { family, given: first_given(None, Some(rest)) })
    };
    let fewest = particles.min(gaps.len().saturating_sub(1));
    (fewest..fewest + 2).filter_map(cut).collect()
}

/// `FIRST MIDDLE LAST`: as before, from the other end.
fn first_name_first(whole: &str) -> Vec<Reading<'_>> {
    let gaps = gaps(whole);
    let given = first_given(None, Some(whole));
    let particles = whole.split_whitespace().rev().skip(1).take_while(|word| is_particle(word)).count();
    let cut = |back: usize| {
        let at = gaps.len().checked_sub(back + 1)?;
        Some(Reading { family: whole.get(*gaps.get(at)?..)?, given })
    };
    let fewest = particles.min(gaps.len().saturating_sub(1));
    (fewest..fewest + 2).filter_map(cut).collect()
}

/// Where a word ends and another one follows.
fn gaps(name: &str) -> Vec<usize> {
    let is_end = |at: &usize| name.get(..*at).is_some_and(|before| !before.ends_with(' '));
    name.match_indices(' ').map(|(at, _)| at).filter(is_end).collect()
}

fn is_particle(word: &str) -> bool {
    PARTICLES.split(' ').any(|particle| word.eq_ignore_ascii_case(particle))
}

/// A whole name without the suffix at its end, as long as two words are left.
fn without_suffix(mut whole: &str) -> &str {
    while let Some((before, last)) = whole.rsplit_once([' ', ',', '$']) {
        let last = last.trim_end_matches('.');
        let is_suffix = last.is_empty() || SUFFIXES.iter().any(|suffix| last.eq_ignore_ascii_case(suffix));
        let before = before.trim_end();
        if !is_suffix || !bare(before).contains(is_between_names) {
            break;
        }
        whole = before;
    }
    whole
}
