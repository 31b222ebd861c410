//! The square code, as whole dots.
//!
//! Invariants: every module is the same whole number of dots, and four white modules stand on every
//! side, as the standard asks (ISO/IEC 18004).

use qrcode::{Color, EcLevel, QrCode};

/// White modules on every side.
pub(super) const QUIET_MODULES: u32 = 4;

/// A code and the size it is drawn at.
pub(super) struct Qr {
    modules: Vec<bool>,
    side: u32,
    module_dots: u32,
}

impl Qr {
    /// The code of this text, its modules as large as fits `dots_max` (white modules included), at most
    /// `module_dots_max` each. Nothing if the text is empty, or so long that a module would be under
    /// three dots, which a camera cannot tell apart on thermal paper.
    pub(super) fn new(text: &str, dots_max: u32, module_dots_max: u32) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
        let side = u32::try_from(code.width()).ok()?;
        let module_dots = (dots_max / (side + 2 * QUIET_MODULES)).min(module_dots_max);
        if module_dots < 3 {
            return None;
        }
        Some(Self {
            modules: code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect(),
            side,
            module_dots,
        })
    }

    /// In dots, the white modules included.
    pub(super) fn dots(&self) -> u32 {
        (self.side + 2 * QUIET_MODULES) * self.module_dots
    }

    /// In dots: how wide the white border is.
    pub(super) fn quiet_dots(&self) -> u32 {
        QUIET_MODULES * self.module_dots
    }

    /// Top left corner (white modules included) and side, in dots, of every dark module.
    pub(super) fn dark(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        self.modules.iter().zip(0u32..).filter(|(dark, _)| **dark).map(|(_, at)| {
            let (x, y) = (at % self.side + QUIET_MODULES, at / self.side + QUIET_MODULES);
            (x * self.module_dots, y * self.module_dots, self.module_dots)
        })
    }
}
