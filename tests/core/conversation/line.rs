//! The lines of a recorded conversation.

use std::fmt::Write as _;
use std::path::Path;

use arrivals::domain::insurance::Side;
use arrivals::domain::proposal::Field;
use arrivals::sync::wire::OrderKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const FILE: &str = "conversation.jsonl";

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// Something happened at the desk or at the kiosk.
    Does { does: Does },
    /// The kiosk asked something, and the desk answered.
    Asks(Exchange),
    /// What both know in the end.
    Ends { desk: Value, kiosk: Value },
}

/// What happened besides the conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Does {
    /// The desk's folder is made, with these settings.
    Opens { at: Timestamp, settings: Value },
    /// The kiosk is enrolled.
    Enrolls { kiosk: String, letters: String, token: String },
    /// It is later by both clocks.
    Clock { at: Timestamp },
    /// The desk takes a list.
    Imports { appointments: Vec<Value> },
    /// The clinic's settings are others.
    Settings { settings: Value },
    /// Staff want something of the kiosk.
    Orders { order: OrderKind },
    /// Staff have seen an arrival.
    Acknowledges { appointment: String },
    /// A patient's data are taken out.
    Removes { patient: String },
    /// Staff allow a kiosk to continue behind another log.
    AllowsToContinue,
    /// The kiosk's program starts.
    Starts,
    /// The kiosk has an empty card from now on.
    NewCard,
    /// The kiosk takes photos with its next check-in.
    Photographs { photos: Vec<Taken> },
    /// The kiosk's card loses an event that nobody was told.
    Loses { seq: u64 },
}

/// An invented photo: a text again and again, this many bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    pub field: Field,
    pub side: Side,
    pub text: String,
    pub bytes: usize,
}

impl Taken {
    pub fn picture(&self) -> Vec<u8> {
        self.text.bytes().cycle().take(self.bytes).collect()
    }
}

/// What was asked and answered over HTTP. A piece of a photo is not in it: it follows from the photo and the address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// None if the kiosk did not wait for the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub answer: Value,
}

impl Exchange {
    /// The address alone.
    pub fn place(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<u64> {
        query(&self.path, name)?.parse().ok()
    }
}

/// A value of the query.
pub fn query<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.split_once('?')?.1.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// The bytes of a piece: what the photo that the address is of has from its offset on, to the end of the piece.
pub fn piece<'a>(photos: &'a [Taken], path: &str, piece_max: usize) -> Option<(&'a Taken, std::ops::Range<usize>)> {
    let (field, side, offset) =
        (query(path, "field")?, query(path, "side")?, query(path, "offset")?.parse::<usize>().ok()?);
    let photo = photos.iter().rev().find(|photo| photo.field.code() == field && photo.side.code() == side)?;
    Some((photo, offset..photo.bytes.min(offset + piece_max)))
}

pub fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (1..)
        .zip(text.lines())
        .map(|(n, line)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{n}: {error}", path.display())))
        .collect()
}

pub fn write(path: &Path, lines: &[Line]) {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", serde_json::to_string(line).unwrap()).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// Whether everything that was said is said again; more may be said.
pub fn has_all(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            then.iter().all(|(name, value)| now.get(name).is_some_and(|today| has_all(today, value)))
        }
        (Value::Array(now), Value::Array(then)) => {
            now.len() == then.len() && now.iter().zip(then).all(|(now, then)| has_all(now, then))
        }
        (now, then) => now == then,
    }
}
