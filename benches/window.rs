//! Frames at 1280x800 by the software renderer, start to first frame, and memory: `cargo bench --bench window`.
//!
//! Start and memory are of a process of their own: this program again, which builds a kiosk from its parts, as
//! `arrivals-kiosk run` does, with a printer that is a folder and a desk that does not answer. No display is needed.
//! Where Xvfb is installed, the real program in a real window is started too, and its screen watched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

mod display;
mod measure;

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrivals::clock::{Clock, ManualClock};
use arrivals::device::camera::NoCamera;
use arrivals::device::printer::FolderPrinter;
use arrivals::device::speaker::NoSpeaker;
use arrivals::domain::appointment::{Appointment, AppointmentStatus, Confirmed};
use arrivals::domain::born::Born;
use arrivals::domain::insurance::Coverage;
use arrivals::domain::language::Language;
use arrivals::domain::person::{Contact, EmergencyContact, Person};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, Series};
use arrivals::flow::step::{Input, Step};
use arrivals::kiosk::camera::CardCamera;
use arrivals::kiosk::mailbox::Mailbox;
use arrivals::kiosk::parts::{self, Beside};
use arrivals::kiosk::program::{Event, Kiosk, Parts};
use arrivals::kiosk::window::headless::{self, Canvas, Stage};
use arrivals::kiosk::window::words::ticket_face;
use arrivals::paper::PaperWidth;
use arrivals::store::Store;
use arrivals::store::feed::ListChange;
use arrivals::store::seal::{KEY_BYTES, Seal};
use arrivals::sync::client::Client;
use display::Display;
use jiff::civil::{Date, date};
use measure::{Times, timed};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle as _, LogicalPosition, PhysicalSize};

/// A day of this many visits; each check-in of a run needs one.
const PEOPLE: u32 = 240;
/// The page that is timed.
const SIZE: PhysicalSize = PhysicalSize { width: 1280, height: 800 };
/// Key presses that are timed, of each kind.
const KEYS: usize = 200;
/// Whole check-ins whose page changes are timed, of each kind.
const ROUNDS: u32 = 40;
/// Processes that are started.
const STARTS: usize = 15;
/// Check-ins after which memory is looked at again.
const CHECK_INS: u32 = 100;

const DAY: Date = date(2026, 11, 23);

fn main() {
    // The first argument of ours; cargo adds `--bench`.
    match std::env::args().nth(1).as_deref() {
        Some("--first-frame") => first_frame(),
        Some("--day") => day(),
        Some("--keys") => keys(),
        Some("--pages") => pages(),
        _ => {
            start();
            run_again("--day");
            run_again("--keys");
            run_again("--pages");
            real_window();
        }
    }
}

