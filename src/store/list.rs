//! Today's list, in memory: who may come, by appointment.

use std::collections::BTreeMap;

use crate::domain::appointment::Appointment;
use crate::domain::ids::{AppointmentId, PatientId};

/// Appointments by their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    appointments: BTreeMap<AppointmentId, Appointment>,
}

impl List {
    /// Adds or replaces an appointment.
    pub fn put(&mut self, appointment: Appointment) {
        self.appointments.insert(appointment.id.clone(), appointment);
    }

    /// Takes an appointment away.
    pub fn remove(&mut self, id: &AppointmentId) {
        self.appointments.remove(id);
    }

    /// The appointment with this number.
    #[must_use]
    pub fn get(&self, id: &AppointmentId) -> Option<&Appointment> {
        self.appointments.get(id)
    }

    /// All of one person's appointments, earliest first.
    #[must_use]
    pub fn of_patient(&self, patient: &PatientId) -> Vec<&Appointment> {
        let mut found: Vec<&Appointment> =
            self.iter().filter(|appointment| appointment.person.id == *patient).collect();
        found.sort_by_key(|appointment| appointment.start);
        found
    }

    /// Every appointment.
    pub fn iter(&self) -> impl Iterator<Item = &Appointment> {
        self.appointments.values()
    }

    /// Whether nothing is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.appointments.is_empty()
    }

    /// How many appointments are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.appointments.len()
    }
}
