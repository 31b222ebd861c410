//! How a kiosk is, as its program last said; the worker tells the desk.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::wire::{Condition, DeviceHealth, Health, PROTOCOL};

/// A kiosk's health, shared between its program and its worker.
#[derive(Clone)]
pub struct Vitals {
    wall_clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    health: Arc<Mutex<Health>>,
    changed: Arc<Notify>,
}

impl std::fmt::Debug for Vitals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vitals").field("health", &self.health).finish_non_exhaustive()
    }
}

impl Vitals {
    /// A program that has just started and knows nothing of its devices yet.
    #[must_use]
    pub fn new(wall_clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let nothing = || DeviceHealth { is: Condition::Absent, why: String::new() };
        let now = wall_clock();
        let health = Health {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            started: now,
            now,
            waiting: 0,
            printer: nothing(),
            scanner: nothing(),
            camera: nothing(),
            celsius: None,
            disk_free_mib: None,
            newer: 0,
            out_of_service: false,
            obeyed: 0,
            ends: Vec::new(),
            list: None,
            brake: None,
        };
        Self { wall_clock: Arc::new(wall_clock), health: Arc::new(Mutex::new(health)), changed: Arc::default() }
    }

    /// Changes what is known; the desk hears of it right away if a person there should act on it, else with the next
    /// report.
    pub fn set(&self, change: impl FnOnce(&mut Health)) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let before = health.clone();
        change(&mut health);
        let urgent = |health: &Health| {
            let devices = [&health.printer, &health.scanner, &health.camera].map(Clone::clone);
            (
                devices,
                health.out_of_service,
                health.obeyed,
                health.ends.clone(),
                health.brake.map(|brake| brake.until.is_some()),
            )
        };
        if urgent(&before) != urgent(&health) {
            self.changed.notify_one();
        }
    }

    /// How the kiosk is now.
    #[must_use]
    pub fn read(&self) -> Health {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        Health { now: (self.wall_clock)(), ..health.clone() }
    }

    /// Waits until the desk should hear of a change.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_staff_should_act_on_is_told_at_once() {
        let vitals = Vitals::new(|| Timestamp::UNIX_EPOCH);
        let is_told = async || tokio::time::timeout(std::time::Duration::ZERO, vitals.changed()).await.is_ok();
        vitals.set(|health| health.celsius = Some(61));
        assert!(!is_told().await);
        vitals.set(|health| health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".to_owned() });
        assert!(is_told().await);
        vitals.set(|health| health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".to_owned() });
        assert!(!is_told().await);
        assert_eq!(vitals.read().celsius, Some(61));
    }
}
