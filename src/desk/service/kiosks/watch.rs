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
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::desk::store::HeardHealth;
    use crate::desk::store::ListDiffers;
    use crate::domain::when::{DateStyle, StaffTime};

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().unwrap()
    }

    fn well(now: Timestamp) -> Health {
        let ready = || DeviceHealth { is: Condition::Ready, why: String::new() };
        Health {
            version: "0.1.0".into(),
            protocol: PROTOCOL,
            started: now,
            now,
            waiting: 0,
            printer: ready(),
            scanner: ready(),
            camera: DeviceHealth { is: Condition::Absent, why: String::new() },
            celsius: Some(55),
            disk_free_mib: Some(9000),
            newer: 0,
            out_of_service: false,
            obeyed: 0,
            ends: Vec::new(),
            list: None,
            brake: None,
        }
    }

    fn differs(since: &str) -> Option<ListDiffers> {
        Some(ListDiffers { kiosk: 0, desk: 12, since: at(since) })
    }

    #[test]
    fn how_a_kiosk_stands_follows_from_what_was_heard_and_the_time() {
        /// What it is called, what is different, what staff or the hour said, and what comes of it: standing, alarms,
        /// warnings.
        type Case = (&'static str, fn(&mut HeardHealth), &'static str, Standing, &'static [&'static str], usize);
        let more = MoreThanUsual { lately: Tally { attempts: 10, failed: 6 }, usual_of_ten: Some(1) };
        let now = at("14:00:00");
        let cases: &[Case] = &[
            ("well", |_| {}, "", Standing::Working, &[], 0),
            ("89 s", |heard| heard.at = at("13:58:31"), "", Standing::Working, &[], 0),
            ("90 s", |heard| heard.at = at("13:58:30"), "", Standing::Silent, &["offline since 1:58 PM"], 0),
            (
                "out of paper",
                |heard| heard.health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".into() },
                "",
                Standing::NeedsSomebody,
                &["printer: out of paper"],
                0,
            ),
            (
                "paper soon",
                |heard| heard.health.printer = DeviceHealth { is: Condition::Soon, why: "paper is nearly out".into() },
                "",
                Standing::NeedsSomebody,
                &[],
                1,
            ),
            ("no printer", |heard| heard.health.printer.is = Condition::Absent, "", Standing::Working, &[], 0),
            ("no scanner", |heard| heard.health.scanner.is = Condition::Failed, "", Standing::NeedsSomebody, &[], 1),
            (
                "a moment of waiting",
                |heard| (heard.health.waiting, heard.waiting_since) = (3, Some(at("13:58:01"))),
                "",
                Standing::Working,
                &[],
                0,
            ),
            (
                "waiting",
                |heard| (heard.health.waiting, heard.waiting_since) = (3, Some(at("13:58:00"))),
                "",
                Standing::NeedsSomebody,
                &["3 reports have been waiting to upload since 1:58 PM"],
                0,
            ),
            ("clock", |heard| heard.clock = SignedDuration::from_secs(121), "", Standing::NeedsSomebody, &[], 1),
            ("clock, nearly", |heard| heard.clock = SignedDuration::from_secs(-120), "", Standing::Working, &[], 0),
            (
                "hot and full",
                |heard| (heard.health.celsius, heard.health.disk_free_mib) = (Some(80), Some(199)),
                "",
                Standing::NeedsSomebody,
                &[],
                2,
            ),
            (
                "out by itself",
                |heard| heard.health.out_of_service = true,
                "",
                Standing::NeedsSomebody,
                &["out of service by itself: sends patients to the desk"],
                0,
            ),
            (
                "failing",
                |_| {},
                "more",
                Standing::NeedsSomebody,
                &["more than usual: 6 of 10 gave up or were stopped in the last hour, usually 1 of 10"],
                0,
            ),
            ("another list, just now", |heard| heard.list = differs("13:58:01"), "", Standing::Working, &[], 0),
            (
                "another list",
                |heard| heard.list = differs("13:58:00"),
                "",
                Standing::NeedsSomebody,
                &["its list for today is wrong: it has 0 appointments, the desk has 12"],
                0,
            ),
            (
                "silent hides the rest",
                |heard| (heard.at, heard.health.out_of_service) = (at("13:00:00"), true),
                "more",
                Standing::Silent,
                &["offline since 1:00 PM"],
                0,
            ),
            ("by staff", |heard| heard.health.out_of_service = true, "out", Standing::OutOfService, &[], 0),
            ("by staff, silent", |heard| heard.at = at("13:00:00"), "out", Standing::OutOfService, &[], 0),
            (
                "by staff, no paper",
                |heard| heard.health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".into() },
                "out",
                Standing::OutOfService,
                &[],
                0,
            ),
            ("back in service", |_| {}, "in", Standing::Working, &[], 0),
        ];
        for (what, change, extra, standing, alarms, warnings) in cases {
            let mut heard = HeardHealth {
                health: well(now),
                at: now,
                online_since: now,
                clock: SignedDuration::ZERO,
                waiting_since: None,
                list: None,
            };
            change(&mut heard);
            let row = KioskRow {
                id: "lobby".into(),
                series: crate::domain::ticket::Series::FIRST,
                place: String::new(),
                posted_at: None,
                health: Some(heard),
                other_log: None,
                is_behind: false,
                lost: None,
                numbers: Vec::new(),
                newer: 0,
            };
            let service = match *extra {
                "out" => Some((OrderKind::OutOfService { text: "Cleaning".into() }, "ana".to_owned(), now)),
                "in" => Some((OrderKind::InService, "ana".to_owned(), now)),
                _ => None,
            };
            let utc = StaffTime { zone: TimeZone::UTC, style: DateStyle::default() };
            let watched = judge(row, service, (*extra == "more").then_some(more), KioskRules::default(), now);
            let said: Vec<String> = watched.alarms.iter().map(|alarm| alarm.sentence(&utc)).collect();
            assert_eq!(
                (watched.standing, &said[..], watched.warnings.len()),
                (*standing, &alarms.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()[..], *warnings),
                "{what}"
            );
        }
    }

    #[test]
    fn a_kiosk_that_never_told_how_it_is_alarms_nobody_and_one_that_posts_is_not_silent() {
        let now = at("14:00:00");
        let row = |posted, health| KioskRow {
            id: "lobby".into(),
            series: crate::domain::ticket::Series::FIRST,
            place: String::new(),
            posted_at: posted,
            health,
            other_log: None,
            is_behind: false,
            lost: None,
            numbers: Vec::new(),
            newer: 0,
        };
        let judged = |row| judge(row, None, None, KioskRules::default(), now);
        for posted in [None, Some(at("09:00:00"))] {
            let watched = judged(row(posted, None));
            assert_eq!((watched.standing, watched.alarms.len()), (Standing::Unknown, 0));
        }
        let heard = HeardHealth {
            health: well(now),
            at: at("13:00:00"),
            online_since: now,
            clock: SignedDuration::ZERO,
            waiting_since: None,
            list: None,
        };
        assert_eq!(judged(row(Some(at("13:59:00")), Some(heard.clone()))).standing, Standing::Working);
        // A program of another time works, and says which one to update.
        for (protocol, older) in
            [(PROTOCOL - 1, Some(Older::Kiosk)), (PROTOCOL, None), (PROTOCOL + 7, Some(Older::Desk))]
        {
            let heard = HeardHealth { health: Health { protocol, ..well(now) }, ..heard.clone() };
            let watched = judged(row(Some(at("13:59:00")), Some(heard)));
            assert_eq!((watched.standing, watched.older), (Standing::Working, older));
        }
        assert_eq!(judged(row(Some(at("12:59:00")), Some(heard))).standing, Standing::Silent);
    }
}
