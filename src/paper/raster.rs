//! Drawing a ticket, dot by dot.
//!
//! Invariant: every dot is black or white; nothing is dithered, so edges stay crisp on thermal paper.

use std::collections::HashMap;

use parley::PositionedLayoutItem;
use swash::FontRef;
use swash::scale::image::{Content, Image};
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::Format;

use super::layout::{Item, Page, arrange};
use super::letter::{self, LetterFace};
use super::text::{Shaper, TextBlock};
use super::{Bitmap, PaperWidth, TicketFace};
use crate::domain::settings::LetterPaper;

/// From this coverage of 255 on, a dot is burnt. A little under the half: thermal dots that stand alone
/// come out weak, so thin strokes are given the benefit of the doubt.
const BLACK_FROM: u8 = 112;

/// Letters kept drawn; a day's tickets in three languages use a few hundred.
const GLYPHS_MAX: usize = 2000;

/// Font, index in its file, size in 1/64 dot, glyph.
type GlyphKey = (u64, u32, u32, u16);

/// Sets tickets and letters. Making one reads the fonts, so it is kept and used again.
pub struct Typesetter {
    shaper: Shaper,
    pen: Pen,
}

struct Pen {
    scale: ScaleContext,
    glyphs: HashMap<GlyphKey, Image>,
}

impl Default for Typesetter {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Typesetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typesetter")
    }
}

impl Typesetter {
    /// Reads the shipped fonts.
    #[must_use]
    pub fn new() -> Self {
        Self { shaper: Shaper::new(), pen: Pen { scale: ScaleContext::new(), glyphs: HashMap::new() } }
    }

    /// The ticket as it comes out of the printer: as wide as the paper prints, as long as it needs.
    #[must_use]
    pub fn ticket(&mut self, face: &TicketFace, paper: PaperWidth) -> Bitmap {
        let page = arrange(face, paper, &mut self.shaper);
        self.pen.draw(&page)
    }

    /// The letter on its sheet, at [`letter::LETTER_DOTS_PER_MM`].
    #[must_use]
    pub fn letter(&mut self, face: &LetterFace, paper: LetterPaper) -> Bitmap {
        let page = letter::arrange(face, paper, &mut self.shaper);
        self.pen.draw(&page)
    }
}

impl Pen {
    fn draw(&mut self, page: &Page) -> Bitmap {
        let mut picture = Bitmap::white(page.width, page.height);
        for item in &page.items {
            match item {
                Item::Text { block, x, y, black } => self.text(&mut picture, block, *x, *y, *black),
                Item::Bar { x, y, width, height } => picture.fill(*x, *y, *width, *height, true),
                Item::Frame { x, y, width, height, stroke, radius } => {
                    rounded(&mut picture, (*x, *y, *width, *height), *radius, true);
                    rounded(
                        &mut picture,
                        (*x + stroke, *y + stroke, *width - 2 * stroke, *height - 2 * stroke),
                        *radius - stroke,
                        false,
                    );
                }
                Item::Code { code, x, y } => {
                    for (left, top, side) in code.dark() {
                        picture.fill(x + left as i32, y + top as i32, side as i32, side as i32, true);
                    }
                }
            }
        }
        picture
    }

    fn text(&mut self, picture: &mut Bitmap, block: &TextBlock, x: i32, y: i32, black: bool) {
        if self.glyphs.len() > GLYPHS_MAX {
            self.glyphs.clear();
        }
        for line in block.layout().lines() {
            for item in line.items() {
                let PositionedLayoutItem::GlyphRun(glyphs) = item else { continue };
                let run = glyphs.run();
                let font = run.font();
                let Some(face) = FontRef::from_index(font.data.data(), font.index as usize) else { continue };
                let size = run.font_size();
                let mut scaler =
                    self.scale.builder(face).size(size).hint(false).normalized_coords(run.normalized_coords()).build();
                for glyph in glyphs.positioned_glyphs() {
                    let Ok(id) = u16::try_from(glyph.id) else { continue };
                    let key = (font.data.id(), font.index, (size * 64.0) as u32, id);
                    let drawn = self.glyphs.entry(key).or_insert_with(|| {
                        Render::new(&[Source::Outline])
                            .format(Format::Alpha)
                            .render(&mut scaler, id)
                            .unwrap_or_default()
                    });
                    stamp(picture, drawn, x + glyph.x.round() as i32, y + glyph.y.round() as i32, black);
                }
            }
        }
    }
}

/// Puts a drawn letter on the picture, its origin at this dot.
fn stamp(picture: &mut Bitmap, letter: &Image, x: i32, y: i32, black: bool) {
    if letter.content != Content::Mask || letter.placement.width == 0 {
        return;
    }
    let (left, top) = (x + letter.placement.left, y - letter.placement.top);
    for (row, covered) in (top..).zip(letter.data.chunks_exact(letter.placement.width as usize)) {
        for (column, coverage) in (left..).zip(covered) {
            if *coverage >= BLACK_FROM {
                picture.set(column, row, black);
            }
        }
    }
}

/// Fills a rectangle with round corners.
fn rounded(picture: &mut Bitmap, (x, y, width, height): (i32, i32, i32, i32), radius: i32, black: bool) {
    let radius = radius.clamp(0, width.min(height).max(0) / 2);
    for row in 0..height {
        // How far this row reaches into the corner above or below.
        let into = (radius - row).max(row - (height - 1 - radius)).max(0);
        let cut = radius - f64::from(radius * radius - into * into).max(0.0).sqrt().round() as i32;
        picture.fill(x + cut, y + row, width - 2 * cut, 1, black);
    }
}
