//! A photo's points: decoded within limits, made smaller for a page, and reduced to brightness.
//!
//! Invariants: a photo that says it is too large is refused before memory is taken for it; whatever the bytes
//! are, they are a picture or a refusal; the points may show someone's card, so they are wiped when they
//! are dropped and are in no `Debug` output.

use zeroize::{Zeroize, Zeroizing};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::mjpeg::Photo;

/// No side is longer, in points.
pub const SIDE_MAX: usize = 4096;
/// No picture has more points: 3840 x 2160 and a little; 27 MB of memory for the moment of decoding.
pub const POINTS_MAX: usize = 9_000_000;

/// Why a photo is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureTrouble {
    /// It cannot be decoded.
    #[error("the camera sent something that is not a JPEG picture")]
    Broken,
    /// It is larger than [`SIDE_MAX`] or [`POINTS_MAX`].
    #[error("the camera's picture is too large: set it to 1920 x 1080")]
    TooLarge,
}

/// Points, three bytes each: red, green, blue; row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

impl Picture {
    /// Decodes a photo.
    ///
    /// # Errors
    /// If it is no JPEG picture or a too large one.
    pub fn decode(photo: &Photo) -> Result<Self, PictureTrouble> {
        let options = DecoderOptions::default()
            .set_max_width(SIDE_MAX)
            .set_max_height(SIDE_MAX)
            .set_strict_mode(false)
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(photo.as_bytes()), options);
        let headers = decoder.decode_headers();
        if let Some(info) = decoder.info() {
            let (width, height) = (usize::from(info.width), usize::from(info.height));
            if width > SIDE_MAX || height > SIDE_MAX || width * height > POINTS_MAX {
                return Err(PictureTrouble::TooLarge);
            }
        }
        headers.map_err(|_| PictureTrouble::Broken)?;
        let (width, height) = decoder.dimensions().ok_or(PictureTrouble::Broken)?;
        let rgb = Zeroizing::new(decoder.decode().map_err(|_| PictureTrouble::Broken)?);
        if width == 0 || height == 0 || rgb.len() != width * height * 3 {
            return Err(PictureTrouble::Broken);
        }
        Ok(Self { width, height, rgb })
    }

    /// Points across.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Points down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The points, `width * height * 3` bytes.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The same picture, made small enough for this many points across and down; never larger.
    #[must_use]
    pub fn within(&self, width_max: usize, height_max: usize) -> Self {
        let by = (width_max as f64 / self.width as f64).min(height_max as f64 / self.height as f64).min(1.0);
        let side = |length: usize| ((length as f64 * by).round() as usize).clamp(1, length);
        let (width, height) = (side(self.width), side(self.height));
        if width == self.width && height == self.height {
            return self.clone();
        }
        let rgb = Zeroizing::new(shrink::<3>(
            &self.rgb,
            (self.width, self.height),
            (0, 0, self.width, self.height),
            (width, height),
        ));
        Self { width, height, rgb }
    }

    /// How bright each point is, as the eye weighs the colors (ITU-R BT.601, as JPEG does).
    #[must_use]
    pub fn luma(&self) -> Luma {
        let weigh = |point: &[u8]| match point {
            [red, green, blue] => {
                ((77 * u32::from(*red) + 150 * u32::from(*green) + 29 * u32::from(*blue) + 128) >> 8) as u8
            }
            _ => 0,
        };
        Luma { width: self.width, height: self.height, points: self.rgb.chunks_exact(3).map(weigh).collect() }
    }
}

/// Brightness from 0 to 255, row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Luma {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl std::fmt::Debug for Luma {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luma({} x {})", self.width, self.height)
    }
}

impl Drop for Luma {
    fn drop(&mut self) {
        self.points.zeroize();
    }
}

impl Luma {
    /// Takes `width * height` points over; none if there are more or fewer.
    #[must_use]
    pub fn new(width: usize, height: usize, points: Vec<u8>) -> Option<Self> {
        (width > 0 && height > 0 && width.checked_mul(height) == Some(points.len())).then_some(Self {
            width,
            height,
            points,
        })
    }

    /// Points across.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Points down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[u8] {
        &self.points
    }

    /// How bright it is there; outside it is as its nearest point inside.
    #[must_use]
    pub fn at(&self, x: isize, y: isize) -> u8 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.points.get(y * self.width + x).copied().unwrap_or(0)
    }

    /// A part (left, top, width, height; cut to what there is) made no wider than this; never larger.
    #[must_use]
    pub fn part(&self, part: (usize, usize, usize, usize), width_max: usize) -> Self {
        let (left, top) = (part.0.min(self.width - 1), part.1.min(self.height - 1));
        let (across, down) = (part.2.clamp(1, self.width - left), part.3.clamp(1, self.height - top));
        let width = across.min(width_max.max(1));
        let height = ((down * width + across / 2) / across).clamp(1, down);
        let points = shrink::<1>(&self.points, (self.width, self.height), (left, top, across, down), (width, height));
        Self { width, height, points }
    }
}

