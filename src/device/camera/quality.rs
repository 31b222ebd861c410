//! Whether a picture of a card can be read by a person: said while the card is still held, not later at the desk.
//!
//! Pure. The card is held into a frame that the page draws; everything here is measured against the card's own
//! size, 85.60 x 53.98 mm (ISO/IEC 7810, ID-1), so that it means the same for every camera.
//! `docs/camera-measured.md` says how often the answer is right. It is advice: the photo can be taken whatever it says.

use super::picture::Luma;

/// A card's width in millimetres.
pub const CARD_WIDTH_MM: f64 = 85.60;
/// A card's height in millimetres.
pub const CARD_HEIGHT_MM: f64 = 53.98;

/// How much of the picture the frame takes, across or down.
const FRAME_SHARE: f64 = 0.8;
/// Nothing on a card that is darker than this, of 255, is read with ease.
const DARK: u8 = 80;
/// From here on a camera shows white, whatever was there.
const WHITE: u8 = 251;
/// This share of the card's fields without anything but white is too much.
const WHITE_SHARE: f64 = 0.10;
/// Letters are wiped out by a wider blur, as the standard deviation in millimetres: the small print of a card is a
/// fifth of a millimetre thick. A camera's noise makes a blur look a little narrower than it is.
const BLUR_MM: f64 = 0.26;
/// Letters have edges in all directions; of a card that was moved, those along the movement are left. So the less even
/// the directions are, the less blur is allowed: this much, times the square root of [`Measures::evenness`].
const MOVED_MM: f64 = 0.32;
/// What is measured about letters is measured with the card this wide: 7.5 points a millimetre.
const FINE_WIDTH: usize = 640;
/// What is measured about the card's sides is measured with the card about this wide, without its letters.
const COARSE_WIDTH: usize = 160;
/// So far from the frame a side may be, as a share of its width: 7.7 mm.
const SIDE_BAND: f64 = 0.09;
/// So far a side may be tilted against the frame, as a share of its length.
const TILT: f64 = 0.11;
/// A side is where brightness changes by so much.
const SIDE_STEP: i32 = 6;
/// So much of the four sides must be seen: fingers hide some, and some is of the color of what is behind it.
const SIDES: f64 = 2.75;
/// With less between dark and bright there is nothing to read.
const CONTRAST: u8 = 22;

/// Where in the picture the card is held, as shares of its width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CardFrame {
    /// Left side.
    pub left: f64,
    /// Upper side.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl CardFrame {
    /// The frame in the middle of a picture of this many points, with a card's shape.
    #[must_use]
    pub fn within(width: usize, height: usize) -> Self {
        let (across, down) = (width.max(1) as f64, height.max(1) as f64);
        let card = (across * FRAME_SHARE).min(down * FRAME_SHARE * CARD_WIDTH_MM / CARD_HEIGHT_MM);
        let (width, height) = (card / across, card * CARD_HEIGHT_MM / CARD_WIDTH_MM / down);
        Self { left: (1.0 - width) / 2.0, top: (1.0 - height) / 2.0, width, height }
    }

    /// Left, top, width and height in points of a picture, grown by a share of the frame's width on every side.
    fn points(self, luma: &Luma, grown: f64) -> (usize, usize, usize, usize) {
        let (across, down) = (luma.width() as f64, luma.height() as f64);
        let by = grown * self.width * across;
        let left = (self.left * across - by).max(0.0);
        let top = (self.top * down - by).max(0.0);
        let right = ((self.left + self.width) * across + by).min(across);
        let bottom = ((self.top + self.height) * down + by).min(down);
        (left as usize, top as usize, (right - left).max(1.0) as usize, (bottom - top).max(1.0) as usize)
    }
}

/// What is wrong with a picture of a card, if anything. The first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A person can read it.
    Good,
    /// There is too little light.
    TooDark,
    /// There is too much light, or a lamp is mirrored in the card.
    TooBright,
    /// It is out of focus or was moved.
    Blurred,
    /// There is no card in the frame, or only a part of one.
    NoCard,
}

