//! Lines of text, shaped: letters joined, both directions in their order, broken where they are too long.
//!
//! Invariants: only the shipped fonts are used, so a ticket looks the same on every machine; a line is
//! never cut off, it is broken, in a word if it must be.

use std::sync::Arc;

use parley::fontique::{Blob, Collection, CollectionOptions, FamilyId, GenericFamily, Script, SourceCache};
use parley::style::{FontFamily, FontFamilyName, FontWeight, LineHeight, OverflowWrap, StyleProperty};
use parley::{Alignment, AlignmentOptions, FontContext, Layout, LayoutContext};

use crate::fonts;

/// Makes the base direction of what follows right to left, whatever its first letter is.
const RIGHT_TO_LEFT_MARK: char = '\u{200F}';
/// And left to right.
const LEFT_TO_RIGHT_MARK: char = '\u{200E}';

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextStyle {
    /// The em, in dots.
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) align: Align,
}

/// Where the lines of a text stand. Start is right where the language is written from right to left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
}

/// A text, set and broken into lines.
pub(super) struct TextBlock {
    layout: Layout<()>,
}

impl TextBlock {
    pub(super) fn layout(&self) -> &Layout<()> {
        &self.layout
    }

    /// In dots.
    pub(super) fn height(&self) -> i32 {
        self.layout.height().ceil() as i32
    }

    /// In dots: the widest line.
    pub(super) fn width(&self) -> f32 {
        self.layout.width()
    }

    /// In dots: the longest piece that should not be broken.
    pub(super) fn longest_word(&self) -> f32 {
        self.layout.calculate_content_widths().min
    }

    /// In dots, from the top of the block: baseline of the first line, and how high its capitals are.
    pub(super) fn first_line(&self) -> (f32, f32) {
        let Some(line) = self.layout.lines().next() else { return (0.0, 0.0) };
        let capitals = line.runs().filter_map(|run| run.metrics().cap_height).fold(0.0, f32::max);
        (line.metrics().baseline, capitals)
    }
}

/// Shapes text with the shipped fonts.
pub(super) struct Shaper {
    fonts: FontContext,
    scratch: LayoutContext<()>,
}

impl Shaper {
    pub(super) fn new() -> Self {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        for file in fonts::FILES {
            collection.register_fonts(Blob::new(Arc::new(file)), None);
        }
        let family = |collection: &mut Collection, name| -> Option<FamilyId> { collection.family_id(name) };
        let arabic = family(&mut collection, fonts::FAMILY_ARABIC);
        let all: Vec<FamilyId> = [fonts::FAMILY_LATIN, fonts::FAMILY_FALLBACK]
            .into_iter()
            .filter_map(|name| family(&mut collection, name))
            .chain(arabic)
            .collect();
        collection.set_generic_families(GenericFamily::SansSerif, all.iter().copied());
        for script in [b"Latn", b"Grek", b"Cyrl", b"Zyyy"] {
            collection.set_fallbacks(Script::from_bytes(*script), all.iter().copied());
        }
        collection.set_fallbacks(Script::from_bytes(*b"Arab"), arabic.into_iter());
        Self { fonts: FontContext { collection, source_cache: SourceCache::default() }, scratch: LayoutContext::new() }
    }

    /// Sets a text in lines no longer than `width` dots.
    pub(super) fn set(&mut self, text: &str, rtl: bool, style: TextStyle, width: f32) -> TextBlock {
        const FAMILIES: [FontFamilyName<'static>; 3] = [
            FontFamilyName::named(fonts::FAMILY_LATIN),
            FontFamilyName::named(fonts::FAMILY_FALLBACK),
            FontFamilyName::named(fonts::FAMILY_ARABIC),
        ];
        let mark = if rtl { RIGHT_TO_LEFT_MARK } else { LEFT_TO_RIGHT_MARK };
        let mut marked = String::with_capacity(text.len() + 3);
        marked.push(mark);
        marked.push_str(text);
        let mut builder = self.scratch.ranged_builder(&mut self.fonts, &marked, 1.0, true);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(FAMILIES.as_slice().into())));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::FontWeight(if style.bold { FontWeight::BOLD } else { FontWeight::NORMAL }));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(if rtl { 1.4 } else { 1.22 })));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        let mut layout: Layout<()> = builder.build(&marked);
        zeroize::Zeroize::zeroize(&mut marked);
        layout.break_all_lines(Some(width));
        let alignment = match (style.align, rtl) {
            (Align::Middle, _) => Alignment::Center,
            (Align::Start, false) => Alignment::Left,
            (Align::Start, true) => Alignment::Right,
        };
        layout.align(alignment, AlignmentOptions::default());
        TextBlock { layout }
    }
}
