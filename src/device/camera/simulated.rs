//! A camera that a test or a developer panel can hold a card to.
//!
//! It shows photos of invented cards, drawn by `tests/data/cards/draw.py`. Everything happens on the thread of
//! anyone who calls, so that a test is the same every time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::view::{Look, Shared, View};
use super::{Camera, CameraListener, CameraTrouble, Photo};

/// What is held into the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SimulatedCard {
    /// An invented card's front.
    #[default]
    Front,
    /// Its back.
    Back,
    /// A hand without a card.
    Nothing,
    /// The front, in the dark.
    Dark,
    /// The front, with a lamp mirrored in it.
    Glare,
    /// The front, out of focus.
    Blurred,
}

impl SimulatedCard {
    /// What the camera makes of it.
    #[must_use]
    pub fn photo(self) -> Photo {
        let bytes: &[u8] = match self {
            Self::Front => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/front.jpg")),
            Self::Back => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/back.jpg")),
            Self::Nothing => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/nothing.jpg")),
            Self::Dark => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/dark.jpg")),
            Self::Glare => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/glare.jpg")),
            Self::Blurred => include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cards/blurred.jpg")),
        };
        Photo::new(bytes.to_vec())
    }
}

#[derive(Default)]
struct State {
    held: SimulatedCard,
    unplugged: bool,
    views: Vec<Weak<Shared>>,
}

/// A handle: every clone is the same camera, one for the kiosk and one for who holds the card.
#[derive(Clone, Default)]
pub struct SimulatedCamera {
    state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for SimulatedCamera {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SimulatedCamera").field(&self.held()).finish()
    }
}

impl SimulatedCamera {
    /// A camera with a card's front before it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is held into the frame now.
    #[must_use]
    pub fn held(&self) -> SimulatedCard {
        self.state().held
    }

    /// How many views are open.
    #[must_use]
    pub fn views(&self) -> usize {
        self.state().views.iter().filter(|view| view.strong_count() > 0).count()
    }

    /// Holds something else into the frame. Not to be called by a listener.
    pub fn hold(&self, card: SimulatedCard) {
        self.change(|state| state.held = card);
    }

    /// Pulls its cable out.
    pub fn unplug(&self) {
        self.change(|state| state.unplugged = true);
    }

    /// Puts its cable in.
    pub fn plug(&self) {
        self.change(|state| state.unplugged = false);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let (views, held, unplugged) = {
            let mut state = self.state();
            change(&mut state);
            state.views.retain(|view| view.strong_count() > 0);
            (state.views.clone(), state.held, state.unplugged)
        };
        for view in views.iter().filter_map(Weak::upgrade) {
            show(&view, held, unplugged);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn show(view: &Shared, held: SimulatedCard, unplugged: bool) {
    match Look::of(held.photo()) {
        Ok(look) if !unplugged => view.show(view.start(), look),
        _ => view.gone(CameraTrouble::Ended),
    }
}

impl Camera for SimulatedCamera {
    fn is_set_up(&self) -> bool {
        true
    }

    fn open(&self, listener: CameraListener) -> View {
        let shared = Shared::new(listener);
        let (held, unplugged) = {
            let mut state = self.state();
            state.views.push(Arc::downgrade(&shared));
            (state.held, state.unplugged)
        };
        show(&shared, held, unplugged);
        View::new(shared, None, Vec::new())
    }
}
