//! Whole check-ins, and what goes wrong in the room meanwhile: one file for each fault.
#![cfg(feature = "desk")]

mod plays {
    mod changes;
    mod companion;
    #[cfg(feature = "kiosk")]
    mod demo;
    mod desk_unreachable;
    mod disk_full;
    mod guessing;
    mod letters;
    mod midnight;
    mod orders;
    mod photos;
    mod power_cut;
    mod printer;
    mod real_day;
    mod replaced_card;
    mod room;
    mod scanner_unplugged;
    mod time_per_step;
    mod walk_in;
    mod walking_away;
    mod windows;
}
