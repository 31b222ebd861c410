//! The way between a kiosk and its desk, as bad as it can be: it loses, repeats, tears and delays, and either side may
//! be an older or a newer program. Everything is done on one thread, so that a seed replays.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::Unserved;
use arrivals::domain::event::LoggedEvent;
use arrivals::domain::ids::KioskId;
use arrivals::sync::api::{Attempt, DeskApi, Refusal};
use arrivals::sync::bounds;
use arrivals::sync::wire::{Change, Feed, Health, Held, Order, Orders, PhotoHeld, PhotoName, Piece, Post};
use serde_json::json;
use tokio::sync::Notify;

use super::super::sync::Random;

/// So many old posts are kept to be delivered again later.
const LATE_MAX: usize = 12;

/// Which versions talk to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    Same,
    OlderKiosk,
    OlderDesk,
    NewerDesk,
}

impl Age {
    pub const ALL: [Self; 4] = [Self::Same, Self::OlderKiosk, Self::OlderDesk, Self::NewerDesk];

    /// Whether words are missing that one of the two needs.
    pub fn is_older(self) -> bool {
        matches!(self, Self::OlderKiosk | Self::OlderDesk)
    }
}

/// What all ways share: the desk at the other end, if it runs.
pub struct Net {
    pub desk: Mutex<Option<Desk>>,
    /// The desk's.
    pub clock: ManualClock,
    pub random: Arc<Mutex<Random>>,
    /// Rings when something may be new.
    pub bell: Notify,
    /// What the desk said that it has, since somebody last looked.
    pub acknowledged: Mutex<Vec<(KioskId, LoggedEvent)>>,
    late: Mutex<VecDeque<(String, Vec<u8>)>>,
    pub posts: AtomicU64,
}

impl Net {
    pub fn new(random: Arc<Mutex<Random>>, clock: ManualClock) -> Arc<Self> {
        let (desk, bell, acknowledged, late) = (Mutex::default(), Notify::new(), Mutex::default(), Mutex::default());
        Arc::new(Self { desk, clock, random, bell, acknowledged, late, posts: AtomicU64::new(0) })
    }

    pub fn below(&self, limit: u64) -> u64 {
        self.random.lock().unwrap().below(limit)
    }

    pub fn ring(&self) {
        self.bell.notify_waiters();
    }

    fn desk(&self) -> Option<Desk> {
        self.desk.lock().unwrap().clone()
    }

    /// One of the posts of before arrives once more. Nobody hears what the desk says to it.
    pub fn deliver_late(&self) -> bool {
        let count = self.late.lock().unwrap().len() as u64;
        if count == 0 {
            return false;
        }
        let one = self.below(count) as usize;
        let Some((token, body)) = self.late.lock().unwrap().remove(one) else { return false };
        let Some(desk) = self.desk() else { return false };
        let _ = desk.take_report(&token, bounds::read(&body).unwrap());
        self.ring();
        true
    }
}

/// One kiosk's way to the desk.
pub struct Way {
    pub net: Arc<Net>,
    pub token: String,
    pub kiosk: KioskId,
    pub age: Arc<Mutex<Age>>,
    pub losses_of_ten: u64,
}

impl Way {
    fn is_lost(&self) -> bool {
        self.net.below(10) < self.losses_of_ten
    }

    fn age(&self) -> Age {
        *self.age.lock().unwrap()
    }

    fn deliver(&self, desk: &Desk, body: &[u8]) -> Result<Held, Unserved> {
        let held = desk.take_report(&self.token, bounds::read(body).unwrap());
        self.net.posts.fetch_add(1, Ordering::Relaxed);
        self.net.ring();
        held
    }
}

fn away<T>() -> Attempt<T> {
    Attempt::Retry("the desk is stopped".into())
}

fn lost<T>() -> Attempt<T> {
    Attempt::Retry("lost on the way".into())
}

