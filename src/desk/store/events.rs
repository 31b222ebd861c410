//! What kiosks report, taken in strictly in order, once each; and what follows from it for the visits.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::decided::Source;
use super::facts::{self, About, Origin};
use super::kiosks::tries;
use super::{Store, appointments, bump, confirmed, int, numbers, proposals, restored, timestamp, to_code, whole, work};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight, WalkedIn};
use crate::domain::fact::What;
use crate::domain::ids::{AppointmentId, KioskId, PatientId, Seq};
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{Series, Ticket};
use crate::domain::visit::decide::Act;
use crate::sync::wire::Post;

/// A kiosk's clock is believed about the past as far as this; beyond it the clock is wrong.
pub(super) const BELIEVED_PAST: SignedDuration = SignedDuration::from_hours(24);

/// A kiosk whose clock is right now is believed as far back as it keeps what it told: it tells that again to a restored
/// desk.
const KEPT_PAST: SignedDuration = SignedDuration::from_hours(24 * 40);

/// Where and when an event happened.
pub(super) struct Happened<'a> {
    pub kiosk: &'a str,
    pub seq: i64,
    pub at: Timestamp,
    pub date: Date,
}

impl<'a> Happened<'a> {
    fn source(&self) -> Source<'a> {
        Source::kiosk(self.kiosk, self.seq, self.at, Some(self.date))
    }
}

/// What came of a kiosk's post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// Up to where nothing is missing.
    pub held: Seq,
    /// The kiosk's log is another one than is held here.
    pub is_other_log: bool,
    /// Something of it was refused, and it is not only shorter: a kiosk sees that by itself.
    pub is_refused: bool,
    /// It is, and may go on behind what is held.
    pub adopted: bool,
    /// What the kiosk's numbers begin with.
    pub series: Option<Series>,
    /// The highest of them that are known, one for each date, if the kiosk has just started.
    pub numbers: Vec<Ticket>,
}

