//! The kiosk's one loop: every event comes in here, and the screen follows from what is left.
//!
//! Invariants: saved, then printed, then told to the desk, in this order; a fault of a later step undoes no earlier
//! one; what could not be written to the log is kept and tried again; no rule about patients lives here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use tokio::sync::Notify;

use super::lookup::{Clinic, look_up};
use super::printing::{PrintRequest, PrinterThread, PrinterWord};
use crate::clock::Clock;
use crate::codes::{self, Scanned};
use crate::device::scanner::{ScannerEvent, ScannerStatus};
use crate::domain::event::KioskEvent;
use crate::domain::ids::Seq;
use crate::domain::language::Language;
use crate::domain::ticket::{PrintOutcome, Ticket};
use crate::flow::conversation::Conversation;
use crate::flow::screen::Screen;
use crate::flow::step::{Answers, Effect, Input, Lookup, PrintOrder, SavedTicket, Step};
use crate::paper::TicketFace;
use crate::store::feed::ListChange;
use crate::store::list::List;
use crate::store::tickets::CheckIn;
use crate::store::{Store, StoreError};
use crate::sync::api::Refusal;
use crate::sync::worker::Told;

/// A printer that says nothing for so long is taken as unknown; the number is valid anyway.
const PRINT_SECONDS_MAX: u64 = 20;
/// So many reports wait in memory while the file cannot be written; the oldest are the ones kept.
const UNWRITTEN_MAX: usize = 100;

/// Everything that can happen to a kiosk. There is no other way in.
#[derive(Debug)]
pub enum Event {
    /// A page or a key.
    Touch(Input),
    /// Somebody is busy at the screen, without a new input.
    Active,
    /// The scanner.
    Scanner(ScannerEvent),
    /// The printer's thread.
    Printer(PrinterWord),
    /// The worker that talks to the desk.
    Desk(Told),
    /// A second has passed, more or less.
    Tick,
    /// The patient walks away: as if all the patience of this step were used up. From the developer panel.
    WalkAway,
}

/// What a page shows of the kiosk itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// The desk answered lately.
    pub desk_reached: bool,
    /// Codes can be scanned.
    pub scanner_ready: bool,
    /// The printer can print, as far as it says.
    pub printer_ready: bool,
    /// While asking for time: so many seconds are left.
    pub seconds_left: u32,
    /// The kiosk stopped itself; staff must look.
    pub out_of_service: bool,
}

/// Finds the words of a ticket: its order, the time of day and whether the desk is reached.
pub type TicketWords = Box<dyn Fn(&PrintOrder, DateTime, bool, &str) -> TicketFace>;

/// What a kiosk is made of.
pub struct Parts {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// The kiosk's file; the worker has it too.
    pub store: Arc<Mutex<Store>>,
    /// Rings when the worker should send.
    pub wake: Arc<Notify>,
    /// The way to the printer.
    pub printer: PrinterThread,
    /// The language of the welcome page.
    pub home_language: Language,
    /// The clinic's name, if the configuration says one.
    pub clinic_name: Option<String>,
    /// The words of a ticket.
    pub words: TicketWords,
}

/// A running kiosk.
pub struct Kiosk {
    parts: Parts,
    conversation: Conversation,
    list: List,
    clinic: Option<Clinic>,
    /// Waits for the page that announces it to be seen.
    work: VecDeque<Effect>,
    /// Could not be written to the log yet.
    unwritten: VecDeque<(Timestamp, KioskEvent)>,
    surroundings: Surroundings,
    last_touch: Duration,
    printing_since: Option<Duration>,
    /// The event whose acknowledgement means that the desk knows the ticket at hand.
    checked_in_at: Option<Seq>,
    tidied_on: Option<Date>,
}

impl std::fmt::Debug for Kiosk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kiosk").field("step", &self.conversation.step).finish_non_exhaustive()
    }
}

