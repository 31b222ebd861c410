//! What reads codes.
//!
//! A scanner runs in a thread of its own and tells one listener what it read and how it is. Invariants: a
//! scan is bounded in size; a code held under the scanner is one scan, not ten; a scanner that is pulled
//! out is looked for until it is back.

/// Where one scan ends and the next begins.
mod frame;
/// A scanner on a serial line, real or made by USB.
mod serial;
/// A scanner that a test or a developer panel can point at a code.
mod simulated;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

pub use frame::{Debounce, Frame, Framer, SAME_SCAN_AGAIN, SCAN_BYTES_MAX, SILENCE};
pub use serial::SerialScanner;
pub use simulated::SimulatedScanner;

use super::DeviceUriError;
use crate::clock::Clock;
use crate::domain::private::PrivateBytes;

/// What was read, byte for byte; see [`crate::codes::parse`]. It may be a driving licence.
pub type Scan = PrivateBytes;

/// How a scanner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScannerStatus {
    /// It is connected.
    Ready,
    /// No one is at the other end.
    Unreachable,
    /// It is connected, but sent more than any code holds: another speed, or another kind of device.
    Garbled,
    /// There is no scanner here, on purpose.
    NotSetUp,
}

impl ScannerStatus {
    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unreachable => "not reachable: check its cable",
            Self::Garbled => "sends something that is not a code: check its settings",
            Self::NotSetUp => "no scanner set up",
        }
    }
}

/// What a scanner tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerEvent {
    /// A code was read.
    Scanned(Scan),
    /// It is not as it was. The first one comes soon after the start.
    Status(ScannerStatus),
}

/// Who gets a message. Called from the scanner's thread; it should hand over and return.
pub type ScannerListener = Box<dyn Fn(ScannerEvent) + Send>;

/// A scanner at work. It stops when this is dropped.
#[derive(Debug)]
pub struct Scanner {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the scanner at an address: `serial:/dev/ttyACM0`, `serial:/dev/ttyACM0?baud=9600` or `none`.
///
/// A scanner that is not there is [`ScannerStatus::Unreachable`] until it is.
///
/// # Errors
/// If the address is none of these.
pub fn open(uri: &str, clock: Arc<dyn Clock>, listener: ScannerListener) -> Result<Scanner, DeviceUriError> {
    let Some(scanner) = parse(uri)? else {
        listener(ScannerEvent::Status(ScannerStatus::NotSetUp));
        return Ok(Scanner { stop: Arc::default(), thread: None });
    };
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let spawned = std::thread::Builder::new()
        .name("scanner".to_owned())
        .spawn(move || scanner.run(clock.as_ref(), &stopped, &listener));
    // Without a thread there is no scanner, and the kiosk still takes typed facts.
    let thread = spawned.inspect_err(|error| tracing::error!(%error, "the scanner's thread did not start")).ok();
    Ok(Scanner { stop, thread })
}

/// The speed of a serial line that says nothing else.
const BAUD: u32 = 9600;

fn parse(uri: &str) -> Result<Option<SerialScanner>, DeviceUriError> {
    let refused = || DeviceUriError::Scanner(uri.to_owned());
    let uri = uri.trim();
    if uri == "none" {
        return Ok(None);
    }
    let rest = uri.strip_prefix("serial:").ok_or_else(refused)?;
    let (path, baud) = match rest.split_once('?') {
        None => (rest, BAUD),
        Some((path, option)) => {
            let baud = option.strip_prefix("baud=").and_then(|baud| baud.parse().ok()).ok_or_else(refused)?;
            (path, baud)
        }
    };
    if path.trim().is_empty() || !(300..=4_000_000).contains(&baud) {
        return Err(refused());
    }
    Ok(Some(SerialScanner::new(path.to_owned(), baud)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused_in_words() {
        for (uri, understood) in [
            ("serial:/dev/ttyACM0", true),
            ("serial:/dev/ttyACM0?baud=115200", true),
            ("none", true),
            ("", false),
            ("serial:", false),
            ("serial:?baud=9600", false),
            ("serial:/dev/ttyACM0?baud=fast", false),
            ("serial:/dev/ttyACM0?baud=0", false),
            ("serial:/dev/ttyACM0?parity=even", false),
            ("/dev/ttyACM0", false),
        ] {
            match parse(uri) {
                Ok(_) => assert!(understood, "{uri:?}"),
                Err(refused) => {
                    assert!(!understood, "{uri:?}");
                    assert!(refused.to_string().contains("serial:/dev/ttyACM0?baud=9600"), "{refused}");
                }
            }
        }
    }

    #[test]
    fn a_scan_keeps_its_content_out_of_debug_output() {
        let event = ScannerEvent::Scanned(Scan::new(b"DCSDOE".to_vec()));
        assert_eq!(format!("{event:?}"), "Scanned(PrivateBytes(6))");
    }
}
