//! The desk as a server: listening and stopping.
//!
//! Invariant: without TLS it listens on this machine's own addresses and nowhere else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::middleware::{from_fn, map_response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::desk::Desk;
use crate::desk::DeskOptions;
use crate::desk::base::connections::{Connections, HEAD_WITHIN, OnConnection, connections_max, watched};
use crate::desk::base::error::DeskError;
use crate::desk::http::kiosk_api;
use crate::desk::page;
use crate::desk::service::workers::Workers;

/// Open requests get this long to end when the desk stops.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// The system's words for "no more open files": of this process, and of the whole machine.
const NO_FILES: i32 = 24;
const NO_FILES_OF_SYSTEM: i32 = 23;
/// So long nothing is taken then.
const WITHOUT_FILES: Duration = Duration::from_millis(50);
/// The lines of a request are no longer than this.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A desk that is being served.
pub struct Serving {
    /// Where it listens; the port is the real one even if 0 was asked for.
    pub addr: SocketAddr,
    desk: Desk,
    server: JoinHandle<()>,
    workers: Workers,
}

impl Serving {
    /// Stops: answers what is waiting, takes nothing new, and returns when that is done.
    pub async fn stop(self) {
        self.desk.stop(true);
        let abort = self.server.abort_handle();
        if tokio::time::timeout(STOP_WITHIN, self.server).await.is_err() {
            abort.abort();
        }
        drop(self.workers);
    }
}

/// How many connections there may be at the same time, if not as many as the system allows.
#[derive(Default)]
struct ConnectionsMax(Option<usize>);

impl DeskOptions {
    /// Another number of connections at the same time than the system allows.
    #[must_use]
    pub fn connections_max(self, max: usize) -> Self {
        self.with(ConnectionsMax(Some(max)))
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
        self.stop(false);
        let connections = Connections::new(self.part::<ConnectionsMax>().0.unwrap_or_else(connections_max));
        let server = tokio::spawn(listen_on(listener, self.router(), connections, self.stopping()));
        let workers = Workers::start(self);
        Ok(Serving { addr, desk: self.clone(), server, workers })
    }

    /// Every address that the desk answers.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(kiosk_api::routes(self))
            .merge(page::routes(self))
            .layer(map_response(page::with_safe_headers))
            .layer(from_fn(watched))
            .with_state(self.clone())
    }
}

/// Takes connections until the desk stops, and then waits until those are answered that asked for something.
async fn listen_on(
    listener: TcpListener,
    app: Router,
    connections: Arc<Connections>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        // Of those that have ended nothing is kept.
        while open.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                let connection = connections.admit(peer.ip());
                open.spawn(serve_one(stream, peer, app.clone(), connection, stopping.clone()));
            }
            Err(error) if matches!(error.raw_os_error(), Some(NO_FILES | NO_FILES_OF_SYSTEM)) => {
                connections.no_files();
                tokio::time::sleep(WITHOUT_FILES).await;
            }
            // That person has gone again.
            Err(error) => tracing::debug!(error = %error.kind(), "a connection could not be accepted"),
        }
    }
    while open.join_next().await.is_some() {}
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    connection: OnConnection,
    mut stopping: watch::Receiver<bool>,
) {
    let app = TowerToHyperService::new(app);
    let on_it = connection.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(on_it.clone());
        app.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_BYTES_MAX);
    let mut served = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // What goes wrong on one connection is its own end's matter.
            _ = served.as_mut() => return,
            () = connection.closed() => return,
            _ = stopping.wait_for(|stop| *stop), if !is_stopping => {
                is_stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}
