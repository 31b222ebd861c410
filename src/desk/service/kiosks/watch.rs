//! The watch over the kiosks: how each stands, what is wrong with it, and what staff want of it.
//!
//! Invariants: how a kiosk stands follows from what was heard of it and the time, by one function; a kiosk that staff
//! took out of service alarms no one; an alarm that someone has seen is quiet for everyone until it is over or becomes
//! another one.

use std::sync::Arc;

use jiff::{SignedDuration, Span, Timestamp};

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::shared::Shared;
use crate::desk::service::kiosks::alarm::RESTORED;
pub use crate::desk::service::kiosks::alarm::{Alarm, Warning};
use crate::desk::store::{
    CELSIUS_WARNS, CLOCK_WARNS, DISK_WARNS_MIB, KioskRow, OrderRefused, RaisedRow, ReaderState, Store,
};
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::kiosk::{KioskRules, MoreThanUsual, Tally, failing};
use crate::sync::wire::{Condition, DeviceHealth, Health, Older, OrderKind, PROTOCOL};

/// Events that wait for so long at a kiosk that answers do not wait for the network.
const WAITING_ALARMS: SignedDuration = SignedDuration::from_mins(2);
/// A list that differs for so long is not only late: a kiosk that can mend it by asking for everything has done so by
/// then.
const LIST_ALARMS: SignedDuration = SignedDuration::from_mins(2);
/// What happened within so long tells how a kiosk does now.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// What is usual is what was so within this many days.
const USUAL_DAYS: i64 = 28;

/// How a kiosk stands, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was let in and has not been heard of yet, or does not tell how it is.
    Unknown,
    /// All is well.
    Working,
    /// Someone should go there.
    NeedsSomebody,
    /// Nothing is heard of it.
    Silent,
    /// Staff took it out of service.
    OutOfService,
}

/// A kiosk, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// What is known of it.
    pub row: KioskRow,
    /// How it stands.
    pub standing: Standing,
    /// What is wrong, the most urgent first.
    pub alarms: Vec<Alarm>,
    /// What will be wrong soon, or is a smaller thing.
    pub warnings: Vec<Warning>,
    /// Why staff took it out of service, who and when.
    pub out_by_staff: Option<(String, String, Timestamp)>,
    /// Its program or the desk's is older. Both work together: no alarm, and no one has to go there.
    pub older: Option<Older>,
}

/// An alarm on top of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    /// At which kiosk.
    pub kiosk: KioskId,
    /// Where that stands; may be empty.
    pub place: String,
    /// What.
    pub alarm: Alarm,
    /// The same for staff.
    pub sentence: String,
    /// Since when it is on; none if that is not kept yet.
    pub since: Option<Timestamp>,
    /// Who has seen it, and when.
    pub seen: Option<(String, Timestamp)>,
}

/// The kiosks as they stood at a moment.
pub struct Watch {
    revision: u64,
    second: i64,
    /// Each, by name.
    pub kiosks: Vec<Watched>,
    /// Every alarm, also those that someone has seen.
    pub raised: Vec<Raised>,
    /// What is wrong with the desk's own file, for admins.
    pub file: Option<String>,
    /// Which work stands still before something that it cannot read, for admins.
    pub readers: Vec<String>,
}

impl Watch {
    fn serves(&self, revision: u64, second: i64) -> bool {
        self.revision >= revision && self.second == second
    }
}

impl Standing {
    /// For staff.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "Not seen yet",
            Self::Working => "Working",
            Self::NeedsSomebody => "Needs attention",
            Self::Silent => "Offline",
            Self::OutOfService => "Out of service",
        }
    }
}

