//! What is recorded of a visit, read for a decision, and what was decided, written ([`decide`]).
//!
//! Invariants: what follows from an event or an action is decided by [`decide`] alone; here each change is one
//! statement, and none of them asks whether.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{events, from_code, int, timestamp_or_none, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::event::StillRight;
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, Ticket};
use crate::domain::visit::decide::{Act, Change, Facts, decide};
use crate::domain::visit::spot::{Arrival, Done, Spot};

/// Where a change comes from: an event of a kiosk, or a person's action at the desk in the change `n`.
pub(super) struct Source<'a> {
    /// Empty: the desk itself.
    pub kiosk: &'a str,
    pub seq: i64,
    pub at: Timestamp,
    /// The clinic's date, if someone may be needed because of it.
    pub date: Option<Date>,
    pub user: &'a str,
    pub n: i64,
    /// The name of the action in data.
    pub code: &'a str,
    /// The language in which someone used the kiosk, or is spoken to.
    pub language: Option<Language>,
    pub patient: &'a str,
    pub call_as: CallAs,
    pub details: StillRight,
    pub insurance: StillRight,
}

impl<'a> Source<'a> {
    /// An action at the desk.
    pub fn desk(user: &'a str, code: &'a str, at: Timestamp, n: i64) -> Self {
        Self { user, code, n, ..Self::kiosk("", n, at, None) }
    }

    /// An event of a kiosk.
    pub fn kiosk(kiosk: &'a str, seq: i64, at: Timestamp, date: Option<Date>) -> Self {
        Self {
            kiosk,
            seq,
            at,
            date,
            user: "",
            n: 0,
            code: "",
            language: None,
            patient: "",
            call_as: CallAs::Number,
            details: StillRight::NotAsked,
            insurance: StillRight::NotAsked,
        }
    }

    /// Decides about a visit that the desk knows, and writes that. Answers `false` if there was nothing to do.
    pub fn act(&self, conn: &Connection, id: &str, act: Act<'_>) -> Result<bool, DeskError> {
        let Some(facts) = read(conn, id)? else { return Ok(false) };
        let Some(changes) = decide(&facts, act, (self.at, self.user)) else { return Ok(false) };
        for change in &changes {
            self.write(conn, id, change)?;
        }
        Ok(true)
    }

    /// The same of any visit, also one of which no one has heard.
    pub fn act_on_any(&self, conn: &Connection, id: &str, act: Act<'_>) -> Result<bool, DeskError> {
        events::need_visit(conn, id)?;
        self.act(conn, id, act)
    }

