//! The fonts that are shipped, so that pages and tickets look the same on every machine.
//!
//! Atkinson Hyperlegible Next was drawn for readers with low vision; Noto Sans fills in letters that it
//! lacks (Vietnamese, Greek, Cyrillic), Noto Sans Arabic has the Arabic script. All under the Open Font Licence.

/// The family of everything in Latin letters.
pub const FAMILY_LATIN: &str = "Atkinson Hyperlegible Next";
/// The family of letters that the first one lacks.
pub const FAMILY_FALLBACK: &str = "Noto Sans";
/// The family of Arabic letters.
pub const FAMILY_ARABIC: &str = "Noto Sans Arabic";

/// Every font file, in the order in which they are asked for a letter: regular and bold of each family.
pub const FILES: [&[u8]; 6] = [
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/AtkinsonHyperlegibleNext-Regular.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/AtkinsonHyperlegibleNext-Bold.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/NotoSans-Regular.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/NotoSans-Bold.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/NotoSansArabic-Regular.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/fonts/NotoSansArabic-Bold.ttf")),
];