/// A kiosk on the stage, with all that runs beside it.
struct Rig {
    stage: Stage,
    canvas: Canvas,
    next: Cell<u32>,
    _beside: Beside,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

fn begun() -> jiff::Timestamp {
    "2026-11-23T15:05:00Z".parse().expect("a timestamp")
}

fn appointment(number: u32) -> ListChange {
    let born = Born::on(date(1930, 1, 1).saturating_add(jiff::Span::new().days(i64::from(number) * 97)));
    let person = Person {
        id: format!("patient-{number:05}").as_str().into(),
        given_name: "Margaret Anne".into(),
        family_name: family_name(number).as_str().into(),
        birth_date: born,
        other_given_names: Vec::new(),
        other_family_names: Vec::new(),
        other_phones: Vec::new(),
        number: String::new(),
        source: String::new(),
        contact: Contact {
            phone: format!("555-01{:02}", number % 100).into(),
            email: "someone@example.org".into(),
            address: format!("{number} Orchard Lane").into(),
            city: "Millbrook".into(),
            state: "Massachusetts".into(),
            postal_code: "01099".into(),
        },
        language: Some("en".to_owned()),
        interpreter: None,
        preferred_name: "".into(),
        emergency_contact: EmergencyContact::default(),
    };
    ListChange::Appointment(Box::new(Appointment {
        id: format!("appointment-{number:05}").as_str().into(),
        start: begun() + jiff::SignedDuration::from_mins(20),
        minutes: 20,
        status: AppointmentStatus::Booked,
        service: "Family medicine".to_owned(),
        practitioner: "Dr. Ida Marlow".to_owned(),
        place: "Main building, 1st floor, waiting area A".to_owned(),
        person,
        coverage: Some(Coverage {
            payer: "Harborview Health Plan".into(),
            member_id: "W52401122".into(),
            group_id: "G-100".into(),
            end: None,
            ..Coverage::default()
        }),
        second_coverage: None,
        booked_on: None,
        confirmed: Confirmed::default(),
        documents: Vec::new(),
    }))
}

/// Letters only, as on the keyboard of the page, and another one for each number.
fn family_name(number: u32) -> String {
    let letters =
        [number / 100, number / 10, number].map(|digit| char::from(b'a' + u8::try_from(digit % 10).unwrap_or(0)));
    format!("lindqvist{}", letters.into_iter().collect::<String>())
}

/// A port at which no one answers.
fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

impl Rig {
    fn new(folder: tempfile::TempDir) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(begun()));
        let client = Client::new(&format!("http://127.0.0.1:{}", closed_port()), "token").expect("a client");
        let store = Store::open(&folder.path().join("kiosk.db"), Series::FIRST, Seal::new(&[7; KEY_BYTES]))
            .expect("the kiosk's file");
        let printer = Box::new(FolderPrinter::new(folder.path().join("tickets")));
        let (mailbox, inbox) = Mailbox::new(|| {});
        let beside = {
            let _within = runtime.enter();
            parts::start("lobby".into(), store, printer, PaperWidth::Mm80, client, &mailbox, &clock).expect("threads")
        };
        let window = headless::window(SIZE.width, SIZE.height).expect("the pages");
        let words = window.as_weak();
        let kiosk = Kiosk::new(Parts {
            clock,
            store: Arc::clone(&beside.store),
            wake: Arc::clone(&beside.wake),
            printer: beside.printer.clone(),
            vitals: beside.vitals.clone(),
            data: folder.path().join("kiosk.db"),
            camera: CardCamera::new(Box::new(NoCamera), mailbox.clone()),
            speaker: Box::new(NoSpeaker),
            home_language: Language::English,
            clinic_name: Some("Mill Street Clinic".to_owned()),
            words: Box::new(move |order, facts| ticket_face(&words.upgrade().expect("the window"), order, facts)),
        })
        .expect("the kiosk's file");
        let stage = Stage::new(window, kiosk, inbox);
        let mut canvas = Canvas::new(SIZE);
        canvas.draw_whole(&stage.app.window);
        Self { stage, canvas, next: Cell::new(0), _beside: beside, _runtime: runtime, _folder: folder }
    }

    fn frame(&mut self, whole: bool) {
        if whole {
            self.canvas.draw_whole(&self.stage.app.window);
        } else {
            self.canvas.draw_changes(&self.stage.app.window);
        }
    }

    /// Takes an input and draws what follows.
    fn turn(&mut self, input: Input, whole: bool) -> Duration {
        self.stage.settle();
        let (time, ()) = timed(|| {
            self.stage.app.take(Event::Touch(input));
            self.frame(whole);
        });
        time
    }

    /// Types everything up to the last name's page.
    fn reach_family_name(&mut self, number: u32, whole: bool, mut tell: impl FnMut(&'static str, Duration)) {
        let ListChange::Appointment(appointment) = appointment(number) else { return };
        let born = appointment.person.birth_date.day().expect("a day").0;
        tell("welcome to find", self.turn(Input::Start, whole));
        tell("find to birth date", self.turn(Input::TypeInstead, whole));
        tell("a month", self.turn(Input::Month(born.month()), whole));
        for digit in format!("{:02}{:04}", born.day(), born.year()).bytes() {
            tell("a digit", self.turn(Input::Digit(digit - b'0'), whole));
        }
        tell("birth date to family name", self.turn(Input::GoOn, whole));
        assert_eq!(self.stage.app.screen().step, Step::FamilyName);
    }

    /// One check-in, from welcome to welcome.
    fn check_in(&mut self, whole: bool, mut tell: impl FnMut(&'static str, Duration)) {
        let number = self.next.replace(self.next.get() + 1);
        self.reach_family_name(number, whole, &mut tell);
        for letter in family_name(number).chars() {
            tell("a letter", self.turn(Input::Key(letter), whole));
        }
        tell("family name to is this you", self.turn(Input::GoOn, whole));
        assert_eq!(self.stage.app.screen().step, Step::IsThisYou, "{}", family_name(number));
        tell("is this you to visits", self.turn(Input::Yes, whole));
        tell("visits to details", self.turn(Input::GoOn, whole));
        tell("details to insurance", self.turn(Input::Yes, whole));
        tell("insurance to call as", self.turn(Input::Yes, whole));
        tell("call as to saving", self.turn(Input::CallAs(CallAs::Number), whole));
        assert_eq!(self.stage.app.screen().step, Step::Saving);
        tell("the save, and the order to print", timed(|| self.stage.app.work()).0);
        tell("saving to printing, the drawing alone", timed(|| self.frame(whole)).0);
        assert_eq!(self.stage.app.screen().step, Step::Printing);
        self.stage.until_step(Step::Done).expect("printed");
        tell("printing to done, the drawing alone", timed(|| self.frame(whole)).0);
        tell("done to welcome", self.turn(Input::Finish, whole));
        assert_eq!(self.stage.app.screen().step, Step::Welcome);
    }
}

/// A folder with a day's list in the kiosk's file.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    prepare(folder.path());
    folder
}

