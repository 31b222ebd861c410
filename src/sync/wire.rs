//! What travels between kiosk and desk, as JSON over HTTP.
//!
//! `POST /api/kiosk/events` with [`Post`] answers [`Held`]; `GET /api/kiosk/feed?cursor=N&wait_seconds=S`
//! answers [`Feed`]. Both want `Authorization: Bearer <the kiosk's token>`.

use serde::{Deserialize, Serialize};

use crate::domain::appointment::Appointment;
use crate::domain::event::LoggedEvent;
use crate::domain::ids::{AppointmentId, KioskId, Seq};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Ticket;

/// At most this many events travel in one request.
pub const EVENTS_PER_POST_MAX: usize = 100;
/// At most this many changes travel in one answer; the kiosk asks again at once while there are more.
pub const CHANGES_PER_FEED_MAX: usize = 500;
/// The desk holds a feed request open this long when there is nothing to tell.
pub const LONG_POLL_SECONDS_MAX: u64 = 25;

/// Events, in order and without a gap.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Post {
    /// Which kiosk speaks; must be the token's own.
    pub kiosk: KioskId,
    /// The last `seq` in the kiosk's own log, so that a replaced or copied card is noticed.
    pub last: Seq,
    /// The events; may be empty, to ask what the desk holds.
    pub events: Vec<LoggedEvent>,
}

/// What the desk holds of a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The highest `seq` up to which nothing is missing.
    pub held: Seq,
}

/// A part of the feed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Feed {
    /// Where to go on from. It only grows.
    pub cursor: u64,
    /// Whether more is waiting right now.
    pub more: bool,
    /// Sent with the first part (cursor 0) and after a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<ClinicSettings>,
    /// What changed, oldest first.
    pub changes: Vec<Change>,
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
}
