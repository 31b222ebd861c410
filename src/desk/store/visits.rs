//! The desk's list of a day, what staff do with it, and how it is rebuilt from what was recorded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::error::DeskError;
use super::feed::read_ticket;
use super::{Store, appointments, bump, events, from_code, int, timestamp, timestamp_or_none};
use crate::domain::appointment::{Appointment, AppointmentStatus};
use crate::domain::event::LoggedEvent;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::language::Language;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, Ticket};

/// One visit as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// Which.
    pub id: AppointmentId,
    /// As the booking system has it; none if a kiosk named a visit that is not on the desk's list.
    pub appointment: Option<Appointment>,
    /// Where it stands.
    pub state: VisitState,
    /// The ticket that counts.
    pub ticket: Option<Ticket>,
    /// Further tickets that other kiosks gave out for it.
    pub duplicates: Vec<Ticket>,
    /// Where they checked in.
    pub kiosk: Option<KioskId>,
    /// How they want to be called.
    pub call_as: CallAs,
    /// The language in which they used the kiosk.
    pub language: Option<Language>,
    /// When they checked in.
    pub arrived_at: Option<Timestamp>,
    /// What the printer said, in words.
    pub print: Option<String>,
    /// When and by whom the arrival was seen.
    pub seen: Option<(Timestamp, String)>,
    /// When and by whom they were called.
    pub called: Option<(Timestamp, String)>,
    /// When and by whom the visit was closed.
    pub done: Option<(Timestamp, String)>,
    /// Why somebody is or was needed; most urgent first.
    pub reasons: Vec<ReasonRow>,
}

/// Why somebody is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonRow {
    /// Why.
    pub reason: Reason,
    /// Which kiosk said so.
    pub kiosk: KioskId,
    /// Its position in that kiosk's log.
    pub seq: u64,
    /// Since when.
    pub at: Timestamp,
    /// The language in which they used the kiosk.
    pub language: Option<Language>,
    /// When and by whom it was taken care of.
    pub taken: Option<(Timestamp, String)>,
}

/// Somebody at a kiosk whom nobody knows yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The latest reason of this kind at this kiosk.
    pub latest: ReasonRow,
    /// How many times it came.
    pub times: u32,
}

/// What a member of staff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAction {
    /// Has noticed the arrival, and takes care of its reasons.
    Seen,
    /// Calls the patient.
    Call,
    /// Closes the visit.
    Done,
    /// Takes the last step back.
    Undo,
}

impl StaffAction {
    /// The name in data and addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Call => "call",
            Self::Done => "done",
            Self::Undo => "undo",
        }
    }

    /// The action of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Seen, Self::Call, Self::Done, Self::Undo].into_iter().find(|action| action.code() == code)
    }
}

/// What an action is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffWork {
    /// A visit.
    Visit(AppointmentId),
    /// Stops of one kind at a kiosk by people who are not known, up to this position in its log.
    Stop(KioskId, u64),
}

const VISIT_COLUMNS: &str =
    "v.appointment_id, v.state, v.kiosk, v.ticket_number, v.ticket_date, v.call_as, v.language, v.arrived_at, v.print,
 v.seen_at, v.seen_by, v.called_at, v.called_by, v.done_at, v.done_by";