impl Kiosk {
    /// Starts with what the file knows.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn new(parts: Parts) -> Result<Self, StoreError> {
        let (list, settings) = {
            let store = lock(&parts.store);
            (store.list()?, store.settings()?)
        };
        let conversation = Conversation::new(parts.home_language);
        let now = parts.clock.elapsed();
        let mut kiosk = Self {
            parts,
            conversation,
            list,
            clinic: None,
            work: VecDeque::new(),
            unwritten: VecDeque::new(),
            surroundings: Surroundings {
                desk_reached: false,
                scanner_ready: false,
                printer_ready: true,
                seconds_left: 0,
                out_of_service: false,
            },
            last_touch: now,
            printing_since: None,
            checked_in_at: None,
            tidied_on: None,
        };
        if let Some(settings) = settings {
            kiosk.take_settings(settings);
        }
        Ok(kiosk)
    }

    /// What to show.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.conversation.screen()
    }

    /// What to show of the kiosk itself.
    #[must_use]
    pub fn surroundings(&self) -> Surroundings {
        self.surroundings
    }

    /// The clinic's name: the configuration's, else the desk's.
    #[must_use]
    pub fn clinic_name(&self) -> &str {
        match (&self.parts.clinic_name, &self.clinic) {
            (Some(name), _) => name,
            (None, Some(clinic)) => &clinic.settings.name,
            (None, None) => "",
        }
    }

    /// Whether [`Self::work`] has something to do once the screen has been seen.
    #[must_use]
    pub fn has_work(&self) -> bool {
        !self.work.is_empty()
    }

    /// Takes one event. The screen may be another one afterwards.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Touch(input) => {
                self.last_touch = self.parts.clock.elapsed();
                self.input(input);
            }
            Event::Active => {
                self.last_touch = self.parts.clock.elapsed();
                if self.conversation.asking_for_time {
                    self.input(Input::MoreTime);
                }
            }
            Event::Scanner(event) => self.scanner(event),
            Event::Printer(PrinterWord::Printed(ticket, outcome)) => self.printed(ticket, outcome),
            Event::Printer(PrinterWord::Status(status)) => {
                self.surroundings.printer_ready = status.trouble().is_none();
                tracing::info!(printer = status.for_staff(), "the printer's state");
            }
            Event::Desk(told) => self.told(told),
            Event::Tick => self.tick(),
            Event::WalkAway => {
                self.input(Input::TimeIsShort);
                self.input(Input::TimeIsUp);
            }
        }
    }

    /// Does what the page on the screen announces: saving, printing.
    pub fn work(&mut self) {
        while let Some(effect) = self.work.pop_front() {
            match effect {
                Effect::Save(answers) => self.save(&answers),
                Effect::Print(order) => self.print(order),
                other => self.effect(other),
            }
        }
    }

    fn input(&mut self, input: Input) {
        let before = self.conversation.step;
        let begins = matches!(input, Input::Start | Input::ScannedAppointment(_) | Input::ScannedTicket(_) | Input::ScannedForeign);
        if self.surroundings.out_of_service && before == Step::Welcome && begins {
            return;
        }
        let conversation = std::mem::replace(&mut self.conversation, Conversation::new(self.parts.home_language));
        let (conversation, effects) = conversation.next(input);
        self.conversation = conversation;
        if self.conversation.step != before {
            self.last_touch = self.parts.clock.elapsed();
        }
        if self.conversation.step == Step::Welcome {
            self.checked_in_at = None;
        }
        for effect in effects {
            self.effect(effect);
        }
        if self.conversation.step == Step::Done && before == Step::IsThisYou {
            self.recognise_ticket();
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::LookUp(query) => {
                let answer = match &self.clinic {
                    None => Ok(Lookup::NoList),
                    Some(clinic) => {
                        let store = lock(&self.parts.store);
                        look_up(&query, &self.list, &store, clinic, self.parts.clock.now())
                    }
                };
                let answer = answer.unwrap_or_else(|error| {
                    tracing::error!(%error, "the list cannot be asked; the patient is sent to the desk");
                    Lookup::NoList
                });
                self.input(Input::Found(answer));
            }
            Effect::ReportStop(stop) => {
                self.log(KioskEvent::Stopped {
                    reason: stop.reason,
                    step: stop.step.name().to_owned(),
                    patient: stop.patient,
                    appointments: stop.appointments,
                    language: stop.language,
                });
                self.parts.wake.notify_one();
            }
            Effect::ReportWalkedAway { step } => {
                self.log(KioskEvent::WalkedAway { step: step.name().to_owned() });
                self.parts.wake.notify_one();
            }
            later @ (Effect::Save(_) | Effect::Print(_)) => self.work.push_back(later),
        }
    }

    fn save(&mut self, answers: &Answers) {
        let now = self.parts.clock.now();
        let Some(clinic) = self.clinic.as_ref().filter(|_| !self.surroundings.out_of_service) else {
            return self.input(Input::NotSaved);
        };
        let check_in = CheckIn {
            at: now,
            date: clinic.date(now),
            patient: &answers.patient,
            appointments: &answers.appointments,
            language: answers.language,
            call_as: answers.call_as,
            details: answers.details,
            insurance: answers.insurance,
            companion: None,
            documents: None,
            place: &answers.place,
        };
        let saved = {
            let mut store = lock(&self.parts.store);
            store.check_in(&check_in).and_then(|known| Ok((known, store.last_seq()?)))
        };
        match saved {
            Ok((known, seq)) => {
                self.checked_in_at = Some(seq);
                let place = if known.place.is_empty() { answers.place.clone() } else { known.place };
                self.input(Input::Saved(SavedTicket { ticket: known.ticket, place, given_before: known.given_before }));
            }
            Err(error) => {
                tracing::error!(%error, "a check-in could not be saved; the patient is sent to the desk");
                self.input(Input::NotSaved);
            }
        }
    }

    fn print(&mut self, order: PrintOrder) {
        let now = self.parts.clock.now();
        let local = match &self.clinic {
            Some(clinic) => now.to_zoned(clinic.zone.clone()).datetime(),
            None => order.ticket.date.at(0, 0, 0, 0),
        };
        let face = (self.parts.words)(&order, local, self.surroundings.desk_reached, self.clinic_name());
        self.printing_since = Some(self.parts.clock.elapsed());
        if let Err(outcome) = self.parts.printer.print(PrintRequest { ticket: order.ticket, face }) {
            self.printed(order.ticket, outcome);
        }
    }

    fn printed(&mut self, ticket: Ticket, outcome: PrintOutcome) {
        let at_hand = self.conversation.at_hand.as_ref().filter(|at_hand| at_hand.ticket == ticket);
        let appointments = at_hand.map(|at_hand| at_hand.appointments.clone()).unwrap_or_default();
        // An answer that comes after we stopped waiting is still a fact for the desk.
        self.log(KioskEvent::TicketPrinted { ticket, outcome, appointments });
        if self.printing_since.take().is_some() {
            self.input(Input::Printed(outcome));
        }
        // Only now is the desk told.
        self.parts.wake.notify_one();
    }

    /// Somebody who had checked in before looks at the same ticket again: does the desk know, has somebody seen it?
    fn recognise_ticket(&mut self) {
        let Some(appointment) = self.conversation.at_hand.as_ref().and_then(|at_hand| at_hand.appointments.first().cloned()) else {
            return;
        };
        let (known, desk_knows) = {
            let store = lock(&self.parts.store);
            (store.ticket(&appointment), store.desk_knows(&appointment))
        };
        if desk_knows.unwrap_or(false) {
            self.input(Input::DeskKnows);
        }
        if let Ok(Some(known)) = known
            && known.seen
        {
            self.input(Input::SeenByStaff);
        }
    }

    fn scanner(&mut self, event: ScannerEvent) {
        match event {
            ScannerEvent::Status(status) => self.surroundings.scanner_ready = status == ScannerStatus::Ready,
            ScannerEvent::Scanned(bytes) => {
                self.last_touch = self.parts.clock.elapsed();
                self.input(match codes::parse(&bytes) {
                    Scanned::Appointment(id) => Input::ScannedAppointment(id),
                    Scanned::Ticket(ticket) => Input::ScannedTicket(ticket),
                    Scanned::Letter(_) | Scanned::Patient(_) | Scanned::Licence(_) | Scanned::Refused(_) | Scanned::Foreign => {
                        Input::ScannedForeign
                    }
                });
            }
        }
    }

    fn told(&mut self, told: Told) {
        match told {
            Told::Reached => self.surroundings.desk_reached = true,
            Told::Away(why) => {
                if std::mem::replace(&mut self.surroundings.desk_reached, false) {
                    tracing::warn!(%why, "the desk is not reached; checking in goes on");
                }
            }
            Told::Refused(why) => {
                self.surroundings.desk_reached = false;
                // Nothing that is checked in here could ever be told.
                self.surroundings.out_of_service |= why == Refusal::OtherHistory;
                tracing::error!(%why, "the desk refuses; checking in goes on, nothing is dropped");
            }
            Told::Disagree { desk, kiosk } => {
                self.surroundings.desk_reached = false;
                self.surroundings.out_of_service = true;
                tracing::error!(
                    desk = desk.0,
                    kiosk = kiosk.0,
                    "the desk holds more from this kiosk than its own file: was the card replaced or copied? \
                     Give the kiosk a new name and letter, then start it again"
                );
            }
            Told::Acknowledged(held) => {
                self.surroundings.out_of_service = false;
                if self.checked_in_at.is_some_and(|seq| seq <= held) {
                    self.input(Input::DeskKnows);
                }
            }
            Told::StoreFailed(why) => tracing::error!(%why, "the kiosk's file failed while talking to the desk"),
            Told::List { settings, changes } => {
                if let Some(settings) = settings {
                    self.take_settings(settings);
                }
                for change in changes {
                    self.take_change(change);
                }
            }
        }
    }

    fn take_settings(&mut self, settings: crate::domain::settings::ClinicSettings) {
        match settings.zone() {
            Ok(zone) => self.clinic = Some(Clinic { settings, zone }),
            Err(error) => tracing::error!(%error, "the desk's settings are not used"),
        }
    }

    fn take_change(&mut self, change: ListChange) {
        match change {
            ListChange::Appointment(appointment) => self.list.put(*appointment),
            ListChange::Removed(id) => self.list.remove(&id),
            ListChange::Visit { appointment, ticket, seen } => {
                let concerns = self
                    .conversation
                    .at_hand
                    .as_ref()
                    .is_some_and(|at_hand| Some(at_hand.ticket) == ticket && at_hand.appointments.contains(&appointment));
                if seen && concerns {
                    self.input(Input::SeenByStaff);
                }
            }
        }
    }

    fn tick(&mut self) {
        self.write_what_waits();
        self.tidy_up();
        let now = self.parts.clock.elapsed();
        if self.printing_since.is_some_and(|since| now.saturating_sub(since) > Duration::from_secs(PRINT_SECONDS_MAX)) {
            self.printing_since = None;
            tracing::warn!("the printer has not answered; the ticket's number is valid anyway");
            self.input(Input::Printed(PrintOutcome::Unknown));
        }
        let Some(patience) = self.conversation.step.patience() else {
            return;
        };
        let idle = now.saturating_sub(self.last_touch).as_secs();
        let ask = u64::from(patience.ask_after_seconds);
        let end = ask + u64::from(patience.end_after_seconds);
        if idle >= end {
            self.input(Input::TimeIsUp);
        } else if idle >= ask {
            self.surroundings.seconds_left = u32::try_from(end - idle).unwrap_or(0);
            if !self.conversation.asking_for_time {
                self.input(Input::TimeIsShort);
            }
        }
    }

    fn log(&mut self, event: KioskEvent) {
        let at = self.parts.clock.now();
        self.write_what_waits();
        if !self.unwritten.is_empty() {
            return self.keep_unwritten(at, event);
        }
        let written = lock(&self.parts.store).append(at, &event);
        if let Err(error) = written {
            tracing::error!(%error, "an event could not be written; it is kept and tried again");
            self.keep_unwritten(at, event);
        }
    }

    fn keep_unwritten(&mut self, at: Timestamp, event: KioskEvent) {
        if self.unwritten.len() >= UNWRITTEN_MAX {
            tracing::error!("too many events wait to be written; this one is lost");
            return;
        }
        self.unwritten.push_back((at, event));
    }

    fn write_what_waits(&mut self) {
        let mut written = false;
        while let Some((at, event)) = self.unwritten.front() {
            if lock(&self.parts.store).append(*at, event).is_err() {
                break;
            }
            self.unwritten.pop_front();
            written = true;
        }
        if written {
            self.parts.wake.notify_one();
        }
    }

    /// Once a day: what the desk has and the clinic no longer needs is removed.
    fn tidy_up(&mut self) {
        let Some(clinic) = &self.clinic else {
            return;
        };
        let now = self.parts.clock.now();
        let today = clinic.date(now);
        if self.tidied_on == Some(today) || self.conversation.step != Step::Welcome {
            return;
        }
        self.tidied_on = Some(today);
        let Some(yesterday) =
            today.checked_sub(1.day()).ok().and_then(|date| date.to_zoned(clinic.zone.clone()).ok()).map(|zoned| zoned.timestamp())
        else {
            return;
        };
        let mut store = lock(&self.parts.store);
        let done = store.forget_events(yesterday).and_then(|_| store.forget_visits(yesterday, today)).and_then(|()| store.list());
        drop(store);
        match done {
            Ok(list) => self.list = list,
            Err(error) => tracing::error!(%error, "yesterday could not be removed from the kiosk's file"),
        }
    }
}

fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