    fn write(&self, conn: &Connection, id: &str, change: &Change) -> Result<(), DeskError> {
        let at = self.at.to_string();
        let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<(), DeskError> {
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        };
        match change {
            Change::Stand(spot) => stand(conn, id, spot),
            Change::KeepStep(spot) => {
                let kept = serde_json::to_string(spot).map_err(|_| DeskError::Unreadable("a visit"))?;
                let sql = "INSERT INTO visit_step(appointment_id, revision, action, before) VALUES (?1, ?2, ?3, ?4)";
                run(sql, &[&id, &self.n, &self.code, &kept])
            }
            Change::TakeStepBack(step) => take_back(conn, int(*step)),
            Change::ForgetSteps => run("DELETE FROM visit_step WHERE appointment_id = ?1", &[&id]),
            Change::HasTicket(ticket, is_first) => self.ticket(conn, id, *ticket, *is_first),
            Change::Arrive(ticket, state) => run(
                "UPDATE visit SET state = ?2, kiosk = NULLIF(?3, ''), ticket_number = ?4, ticket_date = ?5,
                 call_as = ?6, language = ?7, arrived_at = ?8, seen_at = NULL, seen_by = NULL, done_at = NULL,
                 done_by = NULL WHERE appointment_id = ?1",
                &[
                    &id,
                    &state.code(),
                    &self.kiosk,
                    &ticket.number.to_string(),
                    &ticket.date.to_string(),
                    &to_code(&self.call_as),
                    &self.language.map(|language| to_code(&language)),
                    &at,
                ],
            ),
            Change::Companion(who) => run(
                "UPDATE visit SET companion = ?2 WHERE appointment_id = ?1",
                &[&id, &who.as_ref().map(Private::as_str)],
            ),
            Change::Documents(documents) => {
                let documents = documents.as_ref().map(serde_json::to_string).transpose();
                let documents = documents.map_err(|_| DeskError::Unreadable("an event"))?;
                run("UPDATE visit SET documents = ?2 WHERE appointment_id = ?1", &[&id, &documents])
            }
            Change::AskFor(asks) => {
                let body = serde_json::to_string(asks).map_err(|_| DeskError::Unreadable("an event"))?;
                run("UPDATE visit SET walk_in = ?2 WHERE appointment_id = ?1", &[&id, &body])
            }
            Change::See => run(
                "UPDATE visit SET seen_at = ?2, seen_by = ?3 WHERE appointment_id = ?1 AND seen_at IS NULL",
                &[&id, &at, &self.user],
            ),
            Change::SeeNow => {
                run("UPDATE visit SET seen_at = ?2, seen_by = ?3 WHERE appointment_id = ?1", &[&id, &at, &self.user])
            }
            Change::Unsee => run("UPDATE visit SET seen_at = NULL, seen_by = NULL WHERE appointment_id = ?1", &[&id]),
            Change::Accept(true) => {
                let sql = "UPDATE visit SET accepted_at = ?2, accepted_by = ?3, accepted_revision = ?4
                           WHERE appointment_id = ?1";
                run(sql, &[&id, &at, &self.user, &self.n])
            }
            Change::Accept(false) => run(
                "UPDATE visit SET accepted_at = NULL, accepted_by = NULL, accepted_revision = NULL
                 WHERE appointment_id = ?1",
                &[&id],
            ),
            Change::Need(reason, step) => self.need(conn, id, *reason, step),
            Change::Solve(reason) => run(
                "UPDATE reason SET solved_at = ?3 WHERE appointment_id = ?1 AND reason = ?2 AND solved_at IS NULL",
                &[&id, &to_code(reason), &at],
            ),
            Change::Take(but) => {
                let but = but.map(|reason| to_code(&reason)).unwrap_or_default();
                run(
                    "UPDATE reason SET taken_at = ?2, taken_by = ?3, taken_revision = ?4
                     WHERE appointment_id = ?1 AND taken_at IS NULL AND reason <> ?5",
                    &[&id, &at, &self.user, &self.n, &but],
                )
            }
            Change::GiveBack(taken) => give_back(conn, id, int(*taken)),
            Change::GiveBackTakenAt(taken_at) => run(
                "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL
                 WHERE appointment_id = ?1 AND taken_at = ?2",
                &[&id, &taken_at.to_string()],
            ),
            Change::Print(words) => run("UPDATE visit SET print = ?2 WHERE appointment_id = ?1", &[&id, words]),
            Change::Tell => events::touch(conn, id),
        }
    }

    fn ticket(&self, conn: &Connection, id: &str, ticket: Ticket, is_first: bool) -> Result<(), DeskError> {
        conn.prepare_cached(
            "INSERT INTO ticket(appointment_id, kiosk, seq, number, date, is_first, patient_id, call_as, language,
                 details, insurance, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            id,
            self.kiosk,
            self.seq,
            ticket.number.to_string(),
            ticket.date.to_string(),
            i64::from(is_first),
            self.patient,
            to_code(&self.call_as),
            to_code(&self.language.unwrap_or_default()),
            to_code(&self.details),
            to_code(&self.insurance),
            self.at.to_string()
        ])?;
        Ok(())
    }

    /// Someone is needed because of this; without a visit it is someone no one knows.
    pub fn need(&self, conn: &Connection, id: &str, reason: Reason, step: &str) -> Result<(), DeskError> {
        let date = self.date.ok_or(DeskError::Unreadable("a reason"))?;
        conn.prepare_cached(
            "INSERT INTO reason(kiosk, seq, appointment_id, reason, step, language, at, date)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            self.kiosk,
            self.seq,
            id,
            to_code(&reason),
            step,
            self.language.map(|language| to_code(&language)),
            self.at.to_string(),
            date.to_string()
        ])?;
        Ok(())
    }
}

