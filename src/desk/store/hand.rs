//! What staff do by hand where a kiosk or the queue does not: checking someone in, undoing that, how they are called,
//! notes.
//!
//! Invariants: each is recorded with everything that was decided and done again the same way when the list is rebuilt;
//! the number of a ticket is taken in the transaction that gives it out, and never taken again.

mod action;

use super::facts::About;
use super::recorded::Record;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

pub use self::action::HandAction;
use super::{Store, bump, int, open, restored, settings, timestamp, timestamp_or_none};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Standing;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::event::WalkedIn;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::queue::VisitState;
use crate::domain::queue::day::Refusal;
use crate::domain::ticket::{CallAs, Series, Ticket, TicketNumber};
use crate::domain::visit::VisitRow;

/// What to do if the visit that is checked in is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfLate {
    /// Staff are asked first.
    Ask,
    /// Staff have decided that the patient can be seen.
    CheckIn,
}

/// Someone who came without an appointment, as staff typed it.
#[derive(Debug, Clone)]
pub struct WalkInByHand {
    /// As they say it.
    pub given_name: Private,
    /// As they say it.
    pub family_name: Private,
    /// As they say it.
    pub birth_date: BirthDate,
    /// Which of the clinic's categories, by its code.
    pub category: String,
    /// In which language they are spoken to.
    pub language: Language,
    /// How they want to be called.
    pub call_as: CallAs,
}

/// What staff wrote about a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its name: the revision at which it was written.
    pub revision: u64,
    /// About which visit.
    pub visit: AppointmentId,
    /// When.
    pub at: Timestamp,
    /// By which user.
    pub user: String,
    /// What.
    pub text: Private,
    /// When and by which user it was archived.
    pub away: Option<(Timestamp, String)>,
}

/// A transaction's doing of something by hand, to be recorded.
pub(super) struct Doing<'a> {
    pub conn: &'a Connection,
    pub day: &'a ClinicDay,
    pub user: &'a str,
    pub now: Timestamp,
}

impl Doing<'_> {
    /// Does it and records it. Answers `false` if there was nothing to do; then the transaction is to be dropped.
    pub fn record(&self, id: &AppointmentId, action: &HandAction) -> Result<bool, DeskError> {
        let n = int(bump(self.conn)?);
        if !action.apply(self.conn, self.day, id.as_str(), self.user, self.now, n)? {
            return Ok(false);
        }
        let detail = serde_json::to_string(action).map_err(|_| DeskError::Unreadable("a staff action"))?;
        let (visit, code, detail) = (Some(id.as_str()), action.code(), Some(detail.as_str()));
        let deed = Record { n, at: self.now, user: self.user, code, visit, event: None, detail };
        let (what, visits) = action.told(id);
        deed.keep(self.conn, &About::Visits(&visits), &what)?;
        Ok(true)
    }
}

