//! How fast passwords and codes may be guessed, and who is held up by whose guesses.
//!
//! Invariants: failures count by name and by where they come from, so a stranger cannot lock a user out; a browser in
//! which a user has signed in before counts by itself; one address cannot try one password under many names; codes of
//! the second step, which only someone who knows the password can try, count by name alone. An address is believed from
//! a proxy on this machine and from no one else.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};

use crate::desk::Desk;
use crate::desk::base::address::address_of;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::{hash_token, random_token};
use crate::desk::service::staff::session::cookie;
use crate::desk::service::staff::users::normal_name;
use crate::desk::store::{Counter, FailedTries, Throttle};

/// The cookie of a browser in which someone has signed in before.
pub const BROWSER_COOKIE: &str = "arrivals_browser";
/// For so long a browser keeps it.
pub const BROWSER_COOKIE_SECONDS: u32 = 90 * 24 * 60 * 60;
/// Tries under a name without a wait.
const FREE_TRIES: u32 = 3;
/// Failures from one address under any name without a wait. A clinic's whole staff may have one address.
const FREE_FAILURES_OF_ADDRESS: u32 = 20;
/// After so long one failure of an address is forgotten: about twenty an hour are no reason to wait.
const ADDRESS_FORGETS: SignedDuration = SignedDuration::from_secs(3 * 60);
/// The longest wait between tries.
const WAIT_SECONDS_MAX: u64 = 300;

/// Where a try to sign in comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    address: Option<IpAddr>,
    /// The hash of the browser's cookie.
    browser: Option<String>,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Tried {
    /// A password, at the sign-in.
    Password,
    /// A code or a recovery code, after the right password.
    Code,
}

/// What a try counts against, and where it comes from, for the audit.
pub(in crate::desk) struct Place {
    counters: Vec<Counter>,
    address: String,
}

