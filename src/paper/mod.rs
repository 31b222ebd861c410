//! A ticket or a letter on paper: what it says, where it stands, and the bits that a printer takes.
//!
//! Invariants: no I/O and no clock; no wording of its own (every word comes with the
//! [`TicketFace`](crate::paper::TicketFace) or the [`LetterFace`](crate::paper::letter::LetterFace), already in the
//! patient's language); only the fonts that are shipped; what is printed is a picture, because the code pages of
//! receipt printers know neither Arabic nor half of Europe.

mod bitmap;
/// The picture as commands of a receipt printer.
pub mod escpos;
/// Where everything stands on the ticket.
mod layout;
/// A letter: its face and where everything stands on it.
pub mod letter;
/// The picture as a page.
pub mod pdf;
/// The square code at the foot.
mod qr;
/// Drawing what `layout` arranged.
mod raster;
/// Shaped lines of text.
mod text;

pub use bitmap::{Bitmap, PngError};
pub use raster::Typesetter;

use crate::domain::private::Private;

/// Dots in one millimetre of the usual thermal head (203 dots per inch).
pub const DOTS_PER_MM: u32 = 8;

/// How wide the roll is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum PaperWidth {
    /// 58 mm, of which 48 mm can be printed on.
    #[serde(rename = "58mm")]
    Mm58,
    /// 80 mm, of which 72 mm can be printed on.
    #[default]
    #[serde(rename = "80mm")]
    Mm80,
}

impl PaperWidth {
    /// How many dots the head can print side by side; a whole number of bytes.
    #[must_use]
    pub const fn dots(self) -> u32 {
        match self {
            Self::Mm58 => 384,
            Self::Mm80 => 576,
        }
    }

    /// The width of the roll in millimetres.
    #[must_use]
    pub const fn millimetres(self) -> u32 {
        match self {
            Self::Mm58 => 58,
            Self::Mm80 => 80,
        }
    }
}

/// Everything that is printed on a ticket, in the patient's words.
///
/// A text that is empty takes no room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFace {
    /// Whether the language is written from right to left.
    pub rtl: bool,
    /// The clinic's name, at the top.
    pub clinic: String,
    /// What the number is: "Your number".
    pub number_label: String,
    /// The number, by far the biggest thing: "A17".
    pub number: String,
    /// The first name, if the patient chose to be called by it.
    pub name: Option<Private>,
    /// What the place is: "Please go to".
    pub place_label: String,
    /// Where to wait.
    pub place: String,
    /// What happens next, one sentence each.
    pub lines: Vec<String>,
    /// When it was given out: "Monday 23 November, 10:05".
    pub time_line: String,
    /// What the square code says; see [`crate::codes::ticket_code`]. Empty for none.
    pub qr: String,
    /// What the square code is good for.
    pub qr_label: String,
    /// Says on a reprint that it is one: "Copy".
    pub copy_label: Option<String>,
}
