//! A program that plays the WAV file it gets on its standard input, such as `aplay -q -`.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Duration;

use super::{Sound, Speaker, wave};

/// A program that has not finished a sound of a quarter of a second by then hangs.
const PLAY_MAX: Duration = Duration::from_secs(3);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Plays through a program, in a thread of its own.
#[derive(Debug)]
pub struct CommandSpeaker {
    sounds: SyncSender<Sound>,
}

impl CommandSpeaker {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system gives none.
    pub fn start(program: String, arguments: Vec<String>) -> std::io::Result<Self> {
        // No queue: a sound that comes late says something wrong.
        let (sounds, inbox) = mpsc::sync_channel(0);
        thread::Builder::new().name("speaker".to_owned()).spawn(move || {
            for sound in inbox {
                if let Err(error) = play(&program, &arguments, sound) {
                    tracing::warn!(%error, "the sound could not be played; look at `speaker` in the configuration");
                }
            }
        })?;
        Ok(Self { sounds })
    }
}

impl Speaker for CommandSpeaker {
    fn play(&mut self, sound: Sound) {
        // Busy with the sound before: this one is left out.
        let _ = self.sounds.try_send(sound);
    }
}

fn play(program: &str, arguments: &[String], sound: Sound) -> std::io::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A pipe holds more than a sound is long, so this cannot wait for a program that does not read; one that has
        // gone already says so with its exit status.
        let _ = input.write_all(&wave(sound));
    }
    let status = finish(&mut child)?;
    if status { Ok(()) } else { Err(std::io::Error::other("the program reports a failure")) }
}

/// Waits for the program's end and ends it if need be. Answers whether it was content.
fn finish(child: &mut Child) -> std::io::Result<bool> {
    let mut waited = Duration::ZERO;
    while waited < PLAY_MAX {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
    child.kill()?;
    child.wait()?;
    Ok(false)
}
