//! What happened in some days, read once from beginning to end for a report.
//!
//! Invariants: it is read by a connection of its own in one view of the file, so no one who works waits for it and
//! figures fit together; no name, no birth date and no value of a field is read.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, Row, params};

use super::{BUSY, Store, events, from_code, settings, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::StepTimes;
use crate::domain::language::Language;
use crate::domain::proposal::Field;
use crate::domain::queue::{VisitState, queue_of};
use crate::domain::reason::Reason;
use crate::domain::report::{Decision, Facts, Filter, Report, Tally};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::PrintOutcome;

/// The desk's file, open a second time and only to be read.
pub struct ReadOnly {
    pub(super) conn: Connection,
}

/// A first and a last day, both of them counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last; not before the first.
    pub to: Date,
}

impl Store {
    /// The file once more, to be read for longer than anyone should wait.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn read_only(&self) -> Result<ReadOnly, DeskError> {
        let path = self.conn.path().filter(|path| !path.is_empty()).ok_or(DeskError::NotADeskFile)?;
        let conn =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(BUSY)?;
        Ok(ReadOnly { conn })
    }
}

impl ReadOnly {
    /// Everything that happened on these days, as figures.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn report(&mut self, days: Days, filter: Filter, now: Timestamp) -> Result<Report, DeskError> {
        // One view of the file: a desk may be writing.
        let tx = self.conn.transaction()?;
        let settings = settings(&tx)?;
        let day = settings.day()?;
        let mut tally = Tally::new(day.zone().clone(), day.of(now), filter);
        visits(&tx, days, &settings, &mut tally)?;
        stops(&tx, days, &mut tally)?;
        changes(&tx, days, &mut tally)?;
        happened(&tx, days, &day, &mut tally)?;
        Ok(tally.finish())
    }
}

const FACTS: &str = "COALESCE(v.appointment_id, a.id), COALESCE(v.ticket_date, a.local_date),
 COALESCE(v.state, 'expected'), a.start_at, v.arrived_at, v.placed_at, v.called_at, v.started_at, v.done_at,
 v.ticket_number, v.kiosk, v.language, v.walk_in ->> '$.category', v.served_in, v.queue,
 a.body ->> '$.status', a.body ->> '$.service', a.body ->> '$.practitioner',
 (SELECT MIN(s.at) FROM staff_action s WHERE s.appointment_id = a.id AND s.action = 'book'), a.body ->> '$.booked_on'";

/// Visits are of the day of their ticket, else of their appointment.
fn visits(conn: &Connection, days: Days, settings: &ClinicSettings, tally: &mut Tally) -> Result<(), DeskError> {
    let zone = settings.zone()?;
    let mut queues = Queues { settings, known: HashMap::new() };
    let sql = format!(
        "SELECT {FACTS} FROM visit v LEFT JOIN appointment a ON a.id = v.appointment_id
         WHERE v.ticket_date BETWEEN ?1 AND ?2
         UNION ALL
         SELECT {FACTS} FROM appointment a LEFT JOIN visit v ON v.appointment_id = a.id
         WHERE a.local_date BETWEEN ?1 AND ?2 AND v.ticket_date IS NULL"
    );
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params![days.from.to_string(), days.to.to_string()])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        tally.visit(&id, &facts(row, &zone, &mut queues)?);
    }
    Ok(())
}

fn facts(row: &Row<'_>, zone: &TimeZone, queues: &mut Queues<'_>) -> Result<Facts, DeskError> {
    let text = |at: usize| row.get::<_, Option<String>>(at);
    let time = |at: usize| timestamp_or_none(text(at)?);
    let state: String = row.get(2)?;
    let walk_in = text(12)?;
    let (service, practitioner) = (text(16)?.unwrap_or_default(), text(17)?.unwrap_or_default());
    let said = [text(13)?, text(14)?].into_iter().flatten().find(|queue| !queue.is_empty());
    let queue = said.unwrap_or_else(|| queues.of(&service, &practitioner, walk_in.as_deref()));
    // What was booked here is on record; of everything else the list may say when it was made.
    let booked = match (time(18)?, text(19)?) {
        (Some(at), _) => Some(at.to_zoned_datetime(zone.clone()).date()),
        (None, said) => {
            said.map(|date| date.parse().map_err(|_| DeskError::Unreadable("an appointment"))).transpose()?
        }
    };
    Ok(Facts {
        date: row.get::<_, String>(1)?.parse().map_err(|_| DeskError::Unreadable("a date"))?,
        state: VisitState::from_code(&state).ok_or(DeskError::Unreadable("a visit"))?,
        listed: text(15)?.map(|code| from_code(code, "an appointment")).transpose()?,
        booked,
        start: time(3)?,
        arrived: time(4)?,
        placed: time(5)?,
        called: time(6)?,
        started: time(7)?,
        done: time(8)?,
        ticket: text(9)?.map(|number| number.parse().map_err(|_| DeskError::Unreadable("a ticket"))).transpose()?,
        kiosk: text(10)?,
        language: text(11)?.map(|code| from_code::<Language>(code, "a visit")).transpose()?,
        is_walk_in: walk_in.is_some(),
        service,
        queue,
    })
}

