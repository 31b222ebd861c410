//! Whether a payer says that someone is insured today: what is asked, and what can be answered.
//!
//! Invariant: it is for staff to know and never decides whether someone can check in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::born::Born;
use super::insurance::{CardMark, Coverage};
use super::private::Private;
use super::reason::Reason;

/// No answer is waited for longer: CAQH CORE's infrastructure rule has 20 s for 90 % of answers in real time.
pub const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(20);

/// What is known of one card (the answer of X12 271, in the words of a desk).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eligibility {
    /// No one asked, or the payer does not say.
    #[default]
    Unknown,
    /// The question is on its way.
    Asked,
    /// The payer says that they are covered on the day of the visit.
    Active,
    /// The payer says that they are not.
    Inactive,
    /// There is no answer, and why.
    Error(NoAnswer),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswer {
    /// None came in time.
    TooLate,
    /// The payer cannot be reached.
    NotReached,
    /// The payer knows no one with this number, name and birth date.
    NotFound,
    /// The payer's answer cannot be read.
    NotUnderstood,
}

impl Eligibility {
    /// What staff read beside the card. Empty if there is nothing to say.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Asked => "Checking eligibility",
            Self::Active => "Coverage active",
            Self::Inactive => "Coverage not active",
            Self::Error(NoAnswer::TooLate) => "Eligibility: no answer in time",
            Self::Error(NoAnswer::NotReached) => "Eligibility: payer cannot be reached",
            Self::Error(NoAnswer::NotFound) => "Eligibility: member not found",
            Self::Error(NoAnswer::NotUnderstood) => "Eligibility: answer cannot be read",
        }
    }
}

/// Why the coverage of a patient who is here needs attention; none if it does not. The payer's word counts more than
/// the dates on the card, and no card at all is no fault of a card.
#[must_use]
pub fn coverage_reason(card: Option<&Coverage>, answer: Eligibility, visit: Date) -> Option<Reason> {
    let card = card.filter(|card| !card.is_none())?;
    match answer {
        // While the payer is asked, a date that may be outdated does not count.
        Eligibility::Active | Eligibility::Asked => None,
        Eligibility::Inactive => Some(Reason::CoverageInactive),
        Eligibility::Error(NoAnswer::NotFound) => Some(Reason::MemberNotFound),
        Eligibility::Unknown | Eligibility::Error(_) => match CardMark::of(Some(card), visit, 0) {
            Some(CardMark::Ended(_) | CardMark::NotYet(_)) => Some(Reason::CoverageOutOfDates),
            Some(CardMark::Missing | CardMark::EndsSoon(_)) | None => None,
        },
    }
}

/// What a payer is asked: the least that X12 270 needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The card.
    pub card: Coverage,
    /// The patient's first names.
    pub given_name: Private,
    /// The patient's last name.
    pub family_name: Private,
    /// When the patient was born.
    pub birth_date: Born,
    /// The day of the visit, as the clinic's date.
    pub on: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payers_word_counts_more_than_the_dates_of_the_card() {
        use jiff::civil::date;
        let visit = date(2026, 11, 23);
        let card = |start: Option<Date>, end: Option<Date>| Coverage {
            payer: "Example Health".into(),
            start,
            end,
            ..Coverage::default()
        };
        let good = card(None, Some(visit));
        let ended = card(None, Some(date(2026, 11, 22)));
        let begins = card(Some(date(2026, 11, 24)), None);
        use Eligibility as E;
        for (card, answer, expected) in [
            (&good, E::Unknown, None),
            (&good, E::Asked, None),
            (&good, E::Error(NoAnswer::TooLate), None),
            (&good, E::Inactive, Some(Reason::CoverageInactive)),
            (&good, E::Error(NoAnswer::NotFound), Some(Reason::MemberNotFound)),
            (&ended, E::Unknown, Some(Reason::CoverageOutOfDates)),
            (&ended, E::Asked, None),
            (&ended, E::Error(NoAnswer::NotReached), Some(Reason::CoverageOutOfDates)),
            (&ended, E::Error(NoAnswer::NotFound), Some(Reason::MemberNotFound)),
            (&ended, E::Active, None),
            (&begins, E::Unknown, Some(Reason::CoverageOutOfDates)),
            (&Coverage::default(), E::Inactive, None),
        ] {
            assert_eq!(coverage_reason(Some(card), answer, visit), expected, "{answer:?}");
        }
        assert_eq!(coverage_reason(None, E::Error(NoAnswer::NotFound), visit), None);
        for reason in Reason::ALL {
            let found_here =
                [Reason::MemberNotFound, Reason::CoverageInactive, Reason::CoverageOutOfDates].contains(&reason);
            assert_eq!(reason.is_coverage(), found_here, "{reason:?}");
        }
    }

    #[test]
    fn every_answer_has_its_words_and_is_kept_as_it_is() {
        let why = [NoAnswer::TooLate, NoAnswer::NotReached, NoAnswer::NotFound, NoAnswer::NotUnderstood];
        let all = [Eligibility::Unknown, Eligibility::Asked, Eligibility::Active, Eligibility::Inactive];
        for answer in all.into_iter().chain(why.map(Eligibility::Error)) {
            assert_eq!(answer.for_staff().is_empty(), answer == Eligibility::Unknown, "{answer:?}");
            let json = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Eligibility>(&json).unwrap(), answer);
        }
    }
}
