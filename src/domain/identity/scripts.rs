//! One name in two scripts: Arabic against Latin letters by consonants and long vowels, Cyrillic and Greek by sound.

/// Whether a word is written in Arabic letters.
pub(super) fn is_arabic(word: &str) -> bool {
    word.chars().any(|c| ('\u{620}'..='\u{64a}').contains(&c))
}

/// Whether a word, as it is on file or was typed, is written in Cyrillic or Greek letters.
pub(super) fn is_cyrillic_or_greek(word: &str) -> bool {
    word.chars().any(|c| ('\u{370}'..='\u{52f}').contains(&c) || ('\u{1f00}'..='\u{1fff}').contains(&c))
}

/// A Latin spelling without what differs from one romanisation to the next: Yulia, Iuliia, Julija.
pub(super) fn loose(word: &str) -> String {
    let mut sound = word.to_owned();
    for (from, to) in [
        ("shch", "$"),
        ("sch", "$"),
        ("sh", "$"),
        ("tch", "h"),
        ("ch", "h"),
        ("kh", "h"),
        ("ph", "f"),
        ("zh", "z"),
        ("tz", "ts"),
        ("x", "ks"),
        ("w", "v"),
        ("ck", "k"),
        ("y", "i"),
        ("j", "i"),
        ("ie", "e"),
        ("io", "e"),
        ("ei", "i"),
        ("oi", "i"),
    ] {
        sound = sound.replace(from, to);
    }
    let mut letters: Vec<char> = sound.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// What stands between two consonants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// How many vowels are written.
    written: u8,
    a: bool,
    i: bool,
    u: bool,
    /// A letter that Latin spells with any vowel or none.
    any: bool,
}

/// The consonants of a word in Latin or Arabic letters, each after what stands before it, and what stands at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bones {
    consonants: Vec<(Gap, char)>,
    end: Gap,
}

impl Bones {
    /// Empty for what is in neither script.
    pub(super) fn of(word: &str) -> Self {
        // The article is often left out.
        let word = word.strip_prefix("ال").filter(|rest| rest.chars().count() > 2).unwrap_or(word);
        let mut bones = Self::default();
        let mut characters = word.chars().peekable();
        while let Some(c) = characters.next() {
            let end = &mut bones.end;
            let (a, i, u) = (end.a, end.i, end.u);
            let consonant = match c {
                'a' | 'ا' => {
                    (end.a, end.written) = (true, end.written.saturating_add(1));
                    continue;
                }
                // Latin e stands for short a and for long i.
                'e' => {
                    (end.a, end.i, end.written) = (true, true, end.written.saturating_add(1));
                    continue;
                }
                'i' | 'y' | 'ي' => {
                    (end.i, end.written) = (true, end.written.saturating_add(1));
                    continue;
                }
                'o' | 'u' | 'w' | 'و' => {
                    (end.u, end.written) = (true, end.written.saturating_add(1));
                    continue;
                }
                'ع' => {
                    end.any = true;
                    continue;
                }
                's' if characters.next_if_eq(&'h').is_some() => '$',
                'k' if characters.next_if_eq(&'h').is_some() => 'x',
                't' if characters.next_if_eq(&'h').is_some() => 't',
                'd' if characters.next_if_eq(&'h').is_some() => 'd',
                'g' if characters.next_if_eq(&'h').is_some() => 'g',
                'ب' => 'b',
                'ت' | 'ث' | 'ط' => 't',
                'ج' => 'j',
                'ح' | 'ه' => 'h',
                'خ' => 'x',
                'د' | 'ذ' | 'ض' => 'd',
                'ر' => 'r',
                'ز' | 'ظ' => 'z',
                'س' | 'ص' => 's',
                'ش' => '$',
                'غ' => 'g',
                'ف' => 'f',
                'ق' | 'ك' | 'q' | 'c' => 'k',
                'ل' => 'l',
                'م' => 'm',
                'ن' => 'n',
                'a'..='z' => c,
                _ => return Self::default(),
            };
            // A feminine ending is an h that stands last.
            let is_feminine = consonant == 'h' && characters.peek().is_none() && !bones.consonants.is_empty();
            if is_feminine {
                (end.a, end.written) = (true, end.written.max(1));
            } else if end.written == 0
                && !(a | i | u)
                && bones.consonants.last().is_some_and(|(_, last)| *last == consonant)
            {
                // A doubled letter is one.
            } else {
                let before = std::mem::take(end);
                bones.consonants.push((before, consonant));
            }
        }
        bones
    }

    pub(super) fn len(&self) -> usize {
        self.consonants.len()
    }

    /// Whether Latin letters spell what the Arabic ones do.
    pub(super) fn spell(latin: &Self, arabic: &Self) -> bool {
        let mut same = latin.len() == arabic.len();
        for (at, ((latin, one), (arabic, other))) in latin.consonants.iter().zip(&arabic.consonants).enumerate() {
            same &= one == other;
            same &= arabic.any
                || if at == 0 {
                    // An alif that stands first carries any vowel.
                    (arabic.written == 0) == (latin.written == 0) && (!arabic.i || latin.i) && (!arabic.u || latin.u)
                } else {
                    // Short vowels are not written in Arabic, long ones and diphthongs are.
                    let long = (!arabic.i || latin.i) && (!arabic.u || latin.u) && (!arabic.a || latin.a);
                    long && (arabic.written > 0 || latin.written <= 1)
                };
        }
        let (latin, arabic) = (latin.end, arabic.end);
        // The last letter of Mustafa and of Ali look alike.
        same && (arabic.any
            || ((arabic.written == 0) == (latin.written == 0)
                && (!arabic.u || latin.u)
                && (!arabic.i || latin.i || latin.a)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_and_latin_letters_of_one_name_agree() {
        for (latin, arabic, same) in [
            ("haddad", "حداد", true),
            ("hassan", "الحسن", true),
            ("hassan", "حسن", true),
            ("hussein", "حسين", true),
            ("fatima", "فاطمه", true),
            ("amira", "اميره", true),
            ("mohammed", "محمد", true),
            ("khalid", "خالد", true),
            ("khaled", "خالد", true),
            ("youssef", "يوسف", true),
            ("ibrahim", "ابراهيم", true),
            ("layla", "ليلي", true),
            ("nour", "نور", true),
            ("mansour", "منصور", true),
            ("abdallah", "عبدالله", true),
            ("mustafa", "مصطفي", true),
            // Brothers and sisters.
            ("hassan", "حسين", false),
            ("hussein", "حسن", false),
            ("amir", "اميره", false),
            ("amira", "امير", false),
            ("khalid", "خليل", false),
            ("nour", "نوره", false),
            ("smith", "حداد", false),
        ] {
            assert_eq!(Bones::spell(&Bones::of(latin), &Bones::of(arabic)), same, "{latin} {arabic}");
        }
    }

    #[test]
    fn romanisations_of_one_name_sound_alike() {
        for (one, other) in [
            ("yulia", "iuliia"),
            ("yevgeny", "evgenii"),
            ("sergei", "sergey"),
            ("fyodor", "fedor"),
            ("dmitriy", "dmitri"),
        ] {
            assert_eq!(loose(one), loose(other), "{one} {other}");
        }
        assert_ne!(loose("ivan"), loose("ivana"));
    }
}
