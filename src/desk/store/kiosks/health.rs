//! How kiosks are, as they last said, and what is wrong with them now.
//!
//! Invariant: pages are woken when something that staff see of a kiosk has changed, and not each time that it says the
//! same again.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{Lost, NumberTwice, Store, audit, bump, int, numbers, restored, timestamp, timestamp_or_none};
use super::orders;
use crate::desk::base::error::DeskError;
use crate::domain::ids::KioskId;
use crate::domain::kiosk::KioskRules;
use crate::domain::ticket::Series;
use crate::sync::wire::{Health, ListHealth};

/// What was heard is written again after this many seconds at the latest, however quiet a kiosk may be.
const WRITE_SECONDS_MAX: i64 = 60;
/// Within the time after which a kiosk is silent it is written this many times that it was heard.
const WRITES_PER_SILENCE: i64 = 3;
/// Clocks that differ by so much are said to.
pub const CLOCK_WARNS: SignedDuration = SignedDuration::from_mins(2);
/// The code of the alarm that reports are lost for good.
pub const LOST: &str = "lost";
/// The code of the alarm that a number is on two papers.
pub const NUMBER_TWICE: &str = "number-twice";
/// With less free space the kiosk's file may soon not grow any more.
pub const DISK_WARNS_MIB: u64 = 200;
/// At 80 the processor of a Pi is slowed down.
pub const CELSIUS_WARNS: i16 = 80;

/// A kiosk, and what is known of how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct KioskRow {
    /// Its name.
    pub id: KioskId,
    /// What its tickets begin with.
    pub series: Series,
    /// Where it stands; may be empty.
    pub place: String,
    /// When it last posted events.
    pub posted_at: Option<Timestamp>,
    /// What it last said of itself; none if it never did.
    pub health: Option<HeardHealth>,
    /// Its log is another one than the desk holds; whether staff let it go on behind that.
    pub other_log: Option<bool>,
    /// It has not told everything since an older copy of the desk's file was put back.
    pub is_behind: bool,
    /// What it can never tell, if no one has looked at that yet.
    pub lost: Option<Lost>,
    /// Numbers that it gave out and that others have, or that were not its own to give; those that no one has seen.
    pub numbers: Vec<NumberTwice>,
    /// This many of its reports have a word in them that this program does not know.
    pub newer: u64,
}

/// What a kiosk said of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardHealth {
    /// What it said.
    pub health: Health,
    /// When it was last heard, to within a minute.
    pub at: Timestamp,
    /// Since when it was never silent.
    pub online_since: Timestamp,
    /// How far the desk's clock was ahead of the kiosk's.
    pub clock: SignedDuration,
    /// Since when events have been waiting there without a pause.
    pub waiting_since: Option<Timestamp>,
    /// How its list differs from the desk's, if it does.
    pub list: Option<ListDiffers>,
}

/// A kiosk that has heard everything has another list of today than the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListDiffers {
    /// This many appointments of today are at the kiosk.
    pub kiosk: u32,
    /// This many are here.
    pub desk: u32,
    /// Since when.
    pub since: Timestamp,
}

impl KioskRow {
    /// When it was last heard of at all.
    #[must_use]
    pub fn heard_at(&self) -> Option<Timestamp> {
        self.posted_at.max(self.health.as_ref().map(|heard| heard.at))
    }
}

/// An alarm that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedRow {
    /// At which kiosk.
    pub kiosk: KioskId,
    /// Which, by its code.
    pub alarm: String,
    /// What more there is to it; another detail is another alarm.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
    /// Who has seen it, and when.
    pub seen: Option<(String, Timestamp)>,
}

