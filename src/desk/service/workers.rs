//! What the desk does by itself in the background: a list of workers, each with a name and how it stands.
//!
//! Invariant: a worker that fails is started again and says so; no worker's failure ends the desk or another worker.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::booking::messages;
use super::changes::eligibility;
use super::privacy::{checking, clean_up};
use crate::desk::Desk;
use crate::desk::store::FEED_DAYS_AHEAD;

/// How often the desk looks whether another process (an import) changed its file.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// A worker that failed starts again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One kind of background work.
struct Worker {
    name: &'static str,
    run: fn(Desk) -> Work,
}

/// All of them.
const ALL: [Worker; 5] = [
    Worker { name: "look for changes of other processes", run: |desk| Box::pin(watch_the_file(desk)) },
    Worker { name: "ask payers", run: |desk| Box::pin(eligibility::keep_asking(desk)) },
    Worker { name: "send messages", run: |desk| Box::pin(messages::keep_sending(desk)) },
    Worker { name: "delete old days", run: |desk| Box::pin(clean_up::keep_clean(desk)) },
    Worker { name: "check the file", run: |desk| Box::pin(checking::keep_checking(desk)) },
];

/// How a worker stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkerState {
    /// Whether it works now.
    pub is_running: bool,
    /// How often it failed and was started again.
    pub failures: u32,
}

/// How every worker stands, by name.
#[derive(Default)]
struct States(Mutex<BTreeMap<&'static str, WorkerState>>);

/// The workers of a desk that is served. They end when this is dropped.
pub struct Workers {
    _running: JoinSet<()>,
}

impl Workers {
    /// Starts all of them.
    #[must_use]
    pub fn start(desk: &Desk) -> Self {
        let mut running = JoinSet::new();
        for worker in ALL {
            running.spawn(keep_running(desk.clone(), worker));
        }
        Self { _running: running }
    }
}

impl Desk {
    /// How the background work stands, by name.
    #[must_use]
    pub fn workers(&self) -> BTreeMap<&'static str, WorkerState> {
        self.part::<States>().0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn keep_running(desk: Desk, worker: Worker) {
    let states = desk.part::<States>();
    let note = |change: fn(&mut WorkerState)| {
        change(states.0.lock().unwrap_or_else(PoisonError::into_inner).entry(worker.name).or_default());
    };
    loop {
        // Anyone who ends this ends the work too.
        let mut work = JoinSet::new();
        work.spawn((worker.run)(desk.clone()));
        note(|state| state.is_running = true);
        let ended = work.join_next().await;
        note(|state| state.is_running = false);
        if !matches!(ended, Some(Err(ref error)) if error.is_panic()) {
            return;
        }
        note(|state| state.failures += 1);
        tracing::error!(worker = worker.name, "background work failed; restarting it");
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Tells pages and kiosks when another process, or a new day, changed something.
async fn watch_the_file(desk: Desk) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looked = desk
            .blocking(|desk| {
                let now = desk.now();
                desk.with_store(|store| {
                    store.open_feed_window(now, FEED_DAYS_AHEAD)?;
                    store.remove_old_photos(now)
                })?;
                desk.watch_kiosks()?;
                desk.notify();
                Ok(())
            })
            .await;
        if let Err(error) = looked {
            tracing::error!(%error, "cannot look for changes; trying again");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::settings::ClinicSettings;

    static STARTS: AtomicU32 = AtomicU32::new(0);

    #[tokio::test(start_paused = true)]
    async fn work_that_fails_starts_again_and_says_how_often() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-23T14:05:00Z".parse().unwrap()));
        let desk = Desk::open(folder.path(), ClinicSettings::default(), clock).unwrap();
        let failing = Worker {
            name: "fails twice",
            run: |_| {
                Box::pin(async {
                    assert!(STARTS.fetch_add(1, Ordering::Relaxed) >= 2, "for the test");
                    std::future::pending::<()>().await;
                })
            },
        };
        let mut running = JoinSet::new();
        running.spawn(keep_running(desk.clone(), failing));
        tokio::time::sleep(3 * AGAIN_AFTER).await;
        assert_eq!(desk.workers().get("fails twice"), Some(&WorkerState { is_running: true, failures: 2 }));
    }
}
