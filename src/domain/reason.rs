//! Why a person is needed. Every way a patient can be stopped has a name here.
//!
//! The patient reads a next step for it (`ui/words.slint`), staff read [`Reason::for_staff`].

use serde::{Deserialize, Serialize};

/// Why someone must help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Says that they feel unwell: on top of every list, with sound.
    FeelsUnwell,
    /// Touched "Get help".
    AskedForHelp,
    /// No one on the list has these facts.
    NotFound,
    /// More than one person has them.
    Ambiguous,
    /// Three tries failed.
    TooManyTries,
    /// Came before check-in opens.
    TooEarly,
    /// Came after the clinic's grace.
    TooLate,
    /// The visit is at another site.
    OtherSite,
    /// The visit was canceled.
    Cancelled,
    /// The visit is on another day.
    OtherDay,
    /// Checked in before; the same ticket is shown again.
    AlreadyCheckedIn,
    /// The visit is over already.
    VisitOver,
    /// The kiosk has no list for today.
    NoList,
    /// The check-in could not be saved.
    CannotSave,
    /// "Is this you?" was answered with no.
    NotThisPerson,
    /// Says that contact details on file are not right.
    DetailsUnclear,
    /// Says that the insurance on file is not right.
    InsuranceUnclear,
    /// The payer knows no member with this number, name and birth date. Found by the desk, as are the next two.
    MemberNotFound,
    /// The payer says that the coverage is not active.
    CoverageInactive,
    /// By its own dates the card is not valid on the day of the visit.
    CoverageOutOfDates,
    /// Speaks none of the kiosk's languages.
    NeedsInterpreter,
    /// A document that the visit needs is missing.
    DocumentMissing,
    /// Did not agree to something that needs agreement.
    ConsentDeclined,
    /// The ticket did not come out.
    PrinterTrouble,
    /// Came without an appointment.
    WalkIn,
    /// Too many tries failed at this kiosk within an hour: it looks no one up for a while.
    Guessing,
    /// A code's signature is not the clinic's.
    CodeForged,
    /// A code breaks off.
    CodeTruncated,
    /// A code is another clinic's.
    CodeOtherClinic,
    /// A code is for another day.
    CodeOtherDay,
    /// A code is too old.
    CodeExpired,
}

impl Reason {
    /// Every reason, in the order in which the desk should look at them.
    pub const ALL: [Self; 31] = [
        Self::FeelsUnwell,
        Self::AskedForHelp,
        Self::NotFound,
        Self::Ambiguous,
        Self::TooManyTries,
        Self::TooEarly,
        Self::TooLate,
        Self::OtherSite,
        Self::Cancelled,
        Self::OtherDay,
        Self::AlreadyCheckedIn,
        Self::VisitOver,
        Self::NoList,
        Self::CannotSave,
        Self::NotThisPerson,
        Self::DetailsUnclear,
        Self::InsuranceUnclear,
        Self::MemberNotFound,
        Self::CoverageInactive,
        Self::CoverageOutOfDates,
        Self::NeedsInterpreter,
        Self::DocumentMissing,
        Self::ConsentDeclined,
        Self::PrinterTrouble,
        Self::WalkIn,
        Self::Guessing,
        Self::CodeForged,
        Self::CodeTruncated,
        Self::CodeOtherClinic,
        Self::CodeOtherDay,
        Self::CodeExpired,
    ];

    /// What the desk's list says: what is the matter, and what is wanted.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::FeelsUnwell => "Feels unwell: go to them now",
            Self::AskedForHelp => "Asked for help at the kiosk",
            Self::NotFound => "Not found on today's list",
            Self::Ambiguous => "More than one person matches: check identity",
            Self::TooManyTries => "Couldn't verify identity",
            Self::TooEarly => "Early: check-in isn't open yet",
            Self::TooLate => "Late: decide whether they can be seen",
            Self::OtherSite => "Wrong location: give directions",
            Self::Cancelled => "Appointment was canceled: explain or rebook",
            Self::OtherDay => "Visit is on another day",
            Self::AlreadyCheckedIn => "Came to the kiosk again after checking in",
            Self::VisitOver => "Visit is already completed",
            Self::NoList => "Kiosk has no list for today",
            Self::CannotSave => "Kiosk could not save: check in by hand",
            Self::NotThisPerson => "Said \"that is not me\": check identity",
            Self::DetailsUnclear => "Contact information needs review",
            Self::InsuranceUnclear => "Insurance needs review",
            Self::MemberNotFound => "Eligibility: member not found",
            Self::CoverageInactive => "Coverage not active",
            Self::CoverageOutOfDates => "Coverage not valid today",
            Self::NeedsInterpreter => "Needs an interpreter",
            Self::DocumentMissing => "A document is missing",
            Self::ConsentDeclined => "Did not consent: talk to the patient",
            Self::PrinterTrouble => "Ticket did not print: tell them their number",
            Self::WalkIn => "Walk-in: accept or decline",
            Self::Guessing => "Too many failed attempts at this kiosk: check who is there",
            Self::CodeForged => "Invalid code scanned: check the letter",
            Self::CodeTruncated => "Code on the letter is damaged",
            Self::CodeOtherClinic => "Code on the letter is another clinic's",
            Self::CodeOtherDay => "Code on the letter is for another day",
            Self::CodeExpired => "Code on the letter has expired",
        }
    }

    /// Whether it is about coverage, as the desk found it: no kiosk says so, and it keeps no one from checking in.
    #[must_use]
    pub fn is_coverage(self) -> bool {
        matches!(self, Self::MemberNotFound | Self::CoverageInactive | Self::CoverageOutOfDates)
    }

    /// Whether someone must act now, before any other work.
    #[must_use]
    pub fn is_urgent(self) -> bool {
        self == Self::FeelsUnwell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_reasons_is_complete_and_sorted_by_urgency() {
        let mut sorted = Reason::ALL.to_vec();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, Reason::ALL);
        assert!(Reason::ALL[0].is_urgent());
    }
}
