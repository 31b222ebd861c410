//! A desk and the devices of a kiosk, all in one program, each with a switch for what goes wrong in the room.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use anyhow::Context as _;

use super::day::{self, Someone};
use super::inside::DeskInside;
use crate::clock::Clock;
use crate::device::camera::SimulatedCamera;
use crate::device::printer::{FolderPrinter, PrintJob, Printer, PrinterStatus, SimulatedPrinter};
use crate::device::scanner::SimulatedScanner;
use crate::device::speaker::SimulatedSpeaker;
use crate::domain::ids::KioskId;
use crate::domain::language::Language;
use crate::domain::ticket::{PrintOutcome, Series};
use crate::kiosk::camera::CardCamera;
use crate::kiosk::mailbox::Mailbox;
use crate::kiosk::parts::{self, Beside};
use crate::kiosk::program::{Event, Kiosk, Parts};
use crate::paper::PaperWidth;
use crate::store::{Store, key};
use crate::sync::client::Client;
use crate::sync::cut::{Cut, Cuttable};

/// Everything but the window.
#[derive(Debug)]
pub struct Rig {
    /// The desk.
    pub desk: DeskInside,
    /// The printer, to be broken.
    pub printer: SimulatedPrinter,
    /// The scanner, to be pointed at codes.
    pub scanner: SimulatedScanner,
    /// The camera, to hold cards to and to unplug.
    pub camera: SimulatedCamera,
    /// The speaker, to be listened to.
    pub speaker: SimulatedSpeaker,
    /// The network, to be cut.
    pub network: Cut,
    /// Who comes today.
    pub people: Vec<Someone>,
    /// The kiosk's name at the desk.
    pub kiosk_id: KioskId,
    data: PathBuf,
    mailbox: Mailbox,
    beside: Beside,
    clock: Arc<dyn Clock>,
}

/// How to set a rig up.
#[derive(Debug)]
pub struct Setup<'a> {
    /// Where both files are.
    pub folder: &'a Path,
    /// Where printed tickets go, besides the simulated printer's memory.
    pub tickets: Option<PathBuf>,
    /// The desk's port; 0 for any.
    pub port: u16,
    /// The desk user's password.
    pub password: &'a str,
}

/// A simulated printer that also leaves every ticket in a folder, to be looked at.
struct KeepingPrinter {
    printer: SimulatedPrinter,
    folder: Option<Box<dyn Printer>>,
}

impl Printer for KeepingPrinter {
    fn status(&mut self) -> PrinterStatus {
        self.printer.status()
    }

    fn print(&mut self, job: &PrintJob) -> PrintOutcome {
        let outcome = self.printer.print(job);
        if let (PrintOutcome::Printed | PrintOutcome::Unknown, Some(folder)) = (outcome, &mut self.folder) {
            folder.print(job);
        }
        outcome
    }
}

impl Rig {
    /// Sets everything up. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If a file, a thread or the port is not to be had.
    pub async fn set_up(setup: Setup<'_>, clock: Arc<dyn Clock>, mailbox: &Mailbox) -> anyhow::Result<Self> {
        let settings = day::settings();
        let people = day::people(clock.now(), &settings.day()?);
        let appointments: Vec<_> = people.iter().map(|someone| someone.appointment.clone()).collect();
        let kiosk_id = KioskId::from("demo-lobby");
        let token = random_text()?;
        let desk = DeskInside::open(
            &setup.folder.join("desk"),
            settings,
            Arc::clone(&clock),
            &appointments,
            (&kiosk_id, Series::FIRST, &token),
            setup.password,
            setup.port,
        )
        .await?;
        let printer = SimulatedPrinter::new();
        let network = Cut::default();
        let data = setup.folder.join("kiosk.db");
        let (seal, _) = key::find(&data, None, None)?;
        let store = Store::open(&data, Series::FIRST, seal)?;
        let keeping = KeepingPrinter {
            printer: printer.clone(),
            folder: setup.tickets.map(|folder| Box::new(FolderPrinter::new(folder)) as Box<dyn Printer>),
        };
        let api = Cuttable::new(Client::new(&desk.url(), &token)?, network.clone());
        let beside = parts::start(kiosk_id.clone(), store, Box::new(keeping), PaperWidth::Mm80, api, mailbox, &clock)?;
        let scans = mailbox.clone();
        let scanner = SimulatedScanner::new(Box::new(move |event| scans.leave(Event::Scanner(event))));
        let (speaker, camera) = (SimulatedSpeaker::default(), SimulatedCamera::new());
        Ok(Self {
            desk,
            printer,
            scanner,
            camera,
            data,
            mailbox: mailbox.clone(),
            speaker,
            network,
            people,
            kiosk_id,
            beside,
            clock,
        })
    }

    /// The kiosk that works with all this.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn kiosk(&self) -> anyhow::Result<Kiosk> {
        Kiosk::new(Parts {
            clock: Arc::clone(&self.clock),
            store: Arc::clone(&self.beside.store),
            wake: Arc::clone(&self.beside.wake),
            printer: self.beside.printer.clone(),
            vitals: self.beside.vitals.clone(),
            data: self.data.clone(),
            camera: CardCamera::new(Box::new(self.camera.clone()), self.mailbox.clone()),
            speaker: Box::new(self.speaker.clone()),
            home_language: Language::English,
            clinic_name: None,
        })
        .context("the demo's kiosk cannot read its file")
    }
}

/// 128 random bits as text: a password or a token.
///
/// # Errors
/// If the system has no randomness.
pub fn random_text() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the kiosk's mailbox gives out.
pub type Inbox = mpsc::Receiver<Event>;
