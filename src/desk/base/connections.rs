//! The desk's connections: how many there may be, who has to give way when there is no room, and how slowly anyone may
//! send.
//!
//! Invariants: strangers have at most half of the room, so that no one can keep kiosks and staff out; when strangers
//! have no more room, one of theirs gives way to the newcomer: first the one that has waited longest without sending a
//! request, then one of the address that has most; that there is no room is in the log, at most once a minute. A
//! connection is a stranger's until a session or a kiosk's token was shown on it.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_stream::Stream;

use crate::clock::moment;
use crate::desk::base::address::address_of;

/// The lines of a request, and the next request on a connection, have to be there after so long.
pub(in crate::desk) const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// The body of a request has so long, and the time of its length at [`BODY_BYTES_PER_SECOND`].
const BODY_WITHIN: Duration = Duration::from_secs(20);
/// Slower than this no one sends.
const BODY_BYTES_PER_SECOND: u64 = 8 * 1024;
/// A connection is not younger than this when it has to give way, if there is another one.
const NEW: Duration = Duration::from_secs(1);
/// That there is no room is reported again after so long.
const SAID_AGAIN: Duration = Duration::from_secs(60);
/// Open files that are kept for the desk itself.
const FILES_OF_OUR_OWN: u64 = 64;
/// Fewest and most connections, whatever the machine allows.
const CONNECTIONS_MIN: u64 = 32;
const CONNECTIONS_MAX: u64 = 4096;

/// How many connections this process may have at the same time, as the system's limit of open files allows.
#[must_use]
pub fn connections_max() -> usize {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(CONNECTIONS_MAX);
    usize::try_from(files.saturating_sub(FILES_OF_OUR_OWN).clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)).unwrap_or(0)
}

/// Lets this process open as many files as the system allows it to, up to what the desk can use.
pub fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let wanted = (CONNECTIONS_MAX + FILES_OF_OUR_OWN).min(now.maximum.unwrap_or(u64::MAX));
    if now.current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum })
    {
        tracing::info!(%error, "cannot open more files than usual");
    }
}

/// Every open connection.
pub(in crate::desk) struct Connections {
    max: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    open: BTreeMap<u64, Entry>,
    said_at: Option<Instant>,
    gave_way: u64,
}

struct Entry {
    since: Instant,
    source: Option<IpAddr>,
    is_trusted: bool,
    is_busy: bool,
    close: Arc<Notify>,
}

/// One connection; closed in the list when it is dropped.
pub(in crate::desk) struct Connection {
    id: u64,
    all: Arc<Connections>,
    /// Rings when it has to give way.
    pub close: Arc<Notify>,
}

/// A connection as requests know it.
#[derive(Clone)]
pub(in crate::desk) struct OnConnection(Arc<Connection>);

impl Connections {
    pub(in crate::desk) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max: max.max(4), inner: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Strangers may have this many.
    fn strangers_max(&self) -> usize {
        self.max / 2
    }

    /// Takes a new connection on, and makes room for it.
    pub(in crate::desk) fn admit(self: &Arc<Self>, peer: IpAddr) -> OnConnection {
        let mut inner = self.lock();
        if inner.open.values().filter(|entry| !entry.is_trusted).count() >= self.strangers_max() {
            inner.give_way();
            inner.say("too many unknown connections; the oldest ones without a request are closed");
        }
        let (id, close) = (inner.next, Arc::new(Notify::new()));
        inner.next += 1;
        let entry =
            Entry { since: moment(), source: Some(peer), is_trusted: false, is_busy: false, close: Arc::clone(&close) };
        inner.open.insert(id, entry);
        OnConnection(Arc::new(Connection { id, all: Arc::clone(self), close }))
    }

    /// The system gives no more files: one connection gives way.
    pub(in crate::desk) fn no_files(&self) {
        let mut inner = self.lock();
        inner.give_way();
        inner.say("the system's limit of open files is reached; raise it (LimitNOFILE)");
    }
}

impl Inner {
    /// Closes the connection of a stranger that matters least.
    fn give_way(&mut self) {
        let now = moment();
        let strangers = || self.open.iter().filter(|(_, entry)| !entry.is_trusted);
        let mut of_source: HashMap<Option<IpAddr>, usize> = HashMap::new();
        for (_, entry) in strangers() {
            *of_source.entry(entry.source).or_default() += 1;
        }
        let is_new = |entry: &Entry| now.duration_since(entry.since) < NEW;
        let waiting = strangers().find(|(_, entry)| !entry.is_busy && !is_new(entry));
        // Of one address with many, the oldest; ids grow with time.
        let of_most = || {
            let most = strangers()
                .filter(|(_, entry)| !is_new(entry))
                .map(|(_, entry)| of_source.get(&entry.source).copied())
                .max()?;
            strangers().find(|(_, entry)| !is_new(entry) && of_source.get(&entry.source).copied() == most)
        };
        let oldest = || strangers().min_by_key(|(id, entry)| (entry.is_busy, **id));
        // In a flood of new connections those give way to each other: no one who is at something is closed for it.
        let is_flood = 2 * strangers().filter(|(_, entry)| !entry.is_busy).count() > strangers().count();
        let found = if is_flood { waiting.or_else(oldest) } else { waiting.or_else(of_most).or_else(oldest) };
        let Some(id) = found.map(|(id, _)| *id) else { return };
        if let Some(entry) = self.open.remove(&id) {
            entry.close.notify_one();
            self.gave_way += 1;
        }
    }

    fn say(&mut self, what: &str) {
        let now = moment();
        if self.said_at.is_none_or(|at| now.duration_since(at) >= SAID_AGAIN) {
            let open = self.open.len();
            tracing::warn!(open, closed = std::mem::take(&mut self.gave_way), "{what}");
            self.said_at = Some(now);
        }
    }
}

