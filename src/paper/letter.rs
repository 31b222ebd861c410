//! A letter as one page: whose visit it is, when, with which provider and where, what to bring, and the code that the
//! kiosk reads.
//!
//! Invariants: as for a ticket (no I/O, no clock, no wording of its own, shipped fonts only); everything is on one
//! page, in smaller letters if it must be; the code stands at the foot at the same size always and is never smaller
//! than 35 mm.

use super::Bitmap;
use super::layout::{Item, Page};
use super::qr::Qr;
use super::text::{Align, Shaper, TextBlock, TextStyle};
use crate::domain::private::Private;
use crate::domain::settings::LetterPaper;

/// Dots in one millimetre: 305 to the inch, what office printers do well.
pub const LETTER_DOTS_PER_MM: u32 = 12;
/// A module of the code is at most 14 dots; the code of a letter is then 43 mm wide, and 52 mm with its white border.
const MODULE_DOTS_MAX: u32 = 14;
/// The code and its white border are at most this wide.
const CODE_DOTS_MAX: u32 = 640;
/// White at the edges, which no office printer cuts off.
const MARGIN_MM: i32 = 20;
/// How much smaller letters may become, step by step, so that everything fits.
const SCALES: [f32; 8] = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.36];

/// Everything that is on a letter, in the patient's words. A text that is empty takes no room.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterFace {
    /// Whether the language is written from right to left.
    pub rtl: bool,
    /// The clinic's name, at the top.
    pub clinic: String,
    /// What this is: "Your appointment".
    pub title: String,
    /// Whose.
    pub name: Private,
    /// What stands before the date, as a label and the largest words: "When", "Monday, November 23, 2026", "8:00 AM".
    pub when: LetterPart,
    /// Below it, small: when check-in opens.
    pub opens: String,
    /// With which provider, where: each a label and its words.
    pub parts: Vec<LetterPart>,
    /// What to bring: a label, and one line for each thing.
    pub bring: LetterPart,
    /// What the code says. Empty for none.
    pub code: String,
    /// What to do with it.
    pub code_label: String,
}

impl std::fmt::Debug for LetterFace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Whose visit, when and where; and the code opens the same door as the letter.
        f.write_str("LetterFace")
    }
}

/// A label and the lines below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterPart {
    /// Small, above.
    pub label: String,
    /// Large.
    pub lines: Vec<String>,
}

impl LetterPart {
    /// A label and one line.
    #[must_use]
    pub fn new(label: impl Into<String>, line: impl Into<String>) -> Self {
        Self { label: label.into(), lines: vec![line.into()] }
    }

    fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.trim().is_empty())
    }
}

/// Width and height of a sheet in tenths of a millimetre.
#[must_use]
pub(super) fn sheet(paper: LetterPaper) -> (u32, u32) {
    match paper {
        LetterPaper::Letter => (2159, 2794),
        LetterPaper::A4 => (2100, 2970),
    }
}

/// Width and height of a sheet in dots.
pub(super) fn sheet_dots(paper: LetterPaper) -> (u32, u32) {
    let (width, height) = sheet(paper);
    (width * LETTER_DOTS_PER_MM / 10, height * LETTER_DOTS_PER_MM / 10)
}

/// Points (1/72 inch) as dots.
fn points(size: f32) -> f32 {
    size * 25.4 / 72.0 * LETTER_DOTS_PER_MM as f32
}

fn mm(length: i32) -> i32 {
    length * LETTER_DOTS_PER_MM as i32
}

