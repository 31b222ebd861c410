//! A desk on a temporary folder with a clock that stands, and the smallest HTTP client that serves.

use std::net::SocketAddr;
use std::sync::Arc;

use arrivals::clock::ManualClock;
use arrivals::desk::DeskOptions;
use arrivals::desk::service::import::{ImportError, Report, Summary, import_file};
use arrivals::desk::store::{ChangeKey, Shown, Verdict};
use arrivals::desk::{Desk, DeskError};
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight};
use arrivals::domain::ids::{AppointmentId, KioskId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, Series, Ticket};
use arrivals::sync::wire::Post;
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const TOKEN_A: &str = "token-of-the-lobby-kiosk-0001";
pub const TOKEN_B: &str = "token-of-the-other-kiosk-0002";
pub const PASSWORD: &str = "correct horse";

/// The morning of the day in `tests/data`, in New York.
pub fn morning() -> Timestamp {
    "2026-11-23T13:00:00Z".parse().unwrap()
}

pub struct Place {
    pub desk: Desk,
    pub clock: ManualClock,
    pub folder: TempDir,
}

impl Place {
    /// The same desk, opened with these options.
    pub fn opened_with(&self, options: DeskOptions) -> Desk {
        Desk::open_with(self.folder.path(), None, options, Arc::new(self.clock.clone())).unwrap()
    }
}

pub fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(morning());
    let desk = Desk::open(folder.path(), ClinicSettings::default(), Arc::new(clock.clone())).unwrap();
    desk.enrol_kiosk(&KioskId::from("lobby"), Series::FIRST, TOKEN_A).unwrap();
    desk.enrol_kiosk(&KioskId::from("annex"), "B".parse().unwrap(), TOKEN_B).unwrap();
    Place { desk, clock, folder }
}

pub fn import(desk: &Desk, file: &str) -> (Result<Summary, String>, Vec<String>) {
    let mut lines = Vec::new();
    let mut report = |report: Report| {
        if let Report::Refusal(text) | Report::Note(text) = report {
            lines.push(text);
        }
    };
    let result = import_file(desk, std::path::Path::new(file), &mut report).map_err(|error| match error {
        ImportError::WrongFile(why) => why,
        ImportError::Desk(error) => panic!("{error}"),
    });
    (result, lines)
}

/// Decides on one change, whatever stands there by now.
pub fn decide_change(desk: &Desk, change: &ChangeKey, verdict: &Verdict, user: &str) -> Result<bool, DeskError> {
    Ok(desk.decide_changes(&[Shown::from(change.clone())], verdict, user)? > 0)
}

pub fn checked_in(seq: u64, letter: impl std::fmt::Display, count: u32, appointments: &[&str]) -> LoggedEvent {
    let ticket = Ticket { number: format!("{letter}{count}").parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
    event(
        seq,
        KioskEvent::CheckedIn(CheckedIn {
            ticket,
            patient: "p".into(),
            appointments: appointments.iter().map(|id| AppointmentId::from(*id)).collect(),
            language: Language::Spanish,
            call_as: CallAs::FirstName,
            details: StillRight::Yes,
            insurance: StillRight::AskTheDesk,
            companion: None,
            documents: None,
            proposals: Vec::new(),
        }),
    )
}

pub fn stopped(seq: u64, reason: Reason, appointments: &[&str]) -> LoggedEvent {
    event(
        seq,
        KioskEvent::Stopped {
            reason,
            step: "find-me".into(),
            patient: None,
            appointments: appointments.iter().map(|id| AppointmentId::from(*id)).collect(),
            language: Language::English,
        },
    )
}

pub fn event(seq: u64, event: KioskEvent) -> LoggedEvent {
    LoggedEvent { seq: Seq(seq), at: morning(), event }
}

pub fn post_of(kiosk: &str, events: Vec<LoggedEvent>) -> Post {
    let last = events.iter().map(|event| event.seq).max().unwrap_or_default();
    Post {
        kiosk: kiosk.into(),
        last,
        events,
        gaps: Vec::new(),
        epoch: None,
        acknowledged: None,
        begins: false,
        only_asks: false,
        now: None,
    }
}

/// A program that was started, ended whatever becomes of the test.
pub struct Running(pub std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// So long a test waits for what the desk does by itself: it looks each second, so what takes longer does not happen.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// What came back over HTTP.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn cookies(&self) -> String {
        let lines = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        lines.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// The value of the first form token in the page.
    pub fn csrf(&self) -> String {
        let after = self.body.split("name=\"csrf\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

pub async fn http(addr: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    try_http(addr, method, path, headers, body).await.unwrap()
}

/// None if nobody listens, or the request could not be sent.
pub async fn try_http(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let mut stream = TcpStream::connect(addr).await.ok()?;
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    // A server that refuses a large body may close before everything is read.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.as_str(), ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

pub async fn form(addr: SocketAddr, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let encoded = |text: &str| -> String {
        let one =
            |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(one).collect()
    };
    let body = fields.iter().map(|(k, v)| format!("{k}={}", encoded(v))).collect::<Vec<_>>().join("&");
    http(addr, "POST", path, &[("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie)], &body).await
}
