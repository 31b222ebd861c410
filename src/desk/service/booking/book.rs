//! Booking, moving and canceling appointments, as the desk does it; everyone who looks, and every kiosk, hears of it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::service::import::draft::Draft;
use crate::desk::store::{BookingState, Refused};
use crate::domain::appointment::Appointment;
use crate::domain::booking::{Ask, Slot, WhyNone, free_slots, why_none};
use crate::domain::ids::AppointmentId;

/// Free times are looked for this many days ahead.
const DAYS_AHEAD: i64 = 92;
/// Days that are looked through at a time.
const DAYS_AT_ONCE: i64 = 7;

/// A new patient who is on no list yet, as staff typed it.
#[derive(Clone, Default)]
pub struct NewPerson {
    /// All first names.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Phone.
    pub phone: String,
    /// Email; may be empty.
    pub email: String,
    /// BCP 47 tag of their language; empty if no one said.
    pub language: String,
}

impl NewPerson {
    /// The person as an appointment of theirs, with a number, but otherwise empty; or what is wrong, in a sentence.
    /// Anyone who is typed in twice in the same way is one person.
    ///
    /// # Errors
    /// A sentence for anyone who typed it.
    pub fn appointment(&self, now: Timestamp) -> Result<Appointment, String> {
        if self.given_name.trim().is_empty() || self.family_name.trim().is_empty() {
            return Err("Enter a first name and a last name.".to_owned());
        }
        let birth_date = self.birth_date.ok_or("The date of birth is missing or invalid.")?;
        let draft = Draft {
            id: "new".to_owned(),
            start: now.to_string(),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            birth_date: birth_date.to_string(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            language: self.language.clone(),
            ..Draft::default()
        };
        let appointment =
            draft.finish(&mut Vec::new()).map_err(|_| "A field is too long or has a line break.".to_owned())?;
        // A list may leave it open; anyone who types it is asked again.
        if appointment.person.birth_date.day().is_none() {
            return Err("The date of birth is in the future or not valid.".to_owned());
        }
        Ok(appointment)
    }
}

impl Desk {
    /// Free times from a date on and after a time, the earliest first; some `max`, with all that begin at the same time
    /// as the last of them. None before now, and none more than three months ahead.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn free_times(
        &self,
        ask: &Ask,
        (from, after): (Date, Option<Timestamp>),
        max: usize,
    ) -> Result<Vec<Slot>, DeskError> {
        let now = self.now();
        let practice = self.with_store(|store| store.practice(now))?;
        let today = practice.date_of(now);
        let last = today.saturating_add(DAYS_AHEAD.days());
        let mut first = from.max(today);
        let mut found = Vec::new();
        while first <= last && found.len() < max {
            let until = first.saturating_add((DAYS_AT_ONCE - 1).days()).min(last);
            // What began the day before may not be over.
            let taken = self.with_store(|store| store.busy(first.yesterday().unwrap_or(first), until))?;
            for date in first.series(1.day()).take_while(|date| *date <= until) {
                let free = free_slots(&practice, ask, date, &taken, now);
                found.extend(free.into_iter().filter(|slot| after.is_none_or(|after| slot.start > after)));
                if found.len() >= max {
                    break;
                }
            }
            let Ok(next) = until.tomorrow() else { break };
            first = next;
        }
        let last = max.checked_sub(1).and_then(|at| found.get(at)).map(|slot| slot.start);
        found.retain(|slot| last.is_none_or(|last| slot.start <= last));
        Ok(found)
    }

    /// Why there is no free time for what is asked from a date on, and the last date that is looked at. Asked only
    /// where there is none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn why_no_time(&self, ask: &Ask, from: Date) -> Result<(WhyNone, Date), DeskError> {
        let now = self.now();
        let practice = self.with_store(|store| store.practice(now))?;
        let today = practice.date_of(now);
        let last = today.saturating_add(DAYS_AHEAD.days());
        Ok((why_none(&practice, ask, from.max(today), last), last))
    }

    /// Books an appointment and answers its number; its own does not matter.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn book(&self, wanted: &Appointment, user: &str) -> Result<Result<AppointmentId, Refused>, DeskError> {
        self.book_anyway(wanted, false, user)
    }

    /// As [`Desk::book`]; `anyway`: also outside the clinic's hours, which is recorded.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn book_anyway(
        &self,
        wanted: &Appointment,
        anyway: bool,
        user: &str,
    ) -> Result<Result<AppointmentId, Refused>, DeskError> {
        let now = self.now();
        let booked = self.with_store(|store| store.book(wanted, anyway, user, now))?;
        self.notify();
        Ok(booked)
    }

    /// Moves an appointment to a beginning, for this many minutes, with someone. Its number stays, and so do its
    /// letters.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn reschedule(
        &self,
        id: &AppointmentId,
        to: (Timestamp, u32, &str),
        user: &str,
    ) -> Result<Result<(), Refused>, DeskError> {
        self.reschedule_anyway(id, to, false, user)
    }

    /// As [`Desk::reschedule`]; `anyway`: also outside the clinic's hours, which is recorded.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn reschedule_anyway(
        &self,
        id: &AppointmentId,
        to: (Timestamp, u32, &str),
        anyway: bool,
        user: &str,
    ) -> Result<Result<(), Refused>, DeskError> {
        let now = self.now();
        let moved = self.with_store(|store| store.reschedule(id, to, anyway, user, now))?;
        self.notify();
        Ok(moved)
    }

    /// Calls an appointment off.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn call_off(&self, id: &AppointmentId, why: &str, user: &str) -> Result<Result<(), Refused>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.call_off(id, why, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Takes the latest of these steps back, if it is still the one of this revision.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn undo_booking(&self, id: &AppointmentId, shown: u64, user: &str) -> Result<Result<(), Refused>, DeskError> {
        let now = self.now();
        let undone = self.with_store(|store| store.undo_booking(id, shown, user, now))?;
        self.notify();
        Ok(undone)
    }

    /// Someone has noticed that a list says something else than staff had decided.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_contradiction(&self, id: &AppointmentId, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let noted = self.with_store(|store| store.note_contradiction(id, user, now))?;
        self.notify();
        Ok(noted)
    }

    /// What was done here with an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn booking_state(&self, id: &AppointmentId) -> Result<BookingState, DeskError> {
        let now = self.now();
        self.with_store(|store| store.booking_state(id, now))
    }
}
