//! The kiosk's window: `arrivals-kiosk run`, in a real window or straight on the display.
//!
//! Invariant: beside this folder only the files of the demo that draw name the toolkit.

pub mod app;
pub mod bridge;
mod card_faces;
pub mod details;
mod faces;
pub mod headless;
pub mod stop;
pub mod ui;
pub mod words;

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use slint::{ComponentHandle as _, Timer, TimerMode};

use self::app::{App, dress};
use self::stop::Stop;
use self::ui::KioskWindow;
use self::words::ticket_face;
use super::camera::CardCamera;
use super::config::KioskConfig;
use super::mailbox::Mailbox;
use super::parts;
use super::printing::unworded;
use super::program::{Event, Kiosk, Parts};
use crate::clock::Clock;
use crate::device::{camera, printer, scanner, speaker};
use crate::store::{Store, key::KeyPlace};
use crate::sync::client::Client;

/// A page that announces work is on the screen before the work begins.
const SEEN_AFTER: Duration = Duration::from_millis(40);

thread_local! {
    static APP: RefCell<Weak<App>> = const { RefCell::new(Weak::new()) };
}

/// A mailbox whose bell wakes the window's event loop.
#[must_use]
pub fn mailbox() -> (Mailbox, std::sync::mpsc::Receiver<Event>) {
    Mailbox::new(|| {
        // Before the loop runs and after it ends no one needs waking: the first tick empties the box.
        let _ = slint::invoke_from_event_loop(turn);
    })
}

fn turn() {
    if let Some(app) = APP.with_borrow(Weak::upgrade) {
        app.empty_mailbox(Duration::ZERO);
    }
}

/// Makes the kiosk's window.
///
/// # Errors
/// One sentence that says how to run without a display, if there is none.
pub fn open() -> anyhow::Result<KioskWindow> {
    ui::on_display(KioskWindow::new).map_err(|error| {
        anyhow::anyhow!(
            "no display to open the window on ({}); on a machine without one, \
             run `arrivals-kiosk demo --headless --out DIR`",
            in_short(&error.to_string())
        )
    })
}

/// The toolkit's reason, without where in its source it was noticed: the end of the last line that gives one.
fn in_short(reason: &str) -> &str {
    let ends = reason.lines().filter_map(|line| line.rsplit_once(": "));
    ends.map(|(_, end)| end).next_back().unwrap_or(reason).trim().trim_end_matches('.')
}

/// How a kiosk's window came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Someone closed it, or the system asked the program to end.
    Closed,
    /// Staff want the program to start again.
    StartAgain,
}

/// Joins window and kiosk, ticks every second, and runs until the window is closed, the system asks the program to end
/// or staff want it to start again.
///
/// # Errors
/// If the toolkit's event loop fails.
pub fn run_app(
    window: KioskWindow,
    kiosk: Kiosk,
    inbox: std::sync::mpsc::Receiver<Event>,
    stop: &Stop,
) -> anyhow::Result<Ended> {
    let app = App::new(window, kiosk, inbox);
    APP.with_borrow_mut(|slot| *slot = Rc::downgrade(&app));
    let worker = Rc::new(Timer::default());
    let weak = Rc::downgrade(&app);
    app.on_show(move |_| {
        let (Some(app), false) = (weak.upgrade(), worker.running()) else {
            return;
        };
        if app.has_work() {
            let weak = Rc::downgrade(&app);
            worker.start(TimerMode::SingleShot, SEEN_AFTER, move || {
                if let Some(app) = weak.upgrade() {
                    app.work();
                }
            });
        }
    });
    let ticks = Timer::default();
    let weak = Rc::downgrade(&app);
    ticks.start(TimerMode::Repeated, Duration::from_secs(1), move || {
        if let Some(app) = weak.upgrade() {
            app.empty_mailbox(Duration::ZERO);
            app.take(Event::Tick);
            if app.wants_restart() {
                let _ = slint::quit_event_loop();
            }
            // Fed from the window's own thread: a frozen screen is restarted.
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
    });
    // Closing the kiosk's face ends the program, whatever stands beside it.
    app.window.window().on_close_requested(|| {
        let _ = slint::quit_event_loop();
        slint::CloseRequestResponse::HideWindow
    });
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    app.window.show().context("the window cannot be shown")?;
    if stop.is_asked() {
        return Ok(Ended::Closed);
    }
    slint::run_event_loop_until_quit().context("the window's event loop failed")?;
    Ok(if app.wants_restart() { Ended::StartAgain } else { Ended::Closed })
}

/// Runs the kiosk that a configuration describes.
///
/// # Errors
/// One sentence on what to do: a wrong address, a file that cannot be opened, no display.
pub fn run(config: &KioskConfig, clock: Arc<dyn Clock>, runtime: &tokio::runtime::Runtime) -> anyhow::Result<Ended> {
    let stop = Stop::listen(runtime).context("cannot listen for the system's stop signal")?;
    let client = Client::new(&config.desk, config.token.reveal())?;
    let printer = printer::open(&config.printer)?;
    let speaker = speaker::open(&config.speaker)?;
    let camera = camera::open(&config.camera.command, Arc::clone(&clock))?;
    let (seal, key_place) = config.seal()?;
    let mut store = Store::open(&config.data, config.series, seal)?;
    store.begin_unheard();
    let (mailbox, inbox) = mailbox();
    let in_runtime = runtime.enter();
    let beside = parts::start(config.kiosk.clone(), store, printer, config.paper, client, &mailbox, &clock)?;
    drop(in_runtime);
    let scans = mailbox.clone();
    let scanner =
        scanner::open(&config.scanner, Arc::clone(&clock), Box::new(move |event| scans.leave(Event::Scanner(event))))?;
    // Last: what is wrong in the configuration is reported on a machine without a display too.
    let window = open()?;
    dress(&window, config.accent(), &config.look).map_err(anyhow::Error::msg)?;
    window.window().set_fullscreen(config.fullscreen);
    // Once nothing can go wrong any more: anyone who mends a configuration reads one line, the one that says what to
    // mend.
    match key_place {
        KeyPlace::Beside => tracing::warn!("the kiosk's file is {}; see docs/sealing.md", key_place.says()),
        _ => tracing::info!("the kiosk's file is {}", key_place.says()),
    }
    let words = window.as_weak();
    let kiosk = Kiosk::new(Parts {
        clock,
        store: Arc::clone(&beside.store),
        wake: Arc::clone(&beside.wake),
        printer: beside.printer.clone(),
        vitals: beside.vitals.clone(),
        data: config.data.clone(),
        camera: CardCamera::new(camera, mailbox.clone()),
        speaker,
        home_language: config.language,
        clinic_name: config.look.name.clone(),
        words: Box::new(move |order, facts| match words.upgrade() {
            Some(window) => ticket_face(&window, order, facts),
            None => unworded(order, facts),
        }),
    })?;
    tracing::info!(kiosk = %config.kiosk, "ready");
    let ended = run_app(window, kiosk, inbox, &stop)?;
    drop(scanner);
    drop(beside);
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::in_short;

    #[test]
    fn a_missing_display_is_told_without_the_toolkits_source() {
        for (reason, expected) in [
            (
                "Could not initialize.\nBackend: os error at /a/b/mod.rs:765: no DISPLAY is set.\nNothing configured.",
                "no DISPLAY is set",
            ),
            ("no backend", "no backend"),
        ] {
            assert_eq!(in_short(reason), expected);
        }
    }
}