impl Store {
    /// Every visit of the clinic's date: those on the list, those whose ticket or trouble is of that day.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of(&self, date: Date) -> Result<Vec<VisitRow>, DeskError> {
        let date = date.to_string();
        let mut rows: BTreeMap<String, VisitRow> = BTreeMap::new();
        let mut statement = self.conn.prepare_cached(
            "SELECT id, body FROM appointment WHERE local_date = ?1 OR id IN (SELECT appointment_id FROM visit WHERE ticket_date = ?1)
             OR id IN (SELECT appointment_id FROM reason WHERE date = ?1)",
        )?;
        let listed: Vec<(String, String)> =
            statement.query_map([&date], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (id, body) in listed {
            let appointment = appointments::read(&body)?;
            rows.insert(id.clone(), VisitRow::new(&id, Some(appointment)));
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {VISIT_COLUMNS} FROM visit v WHERE v.ticket_date = ?1
             OR v.appointment_id IN (SELECT id FROM appointment WHERE local_date = ?1)
             OR v.appointment_id IN (SELECT appointment_id FROM reason WHERE date = ?1)"
        ))?;
        let facts: Vec<VisitFacts> = statement.query_map([&date], VisitFacts::read)?.collect::<Result<_, _>>()?;
        for fact in facts {
            let row = rows.entry(fact.id.clone()).or_insert_with_key(|id| VisitRow::new(id, None));
            fact.put_into(row)?;
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {REASON_COLUMNS} FROM reason WHERE appointment_id <> '' AND solved_at IS NULL
             AND (date = ?1 OR appointment_id IN (SELECT id FROM appointment WHERE local_date = ?1)
             OR appointment_id IN (SELECT appointment_id FROM visit WHERE ticket_date = ?1))"
        ))?;
        let reasons: Vec<ReasonFacts> = statement.query_map([&date], ReasonFacts::read)?.collect::<Result<_, _>>()?;
        for facts in reasons {
            if let Some(row) = rows.get_mut(&facts.appointment) {
                row.reasons.push(facts.into_row()?);
            }
        }
        for (id, ticket) in duplicates(&self.conn, Some(&date))? {
            if let Some(row) = rows.get_mut(&id) {
                row.duplicates.push(ticket);
            }
        }
        Ok(rows.into_values().map(VisitRow::finish).collect())
    }

    /// One visit, whatever its day; none if neither the list nor a kiosk ever named it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit(&self, id: &AppointmentId) -> Result<Option<VisitRow>, DeskError> {
        let appointment = self.appointment(id)?;
        let facts = self
            .conn
            .query_row(&format!("SELECT {VISIT_COLUMNS} FROM visit v WHERE v.appointment_id = ?1"), [id.as_str()], VisitFacts::read)
            .optional()?;
        if appointment.is_none() && facts.is_none() {
            return Ok(None);
        }
        let mut row = VisitRow::new(id.as_str(), appointment);
        if let Some(facts) = facts {
            facts.put_into(&mut row)?;
        }
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {REASON_COLUMNS} FROM reason WHERE appointment_id = ?1 AND solved_at IS NULL"))?;
        let reasons: Vec<ReasonFacts> = statement.query_map([id.as_str()], ReasonFacts::read)?.collect::<Result<_, _>>()?;
        for facts in reasons {
            row.reasons.push(facts.into_row()?);
        }
        row.duplicates = duplicates(&self.conn, None)?.into_iter().filter(|(other, _)| other == id.as_str()).map(|(_, t)| t).collect();
        Ok(Some(row.finish()))
    }

    /// Stops of the day by people who are not known: one row for each kiosk and reason, open ones apart from those taken care of.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stops_of(&self, date: Date) -> Result<Vec<Stop>, DeskError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("SELECT {REASON_COLUMNS} FROM reason WHERE appointment_id = '' AND date = ?1 ORDER BY kiosk, seq"))?;
        let rows: Vec<ReasonFacts> = statement.query_map([date.to_string()], ReasonFacts::read)?.collect::<Result<_, _>>()?;
        let mut stops: BTreeMap<(String, Reason, i64), Stop> = BTreeMap::new();
        for facts in rows {
            let taken = facts.taken_revision.unwrap_or(0);
            let row = facts.into_row()?;
            stops
                .entry((row.kiosk.to_string(), row.reason, taken))
                .and_modify(|stop| {
                    // Since when: the first of them. Which: the latest, so that taking care covers all.
                    stop.times += 1;
                    stop.latest = ReasonRow { at: stop.latest.at, ..row.clone() };
                })
                .or_insert(Stop { latest: row, times: 1 });
        }
        Ok(stops.into_values().collect())
    }

    /// Does what a member of staff asks, and records it. Answers `false` if there was nothing to do, as
    /// when two people press the same button.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn act(&mut self, work: &StaffWork, action: StaffAction, user: &str, now: Timestamp) -> Result<bool, DeskError> {
        let tx = self.write()?;
        let n = int(bump(&tx)?);
        if !act(&tx, work, action, user, now, n)? {
            return Ok(false);
        }
        let (appointment, kiosk, seq) = match work {
            StaffWork::Visit(id) => (Some(id.as_str()), None, None),
            StaffWork::Stop(kiosk, seq) => (None, Some(kiosk.as_str()), Some(int(*seq))),
        };
        tx.execute(
            "INSERT INTO staff_action(revision, at, user_name, action, appointment_id, kiosk, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![n, now.to_string(), user, action.code(), appointment, kiosk, seq],
        )?;
        tx.commit()?;
        Ok(true)
    }

    /// Everything staff did, oldest first: when, who, what, about what.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn staff_actions(&self) -> Result<Vec<(Timestamp, String, StaffAction, StaffWork)>, DeskError> {
        Ok(recorded_actions(&self.conn)?.into_iter().map(|a| (a.at, a.user, a.action, a.work)).collect())
    }

    /// Makes visits, tickets and reasons anew from the recorded events and staff actions.
    ///
    /// # Errors
    /// If the file cannot be read or written; then everything is as it was.
    pub fn rebuild_visits(&mut self) -> Result<(), DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        tx.execute_batch("DELETE FROM visit; DELETE FROM ticket; DELETE FROM reason;")?;
        let mut statement = tx.prepare("SELECT revision, kiosk, received_at, body FROM kiosk_event ORDER BY revision")?;
        let events: Vec<(i64, String, String, String)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?.collect::<Result<_, _>>()?;
        drop(statement);
        let mut actions = recorded_actions(&tx)?.into_iter().peekable();
        for (n, kiosk, received, body) in events {
            while let Some(action) = actions.next_if(|action| action.revision < n) {
                act(&tx, &action.work, action.action, &action.user, action.at, action.revision)?;
            }
            let event: LoggedEvent = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
            events::apply(&tx, &zone, &kiosk, &event, timestamp(&received)?)?;
        }
        for action in actions {
            act(&tx, &action.work, action.action, &action.user, action.at, action.revision)?;
        }
        tx.commit()?;
        Ok(())
    }
}

