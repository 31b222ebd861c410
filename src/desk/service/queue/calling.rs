//! Calling people and what follows, as the desk does it: the store's step, and everyone who looks hears of it.

use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{Closed, PhoneAnswer, PhoneWish};
use crate::domain::ids::AppointmentId;
use crate::domain::queue::QueueAction;
use crate::domain::queue::day::{Refusal, TicketStanding};
use crate::domain::ticket::Ticket;

impl Desk {
    /// Calls the one who was shown as next in a queue, to a service point; refuses if they cannot be called any more,
    /// and calls no one else.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_next(
        &self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let called = self.with_store(|store| store.call_next(id, point, user, now))?;
        self.notify();
        Ok(called)
    }

    /// Calls this one to a service point, no matter who else is before.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_this(
        &self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
    ) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let called = self.with_store(|store| store.call_this(id, point, user, now))?;
        self.notify();
        Ok(called)
    }

    /// Calls once more someone who was called; to this service point, if the call before named none.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn call_again(
        &self,
        id: &AppointmentId,
        point: Option<&str>,
        user: &str,
    ) -> Result<Result<(), Refusal>, DeskError> {
        self.queue_step(id, &QueueAction::CallAgain { point: point.map(str::to_owned) }, user)
    }

    /// Takes any other step of someone in a queue.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn queue_step(
        &self,
        id: &AppointmentId,
        action: &QueueAction,
        user: &str,
    ) -> Result<Result<(), Refusal>, DeskError> {
        // Read before the store is held; of a transfer alone.
        let queues = matches!(action, QueueAction::Transfer { .. }).then(|| self.today()).transpose()?;
        let is_known = |queue: &str| queues.as_ref().is_some_and(|today| today.queues.named(queue).is_some());
        let now = self.now();
        let done = self.with_store(|store| store.queue_step(id, action, is_known, user, now))?;
        self.notify();
        Ok(done)
    }

    /// Closes all that is open of an earlier day and stands as it did at revision `shown`.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn close_day(&self, day: Date, shown: u64, user: &str) -> Result<Closed, DeskError> {
        let now = self.now();
        let closed = self.with_store(|store| store.close_day(day, shown, user, now))?;
        self.notify();
        Ok(closed)
    }

    /// Takes such a closing back, by its name. Answers how many are open again, and how many have gone on since and
    /// stay; none if it was taken back already.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_closing(&self, first: u64, user: &str) -> Result<Option<(usize, usize)>, DeskError> {
        let now = self.now();
        let undone = self.with_store(|store| store.undo_closing(first, user, now))?;
        self.notify();
        Ok(undone)
    }

    /// Takes back what was done last with a visit, if its latest step is still the one that was shown: its revision, 0
    /// for none.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn undo_shown(&self, id: &AppointmentId, shown: u64, user: &str) -> Result<Result<(), Refusal>, DeskError> {
        let now = self.now();
        let undone = self.with_store(|store| store.undo_shown(id, shown, user, now))?;
        self.notify();
        Ok(undone)
    }

    /// How a ticket stands: state, place, wait and where to come; none if no one has it today. What ticket page, board
    /// and kiosk say.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ticket_standing(&self, ticket: Ticket) -> Result<Option<TicketStanding>, DeskError> {
        let today = self.today()?;
        // One of two people would hear of the other's place in line.
        if today.is_on_two_papers(ticket) {
            return Ok(None);
        }
        Ok(today.standing(ticket, &self.settings()))
    }

    /// Does what the holder of a ticket wants by phone.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn phone_wish(&self, ticket: Ticket, wish: PhoneWish) -> Result<PhoneAnswer, DeskError> {
        // Anyone who presses again and again costs no reading of the day.
        if !self.today()?.visits_of(ticket).any(|row| wish.changes(row)) {
            return Ok(PhoneAnswer::Nothing);
        }
        let now = self.now();
        let answer = self.with_store(|store| store.phone_wish(ticket, wish, now))?;
        self.notify();
        Ok(answer)
    }
}
