//! `arrivals-kiosk self-test`: every device's state in words, and a test ticket.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::SignedDuration;

use super::config::KioskConfig;
use crate::clock::Clock;
use crate::device::camera::{self, CameraTrouble};
use crate::device::printer::{self, PrintJob};
use crate::device::scanner::{self, ScannerEvent, ScannerStatus};
use crate::device::speaker::{self, Sound};
use crate::domain::ids::Seq;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::{PrintOutcome, Ticket, TicketNumber};
use crate::paper::{PaperWidth, TicketFace, Typesetter};
use crate::store::{Store, StoreError};
use crate::sync::api::{Attempt, DeskApi as _, Refusal};
use crate::sync::client::Client;
use crate::sync::wire::{Older, PROTOCOL, Post};

/// Clocks may be so far apart.
const CLOCK_AHEAD_MAX: SignedDuration = SignedDuration::from_mins(2);
/// A scanner that has said nothing after this long is not there.
const SCANNER_SECONDS_MAX: u64 = 3;

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which part.
    pub part: &'static str,
    /// Whether it is as the configuration wants it.
    pub is_ready: bool,
    /// How it is, in words.
    pub says: String,
}

/// Looks at every part in turn; `tell` hears each line as it is known.
pub fn run(
    config: &KioskConfig,
    clock: &Arc<dyn Clock>,
    runtime: &tokio::runtime::Runtime,
    mut tell: impl FnMut(&Line),
) -> bool {
    let mut all_ready = true;
    let mut line = |part, is_ready, says: String| {
        all_ready &= is_ready;
        tell(&Line { part, is_ready, says });
    };
    let (is_ready, says) = test_file(config).map_or_else(|error| (false, error.to_string()), |says| (true, says));
    line("file", is_ready, says);
    match Client::new(&config.desk, config.token.reveal()) {
        Ok(client) => match runtime.block_on(client.feed(0, Duration::ZERO)) {
            Attempt::Sent(feed) => {
                let (is_ready, says) = runtime.block_on(test_desk(config, &client, clock, feed.settings));
                line("desk", is_ready, says);
            }
            Attempt::Retry(why) => line("desk", false, format!("not reached: {why}")),
            Attempt::Refused(why) => line("desk", false, why.to_string()),
        },
        Err(error) => line("desk", false, error.to_string()),
    }
    let (is_ready, says) = test_scanner(config, clock);
    line("scanner", is_ready, says);
    match speaker::open(&config.speaker) {
        Ok(mut speaker) => {
            speaker.play(Sound::Taken);
            let is_there = config.speaker.trim() != "none";
            line(
                "speaker",
                true,
                if is_there { "a sound was played; check that you heard it" } else { "no speaker set up" }.to_owned(),
            );
        }
        Err(error) => line("speaker", false, error.to_string()),
    }
    let (is_ready, says) = test_camera(config, clock);
    line("camera", is_ready, says);
    let (is_ready, says) = test_printer(config, clock.as_ref());
    line("printer", is_ready, says);
    all_ready
}

fn test_file(config: &KioskConfig) -> Result<String, StoreError> {
    let (seal, key_place) = config.seal()?;
    let store = Store::open(&config.data, config.series, seal)?;
    let last = store.last_seq()?.0;
    let untold = last.saturating_sub(store.held()?.0);
    let list = store.list()?.len();
    let aside: u64 = store.aside_ranges()?.iter().map(|(from, to)| to.0.saturating_sub(from.0).saturating_add(1)).sum();
    let aside = if aside == 0 { String::new() } else { format!(", {aside} of them cannot be read") };
    Ok(format!("{last} events{aside}, {untold} not yet sent to the desk, {list} appointments; {}", key_place.says()))
}

/// Whether desk and configuration mean the same kiosk, and have the same time.
async fn test_desk(
    config: &KioskConfig,
    client: &Client,
    clock: &Arc<dyn Clock>,
    settings: Option<ClinicSettings>,
) -> (bool, String) {
    // Nothing is reported: it only asks what the desk knows of this kiosk.
    let (now, none) = (clock.now(), Seq::default());
    let post = Post {
        kiosk: config.kiosk.clone(),
        last: none,
        events: Vec::new(),
        gaps: Vec::new(),
        epoch: None,
        acknowledged: None,
        begins: false,
        only_asks: true,
        now: Some(now),
    };
    let held = match client.post(post).await {
        Attempt::Sent(held) => held,
        Attempt::Retry(why) => return (false, format!("not reached: {why}")),
        // The token is known, since the list was told.
        Attempt::Refused(Refusal::UnknownToken) => {
            return (
                false,
                format!(
                    "the desk has this token under a different name than {}: check `kiosk` in kiosk.toml",
                    config.kiosk
                ),
            );
        }
        Attempt::Refused(why) => return (false, why.to_string()),
    };
    if let Some(series) = held.series.filter(|series| *series != config.series) {
        return (
            false,
            format!(
                "the desk has the ticket prefix {series} for this kiosk, kiosk.toml has {}: correct `letter` there",
                config.series
            ),
        );
    }
    let zone = settings.map_or_else(String::new, |settings| format!(", {}, {}", settings.name, settings.time_zone));
    let ahead = held.now.map_or(SignedDuration::ZERO, |theirs| now.duration_since(theirs));
    if ahead.abs() > CLOCK_AHEAD_MAX {
        return (
            false,
            format!("answers, but this machine's clock is {} minutes off the desk's{zone}", ahead.as_mins()),
        );
    }
    let older = Older::of(PROTOCOL, held.protocol).map_or_else(String::new, |older| format!("; {}", words(older)));
    (true, format!("answers; numbers begin with {}{zone}{older}", config.series))
}

