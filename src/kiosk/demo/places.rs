//! Where the demo's two windows go: beside each other on any screen, the kiosk as large as fits and never cut.

use slint::platform::WindowEvent;
use slint::winit_030::WinitWindowAccessor as _;
use slint::{ComponentHandle as _, PhysicalPosition, PhysicalSize};

use crate::kiosk::window::ui::{DeveloperPanel, KioskWindow};

/// The page that is drawn, in its own pixels.
const PAGE: (u32, u32) = (1280, 800);
/// The panel is this wide where there is room, and never narrower than the second.
const PANEL_WIDTH: u32 = 480;
const PANEL_WIDTH_MIN: u32 = 400;
/// Between the two windows, and around them: their frames, a bar of the desktop.
const GAP: u32 = 20;
const BARS: u32 = 72;
/// Smaller than this no one can read it; then the windows overlap.
const SCALE_MIN: f32 = 0.5;

/// How large the kiosk's window is drawn, and where the panel is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Places {
    /// Of the kiosk's page: 1 is its own size.
    scale: f32,
    kiosk: (u32, u32),
    panel_left: u32,
    panel: (u32, u32),
}

/// For a screen of this size in pixels.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of screens"
)]
fn places(screen: (u32, u32)) -> Places {
    let height = screen.1.saturating_sub(BARS).max(1);
    let all = PAGE.0 + GAP + PANEL_WIDTH;
    let (scale, panel_width) = if screen.0 >= all && height >= PAGE.1 {
        (1.0, PANEL_WIDTH)
    } else {
        let beside = screen.0.saturating_sub(GAP + PANEL_WIDTH_MIN).max(1);
        let scale = (beside as f32 / PAGE.0 as f32).min(height as f32 / PAGE.1 as f32);
        (scale.clamp(SCALE_MIN, 1.0), PANEL_WIDTH_MIN)
    };
    let drawn = |side: u32| (side as f32 * scale).floor() as u32;
    let kiosk = (drawn(PAGE.0), drawn(PAGE.1));
    let panel_left = (kiosk.0 + GAP).min(screen.0.saturating_sub(panel_width));
    Places { scale, kiosk, panel_left, panel: (panel_width, PAGE.1.min(height)) }
}

/// Puts both windows in their places once the system has made them. Where the system has one window for the whole
/// display, nothing is done.
pub fn arrange(kiosk: &KioskWindow, panel: &DeveloperPanel) {
    let (kiosk, panel) = (kiosk.clone_strong(), panel.as_weak());
    // Without an event loop there are no windows to arrange.
    let _ = slint::spawn_local(async move {
        let window = kiosk.window();
        let Ok(system) = window.winit_window().await else { return };
        let monitor = system.current_monitor().or_else(|| system.primary_monitor());
        let Some(screen) = monitor.map(|monitor| monitor.size()) else { return };
        let places = places((screen.width, screen.height));
        if (places.scale - 1.0).abs() > f32::EPSILON {
            window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: places.scale });
            window.set_size(PhysicalSize::new(places.kiosk.0, places.kiosk.1));
        }
        window.set_position(PhysicalPosition::new(0, 0));
        if let Some(panel) = panel.upgrade() {
            panel.window().set_size(PhysicalSize::new(places.panel.0, places.panel.1));
            panel.window().set_position(PhysicalPosition::new(i32::try_from(places.panel_left).unwrap_or(0), 0));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_windows_are_on_the_screen_whole_and_beside_each_other() {
        for screen in
            [(3840, 2160), (1920, 1080), (1800, 900), (1440, 900), (1366, 768), (1280, 800), (1280, 720), (1080, 1920)]
        {
            let places = places(screen);
            assert!(places.kiosk.0 <= places.panel_left, "{screen:?}: the panel covers the kiosk: {places:?}");
            assert!(places.panel_left + places.panel.0 <= screen.0, "{screen:?}: the panel is cut: {places:?}");
            assert!(
                places.kiosk.1 + BARS <= screen.1 && places.panel.1 + BARS <= screen.1,
                "{screen:?}: too tall: {places:?}"
            );
            let shape = f64::from(places.kiosk.0) / f64::from(places.kiosk.1);
            assert!((shape - 1.6).abs() < 0.01, "{screen:?}: the page has another shape: {places:?}");
        }
    }

    #[test]
    fn a_large_screen_shows_the_page_in_its_own_size() {
        assert_eq!(
            places((1920, 1080)),
            Places { scale: 1.0, kiosk: (1280, 800), panel_left: 1300, panel: (480, 800) }
        );
    }

    #[test]
    fn on_a_very_small_screen_the_page_stays_readable_and_the_panel_lies_over_it() {
        let places = places((800, 480));
        assert_eq!((places.kiosk, places.panel_left), ((640, 400), 400));
    }
}
