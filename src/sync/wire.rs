//! What travels between kiosk and desk, as JSON over HTTP.
//!
//! `POST /api/kiosk/events` with [`Post`] answers [`Held`]; `GET /api/kiosk/feed?cursor=N&wait_seconds=S`
//! answers [`Feed`]. Photos travel by themselves, each in pieces:
//! `GET /api/kiosk/photo?seq=N&field=insurance&side=front&total=BYTES&hash=HEX` asks how much of one the desk holds,
//! and `POST /api/kiosk/photo?...&offset=N` hands over the piece that is its body, from there on; both answer
//! [`PhotoHeld`]. `POST /api/kiosk/health?wait_seconds=S` with [`Health`] answers [`Orders`], as soon as there is one
//! and at the latest after `S` seconds. All want `Authorization: Bearer <the kiosk's token>`.

use blake2::{Blake2s256, Digest};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::appointment::Appointment;
use crate::domain::event::LoggedEvent;
use crate::domain::ids::{AppointmentId, Epoch, KioskId, Seq};
use crate::domain::insurance::Side;
use crate::domain::kiosk::OrderEnd;
use crate::domain::newer_word::NewerWord;
use crate::domain::proposal::Field;
use crate::domain::queue::Wait;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::{OpenTickets, Series, Ticket};

/// What this program speaks. It says so in [`Health`] and in [`Held`], and what it hears there decides nothing but the
/// hint which program to update.
///
/// It is raised by one, and a conversation is recorded beside the others in `tests/data/conversation`, by each change
/// of this file, of the events or of the settings through which one program says what the other may not know: another
/// kind of event, of order or of change, another word in a list of words, another address. A further field that may be
/// left out raises it too, if staff would miss what it does. Nothing is ever taken away: a program of each earlier
/// number is understood.
pub const PROTOCOL: u32 = 2;
/// What a program speaks that does not say it.
pub const OLDEST_PROTOCOL: u32 = 1;
/// At most this many events travel in one request.
pub const EVENTS_PER_POST_MAX: usize = 100;
/// At most this many changes travel in one answer; the kiosk asks again right away while there are more.
pub const CHANGES_PER_FEED_MAX: usize = 500;
/// An answer of the desk is no longer than this: a kiosk reads no more of one.
pub const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The desk puts no more bytes than about this into one part of the feed, however few changes that are.
pub const FEED_BYTES: usize = 2 * 1024 * 1024;
/// The desk holds a feed request open this long when there is nothing to tell.
pub const LONG_POLL_SECONDS_MAX: u64 = 25;
/// A photo is no longer than this: a camera's pictures are not either.
pub const PHOTO_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// A piece of a photo is no longer than this: so much is sent again if the connection breaks.
pub const PIECE_BYTES_MAX: usize = 64 * 1024;

/// Events, in order and without a gap.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Post {
    /// Which kiosk speaks; must be the token's own.
    pub kiosk: KioskId,
    /// The last `seq` in the kiosk's own log, so that a replaced or copied card is noticed.
    pub last: Seq,
    /// The events; may be empty, to ask what the desk holds.
    pub events: Vec<LoggedEvent>,
    /// Positions that the kiosk does not have any more and so can never tell, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Which life of the desk's file the kiosk heard of last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What the desk held as it last said in this life. One that holds less in the same life has lost something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Seq>,
    /// Someone only asks what the desk knows of this kiosk: nothing is concluded from `last`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_asks: bool,
    /// The kiosk has heard nothing of the desk since it started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begins: bool,
    /// The kiosk's wall clock when this was sent. Where it is right, so is what it says of days that are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
}

/// Positions of a log that no one has any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first of them.
    pub first: Seq,
    /// The last of them.
    pub last: Seq,
}

/// What the desk holds of a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The highest `seq` up to which nothing is missing.
    pub held: Seq,
    /// How the tickets of these events stand in their queues, for those who still look at the kiosk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<TicketWait>,
    /// Whether the desk takes [`KioskEvent::ConversationEnded`]. One that does not know it would refuse it, and what
    /// comes after it.
    ///
    /// [`KioskEvent::ConversationEnded`]: crate::domain::event::KioskEvent::ConversationEnded
    #[serde(default)]
    pub takes_times: bool,
    /// The desk has another log of this kiosk, and staff have decided that the kiosk goes on behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// What this kiosk's numbers begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// The desk's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
    /// For a kiosk that has just started: the highest of its numbers that the desk knows, one for each date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Ticket>,
    /// What the desk speaks: its [`PROTOCOL`].
    #[serde(default = "oldest_protocol")]
    pub protocol: u32,
}

fn oldest_protocol() -> u32 {
    OLDEST_PROTOCOL
}

/// Which of two programs that talk to each other is the older one. They work together anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// The kiosk's.
    Kiosk,
    /// The desk's.
    Desk,
}

