//! The clinic's today, with what is open of other days, read once for everybody who looks: the lists, the boards, the phones, the kiosks.
//!
//! Invariants: what is shared is never older than the latest change that this program knows of, than the last moment at which somebody
//! became late, nor than a minute; hundreds who look at
//! the same time cost one reading, and none of them holds up a thread while it goes on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::shared::Shared;
use crate::desk::store::{PageKeys, Store};
use crate::domain::appointment::Standing;
use crate::domain::queue::day::Queues;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Ticket;
use crate::domain::visit::VisitRow;

/// A day's visits and queues, as they were at a revision.
pub struct Today {
    /// The latest change that is in it.
    pub revision: u64,
    /// Minutes since 1970 at which it was read: waits depend on the time.
    minute: i64,
    /// When it was read.
    pub at: Timestamp,
    /// The clinic's day then.
    pub date: Date,
    /// Who is on the list: visits of the day, and what is open of any other.
    pub rows: Vec<VisitRow>,
    /// The last moment before another patient becomes late; none if no one will.
    pub until: Option<Timestamp>,
    /// Its queues.
    pub queues: Arc<Queues>,
    /// Where somebody feels unwell to whom nobody has gone yet. Names nobody.
    pub urgent: Vec<String>,
    /// Numbers that stand on two papers.
    on_two_papers: HashSet<Ticket>,
    /// What those pages are named with.
    keys: PageKeys,
    /// Its tickets by the names of their pages.
    pages: OnceLock<HashMap<String, Ticket>>,
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl Desk {
    /// The visits and queues of the clinic's today. Read anew when something has changed or a minute has passed, so that hundreds who
    /// look at the same time cost one reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn today(&self) -> Result<Arc<Today>, DeskError> {
        let shared = self.part::<Shared<Today>>();
        let turn = shared.my_turn();
        let now = self.now();
        let today = self.with_store(|store| {
            let revision = store.revision()?;
            if let Some(today) = shared.latest(|today| today.serves(revision, now)) {
                return Ok(today);
            }
            // Before the date is asked for: a new time zone may make it another one.
            let settings = self.settings_of(store)?;
            let rows = store.list_at(now)?;
            let queues = Arc::new(store.queues(&rows, &settings, now)?);
            let urgent = urgent(store, &rows, now)?;
            let until = until(&rows, &settings, store.zone(), now);
            let (minute, date, on_two_papers) = (minute_of(now), store.date_at(now), store.numbers_on_two_papers()?);
            let keys = store.page_keys(now)?;
            Ok(Arc::new(Today {
                revision,
                minute,
                at: now,
                date,
                rows,
                until,
                queues,
                urgent,
                on_two_papers,
                keys,
                pages: OnceLock::new(),
            }))
        })?;
        shared.keep(&today);
        drop(turn);
        Ok(today)
    }

    /// As [`Desk::today`], without asking the file as long as this program knows of no change; whoever comes while somebody reads
    /// waits for that reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) async fn today_shared(&self) -> Result<Arc<Today>, DeskError> {
        let serves = |today: &Today| today.serves(self.told(), self.now());
        self.part::<Shared<Today>>().latest_or(serves, self.blocking(Self::today)).await
    }
}

impl Today {
    fn serves(&self, revision: u64, now: Timestamp) -> bool {
        self.revision >= revision && self.minute == minute_of(now) && self.until.is_none_or(|until| now <= until)
    }

    /// The ticket whose page has this name: the one that counts, if a second kiosk gave another one for the same visit. A page ends with
    /// the day of its ticket, but not while its visit is open.
    #[must_use]
    pub fn ticket_of(&self, token: &str) -> Option<Ticket> {
        let by_name = self.pages.get_or_init(|| {
            let given = self
                .rows
                .iter()
                .filter_map(|row| Some((row, row.ticket.filter(|ticket| ticket.date == self.date || row.state.is_open())?)));
            let all = given.flat_map(|(row, counts)| {
                row.duplicates.iter().chain([&counts]).map(move |ticket| (row, *ticket, counts)).collect::<Vec<_>>()
            });
            // Whoever holds one of two such papers could act for the other.
            let one_paper = all.filter(|(_, ticket, _)| !self.is_on_two_papers(*ticket));
            one_paper
                .flat_map(|(row, ticket, counts)| self.keys.names(ticket, row.kiosk.as_ref()).into_iter().map(move |name| (name, counts)))
                .collect()
        });
        by_name.get(token).copied()
    }

    /// Whether two papers bear this number, so that it says nothing of who holds it.
    #[must_use]
    pub fn is_on_two_papers(&self, ticket: Ticket) -> bool {
        self.on_two_papers.contains(&ticket)
    }

    /// The visits of a ticket.
    pub fn visits_of(&self, ticket: Ticket) -> impl Iterator<Item = &VisitRow> {
        self.rows.iter().filter(move |row| row.ticket == Some(ticket))
    }
}

/// The last moment before another patient becomes late.
fn until(rows: &[VisitRow], settings: &ClinicSettings, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let expected = rows.iter().filter(|row| row.is_expected()).filter_map(|row| row.appointment.as_ref());
    let on_time = expected.filter(|visit| matches!(visit.standing(now, settings, zone, None), Standing::Open | Standing::TooEarly { .. }));
    on_time.map(|visit| visit.closes(settings)).min()
}

fn urgent(store: &Store, rows: &[VisitRow], now: Timestamp) -> Result<Vec<String>, DeskError> {
    let of_visits = rows.iter().flat_map(|row| &row.reasons).cloned();
    let of_stops = store.stops_at(now)?.into_iter().map(|stop| stop.latest);
    let mut kiosks: Vec<_> =
        of_visits.chain(of_stops).filter(|one| one.taken.is_none() && one.reason.is_urgent()).map(|one| one.kiosk).collect();
    kiosks.sort();
    kiosks.dedup();
    let places = if kiosks.is_empty() { BTreeMap::new() } else { store.kiosk_places()? };
    let words = kiosks.into_iter().map(|kiosk| match places.get(&kiosk) {
        Some(place) => format!("{place} (kiosk {kiosk})"),
        None => format!("kiosk {kiosk}"),
    });
    Ok(words.collect())
}