/// A part of a picture made smaller: each point is the mean of those that it replaces. `N` bytes a point.
fn shrink<const N: usize>(
    points: &[u8],
    (full, _): (usize, usize),
    (left, top, across, down): (usize, usize, usize, usize),
    (width, height): (usize, usize),
) -> Vec<u8> {
    let edges = |from: usize, length: usize, parts: usize, at: usize| {
        let begin = at * length / parts;
        (from + begin, from + ((at + 1) * length / parts).max(begin + 1))
    };
    let columns: Vec<(usize, usize)> = (0..width).map(|x| edges(left, across, width, x)).collect();
    let mut small = Vec::with_capacity(width * height * N);
    for y in 0..height {
        let (first, last) = edges(top, down, height, y);
        for (begin, end) in &columns {
            let mut sum = [0_u32; N];
            for row in first..last {
                let run = points.get((row * full + begin) * N..(row * full + end) * N).unwrap_or_default();
                for point in run.chunks_exact(N) {
                    sum.iter_mut().zip(point).for_each(|(sum, byte)| *sum += u32::from(*byte));
                }
            }
            let count = ((last - first) * (end - begin)) as u32;
            small.extend(sum.map(|sum| ((sum + count / 2) / count) as u8));
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/front.jpg"));

    #[test]
    fn a_photo_becomes_points_and_a_small_picture_keeps_its_shape() {
        let picture = Picture::decode(&Photo::new(CARD.to_vec())).unwrap();
        assert_eq!((picture.width(), picture.height()), (1280, 720));
        assert_eq!(picture.rgb().len(), 1280 * 720 * 3);
        for (most, expected) in
            [((640, 640), (640, 360)), ((640, 180), (320, 180)), ((5000, 5000), (1280, 720)), ((1, 1), (1, 1))]
        {
            let small = picture.within(most.0, most.1);
            assert_eq!((small.width(), small.height()), expected);
            assert_eq!(small.rgb().len(), expected.0 * expected.1 * 3);
        }
        assert_eq!(format!("{picture:?} {:?}", picture.luma()), "Picture(1280 x 720) Luma(1280 x 720)");
    }

    #[test]
    fn a_smaller_picture_is_the_mean_of_what_it_replaces() {
        let luma = Luma::new(4, 2, vec![0, 100, 200, 200, 100, 0, 200, 200]).unwrap();
        assert_eq!(luma.part((0, 0, 4, 2), 2).points(), [50, 200]);
        assert_eq!(luma.part((2, 0, 2, 2), 9).points(), [200; 4]);
        assert_eq!(luma.part((3, 1, 9, 9), 9).points(), [200]);
        assert_eq!(luma.part((9, 9, 0, 0), 0).points(), [200]);
        assert_eq!((luma.at(-5, -5), luma.at(9, 0)), (0, 200));
        assert_eq!(Luma::new(4, 2, vec![0; 7]), None);
        let picture = Picture { width: 2, height: 1, rgb: Zeroizing::new(vec![255, 0, 0, 255, 255, 255]) };
        assert_eq!(picture.luma().points(), [77, 255]);
        assert_eq!(picture.within(1, 1).rgb(), [255, 128, 128]);
    }

    #[test]
    fn a_photo_that_says_it_is_huge_is_refused() {
        let size = CARD.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap() + 5;
        for (height, width) in [(0xFFFF_u16, 0xFFFF_u16), (4097, 1), (1, 4097), (4000, 4000)] {
            let mut huge = CARD.to_vec();
            huge[size..size + 2].copy_from_slice(&height.to_be_bytes());
            huge[size + 2..size + 4].copy_from_slice(&width.to_be_bytes());
            let refused = Picture::decode(&Photo::new(huge)).unwrap_err();
            assert!(refused == PictureTrouble::TooLarge || refused == PictureTrouble::Broken, "{width} x {height}");
        }
        for bytes in [&CARD[..0], &CARD[..2], &CARD[..300], b"GIF89a", b"\xFF\xD8\xFF\xD9"] {
            assert_eq!(
                Picture::decode(&Photo::new(bytes.to_vec())),
                Err(PictureTrouble::Broken),
                "{} bytes",
                bytes.len()
            );
        }
    }

    #[test]
    fn a_damaged_photo_is_a_picture_or_a_refusal() {
        let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_125_u64);
        println!("SEED={seed}");
        let mut state = seed | 1;
        let mut below = |n: usize| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            ((u128::from(state.wrapping_mul(0x2545_F491_4F6C_DD1D)) * n as u128) >> 64) as usize
        };
        let small = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/small.jpg"));
        let mut refused = 0;
        for _ in 0..600 {
            let mut bytes = small.to_vec();
            for _ in 0..below(5) + 1 {
                // Most damage to the tables in front: there a decoder believes the most.
                let reach = if below(2) == 0 { 700.min(bytes.len()) } else { bytes.len() };
                let at = below(reach);
                bytes[at] = below(256) as u8;
            }
            if below(4) == 0 {
                bytes.truncate(below(bytes.len()));
            }
            refused += u32::from(Picture::decode(&Photo::new(bytes)).is_err());
        }
        assert!(refused > 0, "nothing was damaged");
    }
}
