//! Appointments and the clinic's hours as pages read them.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Known, Message};
use crate::domain::appointment::Appointment;
use crate::domain::booking::Practice;
use crate::domain::ids::AppointmentId;

impl Desk {
    /// An appointment as it counts now; none if there is no such appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn appointment(&self, id: &AppointmentId) -> Result<Option<Appointment>, DeskError> {
        self.with_store(|store| store.appointment(id))
    }

    /// The clinic's providers, services and hours.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn practice(&self) -> Result<Practice, DeskError> {
        let now = self.now();
        self.with_store(|store| store.practice(now))
    }

    /// The names that the settings and the appointments of the next weeks use.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn names_in_use(&self) -> Result<Known, DeskError> {
        let now = self.now();
        self.with_store(|store| store.known(now))
    }

    /// Appointments that were booked here and that the booking system's list contradicts.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_bookings(&self) -> Result<Vec<Appointment>, DeskError> {
        self.with_store(|store| store.contradicted_bookings())
    }

    /// What was sent to the patient about an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn messages_about(&self, id: &AppointmentId) -> Result<Vec<Message>, DeskError> {
        self.with_store(|store| store.messages_about(id))
    }
}
