//! What staff want of kiosks: recorded, told until it was carried out, and what became of it.
//!
//! Invariants: an order's number is higher than that of every order the kiosk has carried out; what is no longer
//! wanted, because a later order takes its place or its time is over, is never told; whether patients are served is
//! reported however late.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::proposals::person_of;
use super::super::{Store, audit, bump, int, open, timestamp, timestamp_or_none};
use super::health::heard;
use crate::desk::base::error::DeskError;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::kiosk::OrderStage;
use crate::domain::ticket::Ticket;
use crate::sync::wire::{Health, Order, OrderKind};

/// So long after it was given an order that is for the moment is still worth carrying out.
pub const ORDER_LASTS: SignedDuration = SignedDuration::from_mins(10);
/// A kiosk that was told and has not said that it is done is reported again after so long.
pub const TELL_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// Most characters of what patients are shown.
pub const ORDER_CHARS_MAX: usize = 200;

/// An order as it was given, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Its number.
    pub id: u64,
    /// What.
    pub what: OrderKind,
    /// When.
    pub at: Timestamp,
    /// By which user.
    pub user: String,
    /// What became of it.
    pub state: OrderState,
    /// Why it is so, in the kiosk's words for staff; may be empty.
    pub why: String,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// The kiosk has not said that it is done.
    Waiting,
    /// The kiosk is at it.
    UnderWay,
    /// The kiosk does it as soon as no one is there.
    WhenFree,
    /// Carried out; when the kiosk said so.
    Done(Timestamp),
    /// The kiosk cannot say whether it was; when it said that.
    Unsure(Timestamp),
    /// The kiosk could not do it; when it said so.
    NotDone(Timestamp),
    /// Its time was over before the kiosk heard of it.
    TooLate,
    /// A later order took its place.
    Replaced,
}

/// Why there is no such order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderRefused {
    /// There is no such kiosk.
    NoKiosk,
    /// There is nothing to show.
    NoText,
    /// It would not fit, or is no single line.
    LongText,
    /// The kiosk did not give that ticket out today.
    OtherTicket,
    /// The kiosk's program does not know that order.
    OlderProgram,
}

impl OrderRefused {
    /// For staff.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoKiosk => "That kiosk no longer exists.",
            Self::NoText => "Enter the message to show.",
            Self::LongText => "The message is too long: one line of up to 200 characters.",
            Self::OlderProgram => "This kiosk's software is too old for that. Restart the kiosk, or update it.",
            Self::OtherTicket => "This kiosk did not give out that ticket today.",
        }
    }
}

/// What an answer to a kiosk holds, and when to look again if it holds nothing.
pub(in super::super::super) struct Told {
    pub orders: Vec<Order>,
    /// There is something that it was told a moment ago.
    pub again_in: Option<SignedDuration>,
}

