//! What staff want of this kiosk, carried out.
//!
//! Invariants: an order is noted in the file first and then carried out, so never twice; what became of it is reported
//! to the desk, and what a power cut came between is not said to be done; anyone who is in the middle of a check-in can
//! end it, whatever was ordered.

use std::time::Duration;

use super::program::{Kiosk, PRINT_SECONDS_MAX, lock};
use crate::domain::event::KioskEvent;
use crate::domain::kiosk::{ORDER_ENDS_MAX, OrderEnd, OrderStage};
use crate::domain::ticket::{CallAs, PrintOutcome, Ticket};
use crate::flow::step::{Input, PrintOrder, Step};
use crate::store::StoreError;
use crate::sync::wire::{Order, OrderKind};

/// A message that no one reads was for someone who has left.
const MESSAGE_SECONDS: u64 = 120;

/// What staff say to anyone who is at the kiosk.
#[derive(Debug)]
pub(super) struct Message {
    text: String,
    until: Duration,
}

/// A ticket that the printer has.
#[derive(Debug)]
pub(super) struct Print {
    ticket: Ticket,
    /// The order by which it is printed again; none for a patient's own.
    by: Option<u64>,
    since: Duration,
}

impl Kiosk {
    /// Whether patients are sent to the desk, by staff or because of a fault.
    pub(super) fn is_out_of_service(&self) -> bool {
        self.faulty || self.closed.is_some()
    }

    /// What staff say to anyone who is at the kiosk; empty for nothing.
    pub(super) fn message(&self) -> &str {
        self.message.as_ref().map_or("", |message| &message.text)
    }

    pub(super) fn message_was_read(&mut self) {
        self.message = None;
    }

    /// Whether the program should start again now: no one is at it, and nothing is left to be done.
    #[must_use]
    pub fn wants_restart(&self) -> bool {
        self.restart && self.conversation.step == Step::Welcome && !self.has_work()
    }

    pub(super) fn read_orders(&mut self) -> Result<(), StoreError> {
        let mut store = lock(&self.parts.store);
        (self.obeyed, self.closed, self.ends) = (store.obeyed()?, store.closed_by_staff()?, store.order_ends()?);
        let before = self.ends.clone();
        for end in &mut self.ends {
            match end.is {
                // The program has started again.
                OrderStage::Waiting => end.is = OrderStage::Done,
                OrderStage::UnderWay => {
                    (end.is, end.why) = (OrderStage::Unsure, "the kiosk was restarted in the meantime".to_owned());
                }
                OrderStage::Done | OrderStage::Unsure | OrderStage::NotDone => {}
            }
        }
        if self.ends != before {
            store.keep_order_ends(&self.ends)?;
        }
        Ok(())
    }

    pub(super) fn orders(&mut self, orders: Vec<Order>) {
        for order in orders.into_iter().filter(|order| order.id > self.obeyed).collect::<Vec<_>>() {
            let closed = match &order.what {
                OrderKind::OutOfService { text } => Some(Some(text.as_str())),
                OrderKind::InService => Some(None),
                OrderKind::Say { .. }
                | OrderKind::Restart
                | OrderKind::PrintAgain { .. }
                | OrderKind::LookAgain
                | OrderKind::Newer(_) => None,
            };
            let is = match order.what {
                OrderKind::OutOfService { .. }
                | OrderKind::InService
                | OrderKind::Say { .. }
                | OrderKind::LookAgain => OrderStage::Done,
                OrderKind::Restart => OrderStage::Waiting,
                OrderKind::PrintAgain { .. } => OrderStage::UnderWay,
                OrderKind::Newer(_) => OrderStage::NotDone,
            };
            let why = if is == OrderStage::NotDone {
                "this kiosk's software doesn't support this command: update the kiosk"
            } else {
                ""
            };
            let mut ends = self.ends.clone();
            ends.push(OrderEnd { order: order.id, is, why: why.to_owned() });
            ends.drain(..ends.len().saturating_sub(ORDER_ENDS_MAX));
            let noted = lock(&self.parts.store).obey(order.id, closed, &ends);
            if let Err(error) = noted {
                tracing::error!(%error, "a command from the desk could not be saved; the desk will send it again");
                break;
            }
            (self.obeyed, self.ends) = (order.id, ends);
            self.carry_out(order.id, order.what);
        }
        self.tell_health();
    }

    fn carry_out(&mut self, order: u64, what: OrderKind) {
        match what {
            OrderKind::OutOfService { text } => {
                tracing::info!("staff took this kiosk out of service");
                self.closed = Some(text);
            }
            OrderKind::InService => {
                tracing::info!("staff put this kiosk back in service");
                self.closed = None;
            }
            OrderKind::Say { text } => {
                let until = self.parts.clock.elapsed() + Duration::from_secs(MESSAGE_SECONDS);
                self.message = (!text.trim().is_empty()).then_some(Message { text, until });
            }
            OrderKind::Restart => {
                tracing::info!("staff are restarting this kiosk");
                self.restart = true;
            }
            OrderKind::LookAgain => {
                tracing::info!("staff allowed look-ups on this kiosk again");
                self.lift_brake();
            }
            OrderKind::PrintAgain { ticket } => self.print_again(order, ticket),
            OrderKind::Newer(word) => {
                tracing::error!(
                    kind = word.kind(),
                    "staff sent a command that this software doesn't support: update it"
                );
            }
        }
    }