impl Older {
    /// The older one of two that speak this; none if both speak the same.
    #[must_use]
    pub fn of(kiosk: u32, desk: u32) -> Option<Self> {
        match kiosk.cmp(&desk) {
            std::cmp::Ordering::Less => Some(Self::Kiosk),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Self::Desk),
        }
    }

    /// For staff: which program to update.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Kiosk => "its software is older than the desk's: update the kiosk",
            Self::Desk => "its software is newer than the desk's: update the desk",
        }
    }
}

/// How a ticket stands in its queue. The same as on the board and on the patient's own phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketWait {
    /// Whose.
    pub ticket: Ticket,
    /// 1 is next.
    pub position: u32,
    /// How long it may take from now.
    pub wait: Wait,
}

/// How a kiosk is, as it sees itself. Says nothing of anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The program's version.
    pub version: String,
    /// What the program speaks: its [`PROTOCOL`].
    #[serde(default = "oldest_protocol")]
    pub protocol: u32,
    /// Since when the program runs, by the kiosk's wall clock.
    pub started: Timestamp,
    /// The kiosk's wall clock when this was sent.
    pub now: Timestamp,
    /// How many events the desk has not acknowledged.
    pub waiting: u64,
    /// The printer.
    pub printer: DeviceHealth,
    /// The scanner.
    pub scanner: DeviceHealth,
    /// The camera.
    pub camera: DeviceHealth,
    /// The processor's temperature, if the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius: Option<i16>,
    /// Free space where the kiosk's file is, in MiB, if the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_free_mib: Option<u64>,
    /// This many things that the desk said since the start have a word in them that this program does not know.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub newer: u64,
    /// Whether patients are sent to the desk instead, for whatever reason.
    pub out_of_service: bool,
    /// The number of the last order that was taken on; 0 for none. It is never carried out again.
    pub obeyed: u64,
    /// What became of the last orders, the oldest first. A program that says nothing of an order has carried it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<OrderEnd>,
    /// What it has of the desk's day, for the desk to compare. A kiosk of an older version does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListHealth>,
    /// Whether too many failed tries keep it from looking people up; a program that does not say this knows no
    /// [`OrderKind::LookAgain`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake: Option<BrakeHealth>,
}

/// What a kiosk has of the desk's day. Says nothing of anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHealth {
    /// Up to where it has heard the feed.
    pub cursor: u64,
    /// The day, as the desk last told it.
    pub date: Date,
    /// How many appointments of that day are on its list.
    pub appointments: u32,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// The brake on a kiosk at which too many tries failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrakeHealth {
    /// Until when no one is looked up, by the kiosk's wall clock; none if the brake is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How a device of a kiosk is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceHealth {
    /// Whether it works.
    pub is: Condition,
    /// Why not, or not for long, in words for staff; empty if there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Whether a device works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// This kiosk has none.
    Absent,
    /// It works.
    Ready,
    /// It works, but someone should look after it, as with paper that is nearly out.
    Soon,
    /// It does not work.
    Failed,
}

/// What the desk wants of a kiosk, oldest first: everything since the last order that was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// The orders.
    pub orders: Vec<Order>,
    /// The kiosk's list is not the desk's: it should ask for the feed from its beginning.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list_again: bool,
}

/// One thing that staff want of a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number; later ones have higher numbers.
    pub id: u64,
    /// What.
    pub what: OrderKind,
}

/// What staff can want of a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OrderKind {
    /// Sends patients to the desk, until [`OrderKind::InService`].
    OutOfService {
        /// Why, in staff's own words for patients; may be empty.
        text: String,
    },
    /// Serves patients again.
    InService,
    /// Shows a few words to anyone who is at the kiosk now.
    Say {
        /// The words.
        text: String,
    },
    /// Starts the program again, as soon as no one is at it.
    Restart,
    /// Prints a ticket of this kiosk again.
    PrintAgain {
        /// Which.
        ticket: Ticket,
    },
    /// Looks people up again although too many tries failed. Only for a kiosk whose [`Health::brake`] is reported.
    LookAgain,
    /// Something that only a newer desk orders.
    #[serde(untagged)]
    Newer(NewerWord),
}

/// A part of the feed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Feed {
    /// Which life of the desk's file this is of: another one after each restored copy. Anyone who knows another one
    /// asks from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// Where to go on from. In one life it only grows.
    pub cursor: u64,
    /// Whether more is waiting right now.
    pub more: bool,
    /// Sent with the first part (cursor 0) and after a change. Those of a newer desk are read as far as they are
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub settings: Option<ClinicSettings>,
    /// What changed, oldest first.
    pub changes: Vec<Change>,
    /// The desk's days. A desk of an older version does not say them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<FeedDay>,
    /// Which tickets of other days are held by people who are still here, all of them. Sent with the first part and
    /// whenever anything changed; a desk that knows nothing of it never says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenTickets>,
}

