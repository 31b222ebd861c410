//! The developer panel: what a room does to a kiosk, as buttons beside it. Never part of a real kiosk.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, Timer, TimerMode, VecModel};

use super::day;
use super::rig::Rig;
use crate::codes;
use crate::device::printer::SimulatedCondition;
use crate::domain::ids::AppointmentId;
use crate::domain::when::DateStyle;
use crate::kiosk::mailbox::Mailbox;
use crate::kiosk::program::Event;
use crate::kiosk::window::ui::{DeveloperPanel, KioskWindow, Panel, PanelPatient};

/// How often the panel looks at what the desk holds.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(700);

/// The panel, open; it closes when this is dropped.
pub struct OpenPanel {
    window: DeveloperPanel,
    _look: Timer,
}

impl Drop for OpenPanel {
    fn drop(&mut self) {
        let _ = self.window.hide();
    }
}

/// Holds the code of a row under the scanner.
fn scans(rig: &Rig, codes: Vec<String>) -> impl Fn(i32) + 'static {
    let scanner = rig.scanner.clone();
    move |row| {
        if let Some(code) = usize::try_from(row).ok().and_then(|row| codes.get(row)) {
            scanner.scan(code);
        }
    }
}

/// Opens the panel of a rig, beside its kiosk's window.
///
/// # Errors
/// If the toolkit cannot open a second window.
pub fn open(rig: &Rig, mailbox: &Mailbox, kiosk_window: &KioskWindow) -> anyhow::Result<OpenPanel> {
    let window = DeveloperPanel::new()?;
    let panel = window.global::<Panel>();
    let rows: Vec<PanelPatient> = rig
        .people
        .iter()
        .map(|someone| {
            let person = &someone.appointment.person;
            let born = person.birth_date.day().map(|born| DateStyle::default().date(born.0)).unwrap_or_default();
            PanelPatient {
                label: format!("{} {}", person.given_name.as_str(), person.family_name.as_str()).into(),
                detail: match someone.try_this {
                    "" => format!("born {born}"),
                    this => format!("born {born}: {this}"),
                }
                .into(),
            }
        })
        .collect();
    panel.set_patients(ModelRc::from(Rc::new(VecModel::from(rows))));
    // Who was canceled has no letter; their plain code leads to the same page.
    let letter = |id: &AppointmentId| rig.desk.letter_code(id).unwrap_or_else(|_| codes::appointment_code(id));
    let letters = rig.people.iter().map(|someone| letter(&someone.appointment.id)).collect();
    panel.on_scan(scans(rig, letters));
    let licences = rig.people.iter().map(|someone| day::licence(&someone.appointment.person)).collect();
    panel.on_scan_licence(scans(rig, licences));
    let scanner = rig.scanner.clone();
    panel.on_scan_foreign(move || scanner.scan("https://example.org/not-one-of-ours"));
    let (weak, printer, network) = (window.as_weak(), rig.printer.clone(), rig.network.clone());
    panel.on_changed(move || {
        let Some(window) = weak.upgrade() else {
            return;
        };
        let panel = window.global::<Panel>();
        printer.set(match (panel.get_printer_unplugged(), panel.get_cover_open(), panel.get_paper_out()) {
            (true, _, _) => SimulatedCondition::Unplugged,
            (_, true, _) => SimulatedCondition::CoverOpen,
            (_, _, true) => SimulatedCondition::NoPaper,
            _ => SimulatedCondition::Ready,
        });
        network.set(panel.get_network_cut());
    });
    let walks = mailbox.clone();
    panel.on_walk_away(move || walks.leave(Event::WalkAway));

    let look = Timer::default();
    let (weak, printer, desk, kiosk) =
        (window.as_weak(), rig.printer.clone(), rig.desk.watcher(), rig.kiosk_id.clone());
    look.start(TimerMode::Repeated, LOOK_EVERY, move || {
        let Some(window) = weak.upgrade() else {
            return;
        };
        let panel = window.global::<Panel>();
        let held = desk
            .events_held(&kiosk)
            .map_or_else(|_| "cannot be read".to_owned(), |count| format!("holds {count} events of this kiosk"));
        panel.set_desk(held.into());
        let printed = printer.printed();
        panel.set_paper(
            printed
                .last()
                .map(|job| format!("{} tickets printed, the last one {}", printed.len(), job.ticket.number))
                .unwrap_or_default()
                .into(),
        );
    });
    window.show()?;
    #[cfg(feature = "window")]
    super::places::arrange(kiosk_window, &window);
    Ok(OpenPanel { window, _look: look })
}
