//! Calling people and what follows, as the desk does it: the store's step, and everybody who looks hears of it.

use super::Desk;
use super::error::DeskError;
use super::queues::{Refusal, TicketStanding};
use super::store::{StaffAction, StaffWork};
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

    /// Takes the latest step of a visit back if it is still the one that was shown: its revision, 0 for none.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_shown(&self, id: &AppointmentId, shown: u64, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| {
            // Another process may act in between; then the state that is taken back is still one that was whole.
            if store.latest_step(id)? != shown {
                return Ok(false);
            }
            store.act(&StaffWork::Visit(id.clone()), StaffAction::Undo, user, now)
        })?;
        self.notify();
        Ok(if done { Ok(()) } else { Err(Refusal::Moved) })
    }

    /// How a ticket stands: state, place, wait and where to come; none if nobody has it today. What ticket page, board and kiosk say.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_standing(&self, ticket: Ticket) -> Result<Option<TicketStanding>, DeskError> {
        let now = self.now();
        self.with_store(|store| store.ticket_standing(ticket, now))
    }
}
