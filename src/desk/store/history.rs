//! What happened with someone's visits: what kiosks reported and what staff did, in order, read off the two records
//! that nothing edits.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rusqlite::params;

use super::{BookingStep, HandAction, StaffAction, Store, booking, events, phone, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::event::{KioskEvent, LoggedEvent};
use crate::domain::ids::{AppointmentId, KioskId, PatientId};
use crate::domain::proposal::Field;
use crate::domain::queue::QueueAction;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// At a kiosk.
    Kiosk {
        /// When, as far as its clock can be believed.
        at: Timestamp,
        /// At which.
        kiosk: KioskId,
        /// What.
        event: Box<KioskEvent>,
    },
    /// By staff.
    Staff {
        /// When.
        at: Timestamp,
        /// Who.
        user: String,
        /// What.
        deed: StaffDeed,
    },
}

/// What someone of the staff did with a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffDeed {
    /// Saw to it, accepted, declined, took a step back.
    Visit(StaffAction),
    /// A step in a queue.
    Queue(QueueAction),
    /// Something by hand.
    Hand(HandAction),
    /// Booked, moved or canceled the appointment, or took that back.
    Booking(BookingStep),
    /// The patient asked for help by phone.
    AskedByPhone,
    /// Decided about something that the patient said is different: which decision, by its code, and about what.
    Change(String, Field),
}

impl Happening {
    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Kiosk { at, .. } | Self::Staff { at, .. } => *at,
        }
    }
}

impl Store {
    /// What happened with these visits of one person, the oldest first; of what kiosks reported that of these dates,
    /// the last one included.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn history(
        &self,
        visits: &[AppointmentId],
        patient: Option<&PatientId>,
        (from, to): (Date, Date),
    ) -> Result<Vec<Happening>, DeskError> {
        let mut happened = self.kiosk_history(visits, patient, (from, to))?;
        let proposed: BTreeSet<(String, i64)> = happened.iter().filter_map(|(_, at_kiosk)| at_kiosk.clone()).collect();
        let mut all: Vec<Happening> = happened.drain(..).map(|(happening, _)| happening).collect();
        all.extend(self.staff_history(visits, &proposed)?);
        // What a kiosk reported late stands where it happened; at the same moment the order of the records stays.
        all.sort_by_key(Happening::at);
        Ok(all)
    }

    /// Also where each check-in stands in its kiosk's log: what was proposed with it goes by that.
    #[allow(clippy::type_complexity)]
    fn kiosk_history(
        &self,
        visits: &[AppointmentId],
        patient: Option<&PatientId>,
        (from, to): (Date, Date),
    ) -> Result<Vec<(Happening, Option<(String, i64)>)>, DeskError> {
        let begins = |date: Date| self.day.begin_of(date).map(|at| at.to_string()).unwrap_or_default();
        // A kiosk that was offline reports up to a day later.
        let until = to.checked_add(2.days()).unwrap_or(Date::MAX);
        let mut statement = self.conn.prepare_cached(
            "SELECT kiosk, seq, received_at, body, happened_at FROM kiosk_event WHERE removed_at IS NULL
             AND ((happened_at IS NULL AND received_at >= ?1 AND received_at < ?2)
                 OR (happened_at >= ?1 AND happened_at < ?2)) ORDER BY revision",
        )?;
        let mut rows = statement.query([begins(from), begins(until)])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(3)?;
            let may_be = visits.iter().any(|id| body.contains(id.as_str()))
                || patient.is_some_and(|id| body.contains(id.as_str()));
            if !may_be {
                continue;
            }
            let mut logged: LoggedEvent = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
            logged.event = logged.event.known();
            if !is_about(&logged.event, visits, patient) {
                continue;
            }
            let (kiosk, seq, received): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let check_in = matches!(logged.event, KioskEvent::CheckedIn(_)).then(|| (kiosk.clone(), seq));
            let at = events::happened_at(logged.at, &received, row.get(4)?)?;
            found.push((Happening::Kiosk { at, kiosk: KioskId::new(kiosk), event: Box::new(logged.event) }, check_in));
        }
        Ok(found)
    }

    fn staff_history(
        &self,
        visits: &[AppointmentId],
        proposed: &BTreeSet<(String, i64)>,
    ) -> Result<Vec<Happening>, DeskError> {
        let broken = || DeskError::Unreadable("a staff action");
        let json = serde_json::to_string(visits).map_err(|_| broken())?;
        let mut statement = self.conn.prepare_cached(
            "SELECT revision, at, user_name, action, detail FROM staff_action
             WHERE appointment_id IN (SELECT value FROM json_each(?1))",
        )?;
        type Recorded = (i64, String, String, String, Option<String>);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
        let mut rows: Vec<Recorded> = statement.query_map([json], read)?.collect::<Result<_, _>>()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT s.revision, s.at, s.user_name, s.action, json_extract(s.detail, '$.field') FROM staff_action s
             WHERE s.kiosk = ?1 AND s.seq = ?2 AND s.detail IS NOT NULL",
        )?;
        for (kiosk, seq) in proposed {
            rows.extend(statement.query_map(params![kiosk, seq], read)?.collect::<Result<Vec<Recorded>, _>>()?);
        }
        rows.sort();
        rows.dedup();
        rows.into_iter()
            .map(|(_, at, user, action, detail)| {
                let deed = match (&detail, StaffAction::from_code(&action)) {
                    (None, Some(action)) => StaffDeed::Visit(action),
                    (None, None) if action == phone::ASKED => StaffDeed::AskedByPhone,
                    (None, None) => return Err(broken()),
                    (Some(field), _) if action.starts_with("change-") => {
                        StaffDeed::Change(action, Field::from_code(field).ok_or_else(broken)?)
                    }
                    (Some(detail), _) => match HandAction::recorded(&action, detail)? {
                        Some(by_hand) => StaffDeed::Hand(by_hand),
                        None => match booking::recorded(&action, &at, &user, detail)? {
                            Some(step) => StaffDeed::Booking(step),
                            None => StaffDeed::Queue(serde_json::from_str(detail).map_err(|_| broken())?),
                        },
                    },
                };
                Ok(Happening::Staff { at: timestamp(&at)?, user, deed })
            })
            .collect()
    }
}

fn is_about(event: &KioskEvent, visits: &[AppointmentId], patient: Option<&PatientId>) -> bool {
    match event {
        KioskEvent::Stopped { appointments, patient: whose, .. } if appointments.is_empty() => {
            whose.is_some() && whose.as_ref() == patient
        }
        event => visits.iter().any(|id| event.is_about(id)),
    }
}
