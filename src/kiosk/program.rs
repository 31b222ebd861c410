//! The kiosk's one loop: every event comes in here, and the screen follows from what is left.
//!
//! Invariants: saved, then printed, then told to the desk, in this order; a fault of a later step undoes no earlier
//! one; what could not be written to the log is kept and tried again; no rule about patients lives here.

mod around;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::around::{ClinicFace, Event, Parts, Surroundings, TicketFacts};
use super::guessing::Brakes;
use super::lookup::{Roster, look_up};
use super::orders::{Message, Print};
use super::printing::PrinterWord;
use super::scan::{input_of, number_of_card, sound_after};
use super::stopwatch::Stopwatch;
use crate::codes::Reader;
use crate::device::scanner::{ScannerEvent, ScannerStatus};
use crate::domain::clinic::Clinic;
use crate::domain::event::KioskEvent;
use crate::domain::ids::Seq;
use crate::domain::kiosk::OrderEnd;
use crate::domain::ticket::PrintOutcome;
use crate::flow::card::CardPart;
use crate::flow::conversation::Conversation;
use crate::flow::ending::Before;
use crate::flow::found::Lookup;
use crate::flow::screen::Screen;
use crate::flow::step::{Effect, Input, Query, Step};
use crate::store::{Store, StoreError};
use crate::sync::wire::Older;

/// A printer that says nothing for so long is taken as unknown; the number is valid anyway.
pub(super) const PRINT_SECONDS_MAX: u64 = 20;
/// What could not be removed is tried again after so long.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);
/// This many reports wait in memory while the file cannot be written; the oldest are the ones kept.
const UNWRITTEN_MAX: usize = 100;

