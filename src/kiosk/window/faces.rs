//! The conversation's words as the window's: which page, which reason, which doubt.

use super::ui;
use crate::domain::contact::Doubt;
use crate::domain::document::Document;
use crate::domain::insurance::{Holder, Relationship, Side};
use crate::domain::payer::MemberDoubt;
use crate::domain::reason::Reason;
use crate::flow::card::{CardPart, PhotoDoubt};
use crate::flow::details::Part;
use crate::flow::step::{ScanWord, Step};

pub(super) fn page_of(step: Step) -> ui::Page {
    use ui::Page as P;
    match step {
        Step::Welcome => P::Welcome,
        Step::Find => P::Find,
        Step::BirthDate => P::BirthDate,
        Step::FamilyName => P::FamilyName,
        Step::GivenName => P::GivenName,
        Step::Phone => P::Phone,
        Step::CompanionName => P::CompanionName,
        Step::WalkInReason => P::WalkInReason,
        Step::Documents => P::Documents,
        Step::Birthday => P::Birthday,
        Step::IsThisYou => P::IsThisYou,
        Step::Visits => P::Visits,
        Step::Details => P::Details,
        Step::ChangeDetails => P::ChangeDetails,
        Step::NewDetail(Part::Phone) => P::NewPhone,
        Step::NewDetail(Part::Email) => P::NewEmail,
        Step::NewDetail(Part::PostalCode) => P::NewPostalCode,
        Step::NewDetail(Part::Street) => P::NewStreet,
        Step::NewDetail(Part::City) => P::NewCity,
        Step::NewDetail(Part::State) => P::NewState,
        Step::NewDetail(Part::PreferredName) => P::NewName,
        Step::NewDetail(Part::Language) => P::NewLanguage,
        Step::NewDetail(Part::Interpreter) => P::NewInterpreter,
        Step::NewDetail(Part::EmergencyName) => P::EmergencyName,
        Step::NewDetail(Part::EmergencyPhone) => P::EmergencyPhone,
        Step::Insurance => P::Insurance,
        Step::ChangeInsurance => P::ChangeInsurance,
        Step::NewCard(CardPart::Payer) => P::CardPayer,
        Step::NewCard(CardPart::MemberId) => P::CardNumber,
        Step::NewCard(CardPart::Holder) => P::CardHolder,
        Step::NewCard(CardPart::HolderName) => P::CardHolderName,
        Step::NewCard(CardPart::HolderBirthDate) => P::CardHolderBirthDate,
        Step::NewCard(CardPart::Group) => P::CardGroup,
        Step::NewCard(CardPart::Plan) => P::CardPlan,
        Step::NewCard(CardPart::Start) => P::CardStart,
        Step::NewCard(CardPart::End) => P::CardEnd,
        Step::NewCard(CardPart::Photo(Side::Front)) => P::CardPhotoFront,
        Step::NewCard(CardPart::Photo(Side::Back)) => P::CardPhotoBack,
        Step::NewCard(CardPart::Review) => P::CardReview,
        Step::CallAs => P::CallAs,
        Step::Saving => P::Saving,
        Step::Printing => P::Printing,
        Step::Done => P::Done,
        Step::Stopped(_) => P::Stopped,
        Step::Help => P::Help,
        Step::Unwell => P::Unwell,
        Step::UnwellTold => P::UnwellTold,
    }
}

