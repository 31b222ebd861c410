//! What newborns are called before they have a name: `Babygirl A`, `BG A`, `Infant`. The letter tells twins apart.

use super::names::Fit;

/// A newborn who has no first name on file yet, as far as the words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Newborn {
    sex: Option<Sex>,
    /// Which of several: A is 1.
    which: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sex {
    Girl,
    Boy,
}

impl Newborn {
    /// `None` if a word among these is a name. The words are folded.
    pub(super) fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut newborn = Self { sex: None, which: None };
        let mut any = false;
        for word in words {
            let sex = match word {
                "babygirl" | "girl" | "bg" | "female" | "infantgirl" | "girlbaby" => Some(Sex::Girl),
                "babyboy" | "boy" | "bb" | "male" | "infantboy" | "boybaby" => Some(Sex::Boy),
                "baby" | "infant" | "newborn" | "nb" | "twin" | "triplet" => None,
                _ => {
                    // The letter stands after what it is the letter of.
                    newborn.which = Some(which(word).filter(|_| any && newborn.which.is_none())?);
                    continue;
                }
            };
            if sex.is_some() && newborn.sex.is_some() && sex != newborn.sex {
                return None;
            }
            any = true;
            newborn.sex = newborn.sex.or(sex);
        }
        any.then_some(newborn)
    }

    /// How what was typed goes with what is on file. `None`: it says too little to tell.
    pub(super) fn fits(self, typed: Self) -> Option<Fit> {
        let is_other_sex = matches!((self.sex, typed.sex), (Some(one), Some(other)) if one != other);
        match (self.which, typed.which) {
            _ if is_other_sex => Some(Fit::No),
            (Some(one), Some(other)) => Some(if one == other { Fit::Same } else { Fit::No }),
            (None, None) if self.sex == typed.sex => Some(Fit::Same),
            _ => None,
        }
    }
}

fn which(word: &str) -> Option<u8> {
    match word {
        "one" | "i" => return Some(1),
        "two" | "ii" => return Some(2),
        "three" | "iii" => return Some(3),
        _ => {}
    }
    match word.as_bytes() {
        [letter @ b'a'..=b'h'] => Some(letter - b'a' + 1),
        [digit @ b'1'..=b'8'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newborn(text: &str) -> Option<Newborn> {
        Newborn::of(text.split(' '))
    }

    #[test]
    fn the_letter_tells_twins_apart_in_every_way_of_writing() {
        for (on_file, typed, fit) in [
            ("babygirl a", "babygirl a", Some(Fit::Same)),
            ("babygirl a", "baby girl a", Some(Fit::Same)),
            ("babygirl a", "bg a", Some(Fit::Same)),
            ("babygirl a", "girl a", Some(Fit::Same)),
            ("babygirl a", "girl 1", Some(Fit::Same)),
            ("babygirl a", "infant a", Some(Fit::Same)),
            ("babygirl a", "twin a", Some(Fit::Same)),
            ("babygirl a", "babygirl b", Some(Fit::No)),
            ("babygirl a", "baby boy a", Some(Fit::No)),
            ("babygirl a", "babygirl", None),
            ("babygirl", "babygirl a", None),
            ("babyboy", "baby boy", Some(Fit::Same)),
            ("babyboy", "infant", None),
            ("infant", "newborn", Some(Fit::Same)),
        ] {
            assert_eq!(newborn(on_file).unwrap().fits(newborn(typed).unwrap()), fit, "{on_file} {typed}");
        }
        for name in ["", "ella", "baby maria", "a", "a girl", "boy girl", "girl a b", "girl z"] {
            assert_eq!(newborn(name), None, "{name}");
        }
    }
}