/// Judges a kiosk. `service`: what staff last said on whether it serves; `more`: whether it fails more people than
/// usual.
#[must_use]
pub fn judge(
    row: KioskRow,
    service: Option<(OrderKind, String, Timestamp)>,
    more: Option<MoreThanUsual>,
    rules: KioskRules,
    now: Timestamp,
) -> Watched {
    let out_by_staff = match service {
        Some((OrderKind::OutOfService { text }, user, at)) => Some((text, user, at)),
        _ => None,
    };
    let silent_after = SignedDuration::from_secs(i64::from(rules.silent_after_seconds));
    let older = row.health.as_ref().and_then(|heard| Older::of(heard.health.protocol, PROTOCOL));
    let mut watched =
        Watched { row, standing: Standing::Unknown, alarms: Vec::new(), warnings: Vec::new(), out_by_staff, older };
    let Some(heard) = &watched.row.health else {
        lasting(&mut watched);
        if watched.out_by_staff.is_some() {
            watched.standing = Standing::OutOfService;
        }
        return watched;
    };
    let last = watched.row.heard_at().unwrap_or(heard.at);
    let is_silent = now.duration_since(last) >= silent_after;
    if is_silent {
        watched.alarms.push(Alarm::Silent(last));
    } else {
        let health = &heard.health;
        if health.out_of_service && watched.out_by_staff.is_none() {
            watched.alarms.push(Alarm::Out);
        }
        if health.printer.is == Condition::Failed {
            watched.alarms.push(Alarm::Printer(health.printer.why.clone()));
        }
        if let Some(since) = heard.waiting_since.filter(|since| now.duration_since(*since) >= WAITING_ALARMS) {
            watched.alarms.push(Alarm::Waiting(health.waiting, since));
        }
        watched.alarms.extend(heard.list.filter(|list| now.duration_since(list.since) >= LIST_ALARMS).map(Alarm::List));
        // By the desk's clock, which may be another one.
        let until =
            health.brake.and_then(|brake| brake.until).map(|until| until.saturating_add(heard.clock).unwrap_or(until));
        watched.alarms.extend(until.filter(|until| *until > now).map(Alarm::Guessing));
        watched.alarms.extend(more.map(Alarm::Failing));
        watched.warnings = warnings(health, heard.clock);
    }
    if watched.out_by_staff.is_some() {
        watched.alarms.clear();
    }
    lasting(&mut watched);
    watched.standing = if watched.out_by_staff.is_some() {
        Standing::OutOfService
    } else if is_silent {
        Standing::Silent
    } else if watched.alarms.is_empty() && watched.warnings.is_empty() {
        Standing::Working
    } else {
        Standing::NeedsSomebody
    };
    watched
}

/// What is the matter however the kiosk is just now.
fn lasting(watched: &mut Watched) {
    let Watched { row, alarms, .. } = watched;
    alarms.extend(row.other_log.map(Alarm::OtherLog));
    alarms.extend((!row.numbers.is_empty()).then(|| Alarm::NumberTwice(row.numbers.clone())));
    alarms.extend((row.newer > 0).then_some(Alarm::Newer(row.newer)));
    alarms.extend(row.lost.map(|lost| Alarm::Lost(lost.count)));
    alarms.extend((row.is_behind && row.other_log.is_none()).then_some(Alarm::Behind));
}

fn warnings(health: &Health, clock: SignedDuration) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let ailing =
        |device: &DeviceHealth| matches!(device.is, Condition::Failed | Condition::Soon).then(|| device.why.clone());
    if health.printer.is == Condition::Soon {
        warnings.push(Warning::PrinterSoon(health.printer.why.clone()));
    }
    warnings.extend(ailing(&health.scanner).map(Warning::Scanner));
    warnings.extend(ailing(&health.camera).map(Warning::Camera));
    if clock.abs() > CLOCK_WARNS {
        warnings.push(Warning::Clock(clock));
    }
    warnings.extend((health.newer > 0).then_some(Warning::Newer(health.newer)));
    warnings.extend(health.celsius.filter(|celsius| *celsius >= CELSIUS_WARNS).map(Warning::Hot));
    warnings.extend(health.disk_free_mib.filter(|free| *free < DISK_WARNS_MIB).map(Warning::DiskFull));
    warnings
}

