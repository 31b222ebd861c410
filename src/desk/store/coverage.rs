//! Whose coverage needs attention: put on the list and taken off again, recorded like what staff do.
//!
//! Invariants: it follows from the card on file, the payer's answer of today and the day of the visit alone, by the
//! rule of [`coverage_reason`]; only patients who are here are on the list for it; what was found is recorded, so the
//! list can be rebuilt; nothing of a card is in what is recorded, only a hash that tells one card from another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
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
    /// is resolved; `visits`: of these visits alone. Answers `false` if everything was as it should be.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn settle_coverage(&mut self, visits: Option<&[AppointmentId]>, now: Timestamp) -> Result<bool, DeskError> {
        let day = self.day.clone();
        // Nearly always there is nothing to do, and then no one who writes is held up.
        if differing(&self.conn, &day, visits, now)?.is_empty() {
            return Ok(false);
        }
        let tx = self.write()?;
        let differing = differing(&tx, &day, visits, now)?;
        for (id, found) in &differing {
            let action = HandAction::Coverage { found: found.clone() };
            Doing { conn: &tx, day: &day, user: DESK, now }.record(&AppointmentId::new(id), &action)?;
        }
        tx.commit()?;
        Ok(!differing.is_empty())
    }
}

/// The visits of today about which the list says something else than it should, each with what it should say; `visits`:
/// of these alone.
fn differing(
    conn: &Connection,
    day: &ClinicDay,
    visits: Option<&[AppointmentId]>,
    now: Timestamp,
) -> Result<BTreeMap<String, Found>, DeskError> {
    let today = day.of(now);
    let listed = listed(conn, today, visits)?;
    let mut wanted: BTreeMap<String, Found> = listed.keys().map(|id| (id.clone(), Found::new())).collect();
    if settings(conn)?.insurance.ask {
        for (body, state) in eligibility::bodies_here(conn, today, visits)? {
            let is_here =
                VisitState::from_code(&state).is_some_and(|state| state.is_open() && state != VisitState::Expected);
            if !is_here {
                continue;
            }
            let appointment = appointments::read(&body)?;
            let visit = appointment.local_date(day.zone());
            let cards = [("first", &appointment.coverage), ("second", &appointment.second_coverage)];
            let mut found = Found::new();
            for (which, card) in cards {
                let Some(card) = card.as_ref() else { continue };
                let key = CardKey::of(&appointment.person.id, card);
                let answer = eligibility::answer_on(conn, &key, today)?;
                if let Some(reason) = coverage_reason(Some(card), answer, visit) {
                    found.insert(CoverageFound { reason, card: format!("{which} {}", key.short()) });
                }
            }
            wanted.insert(appointment.id.to_string(), found);
        }
    }
    wanted.retain(|id, found| listed.get(id).map_or(!found.is_empty(), |listed| listed != found));
    Ok(wanted)
}

/// What the list says of coverage, by visit; `visits`: of these alone, which are looked up one by one.
fn listed(
    conn: &Connection,
    today: Date,
    visits: Option<&[AppointmentId]>,
) -> Result<BTreeMap<String, Found>, DeskError> {
    const WHAT: &str = "SELECT r.appointment_id, r.reason, r.step FROM reason r
         JOIN visit v ON v.appointment_id = r.appointment_id WHERE r.kiosk = ?1 AND r.date = ?2 AND r.solved_at IS NULL
         AND v.state NOT IN ('done', 'no-show', 'cancelled')";
    let mut listed: BTreeMap<String, Found> = BTreeMap::new();
    let mut take = |mut rows: rusqlite::Rows<'_>| -> Result<(), DeskError> {
        while let Some(row) = rows.next()? {
            let found = CoverageFound { reason: from_code(row.get(1)?, "a reason")?, card: row.get(2)? };
            listed.entry(row.get(0)?).or_default().insert(found);
        }
        Ok(())
    };
    match visits {
        None => take(conn.prepare_cached(WHAT)?.query(params![BY_PAYER, today.to_string()])?)?,
        Some(visits) => {
            let mut statement = conn.prepare_cached(&format!("{WHAT} AND r.appointment_id = ?3"))?;
            for id in visits {
                take(statement.query(params![BY_PAYER, today.to_string(), id.as_str()])?)?;
            }
        }
    }
    Ok(listed)
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
