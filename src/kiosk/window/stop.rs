//! A polite request to end: what the system sends when it stops a service, closes a terminal, or someone types Ctrl+C.
//!
//! Without this the program would end in the middle of things, and the demo would leave its folder behind.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

/// Whether the program was asked to end.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
}

impl Stop {
    /// Listens from now on. A window's event loop ends by itself when the request comes; anything else looks at
    /// [`Self::is_asked`].
    ///
    /// # Errors
    /// If the system lets no one listen.
    pub fn listen(runtime: &tokio::runtime::Runtime) -> io::Result<Self> {
        let stop = Self::default();
        let _inside = runtime.enter();
        for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
            let (mut requests, asked) = (signal(kind)?, Arc::clone(&stop.asked));
            runtime.spawn(async move {
                while requests.recv().await.is_some() {
                    asked.store(true, Ordering::SeqCst);
                    // Before there is an event loop: the code that starts it looks at the flag first.
                    let _ = slint::invoke_from_event_loop(|| {
                        let _ = slint::quit_event_loop();
                    });
                }
            });
        }
        Ok(stop)
    }

    /// Whether the request came.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}