/// In which queue visits wait by the clinic's rules, each kind looked up once.
struct Queues<'a> {
    settings: &'a ClinicSettings,
    known: HashMap<(String, String, Option<String>), String>,
}

impl Queues<'_> {
    fn of(&mut self, service: &str, practitioner: &str, walk_in: Option<&str>) -> String {
        let key = (service.to_owned(), practitioner.to_owned(), walk_in.map(str::to_owned));
        self.known.entry(key).or_insert_with(|| queue_of(self.settings, service, practitioner, walk_in)).clone()
    }
}

fn stops(conn: &Connection, days: Days, tally: &mut Tally) -> Result<(), DeskError> {
    let mut statement =
        conn.prepare("SELECT kiosk, seq, appointment_id, reason, step FROM reason WHERE date BETWEEN ?1 AND ?2")?;
    let mut rows = statement.query(params![days.from.to_string(), days.to.to_string()])?;
    while let Some(row) = rows.next()? {
        let [kiosk, visit, reason, step]: [String; 4] = [row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?];
        tally.stop((&kiosk, row.get(1)?), &visit, from_code::<Reason>(reason, "a reason")?, &step);
    }
    Ok(())
}

fn changes(conn: &Connection, days: Days, tally: &mut Tally) -> Result<(), DeskError> {
    let mut statement =
        conn.prepare("SELECT appointment_id, field, decision FROM proposal WHERE date BETWEEN ?1 AND ?2")?;
    let mut rows = statement.query(params![days.from.to_string(), days.to.to_string()])?;
    while let Some(row) = rows.next()? {
        let [visit, field, decision]: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        let field = Field::from_code(&field).ok_or(DeskError::Unreadable("a change"))?;
        let decision = match decision.as_str() {
            "accepted" => Decision::Accepted,
            "rejected" => Decision::Rejected,
            _ => Decision::Open,
        };
        tally.change(&visit, field, decision);
    }
    Ok(())
}

/// What is in events alone: tickets that were printed, who walked away, and how long conversations took.
fn happened(conn: &Connection, days: Days, day: &ClinicDay, tally: &mut Tally) -> Result<(), DeskError> {
    let begins = |date: Date| day.begin_of(date).ok_or(DeskError::Unreadable("a date"));
    let after = days.to.tomorrow().unwrap_or(days.to);
    // What was received later than this did not happen on the last day, whatever the kiosk's clock said.
    let until =
        begins(after)?.saturating_add(events::BELIEVED_PAST + SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
    let mut statement = conn.prepare(
        "SELECT body ->> '$.at', received_at, body ->> '$.event.kind', body -> '$.event.outcome',
         body ->> '$.event.appointments[0]', body ->> '$.event.step', kiosk, body -> '$.event', happened_at
         FROM kiosk_event
         WHERE (body ->> '$.event.kind') IN ('ticket-printed', 'walked-away', 'conversation-ended')
         AND ((happened_at IS NULL AND received_at >= ?1 AND received_at < ?2)
             OR (happened_at >= ?1 AND happened_at < ?2))",
    )?;
    let mut rows = statement.query(params![begins(days.from)?.to_string(), until.to_string()])?;
    while let Some(row) = rows.next()? {
        let [at, received]: [String; 2] = [row.get(0)?, row.get(1)?];
        let date = day.of(events::happened_at(timestamp(&at)?, &received, row.get(8)?)?);
        if date < days.from || date > days.to {
            continue;
        }
        let broken = || DeskError::Unreadable("an event");
        match row.get::<_, String>(2)?.as_str() {
            "ticket-printed" => {
                let outcome: PrintOutcome = serde_json::from_str(&row.get::<_, String>(3)?).map_err(|_| broken())?;
                tally.printed(&row.get::<_, Option<String>>(4)?.unwrap_or_default(), outcome);
            }
            "walked-away" => tally.walked_away(&row.get::<_, String>(5)?),
            _ => {
                let times: StepTimes = serde_json::from_str(&row.get::<_, String>(7)?).map_err(|_| broken())?;
                tally.conversation(&row.get::<_, String>(6)?, &times);
            }
        }
    }
    Ok(())
}
