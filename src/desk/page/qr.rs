//! A square code on a page, as SVG.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// White modules on every side, as the standard asks.
const QUIET: usize = 4;

/// The code of this text, with what it is in words; nothing if the text is too long for one.
pub fn square_code(text: &str, words: &str) -> Markup {
    use std::fmt::Write as _;
    let Ok(code) = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M) else { return html! {} };
    let side = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
    let path = dark.fold(String::new(), |mut path, (at, _)| {
        let _ = write!(path, "M{} {}h1v1h-1z", at % side + QUIET, at / side + QUIET);
        path
    });
    let whole = side + 2 * QUIET;
    html! {
        svg.square-code role="img" aria-label=(words) viewBox={ "0 0 " (whole) " " (whole) } width="220" height="220"
            shape-rendering="crispEdges" {
            rect width=(whole) height=(whole) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
