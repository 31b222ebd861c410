//! The page's own pictograms: decoration beside words, never instead of them.

use maud::{Markup, PreEscaped, html};

use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;

/// A pictogram of this name, 20 by 20, drawn with lines.
pub fn icon(name: &str) -> Markup {
    let shape = match name {
        "alert" => r#"<path d="M10 3l8 14H2zM10 8v4M10 14.6v.2"/>"#,
        "heart" => {
            concat!(
                r#"<path d="M10 17S2.5 12.500 2.500 7.500A4 4 0 0 1 10 5.500a4 4 0 0 1 7.500 2"#,
                r#"c0 5-7.500 9.500-7.500 9.500zM10 8v4M8 10h4"/>"#,
            )
        }
        "hand" => {
            concat!(
                r#"<path d="M6 10V5.500a1.200 1.200 0 0 1 2.400 0V9 4a1.200 1.200 0 0 1 2.400 0"#,
                r#"v5-4a1.200 1.200 0 0 1 2.400 0v5-2.500a1.200 1.200 0 0 1 2.400 0V12"#,
                r#"c0 4-2.200 6-5 6-2.600 0-3.800-1.500-5-3.500L3.400 11.500a1.200 1.200 0 0 1 2-1.300z"/>"#,
            )
        }
        "clock" => r#"<circle cx="10" cy="10" r="7.500"/><path d="M10 5.500V10l3 2"/>"#,
        "pin" => {
            concat!(
                r#"<path d="M10 18s5.500-5.500 5.500-10a5.500 5.500 0 0 0-11 0c0 4.500 5.500 10 5.500 10z"/>"#,
                r#"<circle cx="10" cy="8" r="1.800"/>"#,
            )
        }
        "cross" => r#"<path d="M5 5l10 10M15 5L5 15"/>"#,
        "ticket" => r#"<path d="M2.500 6h15v2.500a1.500 1.500 0 0 0 0 3V14h-15v-2.500a1.500 1.500 0 0 0 0-3z"/>"#,
        "card" => r#"<rect x="2" y="4.500" width="16" height="11" rx="1.500"/><path d="M2 8.500h16M5 12.500h4"/>"#,
        "speech" => r#"<path d="M3 4h14v9H9l-4 3.500V13H3z"/>"#,
        "printer" => r#"<path d="M5.500 7V3h9v4M5.500 14H3V7h14v7h-2.500M5.500 11.500h9V17h-9z"/>"#,
        "question" => {
            concat!(
                r#"<circle cx="10" cy="10" r="7.500"/>"#,
                r#"<path d="M7.700 7.800a2.300 2.300 0 1 1 3.300 2.100c-.8.4-1 .8-1 1.600M10 14v.2"/>"#,
            )
        }
        "pencil" => {
            r#"<path d="M3.500 16.500l.8-3.600L13.500 3.700l2.800 2.800-9.200 9.200zM11.500 5.700l2.800 2.800"/>"#
        }
        "check" => r#"<path d="M4 10.500l4 4 8-9"/>"#,
        "sound" => r#"<path d="M3 8v4h3l4 3.500v-11L6 8zM13 7.500a3.500 3.500 0 0 1 0 5M15.200 5a7 7 0 0 1 0 10"/>"#,
        "person" => r#"<circle cx="10" cy="6.500" r="3.200"/><path d="M3.500 17.500c.5-4 3-6 6.500-6s6 2 6.500 6"/>"#,
        "pause" => r#"<path d="M7 4.500v11M13 4.500v11"/>"#,
        "dot" => r#"<circle cx="10" cy="10" r="4.500" fill="currentColor"/>"#,
        _ => r#"<circle cx="10" cy="10" r="4.500"/>"#,
    };
    PreEscaped(format!(r#"<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{shape}</svg>"#))
}

/// The program's own mark.
pub fn mark() -> Markup {
    html! { img.mark src="/static/icon.svg" alt="" width="36" height="36"; }
}

/// The pictogram of a reason.
pub fn reason_icon(reason: Reason) -> &'static str {
    match reason {
        Reason::FeelsUnwell => "heart",
        Reason::AskedForHelp => "hand",
        Reason::TooEarly | Reason::TooLate | Reason::OtherDay => "clock",
        Reason::OtherSite => "pin",
        Reason::Cancelled | Reason::VisitOver | Reason::ConsentDeclined => "cross",
        Reason::AlreadyCheckedIn => "ticket",
        Reason::MemberNotFound | Reason::CoverageInactive | Reason::CoverageOutOfDates => "card",
        Reason::InsuranceUnclear | Reason::DocumentMissing | Reason::DetailsUnclear => "card",
        Reason::NeedsInterpreter => "speech",
        Reason::PrinterTrouble => "printer",
        Reason::NoList | Reason::CannotSave => "alert",
        Reason::CodeForged | Reason::Guessing => "alert",
        Reason::CodeTruncated | Reason::CodeOtherClinic | Reason::CodeOtherDay | Reason::CodeExpired => "card",
        Reason::NotFound | Reason::Ambiguous | Reason::TooManyTries | Reason::NotThisPerson | Reason::WalkIn => {
            "question"
        }
    }
}

/// The pictogram of a state.
pub fn state_icon(state: VisitState) -> Markup {
    icon(match state {
        VisitState::Expected => "ring",
        VisitState::Asks => "question",
        VisitState::Arrived => "dot",
        VisitState::Held => "pause",
        VisitState::Called => "sound",
        VisitState::WithClinician => "person",
        VisitState::Done => "check",
        VisitState::NoShow | VisitState::Cancelled => "cross",
    })
}
