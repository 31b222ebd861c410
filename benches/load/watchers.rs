//! Those who only look: boards, phones, and the list of everyone at the desk.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::clinic::{Clinic, visit_of};
use super::http::{Client, Live, between};
use super::notes::{Eye, News, Notes};

/// After a connection broke, a page waits so long.
const AGAIN: Duration = Duration::from_secs(3);

/// Hears live events for ever; each that `of_kind` is handed to `heard`.
async fn listen(
    addr: SocketAddr,
    path: &str,
    headers: &str,
    notes: &Notes,
    what: &str,
    mut heard: impl FnMut(&str, &str),
) {
    loop {
        match Live::open(addr, path, headers).await {
            Ok(mut live) => {
                while let Ok(event) = live.next().await {
                    heard(&event.kind, &event.data);
                }
                notes.error(format!("{what}: a live connection ended"));
            }
            Err(error) => notes.error(format!("{what}: {error}")),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// A board. It has the news when it heard the part that shows the ticket.
pub async fn board(addr: SocketAddr, path: String, clinic: Arc<Clinic>, notes: Arc<Notes>) {
    let mut known = HashMap::new();
    listen(addr, &path, "", &notes, "board", |kind, data| {
        if kind != "part" {
            return;
        }
        notes.count("parts that boards heard", 1);
        notes.count("bytes that boards heard", data.len() as u64);
        for after in data.split("class=\"who").skip(1) {
            let shown = between(after, ">", "</b>").and_then(|markup| clinic.visit_with(text(markup).trim()));
            if let Some(visit) = shown.filter(|visit| known.insert(*visit, ()).is_none()) {
                notes.saw(Eye::Board, News::Called, visit, Instant::now());
            }
        }
    })
    .await;
}

/// What stands between the tags.
fn text(markup: &str) -> String {
    markup
        .split('<')
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
        .collect()
}

/// A patient's phone. It has the news when it heard that they are called.
pub async fn phone(addr: SocketAddr, path: String, visit: usize, notes: Arc<Notes>) {
    let mut is_called = false;
    listen(addr, &path, "", &notes, "phone", |kind, data| {
        if kind != "part" {
            return;
        }
        notes.count("parts that phones heard", 1);
        if !is_called && data.contains("class=\"card called\"") {
            is_called = true;
            notes.saw(Eye::Phone, News::Called, visit, Instant::now());
        }
    })
    .await;
}

/// Who was called by whom, as the list of one browser shows it.
pub type CalledBy = Mutex<HashMap<usize, String>>;

/// The list in one browser: what is new in it is fetched at each revision, one at a time, as the page's script does.
pub struct List {
    pub called: Arc<CalledBy>,
    latest: watch::Sender<u64>,
    /// Anyone who did something fetches the list whatever was heard.
    again: tokio::sync::Notify,
    fetched: watch::Sender<u64>,
}

impl List {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            called: Arc::default(),
            latest: watch::Sender::new(0),
            again: tokio::sync::Notify::new(),
            fetched: watch::Sender::new(0),
        })
    }

    /// Fetches again and waits for it.
    pub async fn refresh(&self) {
        let mut fetched = self.fetched.subscribe();
        self.again.notify_one();
        let _ = tokio::time::timeout(Duration::from_secs(30), fetched.changed()).await;
    }

    pub async fn hear(&self, addr: SocketAddr, headers: &str, notes: &Notes) {
        listen(addr, "/live", headers, notes, "list", |kind, data| {
            if kind == "revision"
                && let Ok(revision) = data.parse()
            {
                self.latest.send_replace(revision);
            }
        })
        .await;
    }

    pub async fn fetch(&self, addr: SocketAddr, headers: &str, notes: &Notes) {
        let mut client = Client::new(addr, headers);
        let mut latest = self.latest.subscribe();
        let mut states: HashMap<usize, String> = HashMap::new();
        let (mut shown, mut drawn) = (0, String::new());
        loop {
            while *latest.borrow_and_update() == shown {
                tokio::select! {
                    _ = latest.changed() => {}
                    () = self.again.notified() => break,
                }
            }
            let began = Instant::now();
            let page = match client.get(&format!("/list?since={drawn}")).await {
                Ok(answer) if answer.status == 200 => answer.body,
                Ok(answer) => {
                    notes.error(format!("list: answered with {}", answer.status));
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(error) => {
                    notes.error(format!("list: {}", error.kind()));
                    client = Client::new(addr, headers);
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            };
            let now = Instant::now();
            notes.count("lists fetched", 1);
            notes.count("bytes of lists", page.len() as u64);
            notes.count("microseconds that lists took", now.duration_since(began).as_micros() as u64);
            shown = between(&page, "data-revision=\"", "\"").and_then(|text| text.parse().ok()).unwrap_or(shown);
            drawn = between(&page, "data-drawn=\"", "\"").unwrap_or_default().to_owned();
            self.read(&page, now, &mut states, notes);
            self.fetched.send_modify(|times| *times += 1);
        }
    }

    fn read(&self, page: &str, now: Instant, states: &mut HashMap<usize, String>, notes: &Notes) {
        for row in page.split("<li class=\"row").skip(1) {
            let (Some(classes), Some(id)) = (row.split('"').next(), between(row, "id=\"row-", "\"")) else { continue };
            let (Some(state), Some(visit)) = (classes.split(' ').next_back(), visit_of(id)) else { continue };
            if states.get(&visit).is_some_and(|known| known == state) {
                continue;
            }
            let before = states.insert(visit, state.to_owned());
            match state {
                // Of who is called at once, the arrival was not seen.
                "arrived" if before.is_some() => notes.saw(Eye::List, News::Arrived, visit, now),
                "called" => {
                    notes.saw(Eye::List, News::Called, visit, now);
                    let by = between(row, " by ", ",").unwrap_or_default().trim().to_owned();
                    self.called.lock().unwrap_or_else(PoisonError::into_inner).insert(visit, by);
                }
                _ => {}
            }
        }
    }
}
