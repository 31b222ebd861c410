//! Everything below the window: the table of the conversation, the kiosk's file, the way to the desk.

mod core {
    mod codes;
    mod flow;
    mod flow_always;
    mod identity;
    mod people;
    mod store;
    #[cfg(feature = "desk")]
    mod sync;
}
