//! Taking a list over: what it says of appointments, and which people it means.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Heard, SameNumberVerdict, Taken, Unsaid};
use crate::domain::appointment::Appointment;
use crate::domain::ids::PatientId;

impl Desk {
    /// Takes appointments over; what is as it was stays untouched.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn import_appointments(&self, list: &[Appointment]) -> Result<Taken, DeskError> {
        let mut heard = self.listen()?;
        list.iter().for_each(|appointment| heard.hear(appointment));
        self.end_contradicted(&heard)?;
        self.take_list(list, Unsaid::default())
    }

    /// What staff accepted, ready to hear a whole list before any of it is taken.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn listen(&self) -> Result<Heard, DeskError> {
        self.with_store(|store| store.listen())
    }

    /// Ends what staff accepted where a list says something else. Once for a list, before any of it is taken.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end_contradicted(&self, heard: &Heard) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.end_contradicted(heard, now))
    }

    /// Imports appointments of a list, or of a part of it, that leaves something unsaid: of that the desk keeps what it
    /// has.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take_list(&self, list: &[Appointment], unsaid: Unsaid) -> Result<Taken, DeskError> {
        let now = self.now();
        let taken = self.with_store(|store| store.take_appointments(list, unsaid, now))?;
        self.notify();
        Ok(taken)
    }

    /// Joins two people with one number of the booking system, or notes that they are two. Answers whether that was
    /// still to decide.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn decide_same_number(
        &self,
        pair: (&PatientId, &PatientId),
        verdict: SameNumberVerdict,
        by: &str,
    ) -> Result<bool, DeskError> {
        let now = self.now();
        let decided = self.with_store(|store| store.decide_same_number(pair, verdict, by, now))?;
        if decided {
            self.notify();
        }
        Ok(decided)
    }
}
