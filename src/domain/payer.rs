//! Who pays: the clinic's list of payers, finding one by what people call it, and the shape of its member numbers.
//!
//! Invariant: a number that looks odd is never refused here; it is a doubt that the patient may overrule.

use serde::{Deserialize, Serialize};

use super::contact::digit_of;
use super::identity::{fold_name, is_hyphen, is_one_slip, words};
use super::private::Private;

/// One payer that the clinic deals with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payer {
    /// Its name in data, each once.
    pub code: String,
    /// What is printed on its cards.
    pub name: String,
    /// What people call it besides, such as `Blue Cross`.
    pub also: Vec<String>,
    /// What its member numbers look like: `mbi`, `nhs-number`, `ontario-health-card`, or a pattern in which `9` is a
    /// digit, `A` a letter, `*` either, and everything else itself. Empty: anything.
    pub member_id: String,
    /// A number that looks right, for the page. Empty: the pattern's own example.
    pub example: String,
}

/// What a clinic asks of insurance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InsuranceSettings {
    /// Whether it is asked about at all.
    pub ask: bool,
    /// Every payer. With exactly one, as where there is a national number, no one is asked for the payer.
    pub payers: Vec<Payer>,
    /// A card that ends within this many days is marked for the desk.
    pub ends_soon_days: u16,
}

impl Default for InsuranceSettings {
    fn default() -> Self {
        Self { ask: true, payers: Vec::new(), ends_soon_days: 30 }
    }
}

impl InsuranceSettings {
    /// The payer of exactly this name, or that people call so; case, accents and spaces do not count.
    #[must_use]
    pub fn payer_called(&self, name: &str) -> Option<&Payer> {
        let wanted = fold_name(name);
        let is = |text: &str| !wanted.is_empty() && fold_name(text) == wanted;
        let by_name = self.payers.iter().find(|payer| is(&payer.name));
        by_name.or_else(|| self.payers.iter().find(|payer| payer.also.iter().any(|text| is(text))))
    }
}

/// Why a member number does not look right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberDoubt {
    /// Not as this payer's numbers look.
    Shape,
    /// It has a letter that this kind of number never has, because it is taken for a digit.
    Letter,
    /// One character is wrong or two are swapped: the check digit says so.
    CheckDigit,
}

/// Shorter words are a slip away from too many others.
const SLIP_LETTERS_MIN: usize = 4;
/// No number on a card is longer.
const MEMBER_ID_CHARS_MAX: usize = 64;

/// How well something typed fits what a payer is called, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Name,
    BeginningOfName,
    Also,
    BeginningOfAlso,
    SlipInName,
    SlipInAlso,
}

/// The payers that what was typed may mean, best first; every one in the list's order if nothing is typed.
///
/// Every word that was typed begins a word of the name or of what people call it besides, in any order; case and
/// accents do not count, nor does one slip in a word of four letters or more.
#[must_use]
pub fn search<'a>(payers: &'a [Payer], typed: &str) -> Vec<&'a Payer> {
    let typed: Vec<String> = words(typed).map(fold_name).filter(|word| !word.is_empty()).collect();
    if typed.is_empty() {
        return payers.iter().collect();
    }
    let mut found: Vec<(Fit, Vec<Fit>, &Payer)> = payers
        .iter()
        .filter_map(|payer| {
            let fits = payer.fits(&typed)?;
            Some((fits.iter().copied().max()?, fits, payer))
        })
        .collect();
    // Stable: among equals the list's order stays.
    found.sort_by(|(worst, fits, _), (other_worst, other_fits, _)| (worst, fits).cmp(&(other_worst, other_fits)));
    found.into_iter().map(|(_, _, payer)| payer).collect()
}

impl Payer {
    /// How each typed word fits; none if one of them does not.
    fn fits(&self, typed: &[String]) -> Option<Vec<Fit>> {
        // Also written as one word: `bluecross`.
        let called = |text: &str| {
            words(text).map(fold_name).chain([fold_name(text)]).filter(|word| !word.is_empty()).collect::<Vec<_>>()
        };
        let name = called(&self.name);
        let also: Vec<String> = self.also.iter().flat_map(|text| called(text)).collect();
        typed.iter().map(|word| fit(word, &name, &also)).collect()
    }

