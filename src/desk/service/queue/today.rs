//! The clinic's today, with what is open of other days, read once for everyone who looks: the lists, the boards, the
//! phones, the kiosks.
//!
//! Invariants: what is shared is never older than the latest change that this program knows of, than the last moment at
//! which someone became late, nor than a minute; hundreds who look at
//! the same time cost one reading, and none of them holds up a thread while it goes on. A change is read as the visits
//! that it was about, however long the day is; what cannot be followed ([`Store::changed_since`]) is read whole, and is
//! then the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::shared::Shared;
use crate::desk::store::{PageKeys, Store};
use crate::domain::appointment::Standing;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::Basis;
use crate::domain::queue::day::{Queues, TicketStanding};
use crate::domain::queue::list::VisitList;
use crate::domain::settings::ClinicSettings;
use crate::domain::sorted::Sorted;
use crate::domain::ticket::Ticket;
use crate::domain::visit::{Stop, VisitRow};

/// A change of more visits than this is read as a whole day: a list that was imported, say.
const FOLLOWED_MAX: usize = 500;

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
    pub list: VisitList,
    /// Stops of people no one knows.
    pub stops: Arc<Vec<Stop>>,
    /// The last moment before another patient becomes late; none if no one will.
    pub until: Option<Timestamp>,
    /// Its queues.
    pub queues: Arc<Queues>,
    /// Where someone feels unwell that no one has gone to yet. Names no one.
    pub urgent: Vec<String>,
    /// How many times in a row changes were followed since all was read.
    followed: u64,
    settings: Arc<ClinicSettings>,
    /// What is usual in a queue, as it was at this minute.
    bases: BTreeMap<String, Option<Basis>>,
    /// Numbers that stand on two papers.
    on_two_papers: HashSet<Ticket>,
    /// What those pages are named with.
    keys: Arc<PageKeys>,
    /// Tickets by the names of their pages, once someone asked for one.
    pages: OnceLock<PageNames>,
}

/// The names of the pages of each visit's tickets, and which ticket each is of.
type PageNames = Sorted<(String, AppointmentId), Ticket>;

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl Desk {
    /// The visits and queues of the clinic's today. Read again when something has changed or a minute has passed, so
    /// that hundreds who look at the same time cost one reading.
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
            let before =
                shared.latest(|today| today.date == store.date_at(now) && Arc::ptr_eq(&today.settings, &settings));
            let followed = before.map(|before| Today::following(&before, store, revision, now)).transpose()?.flatten();
            Ok(Arc::new(match followed {
                Some(today) => today,
                None => Today::read(store, settings, revision, now)?,
            }))
        })?;
        shared.keep(&today);
        drop(turn);
        Ok(today)
    }

    /// The same, read from the file as if nothing had been read before. For tests and measurements: what was followed
    /// must be the same.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn today_read_whole(&self) -> Result<Today, DeskError> {
        let now = self.now();
        self.with_store(|store| {
            let (revision, settings) = (store.revision()?, self.settings_of(store)?);
            Today::read(store, settings, revision, now)
        })
    }

    /// As [`Desk::today`], without asking the file as long as this program knows of no change; anyone who comes while
    /// someone reads waits for that reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) async fn today_shared(&self) -> Result<Arc<Today>, DeskError> {
        let serves = |today: &Today| today.serves(self.told(), self.now());
        self.part::<Shared<Today>>().latest_or(serves, self.blocking(Self::today)).await
    }
}

impl Today {
    fn read(store: &Store, settings: Arc<ClinicSettings>, revision: u64, now: Timestamp) -> Result<Self, DeskError> {
        let list = VisitList::of(store.list_at(now)?, &settings);
        let mut bases = BTreeMap::new();
        let queues = Queues::of(&list, &settings, now, |queue| basis(store, &mut bases, queue, now))?;
        let stops = store.stops_at(now)?;
        Ok(Self {
            revision,
            minute: minute_of(now),
            at: now,
            date: store.date_at(now),
            until: until(&list, &settings, store.zone(), now),
            queues: Arc::new(queues),
            urgent: urgent(store, &list, &stops)?,
            list,
            stops: Arc::new(stops),
            followed: 0,
            settings,
            bases,
            on_two_papers: store.numbers_on_two_papers()?,
            keys: Arc::new(store.page_keys(now)?),
            pages: OnceLock::new(),
        })
    }

