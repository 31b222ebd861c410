//! A name taken apart once, so that it can be compared with many.

mod particles;

use zeroize::Zeroize as _;

use self::particles::{is_filler, saint, servant_of, without_glued_particle};
use super::fold::{Spellings, is_hyphen, words};
use super::known::is_given_name;
use super::newborn::Newborn;
use super::nicknames::{Circles, circles_of};
use super::scripts::{Bones, is_arabic, is_cyrillic_or_greek, loose};
use super::slips::{LETTERS_MIN, differ_in_ending, is_at_an_edge, is_one_slip};
use crate::domain::entities;
use crate::domain::placeholder::{is_no_name, is_no_name_word};

/// Small words before a last name that are often left out, or written together with it.
const PARTICLES: &str = "de la del da do dos das di du des le las los van von der den het ter ten zu zum zur of y e el \
                         al bin ibn ben bint af av";
/// What stands with a name and is none.
const TITLES: &str = "jr sr ii iii iv junior senior dr mr mrs ms phd prof sir";

/// Shorter first names are all a slip away from others, known or not.
const PLAIN_LETTERS_MIN: usize = 4;

fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|member| member == word)
}

/// How well a name fits another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// Not at all.
    No,
    /// One slip of the finger away, but so short that many names are.
    ShortSlip,
    /// One slip of the finger away, or the same sounds in another script.
    Slip,
    /// The same name, as people write it.
    Same,
}

/// One way to write a name, in letters.
type Letters = Box<[char]>;

/// A name in every way in which it counts as the same.
#[derive(Clone, Default)]
pub(super) struct Name {
    /// All words together, and without particles; each with accents dropped and written out.
    whole: Vec<Letters>,
    /// Every word that is no particle, if there are several: each of two surnames.
    parts: Vec<Letters>,
    /// Each two words beside each other of more than two, written together: `Garcialopez` of García López de Haro.
    pairs: Vec<Letters>,
    /// The words that are no particles, in order.
    words: Vec<Letters>,
    /// The words that are no particles, together, and each if there are several, without the vowels that some write
    /// out.
    plain: Letters,
    plain_parts: Vec<Letters>,
    /// All words but titles, as first names.
    given: Vec<Given>,
    /// As a first name it says no more than that someone was just born.
    newborn: Option<Newborn>,
    script: Script,
    /// Consonants, for comparing Arabic with Latin letters.
    bones: Vec<Bones>,
    /// The sound, for comparing Cyrillic and Greek with Latin letters.
    loose: Letters,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Script {
    #[default]
    Latin,
    Arabic,
    CyrillicOrGreek,
}

/// One word of a first name.
#[derive(Clone)]
struct Given {
    dropped: Letters,
    written_out: Letters,
    plain: Letters,
    circles: Circles,
    /// A common first name: it is not a slip in another one.
    is_known: bool,
    /// Nothing but a first letter. A single Chinese character is a whole name.
    is_initial: bool,
    /// Written with a hyphen to the word before.
    is_joined: bool,
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name")
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        for letters in self
            .whole
            .iter_mut()
            .chain(&mut self.parts)
            .chain(&mut self.pairs)
            .chain(&mut self.words)
            .chain(&mut self.plain_parts)
        {
            letters.zeroize();
        }
        for word in &mut self.given {
            word.dropped.zeroize();
            word.written_out.zeroize();
            word.plain.zeroize();
        }
        self.plain.zeroize();
        self.loose.zeroize();
    }
}

impl Given {
    fn of(word: &Spellings) -> Self {
        let dropped: Letters = word.dropped.chars().collect();
        let is_initial = matches!(&*dropped, [letter] if letter.is_lowercase());
        Self {
            written_out: word.written_out.chars().collect(),
            plain: word.plain.chars().collect(),
            circles: circles_of(&word.dropped),
            is_known: is_given_name(&word.dropped) || is_given_name(&word.plain),
            is_initial,
            is_joined: false,
            dropped,
        }
    }

    /// The same name, written otherwise or in its familiar form.
    fn is_same(&self, other: &Self) -> bool {
        (self.dropped == other.dropped)
            || (self.written_out == other.written_out)
            || (self.plain == other.plain) | self.circles.meet(&other.circles)
    }

    /// One of the two is the first letter of the other.
    fn is_initial_of(&self, other: &Self) -> bool {
        (self.is_initial || other.is_initial) && self.dropped.first() == other.dropped.first()
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.is_same(other) | self.is_initial_of(other)
    }