/// Both programs work together; which one to update.
fn words(older: Older) -> &'static str {
    match older {
        Older::Kiosk => "this kiosk's software is older than the desk's: update the kiosk",
        Older::Desk => "this kiosk's software is newer than the desk's: update the desk",
    }
}

fn test_scanner(config: &KioskConfig, clock: &Arc<dyn Clock>) -> (bool, String) {
    let (send, inbox) = mpsc::channel();
    let listener = move |event| {
        let _ = send.send(event);
    };
    let scanner = match scanner::open(&config.scanner, Arc::clone(clock), Box::new(listener)) {
        Ok(scanner) => scanner,
        Err(error) => return (false, error.to_string()),
    };
    let status = inbox.iter_status(Duration::from_secs(SCANNER_SECONDS_MAX));
    drop(scanner);
    (matches!(status, ScannerStatus::Ready | ScannerStatus::NotSetUp), status.for_staff().to_owned())
}

/// The first status that a scanner tells.
trait FirstStatus {
    fn iter_status(&self, patience: Duration) -> ScannerStatus;
}

impl FirstStatus for mpsc::Receiver<ScannerEvent> {
    fn iter_status(&self, patience: Duration) -> ScannerStatus {
        loop {
            match self.recv_timeout(patience) {
                Ok(ScannerEvent::Status(status)) => return status,
                Ok(ScannerEvent::Scanned(_)) => {}
                Err(_) => return ScannerStatus::Unreachable,
            }
        }
    }
}

fn test_camera(config: &KioskConfig, clock: &Arc<dyn Clock>) -> (bool, String) {
    match camera::open(&config.camera.command, Arc::clone(clock)) {
        // That is normal.
        Ok(camera) if !camera.is_set_up() => (true, CameraTrouble::NotSetUp.for_staff().to_owned()),
        Ok(camera) => match camera::try_out(camera.as_ref()) {
            Ok((width, height)) => (true, format!("sends pictures of {width} x {height}")),
            Err(trouble) => (false, trouble.for_staff().to_owned()),
        },
        Err(error) => (false, error.to_string()),
    }
}

fn test_printer(config: &KioskConfig, clock: &dyn Clock) -> (bool, String) {
    let mut printer = match printer::open(&config.printer) {
        Ok(printer) => printer,
        Err(error) => return (false, error.to_string()),
    };
    let status = printer.status();
    if status.trouble().is_some() {
        return (config.printer.trim() == "none", status.for_staff().to_owned());
    }
    let paper: PaperWidth = config.paper;
    let picture = Typesetter::new().ticket(&test_face(config), paper);
    let today = clock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let ticket = Ticket { number: TicketNumber::new(config.series, 1), date: today };
    match printer.print(&PrintJob { ticket, paper, picture }) {
        PrintOutcome::Printed => (true, format!("{}; a test ticket was printed", status.for_staff())),
        PrintOutcome::Unknown => {
            (true, "a test ticket was sent; check that it came out, because this printer can't confirm it".to_owned())
        }
        PrintOutcome::Failed(why) => (false, format!("the test ticket did not come out: {}", why.for_staff())),
    }
}

fn test_face(config: &KioskConfig) -> TicketFace {
    TicketFace {
        rtl: false,
        clinic: config.look.name.clone().unwrap_or_else(|| "Arrivals".to_owned()),
        number_label: "Test ticket".to_owned(),
        number: format!("{}0", config.series),
        name: None,
        place_label: "Kiosk".to_owned(),
        place: config.kiosk.to_string(),
        lines: vec!["If you can read this, the printer works.".to_owned()],
        time_line: String::new(),
        qr: "ARR:TEST".to_owned(),
        qr_label: "Test code".to_owned(),
        copy_label: None,
    }
}