impl OnConnection {
    /// Resolves when the connection has to give way.
    pub(in crate::desk) async fn closed(&self) {
        self.0.close.notified().await;
    }

    /// A session or a kiosk's token was shown here.
    pub(in crate::desk) fn trust(&self) {
        let mut inner = self.0.all.lock();
        let room = self.0.all.max - self.0.all.strangers_max();
        if inner.open.values().filter(|entry| entry.is_trusted).count() >= room {
            inner.say("more connections of staff and kiosks than expected; the rest count as unknown");
            return;
        }
        if let Some(entry) = inner.open.get_mut(&self.0.id) {
            entry.is_trusted = true;
        }
    }

    fn set_busy(&self, is_busy: bool, source: Option<IpAddr>) {
        if let Some(entry) = self.0.all.lock().open.get_mut(&self.0.id) {
            entry.is_busy = is_busy;
            entry.source = source.or(entry.source);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.lock().open.remove(&self.id);
    }
}

/// Notes what a connection is doing, and gives the body of a request its time.
pub(in crate::desk) async fn watched(request: Request, next: Next) -> Response {
    let connection = request.extensions().get::<OnConnection>().cloned();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if let Some(connection) = &connection {
        connection.set_busy(true, address_of(peer, request.headers()));
    }
    let request =
        if request.body().is_end_stream() { request } else { request.map(|body| Body::from_stream(Timed::new(body))) };
    let response = next.run(request).await;
    let is_live = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if let Some(connection) = connection.filter(|_| !is_live) {
        connection.set_busy(false, None);
    }
    response
}

/// A body that has to be there in time.
struct Timed {
    body: BodyDataStream,
    begun: Option<Instant>,
    received: u64,
    over: Pin<Box<Sleep>>,
}

impl Timed {
    fn new(body: Body) -> Self {
        Self { body: body.into_data_stream(), begun: None, received: 0, over: Box::pin(sleep_until(moment())) }
    }
}

impl Stream for Timed {
    type Item = Result<Bytes, axum::BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // From when it is asked for: until then it is the desk that is slow.
        let begun = *this.begun.get_or_insert_with(moment);
        let found = Pin::new(&mut this.body).poll_next(cx);
        if found.is_pending() {
            let allowed = BODY_WITHIN + Duration::from_secs(this.received / BODY_BYTES_PER_SECOND);
            this.over.as_mut().reset(begun + allowed);
            ready!(this.over.as_mut().poll(cx));
            return Poll::Ready(Some(Err("the body was sent too slowly".into())));
        }
        if let Poll::Ready(Some(Ok(bytes))) = &found {
            this.received = this.received.saturating_add(bytes.len() as u64);
        }
        found.map(|found| found.map(|bytes| bytes.map_err(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        [198, 51, 100, last].into()
    }

    fn is_open(all: &Connections, connection: &OnConnection) -> bool {
        all.lock().open.contains_key(&connection.0.id)
    }

    #[tokio::test(start_paused = true)]
    async fn the_one_that_waited_longest_gives_way_and_never_one_of_staff() {
        let all = Connections::new(8);
        let staff = all.admit(ip(1));
        staff.trust();
        let strangers: Vec<OnConnection> = (0..4).map(|_| all.admit(ip(2))).collect();
        strangers[0].set_busy(true, Some(ip(3)));
        tokio::time::advance(Duration::from_secs(2)).await;
        let fifth = all.admit(ip(2));
        assert!(is_open(&all, &staff) && is_open(&all, &strangers[0]) && is_open(&all, &fifth));
        assert!(!is_open(&all, &strangers[1]), "of those that sent nothing the oldest");
        tokio::time::timeout(Duration::from_millis(1), strangers[1].closed()).await.unwrap();
        // A thousand more change nothing for staff.
        let many: Vec<OnConnection> = (0..1000).map(|_| all.admit(ip(2))).collect();
        assert!(is_open(&all, &staff) && is_open(&all, &strangers[0]) && is_open(&all, &many[999]));
        assert_eq!(all.lock().open.len(), 5);
        drop((staff, strangers, fifth, many));
        assert!(all.lock().open.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn of_live_ones_the_address_with_most_gives_way() {
        let all = Connections::new(8);
        let busy = |source: u8| {
            let connection = all.admit(ip(9));
            connection.set_busy(true, Some(ip(source)));
            connection
        };
        let (one, two, three, other) = (busy(1), busy(2), busy(2), busy(3));
        tokio::time::advance(Duration::from_secs(2)).await;
        let new = busy(4);
        assert!(!is_open(&all, &two));
        assert!([&one, &three, &other, &new].into_iter().all(|connection| is_open(&all, connection)));
    }

    #[tokio::test]
    async fn staff_and_kiosks_leave_room_for_whoever_wants_to_sign_in() {
        let all = Connections::new(8);
        let many: Vec<OnConnection> = (0..20)
            .map(|_| {
                let connection = all.admit(ip(1));
                connection.trust();
                connection
            })
            .collect();
        assert_eq!(all.lock().open.values().filter(|entry| entry.is_trusted).count(), 4);
        assert!(is_open(&all, &many[19]) && is_open(&all, &many[0]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_ends() {
        use tokio_stream::StreamExt as _;
        let (send, receive) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let mut body = Timed::new(Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(receive)));
        tokio::spawn(async move {
            while send.send(Ok(Bytes::from_static(b"x"))).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        });
        let begun = Instant::now();
        let mut ended = false;
        while let Some(piece) = body.next().await {
            if piece.is_err() {
                ended = true;
                break;
            }
        }
        assert!(ended && begun.elapsed() <= BODY_WITHIN + Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}