impl Store {
    /// Checks someone in for this visit and for all others of theirs today for which a kiosk would, with one number of
    /// the desk's. Anyone who is checked in already keeps the number that they have. Being early is no hindrance;
    /// for a late visit `if_late` says whether staff have decided that the patient can be seen.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn check_in_by_hand(
        &mut self,
        id: &AppointmentId,
        (language, call_as): (Language, CallAs),
        if_late: IfLate,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<Ticket, Refusal>, DeskError> {
        let (day, date, began) = (self.day.clone(), self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        let Some(row) = open::one(&tx, id, date, began)? else { return Ok(Err(Refusal::Moved)) };
        if let Some(ticket) = row.ticket.filter(|ticket| ticket.date == date || row.state.is_open()) {
            return Ok(Ok(ticket));
        }
        let Some(appointment) = &row.appointment else { return Ok(Err(Refusal::Moved)) };
        if day.of(appointment.start) != date {
            return Ok(Err(Refusal::OtherDay));
        }
        if appointment.status.is_called_off() {
            return Ok(Err(Refusal::CalledOff));
        }
        if row.state == VisitState::Done {
            return Ok(Err(Refusal::Moved));
        }
        let settings = settings(&tx)?;
        if if_late == IfLate::Ask && appointment.late_since(now, &settings, day.zone()).is_some() {
            return Ok(Err(Refusal::Late));
        }
        let theirs = open::of_person(&tx, &appointment.person.id, date, began)?;
        let also = theirs
            .iter()
            .filter(|other| other.id != *id && other.ticket.is_none() && other.state == VisitState::Expected);
        let also = also.filter(|other| {
            let theirs = other.appointment.as_ref().filter(|theirs| theirs.person.id == appointment.person.id);
            theirs.is_some_and(|theirs| theirs.standing(now, &settings, day.zone(), None) == Standing::Open)
        });
        let visits = std::iter::once(id).chain(also.map(|other| &other.id)).cloned().collect();
        let ticket = next_ticket(&tx, date)?;
        let patient = appointment.person.id.clone();
        let action = HandAction::CheckIn { ticket, patient, visits, language, call_as };
        Doing { conn: &tx, day: &day, user, now }.record(id, &action)?;
        tx.commit()?;
        Ok(Ok(ticket))
    }

    /// Takes in someone without an appointment, accepted right away, with a number of the desk's. The same person with
    /// the same wish a second time keeps the number that they have.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn walk_in_by_hand(
        &mut self,
        who: &WalkInByHand,
        user: &str,
        now: Timestamp,
    ) -> Result<(AppointmentId, Ticket), DeskError> {
        let (day, date, began) = (self.day.clone(), self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        let is_same = |asks: &WalkedIn| {
            asks.given_name == who.given_name
                && asks.family_name == who.family_name
                && asks.birth_date == who.birth_date
                && asks.category == who.category
        };
        for row in open::walk_ins(&tx, date, began)? {
            if let (Some(asks), Some(ticket)) = (&row.walk_in, row.ticket)
                && row.state.is_open()
                && is_same(asks)
            {
                return Ok((row.id, ticket));
            }
        }
        let ticket = next_ticket(&tx, date)?;
        let id = AppointmentId::of_request(ticket);
        let asks = WalkedIn {
            ticket,
            appointment: id.clone(),
            given_name: who.given_name.clone(),
            family_name: who.family_name.clone(),
            birth_date: who.birth_date,
            category: who.category.clone(),
            language: who.language,
            call_as: who.call_as,
            companion: None,
        };
        Doing { conn: &tx, day: &day, user, now }.record(&id, &HandAction::WalkIn { asks: Box::new(asks) })?;
        tx.commit()?;
        Ok((id, ticket))
    }

    /// Takes a check-in back: all visits with this one's ticket are expected again, and the number is not given again.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_check_in(
        &mut self,
        id: &AppointmentId,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.by_hand(id, user, now, |rows, row| {
            let Some(ticket) = row.ticket.filter(|_| row.appointment.is_some()) else { return Err(Refusal::Moved) };
            let together: Vec<&VisitRow> = rows.iter().filter(|other| other.ticket == Some(ticket)).collect();
            if together.iter().any(|other| !matches!(other.state, VisitState::Arrived | VisitState::Held)) {
                return Err(Refusal::GoneOn);
            }
            Ok(HandAction::UndoCheckIn { visits: together.into_iter().map(|other| other.id.clone()).collect() })
        })
    }