pub(super) fn why_of(reason: Reason) -> ui::Why {
    use ui::Why as W;
    match reason {
        Reason::FeelsUnwell => W::FeelsUnwell,
        Reason::AskedForHelp => W::AskedForHelp,
        Reason::NotFound => W::NotFound,
        Reason::Ambiguous => W::Ambiguous,
        Reason::TooManyTries => W::TooManyTries,
        Reason::TooEarly => W::TooEarly,
        Reason::TooLate => W::TooLate,
        Reason::OtherSite => W::OtherSite,
        Reason::Cancelled => W::Cancelled,
        Reason::OtherDay => W::OtherDay,
        Reason::AlreadyCheckedIn => W::AlreadyCheckedIn,
        Reason::VisitOver => W::VisitOver,
        Reason::NoList => W::NoList,
        Reason::CannotSave => W::CannotSave,
        Reason::NotThisPerson => W::NotThisPerson,
        Reason::DetailsUnclear => W::DetailsUnclear,
        // The last three are found by the desk, so no kiosk ever shows them.
        Reason::InsuranceUnclear | Reason::MemberNotFound | Reason::CoverageInactive | Reason::CoverageOutOfDates => {
            W::InsuranceUnclear
        }
        Reason::NeedsInterpreter => W::NeedsInterpreter,
        Reason::DocumentMissing => W::DocumentMissing,
        Reason::ConsentDeclined => W::ConsentDeclined,
        Reason::PrinterTrouble => W::PrinterTrouble,
        Reason::WalkIn => W::WalkIn,
        Reason::Guessing => W::Guessing,
        Reason::CodeForged
        | Reason::CodeTruncated
        | Reason::CodeOtherClinic
        | Reason::CodeOtherDay
        | Reason::CodeExpired => W::NotFound,
    }
}

pub(super) fn doubt_of(doubt: Doubt) -> ui::Doubt {
    match doubt {
        Doubt::TooShort => ui::Doubt::TooShort,
        Doubt::TooLong => ui::Doubt::TooLong,
        Doubt::NoSuchNumber => ui::Doubt::NoSuchNumber,
        Doubt::NoAt => ui::Doubt::NoAt,
        Doubt::NoEnding => ui::Doubt::NoEnding,
        Doubt::NotAnAddress => ui::Doubt::NotAnAddress,
        Doubt::NoSuchPostalCode => ui::Doubt::NoSuchPostalCode,
    }
}

pub(super) fn scan_word(word: ScanWord) -> ui::ScanWord {
    match word {
        ScanWord::None => ui::ScanWord::None,
        ScanWord::Foreign => ui::ScanWord::Foreign,
        ScanWord::NotOnList => ui::ScanWord::NotToday,
        ScanWord::OtherClinic => ui::ScanWord::OtherClinic,
        ScanWord::OtherDay(_) => ui::ScanWord::OtherDay,
        ScanWord::Expired(_) => ui::ScanWord::Expired,
        ScanWord::UnknownKey | ScanWord::Forged => ui::ScanWord::Forged,
        ScanWord::Damaged => ui::ScanWord::Damaged,
        ScanWord::Unreadable => ui::ScanWord::Unreadable,
        ScanWord::AskedBefore => ui::ScanWord::AskedBefore,
    }
}

pub(super) fn document_of(document: Document) -> ui::Document {
    match document {
        Document::Referral => ui::Document::Referral,
        Document::PhotoIdentity => ui::Document::PhotoIdentity,
        Document::Guardian => ui::Document::Guardian,
    }
}

pub(super) fn member_doubt(doubt: Option<MemberDoubt>) -> ui::MemberDoubt {
    match doubt {
        None => ui::MemberDoubt::None,
        Some(MemberDoubt::Shape) => ui::MemberDoubt::Shape,
        Some(MemberDoubt::Letter) => ui::MemberDoubt::Letter,
        Some(MemberDoubt::CheckDigit) => ui::MemberDoubt::CheckDigit,
    }
}

pub(super) fn held_by(holder: Option<&Holder>) -> ui::HeldBy {
    match holder.map(|holder| holder.is) {
        None => ui::HeldBy::Me,
        Some(Relationship::Spouse) => ui::HeldBy::Spouse,
        Some(Relationship::Parent) => ui::HeldBy::Parent,
        Some(Relationship::Other) => ui::HeldBy::Other,
    }
}

pub(super) fn photo_doubt(doubt: Option<PhotoDoubt>) -> ui::PhotoDoubt {
    match doubt {
        None => ui::PhotoDoubt::None,
        Some(PhotoDoubt::TooDark) => ui::PhotoDoubt::TooDark,
        Some(PhotoDoubt::TooBright) => ui::PhotoDoubt::TooBright,
        Some(PhotoDoubt::Blurred) => ui::PhotoDoubt::Blurred,
        Some(PhotoDoubt::NoCard) => ui::PhotoDoubt::NoCard,
    }
}
