//! The real pages without a display: drawn by the software renderer into memory, touched and typed at like the window.
//!
//! Nothing here opens a port or names a testing crate: the platform is ours. Controls are found by what they would say
//! aloud, by moving the focus over the page as a keypad does; so whatever a script can reach, a keypad can.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Key, Platform, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{
    ComponentHandle as _, LogicalPosition, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer, SharedString,
};

use super::app::App;
use super::bridge;
use super::ui::{self, KioskWindow, Speech};
use crate::flow::step::Step;
use crate::kiosk::program::{Event, Kiosk};

/// The window of a thread's platform, and its time.
type Platformed = (Rc<MinimalSoftwareWindow>, Rc<Cell<Duration>>);

thread_local! {
    /// The toolkit keeps one platform for a thread, for good.
    static STAGE: RefCell<Option<Platformed>> = const { RefCell::new(None) };
}

struct Headless {
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
}

impl Platform for Headless {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.now.get()
    }
}

/// Why a script could not go on.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The toolkit reports.
    #[error("the pages cannot be drawn: {0}")]
    Platform(#[from] PlatformError),
    /// A control that a play wants to touch is not on the page.
    #[error("there is no {wanted:?} on the page {page}; there are: {found}")]
    NoSuchControl {
        /// What was looked for.
        wanted: String,
        /// On which page.
        page: &'static str,
        /// What is there.
        found: String,
    },
    /// Something that should have happened did not.
    #[error("waited in vain for {what} on the page {page}")]
    WaitedInVain {
        /// What.
        what: &'static str,
        /// On which page.
        page: &'static str,
    },
}

/// A person who works with the keypad takes longer than this from one answer to the next.
const BETWEEN_STRIKES: Duration = Duration::from_millis(600);

/// A control as the keypad finds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// What would be said of it.
    pub says: String,
    /// Left edge, in logical pixels.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A kiosk's window in memory.
#[derive(Debug)]
pub struct Stage {
    /// The kiosk and its pages.
    pub app: Rc<App>,
    size: PhysicalSize,
    touches: Cell<u32>,
}

/// Makes the pages' window in memory, of this size in pixels. One at a time for each thread.
///
/// # Errors
/// If the toolkit cannot make it.
pub fn window(width: u32, height: u32) -> Result<KioskWindow, PlatformError> {
    window_drawn_at(width, height, 1.0)
}

/// As [`window`], with the pages drawn larger or smaller than they are: at 0.5 a page has twice as many pixels of its
/// own as the window.
///
/// # Errors
/// If the toolkit cannot make it.
pub fn window_drawn_at(width: u32, height: u32, scale: f32) -> Result<KioskWindow, PlatformError> {
    let (adapter, _) = STAGE.with_borrow_mut(|stage| -> Result<_, PlatformError> {
        if let Some(existing) = stage {
            return Ok(existing.clone());
        }
        let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
        let now = Rc::new(Cell::new(Duration::ZERO));
        slint::platform::set_platform(Box::new(Headless { window: Rc::clone(&window), now: Rc::clone(&now) }))
            .map_err(|error| PlatformError::Other(error.to_string()))?;
        Ok(stage.insert((window, now)).clone())
    })?;
    ui::install_fonts();
    let window = KioskWindow::new()?;
    window.window().dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: scale });
    // As on a display: the window is there before it has its size, and then gets it.
    adapter.set_size(PhysicalSize::new(1, 1));
    window.show()?;
    settle();
    adapter.set_size(PhysicalSize::new(width, height));
    settle();
    Ok(window)
}

impl Stage {
    /// Puts a kiosk and its window on the stage.
    #[must_use]
    pub fn new(window: KioskWindow, kiosk: Kiosk, inbox: mpsc::Receiver<Event>) -> Self {
        let size = window.window().size();
        Self { app: App::new(window, kiosk, inbox), size, touches: Cell::new(0) }
    }