impl DeskApi for Way {
    async fn post(&self, post: Post) -> Attempt<Held> {
        if self.is_lost() {
            return lost();
        }
        let Some(desk) = self.net.desk() else { return away() };
        let age = self.age();
        let sent = post.events.clone();
        let post = if age.is_older() {
            Post { gaps: Vec::new(), epoch: None, acknowledged: None, begins: false, now: None, ..post }
        } else {
            post
        };
        let body = serde_json::to_vec(&post).unwrap();
        if self.net.below(20) == 0 {
            let torn = &body[..self.net.below(body.len() as u64) as usize];
            assert!(bounds::read(torn).is_err(), "half a post is no post");
            return lost();
        }
        if !sent.is_empty() && self.net.below(6) == 0 {
            let mut late = self.net.late.lock().unwrap();
            late.push_back((self.token.clone(), body.clone()));
            if late.len() > LATE_MAX {
                late.pop_front();
            }
        }
        if self.is_lost() {
            let _ = self.deliver(&desk, &body);
        }
        let answer = self.deliver(&desk, &body);
        if let Ok(held) = &answer
            && !held.adopted
        {
            let taken =
                sent.into_iter().filter(|event| event.seq <= held.held).map(|event| (self.kiosk.clone(), event));
            self.net.acknowledged.lock().unwrap().extend(taken);
        }
        if self.is_lost() {
            return lost();
        }
        match answer {
            // An older desk knows of no way on for such a kiosk.
            Ok(Held { adopted: true, .. }) if age == Age::OlderDesk => Attempt::Refused(Refusal::OtherHistory),
            Ok(held) if age == Age::OlderDesk => {
                Attempt::Sent(Held { series: None, now: None, numbers: Vec::new(), waits: Vec::new(), ..held })
            }
            Ok(held) => Attempt::Sent(serde_json::from_value(serde_json::to_value(held).unwrap()).unwrap()),
            Err(Unserved::UnknownToken) => Attempt::Refused(Refusal::UnknownToken),
            Err(Unserved::NotUnderstood(why)) => panic!("the desk does not understand a kiosk: {why}"),
            Err(Unserved::OtherHistory) => Attempt::Refused(Refusal::OtherHistory),
            Err(Unserved::Trouble(error)) => panic!("the desk has trouble: {error}"),
        }
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        if self.is_lost() {
            return lost();
        }
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        let mut is_over = false;
        let feed = loop {
            let news = self.net.bell.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            let Some(desk) = self.net.desk() else { return away() };
            let now = self.net.clock.now();
            let feed = desk.with_store(|store| store.feed(cursor, now)).unwrap();
            if is_over || !feed.changes.is_empty() || feed.settings.is_some() || feed.cursor < cursor {
                break feed;
            }
            drop(desk);
            tokio::select! {
                biased;
                () = &mut over => is_over = true,
                () = news => {}
            }
        };
        if self.is_lost() {
            return lost();
        }
        Attempt::Sent(match self.age() {
            Age::Same | Age::OlderKiosk => feed,
            Age::OlderDesk => Feed { epoch: None, day: None, open: None, ..feed },
            Age::NewerDesk => with_newer_words(feed),
        })
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        if self.is_lost() {
            return lost();
        }
        let Some(desk) = self.net.desk() else { return away() };
        let (now, age) = (self.net.clock.now(), self.age());
        let health = if age.is_older() { Health { list: None, brake: None, ..health } } else { health };
        let rules = desk.settings().kiosks;
        let differs = desk.with_store(|store| store.take_health(&self.kiosk, &health, rules, now)).unwrap();
        drop(desk);
        tokio::time::sleep(wait).await;
        if self.is_lost() {
            return lost();
        }
        let mut orders = Vec::new();
        if age == Age::NewerDesk {
            orders.push(Order {
                id: health.obeyed + 1,
                what: serde_json::from_value(json!({ "kind": "dim", "percent": 20 })).unwrap(),
            });
        }
        Attempt::Sent(Orders { orders, list_again: differs && age != Age::OlderDesk })
    }

    async fn photo_held(&self, _: &PhotoName) -> Attempt<PhotoHeld> {
        lost()
    }

    async fn send_piece(&self, _: Piece) -> Attempt<PhotoHeld> {
        lost()
    }
}

/// A desk of tomorrow says more, and among it what this kiosk has to know.
fn with_newer_words(mut feed: Feed) -> Feed {
    if !feed.changes.is_empty() {
        let word: Change = serde_json::from_value(json!({ "kind": "room", "number": 3 })).unwrap();
        feed.changes.insert(feed.changes.len() / 2, word);
    }
    let mut said = serde_json::to_value(feed).unwrap();
    said["moon"] = json!("full");
    serde_json::from_value(said).unwrap()
}
