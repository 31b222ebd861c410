//! Keeps the kiosk's file and the desk in step, beside the program.
//!
//! Three loops: one sends the log, then photos, and sleeps until there is work; one holds the long poll; one tells how
//! the kiosk is and hears what staff want of it. None ends, and none drops anything: what the desk refuses stays in the
//! log until someone has mended the cause.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use super::api::{Attempt, DeskApi, Refusal};
use super::backoff::Backoff;
use super::photos::{Sending, SentPhotos};
use super::plan::{Plan, plan};
use super::vitals::Vitals;
use super::wire::{
    CHANGES_PER_FEED_MAX, Change, EVENTS_PER_POST_MAX, Feed, FeedDay, Gap, Health, Held, LONG_POLL_SECONDS_MAX,
    ListHealth, Older, Order, PROTOCOL, Post, TicketWait,
};
use crate::domain::ids::{KioskId, Seq};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Series;
use crate::store::events::Outgoing;
use crate::store::feed::{Life, ListChange};
use crate::store::removal::DayOnList;
use crate::store::{Store, StoreError};

/// After a refusal or a disagreement a person must act; asked again this rarely, or when woken.
pub(super) const REFUSED_WAIT: Duration = Duration::from_secs(30);

/// A desk that answers "nothing new" without holding the poll is asked again no sooner than this.
const EMPTY_ANSWER_WAIT: Duration = Duration::from_secs(1);

/// What the worker tells the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The desk answers.
    Reached,
    /// The desk does not answer; the sentence is for the log.
    Away(String),
    /// The desk will not talk to this kiosk.
    Refused(Refusal),
    /// The desk holds more from this kiosk than its own file has.
    Disagree {
        /// What the desk holds.
        desk: Seq,
        /// What the kiosk holds.
        kiosk: Seq,
    },
    /// The desk's file is an older copy: it held more than it does now. What is missing is sent again.
    DeskIsOlder {
        /// What the desk holds.
        desk: Seq,
        /// What it held.
        before: Seq,
    },
    /// Staff have decided that this kiosk goes on behind the other log that the desk has of it.
    Adopted {
        /// What the desk holds.
        desk: Seq,
    },
    /// The desk has everything up to here.
    Acknowledged(Seq),
    /// Whether the desk takes how long conversations took.
    TakesTimes(bool),
    /// Whether this program or the desk's is older, with each answer to a post. Both work together.
    Older(Option<Older>),
    /// How tickets stand of which the desk has just heard.
    Waits(Vec<TicketWait>),
    /// What staff want of this kiosk, oldest first; told again until the kiosk's health says that it was carried out.
    Orders(Vec<Order>),
    /// The list has changed and is in the file.
    List {
        /// The clinic's rules, if they came along.
        settings: Option<Box<ClinicSettings>>,
        /// What changed.
        changes: Vec<ListChange>,
    },
    /// The desk says that this kiosk's numbers begin otherwise than they did here; from now on they do.
    OtherLetters(Series),
    /// The list was told from its beginning, and what was not in it is gone from the file: it is to be read again.
    ListAnew,
    /// The kiosk's own file failed.
    StoreFailed(String),
}

/// What the worker works with.
pub struct Worker<A> {
    /// The way to the desk.
    pub api: A,
    /// The kiosk's file.
    pub store: Arc<Mutex<Store>>,
    /// Who this kiosk is.
    pub kiosk: KioskId,
    /// Rings when there is something to send.
    pub wake: Arc<Notify>,
    /// How the kiosk is; the worker itself says how many events are waiting.
    pub vitals: Vitals,
    /// Decides the jitter.
    pub seed: u64,
    /// Who listens.
    pub tell: Box<dyn Fn(Told) + Send + Sync>,
}

impl<A> std::fmt::Debug for Worker<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("kiosk", &self.kiosk).finish_non_exhaustive()
    }
}

