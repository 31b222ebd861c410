//! Invented pictures of cards, as a camera would see them, for measuring how often a verdict is right.
//!
//! Everything follows from a seed. Shared by the quick test and by `benches/camera.rs`.

#[path = "../random/mod.rs"]
mod random;

use arrivals::device::camera::{CARD_HEIGHT_MM, CARD_WIDTH_MM, CardFrame, Luma, Verdict};
pub use random::Random;

impl Random {
    /// Somewhere from one to the other.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What is drawn, and what is to be said about it.
pub const KINDS: [(&str, Verdict); 18] = [
    ("light card", Verdict::Good),
    ("dark card", Verdict::Good),
    ("coloured card", Verdict::Good),
    ("card of little contrast", Verdict::Good),
    ("card with fingers over a side", Verdict::Good),
    ("card before stripes", Verdict::Good),
    ("card in the dark", Verdict::TooDark),
    ("lamp mirrored in it", Verdict::TooBright),
    ("card in too much light", Verdict::TooBright),
    ("out of focus", Verdict::Blurred),
    ("far out of focus", Verdict::Blurred),
    ("moved", Verdict::Blurred),
    ("out of focus and noisy", Verdict::Blurred),
    ("empty room", Verdict::NoCard),
    ("hand without a card", Verdict::NoCard),
    ("card too far away", Verdict::NoCard),
    ("half of a card", Verdict::NoCard),
    ("sheet of paper", Verdict::NoCard),
];

/// A canvas of brightness from 0 to 1; more is more light than a camera can show.
struct Canvas {
    width: usize,
    height: usize,
    points: Vec<f32>,
}

impl Canvas {
    fn new(width: usize, height: usize, level: f64) -> Self {
        Self { width, height, points: vec![level as f32; width * height] }
    }

    fn rectangle(&mut self, left: f64, top: f64, width: f64, height: f64, level: f64) {
        let across = left.max(0.0) as usize..((left + width).max(0.0) as usize).min(self.width);
        for y in top.max(0.0) as usize..((top + height).max(0.0) as usize).min(self.height) {
            if across.start < across.end {
                self.points[y * self.width..][across.clone()].fill(level as f32);
            }
        }
    }

    fn ellipse(&mut self, x: f64, y: f64, wide: f64, high: f64, level: f64) {
        for down in 0..self.height {
            for across in 0..self.width {
                let (dx, dy) = ((across as f64 - x) / wide, (down as f64 - y) / high);
                if dx * dx + dy * dy < 1.0 {
                    self.points[down * self.width + across] = level as f32;
                }
            }
        }
    }

    /// The level between points; none outside.
    fn at(&self, x: f64, y: f64) -> Option<f64> {
        if x < 0.0 || y < 0.0 || x >= (self.width - 1) as f64 || y >= (self.height - 1) as f64 {
            return None;
        }
        let (left, top) = (x as usize, y as usize);
        let (right, down) = (x - left as f64, y - top as f64);
        let point = |x: usize, y: usize| f64::from(self.points[y * self.width + x]);
        let upper = point(left, top) * (1.0 - right) + point(left + 1, top) * right;
        let lower = point(left, top + 1) * (1.0 - right) + point(left + 1, top + 1) * right;
        Some(upper * (1.0 - down) + lower * down)
    }

