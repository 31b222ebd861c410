//! What photographs an insurance card.
//!
//! A camera is a program that writes JPEG pictures to its standard output; it runs only while someone looks at
//! its [`View`](crate::device::camera::View). Invariants: only the newest picture is kept, so that a page that is slow
//! or away costs no memory; a photo is exactly the picture that was shown, byte for byte as the camera made it; nothing
//! is written to a file; when the view is dropped, the program and whatever it started are gone; no picture is in a log
//! or in `Debug` output, and its memory is wiped.

/// A program that writes pictures.
mod command;
/// Where one picture ends and the next begins.
mod mjpeg;
/// A photo's points.
mod picture;
/// Whether a card can be read.
mod quality;
/// A camera that a test or a developer panel can hold a card to.
mod simulated;
/// What a page looks through.
mod view;

use std::sync::Arc;
use std::time::Duration;

pub use command::{CommandCamera, Patience};
pub use mjpeg::{PICTURE_BYTES_MAX, Photo, Splitter};
pub use picture::{Luma, POINTS_MAX, Picture, PictureTrouble, SIDE_MAX};
pub use quality::{CARD_HEIGHT_MM, CARD_WIDTH_MM, CardFrame, Measures, Verdict, look};
pub use simulated::{SimulatedCamera, SimulatedCard};
pub use view::{LIVE_HEIGHT_MAX, LIVE_WIDTH_MAX, Look, View};

use super::DeviceUriError;
use crate::clock::Clock;

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraTrouble {
    /// There is no camera here, on purpose.
    NotSetUp,
    /// The program is not there or may not be run.
    NoProgram,
    /// The program ended: mostly, the camera is unplugged or another program uses it.
    Ended,
    /// The program runs and writes nothing.
    Silent,
    /// What the program writes are no pictures, or too large ones.
    NoPicture,
}

impl CameraTrouble {
    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::NotSetUp => "no camera set up",
            Self::NoProgram => {
                "its program was not found: check `command` under [camera] in the configuration, \
                 and install the program"
            }
            Self::Ended => "its program ended: check the camera's cable, and that nothing else uses it",
            Self::Silent => "connected, but it sends nothing: unplug it and plug it in again",
            Self::NoPicture => {
                "sends something that is not a picture: \
                 let its program write MJPEG of at most 3840 x 2160 to its standard output"
            }
        }
    }
}

/// How a camera is while someone looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraState {
    /// It was started; no picture came yet.
    Starting,
    /// Pictures come.
    Live,
    /// No picture comes. It is tried again for as long as someone looks.
    Gone(CameraTrouble),
}

/// What a camera tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraEvent {
    /// It is not as it was.
    State(CameraState),
    /// A picture is there: [`View::take`] it. The next one is made after that.
    Look,
}

/// Who gets a message. Called from the camera's threads; it should hand over and return, and never drop the view
/// itself.
pub type CameraListener = Box<dyn Fn(CameraEvent) + Send + Sync>;

/// A camera, off until someone looks.
pub trait Camera: Send + Sync {
    /// Whether there is one. Without, the page asks to show the card at the desk instead, and nothing is opened.
    fn is_set_up(&self) -> bool;
    /// Starts it. It runs until the view is dropped.
    fn open(&self, listener: CameraListener) -> View;
}

/// No camera, which is normal.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCamera;

impl Camera for NoCamera {
    fn is_set_up(&self) -> bool {
        false
    }

    fn open(&self, listener: CameraListener) -> View {
        View::gone(listener, CameraTrouble::NotSetUp)
    }
}

/// The camera whose program and arguments these are; none of them: no camera.
///
/// Nothing is started yet.
///
/// # Errors
/// If this cannot be a program with its arguments.
pub fn open(command: &[String], clock: Arc<dyn Clock>) -> Result<Box<dyn Camera>, DeviceUriError> {
    match check(command)? {
        None => Ok(Box::new(NoCamera)),
        Some((program, arguments)) => {
            Ok(Box::new(CommandCamera::new(program.clone(), arguments.to_vec(), Patience::default(), clock)))
        }
    }
}

/// A program and its arguments; none if no camera is set up.
///
/// # Errors
/// If this cannot be a program with its arguments, such as a whole line in one text.
pub fn check(command: &[String]) -> Result<Option<(&String, &[String])>, DeviceUriError> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(None);
    };
    let is_line = arguments.is_empty() && program.contains(char::is_whitespace);
    if program.trim().is_empty() || is_line || command.iter().any(|word| word.contains('\0')) {
        return Err(DeviceUriError::Camera(command.to_vec()));
    }
    Ok(Some((program, arguments)))
}

/// Starts the camera, waits for its first picture and stops it: how many points across and down it has. For a
/// self-test; it takes no longer than the camera's own patience.
///
/// # Errors
/// If no picture comes.
pub fn try_out(camera: &dyn Camera) -> Result<(usize, usize), CameraTrouble> {
    let (tell, heard) = std::sync::mpsc::channel();
    let view = camera.open(Box::new(move |event| {
        let _ = tell.send(event);
    }));
    loop {
        // The camera itself says so when it was waited for too long.
        match heard.recv_timeout(Duration::from_secs(30)) {
            Ok(CameraEvent::Look) => {
                if let Some(look) = view.take() {
                    return Ok(look.full);
                }
            }
            Ok(CameraEvent::State(CameraState::Gone(trouble))) => return Err(trouble),
            Ok(CameraEvent::State(_)) => {}
            Err(_) => return Err(CameraTrouble::Silent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_a_program_and_its_arguments() {
        let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        for (words, expected) in [
            (&[][..], Ok(false)),
            (&["rpicam-vid", "--codec", "mjpeg"], Ok(true)),
            (&["/opt/my camera/run", "-"], Ok(true)),
            (&["camera"], Ok(true)),
            (&["rpicam-vid --codec mjpeg"], Err(())),
            (&[""], Err(())),
            (&["  ", "-o"], Err(())),
            (&["camera", "a\0b"], Err(())),
        ] {
            match check(&text(words)) {
                Ok(found) => assert_eq!(Ok(found.is_some()), expected, "{words:?}"),
                Err(refused) => {
                    assert_eq!(Err(()), expected, "{words:?}");
                    assert!(refused.to_string().contains("[\"rpicam-vid\", "), "{refused}");
                }
            }
        }
    }

    #[test]
    fn without_a_camera_a_view_says_so_at_once() {
        assert!(!NoCamera.is_set_up());
        assert_eq!(try_out(&NoCamera), Err(CameraTrouble::NotSetUp));
        let view = NoCamera.open(Box::new(|_| {}));
        assert_eq!(view.state(), CameraState::Gone(CameraTrouble::NotSetUp));
        assert!(view.take().is_none());
    }
}