impl Store {
    /// Keeps what a kiosk says of itself. Written if staff would see a difference, and else once in a while. Answers
    /// whether its list of today is another one than the desk's.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn take_health(
        &mut self,
        kiosk: &KioskId,
        health: &Health,
        rules: KioskRules,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let before = heard(&self.conn, kiosk)?;
        let silent = i64::from(rules.silent_after_seconds);
        let clock = now.duration_since(health.now);
        let since_heard = before.as_ref().map(|before| now.duration_since(before.at));
        // A clock of the desk's own that was set back is no reason to call anyone silent, nor to write nothing.
        let was_silent = since_heard.is_none_or(|since| since.as_secs() >= silent);
        let was = before.as_ref().and_then(|before| before.list);
        let list = match (&health.list, compare(&self.conn, health.list, self.date_at(now))?) {
            (None, _) | (_, Compared::Same) => None,
            // A change is on its way, or the kiosk is at another day: no one knows.
            (_, Compared::NotYet) => was,
            (_, Compared::Different(kiosk, desk)) => {
                Some(ListDiffers { kiosk, desk, since: was.map_or(now, |was| was.since) })
            }
        };
        let is_news = was != list
            || before.as_ref().is_none_or(|before| visible(&before.health, before.clock) != visible(health, clock));
        let is_time = since_heard.is_none_or(|since| {
            since.is_negative() || since.as_secs() >= WRITE_SECONDS_MAX.min(silent / WRITES_PER_SILENCE)
        });
        if !was_silent && !is_news && !is_time {
            return Ok(list.is_some());
        }
        let online_since = before.as_ref().filter(|_| !was_silent).map_or(now, |before| before.online_since);
        let waiting_since =
            (health.waiting > 0).then(|| before.as_ref().and_then(|before| before.waiting_since).unwrap_or(now));
        let body = serde_json::to_string(health).map_err(|_| DeskError::Unreadable("a kiosk's health"))?;
        let tx = self.write()?;
        tx.execute(
            "INSERT INTO kiosk_health(kiosk, body, heard_at, online_since, clock_ms, waiting_since, list_desk,
                 list_since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT(kiosk) DO UPDATE SET body = excluded.body, heard_at = excluded.heard_at,
             online_since = excluded.online_since, clock_ms = excluded.clock_ms,
             waiting_since = excluded.waiting_since, list_desk = excluded.list_desk, list_since = excluded.list_since",
            params![
                kiosk.as_str(),
                body,
                now.to_string(),
                online_since.to_string(),
                i64::try_from(clock.as_millis()).unwrap_or(i64::MAX),
                waiting_since.map(|since| since.to_string()),
                list.map_or(0, |list| list.desk),
                list.map(|list| list.since.to_string())
            ],
        )?;
        orders::obeyed(&tx, kiosk, health, now)?;
        if was_silent || is_news {
            bump(&tx)?;
        }
        tx.commit()?;
        Ok(list.is_some())
    }

    /// Every kiosk with what is known of how it is, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_rows(&self) -> Result<Vec<KioskRow>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, letter, place, heard_at, other_log, adopt_at IS NOT NULL, in_step FROM kiosk ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            let log = row.get::<_, bool>(4)?.then_some(row.get::<_, bool>(5)?);
            Ok((
                KioskId::new(row.get::<_, String>(0)?),
                row.get::<_, String>(1)?,
                row.get(2)?,
                row.get(3)?,
                log,
                row.get::<_, bool>(6)?,
            ))
        })?;
        rows.map(|row| {
            let (id, letter, place, posted, other_log, is_in_step) = row?;
            let series = letter.parse().map_err(|_| DeskError::Unreadable("the letters of a kiosk's tickets"))?;
            let health = heard(&self.conn, &id)?;
            let lost = restored::lost(&self.conn, &id)?;
            let newer: i64 = self
                .conn
                .prepare_cached("SELECT COUNT(*) FROM kiosk_event WHERE kiosk = ?1 AND newer = 1")?
                .query_row([id.as_str()], |row| row.get(0))?;
            let newer = newer.unsigned_abs();
            let (numbers, posted_at) = (numbers::unseen(&self.conn, &id)?, timestamp_or_none(posted)?);
            Ok(KioskRow {
                id,
                series,
                place,
                posted_at,
                health,
                other_log,
                is_behind: !is_in_step,
                lost,
                numbers,
                newer,
            })
        })
        .collect()
    }

    /// The alarms that are on, by kiosk.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn raised_alarms(&self) -> Result<Vec<RaisedRow>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kiosk, alarm, detail, since, seen_by, seen_at FROM kiosk_alarm ORDER BY kiosk, alarm",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, Option<String>>(4)?,
                row.get(5)?,
            ))
        })?;
        rows.map(|row| {
            let (kiosk, alarm, detail, since, by, seen) = row?;
            let seen = by.zip(timestamp_or_none(seen)?);
            Ok(RaisedRow { kiosk: KioskId::new(kiosk), alarm, detail, since: timestamp(&since)?, seen })
        })
        .collect()
    }

    /// Puts the alarms that are on in place of those that were: kiosk, code and detail of each. One that was on stays
    /// as it is, also if someone has seen it. Answers whether anything changed.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn settle_alarms(&mut self, on: &[(KioskId, &'static str, String)], now: Timestamp) -> Result<bool, DeskError> {
        let before = self.raised_alarms()?;
        let is_as = |row: &RaisedRow, (kiosk, code, detail): &(KioskId, &'static str, String)| {
            row.kiosk == *kiosk && row.alarm == *code && row.detail == *detail
        };
        if before.len() == on.len() && on.iter().all(|one| before.iter().any(|row| is_as(row, one))) {
            return Ok(false);
        }
        let tx = self.write()?;
        for row in before.iter().filter(|row| !on.iter().any(|one| is_as(row, one))) {
            tx.execute(
                "DELETE FROM kiosk_alarm WHERE kiosk = ?1 AND alarm = ?2",
                params![row.kiosk.as_str(), row.alarm],
            )?;
        }
        for (kiosk, code, detail) in on {
            tx.execute(
                "INSERT INTO kiosk_alarm(kiosk, alarm, detail, since) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![kiosk.as_str(), code, detail, now.to_string()],
            )?;
        }
        bump(&tx)?;
        tx.commit()?;
        Ok(true)
    }

    /// Notes that someone has seen an alarm as it was shown to them. `false` if it is not on any more, is another one
    /// by now, or was seen already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn see_alarm(
        &mut self,
        kiosk: &KioskId,
        code: &str,
        since: Timestamp,
        user: &str,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let seen = tx.execute(
            "UPDATE kiosk_alarm SET seen_at = ?4, seen_by = ?5
             WHERE kiosk = ?1 AND alarm = ?2 AND since = ?3 AND seen_at IS NULL",
            params![kiosk.as_str(), code, since.to_string(), now.to_string(), user],
        )?;
        if seen == 0 {
            return Ok(false);
        }
        match code {
            LOST => restored::see_lost(&tx, kiosk, user, now)?,
            NUMBER_TWICE => numbers::see(&tx, kiosk, user, now)?,
            _ => {}
        }
        bump(&tx)?;
        let about = format!("kiosk {kiosk}, {code}");
        audit::add(&tx, &audit::Entry { at: now, user, action: "kiosk-alarm-seen", patient: "", about: &about })?;
        tx.commit()?;
        Ok(true)
    }
}