struct Recorded {
    revision: i64,
    at: Timestamp,
    user: String,
    action: StaffAction,
    work: StaffWork,
}

fn recorded_actions(conn: &Connection) -> Result<Vec<Recorded>, DeskError> {
    let mut statement =
        conn.prepare("SELECT revision, at, user_name, action, appointment_id, kiosk, seq FROM staff_action ORDER BY revision")?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, Option<String>>(4)?,
            row.get::<_, Option<String>>(5)?,
            row.get::<_, Option<i64>>(6)?,
        ))
    })?;
    rows.map(|row| {
        let (revision, at, user, action, appointment, kiosk, seq) = row?;
        let work = match (appointment, kiosk, seq) {
            (Some(id), _, _) => StaffWork::Visit(AppointmentId::new(id)),
            (None, Some(kiosk), Some(seq)) => StaffWork::Stop(KioskId::new(kiosk), seq.unsigned_abs()),
            _ => return Err(DeskError::Unreadable("a staff action")),
        };
        let action = StaffAction::from_code(&action).ok_or(DeskError::Unreadable("a staff action"))?;
        Ok(Recorded { revision, at: timestamp(&at)?, user, action, work })
    })
    .collect()
}

fn act(conn: &Connection, work: &StaffWork, action: StaffAction, user: &str, at: Timestamp, n: i64) -> Result<bool, DeskError> {
    match work {
        StaffWork::Visit(id) => act_on_visit(conn, id.as_str(), action, user, &at.to_string(), n),
        StaffWork::Stop(kiosk, seq) => act_on_stop(conn, kiosk.as_str(), int(*seq), action, user, &at.to_string(), n),
    }
}

