//! What makes the two sounds of the scanner: taken, and not taken.
//!
//! Invariants: a sound holds up no one; a speaker that is missing or broken is a line in the log and nothing else; only
//! one sound plays at a time, so that a busy lobby hears no chorus.

/// A program that plays what it is given.
mod command;
/// A speaker that a test can listen to.
mod simulated;
/// The sounds, as samples.
mod wave;

pub use command::CommandSpeaker;
pub use simulated::SimulatedSpeaker;
pub use wave::wave;

use super::DeviceUriError;

/// What there is to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sound {
    /// A code was read and taken: two notes, upwards.
    Taken,
    /// A code was read and leads nowhere: one low note.
    NotTaken,
}

/// Makes sounds.
pub trait Speaker: Send {
    /// Plays a sound beside whatever goes on; answers right away. While another sound plays, nothing is added.
    fn play(&mut self, sound: Sound);
}

/// No speaker: many scanners beep themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSpeaker;

impl Speaker for NoSpeaker {
    fn play(&mut self, _: Sound) {}
}

/// Opens what an address names: `command:aplay -q -` or `none`.
///
/// # Errors
/// If it is no such address, or the system gives no thread.
pub fn open(address: &str) -> Result<Box<dyn Speaker>, DeviceUriError> {
    let wrong = || DeviceUriError::Speaker(address.to_owned());
    match address.trim().split_once(':') {
        None if address.trim() == "none" => Ok(Box::new(NoSpeaker)),
        Some(("command", line)) => {
            let mut words = line.split_whitespace().map(str::to_owned);
            let program = words.next().ok_or_else(wrong)?;
            Ok(Box::new(CommandSpeaker::start(program, words.collect()).map_err(|_| wrong())?))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused() {
        for (address, taken) in [
            ("none", true),
            (" none ", true),
            ("command:true", true),
            ("command:", false),
            ("beep", false),
            ("", false),
            ("alsa:0", false),
        ] {
            assert_eq!(open(address).is_ok(), taken, "{address:?}");
        }
    }
}