/// Whether a kiosk fails more people than it usually does at this time of day. `is_raised`: whether it did a moment
/// ago.
fn more_than_usual(
    store: &Store,
    kiosk: &KioskId,
    is_raised: bool,
    now: Timestamp,
) -> Result<Option<MoreThanUsual>, DeskError> {
    let from = now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
    // What happened in this very moment counts.
    let lately = store.tally(kiosk, from, Timestamp::MAX)?;
    // Nearly always it is not even worth asking what is usual.
    if failing(lately, Tally::default(), is_raised).is_none()
        && failing(lately, Tally { attempts: u32::MAX / 2, failed: 0 }, is_raised).is_none()
    {
        return Ok(None);
    }
    let here = now.to_zoned_datetime(store.zone().clone());
    let mut usual = Tally::default();
    for days in 1..=USUAL_DAYS {
        // The same time of day by the clinic's clocks, also over a change to summer time.
        let Ok(middle) = here.checked_sub(Span::new().days(days)) else { continue };
        let middle = middle.timestamp();
        let (from, to) = (middle.saturating_sub(LATELY * 2), middle.saturating_add(LATELY));
        let day = store.tally(kiosk, from.unwrap_or(Timestamp::MIN), to.unwrap_or(Timestamp::MAX))?;
        usual = Tally {
            attempts: usual.attempts.saturating_add(day.attempts),
            failed: usual.failed.saturating_add(day.failed),
        };
    }
    Ok(failing(lately, usual, is_raised))
}

