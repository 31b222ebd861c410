//! The clinic's day: who is here, who is called where, and what boards, phones and tickets say of it.

pub mod around;
pub mod board;
pub mod by_hand;
pub mod calling;
pub mod reading;
pub mod tickets;
pub mod today;
pub mod visits;

pub use crate::desk::store::{
    Closed, Closing, Found, HandAction, Happening, IfLate, LeftDay, Note, PhoneAnswer, PhoneWish, StaffAction,
    StaffDeed, StaffWork, WalkInByHand,
};
