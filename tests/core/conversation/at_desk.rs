//! Today's desk is told what a kiosk said then, over HTTP. What the desk chooses itself (its file's life, how far the
//! feed is, the numbers of orders) is put in place of what the desk chose then.

use std::collections::{BTreeMap, BTreeSet};

use arrivals::desk::service::kiosks::watch::Alarm;
use arrivals::sync::wire::PIECE_BYTES_MAX;
use serde_json::{Value, json};

use super::line::{Does, Exchange, Line, Taken, has_all, piece};
use super::story::AtDesk;
use super::way::ask;

/// What the desk chose then, and what it chooses now.
#[derive(Default)]
struct Chosen {
    epochs: BTreeMap<String, Value>,
    cursors: BTreeMap<u64, u64>,
    orders: BTreeMap<u64, u64>,
}

impl Chosen {
    fn cursor(&self, then: u64) -> u64 {
        self.cursors.get(&then).copied().unwrap_or(then)
    }

    fn learn(&mut self, then: &Value, now: &Value) {
        if let (Some(then), Some(now)) = (then.get("epoch").and_then(Value::as_str), now.get("epoch")) {
            self.epochs.insert(then.to_owned(), now.clone());
        }
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        if let (Some(then), Some(now)) = (number(then, "cursor"), number(now, "cursor")) {
            self.cursors.insert(then, now);
        }
        let orders = |value: &Value| value.get("orders").and_then(Value::as_array).cloned().unwrap_or_default();
        for (then, now) in orders(then).iter().zip(&orders(now)) {
            if let (Some(then), Some(now)) = (number(then, "id"), number(now, "id")) {
                self.orders.insert(then, now);
            }
        }
    }

    /// The same question to today's desk, which is not to wait.
    fn put_in(&self, asked: &Exchange) -> (String, Value) {
        let mut path = match asked.place() {
            "/api/kiosk/feed" => {
                format!("/api/kiosk/feed?cursor={}&wait_seconds=0", self.cursor(asked.number("cursor").unwrap()))
            }
            _ => asked.path.clone(),
        };
        if let Some(wait) = asked.number("wait_seconds") {
            path = path.replace(&format!("wait_seconds={wait}"), "wait_seconds=0");
        }
        let mut body = asked.body.clone();
        if let Some(epoch) = body.get("epoch").and_then(Value::as_str).and_then(|epoch| self.epochs.get(epoch)) {
            body["epoch"] = epoch.clone();
        }
        if let Some(cursor) = body.pointer("/list/cursor").and_then(Value::as_u64) {
            body["list"]["cursor"] = json!(self.cursor(cursor));
        }
        let order = |then: u64| json!(self.orders.get(&then).copied().unwrap_or(then));
        if let Some(obeyed) = body.get("obeyed").and_then(Value::as_u64) {
            body["obeyed"] = order(obeyed);
        }
        for end in body.get_mut("ends").and_then(Value::as_array_mut).into_iter().flatten() {
            end["order"] = order(end["order"].as_u64().unwrap());
        }
        (path, body)
    }
}

pub async fn play(protocol: u32, lines: &[Line]) {
    let Some(Line::Does { does: first }) = lines.first() else { panic!("a conversation begins with a desk") };
    let mut there = AtDesk::open(first);
    let serving = there.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let (mut chosen, mut photos): (_, Vec<Taken>) = (Chosen::default(), Vec::new());
    let (mut wanted, mut ordered) = (BTreeSet::new(), BTreeSet::new());
    for (n, line) in (1..).zip(lines) {
        match line {
            Line::Does { does: Does::Photographs { photos: taken } } => photos.extend(taken.clone()),
            Line::Does { does } => there.does(does),
            Line::Ends { desk, .. } => {
                let now = there.ends();
                assert!(has_all(&now, desk), "conversation {protocol}: the desk ends with\n{now}\ninstead of\n{desk}");
                assert_eq!(ordered, wanted, "conversation {protocol}: orders told");
                let watch = there.desk.kiosks().unwrap();
                let unknown = |alarm: &Alarm| matches!(alarm, Alarm::Newer(_) | Alarm::Aside(..));
                assert!(
                    !watch.raised.iter().any(|raised| unknown(&raised.alarm)),
                    "conversation {protocol}: {:?}",
                    watch.raised
                );
            }
            Line::Asks(asked) => {
                let (path, body) = chosen.put_in(asked);
                let bytes = match piece(&photos, &path, PIECE_BYTES_MAX) {
                    Some((photo, range)) if asked.method == "POST" => photo.picture()[range].to_vec(),
                    _ if body.is_null() => Vec::new(),
                    _ => serde_json::to_vec(&body).unwrap(),
                };
                let (status, answer) = ask(serving.addr, &there.token, &asked.method, &path, &bytes).await;
                let place = asked.place();
                assert_eq!(status, asked.status.unwrap_or(200), "conversation {protocol}, line {n}: {place}");
                let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                chosen.learn(&asked.answer, &answer);
                let same = |names: &[&str]| {
                    for name in names {
                        let (then, now) = (asked.answer.get(*name), answer.get(*name));
                        let is_there = then.is_none() || now.zip(then).is_some_and(|(now, then)| has_all(now, then));
                        assert!(
                            is_there,
                            "conversation {protocol}, line {n}: {place} answers {name} {now:?} instead of {then:?}"
                        );
                    }
                };
                match place {
                    "/api/kiosk/events" => same(&["held", "adopted", "series", "numbers", "takes_times"]),
                    "/api/kiosk/photo" => same(&["bytes", "whole"]),
                    "/api/kiosk/health" => {
                        let kinds = |value: &Value| -> Vec<String> {
                            let orders = value.get("orders").and_then(Value::as_array).cloned().unwrap_or_default();
                            orders.iter().map(|order| order["what"]["kind"].to_string()).collect()
                        };
                        wanted.extend(kinds(&asked.answer));
                        ordered.extend(kinds(&answer));
                    }
                    _ => same(&["more"]),
                }
            }
        }
    }
    serving.stop().await;
}