impl Store {
    /// Takes a kiosk's events in, in one transaction, and answers up to where nothing is missing.
    ///
    /// What is held already is harmless; what lies behind a gap is not kept, the kiosk sends it again, unless it has
    /// declared the gap to be lost. Of a log that is another one than is held here nothing is kept from there on.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing of this post is kept.
    pub fn take_events(&mut self, kiosk: &KioskId, post: &Post, now: Timestamp) -> Result<Took, DeskError> {
        let day = self.day.clone();
        let today = self.date_at(now).to_string();
        let tx = self.write()?;
        let mut held = held(&tx, kiosk)?;
        // In one life the desk never holds less than it acknowledged.
        if post.acknowledged.is_some_and(|acknowledged| acknowledged.0 > held)
            && post.epoch == restored::epoch(&tx)?
            && post.last.0 > held
        {
            restored::begin_life(&tx, &today, now, None, Some(kiosk))?;
        }
        let last = post.last;
        let is_other_desk =
            post.epoch.as_ref().zip(restored::epoch(&tx)?).is_some_and(|(theirs, ours)| !theirs.is_of_same_file(&ours));
        let mut is_other_log = is_other_desk || (last.0 < held && !post.only_asks);
        let mut is_refused = is_other_desk;
        if is_other_desk {
            tracing::warn!(%kiosk, "the kiosk's log belongs to another desk; refused");
        } else if is_other_log {
            tracing::warn!(
                %kiosk, last = last.0, held,
                "the kiosk's log is shorter than the desk's: its SD card was replaced or copied"
            );
        }
        let mut in_order: Vec<&LoggedEvent> = post.events.iter().collect();
        in_order.sort_by_key(|event| event.seq);
        let mut in_order = if is_other_desk { Vec::new() } else { in_order }.into_iter();
        let believed_past = if post.now.is_some_and(|theirs| now.duration_since(theirs).abs() <= super::CLOCK_WARNS) {
            KEPT_PAST
        } else {
            BELIEVED_PAST
        };
        for event in in_order.by_ref() {
            let body = serde_json::to_string(event).map_err(|_| DeskError::Unreadable("an event"))?;
            if event.seq.0 <= held {
                let before: Option<(String, bool)> = tx
                    .query_row(
                        "SELECT body, removed_at IS NOT NULL FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2",
                        params![kiosk.as_str(), int(event.seq.0)],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .optional()?;
                match before {
                    Some((body, is_removed)) if is_same(event, &body, is_removed) => continue,
                    // It was declared to be lost, and has come anyway.
                    None if restored::is_declared(&tx, kiosk, event.seq)? => {}
                    _ => {
                        tracing::warn!(
                            %kiosk, seq = event.seq.0,
                            "the kiosk reports something else under a number the desk already has; refused"
                        );
                        (is_other_log, is_refused) = (true, true);
                        break;
                    }
                }
            }
            for gap in &post.gaps {
                if gap.last < event.seq {
                    held = restored::declare(&tx, kiosk, held, *gap, now)?;
                }
            }
            if event.seq.0 > held && Some(event.seq.0) != held.checked_add(1) {
                tracing::info!(%kiosk, seq = event.seq.0, held, "the kiosk left a gap; it will send again from there");
                break;
            }
            let at = believed(event.at, now, believed_past);
            let told_late = (at != believed(event.at, now, BELIEVED_PAST)).then(|| at.to_string());
            let received = now.to_string();
            let sum = whole::sum_of(kiosk.as_str(), int(event.seq.0), &received, &body);
            tx.prepare_cached(
                "INSERT INTO kiosk_event(kiosk, seq, revision, received_at, happened_at, body, newer, sum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                kiosk.as_str(),
                int(event.seq.0),
                int(bump(&tx)?),
                received,
                told_late,
                body,
                matches!(event.event, KioskEvent::Newer(_)),
                sum
            ])?;
            let event = &LoggedEvent { event: event.event.clone().known(), ..*event };
            numbers::settle(&tx, kiosk, event, now)?;
            if let KioskEvent::CheckedIn(said) = &event.event {
                note_called_off(&tx, kiosk, event.seq, said)?;
            }
            apply(&tx, &day, kiosk.as_str(), event, at)?;
            tell(&tx, &day, kiosk.as_str(), event, at, now)?;
            if let KioskEvent::CheckedIn(said) = &event.event {
                confirmed::tell_kiosks(&tx, &day, said, now)?;
            }
            held = held.max(event.seq.0);
        }
        if !is_other_log && post.events.iter().all(|event| event.seq.0 <= held) {
            for gap in &post.gaps {
                held = restored::declare(&tx, kiosk, held, *gap, now)?;
            }
        }
        if !post.only_asks {
            restored::note_log(&tx, kiosk, !is_other_log && held == last.0, is_other_log)?;
        }
        let adopted = is_other_log && restored::is_adopted(&tx, kiosk)?;
        tx.execute("UPDATE kiosk SET heard_at = ?2 WHERE id = ?1", params![kiosk.as_str(), now.to_string()])?;
        tx.commit()?;
        let letters: Option<String> = self
            .conn
            .query_row("SELECT letter FROM kiosk WHERE id = ?1", [kiosk.as_str()], |row| row.get(0))
            .optional()?;
        let series = letters.and_then(|letters| letters.parse().ok());
        let numbers = match series.filter(|_| post.begins) {
            // Of the days that kiosks keep: the desk's own clock may be ahead of theirs.
            Some(series) => {
                let from = self.feed_day(now)?.kept_from;
                numbers::last_of(&self.conn, series, from)?
            }
            None => Vec::new(),
        };
        Ok(Took { held: Seq(held), adopted, is_other_log, is_refused, series, numbers })
    }