impl<A: DeskApi> Worker<A> {
    /// Works until dropped.
    pub async fn run(&self) {
        tokio::join!(self.send_events(), self.follow_feed(), self.report_health());
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn send_events(&self) {
        let mut backoff = Backoff::new(self.seed);
        let mut photos = Sending::new(self.seed.rotate_left(16));
        loop {
            let wait = match self.send_once().await {
                Ok(Outcome::More) => {
                    backoff.reset();
                    continue;
                }
                Ok(Outcome::InStep) => {
                    backoff.reset();
                    match photos.send(self).await {
                        Ok(SentPhotos::EventsFirst) => {}
                        Ok(SentPhotos::None) => self.wake.notified().await,
                        Ok(SentPhotos::Later(wait)) => {
                            if tokio::time::timeout(wait, self.wake.notified()).await.is_err() {
                                photos.look_again();
                            }
                        }
                        Err(error) => {
                            (self.tell)(Told::StoreFailed(error.to_string()));
                            let _ = tokio::time::timeout(photos.next_wait(), self.wake.notified()).await;
                        }
                    }
                    continue;
                }
                Ok(Outcome::Back) => {
                    backoff.reset();
                    backoff.next_wait()
                }
                Ok(Outcome::Later) => backoff.next_wait(),
                Ok(Outcome::NeedsSomebody) => REFUSED_WAIT,
                Err(error) => {
                    (self.tell)(Told::StoreFailed(error.to_string()));
                    backoff.next_wait()
                }
            };
            // A new event, or the feed that got through again, is a reason to try right away.
            let _ = tokio::time::timeout(wait, self.wake.notified()).await;
        }
    }

    async fn send_once(&self) -> Result<Outcome, StoreError> {
        let post = {
            let store = self.store();
            let Outgoing { last, events, gaps } = store.outgoing(EVENTS_PER_POST_MAX)?;
            let gaps = gaps.into_iter().map(|(first, last)| Gap { first, last }).collect();
            let (epoch, acknowledged, now) = (store.epoch()?, Some(store.held()?), Some(self.vitals.read().now));
            Post {
                kiosk: self.kiosk.clone(),
                last,
                events,
                gaps,
                epoch,
                acknowledged,
                begins: store.is_unheard(),
                only_asks: false,
                now,
            }
        };
        match self.api.post(post).await {
            Attempt::Sent(Held { held, adopted: true, .. }) => {
                self.store().go_on_behind(held)?;
                (self.tell)(Told::Adopted { desk: held });
                Ok(Outcome::More)
            }
            Attempt::Sent(held) => {
                (self.tell)(Told::Reached);
                let last = self.store().last_seq()?;
                match plan(last, held.held) {
                    Plan::Disagree { desk, kiosk } => {
                        (self.tell)(Told::Disagree { desk, kiosk });
                        Ok(Outcome::NeedsSomebody)
                    }
                    agreed => {
                        if self.store().hear_of_numbers(held.series, &held.numbers)? {
                            (self.tell)(Told::OtherLetters(self.store().series()));
                        }
                        let before = self.store().held()?;
                        self.store().acknowledge(held.held)?;
                        if held.held < before {
                            (self.tell)(Told::DeskIsOlder { desk: held.held, before });
                            return Ok(Outcome::Back);
                        }
                        (self.tell)(Told::Acknowledged(held.held));
                        (self.tell)(Told::TakesTimes(held.takes_times));
                        (self.tell)(Told::Older(Older::of(PROTOCOL, held.protocol)));
                        if !held.waits.is_empty() {
                            (self.tell)(Told::Waits(held.waits));
                        }
                        match agreed {
                            Plan::Nothing => Ok(Outcome::InStep),
                            // The desk keeps taking nothing: do not spin.
                            Plan::Upload { .. } | Plan::Disagree { .. } if held.held <= before => Ok(Outcome::Later),
                            Plan::Upload { .. } | Plan::Disagree { .. } => Ok(Outcome::More),
                        }
                    }
                }
            }
            Attempt::Retry(why) => {
                (self.tell)(Told::Away(why));
                Ok(Outcome::Later)
            }
            Attempt::Refused(why) => {
                (self.tell)(Told::Refused(why));
                Ok(Outcome::NeedsSomebody)
            }
        }
    }

    async fn follow_feed(&self) {
        let mut backoff = Backoff::new(self.seed.rotate_left(32));
        let mut was_away = false;
        loop {
            let wait = match self.follow_once().await {
                Ok(Attempt::Sent(())) => {
                    backoff.reset();
                    if std::mem::take(&mut was_away) {
                        self.wake.notify_one();
                    }
                    continue;
                }
                Ok(Attempt::Retry(why)) => {
                    was_away = true;
                    (self.tell)(Told::Away(why));
                    backoff.next_wait()
                }
                Ok(Attempt::Refused(why)) => {
                    was_away = true;
                    (self.tell)(Told::Refused(why));
                    REFUSED_WAIT
                }
                Err(error) => {
                    (self.tell)(Told::StoreFailed(error.to_string()));
                    backoff.next_wait()
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether the desk is reached is reported by the other two.
    async fn report_health(&self) {
        let mut backoff = Backoff::new(self.seed.rotate_left(48));
        loop {
            let wait = match self.report_once().await {
                Ok(Attempt::Sent(at_once)) => {
                    backoff.reset();
                    if !at_once {
                        continue;
                    }
                    EMPTY_ANSWER_WAIT
                }
                Ok(Attempt::Retry(_)) => backoff.next_wait(),
                Ok(Attempt::Refused(_)) => REFUSED_WAIT,
                Err(error) => {
                    (self.tell)(Told::StoreFailed(error.to_string()));
                    backoff.next_wait()
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether the answer came right away.
    async fn report_once(&self) -> Result<Attempt<bool>, StoreError> {
        let (waiting, list) = {
            let store = self.store();
            (store.last_seq()?.0.saturating_sub(store.held()?.0), store.day_on_list()?)
        };
        let list = list.map(|DayOnList { cursor, date, appointments }| ListHealth { cursor, date, appointments });
        let health = Health { waiting, list, ..self.vitals.read() };
        let report = at_once(self.api.report(health, Duration::from_secs(LONG_POLL_SECONDS_MAX)));
        let (answer, at_once) = tokio::select! {
            answer = report => answer,
            // A printer that has run out of paper is not told half a minute late.
            () = self.vitals.changed() => return Ok(Attempt::Sent(true)),
        };
        Ok(match answer {
            Attempt::Sent(orders) => {
                if orders.list_again {
                    self.store().ask_for_everything()?;
                }
                if !orders.orders.is_empty() {
                    (self.tell)(Told::Orders(orders.orders));
                }
                Attempt::Sent(at_once)
            }
            Attempt::Retry(why) => Attempt::Retry(why),
            Attempt::Refused(why) => Attempt::Refused(why),
        })
    }

    async fn follow_once(&self) -> Result<Attempt<()>, StoreError> {
        let cursor = self.store().cursor()?;
        let (answer, at_once) = at_once(self.api.feed(cursor, Duration::from_secs(LONG_POLL_SECONDS_MAX))).await;
        let feed = match answer {
            Attempt::Sent(feed) => feed,
            Attempt::Retry(why) => return Ok(Attempt::Retry(why)),
            Attempt::Refused(why) => return Ok(Attempt::Refused(why)),
        };
        (self.tell)(Told::Reached);
        if feed.changes.len() > CHANGES_PER_FEED_MAX {
            return Ok(Attempt::Refused(Refusal::NotUnderstood("too many changes in one answer".to_owned())));
        }
        let Feed { epoch, cursor: next, settings, changes, day, open, more } = feed;
        match self.store().hear_of_life(epoch.as_ref())? {
            Life::OtherDesk => return Ok(Attempt::Refused(Refusal::OtherHistory)),
            Life::Another if cursor > 0 => {
                // What the desk holds of this kiosk is another thing too.
                self.wake.notify_one();
                return Ok(Attempt::Sent(()));
            }
            Life::Another | Life::Same => {}
        }
        if let Some(FeedDay { today, kept_from }) = day
            && self.store().hear_day(today, kept_from, cursor)?
        {
            // This answer goes on from where the list cannot be trusted any more.
            return Ok(Attempt::Sent(()));
        }
        if cursor == 0 {
            self.store().begin_list()?;
        }
        // Before the cursor goes on: it is not said again until something changes.
        if let Some(open) = &open {
            self.store().hear_open(open)?;
        }
        if next == cursor && settings.is_none() && changes.is_empty() {
            self.end_list(more)?;
            if at_once {
                tokio::time::sleep(EMPTY_ANSWER_WAIT).await;
            }
            return Ok(Attempt::Sent(()));
        }
        let said = changes.len();
        let changes: Vec<ListChange> = changes.into_iter().filter_map(list_change).collect();
        let unknown = said.saturating_sub(changes.len());
        if unknown > 0 {
            self.vitals.set(|health| health.newer = health.newer.saturating_add(unknown as u64));
        }
        self.store().apply_feed(next, settings.as_ref(), &changes)?;
        (self.tell)(Told::List { settings: settings.map(Box::new), changes });
        self.end_list(more)?;
        Ok(Attempt::Sent(()))
    }

    fn end_list(&self, more: bool) -> Result<(), StoreError> {
        if !more && self.store().end_list()? {
            (self.tell)(Told::ListAnew);
        }
        Ok(())
    }
}

/// How one attempt to send ended.
enum Outcome {
    /// Something was taken, and more is waiting.
    More,
    /// Both have the same.
    InStep,
    /// The desk holds less than it did: what is missing there is sent again.
    Back,
    /// Not this time.
    Later,
    /// Not until someone acts.
    NeedsSomebody,
}

/// Waits for a call, and tells whether it took less than [`EMPTY_ANSWER_WAIT`].
async fn at_once<T>(call: impl Future<Output = T>) -> (T, bool) {
    let mut call = std::pin::pin!(call);
    match tokio::time::timeout(EMPTY_ANSWER_WAIT, &mut call).await {
        Ok(answer) => (answer, true),
        Err(_) => (call.await, false),
    }
}

fn list_change(change: Change) -> Option<ListChange> {
    Some(match change {
        Change::Appointment(appointment) => ListChange::Appointment(appointment),
        Change::Removed { appointment, forget: false } => ListChange::Removed(appointment),
        Change::Removed { appointment, forget: true } => ListChange::Forgotten(appointment),
        Change::Visit { appointment, ticket, seen } => ListChange::Visit { appointment, ticket, seen },
        Change::Newer(word) => ListChange::Appointment(Box::new(word.known_appointment()?)),
    })
}
