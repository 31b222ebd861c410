//! Tickets and letters on paper and the devices around them: what is drawn, what a printer gets, what a scanner sends,
//! what a camera sees.

mod cameras;
mod escpos_reader;
mod faces;
mod letters;
mod machine;
mod printers;
mod scanners;
mod tickets;
mod verdicts;