fn prepare(folder: &std::path::Path) {
    let mut store =
        Store::open(&folder.join("kiosk.db"), Series::FIRST, Seal::new(&[7; KEY_BYTES])).expect("the kiosk's file");
    let settings = ClinicSettings { name: "Mill Street Clinic".to_owned(), ..ClinicSettings::default() };
    let changes: Vec<ListChange> = (0..PEOPLE).map(appointment).collect();
    store.apply_feed(1, Some(&settings), &changes).expect("the list");
}

/// As a child: everything up to the first frame, and word of it.
fn first_frame() {
    // Made by the parent, as the list is there when a kiosk is switched on.
    let folder = tempfile::Builder::new().tempdir().expect("a temporary folder");
    if let Some(prepared) = std::env::var_os("ARRIVALS_BENCH_LIST") {
        std::fs::copy(prepared, folder.path().join("kiosk.db")).expect("the list");
    }
    let rig = Rig::new(folder);
    println!("{} of {DAY}", rig.stage.page());
}

/// Starts processes and waits for their first frame.
fn start() {
    let list = folder();
    let program = list.path().join("kiosk");
    std::fs::copy(std::env::current_exe().expect("this program"), &program).expect("room for a copy of this program");
    let on_disk = std::fs::File::open(&program).expect("the copy");
    on_disk.sync_all().expect("the copy on the disk");
    for is_cold in [false, true] {
        println!(
            "process start to first frame, {:11} {}",
            if is_cold { "from disk" } else { "warm" },
            starts(list.path(), &program, &on_disk, is_cold).say()
        );
    }
}

