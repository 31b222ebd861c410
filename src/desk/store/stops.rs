//! Stops at kiosks by people no one knows, and codes that were not taken.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::visits::{REASON_COLUMNS, ReasonFacts};
use super::{Store, from_code, open, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::ids::KioskId;
use crate::domain::reason::Reason;
use crate::domain::visit::ReasonRow;
use crate::domain::visit::{RefusedCodes, Stop};

impl Store {
    /// Stops by people who are not known, as they are on the clinic's list at this moment: those of its day, open ones
    /// of any day, and those that were resolved since the day began. One row for each kiosk and reason, open ones
    /// apart from those resolved.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stops_at(&self, now: Timestamp) -> Result<Vec<Stop>, DeskError> {
        let sql = format!(
            "SELECT {REASON_COLUMNS} FROM reason WHERE rowid IN (SELECT rowid FROM reason INDEXED BY stop_by_date
                 WHERE appointment_id = '' AND date = ?1
             UNION SELECT rowid FROM reason INDEXED BY stop_open
             WHERE appointment_id = '' AND taken_at IS NULL AND solved_at IS NULL AND date >= ?2
             UNION SELECT rowid FROM reason INDEXED BY stop_by_taken
             WHERE appointment_id = '' AND taken_at >= ?3 AND date >= ?2) ORDER BY kiosk, seq"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let of = [self.date_at(now).to_string(), open::since(&self.conn)?.to_string(), self.day_began(now).to_string()];
        let rows: Vec<ReasonFacts> = statement.query_map(of, ReasonFacts::read)?.collect::<Result<_, _>>()?;
        let mut stops: BTreeMap<(String, Reason, i64), Stop> = BTreeMap::new();
        for facts in rows {
            let taken = facts.taken_revision.unwrap_or(0);
            let row = facts.into_row()?;
            stops
                .entry((row.kiosk.to_string(), row.reason, taken))
                .and_modify(|stop| {
                    // Since when: the first of them. Which: the latest, so that taking care covers all.
                    stop.times += 1;
                    stop.latest = ReasonRow { at: stop.latest.at, ..row.clone() };
                })
                .or_insert(Stop { latest: row, times: 1 });
        }
        Ok(stops.into_values().collect())
    }

    /// Codes that kiosks did not take on this day, without those that someone made up: these are stops.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn refused_codes_of(&self, date: Date) -> Result<Vec<RefusedCodes>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kiosk, reason, COUNT(*), MAX(at) FROM refused_code WHERE date = ?1 GROUP BY kiosk, reason
             ORDER BY kiosk, reason",
        )?;
        let rows = statement.query_map([date.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?, row.get::<_, String>(3)?))
        })?;
        rows.map(|row| {
            let (kiosk, reason, times, at) = row?;
            Ok(RefusedCodes {
                kiosk: KioskId::new(kiosk),
                reason: from_code(reason, "a reason")?,
                times,
                at: timestamp(&at)?,
            })
        })
        .collect()
    }
}
