//! The page behind a ticket's code: its name follows from the ticket and a key that the desk shares with its kiosks, so that a kiosk
//! prints it without the network, and nothing has to be kept for it.
//!
//! Invariant: whoever has not the key learns nothing about one page's name from another's.

use std::fmt::Write as _;

use blake2::Blake2sMac256;
use blake2::digest::{KeyInit, Mac as _};
use serde::{Deserialize, Serialize};

use super::ticket::Ticket;

/// Half of the hash: nobody tries that many, and the code on the paper stays small.
const TOKEN_BYTES: usize = 16;

/// Where a patient's own phone finds how their ticket stands.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketPages {
    /// The desk's address as phones reach it, such as `https://arrivals.example.org`. Empty: tickets lead to no page.
    pub address: String,
    /// What the pages' names are made with: 64 hexadecimal digits. The desk's own; whatever a configuration says is replaced.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl std::fmt::Debug for TicketPages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TicketPages").field("address", &self.address).finish_non_exhaustive()
    }
}

impl TicketPages {
    /// Whether nobody said anything.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The name of a ticket's page: 32 hexadecimal digits that nobody guesses who has not the key. None without a key.
    #[must_use]
    pub fn token(&self, ticket: Ticket) -> Option<String> {
        let mut mac: Blake2sMac256 = KeyInit::new(&self.key_bytes()?.into());
        mac.update(format!("{} {}", ticket.date, ticket.number).as_bytes());
        let mut token = String::with_capacity(2 * TOKEN_BYTES);
        for byte in mac.finalize().into_bytes().iter().take(TOKEN_BYTES) {
            let _ = write!(token, "{byte:02x}");
        }
        Some(token)
    }

    fn key_bytes(&self) -> Option<[u8; 32]> {
        let digits = |at: usize| self.key.get(2 * at..2 * at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let bytes: Vec<u8> = (0..32).map_while(digits).collect();
        bytes.try_into().ok().filter(|_| self.key.len() == 64)
    }

    /// The address of a ticket's page; none if tickets lead to no page.
    #[must_use]
    pub fn of(&self, ticket: Ticket) -> Option<String> {
        let address = self.address.trim_end_matches('/');
        self.token(ticket).filter(|_| !address.is_empty()).map(|token| format!("{address}/t/{token}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(number: &str, day: i8) -> Ticket {
        Ticket { number: number.parse().unwrap(), date: jiff::civil::date(2026, 3, day) }
    }

    #[test]
    fn a_page_is_named_by_its_ticket_and_the_key_alone() {
        let pages = TicketPages { address: "https://arrivals.example.org/".to_owned(), key: "5f".repeat(32) };
        let name = pages.token(ticket("A17", 9)).unwrap();
        assert_eq!(name.len(), 32);
        assert_eq!(pages.of(ticket("A17", 9)).unwrap(), format!("https://arrivals.example.org/t/{name}"));
        assert_eq!(pages.token(ticket("A17", 9)), Some(name.clone()));
        for other in [ticket("A18", 9), ticket("A17", 10), ticket("A1", 9)] {
            assert_ne!(pages.token(other).unwrap(), name);
        }
        let (mut last, mut first) = (pages.clone(), pages.clone());
        last.key.replace_range(63..64, "e");
        first.key.replace_range(0..1, "4");
        for other in [last, first] {
            assert_ne!(other.token(ticket("A17", 9)).unwrap(), name);
        }
    }

    #[test]
    fn without_a_key_or_an_address_there_is_no_page() {
        let nowhere = TicketPages { address: String::new(), key: "5f".repeat(32) };
        assert_eq!(nowhere.of(ticket("A17", 9)), None);
        for key in ["", "5f", "zz", &"5f".repeat(33), &"5g".repeat(32), &"é".repeat(32)] {
            let pages = TicketPages { address: "https://a.example".to_owned(), key: key.to_owned() };
            assert_eq!(pages.token(ticket("A17", 9)), None, "{key}");
        }
    }
}
