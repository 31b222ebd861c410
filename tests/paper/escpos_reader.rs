//! A small reader of ESC/POS, written from the command reference and not from our writer, so that both
//! can be wrong only separately.

use arrivals::paper::Bitmap;

/// What came out of the printer.
#[derive(Debug, PartialEq)]
pub struct Printout {
    pub picture: Bitmap,
    pub cuts: usize,
    pub bands: usize,
}

pub fn read(bytes: &[u8]) -> Result<Printout, String> {
    let mut at = 0;
    let (mut rows, mut width, mut height, mut cuts, mut bands, mut initialised) = (Vec::new(), 0, 0, 0, 0, false);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match rest {
            [0x1B, b'@', ..] => (at, initialised) = (at + 2, true),
            [0x1D, b'v', b'0', 0, wl, wh, hl, hh, data @ ..] => {
                let (row_bytes, band) =
                    (usize::from(*wl) + 256 * usize::from(*wh), usize::from(*hl) + 256 * usize::from(*hh));
                let data = data.get(..row_bytes * band).ok_or("a band ends too early")?;
                if width != 0 && width != row_bytes {
                    return Err("the bands differ in width".into());
                }
                if cuts > 0 || !initialised {
                    return Err("a band before the start or after the cut".into());
                }
                (width, height, bands) = (row_bytes, height + band, bands + 1);
                rows.extend_from_slice(data);
                at += 8 + row_bytes * band;
            }
            [0x1D, b'V', 65 | 66, _, ..] => (at, cuts) = (at + 4, cuts + 1),
            [0x1D, b'r', 1 | 49, ..] => at += 3,
            [0x10, 0x04, 1..=4, ..] => at += 3,
            [first, ..] => return Err(format!("unknown command {first:#04x} at {at}")),
            [] => break,
        }
    }
    let picture = Bitmap::from_rows(width as u32 * 8, height as u32, rows).ok_or("rows and size differ")?;
    Ok(Printout { picture, cuts, bands })
}
