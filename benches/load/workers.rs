//! Those who do something: staff who call, start and finish, and kiosks at which people check in.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;

use super::clinic::{Clinic, Kiosk, PASSWORD, checked_in, point_of, printed, service_of, user_of, visit_id};
use super::http::{Client, between};
use super::notes::{News, Notes};
use super::watchers::List;

/// From the call to the door, and from the door to the end: as short as it may be, so that there are many steps.
const WALK: Duration = Duration::from_secs(2);
const SEEN: Duration = Duration::from_secs(3);

/// Whom the button of a queue names, by the list; none if no one is left to call.
async fn next_of(client: &mut Client, queue: &str) -> std::io::Result<Option<String>> {
    let list = client.get("/list").await?.body;
    let mut buttons = list.split("action=\"/queue/next\"").skip(1).filter_map(|form| form.split("</form>").next());
    let its = buttons.find(|form| form.contains(&format!(", {queue}\"")));
    Ok(its.and_then(|form| between(form, "name=\"appointment\" value=\"", "\"")).map(str::to_owned))
}

/// Someone who is signed in.
pub struct Staff {
    pub n: usize,
    pub headers: String,
    csrf: String,
}

impl Staff {
    /// Signs in and says where they call to.
    pub async fn sign_in(addr: SocketAddr, n: usize) -> std::io::Result<Self> {
        let mut client = Client::new(addr, "");
        let page = client.get("/sign-in").await?;
        let mut client = Client::new(addr, &format!("cookie: {}\r\n", page.cookies()));
        let user = user_of(n);
        let answer =
            client.form("/sign-in", &[("csrf", &page.csrf()), ("name", &user), ("password", PASSWORD)]).await?;
        let headers = format!("cookie: {}\r\n", answer.cookies());
        let mut client = Client::new(addr, &headers);
        let csrf = client.get("/").await?.csrf();
        let answer = client.form("/point", &[("csrf", &csrf), ("point", &point_of(n))]).await?;
        if answer.status != 303 {
            return Err(std::io::Error::other(format!("{user} could not sign in: {}", answer.status)));
        }
        Ok(Self { n, headers, csrf })
    }

    /// The live addresses of the clinic's first board.
    pub async fn board(&self, addr: SocketAddr) -> std::io::Result<Option<String>> {
        let page = Client::new(addr, &self.headers).get("/board").await?;
        let address = between(&page.body, "href=\"/board/", "\"").and_then(|address| address.split_once('?'));
        Ok(address.map(|(place, key)| format!("/board/{place}/live?{key}")))
    }

    /// Calls who is next, starts and finishes, once in `every`, until it is over.
    pub async fn work(self, addr: SocketAddr, list: Arc<List>, every: Duration, until: Instant, notes: Arc<Notes>) {
        let mut client = Client::new(addr, &self.headers);
        let mut queue = self.n;
        let mut mine = Vec::new();
        // Not all of them at once.
        let first = Instant::now() + every.mul_f64((self.n * 7 % 20) as f64 / 20.0);
        let mut turns = tokio::time::interval_at(first.into(), every);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            turns.tick().await;
            if Instant::now() >= until {
                return;
            }
            let named = match next_of(&mut client, service_of(queue)).await {
                Ok(Some(named)) => named,
                Ok(None) => {
                    notes.count("calls to which nobody was left", 1);
                    queue += 1;
                    continue;
                }
                Err(error) => {
                    notes.error(format!("list: {}", error.kind()));
                    client = Client::new(addr, &self.headers);
                    continue;
                }
            };
            let began = Instant::now();
            match client.form("/queue/next", &[("csrf", &self.csrf), ("appointment", &named)]).await {
                Ok(answer) if answer.status == 303 => {}
                Ok(answer) if answer.status == 409 => {
                    notes.count("calls that someone else was faster with", 1);
                    continue;
                }
                Ok(answer) => {
                    notes.error(format!("call next: answered with {}", answer.status));
                    continue;
                }
                Err(error) => {
                    notes.error(format!("call next: {}", error.kind()));
                    client = Client::new(addr, &self.headers);
                    continue;
                }
            }
            notes.count("microseconds that calls took", began.elapsed().as_micros() as u64);
            let Some(visit) = self.called(&list, &mine).await else {
                notes.error("list: does not show whom one has called");
                continue;
            };
            notes.done(visit, News::Called, began);
            mine.push(visit);
            tokio::time::sleep(WALK).await;
            self.step(&mut client, "start", visit, &list, &notes).await;
            tokio::time::sleep(SEEN).await;
            self.step(&mut client, "done", visit, &list, &notes).await;
        }
    }

    /// Whom this one has called, by the list.
    async fn called(&self, list: &List, before: &[usize]) -> Option<usize> {
        for _ in 0..5 {
            list.refresh().await;
            let called = list.called.lock().unwrap_or_else(PoisonError::into_inner);
            let user = user_of(self.n);
            if let Some((visit, _)) = called.iter().find(|(visit, by)| **by == user && !before.contains(visit)) {
                return Some(*visit);
            }
        }
        None
    }

    async fn step(&self, client: &mut Client, action: &str, visit: usize, list: &List, notes: &Notes) {
        match client.form(&format!("/visit/{action}"), &[("csrf", &self.csrf), ("appointment", &visit_id(visit))]).await
        {
            Ok(answer) if answer.status == 303 => notes.count("starts and ends", 1),
            Ok(answer) => notes.error(format!("{action}: answered with {}", answer.status)),
            Err(error) => {
                notes.error(format!("{action}: {}", error.kind()));
                *client = Client::new(client.addr(), &self.headers);
            }
        }
        list.refresh().await;
    }
}

