//! Compiles the pages.

fn main() {}
