//! A program that writes MJPEG to its standard output, such as `rpicam-vid` or `ffmpeg`.
//!
//! Invariants: the program runs only while there is a view; it and all that it started in its process group are
//! ended with the view and leave no zombie; it is never waited for without a limit; one that ends is started again,
//! less and less often. If the kiosk itself dies, the program's next picture has no reader and ends it too.

use std::io::{PipeReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use zeroize::Zeroizing;

use super::mjpeg::Splitter;
use super::view::{self, Shared, View};
use super::{Camera, CameraListener, CameraTrouble};
use crate::clock::Clock;

/// How much is read at a time: what a pipe holds.
const READ_BYTES: usize = 64 * 1024;
/// How long a program that was ended by force is waited for, look by look.
const REAP_LOOK: Duration = Duration::from_millis(5);
const REAP_LOOKS: u32 = 200;

/// How long a camera is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the first picture, and for each after it.
    pub picture: Duration,
    /// Before a program that ended is started again; it doubles each time.
    pub retry_first: Duration,
    /// And no longer than this.
    pub retry_last: Duration,
    /// A program that ran for so long is tried again soon.
    pub steady: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            picture: Duration::from_secs(5),
            retry_first: Duration::from_millis(250),
            retry_last: Duration::from_secs(4),
            steady: Duration::from_secs(10),
        }
    }
}

/// A camera that is a program.
#[derive(Debug, Clone)]
pub struct CommandCamera {
    program: String,
    arguments: Vec<String>,
    patience: Patience,
    clock: Arc<dyn Clock>,
}

impl CommandCamera {
    /// The camera that this program reads, whether it is there or not.
    #[must_use]
    pub fn new(program: String, arguments: Vec<String>, patience: Patience, clock: Arc<dyn Clock>) -> Self {
        Self { program, arguments, patience, clock }
    }

    fn start(&self) -> Result<Running, CameraTrouble> {
        let mut command = Command::new(&self.program);
        // A group of its own: a script's children are ended with it.
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let child = command.spawn().map_err(|error| {
            tracing::warn!(
                %error,
                "the camera's program could not be started; look at `command` under [camera] in the configuration"
            );
            CameraTrouble::NoProgram
        })?;
        Ok(Running { child: Some(child) })
    }

    /// Runs the program, again and again, until the view is closed.
    fn run(&self, stop: &PipeReader, shared: &Shared) {
        let mut retry = self.patience.retry_first;
        loop {
            let began = self.clock.elapsed();
            let ended = match self.start() {
                Ok(mut running) => match running.output() {
                    Some(output) => self.watch(output, stop, shared),
                    None => Some(CameraTrouble::Ended),
                },
                Err(trouble) => Some(trouble),
            };
            let Some(trouble) = ended else {
                return;
            };
            shared.gone(trouble);
            if self.clock.elapsed().saturating_sub(began) >= self.patience.steady {
                retry = self.patience.retry_first;
            }
            if is_told(stop, retry) {
                return;
            }
            retry = (retry * 2).min(self.patience.retry_last);
        }
    }

    /// Reads pictures until the program fails; none if the view was closed.
    fn watch(&self, mut output: ChildStdout, stop: &PipeReader, shared: &Shared) -> Option<CameraTrouble> {
        let mut splitter = Splitter::default();
        let mut bytes = Zeroizing::new(vec![0; READ_BYTES]);
        let mut last_picture = self.clock.elapsed();
        let mut wrote = false;
        loop {
            let left = self.patience.picture.saturating_sub(self.clock.elapsed().saturating_sub(last_picture));
            if left.is_zero() {
                return Some(if wrote { CameraTrouble::NoPicture } else { CameraTrouble::Silent });
            }
            match wait(Some(&output), stop, left) {
                Ready::Stop => return None,
                Ready::Nothing => continue,
                Ready::Output => {}
            }
            let count = match output.read(&mut bytes) {
                Ok(0) => return Some(CameraTrouble::Ended),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return Some(CameraTrouble::Ended),
            };
            wrote = true;
            splitter.push(bytes.get(..count).unwrap_or_default(), |photo| {
                last_picture = self.clock.elapsed();
                wrote = false;
                shared.offer(photo);
            });
        }
    }
}

impl Camera for CommandCamera {
    fn is_set_up(&self) -> bool {
        true
    }

    fn open(&self, listener: CameraListener) -> View {
        let shared = Shared::new(listener);
        let threads = std::io::pipe().and_then(|(told, stop)| {
            let (reading, camera) = (Arc::clone(&shared), self.clone());
            let reader = thread::Builder::new().name("camera".to_owned()).spawn(move || camera.run(&told, &reading))?;
            let looking = Arc::clone(&shared);
            // Without this thread no one looks at the pictures; the other one ends with `stop`.
            let looker = thread::Builder::new().name("camera-look".to_owned()).spawn(move || view::run(&looking))?;
            Ok((stop, vec![reader, looker]))
        });
        match threads {
            Ok((stop, threads)) => View::new(shared, Some(stop), threads),
            Err(error) => {
                tracing::error!(%error, "the camera's threads did not start");
                shared.gone(CameraTrouble::Ended);
                View::new(shared, None, Vec::new())
            }
        }
    }
}

/// A program at work. It is ended when this is dropped, with all that it started.
struct Running {
    child: Option<Child>,
}

impl Running {
    fn output(&mut self) -> Option<ChildStdout> {
        self.child.as_mut()?.stdout.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        // By force: it has nothing to save, and the next view may want the camera right away. Its number is still its
        // own, as no one has waited for it yet.
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.kill();
        for _ in 0..REAP_LOOKS {
            match child.try_wait() {
                Ok(None) => thread::sleep(REAP_LOOK),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // It hangs in the kernel, in the camera's driver. No one waits for it here; anyone who does leaves no zombie.
        tracing::warn!("the camera's program could not be ended: unplug the camera");
        let _ = thread::Builder::new().name("camera-end".to_owned()).spawn(move || child.wait());
    }
}

enum Ready {
    Stop,
    Output,
    Nothing,
}

/// Waits for output or for the view to be closed, no longer than the limit.
fn wait(output: Option<&ChildStdout>, stop: &PipeReader, limit: Duration) -> Ready {
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: i64::from(limit.subsec_nanos()) };
    // The other end of `stop` is dropped, which makes it ready.
    let mut waiting = vec![PollFd::new(stop, PollFlags::IN)];
    waiting.extend(output.map(|output| PollFd::new(output, PollFlags::IN)));
    if poll(&mut waiting, Some(&limit)).is_err() {
        return Ready::Nothing;
    }
    let mut ready = waiting.iter().map(|waiting| !waiting.revents().is_empty());
    match (ready.next(), ready.next()) {
        (Some(true), _) => Ready::Stop,
        (_, Some(true)) => Ready::Output,
        _ => Ready::Nothing,
    }
}

/// Pauses; whether the view was closed meanwhile.
fn is_told(stop: &PipeReader, pause: Duration) -> bool {
    matches!(wait(None, stop, pause), Ready::Stop)
}
