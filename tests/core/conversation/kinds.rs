//! Everything that kiosk and desk can say to each other is in the newest conversation.
//!
//! If this file does not compile, there is a new kind: give it a name here, raise `PROTOCOL`, let it happen in
//! `record.rs`, and record a conversation beside the others, as `docs/contributing.md` says.

use std::collections::BTreeSet;

use arrivals::domain::event::KioskEvent;
use arrivals::sync::wire::{Change, Feed, OrderKind, Orders, Post};

use super::line::Line;

const EVENTS: [&str; 7] =
    ["checked-in", "walked-in", "ticket-printed", "stopped", "code-refused", "walked-away", "conversation-ended"];
const ORDERS: [&str; 6] = ["out-of-service", "in-service", "say", "restart", "print-again", "look-again"];
const CHANGES: [&str; 4] = ["appointment", "removed", "removed and forgotten", "visit"];

/// None for what no program of today says.
fn of_event(event: &KioskEvent) -> Option<&'static str> {
    Some(match event {
        KioskEvent::CheckedIn(_) => EVENTS[0],
        KioskEvent::WalkedIn(_) => EVENTS[1],
        KioskEvent::TicketPrinted { .. } => EVENTS[2],
        KioskEvent::Stopped { .. } => EVENTS[3],
        KioskEvent::CodeRefused { .. } => EVENTS[4],
        KioskEvent::WalkedAway { .. } => EVENTS[5],
        KioskEvent::ConversationEnded(_) => EVENTS[6],
        KioskEvent::Newer(_) => return None,
    })
}

fn of_order(order: &OrderKind) -> Option<&'static str> {
    Some(match order {
        OrderKind::OutOfService { .. } => ORDERS[0],
        OrderKind::InService => ORDERS[1],
        OrderKind::Say { .. } => ORDERS[2],
        OrderKind::Restart => ORDERS[3],
        OrderKind::PrintAgain { .. } => ORDERS[4],
        OrderKind::LookAgain => ORDERS[5],
        OrderKind::Newer(_) => return None,
    })
}

fn of_change(change: &Change) -> Option<&'static str> {
    Some(match change {
        Change::Appointment(_) => CHANGES[0],
        Change::Removed { forget: false, .. } => CHANGES[1],
        Change::Removed { forget: true, .. } => CHANGES[2],
        Change::Visit { .. } => CHANGES[3],
        Change::Newer(_) => return None,
    })
}

/// What this conversation says, by kind.
pub struct Said {
    pub events: BTreeSet<&'static str>,
    pub orders: BTreeSet<&'static str>,
    pub changes: BTreeSet<&'static str>,
}

pub fn said(lines: &[Line]) -> Said {
    let mut said = Said { events: BTreeSet::new(), orders: BTreeSet::new(), changes: BTreeSet::new() };
    for line in lines {
        let Line::Asks(exchange) = line else { continue };
        match (exchange.place(), exchange.status) {
            ("/api/kiosk/events", _) => {
                let post: Post = serde_json::from_value(exchange.body.clone()).unwrap();
                said.events.extend(post.events.iter().filter_map(|logged| of_event(&logged.event)));
            }
            ("/api/kiosk/feed", Some(200)) => {
                let feed: Feed = serde_json::from_value(exchange.answer.clone()).unwrap();
                said.changes.extend(feed.changes.iter().filter_map(of_change));
            }
            ("/api/kiosk/health", Some(200)) => {
                let orders: Orders = serde_json::from_value(exchange.answer.clone()).unwrap();
                said.orders.extend(orders.orders.iter().filter_map(|order| of_order(&order.what)));
            }
            _ => {}
        }
    }
    said
}

pub fn all_are_in(lines: &[Line]) {
    let Said { events, orders, changes } = said(lines);
    for (what, all, said) in
        [("event", &EVENTS[..], events), ("order", &ORDERS[..], orders), ("change", &CHANGES[..], changes)]
    {
        for kind in all {
            assert!(
                said.contains(kind),
                "the newest conversation has no {what} {kind:?}: let it happen in record.rs and record again"
            );
        }
    }
}
