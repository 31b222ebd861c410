//! How languages count: which form of a sentence goes with a whole number (CLDR, plural rules for cardinals).
//!
//! Invariant: the forms are in the order of the header of the language's `.po` file, which the kiosk's toolkit reads
//! for itself; a test compares both.

/// A rule for choosing one of the forms of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plurals {
    /// One form for every number: Chinese, Korean, Vietnamese and their neighbors.
    Same,
    /// 1, and every other number: English, Spanish, German.
    OneOther,
    /// 0 and 1, and every other number: French.
    ZeroOneOther,
    /// 0, 1, 2, 3 to 10, 11 to 99, and whole hundreds with 1 and 2: Arabic.
    Arabic,
}

impl Plurals {
    /// Which form goes with a number, from 0.
    #[must_use]
    pub const fn form(self, n: u64) -> usize {
        match self {
            Self::Same => 0,
            Self::OneOther => (n != 1) as usize,
            Self::ZeroOneOther => (n > 1) as usize,
            Self::Arabic => match (n, n % 100) {
                (0..=2, _) => n as usize,
                (_, 3..=10) => 3,
                (_, 11..) => 4,
                _ => 5,
            },
        }
    }

    /// The rule as the header of a `.po` file says it.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Same => "nplurals=1; plural=0;",
            Self::OneOther => "nplurals=2; plural=(n != 1);",
            Self::ZeroOneOther => "nplurals=2; plural=(n > 1);",
            Self::Arabic => {
                "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
            }
        }
    }

    /// How many forms there are.
    #[must_use]
    pub const fn forms(self) -> usize {
        match self {
            Self::Same => 1,
            Self::OneOther | Self::ZeroOneOther => 2,
            Self::Arabic => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_form() {
        for (rule, numbers) in [
            (Plurals::Same, &[(0, 0), (1, 0), (7, 0)][..]),
            (Plurals::OneOther, &[(0, 1), (1, 0), (2, 1), (101, 1)]),
            (Plurals::ZeroOneOther, &[(0, 0), (1, 0), (2, 1)]),
            (
                Plurals::Arabic,
                &[
                    (0, 0),
                    (1, 1),
                    (2, 2),
                    (3, 3),
                    (10, 3),
                    (11, 4),
                    (99, 4),
                    (100, 5),
                    (101, 5),
                    (102, 5),
                    (103, 3),
                    (111, 4),
                    (200, 5),
                ],
            ),
        ] {
            for (n, form) in numbers {
                assert_eq!(rule.form(*n), *form, "{rule:?} {n}");
            }
            assert!((0..1000).all(|n| rule.form(n) < rule.forms()));
            assert!(rule.header().starts_with(&format!("nplurals={};", rule.forms())));
        }
    }
}