/// What was measured; a verdict can be explained by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Two points in a hundred are brighter, of 255.
    pub bright: u8,
    /// Two points in a hundred are darker, of 255.
    pub dark: u8,
    /// Which share of the card's fields is nothing but white.
    pub white: f64,
    /// How much of the card's four sides is where it should be, from 0 to 4.
    pub sides: f64,
    /// How wide edges are blurred, as a standard deviation in millimetres; none if there is no edge.
    pub blur_mm: Option<f64>,
    /// How even the edges' directions are, from 0 (all alike: it was moved) to 1; 1 if there is no edge.
    pub evenness: f64,
}

impl Measures {
    /// Measures a picture with the card held into this frame.
    #[must_use]
    pub fn of(luma: &Luma, frame: CardFrame) -> Self {
        let card = luma.part(frame.points(luma, 0.0), FINE_WIDTH);
        let (dark, bright) = extremes(&card);
        let (blur_mm, evenness) = edges(&card, bright.saturating_sub(dark));
        Self { bright, dark, white: white(&card), sides: sides(luma, frame), blur_mm, evenness }
    }

    /// What they say.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let contrast = self.bright.saturating_sub(self.dark);
        if self.bright < DARK {
            Verdict::TooDark
        } else if self.white > WHITE_SHARE {
            Verdict::TooBright
        } else if self.sides < SIDES || contrast < CONTRAST {
            Verdict::NoCard
        } else if self.blur_mm.is_none_or(|blur| blur > BLUR_MM || blur > MOVED_MM * self.evenness.sqrt()) {
            Verdict::Blurred
        } else {
            Verdict::Good
        }
    }
}

/// Looks at a picture with the card held into this frame.
#[must_use]
pub fn look(luma: &Luma, frame: CardFrame) -> Verdict {
    Measures::of(luma, frame).verdict()
}

/// What two points in a hundred are darker and brighter than.
fn extremes(card: &Luma) -> (u8, u8) {
    let mut counts = [0_usize; 256];
    for point in card.points() {
        if let Some(count) = counts.get_mut(usize::from(*point)) {
            *count += 1;
        }
    }
    let few = card.points().len() / 50;
    let reach = |order: &mut dyn Iterator<Item = (usize, &usize)>| {
        let mut seen = 0;
        for (level, count) in order {
            seen += count;
            if seen > few {
                return level as u8;
            }
        }
        0
    };
    (reach(&mut counts.iter().enumerate()), reach(&mut counts.iter().enumerate().rev()))
}

/// The upper left corners of fields of a card, each so long and high.
fn fields(card: &Luma, size: usize) -> impl Iterator<Item = (usize, usize)> {
    let (across, down) = (card.width() / size, card.height() / size);
    (0..down).flat_map(move |row| (0..across).map(move |column| (column * size, row * size)))
}

fn white(card: &Luma) -> f64 {
    let size = (card.width() / 40).max(2);
    let (mut all, mut whites) = (0_u32, 0_u32);
    for (left, top) in fields(card, size) {
        let count = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
        let bright = count.filter(|(x, y)| card.at((left + x) as isize, (top + y) as isize) >= WHITE).count();
        all += 1;
        whites += u32::from(bright * 20 >= size * size * 19);
    }
    f64::from(whites) / f64::from(all.max(1))
}

/// How much of the frame's sides has a straight change of brightness along it, from 0 to 4.
fn sides(luma: &Luma, frame: CardFrame) -> f64 {
    // Some room around the band, for the points that a change is measured with.
    let around = frame.points(luma, SIDE_BAND + 0.03);
    let inside = frame.points(luma, 0.0);
    let by = (COARSE_WIDTH as f64 / inside.2 as f64).min(1.0);
    let coarse = luma.part(around, (around.2 as f64 * by).round() as usize);
    let along = |point: usize, from: usize| (point.saturating_sub(from) as f64 * by).round() as isize;
    let (left, top) = (along(inside.0, around.0), along(inside.1, around.1));
    let (right, bottom) = (along(inside.0 + inside.2, around.0), along(inside.1 + inside.3, around.1));
    let band = (SIDE_BAND * (right - left) as f64) as isize;
    let across = |x: isize, y: isize| {
        let at = |dx| i32::from(coarse.at(x + dx, y));
        (at(1) + at(2) + at(3) - at(-1) - at(-2) - at(-3)).abs() / 3
    };
    let down = |x: isize, y: isize| {
        let at = |dy| i32::from(coarse.at(x, y + dy));
        (at(1) + at(2) + at(3) - at(-1) - at(-2) - at(-3)).abs() / 3
    };
    let seen = [
        straight(left, (top, bottom), band, &across),
        straight(right, (top, bottom), band, &across),
        straight(top, (left, right), band, &|along, at| down(at, along)),
        straight(bottom, (left, right), band, &|along, at| down(at, along)),
    ];
    seen.into_iter().sum()
}