    /// A member number as it is kept: without what only makes it easier to read.
    ///
    /// # Errors
    /// Why it does not look like one of this payer's.
    pub fn member_id(&self, typed: &str) -> Result<Private, MemberDoubt> {
        let Some(format) = Format::of(&self.member_id) else {
            // What the configuration got wrong is not the patient's fault.
            return Ok(Private::from(typed.trim()));
        };
        if format == Format::Anything {
            return Ok(Private::from(typed.trim()));
        }
        let plain: Vec<char> = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !is_hyphen(*c))
            .map(|c| digit_of(c).unwrap_or_else(|| c.to_ascii_uppercase()))
            .take(MEMBER_ID_CHARS_MAX + 1)
            .collect();
        let kept = match format {
            Format::Anything => None,
            Format::Mbi => return mbi(&plain),
            Format::NhsNumber => return nhs_number(&plain),
            Format::OntarioHealthCard => return ontario_health_card(&plain),
            Format::Pattern(pattern) => written_as(pattern, &plain),
        };
        kept.map(Private::new).ok_or(MemberDoubt::Shape)
    }

    /// A number that looks right; empty if there is no pattern.
    #[must_use]
    pub fn example(&self) -> String {
        if !self.example.trim().is_empty() {
            return self.example.trim().to_owned();
        }
        match Format::of(&self.member_id) {
            None | Some(Format::Anything) => String::new(),
            // The sample on CMS's own picture of a Medicare card.
            Some(Format::Mbi) => "1EG4-TE5-MK73".to_owned(),
            // Numbers that begin with 999 are never given to anyone.
            Some(Format::NhsNumber) => "999 012 3454".to_owned(),
            Some(Format::OntarioHealthCard) => "1234 567 897 AB".to_owned(),
            Some(Format::Pattern(pattern)) => example_of(pattern),
        }
    }
}

fn fit(typed: &str, name: &[String], also: &[String]) -> Option<Fit> {
    let is = |word: &String| word == typed;
    let begins = |word: &String| word.starts_with(typed);
    let slips = |word: &String| is_slip_in_beginning(typed, word);
    if name.iter().any(is) {
        Some(Fit::Name)
    } else if name.iter().any(begins) {
        Some(Fit::BeginningOfName)
    } else if also.iter().any(is) {
        Some(Fit::Also)
    } else if also.iter().any(begins) {
        Some(Fit::BeginningOfAlso)
    } else if name.iter().any(slips) {
        Some(Fit::SlipInName)
    } else if also.iter().any(slips) {
        Some(Fit::SlipInAlso)
    } else {
        None
    }
}

/// Whether one slip makes a beginning of the word, or all of it, of what was typed.
fn is_slip_in_beginning(typed: &str, word: &str) -> bool {
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    if typed.len() < SLIP_LETTERS_MIN || word.len() < SLIP_LETTERS_MIN {
        return false;
    }
    let beginnings = [typed.len().saturating_sub(1), typed.len(), typed.len() + 1];
    beginnings.iter().filter_map(|letters| word.get(..*letters)).any(|beginning| is_one_slip(&typed, beginning))
}

/// What member numbers look like, as [`Payer::member_id`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format<'a> {
    Anything,
    Mbi,
    NhsNumber,
    OntarioHealthCard,
    Pattern(&'a str),
}

impl<'a> Format<'a> {
    fn of(text: &'a str) -> Option<Self> {
        Some(match text {
            "" => Self::Anything,
            "mbi" => Self::Mbi,
            "nhs-number" => Self::NhsNumber,
            "ontario-health-card" => Self::OntarioHealthCard,
            // Numbers are kept in capital letters, so a small one in a pattern could never be met: that is a name with
            // a slip in it.
            pattern
                if pattern.contains(['9', 'A', '*'])
                    && pattern.len() <= MEMBER_ID_CHARS_MAX
                    && !pattern.contains(is_no_place) =>
            {
                Self::Pattern(pattern)
            }
            _ => return None,
        })
    }
}

fn is_no_place(c: char) -> bool {
    c.is_lowercase() || c.is_control() || !c.is_ascii()
}

/// A format of member numbers that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected mbi, nhs-number, ontario-health-card, or a pattern of 9 (a digit), \
     A (a letter) and * (either), found {0:?}"
)]
pub struct UnknownFormat(pub String);

