//! A picture of black and white dots, as a thermal head burns it.
//!
//! Invariants: rows are whole bytes, the leftmost dot is the highest bit, a set bit is black, and the
//! bits beyond the width are white. `Debug` shows the size alone (a name may be drawn in it), and the
//! memory is wiped when it is dropped.

use zeroize::Zeroize;

/// Black and white dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    rows: Vec<u8>,
}

/// A picture could not be written as PNG.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written as PNG")]
pub struct PngError(#[from] png::EncodingError);

impl Bitmap {
    /// A white picture of this size in dots.
    #[must_use]
    pub fn white(width: u32, height: u32) -> Self {
        let bytes = width.div_ceil(8) as usize * height as usize;
        Self { width, height, rows: vec![0; bytes] }
    }

    /// A picture of rows of whole bytes, or nothing if their number does not fit the size.
    #[must_use]
    pub fn from_rows(width: u32, height: u32, rows: Vec<u8>) -> Option<Self> {
        (rows.len() == width.div_ceil(8) as usize * height as usize).then_some(Self { width, height, rows })
    }

    /// In dots.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In dots.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How many bytes a row takes.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// The rows from the top, each [`Self::row_bytes`] long.
    #[must_use]
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Whether the dot is black; white outside of the picture.
    #[must_use]
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        self.position(x, y).and_then(|(at, mask)| self.rows.get(at).map(|byte| byte & mask != 0)).unwrap_or(false)
    }

    /// Makes a dot black or white; outside of the picture nothing happens.
    pub fn set(&mut self, x: i32, y: i32, black: bool) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some((at, mask)) = self.position(x, y) else { return };
        if let Some(byte) = self.rows.get_mut(at) {
            if black {
                *byte |= mask;
            } else {
                *byte &= !mask;
            }
        }
    }

    /// Fills a rectangle, cut at the edges of the picture.
    pub fn fill(&mut self, x: i32, y: i32, width: i32, height: i32, black: bool) {
        for row in y.max(0)..y.saturating_add(height).min(self.height as i32) {
            for column in x.max(0)..x.saturating_add(width).min(self.width as i32) {
                self.set(column, row, black);
            }
        }
    }

    /// The picture as a PNG of one bit per dot, black on white.
    ///
    /// # Errors
    /// If the picture is empty.
    pub fn to_png(&self) -> Result<Vec<u8>, PngError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: crate::paper::DOTS_PER_MM * 1000,
            yppu: crate::paper::DOTS_PER_MM * 1000,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header()?;
        let inverted: Vec<u8> = self.rows.iter().map(|byte| !byte).collect();
        writer.write_image_data(&inverted)?;
        writer.finish()?;
        Ok(file)
    }

    fn position(&self, x: u32, y: u32) -> Option<(usize, u8)> {
        (x < self.width && y < self.height).then(|| (y as usize * self.row_bytes() + (x / 8) as usize, 0x80 >> (x % 8)))
    }
}

impl Drop for Bitmap {
    fn drop(&mut self) {
        self.rows.zeroize();
    }
}

impl std::fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bitmap({} x {} dots)", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_where_they_were_put_and_nowhere_else() {
        let mut picture = Bitmap::white(20, 3);
        for (x, y) in [(0, 0), (7, 1), (8, 1), (19, 2), (20, 0), (-1, 0), (0, 3), (0, -1)] {
            picture.set(x, y, true);
        }
        assert_eq!(picture.rows(), [0x80, 0, 0, 0x01, 0x80, 0, 0, 0, 0x10]);
        picture.fill(-5, 1, 100, 1, true);
        assert_eq!(picture.rows(), [0x80, 0, 0, 0xFF, 0xFF, 0xF0, 0, 0, 0x10]);
        picture.set(0, 0, false);
        assert!(
            !picture.is_black(0, 0) && picture.is_black(19, 1) && !picture.is_black(20, 1) && !picture.is_black(0, 9)
        );
        assert_eq!(format!("{picture:?}"), "Bitmap(20 x 3 dots)");
        assert!(Bitmap::from_rows(20, 3, vec![0; 8]).is_none());
    }
}