/// The largest share of a side, lying near `at` and reaching from `begin` to `end`, along which `step` finds a
/// change on one straight line. `step` takes where across and where along.
fn straight(at: isize, (begin, end): (isize, isize), band: isize, step: &dyn Fn(isize, isize) -> i32) -> f64 {
    // Corners are round.
    let length = end - begin;
    let (begin, end) = (begin + length / 8, end - length / 8);
    let length = (end - begin).max(1);
    let places = (0..48).map(|n| begin + n * length / 48);
    let width = (band * 2 + 1).max(1) as usize;
    let changes: Vec<bool> =
        places.flat_map(|along| (-band..=band).map(move |off| step(at + off, along) >= SIDE_STEP)).collect();
    let rows: Vec<&[bool]> = changes.chunks(width).collect();
    let tilt = (TILT * length as f64) as isize;
    let mut best = 0;
    for first in 0..width as isize {
        for last in (first - tilt).max(0)..=(first + tilt).min(width as isize - 1) {
            let on = |n: usize| first + (last - first) * n as isize / (rows.len().max(2) as isize - 1);
            let seen =
                rows.iter().enumerate().filter(|(n, row)| row.get(on(*n) as usize).copied().unwrap_or(false)).count();
            best = best.max(seen);
        }
    }
    best as f64 / rows.len().max(1) as f64
}

/// How wide edges are blurred, and how even their directions are. A step that is blurred by a standard deviation `s` is
/// steepest in its middle, with its height divided by `s * sqrt(2 pi)`; this holds at any brightness and contrast. A
/// thin stroke that was moved becomes weak but stays steep, and so directions are looked at as well (the eigenvalues of
/// the structure tensor).
fn edges(card: &Luma, contrast: u8) -> (Option<f64>, f64) {
    let smooth = smoothed(card);
    let size = (card.width() * 20 / FINE_WIDTH).max(8);
    let least = i32::from(contrast / 4).max(14);
    // The card's own sides and what lies behind it say nothing about its letters.
    let (inset_x, inset_y) = (card.width() / 12, card.height() / 12);
    let (mut across, mut down, mut evenness) = (Vec::new(), Vec::new(), Vec::new());
    for (left, top) in fields(card, size) {
        let is_inside = left >= inset_x
            && top >= inset_y
            && left + size + inset_x <= card.width()
            && top + size + inset_y <= card.height();
        if !is_inside {
            continue;
        }
        let field = Field::of(&smooth, (left, top), size);
        if field.range >= least {
            let range = f64::from(field.range) * 2.0;
            across.push(f64::from(field.across) / range);
            down.push(f64::from(field.down) / range);
            evenness.push(field.evenness());
        }
    }
    let evenness = upper_quarter(evenness).unwrap_or(1.0);
    // What was moved is sharp one way. A field may hold a line that goes only one way.
    let steep = upper_quarter(across)
        .zip(upper_quarter(down))
        .map(|(across, down)| across.min(down))
        .filter(|steep| *steep > 0.0);
    (steep.map(|steep| CARD_WIDTH_MM / card.width() as f64 / (steep * std::f64::consts::TAU.sqrt())), evenness)
}

/// A small part of a card.
struct Field {
    /// From its darkest to its brightest point.
    range: i32,
    /// The largest change over two points.
    across: i32,
    down: i32,
    /// Sums of squares and products of the changes.
    across_across: f64,
    down_down: f64,
    across_down: f64,
}