fn act_on_visit(conn: &Connection, id: &str, action: StaffAction, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let found: Option<(String, bool, bool)> = conn
        .query_row("SELECT state, seen_at IS NOT NULL, called_at IS NOT NULL FROM visit WHERE appointment_id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((state, seen, called)) = found else { return Ok(false) };
    let state = VisitState::from_code(&state).ok_or(DeskError::Unreadable("a visit"))?;
    let take_reasons = || {
        conn.execute(
            "UPDATE reason SET taken_at = ?2, taken_by = ?3, taken_revision = ?4 WHERE appointment_id = ?1 AND taken_at IS NULL",
            params![id, at, user, n],
        )
    };
    let give_back_reasons = || {
        conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1 AND taken_revision =
             (SELECT MAX(taken_revision) FROM reason WHERE appointment_id = ?1)",
            [id],
        )
    };
    let see =
        || conn.execute("UPDATE visit SET seen_at = ?2, seen_by = ?3 WHERE appointment_id = ?1 AND seen_at IS NULL", params![id, at, user]);
    match (action, state) {
        (StaffAction::Seen, _) => {
            if take_reasons()? + see()? == 0 {
                return Ok(false);
            }
        }
        (StaffAction::Call, VisitState::Arrived) => {
            see()?;
            conn.execute(
                "UPDATE visit SET state = 'called', called_at = ?2, called_by = ?3 WHERE appointment_id = ?1",
                params![id, at, user],
            )?;
        }
        (StaffAction::Done, VisitState::Arrived | VisitState::Called) => {
            take_reasons()?;
            see()?;
            conn.execute("UPDATE visit SET state = 'done', done_at = ?2, done_by = ?3 WHERE appointment_id = ?1", params![id, at, user])?;
        }
        (StaffAction::Undo, VisitState::Done) => {
            conn.execute(
                "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE appointment_id = ?1
                 AND taken_at = (SELECT done_at FROM visit WHERE appointment_id = ?1)",
                [id],
            )?;
            let before = if called { VisitState::Called } else { VisitState::Arrived };
            conn.execute(
                "UPDATE visit SET state = ?2, done_at = NULL, done_by = NULL WHERE appointment_id = ?1",
                params![id, before.code()],
            )?;
        }
        (StaffAction::Undo, VisitState::Called) => {
            conn.execute("UPDATE visit SET state = 'arrived', called_at = NULL, called_by = NULL WHERE appointment_id = ?1", [id])?;
        }
        (StaffAction::Undo, _) if seen => {
            give_back_reasons()?;
            conn.execute("UPDATE visit SET seen_at = NULL, seen_by = NULL WHERE appointment_id = ?1", [id])?;
        }
        _ => return Ok(false),
    }
    events::touch(conn, id)?;
    Ok(true)
}

fn act_on_stop(conn: &Connection, kiosk: &str, seq: i64, action: StaffAction, user: &str, at: &str, n: i64) -> Result<bool, DeskError> {
    let rows = match action {
        StaffAction::Seen => conn.execute(
            "UPDATE reason SET taken_at = ?3, taken_by = ?4, taken_revision = ?5 WHERE kiosk = ?1 AND seq <= ?2 AND appointment_id = ''
             AND taken_at IS NULL AND reason = (SELECT MAX(reason) FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq, at, user, n],
        )?,
        StaffAction::Undo => conn.execute(
            "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL WHERE kiosk = ?1 AND appointment_id = ''
             AND taken_revision = (SELECT MAX(taken_revision) FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = '')",
            params![kiosk, seq],
        )?,
        StaffAction::Call | StaffAction::Done => 0,
    };
    Ok(rows > 0)
}

fn duplicates(conn: &Connection, date: Option<&str>) -> Result<Vec<(String, Ticket)>, DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT t.appointment_id, t.number, t.date FROM ticket t JOIN visit v ON v.appointment_id = t.appointment_id
         WHERE t.is_first = 0 AND (t.number <> v.ticket_number OR t.date <> v.ticket_date) AND (?1 IS NULL OR t.date = ?1) ORDER BY t.kiosk, t.seq",
    )?;
    let rows: Vec<(String, String, String)> =
        statement.query_map([date], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let mut found: Vec<(String, Ticket)> = Vec::new();
    for (id, number, date) in rows {
        if let Some(ticket) = read_ticket(Some((number, date)))?
            && !found.iter().any(|(other, had)| *other == id && *had == ticket)
        {
            found.push((id, ticket));
        }
    }
    Ok(found)
}

impl VisitRow {
    fn new(id: &str, appointment: Option<Appointment>) -> Self {
        Self {
            id: id.into(),
            appointment,
            state: VisitState::Expected,
            ticket: None,
            duplicates: Vec::new(),
            kiosk: None,
            call_as: CallAs::Number,
            language: None,
            arrived_at: None,
            print: None,
            seen: None,
            called: None,
            done: None,
            reasons: Vec::new(),
        }
    }

