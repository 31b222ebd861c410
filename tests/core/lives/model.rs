//! What the desk must have: made from its own log of reports and from what staff did, and taken back with its file.

use std::collections::{BTreeMap, BTreeSet};

use arrivals::domain::event::{KioskEvent, LoggedEvent};
use arrivals::domain::ids::KioskId;
use arrivals::domain::reason::Reason;
use jiff::civil::Date;
use rusqlite::{Connection, params};

/// An unresolved reason: the kiosk, its place in that kiosk's log, the visit or nothing, what.
pub type Open = (String, i64, String, Reason);

#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Appointments that were imported, with their days.
    pub listed: BTreeMap<String, Date>,
    /// Visits of people who are here.
    pub open: BTreeSet<String>,
    /// Visits that staff have closed.
    pub closed: BTreeSet<String>,
    /// Visits of which staff took the check-in back.
    pub undone: BTreeSet<String>,
    pub reasons: BTreeSet<Open>,
    /// What the desk said that it has.
    pub acknowledged: BTreeMap<(KioskId, u64), LoggedEvent>,
    /// So many papers were given out by then.
    pub papers: usize,
    /// The latest report that is in here.
    revision: i64,
}

impl Model {
    /// Takes in what the desk has heard since the last time.
    pub fn hear(&mut self, desk: &Connection) {
        let mut statement = desk
            .prepare_cached(
                "SELECT revision, kiosk, body FROM kiosk_event WHERE revision > ?1 AND removed_at IS NULL
                 ORDER BY revision",
            )
            .unwrap();
        let rows = statement
            .query_map(params![self.revision], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })
            .unwrap();
        for row in rows {
            let (revision, kiosk, body) = row.unwrap();
            self.revision = revision;
            let event: LoggedEvent = serde_json::from_str(&body).unwrap();
            let seq = event.seq.0.cast_signed();
            match event.event.known() {
                KioskEvent::CheckedIn(said) => said.appointments.iter().for_each(|visit| self.arrives(visit.as_str())),
                KioskEvent::WalkedIn(asks) => self.arrives(asks.appointment.as_str()),
                KioskEvent::Stopped { reason, appointments, .. } if appointments.is_empty() => {
                    self.reasons.insert((kiosk, seq, String::new(), reason));
                }
                KioskEvent::Stopped { reason, appointments, .. } => {
                    for visit in appointments {
                        self.reasons.insert((kiosk.clone(), seq, visit.as_str().to_owned(), reason));
                    }
                }
                _ => {}
            }
        }
    }

    pub fn arrives(&mut self, visit: &str) {
        self.undone.remove(visit);
        if !self.closed.contains(visit) {
            self.open.insert(visit.to_owned());
        }
    }

    /// Whether the desk has heard of someone's arrival.
    pub fn knows(&self, visit: &str) -> bool {
        [&self.open, &self.closed, &self.undone].iter().any(|visits| visits.contains(visit))
    }

    /// Staff have taken a check-in back.
    pub fn takes_back(&mut self, visit: &str) {
        self.open.remove(visit);
        self.closed.remove(visit);
        self.undone.insert(visit.to_owned());
        self.resolve(visit);
    }

    /// Staff have resolved whatever there was about a visit.
    pub fn resolve(&mut self, visit: &str) {
        self.reasons.retain(|(_, _, of, _)| of != visit);
    }

    /// Staff have resolved stops of one kind at a kiosk, up to this one.
    pub fn resolve_stops(&mut self, kiosk: &str, until: i64, what: Reason) {
        self.reasons
            .retain(|(of, seq, visit, reason)| of != kiosk || !visit.is_empty() || *seq > until || *reason != what);
    }
}