impl Field {
    fn of(smooth: &Luma, (left, top): (usize, usize), size: usize) -> Self {
        let mut field = Self { range: 0, across: 0, down: 0, across_across: 0.0, down_down: 0.0, across_down: 0.0 };
        let (mut low, mut high) = (255, 0);
        for y in top as isize..(top + size) as isize {
            for x in left as isize..(left + size) as isize {
                let at = |dx, dy| i32::from(smooth.at(x + dx, y + dy));
                low = low.min(at(0, 0));
                high = high.max(at(0, 0));
                let (across, down) = (at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1));
                field.across = field.across.max(across.abs());
                field.down = field.down.max(down.abs());
                field.across_across += f64::from(across * across);
                field.down_down += f64::from(down * down);
                field.across_down += f64::from(across * down);
            }
        }
        field.range = high - low;
        field
    }

    fn evenness(&self) -> f64 {
        let half = (self.across_across + self.down_down) / 2.0;
        let apart = ((self.across_across - self.down_down) / 2.0).hypot(self.across_down);
        if half + apart > 0.0 { (half - apart) / (half + apart) } else { 1.0 }
    }
}

fn upper_quarter(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * 3 / 4).copied()
}

/// Each point with its neighbours, weighed 1 2 1: a camera's noise is not an edge.
fn smoothed(card: &Luma) -> Luma {
    let mut points = Vec::with_capacity(card.points().len());
    for y in 0..card.height() as isize {
        for x in 0..card.width() as isize {
            let row = |dy| {
                u32::from(card.at(x - 1, y + dy))
                    + 2 * u32::from(card.at(x, y + dy))
                    + u32::from(card.at(x + 1, y + dy))
            };
            points.push(((row(-1) + 2 * row(0) + row(1) + 8) / 16) as u8);
        }
    }
    // As many points as there were.
    Luma::new(card.width(), card.height(), points).unwrap_or_else(|| card.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::camera::{Photo, Picture};

    #[test]
    fn the_frame_has_a_cards_shape_in_the_middle() {
        for (width, height) in [(1280, 720), (640, 480), (1920, 1080), (480, 640), (1, 1)] {
            let frame = CardFrame::within(width, height);
            let shape = frame.width * width as f64 / (frame.height * height as f64);
            assert!((shape - CARD_WIDTH_MM / CARD_HEIGHT_MM).abs() < 1e-9, "{shape}");
            assert!(
                (frame.left * 2.0 + frame.width - 1.0).abs() < 1e-9
                    && (frame.top * 2.0 + frame.height - 1.0).abs() < 1e-9
            );
            assert!(frame.width <= FRAME_SHARE + 1e-9 && frame.height <= FRAME_SHARE + 1e-9);
        }
    }

    #[test]
    fn the_cards_of_the_demo_are_judged_as_a_person_would() {
        for (photo, expected) in [
            (
                include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/front.jpg")).as_slice(),
                Verdict::Good,
            ),
            (include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/back.jpg")), Verdict::Good),
            (include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/dark.jpg")), Verdict::TooDark),
            (include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/glare.jpg")), Verdict::TooBright),
            (include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/blurred.jpg")), Verdict::Blurred),
            (include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/nothing.jpg")), Verdict::NoCard),
        ] {
            let luma = Picture::decode(&Photo::new(photo.to_vec())).unwrap().luma();
            let measures = Measures::of(&luma, CardFrame::within(luma.width(), luma.height()));
            assert_eq!(measures.verdict(), expected, "{measures:?}");
        }
    }

    #[test]
    fn one_colour_is_no_card_and_odd_sizes_do_no_harm() {
        for (width, height) in [(1280, 720), (3, 2), (1, 1), (1, 500), (500, 1), (40, 30)] {
            for (level, expected) in [(0, Verdict::TooDark), (128, Verdict::NoCard), (255, Verdict::TooBright)] {
                let luma = Luma::new(width, height, vec![level; width * height]).unwrap();
                let verdict = look(&luma, CardFrame::within(width, height));
                // Of a few points there are no fields that could be white.
                assert!(verdict == expected || width * height < 1500, "{width} x {height} of {level}: {verdict:?}");
                let beyond = CardFrame { left: 0.9, top: -0.5, width: 3.0, height: 7.0 };
                let _ = look(&luma, beyond);
            }
        }
    }
}
