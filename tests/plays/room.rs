//! A kiosk without its window, a real file, a real desk, and devices that can be broken.

#[path = "../people/mod.rs"]
mod booked;

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::codes::appointment_code;
use arrivals::desk::Desk;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::device::camera::SimulatedCamera;
use arrivals::device::printer::{Printer, SimulatedPrinter};
use arrivals::device::scanner::{Scan, ScannerEvent};
use arrivals::device::speaker::SimulatedSpeaker;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::insurance::Coverage;
use arrivals::domain::language::Language;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, Series};
use arrivals::flow::around::Over;
use arrivals::flow::person::TicketAtHand;
use arrivals::flow::screen::Content;
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::camera::CardCamera;
use arrivals::kiosk::mailbox::Mailbox;
use arrivals::kiosk::parts::{self, Beside};
use arrivals::kiosk::program::{Event, Kiosk, Parts};
use arrivals::paper::PaperWidth;
use arrivals::store::Store;
use arrivals::store::seal::{KEY_BYTES, Seal};
use arrivals::sync::cut::{Cut, Cuttable};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const TOKEN: &str = "token-of-the-lobby-kiosk";

/// A lobby.
pub struct Room {
    pub kiosk: Kiosk,
    pub clock: ManualClock,
    pub printer: SimulatedPrinter,
    pub network: Cut,
    pub speaker: SimulatedSpeaker,
    pub camera: SimulatedCamera,
    pub desk: Desk,
    inbox: Receiver<Event>,
    mailbox: Mailbox,
    beside: Option<Beside>,
    runtime: Runtime,
    folder: TempDir,
}

/// Ada, Ben and Dora have visits at nine and a little later in New York, and Cleo is expected tomorrow.
pub fn appointments() -> Vec<Appointment> {
    let card = Coverage {
        payer: "Example Health".into(),
        member_id: "A1004".into(),
        group_id: "G-7".into(),
        ..Coverage::default()
    };
    let someone = |id: &str, given: &str, family: &str, start: &str| Appointment {
        start: start.parse().unwrap(),
        coverage: Some(card.clone()),
        ..booked::visit(id, booked::person(&given.to_lowercase(), given, family))
    };
    vec![
        someone("apt-ada", "Ada", "Example", "2026-11-23T14:00:00Z"),
        someone("apt-ben", "Ben", "Sample", "2026-11-23T14:15:00Z"),
        someone("apt-dora", "Dora", "Muster", "2026-11-23T14:20:00Z"),
        someone("apt-cleo", "Cleo", "Specimen", "2026-11-24T13:20:00Z"),
    ]
}

impl Room {
    /// Touches "Start over", and says yes if that is asked.
    pub fn start_over(&mut self) {
        self.touch([Input::StartOver]);
        if self.kiosk.screen().over == Some(Over::StartOver) {
            self.touch([Input::StartOver]);
        }
    }

    /// Whether "Do you need more time?" lies over the page.
    pub fn asks_for_time(&self) -> bool {
        self.kiosk.screen().over == Some(Over::MoreTime)
    }

    /// A room at nine in the morning of Monday, 23 November 2026.
    pub fn new() -> Self {
        Self::with_printer(|printer| Box::new(printer.clone()))
    }

    /// A room whose kiosk reaches its printer through something.
    pub fn with_printer(wrap: impl Fn(&SimulatedPrinter) -> Box<dyn Printer>) -> Self {
        let settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
        Self::with(settings, wrap, |desk| {
            desk.import_appointments(&appointments()).unwrap();
        })
    }

    /// A room whose desk has these rules and this list.
    pub fn with(
        settings: ClinicSettings,
        wrap: impl Fn(&SimulatedPrinter) -> Box<dyn Printer>,
        import: impl Fn(&Desk),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at("2026-11-23T14:00:00Z".parse().unwrap());
        let desk = Desk::open(&folder.path().join("desk"), settings, Arc::new(clock.clone())).unwrap();
        desk.enrol_kiosk(&KioskId::from("lobby"), Series::FIRST, TOKEN).unwrap();
        import(&desk);
        let printer = SimulatedPrinter::new();
        let network = Cut::default();
        let (speaker, camera) = (SimulatedSpeaker::default(), SimulatedCamera::new());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (mailbox, inbox) = Mailbox::new(|| {});
        let (kiosk, beside) = start(
            &runtime,
            folder.path(),
            wrap(&printer),
            &Around { desk: &desk, network: &network, clock: &clock, speaker: &speaker, camera: &camera },
            &mailbox,
        );
        let mut room = Self {
            kiosk,
            clock,
            printer,
            network,
            speaker,
            camera,
            desk,
            inbox,
            mailbox,
            beside: Some(beside),
            runtime,
            folder,
        };
        room.until("the first list from the desk", |room| {
            room.kiosk.surroundings().desk_reached && !room.kiosk.clinic_name().is_empty()
        });
        room.until("the desk's first answer", |room| room.kiosk.tells_times());
        room
    }

