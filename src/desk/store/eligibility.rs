//! What payers answered about cards, and which cards to ask about.
//!
//! Invariants: a card is asked about once a day; that it is being asked about is written down before anyone is asked. A
//! card is known by its content, so another card of the same person is another question.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, appointments, bump, timestamp};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::hash_token;
use crate::domain::eligibility::ANSWER_WITHIN;
use crate::domain::eligibility::{Eligibility, Question};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::Coverage;

/// Whose card, and which. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CardKey {
    patient: String,
    card: String,
}

impl std::fmt::Debug for CardKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardKey")
    }
}

impl CardKey {
    /// The key of this card of this person.
    #[must_use]
    pub fn of(patient: &PatientId, card: &Coverage) -> Self {
        let text = serde_json::to_string(card).unwrap_or_default();
        Self { patient: patient.to_string(), card: hash_token(&text) }
    }

    /// Enough of it to tell one card of a person from another.
    pub(super) fn short(&self) -> &str {
        self.card.get(..16).unwrap_or(&self.card)
    }
}

/// A card to ask about.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// Which.
    pub key: CardKey,
    /// What to ask.
    pub question: Question,
}

impl Store {
    /// Cards on file of everyone who has a ticket of today that were not asked about today; `visits`: of these visits
    /// alone. They count as asked from now on.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn due_inquiries(
        &mut self,
        visits: Option<&[AppointmentId]>,
        now: Timestamp,
    ) -> Result<Vec<Inquiry>, DeskError> {
        let (zone, today) = (self.zone.clone(), self.date_at(now));
        let bodies: Vec<String> = bodies_here(&self.conn, today, visits)?.into_iter().map(|(body, _)| body).collect();
        let mut due = Vec::new();
        let mut seen = HashSet::new();
        for body in bodies {
            let appointment = appointments::read(&body)?;
            let person = &appointment.person;
            for card in [&appointment.coverage, &appointment.second_coverage]
                .into_iter()
                .flatten()
                .filter(|card| !card.is_none())
            {
                let key = CardKey::of(&person.id, card);
                if seen.insert(key.clone()) && is_due(&self.conn, &key, today, now)? {
                    let question = Question {
                        card: card.clone(),
                        given_name: person.given_name.clone(),
                        family_name: person.family_name.clone(),
                        birth_date: person.birth_date,
                        on: appointment.local_date(&zone),
                    };
                    due.push(Inquiry { key, question });
                }
            }
        }
        if !due.is_empty() {
            let tx = self.write()?;
            for inquiry in &due {
                put(&tx, &inquiry.key, Eligibility::Asked, today, now)?;
            }
            tx.commit()?;
        }
        Ok(due)
    }

    /// Keeps what came of a question.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn answer_inquiry(&mut self, key: &CardKey, answer: Eligibility, now: Timestamp) -> Result<(), DeskError> {
        let today = self.date_at(now);
        let tx = self.write()?;
        put(&tx, key, answer, today, now)?;
        tx.commit()?;
        Ok(())
    }

    /// What is known of cards that were asked about on this date, and since when.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn eligibility_on(&self, date: Date) -> Result<HashMap<CardKey, (Eligibility, Timestamp)>, DeskError> {
        answers_on(&self.conn, date)
    }
}

/// The appointments of everyone who has a ticket of this date, and where their visits stand; `visits`: of these alone,
/// which are looked up one by one.
pub(super) fn bodies_here(
    conn: &Connection,
    date: Date,
    visits: Option<&[AppointmentId]>,
) -> Result<Vec<(String, String)>, DeskError> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let Some(visits) = visits else {
        let mut statement = conn.prepare_cached(
            "SELECT a.body, v.state FROM visit v JOIN appointment a ON a.id = v.appointment_id WHERE v.ticket_date = ?1
             ORDER BY v.arrived_at, a.id",
        )?;
        return Ok(statement.query_map([date.to_string()], read)?.collect::<Result<_, _>>()?);
    };
    let mut statement = conn.prepare_cached(
        "SELECT a.body, v.state FROM visit v JOIN appointment a ON a.id = v.appointment_id
         WHERE v.appointment_id = ?2 AND v.ticket_date = ?1",
    )?;
    let rows = visits.iter().map(|id| statement.query_row([date.to_string().as_str(), id.as_str()], read).optional());
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// What a payer said of a card that was asked about on this date; nothing if it was not.
pub(super) fn answer_on(conn: &Connection, key: &CardKey, date: Date) -> Result<Eligibility, DeskError> {
    let mut statement =
        conn.prepare_cached("SELECT answer FROM eligibility WHERE patient_id = ?1 AND card = ?2 AND date = ?3")?;
    let answer: Option<String> = statement
        .query_row([key.patient.as_str(), key.card.as_str(), date.to_string().as_str()], |row| row.get(0))
        .optional()?;
    Ok(answer.as_deref().map(read).transpose()?.unwrap_or_default())
}

/// As [`Store::eligibility_on`], also inside a transaction.
fn answers_on(conn: &Connection, date: Date) -> Result<HashMap<CardKey, (Eligibility, Timestamp)>, DeskError> {
    let mut statement = conn.prepare_cached("SELECT patient_id, card, answer, at FROM eligibility WHERE date = ?1")?;
    let rows = statement.query_map([date.to_string()], |row| {
        Ok((CardKey { patient: row.get(0)?, card: row.get(1)? }, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    })?;
    rows.map(|row| {
        let (key, answer, at) = row?;
        Ok((key, (read(&answer)?, timestamp(&at)?)))
    })
    .collect()
}

/// A question of today that has an answer, or may still get one, is not asked again. One that was cut off by a restart
/// is.
fn is_due(conn: &Connection, key: &CardKey, today: Date, now: Timestamp) -> Result<bool, DeskError> {
    let known: Option<(String, String, String)> = conn
        .query_row(
            "SELECT date, answer, at FROM eligibility WHERE patient_id = ?1 AND card = ?2",
            [&key.patient, &key.card],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((date, answer, at)) = known else { return Ok(true) };
    let age = now.duration_since(timestamp(&at)?);
    let given_up = SignedDuration::try_from(ANSWER_WITHIN * 2).unwrap_or(SignedDuration::MAX);
    Ok(date != today.to_string() || (read(&answer)? == Eligibility::Asked && age > given_up))
}

fn put(conn: &Connection, key: &CardKey, answer: Eligibility, today: Date, now: Timestamp) -> Result<(), DeskError> {
    let answer = serde_json::to_string(&answer).map_err(|_| DeskError::Unreadable("a payer's answer"))?;
    conn.execute(
        "INSERT INTO eligibility(patient_id, card, answer, date, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(patient_id, card) DO UPDATE SET answer = excluded.answer, date = excluded.date, at = excluded.at",
        params![key.patient, key.card, answer, today.to_string(), now.to_string()],
    )?;
    // Pages show it.
    bump(conn)?;
    Ok(())
}

fn read(answer: &str) -> Result<Eligibility, DeskError> {
    serde_json::from_str(answer).map_err(|_| DeskError::Unreadable("a payer's answer"))
}
