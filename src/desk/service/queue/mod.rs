//! The clinic's day: who is here, who is called where, and what boards, phones and tickets say of it.

pub mod board;
pub mod by_hand;
pub mod calling;
pub mod tickets;
pub mod today;
pub mod visits;
pub mod words;
