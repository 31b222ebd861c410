//! What kiosks report, taken in strictly in order, once each; and what follows from it for the visits.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::error::DeskError;
use super::kiosks::tries;
use super::{Store, appointments, bump, confirmed, int, proposals, steps, to_code, whole};
use crate::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight, WalkedIn};
use crate::domain::ids::{AppointmentId, KioskId, PatientId, Seq};
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};

/// A kiosk's clock is believed about the past as far as this; beyond it the clock is wrong.
pub(super) const BELIEVED_PAST: SignedDuration = SignedDuration::from_hours(24);

/// Where and when an event happened.
pub(super) struct Happened<'a> {
    pub kiosk: &'a str,
    pub seq: i64,
    pub at: Timestamp,
    pub date: Date,
}

impl Store {
    /// Takes a kiosk's events in, in one transaction, and answers up to where nothing is missing.
    ///
    /// What is held already is harmless; what lies behind a gap is not kept, the kiosk sends it again.
    ///
    /// # Errors
    /// If the file cannot be written, or the kiosk reports something else under a number that is held already; then nothing of
    /// this post is kept.
    pub fn take_events(&mut self, kiosk: &KioskId, events: &[LoggedEvent], last: Seq, now: Timestamp) -> Result<Seq, DeskError> {
        let zone = self.zone.clone();
        let tx = self.write()?;
        let mut held = held(&tx, kiosk)?;
        if last.0 < held {
            tracing::warn!(%kiosk, last = last.0, held, "kiosk's log is shorter than what the desk holds: its card was replaced or copied");
        }
        let mut in_order: Vec<&LoggedEvent> = events.iter().collect();
        in_order.sort_by_key(|event| event.seq);
        for event in in_order {
            let body = serde_json::to_string(event).map_err(|_| DeskError::Unreadable("an event"))?;
            if event.seq.0 <= held {
                let before: Option<(String, bool)> = tx
                    .query_row(
                        "SELECT body, removed_at IS NOT NULL FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2",
                        params![kiosk.as_str(), int(event.seq.0)],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()?;
                if !before.is_some_and(|(body, is_removed)| is_same(event, &body, is_removed)) {
                    tracing::warn!(%kiosk, seq = event.seq.0, "kiosk reports something else under a number the desk holds; it is refused");
                    return Err(DeskError::OtherHistory(event.seq));
                }
                continue;
            }
            if Some(event.seq.0) != held.checked_add(1) {
                tracing::info!(%kiosk, seq = event.seq.0, held, "kiosk left a gap; it will send again from there");
                break;
            }
            let received = now.to_string();
            let sum = whole::sum_of(kiosk.as_str(), int(event.seq.0), &received, &body);
            tx.prepare_cached("INSERT INTO kiosk_event(kiosk, seq, revision, received_at, body, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![kiosk.as_str(), int(event.seq.0), int(bump(&tx)?), received, body, sum])?;
            if let KioskEvent::CheckedIn(said) = &event.event {
                note_called_off(&tx, kiosk, event.seq, said)?;
            }
            apply(&tx, &zone, kiosk.as_str(), event, now)?;
            if let KioskEvent::CheckedIn(said) = &event.event {
                confirmed::tell_kiosks(&tx, &zone, said, now)?;
            }
            held = event.seq.0;
        }
        tx.execute("UPDATE kiosk SET heard_at = ?2 WHERE id = ?1", params![kiosk.as_str(), now.to_string()])?;
        tx.commit()?;
        Ok(Seq(held))
    }

    /// The highest number of this kiosk up to which nothing is missing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&self, kiosk: &KioskId) -> Result<Seq, DeskError> {
        Ok(Seq(held(&self.conn, kiosk)?))
    }

    /// Every event of a kiosk, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events(&self, kiosk: &KioskId) -> Result<Vec<LoggedEvent>, DeskError> {
        let mut statement = self.conn.prepare("SELECT body FROM kiosk_event WHERE kiosk = ?1 AND removed_at IS NULL ORDER BY seq")?;
        let bodies: Vec<String> = statement.query_map([kiosk.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an event"))).collect()
    }
}

fn held(conn: &Connection, kiosk: &KioskId) -> Result<u64, DeskError> {
    let n: i64 = conn.query_row("SELECT COALESCE(MAX(seq), 0) FROM kiosk_event WHERE kiosk = ?1", [kiosk.as_str()], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

/// Whether an event is the one that is held. As values, not as text: a newer program may write the same event otherwise. Of one that was
/// forgotten the time alone is known.
fn is_same(event: &LoggedEvent, held: &str, is_removed: bool) -> bool {
    if is_removed {
        let held: Option<serde_json::Value> = serde_json::from_str(held).ok();
        let at = held.as_ref().and_then(|held| held.get("at")).and_then(|at| at.as_str()).and_then(|at| at.parse::<Timestamp>().ok());
        return at == Some(event.at);
    }
    serde_json::from_str::<LoggedEvent>(held).is_ok_and(|held| held == *event)
}

/// When something happened, as far as the kiosk's clock can be believed.
pub(super) fn believed(at: Timestamp, received: Timestamp) -> Timestamp {
    let age = received.duration_since(at);
    if age.is_negative() || age > BELIEVED_PAST { received } else { at }
}

/// What follows from one event.
pub(super) fn apply(conn: &Connection, zone: &TimeZone, kiosk: &str, event: &LoggedEvent, received: Timestamp) -> Result<(), DeskError> {
    let at = believed(event.at, received);
    let happened = Happened { kiosk, seq: int(event.seq.0), at, date: at.to_zoned(zone.clone()).date() };
    tries::note(conn, &happened, &event.event)?;
    match &event.event {
        KioskEvent::CheckedIn(checked_in) => checked_in_at(conn, &happened, checked_in),
        KioskEvent::TicketPrinted { outcome, appointments, .. } => printed(conn, &happened, *outcome, appointments),
        KioskEvent::Stopped { reason, step, patient, appointments, language } => {
            let visits = whose(conn, &happened, patient.as_ref(), appointments)?;
            let language = to_code(language);
            for visit in &visits {
                need_visit(conn, visit)?;
                add_reason(conn, &happened, visit, *reason, step, Some(&language))?;
            }
            if visits.is_empty() {
                add_reason(conn, &happened, "", *reason, step, Some(&language))?;
            }
            Ok(())
        }
        KioskEvent::WalkedIn(walked_in) => walked_in_at(conn, &happened, walked_in),
        // Somebody made that code: staff look who holds it. Every other one is a letter that did not fit, and its holder can type.
        KioskEvent::CodeRefused { reason: Reason::CodeForged, language } => {
            add_reason(conn, &happened, "", Reason::CodeForged, "code-refused", Some(&to_code(language)))
        }
        KioskEvent::CodeRefused { reason, .. } => code_refused(conn, &happened, *reason),
        KioskEvent::WalkedAway { .. } | KioskEvent::ConversationEnded(_) => Ok(()),
    }
}

/// The visits that a stop is about: those named, else the person's visits of the day.
fn whose(
    conn: &Connection,
    happened: &Happened<'_>,
    patient: Option<&PatientId>,
    appointments: &[AppointmentId],
) -> Result<Vec<String>, DeskError> {
    if !appointments.is_empty() {
        return Ok(appointments.iter().map(|id| id.as_str().to_owned()).collect());
    }
    let Some(patient) = patient else { return Ok(Vec::new()) };
    let mut statement =
        conn.prepare_cached("SELECT id FROM appointment WHERE patient_id = ?1 AND local_date = ?2 ORDER BY start_at, id")?;
    let rows = statement.query_map([patient.as_str(), &happened.date.to_string()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a ticket was given out with.
pub(super) struct Given<'a> {
    pub ticket: Ticket,
    pub patient: &'a str,
    pub language: Language,
    pub call_as: CallAs,
    pub details: StillRight,
    pub insurance: StillRight,
    /// Where the visit stands from now on, if this is its first ticket.
    pub state: VisitState,
}

/// Gives a visit its ticket, or notes a further one. Answers whether it is the first. The desk's own are those of no kiosk.
pub(super) fn give_ticket(conn: &Connection, happened: &Happened<'_>, id: &str, given: &Given<'_>) -> Result<bool, DeskError> {
    let (number, date) = (given.ticket.number.to_string(), given.ticket.date.to_string());
    let (call_as, language) = (to_code(&given.call_as), to_code(&given.language));
    need_visit(conn, id)?;
    let first: Option<(String, String)> = conn
        .query_row("SELECT ticket_number, ticket_date FROM visit WHERE appointment_id = ?1 AND ticket_number IS NOT NULL", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let is_first = first.is_none();
    conn.execute(
        "INSERT INTO ticket(appointment_id, kiosk, seq, number, date, is_first, patient_id, call_as, language, details, insurance, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING",
        params![
            id,
            happened.kiosk,
            happened.seq,
            number,
            date,
            i64::from(is_first),
            given.patient,
            call_as,
            language,
            to_code(&given.details),
            to_code(&given.insurance),
            happened.at.to_string()
        ],
    )?;
    if is_first {
        steps::forget(conn, id)?;
        // Whoever looked after this person before they had a ticket has not seen the arrival.
        conn.execute(
            "UPDATE visit SET state = ?2, kiosk = NULLIF(?3, ''), ticket_number = ?4, ticket_date = ?5, call_as = ?6, language = ?7, arrived_at = ?8,
             seen_at = NULL, seen_by = NULL, done_at = NULL, done_by = NULL WHERE appointment_id = ?1",
            params![id, given.state.code(), happened.kiosk, number, date, call_as, language, happened.at.to_string()],
        )?;
    } else if first != Some((number, date)) {
        add_reason(conn, happened, id, Reason::AlreadyCheckedIn, "checked-in", Some(&language))?;
    }
    Ok(is_first)
}

/// Keeps for which of its visits, off by now, somebody was checked in at a kiosk that had not heard of that.
fn note_called_off(conn: &Connection, kiosk: &KioskId, seq: Seq, said: &CheckedIn) -> Result<(), DeskError> {
    for id in &said.appointments {
        if appointments::of_id(conn, id)?.is_some_and(|appointment| appointment.status.is_called_off()) {
            conn.prepare_cached("INSERT INTO called_off_arrival(kiosk, seq, appointment_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
                .execute(params![kiosk.as_str(), int(seq.0), id.as_str()])?;
        }
    }
    Ok(())
}

fn checked_in_at(conn: &Connection, happened: &Happened<'_>, said: &CheckedIn) -> Result<(), DeskError> {
    let given = Given {
        ticket: said.ticket,
        patient: said.patient.as_str(),
        language: said.language,
        call_as: said.call_as,
        details: said.details,
        insurance: said.insurance,
        state: VisitState::Arrived,
    };
    let documents = said.documents.as_ref().map(serde_json::to_string).transpose().map_err(|_| DeskError::Unreadable("an event"))?;
    for appointment in &said.appointments {
        let id = appointment.as_str();
        if give_ticket(conn, happened, id, &given)? {
            conn.execute(
                "UPDATE visit SET companion = ?2, documents = ?3 WHERE appointment_id = ?1",
                params![id, said.companion.as_ref().map(Private::as_str), documents],
            )?;
            let was_off = "SELECT 1 FROM called_off_arrival WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = ?3";
            if conn.prepare_cached(was_off)?.exists(params![happened.kiosk, happened.seq, id])? {
                add_reason(conn, happened, id, Reason::Cancelled, "checked-in", Some(&to_code(&said.language)))?;
            }
        }
        for reason in said.reasons() {
            add_reason(conn, happened, id, reason, "checked-in", Some(&to_code(&said.language)))?;
        }
        // Told again even for a second ticket: that kiosk must learn which one counts.
        touch(conn, id)?;
    }
    proposals::proposed(conn, happened, said)
}

/// A request is a visit that nobody booked: it has a ticket in the walk-in queue and waits for staff to accept it.
fn walked_in_at(conn: &Connection, happened: &Happened<'_>, asks: &WalkedIn) -> Result<(), DeskError> {
    let id = asks.appointment.as_str();
    let given = Given {
        ticket: asks.ticket,
        patient: "",
        language: asks.language,
        call_as: asks.call_as,
        details: StillRight::Yes,
        insurance: StillRight::Yes,
        state: VisitState::Asks,
    };
    if give_ticket(conn, happened, id, &given)? {
        let body = serde_json::to_string(asks).map_err(|_| DeskError::Unreadable("an event"))?;
        conn.execute(
            "UPDATE visit SET walk_in = ?2, companion = ?3 WHERE appointment_id = ?1",
            params![id, body, asks.companion.as_ref().map(Private::as_str)],
        )?;
    }
    add_reason(conn, happened, id, Reason::WalkIn, "walked-in", Some(&to_code(&asks.language)))?;
    touch(conn, id)
}

fn code_refused(conn: &Connection, happened: &Happened<'_>, reason: Reason) -> Result<(), DeskError> {
    conn.prepare_cached("INSERT INTO refused_code(kiosk, seq, reason, at, date) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")?
        .execute(params![happened.kiosk, happened.seq, to_code(&reason), happened.at.to_string(), happened.date.to_string()])?;
    Ok(())
}

fn printed(conn: &Connection, happened: &Happened<'_>, outcome: PrintOutcome, appointments: &[AppointmentId]) -> Result<(), DeskError> {
    let word = match outcome {
        PrintOutcome::Printed => "printed".to_owned(),
        PrintOutcome::Unknown => "unknown".to_owned(),
        PrintOutcome::Failed(trouble) => trouble.for_staff().to_owned(),
    };
    for appointment in appointments {
        let id = appointment.as_str();
        need_visit(conn, id)?;
        conn.execute("UPDATE visit SET print = ?2 WHERE appointment_id = ?1", params![id, word])?;
        match outcome {
            PrintOutcome::Failed(_) => add_reason(conn, happened, id, Reason::PrinterTrouble, "printing", None)?,
            PrintOutcome::Printed => {
                conn.execute(
                    "UPDATE reason SET solved_at = ?3 WHERE appointment_id = ?1 AND reason = ?2 AND solved_at IS NULL",
                    params![id, to_code(&Reason::PrinterTrouble), happened.at.to_string()],
                )?;
            }
            PrintOutcome::Unknown => {}
        }
    }
    Ok(())
}

pub(super) fn need_visit(conn: &Connection, appointment: &str) -> Result<(), DeskError> {
    conn.prepare_cached("INSERT INTO visit(appointment_id, state, revision) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING")?
        .execute(params![appointment, VisitState::Expected.code()])?;
    Ok(())
}

fn add_reason(
    conn: &Connection,
    happened: &Happened<'_>,
    appointment: &str,
    reason: Reason,
    step: &str,
    language: Option<&str>,
) -> Result<(), DeskError> {
    conn.prepare_cached(
        "INSERT INTO reason(kiosk, seq, appointment_id, reason, step, language, at, date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        happened.kiosk,
        happened.seq,
        appointment,
        to_code(&reason),
        step,
        language,
        happened.at.to_string(),
        happened.date.to_string()
    ])?;
    Ok(())
}

/// Lets kiosks know how this visit stands.
pub(super) fn touch(conn: &Connection, appointment: &str) -> Result<(), DeskError> {
    conn.execute("UPDATE visit SET revision = ?2 WHERE appointment_id = ?1", params![appointment, int(bump(conn)?)])?;
    Ok(())
}
