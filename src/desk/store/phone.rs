//! What patients do on the page behind their ticket's code: step out, come back, ask for help.
//!
//! Invariants: it is recorded as what staff do is, under a name that no user has, so it is in the audit and the list can be rebuilt; it
//! changes nothing but the visits of that ticket; nobody does it more often than a person would.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::super::error::DeskError;
use super::{Store, bump, events, int, queue, timestamp_or_none, to_code, visits};
use crate::domain::queue::{QueueAction, VisitState};
use crate::domain::reason::Reason;
use crate::domain::ticket::Ticket;

/// Who did it, if a patient did it by phone; and where, instead of a kiosk. No user and no kiosk can have such a name.
pub const BY_PHONE: &str = "(phone)";
/// The code of asking for help.
pub(super) const ASKED: &str = "ask-help";
/// Between two wishes of one ticket there is so much time.
const BETWEEN: SignedDuration = SignedDuration::from_secs(2);
/// So many wishes of one visit are taken on its day.
const WISHES_MAX: u32 = 60;

/// What a patient wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneWish {
    /// Steps out; keeps the turn and is passed over meanwhile.
    StepOut,
    /// Is here again.
    ComeBack,
    /// Wants somebody to help.
    Help,
}

impl PhoneWish {
    /// Every wish.
    pub const ALL: [Self; 3] = [Self::StepOut, Self::ComeBack, Self::Help];

    /// The name in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::StepOut => "out",
            Self::ComeBack => "back",
            Self::Help => "help",
        }
    }
}

/// What came of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneAnswer {
    /// It is so now.
    Done,
    /// It was so already, or does not go from where they stand.
    Nothing,
    /// Too often: a little later it goes again.
    TooOften,
}

impl Store {
    /// Does what the holder of a ticket of today wants, with every visit that it is for.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn phone_wish(&mut self, ticket: Ticket, wish: PhoneWish, now: Timestamp) -> Result<PhoneAnswer, DeskError> {
        let date = self.date_at(now);
        if ticket.date != date {
            return Ok(PhoneAnswer::Nothing);
        }
        let tx = self.write()?;
        let rows = visits::visits_of(&tx, date)?;
        let own = || rows.iter().filter(|row| row.ticket == Some(ticket));
        let mut answer = PhoneAnswer::Nothing;
        for row in own() {
            let id = row.id.as_str();
            let is_new = match wish {
                PhoneWish::StepOut => row.state == VisitState::Arrived,
                PhoneWish::ComeBack => row.is_out(),
                // One person asks once, whatever the number of their visits.
                PhoneWish::Help => row.state.is_open() && answer == PhoneAnswer::Nothing && !own().any(is_asking),
            };
            if !is_new {
                continue;
            }
            if answer == PhoneAnswer::Nothing && is_too_often(&tx, id, now)? {
                return Ok(PhoneAnswer::TooOften);
            }
            let is_done = match wish {
                PhoneWish::StepOut => queue::record(&tx, &row.id, &QueueAction::StepOut, BY_PHONE, now)?,
                PhoneWish::ComeBack => queue::record(&tx, &row.id, &QueueAction::ComeBack, BY_PHONE, now)?,
                PhoneWish::Help => {
                    let n = int(bump(&tx)?);
                    asked(&tx, id, now, n)?;
                    tx.execute(
                        "INSERT INTO staff_action(revision, at, user_name, action, appointment_id) VALUES (?1, ?2, ?3, ?4, ?5)",
                        params![n, now.to_string(), BY_PHONE, ASKED, id],
                    )?;
                    true
                }
            };
            if is_done {
                answer = PhoneAnswer::Done;
            }
        }
        tx.commit()?;
        Ok(answer)
    }
}

/// Puts "asks for help by phone" on the list, at revision `n`.
pub(super) fn asked(conn: &Connection, id: &str, at: Timestamp, n: i64) -> Result<(), DeskError> {
    conn.execute(
        "INSERT INTO reason(kiosk, seq, appointment_id, reason, step, language, at, date)
         SELECT ?1, ?2, v.appointment_id, ?4, 'phone', v.language, ?5, v.ticket_date FROM visit v WHERE v.appointment_id = ?3",
        params![BY_PHONE, n, id, to_code(&Reason::AskedForHelp), at.to_string()],
    )?;
    events::touch(conn, id)
}

fn is_asking(row: &visits::VisitRow) -> bool {
    row.reasons.iter().any(|reason| reason.kiosk.as_str() == BY_PHONE && reason.taken.is_none())
}

fn is_too_often(conn: &Connection, id: &str, now: Timestamp) -> Result<bool, DeskError> {
    let sql = "SELECT COUNT(*), MAX(at) FROM staff_action WHERE appointment_id = ?1 AND user_name = ?2";
    let (times, last): (u32, Option<String>) =
        conn.prepare_cached(sql)?.query_row(params![id, BY_PHONE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let last = timestamp_or_none(last)?;
    Ok(times >= WISHES_MAX || last.is_some_and(|last| last <= now && now.duration_since(last) < BETWEEN))
}
