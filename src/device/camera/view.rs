//! What a page looks through: the newest picture, and how the camera is.
//!
//! Invariants: one waiting photo and one finished look at most; a look of a camera that is gone is never shown;
//! every listener hears the states in the order in which they came.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::picture::{Picture, PictureTrouble};
use super::quality::{CardFrame, Verdict, look};
use super::{CameraEvent, CameraListener, CameraState, CameraTrouble, Photo};

/// A live picture is no wider, in points: a page shows it no larger.
pub const LIVE_WIDTH_MAX: usize = 960;
/// A live picture is no higher, in points.
pub const LIVE_HEIGHT_MAX: usize = 540;
/// After this many pictures in a row that cannot be decoded, there is no use in waiting for a good one.
const BROKEN_MAX: u32 = 10;

/// A picture that the camera sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// To be shown; within [`LIVE_WIDTH_MAX`] and [`LIVE_HEIGHT_MAX`].
    pub picture: Picture,
    /// What is to be said about it.
    pub verdict: Verdict,
    /// The same picture as the camera made it: what is kept if the button is pressed now.
    pub photo: Photo,
    /// How many points the photo has across and down.
    pub full: (usize, usize),
}

impl Look {
    /// Decodes and judges a photo.
    ///
    /// # Errors
    /// If it is no picture.
    pub fn of(photo: Photo) -> Result<Self, PictureTrouble> {
        let full = Picture::decode(&photo)?;
        let size = (full.width(), full.height());
        let verdict = look(&full.luma(), CardFrame::within(size.0, size.1));
        Ok(Self { picture: full.within(LIVE_WIDTH_MAX, LIVE_HEIGHT_MAX), verdict, photo, full: size })
    }
}

struct Slot {
    state: CameraState,
    /// Which start of the program the pictures come from.
    start: u64,
    newest: Option<(u64, Photo)>,
    look: Option<Look>,
    broken: u32,
    closed: bool,
}

/// What the camera's threads and the page share.
pub(super) struct Shared {
    slot: Mutex<Slot>,
    bell: Condvar,
    /// Held while the listener is called, so that it hears things in their order. It may look at the view meanwhile.
    telling: Mutex<CameraListener>,
}

impl Shared {
    pub(super) fn new(listener: CameraListener) -> Arc<Self> {
        let slot = Slot { state: CameraState::Starting, start: 0, newest: None, look: None, broken: 0, closed: false };
        Arc::new(Self { slot: Mutex::new(slot), bell: Condvar::new(), telling: Mutex::new(listener) })
    }

    /// No picture comes any more: what is still there is old.
    pub(super) fn gone(&self, trouble: CameraTrouble) {
        self.change(|slot| {
            slot.start += 1;
            slot.newest = None;
            slot.look = None;
            slot.broken = 0;
            slot.state = CameraState::Gone(trouble);
            false
        });
    }

    /// A new photo takes the place of one that no one has looked at yet.
    pub(super) fn offer(&self, photo: Photo) {
        let mut slot = self.slot();
        slot.newest = Some((slot.start, photo));
        self.bell.notify_all();
    }

    /// Waits for a photo whose predecessor was taken; none if the view was closed.
    fn next(&self) -> Option<(u64, Photo)> {
        let mut slot = self.slot();
        loop {
            if slot.closed {
                return None;
            }
            if slot.look.is_none() && slot.newest.is_some() {
                return slot.newest.take();
            }
            slot = self.bell.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Shows a look from this start of the program, unless that has ended since.
    pub(super) fn show(&self, start: u64, look: Look) {
        self.change(|slot| {
            if slot.start != start {
                return false;
            }
            slot.broken = 0;
            slot.state = CameraState::Live;
            slot.look = Some(look);
            true
        });
    }

    fn broken(&self, start: u64) {
        self.change(|slot| {
            if slot.start == start {
                slot.broken += 1;
                if slot.broken >= BROKEN_MAX {
                    slot.state = CameraState::Gone(CameraTrouble::NoPicture);
                }
            }
            false
        });
    }

    /// Which start of the program it is now.
    pub(super) fn start(&self) -> u64 {
        self.slot().start
    }

    fn close(&self) {
        let mut slot = self.slot();
        slot.closed = true;
        slot.newest = None;
        slot.look = None;
        self.bell.notify_all();
    }

    /// Changes something and tells: the state if it is another one, and a look if the change says that there is one.
    fn change(&self, change: impl FnOnce(&mut Slot) -> bool) {
        let listener = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, after, has_look) = {
            let mut slot = self.slot();
            let before = slot.state;
            let has_look = change(&mut slot);
            (before, slot.state, has_look)
        };
        if before != after {
            listener(CameraEvent::State(after));
        }
        if has_look {
            listener(CameraEvent::Look);
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decodes and judges the newest photo, as often as looks are taken.
pub(super) fn run(shared: &Shared) {
    while let Some((start, photo)) = shared.next() {
        match Look::of(photo) {
            Ok(look) => shared.show(start, look),
            Err(_) => shared.broken(start),
        }
    }
}

/// A camera that someone looks through. It is off as soon as this is dropped.
pub struct View {
    shared: Arc<Shared>,
    /// What must be let go so that the threads end, and the threads.
    stop: Option<std::io::PipeWriter>,
    threads: Vec<JoinHandle<()>>,
}

impl View {
    pub(super) fn new(shared: Arc<Shared>, stop: Option<std::io::PipeWriter>, threads: Vec<JoinHandle<()>>) -> Self {
        Self { shared, stop, threads }
    }

    /// A view of nothing.
    pub(super) fn gone(listener: CameraListener, trouble: CameraTrouble) -> Self {
        let shared = Shared::new(listener);
        shared.gone(trouble);
        Self::new(shared, None, Vec::new())
    }

    /// How the camera is.
    #[must_use]
    pub fn state(&self) -> CameraState {
        self.shared.slot().state
    }

    /// The newest look, once; then the camera makes the next. None if it was taken already or the camera is gone.
    #[must_use]
    pub fn take(&self) -> Option<Look> {
        let look = self.shared.slot().look.take();
        self.shared.bell.notify_all();
        look
    }
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("View").field(&self.state()).finish()
    }
}

impl Drop for View {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.shared.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
