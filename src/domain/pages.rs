//! The page behind a ticket's code: its name follows from the ticket and a key that the desk shares with the kiosk that
//! prints it, so that a kiosk prints it without the network, and nothing has to be kept for it.
//!
//! Invariants: anyone who has not the key learns nothing about one page's name from another's; from a kiosk's key
//! neither another kiosk's follows nor the desk's.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use blake2::Blake2sMac256;
use blake2::digest::{KeyInit, Mac as _};
use serde::{Deserialize, Serialize};

use super::ticket::Ticket;

/// Half of the hash: no one tries that many, and the code on the paper stays small.
const TOKEN_BYTES: usize = 16;
/// Longer is no host's name.
const HOST_CHARS_MAX: usize = 253;

/// Where a patient's own phone finds how their ticket stands.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketPages {
    /// The desk's address as phones reach it, such as `https://arrivals.example.org`. Empty: tickets lead to no page.
    pub address: String,
    /// What the pages' names are made with: 64 hexadecimal digits. The desk's own; whatever a configuration says is
    /// replaced.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl std::fmt::Debug for TicketPages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TicketPages").field("address", &self.address).finish_non_exhaustive()
    }
}

impl TicketPages {
    /// Whether no one said anything.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether phones can reach such an address.
    ///
    /// # Errors
    /// One sentence on what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let address = self.address.as_str();
        let bad =
            |why: &str| Err(format!("pages: the address {address:?} {why}, such as \"https://arrivals.example.org\""));
        if address.is_empty() {
            return Ok(());
        }
        let (is_plain, rest) = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return bad("must begin with https://"),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.contains(['/', '?', '#', '@']) {
            return bad("must end after the host and its port: no path, name, question mark or hash");
        }
        let (name, port) = match host.rsplit_once(':').filter(|(name, _)| !name.starts_with('[') || name.ends_with(']'))
        {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        };
        let is_bracketed = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok());
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        if host.len() > HOST_CHARS_MAX
            || !(is_name || is_bracketed)
            || port.is_some_and(|port| port.parse::<u16>().is_err())
        {
            return bad("must name a host, with a port if needed");
        }
        let is_here =
            name == "localhost" || name == "[::1]" || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
        if is_plain && !is_here {
            return bad("must begin with https://: anyone on the network could read http");
        }
        Ok(())
    }

    /// The name of a ticket's page: 32 hexadecimal digits that no one guesses who has not the key. None without a key.
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

    /// The key of one kiosk, made from the desk's: with it no one finds the names of another's pages, nor the desk's
    /// key. None without a key.
    #[must_use]
    pub fn key_for(&self, whose: &str) -> Option<String> {
        let mut mac: Blake2sMac256 = KeyInit::new(&self.key_bytes()?.into());
        mac.update(b"pages of ");
        mac.update(whose.as_bytes());
        Some(mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut key, byte| {
            let _ = write!(key, "{byte:02x}");
            key
        }))
    }

    /// Whether this is the address of some ticket's page here. A kiosk knows the names of its own tickets' pages alone.
    #[must_use]
    pub fn is_a_page(&self, page: &str) -> bool {
        let address = self.address.trim_end_matches('/');
        let name = page.strip_prefix(address).and_then(|rest| rest.strip_prefix("/t/"));
        !address.is_empty()
            && name.is_some_and(|name| {
                name.len() == 2 * TOKEN_BYTES && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            })
    }

    fn key_bytes(&self) -> Option<[u8; 32]> {
        let digits =
            |at: usize| self.key.get(2 * at..2 * at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
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
    fn each_kiosk_has_a_key_of_its_own() {
        let desk = TicketPages { address: "https://arrivals.example.org/".to_owned(), key: "5f".repeat(32) };
        let of = |whose: &str| TicketPages { key: desk.key_for(whose).unwrap(), ..desk.clone() };
        let (lobby, annex) = (of("lobby"), of("annex"));
        let names: Vec<String> = [&desk, &lobby, &annex].map(|pages| pages.token(ticket("A17", 9)).unwrap()).into();
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
        assert_eq!(of("lobby"), lobby);
        assert!(annex.is_a_page(&lobby.of(ticket("A17", 9)).unwrap()));
        for no in [
            "",
            "https://arrivals.example.org/t/",
            "https://arrivals.example.org/t/xyz",
            "https://other.example.org/t/0123456789abcdef0123456789abcdef",
        ] {
            assert!(!annex.is_a_page(no), "{no}");
        }
        assert_eq!(TicketPages::default().key_for("lobby"), None);
    }

    #[test]
    fn an_address_is_one_that_phones_can_reach() {
        for (address, expected) in [
            ("", ""),
            ("https://arrivals.example.org", ""),
            ("https://arrivals.example.org:8443/", ""),
            ("https://[2001:db8::1]:8443", ""),
            ("http://127.0.0.1:8080", ""),
            ("http://localhost:8080", ""),
            ("http://[::1]", ""),
            ("arrivals.example.org", "must begin with https://"),
            ("ftp://arrivals.example.org", "must begin with https://"),
            ("http://arrivals.example.org", "anyone on the network"),
            ("http://127.0.0.1.example.org", "anyone on the network"),
            ("https://", "must name a host"),
            ("https:///x", "must end after the host"),
            ("https://a b", "must name a host"),
            ("https://[zz]", "must name a host"),
            ("https://a:port", "must name a host"),
            ("https://a.example/desk", "must end after the host"),
            ("https://a.example?x=1", "must end after the host"),
            ("https://a.example#x", "must end after the host"),
            ("https://ana@a.example", "must end after the host"),
        ] {
            let said =
                TicketPages { address: address.to_owned(), key: String::new() }.check().err().unwrap_or_default();
            assert!(said.contains(expected) && said.is_empty() == expected.is_empty(), "{address}: {said}");
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
