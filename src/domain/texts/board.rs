//! What boards and phones say.
//!
//! `{n}`, `{to}` and the like stand for what is put in. Names of queues and rooms are the clinic's own and stay as they
//! are.

use super::{Counted, Message};
use crate::domain::queue::WaitWords;

super::sentences! {
    /// Every sentence of boards and phones in one language.
    pub struct Words;
    "Board" {
        /// Over the calls of just now.
        called_now: "Please come",
        /// Over the calls before.
        called_before: "Called earlier",
        /// Over the queues.
        waiting: "Waiting",
        /// While no one is called.
        nobody_called: "No one is being called right now",
        /// `{n}` people wait.
        people: "{n} waiting",
        /// `{n}` more do not fit.
        more: "and {n} more",
        /// Where to go, if no room was named.
        come: "please come in",
        /// What is spoken: `{who}` and `{where}`.
        spoken: "{who}, please come to {where}.",
        /// What is spoken if no room was named: `{who}`.
        spoken_come: "{who}, please come in.",
        /// What is spoken if the call named no room, and the clinic has rooms: `{who}`.
        spoken_ask: "{who}, please come to the front desk.",
        /// A browser makes no sound until the page is clicked once.
        sound_off: "Sound is off: touch the screen or press a key",
        /// The server is not reached; the state is that of `{time}`.
        reconnecting: "Not connected. Last updated at {time}.",
    }
    "Phone" {
        /// Over the number on the phone.
        your_number: "Your number",
        /// Number `{n}` in line.
        position: "Your place in line: {n}",
        /// First in line.
        next: "You are next",
        /// A request that staff have not decided about.
        asks: "The front desk is reviewing your request. Please wait.",
        /// Please come to `{where}`.
        come_to: "Please come to {where}",
        /// Please come; no room was named.
        come_now: "It is your turn. Please come in.",
        /// It is their turn, and the call named no room, where the clinic has rooms.
        turn_ask: "It is your turn. Please come to the front desk.",
        /// Is being seen.
        seen_now: "You are being seen",
        /// The visit is over.
        over: "Your visit is over. Goodbye!",
        /// Was called and did not come.
        missed: "We called you. Please tell the front desk you are here.",
        /// Anything that only staff can explain.
        ask_desk: "Please ask at the front desk",
        /// Staff put them on hold.
        on_hold: "Your turn is on hold. The front desk can tell you why.",
        /// They stepped out.
        stepped_out: "You stepped out. You keep your turn.",
        /// If they were here, they would be number `{n}`.
        would_be: "If you come back now, your place in line is {n}",
        /// If they were here, they would be next.
        would_be_next: "If you come back now, you are next. Please come back.",
        /// A button: steps out.
        step_out: "I need to step out",
        /// A button: is back.
        come_back: "I am back",
        /// A button: wants help.
        help: "I need help",
        /// The desk's list says so.
        help_asked: "The front desk knows you need help",
        /// Someone at the desk resolved it.
        help_taken: "The front desk saw that you asked for help",
        /// What to do in an emergency.
        emergency: "If you feel sick, tell any staff member right away.",
        /// A button: allows sound.
        sound_on: "Alert me with a sound",
        /// Sound is allowed.
        sound_is_on: "Sound is on while this page is open",
        /// The desk is not reached; the state is that of `{time}`.
        offline: "Not connected. Last updated at {time}.",
        /// Too often.
        too_often: "One moment, please. Then try again.",
        /// Not possible in the current state.
        not_now: "Nothing changed. This is the current status.",
        /// Over a page whose day is over, or that never was.
        closed: "This ticket's page is closed",
        /// What to do then.
        closed_text: "A ticket is good for one day. If you are waiting, please ask at the front desk.",
        /// Over the choice of languages.
        languages: "Language",
    }
}

/// How a wait is worded. What counts is the longer one of both numbers, which comes last.
pub const WAIT: WaitWords = WaitWords {
    up_to: Counted::new("Board", "up to {to} minute", "up to {to} minutes"),
    between: Counted::new("Board", "about {from} to {to} minute", "about {from} to {to} minutes"),
    longer: Message::new("Board", "longer than usual"),
};

pub(super) const COUNTED: &[Counted] = &[WAIT.up_to, WAIT.between];
pub(super) const MESSAGES: &[Message] = &[WAIT.longer];
