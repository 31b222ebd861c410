//! The desk as a server: listening, stopping, and noticing what other processes change.
//!
//! Invariant: without TLS it listens on this machine's own addresses and nowhere else.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Desk;
use super::error::DeskError;
use super::store::Store;
use super::{api, checking, eligibility, keeping, messages, page};

/// How often the desk looks whether another process (an import) changed its file.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Open requests get this long to end when the desk stops.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// A desk that is being served.
pub struct Serving {
    /// Where it listens; the port is the real one even if 0 was asked for.
    pub addr: SocketAddr,
    desk: Desk,
    server: JoinHandle<()>,
    watcher: JoinHandle<()>,
    asking: JoinHandle<()>,
    sending: JoinHandle<()>,
    cleaning: JoinHandle<()>,
    checking: JoinHandle<()>,
}

impl Serving {
    /// Stops: answers what is waiting, takes nothing new, and returns when that is done.
    pub async fn stop(self) {
        self.desk.inner.stopping.send_replace(true);
        let abort = self.server.abort_handle();
        if tokio::time::timeout(STOP_WITHIN, self.server).await.is_err() {
            abort.abort();
        }
        self.watcher.abort();
        self.asking.abort();
        self.sending.abort();
        self.cleaning.abort();
        self.checking.abort();
    }
}

impl Desk {
    /// Begins to serve on `listen`. Port 0 takes any free one.
    ///
    /// # Errors
    /// If the address is not this machine's own, in use, or otherwise not to be had.
    pub async fn serve(&self, listen: SocketAddr) -> Result<Serving, DeskError> {
        if !listen.ip().is_loopback() {
            return Err(DeskError::NotLoopback(listen));
        }
        let listener = TcpListener::bind(listen).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => DeskError::PortInUse(listen),
            kind => DeskError::Listen(listen, kind),
        })?;
        let addr = listener.local_addr().map_err(|error| DeskError::Listen(listen, error.kind()))?;
        self.inner.stopping.send_replace(false);
        let mut stopping = self.stopping();
        let app = self.router();
        let server = tokio::spawn(async move {
            let stop = async move {
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stop).await {
                tracing::error!(error = %error.kind(), "the server ended");
            }
        });
        let watcher = tokio::spawn(watch_the_file(self.clone()));
        let asking = tokio::spawn(eligibility::keep_asking(self.clone()));
        let sending = tokio::spawn(messages::keep_sending(self.clone()));
        let cleaning = tokio::spawn(keeping::keep_clean(self.clone()));
        let checking = tokio::spawn(checking::keep_checking(self.clone()));
        Ok(Serving { addr, desk: self.clone(), server, watcher, asking, sending, cleaning, checking })
    }

    /// Every address that the desk answers.
    pub fn router(&self) -> Router {
        Router::new().merge(api::routes()).merge(page::routes(self)).layer(map_response(page::with_safe_headers)).with_state(self.clone())
    }
}

/// Tells pages and kiosks when another process, or a new day, changed something.
async fn watch_the_file(desk: Desk) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looked = desk
            .blocking(|desk| {
                let now = desk.now();
                desk.with_store(|store: &mut Store| {
                    store.open_feed_window(now, super::store::FEED_DAYS_AHEAD)?;
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