    /// Changes how someone is called, with every visit of this ticket.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn set_call_as(
        &mut self,
        id: &AppointmentId,
        call_as: CallAs,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.by_hand(id, user, now, |rows, row| {
            let Some(ticket) = row.ticket.filter(|_| row.call_as != call_as && row.state.is_open()) else {
                return Err(Refusal::Moved);
            };
            let together = rows.iter().filter(|other| other.ticket == Some(ticket) && other.state.is_open());
            Ok(HandAction::CallAs { visits: together.map(|other| other.id.clone()).collect(), call_as })
        })
    }

    /// Notes that someone who is expected did not come, once their time has passed.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn not_come(
        &mut self,
        id: &AppointmentId,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.by_hand(id, user, now, |_, row| match &row.appointment {
            Some(appointment) if row.state == VisitState::Expected => {
                if appointment.start <= now {
                    Ok(HandAction::NotCome)
                } else {
                    Err(Refusal::NotDue)
                }
            }
            _ => Err(Refusal::Moved),
        })
    }

    fn by_hand(
        &mut self,
        id: &AppointmentId,
        user: &str,
        now: Timestamp,
        decide: impl FnOnce(&[VisitRow], &VisitRow) -> Result<HandAction, Refusal>,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let (day, date, began) = (self.day.clone(), self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        let Some(row) = open::one(&tx, id, date, began)? else { return Ok(Err(Refusal::Moved)) };
        let action = match decide(&open::beside(&tx, &row, date, began)?, &row) {
            Ok(action) => action,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !(Doing { conn: &tx, day: &day, user, now }).record(id, &action)? {
            return Ok(Err(Refusal::Moved));
        }
        tx.commit()?;
        Ok(Ok(()))
    }

    /// Writes, archives or takes out a note about a visit that the desk knows. Answers `false` if there was nothing to
    /// do.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn note(
        &mut self,
        id: &AppointmentId,
        action: &HandAction,
        user: &str,
        now: Timestamp,
    ) -> Result<bool, DeskError> {
        let day = self.day.clone();
        if self.visit(id)?.is_none() {
            return Ok(false);
        }
        let tx = self.write()?;
        let done = Doing { conn: &tx, day: &day, user, now }.record(id, action)?;
        if done {
            tx.commit()?;
        }
        Ok(done)
    }

    /// What staff wrote about these visits, the newest first, also what was archived.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn notes_of(&self, visits: &[AppointmentId]) -> Result<Vec<Note>, DeskError> {
        let sql = "SELECT revision, appointment_id, at, user_name, body, away_at, away_by FROM visit_note
                   WHERE appointment_id IN (SELECT value FROM json_each(?1)) ORDER BY revision DESC";
        let json = serde_json::to_string(visits).map_err(|_| DeskError::Unreadable("a visit"))?;
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([json], |row| {
            let texts: (String, String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok((row.get::<_, i64>(0)?, texts, row.get::<_, Option<String>>(5)?, row.get::<_, Option<String>>(6)?))
        })?;
        rows.map(|row| {
            let (revision, (visit, at, user, text), away_at, away_by) = row?;
            Ok(Note {
                revision: revision.unsigned_abs(),
                visit: AppointmentId::new(visit),
                at: timestamp(&at)?,
                user,
                text: Private::new(text),
                away: timestamp_or_none(away_at)?.zip(away_by),
            })
        })
        .collect()
    }

    /// Which of these have a note that was not archived.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_with_notes(&self, date: Date) -> Result<std::collections::HashSet<AppointmentId>, DeskError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT DISTINCT appointment_id FROM visit_note WHERE away_at IS NULL AND at >= ?1")?;
        // Notes about a visit of the day may be some days old.
        let since = date.saturating_sub(SignedDuration::from_hours(24 * 31)).to_string();
        let rows = statement.query_map([since], |row| Ok(AppointmentId::new(row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Takes the next number of the desk's for a date, past those that someone holds who is here since another day.
pub(super) fn next_ticket(conn: &Connection, date: Date) -> Result<Ticket, DeskError> {
    let sql = "INSERT INTO desk_ticket(date, last) VALUES (?1, ?2) ON CONFLICT(date) DO UPDATE SET last = last + 1
               RETURNING last";
    let first = restored::first_number(conn, date)?;
    loop {
        let count: i64 = conn.query_row(sql, params![date.to_string(), first], |row| row.get(0))?;
        let count = u32::try_from(count).map_err(|_| DeskError::Unreadable("the count of tickets"))?;
        let number = TicketNumber::new(Series::DESK, count);
        if open::holders(conn, number)?.is_empty() {
            return Ok(Ticket { number, date });
        }
    }
}