    /// Blurs along one direction by the weights, whose middle is the point itself.
    fn along(&mut self, weights: &[f32], step: (f64, f64)) {
        let middle = (weights.len() / 2) as f64;
        let mut blurred = vec![0.0; self.points.len()];
        for (n, weight) in weights.iter().enumerate() {
            let dx = ((n as f64 - middle) * step.0).round() as isize;
            let dy = ((n as f64 - middle) * step.1).round() as isize;
            for y in 0..self.height {
                let from = (y as isize + dy).clamp(0, self.height as isize - 1) as usize;
                let source = &self.points[from * self.width..(from + 1) * self.width];
                let sum = &mut blurred[y * self.width..(y + 1) * self.width];
                let shift = dx.unsigned_abs().min(self.width - 1);
                let (first, last) = (source[0] * weight, source[self.width - 1] * weight);
                // Beyond the edge it is as at the edge.
                let (inside, source) = if dx < 0 {
                    sum[..shift].iter_mut().for_each(|sum| *sum += first);
                    (&mut sum[shift..], source)
                } else {
                    let inside = self.width - shift;
                    sum[inside..].iter_mut().for_each(|sum| *sum += last);
                    (&mut sum[..inside], &source[shift..])
                };
                inside.iter_mut().zip(source).for_each(|(sum, source)| *sum += weight * source);
            }
        }
        self.points = blurred;
    }

