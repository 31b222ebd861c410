//! What comes into the kiosk's loop, what it is made of, and what is shown beside the screen.

use crate::domain::when::DateStyle;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::civil::DateTime;
use tokio::sync::Notify;

use super::super::camera::CardCamera;
use super::super::printing::{PrinterThread, PrinterWord};
use crate::clock::Clock;
use crate::device::camera::CameraEvent;
use crate::device::scanner::ScannerEvent;
use crate::device::speaker::Speaker;
use crate::domain::language::Language;
use crate::domain::pages::TicketPages;
use crate::domain::settings::{Localized, WalkInCategory};
use crate::flow::step::Input;
use crate::store::Store;
use crate::sync::vitals::Vitals;
use crate::sync::worker::Told;

/// Everything that can happen to a kiosk. There is no other way in.
#[derive(Debug)]
pub enum Event {
    /// A page or a key.
    Touch(Input),
    /// Someone is busy at the screen, without a new input.
    Active,
    /// The scanner.
    Scanner(ScannerEvent),
    /// The camera told something.
    Camera(CameraEvent),
    /// The printer's thread.
    Printer(PrinterWord),
    /// The worker that talks to the desk.
    Desk(Told),
    /// A second has passed, more or less.
    Tick,
    /// Staff's message was read.
    MessageRead,
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
    /// While asking for time: this many seconds are left.
    pub seconds_left: u32,
    /// The kiosk stopped itself; staff must look.
    pub out_of_service: bool,
}

/// What pages show of the clinic.
#[derive(Debug, Clone, Copy)]
pub struct ClinicFace<'a> {
    /// The configuration's name, else the desk's.
    pub name: &'a str,
    /// Why people may come without an appointment; empty: not here.
    pub walk_in: &'a [WalkInCategory],
    /// How the clinic writes dates and times.
    pub dates: DateStyle,
    /// Who comes when someone feels unwell.
    pub unwell_comes: Option<&'a Localized>,
    /// Why staff took the kiosk out of service, in their own words; empty if they did not, or said nothing.
    pub closed: &'a str,
    /// What staff say to anyone who is at the kiosk; empty for nothing.
    pub message: &'a str,
}

/// What a ticket says besides its order.
#[derive(Debug, Clone, Copy)]
pub struct TicketFacts<'a> {
    /// The clinic's time.
    pub local: DateTime,
    /// How the clinic writes dates and times.
    pub dates: DateStyle,
    /// Whether the desk is reached; else the ticket says to tell it.
    pub desk_reached: bool,
    /// The clinic's name.
    pub clinic: &'a str,
    /// Where the page is that its code leads to, if the clinic has such pages.
    pub pages: &'a TicketPages,
}

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
    /// What the worker tells the desk of this kiosk.
    pub vitals: Vitals,
    /// Where the kiosk's file is: how full that disk is matters.
    pub data: PathBuf,
    /// What photographs cards.
    pub camera: CardCamera,
    /// What is heard when a code was read.
    pub speaker: Box<dyn Speaker>,
    /// The language of the welcome page.
    pub home_language: Language,
    /// The clinic's name, if the configuration says one.
    pub clinic_name: Option<String>,
}
