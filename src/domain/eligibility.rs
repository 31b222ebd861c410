//! Whether a payer says that somebody is insured today: what is asked, and what can be answered.
//!
//! Invariant: it is for staff to know and never decides whether somebody can check in.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::insurance::Coverage;
use super::person::BirthDate;
use super::private::Private;

/// What is known of one card (the answer of X12 271, in the words of a desk).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eligibility {
    /// Nobody asked, or the payer does not say.
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
    /// The payer knows nobody with this number, name and birth date.
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
            Self::Asked => "Asking the payer",
            Self::Active => "The payer says: active",
            Self::Inactive => "The payer says: not active",
            Self::Error(NoAnswer::TooLate) => "The payer did not answer in time",
            Self::Error(NoAnswer::NotReached) => "The payer cannot be reached",
            Self::Error(NoAnswer::NotFound) => "The payer does not know this number with this name and birth date",
            Self::Error(NoAnswer::NotUnderstood) => "The payer's answer cannot be read",
        }
    }
}

/// What a payer is asked: the least that X12 270 needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The card.
    pub card: Coverage,
    /// The patient's given names.
    pub given_name: Private,
    /// The patient's family name.
    pub family_name: Private,
    /// When the patient was born.
    pub birth_date: BirthDate,
    /// The day of the visit, as the clinic's date.
    pub on: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

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