/// A running kiosk.
pub struct Kiosk {
    pub(super) parts: Parts,
    pub(super) conversation: Conversation,
    pub(super) roster: Roster,
    pub(super) clinic: Option<Clinic>,
    pub(super) reader: Reader,
    pub(super) brakes: Brakes,
    /// Waits for the page that announces it to be seen.
    work: VecDeque<Effect>,
    /// Could not be written to the log yet.
    pub(super) unwritten: VecDeque<(Timestamp, KioskEvent)>,
    pub(super) stopwatch: Stopwatch,
    /// The desk has said that it takes how long conversations took.
    pub(super) desk_takes_times: bool,
    /// Whether this program or the desk's is older, as the desk last said.
    pub(super) older: Option<Older>,
    pub(super) surroundings: Surroundings,
    last_touch: Duration,
    pub(super) printing_since: Option<Duration>,
    /// The event whose acknowledgement means that the desk knows the ticket at hand.
    pub(super) checked_in_at: Option<Seq>,
    /// Old days could not be removed: when it is tried again.
    tidy_again: Option<Duration>,
    /// The kiosk stopped itself: nothing that is checked in here could ever be told.
    pub(super) faulty: bool,
    /// Staff took the kiosk out of service, with these words for patients.
    pub(super) closed: Option<String>,
    /// What staff say to the person who is here.
    pub(super) message: Option<Message>,
    /// Staff want the program to start again.
    pub(super) restart: bool,
    /// The last order of the desk that was taken on.
    pub(super) obeyed: u64,
    /// What became of the last orders.
    pub(super) ends: Vec<OrderEnd>,
    /// What the printer has and has not answered yet, in order.
    pub(super) prints: VecDeque<Print>,
    /// When temperature and disk were last looked at.
    pub(super) machine_seen: Option<Duration>,
    /// When the file's journal was last moved into the file.
    pub(super) settled: Duration,
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
        let (list, settings, is_replaced) = {
            let store = lock(&parts.store);
            (store.list()?, store.settings()?, store.replaced()?.is_some())
        };
        let brakes = Brakes::kept(&lock(&parts.store), parts.clock.elapsed(), parts.clock.now())?;
        let conversation = Conversation::new(parts.home_language);
        let now = parts.clock.elapsed();
        let mut kiosk = Self {
            parts,
            conversation,
            roster: Roster::from(list),
            clinic: None,
            reader: Reader::default(),
            brakes,
            work: VecDeque::new(),
            unwritten: VecDeque::new(),
            stopwatch: Stopwatch::default(),
            desk_takes_times: false,
            older: None,
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
            tidy_again: None,
            // Which numbers were given out, only the desk knows.
            faulty: is_replaced,
            closed: None,
            message: None,
            restart: false,
            obeyed: 0,
            ends: Vec::new(),
            prints: VecDeque::new(),
            machine_seen: None,
            settled: now,
        };
        kiosk.read_orders()?;
        kiosk.camera_is(None);
        if let Some(settings) = settings {
            kiosk.take_settings(settings);
        }
        // With the settings, which say when the brake is on.
        kiosk.tell_health();
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
        Surroundings { out_of_service: self.is_out_of_service(), ..self.surroundings }
    }

    /// What pages show of the clinic.
    #[must_use]
    pub fn clinic_face(&self) -> ClinicFace<'_> {
        let settings = self.clinic.as_ref().map(|clinic| &clinic.settings);
        ClinicFace {
            dates: self.conversation.dates,
            name: self.clinic_name(),
            walk_in: settings.map_or(&[], |settings| &settings.walk_in),
            unwell_comes: settings.map(|settings| &settings.unwell_comes),
            closed: self.closed.as_deref().unwrap_or_default(),
            message: self.message(),
        }
    }

    /// Whether how long conversations take is reported to the desk: it has said, since the program began, that it wants
    /// to know.
    #[must_use]
    pub fn tells_times(&self) -> bool {
        self.desk_takes_times
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
                if input == Input::Capture { self.capture() } else { self.input(input) }
            }
            Event::Active => {
                self.last_touch = self.parts.clock.elapsed();
                if self.conversation.asks_for_time() {
                    self.input(Input::MoreTime);
                }
            }
            Event::Scanner(event) => self.scanner(event),
            Event::Camera(event) => {
                self.camera_is(Some(event));
                self.camera(event);
            }
            Event::Printer(PrinterWord::Printed(ticket, outcome)) => {
                self.print_ended(ticket, outcome);
                self.printed(ticket, outcome);
            }
            Event::Printer(PrinterWord::Status(status)) => {
                self.surroundings.printer_ready = status.trouble().is_none();
                self.printer_is(status);
                tracing::info!(printer = status.for_staff(), "the printer's state");
            }
            Event::Desk(told) => self.told(told),
            Event::Tick => self.tick(),
            Event::MessageRead => {
                self.last_touch = self.parts.clock.elapsed();
                self.message_was_read();
            }
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
                Effect::SaveWalkIn(request) => self.save_walk_in(&request),
                Effect::Print(order) => self.print(order),
                other => self.effect(other),
            }
        }
    }

    pub(super) fn input(&mut self, input: Input) {
        let before = Before::of(&self.conversation, &input);
        self.follow(input);
        // Only now is a page shown: those that were passed through meanwhile, no one saw.
        self.time(before);
    }

    fn follow(&mut self, input: Input) {
        let before = self.conversation.step;
        let begins = input.is_scan() || matches!(input, Input::Start | Input::OneMorePerson);
        let input = match before {
            Step::Welcome if self.is_out_of_service() && begins => return,
            // The page that says so is behind the welcome page.
            Step::Done | Step::Stopped(_) if self.is_out_of_service() && begins => Input::Finish,
            _ => input,
        };
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
        self.forget_message(before);
        self.follow_with_camera();
        if self.conversation.step == Step::Done && before == Step::IsThisYou {
            self.recognise_ticket();
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::LookUp(query) => {
                let answer = self.look_up(&query);
                self.follow(Input::Found(answer));
            }
            Effect::KeepPhoto { field, side } => self.keep_photo(field, side),
            Effect::CountFailedTry => self.count_failed_try(),
            Effect::ReportCode { reason, language } => {
                self.log(KioskEvent::CodeRefused { reason, language });
                self.parts.wake.notify_one();
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
            later @ (Effect::Save(_) | Effect::SaveWalkIn(_) | Effect::Print(_)) => self.work.push_back(later),
        }
    }

    fn look_up(&mut self, query: &Query) -> Lookup {
        let Some(clinic) = &self.clinic else {
            return Lookup::NoList;
        };
        if self.brakes.stop(query, self.parts.clock.elapsed(), clinic.settings.failed_tries_per_hour) {
            return Lookup::Braked;
        }
        let store = lock(&self.parts.store);
        match look_up(query, &self.roster, &store, clinic, self.parts.clock.now()) {
            Ok(Lookup::One(mut patient)) => {
                patient.asks.photos = self.parts.camera.is_set_up();
                Lookup::One(patient)
            }
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "the list cannot be searched; the patient is sent to the desk");
                Lookup::NoList
            }
        }
    }

    fn scanner(&mut self, event: ScannerEvent) {
        match event {
            ScannerEvent::Status(status) => {
                self.surroundings.scanner_ready = status == ScannerStatus::Ready;
                self.scanner_is(status);
            }
            ScannerEvent::Scanned(bytes) => {
                let (today, card_is_enough) = match &self.clinic {
                    Some(clinic) => (clinic.date(self.parts.clock.now()), clinic.settings.trust_two_identifiers),
                    // No one is on a list without a clinic: whatever it is, the page says so.
                    None => (self.parts.clock.now().to_zoned_datetime(TimeZone::UTC).date(), false),
                };
                let before = self.screen();
                let number = (before.step == Step::NewCard(CardPart::MemberId))
                    .then(|| number_of_card(bytes.as_bytes()))
                    .flatten();
                self.input(match number {
                    Some(number) => Input::ScannedText(number),
                    None => input_of(self.reader.read(bytes.as_bytes(), today), &self.roster, today, card_is_enough),
                });
                let after = self.screen();
                // Where a code means nothing, as on the page with the ticket, it is not heard either, and no one is
                // there for it.
                if after != before || (after.step == Step::Find && after.over.is_none()) {
                    self.last_touch = self.parts.clock.elapsed();
                    self.parts.speaker.play(sound_after(&after));
                }
            }
        }
    }

    fn tick(&mut self) {
        self.write_what_waits();
        self.tidy_up();
        self.settle_file();
        self.roster.index();
        self.give_up_prints();
        self.tell_health();
        self.forget_message(self.conversation.step);
        let now = self.parts.clock.elapsed();
        if self.printing_since.is_some_and(|since| now.saturating_sub(since) > Duration::from_secs(PRINT_SECONDS_MAX)) {
            self.printing_since = None;
            tracing::warn!("the printer has not answered; the ticket's number is valid anyway");
            self.input(Input::Printed(PrintOutcome::Unknown));
        }
        let Some(patience) = self.conversation.patience() else {
            return;
        };
        let idle = now.saturating_sub(self.last_touch).as_secs();
        let ask = u64::from(patience.ask_after_seconds);
        let end = ask + u64::from(patience.end_after_seconds);
        if idle >= end {
            self.input(Input::TimeIsUp);
        } else if idle >= ask {
            self.surroundings.seconds_left = u32::try_from(end - idle).unwrap_or(0);
            if !self.conversation.asks_for_time() {
                self.input(Input::TimeIsShort);
            }
        }
    }

    pub(super) fn log(&mut self, event: KioskEvent) {
        let at = self.parts.clock.now();
        self.write_what_waits();
        if !self.unwritten.is_empty() {
            return self.keep_unwritten(at, event);
        }
        let written = lock(&self.parts.store).append(at, &event);
        if let Err(error) = written {
            tracing::error!(%error, "an event could not be written; trying again");
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

    pub(super) fn write_what_waits(&mut self) {
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

    /// What the desk has called old is removed, as soon as no one is here.
    fn tidy_up(&mut self) {
        let Some(clinic) = &self.clinic else {
            return;
        };
        let now = self.parts.clock.elapsed();
        if self.conversation.step != Step::Welcome || self.tidy_again.is_some_and(|again| now < again) {
            return;
        }
        let mut store = lock(&self.parts.store);
        let done =
            store.remove_old(&clinic.day).and_then(|was_due| if was_due { store.list().map(Some) } else { Ok(None) });
        drop(store);
        match done {
            Ok(None) => {}
            Ok(Some(list)) => self.roster = Roster::from(list),
            Err(error) => {
                self.tidy_again = Some(now.saturating_add(AFTER_TROUBLE));
                tracing::error!(
                    %error,
                    "old days could not be deleted from the kiosk's file; trying again in a minute"
                );
            }
        }
    }
}

pub(super) fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
