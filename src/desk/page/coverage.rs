//! What a row says of a patient's coverage: a pill with an icon and words, and the words of a reason.

use maud::{Markup, html};

use super::icons::icon;
use super::list::{Day, is_coming};
use crate::desk::service::changes::CardKey;
use crate::domain::eligibility::{Eligibility, coverage_reason};
use crate::domain::insurance::{CardMark, Coverage};
use crate::domain::reason::Reason;
use crate::domain::visit::VisitRow;

/// What is known of a patient's coverage.
enum Coverages {
    /// The payer says that it is active.
    Active,
    /// It needs attention: why, also in words.
    Bad(Reason, String),
    /// The payer was asked, and has not said yes or no.
    Unsure(&'static str),
}

impl Day {
    /// What is known of the coverage of a patient who is here or expected, in a few words; none if nothing is.
    fn coverage_of(&self, row: &VisitRow) -> Option<Coverages> {
        let appointment = row.appointment.as_ref().filter(|_| is_coming(row) && self.insurance.is_some())?;
        let card = appointment.coverage.as_ref()?;
        let answer = self
            .known
            .eligibility
            .get(&CardKey::of(&appointment.person.id, card))
            .map(|(answer, _)| *answer)
            .unwrap_or_default();
        if let Some(reason) = coverage_reason(Some(card), answer, appointment.local_date(&self.zone)) {
            return Some(Coverages::Bad(reason, self.coverage_words(row, reason)));
        }
        match answer {
            Eligibility::Active => Some(Coverages::Active),
            Eligibility::Unknown => None,
            Eligibility::Asked | Eligibility::Inactive | Eligibility::Error(_) => {
                Some(Coverages::Unsure(answer.for_staff()))
            }
        }
    }

    /// What is the matter with the coverage of this visit, with the card's own date where it is about that.
    pub fn coverage_words(&self, row: &VisitRow, reason: Reason) -> String {
        let Some(appointment) = &row.appointment else { return reason.for_staff().to_owned() };
        let visit = appointment.local_date(&self.zone);
        let of = |name: &str, card: Option<&Coverage>| {
            let card = card?;
            let answer =
                self.known.eligibility.get(&CardKey::of(&appointment.person.id, card)).map(|(answer, _)| *answer);
            if coverage_reason(Some(card), answer.unwrap_or_default(), visit) != Some(reason) {
                return None;
            }
            Some(match (reason, CardMark::of(Some(card), visit, 0)) {
                (Reason::CoverageOutOfDates, Some(CardMark::Ended(end))) => {
                    format!("{name} expired {}", self.times.style.digits(end))
                }
                (Reason::CoverageOutOfDates, Some(CardMark::NotYet(start))) => {
                    format!("{name} starts {}", self.times.style.digits(start))
                }
                _ if name == "Coverage" => reason.for_staff().to_owned(),
                _ => format!("{name}: {}", reason.for_staff().to_lowercase()),
            })
        };
        let words = [
            of("Coverage", appointment.coverage.as_ref()),
            of("Second coverage", appointment.second_coverage.as_ref()),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        // Of a card that was changed since, what the matter was in general.
        if words.is_empty() { reason.for_staff().to_owned() } else { words.join("; ") }
    }
}

/// What is known of a patient's coverage. A reason on the row is not repeated.
pub fn coverage_pill(day: &Day, row: &VisitRow) -> Markup {
    match day.coverage_of(row) {
        Some(Coverages::Active) => pill("good", "check", "Coverage active"),
        Some(Coverages::Unsure(words)) => pill("", "clock", words),
        Some(Coverages::Bad(reason, words)) if !row.reasons.iter().any(|one| one.reason == reason) => {
            pill("bad", "alert", &words)
        }
        Some(Coverages::Bad(..)) | None => html! {},
    }
}

/// A pill: never a color alone.
pub fn pill(class: &str, name: &str, words: &str) -> Markup {
    html! { p { span class={ "pill " (class) } { (icon(name)) span { (words) } } } }
}
