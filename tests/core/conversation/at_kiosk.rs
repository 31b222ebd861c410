//! Today's kiosk, with its own worker, hears what a desk answered then, and says what a kiosk said then.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::ManualClock;
use arrivals::domain::event::LoggedEvent;
use arrivals::sync::wire::Post;
use arrivals::sync::worker::Told;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::kinds;
use super::line::{Does, Exchange, Line, has_all, query};
use super::story::AtKiosk;
use super::way::Answers;

/// A question that waits for its answer.
struct Asked {
    method: String,
    path: String,
    body: Vec<u8>,
    answer: oneshot::Sender<(u16, Vec<u8>)>,
}

impl Asked {
    fn place(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// Whether this is the question that was asked then.
    fn is(&self, then: &Exchange) -> bool {
        match then.place() {
            "/api/kiosk/events" => {
                let now: Value = serde_json::from_slice(&self.body).unwrap();
                ["events", "gaps", "last"].iter().all(|name| match (now.get(name), then.body.get(name)) {
                    (Some(now), Some(then)) => has_all(now, then),
                    (now, then) => now.is_none() && then.is_none(),
                })
            }
            "/api/kiosk/feed" => query(&self.path, "cursor") == query(&then.path, "cursor"),
            "/api/kiosk/health" => true,
            _ => self.path == then.path,
        }
    }
}

/// The questions of the kiosk, in the order in which they are asked.
#[derive(Clone)]
struct Questions(mpsc::UnboundedSender<Asked>);

impl Answers for Questions {
    async fn answer(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { method: method.to_owned(), path: path.to_owned(), body, answer };
        match self.0.send(asked) {
            Ok(()) => answered.await.unwrap_or((503, Vec::new())),
            Err(_) => (503, Vec::new()),
        }
    }
}

struct Desk {
    questions: mpsc::UnboundedReceiver<Asked>,
    waiting: Vec<Asked>,
}

impl Desk {
    /// Gives this answer to the question that it answered then. Another question at the same address is for later: the
    /// kiosk asks again.
    async fn answers(&mut self, then: &Exchange, what: &str) {
        for _ in 0..100 {
            while let Ok(asked) = self.questions.try_recv() {
                self.waiting.push(asked);
            }
            // Who asked and does not wait any more has asked again.
            self.waiting.retain(|asked| !asked.answer.is_closed());
            let at = |asked: &Asked| asked.place() == then.place() && asked.method == then.method;
            if let Some(found) = self.waiting.iter().position(|asked| at(asked) && asked.is(then)) {
                let asked = self.waiting.remove(found);
                let body = if then.answer.is_null() { Vec::new() } else { serde_json::to_vec(&then.answer).unwrap() };
                asked.answer.send((then.status.unwrap(), body)).unwrap();
                // Until the kiosk has taken it in.
                tokio::time::sleep(Duration::from_millis(10)).await;
                return;
            }
            if let Some(other) = self.waiting.iter().position(at) {
                let _ = self.waiting.remove(other).answer.send((503, Vec::new()));
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        let asked: Vec<&str> = self.waiting.iter().map(|asked| asked.path.as_str()).collect();
        panic!("{what}: today's kiosk does not ask {} {}; it asks {asked:?}", then.method, then.path);
    }
}

/// What was being posted then: by this line, or by the next one if the feed answered a moment sooner.
fn next_post(lines: &[Line]) -> Option<Post> {
    let mut lines = lines.iter().map(|line| match line {
        Line::Asks(asked) => (asked.place(), &asked.body),
        Line::Does { .. } | Line::Ends { .. } => ("", &Value::Null),
    });
    let is_feed = |place: &str| ["/api/kiosk/feed", "/api/kiosk/health"].contains(&place);
    let (place, body) = lines.find(|(place, _)| !is_feed(place))?;
    (place == "/api/kiosk/events").then(|| serde_json::from_value(body.clone()).unwrap())
}

pub async fn play(protocol: u32, lines: &[Line]) {
    let (send, questions) = mpsc::unbounded_channel();
    let mut desk = Desk { questions, waiting: Vec::new() };
    let mut kiosk: Option<AtKiosk<Questions>> = None;
    let mut begins = None;
    let told: Arc<Mutex<Vec<Told>>> = Arc::default();
    for (n, line) in (1..).zip(lines) {
        let what = format!("conversation {protocol}, line {n}");
        match (line, &mut kiosk) {
            (Line::Does { does: Does::Opens { at, .. } }, _) => begins = Some(*at),
            (Line::Does { does: Does::Enrolls { kiosk: id, letters, .. } }, there) => {
                let clock = ManualClock::at(begins.unwrap());
                let mut new = AtKiosk::new(clock, id, letters, Questions(send.clone()));
                new.told = Arc::clone(&told);
                *there = Some(new);
            }
            (Line::Does { does }, Some(kiosk)) => kiosk.does(does).await,
            (Line::Asks(then), Some(kiosk)) => {
                if then.status.is_none() {
                    continue;
                }
                if let Some(post) = next_post(&lines[n - 1..]) {
                    post.events.iter().for_each(|event: &LoggedEvent| kiosk.happens(event));
                    kiosk.wake.notify_one();
                }
                desk.answers(then, &what).await;
            }
            (Line::Ends { kiosk: then, .. }, Some(kiosk)) => {
                let now = kiosk.ends();
                assert!(has_all(&now, then), "{what}: the kiosk ends with\n{now}\ninstead of\n{then}");
                assert_eq!(kiosk.vitals.read().newer, 0, "{what}: words that the kiosk does not know");
                kiosk.stop().await;
            }
            (_, None) => panic!("{what}: there is no kiosk yet"),
        }
    }
    let told = told.lock().unwrap();
    assert!(!told.iter().any(|word| matches!(word, Told::StoreFailed(_))), "conversation {protocol}");
    let orders: BTreeSet<String> = told
        .iter()
        .filter_map(|word| match word {
            Told::Orders(orders) => Some(orders),
            _ => None,
        })
        .flatten()
        .map(|order| serde_json::to_value(&order.what).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        orders,
        kinds::said(lines).orders.iter().map(|kind| (*kind).to_owned()).collect(),
        "conversation {protocol}: orders told"
    );
}
