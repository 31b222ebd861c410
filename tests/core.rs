//! Everything below the window: the table of the conversation, the kiosk's file, the way to the desk.

mod core {
    mod flow;
    mod people;
    mod store;
    #[cfg(feature = "desk")]
    mod sync;
}
