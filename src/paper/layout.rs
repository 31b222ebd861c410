//! Where everything stands on a ticket.
//!
//! It is read at arm's length, by people without their glasses: nothing is set under 38 dots (capitals of
//! more than 3 mm), the number is as large as the paper allows, and there is one thing per line. All sizes
//! are dots of 1/8 mm.

use super::qr::Qr;
use super::text::{Align, Shaper, TextBlock, TextStyle};
use super::{PaperWidth, TicketFace};

/// Something to draw.
pub(super) enum Item {
    /// Black text, or white text if it stands on a bar.
    Text { block: Box<TextBlock>, x: i32, y: i32, black: bool },
    /// A filled rectangle.
    Bar { x: i32, y: i32, width: i32, height: i32 },
    /// A frame with round corners.
    Frame { x: i32, y: i32, width: i32, height: i32, stroke: i32, radius: i32 },
    /// The square code.
    Code { code: Qr, x: i32, y: i32 },
}

/// A ticket, arranged.
pub(super) struct Page {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) items: Vec<Item>,
}

/// What depends on the paper's width.
struct Sizes {
    margin: i32,
    clinic: f32,
    label: f32,
    /// The em of the number: its digits are two thirds of it, 20 mm on wide paper.
    number: f32,
    name: f32,
    place: f32,
    body: f32,
    /// How large the square code may be, white border included.
    code: u32,
    /// Whether what the code is good for stands beside it rather than below.
    code_beside: bool,
}

const SIZES_80: Sizes = Sizes {
    margin: 16,
    clinic: 46.0,
    label: 40.0,
    number: 240.0,
    name: 64.0,
    place: 60.0,
    body: 40.0,
    code: 248,
    code_beside: true,
};
const SIZES_58: Sizes = Sizes {
    margin: 8,
    clinic: 40.0,
    label: 38.0,
    number: 240.0,
    name: 54.0,
    place: 50.0,
    body: 38.0,
    code: 264,
    code_beside: false,
};

/// A module of the square code is at most 1 mm.
const MODULE_DOTS_MAX: u32 = 8;
/// Nothing is smaller.
const SIZE_MIN: f32 = 38.0;
const RULE: i32 = 4;
const FRAME: i32 = 5;
const FRAME_RADIUS: i32 = 22;

/// The pen that goes down the paper.
struct Column<'a> {
    shaper: &'a mut Shaper,
    rtl: bool,
    left: i32,
    width: i32,
    y: i32,
    items: Vec<Item>,
}