    /// The page's name.
    #[must_use]
    pub fn page(&self) -> &'static str {
        self.app.screen().step.name()
    }

    /// Lets the pages' own time pass: for keys that repeat, not for patience.
    pub fn settle(&self) {
        settle();
    }

    /// The page as it looks now: width, height and three bytes a pixel.
    #[must_use]
    pub fn draw(&self) -> (u32, u32, Vec<u8>) {
        draw(&self.app.window, self.size)
    }

    /// Every control of the page, in the order of the keypad.
    #[must_use]
    pub fn controls(&self) -> Vec<Control> {
        controls(&self.app.window)
    }

    /// Touches the control that says this (a beginning is enough) with a finger. Answers where, in pixels of the
    /// window.
    ///
    /// # Errors
    /// If there is none.
    pub fn touch(&self, says: &str) -> Result<(f32, f32), StageError> {
        let control = self.find(says)?;
        self.count_touch();
        // It was found with the keypad's keys, but a finger shows no ring.
        self.app.window.global::<ui::Theme>().set_keypad_used(false);
        let position = LogicalPosition::new(control.x + control.width / 2.0, control.y + control.height / 2.0);
        let window = self.app.window.window();
        window.dispatch_event(WindowEvent::PointerMoved { position });
        window.dispatch_event(WindowEvent::PointerPressed { position, button: PointerEventButton::Left });
        window.dispatch_event(WindowEvent::PointerReleased { position, button: PointerEventButton::Left });
        window.dispatch_event(WindowEvent::PointerExited);
        self.settle();
        let scale = window.scale_factor();
        Ok((position.x * scale, position.y * scale))
    }

    /// Goes to the control that says this with the arrow keys and selects it: what a five-key keypad does.
    ///
    /// # Errors
    /// If there is none.
    pub fn select(&self, says: &str) -> Result<(), StageError> {
        self.find(says)?;
        self.key(Key::Return);
        Ok(())
    }

    /// Presses and releases a key, a while after the last one: what is struck twice within half a second is not taken
    /// for two answers.
    pub fn key(&self, key: Key) {
        pass(BETWEEN_STRIKES);
        let text: SharedString = char::from(key).into();
        self.type_text(&text);
    }

    /// How often the screen was touched, or a key pressed, so far.
    #[must_use]
    pub fn touches(&self) -> u32 {
        self.touches.get()
    }

    fn count_touch(&self) {
        self.touches.set(self.touches.get().saturating_add(1));
    }

    /// Presses and releases a key that types this.
    pub fn type_text(&self, text: &str) {
        self.count_touch();
        let window = self.app.window.window();
        window.dispatch_event(WindowEvent::KeyPressed { text: text.into() });
        window.dispatch_event(WindowEvent::KeyReleased { text: text.into() });
        self.settle();
    }

    /// Waits until something is so: empties the mailbox meanwhile, and does what the pages announce.
    ///
    /// # Errors
    /// If it is not so after ten seconds.
    pub fn until(&self, what: &'static str, mut is_so: impl FnMut(&App) -> bool) -> Result<(), StageError> {
        const TURNS_MAX: u32 = 400;
        for _ in 0..TURNS_MAX {
            if is_so(&self.app) {
                return Ok(());
            }
            if self.app.has_work() {
                self.app.work();
            } else {
                self.app.empty_mailbox(Duration::from_millis(25));
            }
            self.settle();
        }
        Err(StageError::WaitedInVain { what, page: self.page() })
    }

    /// Waits until the conversation has come to a step, as [`Self::until`].
    ///
    /// # Errors
    /// If it does not.
    pub fn until_step(&self, step: Step) -> Result<(), StageError> {
        self.until(step.name(), |app| app.screen().step == step)
    }

    fn find(&self, says: &str) -> Result<Control, StageError> {
        let seen = self.controls();
        let wanted = says.to_lowercase();
        let position = seen
            .iter()
            .position(|control| control.says.to_lowercase() == wanted)
            .or_else(|| seen.iter().position(|control| control.says.to_lowercase().starts_with(&wanted)));
        let Some((position, control)) =
            position.and_then(|position| seen.get(position).map(|control| (position, control.clone())))
        else {
            return Err(StageError::NoSuchControl {
                wanted: says.to_owned(),
                page: self.page(),
                found: seen.into_iter().map(|control| control.says).collect::<Vec<_>>().join("; "),
            });
        };
        // Where the walk over the page ended is where it began. Once there and back again: what was out of sight has
        // been brought into view meanwhile, and is asked again where it is.
        const LOOKS_MAX: usize = 5;
        bridge::move_focus(&self.app.window, i32::try_from(position).unwrap_or(0));
        let mut found = control;
        for _ in 0..LOOKS_MAX {
            for steps in [1, -1] {
                self.settle();
                bridge::move_focus(&self.app.window, steps);
            }
            self.settle();
            let now = here(&self.app.window);
            if now == found {
                break;
            }
            found = now;
        }
        Ok(found)
    }
}