impl Origin {
    /// Where a request comes from: `peer` is the other end of the connection.
    #[must_use]
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let browser = cookie(headers, BROWSER_COOKIE).map(hash_token);
        Self { address: address_of(peer, headers), browser }
    }

    /// The address, as the audit and the log name it.
    #[must_use]
    pub fn address(&self) -> String {
        match self.address {
            None => "an unknown address".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            // Anyone who has one address of such a network has all of them.
            Some(IpAddr::V6(address)) if !address.is_loopback() => {
                let [a, b, c, d, ..] = address.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            Some(address) => address.to_string(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Ok(Self::of(peer, &parts.headers))
    }
}

/// How long to wait before the next try.
fn wait(throttle: Option<Throttle>, free: u32, now: Timestamp) -> Duration {
    let Some(throttle) = throttle.filter(|throttle| throttle.failures >= free) else { return Duration::ZERO };
    let seconds = 2_u64.saturating_pow(throttle.failures - free + 1).min(WAIT_SECONDS_MAX);
    let passed = Duration::try_from(now.duration_since(throttle.last_at)).unwrap_or(Duration::ZERO);
    Duration::from_secs(seconds).saturating_sub(passed)
}

impl Desk {
    /// What a try under this name counts against.
    pub(in crate::desk) fn place_of_try(&self, name: &str, origin: &Origin, tried: Tried) -> Result<Place, DeskError> {
        let now = self.now();
        let address = origin.address();
        let under = |source: String| Counter { source, name: Some(name.to_owned()), free: FREE_TRIES, drains: None };
        if let Some(browser) = &origin.browser
            && self.with_store(|store| store.is_known_browser(browser, name, now))?
        {
            let short: String = browser.chars().take(16).collect();
            return Ok(Place {
                counters: vec![under(format!("browser {short}"))],
                address: format!("{address}, a known browser"),
            });
        }
        let mut counters = vec![under(address.clone())];
        match tried {
            Tried::Password => counters.push(Counter {
                source: address.clone(),
                name: None,
                free: FREE_FAILURES_OF_ADDRESS,
                drains: Some(ADDRESS_FORGETS),
            }),
            Tried::Code => counters.push(under("second step".to_owned())),
        }
        Ok(Place { counters, address })
    }

    /// What a try of someone who is signed in counts against: no one else's.
    pub(in crate::desk) fn place_of_session(&self, name: &str) -> Place {
        let counter =
            Counter { source: "session".to_owned(), name: Some(name.to_owned()), free: FREE_TRIES, drains: None };
        Place { counters: vec![counter], address: "a session".to_owned() }
    }

    /// How long to wait before a try.
    pub(in crate::desk) fn wait_for(&self, place: &Place) -> Result<Duration, DeskError> {
        let now = self.now();
        self.with_store(|store| {
            let mut longest = Duration::ZERO;
            for counter in &place.counters {
                longest = longest.max(wait(store.failures(counter, now)?, counter.free, now));
            }
            Ok(longest)
        })
    }

    /// Notes a failed try, `action`: what was wrong.
    pub(in crate::desk) fn note_failure(&self, name: &str, place: &Place, action: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.note_failure(name, &place.address, action, &place.counters, now))?;
        tracing::warn!(from = %place.address, "a sign-in failed");
        Ok(())
    }

    /// Forgets the failures that would hold up who has just signed in.
    pub(in crate::desk) fn forgive(&self, place: &Place) -> Result<(), DeskError> {
        self.with_store(|store| store.forgive(&place.counters))
    }

    /// Notes that a user has signed in with the browser of these headers, and answers its new cookie.
    ///
    /// # Errors
    /// If the file cannot be written, or the machine gives no random bytes.
    pub fn know_browser(&self, headers: &HeaderMap, user: &str) -> Result<String, DeskError> {
        let (before, token, now) = (cookie(headers, BROWSER_COOKIE).map(hash_token), random_token()?, self.now());
        self.with_store(|store| store.know_browser(before.as_deref(), &hash_token(&token), user, now))?;
        Ok(token)
    }

    /// Failed sign-ins that administrators should know of, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn failed_tries(&self) -> Result<Vec<FailedTries>, DeskError> {
        let now = self.now();
        self.with_store(|store| store.failed_tries(FREE_FAILURES_OF_ADDRESS, now))
    }

    /// Lets a user sign in right away, no matter who failed under their name, and answers how many failures that were.
    /// `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If there is no such user, or the file cannot be written.
    pub fn unlock_user(&self, name: &str, by: &str) -> Result<u64, DeskError> {
        let (name, now) = (normal_name(name)?, self.now());
        self.with_store(|store| store.unlock_user(&name, by, now))
    }

    /// Lets everyone at an address sign in right away, and answers how many failures there were. `by`: who does it, for
    /// the audit.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn unlock_address(&self, address: &str, by: &str) -> Result<u64, DeskError> {
        let (address, now) = (address.trim().to_owned(), self.now());
        self.with_store(|store| store.unlock_address(&address, by, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_with_failures_and_passes() {
        let now: Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
        for (failures, passed, expected) in
            [(0, 0, 0), (2, 0, 0), (3, 0, 2), (5, 0, 8), (5, 7, 1), (5, 8, 0), (40, 0, 300), (40, 301, 0)]
        {
            let throttle = Throttle { failures, last_at: now - SignedDuration::from_secs(passed) };
            assert_eq!(
                wait(Some(throttle), 3, now),
                Duration::from_secs(expected),
                "{failures} failures, {passed} s ago"
            );
        }
        assert_eq!(wait(None, 3, now), Duration::ZERO);
    }

    #[test]
    fn only_a_proxy_on_this_machine_says_for_whom_it_asks() {
        let here: Option<IpAddr> = Some([127, 0, 0, 1].into());
        let outside: Option<IpAddr> = Some([203, 0, 113, 9].into());
        let said = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            headers
        };
        let name = |peer, values: &[&str]| Origin::of(peer, &said(values)).address();
        assert_eq!(name(here, &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            name(here, &["10.1.1.1, 198.51.100.7"]),
            "198.51.100.7",
            "what the browser itself sent is before it"
        );
        assert_eq!(name(here, &["10.1.1.1", "198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(name(here, &["[2001:db8:1:2:3::4]:80"]), "2001:db8:1:2::/64");
        assert_eq!(name(here, &["2001:db8:1:2:ffff::1"]), "2001:db8:1:2::/64");
        assert_eq!(name(here, &["::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(name(here, &["unknown"]), "127.0.0.1");
        assert_eq!(name(here, &[]), "127.0.0.1");
        assert_eq!(name(outside, &["198.51.100.7"]), "203.0.113.9", "anyone can send that header");
        assert_eq!(name(None, &["198.51.100.7"]), "an unknown address");
    }
}