/// What staff see a difference in.
fn visible(health: &Health, clock: SignedDuration) -> impl PartialEq {
    (
        (
            health.version.clone(),
            health.protocol,
            health.started,
            health.out_of_service,
            health.obeyed,
            health.waiting > 0,
            health.newer,
        ),
        [&health.printer, &health.scanner, &health.camera].map(Clone::clone),
        health.ends.clone(),
        health.celsius.is_some_and(|celsius| celsius >= CELSIUS_WARNS),
        health.disk_free_mib.is_some_and(|free| free < DISK_WARNS_MIB),
        clock.abs() > CLOCK_WARNS,
        health.brake.map(|brake| brake.until.is_some()),
    )
}

/// What came of comparing lists.
enum Compared {
    /// They have the same number.
    Same,
    /// There is something that the kiosk has not heard, or it speaks of another day.
    NotYet,
    /// This many there, this many here.
    Different(u32, u32),
}

/// Compares how many appointments of today a kiosk has with how many it was told.
fn compare(conn: &Connection, list: Option<ListHealth>, today: Date) -> Result<Compared, DeskError> {
    let Some(ListHealth { cursor, date, appointments }) = list.filter(|list| list.date == today) else {
        return Ok(Compared::NotYet);
    };
    // Who has no whole date of birth is not told to kiosks.
    let mut told = conn.prepare_cached(
        "SELECT COUNT(CASE WHEN length(body ->> '$.person.birth_date') = 10 THEN 1 END), COALESCE(MAX(revision), 0)
         FROM appointment WHERE local_date = ?1",
    )?;
    let (desk, newest): (u32, i64) = told.query_row([date.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut other = conn.prepare_cached(
        "SELECT MAX(COALESCE((SELECT MAX(revision) FROM appointment WHERE left_date = ?1), 0),
         COALESCE((SELECT MAX(revision) FROM removed_appointment), 0))",
    )?;
    let newest = newest.max(other.query_row([date.to_string()], |row| row.get(0))?);
    Ok(if newest > int(cursor) {
        Compared::NotYet
    } else if desk == appointments {
        Compared::Same
    } else {
        Compared::Different(appointments, desk)
    })
}

pub(super) fn heard(conn: &Connection, kiosk: &KioskId) -> Result<Option<HeardHealth>, DeskError> {
    type Row = (String, String, String, i64, Option<String>, u32, Option<String>);
    let row: Option<Row> = conn
        .prepare_cached(
            "SELECT body, heard_at, online_since, clock_ms, waiting_since, list_desk, list_since FROM kiosk_health
             WHERE kiosk = ?1",
        )?
        .query_row([kiosk.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        })
        .optional()?;
    row.map(|(body, at, online, clock, waiting, desk, list_since)| {
        let health: Health = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a kiosk's health"))?;
        let at_kiosk = health.list.map_or(0, |list| list.appointments);
        Ok(HeardHealth {
            list: timestamp_or_none(list_since)?.map(|since| ListDiffers { kiosk: at_kiosk, desk, since }),
            health,
            at: timestamp(&at)?,
            online_since: timestamp(&online)?,
            clock: SignedDuration::from_millis(clock),
            waiting_since: timestamp_or_none(waiting)?,
        })
    })
    .transpose()
}