    /// This day with all that changed since; none if that cannot be followed.
    fn following(before: &Self, store: &Store, revision: u64, now: Timestamp) -> Result<Option<Self>, DeskError> {
        let Some(changed) = store.changed_since(before.revision, FOLLOWED_MAX)? else { return Ok(None) };
        let settings = Arc::clone(&before.settings);
        let (mut list, mut bases) = (before.list.clone(), before.bases.clone());
        let mut pages = before.pages.get().cloned();
        let mut rows: BTreeMap<AppointmentId, VisitRow> =
            store.list_of(&changed.visits, now)?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut queues = BTreeSet::new();
        for id in &changed.visits {
            let row = rows.remove(id);
            let old = list.get(id).map(Arc::clone);
            // What is usual follows from those who were served.
            for queue in old.as_deref().into_iter().chain(&row).filter_map(|row| row.in_line.served_in.as_ref()) {
                bases.remove(queue);
            }
            if let Some(pages) = &mut pages {
                if let Some(old) = &old {
                    for (name, _) in names(&before.keys, old) {
                        pages.remove(&(name, id.clone()));
                    }
                }
                for (name, ticket) in row.iter().flat_map(|row| names(&before.keys, row)) {
                    pages.insert((name, id.clone()), ticket);
                }
            }
            queues.append(&mut list.set(id, row, &settings));
        }
        let is_of_this_minute = before.minute == minute_of(now) && before.until.is_none_or(|until| now <= until);
        let queues = if is_of_this_minute {
            before.queues.following(&queues, &list, &settings, now, |queue| basis(store, &mut bases, queue, now))?
        } else {
            bases.clear();
            Queues::of(&list, &settings, now, |queue| basis(store, &mut bases, queue, now))?
        };
        let stops = if changed.stops { Arc::new(store.stops_at(now)?) } else { Arc::clone(&before.stops) };
        Ok(Some(Self {
            revision,
            minute: minute_of(now),
            at: now,
            date: before.date,
            until: until(&list, &settings, store.zone(), now),
            queues: Arc::new(queues),
            urgent: urgent(store, &list, &stops)?,
            list,
            stops,
            followed: before.followed + 1,
            settings,
            bases,
            on_two_papers: store.numbers_on_two_papers()?,
            keys: Arc::clone(&before.keys),
            pages: pages.map(OnceLock::from).unwrap_or_default(),
        }))
    }

    fn serves(&self, revision: u64, now: Timestamp) -> bool {
        self.revision >= revision && self.minute == minute_of(now) && self.until.is_none_or(|until| now <= until)
    }

    /// How many times in a row changes were followed since all was read.
    #[must_use]
    pub fn followed(&self) -> u64 {
        self.followed
    }

    /// The ticket whose page has this name: the one that counts, if a second kiosk gave another one for the same visit.
    /// A page ends with the day of its ticket, but not while its visit is open.
    #[must_use]
    pub fn ticket_of(&self, token: &str) -> Option<Ticket> {
        let pages = self.pages.get_or_init(|| {
            let all = self
                .list
                .rows()
                .flat_map(|row| names(&self.keys, row).map(|(name, ticket)| ((name, row.id.clone()), ticket)));
            all.collect::<PageNames>()
        });
        let named = pages.from(|(name, _)| name.as_str() < token).take_while(|((name, _), _)| name == token);
        // Anyone who holds one of two such papers could act for the other.
        let one_paper = named.filter(|(_, ticket)| !self.is_on_two_papers(**ticket));
        let counts = one_paper.filter_map(|((_, visit), _)| {
            let row = self.list.get(visit)?;
            row.ticket.filter(|ticket| ticket.date == self.date || row.state.is_open())
        });
        counts.last()
    }

    /// Whether two papers bear this number, so that it says nothing of who holds it.
    #[must_use]
    pub fn is_on_two_papers(&self, ticket: Ticket) -> bool {
        self.on_two_papers.contains(&ticket)
    }

    /// The visits of a ticket.
    pub fn visits_of(&self, ticket: Ticket) -> impl Iterator<Item = &VisitRow> {
        self.list.of_ticket(ticket)
    }

    /// How a ticket stands, for its holder; none if no one has it.
    #[must_use]
    pub fn standing(&self, ticket: Ticket, settings: &ClinicSettings) -> Option<TicketStanding> {
        self.queues.standing(&self.list, ticket, settings)
    }
}

/// Every name of a page of a visit's tickets, each with the ticket that it is of.
fn names<'a>(keys: &'a PageKeys, row: &'a VisitRow) -> impl Iterator<Item = (String, Ticket)> + 'a {
    let tickets = row.duplicates.iter().copied().chain(row.ticket);
    tickets.flat_map(|ticket| keys.names(ticket, row.kiosk.as_ref()).into_iter().map(move |name| (name, ticket)))
}

/// What is usual in a queue, as it is known, or as the file has it.
fn basis(
    store: &Store,
    known: &mut BTreeMap<String, Option<Basis>>,
    queue: &str,
    now: Timestamp,
) -> Result<Option<Basis>, DeskError> {
    if let Some(basis) = known.get(queue) {
        return Ok(*basis);
    }
    let basis = store.basis(queue, now)?;
    known.insert(queue.to_owned(), basis);
    Ok(basis)
}

/// The last moment before another patient becomes late.
fn until(list: &VisitList, settings: &ClinicSettings, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let is_on_time = |row: &VisitRow| {
        let standing = row.appointment.as_ref().map(|visit| visit.standing(now, settings, zone, None));
        matches!(standing, Some(Standing::Open | Standing::TooEarly { .. }))
    };
    list.due(now).find(|(_, row)| is_on_time(row)).map(|(closes, _)| closes)
}

fn urgent(store: &Store, list: &VisitList, stops: &[Stop]) -> Result<Vec<String>, DeskError> {
    let reasons = list.urgent().flat_map(|row| &row.reasons).chain(stops.iter().map(|stop| &stop.latest));
    let kiosks: BTreeSet<_> =
        reasons.filter(|one| one.taken.is_none() && one.reason.is_urgent()).map(|one| &one.kiosk).collect();
    let places = if kiosks.is_empty() { BTreeMap::new() } else { store.kiosk_places()? };
    let words = kiosks.into_iter().map(|kiosk| match places.get(kiosk) {
        Some(place) => format!("{place} (kiosk {kiosk})"),
        None => format!("kiosk {kiosk}"),
    });
    Ok(words.collect())
}
