//! The pages, as the crate in `ui/` has them, and the fonts they are drawn with.
//!
//! Invariant: a window is made after the shipped fonts are there, so that no layout was ever made with another font.

use std::sync::Arc;

use slint::PlatformError;
use slint::fontique_011::fontique::{Blob, FallbackKey, FamilyId, GenericFamily, Script};

pub use arrivals_ui::*;

/// Makes a window on the display that there is, drawn with the shipped fonts from its first layout on.
///
/// # Errors
/// If there is no display.
pub fn on_display<Window>(make: impl FnOnce() -> Result<Window, PlatformError>) -> Result<Window, PlatformError> {
    // Only this brings the platform up and reports why it cannot be brought up. The toolkit does not try a second time:
    // making the window would then report that, and not what is missing.
    slint::private_unstable_api::ensure_backend()?;
    install_fonts();
    make()
}

/// Makes the shipped fonts the ones that every text is drawn with, whatever the machine has installed.
///
/// Needs a platform: call it once that is set, and before the first window is made.
pub fn install_fonts() {
    let mut collection = slint::fontique_011::shared_collection();
    let mut families: Vec<FamilyId> = Vec::new();
    for file in crate::fonts::FILES {
        for (family, _) in collection.register_fonts(Blob::new(Arc::new(file)), None) {
            if !families.contains(&family) {
                families.push(family);
            }
        }
    }
    for generic in [GenericFamily::SansSerif, GenericFamily::SystemUi, GenericFamily::UiSansSerif] {
        collection.set_generic_families(generic, families.iter().copied());
    }
    for script in [*b"Latn", *b"Grek", *b"Cyrl", *b"Arab", *b"Zyyy", *b"Zinh"] {
        let key = FallbackKey::new(Script::from_bytes(script), None);
        collection.set_fallbacks(key, families.iter().copied());
    }
}
