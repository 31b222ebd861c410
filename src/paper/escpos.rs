//! A picture as commands of a receipt printer (ESC/POS).
//!
//! Only three commands are used, which every such printer knows: initialise, print a raster picture,
//! feed and cut. The picture goes in bands, because small printers keep a picture in memory before they
//! print it and drop what does not fit.

use super::Bitmap;

/// `ESC @`: forget what was set before.
pub const INITIALISE: [u8; 2] = [0x1B, b'@'];
/// Rows of one `GS v 0`: 18 KiB on wide paper.
pub const BAND_ROWS: usize = 256;
/// `GS V 66 n`: feed to the cutter and `n` rows more (of 1/8 mm), then cut all but one point, so that the
/// ticket hangs there until it is taken. A printer without a cutter only feeds.
const FEED_AND_CUT: [u8; 4] = [0x1D, b'V', 66, 24];

/// The whole ticket: initialise, picture, feed, cut.
#[must_use]
pub fn ticket_bytes(picture: &Bitmap) -> Vec<u8> {
    let row_bytes = picture.row_bytes();
    let mut bytes = Vec::with_capacity(picture.rows().len() + 64);
    bytes.extend(INITIALISE);
    if row_bytes > 0 {
        for band in picture.rows().chunks(row_bytes * BAND_ROWS) {
            let [width_low, width_high, ..] = (row_bytes as u32).to_le_bytes();
            let [height_low, height_high, ..] = ((band.len() / row_bytes) as u32).to_le_bytes();
            bytes.extend([0x1D, b'v', b'0', 0, width_low, width_high, height_low, height_high]);
            bytes.extend(band);
        }
    }
    bytes.extend(FEED_AND_CUT);
    bytes
}
