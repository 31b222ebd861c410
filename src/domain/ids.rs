//! Names of things, one type each, so that they cannot be mixed up.

use blake2::{Blake2s256, Digest};
use serde::{Deserialize, Serialize};

use super::identity::fold_name;
use super::person::Person;
use super::private::Private;
use super::ticket::Ticket;

/// What numbers of requests begin with.
const REQUEST: &str = "walk-in-";
/// What the IDs begin with of people the scheduling system gave none.
const MADE: &str = "made-";

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text over as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id!(
    /// The name of one life of a desk's file: another one after each restored copy, since positions and cursors of
    /// before may mean something else now. It begins with the name of the desk's file, which its copies keep.
    Epoch
);
impl Epoch {
    /// The life `life` of the file `file`.
    #[must_use]
    pub fn of(file: &str, life: &str) -> Self {
        Self(format!("{file}-{life}"))
    }

    /// Whether both are lives of one file.
    #[must_use]
    pub fn is_of_same_file(&self, other: &Self) -> bool {
        let file = |epoch: &Self| epoch.0.split('-').next().map(str::to_owned);
        file(self) == file(other)
    }
}
text_id!(
    /// The booking system's number of an appointment. It may be logged: alone it names no one.
    AppointmentId
);
impl AppointmentId {
    /// The number of a request of someone without an appointment, made from its ticket's.
    #[must_use]
    pub fn of_request(ticket: Ticket) -> Self {
        Self(format!("{REQUEST}{}-{}", ticket.date, ticket.number))
    }

    /// Whether this is the number of such a request, and so none of a booking system.
    #[must_use]
    pub fn is_of_request(&self) -> bool {
        let rest = self.0.strip_prefix(REQUEST).unwrap_or_default();
        let date = rest.get(..10).and_then(|date| date.parse::<jiff::civil::Date>().ok());
        date.is_some() && rest.get(10..).is_some_and(|number| number.starts_with('-'))
    }
}

text_id!(
    /// The desk's number of a person: the booking system's, if that is theirs alone.
    PatientId
);
impl PatientId {
    /// The number of someone the booking system gave none, made from a hash of who they are.
    #[must_use]
    pub fn made(hash: &str) -> Self {
        Self(format!("{MADE}{hash}"))
    }

    /// Without a number from the booking system, two records are one person only if name, whole birth date and phone
    /// agree: taking two people for one would be worse than taking one for two.
    #[must_use]
    pub fn made_of(person: &Person, appointment: &AppointmentId) -> Self {
        let name = |name: &Private| fold_name(name.as_str());
        let (given, family, phone) =
            (name(&person.given_name), name(&person.family_name), person.contact.phone.as_str());
        let mut text = format!("{given}|{family}|{}|{phone}", person.birth_date.written());
        if person.birth_date.day().is_none() {
            text = format!("{text}|{appointment}");
        }
        Self::made(
            &Blake2s256::digest(text.as_bytes())
                .iter()
                .take(12)
                .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}")),
        )
    }

    /// Whether no booking system gave this number.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.0.starts_with(MADE)
    }
}

text_id!(
    /// The name of a kiosk, as the desk knows it.
    KioskId
);

/// The position of an event in one kiosk's log: 1, 2, 3, ... without a gap, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The position after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Whether this is what systems write in place of a patient's number that they do not have: `N/A`, `NULL`, `UNKNOWN`,
/// only zeros.
pub fn is_no_number(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    const WORDS: [&str; 17] = [
        "",
        "na",
        "null",
        "nil",
        "none",
        "nan",
        "unknown",
        "unk",
        "undefined",
        "unassigned",
        "notavailable",
        "notassigned",
        "notapplicable",
        "missing",
        "blank",
        "empty",
        "tbd",
    ];
    // One digit over and over, as `0000` and `9999`, is no one's number.
    let is_repeated =
        plain.len() >= 4 && plain.bytes().all(|byte| byte.is_ascii_digit() && Some(byte) == plain.bytes().next());
    WORDS.contains(&plain.as_str()) || plain.chars().all(|c| c == '0' || c == 'x') || is_repeated
}