/// What is recorded of a visit; none if nothing is.
pub(super) fn read(conn: &Connection, id: &str) -> Result<Option<Facts>, DeskError> {
    let sql = "SELECT state, queue, placed_at, point, calls, called_at, called_by, last_call_at, held_at, stepped_out,
               started_at, served_in, done_at, done_by, kiosk, ticket_number, ticket_date, call_as, language,
               arrived_at, print, companion, documents, seen_at, seen_by, walk_in IS NOT NULL, accepted_at,
               accepted_revision, (SELECT MAX(s.revision) FROM visit_step s WHERE s.appointment_id = v.appointment_id)
               FROM visit v WHERE appointment_id = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let state: String = row.get(0)?;
    let spot = Spot {
        state: VisitState::from_code(&state).ok_or(DeskError::Unreadable("a visit"))?,
        queue: row.get(1)?,
        placed_at: time(row, 2)?,
        point: row.get(3)?,
        calls: row.get(4)?,
        called: done(row, 5)?,
        last_call_at: time(row, 7)?,
        held_at: time(row, 8)?,
        stepped_out: row.get(9)?,
        started_at: time(row, 10)?,
        served_in: row.get(11)?,
        done: done(row, 12)?,
        arrival: None,
        call_as: None,
    };
    let arrival = Arrival {
        kiosk: row.get(14)?,
        ticket: row.get::<_, Option<String>>(15)?.zip(row.get(16)?),
        call_as: row.get(17)?,
        language: row.get(18)?,
        arrived_at: time(row, 19)?,
        print: row.get(20)?,
        companion: row.get::<_, Option<String>>(21)?.map(Private::from),
        documents: row.get(22)?,
        seen: done(row, 23)?,
    };
    let (is_walk_in, accepted) =
        (row.get(25)?, time(row, 26)?.zip(row.get::<_, Option<i64>>(27)?.map(i64::unsigned_abs)));
    let step: Option<i64> = row.get(28)?;
    let mut statement =
        conn.prepare_cached("SELECT reason FROM reason WHERE appointment_id = ?1 AND taken_at IS NULL")?;
    let open = statement
        .query_map([id], |row| row.get(0))?
        .map(|reason| from_code(reason?, "a reason"))
        .collect::<Result<_, _>>()?;
    let sql = "SELECT taken_revision, taken_at FROM reason WHERE appointment_id = ?1 AND taken_revision IS NOT NULL
               ORDER BY taken_revision DESC, taken_at DESC LIMIT 1";
    let taken: Option<(i64, Option<String>)> =
        conn.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let taken = match taken {
        Some((revision, at)) => timestamp_or_none(at)?.map(|at| (revision.unsigned_abs(), at)),
        None => None,
    };
    let has_gone_on = match step {
        Some(step) => {
            let sql = "SELECT 1 FROM visit_step s WHERE s.revision = ?1 AND EXISTS
                       (SELECT 1 FROM visit_step later
                           WHERE later.appointment_id = s.appointment_id AND later.revision > ?1)";
            conn.prepare_cached(sql)?.exists([step])?
        }
        None => false,
    };
    Ok(Some(Facts { spot, arrival, is_walk_in, accepted, open, taken, step: step.map(i64::unsigned_abs), has_gone_on }))
}

fn time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, DeskError> {
    timestamp_or_none(row.get(column)?)
}

/// Who and when, of two columns.
fn done(row: &Row<'_>, first: usize) -> Result<Option<Done>, DeskError> {
    Ok(time(row, first)?.zip(row.get::<_, Option<String>>(first + 1)?))
}

