//! Names of things, one type each, so that they cannot be mixed up.

use serde::{Deserialize, Serialize};

use super::ticket::Ticket;

/// What numbers of requests begin with.
const REQUEST: &str = "walk-in-";

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
    /// The booking system's number of an appointment. It may be logged: alone it names nobody.
    AppointmentId
);
impl AppointmentId {
    /// The number of a request of somebody without an appointment, made from its ticket's.
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
    /// The booking system's number of a person.
    PatientId
);
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
