//! Anything with a plug: a printer, a scanner, a speaker and a camera.
//!
//! Invariants: each device has a small face, a status with words for staff, a real driver and a simulator;
//! a device that is missing, silent or pulled out is a status, never a crash and never a wait without an
//! end; it is looked for again at every use, so plugging it back in is all that staff must do; what is
//! printed, scanned or photographed is in no log and no `Debug` output.

/// What photographs an insurance card.
pub mod camera;
/// What prints tickets.
pub mod machine;
pub mod printer;
/// What reads codes.
pub mod scanner;
/// What is heard when a code was read.
pub mod speaker;

/// A device's address that we cannot use, in words for anyone who wrote the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceUriError {
    /// Not an address of a printer.
    #[error("the printer {0:?} was not understood: write file:/dev/usb/lp0, tcp:HOST:9100, folder:DIR or none")]
    Printer(String),
    /// Not an address of a scanner.
    #[error("the scanner {0:?} was not understood: write serial:/dev/ttyACM0, serial:/dev/ttyACM0?baud=9600 or none")]
    Scanner(String),
    /// Not an address of a speaker.
    #[error("the speaker {0:?} was not understood: write command:PROGRAM, such as \"command:aplay -q -\", or none")]
    Speaker(String),
    /// No program with its arguments for a camera.
    #[error(
        "the camera's command {0:?} was not understood: write the program and each argument as a separate text, \
         such as [\"rpicam-vid\", \"--codec\", \"mjpeg\", \"-o\", \"-\"], or [] for no camera"
    )]
    Camera(Vec<String>),
}