/// The desk's days: by these a kiosk removes what is old, and not by its own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedDay {
    /// The clinic's date by the desk's clock.
    pub today: Date,
    /// What is of days before this one is not needed any more. It follows the days on which people worked at the desk,
    /// so a clock that runs ahead does not move it.
    pub kept_from: Date,
}

/// With a word in it that this program does not know, none: those that it has count on, and without any it would hear
/// of no appointment.
fn told<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<ClinicSettings>, D::Error> {
    let settings = <Option<serde_json::Value>>::deserialize(from)?;
    Ok(settings.and_then(|settings| ClinicSettings::told(settings).ok()))
}

/// One thing that a kiosk should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// An appointment, new or changed: take it as it is here.
    Appointment(Box<Appointment>),
    /// No longer the kiosk's business.
    Removed {
        /// Which.
        appointment: AppointmentId,
        /// It was taken out with its patient: nothing that the kiosk told of it is kept either.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        forget: bool,
    },
    /// Where a visit's check-in stands: its ticket, and whether staff have seen that person.
    Visit {
        /// Which.
        appointment: AppointmentId,
        /// The ticket, by whichever kiosk or desk; none if it was undone.
        ticket: Option<Ticket>,
        /// Whether staff marked the arrival as seen.
        seen: bool,
    },
    /// Something that only a newer desk says.
    #[serde(untagged)]
    Newer(NewerWord),
}

/// One photo of a kiosk's, and what is in it: another picture under the same name is another photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoName {
    /// The check-in that it belongs to.
    pub seq: Seq,
    /// Of which card: the field that it is to prove.
    pub field: Field,
    /// Which side of it.
    pub side: Side,
    /// How long the whole photo is, in bytes.
    pub total: u64,
    /// What [`photo_hash`] says of the whole photo.
    pub hash: String,
}

/// A piece of a photo.
#[derive(Clone, PartialEq, Eq)]
pub struct Piece {
    /// Of which photo.
    pub photo: PhotoName,
    /// Where in it the piece begins.
    pub offset: u64,
    /// At least one and at most [`PIECE_BYTES_MAX`] bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("offset", &self.offset).finish_non_exhaustive()
    }
}

/// How much of a photo the desk holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoHeld {
    /// This many bytes from its beginning, on the disk. The next piece begins here.
    pub bytes: u64,
    /// The desk has all of it and has seen that it is undamaged, or needs it no more: the kiosk may forget it.
    pub whole: bool,
}

/// The hash by which the desk knows that a photo arrived as it was sent: BLAKE2s, as hexadecimal digits in lower case.
#[must_use]
pub fn photo_hash(picture: &[u8]) -> String {
    use std::fmt::Write as _;
    Blake2s256::digest(picture).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_of_a_newer_desk_costs_itself_alone() {
        let feed: Feed = serde_json::from_value(json!({
            "cursor": 7, "more": false, "moon": "full",
            "settings": { "name": 5 },
            "changes": [
                { "kind": "room", "number": 3 },
                { "kind": "removed", "appointment": "a", "why": "moved" },
                { "kind": "appointment", "id": "b", "start": "2026-11-23T14:00:00Z", "minutes": 20,
                  "status": "triaged", "service": "Eye clinic", "practitioner": "", "place": "",
                  "person": { "id": "p", "given_name": "Ada", "family_name": "Example", "birth_date": "1936-08-18",
                  "contact": { "phone": "", "email": "", "address": "", "postal_code": "", "city": "" } } },
            ],
        }))
        .unwrap();
        assert!(feed.settings.is_none());
        assert!(matches!(&feed.changes[..], [Change::Newer(_), Change::Removed { .. }, Change::Newer(_)]));
        let orders: Orders = serde_json::from_value(json!({ "orders": [
            { "id": 1, "what": { "kind": "dim", "percent": 20 } },
            { "id": 2, "what": { "kind": "restart", "when": "now" } },
        ] }))
        .unwrap();
        assert!(matches!(
            &orders.orders[..],
            [Order { what: OrderKind::Newer(_), .. }, Order { what: OrderKind::Restart, .. }]
        ));
    }

    #[test]
    fn a_program_that_does_not_say_what_it_speaks_is_the_older_one() {
        let held: Held = serde_json::from_value(json!({ "held": 3 })).unwrap();
        assert_eq!(Older::of(PROTOCOL, held.protocol), Some(Older::Desk));
        assert_eq!(Older::of(held.protocol, PROTOCOL), Some(Older::Kiosk));
        assert_eq!(Older::of(PROTOCOL, PROTOCOL), None);
        let held: Held =
            serde_json::from_value(json!({ "held": 3, "protocol": 4_000_000_000_u32, "moon": "full" })).unwrap();
        assert_eq!(Older::of(PROTOCOL, held.protocol), Some(Older::Kiosk));
    }
}