    /// The power goes off and on again: nothing is told to anybody, the file is what it is.
    pub fn power_cut(&mut self) {
        let beside = self.beside.take().unwrap();
        drop(beside);
        let (mailbox, inbox) = Mailbox::new(|| {});
        let printer = Box::new(self.printer.clone());
        let around = Around {
            desk: &self.desk,
            network: &self.network,
            clock: &self.clock,
            speaker: &self.speaker,
            camera: &self.camera,
        };
        let (kiosk, beside) = start(&self.runtime, self.folder.path(), printer, &around, &mailbox);
        (self.kiosk, self.beside, self.mailbox, self.inbox) = (kiosk, Some(beside), mailbox, inbox);
    }

    /// What the kiosk tells of itself.
    pub fn vitals(&self) -> arrivals::sync::wire::Health {
        self.beside.as_ref().unwrap().vitals.read()
    }

    /// The kiosk's file.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.beside.as_ref().unwrap().store.lock().unwrap()
    }

    /// Where the kiosk's file is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a device tells.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Touches, one after the other.
    pub fn touch(&mut self, inputs: impl IntoIterator<Item = Input>) {
        for input in inputs {
            self.kiosk.take(Event::Touch(input));
        }
    }

    /// Holds a code under the scanner.
    pub fn hold_under_scanner(&mut self, code: impl AsRef<[u8]>) {
        self.kiosk.take(Event::Scanner(ScannerEvent::Scanned(Scan::new(code.as_ref().to_vec()))));
    }

    /// Holds the code of an appointment under the scanner and types 18 August.
    pub fn scan(&mut self, appointment: &str) {
        self.hold_under_scanner(appointment_code(&AppointmentId::from(appointment)));
        self.touch([Input::Month(8), Input::Digit(1), Input::Digit(8), Input::GoOn]);
    }

    /// Everything up to the choice of how to be called.
    pub fn up_to_call_as(&mut self, appointment: &str) {
        self.scan(appointment);
        self.touch([Input::Yes, Input::GoOn, Input::Yes, Input::Yes]);
        assert_eq!(self.step(), Step::CallAs);
    }

    /// A whole check-in; answers the ticket's number.
    pub fn check_in(&mut self, appointment: &str) -> String {
        self.up_to_call_as(appointment);
        self.touch([Input::CallAs(CallAs::Number)]);
        self.until("the last page", |room| room.step() == Step::Done);
        self.ticket().ticket.number.to_string()
    }

    /// Where the conversation stands.
    pub fn step(&self) -> Step {
        self.kiosk.screen().step
    }

    /// The ticket on the screen.
    pub fn ticket(&self) -> TicketAtHand {
        match self.kiosk.screen().content {
            Content::Ticket(at_hand) => at_hand,
            other => panic!("no ticket on the screen but {other:?}"),
        }
    }

    /// Lets time pass, a second at a time.
    pub fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.kiosk.take(Event::Tick);
        }
    }

    /// Sets the wall clock.
    pub fn set_time(&mut self, now: &str) {
        self.clock.set(now.parse::<Timestamp>().unwrap());
        assert_eq!(self.clock.now(), now.parse::<Timestamp>().unwrap());
    }

    /// Does what the page announces, else takes what comes in within a moment.
    pub fn take_what_comes(&mut self) {
        if self.kiosk.has_work() {
            self.kiosk.work();
        } else if let Ok(event) = self.inbox.recv_timeout(Duration::from_millis(20)) {
            self.kiosk.take(event);
        }
    }

    /// Takes what comes in, and does what pages announce, until something is so.
    pub fn until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        for _ in 0..1000 {
            if is_so(self) {
                return;
            }
            self.take_what_comes();
        }
        panic!("waited in vain for {what} at {:?}", self.step());
    }
}

/// What stays when the kiosk is started again.
struct Around<'a> {
    desk: &'a Desk,
    network: &'a Cut,
    clock: &'a ManualClock,
    speaker: &'a SimulatedSpeaker,
    camera: &'a SimulatedCamera,
}

fn clock_of(clock: &ManualClock) -> Arc<dyn Clock> {
    Arc::new(clock.clone())
}

fn start(
    runtime: &Runtime,
    folder: &Path,
    printer: Box<dyn Printer>,
    around: &Around<'_>,
    mailbox: &Mailbox,
) -> (Kiosk, Beside) {
    let Around { desk, network, clock, speaker, camera } = *around;
    let store = Store::open(&folder.join("kiosk.db"), Series::FIRST, Seal::new(&[7; KEY_BYTES])).unwrap();
    let api = Cuttable::new(InProcess::new(desk.clone(), TOKEN), network.clone());
    let inside = runtime.enter();
    let beside =
        parts::start(KioskId::from("lobby"), store, printer, PaperWidth::Mm80, api, mailbox, &clock_of(clock)).unwrap();
    drop(inside);
    let store: Arc<Mutex<Store>> = Arc::clone(&beside.store);
    let kiosk = Kiosk::new(Parts {
        clock: clock_of(clock),
        store,
        wake: Arc::clone(&beside.wake),
        printer: beside.printer.clone(),
        vitals: beside.vitals.clone(),
        data: folder.join("kiosk.db"),
        camera: CardCamera::new(Box::new(camera.clone()), mailbox.clone()),
        speaker: Box::new(speaker.clone()),
        home_language: Language::English,
        clinic_name: None,
    })
    .unwrap();
    (kiosk, beside)
}
