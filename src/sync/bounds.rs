//! How much a kiosk may say at a time: the length of a text, the number of visits, the days of a ticket.
//!
//! Invariants: a check-in that says too much is taken as far as it fits, because someone stands there; what was cut and
//! why is kept and is an alarm of its kiosk; an event that this version does not understand keeps its place and is kept
//! as it was sent; neither holds up what comes behind it. No honest kiosk comes near these limits.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::event::{KioskEvent, LoggedEvent};
use crate::domain::ids::{Epoch, KioskId, Seq};
use crate::domain::ticket::Ticket;
use crate::sync::wire::{Gap, Post};

/// A text of an event has this many characters at most. More than fits into the chart: what was cut must be edited
/// before it is accepted.
pub const TEXT_CHARS_MAX: usize = 1000;
/// A list of an event (visits, changes, steps) has this many parts at most.
pub const PARTS_MAX: usize = 100;
/// A ticket is from no longer ago than this, and no further ahead: a kiosk may have been without its desk for long.
const DAYS_AGO_MAX: i64 = 400;
const DAYS_AHEAD_MAX: i64 = 2;
/// How staff read that a ticket was of no such day.
pub const OTHER_DAY: &str = "a ticket of a day";
/// Of an event that is not understood this many bytes are kept.
pub const UNREAD_BYTES_MAX: usize = 16 * 1024;
/// No one stands longer than this at a kiosk with a ticket in hand.
const AT_HAND: SignedDuration = SignedDuration::from_mins(5);

/// One event as it came.
#[derive(Debug, Clone)]
pub enum Reported {
    /// One that is understood.
    Event(Box<LoggedEvent>),
    /// One that is not; its text may be about a patient.
    Unread(Unread),
}

/// An event that this version does not understand.
#[derive(Clone)]
pub struct Unread {
    /// Its place in the log.
    pub seq: Seq,
    /// The kiosk's clock.
    pub at: Timestamp,
    /// As it was sent.
    pub body: String,
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unread").field("seq", &self.seq).finish_non_exhaustive()
    }
}

/// A post with events that are read one by one.
#[derive(Debug)]
pub struct Report {
    /// Which kiosk speaks.
    pub kiosk: KioskId,
    /// The last number in its log.
    pub last: Seq,
    /// What it reports.
    pub events: Vec<Reported>,
    /// What else the post says; its own events are empty.
    pub said: Post,
}

impl From<&Post> for Report {
    fn from(post: &Post) -> Self {
        let events = post.events.iter().map(|event| Reported::Event(Box::new(event.clone()))).collect();
        Self { kiosk: post.kiosk.clone(), last: post.last, events, said: Post { events: Vec::new(), ..post.clone() } }
    }
}

impl Report {
    /// Whether the kiosk has more to tell than is in this report.
    #[must_use]
    pub fn catches_up(&self) -> bool {
        let seq = |reported: &Reported| match reported {
            Reported::Event(event) => event.seq,
            Reported::Unread(unread) => unread.seq,
        };
        self.events.iter().map(seq).max().is_some_and(|newest| newest < self.last)
    }

    /// The tickets of people who may still stand at the kiosk. No one reads there how the others stand, and finding
    /// that out takes as long as the day is.
    #[must_use]
    pub fn tickets_at_hand(&self) -> Vec<Ticket> {
        if self.catches_up() {
            return Vec::new();
        }
        let events = || {
            self.events.iter().filter_map(|reported| match reported {
                Reported::Event(event) => Some(event),
                Reported::Unread(_) => None,
            })
        };
        // By the kiosk's own clock, which may be another one than the desk's.
        let Some(now) = self.said.now.or_else(|| events().map(|event| event.at).max()) else { return Vec::new() };
        let ticket = |event: &KioskEvent| match event {
            KioskEvent::CheckedIn(arrival) => Some(arrival.ticket),
            KioskEvent::WalkedIn(request) => Some(request.ticket),
            KioskEvent::TicketPrinted { ticket, .. } => Some(*ticket),
            KioskEvent::Stopped { .. }
            | KioskEvent::CodeRefused { .. }
            | KioskEvent::WalkedAway { .. }
            | KioskEvent::ConversationEnded(_)
            | KioskEvent::Newer(_) => None,
        };
        events()
            .filter(|event| now.duration_since(event.at).abs() <= AT_HAND)
            .filter_map(|event| ticket(&event.event))
            .collect()
    }
}

#[derive(Deserialize)]
struct Loose {
    kiosk: KioskId,
    last: Seq,
    events: Vec<Box<serde_json::value::RawValue>>,
}