    /// The highest number of this kiosk up to which nothing is missing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&self, kiosk: &KioskId) -> Result<Seq, DeskError> {
        Ok(Seq(held(&self.conn, kiosk)?))
    }

    /// Takes again what kiosks said in words that an older program did not know.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn understand_newer(&mut self, now: Timestamp) -> Result<(), DeskError> {
        let day = self.day.clone();
        let mut statement = self.conn.prepare("SELECT kiosk, seq, body FROM kiosk_event WHERE newer = 1")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let newer: Vec<(String, i64, String)> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        let is_known = |body: &str| {
            !matches!(serde_json::from_str(body), Ok(LoggedEvent { event: KioskEvent::Newer(_), .. }) | Err(_))
        };
        let known: Vec<_> = newer.into_iter().filter(|(_, _, body)| is_known(body)).collect();
        if known.is_empty() {
            return Ok(());
        }
        let tx = self.write()?;
        for (kiosk, seq, _) in &known {
            tx.execute("UPDATE kiosk_event SET newer = 0 WHERE kiosk = ?1 AND seq = ?2", params![kiosk, seq])?;
        }
        bump(&tx)?;
        work::rebuild(&tx, &day)?;
        for (kiosk, seq, body) in &known {
            let logged: LoggedEvent = serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an event"))?;
            // Anything that was understood in part was told then.
            if facts::was_not_understood(&tx, kiosk, *seq)? {
                let sql = "SELECT received_at, happened_at FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2";
                let (received, late): (String, Option<String>) =
                    tx.query_row(sql, params![kiosk, seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let at = happened_at(logged.at, &received, late)?;
                tell(&tx, &day, kiosk, &LoggedEvent { event: logged.event.known(), ..logged }, at, now)?;
            }
        }
        tx.commit()
    }

    /// Every event of a kiosk, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn events(&self, kiosk: &KioskId) -> Result<Vec<LoggedEvent>, DeskError> {
        let mut statement =
            self.conn.prepare("SELECT body FROM kiosk_event WHERE kiosk = ?1 AND removed_at IS NULL ORDER BY seq")?;
        let bodies: Vec<String> = statement.query_map([kiosk.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an event"))).collect()
    }
}

fn held(conn: &Connection, kiosk: &KioskId) -> Result<u64, DeskError> {
    let n: i64 =
        conn.query_row("SELECT COALESCE(MAX(seq), 0) FROM kiosk_event WHERE kiosk = ?1", [kiosk.as_str()], |row| {
            row.get(0)
        })?;
    Ok(n.unsigned_abs().max(restored::declared(conn, kiosk)?))
}

/// Whether an event is the one that is held. As values, not as text: a newer program may write the same event
/// otherwise. Of one that was forgotten the time alone is known.
fn is_same(event: &LoggedEvent, held: &str, is_removed: bool) -> bool {
    if is_removed {
        let held: Option<serde_json::Value> = serde_json::from_str(held).ok();
        let at = held
            .as_ref()
            .and_then(|held| held.get("at"))
            .and_then(|at| at.as_str())
            .and_then(|at| at.parse::<Timestamp>().ok());
        return at == Some(event.at);
    }
    serde_json::from_str::<LoggedEvent>(held).is_ok_and(|held| held == *event)
}

/// When something happened, as far as the kiosk's clock can be believed.
pub(super) fn believed(at: Timestamp, received: Timestamp, past: SignedDuration) -> Timestamp {
    let age = received.duration_since(at);
    if age.is_negative() || age > past { received } else { at }
}

/// When an event of the log happened. `told_late`: what was kept of that, if it was told late.
pub(super) fn happened_at(at: Timestamp, received: &str, told_late: Option<String>) -> Result<Timestamp, DeskError> {
    match told_late {
        Some(happened) => timestamp(&happened),
        None => Ok(believed(at, timestamp(received)?, BELIEVED_PAST)),
    }
}

/// What follows from one event that happened at `at`, as far as the kiosk's clock can be believed.
pub(super) fn apply(
    conn: &Connection,
    day: &ClinicDay,
    kiosk: &str,
    event: &LoggedEvent,
    at: Timestamp,
) -> Result<(), DeskError> {
    let happened = Happened { kiosk, seq: int(event.seq.0), at, date: day.of(at) };
    tries::note(conn, &happened, &event.event)?;
    match &event.event {
        KioskEvent::CheckedIn(checked_in) => checked_in_at(conn, &happened, checked_in),
        KioskEvent::TicketPrinted { outcome, appointments, .. } => {
            for visit in appointments {
                happened.source().act_on_any(conn, visit.as_str(), Act::Printed(*outcome))?;
            }
            Ok(())
        }
        KioskEvent::Stopped { reason, step, patient, appointments, language } => {
            let visits = whose(conn, &happened, patient.as_ref(), appointments)?;
            let source = Source { language: Some(*language), ..happened.source() };
            for visit in &visits {
                source.act_on_any(conn, visit, Act::Stopped(*reason, step))?;
            }
            if visits.is_empty() { source.need(conn, "", *reason, step) } else { Ok(()) }
        }
        KioskEvent::WalkedIn(walked_in) => walked_in_at(conn, &happened, walked_in),
        // Someone made that code: staff look who holds it. Every other one is a letter that did not fit, and its holder
        // can type.
        KioskEvent::CodeRefused { reason: Reason::CodeForged, language } => {
            Source { language: Some(*language), ..happened.source() }.need(conn, "", Reason::CodeForged, "code-refused")
        }
        KioskEvent::CodeRefused { reason, .. } => code_refused(conn, &happened, *reason),
        KioskEvent::WalkedAway { .. } | KioskEvent::ConversationEnded(_) | KioskEvent::Newer(_) => Ok(()),
    }
}

/// What readers learn of an event that was taken in, one fact for each visit.
fn tell(
    conn: &Connection,
    day: &ClinicDay,
    kiosk: &str,
    event: &LoggedEvent,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), DeskError> {
    let happened = Happened { kiosk, seq: int(event.seq.0), at, date: day.of(at) };
    let again = restored::life_began(conn)?.is_some_and(|began| at < began);
    let from = Origin::Event { kiosk, seq: happened.seq, happened: at, again };
    let about = |about: &About<'_>, what: &What| facts::add(conn, from, about, what, now);
    let visits =
        |ids: &[AppointmentId], what: &What| ids.iter().try_for_each(|id| about(&About::Visits(&[id.as_str()]), what));
    match &event.event {
        KioskEvent::CheckedIn(said) => said.appointments.iter().try_for_each(|id| {
            let counts = conn
                .prepare_cached(
                    "SELECT 1 FROM ticket WHERE appointment_id = ?1 AND kiosk = ?2 AND seq = ?3 AND is_first",
                )?
                .exists(params![id.as_str(), kiosk, happened.seq])?;
            about(&About::Visits(&[id.as_str()]), &What::CheckedIn { counts })
        }),
        KioskEvent::WalkedIn(asks) => {
            let id = numbers::request(conn, kiosk, happened.seq, asks)?;
            about(&About::Visits(&[id.as_str()]), &What::WalkedIn { category: asks.category.clone() })
        }
        KioskEvent::TicketPrinted { outcome, appointments, .. } => {
            visits(appointments, &What::TicketPrinted { outcome: *outcome })
        }
        KioskEvent::Stopped { reason, patient, appointments, .. } => {
            let what = What::Stopped { reason: *reason };
            let theirs = whose(conn, &happened, patient.as_ref(), appointments)?;
            match patient {
                _ if !theirs.is_empty() => theirs.iter().try_for_each(|id| about(&About::Visits(&[id]), &what)),
                Some(patient) => about(&About::Patient(patient.as_str()), &what),
                None => about(&About::NoOne, &what),
            }
        }
        KioskEvent::CodeRefused { reason, .. } => about(&About::NoOne, &What::CodeRefused { reason: *reason }),
        KioskEvent::WalkedAway { step } => about(&About::NoOne, &What::WalkedAway { step: step.clone() }),
        KioskEvent::ConversationEnded(times) => about(&About::NoOne, &What::ConversationEnded { ended: times.ended }),
        KioskEvent::Newer(_) => about(&About::NoOne, &What::NotUnderstood),
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
    let mut statement = conn
        .prepare_cached("SELECT id FROM appointment WHERE patient_id = ?1 AND local_date = ?2 ORDER BY start_at, id")?;
    let rows = statement.query_map([patient.as_str(), &happened.date.to_string()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps for which of its visits, off by now, someone was checked in at a kiosk that had not heard of that.
fn note_called_off(conn: &Connection, kiosk: &KioskId, seq: Seq, said: &CheckedIn) -> Result<(), DeskError> {
    for id in &said.appointments {
        if appointments::of_id(conn, id)?.is_some_and(|appointment| appointment.status.is_called_off()) {
            conn.prepare_cached(
                "INSERT INTO called_off_arrival(kiosk, seq, appointment_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?
            .execute(params![kiosk.as_str(), int(seq.0), id.as_str()])?;
        }
    }
    Ok(())
}

fn checked_in_at(conn: &Connection, happened: &Happened<'_>, said: &CheckedIn) -> Result<(), DeskError> {
    let ticket = numbers::given(conn, happened.kiosk, happened.seq, said.ticket)?;
    let source = Source {
        patient: said.patient.as_str(),
        language: Some(said.language),
        call_as: said.call_as,
        details: said.details,
        insurance: said.insurance,
        ..happened.source()
    };
    for appointment in &said.appointments {
        let id = appointment.as_str();
        let was_off = conn
            .prepare_cached("SELECT 1 FROM called_off_arrival WHERE kiosk = ?1 AND seq = ?2 AND appointment_id = ?3")?
            .exists(params![happened.kiosk, happened.seq, id])?;
        source.act_on_any(conn, id, Act::CheckedIn { said, ticket, was_off })?;
    }
    proposals::proposed(conn, happened, said)
}

/// A request is a visit that no one booked: it has a ticket in the walk-in queue and waits for staff to accept it.
fn walked_in_at(conn: &Connection, happened: &Happened<'_>, asks: &WalkedIn) -> Result<(), DeskError> {
    let asks = &WalkedIn { appointment: numbers::request(conn, happened.kiosk, happened.seq, asks)?, ..asks.clone() };
    let ticket = numbers::given(conn, happened.kiosk, happened.seq, asks.ticket)?;
    let source = Source {
        language: Some(asks.language),
        call_as: asks.call_as,
        details: StillRight::Yes,
        insurance: StillRight::Yes,
        ..happened.source()
    };
    source.act_on_any(conn, asks.appointment.as_str(), Act::WalkedIn { asks, ticket }).map(|_| ())
}

fn code_refused(conn: &Connection, happened: &Happened<'_>, reason: Reason) -> Result<(), DeskError> {
    conn.prepare_cached(
        "INSERT INTO refused_code(kiosk, seq, reason, at, date) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?
    .execute(params![
        happened.kiosk,
        happened.seq,
        to_code(&reason),
        happened.at.to_string(),
        happened.date.to_string()
    ])?;
    Ok(())
}

pub(super) fn need_visit(conn: &Connection, appointment: &str) -> Result<(), DeskError> {
    conn.prepare_cached(
        "INSERT INTO visit(appointment_id, state, revision) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING",
    )?
    .execute(params![appointment, VisitState::Expected.code()])?;
    Ok(())
}

/// Lets kiosks know how this visit stands.
pub(super) fn touch(conn: &Connection, appointment: &str) -> Result<(), DeskError> {
    conn.execute("UPDATE visit SET revision = ?2 WHERE appointment_id = ?1", params![appointment, int(bump(conn)?)])?;
    Ok(())
}
