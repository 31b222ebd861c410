//! Tickets and letters on paper and the devices around them: what is drawn, what a printer gets, what a scanner sends,
//! what a camera sees.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]

mod cameras;
mod escpos_reader;
mod faces;
mod letters;
mod machine;
mod printers;
mod scanners;
mod tickets;
mod verdicts;
