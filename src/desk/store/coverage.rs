//! Whose coverage needs attention: put on the list and taken off again, recorded like what staff do.
//!
//! Invariants: it follows from the card on file, the payer's answer of today and the day of the visit alone, by the
//! rule of [`coverage_reason`]; only patients who are here are on the list for it; what was found is recorded, so the
//! list can be rebuilt; nothing of a card is in what is recorded, only a hash that tells one card from another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::audit::DESK;
use super::eligibility::{self, CardKey};
use super::hand::{Doing, HandAction};
use super::{Store, appointments, events, from_code, settings, to_code};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::eligibility::coverage_reason;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;

/// Where such a reason comes from, instead of a kiosk. No kiosk can have such a name.
pub const BY_PAYER: &str = "(payer)";

/// One thing that is the matter with one card.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageFound {
    /// What.
    pub reason: Reason,
    /// With which card: the first or the second, and what tells it from another.
    pub card: String,
}

type Found = BTreeSet<CoverageFound>;

impl Store {
    /// Puts every patient on the list who is here today and whose coverage needs attention, and takes them off once it
    /// is resolved. Answers `false` if everything was as it should be.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn settle_coverage(&mut self, now: Timestamp) -> Result<bool, DeskError> {
        let day = self.day.clone();
        // Nearly always there is nothing to do, and then no one who writes is held up.
        if differing(&self.conn, &day, now)?.is_empty() {
            return Ok(false);
        }
        let tx = self.write()?;
        let differing = differing(&tx, &day, now)?;
        for (id, found) in &differing {
            let action = HandAction::Coverage { found: found.clone() };
            Doing { conn: &tx, day: &day, user: DESK, now }.record(&AppointmentId::new(id), &action)?;
        }
        tx.commit()?;
        Ok(!differing.is_empty())
    }
}

/// The visits of today about which the list says something else than it should, each with what it should say.
fn differing(conn: &Connection, day: &ClinicDay, now: Timestamp) -> Result<BTreeMap<String, Found>, DeskError> {
    let today = day.of(now);
    let mut listed: BTreeMap<String, Found> = BTreeMap::new();
    let mut statement = conn.prepare_cached(
        "SELECT r.appointment_id, r.reason, r.step FROM reason r JOIN visit v ON v.appointment_id = r.appointment_id
         WHERE r.kiosk = ?1 AND r.date = ?2 AND r.solved_at IS NULL
         AND v.state NOT IN ('done', 'no-show', 'cancelled')",
    )?;
    let mut rows = statement.query(params![BY_PAYER, today.to_string()])?;
    while let Some(row) = rows.next()? {
        let found = CoverageFound { reason: from_code(row.get(1)?, "a reason")?, card: row.get(2)? };
        listed.entry(row.get(0)?).or_default().insert(found);
    }
    let mut wanted: BTreeMap<String, Found> = listed.keys().map(|id| (id.clone(), Found::new())).collect();
    if settings(conn)?.insurance.ask {
        let answers = eligibility::answers_on(conn, today)?;
        let mut statement = conn.prepare_cached(
            "SELECT a.body, v.state FROM visit v JOIN appointment a ON a.id = v.appointment_id WHERE v.ticket_date = ?1
             ORDER BY a.id",
        )?;
        let mut rows = statement.query([today.to_string()])?;
        while let Some(row) = rows.next()? {
            let (body, state): (String, String) = (row.get(0)?, row.get(1)?);
            let is_here =
                VisitState::from_code(&state).is_some_and(|state| state.is_open() && state != VisitState::Expected);
            if !is_here {
                continue;
            }
            let appointment = appointments::read(&body)?;
            let visit = appointment.local_date(day.zone());
            let cards = [("first", &appointment.coverage), ("second", &appointment.second_coverage)];
            let found: Found = cards
                .into_iter()
                .filter_map(|(which, card)| {
                    let card = card.as_ref()?;
                    let key = CardKey::of(&appointment.person.id, card);
                    let answer = answers.get(&key).map(|(answer, _)| *answer).unwrap_or_default();
                    let reason = coverage_reason(Some(card), answer, visit)?;
                    Some(CoverageFound { reason, card: format!("{which} {}", key.short()) })
                })
                .collect();
            wanted.insert(appointment.id.to_string(), found);
        }
    }
    wanted.retain(|id, found| listed.get(id).map_or(!found.is_empty(), |listed| listed != found));
    Ok(wanted)
}

/// Makes the list say of this visit what was found at revision `n`: what was there before and is not found any more is
/// resolved.
pub(super) fn apply(
    conn: &Connection,
    day: &ClinicDay,
    id: &str,
    found: &BTreeSet<CoverageFound>,
    at: Timestamp,
    n: i64,
) -> Result<(), DeskError> {
    let json = serde_json::to_string(
        &found.iter().map(|one| format!("{} {}", to_code(&one.reason), one.card)).collect::<Vec<_>>(),
    )
    .map_err(|_| DeskError::Unreadable("a staff action"))?;
    conn.execute(
        "UPDATE reason SET solved_at = ?3 WHERE kiosk = ?1 AND appointment_id = ?2 AND solved_at IS NULL
         AND reason || ' ' || step NOT IN (SELECT value FROM json_each(?4))",
        params![BY_PAYER, id, at.to_string(), json],
    )?;
    let date = day.of(at).to_string();
    // Both cards may have the same fault; each reason of an event is there once.
    for (place, one) in (0_i64..).zip(found) {
        conn.execute(
            "INSERT INTO reason(kiosk, seq, appointment_id, reason, step, language, at, date)
             SELECT ?1, ?2, v.appointment_id, ?4, ?5, v.language, ?6, ?7 FROM visit v WHERE v.appointment_id = ?3
             AND NOT EXISTS (SELECT 1 FROM reason r
                 WHERE r.kiosk = ?1 AND r.appointment_id = ?3 AND r.reason = ?4 AND r.step = ?5
                 AND r.solved_at IS NULL)",
            params![
                BY_PAYER,
                n.saturating_mul(2).saturating_add(place),
                id,
                to_code(&one.reason),
                one.card,
                at.to_string(),
                date
            ],
        )?;
    }
    events::touch(conn, id)
}