fn two(done: Option<&Done>) -> (Option<String>, Option<&str>) {
    done.map(|(at, user)| (at.to_string(), user.as_str())).unzip()
}

fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn stand(conn: &Connection, id: &str, spot: &Spot) -> Result<(), DeskError> {
    let ((called_at, called_by), (done_at, done_by)) = (two(spot.called.as_ref()), two(spot.done.as_ref()));
    conn.prepare_cached(
        "UPDATE visit SET state = ?2, queue = ?3, placed_at = ?4, point = ?5, calls = ?6, called_at = ?7,
         called_by = ?8, last_call_at = ?9, held_at = ?10, started_at = ?11, served_in = ?12, done_at = ?13,
         done_by = ?14, stepped_out = ?15 WHERE appointment_id = ?1",
    )?
    .execute(params![
        id,
        spot.state.code(),
        spot.queue,
        text(spot.placed_at),
        spot.point,
        spot.calls,
        called_at,
        called_by,
        text(spot.last_call_at),
        text(spot.held_at),
        text(spot.started_at),
        spot.served_in,
        done_at,
        done_by,
        spot.stepped_out
    ])?;
    if let Some(arrival) = &spot.arrival {
        let ((number, date), (seen_at, seen_by)) =
            (arrival.ticket.as_ref().map(|(n, d)| (n, d)).unzip(), two(arrival.seen.as_ref()));
        conn.prepare_cached(
            "UPDATE visit SET kiosk = ?2, ticket_number = ?3, ticket_date = ?4, call_as = ?5, language = ?6,
             arrived_at = ?7, print = ?8, companion = ?9, documents = ?10, seen_at = ?11, seen_by = ?12
             WHERE appointment_id = ?1",
        )?
        .execute(params![
            id,
            arrival.kiosk,
            number,
            date,
            arrival.call_as,
            arrival.language,
            text(arrival.arrived_at),
            arrival.print,
            arrival.companion.as_ref().map(Private::as_str),
            arrival.documents,
            seen_at,
            seen_by
        ])?;
    }
    if let Some(call_as) = &spot.call_as {
        conn.prepare_cached("UPDATE visit SET call_as = ?2 WHERE appointment_id = ?1")?.execute([id, call_as])?;
    }
    Ok(())
}

fn give_back(conn: &Connection, id: &str, taken: i64) -> Result<(), DeskError> {
    let sql = "UPDATE reason SET taken_at = NULL, taken_by = NULL, taken_revision = NULL
               WHERE appointment_id = ?1 AND taken_revision = ?2";
    conn.prepare_cached(sql)?.execute(params![id, taken])?;
    Ok(())
}

/// Takes a step back, of every visit with which it was taken, and the care that it took of reasons.
fn take_back(conn: &Connection, step: i64) -> Result<(), DeskError> {
    let mut statement = conn
        .prepare_cached("SELECT appointment_id, before FROM visit_step WHERE revision = ?1 ORDER BY appointment_id")?;
    let together: Vec<(String, String)> =
        statement.query_map([step], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (id, before) in &together {
        let before = spot(before)?;
        give_back(conn, id, step)?;
        conn.prepare_cached("DELETE FROM visit_step WHERE appointment_id = ?1 AND revision = ?2")?
            .execute(params![id, step])?;
        stand(conn, id, &before)?;
        events::touch(conn, id)?;
    }
    Ok(())
}

fn spot(kept: &str) -> Result<Spot, DeskError> {
    serde_json::from_str(kept).map_err(|_| DeskError::Unreadable("a visit"))
}

/// Where a visit would stand if this step were taken back.
pub(super) fn state_before(conn: &Connection, id: &str, step: u64) -> Result<Option<VisitState>, DeskError> {
    let sql = "SELECT before FROM visit_step WHERE appointment_id = ?1 AND revision = ?2";
    let before: Option<String> =
        conn.prepare_cached(sql)?.query_row(params![id, int(step)], |row| row.get(0)).optional()?;
    Ok(before.map(|before| spot(&before)).transpose()?.map(|spot| spot.state))
}
