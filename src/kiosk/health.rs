//! What the kiosk tells of itself: its devices in staff's words, and how the machine is.

use std::time::Duration;

use super::program::{Kiosk, lock};
use crate::device::camera::{CameraEvent, CameraState};
use crate::device::machine;
use crate::device::printer::PrinterStatus;
use crate::device::scanner::ScannerStatus;
use crate::flow::step::Step;
use crate::sync::wire::{BrakeHealth, Condition, DeviceHealth};

/// Temperature and disk change slowly.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Anyone who copies the kiosk's file alone, without its journal, lacks no more than this.
const SETTLE_EVERY: Duration = Duration::from_secs(600);

fn is(is: Condition, why: &str) -> DeviceHealth {
    DeviceHealth { is, why: why.to_owned() }
}

fn of_printer(status: PrinterStatus) -> DeviceHealth {
    let condition = match status {
        PrinterStatus::Ready => return is(Condition::Ready, ""),
        PrinterStatus::Unknown => Condition::Ready,
        PrinterStatus::PaperLow => Condition::Soon,
        PrinterStatus::NotSetUp => Condition::Absent,
        PrinterStatus::NoPaper | PrinterStatus::CoverOpen | PrinterStatus::Unreachable | PrinterStatus::Fault => {
            Condition::Failed
        }
    };
    is(condition, status.for_staff())
}

fn of_scanner(status: ScannerStatus) -> DeviceHealth {
    match status {
        ScannerStatus::Ready => is(Condition::Ready, ""),
        ScannerStatus::NotSetUp => is(Condition::Absent, status.for_staff()),
        ScannerStatus::Unreachable | ScannerStatus::Garbled => is(Condition::Failed, status.for_staff()),
    }
}

impl Kiosk {
    pub(super) fn printer_is(&self, status: PrinterStatus) {
        self.parts.vitals.set(|health| health.printer = of_printer(status));
    }

    pub(super) fn scanner_is(&self, status: ScannerStatus) {
        self.parts.vitals.set(|health| health.scanner = of_scanner(status));
    }

    /// A camera runs only while someone looks: until it fails for the first time it counts as ready.
    pub(super) fn camera_is(&self, event: Option<CameraEvent>) {
        let camera = match event {
            None if self.parts.camera.is_set_up() => is(Condition::Ready, ""),
            None => is(Condition::Absent, ""),
            Some(CameraEvent::State(CameraState::Gone(trouble))) => is(Condition::Failed, trouble.for_staff()),
            Some(CameraEvent::State(CameraState::Live)) => is(Condition::Ready, ""),
            Some(CameraEvent::State(CameraState::Starting) | CameraEvent::Look) => return,
        };
        self.parts.vitals.set(|health| health.camera = camera);
    }

    /// Whether it serves, what it has carried out and, now and then, how warm and how full it is.
    pub(super) fn tell_health(&mut self) {
        let (out_of_service, obeyed, ends) = (self.is_out_of_service(), self.obeyed, self.ends.clone());
        let wall = self.parts.clock.now();
        let left = self.braked_for().and_then(|left| jiff::SignedDuration::try_from(left).ok());
        let brake = Some(BrakeHealth { until: left.and_then(|left| wall.checked_add(left).ok()) });
        self.parts.vitals.set(|health| {
            (health.out_of_service, health.obeyed, health.ends, health.brake) = (out_of_service, obeyed, ends, brake);
        });
        let now = self.parts.clock.elapsed();
        if self.machine_seen.is_none_or(|seen| now.saturating_sub(seen) >= LOOK_EVERY) {
            self.machine_seen = Some(now);
            let (celsius, free) = (machine::celsius(), machine::disk_free_mib(&self.parts.data));
            self.parts.vitals.set(|health| (health.celsius, health.disk_free_mib) = (celsius, free));
        }
    }

    /// Now and then, while no one is here, the file gets what its journal holds.
    pub(super) fn settle_file(&mut self) {
        let now = self.parts.clock.elapsed();
        if self.conversation.step != Step::Welcome || now.saturating_sub(self.settled) < SETTLE_EVERY {
            return;
        }
        self.settled = now;
        if let Err(error) = lock(&self.parts.store).settle() {
            tracing::warn!(
                %error,
                "the kiosk's journal could not be written into its file; trying again in a few minutes"
            );
        }
    }
}