/// Whether a payer may be configured with this format of member numbers.
///
/// # Errors
/// A sentence that says what is expected.
pub fn check_format(format: &str) -> Result<(), UnknownFormat> {
    Format::of(format).map(|_| ()).ok_or_else(|| UnknownFormat(format.chars().take(MEMBER_ID_CHARS_MAX).collect()))
}

/// Letters that no Medicare number has, because each is taken for a digit.
const NO_MBI_LETTERS: [char; 6] = ['S', 'L', 'O', 'I', 'B', 'Z'];

/// Medicare Beneficiary Identifier: eleven places, each with its own characters, and no check digit. After the CMS
/// document "Understanding the MBI".
fn mbi(plain: &[char]) -> Result<Private, MemberDoubt> {
    // 1: 1 to 9. C: letter. N: digit. X: letter or digit.
    const PLACES: &str = "1CXNCXNCCNN";
    let has_letter = plain.iter().any(|c| NO_MBI_LETTERS.contains(c));
    // Wherever such a letter stands, also in place of a digit, it is the one thing that is wrong.
    let fits = |(place, c): (char, &char)| {
        NO_MBI_LETTERS.contains(c)
            || match place {
                '1' => matches!(c, '1'..='9'),
                'C' => c.is_ascii_uppercase(),
                'N' => c.is_ascii_digit(),
                _ => c.is_ascii_uppercase() || c.is_ascii_digit(),
            }
    };
    if plain.len() != PLACES.len() || !PLACES.chars().zip(plain).all(fits) {
        return Err(MemberDoubt::Shape);
    }
    if has_letter {
        return Err(MemberDoubt::Letter);
    }
    Ok(plain.iter().collect::<String>().into())
}

/// NHS number of England, Wales and the Isle of Man: ten digits, the last of which makes the sum of all, each times its
/// place counted from the end, divisible by eleven. After the NHS Data Dictionary, attribute NHS NUMBER.
fn nhs_number(plain: &[char]) -> Result<Private, MemberDoubt> {
    let digits = digits(plain).filter(|digits| digits.len() == 10).ok_or(MemberDoubt::Shape)?;
    let sum: u32 = (1..=10).rev().zip(&digits).map(|(times, digit)| times * digit).sum();
    if sum.is_multiple_of(11) { Ok(plain.iter().collect::<String>().into()) } else { Err(MemberDoubt::CheckDigit) }
}

/// Ontario health card: ten digits with a check digit modulo ten, then the version code, a letter or two, which old
/// cards lack. After the Ministry of Health's guide "Health Card Validation", appendix on the check digit.
fn ontario_health_card(plain: &[char]) -> Result<Private, MemberDoubt> {
    let (number, version) = plain.split_at_checked(10).ok_or(MemberDoubt::Shape)?;
    let digits = digits(number).ok_or(MemberDoubt::Shape)?;
    if version.len() > 2 || !version.iter().all(char::is_ascii_uppercase) {
        return Err(MemberDoubt::Shape);
    }
    let twice = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits.iter().enumerate().map(|(at, digit)| if at % 2 == 0 { twice(*digit) } else { *digit }).sum();
    if sum.is_multiple_of(10) { Ok(plain.iter().collect::<String>().into()) } else { Err(MemberDoubt::CheckDigit) }
}

fn digits(plain: &[char]) -> Option<Vec<u32>> {
    plain.iter().map(|c| c.to_digit(10)).collect()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || is_hyphen(c)
}

/// The characters in this pattern with its spaces and hyphens, if they fit it.
fn written_as(pattern: &str, plain: &[char]) -> Option<String> {
    let mut rest = plain.iter();
    let mut written = String::new();
    for place in pattern.chars() {
        if is_separator(place) {
            written.push(place);
            continue;
        }
        let c = *rest.next()?;
        let fits = match place {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            '*' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            itself => c == itself,
        };
        if !fits {
            return None;
        }
        written.push(c);
    }
    rest.next().is_none().then_some(written)
}

fn example_of(pattern: &str) -> String {
    let mut digits = ('1'..='9').cycle();
    let mut letters = ('A'..='Z').cycle();
    pattern
        .chars()
        .filter_map(|place| match place {
            '9' | '*' => digits.next(),
            'A' => letters.next(),
            itself => Some(itself),
        })
        .collect()
}

#[cfg(test)]
mod tests;
