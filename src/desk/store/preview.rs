//! A list that is looked at before it is taken: the same work in the same transaction, kept only if someone says so.

use jiff::Timestamp;

use super::appointments::{Taken, Unsaid, take_in};
use super::{Store, audit, chart};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;

/// An appointment that a list makes another one.
#[derive(Clone, PartialEq, Eq)]
pub struct Changed {
    /// As it is; none if it is new.
    pub before: Option<Appointment>,
    /// As it would be.
    pub after: Appointment,
}

impl Store {
    /// What a list would change, and what would come of it. Nothing is stored.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn preview_list(
        &mut self,
        list: &[Appointment],
        unsaid: Unsaid,
        now: Timestamp,
    ) -> Result<(Vec<Changed>, Taken), DeskError> {
        self.try_list(list, unsaid, audit::IMPORT, now, |_| false)
    }

    /// Takes a list over, whole, if `wanted` says so of what it changes; none if it does not.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing of this list is taken.
    pub fn take_list_if(
        &mut self,
        list: &[Appointment],
        unsaid: Unsaid,
        user: &str,
        now: Timestamp,
        wanted: impl FnOnce(&[Changed]) -> bool,
    ) -> Result<Option<Taken>, DeskError> {
        let mut is_taken = false;
        let (_, taken) = self.try_list(list, unsaid, user, now, |changed| {
            is_taken = wanted(changed);
            is_taken
        })?;
        Ok(is_taken.then_some(taken))
    }

    fn try_list(
        &mut self,
        list: &[Appointment],
        unsaid: Unsaid,
        user: &str,
        now: Timestamp,
        wanted: impl FnOnce(&[Changed]) -> bool,
    ) -> Result<(Vec<Changed>, Taken), DeskError> {
        let day = self.day.clone();
        let tx = self.write()?;
        let mut heard = chart::listen(&tx)?;
        heard.unsaid = unsaid;
        list.iter().for_each(|appointment| heard.hear(appointment));
        chart::end_contradicted(&tx, &heard, now)?;
        // Of an appointment that is there twice what it was at first and is at last.
        let mut changed: Vec<Changed> = Vec::new();
        let mut at: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        let taken = take_in(&tx, &day, list, unsaid, (user, now), &mut |before, after| {
            let new = Changed { before: before.cloned(), after: after.clone() };
            match at.get(after.id.as_str()).and_then(|at| changed.get_mut(*at)) {
                Some(earlier) => earlier.after = new.after,
                None => {
                    at.insert(after.id.to_string(), changed.len());
                    changed.push(new);
                }
            }
        })?;
        if wanted(&changed) {
            tx.commit()?;
        }
        Ok((changed, taken))
    }
}
