//! The pages, as the crate in `ui/` has them, and the fonts they are drawn with.

use std::sync::Arc;

use slint::fontique_011::fontique::{Blob, FallbackKey, FamilyId, GenericFamily, Script};

pub use arrivals_ui::*;

/// Makes the shipped fonts the ones that every text is drawn with, whatever the machine has installed.
///
/// Needs the platform to exist: call it after the first window was made and before it is shown.
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
