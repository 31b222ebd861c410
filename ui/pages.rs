//! The pages, as the compiler of the `.slint` files makes them.

#[allow(clippy::all, reason = "generated")]
mod pages {
    slint::include_modules!();
}
pub use pages::*;