fn starts(list: &std::path::Path, program: &std::path::Path, on_disk: &std::fs::File, is_cold: bool) -> Times {
    let mut times = Times::default();
    for _ in 0..STARTS {
        if is_cold {
            // The program's own pages are forgotten; the system's libraries stay, as others use them.
            rustix::fs::fadvise(on_disk, 0, None, rustix::fs::Advice::DontNeed).expect("advice is taken");
        }
        let begun = Instant::now();
        let mut child = Command::new(program)
            .arg("--first-frame")
            .env("ARRIVALS_BENCH_LIST", list.join("kiosk.db"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program again");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        times.push(begun.elapsed());
        assert!(line.starts_with("welcome"), "{line}");
        child.wait().expect("its end");
    }
    times
}

fn run_again(what: &str) {
    std::io::stdout().flush().expect("output");
    let program = std::env::current_exe().expect("this program");
    let ended = Command::new(program).arg(what).status().expect("this program again");
    assert!(ended.success(), "{what}");
}

/// A line of a file of this process under /proc, in MiB.
fn memory(file: &str, line: &str) -> f64 {
    memory_of("self", file, line)
}

fn memory_of(process: &str, file: &str, line: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}")).expect("Linux");
    let line = text.lines().find(|text| text.starts_with(line)).expect("a line");
    let kib: u32 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    f64::from(kib) / 1024.0
}

/// As a child: memory at the welcome page, and while people check in.
fn day() {
    let mut rig = Rig::new(folder());
    rig.frame(false);
    let say = |when: &str| {
        println!(
            "memory {when:34} {:.1} MiB resident (VmRSS), of it {:.1} its own (RssAnon), {:.1} shared out (Pss)",
            memory("status", "VmRSS:"),
            memory("status", "RssAnon:"),
            memory("smaps_rollup", "Pss:")
        );
    };
    say("at the welcome page");
    for done in 1..=CHECK_INS {
        rig.check_in(false, |_, _| {});
        if done == 1 || done % 25 == 0 {
            say(&format!("after {done} check-ins"));
        }
    }
    println!("memory at its highest                     {:.1} MiB resident (VmHWM)", memory("status", "VmHWM:"));
}

/// As a child: one key on the last name's page, from touch to frame.
fn keys() {
    let mut rig = Rig::new(folder());
    rig.reach_family_name(0, false, |_, _| {});
    let key = rig.stage.controls().into_iter().find(|control| control.says.eq_ignore_ascii_case("r")).expect("a key R");
    let position = LogicalPosition::new(key.x + key.width / 2.0, key.y + key.height / 2.0);
    let button = PointerEventButton::Left;
    for whole in [false, true] {
        // What the other kind of drawing left behind does not count.
        rig.frame(whole);
        let (mut down, mut up, mut keyboard) = (Times::default(), Times::default(), Times::default());
        let pixels = Rc::new(Cell::new(0));
        for _ in 0..KEYS {
            rig.stage.settle();
            let window = rig.stage.app.window.clone_strong();
            down.push(
                timed(|| {
                    window.window().dispatch_event(WindowEvent::PointerMoved { position });
                    window.window().dispatch_event(WindowEvent::PointerPressed { position, button });
                    rig.frame(whole);
                })
                .0,
            );
            rig.stage.settle();
            up.push(
                timed(|| {
                    window.window().dispatch_event(WindowEvent::PointerReleased { position, button });
                    window.window().dispatch_event(WindowEvent::PointerExited);
                    if whole { rig.frame(true) } else { pixels.set(rig.canvas.draw_changes(&window)) }
                })
                .0,
            );
            let arrivals::flow::screen::Content::Name { before, .. } = rig.stage.app.screen().content else {
                panic!("another page")
            };
            assert_eq!(before.as_str().to_lowercase(), "r", "the key types one letter");
            rig.turn(Input::Erase, whole);
            rig.stage.settle();
            keyboard.push(
                timed(|| {
                    window.window().dispatch_event(WindowEvent::KeyPressed { text: "r".into() });
                    rig.frame(whole);
                })
                .0,
            );
            window.window().dispatch_event(WindowEvent::KeyReleased { text: "r".into() });
            rig.turn(Input::Erase, whole);
        }
        if !whole {
            rig.stage.type_text("r");
            rig.frame(false);
            let pieces = rig.canvas.clone();
            rig.frame(true);
            assert!(pieces == rig.canvas, "what changed, drawn piece by piece, gives the whole picture");
            rig.turn(Input::Erase, true);
        }
        let kind = if whole { "whole frame" } else { "what changed" };
        println!("finger down to frame, {kind:19} {}", down.say());
        println!("finger up, letter to frame, {kind:13} {}", up.say());
        println!("keyboard, letter to frame, {kind:14} {}", keyboard.say());
        if !whole {
            println!("pixels drawn for a letter                 {} of {}", pixels.get(), SIZE.width * SIZE.height);
        }
    }
}

/// As a child: every page change of a check-in.
fn pages() {
    let mut rig = Rig::new(folder());
    for whole in [false, true] {
        let mut changes: Vec<(&'static str, Times)> = Vec::new();
        rig.frame(whole);
        for _ in 0..ROUNDS {
            rig.check_in(whole, |what, time| match changes.iter_mut().find(|(known, _)| *known == what) {
                Some((_, times)) => times.push(time),
                None => {
                    let mut times = Times::default();
                    times.push(time);
                    changes.push((what, times));
                }
            });
        }
        let kind = if whole { "whole" } else { "changed" };
        for (what, times) in &changes {
            println!("{:41} {}", format!("{what}, {kind}"), times.say());
        }
        let worst = changes.iter().filter(|(what, _)| what.contains(" to ")).max_by_key(|(_, times)| times.at(0.5));
        if let Some((what, times)) = worst {
            println!("worst page change, {kind}: {what}, {:.3} ms", times.at(0.5).as_secs_f64() * 1000.0);
        }
    }
}

/// `arrivals-kiosk run` on a display in memory: until its page is there, and what it then holds.
fn real_window() {
    let folder = folder();
    let Some(display) = Display::start(folder.path(), (SIZE.width, SIZE.height)) else {
        println!("Xvfb is not installed: the real window was not measured");
        return;
    };
    let at = folder.path().display();
    let config = folder.path().join("kiosk.toml");
    let port = closed_port();
    // The list is sealed already.
    let key = folder.path().join("kiosk.key");
    std::fs::write(&key, "07".repeat(KEY_BYTES)).expect("the key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("the key's permissions");
    let lines = format!(
        "kiosk = \"lobby\"\nletter = \"A\"\ndesk = \"http://127.0.0.1:{port}\"\ntoken = \"token\"\n\
         data = \"{at}/kiosk.db\"\nkey_file = \"{at}/kiosk.key\"\nprinter = \"folder:{at}/tickets\"\n\
         paper = \"80mm\"\nscanner = \"none\"\nlanguage = \"en\"\nfullscreen = false\n"
    );
    std::fs::write(&config, lines).expect("the configuration");
    std::fs::set_permissions(&config, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its permissions");
    let (mut times, mut resident, mut shared) = (Times::default(), 0.0_f64, 0.0_f64);
    for _ in 0..STARTS {
        let empty = display.look();
        let begun = Instant::now();
        let mut kiosk = Command::new(env!("CARGO_BIN_EXE_arrivals-kiosk"))
            .args(["run", "--config"])
            .arg(&config)
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .stderr(Stdio::null())
            .spawn()
            .expect("the kiosk");
        // The last change counts: a window may be there before its page is.
        let mut changes = (begun.elapsed(), empty);
        while begun.elapsed() < Duration::from_millis(1500) {
            let now = display.look();
            if now != changes.1 {
                changes = (begun.elapsed(), now);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(changes.0);
        let process = kiosk.id().to_string();
        resident = resident.max(memory_of(&process, "status", "VmRSS:"));
        shared = shared.max(memory_of(&process, "smaps_rollup", "Pss:"));
        kiosk.kill().expect("the kiosk to end");
        kiosk.wait().expect("the kiosk to end");
        std::thread::sleep(Duration::from_millis(300));
    }
    println!("real window: start to the page on screen  {}", times.say());
    println!(
        "real window: memory at the welcome page   {resident:.1} MiB resident (VmRSS), \
         {shared:.1} shared out (Pss), worst of {STARTS}"
    );
}