/// The rest of a [`Post`].
#[derive(Deserialize)]
struct WithoutEvents {
    kiosk: KioskId,
    last: Seq,
    #[serde(default)]
    gaps: Vec<Gap>,
    #[serde(default)]
    epoch: Option<Epoch>,
    #[serde(default)]
    acknowledged: Option<Seq>,
    #[serde(default)]
    only_asks: bool,
    #[serde(default)]
    begins: bool,
    #[serde(default)]
    now: Option<Timestamp>,
}

impl From<WithoutEvents> for Post {
    fn from(said: WithoutEvents) -> Self {
        let WithoutEvents { kiosk, last, gaps, epoch, acknowledged, only_asks, begins, now } = said;
        Self { kiosk, last, events: Vec::new(), gaps, epoch, acknowledged, only_asks, begins, now }
    }
}

#[derive(Deserialize)]
struct Head {
    seq: Seq,
    at: Timestamp,
}

/// Reads a post. An event that is not understood is one of its own.
///
/// # Errors
/// If it is no post, or the place of an event cannot be read.
pub fn read(body: &[u8]) -> Result<Report, serde_json::Error> {
    let Loose { kiosk, last, events } = serde_json::from_slice(body)?;
    let said: Post = serde_json::from_slice::<WithoutEvents>(body)?.into();
    let events = events.iter().map(|raw| match serde_json::from_str::<LoggedEvent>(raw.get()) {
        Ok(event) => Ok(Reported::Event(Box::new(event))),
        Err(_) => serde_json::from_str::<Head>(raw.get())
            .map(|Head { seq, at }| Reported::Unread(Unread { seq, at, body: raw.get().to_owned() })),
    });
    Ok(Report { kiosk, last, events: events.collect::<Result<_, _>>()?, said })
}

/// An event that said too much, as far as it is taken.
pub struct Cut {
    /// What is taken.
    pub event: LoggedEvent,
    /// Which limits it went beyond, for staff.
    pub why: String,
}

/// The event within the limits, if it is not. `around`: days near which a ticket's may be; `date` stands for a day that
/// cannot be.
#[must_use]
pub fn cut(event: &LoggedEvent, around: &[Date], date: Date) -> Option<Cut> {
    let mut why = Vec::new();
    let mut value = serde_json::to_value(event).ok()?;
    let (mut texts, mut lists) = (0, 0);
    shorten(&mut value, &mut texts, &mut lists);
    if texts > 0 {
        why.push(format!("a text longer than {TEXT_CHARS_MAX} characters"));
    }
    if lists > 0 {
        why.push(format!("more than {PARTS_MAX} visits, changes or steps"));
    }
    let mut event: LoggedEvent = if why.is_empty() { event.clone() } else { serde_json::from_value(value).ok()? };
    let ticket = match &mut event.event {
        KioskEvent::CheckedIn(arrival) => Some(&mut arrival.ticket),
        KioskEvent::WalkedIn(request) => Some(&mut request.ticket),
        KioskEvent::TicketPrinted { ticket, .. } => Some(ticket),
        KioskEvent::Stopped { .. }
        | KioskEvent::CodeRefused { .. }
        | KioskEvent::WalkedAway { .. }
        | KioskEvent::ConversationEnded(_)
        | KioskEvent::Newer(_) => None,
    };
    if let Some(ticket) = ticket.filter(|ticket| !around.iter().any(|day| is_sensible(ticket.date, *day))) {
        why.push(format!("{OTHER_DAY} more than {DAYS_AGO_MAX} days ago or {DAYS_AHEAD_MAX} ahead"));
        ticket.date = date;
    }
    (!why.is_empty()).then(|| Cut { event, why: why.join("; ") })
}

fn is_sensible(date: Date, today: Date) -> bool {
    let first = today.checked_sub(Span::new().days(DAYS_AGO_MAX)).unwrap_or(Date::MIN);
    let last = today.checked_add(Span::new().days(DAYS_AHEAD_MAX)).unwrap_or(Date::MAX);
    (first..=last).contains(&date)
}

fn shorten(value: &mut Value, texts: &mut usize, lists: &mut usize) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(TEXT_CHARS_MAX) {
                text.truncate(end);
                *texts += 1;
            }
        }
        Value::Array(parts) => {
            if parts.len() > PARTS_MAX {
                parts.truncate(PARTS_MAX);
                *lists += 1;
            }
            parts.iter_mut().for_each(|part| shorten(part, texts, lists));
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| shorten(field, texts, lists)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