    /// What the booking system says counts as long as nothing happened here.
    fn finish(mut self) -> Self {
        self.reasons.sort_by_key(|reason| (reason.taken.is_some(), reason.reason, reason.at));
        let mut seen_before: Vec<(Reason, bool)> = Vec::new();
        self.reasons.retain(|reason| {
            let key = (reason.reason, reason.taken.is_some());
            let new = !seen_before.contains(&key);
            seen_before.push(key);
            new
        });
        if self.state == VisitState::Expected && self.ticket.is_none() {
            self.state = match self.appointment.as_ref().map(|appointment| appointment.status) {
                Some(AppointmentStatus::Arrived | AppointmentStatus::CheckedIn) => VisitState::Arrived,
                Some(AppointmentStatus::Fulfilled) => VisitState::Done,
                Some(status) if !status.stands() => VisitState::Cancelled,
                _ => VisitState::Expected,
            };
        }
        self
    }
}

struct VisitFacts {
    id: String,
    state: String,
    kiosk: Option<String>,
    ticket: Option<(String, String)>,
    call_as: Option<String>,
    language: Option<String>,
    arrived_at: Option<String>,
    print: Option<String>,
    seen: Option<(String, String)>,
    called: Option<(String, String)>,
    done: Option<(String, String)>,
}

impl VisitFacts {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let pair = |first: usize| -> rusqlite::Result<Option<(String, String)>> {
            Ok(row.get::<_, Option<String>>(first)?.zip(row.get::<_, Option<String>>(first + 1)?))
        };
        Ok(Self {
            id: row.get(0)?,
            state: row.get(1)?,
            kiosk: row.get(2)?,
            ticket: pair(3)?,
            call_as: row.get(5)?,
            language: row.get(6)?,
            arrived_at: row.get(7)?,
            print: row.get(8)?,
            seen: pair(9)?,
            called: pair(11)?,
            done: pair(13)?,
        })
    }

    fn put_into(self, row: &mut VisitRow) -> Result<(), DeskError> {
        row.state = VisitState::from_code(&self.state).ok_or(DeskError::Unreadable("a visit"))?;
        row.kiosk = self.kiosk.map(KioskId::new);
        row.ticket = read_ticket(self.ticket)?;
        row.call_as = self.call_as.map(|code| from_code(code, "a visit")).transpose()?.unwrap_or_default();
        row.language = self.language.map(|code| from_code(code, "a visit")).transpose()?;
        row.arrived_at = timestamp_or_none(self.arrived_at)?;
        row.print = self.print;
        row.seen = who(self.seen)?;
        row.called = who(self.called)?;
        row.done = who(self.done)?;
        Ok(())
    }
}

fn who(columns: Option<(String, String)>) -> Result<Option<(Timestamp, String)>, DeskError> {
    columns.map(|(at, user)| Ok((timestamp(&at)?, user))).transpose()
}

const REASON_COLUMNS: &str = "appointment_id, reason, kiosk, seq, at, language, taken_at, taken_by, taken_revision";

struct ReasonFacts {
    appointment: String,
    reason: String,
    kiosk: String,
    seq: i64,
    at: String,
    language: Option<String>,
    taken: Option<(String, String)>,
    taken_revision: Option<i64>,
}

impl ReasonFacts {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            appointment: row.get(0)?,
            reason: row.get(1)?,
            kiosk: row.get(2)?,
            seq: row.get(3)?,
            at: row.get(4)?,
            language: row.get(5)?,
            taken: row.get::<_, Option<String>>(6)?.zip(row.get::<_, Option<String>>(7)?),
            taken_revision: row.get(8)?,
        })
    }

    fn into_row(self) -> Result<ReasonRow, DeskError> {
        Ok(ReasonRow {
            reason: from_code(self.reason, "a reason")?,
            kiosk: KioskId::new(self.kiosk),
            seq: self.seq.unsigned_abs(),
            at: timestamp(&self.at)?,
            language: self.language.map(|code| from_code(code, "a reason")).transpose()?,
            taken: who(self.taken)?,
        })
    }
}
