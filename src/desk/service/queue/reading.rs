//! Visits and days as pages read them.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Closing, LeftDay, Note, OrderRow};
use crate::domain::appointment::Appointment;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::visit::VisitRow;
use crate::domain::when::StaffTime;

/// What is open from earlier days.
pub struct EarlierDays {
    /// The clinic's today.
    pub today: Date,
    /// How staff read dates and times here.
    pub times: StaffTime,
    /// The revision of the store that this shows; changes that come later have a higher one.
    pub revision: u64,
    /// Each day that has something open, with the visits that are listed one by one.
    pub days: Vec<(LeftDay, Vec<VisitRow>)>,
    /// Days that were closed lately, which can be undone.
    pub closings: Vec<Closing>,
}

/// What the page of a visit shows beside the visit itself.
pub struct Beside {
    /// All appointments of the person that the desk knows, at most as many as were asked for.
    pub ever: Vec<Appointment>,
    /// Notes of the visits and of these appointments.
    pub notes: Vec<Note>,
    /// The latest order to print the visit's ticket again.
    pub again: Option<OrderRow>,
}

impl Desk {
    /// A visit, whatever its day; none if neither the list nor a kiosk knows it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit_row(&self, id: &AppointmentId) -> Result<Option<VisitRow>, DeskError> {
        self.with_store(|store| store.visit(id))
    }

    /// The visits of a day, in no order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_on(&self, date: Date) -> Result<Vec<VisitRow>, DeskError> {
        self.with_store(|store| store.visits_of(date))
    }

    /// The revision of the store's last change.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn revision(&self) -> Result<u64, DeskError> {
        self.with_store(|store| store.revision())
    }

    /// What is open from earlier days.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn earlier_days(&self) -> Result<EarlierDays, DeskError> {
        let now = self.now();
        self.with_store(|store| {
            // Before the rest is read: what comes in between is newer than what is shown.
            let revision = store.revision()?;
            let days = store.days_left(now)?.into_iter().map(|day| {
                let rows = if day.is_listed { store.left_of(day.date, now)? } else { Vec::new() };
                Ok((day, rows))
            });
            let days = days.collect::<Result<_, DeskError>>()?;
            let (today, times) = (store.date_at(now), self.settings().staff_time()?);
            Ok(EarlierDays { today, times, revision, days, closings: store.closings(now)? })
        })
    }

    /// What belongs to a visit beside the visit itself: `person` and at most `most` of their appointments, notes of
    /// these and of `visits`, and the order to print the visit's ticket again.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn beside_visit(
        &self,
        row: &VisitRow,
        person: Option<&PatientId>,
        visits: &[AppointmentId],
        most: u32,
    ) -> Result<Beside, DeskError> {
        let (now, printed): (Timestamp, _) = (self.now(), row.kiosk.as_ref().zip(row.ticket));
        self.with_store(|store| {
            let ever =
                person.map(|person| store.visits_of_person(person, Date::MIN, most)).transpose()?.unwrap_or_default();
            let also: Vec<AppointmentId> = ever.iter().map(|a| a.id.clone()).chain(visits.iter().cloned()).collect();
            let again = printed.map(|(kiosk, ticket)| store.printed_again(kiosk, ticket, now)).transpose()?.flatten();
            Ok(Beside { ever, notes: store.notes_of(&also)?, again })
        })
    }

    /// Where the session with this token of its forms calls patients to, if that was chosen.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn point_of_session(&self, csrf: &str) -> Result<Option<String>, DeskError> {
        self.with_store(|store| store.point_of_session(csrf))
    }

    /// Remembers where a session calls patients to.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_point_of_session(&self, csrf: &str, point: Option<&str>) -> Result<(), DeskError> {
        self.with_store(|store| store.set_point_of_session(csrf, point))
    }

    /// The key in the addresses of boards.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn board_key(&self) -> Result<String, DeskError> {
        self.with_store(|store| store.board_key())
    }

    /// Gives boards new addresses; the old ones open nothing from then on.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn renew_board_key(&self, user: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.renew_board_key(user, now))?;
        self.notify();
        Ok(())
    }
}