    /// Another name, or the first letter of one: Mary A. is not Mary B.
    fn stands_against(&self, typed: &Self) -> bool {
        (self.is_initial && typed.is_initial && self.dropped != typed.dropped) || self.fits(typed) == Fit::No
    }

    /// How this one on file goes with what was typed.
    fn fits(&self, typed: &Self) -> Fit {
        if self.is_same(typed) {
            return Fit::Same;
        }
        if self.is_known && typed.is_known {
            return Fit::No;
        }
        // What makes no other name of a common one is a slip, wherever it is; but a vowel more is how a sister is
        // named.
        let slip_of =
            if self.is_known && typed.dropped.len() <= self.dropped.len() { slip_inside } else { slip_in_given };
        slip_of(&self.dropped, &typed.dropped).max(slip_of(&self.written_out, &typed.written_out))
    }
}

impl Name {
    /// Empty for what is no name.
    pub(super) fn of(text: &str) -> Self {
        if is_no_name(text) {
            return Self::default();
        }
        let text = &*entities::undone(text);
        let all: Vec<Spellings> = words(text)
            .filter(|word| !is_no_name_word(word))
            .map(|word| saint(Spellings::of(word)))
            .filter(|word| !word.dropped.is_empty())
            .collect();
        let newborn = Newborn::of(all.iter().map(|word| word.dropped.as_str()));
        let named: Vec<&Spellings> = all.iter().filter(|word| !is_one_of(TITLES, &word.dropped)).collect();
        // A name that is nothing but such words is a name after all: Senior, Le, Van.
        let named = if named.is_empty() { all.iter().collect() } else { named };
        let proper: Vec<&Spellings> =
            named.iter().copied().filter(|word| !is_one_of(PARTICLES, &word.dropped)).collect();
        let proper = if proper.is_empty() { named.clone() } else { proper };
        let mut name = Self::default();
        name.newborn = newborn;
        for group in [&named, &proper] {
            put(&mut name.whole, &group.iter().map(|word| word.dropped.as_str()).collect::<String>());
            put(&mut name.whole, &group.iter().map(|word| word.written_out.as_str()).collect::<String>());
        }
        if proper.len() > 1 {
            for word in &proper {
                put(&mut name.parts, &word.dropped);
                put(&mut name.parts, &word.written_out);
                put(&mut name.plain_parts, &word.plain);
            }
        } else if let Some(rest) = proper.first().and_then(|word| without_glued_particle(&word.dropped)) {
            put(&mut name.parts, rest);
        }
        if proper.len() > 2 {
            for (one, next) in proper.iter().zip(proper.iter().skip(1)) {
                put(&mut name.pairs, &format!("{}{}", one.dropped, next.dropped));
            }
        }
        name.plain = proper.iter().flat_map(|word| word.plain.chars()).collect();
        name.words = proper.iter().map(|word| word.dropped.chars().collect()).collect();
        let servant = servant_of(&named);
        if let Some(words) = &servant {
            put(&mut name.whole, &words.iter().map(|word| word.dropped.as_str()).collect::<String>());
        }
        name.given = match &servant {
            Some(words) => words.iter().map(Given::of).collect(),
            None => named.iter().map(|word| Given::of(word)).collect(),
        };
        // Each stretch between spaces has its words joined.
        let joined = text
            .split_whitespace()
            .flat_map(|stretch| words(stretch).enumerate().map(move |(at, _)| at > 0 && stretch.contains(is_hyphen)));
        for (word, is_joined) in name.given.iter_mut().zip(joined) {
            word.is_joined = is_joined;
        }
        name.script = match text {
            text if is_arabic(text) => Script::Arabic,
            text if is_cyrillic_or_greek(text) => Script::CyrillicOrGreek,
            _ => Script::Latin,
        };
        name.bones = proper.iter().map(|word| Bones::of(&word.dropped)).collect();
        name.loose = loose(&proper.iter().map(|word| word.dropped.as_str()).collect::<String>()).chars().collect();
        name
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The same for everyone of this last name.
    pub(super) fn family_key(&self) -> String {
        self.words.iter().flat_map(|word| word.iter()).collect()
    }

    /// The same for everyone of this first first name.
    pub(super) fn given_key(&self) -> String {
        self.given.first().map(|word| word.dropped.iter().collect()).unwrap_or_default()
    }

    /// Whether the first first names are one slip apart. Two numbers are none: 1Judysgirl, 2Judysgirl.
    pub(super) fn is_given_slip_from(&self, other: &Self) -> bool {
        let has_number = |word: &Given| word.dropped.iter().any(char::is_ascii_digit);
        self.given.first().zip(other.given.first()).is_some_and(|(one, other)| {
            is_one_slip(&one.dropped, &other.dropped) && !(has_number(one) && has_number(other))
        })
    }

    /// Whether the first word that was typed is this common first name but for a letter in the middle, and no name
    /// itself.
    pub(super) fn is_plain_given_slip(&self, typed: &Self) -> bool {
        self.given.first().zip(typed.given.first()).is_some_and(|(on_file, typed)| {
            on_file.is_known
                && !typed.is_known
                && on_file.dropped.len() >= PLAIN_LETTERS_MIN
                && slip(&on_file.dropped, &typed.dropped) != Fit::No
                && !is_at_an_edge(&on_file.dropped, &typed.dropped)
                && !differ_in_ending(&on_file.dropped, &typed.dropped)
        })
    }

    pub(super) fn is_written_like(&self, other: &Self) -> bool {
        self.whole.iter().fold(false, |met, one| met | other.whole.contains(one))
    }

    /// One script against the other.
    fn sounds_like(&self, other: &Self) -> Fit {
        match (self.script, other.script) {
            (Script::Latin, Script::Arabic) => Self::spells(self, other),
            (Script::Arabic, Script::Latin) => Self::spells(other, self),
            (Script::CyrillicOrGreek, Script::Latin) | (Script::Latin, Script::CyrillicOrGreek)
                if self.loose == other.loose =>
            {
                Fit::Same
            }
            // Two ways to write one foreign name in Latin letters.
            (Script::Latin, Script::Latin) if self.loose.len() >= LETTERS_MIN && self.loose == other.loose => Fit::Slip,
            _ => Fit::No,
        }
    }

    /// Each Arabic word goes with a Latin one, or each Latin one with an Arabic one.
    fn spells(latin: &Self, arabic: &Self) -> Fit {
        let latin_in =
            latin.bones.iter().all(|one| arabic.bones.iter().any(|other| one.len() > 1 && Bones::spell(one, other)));
        let arabic_in =
            arabic.bones.iter().all(|other| latin.bones.iter().any(|one| one.len() > 1 && Bones::spell(one, other)));
        let is_long = latin.bones.iter().map(Bones::len).sum::<usize>() > 2;
        match (latin_in | arabic_in, is_long) {
            (true, true) => Fit::Same,
            (true, false) => Fit::Slip,
            (false, _) => Fit::No,
        }
    }

    /// How well a last name that was typed fits this one on file: either of two surnames will do.
    pub(super) fn fits_family(&self, typed: &Self) -> Fit {
        let typed_is_part =
            typed.words.len() < self.words.len() && typed.words.iter().all(|word| self.parts.contains(word));
        let file_is_part =
            self.words.len() < typed.words.len() && self.words.iter().all(|word| typed.parts.contains(word));
        let reordered = self.words.len() == typed.words.len()
            && self.words.len() > 1
            && self.words.iter().all(|word| typed.words.contains(word))
            && typed.words.iter().all(|word| self.words.contains(word));
        let spelt_part =
            typed.whole.iter().fold(false, |met, one| met | self.parts.contains(one) | self.pairs.contains(one));
        let file_spelt_part =
            self.whole.iter().fold(false, |met, one| met | typed.parts.contains(one) | typed.pairs.contains(one));
        let plain = self.plain == typed.plain
            || self.plain_parts.contains(&typed.plain)
            || typed.plain_parts.contains(&self.plain);
        let same =
            self.is_written_like(typed) | typed_is_part | file_is_part | reordered | spelt_part | file_spelt_part;
        let best = typed.whole.iter().fold(Fit::No, |best, one| {
            let whole = self.whole.iter().fold(best, |best, other| best.max(slip(other, one)));
            self.parts.iter().fold(whole, |best, other| best.max(slip(other, one)))
        });
        // Koepp and Kopp are two names, though Müller may be written so: a slip.
        let best = match (same, plain) {
            (true, _) => Fit::Same,
            (false, true) => best.max(slip_in(&self.plain)),
            (false, false) => best,
        };
        best.max(self.sounds_like(typed))
    }

    /// How well a first name that was typed fits this one on file. `None`: it says too little to tell.
    pub(super) fn fits_given(&self, typed: &Self) -> Option<Fit> {
        let (on_file, said) = (&self.given, &typed.given);
        let (Some(first), Some(first_said)) = (on_file.first(), said.first()) else {
            return Some(Fit::No);
        };
        if self.is_written_like(typed) && !first_said.is_initial {
            return Some(Fit::Same);
        }
        if let Some((on_file, said)) = self.newborn.zip(typed.newborn) {
            return on_file.fits(said);
        }
        if said.iter().all(|word| word.is_initial) {
            let agree = on_file.iter().zip(said).all(|(one, other)| one.dropped.first() == other.dropped.first());
            return if agree { None } else { Some(Fit::No) };
        }
        // Names may be left out on either side, but not stand against each other: José Luis is not José María.
        let (said_in, file_in) = (are_in_order(said, on_file), are_in_order(on_file, said));
        if said_in || file_in {
            let some_agree = said
                .iter()
                .any(|word| !word.is_initial && !is_filler(word) && on_file.iter().any(|other| word.is_same(other)));
            // Some go by a later name; it leaves a doubt.
            let called = on_file.iter().find(|word| !is_filler(word)).unwrap_or(first);
            let goes_by_first =
                said.iter().any(|other| called.goes_with(other)) && on_file.iter().any(|one| one.goes_with(first_said));
            return match (some_agree, goes_by_first) {
                (true, true) => Some(Fit::Same),
                (true, false) => Some(Fit::Slip),
                (false, _) => None,
            };
        }
        let (rest_on_file, rest_said) = (on_file.get(1..).unwrap_or_default(), said.get(1..).unwrap_or_default());
        let rest_agrees = are_in_order(rest_said, rest_on_file) || are_in_order(rest_on_file, rest_said);
        let in_first = if rest_agrees { first.fits(first_said) } else { Fit::No };
        // Two words written as one, or a slip in a later one.
        let stand_against =
            on_file.len() == said.len() && on_file.iter().zip(said).any(|(one, other)| one.stands_against(other));
        let written_together = on_file.len().max(said.len()) > 1 && !stand_against;
        let in_whole = match (written_together, self.whole.first(), typed.whole.first()) {
            (true, Some(one), Some(other)) => slip_in_given(one, other),
            _ => Fit::No,
        };
        // Another script is a doubt: Arabic leaves out what tells Samir from Samar.
        let sound = match (self.script, typed.script, self.sounds_like(typed)) {
            (Script::Arabic, Script::Latin, fit) | (Script::Latin, Script::Arabic, fit) => fit.min(Fit::Slip),
            // Jon and Ion, Maria and Marea may be two people.
            (Script::Latin, Script::Latin, _) => Fit::No,
            (_, _, fit) => fit,
        };
        Some(in_first.max(in_whole).max(sound))
    }
}

/// Whether all these words stand in a longer name, in their order and what is joined together: Min-ji is not in Min-jun
/// Ji-hoon.
fn are_in_order(few: &[Given], many: &[Given]) -> bool {
    let mut rest = many.iter();
    few.iter().all(|word| {
        if word.is_joined {
            rest.next().is_some_and(|other| word.goes_with(other))
        } else {
            rest.any(|other| word.goes_with(other))
        }
    })
}

fn slip(on_file: &[char], typed: &[char]) -> Fit {
    // Of a Chinese or Korean character no one mistypes a part; and a number in a name tells twins apart.
    let has_letters = || on_file.iter().chain(typed).all(|letter| *letter < '\u{2e80}' && !letter.is_ascii_digit());
    if is_one_slip(on_file, typed) && has_letters() { slip_in(on_file) } else { Fit::No }
}

/// What a slip in this name on file weighs.
fn slip_in(on_file: &[char]) -> Fit {
    if on_file.len() >= LETTERS_MIN { Fit::Slip } else { Fit::ShortSlip }
}

fn slip_in_given(on_file: &[char], typed: &[char]) -> Fit {
    if differ_in_ending(on_file, typed) { Fit::No } else { slip_inside(on_file, typed) }
}

/// A slip at an edge of a first name weighs as one in a short name.
fn slip_inside(on_file: &[char], typed: &[char]) -> Fit {
    let fit = slip(on_file, typed);
    if is_at_an_edge(on_file, typed) { fit.min(Fit::ShortSlip) } else { fit }
}

fn put(forms: &mut Vec<Letters>, form: &str) {
    let letters: Letters = form.chars().collect();
    if !letters.is_empty() && !forms.contains(&letters) {
        forms.push(letters);
    }
}