impl Column<'_> {
    fn set(&mut self, text: &str, size: f32, bold: bool, align: Align, width: i32) -> TextBlock {
        self.shaper.set(text.trim(), self.rtl, TextStyle { size, bold, align }, width as f32)
    }

    fn text(&mut self, text: &str, size: f32, bold: bool, align: Align) {
        if text.trim().is_empty() {
            return;
        }
        let block = self.set(text, size, bold, align, self.width);
        let height = block.height();
        self.items.push(Item::Text { block: Box::new(block), x: self.left, y: self.y, black: true });
        self.y += height;
    }

    fn rule(&mut self) {
        self.items.push(Item::Bar { x: self.left, y: self.y, width: self.width, height: RULE });
        self.y += RULE;
    }

    fn gap(&mut self, dots: i32) {
        self.y += dots;
    }

    /// White on black across the paper.
    fn bar(&mut self, text: &str, size: f32) {
        let block = self.set(text, size, true, Align::Middle, self.width - 32);
        let height = block.height() + 16;
        self.items.push(Item::Bar { x: self.left, y: self.y, width: self.width, height });
        self.items.push(Item::Text { block: Box::new(block), x: self.left + 16, y: self.y + 8, black: false });
        self.y += height;
    }

    /// As large as it fits in one line. Line height would waste a centimetre above the digits, so it
    /// takes the height of its capitals alone.
    fn number(&mut self, text: &str, size: f32) {
        if text.trim().is_empty() {
            return;
        }
        let mut block = self.set(text, size, true, Align::Middle, i32::from(i16::MAX));
        let fits = self.width as f32;
        let size = if block.width() > fits { (size * fits / block.width()).floor() } else { size };
        block = self.set(text, size, true, Align::Middle, self.width);
        let (baseline, capitals) = block.first_line();
        let below = block.height() - baseline.ceil() as i32;
        let top = (baseline - capitals).floor() as i32;
        let height = block.height();
        self.items.push(Item::Text { block: Box::new(block), x: self.left, y: self.y - top, black: true });
        // More lines than one are never meant, but a clinic may have long numbers: then all of it is kept.
        self.y += if height as f32 > size * 1.6 { height - top } else { height - top - below };
    }

    /// Where to go, in a frame.
    fn framed(&mut self, label: &str, label_size: f32, text: &str, size: f32) {
        if text.trim().is_empty() {
            return;
        }
        let (pad_x, pad_y, top) = (22, 16, self.y);
        let (left, width) = (self.left, self.width);
        let before = self.items.len();
        self.y += FRAME + pad_y;
        (self.left, self.width) = (left + FRAME + pad_x, width - 2 * (FRAME + pad_x));
        self.text(label, label_size, false, Align::Start);
        // "Otorrinolaringología" is set smaller rather than broken.
        let word = self.set(text, size, true, Align::Start, self.width).longest_word();
        let size =
            if word > self.width as f32 { (size * self.width as f32 / word).floor().max(SIZE_MIN) } else { size };
        self.text(text, size, true, Align::Start);
        (self.left, self.width) = (left, width);
        self.y += FRAME + pad_y;
        // Under its words: drawing it whitens its inside.
        self.items.insert(
            before,
            Item::Frame { x: left, y: top, width, height: self.y - top, stroke: FRAME, radius: FRAME_RADIUS },
        );
    }

    fn code(&mut self, text: &str, label: &str, sizes: &Sizes) {
        let Some(code) = Qr::new(text, sizes.code, MODULE_DOTS_MAX) else { return };
        let side = code.dots() as i32;
        let quiet = code.quiet_dots() as i32;
        if sizes.code_beside {
            // The code's own white border reaches into the margin, so that its dark part lines up with the text.
            let beside = self.width + quiet - side;
            let x = if self.rtl { self.left + self.width + quiet - side } else { self.left - quiet };
            let x = x.clamp(0, (self.left * 2 + self.width - side).max(0));
            let block = self.set(label, sizes.body, false, Align::Start, beside - 8);
            let height = block.height();
            let text_x = if self.rtl { self.left } else { self.left + self.width - beside + 8 };
            let row = side.max(height);
            self.items.push(Item::Code { code, x, y: self.y + (row - side) / 2 });
            if !label.trim().is_empty() {
                self.items.push(Item::Text {
                    block: Box::new(block),
                    x: text_x,
                    y: self.y + (row - height) / 2,
                    black: true,
                });
            }
            self.y += row;
        } else {
            self.items.push(Item::Code { code, x: self.left + (self.width - side) / 2, y: self.y });
            self.y += side;
            self.text(label, sizes.body, false, Align::Middle);
            self.gap(8);
        }
    }
}

/// Arranges a ticket.
pub(super) fn arrange(face: &TicketFace, paper: PaperWidth, shaper: &mut Shaper) -> Page {
    let sizes = match paper {
        PaperWidth::Mm58 => &SIZES_58,
        PaperWidth::Mm80 => &SIZES_80,
    };
    let width = paper.dots() as i32 - 2 * sizes.margin;
    let mut column = Column { shaper, rtl: face.rtl, left: sizes.margin, width, y: 8, items: Vec::new() };
    if let Some(copy) = face.copy_label.as_deref().filter(|label| !label.trim().is_empty()) {
        column.bar(copy, sizes.label);
        column.gap(12);
    }
    column.text(&face.clinic, sizes.clinic, true, Align::Middle);
    column.gap(10);
    column.rule();
    column.gap(14);
    column.text(&face.number_label, sizes.label, false, Align::Middle);
    column.gap(18);
    column.number(&face.number, sizes.number);
    column.gap(26);
    if let Some(name) = face.name.as_ref().filter(|name| !name.is_blank()) {
        column.text(name.as_str(), sizes.name, true, Align::Middle);
        column.gap(10);
    }
    column.gap(6);
    column.framed(&face.place_label, sizes.label, &face.place, sizes.place);
    for line in &face.lines {
        column.gap(16);
        column.text(line, sizes.body, false, Align::Start);
    }
    column.gap(18);
    column.rule();
    column.gap(4);
    column.code(&face.qr, &face.qr_label, sizes);
    column.gap(4);
    column.text(&face.time_line, sizes.label, true, if sizes.code_beside { Align::Start } else { Align::Middle });
    column.gap(12);
    Page { width: paper.dots(), height: column.y.max(1) as u32, items: column.items }
}
