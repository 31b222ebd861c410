//! A kiosk and its window, joined: events in, pages out. Everything here stays on the window's thread.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::mpsc;
use std::time::Duration;

use slint::ComponentHandle as _;

use super::bridge;
use super::card_faces;
use super::ui::{self, KioskWindow};
use crate::device::camera::CameraState;
use crate::flow::card::PhotoDoubt;
use crate::flow::screen::Screen;
use crate::kiosk::config::{Look, ScannerSide};
use crate::kiosk::program::{Event, Kiosk, Surroundings};

type ScreenListener = Box<dyn Fn(&Screen)>;

/// A kiosk and its window.
pub struct App {
    /// The window.
    pub window: KioskWindow,
    kiosk: RefCell<Kiosk>,
    inbox: mpsc::Receiver<Event>,
    on_show: RefCell<Option<ScreenListener>>,
    /// Which of the camera's pictures is on the window.
    painted: Cell<u64>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("kiosk", &self.kiosk).finish_non_exhaustive()
    }
}

impl App {
    /// Joins them and shows the first page.
    #[must_use]
    pub fn new(window: KioskWindow, kiosk: Kiosk, inbox: mpsc::Receiver<Event>) -> Rc<Self> {
        let app = Rc::new(Self {
            window,
            kiosk: RefCell::new(kiosk),
            inbox,
            on_show: RefCell::default(),
            painted: Cell::default(),
        });
        let weak: Weak<Self> = Rc::downgrade(&app);
        bridge::connect(&app.window, move |event| {
            if let Some(app) = weak.upgrade() {
                app.take(event);
            }
        });
        app.show();
        app
    }

    /// Calls `listener` with every screen from now on.
    pub fn on_show(&self, listener: impl Fn(&Screen) + 'static) {
        *self.on_show.borrow_mut() = Some(Box::new(listener));
    }

    /// What is shown.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.kiosk.borrow().screen()
    }

    /// What is shown of the kiosk itself.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        self.kiosk.borrow().surroundings()
    }

    /// Whether the desk, or the configuration, has said whose kiosk this is.
    #[must_use]
    pub fn knows_clinic(&self) -> bool {
        !self.kiosk.borrow().clinic_name().is_empty()
    }

    /// What the camera's picture is like, once there is one: nothing wrong with it, or this.
    #[must_use]
    pub fn camera_sees(&self) -> Option<Option<PhotoDoubt>> {
        self.kiosk.borrow().camera_face().filter(|face| face.picture.is_some()).map(|face| face.doubt)
    }

    /// Whether the page looks through a camera that sends nothing.
    #[must_use]
    pub fn camera_is_gone(&self) -> bool {
        self.kiosk.borrow().camera_face().is_some_and(|face| matches!(face.state, CameraState::Gone(_)))
    }

    /// Takes one event and shows what follows from it.
    pub fn take(&self, event: Event) {
        self.kiosk.borrow_mut().take(event);
        self.show();
    }

    /// Takes everything that was left in the mailbox, and waits up to `patience` for a first event.
    /// Answers whether there was any.
    pub fn empty_mailbox(&self, patience: Duration) -> bool {
        let first =
            if patience.is_zero() { self.inbox.try_recv().ok() } else { self.inbox.recv_timeout(patience).ok() };
        let Some(first) = first else {
            return false;
        };
        {
            let mut kiosk = self.kiosk.borrow_mut();
            kiosk.take(first);
            while let Ok(event) = self.inbox.try_recv() {
                kiosk.take(event);
            }
        }
        self.show();
        true
    }

    /// Whether the page on the screen announces something that is still to be done.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.kiosk.borrow().has_work()
    }

    /// Whether the program should start again now.
    #[must_use]
    pub fn wants_restart(&self) -> bool {
        self.kiosk.borrow().wants_restart()
    }

    /// Does what the page on the screen announces: call it once that page has been drawn.
    pub fn work(&self) {
        self.kiosk.borrow_mut().work();
        self.show();
    }

    fn show(&self) {
        let screen = {
            let kiosk = self.kiosk.borrow();
            let screen = kiosk.screen();
            bridge::show(&self.window, &screen, kiosk.surroundings(), kiosk.clinic_face());
            self.painted.set(card_faces::show_camera(&self.window, kiosk.camera_face(), self.painted.get()));
            screen
        };
        if let Some(listener) = self.on_show.borrow().as_ref() {
            listener(&screen);
        }
    }
}

/// Gives the window the clinic's color and picture, and tells it where the scanner is.
///
/// # Errors
/// A sentence, if the picture cannot be loaded.
pub fn dress(window: &KioskWindow, accent: Option<(u8, u8, u8)>, look: &Look) -> Result<(), String> {
    let face = window.global::<ui::Kiosk>();
    face.set_scanner_side(match look.scanner_side {
        ScannerSide::Below => ui::ScannerSide::Below,
        ScannerSide::Right => ui::ScannerSide::Right,
        ScannerSide::Left => ui::ScannerSide::Left,
    });
    if let Some((red, green, blue)) = accent {
        window.global::<ui::Theme>().set_accent(slint::Color::from_rgb_u8(red, green, blue));
    }
    if let Some(path) = &look.logo {
        let picture = slint::Image::load_from_path(path)
            .map_err(|_| format!("cannot load the logo {}: give the path of a PNG or SVG file", path.display()))?;
        face.set_logo(picture);
        face.set_has_logo(true);
    }
    Ok(())
}
