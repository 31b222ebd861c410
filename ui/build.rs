//! Compiles the pages.

/// One self-contained program: pictures and translations are in the binary, fonts are too (`src/fonts.rs`).
fn main() {
    println!("cargo::rerun-if-env-changed=SLINT_EMIT_DEBUG_INFO");
    println!("cargo::rerun-if-changed=lang");
    // Tests find controls by their names; that costs space, so releases go without.
    let debug_info = std::env::var("PROFILE").is_ok_and(|profile| profile != "release")
        || std::env::var("SLINT_EMIT_DEBUG_INFO").is_ok_and(|value| value == "1");
    let config = slint_build::CompilerConfiguration::new()
        .embed_resources(slint_build::EmbedResourcesKind::EmbedFiles)
        .with_bundled_translations("lang")
        // A sentence means the same on every page, so it is translated once.
        .with_default_translation_context(slint_build::DefaultTranslationContext::None)
        .with_debug_info(debug_info);
    slint_build::compile_with_config("app.slint", config).expect("the pages must compile");
}
