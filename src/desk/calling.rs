//! Calling people and what follows, as the desk does it: the store's step, and everybody who looks hears of it.

use std::sync::{Arc, PoisonError};

use super::Desk;
use super::error::DeskError;
use super::queues::{Queues, Refusal, TicketStanding};
use super::store::VisitRow;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::QueueAction;
use crate::domain::ticket::Ticket;

impl Desk {
    /// Calls who is next in a queue to a service point, and answers whom.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_next(&self, queue: &str, point: Option<&str>, user: &str) -> Result<Result<AppointmentId, Refusal>, DeskError> {
        let now = self.now();
        let called = self.with_store(|store| store.call_next(queue, point, user, now))?;
        self.notify();
        Ok(called)
    }

    /// Calls this one to a service point, whoever else is before.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_this(&self, id: &AppointmentId, point: Option<&str>, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let called = self.with_store(|store| store.call_this(id, point, user, now))?;
        self.notify();
        Ok(called)
    }

    /// Takes any other step of somebody in a queue.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn queue_step(&self, id: &AppointmentId, action: &QueueAction, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.queue_step(id, action, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Takes back what was done last with a visit, if its latest step is still the one that was shown: its revision, 0 for none.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_shown(&self, id: &AppointmentId, shown: u64, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let undone = self.with_store(|store| store.undo_shown(id, shown, user, now))?;
        self.notify();
        Ok(undone)
    }

    /// How a ticket stands: state, place, wait and where to come; none if nobody has it today. What ticket page, board and kiosk say.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_standing(&self, ticket: Ticket) -> Result<Option<TicketStanding>, DeskError> {
        let today = self.today()?;
        Ok(today.queues.standing(&today.rows, ticket, &self.settings()))
    }

    /// The visits and queues of the clinic's today. Read anew when something has changed or a minute has passed, so that hundreds who
    /// look at the same time cost one reading.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn today(&self) -> Result<Arc<Today>, DeskError> {
        let now = self.now();
        let minute = now.as_second().div_euclid(60);
        let mut kept = self.inner.today.lock().unwrap_or_else(PoisonError::into_inner);
        self.with_store(|store| {
            let revision = store.revision()?;
            if let Some(today) = kept.as_ref().filter(|today| (today.revision, today.minute) == (revision, minute)) {
                return Ok(Arc::clone(today));
            }
            // Before the date is asked for: a new time zone may make it another one.
            let settings = self.settings_of(store)?;
            let rows = store.visits_of(store.date_at(now))?;
            let queues = store.queues(&rows, &settings, now)?;
            let today = Arc::new(Today { revision, minute, rows, queues });
            *kept = Some(Arc::clone(&today));
            Ok(today)
        })
    }
}

/// A day's visits and queues, as they were at a revision.
pub struct Today {
    /// The latest change that is in it.
    revision: u64,
    /// Minutes since 1970 at which it was read: waits depend on the time.
    minute: i64,
    /// The day's visits.
    pub rows: Vec<VisitRow>,
    /// Its queues.
    pub queues: Queues,
}