impl Store {
    /// Records what someone wants of a kiosk, for the person of `visit` if one is meant. Answers the order's number, or
    /// why there is none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn order_kiosk(
        &mut self,
        kiosk: &KioskId,
        what: &OrderKind,
        visit: Option<&AppointmentId>,
        user: &str,
        now: Timestamp,
    ) -> Result<Result<u64, OrderRefused>, DeskError> {
        let today = self.date_at(now);
        let tx = self.write()?;
        let letter: Option<String> =
            tx.query_row("SELECT letter FROM kiosk WHERE id = ?1", [kiosk.as_str()], |row| row.get(0)).optional()?;
        let Some(letter) = letter else { return Ok(Err(OrderRefused::NoKiosk)) };
        let mut patient = visit.map(|id| person_of(&tx, id.as_str())).transpose()?.flatten().unwrap_or_default();
        let mut about = format!("kiosk {kiosk}");
        let mut of_visit = visit.map(ToString::to_string).unwrap_or_default();
        match what {
            OrderKind::OutOfService { text } | OrderKind::Say { text } => {
                if text.chars().nth(ORDER_CHARS_MAX).is_some() || text.chars().any(char::is_control) {
                    return Ok(Err(OrderRefused::LongText));
                }
                if text.trim().is_empty() && matches!(what, OrderKind::Say { .. }) {
                    return Ok(Err(OrderRefused::NoText));
                }
            }
            OrderKind::PrintAgain { ticket } => {
                let sql = "SELECT appointment_id FROM ticket WHERE kiosk = ?1 AND number = ?2 AND date = ?3
                           ORDER BY seq LIMIT 1";
                let number = ticket.number.to_string();
                let whose: Option<String> = tx
                    .query_row(sql, params![kiosk.as_str(), number, ticket.date.to_string()], |row| row.get(0))
                    .optional()?;
                let counts = ticket.date == today || open::is_held(&tx, ticket.number, ticket.date)?;
                let Some(whose) = whose.filter(|_| counts && ticket.number.series().to_string() == letter) else {
                    return Ok(Err(OrderRefused::OtherTicket));
                };
                patient = person_of(&tx, &whose)?.unwrap_or_default();
                about = format!("kiosk {kiosk} ticket {number}");
                of_visit = whose;
            }
            // One that does not know a word of an answer understands nothing of it.
            OrderKind::LookAgain if heard(&tx, kiosk)?.is_none_or(|heard| heard.health.brake.is_none()) => {
                return Ok(Err(OrderRefused::OlderProgram));
            }
            OrderKind::InService | OrderKind::Restart | OrderKind::LookAgain | OrderKind::Newer(_) => {}
        }
        let (action, is_service) = match what {
            OrderKind::OutOfService { .. } => ("kiosk-out-of-service", true),
            OrderKind::InService => ("kiosk-in-service", true),
            OrderKind::Say { .. } => ("kiosk-say", false),
            OrderKind::Restart => ("kiosk-restart", false),
            OrderKind::PrintAgain { .. } => ("kiosk-print-again", false),
            OrderKind::Newer(_) => ("kiosk-order", false),
            OrderKind::LookAgain => ("kiosk-look-again", false),
        };
        let body = serde_json::to_string(what).map_err(|_| DeskError::Unreadable("an order"))?;
        // A kiosk does nothing twice: after an older copy of this file was put back, it knows higher numbers than this
        // file has.
        let obeyed = heard(&tx, kiosk)?.map_or(0, |heard| heard.health.obeyed);
        let given: i64 =
            tx.query_row("SELECT COALESCE(MAX(n), 0) FROM kiosk_order WHERE kiosk = ?1", [kiosk.as_str()], |row| {
                row.get(0)
            })?;
        let n = bump(&tx)?.max(obeyed.max(given.unsigned_abs()).saturating_add(1));
        tx.execute(
            "INSERT INTO kiosk_order(n, kiosk, at, user_name, body, is_service, appointment_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![int(n), kiosk.as_str(), now.to_string(), user, body, i64::from(is_service), of_visit],
        )?;
        // What it says may be about someone: the audit has that and when, and the order has the words.
        audit::add(&tx, &audit::Entry { at: now, user, action, patient: &patient, about: &about })?;
        tx.commit()?;
        Ok(Ok(n))
    }

    /// What a kiosk that has carried out everything up to `obeyed` gets now.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub(in super::super::super) fn tell_orders(
        &mut self,
        kiosk: &KioskId,
        obeyed: u64,
        now: Timestamp,
    ) -> Result<Told, DeskError> {
        let wanted: Vec<Recorded> =
            recorded(&self.conn, kiosk, int(obeyed))?.into_iter().filter(|order| order.is_wanted(now)).collect();
        let since_told = |order: &Recorded| order.told.map_or(TELL_AGAIN, |told| now.duration_since(told).abs());
        let Some(longest) = wanted.iter().map(since_told).max() else {
            return Ok(Told { orders: Vec::new(), again_in: None });
        };
        if longest < TELL_AGAIN {
            return Ok(Told { orders: Vec::new(), again_in: Some(TELL_AGAIN - longest) });
        }
        let tx = self.write()?;
        for order in &wanted {
            tx.execute(
                "UPDATE kiosk_order SET told_at = ?3 WHERE kiosk = ?1 AND n = ?2",
                params![kiosk.as_str(), int(order.id), now.to_string()],
            )?;
        }
        tx.commit()?;
        Ok(Told {
            orders: wanted.into_iter().map(|order| Order { id: order.id, what: order.what }).collect(),
            again_in: None,
        })
    }

    /// The latest orders of a kiosk and what became of them, the newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn orders_of(&self, kiosk: &KioskId, most: usize, now: Timestamp) -> Result<Vec<OrderRow>, DeskError> {
        let orders = recorded(&self.conn, kiosk, 0)?;
        Ok(orders.into_iter().rev().take(most).map(|order| order.row(now)).collect())
    }

    /// The latest order to print this ticket again there, of those that [`Store::orders_of`] has.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn printed_again(
        &self,
        kiosk: &KioskId,
        ticket: Ticket,
        now: Timestamp,
    ) -> Result<Option<OrderRow>, DeskError> {
        let is_it = |row: &OrderRow| row.what == OrderKind::PrintAgain { ticket };
        Ok(self.orders_of(kiosk, usize::MAX, now)?.into_iter().find(is_it))
    }

    /// What staff last said on whether a kiosk serves patients; none if they never said anything.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn service_order(&self, kiosk: &KioskId) -> Result<Option<(OrderKind, String, Timestamp)>, DeskError> {
        let sql =
            "SELECT body, user_name, at FROM kiosk_order WHERE kiosk = ?1 AND is_service = 1 ORDER BY n DESC LIMIT 1";
        let row: Option<(String, String, String)> = self
            .conn
            .prepare_cached(sql)?
            .query_row([kiosk.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        row.map(|(body, user, at)| Ok((read_kind(&body)?, user, timestamp(&at)?))).transpose()
    }
}