    /// Forgets a message whose time is over, or whose reader has left.
    pub(super) fn forget_message(&mut self, step_before: Step) {
        let now = self.parts.clock.elapsed();
        let has_left = self.conversation.step == Step::Welcome && step_before != Step::Welcome;
        if self.message.as_ref().is_some_and(|message| has_left || message.until <= now) {
            self.message = None;
        }
    }

    /// The copy of a ticket for anyone who has lost theirs.
    fn print_again(&mut self, order: u64, ticket: Ticket) {
        match self.copy_of(ticket) {
            Ok(Some(copy)) => self.hand_to_printer(&copy, self.parts.clock.now(), Some(order)),
            Ok(None) => {
                tracing::warn!("a ticket from another kiosk cannot be printed here again");
                self.order_ended(order, OrderStage::NotDone, "unknown ticket");
            }
            Err(error) => {
                tracing::error!(%error, "a ticket cannot be printed again");
                self.order_ended(order, OrderStage::NotDone, "its file could not be read");
            }
        }
    }

    /// The printer has a ticket.
    pub(super) fn print_begins(&mut self, ticket: Ticket, by: Option<u64>) {
        self.prints.push_back(Print { ticket, by, since: self.parts.clock.elapsed() });
    }

    /// The printer has answered; if it printed by an order, the desk hears of it.
    pub(super) fn print_ended(&mut self, ticket: Ticket, outcome: PrintOutcome) {
        // It answers in order.
        let Some(at) = self.prints.iter().position(|print| print.ticket == ticket) else { return };
        let Some(order) = self.prints.remove(at).and_then(|print| print.by) else { return };
        match outcome {
            PrintOutcome::Printed => self.order_ended(order, OrderStage::Done, ""),
            PrintOutcome::Unknown => self.order_ended(order, OrderStage::Unsure, "the printer can't confirm it"),
            PrintOutcome::Failed(trouble) => self.order_ended(order, OrderStage::NotDone, trouble.for_staff()),
        }
    }

    /// A printer that says nothing for so long has staff look there. Its answer counts whenever it comes.
    pub(super) fn give_up_prints(&mut self) {
        let now = self.parts.clock.elapsed();
        let is_over = |print: &&Print| now.saturating_sub(print.since) > Duration::from_secs(PRINT_SECONDS_MAX);
        let orders: Vec<u64> = self.prints.iter().filter(is_over).filter_map(|print| print.by).collect();
        for order in orders {
            if self.ends.iter().any(|end| end.order == order && end.is == OrderStage::UnderWay) {
                self.order_ended(order, OrderStage::Unsure, "the printer is not responding");
            }
        }
    }

    fn order_ended(&mut self, order: u64, is: OrderStage, why: &str) {
        // Many orders later no one asks any more.
        let Some(end) = self.ends.iter_mut().find(|end| end.order == order) else { return };
        (end.is, end.why) = (is, why.to_owned());
        if let Err(error) = lock(&self.parts.store).keep_order_ends(&self.ends) {
            tracing::error!(%error, "the result of a command could not be saved; the desk gets it anyway");
        }
        self.tell_health();
    }

    fn copy_of(&self, ticket: Ticket) -> Result<Option<PrintOrder>, StoreError> {
        let store = lock(&self.parts.store);
        let Some(arrival) = store.arrival_of(ticket)? else { return Ok(None) };
        let appointments = store.visits_of(ticket)?;
        let place = match appointments.first() {
            Some(first) => store.ticket(first)?.map(|known| known.place).unwrap_or_default(),
            None => String::new(),
        };
        drop(store);
        let (language, call_as, name, walk_in) = match arrival {
            KioskEvent::CheckedIn(arrival) => {
                let person =
                    appointments.iter().find_map(|id| self.roster.list().get(id)).map(|visit| visit.person.called());
                (arrival.language, arrival.call_as, person, false)
            }
            KioskEvent::WalkedIn(request) => (request.language, request.call_as, Some(request.given_name), true),
            _ => return Ok(None),
        };
        let name = name.filter(|_| call_as == CallAs::FirstName);
        Ok(Some(PrintOrder { ticket, appointments, name, place, language, copy: true, walk_in }))
    }

    /// How the ticket at hand stands, if one of these is it.
    pub(super) fn waits(&mut self, waits: &[crate::sync::wire::TicketWait]) {
        let Some(ticket) = self.conversation.person.at_hand.as_ref().map(|at_hand| at_hand.ticket) else { return };
        if let Some(of_it) = waits.iter().find(|wait| wait.ticket == ticket) {
            self.input(Input::Waits(of_it.position, of_it.wait));
        }
    }
}
