//! What staff do by hand, as the desk does it: the store's deed, and everyone who looks hears of it.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Found, HandAction, Happening, IfLate, WalkInByHand};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::proposal::check::is_unprintable;
use crate::domain::queue::day::Refusal;
use crate::domain::ticket::{CallAs, Ticket};

/// A note is no longer than this.
pub const NOTE_CHARS_MAX: usize = 1000;

/// A note as it is kept, or why it will not do. Lines stay lines.
///
/// # Errors
/// A sentence for anyone who typed it.
pub fn check_note(text: &str) -> Result<Private, &'static str> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        Err("The note is empty.")
    } else if text.chars().nth(NOTE_CHARS_MAX).is_some() {
        Err("The note is too long. Shorten it, or write two.")
    } else if text.chars().any(|c| is_unprintable(c) && c != '\n') {
        Err("The note has characters that can't be shown. Type it again as plain text.")
    } else {
        Ok(Private::from(text))
    }
}

impl Desk {
    /// Checks someone in by hand; see [`crate::desk::store::Store::check_in_by_hand`].
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn check_in_by_hand(
        &self,
        id: &AppointmentId,
        how: (Language, CallAs),
        if_late: IfLate,
        user: &str,
    ) -> Result<Result<Ticket, Refusal>, DeskError> {
        let now = self.now();
        let given = self.with_store(|store| store.check_in_by_hand(id, how, if_late, user, now))?;
        self.notify();
        Ok(given)
    }

    /// Takes in someone without an appointment; see [`crate::desk::store::Store::walk_in_by_hand`].
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn walk_in_by_hand(&self, who: &WalkInByHand, user: &str) -> Result<(AppointmentId, Ticket), DeskError> {
        let now = self.now();
        let given = self.with_store(|store| store.walk_in_by_hand(who, user, now))?;
        self.notify();
        Ok(given)
    }

    /// Undoes a check-in, no matter who made it.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_check_in(&self, id: &AppointmentId, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.undo_check_in(id, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Changes how someone is called.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn set_call_as(
        &self,
        id: &AppointmentId,
        call_as: CallAs,
        user: &str,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.set_call_as(id, call_as, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Notes that someone who was expected did not come.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn not_come(&self, id: &AppointmentId, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.not_come(id, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Writes, archives or takes out a note. Answers `false` if there was nothing to do.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn note(&self, id: &AppointmentId, action: &HandAction, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.note(id, action, user, now))?;
        self.notify();
        Ok(done)
    }

    /// What happened with these visits; see [`crate::desk::store::Store::history`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn history(
        &self,
        visits: &[AppointmentId],
        patient: Option<&PatientId>,
        days: (Date, Date),
    ) -> Result<Vec<Happening>, DeskError> {
        self.with_store(|store| store.history(visits, patient, days))
    }

    /// People of any day; see [`crate::desk::store::Store::find_people`]. A date of birth is read as this clinic writes
    /// it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn find_people(&self, text: &str) -> Result<Found, DeskError> {
        self.find_people_beside(text, &HashSet::new())
    }

    /// As [`Desk::find_people`], without these people.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn find_people_beside(&self, text: &str, shown: &HashSet<PatientId>) -> Result<Found, DeskError> {
        let (now, style) = (self.now(), self.settings().dates());
        let words: Vec<&str> = text.split_whitespace().collect();
        let dates = |word: &str| style.read(word).into_iter().collect();
        self.with_store(|store| store.find_people(&words, dates, shown, store.date_at(now)))
    }

    /// Notes that a session has someone's page open.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn be_on(&self, session: &str, user: &str, id: &AppointmentId) -> Result<(), DeskError> {
        let now = self.now();
        if self.with_store(|store| store.be_on(session, user, id, now))? {
            self.notify();
        }
        Ok(())
    }

    /// Notes that a session has closed someone's page.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn leave(&self, session: &str, id: &AppointmentId) -> Result<(), DeskError> {
        if self.with_store(|store| store.leave(session, id))? {
            self.notify();
        }
        Ok(())
    }

    /// Forgets who has not said for a while that they are still there, and tells everyone who looks.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn end_presence(&self) -> Result<(), DeskError> {
        let now = self.now();
        if self.with_store(|store| store.end_presence(now))? {
            self.notify();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_keeps_its_lines_and_nothing_that_cannot_be_shown() {
        assert_eq!(check_note("  first\r\nsecond \n").unwrap().as_str(), "first\nsecond");
        for bad in ["", " \r\n ", "a\u{7}b", "a\u{202e}b", &"x".repeat(NOTE_CHARS_MAX + 1)] {
            assert!(check_note(bad).is_err(), "{bad:?}");
        }
        assert!(check_note(&"é".repeat(NOTE_CHARS_MAX)).is_ok());
    }
}