/// A kiosk that asks what is new, and says how it is.
pub async fn polls(addr: SocketAddr, kiosk: Kiosk, notes: Arc<Notes>) {
    let headers = format!("authorization: Bearer {}\r\n", kiosk.token);
    let feed = async {
        let (mut client, mut cursor) = (Client::new(addr, &headers), 0_u64);
        loop {
            match client.get(&format!("/api/kiosk/feed?cursor={cursor}&wait_seconds=25")).await {
                Ok(answer) if answer.status == 200 => {
                    let feed: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
                    cursor = feed.get("cursor").and_then(serde_json::Value::as_u64).unwrap_or(cursor);
                    notes.count("answers of the kiosks' feed", 1);
                }
                answer => {
                    notes.error(format!(
                        "feed: {}",
                        answer.map_or_else(|error| error.kind().to_string(), |answer| answer.status.to_string())
                    ));
                    client = Client::new(addr, &headers);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    };
    let health = async {
        let mut client = Client::new(addr, &headers);
        let started = Timestamp::now();
        loop {
            let device = |is: &str| json!({ "is": is });
            let health = json!({
                "version": env!("CARGO_PKG_VERSION"), "started": started, "now": Timestamp::now(), "waiting": 0,
                "printer": device("ready"), "scanner": device("ready"), "camera": device("absent"),
                "out_of_service": false, "obeyed": 0,
            });
            match client.json("/api/kiosk/health?wait_seconds=25", &health).await {
                Ok(answer) if answer.status == 200 => notes.count("answers to kiosks that say how they are", 1),
                answer => {
                    notes.error(format!(
                        "health: {}",
                        answer.map_or_else(|error| error.kind().to_string(), |answer| answer.status.to_string())
                    ));
                    client = Client::new(addr, &headers);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    };
    tokio::join!(feed, health);
}

/// People who come one after the other, each to the kiosk of their ticket.
pub async fn arrivals(
    addr: SocketAddr,
    clinic: Arc<Clinic>,
    first: usize,
    every: Duration,
    until: Instant,
    notes: Arc<Notes>,
) {
    let mut told: Vec<u64> = clinic.kiosks.iter().map(|kiosk| kiosk.told).collect();
    let mut turns = tokio::time::interval(every);
    let mut under_way = JoinSet::new();
    for n in first..clinic.people {
        turns.tick().await;
        if Instant::now() >= until {
            break;
        }
        let at = n % clinic.kiosks.len();
        let (kiosk, Some(seq)) = (clinic.kiosks[at].clone(), told.get_mut(at)) else { continue };
        // The arrival, and a second later what the printer said.
        *seq += 2;
        let (last, date, ticket, visit, notes) =
            (*seq, clinic.date, clinic.ticket_of(n), visit_id(n), Arc::clone(&notes));
        under_way.spawn(async move {
            let headers = format!("authorization: Bearer {}\r\n", kiosk.token);
            let mut client = Client::new(addr, &headers);
            for (seq, event) in [(last - 1, checked_in as fn(_, _, _, _, _) -> _), (last, printed)] {
                let event: serde_json::Value = event(seq, Timestamp::now(), &ticket, date, &visit);
                let began = Instant::now();
                match client
                    .json("/api/kiosk/events", &json!({ "kiosk": kiosk.id, "last": seq, "events": [event] }))
                    .await
                {
                    Ok(answer) if answer.status == 200 => {}
                    answer => {
                        return notes.error(format!(
                            "check-in: {}",
                            answer.map_or_else(|error| error.to_string(), |answer| answer.status.to_string())
                        ));
                    }
                }
                if seq < last {
                    notes.count("microseconds that check-ins took", began.elapsed().as_micros() as u64);
                    notes.done(n, News::Arrived, Instant::now());
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
    under_way.join_all().await;
}