/// Arranges a letter on its sheet.
pub(super) fn arrange(face: &LetterFace, paper: LetterPaper, shaper: &mut Shaper) -> Page {
    let (width, height) = sheet_dots(paper);
    let mut items = Vec::new();
    let mut foot = Pen {
        shaper,
        rtl: face.rtl,
        left: mm(MARGIN_MM),
        width: width as i32 - 2 * mm(MARGIN_MM),
        y: 0,
        scale: 1.0,
        items: Vec::new(),
    };
    let bottom = height as i32 - mm(MARGIN_MM);
    let foot_height = foot.code(face, bottom);
    items.append(&mut foot.items);
    let room = bottom - foot_height - mm(6);
    for scale in SCALES {
        let mut body = Pen {
            shaper,
            rtl: face.rtl,
            left: mm(MARGIN_MM),
            width: width as i32 - 2 * mm(MARGIN_MM),
            y: mm(MARGIN_MM),
            scale,
            items: Vec::new(),
        };
        body.body(face);
        if body.y <= room || Some(&scale) == SCALES.last() {
            items.append(&mut body.items);
            break;
        }
    }
    Page { width, height, items }
}

/// The pen that goes down the sheet.
struct Pen<'a> {
    shaper: &'a mut Shaper,
    rtl: bool,
    left: i32,
    width: i32,
    y: i32,
    scale: f32,
    items: Vec<Item>,
}

impl Pen<'_> {
    fn set(&mut self, text: &str, size: f32, bold: bool, width: i32) -> TextBlock {
        self.shaper.set(
            text.trim(),
            self.rtl,
            TextStyle { size: points(size) * self.scale, bold, align: Align::Start },
            width as f32,
        )
    }

    fn text(&mut self, text: &str, size: f32, bold: bool) {
        if text.trim().is_empty() {
            return;
        }
        let block = self.set(text, size, bold, self.width);
        let height = block.height();
        self.items.push(Item::Text { block: Box::new(block), x: self.left, y: self.y, black: true });
        self.y += height;
    }

    fn gap(&mut self, millimetres: f32) {
        self.y += (millimetres * LETTER_DOTS_PER_MM as f32 * self.scale) as i32;
    }

    fn rule(&mut self, y: i32) {
        self.items.push(Item::Bar { x: self.left, y, width: self.width, height: 4 });
    }

    fn part(&mut self, part: &LetterPart, size: f32) {
        if part.is_blank() {
            return;
        }
        self.gap(5.0);
        self.text(&part.label, 14.0, false);
        for line in &part.lines {
            self.text(line, size, true);
        }
    }

    fn body(&mut self, face: &LetterFace) {
        self.text(&face.clinic, 20.0, true);
        self.gap(3.0);
        self.rule(self.y);
        self.gap(8.0);
        self.text(&face.title, 18.0, false);
        self.text(face.name.as_str(), 26.0, true);
        self.gap(2.0);
        self.part(&face.when, 26.0);
        self.text(&face.opens, 16.0, false);
        for part in &face.parts {
            self.part(part, 19.0);
        }
        self.part(&face.bring, 19.0);
    }

    /// The code and beside it what to do with it, standing on `bottom`. Answers how high that is.
    fn code(&mut self, face: &LetterFace, bottom: i32) -> i32 {
        let Some(code) = Qr::new(&face.code, CODE_DOTS_MAX, MODULE_DOTS_MAX) else { return 0 };
        let (side, quiet) = (code.dots() as i32, code.quiet_dots() as i32);
        // The white border reaches into the margin, so that the dark part lines up with the text.
        let x = if self.rtl { self.left + self.width + quiet - side } else { self.left - quiet };
        let beside = self.width + quiet - side - mm(4);
        let text_x = if self.rtl { self.left } else { self.left + self.width - beside };
        let mut block = self.set(&face.code_label, 18.0, false, beside);
        for scale in SCALES {
            self.scale = scale;
            block = self.set(&face.code_label, 18.0, false, beside);
            if block.height() <= side - 2 * quiet {
                break;
            }
        }
        self.scale = 1.0;
        let top = bottom + quiet - side;
        self.items.push(Item::Code { code, x, y: top });
        let height = block.height();
        self.items.push(Item::Text { block: Box::new(block), x: text_x, y: top + (side - height) / 2, black: true });
        self.rule(top + quiet - mm(6));
        side - quiet - quiet + mm(6)
    }
}

/// The picture of a letter must be of this size.
pub(super) fn fits(picture: &Bitmap, paper: LetterPaper) -> bool {
    (picture.width(), picture.height()) == sheet_dots(paper)
}
