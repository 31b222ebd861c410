//! What patients do on the page behind their ticket's code: step out, come back, ask for help.
//!
//! Invariants: it is recorded as what staff do is, under a name that no user has, so it is in the audit and the list
//! can be rebuilt; it changes nothing but the visits of that ticket; no one does it more often than a person would.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::facts::About;
use super::recorded::Record;
use super::{Store, bump, events, int, open, queue, timestamp_or_none, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::fact::What;
use crate::domain::queue::{QueueAction, VisitState};
use crate::domain::reason::Reason;
use crate::domain::ticket::Ticket;
use crate::domain::visit::BY_PHONE;
use crate::domain::visit::VisitRow;

/// The code of asking for help.
pub(super) const ASKED: &str = "ask-help";
/// Between two wishes of one ticket there is so much time.
const BETWEEN: SignedDuration = SignedDuration::from_secs(2);
/// This many wishes of one ticket are taken on its day; with several visits each of them counts.
const WISHES_MAX: u32 = 60;

/// What a patient wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneWish {
    /// Steps out; keeps the turn and is passed over meanwhile.
    StepOut,
    /// Is here again.
    ComeBack,
    /// Wants someone to help.
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

    /// Whether it changes anything where this visit stands.
    #[must_use]
    pub fn changes(self, row: &VisitRow) -> bool {
        match self {
            Self::StepOut => row.state == VisitState::Arrived,
            Self::ComeBack => row.is_out(),
            Self::Help => row.state.is_open(),
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
    /// Does what the holder of a ticket wants, with every visit on the list that it is for.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn phone_wish(&mut self, ticket: Ticket, wish: PhoneWish, now: Timestamp) -> Result<PhoneAnswer, DeskError> {
        let (date, began) = (self.date_at(now), self.day_began(now));
        let tx = self.write()?;
        if is_too_often(&tx, ticket, now)? {
            return Ok(PhoneAnswer::TooOften);
        }
        let rows = open::of_ticket(&tx, ticket, date, began)?;
        let own = || rows.iter();
        let mut answer = PhoneAnswer::Nothing;
        for row in own() {
            let id = row.id.as_str();
            // One person asks once, whatever the number of their visits.
            let asks_already = wish == PhoneWish::Help && (answer == PhoneAnswer::Done || own().any(is_asking));
            if asks_already || !wish.changes(row) {
                continue;
            }
            let is_done = match wish {
                PhoneWish::StepOut => queue::record(&tx, &row.id, &QueueAction::StepOut, BY_PHONE, now)?,
                PhoneWish::ComeBack => queue::record(&tx, &row.id, &QueueAction::ComeBack, BY_PHONE, now)?,
                PhoneWish::Help => {
                    let n = int(bump(&tx)?);
                    asked(&tx, id, now, n)?;
                    let (user, code, visit) = (BY_PHONE, ASKED, Some(id));
                    let deed = Record { n, at: now, user, code, visit, event: None, detail: None };
                    deed.keep(&tx, &About::Visits(&[id]), &What::HelpAsked)?;
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
         SELECT ?1, ?2, v.appointment_id, ?4, 'phone', v.language, ?5, v.ticket_date FROM visit v
         WHERE v.appointment_id = ?3",
        params![BY_PHONE, n, id, to_code(&Reason::AskedForHelp), at.to_string()],
    )?;
    events::touch(conn, id)
}

fn is_asking(row: &VisitRow) -> bool {
    row.reasons.iter().any(|reason| reason.kiosk.as_str() == BY_PHONE && reason.taken.is_none())
}

fn is_too_often(conn: &Connection, ticket: Ticket, now: Timestamp) -> Result<bool, DeskError> {
    let sql = "SELECT COUNT(*), MAX(at) FROM staff_action WHERE user_name = ?1 AND appointment_id IN
               (SELECT appointment_id FROM visit WHERE ticket_date = ?2 AND ticket_number = ?3)";
    let (times, last): (u32, Option<String>) = conn
        .prepare_cached(sql)?
        .query_row(params![BY_PHONE, ticket.date.to_string(), ticket.number.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let last = timestamp_or_none(last)?;
    Ok(times >= WISHES_MAX || last.is_some_and(|last| last <= now && now.duration_since(last) < BETWEEN))
}
