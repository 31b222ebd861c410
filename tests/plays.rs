//! Whole check-ins, and what goes wrong in the room meanwhile: one file for each fault.
#![cfg(all(feature = "kiosk", feature = "desk"))]

mod plays {
    mod demo;
    mod desk_unreachable;
    mod disk_full;
    mod midnight;
    mod power_cut;
    mod printer;
    mod real_day;
    mod replaced_card;
    mod room;
    mod scanner_unplugged;
    mod walking_away;
}
