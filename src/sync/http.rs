//! How the protocol looks over HTTP: where what is asked, and what an answer means.
//!
//! The kiosk's client asks and reads by these alone, and so do the tests that play recorded conversations: what they
//! accept, a kiosk accepts.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::api::{Attempt, Refusal};
use super::wire::{PhotoName, Piece};

/// Where events are posted.
pub const EVENTS: &str = "/api/kiosk/events";

/// Where the feed is.
#[must_use]
pub fn feed(cursor: u64, wait: Duration) -> String {
    format!("/api/kiosk/feed?cursor={cursor}&wait_seconds={}", wait.as_secs())
}

/// Where a kiosk says how it is.
#[must_use]
pub fn health(wait: Duration) -> String {
    format!("/api/kiosk/health?wait_seconds={}", wait.as_secs())
}

/// Where a photo is asked for.
#[must_use]
pub fn photo(photo: &PhotoName) -> String {
    let PhotoName { seq, field, side, total, hash } = photo;
    let (seq, field, side) = (seq.0, field.code(), side.code());
    format!("/api/kiosk/photo?seq={seq}&field={field}&side={side}&total={total}&hash={hash}")
}

/// Where a piece of it is posted.
#[must_use]
pub fn piece(piece: &Piece) -> String {
    format!("{}&offset={}", photo(&piece.photo), piece.offset)
}

/// What a whole answer says.
#[must_use]
pub fn answered<T: DeserializeOwned>(status: u16, body: &[u8]) -> Attempt<T> {
    refused(status).unwrap_or_else(|| match serde_json::from_slice(body) {
        Ok(answer) => Attempt::Sent(answer),
        Err(_) => Attempt::Refused(Refusal::NotUnderstood("its answer could not be read".to_owned())),
    })
}

/// What an answer says by its status alone; none if its body is to be read.
#[must_use]
pub fn refused<T>(status: u16) -> Option<Attempt<T>> {
    match status {
        200 => None,
        401 | 403 => Some(Attempt::Refused(Refusal::UnknownToken)),
        409 => Some(Attempt::Refused(Refusal::OtherHistory)),
        408 | 429 | 500..=599 => Some(Attempt::Retry(format!("the desk answered {status}"))),
        status => Some(Attempt::Refused(Refusal::NotUnderstood(format!("it answered {status}")))),
    }
}