/// Notes what a kiosk has taken on of what it was told, and what became of it. What has ended stays so.
pub(super) fn obeyed(conn: &Connection, kiosk: &KioskId, health: &Health, now: Timestamp) -> Result<(), DeskError> {
    conn.execute(
        "UPDATE kiosk_order SET done_at = ?3 WHERE kiosk = ?1 AND n <= ?2 AND told_at IS NOT NULL AND done_at IS NULL",
        params![kiosk.as_str(), int(health.obeyed), now.to_string()],
    )?;
    let mut statement = conn.prepare_cached(
        "UPDATE kiosk_order SET done_at = ?5, ended = ?3, why = ?4
         WHERE kiosk = ?1 AND n = ?2 AND done_at IS NOT NULL AND COALESCE(ended, '') NOT IN ('done', 'not-done', ?3)",
    )?;
    for end in &health.ends {
        statement.execute(params![kiosk.as_str(), int(end.order), end.is.code(), end.why, now.to_string()])?;
    }
    Ok(())
}

/// Takes out orders that fit, a condition on `kiosk_order` with one value. What says whether a kiosk serves stays as
/// long as it counts; the last order of a kiosk keeps its number, which is not given again, and loses its words.
/// Answers how many are others now.
pub(in super::super) fn forget_orders(conn: &Connection, which: &str, value: &str) -> Result<usize, DeskError> {
    let mut changed = 0;
    for sql in FORGET_ORDERS {
        changed += conn.execute(&sql.replace("{which}", which), [value])?;
    }
    Ok(changed)
}