/// Lets the pages' own time pass by a moment, so that their timers run.
pub fn settle() {
    pass(Duration::from_millis(20));
}

/// Lets this much of the pages' own time pass at the same time.
fn pass(time: Duration) {
    STAGE.with_borrow(|stage| {
        if let Some((_, now)) = stage {
            now.set(now.get() + time);
        }
    });
    slint::platform::update_timers_and_animations();
}

/// Draws a window: width, height and three bytes a pixel.
#[must_use]
pub fn draw(window: &KioskWindow, size: PhysicalSize) -> (u32, u32, Vec<u8>) {
    let mut canvas = Canvas::new(size);
    canvas.draw_whole(window);
    (size.width, size.height, canvas.pixels.as_bytes().to_vec())
}

/// Pixels that are drawn into again and again, as a display's are.
#[derive(Debug, Clone)]
pub struct Canvas {
    pixels: SharedPixelBuffer<Rgb8Pixel>,
}

impl PartialEq for Canvas {
    fn eq(&self, other: &Self) -> bool {
        self.pixels.width() == other.pixels.width() && self.pixels.as_bytes() == other.pixels.as_bytes()
    }
}

impl Canvas {
    /// Pixels for a window of this size.
    #[must_use]
    pub fn new(size: PhysicalSize) -> Self {
        Self { pixels: SharedPixelBuffer::new(size.width, size.height) }
    }

    /// Draws the whole window, as after it was covered.
    pub fn draw_whole(&mut self, window: &KioskWindow) {
        window.window().request_redraw();
        self.draw(RepaintBufferType::NewBuffer);
    }

    /// Draws what has changed since this was called last. Answers how many pixels those were.
    pub fn draw_changes(&mut self, window: &KioskWindow) -> u64 {
        // Nothing is drawn unless someone asked; what has changed is found out then.
        window.window().request_redraw();
        self.draw(RepaintBufferType::ReusedBuffer)
    }

    fn draw(&mut self, kind: RepaintBufferType) -> u64 {
        let adapter = STAGE.with_borrow(|stage| stage.as_ref().map(|(adapter, _)| Rc::clone(adapter)));
        let mut drawn = 0;
        let width = self.pixels.width() as usize;
        slint::platform::update_timers_and_animations();
        if let Some(adapter) = adapter {
            adapter.draw_if_needed(|renderer| {
                renderer.set_repaint_buffer_type(kind);
                let region = renderer.render(self.pixels.make_mut_slice(), width);
                drawn = region.iter().map(|(_, size)| u64::from(size.width) * u64::from(size.height)).sum();
            });
        }
        drawn
    }
}

/// Every control of the page, in the order of the keypad, beginning where the focus is.
#[must_use]
pub fn controls(window: &KioskWindow) -> Vec<Control> {
    const CONTROLS_MAX: usize = 120;
    settle();
    let mut seen: Vec<Control> = Vec::new();
    // One step first: before that the focus may be on nothing.
    for _ in 0..CONTROLS_MAX {
        bridge::move_focus(window, 1);
        settle();
        let control = here(window);
        // What is out of sight moves into view on the way, so places may differ; names on one page do not repeat.
        if seen.first().is_some_and(|first: &Control| first.says == control.says) {
            break;
        }
        seen.push(control);
    }
    seen
}

/// The control that has the focus.
fn here(window: &KioskWindow) -> Control {
    let speech = window.global::<Speech>();
    Control {
        says: speech.get_control().to_string(),
        x: speech.get_x(),
        y: speech.get_y(),
        width: speech.get_width(),
        height: speech.get_height(),
    }
}

/// A picture file of what [`draw`] answered.
///
/// # Errors
/// If it cannot be encoded.
pub fn png(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}