    /// A lens out of focus, by the standard deviation in points.
    fn blur(&mut self, deviation: f64) {
        let reach = (deviation * 3.0).ceil() as i32;
        let weights: Vec<f64> =
            (-reach..=reach).map(|n| (-f64::from(n * n) / (2.0 * deviation * deviation)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let weights: Vec<f32> = weights.iter().map(|weight| (weight / sum) as f32).collect();
        self.along(&weights, (1.0, 0.0));
        self.along(&weights, (0.0, 1.0));
    }

    /// A hand that moved so many points.
    fn moved(&mut self, points: f64, direction: (f64, f64)) {
        let count = (points.round() as usize).max(2);
        self.along(&vec![1.0 / count as f32; count], direction);
    }
}

/// Points of a millimetre on the card that is drawn first.
const SCALE: f64 = 12.0;

/// A line of letters: strokes this thick, upright and lying.
fn letters(card: &mut Canvas, random: &mut Random, (left, top): (f64, f64), (width, height): (f64, f64), ink: f64) {
    let stroke = (height * random.between(0.11, 0.17)).max(0.2);
    let mut x = left;
    while x < left + width {
        let letter = height * random.between(0.45, 0.75);
        if random.below(7) > 0 {
            for _ in 0..2 {
                let at = x + random.between(0.0, letter - stroke);
                card.rectangle(at * SCALE, top * SCALE, stroke * SCALE, height * SCALE, ink);
            }
            for _ in 0..random.below(3) {
                let at = top + random.between(0.0, height - stroke);
                card.rectangle(x * SCALE, at * SCALE, letter * SCALE, stroke * SCALE, ink);
            }
        }
        x += letter + height * 0.25;
    }
}

fn card(random: &mut Random, kind: &str) -> Canvas {
    let (paper, ink, band) = match kind {
        "dark card" => (random.between(0.10, 0.28), random.between(0.8, 0.93), random.between(0.05, 0.3)),
        "coloured card" => (random.between(0.4, 0.65), random.between(0.0, 0.12), random.between(0.7, 0.9)),
        "card of little contrast" => (random.between(0.7, 0.85), random.between(0.4, 0.5), random.between(0.5, 0.8)),
        "card in too much light" => (random.between(0.8, 0.92), random.between(0.05, 0.2), random.between(0.5, 0.9)),
        _ => (random.between(0.78, 0.92), random.between(0.02, 0.25), random.between(0.1, 0.7)),
    };
    let mut card = Canvas::new((CARD_WIDTH_MM * SCALE) as usize, (CARD_HEIGHT_MM * SCALE) as usize, paper);
    if random.below(3) > 0 {
        let high = random.between(6.0, 14.0);
        card.rectangle(0.0, 0.0, 2000.0, high * SCALE, band);
        let on_band = if band > 0.45 { 0.05 } else { 0.92 };
        letters(&mut card, random, (4.0, 2.0), (35.0, (high - 4.0).min(6.0)), on_band);
    }
    let mut y = 17.0;
    while y < 46.0 {
        let height = random.between(1.5, 3.2);
        let width = random.between(18.0, 36.0);
        let left = random.between(4.0, 6.0);
        letters(&mut card, random, (left, y), (width, height), ink);
        if random.below(2) == 0 {
            let width = random.between(8.0, 30.0);
            letters(&mut card, random, (50.0, y), (width, height), ink);
        }
        y += height + random.between(1.2, 3.5);
    }
    if random.below(3) == 0 {
        for n in 0..40 {
            card.rectangle(
                (5.0 + f64::from(n) * 0.9) * SCALE,
                47.0 * SCALE,
                random.between(0.25, 0.6) * SCALE,
                5.0 * SCALE,
                ink,
            );
        }
    }
    card
}

fn room(random: &mut Random, width: usize, height: usize, kind: &str) -> Canvas {
    let (across, down) = (width as f64, height as f64);
    let mut room = Canvas::new(width, height, random.between(0.25, 0.6));
    for _ in 0..random.below(6) + 2 {
        let level = random.between(0.1, 0.75);
        let (x, y) = (random.between(0.0, across), random.between(0.0, down));
        let (wide, high) = (random.between(0.05, 0.4) * across, random.between(0.05, 0.5) * down);
        if random.below(2) == 0 {
            room.ellipse(x, y, wide, high, level);
        } else {
            room.rectangle(x, y, wide, high, level);
        }
    }
    if kind == "card before stripes" {
        let wide = random.between(0.01, 0.04) * across;
        for n in 0..(across / wide) as usize {
            if n % 2 == 0 {
                room.rectangle(n as f64 * wide, 0.0, wide, down, 0.55);
            }
        }
    }
    // What is behind a card is far out of focus.
    room.blur(across * random.between(0.002, 0.015));
    room
}

/// A light card, blurred by so many millimetres.
pub fn blurred_by(random: &mut Random, millimetres: f64, width: usize, height: usize) -> (Luma, CardFrame) {
    let (mut view, frame, points_of_mm) = scene(random, "light card", width, height);
    view.blur(millimetres * points_of_mm);
    sensor(random, &view, 4.0, frame)
}

/// A picture of a kind, so large, and the frame that the card was held into.
pub fn picture(random: &mut Random, kind: &str, width: usize, height: usize) -> (Luma, CardFrame) {
    let (mut view, frame, points_of_mm) = scene(random, kind, width, height);
    light(random, &mut view, kind, frame, points_of_mm)
}

/// What is before the lens, and how many points of the picture are a millimetre of the card.
fn scene(random: &mut Random, kind: &str, width: usize, height: usize) -> (Canvas, CardFrame, f64) {
    let frame = CardFrame::within(width, height);
    let (across, down) = (width as f64, height as f64);
    let mut view = room(random, width, height, kind);
    let points_of_mm = frame.width * across / CARD_WIDTH_MM;
    let has_card = !matches!(kind, "empty room" | "hand without a card" | "sheet of paper");
    if has_card {
        let card = card(random, kind);
        let mut size = random.between(0.94, 1.04);
        let mut at = (across / 2.0, down / 2.0);
        at.0 += random.between(-0.02, 0.02) * across;
        at.1 += random.between(-0.02, 0.02) * across;
        match kind {
            "card too far away" => size = random.between(0.35, 0.65),
            "half of a card" => {
                let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
                if random.below(2) == 0 {
                    at.0 += sign * random.between(0.35, 0.5) * frame.width * across;
                } else {
                    at.1 += sign * random.between(0.35, 0.5) * frame.height * down;
                }
            }
            _ => {}
        }
        let tilt = random.between(-4.0, 4.0).to_radians();
        let scale = SCALE / (points_of_mm * size);
        // A little light more on one side than on the other.
        let slope = random.between(-0.12, 0.12);
        for y in 0..height {
            for x in 0..width {
                // Four samples a point, as no camera sees single points.
                let mut sum = 0.0;
                let mut covered = 0.0;
                for (sx, sy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let (dx, dy) = (x as f64 + sx - at.0, y as f64 + sy - at.1);
                    let (rx, ry) = (dx * tilt.cos() + dy * tilt.sin(), dy * tilt.cos() - dx * tilt.sin());
                    if let Some(level) =
                        card.at(rx * scale + card.width as f64 / 2.0, ry * scale + card.height as f64 / 2.0)
                    {
                        sum += level;
                        covered += 1.0;
                    }
                }
                let point = &mut view.points[y * width + x];
                let light = 1.0 + slope * (x as f64 / across - 0.5);
                *point = ((sum * light + f64::from(*point) * (4.0 - covered)) / 4.0) as f32;
            }
        }
    }
    let thumb = |view: &mut Canvas, random: &mut Random, y: f64| {
        let skin = random.between(0.3, 0.6);
        let x = if random.below(2) == 0 { frame.left } else { frame.left + frame.width };
        view.ellipse(x * across, y * down, 0.10 * across, 0.07 * down, skin);
    };
    match kind {
        "card with fingers over a side" | "hand without a card" => {
            for y in [0.35, 0.5, 0.65] {
                thumb(&mut view, random, y);
            }
        }
        "sheet of paper" => {
            let level = random.between(0.7, 0.9);
            view.rectangle(-1.0, -1.0, across + 2.0, down + 2.0, level);
        }
        _ => thumb(&mut view, random, 0.8),
    }
    (view, frame, points_of_mm)
}

/// Lens, lamp and sensor.
fn light(random: &mut Random, view: &mut Canvas, kind: &str, frame: CardFrame, points_of_mm: f64) -> (Luma, CardFrame) {
    let (across, down) = (view.width as f64, view.height as f64);
    match kind {
        "out of focus" | "out of focus and noisy" => view.blur(random.between(0.45, 0.8) * points_of_mm),
        "far out of focus" => view.blur(random.between(0.8, 1.6) * points_of_mm),
        "moved" => {
            let direction = [(1.0, 0.0), (0.0, 1.0), (0.7, 0.7), (0.7, -0.7)][random.below(4)];
            view.moved(random.between(1.6, 4.0) * points_of_mm, direction);
        }
        // A lens that is in focus.
        _ => view.blur(random.between(0.03, 0.12) * points_of_mm + 0.3),
    }
    let much = match kind {
        "card in the dark" => random.between(0.03, 0.25),
        "card in too much light" => random.between(1.6, 3.0),
        _ => random.between(0.75, 1.02),
    };
    view.points.iter_mut().for_each(|point| *point *= much as f32);
    if kind == "lamp mirrored in it" {
        let x = (frame.left + frame.width * random.between(0.3, 0.7)) * across;
        let y = (frame.top + frame.height * random.between(0.3, 0.7)) * down;
        let (wide, high) =
            (random.between(0.25, 0.4) * frame.width * across, random.between(0.25, 0.5) * frame.height * down);
        for row in 0..view.height {
            for column in 0..view.width {
                let (dx, dy) = ((column as f64 - x) / wide, (row as f64 - y) / high);
                view.points[row * view.width + column] += (2.0 * (-(dx * dx + dy * dy) * 1.5).exp()) as f32;
            }
        }
    }
    let noise = if kind == "out of focus and noisy" { random.between(7.0, 12.0) } else { random.between(1.0, 6.0) };
    sensor(random, view, noise, frame)
}

/// Levels with noise, by its standard deviation.
fn sensor(random: &mut Random, view: &Canvas, noise: f64, frame: CardFrame) -> (Luma, CardFrame) {
    let points = view.points.iter().map(|point| {
        // Twelve even numbers make a normal one; four are near enough.
        let even: f64 = (0..4).map(|_| random.between(-1.0, 1.0)).sum::<f64>() * 0.866;
        (f64::from(*point) * 255.0 + even * noise).clamp(0.0, 255.0) as u8
    });
    (Luma::new(view.width, view.height, points.collect()).expect("as many points as there are"), frame)
}