impl Desk {
    /// Makes other keys for the pages of tickets; those that were printed until now lead to no page any more. `by`: who
    /// does it, for the audit.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn renew_page_keys(&self, by: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.renew_page_keys(by, now))?;
        self.notify();
        Ok(())
    }

    /// How every kiosk stands now. Read again when something has changed or a second has passed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosks(&self) -> Result<Arc<Watch>, DeskError> {
        let shared = self.part::<Shared<Watch>>();
        let turn = shared.my_turn();
        let now = self.now();
        let second = now.as_second();
        let (rules, times) = (self.settings().kiosks, self.settings().staff_time()?);
        let watch = self.with_store(|store| {
            let revision = store.revision()?;
            if let Some(watch) = shared.latest(|watch| watch.serves(revision, second)) {
                return Ok(watch);
            }
            let known = store.raised_alarms()?;
            let file = self.file_state().sentence();
            let readers = store.stopped_readers()?.iter().map(ReaderState::sentence).collect();
            let mut watch = Watch { revision, second, kiosks: Vec::new(), raised: Vec::new(), file, readers };
            for row in store.kiosk_rows()? {
                let is_failing = known.iter().any(|raised| raised.kiosk == row.id && raised.alarm == "failing");
                let more = more_than_usual(store, &row.id, is_failing, now)?;
                let service = store.service_order(&row.id)?;
                let mut watched = judge(row, service, more, rules, now);
                if let Some((count, why)) = store.set_aside_lately(&watched.row.id, now)? {
                    watched.alarms.push(Alarm::Aside(count, why));
                    if watched.standing == Standing::Working {
                        watched.standing = Standing::NeedsSomebody;
                    }
                }
                for alarm in &watched.alarms {
                    let is_it = |row: &&RaisedRow| {
                        row.kiosk == watched.row.id && row.alarm == alarm.code() && row.detail == alarm.detail()
                    };
                    let raised = known.iter().find(is_it);
                    watch.raised.push(Raised {
                        kiosk: watched.row.id.clone(),
                        place: watched.row.place.clone(),
                        sentence: alarm.sentence(&times),
                        alarm: alarm.clone(),
                        since: raised.map(|raised| raised.since),
                        seen: raised.and_then(|raised| raised.seen.clone()),
                    });
                }
                watch.kiosks.push(watched);
            }
            // First: it is about every kiosk.
            if let Some(restored) = store.restored()?.filter(|restored| restored.seen.is_none()) {
                let (since, alarm) = (Some(restored.at), Alarm::Restored(restored));
                let sentence = alarm.sentence(&times);
                watch.raised.insert(
                    0,
                    Raised { kiosk: KioskId::new(""), place: String::new(), alarm, sentence, since, seen: None },
                );
            }
            Ok(Arc::new(watch))
        })?;
        shared.keep(&watch);
        drop(turn);
        Ok(watch)
    }

    /// As [`Desk::kiosks`], without asking the file as long as this program knows of no change and the second has not
    /// passed; anyone who comes while someone reads waits for that reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) async fn kiosks_shared(&self) -> Result<Arc<Watch>, DeskError> {
        let serves = |watch: &Watch| watch.serves(self.told(), self.now().as_second());
        self.part::<Shared<Watch>>().latest_or(serves, self.blocking(Self::kiosks)).await
    }

    /// Looks how the kiosks stand, and wakes every page if an alarm is new or over: also one that only time brings.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn watch_kiosks(&self) -> Result<(), DeskError> {
        let now = self.now();
        let watch = self.kiosks()?;
        let of_kiosks = watch.raised.iter().filter(|raised| raised.alarm.code() != RESTORED);
        let on: Vec<_> =
            of_kiosks.map(|raised| (raised.kiosk.clone(), raised.alarm.code(), raised.alarm.detail())).collect();
        if self.with_store(|store| store.settle_alarms(&on, now))? {
            self.notify();
        }
        Ok(())
    }

    /// Notes that someone has seen an alarm as it was shown: it is quiet for everyone until it is over. `false` if it
    /// is another one by now.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn see_alarm(&self, kiosk: &KioskId, code: &str, since: Timestamp, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let seen = self.with_store(|store| match code {
            RESTORED => store.see_restored(since, user, now),
            _ => store.see_alarm(kiosk, code, since, user, now),
        })?;
        self.notify();
        Ok(seen)
    }

    /// Lets a kiosk whose log is another one than the desk holds go on behind it: what it has not told yet is taken at
    /// its next report.
    ///
    /// # Errors
    /// If there is no such kiosk, or the file cannot be written.
    pub fn adopt_kiosk(&self, kiosk: &KioskId, user: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.adopt_log(kiosk, user, now))?;
        self.notify();
        Ok(())
    }

    /// Tells a kiosk what someone wants of it: right away if it can be reached. Answers the order's number, or why it
    /// was not given.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn order(&self, kiosk: &KioskId, what: &OrderKind, user: &str) -> Result<Result<u64, OrderRefused>, DeskError> {
        self.order_for(kiosk, what, None, user)
    }

    /// As [`Desk::order`], for the person of a visit: the audit log has the patient it was for.
    ///
    /// # Errors
    /// As [`Desk::order`].
    pub fn order_for(
        &self,
        kiosk: &KioskId,
        what: &OrderKind,
        visit: Option<&AppointmentId>,
        user: &str,
    ) -> Result<Result<u64, OrderRefused>, DeskError> {
        let now = self.now();
        let given = self.with_store(|store| store.order_kiosk(kiosk, what, visit, user, now))?;
        self.notify();
        Ok(given)
    }

    /// Whether what is wanted of a kiosk now would reach it now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn reaches(&self, kiosk: &KioskId) -> Result<bool, DeskError> {
        let watch = self.kiosks()?;
        let found = watch.kiosks.iter().find(|watched| watched.row.id == *kiosk);
        let silent_after = SignedDuration::from_secs(i64::from(self.settings().kiosks.silent_after_seconds));
        let now = self.now();
        Ok(found
            .and_then(|watched| watched.row.health.as_ref())
            .is_some_and(|heard| now.duration_since(heard.at) < silent_after))
    }
}

#[cfg(test)]
mod tests;
