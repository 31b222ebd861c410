//! A card whose name may be read in several ways.

use super::{Index, Match, Typed};

impl Index {
    /// Looks for the one person who is meant by one of several readings of a card. All of them are looked up, whatever
    /// the first ones come to: two people who are meant by two readings are no one's to choose from.
    #[must_use]
    pub fn find_any(&self, readings: &[Typed]) -> Match {
        readings.iter().map(|typed| self.find(typed)).fold(Match::Nobody, both)
    }
}

/// What two readings come to. A doubt in either is a doubt.
fn both(one: Match, other: Match) -> Match {
    match (one, other) {
        (Match::Nobody, found) | (found, Match::Nobody) => found,
        (Match::One(one), Match::One(other)) if one == other => Match::One(one),
        (Match::AskMore(fact), Match::One(_) | Match::AskMore(_)) | (Match::One(_), Match::AskMore(fact)) => {
            Match::AskMore(fact)
        }
        (Match::Ambiguous, _) | (_, Match::Ambiguous) | (Match::One(_), Match::One(_)) => Match::Ambiguous,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fact;
    use super::*;
    use crate::domain::ids::PatientId;

    #[test]
    fn a_doubt_in_one_reading_is_a_doubt() {
        let one = |id: &str| Match::One(PatientId::from(id));
        let ask = || Match::AskMore(Fact::Phone);
        for (readings, expected) in [
            (vec![], Match::Nobody),
            (vec![Match::Nobody, Match::Nobody], Match::Nobody),
            (vec![one("a")], one("a")),
            (vec![Match::Nobody, one("a"), Match::Nobody, one("a")], one("a")),
            (vec![one("a"), one("b")], Match::Ambiguous),
            (vec![one("a"), ask()], ask()),
            (vec![ask(), one("a"), Match::Nobody], ask()),
            (vec![one("a"), Match::Ambiguous, ask()], Match::Ambiguous),
        ] {
            assert_eq!(readings.clone().into_iter().fold(Match::Nobody, both), expected, "{readings:?}");
        }
    }
}