/// The statements of [`forget_orders`].
pub(in super::super) const FORGET_ORDERS: [&str; 2] = [
    "DELETE FROM kiosk_order WHERE {which}
     AND NOT n IS (SELECT MAX(s.n) FROM kiosk_order s WHERE s.kiosk = kiosk_order.kiosk AND s.is_service = 1)
     AND NOT n IS (SELECT MAX(l.n) FROM kiosk_order l WHERE l.kiosk = kiosk_order.kiosk)",
    "UPDATE kiosk_order SET body = CASE WHEN body ->> '$.kind' = 'say' THEN json_set(body, '$.text', '') ELSE body END,
     appointment_id = ''
     WHERE {which} AND is_service = 0 AND n IS (SELECT MAX(l.n) FROM kiosk_order l WHERE l.kiosk = kiosk_order.kiosk)
     AND (body ->> '$.text' <> '' OR appointment_id <> '')",
];

struct Recorded {
    id: u64,
    what: OrderKind,
    at: Timestamp,
    user: String,
    told: Option<Timestamp>,
    done: Option<Timestamp>,
    ended: Option<OrderStage>,
    why: String,
    is_service: bool,
    /// A later one says whether patients are served.
    is_replaced: bool,
}

impl Recorded {
    /// Whether the kiosk should hear of it still, if it has not carried it out.
    fn is_wanted(&self, now: Timestamp) -> bool {
        if self.is_service { !self.is_replaced } else { now.duration_since(self.at) < ORDER_LASTS }
    }

    fn row(self, now: Timestamp) -> OrderRow {
        let state = match self.done {
            Some(at) => match self.ended {
                Some(OrderStage::UnderWay) => OrderState::UnderWay,
                Some(OrderStage::Waiting) => OrderState::WhenFree,
                Some(OrderStage::Unsure) => OrderState::Unsure(at),
                Some(OrderStage::NotDone) => OrderState::NotDone(at),
                // An older program does not tell.
                Some(OrderStage::Done) | None => OrderState::Done(at),
            },
            None if self.is_wanted(now) => OrderState::Waiting,
            None if self.is_service => OrderState::Replaced,
            None => OrderState::TooLate,
        };
        OrderRow { id: self.id, what: self.what, at: self.at, user: self.user, state, why: self.why }
    }
}

/// A kiosk's orders after this number, the oldest first: of the last ones only, and always with the one that says
/// whether it serves.
fn recorded(conn: &Connection, kiosk: &KioskId, after: i64) -> Result<Vec<Recorded>, DeskError> {
    let mut statement = conn.prepare_cached(
        "SELECT n, body, at, user_name, told_at, done_at, ended, why, is_service,
         is_service = 1 AND n < (SELECT MAX(s.n) FROM kiosk_order s WHERE s.kiosk = ?1 AND s.is_service = 1)
         FROM kiosk_order WHERE kiosk = ?1 AND n > ?2
         AND (n IN (SELECT l.n FROM kiosk_order l WHERE l.kiosk = ?1 ORDER BY l.n DESC LIMIT 50)
              OR n = (SELECT MAX(s.n) FROM kiosk_order s WHERE s.kiosk = ?1 AND s.is_service = 1))
         ORDER BY n",
    )?;
    let rows = statement.query_map(params![kiosk.as_str(), after], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, Option<String>>(4)?,
            row.get::<_, Option<String>>(5)?,
            row.get::<_, Option<String>>(6)?,
            row.get::<_, String>(7)?,
            row.get::<_, bool>(8)?,
            row.get::<_, bool>(9)?,
        ))
    })?;
    rows.map(|row| {
        let (id, body, at, user, told, done, ended, why, is_service, is_replaced) = row?;
        Ok(Recorded {
            id: id.unsigned_abs(),
            what: read_kind(&body)?,
            at: timestamp(&at)?,
            user,
            told: timestamp_or_none(told)?,
            done: timestamp_or_none(done)?,
            ended: ended.as_deref().and_then(OrderStage::of_code),
            why,
            is_service,
            is_replaced,
        })
    })
    .collect()
}

fn read_kind(body: &str) -> Result<OrderKind, DeskError> {
    serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an order"))
}
